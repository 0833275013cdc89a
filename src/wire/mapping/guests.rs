//! F6: `Participants`, `attendees`. Both are lists that a write replaces whole, so that what is known of the other side's
//! rows goes back with them.

use super::{GoogleWriting, MAX_PARTICIPANTS, Read, Writing};
use crate::json::Json;
use crate::model::event::{Event, Guest, Guests};
use crate::model::list::Listed;
use crate::model::people::People;
use crate::wire::google;
use crate::wire::google_event::Context;
use crate::wire::zoho::{self, Entry, Participant};
use crate::wire::zoho_event::CrmContext;
use std::borrow::Cow;

pub(super) fn from_google(source: &google::Event<'_>, context: &Context<'_>, event: &mut Event) -> Read {
    event.guests = if source.attendees_omitted {
        Guests::Unknown
    } else {
        let people = source.attendees.iter().filter(|row| !row.is_self && !row.resource);
        let mut guests: Vec<Guest> = Vec::new();
        for row in people {
            if let Some(guest) =
                Guest::new(row.email.unwrap_or_default(), row.display_name.map(str::to_owned))
            {
                add(&mut guests, guest, context.own);
            }
        }
        Guests::Known(guests)
    };
    Ok(())
}

/// Nobody is in the list twice, and the user is not in it.
fn add(guests: &mut Vec<Guest>, guest: Guest, own: &[String]) {
    if !own.contains(&guest.email) && !holds(guests, &guest.email) {
        guests.push(guest);
    }
}

fn holds(guests: &[Guest], email: &str) -> bool {
    guests.iter().any(|guest| guest.email == email)
}

/// An update gives the current rows back as they came, with answers, comments and rooms, less the guests that were removed
/// in the CRM, plus those that Google never had. Guests that the CRM never held stay (I17).
pub(super) fn to_google<'a>(
    event: &'a Event,
    writing: &GoogleWriting<'a>,
    write: &mut google::EventWrite<'a>,
) {
    let Guests::Known(guests) = &event.guests else { return };
    let current = match (writing.creating, writing.current) {
        (true, _) => &Json::Null,
        (false, Some(current)) => current,
        (false, None) => return,
    };
    // With rows left out, writing the rest would remove people (Google Calendar API, Events resource).
    if current.get("attendeesOmitted").flag().unwrap_or_default() {
        return;
    }
    let rows = current.items("attendees");
    let mut kept: Vec<&Json<'_>> = Vec::with_capacity(rows.len());
    let mut present: Vec<Guest> = Vec::new();
    for row in rows {
        let fixed = ["self", "resource", "organizer"].iter().any(|key| row.get(key).flag() == Some(true));
        let known = row.get("email").str().and_then(|email| Guest::new(email, None));
        let removed = known.as_ref().is_some_and(|known| {
            !holds(guests, &known.email) && writing.known_guests.contains(&known.fingerprint())
        });
        if fixed || !removed {
            kept.push(row);
            present.extend(known);
        }
    }
    let new = |guest: &&Guest| {
        guest.is_address()
            && !holds(&present, &guest.email)
            && !writing.seen_guests.contains(&guest.fingerprint())
    };
    let added: Vec<&Guest> = guests.iter().filter(new).listed();
    if kept.len() < rows.len() || !added.is_empty() {
        let mut all = kept.into_iter().cloned().listed();
        added.into_iter().map(invited).add_to(&mut all);
        write.set_attendees(all);
    }
}

fn invited(guest: &Guest) -> Json<'_> {
    let text = |name, text| (Cow::Borrowed(name), Json::Text(Cow::Borrowed(text)));
    let name = guest.name.iter().map(|name| text("displayName", name.as_str()));
    Json::Object(std::iter::once(text("email", guest.email.as_str())).chain(name).listed())
}

/// Rows without an address, such as contacts that have none, take no part. Rows that were not sent at all say nothing
/// about who was invited, and neither does a list in which somebody's address was not sent: nobody must be taken for
/// removed (I17).
pub(super) fn from_crm(source: &Json<'_>, context: &CrmContext<'_>, event: &mut Event) -> Read {
    event.guests = match source.get("Participants") {
        Json::Null if !source.has("Participants") => Guests::Unknown,
        Json::Null => Guests::Known(Vec::new()),
        Json::List(rows) => {
            let mut guests: Vec<Guest> = Vec::new();
            let mut nameless = false;
            for source in rows {
                let Some(row) = Participant::of(source).filter(|row| !row.is_user(context.user)) else {
                    continue;
                };
                nameless |= row.is_linked() && !source.has("Email");
                if let Some(guest) = row.guest() {
                    add(&mut guests, guest, context.own);
                }
            }
            if nameless { Guests::Unknown } else { Guests::Known(guests) }
        }
        _ => return Err("its participants cannot be understood"),
    };
    Ok(())
}

pub(super) fn to_crm<'a>(event: &'a Event, writing: &Writing<'_>, write: &mut zoho::EventWrite<'a>) {
    if let Some(roster) = writing.roster {
        write
            .set("Participants", Entry::Participants(roster.iter().take(MAX_PARTICIPANTS).cloned().listed()));
    } else if let Guests::Known(guests) = &event.guests
        && !guests.is_empty()
    {
        let people = guests.iter().take(MAX_PARTICIPANTS);
        let people = people.map(|guest| Participant::invitee(guest, writing.people)).listed();
        write.set("Participants", Entry::Participants(people));
    }
}

/// The participants that stay when an update writes the guests of Google: all but those whom Google dropped. A person
/// added in the CRM stays (I17).
pub(crate) fn kept(
    mut in_crm: Vec<Participant>,
    guests: &[Guest],
    was_guest: impl Fn(&Guest) -> bool,
) -> Vec<Participant> {
    let is_guest = |known: &Guest| holds(guests, &known.email);
    in_crm.retain(|row| row.guest().is_none_or(|known| is_guest(&known) || !was_guest(&known)));
    in_crm
}

/// The guests whom none of the rows shows.
pub(crate) fn newcomers<'g>(rows: &[Participant], guests: &'g [Guest]) -> impl Iterator<Item = &'g Guest> {
    let shown: Vec<Guest> = rows.iter().filter_map(Participant::guest).listed();
    guests.iter().filter(move |guest| !holds(&shown, &guest.email))
}

/// Adds the guests who are not there yet.
pub(crate) fn invite(rows: &mut Vec<Participant>, guests: &[Guest], people: &People) {
    for guest in newcomers(rows, guests).listed() {
        let row = Participant::invitee(guest, people);
        // A row that shows no address may be the very person.
        if !rows.iter().any(|known| known.is_same(&row)) {
            rows.push(row);
        }
    }
}
