/** What a person changes about one event, the same on both sides. */

import { dayOf, localDateTime, type Day } from "./dates.ts";
import type { CalendarEvent, ReadOnly, Side } from "./events.ts";

/** What a person can set in the form. */
export interface Draft {
  title: string;
  allDay: boolean;
  /** `2026-11-22T10:00` in the user's zone; of an all-day event, a day. */
  start: string;
  /** Of an all-day event: its last day, inclusive. */
  end: string;
  place: string;
  notes: string;
}

/** An event as it was read to be changed. Writes are refused when somebody changed it since. */
export interface Opened {
  draft: Draft;
  guests: string[];
  readOnly?: ReadOnly;
  /** Writes only what differs from the draft that was read. */
  change(after: Draft): Promise<void>;
  remove(): Promise<void>;
}

/** One side as the form uses it. */
export interface Editor {
  side: Side;
  open(id: string): Promise<Opened>;
  /** Gives the id of the new event. */
  insert(draft: Draft): Promise<string>;
}

export function newDraft(day: Day, nowMs: number): Draft {
  const hour = dayOf(nowMs) === day ? Math.min(new Date(nowMs).getHours() + 1, 22) : 9;
  const at = (h: number) => `${day}T${String(h).padStart(2, "0")}:00`;
  return { title: "", allDay: false, start: at(hour), end: at(hour + 1), place: "", notes: "" };
}

export function draftOf(event: CalendarEvent | undefined, notes: string): Draft {
  const allDay = event?.allDay ?? false;
  return {
    title: event?.title ?? "",
    allDay,
    start: event && allDay ? event.firstDay : localDateTime(event?.startMs ?? 0),
    end: event && allDay ? event.lastDay : localDateTime(event?.endMs ?? 0),
    place: event?.place ?? "",
    notes,
  };
}

/** Whether the event takes place at other times. */
export function isMoved(before: Draft, after: Draft): boolean {
  return after.allDay !== before.allDay || after.start !== before.start || after.end !== before.end;
}
