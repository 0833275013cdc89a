//! Paths and methods of the Google side.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::{Value, json};

use super::calendar::{Calendar, Role};
use super::error::{self, ApiError};
use super::event;
use super::list::{self, Next, Page, Row};
use super::params::{self, ListParams, boolean};
use super::write::{self, Change, Edit};
use super::{ANA, Call, Google, batch, check_send_updates, fields, oauth, object, scopes};
use crate::http::{Query, Request, Response};
use crate::mail::Mail;
use crate::switches::{GetDeleted, Switches};

/// The method's name as the discovery document gives it, for counters and scope errors.
pub(crate) fn kind_of(method: &str, segments: &[String]) -> &'static str {
    let parts: Vec<&str> = segments.iter().map(String::as_str).collect();
    match (method, parts.as_slice()) {
        (_, ["batch", ..]) => "batch",
        (_, ["token" | "revoke" | "o", ..]) => "token",
        ("GET", ["calendar", "v3", "users", "me", "calendarList"]) => "calendarList.list",
        ("GET", ["calendar", "v3", "users", "me", "calendarList", _]) => "calendarList.get",
        ("GET", ["calendar", "v3", "calendars", _]) => "calendars.get",
        ("GET", ["calendar", "v3", "calendars", _, "events"]) => "events.list",
        ("POST", ["calendar", "v3", "calendars", _, "events"]) => "events.insert",
        ("POST", ["calendar", "v3", "calendars", _, "events", "import"]) => "events.import",
        ("GET", ["calendar", "v3", "calendars", _, "events", _]) => "events.get",
        ("PUT", ["calendar", "v3", "calendars", _, "events", _]) => "events.update",
        ("PATCH", ["calendar", "v3", "calendars", _, "events", _]) => "events.patch",
        ("DELETE", ["calendar", "v3", "calendars", _, "events", _]) => "events.delete",
        ("GET", ["calendar", "v3", "calendars", _, "events", _, "instances"]) => "events.instances",
        _ => "other",
    }
}

impl Google {
    pub(crate) fn handle(
        &mut self,
        request: &Request,
        now_ms: i64,
        switches: &Switches,
        mails: &mut Vec<Mail>,
    ) -> Response {
        let segments = request.segments();
        if oauth::is_path(&segments) {
            return oauth::handle(&mut self.tokens, &self.scopes, request, &segments, now_ms);
        }
        let Some(token) =
            request.header_value("authorization").and_then(|value| value.strip_prefix("Bearer "))
        else {
            return error::unauthorized("required");
        };
        // The body does not tell an expired token from an unknown one.
        let Ok(access) = self.tokens.bearer(token, now_ms) else { return error::unauthorized("authError") };
        let scopes_granted = access.scopes.as_ref().unwrap_or(&self.scopes);
        if segments.first().is_some_and(|first| first == "batch") {
            return batch::handle(self, request, now_ms, switches, mails);
        }
        let kind = kind_of(&request.method, &segments);
        if !scopes::allow(scopes_granted, kind) {
            return error::scope(&scopes::method_name(kind));
        }
        let mut call = Call { now_ms, user: ANA, switches, mails };
        self.dispatch(request, &segments, &mut call).unwrap_or_else(|error| error.respond())
    }

