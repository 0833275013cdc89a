/** The examples as they are in `js/examples`, but for the address of the services, over the installed archive. */

import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { chromium, expect, test } from "@playwright/test";
import { build } from "esbuild";
import { CrmPage } from "../widget/crm.ts";
import { consumersFolder } from "./install.ts";
import { Sandbox, fromEnvironment } from "./sandbox.ts";

const run = promisify(execFile);
const ADDRESS = "http://localhost:8787";
const home = (...path: string[]) => join(consumersFolder(), "examples", ...path);

let sandbox: Sandbox;
test.beforeAll(async () => {
  sandbox = await Sandbox.start(consumersFolder(), 60);
  await cp(fileURLToPath(new URL("../../js/examples", import.meta.url)), home(), { recursive: true });
  for (const script of ["page/page.js", "extension/background.js", "node/cron.js"]) {
    const text = await readFile(home(script), "utf8");
    expect(text).toContain(ADDRESS);
    await writeFile(home(script), text.replaceAll(ADDRESS, sandbox.url));
  }
});
test.afterAll(() => sandbox.stop());
test.beforeEach(() => sandbox.reset());

/** As the README of the examples says. */
async function bundle(folder: string, script: string): Promise<void> {
  await build({ absWorkingDir: home(folder), entryPoints: [script], outdir: "dist", bundle: true, format: "esm", loader: { ".wasm": "file" }, logLevel: "error" });
}

/** The number that the example says is created: all of it is in the CRM. */
async function expectCreated(said: string, before: number): Promise<void> {
  const created = Number(/^(\d+) meetings and \d+ events are new/.exec(said)?.[1]);
  expect(created, said).toBeGreaterThan(10);
  expect((await sandbox.meetings()).length).toBe(before + created);
}

test("the page", async ({ page }) => {
  await bundle("page", "page.js");
  const before = (await sandbox.meetings()).length;
  await page.goto(`${sandbox.url}/examples/page/index.html`);
  await page.waitForLoadState("networkidle");
  await page.getByRole("button", { name: "Sync" }).click();
  await expect(page.locator("output")).toHaveText(/are new$/, { timeout: 30_000 });
  await expectCreated((await page.locator("output").textContent()) ?? "", before);
});

test("the extension's background", async () => {
  await bundle("extension", "background.js");
  const before = (await sandbox.meetings()).length;
  const profile = await mkdtemp(join(tmpdir(), "accord-profile-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: fromEnvironment("CHROMIUM_PATH"),
    headless: false,
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run", "--headless=new", `--disable-extensions-except=${home("extension")}`, `--load-extension=${home("extension")}`],
  });
  try {
    await expect.poll(async () => (await sandbox.meetings()).length, { timeout: 60_000 }).toBeGreaterThan(before + 10);
  } finally {
    await context.close();
    await rm(profile, { recursive: true, force: true });
  }
});

test("the widget", async ({ page }) => {
  await build({ absWorkingDir: home("widget"), entryPoints: ["widget.js"], outdir: "dist", bundle: true, minify: true, format: "esm", logLevel: "error" });
  const files = { "app/tab.html": await readFile(home("widget", "index.html")), "app/dist/widget.js": await readFile(home("widget", "dist", "widget.js")) };
  const before = (await sandbox.meetings()).length;
  const crm = await CrmPage.open(page, sandbox, { place: "tab", files });
  await crm.frame.getByRole("button", { name: "Sync" }).click();
  const output = crm.frame.locator("output");
  await expect(output).toHaveText(/are new$/, { timeout: 60_000 });
  await expectCreated((await output.textContent()) ?? "", before);
  // Both services were called through connections of the CRM, by no other way.
  expect(new Set(crm.calls.filter(({ category }) => category === "CRM_CONNECTION").map(({ connectionName }) => connectionName))).toEqual(new Set(["accord_google", "accord_zoho"]));
});

test("the job for cron, twice", async () => {
  const before = (await sandbox.meetings()).length;
  const job = async () => (await run(process.execPath, ["cron.js", "state/accord.log"], { cwd: home("node"), timeout: 90_000 })).stdout;
  await expectCreated(await job(), before);
  expect(await job()).toBe("0 meetings and 0 events are new, 0 are left for the next time\n");
});
