/** What only a person may decide. */

import type { Answer, Question } from "../../../src/types.ts";
import { useText } from "../i18n/text.ts";
import { background } from "../view.ts";
import { useAction } from "./action.tsx";

const ANSWERS: Record<Question["code"], readonly Answer[]> = { "mass-deletion": ["apply", "restore"], ambiguous: ["pair", "separate"] };

export function Questions({ questions }: { questions: Question[] }) {
  const text = useText();
  const action = useAction();
  if (questions.length === 0) return null;
  return (
    <section class="card attention" aria-labelledby="questions">
      <h2 id="questions">{text.t("question.title")}</h2>
      {questions.map(({ id, code, side, count }) => (
        <div class="question" key={id}>
          <p>{text.plural(`question.${code === "ambiguous" ? code : side}`, count)}</p>
          <div class="buttons">
            {ANSWERS[code].map((answer) => (
              <button type="button" key={answer} {...(answer === "apply" && { class: "danger" })} disabled={action.isBusy}
                onClick={() => action.start(() => background.resolve(id, answer))}>{text.t(`question.${answer}`)}</button>
            ))}
          </div>
        </div>
      ))}
      {action.problem}
    </section>
  );
}
