//! I12: the host is killed before and after every single call of a cycle. The next cycles continue, and the end is the
//! same as without the kill: nothing lost, nothing doubled (I4), nothing brought back (I5, K8).

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

mod support;

use accord_sandbox::{Corpus, Fault, Service, World};
use serde_json::{Value, json};
use std::io::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use support::{Ended, Host, Kill, all_day, assert_same, meeting, now_ms, timed};

/// What a story comes to: a host, and the command that is killed.
type Prepare = fn() -> (Host, Value);

fn run() -> Value {
    json!({ "name": "run", "batch": true })
}

fn undo() -> Value {
    json!({ "name": "undo", "batch": true })
}

/// A deletion of each side, carried over.
fn undone_deletions(undelete: &str) -> (Host, Value) {
    let mut host = linked();
    host.world.switches().set("undelete", undelete).unwrap();
    let (event, record) = (event_id(&host, "G0"), record_id(&host, "C0"));
    host.delete_event(&event);
    host.delete_meeting(&record);
    host.sync();
    (host, undo())
}

fn push(ids: &[&str]) -> Value {
    json!({ "name": "run", "trigger": "crm-change", "crmIds": ids, "batch": true })
}

/// The mapped fields of every live event of both sides, in a form that both share.
fn both_sides(host: &Host) -> [Vec<String>; 2] {
    let people = |row: &Value, list: &str, key: &str| {
        let rows = row[list].as_array().into_iter().flatten();
        let mut found: Vec<&str> = rows.filter_map(|guest| guest[key].as_str()).collect();
        found.sort_unstable();
        found.join(",")
    };
    let google = host.world.google_events("primary").into_iter().map(|row| {
        let guests = people(&row, "attendees", "email");
        let [title, place, text] = ["summary", "location", "description"].map(|key| row[key].to_string());
        format!("{title} {} {} {place} {text} {} {guests}", row["start"], row["end"], row["reminders"])
    });
    let crm = host.world.crm_events().into_iter().map(|row| {
        let guests = people(&row, "Participants", "participant");
        let [title, place, text] = ["Event_Title", "Venue", "Description"].map(|key| row[key].to_string());
        let [start, end] = ["Start_DateTime", "End_DateTime"].map(|key| row[key].to_string());
        format!("{title} {start} {end} {} {place} {text} {} {guests}", row["All_day"], row["Remind_At"])
    });
    let mut sides = [google.collect::<Vec<_>>(), crm.collect::<Vec<_>>()];
    sides.iter_mut().for_each(|side| side.sort());
    sides
}

/// A wait that a service asked for, and what is parked, are over.
fn settle(host: &mut Host) {
    host.advance(26 * 3_600_000);
    host.settle();
}

/// Kills the prepared command at every call, both ways.
#[track_caller]
fn matrix(story: &str, prepare: Prepare) {
    let (mut clean, command) = prepare();
    clean.run(command);
    let calls = clean.calls();
    settle(&mut clean);
    let expected = both_sides(&clean);
    for kill in (0..calls).flat_map(|index| [Kill::Before(index), Kill::After(index)]) {
        let (mut host, command) = prepare();
        // The last call may be the one that fails the command.
        let again = command.clone();
        let before = undos(&mut host);
        let ended = host.run_killed(command, kill);
        assert!(matches!(ended, Ended::Killed), "{story} {kill:?}: {ended:?}");
        // An undo goes on by itself once its first row is stored; before that, nobody knows of it. A person who sees
        // nothing of it asks again, and asks for that cycle.
        let begun = host.rows.get("intents").is_some_and(|row| row.contains("\"undo\""));
        if takes_back(&again) && !begun && undos(&mut host) == before {
            host.run(again.clone()).done();
        }
        if again["name"] == "resolve" {
            // A page that died before it could say so asks the user again.
            host.run(again);
        }
        settle(&mut host);
        let found = both_sides(&host);
        if found != expected {
            println!("{story} {kill:?}");
        }
        assert_same(&found[0], &expected[0]);
        assert_same(&found[1], &expected[1]);
        assert!(host.world.mails().is_empty(), "I17, {story} {kill:?}: {:?}", host.world.mails());
        host.advance(200_000);
        host.sync();
        let quiet = host.sync();
        for side in ["google", "crm"] {
            let nothing = json!({ "created": 0, "updated": 0, "deleted": 0 });
            assert_eq!(quiet[side], nothing, "I8, {story} {kill:?}: {:#?}", host.trace);
        }
    }
    assert!(calls > 0, "{story} makes no calls");
    let points = calls * 2;
    let total = POINTS.fetch_add(points, Ordering::Relaxed) + points;
    // Past the capture of the test runner: the number is a figure of the project.
    let _ = writeln!(std::io::stdout(), "{story}: {points} kill points, {total} in all so far");
}

