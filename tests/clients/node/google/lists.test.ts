import assert from "node:assert/strict";
import { test } from "node:test";
import { Sandbox } from "../sandbox.ts";
import { TEAM, client, meeting, paged, refused, type Event } from "./client.ts";

const sandbox = Sandbox.forThisFile();
const calendarId = "primary";

/** Everything, in pages of the given size. */
function everything(params: { maxResults?: number; syncToken?: string; timeMin?: string } = {}) {
  const { events } = client(sandbox.url);
  return paged<Event>((pageToken) => events.list({ calendarId, ...params, ...(pageToken && { pageToken }) }));
}

test("a long calendar comes in pages, each event once", async () => {
  await sandbox.admin("POST", "fill", { events: 700 });
  const all = await everything();
  assert.ok(all.sizes.length >= 3, `${all.sizes}`);
  assert.ok(all.sizes.every((size) => size <= 250));
  assert.equal(new Set(all.items.map(({ id }) => id)).size, all.items.length);
  const large = await everything({ maxResults: 2500 });
  assert.equal(large.sizes.length, 1);
  assert.deepEqual(large.items.map(({ id }) => id).sort(), all.items.map(({ id }) => id).sort());
});

test("the envelope tells what holds for all items", async () => {
  const { data } = await client(sandbox.url).events.list({ calendarId });
  assert.deepEqual(
    [data.kind, data.summary, data.timeZone, data.accessRole, data.defaultReminders, data.items],
    ["calendar#events", "ana@example.com", "Europe/Paris", "owner", [{ method: "popup", minutes: 10 }], undefined],
  );
});

test("a delta brings what was added, changed and deleted, and nothing else", async () => {
  const { events } = client(sandbox.url);
  const insert = async (name: string) => (await events.insert({ calendarId, requestBody: meeting(name) })).data.id ?? "";
  const [kept, changed, deleted] = [await insert("Kept"), await insert("Changed"), await insert("Deleted")];
  const base = await everything({ maxResults: 2 });
  assert.deepEqual(base.items.map(({ id }) => id).sort(), [kept, changed, deleted].sort());

  await sandbox.advance(60_000);
  await events.patch({ calendarId, eventId: changed, requestBody: { summary: "Changed twice" } });
  await events.delete({ calendarId, eventId: deleted });
  const added = await insert("Added");
  const delta = await everything({ syncToken: base.syncToken, maxResults: 2 });
  const rows = new Map(delta.items.map((event) => [event.id, event]));
  assert.deepEqual([...rows.keys()].sort(), [changed, deleted, added].sort());
  assert.equal(rows.get(changed)?.summary, "Changed twice");
  const { etag, ...tombstone } = rows.get(deleted) ?? {};
  assert.deepEqual(tombstone, { kind: "calendar#event", id: deleted, status: "cancelled" });
  assert.ok(etag);
  assert.deepEqual((await everything({ syncToken: delta.syncToken, maxResults: 2 })).items, []);
});

test("an expired token asks for a full read, a malformed one is refused", async () => {
  const { events } = client(sandbox.url);
  const { syncToken } = await everything();
  await sandbox.admin("POST", "sync-tokens/expire");
  assert.deepEqual(await refused(events.list({ calendarId, syncToken })), {
    status: 410,
    reason: "fullSyncRequired",
    message: "Sync token is no longer valid, a full sync is required.",
    location: "syncToken",
  });
  const { status, message } = await refused(events.list({ calendarId, syncToken: "no token" }));
  assert.deepEqual([status, message], [400, "Invalid sync token value."]);
  const fresh = await everything();
  assert.deepEqual((await everything({ syncToken: fresh.syncToken })).items, []);
  await sandbox.advance(8 * 24 * 3600 * 1000);
  assert.equal((await refused(events.list({ calendarId, syncToken: fresh.syncToken }))).status, 410);
});

