//! Accord keeps a Google calendar and a person's Zoho CRM meetings in accord. This crate is the engine: it decides what
//! to read and what to write, and performs nothing itself.
//!
//! ```text
//! host fetch ─▶ api ─▶ wire ─▶ model ─▶ sync::observe ─▶ diff ─▶ merge ─▶ plan ─▶ limit
//!                                 ▲ links (last-seen state)                        │
//! host storage ◀── commit: settle(last outcome) + intend(next) ◀── engine::run ◀── one group of operations at a time
//! ```
//!
//! A [`Machine`] runs one command. Each of its methods returns the next [`Step`]; the host performs it and calls the
//! method that answers it, until the step is [`StepKind::Done`] or [`StepKind::Failed`]. A host may stop at any step and
//! drop the machine: the next run goes on from the stored rows.
//!
//! ```
//! use accord_sync::{Machine, StepKind};
//! use std::collections::BTreeMap;
//!
//! // A host with an empty storage, asking for the state of the sync.
//! let mut rows = BTreeMap::new();
//! let mut machine = Machine::new(7);
//! let mut step = machine.start(r#"{"name":"status"}"#, 0)?;
//! let result = loop {
//!     step = match step.kind {
//!         StepKind::Load { keys, .. } => {
//!             let found = keys.into_iter().filter_map(|key| rows.get(&key).cloned().map(|text| (key, text)));
//!             machine.loaded(found.collect(), 0)?
//!         }
//!         StepKind::Save { put, remove } => {
//!             remove.iter().for_each(|key| drop(rows.remove(key)));
//!             rows.extend(put);
//!             machine.saved(0)?
//!         }
//!         StepKind::Done { result } => break result,
//!         other => panic!("status asks for nothing else: {other:?}"),
//!     };
//! };
//! assert!(result.contains(r#""state":"off""#));
//! # Ok::<(), accord_sync::Error>(())
//! ```
//!
//! Times are milliseconds since 1970, ids are text, and every failure is an [`Error`] with a stable code.

mod api;
mod devices;
mod engine;
mod error;
mod model;
mod sync;
#[cfg(target_arch = "wasm32")]
mod wasm;
mod wire;

use accord_bytes::json;

pub use api::http::{Answer, HttpRequest, HttpResponse, Service};
#[cfg(feature = "devices-off")]
pub use devices::Device;
pub use engine::io::{Phase, Progress};
pub use engine::machine::{Failure, Machine, Step, StepKind};
pub use error::{Error, ErrorKind, Result};
pub use model::settings::{
    ConflictPolicy, DeletionPolicy, Direction, FirstMatch, GuestPolicy, Limits, PrivatePolicy,
    RecurringPolicy, Settings,
};
pub use model::time::OffsetChange;
pub use sync::journal::{FieldChange, Operation, Reason};
pub use sync::preview::{Cost, Preview};
pub use sync::report::{
    Access, Calendar, Candidates, Conflict, Counts, Drift, Failed, Finished, Health, Missing, NotRestored,
    Note, ParkedItem, Pause, Question, Report, Requests, Skipped, Status, StoredReport, Switch, Verification,
    Winner,
};
pub use sync::side::Side;
#[cfg(target_arch = "wasm32")]
pub use wasm::{Engine, normal_form};
