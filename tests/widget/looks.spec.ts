/** Languages, widths and WCAG 2.2 AA, in every place. */

import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures.ts";
import { addToCrm } from "./people.ts";

const RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"];

/** A picture of the narrow French frame, and a look by axe. */
async function seen(page: Page, name: string): Promise<void> {
  // The frame is drawn some frames after what it holds has changed.
  await page.waitForTimeout(300);
  await page.screenshot({ path: `screenshots/french-320-${name}.png`, fullPage: true });
  const frame = page.frames()[1]!;
  expect(await frame.evaluate(() => document.documentElement.lang)).toBe("fr");
  expect(await frame.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
  const { violations, passes } = await new AxeBuilder({ page }).withTags(RULES).include("iframe").analyze();
  expect(passes.some(({ nodes }) => nodes.some(({ target }) => target.length > 1)), "axe looked into the frame").toBe(true);
  expect(violations.filter(({ nodes }) => nodes.some(({ target }) => target.length > 1)).map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
}

test("French by the locale of the CRM's user, 320 px wide, without an axe finding", async ({ open, page, sandbox }) => {
  await page.setViewportSize({ width: 320, height: 900 });
  const id = await addToCrm(sandbox, "Visite chez Kolibri");
  const crm = await open({ place: "tab", locale: "fr_FR" });
  await expect(crm.frame.getByRole("heading", { name: "Synchronisation du calendrier" })).toBeVisible();
  await expect(crm.frame.getByLabel("Agenda Google")).not.toHaveValue("");
  await crm.press("Enregistrer et synchroniser");
  await expect(crm.frame.getByRole("button", { name: "Lancer" })).toBeEnabled();
  await seen(page, "preview");
  await crm.press("Lancer");
  await expect(crm.frame.getByText("En accord", { exact: true })).toBeVisible({ timeout: 60_000 });

  for (const place of ["tab", "meeting", "tile"] as const) {
    await crm.visit({ place, meeting: id });
    await expect(crm.frame.locator('.state-in-accord')).toBeVisible();
    await seen(page, place);
  }
});
