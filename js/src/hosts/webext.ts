/** Storage in an extension's `storage.local`, in Chrome, Edge and Firefox: shared by its worker, popup and pages. */

import { AccordError } from "../errors.ts";
import type { NamedStorage } from "../host.ts";

/** The part of `storage.local` that is used; both browsers' promise forms fit. */
export interface WebextArea {
  /** The items of these keys, or all. */
  get(keys: string[] | null): Promise<Record<string, unknown>>;
  /** Writes items; rejects when the quota is used up. */
  set(items: Record<string, unknown>): Promise<void>;
  /** Removes the items of these keys. */
  remove(keys: string[]): Promise<void>;
}

/** What {@link webextStorage} is told. */
export interface WebextOptions {
  /** One name per synced account pair. Default: `"accord-sync"`. */
  name?: string;
  /** Default: `storage.local` of the extension that this runs in. */
  area?: WebextArea;
}

/**
 * Rows in `storage.local`, which needs the permission `storage`, and `unlimitedStorage` for more than about 5,000 events.
 *
 * A patch is all or nothing although `set` and `remove` are two calls. One `set` is one batch in Chrome's LevelDB and one
 * transaction in Firefox's IndexedDB (value_store/leveldb_value_store.cc, ExtensionStorageIDB.sys.mjs). So the same `set`
 * that writes the rows also writes a journal row with the keys that are to go. Readers take these as gone from then on,
 * and whoever saves next finishes what a killed worker left.
 *
 * Rejects with an `AccordError`: `storage-full` when the quota is used up, `storage-failed` when the browser refuses.
 *
 * @example
 * const host = { storage: webextStorage(), fetch: browserFetch({ google, zoho }) };
 */
export function webextStorage({ name = "accord-sync", area = ownArea() }: WebextOptions = {}): NamedStorage {
  const rowKey = (key: string) => `${name}/row/${key}`;
  const journal = `${name}/journal`;
  /** The end of the last save: patches apply in the order they were given. */
  let queue: Promise<unknown> = Promise.resolve();

  /** The rows of `items` that are not marked to go. */
  function rowsOf(items: Record<string, unknown>, prefix: string): Record<string, string> {
    const going = new Set(keysIn(items[journal]));
    const start = rowKey(prefix);
    const rows = Object.entries(items).filter((item): item is [string, string] => {
      const [key, text] = item;
      return key.startsWith(start) && !going.has(key) && typeof text === "string";
    });
    return Object.fromEntries(rows.map(([key, text]) => [key.slice(rowKey("").length), text]));
  }

  async function apply(rows: Map<string, string>, remove: string[]): Promise<void> {
    const left = keysIn((await area.get([journal]))[journal]);
    const going = [...new Set([...left, ...remove.map(rowKey)])].filter((key) => !rows.has(key));
    if (going.length === 0 && left.length === 0) {
      if (rows.size > 0) await area.set(Object.fromEntries(rows));
      return;
    }
    await area.set(Object.fromEntries([...rows, [journal, going]]));
    try {
      if (going.length > 0) await area.remove(going);
      await area.remove([journal]);
    } catch {
      // The patch holds by its journal; the next save tidies up.
    }
  }

  return {
    name: `webext/${name}`,
    load: (keys) => guarded("read", async () => {
      if (keys.length === 0) return {};
      return rowsOf(await area.get([journal, ...keys.map(rowKey)]), "");
    }),
    list: (prefix) => guarded("read", async () => rowsOf(await area.get(null), prefix)),
    save: ({ put, remove }) => guarded("write", () => {
      const rows = new Map(Object.entries(put).map(([key, text]) => {
        // The area would store something else in its place without a word.
        if (typeof text !== "string") throw new TypeError("A row is text.");
        return [rowKey(key), text] as const;
      }));
      const going = [...remove];
      const saved = queue.then(() => apply(rows, going));
      queue = saved.catch(() => undefined);
      return saved;
    }),
  };
}

function keysIn(row: unknown): string[] {
  return Array.isArray(row) ? row.filter((key) => typeof key === "string") : [];
}

function ownArea(): WebextArea {
  const { browser, chrome } = globalThis as { browser?: Extension; chrome?: Extension };
  const area = browser?.storage?.local ?? chrome?.storage?.local;
  if (area) return area;
  throw new AccordError("unsupported", "There is no storage.local here. Run this in an extension, and ask for the permission \"storage\" in its manifest.");
}

interface Extension {
  storage?: { local?: WebextArea };
}

async function guarded<T>(verb: "read" | "write", work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    // Neither browser gives the error a code of its own: Chrome says "quota exceeded", Firefox "QuotaExceededError".
    if (cause instanceof Error && /quota/i.test(`${cause.name} ${cause.message}`)) {
      throw new AccordError("storage-full", "The browser has no room left to keep the sync state. Ask for the permission \"unlimitedStorage\", or free some disk space, then sync again.", { cause });
    }
    throw new AccordError("storage-failed", `The browser could not ${verb} the sync state. Restart the browser, then sync again.`, { cause });
  }
}
