//! Properties of the whole engine against the sandbox services, over random stories of people, faults, kills and quirks:
//! I1 (in one direction), I2, I4, I5, I7, I9, I12, I13, I15 and I20. A failing story is shrunk and printed.

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

mod support;

use accord_sandbox::{Fault, FaultKind, Service, World};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use support::{Ended, Host, Kill, assert_same, now_ms};

/// What happens next.
#[derive(Clone, Debug)]
enum Step {
    Add(Shape),
    Retitle(usize),
    Move(usize, Shape),
    Touch(usize),
    Place(usize),
    Delete(usize),
    MeetingPlace(usize),
    Sync,
    SyncKilled { at: usize, after: bool },
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
    Truncated,
    TooFast(Service),
}

fn shape() -> impl Strategy<Value = Shape> {
    prop_oneof![
        3 => (-1_500_i64..4_000, 0_i64..300, prop::sample::select(vec![-600, -210, 0, 60, 345, 630, 780]))
            .prop_map(|(hours, minutes, offset)| Shape::Timed { hours, minutes, offset }),
        1 => (0_u64..400, 1_u64..5).prop_map(|(day, days)| Shape::AllDay { day, days }),
    ]
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
        Just(Trouble::Truncated),
        service().prop_map(Trouble::TooFast),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => shape().prop_map(Step::Add),
        4 => any::<usize>().prop_map(Step::Retitle),
        3 => (any::<usize>(), shape()).prop_map(|(which, shape)| Step::Move(which, shape)),
        2 => any::<usize>().prop_map(Step::Touch),
        2 => any::<usize>().prop_map(Step::Place),
        3 => any::<usize>().prop_map(Step::Delete),
        1 => any::<usize>().prop_map(Step::MeetingPlace),
        6 => Just(Step::Sync),
        5 => (0_usize..24, any::<bool>()).prop_map(|(at, after)| Step::SyncKilled { at, after }),
        3 => trouble().prop_map(Step::Trouble),
        1 => Just(Step::ExpireTokens),
        1 => (1_u32..200_000).prop_map(Step::Wait),
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
];

/// The story's own bookkeeping: the ids and versions of the people's events.
struct Story {
    host: Host,
    ids: Vec<String>,
    titles: usize,
    /// What goes wrong in the next cycle; the people's own clients are spared.
    trouble: Vec<Fault>,
}

impl Story {
    fn new(switches: &[usize], batch: bool, limit: u32) -> Self {
        let mut host = Host::on(World::new(1, now_ms()));
        host.batch = batch;
        for ((name, values), choice) in SWITCHES.iter().zip(switches) {
            let value = values[choice % values.len()];
            host.world.switches().set(name, value).unwrap();
            host.exclusive_ends |= value == "midnight_next";
        }
        host.activate_with(json!({ "limits": { "firstSync": limit * 2, "laterSync": limit } }));
        Self { host, ids: Vec::new(), titles: 0, trouble: Vec::new() }
    }

    /// Every title is used once: `E<event> v<version>`.
    fn title(&mut self, event: usize) -> String {
        self.titles += 1;
        format!("E{event} v{}", self.titles)
    }

