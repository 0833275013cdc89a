//! I25: undo restores each object to its state before the cycle, if nobody changed it since; what it cannot restore it
//! names.

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
use support::{Host, all_day, meeting, timed};

fn agreed(mut host: Host, settings: Value) -> Host {
    host.activate_with(settings);
    host.settle();
    host.world.clear_mails();
    host
}

fn two_way(host: Host) -> Host {
    agreed(host, json!({ "direction": "two-way" }))
}

/// One event of each side, with something in each field, linked.
fn linked() -> Host {
    let mut host = Host::new();
    host.world.switches().set("participants_put", "replace").unwrap();
    let mut event = timed("From Google", 24);
    event["location"] = json!("Room 1");
    event["description"] = json!("First line");
    event["attendees"] = json!([{ "email": "ben@example.com" }]);
    event["reminders"] = json!({ "useDefault": false, "overrides": [{ "method": "popup", "minutes": 10 }] });
    host.add_event(event);
    let mut record = meeting("From the CRM", 30);
    record["Venue"] = json!("Room 2");
    host.add_meeting(record);
    two_way(host)
}

fn id(row: &Value) -> String {
    row["id"].as_str().unwrap().to_owned()
}

fn undo(host: &mut Host) -> Value {
    host.run(json!({ "name": "undo", "batch": true })).done()
}

fn undo_run(host: &mut Host, run: &Value) -> Value {
    host.run(json!({ "name": "undo", "run": run, "batch": true })).done()
}

/// The mapped fields of every live event of both sides.
fn both(host: &Host) -> [Vec<String>; 2] {
    let people = |row: &Value, list: &str, key: &str| {
        let rows = row[list].as_array().into_iter().flatten();
        let mut found: Vec<String> = rows.map(|guest| guest[key].to_string()).collect();
        found.sort_unstable();
        found.join(",")
    };
    let text = |row: &Value, keys: &[&str]| {
        let value = |key: &&str| row[*key].as_str().unwrap_or_default().to_owned();
        keys.iter().map(value).collect::<Vec<_>>().join(" | ")
    };
    let google = host.world.google_events("primary").into_iter().map(|row| {
        let fields = text(&row, &["id", "summary", "location", "description"]);
        format!(
            "{fields} {} {} {} {}",
            row["start"],
            row["end"],
            row["reminders"],
            people(&row, "attendees", "email")
        )
    });
    let crm = host.world.crm_events().into_iter().map(|row| {
        let fields =
            text(&row, &["id", "Event_Title", "Venue", "Description", "Start_DateTime", "End_DateTime"]);
        format!("{fields} {} {} {}", row["All_day"], row["Remind_At"], people(&row, "Participants", "Email"))
    });
    let mut sides = [google.collect::<Vec<_>>(), crm.collect::<Vec<_>>()];
    sides.iter_mut().for_each(|side| side.sort());
    sides
}

/// Nothing is carried over again, now and later, and nobody was mailed (I8, I17).
#[track_caller]
fn stays(host: &mut Host) {
    let before = both(host);
    for pause in [1_000, 200_000, 26 * 3_600_000] {
        host.advance(pause);
        let report = host.sync();
        let nothing = json!({ "created": 0, "updated": 0, "deleted": 0 });
        assert_eq!((&report["google"], &report["crm"]), (&nothing, &nothing), "{:#?}", host.trace);
    }
    host.world.expire_sync_tokens();
    host.settle();
    assert_eq!(both(host), before);
    assert!(host.world.mails().is_empty());
}

const NOTHING_LEFT: [Value; 0] = [];

#[track_caller]
fn all_restored(report: &Value) {
    assert_eq!(report["notRestored"], json!(NOTHING_LEFT));
}

