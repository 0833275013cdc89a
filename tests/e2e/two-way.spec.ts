/** Both directions as a person meets them: each side gets what the other has, and nobody loses what was typed. */

import { expect, test } from "./demo.ts";
import { admissible } from "./sandbox.ts";

test.use({ events: 400 });

const NOTHING = { Created: 0, Updated: 0, Deleted: 0, "Google: Created": 0, "Google: Updated": 0, "Google: Deleted": 0 };

test.beforeEach(async ({ demo }) => {
  await demo.openFresh();
  await demo.showList();
});

test("edits on either side reach the other, at once from the CRM", async ({ demo, page }) => {
  const toast = page.locator(".toast");
  await demo.addEvent("Story: from Google");
  expect((await demo.sync())["Google: Created"]).toBe(0);

  await demo.addEvent("Story: from the CRM", undefined, demo.crm);
  await expect(toast).toHaveText("Added to the CRM. Google has it already.");
  await expect(demo.row(demo.google, "Story: from the CRM")).toHaveClass(/fresh/);
  expect(await demo.numbers()).toMatchObject({ ...NOTHING, "Google: Created": 1 });

  await demo.edit(demo.crm, "Story: from Google", { Title: "Story: moved in the CRM", Place: "Room 7", Starts: "2026-11-24T15:00" });
  await expect(toast).toHaveText("Saved in the CRM. Google has it already.");
  await expect(demo.row(demo.google, "Story: moved in the CRM")).toContainText("Room 7");
  await expect(demo.row(demo.google, "Story: moved in the CRM")).toContainText("15:00 – 16:00");

  await demo.edit(demo.google, "Story: from the CRM", { Place: "Room 8", Description: "Bring the offer" });
  await expect(toast).toHaveText("Saved in Google. The CRM follows with the next sync.");
  expect(await demo.sync()).toMatchObject({ ...NOTHING, Updated: 1 });
  await expect(demo.row(demo.crm, "Story: from the CRM")).toContainText("Room 8");

  await demo.remove(demo.crm, "Story: moved in the CRM");
  await expect(toast).toHaveText("Deleted in the CRM. Google has it already.");
  await expect(demo.row(demo.google, "Story: moved in the CRM")).toHaveCount(0);

  expect(await demo.sync()).toMatchObject(NOTHING);
  expect(await demo.sandbox.crm()).toHaveLength(admissible(await demo.sandbox.google(), Date.now()).length);
});

test("a conflict keeps the newer value, and the report shows both", async ({ demo, page }) => {
  await demo.addEvent("Story: two people");
  await demo.sync();
  await demo.edit(demo.google, "Story: two people", { Title: "Story: as Google says" });
  // The CRM tells times by whole seconds; of two changes in one second Google's counts as the newer.
  await page.waitForTimeout(1100);
  await demo.edit(demo.crm, "Story: two people", { Title: "Story: as the CRM says" });
  await expect(demo.row(demo.google, "Story: as the CRM says")).toBeVisible();
  const conflict = demo.report.locator(".conflicts > li");
  await expect(conflict).toHaveCount(1);
  await expect(conflict.locator(".side-google.lost")).toContainText("Story: as Google says");
  await expect(conflict.locator(".side-crm:not(.lost)")).toContainText("Story: as the CRM says");
  await expect(demo.strip).toContainText("1 value was changed on both sides");
  await page.screenshot({ path: "screenshots/conflict.png", fullPage: true });
  expect(await demo.sync()).toMatchObject(NOTHING);
});

for (const { button, left } of [{ button: "Bring them back to Google", left: 0 }, { button: "Delete them in the CRM", left: 60 }]) {
  test(`many deletions are asked about: ${button}`, async ({ demo, page }) => {
    await demo.sync();
    const events = admissible(await demo.sandbox.google(), Date.now());
    const meetings = (await demo.sandbox.crm()).length;
    await demo.sandbox.deleteFromGoogle(events.slice(-60).map(({ id }) => id));
    expect(await demo.sync()).toMatchObject(NOTHING);
    const question = page.getByRole("group", { name: "60 events are gone from Google" });
    await expect(question).toBeVisible();
    expect(await demo.sandbox.crm()).toHaveLength(meetings);
    await page.screenshot({ path: "screenshots/question.png" });

    await question.getByRole("button", { name: button }).click();
    await demo.finished();
    await expect(question).toHaveCount(0);
    await demo.sync();
    expect(await demo.sandbox.crm()).toHaveLength(meetings - left);
    expect(admissible(await demo.sandbox.google(), Date.now())).toHaveLength(events.length - left);
  });
}

test("one direction leaves its source alone", async ({ demo, page }) => {
  await page.getByLabel("CRM → Google").check();
  await demo.addEvent("Story: only in Google");
  await expect(page.locator(".toast")).toHaveText("Added to Google. In this direction, the CRM stays as it is.");
  await demo.addEvent("Story: for Google", undefined, demo.crm);
  expect(await demo.sync()).toMatchObject({ ...NOTHING, "Google: Created": 1 });
  await expect(demo.row(demo.google, "Story: for Google")).toBeVisible();
  expect(await demo.sandbox.crm()).toHaveLength(1);

  await page.getByLabel("Google → CRM").check();
  await demo.addEvent("Story: stays in the CRM", undefined, demo.crm);
  await expect(page.locator(".toast")).toHaveText("Added to the CRM. In this direction, Google stays as it is.");
  await demo.sync();
  await expect(demo.row(demo.crm, "Story: only in Google")).toBeVisible();
  await expect(demo.row(demo.google, "Story: stays in the CRM")).toHaveCount(0);
});

test("guests become contacts when they are to, each of them once", async ({ demo, page }) => {
  const add = page.getByLabel("Add as contacts");
  await page.getByLabel("CRM → Google").check();
  await expect(add).toBeDisabled();
  await page.getByLabel("Both ways").check();
  await add.check();
  expect((await demo.sync())["Contacts added"]).toBeGreaterThan(20);
  await page.reload();
  await expect(add).toBeChecked();
  expect(await demo.sync()).toMatchObject({ ...NOTHING, "Contacts added": 0 });
});
