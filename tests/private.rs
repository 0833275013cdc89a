//! Stories of events that the CRM sees in part or not at all (C10, section 7): nothing of them is told, and nothing that
//! people do to them is lost.

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
use support::{Host, assert_quiet, timed};

/// A linked event with a place, and the ids of both halves.
fn linked(settings: Value) -> (Host, String, String) {
    let mut host = Host::new();
    host.activate_with(settings);
    let mut call = timed("Call", 4);
    call["location"] = json!("Room 1");
    let event = host.add_event(call);
    host.settle();
    let row = host.meeting("Call")["id"].as_str().unwrap().to_owned();
    (host, event, row)
}

fn later(host: &mut Host) -> Value {
    host.settle();
    host.advance(150_000);
    host.settle()
}

/// I3, C10: what somebody types into the meeting of a private event stays there while the event is private, and reaches it
/// afterwards.
#[test]
fn what_is_typed_beside_a_private_event_reaches_it_afterwards() {
    let (mut host, event, row) = linked(json!({ "direction": "two-way", "privateEvents": "busy" }));
    host.edit_event(&event, json!({ "visibility": "private" }));
    later(&mut host);
    assert_eq!(host.meeting("Busy")["Venue"], Value::Null);
    host.edit_meeting(&row, json!({ "Description": "Bring the offer" }));
    let report = host.sync();
    assert_eq!(report["notes"][0]["code"], "not-writable");
    later(&mut host);
    assert_eq!(host.event("Call")["description"], Value::Null);
    host.edit_event(&event, json!({ "visibility": "default" }));
    later(&mut host);
    assert_eq!(host.event("Call")["description"], "Bring the offer");
    assert_eq!(
        (&host.meeting("Call")["Description"], &host.meeting("Call")["Venue"]),
        (&json!("Bring the offer"), &json!("Room 1"))
    );
    assert_quiet(&mut host);
}

/// K3: where both sides have something to say once the event is open again, one wins, and the report tells the other.
#[test]
fn a_value_typed_beside_a_closed_event_is_not_written_over_in_silence() {
    let (mut host, event, row) =
        linked(json!({ "direction": "two-way", "privateEvents": "busy", "conflict": "google" }));
    host.edit_event(&event, json!({ "visibility": "private" }));
    later(&mut host);
    host.edit_meeting(&row, json!({ "Venue": "Room 7" }));
    later(&mut host);
    host.edit_event(&event, json!({ "visibility": "default" }));
    let report = host.sync();
    let lost = report["conflicts"].as_array().unwrap().iter().find(|lost| lost["field"] == "place").unwrap();
    assert_eq!((&lost["google"], &lost["crm"]), (&json!("Room 1"), &json!("Room 7")));
    assert_eq!(host.meeting("Call")["Venue"], "Room 1");
    later(&mut host);
    assert_quiet(&mut host);
}

/// I3, I13: what the CRM says while an event takes no part is heard when it takes part again: an edit, or a deletion.
#[test]
fn what_the_crm_says_of_an_event_that_takes_no_part_is_heard_later() {
    for deleted in [false, true] {
        let (mut host, event, row) = linked(json!({ "direction": "two-way", "privateEvents": "skip" }));
        host.edit_event(&event, json!({ "visibility": "private" }));
        later(&mut host);
        match deleted {
            true => host.delete_meeting(&row),
            false => host.edit_meeting(&row, json!({ "Description": "Bring the offer" })),
        }
        later(&mut host);
        assert_eq!(host.event("Call")["description"], Value::Null, "private");
        host.edit_event(&event, json!({ "visibility": "default" }));
        later(&mut host);
        let events = host.world.google_events("primary");
        match deleted {
            true => assert!(events.is_empty(), "it follows its meeting"),
            false => assert_eq!(events[0]["description"], "Bring the offer"),
        }
        assert_quiet(&mut host);
    }
}

/// I6, I18: an edit that the CRM does not see beats a deletion there all the same; a colour does not.
#[test]
fn an_edit_out_of_sight_beats_a_deletion_in_the_crm() {
    for (edit, left) in [(json!({ "description": "secret notes" }), 1), (json!({ "colorId": "5" }), 0)] {
        let mut host = Host::new();
        host.activate_with(json!({ "direction": "two-way", "privateEvents": "busy" }));
        let mut call = timed("Call", 4);
        call["visibility"] = json!("private");
        let event = host.add_event(call);
        later(&mut host);
        let row = host.meeting("Busy")["id"].as_str().unwrap().to_owned();
        host.delete_meeting(&row);
        host.edit_event(&event, edit);
        host.sync();
        assert!(!host.crm_bodies.iter().any(|body| body.contains("secret")), "I18");
        later(&mut host);
        let found = (host.world.google_events("primary").len(), host.world.crm_event_count());
        assert_eq!(found, (left, left));
        assert_quiet(&mut host);
    }
}

/// I18: a preview tells of a private event what a sync would tell the CRM: when it is, or nothing; so do the queries that
/// it makes, and a comparison of both sides.
#[test]
fn a_preview_tells_nothing_of_private_events() {
    for (policy, shown) in [("busy", true), ("skip", false)] {
        let (mut host, event, row) = linked(json!({ "direction": "two-way", "privateEvents": policy }));
        let secret = json!({
            "visibility": "private", "summary": "Marker-A", "location": "Marker-B", "description": "Marker-C",
            "attendees": [{ "email": "marker-d@example.com", "displayName": "Marker-D" }],
        });
        let mut new = timed("Marker-E", 30);
        new.as_object_mut().unwrap().extend(secret.as_object().unwrap().clone());
        host.add_event(new);
        host.edit_event(&event, secret);
        host.edit_meeting(&row, json!({ "Description": "typed in the CRM" }));
        let plan = host.run(json!({ "name": "preview", "batch": true })).done();
        let told = format!("{plan} {:?}", host.crm_bodies).to_lowercase();
        assert!(!told.contains("marker"), "{policy}: {told}");
        let titles: Vec<&Value> =
            plan["operations"].as_array().unwrap().iter().map(|op| &op["title"]).collect();
        assert_eq!(titles.iter().any(|title| **title == "Busy"), shown, "{policy}: {titles:?}");
        later(&mut host);
        let compared = host.run(json!({ "name": "verify", "batch": true })).done();
        let told = format!("{compared} {:?}", host.crm_bodies).to_lowercase();
        assert!(!told.contains("marker"), "{policy}: {told}");
    }
}
