/** The sync as the page sees it: what is stored, what runs, what went wrong. */

import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { isAccordError, AccordError, type Calendar, type Progress, type Report, type Status, type Sync } from "../src/index.ts";
import { meetingsInCrm } from "./sandbox.ts";
import { openSync } from "./services.ts";

export interface Session {
  calendars: Calendar[] | undefined;
  calendarId: string | undefined;
  chooseCalendar(id: string): void;
  status: Status | undefined;
  history: Report[];
  /** The report of the sync that this page ran last, until it runs another. */
  finished: Report | undefined;
  /** Present while a sync runs. */
  progress: Progress | undefined;
  stopping: boolean;
  error: AccordError | undefined;
  dismissError(): void;
  /** Counts the times that the CRM may have changed under the page. */
  crmVersion: number;
  run(): Promise<void>;
  cancel(): void;
  forget(): Promise<void>;
}

/** How often the CRM is shown anew while a sync writes to it. */
const REFRESH_MS = 700;

export function useSession(): Session {
  const opening = useMemo(() => openSync(), []);
  const [calendars, setCalendars] = useState<Calendar[]>();
  const [chosen, setChosen] = useState<string>();
  const [status, setStatus] = useState<Status>();
  const [history, setHistory] = useState<Report[]>([]);
  const [finished, setFinished] = useState<Report>();
  const [progress, setProgress] = useState<Progress>();
  const [stopping, setStopping] = useState(false);
  const [error, setError] = useState<AccordError>();
  const [crmVersion, setCrmVersion] = useState(0);
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

  async function run(): Promise<void> {
    if (calendarId === undefined || stop.current) return;
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
        setCrmVersion((version) => version + 1);
      }
    };
    await guarded(async (sync) => {
      const active = status?.state === "active" && status.settings?.calendar === calendarId;
      if (!active) setStatus(await sync.activate({ calendar: calendarId, direction: "google-to-crm", guests: "do-not-add", recurring: "skip" }));
      setFinished(await sync.run({ signal: controller.signal, onProgress }));
    });
    stop.current = undefined;
    setStopping(false);
    setProgress(undefined);
    setCrmVersion((version) => version + 1);
    await guarded(readStored);
  }

  return {
    calendars,
    calendarId,
    chooseCalendar: setChosen,
    status,
    history,
    finished,
    progress,
    stopping,
    error,
    dismissError: () => setError(undefined),
    crmVersion,
    run,
    cancel() {
      setStopping(true);
      stop.current?.abort();
    },
    async forget() {
      await guarded(async (sync) => {
        await sync.forget();
        setChosen(undefined);
        setFinished(undefined);
        setError(undefined);
        await readStored(sync);
      });
      setCrmVersion((version) => version + 1);
    },
  };
}
