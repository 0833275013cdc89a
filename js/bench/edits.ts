/** Changes that people make in a Google calendar: most are edits, some are new events, some are deletions. */

import type { Host } from "../src/host.ts";
import type { Service } from "../src/types.ts";
import type { GoogleEvent } from "./baseline/map.ts";

const LANES = 4;

/** Makes `count` changes to ordinary events through the API, in a fixed way. */
export async function edit(fetch: Host["fetch"], count: number): Promise<void> {
  const calendar = encodeURIComponent(await primary(fetch));
  const events = `/calendar/v3/calendars/${calendar}/events`;
  const ordinary = (await list(fetch, events)).filter(
    (event) => event.status !== "cancelled" && event.recurrence === undefined && event.recurringEventId === undefined
      && (event.eventType ?? "default") === "default" && event.visibility === undefined && event.organizer?.self === true && !event.locked && isRecent(event) && lasts(event),
  );
  const chosen = ordinary.slice(0, count);
  if (chosen.length < count) throw new Error(`the calendar has only ${ordinary.length} ordinary events`);
  const changes = chosen.map((event, at) => () => {
    const path = `${events}/${encodeURIComponent(event.id)}`;
    if (at % 20 === 0) return call(fetch, "DELETE", path);
    if (at % 20 === 1) return call(fetch, "POST", events, { ...copy(event), summary: `${event.summary ?? "Event"} (again)` });
    if (at % 20 === 2) return call(fetch, "PATCH", path, moved(event));
    if (at % 20 === 3) return call(fetch, "PATCH", path, { description: `Agenda<ul><li>Point ${at}</li><li>A &amp; B</li></ul>` });
    return call(fetch, "PATCH", path, at % 2 === 0 ? { summary: `Review ${at}` } : { location: `Room ${at}` });
  });
  await Promise.all(Array.from({ length: LANES }, async () => {
    for (let change = changes.pop(); change; change = changes.pop()) await change();
  }));
}

/** Renames one meeting of the CRM through the API; its id. */
export async function renameMeeting(fetch: Host["fetch"]): Promise<string> {
  const { data } = (await call(fetch, "GET", "/crm/v8/Events?fields=id&per_page=1", undefined, "zoho")) as { data: { id: string }[] };
  const [meeting] = data;
  if (!meeting) throw new Error("the sandbox has no meeting");
  await call(fetch, "PUT", "/crm/v8/Events", { data: [{ id: meeting.id, Event_Title: "Renamed just now" }], trigger: [] }, "zoho");
  return meeting.id;
}

async function primary(fetch: Host["fetch"]): Promise<string> {
  const { items } = (await call(fetch, "GET", "/calendar/v3/users/me/calendarList?minAccessRole=writer")) as { items: { id: string; primary?: boolean }[] };
  const calendar = items.find(({ primary }) => primary) ?? items[0];
  if (!calendar) throw new Error("the sandbox has no writable calendar");
  return calendar.id;
}

async function list(fetch: Host["fetch"], events: string): Promise<GoogleEvent[]> {
  const found: GoogleEvent[] = [];
  let page: string | undefined;
  do {
    const query = `maxResults=2500${page === undefined ? "" : `&pageToken=${encodeURIComponent(page)}`}`;
    const answer = (await call(fetch, "GET", `${events}?${query}`)) as { items?: GoogleEvent[]; nextPageToken?: string };
    found.push(...(answer.items ?? []));
    page = answer.nextPageToken;
  } while (page !== undefined);
  return found;
}

/** Well inside the window of three months, whatever the day. */
function isRecent({ start }: GoogleEvent): boolean {
  return Date.parse(start?.dateTime ?? start?.date ?? "") > Date.now() - 60 * 86_400_000;
}

/** A copy of an event without length would be refused. */
function lasts({ start, end }: GoogleEvent): boolean {
  return Date.parse(start?.dateTime ?? start?.date ?? "") < Date.parse(end?.dateTime ?? end?.date ?? "");
}

function copy({ summary, description, location, start, end }: GoogleEvent): Partial<GoogleEvent> {
  return JSON.parse(JSON.stringify({ summary, description, location, start, end })) as Partial<GoogleEvent>;
}

function moved({ start, end }: GoogleEvent): Partial<GoogleEvent> {
  const later = (text: string) => new Date(Date.parse(text) + 3_600_000).toISOString().replace(".000", "");
  if (!start?.dateTime || !end?.dateTime) return { summary: "A whole day" };
  return { start: { ...start, dateTime: later(start.dateTime) }, end: { ...end, dateTime: later(end.dateTime) } };
}

async function call(fetch: Host["fetch"], method: string, path: string, body?: unknown, service: Service = "google"): Promise<unknown> {
  const response = await fetch({
    service,
    method,
    path,
    headers: body === undefined ? {} : { "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = typeof response.body === "string" ? response.body : new TextDecoder().decode(response.body);
  if (response.status >= 300) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
  return text === "" ? undefined : JSON.parse(text);
}
