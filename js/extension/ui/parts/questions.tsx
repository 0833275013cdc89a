/** What only a person may decide. */

import type { Question } from "../../../src/types.ts";
import { useText } from "../i18n/text.ts";
import { background } from "../view.ts";
import { useAction } from "./action.tsx";

export function Questions({ questions }: { questions: Question[] }) {
  const text = useText();
  const action = useAction();
  if (questions.length === 0) return null;
  return (
    <section class="card attention" aria-labelledby="questions">
      <h2 id="questions">{text.t("question.title")}</h2>
      {questions.map(({ id, side, count }) => (
        <div class="question" key={id}>
          <p>{text.plural(`question.${side}`, count)}</p>
          <div class="buttons">
            <button type="button" class="danger" disabled={action.isBusy} onClick={() => action.start(() => background.resolve(id, "apply"))}>{text.t("question.apply")}</button>
            <button type="button" disabled={action.isBusy} onClick={() => action.start(() => background.resolve(id, "restore"))}>{text.t("question.restore")}</button>
          </div>
        </div>
      ))}
      {action.problem}
    </section>
  );
}
