//! Faults on order, and switches by name.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod support;

use accord_sandbox::{Dropped, Fault, FaultKind, Request, Service, Switches};
use serde_json::json;
use support::*;

#[test]
fn a_fault_before_the_effect_changes_nothing_and_one_after_it_does() {
    let mut world = world();
    let insert = Request::google("POST", EVENTS).json(&timed("x"));
    world.faults().add(Fault::status(500).on(Service::Google, "POST", EVENTS));
    assert_eq!(world.handle(&insert).unwrap().status, 500);
    assert!(world.google_events("primary").is_empty());
    world.faults().add(Fault::new(FaultKind::Drop).on(Service::Google, "POST", EVENTS).after());
    assert_eq!(world.handle(&insert).unwrap_err(), Dropped);
    assert_eq!(world.google_events("primary").len(), 1);
    assert_eq!(world.faults().pending(), 0);
}

#[test]
fn a_rule_hits_only_what_it_names_and_only_as_often() {
    let mut world = world();
    world.faults().add(Fault::status(429).on(Service::Zoho, "GET", "/crm/v8/org").nth(2).times(Some(2)));
    let statuses: Vec<u16> = (0..4).map(|_| zoho(&mut world, "GET", "/crm/v8/org", None).status).collect();
    assert_eq!(statuses, [200, 429, 429, 200]);
    world.faults().add(Fault::status(503).on(Service::Google, "", ""));
    assert_eq!(zoho(&mut world, "GET", "/crm/v8/org", None).status, 200);
}

#[test]
fn bodies_have_the_vendors_shape_and_may_ask_to_wait() {
    let mut world = world();
    let rule = json!({ "service": "google", "status": 403, "reason": "quotaExceeded", "retryAfter": 7 });
    world.faults().add(Fault::from_json(&rule).unwrap());
    let answer = google(&mut world, "GET", EVENTS, None);
    assert_eq!(reason(&answer), (403, "quotaExceeded".into()));
    assert_eq!(answer.json()["error"]["errors"][0]["domain"], "usageLimits");
    assert_eq!(answer.header("retry-after"), Some("7"));
    world.faults().add(Fault::status(429).on(Service::Zoho, "", ""));
    assert_eq!(code(&zoho(&mut world, "GET", "/crm/v8/org", None)), (429, "TOO_MANY_REQUESTS".into()));
}

#[test]
fn answers_can_be_cut_or_replaced() {
    let mut world = world();
    for kind in [FaultKind::Truncate, FaultKind::NotJson, FaultKind::WrongType] {
        world.faults().add(Fault::new(kind.clone()));
        let answer = zoho(&mut world, "GET", "/crm/v8/org", None);
        assert_eq!(answer.status, 200);
        assert!(answer.json().get("org").is_none(), "{kind:?}");
    }
}

#[test]
fn one_record_of_a_bulk_can_be_bad_or_locked() {
    let mut world = world();
    let rows = json!({ "data": [meeting("a"), meeting("b"), meeting("c")] });
    world
        .faults()
        .add(Fault::from_json(&json!({ "kind": "bad-record", "index": 1, "code": "NOT_APPROVED" })).unwrap());
    let answer = zoho(&mut world, "POST", MEETINGS, Some(rows));
    assert_eq!(answer.status, 207);
    assert_eq!(answer.json()["data"][1]["code"], "NOT_APPROVED");
    let id = answer.json()["data"][0]["details"]["id"].as_str().unwrap().to_owned();
    world.faults().add(Fault::from_json(&json!({ "kind": "record-locked", "id": id })).unwrap());
    let change = json!({ "data": [{ "id": id, "Venue": "x" }] });
    assert_eq!(code(&zoho(&mut world, "PUT", MEETINGS, Some(change.clone()))), (400, "RECORD_LOCKED".into()));
    assert_eq!(zoho(&mut world, "PUT", MEETINGS, Some(change)).status, 200);
}

#[test]
fn chances_follow_the_seed() {
    let run = || {
        let mut world = world();
        world.faults().add(Fault::from_json(&json!({ "status": 500, "chance": 0.5 })).unwrap());
        (0..40).map(|_| zoho(&mut world, "GET", "/crm/v8/org", None).status).collect::<Vec<_>>()
    };
    let first = run();
    assert_eq!(first, run());
    assert!(first.contains(&200) && first.contains(&500));
}

#[test]
fn wrong_rules_and_switches_say_what_is_wrong() {
    for rule in [
        json!({ "kind": "earthquake" }),
        json!({ "status": 99 }),
        json!({ "statuz": 500 }),
        json!({ "status": 500, "when": "during" }),
        json!({ "status": 500, "chance": 2 }),
        json!([]),
    ] {
        assert!(Fault::from_json(&rule).is_err(), "{rule}");
    }
    let mut switches = Switches::default();
    assert!(switches.set("nothing", "x").is_err());
    assert!(switches.set("ims", "x").unwrap_err().to_string().contains("exclusive"));
    for switch in Switches::ALL {
        for value in switch.values {
            switches.set(switch.name, value).unwrap();
            assert_eq!(switches.to_json()[switch.name], *value);
        }
        switches.set(switch.name, switch.values[0]).unwrap();
    }
    assert_eq!(switches, Switches::default());
}
