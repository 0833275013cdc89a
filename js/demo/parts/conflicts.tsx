/** Values that two people changed at once: both are shown, and which of them stayed. */

import type { Conflict, FieldName } from "../../src/index.ts";
import { startOfDay } from "../dates.ts";
import { useText, type Text } from "../i18n/text.ts";

const SIDES = ["google", "crm"] as const;

interface Props {
  conflicts: Conflict[];
  busy: boolean;
  /** Writes the value that lost to both sides. */
  onPutBack(googleId: string, field: FieldName): void;
}

export function Conflicts({ conflicts, busy, onPutBack }: Props) {
  const text = useText();
  if (conflicts.length === 0) return null;
  return (
    <details open>
      <summary>{text.t("conflict.title")} ({text.number(conflicts.length)})</summary>
      <ul class="conflicts">
        {conflicts.map((conflict) => (
          <li key={`${conflict.googleId}/${conflict.field}`}>
            <strong>{text.t(`conflict.field.${conflict.field}`)}</strong>
            <dl>
              {SIDES.map((side) => (
                <div key={side} class={`side-${side}${conflict.winner === side ? "" : " lost"}`}>
                  <dt>{text.t(`side.${side}`)} · {text.t(conflict.winner === side ? "conflict.stayed" : "conflict.lost")}</dt>
                  <dd dir="auto">{printed(text, conflict.field, conflict[side])}</dd>
                  {conflict.winner !== side && <dd class="put-back"><button type="button" disabled={busy} aria-label={text.t("conflict.putBack.field", { field: text.t(`field.${conflict.field}`) })} onClick={() => onPutBack(conflict.googleId, conflict.field)}>{text.t("conflict.putBack")}</button></dd>}
                </div>
              ))}
            </dl>
          </li>
        ))}
      </ul>
    </details>
  );
}

/** The engine says times as RFC 3339 and reminders as minutes; people read them in their own form. */
export function printed(text: Text, field: Conflict["field"], value: string): string {
  if (value === "") return text.t("conflict.empty");
  if (field === "reminder") return text.plural("conflict.before", Number(value));
  if (field !== "time") return value;
  const [start = "", end = ""] = value.split("/");
  const allDay = !start.includes("T");
  const at = (moment: string) => (allDay ? startOfDay(moment) : Date.parse(moment));
  return text.range(at(start), at(end), allDay ? { dateStyle: "medium" } : { dateStyle: "medium", timeStyle: "short" });
}
