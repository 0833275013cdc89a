/** Storage that lasts as long as the page. */

import type { Storage, StoragePatch } from "../host.ts";

/**
 * Rows kept in memory; each call makes a separate store. Rejects with nothing: memory refuses no text.
 *
 * @param rows initial content, copied
 * @example
 * const storage = memoryStorage();
 * await storage.save({ put: { settings: "{}" }, remove: [] });
 */
export function memoryStorage(rows: Readonly<Record<string, string>> = {}): Storage {
  const kept = new Map(Object.entries(rows));
  return {
    async load(keys) {
      return Object.fromEntries(keys.flatMap((key) => {
        const text = kept.get(key);
        return text === undefined ? [] : [[key, text]];
      }));
    },
    async list(prefix) {
      return Object.fromEntries([...kept].filter(([key]) => key.startsWith(prefix)));
    },
    async save({ put, remove }: StoragePatch) {
      const rows = structuredClone(Object.entries(put));
      for (const key of remove) kept.delete(key);
      for (const [key, text] of rows) kept.set(key, text);
    },
  };
}
