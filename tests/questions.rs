//! I24: what has the same title and time and differs otherwise is not guessed. The user is asked, and the answer counts for
//! that question only.

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

mod support;

use serde_json::{Value, json};
use support::{Host, Kill, meeting, timed};

/// Two events and a number of meetings, all at the same time under one title, each at a place of its own.
fn alike(meetings: usize, more: Value) -> Host {
    let mut host = Host::new();
    for n in 0..2 {
        let mut event = timed("Call", 24);
        event["location"] = json!(format!("Google {n}"));
        host.add_event(event);
    }
    for n in 0..meetings {
        let mut record = meeting("Call", 24);
        record["Venue"] = json!(format!("CRM {n}"));
        host.add_meeting(record);
    }
    let mut settings = json!({ "direction": "two-way" });
    for (key, value) in more.as_object().unwrap() {
        settings[key] = value.clone();
    }
    host.activate_with(settings);
    host
}

fn question(report: &Value) -> &Value {
    let found: Vec<&Value> =
        report["questions"].as_array().unwrap().iter().filter(|row| row["code"] == "ambiguous").collect();
    assert_eq!(found.len(), 1, "{report}");
    found[0]
}

fn answer(host: &mut Host, id: &Value, answer: &str) {
    host.run(json!({ "name": "resolve", "question": id, "answer": answer })).done();
}

fn places(host: &Host) -> [Vec<String>; 2] {
    let text = |row: &Value, key: &str| row[key].as_str().unwrap_or_default().to_owned();
    let mut google: Vec<String> =
        host.world.google_events("primary").iter().map(|row| text(row, "location")).collect();
    let mut crm: Vec<String> = host.world.crm_events().iter().map(|row| text(row, "Venue")).collect();
    google.sort();
    crm.sort();
    [google, crm]
}

#[track_caller]
fn in_accord(host: &mut Host, events: usize) {
    let report = host.settle();
    assert_eq!((&report["questions"], &report["parked"]), (&json!([]), &json!([])), "{report}");
    let [google, crm] = places(host);
    assert_eq!(google, crm, "K1");
    assert_eq!(google.len(), events, "K2");
    for _ in 0..2 {
        host.advance(200_000);
        let report = host.sync();
        let nothing = json!({ "created": 0, "updated": 0, "deleted": 0 });
        assert_eq!((&report["google"], &report["crm"]), (&nothing, &nothing), "I8");
    }
    host.world.expire_sync_tokens();
    host.settle();
    assert_eq!(places(host), [google, crm]);
}

#[test]
fn candidates_are_asked_about_and_left_alone() {
    let mut host = alike(2, json!({}));
    let before = places(&host);
    let report = host.settle();
    let asked = question(&report).clone();
    assert_eq!(asked["count"], 4);
    for (list, side) in [("googleIds", 0), ("crmIds", 1)] {
        assert_eq!(asked["candidates"][list].as_array().unwrap().len(), before[side].len());
    }
    assert_eq!(report["parked"].as_array().unwrap().len(), 4, "they stay where they are until then");
    assert_eq!(places(&host), before);
    host.world.expire_sync_tokens();
    host.advance(26 * 3_600_000);
    let again = host.settle();
    assert_eq!(question(&again)["id"], asked["id"], "the same question has the same name");
    let status = host.run(json!({ "name": "status" })).done();
    assert_eq!(question(&status), &asked);
}

#[test]
fn paired_in_the_order_of_the_candidates() {
    let mut host = alike(2, json!({}));
    let asked = question(&host.settle()).clone();
    answer(&mut host, &asked["id"], "pair");
    let report = host.sync();
    assert_eq!((&report["google"]["created"], &report["crm"]["created"]), (&json!(0), &json!(0)));
    in_accord(&mut host, 2);
    for n in 0..2 {
        let google = asked["candidates"]["googleIds"][n].as_str().unwrap();
        let crm = &asked["candidates"]["crmIds"][n];
        let reasons = host.run(json!({ "name": "explain", "googleId": google })).done();
        assert_eq!(&reasons[0]["operation"]["crmId"], crm);
        let rules: Vec<&Value> =
            reasons.as_array().unwrap().iter().map(|reason| &reason["operation"]["rule"]).collect();
        assert_eq!(
            rules,
            ["answered", "conflict-newest"],
            "the reminder is the event's alone, the place is on both"
        );
    }
}

