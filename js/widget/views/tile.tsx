/** The tile of a home page: the state, and what comes next on both sides. */

import type { Upcoming } from "../upcoming.ts";
import { useShown } from "./context.ts";
import { NotSetUp } from "./meeting.tsx";
import { StateLine } from "./state.tsx";

export function Tile() {
  const { state, text: { t } } = useShown();
  if (state.status?.state !== "active" || state.awaiting) return <NotSetUp />;
  return (
    <>
      <StateLine />
      <section class="card">
        <h1>{t("next")}</h1>
        {state.next?.length === 0 && <p class="quiet">{t("nothingNext")}</p>}
        <ol class="next">{state.next?.map((one) => <Next key={`${one.startMs} ${one.title}`} one={one} />)}</ol>
      </section>
    </>
  );
}

function Next({ one }: { one: Upcoming }) {
  const { text } = useShown();
  const { t } = text;
  const where = one.google && one.crm ? "both" : one.google ? "onlyGoogle" : "onlyCrm";
  const day = text.time(one.startMs, { weekday: "short", day: "numeric", month: "short" });
  const hour = one.allDay ? t("allDay") : text.time(one.startMs, { timeStyle: "short" });
  return (
    <li data-where={where}>
      <time dateTime={new Date(one.startMs).toISOString()}>{day}, {hour}</time>
      <span class="what">{one.title || t("untitled")}</span>
      <span class="where">{t(where)}</span>
    </li>
  );
}
