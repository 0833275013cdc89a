/**
 * One sync at a time per stored state: by the host's lock, else by Web Locks, else by the engine's lease, a row in the
 * storage itself. All who share a storage must be able to use the same one of these.
 */

import { AccordError } from "./errors.ts";
import type { Host, Storage } from "./host.ts";

/** Runs `body`; `lease` says that nothing but the engine's lease keeps other tabs away. */
type Body<T> = (lease: boolean) => Promise<T>;

const heldHere = new WeakSet<Storage>();

/** Runs `body` while no one else syncs the same storage; rejects with `locked` when someone does. */
export async function alone<T>({ storage, lock = webLock(storage) }: Pick<Host, "storage" | "lock">, body: Body<T>): Promise<T> {
  if (lock === undefined) return withoutLock(storage, body);
  let started = false;
  try {
    return await lock(lockName(storage), () => {
      started = true;
      return body(false);
    });
  } catch (error) {
    // A frame of another site whose storage is blocked has the API but may not use it.
    if (!started && error instanceof DOMException && error.name === "SecurityError") return withoutLock(storage, body);
    throw error;
  }
}

/** The name under which all tabs of this origin exclude each other for `storage`. */
export function lockName(storage: Storage): string {
  return `accord-sync/${storage.name ?? "unnamed"}`;
}

/** A storage without a name is this page's own: no other tab has to be kept away. */
async function withoutLock<T>(storage: Storage, body: Body<T>): Promise<T> {
  if (heldHere.has(storage)) throw locked();
  heldHere.add(storage);
  try {
    return await body(storage.name !== undefined);
  } finally {
    heldHere.delete(storage);
  }
}

function webLock(storage: Storage): Host["lock"] {
  const locks = typeof navigator === "undefined" ? undefined : (navigator.locks as LockManager | undefined);
  if (storage.name === undefined || storage.webLocks === false || locks === undefined) return undefined;
  return async (name, body) => locks.request(name, { ifAvailable: true }, async (lock) => {
    if (lock === null) throw locked();
    return body();
  });
}

function locked(): AccordError {
  return new AccordError("locked", "A sync is already running in another tab or window. Nothing is lost; wait until it has finished.");
}
