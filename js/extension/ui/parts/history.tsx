/** The last cycles that changed something: what was written, and which values lost. */

import { useEffect, useState } from "preact/hooks";
import type { Conflict, Counts, Report } from "../../../src/types.ts";
import { useText, type Text } from "../i18n/text.ts";
import { background } from "../view.ts";

const SHOWN = 5;

/** @param run the number of the last report: another one means that there is more to read */
export function History({ run }: { run: number | undefined }) {
  const text = useText();
  const [reports, setReports] = useState<Report[]>();
  useEffect(() => {
    let isCurrent = true;
    void background.history().then((all) => isCurrent && setReports(all.slice(0, SHOWN)), () => undefined);
    return () => {
      isCurrent = false;
    };
  }, [run]);
  return (
    <section class="card history" aria-labelledby="history">
      <h2 id="history">{text.t("history.title")}</h2>
      {reports?.length === 0 && <p class="muted">{text.t("history.none")}</p>}
      <ol>{reports?.map((report) => <Cycle key={report.run} report={report} />)}</ol>
    </section>
  );
}

function Cycle({ report }: { report: Report }) {
  const text = useText();
  return (
    <li>
      <p><time class="tabular muted" dateTime={new Date(report.startedMs).toISOString()}>{text.time(report.startedMs, Date.now())}</time> {summary(report, text)}</p>
      {report.conflicts.length > 0 && (
        <details>
          <summary>{text.plural("conflicts", report.conflicts.length)}</summary>
          <ul>{report.conflicts.map((conflict) => <li key={`${conflict.googleId} ${conflict.field}`}>{lost(conflict, text)}</li>)}</ul>
        </details>
      )}
    </li>
  );
}

export function summary({ google, crm, linked }: Pick<Report, "google" | "crm" | "linked">, text: Text): string {
  const of = ({ created, updated, deleted }: Counts) => text.list(
    ([["created", created], ["updated", updated], ["deleted", deleted]] as const).filter(([, n]) => n > 0).map(([stem, n]) => text.plural(stem, n)),
  );
  const parts = [
    of(crm) && text.t("history.crm", { what: of(crm) }),
    of(google) && text.t("history.google", { what: of(google) }),
    linked > 0 ? text.plural("history.linked", linked) : "",
  ].filter((part) => part !== "");
  return parts.length === 0 ? text.t("history.none") : parts.join(" · ");
}

function lost({ field, google, crm, winner }: Conflict, text: Text): string {
  const [kept, replaced] = winner === "google" ? [google, crm] : [crm, google];
  const shown = (value: string) => (value === "" ? text.t("conflict.empty") : value);
  return text.t("conflict.lost", { field: text.t(`field.${field}`), kept: shown(kept), lost: shown(replaced) });
}
