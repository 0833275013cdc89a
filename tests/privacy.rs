//! I18 and section 12: event text, addresses, names and ids appear in no error, in no reason of the health, in nothing
//! that is printed for a log, and in no field of a report that is said to be free of them, whatever a service answers.

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

mod support;

use accord_sandbox::{Fault, FaultKind, Service};
use accord_sync::{Machine, StepKind};
use serde_json::{Value, json};
use support::{Brought, Host, meeting, settings, timed};

/// Part of every text, address, name and id that people or services made. Its letters are those of Google's ids.
const MARKER: &str = "quokka";

const EVENTS: &str = "/calendar/v3/calendars";
const MEETINGS: &str = "/crm/v8/Events";
const QUERIES: &str = "/crm/v8/coql";

fn marked(text: &str) -> String {
    format!("Quokka {text}")
}

/// An event whose every text holds the marker.
fn event(n: i64) -> Value {
    let mut event = timed(&marked(&format!("title {n}")), 24 + n);
    event["id"] = json!(format!("{MARKER}{n:05}"));
    event["location"] = json!(marked("place"));
    event["description"] =
        json!(format!("<p>{} <a href=\"https://example.com/{MARKER}\">x</a></p>", marked("text")));
    event["attendees"] =
        json!([{ "email": format!("{MARKER}{n}@example.com"), "displayName": marked("guest") }]);
    event
}

fn record(n: i64) -> Value {
    let mut record = meeting(&marked(&format!("meeting {n}")), 60 + n);
    record["Venue"] = json!(marked("venue"));
    record["Description"] = json!(marked("description"));
    record
}

/// Three events of each side, linked, and then changed in every way, so that the next cycle writes all that can be written.
fn changed() -> (Host, Vec<String>) {
    let mut host = Host::new();
    let events: Vec<String> = (0..3).map(|n| host.add_event(event(n))).collect();
    let records: Vec<String> = (0..3).map(|n| host.add_meeting(record(n))).collect();
    host.activate_with(json!({ "direction": "two-way", "guests": "add-as-contacts" }));
    host.settle();
    host.advance(200_000);
    host.settle();
    let half = |title: &str| host.event(&marked(title))["id"].as_str().unwrap().to_owned();
    let halves = [half("meeting 0"), half("meeting 1")];
    host.edit_event(&events[0], json!({ "summary": marked("edited"), "location": marked("elsewhere") }));
    host.delete_event(&events[1]);
    host.edit_meeting(&records[0], json!({ "Event_Title": marked("edited too") }));
    host.edit_event(&halves[0], json!({ "summary": marked("edited three") }));
    host.delete_meeting(&records[1]);
    host.add_event(event(7));
    host.add_meeting(record(7));
    let mut ids: Vec<String> =
        host.world.crm_events().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect();
    ids.extend(records);
    (host, ids)
}

/// What an answer says that means to be passed on: every member holds the marker.
fn answers() -> Vec<(u16, String)> {
    let says = format!("{MARKER}@example.com: {}", marked("was refused"));
    let google = |status: u16, reason: &str| {
        let error = json!({ "domain": says, "reason": reason, "message": says, "location": says, "locationType": says });
        (status, json!({ "error": { "code": status, "message": says, "errors": [error] } }).to_string())
    };
    let details = json!({ "api_name": says, "json_path": says, "id": MARKER, "permissions": [says], "duplicate_record": { "id": MARKER } });
    let zoho = |status: u16, code: &str| {
        let problem = json!({ "code": code, "status": "error", "message": says, "details": details });
        let rows: Vec<Value> = vec![problem.clone(); 3];
        [(status, problem.to_string()), (status, json!({ "data": rows }).to_string())]
    };
    let mut answers = Vec::new();
    for status in [200, 400, 401, 403, 404, 409, 412, 429, 500] {
        for reason in [says.as_str(), "notFound"] {
            answers.push(google(status, reason));
        }
        for code in [says.as_str(), "INVALID_DATA"] {
            answers.extend(zoho(status, code));
        }
    }
    // Cut short, of another shape, and no JSON at all.
    for body in [
        format!("{{\"items\":[{{\"id\":\"{MARKER}\",\"summary\":\"{says}\",\"sta"),
        json!({ "items": [{ "id": [says], "summary": { "text": says }, "start": says, "end": 7, "attendees": says }] }).to_string(),
        json!({ "data": [{ "id": MARKER, "Event_Title": [says], "Start_DateTime": says, "Participants": says }] }).to_string(),
        json!({ "data": says, "items": says, "info": says }).to_string(),
        format!("<html><title>{says}</title></html>"),
        format!("\u{feff}{says}\u{0}"),
    ] {
        answers.push((200, body.clone()));
        answers.push((400, body));
    }
    answers
}

