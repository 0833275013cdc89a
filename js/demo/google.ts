/** Google Calendar API v3 as the page uses it: read a span, and write as a person at calendar.google.com would. */

import { shiftDay, startOfDay, type Day } from "./dates.ts";
import { draftOf, isMoved, type Draft, type Editor } from "./editor.ts";
import { daysOfSpan, type CalendarEvent } from "./events.ts";
import { call } from "./services.ts";

interface Moment {
  dateTime?: string;
  date?: string;
  timeZone?: string;
}

interface GoogleEvent {
  id: string;
  etag?: string;
  status?: string;
  summary?: string;
  location?: string;
  description?: string;
  start?: Moment;
  end?: Moment;
  eventType?: string;
  recurringEventId?: string;
  recurrence?: string[];
  organizer?: { self?: boolean };
  guestsCanModify?: boolean;
  attendees?: { email?: string; displayName?: string }[];
}

interface EventPage {
  items?: GoogleEvent[];
  nextPageToken?: string;
}

const eventsPath = (calendarId: string) => `/calendar/v3/calendars/${encodeURIComponent(calendarId)}/events`;
const eventPath = (calendarId: string, id: string) => `${eventsPath(calendarId)}/${encodeURIComponent(id)}`;

/** All events that touch the span, occurrences of repeating ones included. */
export async function googleEvents(calendarId: string, fromMs: number, toMs: number): Promise<CalendarEvent[]> {
  const query = new URLSearchParams({
    timeMin: new Date(fromMs).toISOString(),
    timeMax: new Date(toMs).toISOString(),
    singleEvents: "true",
    orderBy: "startTime",
    maxResults: "2500",
  });
  const events: CalendarEvent[] = [];
  for (;;) {
    const page = (await call({ service: "google", path: `${eventsPath(calendarId)}?${query}` })) as EventPage;
    events.push(...(page.items ?? []).flatMap((item) => asCalendarEvent(item) ?? []));
    if (page.nextPageToken === undefined) return events;
    query.set("pageToken", page.nextPageToken);
  }
}

export function googleEditor(calendarId: string): Editor {
  return {
    side: "google",
    async open(id) {
      const path = eventPath(calendarId, id);
      const event = (await call({ service: "google", path })) as GoogleEvent;
      const before = draftOf(asCalendarEvent(event), event.description ?? "");
      return {
        draft: before,
        guests: (event.attendees ?? []).map(({ displayName, email }) => displayName ?? email ?? "").filter(Boolean),
        ...whyReadOnly(event),
        async change(after) {
          const body = {
            ...(after.title !== before.title && { summary: after.title }),
            ...(after.place !== before.place && { location: after.place }),
            ...(after.notes !== before.notes && { description: after.notes }),
            ...(isMoved(before, after) && times(after, event)),
          };
          if (Object.keys(body).length === 0) return;
          await call({ service: "google", method: "PATCH", path: `${path}?sendUpdates=none`, body, ifMatch: event.etag });
        },
        async remove() {
          await call({ service: "google", method: "DELETE", path: `${path}?sendUpdates=none`, ifMatch: event.etag });
        },
      };
    },
    async insert(draft) {
      const { title, place, notes } = draft;
      const body = { summary: title, ...times(draft), ...(place && { location: place }), ...(notes && { description: notes }) };
      const event = await call({ service: "google", method: "POST", path: `${eventsPath(calendarId)}?sendUpdates=none`, body });
      return (event as GoogleEvent).id;
    },
  };
}

/** The last day is exclusive at Google; a field that is null is removed, which a change between timed and all-day needs. */
function times(draft: Draft, event?: GoogleEvent): { start: object; end: object } {
  if (draft.allDay) {
    return { start: { date: draft.start.slice(0, 10), dateTime: null }, end: { date: shiftDay(draft.end.slice(0, 10), 1), dateTime: null } };
  }
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const moment = (text: string, old: Moment | undefined) => ({ dateTime: new Date(text).toISOString(), timeZone: old?.timeZone ?? zone, date: null });
  return { start: moment(draft.start, event?.start), end: moment(draft.end, event?.end) };
}

function asCalendarEvent(event: GoogleEvent): CalendarEvent | undefined {
  const { id, start, end } = event;
  if (event.status === "cancelled" || start === undefined) return undefined;
  const common = {
    side: "google" as const,
    id,
    title: event.summary ?? "",
    place: event.location ?? "",
    version: event.etag ?? "",
    ...(event.recurringEventId !== undefined && { repeats: true as const }),
    ...whyReadOnly(event),
  };
  if (start.date !== undefined) {
    const lastDay = lastDayOf(start.date, end?.date);
    return { ...common, allDay: true, startMs: startOfDay(start.date), endMs: startOfDay(shiftDay(lastDay, 1)), firstDay: start.date, lastDay };
  }
  const startMs = Date.parse(start.dateTime ?? "");
  if (Number.isNaN(startMs)) return undefined;
  const endMs = Date.parse(end?.dateTime ?? "") || startMs;
  const [firstDay, lastDay] = daysOfSpan(startMs, endMs);
  return { ...common, allDay: false, startMs, endMs, firstDay, lastDay };
}

function lastDayOf(first: Day, exclusiveEnd: Day | undefined): Day {
  const last = shiftDay(exclusiveEnd ?? first, -1);
  return last < first ? first : last;
}

function whyReadOnly(event: GoogleEvent): Pick<CalendarEvent, "readOnly"> {
  if (event.eventType !== undefined && event.eventType !== "default") return { readOnly: "type" };
  if (event.organizer !== undefined && event.organizer.self !== true && event.guestsCanModify !== true) return { readOnly: "guest" };
  return {};
}
