/** What a sync did is told event by event and taken back piece by piece, and what it cannot decide it asks. */

import { expect, noViolations, test, type Demo } from "./demo.ts";
import { admissible } from "./sandbox.ts";

test.use({ events: 30 });

test.beforeEach(async ({ demo }) => {
  await demo.openFresh();
  await demo.showList();
});

/** Opens an event's form and what is told of it. */
async function why(demo: Demo, title: string) {
  const form = await demo.openRow(demo.crm, title);
  await form.getByText("Why does it look so?").click();
  return form;
}

test("one event of a sync is taken back, the others stay (I25)", async ({ demo, page }) => {
  for (const n of [1, 2]) await demo.addEvent(`Story: event ${n}`);
  await demo.sync();
  for (const n of [1, 2]) await demo.edit(demo.google, `Story: event ${n}`, { Title: `Story: changed ${n}` });
  expect(await demo.sync()).toMatchObject({ Updated: 2 });
  const form = await why(demo, "Story: changed 1");
  await expect(form.locator(".operations > li")).toHaveCount(2);
  await noViolations(page, "dialog");
  await demo.picture("why-undo");
  await form.getByRole("button", { name: "Undo what sync 2 wrote of this event" }).click();
  await demo.finished();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(demo.row(demo.crm, "Story: event 1")).toBeVisible();
  await expect(demo.row(demo.crm, "Story: changed 2")).toBeVisible();
  await expect(demo.row(demo.google, "Story: changed 1")).toBeVisible();
  expect(await demo.sync()).toMatchObject({ Updated: 0, "Google: Updated": 0 });
});

for (const where of ["the report", "the reasons"] as const) {
  test(`a value that lost is put back from ${where}`, async ({ demo, page }) => {
    await demo.addEvent("Story: two people");
    await demo.sync();
    await demo.edit(demo.google, "Story: two people", { Title: "Story: as Google says" });
    // The CRM tells times by whole seconds; of two changes in one second Google's counts as the newer.
    await page.waitForTimeout(1100);
    await demo.edit(demo.crm, "Story: two people", { Title: "Story: as the CRM says" });
    await expect(demo.row(demo.google, "Story: as the CRM says")).toBeVisible();
    const place = where === "the report" ? demo.report : await why(demo, "Story: as the CRM says");
    const button = place.getByRole("button", { name: "Put back what was replaced: Title" });
    if (where === "the reasons") await demo.picture("put-back");
    await button.click();
    await demo.finished();
    for (const side of [demo.google, demo.crm]) await expect(demo.row(side, "Story: as Google says")).toBeVisible();
    expect(await demo.sync()).toMatchObject({ Updated: 0, "Google: Updated": 0 });
  });
}

test("what an undo leaves as it is, is named with the reason (I25)", async ({ demo, page }) => {
  for (const n of [1, 2]) await demo.addEvent(`Story: event ${n}`);
  await demo.sync();
  for (const n of [1, 2]) await demo.edit(demo.google, `Story: event ${n}`, { Place: "Room 1" });
  await demo.sync();
  await demo.edit(demo.crm, "Story: event 1", { Place: "Room 9" });
  await demo.finished();
  await page.getByRole("button", { name: "Undo sync 2" }).click();
  await demo.finished();
  const left = demo.report.locator(".left li");
  await expect(left).toHaveText(["Story: event 1 · It was changed since."]);
  await expect(demo.strip).toContainText("1 thing could not be taken back");
  await expect(demo.row(demo.crm, "Story: event 1")).toContainText("Room 9");
  await expect(demo.row(demo.crm, "Story: event 2")).not.toContainText("Room 1");
  await noViolations(page);
  await demo.picture("left", true);
});

test("a comparison names what differs, and what is missing", async ({ demo, page }) => {
  await demo.addEvent("Story: compared");
  await demo.sync();
  const compare = page.getByRole("button", { name: "Compare 50 pairs" });
  const health = page.locator(".health");
  await compare.click();
  await expect(health).toContainText(/\d+ pairs compared: all agree\./);
  await demo.edit(demo.google, "Story: compared", { Title: "Story: renamed", Place: "Room 7" });
  await expect(health).not.toContainText("all agree");
  await compare.click();
  await expect(health).toContainText("1 pair differs: Title and Place. The next sync deals with it.");
  await demo.remove(demo.google, "Story: renamed");
  await compare.click();
  await expect(health).toContainText("1 pair differs: missing in Google.");
  await demo.picture("compared");
  await demo.sync();
  await compare.click();
  await expect(health).toContainText("all agree");
});

