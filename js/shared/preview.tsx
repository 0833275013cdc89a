/** What the first sync would do, before it does it: the extension and the widget show the same. */

import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { FieldChange, Operation, Plan } from "../src/types.ts";
import { EVERYTHING, leftOut, matching, type Filter, type Planned } from "./plan.ts";
import { useText } from "./text.ts";

/** So many rows are drawn at once; thousands would hold up the page. */
const ROWS = 200;

export interface PreviewProps {
  /** Absent while it is computed, and when that failed. */
  plan: Plan | undefined;
  isBusy: boolean;
  /** What went wrong, from the page that shows this. */
  problem?: ComponentChildren;
  onStart(): void;
  onBack(): void;
  /** Computes the plan once more. */
  onAgain(): void;
}

export function Preview({ plan, isBusy, problem, onStart, onBack, onAgain }: PreviewProps) {
  const { t } = useText();
  const title = useRef<HTMLHeadingElement>(null);
  // Whoever saved by keyboard is where they go on.
  useEffect(() => title.current?.focus(), []);
  return (
    <section class="card preview" aria-labelledby="preview">
      <h2 id="preview" ref={title} tabIndex={-1}>{t("preview.title")}</h2>
      <p role="status">{plan !== undefined ? t(plan.operations.length === 0 ? "preview.nothing" : "preview.nothingYet") : isBusy ? t("preview.loading") : ""}</p>
      {plan !== undefined && <Summary plan={plan} />}
      {problem}
      <p class="buttons">
        {plan !== undefined && <button type="button" class="primary" disabled={isBusy} onClick={onStart}>{t("preview.start")}</button>}
        {plan === undefined && !isBusy && <button type="button" onClick={onAgain}>{t("preview.again")}</button>}
        <button type="button" disabled={isBusy && plan !== undefined} onClick={onBack}>{t("preview.back")}</button>
      </p>
      {plan !== undefined && plan.operations.length > 0 && <Operations operations={plan.operations} />}
    </section>
  );
}

const VERBS = ["create", "update", "delete"] as const;
const COUNTS = { create: "created", update: "updated", delete: "deleted" } as const;

function Summary({ plan }: { plan: Plan }) {
  const text = useText();
  const { t, plural } = text;
  const { linked, recovered, contacts, mailed, cost } = plan;
  const left = leftOut(plan, text);
  return (
    <>
      <table class="tabular">
        <caption class="hidden">{t("preview.counts")}</caption>
        <thead><tr><th scope="col">{t("preview.side")}</th>{VERBS.map((verb) => <th key={verb} scope="col">{t(`preview.${verb}`)}</th>)}</tr></thead>
        <tbody>
          {(["crm", "google"] as const).map((side) => (
            <tr key={side}><th scope="row">{t(side)}</th>{VERBS.map((verb) => <td key={verb} data-count={`${side}-${verb}`}>{plan[side][COUNTS[verb]]}</td>)}</tr>
          ))}
        </tbody>
      </table>
      <ul class="facts">
        {linked > 0 && <li>{plural("preview.linked", linked)}</li>}
        {recovered > 0 && <li>{plural("preview.recovered", recovered)}</li>}
        {contacts > 0 && <li>{plural("preview.contacts", contacts)}</li>}
        <li>{mailed > 0 ? <strong>{plural("preview.mailed", mailed)}</strong> : t("preview.mailed.none")}</li>
        <li>{t("preview.cost", { google: cost.google, zoho: cost.zoho, credits: cost.credits })} {cost.cycles > 0 && plural("preview.cycles", cost.cycles)}</li>
      </ul>
      {left.length > 0 && (
        <>
          <h3>{t("preview.left")}</h3>
          <ul class="facts">{left.map((sentence) => <li key={sentence}>{sentence}</li>)}</ul>
        </>
      )}
    </>
  );
}

function Operations({ operations }: { operations: readonly Planned[] }) {
  const { t, plural } = useText();
  const [filter, setFilter] = useState<Filter>(EVERYTHING);
  const [rows, setRows] = useState(ROWS);
  const fitting = useMemo(() => matching(operations, filter), [operations, filter]);
  const choose = (change: Partial<Filter>) => {
    setRows(ROWS);
    setFilter((now) => ({ ...now, ...change }));
  };
  return (
    <>
      <h3>{t("preview.list")}</h3>
      <div class="filters">
        <label class="field">
          <span>{t("preview.filter.side")}</span>
          <select value={filter.side} onChange={({ currentTarget }) => choose({ side: currentTarget.value as Filter["side"] })}>
            <option value="all">{t("preview.filter.all")}</option>
            {(["crm", "google"] as const).map((side) => <option key={side} value={side}>{t(side)}</option>)}
          </select>
        </label>
        <label class="field">
          <span>{t("preview.filter.verb")}</span>
          <select value={filter.verb} onChange={({ currentTarget }) => choose({ verb: currentTarget.value as Filter["verb"] })}>
            <option value="all">{t("preview.filter.all")}</option>
            {VERBS.map((verb) => <option key={verb} value={verb}>{t(`preview.${verb}`)}</option>)}
          </select>
        </label>
        <label class="field">
          <span>{t("preview.filter.search")}</span>
          <input type="search" value={filter.search} onInput={({ currentTarget }) => choose({ search: currentTarget.value })} />
        </label>
      </div>
      <p class="muted tabular" role="status">{fitting.length === 0 ? t("preview.none") : t("preview.shown", { shown: Math.min(rows, fitting.length), total: fitting.length })}</p>
      <ol class="operations">{fitting.slice(0, rows).map((one) => <Row key={`${one.side} ${one.googleId} ${one.crmId}`} operation={one} />)}</ol>
      {fitting.length > rows && <p><button type="button" onClick={() => setRows(rows + ROWS)}>{plural("preview.more", Math.min(ROWS, fitting.length - rows))}</button></p>}
    </>
  );
}

function Row({ operation: { side, verb, title, start, fields } }: { operation: Operation }) {
  const { t, when } = useText();
  return (
    <li class={`side-${side}`}>
      <span class="verb">{t(side)} · {t(`verb.${verb}`)}</span>
      <span class="what">{title || t("untitled")}</span>
      {start !== undefined && <time class="muted tabular" dateTime={start}>{when(start)}</time>}
      {verb === "update" && fields.length > 0 && (
        <ul>{fields.map((change) => <Changed key={change.field} change={change} />)}</ul>
      )}
    </li>
  );
}

function Changed({ change: { field, before, after } }: { change: FieldChange }) {
  const { t, when } = useText();
  const said = (value: string | undefined) => {
    if (value === undefined || value === "") return t("field.empty");
    return field === "time" ? value.split("/").map(when).join(" – ") : value;
  };
  return <li>{t(`field.${field}`)}{t("colon")} <del>{said(before)}</del> → <ins>{said(after)}</ins></li>;
}
