//! A person at work on the pages of Google or of the CRM: believable changes, for benchmarks and for "two people at
//! once": a round of edits can be put off until some more requests were answered.

use fastrand::Rng;
use serde_json::{Map, Value, json};

use crate::google::ANA;
use crate::http::{Request, encode};
use crate::maker::Maker;
use crate::switches::UiCopyKeepsPrivate;
use crate::time::{self, HOUR, MINUTE};
use crate::world::World;
use crate::zoho;

/// What a round of edits did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Edited {
    /// Events whose title, time, place or description changed.
    pub changed: usize,
    /// New events.
    pub added: usize,
    /// Deleted events.
    pub deleted: usize,
}

/// Where a person works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The primary Google calendar.
    Google,
    /// The CRM's meetings.
    Crm,
}

/// A round of edits that waits for requests to be answered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Later {
    after: u64,
    side: Side,
    count: usize,
    seed: u64,
}

impl World {
    /// Makes `count` changes on one side as soon as `after` more requests were answered.
    pub fn edit_later(&mut self, after: u64, side: Side, count: usize, seed: u64) {
        self.later.push(Later { after, side, count, seed });
    }

    /// One request was answered: does what is due.
    pub(crate) fn edit_what_is_due(&mut self) {
        if self.later.is_empty() {
            return;
        }
        for later in &mut self.later {
            later.after = later.after.saturating_sub(1);
        }
        let (due, waiting) = std::mem::take(&mut self.later).into_iter().partition(|later| later.after == 0);
        self.later = waiting;
        let due: Vec<Later> = due;
        for Later { side, count, seed, .. } in due {
            match side {
                Side::Google => self.edit(count, seed),
                Side::Crm => self.edit_crm(count, seed),
            };
        }
    }

    /// Makes `count` changes of the CRM's meetings, in the same shares as [`World::edit`]. Nothing is counted as a
    /// request, and nobody is mailed.
    pub fn edit_crm(&mut self, count: usize, seed: u64) -> Edited {
        self.freeze();
        let mut rng = Rng::with_seed(seed ^ 0xc4_3ed1);
        let zone = self.zoho.zone;
        let today = time::ms_to_local(zone, self.now_ms()).date();
        let mut maker = Maker::around(seed ^ 0x5eed, zone, today);
        let mut targets: Vec<Value> = self
            .crm_events()
            .into_iter()
            .filter(|record| record.get("Recurring_Activity").is_none_or(Value::is_null))
            .collect();
        rng.shuffle(&mut targets);
        let mut done = Edited::default();
        for index in 0..count {
            match index % 10 {
                3 | 8 => {
                    let event = Value::Object(maker.plain());
                    let row = json!({
                        "Event_Title": event.get("summary"), "Meeting_Venue__s": "In-office", "Venue": event.get("location"),
                        "Start_DateTime": event.pointer("/start/dateTime"), "End_DateTime": event.pointer("/end/dateTime"),
                    });
                    done.added += usize::from(self.crm_by_hand("POST", "/crm/v8/Events", Some(row)));
                }
                6 => {
                    let Some(id) = targets
                        .pop()
                        .and_then(|record| record.get("id").and_then(Value::as_str).map(str::to_owned))
                    else {
                        continue;
                    };
                    done.deleted +=
                        usize::from(self.crm_by_hand("DELETE", &format!("/crm/v8/Events/{id}"), None));
                }
                _ => {
                    let Some(record) = targets.pop() else { continue };
                    let row = match rng.u8(0..10) {
                        0..=4 => json!({ "Event_Title": maker.title() }),
                        5..=6 => json!({ "Venue": maker.place() }),
                        _ => moved_meeting(&mut rng, &record),
                    };
                    let path = format!(
                        "/crm/v8/Events/{}",
                        record.get("id").and_then(Value::as_str).unwrap_or_default()
                    );
                    done.changed += usize::from(self.crm_by_hand("PUT", &path, Some(row)));
                }
            }
        }
        done
    }

    /// Carries out a write of the CRM past counters and faults, without mails.
    pub(crate) fn crm_by_hand(&mut self, method: &str, path: &str, row: Option<Value>) -> bool {
        let request = match row {
            None => Request::zoho(method, path),
            Some(mut row) => {
                if let Some(map) = row.as_object_mut() {
                    map.insert("$send_notification".into(), json!(false));
                }
                Request::zoho(method, path).json(&json!({ "data": [row] }))
            }
        };
        let mut call = zoho::Call {
            now_ms: self.now_ms(),
            switches: &self.switches,
            mails: &mut self.mails,
            bad_record: None,
            locked: None,
            writes: 0,
            load: None,
        };
        self.zoho.handle(&request, &mut call);
        call.writes > 0
    }

