//! A host in a `for` loop: runs the real engine against the sandbox services in one process, with a virtual clock,
//! and can stop dead at any call.

#![allow(dead_code, unreachable_pub, reason = "each test binary includes this file and uses its own part")]

pub mod engines;

use accord_sandbox::{Corpus, Request, Service, World, parse_instant};
use accord_sync::{HttpRequest, HttpResponse, Machine, OffsetChange, Step, StepKind};
use chrono::{Offset, TimeZone};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Sunday morning in Paris.
pub const NOW: &str = "2026-11-22T09:00:00Z";

/// The instant [`NOW`] in milliseconds since 1970.
pub fn now_ms() -> i64 {
    parse_instant(NOW).unwrap()
}

/// Where a host dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kill {
    /// Before the call with this index has its effect.
    Before(usize),
    /// After its effect, before the engine hears of it.
    After(usize),
}

/// What a step brought.
pub enum Brought {
    Answers(Vec<accord_sync::Answer>),
    Rows(Vec<(String, String)>),
    Saved,
    Refused(&'static str),
    Woke,
    Offsets(Vec<OffsetChange>),
}

/// The host was stopped.
#[derive(Debug, PartialEq, Eq)]
pub struct Killed;

/// How a command ended.
#[derive(Debug)]
pub enum Ended {
    Done(Value),
    Failed { code: String, message: String, retry_after_ms: Option<i64> },
    Killed,
}

impl Ended {
    #[track_caller]
    pub fn done(self) -> Value {
        match self {
            Self::Done(value) => value,
            Self::Failed { code, message, .. } => panic!("the command failed: {code}: {message}"),
            Self::Killed => panic!("the host was killed"),
        }
    }

    pub fn is_killed(&self) -> bool {
        matches!(self, Self::Killed)
    }

    #[track_caller]
    pub fn code(self) -> String {
        match self {
            Self::Failed { code, .. } => code,
            Self::Done(value) => panic!("the command should have failed: {value}"),
            Self::Killed => panic!("the host was killed"),
        }
    }
}

/// What the storage of the host refuses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Storage {
    #[default]
    Works,
    Full,
    /// Saves from this one on, counted from 0 in each command.
    FullFrom(usize),
}

/// Looks at the services after each request that may have written; a sentence says what is wrong.
pub type Watch = Box<dyn Fn(&World) -> Option<String>>;

/// Something that happens just before the call with this index.
pub type Meanwhile = (usize, Box<dyn FnOnce(&mut Host)>);

/// The host: services, storage, clock.
pub struct Host {
    pub world: World,
    pub rows: BTreeMap<String, String>,
    pub storage: Storage,
    pub batch: bool,
    /// The sandbox's switch `allday_end` is `midnight_next`: all-day ends are exclusive.
    pub exclusive_ends: bool,
    /// Every call of the last command, one line each.
    pub trace: Vec<String>,
    /// Bodies of all requests to the CRM of the last command.
    pub crm_bodies: Vec<String>,
    pub rows_read: usize,
    pub rows_written: usize,
    pub watch: Option<Watch>,
    pub meanwhile: Option<Meanwhile>,
    /// What should never have happened: what `watch` said, and requests before their time (I27).
    pub broken: Vec<String>,
    /// No request to a service before its time.
    pub not_before: BTreeMap<Service, i64>,
    kill: Option<Kill>,
    calls: usize,
    saves: usize,
    seed: u32,
}

impl Host {
    pub fn new() -> Self {
        Self::on(World::new(1, now_ms()))
    }

    pub fn on(world: World) -> Self {
        Self {
            world,
            rows: BTreeMap::new(),
            storage: Storage::Works,
            batch: true,
            exclusive_ends: false,
            trace: Vec::new(),
            crm_bodies: Vec::new(),
            rows_read: 0,
            rows_written: 0,
            watch: None,
            meanwhile: None,
            broken: Vec::new(),
            not_before: BTreeMap::new(),
            kill: None,
            calls: 0,
            saves: 0,
            seed: 1,
        }
    }

    /// A host whose primary calendar holds `events` believable events.
    pub fn filled(events: usize) -> Self {
        let mut host = Self::new();
        host.world.fill(&Corpus::new(7, events));
        host
    }

    pub fn activate(&mut self) -> Value {
        self.activate_with(json!({}))
    }

