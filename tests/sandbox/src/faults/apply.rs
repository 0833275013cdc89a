//! What a rule does to a request and its answer.

use serde_json::{Value, json};

use super::{Fault, FaultKind, When, has_rows};
use crate::google;
use crate::http::{Dropped, Request, Response, Service};
use crate::time::{self, SECOND};
use crate::world::World;
use crate::zoho;

/// How an answer travels, where that is not at once and whole. In process nothing of it is felt.
#[derive(Debug, Default)]
pub(crate) struct Transport {
    /// How long the answer is held back.
    pub(crate) delay_ms: u64,
    /// How long its body takes.
    pub(crate) body_ms: u64,
    /// The answer of which only half arrives before the connection is lost.
    pub(crate) cut: Option<Response>,
}

/// A page that a network's gateway would send.
const HTML: &str = "<html><body>Service is being maintained</body></html>";

impl World {
    /// Answers a request that a rule has hit.
    pub(crate) fn fail(&mut self, request: &Request, kind: &str, fault: &Fault) -> Result<Response, Dropped> {
        let mut response = match &fault.kind {
            FaultKind::Status { status, reason, body } => {
                self.effect(request, fault);
                match body {
                    Some(body) => Response::text(*status, "application/json; charset=UTF-8", body.as_str()),
                    None => match request.service {
                        Service::Google => google::error::fault(*status, reason.as_deref()),
                        Service::Zoho => zoho::error::fault(*status, reason.as_deref(), &self.switches),
                    },
                }
            }
            FaultKind::Drop => {
                self.effect(request, fault);
                return Err(Dropped);
            }
            FaultKind::Cut => {
                let answer = self.carry_out(request, None);
                self.transport.cut = Some(answer);
                return Err(Dropped);
            }
            FaultKind::Truncate => {
                let mut answer = self.carry_out(request, None);
                answer.body.truncate(answer.body.len() / 2);
                answer
            }
            FaultKind::NotJson => {
                self.effect(request, fault);
                Response::text(200, "text/html", HTML)
            }
            FaultKind::WrongType => {
                self.effect(request, fault);
                Response::text(200, "application/json", "[1,2,3]")
            }
            FaultKind::WrongField { field } => {
                let answer = self.carry_out(request, None);
                rewritten(answer, |body| retype(body, field))
            }
            FaultKind::Delay { ms } => {
                self.transport.delay_ms = *ms;
                self.carry_out(request, None)
            }
            FaultKind::SlowBody { ms } => {
                self.transport.body_ms = *ms;
                self.carry_out(request, None)
            }
            FaultKind::EmptyList => {
                let answer = self.carry_out(request, None);
                rewritten(answer, |body| empty(request.service, body))
            }
            FaultKind::RepeatedRow => {
                let row = self.faults.last_page.get(&request.service).map(|(_, row)| row.clone());
                let answer = self.carry_out(request, None);
                rewritten(answer, |body| {
                    if let (Some(rows), Some(row)) = (rows_mut(request.service, body), row) {
                        rows.insert(0, row);
                    }
                })
            }
            FaultKind::ListLag => self.carry_out_behind(request),
            FaultKind::TokenLoss => match request.service {
                Service::Google => {
                    self.google.expire_tokens();
                    self.carry_out(request, None)
                }
                // Page tokens live for a day (Zoho CRM API v8, get-records); this one is refused as one that is older.
                Service::Zoho => zoho::error::fault(400, Some("EXPIRED_VALUE"), &self.switches),
            },
            FaultKind::ClockSkew { ms } => {
                let now = self.now_ms();
                self.set_now_ms(now.saturating_add(*ms));
                let mut answer = self.carry_out(request, None);
                answer.headers.push(("date".into(), time::print_http_date(self.now_ms())));
                self.set_now_ms(now);
                answer
            }
            FaultKind::BadRecord { .. } | FaultKind::RecordLocked { .. } => {
                self.carry_out(request, Some(&fault.kind))
            }
        };
        if let Some(seconds) = fault.retry_after {
            let at = self
                .now_ms()
                .saturating_add(i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(SECOND));
            let text =
                if fault.retry_after_is_date { time::print_http_date(at) } else { seconds.to_string() };
            response.headers.push(("retry-after".into(), text));
        }
        self.note_page(request, kind, &response);
        Ok(response)
    }

    /// The effect of a request whose answer is replaced.
    fn effect(&mut self, request: &Request, fault: &Fault) {
        if fault.when == When::After {
            self.carry_out(request, None);
        }
    }

