/** The sync as the page sees it: what is stored, what runs, what went wrong. */

import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { isAccordError, AccordError, type Answer, type Calendar, type FieldName, type Plan, type Progress, type Reason, type Report, type RunOptions, type Settings, type Status, type Sync, type Verification } from "../src/index.ts";
import type { Side } from "./events.ts";
import { meetingsInCrm } from "./sandbox.ts";
import { openSync } from "./services.ts";

export type Direction = NonNullable<Settings["direction"]>;
export type Recurring = Exclude<NonNullable<Settings["recurring"]>, "series">;
export type GuestPolicy = NonNullable<Settings["guests"]>;

/** What came of a change in the CRM: it is in Google, it changed nothing there, or a later sync brings it, or none. */
export type Pushed = "now" | "nothing" | "later" | "never";

export interface Session {
  calendars: Calendar[] | undefined;
  calendarId: string | undefined;
  chooseCalendar(id: string): void;
  direction: Direction;
  chooseDirection(direction: Direction): void;
  recurring: Recurring;
  chooseRecurring(recurring: Recurring): void;
  guests: GuestPolicy;
  chooseGuests(guests: GuestPolicy): void;
  status: Status | undefined;
  history: Report[];
  /** The report of the sync that this page ran last, until it runs another. */
  finished: Report | undefined;
  /** Present while a sync runs. */
  progress: Progress | undefined;
  stopping: boolean;
  error: AccordError | undefined;
  dismissError(): void;
  /** Counts the times that a side may have changed under the page. */
  versions: Record<Side, number>;
  /** Has a side read anew. */
  touch(side: Side): void;
  run(): Promise<void>;
  /** What a sync would do; none when that could not be found out. */
  preview(): Promise<Plan | undefined>;
  /** Looks whether linked events agree. */
  verify(): Promise<Verification | undefined>;
  /** Takes back what a sync wrote, of one event or of all. */
  undo(run: number, googleId?: string): Promise<void>;
  /** Writes a value that lost a conflict to both sides. */
  putBack(run: number, googleId: string, field: FieldName): Promise<void>;
  /** Why an event looks as it does, by the id of either side. */
  explain(id: string): Promise<Reason[]>;
  /** Brings a meeting that was just saved or deleted in the CRM to Google at once, where this can be. */
  push(crmId: string): Promise<Pushed>;
  /** Answers a question, and has the next sync act upon it. */
  resolve(questionId: string, answer: Answer): Promise<void>;
  cancel(): void;
  forget(): Promise<void>;
}

function isReport(result: unknown): result is Report {
  return typeof result === "object" && result !== null && "finished" in result;
}

/** How often the calendars are shown anew while a sync writes to them. */
const REFRESH_MS = 700;

