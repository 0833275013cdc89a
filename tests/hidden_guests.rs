//! Stories of a CRM whose lists show no participants, of which Zoho documents nothing (F6, I17): what guests people add
//! there reaches Google all the same, and where lists do show them nobody pays for the doubt.

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
use support::{Host, assert_quiet, meeting, timed, two_way};

fn with_guest(title: &str, hours: i64) -> Value {
    let mut body = meeting(title, hours);
    body["Participants"] = guest(title);
    body
}

fn guest(title: &str) -> Value {
    json!([{ "type": "email", "participant": address(title) }])
}

fn address(title: &str) -> String {
    format!("{}@example.com", title.replace(' ', "-").to_lowercase())
}

fn hide_guests(host: &mut Host) {
    host.world.switches().set("list_participants", "no").unwrap();
}

fn invited(host: &Host, title: &str) -> Vec<String> {
    let event = host.event(title);
    let attendees = event["attendees"].as_array().into_iter().flatten();
    attendees.map(|guest| guest["email"].as_str().unwrap().to_owned()).collect()
}

/// How often single records were asked for in full.
fn looks(host: &Host) -> usize {
    host.trace.iter().filter(|line| **line == "GET /crm/v8/Events/{id} (fields)").count()
}

/// F6: the guests of a first sync, and a first guest that somebody adds later.
#[test]
fn guests_that_lists_hide_reach_google() {
    for direction in ["two-way", "crm-to-google"] {
        let mut host = Host::new();
        hide_guests(&mut host);
        let ids: Vec<String> =
            (0..4).map(|n| host.add_meeting(with_guest(&format!("Call {n}"), 4 + n))).collect();
        let plain = host.add_meeting(meeting("Visit", 30));
        host.activate_with(json!({ "direction": direction }));
        host.settle();
        for n in 0..4 {
            assert_eq!(invited(&host, &format!("Call {n}")), [address(&format!("Call {n}"))], "{direction}");
        }
        host.edit_meeting(&plain, json!({ "Participants": guest("Visit") }));
        host.edit_meeting(&ids[0], json!({ "Participants": [] }));
        host.settle();
        assert_eq!(invited(&host, "Visit"), [address("Visit")], "{direction}");
        assert!(invited(&host, "Call 0").is_empty(), "{direction}");
        assert_quiet(&mut host);
    }
}

/// D2, F6: the one record that was just saved is read by itself, and nothing besides.
#[test]
fn a_first_guest_is_pushed() {
    let mut host = two_way();
    hide_guests(&mut host);
    let id = host.add_meeting(meeting("Call", 4));
    host.settle();
    host.edit_meeting(&id, json!({ "Participants": guest("Call") }));
    host.run(json!({ "name": "run", "trigger": "crm-change", "crmIds": [id], "batch": true })).done();
    assert_eq!(invited(&host, "Call"), [address("Call")]);
    host.settle();
    assert_quiet(&mut host);
}

/// F6: of many meetings nobody asks one by one whether the list hid guests. Once one of them tells so, all are read again.
#[test]
fn one_hidden_guest_leads_to_all_of_them() {
    let mut host = two_way();
    hide_guests(&mut host);
    let titles: Vec<String> = (0..60).map(|n| format!("Call {n}")).collect();
    let ids: Vec<String> =
        titles.iter().zip(4..).map(|(title, hour)| host.add_meeting(with_guest(title, hour))).collect();
    host.settle();
    assert!(
        titles.iter().all(|title| invited(&host, title).is_empty()),
        "a list that hides guests tells of none"
    );
    host.advance(200_000);
    host.edit_meeting(&ids[7], json!({ "Venue": "Room 2" }));
    host.settle();
    host.settle();
    for title in &titles {
        assert_eq!(invited(&host, title), [address(title)]);
    }
    assert_quiet(&mut host);
}

/// I23, I17: after a loss, guests of Google say where to look: no meeting is written for guests that it has.
#[test]
fn guests_that_lists_hide_are_no_difference_after_a_loss() {
    let mut host = two_way();
    hide_guests(&mut host);
    for n in 0..40 {
        host.add_meeting(meeting(&format!("Plain {n}"), 40 + n));
    }
    let mut event = timed("Call", 20);
    event["attendees"] = json!([{ "email": "cleo@example.com" }]);
    host.add_event(event);
    host.settle();
    host.rows.clear();
    host.advance(200_000);
    host.activate_with(json!({ "direction": "two-way" }));
    let report = host.sync();
    let none = json!({ "created": 0, "updated": 0, "deleted": 0 });
    assert_eq!((&report["google"], &report["crm"], &report["linked"]), (&none, &none, &json!(41)));
    assert_eq!(host.meeting("Call")["Participants"].as_array().unwrap().len(), 1);
}

/// L5: where lists show guests, one record with a guest settles it: after that, lists are all that is read.
#[test]
fn lists_that_show_guests_are_believed() {
    let mut host = two_way();
    let id = host.add_meeting(with_guest("Call", 4));
    let others: Vec<String> =
        (0..5).map(|n| host.add_meeting(meeting(&format!("Visit {n}"), 10 + n))).collect();
    host.settle();
    assert_eq!(looks(&host), 0, "{:#?}", host.trace);
    assert_eq!(invited(&host, "Call"), [address("Call")]);
    host.advance(200_000);
    host.edit_meeting(&id, json!({ "Venue": "Room 2" }));
    for id in &others {
        host.edit_meeting(id, json!({ "Venue": "Room 3" }));
    }
    host.sync();
    assert_eq!(looks(&host), 0, "{:#?}", host.trace);
    assert_eq!(host.event("Visit 3")["location"], "Room 3");
}
