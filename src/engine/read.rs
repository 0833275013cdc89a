//! Reading both services: everything, what changed, or single events by their ids.

use super::io::Io;
use crate::api::google::{self, Read};
use crate::api::http::{HttpRequest, Service};
use crate::api::retry::{Doubt, Problem};
use crate::api::zoho::{self, Meetings};
use crate::error::Result;
use crate::model::ids::{CrmId, GoogleId, SyncToken};
use crate::model::list::Listed;
use crate::model::profile::CrmProfile;
use crate::model::settings::RecurringPolicy;
use crate::model::sight::{Content, Sight};
use crate::sync::observe::Admission;
use crate::wire::google::Reminder;
use crate::wire::google_event::{Context, EventsPage, event};
use crate::wire::zoho::{Record, Rows};
use std::cell::Cell;

/// What a read of the calendar brought.
pub(crate) struct Reading {
    pub(crate) sights: Vec<Sight>,
    pub(crate) cursor: SyncToken,
    /// Everything in the window, not only what changed.
    pub(crate) full: bool,
    /// Where a full read of instances ended (seconds since 1970).
    pub(crate) horizon: Option<i64>,
    /// For events that are read one by one afterwards.
    pub(crate) default_reminders: Vec<Reminder>,
    /// Entries without an id: they can be neither synced nor set apart, only counted.
    pub(crate) nameless: u32,
}

/// A read whose answer must parse: one that does not is asked for again, then it is a problem. A macro, for the module
/// would hold an `async` function that takes a type once for each of its uses, with the states of what it awaits.
macro_rules! fetch_parsed {
    ($io:expr, $request:expr, $parse:expr) => {{
        let (mut parsed, parse) = (None, $parse);
        let mut accept = |body: &[u8]| {
            parsed = parse(body);
            parsed.is_some()
        };
        let refusal = $crate::engine::read::fetch_accepted($io, $request, &mut accept).await?;
        parsed.ok_or(refusal)
    }};
}
pub(crate) use fetch_parsed;

/// Reads what changed since the cursor, or everything when there is none or it is refused (K9). Google gives the next
/// cursor on the last page only, so that every page is read whatever the limits say (L4).
pub(crate) async fn calendar(
    io: &Io,
    calendar: &str,
    cursor: Option<&SyncToken>,
    admission: &Admission<'_>,
    profile: &CrmProfile,
) -> Result<Reading> {
    let horizon = (admission.settings.recurring == RecurringPolicy::Instances).then_some(admission.horizon);
    let window = |ends_after, starts_before| Read::Window { ends_after, starts_before };
    let mut read = match cursor {
        Some(token) => Read::Delta(token.clone()),
        None => window(admission.window_start, horizon),
    };
    let mut found: Option<Reading> = None;
    let mut refusals = 0;
    loop {
        let expanded = horizon.is_some() && found.is_none();
        let Some(mut reading) = pages(io, calendar, &read, expanded, profile).await? else {
            // A full read can be refused too when a page token expires under it: it then starts anew.
            refusals += 1;
            if refusals == 3 {
                return Err(Problem::TokenRefused.error(Service::Google));
            }
            if found.is_none() {
                read = window(admission.window_start, horizon);
            }
            continue;
        };
        match (found.take(), horizon) {
            // Series may have no end, single events have: those are read as far as there are any (L1). The cursor stays
            // that of the read before, so that what changed in between is delivered again.
            (None, Some(beyond)) if reading.full => {
                reading.horizon = horizon;
                found = Some(reading);
                read = window(beyond, None);
            }
            (None, _) => return Ok(reading),
            (Some(mut whole), _) => {
                let single =
                    |seen: &Sight| seen.series.is_none() && !matches!(seen.content, Content::Recurring);
                reading.sights.into_iter().filter(single).add_to(&mut whole.sights);
                return Ok(whole);
            }
        }
    }
}

