/**
 * What the examples of the reference take as given. Runs in a page, and in Node for what is Node's. Nothing here is called
 * without being counted: an example whose branch was not reached would prove nothing.
 */

import { browserFetch, createSync, memoryStorage, type AccordError, type Calendar, type Host, type Report, type ServiceAccess, type Storage, type Sync } from "accord-sync";
import type { ZohoCrm } from "accord-sync/hosts/widget";

/** As an application has them: where a service is, and its own way to come by tokens. */
type Access = ServiceAccess & { accessToken(refresh: boolean): Promise<string> };

export interface Given {
  sync: Sync;
  host: Host;
  storage: Storage;
  google: Access;
  zoho: Access;
  calendar: Calendar;
  /** The last report. */
  report: Report;
  event: { id: string };
  savedId: string;
  error: unknown;
  ZOHO: { CRM: ZohoCrm };
  show(...values: unknown[]): void;
  list(...values: unknown[]): void;
  download(name: string, text: string): void;
  confirm(question: string): boolean;
  retryIn(ms: number): void;
  showSignIn(): void;
}

const TOKENS = { google: "sandbox-google", zoho: "sandbox-zoho" };
const HOUR = 3_600_000;

/** What is given to an example that names `wanted`, over the sandbox at `origin`, and what was called of it. */
export async function prepare(origin: string, wanted: readonly string[]): Promise<{ given: Given; called: () => string[] }> {
  reroute(origin);
  const called = new Set<string>();
  const counted = (name: string) => () => void called.add(name);
  const access = (token: string): Access => ({ base: origin, token: () => token, accessToken: async () => token });
  const [google, zoho] = [access(TOKENS.google), access(TOKENS.zoho)];
  let isSlow = false;
  let waited = 0;
  const over = browserFetch({ google, zoho });
  const host: Host = {
    storage: memoryStorage(),
    // Pauses are not waited for: the clock goes on by them.
    now: () => Date.now() + waited,
    sleep: async (ms) => void (waited += ms),
    fetch: async (request, signal) => (isSlow ? { status: 429, headers: { "retry-after": "3600" }, body: "" } : over(request, signal)),
  };
  const needs = (...names: (keyof Given)[]) => names.some((name) => wanted.includes(name));
  const given: Partial<Given> = {
    host: { storage: memoryStorage(), fetch: over }, storage: memoryStorage(), google, zoho,
    show: counted("show"), list: counted("list"), download: counted("download"), retryIn: counted("retryIn"), showSignIn: counted("showSignIn"),
    confirm: () => (called.add("confirm"), true),
    ZOHO: { CRM: widgetSdk(origin) },
  };
  if (needs("sync", "calendar", "report", "event", "savedId")) Object.assign(given, await story(origin, host, needs("report", "show")));
  if (needs("error")) {
    const refused = browserFetch({ google: { base: origin, token: () => undefined }, zoho });
    given.error = await (await createSync({ ...host, fetch: refused })).calendars().catch((error: AccordError) => error);
  }
  isSlow = needs("retryIn");
  return { given: given as Given, called: () => [...called] };
}

/** The addresses that the examples name are those of the vendors: here the sandbox is behind them. */
function reroute(origin: string): void {
  const fetched = globalThis.fetch;
  const vendors = /^https:\/\/www\.(googleapis\.com|zohoapis\.eu)(?=\/)/;
  globalThis.fetch = (input, init) => fetched(typeof input === "string" ? input.replace(vendors, origin) : input, init);
}

/**
 * A sync in which something happened: a conflict was decided, two kinds of questions are open, an event was changed by a
 * cycle and by a person since, and another one is in conflict again. Without `isConflict` both conflicts may be missing:
 * the CRM tells times by whole seconds, and an edit within that of a cycle's own write passes for the write.
 */
