/** For everyone: another language, a dark screen, a small screen, a keyboard, a screen reader; and a strict policy. */

import { expect, noViolations, test } from "./demo.ts";

test.use({ events: 400 });

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test("no rule of WCAG 2.2 AA is broken", async ({ demo, page }) => {
      await demo.openFresh();
      await noViolations(page);
      await demo.sync();
      await expect(demo.crm.locator(".chip").first()).toBeVisible();
      await page.locator("details > summary").first().click();
      await noViolations(page);
      await page.screenshot({ path: `screenshots/${colorScheme}.png`, fullPage: true });
      await demo.showList();
      await noViolations(page, ".day-list > li:nth-child(-n + 2)");
      await demo.google.getByRole("button", { name: "Add", exact: true }).click();
      await noViolations(page, "dialog");
      await page.keyboard.press("Escape");
      await expect(page.getByRole("dialog")).toHaveCount(0);
    });
  });
}

test("French at run time, kept over a reload", async ({ demo, page }) => {
  await demo.openFresh();
  await page.getByRole("radio", { name: "Français" }).check();
  await expect(page.locator("html")).toHaveAttribute("lang", "fr");
  await expect(page).toHaveTitle(/Google Agenda/);
  await page.reload();
  await page.getByRole("button", { name: "Synchroniser" }).click();
  await expect(page.getByRole("region", { name: "Ce que la dernière synchronisation a fait" }).locator(".numbers").last()).toBeVisible({ timeout: 45_000 });
  await expect(page.getByRole("button", { name: "Continuer" })).toHaveCount(0);
  await noViolations(page);
  await page.screenshot({ path: "screenshots/french.png", fullPage: true });
});

test.describe("a small screen", () => {
  test.use({ viewport: { width: 320, height: 640 } });

  test("nothing is cut off sideways", async ({ demo, page }) => {
    await demo.openFresh();
    await demo.sync();
    const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(await overflow()).toBe(0);
    await noViolations(page);
    await page.screenshot({ path: "screenshots/small.png", fullPage: true });
    await demo.showList();
    expect(await overflow()).toBe(0);
    await page.getByRole("radio", { name: "Français" }).check();
    await expect(page.locator("html")).toHaveAttribute("lang", "fr");
    expect(await overflow()).toBe(0);
  });
});

test("by keyboard alone: add an event, sync, read the day", async ({ demo, page }) => {
  await demo.openFresh();
  const { keyboard } = page;
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent?.trim() ?? "");
  const tabTo = async (name: RegExp) => {
    for (let presses = 0; presses < 40; presses++) {
      if (name.test(await focused())) return;
      await keyboard.press("Tab");
    }
    throw new Error(`Tab does not reach ${name}`);
  };

  await keyboard.press("Tab");
  expect(await focused()).toBe("Skip to the calendars");
  await keyboard.press("Enter");
  await tabTo(/^Add$/);
  await keyboard.press("Enter");
  await expect(page.getByRole("dialog", { name: "New event" })).toBeVisible();
  await keyboard.type("Story: typed, not clicked");
  await keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect.poll(focused).toBe("Add");

  await demo.syncButton.focus();
  await keyboard.press("Enter");
  await demo.finished();
  await expect(demo.crm.locator("[data-day][tabindex='0']")).not.toHaveAccessibleName(/ 0 events/);

  await demo.crm.locator("[data-day][tabindex='0']").focus();
  const today = await focused();
  await keyboard.press("ArrowRight");
  await expect.poll(focused).not.toBe(today);
  await keyboard.press("ArrowLeft");
  await expect.poll(focused).toBe(today);
  await keyboard.press("Enter");
  const day = page.getByRole("dialog");
  await expect(day.getByRole("button", { name: "Story: typed, not clicked" })).toBeVisible();
  await keyboard.press("Escape");
  await expect(day).toHaveCount(0);
  await expect.poll(focused).toBe(today);

  const month = () => page.locator(".month-name").textContent();
  const before = await month();
  for (let weeks = 0; weeks < 6; weeks++) await keyboard.press("ArrowDown");
  await expect.poll(month).not.toBe(before);
});

test("under a policy without inline scripts, inline styles and other origins, nothing is refused", async ({ demo, page }) => {
  const foreign: string[] = [];
  page.on("request", (sent) => {
    if (!sent.url().startsWith(demo.sandbox.url)) foreign.push(sent.url());
  });
  await demo.openFresh();
  const policy = await page.locator("meta[http-equiv='Content-Security-Policy']").getAttribute("content");
  expect(policy).toContain("default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self';");
  await demo.sync();
  // What the policy refuses is said on the console, which every test reads.
  expect(foreign).toEqual([]);
});
