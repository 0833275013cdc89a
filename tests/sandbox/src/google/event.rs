//! One stored event and the shapes in which it is answered.

use std::sync::Arc;

use chrono_tz::Tz;
use serde_json::{Map, Value, json};

use super::series::Series;
use super::times::When;
use crate::time;

/// An event as one calendar holds it: live, or a tombstone. An id never leaves the calendar.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) id: Arc<str>,
    /// The full wire form, as the calendar's owner sees it.
    pub(crate) body: Value,
    /// Position in the calendar's change log.
    pub(crate) seq: u64,
    pub(crate) updated_ms: i64,
    pub(crate) cancelled: bool,
    /// Start of the first and end of the last occurrence, all-day dates taken in the calendar's zone.
    pub(crate) start_ms: i64,
    pub(crate) end_ms: i64,
    /// End of the first occurrence.
    pub(crate) first_end_ms: i64,
    /// The id of the series, for an exception or a cancelled occurrence.
    pub(crate) master: Option<Arc<str>>,
    pub(crate) series: Option<Arc<Series>>,
}

impl Event {
    pub(crate) fn field(&self, name: &str) -> Option<&Value> {
        self.body.get(name)
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.field(name).and_then(Value::as_str)
    }

    pub(crate) fn etag(&self) -> &str {
        self.text("etag").unwrap_or_default()
    }

    pub(crate) fn event_type(&self) -> &str {
        self.text("eventType").unwrap_or("default")
    }

    pub(crate) fn is_private(&self) -> bool {
        matches!(self.text("visibility"), Some("private" | "confidential"))
    }

    /// Whether the calendar's owner is the organiser.
    pub(crate) fn is_own(&self) -> bool {
        self.field("organizer").and_then(|organizer| organizer.get("self")).is_some_and(|own| own == true)
    }

    pub(crate) fn sequence(&self) -> i64 {
        self.field("sequence").and_then(Value::as_i64).unwrap_or(0)
    }

    pub(crate) fn flag(&self, name: &str) -> bool {
        self.field(name).is_some_and(|value| value == true)
    }

    pub(crate) fn attendees(&self) -> &[Value] {
        self.field("attendees").and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn start(&self, zone: Tz) -> Option<When> {
        When::from_json(self.field("start")?, zone)
    }

    /// When an exception's occurrence was to start.
    pub(crate) fn original_ms(&self, zone: Tz) -> Option<i64> {
        When::from_json(self.field("originalStartTime")?, zone).map(|start| start.ms_in(zone))
    }

    /// What certainly remains of a deleted event: its id and state; of an occurrence also which one it was.
    pub(crate) fn bare_tombstone(&self) -> Value {
        let mut bare = Map::new();
        for name in ["kind", "etag", "id", "status", "recurringEventId", "originalStartTime"] {
            if let Some(value) = self.field(name) {
                bare.insert(name.to_owned(), value.clone());
            }
        }
        Value::Object(bare)
    }
}

/// What somebody without the right to details sees of an event: the time, nothing else.
pub(crate) fn busy_only(body: &Value) -> Value {
    let mut busy = Map::new();
    for name in [
        "kind",
        "etag",
        "id",
        "status",
        "start",
        "end",
        "visibility",
        "recurrence",
        "recurringEventId",
        "originalStartTime",
        "iCalUID",
        "sequence",
        "eventType",
        "updated",
        "created",
    ] {
        if let Some(value) = body.get(name) {
            busy.insert(name.to_owned(), value.clone());
        }
    }
    Value::Object(busy)
}

/// The address of an event on Google's pages.
pub(crate) fn link(id: &str) -> String {
    format!("https://www.google.com/calendar/event?eid={id}")
}

/// Whether one occurrence becomes more restricted by a write. If it would become less so, the write's visibility is
/// ignored (discovery document, Event.visibility).
pub(crate) fn stricter(old: &Map<String, Value>, new: &mut Map<String, Value>) -> bool {
    let rank = |fields: &Map<String, Value>| match fields.get("visibility").and_then(Value::as_str) {
        Some("public") => 0,
        Some("private" | "confidential") => 2,
        _ => 1,
    };
    if rank(new) < rank(old) {
        match old.get("visibility") {
            Some(kept) => new.insert("visibility".into(), kept.clone()),
            None => new.remove("visibility"),
        };
    }
    rank(new) > rank(old)
}

/// The id of an occurrence: the series' id and the original start.
pub(crate) fn instance_id(master: &str, start: When) -> String {
    format!("{master}_{}", super::series::suffix_of(start))
}

/// The wire form of an occurrence that has no exception of its own.
pub(crate) fn instance_body(master: &Event, start: When, end: When, zone: Tz) -> Value {
    let mut body = master.body.as_object().cloned().unwrap_or_default();
    body.remove("recurrence");
    body.insert("id".into(), json!(instance_id(&master.id, start)));
    body.insert("recurringEventId".into(), json!(&*master.id));
    body.insert("originalStartTime".into(), start.to_json(zone));
    body.insert("start".into(), start.to_json(zone));
    body.insert("end".into(), end.to_json(zone));
    Value::Object(body)
}

/// The same body with its times at the offsets of another zone.
pub(crate) fn in_zone(body: &Value, calendar_zone: Tz, answer_zone: Tz) -> Value {
    let mut body = body.clone();
    if let Some(map) = body.as_object_mut() {
        for name in ["start", "end", "originalStartTime"] {
            if let Some(when) = map.get(name).and_then(|value| When::from_json(value, calendar_zone)) {
                map.insert(name.into(), when.to_json(answer_zone));
            }
        }
    }
    body
}

/// The etag that belongs to a change at this microsecond: twice its number, in quotes (reference, section 7).
pub(crate) fn etag(micros: i64) -> String {
    format!("\"{}\"", micros.saturating_mul(2))
}

/// `updated` of an event.
pub(crate) fn updated(ms: i64) -> String {
    time::print_utc_ms(ms)
}
