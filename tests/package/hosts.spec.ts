/** The storage adapters as packed, over the real stores of real browsers. */

import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium, expect, firefox, test, type Browser, type BrowserContext, type Page, type Worker } from "@playwright/test";
import { build, type BuildOptions } from "esbuild";
import { FirefoxExtension, ID } from "../extension/firefox.ts";
import type { ExtensionApi } from "./in-extension.ts";
import type { PageApi, Result } from "./in-page.ts";
import { consumersFolder } from "./install.ts";
import { inChromium, inFirefox, type Killable, type Opened } from "./killed.ts";
import { Sandbox, fromEnvironment } from "./sandbox.ts";

declare const api: PageApi & ExtensionApi;

const ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"];
const home = (...path: string[]) => join(consumersFolder(), "hosts", ...path);
const rounds = 60;
/** For Firefox, in KiB: what all sites together may keep. */
const QUOTA = { "dom.quotaManager.temporaryStorage.fixedLimit": 4096 };

let sandbox: Sandbox;
test.beforeAll(async () => {
  sandbox = await Sandbox.start(consumersFolder(), 10);
  const source = (name: string) => fileURLToPath(new URL(name, import.meta.url));
  const options = { bundle: true, format: "esm" as const, target: "es2022", nodePaths: [home("node_modules")], logLevel: "error" } satisfies BuildOptions;
  await build({ ...options, entryPoints: [source("in-page.ts")], outfile: home("dist", "storage.js") });
  await build({ ...options, entryPoints: [source("in-extension.ts")], outfile: home("extension", "worker.js") });
});
test.afterAll(() => sandbox.stop());

function expectAllKept(results: Result[]): void {
  expect(results.length).toBeGreaterThan(11);
  expect(results.filter(({ error }) => error !== undefined)).toEqual([]);
}

const browsers = {
  Chromium: () => chromium.launch({ executablePath: fromEnvironment("CHROMIUM_PATH"), args: ARGS }),
  Firefox: () => firefox.launch({ channel: "moz-firefox", executablePath: fromEnvironment("FIREFOX_PATH") }),
};
for (const [name, launch] of Object.entries(browsers)) {
  test.describe(`IndexedDB in ${name}`, () => {
    let browser: Browser;
    let context: BrowserContext;
    test.beforeAll(async () => {
      browser = await launch();
      context = await browser.newContext();
    });
    test.afterAll(() => browser.close());

    async function tab(of = context): Promise<Page> {
      const page = await of.newPage();
      await page.goto(`${sandbox.url}/hosts/storage.html`);
      await page.waitForFunction(() => document.title === "ready");
      return page;
    }

    /** A page that may keep 4 MB. */
    async function small(): Promise<{ page: Page; end(): Promise<void> }> {
      if (name === "Firefox") {
        const other = await firefox.launch({ channel: "moz-firefox", executablePath: fromEnvironment("FIREFOX_PATH"), firefoxUserPrefs: QUOTA });
        return { page: await tab(await other.newContext()), end: () => other.close() };
      }
      // What room there is is looked up once, with the first row: the quota is set before, in a context of its own.
      const other = await browser.newContext();
      const page = await tab(other);
      const session = await other.newCDPSession(page);
      await session.send("Storage.overrideQuotaForOrigin", { origin: sandbox.url, quotaSize: 4 * 1024 * 1024 });
      return { page, end: () => other.close() };
    }

    test("keeps the contract", async () => {
      expectAllKept(await (await tab()).evaluate(() => api.contract()));
    });

    test("a tab reads whole patches while another one writes", async () => {
      const [writer, reader] = [await tab(), await tab()];
      const [torn] = await Promise.all([reader.evaluate((n) => api.watchPairs(n), rounds), writer.evaluate((n) => api.writePairs(n), rounds)]);
      expect(torn).toBe("");
    });

    test("says storage-failed of a database that it cannot open", async () => {
      expect(await (await tab()).evaluate(() => api.openNewer())).toBe("storage-failed");
    });

    test("says storage-full when the quota is used up, and keeps what was there", async () => {
      const { page, end } = await small();
      expect(await page.evaluate(() => api.fill(12))).toEqual({ code: "storage-full", kept: { a: "1", b: "2" } });
      await end();
    });
  });
}

