/** Sorts a recorded run into what the baseline needs, and compares what both asked the CRM to do. */

import type { OffsetChange } from "../src/types.ts";
import type { Answers, Circumstances, Work } from "./baseline/cycle.ts";
import type { AllDayOffset, CrmRecord } from "./baseline/map.ts";
import type { GoogleWork, MeetingCircumstances } from "./baseline/to-google.ts";
import { beginning, exchanges, type Exchange, type Recording } from "./record.ts";

const MAPPED = new Set(["Event_Title", "All_day", "Start_DateTime", "End_DateTime", "Remind_At", "Venue", "Description", "Participants", "$send_notification"]);
const LIMITS = { title: 255, place: 255, description: 32_000 };

interface Writes {
  creates: CrmRecord[];
  updates: CrmRecord[];
  deletes: string[];
}

/**
 * The answers of a run by what was asked. What the engine reads after its creates, to see whether another device made the same
 * meetings, is not the baseline's: it knows no other device.
 */
export function answersOf(record: Recording): Answers {
  const answers: Answers = { pages: [], meetings: [], records: [], batches: [], created: [], updated: [], deleted: [] };
  for (const exchange of exchanges(record)) {
    const { answer } = exchange;
    if ("failure" in answer) throw new Error(`a request failed: ${answer.failure}`);
    const kind = kindOf(exchange);
    const looksForTwins = kind === "meetings" && answers.created.length > 0;
    if (!looksForTwins) answers[kind].push(answer.body);
  }
  return answers;
}

function kindOf({ request: { service, method, path } }: Exchange): keyof Answers {
  if (service === "google") return method === "POST" ? "batches" : "pages";
  if (path.startsWith("/crm/v8/coql")) return "meetings";
  if (method === "POST") return "created";
  if (method === "PUT") return "updated";
  return method === "DELETE" ? "deleted" : "records";
}

/** What the baseline is told instead of reading it from stored settings. */
export function circumstancesOf(record: Recording, cap: number): Circumstances {
  const { nowMs } = beginning(record);
  const windowStart = new Date(nowMs);
  windowStart.setUTCMonth(windowStart.getUTCMonth() - 3);
  return {
    nowMs,
    windowStartMs: windowStart.getTime(),
    cap,
    limits: LIMITS,
    allDay: allDayOf(record),
    groups: exchanges(record).filter((exchange) => kindOf(exchange) === "created").map(({ request }) => recordsOf(request.body).length),
    privateEvents: "busy",
    defaults: defaultsOf(record),
  };
}

/** The same of the other direction. */
export function meetingCircumstancesOf(record: Recording, cap: number): MeetingCircumstances {
  return { nowMs: beginning(record).nowMs, cap, limits: LIMITS };
}

/** What the engine learnt when it was activated: the fields that a layout demands. */
function defaultsOf(record: Recording): CrmRecord {
  const [first = {}] = writesOf(record).creates;
  return Object.fromEntries(Object.entries(first).filter(([name]) => !MAPPED.has(name)));
}

/** The engine learns from the CRM how all-day times are printed; the baseline takes over what it learnt. */
function allDayOf(record: Recording): AllDayOffset {
  const { creates, updates } = writesOf(record);
  const days = [...creates, ...updates].filter((row) => row["All_day"] === true);
  const last = days.at(-1)?.["Start_DateTime"];
  if (typeof last !== "string" || last.endsWith("+00:00")) return () => 0;
  const zoned = record.calls.find(({ method }) => method === "zoned");
  const changes = (zoned?.args[0] ?? []) as OffsetChange[];
  return (localMs) => changes.findLast(({ fromMs, minutes }) => fromMs <= localMs - minutes * 60_000)?.minutes ?? changes[0]?.minutes ?? 0;
}

/**
 * Everything that a run asked the CRM to write. A record that is created and then written again counts as it ended:
 * so the engine learns how the CRM prints whole days.
 */
export function writesOf(record: Recording): Writes {
  const writes: Writes = { creates: [], updates: [], deletes: [] };
  const created = new Map<string, CrmRecord>();
  for (const exchange of exchanges(record)) {
    const { body, path } = exchange.request;
    const kind = kindOf(exchange);
    if (kind === "created") {
      const ids = createdIds(exchange);
      recordsOf(body).forEach((row, at) => {
        writes.creates.push(row);
        created.set(ids[at] ?? "", row);
      });
    }
    if (kind === "updated") {
      for (const { id, ...fields } of recordsOf(body)) {
        const known = created.get(String(id));
        if (known) Object.assign(known, fields);
        else writes.updates.push({ id, ...fields });
      }
    }
    if (kind === "deleted") writes.deletes.push(...idsOf(path));
  }
  return writes;
}

function createdIds({ answer }: Exchange): (string | undefined)[] {
  if (!("body" in answer)) return [];
  const { data } = JSON.parse(new TextDecoder().decode(answer.body)) as { data: { details?: { id?: string } }[] };
  return data.map(({ details }) => details?.id);
}

function recordsOf(body = ""): CrmRecord[] {
  return (JSON.parse(body) as { data: CrmRecord[] }).data;
}

function idsOf(path: string): string[] {
  return new URL(path, "http://crm.invalid").searchParams.get("ids")?.split(",") ?? [];
}

/** Throws unless the baseline asks for the same writes, record by record. */
export function assertSameWork(record: Recording, work: Work): void {
  const engine = writesOf(record);
  assertSame("creates", engine.creates, work.creates.flatMap(recordsOf));
  assertSame("updates", engine.updates, work.updates.flatMap(recordsOf));
  assertSame("deletes", engine.deletes.map((id) => ({ id })), work.deletes.flatMap(idsOf).map((id) => ({ id })));
}

/** Throws unless the baseline asks Google for the same events, but for the ids and marks that either one makes up. */
export function assertSameEvents(record: Recording, work: GoogleWork): void {
  const batches = exchanges(record).filter((exchange) => kindOf(exchange) === "batches");
  assertSame("creates", batches.flatMap(({ request }) => eventsOf(request.body)), work.batches.flatMap(eventsOf));
}

/** The bodies of a batch. */
function eventsOf(body = ""): CrmRecord[] {
  return body.split("\r\n").filter((line) => line.startsWith("{")).map((line) => {
    const { id: _, extendedProperties: __, ...event } = JSON.parse(line) as CrmRecord;
    return event;
  });
}

function assertSame(what: string, engine: CrmRecord[], baseline: CrmRecord[]): void {
  if (engine.length !== baseline.length) {
    throw new Error(`the engine ${what} ${engine.length} records, the baseline ${baseline.length}`);
  }
  const [left, right] = [engine.map(canonical).sort(), baseline.map(canonical).sort()];
  const differing = left.filter((text, at) => text !== right[at]);
  if (differing.length > 0) {
    const theirs = new Set(left);
    const other = right.find((text) => !theirs.has(text));
    throw new Error(`of ${left.length} ${what}, ${differing.length} differ, for example\n${differing[0]}\n${other}`);
  }
}

function canonical(row: CrmRecord): string {
  return JSON.stringify(Object.fromEntries(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1))));
}
