/**
 * Tokens, what each person may see and do, zones and limits of the organisation. Grant codes are shown with the SDK for
 * Python: this one takes them only in the first initialisation of a process.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Org, Record, SDKException, Users } from "@zohocrm/nodejs-sdk-8.0";
import { Sandbox } from "../sandbox.ts";
import { answer, body, meeting, one, params, refusal, START, Zoho } from "./client.ts";

const sandbox = Sandbox.forThisFile();
const zoho = Zoho.forThisFile(sandbox);
const HOUR_MS = 3_600_000;

async function me(): Promise<string> {
  const response = await new Users.UsersOperations().getUsers(await params([Users.GetUsersParam.TYPE, "CurrentUser"]));
  return one(answer(response, 200, Users.ResponseWrapper).getUsers()).getEmail();
}

function says(code: string) {
  return (error: unknown) => error instanceof SDKException && error.toString().includes(code);
}

test("a token lives for an hour", async () => {
  assert.equal(await me(), "ana@example.com");
  await sandbox.advance(HOUR_MS + 1_000);
  const response = await new Users.UsersOperations().getUsers();
  assert.deepEqual(refusal(answer(response, 401, Users.APIException)), ["INVALID_TOKEN", {}]);
  await zoho.renew();
  assert.equal(await me(), "ana@example.com");
});

test("a revoked consent ends everything", async () => {
  await zoho.start(sandbox, "sandbox-refresh-ben");
  await sandbox.admin("POST", "revoke", { service: "zoho", token: "sandbox-refresh-ben" });
  const response = await new Users.UsersOperations().getUsers();
  assert.equal(refusal(answer(response, 401, Users.APIException))[0], "INVALID_TOKEN");
  await zoho.renew();
  await assert.rejects(me(), says("invalid_code"));
});

test("a meeting is its maker's and seen by those above", async () => {
  const { FIELDS } = Record.GetRecordsParam;
  for (const [person, titles] of [
    ["-chiara", ["By-chiara"]],
    ["-ben", ["By-ben", "By-chiara"]],
    ["", ["By", "By-ben", "By-chiara"]],
  ] as const) {
    await zoho.start(sandbox, `sandbox-refresh${person}`);
    const id = await zoho.create(await meeting(`By${person}`));
    const response = await zoho.events.getRecords(await params([FIELDS, "Event_Title,Owner"]));
    const records = answer(response, 200, Record.ResponseWrapper).getData();
    assert.deepEqual(records.map((record) => record.getKeyValue("Event_Title")).sort(), [...titles]);
    const owner = records.find((record) => record.getId() === id)?.getKeyValue("Owner");
    assert.ok(owner instanceof Users.MinifiedUser);
    assert.equal(owner.getEmail(), await me());
  }
});

test("who may only read cannot write", async () => {
  await zoho.start(sandbox, "sandbox-refresh-dmitri");
  const response = await zoho.events.createRecords(body(await meeting()));
  const [code, details] = refusal(answer(response, 403, Record.APIException));
  assert.deepEqual([code, details["permissions"]], ["NO_PERMISSION", ["Crm_Implied_Create_Events"]]);
});

test("the organisation's zone moves no instant", async () => {
  const id = await zoho.create(await meeting());
  await sandbox.admin("POST", "org", { zone: "Asia/Kolkata" });
  const org = one(answer(await new Org.OrgOperations().getOrganization(), 200, Org.ResponseWrapper).getOrg());
  assert.equal(org.getTimeZone(), "Asia/Kolkata");
  assert.deepEqual((await zoho.read(id)).getKeyValue("Start_DateTime"), START);
});

test("credits run out for a day", async () => {
  const { credits } = (await sandbox.admin("POST", "org", { edition: "free" })) as {
    credits: { allowed: number; used: number };
  };
  await sandbox.admin("POST", "org", { spend: credits.allowed - credits.used });
  const response = await new Users.UsersOperations().getUsers();
  assert.equal(refusal(answer(response, 429, Users.APIException))[0], "TOO_MANY_REQUESTS");
  await sandbox.advance(25 * HOUR_MS);
  await zoho.renew();
  assert.equal(await me(), "ana@example.com");
});
