/** Days and months of the user's own zone. A day is its date as text, `2026-11-22`: dates have no zone and sort as text. */

export type Day = string;

export interface Month {
  year: number;
  /** 0 for January. */
  index: number;
}

export const DAYS_SHOWN = 42;

export function monthOf(ms: number): Month {
  const date = new Date(ms);
  return { year: date.getFullYear(), index: date.getMonth() };
}

export function shiftMonth({ year, index }: Month, by: number): Month {
  const date = new Date(year, index + by, 1);
  return { year: date.getFullYear(), index: date.getMonth() };
}

export function dayOf(ms: number): Day {
  const date = new Date(ms);
  return dayText(date.getFullYear(), date.getMonth(), date.getDate());
}

/** Local midnight that begins the day. */
export function startOfDay(day: Day): number {
  const [year, index, date] = parts(day);
  return new Date(year, index, date).getTime();
}

export function shiftDay(day: Day, by: number): Day {
  const [year, index, date] = parts(day);
  // Noon: a day that begins at 1 o'clock for daylight saving has a noon all the same.
  return dayOf(new Date(year, index, date + by, 12).getTime());
}

/** Six whole weeks that contain the month; always six, so that the page keeps its height. */
export function daysAround({ year, index }: Month, weekStartsOn: number): Day[] {
  const first = new Date(year, index, 1, 12);
  const lead = (first.getDay() - weekStartsOn + 7) % 7;
  const start = dayOf(first.getTime());
  return Array.from({ length: DAYS_SHOWN }, (_, n) => shiftDay(start, n - lead));
}

export function isInMonth(day: Day, { year, index }: Month): boolean {
  return day.startsWith(dayText(year, index, 1).slice(0, 8));
}

/** 0 for Sunday, as the user's region has it; Monday where the browser does not say. */
export function firstWeekday(locale: string): number {
  const known = new Intl.Locale(locale) as Intl.Locale & { getWeekInfo?(): { firstDay: number }; weekInfo?: { firstDay: number } };
  return (known.getWeekInfo?.() ?? known.weekInfo ?? { firstDay: 1 }).firstDay % 7;
}

/** `2026-11-22T10:00`, the value of a `datetime-local` field. */
export function localDateTime(ms: number): string {
  const date = new Date(ms);
  return `${dayOf(ms)}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

function dayText(year: number, index: number, date: number): Day {
  return `${String(year).padStart(4, "0")}-${two(index + 1)}-${two(date)}`;
}

function parts(day: Day): [year: number, index: number, date: number] {
  const [year = 1970, month = 1, date = 1] = day.split("-").map(Number);
  return [year, month - 1, date];
}

function two(n: number): string {
  return String(n).padStart(2, "0");
}