    fn take(&mut self, step: &Step) -> Result<(), TestCaseError> {
        let pick = |which: &usize, ids: &[String]| (!ids.is_empty()).then(|| which % ids.len());
        match step {
            Step::Add(shape) => {
                let title = self.title(self.ids.len());
                let mut event = body(shape);
                event["summary"] = json!(title);
                self.ids.push(self.host.add_event(event));
            }
            Step::Retitle(which) => {
                if let Some(index) = pick(which, &self.ids) {
                    let title = self.title(index);
                    self.edit(index, json!({ "summary": title }));
                }
            }
            Step::Move(which, shape) => {
                if let Some(index) = pick(which, &self.ids) {
                    let mut times = body(shape);
                    for (end, other) in
                        [("start", "date"), ("end", "date"), ("start", "dateTime"), ("end", "dateTime")]
                    {
                        if times[end][other].is_null() {
                            times[end][other] = Value::Null;
                        }
                    }
                    self.edit(index, times);
                }
            }
            Step::Touch(which) => {
                if let Some(index) = pick(which, &self.ids) {
                    self.edit(index, json!({ "transparency": "transparent" }));
                }
            }
            Step::Place(which) => {
                if let Some(index) = pick(which, &self.ids) {
                    self.edit(index, json!({ "location": format!("Room {which}") }));
                }
            }
            Step::Delete(which) => {
                if let Some(index) = pick(which, &self.ids).filter(|index| self.alive(*index)) {
                    self.host.delete_event(&self.ids[index].clone());
                }
            }
            Step::MeetingPlace(which) => {
                let rows = self.host.world.crm_events();
                if let Some(row) = (!rows.is_empty()).then(|| &rows[which % rows.len()]) {
                    self.host
                        .edit_meeting(row["id"].as_str().unwrap(), json!({ "Venue": "Ana's own place" }));
                }
            }
            Step::Sync => self.cycle(None)?,
            Step::SyncKilled { at, after } => {
                self.cycle(Some(if *after { Kill::After(*at) } else { Kill::Before(*at) }))?;
            }
            Step::Trouble(trouble) => self.trouble.push(fault(*trouble)),
            Step::ExpireTokens => self.host.world.expire_sync_tokens(),
            Step::Wait(seconds) => self.host.advance(i64::from(*seconds) * 1_000),
            Step::LoseState => {
                // What changed while nothing was remembered cannot be told from what is new: the state is lost in accord.
                self.quiet()?;
                self.host.rows.clear();
                self.host.activate_with(json!({ "limits": { "firstSync": 400, "laterSync": 200 } }));
                let report = self.host.sync();
                prop_assert_eq!(&report["crm"], &json!({ "created": 0, "updated": 0, "deleted": 0 }), "I23");
            }
        }
        Ok(())
    }

    fn alive(&self, index: usize) -> bool {
        self.host
            .world
            .google_event("primary", &self.ids[index])
            .is_some_and(|event| event["status"] != "cancelled")
    }

    fn edit(&mut self, index: usize, body: Value) {
        if self.alive(index) {
            self.host.edit_event(&self.ids[index].clone(), body);
        }
    }

    /// One cycle, perhaps killed, and what must hold whatever became of it.
    fn cycle(&mut self, kill: Option<Kill>) -> Result<(), TestCaseError> {
        let google = self.host.world.google_events("primary");
        let before = self.by_event();
        let run = json!({ "name": "run", "batch": self.host.batch });
        for fault in self.trouble.drain(..) {
            self.host.world.faults().add(fault);
        }
        match kill {
            Some(kill) => drop(self.host.run_killed(run, kill)),
            None => drop(self.host.run(run)),
        }
        self.host.world.faults().clear();
        prop_assert!(google == self.host.world.google_events("primary"), "I9: the source was written");
        let after = self.by_event();
        for (event, count) in &after {
            prop_assert!(*count <= 1, "I4: event {} has {} meetings", event, count);
        }
        for event in before.keys().filter(|event| !after.contains_key(*event)) {
            prop_assert!(
                !self.alive(*event),
                "I7: the meeting of event {} was deleted and the event lives",
                event
            );
        }
        prop_assert!(self.host.world.mails().is_empty(), "I17: somebody was mailed");
        Ok(())
    }

    /// How many meetings each event of the people has.
    fn by_event(&self) -> BTreeMap<usize, usize> {
        let mut counts = BTreeMap::new();
        for row in self.host.world.crm_events() {
            let title = row["Event_Title"].as_str().unwrap();
            let event = title[1..].split(' ').next().unwrap().parse().unwrap();
            *counts.entry(event).or_insert(0) += 1;
        }
        counts
    }

