/** Fields of one's own, ids of another system, layouts and profiles. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Fields, Layouts, Profiles, Record } from "@zohocrm/nodejs-sdk-8.0";
import { Sandbox } from "../sandbox.ts";
import { answer, body, having, headers, meeting, one, outcomes, params, refusal, Zoho } from "./client.ts";

const sandbox = Sandbox.forThisFile();
const zoho = Zoho.forThisFile(sandbox);
const LABEL = "Google Event Id";
const NAME = "Google_Event_Id";
const KEY = `Events.${NAME}`;

/** A single-line field to be created; `external` says whose ids it holds. */
async function field(label: string, external?: string): Promise<Fields.Fields> {
  const wanted = new Fields.Fields();
  wanted.setFieldLabel(label);
  wanted.setDataType("text");
  wanted.setLength(100);
  if (external !== undefined) {
    const kind = new Fields.External();
    kind.setType(external);
    kind.setShow(false);
    await wanted.setExternal(kind);
  }
  return wanted;
}

async function create(status: number, ...wanted: Fields.Fields[]) {
  const request = new Fields.BodyWrapper();
  request.setFields(wanted);
  const query = await params([Fields.CreateFieldParam.MODULE, "Events"]);
  const response = await new Fields.FieldsOperations().createField(request, query);
  return answer(response, status, Fields.ActionWrapper).getFields();
}

async function made(): Promise<Fields.Fields | undefined> {
  const query = await params([Fields.GetFieldsParam.MODULE, "Events"]);
  const response = await new Fields.FieldsOperations().getFields(query);
  return answer(response, 200, Fields.ResponseWrapper)
    .getFields()
    .find((field) => field.getAPIName() === NAME);
}

test("a field of one's own is created and used", async () => {
  const outcome = one(await create(201, await field(LABEL)));
  assert.ok(outcome instanceof Fields.SuccessResponse);
  const known = await made();
  assert.equal(known?.getId(), outcome.getDetails().get("id"));
  assert.deepEqual([known?.getCustomField(), known?.getLength(), known?.getExternal()], [true, 100, undefined]);
  const id = await zoho.create(await meeting("Planning", { [NAME]: "abc123" }));
  assert.equal((await zoho.read(id)).getKeyValue(NAME), "abc123");
});

test("each field has its own outcome", async () => {
  const [done, refused] = await create(207, await field(LABEL), await field("Title"));
  assert.ok(done instanceof Fields.SuccessResponse && refused instanceof Fields.APIException);
  assert.equal(refusal(refused)[0], "DUPLICATE_DATA");
});

test("external fields are not for every organisation", async () => {
  await sandbox.admin("POST", "switches", { external_field: "unsupported" });
  const refused = one(await create(400, await field(LABEL, "user")));
  assert.ok(refused instanceof Fields.APIException);
  assert.equal(refusal(refused)[0], "FEATURE_NOT_SUPPORTED");
});

for (const kind of ["user", "org"]) {
  test(`an external value names its record, once: ${kind}`, async () => {
    await create(201, await field(LABEL, kind));
    assert.equal((await made())?.getExternal()?.getType(), kind);
    const key = await headers(Record.CreateRecordsHeader.X_EXTERNAL, KEY);
    const record = await meeting("Planning", { [NAME]: "abc123" });
    const created = one(outcomes(await zoho.events.createRecords(body(record), key), 201));
    const id = BigInt(String(created.getDetails().get("id")));

    const twin = await zoho.events.createRecords(body(await meeting("Twin", { [NAME]: "abc123" })));
    const [code, details] = refusal(one(outcomes(twin, 400)));
    assert.deepEqual([code, details["api_name"], details["id"]], ["DUPLICATE_DATA", NAME, id]);

    const found = await zoho.events.getRecordUsingExternalId("abc123", await params(), key);
    assert.equal(one(answer(found, 200, Record.ResponseWrapper).getData()).getId(), id);
    const change = body(having(new Record.Record(), { Event_Title: "Moved" }));
    outcomes(await zoho.events.updateRecordUsingExternalId("abc123", change, key), 200);
    assert.equal((await zoho.read(id)).getKeyValue("Event_Title"), "Moved");
    outcomes(await zoho.events.deleteRecordUsingExternalId("abc123", await params(), key), 200);
    const again = await zoho.events.deleteRecordUsingExternalId("abc123", await params(), key);
    assert.equal(refusal(answer(again, 400, Record.APIException))[0], "INVALID_DATA");
  });
}

test("the layout of events", async () => {
  const query = await params([Layouts.GetLayoutsParam.MODULE, "Events"]);
  const response = await new Layouts.LayoutsOperations().getLayouts(query);
  const layout = one(answer(response, 200, Layouts.ResponseWrapper).getLayouts());
  assert.equal(layout.getName(), "Standard");
  const required = layout
    .getSections()
    .flatMap((section) => section.getFields())
    .filter((field) => field.getRequired())
    .map((field) => field.getAPIName());
  assert.deepEqual(required.sort(), ["End_DateTime", "Event_Title", "Meeting_Venue__s", "Start_DateTime"]);
});

test("profiles are for administrators", async () => {
  const operations = new Profiles.ProfilesOperations();
  const profiles = answer(await operations.getProfiles(), 200, Profiles.ResponseWrapper).getProfiles();
  const administrator = profiles.find((profile) => profile.getName() === "Administrator");
  assert.ok(administrator !== undefined);
  const response = await operations.getProfile(administrator.getId());
  const profile = one(answer(response, 200, Profiles.ResponseWrapper).getProfiles());
  const right = profile.getPermissionsDetails().find((detail) => detail.getName() === "Crm_Implied_Edit_Events");
  assert.equal(right?.getEnabled(), true);
  await sandbox.admin("POST", "permissions", { Crm_Implied_Manage_Profiles: false });
  assert.equal(refusal(answer(await operations.getProfiles(), 403, Profiles.APIException))[0], "NO_PERMISSION");
});
