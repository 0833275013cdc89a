//! A seeded simulation of the whole engine against the sandbox services: people edit both sides, services fail, answers
//! are lost, the host is killed, and whatever happens both sides end in accord. Each seed is one story; it runs twice,
//! and both runs make the same calls (I22). A failing story is shrunk and printed with its seed.
//!
//! `SIMULATE_FROM` and `SIMULATE_SEEDS` choose the seeds; `cargo xtask simulate` sets them.

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

#[path = "../support/mod.rs"]
mod support;

use accord_sandbox::{Fault, FaultKind, Service, World, parse_instant};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestError, TestRunner};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use support::{Ended, Host, Kill, now_ms};

/// A side, as people see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Google,
    Crm,
}

/// A mapped field that people change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Field {
    Title,
    Time,
    Place,
    Description,
    Reminder,
}

const FIELDS: [Field; 5] = [Field::Title, Field::Time, Field::Place, Field::Description, Field::Reminder];

/// What happens next.
#[derive(Clone, Debug)]
enum Step {
    Add(Side, Shape),
    Edit(Side, usize, Field, Shape),
    Touch(Side, usize),
    Delete(Side, usize),
    Sync,
    SyncKilled { at: usize, after: bool },
    Push(usize),
    PushKilled { which: usize, at: usize, after: bool },
    Trouble(Trouble),
    ExpireTokens,
    Wait(u32),
    LoseState,
}

/// When an event takes place.
#[derive(Clone, Debug)]
enum Shape {
    Timed { hours: i64, minutes: i64, offset: i32 },
    AllDay { day: u64, days: u64 },
}

#[derive(Clone, Copy, Debug)]
enum Trouble {
    Answer(u16, Service),
    AnswerAfter(u16, Service),
    Lost(Service),
    LostAfter(Service),
    Truncated(Service),
    TooFast(Service),
}

fn shape() -> impl Strategy<Value = Shape> {
    prop_oneof![
        3 => (-200_i64..2_000, 1_i64..300, prop::sample::select(vec![-600, -210, 0, 60, 345, 630, 780]))
            .prop_map(|(hours, minutes, offset)| Shape::Timed { hours, minutes, offset }),
        1 => (0_u64..200, 1_u64..5).prop_map(|(day, days)| Shape::AllDay { day, days }),
    ]
}

fn side() -> impl Strategy<Value = Side> {
    prop::sample::select(vec![Side::Google, Side::Crm])
}

fn service() -> impl Strategy<Value = Service> {
    prop::sample::select(vec![Service::Google, Service::Zoho])
}

