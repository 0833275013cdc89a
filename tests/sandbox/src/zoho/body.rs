//! What every write has in common: the body that holds records, and the answer with a result for each
//! (reference, section 4.1).

use serde_json::{Map, Value, json};

use super::Zoho;
use super::error::{Problem, json_response};
use super::modules::{ModuleName, Record};
use crate::http::{Request, Response};
use crate::switches::{Body412, Switches};
use crate::time;

/// The most records of one write.
pub(crate) const MOST: usize = 100;
/// The most bytes of a body. Zoho names the status 413 without a figure: this one is the sandbox's own, well above a
/// hundred records at their longest.
const MOST_BYTES: usize = 24 << 20;
/// What a write may start besides itself (Zoho CRM API v8, insert-records).
const TRIGGERS: [&str; 5] = ["workflow", "approval", "blueprint", "pathfinder", "orchestration"];

pub(crate) type Outcome = Result<Value, Problem>;

/// The records of a body: an object with 1 to 100 entries in `data`.
pub(crate) struct Body {
    pub(crate) rows: Vec<Value>,
    /// Whether workflow rules run: they do unless `trigger` leaves them out.
    pub(crate) workflows: bool,
    pub(crate) map: Map<String, Value>,
}

impl Body {
    pub(crate) fn parse(bytes: &[u8]) -> Result<Body, Problem> {
        let Ok(Value::Object(mut map)) = serde_json::from_slice::<Value>(bytes) else {
            return Err(Problem::invalid("body", json!({ "expected_data_type": "jsonobject" })));
        };
        let rows = match map.remove("data") {
            None | Some(Value::Null) => return Err(Problem::mandatory("data", "$.data")),
            Some(Value::Array(rows)) if rows.is_empty() => return Err(Problem::mandatory("data", "$.data")),
            Some(Value::Array(rows)) => rows,
            Some(_) => return Err(Problem::expected("data", "$.data", "jsonarray")),
        };
        let workflows = match map.get("trigger") {
            None | Some(Value::Null) => true,
            Some(Value::Array(names)) => {
                if let Some(unknown) =
                    names.iter().position(|name| name.as_str().is_none_or(|name| !TRIGGERS.contains(&name)))
                {
                    return Err(Problem::invalid(
                        "invalid data",
                        json!({ "api_name": "trigger", "json_path": format!("$.trigger[{unknown}]"), "supported_values": TRIGGERS }),
                    ));
                }
                names.iter().any(|name| name == "workflow")
            }
            Some(_) => return Err(Problem::expected("trigger", "$.trigger", "jsonarray")),
        };
        Ok(Body { rows, workflows, map })
    }

    /// Refuses more records than a write may hold; the refusal is an entry of `data[]` (Zoho CRM API v8,
    /// updateRecord).
    pub(crate) fn check_count(&self, most: usize) -> Result<(), Response> {
        if self.rows.len() <= most {
            return Ok(());
        }
        let problem = Problem::new(
            400,
            "LIMIT_EXCEEDED",
            "count of records in your request exceeds the limit",
            json!({ "maximum_length": most, "api_name": "data" }),
        );
        Err(json_response(400, &json!({ "data": [problem.to_json()] })))
    }
}

/// 413 and 415: a body too large, or of a kind that cannot hold JSON. Samples of Zoho's documentation send bodies as
/// the form type that curl adds by itself, so that one passes.
pub(crate) fn check_media(request: &Request) -> Result<(), Problem> {
    if request.body.len() > MOST_BYTES {
        return Err(Problem::new(
            413,
            "REQUEST_ENTITY_TOO_LARGE",
            "the request body is too large",
            json!({}),
        ));
    }
    let kind = request.header_value("content-type").unwrap_or_default().to_lowercase();
    if !request.body.is_empty()
        && (kind.starts_with("multipart/") || kind.contains("xml") || kind.contains("html"))
    {
        return Err(Problem::new(
            415,
            "UNSUPPORTED_MEDIA_TYPE",
            "the media type of the request is not supported",
            json!({}),
        ));
    }
    Ok(())
}

/// `data[]` in the order of the input: all well, mixed (207), or all failed (400, or 412 when all were stale).
pub(crate) fn answer(outcomes: Vec<Outcome>, all_well: u16, switches: &Switches, single: bool) -> Response {
    let well = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    let stale = outcomes.iter().all(|outcome| matches!(outcome, Err(problem) if problem.status == 412));
    let status = if well == outcomes.len() {
        all_well
    } else if well > 0 {
        207
    } else if stale {
        412
    } else {
        400
    };
    // A missing right is a refusal of the request.
    if let ([Err(problem)], true) = (outcomes.as_slice(), single)
        && problem.status == 403
    {
        return problem.respond();
    }
    if let ([Err(problem)], true, Body412::Flat) = (outcomes.as_slice(), single && stale, switches.body_412) {
        return problem.respond();
    }
    let data: Vec<Value> =
        outcomes.into_iter().map(|outcome| outcome.unwrap_or_else(|problem| problem.to_json())).collect();
    json_response(status, &json!({ "data": data }))
}

/// What a result says about its record.
pub(crate) fn details(zoho: &Zoho, record: &Record) -> Value {
    let at = |ms: i64| time::print(ms, time::offset_at(zoho.zone, ms), false);
    let by = |id: u64| match zoho.user(id) {
        Some(user) => json!({ "name": user.name, "id": user.id.to_string() }),
        None => Value::Null,
    };
    json!({
        "id": record.id.to_string(),
        "Created_Time": at(record.created_ms),
        "Modified_Time": at(record.modified_ms),
        "Created_By": by(record.created_by),
        "Modified_By": by(record.modified_by),
    })
}

pub(crate) fn success(zoho: &Zoho, record: &Record, message: &str) -> Value {
    let mut details = details(zoho, record);
    if let Some(map) = details.as_object_mut() {
        map.insert("$approval_state".into(), json!("approved"));
    }
    json!({ "code": "SUCCESS", "details": details, "message": message, "status": "success" })
}

pub(crate) fn permitted(zoho: &Zoho, action: &str, module: ModuleName) -> Result<(), Problem> {
    for right in [format!("Crm_Implied_{action}_{}", module.api_name()), "Crm_Implied_Api_Access".to_owned()]
    {
        if !zoho.permitted(&right) {
            return Err(Problem::permission(&right));
        }
    }
    Ok(())
}
