/** What every storage adapter promises, as cases that run under Node and inside a page alike. */

import type { Storage } from "../src/host.ts";

export interface ContractCase {
  name: string;
  /** `reopen` gives a second view of the same stored rows where the adapter outlives a page. */
  run(storage: Storage, reopen?: () => Storage): Promise<void>;
}

export const storageContract: ContractCase[] = [
  {
    name: "an empty store answers nothing",
    async run(storage) {
      same(await storage.load([]), {});
      same(await storage.load(["settings", "link/a"]), {});
      same(await storage.list("link/"), {});
    },
  },
  {
    name: "rows come back exactly, absent keys are left out",
    async run(storage) {
      const put = { settings: "{\"calendar\":\"ana@example.com\"}", "link/ü 🗓️": "ligne\nseconde \u0000 fin", "link/empty": "" };
      await storage.save({ put, remove: [] });
      same(await storage.load(["settings", "missing", "link/ü 🗓️", "link/empty"]), put);
    },
  },
  {
    name: "a key that names a property of every object is an ordinary key",
    async run(storage) {
      same(await storage.load(["constructor", "toString"]), {});
      await storage.save({ put: { constructor: "row" }, remove: [] });
      same(await storage.load(["constructor"]), { constructor: "row" });
    },
  },
  {
    name: "list gives the rows under a prefix and no neighbours",
    async run(storage) {
      await storage.save({ put: { "link/a": "1", "link/b": "2", link: "3", "link0": "4", "crm/a": "5" }, remove: [] });
      same(await storage.list("link/"), { "link/a": "1", "link/b": "2" });
      same(Object.keys(await storage.list("")).length, 5);
    },
  },
  {
    name: "a patch replaces, removes and ignores what is not there",
    async run(storage) {
      await storage.save({ put: { a: "1", b: "2", c: "3" }, remove: [] });
      await storage.save({ put: { a: "one" }, remove: ["b", "missing"] });
      same(await storage.list(""), { a: "one", c: "3" });
      await storage.save({ put: {}, remove: [] });
      same(await storage.list(""), { a: "one", c: "3" });
    },
  },
  {
    name: "a refused patch leaves everything as it was",
    async run(storage) {
      await storage.save({ put: { a: "1" }, remove: [] });
      const unreadable = { a: "2", get b(): string { throw new Error("unreadable"); } };
      const unstorable = { a: "2", b: (() => "a function is no row") as unknown as string };
      for (const put of [unreadable, unstorable]) await rejects(storage.save({ put, remove: ["a"] }));
      same(await storage.list(""), { a: "1" });
    },
  },
  {
    name: "a patch of thousands of rows is one patch",
    async run(storage) {
      const put = Object.fromEntries(Array.from({ length: 3000 }, (_, n) => [`link/${n}`, `row ${n}`]));
      await storage.save({ put, remove: [] });
      same(await storage.load(["link/0", "link/2999"]), { "link/0": "row 0", "link/2999": "row 2999" });
      await storage.save({ put: {}, remove: Object.keys(put) });
      same(await storage.list(""), {});
    },
  },
  {
    name: "a row of a megabyte comes back whole",
    async run(storage) {
      const text = "présence ".repeat(120_000);
      await storage.save({ put: { history: text, a: "1" }, remove: [] });
      const rows = await storage.load(["history"]);
      if (rows["history"] !== text) throw new Error("the row is another");
    },
  },
  {
    name: "a key that a patch both removes and writes is written",
    async run(storage) {
      await storage.save({ put: { a: "1" }, remove: [] });
      await storage.save({ put: { a: "2" }, remove: ["a"] });
      same(await storage.list(""), { a: "2" });
    },
  },
  {
    name: "two views that write in turns see each other's rows",
    async run(storage, reopen) {
      const other = reopen?.() ?? storage;
      for (let n = 0; n < 20; n++) {
        await (n % 2 ? storage : other).save({ put: { [`link/${n}`]: `${n}`, last: `${n}` }, remove: n < 5 ? [] : [`link/${n - 5}`] });
        same(await (n % 2 ? other : storage).load(["last"]), { last: `${n}` });
      }
      same(Object.keys(await storage.list("link/")).length, 5);
    },
  },
  {
    name: "patches made at once apply in the order they were given",
    async run(storage) {
      await Promise.all(["1", "2", "3"].map((text) => storage.save({ put: { a: text }, remove: [] })));
      same(await storage.load(["a"]), { a: "3" });
    },
  },
  {
    name: "what was saved is there for the next page",
    async run(storage, reopen) {
      await storage.save({ put: { a: "1" }, remove: [] });
      same(await (reopen?.() ?? storage).load(["a"]), { a: "1" });
    },
  },
];

function same(actual: unknown, expected: unknown): void {
  const [left, right] = [canonical(actual), canonical(expected)];
  if (left !== right) throw new Error(`expected ${right}, got ${left}`);
}

function canonical(value: unknown): string {
  const sorted = value !== null && typeof value === "object" ? Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)) : value;
  return JSON.stringify(sorted);
}

async function rejects(promise: Promise<unknown>): Promise<void> {
  const outcome = await promise.then(() => "resolved", () => "rejected");
  if (outcome !== "rejected") throw new Error("expected a rejection");
}
