/** Zoho CRM API v8 as the page uses it: read the meetings of a span with COQL, and write as a person in the CRM would. */

import { shiftDay, startOfDay } from "./dates.ts";
import { draftOf, isMoved, type Draft, type Editor } from "./editor.ts";
import { daysOfSpan, type CalendarEvent } from "./events.ts";
import { call, ServiceError } from "./services.ts";

interface Row {
  id: string;
  Event_Title?: string | null;
  Start_DateTime?: string | null;
  End_DateTime?: string | null;
  All_day?: boolean | null;
  Venue?: string | null;
  Modified_Time?: string | null;
}

interface Meeting extends Row {
  Recurring_Activity?: object | null;
  Description?: string | null;
  Participants?: { Email?: string | null; name?: string | null; participant?: string }[] | null;
}

const PAGE = 2000;
const FIELDS = "Event_Title,Start_DateTime,End_DateTime,All_day,Venue,Description,Participants,Recurring_Activity,Modified_Time";

const eventPath = (id: string) => `/crm/v8/Events/${encodeURIComponent(id)}`;

/** All meetings that touch the span. */
export async function crmEvents(fromMs: number, toMs: number): Promise<CalendarEvent[]> {
  const events: CalendarEvent[] = [];
  for (let offset = 0; ; offset += PAGE) {
    const select_query =
      "select id, Event_Title, Start_DateTime, End_DateTime, All_day, Venue, Modified_Time from Events " +
      `where ((Start_DateTime < '${crmTime(toMs)}') and (End_DateTime >= '${crmTime(fromMs)}')) ` +
      `order by id asc limit ${offset}, ${PAGE}`;
    const page = (await call({ service: "zoho", method: "POST", path: "/crm/v8/coql", body: { select_query } })) as
      { data: Row[]; info?: { more_records?: boolean } } | undefined;
    events.push(...(page?.data ?? []).flatMap((row) => asCalendarEvent(row) ?? []));
    if (page?.info?.more_records !== true) return events;
  }
}

export const crmEditor: Editor = {
  side: "crm",
  async open(id) {
    const path = eventPath(id);
    const answer = (await call({ service: "zoho", path: `${path}?fields=${FIELDS}` })) as { data?: Meeting[] } | undefined;
    const record = answer?.data?.[0];
    if (!record) throw new ServiceError(404);
    const before = draftOf(asCalendarEvent(record), record.Description ?? "");
    return {
      draft: before,
      guests: (record.Participants ?? []).map(({ name, Email, participant }) => name ?? Email ?? participant ?? "").filter(Boolean),
      ...(record.Recurring_Activity && { repeats: true as const, readOnly: "series" as const }),
      async change(after) {
        const changes = {
          ...(after.title !== before.title && { Event_Title: after.title }),
          ...(after.place !== before.place && { Venue: after.place }),
          ...(after.notes !== before.notes && { Description: after.notes }),
          ...(isMoved(before, after) && times(after)),
        };
        if (Object.keys(changes).length === 0) return;
        const body = { data: [{ ...changes, $send_notification: false }] };
        await call({ service: "zoho", method: "PUT", path, body, ifUnmodifiedSince: record.Modified_Time ?? undefined });
      },
      async remove() {
        await call({ service: "zoho", method: "DELETE", path });
      },
    };
  },
  async insert(draft) {
    // The kind of venue may be mandatory, as it is in newer organisations.
    const { title, place, notes } = draft;
    const row = { Event_Title: title, Meeting_Venue__s: "In-office", ...times(draft), ...(place && { Venue: place }), ...(notes && { Description: notes }) };
    const answer = await call({ service: "zoho", method: "POST", path: "/crm/v8/Events", body: { data: [{ ...row, $send_notification: false }] } });
    const id = (answer as { data?: { details?: { id?: string } }[] } | undefined)?.data?.[0]?.details?.id;
    if (id === undefined) throw new ServiceError(400);
    return id;
  },
};

function times(draft: Draft): { All_day: boolean; Start_DateTime: string; End_DateTime: string } {
  // Noon in UTC is the same date from 12 hours west to 11 hours east, by whichever offset the service takes it.
  const at = (text: string) => crmTime(draft.allDay ? Date.parse(`${text.slice(0, 10)}T12:00Z`) : new Date(text).getTime());
  return { All_day: draft.allDay, Start_DateTime: at(draft.start), End_DateTime: at(draft.end) };
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

/** The CRM wants an offset and no milliseconds. */
function crmTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}+00:00`;
}

/** All-day meetings may begin up to a day outside the span, by their offset; days outside are not shown. */
export function spanFor(firstDay: string, lastDay: string): [fromMs: number, toMs: number] {
  return [startOfDay(shiftDay(firstDay, -1)), startOfDay(shiftDay(lastDay, 2))];
}

