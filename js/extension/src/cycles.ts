/**
 * Runs cycles: one at a time, in slices that are short enough for a browser which ends its background when it pleases. Nothing
 * is remembered about a cycle that runs, beside the alarm that takes it up again should the background be killed: the engine's
 * rows say what is left.
 */

import { needsPerson } from "../../shared/trouble.ts";
import { AccordError, isAccordError } from "../../src/errors.ts";
import type { Sync } from "../../src/sync.ts";
import type { Plan, Progress, Report } from "../../src/types.ts";
import { ALARM } from "./alarm.ts";
import type { Store } from "./memory.ts";
import type { Surroundings } from "./platform.ts";
import { dueAfter, dueAfterFailure } from "./schedule.ts";

/** Browsers end an event that takes minutes, and an idle background after 30 s (Chrome, "Extension service worker lifecycle"). */
const SLICE_MS = 20_000;
const SLICES = 9;
/** A killed cycle is taken up again after this. */
const RESCUE_MS = 60_000;
const KEEP_ALIVE_MS = 20_000;

export interface Watcher {
  /** Often; absent when no cycle runs. */
  progress(now: Progress | undefined): void;
  /** What is stored has changed, or what went wrong. */
  changed(): Promise<void>;
}

/** How a command is ended, and whom it tells how far it is. */
export interface Watched {
  signal: AbortSignal;
  onProgress(now: Progress): void;
}

export class Cycles {
  readonly #around: Surroundings;
  readonly #store: Store;
  readonly #sync: () => Promise<Sync>;
  readonly #watcher: Watcher;
  #running: Promise<Report | undefined> | undefined;
  #stop = new AbortController();

  constructor(around: Surroundings, store: Store, sync: () => Promise<Sync>, watcher: Watcher) {
    this.#around = around;
    this.#store = store;
    this.#sync = sync;
    this.#watcher = watcher;
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /**
   * Runs a cycle now, or joins the one that runs; `undefined` when there is nothing to run: off, paused, not agreed to or not signed in.
   *
   * @throws AccordError what the engine says; it is remembered as well
   */
  run(trigger: "poll" | "manual"): Promise<Report | undefined> {
    return this.#alone(() => this.#cycle(trigger));
  }

  /** Brings the meetings that were saved in the CRM to Google; what runs already goes first. A failure is the next cycle's. */
  async push(): Promise<void> {
    await this.#running?.catch(() => undefined);
    await this.#alone(async () => {
      if ((await this.#mayRun()) && this.#around.online()) await this.#pushed(await this.#sync()).catch(() => undefined);
      await this.#watcher.changed();
      return undefined;
    });
  }

  /**
   * Does what a person asked for, in the place of a cycle: what runs is ended first. Killed in the middle, the next cycle goes
   * on with it.
   *
   * @throws AccordError what the engine says
   */
  async perform(work: (sync: Sync, options: Watched) => Promise<Report>): Promise<Report | undefined> {
    await this.stop();
    return this.#alone(async () => {
      const alive = this.#keptAlive();
      try {
        return await work(await this.#sync(), { signal: this.#stop.signal, onProgress: (now) => this.#watcher.progress(now) });
      } finally {
        clearInterval(alive);
        this.#watcher.progress(undefined);
        await this.#watcher.changed();
      }
    });
  }

