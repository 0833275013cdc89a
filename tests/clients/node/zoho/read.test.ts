/** Meetings are read by id, in pages, since a time, by search and by query. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Choice, Coql, type Param, Record, Users } from "@zohocrm/nodejs-sdk-8.0";
import { NOW, Sandbox } from "../sandbox.ts";
import {
  answer,
  body,
  change,
  having,
  headers,
  meeting,
  meetings,
  NOBODY,
  nothing,
  one,
  outcomes,
  params,
  refusal,
  START,
  Zoho,
} from "./client.ts";

const sandbox = Sandbox.forThisFile();
const zoho = Zoho.forThisFile(sandbox);
const { FIELDS, PAGE, PER_PAGE, PAGE_TOKEN, SORT_BY, SORT_ORDER } = Record.GetRecordsParam;
const NAMES = "Event_Title,Start_DateTime,End_DateTime,All_day,Owner,Modified_Time";
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Ids of new meetings, in their order. */
async function create(count: number): Promise<bigint[]> {
  const told = outcomes(await zoho.events.createRecords(body(...(await meetings(count)))), 201);
  return told.map((outcome) => BigInt(String(outcome.getDetails().get("id"))));
}

async function page(...more: [Param, unknown][]): Promise<[bigint[], Record.Info]> {
  const response = await zoho.events.getRecords(await params([FIELDS, NAMES], ...more));
  const wrapper = answer(response, 200, Record.ResponseWrapper);
  return [wrapper.getData().map((record) => record.getId()), wrapper.getInfo()];
}

async function refusedPage(...query: [Param, unknown][]): Promise<[string, { [name: string]: unknown }]> {
  return refusal(answer(await zoho.events.getRecords(await params(...query)), 400, Record.APIException));
}

test("a meeting has typed fields", async () => {
  const record = await zoho.read(
    await zoho.create(await meeting("Plans & budget + more", { Description: "Bring the plan", All_day: false })),
  );
  assert.equal(record.getKeyValue("Event_Title"), "Plans & budget + more");
  assert.deepEqual(record.getKeyValue("Start_DateTime"), START);
  assert.deepEqual(record.getKeyValue("End_DateTime"), new Date("2026-11-25T10:00:00Z"));
  assert.equal(record.getKeyValue("All_day"), false);
  assert.equal(record.getKeyValue("Description"), "Bring the plan");
  const venue = record.getKeyValue("Meeting_Venue__s");
  assert.ok(venue instanceof Choice);
  assert.equal(venue.getValue(), "In-office");
  const owner = record.getKeyValue("Owner");
  assert.ok(owner instanceof Users.MinifiedUser);
  assert.equal(owner.getEmail(), "ana@example.com");
  assert.deepEqual([record.getCreatedTime(), record.getModifiedTime()], [new Date(NOW), new Date(NOW)]);
  assert.equal(record.getCreatedBy().getName(), "Ana Moreau");
});

test("named fields only", async () => {
  const id = await zoho.create(await meeting());
  const response = await zoho.events.getRecord(id, await params([Record.GetRecordParam.FIELDS, "Event_Title"]));
  const record = one(answer(response, 200, Record.ResponseWrapper).getData());
  assert.deepEqual([...record.getKeyValues().keys()].sort(), ["Event_Title", "id"]);
});

for (const status of [204, 404, 400] as const) {
  test(`an unknown meeting is a ${status}`, async () => {
    await sandbox.admin("POST", "switches", { missing_get: status.toString() });
    const response = await zoho.events.getRecord(NOBODY);
    if (status === 204) nothing(response, 204);
    else assert.equal(refusal(answer(response, status, Record.APIException))[0], "INVALID_DATA");
  });
}

test("an empty list has no content", async () => {
  nothing(await zoho.events.getRecords(await params([FIELDS, NAMES])), 204);
});

test("pages by number and by token", async () => {
  const created = await create(5);
  const byNumber: bigint[] = [];
  for (const number of [1, 2, 3]) {
    const [ids, info] = await page([PAGE, number], [PER_PAGE, 2], [SORT_ORDER, "asc"]);
    byNumber.push(...ids);
    assert.deepEqual([info.getPage(), info.getPerPage(), info.getCount()], [number, 2, ids.length]);
    assert.equal(info.getMoreRecords(), number < 3);
    assert.deepEqual([info.getSortBy(), info.getSortOrder()], ["id", "asc"]);
  }
  assert.deepEqual(byNumber, created);

  let [byToken, info] = await page([PER_PAGE, 2], [SORT_ORDER, "asc"]);
  assert.deepEqual(info.getPageTokenExpiry(), new Date(Date.parse(NOW) + DAY_MS));
  for (let token = info.getNextPageToken(); token !== undefined; token = info.getNextPageToken()) {
    let ids: bigint[];
    [ids, info] = await page([PAGE_TOKEN, token], [PER_PAGE, 2], [SORT_ORDER, "asc"]);
    byToken = [...byToken, ...ids];
    assert.ok(byToken.length <= created.length);
  }
  assert.deepEqual(byToken, created);
});

