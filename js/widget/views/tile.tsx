/** The tile of a home page: the state, and what comes next on both sides. */

import { useText } from "../i18n/text.ts";
import type { Upcoming } from "../upcoming.ts";
import { useShown } from "./context.ts";
import { NotSetUp } from "./meeting.tsx";
import { StateCard } from "./state.tsx";

export function Tile() {
  const { state } = useShown();
  const { t } = useText();
  if (state.status?.state !== "active" || state.awaiting) return <NotSetUp />;
  return (
    <>
      <StateCard />
      <section class="card">
        <h1>{t("tile.title")}</h1>
        {state.next?.length === 0 && <p class="muted">{t("tile.none")}</p>}
        <ol class="next">{state.next?.map((one) => <Next key={`${one.startMs} ${one.title}`} one={one} />)}</ol>
      </section>
    </>
  );
}

function Next({ one: { google, crm, startMs, allDay, title } }: { one: Upcoming }) {
  const { t, instant } = useText();
  const where = google && crm ? "both" : google ? "onlyGoogle" : "onlyCrm";
  const day = instant(startMs, { weekday: "short", day: "numeric", month: "short" });
  const hour = allDay ? t("tile.allDay") : instant(startMs, { timeStyle: "short" });
  return (
    <li data-where={where}>
      <time class="muted" dateTime={new Date(startMs).toISOString()}>{day}, {hour}</time>
      <span class="what">{title || t("untitled")}</span>
      <span class="muted">{t(`tile.${where}`)}</span>
    </li>
  );
}
