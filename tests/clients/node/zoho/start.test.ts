/** What the SDK asks for before the first record, and how the organisation is described. */

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { Fields, Modules, Org, SDKException, Users } from "@zohocrm/nodejs-sdk-8.0";
import { Sandbox } from "../sandbox.ts";
import { answer, NOBODY, one, params, refusal, Zoho } from "./client.ts";

const sandbox = Sandbox.forThisFile();
const zoho = Zoho.forThisFile(sandbox);

async function requests(): Promise<{ [kind: string]: number }> {
  const counters = (await sandbox.admin("GET", "counters")) as {
    requests: { byKind: { zoho: { [kind: string]: number } } };
  };
  return counters.requests.byKind.zoho;
}

async function currentUser(): Promise<Users.Users> {
  const response = await new Users.UsersOperations().getUsers(await params([Users.GetUsersParam.TYPE, "CurrentUser"]));
  return one(answer(response, 200, Users.ResponseWrapper).getUsers());
}

test("the start asks for a token, the user and the organisation", async () => {
  assert.deepEqual(await requests(), { token: 1, users: 1, org: 1 });
  const [head, row] = (await readFile(zoho.tokenFile, "utf8")).trim().split("\n");
  const token = Object.fromEntries((head ?? "").split(",").map((name, index) => [name, row?.split(",")[index]]));
  assert.equal(token["user_name"], "ana@example.com:20098764512");
  assert.notEqual(token["access_token"], "");
});

test("the fields of a module are asked for once", async () => {
  for (let time = 0; time < 2; time += 1) await zoho.events.getRecord(NOBODY);
  assert.equal((await requests())["settings.fields"], 1);
});

test("a token that ends soon is renewed before the next call", async () => {
  const token = one(await zoho.store.getTokens());
  token.setExpiresIn("1000");
  await zoho.store.saveToken(token);
  await currentUser();
  assert.equal((await requests())["token"], 2);
});

test("a refused token is told, and renewed on request", async () => {
  await sandbox.admin("POST", "faults", { service: "zoho", kind: "status", status: 401, path: "/crm/v8/users" });
  const response = await new Users.UsersOperations().getUsers();
  assert.deepEqual(refusal(answer(response, 401, Users.APIException)), ["INVALID_TOKEN", {}]);

  await zoho.renew();
  assert.equal((await currentUser()).getEmail(), "ana@example.com");
  assert.equal((await requests())["token"], 2);
});

test("the current user", async () => {
  const user = await currentUser();
  assert.ok(user.getId() > 2n ** 53n);
  assert.equal(user.getFullName(), "Ana Moreau");
  assert.deepEqual([user.getProfile().getName(), user.getRole().getName()], ["Administrator", "CEO"]);
  assert.deepEqual([user.getStatus(), user.getConfirm()], ["active", true]);
  assert.equal(user.getTimeFormat().getValue(), "HH:mm");
});

for (const [value, zone] of [["absent", undefined], ["present", "Europe/Paris"]] as const) {
  test(`the zone of the current user may be ${value}`, async () => {
    await sandbox.admin("POST", "switches", { user_tz: value });
    assert.equal((await currentUser()).getTimeZone()?.name, zone);
  });
}

test("all users are a list with pages", async () => {
  const response = await new Users.UsersOperations().getUsers(await params([Users.GetUsersParam.TYPE, "ActiveUsers"]));
  const wrapper = answer(response, 200, Users.ResponseWrapper);
  const addresses = wrapper.getUsers().map((user) => user.getEmail());
  assert.ok(addresses.includes("ana@example.com") && addresses.includes("ben@example.com"));
  assert.equal(wrapper.getInfo().getCount(), addresses.length);
  assert.equal(wrapper.getInfo().getMoreRecords(), false);
});

