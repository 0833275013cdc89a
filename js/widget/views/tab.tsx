/** The web tab: settings, state and what the last cycles did. */

import { useState } from "preact/hooks";
import type { Settings } from "../../src/types.ts";
import type { Key } from "../i18n/text.ts";
import { useShown } from "./context.ts";
import { FirstSync } from "./first-sync.tsx";
import { Reports } from "./reports.tsx";
import { StateLine } from "./state.tsx";

export function Tab() {
  const { session, state, text: { t } } = useShown();
  const active = state.status?.state === "active";
  const isAsked = active && state.awaiting;
  return (
    <>
      <header class="bar">
        <h1>{t("title")}</h1>
        <p class="actions">
          {state.busy && state.progress !== undefined && <button type="button" onClick={() => session.cancel()}>{t("stop")}</button>}
          {active && !isAsked && <button type="button" disabled={state.busy} onClick={() => void session.run()}>{t("syncNow")}</button>}
          {active && !isAsked && <button type="button" disabled={state.busy} onClick={() => void session.deactivate()}>{t("deactivate")}</button>}
        </p>
      </header>
      <StateLine />
      {isAsked && <FirstSync />}
      {/* Kept while it is not seen: what was chosen is there again after the way back. */}
      <div hidden={isAsked}><Form /></div>
      <Reports />
    </>
  );
}

const CHOICES = {
  direction: ["two-way", "google-to-crm", "crm-to-google"],
  guests: ["do-not-add", "add-as-contacts"],
  conflict: ["newest", "google", "crm"],
  privateEvents: ["busy", "include", "skip"],
} as const;

function Form() {
  const { session, state, text: { t } } = useShown();
  const stored = state.status?.settings;
  const [draft, setDraft] = useState<Partial<Settings>>({});
  const { calendars } = state;
  const fallback = calendars?.find(({ primary }) => primary)?.id ?? calendars?.[0]?.id;
  const calendar = draft.calendar ?? stored?.calendar ?? fallback;
  const known = calendars ?? [];

  return (
    <form
      class="card"
      onSubmit={(event) => {
        event.preventDefault();
        if (calendar !== undefined) void session.save({ ...stored, ...draft, calendar });
      }}
    >
      <label>
        <span>{t("calendar")}</span>
        <select value={calendar ?? ""} disabled={known.length === 0} onChange={(event) => setDraft({ ...draft, calendar: event.currentTarget.value })}>
          {known.length === 0 && <option value={calendar ?? ""}>{calendar ?? "…"}</option>}
          {known.map(({ id, name }) => <option key={id} value={id}>{name}</option>)}
        </select>
      </label>
      {(Object.keys(CHOICES) as (keyof typeof CHOICES)[]).map((name) => (
        <label key={name}>
          <span>{t(name)}</span>
          <select
            value={draft[name] ?? stored?.[name] ?? CHOICES[name][0]}
            onChange={(event) => setDraft({ ...draft, [name]: event.currentTarget.value })}
          >
            {CHOICES[name].map((value) => <option key={value} value={value}>{t(`${name}.${value}` as Key)}</option>)}
          </select>
        </label>
      ))}
      <p class="actions">
        <button type="submit" class="main" disabled={state.busy || calendar === undefined}>{t("save")}</button>
        {known.length === 0 && <button type="button" disabled={state.busy} onClick={() => void session.loadCalendars()}>{t("findCalendars")}</button>}
      </p>
    </form>
  );
}
