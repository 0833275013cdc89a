//! A Google event becomes an event of the model, or the reason why it does not.

use super::google::{self, Event, Reminder};
use super::mapping;
use crate::json::Json;
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

/// A page of `events.list`.
pub(crate) struct EventsPage {
    pub(crate) sights: Vec<Sight>,
    /// Entries without an id.
    pub(crate) nameless: u32,
    pub(crate) next_page_token: Option<String>,
    pub(crate) next_sync_token: Option<String>,
    pub(crate) default_reminders: Vec<Reminder>,
}

impl EventsPage {
    /// Reads a page.
    pub(crate) fn parse(body: &[u8], limits: TextLimits, own: &[String]) -> Option<Self> {
        let page = google::object(body)?;
        let default_reminders = google::defaults(&page);
        let context = Context { default_reminders: &default_reminders, limits, own };
        let (mut sights, mut nameless) = (Vec::new(), 0);
        for entry in google::entries(&page)? {
            match sight(entry, &context) {
                Some(seen) => sights.push(seen),
                None => nameless += 1,
            }
        }
        Some(Self {
            sights,
            nameless,
            next_page_token: page.text("nextPageToken"),
            next_sync_token: page.text("nextSyncToken"),
            default_reminders,
        })
    }
}

/// Reads an event that stands alone (`events.get`); none when it has no id.
pub(crate) fn event(body: &[u8], context: &Context<'_>) -> Option<Sight> {
    sight(&google::object(body)?, context)
}

/// Reads one entry. One whose fields have unexpected types is set apart by its id, so that it spoils nothing else.
fn sight<'j>(entry: &'j Json<'j>, context: &Context<'_>) -> Option<Sight> {
    let Some(event) = Event::parse(entry) else {
        return Some(Sight {
            id: GoogleId::new(entry.text("id").filter(|id| !id.is_empty())?),
            etag: Etag::new(entry.text("etag").unwrap_or_default()),
            updated: String::new(),
            series: None,
            content: Content::Unreadable("a field has an unexpected type"),
        });
    };
    Some(Sight {
        id: GoogleId::new(event.id),
        etag: Etag::new(event.etag.unwrap_or_default()),
        updated: event.updated.unwrap_or_default().to_owned(),
        series: event.recurring_event_id.map(GoogleId::new),
        content: content(event, context),
    })
}

fn content(mut event: Event<'_>, context: &Context<'_>) -> Content {
    if event.status == Some("cancelled") {
        return Content::Cancelled;
    }
    if event.recurs {
        return Content::Recurring;
    }
    if event.event_type.is_some_and(|kind| kind != "default") {
        return Content::OtherType;
    }
    let private = matches!(event.visibility, Some("private" | "confidential"));
    // Somebody else's event takes shared changes only from guests who may modify it (Google Calendar API, concepts/inviting
    // attendees to events); of a locked one title, text, place and time are fixed (Events resource).
    let writable = !event.locked && (event.own != Some(false) || event.guests_can_modify);
    let mark = event.mark.take();
    match mapping::from_google(&event, context) {
        Ok(event) => Content::Ordinary { event: Box::new(event), private, writable, mark },
        Err(why) => Content::Unreadable(why),
    }
}
