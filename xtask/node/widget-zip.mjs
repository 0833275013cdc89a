// Lists the packed widget and compares it with the folder that it was packed from: usage: widget-zip.mjs ZIP FOLDER
import { readFileSync, readdirSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { unzipSync } from "fflate";

/** Zoho's limit for one file; a larger one is refused at upload. */
const LARGEST = 5 * 1024 * 1024;

const [zip, folder] = process.argv.slice(2);
const packed = unzipSync(readFileSync(zip));
const built = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name));

const problems = [];
const wanted = new Map(built.map((path) => [`app/${relative(folder, path).split(sep).join("/")}`, readFileSync(path)]));
for (const [name, bytes] of wanted) {
  if (packed[name] === undefined) problems.push(`${name} was left out`);
  else if (!bytes.equals(packed[name])) problems.push(`${name} differs from what was built`);
  if (bytes.length > LARGEST) problems.push(`${name} has ${bytes.length} bytes, more than ${LARGEST}`);
}
for (const name of Object.keys(packed)) {
  if (!wanted.has(name)) problems.push(`${name} was not built`);
  console.log(`${String(packed[name].length).padStart(9)}  ${name}`);
}
for (const needed of ["tab.html", "meeting.html", "tile.html", "accord.js", "accord.css"]) {
  if (packed[`app/${needed}`] === undefined) problems.push(`app/${needed} is missing`);
}
const script = new TextDecoder().decode(packed["app/accord.js"] ?? new Uint8Array());
// The header of a WebAssembly module in base64: the engine is in the script, and only once.
const engines = script.split("AGFzbQEAAAA").length - 1;
if (engines !== 1) problems.push(`the script holds the engine ${engines} times`);
if (problems.length > 0) {
  console.error(problems.join("\n"));
  process.exit(1);
}
