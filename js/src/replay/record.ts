/**
 * Records what crosses between the driver and the engine during one command, by reference: nothing is copied. The engine is
 * a function of its seed and of the calls, so that a record is all that a replay needs.
 */

import type { Command, EngineLike, HttpAnswer, HttpRequest, Step } from "../types.ts";

/**
 * A record that would hold more than this is dropped, for it stays in memory until the next cycle. A first sync of 5,000 events
 * reads and writes 17 MB.
 */
export const LARGEST_RECORD = 32 * 1024 * 1024;

export type Method = Exclude<keyof EngineLike, "free">;

/** A call into the engine, and what it returned; nothing where it threw. */
export interface Crossing {
  method: Method;
  args: unknown[];
  step?: Step;
}

export interface Record {
  seed: number;
  crossings: Crossing[];
  /** Characters and bytes that are held. */
  size: number;
  /** The record grew beyond {@link LARGEST_RECORD}; what it held is let go. */
  tooLarge: boolean;
}

/** The commands that run a cycle, or read as one does. */
export function isRecorded({ name }: Command): boolean {
  return isCommand(name);
}

/** Whether a name is that of such a command. */
export function isCommand(name: string): boolean {
  return ["run", "preview", "verify", "undo", "putBack"].includes(name);
}

/** An engine that does the same, and is recorded. */
export function recorded(engine: EngineLike, seed: number, largest = LARGEST_RECORD): { engine: EngineLike; record: Record } {
  const record: Record = { seed, crossings: [], size: 0, tooLarge: false };
  const note = (method: Method, args: unknown[], call: () => Step): Step => {
    const crossing: Crossing = { method, args };
    if (!record.tooLarge) record.crossings.push(crossing);
    const step = call();
    if (record.tooLarge) return step;
    crossing.step = step;
    record.size += sizeOf(method, args[0]) + sizeOfStep(step);
    if (record.size > largest) {
      record.tooLarge = true;
      record.crossings = [];
    }
    return step;
  };
  return {
    record,
    engine: {
      start: (command, nowMs) => note("start", [command, nowMs], () => engine.start(command, nowMs)),
      answered: (answers, nowMs) => note("answered", [answers, nowMs], () => engine.answered(answers, nowMs)),
      loaded: (rows, nowMs) => note("loaded", [rows, nowMs], () => engine.loaded(rows, nowMs)),
      saved: (nowMs) => note("saved", [nowMs], () => engine.saved(nowMs)),
      woke: (nowMs) => note("woke", [nowMs], () => engine.woke(nowMs)),
      zoned: (offsets, nowMs) => note("zoned", [offsets, nowMs], () => engine.zoned(offsets, nowMs)),
      failed: (failure, nowMs) => note("failed", [failure, nowMs], () => engine.failed(failure, nowMs)),
      cancel: (nowMs) => note("cancel", [nowMs], () => engine.cancel(nowMs)),
      free: () => engine.free(),
    },
  };
}

function sizeOf(method: Method, brought: unknown): number {
  if (method === "answered") return (brought as HttpAnswer[]).reduce((sum, answer) => sum + ("body" in answer ? answer.body.length : 0), 0);
  return method === "loaded" ? sizeOfRows(brought as { [key: string]: string }) : 0;
}

function sizeOfStep(step: Step): number {
  if (step.type === "http") return step.requests.reduce((sum, { path, body = "" }: HttpRequest) => sum + path.length + body.length, 0);
  return step.type === "save" ? sizeOfRows(step.put) : 0;
}

function sizeOfRows(rows: { [key: string]: string }): number {
  let sum = 0;
  for (const key in rows) sum += key.length + (rows[key]?.length ?? 0);
  return sum;
}
