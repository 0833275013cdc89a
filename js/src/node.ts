/** The package as Node loads it: the same, with the module read from the file beside, for Node's `fetch` reads no files. */

import { readFile } from "node:fs/promises";
import type { Host } from "./host.ts";
import { createSync as createSyncFrom, type SyncOptions } from "./index.ts";
import type { Sync } from "./sync.ts";

export * from "./index.ts";

/** As everywhere; without `options.module` the file `accord_sync_bg.wasm` of this package is read. */
export async function createSync(host: Host, options: SyncOptions = {}): Promise<Sync> {
  return createSyncFrom(host, { ...options, module: options.module ?? (await readFile(new URL("../accord_sync_bg.wasm", import.meta.url))) });
}
