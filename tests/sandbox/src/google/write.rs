//! insert, import, update, patch, delete (reference, section 9).

use serde_json::{Map, Value, json};

use super::calendar::{Calendar, Role};
use super::error::ApiError;
use super::event::{self, Event};
use super::times::Origin;
use super::validate::{self, WRITABLE};
use super::{Call, Ids, conference};
use crate::http::Query;
use crate::mail::MailKind;
use crate::switches::{NoopPatchBumpsEtag, ReminderEditBumpsEtag, Undelete};
use crate::time;

/// Content that belongs to the organiser; a guest's write of it is refused (reference, section 9.5).
const SHARED: &[&str] = &[
    "summary",
    "description",
    "location",
    "start",
    "end",
    "recurrence",
    "attendees",
    "guestsCanInviteOthers",
    "guestsCanModify",
    "guestsCanSeeOtherGuests",
    "visibility",
];
/// What `locked` freezes.
const LOCKED: &[&str] = &["summary", "description", "location", "start", "end", "recurrence"];
/// The only things that may change on an event made from a mail.
const FROM_GMAIL: &[&str] = &["reminders", "colorId", "visibility", "status", "extendedProperties"];
/// What belongs to this copy alone and does not move `updated`.
const REMINDERS: &str = "reminders";

pub(crate) fn insert(
    calendar: &mut Calendar,
    body: Map<String, Value>,
    query: &Query,
    ids: &mut Ids,
    call: &mut Call<'_>,
) -> Result<Value, ApiError> {
    may_write(calendar)?;
    let id = match body.get("id") {
        None | Some(Value::Null) => None,
        Some(Value::String(id)) => Some(checked_id(id)?),
        Some(_) => return Err(ApiError::parse()),
    };
    let uid = body.get("iCalUID").and_then(Value::as_str).map(str::to_owned);
    if id.as_ref().is_some_and(|id| calendar.contains(id))
        || uid.as_ref().is_some_and(|uid| calendar.has_uid(uid))
    {
        return Err(ApiError::duplicate());
    }
    let id = id.unwrap_or_else(|| ids.event());
    let mut fields = writable(&body, None);
    let event_type = body.get("eventType").and_then(Value::as_str).unwrap_or("default");
    if event_type == "fromGmail" {
        return Err(
            ApiError::new(400, "eventTypeRestriction", "This event type cannot be created.").calendar()
        );
    }
    fields.insert("eventType".into(), json!(event_type));
    system_fields(&mut fields, calendar, &id, uid, call);
    fields.entry("status").or_insert_with(|| json!("confirmed"));
    conference::apply(&mut fields, &body, query, ids);
    store(calendar, &id, fields, ids, call)?;
    let stored = calendar.get(&id).map(|event| event.body.clone()).unwrap_or_default();
    call.mail(MailKind::Invitation, query.get("sendUpdates"), &stored, &calendar.id);
    Ok(stored)
}

/// A private copy by its iCalendar uid; an event with that uid is replaced (reference, section 9.1).
pub(crate) fn import(
    calendar: &mut Calendar,
    body: Map<String, Value>,
    ids: &mut Ids,
    call: &mut Call<'_>,
) -> Result<Value, ApiError> {
    may_write(calendar)?;
    let uid = body
        .get("iCalUID")
        .and_then(Value::as_str)
        .filter(|uid| !uid.is_empty())
        .ok_or_else(|| ApiError::required("Missing iCalUID."))?
        .to_owned();
    if body.get("eventType").and_then(Value::as_str).is_some_and(|kind| kind != "default") {
        return Err(
            ApiError::new(400, "eventTypeRestriction", "Only default events can be imported.").calendar()
        );
    }
    let existing =
        calendar.by_uid(&uid).find(|event| event.master.is_none()).map(|event| event.id.to_string());
    let id = existing.unwrap_or_else(|| ids.event());
    let mut fields = writable(&body, None);
    fields.insert("eventType".into(), json!("default"));
    system_fields(&mut fields, calendar, &id, Some(uid), call);
    if let Some(organizer) = body.get("organizer").and_then(Value::as_object) {
        let email = organizer.get("email").and_then(Value::as_str).unwrap_or_default().to_lowercase();
        if !email.is_empty() && email != calendar.id {
            let mut foreign = json!({ "email": email });
            if let (Some(name), Some(map)) = (organizer.get("displayName"), foreign.as_object_mut()) {
                map.insert("displayName".into(), name.clone());
            }
            fields.insert("organizer".into(), foreign);
        }
    }
    fields.insert("privateCopy".into(), json!(true));
    fields.entry("status").or_insert_with(|| json!("confirmed"));
    store(calendar, &id, fields, ids, call)?;
    Ok(calendar.get(&id).map(|event| event.body.clone()).unwrap_or_default())
}

