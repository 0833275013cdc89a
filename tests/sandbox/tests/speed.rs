//! The sandbox stays fast enough for simulations. The figure that counts is that of `cargo xtask bench`, built for
//! speed; here the same mix of calls runs as tests are built, with a margin for that and for a busy machine.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

#[path = "../benches/speed/mix.rs"]
mod mix;
mod support;

use support::server::Running;

/// Code without optimisation takes some twenty times as long, and tests share the machine with each other.
const CALLS_A_SECOND: f64 = if cfg!(debug_assertions) { 250.0 } else { 20_000.0 };

#[test]
#[expect(clippy::disallowed_methods, reason = "a measurement needs a clock")]
fn mixed_calls_are_fast_with_many_events() {
    let mut mix = mix::Mix::new();
    // The best of three: another process may have the core for a while.
    let best = (0..3)
        .map(|part| {
            let (begun, before) = (std::time::Instant::now(), mix.calls());
            (0..20).for_each(|round| mix.round(part * 20 + round));
            (mix.calls() - before) as f64 / begun.elapsed().as_secs_f64()
        })
        .fold(0.0, f64::max);
    assert!(best >= CALLS_A_SECOND, "{best:.0} calls a second");
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a measurement needs a clock")]
fn the_server_starts_in_under_a_second() {
    let best = (0..3)
        .map(|_| {
            let begun = std::time::Instant::now();
            drop(Running::start(&[]));
            begun.elapsed().as_millis()
        })
        .min();
    assert!(best.is_some_and(|ms| ms < 1_000), "{best:?} ms");
}
