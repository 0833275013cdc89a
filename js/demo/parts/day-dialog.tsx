/** One day of one side with all its events. */

import type { Day } from "../dates.ts";
import { eventsByDay, type CalendarEvent, type Side } from "../events.ts";
import { useText } from "../i18n/text.ts";
import { Dialog } from "./dialog.tsx";
import { Plus } from "./icons.tsx";
import { EventRows } from "./list.tsx";
import { longDay } from "./month.tsx";

interface Props {
  side: Side;
  day: Day;
  events: CalendarEvent[];
  onEvent(event: CalendarEvent): void;
  onAdd(): void;
  onClose(): void;
}

const NONE: ReadonlySet<string> = new Set();

export function DayDialog({ side, day, events, onEvent, onAdd, onClose }: Props) {
  const text = useText();
  const ofDay = eventsByDay(events, [day]).get(day) ?? [];
  return (
    <Dialog title={longDay(text, day)} side={side} onClose={onClose}>
      {ofDay.length === 0 ? <p class="muted">{text.t("day.empty")}</p> : <EventRows day={day} events={ofDay} fresh={NONE} onEvent={onEvent} />}
      <footer><button type="button" onClick={onAdd}><Plus />{text.t(`day.add.${side}`)}</button></footer>
    </Dialog>
  );
}
