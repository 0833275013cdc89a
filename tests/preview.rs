//! A preview says what a cycle will do, and does nothing of it.

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
use std::collections::BTreeSet;
use support::{Host, Kill, meeting, timed};

fn id(row: &Value) -> String {
    row["id"].as_str().unwrap().to_owned()
}

/// What both services hold.
fn world(host: &Host) -> (Vec<Value>, Vec<Value>) {
    (host.world.google_events("primary"), host.world.crm_events())
}

/// A preview, which must leave everything as it is.
#[track_caller]
fn preview(host: &mut Host) -> Value {
    let (rows, before) = (host.rows.clone(), world(host));
    let plan = host.run(json!({ "name": "preview", "batch": true })).done();
    assert_eq!(host.rows, rows, "a row was stored");
    assert!(host.trace.iter().all(|line| !line.starts_with("save")), "{:#?}", host.trace);
    assert_eq!(world(host), before, "a service was written");
    plan
}

/// What the journal tells of a run, in the words of a preview: without what only a write brings.
fn written(host: &mut Host, plan: &Value, run: &Value) -> Vec<Value> {
    let mut told = Vec::new();
    // Deleted events are in neither of the services: the plan names them.
    let gone =
        plan["operations"].as_array().unwrap().iter().map(|op| op["googleId"].as_str().unwrap().to_owned());
    let ids: BTreeSet<String> = host.world.google_events("primary").iter().map(id).chain(gone).collect();
    for id in ids {
        for reason in host.run(json!({ "name": "explain", "googleId": id })).done().as_array().unwrap() {
            if reason["run"] == *run {
                told.push(comparable(&reason["operation"]));
            }
        }
    }
    sorted(told)
}

fn comparable(op: &Value) -> Value {
    let mut op = op.clone();
    let told = op.as_object_mut().unwrap();
    told.remove("cycle");
    if told["verb"] == "create" {
        // The id in the CRM is not known before, and the history leaves out what the event shows.
        told.remove("crmId");
        told.remove("fields");
    }
    op
}

fn sorted(mut ops: Vec<Value>) -> Vec<Value> {
    ops.sort_by_key(Value::to_string);
    ops
}

/// Links of both sides, and then an edit, a deletion and something new on each.
fn busy(direction: &str) -> Host {
    let mut host = Host::new();
    for n in 0..4 {
        host.add_event(timed(&format!("Google {n}"), 10 + n));
        host.add_meeting(meeting(&format!("CRM {n}"), 30 + n));
    }
    host.activate_with(json!({ "direction": direction }));
    host.settle();
    let (google, crm) = (direction != "crm-to-google", direction != "google-to-crm");
    host.advance(200_000);
    host.sync();
    if google {
        host.edit_event(
            &id(&host.event("Google 0")),
            json!({ "summary": "Google renamed", "location": "Room 1" }),
        );
        host.delete_event(&id(&host.event("Google 1")));
        host.add_event(timed("Google new", 40));
    }
    if crm {
        host.edit_meeting(&id(&host.meeting("CRM 0")), json!({ "Venue": "Room 2" }));
        host.delete_meeting(&id(&host.meeting("CRM 1")));
        host.add_meeting(meeting("CRM new", 50));
    }
    if google && crm {
        host.edit_event(&id(&host.event("CRM 2")), json!({ "location": "Theirs" }));
        host.edit_meeting(&id(&host.meeting("CRM 2")), json!({ "Venue": "Ours" }));
    }
    host
}

/// The same operations, rules and values, in every direction; and what they cost is what they cost.
#[test]
fn a_run_does_what_the_preview_said() {
    for direction in ["two-way", "google-to-crm", "crm-to-google"] {
        let mut host = busy(direction);
        let plan = preview(&mut host);
        let told = plan["operations"].as_array().unwrap();
        assert!(told.iter().all(|op| op["cycle"] == 1), "{direction}: {told:#?}");
        let report = host.sync();
        assert_eq!((&plan["google"], &plan["crm"]), (&report["google"], &report["crm"]), "{direction}");
        assert!(told.len() >= 3, "{direction}: {told:#?}");
        let told = sorted(told.iter().map(comparable).collect());
        assert_eq!(told, written(&mut host, &plan, &report["run"]), "{direction}");
        assert_eq!(plan["cost"]["cycles"], 1, "{direction}");
        assert_eq!(plan["deferred"], 0, "{direction}");
        // The run reads as the preview did, and then writes.
        let google = |value: &Value| value["google"].as_u64().unwrap() + value["zoho"].as_u64().unwrap();
        let (read, write, all) =
            (google(&plan["requests"]), google(&plan["cost"]), google(&report["requests"]));
        assert!(
            write > 0 && all.abs_diff(read + write) <= 2,
            "{direction}: {read} + {write}, and it took {all}"
        );
    }
}

/// Section 10: before and after of each field, and of a conflict the value that would be lost.
#[test]
fn both_values_and_the_loser_are_shown() {
    let mut host = busy("two-way");
    let plan = preview(&mut host);
    let op = |verb: &str, title: &str| {
        let ops = plan["operations"].as_array().unwrap().iter();
        ops.filter(|op| op["verb"] == verb && op["title"] == title).cloned().collect::<Vec<_>>()
    };
    let renamed = &op("update", "Google renamed")[0]["fields"];
    assert_eq!(
        renamed[0],
        json!({ "field": "title", "before": "Google 0", "after": "Google renamed", "rule": "changed-in-google" })
    );
    let new = &op("create", "CRM new")[0];
    assert_eq!((&new["side"], &new["rule"], &new["mailed"]), (&json!("google"), &json!("new"), &json!(0)));
    assert_eq!(new["fields"][0], json!({ "field": "title", "after": "CRM new", "rule": "new" }));
    let lost = &op("update", "CRM 2")[0]["fields"][0];
    assert_eq!((&lost["rule"], &lost["winner"]), (&json!("conflict-newest"), &json!("crm")), "{lost}");
    assert_eq!((&lost["lost"], &lost["after"]), (&json!("Theirs"), &json!("Ours")));
    assert_eq!(op("delete", "Google 1")[0]["side"], "crm");
}

