//! One cycle, from top to bottom: recover, read, compare, plan, write, advance the cursor.

use super::adopt::adopt;
use super::command::RunOptions;
use super::gather::{CrmRead, Deferred, Gathered, Gatherer};
use super::io::{Io, Phase};
use super::read::Reading;
use super::write::Writer;
use crate::api::http::Service;
use crate::api::retry::LONGEST_WAIT_MS;
use crate::devices::Device;
use crate::error::{Error, ErrorKind, Result};
use crate::model::ids::GoogleId;
use crate::model::list::Listed;
use crate::model::settings::{Direction, RecurringPolicy};
use crate::sync::commit::Book;
use crate::sync::guard;
use crate::sync::limit::{Cycles, cap};
use crate::sync::merge::{Policy, View};
use crate::sync::observe::{Admission, Case, Cases};
use crate::sync::plan::{Plan, Planning};
use crate::sync::preview::Preview;
use crate::sync::relate::{follow_crm_marks, follow_marks, follow_series, set_apart};
use crate::sync::report::{Failed, Finished, Note, Pause, Report, Skipped};
use crate::sync::state::{Activation, Open, Parked, key};

/// Runs one cycle on the stored rows.
pub(crate) async fn run(io: &Io, options: &RunOptions) -> Result<Report> {
    let started = io.now_ms();
    let mut book = open(io).await?;
    let activation = ready(&book, started)?;
    if let Some(undo) = book.intents.undo.clone() {
        match super::undo::undo(io, &mut book, options, undo, true).await {
            // Nothing is kept of it any more.
            Err(error) if error.kind() != ErrorKind::Misuse => return Err(error),
            _ => {}
        }
    }
    let mut report = begin(io, &mut book, &options.trigger, None).await?;
    let outcome = cycle(io, options, &activation, &mut book, &mut report, None).await;
    if let Err(error) = outcome {
        return Err(fail(io, &mut book, report, error).await);
    }
    io.phase(Phase::Done);
    report.duration_ms = io.now_ms() - started;
    Ok(report)
}

/// What a cycle would do: the same story up to the plan. Nothing is written, neither there nor in storage: what the story
/// saves on the way shows to itself only.
pub(crate) async fn preview(io: &Io, options: &RunOptions) -> Result<Preview> {
    io.pretend();
    let mut book = open(io).await?;
    let activation = ready(&book, io.now_ms())?;
    let mut report = Report::default();
    if book.intents.undo.is_some() {
        let message =
            "The next sync first finishes what was asked to be undone; what that writes is not shown here.";
        report.notes.push(Note {
            code: "undo-first".to_owned(),
            google_id: String::new(),
            message: message.to_owned(),
        });
    }
    let mut preview = Preview::default();
    cycle(io, options, &activation, &mut book, &mut report, Some(&mut preview)).await?;
    preview.tell(report);
    preview.parked = book.parked_items();
    preview.questions = book.questions();
    preview.pauses = book.pauses(io.now_ms());
    preview.requests = io.requests();
    io.phase(Phase::Done);
    Ok(preview)
}

/// The settings in force, if a cycle may begin.
fn ready(book: &Book, now_ms: i64) -> Result<Activation> {
    let activation = book.active()?.clone();
    refuse_too_early(book, now_ms)?;
    if activation.settings.direction == Direction::CrmToGoogle && book.state.google_is_full(now_ms) {
        let error = Error::new(ErrorKind::RateLimited, Pause::GOOGLE_IS_FULL);
        let left = book.state.google_writes_not_before_ms.map(|until| until - now_ms);
        return Err(error.of_service(Service::Google.name()).retry_after(left));
    }
    Ok(activation)
}

/// Begins a cycle. One that was cut off after it had written something gets its place in the history first.
pub(crate) async fn begin(io: &Io, book: &mut Book, trigger: &str, undoes: Option<u32>) -> Result<Report> {
    if let Some(open) = book.intents.open.take() {
        let rows = io.list(&key::done_in(open.run)).await?;
        let mut report = book.interrupted(open, &rows);
        let history = io.load(vec![key::HISTORY.to_owned()]).await?;
        book.remember_report(history.get(key::HISTORY), &mut report);
        io.save(book.take_patch()).await?;
    }
    let (run, started_ms, trigger) = (book.state.runs + 1, io.now_ms(), trigger.to_owned());
    book.cycle = Open { run, trigger: trigger.clone(), started_ms, undoes };
    Ok(Report { trigger, started_ms, run, undoes, ..Report::default() })
}

