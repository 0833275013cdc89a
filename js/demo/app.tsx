/** The demo page: both calendars side by side, the sync between them, and ways to disturb it. */

import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { FieldName, Plan } from "../src/index.ts";
import { crmEditor, crmEvents, spanFor } from "./crm.ts";
import { dayOf, daysAround, firstWeekday, monthOf, shiftMonth, type Day } from "./dates.ts";
import type { CalendarEvent, Side } from "./events.ts";
import { googleEditor, googleEvents } from "./google.ts";
import { initialLanguage, keepLanguage, TextContext, textIn } from "./i18n/text.ts";
import { useMonthData } from "./month-data.ts";
import { Controls } from "./parts/controls.tsx";
import { DayDialog } from "./parts/day-dialog.tsx";
import { EventForm, type Done } from "./parts/event-form.tsx";
import { GoogleActions, useIcsDrop } from "./parts/google-actions.tsx";
import { Header } from "./parts/header.tsx";
import { CrmActions } from "./parts/crm-actions.tsx";
import { HistoryCard } from "./parts/history.tsx";
import { MonthNav } from "./parts/month-nav.tsx";
import { Panel, type View } from "./parts/panel.tsx";
import { PreviewDialog } from "./parts/preview.tsx";
import { headline, ReportCard } from "./parts/report.tsx";
import { TroubleCard } from "./parts/trouble.tsx";
import { resetSandbox } from "./sandbox.ts";
import { useSession } from "./session.ts";

type Open =
  | { kind: "day"; side: Side; day: Day }
  | { kind: "form"; side: Side; subject: CalendarEvent | Day }
  | { kind: "preview"; plan: Plan };

const TOAST_MS = 12_000;