    fn dispatch(
        &mut self,
        request: &Request,
        segments: &[String],
        call: &mut Call<'_>,
    ) -> Result<Response, ApiError> {
        let query = request.query();
        if query.get("alt").is_some_and(|alt| alt != "json") {
            return Err(ApiError::parameter_value("alt", query.get("alt").unwrap_or_default()));
        }
        let parts: Vec<&str> = segments.iter().map(String::as_str).collect();
        let method = request.method.as_str();
        match (method, parts.as_slice()) {
            ("GET", ["calendar", "v3", "users", "me", "calendarList"]) => self.calendar_list(&query, call),
            ("GET", ["calendar", "v3", "users", "me", "calendarList", id]) => {
                answer(&self.calendar(id).ok_or_else(ApiError::not_found)?.entry(), &query)
            }
            ("GET", ["calendar", "v3", "calendars", id]) => {
                let calendar = self.calendar(id).ok_or_else(ApiError::not_found)?;
                answer(
                    &json!({ "kind": "calendar#calendar", "etag": "\"1\"", "id": calendar.id,
                        "summary": calendar.summary, "timeZone": calendar.zone.name() }),
                    &query,
                )
            }
            (_, ["calendar", "v3", "calendars", id, "events", rest @ ..]) => {
                let index = self.index(id).ok_or_else(ApiError::not_found)?;
                let Google { calendars, ids, .. } = self;
                let calendar = calendars.get_mut(index).ok_or_else(ApiError::not_found)?;
                check_send_updates(&query)?;
                match (method, rest) {
                    ("GET", []) => events_list(calendar, &query, call),
                    ("POST", []) => {
                        let stored = write::insert(calendar, object(&request.body)?, &query, ids, call)?;
                        answer_event(&stored, &query)
                    }
                    ("POST", ["import"]) => {
                        let stored = write::import(calendar, object(&request.body)?, ids, call)?;
                        answer_event(&stored, &query)
                    }
                    ("GET", [id]) => events_get(calendar, id, request, &query, call),
                    ("PUT" | "PATCH", [id]) => {
                        let how = if method == "PUT" { Change::Replace } else { Change::Merge };
                        let body = object(&request.body)?;
                        let edit = Edit { body: &body, how, if_match: request.header_value("if-match") };
                        let stored = write::change(calendar, id, &edit, &query, ids, call)?;
                        answer_event(&stored, &query)
                    }
                    ("DELETE", [id]) => {
                        write::remove(calendar, id, request.header_value("if-match"), &query, ids, call)?;
                        Ok(Response::empty(204))
                    }
                    ("GET", [id, "instances"]) => instances(calendar, id, &query, call),
                    _ => Err(ApiError::not_found()),
                }
            }
            _ => Err(ApiError::not_found()),
        }
    }

    fn calendar_list(&self, query: &Query, call: &Call<'_>) -> Result<Response, ApiError> {
        let least = match query.get("minAccessRole") {
            None => None,
            Some(name) => {
                Some(Role::from_name(name).ok_or_else(|| ApiError::parameter_value("minAccessRole", name))?)
            }
        };
        let token = query.get("syncToken");
        if token.is_some()
            && (least.is_some()
                || boolean(query, "showDeleted")? == Some(false)
                || boolean(query, "showHidden")? == Some(false))
        {
            return Err(ApiError::invalid("Sync token cannot be used with other request restrictions"));
        }
        let show_hidden = boolean(query, "showHidden")?.unwrap_or(false) || token.is_some();
        let size = params::page_size(query, 100, 250, call.switches)?;
        let from: usize = match query.get("pageToken") {
            None => 0,
            Some(text) => text
                .strip_prefix("cal")
                .and_then(|number| number.parse().ok())
                .ok_or_else(|| ApiError::invalid("Invalid page token value.").parameter("pageToken"))?,
        };
        // The list never changes by itself, so a token's delta is empty until access changes kill the token.
        let epoch = self.calendars.iter().map(|calendar| calendar.epoch).sum::<u64>();
        let current = format!("CAL{epoch}");
        if let Some(token) = token
            && token != current
        {
            return Err(if token.starts_with("CAL") {
                ApiError::full_sync()
            } else {
                ApiError::invalid("Invalid sync token value.")
            });
        }
        let entries: Vec<Value> = self
            .calendars
            .iter()
            .filter(|calendar| token.is_none() && least.is_none_or(|least| calendar.role >= least))
            .filter(|calendar| show_hidden || !calendar.hidden)
            .map(Calendar::entry)
            .collect();
        let more = entries.len() > from.saturating_add(size);
        let items: Vec<Value> = entries.into_iter().skip(from).take(size).collect();
        let mut body = json!({ "kind": "calendar#calendarList", "etag": format!("\"{epoch}\"") });
        if let Some(map) = body.as_object_mut() {
            if !items.is_empty() {
                map.insert("items".into(), Value::Array(items));
            }
            if more {
                map.insert("nextPageToken".into(), json!(format!("cal{}", from + size)));
            } else {
                map.insert("nextSyncToken".into(), json!(current));
            }
        }
        answer(&body, query)
    }
}

