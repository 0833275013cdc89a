//! The field mapping F1 to F6 (F8): one row per field, how it is read from and written to either side. Whatever has no
//! row (conference links, colour, attachments …) is never touched (F7).

mod guests;
mod reminder;
mod time;

use super::google;
use super::google_event::Context;
use super::zoho::{self, Entry, Participant};
use super::zoho_event::CrmContext;
use crate::json::Json;
use crate::model::event::Event;
pub(crate) use crate::model::event::MAX_PARTICIPANTS;
use crate::model::field::{Field, FieldSet};
use crate::model::fingerprint::Fingerprint;
use crate::model::people::People;
use crate::model::profile::{AllDayTimes, TextLimits};
use crate::model::text;
use crate::model::time::{OffsetChange, When};
use chrono::NaiveDate;
pub(crate) use guests::{invite, kept, newcomers};
pub(crate) use time::exclusive_ends;

/// One mapped field.
struct Row {
    field: Field,
    from_google: fn(&google::Event<'_>, &Context<'_>, &mut Event) -> Read,
    to_google: for<'a> fn(&'a Event, &GoogleWriting<'a>, &mut google::EventWrite<'a>),
    from_crm: fn(&Json<'_>, &CrmContext<'_>, &mut Event) -> Read,
    to_crm: for<'a> fn(&'a Event, &Writing<'_>, &mut zoho::EventWrite<'a>),
}

/// A field was read, or the sentence says why it cannot be.
type Read = Result<(), &'static str>;

const TABLE: [Row; 6] = [
    Row {
        field: Field::Title,
        from_google: title_from_google,
        to_google: title_to_google,
        from_crm: title_from_crm,
        to_crm: title_to_crm,
    },
    Row {
        field: Field::Time,
        from_google: time::from_google,
        to_google: time::to_google,
        from_crm: time::from_crm,
        to_crm: time::to_crm,
    },
    Row {
        field: Field::Reminder,
        from_google: reminder::from_google,
        to_google: reminder::to_google,
        from_crm: reminder::from_crm,
        to_crm: reminder::to_crm,
    },
    Row {
        field: Field::Place,
        from_google: place_from_google,
        to_google: place_to_google,
        from_crm: place_from_crm,
        to_crm: place_to_crm,
    },
    Row {
        field: Field::Description,
        from_google: description_from_google,
        to_google: description_to_google,
        from_crm: description_from_crm,
        to_crm: description_to_crm,
    },
    Row {
        field: Field::Guests,
        from_google: guests::from_google,
        to_google: guests::to_google,
        from_crm: guests::from_crm,
        to_crm: guests::to_crm,
    },
];

/// The title of an untitled event in the CRM (F1).
pub(crate) const UNTITLED: &str = Event::UNTITLED;

/// What writing to the CRM needs to know.
pub(crate) struct Writing<'a> {
    pub(crate) all_day: AllDayTimes,
    /// The offsets of the user's zone; needed for [`AllDayOffset::UserZone`](crate::model::profile::AllDayOffset) only.
    pub(crate) zone: &'a [OffsetChange],
    /// Reminders are written as times.
    pub(crate) reminder_times: bool,
    /// A new record: empty fields are left out instead of being cleared.
    pub(crate) creating: bool,
    /// The complete list of participants that an update writes, people added in the CRM included.
    pub(crate) roster: Option<&'a [Participant]>,
    /// Whom guests are linked to.
    pub(crate) people: &'a People,
}

/// What writing to Google needs to know.
pub(crate) struct GoogleWriting<'a> {
    /// A new event: empty fields are left out instead of being cleared.
    pub(crate) creating: bool,
    /// The event as Google shows it, complete. An update without it leaves reminders and guests alone, for both are
    /// lists that a patch replaces whole.
    pub(crate) current: Option<&'a Json<'a>>,
    /// The calendar's.
    pub(crate) default_reminders: &'a [google::Reminder],
    /// Guests that the CRM is known to have held: who is missing was removed there.
    pub(crate) known_guests: &'a [Fingerprint],
    /// The guests that Google showed when it was last seen; one of them who is not there any more was removed there.
    pub(crate) seen_guests: &'a [Fingerprint],
}

/// Reads the mapped fields of a Google event.
pub(crate) fn from_google(source: &google::Event<'_>, context: &Context<'_>) -> Result<Event, &'static str> {
    let mut event = nothing_yet();
    for row in &TABLE {
        (row.from_google)(source, context, &mut event)?;
    }
    Ok(event)
}

/// Reads the mapped fields of a CRM record.
pub(crate) fn from_crm(source: &Json<'_>, context: &CrmContext<'_>) -> Result<Event, &'static str> {
    let mut event = nothing_yet();
    for row in &TABLE {
        (row.from_crm)(source, context, &mut event)?;
    }
    Ok(event)
}

