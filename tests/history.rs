//! What cycles wrote is told afterwards: why each field changed, and what was there before.

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

mod support;

use accord_sandbox::{Fault, Service};
use serde_json::{Value, json};
use support::{Host, Kill, Storage, meeting, timed};

fn two_way(mut host: Host) -> Host {
    host.activate_with(json!({ "direction": "two-way" }));
    host.settle();
    host
}

/// One event of each side, linked.
fn linked() -> Host {
    let mut host = Host::new();
    host.add_event(timed("From Google", 24));
    host.add_meeting(meeting("From the CRM", 30));
    two_way(host)
}

fn id(row: &Value) -> String {
    row["id"].as_str().unwrap().to_owned()
}

fn explain(host: &mut Host, id: &str) -> Vec<Value> {
    let reasons = host.run(json!({ "name": "explain", "googleId": id })).done();
    assert!(host.trace.iter().all(|line| line.starts_with("load")), "no request: {:?}", host.trace);
    reasons.as_array().unwrap().clone()
}

fn history(host: &mut Host) -> Vec<Value> {
    host.run(json!({ "name": "history" })).done().as_array().unwrap().clone()
}

/// Section 10: the rule, both values and the cycle, newest first; by either id.
#[test]
fn every_write_has_its_reason() {
    let mut host = linked();
    let (event, record) = (id(&host.event("From Google")), id(&host.meeting("From Google")));
    host.edit_event(&event, json!({ "location": "Room 1" }));
    let run = host.sync()["run"].clone();
    host.edit_meeting(&record, json!({ "Event_Title": "Renamed" }));
    host.sync();
    let reasons = explain(&mut host, &event);
    let told: Vec<String> = reasons
        .iter()
        .map(|reason| {
            let op = &reason["operation"];
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            format!("{} {} {}", text(&op["verb"]), text(&op["side"]), text(&op["rule"]))
        })
        .collect();
    assert_eq!(told, ["update google changed-in-crm", "update crm changed-in-google", "create crm new"]);
    let title = &reasons[0]["operation"]["fields"][0];
    assert_eq!((&title["before"], &title["after"]), (&json!("From Google"), &json!("Renamed")));
    let place = &reasons[1]["operation"]["fields"][0];
    assert_eq!(
        (&place["field"], &place["before"], &place["after"]),
        (&json!("place"), &Value::Null, &json!("Room 1"))
    );
    assert_eq!(reasons[1]["run"], run);
    assert!(reasons[1]["atMs"].as_i64().unwrap() >= reasons[2]["atMs"].as_i64().unwrap());
    assert!(reasons.iter().all(|reason| reason["operation"]["mailed"] == 0));
    assert_eq!(explain(&mut host, &record), reasons, "by the id of the record too");
    assert!(explain(&mut host, "unknown").is_empty());
}

/// K3, C4: the value that lost is told with the rule that decided.
#[test]
fn a_conflict_is_told_with_both_values() {
    let mut host = linked();
    let (event, record) = (id(&host.event("From Google")), id(&host.meeting("From Google")));
    host.edit_event(&event, json!({ "summary": "In Google" }));
    host.edit_meeting(&record, json!({ "Event_Title": "In the CRM" }));
    host.sync();
    let reasons = explain(&mut host, &event);
    let change = &reasons[0]["operation"]["fields"][0];
    assert_eq!((&change["rule"], &change["winner"]), (&json!("conflict-newest"), &json!("crm")));
    assert_eq!((&change["lost"], &change["after"]), (&json!("In Google"), &json!("In the CRM")));
}

/// A deletion keeps what was there; an edit that beats one says so; one direction names its source.
#[test]
fn deletions_and_recreations_have_their_reasons() {
    let mut host = linked();
    let (event, other) = (id(&host.event("From Google")), host.event("From the CRM"));
    let record = id(&host.meeting("From the CRM"));
    host.delete_event(&event);
    host.delete_meeting(&record);
    host.edit_event(&id(&other), json!({ "location": "Room 9" }));
    host.sync();
    let gone = &explain(&mut host, &event)[0]["operation"];
    assert_eq!(
        (&gone["verb"], &gone["rule"], &gone["title"]),
        (&json!("delete"), &json!("deleted"), &json!("From Google"))
    );
    assert!(gone["fields"].as_array().unwrap().iter().any(|field| field["field"] == "time"));
    let again = &explain(&mut host, &id(&other))[0]["operation"];
    assert_eq!((&again["verb"], &again["rule"]), (&json!("create"), &json!("edit-beats-deletion")));

    let mut host = Host::new();
    let event = host.add_event(timed("Call", 24));
    host.activate();
    host.settle();
    host.edit_event(&event, json!({ "summary": "Call again" }));
    host.sync();
    assert_eq!(explain(&mut host, &event)[0]["operation"]["rule"], "source");
}

