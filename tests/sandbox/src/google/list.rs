//! events.list: baseline reads, deltas by sync token, expansion of series, paging (reference, sections 4 and 5).

use serde_json::Value;

use super::calendar::{Calendar, Role};
use super::error::ApiError;
use super::event::{self, Event};
use super::params::{ListParams, OrderBy};
use super::times::When;
use super::token::{Key, PageToken, SyncToken, hash};
use crate::switches::{
    BadToken, DeltaTombstone, DeltaWindow, FilterTombstones, MasterWindow, PageFill, Switches,
    TokenParameters, TokenTtl, UpdatedMinDays,
};
use crate::time::{self, DAY};

/// One row of an answer: a stored body as it is, or one made for this answer.
pub(crate) enum Row<'a> {
    Stored(&'a Value),
    Made(Value),
}

impl serde::Serialize for Row<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Row::Stored(value) => value.serialize(serializer),
            Row::Made(value) => value.serialize(serializer),
        }
    }
}

/// A page and the one token that it ends with.
pub(crate) struct Page<'a> {
    pub(crate) rows: Vec<Row<'a>>,
    pub(crate) next: Next,
}

pub(crate) enum Next {
    Page(String),
    Sync(String),
}

/// How long a tombstone is listed before it ages out. Its id stays taken.
const TOMBSTONE_DAYS: i64 = 30;
/// How far a deleted series shows cancelled occurrences (reference, section 5.2).
const CANCELLED_OCCURRENCES_DAYS: i64 = 183;

pub(crate) fn list<'a>(
    calendar: &'a Calendar,
    params: &ListParams,
    switches: &Switches,
    now_ms: i64,
) -> Result<Page<'a>, ApiError> {
    let page = match &params.page_token {
        None => None,
        Some(text) => {
            let page = PageToken::decode(text)
                .ok_or_else(|| ApiError::invalid("Invalid page token value.").parameter("pageToken"))?;
            if page.epoch != calendar.epoch || page.parameters != params.page_hash {
                return Err(ApiError::invalid("Invalid page token value.").parameter("pageToken"));
            }
            Some(page)
        }
    };
    if let Some(since) = params.updated_min {
        let days = match switches.updated_min_days {
            UpdatedMinDays::Twenty => 20,
            UpdatedMinDays::Thirty => 30,
        };
        if since < now_ms - days * DAY {
            return Err(ApiError::too_long_ago());
        }
    }
    let token = match &params.sync_token {
        None => None,
        Some(text) => Some(check_token(calendar, text, params, switches, now_ms)?),
    };
    let listing = Listing { calendar, params, switches, now_ms, token: token.as_ref() };
    let last = page.as_ref().map(|page| &page.key);
    let (rows, stopped_at) = if token.is_some() {
        listing.delta(last)
    } else if params.single_events {
        listing.expanded(last)
    } else if params.order_by == Some(OrderBy::Updated) {
        listing.by_update(last)
    } else {
        listing.by_id(last)
    };
    let first_seq = page.as_ref().map_or_else(|| calendar.sequence(), |page| page.seq);
    let next = match stopped_at {
        Some(key) => Next::Page(
            PageToken { epoch: calendar.epoch, parameters: params.page_hash, seq: first_seq, key }.encode(),
        ),
        None => Next::Sync(
            SyncToken {
                calendar: hash(&calendar.id),
                epoch: calendar.epoch,
                // A delta walks the log to its end; a full read may have passed what changed while it was paging.
                seq: if token.is_some() { calendar.sequence() } else { first_seq },
                parameters: params.sync_hash,
                issued_ms: now_ms,
                time_min: token.as_ref().map_or(params.time_min, |token| token.time_min),
                time_max: token.as_ref().map_or(params.time_max, |token| token.time_max),
            }
            .encode(),
        ),
    };
    Ok(Page { rows, next })
}

