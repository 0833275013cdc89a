//! A CRM record becomes what Accord compares it by: title, extent and place.

use super::zoho::Record;
use crate::model::sight::Meeting;
use crate::model::text;
use crate::model::time::{When, WhenKey, instant};
use chrono::{NaiveDate, NaiveTime};

/// Reads a record.
pub(crate) fn meeting(record: Record) -> Meeting {
    Meeting {
        title: text::one_line(&record.title),
        extents: extents(&record),
        place: text::one_line(&record.venue),
        created: seconds(&record.created),
        modified: seconds(&record.modified),
        id: record.id,
    }
}

/// Every extent that the record may stand for. A timed record has one. The printed dates of an all-day record are
/// taken as they are, whatever their offset; an end at midnight of a later day is either that day or the one before,
/// for Zoho documents neither.
fn extents(record: &Record) -> Vec<WhenKey> {
    let (Some(start), Some(end)) = (instant(&record.start), instant(&record.end)) else { return Vec::new() };
    if !record.all_day {
        return vec![When::timed(start, end).key()];
    }
    let first = start.date_naive();
    let last = end.date_naive();
    let mut found: Vec<WhenKey> = inclusive(first, last).into_iter().collect();
    if end.time() == NaiveTime::MIN && last > first {
        found.push(When::all_day(first, last).key());
    }
    found
}

fn inclusive(first: NaiveDate, last: NaiveDate) -> Option<WhenKey> {
    Some(When::all_day(first, last.succ_opt()?).key())
}

/// A `Modified_Time` in seconds since 1970.
pub(crate) fn seconds(text: &str) -> Option<i64> {
    instant(text).map(|at| at.timestamp())
}

/// What an all-day record that was written for one day shows: whether at `+00:00`, and whether its end is the midnight
/// after that day. None when it shows another day, or more than one.
pub(crate) fn one_day(record: &Record, day: NaiveDate) -> Option<(bool, bool)> {
    let (start, end) = (instant(&record.start)?, instant(&record.end)?);
    let exclusive_end = end.date_naive() == day.succ_opt()? && end.time() == NaiveTime::MIN;
    let fits = start.date_naive() == day && (exclusive_end || end.date_naive() == day);
    fits.then_some((start.offset().local_minus_utc() == 0, exclusive_end))
}
