//! What each event type demands of an event (reference, section 9.4; Google Calendar API, guides/calendar-status and
//! event-types).

use chrono::Days;
use serde_json::{Map, Value, json};

use super::calendar::Calendar;
use super::error::ApiError;
use super::times::When;
use super::validate::one_of;

/// The properties that belong to one type.
const PROPERTIES: [(&str, &str); 4] = [
    ("focusTime", "focusTimeProperties"),
    ("outOfOffice", "outOfOfficeProperties"),
    ("workingLocation", "workingLocationProperties"),
    ("birthday", "birthdayProperties"),
];
const DECLINE: [&str; 3] =
    ["declineNone", "declineAllConflictingInvitations", "declineOnlyNewConflictingInvitations"];

pub(crate) fn check(
    fields: &mut Map<String, Value>,
    calendar: &Calendar,
    start: When,
    end: When,
) -> Result<(), ApiError> {
    let kind = fields.get("eventType").and_then(Value::as_str).unwrap_or("default").to_owned();
    for (owner, name) in PROPERTIES {
        match fields.get(name) {
            None => {}
            Some(Value::Object(_)) if owner == kind => {}
            Some(Value::Object(_)) => {
                return Err(ApiError::event_type("These properties belong to another event type."));
            }
            Some(_) => return Err(ApiError::parse()),
        }
    }
    if !calendar.primary && !matches!(kind.as_str(), "default" | "fromGmail") {
        return Err(ApiError::event_type("This event type can only be created on primary calendars."));
    }
    match kind.as_str() {
        "default" | "fromGmail" => Ok(()),
        "focusTime" | "outOfOffice" => away(fields, &kind, start),
        "workingLocation" => working_location(fields, start, end),
        "birthday" => birthday(fields, start, end),
        _ => Err(ApiError::invalid("Invalid value for: event type")),
    }
}

/// Focus time and absence: timed, opaque, and how invitations are declined meanwhile.
fn away(fields: &Map<String, Value>, kind: &str, start: When) -> Result<(), ApiError> {
    if start.is_date() || fields.get("transparency").is_some_and(|value| value == "transparent") {
        return Err(ApiError::event_type("This event type must be timed and opaque."));
    }
    let Some(Value::Object(properties)) = fields.get(&format!("{kind}Properties")) else { return Ok(()) };
    one_of(properties, "autoDeclineMode", &DECLINE)?;
    one_of(properties, "chatStatus", &["available", "doNotDisturb"])
}

fn working_location(fields: &Map<String, Value>, start: When, end: When) -> Result<(), ApiError> {
    let public = fields.get("visibility").is_some_and(|value| value == "public");
    let transparent = fields.get("transparency").is_some_and(|value| value == "transparent");
    if !public || !transparent {
        return Err(ApiError::event_type("A working location must be public and transparent."));
    }
    if start.is_date() && !is_one_day(start, end) {
        return Err(ApiError::event_type("An all-day working location must last exactly one day."));
    }
    let kind = fields.get("workingLocationProperties").and_then(|properties| properties.get("type"));
    match kind.and_then(Value::as_str) {
        Some("homeOffice" | "officeLocation" | "customLocation") => Ok(()),
        Some(_) => Err(ApiError::invalid("Invalid working location type.")),
        None => Err(ApiError::required("Missing working location type.")),
    }
}

/// A day that comes back every year, for its owner alone. Only birthdays can be made by API.
fn birthday(fields: &mut Map<String, Value>, start: When, end: When) -> Result<(), ApiError> {
    let private = fields.get("visibility").is_some_and(|value| value == "private");
    let transparent = fields.get("transparency").is_some_and(|value| value == "transparent");
    let yearly = fields.get("recurrence").and_then(Value::as_array).is_some_and(|lines| {
        lines.len() == 1
            && lines.iter().all(|line| {
                line.as_str().is_some_and(|line| line.starts_with("RRULE:") && line.contains("FREQ=YEARLY"))
            })
    });
    // An occurrence has no rule of its own.
    let occurrence = fields.contains_key("recurringEventId");
    if !is_one_day(start, end) || !private || !transparent || !(yearly || occurrence) {
        return Err(ApiError::event_type(
            "A birthday must be all-day, one day long, yearly, private and transparent.",
        ));
    }
    let properties = fields.entry("birthdayProperties").or_insert_with(|| json!({ "type": "birthday" }));
    let kind = properties.get("type").and_then(Value::as_str).unwrap_or("birthday");
    if kind != "birthday" {
        return Err(ApiError::event_type("Only birthdays of type birthday can be created."));
    }
    Ok(())
}

fn is_one_day(start: When, end: When) -> bool {
    match (start, end) {
        (When::Date(start), When::Date(end)) => start.checked_add_days(Days::new(1)) == Some(end),
        _ => false,
    }
}
