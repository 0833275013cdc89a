/** Meetings are created, changed and deleted, and each record has its own outcome. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Choice, Record, Users } from "@zohocrm/nodejs-sdk-8.0";
import { NOW, Sandbox } from "../sandbox.ts";
import {
  answer,
  body,
  change,
  headers,
  IF_UNMODIFIED_SINCE,
  meeting,
  meetings,
  NOBODY,
  one,
  outcomes,
  params,
  refusal,
  START,
  Zoho,
} from "./client.ts";

const sandbox = Sandbox.forThisFile();
const zoho = Zoho.forThisFile(sandbox);
const MINUTE_MS = 60_000;

test("a created meeting is told with its times and people", async () => {
  const outcome = one(outcomes(await zoho.events.createRecords(body(await meeting())), 201));
  assert.ok(outcome instanceof Record.SuccessResponse);
  assert.deepEqual(
    [outcome.getCode().getValue(), outcome.getStatus().getValue(), outcome.getMessage().getValue()],
    ["SUCCESS", "success", "record added"],
  );
  const details = outcome.getDetails();
  assert.ok(BigInt(String(details.get("id"))) > 2n ** 53n);
  assert.deepEqual(details.get("Created_Time"), new Date(NOW));
  assert.deepEqual(details.get("Modified_Time"), new Date(NOW));
  const author = details.get("Created_By");
  assert.ok(author instanceof Users.MinifiedUser);
  assert.equal(author.getName(), "Ana Moreau");
});

test("a hundred meetings are created in the order given", async () => {
  const told = outcomes(await zoho.events.createRecords(body(...(await meetings(100)))), 201);
  const ids = told.map((outcome) => BigInt(String(outcome.getDetails().get("id"))));
  assert.equal(new Set(ids).size, 100);
  for (const index of [0, 99]) {
    assert.equal((await zoho.read(ids[index] ?? NOBODY)).getKeyValue("Event_Title"), `M${index}`);
  }
});

test("more than a hundred are refused as a whole", async () => {
  const refused = one(outcomes(await zoho.events.createRecords(body(...(await meetings(101)))), 400));
  const [code, details] = refusal(refused);
  assert.deepEqual([code, details["api_name"], details["maximum_length"]], ["LIMIT_EXCEEDED", "data", "100"]);
  assert.deepEqual(await sandbox.admin("GET", "crm-events"), []);
});

test("a mixed write says which records failed", async () => {
  const records = [await meeting("First"), await meeting("x".repeat(256)), await meeting("Last")];
  const [first, second, third] = outcomes(await zoho.events.createRecords(body(...records)), 207);
  assert.ok(first instanceof Record.SuccessResponse && third instanceof Record.SuccessResponse);
  assert.ok(second instanceof Record.APIException);
  const [code, details] = refusal(second);
  assert.equal(code, "INVALID_DATA");
  assert.deepEqual([details["api_name"], details["maximum_length"]], ["Event_Title", "255"]);
  assert.equal(details["json_path"], "$.data[1].Event_Title");
});

for (const [what, fields, code, name] of [
  ["no title", { Event_Title: null }, "MANDATORY_NOT_FOUND", "Event_Title"],
  ["an unknown venue", { Meeting_Venue__s: new Choice("Moon") }, "INVALID_DATA", "Meeting_Venue__s"],
  ["an end before the start", { End_DateTime: new Date("2026-11-25T08:00:00Z") }, "DEPENDENT_MISMATCH", "End_DateTime"],
] as const) {
  test(`a write of nothing but errors is a 400: ${what}`, async () => {
    const outcome = one(outcomes(await zoho.events.createRecords(body(await meeting("Planning", fields))), 400));
    const [told, details] = refusal(outcome);
    assert.deepEqual([told, details["api_name"]], [code, name]);
  });
}

test("an update changes what it names and tells the new time", async () => {
  const id = await zoho.create(await meeting("Planning", { Venue: "Room 2" }));
  await sandbox.advance(MINUTE_MS);
  const outcome = one(outcomes(await zoho.events.updateRecord(id, body(change(id, { Event_Title: "Moved" }))), 200));
  assert.ok(outcome instanceof Record.SuccessResponse);
  assert.equal(outcome.getMessage().getValue(), "record updated");
  assert.deepEqual(outcome.getDetails().get("Modified_Time"), new Date(Date.parse(NOW) + MINUTE_MS));
  const record = await zoho.read(id);
  assert.deepEqual([record.getKeyValue("Event_Title"), record.getKeyValue("Venue")], ["Moved", "Room 2"]);
});

test("a guarded update of a meeting that changed is refused", async () => {
  const id = await zoho.create(await meeting());
  const guard = await headers(IF_UNMODIFIED_SINCE, (await zoho.read(id)).getModifiedTime());
  await sandbox.advance(MINUTE_MS);
  const mine = one(outcomes(await zoho.events.updateRecords(body(change(id, { Event_Title: "Mine" })), guard), 200));
  assert.ok(mine instanceof Record.SuccessResponse);

  const again = await zoho.events.updateRecords(body(change(id, { Event_Title: "Stale" })), guard);
  const stale = one(outcomes(again, 412));
  assert.ok(stale instanceof Record.APIException);
  const [code, details] = refusal(stale);
  assert.deepEqual([code, details["id"]], ["ALREADY_MODIFIED", id]);
  assert.equal((await zoho.read(id)).getKeyValue("Event_Title"), "Mine");
});

test("a bulk guard refuses exactly what changed", async () => {
  const [old, recent] = [await zoho.create(await meeting("Old")), await zoho.create(await meeting("New"))];
  const guard = await headers(IF_UNMODIFIED_SINCE, new Date(NOW));
  await sandbox.advance(MINUTE_MS);
  outcomes(await zoho.events.updateRecords(body(change(recent, { Venue: "Elsewhere" }))), 200);
  const changes = [old, recent].map((id) => change(id, { Event_Title: "Changed" }));
  const told = outcomes(await zoho.events.updateRecords(body(...changes), guard), 207);
  assert.deepEqual(
    told.map((outcome) => outcome.getCode().getValue()),
    ["SUCCESS", "ALREADY_MODIFIED"],
  );
});

test("an update of an unknown record is refused", async () => {
  const outcome = one(outcomes(await zoho.events.updateRecords(body(change(NOBODY, { Venue: "Here" }))), 400));
  const [code, details] = refusal(outcome);
  assert.deepEqual([code, details["id"]], ["INVALID_DATA", NOBODY]);
});

test("a deleted meeting cannot be deleted again", async () => {
  const id = await zoho.create(await meeting());
  const outcome = one(outcomes(await zoho.events.deleteRecord(id), 200));
  assert.ok(outcome instanceof Record.SuccessResponse);
  assert.equal(outcome.getMessage().getValue(), "record deleted");
  assert.equal(outcome.getDetails().get("id"), id.toString());

  const [code, details] = refusal(answer(await zoho.events.deleteRecord(id), 400, Record.APIException));
  assert.deepEqual([code, details["resource_path_index"]], ["INVALID_DATA", 1]);
});

test("a bulk deletion has an outcome for each id", async () => {
  const id = await zoho.create(await meeting());
  const query = await params([Record.DeleteRecordsParam.IDS, `${id},${NOBODY}`]);
  const [done, refused] = outcomes(await zoho.events.deleteRecords(query), 207);
  assert.equal(done?.getDetails().get("id"), id.toString());
  assert.equal(refusal(refused)[1]["id"], NOBODY);
  const [code, details] = refusal(answer(await zoho.events.deleteRecords(), 400, Record.APIException));
  assert.deepEqual([code, details["param_name"]], ["REQUIRED_PARAM_MISSING", "ids"]);
});

test("a missing right is named", async () => {
  const id = await zoho.create(await meeting());
  await sandbox.admin("POST", "permissions", { Crm_Implied_Edit_Events: false });
  const response = await zoho.events.updateRecords(body(change(id, { Venue: "Here" })));
  const [code, details] = refusal(answer(response, 403, Record.APIException));
  assert.deepEqual([code, details["permissions"]], ["NO_PERMISSION", ["Crm_Implied_Edit_Events"]]);
});

test("a locked record is refused by itself", async () => {
  const [locked, free] = [await zoho.create(await meeting()), await zoho.create(await meeting())];
  await sandbox.admin("POST", "locks", { [locked.toString()]: true });
  const changes = [locked, free].map((id) => change(id, { Venue: "Here" }));
  const told = outcomes(await zoho.events.updateRecords(body(...changes)), 207);
  assert.deepEqual(
    told.map((outcome) => outcome.getCode().getValue()),
    ["RECORD_LOCKED", "SUCCESS"],
  );
});

test("a lost answer leaves the record", async () => {
  const fault = { service: "zoho", method: "POST", path: "/crm/v8/Events", when: "after", kind: "status", status: 500 };
  await sandbox.admin("POST", "faults", fault);
  const response = await zoho.events.createRecords(body(await meeting()));
  assert.equal(refusal(answer(response, 500, Record.APIException))[0], "INTERNAL_ERROR");
  assert.equal(((await sandbox.admin("GET", "crm-events")) as unknown[]).length, 1);
});

test("contacts are upserted by address", async () => {
  const person = (name: string): Record.BodyWrapper => {
    const record = new Record.Record();
    record.addKeyValue("Last_Name", name);
    record.addKeyValue("Email", "guest@example.com");
    const wrapper = body(record);
    wrapper.setDuplicateCheckFields(["Email"]);
    return wrapper;
  };
  const told: Record.SuccessResponse[] = [];
  for (const name of ["Guest", "Visitor"]) {
    const outcome = one(outcomes(await zoho.contacts.upsertRecords(person(name)), 200));
    assert.ok(outcome instanceof Record.SuccessResponse);
    told.push(outcome);
  }
  assert.deepEqual(
    told.map((outcome) => [outcome.getAction().getValue(), outcome.getDuplicateField()]),
    [["insert", undefined], ["update", "Email"]],
  );
  assert.equal(told[0]?.getDetails().get("id"), told[1]?.getDetails().get("id"));

  const [code, details] = refusal(one(outcomes(await zoho.contacts.createRecords(person("Third")), 400)));
  assert.deepEqual([code, details["api_name"]], ["DUPLICATE_DATA", "Email"]);
  const twin = details["duplicate_record"];
  assert.ok(twin instanceof Record.DuplicateRecord);
  assert.equal(twin.getId().toString(), told[0]?.getDetails().get("id"));
  assert.equal(twin.getOwner().getName(), "Ana Moreau");
});

test("meetings cannot be upserted", async () => {
  const response = await zoho.events.upsertRecords(body(await meeting("Planning", {}, START)));
  assert.equal(refusal(answer(response, 400, Record.APIException))[0], "NOT_SUPPORTED");
});
