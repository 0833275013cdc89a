//! The admin routes under `/sandbox/`: they change the world, and are no part of either vendor's API.

use serde_json::{Map, Value, json};

use crate::clock::Clock;
use crate::corpus::Corpus;
use crate::deeds::{Deed, Happened};
use crate::edits::Side;
use crate::faults::Fault;
use crate::http::{Query, Response, Service};
use crate::switches::Switches;
use crate::time;
use crate::world::World;
use crate::zoho::Edition;

/// Licences of an organisation whose edition is given at the start.
const LICENCES: u64 = 10;

/// A world with what is needed to begin it anew.
#[derive(Debug)]
pub struct Site {
    /// Both services.
    pub world: World,
    clock: Clock,
    start: Start,
    pub(crate) seed: u64,
    events: usize,
}

/// How a site starts.
#[derive(Clone, Debug, Default)]
pub struct Start {
    /// Seed of ids, faults and corpus.
    pub seed: u64,
    /// Events made at the start.
    pub events: usize,
    /// Meetings made in the CRM at the start.
    pub meetings: usize,
    /// Whether these events and meetings have no guests.
    pub without_guests: bool,
    /// A fixed clock; the real one when none is given.
    pub now_ms: Option<i64>,
    /// Switches as given on the command line.
    pub switches: Switches,
    /// The zone of everybody; Europe/Paris when none is given.
    pub zone: Option<String>,
    /// The CRM's edition; Professional when none is given.
    pub edition: Option<Edition>,
}

impl Site {
    /// A new world, filled. `real_ms` is what the real clock shows.
    pub fn new(start: &Start, real_ms: i64) -> Site {
        let clock = start.now_ms.map_or(Clock::Real { skew_ms: 0 }, |now_ms| Clock::Fixed { now_ms });
        let mut site = Site {
            world: World::new(start.seed, clock.read(real_ms)),
            clock,
            start: start.clone(),
            seed: start.seed,
            events: start.events,
        };
        site.begin();
        site
    }

    fn begin(&mut self) {
        *self.world.switches() = self.start.switches.clone();
        if let Some(edition) = self.start.edition {
            self.world.set_edition(edition, LICENCES);
        }
        if let Some(zone) = &self.start.zone {
            // A name that is no zone was refused before the start.
            let _ = self.world.set_zone(zone);
        }
        let guests = !self.start.without_guests;
        if self.events > 0 {
            self.world.fill(&Corpus { guests, ..Corpus::new(self.seed, self.events) });
        }
        if self.start.meetings > 0 {
            // Of another seed: the meetings are not the events once more.
            let seed = self.seed.wrapping_add(1);
            self.world.fill_meetings(&Corpus { guests, ..Corpus::new(seed, self.start.meetings) });
        }
    }

    /// Lets the world's clock follow the real one, unless it is fixed.
    pub fn tick(&mut self, real_ms: i64) {
        self.world.set_now_ms(self.clock.read(real_ms));
    }

