//! When an event takes place: an instant to an instant, or whole days.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveTime, TimeDelta};

/// The extent of an event, never empty (F2).
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub(crate) enum When {
    /// From one instant to a later one. The offsets are those the source printed; they do not take part in
    /// comparisons ([`When::key`]).
    Timed { start: DateTime<FixedOffset>, end: DateTime<FixedOffset> },
    /// Whole days, the same dates for the user in every zone; `end` is exclusive.
    AllDay { first: NaiveDate, end: NaiveDate },
}

/// What two extents are compared by: instants, or dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum WhenKey {
    Timed { start: i64, end: i64 },
    AllDay { first: i32, end: i32 },
}

impl When {
    /// An extent between two instants; one that would be empty lasts a minute, the shortest both services
    /// accept when written (Google refuses `end <= start` with `timeRangeEmpty`).
    pub(crate) fn timed(start: DateTime<FixedOffset>, end: DateTime<FixedOffset>) -> Self {
        let end =
            if end > start { end } else { start.checked_add_signed(TimeDelta::minutes(1)).unwrap_or(start) };
        Self::Timed { start, end }
    }

    /// An extent of whole days, `end` exclusive; at least one day.
    pub(crate) fn all_day(first: NaiveDate, end: NaiveDate) -> Self {
        let end = if end > first { end } else { first.succ_opt().unwrap_or(first) };
        Self::AllDay { first, end }
    }

    /// The value to compare and to hash.
    pub(crate) fn key(&self) -> WhenKey {
        match self {
            Self::Timed { start, end } => WhenKey::Timed { start: start.timestamp(), end: end.timestamp() },
            Self::AllDay { first, end } => {
                WhenKey::AllDay { first: first.num_days_from_ce(), end: end.num_days_from_ce() }
            }
        }
    }

    /// Both ends as RFC 3339 prints them; days with the last one included.
    pub(crate) fn printed(&self) -> String {
        match self {
            Self::Timed { start, end } => {
                let print =
                    |at: &DateTime<FixedOffset>| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
                format!("{}/{}", print(start), print(end))
            }
            Self::AllDay { first, end } => format!("{first}/{}", end.pred_opt().unwrap_or(*first)),
        }
    }

    /// What [`When::printed`] printed.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (start, end) = text.split_once('/')?;
        match (instant(start), instant(end)) {
            (Some(start), Some(end)) => Some(Self::timed(start, end)),
            _ => Some(Self::all_day(date(start)?, date(end)?.succ_opt()?)),
        }
    }

    /// The start in seconds since 1970; days are taken in UTC, which is exact enough to sort and to bound queries.
    pub(crate) fn start_seconds(&self) -> i64 {
        match self {
            Self::Timed { start, .. } => start.timestamp(),
            Self::AllDay { first, .. } => midnight_utc(*first),
        }
    }

    /// The end in seconds since 1970, days taken in UTC.
    pub(crate) fn end_seconds(&self) -> i64 {
        match self {
            Self::Timed { end, .. } => end.timestamp(),
            Self::AllDay { end, .. } => midnight_utc(*end),
        }
    }
}

/// A date as `YYYY-MM-DD` (RFC 3339 `full-date`).
pub(crate) fn date(text: &str) -> Option<NaiveDate> {
    let [year, month, day] = digits(text, "####-##-##")?;
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
}

fn offset(zone: &str) -> Option<FixedOffset> {
    if matches!(zone, "Z" | "z") {
        return FixedOffset::east_opt(0);
    }
    let west = zone.starts_with('-');
    let [hours, minutes] = digits(zone.strip_prefix(['+', '-'])?, "##:##")?;
    let seconds = i32::try_from(hours * 3_600 + minutes * 60).ok().filter(|_| minutes < 60)?;
    FixedOffset::east_opt(if west { -seconds } else { seconds })
}

