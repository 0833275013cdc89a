/** The widget's host: statuses out of bodies, the CRM's own functions, data centres, and guards that Zoho may drop. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { answerOf, said } from "../src/hosts/widget/answer.ts";
import { apiOrigin, widgetFetch, widgetUser, type ConnectionCall, type ZohoCrm } from "../src/hosts/widget.ts";
import type { HostRequest } from "../src/host.ts";

const patch: HostRequest = {
  service: "google", method: "PATCH", path: "/calendar/v3/calendars/c/events/e?sendUpdates=none", headers: { "If-Match": '"1"' }, body: '{"summary":"New"}',
};

/** A CRM whose connections answer by `answer`; the rest of the SDK is not there. */
function crm(answer: (call: ConnectionCall, name: string) => unknown): ZohoCrm {
  return { CONNECTION: { invoke: async (name: string, call: ConnectionCall) => answer(call, name) } } as unknown as ZohoCrm;
}

const success = (body: unknown) => ({ code: "SUCCESS", details: { statusMessage: body } });
const fetchOver = (answer: Parameters<typeof crm>[0], more: object = {}) => widgetFetch({ crm: crm(answer), zohoApi: "https://www.zohoapis.eu", ...more });

test("a body tells its status", () => {
  const cases = [
    ["google", { items: [] }, 200],
    ["google", "", 204],
    ["google", undefined, 204],
    ["google", { error: { code: 410, errors: [{ reason: "deleted" }] } }, 410],
    ["google", { error: "invalid_grant" }, 401],
    ["google", "<html>Bad gateway</html>", 502],
    ["zoho", { data: [{ code: "SUCCESS", status: "success" }] }, 200],
    ["zoho", { data: [{ code: "INVALID_DATA", status: "error" }] }, 200],
    ["zoho", { code: "INVALID_TOKEN", status: "error" }, 401],
    ["zoho", { code: "NO_PERMISSION", status: "error" }, 403],
    ["zoho", { code: "TOO_MANY_REQUESTS", status: "error" }, 429],
    ["zoho", { code: "A_NEW_CODE", status: "error" }, 400],
  ] as const;
  for (const [service, body, status] of cases) assert.equal(answerOf(service, body).status, status, JSON.stringify(body));
});

test("what a connection says is found in every form that it has", () => {
  for (const resolved of [success({ a: 1 }), success('{"a":1}'), JSON.stringify(success({ a: 1 })), { code: "SUCCESS", details: { a: 1 } }]) {
    assert.deepEqual(said(resolved), { body: { a: 1 } });
  }
  for (const refusal of [undefined, "no", { code: "INVALID_CONNECTION" }, null]) assert.equal(said(refusal), undefined);
});

test("the API stands beside the CRM's own pages, and beside no other's", () => {
  assert.equal(apiOrigin("https://crm.zoho.com"), "https://www.zohoapis.com");
  assert.equal(apiOrigin("https://crm.zoho.com.au"), "https://www.zohoapis.com.au");
  assert.equal(apiOrigin("https://crm.zohocloud.ca"), "https://www.zohocloudapis.ca");
  for (const other of ["", "https://crm.zoho.example.com", "https://crm.zoho.com.evil.example", "http://crm.zoho.com", "https://evil.example/https://crm.zoho.com", "https://zoho.com"]) {
    assert.equal(apiOrigin(other), undefined, other);
  }
});

test("a user is read in the old and the new form", () => {
  const user = { id: "7", locale: "fr_CA", time_zone: "America/Montreal" };
  const expected = { id: "7", locale: "fr-CA", zone: "America/Montreal" };
  assert.deepEqual(widgetUser({ users: [user] }), expected);
  assert.deepEqual(widgetUser(user), expected);
  assert.equal(widgetUser({ users: [] }), undefined);
});

