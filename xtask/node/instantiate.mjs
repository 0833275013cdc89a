// Runs the module that ships: an optimiser's output can validate and yet fail to instantiate or to run.
// usage: node instantiate.mjs <folder of the module>
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const folder = process.argv[2];
const { initSync, Engine } = await import(pathToFileURL(join(folder, "accord_sync.js")).href);
initSync({ module: await readFile(join(folder, "accord_sync_bg.wasm")) });

const engine = new Engine(1);
let step = engine.start({ name: "status" }, 0);
if (step?.type !== "load") {
  throw new Error(`the first step of "status" should load rows, but it is ${JSON.stringify(step)}`);
}
for (let loads = 0; step.type === "load" && loads < 4; loads++) step = engine.loaded({}, 0);
if (step.type !== "done" || step.result?.state !== "off") {
  throw new Error(`"status" without rows should end with "off", but it ends with ${JSON.stringify(step)}`);
}
engine.free();
