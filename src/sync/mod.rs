//! The policy: what was observed, what changed, what is to be done, and what is remembered of it. Pure functions over
//! the model; neither vendor's JSON and no request appears here.

pub(crate) mod birth;
pub(crate) mod commit;
pub(crate) mod diff;
pub(crate) mod guard;
pub(crate) mod index;
pub(crate) mod journal;
pub(crate) mod lease;
pub(crate) mod limit;
pub(crate) mod merge;
pub(crate) mod observe;
pub(crate) mod pair;
pub(crate) mod people;
pub(crate) mod plan;
pub(crate) mod preview;
pub(crate) mod recover;
pub(crate) mod relate;
pub(crate) mod report;
pub(crate) mod resolve;
pub(crate) mod side;
pub(crate) mod state;
pub(crate) mod undo;