/// Every field that was carried into the CRM gets its old value there; Google keeps the edit, until somebody edits again.
#[test]
fn an_update_in_the_crm_is_taken_back() {
    let mut host = linked();
    let event = id(&host.event("From Google"));
    let before = both(&host);
    let mut edit = timed("Changed", 50);
    edit["location"] = json!("Elsewhere");
    edit["description"] = json!("Second line");
    edit["attendees"] = json!([{ "email": "cleo@example.com" }]);
    edit["reminders"] = json!({ "useDefault": false, "overrides": [{ "method": "popup", "minutes": 30 }] });
    host.edit_event(&event, edit);
    host.world.clear_mails();
    let run = host.sync()["run"].clone();
    let in_google = both(&host)[0].clone();
    let report = undo(&mut host);
    all_restored(&report);
    assert_eq!(
        (&report["trigger"], &report["undoes"], &report["crm"]["updated"]),
        (&json!("undo"), &run, &json!(1))
    );
    assert_eq!(both(&host), [in_google, before[1].clone()]);
    stays(&mut host);

    host.edit_event(&event, json!({ "location": "A third place" }));
    host.sync();
    let record = host.meeting("From Google");
    assert_eq!(
        record["Venue"], "A third place",
        "the field that was edited is carried over, the title is not"
    );
}

#[test]
fn an_update_in_google_is_taken_back() {
    let mut host = linked();
    let record = id(&host.meeting("From Google"));
    let before = both(&host);
    let people = json!([{ "type": "email", "participant": "dan@example.com" }]);
    host.edit_meeting(
        &record,
        json!({
            "Event_Title": "Changed", "Venue": "", "Description": "Second line", "Participants": people,
            "Remind_At": [{ "unit": 30, "period": "minutes" }],
        }),
    );
    host.world.clear_mails();
    host.sync();
    assert_eq!(host.event("Changed")["attendees"].as_array().unwrap().len(), 1);
    let in_crm = both(&host)[1].clone();
    let report = undo(&mut host);
    all_restored(&report);
    assert_eq!(report["google"]["updated"], 1);
    assert_eq!(both(&host), [before[0].clone(), in_crm]);
    stays(&mut host);
}

/// What was created is deleted, and not created again until somebody edits it.
#[test]
fn creates_are_taken_back() {
    let mut host = linked();
    let before = both(&host);
    let event = host.add_event(timed("New in Google", 60));
    let record = host.add_meeting(meeting("New in the CRM", 61));
    let mine = both(&host);
    host.sync();
    let report = undo(&mut host);
    all_restored(&report);
    assert_eq!((&report["google"]["deleted"], &report["crm"]["deleted"]), (&json!(1), &json!(1)));
    assert_eq!(both(&host), mine, "what people made stays; before: {before:?}");
    stays(&mut host);
    host.edit_event(&event, json!({ "location": "Room 5" }));
    host.edit_meeting(&record, json!({ "Venue": "Room 6" }));
    host.settle();
    assert_eq!(host.meeting("New in Google")["Venue"], "Room 5");
    assert_eq!(host.event("New in the CRM")["location"], "Room 6");
    stays(&mut host);
}

/// Google's event comes back under its id with all that Accord does not map; the CRM's bin has no way out, so that the
/// meeting is created again and linked.
#[test]
fn deletions_are_taken_back() {
    for undelete in ["ok", "forbidden"] {
        let mut host = linked();
        host.world.switches().set("undelete", undelete).unwrap();
        let (event, record) = (id(&host.event("From Google")), id(&host.meeting("From the CRM")));
        let other = host.event("From the CRM");
        host.edit_event(&id(&other), json!({ "colorId": "5" }));
        host.settle();
        let [google, crm] = both(&host);
        let without_id = |lines: &[String]| {
            let mut lines: Vec<String> =
                lines.iter().map(|line| line.split_once(" | ").unwrap().1.to_owned()).collect();
            lines.sort();
            lines
        };
        host.delete_event(&event);
        host.delete_meeting(&record);
        host.world.clear_mails();
        host.sync();
        assert_eq!((host.world.google_events("primary").len(), host.world.crm_events().len()), (0, 0));
        let report = undo(&mut host);
        all_restored(&report);
        assert_eq!((&report["google"]["created"], &report["crm"]["created"]), (&json!(1), &json!(1)));
        let after = both(&host);
        assert_eq!(
            without_id(&after[0]),
            without_id(
                &google.iter().filter(|line| line.contains("From the CRM")).cloned().collect::<Vec<_>>()
            )
        );
        assert_eq!(
            without_id(&after[1]),
            without_id(&crm.iter().filter(|line| line.contains("From Google")).cloned().collect::<Vec<_>>())
        );
        if undelete == "ok" {
            let back = host.event("From the CRM");
            assert_eq!((&back["id"], &back["colorId"]), (&other["id"], &json!("5")));
        }
        stays(&mut host);
        // They are pairs again as soon as somebody edits them.
        let (event, record) = (id(&host.event("From the CRM")), id(&host.meeting("From Google")));
        host.edit_event(&event, json!({ "location": "Room 7" }));
        host.edit_meeting(&record, json!({ "Venue": "Room 8" }));
        host.settle();
        assert_eq!(host.meeting("From the CRM")["Venue"], "Room 7");
        assert_eq!(host.event("From Google")["location"], "Room 8");
    }
}

