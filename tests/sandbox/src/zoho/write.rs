//! Insert, update and delete, in bulk and by id, with a result per record (reference, section 4).

use serde_json::{Map, Value, json};

use super::error::{Problem, json_response};
use super::list::since_of;
use super::modules::{ModuleName, Record};
use super::record::{self, Input};
use super::{Zoho, id_of};
use crate::http::{Query, Response, Service};
use crate::mail::{Mail, MailKind};
use crate::switches::{Body412, NotifyDefault, SeriesPut, Switches};
use crate::time::{self, SECOND};

/// The most records of one write.
const MOST: usize = 100;

/// What a write may look at besides the records.
pub(crate) struct Call<'a> {
    pub(crate) now_ms: i64,
    pub(crate) switches: &'a Switches,
    pub(crate) mails: &'a mut Vec<Mail>,
    /// By a fault: this item of the bulk fails with this code.
    pub(crate) bad_record: Option<(usize, String)>,
    /// By a fault: this record refuses every change.
    pub(crate) locked: Option<u64>,
    /// Records written so far.
    pub(crate) writes: u64,
}

type Outcome = Result<Value, Problem>;

pub(crate) fn insert(
    zoho: &mut Zoho,
    module: ModuleName,
    body: &[u8],
    call: &mut Call<'_>,
) -> Result<Response, Problem> {
    permitted(zoho, "Create", module)?;
    let rows = data(body)?;
    if let Some(refusal) = too_many(&rows) {
        return Ok(refusal);
    }
    let outcomes: Vec<Outcome> = rows
        .iter()
        .enumerate()
        .map(|(index, row)| {
            call.fault(index)?;
            let row = row
                .as_object()
                .ok_or_else(|| Problem::expected("data", &format!("$.data[{index}]"), "jsonobject"))?;
            insert_one(zoho, module, row, index, call)
        })
        .collect();
    Ok(answer(outcomes, 201, call.switches, false))
}

fn insert_one(
    zoho: &mut Zoho,
    module: ModuleName,
    row: &Map<String, Value>,
    index: usize,
    call: &mut Call<'_>,
) -> Outcome {
    let input = record::read(zoho, module, row, None, &format!("$.data[{index}]"), call.switches)?;
    duplicate_email(zoho, module, &input, None, index)?;
    let now = call.now_ms - call.now_ms.rem_euclid(SECOND);
    let owner = input.owner.unwrap_or(zoho.current);
    let mut fields = input.fields;
    fields.retain(|_, value| !value.is_null());
    let record = Record {
        id: zoho.new_id(),
        fields,
        span: input.span,
        owner,
        created_by: zoho.current,
        modified_by: zoho.current,
        created_ms: now,
        modified_ms: now,
    };
    notify(zoho, &record, input.notify, MailKind::Invitation, call);
    let result = success(zoho, &record, "record added");
    zoho.module_mut(module).put(record);
    call.writes += 1;
    Ok(result)
}

/// Contacts and leads: the e-mail address is a system duplicate-check field (reference, section 7).
fn duplicate_email(
    zoho: &Zoho,
    module: ModuleName,
    input: &Input,
    own_id: Option<u64>,
    index: usize,
) -> Result<(), Problem> {
    if module == ModuleName::Events {
        return Ok(());
    }
    let Some(email) = input.fields.get("Email").and_then(Value::as_str) else { return Ok(()) };
    match find_email(zoho, module, email).filter(|record| Some(record.id) != own_id) {
        None => Ok(()),
        Some(twin) => Err(Problem::new(
            400,
            "DUPLICATE_DATA",
            "duplicate data",
            json!({
                "api_name": "Email", "json_path": format!("$.data[{index}].Email"), "id": twin.id.to_string(),
                "duplicate_record": { "id": twin.id.to_string(), "Owner": zoho.user_json(twin.owner),
                    "module": { "api_name": module.api_name() } },
                "more_records": false,
            }),
        )),
    }
}

fn find_email<'a>(zoho: &'a Zoho, module: ModuleName, email: &str) -> Option<&'a Record> {
    zoho.module(module).all().find(|record| {
        record
            .fields
            .get("Email")
            .and_then(Value::as_str)
            .is_some_and(|known| known.eq_ignore_ascii_case(email))
    })
}

