/** What a bug report needs. */

import { isAccordError } from "../src/errors.ts";
import type { Sync } from "../src/sync.ts";
import type { ReplayBundle } from "../src/types.ts";

/** What this object did last, for a bug report; where it did nothing yet, or too much to be kept, a look at both sides is done. */
export async function replayOf(sync: Pick<Sync, "replayBundle" | "verify">): Promise<ReplayBundle> {
  try {
    return await sync.replayBundle();
  } catch (error) {
    if (!isAccordError(error) || error.code !== "misuse") throw error;
    await sync.verify();
    return sync.replayBundle();
  }
}
