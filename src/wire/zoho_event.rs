//! A CRM record becomes an event of the model, or what a meeting is paired by: title, extent and place.

use super::mapping;
use super::zoho::{self, Record};
use crate::json::Json;
use crate::model::ids::{CrmId, GoogleId};
use crate::model::list::{Listed, whole};
use crate::model::profile::TextLimits;
use crate::model::sight::{CrmContent, CrmSight, Meeting};
use crate::model::table::Table;
use crate::model::text;
use crate::model::time::{When, WhenKey, instant};
use chrono::{NaiveDate, NaiveTime};

/// What reading needs to know of the CRM account.
pub(crate) struct CrmContext<'a> {
    /// The id of the user whose meetings are synced.
    pub(crate) user: &'a str,
    /// The user's own addresses.
    pub(crate) own: &'a [String],
    pub(crate) limits: TextLimits,
    /// Whether all-day times end at the midnight after the last day; see [`exclusive_ends`].
    pub(crate) exclusive_end: Option<bool>,
    /// The rows come from a list, which may show less of a record than a read of it alone.
    pub(crate) listed: bool,
    /// Whether to ask for the field with the id of the Google event.
    pub(crate) marks: bool,
}

/// A page of records, as far as they are looked at.
pub(crate) struct CrmPage<R> {
    pub(crate) rows: Vec<R>,
    pub(crate) more_records: bool,
    pub(crate) next_page_token: Option<String>,
}

/// Lists cut long text here (Zoho CRM API v8, get records, says so of rich text); some room for an ellipsis.
const CUT: std::ops::RangeInclusive<usize> = 500..=510;

/// Reads a page of records; an empty one is a 204 without a body. A record without an id makes it unreadable.
pub(crate) fn crm_sights(body: &[u8], context: &CrmContext<'_>) -> Option<CrmPage<CrmSight>> {
    page(body, &|row| crm_sight(row, context))
}

/// Of a page only which records it has: readable wherever [`crm_sights`] is, and much sooner.
pub(crate) fn crm_ids(body: &[u8]) -> Option<CrmPage<CrmId>> {
    page(body, &|row| Some(CrmId::new(row.text("id")?)))
}

fn page<R>(body: &[u8], read: &dyn Fn(&Json<'_>) -> Option<R>) -> Option<CrmPage<R>> {
    if body.is_empty() {
        return Some(CrmPage { rows: Vec::new(), more_records: false, next_page_token: None });
    }
    let body = Json::parse(body)?;
    Some(CrmPage {
        rows: whole(body.get("data").list()?.iter().map(read))?,
        more_records: zoho::more_records(&body),
        next_page_token: body.get("info").text("next_page_token"),
    })
}

/// What the all-day records of some pages say about how their times end: inclusive when one ends at a time of day, or at
/// the midnight that it starts at; exclusive when all end at a later midnight; nothing when there are none.
pub(crate) fn exclusive_ends<'b>(bodies: impl IntoIterator<Item = &'b [u8]>) -> Option<bool> {
    let mut found = None;
    for body in bodies {
        let page = Json::parse(body).unwrap_or(Json::Null);
        match mapping::exclusive_ends(page.items("data")) {
            Some(false) => return Some(false),
            evidence => found = evidence.or(found),
        }
    }
    found
}

/// Reads one record; none when it has no id.
pub(crate) fn crm_sight(row: &Json<'_>, context: &CrmContext<'_>) -> Option<CrmSight> {
    let time = |key: &str| row.get(key).str().and_then(seconds);
    Some(CrmSight {
        id: CrmId::new(row.text("id")?),
        modified: time("Modified_Time"),
        mark: row.get(zoho::MARK).str().map(GoogleId::new),
        content: content(row, context),
    })
}

fn content(row: &Json<'_>, context: &CrmContext<'_>) -> CrmContent {
    if row.get("Owner").get("id").str().is_some_and(|owner| owner != context.user) {
        return CrmContent::OtherOwner;
    }
    if row.get("Recurring_Activity").is_object() {
        return CrmContent::Recurring;
    }
    let description = row.get("Description").str().unwrap_or_default();
    match mapping::from_crm(row, context) {
        Ok(event) => CrmContent::Ordinary {
            event: Box::new(event),
            cut: context.listed && (!row.has("Participants") || CUT.contains(&description.chars().count())),
        },
        Err(why) => CrmContent::Unreadable(why),
    }
}

/// What records with one of these titles are paired by. Of many records most have another one, and are read no further.
pub(crate) fn titled(mut records: Vec<Record>, titles: &Table<&str, ()>) -> Vec<Meeting> {
    records.retain_mut(|record| {
        record.title = text::into_line(std::mem::take(&mut record.title));
        titles.contains(&record.title)
    });
    records.into_iter().map(meeting).listed()
}

/// Reads what a record is paired by.
pub(crate) fn meeting(record: Record) -> Meeting {
    Meeting {
        extents: extents(&record),
        title: text::into_line(record.title),
        place: text::into_line(record.venue),
        mark: record.mark.map(GoogleId::new),
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
    let mut found: Vec<WhenKey> = inclusive(first, last).into_iter().listed();
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
