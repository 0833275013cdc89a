/**
 * Keeps a Google calendar and Zoho CRM meetings in accord, in the browser.
 *
 * The engine is a WebAssembly module that cannot reach the network or the disk: the {@link Host}
 * you give it does both, so tokens never enter the module and no other server can be called.
 *
 * @example
 * import { browserFetch, createSync, indexedDbStorage } from "accord-sync";
 *
 * const sync = await createSync({ storage: indexedDbStorage(), fetch: browserFetch({ google, zoho }) });
 * const [calendar] = await sync.calendars();
 * await sync.activate({ calendar: calendar.id, direction: "two-way" });
 * const report = await sync.run();
 */

import type { Host, ModuleSource } from "./host.ts";
import { loadModule } from "./load.ts";
import { syncOver, type Sync } from "./sync.ts";

export { AccordError, ERROR_CODES, isAccordError, type ErrorCode } from "./errors.ts";
export { FetchFailure, type Host, type HostRequest, type HostResponse, type ModuleSource, type Storage, type StoragePatch } from "./host.ts";
export { browserFetch, type FetchOptions, type ServiceAccess } from "./hosts/fetch.ts";
export { indexedDbStorage, type IndexedDbStorage } from "./hosts/indexeddb.ts";
export { memoryStorage } from "./hosts/memory.ts";
export type { PreviewOptions, RunOptions, Sync, UndoOptions } from "./sync.ts";
export type {
  Access, Answer, Calendar, Conflict, Counts, FetchFailureReason, FieldChange, FieldName, Health, NotRestored, Note, Operation, ParkedEvent, Pause, Plan, Progress, Question, Reason, ReplayAnswer, ReplayBundle, ReplayCrossing, Report, Rule, Service, Settings, Status, Trigger, Verification,
} from "./types.ts";

/** How the module is loaded, and what it is told once. */
export interface SyncOptions {
  /**
   * Where the wasm module comes from. Default: the file beside the generated script, which
   * bundlers that know `new URL(…, import.meta.url)` copy by themselves.
   */
  module?: ModuleSource;
  /** Whether the host lets Google's batch endpoint through, which saves requests. Default: `true`. */
  googleBatch?: boolean;
  /** Makes the engine's randomness (jitter of pauses) repeatable, for tests. 32 bits. */
  seed?: number;
}

/**
 * Loads the module (once per page) and gives the facade over `host`. Makes no request to either
 * service and reads no stored row.
 *
 * Rejects with `unsupported` where WebAssembly is missing or forbidden by the page's policy, and
 * with `offline` when the module cannot be fetched.
 *
 * @example
 * const sync = await createSync(host, { module: new URL("/assets/accord_sync_bg.wasm", location.href) });
 */
export async function createSync(host: Host, options: SyncOptions = {}): Promise<Sync> {
  const { create, normalForm } = await loadModule(options.module);
  const { seed } = options;
  return syncOver(host, {
    create,
    normalForm,
    seed: seed === undefined ? randomSeed : () => seed,
    googleBatch: options.googleBatch ?? true,
  });
}

function randomSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
}
