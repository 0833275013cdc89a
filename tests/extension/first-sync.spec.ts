/** From nothing to two sides in accord, through the extension's own background, in Chromium. */

import { expect, test } from "@playwright/test";
import { admissible, Sandbox } from "../e2e/sandbox.ts";
import { Extension } from "./chromium.ts";

let sandbox: Sandbox;
let extension: Extension;

test.beforeEach(async () => {
  sandbox = await Sandbox.start(1000);
  extension = await Extension.start(sandbox.url);
});

test.afterEach(async () => {
  await extension.stop();
  await sandbox.stop();
});

test("signs in to both, activates, and has every event once (K1, K2)", async () => {
  await extension.do("signIn", "google");
  await extension.do("signIn", "zoho", "us");
  const [calendar] = await extension.do<{ id: string; primary: boolean }[]>("calendars");
  await extension.do("activate", { calendar: calendar?.id, direction: "google-to-crm" });
  await expect.poll(async () => ((await extension.stored("local", "snapshot"))["snapshot"] as { firstSyncDone?: boolean } | undefined)?.firstSyncDone, { timeout: 60_000 }).toBe(true);

  const expected = admissible(await sandbox.google(), Date.now()).length;
  const meetings = await sandbox.crm();
  expect(meetings.length).toBe(expected);
});
