import assert from "node:assert/strict";
import { test } from "node:test";
import { isAccordError } from "../src/errors.ts";
import { memoryStorage } from "../src/hosts/memory.ts";
import { alone, lockName } from "../src/lock.ts";

function gate(): { opened: Promise<void>; open: () => void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

test("a second run on the same storage is refused, not queued", async () => {
  const storage = memoryStorage();
  const { opened, open } = gate();
  const first = alone({ storage }, () => opened);
  await assert.rejects(alone({ storage }, async () => assert.fail("must not run")), (error) => isAccordError(error, "locked"));
  open();
  await first;
  assert.equal(await alone({ storage }, async () => "free again"), "free again");
});

test("another storage is not held up", async () => {
  const { opened, open } = gate();
  const first = alone({ storage: memoryStorage() }, () => opened);
  assert.equal(await alone({ storage: memoryStorage() }, async () => 1), 1);
  open();
  await first;
});

test("a body that fails gives the lock back", async () => {
  const storage = memoryStorage();
  await assert.rejects(alone({ storage }, async () => { throw new Error("body"); }), /body/);
  assert.equal(await alone({ storage }, async () => 2), 2);
});

test("a storage of this page's own needs neither lock nor lease", async (t) => {
  t.after(stubLocks(async () => assert.fail("must not be asked")));
  assert.equal(await alone({ storage: memoryStorage() }, async (lease) => lease), false);
});

test("Web Locks are used for a named storage", async (t) => {
  const named = { ...memoryStorage(), name: "work" };
  const asked: string[] = [];
  let free = true;
  t.after(stubLocks(async (name, _options, body) => {
    asked.push(name);
    return body(free ? {} : null);
  }));
  assert.equal(await alone({ storage: named }, async (lease) => lease), false);
  free = false;
  await assert.rejects(alone({ storage: named }, async () => assert.fail("must not run")), (error) => isAccordError(error, "locked"));
  assert.deepEqual(asked, [lockName(named), lockName(named)]);
});

test("the host's lock is used in place of Web Locks", async (t) => {
  t.after(stubLocks(async () => assert.fail("must not be asked")));
  const lock = async <T>(_name: string, body: () => Promise<T>) => body();
  assert.equal(await alone({ storage: { ...memoryStorage(), name: "work" }, lock }, async (lease) => lease), false);
});

test("without Web Locks the engine's lease keeps other tabs away (I28)", async (t) => {
  const named = { ...memoryStorage(), name: "work" };
  t.after(stubLocks(undefined));
  assert.equal(await alone({ storage: named }, async (lease) => lease), true);
});

test("a lock that the page may not use is replaced by the lease", async (t) => {
  const named = { ...memoryStorage(), name: "work" };
  const blocked = async () => {
    throw new DOMException("storage is blocked", "SecurityError");
  };
  t.after(stubLocks(blocked));
  assert.equal(await alone({ storage: named }, async (lease) => lease), true);
  assert.equal(await alone({ storage: named, lock: blocked }, async (lease) => lease), true);
});

test("a SecurityError of the body is not mistaken for a refused lock", async (t) => {
  const named = { ...memoryStorage(), name: "work" };
  t.after(stubLocks((_name, _options, body) => body({})));
  let runs = 0;
  await assert.rejects(alone({ storage: named }, async () => {
    runs += 1;
    throw new DOMException("of the body", "SecurityError");
  }), /of the body/);
  assert.equal(runs, 1);
});

type Request = (name: string, options: unknown, body: (lock: object | null) => Promise<unknown>) => Promise<unknown>;

function stubLocks(request: Request | undefined): () => void {
  const before = Object.getOwnPropertyDescriptor(globalThis, "navigator");
  Object.defineProperty(globalThis, "navigator", { value: request ? { locks: { request } } : {}, configurable: true });
  return () => (before ? Object.defineProperty(globalThis, "navigator", before) : Reflect.deleteProperty(globalThis, "navigator"));
}
