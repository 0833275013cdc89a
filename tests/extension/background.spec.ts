/** The background's life, in Chromium: killed, woken, refused, cut off, asked by two windows, out of room. */

import { expect, test } from "@playwright/test";
import { Sandbox } from "../e2e/sandbox.ts";
import { Extension } from "./chromium.ts";
import { admin, counters } from "./world.ts";
import { A_PAGE, expectAccord, firstSyncDone, setUp, signInToBoth, snapshot } from "./stories.ts";

let sandbox: Sandbox;
let extension: Extension;

async function begin(events: number): Promise<void> {
  sandbox = await Sandbox.start(events);
  extension = await Extension.start(sandbox.url);
}

test.afterEach(async () => {
  await extension.stop();
  await sandbox.stop();
});

test("a first sync of 1,000 events ends with every event once, and the next cycle writes nothing (K1, K2, I2)", async () => {
  await begin(1000);
  await setUp(extension, { direction: "two-way" });
  await firstSyncDone(extension);
  await expectAccord(sandbox);
  const before = await counters(sandbox);
  await extension.do("run");
  const after = await counters(sandbox);
  expect(after.writes).toEqual(before.writes);
});

test("killed at 20 random moments of a first sync, it ends in the same state (K8, I12)", async () => {
  await begin(1000);
  await admin(sandbox, "/sandbox/faults", { service: "zoho", path: "/crm/v8/", kind: "delay", ms: 300, times: 0 });
  await setUp(extension);
  let inside = 0;
  for (let kill = 0; kill < 20; kill += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50 + Math.random() * 600));
    if (!(await snapshot(extension))?.firstSyncDone) inside += 1;
    await extension.kill();
    // The browser wakes it by an alarm after a minute; a person who opens a window wakes it at once.
    void extension.ask("run").catch(() => undefined);
  }
  expect(inside, "kills before the first sync was over").toBeGreaterThan(5);
  await sandbox.writeAtOnce();
  await extension.do("run");
  await firstSyncDone(extension);
  await expectAccord(sandbox);
});

test("a killed first sync is taken up again by the alarm alone (K8)", async () => {
  await begin(300);
  await sandbox.writeSlowly();
  await setUp(extension);
  await expect.poll(async () => (await sandbox.crm()).length).toBeGreaterThan(0);
  await extension.kill();
  await sandbox.writeAtOnce();
  expect((await extension.alarm())?.name).toBe("cycle");
  await extension.wake();
  await firstSyncDone(extension);
  await expectAccord(sandbox);
});

test("what a CRM page saves is in Google at once (D2)", async () => {
  await begin(50);
  await setUp(extension, { direction: "two-way" });
  await firstSyncDone(extension);
  const meeting = (await sandbox.crm()).find(({ Event_Title }) => Event_Title !== "Not Provided");
  const page = await extension.context.newPage();
  await page.goto(sandbox.url + A_PAGE);
  const save = (title: string) => page.evaluate(async ([id, title]) => {
    const answer = await fetch(`/crm/v8/Events/${id}`, {
      method: "PUT", headers: { authorization: "Zoho-oauthtoken sandbox-zoho", "content-type": "application/json" },
      body: JSON.stringify({ data: [{ id, Event_Title: title }] }),
    });
    return answer.status;
  }, [meeting?.id ?? "", title] as const);

  expect(await save("Moved by hand")).toBe(200);
  await expect.poll(async () => (await sandbox.google()).map(({ summary }) => summary)).toContain("Moved by hand");

  await extension.do("pause");
  expect(await save("While paused")).toBe(200);
  await page.waitForTimeout(2_500);
  expect((await sandbox.google()).map(({ summary }) => summary)).not.toContain("While paused");
  await extension.do("resume");
  await expect.poll(async () => (await sandbox.google()).map(({ summary }) => summary)).toContain("While paused");
});

test("an alarm brings what changed in Google; a pause takes the alarm away", async () => {
  await begin(50);
  await setUp(extension);
  await firstSyncDone(extension);
  await sandbox.addToGoogle({ summary: "Came later", start: { dateTime: soon(1) }, end: { dateTime: soon(2) } });
  await extension.wake();
  await expect.poll(async () => (await sandbox.crm()).map(({ Event_Title }) => Event_Title)).toContain("Came later");
  await expect.poll(async () => ((await extension.alarm())?.scheduledTime ?? 0) - Date.now()).toBeGreaterThan(60_000);
  await extension.do("pause");
  expect(await extension.alarm()).toBeUndefined();
  expect(await extension.badge()).toBe("II");
});

