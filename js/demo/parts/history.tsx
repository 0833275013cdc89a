/** The syncs that did something, newest first. */

import type { Report } from "../../src/index.ts";
import { useText } from "../i18n/text.ts";

const SIDES = ["google", "crm"] as const;
const WRITES = ["created", "updated", "deleted"] as const;

const wrote = (report: Report): boolean => SIDES.some((side) => WRITES.some((what) => report[side][what] > 0));

export function HistoryCard({ history, busy, onUndo }: { history: Report[]; busy: boolean; onUndo(run: number): void }) {
  const text = useText();
  return (
    <section class="card history" aria-labelledby="history-title">
      <h2 id="history-title">{text.t("history.title")}</h2>
      {history.length === 0 ? <p class="muted">{text.t("history.empty")}</p> : (
        <div class="scroll" role="group" aria-labelledby="history-title" tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col" rowSpan={2}>{text.t("history.run")}</th>
                <th scope="col" rowSpan={2}>{text.t("history.when")}</th>
                {SIDES.map((side) => <th key={side} scope="colgroup" colSpan={3} class={`side-${side}`}>{text.t(`report.in.${side}`)}</th>)}
                {(["report.remaining", "report.requests", "report.duration"] as const).map((key) => <th key={key} scope="col" rowSpan={2}>{text.t(key)}</th>)}
                <td rowSpan={2} />
              </tr>
              <tr>
                {SIDES.flatMap((side) => WRITES.map((what) => <th key={`${side}/${what}`} scope="col">{text.t(`report.${what}`)}</th>))}
              </tr>
            </thead>
            <tbody>
              {history.map((report) => (
                <tr key={report.run}>
                  <th scope="row">{text.number(report.run)}</th>
                  <td>
                    {text.date(report.startedMs, { dateStyle: "short", timeStyle: "short" })}
                    {report.undoes !== undefined && <small>{text.t(report.trigger === "put-back" ? "history.putsBack" : "history.undoes", { run: report.undoes })}</small>}
                  </td>
                  {[...SIDES.flatMap((side) => WRITES.map((what) => report[side][what])), report.remaining, report.requests.google + report.requests.zoho]
                    .map((n, at) => <td key={at} class={n === 0 ? "zero" : undefined}>{text.number(n)}</td>)}
                  <td>{text.duration(report.durationMs)}</td>
                  <td>
                    {wrote(report) && <button type="button" disabled={busy} aria-label={text.t("history.undo.run", { run: report.run })} onClick={() => onUndo(report.run)}>{text.t("history.undo")}</button>}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
