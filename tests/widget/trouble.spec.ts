/** Whatever is missing around the frame: a sentence, and a next step. Never blank. */

import { expect, test } from "./fixtures.ts";
import { addToCrm } from "./people.ts";

test("without Zoho's library", async ({ open, page }) => {
  const crm = await open({ place: "tab", sdk: "missing" });
  await expect(crm.frame.getByRole("alert")).toContainText("live.zwidgets.com");
  await expect(crm.frame.getByRole("button", { name: "Try again" })).toBeVisible();
  await page.screenshot({ path: "screenshots/no-sdk.png" });
});

test("with a slow one it waits, and says so", async ({ open }) => {
  const crm = await open({ place: "tab", sdk: "slow" });
  await expect(crm.frame.getByText("Waiting for the CRM …")).toBeVisible();
  await expect(crm.frame.getByLabel("Google calendar")).not.toHaveValue("");
});

test("a page that does not answer is named, and still counts when it does", async ({ open }) => {
  const crm = await open({ place: "tab", silent: true });
  await expect(crm.frame.getByRole("alert")).toContainText("The CRM has not answered yet");
  await crm.pageLoad();
  await expect(crm.frame.getByLabel("Google calendar")).not.toHaveValue("");
  await expect(crm.frame.getByRole("alert")).toHaveCount(0);
});

test("a CRM that does not say who is signed in", async ({ open }) => {
  const crm = await open({ place: "tab", silent: true });
  crm.between = async ({ category }) => (category === "CONFIG" ? { users: [] } : undefined);
  await crm.visit({ silent: false });
  await expect(crm.frame.getByRole("alert")).toContainText("did not say who is signed in");
});

test("in a page that is not Zoho's nothing is said to it", async ({ open }) => {
  const crm = await open({ place: "tab", origin: "https://crm.zoho.example.com" });
  await expect(crm.frame.getByRole("alert")).toContainText("This page belongs into Zoho CRM");
  expect(crm.calls).toEqual([]);
});

test("where the frame's policy refuses WebAssembly, it says what an administrator can do @firefox", async ({ open, page, browserName }) => {
  const crm = await open({ place: "tab", wasm: "refused" });
  await expect(crm.frame.getByRole("alert")).toContainText("host the widget outside");
  await page.screenshot({ path: `screenshots/no-wasm-${browserName}.png` });
});

test("a connection to Google that nobody made", async ({ open, page, sandbox }) => {
  const crm = await open({ place: "tab", refused: ["accord_google"] });
  await expect(crm.frame.locator('[data-code="refused-google"]')).toContainText("Setup › Developer Hub › Connections");
  await page.screenshot({ path: "screenshots/refused-google.png" });
  // Once it is there, the same page goes on.
  crm.refused = [];
  await crm.press("Try again");
  await expect(crm.frame.locator('[data-code="refused-google"]')).toHaveCount(0);
  await crm.setUp();
  expect((await sandbox.crm()).length).toBeGreaterThan(5);
});

test("a connection to Google that expired in the middle loses nothing (K8)", async ({ open, sandbox }) => {
  const crm = await open({ place: "tab" });
  let writes = 0;
  crm.between = async (call) => {
    const { url, method } = call.data?.data ?? {};
    if (method === "POST" && String(url).includes("/calendar/v3/")) writes += 1;
    const late = call.connectionName === "accord_google" && writes > 3;
    return late ? { code: "SUCCESS", details: { statusMessage: { error: { code: 401, message: "Invalid Credentials" } } } } : undefined;
  };
  for (let n = 0; n < 8; n++) await addToCrm(sandbox, `Visit ${n}`);
  await expect(crm.frame.getByLabel("Google calendar")).not.toHaveValue("");
  await crm.press("Save and sync");
  await crm.press("Start");
  await expect(crm.frame.locator('[data-code="auth-expired"]')).toContainText("Authorise it again");
  crm.between = async () => undefined;
  await crm.press("Sync now");
  await crm.inAccord();
  const titles = (await sandbox.google()).map(({ summary }) => summary ?? "").filter((title) => title.startsWith("Visit "));
  expect(titles.sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7].map((n) => `Visit ${n}`));
});

test("without a connection to the CRM its own functions do, and it says what they cannot", async ({ open, page, sandbox }) => {
  const crm = await open({ place: "tab", refused: ["accord_zoho"] });
  await crm.setUp();
  await expect(crm.frame.locator('[data-code="refused-zoho"]')).toContainText("deleted in the CRM are not noticed");
  await page.screenshot({ path: "screenshots/refused-zoho.png" });
  expect((await sandbox.crm()).length).toBeGreaterThan(5);
  crm.calls.length = 0;
  await crm.press("Sync now");
  await crm.inAccord();
  expect(crm.writes()).toEqual([]);
});

