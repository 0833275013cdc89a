/** Where the events of one week go: long ones as bars over their days, the others in the rows that are left. */

import type { Day } from "./dates.ts";
import type { CalendarEvent } from "./events.ts";

/** Rows of a day. */
export const ROWS = 3;
/** Rows that bars may take: one is left, so that a day of a long trip still shows what happens on it. */
const BAR_ROWS = 2;

/** `days` is how many days of the week a bar covers from here on. */
export interface Slot {
  event: CalendarEvent;
  days: number;
}

export interface DayRows {
  day: Day;
  /** Empty where a bar that began earlier passes, or where nothing is. */
  rows: (Slot | undefined)[];
  /** How many of the day's events are not shown. */
  hidden: number;
}

/** @param byDay the events of each day, in the order in which they are to appear */
export function layOutWeek(week: readonly Day[], byDay: ReadonlyMap<Day, readonly CalendarEvent[]>): DayRows[] {
  const taken = week.map(() => new Set<number>());
  const rows = week.map((): (Slot | undefined)[] => []);
  const shown = week.map(() => 0);

  for (const { event, from, to } of bars(week, byDay)) {
    const covered = range(from, to);
    const row = range(0, BAR_ROWS - 1).find((candidate) => covered.every((at) => !taken[at]?.has(candidate)));
    if (row === undefined) continue;
    for (const at of covered) {
      taken[at]?.add(row);
      shown[at] = (shown[at] ?? 0) + 1;
    }
    setAt(rows[from], row, { event, days: covered.length });
  }

  return week.map((day, at) => {
    const events = byDay.get(day) ?? [];
    const free = range(0, ROWS - 1).filter((row) => !taken[at]?.has(row));
    const timed = events.filter((event) => !isBar(event)).slice(0, free.length);
    timed.forEach((event, n) => setAt(rows[at], free[n] ?? 0, { event, days: 1 }));
    return { day, rows: rows[at] ?? [], hidden: events.length - (shown[at] ?? 0) - timed.length };
  });
}

export function isBar(event: CalendarEvent): boolean {
  return event.allDay || event.firstDay !== event.lastDay;
}

/** Earlier starts first, then longer ones: bars then pack without holes. */
function bars(week: readonly Day[], byDay: ReadonlyMap<Day, readonly CalendarEvent[]>): { event: CalendarEvent; from: number; to: number }[] {
  const found = new Map<string, CalendarEvent>();
  for (const day of week) for (const event of byDay.get(day) ?? []) if (isBar(event)) found.set(event.id, event);
  return [...found.values()]
    .map((event) => ({
      event,
      from: week.findIndex((day) => day >= event.firstDay),
      to: week.findLastIndex((day) => day <= event.lastDay),
    }))
    .sort((a, b) => a.from - b.from || b.to - a.to);
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, n) => from + n);
}

/** Fills the rows before with nothing, so that each keeps its place. */
function setAt(rows: (Slot | undefined)[] | undefined, at: number, slot: Slot): void {
  while (rows && rows.length < at) rows.push(undefined);
  if (rows) rows[at] = slot;
}
