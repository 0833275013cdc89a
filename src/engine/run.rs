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
use crate::model::sight::{Content, Sight};
use crate::model::time::months_before;
use crate::sync::commit::{Book, Rows};
use crate::sync::limit::cap;
use crate::sync::merge::{Base, InGoogle};
use crate::sync::observe::{Admission, Observed, draft, latest};
use crate::sync::pair::pair;
use crate::sync::plan::Plan;
use crate::sync::report::{Finished, Note, Report};
use crate::sync::state::{Activation, Link, decode, key};
use crate::wire::google_event::Context;
use std::collections::{BTreeMap, BTreeSet};

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
    let mut sights = latest(std::mem::take(&mut reading.sights));
    let mut links = load_links(io, activation, &reading, &sights, book).await?;

    let max = cap(book.state.first_sync_left, settings.limits.later_sync);
    let deferred =
        prove(io, options, activation, book, &reading, &mut sights, &mut links, &admission, max).await?;

    io.phase(Phase::Comparing);
    let mut observed: BTreeMap<GoogleId, Observed> = sights
        .into_iter()
        .map(|(id, sight)| {
            let link = links.found.remove(&id);
            (id, Observed::new(sight, link, &admission))
        })
        .collect();
    adopt(io, activation, book, report, &links, &admission, &mut observed).await?;
    let propagate = settings.deletions == DeletionPolicy::Propagate;
    let mut plan = Plan::of(observed, &book.parked, propagate, io.now_ms())?;
    report.unchanged = plan.unchanged;
    report.skipped = plan.skipped;
    for (id, link) in plan.remembered.drain(..) {
        let crm = link.crm.clone();
        book.link(&id, &link, Some(&crm))?;
        report.unchanged += 1;
    }
    for id in plan.unparked.drain(..) {
        book.parked.remove(&id);
    }
    for (id, parked) in plan.parked.drain(..) {
        book.park(&id, parked);
    }
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
        book.remember_report(rows.get(key::HISTORY), report)?;
    }
    io.save(book.take_patch()?).await
}

/// Whether a cycle left nothing behind that is worth remembering.
fn report_is_quiet(report: &Report) -> bool {
    report.crm.total() + report.google.total() + report.linked == 0
        && report.notes.is_empty()
        && report.remaining == 0
}

