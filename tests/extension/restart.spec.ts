/** A browser that is closed and opened again: what was on its way goes on, and nobody has to sign in again. */

import { expect, test } from "@playwright/test";
import { Sandbox } from "../e2e/sandbox.ts";
import { Extension } from "./chromium.ts";
import { expectAccord, firstSyncDone, setUp } from "./stories.ts";

test("a browser that is closed in a first sync goes on with it when it is opened again (K8)", async () => {
  const sandbox = await Sandbox.start(300);
  let extension = await Extension.start(sandbox.url);
  try {
    await sandbox.writeSlowly();
    await setUp(extension);
    await expect.poll(async () => (await sandbox.crm()).length).toBeGreaterThan(0);
    const before = await extension.stored("session", "access/google");
    extension = await extension.restart();
    await sandbox.writeAtOnce();
    await firstSyncDone(extension);
    // Access tokens are nowhere on disk: another one was fetched.
    expect(await extension.stored("session", "access/google")).not.toEqual(before);
    await expectAccord(sandbox);
  } finally {
    await extension.stop();
    await sandbox.stop();
  }
});