    /// Activates Google → CRM with some settings of its own.
    pub fn activate_with(&mut self, more: Value) -> Value {
        self.run(json!({ "name": "activate", "settings": settings(more) })).done()
    }

    /// One cycle that must succeed.
    #[track_caller]
    pub fn sync(&mut self) -> Value {
        self.cycle().done()
    }

    pub fn cycle(&mut self) -> Ended {
        let batch = self.batch;
        self.run(json!({ "name": "run", "batch": batch }))
    }

    /// Cycles until nothing remains; the last report.
    pub fn settle(&mut self) -> Value {
        for _ in 0..60 {
            let report = self.sync();
            if report["remaining"] == 0 {
                return report;
            }
        }
        panic!("the sync does not come to an end: {:#?}", self.trace);
    }

    /// One command that is killed somewhere. The machine is dropped, as a worker's memory is.
    pub fn run_killed(&mut self, command: Value, kill: Kill) -> Ended {
        self.kill = Some(kill);
        let ended = self.run(command);
        self.kill = None;
        ended
    }

    /// How many calls the last command made.
    pub fn calls(&self) -> usize {
        self.calls
    }

    pub fn run(&mut self, command: Value) -> Ended {
        self.trace.clear();
        self.crm_bodies.clear();
        self.calls = 0;
        self.saves = 0;
        self.rows_read = 0;
        self.rows_written = 0;
        self.seed += 1;
        let mut machine = Machine::new(self.seed);
        let mut step = machine.start(&command.to_string(), self.world.now_ms()).unwrap();
        for _ in 0..100_000 {
            step = match self.perform(&mut machine, step) {
                Ok(Next::Step(step)) => step,
                Ok(Next::Ended(ended)) => return ended,
                Err(Killed) => return Ended::Killed,
            };
        }
        panic!("the command does not come to an end");
    }

    fn perform(&mut self, machine: &mut Machine, step: Step) -> Result<Next, Killed> {
        match step.kind {
            StepKind::Done { result } => {
                let value = serde_json::from_str(&result).expect("a result is JSON");
                Ok(Next::Ended(Ended::Done(value)))
            }
            StepKind::Failed { error } => Ok(Next::Ended(Ended::Failed {
                code: error.code.to_owned(),
                message: error.message,
                retry_after_ms: error.retry_after_ms,
            })),
            kind => {
                let brought = self.effect(&kind)?;
                Ok(Next::Step(self.bring(machine, brought)))
            }
        }
    }

    /// Does what a step asks for; the engine has not heard of it yet.
    pub fn effect(&mut self, kind: &StepKind) -> Result<Brought, Killed> {
        Ok(match kind {
            StepKind::Http { requests } => {
                let mut in_flight = BTreeMap::new();
                let mut answers = Vec::new();
                self.check_patience(requests);
                for request in requests {
                    *in_flight.entry(request.service).or_insert(0) += 1;
                    answers.push(self.request(request)?);
                }
                assert!(in_flight.values().all(|count| *count <= 4), "L5: at most 4 in flight per service");
                Brought::Answers(answers)
            }
            StepKind::Load { keys, prefix } => {
                let rows = self.call(&load_line(keys, prefix.as_deref()), |host| match prefix {
                    Some(prefix) => {
                        let under = host.rows.iter().filter(|(key, _)| key.starts_with(prefix.as_str()));
                        under.map(|(key, text)| (key.clone(), text.clone())).collect::<Vec<_>>()
                    }
                    None => {
                        let found =
                            keys.iter().filter_map(|key| Some((key.clone(), host.rows.get(key)?.clone())));
                        found.collect()
                    }
                })?;
                self.rows_read += rows.len().max(keys.len());
                Brought::Rows(rows)
            }
            StepKind::Save { put, remove } => {
                let line = format!(
                    "save {} put, {} removed: {}",
                    put.len(),
                    remove.len(),
                    key_kinds(put.iter().map(|(key, _)| key))
                );
                let works = match self.storage {
                    Storage::Works => true,
                    Storage::Full => false,
                    Storage::FullFrom(first) => self.saves < first,
                };
                self.saves += 1;
                self.call(&line, |host| {
                    if works {
                        remove.iter().for_each(|key| drop(host.rows.remove(key)));
                        host.rows.extend(put.clone());
                    }
                })?;
                self.rows_written += put.len() + remove.len();
                match works {
                    true => Brought::Saved,
                    false => Brought::Refused("storage-full"),
                }
            }
            StepKind::Wait { until_ms } => {
                self.call("wait", |host| {
                    let until = (*until_ms).max(host.world.now_ms());
                    host.world.set_now_ms(until);
                })?;
                Brought::Woke
            }
            StepKind::Offsets { zone, from_ms, to_ms } => {
                let line = format!("offsets of {zone}");
                Brought::Offsets(self.call(&line, |_| offsets(zone, *from_ms, *to_ms))?)
            }
            StepKind::Done { .. } | StepKind::Failed { .. } => panic!("the command has ended"),
        })
    }

