/** The examples of the reference and of the READMEs, compiled in strict mode and run against the sandbox. */

import { execFile } from "node:child_process";
import { copyFile, cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test, type Page } from "@playwright/test";
import { build, type BuildOptions, type Plugin } from "esbuild";
import { CALLED, example, examplesIn, exportsOf, programOf, type Example } from "./examples-of.ts";
import { consumersFolder } from "./install.ts";
import { Sandbox } from "./sandbox.ts";

const run = promisify(execFile);
const home = (...path: string[]) => join(consumersFolder(), "reference", ...path);
const installed = (...path: string[]) => home("node_modules", "accord-sync", ...path);
const tsc = fileURLToPath(new URL("../../node_modules/.bin/tsc", import.meta.url));

const README = "README";
const READMES = ["README.md", "js/README.md", "js/PACKAGE.md"];

let sandbox: Sandbox;
let examples: Example[];
test.beforeAll(async () => {
  sandbox = await Sandbox.start(consumersFolder(), 60);
  examples = [...await examplesIn(installed()), ...(await Promise.all(READMES.map(examplesOfReadme))).flat()];
  const exported = await exportsOf(installed());
  await mkdir(home("src"), { recursive: true });
  for (const [at, one] of examples.entries()) await writeFile(home("src", `example${at}.ts`), programOf(one, exported));
  await cp(fileURLToPath(new URL("given.ts", import.meta.url)), home("src", "given.ts"));
  const compilerOptions = { strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, noEmit: true, allowImportingTsExtensions: true, target: "es2022", lib: ["ES2023", "ESNext.Disposable", "DOM", "DOM.Iterable"], module: "esnext", moduleResolution: "bundler", types: [] };
  await writeFile(home("tsconfig.json"), JSON.stringify({ compilerOptions, include: ["src"] }));
  const scripts = examples.map((_, at) => home("src", `example${at}.ts`));
  // The package stays outside: Node and the page load it as it is installed.
  const options = { entryPoints: [...scripts, home("src", "given.ts")], bundle: true, splitting: true, format: "esm", target: "es2022", logLevel: "error" } satisfies BuildOptions;
  await build({ ...options, outdir: home("dist", "node"), packages: "external" });
  await build({ ...options, outdir: home("dist", "page"), plugins: [await asServed()] });
  await mkdir(join(consumersFolder(), "assets"), { recursive: true });
  await copyFile(installed("accord_sync_bg.wasm"), join(consumersFolder(), "assets", "accord_sync_bg.wasm"));
  await writeFile(home("index.html"), "<!doctype html><title>Examples</title>");
});
test.afterAll(() => sandbox.stop());

async function examplesOfReadme(name: string): Promise<Example[]> {
  const text = await readFile(fileURLToPath(new URL(`../../${name}`, import.meta.url)), "utf8");
  return [...text.matchAll(/^```ts\n([^]*?)^```/gm)].map(([, code = ""], at) => example(README, `${name} ${at + 1}`, code));
}

/** Names of the package lead to its files, as its manifest says: the server's policy allows no import map. */
async function asServed(): Promise<Plugin> {
  const { exports } = JSON.parse(await readFile(installed("package.json"), "utf8")) as { exports: Record<string, { default: string }> };
  const path = (name: string) => exports[name.replace("accord-sync", ".")]?.default;
  return { name: "as served", setup: ({ onResolve }) => onResolve({ filter: /^accord-sync/ }, (asked) => ({ path: `/reference/node_modules/accord-sync/${path(asked.path)}`, external: true })) };
}

/** Runs example `at` where it belongs; what was called of what is given. */
async function calledBy(at: number, { file, given }: Example, page: Page): Promise<string[]> {
  if (file === "hosts/node") {
    const script = `
      const [{ prepare }, { example }] = await Promise.all([import("./dist/node/given.js"), import("./dist/node/example${at}.js")]);
      const { given, called } = await prepare(${JSON.stringify(sandbox.url)}, ${JSON.stringify(given)});
      await example(given);
      console.log(JSON.stringify(called()));`;
    return JSON.parse((await run(process.execPath, ["--input-type=module", "--eval", script], { cwd: home(), timeout: 60_000 })).stdout) as string[];
  }
  await page.goto(`${sandbox.url}/reference/index.html?serviceOrigin=https://crm.zoho.eu`);
  // The area of an extension has its own tests, in extensions: here it is any.
  await page.evaluate(() => {
    const items = new Map<string, unknown>();
    const get = async (keys: string[] | null) => Object.fromEntries([...items].filter(([key]) => keys === null || keys.includes(key)));
    const set = async (added: object) => Object.entries(added).forEach(([key, value]) => items.set(key, value));
    const remove = async (keys: string[]) => keys.forEach((key) => items.delete(key));
    Object.assign(globalThis, { browser: { storage: { local: { get, set, remove } } } });
  });
  return page.evaluate(async ({ scripts, origin, given: wanted }) => {
    const [{ prepare }, { example }] = (await Promise.all(scripts.map((script) => import(script)))) as [typeof import("./given.ts"), { example(given: object): Promise<void> }];
    const { given, called } = await prepare(origin, wanted);
    await example(given);
    return called();
  }, { scripts: ["/reference/dist/page/given.js", `/reference/dist/page/example${at}.js`], origin: sandbox.url, given });
}

test("they compile in strict mode", async () => {
  const { stdout } = await run(tsc, ["-p", home()]).catch((error: { stdout: string }) => error);
  const named = stdout.replace(/src\/example(\d+)\.ts/g, (path, at: string) => `${path}, ${examples[Number(at)]?.name}`);
  expect(named).toBe("");
});

test("each one runs, and reaches all that it names", async ({ page }) => {
  test.setTimeout(240_000);
  expect(examples.length).toBeGreaterThan(25);
  const failed: string[] = [];
  for (const [at, one] of examples.entries()) {
    await sandbox.reset();
    const called = await calledBy(at, one, page).catch((error: Error) => error.message.split("\n")[0] ?? "");
    // Those of the READMEs are longer: not everything that they provide for happens.
    const named = one.file === README ? [] : one.given.filter((name) => CALLED.includes(name));
    if (typeof called === "string") failed.push(`${one.name}: ${called}`);
    else failed.push(...named.filter((name) => !called.includes(name)).map((name) => `${one.name}: ${name} was not called`));
  }
  expect(failed).toEqual([]);
});
