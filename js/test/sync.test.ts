import assert from "node:assert/strict";
import { test } from "node:test";
import { AccordError, isAccordError } from "../src/errors.ts";
import type { Host } from "../src/host.ts";
import { memoryStorage } from "../src/hosts/memory.ts";
import { syncOver, type Sync } from "../src/sync.ts";
import type { Status } from "../src/types.ts";
import { fakeEngine, type FakeEngine, type ScriptStep } from "./fake-engine.ts";

function syncWith(scripts: (ScriptStep | Error)[][], over: Partial<Host> = {}): { sync: Sync; engines: FakeEngine[]; seeds: number[] } {
  const engines: FakeEngine[] = [];
  const seeds: number[] = [];
  const host: Host = { storage: memoryStorage(), fetch: () => Promise.reject(new TypeError("network")), ...over };
  const sync = syncOver(host, {
    create(seed) {
      seeds.push(seed);
      const engine = fakeEngine(scripts[engines.length] ?? []);
      engines.push(engine);
      return engine;
    },
    seed: () => 7,
    normalForm: (_form, text) => text,
    googleBatch: false,
  });
  return { sync, engines, seeds };
}

const done = (result: unknown): ScriptStep => ({ type: "done", result });

/** What the engine tells of a sync that is switched off. */
const stored = { state: "off", health: { state: "off", reasons: [], remaining: 0, parked: 0 } };

test("each method starts its command in an engine of its own", async () => {
  const { sync, engines, seeds } = syncWith(Array.from({ length: 14 }, (_, n) => [done([3, 9, 11, 12].includes(n) ? stored : n)]));
  const settings = { calendar: "ana@example.com" };
  const results = [
    await sync.calendars(), await sync.checkAccess(), await sync.checkAccess(settings), await sync.activate(settings),
    await sync.run({ trigger: "poll", deadlineMs: 5 }), await sync.run({ crmIds: ["5001"] }), await sync.run({ trigger: "poll", crmIds: ["5001", "5002"] }),
    await sync.preview(), await sync.verify({ sample: 9 }),
    await sync.status(), await sync.history(), await sync.resolve("00ff", "restore"), await sync.deactivate(), await sync.forget(),
  ];
  assert.deepEqual(results.map((result) => (typeof result === "object" ? { state: (result as unknown as Status).state } : result)),
    [0, 1, 2, { state: "off" }, 4, 5, 6, 7, 8, { state: "off" }, 10, { state: "off" }, { state: "off" }, undefined]);
  assert.deepEqual(engines.map(({ calls }) => calls[0]?.[1]), [
    { name: "calendars" }, { name: "checkAccess" }, { name: "checkAccess", settings }, { name: "activate", settings },
    { name: "run", trigger: "poll", batch: false, deadlineMs: 5 },
    { name: "run", trigger: "crm-change", batch: false, crmIds: ["5001"] }, { name: "run", trigger: "poll", batch: false, crmIds: ["5001", "5002"] },
    { name: "preview", batch: false }, { name: "verify", batch: false, sample: 9 },
    { name: "status" }, { name: "history" }, { name: "resolve", question: "00ff", answer: "restore" }, { name: "deactivate" }, { name: "forget" },
  ]);
  assert.ok(engines.every(({ freed }) => freed));
  assert.deepEqual(new Set(seeds), new Set([7]));
});

test("what was written is explained, undone and put back by commands of their own", async () => {
  const { sync, engines } = syncWith([[done(0)], [done(1)], [done(2)], [done(3)], [done({ ...stored, state: "active" })]]);
  const seen: string[] = [];
  const results = [
    await sync.explain("g1"), await sync.undo(), await sync.undo(7, { googleId: "g1", onProgress: ({ phase }) => seen.push(phase) }),
    await sync.putBack(7, "g1", "title"), (await sync.resolve("00ff", "pair")).state,
  ];
  assert.deepEqual(results, [0, 1, 2, 3, "active"]);
  assert.deepEqual(engines.map(({ calls }) => calls[0]?.[1]), [
    { name: "explain", googleId: "g1" }, { name: "undo", batch: false }, { name: "undo", run: 7, googleId: "g1", batch: false },
    { name: "putBack", run: 7, googleId: "g1", field: "title", batch: false }, { name: "resolve", question: "00ff", answer: "pair" },
  ]);
  assert.deepEqual(seen, ["reading"]);
});

test("a second writer is locked out, a reader is not", async () => {
  const { sync } = syncWith([[{ type: "wait", untilMs: Date.now() + 20 }, done("first")], [done({ ...stored, state: "active" })]]);
  const first = sync.run();
  await assert.rejects(sync.run(), (error) => isAccordError(error, "locked"));
  await assert.rejects(sync.resolve("00ff", "apply"), (error) => isAccordError(error, "locked"));
  await assert.rejects(sync.forget(), (error) => isAccordError(error, "locked"));
  await assert.rejects(sync.undo(), (error) => isAccordError(error, "locked"));
  await assert.rejects(sync.putBack(1, "g1", "title"), (error) => isAccordError(error, "locked"));
  assert.equal((await sync.status()).health.state, "working");
  assert.equal(await first, "first");
});

