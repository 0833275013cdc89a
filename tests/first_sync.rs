//! Google → CRM as people see it: the first sync, what changes later, and what a quiet cycle costs.

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
use support::{Host, all_day, assert_same, timed};

/// L1, K1: everything admissible arrives, nothing else, with the same titles and times.
#[test]
fn a_first_sync_brings_every_admissible_event() {
    let mut host = Host::filled(1_500);
    host.activate();
    let report = host.sync();
    assert_same(&host.meetings(), &host.expected_meetings());
    assert_eq!(report["finished"], "complete");
    assert_eq!(report["crm"]["created"].as_u64().unwrap() as usize, host.meetings().len());
    assert!(report["skipped"]["recurring"].as_u64().unwrap() > 0, "the corpus has series (C11)");
    assert!(report["skipped"]["eventType"].as_u64().unwrap() > 0, "the corpus has focus time (section 7)");
    assert_eq!(report["parked"], json!([]));
    assert!(host.world.mails().is_empty(), "I17: nobody is mailed");
    assert!(host.world.crm_events().iter().all(|row| row["Owner"]["email"] == "ana@example.com"), "D4");
}

/// I2: a cycle that finds nothing makes one request, reads four rows and writes nothing on the wire.
#[test]
fn a_quiet_cycle_costs_nothing() {
    let mut host = Host::filled(400);
    host.activate();
    host.sync();
    host.world.reset_counters();
    for _ in 0..3 {
        host.advance(300_000);
        let report = host.sync();
        assert_eq!(report["crm"], json!({ "created": 0, "updated": 0, "deleted": 0 }));
        assert_eq!(report["requests"], json!({ "google": 1, "zoho": 0 }));
        assert_eq!(host.rows_read, 4);
        assert!(host.rows_written <= 1, "only the cursor: {:?}", host.trace);
    }
}

/// D3, F1 to F6: each change of a field is written, and only that field.
#[test]
fn a_changed_field_is_written_alone() {
    let mut host = Host::new();
    let id = host.add_event(timed("Call", 24));
    host.activate();
    host.sync();
    let table: [(Value, &str, Value); 6] = [
        (json!({ "summary": "Call again" }), "Event_Title", json!("Call again")),
        (json!({ "location": "Room 2" }), "Venue", json!("Room 2")),
        (
            json!({ "description": "<b>Agenda</b><ul><li>offer</li></ul>" }),
            "Description",
            json!("Agenda\n• offer"),
        ),
        (
            json!({ "reminders": { "useDefault": false, "overrides": [{ "method": "email", "minutes": 5 }, { "method": "popup", "minutes": 90 }] } }),
            "Remind_At",
            json!([{ "unit": 90, "period": "minutes" }]),
        ),
        (json!({ "location": "" }), "Venue", Value::Null),
        (json!({ "attendees": [{ "email": "Ben@Example.com" }] }), "Participants", json!("ben@example.com")),
    ];
    for (edit, field, expected) in table {
        host.edit_event(&id, edit.clone());
        let report = host.sync();
        assert_eq!(report["crm"]["updated"], 1, "{edit}");
        let sent: Value = host
            .crm_bodies
            .iter()
            .find_map(|body| serde_json::from_str(body.split_once(' ')?.1).ok())
            .unwrap();
        let keys: Vec<&String> = sent["data"][0].as_object().unwrap().keys().collect();
        assert_eq!(keys, ["$send_notification", field, "id"], "{edit}");
        let row = host.world.crm_events().remove(0);
        match field {
            "Participants" => assert_eq!(row[field][0]["Email"], expected),
            // The sandbox rewrites line ends (switch text_rewrite), as servers do.
            "Description" => assert_eq!(row[field].as_str().unwrap().replace("\r\n", "\n"), expected),
            _ => assert_eq!(row[field], expected, "{edit}"),
        }
    }
}

/// K7: a change of what is not mapped writes nothing to the CRM.
#[test]
fn a_change_of_an_unmapped_field_is_no_change() {
    let mut host = Host::new();
    let id = host.add_event(timed("Call", 24));
    host.activate();
    host.sync();
    host.edit_event(&id, json!({ "colorId": "5", "transparency": "transparent" }));
    let report = host.sync();
    assert_eq!(report["requests"]["zoho"], 0);
    assert_eq!(report["unchanged"], 1);
}

