/** What the last cycles did. */

import type { Counts, Report } from "../../src/types.ts";
import type { Text } from "../i18n/text.ts";
import { useShown } from "./context.ts";

const SHOWN = 10;

export function Reports() {
  const { session, state: { history, busy }, text } = useShown();
  // Only the newest: what an older one wrote may be what a newer one stands on.
  const undoable = history.find((report) => writes(report) > 0);
  return (
    <section class="card">
      <h2>{text.t("lastCycles")}</h2>
      {history.length === 0 && <p class="quiet">{text.t("none")}</p>}
      <ol class="reports">
        {history.slice(0, SHOWN).map((report) => (
          <li key={report.run}>
            <time dateTime={new Date(report.startedMs).toISOString()}>{text.time(report.startedMs, { dateStyle: "medium", timeStyle: "short" })}</time>
            <span>{report.undoes !== undefined && `${text.t("undone")} · `}{summary(report, text)}</span>
            {report === undoable && <button type="button" disabled={busy} onClick={() => void session.undo(report.run)}>{text.t("undo")}</button>}
          </li>
        ))}
      </ol>
    </section>
  );
}

function writes({ google, crm }: Report): number {
  return [google, crm].reduce((sum, { created, updated, deleted }) => sum + created + updated + deleted, 0);
}

export function summary({ google, crm, linked }: Report, { t, plural }: Text): string {
  const side = (name: "google" | "crm", { created, updated, deleted }: Counts) => {
    const parts = [
      ...(created > 0 ? [plural("created", created)] : []),
      ...(updated > 0 ? [plural("updated", updated)] : []),
      ...(deleted > 0 ? [plural("deleted", deleted)] : []),
    ];
    return parts.length === 0 ? [] : [`${t(name)}: ${parts.join(", ")}`];
  };
  const parts = [...side("crm", crm), ...side("google", google), ...(linked > 0 ? [plural("linked", linked)] : [])];
  return parts.length === 0 ? t("quiet") : parts.join(" · ");
}
