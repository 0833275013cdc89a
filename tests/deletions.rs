//! Stories of deletions: proven, asked about, kept, and beaten by edits.

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
use serde_json::json;
use support::{Host, Kill, all_day, assert_quiet, meeting, timed, two_way};

fn host(direction: &str) -> Host {
    let mut host = Host::new();
    host.activate_with(json!({ "direction": direction }));
    host
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

/// I1, I15: a create's answer is lost, and both halves are deleted before anybody has linked them: nothing is left to do, in
/// this cycle and in every later one.
#[test]
fn two_halves_that_went_before_they_were_linked_block_nothing() {
    let mut host = two_way();
    host.batch = false;
    host.settle();
    let crm = host.add_meeting(meeting("Call", 4));
    let lost = Fault::new(FaultKind::Truncate);
    host.world.faults().add(lost.on(Service::Google, "POST", "/calendar/v3/calendars").after());
    assert_eq!(
        host.run(json!({ "name": "run", "trigger": "crm-change", "crmIds": [crm] })).code(),
        "bad-response"
    );
    let event = host.event("Call")["id"].as_str().unwrap().to_owned();
    host.delete_meeting(&crm);
    host.delete_event(&event);
    host.advance(60_000);
    host.settle();
    assert!(host.meetings().is_empty());
    assert_quiet(&mut host);
}

/// C6, L2: more deletions are kept than a cycle asks for proofs of, and every full read lacks them anew: it comes to an end.
#[test]
fn full_reads_with_many_kept_deletions_come_to_an_end() {
    let settings =
        json!({ "direction": "two-way", "deletions": "keep", "limits": { "firstSync": 4, "laterSync": 4 } });
    let mut host = Host::new();
    host.activate_with(settings.clone());
    let ids: Vec<String> =
        (0..12).map(|n| host.add_meeting(meeting(&format!("Meeting {n}"), 2 + n))).collect();
    host.settle();
    // A full read: no list of deletions stands for the proofs.
    host.activate_with(settings);
    ids.iter().for_each(|id| host.delete_meeting(id));
    host.settle();
    let live = host
        .world
        .google_events("ana@example.com")
        .iter()
        .filter(|event| event["status"] != "cancelled")
        .count();
    assert_eq!(live, 12, "C6");
    host.advance(200_000);
    host.settle();
    assert_quiet(&mut host);
}

/// C6, I12: what a killed cycle left half done has its turn, however many kept deletions are asked about besides.
#[test]
fn kept_deletions_leave_room_for_what_waits() {
    for at in 6..20 {
        let mut host = Host::new();
        let limits = json!({ "firstSync": 4, "laterSync": 4 });
        host.activate_with(json!({ "deletions": "keep", "limits": limits }));
        let ids: Vec<String> = (0..8).map(|n| host.add_event(timed(&format!("Event {n}"), 2 + n))).collect();
        host.settle();
        // The first all-day event, and the cycle that finds out how the CRM takes its days is killed in the midst of it.
        let fair = host.add_event(all_day("Fair", "2026-12-01", "2026-12-02"));
        host.run_killed(json!({ "name": "run" }), Kill::After(at));
        let written = host.world.crm_event_count();
        ids.iter().chain([&fair]).for_each(|id| host.delete_event(id));
        host.world.expire_sync_tokens();
        host.advance(60_000);
        host.settle();
        assert_eq!(host.meetings().len(), written, "C6, killed after call {at}");
        host.advance(200_000);
        host.settle();
        assert_quiet(&mut host);
    }
}

/// I15, L2: Google's answers to more creations than a later cycle may write are lost, and their meetings are deleted: each is
/// asked about once, and the sync comes to an end.
#[test]
fn unheard_creations_of_deleted_meetings_come_to_an_end() {
    let mut host = two_way();
    host.settle();
    let ids: Vec<String> =
        (0..9).map(|n| host.add_meeting(meeting(&format!("Meeting {n}"), 2 + n))).collect();
    host.world.faults().add(Fault::status(401).on(Service::Google, "POST", "/batch").times(Some(9)));
    assert_eq!(host.cycle().code(), "auth-expired");
    ids.iter().for_each(|id| host.delete_meeting(id));
    host.world.faults().clear();
    // A full read: no list of deletions stands for the proofs.
    host.activate_with(json!({ "direction": "two-way", "limits": { "firstSync": 4, "laterSync": 4 } }));
    host.advance(60_000);
    host.settle();
    assert!(host.meetings().is_empty());
    assert_quiet(&mut host);
}

/// I5, K7: a cycle is killed before it stores what it wrote, the event is deleted, and the CRM refuses the deletion for a
/// day: what Accord wrote is still nobody's edit then.
#[test]
fn an_unheard_write_is_no_edit_after_a_refused_deletion() {
    let mut reached = 0;
    for at in 4..16 {
        let mut host = two_way();
        let id = host.add_event(timed("Call", 4));
        host.settle();
        host.edit_event(&id, json!({ "location": "Room 2" }));
        host.advance(2_000);
        host.run_killed(json!({ "name": "run" }), Kill::Before(at));
        let row = host.meeting("Call");
        reached += usize::from(row["Venue"] == "Room 2");
        let crm = row["id"].as_str().unwrap().to_owned();
        host.world.set_locked(&crm, true);
        host.delete_event(&id);
        host.advance(60_000);
        assert_eq!(host.settle()["parked"][0]["code"], "RECORD_LOCKED", "killed before call {at}");
        host.world.set_locked(&crm, false);
        host.advance(26 * 3_600_000);
        host.settle();
        assert!(host.meetings().is_empty(), "killed before call {at}");
        host.advance(200_000);
        host.settle();
        assert_quiet(&mut host);
    }
    assert!(reached > 1, "no kill hit between the write and what is stored of it");
}

/// K5, L2: a mass deletion is taken back that no list tells any more, with a limit far below it: each cycle proves both halves
/// of the same events, and in the end all are back, or stay as kept where the source may not be written.
#[test]
fn mass_deletions_are_taken_back_few_by_few() {
    for direction in ["two-way", "crm-to-google"] {
        let mut host = Host::new();
        let settings = json!({ "direction": direction, "limits": { "firstSync": 8, "laterSync": 4 } });
        host.activate_with(settings.clone());
        let ids: Vec<String> =
            (0..30).map(|n| host.add_meeting(meeting(&format!("Meeting {n}"), 2 + n))).collect();
        host.settle();
        ids[..24].iter().for_each(|id| host.delete_meeting(id));
        let question = host.settle()["questions"][0].clone();
        assert_eq!(question["count"], 24, "{direction}");
        for _ in 0..3 {
            host.advance(200_000);
            host.settle();
        }
        host.run(json!({ "name": "resolve", "question": question["id"], "answer": "restore" })).done();
        // A full read: no list of deletions stands for the proofs.
        host.activate_with(settings);
        let report = host.settle();
        assert_eq!(report["questions"], json!([]), "{direction}");
        let live = host.world.google_events("primary");
        let live = live.iter().filter(|event| event["status"] != "cancelled").count();
        let left = if direction == "two-way" { 30 } else { 6 };
        assert_eq!((live, host.meetings().len()), (30, left), "{direction}");
        host.advance(200_000);
        host.settle();
        assert_quiet(&mut host);
    }
}

/// K5, I13: events that somebody touches while it is asked whether they are to be deleted too stay in the question, for
/// their deletion is not told again.
#[test]
fn what_is_touched_while_it_is_asked_about_stays_asked_about() {
    for deleted_in_crm in [true, false] {
        let mut host = two_way();
        let ids: Vec<String> = (0..30).map(|hour| host.add_event(timed(&format!("E{hour}"), hour))).collect();
        host.settle();
        let rows: Vec<String> = (0..30)
            .map(|hour| host.meeting(&format!("E{hour}"))["id"].as_str().unwrap().to_owned())
            .collect();
        for at in 0..25 {
            if deleted_in_crm { host.delete_meeting(&rows[at]) } else { host.delete_event(&ids[at]) }
        }
        host.settle();
        // Until no list names the deletions any more.
        host.advance(150_000);
        host.settle();
        match deleted_in_crm {
            true => host.edit_event(&ids[3], json!({ "colorId": "5" })),
            false => host.edit_meeting(&rows[3], json!({ "Meeting_Venue__s": "Online" })),
        }
        let report = host.settle();
        assert_eq!(report["questions"][0]["count"], 25, "deleted in the CRM: {deleted_in_crm}");
        let question = report["questions"][0]["id"].as_str().unwrap().to_owned();
        host.run(json!({ "name": "resolve", "question": question, "answer": "apply" })).done();
        host.settle();
        assert_eq!((host.world.crm_event_count(), host.world.google_events("primary").len()), (5, 5));
        assert_quiet(&mut host);
    }
}