/// D1: what people change in the CRM stays, until the source changes that field.
#[test]
fn edits_on_the_target_stay_until_the_source_changes_the_field() {
    let mut host = Host::new();
    let id = host.add_event(timed("Call", 24));
    host.activate();
    host.sync();
    let crm = host.meeting("Call")["id"].as_str().unwrap().to_owned();
    host.edit_meeting(&crm, json!({ "Event_Title": "Ana's own title", "Venue": "Ana's own place" }));
    host.sync();
    host.meeting("Ana's own title");
    host.edit_event(&id, json!({ "location": "Room 9" }));
    host.sync();
    assert_eq!(host.meeting("Ana's own title")["Venue"], "Room 9");
}

/// I17: a guest whom somebody added in the CRM stays when the guests change in Google.
#[test]
fn guests_added_in_the_crm_stay() {
    for shown in ["yes", "no"] {
        let mut host = Host::new();
        host.world.switches().set("list_participants", shown).unwrap();
        guests_added_in_the_crm_stay_on(host);
    }
}

fn guests_added_in_the_crm_stay_on(mut host: Host) {
    let mut event = timed("Call", 24);
    event["attendees"] = json!([{ "email": "ben@example.com" }, { "email": "cleo@example.com" }]);
    let id = host.add_event(event);
    host.activate();
    host.sync();
    let row = host.meeting("Call");
    let mut people = row["Participants"].as_array().unwrap().clone();
    people.push(json!({ "type": "email", "participant": "dora@example.com" }));
    host.edit_meeting(
        row["id"].as_str().unwrap(),
        json!({ "Participants": people, "$send_notification": false }),
    );
    host.edit_event(
        &id,
        json!({ "attendees": [{ "email": "cleo@example.com" }, { "email": "emil@example.com" }] }),
    );
    host.sync();
    let mut found: Vec<String> = host.meeting("Call")["Participants"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["participant"].as_str().unwrap().to_owned())
        .collect();
    found.sort();
    assert_eq!(found, ["cleo@example.com", "dora@example.com", "emil@example.com"]);
    assert!(host.world.mails().is_empty());
}

/// K4: a deletion is read by its id before it is carried over; the meeting goes to the recycle bin.
#[test]
fn a_deleted_event_is_deleted_after_proof() {
    for batch in [true, false] {
        let mut host = Host::new();
        host.batch = batch;
        let keep = host.add_event(timed("Stays", 24));
        let ids = [host.add_event(timed("Goes", 30)), host.add_event(timed("Goes too", 31))];
        host.activate();
        host.sync();
        ids.iter().for_each(|id| host.delete_event(id));
        let report = host.sync();
        assert_eq!(report["crm"]["deleted"], 2);
        let proof =
            host.trace.iter().position(|line| line.contains("/batch/") || line.contains("/events/{id}"));
        let deed = host.trace.iter().position(|line| line.starts_with("DELETE /crm"));
        assert!(proof.unwrap() < deed.unwrap(), "{:?}", host.trace);
        assert_eq!(host.meetings().len(), 1);
        host.edit_event(&keep, json!({ "summary": "Stays here" }));
        host.sync();
        host.meeting("Stays here");
    }
}

/// C6: deletions may be kept; an event that comes back is still the same one.
#[test]
fn deletions_can_be_kept() {
    let mut host = Host::new();
    let id = host.add_event(timed("Call", 24));
    host.activate_with(json!({ "deletions": "keep" }));
    host.sync();
    host.delete_event(&id);
    let report = host.sync();
    assert_eq!(report["crm"]["deleted"], 0);
    assert_eq!(host.meetings().len(), 1);
}

/// K4: an edit in Google beats a deletion in the CRM; the report says so.
#[test]
fn an_edited_event_whose_meeting_was_deleted_comes_back() {
    for missing in ["204", "404", "400"] {
        let mut host = Host::new();
        host.world.switches().set("missing_get", missing).unwrap();
        let id = host.add_event(timed("Call", 24));
        host.activate();
        host.sync();
        let crm = host.meeting("Call")["id"].as_str().unwrap().to_owned();
        host.delete_meeting(&crm);
        host.sync();
        assert_eq!(host.meetings().len(), 0, "I5: nothing comes back by itself");
        host.edit_event(&id, json!({ "summary": "Call moved" }));
        let report = host.sync();
        assert_eq!(report["notes"][0]["code"], "recreated");
        host.meeting("Call moved");
        assert_eq!(host.sync()["crm"], json!({ "created": 0, "updated": 0, "deleted": 0 }));
    }
}

