/** Before the first sync: what it would do is shown, and nothing is written until the person starts it. */

import { expect, test, type Page } from "@playwright/test";
import { Sandbox } from "../e2e/sandbox.ts";
import { Extension } from "./chromium.ts";
import { expectAccord, firstSyncDone, signInToBoth } from "./stories.ts";
import { counters } from "./world.ts";

let sandbox: Sandbox;
let extension: Extension;

async function saved(events: number): Promise<Page> {
  sandbox = await Sandbox.start(events);
  extension = await Extension.start(sandbox.url);
  await signInToBoth(extension);
  const page = await extension.open("options");
  await page.getByRole("button", { name: "Save and sync" }).press("Enter");
  await expect(page.getByRole("button", { name: "Start" })).toBeEnabled({ timeout: 30_000 });
  return page;
}

const count = async (page: Page, what: string) => Number(await page.locator(`[data-count="${what}"]`).textContent());
const rows = (page: Page) => page.locator(".operations > li");

test.afterEach(async () => {
  await extension.stop();
  await sandbox.stop();
});

test("the counts are those of the sync that follows, and nothing is written before Start", async () => {
  const page = await saved(1000);
  await expect(page.getByRole("heading", { name: "Before the first sync" })).toBeFocused();
  await expect(page.getByText("Nobody is e-mailed.")).toBeVisible();
  const foretold = await count(page, "crm-create");
  expect(foretold).toBeGreaterThan(300);
  expect(await count(page, "google-create")).toBe(0);

  // Long lists come in portions.
  await expect(rows(page)).toHaveCount(200);
  await expect(page.getByText(`200 of ${foretold}`)).toBeVisible();
  await page.getByRole("button", { name: "Show 200 more" }).click();
  await expect(rows(page)).toHaveCount(400);

  const title = await page.locator(".operations .what").first().textContent();
  await page.getByLabel("Search").fill((title ?? "").toUpperCase());
  await expect(page.locator(".operations .what").first()).toHaveText(title ?? "");
  expect(await rows(page).count()).toBeLessThan(200);
  await page.getByLabel("Search").fill("");
  await page.getByRole("combobox", { name: "Side", exact: true }).selectOption({ label: "Google Calendar" });
  await expect(page.getByText("Nothing fits these filters.")).toBeVisible();
  await page.getByRole("combobox", { name: "Side", exact: true }).selectOption({ label: "CRM" });
  await page.getByRole("combobox", { name: "Change", exact: true }).selectOption({ label: "created" });
  await expect(page.getByText(`200 of ${foretold}`)).toBeVisible();

  expect((await counters(sandbox)).writes).toEqual({ google: 0, crm: 0 });
  await page.getByRole("button", { name: "Start" }).press("Enter");
  await firstSyncDone(extension);
  expect((await sandbox.crm()).length).toBe(foretold);
  await expectAccord(sandbox);
  await expect(page.getByText("In accord", { exact: true })).toBeVisible();
});

test("a background that is killed while the person thinks still waits, whatever wakes it (K8)", async () => {
  const page = await saved(60);
  await extension.kill();
  await extension.wake();
  await page.waitForTimeout(1_500);
  expect(await extension.do("run") ?? undefined).toBeUndefined();
  await extension.kill();
  await page.reload();
  await expect(page.getByRole("button", { name: "Start" })).toBeEnabled();
  expect((await counters(sandbox)).writes).toEqual({ google: 0, crm: 0 });
  expect(await extension.badge()).toBe("!");
  const popup = await extension.open("popup");
  await expect(popup.getByRole("button", { name: "See and start" })).toBeVisible();
  await popup.close();
  await page.getByRole("button", { name: "Start" }).click();
  await firstSyncDone(extension);
  await expectAccord(sandbox);
});

test("Back leaves everything unsynced, and the settings as they were chosen", async () => {
  const page = await saved(60);
  await page.getByRole("button", { name: "Back" }).press("Enter");
  await expect(page.getByRole("button", { name: "Save and sync" })).toBeVisible();
  await extension.wake();
  await page.waitForTimeout(1_500);
  expect((await counters(sandbox)).writes).toEqual({ google: 0, crm: 0 });
  expect(await extension.badge()).toBe("");
  await page.getByRole("button", { name: "Save and sync" }).click();
  await page.getByRole("button", { name: "Start" }).click();
  await firstSyncDone(extension);
  await expectAccord(sandbox);
});
