//! What one read says of one event, on either side.

use super::event::Event;
use super::ids::{CrmId, Etag, GoogleId};
use super::time::WhenKey;

/// What one entry of a Google list says.
pub(crate) struct Sight {
    pub(crate) id: GoogleId,
    pub(crate) etag: Etag,
    /// RFC 3339 text that sorts by time; of two rows for one event the later wins.
    pub(crate) updated: String,
    pub(crate) content: Content,
}

/// The content of a sighted event.
pub(crate) enum Content {
    /// Deleted. Such rows carry nothing else that could be relied on.
    Cancelled,
    /// A series, or an instance of one (C11).
    Recurring,
    /// An event of a type other than `default` (section 7).
    OtherType,
    /// An ordinary event.
    Ordinary { event: Event, private: bool },
    /// An event whose fields cannot be understood; the sentence says which.
    Unreadable(&'static str),
}

/// A meeting of the CRM, as far as it is compared with events.
pub(crate) struct Meeting {
    pub(crate) id: CrmId,
    pub(crate) title: String,
    /// Every extent that it may stand for.
    pub(crate) extents: Vec<WhenKey>,
    pub(crate) place: String,
    /// Seconds since 1970, by the CRM's clock.
    pub(crate) created: Option<i64>,
    /// Seconds since 1970, by the CRM's clock.
    pub(crate) modified: Option<i64>,
}