/// L2, L3: what a limit leaves over is carried to the next cycles; the report says how much.
#[test]
fn limits_carry_over() {
    let mut host = Host::new();
    for n in 0..25 {
        host.add_event(timed(&format!("Event {n:02}"), 24 + n));
    }
    host.activate_with(json!({ "limits": { "firstSync": 10, "laterSync": 6 } }));
    let mut counts = Vec::new();
    for _ in 0..4 {
        let report = host.sync();
        counts.push((report["crm"]["created"].as_u64().unwrap(), report["remaining"].as_u64().unwrap()));
    }
    assert_eq!(counts, [(10, 15), (6, 9), (6, 3), (3, 0)]);
    assert_same(&host.meetings(), &host.expected_meetings());
}

/// L3: what is coming comes first, soonest first.
#[test]
fn the_next_events_come_first() {
    let mut host = Host::new();
    for hours in [-50, 400, 30, -20, 200] {
        host.add_event(timed(&format!("At {hours}"), hours));
    }
    host.activate_with(json!({ "limits": { "firstSync": 1, "laterSync": 1 } }));
    let mut order = Vec::new();
    for _ in 0..5 {
        host.sync();
        let titles: Vec<String> =
            host.meetings().iter().map(|line| line.split(" | ").next().unwrap().to_owned()).collect();
        order.extend(titles.into_iter().filter(|title| !order.contains(title)).collect::<Vec<_>>());
    }
    assert_eq!(order, ["At 30", "At 200", "At 400", "At -20", "At -50"]);
}

/// K9: a refused token leads to a full read that pairs by the links: nothing doubled, nothing deleted.
#[test]
fn a_refused_token_is_a_full_read() {
    for bad_token in ["400", "410"] {
        let mut host = Host::filled(300);
        host.world.switches().set("bad_token", bad_token).unwrap();
        host.activate();
        host.sync();
        let before = host.meetings();
        host.world.expire_sync_tokens();
        let report = host.sync();
        assert_eq!(report["fullRead"], true);
        assert_eq!(report["crm"], json!({ "created": 0, "updated": 0, "deleted": 0 }));
        assert_same(&host.meetings(), &before);
    }
}

/// K9, I7: after a refused token, what was deleted meanwhile is asked for by its id, and then deleted.
#[test]
fn deletions_during_a_lost_token_are_found() {
    let mut host = Host::new();
    let gone = host.add_event(timed("Goes", 24));
    host.add_event(timed("Stays", 25));
    host.activate();
    host.sync();
    host.delete_event(&gone);
    host.world.expire_sync_tokens();
    let report = host.sync();
    assert_eq!((report["fullRead"].clone(), report["crm"]["deleted"].clone()), (json!(true), json!(1)));
    assert_eq!(host.meetings().len(), 1);
}

/// I19: an event that leaves the window with time is neither deleted nor doubled by a full read.
#[test]
fn the_window_moves_and_nothing_happens() {
    let mut host = Host::new();
    host.add_event(timed("Old", -80 * 24));
    host.activate();
    host.sync();
    assert_eq!(host.meetings().len(), 1);
    host.advance(20 * 86_400_000);
    host.world.expire_sync_tokens();
    let report = host.sync();
    assert_eq!(report["crm"], json!({ "created": 0, "updated": 0, "deleted": 0 }));
    assert_eq!(host.meetings().len(), 1);
}

/// I4: with the row of the cursors and a link gone, what has lost its link is looked for before it is created.
#[test]
fn a_lost_state_row_and_a_lost_link_make_no_duplicate() {
    let mut host = Host::new();
    let id = host.add_event(timed("Call", 24));
    host.add_event(timed("Lunch", 26));
    host.activate();
    host.sync();
    host.rows.remove("state").unwrap();
    host.rows.remove(&format!("link/{id}")).unwrap();
    let report = host.sync();
    assert_eq!(report["crm"]["created"], 0);
    assert_eq!(host.meetings(), host.expected_meetings());
}

/// I23, K10: with all local state lost and both sides unchanged, one cycle rebuilds the links with zero writes.
#[test]
fn lost_state_is_rebuilt_without_a_write() {
    let mut host = Host::filled(800);
    host.activate();
    host.sync();
    let (before, links) = (host.meetings(), host.run(json!({ "name": "status" })).done()["links"].clone());
    host.rows.clear();
    host.activate();
    let report = host.sync();
    assert_eq!(report["crm"], json!({ "created": 0, "updated": 0, "deleted": 0 }));
    assert_eq!(report["linked"], links);
    assert_same(&host.meetings(), &before);
    assert_eq!(host.run(json!({ "name": "status" })).done()["links"], links);
}

