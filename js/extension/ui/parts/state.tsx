/** The state in one glance: is everything in accord, and if not, what is to be done. */

import { useText, type Text } from "../i18n/text.ts";
import type { View } from "../view.ts";

export function State({ view }: { view: View }) {
  const text = useText();
  const { state } = view.glance;
  return (
    <section class={`state state-${state}`} aria-labelledby="state">
      <p class="state-name"><span class="dot" aria-hidden="true" /><strong id="state" tabIndex={-1}>{text.t(wasActive(view) ? "state.deactivated" : `state.${state}`)}</strong></p>
      <p class="muted" role="status">{sentence(view, text)}</p>
      {view.progress && <Running progress={view.progress} />}
      <p class="muted tabular times">{times(view, text)}</p>
    </section>
  );
}

/** Whether there is something to go on with when it is activated again. */
function wasActive({ glance, status }: View): boolean {
  return glance.state === "off" && status?.settings !== undefined;
}

function sentence(view: View, text: Text): string {
  const { glance, memory, status } = view;
  switch (glance.state) {
    case "off": return text.t(wasActive(view) ? "off.isOff" : "state.offNote");
    case "paused": return text.t("state.pausedNote");
    case "needs-you": return text.known(["sign-in", "question", "confirm"].includes(glance.why) ? "why" : "error", glance.why, "error.internal");
    case "waiting": return text.known("error", memory.trouble?.code ?? "", "error.server-error");
    default: {
      const { links = 0, remaining = 0 } = status ?? {};
      const pairs = text.plural("state.pairs", links);
      return remaining > 0 ? `${pairs} ${text.plural("state.remaining", remaining)}` : pairs;
    }
  }
}

function times({ status, nextMs, glance }: View, text: Text): string {
  const now = Date.now();
  const last = status?.lastRunMs === undefined ? text.t("never") : text.t("last", { when: text.time(status.lastRunMs, now) });
  return nextMs === undefined || glance.state === "working" ? last : `${last} · ${text.t("next", { when: text.time(nextMs, now) })}`;
}

function Running({ progress: { phase, done, total } }: { progress: NonNullable<View["progress"]> }) {
  const text = useText();
  const name = text.t(`phase.${phase}`);
  return (
    <div class="running">
      <progress aria-label={name} {...(total === undefined ? {} : { max: Math.max(total, 1), value: done })} />
      <p class="muted tabular">{total === undefined ? name : `${name} · ${text.t("progress.of", { done, total })}`}</p>
    </div>
  );
}
