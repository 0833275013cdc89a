//! Finds out which creates happened although their answers were lost (K2).

use super::state::{Draft, Intents};
use crate::model::field::{Field, time_fingerprint, title_fingerprint};
use crate::model::ids::GoogleId;
use crate::model::list::Listed;
use crate::model::sight::Meeting;

/// How far apart the clocks of this machine and of the CRM may be, in seconds, for a record to count as created since.
pub(crate) const CLOCK_SLACK: i64 = 300;

/// What to ask the CRM for: the span of the starts, and the instant since which records count as created by the lost
/// request, all in seconds since 1970.
pub(crate) fn question(intents: &Intents, now_ms: i64) -> Option<(i64, i64, i64)> {
    let day = 86_400;
    let from = intents.creates.iter().map(|(_, draft)| draft.start).min()?;
    let to = intents.creates.iter().map(|(_, draft)| draft.start).max()?;
    Some((from - day, to + day, since(intents, now_ms)))
}

/// Assigns unlinked meetings to the creates in doubt, one to one: those with the same title and time; then, among
/// records created since, those that somebody has already edited, so that only the title or only the time is the same
/// and no other record is.
pub(crate) fn recover(intents: &Intents, meetings: Vec<Meeting>, now_ms: i64) -> Vec<(GoogleId, Meeting)> {
    let since = since(intents, now_ms);
    let mut open: Vec<&(GoogleId, Draft)> = intents.creates.iter().listed();
    let mut found = Vec::new();
    let mut rest = Vec::new();
    for meeting in meetings {
        let named = open.iter().position(|(id, _)| meeting.mark.as_ref() == Some(id));
        match named.or_else(|| {
            open.iter().position(|(_, draft)| same_title(draft, &meeting) && same_time(draft, &meeting))
        }) {
            Some(index) => found.push((open.remove(index).0.clone(), meeting)),
            None => rest.push(meeting),
        }
    }
    rest.retain(|meeting| meeting.created.is_some_and(|created| created >= since));
    for (id, draft) in open {
        let similar = |meeting: &Meeting| same_title(draft, meeting) || same_time(draft, meeting);
        let mut alike =
            rest.iter().enumerate().filter(|(_, meeting)| similar(meeting)).map(|(index, _)| index);
        if let (Some(index), None) = (alike.next(), alike.next()) {
            found.push((id.clone(), rest.remove(index)));
        }
    }
    found
}

/// The instant since which records count as created by the lost request; a clock that was ahead is not believed.
fn since(intents: &Intents, now_ms: i64) -> i64 {
    intents.at_ms.min(now_ms) / 1000 - CLOCK_SLACK
}

fn same_title(draft: &Draft, meeting: &Meeting) -> bool {
    draft.google.field(Field::Title) == Some(title_fingerprint(&meeting.title))
}

fn same_time(draft: &Draft, meeting: &Meeting) -> bool {
    let time = draft.google.field(Field::Time);
    meeting.extents.iter().any(|extent| time == Some(time_fingerprint(*extent)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::Event;
    use crate::model::ids::{CrmId, Etag};
    use crate::model::time::When;
    use crate::sync::observe::draft;
    use crate::sync::state::Reach;

    const NOW: i64 = 1_795_341_600;

    fn event(title: &str, hour: i64) -> Event {
        let start = chrono::DateTime::from_timestamp(NOW + hour * 3_600, 0).unwrap().fixed_offset();
        Event { title: title.into(), ..Event::blank(When::timed(start, start + chrono::TimeDelta::hours(1))) }
    }

    fn intents(events: &[(&str, Event)]) -> Intents {
        let creates = events
            .iter()
            .map(|(id, event)| (GoogleId::new(*id), draft(Etag::new("1"), event, Reach::Open)))
            .collect();
        Intents { at_ms: NOW * 1_000, creates, ..Intents::default() }
    }

    fn meeting(id: &str, title: &str, hour: i64, created: i64) -> Meeting {
        Meeting {
            id: CrmId::new(id),
            title: title.into(),
            extents: vec![event(title, hour).when.key()],
            place: String::new(),
            mark: None,
            created: Some(created),
            modified: None,
        }
    }

    fn ids(found: Vec<(GoogleId, Meeting)>) -> Vec<(String, String)> {
        found.into_iter().map(|(id, m)| (id.as_str().to_owned(), m.id.as_str().to_owned())).collect()
    }

    fn one(id: &str, crm: &str) -> Vec<(String, String)> {
        vec![(id.to_owned(), crm.to_owned())]
    }

    #[test]
    fn a_create_whose_answer_was_lost_is_found() {
        let found = recover(
            &intents(&[("a", event("Call", 1)), ("b", event("Lunch", 2))]),
            vec![meeting("7", "Lunch", 2, NOW + 1)],
            NOW * 1_000,
        );
        assert_eq!(ids(found), one("b", "7"));
    }

    /// K3: somebody moved the record before it was found; it is still the one.
    #[test]
    fn an_edited_record_is_still_found() {
        let found = recover(
            &intents(&[("a", event("Call", 1))]),
            vec![meeting("7", "Call", 5, NOW + 1)],
            NOW * 1_000,
        );
        assert_eq!(ids(found), one("a", "7"));
        let found = recover(
            &intents(&[("a", event("Call", 1))]),
            vec![meeting("7", "Call moved", 1, NOW + 1)],
            NOW * 1_000,
        );
        assert_eq!(ids(found), one("a", "7"));
    }

    #[test]
    fn an_older_similar_record_is_another_one() {
        let found = recover(
            &intents(&[("a", event("Call", 1))]),
            vec![meeting("7", "Call", 5, NOW - 3_600)],
            NOW * 1_000,
        );
        assert!(found.is_empty());
    }

    /// I4: equal creates are assigned one to one.
    #[test]
    fn equal_creates_share_nothing() {
        let found = recover(
            &intents(&[("a", event("Busy", 1)), ("b", event("Busy", 1))]),
            vec![meeting("7", "Busy", 1, NOW)],
            NOW * 1_000,
        );
        assert_eq!(ids(found), one("a", "7"));
    }
}
