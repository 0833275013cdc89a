//! One cycle, from top to bottom: recover, read, compare, plan, write, advance the cursor.

use super::command::RunOptions;
use super::io::{Io, Phase};
use super::read::{self, Reading};
use super::write::{Writer, unlinked};
use crate::api::http::Service;
use crate::api::zoho::Meetings;
use crate::error::{Error, ErrorKind, Result};
use crate::model::ids::{CrmId, GoogleId};
use crate::model::settings::DeletionPolicy;
use crate::model::sight::Content;
use crate::model::time::months_before;
use crate::sync::commit::{Book, Rows};
use crate::sync::limit::cap;
use crate::sync::merge::InGoogle;
use crate::sync::observe::{Admission, Case, Cases, Observed, add, draft};
use crate::sync::pair::pair;
use crate::sync::plan::Plan;
use crate::sync::report::{Finished, Note, Report};
use crate::sync::state::{Activation, Link, decode, key};
use crate::wire::google_event::Context;

/// Runs one cycle on the stored rows.
pub(crate) async fn run(io: &Io, options: &RunOptions) -> Result<Report> {
    let started = io.now_ms();
    let mut book = open(io).await?;
    let activation = book.active()?.clone();
    refuse_too_early(&book, started)?;
    let mut report = Report {
        trigger: options.trigger.clone(),
        started_ms: started,
        run: book.state.runs + 1,
        ..Report::default()
    };
    let outcome = cycle(io, options, &activation, &mut book, &mut report).await;
    if let Err(error) = &outcome {
        remember_wait(io, &mut book, error).await;
    }
    outcome?;
    io.phase(Phase::Done);
    report.duration_ms = io.now_ms() - started;
    Ok(report)
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
) -> Result<()> {
    let settings = &activation.settings;

    let max = cap(book.state.first_sync_left, settings.limits.later_sync);
    io.phase(Phase::Recovering);
    Writer::new(io, book, report, None).recover().await?;

    io.phase(Phase::Reading);
    let admission =
        Admission { settings, window_start: months_before(io.now_ms(), settings.limits.look_back_months) };
    let calendar = settings.calendar.as_str();
    let limits = activation.crm.limits;
    let mut reading =
        read::calendar(io, calendar, book.state.cursor.as_ref(), admission.window_start, limits).await?;
    report.full_read = reading.full;
    let mut cases = Cases::new();
    for sight in reading.sights.drain(..) {
        add(&mut cases, sight);
    }
    let damaged = load_links(io, activation, reading.full, &mut cases, book).await?;
    let deferred = prove(io, options, &reading, &mut cases, book, &admission, max).await?;

    io.phase(Phase::Comparing);
    for case in cases.values_mut() {
        case.seen = case.sight.take().map(|sight| Observed::new(sight, &admission));
    }
    adopt(io, &damaged, &mut cases, book, report, &admission).await?;
    let mut plan = Plan::of(cases, book, settings.deletions == DeletionPolicy::Propagate, io.now_ms())?;
    report.unchanged = plan.unchanged;
    report.skipped = plan.skipped;
    for (id, link) in plan.remembered.drain(..) {
        book.link(&id, &link, Some(&link.crm));
        report.unchanged += 1;
    }
    plan.unparked.drain(..).for_each(|id| book.unpark(&id));
    plan.parked.drain(..).for_each(|(id, parked)| book.park(&id, parked));
    if reading.nameless > 0 {
        let message =
            format!("Google listed {} entries without an id; they cannot be synced.", reading.nameless);
        report.notes.push(Note { code: "unreadable".to_owned(), google_id: String::new(), message });
    }
    let cut = plan.limit(max.saturating_sub(report.crm.total() as usize)) + deferred;

    io.phase(Phase::Writing);
    let mut writer = Writer::new(io, book, report, options.deadline_ms);
    writer.apply(plan).await?;
    let (unapplied, out_of_time) = (writer.unapplied, writer.out_of_time);

    let left = cut + unapplied;
    report.remaining = u32::try_from(left).unwrap_or(u32::MAX);
    report.finished = match (out_of_time, left) {
        (true, _) => Finished::Deadline,
        (false, 0) => Finished::Complete,
        (false, _) => Finished::Limit,
    };
    finish(io, book, report, reading, left == 0).await
}

