/** Stories of the background: what the browser tells it, and what follows, over a browser and an engine that are played. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { AccordError } from "../../src/errors.ts";
import type { RunOptions, Sync } from "../../src/sync.ts";
import type { Report, Status } from "../../src/types.ts";
import { Background } from "../src/background.ts";
import { Store, VERSION } from "../src/memory.ts";
import { SignInFailure } from "../src/oauth/failure.ts";
import { sentencesIn } from "../src/sentences.ts";
import { FakePlatform } from "./fake-platform.ts";

const MINUTE = 60_000;
const ACCOUNT = { address: "ana@example.com", isExpired: false };
const ID = "4876876000000225999";

/** The engine as a script: each run takes the next entry, and ends well where there is none. */
class FakeSync {
  readonly runs: RunOptions[] = [];
  readonly undone: [run: number, aborted: boolean | undefined][] = [];
  script: (Partial<Report> | AccordError | (() => Promise<Partial<Report>>))[] = [];
  status: Partial<Status> = { state: "active", firstSyncDone: true, links: 2, questions: [], parked: [], pauses: [], remaining: 0 };

  get sync(): Sync {
    return {
      run: async (options: RunOptions = {}) => {
        this.runs.push(options);
        const next = this.script.shift() ?? {};
        if (next instanceof AccordError) throw next;
        return { finished: "complete", remaining: 0, ...(typeof next === "function" ? await next() : next) };
      },
      status: async () => this.status,
      activate: async () => ({ ...this.status, settings: { calendar: "c", intervalMinutes: 10 } }),
      deactivate: async () => (this.status = { ...this.status, state: "off" }),
      resolve: async () => this.status,
      undo: async (run: number, options: RunOptions) => {
        this.undone.push([run, options.signal?.aborted]);
        return { notRestored: [] };
      },
      forget: async () => undefined,
    } as unknown as Sync;
  }
}

function installed(engine = new FakeSync(), platform = new FakePlatform()) {
  const signedOut: string[] = [];
  const tokens = {
    signIn: async () => undefined as never,
    signOut: async (service: string) => void signedOut.push(service),
  };
  const fetch = async () => ({ status: 200, headers: {}, body: JSON.stringify({ id: "ana@example.com", users: [{ email: "ana@example.com" }] }) });
  const store = new Store(platform.storage.local);
  const start = () => new Background({
    around: platform.around, store, tokens, engine: { sync: async () => engine.sync, fetch }, sentences: (locale) => sentencesIn(locale, "en"),
  });
  return { engine, platform, store, signedOut, tokens, start, background: start() };
}

/** Signed in and active, with nothing running. */
async function active(engine?: FakeSync) {
  const all = installed(engine);
  Object.assign(all.platform.local, { accounts: { google: ACCOUNT, zoho: { ...ACCOUNT, centre: "eu" } }, intervalMinutes: 5 });
  await all.background.started();
  return all;
}

