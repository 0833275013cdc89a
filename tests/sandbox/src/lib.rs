//! A faithful, strict local Google Calendar (API v3) and Zoho CRM (API v8).
//!
//! [`World`] is both services in one value: no network, no ambient clock, no randomness but a seed. Tests and
//! simulations call [`World::handle`] with plain requests; the server binary of this package serves the same value
//! over HTTP on loopback. What nobody could establish about the real services is a switch ([`Switches`]), set to
//! what is harder for a client; what can go wrong is on order ([`Faults`]).
//!
//! A client under test asks the world what it would ask the services; the test orders trouble, lets people work in
//! between, and looks at what came of it:
//!
//! ```
//! use accord_sandbox::{Deed, Fault, Moment, Request, Service, World};
//! use serde_json::json;
//!
//! let mut world = World::new(1, 1_795_348_800_000); // a seed, and Sunday noon as the time
//! world.faults().add(Fault::status(503).on(Service::Google, "POST", "/calendar/v3").retry_after(2));
//! world.meanwhile(Moment::after(1, Service::Google, "events.insert"), Deed::google("Lunch").moved(30));
//!
//! let lunch = Request::google("POST", "/calendar/v3/calendars/primary/events").json(&json!({
//!     "summary": "Lunch",
//!     "start": { "dateTime": "2026-11-25T12:00:00+01:00" },
//!     "end": { "dateTime": "2026-11-25T13:00:00+01:00" },
//! }));
//! let refused = world.handle(&lunch)?;
//! assert_eq!((refused.status, refused.header("retry-after")), (503, Some("2")));
//! assert_eq!(world.deeds_done()[0].outcome, Err("there is no live event \"Lunch\"".into()));
//!
//! assert_eq!(world.handle(&lunch)?.status, 200);
//! assert_eq!(world.google_events("primary")[0]["summary"], "Lunch");
//! assert_eq!(world.counters().google_writes, 1);
//! # Ok::<(), accord_sandbox::Dropped>(())
//! ```
//!
//! The sandbox keeps nothing on disk, sends no mail and never opens a connection.
//!
#![doc = include_str!("../FIDELITY.md")]

mod account;
mod admin;
mod admin_account;
mod admin_google;
mod clock;
mod connection;
mod corpus;
mod counters;
mod deeds;
mod edits;
mod faults;
mod files;
mod google;
mod http;
mod ics;
mod mail;
mod maker;
mod names;
mod server;
mod switches;
mod time;
mod tokens;
mod world;
mod zoho;

pub use account::InFlight;
pub use admin::{Site, Start};
pub use corpus::Corpus;
pub use counters::Counters;
pub use deeds::{Deed, Happened, Moment, Target};
pub use edits::{Edited, Side};
pub use faults::{Fault, FaultKind, Faults, When};
pub use google::GoogleQuotas;
pub use http::{Dropped, GOOGLE_TOKEN, GOOGLE_TOKEN_BEN, Request, Response, Service, ZOHO_TOKEN, encode};
pub use ics::{IcsError, Imported};
pub use mail::{Mail, MailKind};
pub use server::Server;
pub use switches::*;
pub use world::World;
pub use zoho::{Edition, Sharing};

/// The instant of an RFC 3339 text with an offset, in milliseconds since 1970.
pub fn parse_instant(text: &str) -> Option<i64> {
    time::parse_rfc3339(text).map(|at| at.ms)
}

/// Whether there is an IANA zone of that name.
pub fn is_zone(name: &str) -> bool {
    time::zone(name).is_some()
}
