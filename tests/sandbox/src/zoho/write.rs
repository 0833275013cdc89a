//! Insert and update, in bulk and by id, with a result per record (reference, section 4).

use serde_json::{Map, Value, json};

pub(crate) use super::body::permitted;
use super::body::{self, Body, MOST, Outcome, details, success};
use super::error::Problem;
use super::external::References;
use super::input::{self, Input, Place};
use super::list::since_of;
use super::modules::{ModuleName, Record};
use super::{Load, Zoho, id_of, recurrence, refusal};
use crate::http::{Request, Response, Service};
use crate::mail::{Mail, MailKind};
use crate::switches::{NotifyDefault, SeriesPut, SeriesRecords, Switches};
use crate::time::SECOND;

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
    /// Calls under way when this one arrived; none for what is not done through the API, and so costs no credits.
    pub(crate) load: Option<Load>,
}

impl Call<'_> {
    pub(crate) fn fault(&self, index: usize) -> Result<(), Problem> {
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

    /// The time of the call, at the resolution of records.
    pub(crate) fn second(&self) -> i64 {
        self.now_ms - self.now_ms.rem_euclid(SECOND)
    }
}

/// What all records of one write share.
#[derive(Clone, Copy)]
pub(crate) struct Bulk<'a> {
    pub(crate) module: ModuleName,
    pub(crate) references: &'a References,
    /// The instant of If-Unmodified-Since.
    pub(crate) guard: Option<i64>,
    pub(crate) workflows: bool,
}

pub(crate) fn insert(
    zoho: &mut Zoho,
    module: ModuleName,
    request: &Request,
    call: &mut Call<'_>,
) -> Result<Response, Problem> {
    permitted(zoho, "Create", module)?;
    let references = References::parse(zoho, module, request.header_value("x-external"))?;
    let body = Body::parse(&request.body)?;
    if let Err(refused) = body.check_count(MOST) {
        return Ok(refused);
    }
    let bulk = Bulk { module, references: &references, guard: None, workflows: body.workflows };
    let outcomes = each(&body.rows, |index, row| {
        call.fault(index)?;
        insert_one(zoho, bulk, row, index, call)
    });
    Ok(body::answer(outcomes, 201, call.switches, false))
}

/// One outcome for each row that is an object.
pub(crate) fn each(
    rows: &[Value],
    mut one: impl FnMut(usize, &Map<String, Value>) -> Outcome,
) -> Vec<Outcome> {
    rows.iter()
        .enumerate()
        .map(|(index, row)| match row.as_object() {
            Some(row) => one(index, row),
            None => Err(Problem::expected("data", &format!("$.data[{index}]"), "jsonobject")),
        })
        .collect()
}

pub(crate) fn insert_one(
    zoho: &mut Zoho,
    bulk: Bulk<'_>,
    row: &Map<String, Value>,
    index: usize,
    call: &mut Call<'_>,
) -> Outcome {
    let path = format!("$.data[{index}]");
    let place = Place { module: bulk.module, old: None, path: &path, references: bulk.references };
    let input = input::read(zoho, row, place, call.switches)?;
    let now = call.second();
    let mut record = Record {
        id: zoho.new_id(),
        fields: Map::new(),
        own: std::collections::BTreeMap::new(),
        span: None,
        layout: input.layout,
        owner: zoho.current,
        created_by: zoho.current,
        modified_by: zoho.current,
        created_ms: now,
        modified_ms: now,
    };
    let asked = input.notify;
    apply(zoho, &mut record, input, now);
    if bulk.workflows {
        zoho.run_workflow(bulk.module, &mut record);
    }
    notify(zoho, &mut record, asked, MailKind::Invitation, call);
    let others = series(zoho, bulk.module, &mut record, call.switches);
    let result = success(zoho, &record, "record added");
    for record in std::iter::once(record).chain(others) {
        zoho.module_mut(bulk.module).put(record);
    }
    call.writes += 1;
    Ok(result)
}

/// The other records of a new series. All of them share `$recurrence_id`.
fn series(zoho: &mut Zoho, module: ModuleName, first: &mut Record, switches: &Switches) -> Vec<Record> {
    let (Some(rule), Some(span)) = (first.fields.get("Recurring_Activity").cloned(), first.span) else {
        return Vec::new();
    };
    first.fields.insert("$recurrence_id".into(), json!(zoho.new_id().to_string()));
    if switches.series_records == SeriesRecords::One {
        return Vec::new();
    }
    let mut pattern = first.clone();
    // A value that only one record may have stays with the first.
    for field in zoho.module(module).schema.fields().iter().filter(|field| field.is_key()) {
        pattern.fields.remove(&field.name);
    }
    pattern.own.clear();
    recurrence::later(zoho, &rule, span)
        .into_iter()
        .map(|span| Record { id: zoho.new_id(), span: Some(span), ..pattern.clone() })
        .collect()
}