/// I2, K7: a cycle that writes nothing keeps nothing, and asks for nothing more.
#[test]
fn a_cycle_without_writes_keeps_nothing() {
    let mut host = linked();
    host.advance(300_000);
    host.sync();
    host.advance(300_000);
    let before = host.rows.keys().filter(|key| key.starts_with("done/")).count();
    host.sync();
    assert_eq!(host.rows.keys().filter(|key| key.starts_with("done/")).count(), before);
    let saved: Vec<&String> = host.trace.iter().filter(|line| line.starts_with("save")).collect();
    assert!(saved.iter().all(|line| line.ends_with(" state")), "{saved:?}");
    assert!(!host.trace.iter().any(|line| line.contains("history")), "{:#?}", host.trace);
}

/// Issue 5: 50 cycles are kept, oldest forgotten first, and the rows with them.
#[test]
fn fifty_cycles_are_kept() {
    let mut host = linked();
    let event = id(&host.event("From Google"));
    for n in 0..55 {
        host.edit_event(&event, json!({ "location": format!("Room {n}") }));
        host.sync();
    }
    assert_eq!(history(&mut host).len(), 50);
    let rows: Vec<&String> = host.rows.keys().filter(|key| key.starts_with("done/")).collect();
    assert_eq!(rows.len(), 50, "{rows:?}");
    assert_eq!(explain(&mut host, &event).len(), 50);
}

/// Issue 5: 2 MB of operations are kept; cycles with long texts go sooner.
#[test]
fn two_megabytes_are_kept() {
    let mut host = Host::new();
    let ids: Vec<String> = (0..40).map(|n| host.add_event(timed(&format!("E{n}"), 24 + n))).collect();
    let mut host = two_way(host);
    for n in 0..8 {
        for id in &ids {
            host.edit_event(id, json!({ "description": format!("{n} {}", "long ".repeat(1_400)) }));
        }
        host.sync();
    }
    let bytes: usize =
        host.rows.iter().filter(|(key, _)| key.starts_with("done/")).map(|(_, text)| text.len()).sum();
    assert!(bytes <= 2_000_000, "{bytes} bytes");
    assert!(bytes > 1_200_000, "{bytes} bytes: what fits is kept");
    assert_eq!(history(&mut host).len(), 9, "the reports are small, and stay");
}

/// K8, I26: what a cycle wrote before it failed is in the history, with the error; so is one that was cut off.
#[test]
fn cycles_that_fail_or_are_killed_are_told() {
    let mut host = linked();
    host.add_event(timed("New", 40));
    host.add_meeting(meeting("New in the CRM", 41));
    host.world.faults().add(Fault::status(401).on(Service::Google, "POST", "/").times(None));
    let code = host.cycle().code();
    host.world.faults().clear();
    let told = history(&mut host);
    assert_eq!((&told[0]["failed"]["code"], &told[0]["finished"]), (&json!(code), &json!("failed")));
    assert_eq!(told[0]["crm"]["created"], 1);
    let failed = told[0]["run"].as_u64().unwrap();
    assert_eq!(host.sync()["run"], failed + 1);

    let event = id(&host.event("New"));
    host.edit_event(&event, json!({ "summary": "Newer" }));
    let last = host.rows.clone();
    host.sync();
    let calls = host.calls();
    host.rows = last;
    host.edit_event(&event, json!({ "summary": "Newest" }));
    host.run_killed(json!({ "name": "run", "batch": true }), Kill::Before(calls - 1));
    host.settle();
    let told = history(&mut host);
    let cut = told.iter().find(|report| report["failed"]["code"] == "interrupted").unwrap();
    assert_eq!(cut["crm"]["updated"], 1);
    let runs: Vec<u64> = told.iter().map(|report| report["run"].as_u64().unwrap()).collect();
    assert!(runs.windows(2).all(|pair| pair[0] > pair[1]), "each has a number of its own: {runs:?}");
    assert_eq!(explain(&mut host, &event)[0]["run"], cut["run"]);
}

