//! F2: `Start_DateTime`, `End_DateTime` and `All_day`; `start` and `end`.

use super::{GoogleWriting, Read, Writing, crm_text};
use crate::json::Json;
use crate::model::event::Event;
use crate::model::profile::AllDayOffset;
use crate::model::time::{When, date, instant, midnight_utc, offset_at_local};
use crate::wire::google::{self, Moment};
use crate::wire::google_event::Context;
use crate::wire::zoho::{self, Entry};
use crate::wire::zoho_event::CrmContext;
use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime, Offset, TimeDelta, Utc};
use std::borrow::Cow;

const NOT_UNDERSTOOD: &str = "its start or end cannot be understood";

pub(super) fn from_google(source: &google::Event<'_>, _: &Context<'_>, event: &mut Event) -> Read {
    event.when = extent(source).ok_or(NOT_UNDERSTOOD)?;
    Ok(())
}

/// Dates (the end exclusive), or instants with their offsets; a mix is not an extent.
fn extent(source: &google::Event<'_>) -> Option<When> {
    let (start, end) = (source.start.as_ref()?, source.end.as_ref()?);
    match (&start.date, &end.date, &start.date_time, &end.date_time) {
        (Some(first), Some(end), ..) => Some(When::all_day(date(first)?, date(end)?)),
        (None, None, Some(start), Some(end)) => Some(When::timed(instant(start)?, instant(end)?)),
        _ => None,
    }
}

pub(super) fn to_google<'a>(
    event: &'a Event,
    writing: &GoogleWriting<'a>,
    write: &mut google::EventWrite<'a>,
) {
    let (kind, start, end) = match &event.when {
        When::Timed { start, end } => (Moment::Instant, instant_text(start), instant_text(end)),
        When::AllDay { first, end } => (Moment::Date, first.to_string(), end.to_string()),
    };
    write.set_time("start", kind, start, writing.creating);
    write.set_time("end", kind, end, writing.creating);
}

pub(super) fn from_crm(source: &Json<'_>, context: &CrmContext<'_>, event: &mut Event) -> Read {
    let (start, end) = ends(source).ok_or(NOT_UNDERSTOOD)?;
    event.when = if all_day(source)? {
        // The printed dates, whatever their offset: converted, they could be a day off.
        let (first, last) = (start.date_naive(), end.date_naive());
        let exclusive = end.time() == NaiveTime::MIN && last > first && context.exclusive_end != Some(false);
        When::all_day(first, if exclusive { last } else { last.succ_opt().ok_or(NOT_UNDERSTOOD)? })
    } else {
        When::timed(start, end)
    };
    Ok(())
}

fn ends(source: &Json<'_>) -> Option<(DateTime<FixedOffset>, DateTime<FixedOffset>)> {
    let at = |key| instant(crm_text(source, key).ok()?);
    Some((at("Start_DateTime")?, at("End_DateTime")?))
}

fn all_day(source: &Json<'_>) -> Result<bool, &'static str> {
    match source.get("All_day") {
        Json::Null => Ok(false),
        Json::Flag(all_day) => Ok(*all_day),
        _ => Err("a field has an unexpected type"),
    }
}

/// What rows say about how the CRM ends all-day times: inclusive when one ends at a time of day, or at the midnight that
/// it starts at; exclusive when all end at a later midnight; nothing when there are none.
pub(crate) fn exclusive_ends<'r, 'j: 'r>(rows: impl IntoIterator<Item = &'r Json<'j>>) -> Option<bool> {
    let mut found = None;
    for row in rows.into_iter().filter(|row| all_day(row) == Ok(true)) {
        let Some((start, end)) = ends(row) else { continue };
        if end.time() != NaiveTime::MIN || end.date_naive() <= start.date_naive() {
            return Some(false);
        }
        found = Some(true);
    }
    found
}

pub(super) fn to_crm<'a>(event: &'a Event, writing: &Writing<'_>, write: &mut zoho::EventWrite<'a>) {
    let (end, all_day) = match &event.when {
        When::Timed { end, .. } => (instant_text(end), false),
        When::AllDay { first, end } => {
            let last = end.pred_opt().unwrap_or(*first);
            let end = if writing.all_day.exclusive_end { (*end, 0) } else { (last, 86_399) };
            (all_day_time(end.0, end.1, writing), true)
        }
    };
    write.set("All_day", Entry::Flag(all_day));
    write.set("Start_DateTime", Entry::Text(Cow::Owned(crm_start(event, writing))));
    write.set("End_DateTime", Entry::Text(Cow::Owned(end)));
}

fn crm_start(event: &Event, writing: &Writing<'_>) -> String {
    match &event.when {
        When::Timed { start, .. } => instant_text(start),
        When::AllDay { first, .. } => all_day_time(*first, 0, writing),
    }
}

/// The time so many minutes before the start, as the CRM is told the start.
pub(super) fn before_start(event: &Event, minutes: u32, writing: &Writing<'_>) -> Option<String> {
    let start = instant(&crm_start(event, writing))?;
    start.checked_sub_signed(TimeDelta::minutes(i64::from(minutes))).map(|at| instant_text(&at))
}

/// `YYYY-MM-DDTHH:mm:ss±hh:mm`, without fractions: what Zoho CRM API v8 demands, and as RFC 3339 fit for Google.
fn instant_text(instant: &DateTime<FixedOffset>) -> String {
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
    instant_text(&instant.with_timezone(&offset))
}
