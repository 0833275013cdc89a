import assert from "node:assert/strict";
import { test } from "node:test";
import { drive } from "../src/driver.ts";
import { AccordError, isAccordError } from "../src/errors.ts";
import { FetchFailure, type Host, type HostResponse } from "../src/host.ts";
import { memoryStorage } from "../src/hosts/memory.ts";
import type { HttpRequest, Progress } from "../src/types.ts";
import { fakeEngine, type ScriptStep } from "./fake-engine.ts";

const done: ScriptStep = { type: "done", result: "the result" };
const cancelled: ScriptStep = { type: "failed", error: { code: "cancelled", message: "Cancelled." } };

function request(path: string, over: Partial<HttpRequest> = {}): HttpRequest {
  return { service: "google", method: "GET", path, headers: {}, ...over };
}

function host(over: Partial<Host> = {}): Host {
  return { storage: memoryStorage(), now: () => 1000, fetch: async ({ path }) => ok(path), ...over };
}

function ok(text: string): HostResponse {
  return { status: 200, headers: { "Content-Type": "application/json", "x-private": "1", "Retry-After": "3" }, body: text };
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => (resolve = settle));
  return { promise, resolve };
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

test("each step is performed and answered until the result is there", async () => {
  const engine = fakeEngine([
    { type: "load", keys: ["settings"], prefix: "link/" },
    { type: "http", requests: [request("/a")] },
    { type: "save", put: { state: "new" }, remove: ["settings"] },
    { type: "wait", untilMs: 1000 },
    { type: "offsets", zone: "Asia/Kathmandu", fromMs: 0, toMs: 0 },
    done,
  ]);
  const storage = memoryStorage({ settings: "s", "link/1": "l", other: "o" });
  const result = await drive(engine, { name: "run", trigger: "poll" }, host({ storage }));
  assert.equal(result, "the result");
  assert.deepEqual(engine.calls, [
    ["start", { name: "run", trigger: "poll" }],
    ["loaded", { settings: "s", "link/1": "l" }],
    ["answered", [{ status: 200, headers: { "content-type": "application/json", "retry-after": "3" }, body: new TextEncoder().encode("/a") }]],
    ["saved"],
    ["woke"],
    ["zoned", [{ fromMs: 0, minutes: 330 }]],
  ]);
  assert.deepEqual(await storage.list(""), { state: "new", "link/1": "l", other: "o" });
});

test("at most four requests per service are in flight, and answers keep the order", async () => {
  const requests = Array.from({ length: 23 }, (_, n) => request(`/${n}`, { service: n % 3 === 0 ? "zoho" : "google" }));
  const inFlight = { google: 0, zoho: 0 };
  const most = { google: 0, zoho: 0 };
  const fetch: Host["fetch"] = async ({ service, path }) => {
    most[service] = Math.max(most[service], ++inFlight[service]);
    await new Promise((resolve) => setTimeout(resolve, Number(path.slice(1)) % 5));
    inFlight[service] -= 1;
    return { status: 200, headers: {}, body: path };
  };
  const engine = fakeEngine([{ type: "http", requests }, done]);
  await drive(engine, { name: "calendars" }, host({ fetch }));
  assert.deepEqual(most, { google: 4, zoho: 4 });
  const answers = engine.calls[1]?.[1] as { body: Uint8Array }[];
  assert.deepEqual(answers.map(({ body }) => new TextDecoder().decode(body)), requests.map(({ path }) => path));
});

for (const [error, failure] of [
  [new TypeError("network"), "offline"],
  [new FetchFailure("auth-expired"), "auth-expired"],
  [new FetchFailure("timeout"), "timeout"],
  [new DOMException("gone", "AbortError"), "aborted"],
  [new DOMException("late", "TimeoutError"), "timeout"],
  [new AccordError("auth-expired", "Sign in."), "auth-expired"],
] as const) {
  test(`a fetch that rejects with ${error.name} becomes the failure ${failure}`, async () => {
    const engine = fakeEngine([{ type: "http", requests: [request("/a")] }, done]);
    await drive(engine, { name: "calendars" }, host({ fetch: () => Promise.reject(error) }));
    assert.deepEqual(engine.calls[1], ["answered", [{ failure }]]);
  });
}

test("a fetch that throws instead of rejecting is a failure too", async () => {
  const engine = fakeEngine([{ type: "http", requests: [request("/a")] }, done]);
  await drive(engine, { name: "calendars" }, host({ fetch: () => { throw new Error("synchronous"); } }));
  assert.deepEqual(engine.calls[1], ["answered", [{ failure: "offline" }]]);
});

test("a fetch that resolves with nonsense is the host's mistake, and said so", async () => {
  const engine = fakeEngine([{ type: "http", requests: [request("/a")] }]);
  const fetch = async () => ({ status: 200, headers: {}, body: { not: "bytes" } }) as unknown as HostResponse;
  await assert.rejects(drive(engine, { name: "calendars" }, host({ fetch })), (error) => isAccordError(error, "misuse"));
});

test("a failed step becomes an AccordError with the host's error as its cause", async () => {
  const cause = new TypeError("network");
  const engine = fakeEngine([
    { type: "http", requests: [request("/a")] },
    { type: "failed", error: { code: "offline", message: "Google could not be reached.", retryAfterMs: 5000 } },
  ]);
  await assert.rejects(drive(engine, { name: "calendars" }, host({ fetch: () => Promise.reject(cause) })), (error) => {
    assert.ok(isAccordError(error, "offline"));
    assert.deepEqual([error.message, error.retryAfterMs, error.cause], ["Google could not be reached.", 5000, cause]);
    return true;
  });
});

