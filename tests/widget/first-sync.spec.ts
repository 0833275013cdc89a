/** The web tab of the packed widget: set up, first sync, and again. */

import { admissible, repeated } from "../e2e/sandbox.ts";
import { expect, test } from "./fixtures.ts";

test.use({ events: 1_000 });

test("a first sync of 1,000 events, and a second that writes nothing (K1, I2) @firefox", async ({ open, page, sandbox, browserName }) => {
  const crm = await open({ place: "tab" });
  const { frame } = crm;
  await expect(frame.getByRole("heading", { name: "Calendar synchronization" })).toBeVisible();
  await expect(frame.getByLabel("Google calendar")).not.toHaveValue("");
  await frame.getByLabel("Direction").selectOption("google-to-crm");
  await page.screenshot({ path: `screenshots/tab-before-${browserName}.png` });
  await frame.getByRole("button", { name: "Save and sync" }).click();
  await expect(frame.getByText("In accord", { exact: true })).toBeVisible({ timeout: 60_000 });
  await page.screenshot({ path: `screenshots/tab-after-${browserName}.png` });

  const wanted = admissible(await sandbox.google(), Date.now());
  const got = await sandbox.crm();
  expect(got.length).toBe(wanted.length);
  expect(got.length).toBeGreaterThan(500);
  expect(repeated(got.map((item) => item.id))).toEqual(new Map());

  // The state is in the frame's own site data: a reload goes on from it, and no meeting is written again.
  crm.calls.length = 0;
  await crm.visit();
  await expect(frame.getByText("In accord", { exact: true })).toBeVisible();
  await expect(frame.getByRole("button", { name: "Sync now" })).toBeEnabled();
  const writes = crm.calls.filter(({ data }) => ["POST", "PUT", "DELETE"].includes(String(data?.data["method"])) && !String(data?.data["url"]).endsWith("/coql"));
  expect(writes).toEqual([]);
  expect(crm.calls.length).toBeGreaterThan(1);
});
