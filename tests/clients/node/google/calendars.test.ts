import assert from "node:assert/strict";
import { test } from "node:test";
import { Sandbox } from "../sandbox.ts";
import { client } from "./client.ts";

const sandbox = Sandbox.forThisFile();

test("the list of calendars tells what the user may do with each", async () => {
  const { data } = await client(sandbox.url).calendarList.list();
  const primary = data.items?.find((entry) => entry.primary);
  assert.equal(primary?.id, "ana@example.com");
  assert.equal(primary?.timeZone, "Europe/Paris");
  assert.equal(primary?.accessRole, "owner");
});
