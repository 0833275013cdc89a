/** Zoho is said to refuse what names an extension as its origin; the CRM's own pages need theirs. */

import { expect, test } from "@playwright/test";
import { Extension } from "./chromium.ts";
import { Echo } from "./world.ts";

test("writes of the extension carry no origin, those of a page keep theirs", async () => {
  const echo = await Echo.start();
  const extension = await Extension.start(echo.url);
  try {
    const page = await extension.context.newPage();
    await page.goto(`${echo.url}/crm/org1/tab/Events`);
    const put = async (url: string) => (await fetch(url, { method: "PUT", body: "{}" })).text();
    await expect.poll(() => extension.worker.evaluate(put, `${echo.url}/crm/v8/Events`)).toBe("none");
    expect(await page.evaluate(put, `${echo.url}/crm/v8/Events`)).toBe(echo.url);
  } finally {
    await extension.stop();
    await echo.stop();
  }
});
