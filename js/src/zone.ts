/** UTC offsets of an IANA zone over a span of time, found through `Intl`: the module carries no zone data. */

import type { OffsetChange } from "./types.ts";

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/**
 * The offset in force at `fromMs`, then one item for each change up to and including `toMs`.
 * Two changes within one day would be missed; no zone has had any since zones are kept.
 *
 * @throws RangeError when the zone is not known to `Intl`.
 */
export function offsetChanges(zone: string, fromMs: number, toMs: number): OffsetChange[] {
  const offsetAt = offsetReader(zone);
  const changes: OffsetChange[] = [{ fromMs, minutes: offsetAt(fromMs) }];
  let low = fromMs;
  let offset = offsetAt(fromMs);
  while (low < toMs) {
    const high = Math.min(low + DAY_MS, toMs);
    const next = offsetAt(high);
    if (next !== offset) changes.push({ fromMs: firstInstantWith(next, low, high, offsetAt), minutes: next });
    low = high;
    offset = next;
  }
  return changes;
}

/** Bisects to the whole second: the first instant in (low, high] whose offset is `minutes`. */
function firstInstantWith(minutes: number, low: number, high: number, offsetAt: (ms: number) => number): number {
  let before = Math.floor(low / 1000);
  let after = Math.ceil(high / 1000);
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (offsetAt(middle * 1000) === minutes) after = middle;
    else before = middle;
  }
  return after * 1000;
}

function offsetReader(zone: string): (ms: number) => number {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    calendar: "gregory",
    numberingSystem: "latn",
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  return (ms) => {
    const field: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
    for (const { type, value } of format.formatToParts(ms)) field[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = field;
    const local = Date.UTC(year, month - 1, day, hour, minute, second);
    return Math.round((local - Math.floor(ms / 1000) * 1000) / MINUTE_MS);
  };
}
