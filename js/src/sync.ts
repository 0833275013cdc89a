/// <reference lib="esnext.disposable" preserve="true" />
/** The facade's implementation: one engine per command, one writer at a time, one error type. */

import { drive, type DriveOptions } from "./driver.ts";
import { AccordError, isAccordError } from "./errors.ts";
import type { Host } from "./host.ts";
import { watched } from "./health.ts";
import { alone } from "./lock.ts";
import { isRecorded, recorded, type Record as Transcript } from "./replay/record.ts";
import type { Access, Answer, Calendar, Command, EngineLike, FieldName, Plan, Progress, Reason, ReplayBundle, Report, Settings, Status, Trigger, Verification, WritingCommand } from "./types.ts";

/** How one cycle is run; all of it may be left out. */
export interface RunOptions {
  /** Who asked; appears in the report. Default: `"crm-change"` with `crmIds`, else `"manual"`. */
  trigger?: Trigger;
  /**
   * Meetings that were just added, changed or deleted in the CRM: 1 to 100 ids, as the CRM prints them. Only these
   * are read and written, so that they are in Google at once; the next cycle without ids reads everything else.
   * Under `direction: "google-to-crm"` nothing is done.
   */
  crmIds?: readonly string[];
  /** Ends the run with `cancelled` after what is on its way is recorded; the next run continues. */
  signal?: AbortSignal;
  /** Called at each step, often; do little in it. */
  onProgress?: (progress: Progress) => void;
  /** When to stop at the latest, in milliseconds since 1970 UTC; the report then says `finished: "deadline"`. */
  deadlineMs?: number;
}

/** How much {@link Sync.undo} takes back, and how it is watched; all of it may be left out. */
export interface UndoOptions {
  /** Only what concerns this event; the id of its meeting does as well. */
  googleId?: string;
  /** Ends the undo with `cancelled`; the next run goes on with it. */
  signal?: AbortSignal;
  /** Called at each step, often; do little in it. */
  onProgress?: (progress: Progress) => void;
}

/** How a {@link Sync.preview} is watched and ended; all of it may be left out. */
export interface PreviewOptions {
  /** Ends the command with `cancelled`. */
  signal?: AbortSignal;
  /** Called at each step, often; do little in it. */
  onProgress?: (progress: Progress) => void;
}

/** How a {@link Sync.verify} looks; all of it may be left out. */
export interface VerifyOptions {
  /** How many pairs, chosen by chance: 1 to 500. Default: 50. */
  sample?: number;
  /** Ends the command with `cancelled`. */
  signal?: AbortSignal;
}

/**
 * Keeps one Google calendar and one person's CRM meetings in accord.
 *
 * Every method rejects with an {@link AccordError} and nothing else. Of `run`, `undo`, `putBack`, `resolve`, `activate`,
 * `deactivate` and `forget`, one runs at a time per stored state, across tabs; a second one
 * rejects with `locked`.
 */