    /// People stop, faults heal: the cycles come to an end, both sides agree, and then nothing is written (I1, I2).
    fn quiet(&mut self) -> Result<(), TestCaseError> {
        self.trouble.clear();
        self.host.advance(26 * 3_600_000);
        for _ in 0..60 {
            match self.host.cycle() {
                Ended::Done(report) if report["remaining"] == 0 => break,
                Ended::Done(_) => {}
                other => return Err(TestCaseError::fail(format!("a quiet cycle failed: {other:?}"))),
            }
        }
        let expected = self.expected();
        assert_same(&self.host.meetings(), &expected);
        let report = self.host.sync();
        prop_assert_eq!(&report["crm"], &json!({ "created": 0, "updated": 0, "deleted": 0 }), "I2");
        prop_assert!(
            report["requests"]["google"].as_u64() <= Some(3) && report["requests"]["zoho"] == 0,
            "I2"
        );
        prop_assert_eq!(
            self.host.world.google_events("primary").len(),
            self.ids.iter().enumerate().filter(|(index, _)| self.alive(*index)).count()
        );
        Ok(())
    }

    /// Linked meetings stay when their events leave the window (I19): what the window admits, and what is there already.
    fn expected(&self) -> Vec<String> {
        let linked: Vec<usize> = self.by_event().into_keys().collect();
        let mut expected = self.host.expected_meetings();
        let all = self.host.expected_meetings_since(i64::MIN);
        for line in all.iter().filter(|line| !expected.contains(line)).collect::<Vec<_>>() {
            let event: usize = line[1..].split(' ').next().unwrap().parse().unwrap();
            if linked.contains(&event) {
                expected.push(line.clone());
            }
        }
        expected.sort();
        expected
    }
}

fn body(shape: &Shape) -> Value {
    match shape {
        Shape::Timed { hours, minutes, offset } => {
            let offset = chrono::FixedOffset::east_opt(offset * 60).unwrap();
            let at = |seconds: i64| {
                let at = chrono::DateTime::from_timestamp(seconds, 0).unwrap().with_timezone(&offset);
                json!({ "dateTime": at.to_rfc3339_opts(chrono::SecondsFormat::Secs, false) })
            };
            let start = now_ms() / 1_000 + hours * 3_600;
            json!({ "start": at(start), "end": at(start + minutes.max(&1) * 60) })
        }
        Shape::AllDay { day, days } => {
            let first = chrono::NaiveDate::from_ymd_opt(2026, 9, 1).unwrap() + chrono::Days::new(*day);
            let end = first + chrono::Days::new(*days);
            json!({ "start": { "date": first.to_string() }, "end": { "date": end.to_string() } })
        }
    }
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
        Trouble::Truncated => {
            Fault::new(FaultKind::Truncate).on(Service::Zoho, "POST", path(Service::Zoho)).after()
        }
        Trouble::TooFast(service) => {
            let mut fault = Fault::status(429).on(service, "", path(service));
            fault.retry_after = Some(5);
            fault
        }
    }
}

/// Stories per property; `PROPTEST_CASES` asks for more.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(200)
}

proptest! {
    #![proptest_config(Config {
        cases: cases(),
        rng_seed: RngSeed::Fixed(0x6163_636f_7264),
        failure_persistence: None,
        max_shrink_iters: 400,
        ..Config::default()
    })]

    #[test]
    fn whatever_happens_both_sides_end_in_accord(
        switches in prop::collection::vec(0_usize..4, SWITCHES.len()),
        batch in any::<bool>(),
        limit in 2_u32..40,
        steps in prop::collection::vec(step(), 1..40),
    ) {
        let mut story = Story::new(&switches, batch, limit);
        for step in &steps {
            story.take(step)?;
        }
        story.quiet()?;
    }

    /// I22: the same seed, answers and clock give the same calls.
    #[test]
    fn the_same_story_makes_the_same_calls(steps in prop::collection::vec(step(), 1..20)) {
        let trace = || {
            let mut story = Story::new(&[0; SWITCHES.len()], true, 10);
            let mut calls = Vec::new();
            for step in &steps {
                story.take(step)?;
                calls.append(&mut story.host.trace);
            }
            Ok::<_, TestCaseError>((calls, story.host.rows))
        };
        prop_assert_eq!(trace()?, trace()?);
    }
}
