//! What looks at every byte of the answers and the stored rows: JSON in and out, fingerprints, odd characters in texts,
//! and the memory of the module. It knows nothing of calendars.
//!
//! A crate of its own for one reason: the compiler optimises crate by crate. This one is made for speed, the engine,
//! which decides much and repeats little, for size.

pub mod fingerprint;
pub mod json;
#[cfg(target_arch = "wasm32")]
mod memory;
pub mod text;
mod words;
