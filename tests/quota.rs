//! Stories of services that want fewer requests, or none for a while (L5, I27), and of hosts that reach none.

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

mod support;

use accord_sandbox::{Corpus, Fault, FaultKind, GoogleQuotas, Service};
use serde_json::{Value, json};
use support::{Ended, Host, meeting, timed};

const HOUR: i64 = 3_600_000;
const MINUTE: i64 = 60_000;

fn host(direction: &str, meetings: usize) -> Host {
    let mut host = Host::new();
    host.world.fill_meetings(&Corpus::new(8, meetings));
    host.activate_with(json!({ "direction": direction }));
    host
}

fn google_allows(host: &mut Host, created: u64) {
    host.world.set_google_quotas(GoogleQuotas { created: Some(created), ..GoogleQuotas::default() });
}

#[track_caller]
fn refused(ended: Ended) -> (String, i64) {
    match ended {
        Ended::Failed { code, message, retry_after_ms } => {
            assert_eq!(code, "rate-limited", "{message}");
            (message, retry_after_ms.unwrap())
        }
        other => panic!("{other:?}"),
    }
}

fn history(host: &mut Host) -> usize {
    host.run(json!({ "name": "history" })).done().as_array().unwrap().len()
}

fn titles(events: &[Value], name: &str) -> Vec<String> {
    let mut titles: Vec<String> = events.iter().map(|row| row[name].as_str().unwrap().to_owned()).collect();
    titles.sort();
    titles
}

/// Google Calendar API, guides/errors, `quotaExceeded`: nothing is written for hours, the rest of the work is kept, and
/// it ends by itself. K2: what was written before the limit is not written again.
#[test]
fn a_usage_limit_of_google_keeps_writes_waiting_for_hours() {
    let mut host = host("crm-to-google", 300);
    google_allows(&mut host, 120);
    let report = host.sync();
    assert_eq!((&report["finished"], &report["google"]["created"]), (&json!("paused"), &json!(120)));
    assert_eq!(report["remaining"], 180);
    let pause = &report["pauses"][0];
    assert_eq!((&pause["side"], &pause["code"]), (&json!("google"), &json!("quota")));
    assert!(pause["message"].as_str().unwrap().contains("usage limit"), "{pause}");
    let until = pause["untilMs"].as_i64().unwrap();
    assert!(until - host.world.now_ms() > HOUR);
    assert_eq!(host.run(json!({ "name": "status" })).done()["pauses"][0]["untilMs"], until);

    // A direction that only writes there has nothing to do meanwhile: no request is made.
    host.advance(5 * MINUTE);
    let (message, wait) = refused(host.cycle());
    assert!(message.contains("usage limit") && wait > HOUR, "{message} {wait}");
    assert!(!host.trace.iter().any(|line| line.starts_with("GET") || line.starts_with("POST")));

    // The limit holds for longer than the first pause: one group is tried, and waits again.
    host.advance(2 * HOUR);
    google_allows(&mut host, 1);
    let report = host.sync();
    assert_eq!((&report["finished"], &report["google"]["created"]), (&json!("paused"), &json!(0)));

    host.world.set_google_quotas(GoogleQuotas::default());
    host.advance(6 * HOUR);
    let report = host.settle();
    assert_eq!(report["pauses"], json!([]));
    let events = host.world.google_events("primary");
    assert_eq!(titles(&events, "summary"), titles(&host.world.crm_events(), "Event_Title"));
}