fn refuse_too_early(book: &Book, now_ms: i64) -> Result<()> {
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
async fn remember_wait(io: &Io, book: &mut Book, error: &Error) {
    let (ErrorKind::RateLimited, Some(wait)) = (error.kind(), error.retry_after_ms()) else { return };
    let until = Some(io.now_ms() + wait);
    if error.service() == Some(Service::Zoho.name()) {
        book.state.zoho_not_before_ms = until;
    } else {
        book.state.google_not_before_ms = until;
    }
    if let Ok(patch) = book.take_patch() {
        let _ = io.save(patch).await;
    }
}

/// The links of a cycle.
#[derive(Default)]
struct Links {
    found: BTreeMap<GoogleId, Link>,
    /// Links whose rows were damaged, found again by the way back from the CRM id. What was last seen is not known.
    rebuilt: BTreeSet<GoogleId>,
    /// Events whose rows were damaged and to which no way leads back.
    lost: BTreeSet<GoogleId>,
}

/// The links of the events that were read: all of them on a full read, for what the list lacks counts too; only the
/// delivered ones otherwise, so that a small change costs little however many links there are.
async fn load_links(
    io: &Io,
    activation: &Activation,
    reading: &Reading,
    sights: &BTreeMap<GoogleId, Sight>,
    book: &mut Book,
) -> Result<Links> {
    let rows = if reading.full {
        io.list(key::LINKS).await?
    } else {
        let due = due(book, io.now_ms());
        io.load(sights.keys().chain(&due).map(key::link).collect()).await?
    };
    let connection = activation.connection();
    let mut links = Links::default();
    for (name, text) in rows {
        let id = GoogleId::new(name.strip_prefix(key::LINKS).unwrap_or_default());
        match decode::<Link>(&text) {
            Some(link) if link.connection == connection => {
                links.found.insert(id, link);
            }
            // A link of other accounts says nothing about these.
            Some(_) => {}
            None => {
                links.lost.insert(id);
            }
        }
    }
    if !links.lost.is_empty() {
        for (crm, id) in ways_back(io).await? {
            if links.lost.remove(&id) {
                links.found.insert(id.clone(), Link::unknown(crm, connection));
                links.rebuilt.insert(id);
            }
        }
        // They are counted anew when they are linked anew.
        book.state.links =
            book.state.links.saturating_sub(u32::try_from(links.lost.len()).unwrap_or(u32::MAX));
    }
    Ok(links)
}

/// Parked events whose day is over.
fn due(book: &Book, now_ms: i64) -> Vec<GoogleId> {
    book.parked.iter().filter(|(_, row)| row.retry_ms <= now_ms).map(|(id, _)| id.clone()).collect()
}

/// Reads by their ids the events about which a list is no proof: linked ones that it calls deleted (K4), linked ones
/// that a full list lacks (K9), and parked ones that are due (K6; at most a twentieth of the cycle, I11). Deletions
/// beyond the limit are not asked for; their number is returned, and they wait.
#[expect(clippy::too_many_arguments, reason = "the whole context of a cycle, used once")]
async fn prove(
    io: &Io,
    options: &RunOptions,
    activation: &Activation,
    book: &mut Book,
    reading: &Reading,
    sights: &mut BTreeMap<GoogleId, Sight>,
    links: &mut Links,
    admission: &Admission<'_>,
    max: usize,
) -> Result<usize> {
    let deletes = activation.settings.deletions == DeletionPolicy::Propagate;
    let mut ids: Vec<GoogleId> = Vec::new();
    let mut deferred = 0;
    if deletes {
        let called_deleted: Vec<GoogleId> = sights
            .values()
            .filter(|sight| {
                matches!(sight.content, Content::Cancelled) && links.found.contains_key(&sight.id)
            })
            .map(|sight| sight.id.clone())
            .collect();
        for id in called_deleted {
            if ids.len() < max {
                ids.push(id);
            } else {
                deferred += 1;
                sights.remove(&id);
            }
        }
    }
    if reading.full {
        let lacking = links
            .found
            .iter()
            .filter(|(id, link)| !sights.contains_key(*id) && link.seen.end > admission.window_start);
        for (id, _) in lacking {
            if ids.len() < max {
                ids.push(id.clone());
            } else {
                deferred += 1;
            }
        }
    }
    let due = due(book, io.now_ms());
    ids.extend(due.into_iter().filter(|id| !sights.contains_key(id)).take((max / 20).max(1)));
    if ids.is_empty() {
        return Ok(deferred);
    }
    let context = Context { default_reminders: &reading.default_reminders, limits: activation.crm.limits };
    for seen in read::events(io, &activation.settings.calendar, &ids, options.batch, &context).await? {
        sights.insert(seen.id.clone(), seen);
    }
    Ok(deferred)
}

/// Links events that already have a meeting: those whose row was damaged, by the way back; on a first sync and after
/// a loss of rows all unlinked ones, by their content (C5, K10). Pairs write nothing to either service.
async fn adopt(
    io: &Io,
    activation: &Activation,
    book: &mut Book,
    report: &mut Report,
    links: &Links,
    admission: &Admission<'_>,
    observed: &mut BTreeMap<GoogleId, Observed>,
) -> Result<()> {
    for id in &links.rebuilt {
        if let Some(seen) = observed.get_mut(id)
            && let Some(link) = seen.link.take()
        {
            let crm = link.crm.clone();
            remember_pair(book, id, seen, link, Some(&crm))?;
            report.linked += 1;
        }
    }
    let new = |seen: &Observed| seen.google == InGoogle::Admitted && seen.base() == Base::Unlinked;
    let lost = observed.iter().any(|(id, seen)| links.lost.contains(id) && new(seen));
    if !(book.state.doubt || lost) || !observed.values().any(new) {
        return Ok(());
    }
    let day = 86_400;
    let which = Meetings::EndingFrom(admission.window_start - 2 * day);
    let meetings = read::meetings(io, &activation.crm.user, &which).await?;
    let meetings = unlinked(io, meetings).await?;
    let candidates = observed.iter().filter(|(_, seen)| new(seen));
    let pairs = pair(candidates.filter_map(|(id, seen)| Some((id, seen.event.as_ref()?))), meetings);
    for (id, meeting) in pairs {
        if let Some(seen) = observed.get_mut(&id) {
            let link =
                Link { crm_modified: meeting.modified, ..Link::unknown(meeting.id, activation.connection()) };
            remember_pair(book, &id, seen, link, None)?;
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
fn remember_pair(
    book: &mut Book,
    id: &GoogleId,
    seen: &mut Observed,
    mut link: Link,
    renews: Option<&CrmId>,
) -> Result<()> {
    if let Some(event) = &seen.event {
        link.seen = draft(seen.etag.clone(), event);
        book.link(id, &link, renews)?;
    }
    seen.link = Some(link);
    Ok(())
}
