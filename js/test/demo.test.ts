import assert from "node:assert/strict";
import { test } from "node:test";
import { dayOf, daysAround, firstWeekday, isInMonth, shiftDay, shiftMonth, startOfDay } from "../demo/dates.ts";
import { changedIds, daysOfSpan, eventsByDay, type CalendarEvent } from "../demo/events.ts";
import { en } from "../demo/i18n/en.ts";
import { fr } from "../demo/i18n/fr.ts";
import { layOutWeek } from "../demo/week.ts";
import { textIn, type Key } from "../demo/i18n/text.ts";

function event(id: string, over: Partial<CalendarEvent> = {}): CalendarEvent {
  return { side: "google", id, title: id, allDay: false, startMs: 0, endMs: 0, firstDay: "2026-11-22", lastDay: "2026-11-22", place: "", version: "1", ...over };
}

test("six whole weeks around a month, whatever day it starts on", () => {
  for (let index = 0; index < 24; index++) {
    for (const weekStart of [0, 1, 6]) {
      const month = shiftMonth({ year: 2026, index: 0 }, index);
      const days = daysAround(month, weekStart);
      assert.equal(days.length, 42);
      assert.equal(new Set(days).size, 42);
      assert.deepEqual(days, [...days].sort());
      assert.equal(new Date(startOfDay(days[0] ?? "")).getDay(), weekStart);
      const inside = days.filter((day) => isInMonth(day, month));
      assert.equal(inside.length, new Date(month.year, month.index + 1, 0).getDate());
    }
  }
});

test("days step over month ends and clock changes", () => {
  assert.equal(shiftDay("2026-12-31", 1), "2027-01-01");
  assert.equal(shiftDay("2028-03-01", -1), "2028-02-29");
  for (const day of ["2026-03-28", "2026-10-24", "2026-03-07", "2026-10-31"]) assert.equal(shiftDay(shiftDay(day, 2), -2), day);
  assert.equal(dayOf(startOfDay("2026-11-22")), "2026-11-22");
});

test("a week begins as the region has it", () => {
  assert.deepEqual(["fr-FR", "en-GB", "en-US"].map(firstWeekday), [1, 1, 0]);
});

test("an event that ends at midnight does not reach into the next day", () => {
  const at = (day: string, hours: number) => startOfDay(day) + hours * 3_600_000;
  assert.deepEqual(daysOfSpan(at("2026-11-22", 20), at("2026-11-23", 0)), ["2026-11-22", "2026-11-22"]);
  assert.deepEqual(daysOfSpan(at("2026-11-22", 20), at("2026-11-23", 1)), ["2026-11-22", "2026-11-23"]);
  assert.deepEqual(daysOfSpan(at("2026-11-22", 9), at("2026-11-22", 9)), ["2026-11-22", "2026-11-22"]);
});

test("days hold their events: all-day first, then by time, long ones on each day", () => {
  const byDay = eventsByDay(
    [
      event("late", { startMs: 20 }),
      event("early", { startMs: 10 }),
      event("trip", { allDay: true, firstDay: "2026-11-20", lastDay: "2026-11-23" }),
      event("elsewhere", { firstDay: "2026-11-25", lastDay: "2026-11-25" }),
    ],
    ["2026-11-22", "2026-11-23", "2026-11-24"],
  );
  assert.deepEqual([...byDay].map(([day, events]) => [day, events.map(({ id }) => id)]), [
    ["2026-11-22", ["trip", "early", "late"]],
    ["2026-11-23", ["trip"]],
    ["2026-11-24", []],
  ]);
});

test("what is new or has another version is pointed out, what went or stayed is not", () => {
  const before = [event("same"), event("changed"), event("gone")];
  const after = [event("same"), event("changed", { version: "2" }), event("new")];
  assert.deepEqual([...changedIds(before, after)], ["changed", "new"]);
});

test("French says everything that English says, with the same values in it", () => {
  const values = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([value]) => value).sort();
  assert.deepEqual(Object.keys(fr).sort(), Object.keys(en).sort());
  for (const key of Object.keys(en) as Key[]) {
    assert.deepEqual(values(fr[key]), values(en[key]), key);
    assert.notEqual(fr[key].trim(), "", key);
  }
});

test("numbers and plurals follow the language", () => {
  const [english, french] = [textIn("en", ["en-US"]), textIn("fr", ["en-US", "fr-CA"])];
  assert.equal(french.locale, "fr-CA");
  assert.equal(english.plural("side.count", 1), "1 event in view");
  assert.equal(english.plural("side.count", 5000), "5,000 events in view");
  assert.equal(english.plural("side.count", 0), "0 events in view");
  assert.match(french.plural("side.count", 0), /^0 événement affiché$/);
  assert.match(french.t("progress.of", { done: 1200, total: 5000 }), /^1\s200 sur 5\s000$/u);
  assert.equal(english.t("ics.reading", { name: "{name}.ics" }), "Reading {name}.ics…");
});

test("a week: bars keep their row, one row stays for what has a time, the rest is counted", () => {
  const week = ["2026-11-16", "2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20", "2026-11-21", "2026-11-22"];
  const trip = event("trip", { allDay: true, firstDay: "2026-11-14", lastDay: "2026-11-18" });
  const fair = event("fair", { allDay: true, firstDay: "2026-11-17", lastDay: "2026-11-30" });
  const night = event("night", { firstDay: "2026-11-17", lastDay: "2026-11-18", startMs: 5 });
  const calls = ["a", "b"].map((id) => event(id, { firstDay: "2026-11-18", lastDay: "2026-11-18" }));
  const dinner = event("dinner", { firstDay: "2026-11-20", lastDay: "2026-11-20" });
  const rows = layOutWeek(week, eventsByDay([...calls, night, fair, trip, dinner], week));
  const shown = rows.map(({ rows, hidden }) => [rows.map((slot) => slot && `${slot.event.id}×${slot.days}`), hidden]);
  assert.deepEqual(shown, [
    [["trip×3"], 0],
    [[undefined, "fair×6"], 1],
    [[undefined, undefined, "a×1"], 2],
    [[], 0],
    [["dinner×1"], 0],
    [[], 0],
    [[], 0],
  ]);
});
