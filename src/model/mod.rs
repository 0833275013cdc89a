//! What a calendar event is to Accord, whichever service it came from. Knows no request, no vendor, no policy.

pub(crate) mod event;
pub(crate) mod field;
mod html;
pub(crate) mod ids;
pub(crate) mod list;
pub(crate) mod order;
pub(crate) mod people;
pub(crate) mod profile;
pub(crate) mod settings;
pub(crate) mod sight;
pub(crate) mod table;
pub(crate) mod text;
pub(crate) mod time;

pub(crate) use accord_bytes::fingerprint;