/// The numbers in a text of just this form, where `#` stands for a digit.
fn digits<const N: usize>(text: &str, form: &str) -> Option<[u32; N]> {
    let mut numbers = [0; N];
    let mut found = numbers.iter_mut();
    let mut number = found.next()?;
    let (text, mut at) = (text.as_bytes(), 0);
    for expected in form.as_bytes() {
        let byte = text.get(at)?;
        let digit = byte.wrapping_sub(b'0');
        if *expected == b'#' && digit < 10 {
            *number = *number * 10 + u32::from(digit);
        } else if byte == expected {
            number = found.next()?;
        } else {
            return None;
        }
        at += 1;
    }
    (text.len() == at).then_some(numbers)
}

/// An RFC 3339 text in seconds since 1970.
pub(crate) fn seconds(text: &str) -> Option<i64> {
    instant(text).map(|at| at.timestamp())
}

/// Midnight UTC of a date, in seconds since 1970.
pub(crate) fn midnight_utc(date: NaiveDate) -> i64 {
    date.and_time(NaiveTime::MIN).and_utc().timestamp()
}

/// An instant `months` calendar months before `now_ms`, at the same time of day in UTC (L1).
pub(crate) fn months_before(now_ms: i64, months: u32) -> i64 {
    DateTime::from_timestamp_millis(now_ms)
        .and_then(|now| now.checked_sub_months(chrono::Months::new(months)))
        .map_or(0, |then| then.timestamp())
}

/// An instant as `YYYY-MM-DDTHH:mm:ss[.fraction](Z|±HH:mm)` (RFC 3339 `date-time`), its fraction dropped: the CRM knows
/// whole seconds only. Read here, for chrono's general reader and the panics of its slices take 8 KB of the module.
pub(crate) fn instant(text: &str) -> Option<DateTime<FixedOffset>> {
    let (date_text, rest) = text.split_at_checked("YYYY-MM-DD".len())?;
    let (clock, rest) = rest.strip_prefix(['T', 't', ' '])?.split_at_checked("HH:mm:ss".len())?;
    let zone = match rest.strip_prefix('.') {
        Some(fraction) => {
            let zone = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
            (zone.len() < fraction.len()).then_some(zone)?
        }
        None => rest,
    };
    let [hour, minute, second] = digits(clock, "##:##:##")?;
    // A leap second counts as the one before it, as both services have it.
    let second = if second == 60 { 59 } else { second };
    let local = date(date_text)?.and_hms_opt(hour, minute, second)?;
    let offset = offset(zone)?;
    Some(DateTime::from_naive_utc_and_offset(local.checked_sub_offset(offset)?, offset))
}

/// Seconds since 1970 as RFC 3339 in UTC (`2026-11-22T10:00:00Z`).
pub(crate) fn rfc3339_utc(seconds: i64) -> String {
    DateTime::from_timestamp(seconds, 0)
        .unwrap_or_default()
        .to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

/// A change of a zone's offset from UTC, as the host's `Intl` computed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OffsetChange {
    /// The instant from which the offset holds, in milliseconds since 1970.
    pub from_ms: i64,
    /// Minutes east of UTC.
    pub minutes: i32,
}

