/** What an event says, as text only: nothing of an event is ever treated as markup. */

import type { CalendarEvent } from "../events.ts";
import { useText, type Text } from "../i18n/text.ts";

interface Props {
  event: CalendarEvent;
  notes?: string | null | undefined;
  guests?: string[];
}

export function Details({ event, notes, guests = [] }: Props) {
  const text = useText();
  return (
    <dl class="details">
      <div class="details-title">
        <dt class="hidden">{text.t("event.title")}</dt>
        <dd><bdi>{event.title || text.t("event.untitled")}</bdi></dd>
      </div>
      <div><dt>{text.t("event.when")}</dt><dd>{whenOf(text, event)}</dd></div>
      {event.place && <div><dt>{text.t("event.place")}</dt><dd><bdi>{event.place}</bdi></dd></div>}
      {guests.length > 0 && <div><dt>{text.t("event.guests")}</dt><dd>{guests.map((guest) => <span key={guest} class="guest"><bdi>{guest}</bdi></span>)}</dd></div>}
      {notes && <div><dt>{text.t("event.notes")}</dt><dd class="notes" dir="auto">{notes}</dd></div>}
    </dl>
  );
}

function whenOf(text: Text, event: CalendarEvent): string {
  const options: Intl.DateTimeFormatOptions = event.allDay ? { dateStyle: "full" } : { dateStyle: "full", timeStyle: "short" };
  return text.range(event.startMs, event.allDay ? Math.max(event.startMs, event.endMs - 1) : event.endMs, options);
}
