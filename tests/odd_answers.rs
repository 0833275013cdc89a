//! The smallest stories of odd answers, clocks, accounts and damage: each once lost, doubled or deleted something.

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

mod support;

use accord_sandbox::{Fault, FaultKind, Request, Service};
use serde_json::{Value, json};
use support::{Host, Kill, all_day, timed};

const EVENTS: &str = "/calendar/v3/calendars";
const MEETINGS: &str = "/crm/v8/Events";

fn body(status: u16, body: &str) -> FaultKind {
    FaultKind::Status { status, reason: None, body: Some(body.to_owned()) }
}

/// A host that was killed after its create had its effect; its clock was ahead by so much.
fn killed_after_a_create(ahead_ms: i64) -> Host {
    for call in 0..40 {
        let mut host = Host::new();
        host.add_event(timed("Call", 24));
        host.activate();
        host.advance(ahead_ms);
        host.run_killed(json!({ "name": "run", "batch": true }), Kill::After(call));
        if host.trace.last().is_some_and(|line| line.starts_with("POST /crm/v8/Events")) {
            assert_eq!(host.meetings().len(), 1);
            return host;
        }
    }
    panic!("no create was made");
}

fn another_calendar(host: &mut Host) -> String {
    let calendars = host.run(json!({ "name": "calendars" })).done();
    let other = calendars.as_array().unwrap().iter().find(|calendar| calendar["primary"] != true);
    other.unwrap()["id"].as_str().unwrap().to_owned()
}

/// K2: an answer that was cut down to nothing does not say that nothing is there.
#[test]
fn an_empty_200_is_no_empty_list() {
    let mut host = killed_after_a_create(0);
    host.world.faults().add(Fault::new(body(200, "")).on(Service::Zoho, "POST", "/crm/v8/coql"));
    host.sync();
    assert_eq!(host.meetings().len(), 1);
}

