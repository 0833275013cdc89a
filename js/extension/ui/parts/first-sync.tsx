/** What the first sync would do, read anew whenever the settings are saved; it begins when the person says so. */

import { useEffect, useState } from "preact/hooks";
import type { Plan } from "../../../src/types.ts";
import { PlanView } from "../../../ui/plan.tsx";
import { useText } from "../i18n/text.ts";
import { background } from "../view.ts";
import { useAction } from "./action.tsx";

export function FirstSync() {
  const text = useText();
  const action = useAction();
  const [plan, setPlan] = useState<Plan>();

  // Where there is nothing to write, there is nothing to look at.
  const look = () => action.start(async () => {
    const found = await background.preview();
    if (found?.operations.length === 0 && found.questions.length === 0) await background.begin();
    else setPlan(found);
  });
  useEffect(look, []);

  return (
    <section class="card first-sync" aria-labelledby="first-sync">
      <h2 id="first-sync">{text.t("plan.title")}</h2>
      {plan === undefined && <p class="muted" role="status">{action.isBusy ? text.t("plan.reading") : ""}</p>}
      {plan && (
        <PlanView plan={plan} text={text} busy={action.isBusy}
          onStart={() => action.start(() => background.begin())}
          onBack={() => action.start(() => background.deactivate())} />
      )}
      {action.problem}
      {plan === undefined && !action.isBusy && <p><button type="button" onClick={look}>{text.t("plan.again")}</button></p>}
    </section>
  );
}
