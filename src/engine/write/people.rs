//! Guests as contacts (C3, F6): finds out which users, contacts and leads of the CRM the guests of events about to be
//! written are, and creates the others as contacts when the settings ask for it. Where something may not be read,
//! guests stay plain addresses: no cycle ends because of it.

use super::create::created;
use super::{SETTLING_MS, Writer};
use crate::api::http::{HttpRequest, HttpResponse, Service};
use crate::api::retry::{ATTEMPTS, Doubt, Problem, printable};
use crate::api::zoho;
use crate::engine::read::fetch_parsed;
use crate::error::{Error, Result};
use crate::model::event::Guest;
use crate::model::ids::GoogleId;
use crate::model::people::People;
use crate::model::settings::GuestPolicy;
use crate::sync::people::last_name;
use crate::wire::people::PeoplePage;
use crate::wire::zoho::{Entry, EventWrite, RecordResult};
use std::borrow::Cow;

/// Where people are looked for, in this order, and the participant's type for each: a colleague is a user, and a guest
/// with a contact and a lead is the contact, for a converted lead lives on as one.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Place {
    name: &'static str,
    kind: &'static str,
}

const USERS: Place = Place { name: "Users", kind: "user" };
const CONTACTS: Place = Place { name: "Contacts", kind: "contact" };
const PLACES: [Place; 3] = [USERS, CONTACTS, Place { name: "Leads", kind: "lead" }];

/// Pages of users that are read: an organisation of 10,000.
const MOST_PAGES: u32 = 50;

/// What a cycle has learnt of the people of the CRM.
#[derive(Default)]
pub(super) struct Directory {
    pub(super) people: People,
    users_read: bool,
    /// What could not be read: nobody can be said to be found nowhere.
    closed: Vec<&'static str>,
    /// The CRM takes no new contacts.
    refuses: bool,
}

impl Directory {
    fn is_closed(&self, place: Place) -> bool {
        self.closed.contains(&place.name)
    }
}

/// Where a list goes on.
struct Position {
    page: u32,
    after: String,
}

