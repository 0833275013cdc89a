//! Pairs events with meetings that already exist, one to one, by title and time (C5, K10). Meetings that are linked
//! take no part.

use super::index::Index;
use crate::model::event::Event;
use crate::model::field::time_fingerprint;
use crate::model::fingerprint::Digest;
use crate::model::ids::GoogleId;
use crate::model::list::Listed;
use crate::model::sight::Meeting;
use crate::model::time::WhenKey;

/// Pairs events with the meetings that carry their marks, then what has the same title, start, end and place, in the order
/// given, so that the same sight gives the same pairs; then what is left with the same title, start and end. Of those,
/// events or meetings that are at different places themselves are not guessed (I24): they are returned apart.
pub(crate) fn pair<'a>(
    events: &[(&'a GoogleId, &Event)],
    meetings: Vec<Meeting>,
) -> (Vec<(GoogleId, Meeting)>, Vec<GoogleId>) {
    let keys = meetings.iter().enumerate();
    let keys = keys
        .flat_map(|(index, meeting)| meeting.extents.iter().map(move |at| (key(&meeting.title, *at), index)));
    let by_key = Index::new(keys.listed());
    let marks = meetings.iter().enumerate();
    let marks = marks.filter_map(|(index, meeting)| Some((mark_key(meeting.mark.as_ref()?), index)));
    let by_mark = Index::new(marks.listed());
    let mut free: Vec<Option<Meeting>> = meetings.into_iter().map(Some).listed();
    let mut open: Vec<(&'a GoogleId, &Event)> = events.to_vec();
    let mut pairs = Vec::new();
    open.retain(|(id, _)| {
        // A copy of a record may carry the mark as well: then the content tells.
        let mut marked = by_mark.of(mark_key(id));
        let (Some(index), None) = (marked.next(), marked.next()) else { return true };
        let meeting = free.get_mut(index).and_then(Option::take);
        meeting.map(|meeting| pairs.push(((*id).clone(), meeting))).is_none()
    });
    let of = |event: &Event| key(&event.title, event.when.key());
    open.retain(|(id, event)| {
        let candidates = by_key.of(of(event));
        let taken = candidates
            .into_iter()
            .find_map(|index| free.get_mut(index)?.take_if(|meeting| meeting.place == event.place));
        taken.map(|meeting| pairs.push(((*id).clone(), meeting))).is_none()
    });
    let mut ambiguous = Vec::new();
    let left = Index::new(open.iter().enumerate().map(|(at, (_, event))| (of(event), at)).collect());
    for (id, event) in &open {
        let key = of(event);
        let rivals = left.of(key).filter_map(|at| open.get(at));
        let alike = rivals.into_iter().all(|(_, rival)| rival.place == event.place);
        let mut candidates = by_key.of(key).filter(|at| free.get(*at).is_some_and(Option::is_some));
        let Some(first) = candidates.next() else { continue };
        let place = |at: usize| free.get(at).and_then(|meeting| Some(&meeting.as_ref()?.place));
        if !alike || candidates.any(|at| place(at) != place(first)) {
            ambiguous.push((*id).clone());
        } else if let Some(meeting) = free.get_mut(first).and_then(Option::take) {
            pairs.push(((*id).clone(), meeting));
        }
    }
    (pairs, ambiguous)
}

/// What became of events and meetings that were read in full.
#[derive(Default)]
pub(crate) struct Pairs {
    /// The same event on both sides: its id in Google, and the one that the meeting stands under.
    pub(crate) same: Vec<(GoogleId, GoogleId)>,
    /// Several of one side fit several of the other equally well, and differ: nobody guesses (I24).
    pub(crate) ambiguous: Vec<Alike>,
}

/// Events and meetings with the same title and time that nobody can tell apart, in the order given.
#[derive(Default)]
pub(crate) struct Alike {
    pub(crate) google: Vec<GoogleId>,
    /// The ids that the meetings stand under.
    pub(crate) crm: Vec<GoogleId>,
}

/// Pairs what has the same title, start and end: first what is the same in every field, in a fixed order, then what is
/// at the same place, then what is left if it is one and one.
pub(crate) fn pair_whole(google: &[(&GoogleId, &Event)], crm: &[(&GoogleId, &Event)]) -> Pairs {
    let place = |event: &Event| Digest::new().text(&event.place).finish().as_u64();
    let whole = Event::digest;
    let nothing = |_: &Event| 0;
    let mut open: [Vec<&(&GoogleId, &Event)>; 2] = [google.iter().listed(), crm.iter().listed()];
    let mut pairs = Pairs::default();
    type Detail<'d> = &'d dyn Fn(&Event) -> u64;
    let rounds: [(Detail<'_>, bool); 3] = [(&whole, true), (&place, false), (&nothing, false)];
    for (detail, any) in rounds {
        let of = |(_, event): &(&GoogleId, &Event)| {
            key(&event.title, event.when.key()) ^ detail(event).rotate_left(32)
        };
        let [left, right] = &open;
        let index = |side: &[&(&GoogleId, &Event)]| {
            Index::new(side.iter().enumerate().map(|(at, entry)| (of(entry), at)).listed())
        };
        let (left_index, right_index) = (index(left), index(right));
        let mut taken = [vec![false; left.len()], vec![false; right.len()]];
        for entry in left {
            let group: Vec<usize> = left_index.of(of(entry)).listed();
            let other: Vec<usize> = right_index.of(of(entry)).listed();
            if !any && (group.len() != 1 || other.len() != 1) {
                continue;
            }
            for (from, to) in group.into_iter().zip(other) {
                let [lefts, rights] = &mut taken;
                if let (Some(from_taken), Some(to_taken), Some((id, _)), Some((crm, _))) =
                    (lefts.get_mut(from), rights.get_mut(to), left.get(from), right.get(to))
                    && !*from_taken
                    && !*to_taken
                {
                    (*from_taken, *to_taken) = (true, true);
                    pairs.same.push(((*id).clone(), (*crm).clone()));
                }
            }
        }
        let [lefts, rights] = taken;
        let [left, right] = &mut open;
        retain_free(left, &lefts);
        retain_free(right, &rights);
    }
    let [left, right] = &open;
    let key_of = |entry: &&(&GoogleId, &Event)| key(&entry.1.title, entry.1.when.key());
    let keys = |side: &[&(&GoogleId, &Event)]| {
        Index::new(side.iter().enumerate().map(|(at, entry)| (key_of(entry), at)).listed())
    };
    let (left_keys, right_keys) = (keys(left), keys(right));
    let mut told: Vec<u64> = Vec::new();
    for key in left.iter().map(key_of) {
        if told.contains(&key) || right_keys.of(key).next().is_none() {
            continue;
        }
        told.push(key);
        let ids = |index: &Index, side: &[&(&GoogleId, &Event)]| {
            index.of(key).filter_map(|at| side.get(at)).map(|(id, _)| (*id).clone()).listed()
        };
        pairs.ambiguous.push(Alike { google: ids(&left_keys, left), crm: ids(&right_keys, right) });
    }
    pairs
}

fn retain_free<T>(items: &mut Vec<T>, taken: &[bool]) {
    let mut taken = taken.iter();
    items.retain(|_| !taken.next().copied().unwrap_or_default());
}

fn mark_key(id: &GoogleId) -> u64 {
    Digest::new().text(id.as_str()).finish().as_u64()
}

/// Those of many records that have a title and time of `contents`: only these are looked for among the links.
pub(crate) fn alike(meetings: Vec<Meeting>, contents: Vec<u64>) -> Vec<Meeting> {
    let wanted = Index::new(contents.into_iter().map(|content| (content, 0)).listed());
    let mut meetings = meetings;
    meetings.retain(|meeting| contents_of(meeting).any(|content| wanted.of(content).next().is_some()));
    meetings
}

/// Title and time of a record, for every extent that it may stand for.
pub(crate) fn contents_of(meeting: &Meeting) -> impl Iterator<Item = u64> {
    meeting.extents.iter().map(|at| key(&meeting.title, *at))
}

/// Title and time of an event.
pub(crate) fn content_of(event: &Event) -> u64 {
    key(&event.title, event.when.key())
}

/// Of records that this device created and those that it did not: the pairs of which both show the same, nobody else does,
/// and the other one is older.
pub(crate) fn twins<'m>(ours: &'m [Meeting], others: &'m [Meeting]) -> Vec<(&'m Meeting, &'m Meeting)> {
    let content = |meeting: &Meeting| {
        let times = meeting
            .extents
            .iter()
            .fold(Digest::new().text(&meeting.title).text(&meeting.place), |digest, at| {
                digest.number(time_fingerprint(*at).as_u64().cast_signed())
            });
        times.finish().as_u64()
    };
    let index =
        |all: &[Meeting]| Index::new(all.iter().enumerate().map(|(at, one)| (content(one), at)).listed());
    let (alike, rivals) = (index(others), index(ours));
    let age = |meeting: &'m Meeting| (meeting.created, meeting.id.as_str().len(), meeting.id.as_str());
    let mut pairs = Vec::new();
    for mine in ours {
        let key = content(mine);
        let mut found = alike.of(key);
        if let (Some(other), None, 1) = (found.next(), found.next(), rivals.of(key).count())
            && let Some(other) = others.get(other)
            && age(other) < age(mine)
        {
            pairs.push((mine, other));
        }
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
            mark: None,
            created: None,
            modified: None,
        }
    }

    fn pairs(events: &[(&str, Event)], meetings: Vec<Meeting>) -> Vec<(String, String)> {
        let events: Vec<_> = events.iter().map(|(id, event)| (GoogleId::new(*id), event.clone())).collect();
        let events: Vec<_> = events.iter().map(|(id, event)| (id, event)).collect();
        let (found, held) = pair(&events, meetings);
        assert!(held.is_empty());
        found
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

    fn whole(google: &[(&str, Event)], crm: &[(&str, Event)]) -> (Vec<(String, String)>, Vec<String>) {
        let ids = |side: &[(&str, Event)]| -> Vec<(GoogleId, Event)> {
            side.iter().map(|(id, event)| (GoogleId::new(*id), event.clone())).collect()
        };
        let (google, crm) = (ids(google), ids(crm));
        let google: Vec<_> = google.iter().map(|(id, event)| (id, event)).collect();
        let crm: Vec<_> = crm.iter().map(|(id, event)| (id, event)).collect();
        let pairs = pair_whole(&google, &crm);
        let text = |id: &GoogleId| id.as_str().to_owned();
        (
            pairs.same.iter().map(|(a, b)| (text(a), text(b))).collect(),
            pairs
                .ambiguous
                .iter()
                .flat_map(|alike| alike.google.iter().chain(&alike.crm))
                .map(text)
                .collect(),
        )
    }

    /// K10, I4: the rounds of a first match with both sides read in full.
    #[test]
    fn whole_events_pair_by_what_they_share_most() {
        let call = |place: &str| event("Call", 1, place);
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        let (same, held) = whole(&[("a", call(""))], &[("m", call("Room 1"))]);
        assert_eq!((same, held.len()), (vec![pair("a", "m")], 0), "one and one are the same event");
        let (same, held) = whole(&[("a", call("")), ("b", call(""))], &[("m", call("")), ("n", call(""))]);
        assert_eq!((same, held.len()), (vec![pair("a", "m"), pair("b", "n")], 0), "identical ones, in order");
        let (same, held) =
            whole(&[("a", call("Room 2")), ("b", call(""))], &[("m", call("")), ("n", call("Room 2"))]);
        assert_eq!((same, held.len()), (vec![pair("a", "n"), pair("b", "m")], 0), "the place decides");
        let (same, held) = whole(&[("a", call("x"))], &[("m", event("Call", 2, "x"))]);
        assert_eq!((same.len(), held.len()), (0, 0), "another time is another event");
    }

    /// I24: what fits equally well and differs is not guessed.
    #[test]
    fn ambiguous_events_are_held() {
        let (same, held) = whole(
            &[("a", event("Call", 1, "x")), ("b", event("Call", 1, "y"))],
            &[("m", event("Call", 1, "z"))],
        );
        assert!(same.is_empty());
        assert_eq!(held, ["a", "b", "m"]);
    }

    /// I24: what fits equally well and differs is not guessed; what is the same but for the side is taken in order.
    #[test]
    fn meetings_at_different_places_are_held() {
        let id = GoogleId::new("a");
        let here = event("Call", 1, "Room 1");
        let meetings =
            |places: [&str; 2]| vec![meeting("7", "Call", 1, places[0]), meeting("8", "Call", 1, places[1])];
        let (found, held) = pair(&[(&id, &here)], meetings(["Room 2", "Room 3"]));
        assert_eq!((found.len(), held), (0, vec![id.clone()]));
        let (found, held) = pair(&[(&id, &here)], meetings(["Room 2", "Room 2"]));
        assert_eq!((found[0].1.id.as_str(), held.len()), ("7", 0));
        let (other, there) = (GoogleId::new("b"), event("Call", 1, "Room 4"));
        let (found, held) = pair(&[(&id, &here), (&other, &there)], meetings(["Room 2", "Room 2"]));
        assert_eq!((found.len(), held.len()), (0, 2));
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
