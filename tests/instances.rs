//! Stories of recurring events as instances (C11): each one an ordinary meeting of its own.

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

mod support;

use accord_sandbox::Request;
use serde_json::{Value, json};
use support::{Ended, Host, Kill, assert_same, timed};

const DAY: i64 = 86_400_000;
const HOUR: i64 = 3_600_000;

fn host(direction: &str) -> Host {
    let mut host = Host::new();
    host.activate_with(with(direction, "instances"));
    host
}

fn with(direction: &str, recurring: &str) -> Value {
    json!({ "direction": direction, "recurring": recurring })
}

/// An hour at ten in Paris, by a rule, from this date on.
fn series(title: &str, date: &str, rule: &str) -> Value {
    let at = |hour: u32| json!({ "dateTime": format!("{date}T{hour}:00:00"), "timeZone": "Europe/Paris" });
    json!({ "summary": title, "start": at(10), "end": at(11), "recurrence": [format!("RRULE:{rule}")] })
}

/// The live instances of a series as Google shows them, in the order of their starts.
fn instances(host: &mut Host, master: &str) -> Vec<Value> {
    let path = format!("/calendar/v3/calendars/primary/events/{master}/instances?maxResults=2500");
    host.world.handle(&Request::google("GET", &path)).unwrap().json()["items"].as_array().unwrap().clone()
}

fn id(row: &Value) -> String {
    row["id"].as_str().unwrap().to_owned()
}

/// Title and the hour of the start of each meeting, as the CRM shows it.
fn starts(host: &Host) -> Vec<String> {
    let line = |row: &Value| {
        let start = row["Start_DateTime"].as_str().unwrap();
        format!("{} {}", row["Event_Title"].as_str().unwrap(), &start[..start.len().min(16)])
    };
    let mut lines: Vec<String> = host.world.crm_events().iter().map(line).collect();
    lines.sort();
    lines
}

fn meeting_at(host: &Host, start: &str) -> String {
    let rows = host.world.crm_events();
    let row = rows.iter().find(|row| row["Start_DateTime"].as_str().unwrap().starts_with(start));
    id(row.unwrap_or_else(|| panic!("no meeting at {start}: {:?}", starts(host))))
}

/// No write, and next to no request, in three cycles of a day (I2, I8).
#[track_caller]
fn assert_quiet(host: &mut Host) {
    host.advance(200_000);
    host.sync();
    for _ in 0..3 {
        host.advance(300_000);
        let report = host.sync();
        for side in ["google", "crm"] {
            assert_eq!(
                report[side],
                json!({ "created": 0, "updated": 0, "deleted": 0 }),
                "{:#?}",
                host.trace
            );
        }
        let requests =
            report["requests"]["google"].as_u64().unwrap() + report["requests"]["zoho"].as_u64().unwrap();
        assert!(requests <= 3, "{:#?}", host.trace);
        assert!(host.rows_written <= 1, "{:#?}", host.trace);
    }
}

#[test]
fn each_instance_is_a_meeting_of_its_own() {
    let mut host = host("google-to-crm");
    host.add_event(series("Stand-up", "2026-11-23", "FREQ=DAILY;COUNT=3"));
    host.add_event(timed("Call", 2));
    let report = host.settle();
    assert_eq!(report["skipped"]["recurring"], 0);
    assert_eq!(
        starts(&host),
        [
            "Call 2026-11-22T12:00",
            "Stand-up 2026-11-23T10:00",
            "Stand-up 2026-11-24T10:00",
            "Stand-up 2026-11-25T10:00"
        ]
    );
    assert_quiet(&mut host);
}

/// F2, I20: ten o'clock stays ten o'clock when the clocks change.
#[test]
fn a_series_keeps_its_hour_across_clock_changes() {
    let mut host = host("two-way");
    host.add_event(series("Review", "2027-03-22", "FREQ=WEEKLY;COUNT=2"));
    host.settle();
    let rows = host.world.crm_events();
    let mut offsets: Vec<&str> = rows.iter().map(|row| row["Start_DateTime"].as_str().unwrap()).collect();
    offsets.sort_unstable();
    assert_eq!(offsets, ["2027-03-22T10:00:00+01:00", "2027-03-29T10:00:00+02:00"]);
    assert_quiet(&mut host);
}

