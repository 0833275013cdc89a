//! The vendors' JSON and its conversion from and to the model. No requests, no policy.
//!
//! Reading is lenient (every field but an id may be missing; what is unknown is ignored), writing is strict.

pub(crate) mod google;
pub(crate) mod google_event;
pub(crate) mod mapping;
pub(crate) mod people;
pub(crate) mod zoho;
pub(crate) mod zoho_account;
pub(crate) mod zoho_event;

#[cfg(test)]
mod crm_fixtures;
#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod update_fixtures;