/// Advances the cursor, and with it everything that says "this is done" — last, and only if nothing is left (I13).
async fn finish(
    io: &Io,
    book: &mut Book,
    report: &mut Report,
    reading: Reading,
    complete: bool,
) -> Result<()> {
    let moved = complete && book.state.cursor.as_ref() != Some(&reading.cursor);
    if complete {
        book.state.cursor = Some(reading.cursor);
        book.state.doubt = false;
    }
    if !report_is_quiet(report) || moved || book.state.remaining != report.remaining {
        book.state.runs += 1;
        book.state.last_run_ms = Some(io.now_ms());
    }
    book.state.remaining = report.remaining;
    book.state.first_sync_left = None;
    book.state.google_not_before_ms = None;
    book.state.zoho_not_before_ms = None;
    report.parked = book.parked_items();
    report.requests = io.requests();
    report.duration_ms = io.now_ms() - report.started_ms;
    if !report_is_quiet(report) {
        let rows = io.load(vec![key::HISTORY.to_owned()]).await?;
        book.remember_report(rows.get(key::HISTORY), report);
    }
    io.save(book.take_patch()).await
}

/// Whether a cycle left nothing behind that is worth remembering.
fn report_is_quiet(report: &Report) -> bool {
    report.crm.total() + report.google.total() + report.linked == 0
        && report.notes.is_empty()
        && report.remaining == 0
}

pub(crate) fn refuse_too_early(book: &Book, now_ms: i64) -> Result<()> {
    let waits =
        [(Service::Google, book.state.google_not_before_ms), (Service::Zoho, book.state.zoho_not_before_ms)];
    for (service, until) in waits {
        if let Some(until) = until.filter(|until| *until > now_ms) {
            let message =
                format!("{} asked to wait. Nothing is lost; the sync goes on by itself.", service.name());
            let error = Error::new(ErrorKind::RateLimited, message).of_service(service.name());
            return Err(error.retry_after(Some(until - now_ms)));
        }
    }
    Ok(())
}

/// Notes down how long a service asked to be left alone (I27). That this is lost when storage fails too is no harm:
/// the service will say it again.
pub(crate) async fn remember_wait(io: &Io, book: &mut Book, error: &Error) {
    let (ErrorKind::RateLimited, Some(wait)) = (error.kind(), error.retry_after_ms()) else { return };
    let until = Some(io.now_ms() + wait);
    if error.service() == Some(Service::Zoho.name()) {
        book.state.zoho_not_before_ms = until;
    } else {
        book.state.google_not_before_ms = until;
    }
    let _ = io.save(book.take_patch()).await;
}

/// Puts the links next to the events that were read: all of them on a full read, for what the list lacks counts too;
/// only those of the delivered and of the due events otherwise, so that a small change costs little however many links
/// there are. A link whose row was damaged is found by the way back from the CRM id, and nothing is taken as seen: its
/// fields are written again. Returned are those to which no way leads back.
async fn load_links(
    io: &Io,
    activation: &Activation,
    full: bool,
    cases: &mut Cases,
    book: &mut Book,
) -> Result<Vec<GoogleId>> {
    let rows = if full {
        io.list(key::LINKS).await?
    } else {
        let due = due(book, io.now_ms());
        io.load(cases.keys().chain(&due).map(key::link).collect()).await?
    };
    let connection = activation.connection();
    let mut damaged = Vec::new();
    let mut count: u32 = 0;
    for (name, text) in rows {
        let id = GoogleId::new(name.strip_prefix(key::LINKS).unwrap_or_default());
        match decode::<Link>(&text) {
            // A link of other accounts says nothing about these.
            Some(link) if link.connection != connection => {}
            Some(link) => {
                count += 1;
                cases.entry(id).or_default().link = Some(link);
            }
            None => damaged.push(id),
        }
    }
    if !damaged.is_empty() {
        for (crm, id) in ways_back(io).await? {
            if let Some(index) = damaged.iter().position(|lost| *lost == id) {
                count += 1;
                damaged.swap_remove(index);
                cases.entry(id).or_default().link = Some(Link::unknown(crm, connection));
            }
        }
    }
    if full {
        book.state.links = count;
    }
    Ok(damaged)
}

/// Parked events whose day is over.
fn due(book: &Book, now_ms: i64) -> Vec<GoogleId> {
    book.parked.iter().filter(|(_, row)| row.retry_ms <= now_ms).map(|(id, _)| id.clone()).collect()
}