#[test]
fn an_all_day_series_keeps_its_dates() {
    let mut host = host("two-way");
    let mut fair = support::all_day("Fair", "2027-03-27", "2027-03-29");
    fair["recurrence"] = json!(["RRULE:FREQ=WEEKLY;COUNT=2"]);
    let master = host.add_event(fair);
    host.settle();
    let lines = host.meetings();
    assert_eq!(lines, ["Fair | 2027-03-27 to 2027-03-28", "Fair | 2027-04-03 to 2027-04-04"]);
    assert_quiet(&mut host);
    assert_eq!(instances(&mut host, &master).len(), 2);
}

/// An endless series comes as far as the horizon, a touched one too although Google delivers decades of it, and what time
/// brings nearer follows day by day (I19). A single event is synced however far ahead it is (L1).
#[test]
fn an_endless_series_ends_at_the_horizon() {
    let mut host = host("google-to-crm");
    let master = host.add_event(series("Weekly", "2026-11-23", "FREQ=WEEKLY"));
    host.add_event(timed("In two years", 24 * 730));
    host.settle();
    assert_eq!(host.world.crm_event_count(), 54, "53 weeks, and the single event");
    host.meeting("In two years");
    assert_quiet(&mut host);

    host.edit_event(&master, json!({ "summary": "Weekly, renamed" }));
    let report = host.settle();
    assert_eq!(report["crm"], json!({ "created": 0, "updated": 53, "deleted": 0 }));
    assert_quiet(&mut host);

    host.advance(21 * DAY);
    let report = host.sync();
    assert_eq!(report["crm"], json!({ "created": 3, "updated": 0, "deleted": 0 }), "three weeks came nearer");
    assert_quiet(&mut host);
    for _ in 0..3 {
        host.advance(DAY + HOUR);
        let report = host.sync();
        assert_eq!(report["crm"]["deleted"], 0);
        assert_eq!(report["fullRead"], true, "the horizon moves on once a day");
    }
}

#[test]
fn a_moved_an_edited_and_a_cancelled_instance_are_changes_of_one_event() {
    let mut host = host("two-way");
    let master = host.add_event(series("Stand-up", "2026-11-23", "FREQ=DAILY;COUNT=4"));
    host.settle();
    let rows = instances(&mut host, &master);
    host.edit_event(
        &id(&rows[0]),
        json!({ "start": { "dateTime": "2026-11-23T15:00:00+01:00" }, "end": { "dateTime": "2026-11-23T16:00:00+01:00" } }),
    );
    host.edit_event(&id(&rows[1]), json!({ "summary": "Retrospective" }));
    host.delete_event(&id(&rows[2]));
    let report = host.settle();
    assert_eq!(report["crm"], json!({ "created": 0, "updated": 2, "deleted": 1 }));
    assert_eq!(
        starts(&host),
        ["Retrospective 2026-11-24T10:00", "Stand-up 2026-11-23T15:00", "Stand-up 2026-11-26T10:00"]
    );
    assert_quiet(&mut host);
}

/// K4, I7: the delta of a deleted series shows half a year of cancelled instances; those beyond are asked for by id.
#[test]
fn a_deleted_series_takes_all_of_its_meetings_with_it() {
    for (batch, tombstone) in [(true, "bare"), (false, "bare"), (true, "full")] {
        let mut host = host("two-way");
        host.batch = batch;
        host.world.switches().set("delta_tombstone", tombstone).unwrap();
        let master = host.add_event(series("Monthly", "2026-11-23", "FREQ=MONTHLY"));
        host.add_event(timed("Call", 2));
        host.settle();
        assert_eq!(host.world.crm_event_count(), 13);
        host.delete_event(&master);
        let report = host.settle();
        assert_eq!(report["crm"]["deleted"], 12, "{:#?}", host.trace);
        assert_eq!(starts(&host), ["Call 2026-11-22T12:00"]);
        assert_quiet(&mut host);
    }
}

