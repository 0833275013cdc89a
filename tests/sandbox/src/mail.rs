//! Who would have been mailed. Nothing is sent: a write that should be silent is proved silent by this list.

use crate::http::Service;

/// Why a mail would have gone out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailKind {
    /// A new event with guests.
    Invitation,
    /// A change of an event with guests.
    Update,
    /// An event with guests was cancelled or deleted.
    Cancellation,
    /// A guest answered, to the organiser.
    Reply,
}

impl MailKind {
    /// `invitation`, `update`, `cancellation` or `reply`.
    pub fn name(self) -> &'static str {
        match self {
            MailKind::Invitation => "invitation",
            MailKind::Update => "update",
            MailKind::Cancellation => "cancellation",
            MailKind::Reply => "reply",
        }
    }
}

/// One mail that a real service would have sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// Who sends it.
    pub service: Service,
    /// Why.
    pub kind: MailKind,
    /// The address it would go to.
    pub to: String,
    /// The event or record it is about.
    pub id: String,
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
}