/// C5: importing everything again is possible, and asked for.
#[test]
fn import_all_doubles_because_it_is_asked_to() {
    let mut host = Host::new();
    host.add_event(timed("Call", 24));
    host.activate();
    host.sync();
    host.rows.clear();
    host.activate_with(json!({ "firstMatch": "import-all" }));
    host.sync();
    assert_eq!(host.meetings().len(), 2);
}

/// Section 1: deactivating keeps the links, activating again continues without a duplicate.
#[test]
fn switching_off_and_on_again_doubles_nothing() {
    let mut host = Host::filled(200);
    host.activate();
    host.sync();
    let before = host.meetings();
    assert_eq!(host.run(json!({ "name": "deactivate" })).done()["state"], "off");
    assert_eq!(host.cycle().code(), "not-active");
    host.activate();
    assert_eq!(host.sync()["crm"], json!({ "created": 0, "updated": 0, "deleted": 0 }));
    assert_same(&host.meetings(), &before);
}

/// F2, I20: all-day events keep their dates whichever way the CRM encodes them.
#[test]
fn all_day_events_keep_their_dates_in_every_encoding() {
    for end in ["235959_inclusive", "2359", "midnight_same", "midnight_next"] {
        for offset in ["zero", "user_zone"] {
            let mut host = Host::new();
            host.world.switches().set("allday_end", end).unwrap();
            host.world.switches().set("allday_offset", offset).unwrap();
            host.add_event(all_day("Fair", "2026-12-01", "2026-12-04"));
            host.add_event(all_day("Spring forward", "2027-03-28", "2027-03-29"));
            host.activate();
            host.sync();
            let row = host.meeting("Fair");
            let last = match end {
                "midnight_next" => "2026-12-04",
                _ => "2026-12-03",
            };
            let dates = (
                &row["Start_DateTime"].as_str().unwrap()[..10],
                &row["End_DateTime"].as_str().unwrap()[..10],
            );
            assert_eq!(dates, ("2026-12-01", last), "{end} {offset}");
            let spring = host.meeting("Spring forward");
            assert_eq!(&spring["Start_DateTime"].as_str().unwrap()[..10], "2027-03-28", "{end} {offset}");
            assert_eq!(host.sync()["crm"], json!({ "created": 0, "updated": 0, "deleted": 0 }));
            host.rows.clear();
            host.activate();
            assert_eq!(host.sync()["linked"], 2, "I23 for all-day events: {end} {offset}");
        }
    }
}

/// F2, I20: the same where the CRM does not show the user's zone and the organisation's is another one.
#[test]
fn all_day_events_keep_their_dates_where_the_zone_of_the_user_is_not_shown() {
    for zone in ["Europe/Lisbon", "Asia/Tokyo", "America/New_York"] {
        for end in ["235959_inclusive", "2359", "midnight_same", "midnight_next"] {
            for offset in ["zero", "user_zone"] {
                let mut host = Host::new();
                host.world.set_org_zone(zone).unwrap();
                host.world.switches().set("allday_end", end).unwrap();
                host.world.switches().set("allday_offset", offset).unwrap();
                host.add_event(all_day("Fair", "2026-12-01", "2026-12-04"));
                host.add_event(all_day("Holiday", "2027-05-28", "2027-05-29"));
                host.activate();
                host.sync();
                let row = host.meeting("Fair");
                let last = if end == "midnight_next" { "2026-12-04" } else { "2026-12-03" };
                let date = |key: &str| row[key].as_str().unwrap()[..10].to_owned();
                assert_eq!(
                    (date("Start_DateTime").as_str(), date("End_DateTime").as_str()),
                    ("2026-12-01", last),
                    "{zone} {end} {offset}"
                );
                let row = host.meeting("Holiday");
                assert_eq!(
                    &row["Start_DateTime"].as_str().unwrap()[..10],
                    "2027-05-28",
                    "{zone} {end} {offset}"
                );
                assert_eq!(host.sync()["crm"], json!({ "created": 0, "updated": 0, "deleted": 0 }));
            }
        }
    }
}

/// K6, I15: a record that the CRM refuses is parked with its reason and blocks nobody else; it is tried again when it
/// changes, and after a day.
#[test]
fn a_refused_record_is_parked() {
    let mut host = Host::new();
    let ids: Vec<String> = (0..5).map(|n| host.add_event(timed(&format!("Event {n}"), 24 + n))).collect();
    host.activate();
    let bad = Fault::new(FaultKind::BadRecord { index: 2, code: "INVALID_DATA".into() });
    host.world.faults().add(bad.on(Service::Zoho, "POST", "/crm/v8/Events"));
    let report = host.sync();
    assert_eq!((report["crm"]["created"].clone(), report["parked"].as_array().unwrap().len()), (json!(4), 1));
    assert_eq!(report["parked"][0]["code"], "INVALID_DATA");
    assert_eq!(report["parked"][0]["googleId"], json!(ids[2]));
    assert_eq!(host.sync()["requests"]["zoho"], 0, "no hot retry");
    host.advance(25 * 3_600_000);
    let report = host.sync();
    assert_eq!((report["crm"]["created"].clone(), report["parked"].clone()), (json!(1), json!([])));
    assert_same(&host.meetings(), &host.expected_meetings());
}