    /// Tells the engine what its step brought; the next step.
    pub fn bring(&self, machine: &mut Machine, brought: Brought) -> Step {
        let now = self.world.now_ms();
        let next = match brought {
            Brought::Answers(answers) => machine.answered(answers, now),
            Brought::Rows(rows) => machine.loaded(rows, now),
            Brought::Saved => machine.saved(now),
            Brought::Refused(code) => machine.failed(code, now),
            Brought::Woke => machine.woke(now),
            Brought::Offsets(offsets) => machine.zoned(offsets, now),
        };
        next.unwrap()
    }

    fn request(&mut self, request: &HttpRequest) -> Result<accord_sync::Answer, Killed> {
        let service = match request.service {
            accord_sync::Service::Google => Service::Google,
            accord_sync::Service::Zoho => Service::Zoho,
        };
        let mut sent = match service {
            Service::Google => Request::google(request.method, &request.path),
            Service::Zoho => Request::zoho(request.method, &request.path),
        };
        sent.headers.extend(request.headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        sent.body = request.body.clone().unwrap_or_default().into_bytes();
        if service == Service::Zoho {
            self.crm_bodies.push(format!("{} {}", request.path, request.body.clone().unwrap_or_default()));
        }
        let answer = self.call(&request_line(request), |host| {
            // A request takes a tenth of a second: the clock of the services moves on.
            host.world.set_now_ms(host.world.now_ms() + 100);
            let answer = host.world.handle(&sent);
            if request.method != "GET"
                && !request.path.ends_with("/coql")
                && let Some(watch) = &host.watch
                && let Some(why) = watch(&host.world)
            {
                host.broken.push(why);
            }
            if let Ok(response) = &answer {
                host.note_wait(service, response.header("retry-after"));
            }
            answer
        })?;
        Ok(match answer {
            Ok(response) => Ok(HttpResponse {
                status: response.status,
                retry_after: response.header("retry-after").map(str::to_owned),
                body: response.body,
            }),
            Err(_) => Err("offline".to_owned()),
        })
    }

    /// I27: what a service was asked for before the time that it named. Requests that go out at once share their time.
    fn check_patience(&mut self, requests: &[HttpRequest]) {
        let now = self.world.now_ms();
        for request in requests {
            let service = match request.service {
                accord_sync::Service::Google => Service::Google,
                accord_sync::Service::Zoho => Service::Zoho,
            };
            if let Some(until) = self.not_before.get(&service).filter(|until| now < **until) {
                let early = until - now;
                self.broken.push(format!("I27: {} came {early} ms too early", request_line(request)));
            }
        }
    }

    fn note_wait(&mut self, service: Service, retry_after: Option<&str>) {
        let Some(text) = retry_after else { return };
        let now = self.world.now_ms();
        let until = match text.parse::<i64>() {
            Ok(seconds) => now + seconds * 1_000,
            // A date has whole seconds.
            Err(_) => chrono::DateTime::parse_from_rfc2822(text).unwrap().timestamp_millis(),
        };
        let known = self.not_before.entry(service).or_insert(until);
        *known = until.max(*known);
    }

    /// Counts a call, dies where it is told to, and keeps the line.
    fn call<T>(&mut self, line: &str, effect: impl FnOnce(&mut Self) -> T) -> Result<T, Killed> {
        let index = self.calls;
        self.calls += 1;
        if self.meanwhile.as_ref().is_some_and(|(at, _)| *at == index)
            && let Some((_, happen)) = self.meanwhile.take()
        {
            happen(self);
        }
        if self.kill == Some(Kill::Before(index)) {
            return Err(Killed);
        }
        let result = effect(self);
        self.trace.push(line.to_owned());
        if self.kill == Some(Kill::After(index)) {
            return Err(Killed);
        }
        Ok(result)
    }

    // People

    /// A person adds an event to the primary calendar; its id.
    pub fn add_event(&mut self, body: Value) -> String {
        let request = Request::google("POST", "/calendar/v3/calendars/primary/events").json(&body);
        let answer = self.world.handle(&request).unwrap();
        assert_eq!(answer.status, 200, "{}", answer.json());
        answer.json()["id"].as_str().unwrap().to_owned()
    }

    /// A person edits an event.
    pub fn edit_event(&mut self, id: &str, body: Value) {
        self.advance(2_000);
        let request =
            Request::google("PATCH", &format!("/calendar/v3/calendars/primary/events/{id}")).json(&body);
        let answer = self.world.handle(&request).unwrap();
        assert_eq!(answer.status, 200, "{}", answer.json());
    }

    /// A person deletes an event.
    pub fn delete_event(&mut self, id: &str) {
        self.advance(2_000);
        let request = Request::google("DELETE", &format!("/calendar/v3/calendars/primary/events/{id}"));
        assert_eq!(self.world.handle(&request).unwrap().status, 204);
    }

    /// A person adds a meeting in the CRM; its id.
    pub fn add_meeting(&mut self, mut body: Value) -> String {
        self.advance(2_000);
        body["Meeting_Venue__s"] = json!("In-office");
        let request = Request::zoho("POST", "/crm/v8/Events").json(&json!({ "data": [body], "trigger": [] }));
        let answer = self.world.handle(&request).unwrap();
        assert_eq!(answer.status, 201, "{}", answer.json());
        answer.json()["data"][0]["details"]["id"].as_str().unwrap().to_owned()
    }

    /// A person edits a meeting in the CRM.
    pub fn edit_meeting(&mut self, id: &str, mut body: Value) {
        self.advance(2_000);
        body["id"] = json!(id);
        let request = Request::zoho("PUT", "/crm/v8/Events").json(&json!({ "data": [body], "trigger": [] }));
        let answer = self.world.handle(&request).unwrap();
        assert_eq!(answer.status, 200, "{}", answer.json());
    }

    /// A person deletes a meeting in the CRM.
    pub fn delete_meeting(&mut self, id: &str) {
        self.advance(2_000);
        let answer =
            self.world.handle(&Request::zoho("DELETE", &format!("/crm/v8/Events?ids={id}"))).unwrap();
        assert_eq!(answer.status, 200);
    }

    pub fn advance(&mut self, ms: i64) {
        self.world.set_now_ms(self.world.now_ms() + ms);
    }

    // What is there

    /// The only event of the primary calendar with this title.
    #[track_caller]
    pub fn event(&self, title: &str) -> Value {
        let mut found = self.world.google_events("primary").into_iter().filter(|row| row["summary"] == title);
        let first = found.next().unwrap_or_else(|| panic!("there is no event {title:?}"));
        assert!(found.next().is_none(), "there are several events {title:?}");
        first
    }

    /// The only meeting with this title.
    #[track_caller]
    pub fn meeting(&self, title: &str) -> Value {
        let mut found = self.world.crm_events().into_iter().filter(|row| row["Event_Title"] == title);
        let first = found.next().unwrap_or_else(|| panic!("there is no meeting {title:?}"));
        assert!(found.next().is_none(), "there are several meetings {title:?}");
        first
    }

    /// Title and extent of every meeting, sorted: equal lists mean equal calendars.
    pub fn meetings(&self) -> Vec<String> {
        sorted(self.world.crm_events().iter().map(|row| meeting_line(row, self.exclusive_ends)).collect())
    }

    /// What the meetings should be, by the sandbox's own view of Google: the oracle of the first sync.
    pub fn expected_meetings(&self) -> Vec<String> {
        let window = chrono::DateTime::from_timestamp_millis(self.world.now_ms()).unwrap();
        self.expected_meetings_since(window.checked_sub_months(chrono::Months::new(3)).unwrap().timestamp())
    }

    /// The same for a window that starts at another time, in seconds since 1970.
    pub fn expected_meetings_since(&self, window: i64) -> Vec<String> {
        let events = self.world.google_events("primary");
        sorted(events.iter().filter(|event| admissible(event, window)).map(event_line).collect())
    }
}

enum Next {
    Step(Step),
    Ended(Ended),
}

/// Three quiet cycles write nothing and soon ask for next to nothing (I2, I8).
#[track_caller]
pub fn assert_quiet(host: &mut Host) {
    host.advance(200_000);
    host.sync();
    for _ in 0..2 {
        host.advance(200_000);
        let report = host.sync();
        assert_eq!(
            report["google"],
            json!({ "created": 0, "updated": 0, "deleted": 0 }),
            "{:#?}",
            host.trace
        );
        assert_eq!(report["crm"], json!({ "created": 0, "updated": 0, "deleted": 0 }), "{:#?}", host.trace);
        let requests =
            report["requests"]["google"].as_u64().unwrap() + report["requests"]["zoho"].as_u64().unwrap();
        assert!(requests <= 3, "{:#?}", host.trace);
    }
}

/// A host that syncs in both directions.
pub fn two_way() -> Host {
    let mut host = Host::new();
    host.activate_with(json!({ "direction": "two-way" }));
    host
}

/// Google → CRM on the primary calendar, with some settings of one's own.
pub fn settings(more: Value) -> Value {
    let mut settings = json!({ "calendar": "ana@example.com", "direction": "google-to-crm" });
    for (key, value) in more.as_object().unwrap() {
        settings[key] = value.clone();
    }
    settings
}

/// A timed event of an hour, `hours` from [`NOW`].
pub fn timed(title: &str, hours: i64) -> Value {
    let at = |ms: i64| {
        chrono::DateTime::from_timestamp_millis(ms)
            .unwrap()
            .to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
    };
    let start = now_ms() + hours * 3_600_000;
    json!({ "summary": title, "start": { "dateTime": at(start) }, "end": { "dateTime": at(start + 3_600_000) } })
}

/// A timed meeting of an hour, `hours` from [`NOW`].
pub fn meeting(title: &str, hours: i64) -> Value {
    let event = timed(title, hours);
    json!({ "Event_Title": title, "Start_DateTime": event["start"]["dateTime"], "End_DateTime": event["end"]["dateTime"] })
}

/// An all-day event.
pub fn all_day(title: &str, first: &str, end: &str) -> Value {
    json!({ "summary": title, "start": { "date": first }, "end": { "date": end } })
}

fn admissible(event: &Value, window: i64) -> bool {
    event["recurrence"].is_null()
        && event["recurringEventId"].is_null()
        && event["eventType"].as_str().is_none_or(|kind| kind == "default")
        && end_seconds(event) > window
}

fn end_seconds(event: &Value) -> i64 {
    match event["end"]["dateTime"].as_str() {
        Some(time) => parse_instant(time).unwrap() / 1_000,
        None => {
            parse_instant(&format!("{}T00:00:00Z", event["end"]["date"].as_str().unwrap())).unwrap() / 1_000
        }
    }
}

fn event_line(event: &Value) -> String {
    let private = matches!(event["visibility"].as_str(), Some("private" | "confidential"));
    let title = match (private, event["summary"].as_str()) {
        (true, _) => "Busy".to_owned(),
        (false, None) => "Not Provided".to_owned(),
        (false, Some(title)) => shortened(&title.split_whitespace().collect::<Vec<_>>().join(" ")),
    };
    match (event["start"]["date"].as_str(), event["end"]["date"].as_str()) {
        (Some(first), Some(end)) => {
            let first: chrono::NaiveDate = first.parse().unwrap();
            let end: chrono::NaiveDate = end.parse().unwrap();
            format!("{title} | {first} to {}", end.max(first.succ_opt().unwrap()).pred_opt().unwrap())
        }
        _ => {
            let start = parse_instant(event["start"]["dateTime"].as_str().unwrap()).unwrap();
            let end = parse_instant(event["end"]["dateTime"].as_str().unwrap()).unwrap();
            format!("{title} | {} + {} s", start / 1_000, (end.max(start + 60_000) - start) / 1_000)
        }
    }
}

/// F1: the CRM's titles have 255 characters.
fn shortened(title: &str) -> String {
    if title.chars().count() <= 255 {
        return title.to_owned();
    }
    let kept: String = title.chars().take(254).collect();
    format!("{}…", kept.trim_end())
}

/// Fails with what is missing and what is too much, not with two calendars.
#[track_caller]
pub fn assert_same(found: &[String], expected: &[String]) {
    let only = |a: &[String], b: &[String]| {
        let mut rest = b.to_vec();
        let mut only = a.to_vec();
        only.retain(|line| match rest.iter().position(|other| other == line) {
            Some(index) => {
                rest.swap_remove(index);
                false
            }
            None => true,
        });
        only
    };
    let (extra, missing) = (only(found, expected), only(expected, found));
    assert!(extra.is_empty() && missing.is_empty(), "too much: {extra:#?}\nmissing: {missing:#?}");
}

/// The printed dates of all-day times are what counts, at whatever offset.
fn meeting_line(row: &Value, exclusive_end: bool) -> String {
    let title = row["Event_Title"].as_str().unwrap();
    let (start, end) = (row["Start_DateTime"].as_str().unwrap(), row["End_DateTime"].as_str().unwrap());
    if row["All_day"] == true {
        let end: chrono::NaiveDate = end[..10].parse().unwrap();
        let last = if exclusive_end { end.pred_opt().unwrap() } else { end };
        return format!("{title} | {} to {last}", &start[..10]);
    }
    let (start, end) = (parse_instant(start).unwrap(), parse_instant(end).unwrap());
    format!("{title} | {} + {} s", start / 1_000, (end - start) / 1_000)
}

fn sorted(mut lines: Vec<String>) -> Vec<String> {
    lines.sort();
    lines
}

fn load_line(keys: &[String], prefix: Option<&str>) -> String {
    match prefix {
        Some(prefix) => format!("list {prefix}"),
        None => format!("load {} rows: {}", keys.len(), key_kinds(keys.iter())),
    }
}

/// `link ×3, state`: keys without their ids.
fn key_kinds<'a>(keys: impl Iterator<Item = &'a String>) -> String {
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for key in keys {
        *kinds.entry(key.split('/').next().unwrap_or(key)).or_insert(0) += 1;
    }
    let one =
        |(kind, count): (&str, usize)| if count == 1 { kind.to_owned() } else { format!("{kind} ×{count}") };
    kinds.into_iter().map(one).collect::<Vec<_>>().join(", ")
}

