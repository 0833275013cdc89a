//! From a request to its answer: who asks, what for, whether it is allowed, and the form of the body.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::{Value, json};

use super::copies::external_guests;
use super::error::{self, ApiError};
use super::features::LABELS;
use super::list::{self, Next, Page};
use super::methods::{self, Method};
use super::params::{self, ListParams, boolean};
use super::scopes::Reach;
use super::view::{Row, View};
use super::write::{self, Change, Edit};
use super::{Call, Google, batch, create, fields, instances, oauth, object, settings};
use crate::http::{Query, Request, Response};
use crate::mail::Mail;
use crate::switches::{GetDeleted, Switches};

impl Google {
    pub(crate) fn handle(
        &mut self,
        request: &Request,
        now_ms: i64,
        switches: &Switches,
        mails: &mut Vec<Mail>,
    ) -> Response {
        self.answer(request, now_ms, switches, mails, false)
    }

    /// What a person does on Google's own pages: no quota of the API is used up, and none stands in the way.
    pub(crate) fn by_person(
        &mut self,
        request: &Request,
        now_ms: i64,
        switches: &Switches,
        mails: &mut Vec<Mail>,
    ) -> Response {
        let meter = std::mem::take(&mut self.meter);
        let answer = self.handle(request, now_ms, switches, mails);
        self.meter = meter;
        answer
    }

    /// Answers one request, alone or as a part of a batch.
    pub(crate) fn answer(
        &mut self,
        request: &Request,
        now_ms: i64,
        switches: &Switches,
        mails: &mut Vec<Mail>,
        in_batch: bool,
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
        let Some((user, scopes)) = self.bearer(token, now_ms) else {
            return error::unauthorized("authError");
        };
        if segments.first().is_some_and(|first| first == "batch") {
            return batch::handle(self, request, now_ms, switches, mails);
        }
        let Some(method) = methods::find(&request.method, &segments) else {
            return ApiError::not_found().respond();
        };
        let Some(reach) = Reach::of(scopes, method) else {
            return ApiError::scope(method).respond();
        };
        let user = user.to_owned();
        let mut call = Call { now_ms, user: &user, method, reach, in_batch, mask: None, switches, mails };
        self.checked(request, &segments, &mut call).unwrap_or_else(|error| error.respond())
    }

    /// What every method checks before it is carried out.
    fn checked(
        &mut self,
        request: &Request,
        segments: &[String],
        call: &mut Call<'_>,
    ) -> Result<Response, ApiError> {
        let query = request.query();
        self.meter.charge(call.user, query.get("quotaUser"), call.method, call.now_ms, call.switches)?;
        params::check(call.method, &query, call.switches)?;
        // A selection that cannot be answered refuses the call before it has an effect.
        call.mask = query.get("fields").map(|text| fields::Mask::of(text, call.method)).transpose()?;
        let type_given = request.header_value("content-type");
        if !request.body.is_empty()
            && type_given
                .is_some_and(|kind| !kind.trim_start().to_ascii_lowercase().starts_with("application/json"))
        {
            let message = "This API does not support parsing form-encoded input.";
            return Err(ApiError::new(400, "parseError", message));
        }
        if call.method.writes_events() {
            self.meter.may_write(call.user, call.now_ms)?;
        }
        let id = |place: usize| segments.get(place).map_or("", String::as_str);
        match call.method.name {
            "calendarList.list" => answer(&self.calendar_list(&query, call)?, request, &query, call),
            "calendarList.get" => answer(&self.calendar_entry(id(5), call)?, request, &query, call),
            "calendars.get" => answer(&self.calendar_resource(id(3), call)?, request, &query, call),
            "colors.get" => answer(&settings::colors(), request, &query, call),
            "settings.list" => answer(&self.settings_list(&query, call)?, request, &query, call),
            "settings.get" => answer(&self.settings_get(id(5), call)?, request, &query, call),
            "freebusy.query" => answer(&self.free_busy(&request.body, call)?, request, &query, call),
            "channels.stop" => answer(&settings::stop(&request.body)?, request, &query, call),
            "events.watch" | "calendarList.watch" | "settings.watch" => {
                answer(&settings::watch(&request.body)?, request, &query, call)
            }
            name if name.starts_with("events.") => {
                let index = self.index(call.user, id(3)).ok_or_else(ApiError::not_found)?;
                self.events(index, id(5), request, &query, call)
            }
            _ => Err(ApiError::not_modelled(call.method)),
        }
    }

    /// The methods of one calendar's events.
    fn events(
        &mut self,
        index: usize,
        id: &str,
        request: &Request,
        query: &Query,
        call: &mut Call<'_>,
    ) -> Result<Response, ApiError> {
        if matches!(call.method.name, "events.list" | "events.get" | "events.instances") {
            return self.read_events(index, id, request, query, call);
        }
        let if_match = request.header_value("if-match");
        let Google { calendars, ids, .. } = self;
        let calendar = calendars.get_mut(index).ok_or_else(ApiError::not_found)?;
        let before = write::found(calendar, id).ok();
        let id = match call.method.name {
            "events.insert" => create::insert(calendar, object(&request.body)?, query, ids, call)?,
            "events.import" => create::import(calendar, object(&request.body)?, query, ids, call)?,
            "events.patch" | "events.update" => {
                let how = if call.method.name == "events.update" { Change::Replace } else { Change::Merge };
                let edit = Edit { body: &object(&request.body)?, how, if_match };
                write::change(calendar, id, &edit, query, ids, call)?;
                id.to_owned()
            }
            "events.delete" => {
                write::remove(calendar, id, if_match, ids, call)?;
                self.pass_on(index, id, before.as_ref(), query, call);
                return Ok(Response::empty(204));
            }
            "events.move" => {
                let moved = self.relocate(index, id, if_match, query, call)?;
                return answer(&moved, request, query, call);
            }
            _ => return Err(ApiError::not_modelled(call.method)),
        };
        let made = matches!(call.method.name, "events.insert" | "events.import");
        let before = if made { None } else { before };
        self.pass_on(index, &id, before.as_ref(), query, call);
        let calendar = self.calendars.get(index).ok_or_else(ApiError::not_found)?;
        let event = calendar.get(&id).ok_or_else(ApiError::not_found)?;
        if made {
            self.meter.created(call.user, external_guests(event, call.user), call.now_ms);
        }
        let view = View::new(calendar, query, call)?;
        answer(&view.row(event), request, query, call)
    }

