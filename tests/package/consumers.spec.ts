/** Each place that the package is for installs the archive and syncs against the sandbox. */

import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, firefox, test, type Browser, type Page } from "@playwright/test";
import * as esbuild from "esbuild";
import * as vite from "vite";
import webpack from "webpack";
import { consumersFolder } from "./install.ts";
import { Sandbox, fromEnvironment } from "./sandbox.ts";

const run = promisify(execFile);
const home = (consumer: string, ...path: string[]) => join(consumersFolder(), consumer, ...path);

interface Outcome {
  created?: number;
  again?: number;
  finished?: string;
  /** Whether the replay bundle of the first sync is faithful, or the code of its error. */
  replay?: boolean | string;
  globals?: string[];
  error?: string;
  message?: string;
}

let sandbox: Sandbox;
test.beforeAll(async () => {
  sandbox = await Sandbox.start(consumersFolder(), 60);
});
test.afterAll(() => sandbox.stop());
test.beforeEach(() => sandbox.reset());

/** The page shows the outcome as its title. */
async function outcomeOf(page: Page, path: string): Promise<Outcome> {
  const said: string[] = [];
  page.on("console", (message) => said.push(message.text()));
  page.on("pageerror", (error) => said.push(String(error)));
  await page.goto(new URL(path, `${sandbox.url}/`).href);
  await page.waitForFunction(() => document.title.startsWith("{"), undefined, { timeout: 20_000 }).catch(() => {
    throw new Error(`no outcome: ${said.join("\n")}`);
  });
  return JSON.parse(await page.title()) as Outcome;
}

/** All events came over, once. */
async function expectSynced({ created = 0, again, finished, message, replay }: Outcome, before: number, replayed: boolean | string = true): Promise<void> {
  expect(message).toBeUndefined();
  expect(created).toBeGreaterThan(10);
  expect({ again, finished, replay }).toEqual({ again: 0, finished: "complete", replay: replayed });
  expect((await sandbox.meetings()).length).toBe(before + created);
}

const places: [name: string, path: string][] = [
  ["a plain page", "plain/index.html"],
  ["a dedicated worker", "plain/worker.html"],
  ["a service worker", "plain/service.html"],
  ["a page with the module as text", "plain/inline.html"],
];
for (const [name, path] of places) {
  test(`${name} syncs without a build`, async ({ page }) => {
    const before = (await sandbox.meetings()).length;
    // A service worker loads no code once it is there.
    await expectSynced(await outcomeOf(page, path), before, path.includes("service") ? "unsupported" : true);
  });
}

const quiet = { configFile: false, logLevel: "error" } as const;

// Firefox has no service workers that are modules: a background there is a page, or bundled.
test.describe("in Firefox", () => {
  let browser: Browser;
  test.beforeAll(async () => {
    browser = await firefox.launch({ channel: "moz-firefox", executablePath: fromEnvironment("FIREFOX_PATH") });
  });
  test.afterAll(() => browser.close());

  for (const [name, path] of places.filter(([, path]) => !path.includes("service"))) {
    test(`${name} syncs without a build`, async () => {
      const before = (await sandbox.meetings()).length;
      await expectSynced(await outcomeOf(await browser.newPage(), path), before);
    });
  }

  test("a policy of 'self' and 'wasm-unsafe-eval' is enough, and without it the page is told what to add", async () => {
    const before = (await sandbox.meetings()).length;
    const strict = await outcomeOf(await browser.newPage(), "csp/strict.html");
    await expectSynced(strict, before);
    // Playwright's own, in Firefox.
    expect(strict.globals?.filter((name) => !name.startsWith("__pw"))).toEqual([]);
    const { error, message } = await outcomeOf(await browser.newPage(), "csp/refused.html");
    expect(error).toBe("unsupported");
    expect(message).toContain("'wasm-unsafe-eval'");
  });
});

test("a page of Vite syncs without configuration", async ({ page }) => {
  await vite.build({ ...quiet, root: home("vite"), base: "./", build: { target: "es2022" } });
  const before = (await sandbox.meetings()).length;
  await expectSynced(await outcomeOf(page, "vite/dist/index.html"), before);
});

test("Vite's development server needs one line", async ({ page }) => {
  const server = await vite.createServer({
    ...quiet,
    root: home("vite"),
    server: { port: 0, host: "127.0.0.1", proxy: Object.fromEntries(["/calendar", "/batch", "/crm"].map((path) => [path, sandbox.url])) },
    // The line: what Vite bundles beforehand lies in a folder without the module.
    optimizeDeps: { exclude: ["accord-sync"] },
  });
  try {
    await server.listen();
    const before = (await sandbox.meetings()).length;
    await expectSynced(await outcomeOf(page, server.resolvedUrls?.local[0] ?? ""), before);
  } finally {
    await server.close();
  }
});

test("a page of webpack syncs without configuration", async ({ page }) => {
  const { errors, warnings } = await new Promise<webpack.StatsCompilation>((resolve, reject) => {
    webpack(
      { mode: "production", context: home("webpack"), entry: "./main.js", output: { path: home("webpack", "dist"), publicPath: "auto" } },
      (error, stats) => (stats ? resolve(stats.toJson({ all: false, errors: true, warnings: true })) : reject(error)),
    );
  });
  expect(errors).toEqual([]);
  // That a module is large is advice about any module of this size.
  expect(warnings?.filter(({ message }) => !/size limit|performance recommendations/.test(message))).toEqual([]);
  const before = (await sandbox.meetings()).length;
  await expectSynced(await outcomeOf(page, "webpack/index.html"), before);
});

test("a page of esbuild syncs with one loader", async ({ page }) => {
  await esbuild.build({ absWorkingDir: home("esbuild"), entryPoints: ["main.js"], outdir: "dist", bundle: true, format: "esm", loader: { ".wasm": "file" }, logLevel: "error" });
  const before = (await sandbox.meetings()).length;
  await expectSynced(await outcomeOf(page, "esbuild/index.html"), before);
});

test("a job of Node syncs, and goes on with the file of the last one", async () => {
  const before = (await sandbox.meetings()).length;
  const file = home("node", "state", "accord.log");
  const job = async () => JSON.parse((await run(process.execPath, ["main.js", sandbox.url, file], { cwd: home("node"), timeout: 60_000 })).stdout) as Outcome;
  await expectSynced(await job(), before);
  expect(await job()).toEqual({ created: 0, again: 0, finished: "complete", replay: true });
});

test("a policy of 'self' and 'wasm-unsafe-eval' is enough, and no global is added or changed", async ({ page }) => {
  const before = (await sandbox.meetings()).length;
  const outcome = await outcomeOf(page, "csp/strict.html");
  await expectSynced(outcome, before);
  expect(outcome.globals).toEqual([]);
});

test("a page that refuses WebAssembly is told what to add", async ({ page }) => {
  const outcome = await outcomeOf(page, "csp/refused.html");
  expect(outcome.error).toBe("unsupported");
  expect(outcome.message).toContain("'wasm-unsafe-eval'");
});