/// The text of a field as the engine compares it: 0 a title, 1 a place, 2 a description of Google, 3 one of the CRM; `limit`
/// is the most characters that the CRM takes.
#[cfg(target_arch = "wasm32")]
pub(crate) fn normal_form(form: u32, text: &str, limit: usize) -> String {
    let limits = TextLimits { title: limit, place: limit, description: limit };
    match form {
        0 => title(text, limits),
        1 => place(text, limits),
        2 => description(text::readable(text), limits),
        _ => description(text::plain(text), limits),
    }
}

fn nothing_yet() -> Event {
    Event::blank(When::all_day(NaiveDate::MIN, NaiveDate::MIN))
}

/// Adds the named fields of an event to a Google write.
pub(crate) fn to_google<'a>(
    event: &'a Event,
    fields: FieldSet,
    writing: &GoogleWriting<'a>,
    write: &mut google::EventWrite<'a>,
) {
    for row in TABLE.iter().filter(|row| fields.has(row.field)) {
        (row.to_google)(event, writing, write);
    }
}

/// Adds the named fields of an event to a CRM write. A reminder that is a time of its own moves with the start.
pub(crate) fn to_crm<'a>(
    event: &'a Event,
    fields: FieldSet,
    writing: &Writing<'_>,
    write: &mut zoho::EventWrite<'a>,
) {
    let moves = writing.reminder_times && event.reminder.is_some() && fields.has(Field::Time);
    let fields = if moves { fields.with(Field::Reminder) } else { fields };
    for row in TABLE.iter().filter(|row| fields.has(row.field)) {
        (row.to_crm)(event, writing, write);
    }
}

/// The text of a record's field; null is empty, anything else is not understood.
fn crm_text<'r>(source: &'r Json<'_>, key: &str) -> Result<&'r str, &'static str> {
    match source.get(key) {
        Json::Null => Ok(""),
        Json::Text(text) => Ok(text),
        _ => Err("a field has an unexpected type"),
    }
}

// F1: Event_Title, summary

fn title(text: &str, limits: TextLimits) -> String {
    let title = text::one_line(text);
    if title.is_empty() { UNTITLED.to_owned() } else { text::cut(title, limits.title) }
}

fn title_from_google(source: &google::Event<'_>, context: &Context<'_>, event: &mut Event) -> Read {
    event.title = title(source.summary.unwrap_or_default(), context.limits);
    Ok(())
}

/// The placeholder never travels back.
fn title_to_google<'a>(event: &'a Event, _: &GoogleWriting<'a>, write: &mut google::EventWrite<'a>) {
    if event.title != UNTITLED {
        write.set_text("summary", &event.title);
    }
}

fn title_from_crm(source: &Json<'_>, context: &CrmContext<'_>, event: &mut Event) -> Read {
    event.title = title(crm_text(source, "Event_Title")?, context.limits);
    Ok(())
}

fn title_to_crm<'a>(event: &'a Event, _: &Writing<'_>, write: &mut zoho::EventWrite<'a>) {
    write.set("Event_Title", Entry::text(&event.title));
}

// F4: Venue, location

fn place(text: &str, limits: TextLimits) -> String {
    text::cut(text::one_line(text), limits.place)
}

fn place_from_google(source: &google::Event<'_>, context: &Context<'_>, event: &mut Event) -> Read {
    event.place = place(source.location.unwrap_or_default(), context.limits);
    Ok(())
}

fn place_to_google<'a>(event: &'a Event, writing: &GoogleWriting<'a>, write: &mut google::EventWrite<'a>) {
    if !(writing.creating && event.place.is_empty()) {
        write.set_text("location", &event.place);
    }
}

fn place_from_crm(source: &Json<'_>, context: &CrmContext<'_>, event: &mut Event) -> Read {
    event.place = place(crm_text(source, "Venue")?, context.limits);
    Ok(())
}

fn place_to_crm<'a>(event: &'a Event, writing: &Writing<'_>, write: &mut zoho::EventWrite<'a>) {
    write.set_text("Venue", &event.place, writing.creating);
}

// F5: Description, description

/// As both services can hold it.
fn description(text: String, limits: TextLimits) -> String {
    text::within_google(text::cut(text, limits.description))
}

fn description_from_google(source: &google::Event<'_>, context: &Context<'_>, event: &mut Event) -> Read {
    let html = source.description.unwrap_or_default();
    event.description = description(text::readable(html), context.limits);
    Ok(())
}

fn description_to_google<'a>(
    event: &'a Event,
    writing: &GoogleWriting<'a>,
    write: &mut google::EventWrite<'a>,
) {
    if !(writing.creating && event.description.is_empty()) {
        write.set_text("description", text::html_of(&event.description));
    }
}

fn description_from_crm(source: &Json<'_>, context: &CrmContext<'_>, event: &mut Event) -> Read {
    event.description = description(text::plain(crm_text(source, "Description")?), context.limits);
    Ok(())
}

fn description_to_crm<'a>(event: &'a Event, writing: &Writing<'_>, write: &mut zoho::EventWrite<'a>) {
    write.set_text("Description", &event.description, writing.creating);
}
