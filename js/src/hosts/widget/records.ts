/**
 * The engine's requests to the CRM by the SDK's own functions, for a CRM that has no connection to itself. They need no
 * set-up and act as the person who is signed in, but take one record at a time, and have no list of deleted records: a
 * meeting that was deleted in the CRM is found by its id only.
 */

import type { HostRequest, HostResponse } from "../../host.ts";
import { answerOf, parsed } from "./answer.ts";
import { isObject, member, type CrmRecord, type ZohoCrm } from "./sdk.ts";

/** As many calls at once as the engine makes requests to the CRM. */
const AT_ONCE = 2;

/** The answer, or `undefined` when the SDK has nothing for this request. */
export async function byRecords({ API, CONFIG, META }: ZohoCrm, request: HostRequest): Promise<HostResponse | undefined> {
  const { pathname, searchParams: query } = new URL(request.path, "https://crm.invalid");
  const [kind = "", id] = pathname.replace("/crm/v8/", "").split("/");
  const records = recordsOf(request);
  const answer = (body: unknown) => answerOf("zoho", parsed(body));

  if (pathname === "/crm/v8/users") {
    if (query.get("type") === "CurrentUser") return answer(usersOf(await CONFIG.getCurrentUser()));
    return answer(await API.getAllUsers({ Type: "AllUsers", page: Number(query.get("page") ?? 1), per_page: 200 }));
  }
  if (pathname === "/crm/v8/org") return answer(await CONFIG.getOrgInfo());
  if (pathname === "/crm/v8/coql") return answer(await API.coql({ select_query: String(member(parsed(request.body), "select_query")) }));
  if (pathname === "/crm/v8/settings/fields") return answer(await META.getFields({ Entity: query.get("module") ?? "" }));
  if (pathname.startsWith("/crm/v8/settings/modules/")) return answer(moduleOf(await META.getModules(), pathname.split("/").at(-1) ?? ""));
  if (id === "deleted") return answerOf("zoho", "");
  if (id !== undefined && request.method === "GET") return answer(await API.getRecord({ Entity: kind, RecordID: id }));
  const ids = query.get("ids")?.split(",");
  if (ids !== undefined && request.method === "GET") {
    const found = await each(ids, (one) => API.getRecord({ Entity: kind, RecordID: one }));
    return answer(merged(found));
  }
  switch (request.method) {
    case "GET":
      return answer(await API.getAllRecords({ Entity: kind, sort_by: "Modified_Time", sort_order: "desc", page: 1, per_page: 200 }));
    case "POST":
      return answer(merged(await each(records, (APIData) => API.insertRecord({ Entity: kind, APIData, Trigger: [] }))));
    case "PUT":
      return answer(merged(await each(records, (APIData) => API.updateRecord({ Entity: kind, APIData, Trigger: [] }))));
    case "DELETE":
      return answer(merged(await each(ids ?? [], (one) => API.deleteRecord({ Entity: kind, RecordID: one }))));
    default:
      return undefined;
  }
}

function recordsOf({ body }: HostRequest): CrmRecord[] {
  const data = member(parsed(body), "data");
  return Array.isArray(data) ? data.filter(isObject) : [];
}

/** Older builds of the SDK hand out the user itself, newer ones a list of one. */
function usersOf(user: unknown): unknown {
  return member(user, "users") === undefined && member(user, "id") !== undefined ? { users: [user] } : user;
}

function moduleOf(answer: unknown, name: string): unknown {
  const modules = member(parsed(answer), "modules");
  if (!Array.isArray(modules)) return answer;
  return { modules: modules.filter((module) => member(module, "api_name") === name) };
}

async function each<T>(items: readonly T[], call: (item: T) => Promise<unknown>): Promise<unknown[]> {
  const answers: unknown[] = [];
  const waiting = [...items.entries()];
  const lane = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) answers[next[0]] = parsed(await call(next[1]));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return answers;
}

/** One answer of the rows of many; an error of the whole, such as an expired sign-in, stands for all. */
function merged(answers: unknown[]): unknown {
  const rows: unknown[] = [];
  for (const answer of answers) {
    const data = member(answer, "data");
    if (Array.isArray(data)) rows.push(...data);
    else if (member(answer, "status") === "error" && member(answer, "code") !== "INVALID_DATA") return answer;
    else if (isObject(answer) && "code" in answer) rows.push(answer);
  }
  return rows.length === 0 ? "" : { data: rows };
}