/// K5: a series of more than 20 instances is a mass deletion, and somebody is asked.
#[test]
fn the_deletion_of_a_long_series_is_asked_about() {
    for (answer, left) in [("apply", 0), ("restore", 30)] {
        let mut host = host("google-to-crm");
        let master = host.add_event(series("Daily", "2026-11-23", "FREQ=DAILY;COUNT=30"));
        host.settle();
        host.delete_event(&master);
        let report = host.settle();
        assert_eq!((report["crm"]["deleted"].clone(), host.world.crm_event_count()), (json!(0), 30));
        assert_eq!(report["questions"][0]["count"], 30);
        let question = report["questions"][0]["id"].clone();
        host.run(json!({ "name": "resolve", "question": question, "answer": answer })).done();
        host.settle();
        host.settle();
        assert_eq!(host.world.crm_event_count(), left, "{answer}");
    }
}

/// "This and following": the old series ends, a new one begins. What the old one lost is deleted after proof, and nothing
/// is there twice (K2, K4).
#[test]
fn this_and_following_replaces_the_rest_of_a_series() {
    for direction in ["two-way", "google-to-crm"] {
        let mut host = host(direction);
        let master = host.add_event(series("Weekly", "2026-11-23", "FREQ=WEEKLY;COUNT=8"));
        host.settle();
        host.edit_event(&master, json!({ "recurrence": ["RRULE:FREQ=WEEKLY;UNTIL=20261207T085959Z"] }));
        host.add_event(series("Weekly, new room", "2026-12-07", "FREQ=WEEKLY;COUNT=6"));
        let report = host.settle();
        assert_eq!(report["crm"], json!({ "created": 6, "updated": 0, "deleted": 6 }), "{:#?}", host.trace);
        let lines = starts(&host);
        assert_eq!(lines.len(), 8, "{lines:?}");
        assert_eq!(lines.iter().filter(|line| line.starts_with("Weekly, new room")).count(), 6);
        assert_quiet(&mut host);
    }
}

/// The same where only one instance is left: the delta looks like an edit of that one, and the daily full read finds out.
#[test]
fn what_a_series_lost_unnoticed_is_found_within_a_day() {
    let mut host = host("google-to-crm");
    let master = host.add_event(series("Weekly", "2026-11-23", "FREQ=WEEKLY;COUNT=5"));
    host.settle();
    host.edit_event(&master, json!({ "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=1"] }));
    host.settle();
    host.advance(DAY + HOUR);
    host.settle();
    assert_eq!(starts(&host), ["Weekly 2026-11-23T10:00"]);
    assert_quiet(&mut host);
}

/// I16: an edit or a deletion in the CRM concerns that instance; the series and its other instances stay as they are.
#[test]
fn an_edit_in_the_crm_concerns_one_instance_only() {
    let mut host = host("two-way");
    let master = host.add_event(series("Stand-up", "2026-11-23", "FREQ=DAILY;COUNT=4"));
    host.settle();
    let before = instances(&mut host, &master);
    let series_before =
        host.world.google_events("primary").into_iter().find(|row| row["id"] == master.as_str());

    let edited = meeting_at(&host, "2026-11-24");
    host.edit_meeting(&edited, json!({ "Event_Title": "Retrospective", "Venue": "Room 2" }));
    let moved = meeting_at(&host, "2026-11-25");
    host.edit_meeting(
        &moved,
        json!({ "Start_DateTime": "2026-11-25T14:00:00+01:00", "End_DateTime": "2026-11-25T15:00:00+01:00" }),
    );
    let deleted = meeting_at(&host, "2026-11-26");
    host.delete_meeting(&deleted);
    let report = host.settle();
    assert_eq!(report["google"], json!({ "created": 0, "updated": 2, "deleted": 1 }));

    let after = instances(&mut host, &master);
    assert_eq!(after.len(), 3);
    assert_eq!(after[0], before[0], "an instance that nobody touched");
    assert_eq!((&after[1]["id"], &after[1]["summary"]), (&before[1]["id"], &json!("Retrospective")));
    assert_eq!(after[2]["start"]["dateTime"], "2026-11-25T14:00:00+01:00");
    let series_after =
        host.world.google_events("primary").into_iter().find(|row| row["id"] == master.as_str());
    assert_eq!(series_after, series_before, "the master");
    assert_quiet(&mut host);
}

