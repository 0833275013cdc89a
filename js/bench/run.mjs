// Runs the cases of the bench in headless Chromium and prints what was measured as JSON.
// Environment: CHROMIUM_PATH (the browser), ACCORD_SANDBOX (the sandbox server). Progress goes to standard error.
import { spawn } from "node:child_process";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const SITE = fileURLToPath(new URL("./dist", import.meta.url));
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"];
/** Later cycles of the default settings. */
const LATER = 500;

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM_PATH, args: FLAGS });
const cases = [];
try {
  await inWorld(5000, async ({ page, measured }) => {
    await page.evaluate(() => bench.activate());
    await measured("first-sync-5000", 5000);
    await rest(page);
    await measured("noop-5000", LATER);
    await page.evaluate((count) => bench.edit(count), LATER);
    await measured("changes-500", LATER);
  });
  await inWorld(50_000, async ({ page, measured }) => {
    await page.evaluate(() => bench.activate({ firstSync: 50_000 }));
    await rest(page);
    await measured("noop-50000", LATER);
  });
} finally {
  await browser.close();
}
const [{ model }] = cpus();
const machine = `${cpus().length} × ${model.trim()}, Chromium ${browser.version()}, ${process.platform}`;
console.log(JSON.stringify({ machine, cases }));

/** A sandbox with so many events, and a page on it with empty storage. */
async function inWorld(events, story) {
  const server = spawn(process.env.ACCORD_SANDBOX, ["--port", "0", "--static", SITE, "--seed", "1", "--events", String(events)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const address = await listening(server);
    const context = await browser.newContext();
    const page = await context.newPage();
    page.setDefaultTimeout(120_000);
    page.on("pageerror", (error) => console.error(error));
    const open = async () => {
      await page.goto(address);
      await page.waitForSelector("html[data-ready]", { state: "attached" });
    };
    // Each case has a fresh module, so that its heap is its own.
    const measured = async (name, cap) => {
      console.error(`▸ ${name}`);
      await open();
      cases.push({ name, ...(await page.evaluate((cap) => bench.measure(cap), cap)) });
    };
    await open();
    await story({ page, measured });
    await context.close();
  } finally {
    server.kill();
  }
}

/** Syncs until nothing is left for later cycles. */
async function rest(page) {
  for (let left = 200; left > 0; left--) {
    const { remaining } = await page.evaluate(() => bench.sync());
    if (remaining === 0) return;
  }
  throw new Error("the sync does not come to rest");
}

function listening(server) {
  return new Promise((resolve, reject) => {
    let text = "";
    server.stdout.setEncoding("utf8");
    server.stdout.on("data", (chunk) => {
      text += chunk;
      const address = /listening on (http:\S+)/.exec(text)?.[1];
      if (address) resolve(address);
    });
    server.once("error", reject);
    server.once("exit", (code) => reject(new Error(`the sandbox server ended with ${code}`)));
  });
}