/// I14: nothing that anybody changed since is touched, be it another field.
#[test]
fn what_was_changed_since_stays() {
    let mut host = linked();
    let (event, record) = (id(&host.event("From the CRM")), id(&host.meeting("From Google")));
    host.edit_event(&id(&host.event("From Google")), json!({ "summary": "Changed" }));
    host.edit_meeting(&id(&host.meeting("From the CRM")), json!({ "Event_Title": "Changed too" }));
    host.sync();
    host.edit_meeting(&record, json!({ "Description": "by hand" }));
    host.edit_event(&event, json!({ "description": "by hand" }));
    let mine = both(&host);
    let report = undo(&mut host);
    let codes: Vec<&Value> =
        report["notRestored"].as_array().unwrap().iter().map(|left| &left["code"]).collect();
    assert_eq!(codes, [&json!("changed-since"); 2]);
    assert_eq!(both(&host), mine);
    host.settle();
    assert_eq!(host.meeting("Changed")["Description"], "by hand");
    assert_eq!(host.event("Changed")["description"], "by hand");
}

/// I14: somebody is quicker than the write.
#[test]
fn what_changes_under_the_undo_stays() {
    for late in 0..40 {
        let mut host = linked();
        let (event, record) = (id(&host.event("From Google")), id(&host.meeting("From Google")));
        host.edit_event(&event, json!({ "summary": "Changed" }));
        host.sync();
        let edited = record.clone();
        host.meanwhile = Some((
            late,
            Box::new(move |host: &mut Host| {
                host.edit_meeting(&edited, json!({ "Venue": "by hand" }));
            }),
        ));
        undo(&mut host);
        if host.meanwhile.take().is_some() {
            return;
        }
        host.settle();
        let row = host.world.crm_events().into_iter().find(|row| row["id"] == *record).unwrap();
        assert_eq!(row["Venue"], "by hand", "at call {late}");
        let event = host.world.google_events("primary").into_iter().find(|row| row["id"] == *event).unwrap();
        assert_eq!(event["location"], "by hand", "I3, at call {late}");
    }
}

/// Undo is a cycle in the history, and is undone like any other.
#[test]
fn an_undo_can_be_undone() {
    let mut host = linked();
    let (event, gone) = (id(&host.event("From Google")), id(&host.meeting("From the CRM")));
    host.edit_event(&event, json!({ "summary": "Changed", "location": "Elsewhere" }));
    host.delete_meeting(&gone);
    host.add_event(timed("New", 70));
    host.world.clear_mails();
    host.sync();
    let done = both(&host);
    let first = undo(&mut host);
    all_restored(&first);
    let again = undo(&mut host);
    all_restored(&again);
    assert_eq!(again["undoes"], first["run"]);
    let count = |sides: &[Vec<String>; 2]| [sides[0].len(), sides[1].len()];
    assert_eq!(count(&both(&host)), count(&done));
    assert_eq!(both(&host)[0], done[0]);
    assert_eq!((&host.meeting("Changed")["Venue"], host.world.crm_events().len()), (&json!("Elsewhere"), 2));
    let history = host.run(json!({ "name": "history" })).done();
    assert_eq!((&history[0]["trigger"], &history[1]["trigger"]), (&json!("undo"), &json!("undo")));
    stays(&mut host);
    // The pair of the new event is one again.
    host.edit_event(&id(&host.event("New")), json!({ "location": "Room 3" }));
    host.settle();
    assert_eq!(host.meeting("New")["Venue"], "Room 3");
}