/** Overwrites most of each file that holds the rows of the page. */
async function damage(profile: string): Promise<void> {
  const files = (await readdir(profile, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile() && /127\.0\.0\.1/.test(entry.parentPath) && /\.(log|ldb|sqlite|sqlite-wal)$/.test(entry.name));
  expect(files.length).toBeGreaterThan(0);
  for (const { parentPath, name } of files) {
    const bytes = await readFile(join(parentPath, name));
    await writeFile(join(parentPath, name), bytes.fill(0xa5, Math.min(bytes.length >> 2, 8192), bytes.length));
  }
}

for (const [name, opened] of Object.entries({ Chromium: inChromium, Firefox: inFirefox } satisfies Record<string, Opened>)) {
  test(`IndexedDB in ${name}: a browser that was killed while it wrote finds its last patches whole, and damaged files give no other rows`, async () => {
    const profile = await mkdtemp(join(tmpdir(), "accord-profile-"));
    const started: Killable[] = [];
    const open = async () => {
      const browser = await opened(profile, `${sandbox.url}/hosts/storage.html`);
      started.push(browser);
      return browser;
    };
    const ready = (browser: Killable) => expect.poll(() => browser.evaluate("document.title")).toBe("ready");
    try {
      let saved = 0;
      for (const patches of [3, 20]) {
        const browser = await open();
        await ready(browser);
        expect(await browser.evaluate("void api.writeForEver() ?? true")).toBe(true);
        const number = async () => Number(await browser.evaluate("document.title")) || 0;
        await expect.poll(number, { intervals: [10] }).toBeGreaterThanOrEqual(saved + patches);
        saved = await number();
        await browser.kill();
        const next = await open();
        await ready(next);
        const found = await next.evaluate<number | string>("api.wholePatch()");
        expect(found).toEqual(expect.any(Number));
        expect(found).toBeGreaterThanOrEqual(saved);
        saved = Number(found);
        await next.kill();
      }
      await damage(profile);
      const last = await open();
      await ready(last);
      // Chromium begins anew, Firefox refuses for good; neither hands out what nobody stored.
      const outcome = name === "Chromium" ? { found: "nothing", written: '{"after":"1"}' } : { found: "storage-failed", written: "storage-failed" };
      expect(await last.evaluate("api.afterDamage()")).toEqual(outcome);
    } finally {
      for (const browser of started) await browser.kill();
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    }
  });
}

test.describe("storage.local of an extension in Chromium", () => {
  let profile: string;
  let context: BrowserContext;
  let worker: Worker;

  async function start(): Promise<void> {
    context = await chromium.launchPersistentContext(profile, {
      executablePath: fromEnvironment("CHROMIUM_PATH"),
      headless: false,
      args: [...ARGS, "--headless=new", `--disable-extensions-except=${home("extension")}`, `--load-extension=${home("extension")}`],
    });
    worker = context.serviceWorkers()[0] ?? (await context.waitForEvent("serviceworker"));
  }
  test.beforeAll(async () => {
    profile = await mkdtemp(join(tmpdir(), "accord-profile-"));
    await start();
  });
  test.afterAll(async () => {
    await context.close();
    await rm(profile, { recursive: true, force: true });
  });

  test("keeps the contract", async () => {
    expectAllKept(await worker.evaluate(() => api.contract()));
  });

  test("killed before any call of a patch, all of it holds or nothing", async () => {
    const [old, done] = ['{"a":"1","b":"1"}', '{"a":"2"}'];
    expect(await worker.evaluate(() => api.kills())).toEqual([old, old, done, done, done]);
  });

  test("a page reads whole patches while the worker writes", async () => {
    const page = await context.newPage();
    await page.goto(new URL("page.html", worker.url()).href);
    await page.waitForFunction(() => "api" in globalThis);
    const [torn] = await Promise.all([page.evaluate((n) => api.watchPairs(n), rounds), worker.evaluate((n) => api.writePairs(n), rounds)]);
    expect(torn).toBe("");
  });

  test("says storage-full when the quota is used up, and keeps what was there", async () => {
    // The quota without the permission `unlimitedStorage` is 10 MB.
    expect(await worker.evaluate(() => api.fill(12))).toEqual({ code: "storage-full", kept: { a: "1", b: "2" } });
  });

  test("a patch that a kill left half done holds after a restart of the browser", async () => {
    await worker.evaluate(() => api.leave());
    await context.close();
    await start();
    expect(await worker.evaluate(() => api.found())).toEqual({ a: "2" });
  });
});

test.describe("storage.local of an extension in Firefox", () => {
  let extension: FirefoxExtension;
  test.beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), "accord-extension-"));
    await cp(home("extension"), folder, { recursive: true });
    const background = { scripts: ["worker.js"], type: "module" };
    const manifest = { manifest_version: 3, name: "Storage contract", version: "1", permissions: ["storage"], background, browser_specific_settings: { gecko: { id: ID } } };
    await writeFile(join(folder, "manifest.json"), JSON.stringify(manifest));
    extension = await FirefoxExtension.load(folder, QUOTA);
    await extension.open("page");
    await ready();
  });
  test.afterAll(() => extension.stop());

  async function ready(): Promise<void> {
    await expect.poll(() => extension.evaluate<boolean>("return 'api' in window;")).toBe(true);
  }
  const call = async <T>(body: string) => extension.evaluate<T>(`return await (${body});`);

  test("keeps the contract", async () => {
    expectAllKept(await call<Result[]>("api.contract()"));
  });

  test("killed before any call of a patch, all of it holds or nothing", async () => {
    const [old, done] = ['{"a":"1","b":"1"}', '{"a":"2"}'];
    expect(await call("api.kills()")).toEqual([old, old, done, done, done]);
  });

  test("a page reads whole patches while the background writes", async () => {
    const [torn, written] = await call<[string, boolean]>(`Promise.all([api.watchPairs(${rounds}), browser.runtime.sendMessage(${rounds})])`);
    expect({ torn, written }).toEqual({ torn: "", written: true });
  });

  test("says storage-full when the quota is used up, and keeps what was there", async () => {
    expect(await call("api.fill(12)")).toEqual({ code: "storage-full", kept: { a: "1", b: "2" } });
  });

  test("a patch that a kill left half done holds for the next page", async () => {
    await call("api.leave().then(() => true)");
    await extension.open("page");
    await ready();
    expect(await call("api.found()")).toEqual({ a: "2" });
  });
});