async function story(origin: string, host: Host, isConflict: boolean): Promise<Pick<Given, "sync" | "calendar" | "report" | "event" | "savedId">> {
  const { google, crm } = services(origin);
  const at = Date.now() + 48 * HOUR;
  const time = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
  const [start, end] = [{ dateTime: time(at) }, { dateTime: time(at + HOUR) }];
  for (const n of [1, 2]) {
    await google("POST", "", { summary: "Alike", location: `Room ${n}`, start, end });
    await crm("POST", { Event_Title: "Alike", Venue: `Office ${n}`, Meeting_Venue__s: "In-office", Start_DateTime: start.dateTime.replace("Z", "+00:00"), End_DateTime: end.dateTime.replace("Z", "+00:00") });
  }
  const ids: string[] = [];
  for (const summary of ["First", "Second", "Third"]) ids.push((await google("POST", "", { summary, start, end })).id);
  const [first = "", second = "", third = ""] = ids;

  const sync = await createSync(host);
  const calendar = (await sync.calendars()).find(({ primary }) => primary);
  if (!calendar) throw new Error("The sandbox has no calendar.");
  await sync.activate({ calendar: calendar.id, direction: "two-way" });
  await sync.run();
  const meetings = await crm.ids();
  const meeting = (title: string) => meetings.get(title)?.[0] ?? "";
  const both = async (id: string, was: string) => {
    await google("PATCH", id, { summary: `${was}, says Google` });
    await crm("PUT", { id: meeting(was), Event_Title: `${was}, says the CRM` });
  };

  if (isConflict) await new Promise((resolve) => setTimeout(resolve, 1100));
  await both(first, "First");
  await google("PATCH", second, { location: "Room 3" });
  const report = await sync.run();
  const others = [...meetings].filter(([title]) => !["Alike", "First", "Second", "Third"].includes(title)).flatMap(([, of]) => of);
  await crm.remove(others.slice(0, 25));
  await sync.run();
  await crm("PUT", { id: meeting("Second"), Venue: "Room 4" });
  await both(third, "Third");
  return { sync, calendar, report, event: { id: first }, savedId: meeting("Second") };
}

/** Both services as other programs use them. */
function services(origin: string) {
  async function call(path: string, authorization: string, method: string, body?: object) {
    const answer = await fetch(origin + path, { method, headers: { authorization, "content-type": "application/json" }, ...(body && { body: JSON.stringify(body) }) });
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${await answer.text()}`);
    const text = await answer.text();
    return text === "" ? undefined : JSON.parse(text);
  }
  const google = async (method: string, id: string, body: object): Promise<{ id: string }> =>
    call(`/calendar/v3/calendars/primary/events${id && `/${id}`}`, `Bearer ${TOKENS.google}`, method, body);
  const zoho = (method: string, path: string, body?: object) => call(`/crm/v8/${path}`, `Zoho-oauthtoken ${TOKENS.zoho}`, method, body);
  const crm = Object.assign(async (method: string, meeting: object): Promise<void> => zoho(method, "Events", { data: [meeting] }), {
    remove: async (ids: string[]): Promise<void> => zoho("DELETE", `Events?ids=${ids.join(",")}`),
    /** The ids of the meetings of each title. */
    ids: async (): Promise<Map<string, string[]>> => {
      const select_query = "select id, Event_Title from Events where id is not null order by id asc limit 0, 2000";
      const { data } = (await zoho("POST", "coql", { select_query })) as { data: { id: string; Event_Title: string }[] };
      const found = new Map<string, string[]>();
      for (const { id, Event_Title } of data) found.set(Event_Title, [...(found.get(Event_Title) ?? []), id]);
      return found;
    },
  });
  return { google, crm };
}

/** The SDK of a widget, as far as an example needs it: connections that reach the sandbox, and who is signed in. */
function widgetSdk(origin: string): ZohoCrm {
  const token: Record<string, string> = { accord_google: `Bearer ${TOKENS.google}`, accord_zoho: `Zoho-oauthtoken ${TOKENS.zoho}` };
  return {
    CONNECTION: {
      async invoke(name, { url, method, headers, param_type, parameters }) {
        const body = param_type === 2 ? { body: JSON.stringify(parameters) } : {};
        const answer = await fetch(origin + new URL(url).pathname + new URL(url).search, { method, headers: { ...headers, authorization: token[name] ?? "" }, ...body });
        return { code: "SUCCESS", details: { statusMessage: await answer.text() } };
      },
    },
    CONFIG: { getCurrentUser: async () => ({ users: [{ id: "4150868000000225013", locale: "fr_FR", time_zone: "Europe/Paris" }] }) },
  } as Partial<ZohoCrm> as ZohoCrm;
}

/** That `host` is one: a sync over it reaches Google, and stores. */
export async function works(host: Host, options?: { googleBatch: boolean }): Promise<void> {
  const sync = await createSync(host, options);
  if ((await sync.calendars()).length === 0) throw new Error("The host of the example reaches no calendar.");
  await host.storage.save({ put: { given: "1" }, remove: [] });
  const { given } = await host.storage.load(["given"]);
  if (given !== "1") throw new Error("The host of the example stores nothing.");
}
