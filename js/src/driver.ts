/**
 * Runs one command of the engine: performs each step it asks for and answers, until it is done.
 * Decides nothing about calendars; it only moves values between the engine and the host.
 */

import { AccordError, asErrorCode, isAccordError } from "./errors.ts";
import { FetchFailure, type Host, type HostResponse } from "./host.ts";
import type { Command, EngineLike, FetchFailureReason, HttpAnswer, HttpRequest, Progress, Service, Step } from "./types.ts";
import { offsetChanges } from "./zone.ts";

const IN_FLIGHT_PER_SERVICE = 4;
/** Timers with a longer delay fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
const KEPT_HEADERS = ["retry-after", "date", "content-type"];

export interface DriveOptions {
  /** Ends the command with `cancelled` at the next safe point: what was written is recorded first. */
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
}

/** Drives `engine` through `command`; resolves with the result of its last step. */
export async function drive(engine: EngineLike, command: Command, host: Host, options: DriveOptions = {}): Promise<unknown> {
  const { signal } = options;
  const now = () => (host.now ? host.now() : Date.now());
  let cancelled = false;
  let hostError: unknown;

  function cancel(): Step {
    cancelled = true;
    return engine.cancel(now());
  }

  /** The engine learns only the code; the error itself becomes the cause of what the caller sees. */
  function refuse(error: unknown, code: AccordError["code"]): Step {
    hostError = error;
    return engine.failed({ code: isAccordError(error) ? error.code : code }, now());
  }

  async function next(step: Exclude<Step, { type: "done" | "failed" }>): Promise<Step> {
    // A save is never skipped: it records what the services have done already.
    if (signal?.aborted && !cancelled && step.type !== "save") return cancel();
    switch (step.type) {
      case "http": {
        hostError = undefined;
        const answers = await performAll(step.requests, host, signal, (error) => (hostError = error));
        const allUnanswered = answers.every((answer) => "failure" in answer && answer.failure === "aborted");
        return signal?.aborted && !cancelled && allUnanswered ? cancel() : engine.answered(answers, now());
      }
      case "load":
        return attempt(() => load(step, host), (rows) => engine.loaded(rows, now()), (error) => refuse(error, "storage-failed"));
      case "save": {
        const { put, remove } = step;
        return attempt(() => host.storage.save({ put, remove }), () => engine.saved(now()), (error) => refuse(error, "storage-failed"));
      }
      case "wait":
        await sleep(step.untilMs - now(), host, signal).catch((error: unknown) => {
          if (!signal?.aborted) throw error;
        });
        return signal?.aborted && !cancelled ? cancel() : engine.woke(now());
      case "offsets":
        return attempt(async () => offsetChanges(step.zone, step.fromMs, step.toMs), (offsets) => engine.zoned(offsets, now()), (error) => refuse(error, "unsupported"));
    }
  }

  let step = engine.start(command, now());
  for (;;) {
    report(step.progress, options.onProgress);
    if (step.type === "done") return step.result;
    if (step.type === "failed") {
      const { code, message, retryAfterMs } = step.error;
      throw new AccordError(asErrorCode(code, "internal"), message, { retryAfterMs, cause: hostError });
    }
    step = await next(step);
  }
}

/** Only what `work` throws goes to `failed`: an error of the engine's own answer is not the host's. */
async function attempt<T>(work: () => Promise<T>, succeeded: (value: T) => Step, failed: (error: unknown) => Step): Promise<Step> {
  let value: T;
  try {
    value = await work();
  } catch (error) {
    return failed(error);
  }
  return succeeded(value);
}

async function load(step: { keys: string[]; prefix?: string }, host: Host): Promise<Record<string, string>> {
  const byKey = step.keys.length > 0 ? await host.storage.load(step.keys) : {};
  return step.prefix === undefined ? byKey : { ...byKey, ...(await host.storage.list(step.prefix)) };
}

/** All answers in the order of the requests; each service's queue is worked off by a few lanes. */
async function performAll(requests: HttpRequest[], host: Host, signal: AbortSignal | undefined, onError: (error: unknown) => void): Promise<HttpAnswer[]> {
  const answers: HttpAnswer[] = requests.map(() => ({ failure: "aborted" }));
  const lane = async (waiting: number[]) => {
    for (let at = waiting.shift(); at !== undefined && !signal?.aborted; at = waiting.shift()) {
      const request = requests[at];
      if (request) answers[at] = await perform(request, host, signal, onError);
    }
  };
  const lanes = (["google", "zoho"] satisfies Service[]).flatMap((service) => {
    const waiting = [...requests.keys()].filter((at) => requests[at]?.service === service);
    return Array.from({ length: IN_FLIGHT_PER_SERVICE }, () => lane(waiting));
  });
  await Promise.all(lanes);
  return answers;
}

async function perform(request: HttpRequest, host: Host, signal: AbortSignal | undefined, onError: (error: unknown) => void): Promise<HttpAnswer> {
  try {
    // A write that is on its way is let finish, so that its outcome is known.
    return asAnswer(await host.fetch(request, request.method === "GET" ? signal : undefined));
  } catch (error) {
    if (error instanceof AccordError && error.code === "misuse") throw error;
    onError(error);
    return { failure: failureOf(error) };
  }
}

function asAnswer({ status, headers, body }: HostResponse): HttpAnswer {
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  if (!Number.isInteger(status) || !(bytes instanceof Uint8Array)) {
    throw new AccordError("misuse", "The host's fetch must resolve with a numeric status and a body of bytes or text.");
  }
  const kept = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  return { status, headers: Object.fromEntries(kept.filter(([name]) => KEPT_HEADERS.includes(name))), body: bytes };
}

function failureOf(error: unknown): FetchFailureReason {
  if (error instanceof FetchFailure) return error.failure;
  const name = error instanceof Error ? error.name : "";
  if (name === "AbortError") return "aborted";
  if (name === "TimeoutError") return "timeout";
  return isAccordError(error, "auth-expired") ? "auth-expired" : "offline";
}

function report(progress: Progress, listener: DriveOptions["onProgress"]): void {
  try {
    listener?.(progress);
  } catch (error) {
    // A listener's mistake must not end a sync half-way, and must not be silent either.
    if (typeof reportError === "function") reportError(error);
    else queueMicrotask(() => { throw error; });
  }
}

function sleep(ms: number, host: Host, signal?: AbortSignal): Promise<void> {
  if (host.sleep) return host.sleep(Math.max(0, ms), signal);
  return new Promise((resolve) => {
    const wake = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", wake);
      resolve();
    };
    const timer = setTimeout(wake, Math.min(Math.max(0, ms), LONGEST_TIMER_MS));
    signal?.addEventListener("abort", wake);
  });
}
