/** What a sync did is taken back from the popup: a whole cycle, or one value that lost. */

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

const titles = async () => (await sandbox.crm()).map(({ Event_Title }) => Event_Title);

test("the last sync is undone, and only that (I25)", async () => {
  const before = await titles();
  const hour = (n: number) => ({ dateTime: new Date(Date.now() + n * 3_600_000).toISOString() });
  await sandbox.addToGoogle({ summary: "By mistake", start: hour(1), end: hour(2) });
  await extension.do("run");
  expect(await titles()).toContain("By mistake");
  const popup = await extension.open("popup");
  await popup.getByRole("button", { name: /^Undo the sync of/ }).first().click();
  expect(await titles()).toContain("By mistake");
  await popup.getByRole("button", { name: "Undo 1 change" }).click();
  await expect(popup.getByText("Undone.")).toBeVisible();
  expect((await titles()).sort()).toEqual(before.sort());
});

test("a value that lost is put back on both sides (K3)", async () => {
  const [meeting] = (await sandbox.crm()).filter(({ Event_Title }) => Event_Title !== "Not Provided" && Event_Title !== "Busy");
  await admin(sandbox, "/sandbox/deeds", [
    { side: "crm", what: meeting?.id, do: "change", fields: { Event_Title: "Typed in the CRM" } },
    { side: "google", what: meeting?.Event_Title, do: "change", fields: { summary: "Typed in Google" } },
  ]);
  await extension.do("run");
  const popup = await extension.open("popup");
  await popup.getByText("1 value was changed on both sides").click();
  const button = popup.getByRole("button", { name: /^Put back/ });
  const lost = /“(.+)”/.exec((await button.getAttribute("aria-label")) ?? "")?.[1];
  expect(["Typed in the CRM", "Typed in Google"]).toContain(lost);
  await button.click();
  await expect.poll(titles).toContain(lost);
  await expect.poll(async () => (await sandbox.google()).map(({ summary }) => summary)).toContain(lost);
});
