/** The last cycles that changed something: what was written, and which values lost. */

import { useEffect, useState } from "preact/hooks";
import type { Conflict, Counts, Report } from "../../../src/types.ts";
import { useText, type Text } from "../i18n/text.ts";
import { background } from "../view.ts";
import { useAction } from "./action.tsx";

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
  const action = useAction();
  const [left, setLeft] = useState<number>();
  const when = text.time(report.startedMs, Date.now());
  const { google, crm } = report;
  const written = [google, crm].reduce((sum, { created, updated, deleted }) => sum + created + updated + deleted, 0);
  const [isAsking, setAsking] = useState(false);

  // The first click says how much it is about, the second one does it.
  function undo(): void {
    setAsking(!isAsking);
    if (isAsking) action.start(async () => setLeft((await background.undo(report.run))?.notRestored.length ?? 0));
  }

  return (
    <li>
      <div class="cycle">
        <p><time class="tabular muted" dateTime={new Date(report.startedMs).toISOString()}>{when}</time> {summary(report, text)}</p>
        {written > 0 && (
          <button type="button" class={isAsking ? "danger" : "quiet"} disabled={action.isBusy} onClick={undo} onBlur={() => setAsking(false)}
            {...(!isAsking && { "aria-label": text.t("history.undoOf", { when }) })}>
            {isAsking ? text.plural("history.sure", written) : text.t("history.undo")}
          </button>
        )}
      </div>
      {left !== undefined && <p class="muted" role="status">{left === 0 ? text.t("history.undone") : text.plural("history.left", left)}</p>}
      {action.problem}
      {report.conflicts.length > 0 && (
        <details>
          <summary>{text.plural("conflicts", report.conflicts.length)}</summary>
          <ul>{report.conflicts.map((conflict) => <Lost key={`${conflict.googleId} ${conflict.field}`} run={report.run} conflict={conflict} />)}</ul>
        </details>
      )}
    </li>
  );
}

function Lost({ run, conflict: { googleId, field, google, crm, winner } }: { run: number; conflict: Conflict }) {
  const text = useText();
  const action = useAction();
  const shown = (value: string) => (value === "" ? text.t("conflict.empty") : value);
  const [kept, lost] = (winner === "google" ? [google, crm] : [crm, google]).map(shown) as [string, string];
  return (
    <li class="cycle">
      <span>{text.t("conflict.lost", { field: text.t(`field.${field}`), kept, lost })}</span>
      <button type="button" class="quiet" disabled={action.isBusy} aria-label={text.t("conflict.putBackWhat", { lost })}
        onClick={() => action.start(() => background.putBack(run, googleId, field))}>{text.t("conflict.putBack")}</button>
      {action.problem}
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
