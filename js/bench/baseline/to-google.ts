/**
 * One first cycle CRM → Google as a careful JavaScript program would do it: the same answers in, the same events and link
 * rows out. Like its sister, it leaves out what makes the engine safe.
 */

import { cut, normal, oneLine } from "./text.ts";
import { fingerprints, hash, mapped, zohoTime, type GoogleEvent, type Guest, type Mapped, type Participant, type TextLimits } from "./map.ts";

/** The bodies that the services answered with. */
export interface MeetingAnswers {
  /** Pages of the calendar, to find what is there already. */
  pages: Uint8Array[];
  /** Ids and versions of the meetings in the window, by query. */
  meetings: Uint8Array[];
  /** The records, in full. */
  records: Uint8Array[];
  /** What Google made of the events. */
  batches: Uint8Array[];
}

export interface MeetingCircumstances {
  nowMs: number;
  /** How many entries may be written. */
  cap: number;
  limits: TextLimits;
}

export interface GoogleWork {
  /** Bodies of batches. */
  batches: string[];
  /** Rows to store, by key. */
  rows: Map<string, string>;
  skipped: number;
}

interface CrmMeeting {
  id: string;
  Modified_Time?: string;
  Event_Title?: string | null;
  Start_DateTime?: string;
  End_DateTime?: string;
  All_day?: boolean;
  Venue?: string | null;
  Description?: string | null;
  Remind_At?: { unit: number; period: string }[] | null;
  Participants?: Participant[] | null;
  Recurring_Activity?: unknown;
}
interface Create { id: string; crm: string; modified: number; event: Mapped }

const BATCH = 50;
const LONGEST = 8192;
const DAY_MS = 86_400_000;
const MINUTES: Record<string, number> = { minutes: 1, hours: 60, days: 1440, weeks: 10_080 };
const utf8 = new TextDecoder();
const parse = <T>(bytes: Uint8Array): T => JSON.parse(utf8.decode(bytes)) as T;
const rows = (bytes: Uint8Array): CrmMeeting[] => (bytes.length === 0 ? [] : (parse<{ data?: CrmMeeting[] }>(bytes).data ?? []));

/** Runs a cycle over recorded answers. */
export function cycleToGoogle(answers: MeetingAnswers, given: MeetingCircumstances): GoogleWork {
  const work: GoogleWork = { batches: [], rows: new Map(), skipped: 0 };
  const wanted = new Set(answers.meetings.flatMap(rows).map(({ id }) => id));
  const records = new Map<string, CrmMeeting>();
  for (const record of answers.records.flatMap(rows)) {
    if (wanted.has(record.id)) records.set(record.id, record);
  }
  const exclusive = endsExclusive(records.values());
  const taken = extents(answers.pages);
  const creates: Create[] = [];
  for (const record of records.values()) {
    const event = record.Recurring_Activity ? undefined : mappedMeeting(record, exclusive, given.limits);
    if (!event || taken.has(keyOf(event))) {
      work.skipped++;
      continue;
    }
    creates.push({ id: `accord${hash(record.id).toString(32)}`, crm: record.id, modified: secondsOf(record.Modified_Time), event });
  }
  creates.sort((a, b) => order(a, b, given.nowMs));
  const creating = creates.slice(0, given.cap);
  for (let at = 0; at < creating.length; at += BATCH) {
    const group = creating.slice(at, at + BATCH);
    work.batches.push(batchOf(group));
    settle(group, answers.batches[work.batches.length - 1], given.limits, work);
  }
  return work;
}

/** What the calendar shows already, by title and extent. */
function extents(pages: Uint8Array[]): Set<string> {
  const found = new Set<string>();
  for (const bytes of pages) {
    for (const { summary, start, end } of parse<{ items?: GoogleEvent[] }>(bytes).items ?? []) {
      found.add(`${oneLine(summary ?? "")}\n${Date.parse(start?.dateTime ?? start?.date ?? "")} ${Date.parse(end?.dateTime ?? end?.date ?? "")}`);
    }
  }
  return found;
}

function keyOf({ title, startMs, endMs }: Mapped): string {
  return `${title}\n${startMs} ${endMs}`;
}

/** What is not yet over first, soonest first; then the past, newest first. */
function order(a: Create, b: Create, nowMs: number): number {
  const [pastA, pastB] = [a.event.endMs <= nowMs, b.event.endMs <= nowMs];
  if (pastA !== pastB) return pastA ? 1 : -1;
  return pastA ? b.event.startMs - a.event.startMs : a.event.startMs - b.event.startMs;
}

