/** The field mapping F1 to F6 in plain JavaScript, and the fingerprints that changes are found by. */

import { cut, oneLine, readable } from "./text.ts";

export interface GoogleTime { date?: string; dateTime?: string }
export interface GoogleReminder { method?: string; minutes: number }
export interface GoogleEvent {
  id: string;
  etag?: string;
  status?: string;
  updated?: string;
  eventType?: string;
  summary?: string;
  description?: string;
  location?: string;
  start?: GoogleTime;
  end?: GoogleTime;
  visibility?: string;
  attendees?: { email?: string; displayName?: string; self?: boolean; resource?: boolean }[];
  attendeesOmitted?: boolean;
  organizer?: { self?: boolean };
  locked?: boolean;
  recurrence?: string[];
  recurringEventId?: string;
  reminders?: { useDefault?: boolean; overrides?: GoogleReminder[] };
}

export interface Guest { email: string; name: string | undefined }

/** An event in the form that both sides are compared in. */
export interface Mapped {
  title: string;
  allDay: boolean;
  /** As Google printed them; dates for an all-day event, whose end is exclusive. */
  start: string;
  end: string;
  startMs: number;
  endMs: number;
  reminder: number | undefined;
  place: string;
  description: string;
  /** Undefined when Google left some out. */
  guests: Guest[] | undefined;
}

export interface TextLimits { title: number; place: number; description: number }

/** How the CRM prints all-day times: at UTC, or at the user's offset of that day. */
export type AllDayOffset = (dateMs: number) => number;

export const FIELDS = 6;
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

export function mapped(event: GoogleEvent, defaults: GoogleReminder[], limits: TextLimits): Mapped | undefined {
  const { start, end } = event;
  const allDay = start?.date !== undefined;
  const from = allDay ? start.date : start?.dateTime;
  const to = allDay ? end?.date : end?.dateTime;
  if (from === undefined || to === undefined) return undefined;
  const startMs = Date.parse(from);
  let endMs = Date.parse(to);
  if (Number.isNaN(startMs) || Number.isNaN(endMs)) return undefined;
  let until = to;
  if (endMs <= startMs) {
    endMs = startMs + (allDay ? DAY_MS : MINUTE_MS);
    until = allDay ? new Date(endMs).toISOString().slice(0, 10) : atOffset(endMs, offsetOf(from));
  }
  const reminders = event.reminders?.useDefault ? defaults : (event.reminders?.overrides ?? []);
  const title = oneLine(event.summary ?? "");
  return {
    title: title === "" ? "Not Provided" : cut(title, limits.title),
    allDay,
    start: from,
    end: until,
    startMs,
    endMs,
    reminder: reminders.find(({ method }) => method === "popup")?.minutes,
    place: cut(oneLine(event.location ?? ""), limits.place),
    description: cut(readable(event.description ?? ""), limits.description),
    guests: event.attendeesOmitted ? undefined : guestsOf(event),
  };
}

/** What the CRM may know of a private event: when it is. */
export function busy(event: Mapped): Mapped {
  return { ...event, title: "Busy", reminder: undefined, place: "", description: "", guests: [] };
}

function guestsOf({ attendees = [] }: GoogleEvent): Guest[] {
  const guests = new Map<string, Guest>();
  for (const { email, displayName, self, resource } of attendees) {
    const address = email?.trim().toLowerCase();
    if (!address || self || resource || guests.has(address)) continue;
    guests.set(address, { email: address, name: displayName?.trim() ? displayName : undefined });
  }
  return [...guests.values()];
}

/** One fingerprint for each field; `null` for a field that was not shown. */
export function fingerprints(event: Mapped): (number | null)[] {
  return [
    hash(event.title),
    hash(`${event.allDay ? 1 : 0} ${Math.floor(event.startMs / 1000)} ${Math.floor(event.endMs / 1000)}`),
    hash(String(event.reminder ?? -1)),
    hash(event.place),
    hash(event.description),
    event.guests ? hash(event.guests.map(({ email }) => email).sort().join("\n")) : null,
  ];
}

/** 53 bits from two multiplicative lanes: enough to tell the versions of one field apart. */
export function hash(text: string): number {
  let low = 0x9e3779b9 ^ text.length;
  let high = 0x85ebca6b;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ code, 0x5bd1e995);
    high ^= high >>> 13;
  }
  low ^= low >>> 16;
  return (high >>> 11) * 0x1_0000_0000 + (low >>> 0);
}

export interface Participant { id?: string; type: string; participant: string; Email?: string; name?: string }
export type CrmRecord = Record<string, unknown>;

const MAX_PARTICIPANTS = 50;

/** The chosen fields of an event as the CRM takes them; a new record leaves empty ones out. */
export function toCrm(event: Mapped, has: (field: number) => boolean, creating: boolean, offset: AllDayOffset, roster?: Participant[]): CrmRecord {
  const record: CrmRecord = {};
  const text = (name: string, value: string) => {
    if (value !== "") record[name] = value;
    else if (!creating) record[name] = null;
  };
  if (has(0)) record["Event_Title"] = event.title;
  if (has(1)) {
    record["All_day"] = event.allDay;
    record["Start_DateTime"] = event.allDay ? dayTime(event.startMs, offset) : zohoTime(event.start);
    record["End_DateTime"] = event.allDay ? dayTime(event.endMs - 1000, offset) : zohoTime(event.end);
  }
  if (has(2)) {
    if (event.reminder !== undefined) record["Remind_At"] = [reminder(event.reminder)];
    else if (!creating) record["Remind_At"] = null;
  }
  if (has(3)) text("Venue", event.place);
  if (has(4)) text("Description", event.description);
  if (has(5)) {
    const people = roster ?? event.guests?.map(invitee) ?? [];
    if (roster || people.length > 0) record["Participants"] = people.slice(0, MAX_PARTICIPANTS);
  }
  return record;
}

export function invitee({ email, name }: Guest): Participant {
  return name === undefined ? { type: "email", participant: email } : { type: "email", participant: email, name };
}

function reminder(minutes: number): { unit: number; period: string } {
  if (minutes > 0 && minutes % 1440 === 0) return { unit: minutes / 1440, period: "days" };
  if (minutes > 0 && minutes % 60 === 0) return { unit: minutes / 60, period: "hours" };
  return { unit: minutes, period: "minutes" };
}

/** `YYYY-MM-DDTHH:mm:ss±hh:mm`. */
export function zohoTime(text: string): string {
  if (text.length === 25) return text;
  return text.slice(0, 19) + (text.endsWith("Z") ? "+00:00" : text.slice(-6));
}

function dayTime(localMs: number, offset: AllDayOffset): string {
  const minutes = offset(localMs);
  return atOffset(localMs - minutes * MINUTE_MS, minutes);
}

function atOffset(ms: number, minutes: number): string {
  const size = Math.abs(minutes);
  const two = (value: number) => String(value).padStart(2, "0");
  const sign = minutes < 0 ? "-" : "+";
  return `${new Date(ms + minutes * MINUTE_MS).toISOString().slice(0, 19)}${sign}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

function offsetOf(text: string): number {
  if (text.endsWith("Z")) return 0;
  const sign = text.at(-6) === "-" ? -1 : 1;
  return sign * (Number(text.slice(-5, -3)) * 60 + Number(text.slice(-2)));
}