    /// Answers one admin call. `path` starts with `/sandbox/` and carries the query.
    pub fn admin(&mut self, method: &str, path: &str, body: &[u8], real_ms: i64) -> Response {
        self.tick(real_ms);
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let query = Query::parse(query);
        let outcome = match (method, path) {
            ("GET", "/sandbox/" | "/sandbox") => Ok(self.world.summary()),
            ("POST", "/sandbox/reset") => self.reset(body, real_ms),
            ("POST", "/sandbox/fill") => self.fill(body),
            ("POST", "/sandbox/ics") => self.ics(&query, body),
            ("GET", "/sandbox/counters") => Ok(self.world.counters().to_json()),
            ("POST", "/sandbox/counters/reset") => {
                self.world.reset_counters();
                Ok(json!({}))
            }
            ("POST", "/sandbox/faults") => self.faults(body),
            ("DELETE", "/sandbox/faults") => {
                self.world.faults().clear();
                Ok(json!({}))
            }
            ("GET", "/sandbox/switches") => Ok(self.list_switches()),
            ("POST", "/sandbox/switches") => self.set_switches(body),
            ("POST", "/sandbox/clock") => self.set_clock(body, real_ms),
            ("GET", "/sandbox/mails") => Ok(self.mails()),
            ("POST", "/sandbox/sync-tokens/expire") => {
                self.world.expire_sync_tokens();
                Ok(json!({}))
            }
            ("POST", "/sandbox/edits") => self.edits(body),
            ("GET", "/sandbox/deeds") => Ok(self.list_deeds()),
            ("POST", "/sandbox/deeds") => self.deeds(body),
            ("POST", "/sandbox/copy") => self.copy(body),
            ("POST", "/sandbox/role") => self.role(body),
            ("POST", "/sandbox/scopes") => self.scopes(body),
            ("POST", "/sandbox/permissions") => self.permissions(body),
            ("GET" | "POST", "/sandbox/org") => self.org(body),
            ("POST", "/sandbox/users") => self.users(body),
            ("POST", "/sandbox/profiles") => self.profiles(body),
            ("POST", "/sandbox/sign-in") => self.sign_in(body),
            ("POST", "/sandbox/revoke") => self.revoke(body),
            ("POST", "/sandbox/locks") => self.locks(body),
            ("POST", "/sandbox/refusals") => self.refusals(body),
            ("POST", "/sandbox/layouts") => self.layout(body),
            ("POST", "/sandbox/workflow") => self.workflow(body),
            ("POST", "/sandbox/cancel-mails") => self.cancel_mails(body),
            ("POST", "/sandbox/convert") => self.convert(body),
            ("POST", "/sandbox/purge") => self.purge(body),
            ("POST", "/sandbox/restore") => self.restore(body),
            ("POST", "/sandbox/connection") => {
                object(body).and_then(|call| self.world.invoke_connection(&Value::Object(call)))
            }
            ("GET", "/sandbox/crm-events") => Ok(Value::Array(self.world.crm_events())),
            ("GET", "/sandbox/google-events") => {
                Ok(Value::Array(self.world.google_events(query.get("calendar").unwrap_or("primary"))))
            }
            ("POST", _) if path.starts_with("/sandbox/google/") => {
                let name = path.trim_start_matches("/sandbox/google/");
                match object(body).map(|body| self.world.google_admin(name, &body)) {
                    Err(message) => Err(message),
                    Ok(Some(outcome)) => outcome,
                    Ok(None) => return unknown(method, path),
                }
            }
            _ => return unknown(method, path),
        };
        match outcome {
            Ok(value) => answer(200, &value),
            Err(message) => answer(400, &json!({ "error": message })),
        }
    }

    fn reset(&mut self, body: &[u8], real_ms: i64) -> Result<Value, String> {
        let body = object(body)?;
        let seed = whole(&body, "seed")?.unwrap_or(self.seed);
        let events = whole(&body, "events")?.map_or(Ok(self.events), sane_count)?;
        let clock = match body.get("now") {
            None | Some(Value::Null) => self.clock,
            Some(now) => Clock::Fixed { now_ms: instant(now)? },
        };
        (self.seed, self.events, self.clock) = (seed, events, clock);
        self.world = World::new(seed, clock.read(real_ms));
        self.begin();
        Ok(self.world.summary())
    }

    fn fill(&mut self, body: &[u8]) -> Result<Value, String> {
        let body = object(body)?;
        let side = side(&body)?;
        let events = whole(&body, "events")?.map_or(Ok(5_000), sane_count)?;
        let mut corpus = Corpus::new(whole(&body, "seed")?.unwrap_or(self.seed), events);
        let months = |name: &str, default: u32| -> Result<u32, String> {
            Ok(whole(&body, name)?.map_or(default, |months| u32::try_from(months).unwrap_or(120).min(120)))
        };
        corpus.past_months = months("past_months", 3)?;
        corpus.ahead_months = months("ahead_months", 6)?;
        match side {
            Side::Google => self.world.fill(&corpus),
            Side::Crm => self.world.fill_meetings(&corpus),
        }
        Ok(self.world.summary())
    }

    fn ics(&mut self, query: &Query, body: &[u8]) -> Result<Value, String> {
        let text = std::str::from_utf8(body).map_err(|_| "the file is not UTF-8 text".to_owned())?;
        let calendar = query.get("calendar").unwrap_or("primary");
        match self.world.import_ics(calendar, text) {
            Ok(done) => {
                Ok(json!({ "imported": done.imported, "skipped": done.skipped, "errors": done.problems }))
            }
            Err(error) => Err(error.to_string()),
        }
    }

    fn faults(&mut self, body: &[u8]) -> Result<Value, String> {
        let value: Value = serde_json::from_slice(body).map_err(|_| "the body is not JSON".to_owned())?;
        let rules = match value {
            Value::Array(rules) => rules,
            one => vec![one],
        };
        let faults = rules.iter().map(Fault::from_json).collect::<Result<Vec<_>, _>>()?;
        for fault in faults {
            self.world.faults().add(fault);
        }
        Ok(json!({ "pending": self.world.faults().pending() }))
    }

