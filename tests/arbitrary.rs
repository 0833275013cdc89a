//! The stories of the fuzz targets `answers`, `rows` and `text`, by fixed seeds: damaged answers, damaged rows, any text.

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

#[path = "fuzz/feeders/engine.rs"]
mod feeder;

/// Bytes from a seed. They need not be good, only the same in every run: xorshift, after Marsaglia (2003).
fn bytes(seed: u64, most: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state >> 16
    };
    (0..next() % most).map(|_| next() as u8).collect()
}

#[test]
fn damaged_answers_lead_to_errors_and_not_to_panics() {
    (0..40).for_each(|seed| feeder::answers(&bytes(seed, 1_500)));
}

#[test]
fn damaged_rows_double_and_lose_nothing() {
    (0..50).for_each(|seed| feeder::rows(&bytes(seed, 60)));
}

#[test]
fn any_text_is_written_once() {
    (0..150).for_each(|seed| feeder::text(&bytes(seed, 300)));
}

/// What the fuzzer found: one link's row gone, its way back still there.
#[test]
fn a_way_without_its_link_doubles_nothing() {
    feeder::rows(&[0x2a, 0x28, 0x36]);
}

/// What else it found: one row damaged many times over.
#[test]
fn a_row_that_is_damaged_again_and_again_doubles_nothing() {
    let mut bytes = vec![0x5d, 0x0a];
    bytes.resize(17, 0x5e);
    feeder::rows(&bytes);
}

/// A link's row gone and its way back damaged.
#[test]
fn a_link_that_is_lost_at_both_ends_doubles_nothing() {
    feeder::rows(b"crmcrm");
}
