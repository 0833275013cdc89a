//! Accord.
mod api;
mod engine;
mod error;
mod json;
mod model;
mod sync;
#[cfg(target_arch = "wasm32")]
mod wasm;
mod wire;

pub use api::http::{Answer, HttpRequest, HttpResponse, Service};
pub use engine::io::{Phase, Progress};
pub use engine::machine::{Failure, Machine, Step, StepKind};
pub use error::{Error, ErrorKind, Result};
pub use model::settings::{
    ConflictPolicy, DeletionPolicy, Direction, FirstMatch, GuestPolicy, Limits, PrivatePolicy,
    RecurringPolicy, Settings,
};
pub use model::time::OffsetChange;
pub use sync::report::{
    Access, Calendar, Counts, Finished, Missing, Note, ParkedItem, Report, Requests, Skipped, Status,
    StoredReport, Switch,
};
#[cfg(target_arch = "wasm32")]
pub use wasm::Engine;
