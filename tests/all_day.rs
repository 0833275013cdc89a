//! Stories of all-day events: how their times are learnt and kept (F2, I20).

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

mod support;

use serde_json::json;
use support::{Host, Kill, all_day, assert_quiet, meeting, timed, two_way};

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

/// I12, K3: an event becomes all-day, the first that Accord writes, and the cycle is cut off at any call: what the CRM makes
/// of a time in the wrong zone is nobody's edit, whoever wins conflicts.
#[test]
fn a_first_all_day_time_that_was_cut_off_is_nobodys_edit() {
    for at in 0..16 {
        let mut host = Host::new();
        host.world.switches().set("allday_offset", "user_zone").unwrap();
        host.activate_with(json!({ "direction": "two-way", "conflict": "crm" }));
        let id = host.add_event(timed("Fair", 24));
        host.settle();
        let day = |date: &str| json!({ "date": date, "dateTime": null });
        host.edit_event(&id, json!({ "start": day("2026-12-01"), "end": day("2026-12-04") }));
        host.advance(60_000);
        host.run_killed(json!({ "name": "run" }), Kill::After(at));
        host.advance(60_000);
        host.settle();
        let event = host.event("Fair");
        let dates = (&event["start"]["date"], &event["end"]["date"]);
        assert_eq!(dates, (&json!("2026-12-01"), &json!("2026-12-04")), "killed after call {at}");
        let row = host.meeting("Fair");
        assert_eq!(&row["Start_DateTime"].as_str().unwrap()[..10], "2026-12-01", "killed after call {at}");
        assert_eq!(&row["End_DateTime"].as_str().unwrap()[..10], "2026-12-03", "killed after call {at}");
    }
}
