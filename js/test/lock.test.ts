import assert from "node:assert/strict";
import { test } from "node:test";
import { isAccordError } from "../src/errors.ts";
import { memoryStorage } from "../src/hosts/memory.ts";
import { lockName, withLock } from "../src/lock.ts";

function gate(): { opened: Promise<void>; open: () => void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

test("a second run on the same storage is refused, not queued", async () => {
  const storage = memoryStorage();
  const { opened, open } = gate();
  const first = withLock(storage, () => opened);
  await assert.rejects(withLock(storage, async () => assert.fail("must not run")), (error) => isAccordError(error, "locked"));
  open();
  await first;
  assert.equal(await withLock(storage, async () => "free again"), "free again");
});

test("another storage is not held up", async () => {
  const { opened, open } = gate();
  const first = withLock(memoryStorage(), () => opened);
  assert.equal(await withLock(memoryStorage(), async () => 1), 1);
  open();
  await first;
});

test("a body that fails gives the lock back", async () => {
  const storage = memoryStorage();
  await assert.rejects(withLock(storage, async () => { throw new Error("body"); }), /body/);
  assert.equal(await withLock(storage, async () => 2), 2);
});

test("Web Locks are used for a named storage; a blocked frame falls back to the page's own flag", async (t) => {
  const named = { ...memoryStorage(), name: "work" };
  const asked: string[] = [];
  const restore = stubLocks(async (name, _options, body) => {
    asked.push(name);
    return body(null);
  });
  t.after(() => restore());
  await assert.rejects(withLock(named, async () => assert.fail("must not run")), (error) => isAccordError(error, "locked"));
  assert.deepEqual(asked, [lockName(named)]);

  stubLocks(async () => {
    throw new DOMException("storage is blocked", "SecurityError");
  });
  assert.equal(await withLock(named, async () => "ran"), "ran");
});

test("a SecurityError of the body is not mistaken for a refused lock", async (t) => {
  const named = { ...memoryStorage(), name: "work" };
  t.after(stubLocks((_name, _options, body) => body({})));
  let runs = 0;
  await assert.rejects(withLock(named, async () => {
    runs += 1;
    throw new DOMException("of the body", "SecurityError");
  }), /of the body/);
  assert.equal(runs, 1);
});

type Request = (name: string, options: unknown, body: (lock: object | null) => Promise<unknown>) => Promise<unknown>;

function stubLocks(request: Request): () => void {
  const before = Object.getOwnPropertyDescriptor(globalThis, "navigator");
  Object.defineProperty(globalThis, "navigator", { value: { locks: { request } }, configurable: true });
  return () => (before ? Object.defineProperty(globalThis, "navigator", before) : Reflect.deleteProperty(globalThis, "navigator"));
}
