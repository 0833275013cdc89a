//! The rows of `attendees`: validation, whose row is whose, and answers (reference, section 9.5).

use serde_json::{Map, Value, json};

use super::calendar::Calendar;
use super::error::ApiError;
use super::validate::one_of;

/// What a guest says for themselves.
const ANSWER: [&str; 3] = ["responseStatus", "comment", "additionalGuests"];
const ANSWERS: [&str; 4] = ["needsAction", "declined", "tentative", "accepted"];
/// Above so many guests answers are not passed on (discovery document, EventAttendee.responseStatus).
pub(crate) const MOST_ANSWERED: usize = 200;

/// The rows of a body.
pub(crate) fn rows(fields: &Map<String, Value>) -> &[Value] {
    fields.get("attendees").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

pub(crate) fn email(row: &Value) -> &str {
    row.get("email").and_then(Value::as_str).unwrap_or_default()
}

/// The row of one address.
pub(crate) fn row_of<'a>(rows: &'a [Value], address: &str) -> Option<&'a Value> {
    rows.iter().find(|row| email(row) == address)
}

/// Checks the rows and brings them into the form in which they are stored.
pub(crate) fn normalise(fields: &mut Map<String, Value>, calendar: &Calendar) -> Result<(), ApiError> {
    let organizer = fields
        .get("organizer")
        .and_then(|organizer| organizer.get("email"))
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_lowercase();
    let Some(list) = fields.get_mut("attendees") else { return Ok(()) };
    let list = list.as_array_mut().ok_or_else(ApiError::parse)?;
    for row in list.iter_mut() {
        let row = row.as_object_mut().ok_or_else(ApiError::parse)?;
        let email = row.get("email").and_then(Value::as_str).map(str::to_lowercase).unwrap_or_default();
        if email.is_empty() {
            return Err(ApiError::required("Missing attendee email."));
        }
        if !email.contains('@') || email.contains(char::is_whitespace) {
            return Err(ApiError::invalid("Invalid attendee email."));
        }
        keep_known(row)?;
        row.entry("responseStatus").or_insert_with(|| json!("needsAction"));
        row.insert("email".into(), json!(email));
        if email == organizer {
            row.insert("organizer".into(), json!(true));
        }
        // `self` is relative to the calendar: on a secondary one the user's own row lacks it (reference, 9.5).
        if email == calendar.id {
            row.insert("self".into(), json!(true));
        }
    }
    Ok(())
}

/// Drops what clients cannot write and checks the types of the rest.
fn keep_known(row: &mut Map<String, Value>) -> Result<(), ApiError> {
    let mut wrong = false;
    row.retain(|name, value| {
        if value.is_null() {
            return false;
        }
        let (known, fits) = match name.as_str() {
            "email" | "displayName" | "comment" => (true, value.is_string()),
            // What is false is left out.
            "optional" | "resource" => (*value != false, value.is_boolean()),
            "additionalGuests" => (*value != 0, value.is_u64()),
            "responseStatus" => (true, value.is_string()),
            _ => (false, true),
        };
        wrong |= !fits;
        known
    });
    if wrong {
        return Err(ApiError::parse());
    }
    one_of(row, "responseStatus", &ANSWERS)
}

fn is_answer(text: &str) -> bool {
    ANSWERS.contains(&text)
}

/// Whether two lists differ in nothing but the answer of one guest, and perhaps in guests that were added.
pub(crate) fn only_answers(old: &[Value], new: &[Value], guest: &str, may_invite: bool) -> bool {
    let kept = old.iter().all(|row| {
        let Some(now) = row_of(new, email(row)) else { return false };
        if email(row) == guest { without_answer(row) == without_answer(now) } else { row == now }
    });
    kept && (may_invite || new.len() <= old.len())
}

fn without_answer(row: &Value) -> Map<String, Value> {
    let mut row = row.as_object().cloned().unwrap_or_default();
    row.retain(|name, _| !ANSWER.contains(&name.as_str()));
    row
}

/// Puts the answer of one row into another.
pub(crate) fn answer(row: &mut Value, from: &Value) {
    let Some(row) = row.as_object_mut() else { return };
    for name in ANSWER {
        match from.get(name) {
            Some(value) => row.insert(name.to_owned(), value.clone()),
            None => row.remove(name),
        };
    }
}

/// A list in which nobody but its writer has answered yet: new guests answer for themselves.
pub(crate) fn reset_new_answers(fields: &mut Map<String, Value>, old: &[Value], writer: &str) {
    let Some(list) = fields.get_mut("attendees").and_then(Value::as_array_mut) else { return };
    for row in list {
        let address = email(row).to_lowercase();
        let known = address == writer || row_of(old, &address).is_some();
        // What is no answer at all is refused later.
        let answered = row.get("responseStatus").and_then(Value::as_str).is_some_and(is_answer);
        if known || !answered || row.get("resource").is_some_and(|resource| resource == true) {
            continue;
        }
        if let Some(row) = row.as_object_mut() {
            row.insert("responseStatus".into(), json!("needsAction"));
        }
    }
}

/// `resource` counts only when a row is new; later values are ignored (discovery document, EventAttendee.resource).
pub(crate) fn keep_resources(fields: &mut Map<String, Value>, old: &[Value]) {
    let Some(list) = fields.get_mut("attendees").and_then(Value::as_array_mut) else { return };
    for row in list {
        let address = email(row).to_lowercase();
        let (Some(known), Some(row)) = (row_of(old, &address), row.as_object_mut()) else { continue };
        match known.get("resource") {
            Some(resource) => row.insert("resource".into(), resource.clone()),
            None => row.remove("resource"),
        };
    }
}

/// With `attendeesOmitted` a write is about the participant's own answer: everybody else stays as they were.
pub(crate) fn only_own_answer(fields: &mut Map<String, Value>, old: &[Value], owner: &str) {
    let mut rows_kept = old.to_vec();
    let own = rows(fields).iter().find(|row| email(row).to_lowercase() == owner).cloned();
    if let (Some(own), Some(row)) = (own, rows_kept.iter_mut().find(|row| email(row) == owner)) {
        answer(row, &own);
    }
    fields.insert("attendees".into(), Value::Array(rows_kept));
}
