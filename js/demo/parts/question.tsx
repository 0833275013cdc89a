/** Something that only a person can decide: both answers, each with what it does. */

import { useEffect, useId, useState } from "preact/hooks";
import type { Answer, Question } from "../../src/index.ts";
import type { Side } from "../events.ts";
import { useText } from "../i18n/text.ts";
import { Warning } from "./icons.tsx";

const ANSWERS: Record<Question["code"], readonly Answer[]> = { "mass-deletion": ["apply", "restore"], ambiguous: ["pair", "separate"] };
/** So many couples are shown; nobody compares more at a glance. */
const SHOWN = 5;

interface Props {
  question: Question;
  busy: boolean;
  /** An event as a person tells it from others like it. */
  describe(side: Side, id: string): Promise<string>;
  onAnswer(answer: Answer): void;
}

export function QuestionStrip({ question: { code, side, count, candidates }, busy, describe, onAnswer }: Props) {
  const text = useText();
  const sentence = useId();
  return (
    <div class="question" role="group" aria-labelledby={sentence}>
      <Warning />
      <p id={sentence}>{text.plural(`question.${code === "ambiguous" ? code : side}`, count)}</p>
      {candidates && <Couples candidates={candidates} describe={describe} />}
      <div class="question-answers">
        {ANSWERS[code].map((answer) => (
          <button type="button" key={answer} {...(answer === "apply" && { class: "danger" })} disabled={busy} onClick={() => onAnswer(answer)}>
            {text.t(answer === "apply" || answer === "restore" ? `question.${answer}.${side}` : `question.${answer}`)}
          </button>
        ))}
      </div>
    </div>
  );
}

/** What would belong together if the answer is to pair: side by side, in that order. */
function Couples({ candidates: { googleIds, crmIds }, describe }: { candidates: NonNullable<Question["candidates"]> } & Pick<Props, "describe">) {
  const text = useText();
  const [found, setFound] = useState<string[][]>([]);
  const ids = [googleIds, crmIds].map((all) => all.slice(0, SHOWN));
  const named = JSON.stringify(ids);
  useEffect(() => {
    const on = (side: Side, all: string[] = []) => Promise.all(all.map((id) => describe(side, id).catch(() => "")));
    void Promise.all([on("google", ids[0]), on("crm", ids[1])]).then(setFound);
  }, [named]);
  const [google = [], crm = []] = found;
  const more = Math.max(googleIds.length, crmIds.length) - SHOWN;
  return (
    <table class="couples">
      <thead>
        <tr><th scope="col">{text.t("side.google")}</th><th scope="col">{text.t("side.crm")}</th></tr>
      </thead>
      <tbody>
        {Array.from({ length: Math.max(google.length, crm.length) }, (_, at) => (
          <tr key={at}><td dir="auto">{google[at] ?? "–"}</td><td dir="auto">{crm[at] ?? "–"}</td></tr>
        ))}
        {more > 0 && <tr><td colSpan={2} class="muted">{text.plural("left.more", more)}</td></tr>}
      </tbody>
    </table>
  );
}
