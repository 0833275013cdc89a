//! A seeded simulation of the whole engine against the sandbox services: people edit both sides, services fail, answers
//! are lost, the host is killed, and whatever happens both sides end in accord. Each seed is one story; it runs twice,
//! and both runs make the same calls (I22). A failing story is shrunk and printed with its seed.
//!
//! `SIMULATE_FROM` and `SIMULATE_SEEDS` choose the seeds; `cargo xtask simulate` sets them. With `SIMULATE_TRACE` every
//! step and call is printed.

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

mod foresee;
mod judge;
mod names;
mod people;
mod setup;
mod step;
mod story;
#[path = "../support/mod.rs"]
mod support;
mod undo;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use setup::{Setup, setup};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use step::{Step, step};
use story::{Story, trace};

/// One story, told twice.
fn tell(setup: &Setup, steps: &[Step]) -> Result<(), TestCaseError> {
    let once = || {
        trace(|| "@@ story".to_owned());
        let mut story = Story::new(setup)?;
        for step in steps {
            story.take(step)?;
        }
        story.quiet()?;
        Ok::<_, TestCaseError>((story.calls, story.host.rows))
    };
    let once = || once().inspect_err(|why| trace(|| format!("@@ failed {why}")));
    let (first, second) = (once()?, once()?);
    prop_assert!(first == second, "I22: two runs of one story differ");
    Ok(())
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn whatever_happens_both_sides_end_in_accord() {
    let from = number("SIMULATE_FROM").unwrap_or(1);
    let seeds = number("SIMULATE_SEEDS").unwrap_or(150);
    let failed = Mutex::new(None);
    let (next, steps) = (AtomicU64::new(from), AtomicU64::new(0));
    // A story that panics is told again and again while it gets smaller: only its end is printed.
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= from + seeds || failed.lock().unwrap().is_some() {
                        break;
                    }
                    match story(seed) {
                        Ok(taken) => drop(steps.fetch_add(taken, Ordering::Relaxed)),
                        Err(why) => drop(failed.lock().unwrap().get_or_insert((seed, why))),
                    }
                }
            });
        }
    });
    std::panic::set_hook(hook);
    if let Some((seed, why)) = failed.into_inner().unwrap() {
        panic!("seed {seed} (SIMULATE_FROM={seed} SIMULATE_SEEDS=1 repeats it): {why}");
    }
    println!("{seeds} seeds from {from}, {} steps, each story told twice", steps.into_inner());
}

/// The story of a seed, and how many steps it has; a failing one is printed as small as it gets.
fn story(seed: u64) -> Result<u64, String> {
    let config = Config { rng_seed: RngSeed::Fixed(seed), failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new(config);
    let setup = setup().new_tree(&mut runner).unwrap().current();
    let steps = prop::collection::vec(step(setup.crowd), 30..60).new_tree(&mut runner).unwrap().current();
    match attempt(&setup, &steps) {
        Ok(()) => Ok(steps.len() as u64),
        Err(_) => {
            let (setup, steps, why) = smallest(setup, steps);
            let steps: Vec<String> = steps.iter().map(|step| format!("    {step:?}")).collect();
            Err(format!("{why}\n{setup:?}\n{}", steps.join("\n")))
        }
    }
}

/// A panic, of the engine or of the services, is a failure like others.
fn attempt(setup: &Setup, steps: &[Step]) -> Result<(), String> {
    let told = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| tell(setup, steps)));
    match told {
        Ok(told) => told.map_err(|why| why.to_string()),
        Err(panic) => Err(panic.downcast_ref::<String>().cloned().unwrap_or_else(|| "a panic".to_owned())),
    }
}

/// Leaves out steps, and sets switches back, as long as the story fails.
fn smallest(mut setup: Setup, mut steps: Vec<Step>) -> (Setup, Vec<Step>, String) {
    let mut size = steps.len();
    while size > 0 {
        let mut at = 0;
        while at < steps.len() {
            let mut fewer = steps.clone();
            fewer.drain(at..(at + size).min(fewer.len()));
            if attempt(&setup, &fewer).is_err() {
                steps = fewer;
            } else {
                at += size;
            }
        }
        size /= 2;
    }
    for simpler in setup.simpler() {
        let simpler = simpler(&setup);
        if attempt(&simpler, &steps).is_err() {
            setup = simpler;
        }
    }
    let why = attempt(&setup, &steps).expect_err("the story failed before");
    (setup, steps, why)
}
