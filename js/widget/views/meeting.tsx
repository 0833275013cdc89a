/** Beside a meeting: whether Google has it, why not, and what was written of it. */

import { summary } from "../../shared/history.tsx";
import type { FieldChange, Reason } from "../../src/types.ts";
import { useText } from "../i18n/text.ts";
import { useShown } from "./context.ts";

export function Meeting() {
  const { session, state } = useShown();
  const text = useText();
  const { t } = text;
  const { status, report, meeting, busy } = state;
  if (status?.state !== "active" || state.awaiting) return <NotSetUp />;

  const parked = status.parked.find(({ crmId }) => crmId === meeting);
  const wrote = report !== undefined && report.google.created + report.google.updated + report.google.deleted > 0;
  const oneWay = status.settings?.direction === "google-to-crm";
  return (
    <>
      <header class="bar">
        <h1>{t("meeting.title")}</h1>
        <p class="buttons">
          <button type="button" disabled={busy || oneWay} onClick={() => void session.push()}>{t("meeting.pushNow")}</button>
        </p>
      </header>
      <section class={`card state state-${busy ? "working" : parked || state.trouble ? "needs-you" : "in-accord"}`} aria-live="polite">
        {busy ? <Name>{t("meeting.pushing")}</Name>
          : parked !== undefined ? <><Name>{t("meeting.parked")}</Name><p>{text.known("parked", parked.code, "parked.other", { code: parked.code })}</p></>
          : oneWay ? <p>{t("meeting.notPushed")}</p>
          : report !== undefined && <Name>{t(wrote ? "meeting.pushed" : "meeting.inAccord")}</Name>}
        {!busy && report !== undefined && wrote && <p class="muted">{summary(report, text)}</p>}
      </section>
      {state.reasons.length > 0 && (
        <section class="card">
          <h2>{t("meeting.history")}</h2>
          <ol class="written">{state.reasons.map((reason, n) => <Written key={n} reason={reason} />)}</ol>
        </section>
      )}
    </>
  );
}

function Name({ children }: { children: string }) {
  return <p class="state-name"><span class="dot" aria-hidden="true" /><strong>{children}</strong></p>;
}

function Written({ reason: { run, atMs, operation } }: { reason: Reason }) {
  const { t, instant } = useText();
  return (
    <li>
      {atMs > 0 && <time class="muted" dateTime={new Date(atMs).toISOString()}>{instant(atMs, { dateStyle: "medium", timeStyle: "short" })}</time>}
      <span>{t(`history.${operation.side}`, { what: t(`verb.${operation.verb}`) })}</span>
      {operation.verb === "update" && operation.fields.map((change) => <Changed key={change.field} run={run} googleId={operation.googleId} change={change} />)}
    </li>
  );
}

function Changed({ run, googleId, change }: { run: number; googleId: string | undefined; change: FieldChange }) {
  const { session, state: { busy } } = useShown();
  const { t } = useText();
  const { field, before, after, winner, lost } = change;
  const name = t(`field.${field}`) + t("colon");
  if (winner === undefined || lost === undefined) return <span>{name} {before !== undefined && <><del>{before}</del> </>}<ins>{after ?? "–"}</ins></span>;
  return (
    <span>
      {name} {t("meeting.overwritten", { side: t(winner) })} <q>{lost}</q>{" "}
      {googleId !== undefined && <button type="button" disabled={busy} onClick={() => void session.putBack(run, googleId, field)}>{t("conflict.putBack")}</button>}
    </span>
  );
}

export function NotSetUp() {
  const { state: { awaiting } } = useShown();
  const { t } = useText();
  return (
    <section class="card state state-off">
      {!awaiting && <p>{t("notSetUp")}</p>}
      <p>{t(awaiting ? "openTabToStart" : "openTab")}</p>
    </section>
  );
}
