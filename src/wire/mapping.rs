//! The field mapping F1 to F6 (F8): one row per field, how it is read from Google and how it is written to the CRM.
//! Whatever has no row (conference links, colour, attachments …) is never touched (F7).

use super::google;
use super::google_event::Context;
use super::zoho::{self, Entry, Participant, Reminder};
use crate::model::event::{Event, Guest, Guests};
use crate::model::field::{Field, FieldSet};
use crate::model::profile::{AllDayOffset, AllDayTimes};
use crate::model::text;
use crate::model::time::{OffsetChange, When, date, instant, midnight_utc, offset_at_local};
use chrono::{DateTime, FixedOffset, NaiveDate, Offset, Utc};
use std::borrow::Cow;

/// One mapped field.
struct Row {
    field: Field,
    from_google: fn(&mut google::Event, &Context<'_>, &mut Event) -> Result<(), &'static str>,
    to_crm: for<'a> fn(&'a Event, &Writing<'_>, &mut zoho::EventWrite<'a>),
}

const TABLE: [Row; 6] = [
    Row { field: Field::Title, from_google: title_from_google, to_crm: title_to_crm },
    Row { field: Field::Time, from_google: time_from_google, to_crm: time_to_crm },
    Row { field: Field::Reminder, from_google: reminder_from_google, to_crm: reminder_to_crm },
    Row { field: Field::Place, from_google: place_from_google, to_crm: place_to_crm },
    Row { field: Field::Description, from_google: description_from_google, to_crm: description_to_crm },
    Row { field: Field::Guests, from_google: guests_from_google, to_crm: guests_to_crm },
];

/// The title of an untitled event in the CRM (F1), as Zoho's own feature writes it.
pub(crate) const UNTITLED: &str = "Not Provided";

/// The CRM takes no more participants than this (Zoho CRM API, insert records: `LIMIT_EXCEEDED`).
pub(crate) const MAX_PARTICIPANTS: usize = 50;

/// What writing to the CRM needs to know.
pub(crate) struct Writing<'a> {
    pub(crate) all_day: AllDayTimes,
    /// The offsets of the user's zone; needed for [`AllDayOffset::UserZone`] only.
    pub(crate) zone: &'a [OffsetChange],
    /// A new record: empty fields are left out instead of being cleared.
    pub(crate) creating: bool,
    /// The complete list of participants that an update writes, people added in the CRM included.
    pub(crate) roster: Option<&'a [Participant]>,
}

/// Reads the mapped fields of a Google event.
pub(crate) fn from_google(source: &mut google::Event, context: &Context<'_>) -> Result<Event, &'static str> {
    let mut event = Event::blank(When::all_day(NaiveDate::MIN, NaiveDate::MIN));
    for row in &TABLE {
        (row.from_google)(source, context, &mut event)?;
    }
    Ok(event)
}

/// Adds the named fields of an event to a CRM write.
pub(crate) fn to_crm<'a>(
    event: &'a Event,
    fields: FieldSet,
    writing: &Writing<'_>,
    write: &mut zoho::EventWrite<'a>,
) {
    for row in TABLE.iter().filter(|row| fields.has(row.field)) {
        (row.to_crm)(event, writing, write);
    }
}

// F1: Event_Title, summary

fn title_from_google(
    source: &mut google::Event,
    context: &Context<'_>,
    event: &mut Event,
) -> Result<(), &'static str> {
    let title = text::one_line(source.summary.as_deref().unwrap_or_default());
    event.title = if title.is_empty() { UNTITLED.to_owned() } else { text::cut(title, context.limits.title) };
    Ok(())
}

fn title_to_crm<'a>(event: &'a Event, _: &Writing<'_>, write: &mut zoho::EventWrite<'a>) {
    write.set("Event_Title", Entry::text(&event.title));
}

// F2: Start_DateTime, End_DateTime, All_day; start, end

fn time_from_google(
    source: &mut google::Event,
    _: &Context<'_>,
    event: &mut Event,
) -> Result<(), &'static str> {
    event.when = extent(source).ok_or("its start or end cannot be understood")?;
    Ok(())
}

/// Dates (the end exclusive), or instants with their offsets; a mix is not an extent.
fn extent(source: &google::Event) -> Option<When> {
    let (start, end) = (source.start.as_ref()?, source.end.as_ref()?);
    match (&start.date, &end.date, &start.date_time, &end.date_time) {
        (Some(first), Some(end), ..) => Some(When::all_day(date(first)?, date(end)?)),
        (None, None, Some(start), Some(end)) => Some(When::timed(instant(start)?, instant(end)?)),
        _ => None,
    }
}

fn time_to_crm<'a>(event: &'a Event, writing: &Writing<'_>, write: &mut zoho::EventWrite<'a>) {
    let (start, end, all_day) = match &event.when {
        When::Timed { start, end } => (zoho_time(start), zoho_time(end), false),
        When::AllDay { first, end } => {
            let last = end.pred_opt().unwrap_or(*first);
            let end = if writing.all_day.exclusive_end { (*end, 0) } else { (last, 86_399) };
            (all_day_time(*first, 0, writing), all_day_time(end.0, end.1, writing), true)
        }
    };
    write.set("All_day", Entry::Flag(all_day));
    write.set("Start_DateTime", Entry::Text(Cow::Owned(start)));
    write.set("End_DateTime", Entry::Text(Cow::Owned(end)));
}

