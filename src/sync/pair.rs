//! Pairs events with meetings that already exist, one to one, by title and time (C5, K10). Meetings that are linked
//! take no part.

use super::order::Index;
use crate::model::event::Event;
use crate::model::field::time_fingerprint;
use crate::model::fingerprint::Digest;
use crate::model::ids::GoogleId;
use crate::model::sight::Meeting;
use crate::model::time::WhenKey;

/// Pairs what has the same title, start and end. Of several candidates the one at the same place is taken, then the
/// first in the order given: the order is fixed, so that the same sight gives the same pairs.
pub(crate) fn pair<'a>(
    events: &[(&'a GoogleId, &Event)],
    meetings: Vec<Meeting>,
) -> Vec<(GoogleId, Meeting)> {
    let keys = meetings.iter().enumerate();
    let keys = keys
        .flat_map(|(index, meeting)| meeting.extents.iter().map(move |at| (key(&meeting.title, *at), index)));
    let by_key = Index::new(keys.collect());
    let mut free: Vec<Option<Meeting>> = meetings.into_iter().map(Some).collect();
    let mut open: Vec<(&'a GoogleId, &Event)> = events.to_vec();
    let mut pairs = Vec::new();
    for same_place in [true, false] {
        open.retain(|(id, event)| {
            let fits = |meeting: &Meeting| !same_place || meeting.place == event.place;
            let candidates = by_key.of(key(&event.title, event.when.key()));
            let taken = candidates
                .into_iter()
                .find_map(|index| free.get_mut(index)?.take_if(|meeting| fits(meeting)));
            taken.map(|meeting| pairs.push(((*id).clone(), meeting))).is_none()
        });
    }
    pairs
}

fn key(title: &str, when: WhenKey) -> u64 {
    Digest::new().text(title).number(time_fingerprint(when).as_u64().cast_signed()).finish().as_u64()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::CrmId;
    use crate::model::time::When;

    fn when(hour: i64) -> When {
        let start = chrono::DateTime::parse_from_rfc3339("2026-11-22T00:00:00Z").unwrap()
            + chrono::TimeDelta::hours(hour);
        When::timed(start, start + chrono::TimeDelta::hours(1))
    }

    fn event(title: &str, hour: i64, place: &str) -> Event {
        Event { title: title.into(), place: place.into(), ..Event::blank(when(hour)) }
    }

    fn meeting(id: &str, title: &str, hour: i64, place: &str) -> Meeting {
        let extents = vec![when(hour).key()];
        Meeting {
            id: CrmId::new(id),
            title: title.into(),
            extents,
            place: place.into(),
            created: None,
            modified: None,
        }
    }

    fn pairs(events: &[(&str, Event)], meetings: Vec<Meeting>) -> Vec<(String, String)> {
        let events: Vec<_> = events.iter().map(|(id, event)| (GoogleId::new(*id), event.clone())).collect();
        let events: Vec<_> = events.iter().map(|(id, event)| (id, event)).collect();
        pair(&events, meetings)
            .into_iter()
            .map(|(id, meeting)| (id.as_str().to_owned(), meeting.id.as_str().to_owned()))
            .collect()
    }

    /// K10: same title, start and end, one to one.
    #[test]
    fn the_same_content_is_the_same_event() {
        let found = pairs(
            &[("a", event("Call", 1, "")), ("b", event("Call", 2, "")), ("c", event("Lunch", 1, ""))],
            vec![meeting("9", "Call", 2, ""), meeting("8", "Lunch", 3, "")],
        );
        assert_eq!(found, [("b".to_owned(), "9".to_owned())]);
    }

    /// I4: two equal events never share one meeting.
    #[test]
    fn equal_events_pair_one_to_one() {
        let found = pairs(
            &[("a", event("Busy", 1, "")), ("b", event("Busy", 1, "")), ("c", event("Busy", 1, ""))],
            vec![meeting("7", "Busy", 1, ""), meeting("8", "Busy", 1, "")],
        );
        assert_eq!(found, [("a".to_owned(), "7".to_owned()), ("b".to_owned(), "8".to_owned())]);
    }

    #[test]
    fn the_place_decides_between_two() {
        let found = pairs(
            &[("a", event("Call", 1, "Room 2")), ("b", event("Call", 1, "Room 1"))],
            vec![meeting("7", "Call", 1, "Room 1"), meeting("8", "Call", 1, "Room 2")],
        );
        assert_eq!(found, [("a".to_owned(), "8".to_owned()), ("b".to_owned(), "7".to_owned())]);
    }
}
