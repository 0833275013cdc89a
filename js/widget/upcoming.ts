/** The next events of both sides, for the tile. Reads only. */

import type { Host } from "../src/host.ts";
import { parsed } from "../src/hosts/widget/answer.ts";
import { isObject, member } from "../src/hosts/widget/sdk.ts";

export interface Upcoming {
  title: string;
  startMs: number;
  allDay: boolean;
  /** Where it was found. */
  google: boolean;
  crm: boolean;
}

const SHOWN = 5;

/** At most five, soonest first; what has the same title and start on both sides is one. */
export async function upcoming(fetch: Host["fetch"], calendar: string, nowMs: number): Promise<Upcoming[]> {
  const [google, crm] = await Promise.all([googleNext(fetch, calendar, nowMs), crmNext(fetch, nowMs)]);
  const found = new Map<string, Upcoming>();
  for (const one of [...google, ...crm]) {
    const key = `${one.startMs} ${one.title}`;
    const before = found.get(key);
    found.set(key, before === undefined ? one : { ...before, google: before.google || one.google, crm: before.crm || one.crm });
  }
  return [...found.values()].sort((a, b) => a.startMs - b.startMs).slice(0, SHOWN);
}

async function googleNext(fetch: Host["fetch"], calendar: string, nowMs: number): Promise<Upcoming[]> {
  const query = new URLSearchParams({
    timeMin: new Date(nowMs).toISOString(), maxResults: String(SHOWN), singleEvents: "true", orderBy: "startTime", fields: "items(summary,start,end)",
  });
  const answer = await fetch({ service: "google", method: "GET", path: `/calendar/v3/calendars/${encodeURIComponent(calendar)}/events?${query}`, headers: {} });
  return rows(answer.body, "items").flatMap((item) => {
    const date = member(item, "start", "date");
    const start = typeof date === "string" ? `${date}T00:00:00` : member(item, "start", "dateTime");
    return entry(member(item, "summary"), start, { google: true, crm: false, allDay: typeof date === "string" });
  });
}

async function crmNext(fetch: Host["fetch"], nowMs: number): Promise<Upcoming[]> {
  const now = new Date(nowMs).toISOString().replace(/\.\d+Z$/, "+00:00");
  const select_query = `select Event_Title, Start_DateTime, All_day from Events where Start_DateTime >= '${now}' order by Start_DateTime asc limit ${SHOWN}`;
  const answer = await fetch({ service: "zoho", method: "POST", path: "/crm/v8/coql", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ select_query }) });
  return rows(answer.body, "data").flatMap((row) =>
    entry(member(row, "Event_Title"), member(row, "Start_DateTime"), { google: false, crm: true, allDay: member(row, "All_day") === true }));
}

function rows(body: unknown, name: string): unknown[] {
  const whole = parsed(body);
  const found = isObject(whole) ? whole[name] : undefined;
  return Array.isArray(found) ? found : [];
}

function entry(title: unknown, start: unknown, rest: Pick<Upcoming, "google" | "crm" | "allDay">): Upcoming[] {
  const startMs = Date.parse(String(start));
  return Number.isNaN(startMs) ? [] : [{ title: typeof title === "string" ? title : "", startMs, ...rest }];
}
