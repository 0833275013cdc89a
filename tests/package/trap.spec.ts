/**
 * What becomes of a page when the module traps: the command fails with `internal`, and the same sync goes on with another
 * instance. The module is the packed one with a few instructions more, so that the traps are real ones.
 */

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { chromium, expect, firefox, test, type Browser, type Page } from "@playwright/test";
import binaryen from "binaryen";
import { consumersFolder } from "./install.ts";
import { Sandbox, fromEnvironment } from "./sandbox.ts";

/** In milliseconds since 1970: a time that no clock says. */
const TRAP_AT = 86_400_000.125;
const { MutableGlobals, SignExt, NontrappingFPToInt, BulkMemory, BulkMemoryOpt, ReferenceTypes, Multivalue } = binaryen.Features;
/** What the compiler uses: with any more, imports are written in a form that browsers do not know yet. */
const SHIPPED = MutableGlobals | SignExt | NontrappingFPToInt | BulkMemory | BulkMemoryOpt | ReferenceTypes | Multivalue;
const METHODS = ["new", "start", "answered", "loaded", "saved", "woke", "zoned", "failed", "cancel"];
const ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"];
const home = (...path: string[]) => join(consumersFolder(), "trap", ...path);

interface Told {
  code: string;
  message: string;
  isTrap: boolean;
}
declare const stories: {
  untroubled(): Promise<string>;
  eachCall(most: number): Promise<{ failures: Told[]; finished?: string; again?: number; state?: string }>;
  together(): Promise<{ failure: Told; waiting: Told | "done"; after: string[]; calendars: number }>;
  often(times: number): Promise<string[]>;
};

let sandbox: Sandbox;
test.beforeAll(async () => {
  sandbox = await Sandbox.start(consumersFolder(), 60);
  await writeFile(home("trapping.wasm"), trapping(await readFile(home("node_modules", "accord-sync", "accord_sync_bg.wasm"))));
  await writeFile(home("when.js"), `export const TRAP_AT = ${TRAP_AT};\n`);
});
test.afterAll(() => sandbox.stop());
test.beforeEach(() => sandbox.reset());

/**
 * A call of the engine is `unreachable` when its last argument, the time, is {@link TRAP_AT}, and so is every later call in that
 * instance: what a real trap leaves is in no known state.
 */
function trapping(bytes: Uint8Array): Uint8Array {
  const module = binaryen.readBinary(bytes);
  try {
    module.setFeatures(SHIPPED);
    module.addGlobal("trapped", binaryen.i32, true, module.i32.const(0));
    for (const method of METHODS) {
      const exported = `engine_${method}`;
      const { value } = binaryen.getExportInfo(module.getExport(exported));
      const { params, results } = binaryen.getFunctionInfo(module.getFunction(value));
      const types = binaryen.expandType(params);
      const begins = types.at(-1) === binaryen.f64
        ? module.f64.eq(module.local.get(types.length - 1, binaryen.f64), module.f64.const(TRAP_AT))
        : module.i32.const(0);
      const body = [
        module.if(begins, module.global.set("trapped", module.i32.const(1))),
        module.if(module.global.get("trapped", binaryen.i32), module.unreachable()),
        module.call(value, types.map((type, at) => module.local.get(at, type)), results),
      ];
      module.addFunction(`trapping_${method}`, params, results, [], module.block(null, body, results));
      module.removeExport(exported);
      module.addFunctionExport(`trapping_${method}`, exported);
    }
    if (!module.validate()) throw new Error("the changed module is not valid");
    return module.emitBinary();
  } finally {
    module.dispose();
  }
}

const browsers = {
  Chromium: () => chromium.launch({ executablePath: fromEnvironment("CHROMIUM_PATH"), args: ARGS }),
  Firefox: () => firefox.launch({ channel: "moz-firefox", executablePath: fromEnvironment("FIREFOX_PATH") }),
};
for (const [name, launch] of Object.entries(browsers)) {
  test.describe(`a trap in ${name}`, () => {
    let browser: Browser;
    let page: Page;
    const errors: string[] = [];
    test.beforeAll(async () => {
      browser = await launch();
    });
    test.beforeEach(async () => {
      errors.length = 0;
      page = await browser.newPage();
      page.on("pageerror", (error) => errors.push(String(error)));
      await page.goto(`${sandbox.url}/trap/index.html`);
      await page.waitForFunction(() => document.title === "ready");
    });
    test.afterEach(() => expect(errors).toEqual([]));
    test.afterAll(() => browser.close());

    test("at any call of a run is `internal`, and the same sync goes on and doubles nothing (I4, I12)", async () => {
      const { failures, ...end } = await page.evaluate(() => stories.eachCall(200));
      expect(failures.length).toBeGreaterThan(15);
      expect(new Set(failures.map(({ code, isTrap }) => `${code} ${isTrap}`))).toEqual(new Set(["internal true"]));
      expect(failures[0]?.message).toContain("sync again");
      expect(end).toEqual({ finished: "complete", again: 0, state: "active" });
      const meetings = await sandbox.meetings();
      await sandbox.reset();
      expect(await page.evaluate(() => stories.untroubled())).toBe("complete");
      expect(meetings.toSorted()).toEqual((await sandbox.meetings()).toSorted());
    });

    test("takes the other engines of the page along, and only these", async () => {
      const { failure, waiting, after, calendars } = await page.evaluate(() => stories.together());
      expect(failure).toMatchObject({ code: "internal", isTrap: true });
      expect(waiting).toMatchObject({ code: "internal", isTrap: false });
      expect(after).toEqual(["active", "active"]);
      expect(calendars).toBeGreaterThan(0);
    });

    test("fifty times one after the other leaves a sync that works", async () => {
      expect(await page.evaluate(() => stories.often(50))).toEqual(["internal", "active"]);
    });
  });
}
