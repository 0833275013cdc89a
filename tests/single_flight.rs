//! I28, K2: two engines on one storage that has no lock never both write, however their steps interleave; the one that
//! lost the lease stops before its next write, nothing is doubled, and both sides end in accord.

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

mod support;

use accord_sandbox::{Fault, Service};
use accord_sync::{Device, Machine, StepKind};
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestError, TestRunner};
use serde_json::{Value, json};
use std::cell::RefCell;
use support::engines::{Engines, script};
use support::{Ended, Host, Kill, timed};

/// What the commands of many scripts came to.
#[derive(Debug, Default)]
struct Sums {
    done: usize,
    refused: usize,
    lost: usize,
}

/// Plays scripts; the first one that breaks a promise, shrunk.
fn interleave(cases: u32) -> Result<Sums, String> {
    let config = Config {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(28),
        max_shrink_iters: 500,
        ..Config::default()
    };
    let sums = RefCell::new(Sums::default());
    let outcome = TestRunner::new(config).run(&script(), |script| {
        let mut engines = Engines::new();
        engines.play(&script);
        let mut sums = sums.borrow_mut();
        sums.done += engines.done;
        sums.refused += engines.refused;
        sums.lost += engines.lost;
        engines.one_at_a_time().map_err(TestCaseError::fail)?;
        engines.comes_to_rest().map_err(TestCaseError::fail)?;
        engines.one_at_a_time().map_err(TestCaseError::fail)
    });
    match outcome {
        Ok(()) => Ok(sums.into_inner()),
        Err(TestError::Fail(why, script)) => Err(format!("{why}\n{script:?}")),
        Err(TestError::Abort(why)) => Err(why.to_string()),
    }
}

/// I28, I4, K8, over all interleavings that chance brings; `SINGLE_FLIGHT_CASES` asks for more of them.
#[test]
fn two_engines_never_both_write() {
    let cases = std::env::var("SINGLE_FLIGHT_CASES").map_or(600, |cases| cases.parse().unwrap());
    let sums = interleave(cases).unwrap_or_else(|why| panic!("{why}"));
    println!("{cases} interleavings: {sums:?}");
    // Otherwise nothing was tried.
    assert!(sums.done > 100 && sums.refused > 100 && sums.lost > 10, "{sums:?}");
}

/// The property can fail: without the lease two engines soon write in turns, and what both create is there twice.
#[test]
fn without_the_lease_two_engines_write_in_turns() {
    let why = Device::Lease.without(|| interleave(50)).unwrap_err();
    assert!(why.starts_with("I28") || why.starts_with("I4"), "{why}");
}

fn two_way() -> Host {
    let mut host = Host::new();
    host.activate_with(json!({ "direction": "two-way" }));
    host.add_event(timed("Call", 24));
    host
}

fn leased(name: &str) -> Value {
    json!({ "name": name, "batch": true, "lease": true })
}

/// With a real lock there is no lease: a quiet cycle reads and writes what it always did.
#[test]
fn with_a_lock_there_is_no_lease() {
    let mut host = two_way();
    host.settle();
    for _ in 0..4 {
        host.advance(200_000);
        host.sync();
    }
    assert!(host.rows_read <= 4 && host.rows_written <= 1, "{:#?}", host.trace);
    assert!(!host.rows.contains_key("lease"));
}

/// K8: a killed owner locks others out no longer than its lease lasts, and says for how long.
#[test]
fn the_lease_of_a_killed_engine_runs_out() {
    let mut clean = two_way();
    clean.run(leased("run")).done();
    for index in 0..clean.calls() {
        let mut host = two_way();
        assert!(matches!(host.run_killed(leased("run"), Kill::After(index)), Ended::Killed));
        match host.run(leased("run")) {
            Ended::Done(_) => assert!(index == 0 || index + 1 == clean.calls(), "killed after call {index}"),
            Ended::Failed { code, retry_after_ms, .. } => {
                assert_eq!(code, "locked");
                let wait = retry_after_ms.unwrap();
                assert!((1..=90_000).contains(&wait), "{wait}");
                host.advance(wait);
                host.run(leased("run")).done();
            }
            Ended::Killed => panic!("nobody killed this one"),
        }
        assert_eq!(host.world.crm_event_count(), 1, "killed after call {index}");
    }
}

/// A command that ends, well or not, gives the lease back: the next one need not wait.
#[test]
fn the_lease_is_given_back() {
    let mut host = two_way();
    host.run(leased("run")).done();
    host.run(leased("deactivate")).done();
    assert_eq!(host.run(leased("run")).code(), "not-active");
    host.run(leased("run")).code();
    host.run(leased("forget")).done();
    assert!(host.rows.is_empty(), "{:?}", host.rows.keys());
}

/// A command that is cancelled gives it back before it ends, also while it only waits to be sure of it.
#[test]
fn a_cancelled_command_gives_the_lease_back() {
    let sure = |kind: &StepKind| matches!(kind, StepKind::Http { .. });
    let waiting = |kind: &StepKind| matches!(kind, StepKind::Wait { .. });
    let moments: [fn(&StepKind) -> bool; 2] = [sure, waiting];
    for moment in moments {
        let mut host = two_way();
        let mut machine = Machine::new(5);
        let mut step = machine.start(&leased("run").to_string(), host.world.now_ms()).unwrap();
        while !moment(&step.kind) {
            let brought = host.effect(&step.kind).unwrap();
            step = host.bring(&mut machine, brought);
        }
        step = machine.cancel(host.world.now_ms());
        while let StepKind::Load { .. } | StepKind::Save { .. } = step.kind {
            let brought = host.effect(&step.kind).unwrap();
            step = host.bring(&mut machine, brought);
        }
        assert!(matches!(&step.kind, StepKind::Failed { error } if error.code == "cancelled"), "{step:?}");
        host.run(leased("run")).done();
    }
}

/// A long wait for a service does not lose the lease: it is renewed meanwhile.
#[test]
fn a_lease_is_renewed_while_a_service_asks_to_wait() {
    let mut host = two_way();
    let events = Fault::status(429).on(Service::Google, "GET", "/calendar/v3/calendars/");
    host.world.faults().add(Fault { times: Some(3), retry_after: Some(50), ..events });
    let report = host.run(leased("run")).done();
    assert_eq!(report["crm"]["created"], 1, "{:#?}", host.trace);
}
