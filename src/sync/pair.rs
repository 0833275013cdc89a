//! Pairs events with meetings that already exist, one to one, by title and time (C5, K10). Meetings that are linked
//! take no part.

use crate::model::event::Event;
use crate::model::ids::GoogleId;
use crate::model::sight::Meeting;
use crate::model::time::WhenKey;
use std::collections::BTreeMap;

/// Pairs what has the same title, start and end. Of several candidates the one at the same place is taken, then the
/// first by its id: the order is fixed, so that the same sight gives the same pairs.
pub(crate) fn pair<'a>(
    events: impl Iterator<Item = (&'a GoogleId, &'a Event)>,
    mut meetings: Vec<Meeting>,
) -> BTreeMap<GoogleId, Meeting> {
    meetings.sort_by(|a, b| a.id.cmp(&b.id));
    let mut by_key: BTreeMap<(&str, WhenKey), Vec<usize>> = BTreeMap::new();
    for (index, meeting) in meetings.iter().enumerate() {
        for extent in &meeting.extents {
            by_key.entry((meeting.title.as_str(), *extent)).or_default().push(index);
        }
    }
    let mut taken = vec![false; meetings.len()];
    let mut chosen: BTreeMap<GoogleId, usize> = BTreeMap::new();
    let events: Vec<_> = events.collect();
    for same_place in [true, false] {
        for (id, event) in &events {
            if chosen.contains_key(*id) {
                continue;
            }
            let candidates = by_key.get(&(event.title.as_str(), event.when.key()));
            let free = candidates.into_iter().flatten().copied().find(|index| {
                taken.get(*index) == Some(&false)
                    && (!same_place
                        || meetings.get(*index).is_some_and(|meeting| meeting.place == event.place))
            });
            if let Some(index) = free {
                if let Some(slot) = taken.get_mut(index) {
                    *slot = true;
                }
                chosen.insert((*id).clone(), index);
            }
        }
    }
    let mut meetings: Vec<Option<Meeting>> = meetings.into_iter().map(Some).collect();
    chosen.into_iter().filter_map(|(id, index)| Some((id, meetings.get_mut(index)?.take()?))).collect()
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
        pair(events.iter().map(|(id, event)| (id, event)), meetings)
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
