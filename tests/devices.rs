//! Tests of the tests: each safety device is switched off, and the story named beside it must then break its promise.
//! With the device on the same story keeps it. Prints the table.

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
use accord_sync::Device;
use serde_json::{Value, json};
use support::engines::{Engines, Move};
use support::{Host, timed};

/// A story: what it did not keep, in a sentence.
type Story = fn() -> Result<(), String>;

const TABLE: [(Device, &str, Story); 8] = [
    (Device::Guards, "I14, K3: an edit under a write is not overwritten unseen", an_edit_under_a_write),
    (Device::Intents, "K2, I4: a create whose answer was lost is not repeated", a_lost_answer),
    (Device::EchoRule, "K7, I8: a write is not taken for an edit", an_echo),
    (Device::Proof, "K4, I7: what a list lacks is not deleted", an_event_outside_the_window),
    (Device::MassGuard, "K5: many deletions wait for a person", many_deletions),
    (Device::Lease, "I28, K2: two engines never both write", two_engines),
    (Device::CursorLast, "I13: what a limit left over comes later", more_than_a_limit),
    (Device::NormalForm, "I23, K7: links are rebuilt without a write", a_lost_storage),
];

#[test]
fn without_a_device_its_promise_is_broken() {
    let mut rows = Vec::new();
    for (device, promise, story) in TABLE {
        if let Err(why) = story() {
            panic!("{device:?} is on, and yet the story fails: {promise}: {why}");
        }
        match device.without(story) {
            Ok(()) => panic!("the story is well without {device:?}: it does not show {promise}"),
            Err(why) => rows.push(format!("{:<11} {promise}: {why}", format!("{device:?}"))),
        }
    }
    println!("without     fails\n{}", rows.join("\n"));
}

#[test]
fn every_device_is_in_the_table() {
    assert_eq!(TABLE.map(|(device, ..)| device), Device::ALL);
}

fn two_way(more: Value) -> Host {
    let mut host = Host::new();
    let mut settings = json!({ "direction": "two-way" });
    settings.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    host.activate_with(settings);
    host
}

fn kept(kept: bool, why: impl Into<String>) -> Result<(), String> {
    if kept { Ok(()) } else { Err(why.into()) }
}

fn writes(report: &Value) -> u64 {
    let sides = [&report["google"], &report["crm"]];
    sides
        .iter()
        .flat_map(|side| side.as_object().unwrap().values())
        .map(|count| count.as_u64().unwrap())
        .sum()
}

/// The title is edited in the CRM, and in Google just before that edit is written there.
fn an_edit_under_a_write() -> Result<(), String> {
    let edited = || {
        let mut host = two_way(json!({}));
        let event = host.add_event(timed("Call", 2));
        host.settle();
        let id = host.meeting("Call")["id"].as_str().unwrap().to_owned();
        host.edit_meeting(&id, json!({ "Event_Title": "In the CRM" }));
        (host, event)
    };
    let (mut alone, _) = edited();
    alone.sync();
    let write = alone.trace.iter().position(|line| line.starts_with("PATCH")).expect("the edit is written");
    let (mut host, event) = edited();
    let edit = move |host: &mut Host| host.edit_event(&event, json!({ "summary": "In Google" }));
    host.meanwhile = Some((write, Box::new(edit)));
    let report = host.sync();
    let told = report["conflicts"].to_string().contains("In Google");
    let stays = host.world.google_events("primary").iter().any(|event| event["summary"] == "In Google");
    kept(told || stays, "the title typed in Google is gone, and nobody is told")
}

/// Somebody renames the meeting before anybody knows of it, so that its content alone does not tell what it is.
fn a_lost_answer() -> Result<(), String> {
    let prepared = || {
        let mut host = two_way(json!({}));
        host.add_event(timed("Call", 2));
        host
    };
    let mut undisturbed = prepared();
    undisturbed.sync();
    let insert = undisturbed.trace.iter().position(|line| line.starts_with("POST /crm/v8/Events")).unwrap();
    let mut host = prepared();
    host.world.faults().add(Fault::new(FaultKind::Drop).on(Service::Zoho, "POST", "/crm/v8/Events").after());
    let rename = |host: &mut Host| {
        let id = host.meeting("Call")["id"].as_str().unwrap().to_owned();
        host.edit_meeting(&id, json!({ "Event_Title": "Call with Ben" }));
    };
    host.meanwhile = Some((insert + 1, Box::new(rename)));
    host.settle();
    let count = host.world.crm_event_count();
    kept(count == 1, format!("one event became {count} meetings"))
}

fn an_echo() -> Result<(), String> {
    let mut host = two_way(json!({}));
    host.add_event(timed("Call", 2));
    host.settle();
    let id = host.meeting("Call")["id"].as_str().unwrap().to_owned();
    host.edit_meeting(&id, json!({ "Venue": "Room 2" }));
    let mut total = 0;
    for _ in 0..4 {
        total += writes(&host.settle());
        host.advance(200_000);
    }
    kept(total == 1, format!("one edit was written {total} times"))
}

/// An event moves out of the window while the cursor is lost: the full list lacks it, and it is there.
fn an_event_outside_the_window() -> Result<(), String> {
    let mut host = two_way(json!({}));
    let event = host.add_event(timed("Call", 2));
    host.settle();
    let past = timed("Call", -24 * 200);
    host.edit_event(&event, json!({ "start": past["start"], "end": past["end"] }));
    host.world.expire_sync_tokens();
    host.settle();
    kept(host.world.crm_event_count() == 1, "the meeting of a living event was deleted")
}

fn many_deletions() -> Result<(), String> {
    let mut host = two_way(json!({}));
    let ids: Vec<String> = (0..30).map(|hour| host.add_event(timed(&format!("E{hour}"), hour))).collect();
    host.settle();
    for id in &ids[..25] {
        host.delete_event(id);
    }
    let report = host.settle();
    kept(report["crm"]["deleted"] == 0, format!("{} meetings were deleted unasked", report["crm"]["deleted"]))
}

/// Both go on half a step at a time.
fn two_engines() -> Result<(), String> {
    let mut engines = Engines::new();
    let script: Vec<Move> = (0..400).map(|half| Move::Go(half % 2, 1)).collect();
    engines.play(&script);
    engines.one_at_a_time()?;
    engines.comes_to_rest()
}

fn more_than_a_limit() -> Result<(), String> {
    let mut host = two_way(json!({ "limits": { "firstSync": 5, "laterSync": 2 } }));
    host.settle();
    for hour in 0..5 {
        host.add_event(timed(&format!("E{hour}"), hour));
    }
    for _ in 0..6 {
        host.sync();
    }
    let count = host.world.crm_event_count();
    kept(count == 5, format!("of 5 events {count} arrived"))
}

/// The CRM rewrites line ends on saving; then the storage is lost.
fn a_lost_storage() -> Result<(), String> {
    let mut host = Host::new();
    host.world.switches().set("text_rewrite", "crlf").unwrap();
    host.activate_with(json!({ "direction": "two-way" }));
    let mut event = timed("Call", 2);
    event["description"] = json!("one\ntwo");
    host.add_event(event);
    host.settle();
    host.rows.clear();
    host.activate_with(json!({ "direction": "two-way" }));
    let count = writes(&host.settle());
    kept(count == 0, format!("{count} writes, though nobody changed anything"))
}