/// K2: a success without an id is a success all the same.
#[test]
fn a_success_without_an_id_is_looked_for() {
    let mut host = Host::new();
    host.add_event(timed("Call", 24));
    host.activate();
    let nameless = body(201, r#"{"data":[{"code":"SUCCESS","details":{}}]}"#);
    host.world.faults().add(Fault::new(nameless).on(Service::Zoho, "POST", MEETINGS).after());
    host.sync();
    host.advance(90_000_000);
    host.sync();
    assert_eq!(host.meetings().len(), 1);
}

/// I4, I7: a record that the CRM calls a duplicate may be another event's, or a stranger's.
#[test]
fn two_events_never_share_a_meeting() {
    let mut host = Host::new();
    host.add_event(timed("Call", 24));
    host.activate();
    host.sync();
    let id = host.meeting("Call")["id"].as_str().unwrap().to_owned();
    let duplicate = json!({ "data": [{ "code": "DUPLICATE_DATA", "status": "error", "details": { "api_name": "X", "id": id } }] });
    host.world.faults().add(Fault::new(body(400, &duplicate.to_string())).on(
        Service::Zoho,
        "POST",
        MEETINGS,
    ));
    let other = host.add_event(timed("Other", 48));
    assert_eq!(host.sync()["parked"][0]["code"], "DUPLICATE_DATA");
    host.delete_event(&other);
    host.sync();
    host.meeting("Call");
}

/// K2: other accounts and back again, with an event that both calendars hold.
#[test]
fn another_calendar_and_back_doubles_nothing() {
    let mut host = Host::new();
    let other = another_calendar(&mut host);
    let mut event = timed("Shared", 24);
    event["id"] = json!("sharedabcdef1");
    for calendar in ["primary", &other.replace('@', "%40")] {
        let request =
            Request::google("POST", &format!("/calendar/v3/calendars/{calendar}/events")).json(&event);
        assert_eq!(host.world.handle(&request).unwrap().status, 200);
    }
    host.activate();
    host.sync();
    host.activate_with(json!({ "calendar": other }));
    host.sync();
    let there = host.meetings().len();
    host.activate();
    host.sync();
    assert_eq!(host.meetings().len(), there);
}

/// I7: what was begun for one calendar is nothing that another calendar could prove gone.
#[test]
fn intents_belong_to_their_calendar() {
    let mut host = killed_after_a_create(0);
    let other = another_calendar(&mut host);
    host.activate_with(json!({ "calendar": other }));
    assert_eq!(host.sync()["crm"]["deleted"], 0);
    host.meeting("Call");
    host.activate();
    host.sync();
    host.meeting("Call");
}

/// K3: an edit that comes together with a damaged row is not lost.
#[test]
fn an_edit_survives_a_damaged_link() {
    for refused_token in [false, true] {
        let mut host = Host::new();
        let id = host.add_event(timed("Call", 24));
        host.activate();
        host.sync();
        host.rows.insert(format!("link/{id}"), "garbage".into());
        host.edit_event(&id, json!({ "summary": "Call moved" }));
        if refused_token {
            host.world.expire_sync_tokens();
        }
        host.sync();
        host.meeting("Call moved");
        assert_eq!(host.meetings().len(), 1);
    }
}

/// I13: Google promises nothing but the id of a deleted row, not even when it was deleted.
#[test]
fn a_tombstone_without_a_time_counts() {
    let mut host = Host::new();
    let id = host.add_event(timed("Call", 24));
    host.activate();
    host.sync();
    host.delete_event(&id);
    let mut before = timed("Call 2", 24);
    before["id"] = json!(id);
    before["updated"] = json!("2026-11-22T09:00:05Z");
    let page = json!({ "items": [before, { "id": id, "status": "cancelled" }], "nextSyncToken": "t" });
    host.world.faults().add(Fault::new(body(200, &page.to_string())).on(
        Service::Google,
        "GET",
        "/calendar/v3/calendars",
    ));
    assert_eq!(host.sync()["crm"]["deleted"], 1);
}

/// K9: a 410 without a readable reason is a refused token like any other.
#[test]
fn a_410_without_a_reason_leads_to_a_full_read() {
    let mut host = Host::new();
    host.add_event(timed("Call", 24));
    host.activate();
    host.sync();
    host.world.faults().add(Fault::new(body(410, "")).on(Service::Google, "GET", "/calendar/v3/calendars"));
    assert_eq!(host.sync()["fullRead"], true);
}

/// K8: a clock that was ahead and was set right holds nothing up.
#[test]
fn a_clock_that_was_ahead_is_not_waited_for() {
    let day = 86_400_000;
    let mut host = killed_after_a_create(day);
    host.advance(-day);
    let before = host.world.now_ms();
    host.sync();
    assert!(host.world.now_ms() - before < 60_000);
    assert_eq!(host.meetings().len(), 1);
}

/// I20: a rate limit in the middle of learning leaves no half-learnt encoding behind.
#[test]
fn a_guess_about_all_day_times_is_never_stored() {
    let mut host = Host::new();
    host.world.switches().set("allday_offset", "user_zone").unwrap();
    host.add_event(all_day("Fair", "2026-12-01", "2026-12-04"));
    host.activate();
    let limit = Fault::status(429).on(Service::Zoho, "GET", "/crm/v8/Events/").times(Some(6));
    host.world.faults().add(limit);
    assert_eq!(host.cycle().code(), "rate-limited");
    host.advance(120_000);
    host.sync();
    host.add_event(all_day("Later", "2026-12-10", "2026-12-11"));
    host.sync();
    let day = |row: &Value, field: &str| row[field].as_str().unwrap()[..10].to_owned();
    assert_eq!(day(&host.meeting("Fair"), "Start_DateTime"), "2026-12-01");
    assert_eq!(day(&host.meeting("Fair"), "End_DateTime"), "2026-12-03");
    assert_eq!(day(&host.meeting("Later"), "End_DateTime"), "2026-12-10");
}

/// L5: a service that gives the same page for ever is not followed for ever.
#[test]
fn the_same_page_again_ends_the_read() {
    let mut host = Host::new();
    host.activate();
    let page = json!({ "items": [], "nextPageToken": "again" }).to_string();
    host.world
        .faults()
        .add(Fault::new(body(200, &page)).on(Service::Google, "GET", "/calendar/v3/calendars").times(None));
    assert_eq!(host.cycle().code(), "bad-response");
}

/// I15: one event that cannot be asked for by its id holds up no other, and is not taken for deleted.
#[test]
fn a_deletion_that_cannot_be_proven_waits() {
    let mut host = Host::new();
    host.batch = false;
    let id = host.add_event(timed("Goes", 24));
    host.activate();
    host.sync();
    host.delete_event(&id);
    host.add_event(timed("New", 30));
    let refused = Fault::new(body(400, "{}")).on(
        Service::Google,
        "GET",
        "/calendar/v3/calendars/ana%40example.com/events/",
    );
    host.world.faults().add(refused);
    let report = host.sync();
    assert_eq!(
        (&report["crm"], &report["remaining"]),
        (&json!({ "created": 1, "updated": 0, "deleted": 0 }), &json!(1))
    );
    assert_eq!(host.sync()["crm"]["deleted"], 1);
}

/// I13: a row whose id cannot be read is asked for again: passed over, no list would name it any more.
#[test]
fn a_row_without_a_readable_id_is_not_passed_over() {
    for (service, method, path) in [(Service::Google, "GET", EVENTS), (Service::Zoho, "POST", "/crm/v8/coql")]
    {
        let mut host = Host::new();
        host.activate_with(json!({ "direction": "two-way" }));
        host.add_event(timed("From Google", 2));
        host.add_meeting(support::meeting("From the CRM", 4));
        let wrong = FaultKind::WrongField { field: "id".into() };
        host.world.faults().add(Fault::new(wrong).on(service, method, path));
        host.settle();
        host.event("From the CRM");
        host.meeting("From Google");
    }
}

/// I7: only an empty answer says that a deletion in Google happened.
#[test]
fn a_deletion_with_an_odd_answer_is_looked_at_again() {
    let mut host = Host::new();
    host.activate_with(json!({ "direction": "two-way" }));
    host.add_meeting(support::meeting("Call", 4));
    host.settle();
    let crm = host.meeting("Call")["id"].as_str().unwrap().to_owned();
    host.delete_meeting(&crm);
    host.world.faults().add(Fault::new(FaultKind::NotJson).on(Service::Google, "DELETE", EVENTS));
    host.settle();
    assert!(host.world.google_events("primary").is_empty());
}
