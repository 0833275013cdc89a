//! Guests as contacts (C3, F6): finds out which users, contacts and leads of the CRM the guests of events about to be
//! written are, and creates the others as contacts when the settings ask for it. Where something may not be read,
//! guests stay plain addresses: no cycle ends because of it.

use super::create::created;
use super::{SETTLING_MS, Writer};
use crate::api::http::Service;
use crate::api::retry::{ATTEMPTS, Doubt, Problem, printable};
use crate::api::zoho;
use crate::engine::read::fetch_parsed;
use crate::error::{Error, Result};
use crate::model::event::Guest;
use crate::model::people::People;
use crate::model::settings::GuestPolicy;
use crate::sync::people::{BATCH, last_name, strangers};
use crate::sync::plan::CrmCreate as Create;
use crate::wire::people::PeoplePage;
use crate::wire::zoho::{Entry, EventWrite, RecordResult};
use std::borrow::Cow;

/// Modules of people, and the participant's type for each. A guest with a contact and a lead is the contact: a converted
/// lead lives on as one.
const MODULES: [(&str, &str); 2] = [CONTACTS, ("Leads", "lead")];

const CONTACTS: (&str, &str) = ("Contacts", "contact");

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

impl Writer<'_> {
    /// Learns who the guests of some creates are, and looks ahead to later ones to fill a batch.
    pub(super) async fn introduce(&mut self, now: &[Create], later: &[Create]) -> Result<()> {
        let guests = strangers(&mut self.directory.people, now, later);
        self.meet(guests).await
    }

    /// Learns who guests are of whom nothing was known.
    pub(super) async fn meet(&mut self, mut guests: Vec<Guest>) -> Result<()> {
        if guests.is_empty() {
            return Ok(());
        }
        if !self.directory.users_read {
            self.directory.users_read = true;
            self.read_users().await?;
        }
        // Without the users it is not known which address is the user's own, who is no guest of theirs.
        if self.directory.closed.contains(&"Users") {
            return Ok(());
        }
        for (module, kind) in MODULES {
            self.retain_nobodies(&mut guests);
            if !self.directory.closed.contains(&module) {
                self.look_up(module, kind, &guests).await?;
            }
        }
        self.retain_nobodies(&mut guests);
        let adds = self.book.active()?.settings.guests == GuestPolicy::AddAsContacts;
        match adds && self.directory.closed.is_empty() && !self.directory.refuses {
            true => self.create_contacts(guests).await,
            false => Ok(()),
        }
    }

    fn retain_nobodies(&self, guests: &mut Vec<Guest>) {
        guests.retain(|guest| self.directory.people.is_nobody(&guest.email));
    }

    async fn read_users(&mut self) -> Result<()> {
        let own = self.book.active()?.crm.user.clone();
        for page in 1..=MOST_PAGES {
            let answer = fetch_parsed(self.io, zoho::users(page), PeoplePage::of_users).await?;
            let Some(page) = self.readable("Users", answer)? else { break };
            for user in page.people {
                // Users who were switched off take no part in meetings, and are known well enough to be no contacts.
                match user.inactive || user.id == own {
                    true => self.directory.people.keep_plain(&user.email),
                    false => self.directory.people.add(&user.email, "user", &user.id),
                }
            }
            if !page.more_records {
                break;
            }
        }
        Ok(())
    }

    /// Looks guests up in one module. COQL shows what was written without delay, unlike search.
    async fn look_up(&mut self, module: &'static str, kind: &str, guests: &[Guest]) -> Result<()> {
        for group in guests.chunks(BATCH) {
            let mut after = "0".to_owned();
            loop {
                let request = zoho::people(module, group, &after);
                let request = request.ok_or_else(|| Error::internal("a query could not be encoded"))?;
                let answer = fetch_parsed(self.io, request, PeoplePage::of_records).await?;
                let Some(page) = self.readable(module, answer)? else { return Ok(()) };
                for person in &page.people {
                    if self.directory.people.is_nobody(&person.email) {
                        self.directory.people.add(&person.email, kind, &person.id);
                    }
                }
                match page.people.last().filter(|last| page.more_records && last.id != after) {
                    Some(last) => after.clone_from(&last.id),
                    None => break,
                }
            }
        }
        Ok(())
    }

    /// An answer about people, if it may be had. What is refused for good is said once, and not asked for again.
    fn readable(
        &mut self,
        module: &'static str,
        answer: std::result::Result<PeoplePage, Problem>,
    ) -> Result<Option<PeoplePage>> {
        match answer {
            Ok(page) => Ok(Some(page)),
            Err(problem) => {
                let Some(code) = refusal(&problem) else { return Err(problem.error(Service::Zoho)) };
                self.directory.closed.push(module);
                self.note_once(
                    "guests-not-linked",
                    &format!(
                        "The {module} of the CRM cannot be read ({}), so that guests who are among them stay plain e-mail \
                         addresses, and no contacts are created. Ask your administrator for the right to view them.",
                        printable(code)
                    ),
                );
                Ok(None)
            }
        }
    }

    /// Creates contacts. An insert has no key that would make it safe to repeat: after a lost answer they are looked up
    /// again, once what is still under way has settled (K2), and so they are in the next cycle after a kill.
    async fn create_contacts(&mut self, mut open: Vec<Guest>) -> Result<()> {
        let mut attempt = 0;
        while !open.is_empty() {
            let rest = open.split_off(open.len().min(BATCH));
            let request = zoho::insert_contacts(&open.iter().map(contact).collect::<Vec<_>>());
            let request = request.ok_or_else(|| Error::internal("a contact could not be encoded"))?;
            let began = self.io.now_ms();
            self.book.intents.contacts_ms = Some(began);
            self.save().await?;
            let answer = self.io.once(vec![request]).await?.pop();
            let answer = answer.unwrap_or(Err(Problem::Unsure(Doubt::BadResponse)));
            let problem = match answer.and_then(|response| created(&response, open.len())) {
                Ok(results) => {
                    self.book.intents.contacts_ms = None;
                    for (guest, result) in open.iter().zip(results) {
                        self.settle_contact(guest, &result);
                    }
                    (attempt, open) = (0, rest);
                    continue;
                }
                Err(problem) => problem,
            };
            let unsure = matches!(problem, Problem::Unsure(_));
            if !unsure {
                self.book.intents.contacts_ms = None;
            }
            if let Some(code) = refusal(&problem) {
                self.directory.refuses = true;
                self.note_not_created(code);
                return Ok(());
            }
            attempt += 1;
            if attempt >= ATTEMPTS || !problem.passes() {
                return Err(problem.error(Service::Zoho));
            }
            self.io.back_off(Service::Zoho, &problem, attempt - 1).await?;
            if unsure {
                self.io.wait_until(began + SETTLING_MS).await?;
                let (module, kind) = CONTACTS;
                let doubtful = open.len();
                self.look_up(module, kind, &open).await?;
                self.retain_nobodies(&mut open);
                self.report.contacts += u32::try_from(doubtful - open.len()).unwrap_or_default();
            }
            open.extend(rest);
        }
        Ok(())
    }

    /// One who is there already, though nobody could see them, is linked as they are: never overwritten.
    fn settle_contact(&mut self, guest: &Guest, result: &RecordResult) {
        match (result.code.as_str(), result.field.as_str(), &result.id) {
            ("SUCCESS", _, Some(id)) => {
                self.report.contacts += 1;
                self.directory.people.add(&guest.email, "contact", id);
            }
            ("DUPLICATE_DATA", "Email", Some(id)) => self.directory.people.add(&guest.email, "contact", id),
            (code, ..) => {
                self.directory.people.keep_plain(&guest.email);
                self.note_not_created(code);
            }
        }
    }

    fn note_not_created(&mut self, code: &str) {
        self.note_once(
            "contacts-not-created",
            &format!(
                "The CRM refuses to create contacts of guests ({}); these guests stay plain e-mail addresses.",
                printable(code)
            ),
        );
    }

    /// A remark about no single event.
    fn note_once(&mut self, code: &str, message: &str) {
        if !self.report.notes.iter().any(|note| note.code == code && note.message == message) {
            self.note(&crate::model::ids::GoogleId::new(""), code, message);
        }
    }

    /// Whether a record was refused because of a person it names, who may be gone since they were looked up. Then its
    /// guests are named by their addresses.
    pub(super) fn names_nobody(&mut self, result: &RecordResult, guests: &[Guest]) -> bool {
        matches!(result.field.as_str(), "participant" | "Participants")
            && self.directory.people.unlink(guests)
    }
}

/// The code of an answer that stays the same however often one asks.
fn refusal(problem: &Problem) -> Option<&str> {
    match problem {
        Problem::Forbidden(code) | Problem::Refused(code) => Some(code),
        Problem::Absent => Some(""),
        _ => None,
    }
}

fn contact(guest: &Guest) -> EventWrite<'_> {
    let mut record = EventWrite::default();
    record.set("Last_Name", Entry::Text(Cow::Owned(last_name(guest))));
    record.set("Email", Entry::text(&guest.email));
    record
}
