//! Events with any text: no panic, and what was synced once is not written again.

#![no_main]
#![allow(dead_code, reason = "the stories are shared by three targets")]

#[path = "../feeders/engine.rs"]
mod feeder;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| feeder::text(bytes));
