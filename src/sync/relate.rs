//! What belongs together before anything is compared: by marks, by series, by answers, by content.

use super::birth;
use super::commit::Book;
use super::merge::View;
use super::observe::{Case, Cases};
use super::pair::{Alike, pair_whole};
use super::state::{HeldAnswer, Link, Parked, Seen};
use crate::model::fingerprint::Fingerprint;
use crate::model::ids::{CrmId, GoogleId};
use crate::model::list::Listed;
use crate::model::sight::{Content, CrmContent, CrmSight, Sight};
use crate::model::table::Table;

/// Puts events that Accord made of a record of the CRM, and whose links are not there, next to their records. A link that
/// still leads to an earlier life of the event follows to the new one.
pub(crate) fn follow_marks(cases: &mut Cases, book: &mut Book, connection: Fingerprint) {
    let marked: Vec<(GoogleId, CrmId)> = own_events(cases, connection).listed();
    if marked.is_empty() {
        return;
    }
    let links = cases.iter().filter_map(|(id, case)| Some((case.link.as_ref()?.crm.clone(), id.clone())));
    let linked: Table<CrmId, GoogleId> = links.collect();
    for (id, crm) in marked {
        let Some(old) = linked.get(&crm) else {
            join(cases, &id, &birth::google_id(connection, &crm, 0));
            // Once the state is lost, another record may have taken the place of the one that the mark names.
            let case = cases.get(&id).filter(|_| !book.state.doubt || book.may_be_born(&id));
            if let Some(link) = case.and_then(|case| lost_link(case, connection)) {
                book.link(&id, &link, None);
                if let Some(case) = cases.get_mut(&id) {
                    case.link = Some(link);
                }
            }
            continue;
        };
        // A life is followed by another one only where it was gone.
        let gone = |case: &Case| match &case.sight {
            Some(sight) => matches!(sight.content, Content::Cancelled),
            None => book.may_be_born(&id),
        };
        if !cases.get(old).is_some_and(|case| gone(case)) {
            // Both lives are there: the one that is linked counts.
            cases.remove(&id);
            continue;
        }
        let Some(old_case) = cases.remove(old) else { continue };
        if let (Some(case), Some(link)) = (cases.get_mut(&id), old_case.link) {
            // What was just born held what its mark says, on both sides.
            let born = marked_link(case, old_case.crm_sight.as_ref(), connection);
            let born = born.filter(|_| book.may_be_born(&id));
            let link = born.unwrap_or(Link {
                shown: link.shown,
                crm_modified: link.crm_modified,
                ..Link::unknown(crm, connection)
            });
            book.unlink(old, &link.crm);
            book.link(&id, &link, None);
            case.link = Some(link);
            case.crm_sight = old_case.crm_sight;
        }
    }
}

/// A linked event that was made the first of a series goes on as an instance of it: its meeting is that instance's, or
/// else there would be two of them. It is the one at the same time, or the first one where the time was changed too.
pub(crate) fn follow_series(cases: &mut Cases, book: &mut Book, window_start: i64) {
    let mut moves: Vec<(GoogleId, GoogleId)> = Vec::new();
    for (id, case) in cases.iter() {
        let (None, Some(Sight { series: Some(series), content: Content::Ordinary { event, .. }, .. })) =
            (&case.link, &case.sight)
        else {
            continue;
        };
        let Some(single) = cases.get(series) else { continue };
        let alone = single.sight.as_ref().is_none_or(|sight| matches!(sight.content, Content::Recurring));
        let Some(link) = single.link.as_ref().filter(|_| alone) else { continue };
        let same_time = link.seen.start == event.when.start_seconds();
        match moves.last_mut() {
            Some((known, heir)) if known == series && same_time => heir.clone_from(id),
            Some((known, _)) if known == series => {}
            // What was over before the window has its first instance there too.
            _ if same_time || link.seen.end > window_start => moves.push((series.clone(), id.clone())),
            _ => {}
        }
    }
    for (series, id) in moves {
        let Some(single) = cases.remove(&series) else { continue };
        if let (Some(case), Some(link)) = (cases.get_mut(&id), single.link) {
            book.unlink(&series, &link.crm);
            book.link(&id, &link, None);
            case.link = Some(link);
            case.crm_sight = single.crm_sight;
        }
    }
}

/// Puts meetings that Accord made of an event, and whose links are not there, next to their events. Copies of a record
/// may carry its mark too: then the content tells.
pub(crate) fn follow_crm_marks(cases: &mut Cases) {
    let mark = |case: &Case| case.crm_sight.as_ref().filter(|_| case.link.is_none())?.mark.clone();
    let marks: Vec<(GoogleId, GoogleId)> =
        cases.iter().filter_map(|(half, case)| Some((mark(case)?, half.clone()))).listed();
    let mut groups: Table<GoogleId, Vec<GoogleId>> = Table::default();
    groups.prepare(marks.iter().map(|(id, _)| id.clone()));
    for (id, half) in marks {
        groups.change(id, |halves| halves.push(half));
    }
    for (id, halves) in groups {
        if let [half] = halves.as_slice()
            && id != *half
            && cases.get(&id).is_some_and(|case| {
                let here = |sight: &Sight| !matches!(sight.content, Content::Cancelled);
                case.link.is_none() && case.crm_sight.is_none() && case.sight.as_ref().is_some_and(here)
            })
        {
            join(cases, &id, half);
        }
    }
}

/// The link of an event whose record is gone, by its mark: without one nobody would see that the record was deleted, and
/// whether the event was edited since (I5, I6).
fn lost_link(case: &Case, connection: Fingerprint) -> Option<Link> {
    let gone = case.crm_sight.as_ref().is_some_and(|sight| matches!(sight.content, CrmContent::Gone));
    marked_link(case, None, connection).filter(|_| gone)
}