/// Any kept cycle, and one event of it.
#[test]
fn an_older_cycle_and_one_event_of_it() {
    let mut host = linked();
    let (one, other) = (id(&host.event("From Google")), id(&host.event("From the CRM")));
    host.edit_event(&one, json!({ "location": "Room 11" }));
    host.edit_event(&other, json!({ "location": "Room 12" }));
    let run = host.sync()["run"].clone();
    host.add_event(timed("New", 70));
    host.sync();
    let command = json!({ "name": "undo", "run": run, "googleId": one, "batch": true });
    let report = host.run(command).done();
    all_restored(&report);
    assert_eq!(host.meeting("From Google")["Venue"], "Room 1");
    assert_eq!(host.meeting("From the CRM")["Venue"], "Room 12");
    all_restored(&undo_run(&mut host, &run));
    assert_eq!(host.meeting("From the CRM")["Venue"], "Room 2");
    assert_eq!(host.meeting("New")["Event_Title"], "New");
    stays(&mut host);
}

/// C4, K3: the value that lost is put back on both sides, with one call.
#[test]
fn a_lost_value_is_put_back() {
    let mut host = linked();
    let (event, record) = (id(&host.event("From Google")), id(&host.meeting("From Google")));
    host.edit_event(&event, json!({ "summary": "In Google" }));
    host.edit_meeting(&record, json!({ "Event_Title": "In the CRM" }));
    host.world.clear_mails();
    let run = host.sync()["run"].clone();
    let command =
        json!({ "name": "putBack", "run": run, "googleId": event, "field": "title", "batch": true });
    let report = host.run(command.clone()).done();
    all_restored(&report);
    assert_eq!(report["trigger"], "put-back");
    assert_eq!(host.event("In Google")["id"], *event);
    assert_eq!(host.meeting("In Google")["id"], *record);
    stays(&mut host);
    host.edit_event(&event, json!({ "summary": "By hand" }));
    let report = host.run(command).done();
    assert_eq!(report["notRestored"][0]["code"], "changed-since");
    host.settle();
    assert_eq!(host.meeting("By hand")["id"], *record);
    let wrong = json!({ "name": "putBack", "run": run, "googleId": event, "field": "place", "batch": true });
    assert_eq!(host.run(wrong).code(), "misuse", "nothing was lost there");
}

/// I9: a one-way direction never writes its source, not even to undo; its target is restored and stays.
#[test]
fn one_direction_is_taken_back_on_its_target() {
    for direction in ["google-to-crm", "crm-to-google"] {
        let mut host = Host::new();
        let event = host.add_event(timed("From Google", 24));
        let record = host.add_meeting(meeting("From the CRM", 30));
        let mut host = agreed(host, json!({ "direction": direction }));
        let before = both(&host);
        host.edit_event(&event, json!({ "summary": "Changed" }));
        host.edit_meeting(&record, json!({ "Event_Title": "Changed too" }));
        host.sync();
        let report = undo(&mut host);
        all_restored(&report);
        let target = usize::from(direction == "google-to-crm");
        let unedited = |side: usize| {
            let mine = if side == 0 { &event } else { &record };
            let others = |lines: &[String]| {
                lines.iter().filter(|line| !line.contains(mine.as_str())).cloned().collect::<Vec<_>>()
            };
            (others(&both(&host)[side]), others(&before[side]))
        };
        let (now, then) = unedited(target);
        assert_eq!(now, then, "{direction}");
        stays(&mut host);
        host.activate_with(
            json!({ "direction": if target == 1 { "crm-to-google" } else { "google-to-crm" } }),
        );
        let kept = host.run(json!({ "name": "history" })).done();
        let report = undo_run(&mut host, &kept[0]["run"].clone());
        assert_eq!(report["notRestored"][0]["code"], "not-allowed", "{direction}");
    }
}

