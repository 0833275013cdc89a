/** The package with the module inside, as text, for places that load no `.wasm` file. A third larger than the file. */

import text from "../../pkg/accord_sync_base64.js";
import type { Host } from "./host.ts";
import { createSync as createSyncFrom, type SyncOptions } from "./index.ts";
import type { Sync } from "./sync.ts";

export * from "./index.ts";

/**
 * As `createSync` of `accord-sync`, without a request for the module. It needs the same Content-Security-Policy.
 *
 * @example
 * import { createSync } from "accord-sync/inline";
 *
 * const sync = await createSync(host);
 */
export async function createSync(host: Host, options: SyncOptions = {}): Promise<Sync> {
  return createSyncFrom(host, { ...options, module: options.module ?? Uint8Array.from(atob(text), (char) => char.charCodeAt(0)) });
}