/// PUT; `single` is the id in the path.
pub(crate) fn update(
    zoho: &mut Zoho,
    module: ModuleName,
    single: Option<&str>,
    body: &[u8],
    if_unmodified_since: Option<&str>,
    call: &mut Call<'_>,
) -> Result<Response, Problem> {
    permitted(zoho, "Edit", module)?;
    let rows = data(body)?;
    if let Some(refusal) = too_many(&rows) {
        return Ok(refusal);
    }
    if single.is_some() && rows.len() != 1 {
        return Err(Problem::limit(json!({ "api_name": "data", "maximum_length": 1 })));
    }
    let guard = if_unmodified_since.map(since_of).transpose()?;
    let outcomes: Vec<Outcome> = rows
        .iter()
        .enumerate()
        .map(|(index, row)| {
            call.fault(index)?;
            let path = format!("$.data[{index}]");
            let row = row.as_object().ok_or_else(|| Problem::expected("data", &path, "jsonobject"))?;
            let named = || match row.get("id") {
                Some(Value::String(id)) => Some(id.clone()),
                Some(id) => id_of(id).map(|id| id.to_string()),
                None => None,
            };
            let id = single
                .map(str::to_owned)
                .or_else(named)
                .ok_or_else(|| Problem::mandatory("id", &format!("{path}.id")))?;
            update_one(zoho, module, &id, row, index, guard, call)
        })
        .collect();
    Ok(answer(outcomes, 200, call.switches, single.is_some()))
}

fn update_one(
    zoho: &mut Zoho,
    module: ModuleName,
    id: &str,
    row: &Map<String, Value>,
    index: usize,
    guard: Option<i64>,
    call: &mut Call<'_>,
) -> Outcome {
    let unknown =
        || Problem::invalid("the id given seems to be invalid", json!({ "id": id, "api_name": "id" }));
    let old = id.parse().ok().and_then(|id| zoho.module(module).get(id)).ok_or_else(unknown)?;
    if zoho.locked.contains(&old.id) || call.locked == Some(old.id) {
        let path = format!("$.data[{index}].id");
        return Err(record_locked(
            json!({ "api_name": "id", "json_path": path, "action": "record_locking" }),
        ));
    }
    if guard.is_some_and(|guard| old.modified_ms > guard) {
        return Err(Problem::new(
            412,
            "ALREADY_MODIFIED",
            "record updated time has already passed if-unmodified-since time",
            details(zoho, old),
        ));
    }
    let input = record::read(zoho, module, row, Some(old), &format!("$.data[{index}]"), call.switches)?;
    duplicate_email(zoho, module, &input, Some(old.id), index)?;
    let now = call.now_ms - call.now_ms.rem_euclid(SECOND);
    let mut changed = old.clone();
    apply(&mut changed, input.fields.clone(), input.span, input.owner, zoho.current, now);
    let series = changed.fields.get("Recurring_Activity").cloned();
    if let (Some(series), SeriesPut::All) = (&series, call.switches.series_put) {
        // A series is one rule on several records here: all of them take the change, but keep their own times.
        let others: Vec<u64> = zoho
            .module(module)
            .all()
            .filter(|record| {
                record.id != changed.id && record.fields.get("Recurring_Activity") == Some(series)
            })
            .map(|record| record.id)
            .collect();
        for other in others {
            if let Some(mut record) = zoho.module(module).get(other).cloned() {
                apply(&mut record, input.fields.clone(), None, input.owner, zoho.current, now);
                zoho.module_mut(module).put(record);
            }
        }
    }
    notify(zoho, &changed, input.notify, MailKind::Update, call);
    let result = success(zoho, &changed, "record updated");
    zoho.module_mut(module).put(changed);
    call.writes += 1;
    Ok(result)
}

/// The details of an update and of a deletion differ (OpenAPI v8, updateRecords and deleteRecord, RecordLocked).
fn record_locked(details: Value) -> Problem {
    let message = "Sorry, you cannot perform this operation as the record is locked.";
    Problem::new(400, "RECORD_LOCKED", message, details)
}

fn apply(
    record: &mut Record,
    fields: Map<String, Value>,
    span: Option<super::modules::Span>,
    owner: Option<u64>,
    by: u64,
    now_ms: i64,
) {
    for (name, value) in fields {
        if value.is_null() {
            record.fields.remove(&name);
        } else {
            record.fields.insert(name, value);
        }
    }
    if span.is_some() {
        record.span = span;
    }
    record.owner = owner.unwrap_or(record.owner);
    record.modified_by = by;
    record.modified_ms = now_ms;
}

