/**
 * What a first sync would do, before it does it: counts, what is left out and why, the cost, and every change with what is there
 * before and after. Shown by the extension and by the widget.
 */

import { useMemo, useState } from "preact/hooks";
import type { FieldChange, Operation, Plan } from "../src/types.ts";
import type { PlanKey, PlanText } from "./plan-texts.ts";

const SIDES = ["crm", "google"] as const;
const VERBS = { create: "created", update: "updated", delete: "deleted" } as const;
const REASONS = ["recurring", "eventType", "private", "outsideWindow", "otherOwner"] as const;
/** So many changes are shown at once: a calendar may have thousands. */
const PAGE = 100;

interface Props {
  plan: Plan;
  text: PlanText;
  busy: boolean;
  onStart(): void;
  onBack(): void;
}

export function PlanView({ plan, text, busy, onStart, onBack }: Props) {
  const { t, plural } = text;
  const { google, zoho, credits, cycles } = plan.cost;
  const left = REASONS.filter((reason) => plan.skipped[reason] > 0).map((reason) => [reason, plan.skipped[reason]] as const);
  const parked = plan.parked.length;
  const leftOut = left.reduce((sum, [, n]) => sum + n, parked);
  const sentences = [
    plan.linked > 0 && plural("plan.linked", plan.linked),
    plan.contacts > 0 && plural("plan.contacts", plan.contacts),
    plan.mailed > 0 ? plural("plan.mailed", plan.mailed) : t("plan.mailed.none"),
    t("plan.cost", { google, zoho, credits }),
    cycles > 1 && plural("plan.cycles", cycles),
    plan.questions.length > 0 && plural("plan.questions", plan.questions.length),
  ];
  return (
    <div class="plan">
      <p><strong>{t("plan.note")}</strong></p>
      <dl class="plan-sides">
        {SIDES.map((side) => (
          <div key={side}>
            <dt>{t(`plan.side.${side}`)}</dt>
            <dd>{counts(text, plan, side)}</dd>
          </div>
        ))}
      </dl>
      <p>{sentences.filter(Boolean).join(" ")}</p>
      {leftOut > 0 && (
        <details>
          <summary>{plural("plan.left", leftOut)}</summary>
          <ul>
            {left.map(([reason, n]) => <li key={reason}>{n} {t(`plan.left.${reason}`)}</li>)}
            {parked > 0 && <li>{parked} {t("plan.left.parked")}</li>}
          </ul>
        </details>
      )}
      <Operations operations={plan.operations} text={text} />
      <p class="plan-buttons">
        <button type="button" class="primary main" disabled={busy} onClick={onStart}>{t("plan.start")}</button>
        <button type="button" disabled={busy} onClick={onBack}>{t("plan.back")}</button>
      </p>
    </div>
  );
}

function counts({ t, plural }: PlanText, plan: Plan, side: "google" | "crm"): string {
  const verbs = Object.keys(VERBS) as (keyof typeof VERBS)[];
  const parts = verbs.filter((verb) => plan[side][VERBS[verb]] > 0).map((verb) => plural(`plan.${verb}`, plan[side][VERBS[verb]]));
  return parts.length > 0 ? parts.join(", ") : t("plan.nothing");
}

function Operations({ operations, text }: { operations: readonly Operation[]; text: PlanText }) {
  const { t, plural } = text;
  const [side, setSide] = useState("");
  const [verb, setVerb] = useState("");
  const [title, setTitle] = useState("");
  const [shown, setShown] = useState(PAGE);
  const print = useMemo(() => printer(text), [text.language, text.timeZone]);
  const found = useMemo(() => {
    const wanted = title.trim().toLocaleLowerCase();
    return operations.filter((op) => (side === "" || op.side === side) && (verb === "" || op.verb === verb) && op.title.toLocaleLowerCase().includes(wanted));
  }, [operations, side, verb, title]);
  const choice = (label: PlanKey, value: string, keys: readonly (readonly [value: string, key: PlanKey])[], choose: (value: string) => void) => (
    <label class="field">
      <span>{t(label)}</span>
      <select value={value} onChange={({ currentTarget }) => choose(currentTarget.value)}>
        <option value="">{t("plan.all")}</option>
        {keys.map(([value, key]) => <option key={value} value={value}>{t(key)}</option>)}
      </select>
    </label>
  );
  return (
    <>
      <div class="plan-filter">
        {choice("plan.where", side, SIDES.map((side) => [side, `plan.side.${side}`]), setSide)}
        {choice("plan.what", verb, (["create", "update", "delete"] as const).map((verb) => [verb, `plan.verb.${verb}`]), setVerb)}
        <label class="field">
          <span>{t("plan.search")}</span>
          <input type="search" value={title} onInput={({ currentTarget }) => setTitle(currentTarget.value)} />
        </label>
      </div>
      <p class="muted quiet" role="status">{plural("plan.found", found.length)}</p>
      <ul class="plan-changes" tabIndex={0} aria-label={t("plan.title")}>
        {found.slice(0, shown).map((op, at) => <Change key={at} op={op} text={text} print={print} />)}
      </ul>
      {found.length > shown && <button type="button" onClick={() => setShown((n) => n + PAGE)}>{t("plan.more")}</button>}
    </>
  );
}

function Change({ op, text: { t }, print }: { op: Operation; text: PlanText; print: Print }) {
  const when = op.start === undefined || op.end === undefined ? "" : print("time", `${op.start}/${op.end}`);
  return (
    <li class={`plan-${op.side}`}>
      <p><strong dir="auto">{op.title || t("plan.untitled")}</strong> <span class="muted quiet">{[`${t(`plan.side.${op.side}`)}: ${t(`plan.verb.${op.verb}`)}`, when].filter(Boolean).join(" · ")}</span></p>
      {op.verb === "update" && (
        <dl>
          {op.fields.map(({ field, before, after }) => (
            <div key={field}>
              <dt>{t(`plan.field.${field}`)}</dt>
              <dd dir="auto"><del>{before === undefined ? "–" : print(field, before)}</del> → <ins>{after === undefined ? "–" : print(field, after)}</ins></dd>
            </div>
          ))}
        </dl>
      )}
    </li>
  );
}

type Print = (field: FieldChange["field"], value: string) => string;

/** The engine says times as RFC 3339 and reminders as minutes; people read them in their own form. */
function printer({ language, timeZone, plural }: PlanText): Print {
  const instants = format(language, { dateStyle: "medium", timeStyle: "short", timeZone });
  // Days are the same in every zone.
  const days = format(language, { dateStyle: "medium", timeZone: "UTC" });
  return (field, value) => {
    if (field === "reminder") return plural("plan.minutes", Number(value));
    if (field !== "time") return value;
    const [start = "", end = ""] = value.split("/");
    return (start.includes("T") ? instants : days).formatRange(Date.parse(start), Date.parse(end));
  };
}

function format(language: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat(language, options);
  } catch {
    // A zone that this browser does not know.
    return new Intl.DateTimeFormat(language, { ...options, timeZone: undefined });
  }
}