    /// Keeps calendars and records as they are for the lists that lag behind, from the order on.
    pub(crate) fn freeze(&mut self) {
        if self.faults.rules.is_empty() && self.frozen_google.is_none() && self.frozen_zoho.is_none() {
            return;
        }
        match (self.faults.waits_for(&FaultKind::ListLag, Service::Google), &self.frozen_google) {
            (true, None) => self.frozen_google = Some(self.google.calendars.clone()),
            (false, Some(_)) => self.frozen_google = None,
            _ => {}
        }
        match (self.faults.waits_for(&FaultKind::ListLag, Service::Zoho), &self.frozen_zoho) {
            (true, None) => self.frozen_zoho = Some(self.zoho.modules.clone()),
            (false, Some(_)) => self.frozen_zoho = None,
            _ => {}
        }
    }

    fn carry_out_behind(&mut self, request: &Request) -> Response {
        // Only what is listed lags: tokens, quotas and credits are those of this moment. A list changes no record, so
        // the frozen ones stay as they are.
        if let Some(frozen) = &mut self.frozen_google {
            std::mem::swap(&mut self.google.calendars, frozen);
        }
        if let Some(frozen) = &mut self.frozen_zoho {
            std::mem::swap(&mut self.zoho.modules, frozen);
        }
        let answer = self.carry_out(request, None);
        if let Some(frozen) = &mut self.frozen_google {
            std::mem::swap(&mut self.google.calendars, frozen);
        }
        if let Some(frozen) = &mut self.frozen_zoho {
            std::mem::swap(&mut self.zoho.modules, frozen);
        }
        answer
    }

    /// Remembers a page that has a next one, while a row of it may have to be repeated.
    pub(crate) fn note_page(&mut self, request: &Request, kind: &str, answer: &Response) {
        if !self.faults.waits_for(&FaultKind::RepeatedRow, request.service) {
            self.faults.last_page.remove(&request.service);
            return;
        }
        if !has_rows(request.service, kind) {
            return;
        }
        let mut body = answer.json();
        let more = match request.service {
            Service::Google => body.get("nextPageToken").is_some(),
            Service::Zoho => body.pointer("/info/more_records") == Some(&json!(true)),
        };
        let row = rows_mut(request.service, &mut body).and_then(|rows| rows.pop());
        match row.filter(|_| more) {
            Some(row) => {
                let path = request.path.split('?').next().unwrap_or_default().to_owned();
                self.faults.last_page.insert(request.service, (path, row));
            }
            None => {
                self.faults.last_page.remove(&request.service);
            }
        }
    }
}

/// The same answer with a changed body; one that is no JSON stays as it is.
fn rewritten(mut answer: Response, change: impl FnOnce(&mut Value)) -> Response {
    if let Ok(mut body) = serde_json::from_slice::<Value>(&answer.body) {
        change(&mut body);
        answer.body = body.to_string().into_bytes();
    }
    answer
}

fn rows_mut(service: Service, body: &mut Value) -> Option<&mut Vec<Value>> {
    let name = match service {
        Service::Google => "items",
        Service::Zoho => "data",
    };
    body.get_mut(name)?.as_array_mut()
}

/// Takes the rows out. Google leaves an empty `items` away; Zoho would answer 204, so an empty list with 200 is odd.
fn empty(service: Service, body: &mut Value) {
    if let Some(rows) = rows_mut(service, body) {
        rows.clear();
    }
    match (service, body.as_object_mut()) {
        (Service::Google, Some(map)) => {
            map.remove("items");
        }
        (Service::Zoho, Some(map)) => {
            if let Some(info) = map.get_mut("info").and_then(Value::as_object_mut) {
                info.insert("count".into(), json!(0));
                info.insert("more_records".into(), json!(false));
                if info.contains_key("next_page_token") {
                    info.insert("next_page_token".into(), Value::Null);
                }
            }
        }
        (_, None) => {}
    }
}

/// Gives every member of a name a value of another type.
fn retype(body: &mut Value, field: &str) {
    match body {
        Value::Object(map) => {
            for (name, value) in map.iter_mut() {
                if name == field {
                    *value = match value {
                        Value::String(_) => json!(7),
                        Value::Number(number) => json!(number.to_string()),
                        Value::Bool(flag) => json!(flag.to_string()),
                        Value::Array(_) => json!({}),
                        Value::Object(_) => json!("object"),
                        Value::Null => json!([]),
                    };
                } else {
                    retype(value, field);
                }
            }
        }
        Value::Array(rows) => rows.iter_mut().for_each(|row| retype(row, field)),
        _ => {}
    }
}
