/** Why an event looks as it does: what the syncs wrote of it, newest first. */

import { useEffect, useState } from "preact/hooks";
import type { Reason } from "../../src/index.ts";
import { useText } from "../i18n/text.ts";
import { OperationItem } from "./preview.tsx";

interface Props {
  explain(): Promise<Reason[]>;
  /** Takes back what one sync wrote of the event. */
  onUndo(reason: Reason): void;
}

export function Why({ explain, onUndo }: Props) {
  const text = useText();
  const [reasons, setReasons] = useState<Reason[]>();
  useEffect(() => {
    void explain().then(setReasons, () => setReasons([]));
  }, []);
  if (reasons === undefined) return null;
  return (
    <details class="why">
      <summary>{text.t("why.title")}</summary>
      {reasons.length === 0 ? <p class="muted">{text.t("why.none")}</p> : (
        <ol class="operations">
          {reasons.map((reason, at) => {
            const when = text.date(reason.atMs, { dateStyle: "short", timeStyle: "medium" });
            return (
              <OperationItem key={at} operation={reason.operation} when={text.t("why.when", { run: reason.run, when })}>
                <button type="button" aria-label={text.t("why.undo", { run: reason.run })} onClick={() => onUndo(reason)}>{text.t("history.undo")}</button>
              </OperationItem>
            );
          })}
        </ol>
      )}
    </details>
  );
}
