/** What a person decides in the web tab: a question, a lost value, the rarer settings, and the end. */

import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures.ts";
import { addToCrm, editInCrm, editInGoogle } from "./people.ts";

test.use({ events: 60 });

/** The frame is drawn some frames after what it holds has changed. */
async function picture(page: Page, name: string): Promise<void> {
  await page.waitForTimeout(300);
  await page.screenshot({ path: `screenshots/tab-${name}.png` });
}

test("many deletions are asked about, and only the answer deletes (K5)", async ({ open, page, sandbox }) => {
  const crm = await open({ place: "tab" });
  await crm.setUp();
  const before = await sandbox.crm();
  const linked = new Set(before.map(({ Event_Title }) => Event_Title));
  const gone = (await sandbox.google()).filter(({ summary, recurrence, recurringEventId }) => summary !== undefined && linked.has(summary) && !recurrence && !recurringEventId);
  expect(gone.length).toBeGreaterThan(25);
  await sandbox.deleteFromGoogle(gone.slice(0, 25).map(({ id }) => id));
  await crm.press("Sync now");
  await expect(crm.frame.getByRole("heading", { name: "Your decision" })).toBeVisible();
  await expect(crm.frame.getByText("Only you can decide what is asked")).toBeVisible();
  await picture(page, "question");
  expect((await sandbox.crm()).length).toBe(before.length);
  await crm.press("Delete them");
  await crm.inAccord();
  expect((await sandbox.crm()).length).toBe(before.length - 25);
});

test("a value that lost is named and put back on both sides (K3)", async ({ open, page, sandbox }) => {
  const meeting = await addToCrm(sandbox, "Contract with Kolibri");
  const crm = await open({ place: "tab" });
  await crm.setUp();
  const event = (await sandbox.google()).find(({ summary }) => summary === "Contract with Kolibri");
  await editInGoogle(sandbox, event!.id, { summary: "Typed in Google" });
  await editInCrm(sandbox, meeting, { Event_Title: "Typed in the CRM" });
  await crm.press("Sync now");
  await crm.inAccord();
  const lost = crm.frame.getByText("1 value was changed on both sides");
  await lost.click();
  const button = crm.frame.getByRole("button", { name: /^Put back/ });
  const value = /“(.+)”/.exec((await button.getAttribute("aria-label")) ?? "")?.[1] ?? "";
  expect(["Typed in the CRM", "Typed in Google"]).toContain(value);
  await picture(page, "conflict");
  await button.click();
  await expect.poll(async () => (await sandbox.crm()).map(({ Event_Title }) => Event_Title)).toContain(value);
  await expect.poll(async () => (await sandbox.google()).map(({ summary }) => summary)).toContain(value);
});

test("settings are those of the extension, kept and shown again; what is forgotten is paired anew without a write (I23)", async ({ open, page, sandbox }) => {
  const crm = await open({ place: "tab" });
  const { frame } = crm;
  await expect(frame.getByLabel("Google calendar")).not.toHaveValue("");
  await frame.getByLabel("An event is deleted on one side").selectOption("keep");
  await frame.getByText("Advanced").click();
  await frame.getByLabel("Repeating events").selectOption("instances");
  await frame.getByLabel("Months that the first sync looks back").fill("2");
  await picture(page, "advanced");
  await crm.press("Save and sync");
  await crm.press("Start");
  await crm.inAccord();

  await crm.visit({ place: "tab" });
  await crm.inAccord();
  await expect(frame.getByLabel("An event is deleted on one side")).toHaveValue("keep");
  await frame.getByText("Advanced").click();
  await expect(frame.getByLabel("Repeating events")).toHaveValue("instances");
  await expect(frame.getByLabel("Months that the first sync looks back")).toHaveValue("2");

  const before = { google: (await sandbox.google()).length, crm: (await sandbox.crm()).length };
  await crm.press("Forget everything");
  await picture(page, "forget");
  await frame.getByRole("button", { name: "Forget", exact: true }).click();
  await expect(frame.getByText("Not set up yet")).toBeVisible();
  expect({ google: (await sandbox.google()).length, crm: (await sandbox.crm()).length }).toEqual(before);
  crm.calls.length = 0;
  await frame.getByLabel("Repeating events").selectOption("instances");
  await frame.getByLabel("Months that the first sync looks back").fill("2");
  await crm.press("Save and sync");
  await crm.press("Start");
  await crm.inAccord();
  expect(crm.writes()).toEqual([]);
  expect({ google: (await sandbox.google()).length, crm: (await sandbox.crm()).length }).toEqual(before);
});

test("both sides are compared without a write, and the steps of it are saved without a word of anybody's (I26)", async ({ open, page, sandbox }) => {
  const meeting = await addToCrm(sandbox, "Contract with Kolibri");
  const crm = await open({ place: "tab" });
  await crm.setUp();
  const check = crm.frame.getByRole("region", { name: "Check" });
  await editInCrm(sandbox, meeting, { Event_Title: "Offer for Kolibri" });
  crm.calls.length = 0;
  await check.getByRole("button", { name: "Check now" }).click();
  await expect(check.getByText(/^\d+ pairs compared:/)).toBeVisible();
  await picture(page, "check");
  expect(crm.writes()).toEqual([]);
  const [download] = await Promise.all([page.waitForEvent("download"), check.getByRole("button", { name: "Save the steps" }).click()]);
  const text = await readFile(await download.path(), "utf8");
  expect((JSON.parse(text) as { crossings: unknown[] }).crossings.length).toBeGreaterThan(1);
  expect(text.toLowerCase()).not.toContain("kolibri");
});
