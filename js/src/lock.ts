/** One sync at a time per stored state, across tabs where the browser allows it. */

import { AccordError } from "./errors.ts";
import type { Storage } from "./host.ts";

const heldHere = new WeakSet<Storage>();

/** The default of {@link Host.lock}. */
export async function withLock<T>(storage: Storage, body: () => Promise<T>): Promise<T> {
  const locks = webLocks();
  if (storage.name === undefined || locks === undefined) return inProcess(storage, body);
  let started = false;
  try {
    return await locks.request(lockName(storage), { ifAvailable: true }, async (lock) => {
      if (lock === null) throw locked();
      started = true;
      return body();
    });
  } catch (error) {
    // A frame whose storage is blocked has the API but may not use it.
    if (!started && error instanceof DOMException && error.name === "SecurityError") return inProcess(storage, body);
    throw error;
  }
}

/** The name under which all tabs of this origin exclude each other for `storage`. */
export function lockName(storage: Storage): string {
  return `accord-sync/${storage.name ?? "unnamed"}`;
}

async function inProcess<T>(storage: Storage, body: () => Promise<T>): Promise<T> {
  if (heldHere.has(storage)) throw locked();
  heldHere.add(storage);
  try {
    return await body();
  } finally {
    heldHere.delete(storage);
  }
}

function webLocks(): LockManager | undefined {
  return typeof navigator === "undefined" ? undefined : (navigator.locks ?? undefined);
}

function locked(): AccordError {
  return new AccordError("locked", "A sync is already running in another tab or window. Wait until it has finished.");
}
