/** The page "Calendar Synchronization": everything that is set up once. */

import { Check } from "../../shared/check.tsx";
import { Parked } from "../../shared/parked.tsx";
import { Questions } from "../../shared/questions.tsx";
import { State } from "../../shared/state.tsx";
import { Stop } from "../../shared/stop.tsx";
import type { Memory } from "../src/memory.ts";
import { centreOf } from "../src/servers.ts";
import { useText } from "./i18n/text.ts";
import { Accounts } from "./parts/accounts.tsx";
import { FirstSync } from "./parts/first-sync.tsx";
import { LastCycles } from "./parts/history.tsx";
import { SettingsCard } from "./parts/settings.tsx";
import { background, stateOf, type View } from "./view.ts";

export function Options({ view }: { view: View }) {
  const text = useText();
  const { memory, status } = view;
  const isAsked = memory.awaiting && memory.intervalMinutes !== undefined;
  return (
    <main class="options">
      <header class="title">
        <img src="/icon/128.png" alt="" width="40" height="40" />
        <div>
          <h1>{text.t("settings.title")}</h1>
          <p class="muted">{text.t("settings.intro")}</p>
        </div>
        <label class="field language">
          <span>{text.t("language")}</span>
          <select value={memory.locale} onChange={({ currentTarget }) => void background.setLocale(currentTarget.value as Memory["locale"])}>
            <option value="auto">{text.t("language.auto")}</option>
            <option value="en" lang="en">English</option>
            <option value="fr" lang="fr">Français</option>
          </select>
        </label>
      </header>
      {view.glance.state !== "off" && <div class="card"><State {...stateOf(view)} /></div>}
      <Questions questions={status?.questions ?? []} onAnswer={(question, answer) => background.resolve(question, answer)} />
      <Accounts view={view} />
      {isAsked && <FirstSync view={view} />}
      {/* Kept while it is not seen: what was chosen is there again after the way back. */}
      <div hidden={isAsked}><SettingsCard view={view} /></div>
      <Parked parked={status?.parked ?? []} calendar={status?.settings?.calendar} crm={centreOf(memory.accounts.zoho?.centre)?.crm} />
      {view.glance.state !== "off" && <LastCycles run={status?.lastReport?.run} />}
      {status?.settings !== undefined && (
        <Check calendar={status.settings.calendar} crm={centreOf(memory.accounts.zoho?.centre)?.crm} onVerify={() => background.verify()} onReplay={() => background.replay()} />
      )}
      {(status !== undefined || memory.accounts.google || memory.accounts.zoho) && (
        <Stop isActive={memory.intervalMinutes !== undefined} isSetUp={status?.settings !== undefined} onDeactivate={() => background.deactivate()} onForget={() => background.forget()} />
      )}
    </main>
  );
}
