//! Google Calendar v3 as it stands on the wire (source: discovery document of the Calendar API v3).

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// A calendar of `calendarList.list`.
pub(crate) struct CalendarEntry {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) zone: Option<String>,
    pub(crate) role: String,
    pub(crate) primary: bool,
}

/// Reads a page of `calendarList.list`: its calendars, deleted ones left out, and the token of the next page.
pub(crate) fn calendar_list(body: &[u8]) -> Option<(Vec<CalendarEntry>, Option<String>)> {
    let page = value(body)?;
    let text = |entry: &Value, key: &str| entry.get(key).and_then(Value::as_str).map(str::to_owned);
    let flag = |entry: &Value, key: &str| entry.get(key).and_then(Value::as_bool).unwrap_or_default();
    let items = page.get("items").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let entry = |entry: &Value| {
        let id = text(entry, "id")?;
        let name =
            text(entry, "summaryOverride").or_else(|| text(entry, "summary")).unwrap_or_else(|| id.clone());
        let role = text(entry, "accessRole").unwrap_or_default();
        let primary = flag(entry, "primary");
        Some(CalendarEntry { name, zone: text(entry, "timeZone"), role, primary, id })
    };
    let calendars = items.iter().filter(|item| !flag(item, "deleted")).filter_map(entry).collect();
    Some((calendars, text(&page, "nextPageToken")))
}

/// A JSON object.
fn value(body: &[u8]) -> Option<Value> {
    serde_json::from_slice(body).ok().filter(Value::is_object)
}

/// A page of `events.list`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EventsPage {
    #[serde(default)]
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
#[derive(Deserialize)]
#[serde(from = "Event")]
pub(crate) enum Item {
    Event(Box<Event>),
    /// An object whose fields have unexpected types: set apart by its id, so that it spoils nothing else.
    Unreadable {
        id: Option<String>,
        etag: Option<String>,
    },
}

impl From<Event> for Item {
    fn from(event: Event) -> Self {
        Self::Event(Box::new(event))
    }
}

impl EventsPage {
    /// Reads a page. When an entry does not fit, the entries are read one by one, so that only that one is set apart.
    pub(crate) fn parse(body: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct Entries<'a> {
            #[serde(borrow)]
            items: Vec<&'a RawValue>,
        }
        if let Ok(page) = serde_json::from_slice(body) {
            return Some(page);
        }
        let entries: Entries<'_> = serde_json::from_slice(body).ok()?;
        let page = value(body)?;
        let text = |key: &str| page.get(key).and_then(Value::as_str).map(str::to_owned);
        let reminders =
            page.get("defaultReminders").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        Some(Self {
            items: entries.items.iter().map(|item| Item::of(item.get().as_bytes())).collect(),
            next_page_token: text("nextPageToken"),
            next_sync_token: text("nextSyncToken"),
            default_reminders: reminders.iter().filter_map(Reminder::of).collect(),
        })
    }
}

impl Reminder {
    fn of(value: &Value) -> Option<Self> {
        let minutes = u32::try_from(value.get("minutes")?.as_u64()?).ok()?;
        Some(Self { method: value.get("method")?.as_str()?.to_owned(), minutes })
    }
}

impl Item {
    /// Reads one event that stands alone (`events.get`).
    pub(crate) fn parse(body: &[u8]) -> Option<Self> {
        value(body).map(|_| Self::of(body))
    }

    fn of(json: &[u8]) -> Self {
        if let Some(event) = serde_json::from_slice::<Event>(json).ok().filter(|event| !event.id.is_empty()) {
            return Self::from(event);
        }
        let object = value(json).unwrap_or_default();
        let text = |key: &str| object.get(key).and_then(Value::as_str).map(str::to_owned);
        Self::Unreadable { id: text("id"), etag: text("etag") }
    }
}

/// The first reason of an error body, as the Calendar back end and the front end send it (Google Calendar API,
/// guides/errors); empty when there is none.
pub(crate) fn error_reason(body: &[u8]) -> String {
    let body = value(body).unwrap_or_default();
    let reason = body.pointer("/error/errors/0/reason").or_else(|| body.pointer("/error/status"));
    reason.and_then(Value::as_str).unwrap_or_default().to_owned()
}
