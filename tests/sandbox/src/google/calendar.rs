//! A calendar: its events by id, its change log, and the indices that keep small calls small.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono_tz::Tz;
use serde_json::{Map, Value, json};

use super::Tick;
use super::access::Access;
use super::event::{self, Event};
use super::lag::Journal;
use super::series::Series;
use super::times::When;

/// One calendar with its events and the people who may see it.
#[derive(Clone, Debug)]
pub(crate) struct Calendar {
    pub(crate) id: String,
    pub(crate) summary: String,
    pub(crate) zone: Tz,
    /// Whether it is the calendar of a person, whose address is its id.
    pub(crate) primary: bool,
    /// Whether everyone may see it.
    pub(crate) public: bool,
    /// The address of the person who owns its data.
    pub(crate) owner: String,
    /// Who has it, by address.
    pub(crate) access: BTreeMap<String, Access>,
    /// What its lists do not show yet.
    pub(crate) lag: Journal,
    events: BTreeMap<Arc<str>, Event>,
    /// Each event once, at the position of its last change.
    log: BTreeMap<u64, Arc<str>>,
    exceptions: BTreeMap<Arc<str>, BTreeSet<Arc<str>>>,
    uids: BTreeMap<String, BTreeSet<Arc<str>>>,
    /// On a shared calendar each person has reminders of their own: by event, then by address.
    reminders: BTreeMap<Arc<str>, BTreeMap<String, Value>>,
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
    pub(crate) fn new(id: &str, summary: &str, zone: Tz, owner: &str) -> Calendar {
        Calendar {
            id: id.to_owned(),
            summary: summary.to_owned(),
            zone,
            primary: id == owner,
            public: false,
            owner: owner.to_owned(),
            access: BTreeMap::new(),
            lag: Journal::default(),
            events: BTreeMap::new(),
            log: BTreeMap::new(),
            exceptions: BTreeMap::new(),
            uids: BTreeMap::new(),
            reminders: BTreeMap::new(),
            sequence: 0,
        }
    }

    #[must_use]
    pub(crate) fn shared_with(mut self, person: &str, access: Access) -> Calendar {
        self.access.insert(person.to_owned(), access);
        self
    }

    /// The `organizer` of an event that is made here.
    pub(crate) fn as_organizer(&self) -> Value {
        if self.primary {
            json!({ "email": self.id, "self": true })
        } else {
            json!({ "email": self.id, "displayName": self.summary, "self": true })
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
        at: Tick,
        updated_ms: i64,
        bump: bool,
    ) -> &Value {
        let Content { mut fields, start, end, series } = content;
        let key: Arc<str> =
            self.events.get_key_value(id).map_or_else(|| id.into(), |(key, _)| Arc::clone(key));
        let old = self.events.remove(&key);
        self.lag.note(&key, old.as_ref(), at.now_ms);
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
                fields.insert("etag".into(), json!(event::etag(at.micros)));
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
    pub(crate) fn cancel(&mut self, id: &str, at: Tick) {
        let Some(event) = self.events.get_mut(id) else { return };
        self.lag.note(&event.id, Some(event), at.now_ms);
        self.sequence += 1;
        self.log.remove(&event.seq);
        event.seq = self.sequence;
        self.log.insert(event.seq, Arc::clone(&event.id));
        event.cancelled = true;
        event.updated_ms = at.now_ms;
        if let Some(body) = event.body.as_object_mut() {
            body.insert("status".into(), json!("cancelled"));
            body.insert("etag".into(), json!(event::etag(at.micros)));
            body.insert("updated".into(), json!(event::updated(at.now_ms)));
        }
    }

    /// A person's own reminders of an event on a shared calendar, when they chose any.
    pub(crate) fn reminders_of(&self, id: &str, person: &str) -> Option<&Value> {
        self.reminders.get(id)?.get(person)
    }

    /// Takes reminders out of an event that is being written to a shared calendar: they are the writer's alone.
    pub(crate) fn keep_reminders(&mut self, id: &str, person: &str, fields: &mut Map<String, Value>) {
        if self.primary {
            return;
        }
        let usual = json!({ "useDefault": true });
        let own = fields.insert("reminders".into(), usual.clone()).unwrap_or(usual);
        self.reminders.entry(id.into()).or_default().insert(person.to_owned(), own);
    }

    /// Leaves of a tombstone only what is certain.
    pub(crate) fn strip(&mut self, id: &str) {
        if let Some(event) = self.events.get_mut(id).filter(|event| event.cancelled) {
            event.body = event.bare_tombstone();
        }
    }

    /// The ids of a series' exceptions, cancelled ones included.
    pub(crate) fn exception_ids(&self, master: &str) -> Vec<Arc<str>> {
        self.exceptions.get(master).into_iter().flatten().cloned().collect()
    }

    /// Puts an event back to what it was before a change: `None` when it did not exist.
    pub(crate) fn restore(&mut self, id: &Arc<str>, before: Option<Event>) {
        if let Some(event) = self.events.remove(id) {
            self.log.remove(&event.seq);
        }
        if let Some(event) = before {
            self.log.insert(event.seq, Arc::clone(&event.id));
            self.events.insert(Arc::clone(&event.id), event);
        }
    }

    /// Moves the newest position back, so that a token made here leaves out what is not shown.
    pub(crate) fn rewind(&mut self) {
        self.sequence = self.log.keys().next_back().copied().unwrap_or(0);
    }
}
