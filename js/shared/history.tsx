/** The last cycles that changed something: what was written, and which values lost. */

import { useState } from "preact/hooks";
import type { Conflict, Counts, FieldName, Report } from "../src/types.ts";
import { useAction } from "./action.tsx";
import { useText, type Text } from "./text.ts";

interface Acts {
  isBusy?: boolean;
  /** Takes back what a cycle wrote; resolves to its report. */
  onUndo(run: number): Promise<Report | undefined>;
  /** Writes the value that lost to both sides. */
  onPutBack(run: number, googleId: string, field: FieldName): Promise<unknown>;
}

export interface HistoryProps extends Acts {
  /** Newest first; absent while they are read. */
  reports: readonly Report[] | undefined;
}

export function History({ reports, ...acts }: HistoryProps) {
  const text = useText();
  return (
    <section class="card history" aria-labelledby="history">
      <h2 id="history">{text.t("history.title")}</h2>
      {reports?.length === 0 && <p class="muted">{text.t("history.none")}</p>}
      <ol>{reports?.map((report) => <Cycle key={report.run} report={report} {...acts} />)}</ol>
    </section>
  );
}

function Cycle({ report, ...acts }: { report: Report } & Acts) {
  const text = useText();
  const action = useAction(acts.isBusy);
  const [left, setLeft] = useState<number>();
  const when = text.time(report.startedMs, Date.now());
  const { google, crm } = report;
  const written = [google, crm].reduce((sum, { created, updated, deleted }) => sum + created + updated + deleted, 0);
  const [isAsking, setAsking] = useState(false);

  // The first click says how much it is about, the second one does it.
  function undo(): void {
    setAsking(!isAsking);
    if (isAsking) action.start(async () => setLeft((await acts.onUndo(report.run))?.notRestored.length));
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
          <ul>{report.conflicts.map((conflict) => <Lost key={`${conflict.googleId} ${conflict.field}`} run={report.run} conflict={conflict} {...acts} />)}</ul>
        </details>
      )}
    </li>
  );
}

function Lost({ run, conflict: { googleId, field, google, crm, winner }, isBusy, onPutBack }: { run: number; conflict: Conflict } & Acts) {
  const text = useText();
  const action = useAction(isBusy);
  const shown = (value: string) => (value === "" ? text.t("field.empty") : value);
  const [kept, lost] = (winner === "google" ? [google, crm] : [crm, google]).map(shown) as [string, string];
  return (
    <li class="cycle">
      <span>{text.t("conflict.lost", { field: text.t(`field.${field}`), kept, lost })}</span>
      <button type="button" class="quiet" disabled={action.isBusy} aria-label={text.t("conflict.putBackWhat", { lost })}
        onClick={() => action.start(() => onPutBack(run, googleId, field))}>{text.t("conflict.putBack")}</button>
      {action.problem}
    </li>
  );
}

/** What a cycle wrote, in one line. */
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
