/** What to sync, the button that does it, and how far it is. */

import type { AccordError, Progress } from "../../src/index.ts";
import type { Side } from "../events.ts";
import { useText, type Text } from "../i18n/text.ts";
import type { Direction, GuestPolicy, Recurring, Session } from "../session.ts";
import { Close, SyncArrows, Warning } from "./icons.tsx";
import { HealthLine } from "./health.tsx";
import { QuestionStrip } from "./question.tsx";
import { headline } from "./report.tsx";

const DIRECTIONS = ["two-way", "google-to-crm", "crm-to-google"] as const satisfies Direction[];
const GUESTS = ["do-not-add", "add-as-contacts"] as const satisfies GuestPolicy[];
const RECURRING = ["skip", "instances"] as const satisfies Recurring[];

interface Props {
  session: Session;
  describe(side: Side, id: string): Promise<string>;
  onPreview(): void;
}

export function Controls({ session, describe, onPreview }: Props) {
  const text = useText();
  const { t } = text;
  const { calendars, calendarId, progress, status } = session;
  const toCrm = session.direction !== "crm-to-google";
  const unfinished = status?.state === "active" && !status.firstSyncDone && status.links > 0;
  return (
    <section class="card controls" aria-labelledby="controls-title">
      <h2 id="controls-title" class="hidden">{t("controls.title")}</h2>
      <div class="controls-row">
        <div class="choices">
          <label class="field calendar-field">
            <span>{t("controls.calendar")}</span>
            <select value={calendarId} disabled={!calendars || progress !== undefined} onChange={(e) => session.chooseCalendar(e.currentTarget.value)}>
              {calendars?.map(({ id, name }) => <option key={id} value={id}>{name}</option>) ?? <option>{t("page.loading")}</option>}
            </select>
          </label>
          <Choice name="recurring" values={RECURRING} value={session.recurring} disabled={progress !== undefined} note={t(`recurring.note.${session.recurring}`)} onChoose={session.chooseRecurring} />
        </div>
        <div class="choices">
          <Choice name="direction" values={DIRECTIONS} value={session.direction} disabled={progress !== undefined} note={t(`direction.note.${session.direction}`)} onChoose={session.chooseDirection} />
          <Choice name="guests" values={GUESTS} value={session.guests} disabled={progress !== undefined || !toCrm} note={t(toCrm ? `guests.note.${session.guests}` : "guests.note.none")} onChoose={session.chooseGuests} />
        </div>
        <div class="sync-field">
          {progress === undefined
            ? <div class="sync-buttons">
              <button type="button" class="big" disabled={calendarId === undefined} onClick={onPreview}>{t("preview.button")}</button>
              <button type="button" class="primary big" disabled={calendarId === undefined} onClick={() => void session.run()}><SyncArrows />{t(unfinished ? "controls.continue" : "controls.sync")}</button>
            </div>
            : <button type="button" class="big" disabled={session.stopping} onClick={session.cancel}>{t(session.stopping ? "controls.cancelling" : "controls.cancel")}</button>}
        </div>
      </div>
      {status?.questions.map((question) => <QuestionStrip key={question.id} question={question} busy={progress !== undefined} describe={describe} onAnswer={(answer) => void session.resolve(question.id, answer)} />)}
      <div class="strip">
        {progress !== undefined
          ? <ProgressStrip progress={progress} direction={session.direction} />
          : session.error
            ? <ErrorStrip error={session.error} onDismiss={session.dismissError} />
            : <p>{idleSentence(text, session, unfinished)}</p>}
      </div>
      <HealthLine session={session} />
    </section>
  );
}

interface ChoiceProps<T extends Direction | GuestPolicy | Recurring> {
  name: "direction" | "guests" | "recurring";
  values: readonly T[];
  value: T;
  disabled: boolean;
  note: string;
  onChoose(value: T): void;
}

function Choice<T extends Direction | GuestPolicy | Recurring>({ name, values, value: chosen, disabled, note, onChoose }: ChoiceProps<T>) {
  const { t } = useText();
  return (
    <fieldset class="field" aria-describedby={`${name}-note`}>
      <legend>{t(`controls.${name}`)}</legend>
      <div class="segmented">
        {values.map((value) => (
          <label key={value}>
            <input type="radio" name={name} value={value} checked={value === chosen} disabled={disabled} onChange={() => onChoose(value)} />
            <span>{t(`choice.${value}`)}</span>
          </label>
        ))}
      </div>
      <p id={`${name}-note`} class="field-note">{note}</p>
    </fieldset>
  );
}

function ProgressStrip({ progress: { phase, done, total }, direction }: { progress: Progress; direction: Direction }) {
  const { t } = useText();
  const known = total !== undefined && total > 0;
  return (
    <div class="progress">
      {/* Only the phase is announced; a number for every request would never stop talking. */}
      <p><span role="status">{t(phase === "writing" ? `phase.writing.${direction}` : `phase.${phase}`)}</span>{known && <span class="tabular"> · {t("progress.of", { done, total })}</span>}</p>
      <progress aria-label={t("progress.label")} {...(known ? { max: total, value: done } : {})} />
    </div>
  );
}

function ErrorStrip({ error, onDismiss }: { error: AccordError; onDismiss(): void }) {
  const { t } = useText();
  const stopped = error.code === "cancelled";
  return (
    <div class={`error${stopped ? " calm" : ""}`} role="alert" data-code={error.code}>
      {!stopped && <Warning />}
      <p>
        {!stopped && <strong>{t("error.title")}. </strong>}
        {error.code === "rate-limited" && error.retryAfterMs !== undefined
          ? t("error.rate-limited.in", { seconds: Math.ceil(error.retryAfterMs / 1000) })
          : t(`error.${error.code}`)}
        {!stopped && <small lang="en">{t("error.detail", { message: error.message })}</small>}
      </p>
      <button type="button" class="quiet round" aria-label={t("error.dismiss")} onClick={onDismiss}><Close /></button>
    </div>
  );
}

function idleSentence(text: Text, { status, finished }: Session, unfinished: boolean): string {
  const { t } = text;
  if (status === undefined) return t("page.loading");
  if (finished) return headline(text, finished);
  if (unfinished) return t("idle.unfinished", { n: status.links });
  if (status.remaining > 0) return text.plural("idle.remaining", status.remaining);
  if (status.lastRunMs === undefined) return t("idle.first");
  return t("idle.last", { when: text.ago(status.lastRunMs, Date.now()), n: status.links });
}