    fn read_events(
        &self,
        index: usize,
        id: &str,
        request: &Request,
        query: &Query,
        call: &Call<'_>,
    ) -> Result<Response, ApiError> {
        let calendar = self.calendars.get(index).ok_or_else(ApiError::not_found)?;
        if call.method.name == "events.get" {
            let view = View::new(calendar, query, call)?;
            let made;
            let event = match calendar.get(id) {
                Some(event) => event,
                None => {
                    made = write::found(calendar, id)?;
                    &made
                }
            };
            return match (event.cancelled, call.switches.get_deleted) {
                (true, GetDeleted::NotFound) => Err(ApiError::not_found()),
                (true, GetDeleted::Gone) => Err(ApiError::deleted()),
                _ => answer(&view.row(event), request, query, call),
            };
        }
        let lagging = calendar.lagging(call.now_ms);
        let view = View::new(lagging.as_ref().unwrap_or(calendar), query, call)?;
        let page = if call.method.name == "events.instances" {
            instances::instances(&view, id, query, call.switches)?
        } else {
            let params = ListParams::read(query, call.switches)?;
            let person = self.people.iter().find(|person| person.email == call.user);
            let hides_invitations = person.is_some_and(|person| person.hides_invitations());
            list::list(&view, hides_invitations, &params, call.switches, call.now_ms)?
        };
        answer(&Envelope { view: &view, page: &page, now_ms: call.now_ms }, request, query, call)
    }

    fn calendar_resource(&self, id: &str, call: &Call<'_>) -> Result<Value, ApiError> {
        let calendar = self.index(call.user, id).and_then(|index| self.calendars.get(index));
        let calendar = calendar.ok_or_else(ApiError::not_found)?;
        let mut body = json!({
            "kind": "calendar#calendar", "etag": "\"1\"", "id": calendar.id, "summary": calendar.summary,
            "timeZone": calendar.zone.name(),
            "conferenceProperties": { "allowedConferenceSolutionTypes": ["hangoutsMeet"] },
        });
        if let Some(map) = body.as_object_mut() {
            if calendar.primary {
                let labels: Vec<Value> = LABELS
                    .iter()
                    .map(|(id, name, color)| json!({ "id": id, "name": name, "backgroundColor": color }))
                    .collect();
                map.insert("labelProperties".into(), json!({ "eventLabels": labels }));
            } else {
                map.insert("dataOwner".into(), json!(calendar.owner));
            }
        }
        Ok(body)
    }
}

impl Method {
    /// Whether a client asks for one event, and can be spared a body it has.
    fn reads_one(&self) -> bool {
        self.name.ends_with(".get")
    }
}

/// The envelope of a list of events. An empty `items` is left out.
struct Envelope<'a> {
    view: &'a View<'a>,
    page: &'a Page<'a>,
    now_ms: i64,
}

impl Serialize for Envelope<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let calendar = self.view.calendar;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("kind", "calendar#events")?;
        map.serialize_entry("etag", &self.etag())?;
        map.serialize_entry("summary", &calendar.summary)?;
        map.serialize_entry("updated", &crate::time::print_utc_ms(self.now_ms))?;
        map.serialize_entry("timeZone", self.view.zone.unwrap_or(calendar.zone).name())?;
        map.serialize_entry("accessRole", self.view.role.name())?;
        map.serialize_entry("defaultReminders", &self.view.access.default_reminders)?;
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

/// A body that may have an etag.
trait Tagged: Serialize {
    fn etag(&self) -> Option<String>;
}

impl Tagged for Value {
    fn etag(&self) -> Option<String> {
        self.get("etag").and_then(Value::as_str).map(str::to_owned)
    }
}

impl Tagged for Row<'_> {
    fn etag(&self) -> Option<String> {
        self.body().etag()
    }
}

impl Tagged for Envelope<'_> {
    fn etag(&self) -> Option<String> {
        Some(format!("\"p{}\"", self.view.calendar.sequence()))
    }
}

/// A body in the form that `fields` and `prettyPrint` ask for; 304 when the client has it (guides/version-resources).
fn answer(
    body: &impl Tagged,
    request: &Request,
    query: &Query,
    call: &Call<'_>,
) -> Result<Response, ApiError> {
    let etag = body.etag();
    let has = |known: &str| etag.as_ref().is_some_and(|etag| known.split(',').any(|one| one.trim() == etag));
    if call.method.reads_one() && request.header_value("if-none-match").is_some_and(has) {
        return Ok(Response::empty(304));
    }
    let pretty = boolean(query, "prettyPrint")?.unwrap_or(true);
    let bytes = match &call.mask {
        None => print(body, pretty),
        Some(mask) => {
            let whole = serde_json::to_value(body).unwrap_or_default();
            print(&mask.apply(&whole), pretty)
        }
    };
    let mut response = Response::text(200, "application/json; charset=UTF-8", bytes);
    response.headers.extend(etag.map(|etag| ("etag".to_owned(), etag)));
    Ok(response)
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
