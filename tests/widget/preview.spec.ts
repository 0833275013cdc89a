/** Before the first sync: the web tab shows what it would do, and nothing is written until the person starts it. */

import { addToCrm } from "./people.ts";
import { expect, test } from "./fixtures.ts";

test.use({ events: 300 });

test("the preview foretells the sync; no frame writes before Start, however often the CRM is left @firefox", async ({ open, page, sandbox, browserName }) => {
  const crm = await open({ place: "tab" });
  const { frame } = crm;
  const start = frame.getByRole("button", { name: "Start" });
  await expect(frame.getByLabel("Google calendar")).not.toHaveValue("");
  await frame.getByLabel("Direction").selectOption("google-to-crm");
  await crm.press("Save and sync");
  await expect(start).toBeEnabled();
  await page.screenshot({ path: `screenshots/preview-${browserName}.png` });
  await expect(frame.getByText("Nobody is e-mailed.")).toBeVisible();
  const foretold = Number(await frame.locator('[data-count="crm-create"]').textContent());
  expect(foretold).toBeGreaterThan(100);

  const rows = frame.locator(".operations > li");
  await expect(frame.getByText(`of ${foretold}`)).toBeVisible();
  await frame.getByRole("combobox", { name: "Side" }).selectOption("google");
  await expect(frame.getByText("Nothing fits these filters.")).toBeVisible();
  await frame.getByRole("combobox", { name: "Side" }).selectOption("all");
  await expect(rows.first()).toBeVisible();

  // The frame is left and comes again, as itself and in other places of the CRM.
  const meeting = await addToCrm(sandbox, "Of the CRM");
  await crm.visit({ place: "tile" });
  await expect(frame.getByText("Open the Accord tab of the CRM, see")).toBeVisible();
  await crm.visit({ place: "meeting", meeting });
  await expect(frame.getByText("Open the Accord tab of the CRM, see")).toBeVisible();
  await crm.visit({ place: "tab" });
  await expect(start).toBeEnabled();
  expect(crm.writes()).toEqual([]);

  await crm.press("Start");
  await crm.inAccord();
  expect((await sandbox.crm()).length).toBe(foretold + 1);
});

test("Back leaves everything unsynced", async ({ open }) => {
  const crm = await open({ place: "tab" });
  await expect(crm.frame.getByLabel("Google calendar")).not.toHaveValue("");
  await crm.press("Save and sync");
  await expect(crm.frame.getByRole("button", { name: "Start" })).toBeEnabled();
  await crm.press("Back");
  await expect(crm.frame.getByText("Deactivated", { exact: true })).toBeVisible();
  await crm.visit();
  await expect(crm.frame.getByText("Deactivated", { exact: true })).toBeVisible();
  await expect(crm.frame.getByRole("button", { name: "Save and sync" })).toBeEnabled();
  expect(crm.writes()).toEqual([]);
});