/// All pages of one read; none when Google refuses the token.
async fn pages(
    io: &Io,
    calendar: &str,
    read: &Read,
    expanded: bool,
    profile: &CrmProfile,
) -> Result<Option<Reading>> {
    let mut sights = Vec::new();
    let mut nameless = 0;
    let mut page: Option<String> = None;
    loop {
        let request = google::events(calendar, read, expanded, page.as_deref());
        let tokens = page.is_some() || matches!(read, Read::Delta(_));
        // An entry without an id is most likely cut off: passed over, it would never be listed again.
        let tries = Cell::new(0);
        let whole = |body: &[u8]| {
            tries.set(tries.get() + 1);
            let told = |page: &EventsPage| tries.get() == TRIES || page.nameless == 0;
            EventsPage::parse(body, profile.limits, &profile.own).filter(told)
        };
        let parsed = match fetch_parsed!(io, request, whole) {
            Ok(parsed) => parsed,
            // 410 in the books; 400 with "Invalid sync token value" was seen as well (kewisch/gdata-provider).
            Err(Problem::TokenRefused) => return Ok(None),
            Err(Problem::Refused(_) | Problem::Absent) if tokens => return Ok(None),
            Err(problem) => return Err(problem.error(Service::Google)),
        };
        parsed.sights.into_iter().add_to(&mut sights);
        nameless += parsed.nameless;
        match (parsed.next_page_token, parsed.next_sync_token) {
            (Some(next), _) if page.as_ref() != Some(&next) => page = Some(next),
            (None, Some(token)) => {
                let full = matches!(read, Read::Window { .. });
                let cursor = SyncToken::new(token);
                return Ok(Some(Reading {
                    sights,
                    cursor,
                    full,
                    horizon: None,
                    default_reminders: parsed.default_reminders,
                    nameless,
                }));
            }
            // No token at all, or the same page again and again.
            (_, _) => return Err(Problem::Unsure(Doubt::BadResponse).error(Service::Google)),
        }
    }
}

/// Reads events by their ids: the proof before a deletion (K4), the question about what a full read lacks (K9), the
/// retry of what was parked (K6). Events about which nothing definite is answered are left out.
pub(crate) async fn events(
    io: &Io,
    calendar: &str,
    ids: &[GoogleId],
    batch: bool,
    context: &Context<'_>,
) -> Result<Vec<Sight>> {
    let mut found = Vec::with_capacity(ids.len());
    let mut single: Vec<&GoogleId> = Vec::new();
    if batch && ids.len() > 1 {
        let groups: Vec<&[GoogleId]> = ids.chunks(google::BATCH).listed();
        let requests = groups.iter().map(|group| google::events_batch(calendar, group)).listed();
        for (group, answer) in groups.iter().zip(io.fetch(requests).await?) {
            match answer {
                Ok(response) => {
                    for (id, part) in group.iter().zip(google::batch_parts(&response, group.len())) {
                        match part.and_then(|part| read_event(id, Ok(part), context, io.now_ms())) {
                            Some(seen) => found.push(seen),
                            None => single.push(id),
                        }
                    }
                }
                // Where the batch endpoint is out of reach, one by one is slower and as good.
                Err(Problem::Absent | Problem::Refused(_) | Problem::Forbidden(_)) => {
                    single.extend(group.iter())
                }
                Err(problem) => return Err(problem.error(Service::Google)),
            }
        }
    } else {
        single.extend(ids);
    }
    let requests = single.iter().map(|id| google::event(calendar, id)).listed();
    for (id, answer) in single.into_iter().zip(io.fetch(requests).await?) {
        match answer {
            Ok(response) => match event(&response.body, context) {
                Some(seen) if seen.id == *id => found.push(seen),
                // Nothing definite about this one event: it waits, and blocks no other.
                Some(_) | None => {}
            },
            Err(Problem::Absent) => found.push(gone(id)),
            Err(Problem::Refused(_)) => {}
            Err(problem) => return Err(problem.error(Service::Google)),
        }
    }
    Ok(found)
}

