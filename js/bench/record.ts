/**
 * Records what crosses between the driver and the engine, and plays it again. The engine is a function of its seed
 * and of the calls, so that a played run does the same work as the real one, without network and storage.
 */

import type { HttpAnswer, Command, EngineLike, HttpRequest, Step } from "../src/types.ts";

type Method = Exclude<keyof EngineLike, "free">;

export interface Recording {
  seed: number;
  calls: { method: Method; args: unknown[] }[];
  /** What each call returned. */
  steps: Step[];
  /** Time inside the calls, in milliseconds; the clock's grain is coarse, so only the sum means something. */
  engineMs: number;
}

/** An engine that records while it works. */
export function recording(create: (seed: number) => EngineLike, seed: number): { engine: EngineLike; record: Recording } {
  const before = performance.now();
  const real = create(seed);
  const record: Recording = { seed, calls: [], steps: [], engineMs: performance.now() - before };
  const call = (method: Method) => (...args: unknown[]): Step => {
    record.calls.push({ method, args });
    const start = performance.now();
    const step = apply(real, method, args);
    record.engineMs += performance.now() - start;
    record.steps.push(step);
    return step;
  };
  const engine: EngineLike = {
    start: call("start"),
    answered: call("answered"),
    loaded: call("loaded"),
    saved: call("saved"),
    woke: call("woke"),
    zoned: call("zoned"),
    failed: call("failed"),
    cancel: call("cancel"),
    free: () => real.free(),
  };
  return { engine, record };
}

function apply(engine: EngineLike, method: Method, args: unknown[]): Step {
  return (engine[method] as (...args: unknown[]) => Step).apply(engine, args);
}

/** Plays the calls on a new engine; gives the time of all of them, crossing included. */
export function played(create: (seed: number) => EngineLike, { seed, calls }: Recording): number {
  const start = performance.now();
  const engine = create(seed);
  for (const { method, args } of calls) apply(engine, method, args);
  const took = performance.now() - start;
  engine.free();
  return took;
}

/** Throws unless a played run asks for exactly what the real one asked for. */
export function assertDeterministic(create: (seed: number) => EngineLike, { seed, calls, steps }: Recording): void {
  const engine = create(seed);
  calls.forEach(({ method, args }, at) => {
    const step = JSON.stringify(apply(engine, method, args));
    if (step !== JSON.stringify(steps[at])) throw new Error(`played again, call ${at} (${method}) returned another step`);
  });
  engine.free();
}

export interface Exchange {
  request: HttpRequest;
  answer: HttpAnswer;
}

/** The requests of a run with their answers. */
export function exchanges({ calls, steps }: Recording): Exchange[] {
  return steps.flatMap((step, at) => {
    if (step.type !== "http") return [];
    const next = calls[at + 1];
    if (next?.method !== "answered") throw new Error("a request had no answer");
    const answers = next.args[0] as HttpAnswer[];
    return step.requests.map((request, index): Exchange => {
      const answer = answers[index];
      if (!answer) throw new Error("a request had no answer");
      return { request, answer };
    });
  });
}

export interface Traffic {
  requests: { google: number; zoho: number };
  bytes: { up: number; down: number };
  rows: { read: number; written: number };
}

/** What a run cost its services and its storage. */
export function traffic(record: Recording): Traffic {
  const sum: Traffic = { requests: { google: 0, zoho: 0 }, bytes: { up: 0, down: 0 }, rows: { read: 0, written: 0 } };
  const utf8 = new TextEncoder();
  for (const { request, answer } of exchanges(record)) {
    sum.requests[request.service]++;
    sum.bytes.up += utf8.encode(request.body ?? "").length;
    sum.bytes.down += "body" in answer ? answer.body.length : 0;
  }
  for (const { method, args } of record.calls) {
    if (method === "loaded") sum.rows.read += Object.keys(args[0] as object).length;
  }
  for (const step of record.steps) {
    if (step.type === "save") sum.rows.written += Object.keys(step.put).length + step.remove.length;
  }
  return sum;
}

/** The command that a recording answers, with the time it started at. */
export function beginning({ calls }: Recording): { command: Command; nowMs: number } {
  const [first] = calls;
  if (first?.method !== "start") throw new Error("a recording begins with start");
  return { command: first.args[0] as Command, nowMs: first.args[1] as number };
}