test("a token belongs to its calendar and to no other restriction", async () => {
  const { events } = client(sandbox.url);
  const { syncToken } = await everything({ timeMin: "2026-11-01T00:00:00Z" });
  assert.deepEqual((await everything({ syncToken })).items, []);
  assert.equal((await refused(events.list({ calendarId: TEAM, syncToken }))).status, 400);
  for (const other of [
    { timeMin: "2026-11-01T00:00:00Z" }, { timeMax: "2026-12-01T00:00:00Z" }, { updatedMin: "2026-11-01T00:00:00Z" }, { q: "Call" },
    { orderBy: "updated" }, { iCalUID: "a@example.com" }, { privateExtendedProperty: ["a=b"] }, { sharedExtendedProperty: ["a=b"] }, { showDeleted: false },
  ]) {
    const { status, message } = await refused(events.list({ calendarId, syncToken, ...other }));
    assert.deepEqual([status, message], [400, "Sync token cannot be used with other request restrictions"], JSON.stringify(other));
  }
});

test("a window is open on both sides, and an instant without an offset is refused", async () => {
  const { events } = client(sandbox.url);
  await events.insert({ calendarId, requestBody: meeting("Call") });
  const names = async (timeMin: string, timeMax: string) => (await events.list({ calendarId, timeMin, timeMax })).data.items?.map(({ summary }) => summary);
  assert.deepEqual(await names("2026-11-23T09:59:59Z", "2026-11-23T12:00:00Z"), ["Call"]);
  assert.deepEqual(await names("2026-11-23T10:00:00Z", "2026-11-23T12:00:00Z"), undefined);
  assert.deepEqual(await names("2026-11-23T08:00:00Z", "2026-11-23T09:00:00Z"), undefined);
  assert.equal((await refused(events.list({ calendarId, timeMin: "2026-11-23T10:00:00" }))).status, 400);
  const { status, reason } = await refused(events.list({ calendarId, timeMin: "2026-11-24T00:00:00Z", timeMax: "2026-11-23T00:00:00Z" }));
  assert.deepEqual([status, reason], [400, "timeRangeEmpty"]);
});

test("filters narrow a list: words, uid, marks, types, order", async () => {
  const { events } = client(sandbox.url);
  const marked = (await events.insert({ calendarId, requestBody: { ...meeting("Marked", "2026-11-25"), extendedProperties: { private: { zc: "1" } } } })).data;
  await events.insert({ calendarId, requestBody: { ...meeting("Plain", "2026-11-24"), location: "Bordeaux" } });
  await events.insert({ calendarId, requestBody: { ...meeting("Focus", "2026-11-23"), eventType: "focusTime" } });
  const names = async (params: object) => (await events.list({ calendarId, ...params })).data.items?.map(({ summary }) => summary);
  assert.deepEqual(await names({ q: "bordeaux" }), ["Plain"]);
  assert.deepEqual(await names({ iCalUID: marked.iCalUID }), ["Marked"]);
  assert.deepEqual(await names({ privateExtendedProperty: ["zc=1"] }), ["Marked"]);
  assert.deepEqual(await names({ eventTypes: ["focusTime"] }), ["Focus"]);
  assert.deepEqual(await names({ singleEvents: true, orderBy: "startTime", eventTypes: ["default", "focusTime"] }), ["Focus", "Plain", "Marked"]);
  assert.equal((await refused(events.list({ calendarId, orderBy: "startTime" }))).message, "The requested ordering is not available for the particular query.");
});

test("a mask keeps what it names", async () => {
  const { events } = client(sandbox.url);
  await events.insert({ calendarId, requestBody: meeting("Call") });
  const { data } = await events.list({ calendarId, fields: "nextSyncToken,items(summary,start/dateTime)" });
  const { nextSyncToken, ...rest } = data;
  assert.ok(nextSyncToken);
  assert.deepEqual(rest, { items: [{ summary: "Call", start: { dateTime: "2026-11-23T10:00:00+01:00" } }] });
});