export function useSession(): Session {
  const opening = useMemo(() => openSync(), []);
  const [calendars, setCalendars] = useState<Calendar[]>();
  const [chosen, setChosen] = useState<string>();
  const [chosenDirection, setDirection] = useState<Direction>();
  const [chosenRecurring, setRecurring] = useState<Recurring>();
  const [chosenGuests, setGuests] = useState<GuestPolicy>();
  const [status, setStatus] = useState<Status>();
  const [history, setHistory] = useState<Report[]>([]);
  const [finished, setFinished] = useState<Report>();
  const [progress, setProgress] = useState<Progress>();
  const [stopping, setStopping] = useState(false);
  const [error, setError] = useState<AccordError>();
  const [versions, setVersions] = useState<Record<Side, number>>({ google: 0, crm: 0 });
  const stop = useRef<AbortController | undefined>(undefined);

  const guarded = useCallback(async (work: (sync: Sync) => Promise<void>) => {
    try {
      await work(await opening);
    } catch (thrown) {
      setError(isAccordError(thrown) ? thrown : new AccordError("internal", "The page met a defect of its own.", { cause: thrown }));
    }
  }, [opening]);

  const readStored = useCallback(async (sync: Sync) => {
    setStatus(await sync.status());
    setHistory(await sync.history());
  }, []);

  useEffect(() => {
    void guarded(async (sync) => {
      // The state outlives the sandbox, which keeps nothing: links to meetings that never were would mislead.
      if ((await sync.status()).links > 0 && (await meetingsInCrm()) === 0) await sync.forget();
      await readStored(sync);
    });
    void guarded(async (sync) => setCalendars(await sync.calendars()));
  }, [guarded, readStored]);

  const calendarId = chosen ?? status?.settings?.calendar ?? (calendars?.find(({ primary }) => primary) ?? calendars?.[0])?.id;

  const direction = chosenDirection ?? status?.settings?.direction ?? "two-way";
  const guests = chosenGuests ?? status?.settings?.guests ?? "do-not-add";
  const recurring = chosenRecurring ?? (status?.settings?.recurring === "instances" ? "instances" : "skip");
  const wanted = { calendar: calendarId, direction, guests, recurring };
  const isActive = status?.state === "active" && Object.entries(wanted).every(([name, value]) => status.settings?.[name as keyof Settings] === value);

  const touch = useCallback((side: Side) => setVersions((now) => ({ ...now, [side]: now[side] + 1 })), []);

  function touchWritten(): void {
    if (direction !== "google-to-crm") touch("google");
    if (direction !== "crm-to-google") touch("crm");
  }

  /** One command after the other; the second one of a person who is quick waits for the next sync. */
  async function cycle(options: RunOptions): Promise<Report | undefined> {
    return work((sync, drive) => sync.run({ ...options, ...drive }));
  }

  /** A command that may take a while, shown as such; what it reports is the page's report. */
  async function work<T>(command: (sync: Sync, drive: Pick<RunOptions, "signal" | "onProgress">) => Promise<T>): Promise<T | undefined> {
    if (calendarId === undefined || stop.current) return undefined;
    const controller = new AbortController();
    stop.current = controller;
    setError(undefined);
    setFinished(undefined);
    setProgress({ phase: "idle", done: 0 });
    let refreshed = performance.now();
    const onProgress = (now: Progress) => {
      setProgress(now);
      if (now.phase === "writing" && performance.now() - refreshed > REFRESH_MS) {
        refreshed = performance.now();
        touchWritten();
      }
    };
    let result: T | undefined;
    await guarded(async (sync) => {
      if (!isActive) setStatus(await sync.activate({ ...wanted, calendar: calendarId }));
      result = await command(sync, { signal: controller.signal, onProgress });
      if (isReport(result)) setFinished(result);
    });
    stop.current = undefined;
    setStopping(false);
    setProgress(undefined);
    touchWritten();
    await guarded(readStored);
    return result;
  }

  async function run(): Promise<void> {
    await cycle({});
  }

  async function push(crmId: string): Promise<Pushed> {
    if (direction === "google-to-crm") return "never";
    if (!isActive || !status.firstSyncDone || stop.current) return "later";
    const report = await cycle({ trigger: "crm-change", crmIds: [crmId] });
    if (report === undefined || report.remaining > 0) return "later";
    const { created, updated, deleted } = report.google;
    return created + updated + deleted > 0 ? "now" : "nothing";
  }

  async function resolve(questionId: string, answer: Answer): Promise<void> {
    if (stop.current) return;
    await guarded(async (sync) => setStatus(await sync.resolve(questionId, answer)));
    await run();
  }

  return {
    calendars,
    calendarId,
    chooseCalendar: setChosen,
    direction,
    chooseDirection: setDirection,
    recurring,
    chooseRecurring: setRecurring,
    guests,
    chooseGuests: setGuests,
    status,
    history,
    finished,
    progress,
    stopping,
    error,
    dismissError: () => setError(undefined),
    versions,
    touch,
    run,
    preview: () => work((sync, drive) => sync.preview(drive)),
    verify: () => work((sync, { signal }) => sync.verify({ ...(signal && { signal }) })),
    async undo(of, googleId) {
      await work((sync, drive) => sync.undo(of, { ...drive, ...(googleId !== undefined && { googleId }) }));
    },
    async putBack(of, googleId, field) {
      await work((sync) => sync.putBack(of, googleId, field));
    },
    explain: async (id) => (await opening).explain(id),
    push,
    resolve,
    cancel() {
      setStopping(true);
      stop.current?.abort();
    },
    async forget() {
      await guarded(async (sync) => {
        await sync.forget();
        setChosen(undefined);
        setDirection(undefined);
        setGuests(undefined);
        setFinished(undefined);
        setError(undefined);
        await readStored(sync);
      });
      touch("google");
      touch("crm");
    },
  };
}
