//! events.instances: the occurrences of one series. Here `timeMin` is inclusive (reference, section 4).

use super::ApiError;
use super::event;
use super::list::{Next, Page};
use super::params::{self, boolean};
use super::view::{Row, View};
use super::write;
use crate::http::Query;
use crate::switches::Switches;
use crate::time;

pub(crate) fn instances<'a>(
    view: &'a View<'a>,
    id: &str,
    query: &Query,
    switches: &Switches,
) -> Result<Page<'a>, ApiError> {
    let calendar = view.calendar;
    let event = write::found(calendar, id)?;
    let time_min = params::instant(query, "timeMin")?;
    let time_max = params::instant(query, "timeMax")?;
    if let (Some(min), Some(max)) = (time_min, time_max)
        && max <= min
    {
        return Err(ApiError::empty_range());
    }
    let show_deleted = boolean(query, "showDeleted")?.unwrap_or(false);
    let size = params::page_size(query, 250, 2500, switches)?;
    let original = query.get("originalStart").map(|text| wanted_start(text, view)).transpose()?;
    let from: usize = match query.get("pageToken") {
        None => 0,
        Some(text) => text
            .strip_prefix("inst")
            .and_then(|number| number.parse().ok())
            .ok_or_else(|| ApiError::invalid("Invalid page token value.").parameter("pageToken"))?,
    };
    let mut keyed: Vec<(i64, i64, Row<'a>)> = Vec::new();
    if let Some(series) = event.series.as_ref().filter(|_| !event.cancelled) {
        for (start, end) in series.between(time_min.map(|ms| ms - 1), time_max, calendar.zone) {
            let id = event::instance_id(&event.id, start);
            if !calendar.contains(&id) {
                let body = event::instance_body(&event, start, end, calendar.zone);
                let at = start.ms_in(calendar.zone);
                keyed.push((at, at, Row::Made(view.made(body, &event))));
            }
        }
        for exception in calendar.exceptions_of(&event.id) {
            let in_window = time_min.is_none_or(|min| exception.end_ms >= min)
                && time_max.is_none_or(|max| exception.start_ms < max);
            if in_window && (show_deleted || !exception.cancelled) {
                let row = if exception.cancelled {
                    Row::Made(exception.bare_tombstone())
                } else {
                    view.row(exception)
                };
                let original = exception.original_ms(calendar.zone).unwrap_or(exception.start_ms);
                keyed.push((exception.start_ms, original, row));
            }
        }
        keyed.sort_by_key(|(start, ..)| *start);
    } else if !event.cancelled || show_deleted {
        let at = event.original_ms(calendar.zone).unwrap_or(event.start_ms);
        keyed.push((event.start_ms, at, Row::Made(view.made(event.body.clone(), &event))));
    }
    if let Some(wanted) = original {
        keyed.retain(|(_, original, _)| *original == wanted);
    }
    let more = keyed.len() > from.saturating_add(size);
    let rows = keyed.into_iter().skip(from).take(size).map(|(.., row)| row).collect();
    let next = if more {
        Next::Page(format!("inst{}", from + size))
    } else {
        Next::Sync(format!("inst-{}", event.seq))
    };
    Ok(Page { rows, next })
}

/// `originalStart` names an instant, or the date of an all-day occurrence.
fn wanted_start(text: &str, view: &View<'_>) -> Result<i64, ApiError> {
    match (time::parse_rfc3339(text), time::parse_date(text)) {
        (Some(at), _) => Ok(at.ms),
        (None, Some(date)) => Ok(time::date_to_ms(view.calendar.zone, date)),
        (None, None) => Err(ApiError::parameter_value("originalStart", text)),
    }
}