/// The offset, in minutes, that a zone has at a local time (in seconds, as if it were UTC), from a list of changes in
/// ascending order.
pub(crate) fn offset_at_local(changes: &[OffsetChange], local: i64) -> i32 {
    let mut found = changes.first().map_or(0, |change| change.minutes);
    for change in changes {
        if change.from_ms / 1000 <= local - i64::from(change.minutes) * 60 {
            found = change.minutes;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(text: &str) -> DateTime<FixedOffset> {
        super::instant(text).unwrap()
    }

    /// chrono's reader is the measure; only fractions and leap seconds are dropped here.
    #[test]
    fn instants_are_read_as_chrono_reads_them() {
        let texts = [
            "2026-11-22T10:00:00Z",
            "2026-11-22t10:00:00z",
            "2026-11-22 10:00:00+01:00",
            "2024-02-29T23:59:59-11:30",
            "2026-11-22T10:00:00.5+05:45",
            "2026-11-22T10:00:00.123456789Z",
            "0001-01-01T00:00:00+00:00",
            "9999-12-31T23:59:60Z",
            "2026-02-29T10:00:00Z",
            "2026-11-22T24:00:00Z",
            "2026-11-22T10:60:00Z",
            "2026-11-22T10:00:61Z",
            "2026-11-22T10:00:00.Z",
            "2026-11-22T10:00:00",
            "2026-11-22T10:00Z",
            "2026-11-22T10:00:00+01",
            "2026-11-22T10:00:00+01:60",
            "2026-11-22T10:00:00+24:00",
            "2026-11-22",
            "26-11-22T10:00:00Z",
            "2026-1-22T10:00:00Z",
            "2026-11-22T10:00:00Z ",
            " 2026-11-22T10:00:00Z",
            "",
            "2026-11-22T1\u{664}:00:00Z",
            "2026-11-2é10:00:00Z",
            "+026-11-22T10:00:00Z",
            "yesterday",
        ];
        for text in texts {
            let expected = DateTime::parse_from_rfc3339(text).ok();
            let found = super::instant(text);
            let shown = |at: DateTime<FixedOffset>| (at.timestamp(), at.offset().local_minus_utc());
            assert_eq!(found.map(shown), expected.map(shown), "{text}");
            assert_eq!(found.map_or(0, |at| at.timestamp_subsec_nanos()), 0, "{text}");
        }
    }

    #[test]
    fn dates_have_one_form() {
        assert_eq!(date("2026-11-22"), NaiveDate::from_ymd_opt(2026, 11, 22));
        for text in ["2026-11-31", "2026-1-2", "2026-11-022", "2026-11-22T", "2026/11/22", ""] {
            assert_eq!(date(text), None, "{text}");
        }
    }

    /// F2: instants are compared, not the offsets they are printed with.
    #[test]
    fn the_same_instants_in_other_offsets_are_the_same_time() {
        let paris = When::timed(instant("2026-11-22T10:00:00+01:00"), instant("2026-11-22T11:00:00+01:00"));
        let tokyo = When::timed(instant("2026-11-22T18:00:00+09:00"), instant("2026-11-22T19:00:00+09:00"));
        assert_eq!(paris.key(), tokyo.key());
    }

    /// F2: zero-length events get the shortest valid length.
    #[test]
    fn an_empty_extent_is_widened() {
        let start = instant("2026-11-22T10:00:00Z");
        assert_eq!(When::timed(start, start).end_seconds(), start.timestamp() + 60);
        let day = NaiveDate::from_ymd_opt(2026, 2, 28).unwrap();
        assert_eq!(When::all_day(day, day).end_seconds() - When::all_day(day, day).start_seconds(), 86_400);
    }

    /// L1: calendar months, not blocks of 30 days.
    #[test]
    fn three_months_before_the_end_of_may_is_the_end_of_february() {
        let now = instant("2026-05-31T12:00:00Z").timestamp_millis();
        assert_eq!(rfc3339_utc(months_before(now, 3)), "2026-02-28T12:00:00Z");
    }

    #[test]
    fn a_zone_has_the_offset_of_the_season() {
        let paris = [
            OffsetChange { from_ms: instant("2026-01-01T00:00:00Z").timestamp_millis(), minutes: 60 },
            OffsetChange { from_ms: instant("2026-03-29T01:00:00Z").timestamp_millis(), minutes: 120 },
            OffsetChange { from_ms: instant("2026-10-25T01:00:00Z").timestamp_millis(), minutes: 60 },
        ];
        let local = |text: &str| instant(&format!("{text}Z")).timestamp();
        let table = [
            ("2026-03-29T00:00:00", 60),
            ("2026-03-29T23:59:59", 120),
            ("2026-10-25T00:00:00", 120),
            ("2026-10-25T23:59:59", 60),
        ];
        for (at, minutes) in table {
            assert_eq!(offset_at_local(&paris, local(at)), minutes, "{at}");
        }
    }
}
