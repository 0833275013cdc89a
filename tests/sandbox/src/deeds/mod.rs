//! What people do on the pages of either service while a client is at work: one deed at a time, at once or when the
//! n-th request of a kind comes or has been answered.
//!
//! ```
//! use accord_sandbox::{Deed, Moment, Request, Service, World};
//! let mut world = World::new(1, 1_795_348_800_000);
//! world.act(&Deed::google("Lunch").created("2026-11-25T12:00:00+01:00", 60)).unwrap();
//! world.meanwhile(Moment::before(2, Service::Google, "events.list"), Deed::google("Lunch").moved(30));
//! world.meanwhile(Moment::after(2, Service::Google, "events.list"), Deed::google("Lunch").deleted());
//! let list = Request::google("GET", "/calendar/v3/calendars/primary/events");
//! assert!(world.handle(&list).unwrap().json()["items"][0]["start"]["dateTime"] == "2026-11-25T12:00:00+01:00");
//! assert!(world.handle(&list).unwrap().json()["items"][0]["start"]["dateTime"] == "2026-11-25T12:30:00+01:00");
//! assert!(world.google_events("primary").is_empty());
//! assert!(world.deeds_done().iter().all(|deed| deed.outcome.is_ok()) && world.deeds_waiting() == 0);
//! ```

mod read;

use serde_json::{Map, Value, json};

use crate::edits::Side;
use crate::faults::When;
use crate::http::Service;
use crate::time::{self, MINUTE, SECOND};
use crate::world::World;
use crate::zoho::modules::ModuleName;

/// When a deed is done: at the n-th request of a kind, counted from the order on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    nth: u32,
    service: Service,
    kind: String,
    when: When,
}

impl Moment {
    /// Just before the n-th request of this kind takes effect. Kinds are those of [`crate::Counters`], such as
    /// `events.list` or `insert`.
    pub fn before(nth: u32, service: Service, kind: &str) -> Moment {
        Moment { nth: nth.max(1), service, kind: kind.to_owned(), when: When::Before }
    }

    /// Just after it took effect, before its answer is read.
    pub fn after(nth: u32, service: Service, kind: &str) -> Moment {
        Moment { when: When::After, ..Moment::before(nth, service, kind) }
    }
}

/// One thing that a person does.
#[derive(Clone, Debug, PartialEq)]
pub struct Deed {
    side: Side,
    /// The title of the event or meeting, or its id.
    what: String,
    act: Act,
}

#[derive(Clone, Debug, PartialEq)]
enum Act {
    Create { start: String, minutes: i64 },
    Change(Map<String, Value>),
    Move { minutes: i64 },
    Delete,
    Restore,
    Answer { guest: String, answer: String },
}

/// An event or meeting about to be touched by a person: see [`Deed::google`] and [`Deed::crm`].
#[derive(Clone, Debug)]
pub struct Target {
    side: Side,
    what: String,
}

impl Deed {
    /// The event of the primary Google calendar with this title or id; the first in the order of ids if there are more.
    pub fn google(what: &str) -> Target {
        Target { side: Side::Google, what: what.to_owned() }
    }

    /// The meeting of the CRM with this title or id.
    pub fn crm(what: &str) -> Target {
        Target { side: Side::Crm, what: what.to_owned() }
    }
}

impl Target {
    fn with(self, act: Act) -> Deed {
        Deed { side: self.side, what: self.what, act }
    }

    /// Is created under this title. `start` is RFC 3339 with an offset.
    pub fn created(self, start: &str, minutes: i64) -> Deed {
        self.with(Act::Create { start: start.to_owned(), minutes })
    }

    /// Gets another title.
    pub fn renamed(self, title: &str) -> Deed {
        let name = if self.side == Side::Google { "summary" } else { "Event_Title" };
        self.with(Act::Change(Map::from_iter([(name.to_owned(), json!(title))])))
    }

