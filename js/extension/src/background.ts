/** The background as a function of events and storage: what the browser tells, what pages ask for, and what follows. */

import { replayOf } from "../../shared/replay.ts";
import { AccordError } from "../../src/errors.ts";
import type { Progress, Report, Service, Settings, Status } from "../../src/types.ts";
import { ALARM } from "./alarm.ts";
import { badge, glance, matter } from "./attention.ts";
import { touchedBy } from "./crm-watch.ts";
import { Cycles } from "./cycles.ts";
import type { Engine } from "./engine.ts";
import { migrate, Store } from "./memory.ts";
import type { Commands } from "./messages.ts";
import { SignInFailure } from "./oauth/failure.ts";
import { CODE_OF, type Tokens } from "./oauth/tokens.ts";
import { addressAt } from "./person.ts";
import type { SeenRequest, Surroundings } from "./platform.ts";
import type { Sentences } from "./sentences.ts";

/** Saves of one page come in bursts, and the CRM's own answer comes after the request that was seen. */
const SETTLE_MS = 1_000;
const PROGRESS_MS = 200;
const NOTIFICATION = "accord";

export interface Parts {
  around: Surroundings;
  store: Store;
  tokens: Pick<Tokens, "signIn" | "signOut">;
  engine: Engine;
  sentences(locale: "auto" | "en" | "fr"): Sentences;
}

export class Background {
  readonly #parts: Parts;
  readonly #cycles: Cycles;
  readonly #saving = new Map<string, string[]>();
  #settling: ReturnType<typeof setTimeout> | undefined;
  #hasUnnamed = false;
  #shownMs = 0;
  #showing: Promise<unknown> = Promise.resolve();

