/** The storage contract against IndexedDB, in a real browser. */

import { build, type Rolldown } from "vite";
import { fileURLToPath } from "node:url";
import { expect, test } from "./demo.ts";

test.use({ events: 10 });

const SCRIPT = "/storage-check.js";

async function bundle(): Promise<string> {
  const built = (await build({
    configFile: false,
    logLevel: "error",
    root: fileURLToPath(new URL(".", import.meta.url)),
    build: { write: false, minify: false, lib: { entry: "storage-check.ts", formats: ["es"], fileName: "storage-check" } },
  })) as Rolldown.RolldownOutput[];
  const [chunk] = built.flatMap(({ output }) => output.filter((part) => part.type === "chunk"));
  if (!chunk) throw new Error("The bundle is empty.");
  return chunk.code;
}

test.beforeEach(async ({ page }) => {
  const body = await bundle();
  await page.route(`**${SCRIPT}`, (route) => route.fulfill({ contentType: "text/javascript", body }));
  await page.goto("/");
});

test("IndexedDB keeps the storage contract", async ({ page }) => {
  const results = await page.evaluate(async (script) => {
    const { checkAll } = (await import(script)) as typeof import("./storage-check.ts");
    return checkAll();
  }, SCRIPT);
  expect(results.length).toBeGreaterThan(8);
  expect(results.filter(({ error }) => error !== undefined)).toEqual([]);
});

test("a database that cannot be opened is reported as storage-failed", async ({ page }) => {
  const code = await page.evaluate(async (script) => {
    const { openNewer } = (await import(script)) as typeof import("./storage-check.ts");
    return openNewer();
  }, SCRIPT);
  expect(code).toBe("storage-failed");
});
