//! The rows of events.list: which events belong to an answer, and in which order (reference, sections 4 to 6).

use serde_json::Value;

use super::event::{self, Event};
use super::params::{ListParams, OrderBy};
use super::times::When;
use super::token::{Key, SyncToken};
use super::view::{Row, View};
use crate::switches::{DeltaTombstone, DeltaWindow, FilterTombstones, MasterWindow, PageFill, Switches};
use crate::time::{self, DAY};

/// How long a tombstone is listed before it ages out. Its id stays taken.
const TOMBSTONE_DAYS: i64 = 30;
/// How far a deleted series shows cancelled occurrences (reference, section 5.2).
const CANCELLED_OCCURRENCES_DAYS: i64 = 183;

/// One listing, page by page.
pub(super) struct Listing<'a, 'p> {
    pub(super) view: &'a View<'a>,
    /// Whether the person wants to see invitations only when they are answered.
    pub(super) hides_invitations: bool,
    pub(super) params: &'p ListParams,
    pub(super) switches: &'p Switches,
    pub(super) now_ms: i64,
    pub(super) token: Option<&'p SyncToken>,
}

type Rows<'a> = (Vec<Row<'a>>, Option<Key>);

impl<'a> Listing<'a, '_> {
    /// Series unexpanded, in the order of ids.
    pub(super) fn by_id(&self, last: Option<&Key>) -> Rows<'a> {
        self.page(
            self.view
                .calendar
                .after(last.map(|key| key.id.as_str()))
                .map(|event| (Key { major: 0, id: event.id.to_string() }, event)),
        )
    }

    /// In the order of `updated`, ascending.
    pub(super) fn by_update(&self, last: Option<&Key>) -> Rows<'a> {
        let since = last.map_or(0, |key| key.major.unsigned_abs());
        self.page(self.view.calendar.changed(since).map(|event| {
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

    pub(super) fn expanded(&self, last: Option<&Key>) -> Rows<'a> {
        let mut keyed = Vec::new();
        for event in self.view.calendar.after(None) {
            if let Some(series) = event.series.as_ref().filter(|_| !event.cancelled) {
                for (start, end) in
                    series.between(self.params.time_min, self.params.time_max, self.view.calendar.zone)
                {
                    let id = event::instance_id(&event.id, start);
                    // An exception is a row of its own.
                    if !self.view.calendar.contains(&id) && self.content_matches(event) {
                        let body = event::instance_body(event, start, end, self.view.calendar.zone);
                        keyed.push((
                            self.expanded_key(&id, start.ms_in(self.view.calendar.zone), event),
                            Row::Made(self.view.made(body, event)),
                        ));
                    }
                }
            } else if event.series.is_none()
                && (!event.cancelled || self.params.show_deleted || self.params.updated_min.is_some())
                && !self.aged(event)
                && self.in_window(event, false)
                && self.content_matches(event)
            {
                keyed.push((self.expanded_key(&event.id, event.start_ms, event), self.view.row(event)));
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

    pub(super) fn delta(&self, last: Option<&Key>) -> Rows<'a> {
        let since = self.token.map_or(0, |token| token.seq);
        if self.params.single_events {
            let mut keyed = Vec::new();
            for event in self.view.calendar.changed(since) {
                self.expand_change(event, &mut keyed);
            }
            return self.page_of_made(keyed, last);
        }
        let since = last.map_or(since, |key| key.major.unsigned_abs());
        let mut rows = Vec::new();
        let (mut looked_at, mut reached) = (0, None);
        for event in self.view.calendar.changed(since) {
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
        if self.aged(event)
            || !self.type_matches(event)
            || !self.in_first_window(event)
            || self.is_hidden_invitation(event)
        {
            return None;
        }
        Some(if event.cancelled { self.tombstone(event) } else { self.view.row(event) })
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
        for (start, end) in series.between(None, until, self.view.calendar.zone) {
            let id = event::instance_id(&event.id, start);
            let body = event::instance_body(event, start, end, self.view.calendar.zone);
            let row = if event.cancelled {
                Row::Made(cancelled_occurrence(&body))
            } else if self.view.calendar.contains(&id) {
                continue;
            } else {
                Row::Made(self.view.made(body, event))
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
            let asked_for = self.params.show_deleted || self.params.updated_min.is_some();
            if !asked_for && !self.of_live_series(event) {
                return None;
            }
        }
        if !self.in_window(event, true) || !self.content_matches(event) {
            return None;
        }
        Some(if event.cancelled { self.tombstone(event) } else { self.view.row(event) })
    }

    fn tombstone(&self, event: &'a Event) -> Row<'a> {
        if self.params.show_deleted || self.switches.delta_tombstone == DeltaTombstone::Full {
            self.view.row(event)
        } else {
            Row::Made(event.bare_tombstone())
        }
    }

    /// Whether a tombstone is too old to be shown. A cancelled occurrence is part of what its series is, as long as
    /// that lives (Calendar API v3, Event.status).
    fn aged(&self, event: &Event) -> bool {
        event.cancelled
            && event.updated_ms < self.now_ms - TOMBSTONE_DAYS * DAY
            && !self.of_live_series(event)
    }

    fn of_live_series(&self, event: &Event) -> bool {
        event
            .master
            .as_ref()
            .is_some_and(|master| self.view.calendar.get(master).is_some_and(|master| !master.cancelled))
    }

    /// `timeMin` is an exclusive bound on the end, `timeMax` on the start.
    fn in_window(&self, event: &Event, whole_series: bool) -> bool {
        let (mut start, mut end) = (event.start_ms, event.end_ms);
        if whole_series && event.series.is_some() && self.switches.master_window == MasterWindow::MasterEnd {
            end = event.first_end_ms;
        }
        if let Some(zone) = self.params.time_zone {
            // All-day events are matched in the zone of the parameter.
            if let Some(When::Date(date)) = event.start(self.view.calendar.zone) {
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

    /// An invitation that the person did not answer, if unanswered ones are to stay out of sight.
    fn is_hidden_invitation(&self, event: &Event) -> bool {
        self.hides_invitations
            && !self.params.show_hidden_invitations
            && !event.is_own()
            && event.attendees().iter().any(|row| {
                row.get("self").is_some_and(|own| own == true)
                    && row.get("responseStatus").is_some_and(|answer| answer == "needsAction")
            })
    }

    fn content_matches(&self, event: &Event) -> bool {
        let seeks_details = self.params.text.is_some() || self.params.seeks_properties();
        self.type_matches(event)
            && !(seeks_details && self.view.hides(event))
            && !self.is_hidden_invitation(event)
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

/// Free text over the fields that `q` covers.
fn contains_text(event: &Event, lower_case: &str) -> bool {
    let found = |text: &str| text.to_lowercase().contains(lower_case);
    let places = [
        "/workingLocationProperties/officeLocation/buildingId",
        "/workingLocationProperties/officeLocation/deskId",
        "/workingLocationProperties/officeLocation/label",
        "/workingLocationProperties/customLocation/label",
    ];
    places.iter().any(|path| event.body.pointer(path).and_then(Value::as_str).is_some_and(found))
        || ["summary", "description", "location"].iter().any(|name| event.text(name).is_some_and(found))
        || event.attendees().iter().any(|row| {
            ["displayName", "email"]
                .iter()
                .any(|name| row.get(name).and_then(Value::as_str).is_some_and(found))
        })
        || ["displayName", "email"].iter().any(|name| {
            event.field("organizer").and_then(|row| row.get(name)).and_then(Value::as_str).is_some_and(found)
        })
}
