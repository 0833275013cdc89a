/** The state in one glance: is everything in accord, and if not, what is to be done. */

import type { Progress, Status } from "../src/types.ts";
import { useText, type Text } from "./text.ts";

export interface StateProps {
  state: "off" | "in-accord" | "working" | "paused" | "waiting" | "needs-you";
  /** Why the person is needed or a later try waits: `question`, `confirm`, `sign-in` or an error's code. Absent where the page says it elsewhere. */
  why?: string | undefined;
  status: Status | undefined;
  progress: Progress | undefined;
  /** When the next cycle is due, where that is known. */
  nextMs?: number | undefined;
}

export function State(props: StateProps) {
  const text = useText();
  const { state, progress } = props;
  return (
    <section class={`state state-${state}`} aria-labelledby="state">
      <p class="state-name"><span class="dot" aria-hidden="true" /><strong id="state" tabIndex={-1}>{text.t(wasActive(props) ? "state.deactivated" : `state.${state}`)}</strong></p>
      <p class="muted" role="status">{sentence(props, text)}</p>
      {progress && <Running progress={progress} />}
      <p class="muted tabular times">{times(props, text)}</p>
    </section>
  );
}

/** Whether there is something to go on with when it is activated again. */
function wasActive({ state, status }: StateProps): boolean {
  return state === "off" && status?.settings !== undefined;
}

const WHYS = ["sign-in", "question", "confirm"];

function sentence(props: StateProps, text: Text): string {
  const { state, why, status } = props;
  switch (state) {
    case "off": return text.t(wasActive(props) ? "off.isOff" : "state.offNote");
    case "paused": return text.t("state.pausedNote");
    case "needs-you": return why === undefined ? "" : text.known(WHYS.includes(why) ? "why" : "error", why, "error.internal");
    case "waiting": return why === undefined ? "" : text.known("error", why, "error.server-error");
    default: {
      const { links = 0, remaining = 0 } = status ?? {};
      const pairs = text.plural("state.pairs", links);
      return remaining > 0 ? `${pairs} ${text.plural("state.remaining", remaining)}` : pairs;
    }
  }
}

function times({ status, nextMs, state }: StateProps, text: Text): string {
  const now = Date.now();
  const last = status?.lastRunMs === undefined ? text.t("state.never") : text.t("state.last", { when: text.time(status.lastRunMs, now) });
  return nextMs === undefined || state === "working" ? last : `${last} · ${text.t("state.next", { when: text.time(nextMs, now) })}`;
}

function Running({ progress: { phase, done, total } }: { progress: Progress }) {
  const text = useText();
  const name = text.t(`phase.${phase}`);
  return (
    <div class="running">
      <progress aria-label={name} {...(total === undefined ? {} : { max: Math.max(total, 1), value: done })} />
      <p class="muted tabular">{total === undefined ? name : `${name} · ${text.t("progress.of", { done, total })}`}</p>
    </div>
  );
}
