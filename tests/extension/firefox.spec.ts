/** The same extension in Firefox: its event page, its redirects, its storage. */

import { fileURLToPath } from "node:url";
import { expect, test } from "@playwright/test";
import { Sandbox } from "../e2e/sandbox.ts";
import { FirefoxExtension } from "./firefox.ts";
import { counters } from "./world.ts";
import { A_PAGE, expectAccord, firstSyncDone, setUp } from "./stories.ts";

let sandbox: Sandbox;
let extension: FirefoxExtension;

async function begin(events: number, preferences: Record<string, unknown> = {}): Promise<void> {
  sandbox = await Sandbox.start(events);
  extension = await FirefoxExtension.start(sandbox.url, preferences);
}

test.afterEach(async () => {
  await extension.stop();
  await sandbox.stop();
});

test("Firefox: signs in, syncs 1,000 events once, and pushes what a CRM page saves (K1, K2, D2)", async () => {
  await begin(1000);
  await setUp(extension, { direction: "two-way" });
  await firstSyncDone(extension);
  await expectAccord(sandbox);

  const meeting = (await sandbox.crm()).find(({ Event_Title }) => Event_Title !== "Not Provided");
  await extension.visit(sandbox.url + A_PAGE);
  const status = await extension.evaluate<number>(`
    const answer = await fetch("/crm/v8/Events/" + given, {
      method: "PUT", headers: { authorization: "Zoho-oauthtoken sandbox-zoho", "content-type": "application/json" },
      body: JSON.stringify({ data: [{ id: given, Event_Title: "Moved by hand" }] }),
    });
    return answer.status;`, meeting?.id);
  expect(status).toBe(200);
  await expect.poll(async () => (await sandbox.google()).map(({ summary }) => summary)).toContain("Moved by hand");
});

test("Firefox: set up by mouse, and both pages say how things stand", async () => {
  await begin(60);
  const shown = () => extension.evaluate<string>("return document.body.innerText;");
  await expect.poll(shown).toContain("Sign in to Google");
  await extension.click("Sign in to Google");
  await expect.poll(shown).toContain("Signed in as ana@example.com");
  await extension.click("Sign in to Zoho");
  await expect.poll(shown).toContain("Look for changes in Google");
  await extension.click("Save and sync");
  await expect.poll(shown).toMatch(/Nothing is written until you start it[^]*Nobody is e-mailed/);
  expect((await counters(sandbox)).writes).toEqual({ google: 0, crm: 0 });
  await extension.screenshot(fileURLToPath(new URL("screenshots/firefox-preview.png", import.meta.url)));
  await extension.click("Start");
  await firstSyncDone(extension);
  await expect.poll(shown).toContain("In accord");
  await extension.screenshot(fileURLToPath(new URL("screenshots/firefox-settings.png", import.meta.url)));
  await extension.open("popup");
  await expect.poll(shown).toMatch(/In accord[^]*created/);
  await extension.screenshot(fileURLToPath(new URL("screenshots/firefox-popup.png", import.meta.url)));
});

test("Firefox: an event page that was suspended in a first sync goes on by its alarm (K8)", async () => {
  await begin(300, { "extensions.background.idle.timeout": 1_000 });
  await sandbox.writeSlowly();
  await setUp(extension);
  await expect.poll(async () => (await sandbox.crm()).length).toBeGreaterThan(0);
  await expect.poll(() => extension.backgroundState(), { timeout: 30_000 }).toBe("stopped");
  await sandbox.writeAtOnce();
  await extension.evaluate("await browser.alarms.create('cycle', { when: Date.now() + 100 });");
  await firstSyncDone(extension);
  await expectAccord(sandbox);
});
