//! A Google event becomes an event of the model, or the reason why it does not.

use super::google::{Event, Item, Reminder};
use super::mapping;
use crate::model::ids::{Etag, GoogleId};
use crate::model::profile::TextLimits;
use crate::model::sight::{Content, Sight};

/// What reading needs to know of the calendar and of the CRM.
pub(crate) struct Context<'a> {
    pub(crate) default_reminders: &'a [Reminder],
    pub(crate) limits: TextLimits,
    /// The user's own addresses: `self` marks only the calendar's, which on a secondary calendar is another one
    /// (Google Calendar API, Events resource: attendees[].self).
    pub(crate) own: &'a [String],
}

/// Reads one entry; none when it has no id.
pub(crate) fn sight(item: Item, context: &Context<'_>) -> Option<Sight> {
    let mut event = match item {
        Item::Event(event) => *event,
        Item::Unreadable { id, etag } => {
            return Some(Sight {
                id: GoogleId::new(id?),
                etag: Etag::new(etag.unwrap_or_default()),
                updated: String::new(),
                series: None,
                content: Content::Unreadable("a field has an unexpected type"),
            });
        }
    };
    if event.id.is_empty() {
        return None;
    }
    Some(Sight {
        id: GoogleId::new(std::mem::take(&mut event.id)),
        etag: Etag::new(event.etag.take().unwrap_or_default()),
        updated: event.updated.take().unwrap_or_default(),
        series: event.recurring_event_id.take().map(GoogleId::new),
        content: content(event, context),
    })
}

fn content(mut event: Event, context: &Context<'_>) -> Content {
    if event.status.as_deref() == Some("cancelled") {
        return Content::Cancelled;
    }
    if !event.recurrence.is_empty() {
        return Content::Recurring;
    }
    if event.event_type.as_deref().is_some_and(|kind| kind != "default") {
        return Content::OtherType;
    }
    let private = matches!(event.visibility.as_deref(), Some("private" | "confidential"));
    // Somebody else's event takes shared changes only from guests who may modify it (Google Calendar API, concepts/inviting
    // attendees to events); of a locked one title, text, place and time are fixed (Events resource).
    let writable = !event.locked && (event.own != Some(false) || event.guests_can_modify);
    let mark = event.mark.take();
    match mapping::from_google(&mut event, context) {
        Ok(event) => Content::Ordinary { event: Box::new(event), private, writable, mark },
        Err(why) => Content::Unreadable(why),
    }
}
