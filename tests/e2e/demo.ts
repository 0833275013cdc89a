/** The demo page as a person uses it: by the names of its buttons and the words it shows. */

import AxeBuilder from "@axe-core/playwright";
import { expect, test as base, type Locator, type Page } from "@playwright/test";
import { Sandbox } from "./sandbox.ts";

export { expect };

/** The style that Playwright puts into a page while it takes a picture: Firefox says that the page's policy refuses it. */
const PICTURE_STYLE = "sha256-YjaKGiklmzC6wjXA513HAMmzus8VE61XCOT+SmwNZWA=";

export interface Fixtures {
  demo: Demo;
  sandbox: Sandbox;
  /** What the page said on its console or threw; a test fails at its end when there is anything. */
  quiet: string[];
}

interface Options {
  /** Size of the Google calendar. */
  events: number;
}

interface Servers {
  /** The sandbox of the test file that runs in this worker. */
  running: { file: string; sandbox: Sandbox } | undefined;
}

export const test = base.extend<Fixtures & Options, { servers: Servers }>({
  events: [5000, { option: true }],
  servers: [
    async ({}, use) => {
      const servers: Servers = { running: undefined };
      await use(servers);
      await servers.running?.sandbox.stop();
    },
    { scope: "worker" },
  ],
  sandbox: async ({ servers, events }, use, { file }) => {
    if (servers.running?.file !== file) {
      await servers.running?.sandbox.stop();
      servers.running = { file, sandbox: await Sandbox.start(events) };
    }
    await use(servers.running.sandbox);
  },
  baseURL: async ({ sandbox }, use) => {
    await use(sandbox.url);
  },
  quiet: [
    async ({ page }, use) => {
      const said: string[] = [];
      page.on("console", (message) => {
        // The browser itself reports answers of 4xx and 5xx, which are part of the stories.
        if (!message.text().startsWith("Failed to load resource")) said.push(`${message.type()}: ${message.text()}`);
      });
      page.on("pageerror", ({ message }) => {
        if (!message.includes(PICTURE_STYLE)) said.push(`thrown: ${message}`);
      });
      await use(said);
      expect(said).toEqual([]);
    },
    { auto: true },
  ],
  demo: async ({ page, sandbox }, use) => {
    await use(new Demo(page, sandbox));
  },
});

export type Numbers = Record<string, number>;

export class Demo {
  readonly google: Locator;
  readonly crm: Locator;
  readonly syncButton: Locator;
  readonly strip: Locator;
  readonly report: Locator;
  readonly page: Page;
  readonly sandbox: Sandbox;

  constructor(page: Page, sandbox: Sandbox) {
    this.page = page;
    this.sandbox = sandbox;
    this.google = page.getByRole("region", { name: "Google Calendar" });
    this.crm = page.getByRole("region", { name: "Zoho CRM meetings" });
    this.syncButton = page.getByRole("button", { name: /^(Sync|Continue)$/ });
    this.strip = page.locator(".strip");
    this.report = page.getByRole("region", { name: "What the last sync did" });
  }

  /** Opens the page on a sandbox as new. */
  async openFresh(): Promise<void> {
    await this.sandbox.reset();
    await this.open();
  }

  async open(): Promise<void> {
    await this.page.goto("/");
    await expect(this.syncButton).toBeEnabled();
    await expect(this.google.locator(".chip").first()).toBeVisible();
  }

  /** Presses Sync, waits for the end, and gives the numbers of the report; what has no name of a side is the CRM's. */
  async sync(): Promise<Numbers> {
    await this.syncButton.click();
    await this.finished();
    await expect(this.page.getByRole("alert").filter({ hasText: "stopped" })).toHaveCount(0);
    return this.numbers();
  }

  async finished(): Promise<void> {
    await expect(this.page.getByRole("progressbar")).toHaveCount(0, { timeout: 45_000 });
    await expect(this.syncButton).toBeEnabled();
  }

