import assert from "node:assert/strict";
import { test } from "node:test";
import { calendar } from "@googleapis/calendar";
import { Sandbox } from "../sandbox.ts";
import { ANA, HOLIDAYS, client, meeting, refused, type Event } from "./client.ts";

const sandbox = Sandbox.forThisFile();
const calendarId = "primary";

test("a wrong token and no token are told apart", async () => {
  const wrong = client(sandbox.url, "ya29.expired");
  assert.deepEqual(await refused(wrong.events.list({ calendarId })), { status: 401, reason: "authError", message: "Invalid Credentials", location: "Authorization" });
  const none = calendar({ version: "v3", rootUrl: `${sandbox.url}/` });
  assert.deepEqual(await refused(none.events.list({ calendarId })), { status: 401, reason: "required", message: "Login Required.", location: "Authorization" });
});

test("a missing scope is refused before anything is looked up", async () => {
  await sandbox.admin("POST", "scopes", { google: ["https://www.googleapis.com/auth/calendar.events.readonly"] });
  const { events, calendarList } = client(sandbox.url);
  assert.equal((await events.list({ calendarId })).status, 200);
  const calls = [
    () => events.insert({ calendarId, requestBody: meeting("Call") }),
    () => events.delete({ calendarId, eventId: "nothere" }),
    () => calendarList.list(),
  ];
  for (const call of calls) {
    assert.deepEqual(await refused(call()), { status: 403, reason: "insufficientPermissions", message: "Request had insufficient authentication scopes." });
  }
});

test("a calendar that may only be read refuses changes", async () => {
  const { events } = client(sandbox.url);
  assert.equal((await events.list({ calendarId: HOLIDAYS })).data.accessRole, "reader");
  const { status, reason } = await refused(events.insert({ calendarId: HOLIDAYS, requestBody: meeting("Call") }));
  assert.deepEqual([status, reason], [403, "requiredAccessLevel"]);
});

test("a guest may not change what the organiser owns", async () => {
  const { events } = client(sandbox.url);
  const requestBody = { ...meeting("Fair"), iCalUID: "fair@example.org", organizer: { email: "org@example.org" }, attendees: [{ email: ANA }] };
  const { id } = (await events.import({ calendarId, requestBody })).data;
  assert.ok(id);
  assert.deepEqual(await refused(events.patch({ calendarId, eventId: id, requestBody: { summary: "Mine" } })), {
    status: 403,
    reason: "forbiddenForNonOrganizer",
    message: "Shared properties can only be changed by the organizer of the event.",
  });
  assert.deepEqual((await events.patch({ calendarId, eventId: id, requestBody: { colorId: "5" } })).data.colorId, "5");
});

test("what does not exist is not found", async () => {
  const { events } = client(sandbox.url);
  const notFound = { status: 404, reason: "notFound", message: "Not Found" };
  assert.deepEqual(await refused(events.get({ calendarId, eventId: "nothere" })), notFound);
  assert.deepEqual(await refused(events.delete({ calendarId, eventId: "nothere" })), notFound);
  assert.deepEqual(await refused(events.list({ calendarId: "nobody@example.com" })), notFound);
});

test("bad bodies are refused with the reason that names them", async () => {
  const { events } = client(sandbox.url);
  const call = meeting("Call");
  const [start, end] = [call.start ?? {}, call.end ?? {}];
  for (const [requestBody, reason, message] of [
    [{ start }, "required", "Missing end time."],
    [{ start, end: { date: "2026-11-24" } }, "invalid", "Start and end times must either both be date or both be dateTime."],
    [{ start: end, end: start }, "timeRangeEmpty", "The specified time range is empty."],
    [{ start, end: start }, "timeRangeEmpty", "The specified time range is empty."],
    [{ start: { dateTime: "2026-11-23T10:00:00" }, end }, "required", "Missing time zone definition for start time."],
    [{ ...call, reminders: { useDefault: true, overrides: [{ method: "popup", minutes: 5 }] } }, "cannotUseDefaultRemindersAndSpecifyOverride", undefined],
    [{ ...call, reminders: { overrides: [{ method: "popup" }] } }, "required", "Missing override reminder minutes."],
  ] as [Event, string, string | undefined][]) {
    const refusal = await refused(events.insert({ calendarId, requestBody }));
    assert.deepEqual([refusal.status, refusal.reason, message && refusal.message], [400, reason, message], JSON.stringify(requestBody));
  }
});

test("limits of use are told by their reason, whatever the status", async () => {
  const { events } = client(sandbox.url);
  for (const [status, reason] of [[403, "userRateLimitExceeded"], [403, "quotaExceeded"], [429, "rateLimitExceeded"]] as const) {
    await sandbox.admin("POST", "faults", { service: "google", method: "POST", kind: "status", status, reason });
    const refusal = await refused(events.insert({ calendarId, requestBody: meeting("Call") }));
    assert.deepEqual([refusal.status, refusal.reason], [status, reason]);
  }
});

test("the client repeats a read that failed on the way, but no insert", async () => {
  const { events } = client(sandbox.url);
  const requests = async () => ((await sandbox.admin("GET", "counters")) as { requests: { google: number } }).requests.google;
  await sandbox.admin("POST", "faults", { service: "google", kind: "status", status: 503 });
  assert.equal((await events.list({ calendarId }, { retry: true })).status, 200);
  assert.equal(await requests(), 2);

  const requestBody = { ...meeting("Call"), id: "crm0000000001" };
  await sandbox.admin("POST", "faults", { service: "google", kind: "status", status: 503, when: "after" });
  assert.equal((await refused(events.insert({ calendarId, requestBody }, { retry: true }))).status, 503);
  // The answer was lost, the effect was not: the chosen id tells.
  assert.equal((await refused(events.insert({ calendarId, requestBody }))).reason, "duplicate");
  assert.equal(await requests(), 4);
});
