// Writes the manifest of the package: its source `pkg.json`, the version, and what is in the folder. In a script, because
// the order of conditions in `exports` counts.
// usage: node manifest.mjs <root of the project> <version> <stem of the module's files>
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

const [root, version, stem] = process.argv.slice(2);
const source = JSON.parse(await readFile(join(root, "pkg.json"), "utf8"));
const hosts = (await readdir(join(root, "js/src/hosts"))).filter((name) => name.endsWith(".ts")).map((name) => name.slice(0, -".ts".length)).sort();

const manifest = {
  ...source,
  version,
  types: "./types/index.d.ts",
  exports: {
    // Node's `fetch` reads no files: an entry of its own reads the module.
    ".": { types: "./types/index.d.ts", node: "./lib/node.js", default: "./lib/index.js" },
    "./inline": { types: "./types/inline.d.ts", default: "./lib/inline.js" },
    ...Object.fromEntries(hosts.map((name) => [`./hosts/${name}`, { types: `./types/hosts/${name}.d.ts`, default: `./hosts/${name}.js` }])),
    "./engine.wasm": `./${stem}_bg.wasm`,
    "./package.json": "./package.json",
  },
  files: ["chunks", "docs", "hosts", "lib", "types", `${stem}*`, "THIRD-PARTY.txt"],
};
await writeFile(join(root, "pkg/package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
