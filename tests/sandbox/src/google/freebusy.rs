//! freebusy.query: when the calendars of a request are busy.

use serde_json::{Map, Value, json};

use super::calendar::Calendar;
use super::error::ApiError;
use super::{Call, Google, object};
use crate::time;

/// Calendars in one query, at most (discovery document, calendarExpansionMax).
const MOST_CALENDARS: usize = 50;

impl Google {
    pub(crate) fn free_busy(&self, body: &[u8], call: &Call<'_>) -> Result<Value, ApiError> {
        let body = object(body)?;
        let instant = |name: &str| {
            let text = body.get(name).and_then(Value::as_str);
            let text = text.ok_or_else(|| ApiError::required(format!("Missing {name} parameter.")))?;
            time::parse_rfc3339(text).map(|at| at.ms).ok_or_else(ApiError::bad_request)
        };
        let (from, to) = (instant("timeMin")?, instant("timeMax")?);
        if to <= from {
            return Err(ApiError::empty_range());
        }
        let zone = match body.get("timeZone").and_then(Value::as_str) {
            None => chrono_tz::UTC,
            Some(name) => time::zone(name).ok_or_else(|| ApiError::parameter_value("timeZone", name))?,
        };
        let print = |ms: i64| time::print(ms, time::offset_at(zone, ms), true);
        let items = body.get("items").and_then(Value::as_array).cloned().unwrap_or_default();
        let most = body.get("calendarExpansionMax").and_then(Value::as_u64).unwrap_or(50);
        let most = usize::try_from(most).unwrap_or(MOST_CALENDARS).min(MOST_CALENDARS);
        let mut calendars = Map::new();
        for (place, item) in items.iter().enumerate() {
            let id = item.get("id").and_then(Value::as_str).ok_or_else(ApiError::bad_request)?;
            let failure =
                |reason: &str| json!({ "errors": [{ "domain": "global", "reason": reason }], "busy": [] });
            let index = self.index(call.user, id);
            let answer = match index.and_then(|index| self.calendars.get(index)) {
                _ if place >= most => failure("tooManyCalendarsRequested"),
                None => failure("notFound"),
                Some(calendar) => {
                    let busy: Vec<Value> = busy(calendar, from, to)
                        .into_iter()
                        .map(|(start, end)| json!({ "start": print(start), "end": print(end) }))
                        .collect();
                    json!({ "busy": busy })
                }
            };
            calendars.insert(id.to_owned(), answer);
        }
        Ok(
            json!({ "kind": "calendar#freeBusy", "timeMin": print(from), "timeMax": print(to), "calendars": calendars }),
        )
    }
}

/// Spans in order that events fill, cut to the question and without overlaps.
fn busy(calendar: &Calendar, from: i64, to: i64) -> Vec<(i64, i64)> {
    let mut spans: Vec<(i64, i64)> = Vec::new();
    for event in calendar.live() {
        let declined = event.attendees().iter().any(|row| {
            row.get("self").is_some_and(|own| own == true)
                && row.get("responseStatus").is_some_and(|answer| answer == "declined")
        });
        if declined || event.text("transparency") == Some("transparent") {
            continue;
        }
        match &event.series {
            None => spans.push((event.start_ms, event.end_ms)),
            Some(series) => {
                for (start, end) in series.between(Some(from), Some(to), calendar.zone) {
                    // An exception is an event of its own.
                    if !calendar.contains(&super::event::instance_id(&event.id, start)) {
                        spans.push((start.ms_in(calendar.zone), end.ms_in(calendar.zone)));
                    }
                }
            }
        }
    }
    spans.retain(|(start, end)| *end > from && *start < to && end > start);
    spans.sort_unstable();
    let mut merged: Vec<(i64, i64)> = Vec::new();
    for (start, end) in spans {
        let (start, end) = (start.max(from), end.min(to));
        match merged.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => merged.push((start, end)),
        }
    }
    merged
}