/// Ends a cycle that failed; what it wrote has its place in the history. Where the storage itself failed, or is not this
/// engine's any more, nothing can be said to be stored: then the next cycle tells of it.
pub(crate) async fn fail(io: &Io, book: &mut Book, mut report: Report, error: Error) -> Error {
    let stored = !matches!(
        error.kind(),
        ErrorKind::StorageFull | ErrorKind::StorageFailed | ErrorKind::Locked | ErrorKind::Cancelled
    );
    let undoes = report.undoes.is_some() && error.kind() != ErrorKind::Misuse;
    if stored && (book.has_written() || undoes) {
        let (code, message) = (error.kind().code().to_owned(), error.message().to_owned());
        report.failed = Some(Failed { code, message });
        report.finished = Finished::Failed;
        report.requests = io.requests();
        report.duration_ms = io.now_ms() - report.started_ms;
        book.state.runs += 1;
        if let Ok(history) = io.load(vec![key::HISTORY.to_owned()]).await {
            book.close();
            book.remember_report(history.get(key::HISTORY), &mut report);
            let _ = io.save(book.take_patch()).await;
        }
    }
    if stored && book.note_trouble(&error) {
        let _ = io.save(book.take_patch()).await;
    }
    remember_wait(io, book, error).await
}

/// The rows that every command reads.
pub(crate) async fn open(io: &Io) -> Result<Book> {
    Ok(Book::open(io.load(Book::KEYS.map(str::to_owned).to_vec()).await?))
}

