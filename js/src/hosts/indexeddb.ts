/** Storage in the browser's IndexedDB: survives reloads, and a patch is one transaction. */

import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import { AccordError } from "../errors.ts";
import type { Storage } from "../host.ts";

interface Rows extends DBSchema {
  rows: { key: string; value: string };
}

/** A {@link Storage} whose connection can be closed. */
export interface IndexedDbStorage extends Storage {
  /** Of the database. */
  readonly name: string;
  /** Closes the connection; the next use opens it again. */
  close(): Promise<void>;
}

/**
 * Rows in the database `name`.
 *
 * Rejects with an `AccordError`: `storage-full` when the browser has no room left,
 * `storage-failed` when it refuses the database (blocked site data, a damaged profile). Where its files are damaged, Chromium
 * begins with an empty one and Firefox refuses until the site's data is cleared; Accord then pairs both sides again.
 *
 * @param name one database per synced account pair, default `"accord-sync"`
 * @example
 * const host = { storage: indexedDbStorage("accord-work"), fetch: browserFetch({ google, zoho }) };
 */
export function indexedDbStorage(name = "accord-sync"): IndexedDbStorage {
  let connection: Promise<IDBPDatabase<Rows>> | undefined;

  function connect(): Promise<IDBPDatabase<Rows>> {
    connection ??= open(name, () => (connection = undefined)).catch((error: unknown) => {
      connection = undefined;
      throw error;
    });
    return connection;
  }

  return {
    name,
    load: (keys) => guarded("read", async () => {
      if (keys.length === 0) return {};
      const { store, done } = (await connect()).transaction("rows");
      const [texts] = await Promise.all([Promise.all(keys.map((key) => store.get(key))), done]);
      return Object.fromEntries(keys.flatMap((key, at) => {
        const text = texts[at];
        return text === undefined ? [] : [[key, text]];
      }));
    }),
    list: (prefix) => guarded("read", async () => {
      const { store, done } = (await connect()).transaction("rows");
      const range = IDBKeyRange.bound(prefix, `${prefix}\uffff`);
      const [keys, texts] = await Promise.all([store.getAllKeys(range), store.getAll(range), done]);
      return Object.fromEntries(keys.map((key, at) => [key, texts[at] ?? ""]));
    }),
    save: ({ put, remove }) => guarded("write", async () => {
      const rows = Object.entries(put);
      const transaction = (await connect()).transaction("rows", "readwrite", { durability: "strict" });
      const { store, done } = transaction;
      const ended = done.catch(() => undefined);
      try {
        // One at a time: where a write finds no room, Firefox undoes the transaction at once (sqlite.org/lang_transaction.html,
        // "Response To Errors Within A Transaction"), and keeps what was asked for behind that write.
        for (const key of remove) await store.delete(key);
        for (const [key, text] of rows) await store.put(text, key);
      } catch (error) {
        // What was asked for already would be committed otherwise.
        if (transaction.error === null) abort(transaction);
        await ended;
        throw transaction.error ?? error;
      }
      await done;
    }),
    async close() {
      const open = connection;
      connection = undefined;
      (await open?.catch(() => undefined))?.close();
    },
  };
}

function open(name: string, lost: () => void): Promise<IDBPDatabase<Rows>> {
  return new Promise((resolve, reject) => {
    openDB<Rows>(name, 1, {
      upgrade: (db) => void db.createObjectStore("rows"),
      // Another page holds the database back; waiting for it could be for ever.
      blocked: () => reject(new DOMException("held by another page", "InvalidStateError")),
      blocking: (_current, _blocked, event) => {
        lost();
        (event.target as IDBDatabase).close();
      },
      terminated: lost,
    }).then(resolve, reject);
  });
}

function abort(transaction: { abort(): void }): void {
  try {
    transaction.abort();
  } catch {
    // It has ended already.
  }
}

async function guarded<T>(verb: "read" | "write", work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof Error && cause.name === "QuotaExceededError") {
      throw new AccordError("storage-full", "The browser has no room left to keep the sync state. Free some disk space or site data, then sync again.", { cause });
    }
    throw new AccordError("storage-failed", `The browser could not ${verb} the sync state. Check that site data is allowed for this page, then reload it.`, { cause });
  }
}
