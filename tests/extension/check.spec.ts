/** A person looks whether both sides agree, and saves what a bug report needs. */

import { readFile } from "node:fs/promises";
import { expect, test } from "@playwright/test";
import { Sandbox } from "../e2e/sandbox.ts";
import { Extension } from "./chromium.ts";
import { firstSyncDone, setUp } from "./stories.ts";
import { admin } from "./world.ts";

let sandbox: Sandbox;
let extension: Extension;

test.beforeEach(async () => {
  sandbox = await Sandbox.start(40);
  extension = await Extension.start(sandbox.url);
  await setUp(extension, { direction: "two-way" });
  await firstSyncDone(extension);
});

test.afterEach(async () => {
  await extension.stop();
  await sandbox.stop();
});

test("a look at both sides names what differs and writes nothing", async () => {
  const page = await extension.open("options");
  const check = page.getByRole("region", { name: "Check" });
  await check.getByRole("button", { name: "Check now" }).click();
  await expect(check.getByText(/^\d+ pairs compared: all in accord\.$/)).toBeVisible();

  const [meeting] = (await sandbox.crm()).filter(({ Event_Title }) => Event_Title !== "Not Provided" && Event_Title !== "Busy");
  await admin(sandbox, "/sandbox/deeds", [{ side: "crm", what: meeting?.id, do: "change", fields: { Venue: "Room Kolibri" } }]);
  await check.getByRole("button", { name: "Check now" }).click();
  await expect(check.getByText(/^\d+ pairs compared: 1 differs\.$/)).toBeVisible();
  await expect(check.getByText("Different: Place. The next sync deals with it.")).toBeVisible();
  await expect(check.getByRole("link", { name: "Open in the CRM" })).toHaveAttribute("href", new RegExp(`/Events/${meeting?.id}$`));
  expect((await sandbox.google()).filter(({ location }) => location === "Room Kolibri")).toHaveLength(0);

  await extension.do("run");
  expect((await sandbox.google()).filter(({ location }) => location === "Room Kolibri")).toHaveLength(1);
  await check.getByRole("button", { name: "Check now" }).click();
  await expect(check.getByText(/^\d+ pairs compared: all in accord\.$/)).toBeVisible();
});

test("the steps of the last sync are saved without a word of anybody's (I26)", async () => {
  const hour = (n: number) => ({ dateTime: new Date(Date.now() + n * 3_600_000).toISOString() });
  const attendees = [{ email: "kolibri@example.com" }];
  await sandbox.addToGoogle({ summary: "Offer for Kolibri", description: "Kolibri pays", start: hour(1), end: hour(2), attendees });
  await extension.do("run");
  const page = await extension.open("options");
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Save the steps" }).click()]);
  await expect(page.getByText("Saved as accord-replay.json.")).toBeVisible();
  expect(download.suggestedFilename()).toBe("accord-replay.json");
  const text = await readFile(await download.path(), "utf8");
  const { crossings } = JSON.parse(text) as { crossings: unknown[] };
  expect(crossings.length).toBeGreaterThan(5);
  expect(text.toLowerCase()).not.toContain("kolibri");
  expect(text).not.toContain("ana@example.com");
});
