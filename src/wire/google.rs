//! Google Calendar v3 as it stands on the wire (source: discovery document of the Calendar API v3).

use serde::Deserialize;
use serde_json::Value;

/// `calendarList.list`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CalendarList {
    #[serde(default)]
    pub(crate) items: Vec<CalendarEntry>,
    pub(crate) next_page_token: Option<String>,
}

/// `CalendarListEntry`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CalendarEntry {
    pub(crate) id: String,
    pub(crate) summary: Option<String>,
    pub(crate) summary_override: Option<String>,
    pub(crate) time_zone: Option<String>,
    #[serde(default)]
    pub(crate) access_role: String,
    #[serde(default)]
    pub(crate) primary: bool,
    #[serde(default)]
    pub(crate) deleted: bool,
}

/// A page of `events.list`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EventsPage<Item = Event> {
    #[serde(default = "Vec::new")]
    pub(crate) items: Vec<Item>,
    pub(crate) next_page_token: Option<String>,
    pub(crate) next_sync_token: Option<String>,
    #[serde(default)]
    pub(crate) default_reminders: Vec<Reminder>,
}

/// `Event`. Cancelled rows carry almost nothing, and empty fields are left out.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Event {
    pub(crate) id: String,
    pub(crate) etag: Option<String>,
    pub(crate) status: Option<String>,
    pub(crate) updated: Option<String>,
    pub(crate) event_type: Option<String>,
    pub(crate) summary: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) location: Option<String>,
    pub(crate) start: Option<EventTime>,
    pub(crate) end: Option<EventTime>,
    pub(crate) visibility: Option<String>,
    pub(crate) attendees: Vec<Attendee>,
    pub(crate) attendees_omitted: bool,
    pub(crate) organizer: Option<Organizer>,
    pub(crate) guests_can_modify: bool,
    pub(crate) locked: bool,
    pub(crate) recurrence: Vec<String>,
    pub(crate) recurring_event_id: Option<String>,
    pub(crate) reminders: Option<Reminders>,
}

/// `start` or `end`: a date, or an instant with its offset.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EventTime {
    pub(crate) date: Option<String>,
    pub(crate) date_time: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
pub(crate) struct Attendee {
    pub(crate) email: Option<String>,
    pub(crate) display_name: Option<String>,
    #[serde(rename = "self")]
    pub(crate) is_self: bool,
    pub(crate) resource: bool,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Organizer {
    #[serde(rename = "self")]
    pub(crate) is_self: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Reminders {
    #[serde(default)]
    pub(crate) use_default: bool,
    #[serde(default)]
    pub(crate) overrides: Vec<Reminder>,
}

#[derive(Clone, Deserialize)]
pub(crate) struct Reminder {
    #[serde(default)]
    pub(crate) method: String,
    pub(crate) minutes: u32,
}

/// One entry of a page: an event, or what could not be read as one.
pub(crate) enum Item {
    Event(Box<Event>),
    /// An object whose fields have unexpected types: set apart by its id, so that it spoils nothing else.
    Unreadable {
        id: Option<String>,
        etag: Option<String>,
    },
}

impl EventsPage<Item> {
    /// Reads a page; entries that do not fit are set apart one by one.
    pub(crate) fn parse(body: &[u8]) -> Option<Self> {
        match serde_json::from_slice::<EventsPage>(body) {
            Ok(page) => Some(page.map(|event| Item::Event(Box::new(event)))),
            Err(_) => serde_json::from_slice::<EventsPage<Value>>(body).ok().map(|page| page.map(Item::of)),
        }
    }
}

impl<T> EventsPage<T> {
    fn map<U>(self, convert: impl Fn(T) -> U) -> EventsPage<U> {
        EventsPage {
            items: self.items.into_iter().map(convert).collect(),
            next_page_token: self.next_page_token,
            next_sync_token: self.next_sync_token,
            default_reminders: self.default_reminders,
        }
    }
}

impl Item {
    /// Reads one event that stands alone (`events.get`).
    pub(crate) fn parse(body: &[u8]) -> Option<Self> {
        serde_json::from_slice(body).ok().map(Self::of)
    }

    fn of(value: Value) -> Self {
        let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        let (id, etag) = (text("id"), text("etag"));
        match serde_json::from_value::<Event>(value) {
            Ok(event) if !event.id.is_empty() => Self::Event(Box::new(event)),
            _ => Self::Unreadable { id, etag },
        }
    }
}

/// The error body, as the Calendar back end and the front end send it (Google Calendar API, guides/errors).
#[derive(Deserialize)]
pub(crate) struct ErrorBody {
    pub(crate) error: ErrorDetail,
}

#[derive(Deserialize)]
pub(crate) struct ErrorDetail {
    #[serde(default)]
    pub(crate) errors: Vec<ErrorReason>,
    #[serde(default)]
    pub(crate) status: String,
}

#[derive(Deserialize)]
pub(crate) struct ErrorReason {
    #[serde(default)]
    pub(crate) reason: String,
}

impl ErrorBody {
    /// The first reason in an error body; empty when there is none.
    pub(crate) fn reason(body: &[u8]) -> String {
        let Ok(Self { error }) = serde_json::from_slice(body) else { return String::new() };
        error.errors.into_iter().next().map_or(error.status, |first| first.reason)
    }
}
