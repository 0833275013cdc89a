import assert from "node:assert/strict";
import { test } from "node:test";
import { Sandbox } from "../sandbox.ts";
import { ANA, HOLIDAYS, TEAM, client, paged, refused } from "./client.ts";

const sandbox = Sandbox.forThisFile();

test("the list of calendars tells what the user may do with each", async () => {
  const { data } = await client(sandbox.url).calendarList.list();
  assert.equal(data.kind, "calendar#calendarList");
  assert.deepEqual(
    data.items?.map(({ kind, id, accessRole, primary }) => ({ kind, id, accessRole, primary })),
    [
      { kind: "calendar#calendarListEntry", id: ANA, accessRole: "owner", primary: true },
      { kind: "calendar#calendarListEntry", id: TEAM, accessRole: "writer", primary: undefined },
      { kind: "calendar#calendarListEntry", id: HOLIDAYS, accessRole: "reader", primary: undefined },
    ],
  );
  const [primary] = data.items;
  assert.equal(primary?.timeZone, "Europe/Paris");
  assert.deepEqual(primary.defaultReminders, [{ method: "popup", minutes: 10 }]);
  assert.match(primary.etag ?? "", /^"\d+"$/);
});

test("the list comes in pages and ends with a token whose delta is empty", async () => {
  const { calendarList } = client(sandbox.url);
  const all = await paged((pageToken) => calendarList.list({ maxResults: 1, ...(pageToken && { pageToken }) }));
  assert.deepEqual(all.sizes, [1, 1, 1]);
  assert.deepEqual(all.items.map(({ id }) => id), [ANA, TEAM, HOLIDAYS]);
  const { data } = await calendarList.list({ syncToken: all.syncToken });
  assert.deepEqual([data.items, data.nextSyncToken], [undefined, all.syncToken]);
});

test("only calendars of the wanted role are listed", async () => {
  const { calendarList } = client(sandbox.url);
  const ids = async (minAccessRole: string) => (await calendarList.list({ minAccessRole })).data.items?.map(({ id }) => id);
  assert.deepEqual(await ids("writer"), [ANA, TEAM]);
  assert.deepEqual(await ids("owner"), [ANA]);
  const { data } = await calendarList.list();
  assert.ok(data.nextSyncToken);
  assert.equal((await refused(calendarList.list({ syncToken: data.nextSyncToken, minAccessRole: "writer" }))).status, 400);
});

test("one entry is read by an id that has to be encoded", async () => {
  const { calendarList } = client(sandbox.url);
  assert.equal((await calendarList.get({ calendarId: HOLIDAYS })).data.accessRole, "reader");
  assert.equal((await calendarList.get({ calendarId: "primary" })).data.id, ANA);
  assert.deepEqual(await refused(calendarList.get({ calendarId: "nobody@example.com" })), { status: 404, reason: "notFound", message: "Not Found" });
});

test("a calendar itself is read with a scope of its own", async () => {
  const { calendars } = client(sandbox.url);
  assert.equal((await refused(calendars.get({ calendarId: TEAM }))).reason, "insufficientPermissions");
  await sandbox.admin("POST", "scopes", { google: ["https://www.googleapis.com/auth/calendar.readonly"] });
  const { kind, id, summary, timeZone } = (await calendars.get({ calendarId: TEAM })).data;
  assert.deepEqual({ kind, id, summary, timeZone }, { kind: "calendar#calendar", id: TEAM, summary: "Sales team", timeZone: "Europe/Paris" });
});