test("an error that was got over is not the cause of a later one", async () => {
  const engine = fakeEngine([
    { type: "http", requests: [request("/lost")] },
    { type: "http", requests: [request("/a")] },
    { type: "failed", error: { code: "forbidden", message: "A right is missing." } },
  ]);
  const fetch: Host["fetch"] = async ({ path }) => (path === "/lost" ? Promise.reject(new TypeError("network")) : ok(path));
  await assert.rejects(drive(engine, { name: "calendars" }, host({ fetch })), (error) => isAccordError(error, "forbidden") && error.cause === undefined);
});

for (const [error, code] of [
  [new AccordError("storage-full", "Full."), "storage-full"],
  [new Error("disk"), "storage-failed"],
] as const) {
  test(`a save that rejects with ${error.message} is told to the engine as ${code}`, async () => {
    const storage = { ...memoryStorage(), save: () => Promise.reject(error) };
    const engine = fakeEngine([{ type: "save", put: {}, remove: [] }, { type: "failed", error: { code, message: "Not stored." } }]);
    await assert.rejects(drive(engine, { name: "forget" }, host({ storage })), (thrown) => isAccordError(thrown, code) && thrown.cause === error);
    assert.deepEqual(engine.calls[1], ["failed", { code }]);
  });
}

test("a load that rejects and an unknown zone are told to the engine", async () => {
  const storage = { ...memoryStorage(), load: () => Promise.reject(new Error("disk")) };
  const engine = fakeEngine([{ type: "load", keys: ["a"] }, { type: "offsets", zone: "Mars/Olympus", fromMs: 0, toMs: 1 }, done]);
  await drive(engine, { name: "status" }, host({ storage }));
  assert.deepEqual(engine.calls.slice(1), [["failed", { code: "storage-failed" }], ["failed", { code: "unsupported" }]]);
});

test("an error of the engine's own answer is not taken for the host's", async () => {
  const trap = new WebAssembly.RuntimeError("unreachable");
  const engine = fakeEngine([{ type: "load", keys: ["a"] }, trap]);
  await assert.rejects(drive(engine, { name: "status" }, host()), trap);
  assert.equal(engine.calls.length, 2);
});

test("an abort during reading ends the reads and cancels", async () => {
  const stop = new AbortController();
  const fetch: Host["fetch"] = (_request, signal) => new Promise((_resolve, reject) => {
    signal?.addEventListener("abort", () => reject(new DOMException("stopped", "AbortError")));
  });
  const engine = fakeEngine([{ type: "http", requests: [request("/a"), request("/b")] }, cancelled]);
  const running = drive(engine, { name: "run" }, host({ fetch }), { signal: stop.signal });
  stop.abort();
  await assert.rejects(running, (error) => isAccordError(error, "cancelled"));
  assert.deepEqual(engine.calls.map(([method]) => method), ["start", "cancel"]);
});

test("an abort during writing lets what is on its way finish, records it, and begins nothing more", async () => {
  const stop = new AbortController();
  const { promise, resolve } = deferred();
  const sent: string[] = [];
  const fetch: Host["fetch"] = async ({ path }, signal) => {
    sent.push(path);
    assert.equal(signal, undefined);
    await promise;
    return { status: 201, headers: {}, body: "" };
  };
  const posts = Array.from({ length: 6 }, (_, n) => request(`/${n}`, { service: "zoho", method: "POST" }));
  const engine = fakeEngine([{ type: "http", requests: posts }, { type: "save", put: { a: "1" }, remove: [] }, { type: "http", requests: posts }, cancelled]);
  const storage = memoryStorage();
  const running = drive(engine, { name: "run" }, host({ fetch, storage }), { signal: stop.signal });
  await settled();
  stop.abort();
  resolve();
  await assert.rejects(running, (error) => isAccordError(error, "cancelled"));
  assert.deepEqual(sent, ["/0", "/1", "/2", "/3"]);
  assert.deepEqual(engine.calls.map(([method]) => method), ["start", "answered", "saved", "cancel"]);
  const answers = engine.calls[1]?.[1] as object[];
  assert.deepEqual(answers.map((answer) => ("status" in answer ? "answered" : "not sent")), ["answered", "answered", "answered", "answered", "not sent", "not sent"]);
  assert.deepEqual(await storage.list(""), { a: "1" });
});

test("an abort wakes a pause; an abort before the start does nothing else", async () => {
  const stop = new AbortController();
  const sleeping = fakeEngine([{ type: "wait", untilMs: 1e12 }, cancelled]);
  const running = drive(sleeping, { name: "run" }, host(), { signal: stop.signal });
  await settled();
  stop.abort();
  await assert.rejects(running, (error) => isAccordError(error, "cancelled"));

  const never = fakeEngine([{ type: "http", requests: [request("/a")] }, cancelled]);
  const fetch = async () => assert.fail("must not be sent");
  await assert.rejects(drive(never, { name: "run" }, host({ fetch }), { signal: stop.signal }), (error) => isAccordError(error, "cancelled"));
});

test("progress of every step is told; a listener's mistake does not end the sync", async (t) => {
  const told: Progress[] = [];
  const progress: Progress = { phase: "writing", done: 3, total: 9 };
  const engine = fakeEngine([{ type: "load", keys: [], progress }, done]);
  const mistakes: unknown[] = [];
  const { reportError } = globalThis;
  globalThis.reportError = (error) => mistakes.push(error);
  t.after(() => (globalThis.reportError = reportError));
  const result = await drive(engine, { name: "run" }, host(), {
    onProgress: (now) => {
      told.push(now);
      throw new Error("of the listener");
    },
  });
  assert.equal(result, "the result");
  assert.deepEqual(told, [progress, { phase: "reading", done: 0 }]);
  assert.equal(mistakes.length, 2);
});
