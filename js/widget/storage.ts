/**
 * Where the state of a frame survives. Browsers keep a foreign frame's site data apart or refuse it; where it is refused,
 * the state lasts as long as the page, and each visit pairs both sides anew by marks and content, without a write.
 */

import type { Storage } from "../src/host.ts";
import { indexedDbStorage } from "../src/hosts/indexeddb.ts";
import { memoryStorage } from "../src/hosts/memory.ts";

/** `browser`: until site data is cleared. `page`: until the page is left. */
export type Kept = "browser" | "page";

/** A browser that asks a person first answers late or never. */
const PROBE_MS = 2_000;

/** Where the frame notes that the settings are saved and nobody has agreed to the first sync; the engine reads no such row. */
const AWAITING = "widget/awaiting";

/** Whether cycles wait for a person's word. All frames of the CRM share the note, as they share the settings. */
export async function isAwaiting(storage: Storage): Promise<boolean> {
  return (await storage.load([AWAITING]))[AWAITING] !== undefined;
}

export async function noteAwaiting(storage: Storage, awaits: boolean): Promise<void> {
  await storage.save(awaits ? { put: { [AWAITING]: "1" }, remove: [] } : { put: {}, remove: [AWAITING] });
}

/** The storage of this user of the CRM; colleagues at one computer do not share theirs. */
export async function frameStorage(user: string): Promise<{ storage: Storage; kept: Kept }> {
  const inBrowser = indexedDbStorage(`accord-widget-${user}`);
  const refused = new Promise<never>((_resolve, reject) => setTimeout(() => reject(new Error("no answer")), PROBE_MS));
  try {
    await Promise.race([inBrowser.load(["settings"]), refused]);
    return { storage: inBrowser, kept: "browser" };
  } catch {
    return { storage: memoryStorage(), kept: "page" };
  }
}