/** Whether whole days end at the midnight after them, as far as the records show. */
function endsExclusive(records: Iterable<CrmMeeting>): boolean {
  let exclusive = true;
  for (const { All_day: allDay, Start_DateTime: start = "", End_DateTime: end = "" } of records) {
    if (allDay && (end.slice(11, 19) !== "00:00:00" || end.slice(0, 10) <= start.slice(0, 10))) exclusive = false;
  }
  return exclusive;
}

function mappedMeeting(record: CrmMeeting, exclusive: boolean, limits: TextLimits): Mapped | undefined {
  const { Start_DateTime: from = "", End_DateTime: to = "", All_day: allDay = false } = record;
  let [start, end] = [from, to];
  if (allDay) {
    start = from.slice(0, 10);
    const last = Date.parse(to.slice(0, 10));
    if (Number.isNaN(last)) return undefined;
    const midnight = exclusive && to.slice(11, 19) === "00:00:00" && to.slice(0, 10) > start;
    end = new Date(midnight ? last : last + DAY_MS).toISOString().slice(0, 10);
  }
  const [startMs, endMs] = [Date.parse(start), Date.parse(end)];
  if (Number.isNaN(startMs) || Number.isNaN(endMs)) return undefined;
  const title = oneLine(record.Event_Title ?? "");
  const [reminder] = record.Remind_At ?? [];
  return {
    title: title === "" ? "Not Provided" : cut(title, limits.title),
    allDay,
    start,
    end,
    startMs,
    endMs,
    reminder: reminder && reminder.unit * (MINUTES[reminder.period] ?? Number.NaN),
    place: cut(oneLine(record.Venue ?? ""), limits.place),
    description: cut(normal(record.Description ?? ""), Math.min(limits.description, LONGEST)),
    guests: record.Participants?.flatMap(guestOf),
  };
}

function guestOf({ type, participant, Email, name }: Participant): Guest[] {
  const email = (Email ?? (type === "email" ? participant : "")).trim().toLowerCase();
  return email === "" ? [] : [{ email, name }];
}

/** The event as Google takes it; empty fields are left out. */
function toGoogle({ id, crm, event }: Create): Record<string, unknown> {
  const time = (text: string) => (event.allDay ? { date: text } : { dateTime: zohoTime(text) });
  return {
    id,
    ...(event.title !== "Not Provided" && { summary: event.title }),
    start: time(event.start),
    end: time(event.end),
    reminders: { useDefault: false, overrides: event.reminder === undefined ? [] : [{ method: "popup", minutes: event.reminder }] },
    ...(event.place !== "" && { location: event.place }),
    ...(event.description !== "" && { description: escaped(event.description) }),
    ...(event.guests?.length && { attendees: event.guests.map(({ email, name }) => (name === undefined ? { email } : { email, displayName: name })) }),
    extendedProperties: { private: { crm, seen: fingerprints(event).join(" ") } },
  };
}

/** Only what would be read as a tag or as a character reference. */
function escaped(text: string): string {
  return text.replace(/<(?=\/?[a-zA-Z]|[!?])|&(?=#|[a-zA-Z0-9]+;)/g, (found) => (found === "<" ? "&lt;" : "&amp;"));
}

function batchOf(group: Create[]): string {
  const parts = group.map((create, at) =>
    `--batch\r\nContent-Type: application/http\r\nContent-ID: <item-${at}>\r\n\r\nPOST /calendar/v3/calendars/primary/events\r\ncontent-type: application/json\r\n\r\n${JSON.stringify(toGoogle(create))}\r\n`);
  return `${parts.join("")}--batch--\r\n`;
}

/** Reads what Google made of the events, and links what succeeded. */
function settle(group: Create[], answer: Uint8Array | undefined, limits: TextLimits, work: GoogleWork): void {
  if (!answer) return;
  const text = utf8.decode(answer).trimStart();
  const echoes = text.split(text.slice(0, text.indexOf("\r\n"))).flatMap((part) => {
    const body = part.slice(part.indexOf("{"), part.lastIndexOf("}") + 1);
    return body === "" ? [] : [JSON.parse(body) as GoogleEvent];
  });
  group.forEach(({ crm, modified, event }, at) => {
    const echo = echoes[at];
    const seen = echo && mapped(echo, [], limits);
    if (!seen) return;
    const row = {
      crm,
      etag: echo.etag,
      seen: fingerprints(seen),
      shown: fingerprints(event),
      guests: seen.guests?.map(({ email }) => hash(email)) ?? [],
      start: Math.floor(seen.startMs / 1000),
      end: Math.floor(seen.endMs / 1000),
      modified,
    };
    work.rows.set(`link/${echo.id}`, JSON.stringify(row));
    work.rows.set(`crm/${crm}`, JSON.stringify({ google: echo.id }));
  });
}

function secondsOf(text = ""): number {
  return Math.floor(Date.parse(text) / 1000);
}