  constructor(parts: Parts) {
    this.#parts = parts;
    const watcher = { progress: (now: Progress | undefined) => this.#progress(now), changed: () => this.#publish() };
    this.#cycles = new Cycles(parts.around, parts.store, parts.engine.sync, watcher);
  }

  /** At every start of the background, whatever started it. */
  async started(): Promise<void> {
    const { local, session } = this.#parts.around.platform.storage;
    await migrate(local);
    // Whoever was killed in a cycle left it behind.
    await session.remove(["progress"]);
    await this.#cycles.ensure();
    await this.#show((await local.get(["snapshot"]))["snapshot"] as Status | undefined);
  }

  /** The connection is back; what waited for it goes on. */
  async connected(): Promise<void> {
    if ((await this.#parts.store.read("trouble"))?.code === "offline") await this.woke();
  }

  /** The browser was started, or the alarm went off: a cycle is due. */
  async woke(): Promise<void> {
    await this.#quietly(() => this.#cycles.run("poll"));
  }

  async alarmed(name: string): Promise<void> {
    if (name === ALARM) await this.woke();
  }

  /** A CRM page is about to send a request. */
  sending(id: string, request: SeenRequest): void {
    const touched = touchedBy(request);
    if (touched) this.#saving.set(id, touched.ids);
  }

  /** The request of a CRM page was answered, or was not. */
  async sent(id: string, statusCode: number | undefined): Promise<void> {
    const ids = this.#saving.get(id);
    this.#saving.delete(id);
    if (ids === undefined || statusCode === undefined || statusCode < 200 || statusCode > 299) return;
    if (ids.length > 0) await this.#parts.store.change("touched", (before) => [...new Set([...before, ...ids])].slice(-100));
    else this.#hasUnnamed = true;
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => void this.#push(), SETTLE_MS);
  }

  /** The person clicked the notification, or the extension asks them to set it up. */
  async opened(): Promise<void> {
    await this.#parts.around.platform.runtime.openOptionsPage();
  }

  readonly commands: Commands = {
    signIn: (service, centre) => this.#signIn(service, centre),
    signOut: async (service) => {
      await this.#cycles.stop();
      await this.#parts.tokens.signOut(service);
      await this.#parts.store.change("accounts", ({ [service]: _gone, ...others }) => others);
      await this.#cycles.rest();
      await this.#publish();
    },
    calendars: async () => (await this.#sync()).calendars(),
    checkAccess: async (settings) => (await this.#sync()).checkAccess(settings),
    activate: async (settings) => {
      await this.#cycles.stop();
      // Said before anything is stored that a cycle could begin with: killed in between, nothing is written unasked.
      const before = await this.#parts.store.read("awaiting");
      await this.#parts.store.write("awaiting", true);
      const status = await this.#activated(settings, before);
      await this.#parts.store.write("intervalMinutes", status.settings?.intervalMinutes ?? 5);
      await this.#parts.store.write("paused", false);
      await this.#parts.store.write("trouble", undefined);
      await this.#parts.store.write("awaiting", !status.firstSyncDone);
      if (status.firstSyncDone) void this.woke();
      else await this.#cycles.rest();
      await this.#keep(status);
      return status;
    },
    preview: () => this.#cycles.preview(),
    begin: async () => {
      await this.#parts.store.write("awaiting", false);
      void this.woke();
    },
    run: () => this.#cycles.run("manual"),
    stop: () => this.#cycles.stop(),
    pause: async () => {
      await this.#parts.store.write("paused", true);
      await this.#cycles.stop();
      await this.#cycles.rest();
      await this.#publish();
    },
    resume: async () => {
      await this.#parts.store.write("paused", false);
      void this.woke();
    },
    deactivate: async () => {
      await this.#parts.store.write("intervalMinutes", undefined);
      await this.#parts.store.write("awaiting", false);
      await this.#cycles.stop();
      await this.#cycles.rest();
      const status = await (await this.#sync()).deactivate();
      await this.#publish();
      return status;
    },
    forget: async () => {
      await this.#cycles.stop();
      await this.#cycles.rest();
      await (await this.#sync()).forget();
      for (const service of ["google", "zoho"] as const) await this.#parts.tokens.signOut(service);
      await this.#parts.store.clear();
      await this.#publish();
    },
    resolve: async (question, answer) => {
      await this.#cycles.stop();
      const status = await (await this.#sync()).resolve(question, answer);
      void this.woke();
      return status;
    },
    history: async () => (await this.#sync()).history(),
    undo: (run) => this.#cycles.perform((sync, options) => sync.undo(run, options)),
    putBack: (run, googleId, field) => this.#cycles.perform((sync) => sync.putBack(run, googleId, field)),
    verify: async () => (await this.#sync()).verify(),
    replay: async () => replayOf(await this.#sync()),
    status: async () => (await this.#sync()).status(),
    setLocale: async (locale) => {
      await this.#parts.store.write("locale", locale);
      await this.#publish();
    },
  };

  #sync() {
    return this.#parts.engine.sync();
  }

  async #activated(settings: Settings, wasAwaiting: boolean): Promise<Status> {
    try {
      return await (await this.#sync()).activate(settings);
    } catch (error) {
      await this.#parts.store.write("awaiting", wasAwaiting);
      await this.#cycles.ensure();
      throw error;
    }
  }

  async #signIn(service: Service, centre: string | undefined): Promise<void> {
    await this.#cycles.stop();
    try {
      const home = await this.#parts.tokens.signIn(service, centre);
      const account = { address: "", isExpired: false, ...(home && { centre: home.id }) };
      await this.#parts.store.change("accounts", (accounts) => ({ ...accounts, [service]: account }));
      const address = await addressAt(service, this.#parts.engine.fetch).catch(() => "");
      await this.#parts.store.change("accounts", (accounts) => ({ ...accounts, [service]: { ...account, address } }));
    } catch (error) {
      if (error instanceof SignInFailure) throw new AccordError(CODE_OF[error.reason], error.message, { cause: error });
      throw error;
    }
    await this.#parts.store.change("trouble", (trouble) => (trouble?.code === "auth-expired" ? undefined : trouble));
    await this.#publish();
    void this.woke();
  }

  async #push(): Promise<void> {
    const isUnnamed = this.#hasUnnamed;
    this.#hasUnnamed = false;
    await this.#cycles.push();
    // A new meeting has its id from an answer that no extension may read; the next cycle finds it.
    if (isUnnamed) await this.woke();
  }

  /** What goes wrong is remembered by the cycle itself, and shown. */
  async #quietly(work: () => Promise<Report | undefined>): Promise<void> {
    await work().catch(() => undefined);
  }

  #progress(now: Progress | undefined): void {
    const { session } = this.#parts.around.platform.storage;
    const nowMs = this.#parts.around.now();
    if (now !== undefined && nowMs - this.#shownMs < PROGRESS_MS) return;
    this.#shownMs = now === undefined ? 0 : nowMs;
    // In the order in which it was told: the last word is that it is over.
    this.#showing = this.#showing.then(() => (now === undefined ? session.remove(["progress"]) : session.set({ progress: now }))).catch(() => undefined);
  }

  /** Writes what pages show at once, before they ask for more. */
  async #publish(): Promise<void> {
    const status = await (await this.#sync()).status();
    await this.#keep(status);
  }

  async #keep(status: Status): Promise<void> {
    const { local } = this.#parts.around.platform.storage;
    const before = (await local.get(["snapshot"]))["snapshot"];
    if (JSON.stringify(before) !== JSON.stringify(status)) await local.set({ snapshot: status });
    await this.#show(status);
  }

  /** The badge, the tooltip, and a notification about what the person was not told yet. */
  async #show(status: Status | undefined): Promise<void> {
    const { action, notifications, runtime } = this.#parts.around.platform;
    const memory = await this.#parts.store.all();
    const now = glance(memory, status, this.#cycles.isRunning);
    const { text, color } = badge(now);
    const sentences = this.#parts.sentences(memory.locale);
    await action.setBadgeText({ text });
    if (text !== "") await action.setBadgeBackgroundColor({ color });
    await action.setTitle({ title: sentences.title(now) });
    const about = matter(now, memory, status);
    if (about === memory.told) return;
    await this.#parts.store.write("told", about);
    if (about === "" || now.state !== "needs-you") await notifications.clear(NOTIFICATION);
    else await notifications.create(NOTIFICATION, { type: "basic", iconUrl: runtime.getURL("/icon/128.png"), title: "Accord", message: sentences.why(now.why) });
  }
}
