/** Browsers over a profile that outlives them, to be killed while they write. */

import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { chromium } from "@playwright/test";
import { freePort } from "../extension/firefox.ts";
import { Marionette } from "../extension/marionette.ts";
import { fromEnvironment } from "./sandbox.ts";

export interface Killable {
  /** Runs an expression in the page. */
  evaluate<T>(expression: string): Promise<T>;
  /** As when the machine stops: nothing is ended in order. */
  kill(): Promise<void>;
}

/** Opens `url` over `profile`. */
export type Opened = (profile: string, url: string) => Promise<Killable>;

export const inChromium: Opened = async (profile, url) => {
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: fromEnvironment("CHROMIUM_PATH"),
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
  });
  let hasEnded = false;
  context.once("close", () => (hasEnded = true));
  const page = await context.newPage();
  await page.goto(url);
  return {
    evaluate: (expression) => page.evaluate(expression),
    async kill() {
      if (hasEnded) return;
      const ended = new Promise((resolve) => context.once("close", resolve));
      const session = await context.newCDPSession(page);
      // The process ends at once, in the midst of everything, and never answers.
      await Promise.race([session.send("Browser.crash").catch(() => undefined), ended]);
      await ended;
    },
  };
};

export const inFirefox: Opened = async (profile, url) => {
  const port = await freePort();
  const preferences = { "marionette.port": port, "browser.shell.checkDefaultBrowser": false, "datareporting.policy.dataSubmissionEnabled": false, "app.update.enabled": false, "app.normandy.enabled": false, "services.settings.server": "data:,", "toolkit.startup.max_resumed_crashes": -1 };
  await writeFile(join(profile, "user.js"), Object.entries(preferences).map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`).join(""));
  const child = spawn(fromEnvironment("FIREFOX_PATH"), ["--headless", "--marionette", "--no-remote", "--profile", profile], { detached: true, env: { ...process.env, HOME: profile }, stdio: "ignore" });
  const marionette = await Marionette.connect(port);
  await marionette.send("WebDriver:NewSession", {});
  await marionette.send("WebDriver:Navigate", { url });
  return {
    async evaluate<T>(expression: string): Promise<T> {
      const script = `const [done] = arguments; Promise.resolve(${expression}).then((value) => done({ value }), (error) => done({ error: String(error) }));`;
      const { value, error } = await marionette.send<{ value?: T; error?: string }>("WebDriver:ExecuteAsyncScript", { script, args: [], scriptTimeout: 60_000, sandbox: null });
      if (error !== undefined) throw new Error(error);
      return value as T;
    },
    async kill() {
      marionette.close();
      const ended = new Promise((resolve) => child.once("exit", resolve));
      // With all that it started: it leads a group of its own.
      if (child.pid === undefined || child.signalCode !== null || child.exitCode !== null) return;
      process.kill(-child.pid, "SIGKILL");
      await ended;
    },
  };
};
