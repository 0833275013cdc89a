/** Runs in the page: the storage contract, each case on a database of its own. */

import { isAccordError } from "../../js/src/errors.ts";
import { indexedDbStorage } from "../../js/src/hosts/indexeddb.ts";
import { storageContract } from "../../js/test/storage-contract.ts";

export interface Result {
  name: string;
  error?: string;
}

export async function checkAll(): Promise<Result[]> {
  const results: Result[] = [];
  for (const [at, { name, run }] of storageContract.entries()) {
    const database = `contract-${at}`;
    const opened = [indexedDbStorage(database)];
    const reopen = () => {
      const storage = indexedDbStorage(database);
      opened.push(storage);
      return storage;
    };
    try {
      await run(opened[0] ?? reopen(), reopen);
      results.push({ name });
    } catch (error) {
      results.push({ name, error: String(error) });
    }
    for (const storage of opened) await storage.close();
    indexedDB.deleteDatabase(database);
  }
  return results;
}

/** A database of a later version, as a newer release of the page would have left it. */
export async function openNewer(): Promise<string> {
  await new Promise((resolve, reject) => {
    const request = indexedDB.open("newer", 99);
    request.onerror = reject;
    request.onsuccess = () => {
      request.result.close();
      resolve(undefined);
    };
  });
  try {
    await indexedDbStorage("newer").load(["a"]);
    return "loaded";
  } catch (error) {
    return isAccordError(error) ? error.code : "another error";
  }
}