test("what is typed before an event was read is not lost", async ({ demo, page }) => {
  await demo.addEvent("Story: slow");
  await page.route(/\/calendar\/v3\/calendars\/[^/]+\/events\/[^/?]+$/, async (route) => {
    if (route.request().method() === "GET") await page.waitForTimeout(800);
    await route.continue();
  });
  await demo.edit(demo.google, "Story: slow", { Title: "Story: typed at once", Description: "and this" });
  await expect(demo.row(demo.google, "Story: typed at once")).toBeVisible();
});

for (const { button, entries } of [{ button: "Pair them row by row", entries: 2 }, { button: "Keep each apart", entries: 4 }]) {
  test(`events that look alike are asked about (I24): ${button}`, async ({ demo, page }) => {
    const day = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
    const [start, end] = [`${day}T10:00:00Z`, `${day}T11:00:00Z`];
    for (const n of [1, 2]) {
      await demo.sandbox.addToGoogle({ summary: "Story: alike", location: `Google room ${n}`, start: { dateTime: start }, end: { dateTime: end } });
      await demo.sandbox.addToCrm({ Event_Title: "Story: alike", Venue: `CRM room ${n}`, Start_DateTime: start.replace("Z", "+00:00"), End_DateTime: end.replace("Z", "+00:00") });
    }
    await demo.sync();
    const question = page.getByRole("group", { name: /^4 events and meetings have the same title and time/ });
    await expect(question.locator("tbody tr")).toHaveCount(2);
    for (const place of ["Google room 1", "Google room 2", "CRM room 1", "CRM room 2"]) await expect(question.locator("td").filter({ hasText: place })).toHaveCount(1);
    await expect(page.locator(".health")).toContainText("Needs you");
    await noViolations(page, ".controls");
    await demo.picture("alike");
    const alike = async () => [
      admissible(await demo.sandbox.google(), Date.now()).filter(({ summary }) => summary === "Story: alike").length,
      (await demo.sandbox.crm()).filter((meeting) => meeting.Event_Title === "Story: alike").length,
    ];
    expect(await alike()).toEqual([2, 2]);
    await question.getByRole("button", { name: button }).click();
    await demo.finished();
    await expect(question).toHaveCount(0);
    await demo.sync();
    expect(await alike()).toEqual([entries, entries]);
    await expect(page.locator(".health")).toContainText("In accord");
  });
}

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(`small, French, ${colorScheme}`, () => {
    test.use({ colorScheme, viewport: { width: 320, height: 800 } });

    test("reasons, questions and remedies fit, and break no rule of WCAG", async ({ demo, page }) => {
      await demo.addEvent("Story: an event with a title that takes more than one line");
      await demo.sync();
      const event = "Story: an event with a title";
      await demo.edit(demo.google, event, { Place: "Room 1" });
      await page.waitForTimeout(1100);
      await demo.edit(demo.crm, event, { Place: "Room 2" });
      await expect(demo.report.locator(".conflicts > li")).toHaveCount(1);
      await page.getByRole("radio", { name: "Français" }).check();
      await expect(page.locator("html")).toHaveAttribute("lang", "fr");
      const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(await overflow()).toBe(0);
      await noViolations(page);
      await demo.picture(`trust-fr-320-${colorScheme}`, true);
      const form = await demo.opened(page.locator(".side-crm .event-row").filter({ hasText: event }), page.getByRole("dialog"));
      await form.getByText("Pourquoi est-ce ainsi ?").click();
      await form.locator(".operations").scrollIntoViewIfNeeded();
      await noViolations(page, "dialog");
      expect(await form.evaluate((dialog) => dialog.scrollWidth - dialog.clientWidth)).toBe(0);
      await demo.picture(`why-fr-320-${colorScheme}`);
    });
  });
}
