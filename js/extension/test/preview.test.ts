/** What the preview makes of a plan. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { EVERYTHING, leftOut, matching, type Planned } from "../../shared/plan.ts";
import { textIn } from "../../shared/text.ts";
import type { Plan } from "../../src/types.ts";

const planned = (side: Planned["side"], verb: Planned["verb"], title: string, fields: Planned["fields"] = []): Planned =>
  ({ side, verb, title, rule: "new", fields, mailed: 0, cycle: 1 });

const OPERATIONS = [
  planned("crm", "create", "Visit at Kolibri"),
  planned("google", "create", "Call"),
  planned("crm", "update", "Lunch", [{ field: "place", before: "Café", after: "Kolibri Hall", rule: "changed-in-google" }]),
];
const titles = (operations: Planned[]) => operations.map(({ title }) => title);

test("a filter takes a side, a verb and words of the title or of what changes, and they combine", () => {
  assert.deepEqual(matching(OPERATIONS, EVERYTHING), OPERATIONS);
  assert.deepEqual(titles(matching(OPERATIONS, { ...EVERYTHING, side: "google" })), ["Call"]);
  assert.deepEqual(titles(matching(OPERATIONS, { ...EVERYTHING, verb: "create" })), ["Visit at Kolibri", "Call"]);
  assert.deepEqual(titles(matching(OPERATIONS, { ...EVERYTHING, search: " kolibri " })), ["Visit at Kolibri", "Lunch"]);
  assert.deepEqual(titles(matching(OPERATIONS, { ...EVERYTHING, search: "CAFÉ" })), ["Lunch"]);
  assert.deepEqual(matching(OPERATIONS, { side: "google", verb: "update", search: "" }), []);
});

test("each reason for which something is not written is told once, with its number, in both languages", () => {
  const plan = {
    skipped: { recurring: 1200, eventType: 0, private: 2, outsideWindow: 0, otherOwner: 0 },
    parked: [{ code: "unreadable" }, { code: "INVALID_DATA" }, { code: "unreadable" }],
    questions: [{ code: "ambiguous", count: 2 }], pauses: [{ code: "quota" }], notes: [{ code: "guests-cut" }, { code: "later-code" }], deferred: 1,
  } as unknown as Plan;
  assert.deepEqual(leftOut(plan, textIn({ language: "en" })), [
    "Repeating events: 1,200", "Private events: 2", "Could not be read: 2", "Refused by a service (INVALID_DATA): 1",
    "2 events look like meetings of the CRM; you are asked after the start.", "Of 1 entry nothing can be said yet.",
    "Guest lists that are shortened: 1", "Remark (later-code): 1", "A service takes no changes for some hours; the other side goes on.",
  ]);
  assert.match(leftOut(plan, textIn({ language: "fr" }))[0] ?? "", /^Événements récurrents\s: 1\s200$/u);
});

test("a start is told in the person's zone, a date as itself, and what is neither as it is", () => {
  const words = textIn({ language: "en", locale: "en-GB", timeZone: "Europe/Paris" });
  assert.equal(words.when("2026-11-23T12:00:00Z"), "23 Nov 2026, 13:00");
  assert.equal(words.when("2026-11-23"), "23 Nov 2026");
  assert.equal(words.when("soon"), "soon");
  assert.equal(textIn({ language: "en", timeZone: "Nowhere/At_All" }).t("preview.start"), "Start");
});