async fn cycle(
    io: &Io,
    options: &RunOptions,
    activation: &Activation,
    book: &mut Book,
    report: &mut Report,
    mut preview: Option<&mut Preview>,
) -> Result<()> {
    let settings = &activation.settings;
    let ends = book.state.exclusive_ends();
    let lists_guests = book.state.crm_lists_guests;
    let max = cap(book.state.first_sync_left, settings.limits.later_sync);
    io.phase(Phase::Recovering);
    let mut writer = Writer::new(io, book, report, None);
    writer.recover().await?;
    if preview.is_none() {
        writer.yield_to_twins().await?;
    }

    io.phase(Phase::Reading);
    let admission = Admission::new(settings, io.now_ms());
    let gatherer = Gatherer { io, options, activation, admission: &admission, max };
    // Before everything was read once, what looks new may have its twin on the other side: then a push is a whole cycle.
    let begun = !book.state.doubt && book.state.first_sync_left.is_none() && book.state.crm_changes.is_some();
    let pushed = options.crm_ids.as_ref().filter(|_| begun);
    let gathered = match pushed {
        Some(_) if settings.direction == Direction::GoogleToCrm => return Ok(()),
        Some(ids) => gatherer.gather_records(ids, book).await?,
        None => gatherer.gather(book).await?,
    };
    book.state.learn_of_lists(gathered.lists_guests);
    let Gathered { cases, google, crm, damaged, deferred, default_reminders, .. } = gathered;
    report.full_read = google.as_ref().is_some_and(|reading| reading.full)
        || crm.as_ref().is_some_and(|reading| reading.full);
    if let Some(nameless) = google.as_ref().map(|reading| reading.nameless).filter(|count| *count > 0) {
        let message = format!("Google listed {nameless} entries without an id; they cannot be synced.");
        report.notes.push(Note { code: "unreadable".to_owned(), google_id: String::new(), message });
    }
    if let Some(ends) = crm.as_ref().and_then(|read| read.exclusive_ends) {
        book.state.crm_exclusive_ends = Some(ends);
    }

    let mut round = Round { cases, damaged, deferred };
    let mut left = deferred.total();
    let mut out_of_time = false;
    for last in [false, true] {
        io.phase(Phase::Comparing);
        let plan = compare(io, &mut round, activation, book, report, &admission).await?;
        let mut plan = plan;
        if last {
            plan.skipped = Skipped::default();
        }
        take_in(&mut plan, book, report);
        guard::hold(&mut plan, book, |side| round.deferred.on(side), io.now_ms());
        if book.state.google_is_full(io.now_ms()) {
            left += plan.withhold_from_google();
        }
        let is_first = written(report) == 0;
        let max = max.saturating_sub(written(report));
        if let Some(preview) = preview.as_deref_mut() {
            let mut writer = Writer::new(io, book, report, None);
            writer.admission = Some(&admission);
            writer.default_reminders.clone_from(&default_reminders);
            writer.batch = options.batch;
            preview.deferred = u32::try_from(left).unwrap_or(u32::MAX);
            return writer.foresee(plan, Cycles::new(max, settings.limits.later_sync), preview).await;
        }
        left += plan.limit(max, is_first, io.now_ms());

        io.phase(Phase::Writing);
        note_writes(book, &plan, crm.as_ref());
        let mut writer = Writer::new(io, book, report, options.deadline_ms);
        writer.admission = Some(&admission);
        writer.default_reminders.clone_from(&default_reminders);
        writer.batch = options.batch;
        writer.apply(plan).await?;
        let (unapplied, late) = (writer.unapplied, writer.out_of_time);
        let stale = std::mem::take(&mut writer.stale);
        left += unapplied;
        out_of_time |= late;
        if stale.is_empty() {
            break;
        }
        if last || late {
            left += stale.len();
            break;
        }
        io.phase(Phase::Reading);
        let Gathered { cases, deferred, lists_guests, .. } =
            gatherer.again(stale, default_reminders.clone(), book, false).await?;
        book.state.learn_of_lists(lists_guests);
        left += deferred.total();
        round = Round { cases, damaged: Vec::new(), deferred };
    }

    report.remaining = u32::try_from(left).unwrap_or(u32::MAX);
    report.finished = match (out_of_time, left) {
        (true, _) => Finished::Deadline,
        (false, 0) => Finished::Complete,
        (false, _) if book.state.google_is_full(io.now_ms()) => Finished::Paused,
        (false, _) => Finished::Limit,
    };
    let crm_heard = crm.is_some();
    let misread = ends.is_some() && book.state.exclusive_ends() != ends
        || lists_guests != Some(false) && book.state.crm_lists_guests == Some(false);
    finish(io, pushed.is_none(), book, report, (google, crm), left == 0).await?;
    if misread && (crm_heard || pushed.is_some()) {
        // All-day times were taken a day short or long, or guests were not seen: all are read again.
        book.state.crm_changes = None;
        book.state.unread_since = Some(0);
        io.save(book.take_patch()).await?;
    }
    Ok(())
}

/// Notes that records of the CRM are going to be written whose versions are not read back yet.
pub(crate) fn note_writes(book: &mut Book, plan: &Plan, crm: Option<&CrmRead>) {
    let two_way = book.active().is_ok_and(|active| active.settings.direction == Direction::TwoWay);
    if let Some(changes) = book.state.crm_changes.or(crm.map(|read| read.changes))
        && two_way
        && plan.writes_to_crm()
    {
        book.state.unread_since.get_or_insert(changes.from());
        // What is written is read back, and may be found edited: then the next list has to lead there.
        book.state.crm_overlap = None;
    }
}

/// What is compared at once.
struct Round {
    cases: Cases,
    damaged: Vec<GoogleId>,
    deferred: Deferred,
}

/// Entries written in this cycle.
fn written(report: &Report) -> usize {
    (report.crm.total() + report.google.total()) as usize
}

