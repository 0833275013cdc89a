/**
 * One cycle Google → CRM as a careful JavaScript program would do it: the same answers in, the same requests and
 * link rows out. It leaves out what makes the engine safe (intents, checksums, audits, recovery), so the comparison
 * is in its favour.
 */

import {
  busy, fingerprints, hash, invitee, mapped, toCrm, FIELDS,
  type AllDayOffset, type CrmRecord, type GoogleEvent, type GoogleReminder, type Guest, type Mapped, type Participant, type TextLimits,
} from "./map.ts";
import { oneLine } from "./text.ts";

/** The bodies that the services answered with, sorted by what was asked. */
export interface Answers {
  pages: Uint8Array[];
  meetings: Uint8Array[];
  /** Records read by their ids, for their participants. */
  records: Uint8Array[];
  /** Google's batches: cancelled events read again by their ids. */
  batches: Uint8Array[];
  created: Uint8Array[];
  updated: Uint8Array[];
  deleted: Uint8Array[];
}

export interface Circumstances {
  nowMs: number;
  windowStartMs: number;
  /** How many entries may be written. */
  cap: number;
  limits: TextLimits;
  allDay: AllDayOffset;
  /** How many records each bulk create carried. */
  groups: number[];
  privateEvents: "busy" | "include" | "skip";
  /** Fields that the CRM's layout demands of a new record. */
  defaults: CrmRecord;
}

export interface Work {
  creates: string[];
  updates: string[];
  deletes: string[];
  /** Rows to store, by key. */
  rows: Map<string, string>;
  cursor: string | undefined;
  skipped: number;
  unchanged: number;
}

interface Link {
  crm: string;
  etag: string;
  seen: (number | null)[];
  guests: number[];
  start: number;
  end: number;
  modified: number | undefined;
}

interface Page { items?: GoogleEvent[]; defaultReminders?: GoogleReminder[]; nextSyncToken?: string }
interface Meeting { id: string; Event_Title?: string; Start_DateTime?: string; End_DateTime?: string; All_day?: boolean; Venue?: string; Modified_Time?: string; Participants?: Participant[] }
interface Result { code?: string; details?: { id?: string; Modified_Time?: string } }
interface Candidate { id: string; etag: string; event: Mapped; seen: (number | null)[]; link?: Link; changed: boolean[] }

const BULK = 100;
const utf8 = new TextDecoder();
const parse = <T>(bytes: Uint8Array): T => JSON.parse(utf8.decode(bytes)) as T;

/** Runs a cycle over recorded answers; `stored` gives the text of a link row. */
export function cycle(answers: Answers, stored: (key: string) => string | undefined, given: Circumstances): Work {
  const work: Work = { creates: [], updates: [], deletes: [], rows: new Map(), cursor: undefined, skipped: 0, unchanged: 0 };
  const creates: Candidate[] = [];
  const updates: Candidate[] = [];
  const gone: string[] = [];

  let defaults: GoogleReminder[] = [];
  const latest = new Map<string, GoogleEvent>();
  for (const bytes of answers.pages) {
    const page = parse<Page>(bytes);
    defaults = page.defaultReminders ?? defaults;
    work.cursor = page.nextSyncToken ?? work.cursor;
    for (const item of page.items ?? []) {
      const known = latest.get(item.id);
      if (!known || (known.updated ?? "") <= (item.updated ?? "")) latest.set(item.id, item);
    }
  }

  for (const item of latest.values()) {
    const link = linkOf(stored(`link/${item.id}`));
    if (item.status === "cancelled") {
      if (link) gone.push(item.id);
      else work.unchanged++;
      continue;
    }
    if (item.recurrence !== undefined || item.recurringEventId !== undefined || (item.eventType ?? "default") !== "default") {
      work.skipped++;
      continue;
    }
    const isPrivate = item.visibility === "private" || item.visibility === "confidential";
    let event = isPrivate && given.privateEvents === "skip" ? undefined : mapped(item, defaults, given.limits);
    if (event && isPrivate && given.privateEvents === "busy") event = busy(event);
    if (!event || (!link && event.endMs <= given.windowStartMs)) {
      work.skipped++;
      continue;
    }
    const seen = fingerprints(event);
    const changed = seen.map((print, field) => print !== null && print !== link?.seen[field]);
    const candidate: Candidate = { id: item.id, etag: item.etag ?? "", event, seen, changed, ...(link && { link }) };
    if (!link) creates.push(candidate);
    else if (changed.includes(true)) updates.push(candidate);
    else if (link.etag !== candidate.etag) remember(work, candidate, link.crm, link.modified);
    else work.unchanged++;
  }

  const fresh = unpaired(creates, answers.meetings, work);
  const first = (a: Candidate, b: Candidate) => order(a, b, given.nowMs);
  fresh.sort(first);
  updates.sort(first);

  let left = given.cap;
  const confirmed = proven(gone, answers.batches).slice(0, left);
  left -= confirmed.length;
  const updating = updates.slice(0, left);
  left -= updating.length;
  const creating = fresh.slice(0, left);

  deleteAll(confirmed, stored, work);
  updateAll(updating, answers, given, work);
  createAll(creating, answers.created, given, work);
  return work;
}

