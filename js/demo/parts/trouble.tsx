/** Lets a person break things on purpose. */

import { useState } from "preact/hooks";
import { useText, type Key } from "../i18n/text.ts";
import { makeTrouble, type Trouble } from "../sandbox.ts";

const TROUBLES: Trouble[] = ["expire", "429", "500", "offline", "signOut"];

interface Props {
  busy: boolean;
  onReload(): void;
  onReset(): Promise<void>;
}

export function TroubleCard({ busy, onReload, onReset }: Props) {
  const { t } = useText();
  const [said, setSaid] = useState<Key>();

  function attempt(work: Promise<void>, done: Key): void {
    setSaid(undefined);
    work.then(() => setSaid(done), () => setSaid("trouble.failed"));
  }

  return (
    <section class="card trouble" aria-labelledby="trouble-title">
      <h2 id="trouble-title">{t("trouble.title")}</h2>
      <p class="muted">{t("trouble.intro")}</p>
      <ul>
        {TROUBLES.map((trouble) => (
          <li key={trouble}>
            <button type="button" aria-describedby={`hint-${trouble}`} onClick={() => attempt(makeTrouble(trouble), "trouble.armed")}>{t(`trouble.${trouble}`)}</button>
            <small id={`hint-${trouble}`}>{t(`trouble.${trouble}.hint`)}</small>
          </li>
        ))}
        <li>
          <button type="button" aria-describedby="hint-reload" disabled={busy} onClick={onReload}>{t("trouble.reload")}</button>
          <small id="hint-reload">{t("trouble.reload.hint")}</small>
        </li>
        <li>
          <button type="button" class="danger" aria-describedby="hint-reset" disabled={busy} onClick={() => attempt(onReset(), "trouble.resetDone")}>{t("trouble.reset")}</button>
          <small id="hint-reset">{t("trouble.reset.hint")}</small>
        </li>
      </ul>
      <output class="said" aria-live="polite">{said && t(said)}</output>
    </section>
  );
}
