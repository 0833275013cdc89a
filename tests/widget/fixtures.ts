import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test as base } from "@playwright/test";
import { Sandbox } from "../e2e/sandbox.ts";
import { CrmPage, type Circumstances } from "./crm.ts";

export { expect } from "@playwright/test";

interface Fixtures {
  sandbox: Sandbox;
  /** Opens the widget in a page of the CRM. */
  open(circumstances: Circumstances): Promise<CrmPage>;
  /** What pages threw; a test fails at its end when there is anything. */
  thrown: string[];
}

interface Options {
  /** Size of the Google calendar. */
  events: number;
  /**
   * Whether the browser keeps site data of a foreign frame. Chromium refuses it in the contexts that Playwright makes,
   * and everywhere unless a setting of the profile allows it: that is the real refusal, not an imitation.
   */
  siteData: "kept" | "refused";
}

export const test = base.extend<Fixtures & Options>({
  events: [20, { option: true }],
  siteData: ["kept", { option: true }],
  context: async ({ playwright, browserName, channel, launchOptions, locale, timezoneId, viewport, context, siteData }, use) => {
    if (siteData !== "kept" || browserName !== "chromium") return use(context);
    const profile = await mkdtemp(join(tmpdir(), "accord-widget-"));
    await mkdir(join(profile, "Default"));
    await writeFile(join(profile, "Default", "Preferences"), JSON.stringify({ profile: { cookie_controls_mode: 0 } }));
    const lasting = await playwright.chromium.launchPersistentContext(profile, {
      ...launchOptions, viewport, ...(locale !== undefined && { locale }), ...(timezoneId !== undefined && { timezoneId }), ...(channel !== undefined && { channel }),
    });
    await use(lasting);
    await lasting.close();
    await rm(profile, { recursive: true, force: true });
  },
  sandbox: async ({ events }, use) => {
    const sandbox = await Sandbox.start(events);
    await use(sandbox);
    await sandbox.stop();
  },
  open: async ({ page, sandbox }, use) => {
    await use((circumstances) => CrmPage.open(page, sandbox, circumstances));
  },
  thrown: [
    async ({ page }, use) => {
      const thrown: string[] = [];
      page.on("pageerror", ({ message }) => {
        // Firefox counts what a policy blocks among the errors of a page; the tests' own styles are blocked, too.
        if (!message.startsWith("The page’s settings blocked")) thrown.push(message);
      });
      await use(thrown);
      base.expect(thrown).toEqual([]);
    },
    { auto: true },
  ],
});