/// What is left over has no counterpart, and gets one.
#[test]
fn more_candidates_on_one_side() {
    for meetings in [1, 3] {
        let mut host = alike(meetings, json!({}));
        let asked = question(&host.settle()).clone();
        answer(&mut host, &asked["id"], "pair");
        in_accord(&mut host, meetings.max(2));
    }
}

#[test]
fn separate_events_each_get_a_counterpart() {
    for meetings in [1, 2] {
        let mut host = alike(meetings, json!({}));
        let asked = question(&host.settle()).clone();
        answer(&mut host, &asked["id"], "separate");
        let report = host.sync();
        assert_eq!((&report["google"]["created"], &report["crm"]["created"]), (&json!(meetings), &json!(2)));
        in_accord(&mut host, 2 + meetings);
        let id = asked["candidates"]["googleIds"][0].as_str().unwrap();
        let reasons = host.run(json!({ "name": "explain", "googleId": id })).done();
        assert_eq!(reasons[0]["operation"]["rule"], "answered");
    }
}

/// The answer holds as long as a limit leaves some of them over (L3).
#[test]
fn an_answer_outlives_a_limit() {
    for (said, events) in [("pair", 3), ("separate", 5)] {
        let mut host = alike(3, json!({ "limits": { "firstSync": 1, "laterSync": 1 } }));
        let asked = question(&host.settle()).clone();
        answer(&mut host, &asked["id"], said);
        in_accord(&mut host, events);
    }
}

/// I12: killed at any call after the answer, the end is the same.
#[test]
fn an_answer_outlives_a_kill() {
    for (said, events) in [("pair", 3), ("separate", 5)] {
        for call in 0.. {
            let mut host = alike(3, json!({}));
            let asked = question(&host.settle()).clone();
            answer(&mut host, &asked["id"], said);
            let run = json!({ "name": "run", "batch": true });
            let kill = if call % 2 == 0 { Kill::Before(call / 2) } else { Kill::After(call / 2) };
            if !host.run_killed(run, kill).is_killed() {
                break;
            }
            host.advance(26 * 3_600_000);
            in_accord(&mut host, events);
        }
    }
}

/// The answer is about these candidates: others that come later are asked about anew.
#[test]
fn an_answer_counts_for_its_question_only() {
    let mut host = alike(2, json!({}));
    let first = question(&host.settle()).clone();
    answer(&mut host, &first["id"], "separate");
    host.settle();
    for n in 0..2 {
        let mut event = timed("Lunch", 30);
        event["location"] = json!(format!("Google {n}"));
        host.add_event(event);
        let mut record = meeting("Lunch", 30);
        record["Venue"] = json!(format!("CRM {n}"));
        host.add_meeting(record);
    }
    let second = question(&host.settle()).clone();
    assert_ne!(second["id"], first["id"]);
    let wrong = json!({ "name": "resolve", "question": second["id"], "answer": "apply" });
    assert_eq!(host.run(wrong).code(), "misuse");
    answer(&mut host, &second["id"], "pair");
    in_accord(&mut host, 6);
}

/// A person who tells them apart has answered as well.
#[test]
fn a_question_goes_when_its_reason_does() {
    let mut host = alike(1, json!({}));
    let report = host.settle();
    let id = question(&report)["candidates"]["googleIds"][0].as_str().unwrap().to_owned();
    host.edit_event(&id, json!({ "summary": "Another call" }));
    in_accord(&mut host, 2);
}
