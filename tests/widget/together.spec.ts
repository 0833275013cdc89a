/** The widget and another Accord for the same person, such as the extension: each has a state that the other cannot see. */

import { admissible, repeated } from "../e2e/sandbox.ts";
import { CrmPage } from "./crm.ts";
import { expect, test } from "./fixtures.ts";
import { addMarkField, addToCrm } from "./people.ts";

test.use({ events: 60 });

test("one after the other: the second pairs what the first made, and writes nothing (K2, I4, I23)", async ({ open, browser, sandbox }) => {
  await addToCrm(sandbox, "Contract with Kolibri");
  const widget = await open({ place: "tab" });
  await widget.setUp();
  const before = { google: (await sandbox.google()).length, crm: (await sandbox.crm()).length };

  const elsewhere = await browser.newContext();
  const other = await CrmPage.open(await elsewhere.newPage(), sandbox, { place: "tab" });
  await other.setUp();
  expect(other.writes()).toEqual([]);
  expect({ google: (await sandbox.google()).length, crm: (await sandbox.crm()).length }).toEqual(before);
  await elsewhere.close();
});

/** With the administrator's field the CRM itself refuses to hold an event twice; without it the later one of two yields. */
for (const field of [true, false]) test(`at the same time, ${field ? "with" : "without"} the administrator's field: each event has one meeting (K2, I4)`, async ({ open, browser, sandbox }) => {
  if (field) await addMarkField(sandbox);
  for (let n = 0; n < 6; n++) await addToCrm(sandbox, `Visit ${n}`);
  const elsewhere = await browser.newContext();
  const widget = await open({ place: "tab" });
  const other = await CrmPage.open(await elsewhere.newPage(), sandbox, { place: "tab" });
  await Promise.all([widget.setUp(), other.setUp()]);
  // That they met is part of the story: the second wrote to the CRM, too.
  expect(other.writes().length).toBeGreaterThan(0);
  for (const one of [widget, other]) {
    await one.press("Sync now");
    await one.inAccord();
  }
  const google = admissible(await sandbox.google(), Date.now());
  const crm = await sandbox.crm();
  expect(repeated(crm.map((item) => `${item.Event_Title} ${item.Start_DateTime}`))).toEqual(new Map());
  expect(repeated(google.filter(({ summary }) => summary?.startsWith("Visit ")).map(({ summary }) => summary!))).toEqual(new Map());
  await elsewhere.close();
});
