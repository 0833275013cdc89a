/**
 * Makes a replay bundle of a record. The engine itself is driven through the recorded command a second time, in a world where
 * every answer and every stored row is translated: what it asks for then holds nothing of the real one, for it never saw it.
 */

import { AccordError } from "../errors.ts";
import type { Command, EngineLike, FetchFailureReason, HttpAnswer, HttpRequest, OffsetChange, ReplayAnswer, ReplayBundle, ReplayCrossing, Service, Step } from "../types.ts";
import { Fingerprints, ofExtent, ofWhole, type Limits, type NormalForm, type Shown } from "./fingerprints.ts";
import { isObject, parse, type Json } from "./json.ts";
import { Collected, connectionOf, Renamed, type Connection } from "./names.ts";
import { isCommand, type Crossing, type Record as Transcript } from "./record.ts";
import { contents, isOwn, Rows } from "./rows.ts";
import { shapeOf } from "./shape.ts";
import { Digest, hex } from "./sip.ts";
import { noteRequest, retryAfter, Vendor } from "./vendor.ts";
import { Words } from "./words.ts";

/** Of `Cargo.toml`; a test compares the two. */
export const VERSION = "0.1.0";

const FAILURES: FetchFailureReason[] = ["offline", "auth-expired", "aborted", "timeout"];

interface Source {
  create(seed: number): EngineLike;
  normalForm: NormalForm;
}

/** @param random numbers from 0 to 2^32 − 1; default: the browser's own, so that no replacement can be traced back */
export function bundleOf(transcript: Transcript, source: Source, random = chance()): ReplayBundle {
  const first = attempt(transcript, source, random, new Set());
  if (first.faithful) return first;
  // Stored rows hold sentences of the engine, which it compares with its own. That a sentence is one of these, and no text of
  // somebody's, is known once the engine has said it in a world where there is no such text.
  const second = attempt(transcript, source, random, sentencesOf(first));
  return (second.differs?.at ?? Infinity) > (first.differs?.at ?? Infinity) ? second : first;
}