pub(crate) fn delete(
    zoho: &mut Zoho,
    module: ModuleName,
    single: Option<&str>,
    query: &Query,
    call: &mut Call<'_>,
) -> Result<Response, Problem> {
    permitted(zoho, "Delete", module)?;
    let ids: Vec<String> = match (single, query.get("ids")) {
        (Some(id), _) => vec![id.to_owned()],
        (None, Some(text)) => {
            text.split(',').map(|id| id.trim().to_owned()).filter(|id| !id.is_empty()).collect()
        }
        (None, None) => Vec::new(),
    };
    if ids.is_empty() {
        return Err(Problem::missing_param("ids"));
    }
    if ids.len() > MOST {
        return Err(Problem::limit(json!({ "limit": MOST, "param_name": "ids" })));
    }
    let outcomes: Vec<Outcome> = ids
        .iter()
        .enumerate()
        .map(|(index, id)| {
            call.fault(index)?;
            let number = id.parse::<u64>().ok();
            if number.is_some_and(|number| zoho.locked.contains(&number) || call.locked == Some(number)) {
                return Err(record_locked(json!({ "id": id, "action": "record_locking" })));
            }
            let user = zoho.current;
            let at = call.now_ms - call.now_ms.rem_euclid(SECOND);
            if number.is_some_and(|number| zoho.module_mut(module).delete(number, user, at)) {
                call.writes += 1;
                return Ok(json!({
                    "code": "SUCCESS", "details": { "id": id }, "message": "record deleted", "status": "success",
                }));
            }
            let details = if single.is_some() { json!({ "resource_path_index": 1 }) } else { json!({ "id": id }) };
            Err(Problem::invalid("record not deleted", details))
        })
        .collect();
    // A single unknown id is refused flat.
    if let (Some(_), [Err(problem)]) = (single, outcomes.as_slice())
        && problem.code == "INVALID_DATA"
    {
        return Err(problem.clone());
    }
    Ok(answer(outcomes, 200, call.switches, false))
}

/// Insert or update by a duplicate-check field. Not for Events (reference, section 5).
pub(crate) fn upsert(
    zoho: &mut Zoho,
    module: ModuleName,
    body: &[u8],
    call: &mut Call<'_>,
) -> Result<Response, Problem> {
    if module == ModuleName::Events {
        return Err(Problem::new(
            400,
            "NOT_SUPPORTED",
            "the module does not support this operation",
            json!({ "api_name": module.api_name() }),
        ));
    }
    permitted(zoho, "Create", module)?;
    permitted(zoho, "Edit", module)?;
    let rows = data(body)?;
    if let Some(refusal) = too_many(&rows) {
        return Ok(refusal);
    }
    let outcomes: Vec<Outcome> = rows
        .iter()
        .enumerate()
        .map(|(index, row)| {
            call.fault(index)?;
            let path = format!("$.data[{index}]");
            let row = row.as_object().ok_or_else(|| Problem::expected("data", &path, "jsonobject"))?;
            let twin = row
                .get("Email")
                .and_then(Value::as_str)
                .and_then(|email| find_email(zoho, module, email))
                .map(|record| record.id.to_string());
            let (mut result, action, duplicate) = match twin {
                Some(id) => {
                    (update_one(zoho, module, &id, row, index, None, call)?, "update", json!("Email"))
                }
                None => (insert_one(zoho, module, row, index, call)?, "insert", Value::Null),
            };
            if let Some(map) = result.as_object_mut() {
                map.insert("action".into(), json!(action));
                map.insert("duplicate_field".into(), duplicate);
            }
            Ok(result)
        })
        .collect();
    Ok(answer(outcomes, 200, call.switches, false))
}

impl Call<'_> {
    fn fault(&self, index: usize) -> Result<(), Problem> {
        match &self.bad_record {
            Some((at, code)) if *at == index => Err(Problem::new(
                400,
                code,
                "invalid data",
                json!({ "api_name": "Event_Title", "json_path": format!("$.data[{index}].Event_Title") }),
            )),
            _ => Ok(()),
        }
    }
}

/// Too many records are refused in the shape of one record's refusal (OpenAPI v8, updateRecord, LimitExceededError).
fn too_many(rows: &[Value]) -> Option<Response> {
    let message = "count of records in your request exceeds the limit";
    let details = json!({ "maximum_length": MOST, "api_name": "data" });
    let problem = Problem::new(400, "LIMIT_EXCEEDED", message, details);
    (rows.len() > MOST).then(|| json_response(400, &json!({ "data": [problem.to_json()] })))
}

