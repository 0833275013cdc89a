import assert from "node:assert/strict";
import { test } from "node:test";
import { Sandbox } from "../sandbox.ts";
import { ANA, client, meeting, refused, type Event } from "./client.ts";

const sandbox = Sandbox.forThisFile();
const calendarId = "primary";

async function inserted(requestBody: Event): Promise<Event & { id: string; etag: string }> {
  const { data } = await client(sandbox.url).events.insert({ calendarId, requestBody });
  assert.ok(data.id && data.etag);
  return { ...data, id: data.id, etag: data.etag };
}

test("an event comes back with what was written and what the service adds", async () => {
  const { events } = client(sandbox.url);
  const answer = await events.insert({
    calendarId,
    requestBody: {
      ...meeting("Call"),
      location: "Salle 4",
      description: "<b>Agenda</b>",
      reminders: { useDefault: false, overrides: [{ method: "popup", minutes: 0 }, { method: "email", minutes: 60 }] },
      attendees: [{ email: "Bob@example.org", displayName: "Bob", optional: true }],
      extendedProperties: { private: { zc: "1:2" }, shared: { room: "4" } },
      transparency: "transparent",
      visibility: "private",
      source: { title: "CRM", url: "https://crm.example.com/1" },
    },
  });
  assert.equal(answer.status, 200);
  const event = answer.data;
  assert.match(event.id ?? "", /^[0-9a-v]{26}$/);
  const { id, etag, htmlLink, ...rest } = event;
  assert.match(etag ?? "", /^"\d+"$/);
  assert.match(htmlLink ?? "", /^https:\/\//);
  assert.deepEqual(rest, {
    kind: "calendar#event",
    status: "confirmed",
    eventType: "default",
    iCalUID: `${id}@google.com`,
    sequence: 0,
    created: "2026-11-22T08:00:00.000Z",
    updated: "2026-11-22T08:00:00.000Z",
    creator: { email: ANA, self: true },
    organizer: { email: ANA, self: true },
    summary: "Call",
    location: "Salle 4",
    description: "<b>Agenda</b>",
    start: { dateTime: "2026-11-23T10:00:00+01:00", timeZone: "Europe/Paris" },
    end: { dateTime: "2026-11-23T11:00:00+01:00", timeZone: "Europe/Paris" },
    reminders: { useDefault: false, overrides: [{ method: "popup", minutes: 0 }, { method: "email", minutes: 60 }] },
    attendees: [{ email: "bob@example.org", displayName: "Bob", optional: true, responseStatus: "needsAction" }],
    extendedProperties: { private: { zc: "1:2" }, shared: { room: "4" } },
    transparency: "transparent",
    visibility: "private",
    source: { title: "CRM", url: "https://crm.example.com/1" },
  });
  assert.ok(id);
  assert.deepEqual((await events.get({ calendarId, eventId: id })).data, event);
});

test("an all-day event keeps its dates, the last one exclusive", async () => {
  const event = await inserted({ summary: "Fair", start: { date: "2026-12-01" }, end: { date: "2026-12-03" } });
  assert.deepEqual([event.start, event.end], [{ date: "2026-12-01" }, { date: "2026-12-03" }]);
});

test("a chosen id is taken once, and for ever", async () => {
  const { events } = client(sandbox.url);
  const id = "crm0000000001";
  const first = await inserted({ ...meeting("Call"), id });
  assert.deepEqual([first.id, first.iCalUID], [id, `${id}@google.com`]);
  const taken = { status: 409, reason: "duplicate", message: "The requested identifier already exists." };
  assert.deepEqual(await refused(events.insert({ calendarId, requestBody: { ...meeting("Other"), id } })), taken);
  await events.delete({ calendarId, eventId: id });
  assert.deepEqual(await refused(events.insert({ calendarId, requestBody: { ...meeting("Other"), id } })), taken);
  for (const id of ["abcd", "ABCDE", "wxyz1", "ab-cd-ef"]) {
    const { status, message } = await refused(events.insert({ calendarId, requestBody: { ...meeting("Call"), id } }));
    assert.deepEqual([status, message], [400, "Invalid resource id value."], id);
  }
});

test("a patch changes what it names, an update drops what it does not name", async () => {
  const { events } = client(sandbox.url);
  const { id } = await inserted({ ...meeting("Call"), location: "Salle 4", extendedProperties: { private: { a: "1", b: "2" } } });
  const patched = (await events.patch({
    calendarId,
    eventId: id,
    requestBody: { summary: "Meeting", extendedProperties: { private: { b: "3" } } },
  })).data;
  assert.deepEqual([patched.summary, patched.location, patched.extendedProperties], ["Meeting", "Salle 4", { private: { a: "1", b: "3" } }]);
  const updated = (await events.update({ calendarId, eventId: id, requestBody: meeting("Lunch", "2026-11-24", 12) })).data;
  assert.deepEqual([updated.summary, updated.location, updated.extendedProperties], ["Lunch", undefined, undefined]);
  assert.equal(updated.start?.dateTime, "2026-11-24T12:00:00+01:00");
  assert.equal(updated.iCalUID, `${id}@google.com`);
});

test("a stale guard refuses every kind of change, the newest one lets it through", async () => {
  const { events } = client(sandbox.url);
  const { id, etag: stale } = await inserted(meeting("Call"));
  await sandbox.advance(1500);
  const { etag, updated } = (await events.patch({ calendarId, eventId: id, requestBody: { summary: "Meeting" } }, { headers: { "If-Match": stale } })).data;
  assert.ok(etag && etag !== stale);
  assert.equal(updated, "2026-11-22T08:00:01.500Z");
  const headers = { "If-Match": stale };
  const refusals = [
    await refused(events.patch({ calendarId, eventId: id, requestBody: { summary: "Lost" } }, { headers })),
    await refused(events.update({ calendarId, eventId: id, requestBody: meeting("Lost") }, { headers })),
    await refused(events.delete({ calendarId, eventId: id }, { headers })),
  ];
  for (const refusal of refusals) {
    assert.deepEqual(refusal, { status: 412, reason: "conditionNotMet", message: "Precondition Failed", location: "If-Match" });
  }
  assert.equal((await events.get({ calendarId, eventId: id })).data.summary, "Meeting");
  assert.equal((await events.delete({ calendarId, eventId: id }, { headers: { "If-Match": etag } })).status, 204);
});

test("a read of what is known already has no body", async () => {
  const { events } = client(sandbox.url);
  const { id, etag } = await inserted(meeting("Call"));
  const answer = await events.get({ calendarId, eventId: id }, { headers: { "If-None-Match": etag }, validateStatus: () => true });
  assert.deepEqual([answer.status, answer.data], [304, ""]);
});

test("a deleted event stays readable as cancelled and cannot be deleted twice", async () => {
  const { events } = client(sandbox.url);
  const { id } = await inserted(meeting("Call"));
  const answer = await events.delete({ calendarId, eventId: id });
  assert.deepEqual([answer.status, answer.data], [204, ""]);
  assert.equal((await events.get({ calendarId, eventId: id })).data.status, "cancelled");
  assert.deepEqual(await refused(events.delete({ calendarId, eventId: id })), { status: 410, reason: "deleted", message: "Resource has been deleted" });
  assert.equal((await events.list({ calendarId })).data.items, undefined);
});

test("guests are mailed only when sendUpdates says so", async () => {
  const { events } = client(sandbox.url);
  const guests = ["bob@example.com", "eve@example.org"];
  const requestBody = { ...meeting("Call"), attendees: guests.map((email) => ({ email })) };
  await events.insert({ calendarId, requestBody, sendUpdates: "none" });
  const { id } = await inserted(requestBody);
  assert.deepEqual(await sandbox.mails(), []);
  await events.patch({ calendarId, eventId: id, requestBody: { summary: "Later" }, sendUpdates: "externalOnly" });
  await events.delete({ calendarId, eventId: id, sendUpdates: "all" });
  const told = (await sandbox.mails()).map((mail) => [mail.service, mail.kind, mail.to, mail.id]);
  assert.deepEqual(told, [
    ["google", "update", "eve@example.org", id],
    ["google", "cancellation", "bob@example.com", id],
    ["google", "cancellation", "eve@example.org", id],
  ]);
});

test("an import keeps its uid and mails nobody", async () => {
  const { events } = client(sandbox.url);
  const requestBody = { ...meeting("Fair"), iCalUID: "fair@example.org", organizer: { email: "org@example.org", displayName: "Fair" }, attendees: [{ email: ANA }] };
  const first = (await events.import({ calendarId, requestBody })).data;
  assert.deepEqual([first.iCalUID, first.organizer], ["fair@example.org", { email: "org@example.org", displayName: "Fair" }]);
  const again = (await events.import({ calendarId, requestBody: { ...requestBody, summary: "Fair, moved" } })).data;
  assert.deepEqual([again.id, again.summary], [first.id, "Fair, moved"]);
  assert.deepEqual(await sandbox.mails(), []);
});