  async numbers(): Promise<Numbers> {
    const pairs = await this.report.locator(".numbers > div").evaluateAll((items) =>
      items.map((item) => {
        const side = item.closest(".written > *")?.querySelector("h3")?.textContent;
        return [`${side === "In Google" ? "Google: " : ""}${item.querySelector("dt")?.textContent}`, item.querySelector("dd")?.textContent ?? ""] as const;
      }));
    return Object.fromEntries(pairs.map(([name, text]) => [name, Number(text.replace(/[^\d.]/g, ""))]));
  }

  /** Presses Sync and expects it to end with this error. */
  async syncFailsWith(code: string): Promise<void> {
    await this.syncButton.click();
    await expect(this.strip.locator(`[data-code="${code}"]`)).toBeVisible({ timeout: 45_000 });
    await expect(this.syncButton).toBeEnabled();
  }

  async trouble(name: string): Promise<void> {
    await this.page.getByRole("button", { name, exact: true }).click();
    await expect(this.page.getByText("Set. Press Sync to meet it.")).toBeVisible();
  }

  /** Fills the form of a new event, or of a meeting in the CRM, and saves it. */
  async addEvent(title: string, day?: string, side: Locator = this.google): Promise<void> {
    await side.getByRole("button", { name: "Add", exact: true }).click();
    const form = this.page.getByRole("dialog", { name: side === this.crm ? "New meeting" : "New event" });
    await form.getByLabel("Title").fill(title);
    if (day !== undefined) await form.getByLabel("Starts").fill(`${day}T10:00`);
    await form.getByRole("button", { name: "Save" }).click();
    await expect(form).toHaveCount(0);
  }

  /** Opens an event of the list; `at` chooses one of several of this title. */
  async openRow(side: Locator, title: string, at?: number): Promise<Locator> {
    const rows = this.row(side, title);
    const form = this.page.getByRole("dialog", { name: side === this.crm ? "Edit meeting" : "Edit event" });
    return this.opened(at === undefined ? rows : rows.nth(at), form);
  }

  /** Lists are read again and laid out late: a click that hits nothing is repeated, as a person would. */
  async opened(row: Locator, form: Locator): Promise<Locator> {
    await expect(async () => {
      if (!(await form.isVisible())) await row.click({ timeout: 5_000 });
      await expect(form).toBeVisible({ timeout: 2_000 });
    }).toPass({ timeout: 60_000 });
    return form;
  }

  /** Opens an event of the list, sets fields of its form by their labels, and saves. */
  async edit(side: Locator, title: string, fields: Record<string, string>): Promise<void> {
    const form = await this.openRow(side, title);
    for (const [label, value] of Object.entries(fields)) await form.getByLabel(label).fill(value);
    await form.getByRole("button", { name: "Save" }).click();
    await expect(form).toHaveCount(0);
  }

  async remove(side: Locator, title: string): Promise<void> {
    const form = await this.openRow(side, title);
    await form.getByRole("button", { name: "Delete" }).click();
    await expect(form).toHaveCount(0);
  }

  async showList(): Promise<void> {
    await this.page.getByRole("radio", { name: "List" }).check();
    await expect(this.google.locator(".day-list")).toBeVisible();
  }

  /** A picture to look at. */
  async picture(name: string, fullPage = false): Promise<void> {
    const { project } = base.info();
    await this.page.screenshot({ path: `screenshots/${name}${project.name === "chromium" ? "" : `-${project.name}`}.png`, fullPage });
  }

  /** The row of an event in the list of one side. */
  row(side: Locator, title: string): Locator {
    return side.locator(".event-row").filter({ hasText: title });
  }
}

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** @param part a part of a page whose other thousand rows are alike; all of the page otherwise */
export async function noViolations(page: Page, part?: string): Promise<void> {
  await page.evaluate(() => Promise.all(document.getAnimations().map((animation) => animation.finish())));
  const builder = new AxeBuilder({ page }).withTags(TAGS);
  const { violations } = await (part === undefined ? builder : builder.include(part)).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ html }) => html.slice(0, 160)).join(" | ")}`)).toEqual([]);
}
