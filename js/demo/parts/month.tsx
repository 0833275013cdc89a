/** One month as a grid of days. Arrow keys move between days; Enter opens the day with all its events. */

import { useEffect, useRef, useState } from "preact/hooks";
import { dayOf, isInMonth, shiftDay, startOfDay, type Day, type Month } from "../dates.ts";
import type { CalendarEvent, Side } from "../events.ts";
import { useText, type Text } from "../i18n/text.ts";

/** How many events a day shows before it says how many more there are. */
const SHOWN = 3;

interface Props {
  side: Side;
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
            {week.map((day) => {
              const events = byDay.get(day) ?? [];
              const more = events.length - SHOWN;
              return (
                <td key={day} role="gridcell" class={`day${isInMonth(day, month) ? "" : " outside"}${day === today ? " today" : ""}`}>
                  <button
                    type="button"
                    class="day-number"
                    data-day={day}
                    tabIndex={day === reachable ? 0 : -1}
                    aria-label={text.plural("day.label", events.length, { day: longDay(text, day) })}
                    aria-current={day === today ? "date" : undefined}
                    onFocus={() => setCurrent(day)}
                    onClick={() => onDay(day)}
                  >
                    <span>{Number(day.slice(8))}</span>
                  </button>
                  {events.length > 0 && (
                    <ul class="chips">
                      {events.slice(0, SHOWN).map((event) => (
                        <li key={event.id}>
                          <Chip event={event} day={day} fresh={fresh.has(event.id)} onEvent={onEvent} />
                        </li>
                      ))}
                    </ul>
                  )}
                  {more > 0 && (
                    <button type="button" class="more" tabIndex={-1} aria-label={text.t("day.moreLabel", { n: more, day: longDay(text, day) })} onClick={() => onDay(day)}>
                      {text.t("day.more", { n: more })}
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

function Chip({ event, day, fresh, onEvent }: { event: CalendarEvent; day: Day; fresh: boolean; onEvent(event: CalendarEvent): void }) {
  const text = useText();
  const title = event.title || text.t("event.untitled");
  const spans = event.allDay || event.firstDay !== event.lastDay;
  const time = event.allDay || event.firstDay !== day ? undefined : text.date(event.startMs, { hour: "numeric", minute: "2-digit" });
  return (
    <button type="button" class={`chip${spans ? " spans" : ""}${fresh ? " fresh" : ""}`} tabIndex={-1} title={time ? `${time} ${title}` : title} onClick={() => onEvent(event)}>
      {time !== undefined && <time>{time}</time>}
      <bdi>{title}</bdi>
    </button>
  );
}

export function longDay(text: Text, day: Day): string {
  return text.date(startOfDay(day), { weekday: "long", day: "numeric", month: "long", year: "numeric" });
}