test("the organisation", async () => {
  const org = one(answer(await new Org.OrgOperations().getOrganization(), 200, Org.ResponseWrapper).getOrg());
  assert.equal(org.getZgid(), "20098764512");
  assert.deepEqual([org.getTimeZone(), org.getCountryCode()], ["Europe/Paris", "FR"]);
  assert.deepEqual([org.getMaxPerPage(), org.getGappsEnabled()], [200, false]);
  assert.deepEqual([org.getLicenseDetails().getPaid(), org.getLicenseDetails().getUsersLicensePurchased()], [true, 10]);
});

test("modules", async () => {
  const operations = new Modules.ModulesOperations();
  const names = answer(await operations.getModules(), 200, Modules.ResponseWrapper)
    .getModules()
    .map((module) => module.getAPIName());
  for (const name of ["Events", "Contacts", "Leads"]) assert.ok(names.includes(name), name);
  const events = one(
    answer(await operations.getModuleByAPIName("Events"), 200, Modules.ResponseWrapper).getModules(),
  );
  assert.deepEqual([events.getSingularLabel(), events.getPluralLabel()], ["Meeting", "Meetings"]);
  assert.equal(events.getGeneratedType().getValue(), "default");
  const rights = [events.getViewable(), events.getCreatable(), events.getEditable(), events.getDeletable()];
  assert.deepEqual(rights, [true, true, true, true]);
  assert.equal(events.getAPISupported(), true);
  assert.ok(events.getProfiles().some((profile) => profile.getName() === "Administrator"));
});

test("an unknown module is refused", async () => {
  const response = await new Modules.ModulesOperations().getModuleByAPIName("Meetings");
  const [code, details] = refusal(answer(response, 400, Modules.APIException));
  assert.deepEqual([code, details["resource_path_index"]], ["INVALID_MODULE", 2]);
});

test("the fields of events", async () => {
  const query = await params([Fields.GetFieldsParam.MODULE, "Events"]);
  const response = await new Fields.FieldsOperations().getFields(query);
  const fields = new Map(
    answer(response, 200, Fields.ResponseWrapper)
      .getFields()
      .map((field) => [field.getAPIName(), field]),
  );
  const title = fields.get("Event_Title");
  assert.deepEqual([title?.getDataType(), title?.getJsonType(), title?.getLength()], ["text", "string", 255]);
  assert.deepEqual([title?.getSystemMandatory(), title?.getReadOnly(), title?.getCustomField()], [true, false, false]);
  assert.equal(title?.getOperationType().getAPICreate(), true);
  assert.equal(fields.get("Modified_Time")?.getReadOnly(), true);
  assert.equal(fields.get("Participants")?.getDataType(), "bigint");
  assert.equal(fields.get("Remind_At")?.getDataType(), "multireminder");
  const venues = fields.get("Meeting_Venue__s")?.getPickListValues() ?? [];
  assert.deepEqual(
    venues.map((venue) => [venue.getActualValue(), venue.getType().getValue()]),
    [["Client location", "used"], ["In-office", "used"], ["Online", "used"]],
  );
});

test("fields need a module", async () => {
  const [code, details] = refusal(
    answer(await new Fields.FieldsOperations().getFields(), 400, Fields.APIException),
  );
  assert.deepEqual([code, details["param_name"]], ["REQUIRED_PARAM_MISSING", "module"]);
});

test("a missing scope stops the SDK before the first record", async () => {
  await sandbox.admin("POST", "scopes", { zoho: ["ZohoCRM.modules.ALL"] });
  const response = await new Users.UsersOperations().getUsers();
  assert.equal(refusal(answer(response, 401, Users.APIException))[0], "OAUTH_SCOPE_MISMATCH");
  await assert.rejects(
    zoho.events.getRecord(NOBODY),
    (error) => error instanceof SDKException && error.details?.code === "OAUTH_SCOPE_MISMATCH",
  );
});

test("a token endpoint that refuses stops the SDK at once", async () => {
  await sandbox.admin("POST", "faults", { service: "zoho", kind: "status", status: 400, path: "/oauth" });
  await zoho.renew();
  await assert.rejects(currentUser(), SDKException);
});