test("the newest id comes first unless asked otherwise", async () => {
  const [first = NOBODY, second = NOBODY] = await create(2);
  assert.deepEqual((await page())[0], [second, first]);
  await sandbox.advance(MINUTE_MS);
  outcomes(await zoho.events.updateRecords(body(change(first, { Venue: "Here" }))), 200);
  assert.deepEqual((await page([SORT_BY, "Modified_Time"], [SORT_ORDER, "desc"]))[0], [first, second]);
});

test("a page token is bound and ends", async () => {
  await create(3);
  const token = (await page([PER_PAGE, 2]))[1].getNextPageToken();
  const [mismatch, bound] = await refusedPage([FIELDS, "Event_Title"], [PER_PAGE, 2], [PAGE_TOKEN, token]);
  assert.deepEqual([mismatch, bound["param_name"]], ["TOKEN_BOUND_DATA_MISMATCH", "page_token"]);
  const same: [Param, unknown][] = [[FIELDS, NAMES], [PER_PAGE, 2], [PAGE_TOKEN, token]];
  assert.equal((await refusedPage(...same, [PAGE, 2]))[0], "AMBIGUITY_DURING_PROCESSING");
  await sandbox.advance(25 * 60 * MINUTE_MS);
  await zoho.renew();
  const [code, details] = await refusedPage(...same);
  assert.deepEqual([code, details["api_name"]], ["EXPIRED_VALUE", "page_token"]);
});

test("bad lists are refused", async () => {
  const [missing, param] = await refusedPage();
  assert.deepEqual([missing, param["param_name"]], ["REQUIRED_PARAM_MISSING", "fields"]);
  const many = Array.from({ length: 51 }, (_, index) => `Field_${index}`).join(",");
  const [code, details] = await refusedPage([FIELDS, many]);
  assert.deepEqual([code, details["param_name"], details["limit"]], ["LIMIT_EXCEEDED", "fields", 50]);
  assert.equal((await refusedPage([FIELDS, NAMES], [PAGE, 11]))[0], "DISCRETE_PAGINATION_LIMIT_EXCEEDED");
});

for (const [edge, count] of [["exclusive", 1], ["inclusive", 2]] as const) {
  test(`a delta has what changed since, ${edge}`, async () => {
    await sandbox.admin("POST", "switches", { ims: edge });
    await create(1);
    await sandbox.advance(MINUTE_MS);
    const [changed] = await create(1);
    const since = await headers(Record.GetRecordsHeader.IF_MODIFIED_SINCE, new Date(NOW));
    const response = await zoho.events.getRecords(await params([FIELDS, NAMES]), since);
    const ids = answer(response, 200, Record.ResponseWrapper).getData().map((record) => record.getId());
    assert.deepEqual([ids.length, ids[0]], [count, changed]);
  });
}

test("a delta of nothing is not modified", async () => {
  await create(1);
  const since = await headers(Record.GetRecordsHeader.IF_MODIFIED_SINCE, new Date(Date.parse(NOW) + MINUTE_MS));
  nothing(await zoho.events.getRecords(await params([FIELDS, NAMES]), since), 304);
});

