//! Stored rows damaged between two cycles: nothing is doubled or lost.

#![no_main]
#![allow(dead_code, reason = "the stories are shared by three targets")]

#[path = "../feeders/engine.rs"]
mod feeder;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| feeder::rows(bytes));
