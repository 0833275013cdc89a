/** The first sync is shown before it begins; nothing is written until the person starts it. */

import { useMemo } from "preact/hooks";
import { Preview } from "../../shared/preview.tsx";
import { wordsIn } from "../../shared/text.ts";
import { useShown } from "./context.ts";

export function FirstSync() {
  const { session, state: { language, zone, plan, busy } } = useShown();
  const words = useMemo(() => wordsIn(language, language, zone), [language, zone]);
  return (
    <Preview plan={plan} words={words} isBusy={busy} onAgain={() => void session.preview()} onStart={() => void session.begin()}
      onBack={() => void session.back()} />
  );
}