fn check_token(
    calendar: &Calendar,
    text: &str,
    params: &ListParams,
    switches: &Switches,
    now_ms: i64,
) -> Result<SyncToken, ApiError> {
    let Some(token) = SyncToken::decode(text).filter(|token| token.calendar == hash(&calendar.id)) else {
        return Err(match switches.bad_token {
            BadToken::Invalid => ApiError::invalid("Invalid sync token value."),
            BadToken::Gone => ApiError::full_sync(),
        });
    };
    let lifetime_days = match switches.token_ttl_days {
        TokenTtl::Seven => Some(7),
        TokenTtl::Thirty => Some(30),
        TokenTtl::Never => None,
    };
    let expired = lifetime_days.is_some_and(|days| now_ms - token.issued_ms > days * DAY);
    if token.epoch != calendar.epoch || expired {
        return Err(ApiError::full_sync());
    }
    if token.parameters != params.sync_hash && switches.token_parameters == TokenParameters::Bound {
        return Err(ApiError::invalid("Sync token cannot be used with other request restrictions"));
    }
    Ok(token)
}

struct Listing<'a, 'p> {
    calendar: &'a Calendar,
    params: &'p ListParams,
    switches: &'p Switches,
    now_ms: i64,
    token: Option<&'p SyncToken>,
}

type Rows<'a> = (Vec<Row<'a>>, Option<Key>);

