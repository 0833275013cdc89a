//! Google Calendar v3 as it stands on the wire (source: discovery document of the Calendar API v3).

use crate::json::{self, Json};
use crate::model::field::Field;
use crate::model::fingerprint::Fingerprint;
use crate::model::ids::CrmId;
use crate::model::list::{Listed, whole};
use crate::model::sight::Mark;
use serde::ser::{Serialize, Serializer};
use std::borrow::Cow;
use std::cell::Cell;

/// The private extended properties of a [`Mark`]: names of at most 44 characters (Google Calendar API, guides/extended
/// properties).
const MARK_CRM: &str = "accordCrm";
const MARK_BASE: &str = "accordBase";

/// Hexadecimal digits of one fingerprint.
const DIGITS: usize = 16;

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
    let page = object(body)?;
    let flag = |entry: &Json<'_>, key: &str| entry.get(key).flag().unwrap_or_default();
    let mut calendars = Vec::new();
    for entry in page.items("items").iter().filter(|entry| !flag(entry, "deleted")) {
        let Some(id) = entry.text("id") else { continue };
        calendars.push(CalendarEntry {
            name: entry
                .text("summaryOverride")
                .or_else(|| entry.text("summary"))
                .unwrap_or_else(|| id.clone()),
            zone: entry.text("timeZone"),
            role: entry.text("accessRole").unwrap_or_default(),
            primary: flag(entry, "primary"),
            id,
        });
    }
    Some((calendars, page.text("nextPageToken")))
}

pub(super) fn object(body: &[u8]) -> Option<Json<'_>> {
    Json::parse(body).filter(Json::is_object)
}

/// `Event`. Cancelled rows carry almost nothing, and empty fields are left out.
pub(crate) struct Event<'j> {
    pub(crate) id: &'j str,
    pub(crate) etag: Option<&'j str>,
    pub(crate) status: Option<&'j str>,
    pub(crate) updated: Option<&'j str>,
    pub(crate) event_type: Option<&'j str>,
    pub(crate) summary: Option<&'j str>,
    pub(crate) description: Option<&'j str>,
    pub(crate) location: Option<&'j str>,
    pub(crate) start: Option<EventTime<'j>>,
    pub(crate) end: Option<EventTime<'j>>,
    pub(crate) visibility: Option<&'j str>,
    pub(crate) attendees: Vec<Attendee<'j>>,
    pub(crate) attendees_omitted: bool,
    pub(crate) recurs: bool,
    pub(crate) recurring_event_id: Option<&'j str>,
    pub(crate) reminders: Option<Reminders>,
    /// Whether the calendar is the organiser; none when nobody is named.
    pub(crate) own: Option<bool>,
    pub(crate) guests_can_modify: bool,
    pub(crate) locked: bool,
    pub(crate) mark: Option<Mark>,
}

/// `start` or `end`: a date, or an instant with its offset.
pub(crate) struct EventTime<'j> {
    pub(crate) date: Option<&'j str>,
    pub(crate) date_time: Option<&'j str>,
}

pub(crate) struct Attendee<'j> {
    pub(crate) email: Option<&'j str>,
    pub(crate) display_name: Option<&'j str>,
    pub(crate) is_self: bool,
    pub(crate) resource: bool,
}

pub(crate) struct Reminders {
    pub(crate) use_default: bool,
    pub(crate) overrides: Vec<Reminder>,
}

#[derive(Clone)]
pub(crate) struct Reminder {
    pub(crate) method: String,
    pub(crate) minutes: u32,
}

/// The entries of a page of `events.list`; none when this is no such page.
pub(super) fn entries<'j>(page: &'j Json<'j>) -> Option<&'j [Json<'j>]> {
    let items = page.get("items");
    if items.is_null() { page.is_object().then_some(&[]) } else { items.list() }
}

/// The default reminders that the body of `events.list` names.
pub(crate) fn default_reminders(body: &[u8]) -> Vec<Reminder> {
    object(body).map(|page| defaults(&page)).unwrap_or_default()
}

pub(super) fn defaults(page: &Json<'_>) -> Vec<Reminder> {
    page.items("defaultReminders").iter().filter_map(|json| fitting(json, Reminder::of)).listed()
}

impl<'j> Event<'j> {
    /// Reads an event; none when it has no id, or a field of another type than it should.
    pub(super) fn parse(json: &'j Json<'j>) -> Option<Self> {
        fitting(json, Self::of).filter(|event| !event.id.is_empty())
    }