/// C10, I18: of a private event only its time reaches the CRM.
#[test]
fn private_events_are_busy_time() {
    let mut host = Host::new();
    let mut event = timed("SECRET-TITLE", 24);
    event["visibility"] = json!("private");
    event["description"] = json!("SECRET-TEXT");
    event["location"] = json!("SECRET-PLACE");
    event["attendees"] = json!([{ "email": "secret@example.com" }]);
    let id = host.add_event(event);
    host.activate();
    host.sync();
    host.meeting("Busy");
    assert!(!host.crm_bodies.iter().any(|body| body.to_lowercase().contains("secret")));
    assert!(
        !host.rows.values().any(|row| row.to_lowercase().contains("secret")),
        "not in the history either"
    );
    host.edit_event(&id, json!({ "description": "SECRET-OTHER" }));
    assert_eq!(host.sync()["requests"]["zoho"], 0, "what the CRM may not know has not changed");
    host.activate_with(json!({ "privateEvents": "skip" }));
    assert_eq!(host.sync()["skipped"]["private"], 1);
    assert_eq!(host.meetings().len(), 1, "I7: becoming skipped is no deletion");
}

/// F6: at most 50 guests go to the CRM; the rest is reported.
#[test]
fn a_crowd_is_cut_and_reported() {
    let mut host = Host::new();
    let mut event = timed("Crowd", 24);
    event["attendees"] = (0..64).map(|n| json!({ "email": format!("guest{n}@example.com") })).collect();
    host.add_event(event);
    host.activate();
    let report = host.sync();
    assert_eq!(report["notes"][0]["code"], "guests-cut");
    assert_eq!(host.meeting("Crowd")["Participants"].as_array().unwrap().len(), 50);
}

/// L4: short and empty pages are read to the end.
#[test]
fn short_and_empty_pages_are_read_to_the_end() {
    for fill in ["before_filter", "after_filter"] {
        let mut host = Host::filled(3_000);
        host.world.switches().set("page_fill", fill).unwrap();
        host.activate();
        host.settle();
        assert_same(&host.meetings(), &host.expected_meetings());
    }
}

/// I9: a one-way direction writes nothing to its source.
#[test]
fn nothing_is_written_to_google() {
    let mut host = Host::filled(300);
    host.activate();
    host.sync();
    host.world.edit(40, 3);
    host.sync();
    assert_eq!(host.trace.iter().filter(|line| line.contains("POST /batch")).count(), 1, "a batch of reads");
    assert!(
        !host.trace.iter().any(|line| !line.starts_with("GET") && line.contains("/calendar/v3/calendars"))
    );
    let edited = host.world.google_events("primary");
    host.world.expire_sync_tokens();
    host.sync();
    assert!(host.world.google_events("primary") == edited, "no mark, no version of any event has moved");
}

/// I24: two meetings fit an event equally well and differ: none is guessed and none is doubled, until somebody tells them
/// apart.
#[test]
fn an_event_that_two_meetings_fit_is_held() {
    let mut host = Host::new();
    let mut call = timed("Call", 4);
    call["location"] = json!("Room 1");
    host.add_event(call);
    let mut ids = Vec::new();
    for place in ["Room 2", "Room 3"] {
        let mut row = support::meeting("Call", 4);
        row["Venue"] = json!(place);
        ids.push(host.add_meeting(row));
    }
    host.activate_with(json!({}));
    let report = host.settle();
    assert_eq!(report["parked"][0]["code"], "ambiguous");
    assert_eq!(host.world.crm_event_count(), 2);
    host.advance(26 * 3_600_000);
    assert_eq!(host.settle()["parked"][0]["code"], "ambiguous");
    assert_eq!(host.world.crm_event_count(), 2);
    host.delete_meeting(&ids[0]);
    host.advance(26 * 3_600_000);
    assert_eq!(host.settle()["parked"], json!([]));
    let status = host.run(json!({ "name": "status" })).done();
    assert_eq!((&status["links"], host.world.crm_event_count()), (&json!(1), 1));
}
