/** Moves both calendars through time together, and chooses how they are shown. */

import { monthOf, shiftMonth, type Month } from "../dates.ts";
import { useText } from "../i18n/text.ts";
import { Next, Previous } from "./icons.tsx";
import type { View } from "./panel.tsx";

interface Props {
  month: Month;
  view: View;
  onMonth(month: Month): void;
  onView(view: View): void;
}

export function MonthNav({ month, view, onMonth, onView }: Props) {
  const text = useText();
  const { t } = text;
  return (
    <div class="month-nav">
      <h2 class="month-name" aria-live="polite">{text.date(new Date(month.year, month.index, 1).getTime(), { month: "long", year: "numeric" })}</h2>
      <div class="month-buttons">
        <button type="button" class="quiet round" aria-label={t("month.previous")} onClick={() => onMonth(shiftMonth(month, -1))}><Previous /></button>
        <button type="button" onClick={() => onMonth(monthOf(Date.now()))}>{t("month.today")}</button>
        <button type="button" class="quiet round" aria-label={t("month.next")} onClick={() => onMonth(shiftMonth(month, 1))}><Next /></button>
      </div>
      <fieldset class="segmented">
        <legend class="hidden">{t("view.label")}</legend>
        {(["month", "list"] as const).map((choice) => (
          <label key={choice}>
            <input type="radio" name="view" value={choice} checked={choice === view} onChange={() => onView(choice)} />
            <span>{t(`view.${choice}`)}</span>
          </label>
        ))}
      </fieldset>
    </div>
  );
}
