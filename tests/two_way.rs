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
use support::{Host, Kill, assert_quiet, meeting, timed, two_way};

fn host(direction: &str) -> Host {
    let mut host = Host::new();
    host.activate_with(json!({ "direction": direction }));
    host
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

/// K3: the write that settles a conflict takes effect, its answer is lost, and the guard refuses it the second time: the
/// value that lost is told all the same, in either service.
#[test]
fn a_lost_value_is_told_when_the_answer_was_lost() {
    for (winner, service, method, path) in [
        ("google", Service::Zoho, "PUT", "/crm/v8/Events"),
        ("crm", Service::Google, "PATCH", "/calendar/v3/calendars"),
    ] {
        let mut host = Host::new();
        host.batch = false;
        host.activate_with(json!({ "direction": "two-way", "conflict": winner }));
        let event = host.add_event(timed("Call", 2));
        host.settle();
        let crm = host.meeting("Call")["id"].as_str().unwrap().to_owned();
        host.edit_event(&event, json!({ "location": "Room 2" }));
        host.edit_meeting(&crm, json!({ "Venue": "Room 3" }));
        host.world.faults().add(Fault::status(503).on(service, method, path).after());
        let first = host.sync();
        let then = host.settle();
        let told: Vec<&Value> =
            [&first, &then].into_iter().flat_map(|report| report["conflicts"].as_array().unwrap()).collect();
        assert_eq!(told.len(), 1, "{winner}: {first} {then}");
        assert_eq!((&told[0]["google"], &told[0]["crm"]), (&json!("Room 2"), &json!("Room 3")));
        let kept = if winner == "google" { "Room 2" } else { "Room 3" };
        assert_eq!(
            (&host.event("Call")["location"], &host.meeting("Call")["Venue"]),
            (&json!(kept), &json!(kept))
        );
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

/// K6: what one side refused is tried again as soon as the other one changes, be it in nothing that is mapped.
#[test]
fn what_was_refused_is_tried_again_when_either_side_changes() {
    let mut host = two_way();
    let id = host.add_event(timed("Call", 4));
    host.settle();
    let row = host.meeting("Call")["id"].as_str().unwrap().to_owned();
    host.edit_meeting(&row, json!({ "Venue": "Room 2" }));
    host.world.faults().add(Fault::status(400).on(Service::Google, "PATCH", "/calendar/v3/calendars/ana"));
    let report = host.sync();
    assert_eq!(report["parked"].as_array().unwrap().len(), 1);
    // Until no list names the change of the CRM any more.
    for _ in 0..2 {
        host.advance(150_000);
        host.sync();
    }
    assert_eq!(host.event("Call")["location"], Value::Null);
    host.edit_event(&id, json!({ "colorId": "5" }));
    assert_eq!(host.sync()["parked"], json!([]));
    assert_eq!(host.event("Call")["location"], "Room 2");
    assert_quiet(&mut host);
}

/// F3: where the CRM's reminder is a time of its own, it is written as one, and moves with the meeting.
#[test]
fn a_reminder_that_is_a_time_moves_with_the_start() {
    let mut host = Host::new();
    host.world.switches().set("reminder_shape", "event_reminder").unwrap();
    host.activate_with(json!({ "direction": "two-way" }));
    let mut call = timed("Call", 48);
    call["reminders"] = json!({ "useDefault": false, "overrides": [{ "method": "popup", "minutes": 30 }] });
    let id = host.add_event(call);
    host.settle();
    let before = |host: &Host| -> i64 {
        let row = host.meeting("Call");
        let at = |key: &str| chrono::DateTime::parse_from_rfc3339(row[key].as_str().unwrap()).unwrap();
        (at("Start_DateTime") - at("Remind_At")).num_minutes()
    };
    assert_eq!(before(&host), 30);
    let moved = timed("Call", 72);
    host.edit_event(&id, json!({ "start": moved["start"], "end": moved["end"] }));
    host.settle();
    assert_eq!(before(&host), 30);
    assert_eq!(host.event("Call")["reminders"]["overrides"][0]["minutes"], 30);
    host.edit_event(&id, json!({ "start": { "date": "2026-12-01", "dateTime": null }, "end": { "date": "2026-12-02", "dateTime": null } }));
    host.settle();
    assert_eq!(before(&host), 30);
    host.edit_event(&id, json!({ "reminders": { "useDefault": false, "overrides": [] } }));
    host.settle();
    assert_eq!(host.meeting("Call")["Remind_At"], Value::Null);
    assert_quiet(&mut host);
}

/// K6, I2: a change that the CRM refused, and that is wanted no more once the event is private again, is not tried in
/// every cycle.
#[test]
fn what_was_refused_and_is_wanted_no_more_is_not_parked() {
    let mut host = two_way();
    let mut event = timed("Call", 2);
    event["visibility"] = json!("private");
    let event = host.add_event(event);
    host.settle();
    let crm = host.meeting("Busy")["id"].as_str().unwrap().to_owned();
    host.advance(200_000);
    host.edit_meeting(&crm, json!({ "Event_Title": "Typed in the CRM" }));
    host.world.set_locked(&crm, true);
    host.edit_event(&event, json!({ "visibility": "default" }));
    assert_eq!(host.settle()["parked"].as_array().unwrap().len(), 1);
    host.edit_event(&event, json!({ "visibility": "private" }));
    host.advance(26 * 3_600_000);
    host.settle();
    host.advance(200_000);
    assert_eq!(host.settle()["parked"], json!([]));
    host.sync();
    assert!(host.trace.iter().all(|line| !line.contains("{id}")), "{:#?}", host.trace);
}

/// I3, I12: an event is moved out of the window, a push is cut off before it tells the CRM, and everything is read anew: the
/// move, or a deletion after it, is not lost.
#[test]
fn a_move_out_of_the_window_that_was_cut_off_arrives() {
    for (at, deleted) in (6..14).flat_map(|at| [(at, false), (at, true)]) {
        let mut host = Host::new();
        host.activate_with(json!({ "direction": "two-way", "limits": { "lookBackMonths": 1 } }));
        let id = host.add_event(timed("Call", 48));
        host.settle();
        let crm = host.meeting("Call")["id"].as_str().unwrap().to_owned();
        let past = timed("Call", -1_500);
        host.edit_event(&id, json!({ "start": past["start"], "end": past["end"] }));
        host.edit_meeting(&crm, json!({ "Description": "Bring the offer" }));
        let push = json!({ "name": "run", "trigger": "crm-change", "crmIds": [crm], "batch": true });
        host.run_killed(push, Kill::Before(at));
        let seconds = |time: &Value| chrono::DateTime::parse_from_rfc3339(time.as_str().unwrap()).unwrap();
        let arrived = seconds(&host.meeting("Call")["Start_DateTime"]) == seconds(&past["start"]["dateTime"]);
        let written = host.event("Call")["description"] == "Bring the offer";
        if deleted {
            // Of what is over on both sides nobody asks any more.
            if arrived {
                continue;
            }
            host.delete_event(&id);
        }
        host.world.expire_sync_tokens();
        host.advance(60_000);
        host.settle();
        if deleted {
            // Where nobody heard that the description arrived, it is an edit, which beats the deletion.
            let events = host.world.google_events("primary");
            let live = events.iter().filter(|event| event["status"] != "cancelled").count();
            assert_eq!(host.meetings().len(), live, "killed before call {at}");
        } else if written {
            let start = host.meeting("Call")["Start_DateTime"].clone();
            assert_eq!(seconds(&start), seconds(&past["start"]["dateTime"]), "killed before call {at}");
        }
    }
}
