//! The boundary, natively: a command that is none, and a call in the wrong order, have a sentence that names what is wrong
//! (section 11), and nothing that is printed for developers holds event text or addresses (section 12).

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

mod support;

use accord_sync::{Machine, Step, StepKind};
use serde_json::json;
use support::{Host, settings, timed};

fn failure(step: Step) -> (String, String) {
    match step.kind {
        StepKind::Failed { error } => (error.code.to_owned(), error.message),
        other => panic!("should have failed: {other:?}"),
    }
}

/// Each field of a command that is not what it should be is named.
#[test]
fn a_command_that_is_none_names_its_field() {
    let ids = |count: usize| json!(vec!["1"; count]);
    let table = [
        (json!("run"), "name"),
        (json!({ "name": "sync" }), "name"),
        (json!({ "name": "run", "trigger": "cron" }), "trigger"),
        (json!({ "name": "run", "trigger": 7 }), "trigger"),
        (json!({ "name": "run", "deadlineMs": "soon" }), "deadlineMs"),
        (json!({ "name": "run", "batch": "yes" }), "batch"),
        (json!({ "name": "run", "lease": 1 }), "lease"),
        (json!({ "name": "run", "crmIds": "1" }), "crmIds"),
        (json!({ "name": "run", "crmIds": [] }), "crmIds"),
        (json!({ "name": "run", "crmIds": ids(101) }), "crmIds"),
        (json!({ "name": "run", "crmIds": [""] }), "crmIds"),
        (json!({ "name": "run", "crmIds": [1] }), "crmIds"),
        (json!({ "name": "run", "crmIds": ["1 or 1"] }), "crmIds"),
        (json!({ "name": "run", "crmIds": ["1".repeat(33)] }), "crmIds"),
        (json!({ "name": "verify", "sample": 0 }), "sample"),
        (json!({ "name": "verify", "sample": 501 }), "sample"),
        (json!({ "name": "verify", "sample": "all" }), "sample"),
        (json!({ "name": "resolve", "answer": "apply" }), "question"),
        (json!({ "name": "resolve", "question": "q" }), "answer"),
        (json!({ "name": "resolve", "question": "q", "answer": "perhaps" }), "answer"),
    ];
    for (command, field) in table {
        let (code, message) = failure(Machine::new(1).start(&command.to_string(), 0).unwrap());
        assert_eq!(code, "misuse", "{command}");
        assert!(message.contains(&format!("command's {field} ")), "{command}: {message}");
    }
    for text in ["", "{", "[]", "{\"name\":\"run\"", "\u{0}"] {
        let (code, message) = failure(Machine::new(1).start(text, 0).unwrap());
        assert_eq!((code.as_str(), message.contains("name")), ("misuse", true), "{text:?}");
    }
}

/// A call that does not answer the last step is refused and changes nothing: the right one goes on.
#[test]
fn a_call_in_the_wrong_order_is_refused() {
    let mut machine = Machine::new(1);
    let refusals = |machine: &mut Machine| {
        let wrong = [
            machine.saved(0).map(drop),
            machine.woke(0).map(drop),
            machine.zoned(Vec::new(), 0).map(drop),
            machine.answered(Vec::new(), 0).map(drop),
        ];
        wrong.map(|outcome| outcome.unwrap_err().message().to_owned())
    };
    for message in refusals(&mut machine) {
        assert!(message.contains("nothing is under way"), "{message}");
    }
    assert!(machine.failed("offline", 0).is_err());
    assert!(matches!(
        machine.start(r#"{"name":"calendars"}"#, 0).unwrap().kind,
        StepKind::Load { .. } | StepKind::Http { .. }
    ));
    assert!(
        machine.start(r#"{"name":"status"}"#, 0).unwrap_err().message().contains("another command"),
        "one at a time"
    );
    // What was under way can still be ended, and a new command begun.
    assert_eq!(failure(machine.failed("offline", 0).unwrap()).0, "offline");
    let step = machine.start(r#"{"name":"status"}"#, 0).unwrap();
    assert!(matches!(step.kind, StepKind::Load { .. }), "{step:?}");
    for message in refusals(&mut machine) {
        assert!(message.contains("does not answer the last step"), "{message}");
    }
    assert!(matches!(machine.loaded(Vec::new(), 0).unwrap().kind, StepKind::Done { .. }));
}

#[test]
fn each_request_needs_one_answer() {
    let mut machine = Machine::new(1);
    let mut step = machine.start(r#"{"name":"calendars"}"#, 0).unwrap();
    if matches!(step.kind, StepKind::Load { .. }) {
        step = machine.loaded(Vec::new(), 0).unwrap();
    }
    assert!(matches!(step.kind, StepKind::Http { .. }));
    let error = machine.answered(Vec::new(), 0).unwrap_err();
    assert!(error.message().contains("each request needs one answer"), "{}", error.message());
}

/// What a host may say of a step that it could not do, and the code that people's programs see.
#[test]
fn failures_of_the_host_have_their_codes() {
    for (said, code) in [
        ("storage-full", "storage-full"),
        ("storage-failed", "storage-failed"),
        ("offline", "offline"),
        ("aborted", "cancelled"),
        ("cancelled", "cancelled"),
        ("unsupported", "unsupported"),
        ("a word of a later version", "storage-failed"),
    ] {
        let mut machine = Machine::new(1);
        machine.start(r#"{"name":"status"}"#, 0).unwrap();
        let (found, message) = failure(machine.failed(said, 0).unwrap());
        assert_eq!(found, code);
        assert!(message.ends_with('.') && message.len() > 20, "a sentence: {message}");
    }
}

/// Section 12: `Debug` of everything that a host may print shows no title, place, address, id of a person or token.
#[test]
fn nothing_printed_holds_event_text() {
    let mut host = Host::new();
    let mut event = timed("Secret merger", 2);
    event["location"] = json!("Hidden place");
    event["attendees"] = json!([{ "email": "guest@example.com" }]);
    host.add_event(event);
    host.activate();
    let mut machine = Machine::new(1);
    let mut step = machine.start(r#"{"name":"run"}"#, host.world.now_ms()).unwrap();
    let (mut printed, mut steps) = (String::new(), 0);
    loop {
        printed += &format!("{step:?}\n");
        steps += 1;
        if matches!(step.kind, StepKind::Done { .. } | StepKind::Failed { .. }) {
            break;
        }
        let brought = host.effect(&step.kind).unwrap();
        step = host.bring(&mut machine, brought);
        assert!(steps < 100);
    }
    assert_eq!(host.meetings().len(), 1, "the story wrote what must not be printed");
    for secret in ["Secret", "merger", "Hidden", "guest@", "ana@"] {
        assert!(!printed.contains(secret), "{secret} is in {printed}");
    }
    assert!(printed.contains("Http") && printed.contains("Save") && printed.contains("Done"));
    let error = host.run(json!({ "name": "activate", "settings": settings(json!({ "calendar": 7 })) }));
    assert!(!format!("{error:?}").contains("ana@"));
}
