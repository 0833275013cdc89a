import assert from "node:assert/strict";
import { test } from "node:test";
import { Sandbox } from "../sandbox.ts";
import { client, meeting, paged, refused, type Event } from "./client.ts";

const sandbox = Sandbox.forThisFile();
const calendarId = "primary";
const id = "series00001";

/** Every Monday at ten in Paris, five times, over the end of summer time. */
async function weekly() {
  const { events } = client(sandbox.url);
  const at = (hour: number) => ({ dateTime: `2026-10-12T${hour}:00:00+02:00`, timeZone: "Europe/Paris" });
  const requestBody = { id, summary: "Weekly", start: at(10), end: at(11), recurrence: ["RRULE:FREQ=WEEKLY;COUNT=5"] };
  assert.deepEqual((await events.insert({ calendarId, requestBody })).data.recurrence, requestBody.recurrence);
  return events;
}

const starts = (items: Event[] | undefined) => items?.map(({ start }) => start?.dateTime);

test("the occurrences of a series keep their wall clock", async () => {
  const events = await weekly();
  const all = await paged<Event>((pageToken) => events.instances({ calendarId, eventId: id, maxResults: 2, ...(pageToken && { pageToken }) }));
  assert.deepEqual(all.sizes, [2, 2, 1]);
  assert.deepEqual(starts(all.items), [
    "2026-10-12T10:00:00+02:00", "2026-10-19T10:00:00+02:00", "2026-10-26T10:00:00+01:00", "2026-11-02T10:00:00+01:00", "2026-11-09T10:00:00+01:00",
  ]);
  const [, , third] = all.items;
  assert.deepEqual(
    [third?.id, third?.recurringEventId, third?.recurrence, third?.originalStartTime],
    [`${id}_20261026T090000Z`, id, undefined, { dateTime: "2026-10-26T10:00:00+01:00", timeZone: "Europe/Paris" }],
  );
  assert.deepEqual((await events.get({ calendarId, eventId: `${id}_20261026T090000Z` })).data, third);
});

test("a list shows a series as one, or its occurrences", async () => {
  const events = await weekly();
  const one = (await events.list({ calendarId })).data.items;
  assert.deepEqual(one?.map((event) => [event.id, event.recurrence]), [[id, ["RRULE:FREQ=WEEKLY;COUNT=5"]]]);
  const window = { timeMin: "2026-10-20T00:00:00Z", timeMax: "2026-11-05T00:00:00Z" };
  const many = (await events.list({ calendarId, singleEvents: true, orderBy: "startTime", ...window })).data.items;
  assert.deepEqual(starts(many), ["2026-10-26T10:00:00+01:00", "2026-11-02T10:00:00+01:00"]);
});

test("a moved and a deleted occurrence are exceptions of their series", async () => {
  const events = await weekly();
  const [moved, deleted] = [`${id}_20261019T080000Z`, `${id}_20261102T090000Z`];
  const { syncToken } = await paged<Event>((pageToken) => events.list({ calendarId, ...(pageToken && { pageToken }) }));
  const requestBody = { start: { dateTime: "2026-10-21T10:00:00+02:00" }, end: { dateTime: "2026-10-21T11:00:00+02:00" } };
  const exception = (await events.patch({ calendarId, eventId: moved, requestBody })).data;
  assert.deepEqual([exception.recurringEventId, exception.originalStartTime?.dateTime, exception.start?.dateTime], [id, "2026-10-19T10:00:00+02:00", "2026-10-21T10:00:00+02:00"]);
  await events.delete({ calendarId, eventId: deleted });

  const left = (await events.instances({ calendarId, eventId: id })).data.items;
  assert.deepEqual(starts(left), ["2026-10-12T10:00:00+02:00", "2026-10-21T10:00:00+02:00", "2026-10-26T10:00:00+01:00", "2026-11-09T10:00:00+01:00"]);
  const withDeleted = (await events.instances({ calendarId, eventId: id, showDeleted: true })).data.items;
  assert.deepEqual(withDeleted?.filter(({ status }) => status === "cancelled").map((event) => event.id), [deleted]);

  const delta = new Map((await events.list({ calendarId, syncToken })).data.items?.map((event) => [event.id, event]));
  assert.deepEqual([...delta.keys()].sort(), [moved, deleted].sort());
  assert.deepEqual(
    [delta.get(deleted)?.status, delta.get(deleted)?.recurringEventId, delta.get(deleted)?.originalStartTime?.dateTime],
    ["cancelled", id, "2026-11-02T10:00:00+01:00"],
  );
  // Without asking for deleted events: what a series lacks is part of the series.
  const listed = (await events.list({ calendarId })).data.items;
  assert.deepEqual(listed?.map((event) => [event.id, event.status]), [[id, "confirmed"], [moved, "confirmed"], [deleted, "cancelled"]]);
});

test("a deleted series takes its occurrences along", async () => {
  const events = await weekly();
  await events.delete({ calendarId, eventId: id });
  assert.equal((await events.list({ calendarId, singleEvents: true })).data.items, undefined);
  assert.equal((await refused(events.delete({ calendarId, eventId: id }))).reason, "deleted");
});

test("a series needs a zone and a rule that can be read", async () => {
  const { events } = client(sandbox.url);
  const bare = { start: { dateTime: "2026-11-23T10:00:00+01:00" }, end: { dateTime: "2026-11-23T11:00:00+01:00" } };
  const { status, message } = await refused(events.insert({ calendarId, requestBody: { ...bare, recurrence: ["RRULE:FREQ=DAILY;COUNT=2"] } }));
  assert.deepEqual([status, message], [400, "Missing time zone definition for start time."]);
  assert.equal((await refused(events.insert({ calendarId, requestBody: { ...meeting("Call"), recurrence: ["RRULE:FREQ=SOMETIMES"] } }))).status, 400);
});
