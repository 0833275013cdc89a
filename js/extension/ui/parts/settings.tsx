/** What to keep in accord. Saving checks the settings against both accounts first and names what is missing. */

import { useEffect, useState } from "preact/hooks";
import { MissingList } from "../../../shared/missing.tsx";
import { wordsIn } from "../../../shared/text.ts";
import type { Access, Calendar, Settings } from "../../../src/types.ts";
import { useText } from "../i18n/text.ts";
import { background, type View } from "../view.ts";
import { useAction } from "./action.tsx";
import { Choice, NumberField, Tick } from "./choices.tsx";

type Complete = Required<Omit<Settings, "limits">> & { limits: Required<NonNullable<Settings["limits"]>> };

const INTERVALS = [1, 2, 5, 10, 15, 30, 60];

/** What is chosen until the person chooses: the defaults of the engine, which it fills in itself as well. */
function complete(stored: Settings | undefined): Complete {
  return {
    calendar: "", direction: "two-way", guests: "do-not-add", conflict: "newest", firstMatch: "match", deletions: "propagate",
    notifyGuests: false, intervalMinutes: 5, privateEvents: "busy", recurring: "skip", ...stored,
    limits: { firstSync: 5000, laterSync: 500, lookBackMonths: 3, ...stored?.limits },
  };
}

export function SettingsForm({ view }: { view: View }) {
  const text = useText();
  const saving = useAction();
  const loading = useAction();
  const [calendars, setCalendars] = useState<Calendar[]>();
  const [settings, setSettings] = useState(() => complete(view.status?.settings));
  const [missing, setMissing] = useState<Access["missing"]>([]);
  const [isSaved, setSaved] = useState(false);
  const { google, zoho } = view.memory.accounts;
  const isReady = google !== undefined && !google.isExpired && zoho !== undefined && !zoho.isExpired;
  const isActive = view.memory.intervalMinutes !== undefined;

  useEffect(() => {
    if (!isReady) return setCalendars(undefined);
    loading.start(async () => {
      const found = await background.calendars();
      setCalendars(found);
      setSettings((now) => (found.some(({ id }) => id === now.calendar) ? now : { ...now, calendar: (found.find(({ primary }) => primary) ?? found[0])?.id ?? "" }));
    });
  }, [isReady, google?.address]);

  const choose = (change: Partial<Complete>) => {
    setSaved(false);
    setSettings((now) => ({ ...now, ...change }));
  };

  function save(event: Event): void {
    event.preventDefault();
    setSaved(false);
    setMissing([]);
    saving.start(async () => {
      const access = await background.checkAccess(settings);
      if (!access.ok) return setMissing(access.missing);
      setSaved((await background.activate(settings)).firstSyncDone);
    });
  }

  return (
    <section class="card" aria-labelledby="what">
      <h2 id="what">{text.t("what.title")}</h2>
      {!isReady && <p class="muted">{text.t("what.first")}</p>}
      {isReady && calendars === undefined && <p class="muted" role="status">{loading.isBusy ? text.t("what.loading") : ""}</p>}
      {isReady && loading.problem}
      {isReady && calendars?.length === 0 && <p class="problem">{text.t("what.none")}</p>}
      {isReady && calendars && calendars.length > 0 && (
        <form onSubmit={save}>
          <div class="fields">
            <Choice label="what.calendar" value={settings.calendar} options={calendars.map(({ id, name }) => [id, name])} onChoose={(calendar) => choose({ calendar })} />
            <Choice label="what.direction" value={settings.direction} note={text.t(`note.${settings.direction}`)} onChoose={(direction) => choose({ direction })}
              options={(["two-way", "google-to-crm", "crm-to-google"] as const).map((value) => [value, text.t(`direction.${value}`)])} />
            <Choice label="what.guests" value={settings.guests} onChoose={(guests) => choose({ guests })}
              options={(["do-not-add", "add-as-contacts"] as const).map((value) => [value, text.t(`guests.${value}`)])} />
            <Choice label="what.conflict" value={settings.conflict} onChoose={(conflict) => choose({ conflict })}
              options={(["newest", "google", "crm"] as const).map((value) => [value, text.t(`conflict.${value}`)])} />
            <Choice label="what.deletions" value={settings.deletions} onChoose={(deletions) => choose({ deletions })}
              options={(["propagate", "keep"] as const).map((value) => [value, text.t(`deletions.${value}`)])} />
            <Choice label="what.private" value={settings.privateEvents} onChoose={(privateEvents) => choose({ privateEvents })}
              options={(["busy", "include", "skip"] as const).map((value) => [value, text.t(`private.${value}`)])} />
            <Choice label="what.interval" value={String(settings.intervalMinutes)} onChoose={(minutes) => choose({ intervalMinutes: Number(minutes) })}
              options={INTERVALS.map((n) => [String(n), text.plural("interval", n)])} />
          </div>
          <details>
            <summary>{text.t("advanced.title")}</summary>
            <div class="fields">
              <Choice label="advanced.firstMatch" value={settings.firstMatch} onChoose={(firstMatch) => choose({ firstMatch })}
                options={(["match", "import-all"] as const).map((value) => [value, text.t(`firstMatch.${value}`)])} />
              <Choice label="advanced.recurring" value={settings.recurring === "instances" ? "instances" : "skip"} onChoose={(recurring) => choose({ recurring })}
                options={(["skip", "instances"] as const).map((value) => [value, text.t(`recurring.${value}`)])} />
              <NumberField label="advanced.firstLimit" value={settings.limits.firstSync} min={1} max={5000} onChoose={(firstSync) => choose({ limits: { ...settings.limits, firstSync } })} />
              <NumberField label="advanced.laterLimit" value={settings.limits.laterSync} min={1} max={500} onChoose={(laterSync) => choose({ limits: { ...settings.limits, laterSync } })} />
              <NumberField label="advanced.lookBack" value={settings.limits.lookBackMonths} min={0} max={12} onChoose={(lookBackMonths) => choose({ limits: { ...settings.limits, lookBackMonths } })} />
            </div>
            <Tick label="advanced.notify" value={settings.notifyGuests} onChoose={(notifyGuests) => choose({ notifyGuests })} />
          </details>
          <div class="buttons">
            <button type="submit" class="primary big" disabled={saving.isBusy}>{text.t(isActive ? "save.again" : "save")}</button>
            <p class="muted" role="status">{saving.isBusy ? text.t("save.checking") : isSaved ? text.t("saved") : ""}</p>
          </div>
          {saving.problem}
          {missing.length > 0 && (
            <div class="problem" role="alert">
              <p>{text.t("save.missing")}</p>
              <MissingList missing={missing} words={wordsIn(text.language, text.locale)} />
            </div>
          )}
        </form>
      )}
    </section>
  );
}
