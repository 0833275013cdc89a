/** The first sync is shown before it begins; nothing is written until the person starts it. */

import { useEffect, useMemo, useState } from "preact/hooks";
import { Preview } from "../../../shared/preview.tsx";
import { wordsIn } from "../../../shared/text.ts";
import type { Plan } from "../../../src/types.ts";
import { useText } from "../i18n/text.ts";
import { background, type View } from "../view.ts";
import { useAction } from "./action.tsx";

export function FirstSync({ view }: { view: View }) {
  const text = useText();
  const action = useAction();
  const [plan, setPlan] = useState<Plan>();
  const words = useMemo(() => wordsIn(text.language, text.locale), [text]);
  const { google, zoho } = view.memory.accounts;
  const isReady = google !== undefined && !google.isExpired && zoho !== undefined && !zoho.isExpired;
  const compute = () => action.start(async () => setPlan(await background.preview()));

  useEffect(() => {
    if (isReady) compute();
  }, [isReady]);
  // The card goes with its buttons; the state above says what follows.
  useEffect(() => () => document.getElementById("state")?.focus(), []);

  return (
    <Preview plan={plan} words={words} isBusy={action.isBusy} problem={action.problem} onAgain={compute}
      onStart={() => action.start(() => background.begin())} onBack={() => void background.deactivate()} />
  );
}