impl Writer<'_> {
    /// Learns who guests are of whom nothing was known.
    pub(super) async fn meet(&mut self, mut guests: Vec<Guest>) -> Result<()> {
        for place in PLACES {
            self.retain_nobodies(&mut guests);
            if guests.is_empty() {
                return Ok(());
            }
            let known = place == USERS && std::mem::replace(&mut self.directory.users_read, true);
            // Without the users it is not known which address is the user's own, who is no guest of theirs.
            if known || self.directory.is_closed(place) || self.directory.is_closed(USERS) {
                continue;
            }
            for group in guests.chunks(zoho::ADDRESSES) {
                self.look_up(place, group).await?;
                if place == USERS || self.directory.is_closed(place) {
                    break;
                }
            }
        }
        self.retain_nobodies(&mut guests);
        let adds = self.book.active()?.settings.guests == GuestPolicy::AddAsContacts;
        if adds && self.directory.closed.is_empty() {
            match self.foresees {
                true => self.report.contacts = u32::try_from(guests.len()).unwrap_or(u32::MAX),
                false => self.create_contacts(guests).await?,
            }
        }
        Ok(())
    }

    fn retain_nobodies(&self, guests: &mut Vec<Guest>) {
        guests.retain(|guest| self.directory.people.is_nobody(&guest.email));
    }

    /// Looks a group of guests up in one place. COQL shows what was written without delay, unlike search.
    async fn look_up(&mut self, place: Place, group: &[Guest]) -> Result<()> {
        let mut position = Position { page: 1, after: "0".to_owned() };
        loop {
            let answer = fetch_parsed!(self.io, question(place, group, &position)?, PeoplePage::parse);
            if !self.learn(place, answer, &mut position)? {
                return Ok(());
            }
        }
    }

    /// Takes note of a page; says whether there is another one. What is refused for good is said once, and not asked for
    /// again.
    fn learn(
        &mut self,
        place: Place,
        answer: std::result::Result<PeoplePage, Problem>,
        position: &mut Position,
    ) -> Result<bool> {
        let page = match answer {
            Ok(page) => page,
            Err(problem) => {
                let Some(code) = refusal(&problem) else { return Err(problem.error(Service::Zoho)) };
                self.directory.closed.push(place.name);
                self.note_once(
                    "guests-not-linked",
                    format!(
                        "The {} of the CRM cannot be read ({}), so that guests who are among them stay plain e-mail \
                         addresses, and no contacts are created. Ask your administrator for the right to view them.",
                        place.name,
                        printable(code)
                    ),
                );
                return Ok(false);
            }
        };
        let own = &self.book.active()?.crm.user;
        let people = &mut self.directory.people;
        for person in &page.people {
            if place != USERS {
                if people.is_nobody(&person.email) {
                    people.add(&person.email, place.kind, &person.id);
                }
            } else if person.inactive || person.id == *own {
                // Users who were switched off take no part in meetings, and are known well enough to be no contacts.
                people.keep_plain(&person.email);
            } else {
                people.add(&person.email, place.kind, &person.id);
            }
        }
        position.page += 1;
        let Some(last) = page.people.last().filter(|_| page.more_records) else { return Ok(false) };
        let moves = last.id != position.after && position.page <= MOST_PAGES;
        position.after.clone_from(&last.id);
        Ok(moves)
    }

    /// Creates contacts. An insert has no key that would make it safe to repeat: after a lost answer they are looked up
    /// again, once what is still under way has settled (K2), and so they are in the next cycle after a kill.
    async fn create_contacts(&mut self, mut open: Vec<Guest>) -> Result<()> {
        let mut attempt = 0;
        while !open.is_empty() && !self.directory.refuses {
            let rest = open.split_off(open.len().min(zoho::BULK));
            let request = insertion(&open)?;
            let began = self.io.now_ms();
            self.book.intents.contacts_ms = Some(began);
            self.save().await?;
            let answer = self.io.once(vec![request]).await?.pop();
            if let Err(problem) = self.settle_contacts(&open, answer) {
                attempt += 1;
                let ends = attempt >= ATTEMPTS || !problem.passes();
                if ends || !self.io.back_off(&problem, attempt - 1).await? {
                    return Err(problem.error(Service::Zoho));
                }
                if self.book.intents.contacts_ms.is_some() {
                    self.io.wait_until(began + SETTLING_MS).await?;
                    self.look_up(CONTACTS, &open).await?;
                    let doubtful = open.len();
                    self.retain_nobodies(&mut open);
                    self.report.contacts += u32::try_from(doubtful - open.len()).unwrap_or_default();
                }
                open.extend(rest);
            } else {
                (attempt, open) = (0, rest);
            }
        }
        Ok(())
    }

    /// What came of an insert; a problem may pass.
    fn settle_contacts(
        &mut self,
        guests: &[Guest],
        answer: Option<std::result::Result<HttpResponse, Problem>>,
    ) -> std::result::Result<(), Problem> {
        let answer = answer.unwrap_or(Err(Problem::Unsure(Doubt::BadResponse)));
        let answer = answer.and_then(|response| created(&response, guests.len()));
        if !matches!(answer, Err(Problem::Unsure(_))) {
            self.book.intents.contacts_ms = None;
        }
        match answer {
            Ok(results) => {
                guests.iter().zip(results).for_each(|(guest, result)| self.settle_contact(guest, &result));
            }
            Err(problem) => {
                let Some(code) = refusal(&problem) else { return Err(problem) };
                self.directory.refuses = true;
                self.note_not_created(code);
            }
        }
        Ok(())
    }

    /// One who is there already, though nobody could see them, is linked as they are: never overwritten.
    fn settle_contact(&mut self, guest: &Guest, result: &RecordResult) {
        let people = &mut self.directory.people;
        match (result.code.as_str(), result.field.as_str(), &result.id) {
            ("SUCCESS", _, Some(id)) => {
                self.report.contacts += 1;
                people.add(&guest.email, CONTACTS.kind, id);
            }
            ("DUPLICATE_DATA", "Email", Some(id)) => people.add(&guest.email, CONTACTS.kind, id),
            (code, ..) => {
                people.keep_plain(&guest.email);
                self.note_not_created(code);
            }
        }
    }

    fn note_not_created(&mut self, code: &str) {
        self.note_once(
            "contacts-not-created",
            format!(
                "The CRM refuses to create contacts of guests ({}); these guests stay plain e-mail addresses.",
                printable(code)
            ),
        );
    }

    /// A remark about no single event.
    fn note_once(&mut self, code: &str, message: String) {
        if !self.report.notes.iter().any(|note| note.message == message) {
            self.note(&GoogleId::new(""), code, &message);
        }
    }

    /// Whether a record was refused because of a person it names, who may be gone since they were looked up. Then its
    /// guests are named by their addresses.
    pub(super) fn names_nobody(&mut self, result: &RecordResult, guests: &[Guest]) -> bool {
        matches!(result.field.as_str(), "participant" | "Participants")
            && self.directory.people.unlink(guests)
    }
}

fn question(place: Place, group: &[Guest], position: &Position) -> Result<HttpRequest> {
    let request = match place == USERS {
        true => Some(zoho::users(position.page)),
        false => zoho::people(place.name, group, &position.after),
    };
    request.ok_or_else(|| Error::internal("a query could not be encoded"))
}

fn insertion(guests: &[Guest]) -> Result<HttpRequest> {
    let mut records: Vec<EventWrite<'_>> = Vec::with_capacity(guests.len());
    for guest in guests {
        let mut record = EventWrite::default();
        record.set("Last_Name", Entry::Text(Cow::Owned(last_name(guest))));
        record.set("Email", Entry::text(&guest.email));
        records.push(record);
    }
    zoho::insert_contacts(&records).ok_or_else(|| Error::internal("a contact could not be encoded"))
}

/// The code of an answer that stays the same however often one asks.
fn refusal(problem: &Problem) -> Option<&str> {
    match problem {
        Problem::Forbidden(code) | Problem::Refused(code) => Some(code),
        Problem::Absent => Some(""),
        _ => None,
    }
}