function linkOf(text: string | undefined): Link | undefined {
  return text === undefined ? undefined : (JSON.parse(text) as Link);
}

/** What is not yet over first, soonest first; then the past, newest first. */
function order(a: Candidate, b: Candidate, nowMs: number): number {
  const [pastA, pastB] = [a.event.endMs <= nowMs, b.event.endMs <= nowMs];
  if (pastA !== pastB) return pastA ? 1 : -1;
  const byTime = pastA ? b.event.startMs - a.event.startMs : a.event.startMs - b.event.startMs;
  return byTime || (a.id < b.id ? -1 : 1);
}

/** Links what exists in the CRM already, by title and extent, one to one; gives the rest. */
function unpaired(candidates: Candidate[], answers: Uint8Array[], work: Work): Candidate[] {
  const meetings = new Map<string, Meeting[]>();
  for (const bytes of answers) {
    if (bytes.length === 0) continue;
    for (const meeting of parse<{ data?: Meeting[] }>(bytes).data ?? []) {
      const key = `${oneLine(meeting.Event_Title ?? "")}\n${extentOf(meeting)}`;
      const same = meetings.get(key);
      if (same) same.push(meeting);
      else meetings.set(key, [meeting]);
    }
  }
  if (meetings.size === 0) return candidates;
  return candidates.filter((candidate) => {
    const { event } = candidate;
    const same = meetings.get(`${event.title}\n${event.allDay ? `${event.start} ${event.end}` : `${event.startMs} ${event.endMs}`}`);
    const at = same?.findIndex(({ Venue }) => oneLine(Venue ?? "") === event.place) ?? -1;
    const [meeting] = same?.splice(Math.max(at, 0), 1) ?? [];
    if (meeting) remember(work, candidate, meeting.id, secondsOf(meeting.Modified_Time));
    return !meeting;
  });
}

function extentOf({ Start_DateTime: start = "", End_DateTime: end = "", All_day: allDay }: Meeting): string {
  if (!allDay) return `${Date.parse(start)} ${Date.parse(end)}`;
  const after = new Date(Date.parse(`${end.slice(0, 10)}T00:00:00Z`) + 86_400_000);
  return `${start.slice(0, 10)} ${after.toISOString().slice(0, 10)}`;
}

/** Only what Google itself says is gone when asked by id. */
function proven(ids: string[], batches: Uint8Array[]): string[] {
  if (ids.length === 0) return [];
  const confirmed = new Set<string>();
  for (const bytes of batches) {
    const text = utf8.decode(bytes).trimStart();
    for (const part of text.split(text.slice(0, text.indexOf("\r\n")))) {
      const body = part.slice(part.indexOf("{"), part.lastIndexOf("}") + 1);
      if (body === "") continue;
      const event = JSON.parse(body) as GoogleEvent;
      if (event.status === "cancelled") confirmed.add(event.id);
    }
  }
  return ids.filter((id) => confirmed.has(id));
}

