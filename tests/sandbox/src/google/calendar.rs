//! A calendar: its events by id, its change log, and the indices that keep small calls small.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono_tz::Tz;
use serde_json::{Map, Value, json};

use super::event::{self, Event};
use super::series::Series;
use super::times::When;

/// What the user may do with a calendar, in rising order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    FreeBusyReader,
    Reader,
    WriterWithoutPrivateAccess,
    Writer,
    Owner,
}

impl Role {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Role::FreeBusyReader => "freeBusyReader",
            Role::Reader => "reader",
            Role::WriterWithoutPrivateAccess => "writerWithoutPrivateAccess",
            Role::Writer => "writer",
            Role::Owner => "owner",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Role> {
        [Role::FreeBusyReader, Role::Reader, Role::WriterWithoutPrivateAccess, Role::Writer, Role::Owner]
            .into_iter()
            .find(|role| role.name() == name)
    }

    pub(crate) fn may_write(self) -> bool {
        self >= Role::WriterWithoutPrivateAccess
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Calendar {
    pub(crate) id: String,
    pub(crate) summary: String,
    pub(crate) zone: Tz,
    pub(crate) role: Role,
    pub(crate) primary: bool,
    pub(crate) hidden: bool,
    pub(crate) default_reminders: Vec<Value>,
    /// Sync tokens and page tokens of an earlier epoch are dead.
    pub(crate) epoch: u64,
    events: BTreeMap<Arc<str>, Event>,
    /// Each event once, at the position of its last change.
    log: BTreeMap<u64, Arc<str>>,
    exceptions: BTreeMap<Arc<str>, BTreeSet<Arc<str>>>,
    uids: BTreeMap<String, BTreeSet<Arc<str>>>,
    sequence: u64,
}

/// The content of an event about to be stored.
pub(crate) struct Content {
    pub(crate) fields: Map<String, Value>,
    pub(crate) start: When,
    pub(crate) end: When,
    pub(crate) series: Option<Series>,
}

impl Calendar {
    pub(crate) fn new(id: &str, summary: &str, zone: Tz, role: Role) -> Calendar {
        Calendar {
            id: id.to_owned(),
            summary: summary.to_owned(),
            zone,
            role,
            primary: false,
            hidden: false,
            default_reminders: Vec::new(),
            epoch: 0,
            events: BTreeMap::new(),
            log: BTreeMap::new(),
            exceptions: BTreeMap::new(),
            uids: BTreeMap::new(),
            sequence: 0,
        }
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Event> {
        self.events.get(id)
    }

    pub(crate) fn contains(&self, id: &str) -> bool {
        self.events.contains_key(id)
    }

    /// Whether any event, tombstones included, has this iCalendar uid.
    pub(crate) fn has_uid(&self, uid: &str) -> bool {
        self.uids.contains_key(uid)
    }

    pub(crate) fn by_uid<'a>(&'a self, uid: &str) -> impl Iterator<Item = &'a Event> {
        self.uids.get(uid).into_iter().flatten().filter_map(|id| self.events.get(id))
    }

    /// Position of the newest change.
    pub(crate) fn sequence(&self) -> u64 {
        self.sequence
    }

    /// Events in the order of their ids, after `last`.
    pub(crate) fn after(&self, last: Option<&str>) -> impl Iterator<Item = &Event> {
        use std::ops::Bound;
        let from = last.map_or(Bound::Unbounded, Bound::Excluded);
        self.events.range::<str, _>((from, Bound::Unbounded)).map(|(_, event)| event)
    }

    /// Events in the order of their last change, after position `since`.
    pub(crate) fn changed(&self, since: u64) -> impl Iterator<Item = &Event> {
        self.log.range(since.saturating_add(1)..).filter_map(|(_, id)| self.events.get(id))
    }

    pub(crate) fn live(&self) -> impl Iterator<Item = &Event> {
        self.events.values().filter(|event| !event.cancelled)
    }

    pub(crate) fn exceptions_of(&self, master: &str) -> impl Iterator<Item = &Event> {
        self.exceptions.get(master).into_iter().flatten().filter_map(|id| self.events.get(id))
    }

    /// Stores an event under `id`, new or in place of the old one. `bump` false keeps etag, `updated` and position.
    pub(crate) fn put(
        &mut self,
        id: &str,
        content: Content,
        micros: i64,
        updated_ms: i64,
        bump: bool,
    ) -> &Value {
        let Content { mut fields, start, end, series } = content;
        let key: Arc<str> =
            self.events.get_key_value(id).map_or_else(|| id.into(), |(key, _)| Arc::clone(key));
        let old = self.events.remove(&key);
        let seq = match &old {
            Some(old) if !bump => old.seq,
            _ => {
                self.sequence += 1;
                self.sequence
            }
        };
        match &old {
            Some(old) if !bump => {
                if let Some(etag) = old.field("etag") {
                    fields.insert("etag".into(), etag.clone());
                }
            }
            _ => {
                fields.insert("etag".into(), json!(event::etag(micros)));
            }
        }
        if let Some(old) = &old {
            self.log.remove(&old.seq);
        }
        self.log.insert(seq, Arc::clone(&key));
        fields.insert("kind".into(), json!("calendar#event"));
        fields.insert("id".into(), json!(id));
        fields.insert("updated".into(), json!(event::updated(updated_ms)));
        fields.insert("start".into(), start.to_json(self.zone));
        fields.insert("end".into(), end.to_json(self.zone));
        if let Some(uid) = fields.get("iCalUID").and_then(Value::as_str) {
            self.uids.entry(uid.to_owned()).or_default().insert(Arc::clone(&key));
        }
        let master: Option<Arc<str>> = fields.get("recurringEventId").and_then(Value::as_str).map(Arc::from);
        if let Some(master) = &master {
            self.exceptions.entry(Arc::clone(master)).or_default().insert(Arc::clone(&key));
        }
        let first_end_ms = end.ms_in(self.zone);
        let end_ms = match &series {
            Some(series) => series.end_ms(self.zone).unwrap_or(i64::MAX),
            None => first_end_ms,
        };
        let stored = Event {
            id: Arc::clone(&key),
            cancelled: fields.get("status").is_some_and(|status| status == "cancelled"),
            body: Value::Object(fields),
            seq,
            updated_ms,
            start_ms: start.ms_in(self.zone),
            end_ms,
            first_end_ms,
            master,
            series: series.map(Arc::new),
        };
        &self.events.entry(key).or_insert(stored).body
    }

    /// Turns a stored event into a tombstone that keeps its details.
    pub(crate) fn cancel(&mut self, id: &str, micros: i64, updated_ms: i64) {
        let Some(event) = self.events.get_mut(id) else { return };
        self.sequence += 1;
        self.log.remove(&event.seq);
        event.seq = self.sequence;
        self.log.insert(event.seq, Arc::clone(&event.id));
        event.cancelled = true;
        event.updated_ms = updated_ms;
        if let Some(body) = event.body.as_object_mut() {
            body.insert("status".into(), json!("cancelled"));
            body.insert("etag".into(), json!(event::etag(micros)));
            body.insert("updated".into(), json!(event::updated(updated_ms)));
        }
    }

    /// Removes the exceptions of a series from sight: they live no longer than their series.
    pub(crate) fn exception_ids(&self, master: &str) -> Vec<Arc<str>> {
        self.exceptions.get(master).into_iter().flatten().cloned().collect()
    }

    pub(crate) fn entry(&self) -> Value {
        let mut entry = json!({
            "kind": "calendar#calendarListEntry",
            "etag": format!("\"{}\"", 1_000_000 + self.epoch),
            "id": self.id,
            "summary": self.summary,
            "timeZone": self.zone.name(),
            "accessRole": self.role.name(),
            "selected": true,
            "colorId": "14",
            "backgroundColor": "#9fe1e7",
            "foregroundColor": "#000000",
        });
        if let Some(map) = entry.as_object_mut() {
            if self.primary {
                map.insert("primary".into(), json!(true));
            }
            if self.hidden {
                map.insert("hidden".into(), json!(true));
            }
            if !self.default_reminders.is_empty() {
                map.insert("defaultReminders".into(), json!(self.default_reminders));
            }
        }
        entry
    }
}
