/** Beside a meeting: whether Google has it, why not, and which values lost. */

import type { Conflict } from "../../src/types.ts";
import { useShown } from "./context.ts";
import { summary } from "./reports.tsx";

export function Meeting() {
  const { session, state, text } = useShown();
  const { t } = text;
  const { status, report, meeting } = state;
  if (status?.state !== "active") return <NotSetUp />;

  const parked = status.parked.find(({ crmId }) => crmId === meeting);
  const lost = state.history.flatMap(({ run, conflicts }) => conflicts.filter(({ crmId }) => crmId === meeting).map((conflict) => ({ run, conflict })));
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
      {lost.length > 0 && (
        <section class="card">
          <h2>{t("historyOfMeeting")}</h2>
          <ol class="reports">{lost.map(({ run, conflict }) => <Lost key={`${run} ${conflict.field}`} conflict={conflict} />)}</ol>
        </section>
      )}
    </>
  );
}

function Lost({ conflict }: { conflict: Conflict }) {
  const { text: { t } } = useShown();
  const { winner, google, crm } = conflict;
  return (
    <li>
      <span>{t("overwritten", { side: t(winner) })}</span>
      <q>{winner === "google" ? crm : google}</q>
    </li>
  );
}

export function NotSetUp() {
  const { text: { t } } = useShown();
  return <section class="state" data-state="off"><p class="name">{t("notSetUp")}</p><p>{t("openTab")}</p></section>;
}
