//! Start and end of an event: validation with Google's texts, and the form in which they are answered.

use chrono::{NaiveDate, NaiveTime};
use chrono_tz::Tz;
use serde_json::{Map, Value, json};

use super::error::ApiError;
use crate::time::{self, SECOND};

/// One end of an event.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum When {
    /// All-day: a calendar date, in no zone.
    Date(NaiveDate),
    /// Timed: an instant, and the zone it was named in.
    At { ms: i64, zone: Tz },
}

impl When {
    /// The instant, an all-day date being taken at midnight in `zone`.
    pub(crate) fn ms_in(self, zone: Tz) -> i64 {
        match self {
            When::Date(date) => time::date_to_ms(zone, date),
            When::At { ms, .. } => ms,
        }
    }

    pub(crate) fn is_date(self) -> bool {
        matches!(self, When::Date(_))
    }

    /// The wire form, with the offset of the zone in which answers are given.
    pub(crate) fn to_json(self, answer_zone: Tz) -> Value {
        match self {
            When::Date(date) => json!({ "date": time::print_date(date) }),
            When::At { ms, zone } => json!({
                "dateTime": time::print(ms, time::offset_at(answer_zone, ms), true),
                "timeZone": zone.name(),
            }),
        }
    }

    /// Reads a stored wire form back.
    pub(crate) fn from_json(value: &Value, calendar_zone: Tz) -> Option<When> {
        if let Some(date) = value.get("date").and_then(Value::as_str) {
            return time::parse_date(date).map(When::Date);
        }
        let at = time::parse_rfc3339(value.get("dateTime")?.as_str()?)?;
        let zone =
            value.get("timeZone").and_then(Value::as_str).and_then(time::zone).unwrap_or(calendar_zone);
        Some(When::At { ms: at.ms, zone })
    }
}

/// Who writes: a client of the API, or a person on Google's own pages, who may do a little more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    Api,
    Person,
}

/// Parses and checks `start` and `end` of a body.
pub(crate) fn read(
    body: &Map<String, Value>,
    calendar_zone: Tz,
    origin: Origin,
) -> Result<(When, When), ApiError> {
    let recurring = body.get("recurrence").and_then(Value::as_array).is_some_and(|lines| !lines.is_empty());
    let end = body.get("end").ok_or_else(|| ApiError::required("Missing end time."))?;
    let start = body.get("start").ok_or_else(|| ApiError::required("Missing start time."))?;
    let start = read_one(start, "start", recurring, calendar_zone)?;
    let end = read_one(end, "end", recurring, calendar_zone)?;
    if start.is_date() != end.is_date() {
        return Err(ApiError::invalid("Start and end times must either both be date or both be dateTime."));
    }
    let length = end.ms_in(calendar_zone) - start.ms_in(calendar_zone);
    // People can make events of no length on Google's pages; by API they can be read but not written.
    if length < 0 || length == 0 && origin == Origin::Api {
        return Err(ApiError::empty_range());
    }
    Ok((start, end))
}

fn read_one(value: &Value, which: &str, recurring: bool, calendar_zone: Tz) -> Result<When, ApiError> {
    let object = value.as_object().ok_or_else(ApiError::parse)?;
    let text = |name: &str| match object.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str())),
        Some(_) => Err(ApiError::parse()),
    };
    let (date, date_time, zone_name) = (text("date")?, text("dateTime")?, text("timeZone")?);
    let named_zone =
        match zone_name {
            None | Some("") => None,
            Some(name) => Some(time::zone(name).ok_or_else(|| {
                ApiError::invalid(format!("Invalid time zone definition for {which} time."))
            })?),
        };
    match (date, date_time) {
        (Some(_), Some(_)) => {
            Err(ApiError::invalid("Start and end times must either both be date or both be dateTime."))
        }
        (None, None) => Err(ApiError::required(format!("Missing {which} time."))),
        (Some(date), None) => time::parse_date(date)
            .map(When::Date)
            .ok_or_else(|| ApiError::invalid(format!("Invalid value for: Invalid format: \"{date}\""))),
        (None, Some(text)) => {
            let missing_zone =
                || ApiError::required(format!("Missing time zone definition for {which} time."));
            if let Some(at) = time::parse_rfc3339(text) {
                if recurring && named_zone.is_none() {
                    return Err(missing_zone());
                }
                return Ok(When::At {
                    ms: at.ms - at.ms.rem_euclid(SECOND),
                    zone: named_zone.unwrap_or(calendar_zone),
                });
            }
            let local = time::parse_naive(text)
                .ok_or_else(|| ApiError::invalid(format!("Invalid value for: Invalid format: \"{text}\"")))?;
            let zone = named_zone.ok_or_else(missing_zone)?;
            let ms = time::local_to_ms(zone, local);
            Ok(When::At { ms: ms - ms.rem_euclid(SECOND), zone })
        }
    }
}

/// The end of an occurrence that starts at `start`, for a series whose first runs from `first` to `last`.
pub(crate) fn occurrence_end(start: When, first: When, last: When) -> When {
    match (start, first, last) {
        (When::Date(start), When::Date(first), When::Date(last)) => When::Date(start + (last - first)),
        (When::At { ms, .. }, When::At { ms: first_ms, .. }, When::At { ms: last_ms, zone }) => {
            When::At { ms: ms + (last_ms - first_ms), zone }
        }
        (start, _, _) => start,
    }
}

/// Midnight of a date as an instant of the same kind as a series' start, for UNTIL and EXDATE values that are dates.
pub(crate) fn date_like(date: NaiveDate, start: When) -> i64 {
    match start {
        When::Date(_) => date.and_time(NaiveTime::MIN).and_utc().timestamp_millis(),
        When::At { ms, zone } => {
            let wall = time::ms_to_local(zone, ms).time();
            time::local_to_ms(zone, date.and_time(wall))
        }
    }
}