/// Whether a change names the new content whole (PUT) or in part (PATCH).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    Replace,
    Merge,
}

/// The change of one event, with its guard.
pub(crate) struct Edit<'a> {
    pub(crate) body: &'a Map<String, Value>,
    pub(crate) how: Change,
    pub(crate) if_match: Option<&'a str>,
}

pub(crate) fn change(
    calendar: &mut Calendar,
    id: &str,
    edit: &Edit<'_>,
    query: &Query,
    ids: &mut Ids,
    call: &mut Call<'_>,
) -> Result<Value, ApiError> {
    let Edit { body, how, if_match } = *edit;
    let old = found(calendar, id)?;
    may_write(calendar)?;
    if calendar.role == Role::WriterWithoutPrivateAccess && old.is_private() {
        return Err(ApiError::access_level());
    }
    precondition(&old, if_match)?;
    if old.cancelled {
        let revives = body.get("status").and_then(Value::as_str).is_some_and(|status| status != "cancelled");
        if !revives || call.switches.undelete == Undelete::Forbidden || old.master.is_some() {
            return Err(ApiError::new(403, "forbidden", "Forbidden"));
        }
    }
    if let Some(kind) = body.get("eventType").and_then(Value::as_str)
        && kind != old.event_type()
    {
        return Err(
            ApiError::new(400, "eventTypeRestriction", "The event type cannot be changed.").calendar()
        );
    }
    if let Some(sequence) = body.get("sequence").filter(|value| !value.is_null()) {
        let current = old.field("sequence").and_then(Value::as_i64).unwrap_or(0);
        if sequence.as_i64().is_none_or(|sequence| sequence < current) {
            return Err(ApiError::invalid(format!(
                "Invalid sequence value. The specified sequence number is below the current sequence number of the resource. Expected: {current}"
            )));
        }
    }
    let old_fields = old.body.as_object().cloned().unwrap_or_default();
    let mut fields: Map<String, Value> = match how {
        Change::Merge => {
            let mut merged = old_fields.clone();
            for name in WRITABLE {
                if let Some(value) = body.get(*name) {
                    merge(&mut merged, name, value);
                }
            }
            merged
        }
        Change::Replace => {
            let mut kept = old_fields.clone();
            kept.retain(|name, _| !WRITABLE.contains(&name.as_str()));
            kept.extend(writable(body, None));
            kept.entry("status").or_insert_with(|| json!("confirmed"));
            kept
        }
    };
    if fields.get("status").is_some_and(|status| status == "cancelled") && !old.cancelled {
        remove(calendar, id, if_match, query, ids, call)?;
        return Ok(calendar.get(id).map(|event| event.body.clone()).unwrap_or_default());
    }
    conference::apply(&mut fields, body, query, ids);
    let mut content = validate::content(fields, calendar, call.switches, Origin::Api)?;
    content.fields.insert("start".into(), content.start.to_json(calendar.zone));
    content.fields.insert("end".into(), content.end.to_json(calendar.zone));
    let differs = |name: &str| content.fields.get(name) != old_fields.get(name);
    permitted(&old, &differs)?;
    let mut changed: Vec<&str> = WRITABLE.iter().copied().filter(|name| differs(name)).collect();
    if differs("conferenceData") {
        changed.push("conferenceData");
    }
    let reminders_only = changed == [REMINDERS];
    let bump = !(changed.is_empty() && call.switches.noop_patch_bumps_etag == NoopPatchBumpsEtag::False
        || reminders_only && call.switches.reminder_edit_bumps_etag == ReminderEditBumpsEtag::False);
    let moved = ["start", "end", "recurrence"].iter().any(|name| changed.contains(name));
    if moved && old.is_own() {
        let sequence = old.field("sequence").and_then(Value::as_i64).unwrap_or(0);
        content.fields.insert("sequence".into(), json!(sequence + 1));
    }
    let (micros, now) = ids.tick(call.now_ms);
    let updated = if reminders_only || changed.is_empty() { old.updated_ms } else { now };
    let stored = calendar.put(id, content, micros, updated, bump || !calendar.contains(id)).clone();
    call.mail(MailKind::Update, query.get("sendUpdates"), &stored, &calendar.id);
    Ok(stored)
}

