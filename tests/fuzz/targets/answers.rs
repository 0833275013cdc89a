//! Answers of both services damaged on their way: the engine neither panics nor loops, and goes on afterwards.

#![no_main]
#![allow(dead_code, reason = "the stories are shared by three targets")]

#[path = "../feeders/engine.rs"]
mod feeder;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| feeder::answers(bytes));
