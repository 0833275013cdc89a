/** One month as a grid of days. Arrow keys move between days; Enter opens the day with all its events. */

import { useEffect, useRef, useState } from "preact/hooks";
import { dayOf, isInMonth, shiftDay, startOfDay, type Day, type Month } from "../dates.ts";
import type { CalendarEvent } from "../events.ts";
import { useText, type Text } from "../i18n/text.ts";
import { isBar, layOutWeek, type Slot } from "../week.ts";

interface Props {
  month: Month;
  days: Day[];
  byDay: Map<Day, CalendarEvent[]>;
  fresh: ReadonlySet<string>;
  labelledBy: string;
  onDay(day: Day): void;
  onEvent(event: CalendarEvent): void;
  /** The arrow keys left the weeks in view. */
  onMonth(by: number): void;
}

export function MonthGrid({ month, days, byDay, fresh, labelledBy, onDay, onEvent, onMonth }: Props) {
  const text = useText();
  const today = dayOf(Date.now());
  const [current, setCurrent] = useState<Day>(today);
  const moved = useRef(false);
  const grid = useRef<HTMLTableElement>(null);
  const reachable = days.includes(current) ? current : (days.find((day) => isInMonth(day, month)) ?? today);

  useEffect(() => {
    if (!moved.current) return;
    moved.current = false;
    grid.current?.querySelector<HTMLButtonElement>(`[data-day="${reachable}"]`)?.focus();
  }, [reachable, days]);

  function onKeyDown(event: KeyboardEvent): void {
    const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 }[event.key];
    const weekday = days.indexOf(reachable) % 7;
    const target =
      by !== undefined ? shiftDay(reachable, by)
      : event.key === "Home" ? shiftDay(reachable, -weekday)
      : event.key === "End" ? shiftDay(reachable, 6 - weekday)
      : event.key === "PageUp" ? shiftDay(reachable, -28)
      : event.key === "PageDown" ? shiftDay(reachable, 28)
      : undefined;
    if (target === undefined) return;
    event.preventDefault();
    moved.current = true;
    setCurrent(target);
    if (!days.includes(target)) onMonth(target < reachable ? -1 : 1);
  }

  const weeks = Array.from({ length: days.length / 7 }, (_, week) => days.slice(week * 7, week * 7 + 7));
  return (
    <table class="month" role="grid" aria-labelledby={labelledBy} ref={grid} onKeyDown={onKeyDown}>
      <thead>
        <tr>
          {days.slice(0, 7).map((day) => (
            <th key={day} scope="col" abbr={text.date(startOfDay(day), { weekday: "long" })}>
              {text.date(startOfDay(day), { weekday: "short" })}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {weeks.map((week) => (
          <tr key={week[0]}>
            {layOutWeek(week, byDay).map(({ day, rows, hidden }) => {
              const count = byDay.get(day)?.length ?? 0;
              return (
                <td key={day} role="gridcell" class={`day${isInMonth(day, month) ? "" : " outside"}${day === today ? " today" : ""}`}>
                  <button
                    type="button"
                    class="day-number"
                    data-day={day}
                    tabIndex={day === reachable ? 0 : -1}
                    aria-label={text.plural("day.label", count, { day: longDay(text, day) })}
                    aria-current={day === today ? "date" : undefined}
                    onFocus={() => setCurrent(day)}
                    onClick={() => onDay(day)}
                  >
                    <span>{Number(day.slice(8))}</span>
                  </button>
                  {rows.length > 0 && (
                    <ul class="chips">
                      {rows.map((slot, row) => slot && (
                        <li key={slot.event.id} class={`row-${row}`} style={{ "--days": slot.days }}>
                          <Chip slot={slot} day={day} fresh={fresh.has(slot.event.id)} onEvent={onEvent} />
                        </li>
                      ))}
                    </ul>
                  )}
                  {hidden > 0 && (
                    <button type="button" class="more" tabIndex={-1} aria-label={text.t("day.moreLabel", { n: hidden, day: longDay(text, day) })} onClick={() => onDay(day)}>
                      {text.t("day.more", { n: hidden })}
                    </button>
                  )}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Chip({ slot: { event, days }, day, fresh, onEvent }: { slot: Slot; day: Day; fresh: boolean; onEvent(event: CalendarEvent): void }) {
  const text = useText();
  const title = event.title || text.t("event.untitled");
  const bar = isBar(event);
  const before = bar && event.firstDay < day;
  const after = bar && event.lastDay > shiftDay(day, days - 1);
  const time = event.allDay || before ? undefined : text.date(event.startMs, { hour: "numeric", minute: "2-digit" });
  return (
    <button type="button" class={`chip${bar ? " bar" : ""}${before ? " before" : ""}${after ? " after" : ""}${fresh ? " fresh" : ""}`} tabIndex={-1} title={time ? `${time} ${title}` : title} onClick={() => onEvent(event)}>
      {time !== undefined && <time>{time}</time>}
      <bdi>{title}</bdi>
    </button>
  );
}

export function longDay(text: Text, day: Day): string {
  return text.date(startOfDay(day), { weekday: "long", day: "numeric", month: "long", year: "numeric" });
}