/// `YYYY-MM-DDTHH:mm:ss±hh:mm`, without fractions (Zoho CRM API v8).
fn zoho_time(instant: &DateTime<FixedOffset>) -> String {
    instant.to_rfc3339_opts(chrono::SecondsFormat::Secs, false)
}

/// A time of day of an all-day date, printed at the offset that the CRM expects there.
fn all_day_time(date: NaiveDate, second_of_day: i64, writing: &Writing<'_>) -> String {
    let local = midnight_utc(date) + second_of_day;
    let minutes = match writing.all_day.offset {
        Some(AllDayOffset::Zero) | None => 0,
        Some(AllDayOffset::UserZone) => offset_at_local(writing.zone, local),
    };
    let offset = FixedOffset::east_opt(minutes * 60).unwrap_or(Utc.fix());
    let instant =
        DateTime::from_timestamp(local - i64::from(offset.local_minus_utc()), 0).unwrap_or_default();
    zoho_time(&instant.with_timezone(&offset))
}

// F3: Remind_At, reminders

/// The first popup of the effective reminders; e-mail reminders are ignored.
fn reminder_from_google(
    source: &mut google::Event,
    context: &Context<'_>,
    event: &mut Event,
) -> Result<(), &'static str> {
    let effective = match &source.reminders {
        Some(reminders) if reminders.use_default => context.default_reminders,
        Some(reminders) => &reminders.overrides,
        None => &[],
    };
    event.reminder =
        effective.iter().find(|reminder| reminder.method == "popup").map(|reminder| reminder.minutes);
    Ok(())
}

fn reminder_to_crm<'a>(event: &'a Event, writing: &Writing<'_>, write: &mut zoho::EventWrite<'a>) {
    match event.reminder {
        Some(minutes) => write.set("Remind_At", Entry::Reminder(Reminder::before(minutes))),
        None if writing.creating => {}
        None => write.set("Remind_At", Entry::Null),
    }
}

// F4: Venue, location

fn place_from_google(
    source: &mut google::Event,
    context: &Context<'_>,
    event: &mut Event,
) -> Result<(), &'static str> {
    event.place =
        text::cut(text::one_line(source.location.as_deref().unwrap_or_default()), context.limits.place);
    Ok(())
}

fn place_to_crm<'a>(event: &'a Event, writing: &Writing<'_>, write: &mut zoho::EventWrite<'a>) {
    write.set_text("Venue", &event.place, writing.creating);
}

// F5: Description, description

fn description_from_google(
    source: &mut google::Event,
    context: &Context<'_>,
    event: &mut Event,
) -> Result<(), &'static str> {
    let html = source.description.as_deref().unwrap_or_default();
    event.description = text::cut(text::readable(html), context.limits.description);
    Ok(())
}

fn description_to_crm<'a>(event: &'a Event, writing: &Writing<'_>, write: &mut zoho::EventWrite<'a>) {
    write.set_text("Description", &event.description, writing.creating);
}

// F6: Participants, attendees

fn guests_from_google(
    source: &mut google::Event,
    _: &Context<'_>,
    event: &mut Event,
) -> Result<(), &'static str> {
    event.guests = if source.attendees_omitted {
        Guests::Unknown
    } else {
        let people = source.attendees.iter_mut().filter(|row| !row.is_self && !row.resource);
        let mut guests: Vec<Guest> = Vec::new();
        for row in people {
            if let Some(guest) = Guest::new(row.email.as_deref().unwrap_or_default(), row.display_name.take())
                && !guests.iter().any(|known| known.email == guest.email)
            {
                guests.push(guest);
            }
        }
        Guests::Known(guests)
    };
    Ok(())
}

fn guests_to_crm<'a>(event: &'a Event, writing: &Writing<'_>, write: &mut zoho::EventWrite<'a>) {
    if let Some(roster) = writing.roster {
        write.set(
            "Participants",
            Entry::Participants(roster.iter().take(MAX_PARTICIPANTS).cloned().collect()),
        );
    } else if let Guests::Known(guests) = &event.guests
        && !guests.is_empty()
    {
        let people = guests.iter().take(MAX_PARTICIPANTS).map(Participant::invitee).collect();
        write.set("Participants", Entry::Participants(people));
    }
}

/// The participants an update writes: those in the CRM, less the guests that Google dropped, plus those that it added.
/// A person added in the CRM stays (I17).
pub(crate) fn merged_roster(
    in_crm: Vec<Participant>,
    guests: &[Guest],
    was_guest: impl Fn(&Guest) -> bool,
) -> Vec<Participant> {
    let is_guest = |known: &Guest| guests.iter().any(|guest| guest.email == known.email);
    let mut roster = in_crm;
    roster.retain(|row| row.guest().is_none_or(|known| is_guest(&known) || !was_guest(&known)));
    let present: Vec<String> = roster.iter().filter_map(|row| row.guest().map(|known| known.email)).collect();
    roster.extend(guests.iter().filter(|guest| !present.contains(&guest.email)).map(Participant::invitee));
    roster
}
