//! insert and import: new events on one calendar (reference, section 9.1).

use serde_json::{Map, Value, json};

use super::attendees;
use super::calendar::Calendar;
use super::error::ApiError;
use super::event;
use super::permit::may_write;
use super::view::role_of;
use super::write::{check_sequence, store, writable};
use super::{Call, Ids, features};
use crate::http::Query;
use crate::switches::{GuestAnswerOnInsert, IdAndUid, ImportOtherType};
use crate::time;

pub(crate) fn insert(
    calendar: &mut Calendar,
    body: Map<String, Value>,
    query: &Query,
    ids: &mut Ids,
    call: &Call<'_>,
) -> Result<String, ApiError> {
    may_write(role_of(calendar, call)?)?;
    let text = |name: &str| match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str())),
        Some(_) => Err(ApiError::parse()),
    };
    let id = text("id")?.map(checked_id).transpose()?;
    let uid = text("iCalUID")?.filter(|uid| !uid.is_empty()).map(str::to_owned);
    if id.is_some() && uid.is_some() && call.switches.id_and_uid == IdAndUid::Refuse {
        return Err(ApiError::invalid("Only one of id and iCalUID can be given."));
    }
    if id.as_ref().is_some_and(|id| calendar.contains(id))
        || uid.as_ref().is_some_and(|uid| calendar.has_uid(uid))
    {
        return Err(ApiError::duplicate());
    }
    let id = id.unwrap_or_else(|| ids.event());
    let mut fields = writable(&body, query);
    match text("eventType")?.unwrap_or("default") {
        "fromGmail" => return Err(ApiError::event_type("This event type cannot be created.")),
        "workingLocation" if call.in_batch => {
            return Err(ApiError::event_type("Working locations cannot be written in a batch."));
        }
        kind => fields.insert("eventType".into(), json!(kind)),
    };
    if body.get("privateCopy").is_some_and(|own| *own == true) {
        fields.insert("privateCopy".into(), json!(true));
    }
    system_fields(&mut fields, calendar, &id, uid, call);
    fields.entry("status").or_insert_with(|| json!("confirmed"));
    features::apply(&mut fields, &body, query, ids)?;
    if call.switches.guest_answer_on_insert == GuestAnswerOnInsert::Reset {
        attendees::reset_new_answers(&mut fields, &[], &calendar.id);
    }
    store(calendar, &id, fields, ids, call)?;
    Ok(id)
}

/// A private copy by its iCalendar uid; an event with that uid is replaced (reference, section 9.1).
pub(crate) fn import(
    calendar: &mut Calendar,
    body: Map<String, Value>,
    query: &Query,
    ids: &mut Ids,
    call: &Call<'_>,
) -> Result<String, ApiError> {
    may_write(role_of(calendar, call)?)?;
    let uid = body
        .get("iCalUID")
        .and_then(Value::as_str)
        .filter(|uid| !uid.is_empty())
        .ok_or_else(|| ApiError::required("Missing iCalUID."))?
        .to_owned();
    let other_type = body.get("eventType").is_some_and(|kind| kind != "default");
    if other_type && call.switches.import_other_type == ImportOtherType::Refuse {
        return Err(ApiError::event_type("Only default events can be imported."));
    }
    let existing = calendar.by_uid(&uid).find(|event| event.master.is_none()).cloned();
    let sequence = body.get("sequence").and_then(Value::as_i64).unwrap_or(0);
    if let Some(existing) = &existing {
        check_sequence(existing, &json!(sequence))?;
    }
    let id = existing.map_or_else(|| ids.event(), |event| event.id.to_string());
    let mut fields = writable(&body, query);
    // The properties of other types are dropped with the type.
    fields.retain(|name, _| !name.ends_with("Properties") || name == "extendedProperties");
    fields.insert("eventType".into(), json!("default"));
    system_fields(&mut fields, calendar, &id, Some(uid), call);
    fields.insert("sequence".into(), json!(sequence));
    if let Some(organizer) = body.get("organizer").and_then(Value::as_object) {
        let email = organizer.get("email").and_then(Value::as_str).unwrap_or_default().to_lowercase();
        if !email.is_empty() && email != calendar.id {
            let invited = attendees::rows(&fields)
                .iter()
                .any(|row| attendees::email(row).to_lowercase() == calendar.id);
            if !invited {
                return Err(ApiError::new(
                    400,
                    "participantIsNeitherOrganizerNorAttendee",
                    "The owner of the calendar must either be the organizer or an attendee of an event that is being imported.",
                )
                .calendar());
            }
            let mut foreign = Map::from_iter([("email".to_owned(), json!(email))]);
            if let Some(name) = organizer.get("displayName").filter(|name| name.is_string()) {
                foreign.insert("displayName".into(), name.clone());
            }
            fields.insert("organizer".into(), Value::Object(foreign));
        }
    }
    fields.insert("privateCopy".into(), json!(true));
    fields.entry("status").or_insert_with(|| json!("confirmed"));
    features::apply(&mut fields, &body, query, ids)?;
    store(calendar, &id, fields, ids, call)?;
    Ok(id)
}

/// Lower-case base32hex, 5 to 1024 characters.
fn checked_id(id: &str) -> Result<String, ApiError> {
    let allowed = id.bytes().all(|byte| matches!(byte, b'a'..=b'v' | b'0'..=b'9'));
    if allowed && (5..=1024).contains(&id.len()) {
        Ok(id.to_owned())
    } else {
        Err(ApiError::invalid("Invalid resource id value."))
    }
}

fn system_fields(
    fields: &mut Map<String, Value>,
    calendar: &Calendar,
    id: &str,
    uid: Option<String>,
    call: &Call<'_>,
) {
    let now = call.now_ms - call.now_ms.rem_euclid(time::SECOND);
    fields.insert("created".into(), json!(time::print_utc_ms(now)));
    fields.insert("sequence".into(), json!(0));
    fields.insert("iCalUID".into(), json!(uid.unwrap_or_else(|| format!("{id}@google.com"))));
    fields.insert("htmlLink".into(), json!(event::link(id)));
    let mut creator = json!({ "email": call.user });
    if call.user == calendar.id
        && let Some(map) = creator.as_object_mut()
    {
        map.insert("self".into(), json!(true));
    }
    fields.insert("creator".into(), creator);
    fields.insert("organizer".into(), calendar.as_organizer());
}