/// The other side goes on: Google is read, the CRM is written, and only what is meant for Google waits.
#[test]
fn changes_of_google_reach_the_crm_while_google_takes_none() {
    let mut host = host("two-way", 3);
    google_allows(&mut host, 1);
    host.sync();
    let reports = history(&mut host);
    for _ in 0..4 {
        host.advance(5 * MINUTE);
        let report = host.sync();
        assert_eq!((&report["finished"], &report["remaining"]), (&json!("paused"), &json!(2)));
    }
    assert_eq!(history(&mut host), reports, "waiting is no news");

    // Google's own pages take what the interface refuses.
    assert_eq!(host.world.edit(1, 3).changed, 1);
    let report = host.sync();
    assert_eq!(report["crm"]["updated"], 1, "{report}");
    let id = host.world.crm_events()[1]["id"].as_str().unwrap().to_owned();
    host.edit_meeting(&id, json!({ "Event_Title": "Renamed in the CRM" }));
    let push = json!({ "name": "run", "trigger": "crm-change", "crmIds": [id], "batch": true });
    assert_eq!(host.run(push).done()["finished"], "paused");

    host.world.set_google_quotas(GoogleQuotas::default());
    host.advance(6 * HOUR);
    host.settle();
    host.event("Renamed in the CRM");
    assert_eq!(host.world.google_events("primary").len(), 3);
    assert_eq!(host.world.crm_event_count(), 3);
}

/// Deletions and updates wait as creates do, and are carried out afterwards.
#[test]
fn updates_and_deletions_wait_too() {
    let mut host = host("two-way", 0);
    let meetings: Vec<String> =
        (1..4).map(|hour| host.add_meeting(meeting(&format!("Call {hour}"), hour))).collect();
    host.settle();
    host.advance(4 * MINUTE);
    host.settle();
    google_allows(&mut host, 1);
    host.add_event(timed("One too many", 9));
    host.edit_meeting(&meetings[0], json!({ "Venue": "Room 2" }));
    host.delete_meeting(&meetings[1]);
    let report = host.sync();
    assert_eq!((&report["finished"], &report["remaining"]), (&json!("paused"), &json!(2)), "{report}");
    assert_eq!(report["crm"]["created"], 1);
    assert_eq!(host.event("Call 1")["location"], Value::Null);
    host.event("Call 2");
    host.world.set_google_quotas(GoogleQuotas::default());
    host.advance(6 * HOUR);
    let report = host.settle();
    assert_eq!((&report["google"]["updated"], &report["google"]["deleted"]), (&json!(1), &json!(1)));
    assert_eq!(host.event("Call 1")["location"], "Room 2");
}

/// L5: the documented 600 units a minute are met by waiting, also where they are told part by part of a batch, and
/// nothing is written twice.
#[test]
fn a_first_sync_keeps_to_the_quota_of_a_minute() {
    for batch in [true, false] {
        for status in ["403", "429"] {
            let mut host = host("crm-to-google", 1_300);
            host.batch = batch;
            host.world.switches().set("rate_limit_status", status).unwrap();
            host.world.set_google_quotas(GoogleQuotas::documented());
            let started = host.world.now_ms();
            let report = host.sync();
            assert_eq!(report["google"]["created"], 1_300, "batch {batch}, {status}");
            assert_eq!(host.world.google_events("primary").len(), 1_300);
            assert!(host.world.now_ms() - started >= 2 * MINUTE, "it cannot be faster");
        }
    }
}

/// Zoho CRM API v8, api-limits: credits are those of a day, and a 429 does not tell that from a short rush. The CRM is
/// left alone for longer each time, and the sync goes on by itself once there are credits again.
#[test]
fn used_up_credits_of_the_crm_are_waited_for_ever_longer() {
    let mut host = host("google-to-crm", 0);
    for hour in 0..5 {
        host.add_event(timed(&format!("Call {hour}"), hour));
    }
    let (used, all) = host.world.credits();
    host.world.spend_credits(all - used);
    let mut waits = Vec::new();
    for _ in 0..5 {
        let (_, wait) = refused(host.cycle());
        waits.push(wait);
        host.advance(wait - 1_000);
        host.world.reset_counters();
        refused(host.cycle());
        assert!(host.world.counters().requests.is_empty(), "I27: nothing is asked before the time is over");
        host.advance(1_000);
    }
    assert_eq!(waits, [1, 4, 16, 60, 60].map(|minutes| minutes * MINUTE));
    assert_eq!(host.run(json!({ "name": "status" })).done()["pauses"], json!([]));
    host.advance(24 * HOUR);
    assert_eq!(host.sync()["crm"]["created"], 5);
    // Patience starts anew after a cycle that went well.
    host.add_event(timed("Lunch", 7));
    host.world.spend_credits(all);
    assert_eq!(refused(host.cycle()).1, MINUTE);
}