test("deleted meetings have a list of their own", async () => {
  const everything = await params([Record.GetDeletedRecordsParam.TYPE, "all"]);
  nothing(await zoho.events.getDeletedRecords(everything), 204);
  const [first = NOBODY, second = NOBODY] = await create(2);
  await sandbox.advance(MINUTE_MS);
  for (const id of [first, second]) outcomes(await zoho.events.deleteRecord(id), 200);

  const listed = async () => answer(await zoho.events.getDeletedRecords(everything), 200, Record.DeletedRecordsWrapper);
  const wrapper = await listed();
  assert.deepEqual(new Set(wrapper.getData().map((row) => row.getId())), new Set([first, second]));
  const row = wrapper.getData().find((row) => row.getId() === first);
  assert.deepEqual([row?.getDisplayName(), row?.getType()], ["M0", "recycle"]);
  assert.deepEqual(row?.getDeletedTime(), new Date(Date.parse(NOW) + MINUTE_MS));
  assert.deepEqual([row?.getDeletedBy()?.getName(), row?.getCreatedBy()?.getName()], ["Ana Moreau", "Ana Moreau"]);
  assert.deepEqual([wrapper.getInfo().getCount(), wrapper.getInfo().getMoreRecords()], [2, false]);

  const later = new Date(Date.parse(NOW) + 60 * MINUTE_MS);
  const since = await headers(Record.GetDeletedRecordsHeader.IF_MODIFIED_SINCE, later);
  nothing(await zoho.events.getDeletedRecords(everything, since), 304);
  await sandbox.admin("POST", "restore", { id: first.toString() });
  assert.deepEqual((await listed()).getData().map((row) => row.getId()), [second]);
  assert.deepEqual((await page())[0], [first]);
});

test("permanently deleted rows have no people", async () => {
  const [id = NOBODY] = await create(1);
  outcomes(await zoho.events.deleteRecord(id), 200);
  await sandbox.advance(61 * DAY_MS);
  await zoho.renew();
  const query = await params([Record.GetDeletedRecordsParam.TYPE, "permanent"]);
  const row = one(answer(await zoho.events.getDeletedRecords(query), 200, Record.DeletedRecordsWrapper).getData());
  assert.deepEqual([row.getId(), row.getType(), row.getDisplayName()], [id, "permanent", undefined]);
  assert.deepEqual([row.getDeletedBy(), row.getCreatedBy()], [undefined, undefined]);
});

test("search finds a contact only after a while", async () => {
  const person = having(new Record.Record(), { Last_Name: "Keller", Email: "nora.keller@example.com" });
  outcomes(await zoho.contacts.createRecords(body(person)), 201);
  const { EMAIL, CRITERIA } = Record.SearchRecordsParam;
  const byEmail = await params([EMAIL, "nora.keller@example.com"]);
  nothing(await zoho.contacts.searchRecords(byEmail), 204);
  await sandbox.advance(31_000);
  for (const query of [byEmail, await params([CRITERIA, "((Last_Name:equals:Keller))"])]) {
    const found = one(answer(await zoho.contacts.searchRecords(query), 200, Record.ResponseWrapper).getData());
    assert.equal(found.getKeyValue("Email"), "nora.keller@example.com");
  }
});

test("search needs something to search for", async () => {
  const response = await zoho.contacts.searchRecords(await params([Record.SearchRecordsParam.PER_PAGE, 10]));
  assert.equal(refusal(answer(response, 400, Record.APIException))[0], "EXPECTED_PARAM_MISSING");
});

function query(text: string) {
  const wrapper = new Coql.BodyWrapper();
  wrapper.setSelectQuery(text);
  return new Coql.CoqlOperations().getRecords(wrapper);
}

test("a query is not delayed", async () => {
  const created = await create(3);
  const select = "select Event_Title, Start_DateTime from Events where Event_Title like 'M%' order by id asc limit 2";
  const wrapper = answer(await query(select), 200, Coql.ResponseWrapper);
  assert.deepEqual(
    wrapper.getData().map((record) => [record.getId(), record.getKeyValue("Event_Title")]),
    [[created[0], "M0"], [created[1], "M1"]],
  );
  assert.deepEqual([wrapper.getInfo().getCount(), wrapper.getInfo().getMoreRecords()], [2, true]);
  nothing(await query("select id from Events where Event_Title = 'Nothing'"), 204);
});

for (const [select, code] of [
  ["selec id from Events", "SYNTAX_ERROR"],
  ["select Nothing from Events where id is not null", "INVALID_QUERY"],
  ["select id from Events where Description = 'x'", "INVALID_QUERY"],
] as const) {
  test(`a bad query is refused: ${select}`, async () => {
    assert.equal(refusal(answer(await query(select), 400, Coql.APIException))[0], code);
  });
}

test("records are counted", async () => {
  await create(3);
  assert.equal(answer(await zoho.events.recordCount(), 200, Record.CountWrapper).getCount(), 3n);
});

test("a missing scope is a mismatch", async () => {
  await create(1);
  await sandbox.admin("POST", "scopes", { zoho: ["ZohoCRM.modules.events.CREATE"] });
  const response = await zoho.events.getRecords(await params([FIELDS, NAMES]));
  assert.equal(refusal(answer(response, 401, Record.APIException))[0], "OAUTH_SCOPE_MISMATCH");
});
