/** One shape for the events of both sides, as the page shows them. */

import { dayOf, type Day } from "./dates.ts";

export type Side = "google" | "crm";

export interface CalendarEvent {
  side: Side;
  id: string;
  /** Empty when untitled. */
  title: string;
  allDay: boolean;
  startMs: number;
  endMs: number;
  firstDay: Day;
  lastDay: Day;
  place: string;
  /** Changes whenever the event does. */
  version: string;
  /** One occurrence of something that repeats. */
  repeats?: true;
  /** Why the page does not offer to edit it. */
  readOnly?: ReadOnly;
}

export type ReadOnly = "recurring" | "series" | "type" | "guest";

/** First and last day of a span whose end is exclusive; an event that ends at midnight does not touch the next day. */
export function daysOfSpan(startMs: number, endMs: number): [first: Day, last: Day] {
  return [dayOf(startMs), dayOf(Math.max(startMs, endMs - 1))];
}

/** The events of each of the days, all-day ones first, then by start. */
export function eventsByDay(events: readonly CalendarEvent[], days: readonly Day[]): Map<Day, CalendarEvent[]> {
  const byDay = new Map<Day, CalendarEvent[]>(days.map((day) => [day, []]));
  for (const event of [...events].sort(byTime)) {
    for (const [day, list] of byDay) if (event.firstDay <= day && day <= event.lastDay) list.push(event);
  }
  return byDay;
}

function byTime(a: CalendarEvent, b: CalendarEvent): number {
  return Number(b.allDay) - Number(a.allDay) || a.startMs - b.startMs || (a.title < b.title ? -1 : a.title > b.title ? 1 : 0);
}

/** Ids of events that are new or changed, compared with what was shown before. */
export function changedIds(before: readonly CalendarEvent[], after: readonly CalendarEvent[]): Set<string> {
  const known = new Map(before.map(({ id, version }) => [id, version]));
  return new Set(after.filter(({ id, version }) => known.get(id) !== version).map(({ id }) => id));
}