    /// Gets these values; members are named as at the wire. A value that is no object changes nothing.
    pub fn changed(self, fields: Value) -> Deed {
        let fields = if let Value::Object(fields) = fields { fields } else { Map::new() };
        self.with(Act::Change(fields))
    }

    /// Starts and ends later, or, with a negative number, earlier. All-day ones move by whole days.
    pub fn moved(self, minutes: i64) -> Deed {
        self.with(Act::Move { minutes })
    }

    /// Goes to the bin.
    pub fn deleted(self) -> Deed {
        self.with(Act::Delete)
    }

    /// Comes back from the bin, under its old id. On Google's pages that is possible whatever the API allows.
    pub fn restored(self) -> Deed {
        self.with(Act::Restore)
    }

    /// A guest answers: `accepted`, `declined`, `tentative` or `needsAction`; in the CRM a participant's `status`.
    pub fn answered(self, guest: &str, answer: &str) -> Deed {
        self.with(Act::Answer { guest: guest.to_owned(), answer: answer.to_owned() })
    }
}

/// A deed that was done, or could not be.
#[derive(Clone, Debug, PartialEq)]
pub struct Happened {
    /// What was meant to happen.
    pub deed: Deed,
    /// The id of what it touched, or a sentence that says why it was impossible.
    pub outcome: Result<String, String>,
}

/// A deed that waits for its moment.
#[derive(Clone, Debug)]
pub(crate) struct Planned {
    moment: Moment,
    deed: Deed,
}

impl World {
    /// Puts a deed off until its moment.
    pub fn meanwhile(&mut self, moment: Moment, deed: Deed) {
        self.planned.push(Planned { moment, deed });
    }

    /// Does a deed at once. Nothing is counted as a request, and nobody is mailed. Gives the id of what was touched.
    ///
    /// # Errors
    /// A sentence, when there is nothing to do it to or the service refuses it.
    pub fn act(&mut self, deed: &Deed) -> Result<String, String> {
        self.freeze();
        let outcome = match deed.side {
            Side::Google => self.act_on_google(deed),
            Side::Crm => self.act_on_crm(deed),
        };
        self.happened.push(Happened { deed: deed.clone(), outcome: outcome.clone() });
        outcome
    }

    /// The deeds that were done or tried, oldest first.
    pub fn deeds_done(&self) -> &[Happened] {
        &self.happened
    }

    /// How many deeds still wait for their moment. A test whose deeds never came about shows nothing.
    pub fn deeds_waiting(&self) -> usize {
        self.planned.len()
    }

    /// A request of this kind is about to take effect, or has just done so.
    pub(crate) fn do_what_is_due(&mut self, service: Service, kind: &str, when: When) {
        if self.planned.is_empty() {
            return;
        }
        let (mut due, mut waiting) = (Vec::new(), Vec::new());
        for mut planned in std::mem::take(&mut self.planned) {
            let moment = &mut planned.moment;
            if moment.service == service && moment.kind == kind && moment.when == when {
                moment.nth -= 1;
            }
            if moment.nth == 0 { due.push(planned.deed) } else { waiting.push(planned) }
        }
        self.planned = waiting;
        for deed in due {
            // What it came to is kept in the list of deeds.
            let _ = self.act(&deed);
        }
    }

