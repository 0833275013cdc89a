/** The extension in headless Chromium, with an empty profile. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, expect, type BrowserContext, type Page, type Worker } from "@playwright/test";
import { extensionFor } from "./build.ts";

const ARGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"];

export interface Reply {
  value?: unknown;
  error?: { code: string; message: string };
}

export class Extension {
  readonly context: BrowserContext;
  readonly id: string;
  readonly #folders: string[];
  #page: Page | undefined;

  private constructor(context: BrowserContext, id: string, folders: string[]) {
    this.context = context;
    this.id = id;
    this.#folders = folders;
  }

  static async start(origin: string): Promise<Extension> {
    const folder = await extensionFor("chrome", origin);
    const profile = await mkdtemp(join(tmpdir(), "accord-profile-"));
    const extension = await Extension.#launch(folder, profile);
    // What is installed opens its settings by itself.
    await expect.poll(() => extension.context.pages().map((page) => page.url())).toContain(extension.#address("options"));
    extension.#page = extension.context.pages().find((page) => page.url() === extension.#address("options"));
    return extension;
  }

  /** Closes the browser and opens it again, with the same profile. */
  async restart(): Promise<Extension> {
    const [folder = "", profile = ""] = this.#folders;
    await this.context.close();
    return Extension.#launch(folder, profile);
  }

  static async #launch(folder: string, profile: string): Promise<Extension> {
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium",
      // Playwright's own headless mode is another browser, without extensions.
      headless: false,
      args: [...ARGS, `--disable-extensions-except=${folder}`, `--load-extension=${folder}`],
      locale: "en-GB",
      timezoneId: "Europe/Paris",
    });
    const worker = context.serviceWorkers()[0] ?? (await context.waitForEvent("serviceworker"));
    return new Extension(context, new URL(worker.url()).host, [folder, profile]);
  }

  async stop(): Promise<void> {
    await this.context.close();
    for (const folder of this.#folders) await rm(folder, { recursive: true, force: true });
  }

  /** A page of the extension. */
  async open(name: "options" | "popup"): Promise<Page> {
    const page = await this.context.newPage();
    await page.goto(this.#address(name));
    return page;
  }

  #address(name: string): string {
    return `chrome-extension://${this.id}/${name}.html`;
  }

  get worker(): Worker {
    const worker = this.context.serviceWorkers()[0];
    if (worker === undefined) throw new Error("The service worker is not running.");
    return worker;
  }

  /** Asks the background as a page does; wakes it if it was killed. */
  async ask(command: string, ...args: unknown[]): Promise<Reply> {
    return this.askFrom(await this.#ownPage(), command, ...args);
  }

  /** As {@link ask}, from a page of the extension that is open already. */
  async askFrom(page: Page, command: string, ...args: unknown[]): Promise<Reply> {
    return page.evaluate(async (request) => {
      const answer: unknown = await chrome.runtime.sendMessage(request);
      return answer as Reply;
    }, { command, args });
  }

  /** As {@link ask}; a refusal is a failure of the test. */
  async do<T = unknown>(command: string, ...args: unknown[]): Promise<T> {
    const { value, error } = await this.ask(command, ...args);
    if (error) throw new Error(`${command}: ${error.code}: ${error.message}`);
    return value as T;
  }

  /** Reads the extension's storage as a page does. */
  async stored(area: "local" | "session", ...keys: string[]): Promise<Record<string, unknown>> {
    const page = await this.#ownPage();
    return page.evaluate(([area, keys]) => chrome.storage[area].get(keys) as Promise<Record<string, unknown>>, [area, keys] as const);
  }

  /** Kills the background as the browser does, at once. */
  async kill(): Promise<void> {
    const session = await this.context.newCDPSession(await this.#ownPage());
    await session.send("ServiceWorker.enable");
    await session.send("ServiceWorker.stopAllWorkers");
    await session.detach();
  }

  /** What wakes the background next. */
  async alarm(): Promise<{ name: string; scheduledTime: number } | undefined> {
    return (await this.#ownPage()).evaluate(() => chrome.alarms.get("cycle"));
  }

  /** Has the alarm go off now. */
  async wake(): Promise<void> {
    await (await this.#ownPage()).evaluate(() => chrome.alarms.create("cycle", { when: Date.now() }));
  }

  async badge(): Promise<string> {
    return (await this.#ownPage()).evaluate(() => chrome.action.getBadgeText({}));
  }

  async #ownPage(): Promise<Page> {
    const isOpen = (page: Page) => page.url() === this.#address("options");
    // The browser may be about to open the same page by itself, and takes one tab for both.
    this.#page ??= this.context.pages().find(isOpen) ?? (await this.open("options").catch(() => this.context.pages().find(isOpen)));
    if (this.#page === undefined) throw new Error("The extension's settings did not open.");
    return this.#page;
  }
}

/** The part of the extension API that pages under test use. */
declare const chrome: {
  runtime: { sendMessage(message: unknown): Promise<unknown> };
  storage: Record<"local" | "session", { get(keys: readonly string[]): Promise<unknown> }>;
  alarms: { get(name: string): Promise<{ name: string; scheduledTime: number } | undefined>; create(name: string, info: { when: number }): Promise<void> };
  action: { getBadgeText(details: object): Promise<string> };
};
