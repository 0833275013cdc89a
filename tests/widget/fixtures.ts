import { test as base } from "@playwright/test";
import { Sandbox } from "../e2e/sandbox.ts";
import { CrmPage, type Circumstances } from "./crm.ts";

export { expect } from "@playwright/test";

interface Fixtures {
  sandbox: Sandbox;
  /** Opens the widget in a page of the CRM. */
  open(circumstances: Circumstances): Promise<CrmPage>;
  /** What pages threw; a test fails at its end when there is anything. */
  thrown: string[];
}

export const test = base.extend<Fixtures & { events: number }>({
  events: [20, { option: true }],
  sandbox: async ({ events }, use) => {
    const sandbox = await Sandbox.start(events);
    await use(sandbox);
    await sandbox.stop();
  },
  open: async ({ page, sandbox }, use) => {
    await use((circumstances) => CrmPage.open(page, sandbox, circumstances));
  },
  thrown: [
    async ({ page }, use) => {
      const thrown: string[] = [];
      page.on("pageerror", (error) => thrown.push(error.message));
      await use(thrown);
      base.expect(thrown).toEqual([]);
    },
    { auto: true },
  ],
});
