//! The requests that the services take, as plain values, and what their answers mean. Sends nothing.

pub(crate) mod google;
pub(crate) mod http;
pub(crate) mod retry;
pub(crate) mod zoho;

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