    fn of(fields: &Fields<'j>) -> Self {
        Self {
            id: fields.text("id").unwrap_or_default(),
            etag: fields.text("etag"),
            status: fields.text("status"),
            updated: fields.text("updated"),
            event_type: fields.text("eventType"),
            summary: fields.text("summary"),
            description: fields.text("description"),
            location: fields.text("location"),
            start: fields.object("start", EventTime::of),
            end: fields.object("end", EventTime::of),
            visibility: fields.text("visibility"),
            attendees: fields.objects("attendees", Attendee::of),
            attendees_omitted: fields.flag("attendeesOmitted"),
            recurs: fields.recurs(),
            recurring_event_id: fields.text("recurringEventId"),
            reminders: fields.object("reminders", Reminders::of),
            own: fields.object("organizer", |organizer| organizer.flag("self")),
            guests_can_modify: fields.flag("guestsCanModify"),
            locked: fields.flag("locked"),
            mark: mark(fields.json.get("extendedProperties").get("private")),
        }
    }
}

fn mark(properties: &Json<'_>) -> Option<Mark> {
    let digits = properties.get(MARK_BASE).str().unwrap_or_default();
    let parts = (0..Field::ALL.len()).map(|at| digits.get(at * DIGITS..(at + 1) * DIGITS));
    let base = whole(parts.map(|part| u64::from_str_radix(part?, 16).ok().map(Fingerprint::from_u64)));
    Some(Mark {
        crm: CrmId::new(properties.text(MARK_CRM).filter(|id| !id.is_empty())?),
        base: base.unwrap_or_default(),
    })
}

impl<'j> EventTime<'j> {
    fn of(fields: &Fields<'j>) -> Self {
        Self { date: fields.text("date"), date_time: fields.text("dateTime") }
    }
}

impl<'j> Attendee<'j> {
    fn of(fields: &Fields<'j>) -> Self {
        Self {
            email: fields.text("email"),
            display_name: fields.text("displayName"),
            is_self: fields.flag("self"),
            resource: fields.flag("resource"),
        }
    }
}

impl Reminders {
    fn of(fields: &Fields<'_>) -> Self {
        Self { use_default: fields.flag("useDefault"), overrides: fields.objects("overrides", Reminder::of) }
    }
}

impl Reminder {
    fn of(fields: &Fields<'_>) -> Self {
        Self {
            method: fields.text("method").unwrap_or_default().to_owned(),
            minutes: fields.number("minutes"),
        }
    }

    pub(crate) fn popup(minutes: u32) -> Self {
        Self { method: "popup".to_owned(), minutes }
    }

    pub(crate) fn is_popup(&self) -> bool {
        self.method == "popup"
    }

    /// The minutes are always there: Google answers 400 without them, 0 included (t4t5/caldir PR #4).
    fn to_json(&self) -> Json<'static> {
        Json::Object(vec![
            (Cow::Borrowed("method"), Json::Text(Cow::Owned(self.method.clone()))),
            (Cow::Borrowed("minutes"), Json::Number(u64::from(self.minutes))),
        ])
    }
}

/// The reminders that hold for an event as Google shows it: its own, or those of the calendar.
pub(crate) fn effective_reminders(event: &Json<'_>, defaults: &[Reminder]) -> Vec<Reminder> {
    let reminders = event.get("reminders");
    if reminders.get("useDefault").flag().unwrap_or_default() {
        return defaults.to_vec();
    }
    reminders.items("overrides").iter().filter_map(|json| fitting(json, Reminder::of)).listed()
}

/// An event to insert, or the changed fields of one to patch.
#[derive(Default)]
pub(crate) struct EventWrite<'a> {
    entries: Vec<(&'static str, Json<'a>)>,
}

impl<'a> EventWrite<'a> {
    /// The id of a new event: 5 to 1024 characters of a–v and 0–9 (Google Calendar API, Events: insert).
    pub(crate) fn id(&mut self, id: &'a str) {
        self.set_text("id", id);
    }

    /// Says which meeting a new event was created from.
    pub(crate) fn mark(&mut self, mark: &Mark) {
        let text = |text: String| Json::Text(Cow::Owned(text));
        let properties = Json::Object(vec![
            (Cow::Borrowed(MARK_CRM), text(mark.crm.as_str().to_owned())),
            (Cow::Borrowed(MARK_BASE), text(mark.base.iter().map(|field| field.hex()).listed().concat())),
        ]);
        self.set("extendedProperties", Json::Object(vec![(Cow::Borrowed("private"), properties)]));
    }

    /// Whether nothing would be written.
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The request body.
    pub(crate) fn body(&self) -> String {
        // A tree of texts and numbers has no way to fail.
        json::text(self).unwrap_or_default()
    }