/// What must hold no marker: everything but the ids by which a report names events, and the values of conflicts.
fn free_of_text(result: &mut Value) {
    match result {
        Value::Object(members) => {
            for name in ["googleId", "crmId", "candidates", "conflicts", "settings"] {
                members.remove(name);
            }
            members.values_mut().for_each(free_of_text);
        }
        Value::Array(items) => items.iter_mut().for_each(free_of_text),
        _ => {}
    }
}

/// Runs a command and reads everything that a host could log of it.
struct Reader<'a> {
    host: &'a mut Host,
    secrets: Vec<String>,
    /// Sentences that were read: a reader that reads none shows nothing.
    read: usize,
}

impl Reader<'_> {
    #[track_caller]
    fn look(&mut self, what: &str, text: &str) {
        self.read += 1;
        let lower = text.to_lowercase();
        for secret in &self.secrets {
            assert!(!lower.contains(secret.as_str()), "{what} tells {secret}: {text}");
        }
    }

    /// The code with which it failed, if it did.
    fn run(&mut self, command: &Value, unplugged: Option<(&'static str, usize)>) -> Option<String> {
        let mut machine = Machine::new(7);
        let mut step = machine.start(&command.to_string(), self.host.world.now_ms()).unwrap();
        for call in 0..2_000 {
            self.look("a step", &format!("{step:?} {step:#?}"));
            match &step.kind {
                StepKind::Done { result } => {
                    let mut result: Value = serde_json::from_str(result).unwrap();
                    free_of_text(&mut result);
                    self.look("a result", &result.to_string());
                    return None;
                }
                StepKind::Failed { error } => {
                    self.look("an error", &format!("{} {} {error:?}", error.code, error.message));
                    return Some(error.code.to_owned());
                }
                _ => {}
            }
            let mut brought = self.host.effect(&step.kind).unwrap();
            if let Some((code, from)) = unplugged
                && call >= from
                && matches!(step.kind, StepKind::Load { .. } | StepKind::Save { .. })
            {
                brought = Brought::Refused(code);
            }
            if let Brought::Answers(answers) = &brought {
                let printed = format!("{answers:?}");
                self.look("an answer", &printed);
            }
            step = self.host.bring(&mut machine, brought);
        }
        panic!("the command does not come to an end");
    }

    fn status(&mut self) {
        for name in ["status", "history"] {
            assert_eq!(self.run(&json!({ "name": name }), None), None);
        }
    }
}

fn secrets(ids: Vec<String>) -> Vec<String> {
    let mut secrets = vec![MARKER.to_owned(), "ana@example.com".to_owned(), "ana%40example.com".to_owned()];
    secrets.extend(ids);
    secrets
}

/// A cycle, and what takes it back or looks at it.
fn commands() -> [Value; 3] {
    [
        json!({ "name": "run", "batch": true }),
        json!({ "name": "undo", "batch": true }),
        json!({ "name": "verify", "batch": true }),
    ]
}

