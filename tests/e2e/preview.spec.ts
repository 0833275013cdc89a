/** A person looks before a sync, asks afterwards why, takes it back, and has both sides compared. */

import { expect, noViolations, test } from "./demo.ts";

test.use({ events: 400 });

test.beforeEach(async ({ demo }) => {
  await demo.openFresh();
  await demo.showList();
});

test("a preview shows what a sync then does", async ({ demo, page }) => {
  const before = (await demo.sandbox.crm()).length;
  await page.getByRole("button", { name: "Preview" }).click();
  const dialog = page.getByRole("dialog", { name: "What a sync would do" });
  await expect(dialog).toBeVisible({ timeout: 45_000 });
  expect((await demo.sandbox.crm()).length).toBe(before);
  await demo.picture("preview-first");
  const created = Number(await dialog.locator(".numbers > div").filter({ hasText: "In the CRM: Created" }).locator("dd").textContent());
  expect(created).toBeGreaterThan(100);
  await expect(dialog.locator(".operations > li")).toHaveCount(100);
  await dialog.getByRole("button", { name: "Show more" }).click();
  await expect(dialog.locator(".operations > li")).toHaveCount(Math.min(200, created));
  await dialog.getByRole("button", { name: "Sync this" }).click();
  await demo.finished();
  expect((await demo.numbers())["Created"]).toBe(created);
});

test("before and after, why, undo, and a look at both sides", async ({ demo, page }) => {
  await demo.addEvent("Story: looked at");
  await demo.sync();
  await demo.edit(demo.google, "Story: looked at", { Title: "Story: renamed", Place: "Room 7" });
  await page.getByRole("button", { name: "Preview" }).focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "What a sync would do" });
  const change = dialog.locator(".operations > li");
  await expect(change).toHaveCount(1);
  await expect(change.locator("del")).toHaveText("Story: looked at");
  await expect(change.locator("ins")).toHaveText(["Story: renamed", "Room 7"]);
  await dialog.getByLabel("What").selectOption("Deleted");
  await expect(change).toHaveCount(0);
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);

  await demo.sync();
  await expect(demo.row(demo.crm, "Story: renamed")).toBeVisible();
  const form = await demo.openRow(demo.crm, "Story: renamed");
  await form.getByText("Why does it look so?").click();
  await expect(form.locator(".operations > li").first()).toContainText("changed in Google");
  await demo.picture("why");
  await page.keyboard.press("Escape");

  await page.getByRole("button", { name: "Compare 50 pairs" }).click();
  await expect(page.getByText("50 pairs compared: all agree.")).toBeVisible();
  await expect(page.locator(".health")).toContainText("In accord");

  await page.getByRole("button", { name: /^Undo sync/ }).first().click();
  await demo.finished();
  await expect(demo.row(demo.crm, "Story: looked at")).toBeVisible();
  await demo.picture("undone", true);
});

for (const scheme of ["light", "dark"] as const) {
  test(`in French on a narrow screen, ${scheme}`, async ({ demo, page }) => {
    await demo.addEvent("Histoire : un titre assez long pour prendre plusieurs lignes");
    await page.emulateMedia({ colorScheme: scheme });
    await page.setViewportSize({ width: 320, height: 800 });
    await page.getByRole("radio", { name: "Français" }).check();
    await page.getByRole("button", { name: "Aperçu" }).click();
    const dialog = page.getByRole("dialog", { name: "Ce que ferait une synchronisation" });
    await expect(dialog).toBeVisible({ timeout: 45_000 });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    await noViolations(page, "dialog");
    await demo.picture(`preview-fr-320-${scheme}`);
  });
}

test("what lost a conflict is put back, and what one sync wrote of one event is undone (C4, I25)", async ({ demo, page }) => {
  await demo.addEvent("Story: contested");
  await demo.sync();
  await demo.edit(demo.google, "Story: contested", { Title: "Story: by Google" });
  // Of two changes in one second Google's counts as the newer.
  await page.waitForTimeout(1100);
  await demo.edit(demo.crm, "Story: contested", { Title: "Story: by the CRM" });
  await demo.finished();
  await expect(demo.row(demo.google, "Story: by the CRM")).toBeVisible();
  await demo.report.getByRole("button", { name: "Put back what was replaced: Title" }).click();
  await demo.finished();
  for (const side of [demo.google, demo.crm]) await expect(demo.row(side, "Story: by Google")).toBeVisible();
  const history = page.getByRole("region", { name: "Earlier syncs" });
  await expect(history.locator("tbody tr").first()).toContainText("put back what lost in sync 2");
  // The button that stays in sight must hide no number.
  const covered = await history.locator(".scroll").evaluate((table) => table.scrollWidth - table.clientWidth);
  expect(covered).toBe(0);
  await demo.picture("put-back-done", true);

  const form = await demo.openRow(demo.google, "Story: by Google");
  await form.getByText("Why does it look so?").click();
  await form.getByRole("button", { name: /^Undo what sync \d+ wrote of this event$/ }).first().click();
  await demo.finished();
  for (const side of [demo.google, demo.crm]) await expect(demo.row(side, "Story: by the CRM")).toBeVisible();
});
