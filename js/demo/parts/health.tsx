/** How the sync is doing, in a line, and a look whether both sides agree. */

import { useEffect, useState } from "preact/hooks";
import type { Verification } from "../../src/index.ts";
import { useText } from "../i18n/text.ts";
import type { Session } from "../session.ts";
import { Check, Warning } from "./icons.tsx";

export function HealthLine({ session }: { session: Session }) {
  const text = useText();
  const { t } = text;
  const [found, setFound] = useState<Verification>();
  const health = session.status?.health;
  // What was found out is about the calendars as they were then.
  useEffect(() => setFound(undefined), [session.versions.google, session.versions.crm]);
  if (!health || health.state === "off") return null;
  const state = session.progress ? "working" : health.state;
  const lag = Math.max(health.lag.googleMs ?? 0, health.lag.crmMs ?? 0);
  return (
    <div class={`health health-${state}`} role="group" aria-label={t("health.title")}>
      <p>
        {state === "needs-you" ? <Warning /> : <Check />}
        <strong>{t(`health.${state}`)}</strong>
        <span class="muted">
          {[
            state === "waiting" && health.untilMs !== undefined && t("health.until", { when: text.date(health.untilMs, { timeStyle: "medium" }) }),
            health.lastSuccessMs !== undefined && t("health.last", { when: text.ago(Date.now() - lag, Date.now()) }),
            health.parked > 0 && text.plural("health.parked", health.parked),
          ].filter(Boolean).join(" · ")}
        </span>
      </p>
      <div class="health-check">
        <button type="button" disabled={session.progress !== undefined} onClick={() => void session.verify().then(setFound)}>{t("health.verify")}</button>
        <span role="status">
          {found && (found.drifts.length === 0
            ? text.plural("health.agree", found.checked)
            : `${text.plural("health.differ", found.drifts.length)} ${text.list([...new Set(found.drifts.map((drift) => (drift.kind === "differs" ? text.list(drift.fields.map((field) => t(`field.${field}`))) : t(`health.${drift.kind}`))))])}.${found.drifts.every(({ pending }) => pending) ? ` ${t("health.pending")}` : ""}`)}
        </span>
      </div>
    </div>
  );
}