/// F2: all-day events, whose encoding in the CRM is learnt by writing them twice, can be undone as well.
#[test]
fn all_day_events_are_taken_back() {
    for direction in ["google-to-crm", "two-way"] {
        let mut host = Host::new();
        let mut host = {
            host.add_event(all_day("Fair", "2026-12-01", "2026-12-04"));
            agreed(host, json!({ "direction": direction }))
        };
        assert_eq!(host.world.crm_events().len(), 1);
        all_restored(&undo(&mut host));
        assert!(host.world.crm_events().is_empty(), "{direction}");
        all_restored(&undo(&mut host));
        assert_eq!(host.meetings(), ["Fair | 2026-12-01 to 2026-12-03"], "{direction}");
        stays(&mut host);
    }
}

/// I18: what a private event was before is neither kept nor restored.
#[test]
fn what_became_private_is_not_restored() {
    let mut host = linked();
    let event = id(&host.event("From Google"));
    host.edit_event(&event, json!({ "visibility": "private" }));
    host.sync();
    let report = undo(&mut host);
    assert_eq!(report["notRestored"][0]["code"], "not-kept");
    assert!(host.crm_bodies.iter().all(|body| !body.contains("From Google")));
}

/// I25: an event that takes no part any more cannot be deleted or changed, and is named.
#[test]
fn what_takes_no_part_any_more_is_named() {
    let mut host = Host::new();
    let record = host.add_meeting(meeting("From the CRM", 30));
    let mut host = agreed(host, json!({ "direction": "two-way", "privateEvents": "skip" }));
    host.edit_meeting(&record, json!({ "Venue": "Room 5" }));
    host.sync();
    let event = id(&host.event("From the CRM"));
    host.edit_event(&event, json!({ "visibility": "private" }));
    host.settle();
    for run in [2, 1] {
        let report = undo_run(&mut host, &json!(run));
        assert_eq!(report["notRestored"][0]["code"], "not-allowed", "cycle {run}: {report}");
    }
    assert_eq!(host.event("From the CRM")["location"], "Room 5");
}

/// Contacts have no history, and may be in use by now: they stay, and the undo says so, once and for the whole cycle.
#[test]
fn contacts_stay_and_are_named() {
    let mut host = Host::new();
    let mut event = timed("Call", 24);
    event["attendees"] = json!([{ "email": "new@example.com" }, { "email": "other@example.com" }]);
    let event = host.add_event(event);
    let mut host = agreed(host, json!({ "direction": "google-to-crm", "guests": "add-as-contacts" }));
    let history = host.run(json!({ "name": "history" })).done();
    assert_eq!(history[0]["contacts"], 2);
    let one = json!({ "name": "undo", "run": 1, "googleId": event, "batch": true });
    let rows = host.rows.clone();
    all_restored(&host.run(one).done());
    host.rows = rows;
    let report = undo_run(&mut host, &json!(1));
    let left = report["notRestored"].as_array().unwrap();
    assert_eq!(left.len(), 1, "{report}");
    assert_eq!((&left[0]["code"], &left[0]["googleId"]), (&json!("contacts-kept"), &json!("")));
    assert_eq!(host.world.crm_records("Contacts").len(), 2);
}

