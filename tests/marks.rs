//! K2, K10: where the CRM has a field for the id of the Google event, the records that Accord creates are found by it.

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

mod support;

use accord_sandbox::{Request, World};
use serde_json::{Value, json};
use support::{Host, Kill, timed};

/// The ladder of the CRM's editions: a user-based or organisation-based external id, or a plain custom field.
const FIELDS: [(&str, &str); 3] = [
    ("user", r#"{"external":{"type":"user","show":false}}"#),
    ("org", r#"{"external":{"type":"org","show":false}}"#),
    ("plain", "{}"),
];

fn host(field: &str, direction: &str) -> Host {
    let mut world = World::new(1, support::now_ms());
    world.switches().set("external_field", if field == "plain" { "unsupported" } else { field }).unwrap();
    let more = FIELDS.iter().find(|(name, _)| *name == field).unwrap().1;
    let mut row: Value = serde_json::from_str(more).unwrap();
    row["field_label"] = json!("Google Event Id");
    row["data_type"] = json!("text");
    let request = Request::zoho("POST", "/crm/v8/settings/fields?module=Events");
    let made = world.handle(&request.json(&json!({ "fields": [row] }))).unwrap();
    assert_eq!(made.status, 201, "{field}: {}", made.json());
    let mut host = Host::on(world);
    host.activate_with(json!({ "direction": direction }));
    host
}

fn forget_rows(host: &mut Host) {
    host.rows.clear();
}

/// K10, I23: both sides were edited so that nothing but the mark says what belongs together; nothing is doubled.
#[test]
fn lost_links_are_rebuilt_by_the_mark() {
    for (field, _) in FIELDS {
        for direction in ["two-way", "google-to-crm"] {
            let mut host = host(field, direction);
            let event = host.add_event(timed("Call", 2));
            host.add_event(timed("Lunch", 5));
            host.settle();
            let row = host.meeting("Call");
            assert_eq!(row["Google_Event_Id"], event.as_str(), "{field}, {direction}");
            host.edit_event(&event, json!({ "summary": "Call moved" }));
            forget_rows(&mut host);
            host.activate_with(json!({ "direction": direction }));
            host.settle();
            assert_eq!(host.meetings().len(), 2, "{field}, {direction}: {:?}", host.meetings());
            assert_eq!(host.world.google_events("primary").len(), 2, "{field}, {direction}");
            let id = if direction == "two-way" {
                host.meeting("Call moved")["id"].clone()
            } else {
                row["id"].clone()
            };
            assert_eq!(id, row["id"], "{field}, {direction}");
        }
    }
}

/// K2, I4: a create whose answer was lost is found by the mark, even if somebody has changed all that it could be
/// recognised by otherwise.
#[test]
fn a_lost_create_is_found_by_the_mark() {
    for (field, _) in FIELDS {
        for direction in ["two-way", "google-to-crm"] {
            let created = |at| {
                let mut host = host(field, direction);
                host.add_event(timed("Call", 2));
                host.run_killed(json!({ "name": "run" }), Kill::After(at));
                let insert = host.trace.last().is_some_and(|line| line.starts_with("POST /crm/v8/Events "));
                insert.then_some(host)
            };
            let mut host = (0..30).find_map(created).unwrap();
            let crm = host.meeting("Call")["id"].as_str().unwrap().to_owned();
            let other = timed("Elsewhere", 400);
            host.edit_meeting(
                &crm,
                json!({ "Event_Title": "Another title", "Start_DateTime": other["start"]["dateTime"],
                        "End_DateTime": other["end"]["dateTime"] }),
            );
            host.advance(60_000);
            host.settle();
            assert_eq!(host.meetings().len(), 1, "{field}, {direction}: {:?}", host.meetings());
            assert_eq!(host.world.google_events("primary").len(), 1, "{field}, {direction}");
        }
    }
}

/// A copy that a person makes of a record carries the mark as well where nothing forbids it: it is a meeting of its own.
#[test]
fn a_copied_mark_doubles_and_loses_nothing() {
    let mut host = host("plain", "two-way");
    host.add_event(timed("Call", 2));
    host.settle();
    let mut copy = host.meeting("Call");
    copy.as_object_mut().unwrap().retain(|key, _| {
        matches!(key.as_str(), "Event_Title" | "Start_DateTime" | "End_DateTime" | "Google_Event_Id")
    });
    copy["Event_Title"] = json!("Copy of the call");
    host.add_meeting(copy);
    host.settle();
    host.event("Copy of the call");
    assert_eq!(host.meetings().len(), 2);
    forget_rows(&mut host);
    host.activate_with(json!({ "direction": "two-way" }));
    let report = host.settle();
    assert_eq!((host.meetings().len(), host.world.google_events("primary").len()), (2, 2), "{report}");
    for side in ["google", "crm"] {
        assert_eq!(report[side], json!({ "created": 0, "updated": 0, "deleted": 0 }), "I23: {report}");
    }
}

/// I9: what comes from the CRM is not marked there.
#[test]
fn the_source_is_not_marked() {
    let mut host = host("user", "crm-to-google");
    host.add_meeting(support::meeting("Call", 2));
    host.settle();
    host.event("Call");
    assert_eq!(host.meeting("Call")["Google_Event_Id"], Value::Null);
}