/// A storage that is full loses no reasons of what was stored: the next cycle tells of the one before.
#[test]
fn a_full_storage_is_told_by_the_next_cycle() {
    let mut host = linked();
    let event = host.add_event(timed("New", 40));
    host.storage = Storage::FullFrom(2);
    assert_eq!(host.cycle().code(), "storage-full");
    host.storage = Storage::Works;
    host.settle();
    let verbs: Vec<Value> =
        explain(&mut host, &event).iter().map(|r| r["operation"]["verb"].clone()).collect();
    assert_eq!(verbs, [json!("create")]);
}

/// I18: of a private event nothing but its time is kept, whatever it was before: what older cycles kept of it is forgotten
/// once it is seen to be private, the values of conflicts included. Events beside it keep their reasons.
#[test]
fn private_events_are_not_told() {
    for policy in ["busy", "skip"] {
        let mut host = Host::new();
        host.add_event(timed("From Google", 24));
        host.add_event(timed("Beside it", 26));
        host.activate_with(json!({ "direction": "two-way", "privateEvents": policy }));
        host.settle();
        let (event, beside) = (id(&host.event("From Google")), id(&host.event("Beside it")));
        let record = id(&host.meeting("From Google"));
        host.edit_event(&event, json!({ "description": "Marker-A" }));
        host.edit_event(&beside, json!({ "location": "Room 1" }));
        host.sync();
        host.edit_event(&event, json!({ "location": "Marker-E" }));
        host.edit_meeting(&record, json!({ "Venue": "Marker-F" }));
        assert_eq!(host.sync()["conflicts"][0]["field"], "place");
        assert!(host.rows["history"].contains("Marker-E"), "the value that lost is kept");
        host.edit_event(
            &event,
            json!({ "visibility": "private", "summary": "Marker-B", "location": "Marker-C" }),
        );
        host.sync();
        let mut secret = timed("Marker-D", 60);
        secret["visibility"] = json!("private");
        host.add_event(secret);
        host.sync();
        assert_unmarked(&host, policy);
        let told = explain(&mut host, &beside);
        assert_eq!(told[0]["operation"]["fields"][0]["after"], "Room 1", "{policy}");
        let told = explain(&mut host, &event);
        assert_eq!(told.last().unwrap()["operation"]["verb"], "create", "that it was written is told");
        for part in 1..=told.len() {
            let run = &told[told.len() - part]["run"];
            let undo = json!({ "name": "undo", "run": run, "googleId": event, "batch": true });
            let left = host.run(undo).done()["notRestored"].clone();
            assert!(left[0]["code"].is_string(), "{policy}: {left}");
        }
        host.delete_event(&event);
        host.settle();
        assert_unmarked(&host, policy);
    }
}

#[track_caller]
fn assert_unmarked(host: &Host, policy: &str) {
    for (key, text) in &host.rows {
        for marker in ["Marker-", "From Google"] {
            assert!(!text.contains(marker), "{policy}: {marker} is in {key}: {text}");
        }
    }
}

/// I12, I18: killed at any call of the cycle in which an event is seen to be private, the next cycle leaves no text.
#[test]
fn a_kill_does_not_keep_what_is_private() {
    for call in 0.. {
        let mut host = linked();
        let event = id(&host.event("From Google"));
        host.edit_event(&event, json!({ "description": "Marker-A" }));
        host.sync();
        host.edit_event(&event, json!({ "visibility": "private" }));
        let kill = if call % 2 == 0 { Kill::Before(call / 2) } else { Kill::After(call / 2) };
        let killed = host.run_killed(json!({ "name": "run", "batch": true }), kill).is_killed();
        host.settle();
        assert_unmarked(&host, &format!("killed at {kill:?}"));
        if !killed {
            assert!(call > 10, "{call} calls");
            break;
        }
    }
}
