//! Which guests are looked up among the people of the CRM, and what becomes of those found nowhere (C3).

use super::plan::CrmCreate;
use crate::model::event::{Event, Guest, MAX_PARTICIPANTS};
use crate::model::people::People;
use crate::model::text;

/// The length of `Last_Name` (Zoho CRM API v8, fields of Contacts).
const NAME_LENGTH: usize = 80;

/// The guests of the events to be created now of whom nothing is known, and as many of those that come later as fill
/// the last batch of look-ups.
pub(crate) fn strangers(
    people: &mut People,
    now: &[Box<CrmCreate>],
    later: &[Box<CrmCreate>],
    batch: usize,
) -> Vec<Guest> {
    let mut found = Vec::new();
    for op in now {
        take(people, invited(&op.event).iter(), &mut found);
    }
    for guest in later.iter().flat_map(|op| invited(&op.event)) {
        if found.len() % batch == 0 {
            break;
        }
        take(people, std::iter::once(guest), &mut found);
    }
    found
}

/// Those of some guests of whom nothing is known.
pub(crate) fn take<'a>(people: &mut People, guests: impl Iterator<Item = &'a Guest>, found: &mut Vec<Guest>) {
    for guest in guests {
        if is_person(guest) && people.meet(guest) {
            found.push(guest.clone());
        }
    }
}

/// The guests that a meeting has room for.
fn invited(event: &Event) -> &[Guest] {
    let guests = event.known_guests();
    guests.get(..MAX_PARTICIPANTS).unwrap_or(guests)
}

/// Whether there may be a record with this address: Google gives calendars, rooms and unknown organisers addresses of
/// its own (Calendar API, Events resource), and a quotation mark has no place in a query.
fn is_person(guest: &Guest) -> bool {
    guest.is_address()
        && !guest.email.ends_with("calendar.google.com")
        && !guest.email.contains(['\\', '"'])
        && !guest.email.contains(char::is_control)
}

/// What a contact made of a guest is called: as the guest is, or what stands before the @. An address is no name.
pub(crate) fn last_name(guest: &Guest) -> String {
    let name = text::one_line(guest.name.as_deref().unwrap_or_default());
    let name = match name.is_empty() || name.contains('@') {
        true => guest.email.split('@').next().unwrap_or_default().to_owned(),
        false => name,
    };
    text::cut(name, NAME_LENGTH)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::Guests;
    use crate::model::ids::{Etag, GoogleId};
    use crate::model::time::When;
    use crate::sync::observe::draft;
    use crate::sync::state::Reach;

    const BATCH: usize = 100;

    fn guest(email: &str, name: &str) -> Guest {
        Guest::new(email, Some(name.to_owned())).unwrap()
    }

    fn create(emails: impl Iterator<Item = String>) -> Box<CrmCreate> {
        let start = chrono::DateTime::from_timestamp(1_795_341_600, 0).unwrap().fixed_offset();
        let guests = Guests::Known(emails.map(|email| guest(&email, "")).collect());
        let event = Event { guests, ..Event::blank(When::timed(start, start)) };
        let draft = draft(Etag::new("1"), &event, Reach::Open);
        Box::new(CrmCreate { id: GoogleId::new("a"), event: Box::new(event), draft, renews: None })
    }

    fn numbered(range: std::ops::Range<usize>) -> Box<CrmCreate> {
        create(range.map(|n| format!("guest{n}@example.com")))
    }

    /// Section 9: each guest is looked up once, in full batches, and never one that the meeting has no room for (F6).
    #[test]
    fn guests_are_looked_up_once_and_in_full_batches() {
        let mut people = People::default();
        let (now, later) = ([numbered(0..60), numbered(20..40)], [numbered(45..80), numbered(100..140)]);
        let found = strangers(&mut people, &now, &later, BATCH);
        assert_eq!(found.len(), BATCH, "fifty, thirty that are new, and twenty of forty");
        assert!(strangers(&mut people, &now, &[], BATCH).is_empty());
        let mut people = People::default();
        let later = [numbered(100..150), numbered(200..250)];
        assert_eq!(strangers(&mut people, &[numbered(0..40)], &later, BATCH).len(), BATCH);
        assert!(
            strangers(&mut people, &[numbered(0..40)], &later, BATCH).is_empty(),
            "nobody new now: nothing is asked"
        );
    }

    #[test]
    fn calendars_and_odd_addresses_are_nobody() {
        let odd = [
            "c_1@group.calendar.google.com",
            "unknownorganizer@calendar.google.com",
            "a\"b@example.com",
            "ben",
        ];
        let op = create(odd.iter().map(|email| (*email).to_owned()));
        assert!(strangers(&mut People::default(), &[op], &[], BATCH).is_empty());
    }

    /// Section 9: `Last_Name` from the display name, or the part before the @.
    #[test]
    fn a_contact_is_called_as_the_guest() {
        let long = "x".repeat(90);
        for (email, name, expected) in [
            ("ben@example.com", "Ben  Okafor", "Ben Okafor"),
            ("ben@example.com", "", "ben"),
            ("ben@example.com", "Ben@Example.com", "ben"),
        ] {
            assert_eq!(last_name(&guest(email, name)), expected);
        }
        assert_eq!(last_name(&guest("ben@example.com", &long)).chars().count(), 80);
    }
}
