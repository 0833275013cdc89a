//! What a plan may do to one event.

use crate::model::event::Event;
use crate::model::field::FieldSet;
use crate::model::ids::{CrmId, Etag, GoogleId};
use crate::sync::guard::Survivor;
use crate::sync::report::Conflict;
use crate::sync::side::Side;
use crate::sync::state::{Draft, Shown};

/// A record to create in the CRM.
pub(crate) struct CrmCreate {
    pub(crate) id: GoogleId,
    pub(crate) event: Box<Event>,
    pub(crate) draft: Draft,
    /// The record that was there before and is gone.
    pub(crate) renews: Option<CrmId>,
}

/// A record of the CRM to update.
pub(crate) struct CrmUpdate {
    pub(crate) id: GoogleId,
    /// As Google shows it.
    pub(crate) event: Box<Event>,
    pub(crate) fields: FieldSet,
    pub(crate) draft: Draft,
    /// The fields of the draft that are remembered with the write: not those that the other half of a merge settled.
    pub(crate) settles: FieldSet,
    pub(crate) lost: Vec<Conflict>,
    /// As the CRM shows it, where that was read.
    pub(crate) before: Option<Box<Event>>,
}

/// An event to create in Google.
pub(crate) struct GoogleCreate {
    /// The id under which the case stands; the event's own if there was none before.
    pub(crate) id: GoogleId,
    pub(crate) event: Box<Event>,
    pub(crate) origin: Origin,
    /// There was an event before, with this id, and it is gone.
    pub(crate) renews: bool,
}

/// What the CRM showed when a write to Google was planned.
#[derive(Clone)]
pub(crate) struct Origin {
    pub(crate) crm: CrmId,
    pub(crate) shown: Shown,
    pub(crate) modified: Option<i64>,
}

/// An event of Google to update.
pub(crate) struct GoogleUpdate {
    pub(crate) id: GoogleId,
    /// As the CRM shows it.
    pub(crate) event: Box<Event>,
    pub(crate) fields: FieldSet,
    pub(crate) origin: Origin,
    /// The version that was compared.
    pub(crate) etag: Etag,
    /// The other half of a merge, written once this half is.
    pub(crate) then: Option<Box<CrmUpdate>>,
    pub(crate) lost: Vec<Conflict>,
    /// As Google shows it, where that was read.
    pub(crate) before: Option<Box<Event>>,
}

impl GoogleUpdate {
    /// A merge writes both sides.
    pub(super) fn entries(&self) -> usize {
        1 + usize::from(self.then.is_some())
    }
}

/// An event to delete.
pub(crate) struct Delete {
    pub(crate) side: Side,
    pub(crate) id: GoogleId,
    /// How it would be restored, where the side that still has it was read.
    pub(crate) survivor: Option<Survivor>,
}

impl Delete {
    /// What is deleted, where it was read.
    pub(crate) fn image(&self) -> Option<&Event> {
        match &self.survivor {
            Some(Survivor::InGoogle(op)) => Some(&op.event),
            Some(Survivor::InCrm(op)) => Some(&op.event),
            None => None,
        }
    }
}
