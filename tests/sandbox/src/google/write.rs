//! update, patch, delete, on one calendar (reference, section 9). What follows for the calendars of guests is in
//! `copies`.

use serde_json::{Map, Value, json};

use super::attendees;
use super::calendar::Calendar;
use super::error::ApiError;
use super::event::{self, Event};
use super::permit::{self, may_touch, precondition};
use super::times::Origin;
use super::validate::{self, WRITABLE};
use super::view::role_of;
use super::{Call, Ids, features};
use crate::http::Query;
use crate::switches::{GuestAnswerOnInsert, NoopPatchBumpsEtag, ReminderEditBumpsEtag, Undelete};

/// What belongs to this copy alone and does not move `updated`.
const REMINDERS: &str = "reminders";

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
    call: &Call<'_>,
) -> Result<(), ApiError> {
    let Edit { body, if_match, .. } = *edit;
    let mut old = found(calendar, id)?;
    own_reminders(calendar, &mut old, call.user);
    may_touch(role_of(calendar, call)?, &old)?;
    precondition(&old, if_match)?;
    check_unchangeable(&old, body, call)?;
    let mut fields = edited(&old, edit, query);
    if fields.get("status").is_some_and(|status| status == "cancelled") && !old.cancelled {
        return remove(calendar, id, if_match, ids, call);
    }
    let old_fields = old.body.as_object().cloned().unwrap_or_default();
    if old.body.pointer("/creator/email").is_none_or(|creator| creator != call.user) {
        // Only its creator writes `source` (reference, section 9.9).
        match old.field("source") {
            Some(source) => fields.insert("source".into(), source.clone()),
            None => fields.remove("source"),
        };
    }
    if body.get("attendeesOmitted").is_some_and(|omitted| *omitted == true) {
        attendees::only_own_answer(&mut fields, old.attendees(), &calendar.id);
    } else if old.is_own() && call.switches.guest_answer_on_insert == GuestAnswerOnInsert::Reset {
        attendees::reset_new_answers(&mut fields, old.attendees(), &calendar.id);
    }
    attendees::keep_resources(&mut fields, old.attendees());
    features::apply(&mut fields, body, query, ids)?;
    let stricter = old.master.is_some() && event::stricter(&old_fields, &mut fields);
    let mut content = validate::content(fields, calendar, call.switches, Origin::Api)?;
    content.fields.insert("start".into(), content.start.to_json(calendar.zone));
    content.fields.insert("end".into(), content.end.to_json(calendar.zone));
    permit::permitted(&old, &content.fields, &calendar.id, call.switches)?;
    let differs = |name: &&&str| content.fields.get(**name) != old_fields.get(**name);
    let features = ["conferenceData", "eventLabelId", "attachments"];
    let changed: Vec<&str> = WRITABLE.iter().chain(&features).filter(differs).copied().collect();
    let reminders_only = changed == [REMINDERS];
    let bump = !(changed.is_empty() && call.switches.noop_patch_bumps_etag == NoopPatchBumpsEtag::False
        || reminders_only && call.switches.reminder_edit_bumps_etag == ReminderEditBumpsEtag::False);
    let moved = ["start", "end", "recurrence"].iter().any(|name| changed.contains(name));
    if moved && (old.is_own() || old.flag("guestsCanModify")) {
        content.fields.insert("sequence".into(), json!(old.sequence() + 1));
    }
    calendar.keep_reminders(id, call.user, &mut content.fields);
    let visibility = content.fields.get("visibility").cloned();
    let tick = ids.tick(call.now_ms);
    let updated = if reminders_only || changed.is_empty() { old.updated_ms } else { tick.now_ms };
    calendar.put(id, content, tick, updated, bump || !calendar.contains(id));
    if let (true, Some(visibility), Some(master)) = (stricter, visibility, &old.master) {
        restrict_series(calendar, master, &visibility, ids, call)?;
    }
    if moved {
        drop_orphans(calendar, id, ids, call.now_ms);
    }
    Ok(())
}

/// Refuses what no write can change: a deleted event, the type, an older sequence, the rule of one occurrence.
fn check_unchangeable(old: &Event, body: &Map<String, Value>, call: &Call<'_>) -> Result<(), ApiError> {
    if old.cancelled {
        let revives = body.get("status").and_then(Value::as_str).is_some_and(|status| status != "cancelled");
        if !revives || call.switches.undelete == Undelete::Forbidden || old.master.is_some() {
            return Err(ApiError::new(403, "forbidden", "Forbidden"));
        }
    }
    if body.get("eventType").and_then(Value::as_str).is_some_and(|kind| kind != old.event_type()) {
        return Err(ApiError::event_type("The event type cannot be changed."));
    }
    if old.event_type() == "workingLocation" && call.in_batch {
        return Err(ApiError::event_type("Working locations cannot be written in a batch."));
    }
    if old.master.is_some() && body.get("recurrence").is_some_and(|lines| !lines.is_null()) {
        return Err(ApiError::invalid("An occurrence cannot have a recurrence."));
    }
    match body.get("sequence").filter(|value| !value.is_null()) {
        Some(sequence) => check_sequence(old, sequence),
        None => Ok(()),
    }
}

