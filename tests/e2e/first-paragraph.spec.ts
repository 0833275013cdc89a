/** What a person does with the demo, from opening the page to a sync that has nothing to do. */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Locator } from "@playwright/test";
import { expect, test } from "./demo.ts";
import { admissible } from "./sandbox.ts";

const fixture = (name: string) => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));

test.describe.configure({ mode: "serial" });

test("from the first look to a sync that writes nothing", async ({ demo, page }) => {
  await demo.openFresh();
  await expect(demo.strip).toContainText("Nothing is synced yet");
  await expect(demo.crm.getByText("No meetings here yet.")).toBeVisible();
  await expect(page.getByRole("combobox", { name: "Google calendar" })).toBeEnabled();
  await expect(page.getByLabel("Both ways")).toBeChecked();
  await page.screenshot({ path: "screenshots/1-before.png" });

  const expected = admissible(await demo.sandbox.google(), Date.now()).length;
  await demo.sandbox.writeSlowly();
  await demo.syncButton.click();
  await expect(page.getByRole("progressbar")).toBeVisible();
  await expect(demo.strip).toContainText(/Writing to both sides · [\d,]+ of [\d,]+/);
  await page.screenshot({ path: "screenshots/2-during.png" });
  await demo.finished();
  await demo.sandbox.writeAtOnce();
  const first = await demo.numbers();
  expect(first["Created"]).toBe(expected);
  expect(first["Still to come"]).toBe(0);
  // 110 with the echo read back, and the guests of these calendars are looked up, 200 addresses to a request.
  expect(first["Requests"]).toBeLessThanOrEqual(110 + 15);
  expect(await demo.sandbox.crm()).toHaveLength(expected);
  await expect(demo.crm.locator(".chip").first()).toBeVisible();
  await page.screenshot({ path: "screenshots/3-after.png", fullPage: true });

  await demo.showList();
  await demo.addEvent("Story: an added event");
  await demo.addEvent("Story: an event to change");
  await demo.addEvent("Story: an event to delete");
  expect(await demo.sync()).toMatchObject({ Created: 3, Updated: 0, Deleted: 0 });
  await expect(demo.row(demo.crm, "Story: an added event")).toHaveClass(/fresh/);

  await demo.edit(demo.google, "Story: an event to change", { Title: "Story: a changed event", Place: "Room 4" });
  await demo.remove(demo.google, "Story: an event to delete");
  expect(await demo.sync()).toMatchObject({ Created: 0, Updated: 1, Deleted: 1 });
  await expect(demo.row(demo.crm, "Story: a changed event")).toContainText("Room 4");
  await expect(demo.row(demo.crm, "Story: an event to delete")).toHaveCount(0);

  const nothing = await demo.sync();
  expect(nothing).toMatchObject({ Created: 0, Updated: 0, Deleted: 0 });
  // Three, and two that read once more what the CRM lists as changed in the last minutes.
  expect(nothing["Requests"]).toBeLessThanOrEqual(5);
  await expect(demo.strip).toContainText("zero writes");
  await expect(page.getByRole("region", { name: "Earlier syncs" }).getByRole("row")).toHaveCount(5);
});

const files = [
  { name: "google-export.ics", events: 3, titles: ["Revue du trimestre", "Offsite Lisboa 🌊", "Night train to Berlin"] },
  { name: "apple-export.ics", events: 2, titles: ["Coffee with Noor", "Move house"] },
  { name: "outlook-export.ics", events: 2, titles: ["Contract signing"] },
];

for (const { name, events, titles } of files) {
  test(`${name} is dropped on the page and synced`, async ({ demo, page }) => {
    await demo.open();
    const before = (await demo.sandbox.crm()).length;
    await drop(demo.google, name);
    await expect(page.locator(".toast")).toContainText(`${events} events from ${name}`);
    await demo.sync();
    const meetings = await demo.sandbox.crm();
    for (const title of titles) expect(meetings.filter((meeting) => meeting.Event_Title === title)).toHaveLength(1);
    expect(meetings.length - before).toBe(before === 0 ? meetings.length : events);
    expect(await demo.sync()).toMatchObject({ Created: 0, Updated: 0, Deleted: 0 });
  });
}

test("a file that is no calendar, and one chosen with the button", async ({ demo, page }) => {
  await demo.open();
  const chooser = page.waitForEvent("filechooser");
  await demo.google.getByRole("button", { name: "Import .ics" }).click();
  await (await chooser).setFiles({ name: "holiday.png", mimeType: "image/png", buffer: Buffer.from("\x89PNG not a calendar") });
  await expect(page.locator(".toast")).toContainText("holiday.png");
  await expect(page.locator(".toast")).not.toContainText("are now in Google");
});

async function drop(target: Locator, name: string): Promise<void> {
  const text = readFileSync(fixture(name), "utf8");
  const transfer = await target.page().evaluateHandle(([content, file]) => {
    const data = new DataTransfer();
    data.items.add(new File([content ?? ""], file ?? "", { type: "text/calendar" }));
    return data;
  }, [text, name]);
  await target.dispatchEvent("dragover", { dataTransfer: transfer });
  await expect(target.page().getByText("Drop the .ics file")).toBeVisible();
  await target.dispatchEvent("drop", { dataTransfer: transfer });
}
