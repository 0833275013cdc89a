/** The web tab: settings, state and what the last cycles did. */

import { Check } from "../../shared/check.tsx";
import { History } from "../../shared/history.tsx";
import { Parked } from "../../shared/parked.tsx";
import { SettingsForm } from "../../shared/settings.tsx";
import { Stop } from "../../shared/stop.tsx";
import { useText } from "../i18n/text.ts";
import { useShown } from "./context.ts";
import { FirstSync } from "./first-sync.tsx";
import { StateCard } from "./state.tsx";

export function Tab() {
  const { session, state } = useShown();
  const { t } = useText();
  const { status, busy, history } = state;
  const active = status?.state === "active";
  const isAsked = active && state.awaiting;
  return (
    <>
      <header class="bar">
        <h1>{t("title")}</h1>
        <p class="buttons">
          {busy && state.progress !== undefined && <button type="button" onClick={() => session.cancel()}>{t("stop")}</button>}
          {active && !isAsked && <button type="button" disabled={busy} onClick={() => void session.run()}>{t("run")}</button>}
        </p>
      </header>
      <StateCard />
      {isAsked && <FirstSync />}
      {/* Kept while it is not seen: what was chosen is there again after the way back. */}
      <div hidden={isAsked}><SettingsCard /></div>
      <Parked parked={status?.parked ?? []} calendar={status?.settings?.calendar} crm={state.crm} />
      <History reports={history.slice(0, SHOWN)} isBusy={busy} onUndo={session.undo} onPutBack={session.putBack} />
      {status?.settings !== undefined && (
        <Check isBusy={busy} calendar={status.settings.calendar} crm={state.crm} onVerify={session.verify} onReplay={session.replay} />
      )}
      {status?.settings !== undefined && (
        <Stop isActive={active} isSetUp isBusy={busy} onDeactivate={session.deactivate} onForget={session.forget} />
      )}
    </>
  );
}

const SHOWN = 10;

function SettingsCard() {
  const { session, state: { calendars, status, busy } } = useShown();
  const { t } = useText();
  return (
    <section class="card" aria-labelledby="what">
      <h2 id="what">{t("what.title")}</h2>
      {calendars === undefined && (busy
        ? <p class="muted" role="status">{t("what.loading")}</p>
        : <p class="buttons"><button type="button" onClick={() => void session.loadCalendars()}>{t("findCalendars")}</button></p>)}
      {calendars?.length === 0 && <p class="problem">{t("what.none")}</p>}
      {calendars !== undefined && calendars.length > 0 && (
        <SettingsForm stored={status?.settings} calendars={calendars} isActive={status?.state === "active"} isBusy={busy} onSave={session.save} />
      )}
    </section>
  );
}
