/**
 * The page of the bench: runs the module that ships against the sandbox server that serves the page, with real
 * `fetch` calls and IndexedDB, and then the engine and the baseline side by side on what was recorded.
 */

import init, { Engine } from "../../pkg/accord_sync.js";
import { drive } from "../src/driver.ts";
import type { Host } from "../src/host.ts";
import { browserFetch } from "../src/hosts/fetch.ts";
import { indexedDbStorage } from "../src/hosts/indexeddb.ts";
import type { Command, EngineLike, Report, Settings } from "../src/types.ts";
import { cycle } from "./baseline/cycle.ts";
import { cycleToGoogle } from "./baseline/to-google.ts";
import { answersOf, assertSameEvents, assertSameWork, circumstancesOf, meetingCircumstancesOf } from "./compare.ts";
import { edit, renameMeeting } from "./edits.ts";
import { assertDeterministic, played, recording, traffic, type Recording, type Traffic } from "./record.ts";

/** Pairs of runs, engine and baseline in turn. */
const PAIRS = 9;
/** A sample is repeated until it lasts about so long, for the clock's grain. */
const SAMPLE_MS = 25;
const SEED = 20261122;

export interface Measured extends Traffic {
  engineMs: number;
  /** Of the cases that the baseline knows: Google to CRM, and a first sync the other way. */
  baselineMs: number | null;
  /** The baseline's first run in this page. */
  baselineColdMs: number | null;
  /** Time inside the engine in the real run: the first one in this page. */
  coldMs: number;
  heapBytes: number;
  report: Report;
}

const { memory } = await init();
const create = (seed: number) => new Engine(seed) as unknown as EngineLike;
const access = (token: string) => ({ base: location.origin, token: () => token });
/** How far the sandbox's clock, and with it this page's, is ahead of the real one. */
let aheadMs = Number(sessionStorage.getItem("ahead"));
const host: Host = {
  now: () => Date.now() + aheadMs,
  fetch: browserFetch({ google: access("sandbox-google"), zoho: access("sandbox-zoho") }),
  storage: indexedDbStorage("accord-bench"),
};
/** What the baseline remembers of a cycle for the next one. */
const baselineStorage = indexedDbStorage("accord-bench-baseline");

async function run(command: Command): Promise<{ result: unknown; record: Recording }> {
  const { engine, record } = recording(create, SEED);
  const result = await drive(engine, command, host);
  engine.free();
  return { result, record };
}

/** Activates the first writable calendar. */
async function activate(limits: Settings["limits"] = {}, direction: Settings["direction"] = "google-to-crm"): Promise<void> {
  const calendars = (await run({ name: "calendars" })).result as { id: string; primary: boolean }[];
  const calendar = calendars.find(({ primary }) => primary) ?? calendars[0];
  if (!calendar) throw new Error("the sandbox has no writable calendar");
  await run({ name: "activate", settings: { calendar: calendar.id, direction, limits } });
}

/** One run that is not measured. */
async function sync(): Promise<Report> {
  return (await run({ name: "run", trigger: "manual", batch: true })).result as Report;
}

/** One real run, and then engine and baseline in turn on its recording. */
async function measure(cap: number): Promise<Measured> {
  const { result, record } = await run({ name: "run", trigger: "manual", batch: true });
  const answers = answersOf(record);
  const given = circumstancesOf(record, cap);
  const stored = await baselineRows(record);
  const { result: work, ms: coldMs } = timed(() => cycle(answers, (key) => stored[key], given));
  assertSameWork(record, work);
  const measured = compared(result, record, coldMs, () => cycle(answers, (key) => stored[key], given));
  await baselineStorage.save({ put: Object.fromEntries(work.rows), remove: [] });
  return measured;
}

/** The same of a first sync from the CRM to Google. */
async function measureToGoogle(cap: number): Promise<Measured> {
  const { result, record } = await run({ name: "run", trigger: "manual", batch: true });
  const answers = answersOf(record);
  const given = meetingCircumstancesOf(record, cap);
  const { result: work, ms: coldMs } = timed(() => cycleToGoogle(answers, given));
  assertSameEvents(record, work);
  return compared(result, record, coldMs, () => cycleToGoogle(answers, given));
}

/** Engine and baseline in turn on one recording. */
function compared(result: unknown, record: Recording, baselineColdMs: number, work: () => unknown): Measured {
  assertDeterministic(create, record);
  const engine = sampler(() => played(create, record));
  const baseline = sampler(() => timed(work).ms);
  const samples: [number, number][] = [];
  for (let pair = 0; pair < PAIRS; pair++) samples.push([engine(), baseline()]);
  return {
    ...traffic(record),
    engineMs: median(samples.map(([engine]) => engine)),
    baselineMs: median(samples.map(([, baseline]) => baseline)),
    baselineColdMs,
    coldMs: record.engineMs,
    heapBytes: memory.buffer.byteLength,
    report: result as Report,
  };
}

/** One real run in a direction that the baseline does not know, and then the engine alone on its recording. */
async function measureAlone(command: Command = { name: "run", trigger: "manual", batch: true }): Promise<Measured> {
  const { result, record } = await run(command);
  assertDeterministic(create, record);
  const engine = sampler(() => played(create, record));
  return {
    ...traffic(record),
    engineMs: median(Array.from({ length: PAIRS }, engine)),
    baselineMs: null,
    baselineColdMs: null,
    coldMs: record.engineMs,
    heapBytes: memory.buffer.byteLength,
    report: result as Report,
  };
}

/** Somebody renames a meeting, and the page that embeds the sync tells so. */
async function measurePush(): Promise<Measured> {
  const id = await renameMeeting(host.fetch);
  return measureAlone({ name: "run", trigger: "crm-change", crmIds: [id], batch: true });
}

/** Moves the clocks of both services and of this page. */
async function later(ms: number): Promise<void> {
  await admin("clock", { advanceMs: ms });
  aheadMs += ms;
  sessionStorage.setItem("ahead", String(aheadMs));
}

/** People change meetings in the CRM. */
const editMeetings = (count: number) => admin("edits", { side: "crm", count });

async function admin(what: string, body: object): Promise<void> {
  const response = await fetch(`/sandbox/${what}`, { method: "POST", body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`the sandbox answered ${response.status}: ${await response.text()}`);
}

/** Everything that is stored here is lost. */
const forget = () => run({ name: "forget" });

/** The baseline's link rows of the events that a run listed. */
async function baselineRows(record: Recording): Promise<Record<string, string>> {
  const utf8 = new TextDecoder();
  const ids = answersOf(record).pages.flatMap((page) => {
    const { items = [] } = JSON.parse(utf8.decode(page)) as { items?: { id: string }[] };
    return items.map(({ id }) => `link/${id}`);
  });
  return baselineStorage.load(ids);
}

/** What `work` gives, and how long it took. */
function timed<T>(work: () => T): { result: T; ms: number } {
  const start = performance.now();
  const result = work();
  return { result, ms: performance.now() - start };
}

/** Repeats what is too short for the clock. */
function sampler(once: () => number): () => number {
  const repeats = Math.min(500, Math.max(1, Math.ceil(SAMPLE_MS / Math.max(once(), 0.05))));
  return () => {
    let total = 0;
    for (let at = 0; at < repeats; at++) total += once();
    return total / repeats;
  };
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

const bench = {
  activate, sync, edit: (count: number) => edit(host.fetch, count), editMeetings, later, forget, measure, measureAlone, measurePush, measureToGoogle,
};
export type Bench = typeof bench;
Object.assign(globalThis, { bench });
document.documentElement.dataset["ready"] = "true";
