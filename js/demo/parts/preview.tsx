/** What a sync would do, before it does it: numbers, cost, and every change with the values before and after. */

import type { ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { FieldChange, FieldName, Operation, Plan } from "../../src/index.ts";
import { useText, type Text } from "../i18n/text.ts";
import { printed } from "./conflicts.tsx";
import { Dialog } from "./dialog.tsx";
import { LeftOut, Remarks } from "./report.tsx";

const SIDES = ["google", "crm"] as const;
const VERBS = { create: "created", update: "updated", delete: "deleted" } as const;
/** So many rows are shown at once. */
const PAGE = 100;

interface Props {
  plan: Plan;
  onSync(): void;
  onClose(): void;
}

export function PreviewDialog({ plan, onSync, onClose }: Props) {
  const text = useText();
  const { t } = text;
  const [side, setSide] = useState<"all" | Operation["side"]>("all");
  const [verb, setVerb] = useState<"all" | Operation["verb"]>("all");
  const [shown, setShown] = useState(PAGE);
  const found = useMemo(
    () => plan.operations.filter((op) => (side === "all" || op.side === side) && (verb === "all" || op.verb === verb)),
    [plan, side, verb],
  );
  const skipped = Object.values(plan.skipped).reduce((sum, n) => sum + n, 0);
  const numbers = [
    ...SIDES.flatMap((where) => Object.values(VERBS).map((what) => [`${t(`report.in.${where}`)}: ${t(`report.${what}`)}`, plan[where][what]] as const)),
    [t("report.linked"), plan.linked], [t("report.contacts"), plan.contacts], [t("report.skipped"), skipped],
    [t("report.parked"), plan.parked.length], [t("preview.mailed"), plan.mailed], [t("preview.cycles"), plan.cost.cycles],
  ] as const;
  return (
    <Dialog title={t("preview.title")} side="both" onClose={onClose}>
      <div class="preview">
        <p>{plan.operations.length === 0 ? t("preview.nothing") : t("preview.cost", { google: plan.cost.google, zoho: plan.cost.zoho, credits: plan.cost.credits })}</p>
        <dl class="numbers">
          {numbers.filter(([, n]) => n > 0).map(([name, n]) => <div key={name}><dt>{name}</dt><dd>{text.number(n)}</dd></div>)}
        </dl>
        {plan.questions.length > 0 && <p class="note">{t("preview.asks")}</p>}
        <LeftOut skipped={plan.skipped} />
        <Remarks title="report.parkedTitle" items={plan.parked} />
        <Remarks title="report.notes" items={plan.notes} />
        {plan.operations.length > 0 && (
          <>
            <div class="field-pair">
              <label class="field">
                <span>{t("preview.side")}</span>
                <select value={side} onChange={(e) => setSide(e.currentTarget.value as typeof side)}>
                  <option value="all">{t("preview.all")}</option>
                  {SIDES.map((where) => <option key={where} value={where}>{t(`report.in.${where}`)}</option>)}
                </select>
              </label>
              <label class="field">
                <span>{t("preview.verb")}</span>
                <select value={verb} onChange={(e) => setVerb(e.currentTarget.value as typeof verb)}>
                  <option value="all">{t("preview.all")}</option>
                  {(Object.keys(VERBS) as Operation["verb"][]).map((what) => <option key={what} value={what}>{t(`report.${VERBS[what]}`)}</option>)}
                </select>
              </label>
            </div>
            <p role="status" class="muted">{text.plural("preview.found", found.length)}</p>
            <ol class="operations" tabIndex={0} aria-label={t("preview.list")}>
              {found.slice(0, shown).map((op, at) => <OperationItem key={at} operation={op} {...(plan.cost.cycles > 1 && { cycle: op.cycle })} />)}
            </ol>
            {found.length > shown && <button type="button" onClick={() => setShown((n) => n + PAGE)}>{t("preview.more")}</button>}
          </>
        )}
        <footer>
          <span class="push" />
          <button type="button" onClick={onClose}>{t("event.close")}</button>
          {plan.operations.length > 0 && <button type="button" class="primary" onClick={onSync}>{t("preview.sync")}</button>}
        </footer>
      </div>
    </Dialog>
  );
}

interface ItemProps {
  operation: Operation;
  cycle?: number;
  when?: string;
  busy?: boolean;
  /** Writes the value that lost to both sides. */
  onPutBack?(field: FieldName): void;
  children?: ComponentChildren;
}

/** One write, made or to be made. */
export function OperationItem({ operation: op, cycle, when, busy = false, onPutBack, children }: ItemProps) {
  const text = useText();
  const { t } = text;
  return (
    <li class={`side-${op.side}`}>
      <p class="operation-head">
        <strong dir="auto">{op.title || t("preview.untitled")}</strong>
        <span class="muted">{[when, `${t(`report.in.${op.side}`)}: ${t(`report.${VERBS[op.verb]}`)}`, t(`rule.${op.rule}`), cycle !== undefined && t("preview.cycle", { n: cycle })].filter(Boolean).join(" · ")}</span>
      </p>
      {op.fields.length > 0 && (
        <dl class="changes">
          {op.fields.map((change) => (
            <div key={change.field}>
              <dt>{t(`field.${change.field}`)}</dt>
              <dd dir="auto">
                {change.before !== undefined && <del>{value(text, change, change.before)}</del>}
                {change.before !== undefined && change.after !== undefined && " → "}
                {change.after !== undefined && <ins>{value(text, change, change.after)}</ins>}
                {change.before === undefined && change.after === undefined && t("conflict.empty")}
              </dd>
              {change.lost !== undefined && (
                <dd class="lost-value">
                  {change.lost !== change.before && <><span class="muted">{t("conflict.lost")}: </span><del>{value(text, change, change.lost)}</del></>}
                  {onPutBack && <button type="button" disabled={busy} aria-label={t("conflict.putBack.field", { field: t(`field.${change.field}`) })} onClick={() => onPutBack(change.field)}>{t("conflict.putBack")}</button>}
                </dd>
              )}
            </div>
          ))}
        </dl>
      )}
      {children}
    </li>
  );
}

function value(text: Text, { field }: FieldChange, shown: string): string {
  return field === "guests" ? shown : printed(text, field, shown);
}
