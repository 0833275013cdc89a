/** What the frame knows and does; the views only show it. */

import { replayOf } from "../shared/replay.ts";
import { languageOf, type Language } from "../shared/text.ts";
import { isAccordError } from "../src/errors.ts";
import type { Host, Storage } from "../src/host.ts";
import { widgetFetch, widgetUser } from "../src/hosts/widget.ts";
import { createSync, type RunOptions, type Sync } from "../src/index.ts";
import type { Access, Answer, Calendar, FieldName, Plan, Progress, Reason, ReplayBundle, Report, Service, Settings, Status, Verification } from "../src/types.ts";
import engine from "virtual:engine";
import { frameStorage, isAwaiting, noteAwaiting, type Kept } from "./storage.ts";
import { upcoming, type Upcoming } from "./upcoming.ts";
import { meetingOf, PATIENCE_MS, type Missing, type PageLoad, type Surroundings } from "./zoho.ts";

export type Place = "tab" | "meeting" | "tile";

/** Something that went wrong, by the code of its sentence. */
export interface Trouble {
  code: string;
  /** The error's own sentence, in English, where the dictionary has none. */
  message?: string;
  retryAtMs?: number;
}

export interface State {
  place: Place;
  language: Language;
  /** Of the CRM's user, for the formats of times: `en-GB` … */
  locale: string | undefined;
  zone: string | undefined;
  /** `entering`: the CRM has not answered. `opening`: it has, and the engine starts. */
  phase: "entering" | "opening" | "ready" | "stuck";
  trouble: Trouble | undefined;
  /** The connections that were refused. */
  refused: readonly Service[];
  kept: Kept | undefined;
  status: Status | undefined;
  /** The settings are saved, and nobody has agreed to the first sync: no cycle runs. */
  awaiting: boolean;
  /** What that sync would do, once it is known. */
  plan: Plan | undefined;
  calendars: readonly Calendar[] | undefined;
  /** The origin of the CRM's pages, where the CRM stands alone. */
  crm: string | undefined;
  history: readonly Report[];
  next: readonly Upcoming[] | undefined;
  /** Of a page of one meeting. */
  meeting: string | undefined;
  /** What was written of that meeting, newest first. */
  reasons: readonly Reason[];
  /** What the last cycle of this page did. */
  report: Report | undefined;
  progress: Progress | undefined;
  busy: boolean;
}

export interface Session {
  state(): State;
  subscribe(heard: () => void): () => void;
  missing(why: Missing): void;
  pageLoaded(page: PageLoad, around: Surroundings): Promise<void>;
  /** Checks and stores; tells what is missing, and whether syncing goes on from there. */
  save(settings: Settings): Promise<{ missing: Access["missing"]; isOn: boolean }>;
  /** What the first sync would do, computed anew; reads only. */
  preview(): Promise<void>;
  /** The person agrees to the first sync. */
  begin(): Promise<void>;
  /** The person does not: a preview that is being computed is ended, and the sync is off. */
  back(): Promise<void>;
  run(): Promise<void>;
  push(): Promise<void>;
  resolve(question: string, answer: Answer): Promise<void>;
  undo(run: number): Promise<Report | undefined>;
  putBack(run: number, googleId: string, field: FieldName): Promise<void>;
  /** Compares linked pairs on both sides; writes nothing. */
  verify(): Promise<Verification | undefined>;
  /** What a bug report needs: the steps of the last command, or of a look at both sides where there was none. */
  replay(): Promise<ReplayBundle | undefined>;
  deactivate(): Promise<void>;
  /** Erases what the browser remembers; both sides stay as they are. */
  forget(): Promise<void>;
  loadCalendars(): Promise<void>;
  cancel(): void;
}

const MINUTE_MS = 60_000;