/// Judges what was read, links what belongs together, and decides.
async fn compare(
    io: &Io,
    round: &mut Round,
    activation: &Activation,
    book: &mut Book,
    report: &mut Report,
    admission: &Admission<'_>,
) -> Result<Plan> {
    let settings = &activation.settings;
    let mut cases = std::mem::take(&mut round.cases);
    let connection = activation.connection();
    follow_marks(&mut cases, book, connection);
    follow_crm_marks(&mut cases);
    if settings.recurring == RecurringPolicy::Instances {
        follow_series(&mut cases, book, admission.window_start);
    }
    for (id, case) in cases.iter_mut() {
        case.judge(id, admission);
    }
    let private = cases.iter().filter(|(_, case)| case.became_private());
    hush(io, book, private.map(|(id, _)| id.clone()).listed()).await?;
    let mut written = Vec::new();
    for (id, side, fields) in &book.intents.updates {
        if let Some(case) = cases.get_mut(id) {
            let fields = case.recognise(*side, fields, book.state.all_day.is_some());
            written.push((id.clone(), *side, fields));
        }
    }
    book.believe_losses(&written);
    // Whatever becomes of the event in this cycle, the next one knows nothing of that write any more.
    for (id, ..) in written.iter().filter(|(.., fields)| !fields.is_empty()) {
        if let Some(link) = cases.get(id).and_then(|case| case.link.as_ref()) {
            book.keep(id, link);
        }
    }
    let lost = |case: &Case| case.link.is_none() && case.google_view() == View::New;
    let lost = round.damaged.iter().any(|id| cases.get(id).is_some_and(|case| lost(case)));
    let matching = book.state.doubt || lost;
    let unsure = |id: &GoogleId| book.parked(id).is_some_and(|row| row.code == Parked::AMBIGUOUS);
    if settings.direction == Direction::GoogleToCrm {
        let everything = matching || cases.keys().any(unsure);
        // Another device of the same person may have created what is new meanwhile.
        let since = book.state.last_run_ms.filter(|_| !everything);
        if everything || since.is_some() && !activation.crm.marks && !book.state.importing {
            adopt(io, &mut cases, book, report, admission, since).await?;
        }
    } else if matching || !book.state.importing {
        set_apart(&mut cases, book, io.now_ms());
    }
    let planning = Planning {
        policy: Policy::of(settings),
        conflict: settings.conflict,
        connection,
        now_ms: io.now_ms(),
        doubt: matching,
    };
    Plan::of(cases, book, planning)
}

/// Has the history forget the texts of events that became private, before their links say so: a kill in between repeats
/// it (I18).
async fn hush(io: &Io, book: &mut Book, private: Vec<GoogleId>) -> Result<()> {
    if private.is_empty() {
        return Ok(());
    }
    let mut keys = book.journal_keys();
    keys.push(key::HISTORY.to_owned());
    let rows = io.load(keys).await?;
    book.hush(&private, &rows);
    io.save(book.take_patch()).await
}

/// Remembers what needs no writing.
pub(crate) fn take_in(plan: &mut Plan, book: &mut Book, report: &mut Report) {
    report.unchanged += plan.unchanged;
    report.skipped.add(plan.skipped);
    report.notes.append(&mut plan.notes);
    for (id, link) in plan.remembered.drain(..) {
        book.remember(&id, &link);
        report.unchanged += 1;
    }
    for (id, link) in plan.paired.drain(..) {
        book.link(&id, &link, None);
        report.linked += 1;
    }
    for (id, link) in plan.unlinked.drain(..) {
        match link {
            Some(link) => book.unlink(&id, &link.crm),
            // Gone before anybody had linked them, such as by a create whose answer was lost.
            None => book.withdraw(&id),
        }
        report.unchanged += 1;
    }
    plan.unparked.drain(..).for_each(|id| book.unpark(&id));
    plan.parked.drain(..).for_each(|(id, parked)| book.park(&id, parked));
}

