/** What a sync did, in a sentence and in numbers. */

import { useEffect, useId, useState } from "preact/hooks";
import type { Counts, FieldName, NotRestored, Reason, Report } from "../../src/index.ts";
import type { Side } from "../events.ts";
import { useText, type Key, type Text } from "../i18n/text.ts";
import { Conflicts } from "./conflicts.tsx";
import { Check } from "./icons.tsx";

const total = ({ created, updated, deleted }: Counts): number => created + updated + deleted;

/** The report as one or two sentences; also what a screen reader is told. */
export function headline(text: Text, report: Report): string {
  const sentences = [
    written(text, report),
    report.conflicts.length > 0 && text.plural("report.conflicted", report.conflicts.length),
    report.notRestored.length > 0 && text.plural("report.left", report.notRestored.length),
    report.questions.length > 0 && text.t("report.asks"),
    report.remaining > 0 && text.plural("report.more", report.remaining),
  ];
  return sentences.filter(Boolean).join(" ");
}

function written(text: Text, { crm, google, remaining, questions, durationMs }: Report): string | undefined {
  const parts = [
    total(crm) > 0 && text.plural("report.wrote.crm", total(crm)),
    total(google) > 0 && text.plural("report.wrote.google", total(google)),
  ].filter((part) => part !== false);
  if (parts.length > 0) return text.t("report.wrote", { what: text.list(parts), duration: text.duration(durationMs) });
  return remaining === 0 && questions.length === 0 ? text.t("report.zero") : undefined;
}

interface Props {
  busy: boolean;
  explain(id: string): Promise<Reason[]>;
  onPutBack(run: number, googleId: string, field: FieldName): void;
}

export function ReportCard({ report, ...props }: { report: Report | undefined } & Props) {
  const text = useText();
  return (
    <section class="card report" aria-labelledby="report-title">
      <h2 id="report-title">{text.t("report.title")}</h2>
      {report ? <ReportBody report={report} {...props} /> : <p class="muted">{text.t("report.none")}</p>}
    </section>
  );
}

function ReportBody({ report, busy, explain, onPutBack }: { report: Report } & Props) {
  const text = useText();
  const skipped = Object.values(report.skipped).reduce((sum, n) => sum + n, 0);
  const numbers: [key: Key, value: number][] = [
    ["report.contacts", report.contacts],
    ["report.unchanged", report.unchanged],
    ["report.linked", report.linked],
    ["report.skipped", skipped],
    ["report.parked", report.parked.length],
    ["report.remaining", report.remaining],
    ["report.requests", report.requests.google + report.requests.zoho],
  ];
  return (
    <>
      <p class="headline"><Check /> {headline(text, report)}</p>
      <div class="written">
        {(["google", "crm"] as const).map((side) => <Written key={side} side={side} counts={report[side]} />)}
      </div>
      <dl class="numbers">
        {numbers.map(([key, value]) => <Figure key={key} name={text.t(key)} value={value} />)}
        <div>
          <dt>{text.t("report.duration")}</dt>
          <dd>{text.duration(report.durationMs)}</dd>
        </div>
      </dl>
      <p class="muted">
        {text.t("report.requestsSplit", { google: report.requests.google, zoho: report.requests.zoho })}
        {report.fullRead && ` · ${text.t("report.fullRead")}`}
      </p>
      <LeftAsIs key={report.run} items={report.notRestored} explain={explain} />
      <LeftOut skipped={report.skipped} />
      <Conflicts conflicts={report.conflicts} busy={busy} onPutBack={(googleId, field) => onPutBack(report.run, googleId, field)} />
      <Remarks title="report.parkedTitle" items={report.parked} />
      <Remarks title="report.notes" items={report.notes} />
    </>
  );
}

function Written({ side, counts }: { side: Side; counts: Counts }) {
  const text = useText();
  const title = useId();
  return (
    <section class={`side-${side}`} aria-labelledby={title}>
      <h3 id={title}>{text.t(`report.in.${side}`)}</h3>
      <dl class="numbers">
        {(["created", "updated", "deleted"] as const).map((what) => <Figure key={what} name={text.t(`report.${what}`)} value={counts[what]} tinted />)}
      </dl>
    </section>
  );
}

function Figure({ name, value, tinted = false }: { name: string; value: number; tinted?: boolean }) {
  const text = useText();
  return (
    <div class={`${tinted ? "tinted" : ""}${value === 0 ? " zero" : ""}`}>
      <dt>{name}</dt>
      <dd>{text.number(value)}</dd>
    </div>
  );
}

const SKIPS = ["recurring", "eventType", "private", "outsideWindow", "otherOwner"] as const;

/** What takes no part, and why. */
export function LeftOut({ skipped }: { skipped: Report["skipped"] }) {
  const text = useText();
  const reasons = SKIPS.filter((reason) => skipped[reason] > 0);
  if (reasons.length === 0) return null;
  return (
    <details>
      <summary>{text.t("report.why")}</summary>
      <dl class="reasons">
        {reasons.map((reason) => <div key={reason}><dt>{text.t(`skip.${reason}`)}</dt><dd>{text.number(skipped[reason])}</dd></div>)}
      </dl>
    </details>
  );
}

/** So many are listed by their titles; the others are counted. */
const NAMED = 20;

/** What an undo left as it is: each event with the reason. Its title is what the history told of it last. */
function LeftAsIs({ items, explain }: { items: NotRestored[] } & Pick<Props, "explain">) {
  const text = useText();
  const [titles, setTitles] = useState<string[]>([]);
  const named = items.slice(0, NAMED);
  useEffect(() => {
    const title = async ({ googleId }: NotRestored) => (googleId === "" ? [] : await explain(googleId)).map(({ operation }) => operation.title).find(Boolean) ?? "";
    void Promise.all(named.map(title)).then(setTitles, () => setTitles([]));
  }, [items]);
  if (items.length === 0) return null;
  return (
    <details open class="left">
      <summary>{text.t("left.title")} ({text.number(items.length)})</summary>
      <ul>
        {named.map(({ googleId, code }, at) => (
          <li key={`${googleId}/${at}`}>{googleId !== "" && <><strong><bdi>{titles[at] || text.t("preview.untitled")}</bdi></strong> · </>}{text.t(`left.${code}`)}</li>
        ))}
        {items.length > NAMED && <li class="muted">{text.plural("left.more", items.length - NAMED)}</li>}
      </ul>
    </details>
  );
}

/** Reasons repeat over many events, so they are counted. They come from the engine, in English. */
export function Remarks({ title, items }: { title: Key; items: { code: string; message: string }[] }) {
  const text = useText();
  if (items.length === 0) return null;
  const counts = new Map<string, number>();
  for (const { message } of items) counts.set(message, (counts.get(message) ?? 0) + 1);
  return (
    <details>
      <summary>{text.t(title)} ({text.number(items.length)})</summary>
      <dl class="reasons">
        {[...counts].map(([message, n]) => <div key={message}><dt lang="en">{message}</dt><dd>{text.number(n)}</dd></div>)}
      </dl>
    </details>
  );
}
