/** The events of the weeks in view of one side, read anew whenever their version changes. */

import { useEffect, useRef, useState } from "preact/hooks";
import { changedIds, type CalendarEvent } from "./events.ts";

export interface MonthData {
  events: CalendarEvent[];
  /** Nothing was read yet for this span. */
  loading: boolean;
  failed: boolean;
  /** Ids that are new or changed since the span was last read. */
  fresh: ReadonlySet<string>;
}

const NONE: ReadonlySet<string> = new Set();
/** How long a change is pointed out. */
const FRESH_MS = 6000;

/**
 * @param span names the weeks in view; another span is read without pointing out what differs
 * @param read reads the span; called again when `version` changes
 */
export function useMonthData(span: string, version: string, read: (() => Promise<CalendarEvent[]>) | undefined): MonthData {
  const [data, setData] = useState<{ span: string; events: CalendarEvent[]; failed: boolean; fresh: ReadonlySet<string> }>();
  const latest = useRef(0);
  const shown = useRef<{ span: string; events: CalendarEvent[] } | undefined>(undefined);

  useEffect(() => {
    if (read === undefined) return;
    const turn = ++latest.current;
    read().then(
      (events) => {
        if (turn !== latest.current) return;
        const before = shown.current?.span === span ? shown.current.events : undefined;
        shown.current = { span, events };
        const changed = before ? changedIds(before, events) : NONE;
        // A sync has its sides read several times: what an earlier reading pointed out stays pointed out.
        setData((old) => ({ span, events, failed: false, fresh: before && old ? new Set([...old.fresh, ...changed]) : NONE }));
      },
      () => {
        if (turn === latest.current) setData((old) => ({ span, events: old?.span === span ? old.events : [], failed: true, fresh: NONE }));
      },
    );
  }, [span, version, read === undefined]);

  const fresh = data?.fresh ?? NONE;
  useEffect(() => {
    if (fresh.size === 0) return;
    const timer = setTimeout(() => setData((old) => old && { ...old, fresh: NONE }), FRESH_MS);
    return () => clearTimeout(timer);
  }, [fresh]);

  if (data?.span !== span) return { events: [], loading: true, failed: false, fresh: NONE };
  return { events: data.events, loading: false, failed: data.failed, fresh };
}
