import assert from "node:assert/strict";
import { test } from "node:test";
import { offsetChanges } from "../src/zone.ts";

interface ZoneCase {
  zone: string;
  from: string;
  to: string;
  first: number;
  changes: [at: string, minutes: number][];
  why: string;
}

// Transitions from the IANA time zone database.
const cases: ZoneCase[] = [
  { why: "no change at all", zone: "Asia/Kathmandu", from: "2026-01-01T00:00:00Z", to: "2027-01-01T00:00:00Z", first: 345, changes: [] },
  { why: "UTC", zone: "UTC", from: "2026-01-01T00:00:00Z", to: "2027-01-01T00:00:00Z", first: 0, changes: [] },
  {
    why: "two changes a year",
    zone: "Europe/Paris", from: "2026-01-01T00:00:00Z", to: "2027-01-01T00:00:00Z", first: 60,
    changes: [["2026-03-29T01:00:00Z", 120], ["2026-10-25T01:00:00Z", 60]],
  },
  {
    why: "half-hour daylight saving, southern summer",
    zone: "Australia/Lord_Howe", from: "2026-01-01T00:00:00Z", to: "2027-01-01T00:00:00Z", first: 660,
    changes: [["2026-04-04T15:00:00Z", 630], ["2026-10-03T15:30:00Z", 660]],
  },
  {
    why: "a skipped day across the date line",
    zone: "Pacific/Apia", from: "2011-12-01T00:00:00Z", to: "2012-02-01T00:00:00Z", first: -600,
    changes: [["2011-12-30T10:00:00Z", 840]],
  },
  {
    why: "a zone that left daylight saving",
    zone: "Kwajalein", from: "1993-08-01T00:00:00Z", to: "1993-09-01T00:00:00Z", first: -720,
    changes: [["1993-08-21T12:00:00Z", 720]],
  },
  { why: "west of Greenwich", zone: "America/St_Johns", from: "2026-10-31T00:00:00Z", to: "2026-11-02T00:00:00Z", first: -150, changes: [["2026-11-01T04:30:00Z", -210]] },
  { why: "the span ends exactly at the change", zone: "Europe/Paris", from: "2026-03-28T12:34:56.789Z", to: "2026-03-29T01:00:00Z", first: 60, changes: [["2026-03-29T01:00:00Z", 120]] },
  { why: "the span ends just before the change", zone: "Europe/Paris", from: "2026-03-28T12:34:56.789Z", to: "2026-03-29T00:59:59.999Z", first: 60, changes: [] },
  { why: "the span begins at the change", zone: "Europe/Paris", from: "2026-03-29T01:00:00Z", to: "2026-03-30T00:00:00Z", first: 120, changes: [] },
  { why: "an empty span", zone: "Europe/Paris", from: "2026-07-01T00:00:00Z", to: "2026-07-01T00:00:00Z", first: 120, changes: [] },
];

for (const { why, zone, from, to, first, changes } of cases) {
  test(`${zone}: ${why}`, () => {
    const [head, ...rest] = offsetChanges(zone, Date.parse(from), Date.parse(to));
    assert.deepEqual(head, { fromMs: Date.parse(from), minutes: first });
    assert.deepEqual(rest.map(({ fromMs, minutes }) => [new Date(fromMs).toISOString().replace(".000", ""), minutes]), changes);
  });
}

test("an unknown zone is refused", () => {
  assert.throws(() => offsetChanges("Mars/Olympus", 0, 1), RangeError);
});
