/** What goes wrong at the services or in the browser is said plainly, and the next sync puts it right. */

import { expect, test } from "./demo.ts";

test.use({ events: 600 });
test.describe.configure({ mode: "serial" });

test.beforeEach(async ({ demo }, info) => {
  if (info.title.startsWith("the browser")) return;
  await demo.open();
  // The state lives in the browser's profile, which is new for each test.
  await demo.sandbox.reset();
  await demo.page.reload();
  await expect(demo.syncButton).toBeEnabled();
});

test("an expired sync token leads to a full read and no write", async ({ demo }) => {
  await demo.sync();
  await demo.trouble("Expire the sync token");
  const numbers = await demo.sync();
  expect(numbers).toMatchObject({ Created: 0, Updated: 0, Deleted: 0 });
  await expect(demo.report).toContainText("Everything was read");
});

test("429 with Retry-After: the sync waits and goes on by itself", async ({ demo }) => {
  await demo.sync();
  await demo.addEvent("Story: after the pause");
  await demo.trouble("Too many requests");
  expect(await demo.sync()).toMatchObject({ Created: 1 });
  expect((await demo.sandbox.crm()).filter(({ Event_Title }) => Event_Title === "Story: after the pause")).toHaveLength(1);
});

test("500 after the effect: the meeting is there once", async ({ demo }) => {
  await demo.sync();
  await demo.addEvent("Story: written, but not answered");
  await demo.trouble("Fail after the effect");
  await demo.syncButton.click();
  await demo.finished();
  await demo.sync();
  expect((await demo.sandbox.crm()).filter(({ Event_Title }) => Event_Title === "Story: written, but not answered")).toHaveLength(1);
});

test("a dropped connection loses nothing", async ({ demo }) => {
  await demo.sync();
  await demo.addEvent("Story: through the gap");
  await demo.trouble("Drop the connection");
  await demo.syncButton.click();
  await demo.finished();
  await demo.sync();
  expect((await demo.sandbox.crm()).filter(({ Event_Title }) => Event_Title === "Story: through the gap")).toHaveLength(1);
});

test("a refused sign-in is said so", async ({ demo }) => {
  await demo.trouble("Refuse the sign-in");
  await demo.syncFailsWith("auth-expired");
  await expect(demo.strip).toContainText("Sign in again");
  await demo.sync();
});

test("no network at all", async ({ demo, context }) => {
  await context.setOffline(true);
  await demo.syncFailsWith("offline");
  await context.setOffline(false);
  expect((await demo.sync())["Created"]).toBeGreaterThan(300);
});

test("the browser has no room left", async ({ demo, page, context }) => {
  await demo.openFresh();
  const devtools = await context.newCDPSession(page);
  const { origin } = new URL(page.url());
  await devtools.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 1 });
  await demo.syncFailsWith("storage-full");
  await expect(demo.strip).toContainText("no room left");
  await devtools.send("Storage.overrideQuotaForOrigin", { origin });
  expect((await demo.sync())["Still to come"]).toBe(0);
});