/// Method and path without what changes from run to run, and the number of records.
fn request_line(request: &HttpRequest) -> String {
    let path = request.path.split('?').next().unwrap_or_default();
    let path = path.replace("ana%40example.com", "{calendar}");
    let query = request.path.split_once('?').map(|(_, query)| query).unwrap_or_default();
    let names: Vec<&str> =
        query.split('&').filter_map(|pair| pair.split('=').next()).filter(|name| !name.is_empty()).collect();
    let records = request.body.as_deref().and_then(|body| serde_json::from_str::<Value>(body).ok());
    let records = records
        .as_ref()
        .and_then(|body| body["data"].as_array())
        .map_or(String::new(), |data| format!(" [{}]", data.len()));
    let path = match path.rsplit_once('/') {
        Some((head, id)) if head.ends_with("/events") || id.parse::<u64>().is_ok() => {
            format!("{head}/{{id}}")
        }
        _ => path,
    };
    let query = if names.is_empty() { String::new() } else { format!(" ({})", names.join(", ")) };
    format!("{} {path}{query}{records}", request.method)
}

/// A zone's offsets, as a browser's `Intl` would compute them.
pub fn offsets(zone: &str, from_ms: i64, to_ms: i64) -> Vec<OffsetChange> {
    let zone: chrono_tz::Tz = zone.parse().unwrap();
    let minutes = |ms: i64| {
        let at = chrono::DateTime::from_timestamp_millis(ms).unwrap().naive_utc();
        zone.offset_from_utc_datetime(&at).fix().local_minus_utc() / 60
    };
    let mut changes = vec![OffsetChange { from_ms, minutes: minutes(from_ms) }];
    let quarter = 900_000;
    let mut at = from_ms - from_ms.rem_euclid(quarter);
    while at < to_ms {
        at += quarter;
        let now = minutes(at);
        if changes.last().is_some_and(|last| last.minutes != now) {
            changes.push(OffsetChange { from_ms: at, minutes: now });
        }
    }
    changes
}
