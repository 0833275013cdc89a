/** A sync that is torn at any point goes on without a doubled or a lost event. */

import { Demo, expect, test } from "./demo.ts";
import { admissible, repeated, type CrmItem, type GoogleItem } from "./sandbox.ts";

async function exactlyOnce(demo: Demo): Promise<void> {
  const [google, crm] = [admissible(await demo.sandbox.google(), Date.now()), await demo.sandbox.crm()];
  expect(crm).toHaveLength(google.length);
  // Two Google events may have the same title and times; their meetings then have, too, and no more.
  const ofGoogle = repeated(google.map(googleKey));
  const ofCrm = repeated(crm.map(crmKey));
  const doubled = [...ofCrm].filter(([key, n]) => n > (ofGoogle.get(key) ?? 1));
  expect(doubled.length).toBe(0);
}

/** All-day ends are encoded differently on the two sides, so only their start counts. */
function googleKey({ summary, start, end, visibility }: GoogleItem): string {
  const hidden = visibility === "private" || visibility === "confidential";
  const title = hidden ? "Busy" : (summary ?? "").trim() || "Not Provided";
  return start?.date !== undefined ? `${title}|${start.date}` : `${title}|${Date.parse(start?.dateTime ?? "")}|${Date.parse(end?.dateTime ?? "")}`;
}

function crmKey({ Event_Title, All_day, Start_DateTime, End_DateTime }: CrmItem): string {
  return All_day ? `${Event_Title}|${Start_DateTime.slice(0, 10)}` : `${Event_Title}|${Date.parse(Start_DateTime)}|${Date.parse(End_DateTime)}`;
}

test("the page is reloaded in the middle of the first sync", async ({ demo, page }) => {
  await demo.openFresh();
  await demo.sandbox.writeSlowly();
  await demo.syncButton.click();
  await expect(demo.strip).toContainText(/Writing to both sides · [1-9]/);
  await page.reload();
  const arrived = (await demo.sandbox.crm()).length;
  expect(arrived).toBeGreaterThan(0);
  await expect(demo.strip).toContainText("was not finished");
  await page.getByRole("button", { name: "Continue" }).click();
  await demo.finished();
  await exactlyOnce(demo);
  expect(await demo.sync()).toMatchObject({ Created: 0, Updated: 0, Deleted: 0 });
  await exactlyOnce(demo);
});

test("the page offers that itself", async ({ demo, page }) => {
  await demo.openFresh();
  await demo.sandbox.writeSlowly();
  const reloaded = page.waitForEvent("load");
  await page.getByRole("button", { name: "Reload in the middle" }).click();
  await reloaded;
  await expect(demo.strip).toContainText("was not finished");
  await demo.syncButton.click();
  await demo.finished();
  await exactlyOnce(demo);
});

test("the first sync is cancelled, then continued", async ({ demo, page }) => {
  await demo.openFresh();
  await demo.sandbox.writeSlowly();
  await demo.syncButton.click();
  await expect(demo.strip).toContainText(/Writing to both sides · [1-9]/);
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(demo.strip).toContainText("Stopped. What was written stays");
  const arrived = (await demo.sandbox.crm()).length;
  expect(arrived).toBeGreaterThan(0);
  expect(arrived).toBeLessThan(4000);
  await demo.sync();
  await exactlyOnce(demo);
});

test("a second tab is told that a sync is running", async ({ demo, context }) => {
  await demo.openFresh();
  await demo.sandbox.writeSlowly();
  const other = await context.newPage();
  await other.goto("/");
  await expect(other.getByRole("button", { name: /^(Sync|Continue)$/ })).toBeEnabled();
  await demo.syncButton.click();
  await expect(demo.strip).toContainText("Writing to both sides");
  await other.getByRole("button", { name: /^(Sync|Continue)$/ }).click();
  await expect(other.locator('[data-code="locked"]')).toBeVisible();
  await demo.finished();
  await exactlyOnce(demo);
});

test("two tabs of a browser without locks never both sync", async ({ demo, context }) => {
  await context.addInitScript(() => Object.defineProperty(Navigator.prototype, "locks", { get: () => undefined }));
  await demo.openFresh();
  await demo.sandbox.writeSlowly();
  const second = new Demo(await context.newPage(), demo.sandbox);
  await second.page.goto("/");
  await expect(second.syncButton).toBeEnabled();
  const refused = ({ page }: Demo) => page.locator('[data-code="locked"]').count();
  await Promise.all([demo.syncButton.click(), second.syncButton.click()]);
  await expect.poll(async () => (await refused(demo)) + (await refused(second))).toBe(1);
  await ((await refused(demo)) > 0 ? second : demo).finished();
  await exactlyOnce(demo);
});