/// D2: the push of one instance's record.
#[test]
fn an_instance_is_pushed_at_once() {
    let mut host = host("two-way");
    let master = host.add_event(series("Stand-up", "2026-11-23", "FREQ=DAILY;COUNT=3"));
    host.settle();
    host.advance(200_000);
    host.settle();
    let edited = meeting_at(&host, "2026-11-24");
    host.edit_meeting(&edited, json!({ "Event_Title": "Retrospective" }));
    let push = json!({ "name": "run", "trigger": "crm-change", "crmIds": [edited], "batch": true });
    let report = host.run(push).done();
    assert_eq!(report["google"], json!({ "created": 0, "updated": 1, "deleted": 0 }));
    let titles: Vec<Value> = instances(&mut host, &master).iter().map(|row| row["summary"].clone()).collect();
    assert_eq!(titles, ["Stand-up", "Retrospective", "Stand-up"]);
    assert_quiet(&mut host);
}

/// K3: the series is edited in Google and one instance of it in the CRM, in another field: both edits survive.
#[test]
fn an_edit_of_the_series_and_one_of_an_instance_are_merged() {
    let mut host = host("two-way");
    let master = host.add_event(series("Stand-up", "2026-11-23", "FREQ=DAILY;COUNT=3"));
    host.settle();
    host.edit_event(&master, json!({ "summary": "Stand-up, renamed" }));
    let edited = meeting_at(&host, "2026-11-24");
    host.edit_meeting(&edited, json!({ "Venue": "Room 2" }));
    host.settle();
    assert!(starts(&host).iter().all(|line| line.starts_with("Stand-up, renamed")), "{:?}", starts(&host));
    let rows = instances(&mut host, &master);
    assert_eq!(rows.iter().map(|row| row["location"] == "Room 2").collect::<Vec<_>>(), [false, true, false]);
    assert_quiet(&mut host);
}

/// I6: an instance is edited in the CRM while it is cancelled in Google: the edit survives, and no other instance changes.
#[test]
fn an_edit_beats_the_cancellation_of_an_instance() {
    let mut host = host("two-way");
    let master = host.add_event(series("Stand-up", "2026-11-23", "FREQ=DAILY;COUNT=3"));
    host.settle();
    let rows = instances(&mut host, &master);
    host.delete_event(&id(&rows[1]));
    let edited = meeting_at(&host, "2026-11-24");
    host.edit_meeting(&edited, json!({ "Event_Title": "Stand-up, with guests" }));
    host.settle();
    assert_eq!(host.event("Stand-up, with guests")["recurringEventId"], Value::Null);
    assert_eq!(instances(&mut host, &master).len(), 2);
    assert_eq!(host.world.crm_event_count(), 3);
    assert_quiet(&mut host);
}

/// From the CRM to Google: instances that are there on both sides are paired, and their edits go to that one instance.
#[test]
fn meetings_of_the_crm_find_their_instances() {
    let mut host = Host::new();
    let master = host.add_event(series("Stand-up", "2026-11-23", "FREQ=DAILY;COUNT=3"));
    for day in 23..26 {
        let at = |hour: u32| format!("2026-11-{day}T{hour}:00:00+01:00");
        host.add_meeting(
            json!({ "Event_Title": "Stand-up", "Start_DateTime": at(10), "End_DateTime": at(11) }),
        );
    }
    host.activate_with(with("crm-to-google", "instances"));
    let report = host.settle();
    assert_eq!((&report["google"]["created"], &report["linked"]), (&json!(0), &json!(3)));
    let edited = meeting_at(&host, "2026-11-24");
    host.edit_meeting(&edited, json!({ "Event_Title": "Retrospective" }));
    host.settle();
    let titles: Vec<Value> = instances(&mut host, &master).iter().map(|row| row["summary"].clone()).collect();
    assert_eq!(titles, ["Stand-up", "Retrospective", "Stand-up"]);
    assert_quiet(&mut host);
}

