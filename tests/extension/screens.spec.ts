/** The pages as people see them: every state in light and dark, English and French, with no violation of WCAG 2.2 AA (axe). */

import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import AxeBuilder from "@axe-core/playwright";
import { expect, test, type Page } from "@playwright/test";
import { Sandbox } from "../e2e/sandbox.ts";
import { Extension } from "./chromium.ts";
import { firstSyncDone, setUp, signInToBoth, snapshot } from "./stories.ts";
import { admin } from "./world.ts";

const SCREENSHOTS = fileURLToPath(new URL("screenshots", import.meta.url));
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

let sandbox: Sandbox;
let extension: Extension;

test.beforeEach(async () => {
  await mkdir(SCREENSHOTS, { recursive: true });
  sandbox = await Sandbox.start(60);
  extension = await Extension.start(sandbox.url);
});

test.afterEach(async () => {
  await extension.stop();
  await sandbox.stop();
});

/** A picture and a look by axe, in light and dark, in a wide window and in the narrowest. */
async function look(page: Page, name: string): Promise<void> {
  const widths = page.url().includes("popup") ? [400, 320] : [1000, 320];
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    for (const width of widths) {
      await page.setViewportSize({ width, height: 600 });
      // Colours change over some frames.
      await page.waitForTimeout(200);
      await page.screenshot({ path: `${SCREENSHOTS}/${name}-${colorScheme}-${width}.png`, fullPage: true });
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), `${name} at ${width} scrolls sideways`).toBeLessThanOrEqual(0);
      // A look by axe takes seconds: each colour once, each width once.
      if ((colorScheme === "light") === (width === 320)) continue;
      const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze();
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`), `${name} ${colorScheme} ${width}`).toEqual([]);
    }
  }
}

test("from the first start to a sync in accord, by mouse, in both languages", async () => {
  // Every screen is looked at in both colours and two widths.
  test.setTimeout(240_000);
  const page = await extension.open("options");
  const popup = await extension.open("popup");
  await look(page, "settings-new");
  await look(popup, "popup-new");

  await page.getByRole("button", { name: "Sign in to Google" }).click();
  await expect(page.getByText("Signed in as ana@example.com")).toBeVisible();
  await page.getByRole("button", { name: "Sign in to Zoho" }).click();
  await expect(page.getByText("Signed in as ana@example.com")).toHaveCount(2);

  // Only calendars that the person may write to are offered (C1).
  const offered = page.getByLabel("Google calendar").locator("option");
  await expect(offered).toHaveCount(2);
  await page.getByLabel("Direction").selectOption({ label: "Google → CRM" });
  await page.getByText("Advanced").click();
  await look(page, "settings-choices");

  await page.getByRole("button", { name: "Save and sync" }).click();
  await expect(page.getByRole("button", { name: "Start" })).toBeEnabled();
  await look(page, "settings-preview");
  await expect(popup.getByRole("button", { name: "See and start" })).toBeVisible();
  await look(popup, "popup-preview");
  await page.getByLabel("Language").selectOption({ label: "Français" });
  await expect(page.getByRole("button", { name: "Lancer" })).toBeEnabled();
  await look(page, "settings-preview-french");
  await page.getByLabel("Langue").selectOption({ label: "English" });
  await page.getByRole("button", { name: "Start" }).click();
  await firstSyncDone(extension);
  await expect(popup.getByText("In accord")).toBeVisible();
  await expect(popup.getByText(/created/)).toBeVisible();
  await look(page, "settings-active");
  await look(popup, "popup-accord");

  await popup.getByRole("button", { name: "Pause" }).click();
  await expect(popup.getByText("Paused")).toBeVisible();
  await look(popup, "popup-paused");
  await popup.getByRole("button", { name: "Resume" }).click();
  await expect(popup.getByText("In accord")).toBeVisible();

  await page.getByLabel("Language").selectOption({ label: "Français" });
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Synchronisation de l’agenda");
  expect(await page.evaluate(() => document.documentElement.lang)).toBe("fr");
  await expect(popup.getByText("En accord")).toBeVisible();
  await look(page, "settings-french");
  await look(popup, "popup-french");
});

test("what needs the person says why, and is done with the keyboard", async () => {
  await setUp(extension);
  await firstSyncDone(extension);
  const popup = await extension.open("popup");
  const before = (await sandbox.crm()).length;
  const linked = new Set((await sandbox.crm()).map(({ Event_Title }) => Event_Title));
  const gone = (await sandbox.google()).filter(({ summary, recurrence, recurringEventId }) => summary !== undefined && linked.has(summary) && !recurrence && !recurringEventId);
  await sandbox.deleteFromGoogle(gone.slice(0, 25).map(({ id }) => id));
  await popup.getByRole("button", { name: "Sync now" }).press("Enter");
  await expect(popup.getByRole("heading", { name: "Your decision" })).toBeVisible();
  await look(popup, "popup-question");
  await popup.getByRole("button", { name: "Delete them" }).press("Enter");
  await expect(popup.getByText("In accord")).toBeVisible();
  expect((await sandbox.crm()).length).toBeLessThan(before);

  const { "refresh/zoho": refresh } = await extension.stored("local", "refresh/zoho");
  await admin(sandbox, "/sandbox/revoke", { service: "zoho", token: refresh });
  // Without a change to write, the CRM is not even asked.
  const hour = (n: number) => ({ dateTime: new Date(Date.now() + n * 3_600_000).toISOString() });
  await sandbox.addToGoogle({ summary: "Came later", start: hour(1), end: hour(2) });
  await popup.getByRole("button", { name: "Sync now" }).press("Enter");
  await expect(popup.getByText("Needs you")).toBeVisible();
  await look(popup, "popup-sign-in");
  const page = await extension.open("options");
  await expect(page.getByText("The sign-in is no longer accepted")).toBeVisible();
  await look(page, "settings-sign-in");
  await page.getByRole("button", { name: "Sign in to Zoho" }).press("Enter");
  await expect(popup.getByText("In accord")).toBeVisible();
});

test("events that look alike are asked about, and answered in the popup (I24)", async () => {
  const at = (n: number) => new Date(Math.ceil(Date.now() / 3_600_000) * 3_600_000 + n * 3_600_000).toISOString().slice(0, 19);
  const [start, end] = [at(30), at(31)];
  for (const n of [1, 2]) {
    await sandbox.addToGoogle({ summary: "Story: alike", location: `Google room ${n}`, start: { dateTime: `${start}Z` }, end: { dateTime: `${end}Z` } });
    await sandbox.addToCrm({ Event_Title: "Story: alike", Venue: `CRM room ${n}`, Start_DateTime: `${start}+00:00`, End_DateTime: `${end}+00:00` });
  }
  await setUp(extension, { direction: "two-way" });
  const popup = await extension.open("popup");
  await expect(popup.getByText(/events have the same title and time on both sides/)).toBeVisible();
  await look(popup, "popup-alike");
  const alike = async () => (await sandbox.crm()).filter(({ Event_Title }) => Event_Title === "Story: alike").length;
  expect(await alike()).toBe(2);
  await popup.getByRole("button", { name: "Pair them" }).press("Enter");
  await expect(popup.getByText("In accord")).toBeVisible();
  expect(await alike()).toBe(2);
  expect((await snapshot(extension))?.questions).toEqual([]);
});

test("a right that is missing is named before anything is saved", async () => {
  await signInToBoth(extension);
  await admin(sandbox, "/sandbox/switches", { module_flags: "per_user" });
  await admin(sandbox, "/sandbox/permissions", { Crm_Implied_Create_Events: false });
  const page = await extension.open("options");
  await page.getByRole("button", { name: "Save and sync" }).click();
  await expect(page.getByText("Not saved. This is missing:")).toBeVisible();
  await expect(page.getByText("lacks the right “Create” for meetings")).toBeVisible();
  await look(page, "settings-missing");
  await page.getByLabel("Language").selectOption({ label: "Français" });
  await expect(page.getByText("le droit « Créer » sur les réunions")).toBeVisible();
  await look(page, "settings-missing-french");
  expect(await sandbox.crm()).toEqual([]);
});

test("forgetting asks first, and erases what the device remembers", async () => {
  await setUp(extension);
  await firstSyncDone(extension);
  const page = await extension.open("options");
  await page.getByRole("button", { name: "Forget everything" }).click();
  await look(page, "settings-forget");
  await page.getByRole("button", { name: "Cancel" }).click();
  expect(await extension.stored("local", "refresh/google")).not.toEqual({});
  await page.getByRole("button", { name: "Forget everything" }).click();
  await page.getByRole("button", { name: "Forget", exact: true }).click();
  await expect(page.getByRole("button", { name: "Sign in to Google" })).toBeVisible();
  expect(await extension.stored("local", "refresh/google", "refresh/zoho", "accounts")).toEqual({});
});
