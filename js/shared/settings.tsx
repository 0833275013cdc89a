/** What to keep in accord. Saving checks the settings against both accounts first and names what is missing. */

import { useState } from "preact/hooks";
import type { Access, Calendar, Settings } from "../src/types.ts";
import { useAction } from "./action.tsx";
import { Choice, NumberField, Tick } from "./choices.tsx";
import { MissingList } from "./missing.tsx";
import { useText, type Key } from "./text.ts";

type Limits = Required<NonNullable<Settings["limits"]>>;
type Complete = Required<Omit<Settings, "limits">> & { limits: Limits };

const INTERVALS = [1, 2, 5, 10, 15, 30, 60];

/** What is chosen until the person chooses: the defaults of the engine, which it fills in itself as well. */
function complete(stored: Settings | undefined): Complete {
  return {
    calendar: "", direction: "two-way", guests: "do-not-add", conflict: "newest", firstMatch: "match", deletions: "propagate",
    notifyGuests: false, intervalMinutes: 5, privateEvents: "busy", recurring: "skip", ...stored,
    limits: { firstSync: 5000, laterSync: 500, lookBackMonths: 3, ...stored?.limits },
  };
}

/** What a person changed and has not saved. */
type Draft = Partial<Complete>;

export interface SettingsFormProps {
  stored: Settings | undefined;
  /** Those that the person may write to; one at least. */
  calendars: readonly Calendar[];
  isActive: boolean;
  isBusy?: boolean;
  /** Checks and stores; tells what was missing, and whether the sync goes on from there. */
  onSave(settings: Settings): Promise<{ missing: Access["missing"]; isOn: boolean }>;
}

export function SettingsForm({ stored, calendars, isActive, isBusy, onSave }: SettingsFormProps) {
  const text = useText();
  const saving = useAction(isBusy);
  const [draft, setDraft] = useState<Draft>({});
  const [missing, setMissing] = useState<Access["missing"]>([]);
  const [isSaved, setSaved] = useState(false);
  const known = { ...complete(stored), ...draft };
  const usable = [known.calendar, calendars.find(({ primary }) => primary)?.id].find((id) => calendars.some((one) => one.id === id));
  const settings = { ...known, calendar: usable ?? calendars[0]?.id ?? "" };

  const choose = (change: Draft) => {
    setSaved(false);
    setDraft((now) => ({ ...now, ...change }));
  };
  const limit = (change: Partial<Limits>) => choose({ limits: { ...settings.limits, ...change } });
  const choice = <Name extends keyof Complete, Value extends Complete[Name] & string>(name: Name, label: Key, texts: string, values: readonly Value[], note?: string) => (
    <Choice label={label} value={settings[name] as Value} onChoose={(value) => choose({ [name]: value })}
      options={values.map((value) => [value, text.t(`${texts}.${value}` as Key)])} {...(note !== undefined && { note })} />
  );

  function save(event: Event): void {
    event.preventDefault();
    setSaved(false);
    setMissing([]);
    saving.start(async () => {
      const { missing, isOn } = await onSave(settings);
      setMissing(missing);
      setSaved(isOn);
    });
  }

  return (
    <form onSubmit={save}>
      <div class="fields">
        <Choice label="what.calendar" value={settings.calendar} options={calendars.map(({ id, name }) => [id, name])} onChoose={(calendar) => choose({ calendar })} />
        {choice("direction", "what.direction", "direction", ["two-way", "google-to-crm", "crm-to-google"], text.t(`direction.note.${settings.direction}`))}
        {choice("guests", "what.guests", "guests", ["do-not-add", "add-as-contacts"])}
        {choice("conflict", "what.conflict", "conflict", ["newest", "google", "crm"])}
        {choice("deletions", "what.deletions", "deletions", ["propagate", "keep"])}
        {choice("privateEvents", "what.private", "private", ["busy", "include", "skip"])}
        <Choice label="what.interval" value={String(settings.intervalMinutes)} onChoose={(minutes) => choose({ intervalMinutes: Number(minutes) })}
          options={INTERVALS.map((n) => [String(n), text.plural("interval", n)])} />
      </div>
      <details>
        <summary>{text.t("advanced.title")}</summary>
        <div class="fields">
          {choice("firstMatch", "advanced.firstMatch", "firstMatch", ["match", "import-all"])}
          {choice("recurring", "advanced.recurring", "recurring", ["skip", "instances"])}
          <NumberField label="advanced.firstLimit" value={settings.limits.firstSync} min={1} max={5000} onChoose={(firstSync) => limit({ firstSync })} />
          <NumberField label="advanced.laterLimit" value={settings.limits.laterSync} min={1} max={500} onChoose={(laterSync) => limit({ laterSync })} />
          <NumberField label="advanced.lookBack" value={settings.limits.lookBackMonths} min={0} max={12} onChoose={(lookBackMonths) => limit({ lookBackMonths })} />
        </div>
        <Tick label="advanced.notify" value={settings.notifyGuests} onChoose={(notifyGuests) => choose({ notifyGuests })} />
      </details>
      <div class="buttons">
        <button type="submit" class="primary big" disabled={saving.isBusy}>{text.t(isActive ? "save.again" : "save")}</button>
        <p class="muted" role="status">{saving.isBusy && !isBusy ? text.t("save.checking") : isSaved ? text.t("saved") : ""}</p>
      </div>
      {saving.problem}
      {missing.length > 0 && (
        <div class="problem" role="alert">
          <p>{text.t("save.missing")}</p>
          <MissingList missing={missing} />
        </div>
      )}
    </form>
  );
}
