//! Stories of a sync in both directions, and from the CRM to Google.

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
use serde_json::{Value, json};
use support::{Host, Kill, all_day, meeting, timed};

fn host(direction: &str) -> Host {
    let mut host = Host::new();
    host.activate_with(json!({ "direction": direction }));
    host
}

fn two_way() -> Host {
    host("two-way")
}

/// Three quiet cycles write nothing and soon ask for next to nothing (I2, I8).
#[track_caller]
fn assert_quiet(host: &mut Host) {
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

#[test]
fn new_events_of_both_sides_appear_on_the_other() {
    let mut host = two_way();
    host.add_event(timed("From Google", 2));
    host.add_meeting(meeting("From the CRM", 4));
    let report = host.settle();
    assert_eq!(report["google"]["created"], 1);
    assert_eq!(report["crm"]["created"], 1);
    assert_eq!(host.meeting("From Google")["Start_DateTime"].as_str().unwrap()[..10], *"2026-11-22");
    host.event("From the CRM");
    assert_quiet(&mut host);
}

#[test]
fn edits_of_either_side_reach_the_other() {
    let mut host = two_way();
    let event = host.add_event(timed("Call", 2));
    host.settle();
    let id = host.meeting("Call")["id"].as_str().unwrap().to_owned();
    host.edit_meeting(
        &id,
        json!({ "Event_Title": "Call moved", "Venue": "Room 2", "Description": "see <b> & co" }),
    );
    let report = host.settle();
    assert_eq!(report["google"]["updated"], 1);
    let seen = host.event("Call moved");
    assert_eq!(seen["location"], "Room 2");
    assert_eq!(seen["description"], "see &lt;b> & co");
    host.edit_event(&event, json!({ "location": "Room 3" }));
    let report = host.settle();
    assert_eq!(report["crm"]["updated"], 1);
    assert_eq!(host.meeting("Call moved")["Venue"], "Room 3");
    assert_quiet(&mut host);
}

/// K3: different fields of one event are both kept.
#[test]
fn different_fields_changed_on_both_sides_are_merged() {
    let mut host = two_way();
    let event = host.add_event(timed("Call", 2));
    host.settle();
    let id = host.meeting("Call")["id"].as_str().unwrap().to_owned();
    host.edit_meeting(&id, json!({ "Venue": "Room 2" }));
    host.edit_event(&event, json!({ "summary": "Call with Ana" }));
    let report = host.settle();
    assert_eq!(report["conflicts"], json!([]));
    let (seen, row) = (host.event("Call with Ana"), host.meeting("Call with Ana"));
    assert_eq!((&seen["location"], &row["Venue"]), (&json!("Room 2"), &json!("Room 2")));
    assert_quiet(&mut host);
}

/// C4, I3: one of two values of one field ends on both sides, the other one is in the report.
#[test]
fn a_conflict_ends_by_the_settings_and_is_reported() {
    for (policy, crm_last, winner) in [
        ("newest", true, "crm"),
        ("newest", false, "google"),
        ("google", true, "google"),
        ("crm", false, "crm"),
    ] {
        let mut host = Host::new();
        host.activate_with(json!({ "direction": "two-way", "conflict": policy }));
        let event = host.add_event(timed("Call", 2));
        host.settle();
        let id = host.meeting("Call")["id"].as_str().unwrap().to_owned();
        let in_crm = |host: &mut Host| host.edit_meeting(&id, json!({ "Event_Title": "In the CRM" }));
        let in_google = |host: &mut Host| host.edit_event(&event, json!({ "summary": "In Google" }));
        if crm_last {
            in_google(&mut host);
            in_crm(&mut host);
        } else {
            in_crm(&mut host);
            in_google(&mut host);
        }
        let report = host.settle();
        let conflict = &report["conflicts"][0];
        assert_eq!(conflict["winner"], winner, "{policy}");
        assert_eq!((&conflict["google"], &conflict["crm"]), (&json!("In Google"), &json!("In the CRM")));
        let title = if winner == "crm" { "In the CRM" } else { "In Google" };
        host.event(title);
        host.meeting(title);
        assert_quiet(&mut host);
    }
}

/// K4: deletions go both ways.
#[test]
fn deletions_are_carried_over() {
    let mut host = two_way();
    let first = host.add_event(timed("First", 2));
    host.add_meeting(meeting("Second", 4));
    host.settle();
    host.delete_event(&first);
    let second = host.meeting("Second")["id"].as_str().unwrap().to_owned();
    host.delete_meeting(&second);
    let report = host.settle();
    assert_eq!((&report["crm"]["deleted"], &report["google"]["deleted"]), (&json!(1), &json!(1)));
    assert!(host.world.crm_events().is_empty() && host.world.google_events("primary").is_empty());
    assert_quiet(&mut host);
}

/// K4, I6: an edit beats a deletion.
#[test]
fn an_edit_beats_a_deletion_on_either_side() {
    let mut host = two_way();
    let first = host.add_event(timed("First", 2));
    host.add_meeting(meeting("Second", 4));
    host.settle();
    let row = host.meeting("First")["id"].as_str().unwrap().to_owned();
    host.edit_meeting(&row, json!({ "Venue": "Room 2" }));
    host.delete_event(&first);
    let event = host.event("Second")["id"].as_str().unwrap().to_owned();
    let row = host.meeting("Second")["id"].as_str().unwrap().to_owned();
    host.delete_meeting(&row);
    host.edit_event(&event, json!({ "location": "Room 3" }));
    host.settle();
    assert_eq!(host.event("First")["location"], "Room 2");
    assert_eq!(host.meeting("Second")["Venue"], "Room 3");
    assert_quiet(&mut host);
}

/// K2: the second life of a record has an id of its own, for Google never frees one.
#[test]
fn a_meeting_that_comes_back_gets_a_new_event() {
    let mut host = two_way();
    host.add_meeting(meeting("Call", 4));
    host.settle();
    for round in 0..3 {
        let event = host.event("Call")["id"].as_str().unwrap().to_owned();
        let row = host.meeting("Call")["id"].as_str().unwrap().to_owned();
        host.edit_meeting(&row, json!({ "Venue": format!("Room {round}") }));
        host.delete_event(&event);
        host.settle();
        let again = host.event("Call");
        assert_ne!(again["id"], json!(event));
        assert_eq!(again["location"], format!("Room {round}"));
    }
    assert_quiet(&mut host);
}

/// C5, I23: what is there on both sides is paired; what differs is merged, and the loser is reported.
#[test]
fn a_first_match_pairs_and_merges() {
    let mut host = Host::new();
    host.add_event(timed("Same", 2));
    host.add_meeting(meeting("Same", 2));
    host.add_event(timed("Call", 3));
    let mut other = meeting("Call", 3);
    other["Venue"] = json!("Room 2");
    host.add_meeting(other);
    host.activate_with(json!({ "direction": "two-way" }));
    let report = host.settle();
    assert_eq!(report["google"]["created"], 0);
    assert_eq!(report["crm"]["created"], 0);
    assert_eq!(host.event("Call")["location"], "Room 2");
    assert_eq!(host.world.crm_event_count(), 2);
    assert_quiet(&mut host);
}

/// I23: with the state lost and both sides unchanged, the same links, and no write.
#[test]
fn a_lost_state_is_found_again_without_a_write() {
    let mut host = two_way();
    for hour in 0..5 {
        host.add_event(timed(&format!("G{hour}"), hour));
        host.add_meeting(meeting(&format!("C{hour}"), hour));
    }
    host.settle();
    host.rows.clear();
    host.advance(10_000);
    host.activate_with(json!({ "direction": "two-way" }));
    let report = host.sync();
    assert_eq!(report["linked"], 10);
    assert_eq!(report["google"], json!({ "created": 0, "updated": 0, "deleted": 0 }));
    assert_eq!(report["crm"], json!({ "created": 0, "updated": 0, "deleted": 0 }));
    assert_quiet(&mut host);
}

/// D2: what was just saved in the CRM is pushed at once, and nothing else is read.
#[test]
fn a_change_in_the_crm_is_pushed_at_once() {
    for direction in ["two-way", "crm-to-google"] {
        let mut host = host(direction);
        host.settle();
        let push = |host: &mut Host, id: &str| {
            host.run(json!({ "name": "run", "trigger": "crm-change", "crmIds": [id], "batch": true })).done()
        };
        let id = host.add_meeting(meeting("Call", 4));
        let report = push(&mut host, &id);
        assert_eq!(report["google"]["created"], 1, "{direction}");
        assert!(
            report["requests"]["google"].as_u64().unwrap() + report["requests"]["zoho"].as_u64().unwrap()
                <= 3
        );
        host.edit_meeting(&id, json!({ "Venue": "Room 2" }));
        let report = push(&mut host, &id);
        assert_eq!(report["google"]["updated"], 1, "{direction}");
        assert_eq!(host.event("Call")["location"], "Room 2");
        host.delete_meeting(&id);
        let report = push(&mut host, &id);
        assert_eq!(report["google"]["deleted"], 1, "{direction}");
        assert_quiet(&mut host);
    }
}

/// I9, D1: nothing is written to the CRM, and people's edits in Google stay until the source changes that field.
#[test]
fn crm_to_google_never_writes_the_crm() {
    let mut host = host("crm-to-google");
    host.add_event(timed("Google's own", 2));
    let id = host.add_meeting(meeting("Call", 4));
    let before = host.world.counters().clone();
    host.settle();
    let event = host.event("Call")["id"].as_str().unwrap().to_owned();
    host.edit_event(&event, json!({ "summary": "My call", "location": "Here" }));
    host.settle();
    assert_eq!(host.event("My call")["location"], "Here");
    host.edit_meeting(&id, json!({ "Venue": "Room 2" }));
    host.settle();
    assert_eq!(host.event("My call")["location"], "Room 2");
    host.delete_meeting(&id);
    host.settle();
    assert_eq!(host.world.google_events("primary").len(), 1);
    assert!(host.crm_bodies.iter().all(|body| body.contains("/coql") || body.starts_with("/crm/v8/Events")));
    let _ = before;
    assert_quiet(&mut host);
}

/// K5: more than 20 deletions that are more than a tenth of the links wait for an answer.
#[test]
fn many_deletions_are_asked_about() {
    for answer in ["apply", "restore"] {
        let mut host = two_way();
        let ids: Vec<String> = (0..30).map(|hour| host.add_event(timed(&format!("E{hour}"), hour))).collect();
        host.settle();
        for id in &ids[..25] {
            host.delete_event(id);
        }
        let report = host.settle();
        assert_eq!(report["crm"]["deleted"], 0);
        let question = &report["questions"][0];
        assert_eq!((&question["count"], &question["side"]), (&json!(25), &json!("crm")));
        assert_eq!(host.world.crm_event_count(), 30);
        let question = question["id"].as_str().unwrap().to_owned();
        host.run(json!({ "name": "resolve", "question": question, "answer": answer })).done();
        host.settle();
        host.settle();
        let left = if answer == "apply" { 5 } else { 30 };
        assert_eq!(host.world.crm_event_count(), left, "{answer}");
        assert_eq!(host.world.google_events("primary").len(), left, "{answer}");
        let status = host.run(json!({ "name": "status" })).done();
        assert_eq!(status["questions"], json!([]), "{answer}");
        assert_quiet(&mut host);
    }
}

/// K5: an answer holds for all of its events, however many there are.
#[test]
fn an_answer_about_many_events_is_carried_out_for_each_of_them() {
    for (answer, left) in [("apply", 30), ("restore", 90)] {
        let mut host = two_way();
        let ids: Vec<String> = (0..90).map(|hour| host.add_event(timed(&format!("E{hour}"), hour))).collect();
        host.settle();
        for id in &ids[..60] {
            host.delete_event(id);
        }
        let report = host.settle();
        let question = report["questions"][0]["id"].as_str().unwrap().to_owned();
        host.run(json!({ "name": "resolve", "question": question, "answer": answer })).done();
        host.settle();
        host.settle();
        assert_eq!(host.world.crm_event_count(), left, "{answer}");
        assert_eq!(host.world.google_events("primary").len(), left, "{answer}");
        assert_quiet(&mut host);
    }
}

/// F3, I16: a reminder of the CRM replaces the first popup, and Google's other reminders stay.
#[test]
fn a_reminder_of_the_crm_replaces_the_first_popup() {
    let mut host = two_way();
    let mut event = timed("Call", 4);
    event["reminders"] = json!({ "useDefault": false, "overrides": [
        { "method": "email", "minutes": 60 }, { "method": "popup", "minutes": 10 }
    ] });
    host.add_event(event);
    host.settle();
    let id = host.meeting("Call")["id"].as_str().unwrap().to_owned();
    host.edit_meeting(&id, json!({ "Remind_At": [{ "unit": 30, "period": "minutes" }] }));
    host.settle();
    let reminders = host.event("Call")["reminders"]["overrides"].clone();
    let has = |method: &str, minutes: u64| {
        reminders.as_array().unwrap().contains(&json!({ "method": method, "minutes": minutes }))
    };
    assert!(has("email", 60) && has("popup", 30) && !has("popup", 10), "{reminders}");
    assert_quiet(&mut host);
}

/// F6, I17: guests are merged person by person, with their answers, and nobody is mailed.
#[test]
fn guests_are_merged_person_by_person() {
    let mut host = two_way();
    host.world.switches().set("participants_put", "replace").unwrap();
    // The answer and the comment of a guest are there from the start.
    host.world.switches().set("guest_answer_on_insert", "kept").unwrap();
    let mut event = timed("Call", 4);
    event["attendees"] = json!([
        { "email": "ben@example.com", "responseStatus": "accepted", "comment": "yes" },
        { "email": "cleo@example.com", "optional": true }
    ]);
    let id = host.add_event(event);
    host.settle();
    host.world.clear_mails();
    let row = host.meeting("Call");
    let mut people: Vec<Value> = row["Participants"].as_array().unwrap().clone();
    people.retain(|person| person["participant"] != "cleo@example.com");
    people.push(json!({ "type": "email", "participant": "dan@example.com" }));
    let crm = row["id"].as_str().unwrap().to_owned();
    host.edit_meeting(&crm, json!({ "Participants": people, "$send_notification": false }));
    let attendees = host.event("Call")["attendees"].as_array().unwrap().clone();
    let mut added = attendees.clone();
    added.push(json!({ "email": "eve@example.com" }));
    host.edit_event(&id, json!({ "attendees": added }));
    host.settle();
    let emails = |rows: &Value, key: &str| {
        let mut found: Vec<String> =
            rows.as_array().unwrap().iter().map(|row| row[key].as_str().unwrap().to_owned()).collect();
        found.sort();
        found
    };
    let seen = host.event("Call");
    assert_eq!(
        emails(&seen["attendees"], "email"),
        ["ben@example.com", "dan@example.com", "eve@example.com"]
    );
    let ben = seen["attendees"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["email"] == "ben@example.com")
        .unwrap()
        .clone();
    assert_eq!((&ben["responseStatus"], &ben["comment"]), (&json!("accepted"), &json!("yes")));
    let row = host.meeting("Call");
    assert_eq!(
        emails(&row["Participants"], "Email"),
        ["ben@example.com", "dan@example.com", "eve@example.com"]
    );
    assert!(host.world.mails().is_empty(), "{:?}", host.world.mails());
    assert_quiet(&mut host);
}

/// First match with a private event, of which only the time may be written: the CRM's notes survive or are reported.
#[test]
fn a_first_match_with_a_private_event_keeps_the_notes() {
    let mut host = Host::new();
    let mut event = timed("Call", 2);
    event["visibility"] = json!("private");
    host.add_event(event);
    let mut row = meeting("Busy", 2);
    row["Description"] = json!("my notes");
    host.add_meeting(row);
    host.activate_with(json!({ "direction": "two-way" }));
    let report = host.settle();
    assert!(
        host.meeting("Busy")["Description"] == "my notes"
            || report["conflicts"].to_string().contains("my notes")
    );
}

/// K2: a push before the first sync must not double what is there on both sides.
#[test]
fn a_push_before_the_first_sync_doubles_nothing() {
    let mut host = Host::new();
    host.add_event(timed("Call", 2));
    let id = host.add_meeting(meeting("Call", 2));
    host.activate_with(json!({ "direction": "two-way" }));
    host.run(json!({ "name": "run", "trigger": "crm-change", "crmIds": [id], "batch": true })).done();
    host.settle();
    host.advance(200_000);
    host.settle();
    assert_eq!((host.world.google_events("primary").len(), host.world.crm_event_count()), (1, 1));
}

/// F6, I17: guests that the CRM has no room for stay in Google.
#[test]
fn guests_beyond_the_fifty_of_the_crm_stay_in_google() {
    let mut host = two_way();
    let mut event = timed("Call", 4);
    event["attendees"] = (0..60).map(|n| json!({ "email": format!("guest{n}@example.com") })).collect();
    let id = host.add_event(event);
    host.settle();
    host.edit_event(&id, json!({ "location": "Room 2" }));
    host.settle();
    assert_eq!(host.meeting("Call")["Participants"].as_array().unwrap().len(), 50);
    assert_eq!(host.event("Call")["attendees"].as_array().unwrap().len(), 60);
    assert_quiet(&mut host);
}

fn titles(host: &Host) -> Vec<String> {
    let title = |row: String| row.split(" | ").next().unwrap().to_owned();
    host.meetings().into_iter().map(title).collect()
}

/// C6: what was kept stays, whatever the settings say later; what is deleted from then on goes.
#[test]
fn what_was_kept_is_not_deleted_by_later_settings() {
    let mut host = Host::new();
    host.activate_with(json!({ "direction": "two-way", "deletions": "keep" }));
    let kept = host.add_event(timed("Kept", 2));
    let later = host.add_event(timed("Goes later", 4));
    let alive = host.add_event(timed("Stays", 6));
    host.settle();
    host.delete_event(&kept);
    let row = host.meeting("Stays")["id"].as_str().unwrap().to_owned();
    host.delete_meeting(&row);
    host.settle();
    assert_quiet(&mut host);
    host.activate_with(json!({ "direction": "two-way", "deletions": "propagate" }));
    host.settle();
    assert_eq!(titles(&host), ["Goes later", "Kept"]);
    host.event("Stays");
    host.delete_event(&later);
    host.settle();
    assert_eq!(titles(&host), ["Kept"]);
    host.edit_event(&alive, json!({ "summary": "Stays, edited" }));
    host.settle();
    assert_eq!(titles(&host), ["Kept", "Stays, edited"]);
    assert_quiet(&mut host);
}

/// I12, F2: the learning of all-day times may be cut off at any call; the dates stay, on both sides.
#[test]
fn all_day_times_are_learnt_across_kills() {
    let trip = all_day("Trip", "2026-12-03", "2026-12-06");
    let calls = {
        let mut host = two_way();
        host.add_event(trip.clone());
        host.sync();
        host.calls()
    };
    for at in 0..calls {
        for after in [false, true] {
            let mut host = two_way();
            let id = host.add_event(trip.clone());
            host.advance(5_000);
            host.run_killed(json!({ "name": "run" }), if after { Kill::After(at) } else { Kill::Before(at) });
            host.advance(60_000);
            host.settle();
            let event = host.event("Trip");
            assert_eq!(event["id"], id.as_str(), "killed at {at}, after: {after}");
            assert_eq!(
                (&event["start"]["date"], &event["end"]["date"]),
                (&json!("2026-12-03"), &json!("2026-12-06")),
                "killed at {at}, after: {after}"
            );
            let row = host.meeting("Trip");
            assert_eq!(&row["Start_DateTime"].as_str().unwrap()[..10], "2026-12-03");
            let end = &row["End_DateTime"].as_str().unwrap()[..10];
            assert!(matches!(end, "2026-12-05" | "2026-12-06"), "{end}: killed at {at}, after: {after}");
            assert_quiet(&mut host);
        }
    }
}

/// A new meeting, and a cycle that is killed after its call number `at`, if that is the insert into Google.
fn cut_off_at_insert(direction: &str, at: usize) -> Option<(Host, String)> {
    let mut host = host(direction);
    host.settle();
    let crm = host.add_meeting(meeting("Call", 4));
    host.run_killed(json!({ "name": "run" }), Kill::After(at));
    let inserted = host.trace.last()?.starts_with("POST /calendar");
    inserted.then_some((host, crm))
}

/// I5: a meeting that is deleted before Accord knows that its event was created takes the event with it, in every
/// direction that listens to the CRM; one that was edited in Google meanwhile stays where both are heard (I6).
#[test]
fn an_event_whose_creation_was_cut_off_follows_its_meeting() {
    for direction in ["two-way", "crm-to-google"] {
        for edited in [false, true] {
            let (mut host, crm) = (0..20).find_map(|at| cut_off_at_insert(direction, at)).unwrap();
            let event = host.event("Call")["id"].as_str().unwrap().to_owned();
            host.delete_meeting(&crm);
            if edited {
                host.edit_event(&event, json!({ "location": "Room 2" }));
            }
            host.advance(60_000);
            host.settle();
            let survives = edited && direction == "two-way";
            assert_eq!(titles(&host).len(), usize::from(survives), "{direction}, edited: {edited}");
            assert_eq!(
                host.world.google_events("primary").len(),
                usize::from(survives),
                "{direction}, edited: {edited}"
            );
            assert_quiet(&mut host);
        }
    }
}

/// K3, I12: wherever the cycle that settles a conflict is cut off, some report tells the value that lost.
#[test]
fn a_lost_value_is_told_across_kills() {
    let prepare = || {
        let mut host = two_way();
        let event = host.add_event(timed("Call", 2));
        host.settle();
        let crm = host.meeting("Call")["id"].as_str().unwrap().to_owned();
        host.edit_event(&event, json!({ "location": "Room 2" }));
        host.edit_meeting(&crm, json!({ "Venue": "Room 3" }));
        host
    };
    let mut clean = prepare();
    clean.sync();
    for at in 0..clean.calls() {
        for kill in [Kill::Before(at), Kill::After(at)] {
            let mut host = prepare();
            host.run_killed(json!({ "name": "run" }), kill);
            host.advance(60_000);
            host.settle();
            assert_eq!(host.event("Call")["location"], "Room 3");
            assert_eq!(host.meeting("Call")["Venue"], "Room 3");
            let history = host.run(json!({ "name": "history" })).done();
            let told: Vec<&Value> = history
                .as_array()
                .unwrap()
                .iter()
                .flat_map(|report| report["conflicts"].as_array().unwrap())
                .collect();
            assert_eq!(told.len(), 1, "{kill:?}: {history}");
            assert_eq!(
                (&told[0]["google"], &told[0]["winner"]),
                (&json!("Room 2"), &json!("crm")),
                "{kill:?}"
            );
            assert_quiet(&mut host);
        }
    }
}

/// F2, I20: an end at midnight leaves open which day is the last one. What was taken the wrong way is mended as soon as
/// another record tells.
#[test]
fn all_day_ends_that_were_misunderstood_are_mended() {
    for direction in ["crm-to-google", "two-way"] {
        let mut host = Host::new();
        host.world.switches().set("allday_end", "midnight_same").unwrap();
        host.activate_with(json!({ "direction": direction }));
        let day = |title: &str, first: &str, last: &str| {
            json!({ "Event_Title": title, "All_day": true, "Start_DateTime": format!("{first}T00:00:00+00:00"),
                    "End_DateTime": format!("{last}T00:00:00+00:00") })
        };
        host.add_meeting(day("Fair", "2026-12-01", "2026-12-03"));
        host.settle();
        host.add_meeting(day("Holiday", "2026-12-24", "2026-12-24"));
        host.settle();
        host.settle();
        let end = |title: &str| host.event(title)["end"]["date"].clone();
        assert_eq!((end("Fair"), end("Holiday")), (json!("2026-12-04"), json!("2026-12-25")), "{direction}");
        assert_quiet(&mut host);
    }
}

/// F6, I17: where lists show no participants, nobody is taken for removed.
#[test]
fn guests_that_lists_of_the_crm_do_not_show_stay() {
    let mut host = two_way();
    host.world.switches().set("list_participants", "no").unwrap();
    host.add_meeting(meeting("Call", 4));
    host.settle();
    let id = host.event("Call")["id"].as_str().unwrap().to_owned();
    host.edit_event(&id, json!({ "attendees": [{ "email": "cleo@example.com" }] }));
    host.settle();
    assert_quiet(&mut host);
    assert_eq!(host.meeting("Call")["Participants"][0]["participant"], "cleo@example.com");
    assert_eq!(host.event("Call")["attendees"][0]["email"], "cleo@example.com");
}

/// K6, I15: the first all-day event meets a locked record; it is parked, and its time is written once that opens.
#[test]
fn an_all_day_time_that_was_refused_is_written_later() {
    let mut host = two_way();
    let event = host.add_event(timed("Fair", 4));
    host.settle();
    let id = host.meeting("Fair")["id"].as_str().unwrap().to_owned();
    let clear = |date: &str| json!({ "date": date, "dateTime": null });
    host.edit_event(&event, json!({ "start": clear("2026-12-01"), "end": clear("2026-12-04") }));
    host.world.set_locked(&id, true);
    let report = host.settle();
    assert_eq!(report["parked"][0]["code"], "RECORD_LOCKED");
    host.world.set_locked(&id, false);
    host.advance(25 * 3_600_000);
    host.settle();
    let row = host.meeting("Fair");
    assert_eq!(
        (&row["All_day"], &row["Start_DateTime"].as_str().unwrap()[..10]),
        (&json!(true), "2026-12-01")
    );
    assert_quiet(&mut host);
}

/// K5, I9: taken back in one direction, a mass deletion leaves the target as it is, and is done with.
#[test]
fn a_mass_deletion_at_the_only_source_that_is_taken_back_stays_there() {
    let mut host = host("crm-to-google");
    let ids: Vec<String> = (0..30).map(|hour| host.add_meeting(meeting(&format!("C{hour}"), hour))).collect();
    host.settle();
    ids[..25].iter().for_each(|id| host.delete_meeting(id));
    let report = host.settle();
    let question = report["questions"][0]["id"].as_str().unwrap().to_owned();
    host.run(json!({ "name": "resolve", "question": question, "answer": "restore" })).done();
    host.settle();
    assert_eq!((host.world.google_events("primary").len(), host.world.crm_event_count()), (30, 5));
    assert_quiet(&mut host);
}

/// I23, F6: an event with more guests than the CRM takes is the same event after the state is lost; nothing is written.
#[test]
fn guests_beyond_fifty_are_no_difference_after_a_loss() {
    let mut host = two_way();
    let guests: Vec<Value> = (0..60).map(|n| json!({ "email": format!("guest{n}@example.com") })).collect();
    let mut event = timed("Town hall", 5);
    event["attendees"] = json!(guests);
    host.add_event(event);
    host.settle();
    host.rows.clear();
    host.advance(200_000);
    host.activate_with(json!({ "direction": "two-way" }));
    let report = host.sync();
    let none = json!({ "created": 0, "updated": 0, "deleted": 0 });
    assert_eq!((&report["google"], &report["crm"], &report["linked"]), (&none, &none, &json!(1)));
    assert_eq!(host.meeting("Town hall")["Participants"].as_array().unwrap().len(), 50);
}

/// K6: what could not be understood once, and is as it was a day later, waits for nothing any more.
#[test]
fn a_parked_event_that_turns_out_to_be_unchanged_is_let_go() {
    let mut host = two_way();
    let id = host.add_meeting(meeting("Call", 4));
    host.settle();
    let odd = FaultKind::WrongField { field: "Start_DateTime".to_owned() };
    host.world.faults().add(Fault::new(odd).on(Service::Zoho, "GET", "/crm/v8/Events"));
    let push = json!({ "name": "run", "trigger": "crm-change", "crmIds": [id], "batch": true });
    assert_eq!(host.run(push).done()["parked"][0]["code"], "unreadable");
    host.advance(25 * 3_600_000);
    assert_eq!(host.settle()["parked"], json!([]));
    assert_quiet(&mut host);
}

/// K4, I8: what was to be created in Google while a right was missing, and is deleted in the CRM by then, is forgotten.
#[test]
fn an_event_that_google_refused_and_the_crm_deleted_is_forgotten() {
    let mut host = two_way();
    host.settle();
    let id = host.add_meeting(meeting("Call", 4));
    let scope = |name: &str| format!("https://www.googleapis.com/auth/{name}");
    host.world.set_scopes(Service::Google, &[&scope("calendar.events.readonly")]);
    for _ in 0..3 {
        assert_eq!(host.cycle().code(), "forbidden");
    }
    let all = [scope("calendar.events"), scope("calendar.calendarlist.readonly")];
    host.world.set_scopes(Service::Google, &[&all[0], &all[1]]);
    host.delete_meeting(&id);
    host.settle();
    assert!(host.world.google_events("primary").is_empty());
    assert_quiet(&mut host);
}

/// C6, I1: deletions that are kept let a cycle come to an end, also where there are more than it may ask about.
#[test]
fn more_kept_deletions_than_a_limit_come_to_an_end() {
    for direction in ["two-way", "google-to-crm"] {
        let mut host = Host::new();
        let limits = json!({ "firstSync": 4, "laterSync": 2 });
        let settings = json!({ "direction": direction, "deletions": "keep", "limits": limits });
        host.activate_with(settings.clone());
        let ids: Vec<String> = (0..9).map(|n| host.add_event(timed(&format!("Event {n}"), 2 + n))).collect();
        host.settle();
        ids.iter().for_each(|id| host.delete_event(id));
        host.activate_with(settings);
        host.settle();
        assert_eq!(host.meetings().len(), 9, "{direction}");
        assert_quiet(&mut host);
    }
}

/// K3: an event that is created again, by a request whose answer is lost, has the base that its mark tells: what is
/// edited in the CRM meanwhile is an edit, and no conflict.
#[test]
fn an_edit_after_a_lost_recreation_stays() {
    let mut host = Host::new();
    host.activate_with(json!({ "direction": "two-way", "conflict": "google" }));
    let crm = host.add_meeting(meeting("Call", 4));
    host.settle();
    let event = host.event("Call")["id"].as_str().unwrap().to_owned();
    host.delete_event(&event);
    host.edit_meeting(&crm, json!({ "Venue": "Room 2" }));
    let answer = Fault::new(FaultKind::WrongType);
    host.world.faults().add(answer.on(Service::Google, "POST", "/calendar/v3/calendars").after());
    let _ = host.cycle();
    host.edit_meeting(&crm, json!({ "Description": "Bring the offer" }));
    host.advance(60_000);
    let report = host.settle();
    assert_eq!(host.meeting("Call")["Description"], "Bring the offer", "{report}");
    let seen = host.event("Call");
    assert_eq!((&seen["description"], &seen["location"]), (&json!("Bring the offer"), &json!("Room 2")));
    assert_quiet(&mut host);
}

/// K5: a question about deletions goes on holding an event whose other half is touched, though not changed.
#[test]
fn a_held_event_that_is_only_touched_stays_held() {
    let mut host = two_way();
    for n in 0..30 {
        host.add_event(timed(&format!("Event {n}"), 2 + n));
    }
    host.settle();
    host.advance(200_000);
    host.sync();
    let events: Vec<Value> = host.world.google_events("ana@example.com").into_iter().collect();
    for meeting in host.world.crm_events().iter().take(25) {
        host.delete_meeting(meeting["id"].as_str().unwrap());
    }
    let question = host.sync()["questions"][0].clone();
    assert_eq!(question["count"], 25);
    // A colour is no mapped field.
    for event in &events {
        host.edit_event(event["id"].as_str().unwrap(), json!({ "colorId": "3" }));
    }
    host.advance(200_000);
    assert_eq!(host.sync()["questions"][0]["count"], 25);
    host.run(json!({ "name": "resolve", "question": question["id"], "answer": "apply" })).done();
    host.settle();
    let left = host.world.google_events("ana@example.com");
    assert_eq!(left.iter().filter(|event| event["status"] != "cancelled").count(), 5);
    assert_eq!(host.meetings().len(), 5);
}

/// D1, C10: the setting for private events says what the CRM may see; towards Google alone there is nothing to hide, and
/// the CRM's edits arrive.
#[test]
fn edits_reach_private_events_where_only_google_is_written() {
    for policy in ["busy", "skip", "include"] {
        let mut host = Host::new();
        host.activate_with(json!({ "direction": "crm-to-google", "privateEvents": policy }));
        let id = host.add_meeting(meeting("Call", 4));
        host.settle();
        let event = host.event("Call")["id"].as_str().unwrap().to_owned();
        host.edit_event(&event, json!({ "visibility": "private" }));
        host.edit_meeting(&id, json!({ "Event_Title": "Call moved", "Venue": "Room 2" }));
        host.settle();
        assert_eq!(host.event("Call moved")["location"], "Room 2", "{policy}");
        host.advance(200_000);
        host.settle();
        host.delete_event(&event);
        host.edit_meeting(&id, json!({ "Venue": "Room 3" }));
        host.settle();
        assert_eq!(host.event("Call moved")["location"], "Room 3", "I6: {policy}");
    }
}

/// F2, I20: a meeting that is created again because it was deleted has its days, although what brought it back is an edit
/// of another field, and Accord has written no all-day times before.
#[test]
fn a_meeting_created_again_has_its_days() {
    // A single day says of itself how it ends; of several days only an exclusive end is taken for one unseen.
    for (end, last) in [("midnight_same", "2026-12-01"), ("midnight_next", "2026-12-04")] {
        let mut host = Host::new();
        host.exclusive_ends = end == "midnight_next";
        host.world.switches().set("allday_end", end).unwrap();
        host.world.switches().set("allday_offset", "user_zone").unwrap();
        host.activate_with(json!({ "direction": "two-way", "deletions": "keep" }));
        let id = host.add_meeting(json!({
            "Event_Title": "Fair", "All_day": true,
            "Start_DateTime": "2026-12-01T00:00:00+01:00", "End_DateTime": format!("{last}T00:00:00+01:00")
        }));
        host.settle();
        let event = host.event("Fair");
        host.delete_meeting(&id);
        host.advance(200_000);
        host.settle();
        host.edit_event(event["id"].as_str().unwrap(), json!({ "location": "Hall 4" }));
        host.settle();
        let row = host.meeting("Fair");
        assert_eq!(row["Venue"], "Hall 4");
        assert_eq!(row["Start_DateTime"].as_str().unwrap()[..10], *"2026-12-01", "{end}");
        assert_eq!(row["End_DateTime"].as_str().unwrap()[..10], *last, "{end}");
        assert_eq!(host.event("Fair")["end"], event["end"], "{end}");
    }
}

/// I3, I17: one guest is taken off the list in Google while another one is added in the CRM: both happen.
#[test]
fn guests_that_come_and_go_on_either_side_are_merged() {
    let mut host = two_way();
    let guest = |name: &str| json!({ "type": "email", "participant": format!("{name}@example.com") });
    let mut typed = meeting("Call", 4);
    typed["Participants"] = json!([guest("cleo"), guest("dan")]);
    let id = host.add_meeting(typed);
    host.settle();
    let event = host.event("Call")["id"].as_str().unwrap().to_owned();
    host.edit_event(&event, json!({ "attendees": [{ "email": "dan@example.com" }] }));
    host.edit_meeting(&id, json!({ "Participants": [guest("cleo"), guest("dan"), guest("eve")] }));
    host.settle();
    let invited = |rows: &Value, key: &str| -> Vec<String> {
        rows.as_array().unwrap().iter().map(|row| row[key].as_str().unwrap().to_owned()).collect()
    };
    let expected = ["dan@example.com", "eve@example.com"];
    assert_eq!(invited(&host.event("Call")["attendees"], "email"), expected);
    assert_eq!(invited(&host.meeting("Call")["Participants"], "participant"), expected);
    assert_quiet(&mut host);
}

/// K3: what somebody types in the CRM in the same seconds in which Accord finds out how it takes all-day times is no echo.
#[test]
fn an_edit_beside_the_all_day_probe_is_kept() {
    for late in 0..8 {
        let mut host = two_way();
        let id = host.add_meeting(meeting("Fair", 24));
        host.settle();
        let event = host.event("Fair")["id"].as_str().unwrap().to_owned();
        let day = |date: &str| json!({ "date": date, "dateTime": null });
        host.edit_event(&event, json!({ "start": day("2026-12-01"), "end": day("2026-12-02") }));
        let edit = move |host: &mut Host| host.edit_meeting(&id, json!({ "Description": "typed beside it" }));
        host.meanwhile = Some((9 + late, Box::new(edit)));
        host.settle();
        host.advance(200_000);
        host.settle();
        assert_eq!(host.event("Fair")["description"], "typed beside it", "before call {}", 9 + late);
        assert_eq!(host.meeting("Fair")["Description"], "typed beside it");
    }
}
