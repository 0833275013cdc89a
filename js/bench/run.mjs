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
/** So much later, everything that a list of the CRM may show late has shown. */
const SHOWN_MS = 200_000;

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM_PATH, args: FLAGS });
const cases = [];
try {
  await inWorld({ events: 5000 }, async ({ page, measured, alone }) => {
    await page.evaluate(() => bench.activate());
    await measured("first-sync-5000", 5000);
    await rest(page);
    await measured("noop-5000", LATER);
    await page.evaluate((count) => bench.edit(count), LATER);
    await measured("changes-500", LATER);
    await rest(page);
    await page.evaluate(() => bench.forget());
    await page.evaluate(() => bench.activate());
    await alone("reconnect-to-crm");
  });
  await inWorld({ meetings: 5000 }, async ({ page, alone }) => {
    await page.evaluate(() => bench.activate({}, "crm-to-google"));
    await alone("to-google-5000", () => bench.measureToGoogle(5000));
    await rest(page);
    await alone("to-google-noop");
    await page.evaluate((ms) => bench.later(ms), SHOWN_MS);
    await alone("to-google-noop-later");
    await alone("to-google-push", () => bench.measurePush());
    await page.evaluate((ms) => bench.later(ms), SHOWN_MS);
    await page.evaluate(() => bench.forget());
    await page.evaluate(() => bench.activate({}, "crm-to-google"));
    await alone("reconnect-to-google");
    await rest(page);
    await page.evaluate((count) => bench.editMeetings(count), LATER);
    await alone("to-google-changes-500");
  });
  await inWorld({ events: 2500, meetings: 2500 }, async ({ page, alone }) => {
    await page.evaluate(() => bench.activate({}, "two-way"));
    await alone("two-way-2500-2500");
    await rest(page);
    for (let cycle = 0; cycle < 2; cycle++) {
      await page.evaluate((ms) => bench.later(ms), SHOWN_MS);
      await rest(page);
    }
    await alone("two-way-noop");
    await page.evaluate((count) => bench.edit(count), LATER);
    await alone("two-way-changes-500");
  });
  await inWorld({ events: 50_000 }, async ({ page, measured }) => {
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

/** A sandbox with so many events and meetings, and a page on it with empty storage. */
async function inWorld({ events = 0, meetings = 0 }, story) {
  const server = spawn(process.env.ACCORD_SANDBOX, ["--port", "0", "--static", SITE, "--seed", "1", "--events", String(events), "--meetings", String(meetings), "--without-guests"], {
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
    const alone = async (name, measure = () => bench.measureAlone()) => {
      console.error(`▸ ${name}`);
      await open();
      cases.push({ name, ...(await page.evaluate(measure)) });
    };
    await open();
    await story({ page, measured, alone });
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
