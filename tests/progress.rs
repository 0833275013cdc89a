//! I26: how far a command says that it is. What is done never decreases and never exceeds what there is to do, and the report
//! counts what the services hold.

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
use accord_sync::{Machine, Progress, StepKind};
use serde_json::{Value, json};
use support::{Host, meeting, timed};

/// Runs one cycle; what each step said, and the report.
fn watched(host: &mut Host) -> (Vec<Progress>, Value) {
    let mut machine = Machine::new(7);
    let mut step = machine.start(r#"{"name":"run","batch":true}"#, host.world.now_ms()).unwrap();
    let mut said = Vec::new();
    for _ in 0..2_000 {
        said.push(step.progress);
        if let StepKind::Done { result } = &step.kind {
            return (said, serde_json::from_str(result).unwrap());
        }
        let brought = host.effect(&step.kind).unwrap();
        step = host.bring(&mut machine, brought);
    }
    panic!("the cycle does not come to an end");
}

fn written(report: &Value) -> u64 {
    ["google", "crm"]
        .iter()
        .flat_map(|side| ["created", "updated", "deleted"].map(|verb| report[side][verb].as_u64().unwrap()))
        .sum()
}

#[track_caller]
fn assert_progress(said: &[Progress]) {
    for (before, after) in said.iter().zip(said.iter().skip(1)) {
        assert!(after.done >= before.done, "{before:?}, then {after:?}");
        assert!(
            after.total.is_some() || before.total.is_none(),
            "a total is not forgotten: {before:?}, {after:?}"
        );
    }
    assert!(said.iter().all(|now| now.total.is_none_or(|total| now.done <= total)), "{said:?}");
}

fn filled() -> Host {
    let mut host = Host::new();
    for n in 0..60 {
        host.add_event(timed(&format!("Event {n}"), 24 + n));
        host.add_meeting(meeting(&format!("Meeting {n}"), 24 + n));
    }
    host.activate_with(json!({ "direction": "two-way" }));
    host
}

#[test]
fn what_is_done_grows_up_to_what_there_is_to_do() {
    let mut host = filled();
    let (said, report) = watched(&mut host);
    assert_progress(&said);
    let last = said.last().unwrap();
    assert_eq!((u64::from(last.done), last.total), (written(&report), Some(120)));
    assert_eq!(written(&report), 120);
    assert!(said.iter().any(|now| now.done > 0 && now.done < 120), "it is told on the way: {said:?}");
    assert_eq!(host.meetings().len(), 120);
}

/// Under a limit the report counts what this cycle wrote, and says what it left.
#[test]
fn a_limit_is_no_less_true() {
    let mut host = Host::new();
    for n in 0..30 {
        host.add_event(timed(&format!("Event {n}"), 24 + n));
    }
    host.activate_with(json!({ "limits": { "firstSync": 12 } }));
    let mut all = 0;
    for expected in [12, 18] {
        let (said, report) = watched(&mut host);
        assert_progress(&said);
        all += written(&report);
        assert_eq!(
            (all, report["remaining"].as_u64().unwrap()),
            (host.meetings().len() as u64, 30 - all),
            "{expected}"
        );
    }
}

/// What is refused or lost is not done.
#[test]
fn trouble_is_no_progress() {
    for fault in [
        Fault::new(FaultKind::Drop).on(Service::Zoho, "POST", "/crm/v8/Events").after(),
        Fault::new(FaultKind::Status { status: 500, reason: None, body: None }).on(
            Service::Google,
            "POST",
            "/batch",
        ),
        Fault::new(FaultKind::BadRecord { index: 3, code: "INVALID_DATA".to_owned() }).on(
            Service::Zoho,
            "POST",
            "/crm/v8/Events",
        ),
    ] {
        let mut host = filled();
        host.world.faults().add(fault);
        let (said, report) = watched(&mut host);
        assert_progress(&said);
        let parked = report["parked"].as_array().unwrap().len() as u64;
        assert_eq!(written(&report) + parked, 120, "{report:#}");
        assert_eq!(host.meetings().len() as u64, 120 - parked);
    }
}
