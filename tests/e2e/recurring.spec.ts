/** Recurring events as a person meets them: left out at first, then each occurrence a meeting of its own. */

import { expect, test } from "./demo.ts";

test.use({ events: 40 });

test("each occurrence becomes a meeting that can be changed alone", async ({ demo, page }) => {
  await demo.openFresh();
  await demo.showList();
  await demo.sync();
  const before = (await demo.sandbox.crm()).length;
  // In the middle of the month that the page shows.
  const day = `${new Date().toISOString().slice(0, 8)}10`;
  await demo.sandbox.addToGoogle({
    summary: "Story: stand-up",
    start: { dateTime: `${day}T10:00:00`, timeZone: "Europe/Paris" },
    end: { dateTime: `${day}T10:15:00`, timeZone: "Europe/Paris" },
    recurrence: ["RRULE:FREQ=DAILY;COUNT=3"],
  });
  await demo.sync();
  await expect(demo.row(demo.crm, "Story: stand-up")).toHaveCount(0);
  await expect(demo.report).toContainText("Repeating events");
  expect(await demo.sandbox.crm()).toHaveLength(before);

  await page.getByLabel("Each occurrence").check();
  await demo.sync();
  await expect(demo.row(demo.crm, "Story: stand-up")).toHaveCount(3);
  await page.screenshot({ path: "screenshots/recurring.png" });

  const form = await demo.openRow(demo.crm, "Story: stand-up", 1);
  await form.getByLabel("Title").fill("Story: retrospective");
  await form.getByRole("button", { name: "Save" }).click();
  await expect(page.locator(".toast")).toHaveText("Saved in the CRM. Google has it already.");
  await expect(demo.row(demo.google, "Story: retrospective")).toHaveCount(1);
  await expect(demo.row(demo.google, "Story: stand-up")).toHaveCount(2);

  const occurrence = await demo.openRow(demo.google, "Story: stand-up", 0);
  await expect(occurrence.getByText("Only this one occurrence is changed.")).toBeVisible();
  await occurrence.getByRole("button", { name: "Delete" }).click();
  await demo.sync();
  await expect(demo.row(demo.crm, "Story: stand-up")).toHaveCount(1);

  const meetings = (await demo.sandbox.crm()).length;
  await page.getByLabel("Leave out").check();
  await demo.sync();
  expect(await demo.sandbox.crm()).toHaveLength(meetings);
});