/// Meetings of a series that was made in the CRM stay skipped and counted: Zoho does not say what a change of one does to
/// the others (`series_put`).
#[test]
fn a_series_of_the_crm_stays_skipped() {
    let mut host = host("two-way");
    let mut meeting = support::meeting("Weekly", 26);
    meeting["Recurring_Activity"] = json!({ "RRULE": "FREQ=WEEKLY;INTERVAL=1;COUNT=3;DTSTART=2026-11-23" });
    host.add_meeting(meeting);
    let report = host.settle();
    assert!(report["skipped"]["recurring"].as_u64().unwrap() > 0, "{report}");
    assert_eq!(host.world.google_events("primary").len(), 0);
    assert_quiet(&mut host);
}

/// I19, C5: the setting may change and change back; nobody's meeting is deleted or doubled by that, and what was edited
/// in between arrives in the end.
#[test]
fn the_setting_changes_and_changes_back() {
    for direction in ["two-way", "google-to-crm"] {
        let mut host = Host::new();
        let master = host.add_event(series("Stand-up", "2026-11-23", "FREQ=DAILY;COUNT=30"));
        host.add_event(timed("Call", 2));
        host.activate_with(with(direction, "skip"));
        let report = host.settle();
        assert_eq!((host.world.crm_event_count(), &report["skipped"]["recurring"]), (1, &json!(1)));
        host.activate_with(with(direction, "instances"));
        host.settle();
        assert_eq!(host.world.crm_event_count(), 31);
        let before = host.meetings();

        let mut skip = with(direction, "skip");
        skip["limits"] = json!({ "firstSync": 5, "laterSync": 5 });
        host.activate_with(skip);
        let report = host.settle();
        assert_eq!(report["crm"], json!({ "created": 0, "updated": 0, "deleted": 0 }));
        assert_same(&host.meetings(), &before);
        assert_quiet(&mut host);
        let edited = meeting_at(&host, "2026-11-24");
        host.edit_meeting(&edited, json!({ "Venue": "Room 2" }));
        let cancelled = id(&instances(&mut host, &master)[4]);
        host.delete_event(&cancelled);
        let report = host.settle();
        assert_eq!(
            report["google"],
            json!({ "created": 0, "updated": 0, "deleted": 0 }),
            "skipped is skipped"
        );
        assert_same(&host.meetings(), &before);

        host.activate_with(with(direction, "instances"));
        let report = host.settle();
        assert_eq!(report["crm"], json!({ "created": 0, "updated": 0, "deleted": 1 }), "{direction}");
        assert_eq!(host.world.crm_event_count(), 30);
        let places = instances(&mut host, &master);
        assert_eq!(places[1]["location"] == "Room 2", direction == "two-way", "{}", places[1]);
        assert_quiet(&mut host);
    }
}

/// K2, I23: a linked event is made the first of a series, at its time or at another one: its meeting becomes that
/// instance's, and stays so when the state is lost.
#[test]
fn a_linked_event_becomes_a_series() {
    for (from, start) in [("google", "12:00"), ("google", "15:30"), ("crm", "12:00"), ("crm", "09:15")] {
        let mut host = host("two-way");
        let master = if from == "google" {
            host.add_event(timed("Call", 26))
        } else {
            host.add_meeting(support::meeting("Call", 26));
            host.settle();
            id(&host.event("Call"))
        };
        host.settle();
        let meeting = id(&host.meeting("Call"));
        let at =
            |time: &str| json!({ "dateTime": format!("2026-11-23T{time}:00"), "timeZone": "Europe/Paris" });
        host.edit_event(
            &master,
            json!({ "start": at(start), "end": at("16:00"), "recurrence": ["RRULE:FREQ=DAILY;COUNT=3"] }),
        );
        let report = host.settle();
        assert_eq!(
            (&report["crm"]["created"], &report["crm"]["deleted"]),
            (&json!(2), &json!(0)),
            "{from} {start}"
        );
        assert_eq!(host.world.crm_event_count(), 3);
        assert_quiet(&mut host);

        host.rows.clear();
        host.activate_with(with("two-way", "instances"));
        let report = host.settle();
        for side in ["google", "crm"] {
            assert_eq!(report[side], json!({ "created": 0, "updated": 0, "deleted": 0 }), "{from} {start}");
        }
        host.edit_meeting(&meeting, json!({ "Venue": "Room 2" }));
        host.settle();
        assert_eq!(instances(&mut host, &master)[0]["location"], "Room 2", "{from} {start}");
        assert_quiet(&mut host);
    }
}