    /// Makes `count` changes: about 70 % edits, 20 % new events, 10 % deletions. Only single events that Ana may
    /// edit are touched, each at most once. Nothing is counted as a request.
    pub fn edit(&mut self, count: usize, seed: u64) -> Edited {
        self.freeze();
        let now = self.now_ms();
        let mut rng = Rng::with_seed(seed ^ 0xed175);
        let zone = self.zone();
        let today = time::ms_to_local(zone, now).date();
        let mut maker = Maker::around(seed ^ 0x5eed, zone, today);
        let mut targets: Vec<(String, Value)> = self
            .google
            .calendar("primary")
            .into_iter()
            .flat_map(|calendar| calendar.live())
            .filter(|event| {
                event.is_own()
                    && event.event_type() == "default"
                    && event.series.is_none()
                    && event.master.is_none()
                    && !event.flag("locked")
                    && event.end_ms > event.start_ms
            })
            .map(|event| (event.id.to_string(), event.body.clone()))
            .collect();
        rng.shuffle(&mut targets);
        let mut done = Edited::default();
        for index in 0..count {
            // A fixed share, not a chance: equal counts make equal work in every run.
            match index % 10 {
                3 | 8 => {
                    let body = Value::Object(maker.plain());
                    done.added += usize::from(self.by_hand("POST", None, &body));
                }
                6 => {
                    let Some((id, _)) = targets.pop() else { continue };
                    done.deleted += usize::from(self.by_hand("DELETE", Some(&id), &Value::Null));
                }
                _ => {
                    let Some((id, body)) = targets.pop() else { continue };
                    let patch = change(&mut maker, &mut rng, &body);
                    done.changed += usize::from(self.by_hand("PATCH", Some(&id), &patch));
                }
            }
        }
        done
    }

    /// A person copies an event on Google's pages. The copy has an id of its own; whether private extended properties
    /// go with it is a switch. Gives the id of the copy, or none when there is no such live event.
    pub fn copy_event(&mut self, id: &str) -> Option<String> {
        let calendar = self.google.calendar("primary")?;
        let mut fields = calendar.get(id).filter(|event| !event.cancelled)?.body.as_object()?.clone();
        for own in
            ["id", "iCalUID", "htmlLink", "created", "updated", "etag", "sequence", "organizer", "creator"]
        {
            fields.remove(own);
        }
        if self.switches.ui_copy_keeps_private == UiCopyKeepsPrivate::No
            && let Some(properties) = fields.get_mut("extendedProperties").and_then(Value::as_object_mut)
        {
            properties.remove("private");
        }
        let now = self.now_ms();
        self.google.seed("primary", None, fields, now, &self.switches).ok()
    }

    /// Carries out a write past counters and faults.
    pub(crate) fn by_hand(&mut self, method: &str, id: Option<&str>, body: &Value) -> bool {
        let mut path = format!("/calendar/v3/calendars/{}/events", encode(ANA));
        if let Some(id) = id {
            path.push('/');
            path.push_str(id);
        }
        let request = Request::google(method, &path).json(body);
        let now = self.now_ms();
        let answer = self.google.by_person(&request, now, &self.switches, &mut self.mails);
        (200..300).contains(&answer.status)
    }
}

/// Moves a meeting by days, so that all-day ones stay whole.
fn moved_meeting(rng: &mut Rng, record: &Value) -> Value {
    let days = rng.i64(1..4);
    let mut row = Map::new();
    for name in ["Start_DateTime", "End_DateTime"] {
        if let Some(at) = record.get(name).and_then(Value::as_str).and_then(time::parse_rfc3339) {
            row.insert(name.into(), json!(time::print(at.ms + days * 24 * HOUR, at.offset, false)));
        }
    }
    Value::Object(row)
}

/// A change of one to two fields that leaves the event different.
fn change(maker: &mut Maker, rng: &mut Rng, body: &Value) -> Value {
    let mut patch = Map::new();
    match rng.u8(0..10) {
        0..=3 => {
            patch.insert("summary".into(), json!(maker.title()));
        }
        4..=7 => shift(&mut patch, rng, body),
        8 => {
            patch.insert("location".into(), json!(maker.place()));
            shift(&mut patch, rng, body);
        }
        _ => {
            patch.insert("description".into(), json!(format!("Changed: {}", maker.title())));
        }
    }
    Value::Object(patch)
}

/// Moves an event: timed ones by quarters of an hour, all-day ones by days.
fn shift(patch: &mut Map<String, Value>, rng: &mut Rng, body: &Value) {
    let quarters = rng.i64(1..16) * if rng.bool() { 1 } else { -1 };
    let days = rng.i64(1..4);
    for name in ["start", "end"] {
        let Some(end) = body.get(name) else { continue };
        if let Some(at) = end.get("dateTime").and_then(Value::as_str).and_then(time::parse_rfc3339) {
            let moved = at.ms + quarters * 15 * MINUTE + days * 24 * HOUR;
            patch.insert(name.into(), json!({ "dateTime": time::print(moved, at.offset, false) }));
        } else if let Some(date) = end.get("date").and_then(Value::as_str).and_then(time::parse_date) {
            let moved = date + chrono::TimeDelta::days(days);
            patch.insert(name.into(), json!({ "date": time::print_date(moved) }));
        }
    }
}