    fn act_on_google(&mut self, deed: &Deed) -> Result<String, String> {
        let id = if let Act::Create { .. } = deed.act {
            None
        } else {
            Some(self.google_target(&deed.what, deed.act == Act::Restore)?)
        };
        let done = |outcome: bool| outcome.then_some(()).ok_or("the calendar refuses this".to_owned());
        match (&deed.act, id) {
            (Act::Create { start, minutes }, _) => {
                let (start, end) = span(start, *minutes)?;
                let fields = json!({ "summary": deed.what, "start": { "dateTime": start }, "end": { "dateTime": end } });
                self.store_google(None, fields)
            }
            (_, None) => Err("there is no such event".into()),
            (Act::Change(fields), Some(id)) => {
                done(self.by_hand("PATCH", Some(&id), &Value::Object(fields.clone())))?;
                Ok(id)
            }
            (Act::Move { minutes }, Some(id)) => {
                let body = self.google_event("primary", &id).cloned().unwrap_or_default();
                let patch = json!({ "start": moved_end(&body, "start", *minutes), "end": moved_end(&body, "end", *minutes) });
                done(self.by_hand("PATCH", Some(&id), &patch))?;
                Ok(id)
            }
            (Act::Delete, Some(id)) => {
                done(self.by_hand("DELETE", Some(&id), &Value::Null))?;
                Ok(id)
            }
            (Act::Restore, Some(id)) => {
                let mut body = self.google_event("primary", &id).cloned().unwrap_or_default();
                if let Some(map) = body.as_object_mut() {
                    map.insert("status".into(), json!("confirmed"));
                }
                self.store_google(Some(&id), body)
            }
            (Act::Answer { guest, answer }, Some(id)) => {
                if !["accepted", "declined", "tentative", "needsAction"].contains(&answer.as_str()) {
                    return Err("an answer is accepted, declined, tentative or needsAction".into());
                }
                let mut body = self.google_event("primary", &id).cloned().unwrap_or_default();
                let rows = body.get_mut("attendees").and_then(Value::as_array_mut);
                answer_in(rows, "email", guest, "responseStatus", answer)?;
                self.store_google(Some(&id), body)
            }
        }
    }

    /// The id of a live event (of a deleted one for a restore) with this id or title.
    fn google_target(&self, what: &str, deleted: bool) -> Result<String, String> {
        let calendar = self.google.calendar("primary").ok_or("there is no primary calendar")?;
        calendar
            .after(None)
            .find(|event| {
                event.cancelled == deleted && (&*event.id == what || event.text("summary") == Some(what))
            })
            .map(|event| event.id.to_string())
            .ok_or_else(|| format!("there is no {} event {what:?}", if deleted { "deleted" } else { "live" }))
    }

    /// Stores an event as the pages do: past the API's limits, with a new etag and a place in the next delta.
    fn store_google(&mut self, id: Option<&str>, body: Value) -> Result<String, String> {
        let Value::Object(fields) = body else { return Err("an event is an object".into()) };
        let now = self.now_ms();
        self.google.seed("primary", id, fields, now, &self.switches)
    }

    fn act_on_crm(&mut self, deed: &Deed) -> Result<String, String> {
        if let Act::Create { start, minutes } = &deed.act {
            let (start, end) = span(start, *minutes)?;
            let row = json!({ "Event_Title": deed.what, "Start_DateTime": start, "End_DateTime": end, "Meeting_Venue__s": "In-office" });
            let known: Vec<u64> =
                self.zoho.module(ModuleName::Events).all().map(|record| record.id).collect();
            self.crm_by_hand("POST", "/crm/v8/Events", Some(row));
            let new =
                self.zoho.module(ModuleName::Events).all().rev().find(|record| !known.contains(&record.id));
            return new.map(|record| record.id.to_string()).ok_or("the CRM refuses this".into());
        }
        let id = self.crm_target(&deed.what, deed.act == Act::Restore)?;
        let path = format!("/crm/v8/Events/{id}");
        let done = match &deed.act {
            Act::Create { .. } => false,
            Act::Change(fields) => self.crm_by_hand("PUT", &path, Some(Value::Object(fields.clone()))),
            Act::Move { minutes } => {
                let shown = self
                    .crm_events()
                    .into_iter()
                    .find(|row| row.get("id").and_then(Value::as_str) == Some(&id));
                let row = shown.map(|row| moved_meeting(&row, *minutes)).unwrap_or_default();
                self.crm_by_hand("PUT", &path, Some(row))
            }
            Act::Delete => self.crm_by_hand("DELETE", &path, None),
            Act::Restore => self.restore_meeting(&id),
            Act::Answer { guest, answer } => return self.answer_in_crm(&id, guest, answer),
        };
        if done { Ok(id) } else { Err("the CRM refuses this".into()) }
    }

