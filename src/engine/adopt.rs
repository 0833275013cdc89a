//! Pairs events with the meetings that they have already, before any is created.

use super::io::Io;
use super::read;
use super::write::unlinked;
use crate::api::zoho::Meetings;
use crate::error::Result;
use crate::model::ids::GoogleId;
use crate::model::list::Listed;
use crate::model::table::Table;
use crate::sync::commit::Book;
use crate::sync::merge::View;
use crate::sync::observe::{Admission, Case, Cases, InGoogle};
use crate::sync::pair::{alike, content_of, pair};
use crate::sync::recover::CLOCK_SLACK;
use crate::sync::relate::hold_apart;
use crate::sync::report::Report;
use crate::sync::state::Link;
use crate::wire::zoho_event::{meeting, titled};

/// Links events that already have a meeting, by their content: on a first sync and after a loss of rows (C5, K10). Pairs
/// write nothing to either service.
pub(super) async fn adopt(
    io: &Io,
    cases: &mut Cases,
    book: &mut Book,
    report: &mut Report,
    admission: &Admission<'_>,
    since_ms: Option<i64>,
) -> Result<()> {
    let new = |case: &Case| case.google_view() == View::New;
    if !cases.values().any(|case| new(case)) {
        return Ok(());
    }
    let day = 86_400;
    let which = match since_ms {
        Some(since) => Meetings::CreatedSince(since.min(io.now_ms()) / 1000 - CLOCK_SLACK),
        None => Meetings::EndingFrom(admission.window_start - 2 * day),
    };
    let activation = book.active()?;
    let connection = activation.connection();
    let meetings = read::meetings(io, &activation.crm, &which).await?;
    let candidates = cases.iter().filter(|(_, case)| new(case));
    let candidates = candidates.filter_map(|(id, case)| Some((id, case.google.as_ref()?.event.as_deref()?)));
    let candidates = candidates.listed();
    let meetings = match since_ms {
        Some(_) => {
            let titles = Table::of(candidates.iter().map(|(_, event)| event.title.as_str()));
            let contents = candidates.iter().map(|(_, event)| content_of(event)).listed();
            alike(titled(meetings, &titles), contents)
        }
        None => meetings.into_iter().map(meeting).listed(),
    };
    let (pairs, ambiguous) = pair(&candidates, unlinked(io, meetings).await?);
    hold_apart(cases, book, Table::of(ambiguous.into_iter()), &Table::default(), io.now_ms());
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

/// Takes what Google shows as what was last seen there. A deleted event keeps its link as it is, to be deleted by it.
fn remember_pair(book: &mut Book, id: &GoogleId, case: &mut Case, mut link: Link) {
    if let Some(seen) = case.google.as_ref().and_then(InGoogle::draft) {
        link.seen = seen;
        book.link(id, &link, None);
    }
    case.link = Some(link);
}