fn trouble() -> impl Strategy<Value = Trouble> {
    prop_oneof![
        (prop::sample::select(vec![401_u16, 403, 429, 500, 503]), service())
            .prop_map(|(status, service)| Trouble::Answer(status, service)),
        (prop::sample::select(vec![500_u16, 503]), service())
            .prop_map(|(status, service)| Trouble::AnswerAfter(status, service)),
        service().prop_map(Trouble::Lost),
        service().prop_map(Trouble::LostAfter),
        service().prop_map(Trouble::Truncated),
        service().prop_map(Trouble::TooFast),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let field = || prop::sample::select(FIELDS.to_vec());
    prop_oneof![
        5 => (side(), shape()).prop_map(|(side, shape)| Step::Add(side, shape)),
        9 => (side(), any::<usize>(), field(), shape())
            .prop_map(|(side, which, field, shape)| Step::Edit(side, which, field, shape)),
        2 => (side(), any::<usize>()).prop_map(|(side, which)| Step::Touch(side, which)),
        3 => (side(), any::<usize>()).prop_map(|(side, which)| Step::Delete(side, which)),
        8 => Just(Step::Sync),
        4 => (0_usize..40, any::<bool>()).prop_map(|(at, after)| Step::SyncKilled { at, after }),
        2 => any::<usize>().prop_map(Step::Push),
        1 => (any::<usize>(), 0_usize..12, any::<bool>())
            .prop_map(|(which, at, after)| Step::PushKilled { which, at, after }),
        3 => trouble().prop_map(Step::Trouble),
        1 => Just(Step::ExpireTokens),
        2 => (1_u32..200_000).prop_map(Step::Wait),
        1 => Just(Step::LoseState),
    ]
}

const SWITCHES: &[(&str, &[&str])] = &[
    ("allday_end", &["235959_inclusive", "2359", "midnight_same", "midnight_next"]),
    ("allday_offset", &["zero", "user_zone"]),
    ("answer_offset", &["user_zone", "as_written"]),
    ("bad_token", &["400", "410"]),
    ("get_deleted", &["200", "404", "410"]),
    ("delta_tombstone", &["bare", "full"]),
    ("delta_window", &["unbounded", "initial"]),
    ("missing_get", &["204", "404", "400"]),
    ("page_fill", &["before_filter", "after_filter"]),
    ("text_rewrite", &["crlf", "kept"]),
    ("user_tz", &["absent", "present"]),
    ("venue_required", &["yes", "no"]),
    ("ims", &["exclusive", "inclusive"]),
    ("body_412", &["wrapped", "flat"]),
    ("sort_reminders", &["no", "yes"]),
    ("noop_patch_bumps_etag", &["false", "true"]),
    ("reminder_edit_bumps_etag", &["false", "true"]),
    ("list_truncate_description", &["no", "yes"]),
    ("participants_put", &["replace", "merge"]),
    ("undelete", &["ok", "forbidden"]),
];

/// How a story is set up.
#[derive(Clone, Debug)]
struct Setup {
    switches: Vec<usize>,
    batch: bool,
    limit: u32,
    conflict: usize,
    one_way: bool,
}

fn setup() -> impl Strategy<Value = Setup> {
    let switches = prop::collection::vec(0_usize..4, SWITCHES.len());
    (switches, any::<bool>(), 3_u32..40, 0_usize..3, prop::bool::weighted(0.2)).prop_map(
        |(switches, batch, limit, conflict, one_way)| Setup { switches, batch, limit, conflict, one_way },
    )
}

/// What people did to one event since both sides were last known to agree.
#[derive(Clone, Debug, Default)]
struct Thing {
    written: BTreeMap<(u8, Field), String>,
    deleted: [bool; 2],
    /// Both sides were once known to agree on it: before that, a deletion may meet an event that is not linked yet, and
    /// the other half counts as new.
    agreed: bool,
}

/// The story's own bookkeeping. Every title is used once, `E<thing> v<n>`, so that an event and its counterpart are
/// known by their titles.
struct Story {
    host: Host,
    settings: Value,
    one_way: bool,
    all_day_offset: &'static str,
    reminders_show: bool,
    ambiguous_ends: bool,
    things: Vec<Thing>,
    values: usize,
    trouble: Vec<Fault>,
    /// A cycle since the last agreement did not run to its end: what it did of it is not known.
    disturbed: bool,
    conflicts: usize,
    calls: Vec<String>,
}

impl Story {
    fn new(setup: &Setup) -> Self {
        let mut host = Host::on(World::new(1, now_ms()));
        host.batch = setup.batch;
        let mut all_day_offset = "zero";
        let mut reminders_show = false;
        let mut ambiguous_ends = false;
        for ((name, values), choice) in SWITCHES.iter().zip(&setup.switches) {
            let value = values[choice % values.len()];
            host.world.switches().set(name, value).unwrap();
            host.exclusive_ends |= value == "midnight_next";
            ambiguous_ends |= value == "midnight_same";
            reminders_show |= (*name, value) == ("reminder_edit_bumps_etag", "true");
            if *name == "allday_offset" {
                all_day_offset = value;
            }
        }
        let conflict = ["newest", "google", "crm"][setup.conflict];
        let settings = json!({
            "direction": if setup.one_way { "crm-to-google" } else { "two-way" },
            "conflict": conflict,
            "limits": { "firstSync": setup.limit * 2, "laterSync": setup.limit },
        });
        host.activate_with(settings.clone());
        Self {
            host,
            settings,
            one_way: setup.one_way,
            all_day_offset,
            reminders_show,
            ambiguous_ends,
            things: Vec::new(),
            values: 0,
            trouble: Vec::new(),
            disturbed: false,
            conflicts: 0,
            calls: Vec::new(),
        }
    }

    fn take(&mut self, step: &Step) -> Result<(), TestCaseError> {
        let step = &self.plain(step);
        trace(|| format!("== {step:?}"));
        match step {
            // In one direction people leave the target alone: what they do there stays (D1), which stories tell.
            Step::Add(side, shape) => self.add(if self.one_way { Side::Crm } else { *side }, shape),
            Step::Edit(side, which, field, shape) => {
                self.edit(if self.one_way { Side::Crm } else { *side }, *which, *field, shape);
            }
            Step::Touch(side, which) => self.touch(*side, *which),
            Step::Delete(side, which) => self.delete(if self.one_way { Side::Crm } else { *side }, *which),
            Step::Sync => self.cycle(run(self.host.batch), None)?,
            Step::SyncKilled { at, after } => self.cycle(run(self.host.batch), Some(kill(*at, *after)))?,
            Step::Push(which) => {
                if let Some(command) = self.push(*which) {
                    self.cycle(command, None)?;
                }
            }
            Step::PushKilled { which, at, after } => {
                if let Some(command) = self.push(*which) {
                    self.cycle(command, Some(kill(*at, *after)))?;
                }
            }
            Step::Trouble(trouble) => self.trouble.push(fault(*trouble)),
            Step::ExpireTokens => self.host.world.expire_sync_tokens(),
            Step::Wait(seconds) => self.host.advance(i64::from(*seconds) * 1_000),
            Step::LoseState => {
                // What changed while nothing was remembered cannot be told from what is new: the state is lost in accord.
                self.quiet()?;
                self.host.rows.clear();
                self.host.activate_with(self.settings.clone());
                let report = self.host.sync();
                prop_assert_eq!(&report["crm"], &nothing(), "I23: {:#?}", self.host.trace);
                prop_assert_eq!(&report["google"], &nothing(), "I23: {:#?}", self.host.trace);
            }
        }
        Ok(())
    }

    /// Where midnight to a later midnight may be of two lengths, which only a meeting of one day tells apart, people have
    /// meetings of one day.
    fn plain(&self, step: &Step) -> Step {
        let mut step = step.clone();
        if let Step::Add(_, Shape::AllDay { days, .. }) | Step::Edit(_, _, _, Shape::AllDay { days, .. }) =
            &mut step
            && self.ambiguous_ends
        {
            *days = 1;
        }
        step
    }

    // People

    fn value(&mut self) -> usize {
        self.values += 1;
        self.values
    }

    fn add(&mut self, side: Side, shape: &Shape) {
        let (thing, value) = (self.things.len(), self.value());
        self.things.push(Thing::default());
        let mut body = google_time(shape);
        body["summary"] = json!(format!("E{thing} v{value}"));
        match side {
            Side::Google => drop(self.host.add_event(body)),
            Side::Crm => {
                let mut row = self.crm_time(shape);
                row["Event_Title"] = body["summary"].clone();
                self.host.add_meeting(row);
            }
        }
    }

    fn live(&self, side: Side) -> Vec<Value> {
        match side {
            Side::Google => self.host.world.google_events("primary"),
            Side::Crm => self.host.world.crm_events(),
        }
    }

    /// One of a side's events: its id, and which thing it is.
    fn pick(&self, side: Side, which: usize) -> Option<(String, usize)> {
        let live = self.live(side);
        let row = live.get(which.checked_rem(live.len())?)?;
        Some((row["id"].as_str().unwrap().to_owned(), thing(title(row))))
    }

    fn edit(&mut self, side: Side, which: usize, field: Field, shape: &Shape) {
        // Google may keep quiet about a change of reminders alone: then nobody can know of it.
        if side == Side::Google && field == Field::Reminder && !self.reminders_show {
            return;
        }
        let Some((id, thing)) = self.pick(side, which) else { return };
        let value = self.value();
        let minutes = value % 500 + 1;
        match side {
            Side::Google => {
                let body = match field {
                    Field::Title => json!({ "summary": format!("E{thing} v{value}") }),
                    Field::Time => cleared(google_time(shape)),
                    Field::Place => json!({ "location": format!("P{value}") }),
                    Field::Description => {
                        json!({ "description": format!("D{value} R&amp;D &lt;b&gt;<br>x") })
                    }
                    Field::Reminder => json!({ "reminders": { "useDefault": false, "overrides": [
                        { "method": "email", "minutes": 600 }, { "method": "popup", "minutes": minutes }
                    ] } }),
                };
                self.host.edit_event(&id, body);
            }
            Side::Crm => {
                let body = match field {
                    Field::Title => json!({ "Event_Title": format!("E{thing} v{value}") }),
                    Field::Time => self.crm_time(shape),
                    Field::Place => json!({ "Venue": format!("P{value}") }),
                    Field::Description => json!({ "Description": format!("D{value} R&D <b>\nx") }),
                    Field::Reminder => json!({ "Remind_At": [{ "unit": minutes, "period": "minutes" }] }),
                };
                self.host.edit_meeting(&id, body);
            }
        }
        let row = self.live(side).into_iter().find(|row| row["id"] == json!(id)).unwrap();
        let written = self.shown(side, &row, field);
        self.things[thing].written.insert((side as u8, field), written);
    }

    /// A change of a field that is not mapped (K7).
    fn touch(&mut self, side: Side, which: usize) {
        let Some((id, _)) = self.pick(side, which) else { return };
        let value = self.value();
        match side {
            Side::Google => self.host.edit_event(&id, json!({ "colorId": (value % 11 + 1).to_string() })),
            Side::Crm => self.host.edit_meeting(&id, json!({ "Meeting_Venue__s": "Online" })),
        }
    }

    fn delete(&mut self, side: Side, which: usize) {
        let Some((id, thing)) = self.pick(side, which) else { return };
        match side {
            Side::Google => self.host.delete_event(&id),
            Side::Crm => self.host.delete_meeting(&id),
        }
        self.things[thing].deleted[side as usize] = true;
        self.things[thing].written.retain(|(by, _), _| *by != side as u8);
    }

    fn crm_time(&self, shape: &Shape) -> Value {
        let time = google_time(shape);
        match shape {
            Shape::Timed { .. } => json!({
                "All_day": false, "Start_DateTime": time["start"]["dateTime"], "End_DateTime": time["end"]["dateTime"]
            }),
            // The CRM's own screens write all-day meetings as the CRM shows them.
            Shape::AllDay { .. } => {
                let first = time["start"]["date"].as_str().unwrap();
                let end: chrono::NaiveDate = time["end"]["date"].as_str().unwrap().parse().unwrap();
                json!({
                    "All_day": true,
                    "Start_DateTime": self.midnight(first.parse().unwrap()),
                    "End_DateTime": if self.host.exclusive_ends { self.midnight(end) } else { self.midnight(end.pred_opt().unwrap()) },
                })
            }
        }
    }

    fn midnight(&self, date: chrono::NaiveDate) -> String {
        use chrono::{Offset, TimeZone};
        let zone = chrono_tz::Europe::Paris;
        let offset = match self.all_day_offset {
            "zero" => 0,
            _ => zone
                .offset_from_local_datetime(&date.and_hms_opt(0, 0, 0).unwrap())
                .unwrap()
                .fix()
                .local_minus_utc(),
        };
        format!("{date}T00:00:00{}", chrono::FixedOffset::east_opt(offset).unwrap())
    }

    fn push(&self, which: usize) -> Option<Value> {
        let (id, _) = self.pick(Side::Crm, which)?;
        Some(json!({ "name": "run", "trigger": "crm-change", "crmIds": [id], "batch": self.host.batch }))
    }

    // What is there

    /// A field's value in a form that both sides share.
    fn shown(&self, side: Side, row: &Value, field: Field) -> String {
        let text = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
        match (side, field) {
            (Side::Google, Field::Title) => text("summary"),
            (Side::Crm, Field::Title) => text("Event_Title"),
            (Side::Google, Field::Place) => text("location"),
            (Side::Crm, Field::Place) => text("Venue"),
            (Side::Google, Field::Description) => text("description")
                .replace("<br>", "\n")
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&amp;", "&"),
            (Side::Crm, Field::Description) => text("Description").replace('\r', ""),
            (Side::Google, Field::Time) => google_extent(row),
            (Side::Crm, Field::Time) => crm_extent(row, self.host.exclusive_ends),
            (Side::Google, Field::Reminder) => {
                let reminders = &row["reminders"];
                if reminders["useDefault"] == true {
                    return "10".to_owned();
                }
                let popup = reminders["overrides"]
                    .as_array()
                    .and_then(|all| all.iter().find(|r| r["method"] == "popup"));
                popup.map(|popup| popup["minutes"].to_string()).unwrap_or_default()
            }
            (Side::Crm, Field::Reminder) => match &row["Remind_At"][0] {
                Value::Null => String::new(),
                reminder => {
                    let unit = match reminder["period"].as_str().unwrap() {
                        "days" => 1_440,
                        "hours" => 60,
                        _ => 1,
                    };
                    (reminder["unit"].as_u64().unwrap() * unit).to_string()
                }
            },
        }
    }

    /// The live events of a side by the thing that they are; none may be there twice (I4).
    fn by_thing(&self, side: Side) -> Result<BTreeMap<usize, Value>, TestCaseError> {
        let mut found = BTreeMap::new();
        for row in self.live(side) {
            let thing = thing(title(&row));
            prop_assert!(found.insert(thing, row).is_none(), "I4: E{} is there twice: {:?}", thing, side);
        }
        Ok(found)
    }

    // Cycles

    /// One cycle, perhaps killed, and what must hold whatever became of it.
    fn cycle(&mut self, command: Value, kill: Option<Kill>) -> Result<(), TestCaseError> {
        let pushes = command["trigger"] == "crm-change";
        let before = (self.by_thing(Side::Google)?, self.by_thing(Side::Crm)?);
        for fault in self.trouble.drain(..) {
            self.host.world.faults().add(fault);
        }
        let ended = match kill {
            Some(kill) => self.host.run_killed(command, kill),
            None => self.host.run(command),
        };
        trace(|| format!("{ended:?}\n{:#?}", self.host.trace));
        self.calls.append(&mut self.host.trace.clone());
        self.host.world.faults().clear();
        let after = (self.by_thing(Side::Google)?, self.by_thing(Side::Crm)?);
        prop_assert!(self.host.world.mails().is_empty(), "I17: somebody was mailed");
        // What an edit brought back is there as if nobody had deleted it.
        after.0.keys().for_each(|thing| self.things[*thing].deleted[Side::Google as usize] = false);
        after.1.keys().for_each(|thing| self.things[*thing].deleted[Side::Crm as usize] = false);
        for (thing, row) in &before.0 {
            let deleted = self.things[*thing].deleted[Side::Crm as usize];
            prop_assert!(
                after.0.contains_key(thing) || deleted,
                "I7: {} was deleted in Google",
                row["summary"]
            );
        }
        for (thing, row) in &before.1 {
            let deleted = self.things[*thing].deleted[Side::Google as usize];
            prop_assert!(
                after.1.contains_key(thing) || deleted,
                "I7: {} was deleted in the CRM",
                row["Event_Title"]
            );
            if self.one_way {
                prop_assert_eq!(Some(row), after.1.get(thing), "I9: the source was written");
            }
        }
        match ended {
            Ended::Done(report) => {
                self.conflicts += report["conflicts"].as_array().map_or(0, Vec::len);
                let complete = report["remaining"] == 0
                    && report["questions"] == json!([])
                    && report["parked"] == json!([]);
                if complete && !pushes { self.agree()? } else { self.disturbed = true }
            }
            Ended::Failed { .. } | Ended::Killed => self.disturbed = true,
        }
        Ok(())
    }

    /// After a complete cycle both sides hold what people last wrote (I1, I3, I5, I6).
    fn agree(&mut self) -> Result<(), TestCaseError> {
        let google = self.by_thing(Side::Google)?;
        let crm = self.by_thing(Side::Crm)?;
        let mut contested = 0;
        for (index, thing) in self.things.iter().enumerate() {
            let (left, right) = (google.get(&index), crm.get(&index));
            let wrote = |side: Side| thing.written.keys().any(|(by, _)| *by == side as u8);
            let expected = match thing.deleted {
                [false, false] => None,
                [true, true] => Some(false),
                [true, false] => (!self.disturbed || !wrote(Side::Crm)).then(|| wrote(Side::Crm)),
                [false, true] => (!self.disturbed || !wrote(Side::Google)).then(|| wrote(Side::Google)),
            };
            prop_assert_eq!(left.is_some(), right.is_some(), "E{} is only on one side", index);
            if let Some(expected) = expected.filter(|_| !self.one_way && (thing.agreed || !self.disturbed)) {
                prop_assert_eq!(left.is_some(), expected, "I5, I6: E{} was deleted {:?}", index, thing);
            }
            let (Some(left), Some(right)) = (left, right) else { continue };
            for field in FIELDS {
                let (in_google, in_crm) =
                    (self.shown(Side::Google, left, field), self.shown(Side::Crm, right, field));
                prop_assert_eq!(&in_google, &in_crm, "I1: E{} {:?}", index, field);
                let by = |side: Side| thing.written.get(&(side as u8, field));
                match (by(Side::Google), by(Side::Crm)) {
                    (None, None) => {}
                    // Until it is known how the CRM takes all-day times, its time is not believed over Google's: what is
                    // given up for that is reported as a conflict, by a cycle that may have been killed.
                    (None, Some(_))
                        if field == Field::Time && self.disturbed && !in_google.contains("to 1") => {}
                    (Some(value), None) | (None, Some(value)) => {
                        prop_assert_eq!(&in_google, value, "I3: an edit was lost: E{} {:?}", index, field);
                    }
                    (Some(one), Some(other)) => {
                        prop_assert!(
                            *one == in_google || *other == in_google,
                            "I3: E{} {:?}: neither value",
                            index,
                            field
                        );
                        contested += usize::from(one != other);
                    }
                }
            }
        }
        if !self.disturbed && !self.one_way {
            prop_assert!(
                self.conflicts >= contested,
                "K3: {} conflicts, {} reported",
                contested,
                self.conflicts
            );
        }
        for (index, thing) in self.things.iter_mut().enumerate() {
            *thing = Thing { agreed: google.contains_key(&index), ..Thing::default() };
        }
        self.disturbed = false;
        self.conflicts = 0;
        Ok(())
    }

    /// People stop, faults heal: the cycles come to an end, both sides agree, and then nothing is written (I1, I2, I8).
    fn quiet(&mut self) -> Result<(), TestCaseError> {
        self.trouble.clear();
        self.host.advance(26 * 3_600_000);
        for _ in 0..60 {
            let command = run(self.host.batch);
            match self.host.run(command) {
                Ended::Done(report) if report["remaining"] == 0 => break,
                Ended::Done(_) => {}
                other => return Err(TestCaseError::fail(format!("a quiet cycle failed: {other:?}"))),
            }
        }
        self.disturbed |= self.conflicts > 0;
        self.disturbed = true;
        self.agree()?;
        for _ in 0..2 {
            self.host.advance(150_000);
            let report = self.host.sync();
            prop_assert_eq!(&report["crm"], &nothing(), "I8: {:#?}", self.host.trace);
            prop_assert_eq!(&report["google"], &nothing(), "I8: {:#?}", self.host.trace);
        }
        let report = self.host.sync();
        let requests =
            report["requests"]["google"].as_u64().unwrap() + report["requests"]["zoho"].as_u64().unwrap();
        prop_assert!(requests <= 3, "I2: {:#?}", self.host.trace);
        prop_assert!(self.host.rows_written <= 1, "I2: {:#?}", self.host.trace);
        self.agree()
    }
}

fn nothing() -> Value {
    json!({ "created": 0, "updated": 0, "deleted": 0 })
}

fn run(batch: bool) -> Value {
    json!({ "name": "run", "batch": batch })
}

fn kill(at: usize, after: bool) -> Kill {
    if after { Kill::After(at) } else { Kill::Before(at) }
}

fn title(row: &Value) -> &str {
    row["summary"].as_str().or(row["Event_Title"].as_str()).unwrap()
}

fn thing(title: &str) -> usize {
    title[1..].split(' ').next().unwrap().parse().unwrap()
}

fn google_time(shape: &Shape) -> Value {
    match shape {
        Shape::Timed { hours, minutes, offset } => {
            let offset = chrono::FixedOffset::east_opt(offset * 60).unwrap();
            let at = |seconds: i64| {
                let at = chrono::DateTime::from_timestamp(seconds, 0).unwrap().with_timezone(&offset);
                json!({ "dateTime": at.to_rfc3339_opts(chrono::SecondsFormat::Secs, false) })
            };
            let start = now_ms() / 1_000 + hours * 3_600;
            json!({ "start": at(start), "end": at(start + minutes * 60) })
        }
        Shape::AllDay { day, days } => {
            let first = chrono::NaiveDate::from_ymd_opt(2026, 11, 1).unwrap() + chrono::Days::new(*day);
            let end = first + chrono::Days::new(*days);
            json!({ "start": { "date": first.to_string() }, "end": { "date": end.to_string() } })
        }
    }
}

/// A patch merges `start` and `end` key by key: the keys of the other kind are cleared.
fn cleared(mut times: Value) -> Value {
    for end in ["start", "end"] {
        for key in ["date", "dateTime"] {
            if times[end][key].is_null() {
                times[end][key] = Value::Null;
            }
        }
    }
    times
}

fn google_extent(row: &Value) -> String {
    match (row["start"]["date"].as_str(), row["end"]["date"].as_str()) {
        (Some(first), Some(end)) => format!("{first} to {end}"),
        _ => format!("{} to {}", instant(&row["start"]["dateTime"]), instant(&row["end"]["dateTime"])),
    }
}

fn crm_extent(row: &Value, exclusive_ends: bool) -> String {
    let (start, end) = (&row["Start_DateTime"], &row["End_DateTime"]);
    if row["All_day"] != true {
        return format!("{} to {}", instant(start), instant(end));
    }
    let date = |text: &Value| text.as_str().unwrap()[..10].parse::<chrono::NaiveDate>().unwrap();
    let end = if exclusive_ends { date(end) } else { date(end).succ_opt().unwrap() };
    format!("{} to {end}", date(start))
}

fn instant(text: &Value) -> i64 {
    parse_instant(text.as_str().unwrap()).unwrap() / 1_000
}

fn fault(trouble: Trouble) -> Fault {
    let path = |service: Service| match service {
        Service::Google => "/calendar/v3/calendars",
        Service::Zoho => "/crm/v8",
    };
    match trouble {
        Trouble::Answer(status, service) => Fault::status(status).on(service, "", path(service)),
        Trouble::AnswerAfter(status, service) => Fault::status(status).on(service, "", path(service)).after(),
        Trouble::Lost(service) => Fault::new(FaultKind::Drop).on(service, "", path(service)),
        Trouble::LostAfter(service) => Fault::new(FaultKind::Drop).on(service, "", path(service)).after(),
        Trouble::Truncated(service) => Fault::new(FaultKind::Truncate).on(service, "", path(service)).after(),
        Trouble::TooFast(service) => {
            let mut fault = Fault::status(429).on(service, "", path(service));
            fault.retry_after = Some(5);
            fault
        }
    }
}

/// One story, told twice.
fn tell(setup: &Setup, steps: &[Step]) -> Result<(), TestCaseError> {
    let once = || {
        trace(|| "@@ story".to_owned());
        let mut story = Story::new(setup);
        for step in steps {
            story.take(step)?;
        }
        story.quiet()?;
        Ok::<_, TestCaseError>((story.calls, story.host.rows))
    };
    let once = || once().inspect_err(|why| trace(|| format!("@@ failed {why}")));
    let (first, second) = (once()?, once()?);
    prop_assert!(first == second, "I22: two runs of one story differ");
    Ok(())
}

/// With `SIMULATE_TRACE` every step and every call of a story is printed.
fn trace(line: impl Fn() -> String) {
    if std::env::var_os("SIMULATE_TRACE").is_some() {
        eprintln!("{}", line());
    }
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn whatever_happens_both_sides_end_in_accord() {
    let from = number("SIMULATE_FROM").unwrap_or(1);
    let seeds = number("SIMULATE_SEEDS").unwrap_or(150);
    let failed = std::sync::Mutex::new(None);
    let next = std::sync::atomic::AtomicU64::new(from);
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    if seed >= from + seeds || failed.lock().unwrap().is_some() {
                        break;
                    }
                    if let Err(why) = story(seed) {
                        failed.lock().unwrap().get_or_insert((seed, why));
                    }
                }
            });
        }
    });
    if let Some((seed, why)) = failed.into_inner().unwrap() {
        panic!("seed {seed} (SIMULATE_FROM={seed} SIMULATE_SEEDS=1 repeats it): {why}");
    }
}

/// The story of a seed; a failing one is shrunk.
fn story(seed: u64) -> Result<(), String> {
    let config = Config {
        cases: 1,
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: None,
        max_shrink_iters: 400,
        ..Config::default()
    };
    let stories = (setup(), prop::collection::vec(step(), 30..60));
    match TestRunner::new(config).run(&stories, |(setup, steps)| tell(&setup, &steps)) {
        Ok(()) => Ok(()),
        Err(TestError::Fail(why, (setup, steps))) => Err(format!("{why}\n{setup:?}\n{steps:?}")),
        Err(TestError::Abort(why)) => Err(why.to_string()),
    }
}