/// The records of a body: an object with entries in `data`.
fn data(body: &[u8]) -> Result<Vec<Value>, Problem> {
    let Ok(Value::Object(mut map)) = serde_json::from_slice::<Value>(body) else {
        return Err(Problem::invalid("body", json!({ "expected_data_type": "jsonobject" })));
    };
    match map.remove("data") {
        None | Some(Value::Null) => Err(Problem::mandatory("data", "$.data")),
        Some(Value::Array(rows)) if rows.is_empty() => Err(Problem::mandatory("data", "$.data")),
        Some(Value::Array(rows)) => Ok(rows),
        Some(_) => Err(Problem::expected("data", "$.data", "jsonarray")),
    }
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

/// `data[]` in the order of the input: all well, mixed (207), or all failed (400, or 412 when all were stale).
fn answer(outcomes: Vec<Outcome>, all_well: u16, switches: &Switches, single: bool) -> Response {
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
    if let ([Err(problem)], true, Body412::Flat) = (outcomes.as_slice(), single && stale, switches.body_412) {
        return problem.respond();
    }
    let data: Vec<Value> =
        outcomes.into_iter().map(|outcome| outcome.unwrap_or_else(|problem| problem.to_json())).collect();
    json_response(status, &json!({ "data": data }))
}

fn details(zoho: &Zoho, record: &Record) -> Value {
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

fn success(zoho: &Zoho, record: &Record, message: &str) -> Value {
    let mut details = details(zoho, record);
    if let Some(map) = details.as_object_mut() {
        map.insert("$approval_state".into(), json!("approved"));
    }
    json!({ "code": "SUCCESS", "details": details, "message": message, "status": "success" })
}

/// Records who would be mailed about a meeting.
fn notify(zoho: &Zoho, record: &Record, asked: Option<bool>, kind: MailKind, call: &mut Call<'_>) {
    if !asked.unwrap_or(call.switches.notify_default == NotifyDefault::True) {
        return;
    }
    for row in record.fields.get("Participants").and_then(Value::as_array).into_iter().flatten() {
        let own = zoho.user(zoho.current).map(|user| user.email);
        if let Some(email) =
            row.get("Email").and_then(Value::as_str).filter(|email| Some(*email) != own && !email.is_empty())
        {
            call.mails.push(Mail {
                service: Service::Zoho,
                kind,
                to: email.to_owned(),
                id: record.id.to_string(),
                at_ms: call.now_ms,
            });
        }
    }
}

/// POST /Events/{id}/actions/cancel: mails the participants, keeps the record. Refusals come in `data[]` (OpenAPI v8,
/// cancelMeetings).
pub(crate) fn cancel(
    zoho: &mut Zoho,
    id: &str,
    body: &[u8],
    call: &mut Call<'_>,
) -> Result<Response, Problem> {
    permitted(zoho, "Edit", ModuleName::Events)?;
    let rows = data(body)?;
    let outcome = cancel_one(zoho, id, rows.first(), call);
    Ok(answer(vec![outcome], 200, call.switches, false))
}

fn cancel_one(zoho: &mut Zoho, id: &str, wish: Option<&Value>, call: &mut Call<'_>) -> Outcome {
    const WISH: &str = "send_cancelling_mail";
    let path = format!("$.data[0].{WISH}");
    let send = wish.and_then(|wish| wish.get(WISH)).ok_or_else(|| Problem::mandatory(WISH, &path))?;
    let send = send.as_bool().ok_or_else(|| Problem::expected(WISH, &path, "boolean"))?;
    let unknown = || Problem::invalid("the id given seems to be invalid", json!({ "id": id }));
    let mut record = id
        .parse()
        .ok()
        .and_then(|id| zoho.module(ModuleName::Events).get(id))
        .cloned()
        .ok_or_else(unknown)?;
    let refused = |reason: &str| {
        let details = json!({ "reason": reason, "id": id });
        Problem::new(400, "NOT_ALLOWED", "the meeting cannot be cancelled", details)
    };
    if record.fields.get("Participants").and_then(Value::as_array).is_none_or(Vec::is_empty) {
        return Err(refused("no_participants_invited"));
    }
    if record::instants(zoho, &record, call.switches).is_some_and(|(_, end)| end <= call.now_ms) {
        return Err(refused("completed_meeting"));
    }
    record.fields.insert("$event_cancelled".into(), json!(true));
    record.modified_ms = call.now_ms - call.now_ms.rem_euclid(SECOND);
    notify(zoho, &record, Some(send), MailKind::Cancellation, call);
    zoho.module_mut(ModuleName::Events).put(record);
    Ok(json!({
        "code": "SUCCESS", "details": { "id": id }, "message": "The event is successfully cancelled",
        "status": "success",
    }))
}
