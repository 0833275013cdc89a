/** Events as a list of days: the month as a list, and the events of one day. */

import { dayOf, type Day } from "../dates.ts";
import type { CalendarEvent } from "../events.ts";
import { useText, type Text } from "../i18n/text.ts";
import { Repeat } from "./icons.tsx";
import { longDay } from "./month.tsx";

interface ListProps {
  days: Day[];
  byDay: Map<Day, CalendarEvent[]>;
  fresh: ReadonlySet<string>;
  onEvent(event: CalendarEvent): void;
}

export function MonthList({ days, byDay, fresh, onEvent }: ListProps) {
  const text = useText();
  const today = dayOf(Date.now());
  const filled = days.filter((day) => (byDay.get(day)?.length ?? 0) > 0);
  if (filled.length === 0) return <p class="list-empty">{text.t("list.empty")}</p>;
  return (
    <ol class="day-list">
      {filled.map((day) => (
        <li key={day} class={day === today ? "today" : undefined}>
          <h3>{longDay(text, day)}</h3>
          <EventRows day={day} events={byDay.get(day) ?? []} fresh={fresh} onEvent={onEvent} />
        </li>
      ))}
    </ol>
  );
}

interface RowsProps {
  day: Day;
  events: CalendarEvent[];
  fresh: ReadonlySet<string>;
  onEvent(event: CalendarEvent): void;
}

export function EventRows({ day, events, fresh, onEvent }: RowsProps) {
  const text = useText();
  return (
    <ul class="event-rows">
      {events.map((event) => (
        <li key={event.id}>
          <button type="button" class={`event-row${fresh.has(event.id) ? " fresh" : ""}`} onClick={() => onEvent(event)}>
            <span class="row-time">{timeOnDay(text, event, day)}</span>
            <span class="row-title">
              <bdi>{event.title || text.t("event.untitled")}</bdi>
              {event.place && <small><bdi>{event.place}</bdi></small>}
            </span>
            {event.repeats && <span class="row-mark" title={text.t("event.repeats")}><Repeat /><span class="hidden">{text.t("event.repeats")}</span></span>}
          </button>
        </li>
      ))}
    </ul>
  );
}

function timeOnDay(text: Text, event: CalendarEvent, day: Day): string {
  if (event.allDay) return text.t("event.allDay");
  const time = (ms: number) => text.date(ms, { hour: "numeric", minute: "2-digit" });
  const start = event.firstDay === day ? time(event.startMs) : "…";
  const end = event.lastDay === day ? time(event.endMs) : "…";
  return `${start} – ${end}`;
}
