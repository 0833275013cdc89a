/** Add, change or delete an event, as a person would at Google or in the CRM. */

import { useEffect, useState } from "preact/hooks";
import { localDateTime, type Day } from "../dates.ts";
import { newDraft, type Draft, type Editor, type Opened } from "../editor.ts";
import type { CalendarEvent } from "../events.ts";
import type { Reason } from "../../src/index.ts";
import { useText, type Key } from "../i18n/text.ts";
import { ServiceError } from "../services.ts";
import { Details } from "./details.tsx";
import { Dialog } from "./dialog.tsx";
import { Why, type Remedies } from "./why.tsx";

interface Props {
  editor: Editor;
  /** The event to change, or the day to add one on. */
  subject: CalendarEvent | Day;
  /** What repeats is not synced, and so not offered for editing. */
  skipsRepeating: boolean;
  explain(id: string): Promise<Reason[]>;
  /** What can be done about what a sync wrote of an event, by its id. */
  remedies(id: string): Remedies;
  onClose(): void;
  onChanged(done: Done, id: string): void;
}

export type Done = "created" | "saved" | "deleted";

export function EventForm({ editor, subject, skipsRepeating, explain, remedies, onClose, onChanged }: Props) {
  const { t } = useText();
  const existing = typeof subject === "string" ? undefined : subject;
  const [opened, setOpened] = useState<Opened>();
  const [blank] = useState(typeof subject === "string" ? newDraft(subject, Date.now()) : undefined);
  // Kept apart from what is read: whoever types before the event was read loses nothing.
  const [typed, setTyped] = useState<Partial<Draft>>({});
  const [problem, setProblem] = useState<Key>();
  const [busy, setBusy] = useState(false);

  async function read(): Promise<void> {
    if (!existing) return;
    const fresh = await editor.open(existing.id);
    setOpened(fresh);
  }

  useEffect(() => {
    read().catch(() => setProblem("panel.failed"));
  }, []);

  async function attempt(work: () => Promise<string>, done: Done): Promise<void> {
    setBusy(true);
    setProblem(undefined);
    try {
      onChanged(done, await work());
    } catch (error) {
      const stale = error instanceof ServiceError && error.status === 412;
      if (stale) {
        setTyped({});
        await read().catch(() => undefined);
      }
      setProblem(stale ? "event.conflict" : error instanceof ServiceError && error.status === 403 && editor.side === "google" ? "event.readOnly.guest" : `event.failed.${editor.side}`);
    } finally {
      setBusy(false);
    }
  }

  const base = existing ? opened?.draft : blank;
  const draft = base && { ...base, ...typed };

  function submit(event: SubmitEvent): void {
    event.preventDefault();
    if (!draft) return;
    if (draft.end < draft.start || (!draft.allDay && draft.end === draft.start)) {
      setProblem("event.endBeforeStart");
      return;
    }
    if (!existing) void attempt(() => editor.insert(draft), "created");
    else if (opened) void attempt(() => opened.change(draft).then(() => existing.id), "saved");
  }

  const why = existing && <Why explain={() => explain(existing.id)} {...remedies(existing.id)} />;
  const readOnly = existing?.readOnly ?? opened?.readOnly ?? (existing?.repeats && skipsRepeating ? "recurring" : undefined);
  if (existing && readOnly) {
    return (
      <Dialog title={t(`event.view.${editor.side}`)} side={editor.side} onClose={onClose}>
        <Details event={existing} notes={opened?.draft.notes} guests={opened?.guests ?? []} />
        <p class="note">{t(`event.readOnly.${readOnly}`)}</p>
        {why}
      </Dialog>
    );
  }

  const change = (part: Partial<Draft>) => setTyped((old) => ({ ...old, ...part }));
  return (
    <Dialog title={t(`event.${existing ? "edit" : "new"}.${editor.side}`)} side={editor.side} onClose={onClose}>
      <form class="event-form" onSubmit={submit} aria-busy={draft === undefined}>
        {existing?.repeats && <p class="note">{t("event.oneOccurrence")}</p>}
        <label class="field">
          <span>{t("event.title")}</span>
          <input type="text" data-first required={editor.side === "crm"} value={typed.title ?? base?.title ?? existing?.title ?? ""} onInput={(e) => change({ title: e.currentTarget.value })} />
        </label>
        <label class="check">
          <input type="checkbox" checked={draft?.allDay ?? existing?.allDay ?? false} disabled={!draft} onChange={(e) => change(asAllDay(draft, e.currentTarget.checked))} />
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
          <input type="text" value={typed.place ?? base?.place ?? existing?.place ?? ""} onInput={(e) => change({ place: e.currentTarget.value })} />
        </label>
        <label class="field">
          <span>{t("event.notes")}</span>
          <textarea rows={4} value={typed.notes ?? base?.notes ?? ""} onInput={(e) => change({ notes: e.currentTarget.value })} />
        </label>
        {opened && opened.guests.length > 0 && (
          <div class="field">
            <span id="form-guests">{t("event.guests")}</span>
            <ul aria-labelledby="form-guests">{opened.guests.map((guest, at) => <li key={at} class="guest"><bdi>{guest}</bdi></li>)}</ul>
          </div>
        )}
        {why}
        <p class="problem" role="alert">{problem && t(problem)}</p>
        <footer>
          {existing && (
            <button type="button" class="danger" disabled={busy || !opened} onClick={() => opened && void attempt(() => opened.remove().then(() => existing.id), "deleted")}>
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
      disabled={!draft}
      value={allDay ? value.slice(0, 10) : value}
      onInput={(e) => e.currentTarget.value && onInput(e.currentTarget.value)}
    />
  );
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
