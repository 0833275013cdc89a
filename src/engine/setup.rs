//! Before the first cycle: the calendars to choose from, what access is missing, and the activation.

use super::io::Io;
use super::read::fetch_parsed;
use crate::api::google;
use crate::api::http::{HttpRequest, Service};
use crate::api::retry::Problem;
use crate::api::zoho;
use crate::error::{Error, ErrorKind, Result};
use crate::model::profile::{CrmProfile, TextLimits};
use crate::model::settings::{DeletionPolicy, FirstMatch, Settings};
use crate::sync::commit::{Book, Rows};
use crate::sync::report::{Access, Calendar, Missing};
use crate::sync::state::Activation;
use crate::wire::google::CalendarList;
use crate::wire::zoho::{FieldMeta, Fields, Module, Modules, Orgs, Users};
use serde::de::DeserializeOwned;

/// The calendars that the user can read and write (C1).
pub(crate) async fn calendars(io: &Io) -> Result<Vec<Calendar>> {
    read_calendars(io).await?.map_err(|problem| problem.error(Service::Google))
}

async fn read_calendars(io: &Io) -> Result<std::result::Result<Vec<Calendar>, Problem>> {
    let mut found = Vec::new();
    let mut page: Option<String> = None;
    loop {
        let list = match read::<CalendarList>(io, google::calendars(page.as_deref())).await? {
            Ok(list) => list,
            Err(problem) => return Ok(Err(problem)),
        };
        // The parameter minAccessRole asks for these; a calendar of another role must never be offered.
        let writable = list
            .items
            .into_iter()
            .filter(|entry| !entry.deleted && matches!(entry.access_role.as_str(), "writer" | "owner"));
        found.extend(writable.map(|entry| Calendar {
            name: entry.summary_override.or(entry.summary).unwrap_or_else(|| entry.id.clone()),
            id: entry.id,
            zone: entry.time_zone.unwrap_or_else(|| "UTC".to_owned()),
            primary: entry.primary,
            role: entry.access_role,
        }));
        match list.next_page_token {
            Some(next) => page = Some(next),
            None => return Ok(Ok(found)),
        }
    }
}

/// Finds out what is missing for a sync with these settings (section 8); with everything there, also what was learnt
/// of the CRM.
pub(crate) async fn access(io: &Io, settings: Option<&Settings>) -> Result<(Access, Option<CrmProfile>)> {
    let mut missing = Vec::new();
    match read_calendars(io).await? {
        Ok(calendars) => {
            let chosen = settings.map(|settings| settings.calendar.as_str());
            if chosen.is_some_and(|id| !calendars.iter().any(|calendar| calendar.id == id)) {
                missing.push(lacks(ErrorKind::CalendarNotWritable, NOT_WRITABLE));
            } else if calendars.is_empty() {
                missing.push(lacks(
                    ErrorKind::CalendarNotWritable,
                    "There is no Google calendar that you can write.",
                ));
            }
        }
        Err(problem) => missing.push(barrier(Service::Google, &problem)?),
    }
    let profile = match crm(io, settings, &mut missing).await? {
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
        Problem::AuthExpired | Problem::Forbidden(_) => Ok(lacks(error.kind(), error.message())),
        _ => Err(error),
    }
}

fn lacks(kind: ErrorKind, message: &str) -> Missing {
    Missing { code: kind.code().to_owned(), message: message.to_owned() }
}

async fn crm(
    io: &Io,
    settings: Option<&Settings>,
    missing: &mut Vec<Missing>,
) -> Result<std::result::Result<Option<CrmProfile>, Problem>> {
    macro_rules! read {
        ($type:ty, $request:expr) => {
            match read::<$type>(io, $request).await? {
                Ok(body) => body,
                Err(problem) => return Ok(Err(problem)),
            }
        };
    }
    let users = read!(Users, zoho::current_user());
    let orgs = read!(Orgs, zoho::organisation());
    let modules = read!(Modules, zoho::events_module());
    let fields = read!(Fields, zoho::events_fields());
    let (Some(user), Some(org), Some(module)) =
        (users.users.into_iter().next(), orgs.org.into_iter().next(), modules.modules.into_iter().next())
    else {
        return Err(Problem::Unsure(crate::api::retry::Doubt::BadResponse).error(Service::Zoho));
    };
    missing.extend(missing_rights(&module, settings));
    let (defaults, unfillable) = demanded(&fields.fields);
    for name in unfillable {
        let message = format!(
            "The CRM demands a value for the field {name} of meetings, which Accord cannot fill. Ask your administrator to make it optional."
        );
        missing.push(lacks(ErrorKind::Unsupported, &message));
    }
    Ok(Ok(Some(CrmProfile {
        user: user.id,
        organisation: org.id,
        zone: user.time_zone.or(org.time_zone).unwrap_or_else(|| "UTC".to_owned()),
        limits: text_limits(&fields.fields),
        defaults,
    })))
}

/// The rights on meetings that Google → CRM needs: View, Create, Edit and, unless deletions are kept, Delete.
fn missing_rights(module: &Module, settings: Option<&Settings>) -> Vec<Missing> {
    let deletes = settings.is_none_or(|settings| settings.deletions == DeletionPolicy::Propagate);
    let rights = [
        (module.api_supported, "API access"),
        (module.viewable, "View"),
        (module.creatable, "Create"),
        (module.editable, "Edit"),
        (module.deletable || !deletes, "Delete"),
    ];
    rights
        .into_iter()
        .filter(|(there, _)| !there)
        .map(|(_, right)| {
            let message = format!(
                "Your CRM profile lacks the right {right} for Meetings. Ask your administrator for it."
            );
            lacks(ErrorKind::Forbidden, &message)
        })
        .collect()
}

