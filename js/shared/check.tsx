/** A look at both sides that writes nothing, and the file that a bug report needs. */

import { useState } from "preact/hooks";
import type { ReplayBundle, Verification } from "../src/types.ts";
import { useAction } from "./action.tsx";
import { inCrm, inGoogle, Place } from "./parked.tsx";
import { useText, type Text } from "./text.ts";

const FILE = "accord-replay.json";

export interface CheckProps {
  isBusy?: boolean;
  /** The calendar's id. */
  calendar: string | undefined;
  /** The origin of the CRM's own pages; absent where that is not known. */
  crm: string | undefined;
  onVerify(): Promise<Verification | undefined>;
  onReplay(): Promise<ReplayBundle | undefined>;
}

export function Check({ isBusy, calendar, crm, onVerify, onReplay }: CheckProps) {
  const text = useText();
  const action = useAction(isBusy);
  const [found, setFound] = useState<Verification>();
  const [isSaved, setSaved] = useState(false);
  return (
    <section class="card" aria-labelledby="check">
      <h2 id="check">{text.t("check.title")}</h2>
      <div class="deed">
        <p class="muted">{text.t("check.note")}</p>
        <button type="button" disabled={action.isBusy} onClick={() => action.start(async () => setFound(await onVerify()))}>{text.t("check.now")}</button>
      </div>
      <p role="status">{found && said(found, text)}</p>
      {found !== undefined && found.drifts.length > 0 && (
        <ul class="parked">
          {found.drifts.map((drift) => (
            <li key={drift.googleId}>
              <span>{told(drift, text)}</span>
              <Place href={drift.kind === "missing-crm" ? inGoogle(drift, calendar) : (inCrm(drift, crm) ?? inGoogle(drift, calendar))}>
                {text.t(drift.kind !== "missing-crm" && crm ? "parked.crm" : "parked.google")}
              </Place>
            </li>
          ))}
        </ul>
      )}
      <div class="deed">
        <p class="muted">{text.t("replay.note")}</p>
        <button type="button" disabled={action.isBusy} onClick={() => action.start(async () => setSaved(save(await onReplay())))}>{text.t("replay.save")}</button>
      </div>
      <p role="status">{isSaved && text.t("replay.saved", { file: FILE })}</p>
      {action.problem}
    </section>
  );
}

function said({ checked, unanswered, drifts }: Verification, text: Text): string {
  const parts = [
    checked === 0 && unanswered === 0 ? text.t("check.none") : text.plural("check.checked", checked),
    checked > 0 && (drifts.length === 0 ? text.t("check.same") : text.plural("check.drifts", drifts.length)),
    unanswered > 0 && text.plural("check.unanswered", unanswered),
  ];
  return parts.filter((part) => part !== false).join(" ");
}

function told({ kind, fields, pending }: Verification["drifts"][number], text: Text): string {
  const what = kind === "differs"
    ? text.t("check.differs", { fields: text.list(fields.map((field) => text.t(`field.${field}`))) })
    : text.t(`check.${kind}`);
  return pending ? `${what} ${text.t("check.pending")}` : what;
}

/** Has the browser save the bundle as a file. */
function save(bundle: ReplayBundle | undefined): boolean {
  if (bundle === undefined) return false;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(bundle)], { type: "application/json" }));
  link.download = FILE;
  link.click();
  // The browser reads it after the click.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  return true;
}
