/** The first sync is shown before it begins; nothing is written until the person starts it. */

import { useEffect, useState } from "preact/hooks";
import { useAction } from "../../../shared/action.tsx";
import { Preview } from "../../../shared/preview.tsx";
import type { Plan } from "../../../src/types.ts";
import { background, type View } from "../view.ts";

export function FirstSync({ view }: { view: View }) {
  const action = useAction();
  const [plan, setPlan] = useState<Plan>();
  const { google, zoho } = view.memory.accounts;
  const isReady = google !== undefined && !google.isExpired && zoho !== undefined && !zoho.isExpired;
  const compute = () => action.start(async () => setPlan(await background.preview()));

  useEffect(() => {
    if (isReady) compute();
  }, [isReady]);
  // The card goes with its buttons; the state above says what follows.
  useEffect(() => () => document.getElementById("state")?.focus(), []);

  return (
    <Preview plan={plan} isBusy={action.isBusy} problem={action.problem} onAgain={compute}
      onStart={() => action.start(() => background.begin())} onBack={() => void background.deactivate()} />
  );
}