fn takes_back(command: &Value) -> bool {
    command["name"] == "undo" || command["name"] == "putBack"
}

/// The undos that came to their end.
fn undos(host: &mut Host) -> usize {
    let history = host.run(json!({ "name": "history" })).done();
    let ended = |report: &&Value| report["undoes"].is_u64() && report["failed"].is_null();
    history.as_array().unwrap().iter().filter(ended).count()
}

static POINTS: AtomicUsize = AtomicUsize::new(0);

/// Activated, both sides in accord, and nobody mailed so far.
fn agreed(mut host: Host, settings: Value) -> Host {
    host.activate_with(settings);
    host.settle();
    host.world.clear_mails();
    host
}

fn two_way() -> Value {
    json!({ "direction": "two-way" })
}

fn small() -> Host {
    let mut host = Host::new();
    for n in 0..3 {
        host.add_event(timed(&format!("Event {n}"), 24 + n));
    }
    host
}

/// Two events of Google's and two of the CRM's, linked.
fn linked() -> Host {
    let mut host = Host::new();
    for n in 0..2 {
        host.add_event(timed(&format!("G{n}"), 24 + n));
        host.add_meeting(meeting(&format!("C{n}"), 40 + n));
    }
    agreed(host, two_way())
}

fn event_id(host: &Host, title: &str) -> String {
    host.event(title)["id"].as_str().unwrap().to_owned()
}

fn record_id(host: &Host, title: &str) -> String {
    host.meeting(title)["id"].as_str().unwrap().to_owned()
}