pub(crate) fn check_sequence(old: &Event, given: &Value) -> Result<(), ApiError> {
    let current = old.sequence();
    if given.as_i64().is_some_and(|given| given >= current) {
        return Ok(());
    }
    Err(ApiError::invalid(format!(
        "Invalid sequence value. The specified sequence number is below the current sequence number of the resource. Expected: {current}"
    )))
}

/// The fields after a change, before validation.
fn edited(old: &Event, edit: &Edit<'_>, query: &Query) -> Map<String, Value> {
    let mut fields = old.body.as_object().cloned().unwrap_or_default();
    match edit.how {
        Change::Merge => {
            for name in written(query) {
                if let Some(value) = edit.body.get(name) {
                    merge(&mut fields, name, value);
                }
            }
        }
        Change::Replace => {
            // What the client did not say it knows stays as it is.
            let kept = |name: &str| !written(query).any(|written| written == name);
            fields.retain(|name, _| kept(name));
            fields.extend(writable(edit.body, query));
            fields.entry("status").or_insert_with(|| json!("confirmed"));
        }
    }
    fields
}

/// A stricter visibility of one occurrence holds for the whole series (discovery document, Event.visibility).
fn restrict_series(
    calendar: &mut Calendar,
    master: &str,
    visibility: &Value,
    ids: &mut Ids,
    call: &Call<'_>,
) -> Result<(), ApiError> {
    let Some(mut event) = calendar.get(master).cloned() else { return Ok(()) };
    own_reminders(calendar, &mut event, call.user);
    let mut fields = event.body.as_object().cloned().unwrap_or_default();
    fields.insert("visibility".into(), visibility.clone());
    store(calendar, master, fields, ids, call)
}

/// Exceptions of occurrences that a series does not have any more are gone: a cut or moved series is reset.
pub(crate) fn drop_orphans(calendar: &mut Calendar, master: &str, ids: &mut Ids, now_ms: i64) {
    let Some(series) = calendar.get(master).and_then(|event| event.series.clone()) else { return };
    for id in calendar.exception_ids(master) {
        let kept = id.rsplit_once('_').is_some_and(|(_, suffix)| series.occurrence(suffix).is_some());
        if !kept && calendar.get(&id).is_some_and(|event| !event.cancelled) {
            calendar.cancel(&id, ids.tick(now_ms));
        }
    }
}

pub(crate) fn remove(
    calendar: &mut Calendar,
    id: &str,
    if_match: Option<&str>,
    ids: &mut Ids,
    call: &Call<'_>,
) -> Result<(), ApiError> {
    let mut old = found(calendar, id)?;
    own_reminders(calendar, &mut old, call.user);
    may_touch(role_of(calendar, call)?, &old)?;
    if old.cancelled {
        return Err(ApiError::deleted());
    }
    precondition(&old, if_match)?;
    if !calendar.contains(id) {
        // An occurrence becomes an exception before it can be a cancelled one.
        let fields = old.body.as_object().cloned().unwrap_or_default();
        store(calendar, id, fields, ids, call)?;
    }
    cancel_whole(calendar, id, ids, call.now_ms);
    Ok(())
}

/// Cancels an event with its exceptions.
pub(crate) fn cancel_whole(calendar: &mut Calendar, id: &str, ids: &mut Ids, now_ms: i64) {
    for exception in calendar.exception_ids(id) {
        if calendar.get(&exception).is_some_and(|event| !event.cancelled) {
            calendar.cancel(&exception, ids.tick(now_ms));
        }
    }
    calendar.cancel(id, ids.tick(now_ms));
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

/// The fields that a write names: with labels, the colour does not count (discovery document, eventLabelVersion).
fn written(query: &Query) -> impl Iterator<Item = &'static str> {
    let labelled = query.get("eventLabelVersion") == Some("1");
    WRITABLE.iter().copied().filter(move |name| !(labelled && *name == "colorId"))
}

pub(crate) fn writable(body: &Map<String, Value>, query: &Query) -> Map<String, Value> {
    written(query)
        .filter_map(|name| Some((name.to_owned(), body.get(name).filter(|value| !value.is_null())?.clone())))
        .collect()
}

/// Patch semantics: objects merge key by key, arrays and plain values are replaced, `null` removes.
pub(crate) fn merge(into: &mut Map<String, Value>, name: &str, value: &Value) {
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

pub(crate) fn store(
    calendar: &mut Calendar,
    id: &str,
    fields: Map<String, Value>,
    ids: &mut Ids,
    call: &Call<'_>,
) -> Result<(), ApiError> {
    let mut content = validate::content(fields, calendar, call.switches, Origin::Api)?;
    calendar.keep_reminders(id, call.user, &mut content.fields);
    let tick = ids.tick(call.now_ms);
    calendar.put(id, content, tick, tick.now_ms, true);
    Ok(())
}

/// The event with the reminders of one person, on a calendar that several write.
pub(crate) fn own_reminders(calendar: &Calendar, event: &mut Event, person: &str) {
    let of = |id: &str| calendar.reminders_of(id, person);
    let own = of(&event.id).or_else(|| of(event.master.as_ref()?)).cloned();
    if let (Some(own), Some(body)) = (own, event.body.as_object_mut()) {
        body.insert("reminders".into(), own);
    }
}