export function openSession(place: Place): Session {
  let state: State = {
    place, language: languageOf(navigator.languages), locale: navigator.language, zone: undefined, phase: "entering", trouble: undefined, refused: [], kept: undefined, status: undefined, awaiting: false, plan: undefined,
    calendars: undefined, crm: undefined, history: [], next: undefined, meeting: undefined, reasons: [], report: undefined, progress: undefined, busy: false,
  };
  const heard = new Set<() => void>();
  let sync: Sync | undefined;
  let fetch: Host["fetch"] | undefined;
  let storage: Storage | undefined;
  let stop: AbortController | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let working: Promise<unknown> | undefined;
  let saved = false;

  function set(change: Partial<State>): void {
    state = { ...state, ...change };
    for (const one of heard) one();
  }

  /** One action at a time; what goes wrong is shown and ends nothing else. Resolves to nothing then. */
  async function act<T>(work: (sync: Sync) => Promise<T>): Promise<T | undefined> {
    if (sync === undefined || state.busy) return undefined;
    const acting = acted(sync, work);
    working = acting;
    return acting;
  }

  async function acted<T>(sync: Sync, work: (sync: Sync) => Promise<T>): Promise<T | undefined> {
    set({ busy: true, trouble: undefined });
    try {
      return await work(sync);
    } catch (error) {
      set({ trouble: troubleOf(error) });
      return undefined;
    } finally {
      set({ busy: false, progress: undefined });
    }
  }

  async function look(sync: Sync): Promise<void> {
    const { place, meeting } = state;
    const [status, history, reasons] = await Promise.all([
      sync.status(), place === "tab" ? sync.history() : [], place === "meeting" && meeting !== undefined ? sync.explain(meeting) : [],
    ]);
    set({ status, history, reasons });
  }

  /** Another frame may have saved, or agreed, since. */
  async function mayRun(): Promise<boolean> {
    const awaiting = storage !== undefined && (await isAwaiting(storage));
    if (awaiting !== state.awaiting) set({ awaiting });
    return !awaiting && state.status?.state === "active";
  }

  async function awaits(awaiting: boolean): Promise<void> {
    if (storage !== undefined) await noteAwaiting(storage, awaiting);
    set({ awaiting, plan: undefined });
  }

  async function foresee(sync: Sync): Promise<void> {
    stop = new AbortController();
    const { signal } = stop;
    try {
      set({ plan: await sync.preview({ signal, onProgress: (progress) => set({ progress }) }) });
    } finally {
      stop = undefined;
    }
  }

  async function cycle(sync: Sync, options: RunOptions): Promise<void> {
    stop = new AbortController();
    const { signal } = stop;
    try {
      set({ report: await sync.run({ ...options, signal, onProgress: (progress) => set({ progress }) }) });
    } finally {
      stop = undefined;
      await look(sync);
    }
  }

  async function showNext(): Promise<void> {
    const calendar = state.status?.settings?.calendar;
    if (state.place !== "tile" || fetch === undefined || calendar === undefined) return;
    set({ next: await upcoming(fetch, calendar, Date.now()) });
  }

  /** While the frame is open, Google is asked again and again; a frame that nobody sees waits until it is seen. */
  function again(): void {
    clearTimeout(timer);
    const minutes = state.status?.settings?.intervalMinutes ?? 5;
    timer = setTimeout(() => {
      if (document.visibilityState === "visible") void poll();
      else document.addEventListener("visibilitychange", () => void poll(), { once: true });
    }, minutes * MINUTE_MS);
  }

  async function poll(): Promise<void> {
    await act(async (sync) => {
      if (await mayRun()) await cycle(sync, { trigger: "poll" });
      await showNext();
    });
    again();
  }

  async function push(): Promise<void> {
    const { meeting } = state;
    if (meeting === undefined) return;
    // Saved once more while the last push was on its way: that one may have read the meeting before.
    saved = state.busy;
    if (saved) return;
    await act(async (sync) => {
      if (await mayRun()) await cycle(sync, { trigger: "crm-change", crmIds: [meeting] });
    });
    if (saved) await push();
  }

  function deactivate(): Promise<void> {
    return act(async (sync) => {
      set({ status: await sync.deactivate() });
      await awaits(false);
    });
  }

  async function loadCalendars(): Promise<void> {
    await act(async (sync) => set({ calendars: await sync.calendars() }));
  }

  async function open(around: Surroundings): Promise<void> {
    const silence = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), PATIENCE_MS));
    const user = widgetUser(await Promise.race([silence, around.crm.CONFIG.getCurrentUser()]).catch(() => undefined));
    if (user === undefined) return set({ phase: "stuck", trouble: { code: "no-user" } });
    const locale = user.locale ?? navigator.language;
    set({ crm: /^https:\/\/crm\./.test(around.pages) ? around.pages : undefined, language: languageOf([locale]), locale, zone: user.zone });
    const place = await frameStorage(user.id);
    storage = place.storage;
    fetch = widgetFetch({ ...around, onConnection: noteConnection });
    try {
      sync = await createSync({ storage, fetch }, { module: bytes(engine), googleBatch: false });
      await look(sync);
      set({ kept: place.kept, awaiting: await isAwaiting(storage), phase: "ready" });
    } catch (error) {
      set({ phase: "stuck", trouble: troubleOf(error) });
    }
  }

  function noteConnection(service: Service, works: boolean): void {
    if (works !== state.refused.includes(service)) return;
    set({ refused: works ? state.refused.filter((one) => one !== service) : [...state.refused, service] });
  }

  return {
    state: () => state,
    subscribe: (one) => {
      heard.add(one);
      return () => heard.delete(one);
    },
    missing: (why) => set({ phase: "stuck", trouble: { code: why } }),
    async pageLoaded(page, around) {
      const first = sync === undefined;
      set({ meeting: meetingOf(page), ...(first && { phase: "opening", trouble: undefined }) });
      if (first) await open(around);
      if (state.place === "meeting") await push();
      else if (state.status?.state === "active") await poll();
      // What went wrong before stays on the screen.
      if (state.place === "tab" && state.awaiting && state.plan === undefined && state.trouble === undefined) await act(foresee);
      if (state.place === "tab" && state.calendars === undefined && state.trouble === undefined) await loadCalendars();
    },
    save: async (settings) => (await act(async (sync) => {
      const { ok, missing } = await sync.checkAccess(settings);
      if (!ok) return { missing, isOn: false };
      // Noted before anything is stored that another frame could begin with.
      const before = state.awaiting;
      await awaits(true);
      try {
        set({ status: await sync.activate(settings) });
      } catch (error) {
        await awaits(before);
        throw error;
      }
      const isOn = state.status?.firstSyncDone === true;
      if (isOn) {
        await awaits(false);
        await cycle(sync, { trigger: "manual" });
        again();
      } else {
        await foresee(sync);
      }
      return { missing: [], isOn };
    })) ?? { missing: [], isOn: false },
    preview: () => act(foresee),
    begin: () => act(async (sync) => {
      await awaits(false);
      await cycle(sync, { trigger: "manual" });
      again();
    }),
    back: async () => {
      stop?.abort();
      await working;
      await deactivate();
    },
    run: () => act(async (sync) => {
      if (await mayRun()) await cycle(sync, { trigger: "manual" });
      await showNext();
    }),
    push,
    resolve: (question, answer) => act(async (sync) => {
      await sync.resolve(question, answer);
      if (await mayRun()) await cycle(sync, { trigger: "manual" });
    }),
    undo: (run) => act(async (sync) => {
      const report = await sync.undo(run, { onProgress: (progress) => set({ progress }) });
      set({ report });
      await look(sync);
      return report;
    }),
    putBack: (run, googleId, field) => act(async (sync) => {
      set({ report: await sync.putBack(run, googleId, field) });
      await look(sync);
    }),
    verify: () => act((sync) => sync.verify()),
    replay: () => act(replayOf),
    deactivate,
    forget: () => act(async (sync) => {
      await sync.forget();
      await awaits(false);
      await look(sync);
    }),
    loadCalendars,
    cancel: () => stop?.abort(),
  };
}

function troubleOf(error: unknown): Trouble {
  if (!isAccordError(error)) return { code: "internal" };
  const { code, message, retryAfterMs } = error;
  return { code, message, ...(retryAfterMs !== undefined && { retryAtMs: Date.now() + retryAfterMs }) };
}

function bytes(base64: string): ArrayBuffer {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)).buffer;
}
