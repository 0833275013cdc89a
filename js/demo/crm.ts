/** Zoho CRM API v8 as the page uses it: read the meetings of a span with COQL, and one record. */

import { shiftDay, startOfDay } from "./dates.ts";
import { daysOfSpan, type CalendarEvent } from "./events.ts";
import { call } from "./services.ts";

interface Row {
  id: string;
  Event_Title?: string | null;
  Start_DateTime?: string | null;
  End_DateTime?: string | null;
  All_day?: boolean | null;
  Venue?: string | null;
  Modified_Time?: string | null;
}

export interface Meeting extends Row {
  Description?: string | null;
  Participants?: { Email?: string | null; name?: string | null; participant?: string }[] | null;
}

const PAGE = 2000;

/** All meetings that touch the span. */
export async function crmEvents(fromMs: number, toMs: number): Promise<CalendarEvent[]> {
  const events: CalendarEvent[] = [];
  for (let offset = 0; ; offset += PAGE) {
    const select_query =
      "select id, Event_Title, Start_DateTime, End_DateTime, All_day, Venue, Modified_Time from Events " +
      `where ((Start_DateTime < '${coqlTime(toMs)}') and (End_DateTime >= '${coqlTime(fromMs)}')) ` +
      `order by id asc limit ${offset}, ${PAGE}`;
    const page = (await call({ service: "zoho", method: "POST", path: "/crm/v8/coql", body: { select_query } })) as
      { data: Row[]; info?: { more_records?: boolean } } | undefined;
    events.push(...(page?.data ?? []).flatMap((row) => asCalendarEvent(row) ?? []));
    if (page?.info?.more_records !== true) return events;
  }
}

export async function meeting(id: string): Promise<Meeting | undefined> {
  const fields = "Event_Title,Start_DateTime,End_DateTime,All_day,Venue,Description,Participants,Modified_Time";
  const answer = (await call({ service: "zoho", path: `/crm/v8/Events/${encodeURIComponent(id)}?fields=${fields}` })) as { data: Meeting[] } | undefined;
  return answer?.data[0];
}

function asCalendarEvent(row: Row): CalendarEvent | undefined {
  const startMs = Date.parse(row.Start_DateTime ?? "");
  if (Number.isNaN(startMs)) return undefined;
  const endMs = Date.parse(row.End_DateTime ?? "") || startMs;
  const common = { side: "crm" as const, id: row.id, title: row.Event_Title ?? "", place: row.Venue ?? "", version: row.Modified_Time ?? "" };
  if (row.All_day === true) {
    // The printed dates count, whatever the offset says: an all-day meeting has no zone.
    const firstDay = (row.Start_DateTime ?? "").slice(0, 10);
    const lastDay = (row.End_DateTime ?? row.Start_DateTime ?? "").slice(0, 10);
    return { ...common, allDay: true, startMs: startOfDay(firstDay), endMs: startOfDay(shiftDay(lastDay, 1)), firstDay, lastDay };
  }
  const [firstDay, lastDay] = daysOfSpan(startMs, endMs);
  return { ...common, allDay: false, startMs, endMs, firstDay, lastDay };
}

/** COQL wants an offset and no milliseconds. */
function coqlTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}+00:00`;
}

/** All-day meetings may begin up to a day outside the span, by their offset; days outside are not shown. */
export function spanFor(firstDay: string, lastDay: string): [fromMs: number, toMs: number] {
  return [startOfDay(shiftDay(firstDay, -1)), startOfDay(shiftDay(lastDay, 2))];
}

