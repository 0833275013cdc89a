//! What cycles may cost, in requests and rows of storage, at full size and in every direction: the native half of
//! `cargo xtask bench`, which adds the times.

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

mod support;

use accord_sandbox::Corpus;
use serde_json::{Value, json};
use support::Host;

/// What a cycle may cost at most.
#[derive(Clone, Copy)]
struct Budget {
    requests: u64,
    rows_read: Option<usize>,
    rows_written: Option<usize>,
    /// Entries that it may write to the services.
    entries: Option<u64>,
}

/// Whatever the number of links: where the next cycle starts is all that may be written (I2).
const NO_OP: Budget = Budget { requests: 3, rows_read: Some(4), rows_written: Some(1), entries: Some(0) };

/// Requests only.
const fn requests(requests: u64) -> Budget {
    Budget { requests, rows_read: None, rows_written: None, entries: None }
}

/// Links are found again, and nothing is written to either service (I23).
const fn reconnect_by(most: u64) -> Budget {
    Budget { entries: Some(0), ..requests(most) }
}

/// So much later, everything that a list of the CRM may show late has shown.
const LATER_MS: i64 = 200_000;

/// Believable calendars without guests: each hundred addresses of guests cost a look into the CRM, as
/// `guests_are_looked_up_by_the_hundred` shows.
fn world(direction: &str, events: usize, meetings: usize) -> Host {
    let mut host = Host::new();
    host.world.fill(&Corpus { guests: false, ..Corpus::new(7, events) });
    host.world.fill_meetings(&Corpus { guests: false, ..Corpus::new(8, meetings) });
    host.activate_with(json!({ "direction": direction }));
    host
}

fn total(counts: &Value) -> u64 {
    ["created", "updated", "deleted"].iter().map(|what| counts[what].as_u64().unwrap()).sum()
}

/// One cycle within its budget.
#[track_caller]
fn measured(story: &str, host: &mut Host, budget: Budget) -> Value {
    let report = host.sync();
    within(story, host, &report, budget);
    report
}

#[track_caller]
fn within(story: &str, host: &Host, report: &Value, budget: Budget) {
    let asked = report["requests"]["google"].as_u64().unwrap() + report["requests"]["zoho"].as_u64().unwrap();
    let entries = total(&report["google"]) + total(&report["crm"]);
    let (read, written) = (host.rows_read, host.rows_written);
    println!(
        "{story}: {asked} requests ({}), rows {read} read and {written} written, {entries} entries",
        report["requests"]
    );
    let kept = asked <= budget.requests
        && budget.rows_read.is_none_or(|most| read <= most)
        && budget.rows_written.is_none_or(|most| written <= most)
        && budget.entries.is_none_or(|most| entries <= most);
    assert!(kept, "{story} is over its budget:\n{}", host.trace.join("\n"));
}

/// Right after a cycle that wrote to Google, and twice when nothing can show up late any more; then with ten times the
/// links.
fn no_ops(story: &str, host: &mut Host) {
    measured(&format!("{story}, nothing changed"), host, NO_OP);
    host.advance(LATER_MS);
    measured(&format!("{story}, nothing changed later"), host, NO_OP);
    host.advance(LATER_MS);
    let rows = host.rows.clone();
    for (key, row) in rows.iter().filter(|(key, _)| key.starts_with("link/") || key.starts_with("crm/")) {
        host.rows.extend((1..10).map(|copy| (format!("{key}x{copy}"), row.clone())));
    }
    host.advance(LATER_MS);
    measured(&format!("{story}, nothing changed, ten times the links"), host, NO_OP);
    host.rows.retain(|key, _| rows.contains_key(key));
}

/// Everything stored is lost, and the same settings are activated again.
fn reconnect(host: &mut Host, direction: &str, most: u64) {
    let pairs = host.rows.keys().filter(|key| key.starts_with("link/")).count();
    let (events, meetings) = (host.world.google_events("primary").len(), host.world.crm_event_count());
    host.rows.clear();
    host.advance(LATER_MS);
    host.activate_with(json!({ "direction": direction }));
    let report = measured(&format!("{direction}, reconnected"), host, reconnect_by(most));
    assert_eq!(report["linked"], pairs, "{}", report["notes"]);
    let after = (host.world.google_events("primary").len(), host.world.crm_event_count());
    assert_eq!(after, (events, meetings), "no duplicate");
}