/// Each story as a test of its own, so that they run side by side.
macro_rules! stories {
    ($($(#[$doc:meta])* $name:ident($prepare:expr);)*) => {
        $(
            $(#[$doc])*
            #[test]
            fn $name() {
                matrix(stringify!($name), $prepare);
            }
        )*

        /// As many scenarios as are asked for.
        #[test]
        fn there_are_enough_stories() {
            assert!([$(stringify!($name)),*].len() >= 20);
        }
    };
}

stories! {
    a_first_sync(|| {
        let mut host = small();
        host.activate();
        (host, run())
    });

    /// The corpus has everything in it; more than one group of bulk writes.
    a_first_sync_of_several_groups(|| {
        let mut world = World::new(1, now_ms());
        world.fill(&Corpus::new(3, 420));
        let mut host = Host::on(world);
        host.activate();
        (host, run())
    });

    a_first_sync_with_all_day_events(|| {
        let mut host = Host::new();
        host.world.switches().set("allday_offset", "user_zone").unwrap();
        host.world.switches().set("allday_end", "midnight_next").unwrap();
        host.add_event(all_day("Fair", "2026-12-01", "2026-12-04"));
        host.add_event(all_day("Holiday", "2026-12-24", "2026-12-25"));
        host.add_event(timed("Call", 24));
        host.activate();
        (host, run())
    });

    equal_events_stay_as_many_as_they_are(|| {
        let mut host = Host::new();
        for _ in 0..4 {
            host.add_event(timed("Busy", 24));
        }
        host.activate();
        (host, run())
    });

    changes_of_every_kind(|| {
        let mut host = Host::new();
        let mut with_guests = timed("With guests", 40);
        with_guests["attendees"] = json!([{ "email": "ben@example.com" }]);
        let ids = [
            host.add_event(timed("Moves", 24)),
            host.add_event(timed("Goes", 30)),
            host.add_event(timed("Stays", 31)),
            host.add_event(with_guests),
        ];
        host.activate();
        host.sync();
        host.world.clear_mails();
        host.edit_event(&ids[0], timed("Moves", 50));
        host.delete_event(&ids[1]);
        host.edit_event(&ids[3], json!({ "attendees": [{ "email": "cleo@example.com" }] }));
        host.add_event(timed("New", 60));
        (host, run())
    });

    an_event_whose_meeting_was_deleted(|| {
        let mut host = Host::new();
        let id = host.add_event(timed("Call", 24));
        host.activate();
        host.sync();
        let crm = record_id(&host, "Call");
        host.delete_meeting(&crm);
        host.edit_event(&id, json!({ "summary": "Call again" }));
        (host, run())
    });

    a_refused_token(|| {
        let mut host = small();
        host.activate();
        host.sync();
        host.world.expire_sync_tokens();
        host.add_event(timed("New", 60));
        (host, run())
    });

    a_limited_cycle(|| {
        let mut host = Host::new();
        for n in 0..7 {
            host.add_event(timed(&format!("Event {n}"), 24 + n));
        }
        host.activate_with(json!({ "limits": { "firstSync": 3, "laterSync": 2 } }));
        (host, run())
    });

    a_cycle_after_lost_state(|| {
        let mut host = small();
        host.activate();
        host.sync();
        host.rows.clear();
        host.activate();
        host.add_event(timed("New", 60));
        (host, run())
    });

    creates_both_ways(|| {
        let mut host = linked();
        host.add_event(timed("New in Google", 60));
        host.add_meeting(meeting("New in the CRM", 61));
        (host, run())
    });

    updates_both_ways(|| {
        let mut host = linked();
        let (event, record) = (event_id(&host, "G0"), record_id(&host, "C0"));
        host.edit_event(&event, json!({ "location": "Room 1" }));
        host.edit_meeting(&record, json!({ "Venue": "Room 2", "Description": "a < b" }));
        (host, run())
    });

    different_fields_of_one_event(|| {
        let mut host = linked();
        let (event, record) = (event_id(&host, "G0"), record_id(&host, "G0"));
        host.edit_event(&event, json!({ "location": "Room 1" }));
        host.edit_meeting(&record, json!({ "Description": "notes" }));
        (host, run())
    });

    a_conflict(|| {
        let mut host = linked();
        let (event, record) = (event_id(&host, "G0"), record_id(&host, "G0"));
        host.edit_event(&event, json!({ "summary": "In Google" }));
        host.edit_meeting(&record, json!({ "Event_Title": "In the CRM" }));
        (host, run())
    });

    deletions_both_ways(|| {
        let mut host = linked();
        let (event, record) = (event_id(&host, "G0"), record_id(&host, "C0"));
        host.delete_event(&event);
        host.delete_meeting(&record);
        (host, run())
    });

    deletions_against_edits(|| {
        let mut host = linked();
        let halves = |title: &str| (event_id(&host, title), record_id(&host, title));
        let ((event, record), (other_event, other_record)) = (halves("G0"), halves("C0"));
        host.delete_event(&event);
        host.edit_meeting(&record, json!({ "Venue": "Room 1" }));
        host.delete_meeting(&other_record);
        host.edit_event(&other_event, json!({ "location": "Room 2" }));
        (host, run())
    });

    /// A third life of one record: each has an id of its own.
    a_meeting_that_comes_back_again(|| {
        let mut host = linked();
        for round in 0..2 {
            let (event, record) = (event_id(&host, "C0"), record_id(&host, "C0"));
            host.delete_event(&event);
            host.edit_meeting(&record, json!({ "Venue": format!("Room {round}") }));
            if round == 0 {
                host.settle();
            }
        }
        (host, run())
    });

    a_meeting_that_was_just_saved(|| {
        let mut host = linked();
        let record = record_id(&host, "C0");
        host.edit_meeting(&record, json!({ "Venue": "Room 1" }));
        let new = host.add_meeting(meeting("New", 60));
        let command = push(&[&record, &new]);
        (host, command)
    });

    a_meeting_that_was_just_deleted(|| {
        let mut host = linked();
        let record = record_id(&host, "C0");
        host.delete_meeting(&record);
        let command = push(&[&record]);
        (host, command)
    });

    many_deletions_that_are_asked_about(|| (many_deletions(), run()));

    many_deletions_that_are_applied(|| (answered("apply"), run()));

    many_deletions_that_are_taken_back(|| (answered("restore"), run()));

    an_answer_to_a_question(|| {
        let (host, question) = asked();
        (host, json!({ "name": "resolve", "question": question, "answer": "restore" }))
    });

    all_day_events_both_ways(|| {
        let mut host = linked();
        host.add_event(all_day("Fair", "2026-12-01", "2026-12-04"));
        host.add_meeting(json!({
            "Event_Title": "Holiday", "All_day": true,
            "Start_DateTime": "2026-12-24T00:00:00+00:00", "End_DateTime": "2026-12-24T00:00:00+00:00",
        }));
        (host, run())
    });

    an_event_that_becomes_all_day(|| {
        let mut host = linked();
        let event = event_id(&host, "G0");
        let clear = |date: &str| json!({ "date": date, "dateTime": null });
        host.edit_event(&event, json!({ "start": clear("2026-12-01"), "end": clear("2026-12-03") }));
        (host, run())
    });

    reminders_both_ways(|| {
        let mut host = linked();
        let (event, record) = (event_id(&host, "G0"), record_id(&host, "C0"));
        host.edit_event(&event, json!({ "reminders": { "useDefault": false, "overrides": [
            { "method": "email", "minutes": 60 }, { "method": "popup", "minutes": 5 }
        ] } }));
        host.edit_meeting(&record, json!({ "Remind_At": [{ "unit": 30, "period": "minutes" }] }));
        (host, run())
    });

    guests_both_ways(|| {
        let mut host = Host::new();
        host.world.switches().set("participants_put", "replace").unwrap();
        let mut event = timed("Call", 24);
        event["attendees"] = json!([{ "email": "cleo@example.com" }, { "email": "dan@example.com" }]);
        host.add_event(event);
        let mut host = agreed(host, two_way());
        let (event, record) = (host.event("Call"), host.meeting("Call"));
        let mut people = event["attendees"].as_array().unwrap().clone();
        people.push(json!({ "email": "eve@example.com" }));
        host.edit_event(event["id"].as_str().unwrap(), json!({ "attendees": people }));
        let mut people = record["Participants"].as_array().unwrap().clone();
        people.retain(|person| person["participant"] != "cleo@example.com");
        people.push(json!({ "type": "email", "participant": "fay@example.com" }));
        host.edit_meeting(record["id"].as_str().unwrap(), json!({ "Participants": people }));
        host.world.clear_mails();
        (host, run())
    });

    a_first_sync_that_pairs(|| {
        let mut host = Host::new();
        host.add_event(timed("Same", 24));
        host.add_meeting(meeting("Same", 24));
        host.add_event(timed("Only in Google", 25));
        host.add_meeting(meeting("Only in the CRM", 26));
        let mut other = meeting("Call", 27);
        other["Venue"] = json!("Room 2");
        host.add_event(timed("Call", 27));
        host.add_meeting(other);
        host.activate_with(two_way());
        (host, run())
    });

    lost_state_of_both_ways(|| {
        let mut host = linked();
        host.rows.clear();
        host.activate_with(two_way());
        host.add_event(timed("New in Google", 60));
        host.add_meeting(meeting("New in the CRM", 61));
        (host, run())
    });

    a_refused_token_of_both_ways(|| {
        let mut host = linked();
        host.world.expire_sync_tokens();
        let (event, gone) = (event_id(&host, "G0"), event_id(&host, "G1"));
        host.edit_event(&event, json!({ "location": "Room 1" }));
        host.delete_event(&gone);
        (host, run())
    });

    limits_of_both_ways(|| {
        let mut host = Host::new();
        for n in 0..3 {
            host.add_event(timed(&format!("G{n}"), 24 + n));
            host.add_meeting(meeting(&format!("C{n}"), 40 + n));
        }
        host.activate_with(json!({ "direction": "two-way", "limits": { "firstSync": 3, "laterSync": 2 } }));
        (host, run())
    });

    a_record_that_refuses_and_is_parked(|| {
        let mut host = linked();
        let (event, record) = (event_id(&host, "G0"), record_id(&host, "G0"));
        host.edit_event(&event, json!({ "location": "Room 1" }));
        host.world.set_locked(&record, true);
        host.sync();
        host.world.set_locked(&record, false);
        host.advance(25 * 3_600_000);
        (host, run())
    });

    a_create_whose_answer_is_lost(|| {
        let mut host = linked();
        host.add_event(timed("New in Google", 60));
        host.add_meeting(meeting("New in the CRM", 61));
        for (service, path) in [(Service::Zoho, "/crm/v8/Events"), (Service::Google, "/")] {
            host.world.faults().add(Fault::status(503).on(service, "POST", path).after().times(Some(1)));
        }
        (host, run())
    });

    only_the_crm_is_the_source(|| {
        let mut host = Host::new();
        host.add_meeting(meeting("Changes", 24));
        host.add_meeting(meeting("Goes", 25));
        let mut host = agreed(host, json!({ "direction": "crm-to-google" }));
        let (changes, goes) = (record_id(&host, "Changes"), record_id(&host, "Goes"));
        host.edit_meeting(&changes, json!({ "Venue": "Room 1" }));
        host.delete_meeting(&goes);
        host.add_meeting(meeting("New", 26));
        (host, run())
    });

    a_first_sync_from_the_crm(|| {
        let mut host = Host::new();
        for n in 0..3 {
            host.add_meeting(meeting(&format!("C{n}"), 24 + n));
        }
        host.add_event(timed("C0", 24));
        host.activate_with(json!({ "direction": "crm-to-google" }));
        (host, run())
    });

    an_undo_of_updates(|| {
        let mut host = linked();
        let (event, record) = (event_id(&host, "G0"), record_id(&host, "C0"));
        host.edit_event(&event, json!({ "location": "Room 1" }));
        host.edit_meeting(&record, json!({ "Venue": "Room 2" }));
        host.sync();
        (host, undo())
    });

    an_undo_of_creates(|| {
        let mut host = linked();
        host.add_event(timed("New in Google", 60));
        host.add_meeting(meeting("New in the CRM", 61));
        host.sync();
        (host, undo())
    });

    an_undo_of_deletions(|| undone_deletions("ok"));

    an_undo_of_deletions_that_stay_deleted(|| undone_deletions("forbidden"));

    an_undo_of_an_undo(|| {
        let mut host = linked();
        let gone = record_id(&host, "C0");
        host.add_event(timed("New in Google", 60));
        host.delete_meeting(&gone);
        host.sync();
        host.run(undo()).done();
        (host, undo())
    });

    a_lost_value_that_is_put_back(|| {
        let mut host = linked();
        let (event, record) = (event_id(&host, "G0"), record_id(&host, "G0"));
        host.edit_event(&event, json!({ "summary": "In Google" }));
        host.edit_meeting(&record, json!({ "Event_Title": "In the CRM" }));
        let run = host.sync()["run"].clone();
        (host, json!({ "name": "putBack", "run": run, "googleId": event, "field": "title", "batch": true }))
    });

    an_event_that_becomes_private(|| {
        let mut host = linked();
        let event = event_id(&host, "G0");
        host.edit_event(&event, json!({ "visibility": "private" }));
        (host, run())
    });
}

/// Thirty links, of which 25 events are deleted in Google (K5).
fn many_deletions() -> Host {
    let mut host = Host::new();
    let ids: Vec<String> =
        (0..30).map(|hour| host.add_event(timed(&format!("E{hour}"), 24 + hour))).collect();
    let mut host = agreed(host, two_way());
    ids[..25].iter().for_each(|id| host.delete_event(id));
    host
}

fn asked() -> (Host, String) {
    let mut host = many_deletions();
    let report = host.sync();
    let question = report["questions"][0]["id"].as_str().unwrap().to_owned();
    (host, question)
}

fn answered(answer: &str) -> Host {
    let (mut host, question) = asked();
    host.run(json!({ "name": "resolve", "question": question, "answer": answer })).done();
    host
}