/// Issue 5: what a cycle replaced is read first, up to two requests; a larger cycle says what it does not know.
#[test]
fn cycles_of_hundreds_are_taken_back() {
    for (direction, count, known) in [
        ("google-to-crm", 200, true),
        ("google-to-crm", 201, false),
        ("crm-to-google", 100, true),
        ("crm-to-google", 101, false),
        ("two-way", 200, true),
    ] {
        let mut host = Host::new();
        let to_crm = direction != "crm-to-google";
        let ids: Vec<String> = (0..count)
            .map(|n| match to_crm {
                true => host.add_event(timed(&format!("Event {n}"), 24 + n)),
                false => host.add_meeting(meeting(&format!("Event {n}"), 24 + n)),
            })
            .collect();
        let mut host = agreed(host, json!({ "direction": direction }));
        let target = usize::from(to_crm);
        let before = both(&host)[target].clone();
        for id in &ids {
            match to_crm {
                true => host.edit_event(id, json!({ "location": "Elsewhere" })),
                false => host.edit_meeting(id, json!({ "Venue": "Elsewhere" })),
            }
        }
        host.world.clear_mails();
        host.sync();
        assert!(both(&host)[target] != before, "{direction}");
        let report = undo(&mut host);
        let left = report["notRestored"].as_array().unwrap();
        if known {
            assert!(left.is_empty() && both(&host)[target] == before, "{direction}, {count}: {left:?}");
        } else {
            assert_eq!(left.len(), ids.len(), "{direction}, {count}");
            assert!(left.iter().all(|left| left["code"] == "not-kept"));
        }
    }
}

/// K6: what a service refuses is named, and blocks nothing.
#[test]
fn what_is_refused_is_named() {
    let mut host = linked();
    let (one, other) = (id(&host.event("From Google")), id(&host.event("From the CRM")));
    host.edit_event(&one, json!({ "location": "Room 11" }));
    host.edit_event(&other, json!({ "location": "Room 12" }));
    host.sync();
    let record = id(&host.meeting("From Google"));
    host.world.set_locked(&record, true);
    let report = undo(&mut host);
    assert_eq!(report["notRestored"][0]["code"], "not-allowed");
    assert_eq!(report["notRestored"][0]["googleId"], *one);
    assert_eq!(host.meeting("From the CRM")["Venue"], "Room 2");
}

/// K8: a usage limit of Google's lasts for hours; the undo goes on by itself afterwards.
#[test]
fn an_undo_waits_for_a_service() {
    let mut host = linked();
    let record = id(&host.meeting("From Google"));
    host.edit_meeting(&record, json!({ "Venue": "Room 11" }));
    host.world.clear_mails();
    host.sync();
    let quota =
        Fault::new(FaultKind::Status { status: 403, reason: Some("quotaExceeded".to_owned()), body: None });
    host.world.faults().add(quota.on(Service::Google, "PATCH", "/").times(Some(1)));
    let report = undo(&mut host);
    assert_eq!((&report["finished"], &report["remaining"]), (&json!("paused"), &json!(1)));
    assert_eq!(host.event("From Google")["location"], "Room 11");
    host.advance(26 * 3_600_000);
    host.settle();
    assert_eq!(host.event("From Google")["location"], "Room 1");
    stays(&mut host);
}

/// What failed was told, and nothing happens behind the person's back afterwards.
#[test]
fn an_undo_that_failed_is_not_tried_again() {
    let mut host = linked();
    let event = id(&host.event("From Google"));
    host.edit_event(&event, json!({ "location": "Room 11" }));
    host.sync();
    host.world.faults().add(Fault::status(401).on(Service::Google, "GET", "/").times(None));
    assert_eq!(host.run(json!({ "name": "undo", "batch": true })).code(), "auth-expired");
    host.world.faults().clear();
    host.settle();
    assert_eq!(host.meeting("From Google")["Venue"], "Room 11");
    all_restored(&undo(&mut host));
    assert_eq!(host.meeting("From Google")["Venue"], "Room 1");
}

/// Commands that are none, and cycles of which nothing is kept.
#[test]
fn what_is_not_kept_cannot_be_undone() {
    let mut host = Host::new();
    host.activate();
    assert_eq!(host.run(json!({ "name": "undo" })).code(), "misuse");
    for wrong in [
        json!({ "name": "undo", "run": "1" }),
        json!({ "name": "undo", "run": 99 }),
        json!({ "name": "undo", "googleId": 7 }),
        json!({ "name": "explain" }),
        json!({ "name": "putBack", "run": 1, "googleId": "x", "field": "colour" }),
    ] {
        assert_eq!(host.run(wrong.clone()).code(), "misuse", "{wrong}");
    }
    assert!(host.rows.keys().all(|key| !key.starts_with("intents")), "nothing is left to be done");
}
