//! Stories of requests for the local services: no panic, and every answer in its vendor's shape.

#![no_main]

#[path = "../feeders/sandbox.rs"]
mod feeder;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    feeder::tell(bytes);
});
