/** The page "Calendar Synchronization": everything that is set up once. */

import type { Memory } from "../src/memory.ts";
import { useText } from "./i18n/text.ts";
import { Accounts } from "./parts/accounts.tsx";
import { FirstSync } from "./parts/first-sync.tsx";
import { History } from "./parts/history.tsx";
import { Parked } from "./parts/parked.tsx";
import { Questions } from "./parts/questions.tsx";
import { SettingsForm } from "./parts/settings.tsx";
import { State } from "./parts/state.tsx";
import { Stop } from "./parts/stop.tsx";
import { background, type View } from "./view.ts";

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
      {view.glance.state !== "off" && <div class="card"><State view={view} /></div>}
      <Questions questions={status?.questions ?? []} />
      <Accounts view={view} />
      {isAsked && <FirstSync view={view} />}
      {/* Kept while it is not seen: what was chosen is there again after the way back. */}
      <div hidden={isAsked}><SettingsForm view={view} /></div>
      <Parked parked={status?.parked ?? []} places={{ calendar: status?.settings?.calendar, centre: memory.accounts.zoho?.centre }} />
      {view.glance.state !== "off" && <History run={status?.lastReport?.run} />}
      {(status !== undefined || memory.accounts.google || memory.accounts.zoho) && <Stop view={view} />}
    </main>
  );
}
