/** Beside a meeting: whether Google has it, why not, and what was written of it. */

import type { FieldChange, Reason } from "../../src/types.ts";
import { useShown } from "./context.ts";
import { summary } from "./reports.tsx";

export function Meeting() {
  const { session, state, text } = useShown();
  const { t } = text;
  const { status, report, meeting } = state;
  if (status?.state !== "active" || state.awaiting) return <NotSetUp />;

  const parked = status.parked.find(({ crmId }) => crmId === meeting);
  const wrote = report !== undefined && report.google.created + report.google.updated + report.google.deleted > 0;
  const oneWay = status.settings?.direction === "google-to-crm";
  return (
    <>
      <header class="bar">
        <h1>{t("thisMeeting")}</h1>
        <p class="actions">
          <button type="button" disabled={state.busy || oneWay} onClick={() => void session.push()}>{t("pushNow")}</button>
        </p>
      </header>
      <section class="state" data-state={state.busy ? "working" : parked || state.trouble ? "attention" : "active"} aria-live="polite">
        {state.busy ? <p class="name">{t("pushing")}</p>
          : parked !== undefined ? <p class="name">{t("parked")} <span lang="en">{parked.message}</span></p>
          : oneWay ? <p>{t("notPushed")}</p>
          : report !== undefined && <p class="name">{wrote ? t("pushed") : t("inAccord")}</p>}
        {!state.busy && report !== undefined && wrote && <p>{summary(report, text)}</p>}
      </section>
      {state.reasons.length > 0 && (
        <section class="card">
          <h2>{t("historyOfMeeting")}</h2>
          <ol class="reports">{state.reasons.map((reason, n) => <Written key={n} reason={reason} />)}</ol>
        </section>
      )}
    </>
  );
}

function Written({ reason: { run, atMs, operation } }: { reason: Reason }) {
  const { text } = useShown();
  const { t } = text;
  return (
    <li>
      {atMs > 0 && <time dateTime={new Date(atMs).toISOString()}>{text.time(atMs, { dateStyle: "medium", timeStyle: "short" })}</time>}
      <span>{t(operation.side)}: {t(`verb.${operation.verb}`)}</span>
      {operation.verb === "update" && operation.fields.map((change) => <Changed key={change.field} run={run} googleId={operation.googleId} change={change} />)}
    </li>
  );
}

function Changed({ run, googleId, change }: { run: number; googleId: string | undefined; change: FieldChange }) {
  const { session, state: { busy }, text: { t } } = useShown();
  const { field, before, after, winner, lost } = change;
  const name = t(`field.${field}`);
  if (winner === undefined || lost === undefined) return <span>{name}: {before !== undefined && <><del>{before}</del> </>}<ins>{after ?? "–"}</ins></span>;
  return (
    <span>
      {name}: {t("overwritten", { side: t(winner) })} <q>{lost}</q>{" "}
      {googleId !== undefined && <button type="button" disabled={busy} onClick={() => void session.putBack(run, googleId, field)}>{t("putBack")}</button>}
    </span>
  );
}

export function NotSetUp() {
  const { state: { awaiting }, text: { t } } = useShown();
  return (
    <section class="state" data-state="off">
      <p class="name">{t(awaiting ? "state.awaiting" : "notSetUp")}</p>
      <p>{t(awaiting ? "openTabToStart" : "openTab")}</p>
    </section>
  );
}
