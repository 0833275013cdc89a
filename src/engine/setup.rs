//! Before the first cycle: the calendars to choose from, what access is missing, and the activation.

use super::io::Io;
use super::read::fetch_parsed;
use crate::api::google;
use crate::api::http::Service;
use crate::api::retry::Problem;
use crate::api::zoho::{self, Meetings};
use crate::error::{Error, ErrorKind, Result};
use crate::model::event::Guest;
use crate::model::list::Listed;
use crate::model::profile::CrmProfile;
use crate::model::settings::{DeletionPolicy, Direction, FirstMatch, GuestPolicy, Settings};
use crate::sync::commit::Book;
use crate::sync::report::{Access, Calendar, Missing};
use crate::sync::state::{Activation, Intents};
use crate::wire::google::{CalendarEntry, calendar_list};
use crate::wire::zoho::Rows;
use crate::wire::zoho_account;

/// The calendars that the user can read and write (C1).
pub(crate) async fn calendars(io: &Io) -> Result<Vec<Calendar>> {
    read_calendars(io).await?.map_err(|problem| problem.error(Service::Google))
}

async fn read_calendars(io: &Io) -> Result<std::result::Result<Vec<Calendar>, Problem>> {
    let mut found = Vec::new();
    let mut page: Option<String> = None;
    loop {
        let (entries, next) = match fetch_parsed!(io, google::calendars(page.as_deref()), calendar_list) {
            Ok(list) => list,
            Err(problem) => return Ok(Err(problem)),
        };
        // The parameter minAccessRole asks for these; a calendar of another role must never be offered.
        let writable = entries.into_iter().filter(|entry| matches!(entry.role.as_str(), "writer" | "owner"));
        let calendar = |entry: CalendarEntry| Calendar {
            id: entry.id,
            name: entry.name,
            zone: entry.zone.unwrap_or_else(|| "UTC".to_owned()),
            primary: entry.primary,
            role: entry.role,
        };
        writable.map(calendar).add_to(&mut found);
        match next {
            Some(next) => page = Some(next),
            None => return Ok(Ok(found)),
        }
    }
}

/// Finds out what is missing for a sync with these settings (section 8); with everything there, also what was learnt
/// of the CRM.
pub(crate) async fn access(io: &Io, settings: Option<&Settings>) -> Result<(Access, Option<CrmProfile>)> {
    let mut missing = Vec::new();
    let mut zone = None;
    let mut own = None;
    match read_calendars(io).await? {
        Ok(calendars) => {
            let chosen = settings.map(|settings| settings.calendar.as_str());
            // The primary calendar's id is the user's address (Google Calendar API, concepts/events and calendars).
            own = calendars.iter().find(|calendar| calendar.primary).map(|found| found.id.clone());
            zone = calendars
                .iter()
                .find(|calendar| chosen == Some(&calendar.id))
                .map(|found| found.zone.clone());
            if chosen.is_some() && zone.is_none() {
                missing.push(lacks(ErrorKind::CalendarNotWritable, "calendar", None, NOT_WRITABLE));
            } else if calendars.is_empty() {
                missing.push(lacks(
                    ErrorKind::CalendarNotWritable,
                    "calendars",
                    None,
                    "There is no Google calendar that you can write.",
                ));
            } else if let Some(settings) = settings {
                let writes = settings.direction != Direction::GoogleToCrm;
                match fetch_parsed!(io, google::probe(&settings.calendar, writes), |_: &[u8]| Some(())) {
                    Ok(()) | Err(Problem::Absent | Problem::Refused(_)) => {}
                    Err(problem) => missing.push(barrier(Service::Google, &problem)?),
                }
            }
        }
        Err(problem) => missing.push(barrier(Service::Google, &problem)?),
    }
    let profile = match crm(io, settings, (zone, own), &mut missing).await? {
        Ok(profile) => profile,
        Err(problem) => {
            missing.push(barrier(Service::Zoho, &problem)?);
            None
        }
    };
    Ok((Access { ok: missing.is_empty(), missing }, profile))
}

const NOT_WRITABLE: &str = "You cannot write the chosen Google calendar. Choose one of your own, or ask its owner for the right to make changes.";

/// A problem that somebody can mend by granting access is an answer; any other one ends the command.
fn barrier(service: Service, problem: &Problem) -> Result<Missing> {
    let error = problem.error(service);
    match problem {
        Problem::AuthExpired | Problem::Forbidden(_) => {
            Ok(lacks(error.kind(), service.key(), None, error.message()))
        }
        _ => Err(error),
    }
}

fn lacks(kind: ErrorKind, what: &'static str, name: Option<&str>, message: &str) -> Missing {
    let name = name.map(str::to_owned);
    Missing { code: kind.code().to_owned(), what, name, message: message.to_owned() }
}