/// The link of an event as it was when Accord made it. `record`: what the CRM shows of it by now.
fn marked_link(case: &Case, record: Option<&CrmSight>, connection: Fingerprint) -> Option<Link> {
    let Content::Ordinary { event, mark: Some(mark), .. } = &case.sight.as_ref()?.content else {
        return None;
    };
    let in_crm = match record.map(|record| &record.content) {
        Some(CrmContent::Ordinary { event, cut: false }) => Some(event),
        _ => None,
    };
    let mut link = Link::unknown(mark.crm.clone(), connection);
    link.start_from(Seen::of_fields(&mark.base)?, std::iter::once(event).chain(in_crm).map(Box::as_ref));
    Some(link)
}

/// Events that Accord made of a record of the CRM, and whose links are not there. A copy that a person made carries the
/// mark as well, under an id of its own.
pub(crate) fn own_events(cases: &Cases, connection: Fingerprint) -> impl Iterator<Item = (GoogleId, CrmId)> {
    cases.iter().filter_map(move |(id, case)| match (&case.link, &case.sight) {
        (None, Some(Sight { content: Content::Ordinary { mark: Some(mark), .. }, .. })) => {
            birth::generation(connection, &mark.crm, id).map(|_| (id.clone(), mark.crm.clone()))
        }
        _ => None,
    })
}

/// Puts the CRM's half of one case into another.
fn join(cases: &mut Cases, id: &GoogleId, half: &GoogleId) {
    let alone =
        |case: &Case| case.sight.is_none() && matches!(case.google_view(), View::Absent | View::Deleted);
    if !cases.get(half).is_some_and(|case| alone(case)) {
        return;
    }
    let Some(half) = cases.remove(half) else { return };
    if let Some(case) = cases.get_mut(id) {
        case.crm_sight = half.crm_sight;
        case.crm = half.crm;
    }
}

/// Pairs what belongs together, and sets apart what nobody can tell apart: the user is asked (I24).
pub(crate) fn set_apart(cases: &mut Cases, book: &mut Book, now_ms: i64) {
    let decided = follow_answers(cases, book);
    let ambiguous = pair_cases(cases, &decided);
    let apart = Table::of(ambiguous.iter().flat_map(|alike| alike.google.iter().chain(&alike.crm)).cloned());
    let record = |id: &GoogleId| Some(cases.get(id)?.crm.as_ref()?.id.clone());
    let ambiguous = ambiguous.into_iter().map(|alike| {
        let crm = alike.crm.iter().filter_map(record).listed();
        (alike, crm)
    });
    let ambiguous = ambiguous.listed();
    book.ask_about(ambiguous, |id| cases.contains(id), now_ms);
    hold_apart(cases, book, apart, &decided, now_ms);
}

/// Parks what nobody can tell apart. What was parked for it, and is told apart or decided by now, goes on at once.
pub(crate) fn hold_apart(
    cases: &mut Cases,
    book: &mut Book,
    apart: Table<GoogleId, ()>,
    decided: &Table<GoogleId, ()>,
    now_ms: i64,
) {
    let told_apart =
        book.parked.iter().filter(|(id, row)| row.code == Parked::AMBIGUOUS && cases.contains(id));
    let told_apart = told_apart.map(|(id, _)| id.clone());
    let told_apart: Vec<GoogleId> =
        told_apart.filter(|id| !apart.contains(id) && !decided.contains(id)).collect();
    told_apart.iter().for_each(|id| book.unpark(id));
    for (id, ()) in apart {
        if let Some(case) = cases.remove(&id) {
            book.park(&id, Parked::ambiguous(&case, now_ms));
        }
    }
}

/// Puts together what the user called a pair; returned is all that the answers are about.
fn follow_answers(cases: &mut Cases, book: &Book) -> Table<GoogleId, ()> {
    let answered = || book.held.iter().filter(|held| held.is_ambiguous() && held.answer.is_some());
    for held in answered().filter(|held| held.answer == Some(HeldAnswer::Pair)) {
        let (google, crm) = held.halves();
        for (id, half) in google.iter().zip(crm) {
            let new = cases.get(id).is_some_and(|case| case.google_view() == View::New && case.crm.is_none());
            if new && cases.get(half).is_some_and(|half| half.crm_view() == View::New) {
                join(cases, id, half);
            }
        }
    }
    Table::of(answered().flat_map(|held| &held.ids).cloned())
}

/// Pairs events and meetings that are new on both sides and of which nobody said what they are; returned are those that
/// nobody can tell apart.
fn pair_cases(cases: &mut Cases, decided: &Table<GoogleId, ()>) -> Vec<Alike> {
    let new = |case: &Case| (case.google_view(), case.crm_view());
    let mut google = Vec::new();
    let mut crm = Vec::new();
    for (id, case) in cases.iter().filter(|(id, _)| !decided.contains(id)) {
        match new(case) {
            // A half that is gone belongs to an earlier life: the other half may have found another partner since.
            (View::New, View::Absent | View::Deleted) => {
                let event = case.google.as_ref().and_then(|s| s.event.as_deref());
                event.map(|event| (id, event)).into_iter().add_to(&mut google);
            }
            (View::Absent | View::Deleted, View::New) => {
                let event = case.crm.as_ref().and_then(|s| s.event.as_deref());
                event.map(|event| (id, event)).into_iter().add_to(&mut crm);
            }
            _ => {}
        }
    }
    if google.is_empty() || crm.is_empty() {
        return Vec::new();
    }
    let pairs = pair_whole(&google, &crm);
    for (id, half) in pairs.same {
        join(cases, &id, &half);
    }
    pairs.ambiguous
}