    fn crm_target(&self, what: &str, deleted: bool) -> Result<String, String> {
        let events = self.zoho.module(ModuleName::Events);
        let fits = |record: &&crate::zoho::modules::Record| {
            record.id.to_string() == what
                || record.fields.get("Event_Title").and_then(Value::as_str) == Some(what)
        };
        let found = if deleted {
            events.bin().map(|deleted| &deleted.record).find(fits)
        } else {
            events.all().find(fits)
        };
        found.map(|record| record.id.to_string()).ok_or_else(|| {
            format!("there is no {} meeting {what:?}", if deleted { "deleted" } else { "live" })
        })
    }

    /// A participant's answer arrives by mail and changes the record like any other edit.
    fn answer_in_crm(&mut self, id: &str, guest: &str, answer: &str) -> Result<String, String> {
        let number: u64 = id.parse().map_err(|_| "an id is a number".to_owned())?;
        let now = self.now_ms() - self.now_ms().rem_euclid(SECOND);
        let events = self.zoho.module_mut(ModuleName::Events);
        let mut record = events.get(number).cloned().ok_or("there is no such meeting")?;
        let rows = record.fields.get_mut("Participants").and_then(Value::as_array_mut);
        answer_in(rows, "Email", guest, "status", answer)?;
        record.modified_ms = now;
        events.put(record);
        Ok(id.to_owned())
    }
}

fn answer_in(
    rows: Option<&mut Vec<Value>>,
    by: &str,
    guest: &str,
    name: &str,
    answer: &str,
) -> Result<(), String> {
    rows.into_iter()
        .flatten()
        .find(|row| {
            row.get(by).and_then(Value::as_str).is_some_and(|email| email.eq_ignore_ascii_case(guest))
        })
        .and_then(Value::as_object_mut)
        .map(|row| drop(row.insert(name.to_owned(), json!(answer))))
        .ok_or("there is no such guest".into())
}

/// Both ends, printed, of something that lasts so many minutes.
fn span(start: &str, minutes: i64) -> Result<(String, String), String> {
    let at = time::parse_rfc3339(start).ok_or("start is RFC 3339 with an offset")?;
    let end = at.ms.saturating_add(minutes.saturating_mul(MINUTE));
    Ok((start.to_owned(), time::print(end, at.offset, false)))
}

fn moved_end(body: &Value, name: &str, minutes: i64) -> Value {
    let Some(end) = body.get(name) else { return Value::Null };
    let mut end = end.clone();
    if let Some(map) = end.as_object_mut() {
        if let Some(at) = map.get("dateTime").and_then(Value::as_str).and_then(time::parse_rfc3339) {
            let ms = at.ms.saturating_add(minutes.saturating_mul(MINUTE));
            map.insert("dateTime".into(), json!(time::print(ms, at.offset, false)));
        } else if let Some(date) = map.get("date").and_then(Value::as_str).and_then(time::parse_date) {
            let moved = chrono::TimeDelta::try_days(minutes / (24 * 60))
                .and_then(|days| date.checked_add_signed(days));
            map.insert("date".into(), json!(time::print_date(moved.unwrap_or(date))));
        }
    }
    end
}

fn moved_meeting(record: &Value, minutes: i64) -> Value {
    let mut row = Map::new();
    for name in ["Start_DateTime", "End_DateTime"] {
        if let Some(at) = record.get(name).and_then(Value::as_str).and_then(time::parse_rfc3339) {
            let ms = at.ms.saturating_add(minutes.saturating_mul(MINUTE));
            row.insert(name.into(), json!(time::print(ms, at.offset, false)));
        }
    }
    Value::Object(row)
}