/// I27: where one of several answers asks for a long wait, what the others wrote is settled and nothing more is asked.
#[test]
fn what_was_written_beside_a_long_wait_counts() {
    let mut host = host("crm-to-google", 200);
    let slower = FaultKind::Status { status: 429, reason: Some("rateLimitExceeded".to_owned()), body: None };
    let fault = Fault::new(slower).on(Service::Google, "POST", "/batch").nth(3).retry_after(1_800);
    host.world.faults().add(fault);
    assert_eq!(refused(host.cycle()).1, 1_800_000);
    let links = host.rows.keys().filter(|key| key.starts_with("link/")).count();
    assert_eq!((links, host.world.google_events("primary").len()), (150, 150));
    host.advance(1_800_000);
    assert_eq!(host.sync()["google"]["created"], 50);
}

/// A batch whose parts end differently: each is settled or tried again alone. What a part calls failed may be done.
#[test]
fn parts_of_a_batch_end_one_by_one() {
    let part = |index: usize, status: &str, reason: &str| {
        format!(
            "--b\r\nContent-Type: application/http\r\nContent-ID: <response-item-{index}>\r\n\r\nHTTP/1.1 {status}\r\n\
             Content-Type: application/json\r\n\r\n{{\"error\":{{\"errors\":[{{\"reason\":\"{reason}\"}}]}}}}\r\n"
        )
    };
    let body = [
        part(0, "503 Service Unavailable", "backendError"),
        part(1, "403 Forbidden", "userRateLimitExceeded"),
        part(2, "409 Conflict", "duplicate"),
        part(3, "400 Bad Request", "invalid"),
        "--b--".to_owned(),
    ];
    for after in [false, true] {
        let mut host = host("crm-to-google", 5);
        let answer = FaultKind::Status { status: 200, reason: None, body: Some(body.concat()) };
        let fault = Fault::new(answer).on(Service::Google, "POST", "/batch");
        host.world.faults().add(if after { fault.after() } else { fault });
        let report = host.sync();
        // The one that Google calls invalid is parked for a day, and blocks no other (I15, K6).
        assert_eq!(report["parked"].as_array().unwrap().len(), 1, "{report}");
        host.advance(25 * HOUR);
        host.settle();
        let events = host.world.google_events("primary");
        assert_eq!(
            titles(&events, "summary"),
            titles(&host.world.crm_events(), "Event_Title"),
            "after: {after}"
        );
        assert_eq!(host.rows.keys().filter(|key| key.starts_with("link/")).count(), 5);
    }
}

/// A person who is offline hears of it soon; a service that answered before is given its time.
#[test]
fn being_offline_is_told_soon() {
    let mut host = host("two-way", 2);
    host.world.faults().add(Fault::new(FaultKind::Drop).times(None));
    let started = host.world.now_ms();
    assert_eq!(host.cycle().code(), "offline");
    assert!(host.world.now_ms() - started < 3_000);
    assert_eq!(host.trace.iter().filter(|line| line.starts_with("GET")).count(), 2);

    host.world.faults().clear();
    host.world
        .faults()
        .add(Fault::new(FaultKind::Drop).on(Service::Zoho, "POST", "/crm/v8/coql").times(Some(4)));
    assert_eq!(host.sync()["google"]["created"], 2);

    host.world.faults().add(Fault::status(503).times(None));
    let started = host.world.now_ms();
    assert_eq!(host.cycle().code(), "server-error");
    assert!(host.world.now_ms() - started > 30_000, "a service that fails is given more time");
}