/// 401, 403, 409, 412, 429, 5xx, bodies that cannot be read: on reading, on asking and on writing, of either service.
#[test]
fn nothing_that_a_service_says_is_passed_on() {
    let places: [(Service, &str, &str); 9] = [
        (Service::Google, "GET", EVENTS),
        (Service::Google, "PATCH", EVENTS),
        (Service::Google, "POST", EVENTS),
        (Service::Google, "DELETE", EVENTS),
        (Service::Zoho, "GET", MEETINGS),
        (Service::Zoho, "POST", MEETINGS),
        (Service::Zoho, "PUT", MEETINGS),
        (Service::Zoho, "POST", QUERIES),
        (Service::Zoho, "DELETE", MEETINGS),
    ];
    let (mut codes, mut parked, mut read) = (Vec::new(), 0, 0);
    for (service, method, path) in places {
        let (mut host, ids) = changed();
        host.batch = false;
        let rows = host.rows.clone();
        for (status, body) in answers() {
            // Each answer meets a cycle that has not heard of those before.
            host.rows.clone_from(&rows);
            host.world.faults().clear();
            let kind = FaultKind::Status { status, reason: None, body: Some(body) };
            host.world.faults().add(Fault::new(kind).on(service, method, path).times(None));
            let mut reader = Reader { host: &mut host, secrets: secrets(ids.clone()), read: 0 };
            codes.extend(reader.run(&json!({ "name": "run", "batch": false }), None));
            reader.status();
            read += reader.read;
            let status = host.run(json!({ "name": "status" })).done();
            parked += status["parked"].as_array().unwrap().len();
        }
    }
    codes.sort();
    codes.dedup();
    assert_eq!(codes, ["auth-expired", "bad-response", "forbidden", "rate-limited", "server-error"]);
    assert!(parked > 0 && read > 10_000, "{parked} parked, {read} sentences");
}

/// The same for what undoes, compares and finds out about rights.
#[test]
fn other_commands_pass_nothing_on_either() {
    for command in commands().into_iter().skip(1).chain([
        json!({ "name": "checkAccess", "settings": settings(json!({ "direction": "two-way" })) }),
        json!({ "name": "activate", "settings": settings(json!({ "direction": "two-way" })) }),
    ]) {
        for service in [Service::Google, Service::Zoho] {
            let (mut host, ids) = changed();
            host.settle();
            let rows = host.rows.clone();
            for (status, body) in answers() {
                host.rows.clone_from(&rows);
                host.world.faults().clear();
                let kind = FaultKind::Status { status, reason: None, body: Some(body) };
                host.world.faults().add(Fault::new(kind).on(service, "", "/").times(None));
                let mut reader = Reader { host: &mut host, secrets: secrets(ids.clone()), read: 0 };
                reader.run(&command, None);
                reader.status();
            }
        }
    }
}

/// A storage that refuses, at any call; and rows that cannot be read.
#[test]
fn a_storage_that_fails_tells_nothing() {
    for code in ["storage-full", "storage-failed", MARKER] {
        for from in [0, 1, 3, 6, 10, 15] {
            let (mut host, ids) = changed();
            let mut reader = Reader { host: &mut host, secrets: secrets(ids), read: 0 };
            assert!(reader.run(&commands()[0], Some((code, from))).is_some(), "{code} from call {from}");
            reader.status();
        }
    }
    for damage in [MARKER, "1:0:{\"quokka\":\"quokka\"", "9:quokka:[]", ""] {
        let (mut host, ids) = changed();
        for text in host.rows.values_mut() {
            damage.clone_into(text);
        }
        let mut reader = Reader { host: &mut host, secrets: secrets(ids), read: 0 };
        for command in commands() {
            assert_eq!(reader.run(&command, None).as_deref(), Some("not-active"));
        }
        reader.status();
    }
}

/// A service's code is told only if it is one.
#[test]
fn a_code_that_is_text_is_no_code() {
    for (code, told) in [("RECORD_IN_BLUEPRINT", true), ("Lunch with Ben", false), ("ben@example.com", false)]
    {
        let mut host = Host::new();
        host.add_event(timed("Call", 24));
        host.activate();
        let problem = FaultKind::BadRecord { index: 0, code: code.to_owned() };
        host.world.faults().add(Fault::new(problem).times(None));
        let report = host.sync();
        let parked = &report["parked"][0];
        let text = format!("{} {}", parked["code"], parked["message"]);
        assert_eq!(text.contains(code), told, "{text}");
        assert!(!text.contains("Ben") && !text.contains("ben"), "{text}");
    }
}