test("bodies and queries go where a connection wants them, without an origin that was not asked for", async () => {
  const calls: [string, ConnectionCall][] = [];
  const fetch = fetchOver((call, name) => (calls.push([name, call]), success({ ok: true })));
  await fetch({ service: "zoho", method: "POST", path: "/crm/v8/coql", headers: {}, body: '{"select_query":"x"}' });
  await fetch({ service: "google", method: "GET", path: "/calendar/v3/x?a=b", headers: {} });
  assert.deepEqual(calls.map(([name, { url, param_type, parameters }]) => [name, url, param_type, parameters]), [
    ["accord_zoho", "https://www.zohoapis.eu/crm/v8/coql", 2, { select_query: "x" }],
    ["accord_google", "https://www.googleapis.com/calendar/v3/x?a=b", 1, {}],
  ]);
});

test("a guard that a connection drops is checked by a read before the write (I14)", async () => {
  let etag = '"1"';
  const methods: string[] = [];
  const fetch = fetchOver(({ method, url }) => {
    methods.push(method);
    if (url.includes("calendarList")) return success({ etag: '"list"' });
    return success(method === "GET" ? { etag } : { summary: "New" });
  });
  assert.equal((await fetch(patch)).status, 200);
  assert.deepEqual(methods, ["GET", "GET", "GET", "PATCH"]);
  etag = '"2"';
  assert.equal((await fetch(patch)).status, 412);
  assert.deepEqual(methods.slice(4), ["GET"]);
});

test("a guard that a connection passes costs nothing more", async () => {
  const methods: string[] = [];
  const fetch = fetchOver(({ method, url, headers }) => {
    methods.push(method);
    if (url.includes("calendarList")) return success(headers["If-None-Match"] === undefined ? { etag: '"list"' } : "");
    return success({ error: { code: 412 } });
  });
  assert.equal((await fetch(patch)).status, 412);
  assert.equal((await fetch(patch)).status, 412);
  assert.deepEqual(methods, ["GET", "GET", "PATCH", "PATCH"]);
});

test("of many meetings only those that changed are refused, each in its place (I14)", async () => {
  const times: Record<string, string> = { "1": "2026-11-23T10:00:00+01:00", "2": "2026-11-23T12:00:00+01:00", "3": "2026-11-23T10:00:00+01:00" };
  let written: unknown;
  const fetch = fetchOver(({ method, url, parameters }) => {
    if (url.includes("/users")) return success({ users: [{ id: "7" }] });
    if (method === "GET") return success({ data: Object.entries(times).map(([id, Modified_Time]) => ({ id, Modified_Time })) });
    written = parameters;
    return success({ data: ["1", "3"].map((id) => ({ code: "SUCCESS", status: "success", details: { id } })) });
  });
  const body = JSON.stringify({ data: ["1", "2", "3"].map((id) => ({ id, Venue: "Room" })), trigger: [] });
  const answer = await fetch({ service: "zoho", method: "PUT", path: "/crm/v8/Events", headers: { "If-Unmodified-Since": "2026-11-23T11:00:00+01:00" }, body });
  const { data } = JSON.parse(String(answer.body)) as { data: { code: string; details: { id: string } }[] };
  assert.deepEqual(data.map(({ code, details }) => [details.id, code]), [["1", "SUCCESS"], ["2", "ALREADY_MODIFIED"], ["3", "SUCCESS"]]);
  assert.deepEqual(written, { data: [{ id: "1", Venue: "Room" }, { id: "3", Venue: "Room" }], trigger: [] });
});

test("a refused connection to Google asks for a sign-in, a late one is a time-out", async () => {
  const heard: [string, boolean][] = [];
  const read: HostRequest = { service: "google", method: "GET", path: "/x", headers: {} };
  const refused = fetchOver(() => Promise.reject(new Error("no")), { onConnection: (service: string, works: boolean) => heard.push([service, works]) });
  await assert.rejects(() => refused(read), { name: "FetchFailure", failure: "auth-expired" });
  assert.deepEqual(heard, [["google", false]]);
  const silent = fetchOver(() => new Promise(() => {}), { timeoutMs: 20 });
  await assert.rejects(() => silent(read), { name: "FetchFailure", failure: "timeout" });
  const stop = new AbortController();
  const stopped = fetchOver(() => new Promise(() => {}))(read, stop.signal);
  stop.abort();
  await assert.rejects(() => stopped, { name: "FetchFailure", failure: "aborted" });
});