/// Advances the cursor, and with it everything that says "this is done" — last, and only if nothing is left (I13).
pub(crate) async fn finish(
    io: &Io,
    whole: bool,
    book: &mut Book,
    report: &mut Report,
    (google, crm): (Option<Reading>, Option<CrmRead>),
    complete: bool,
) -> Result<()> {
    let mut moved = false;
    if complete || !Device::CursorLast.on() {
        // A direction that does not listen to Google reads it to find pairs, and keeps no cursor of it.
        let hears = book.active()?.settings.direction != Direction::CrmToGoogle;
        if let Some(reading) = google.filter(|_| hears) {
            moved |= book.state.cursor.as_ref() != Some(&reading.cursor);
            book.state.cursor = Some(reading.cursor);
            book.state.horizon = reading.horizon.or(book.state.horizon);
        }
        if let Some(read) = crm {
            moved |= book.state.crm_changes.is_none_or(|known| known.at != read.changes.at);
            book.state.crm_changes = Some(read.changes);
            book.state.crm_overlap = (report.crm.total() == 0).then_some(read.overlap);
            book.state.crm_deletions = Some(read.deletions);
            if read.full {
                book.state.unread_since = None;
            }
        }
        if whole {
            book.state.doubt = false;
            book.state.importing = false;
            book.state.probe = None;
            book.intents.updates.clear();
            book.intents.births.clear();
        }
    }
    report.conflicts = std::mem::take(&mut book.intents.lost);
    let quiet = report_is_quiet(report, book.state.remaining) && report.undoes.is_none();
    if !quiet || moved || book.state.remaining != report.remaining {
        book.state.runs += 1;
        book.state.last_run_ms = Some(io.now_ms());
    }
    if whole {
        book.state.remaining = report.remaining;
        book.state.first_sync_left = None;
    }
    book.state.google_not_before_ms = None;
    book.state.zoho_not_before_ms = None;
    book.state.pressed = 0;
    book.state.trouble = None;
    if !book.state.google_is_full(io.now_ms()) {
        book.state.google_writes_not_before_ms = None;
    }
    report.pauses = book.pauses(io.now_ms());
    report.parked = book.parked_items();
    report.questions = book.questions();
    report.requests = io.requests();
    report.duration_ms = io.now_ms() - report.started_ms;
    if !quiet {
        let rows = io.load(vec![key::HISTORY.to_owned()]).await?;
        book.remember_report(rows.get(key::HISTORY), report);
    }
    book.close();
    io.save(book.take_patch()).await
}

/// Whether a cycle left nothing behind that is worth remembering; `remained`: what the one before had left.
fn report_is_quiet(report: &Report, remained: u32) -> bool {
    report.crm.total() + report.google.total() + report.linked == 0
        && report.notes.is_empty()
        && report.conflicts.is_empty()
        && (report.remaining == 0 || (report.finished == Finished::Paused && report.remaining == remained))
}

pub(crate) fn refuse_too_early(book: &Book, now_ms: i64) -> Result<()> {
    let waits =
        [(Service::Google, book.state.google_not_before_ms), (Service::Zoho, book.state.zoho_not_before_ms)];
    for (service, until) in waits {
        if let Some(until) = until.filter(|until| *until > now_ms) {
            let message = if service == Service::Google { Pause::GOOGLE_WAITS } else { Pause::CRM_WAITS };
            let error = Error::new(ErrorKind::RateLimited, message).of_service(service.name());
            return Err(error.retry_after(Some(until - now_ms)));
        }
    }
    Ok(())
}

/// Notes down how long a service asked to be left alone (I27). That this is lost when storage fails too is no harm:
/// the service will say it again. A service that still wants fewer requests in the next cycle is left alone for longer,
/// up to an hour: the credits of the CRM are those of a day, and nothing in its answer tells that from a short rush.
pub(crate) async fn remember_wait(io: &Io, book: &mut Book, error: Error) -> Error {
    // Something graver may have ended the cycle in which a service asked to wait.
    let (google, zoho) = io.not_before();
    let later = |known: Option<i64>, asked: i64| known.max(Some(asked).filter(|until| *until > io.now_ms()));
    book.state.google_not_before_ms = later(book.state.google_not_before_ms, google);
    book.state.zoho_not_before_ms = later(book.state.zoho_not_before_ms, zoho);
    let (ErrorKind::RateLimited, Some(wait)) = (error.kind(), error.retry_after_ms()) else {
        if google.max(zoho) > io.now_ms() {
            let _ = io.save(book.take_patch()).await;
        }
        return error;
    };
    let patience = LONGEST_WAIT_MS << (2 * book.state.pressed.min(3));
    let wait = wait.max(patience.min(3_600_000));
    book.state.pressed = book.state.pressed.saturating_add(1);
    let until = Some(io.now_ms() + wait);
    if error.service() == Some(Service::Zoho.name()) {
        book.state.zoho_not_before_ms = book.state.zoho_not_before_ms.max(until);
    } else {
        book.state.google_not_before_ms = book.state.google_not_before_ms.max(until);
    }
    let _ = io.save(book.take_patch()).await;
    error.retry_after(Some(wait))
}
