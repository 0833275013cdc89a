// Bundles the entries of the package into the folder of the module, beside the glue, which stays a file of its own:
// bundlers then find the `.wasm` by the glue's `new URL(…, import.meta.url)`.
// usage: node js/bundle.mjs, after the types are in pkg/types
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const pkg = here("../pkg");
const hosts = (await readdir(here("src/hosts"))).filter((name) => name.endsWith(".ts")).map((name) => name.slice(0, -3)).sort();

/** Chunks lie a folder deeper than the entries, as hosts do, so that each names the glue by its own place. */
const glue = {
  name: "glue",
  setup: ({ onResolve }) => {
    onResolve({ filter: /\/pkg\/accord_sync(_base64)?\.js$/ }, ({ path }) => ({ path: `../${path.split("/").at(-1)}`, external: true, sideEffects: false }));
  },
};

const { metafile } = await build({
  absWorkingDir: here("."),
  entryPoints: [
    ...["index", "node", "inline"].map((name) => ({ in: `src/${name}.ts`, out: `lib/${name}` })),
    ...hosts.map((name) => ({ in: `src/hosts/${name}.ts`, out: `hosts/${name}` })),
  ],
  outdir: pkg,
  chunkNames: "chunks/[name]-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "neutral",
  target: "es2022",
  external: ["node:*"],
  // The hosts' one dependency. `platform: neutral` reads no field of a manifest but exports.
  mainFields: ["module", "main"],
  sourcemap: true,
  sourcesContent: true,
  metafile: true,
  logLevel: "warning",
  plugins: [glue],
});

// Whose code is in the bundles is named with its licence.
const packages = new Set(Object.keys(metafile.inputs).flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []));
const notices = await Promise.all([...packages].sort().map(async (name) => {
  const folder = here(`../node_modules/${name}`);
  const { version } = JSON.parse(await readFile(`${folder}/package.json`, "utf8"));
  const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
  if (file === undefined) throw new Error(`${name} is bundled, but has no licence file`);
  return `${name} ${version}\n\n${(await readFile(`${folder}/${file}`, "utf8")).trim()}\n`;
}));
await writeFile(`${pkg}/THIRD-PARTY.txt`, `This package contains code of others:\n\n${notices.join("\n\n")}`);

// The types that nobody can reach name files outside of the package.
for (const name of ["driver", "load", "lock", "zone"]) await rm(`${pkg}/types/${name}.d.ts`);
await rm(`${pkg}/types/replay`, { recursive: true });
const types = (await readdir(`${pkg}/types`, { recursive: true })).filter((name) => name.endsWith(".d.ts"));
for (const name of types) {
  const text = await readFile(`${pkg}/types/${name}`, "utf8");
  // A compiler before 5.7 resolves no `.ts` in a declaration.
  const portable = text.replaceAll(/(from |import\()"(\.[^"]*)\.ts"/g, '$1"$2.js"');
  if (/"(\.[^"]*)(load|driver|lock|zone|replay\/[^"]*|accord_sync[^"]*)\.js"/.test(portable)) throw new Error(`types/${name} names a file that is not shipped`);
  await writeFile(`${pkg}/types/${name}`, portable);
}