/// One part of a batch; none when it says nothing definite.
fn read_event(
    id: &GoogleId,
    answer: crate::api::http::Answer,
    context: &Context<'_>,
    now_ms: i64,
) -> Option<Sight> {
    match crate::api::retry::diagnose(Service::Google, answer, now_ms) {
        Ok(response) => event(&response.body, context).filter(|seen| seen.id == *id),
        Err(Problem::Absent) => Some(gone(id)),
        Err(_) => None,
    }
}

/// A deleted event: Google answers 200 with `cancelled`, or 404, or 410; all three mean gone.
pub(crate) fn gone(id: &GoogleId) -> Sight {
    Sight {
        id: id.clone(),
        etag: crate::model::ids::Etag::new(""),
        updated: String::new(),
        series: None,
        content: Content::Cancelled,
    }
}

/// The user's meetings in the CRM.
pub(crate) async fn meetings(io: &Io, crm: &CrmProfile, which: &Meetings) -> Result<Vec<Record>> {
    let mut found: Vec<Record> = Vec::new();
    loop {
        let request = zoho::meetings(&crm.user, which, found.last().map(|record| &record.id), crm.marks);
        let page = fetch_parsed!(io, request, Rows::parse).map_err(|problem| problem.error(Service::Zoho))?;
        let more = page.more_records && !page.data.is_empty();
        if more && page.data.last().map(|record| &record.id) == found.last().map(|record| &record.id) {
            return Err(Problem::Unsure(Doubt::BadResponse).error(Service::Zoho));
        }
        page.data.into_iter().add_to(&mut found);
        if !more {
            return Ok(found);
        }
    }
}

/// Records by their ids, as far as they exist.
pub(crate) async fn records(io: &Io, ids: &[&CrmId], fields: &str) -> Result<Vec<Record>> {
    let mut found = Vec::new();
    for group in ids.chunks(zoho::BULK) {
        let page = fetch_parsed!(io, zoho::events(group, fields), Rows::parse);
        found.extend(page.map_err(|problem| problem.error(Service::Zoho))?.data);
    }
    Ok(found)
}

/// One record; none when it is gone. Zoho answers 204, 404 or 400 for an unknown id; all three mean gone.
pub(crate) async fn record(io: &Io, id: &CrmId, fields: &str) -> Result<Option<Record>> {
    match fetch_parsed!(io, zoho::event(id, fields), Rows::parse) {
        Ok(page) => Ok(page.data.into_iter().next()),
        Err(problem) if record_gone(&problem) => Ok(None),
        Err(problem) => Err(problem.error(Service::Zoho)),
    }
}

/// What Zoho answers about an id that it does not know, where it is not a 204.
pub(crate) fn record_gone(problem: &Problem) -> bool {
    match problem {
        Problem::Absent => true,
        Problem::Refused(code) => code == "INVALID_DATA",
        _ => false,
    }
}

/// How often an answer that cannot be read is asked for.
const TRIES: u32 = 3;

/// Asks until an answer is accepted; says what came instead if none was.
pub(crate) async fn fetch_accepted(
    io: &Io,
    request: HttpRequest,
    accept: &mut dyn FnMut(&[u8]) -> bool,
) -> Result<Problem> {
    const UNREADABLE: Problem = Problem::Unsure(Doubt::BadResponse);
    for attempt in 0..TRIES {
        match io.fetch(vec![request.clone()]).await?.pop() {
            Some(Ok(response)) if response.is_whole() && accept(&response.body) => break,
            Some(Ok(_)) => {}
            Some(Err(problem)) => return Ok(problem),
            None => break,
        }
        if attempt + 1 < TRIES {
            io.back_off(&UNREADABLE, attempt).await?;
        }
    }
    Ok(UNREADABLE)
}