fn events_list(calendar: &Calendar, query: &Query, call: &Call<'_>) -> Result<Response, ApiError> {
    let params = ListParams::read(query, call.switches)?;
    let page = list::list(calendar, &params, call.switches, call.now_ms)?;
    let zone = params.time_zone.unwrap_or(calendar.zone);
    answer(&Envelope { calendar, page: &page, zone: zone.name(), now_ms: call.now_ms }, query)
}

fn events_get(
    calendar: &Calendar,
    id: &str,
    request: &Request,
    query: &Query,
    call: &Call<'_>,
) -> Result<Response, ApiError> {
    let made;
    let event = match calendar.get(id) {
        Some(event) => event,
        None => {
            made = write::found(calendar, id)?;
            &made
        }
    };
    if event.cancelled {
        match call.switches.get_deleted {
            GetDeleted::Cancelled => {}
            GetDeleted::NotFound => return Err(ApiError::not_found()),
            GetDeleted::Gone => return Err(ApiError::deleted()),
        }
    }
    if request.header_value("if-none-match").is_some_and(|etag| etag == event.etag()) {
        return Ok(Response::empty(304));
    }
    let hidden = event.is_private() && calendar.role < Role::Writer;
    let max_attendees = query.get("maxAttendees").and_then(|text| text.parse::<usize>().ok());
    let zone = query
        .get("timeZone")
        .map(|name| crate::time::zone(name).ok_or_else(|| ApiError::parameter_value("timeZone", name)));
    if !hidden && max_attendees.is_none() && zone.is_none() {
        return answer_event(&event.body, query);
    }
    let mut body = if hidden { event.busy_only() } else { event.body.clone() };
    if let Some(most) = max_attendees {
        list::omit_attendees(&mut body, most);
    }
    if let Some(zone) = zone {
        body = event::in_zone(&body, calendar.zone, zone?);
    }
    answer_event(&body, query)
}

/// The occurrences of a series. Here `timeMin` is inclusive (reference, section 4).
fn instances(calendar: &Calendar, id: &str, query: &Query, call: &Call<'_>) -> Result<Response, ApiError> {
    let event = write::found(calendar, id)?;
    let time_min = params::instant(query, "timeMin")?;
    let time_max = params::instant(query, "timeMax")?;
    let show_deleted = boolean(query, "showDeleted")?.unwrap_or(false);
    let size = params::page_size(query, 250, 2500, call.switches)?;
    let wanted_start = query.get("originalStart");
    let from: usize = match query.get("pageToken") {
        None => 0,
        Some(text) => text
            .strip_prefix("inst")
            .and_then(|number| number.parse().ok())
            .ok_or_else(|| ApiError::invalid("Invalid page token value.").parameter("pageToken"))?,
    };
    let mut rows = Vec::new();
    if let Some(series) = event.series.as_ref().filter(|_| !event.cancelled) {
        let mut upcoming: Vec<(i64, Row<'_>)> = Vec::new();
        for (start, end) in series.between(time_min.map(|ms| ms - 1), time_max, calendar.zone) {
            let id = event::instance_id(&event.id, start);
            if !calendar.contains(&id) {
                let body = event::instance_body(&event, start, end, calendar.zone);
                upcoming.push((start.ms_in(calendar.zone), Row::Made(body)));
            }
        }
        for exception in calendar.exceptions_of(&event.id) {
            let in_window = time_min.is_none_or(|min| exception.end_ms >= min)
                && time_max.is_none_or(|max| exception.start_ms < max);
            if in_window && (show_deleted || !exception.cancelled) {
                let row = if exception.cancelled {
                    Row::Made(exception.bare_tombstone())
                } else {
                    Row::Stored(&exception.body)
                };
                upcoming.push((exception.start_ms, row));
            }
        }
        upcoming.sort_by_key(|(start, _)| *start);
        rows.extend(upcoming.into_iter().map(|(_, row)| row));
    } else if !event.cancelled || show_deleted {
        rows.push(Row::Made(event.body.clone()));
    }
    if let Some(wanted) = wanted_start {
        rows.retain(|row| {
            let body = match row {
                Row::Stored(body) => body,
                Row::Made(body) => body,
            };
            body.get("originalStartTime").is_some_and(|at| {
                at.get("dateTime").or(at.get("date")).and_then(Value::as_str) == Some(wanted)
            })
        });
    }
    let more = rows.len() > from.saturating_add(size);
    let rows: Vec<Row<'_>> = rows.into_iter().skip(from).take(size).collect();
    let next = if more {
        Next::Page(format!("inst{}", from + size))
    } else {
        Next::Sync(format!("inst-{}", event.seq))
    };
    let page = Page { rows, next };
    answer(&Envelope { calendar, page: &page, zone: calendar.zone.name(), now_ms: call.now_ms }, query)
}

/// The envelope of a list of events. An empty `items` is left out.
struct Envelope<'a> {
    calendar: &'a Calendar,
    page: &'a Page<'a>,
    zone: &'a str,
    now_ms: i64,
}

