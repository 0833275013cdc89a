/** Runs in the browser: the storage contract against the packed adapters, and what only the real stores can show. */

import { isAccordError, type Storage } from "accord-sync";
import { indexedDbStorage } from "accord-sync/hosts/indexeddb";
import { storageContract } from "../../js/test/storage-contract.ts";

export interface Result {
  name: string;
  error?: string;
}

/** `open(name)` gives the adapter over the state of that name. */
export async function contract(open: (name: string) => Storage & { close?(): Promise<void> }): Promise<Result[]> {
  const results: Result[] = [];
  for (const [at, { name, run }] of storageContract.entries()) {
    const opened: ReturnType<typeof open>[] = [];
    const view = () => {
      const storage = open(`contract-${at}`);
      opened.push(storage);
      return storage;
    };
    const error = await run(view(), view).then(() => undefined, String);
    results.push({ name, ...(error !== undefined && { error }) });
    const [first] = opened;
    await first?.save({ put: {}, remove: Object.keys(await first.list("")) });
    for (const storage of opened) await storage.close?.();
  }
  return results;
}

/** Writes `megabytes` more until the browser refuses; says with which code, and whether the old rows are as they were. */
export async function fill(storage: Storage, megabytes: number): Promise<{ code: string; kept: Record<string, string> }> {
  await storage.save({ put: { a: "1", b: "2" }, remove: [] });
  try {
    const put = Object.fromEntries(Array.from({ length: megabytes * 64 }, (_, n) => [`big/${n}`, incompressible()]));
    await storage.save({ put: { a: "new", ...put }, remove: ["b"] });
    return { code: "written", kept: {} };
  } catch (error) {
    const kept = Object.entries(await storage.list("")).map(([key, text]) => [key, text.slice(0, 20)]);
    return { code: isAccordError(error) ? error.code : "another error", kept: Object.fromEntries(kept) as Record<string, string> };
  }
}

/** 16 KiB: browsers compress what they store. */
function incompressible(): string {
  return String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16_384)).map((byte) => 33 + (byte % 94)));
}

/** Writes rows that belong together, `rounds` times, one of them coming and going. */
export async function writePairs(storage: Storage, rounds: number): Promise<void> {
  for (let n = 1; n <= rounds; n++) {
    const both = { left: `${n}`, right: `${n}` };
    await storage.save(n % 2 ? { put: { ...both, odd: `${n}` }, remove: ["even"] } : { put: { ...both, even: `${n}` }, remove: ["odd"] });
  }
}

/** Reads these rows until `rounds` are written; the first reading that no patch made, if any. */
export async function watchPairs(storage: Storage, rounds: number): Promise<string> {
  for (let reads = 0; reads < 100_000; reads++) {
    const { left = "0", right = "0", odd, even } = await storage.load(["left", "right", "odd", "even"]);
    const n = Number(left);
    const third = n === 0 ? [undefined, undefined] : n % 2 ? [left, undefined] : [undefined, left];
    if (left !== right || odd !== third[0] || even !== third[1]) return `${left} ${right} ${odd} ${even}`;
    if (n === rounds) return "";
  }
  return "the writer did not end";
}

/** Opens a database that a later version of the page left; the code of the error. */
async function openNewer(): Promise<string> {
  await new Promise((resolve, reject) => {
    const request = indexedDB.open("newer", 99);
    request.onerror = reject;
    request.onsuccess = () => {
      request.result.close();
      resolve(undefined);
    };
  });
  return indexedDbStorage("newer").load(["a"]).then(() => "loaded", (error: unknown) => (isAccordError(error) ? error.code : "another error"));
}

/** Writes patches until the browser ends; the title is the number of the last one that was saved. */
async function writeForEver(): Promise<void> {
  const storage = indexedDbStorage("killed");
  for (let n = Number((await storage.load(["left"]))["left"] ?? 0) + 1; ; n++) {
    const filler = Object.fromEntries(Array.from({ length: 40 }, (_, row) => [`filler/${row}`, `${n}`]));
    await storage.save({ put: { left: `${n}`, ...filler, right: `${n}`, [`last/${n}`]: "" }, remove: [`last/${n - 1}`] });
    document.title = `${n}`;
  }
}

/** The number of the patch that is stored as a whole; with a text when it is none. */
async function wholePatch(): Promise<number | string> {
  const rows = await indexedDbStorage("killed").list("");
  const numbers = new Set(Object.entries(rows).map(([key, text]) => (key.startsWith("last/") ? key.slice(5) : text)));
  return numbers.size === 1 && Object.keys(rows).length === 43 ? Number([...numbers][0]) : JSON.stringify(rows);
}

/** What becomes of a database whose files were damaged: of the rows that were there, and of one that is written. */
async function afterDamage(): Promise<{ found: number | string; written: string }> {
  const code = (error: unknown) => (isAccordError(error) ? error.code : `another error: ${error}`);
  const storage = indexedDbStorage("killed");
  const found = await storage.list("").then((rows) => (Object.keys(rows).length === 0 ? "nothing" : wholePatch()), code);
  const written = await storage.save({ put: { after: "1" }, remove: [] }).then(async () => JSON.stringify(await storage.load(["after"])), code);
  return { found, written };
}

/** For pages: what the test asks by name. */
const api = {
  contract: () => contract(indexedDbStorage),
  fill: (n: number) => fill(indexedDbStorage("fill"), n),
  writePairs: (n: number) => writePairs(indexedDbStorage("pairs"), n),
  watchPairs: (n: number) => watchPairs(indexedDbStorage("pairs"), n),
  openNewer, writeForEver, wholePatch, afterDamage,
};
export type PageApi = typeof api;

if (typeof document !== "undefined" && location.protocol.startsWith("http")) {
  Object.assign(globalThis, { api });
  document.title = "ready";
}