pub(crate) fn remove(
    calendar: &mut Calendar,
    id: &str,
    if_match: Option<&str>,
    query: &Query,
    ids: &mut Ids,
    call: &mut Call<'_>,
) -> Result<(), ApiError> {
    let old = found(calendar, id)?;
    may_write(calendar)?;
    if calendar.role == Role::WriterWithoutPrivateAccess && old.is_private() {
        return Err(ApiError::access_level());
    }
    if old.cancelled {
        return Err(ApiError::deleted());
    }
    precondition(&old, if_match)?;
    if !calendar.contains(id) {
        // An occurrence becomes an exception before it can be a cancelled one.
        let fields = old.body.as_object().cloned().unwrap_or_default();
        store(calendar, id, fields, ids, call)?;
    }
    for exception in calendar.exception_ids(id) {
        if calendar.get(&exception).is_some_and(|event| !event.cancelled) {
            let (micros, now) = ids.tick(call.now_ms);
            calendar.cancel(&exception, micros, now);
        }
    }
    let (micros, now) = ids.tick(call.now_ms);
    calendar.cancel(id, micros, now);
    call.mail(MailKind::Cancellation, query.get("sendUpdates"), &old.body, &calendar.id);
    Ok(())
}

/// The stored event, or an occurrence of a series that has no exception yet.
pub(crate) fn found(calendar: &Calendar, id: &str) -> Result<Event, ApiError> {
    if let Some(event) = calendar.get(id) {
        return Ok(event.clone());
    }
    let (master_id, suffix) = id.rsplit_once('_').ok_or_else(ApiError::not_found)?;
    let master = calendar.get(master_id).ok_or_else(ApiError::not_found)?;
    let series = master.series.as_ref().ok_or_else(ApiError::not_found)?;
    let (start, end) = series.occurrence(suffix).ok_or_else(ApiError::not_found)?;
    Ok(Event {
        id: id.into(),
        body: event::instance_body(master, start, end, calendar.zone),
        seq: master.seq,
        updated_ms: master.updated_ms,
        cancelled: master.cancelled,
        start_ms: start.ms_in(calendar.zone),
        end_ms: end.ms_in(calendar.zone),
        first_end_ms: end.ms_in(calendar.zone),
        master: Some(master.id.clone()),
        series: None,
    })
}

fn permitted(old: &Event, differs: &dyn Fn(&str) -> bool) -> Result<(), ApiError> {
    if old.event_type() == "fromGmail"
        && WRITABLE.iter().any(|name| !FROM_GMAIL.contains(name) && differs(name))
    {
        return Err(ApiError::new(400, "eventTypeRestriction", "This event cannot be changed.").calendar());
    }
    if !old.is_own() && !old.flag("guestsCanModify") && SHARED.iter().any(|name| differs(name)) {
        return Err(ApiError::not_organizer());
    }
    if old.flag("locked") && LOCKED.iter().any(|name| differs(name)) {
        return Err(ApiError::new(403, "forbidden", "Forbidden"));
    }
    Ok(())
}

fn may_write(calendar: &Calendar) -> Result<(), ApiError> {
    if calendar.role.may_write() { Ok(()) } else { Err(ApiError::access_level()) }
}

fn precondition(old: &Event, if_match: Option<&str>) -> Result<(), ApiError> {
    match if_match {
        None | Some("*") => Ok(()),
        Some(etag) if etag == old.etag() => Ok(()),
        Some(_) => Err(ApiError::stale()),
    }
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

fn writable(body: &Map<String, Value>, base: Option<Map<String, Value>>) -> Map<String, Value> {
    let mut fields = base.unwrap_or_default();
    for name in WRITABLE {
        if let Some(value) = body.get(*name).filter(|value| !value.is_null()) {
            fields.insert((*name).to_owned(), value.clone());
        }
    }
    fields
}

/// Patch semantics: objects merge key by key, arrays and plain values are replaced, `null` removes.
fn merge(into: &mut Map<String, Value>, name: &str, value: &Value) {
    match value {
        Value::Null => {
            into.remove(name);
        }
        Value::Object(patch) => {
            let slot = into.entry(name).or_insert_with(|| json!({}));
            if !slot.is_object() {
                *slot = json!({});
            }
            if let Some(slot) = slot.as_object_mut() {
                for (key, value) in patch {
                    merge(slot, key, value);
                }
            }
        }
        other => {
            into.insert(name.to_owned(), other.clone());
        }
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
    fields.insert("htmlLink".into(), json!(format!("https://www.google.com/calendar/event?eid={id}")));
    if calendar.primary {
        let own = json!({ "email": calendar.id, "self": true });
        fields.insert("creator".into(), own.clone());
        fields.insert("organizer".into(), own);
    } else {
        fields.insert("creator".into(), json!({ "email": call.user }));
        fields.insert(
            "organizer".into(),
            json!({ "email": calendar.id, "displayName": calendar.summary, "self": true }),
        );
    }
}

pub(crate) fn store(
    calendar: &mut Calendar,
    id: &str,
    fields: Map<String, Value>,
    ids: &mut Ids,
    call: &Call<'_>,
) -> Result<(), ApiError> {
    let content = validate::content(fields, calendar, call.switches, Origin::Api)?;
    let (micros, now) = ids.tick(call.now_ms);
    calendar.put(id, content, micros, now, true);
    Ok(())
}
