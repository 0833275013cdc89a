import assert from "node:assert/strict";
import { test } from "node:test";
import { MOST_IDS, touchedBy } from "../src/crm-watch.ts";

const CRM = "https://crm.zoho.eu/crm";
const ID = "4876876000000225999";
const OTHER = "4876876000000226001";

const body = (sent: unknown) => ({ raw: [{ bytes: new TextEncoder().encode(JSON.stringify(sent)).buffer as ArrayBuffer }] });

const CASES: [says: string, method: string, url: string, body: ReturnType<typeof body> | null, ids: string[] | undefined][] = [
  ["a change names its record in the path", "PUT", `${CRM}/v8/Events/${ID}`, null, [ID]],
  ["a change names its records in the body", "PUT", `${CRM}/v8/Events`, body({ data: [{ id: ID }, { id: OTHER }] }), [ID, OTHER]],
  ["a record that is named twice is touched once", "PUT", `${CRM}/v8/Events/${ID}`, body({ data: [{ id: ID }] }), [ID]],
  ["a deletion names its records in the query", "DELETE", `${CRM}/v8/Events?ids=${ID},${OTHER}`, null, [ID, OTHER]],
  ["pages call the module Activities as well", "PATCH", `${CRM}/org20/v2.2/Activities/${ID}/actions/x`, null, [ID]],
  ["a new meeting has no id yet", "POST", `${CRM}/v8/Events`, body({ data: [{ Event_Title: "Lunch" }] }), []],
  ["a body that is no JSON names nothing", "POST", `${CRM}/v8/Events`, { raw: [{ bytes: new TextEncoder().encode("a=b").buffer as ArrayBuffer }] }, []],
  ["what is no id is not taken for one", "PUT", `${CRM}/v8/Events/12`, body({ data: [{ id: "x' or '1'='1" }, { id: 7 }, null] }), []],
  ["reading touches nothing", "GET", `${CRM}/v8/Events/${ID}`, null, undefined],
  ["a search is sent as POST and reads", "POST", `${CRM}/v8/Events/search`, null, undefined],
  ["other modules are none of ours", "PUT", `${CRM}/v8/Contacts/${ID}`, null, undefined],
  ["a word that begins alike is another module", "PUT", `${CRM}/v8/EventsArchive/${ID}`, null, undefined],
];

for (const [says, method, url, requestBody, ids] of CASES) {
  test(`watching the CRM: ${says} (D2)`, () => assert.deepEqual(touchedBy({ method, url, requestBody })?.ids, ids));
}

test("watching the CRM: never more records than the engine takes at once (D2)", () => {
  const data = Array.from({ length: 150 }, (_, n) => ({ id: String(4876876000000225000n + BigInt(n)) }));
  assert.equal(touchedBy({ method: "PUT", url: `${CRM}/v8/Events`, requestBody: body({ data }) })?.ids.length, MOST_IDS);
});