/// Reads by their ids the events about which a list is no proof: linked ones that it calls deleted (K4), linked ones
/// that a full list lacks (K9), and parked ones that are due (K6; at most a twentieth of the cycle, I11). What is
/// beyond the limit is not asked for; its number is returned, and it waits.
async fn prove(
    io: &Io,
    options: &RunOptions,
    reading: &Reading,
    cases: &mut Cases,
    book: &Book,
    admission: &Admission<'_>,
    max: usize,
) -> Result<usize> {
    let crm = &book.active()?.crm;
    let deletes = admission.settings.deletions == DeletionPolicy::Propagate;
    let mut ids: Vec<GoogleId> = Vec::new();
    let mut deferred = 0;
    for (id, case) in cases.iter_mut() {
        let Some(link) = &case.link else { continue };
        let ask = match &case.sight {
            Some(sight) => deletes && matches!(sight.content, Content::Cancelled),
            None => reading.full && link.seen.end > admission.window_start,
        };
        match ask {
            true if ids.len() < max => ids.push(id.clone()),
            true => {
                deferred += 1;
                case.sight = None;
            }
            false => {}
        }
    }
    let due = due(book, io.now_ms());
    let unseen = |id: &GoogleId| cases.get(id).is_none_or(|case| case.sight.is_none());
    ids.extend(due.into_iter().filter(unseen).take((max / 20).max(1)));
    if ids.is_empty() {
        return Ok(deferred);
    }
    // Whoever is asked about is not known until there is an answer about that very event.
    for id in &ids {
        if let Some(case) = cases.get_mut(id) {
            case.sight = None;
        }
    }
    let context = Context { default_reminders: &reading.default_reminders, limits: crm.limits };
    let mut answered = 0;
    for seen in read::events(io, &admission.settings.calendar, &ids, options.batch, &context).await? {
        answered += 1;
        let case = cases.entry(seen.id.clone()).or_default();
        case.sight = Some(seen);
    }
    Ok(deferred + ids.len().saturating_sub(answered))
}

/// Links events that already have a meeting, by their content: on a first sync and after a loss of rows (C5, K10). Pairs
/// write nothing to either service.
async fn adopt(
    io: &Io,
    damaged: &[GoogleId],
    cases: &mut Cases,
    book: &mut Book,
    report: &mut Report,
    admission: &Admission<'_>,
) -> Result<()> {
    let new = |case: &Case| {
        case.link.is_none() && case.seen.as_ref().is_some_and(|seen| seen.google == InGoogle::Admitted)
    };
    let lost = damaged.iter().any(|id| cases.get(id).is_some_and(|case| new(case)));
    if !(book.state.doubt || lost) || !cases.values().any(|case| new(case)) {
        return Ok(());
    }
    let day = 86_400;
    let which = Meetings::EndingFrom(admission.window_start - 2 * day);
    let activation = book.active()?;
    let connection = activation.connection();
    let meetings = read::meetings(io, &activation.crm.user, &which).await?;
    let meetings = unlinked(io, meetings).await?;
    let candidates = cases.iter().filter(|(_, case)| new(case));
    let candidates = candidates.filter_map(|(id, case)| Some((id, case.seen.as_ref()?.event.as_ref()?)));
    let pairs = pair(&candidates.collect::<Vec<_>>(), meetings);
    for (id, meeting) in pairs {
        if let Some(case) = cases.get_mut(&id) {
            let link = Link { crm_modified: meeting.modified, ..Link::unknown(meeting.id, connection) };
            remember_pair(book, &id, case, link);
            report.linked += 1;
        }
    }
    // What is unlinked from here on has no meeting, and creates are watched over by their intents.
    book.state.doubt = false;
    Ok(())
}

/// The reverse rows: CRM id to Google id.
async fn ways_back(io: &Io) -> Result<Vec<(CrmId, GoogleId)>> {
    let rows: Rows = io.list(key::REVERSE).await?;
    let way = |(name, text): (String, String)| {
        let crm = CrmId::new(name.strip_prefix(key::REVERSE)?);
        Some((crm, decode::<GoogleId>(&text)?))
    };
    Ok(rows.into_iter().filter_map(way).collect())
}

/// Takes what Google shows as what was last seen there. A deleted event keeps its link as it is, to be deleted by it.
fn remember_pair(book: &mut Book, id: &GoogleId, case: &mut Case, mut link: Link) {
    if let Some(seen) = &case.seen
        && let Some(event) = &seen.event
    {
        link.seen = draft(seen.etag.clone(), event);
        book.link(id, &link, None);
    }
    case.link = Some(link);
}