/// PUT; `single` is the id, or the external value, in the path.
pub(crate) fn update(
    zoho: &mut Zoho,
    module: ModuleName,
    single: Option<&str>,
    request: &Request,
    call: &mut Call<'_>,
) -> Result<Response, Problem> {
    permitted(zoho, "Edit", module)?;
    let references = References::parse(zoho, module, request.header_value("x-external"))?;
    let guard = request.header_value("if-unmodified-since").map(since_of).transpose()?;
    let body = Body::parse(&request.body)?;
    if let Err(refused) = body.check_count(if single.is_some() { 1 } else { MOST }) {
        return Ok(refused);
    }
    let bulk = Bulk { module, references: &references, guard, workflows: body.workflows };
    let outcomes = each(&body.rows, |index, row| {
        call.fault(index)?;
        let key = references.own.as_deref().unwrap_or("id");
        let named = || match row.get(key)? {
            Value::String(name) => Some(name.clone()),
            id => id_of(id).map(|id| id.to_string()),
        };
        let name = single.map(str::to_owned).or_else(named);
        let name = name.ok_or_else(|| Problem::mandatory(key, &format!("$.data[{index}].{key}")))?;
        let details = match single {
            Some(_) => json!({ "resource_path_index": 1 }),
            None => json!({ key: name, "api_name": key, "json_path": format!("$.data[{index}].{key}") }),
        };
        let unknown = || Problem::invalid("the id given seems to be invalid", details);
        let id = references.record(zoho, module, &name).ok_or_else(unknown)?.id;
        update_one(zoho, bulk, id, row, index, call)
    });
    Ok(body::answer(outcomes, 200, call.switches, single.is_some()))
}

pub(crate) fn update_one(
    zoho: &mut Zoho,
    bulk: Bulk<'_>,
    id: u64,
    row: &Map<String, Value>,
    index: usize,
    call: &mut Call<'_>,
) -> Outcome {
    let module = bulk.module;
    let unknown = || Problem::invalid("the id given seems to be invalid", json!({ "id": id.to_string() }));
    let old = zoho.module(module).get(id).ok_or_else(unknown)?;
    zoho.check_change(module, old, "Edit", call.switches)?;
    refusal::check(zoho, call, id, index, false)?;
    if bulk.guard.is_some_and(|guard| old.modified_ms > guard) {
        return Err(Problem::new(
            412,
            "ALREADY_MODIFIED",
            "record updated time has already passed if-unmodified-since time",
            details(zoho, old),
        ));
    }
    let path = format!("$.data[{index}]");
    let place = Place { module, old: Some(old), path: &path, references: bulk.references };
    let input = input::read(zoho, row, place, call.switches)?;
    let mut changed = old.clone();
    let now = call.second();
    let asked = input.notify;
    if call.switches.series_put == SeriesPut::All && changed.fields.contains_key("$recurrence_id") {
        change_others(zoho, module, &changed, &input, now);
    }
    apply(zoho, &mut changed, input, now);
    if bulk.workflows {
        zoho.run_workflow(module, &mut changed);
    }
    notify(zoho, &mut changed, asked, MailKind::Update, call);
    let result = success(zoho, &changed, "record updated");
    zoho.module_mut(module).put(changed);
    call.writes += 1;
    Ok(result)
}

/// The other records of a series take a change too, but keep their own times and what only one record may have.
fn change_others(zoho: &mut Zoho, module: ModuleName, one: &Record, input: &Input, now_ms: i64) {
    let series = one.fields.get("$recurrence_id");
    let others: Vec<Record> = zoho
        .module(module)
        .all()
        .filter(|record| record.id != one.id && record.fields.get("$recurrence_id") == series)
        .cloned()
        .collect();
    let mut fields = input.fields.clone();
    for field in zoho.module(module).schema.fields().iter().filter(|field| field.is_key()) {
        fields.remove(&field.name);
    }
    for mut record in others {
        let shared =
            Input { fields: fields.clone(), owner: input.owner, layout: input.layout, ..Input::default() };
        apply(zoho, &mut record, shared, now_ms);
        zoho.module_mut(module).put(record);
    }
}

fn apply(zoho: &Zoho, record: &mut Record, input: Input, now_ms: i64) {
    for (name, value) in input.fields {
        if value.is_null() {
            record.fields.remove(&name);
        } else {
            record.fields.insert(name, value);
        }
    }
    for (name, value) in input.own {
        match value {
            Some(value) => record.own.insert((name, zoho.current), value),
            None => record.own.remove(&(name, zoho.current)),
        };
    }
    record.span = input.span.or(record.span);
    record.layout = input.layout;
    record.owner = input.owner.unwrap_or(record.owner);
    record.modified_by = zoho.current;
    record.modified_ms = now_ms;
}

/// Records who would be mailed about a meeting; whoever was mailed once is invited.
pub(crate) fn notify(
    zoho: &Zoho,
    record: &mut Record,
    asked: Option<bool>,
    kind: MailKind,
    call: &mut Call<'_>,
) {
    if !asked.unwrap_or(call.switches.notify_default == NotifyDefault::True) {
        return;
    }
    let own = zoho.user(zoho.current).map(|user| user.email);
    let rows = record.fields.get_mut("Participants").and_then(Value::as_array_mut);
    for row in rows.into_iter().flatten() {
        let email =
            row.get("Email").and_then(Value::as_str).filter(|email| !email.is_empty() && Some(*email) != own);
        let Some(email) = email.map(str::to_owned) else { continue };
        if let Some(row) = row.as_object_mut() {
            row.insert("invited".into(), json!(true));
        }
        call.mails.push(Mail {
            service: Service::Zoho,
            kind,
            to: email,
            id: record.id.to_string(),
            at_ms: call.now_ms,
        });
    }
}