/// The fields that Accord fills by its mapping.
const MAPPED: [&str; 8] = [
    "Event_Title",
    "Start_DateTime",
    "End_DateTime",
    "All_day",
    "Venue",
    "Description",
    "Participants",
    "Remind_At",
];

/// Fields the CRM demands beyond the mapping: picklists with the value that they get, and the names of those that
/// nobody can fill. `Owner` is filled by the CRM itself.
fn demanded(fields: &[FieldMeta]) -> (Vec<(String, String)>, Vec<String>) {
    let mut defaults = Vec::new();
    let mut unfillable = Vec::new();
    let beyond =
        fields.iter().filter(|field| field.system_mandatory && !field.read_only && field.api_name != "Owner");
    for field in beyond.filter(|field| !MAPPED.contains(&field.api_name.as_str())) {
        let value = field.pick_list_values.iter().find(|value| value.actual_value != "-None-");
        match value {
            Some(value) if field.data_type == "picklist" => {
                defaults.push((field.api_name.clone(), value.actual_value.clone()))
            }
            _ => unfillable.push(field.api_name.clone()),
        }
    }
    (defaults, unfillable)
}

fn text_limits(fields: &[FieldMeta]) -> TextLimits {
    let length = |name: &str, default: usize| {
        let meta = fields.iter().find(|field| field.api_name == name);
        meta.and_then(|field| field.length)
            .filter(|length| *length > 0)
            .map_or(default, |length| length as usize)
    };
    TextLimits {
        title: length("Event_Title", TextLimits::DEFAULT.title),
        place: length("Venue", TextLimits::DEFAULT.place),
        description: length("Description", TextLimits::DEFAULT.description),
    }
}

/// Switches the sync on: validates the settings against the accounts, saves them, and asks for a full read. Links stay,
/// so that activating again makes no duplicate.
pub(crate) async fn activate(io: &Io, rows: Rows, settings: Settings) -> Result<Book> {
    let (access, profile) = access(io, Some(&settings)).await?;
    let crm = match (access.missing.into_iter().next(), profile) {
        (Some(missing), _) => return Err(refusal(&missing)),
        (None, Some(crm)) => crm,
        (None, None) => return Err(Error::internal("the CRM account was not read")),
    };
    let mut book = Book::open(rows);
    let pairs = settings.first_match == FirstMatch::Match;
    let activation = Activation { active: true, settings, crm };
    let same = book.activation.as_ref().is_some_and(|old| old.connection() == activation.connection());
    if !same {
        book.state.links = 0;
        book.state.all_day = None;
        book.parked.clear();
    }
    book.state.cursor = None;
    book.state.doubt = pairs;
    book.state.first_sync_left = Some(activation.settings.limits.first_sync);
    book.activation = Some(activation);
    Ok(book)
}

fn refusal(missing: &Missing) -> Error {
    let kinds = [ErrorKind::AuthExpired, ErrorKind::CalendarNotWritable, ErrorKind::Unsupported];
    let kind = kinds.into_iter().find(|kind| kind.code() == missing.code).unwrap_or(ErrorKind::Forbidden);
    Error::new(kind, missing.message.clone())
}

async fn read<T: DeserializeOwned>(io: &Io, request: HttpRequest) -> Result<std::result::Result<T, Problem>> {
    fetch_parsed(io, request, |body| serde_json::from_slice(body).ok()).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(name: &str, kind: &str, mandatory: bool, values: &[&str]) -> FieldMeta {
        let values: Vec<_> =
            values.iter().map(|value| serde_json::json!({ "actual_value": value })).collect();
        serde_json::from_value(serde_json::json!({
            "api_name": name, "data_type": kind, "system_mandatory": mandatory, "pick_list_values": values, "length": 120,
        }))
        .unwrap()
    }

    /// `Meeting_Venue__s` may be mandatory (seen in an export of January 2026): the first real value is the default.
    #[test]
    fn demanded_picklists_get_a_default_and_other_fields_are_named() {
        let fields = [
            field("Event_Title", "text", true, &[]),
            field("Meeting_Venue__s", "picklist", true, &["-None-", "In-office"]),
            field("Region", "picklist", false, &["North"]),
            field("Cost_Centre", "text", true, &[]),
        ];
        let (defaults, unfillable) = demanded(&fields);
        assert_eq!(defaults, [("Meeting_Venue__s".to_owned(), "In-office".to_owned())]);
        assert_eq!(unfillable, ["Cost_Centre"]);
        assert_eq!(text_limits(&fields).title, 120);
    }

    /// Section 8: a missing right names itself.
    #[test]
    fn missing_rights_are_named() {
        let module: Module =
            serde_json::from_value(serde_json::json!({ "creatable": false, "deletable": false })).unwrap();
        let names = |settings: Option<&Settings>| {
            missing_rights(&module, settings)
                .into_iter()
                .map(|missing| missing.message)
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert!(names(None).contains("Create") && names(None).contains("Delete"));
        let keep = serde_json::json!({ "calendar": "a", "direction": "google-to-crm", "deletions": "keep" });
        assert!(!names(Some(&Settings::parse(&keep).unwrap())).contains("Delete"));
    }
}
