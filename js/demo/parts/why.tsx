/** Why an event looks as it does: what the syncs wrote of it, newest first. */

import { useEffect, useState } from "preact/hooks";
import type { Reason } from "../../src/index.ts";
import { useText } from "../i18n/text.ts";
import { OperationItem } from "./preview.tsx";

export function Why({ explain }: { explain(): Promise<Reason[]> }) {
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
          {reasons.map(({ run, atMs, operation }, at) => (
            <OperationItem key={at} operation={operation} when={text.t("why.when", { run, when: text.date(atMs, { dateStyle: "short", timeStyle: "medium" }) })} />
          ))}
        </ol>
      )}
    </details>
  );
}