test("an access token that ended is renewed unseen, a sign-in that was withdrawn is asked for once", async () => {
  await begin(50);
  await setUp(extension);
  await firstSyncDone(extension);
  await admin(sandbox, "/sandbox/clock", { advanceMs: 2 * 3_600_000 });
  await extension.do("run");
  expect(await extension.badge()).toBe("");

  const { "refresh/google": refresh } = await extension.stored("local", "refresh/google");
  await admin(sandbox, "/sandbox/revoke", { service: "google", token: refresh });
  expect((await extension.ask("run")).error?.code).toBe("auth-expired");
  expect(await extension.badge()).toBe("!");
  expect(await extension.alarm()).toBeUndefined();
  expect((await extension.stored("local", "told"))["told"]).toBe("sign-in");

  await extension.do("signIn", "google");
  await extension.do("run");
  expect(await extension.badge()).toBe("");
  await expectAccord(sandbox);
});

test("cut off from the services it waits, and goes on when they are back", async () => {
  await begin(50);
  await setUp(extension);
  await firstSyncDone(extension);
  await admin(sandbox, "/sandbox/faults", { kind: "drop", times: 0 });
  expect((await extension.ask("run")).error?.code).toBe("offline");
  expect(await extension.badge()).toBe("");
  expect(((await extension.alarm())?.scheduledTime ?? 0) - Date.now()).toBeLessThan(61_000);
  await sandbox.writeAtOnce();
  await sandbox.addToGoogle({ summary: "While away", start: { dateTime: soon(1) }, end: { dateTime: soon(2) } });
  await extension.wake();
  await expect.poll(async () => (await sandbox.crm()).map(({ Event_Title }) => Event_Title)).toContain("While away");
});

test("deactivated and activated again, forgotten and set up again: nothing twice (K2, K10)", async () => {
  await begin(100);
  await setUp(extension);
  await firstSyncDone(extension);
  await extension.do("deactivate");
  expect(await extension.alarm()).toBeUndefined();
  expect((await snapshot(extension))?.state).toBe("off");
  await setUp(extension);
  await extension.do("run");
  await expectAccord(sandbox);
  await extension.do("forget");
  expect(await extension.stored("local", "refresh/google", "refresh/zoho", "accounts")).toEqual({});
  await setUp(extension);
  await firstSyncDone(extension);
  await expectAccord(sandbox);
});

test("two windows that ask at once share one cycle (I28)", async () => {
  await begin(200);
  await sandbox.writeSlowly();
  await signInToBoth(extension);
  const [calendar] = (await extension.do<{ id: string; primary: boolean }[]>("calendars")).filter(({ primary }) => primary);
  await extension.do("activate", { calendar: calendar?.id, direction: "google-to-crm" });
  await extension.do("begin");
  const pages = await Promise.all([extension.open("options"), extension.open("popup")]);
  const answers = await Promise.all(pages.map((page) => extension.askFrom(page, "run")));
  expect(answers.map(({ error }) => error)).toEqual([undefined, undefined]);
  await sandbox.writeAtOnce();
  await firstSyncDone(extension);
  await expectAccord(sandbox);
});

test("without room it says so, keeps what it knows, and goes on when there is room", async () => {
  await begin(100);
  await setUp(extension);
  await firstSyncDone(extension);
  await sandbox.addToGoogle({ summary: "Too much", start: { dateTime: soon(1) }, end: { dateTime: soon(2) } });
  await extension.worker.evaluate(() => {
    const scope = globalThis as unknown as { put?: typeof IDBObjectStore.prototype.put };
    scope.put = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = () => { throw new DOMException("full", "QuotaExceededError"); };
  });
  expect((await extension.ask("run")).error?.code).toBe("storage-full");
  expect(await extension.badge()).toBe("!");
  await extension.worker.evaluate(() => {
    const { put } = globalThis as unknown as { put: typeof IDBObjectStore.prototype.put };
    IDBObjectStore.prototype.put = put;
  });
  await extension.do("run");
  expect(await extension.badge()).toBe("");
  await expectAccord(sandbox);
});

test("many deletions wait for a person, who is told once (K5)", async () => {
  await begin(100);
  await setUp(extension);
  await firstSyncDone(extension);
  const linked = new Set((await sandbox.crm()).map(({ Event_Title }) => Event_Title));
  const gone = (await sandbox.google()).filter(({ summary, recurrence, recurringEventId }) => summary !== undefined && linked.has(summary) && !recurrence && !recurringEventId).slice(0, 30);
  const before = (await sandbox.crm()).length;
  await sandbox.deleteFromGoogle(gone.map(({ id }) => id));
  await extension.do("run");
  expect((await sandbox.crm()).length).toBe(before);
  expect(await extension.badge()).toBe("!");
  const [question] = (await snapshot(extension))?.questions ?? [];
  expect(question?.count).toBeGreaterThan(20);
  expect((await extension.stored("local", "told"))["told"]).toBe(`question:${question?.id}`);
  await extension.do("resolve", question?.id, "apply");
  await extension.do("run");
  expect((await sandbox.crm()).length).toBeLessThan(before);
  await expectAccord(sandbox);
  expect(await extension.badge()).toBe("");
});

function soon(hours: number): string {
  return new Date(Date.now() + hours * 3_600_000).toISOString();
}
