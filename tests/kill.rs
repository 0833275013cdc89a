//! I12: the host is killed before and after every single call of a cycle. The next cycle continues, and the end is the
//! same as without the kill: nothing lost, nothing doubled (I4, I5, K8).

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

mod support;

use accord_sandbox::{Corpus, World};
use serde_json::{Value, json};
use support::{Ended, Host, Kill, all_day, assert_same, now_ms, timed};

type Prepare = fn() -> Host;

fn run() -> Value {
    json!({ "name": "run", "batch": true })
}

/// Kills the prepared cycle at every call, both ways; says how many kills there were.
fn matrix(story: &str, prepare: Prepare) -> usize {
    let mut clean = prepare();
    clean.run(run()).done();
    let calls = clean.calls();
    clean.settle();
    let expected = clean.meetings();
    for kill in (0..calls).flat_map(|index| [Kill::Before(index), Kill::After(index)]) {
        let mut host = prepare();
        assert!(matches!(host.run_killed(run(), kill), Ended::Killed), "{story} {kill:?}");
        host.settle();
        println!("{story} {kill:?}");
        assert_same(&host.meetings(), &expected);
        let quiet = host.sync();
        assert_eq!(
            quiet["crm"],
            json!({ "created": 0, "updated": 0, "deleted": 0 }),
            "{story} {kill:?}: {quiet}"
        );
    }
    assert!(calls > 2, "{story}: {calls} calls");
    calls * 2
}

fn small() -> Host {
    let mut host = Host::new();
    for n in 0..3 {
        host.add_event(timed(&format!("Event {n}"), 24 + n));
    }
    host.activate();
    host
}

#[test]
fn a_first_sync() {
    matrix("first sync", small);
}

/// The corpus has everything in it; more than one group of bulk writes.
#[test]
fn a_first_sync_of_several_groups() {
    matrix("several groups", || {
        let mut world = World::new(1, now_ms());
        world.fill(&Corpus::new(3, 420));
        let mut host = Host::on(world);
        host.activate();
        host
    });
}

#[test]
fn a_first_sync_with_all_day_events() {
    matrix("all-day", || {
        let mut host = Host::new();
        host.world.switches().set("allday_offset", "user_zone").unwrap();
        host.world.switches().set("allday_end", "midnight_next").unwrap();
        host.add_event(all_day("Fair", "2026-12-01", "2026-12-04"));
        host.add_event(all_day("Holiday", "2026-12-24", "2026-12-25"));
        host.add_event(timed("Call", 24));
        host.activate();
        host
    });
}

#[test]
fn equal_events_stay_as_many_as_they_are() {
    matrix("equal events", || {
        let mut host = Host::new();
        for _ in 0..4 {
            host.add_event(timed("Busy", 24));
        }
        host.activate();
        host
    });
}

#[test]
fn changes_of_every_kind() {
    matrix("changes", || {
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
        host.edit_event(&ids[0], timed("Moves", 50));
        host.delete_event(&ids[1]);
        host.edit_event(&ids[3], json!({ "attendees": [{ "email": "cleo@example.com" }] }));
        host.add_event(timed("New", 60));
        host
    });
}

#[test]
fn an_event_whose_meeting_was_deleted() {
    matrix("recreate", || {
        let mut host = Host::new();
        let id = host.add_event(timed("Call", 24));
        host.activate();
        host.sync();
        let crm = host.meeting("Call")["id"].as_str().unwrap().to_owned();
        host.delete_meeting(&crm);
        host.edit_event(&id, json!({ "summary": "Call again" }));
        host
    });
}

#[test]
fn a_refused_token() {
    matrix("refused token", || {
        let mut host = small();
        host.sync();
        host.world.expire_sync_tokens();
        host.add_event(timed("New", 60));
        host
    });
}

#[test]
fn a_limited_cycle() {
    matrix("limits", || {
        let mut host = Host::new();
        for n in 0..7 {
            host.add_event(timed(&format!("Event {n}"), 24 + n));
        }
        host.activate_with(json!({ "limits": { "firstSync": 3, "laterSync": 2 } }));
        host
    });
}

#[test]
fn a_cycle_after_lost_state() {
    matrix("lost state", || {
        let mut host = small();
        host.sync();
        host.rows.clear();
        host.activate();
        host.add_event(timed("New", 60));
        host
    });
}