test("what is not stored of the health is known to the page", async () => {
  let at = 1_000_000;
  const active = { state: "active", settings: { calendar: "ana@example.com", direction: "google-to-crm" }, health: { ...stored.health, state: "in-accord", lastSuccessMs: 400_000 } };
  const ran = { finished: "complete" };
  const { sync } = syncWith([[done(active)], [done(ran)], [done(active)], [{ type: "save", put: { a: "1" }, remove: [] }, { type: "failed", error: { code: "storage-full", message: "The storage is full." } }], [done(active)], [done(ran)], [done(active)]], {
    now: () => at,
    storage: { ...memoryStorage(), save: () => Promise.reject(new AccordError("storage-full", "The storage is full.")) },
  });
  const health = async () => (await sync.status()).health;
  assert.deepEqual((await health()).lag, { googleMs: 600_000 });
  await sync.run();
  at += 5_000;
  const quiet = await health();
  assert.deepEqual([quiet.lag, quiet.lastSuccessMs], [{ googleMs: 5_000 }, 1_000_000]);
  await assert.rejects(sync.run());
  const full = await health();
  assert.deepEqual([full.state, full.reasons[0]?.code], ["needs-you", "storage-full"]);
  await sync.run();
  assert.equal((await health()).state, "in-accord");
});

test("the host's lock is used when it has one", async () => {
  const names: string[] = [];
  const { sync } = syncWith([[done("ran")]], {
    storage: { ...memoryStorage(), name: "work" },
    lock: (name, body) => {
      names.push(name);
      return body();
    },
  });
  await sync.run();
  assert.deepEqual(names, ["accord-sync/work"]);
});

test("where there is no lock, commands that write ask for the engine's lease", async () => {
  const { sync, engines } = syncWith(Array.from({ length: 6 }, () => [done(stored)]), {
    storage: { ...memoryStorage(), name: "work" },
    lock: async () => {
      throw new DOMException("storage is blocked", "SecurityError");
    },
  });
  await sync.activate({ calendar: "ana@example.com" });
  await sync.run();
  await sync.resolve("00ff", "apply");
  await sync.deactivate();
  await sync.forget();
  await sync.status();
  const asked = engines.map(({ calls }) => calls[0]?.[1] as { name: string; lease?: boolean });
  assert.deepEqual(asked.map(({ name, lease }) => [name, lease]), [
    ["activate", true], ["run", true], ["resolve", true], ["deactivate", true], ["forget", true], ["status", undefined],
  ]);
});

test("a trap is reported as internal and its engine is left alone; the next call has a fresh one", async () => {
  const { sync, engines } = syncWith([[new WebAssembly.RuntimeError("unreachable")], [done("well")]]);
  await assert.rejects(sync.run(), (error) => isAccordError(error, "internal") && error.cause instanceof WebAssembly.RuntimeError);
  assert.equal(engines[0]?.freed, false);
  assert.equal(await sync.run(), "well");
});

test("a failed command frees its engine and the lock", async () => {
  const failed: ScriptStep = { type: "failed", error: { code: "not-active", message: "Activate first." } };
  const { sync, engines } = syncWith([[failed], [done("well")]]);
  await assert.rejects(sync.run(), (error) => isAccordError(error, "not-active"));
  assert.equal(engines[0]?.freed, true);
  assert.equal(await sync.run(), "well");
});

test("misuse of the engine keeps its code; an unknown code is internal", async () => {
  const misuse = Object.assign(new Error("no http step is pending"), { code: "misuse" });
  const unknown: ScriptStep = { type: "failed", error: { code: "new-in-2030", message: "?" } };
  const { sync } = syncWith([[misuse], [unknown]]);
  await assert.rejects(sync.status(), (error) => isAccordError(error, "misuse"));
  await assert.rejects(sync.status(), (error) => isAccordError(error, "internal"));
});

test("disposed of, a sync ends what is running and takes no more", async () => {
  const { sync, engines } = syncWith([[{ type: "http", requests: [{ service: "google", method: "GET", path: "/a", headers: {} }] }, { type: "failed", error: { code: "cancelled", message: "" } }]], {
    fetch: (_request, signal) => new Promise((_resolve, reject) => signal?.addEventListener("abort", () => reject(signal.reason as Error))),
  });
  const running = sync.run();
  await new Promise((resolve) => setTimeout(resolve));
  sync[Symbol.dispose]();
  await assert.rejects(running, (error) => isAccordError(error, "cancelled"));
  assert.deepEqual(engines[0]?.calls.map(([method]) => method), ["start", "cancel"]);
  await assert.rejects(sync.run(), (error) => isAccordError(error, "misuse"));
  assert.equal(engines.length, 1, "no engine is made for it");
});
