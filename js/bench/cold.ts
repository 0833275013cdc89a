/** How long it takes until the engine has asked its first question, from nothing: fetch, compile, instantiate, first step. */

import init, { Engine } from "../../pkg/accord_sync.js";

/** The parts of one cold start, in milliseconds. */
export interface ColdStart {
  /** The module at `url` fetched and compiled while it comes, and instantiated. */
  loadMs: number;
  /** The first command of the first engine. */
  firstStepMs: number;
  totalMs: number;
}

/** Only the first call in a page or worker is cold. */
export async function coldStart(url: string): Promise<ColdStart> {
  const start = performance.now();
  await init({ module_or_path: url });
  const loaded = performance.now();
  const engine = new Engine(1);
  engine.start({ name: "status" }, Date.now());
  const end = performance.now();
  engine.free();
  return { loadMs: loaded - start, firstStepMs: end - loaded, totalMs: end - start };
}