/// L2, L3: which cycle writes what, under the limits.
#[test]
fn entries_are_numbered_by_the_cycles_that_write_them() {
    let mut host = Host::new();
    host.activate_with(json!({ "direction": "two-way", "limits": { "firstSync": 4, "laterSync": 3 } }));
    for n in 0..6 {
        host.add_event(timed(&format!("Google {n}"), 10 + 2 * n));
        host.add_meeting(meeting(&format!("CRM {n}"), 11 + 2 * n));
    }
    let plan = preview(&mut host);
    assert_eq!(plan["cost"]["cycles"], 4);
    for cycle in 1..=4 {
        let ops = plan["operations"].as_array().unwrap().iter().filter(|op| op["cycle"] == cycle);
        let titles = ops.map(|op| op["title"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
        let report = host.sync();
        let run = report["run"].clone();
        let mut told: Vec<String> = written(&mut host, &plan, &run)
            .iter()
            .map(|op| op["title"].as_str().unwrap().to_owned())
            .collect();
        told.sort();
        let mut titles = titles;
        titles.sort();
        assert_eq!(titles, told, "cycle {cycle}");
    }
}

/// What changes between a preview and the run is planned anew, never overwritten (K3).
#[test]
fn a_stale_plan_is_never_applied() {
    let mut host = busy("two-way");
    let plan = preview(&mut host);
    assert!(plan["operations"].to_string().contains("Google renamed"));
    host.edit_event(&id(&host.event("Google renamed")), json!({ "summary": "Renamed again" }));
    host.edit_meeting(&id(&host.meeting("Google 1")), json!({ "Event_Title": "Saved by an edit" }));
    host.sync();
    host.meeting("Renamed again");
    host.event("Saved by an edit");
    assert!(host.world.crm_events().iter().all(|row| row["Event_Title"] != "Google renamed"));
}

/// Before the first sync of 5,000 events.
#[test]
fn the_first_sync_is_shown_before_it_begins() {
    let mut host = Host::filled(5_000);
    host.activate_with(json!({ "direction": "two-way" }));
    let plan = preview(&mut host);
    assert!(plan["requests"]["google"].as_u64().unwrap() + plan["requests"]["zoho"].as_u64().unwrap() <= 4);
    let ops = plan["operations"].as_array().unwrap();
    let created = plan["crm"]["created"].as_u64().unwrap();
    assert_eq!(ops.len() as u64, created);
    assert!(ops[0]["fields"].as_array().unwrap().len() >= 2);
    assert_eq!(ops[ops.len() - 1]["fields"], json!([]), "thousands of texts would be too much");
    let report = host.sync();
    assert_eq!(plan["crm"], report["crm"]);
    assert_eq!(plan["skipped"], report["skipped"]);
}

/// K5: what the guard would ask is asked in the preview, and nowhere stored.
#[test]
fn a_question_is_shown_before_it_is_asked() {
    let mut host = Host::new();
    for n in 0..30 {
        host.add_event(timed(&format!("Google {n}"), 10 + n));
    }
    host.activate();
    host.settle();
    for n in 0..25 {
        host.delete_event(&id(&host.event(&format!("Google {n}"))));
    }
    let plan = preview(&mut host);
    assert_eq!(plan["questions"][0]["count"], 25);
    assert_eq!(plan["operations"], json!([]));
    assert_eq!(host.run(json!({ "name": "status" })).done()["questions"], json!([]));
}

/// K2: a create whose answer was lost is found by the preview too, and left to the next cycle to note down.
#[test]
fn what_a_killed_cycle_left_is_taken_into_account() {
    let killed = |at| {
        let mut host = Host::new();
        host.add_event(timed("Created unseen", 10));
        host.activate();
        host.run_killed(json!({ "name": "run", "batch": true }), Kill::After(at));
        host
    };
    let mut host = (0..20)
        .map(killed)
        .find(|host| host.world.crm_event_count() == 1)
        .expect("one kill comes after the create");
    host.advance(60_000);
    let plan = preview(&mut host);
    assert_eq!((&plan["recovered"], &plan["operations"]), (&json!(1), &json!([])));
    host.sync();
    assert_eq!(host.world.crm_event_count(), 1);
}

/// A service that asks a preview to wait is obeyed, and nothing is noted down.
#[test]
fn a_refused_preview_leaves_no_trace() {
    let mut host = busy("two-way");
    host.world.faults().add(Fault::status(429).on(Service::Google, "GET", "").retry_after(600).times(None));
    let rows = host.rows.clone();
    assert_eq!(host.run(json!({ "name": "preview", "batch": true })).code(), "rate-limited");
    assert_eq!(host.rows, rows);
}

/// C3: contacts are counted, and none is made.
#[test]
fn contacts_are_counted_and_not_made() {
    let mut host = Host::new();
    let mut event = timed("With guests", 10);
    event["attendees"] =
        json!([{ "email": "new.guest@example.com" }, { "email": "other.guest@example.com" }]);
    host.add_event(event);
    host.activate_with(json!({ "guests": "add-as-contacts" }));
    let contacts = host.world.crm_records("Contacts").len();
    let plan = preview(&mut host);
    assert_eq!(host.world.crm_records("Contacts").len(), contacts);
    assert_eq!((&plan["contacts"], &plan["mailed"]), (&json!(2), &json!(0)));
    assert_eq!(host.sync()["contacts"], 2);
}
