// Writes the module as text in a script, for places that load no `.wasm` file.
// usage: node base64.mjs <file.wasm> <script.js>
import { readFile, writeFile } from "node:fs/promises";

const [wasm, script] = process.argv.slice(2);
await writeFile(script, `export default "${(await readFile(wasm)).toString("base64")}";\n`);
await writeFile(script.replace(/\.js$/, ".d.ts"), "declare const text: string;\nexport default text;\n");