impl Serialize for Envelope<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("kind", "calendar#events")?;
        map.serialize_entry("etag", &format!("\"p{}\"", self.calendar.sequence()))?;
        map.serialize_entry("summary", &self.calendar.summary)?;
        map.serialize_entry("updated", &crate::time::print_utc_ms(self.now_ms))?;
        map.serialize_entry("timeZone", self.zone)?;
        map.serialize_entry("accessRole", self.calendar.role.name())?;
        map.serialize_entry("defaultReminders", &self.calendar.default_reminders)?;
        match &self.page.next {
            Next::Page(token) => map.serialize_entry("nextPageToken", token)?,
            Next::Sync(token) => map.serialize_entry("nextSyncToken", token)?,
        }
        if !self.page.rows.is_empty() {
            map.serialize_entry("items", &self.page.rows)?;
        }
        map.end()
    }
}

fn answer_event(body: &Value, query: &Query) -> Result<Response, ApiError> {
    let mut response = answer(body, query)?;
    if let Some(etag) = body.get("etag").and_then(Value::as_str) {
        response.headers.push(("etag".into(), etag.to_owned()));
    }
    Ok(response)
}

/// A body in the form that `fields` and `prettyPrint` ask for.
fn answer(body: &impl Serialize, query: &Query) -> Result<Response, ApiError> {
    let pretty = boolean(query, "prettyPrint")?.unwrap_or(true);
    let bytes = match query.get("fields") {
        None => print(body, pretty),
        Some(mask) => {
            let mask = fields::Mask::parse(mask).ok_or_else(|| {
                ApiError::new(400, "invalidParameter", format!("Invalid field selection {mask}"))
                    .parameter("fields")
            })?;
            let whole = serde_json::to_value(body).unwrap_or_default();
            print(&mask.apply(&whole), pretty)
        }
    };
    Ok(Response::text(200, "application/json; charset=UTF-8", bytes))
}

fn print(body: &impl Serialize, pretty: bool) -> Vec<u8> {
    use serde_json::ser::{PrettyFormatter, Serializer};
    let mut bytes = Vec::with_capacity(1024);
    // Serializing into a `Vec` cannot fail: the keys are strings.
    let _ = if pretty {
        body.serialize(&mut Serializer::with_formatter(&mut bytes, PrettyFormatter::with_indent(b" ")))
    } else {
        body.serialize(&mut Serializer::new(&mut bytes))
    };
    bytes
}
