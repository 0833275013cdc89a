/** What the first sync would do, before it does it: the extension and the widget show the same. */

import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { FieldChange, Operation, Plan } from "../src/types.ts";
import { EVERYTHING, leftOut, matching, type Filter, type Planned } from "./plan.ts";
import type { Words } from "./text.ts";

/** So many rows are drawn at once; thousands would hold up the page. */
const ROWS = 200;

export interface PreviewProps {
  /** Absent while it is computed, and when that failed. */
  plan: Plan | undefined;
  words: Words;
  isBusy: boolean;
  /** What went wrong, from the page that shows this. */
  problem?: ComponentChildren;
  onStart(): void;
  onBack(): void;
  /** Computes the plan once more. */
  onAgain(): void;
}

export function Preview({ plan, words, isBusy, problem, onStart, onBack, onAgain }: PreviewProps) {
  const { t } = words;
  const title = useRef<HTMLHeadingElement>(null);
  // Whoever saved by keyboard is where they go on.
  useEffect(() => title.current?.focus(), []);
  return (
    <section class="card preview" aria-labelledby="preview">
      <h2 id="preview" ref={title} tabIndex={-1}>{t("title")}</h2>
      <p role="status">{plan !== undefined ? t(plan.operations.length === 0 ? "nothing" : "nothingYet") : isBusy ? t("loading") : ""}</p>
      {plan !== undefined && <Summary plan={plan} words={words} />}
      {problem}
      <p class="buttons actions">
        {plan !== undefined && <button type="button" class="primary main" disabled={isBusy} onClick={onStart}>{t("start")}</button>}
        {plan === undefined && !isBusy && <button type="button" onClick={onAgain}>{t("again")}</button>}
        <button type="button" disabled={isBusy && plan !== undefined} onClick={onBack}>{t("back")}</button>
      </p>
      {plan !== undefined && plan.operations.length > 0 && <Operations operations={plan.operations} words={words} />}
    </section>
  );
}

const VERBS = ["create", "update", "delete"] as const;
const COUNTS = { create: "created", update: "updated", delete: "deleted" } as const;

function Summary({ plan, words }: { plan: Plan; words: Words }) {
  const { t, plural } = words;
  const { linked, recovered, contacts, mailed, cost } = plan;
  const left = leftOut(plan, words);
  return (
    <>
      <table class="tabular">
        <caption class="hidden">{t("counts")}</caption>
        <thead><tr><th scope="col">{t("side")}</th>{VERBS.map((verb) => <th key={verb} scope="col">{t(verb)}</th>)}</tr></thead>
        <tbody>
          {(["crm", "google"] as const).map((side) => (
            <tr key={side}><th scope="row">{t(side)}</th>{VERBS.map((verb) => <td key={verb} data-count={`${side}-${verb}`}>{plan[side][COUNTS[verb]]}</td>)}</tr>
          ))}
        </tbody>
      </table>
      <ul class="facts">
        {linked > 0 && <li>{plural("linked", linked)}</li>}
        {recovered > 0 && <li>{plural("recovered", recovered)}</li>}
        {contacts > 0 && <li>{plural("contacts", contacts)}</li>}
        <li>{mailed > 0 ? <strong>{plural("mailed", mailed)}</strong> : t("mailed.none")}</li>
        <li>{t("cost", { google: cost.google, zoho: cost.zoho, credits: cost.credits })} {cost.cycles > 0 && plural("cycles", cost.cycles)}</li>
      </ul>
      {left.length > 0 && (
        <>
          <h3>{t("left")}</h3>
          <ul class="facts">{left.map((sentence) => <li key={sentence}>{sentence}</li>)}</ul>
        </>
      )}
    </>
  );
}

function Operations({ operations, words }: { operations: readonly Planned[]; words: Words }) {
  const { t, plural } = words;
  const [filter, setFilter] = useState<Filter>(EVERYTHING);
  const [rows, setRows] = useState(ROWS);
  const fitting = useMemo(() => matching(operations, filter), [operations, filter]);
  const choose = (change: Partial<Filter>) => {
    setRows(ROWS);
    setFilter((now) => ({ ...now, ...change }));
  };
  return (
    <>
      <h3>{t("list")}</h3>
      <div class="filters">
        <label class="field">
          <span>{t("filter.side")}</span>
          <select value={filter.side} onChange={({ currentTarget }) => choose({ side: currentTarget.value as Filter["side"] })}>
            <option value="all">{t("filter.all")}</option>
            {(["crm", "google"] as const).map((side) => <option key={side} value={side}>{t(side)}</option>)}
          </select>
        </label>
        <label class="field">
          <span>{t("filter.verb")}</span>
          <select value={filter.verb} onChange={({ currentTarget }) => choose({ verb: currentTarget.value as Filter["verb"] })}>
            <option value="all">{t("filter.all")}</option>
            {VERBS.map((verb) => <option key={verb} value={verb}>{t(verb)}</option>)}
          </select>
        </label>
        <label class="field">
          <span>{t("filter.search")}</span>
          <input type="search" value={filter.search} onInput={({ currentTarget }) => choose({ search: currentTarget.value })} />
        </label>
      </div>
      <p class="muted tabular" role="status">{fitting.length === 0 ? t("none") : t("shown", { shown: Math.min(rows, fitting.length), total: fitting.length })}</p>
      <ol class="operations">{fitting.slice(0, rows).map((one) => <Row key={`${one.side} ${one.googleId} ${one.crmId}`} operation={one} words={words} />)}</ol>
      {fitting.length > rows && <p><button type="button" onClick={() => setRows(rows + ROWS)}>{plural("more", Math.min(ROWS, fitting.length - rows))}</button></p>}
    </>
  );
}

function Row({ operation: { side, verb, title, start, fields }, words }: { operation: Operation; words: Words }) {
  const { t, when } = words;
  return (
    <li class={`side-${side}`}>
      <span class="verb">{t(side)} · {t(`verb.${verb}`)}</span>
      <span class="what">{title || t("untitled")}</span>
      {start !== undefined && <time class="muted tabular" dateTime={start}>{when(start)}</time>}
      {verb === "update" && fields.length > 0 && (
        <ul>{fields.map((change) => <Changed key={change.field} change={change} words={words} />)}</ul>
      )}
    </li>
  );
}

function Changed({ change: { field, before, after }, words: { t, when } }: { change: FieldChange; words: Words }) {
  const said = (value: string | undefined) => {
    if (value === undefined || value === "") return t("field.empty");
    return field === "time" ? value.split("/").map(when).join(" – ") : value;
  };
  return <li>{t(`field.${field}`)}: <del>{said(before)}</del> → <ins>{said(after)}</ins></li>;
}
