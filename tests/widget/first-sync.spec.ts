/** The web tab of the packed widget: set up, first sync, and again. */

import { admissible, repeated } from "../e2e/sandbox.ts";
import { expect, test } from "./fixtures.ts";
import { editInGoogle, order } from "./people.ts";

test.describe("where the browser keeps site data", () => {
  test.use({ events: 1_000 });

  test("a first sync of 1,000 events, and a visit that goes on from there (K1, I2) @firefox", async ({ open, page, sandbox, browserName }) => {
    const crm = await open({ place: "tab" });
    await expect(crm.frame.getByLabel("Google calendar")).not.toHaveValue("");
    await page.screenshot({ path: `screenshots/tab-before-${browserName}.png` });
    await crm.setUp("google-to-crm");
    await page.screenshot({ path: `screenshots/tab-after-${browserName}.png` });
    await expect(crm.frame.locator('[data-code="kept-page"]')).toHaveCount(0);

    const wanted = admissible(await sandbox.google(), Date.now());
    const got = await sandbox.crm();
    expect(got.length).toBe(wanted.length);
    expect(got.length).toBeGreaterThan(500);

    await editInGoogle(sandbox, wanted[0]!.id, { summary: "Moved to the large room" });
    crm.calls.length = 0;
    await crm.visit();
    await crm.inAccord();
    expect(crm.writes().length).toBe(1);
    expect((await sandbox.crm()).filter(({ Event_Title }) => Event_Title === "Moved to the large room").length).toBe(1);
  });
});

test.describe("where the browser keeps nothing", () => {
  test.use({ siteData: "refused" });

  test("each visit says so, and pairs both sides anew without a write (I23, K10)", async ({ open, sandbox }) => {
    const crm = await open({ place: "tab" });
    await crm.setUp();
    await expect(crm.frame.locator('[data-code="kept-page"]')).toContainText("asks for your settings again");
    const before = (await sandbox.crm()).length;
    expect(before).toBeGreaterThan(5);

    crm.calls.length = 0;
    await crm.visit();
    await expect(crm.frame.getByText("Not set up yet")).toBeVisible();
    await crm.setUp();
    expect(crm.writes()).toEqual([]);
    expect((await sandbox.crm()).length).toBe(before);
  });
});

/** What nobody knows of the real connections is a switch: the widget is right either way. */
for (const [headers, shape] of [["drop", "statusMessage"], ["pass", "details"]] as const) {
  test(`both ways through connections that ${headers} headers and answer in ${shape} (I3, I14)`, async ({ open, sandbox }) => {
    await order(sandbox, "switches", { connection_headers: headers, invoke_shape: shape });
    const crm = await open({ place: "tab" });
    await crm.setUp();
    const google = admissible(await sandbox.google(), Date.now());
    const titles = (await sandbox.crm()).map(({ Event_Title }) => Event_Title);
    expect(titles.length).toBeGreaterThanOrEqual(google.length);
    expect(repeated((await sandbox.crm()).map((item) => `${item.Event_Title} ${item.Start_DateTime}`))).toEqual(new Map());

    // Somebody edits in Google between the reading of the widget and its own write: the guard of I14 sees it.
    const event = google.find(({ id, summary }) => summary !== undefined && id !== "")!;
    const meeting = (await sandbox.crm()).find(({ Event_Title }) => Event_Title === event.summary)!;
    await order(sandbox, "deeds", { side: "crm", what: meeting.id, do: "change", fields: { Venue: "Room of the CRM" } });
    await order(sandbox, "deeds", { side: "google", what: event.id, do: "change", fields: { summary: "Title of Google" }, at: { service: "zoho", kind: "coql", nth: 1, when: "before" } });
    for (let cycle = 0; cycle < 3; cycle++) {
      await crm.press("Sync now");
      await crm.inAccord();
    }
    const after = (await sandbox.crm()).find(({ id }) => id === meeting.id);
    expect(after?.Event_Title).toBe("Title of Google");
    expect((await sandbox.google()).find(({ id }) => id === event.id)).toMatchObject({ summary: "Title of Google", location: "Room of the CRM" });
  });
}
