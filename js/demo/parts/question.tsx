/** Something that only a person can decide: both answers, each with what it does. */

import { useId } from "preact/hooks";
import type { Answer, Question } from "../../src/index.ts";
import { useText } from "../i18n/text.ts";
import { Warning } from "./icons.tsx";

export function QuestionStrip({ question: { side, count }, busy, onAnswer }: { question: Question; busy: boolean; onAnswer(answer: Answer): void }) {
  const text = useText();
  const sentence = useId();
  return (
    <div class="question" role="group" aria-labelledby={sentence}>
      <Warning />
      <p id={sentence}>{text.plural(`question.${side}`, count)}</p>
      <div class="question-answers">
        <button type="button" class="danger" disabled={busy} onClick={() => onAnswer("apply")}>{text.t(`question.apply.${side}`)}</button>
        <button type="button" disabled={busy} onClick={() => onAnswer("restore")}>{text.t(`question.restore.${side}`)}</button>
      </div>
    </div>
  );
}