/// L2, L3: instances count as entries, and what a limit leaves over comes with the next cycles.
#[test]
fn limits_carry_instances_over() {
    let mut host = Host::new();
    let mut settings = with("two-way", "instances");
    settings["limits"] = json!({ "firstSync": 4, "laterSync": 3 });
    host.activate_with(settings);
    let master = host.add_event(series("Stand-up", "2026-11-23", "FREQ=DAILY;COUNT=12"));
    let report = host.sync();
    assert_eq!((&report["crm"]["created"], &report["remaining"]), (&json!(4), &json!(8)));
    host.settle();
    assert_eq!(host.world.crm_event_count(), 12);
    host.edit_event(&master, json!({ "summary": "Stand-up, renamed" }));
    let report = host.sync();
    assert_eq!((&report["crm"]["updated"], &report["remaining"]), (&json!(3), &json!(9)));
    host.settle();
    assert!(starts(&host).iter().all(|line| line.starts_with("Stand-up, renamed")));
    assert_quiet(&mut host);
}

/// K9: a lost cursor, a moved window and lost rows cause neither a deletion nor a duplicate.
#[test]
fn lost_cursors_and_lost_state_change_nothing() {
    let mut host = host("two-way");
    host.add_event(series("Weekly", "2026-10-05", "FREQ=WEEKLY"));
    host.settle();
    let before = host.meetings();
    host.world.expire_sync_tokens();
    let report = host.sync();
    assert_eq!((&report["fullRead"], &report["crm"]["created"]), (&json!(true), &json!(0)));
    host.rows.clear();
    host.activate_with(with("two-way", "instances"));
    let report = host.settle();
    for side in ["google", "crm"] {
        assert_eq!(report[side], json!({ "created": 0, "updated": 0, "deleted": 0 }), "I23");
    }
    assert_same(&host.meetings(), &before);
    assert_quiet(&mut host);
}

/// I12: a cycle in which a series is split, an instance moved and another one edited in the CRM, cut off at every call.
#[test]
fn a_split_series_survives_kills() {
    let prepare = || {
        let mut host = host("two-way");
        let master = host.add_event(series("Weekly", "2026-11-23", "FREQ=WEEKLY;COUNT=5"));
        host.settle();
        host.advance(200_000);
        host.settle();
        host.edit_event(&master, json!({ "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=3"] }));
        host.add_event(series("Weekly, new", "2026-12-14", "FREQ=WEEKLY;COUNT=2"));
        let edited = meeting_at(&host, "2026-11-30");
        host.edit_meeting(&edited, json!({ "Venue": "Room 2" }));
        let moved = meeting_at(&host, "2026-11-23");
        host.delete_meeting(&moved);
        (host, master)
    };
    let run = || json!({ "name": "run", "batch": true });
    let (mut clean, master) = prepare();
    clean.run(run()).done();
    let calls = clean.calls();
    clean.settle();
    let (expected, in_google) = (clean.meetings(), instances(&mut clean, &master).len());
    assert_eq!((expected.len(), in_google), (4, 2));
    for kill in (0..calls).flat_map(|at| [Kill::Before(at), Kill::After(at)]) {
        let (mut host, master) = prepare();
        assert!(matches!(host.run_killed(run(), kill), Ended::Killed), "{kill:?}");
        host.advance(60_000);
        host.settle();
        assert_same(&host.meetings(), &expected);
        let rows = instances(&mut host, &master);
        let places: Vec<bool> = rows.iter().map(|row| row["location"] == "Room 2").collect();
        assert_eq!(places, [true, false], "{kill:?}");
        assert_quiet(&mut host);
    }
}

/// C10, I18: a private series is busy time, instance by instance.
#[test]
fn a_private_series_is_busy_time() {
    let mut host = host("two-way");
    let mut secret = series("Therapy", "2026-11-23", "FREQ=WEEKLY;COUNT=2");
    secret["visibility"] = json!("private");
    host.add_event(secret);
    host.settle();
    assert_eq!(starts(&host), ["Busy 2026-11-23T10:00", "Busy 2026-11-30T10:00"]);
    assert!(host.crm_bodies.iter().all(|body| !body.contains("Therapy")));
    assert_quiet(&mut host);
}