#[test]
fn google_to_crm() {
    let mut host = world("google-to-crm", 5_000, 0);
    let report = measured("5,000 events into the CRM", &mut host, requests(60));
    assert_eq!(report["remaining"], 0);
    assert!(report["crm"]["created"].as_u64().unwrap() > 4_500);
    no_ops("google-to-crm", &mut host);
    reconnect(&mut host, "google-to-crm", 28);
    host.world.edit(500, 3);
    let report = measured("500 changes into the CRM", &mut host, requests(15));
    assert!(total(&report["crm"]) > 450);
}

#[test]
fn crm_to_google() {
    let mut host = world("crm-to-google", 0, 5_000);
    let report = measured("5,000 meetings into Google", &mut host, requests(130));
    assert_eq!((&report["google"]["created"], &report["remaining"]), (&json!(5_000), &json!(0)));
    no_ops("crm-to-google", &mut host);
    // Two pages of Google, three of ids and twenty-five of records.
    reconnect(&mut host, "crm-to-google", 30);
    host.world.edit_crm(500, 4);
    host.advance(1_000);
    let report = measured("500 changes into Google", &mut host, requests(15));
    assert!(total(&report["google"]) > 450);
}

#[test]
fn two_way() {
    let mut host = world("two-way", 2_500, 2_500);
    let report = measured("2,500 events and 2,500 meetings, two-way", &mut host, requests(130));
    assert_eq!((&report["google"]["created"], &report["remaining"]), (&json!(2_500), &json!(0)));
    assert!(report["crm"]["created"].as_u64().unwrap() > 2_250);
    // What the CRM was written in the last two minutes is listed once more, in pages of 2,000, and compared.
    measured("two-way, right after", &mut host, Budget { requests: 4, rows_read: None, ..NO_OP });
    host.advance(LATER_MS);
    measured("two-way, later", &mut host, Budget { requests: 4, ..NO_OP });
    host.advance(LATER_MS);
    no_ops("two-way", &mut host);
    host.world.edit(500, 3);
    host.advance(1_000);
    // One more request looks whether another device created the same.
    let report = measured("500 changes into the CRM, two-way", &mut host, requests(16));
    assert!(total(&report["crm"]) > 450);
    host.advance(LATER_MS);
    host.settle();
    host.world.edit_crm(500, 4);
    host.advance(1_000);
    // Two more requests poll Google and read a description that is longer than lists show.
    let report = measured("500 changes into Google, two-way", &mut host, requests(18));
    assert!(total(&report["google"]) > 450);
}

/// More than 5,000 events, and eight descriptions that are longer than lists show.
#[test]
fn two_way_with_lost_state() {
    let mut host = world("two-way", 2_500, 2_500);
    host.settle();
    reconnect(&mut host, "two-way", 40);
}

/// D2: a meeting that somebody saved is read and written alone.
#[test]
fn one_meeting_pushed_at_once() {
    for direction in ["two-way", "crm-to-google"] {
        let mut host = world(direction, 0, 200);
        host.settle();
        let id = host.world.crm_events()[0]["id"].as_str().unwrap().to_owned();
        host.edit_meeting(&id, json!({ "Event_Title": "Moved to the board room" }));
        let push = json!({ "name": "run", "trigger": "crm-change", "crmIds": [id], "batch": true });
        let report = host.run(push).done();
        let budget = Budget { rows_read: Some(8), rows_written: Some(7), ..requests(3) };
        within(&format!("one meeting pushed, {direction}"), &host, &report, budget);
        assert_eq!(report["google"]["updated"], 1);
    }
}

/// Section 9: addresses are looked up in batches, among users, contacts and leads.
#[test]
fn guests_are_looked_up_by_the_hundred() {
    let mut host = Host::new();
    host.world.fill(&Corpus::new(7, 5_000));
    host.activate_with(json!({ "direction": "google-to-crm" }));
    measured("5,000 events with guests into the CRM", &mut host, requests(75));
}
