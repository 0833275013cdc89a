/** What to keep in accord, once both accounts are signed in to. */

import { useEffect, useState } from "preact/hooks";
import { useAction } from "../../../shared/action.tsx";
import { SettingsForm } from "../../../shared/settings.tsx";
import type { Calendar, Settings } from "../../../src/types.ts";
import { useText } from "../i18n/text.ts";
import { background, type View } from "../view.ts";

export function SettingsCard({ view }: { view: View }) {
  const text = useText();
  const loading = useAction();
  const [calendars, setCalendars] = useState<Calendar[]>();
  const { google, zoho } = view.memory.accounts;
  const isReady = google !== undefined && !google.isExpired && zoho !== undefined && !zoho.isExpired;

  useEffect(() => {
    if (isReady) loading.start(async () => setCalendars(await background.calendars()));
    else setCalendars(undefined);
  }, [isReady, google?.address]);

  return (
    <section class="card" aria-labelledby="what">
      <h2 id="what">{text.t("what.title")}</h2>
      {!isReady && <p class="muted">{text.t("what.first")}</p>}
      {isReady && calendars === undefined && <p class="muted" role="status">{loading.isBusy ? text.t("what.loading") : ""}</p>}
      {isReady && loading.problem}
      {isReady && calendars?.length === 0 && <p class="problem">{text.t("what.none")}</p>}
      {isReady && calendars && calendars.length > 0 && (
        <SettingsForm stored={view.status?.settings} calendars={calendars} isActive={view.memory.intervalMinutes !== undefined} onSave={save} />
      )}
    </section>
  );
}

async function save(settings: Settings) {
  const { ok, missing } = await background.checkAccess(settings);
  return ok ? { missing: [], isOn: (await background.activate(settings)).firstSyncDone } : { missing, isOn: false };
}
