/** Add, change or delete a Google event, as a person would at Google. */

import { useEffect, useState } from "preact/hooks";
import { localDateTime, type Day } from "../dates.ts";
import type { CalendarEvent } from "../events.ts";
import { asCalendarEvent, deleteEvent, googleEvent, insertEvent, newDraft, patchEvent, type Draft, type GoogleEvent } from "../google.ts";
import { useText, type Key } from "../i18n/text.ts";
import { ServiceError } from "../services.ts";
import { Details } from "./details.tsx";
import { Dialog } from "./dialog.tsx";

interface Props {
  calendarId: string;
  /** The event to change, or the day to add one on. */
  subject: CalendarEvent | Day;
  onClose(): void;
  onChanged(message: Key): void;
}

export function EventForm({ calendarId, subject, onClose, onChanged }: Props) {
  const { t } = useText();
  const existing = typeof subject === "string" ? undefined : subject;
  const [record, setRecord] = useState<GoogleEvent>();
  const [draft, setDraft] = useState<Draft | undefined>(typeof subject === "string" ? newDraft(subject, Date.now()) : undefined);
  const [problem, setProblem] = useState<Key>();
  const [busy, setBusy] = useState(false);

  async function read(): Promise<void> {
    if (!existing) return;
    const fresh = await googleEvent(calendarId, existing.id);
    setRecord(fresh);
    setDraft(draftOf(fresh));
  }

  useEffect(() => {
    read().catch(() => setProblem("panel.failed"));
  }, []);

  async function attempt(work: () => Promise<void>, done: Key): Promise<void> {
    setBusy(true);
    setProblem(undefined);
    try {
      await work();
      onChanged(done);
    } catch (error) {
      const stale = error instanceof ServiceError && error.status === 412;
      if (stale) await read().catch(() => undefined);
      setProblem(stale ? "event.conflict" : error instanceof ServiceError && error.status === 403 ? "event.readOnly.guest" : "event.failed");
    } finally {
      setBusy(false);
    }
  }

  function submit(event: SubmitEvent): void {
    event.preventDefault();
    if (!draft) return;
    if (draft.end < draft.start || (!draft.allDay && draft.end === draft.start)) {
      setProblem("event.endBeforeStart");
      return;
    }
    void (record
      ? attempt(() => patchEvent(calendarId, record, draftOf(record), draft), "event.saved")
      : attempt(() => insertEvent(calendarId, draft), "event.created"));
  }

  if (existing?.readOnly) {
    return (
      <Dialog title={t("event.view")} side="google" onClose={onClose}>
        <Details event={existing} notes={record?.description} guests={guestsOf(record)} />
        <p class="note">{t(`event.readOnly.${existing.readOnly}`)}</p>
      </Dialog>
    );
  }

  const change = (part: Partial<Draft>) => setDraft((old) => old && { ...old, ...part });
  return (
    <Dialog title={t(existing ? "event.edit" : "event.new")} side="google" onClose={onClose}>
      <form class="event-form" onSubmit={submit} aria-busy={draft === undefined}>
        <label class="field">
          <span>{t("event.title")}</span>
          <input type="text" data-first value={draft?.title ?? existing?.title ?? ""} onInput={(e) => change({ title: e.currentTarget.value })} />
        </label>
        <label class="check">
          <input type="checkbox" checked={draft?.allDay ?? existing?.allDay ?? false} onChange={(e) => change(asAllDay(draft, e.currentTarget.checked))} />
          <span>{t("event.allDay")}</span>
        </label>
        <div class="field-pair">
          <label class="field">
            <span>{t("event.start")}</span>
            <TimeField draft={draft} which="start" onInput={(start) => change(movedStart(draft, start))} />
          </label>
          <label class="field">
            <span>{t(draft?.allDay ? "event.lastDay" : "event.end")}</span>
            <TimeField draft={draft} which="end" onInput={(end) => change({ end })} />
          </label>
        </div>
        <label class="field">
          <span>{t("event.place")}</span>
          <input type="text" value={draft?.place ?? existing?.place ?? ""} onInput={(e) => change({ place: e.currentTarget.value })} />
        </label>
        <label class="field">
          <span>{t("event.notes")}</span>
          <textarea rows={4} value={draft?.notes ?? ""} onInput={(e) => change({ notes: e.currentTarget.value })} />
        </label>
        <p class="problem" role="alert">{problem && t(problem)}</p>
        <footer>
          {existing && (
            <button type="button" class="danger" disabled={busy || !record} onClick={() => record && void attempt(() => deleteEvent(calendarId, record), "event.deleted")}>
              {t("event.delete")}
            </button>
          )}
          <span class="push" />
          <button type="submit" class="primary" disabled={busy || !draft}>{t("event.save")}</button>
        </footer>
      </form>
    </Dialog>
  );
}

function TimeField({ draft, which, onInput }: { draft: Draft | undefined; which: "start" | "end"; onInput(value: string): void }) {
  const value = draft?.[which] ?? "";
  const allDay = draft?.allDay ?? false;
  return (
    <input
      type={allDay ? "date" : "datetime-local"}
      required
      value={allDay ? value.slice(0, 10) : value}
      onInput={(e) => e.currentTarget.value && onInput(e.currentTarget.value)}
    />
  );
}

function draftOf(record: GoogleEvent): Draft {
  const event = asCalendarEvent(record);
  return {
    title: record.summary ?? "",
    allDay: event?.allDay ?? false,
    start: event?.allDay ? event.firstDay : localDateTime(event?.startMs ?? 0),
    end: event?.allDay ? event.lastDay : localDateTime(event?.endMs ?? 0),
    place: record.location ?? "",
    notes: record.description ?? "",
  };
}

function asAllDay(draft: Draft | undefined, allDay: boolean): Partial<Draft> {
  if (!draft) return {};
  const [start, end] = [draft.start.slice(0, 10), draft.end.slice(0, 10)];
  return allDay ? { allDay, start, end } : { allDay, start: `${start}T09:00`, end: `${end}T10:00` };
}

/** Moving the start keeps the length, as calendars do. */
function movedStart(draft: Draft | undefined, start: string): Partial<Draft> {
  if (!draft) return {};
  const length = Date.parse(draft.end) - Date.parse(draft.start);
  const end = localDateTime(new Date(draft.allDay ? `${start}T12:00` : start).getTime() + length);
  return { start, end: draft.allDay ? end.slice(0, 10) : end };
}

function guestsOf(record: GoogleEvent | undefined): string[] {
  return (record?.attendees ?? []).map(({ displayName, email }) => displayName ?? email ?? "").filter(Boolean);
}
