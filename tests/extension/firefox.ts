/** The extension in headless Firefox, with an empty profile. */

import { spawn, type ChildProcess } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { extensionFor } from "./build.ts";
import type { Reply } from "./chromium.ts";
import { Marionette } from "./marionette.ts";


/** Of every extension that is loaded here, the tests' own included. */
export const ID = "accord@accord.example";
/** Given, so that the address of the extension's pages is known. */
const UUID = "6f9f3a1e-4b7c-4f0e-9d35-2c1f6f7a0b11";

export class FirefoxExtension {
  readonly #marionette: Marionette;
  readonly #process: ChildProcess;
  readonly #folders: string[];

  private constructor(marionette: Marionette, process: ChildProcess, folders: string[]) {
    this.#marionette = marionette;
    this.#process = process;
    this.#folders = folders;
  }

  /** @param preferences beside those that keep the browser to itself */
  static async start(origin: string, preferences: Record<string, unknown> = {}): Promise<FirefoxExtension> {
    const extension = await FirefoxExtension.load(await extensionFor("firefox", origin), preferences);
    await extension.open("options");
    return extension;
  }

  /** The unpacked extension in `folder`, which is removed with the browser; its manifest has the id {@link ID}. */
  static async load(folder: string, preferences: Record<string, unknown> = {}): Promise<FirefoxExtension> {
    const profile = await mkdtemp(join(tmpdir(), "accord-profile-"));
    const port = await freePort();
    const all: Record<string, unknown> = {
      "marionette.port": port, "extensions.webextensions.uuids": JSON.stringify({ [ID]: UUID }),
      "browser.shell.checkDefaultBrowser": false, "datareporting.policy.dataSubmissionEnabled": false, "toolkit.telemetry.reportingpolicy.firstRun": false,
      "app.update.enabled": false, "app.normandy.enabled": false, "network.captive-portal-service.enabled": false, "network.connectivity-service.enabled": false,
      "services.settings.server": "data:,", "browser.safebrowsing.malware.enabled": false, "browser.safebrowsing.phishing.enabled": false, ...preferences,
    };
    await writeFile(join(profile, "user.js"), Object.entries(all).map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`).join(""));
    const child = spawn(process.env["FIREFOX_PATH"] ?? "firefox-esr", ["--headless", "--marionette", "--remote-allow-system-access", "--no-remote", "--profile", profile], {
      env: { ...process.env, HOME: profile }, stdio: "ignore",
    });
    const marionette = await Marionette.connect(port);
    const extension = new FirefoxExtension(marionette, child, [folder, profile]);
    await marionette.send("WebDriver:NewSession", {});
    await marionette.send("Addon:Install", { path: folder, temporary: true });
    return extension;
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once("exit", resolve));
    await this.#marionette.send("Marionette:Quit", { flags: ["eForceQuit"] }).catch(() => this.#process.kill());
    await ended;
    this.#marionette.close();
    for (const folder of this.#folders) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }

  /** One of its pages, by the name of its file. */
  async open(name: string): Promise<void> {
    await this.#marionette.send("WebDriver:Navigate", { url: `moz-extension://${UUID}/${name}.html` });
  }

  /** Navigates to a page of another site. */
  async visit(url: string): Promise<void> {
    await this.#marionette.send("WebDriver:Navigate", { url });
  }

  /** Clicks the first button of that name, as a person does. */
  async click(name: string): Promise<void> {
    const found = await this.#marionette.send<Record<string, string>>("WebDriver:FindElement", { using: "xpath", value: `//button[normalize-space()=${JSON.stringify(name)}]` });
    await this.#marionette.send("WebDriver:ElementClick", { id: Object.values(found)[0] });
  }

  async screenshot(path: string): Promise<void> {
    const picture = await this.#marionette.send<string>("WebDriver:TakeScreenshot", { full: true });
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, Buffer.from(picture, "base64"));
  }

  /** Runs the body of an async function in the page; it sees `given`. */
  async evaluate<T>(body: string, given?: unknown): Promise<T> {
    const script = `const [given, done] = arguments; (async () => { ${body} })().then((value) => done({ value }), (error) => done({ error: String(error) }));`;
    const { value, error } = await this.#marionette.send<{ value?: T; error?: string }>("WebDriver:ExecuteAsyncScript", { script, args: [given ?? null], scriptTimeout: 60_000, sandbox: null });
    if (error !== undefined) throw new Error(error);
    return value as T;
  }

  /** As in Chromium: asks the background as a page does. */
  async ask(command: string, ...args: unknown[]): Promise<Reply> {
    // As the pages do: an event page that is being suspended does not hear, and is started by asking once more.
    return this.evaluate<Reply>("return browser.runtime.sendMessage(given).catch(() => browser.runtime.sendMessage(given));", { command, args });
  }

  async do<T = unknown>(command: string, ...args: unknown[]): Promise<T> {
    const { value, error } = await this.ask(command, ...args);
    if (error) throw new Error(`${command}: ${error.code}: ${error.message}`);
    return value as T;
  }

  async stored(area: "local" | "session", ...keys: string[]): Promise<Record<string, unknown>> {
    return this.evaluate("return browser.storage[given.area].get(given.keys);", { area, keys });
  }

  /** Whether the event page runs, as Firefox itself sees it. */
  async backgroundState(): Promise<string> {
    await this.#marionette.send("Marionette:SetContext", { value: "chrome" });
    try {
      return await this.#marionette.send<string>("WebDriver:ExecuteScript", { script: "return WebExtensionPolicy.getByID(arguments[0]).extension.backgroundState;", args: [ID] });
    } finally {
      await this.#marionette.send("Marionette:SetContext", { value: "content" });
    }
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
