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

use accord_sync::Device;
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestError, TestRunner};
use std::cell::Cell;
use support::engines::{Engines, script};

/// Plays scripts; the first one that breaks a promise, shrunk.
fn interleave(cases: u32) -> Result<(), String> {
    let config = Config {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(28),
        max_shrink_iters: 500,
        ..Config::default()
    };
    let (contested, ended) = (Cell::new(0), Cell::new(0));
    let outcome = TestRunner::new(config).run(&script(), |script| {
        let mut engines = Engines::new();
        engines.play(&script);
        contested.set(contested.get() + u32::from(engines.ends.iter().any(|end| end == "locked")));
        ended.set(ended.get() + u32::from(engines.ends.iter().any(|end| end == "done")));
        engines.one_at_a_time().map_err(TestCaseError::fail)?;
        engines.comes_to_rest().map_err(TestCaseError::fail)
    });
    println!(
        "{cases} interleavings: in {} somebody was locked out, in {} a cycle ended",
        contested.get(),
        ended.get()
    );
    match outcome {
        Ok(()) => Ok(()),
        Err(TestError::Fail(why, script)) => Err(format!("{why}\n{script:?}")),
        Err(TestError::Abort(why)) => Err(why.to_string()),
    }
}

#[test]
fn two_engines_never_both_write() {
    if let Err(why) = interleave(300) {
        panic!("{why}");
    }
}

/// The test above can fail: without the lease two engines soon write in turns.
#[test]
fn without_the_lease_two_engines_write_in_turns() {
    let why = Device::Lease.without(|| interleave(50)).unwrap_err();
    assert!(why.contains("I28"), "{why}");
}