export function App() {
  const [language, setLanguage] = useState(initialLanguage);
  const text = useMemo(() => textIn(language, navigator.languages), [language]);
  const session = useSession();
  const { calendarId } = session;
  const [month, setMonth] = useState(() => monthOf(Date.now()));
  const [view, setView] = useState<View>("month");
  const [retries, setRetries] = useState(0);
  const [open, setOpen] = useState<Open>();
  const [said, setSaid] = useState("");
  const reloading = useRef(false);

  const days = useMemo(() => daysAround(month, firstWeekday(text.locale)), [month, text.locale]);
  const span = `${days[0]}/${days.at(-1)}`;
  const [fromMs, toMs] = spanFor(days[0] ?? "", days.at(-1) ?? "");
  const google = useMonthData(`${calendarId}/${span}`, `${session.versions.google}/${retries}`, calendarId === undefined ? undefined : () => googleEvents(calendarId, fromMs, toMs));
  const crm = useMonthData(span, `${session.versions.crm}/${retries}`, () => crmEvents(fromMs, toMs));
  const data = { google, crm };
  const editors = useMemo(() => ({ google: calendarId === undefined ? undefined : googleEditor(calendarId), crm: crmEditor }), [calendarId]);

  useEffect(() => {
    document.documentElement.lang = language;
    document.title = text.t("page.title");
  }, [language]);

  useEffect(() => {
    const timer = setTimeout(() => setSaid(""), TOAST_MS);
    return () => clearTimeout(timer);
  }, [said]);

  useEffect(() => {
    if (reloading.current && session.progress?.phase === "writing" && session.progress.done > 0) location.reload();
  }, [session.progress]);

  const ics = useIcsDrop(text, calendarId, (message, added) => {
    setSaid(message);
    if (added) session.touch("google");
  });

  function changeLanguage(next: typeof language): void {
    keepLanguage(next);
    setLanguage(next);
  }

  function openEvent(event: CalendarEvent): void {
    setOpen({ kind: "form", side: event.side, subject: event });
  }

  /** Says what was done, and what becomes of it on the other side. */
  async function changed(side: Side, done: Done, id: string): Promise<void> {
    setOpen(undefined);
    session.touch(side);
    const first = text.t(`event.${done}.${side}`);
    if (side === "google") {
      setSaid(`${first} ${text.t(session.direction === "crm-to-google" ? "follow.never.crm" : "follow.later.crm")}`);
      return;
    }
    setSaid(first);
    const pushed = await session.push(id);
    setSaid(`${first} ${text.t(`follow.${pushed}.google`)}`);
  }

  async function reset(): Promise<void> {
    await resetSandbox();
    await session.forget();
  }

  const panel = (side: Side) => ({
    side, view, month, days, data: data[side],
    onDay: (day: Day) => setOpen({ kind: "day", side, day }),
    onEvent: openEvent,
    onMonth: (by: number) => setMonth((now) => shiftMonth(now, by)),
    onRetry: () => setRetries((n) => n + 1),
  });
  const add = (side: Side, day: Day = dayOf(Date.now())) => setOpen({ kind: "form", side, subject: day });
  const close = () => setOpen(undefined);
  const editor = open?.kind === "form" ? editors[open.side] : undefined;
  const busy = session.progress !== undefined;
  const remedies = (id: string) => ({
    busy,
    onUndo(run: number) {
      close();
      void session.undo(run, id);
    },
    onPutBack(run: number, googleId: string, field: FieldName) {
      close();
      void session.putBack(run, googleId, field);
    },
  });
  const describe = useCallback(async (side: Side, id: string) => {
    const { draft } = (await editors[side]?.open(id)) ?? {};
    return [draft?.title, draft?.place, draft?.notes].filter(Boolean).join(" · ");
  }, [editors]);
  const lastReport = session.finished ?? session.history[0];

  return (
    <TextContext.Provider value={text}>
      <a class="skip" href="#calendars">{text.t("page.skip")}</a>
      <Header language={language} onLanguage={changeLanguage} />
      <main>
        <Controls session={session} describe={describe} onPreview={() => void session.preview().then((plan) => plan && setOpen({ kind: "preview", plan }))} />
        <div id="calendars" class="calendars" tabIndex={-1}>
          <MonthNav month={month} view={view} onMonth={setMonth} onView={setView} />
          <div class="panels">
            <div class={`drop-zone${ics.over ? " over" : ""}`} {...ics.handlers}>
              <Panel
                {...panel("google")}
                actions={<GoogleActions busy={ics.busy} onFile={ics.choose} onAdd={() => add("google")} />}
              />
              {ics.over && <p class="drop-hint">{text.t("ics.drop")}</p>}
            </div>
            <Panel {...panel("crm")} actions={<CrmActions onAdd={() => add("crm")} />} />
          </div>
        </div>
        <div class="cards">
          <div class="cards-past">
            <ReportCard report={lastReport} busy={busy} explain={session.explain} onPutBack={(run, googleId, field) => void session.putBack(run, googleId, field)} />
            <HistoryCard history={session.history} busy={busy} onUndo={(run) => void session.undo(run)} />
          </div>
          <TroubleCard
            busy={busy}
            onReload={() => {
              reloading.current = true;
              void session.run();
            }}
            onReset={reset}
          />
        </div>
      </main>
      <output class="toast" aria-live="polite">{said}</output>
      <div class="hidden" role="status">{session.progress === undefined && session.finished ? headline(text, session.finished) : ""}</div>

      {open?.kind === "day" && (
        <DayDialog
          key={`${open.side}/${open.day}`}
          side={open.side}
          day={open.day}
          events={data[open.side].events}
          onEvent={openEvent}
          onAdd={() => add(open.side, open.day)}
          onClose={close}
        />
      )}
      {open?.kind === "preview" && (
        <PreviewDialog
          plan={open.plan}
          onClose={close}
          onSync={() => {
            close();
            void session.run();
          }}
        />
      )}
      {open?.kind === "form" && editor && (
        <EventForm
          key={`${open.side}/${typeof open.subject === "string" ? open.subject : open.subject.id}`}
          editor={editor}
          subject={open.subject}
          explain={session.explain}
          remedies={remedies}
          skipsRepeating={session.recurring === "skip"}
          onClose={close}
          onChanged={(done, id) => void changed(open.side, done, id)}
        />
      )}
    </TextContext.Provider>
  );
}