  /**
   * What the first sync would do. It reads for some seconds, and nothing else keeps the background alive meanwhile.
   *
   * @throws AccordError what the engine says
   */
  async preview(): Promise<Plan> {
    const alive = this.#keptAlive();
    try {
      return await (await this.#sync()).preview({ signal: this.#stop.signal, onProgress: (now) => this.#watcher.progress(now) });
    } finally {
      clearInterval(alive);
      this.#watcher.progress(undefined);
    }
  }

  /** Ends the running cycle, or preview, after what is on its way is recorded. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running?.catch(() => undefined);
    this.#stop = new AbortController();
  }

  /** Makes sure that something wakes the background: alarms get lost in updates and, in Firefox, when it is closed. */
  async ensure(): Promise<void> {
    if (this.isRunning || !(await this.#mayRun())) return;
    const { alarms } = this.#around.platform;
    if ((await alarms.get(ALARM)) === undefined) await alarms.create(ALARM, { when: this.#around.now() + 1_000 });
  }

  /** Nothing wakes the background for a cycle until {@link ensure} or {@link run}. */
  async rest(): Promise<void> {
    await this.#around.platform.alarms.clear(ALARM);
  }

  async #mayRun(): Promise<boolean> {
    const { paused, awaiting, intervalMinutes, accounts } = await this.#store.all();
    return !paused && !awaiting && intervalMinutes !== undefined && isUsable(accounts.google) && isUsable(accounts.zoho);
  }

  async #cycle(trigger: "poll" | "manual"): Promise<Report | undefined> {
    const { platform, now, online } = this.#around;
    if (!(await this.#mayRun())) {
      await this.rest();
      return undefined;
    }
    await platform.alarms.create(ALARM, { when: now() + RESCUE_MS });
    const alive = this.#keptAlive();
    try {
      if (!online()) throw new AccordError("offline", "There is no connection. The sync goes on by itself when it is back.");
      const report = await this.#slices(trigger);
      await this.#store.write("trouble", undefined);
      await this.#due(dueAfter(report, await this.#interval(), now()));
      return report;
    } catch (error) {
      const failed = isAccordError(error) ? error : new AccordError("internal", "The extension met a defect of its own.", { cause: error });
      await this.#failed(failed);
      throw failed;
    } finally {
      clearInterval(alive);
      this.#watcher.progress(undefined);
      await this.#watcher.changed();
    }
  }

  /** Meetings saved in the CRM go first, for somebody may be looking. */
  async #slices(trigger: "poll" | "manual"): Promise<Report> {
    const sync = await this.#sync();
    const { signal } = this.#stop;
    for (let slice = 1; ; slice += 1) {
      await this.#pushed(sync);
      const deadlineMs = this.#around.now() + SLICE_MS;
      const report = await sync.run({ trigger, deadlineMs, signal, onProgress: (now) => this.#watcher.progress(now) });
      if (report.finished !== "deadline" || slice === SLICES) return report;
      await this.#watcher.changed();
    }
  }

  async #pushed(sync: Sync): Promise<void> {
    const touched = await this.#store.read("touched");
    if (touched.length === 0) return;
    try {
      // Before the first sync is over, nothing tells a new meeting from one whose event is still to be read.
      if ((await sync.status()).firstSyncDone) await sync.run({ trigger: "crm-change", crmIds: touched, signal: this.#stop.signal });
    } finally {
      // What failed is found by the next cycle, as is every change that no page told of.
      await this.#store.change("touched", (now) => now.filter((id) => !touched.includes(id)));
    }
  }

  /** Any call of the browser's API counts as life. */
  #keptAlive(): ReturnType<typeof setInterval> {
    return setInterval(() => void this.#around.platform.runtime.getPlatformInfo(), KEEP_ALIVE_MS);
  }

  #alone(work: () => Promise<Report | undefined>): Promise<Report | undefined> {
    this.#running ??= work().finally(() => (this.#running = undefined));
    return this.#running;
  }

  async #failed({ code, message, retryAfterMs }: AccordError): Promise<void> {
    if (code === "cancelled") return this.#due(this.#around.now() + (await this.#interval()) * 60_000);
    const trouble = await this.#store.change("trouble", (before) => {
      if (before?.code === code && needsPerson(code)) return before;
      return { code, message, failures: (before?.failures ?? 0) + 1 };
    });
    const due = dueAfterFailure({ code, retryAfterMs, failures: trouble?.failures ?? 1 }, this.#around.now());
    if (due === undefined) await this.rest();
    else await this.#due(due);
  }

  async #due(when: number): Promise<void> {
    await this.#around.platform.alarms.create(ALARM, { when });
  }

  async #interval(): Promise<number> {
    return (await this.#store.read("intervalMinutes")) ?? 5;
  }
}

function isUsable(account: { isExpired: boolean } | undefined): boolean {
  return account !== undefined && !account.isExpired;
}