    fn list_switches(&mut self) -> Value {
        let current = self.world.switches().to_json();
        Switches::ALL
            .iter()
            .map(|switch| {
                json!({ "name": switch.name, "value": current.get(switch.name), "values": switch.values, "about": switch.about })
            })
            .collect()
    }

    fn set_switches(&mut self, body: &[u8]) -> Result<Value, String> {
        let body = object(body)?;
        let mut changed = self.world.switches().clone();
        for (name, value) in &body {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            changed.set(name, &value).map_err(|error| error.to_string())?;
        }
        *self.world.switches() = changed;
        Ok(self.world.switches().to_json())
    }

    fn set_clock(&mut self, body: &[u8], real_ms: i64) -> Result<Value, String> {
        let body = object(body)?;
        match (body.get("now"), body.get("advanceMs")) {
            (Some(Value::String(text)), None) if text == "real" => self.clock = Clock::Real { skew_ms: 0 },
            (Some(now), None) => self.clock = Clock::Fixed { now_ms: instant(now)? },
            (None, Some(by)) => {
                let by = by.as_i64().ok_or("advanceMs is a whole number of milliseconds")?;
                self.clock = self.clock.advanced(by);
            }
            _ => return Err("give either now (RFC 3339 or milliseconds, or \"real\") or advanceMs".into()),
        }
        self.tick(real_ms);
        Ok(json!({ "now": time::print_utc_ms(self.world.now_ms()), "nowMs": self.world.now_ms() }))
    }

    fn mails(&self) -> Value {
        self.world
            .mails()
            .iter()
            .map(|mail| {
                json!({ "service": mail.service.name(), "kind": mail.kind.name(), "to": mail.to, "id": mail.id,
                    "at": time::print_utc_ms(mail.at_ms) })
            })
            .collect()
    }

    fn edits(&mut self, body: &[u8]) -> Result<Value, String> {
        let body = object(body)?;
        let count = whole(&body, "count")?.map_or(Ok(1), sane_count)?;
        let seed = whole(&body, "seed")?.unwrap_or(self.seed);
        let side = side(&body)?;
        if let Some(after) = whole(&body, "afterRequests")?.filter(|after| *after > 0) {
            self.world.edit_later(after, side, count, seed);
            return Ok(json!({ "waiting": after }));
        }
        let done = match side {
            Side::Google => self.world.edit(count, seed),
            Side::Crm => self.world.edit_crm(count, seed),
        };
        Ok(json!({ "changed": done.changed, "added": done.added, "deleted": done.deleted }))
    }

    /// Each deed is done at once, or waits for its moment.
    fn deeds(&mut self, body: &[u8]) -> Result<Value, String> {
        let value: Value = serde_json::from_slice(body).map_err(|_| "the body is not JSON".to_owned())?;
        let deeds = match value {
            Value::Array(deeds) => deeds,
            one => vec![one],
        };
        let deeds = deeds.iter().map(Deed::from_json).collect::<Result<Vec<_>, _>>()?;
        for (deed, moment) in deeds {
            match moment {
                Some(moment) => self.world.meanwhile(moment, deed),
                None => drop(self.world.act(&deed)?),
            }
        }
        Ok(self.list_deeds())
    }

    fn list_deeds(&self) -> Value {
        let done = |happened: &Happened| match &happened.outcome {
            Ok(id) => json!({ "id": id }),
            Err(problem) => json!({ "error": problem }),
        };
        json!({
            "waiting": self.world.deeds_waiting(),
            "done": self.world.deeds_done().iter().map(done).collect::<Vec<_>>(),
        })
    }

    fn copy(&mut self, body: &[u8]) -> Result<Value, String> {
        let body = object(body)?;
        let id = self.world.copy_event(text(&body, "id")?).ok_or("there is no such live event")?;
        Ok(json!({ "id": id }))
    }

    fn role(&mut self, body: &[u8]) -> Result<Value, String> {
        let body = object(body)?;
        self.world.set_role(text(&body, "calendar")?, text(&body, "role")?)?;
        Ok(json!({}))
    }