export interface Sync {
  /**
   * The Google calendars that the user may write; no other can be synced. One to a few requests.
   *
   * Rejects with `auth-expired`, `forbidden`, `rate-limited`, `offline`, `server-error` or `bad-response`.
   *
   * @example
   * const calendar = (await sync.calendars()).find(({ primary }) => primary);
   */
  calendars(): Promise<Calendar[]>;
  /**
   * Finds out which rights are missing, in words and codes. Writes nothing.
   *
   * Rejects with `invalid-settings`, or one of the codes of {@link calendars}.
   *
   * @param settings what to check for; default: the stored settings
   * @example
   * const { ok, missing } = await sync.checkAccess({ calendar: "primary-id", direction: "two-way" });
   * if (!ok) show(missing.map(({ message }) => message));
   */
  checkAccess(settings?: Settings): Promise<Access>;
  /**
   * Validates the settings against the live accounts and stores them. Syncs nothing yet. Activating again
   * after {@link deactivate} keeps the links, so that nothing is created twice.
   *
   * Rejects with `invalid-settings` (the message names the field), `calendar-not-writable`, `forbidden`,
   * or one of the codes of {@link calendars}.
   *
   * @example
   * await sync.activate({ calendar: calendar.id, direction: "two-way" });
   */
  activate(settings: Settings): Promise<Status>;
  /**
   * Runs one cycle: reads what changed, writes it to the other side, and reports. A cycle that finds
   * nothing writes nothing. Killed or cancelled at any moment, the next cycle continues. What only a person
   * can decide is left alone and asked in `report.questions`.
   *
   * Rejects with `not-active`, `misuse` (a wrong option, named in the message), `locked`, `cancelled`, `storage-full`, `storage-failed`, `rate-limited`
   * (with `retryAfterMs`), or one of the codes of {@link calendars}.
   *
   * @example
   * const stop = new AbortController();
   * const report = await sync.run({
   *   signal: stop.signal,
   *   onProgress: ({ phase, done, total }) => show(phase, done, total),
   * });
   * console.log(`${report.crm.created} created, ${report.remaining} still to come`);
   * for (const { field, google, crm, winner } of report.conflicts) show(field, winner === "google" ? crm : google);
   *
   * @example
   * // A person saved a meeting in the CRM: push it. The next cycle finds it all the same if this one fails.
   * await sync.run({ trigger: "crm-change", crmIds: [savedId] });
   */
  run(options?: RunOptions): Promise<Report>;
  /**
   * What {@link run} would do, before it does it: reads as a run does, and writes nothing, neither to a service nor to the
   * storage. A run reads and plans anew, so that what changes meanwhile is never overwritten. The plan holds event text.
   *
   * Rejects with the codes of {@link run}, without `locked` and the failures of a full storage.
   *
   * @example
   * const { operations, cost } = await sync.preview();
   * for (const { side, verb, title, fields } of operations) list(side, verb, title, fields);
   * if (confirm(`${operations.length} changes, ${cost.credits} credits?`)) await sync.run();
   */
  preview(options?: PreviewOptions): Promise<Plan>;
  /**
   * Reads some linked events on both sides, chosen by chance, and says where they differ. Writes nothing.
   *
   * Rejects with `misuse` for a number that is none from 1 to 500, or with one of the codes of {@link preview}.
   *
   * @example
   * const { checked, drifts } = await sync.verify();
   * show(`${drifts.length} of ${checked} pairs differ`);
   */
  verify(options?: VerifyOptions): Promise<Verification>;
  /**
   * What is stored, and how the sync is doing. Makes no request.
   *
   * Rejects with `storage-failed`.
   *
   * @example
   * const { state, links, health } = await sync.status();
   * if (health.state === "needs-you") show(health.reasons.map(({ message }) => message));
   */
  status(): Promise<Status>;
  /**
   * The reports of the last 50 cycles that wrote or parked something, newest first, with those that failed or were cut
   * off after they had written something. Makes no request.
   *
   * Rejects with `storage-failed`.
   *
   * @example
   * for (const { run, startedMs, crm } of await sync.history()) list(run, new Date(startedMs), crm.created);
   */
  history(): Promise<Report[]>;
  /**
   * Why an event looks as it does: what was written of it, newest first, as far as the last 50 cycles (or 2 MB) tell.
   * Makes no request.
   *
   * Rejects with `storage-failed`.
   *
   * @param googleId the event; the id of its meeting does as well
   * @example
   * for (const { atMs, operation } of await sync.explain(event.id)) list(new Date(atMs), operation.rule, operation.fields);
   */
  explain(googleId: string): Promise<Reason[]>;
  /**
   * Takes back what a cycle wrote, wherever nobody changed it since: values go back, what was created is deleted, what was
   * deleted is restored (in the CRM created again). What differs between the sides afterwards stays so until somebody
   * edits it. `report.notRestored` names what was left. An undo is a cycle of its own and can be undone.
   *
   * Rejects with `misuse` when nothing is kept of that cycle, or with one of the codes of {@link Sync.run}.
   *
   * @param run {@link Report.run} of the cycle; default: the last one that wrote something
   * @example
   * const { notRestored } = await sync.undo();
   * for (const { googleId, message } of notRestored) show(googleId, message);
   */
  undo(run?: number, options?: UndoOptions): Promise<Report>;
  /**
   * Writes the value that lost a conflict to both sides, if nobody changed that field since.
   *
   * Rejects with `misuse` when no such conflict is kept, or with one of the codes of {@link Sync.run}.
   *
   * @param run {@link Report.run} of the cycle that reported the conflict
   * @param googleId the event
   * @param field the field that was in conflict
   *
   * @example
   * const [{ googleId, field }] = report.conflicts;
   * await sync.putBack(report.run, googleId, field);
   */
  putBack(run: number, googleId: string, field: FieldName): Promise<Report>;
  /**
   * Answers a question. Of `mass-deletion`: `"apply"` deletes its events on the side that it names, `"restore"` creates them
   * again on the other. Of `ambiguous`: `"pair"` or `"separate"`, as {@link Answer} says. Makes no request; the next
   * {@link run} does it. An event that a person changes meanwhile is not deleted.
   *
   * Rejects with `misuse` when no question has this id (it was asked on another device, or is settled), or when the answer is
   * one for the other kind. Else with `locked`, `storage-full` or `storage-failed`.
   *
   * @param questionId the id of a question in `status().questions` or in a report
   * @example
   * for (const { id, code, side, count } of (await sync.status()).questions) {
   *   if (code === "mass-deletion") await sync.resolve(id, confirm(`Delete ${count} events in ${side} too?`) ? "apply" : "restore");
   *   else await sync.resolve(id, confirm(`Pair ${count} that look alike, in their order?`) ? "pair" : "separate");
   * }
   * await sync.run();
   */
  resolve(questionId: string, answer: Answer): Promise<Status>;
  /**
   * What a bug report needs: the last cycle, preview, verification or undo of this object, step by step, with every text,
   * name, address and id replaced. Kept in memory only, until the next one. Makes no request; of a first sync of thousands it
   * takes some seconds.
   *
   * Rejects with `misuse` when there was none yet, or when it read and wrote more than 32 MB; with `unsupported` where more
   * code cannot be loaded, as in a service worker whose scripts are not bundled into one.
   *
   * @example
   * const bundle = await sync.replayBundle();
   * download("accord-replay.json", JSON.stringify(bundle));
   */
  replayBundle(): Promise<ReplayBundle>;
  /**
   * Stops syncing and keeps the links. Makes no request.
   *
   * Rejects with `locked`, `storage-full` or `storage-failed`.
   *
   * @example
   * await sync.deactivate();
   */
  deactivate(): Promise<Status>;
  /**
   * Erases everything stored on this device. Events on either side stay. Makes no request.
   *
   * Rejects with `locked` or `storage-failed`.
   *
   * @example
   * if (confirm("Forget this connection?")) await sync.forget();
   */
  forget(): Promise<void>;
  /**
   * Ends what is running with `cancelled`, after what is on its way is recorded. Later calls reject with `misuse`. What
   * is stored stays.
   *
   * @example
   * using sync = await createSync(host);
   */
  [Symbol.dispose](): void;
}