/** Lets everything that was started come to its end. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

test("before anything is set up, nothing wakes the background", async () => {
  const { background, platform, engine } = installed();
  await background.started();
  await background.alarmed("cycle");
  assert.equal(platform.alarm.size, 0);
  assert.equal(engine.runs.length, 0);
  assert.equal(platform.local["version"], VERSION);
});

test("a lost alarm is set again at every start", async () => {
  const { platform } = await active();
  assert.equal(platform.alarm.get("cycle"), platform.nowMs + 1_000);
});

test("an alarm that is set is left alone at a start", async () => {
  const { platform, start } = await active();
  platform.alarm.set("cycle", 77);
  await start().started();
  assert.equal(platform.alarm.get("cycle"), 77);
});

test("an alarm runs a cycle with a deadline, and the next one follows after the interval", async () => {
  const { background, platform, engine } = await active();
  await background.alarmed("cycle");
  assert.deepEqual(engine.runs.map(({ trigger, deadlineMs }) => [trigger, deadlineMs]), [["poll", platform.nowMs + 20_000]]);
  assert.equal(platform.alarm.get("cycle"), platform.nowMs + 5 * MINUTE);
  assert.equal(platform.badge, "");
});

test("while a cycle runs, the alarm that takes it up again is set: a killed one goes on (K8)", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const { background, platform, engine, start } = await active();
  let rescue: number | undefined;
  engine.script = [() => {
    rescue = platform.alarm.get("cycle");
    return new Promise(() => undefined);
  }];
  void background.alarmed("cycle");
  await settled();
  assert.equal(rescue, platform.nowMs + MINUTE);
  const next = start();
  await next.started();
  await next.alarmed("cycle");
  assert.equal(engine.runs.length, 2);
});

test("a long cycle runs in slices, one after the other", async () => {
  const { background, engine } = await active();
  engine.script = [{ finished: "deadline" }, { finished: "deadline" }, { finished: "complete" }];
  await background.alarmed("cycle");
  assert.equal(engine.runs.length, 3);
});

test("two that ask at once share one cycle (I28)", async () => {
  const { background, engine } = await active();
  await Promise.all([background.commands.run(), background.commands.run(), background.alarmed("cycle")]);
  assert.equal(engine.runs.length, 1);
});

test("without a connection no service is asked, and it looks again after a minute", async () => {
  const { background, platform, engine } = await active();
  platform.isOnline = false;
  await background.alarmed("cycle");
  assert.equal(engine.runs.length, 0);
  assert.equal(platform.alarm.get("cycle"), platform.nowMs + MINUTE);
  assert.equal(platform.badge, "");
});

test("failures of a service come further apart, and one success forgets them (I27)", async () => {
  const { background, platform, engine, store } = await active();
  engine.script = [new AccordError("server-error", ""), new AccordError("server-error", ""), new AccordError("server-error", "")];
  const pauses = [];
  for (let n = 0; n < 3; n += 1) {
    await background.alarmed("cycle");
    pauses.push(((platform.alarm.get("cycle") ?? 0) - platform.nowMs) / MINUTE);
  }
  assert.deepEqual(pauses, [1, 2, 4]);
  await background.alarmed("cycle");
  assert.equal(await store.read("trouble"), undefined);
  assert.equal(platform.told, 0, "nobody is told what mends itself");
});

test("a sign-in that is refused is told once, and asked for no further (K6)", async () => {
  const { background, platform, engine, store } = await active();
  engine.script = [async () => {
    await store.change("accounts", (accounts) => ({ ...accounts, google: { ...ACCOUNT, isExpired: true } }));
    throw new AccordError("auth-expired", "");
  }];
  await background.alarmed("cycle");
  await background.alarmed("cycle");
  assert.equal(engine.runs.length, 1);
  assert.equal(platform.alarm.size, 0);
  assert.deepEqual([platform.badge, platform.told, platform.shown.size], ["!", 1, 1]);

  await background.commands.signIn("google");
  assert.deepEqual([platform.badge, platform.shown.size], ["", 0]);
  await settled();
  assert.equal(engine.runs.length, 2, "what waited for the sign-in goes on at once");
  assert.equal(platform.alarm.get("cycle"), platform.nowMs + 5 * MINUTE);
});

test("who signs out is not told to sign in, and nothing is asked of the services (K6)", async () => {
  const { background, platform, engine, store } = await active();
  await background.commands.signOut("zoho");
  await background.alarmed("cycle");
  assert.deepEqual([platform.badge, platform.told, platform.alarm.size, engine.runs.length], ["!", 0, 0, 0]);
  assert.equal((await store.read("accounts")).zoho, undefined);
});

test("when the connection is back, what waited for it goes on, and nothing else", async () => {
  const { background, platform, engine } = await active();
  await background.connected();
  assert.equal(engine.runs.length, 0);
  platform.isOnline = false;
  await background.alarmed("cycle");
  platform.isOnline = true;
  await background.connected();
  assert.equal(engine.runs.length, 1);
});

test("a question that stays open is told once; another one is told anew (K5)", async () => {
  const { background, platform, engine } = await active();
  engine.status.questions = [{ id: "q1", code: "mass-deletion", side: "crm", count: 30, askedMs: 0 }];
  await background.alarmed("cycle");
  await background.alarmed("cycle");
  assert.deepEqual([platform.badge, platform.told], ["!", 1]);
  engine.status.questions = [{ id: "q2", code: "mass-deletion", side: "crm", count: 40, askedMs: 0 }];
  await background.alarmed("cycle");
  assert.equal(platform.told, 2);
});

test("paused, nothing runs; resumed, a cycle runs at once", async () => {
  const { background, platform, engine } = await active();
  await background.commands.pause();
  await background.alarmed("cycle");
  background.sending("1", { method: "PUT", url: `https://crm.zoho.eu/crm/v8/Events/${ID}` });
  await background.sent("1", 200);
  assert.deepEqual([engine.runs.length, platform.alarm.size, platform.badge], [0, 0, "II"]);
  await background.commands.resume();
  await settled();
  assert.equal(engine.runs.length >= 1, true);
  assert.equal(platform.badge, "");
});

test("a pause ends the cycle that runs", async () => {
  const { background, platform, engine } = await active();
  let signal: AbortSignal | undefined;
  engine.script = [() => new Promise((_, reject) => {
    signal = engine.runs[0]?.signal;
    signal?.addEventListener("abort", () => reject(new AccordError("cancelled", "")));
  })];
  void background.alarmed("cycle");
  await settled();
  await background.commands.pause();
  assert.equal(signal?.aborted, true);
  assert.equal(platform.alarm.size, 0);
});

test("an undo ends the cycle that runs, and is not ended with it (I25, I28)", async () => {
  const { background, engine } = await active();
  engine.script = [() => new Promise((_, reject) => {
    engine.runs[0]?.signal?.addEventListener("abort", () => reject(new AccordError("cancelled", "")));
  })];
  void background.alarmed("cycle");
  await settled();
  await background.commands.undo(7);
  assert.deepEqual(engine.undone, [[7, false]]);
});

test("a save on a CRM page is pushed by its id, after it was answered (D2)", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { background, engine, store } = await active();
  background.sending("1", { method: "PUT", url: `https://crm.zoho.eu/crm/v8/Events/${ID}` });
  t.mock.timers.tick(5_000);
  assert.equal(engine.runs.length, 0, "not before the CRM has answered");
  await background.sent("1", 200);
  assert.deepEqual(await store.read("touched"), [ID], "kept, should the background be killed");
  t.mock.timers.tick(1_000);
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
  assert.deepEqual(engine.runs.map(({ trigger, crmIds }) => [trigger, crmIds]), [["crm-change", [ID]]]);
});

test("a save that the CRM refused is no save", async () => {
  const { background, store } = await active();
  background.sending("1", { method: "PUT", url: `https://crm.zoho.eu/crm/v8/Events/${ID}` });
  await background.sent("1", 400);
  background.sending("2", { method: "PUT", url: `https://crm.zoho.eu/crm/v8/Events/${ID}` });
  await background.sent("2", undefined);
  assert.deepEqual(await store.read("touched"), []);
});

test("what a killed background could not push goes with the next cycle, and is never asked for twice (D2)", async () => {
  const { background, engine, store } = await active();
  await store.write("touched", [ID]);
  engine.script = [new AccordError("server-error", "")];
  await background.alarmed("cycle");
  await background.alarmed("cycle");
  assert.deepEqual(engine.runs.map(({ trigger }) => trigger), ["crm-change", "poll"]);
});

test("deactivated, nothing wakes it; activated again, it runs at the chosen interval", async () => {
  const { background, platform, engine } = await active();
  await background.commands.deactivate();
  assert.equal(platform.alarm.size, 0);
  await background.woke();
  assert.equal(engine.runs.length, 0);
  await background.commands.activate({ calendar: "c", intervalMinutes: 10 });
  await settled();
  assert.equal(engine.runs.length, 1);
  assert.equal(platform.alarm.get("cycle"), platform.nowMs + 10 * MINUTE);
});

test("forgetting leaves nothing but the language", async () => {
  const { background, platform, signedOut } = await active();
  await background.commands.setLocale("fr");
  await background.commands.forget();
  assert.deepEqual(signedOut, ["google", "zoho"]);
  assert.deepEqual(Object.keys(platform.local).sort(), ["locale", "snapshot", "version"]);
  assert.equal(platform.alarm.size, 0);
});

test("a sign-in that was not finished is a cancelled one, and changes nothing", async () => {
  const { background, tokens, store } = await active();
  tokens.signIn = async () => {
    throw new SignInFailure("cancelled");
  };
  await assert.rejects(background.commands.signIn("google"), { code: "cancelled" });
  assert.deepEqual((await store.read("accounts")).google, ACCOUNT);
});

test("what a newer version stored is left alone", async () => {
  const { background, platform } = installed();
  platform.local["version"] = VERSION + 1;
  await background.started();
  assert.equal(platform.local["version"], VERSION + 1);
});

test("a first sync waits for the person, whoever wakes the background and however often it is killed", async () => {
  const engine = new FakeSync();
  engine.status = { ...engine.status, firstSyncDone: false };
  const { background, platform, start } = await active(engine);
  await background.commands.activate({ calendar: "c" });
  const next = start();
  await next.started();
  await next.alarmed("cycle");
  await next.commands.resume();
  assert.equal(await next.commands.run(), undefined);
  await settled();
  assert.equal(engine.runs.length, 0);
  assert.equal(platform.alarm.size, 0);
  assert.equal(platform.badge, "!");
  assert.equal(platform.told, 0, "who has just saved is not called");
  await next.commands.begin();
  await settled();
  assert.equal(engine.runs.length, 1);
  assert.equal(platform.badge, "");
});

test("killed while the settings are being stored, nothing begins that nobody agreed to", async () => {
  const engine = new FakeSync();
  const { sync } = engine;
  Object.defineProperty(engine, "sync", { get: () => ({ ...sync, activate: () => new Promise(() => undefined) }) });
  const { background, platform, start } = await active(engine);
  void background.commands.activate({ calendar: "c" });
  await settled();
  platform.alarm.set("cycle", platform.nowMs);
  await start().alarmed("cycle");
  assert.equal(engine.runs.length, 0);
});

test("settings that are refused change nothing: what was synced goes on", async () => {
  const engine = new FakeSync();
  const { sync } = engine;
  Object.defineProperty(engine, "sync", { get: () => ({ ...sync, activate: async () => { throw new AccordError("invalid-settings", "No."); } }) });
  const { background } = await active(engine);
  await assert.rejects(background.commands.activate({ calendar: "c" }), { code: "invalid-settings" });
  await background.alarmed("cycle");
  assert.equal(engine.runs.length, 1);
});

test("who turns back leaves everything unsynced", async () => {
  const engine = new FakeSync();
  engine.status = { ...engine.status, firstSyncDone: false };
  const { background, platform } = await active(engine);
  await background.commands.activate({ calendar: "c" });
  await background.commands.deactivate();
  await background.alarmed("cycle");
  assert.equal(engine.runs.length, 0);
  assert.equal(platform.local["awaiting"], false);
  assert.equal(platform.badge, "");
});