impl<'a> Listing<'a, '_> {
    /// Series unexpanded, in the order of ids.
    fn by_id(&self, last: Option<&Key>) -> Rows<'a> {
        self.page(
            self.calendar
                .after(last.map(|key| key.id.as_str()))
                .map(|event| (Key { major: 0, id: event.id.to_string() }, event)),
        )
    }

    /// In the order of `updated`, ascending.
    fn by_update(&self, last: Option<&Key>) -> Rows<'a> {
        let since = last.map_or(0, |key| key.major.unsigned_abs());
        self.page(self.calendar.changed(since).map(|event| {
            (Key { major: i64::try_from(event.seq).unwrap_or(i64::MAX), id: String::new() }, event)
        }))
    }

    fn page(&self, events: impl Iterator<Item = (Key, &'a Event)>) -> Rows<'a> {
        let mut rows = Vec::new();
        let (mut looked_at, mut last) = (0, None);
        for (key, event) in events {
            let full = match self.switches.page_fill {
                PageFill::BeforeFilter => looked_at == self.params.max_results,
                PageFill::AfterFilter => rows.len() == self.params.max_results,
            };
            if full {
                return (rows, last);
            }
            looked_at += 1;
            if let Some(row) = self.baseline_row(event) {
                rows.push(row);
            }
            last = Some(key);
        }
        (rows, None)
    }

    /// Rows that stand for more than one stored event, cut into pages by their keys.
    fn page_of_made(&self, mut keyed: Vec<(Key, Row<'a>)>, last: Option<&Key>) -> Rows<'a> {
        keyed.sort_by(|a, b| a.0.cmp(&b.0));
        let mut rows = Vec::new();
        let mut previous = None;
        for (key, row) in keyed {
            if last.is_some_and(|last| key <= *last) {
                continue;
            }
            if rows.len() == self.params.max_results {
                return (rows, previous);
            }
            rows.push(row);
            previous = Some(key);
        }
        (rows, None)
    }

    fn expanded(&self, last: Option<&Key>) -> Rows<'a> {
        let mut keyed = Vec::new();
        for event in self.calendar.after(None) {
            if let Some(series) = event.series.as_ref().filter(|_| !event.cancelled) {
                for (start, end) in
                    series.between(self.params.time_min, self.params.time_max, self.calendar.zone)
                {
                    let id = event::instance_id(&event.id, start);
                    // An exception is a row of its own.
                    if !self.calendar.contains(&id) && self.content_matches(event) {
                        let body = event::instance_body(event, start, end, self.calendar.zone);
                        keyed.push((
                            self.expanded_key(&id, start.ms_in(self.calendar.zone), event),
                            self.finish_made(body, event),
                        ));
                    }
                }
            } else if event.series.is_none()
                && (!event.cancelled || self.params.show_deleted || self.params.updated_min.is_some())
                && !self.aged(event)
                && self.in_window(event, false)
                && self.content_matches(event)
            {
                keyed.push((self.expanded_key(&event.id, event.start_ms, event), self.live_row(event)));
            }
        }
        self.page_of_made(keyed, last)
    }

    fn expanded_key(&self, id: &str, start_ms: i64, event: &Event) -> Key {
        let major = match self.params.order_by {
            Some(OrderBy::StartTime) => start_ms,
            Some(OrderBy::Updated) => i64::try_from(event.seq).unwrap_or(i64::MAX),
            None => 0,
        };
        Key { major, id: id.to_owned() }
    }

    fn delta(&self, last: Option<&Key>) -> Rows<'a> {
        let since = self.token.map_or(0, |token| token.seq);
        if self.params.single_events {
            let mut keyed = Vec::new();
            for event in self.calendar.changed(since) {
                self.expand_change(event, &mut keyed);
            }
            return self.page_of_made(keyed, last);
        }
        let since = last.map_or(since, |key| key.major.unsigned_abs());
        let mut rows = Vec::new();
        let (mut looked_at, mut reached) = (0, None);
        for event in self.calendar.changed(since) {
            let full = match self.switches.page_fill {
                PageFill::BeforeFilter => looked_at == self.params.max_results,
                PageFill::AfterFilter => rows.len() == self.params.max_results,
            };
            if full {
                return (rows, reached);
            }
            looked_at += 1;
            reached = Some(Key { major: i64::try_from(event.seq).unwrap_or(i64::MAX), id: String::new() });
            if let Some(row) = self.change_row(event) {
                rows.push(row);
            }
        }
        (rows, None)
    }

    fn change_row(&self, event: &'a Event) -> Option<Row<'a>> {
        if self.aged(event) || !self.type_matches(event) || !self.in_first_window(event) {
            return None;
        }
        Some(if event.cancelled { self.tombstone(event) } else { self.live_row(event) })
    }

    /// A changed series in an expanded delta: every occurrence, whatever the first read's window was.
    fn expand_change(&self, event: &'a Event, keyed: &mut Vec<(Key, Row<'a>)>) {
        let seq = i64::try_from(event.seq).unwrap_or(i64::MAX);
        let Some(series) = &event.series else {
            if let Some(row) = self.change_row(event) {
                keyed.push((Key { major: seq, id: event.id.to_string() }, row));
            }
            return;
        };
        if !self.type_matches(event) {
            return;
        }
        let until = event.cancelled.then(|| self.now_ms + CANCELLED_OCCURRENCES_DAYS * DAY);
        for (start, end) in series.between(None, until, self.calendar.zone) {
            let id = event::instance_id(&event.id, start);
            let body = event::instance_body(event, start, end, self.calendar.zone);
            let row = if event.cancelled {
                Row::Made(cancelled_occurrence(&body))
            } else if self.calendar.contains(&id) {
                continue;
            } else {
                self.finish_made(body, event)
            };
            keyed.push((Key { major: seq, id }, row));
        }
    }

    fn baseline_row(&self, event: &'a Event) -> Option<Row<'a>> {
        if self.aged(event) {
            return None;
        }
        if event.cancelled {
            // Cancelled occurrences of live series are listed even when deleted events are not asked for.
            let of_live_series = event
                .master
                .as_ref()
                .is_some_and(|master| self.calendar.get(master).is_some_and(|master| !master.cancelled));
            let asked_for = self.params.show_deleted || self.params.updated_min.is_some();
            if !asked_for && !of_live_series {
                return None;
            }
        }
        if !self.in_window(event, true) || !self.content_matches(event) {
            return None;
        }
        Some(if event.cancelled { self.tombstone(event) } else { self.live_row(event) })
    }

    fn tombstone(&self, event: &'a Event) -> Row<'a> {
        if self.params.show_deleted || self.switches.delta_tombstone == DeltaTombstone::Full {
            Row::Stored(&event.body)
        } else {
            Row::Made(event.bare_tombstone())
        }
    }

    fn live_row(&self, event: &'a Event) -> Row<'a> {
        let hidden = event.is_private() && self.calendar.role < Role::Writer;
        if !hidden && self.params.time_zone.is_none() && self.params.max_attendees.is_none() {
            return Row::Stored(&event.body);
        }
        self.finish_made(if hidden { event.busy_only() } else { event.body.clone() }, event)
    }

    fn finish_made(&self, body: Value, event: &Event) -> Row<'a> {
        let mut body =
            if event.is_private() && self.calendar.role < Role::Writer && body.get("summary").is_some() {
                let mut hidden = body;
                if let Some(map) = hidden.as_object_mut() {
                    let busy = event.busy_only();
                    map.retain(|name, _| {
                        busy.get(name).is_some() || name == "recurringEventId" || name == "originalStartTime"
                    });
                }
                hidden
            } else {
                body
            };
        if let Some(zone) = self.params.time_zone {
            body = event::in_zone(&body, self.calendar.zone, zone);
        }
        if let Some(most) = self.params.max_attendees {
            omit_attendees(&mut body, most);
        }
        Row::Made(body)
    }

    fn aged(&self, event: &Event) -> bool {
        event.cancelled && event.updated_ms < self.now_ms - TOMBSTONE_DAYS * DAY
    }

    /// `timeMin` is an exclusive bound on the end, `timeMax` on the start.
    fn in_window(&self, event: &Event, whole_series: bool) -> bool {
        let (mut start, mut end) = (event.start_ms, event.end_ms);
        if whole_series && event.series.is_some() && self.switches.master_window == MasterWindow::MasterEnd {
            end = event.first_end_ms;
        }
        if let Some(zone) = self.params.time_zone {
            // All-day events are matched in the zone of the parameter.
            if let Some(When::Date(date)) = event.start(self.calendar.zone) {
                let shift = time::date_to_ms(zone, date) - start;
                start += shift;
                end = end.saturating_add(shift);
            }
        }
        self.params.time_min.is_none_or(|min| end > min) && self.params.time_max.is_none_or(|max| start < max)
    }

    fn in_first_window(&self, event: &Event) -> bool {
        let Some(token) = self.token.filter(|_| self.switches.delta_window == DeltaWindow::Initial) else {
            return true;
        };
        event.cancelled
            || event.series.is_some()
            || (token.time_min.is_none_or(|min| event.end_ms > min)
                && token.time_max.is_none_or(|max| event.start_ms < max))
    }

    fn type_matches(&self, event: &Event) -> bool {
        if self.params.event_types.is_empty() {
            return true;
        }
        if event.cancelled && self.switches.filter_tombstones == FilterTombstones::No {
            return true;
        }
        self.params.event_types.iter().any(|name| name == event.event_type())
    }

    fn content_matches(&self, event: &Event) -> bool {
        self.type_matches(event)
            && self.params.uid.as_ref().is_none_or(|uid| event.text("iCalUID") == Some(uid))
            && self.params.updated_min.is_none_or(|min| event.updated_ms >= min)
            && self.params.properties_match(&event.body, self.switches)
            && self.params.text.as_ref().is_none_or(|text| contains_text(event, text))
    }
}

fn cancelled_occurrence(body: &Value) -> Value {
    let mut bare = serde_json::Map::new();
    for name in ["kind", "etag", "id", "recurringEventId", "originalStartTime"] {
        if let Some(value) = body.get(name) {
            bare.insert(name.to_owned(), value.clone());
        }
    }
    bare.insert("status".into(), Value::from("cancelled"));
    Value::Object(bare)
}

/// Above the limit only the calendar's owner is left in the list.
pub(crate) fn omit_attendees(body: &mut Value, most: usize) {
    let Some(map) = body.as_object_mut() else { return };
    let Some(list) = map.get_mut("attendees").and_then(Value::as_array_mut) else { return };
    if list.len() > most {
        list.retain(|row| row.get("self").is_some_and(|own| own == true));
        if list.is_empty() {
            map.remove("attendees");
        }
        map.insert("attendeesOmitted".into(), Value::from(true));
    }
}

/// Free text over the fields that `q` covers.
fn contains_text(event: &Event, lower_case: &str) -> bool {
    let found = |text: &str| text.to_lowercase().contains(lower_case);
    ["summary", "description", "location"].iter().any(|name| event.text(name).is_some_and(found))
        || event.attendees().iter().any(|row| {
            ["displayName", "email"]
                .iter()
                .any(|name| row.get(name).and_then(Value::as_str).is_some_and(found))
        })
        || ["displayName", "email"].iter().any(|name| {
            event.field("organizer").and_then(|row| row.get(name)).and_then(Value::as_str).is_some_and(found)
        })
}
