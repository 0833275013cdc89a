/** One side: its name, what can be done there, and its month as a grid or a list. */

import type { ComponentChildren } from "preact";
import { useId, useMemo } from "preact/hooks";
import { isInMonth, type Day, type Month } from "../dates.ts";
import { eventsByDay, type CalendarEvent, type Side } from "../events.ts";
import { useText } from "../i18n/text.ts";
import type { MonthData } from "../month-data.ts";
import { MonthList } from "./list.tsx";
import { MonthGrid } from "./month.tsx";

export type View = "month" | "list";

interface Props {
  side: Side;
  view: View;
  month: Month;
  days: Day[];
  data: MonthData;
  actions?: ComponentChildren;
  onDay(day: Day): void;
  onEvent(event: CalendarEvent): void;
  onMonth(by: number): void;
  onRetry(): void;
}

export function Panel({ side, view, month, days, data, actions, onDay, onEvent, onMonth, onRetry }: Props) {
  const text = useText();
  const titleId = useId();
  const byDay = useMemo(() => eventsByDay(data.events, days), [data.events, days]);
  const inMonth = useMemo(() => days.filter((day) => isInMonth(day, month)), [days, month]);
  const shown = view === "month" ? days : inMonth;
  const count = useMemo(() => countWithin(data.events, shown), [data.events, shown]);
  return (
    <section class={`panel side-${side}`} aria-labelledby={titleId} aria-busy={data.loading}>
      <header>
        <h2 id={titleId}>{text.t(`side.${side}`)}</h2>
        <p class="panel-count">{data.loading ? text.t("page.loading") : text.plural(side === "google" ? "side.count" : "side.meetings", count)}</p>
        <div class="panel-actions">{actions}</div>
      </header>
      <div class="panel-view">
        {view === "month"
          ? <MonthGrid month={month} days={days} byDay={byDay} fresh={data.fresh} labelledBy={titleId} onDay={onDay} onEvent={onEvent} onMonth={onMonth} />
          : <MonthList days={inMonth} byDay={byDay} fresh={data.fresh} onEvent={onEvent} />}
        {data.failed
          ? <p class="panel-empty" role="alert">{text.t("panel.failed")} <button type="button" onClick={onRetry}>{text.t("panel.retry")}</button></p>
          : !data.loading && data.events.length === 0 && view === "month" && <p class="panel-empty">{text.t(`panel.empty.${side}`)}</p>}
      </div>
    </section>
  );
}

function countWithin(events: readonly CalendarEvent[], days: readonly Day[]): number {
  const [first, last] = [days[0] ?? "", days.at(-1) ?? ""];
  return events.filter((event) => event.firstDay <= last && event.lastDay >= first).length;
}
