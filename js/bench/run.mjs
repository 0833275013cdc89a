// Runs the cases of the bench in headless Chromium and Firefox and prints what was measured as JSON.
// Environment: CHROMIUM_PATH, FIREFOX_PATH (the browsers), ACCORD_SANDBOX (the sandbox server). Progress goes to standard error.
import { spawn } from "node:child_process";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { chromium, firefox } from "playwright-core";

const SITE = fileURLToPath(new URL("./dist", import.meta.url));
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"];
/** Later cycles of the default settings. */
const LATER = 500;
/** So much later, everything that a list of the CRM may show late has shown. */
const SHOWN_MS = 200_000;

/** A sandbox server that serves the bench. */
class Server {
  static async start({ events = 0, meetings = 0 }) {
    const child = spawn(process.env.ACCORD_SANDBOX, ["--port", "0", "--static", SITE, "--seed", "1", "--events", String(events), "--meetings", String(meetings), "--without-guests"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const server = new Server();
    server.stop = () => child.kill();
    server.address = await new Promise((resolve, reject) => {
      let text = "";
      child.stdout.setEncoding("utf8");
      child.stdout.on("data", (chunk) => {
        text += chunk;
        const address = /listening on (http:\S+)/.exec(text)?.[1];
        if (address) resolve(address);
      });
      child.once("error", reject);
      child.once("exit", (code) => reject(new Error(`the sandbox server ended with ${code}`)));
    });
    return server;
  }
}

/** Cold starts in each place; each has a context of its own, so that nothing is cached. */
const COLD = 9;

/** Firefox's clock is coarse on purpose; here it is as fine as Chromium's. */
const BROWSERS = {
  Chromium: () => chromium.launch({ executablePath: process.env.CHROMIUM_PATH, args: FLAGS }),
  Firefox: () => firefox.launch({
    channel: "moz-firefox", executablePath: process.env.FIREFOX_PATH,
    firefoxUserPrefs: { "privacy.reduceTimerPrecision": false },
  }),
};

const [{ model }] = cpus();
const machine = `${cpus().length} × ${model.trim()}, ${process.platform}`;
const browsers = [];
for (const [name, launch] of Object.entries(BROWSERS)) {
  const browser = await launch();
  const cases = [];
  try {
    const cold = await coldStarts(name, browser);
    await stories(name, browser, cases);
    browsers.push({ name: `${name} ${browser.version()}`, cold, cases });
  } finally {
    await browser.close();
  }
}
console.log(JSON.stringify({ machine, browsers }));

/** Medians of cold starts, in a window and in a service worker. */
async function coldStarts(name, browser) {
  console.error(`▸ ${name}: cold starts`);
  const server = await Server.start({});
  try {
    const places = { window: () => cold.inWindow(), serviceWorker: () => cold.inServiceWorker() };
    const found = {};
    for (const [place, measure] of Object.entries(places)) {
      const starts = [];
      for (let at = 0; at < COLD; at++) {
        const context = await browser.newContext();
        const page = await context.newPage();
        await page.goto(new URL("cold.html", server.address).href);
        await page.waitForSelector("html[data-ready]", { state: "attached" });
        starts.push(await page.evaluate(measure));
        await context.close();
      }
      found[place] = Object.fromEntries(Object.keys(starts[0]).map((part) => [part, median(starts.map((start) => start[part]))]));
    }
    return found;
  } finally {
    server.stop();
  }
}

/** The cases of the bench. In Firefox those that the baseline knows, and the no-ops. */
async function stories(name, browser, cases) {
  const inWorld = (options, story) => world(name, browser, cases, options, story);
  const all = name === "Chromium";
  await inWorld({ events: 5000 }, async ({ page, measured, alone }) => {
    await page.evaluate(() => bench.activate());
    await measured("first-sync-5000", 5000);
    await rest(page);
    await measured("noop-5000", LATER);
    await page.evaluate((count) => bench.edit(count), LATER);
    await measured("changes-500", LATER);
    if (!all) return;
    await rest(page);
    await page.evaluate(() => bench.forget());
    await page.evaluate(() => bench.activate());
    await alone("reconnect-to-crm");
  });
  await inWorld({ meetings: 5000 }, async ({ page, alone }) => {
    await page.evaluate(() => bench.activate({}, "crm-to-google"));
    await alone("to-google-5000", () => bench.measureToGoogle(5000));
    if (!all) return;
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
  if (all) await inWorld({ events: 2500, meetings: 2500 }, async ({ page, alone }) => {
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
}

/** A sandbox with so many events and meetings, and a page on it with empty storage. */
async function world(browserName, browser, cases, options, story) {
  const server = await Server.start(options);
  try {
    const context = await browser.newContext();
    const page = await context.newPage();
    page.setDefaultTimeout(300_000);
    page.on("pageerror", (error) => console.error(error));
    const open = async () => {
      await page.goto(server.address);
      await page.waitForSelector("html[data-ready]", { state: "attached" });
    };
    // Each case has a fresh module, so that its heap is its own.
    const measured = async (name, cap) => {
      console.error(`▸ ${browserName}: ${name}`);
      await open();
      cases.push({ name, ...(await page.evaluate((cap) => bench.measure(cap), cap)) });
    };
    const alone = async (name, measure = () => bench.measureAlone()) => {
      console.error(`▸ ${browserName}: ${name}`);
      await open();
      cases.push({ name, ...(await page.evaluate(measure)) });
    };
    await open();
    await story({ page, measured, alone });
    await context.close();
  } finally {
    server.stop();
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

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
