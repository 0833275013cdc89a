/** Something that only a person can decide: both answers, each with what it does. */

import { useId } from "preact/hooks";
import type { Answer, Question } from "../../src/index.ts";
import { useText } from "../i18n/text.ts";
import { Warning } from "./icons.tsx";

interface Props {
  question: Question;
  busy: boolean;
  onAnswer(answer: Answer): void;
}

export function QuestionStrip({ question: { code, side, count }, busy, onAnswer }: Props) {
  const text = useText();
  const sentence = useId();
  const ambiguous = code === "ambiguous";
  return (
    <div class="question" role="group" aria-labelledby={sentence}>
      <Warning />
      <p id={sentence}>{text.plural(ambiguous ? "question.ambiguous" : `question.${side}`, count)}</p>
      <div class="question-answers">
        <button type="button" class={ambiguous ? undefined : "danger"} disabled={busy} onClick={() => onAnswer(ambiguous ? "pair" : "apply")}>{text.t(ambiguous ? "question.pair" : `question.apply.${side}`)}</button>
        <button type="button" disabled={busy} onClick={() => onAnswer(ambiguous ? "separate" : "restore")}>{text.t(ambiguous ? "question.separate" : `question.restore.${side}`)}</button>
      </div>
    </div>
  );
}
