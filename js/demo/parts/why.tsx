/** Why an event looks as it does: what the syncs wrote of it, newest first, and how it is taken back. */

import { useEffect, useState } from "preact/hooks";
import type { FieldName, Reason } from "../../src/index.ts";
import { useText } from "../i18n/text.ts";
import { OperationItem } from "./preview.tsx";

/** What a person may do about what a sync wrote of an event. */
export interface Remedies {
  busy: boolean;
  onUndo(run: number): void;
  onPutBack(run: number, googleId: string, field: FieldName): void;
}

export function Why({ explain, busy, onUndo, onPutBack }: { explain(): Promise<Reason[]> } & Remedies) {
  const text = useText();
  const { t } = text;
  const [reasons, setReasons] = useState<Reason[]>();
  useEffect(() => {
    void explain().then(setReasons, () => setReasons([]));
  }, []);
  if (reasons === undefined) return null;
  return (
    <details class="why">
      <summary>{t("why.title")}</summary>
      {reasons.length === 0 ? <p class="muted">{t("why.none")}</p> : (
        <ol class="operations" tabIndex={0} aria-label={t("why.list")}>
          {reasons.map(({ run, atMs, operation }, at) => {
            const { googleId } = operation;
            return (
              <OperationItem
                key={at}
                operation={operation}
                when={t("why.when", { run, when: text.date(atMs, { dateStyle: "short", timeStyle: "medium" }) })}
                {...(googleId !== undefined && { onPutBack: (field: FieldName) => onPutBack(run, googleId, field) })}
                busy={busy}
              >
                {operation.kept === false
                  ? <p class="muted">{t("left.not-kept")}</p>
                  : <button type="button" disabled={busy} aria-label={t("why.undo.run", { run })} onClick={() => onUndo(run)}>{t("why.undo")}</button>}
              </OperationItem>
            );
          })}
        </ol>
      )}
    </details>
  );
}
