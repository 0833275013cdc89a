import assert from "node:assert/strict";
import { test } from "node:test";
import { AccordError } from "../src/errors.ts";
import { webextStorage, type WebextArea } from "../src/hosts/webext.ts";
import { storageContract } from "./storage-contract.ts";

type Items = Map<string, unknown>;

/** As the browsers do it: values are copies, one call happens whole or not at all. */
function area(items: Items, before: (call: string) => void = () => undefined): WebextArea {
  return {
    async get(keys) {
      before("get");
      const wanted = keys ?? [...items.keys()];
      return Object.fromEntries(wanted.filter((key) => items.has(key)).map((key) => [key, structuredClone(items.get(key))]));
    },
    async set(rows) {
      before("set");
      for (const [key, value] of Object.entries(structuredClone(rows))) items.set(key, value);
    },
    async remove(keys) {
      before("remove");
      for (const key of keys) items.delete(key);
    },
  };
}

for (const { name, run } of storageContract) {
  test(`webext: ${name}`, async () => {
    const items: Items = new Map();
    await run(webextStorage({ area: area(items) }), () => webextStorage({ area: area(items) }));
  });
}

class Killed extends Error {}

/** The calls made by `saves`, and what is stored after a kill before each of them and before none. */
async function killedBeforeEach(saves: { put: Record<string, string>; remove: string[] }[]): Promise<{ calls: number; states: Record<string, string>[] }> {
  const states: Record<string, string>[] = [];
  for (let killAt = 1; killAt < 50; killAt++) {
    const items: Items = new Map();
    await webextStorage({ area: area(items) }).save({ put: { a: "1", b: "1", c: "1" }, remove: [] });
    let calls = 0;
    const dying = webextStorage({ area: area(items, () => { if (++calls >= killAt) throw new Killed(); }) });
    for (const patch of saves) await dying.save(patch).catch(() => undefined);
    states.push(await webextStorage({ area: area(items) }).list(""));
    if (calls < killAt) return { calls, states };
  }
  throw new Error("There was no end.");
}

test("killed before any call of a patch, all of it holds or nothing", async () => {
  const { calls, states } = await killedBeforeEach([{ put: { a: "2", d: "2" }, remove: ["b", "c"] }]);
  assert.equal(calls, 4, "read the journal, write rows and journal, remove rows, remove the journal");
  const [old, done] = [{ a: "1", b: "1", c: "1" }, { a: "2", d: "2" }];
  assert.deepEqual(states, [old, old, done, done, done]);
});

test("the next patch finishes what a killed one left, and brings back what it writes itself", async () => {
  const items: Items = new Map();
  let removes = false;
  const dying = webextStorage({ area: area(items, (call) => { if (call === "remove" && !removes) throw new Killed(); }) });
  await dying.save({ put: { a: "1", b: "1", c: "1" }, remove: [] });
  await dying.save({ put: {}, remove: ["a", "b"] });
  assert.deepEqual(await dying.list(""), { c: "1" }, "gone for readers, though the rows are there");
  assert.ok([...items.keys()].some((key) => key.endsWith("/a")));
  removes = true;
  await webextStorage({ area: area(items) }).save({ put: { a: "2" }, remove: [] });
  assert.deepEqual(await webextStorage({ area: area(items) }).list(""), { a: "2", c: "1" });
  assert.equal(items.size, 2, "no journal and no removed row is left");
});

test("a patch without removals is one call to read and one to write", async () => {
  const calls: string[] = [];
  const storage = webextStorage({ area: area(new Map(), (call) => calls.push(call)) });
  await storage.save({ put: { a: "1" }, remove: [] });
  assert.deepEqual(calls, ["get", "set"]);
});

test("two names share an area and see nothing of each other, nor of the extension's own rows", async () => {
  const items: Items = new Map([["theme", "dark"]]);
  const [work, home] = ["work", "home"].map((name) => webextStorage({ name, area: area(items) }));
  await work?.save({ put: { settings: "w" }, remove: [] });
  assert.deepEqual(await home?.list(""), {});
  await home?.save({ put: {}, remove: ["settings"] });
  assert.deepEqual(await work?.list(""), { settings: "w" });
  assert.equal(items.get("theme"), "dark");
});

for (const [message, code] of [
  ["Resource::kQuotaBytes quota exceeded", "storage-full"],
  ["QuotaExceededError: storage.local API call exceeded its quota limitations.", "storage-full"],
  ["IO error: .../000003.log: Unable to create writable file", "storage-failed"],
] as const) {
  test(`a browser that says "${message.slice(0, 24)}…" is ${code}`, async () => {
    const storage = webextStorage({ area: area(new Map(), (call) => { if (call === "set") throw new Error(message); }) });
    await assert.rejects(storage.save({ put: { a: "1" }, remove: [] }), (error) => error instanceof AccordError && error.code === code);
  });
}

test("outside of an extension it is unsupported, in words", () => {
  assert.throws(() => webextStorage(), (error) => error instanceof AccordError && error.code === "unsupported" && error.message.includes("\"storage\""));
});
