/** The state in one line, and how far a sync is. */

import { useShown } from "./context.ts";

export function StateLine() {
  const { state, text: { t, plural } } = useShown();
  const { status, busy, progress, trouble, awaiting } = state;
  const attention = trouble !== undefined || state.refused.includes("google") || (status?.questions.length ?? 0) > 0;
  const waits = status?.state === "active" && awaiting;
  const name = busy && progress !== undefined ? "working" : attention ? "attention" : waits ? "awaiting" : (status?.state ?? "off");
  return (
    <section class="state" data-state={name} aria-live="polite">
      <p class="name">{t(`state.${name}`)}</p>
      {status?.state === "active" && !waits && <p>{plural("links", status.links)}</p>}
      {(status?.remaining ?? 0) > 0 && <p>{plural("remaining", status?.remaining ?? 0)}</p>}
      <ProgressLine />
    </section>
  );
}

function ProgressLine() {
  const { state: { progress }, text: { t } } = useShown();
  if (progress === undefined) return null;
  const { phase, done, total } = progress;
  const writing = phase === "writing" && total !== undefined;
  const label = phase === "writing" && total === undefined ? t("phase.comparing") : t(`phase.${phase}`, { done, total: total ?? 0 });
  return (
    <p class="progress">
      <progress aria-label={label} {...(writing && { value: done, max: Math.max(total, 1) })} />
      <span>{label}</span>
    </p>
  );
}
