/** What is in the archive, as the tools for authors of packages judge it. */

import { execFile } from "node:child_process";
import { cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "@playwright/test";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { consumersFolder } from "./install.ts";
import { fromEnvironment } from "./sandbox.ts";

const run = promisify(execFile);
const bin = (name: string) => fileURLToPath(new URL(`../../node_modules/.bin/${name}`, import.meta.url));
const installed = (...path: string[]) => join(consumersFolder(), "node", "node_modules", "accord-sync", ...path);

test("publint has nothing to say", async () => {
  const { messages, pkg } = await publint({ pkgDir: installed(), strict: true, pack: false });
  // Nobody has chosen a licence yet; the manifest says so.
  expect(messages.filter(({ code }) => code !== "USE_LICENSE").map((message) => formatMessage(message, pkg))).toEqual([]);
});

test("the types resolve in every way that modules are resolved", async () => {
  // Modules of the older kind can only import this one with `import()`, and the oldest resolution knows no `exports`.
  const args = [fromEnvironment("ACCORD_PACKAGE"), "--profile", "esm-only", "--exclude-entrypoints", "./engine.wasm", "--format", "json"];
  const { stdout } = await run(bin("attw"), args).catch((error: { stdout: string }) => error);
  const { analysis } = JSON.parse(stdout) as { analysis: { entrypoints: object; problems: { kind: string; resolutionKind?: string }[] } };
  expect(Object.keys(analysis.entrypoints)).toContain("./hosts/node");
  expect(analysis.problems.filter(({ kind, resolutionKind }) => resolutionKind !== "node10" && kind !== "CJSResolvesToESM")).toEqual([]);
});

for (const moduleResolution of ["bundler", "nodenext"]) {
  test(`a strict TypeScript project compiles, modules resolved as ${moduleResolution}`, async () => {
    const home = join(consumersFolder(), "node", moduleResolution);
    await mkdir(home, { recursive: true });
    await cp(fileURLToPath(new URL("consumers/types.ts", import.meta.url)), join(home, "types.ts"));
    const module = moduleResolution === "bundler" ? "esnext" : "nodenext";
    const compilerOptions = { strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, skipLibCheck: false, noEmit: true, target: "es2022", lib: ["ES2023", "DOM", "DOM.Iterable"], module, moduleResolution, types: [] };
    await writeFile(join(home, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["types.ts"] }));
    const said = await run(bin("tsc"), ["-p", home]).catch((error: { stdout: string }) => error);
    expect(said.stdout).toBe("");
  });
}

test("the types are the reference: what is exported is described, and what is called has an example", async () => {
  const declared = async (name: string) => readFile(installed("types", `${name}.d.ts`), "utf8");
  const hosts = ["fetch", "indexeddb", "memory", "node", "webext", "widget"].map((name) => `hosts/${name}`);
  const exported = new Set((await declared("index")).match(/^export .* from .*$/gm)?.flatMap((line) => line.match(/\w+/g) ?? []));
  const missing: string[] = [];
  let items = 0;
  for (const file of ["index", "inline", "sync", "host", "errors", "types", ...hosts]) {
    const text = await declared(file);
    // Those that the entry exports; the others are between the files of the package.
    const isPublic = /index|inline|hosts/.test(file) ? undefined : exported;
    for (const [, doc, kind, name = ""] of text.matchAll(/(\/\*\*(?:(?!\*\/)[^])*\*\/\n)?export (?:declare )?(interface|class|type|function|const) (\w+)/g)) {
      if (isPublic && !isPublic.has(name)) continue;
      items += 1;
      if (doc === undefined) missing.push(`${file}: ${name}`);
      if (kind === "function" && !doc?.includes("@example")) missing.push(`${file}: an example of ${name}`);
      if (kind === "function" && !/\b[Rr]ejects? with\b|`undefined`|^\s*\* Whether\b|^\s*\* As `createSync`/m.test(doc ?? "")) missing.push(`${file}: how ${name} fails`);
    }
    // What is said only between the files of the package stands at the end.
    const [said = ""] = text.split("\nexport type Command");
    for (const [, doc = "", name = ""] of said.matchAll(/(?:\/\*\*((?:(?!\*\/)[^])*)\*\/\s*)?(?:readonly )?\b(\w+Ms)\??: number;/g)) {
      if (!doc.includes("illisecond")) missing.push(`${file}: the unit of ${name}`);
    }
  }
  const [, methods = ""] = /export interface Sync \{([^]*?)\n\}/.exec(await declared("sync")) ?? [];
  for (const [, doc, name] of methods.matchAll(/(\/\*\*(?:(?!\*\/)[^])*\*\/\n)?    ([\w.[\]]+)\(/g)) {
    items += 1;
    if (!doc?.includes("@example")) missing.push(`an example of Sync.${name}`);
    if (!/\b[Rr]ejects? with\b/.test(doc ?? "")) missing.push(`the errors of Sync.${name}`);
  }
  expect(missing).toEqual([]);
  expect(items).toBeGreaterThan(45);
});

test("the reference is in the archive: a page for each part of the public interface, linked from the README", async () => {
  const pages = (await readdir(installed("docs"), { recursive: true })).map((name) => name.replaceAll("\\", "/"));
  for (const page of ["index.html", "interfaces/index.Sync.html", "functions/index.createSync.html", "functions/hosts_widget.widgetFetch.html", "classes/index.AccordError.html"]) expect(pages).toContain(page);
  const sync = await readFile(installed("docs", "interfaces", "index.Sync.html"), "utf8");
  for (const method of ["run", "preview", "undo", "forget"]) expect(sync).toContain(`id="${method}"`);
  expect(await readFile(installed("README.md"), "utf8")).toContain("docs/index.html");
});

test("whose code is linked or bundled is named with its licence", async () => {
  const text = await readFile(installed("THIRD-PARTY.txt"), "utf8");
  for (const name of ["idb", "wasm-bindgen", "js-sys", "serde", "chrono", "talc", "siphasher", "Rust's standard library"]) expect(text).toMatch(new RegExp(`^${name} `, "m"));
  // What only the compiler runs is not in it.
  for (const name of ["syn", "quote", "serde_derive"]) expect(text).not.toMatch(new RegExp(`^${name} `, "m"));
  expect(text).toContain("Apache License");
  expect(text).toContain("UNICODE LICENSE");
  expect(text.match(/Permission is hereby granted, free of charge/g)?.length).toBeGreaterThan(5);
});

test("the archive holds one module, maps of its scripts, and names no folder of a machine", async () => {
  const files = (await readdir(installed(), { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  expect(files.filter((name) => name.endsWith(".wasm"))).toHaveLength(1);
  const bundled = files.filter((name) => /\/(lib|hosts|chunks)\/.*\.js$/.test(name));
  expect(bundled.length).toBeGreaterThan(6);
  for (const name of bundled) expect(files).toContain(`${name}.map`);
  const home = fileURLToPath(new URL("../..", import.meta.url));
  for (const name of files) expect((await readFile(name)).includes(home), name).toBe(false);
  const manifest = JSON.parse(await readFile(installed("package.json"), "utf8")) as { dependencies?: object; license: string };
  expect(manifest.dependencies).toBeUndefined();
});
