/** What a sync did, in a sentence and in numbers, and the syncs before it. */

import type { Report } from "../../src/index.ts";
import { useText, type Key, type Text } from "../i18n/text.ts";
import { Check } from "./icons.tsx";

export function writesOf({ crm, google }: Report): number {
  return crm.created + crm.updated + crm.deleted + google.created + google.updated + google.deleted;
}

/** The report as one or two sentences; also what a screen reader is told. */
export function headline(text: Text, report: Report): string {
  const writes = writesOf(report);
  const first = writes === 0 && report.remaining === 0 ? text.t("report.zero") : text.plural("report.wrote", writes, { duration: text.duration(report.durationMs) });
  return report.remaining > 0 ? `${first} ${text.plural("report.more", report.remaining)}` : first;
}

export function ReportCard({ report }: { report: Report | undefined }) {
  const text = useText();
  return (
    <section class="card report" aria-labelledby="report-title">
      <h2 id="report-title">{text.t("report.title")}</h2>
      {report ? <ReportBody report={report} /> : <p class="muted">{text.t("report.none")}</p>}
    </section>
  );
}

function ReportBody({ report }: { report: Report }) {
  const text = useText();
  const skipped = Object.values(report.skipped).reduce((sum, n) => sum + n, 0);
  const numbers: [key: Key, value: number, tone?: string][] = [
    ["report.created", report.crm.created, "created"],
    ["report.updated", report.crm.updated, "updated"],
    ["report.deleted", report.crm.deleted, "deleted"],
    ["report.unchanged", report.unchanged],
    ["report.linked", report.linked],
    ["report.skipped", skipped],
    ["report.parked", report.parked.length],
    ["report.remaining", report.remaining],
    ["report.requests", report.requests.google + report.requests.zoho],
  ];
  return (
    <>
      <p class="headline"><Check /> {headline(text, report)}</p>
      <dl class="numbers">
        {numbers.map(([key, value, tone]) => (
          <div key={key} class={`${tone ?? ""}${value === 0 ? " zero" : ""}`}>
            <dt>{text.t(key)}</dt>
            <dd>{text.number(value)}</dd>
          </div>
        ))}
        <div>
          <dt>{text.t("report.duration")}</dt>
          <dd>{text.duration(report.durationMs)}</dd>
        </div>
      </dl>
      <p class="muted">
        {text.t("report.requestsSplit", { google: report.requests.google, zoho: report.requests.zoho })}
        {report.fullRead && ` · ${text.t("report.fullRead")}`}
      </p>
      {skipped > 0 && (
        <details>
          <summary>{text.t("report.why")}</summary>
          <dl class="reasons">
            {(["recurring", "eventType", "private", "outsideWindow"] as const).filter((reason) => report.skipped[reason] > 0).map((reason) => (
              <div key={reason}><dt>{text.t(`skip.${reason}`)}</dt><dd>{text.number(report.skipped[reason])}</dd></div>
            ))}
          </dl>
        </details>
      )}
      <Remarks title="report.parkedTitle" items={report.parked} />
      <Remarks title="report.notes" items={report.notes} />
    </>
  );
}

/** Reasons repeat over many events, so they are counted. They come from the engine, in English. */
function Remarks({ title, items }: { title: Key; items: { code: string; message: string }[] }) {
  const text = useText();
  if (items.length === 0) return null;
  const counts = new Map<string, number>();
  for (const { message } of items) counts.set(message, (counts.get(message) ?? 0) + 1);
  return (
    <details>
      <summary>{text.t(title)} ({text.number(items.length)})</summary>
      <dl class="reasons">
        {[...counts].map(([message, n]) => <div key={message}><dt lang="en">{message}</dt><dd>{text.number(n)}</dd></div>)}
      </dl>
    </details>
  );
}

export function HistoryCard({ history }: { history: Report[] }) {
  const text = useText();
  return (
    <section class="card history" aria-labelledby="history-title">
      <h2 id="history-title">{text.t("history.title")}</h2>
      {history.length === 0 ? <p class="muted">{text.t("history.empty")}</p> : (
        <div class="scroll" role="group" aria-labelledby="history-title" tabIndex={0}>
          <table>
            <thead>
              <tr>
                {(["history.run", "history.when", "report.created", "report.updated", "report.deleted", "report.remaining", "report.requests", "report.duration"] as const)
                  .map((key) => <th key={key} scope="col">{text.t(key)}</th>)}
              </tr>
            </thead>
            <tbody>
              {history.map((report) => (
                <tr key={report.run}>
                  <th scope="row">{text.number(report.run)}</th>
                  <td>{text.date(report.startedMs, { dateStyle: "short", timeStyle: "medium" })}</td>
                  {[report.crm.created, report.crm.updated, report.crm.deleted, report.remaining, report.requests.google + report.requests.zoho]
                    .map((n, at) => <td key={at} class={n === 0 ? "zero" : undefined}>{text.number(n)}</td>)}
                  <td>{text.duration(report.durationMs)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
