//! I26: what people typed is in no error, in no debug output, and in no stored row but those that exist to tell it; I18: of
//! a private event it is in none at all.

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
use support::{Brought, Ended, Host, meeting, timed};

const MARKER: &str = "zimzumquark";
const PRIVATE: &str = "quarkzumzim";

fn tells(text: &str, what: &str) -> bool {
    text.to_lowercase().contains(what)
}

/// Events and meetings with a marker in all that can be typed.
fn planted() -> Host {
    let mut host = Host::new();
    for n in 0..3 {
        let mut event = timed(&format!("{MARKER} {n}"), 24 + n);
        event["description"] = json!(format!("<p>{MARKER}</p>"));
        event["location"] = json!(MARKER);
        event["attendees"] = json!([{ "email": format!("{MARKER}@example.com"), "displayName": MARKER }]);
        host.add_event(event);
        let mut row = meeting(&format!("Visit {MARKER} {n}"), 48 + n);
        row["Venue"] = json!(MARKER);
        row["Description"] = json!(MARKER);
        host.add_meeting(row);
    }
    let mut private = timed(PRIVATE, 60);
    private["description"] = json!(PRIVATE);
    private["location"] = json!(PRIVATE);
    private["visibility"] = json!("private");
    private["attendees"] = json!([{ "email": format!("{PRIVATE}@example.com") }]);
    host.add_event(private);
    host.activate_with(json!({ "direction": "two-way" }));
    host
}

/// What a program that logs everything would log: the steps and the answers.
#[test]
fn debug_output_holds_no_text() {
    let mut host = planted();
    let mut machine = Machine::new(7);
    let mut step = machine.start(r#"{"name":"run"}"#, host.world.now_ms()).unwrap();
    let mut logged = String::new();
    for _ in 0..200 {
        logged += &format!("{step:?}\n");
        if matches!(step.kind, StepKind::Done { .. } | StepKind::Failed { .. }) {
            break;
        }
        let brought = host.effect(&step.kind).unwrap();
        if let Brought::Answers(answers) = &brought {
            logged += &format!("{answers:?}\n");
        }
        step = host.bring(&mut machine, brought);
    }
    assert!(matches!(step.kind, StepKind::Done { .. }), "{logged}");
    assert!(logged.lines().count() > 10 && tells(&logged, "zoho crm post"), "{logged}");
    for text in [MARKER, PRIVATE, "ana@example.com"] {
        assert!(!tells(&logged, text), "{logged}");
    }
    // Ids are no secrets by themselves, but Google's can be addresses.
    assert!(!logged.contains("accord-batch") && !logged.contains("/calendar/v3"), "{logged}");
}

/// A service that repeats in its error what it was sent, or says anything else about it.
#[test]
fn errors_hold_no_text_whatever_a_service_answers() {
    let google = json!({ "error": { "code": 400, "message": MARKER, "errors": [{ "reason": "invalid", "message": MARKER }] } });
    let zoho = json!({ "code": "INVALID_DATA", "message": MARKER, "details": { "api_name": "Event_Title", "value": MARKER } });
    let mut failed = 0;
    for (service, method, path, body) in [
        (Service::Google, "GET", "/calendar/v3/calendars", &google),
        (Service::Google, "POST", "/batch", &google),
        (Service::Zoho, "POST", "/crm/v8/coql", &zoho),
        (Service::Zoho, "POST", "/crm/v8/Events", &zoho),
    ] {
        for status in [400, 401, 403, 404, 409, 410, 412, 429, 500] {
            let mut host = planted();
            let kind = FaultKind::Status { status, reason: None, body: Some(body.to_string()) };
            host.world.faults().add(Fault::new(kind).times(None).on(service, method, path));
            let said = match host.cycle() {
                Ended::Failed { code, message, .. } => {
                    failed += 1;
                    format!("{code} {message}")
                }
                ended => format!("{:#}", ended.done()),
            };
            let status_now = host.run(json!({ "name": "status" })).done();
            for text in [said, status_now.to_string()] {
                assert!(
                    !tells(&text, MARKER) && !tells(&text, PRIVATE),
                    "{service:?} {path} {status}: {text}"
                );
            }
        }
    }
    assert!(failed > 20, "most of these end the cycle: {failed}");
}

/// Fields of odd types, and text that is no event: the reasons are sentences of Accord.
#[test]
fn what_is_set_apart_is_told_without_its_text() {
    let mut host = planted();
    let field = |name: &str| FaultKind::WrongField { field: name.to_owned() };
    host.world.faults().add(Fault::new(field("summary")).on(
        Service::Google,
        "GET",
        "/calendar/v3/calendars",
    ));
    host.world.faults().add(Fault::new(field("Event_Title")).on(Service::Zoho, "GET", "/crm/v8/Events"));
    let report = host.sync();
    let parked = report["parked"].as_array().unwrap().len() + report["notes"].as_array().unwrap().len();
    assert!(parked > 0, "{report:#}");
    assert!(!tells(&report.to_string(), MARKER) && !tells(&report.to_string(), PRIVATE), "{report:#}");
}

/// Links are fingerprints. Texts are kept where an undo and a conflict need them, and those of private events nowhere.
#[test]
fn stored_rows_hold_text_only_to_tell_and_undo_it() {
    let mut host = planted();
    host.settle();
    let first = format!("{MARKER} 0");
    let (event, row) = (host.event(&first)["id"].clone(), host.meeting(&first)["id"].clone());
    host.edit_event(event.as_str().unwrap(), json!({ "location": format!("{MARKER} here") }));
    host.edit_meeting(row.as_str().unwrap(), json!({ "Venue": format!("{MARKER} there") }));
    host.advance(150_000);
    let report = host.settle();
    let told: Vec<&str> = report
        .as_object()
        .unwrap()
        .iter()
        .filter(|(_, part)| tells(&part.to_string(), MARKER))
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(told, ["conflicts"], "{report:#}");
    let mut rows = 0;
    for (key, text) in &host.rows {
        rows += usize::from(tells(text, MARKER));
        assert!(!tells(text, PRIVATE), "I18: {key}");
        assert!(!tells(text, MARKER) || key == "history" || key.starts_with("done/"), "{key}: {text}");
    }
    assert!(rows > 1, "the history tells what was written");
    let answers: Value = host.run(json!({ "name": "history" })).done();
    assert!(!tells(&answers.to_string(), PRIVATE));
}