function sentencesOf({ crossings }: ReplayBundle): Set<string> {
  const rows = crossings.flatMap(({ step }) => (step?.type === "save" ? Object.values(step.put) : []));
  return new Set(rows.flatMap((row) => Array.from(row.matchAll(/"message":("(?:[^"\\]|\\.)*")/g), ([, text = '""']) => JSON.parse(text) as string)));
}

function attempt(transcript: Transcript, { create, normalForm }: Source, random: () => number, sentences: Set<string>): ReplayBundle {
  const seen = look(transcript);
  const { found, limits } = seen;
  const words = new Words(random, (reference) => normalForm(2, reference, 16));
  const renamed = new Renamed(found, words);
  if (seen.connection) renamed.derive(found, seen.connection, (id) => seen.starts.get(id));
  const fingerprints = new Fingerprints(found, renamed, normalForm, limits, seen.own, random);
  if (seen.connection) fingerprints.learn(connectionOf(seen.connection), connectionOf(renamed.connection(seen.connection)));
  learnVersions(seen.versions, fingerprints, renamed);
  const rows = new Rows(renamed, fingerprints, (id, stored) => {
    const shown = seen.events.get(id);
    return shown && ofWhole(stored, shown, fingerprints, normalForm, limits);
  }, sentences);
  const marks = (digits: string) => (digits.match(/[0-9a-f]{16}/g) ?? []).map((part, index) => hex(fingerprints.ofField(index, BigInt(`0x${part}`)))).join("");
  const vendors = { google: new Vendor("google", renamed, marks), zoho: new Vendor("zoho", renamed, marks) };

  const bundle: ReplayBundle = { format: "accord-replay/1", engine: VERSION, seed: transcript.seed, faithful: true, crossings: [] };
  const engine = create(transcript.seed);
  let requests: HttpRequest[] = [];
  for (const [at, crossing] of transcript.crossings.entries()) {
    const call = translated(crossing, requests, renamed, rows, vendors);
    const step = taken(engine, call);
    bundle.crossings.push({ ...call, step });
    const what = difference(crossing.step, step);
    if (what !== undefined && bundle.faithful) {
      bundle.faithful = false;
      bundle.differs = { at, what };
    }
    if (!crossing.step || !step || !canGoOn(crossing.step, step)) break;
    requests = crossing.step.type === "http" ? crossing.step.requests : [];
  }
  // After a trap the engine's memory is not to be touched again.
  if (bundle.crossings.every(({ step }) => step !== null)) engine.free();
  refuseLeaks(bundle, found);
  return bundle;
}

type Call = ReplayCrossing extends infer C ? (C extends ReplayCrossing ? Omit<C, "step"> : never) : never;

/** What a look through a transcript brings, before anything is replaced. */
interface Seen {
  found: Collected;
  limits: Limits;
  own: string[];
  connection?: Connection;
  /** Lists of records and their versions, in seconds. */
  versions: [id: string, modified: number][][];
  events: Map<string, Shown>;
  /** Of events and meetings, by either id: milliseconds since 1970. */
  starts: Map<string, number>;
  /** All minutes of reminders, and −1 for none. */
  reminders: number[];
}

function look({ crossings }: Transcript): Seen {
  const seen: Seen = { found: new Collected(), limits: { title: 255, place: 255, description: 32_000 }, own: [], versions: [], events: new Map(), starts: new Map(), reminders: [-1] };
  const { found } = seen;
  const rows = new Rows(found);
  let requests: HttpRequest[] = [];
  for (const { method, args: [brought], step } of crossings) {
    if (method === "start") command(brought as Command, found);
    if (method === "loaded") {
      for (const [key, text] of Object.entries(brought as Record<string, string>)) {
        rows.key(key);
        rows.row(key, text);
        if (key === "state") reminders(text, seen);
        if (key === "settings") settings(contents(text), seen);
      }
    }
    if (method === "answered") {
      (brought as HttpAnswer[]).forEach((answer, index) => {
        const { service = "google" } = requests[index] ?? {};
        if ("body" in answer) body(service, textOf(answer.body), seen);
      });
    }
    requests = step?.type === "http" ? step.requests : [];
    for (const { service, path, body } of requests) noteRequest(service, path, body, found);
    // Ids that the engine derives show first in what it asks for.
    for (const [id] of JSON.stringify(step ?? null).matchAll(/accord[0-9a-v]{26}/g)) found.googleId(id);
    if (step?.type === "load") [...step.keys, step.prefix ?? ""].forEach((key) => rows.key(key));
    if (step?.type === "save") [...Object.keys(step.put), ...step.remove].forEach((key) => rows.key(key));
  }
  return seen;
}

function settings(json: Json | undefined, seen: Seen): void {
  if (!isObject(json) || !isObject(json["settings"]) || !isObject(json["crm"])) return;
  const { user, organisation, own, limits } = json["crm"];
  const { calendar } = json["settings"];
  if (typeof user === "string" && typeof organisation === "string" && typeof calendar === "string") seen.connection = { user, organisation, calendar };
  if (Array.isArray(own)) seen.own = own.filter((address) => typeof address === "string");
  if (isObject(limits)) seen.limits = { ...seen.limits, ...(limits as Partial<Limits>) };
}

function body(service: Service, text: string, seen: Seen): void {
  new Vendor(service, seen.found).body(text);
  reminders(text, seen);
  const documents = text.startsWith("--") ? [...text.matchAll(/^\{[^]*?^\}|^\{.*\}$/gm)].map(([part]) => parse(part)) : [parse(text)];
  for (const json of documents) {
    if (!isObject(json)) continue;
    const { items, data } = json;
    if (service === "google") (Array.isArray(items) ? items : [json]).forEach((event) => show(event, seen));
    else if (Array.isArray(data)) {
      seen.versions.push(data.flatMap((row): [string, number][] => {
        if (isObject(row) && typeof row["id"] === "string" && typeof row["Start_DateTime"] === "string") seen.starts.set(row["id"], Date.parse(row["Start_DateTime"]));
        if (!isObject(row) || typeof row["id"] !== "string" || typeof row["Modified_Time"] !== "string") return [];
        return [[row["id"], Math.floor(Date.parse(row["Modified_Time"]) / 1000)]];
      }));
    }
  }
}

function show(event: Json, seen: Seen): void {
  if (!isObject(event) || typeof event["id"] !== "string") return;
  const [begins, ends] = [timeOf(event["start"]), timeOf(event["end"])];
  if (begins !== "") seen.starts.set(event["id"], Date.parse(begins));
  const when = ofExtent(begins, ends);
  if (when === undefined) return;
  const text = (key: string) => (typeof event[key] === "string" ? event[key] : "");
  const mine = new Set(seen.own);
  const guests = (Array.isArray(event["attendees"]) ? event["attendees"] : []).flatMap((row) => {
    if (!isObject(row) || row["self"] === true || row["resource"] === true || typeof row["email"] !== "string") return [];
    return mine.has(row["email"].toLowerCase()) ? [] : [row["email"]];
  });
  seen.events.set(event["id"], {
    title: text("summary"), when, reminders: seen.reminders, place: text("location"), description: text("description"),
    guests: event["attendeesOmitted"] === true ? undefined : guests,
  });
}

/** Minutes of answers, and of the row of state: `["popup",10]`. */
function reminders(text: string, seen: Seen): void {
  for (const [, minutes] of text.matchAll(/(?:"minutes":\s*|"popup",)(\d{1,5})(?!\d)/g)) {
    if (!seen.reminders.includes(Number(minutes))) seen.reminders.push(Number(minutes));
  }
}

function timeOf(json: Json | undefined): string {
  const time = isObject(json) ? (json["dateTime"] ?? json["date"]) : undefined;
  return typeof time === "string" ? time : "";
}

function command(command: Command, found: Collected): void {
  if ("crmIds" in command) command.crmIds?.forEach((id) => found.crmId(id));
  if ("googleId" in command && command.googleId !== undefined) found.googleId(command.googleId);
}

/** What the state remembers of the last records that a list of changes showed is a sum over the latest of them. */
function learnVersions(lists: Seen["versions"], fingerprints: Fingerprints, renamed: Renamed): void {
  fingerprints.learn(0n, 0n);
  const of = (id: string, modified: number) => new Digest().text(id).number(BigInt(modified)).finish();
  for (const list of lists) {
    let [from, to] = [0n, 0n];
    for (const [id, modified] of [...list].sort((left, right) => right[1] - left[1])) {
      from = BigInt.asUintN(64, from + of(id, modified));
      to = BigInt.asUintN(64, to + of(renamed.crmId(id), modified));
      fingerprints.learn(from, to);
    }
  }
}

function translated({ method, args }: Crossing, requests: HttpRequest[], renamed: Renamed, rows: Rows, vendors: Record<Service, Vendor>): Call {
  const nowMs = Math.trunc(Number(args.at(-1)));
  const [brought] = args;
  switch (method) {
    case "start":
      return { call: method, nowMs, command: renamedCommand(brought as Command, renamed) };
    case "answered":
      return { call: method, nowMs, answers: (brought as HttpAnswer[]).map((answer, index) => answerOf(answer, vendors[requests[index]?.service ?? "google"])) };
    case "loaded": {
      const entries = Object.entries(brought as Record<string, string>).map(([key, text]) => [rows.key(key), rows.row(key, text)]);
      return { call: method, nowMs, rows: Object.fromEntries(entries) as Record<string, string> };
    }
    case "zoned":
      return { call: method, nowMs, offsets: (brought as OffsetChange[]).map(({ fromMs, minutes }) => ({ fromMs, minutes })) };
    case "failed":
      return { call: method, nowMs, code: (brought as { code: string }).code };
    default:
      return { call: method, nowMs };
  }
}

function renamedCommand(command: Command, renamed: Renamed): Command {
  const entries = Object.entries(command).flatMap(([name, value]: [string, unknown]): [string, unknown][] => {
    if (name === "crmIds" && Array.isArray(value)) return [[name, value.map((id) => renamed.crmId(String(id)))]];
    if (name === "googleId") return [[name, renamed.googleId(String(value))]];
    if (typeof value === "string") return [[name, isOwn(value) || isCommand(value) ? value : renamed.label(value)]];
    return typeof value === "boolean" || typeof value === "number" ? [[name, value]] : [];
  });
  return Object.fromEntries(entries) as Command;
}

function answerOf(answer: HttpAnswer, vendor: Vendor): ReplayAnswer {
  // A host may give any text; the engine takes an unknown one for no connection.
  if ("failure" in answer) return { failure: FAILURES.find((known) => known === answer.failure) ?? "offline" };
  const wait = retryAfter(answer.headers["retry-after"]);
  return { status: answer.status, ...(wait !== undefined && { retryAfter: wait }), body: vendor.body(textOf(answer.body)) };
}

/** What the engine does; nothing where it throws. */
function taken(engine: EngineLike, call: Call): Step | null {
  try {
    switch (call.call) {
      case "start": return engine.start(call.command, call.nowMs);
      case "answered": return engine.answered(call.answers.map(asAnswer), call.nowMs);
      case "loaded": return engine.loaded(call.rows, call.nowMs);
      case "zoned": return engine.zoned(call.offsets, call.nowMs);
      case "failed": return engine.failed({ code: call.code as AccordError["code"] }, call.nowMs);
      default: return engine[call.call](call.nowMs);
    }
  } catch {
    return null;
  }
}

function asAnswer(answer: ReplayAnswer): HttpAnswer {
  if ("failure" in answer) return answer;
  const { status, retryAfter, body } = answer;
  return { status, headers: retryAfter === undefined ? {} : { "retry-after": retryAfter }, body: new TextEncoder().encode(body) };
}

function difference(original: Step | undefined, step: Step | null): string | undefined {
  if (!original || !step) return Boolean(original) === Boolean(step) ? undefined : "one engine threw, the other did not";
  return shapeOf(original) === shapeOf(step) ? undefined : `${original.type} is another step in the replaced world`;
}

/** Whether the next answer fits both. */
function canGoOn(original: Step, step: Step): boolean {
  if (original.type !== step.type) return false;
  return original.type !== "http" || step.type !== "http" || original.requests.length === step.requests.length;
}

/** Ids, addresses and tokens that got through would be a defect; then there is no bundle. */
function refuseLeaks(bundle: ReplayBundle, { crmIds, googleIds, addresses, tokens }: Collected): void {
  const told = new Set(JSON.stringify(bundle).match(/[\w@.%+-]{8,}/g));
  for (const names of [crmIds, googleIds, addresses, tokens]) {
    for (const name of names) {
      if (told.has(name) && !MADE.test(name)) throw new AccordError("internal", "A replay bundle would have told something. It was thrown away; please report this.");
    }
  }
}

/** What replacements look like, and numbers and times, which stay; an original may look so, too. */
const MADE = /^(?:(?:a|event)\d{6}0*(?:_.*)?|7\d+|\d{1,16}|\d{4}-\d\d-\d\d.*|person\d{4,}@example\.com|t\d{6,})$/;

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function chance(): () => number {
  let numbers = new Uint32Array(0);
  let at = 0;
  return () => {
    if (at >= numbers.length) {
      numbers = crypto.getRandomValues(new Uint32Array(4096));
      at = 0;
    }
    return numbers[at++] ?? 0;
  };
}
