/** The first sync is shown before it begins; nothing is written until the person starts it. */

import { Preview } from "../../shared/preview.tsx";
import { useShown } from "./context.ts";

export function FirstSync() {
  const { session, state: { plan, busy } } = useShown();
  return (
    <Preview plan={plan} isBusy={busy} onAgain={() => void session.preview()} onStart={() => void session.begin()} onBack={() => void session.back()} />
  );
}