function deleteAll(ids: string[], stored: (key: string) => string | undefined, work: Work): void {
  for (let at = 0; at < ids.length; at += BULK) {
    const links = ids.slice(at, at + BULK).flatMap((id) => linkOf(stored(`link/${id}`)) ?? []);
    work.deletes.push(`/crm/v8/Events?ids=${links.map(({ crm }) => crm).join(",")}`);
  }
}

function updateAll(updating: Candidate[], answers: Answers, given: Circumstances, work: Work): void {
  const rosters = new Map<string, Participant[]>();
  for (const bytes of answers.records) {
    if (bytes.length === 0) continue;
    for (const record of parse<{ data?: Meeting[] }>(bytes).data ?? []) rosters.set(record.id, record.Participants ?? []);
  }
  for (let at = 0; at < updating.length; at += BULK) {
    const group = updating.slice(at, at + BULK);
    const data = group.map(({ event, changed, link }): CrmRecord => {
      const inCrm = link && changed[5] ? rosters.get(link.crm) : undefined;
      const roster = link && inCrm && event.guests ? merged(inCrm, event.guests, link.guests) : undefined;
      return { id: link?.crm, ...toCrm(event, (field) => changed[field] === true, false, given.allDay, roster), $send_notification: false };
    });
    work.updates.push(JSON.stringify({ data, trigger: [] }));
    const answer = answers.updated[work.updates.length - 1];
    settle(group, answer, work, (candidate) => candidate.link?.crm);
  }
}

function createAll(creating: Candidate[], answers: Uint8Array[], given: Circumstances, work: Work): void {
  // One whole-day event goes first and alone: it shows how the CRM prints whole days.
  const probe = given.groups[0] === 1 ? creating.findIndex(({ event }) => event.allDay) : -1;
  if (probe > 0) creating.unshift(...creating.splice(probe, 1));
  let at = 0;
  for (let index = 0; at < creating.length; index++) {
    const group = creating.slice(at, at + (given.groups[index] ?? BULK));
    at += group.length;
    const data = group.map(({ event }): CrmRecord => ({ ...toCrm(event, () => true, true, given.allDay), ...given.defaults, $send_notification: false }));
    work.creates.push(JSON.stringify({ data, trigger: [] }));
    settle(group, answers[index], work, () => undefined);
  }
}

/** Reads the results of a bulk write and links what succeeded. */
function settle(group: Candidate[], answer: Uint8Array | undefined, work: Work, known: (candidate: Candidate) => string | undefined): void {
  if (!answer) return;
  const results = parse<{ data?: Result[] }>(answer).data ?? [];
  group.forEach((candidate, at) => {
    const { code, details } = results[at] ?? {};
    const crm = known(candidate) ?? details?.id;
    if (code === "SUCCESS" && crm !== undefined) remember(work, candidate, crm, secondsOf(details?.Modified_Time));
  });
}

/** Those in the CRM, less the guests that Google dropped, plus those that it added. */
function merged(inCrm: Participant[], guests: Guest[], before: number[]): Participant[] {
  const now = new Set(guests.map(({ email }) => email));
  const was = new Set(before);
  const address = ({ type, participant, Email }: Participant) => (Email ?? (type === "email" ? participant : undefined))?.trim().toLowerCase();
  const kept = inCrm.filter((person) => {
    const email = address(person);
    return email === undefined || now.has(email) || !was.has(hash(email));
  });
  const present = new Set(kept.map(address));
  return [...kept, ...guests.filter(({ email }) => !present.has(email)).map(invitee)];
}

function remember(work: Work, { id, etag, event, seen, link }: Candidate, crm: string, modified: number | undefined): void {
  const row: Link = {
    crm,
    etag,
    seen: seen.length === FIELDS ? seen.map((print, field) => print ?? link?.seen[field] ?? null) : seen,
    guests: event.guests?.map(({ email }) => hash(email)) ?? link?.guests ?? [],
    start: Math.floor(event.startMs / 1000),
    end: Math.floor(event.endMs / 1000),
    modified,
  };
  work.rows.set(`link/${id}`, JSON.stringify(row));
  if (!link) work.rows.set(`crm/${crm}`, JSON.stringify({ google: id }));
}

function secondsOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Math.floor(Date.parse(text) / 1000);
}
