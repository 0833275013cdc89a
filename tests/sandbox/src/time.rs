//! Instants, dates and zones. An instant is milliseconds since 1970 in UTC; a zone is an IANA zone.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone, Timelike};
use chrono_tz::Tz;

pub(crate) const SECOND: i64 = 1_000;
pub(crate) const MINUTE: i64 = 60 * SECOND;
pub(crate) const HOUR: i64 = 60 * MINUTE;
pub(crate) const DAY: i64 = 24 * HOUR;

/// An instant and the offset it was written with, in minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Offseted {
    pub(crate) ms: i64,
    pub(crate) offset: i32,
}

/// RFC 3339 with a mandatory offset.
pub(crate) fn parse_rfc3339(text: &str) -> Option<Offseted> {
    let bytes = text.as_bytes();
    if bytes.get(10).is_none_or(|b| *b != b'T' && *b != b't') {
        return None;
    }
    let parsed = DateTime::parse_from_rfc3339(text).ok()?;
    Some(Offseted { ms: parsed.timestamp_millis(), offset: parsed.offset().local_minus_utc() / 60 })
}

/// `YYYY-MM-DDTHH:MM:SS[.fraction]` without an offset.
pub(crate) fn parse_naive(text: &str) -> Option<NaiveDateTime> {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").ok()
}

/// `YYYY-MM-DD`, nothing else.
pub(crate) fn parse_date(text: &str) -> Option<NaiveDate> {
    if text.len() != 10 {
        return None;
    }
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()
}

pub(crate) fn zone(name: &str) -> Option<Tz> {
    name.parse().ok()
}

/// The offset of a zone at an instant, in minutes.
pub(crate) fn offset_at(zone: Tz, ms: i64) -> i32 {
    utc(ms).map_or(0, |at| zone.offset_from_utc_datetime(&at).fix().local_minus_utc() / 60)
}

/// The instant of a wall-clock time. In a spring gap the time after the gap is taken, in an autumn overlap the first.
pub(crate) fn local_to_ms(zone: Tz, local: NaiveDateTime) -> i64 {
    let as_utc = local.and_utc().timestamp_millis();
    match zone.offset_from_local_datetime(&local) {
        chrono::LocalResult::Single(offset) | chrono::LocalResult::Ambiguous(offset, _) => {
            as_utc - i64::from(offset.fix().local_minus_utc()) * SECOND
        }
        chrono::LocalResult::None => as_utc - i64::from(offset_at(zone, as_utc - DAY)) * MINUTE,
    }
}

/// Midnight at the start of a date in a zone.
pub(crate) fn date_to_ms(zone: Tz, date: NaiveDate) -> i64 {
    local_to_ms(zone, date.and_time(NaiveTime::MIN))
}

/// The wall-clock time in a zone.
pub(crate) fn ms_to_local(zone: Tz, ms: i64) -> NaiveDateTime {
    shifted(ms, offset_at(zone, ms))
}

/// The wall-clock time at a fixed offset. Instants outside what a calendar can print become 1970.
pub(crate) fn shifted(ms: i64, offset: i32) -> NaiveDateTime {
    utc(ms.saturating_add(i64::from(offset) * MINUTE)).unwrap_or_default()
}

fn utc(ms: i64) -> Option<NaiveDateTime> {
    DateTime::from_timestamp_millis(ms).map(|at| at.naive_utc())
}

/// `2026-11-22T10:00:00+01:00`; `Z` when the offset is zero and `zulu` is asked for.
pub(crate) fn print(ms: i64, offset: i32, zulu: bool) -> String {
    let local = shifted(ms, offset);
    let mut text = print_naive(local);
    if zulu && offset == 0 {
        text.push('Z');
    } else {
        let sign = if offset < 0 { '-' } else { '+' };
        let (hours, minutes) = (offset.abs() / 60, offset.abs() % 60);
        text.push(sign);
        push2(&mut text, hours.unsigned_abs());
        text.push(':');
        push2(&mut text, minutes.unsigned_abs());
    }
    text
}

/// `2026-11-22T09:00:00.447Z`
pub(crate) fn print_utc_ms(ms: i64) -> String {
    let at = shifted(ms, 0);
    let mut text = print_naive(at);
    let millis = ms.rem_euclid(SECOND);
    text.push('.');
    text.push_str(&format!("{millis:03}"));
    text.push('Z');
    text
}

/// `Sun, 22 Nov 2026 09:00:00 GMT`: the one form of HTTP dates that is written (RFC 9110, section 5.6.7).
pub(crate) fn print_http_date(ms: i64) -> String {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let at = shifted(ms, 0);
    let name = |names: &[&'static str], index: u32| names.get(index as usize).copied().unwrap_or_default();
    let mut text = String::with_capacity(29);
    text.push_str(name(&DAYS, at.weekday().num_days_from_monday()));
    text.push_str(", ");
    push2(&mut text, at.day());
    text.push(' ');
    text.push_str(name(&MONTHS, at.month0()));
    text.push(' ');
    let year = at.year().clamp(0, 9999).unsigned_abs();
    push2(&mut text, year / 100);
    push2(&mut text, year % 100);
    for (before, number) in [(' ', at.hour()), (':', at.minute()), (':', at.second())] {
        text.push(before);
        push2(&mut text, number);
    }
    text.push_str(" GMT");
    text
}

/// `20261122T090000Z`, the suffix of an instance id.
pub(crate) fn print_basic_utc(ms: i64) -> String {
    shifted(ms, 0).format("%Y%m%dT%H%M%SZ").to_string()
}

/// `2026-11-22`
pub(crate) fn print_date(date: NaiveDate) -> String {
    let mut text = String::with_capacity(10);
    push_date(&mut text, date);
    text
}

fn print_naive(local: NaiveDateTime) -> String {
    let mut text = String::with_capacity(25);
    push_date(&mut text, local.date());
    text.push('T');
    push2(&mut text, local.hour());
    text.push(':');
    push2(&mut text, local.minute());
    text.push(':');
    push2(&mut text, local.second());
    text
}

fn push_date(text: &mut String, date: NaiveDate) {
    let year = date.year();
    if (0..=9999).contains(&year) {
        let year = year.unsigned_abs();
        push2(text, year / 100);
        push2(text, year % 100);
    } else {
        text.push_str(&year.to_string());
    }
    text.push('-');
    push2(text, date.month());
    text.push('-');
    push2(text, date.day());
}

fn push2(text: &mut String, number: u32) {
    for digit in [number / 10 % 10, number % 10] {
        text.push(char::from_digit(digit, 10).unwrap_or('0'));
    }
}
