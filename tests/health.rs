//! One value says how the sync is doing, and a look at linked pairs says whether both sides agree.

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

mod support;

use accord_sandbox::Service;
use serde_json::{Value, json};
use support::{Host, meeting, timed};

fn id(row: &Value) -> String {
    row["id"].as_str().unwrap().to_owned()
}

fn health(host: &mut Host) -> Value {
    host.run(json!({ "name": "status" })).done()["health"].clone()
}

fn verify(host: &mut Host, sample: u32) -> Value {
    let rows = host.rows.clone();
    let found = host.run(json!({ "name": "verify", "sample": sample, "batch": true })).done();
    assert_eq!(host.rows, rows, "a look stores nothing");
    found
}

fn two_way(events: i64) -> Host {
    let mut host = Host::new();
    for n in 0..events {
        host.add_event(timed(&format!("Google {n}"), 10 + n));
        host.add_meeting(meeting(&format!("CRM {n}"), 1_000 + n));
    }
    host.activate_with(json!({ "direction": "two-way" }));
    host
}

/// Fifty pairs unless told otherwise.
#[test]
fn a_sample_has_a_size() {
    let mut host = two_way(30);
    host.settle();
    let found = host.run(json!({ "name": "verify" })).done();
    assert_eq!((&found["checked"], &found["drifts"]), (&json!(50), &json!([])));
    assert_eq!(verify(&mut host, 7)["checked"], 7);
}

#[test]
fn the_state_follows_the_sync() {
    let mut host = Host::new();
    assert_eq!(health(&mut host)["state"], "off");
    let mut host = two_way(2);
    assert_eq!(health(&mut host)["state"], "waiting");
    host.settle();
    let well = health(&mut host);
    assert_eq!((&well["state"], &well["reasons"]), (&json!("in-accord"), &json!([])));
    assert_eq!(well["lastSuccessMs"], host.world.now_ms());
    host.run(json!({ "name": "deactivate" })).done();
    assert_eq!(health(&mut host)["state"], "off");
}

/// What only a person can mend is remembered with one row, once, and forgotten as soon as it is mended.
#[test]
fn a_missing_right_needs_a_person_until_it_is_there() {
    let mut host = two_way(2);
    host.settle();
    host.world.set_scopes(Service::Google, &[]);
    assert_eq!(host.cycle().code(), "forbidden");
    assert_eq!(host.rows_written, 1, "{:#?}", host.trace);
    let ill = health(&mut host);
    assert_eq!((&ill["state"], &ill["reasons"][0]["code"]), (&json!("needs-you"), &json!("forbidden")));
    assert_eq!(host.cycle().code(), "forbidden");
    assert_eq!(host.rows_written, 0, "it is no news: {:#?}", host.trace);
    host.world.set_scopes(Service::Google, &["https://www.googleapis.com/auth/calendar"]);
    host.sync();
    assert_eq!(health(&mut host)["state"], "in-accord");
}

#[test]
fn an_open_question_needs_a_person() {
    let mut host = two_way(15);
    host.settle();
    for n in 0..15 {
        host.delete_event(&id(&host.event(&format!("Google {n}"))));
        if n < 10 {
            host.delete_event(&id(&host.event(&format!("CRM {n}"))));
        }
    }
    host.sync();
    let asked = health(&mut host);
    assert_eq!(
        (&asked["state"], &asked["reasons"][0]["code"]),
        (&json!("needs-you"), &json!("question-open"))
    );
}

/// Verification: what differs is named, what is about to be synced is told apart, and few requests are made.
#[test]
fn drift_is_found_and_named() {
    let mut host = two_way(30);
    host.settle();
    host.advance(200_000);
    host.sync();
    let sound = verify(&mut host, 50);
    assert_eq!(sound, json!({ "checked": 50, "unanswered": 0, "drifts": [] }));
    let requests = host.trace.iter().filter(|line| !line.starts_with("load")).count();
    assert!(requests <= 4, "{:#?}", host.trace);

    let edited = host.event("Google 3");
    host.edit_event(&id(&edited), json!({ "location": "Elsewhere" }));
    host.delete_meeting(&id(&host.meeting("CRM 4")));
    let found = verify(&mut host, 500);
    assert_eq!(found["checked"], 60);
    let drifts = found["drifts"].as_array().unwrap();
    assert_eq!(drifts.len(), 2, "{found}");
    let place = drifts.iter().find(|drift| drift["kind"] == "differs").unwrap();
    assert_eq!((&place["googleId"], &place["fields"]), (&edited["id"], &json!(["place"])));
    assert_eq!(place["pending"], true);
    assert!(drifts.iter().any(|drift| drift["kind"] == "missing-crm"));
    host.sync();
    assert_eq!(verify(&mut host, 500)["drifts"], json!([]));
}

/// D1: an edit of the target stays in one direction; nothing is pending, and the look names it.
#[test]
fn an_edit_of_the_target_is_a_drift_that_no_cycle_mends() {
    let mut host = Host::new();
    host.add_event(timed("Theirs", 10));
    host.activate();
    host.settle();
    host.edit_meeting(&id(&host.meeting("Theirs")), json!({ "Event_Title": "Ours" }));
    host.sync();
    let drifts = verify(&mut host, 50)["drifts"].clone();
    assert_eq!((&drifts[0]["fields"], &drifts[0]["kind"]), (&json!(["title"]), &json!("differs")));
}