async fn crm(
    io: &Io,
    settings: Option<&Settings>,
    (calendar_zone, google_address): (Option<String>, Option<String>),
    missing: &mut Vec<Missing>,
) -> Result<std::result::Result<Option<CrmProfile>, Problem>> {
    macro_rules! read {
        ($request:expr, $parse:expr) => {
            match fetch_parsed!(io, $request, $parse) {
                Ok(body) => body,
                Err(problem) => return Ok(Err(problem)),
            }
        };
    }
    let user = read!(zoho::current_user(), zoho_account::user);
    let organisation = read!(zoho::organisation(), zoho_account::organisation);
    let rights = read!(zoho::events_module(), zoho_account::missing_rights);
    let rules = read!(zoho::events_fields(), zoho_account::field_rules);
    // Queries have a scope of their own, and so have the records.
    read!(zoho::meetings(&user.id, &Meetings::EndingFrom(FAR), None, false), Rows::parse);
    for right in rights.into_iter().filter(|right| needed(right, settings)) {
        let message =
            format!("Your CRM profile lacks the right {right} for Meetings. Ask your administrator for it.");
        missing.push(lacks(ErrorKind::Forbidden, "meetings", Some(right), &message));
    }
    let writes = settings.is_none_or(|settings| settings.direction != Direction::CrmToGoogle);
    if writes && settings.is_some_and(|settings| settings.guests == GuestPolicy::AddAsContacts) {
        contacts(io, missing).await?;
    }
    for name in rules.unfillable.into_iter().filter(|_| writes) {
        let message = format!(
            "The CRM demands a value for the field {name} of meetings, which Accord cannot fill. \
             Ask your administrator to make it optional."
        );
        missing.push(lacks(ErrorKind::Unsupported, "field", Some(&name), &message));
    }
    // Where the CRM does not show the user's zone, their own calendar's is a better guess than the organisation's.
    let zone = user.zone.or(calendar_zone).or(organisation.zone).unwrap_or_else(|| "UTC".to_owned());
    // As guests' addresses are compared; lower case beyond ASCII would take tables of 14 KB.
    let own = user.email.into_iter().chain(google_address).map(|address| address.to_ascii_lowercase());
    Ok(Ok(Some(CrmProfile {
        user: user.id,
        own: own.listed(),
        organisation: organisation.id,
        zone,
        limits: rules.limits,
        defaults: rules.defaults,
        marks: rules.marks,
        reminder_times: rules.reminder_times,
    })))
}

/// What is missing to make contacts of guests (C3): View and Create on Contacts. Users and leads are looked up as far as
/// they may be seen.
async fn contacts(io: &Io, missing: &mut Vec<Missing>) -> Result<()> {
    match fetch_parsed!(io, zoho::contacts_module(), zoho_account::missing_rights) {
        Ok(rights) => {
            for right in rights.into_iter().filter(|right| matches!(*right, "View" | "Create")) {
                let message = format!(
                    "Your CRM profile lacks the right {right} for Contacts, so that guests cannot become contacts. Ask \
                     your administrator for it, or choose not to add guests."
                );
                missing.push(lacks(ErrorKind::Forbidden, "contacts", Some(right), &message));
            }
        }
        Err(problem) => {
            missing.push(barrier(Service::Zoho, &problem)?);
            return Ok(());
        }
    }
    // An address that nobody can have (RFC 6761).
    let nobody = Guest { email: "nobody@accord.invalid".to_owned(), name: None };
    if let Some(request) = zoho::people("Contacts", &[nobody], "0")
        && let Err(problem) = fetch_parsed!(io, request, Rows::parse)
    {
        missing.push(barrier(Service::Zoho, &problem)?);
    }
    Ok(())
}

/// 2100, in seconds: meetings that end later are few, or none.
const FAR: i64 = 4_102_444_800;

/// Whether a right on meetings is needed: a CRM that is never written needs to be readable only (section 8).
fn needed(right: &str, settings: Option<&Settings>) -> bool {
    let Some(settings) = settings else { return true };
    let writes = settings.direction != Direction::CrmToGoogle;
    match right {
        "Create" | "Edit" => writes,
        "Delete" => writes && settings.deletions == DeletionPolicy::Propagate,
        _ => true,
    }
}

/// Switches the sync on: validates the settings against the accounts, saves them, and asks for a full read. Links stay,
/// so that activating again makes no duplicate.
pub(crate) async fn activate(io: &Io, book: &mut Book, settings: Settings) -> Result<()> {
    let (access, profile) = access(io, Some(&settings)).await?;
    let crm = match (access.missing.into_iter().next(), profile) {
        (Some(missing), _) => return Err(refusal(&missing)),
        (None, Some(crm)) => crm,
        (None, None) => return Err(Error::internal("the CRM account was not read")),
    };
    let pairs = settings.first_match == FirstMatch::Match;
    let activation = Activation { active: true, settings, crm };
    let same = book.activation.as_ref().is_some_and(|old| old.connection() == activation.connection());
    if !same {
        book.state.links = 0;
        book.state.all_day = None;
        book.state.crm_exclusive_ends = None;
        book.state.crm_lists_guests = None;
        book.state.unread_since = None;
        book.parked.clear();
        book.held.clear();
        // They belong to the other accounts; what they brought about is found by its content.
        book.intents = Intents { contacts_ms: book.intents.contacts_ms, ..Intents::default() };
    }
    book.state.cursor = None;
    book.state.horizon = None;
    book.state.crm_changes = None;
    book.state.crm_deletions = None;
    book.state.doubt = pairs;
    book.state.importing = !pairs;
    book.state.first_sync_left = Some(activation.settings.limits.first_sync);
    book.activation = Some(activation);
    Ok(())
}

fn refusal(missing: &Missing) -> Error {
    let kinds = [ErrorKind::AuthExpired, ErrorKind::CalendarNotWritable, ErrorKind::Unsupported];
    let kind = kinds.into_iter().find(|kind| kind.code() == missing.code).unwrap_or(ErrorKind::Forbidden);
    Error::new(kind, missing.message.clone())
}