/** Browsers that do not know `using` yet have no such symbol; compilers bring this one. */
const DISPOSE: typeof Symbol.dispose = (Symbol.dispose as typeof Symbol.dispose | undefined) ?? (Symbol.for("Symbol.dispose") as typeof Symbol.dispose);

/** How to make an engine, and what the host allows it. */
export interface EngineSource {
  create(seed: number): EngineLike;
  /** A 32-bit number for each engine. */
  seed(): number;
  googleBatch: boolean;
  /** The text of a field as the engine compares it. */
  normalForm(form: number, text: string, limit: number): string;
}

/** The facade over `host`; `createSync` supplies the engine of the wasm module. */
export function syncOver(host: Host, source: EngineSource): Sync {
  const disposed = new AbortController();
  let transcript: Transcript | undefined;

  function engineFor(command: Command): EngineLike {
    const seed = source.seed();
    const engine = source.create(seed);
    if (!isRecorded(command)) return engine;
    const recording = recorded(engine, seed);
    transcript = recording.record;
    return recording.engine;
  }

  async function command(command: Command, options?: DriveOptions): Promise<unknown> {
    if (disposed.signal.aborted) throw new AccordError("misuse", "This sync was disposed of. Make another one with createSync.");
    const signal = options?.signal ? AbortSignal.any([options.signal, disposed.signal]) : disposed.signal;
    const engine = guarded(() => engineFor(command));
    try {
      const result = await drive(engine, command, host, { ...options, signal });
      engine.free();
      return result;
    } catch (error) {
      // After a trap the engine's memory is not to be touched again; a failed command leaves it sound.
      if (isAccordError(error)) engine.free();
      throw asAccordError(error);
    }
  }

  const watch = watched(host);

  /** A command that writes: one at a time. */
  async function exclusive(writing: WritingCommand, options?: DriveOptions): Promise<unknown> {
    try {
      return await alone(host, (lease) => watch.during(writing, () => command(lease ? { ...writing, lease } : writing, options)));
    } catch (error) {
      throw asAccordError(error);
    }
  }

  const status = async (result: Promise<unknown>): Promise<Status> => watch.complete((await result) as Status);

  return {
    calendars: async () => (await command({ name: "calendars" })) as Calendar[],
    checkAccess: async (settings) => (await command({ name: "checkAccess", ...(settings && { settings }) })) as Access,
    activate: (settings) => status(exclusive({ name: "activate", settings })),
    run: async ({ crmIds, trigger = crmIds ? "crm-change" : "manual", deadlineMs, signal, onProgress } = {}) => (await exclusive({
      name: "run", trigger, batch: source.googleBatch,
      ...(crmIds && { crmIds: [...crmIds] }), ...(deadlineMs !== undefined && { deadlineMs }),
    }, { signal, onProgress })) as Report,
    preview: async ({ signal, onProgress } = {}) => (await command({ name: "preview", batch: source.googleBatch }, { signal, onProgress })) as Plan,
    verify: async ({ sample, signal } = {}) => (await command({
      name: "verify", batch: source.googleBatch, ...(sample !== undefined && { sample }),
    }, { signal })) as Verification,
    status: () => status(command({ name: "status" })),
    history: async () => (await command({ name: "history" })) as Report[],
    explain: async (googleId) => (await command({ name: "explain", googleId })) as Reason[],
    undo: async (run, { googleId, signal, onProgress } = {}) => (await exclusive({
      name: "undo", batch: source.googleBatch, ...(run !== undefined && { run }), ...(googleId !== undefined && { googleId }),
    }, { signal, onProgress })) as Report,
    putBack: async (run, googleId, field) =>
      (await exclusive({ name: "putBack", run, googleId, field, batch: source.googleBatch })) as Report,
    resolve: (question, answer) => status(exclusive({ name: "resolve", question, answer })),
    replayBundle: async () => {
      const last = transcript;
      if (!last) throw new AccordError("misuse", "There is nothing to replay yet. Run a sync first, in this page.");
      if (last.tooLarge) throw new AccordError("misuse", "The last sync read or wrote too much to be kept for a replay. Run a smaller one, then ask again.");
      const { bundleOf } = await import("./replay/bundle.ts").catch((cause: unknown) => {
        throw new AccordError("unsupported", "The code of replay bundles could not be loaded here, as in a service worker. Ask for the bundle in a page.", { cause });
      });
      return guarded(() => bundleOf(last, source));
    },
    deactivate: () => status(exclusive({ name: "deactivate" })),
    forget: async () => void (await exclusive({ name: "forget" })),
    [DISPOSE]: () => disposed.abort(),
  };
}

function guarded<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw asAccordError(error);
  }
}

function asAccordError(error: unknown): AccordError {
  if (isAccordError(error)) return error;
  if (error instanceof Error && "code" in error && error.code === "misuse") {
    return new AccordError("misuse", error.message, { cause: error });
  }
  return new AccordError("internal", "Accord met a defect of its own and stopped. Nothing stored is lost: sync again.", { cause: error });
}