    fn scopes(&mut self, body: &[u8]) -> Result<Value, String> {
        for (name, scopes) in object(body)? {
            let service = Service::from_name(&name).ok_or("a service is google or zoho")?;
            let scopes: Option<Vec<&str>> =
                scopes.as_array().and_then(|scopes| scopes.iter().map(Value::as_str).collect());
            self.world.set_scopes(service, &scopes.ok_or("scopes are a list of texts")?);
        }
        Ok(json!({}))
    }

    fn permissions(&mut self, body: &[u8]) -> Result<Value, String> {
        for (right, granted) in object(body)? {
            let granted = granted.as_bool().ok_or("a right is set to true or false")?;
            self.world.set_permission(&right, granted);
        }
        Ok(json!({}))
    }

    fn locks(&mut self, body: &[u8]) -> Result<Value, String> {
        for (id, locked) in object(body)? {
            let locked = locked.as_bool().ok_or("a record is set to true (locked) or false")?;
            self.world.set_locked(&id, locked);
        }
        Ok(json!({}))
    }

    fn restore(&mut self, body: &[u8]) -> Result<Value, String> {
        let body = object(body)?;
        let module = body.get("module").and_then(Value::as_str).unwrap_or("Events");
        Ok(json!({ "restored": self.world.restore_record(module, text(&body, "id")?) }))
    }

    fn purge(&mut self, body: &[u8]) -> Result<Value, String> {
        let body = object(body)?;
        let module = body.get("module").and_then(Value::as_str).unwrap_or("Events");
        Ok(json!({ "purged": self.world.purge_record(module, text(&body, "id")?) }))
    }

    fn refusals(&mut self, body: &[u8]) -> Result<Value, String> {
        for (id, code) in object(body)? {
            let known = match &code {
                Value::Null => self.world.refuse(&id, None),
                code => code.as_str().is_some_and(|code| self.world.refuse(&id, Some(code))),
            };
            if !known {
                return Err("a record id is set to a code of Zoho's that refuses changes, or to null".into());
            }
        }
        Ok(json!({}))
    }

    fn layout(&mut self, body: &[u8]) -> Result<Value, String> {
        Ok(json!({ "id": self.world.add_layout(&Value::Object(object(body)?))? }))
    }

    fn workflow(&mut self, body: &[u8]) -> Result<Value, String> {
        let body = object(body)?;
        self.world.set_workflow(text(&body, "module")?, text(&body, "field")?, text(&body, "value")?)?;
        Ok(json!({}))
    }

    fn cancel_mails(&mut self, body: &[u8]) -> Result<Value, String> {
        let left = whole(&object(body)?, "left")?.map(sane_count).transpose()?;
        self.world.set_cancel_mails(left);
        Ok(json!({}))
    }

    fn convert(&mut self, body: &[u8]) -> Result<Value, String> {
        Ok(json!({ "converted": self.world.convert_lead(text(&object(body)?, "id")?) }))
    }
}

fn unknown(method: &str, path: &str) -> Response {
    answer(404, &json!({ "error": format!("there is no admin route {method} {path}") }))
}

pub(crate) fn object(body: &[u8]) -> Result<Map<String, Value>, String> {
    if body.is_empty() {
        return Ok(Map::new());
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(map)) => Ok(map),
        _ => Err("the body is not a JSON object".into()),
    }
}

pub(crate) fn whole(body: &Map<String, Value>, name: &str) -> Result<Option<u64>, String> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value.as_u64().map(Some).ok_or(format!("{name} is a whole number")),
    }
}

pub(crate) fn text<'a>(body: &'a Map<String, Value>, name: &str) -> Result<&'a str, String> {
    body.get(name).and_then(Value::as_str).ok_or(format!("{name} is a text and must be given"))
}

/// More events than this would only be a mistake.
/// Which service a call is about; Google unless it says otherwise.
fn side(body: &Map<String, Value>) -> Result<Side, String> {
    match body.get("side").and_then(Value::as_str) {
        None | Some("google") => Ok(Side::Google),
        Some("crm") => Ok(Side::Crm),
        Some(_) => Err("side is google or crm".into()),
    }
}

fn sane_count(count: u64) -> Result<usize, String> {
    usize::try_from(count).ok().filter(|count| *count <= 200_000).ok_or("at most 200000 at once".into())
}

fn instant(value: &Value) -> Result<i64, String> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => time::parse_rfc3339(text).map(|at| at.ms),
        _ => None,
    }
    .ok_or("now is RFC 3339 with an offset, or milliseconds since 1970".into())
}

fn answer(status: u16, body: &Value) -> Response {
    Response::text(status, "application/json; charset=utf-8", body.to_string())
}
