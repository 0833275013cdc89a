/** What only a person may decide. */

import type { Answer, Question } from "../src/types.ts";
import { useAction } from "./action.tsx";
import { useText } from "./text.ts";

const ANSWERS: Record<Question["code"], readonly Answer[]> = { "mass-deletion": ["apply", "restore"], ambiguous: ["pair", "separate"] };

export interface QuestionsProps {
  questions: readonly Question[];
  isBusy?: boolean;
  onAnswer(question: string, answer: Answer): Promise<unknown>;
}

export function Questions({ questions, isBusy, onAnswer }: QuestionsProps) {
  const text = useText();
  const action = useAction(isBusy);
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
                onClick={() => action.start(() => onAnswer(id, answer))}>{text.t(`question.${answer}`)}</button>
            ))}
          </div>
        </div>
      ))}
      {action.problem}
    </section>
  );
}
