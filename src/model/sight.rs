//! What one read says of one event, on either side.

use super::event::Event;
use super::fingerprint::Fingerprint;
use super::ids::{CrmId, Etag, GoogleId};
use super::time::WhenKey;

/// What one entry of a Google list says.
pub(crate) struct Sight {
    pub(crate) id: GoogleId,
    pub(crate) etag: Etag,
    /// RFC 3339 text that sorts by time; of two rows for one event the later wins.
    pub(crate) updated: String,
    /// The series that an instance belongs to.
    pub(crate) series: Option<GoogleId>,
    pub(crate) content: Content,
}

/// The content of a sighted event.
pub(crate) enum Content {
    /// Deleted. Such rows carry nothing else that could be relied on.
    Cancelled,
    /// The master of a series (C11).
    Recurring,
    /// An event of a type other than `default` (section 7).
    OtherType,
    /// An ordinary event. Whether it may be written depends on who organises it and whether it is locked (section 7).
    Ordinary { event: Box<Event>, private: bool, writable: bool, mark: Option<Mark> },
    /// An event whose fields cannot be understood; the sentence says which.
    Unreadable(&'static str),
}

/// What Accord wrote into the private extended properties of a Google event that it created: believed only where the
/// links agree or are lost, for copies of an event may carry it too.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub(crate) struct Mark {
    /// The meeting that the event was created from.
    pub(crate) crm: CrmId,
    /// What the mapped fields were when it was created, in their order; empty when that cannot be read.
    pub(crate) base: Vec<Fingerprint>,
}

/// What one read says of one meeting of the CRM.
pub(crate) struct CrmSight {
    pub(crate) id: CrmId,
    /// Seconds since 1970, by the CRM's clock.
    pub(crate) modified: Option<i64>,
    /// The event that Accord created it of, by the field that an administrator may have made for it.
    pub(crate) mark: Option<GoogleId>,
    pub(crate) content: CrmContent,
}

/// The content of a sighted meeting.
pub(crate) enum CrmContent {
    /// Read by id and not there. No row says this of itself.
    Gone,
    /// A series, or a meeting of one (C11).
    Recurring,
    /// An ordinary meeting. `cut` says that a list may have shown less than there is: part of the description, or no guests at all.
    Ordinary { event: Box<Event>, cut: bool },
    /// Somebody else's (L6).
    OtherOwner,
    /// A meeting whose fields cannot be understood; the sentence says which.
    Unreadable(&'static str),
}

/// A meeting of the CRM, as far as it is compared with events.
pub(crate) struct Meeting {
    pub(crate) id: CrmId,
    pub(crate) title: String,
    /// Every extent that it may stand for.
    pub(crate) extents: Vec<WhenKey>,
    pub(crate) place: String,
    /// The event that it was created of, where the CRM has a field for it.
    pub(crate) mark: Option<GoogleId>,
    /// Seconds since 1970, by the CRM's clock.
    pub(crate) created: Option<i64>,
    /// Seconds since 1970, by the CRM's clock.
    pub(crate) modified: Option<i64>,
}