    pub(crate) fn set_text(&mut self, name: &'static str, text: impl Into<Cow<'a, str>>) {
        self.set(name, Json::Text(text.into()));
    }

    /// `start` or `end`. A patch merges objects key by key: the key of the other kind is cleared, and a zone that is
    /// named on a timed event stays.
    pub(crate) fn set_time(&mut self, name: &'static str, kind: Moment, text: String, creating: bool) {
        let (key, cleared): (_, &[&'static str]) = match kind {
            Moment::Date => ("date", &["dateTime", "timeZone"]),
            Moment::Instant => ("dateTime", &["date"]),
        };
        let mut fields = vec![(Cow::Borrowed(key), Json::Text(Cow::Owned(text)))];
        if !creating {
            fields.extend(cleared.iter().map(|key| (Cow::Borrowed(*key), Json::Null)));
        }
        self.set(name, Json::Object(fields));
    }

    /// Reminders of the event's own.
    pub(crate) fn set_reminders(&mut self, overrides: &[Reminder]) {
        let overrides = overrides.iter().map(Reminder::to_json).listed();
        self.set(
            "reminders",
            Json::Object(vec![
                (Cow::Borrowed("useDefault"), Json::Flag(false)),
                (Cow::Borrowed("overrides"), Json::List(overrides)),
            ]),
        );
    }

    pub(crate) fn set_attendees(&mut self, rows: Vec<Json<'a>>) {
        self.set("attendees", Json::List(rows));
    }

    fn set(&mut self, name: &'static str, value: Json<'a>) {
        self.entries.push((name, value));
    }
}

/// The two kinds of `start` and `end`.
#[derive(Clone, Copy)]
pub(crate) enum Moment {
    Date,
    Instant,
}

impl Serialize for EventWrite<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.entries.iter().map(|(name, value)| (name, value)))
    }
}

/// The fields of an object, and whether one of them had another type than it should.
struct Fields<'j> {
    json: &'j Json<'j>,
    odd: Cell<bool>,
}

/// Reads an object; none when one of its fields has another type than it should.
fn fitting<'j, T>(json: &'j Json<'j>, read: impl Fn(&Fields<'j>) -> T) -> Option<T> {
    let fields = Fields { json, odd: Cell::new(!json.is_object()) };
    let read = read(&fields);
    (!fields.odd.get()).then_some(read)
}

impl<'j> Fields<'j> {
    fn text(&self, key: &str) -> Option<&'j str> {
        self.known(self.json.get(key), Json::str)
    }

    fn flag(&self, key: &str) -> bool {
        self.known(self.json.get(key), Json::flag).unwrap_or_default()
    }

    fn number(&self, key: &str) -> u32 {
        let number = self.json.get(key).number().and_then(|number| u32::try_from(number).ok());
        number.unwrap_or_else(|| {
            self.odd.set(true);
            0
        })
    }

    /// Whether there are rules: this is a series, not one event.
    fn recurs(&self) -> bool {
        let rules = self.known(self.json.get("recurrence"), Json::list).unwrap_or_default();
        let rules = rules.iter().filter_map(|rule| self.known(rule, Json::str));
        rules.count() > 0
    }

    fn object<T>(&self, key: &str, read: impl Fn(&Fields<'j>) -> T) -> Option<T> {
        let json = self.known(self.json.get(key), |json| json.is_object().then_some(json))?;
        Some(self.part(json, &read))
    }

    fn objects<T>(&self, key: &str, read: impl Fn(&Fields<'j>) -> T) -> Vec<T> {
        let items = self.known(self.json.get(key), Json::list).unwrap_or_default();
        items.iter().map(|json| self.part(json, &read)).listed()
    }

    fn part<T>(&self, json: &'j Json<'j>, read: &impl Fn(&Fields<'j>) -> T) -> T {
        let part = Fields { json, odd: Cell::new(false) };
        let found = read(&part);
        self.odd.set(self.odd.get() | part.odd.get());
        found
    }

    /// What a field holds, unless it is left out or of another type.
    fn known<T>(&self, json: &'j Json<'j>, read: impl Fn(&'j Json<'j>) -> Option<T>) -> Option<T> {
        let found = read(json);
        if found.is_none() && !json.is_null() {
            self.odd.set(true);
        }
        found
    }
}

/// The first reason of an error body, as the Calendar back end and the front end send it (Google Calendar API,
/// guides/errors); empty when there is none.
pub(crate) fn error_reason(body: &[u8]) -> String {
    let body = Json::parse(body).unwrap_or(Json::Null);
    let error = body.get("error");
    error.get("errors").first().text("reason").or_else(|| error.text("status")).unwrap_or_default()
}
