//! One record of a body, checked as a whole: known fields, the record's layout, times, duplicates.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::error::Problem;
use super::external::References;
use super::layouts::Layout;
use super::meta::{self, Access, External, Field};
use super::modules::{ModuleName, Record, Span};
use super::value::{self, Context, instant};
use super::{Zoho, id_of, span};
use crate::switches::{CaseInsensitiveWrite, EndBeforeStart, SameAddress, Switches};
use crate::time::Offseted;

/// What a body says about one record, checked.
#[derive(Debug, Default)]
pub(crate) struct Input {
    /// Null clears a field.
    pub(crate) fields: Map<String, Value>,
    /// The current user's values of user-based external fields.
    pub(crate) own: BTreeMap<String, Option<String>>,
    pub(crate) owner: Option<u64>,
    pub(crate) span: Option<Span>,
    pub(crate) layout: u64,
    pub(crate) notify: Option<bool>,
}

/// Where a record of a body stands and what it is to change.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) module: ModuleName,
    /// The record that a PUT changes.
    pub(crate) old: Option<&'a Record>,
    /// `$.data[0]`
    pub(crate) path: &'a str,
    pub(crate) references: &'a References,
}

/// The times of a body, so far as it names them.
#[derive(Clone, Copy, Default)]
struct Times {
    start: Option<Offseted>,
    end: Option<Offseted>,
    all_day: Option<bool>,
}

pub(crate) fn read(
    zoho: &Zoho,
    body: &Map<String, Value>,
    place: Place<'_>,
    switches: &Switches,
) -> Result<Input, Problem> {
    let Place { module, old, path, references } = place;
    let layout = layout_of(zoho, module, body, old, path)?;
    let mut problems = Vec::new();
    let mut input = Input { layout: layout.id, ..Input::default() };
    match body.get("$send_notification") {
        None | Some(Value::Null) => {}
        Some(Value::Bool(notify)) => input.notify = Some(*notify),
        Some(_) => problems.push(Problem::expected(
            "$send_notification",
            &format!("{path}.$send_notification"),
            "boolean",
        )),
    }
    let related = match related_module(body, old, path) {
        Ok(related) => related,
        Err(problem) => {
            problems.push(problem);
            None
        }
    };
    if let Some(name) = body.get("$se_module").filter(|_| module == ModuleName::Events) {
        input.fields.insert("$se_module".into(), name.clone());
    }
    let allowed = |field: &Field| layout.values(field);
    let context = Context { zoho, old, allowed: &allowed, related, references, switches };
    let mut times = Times::default();
    for (key, value) in body {
        let Some(field) = writable(zoho, module, key, switches) else { continue };
        let path = format!("{path}.{}", field.name);
        if value.is_null() && layout.requires(field, switches) {
            problems.push(Problem::mandatory(&field.name, &path));
        } else if let Err(problem) = take(&context, field, value, &path, &mut input, &mut times) {
            problems.push(problem);
        } else if layout.requires(field, switches) && input.fields.get(&field.name) == Some(&Value::Null) {
            // Blank text is no value.
            problems.push(Problem::mandatory(&field.name, &path));
        }
    }
    if old.is_none() {
        let missing =
            meta::fields(zoho, module).filter(|field| layout.requires(field, switches)).filter(|field| {
                !body.keys().any(|key| {
                    writable(zoho, module, key, switches).is_some_and(|known| known.name == field.name)
                })
            });
        problems
            .extend(missing.map(|field| Problem::mandatory(&field.name, &format!("{path}.{}", field.name))));
    }
    if module == ModuleName::Events {
        match span_after(zoho, old, times, path, switches) {
            Ok(span) => input.span = span,
            Err(problem) => problems.push(problem),
        }
    }
    if !layout.is_plain() {
        let mut after = old.map(|record| record.fields.clone()).unwrap_or_default();
        after.extend(input.fields.clone());
        problems.extend(layout.check(&after, &input.fields, path));
    }
    problems.extend(duplicates(zoho, module, &input, old, path, switches));
    match problems.len() {
        0 => Ok(input),
        1 => Err(problems.remove(0)),
        _ => {
            let errors: Vec<Value> = problems.iter().map(Problem::to_json).collect();
            Err(Problem::new(
                400,
                "MULTIPLE_OR_MULTI_ERRORS",
                "Multiple errors in the request",
                json!({ "errors": errors }),
            ))
        }
    }
}

/// The layout that a write asks for, that of the record, or the module's standard one.
fn layout_of<'a>(
    zoho: &'a Zoho,
    module: ModuleName,
    body: &Map<String, Value>,
    old: Option<&Record>,
    path: &str,
) -> Result<&'a Layout, Problem> {
    // Every module has a standard layout; the error only satisfies the type.
    let unknown = || {
        Problem::invalid(
            "invalid data",
            json!({ "api_name": "Layout", "json_path": format!("{path}.Layout") }),
        )
    };
    let layouts = &zoho.module(module).layouts;
    match body.get("Layout").filter(|layout| !layout.is_null()) {
        Some(layout) => {
            let id = layout.get("id").and_then(id_of);
            layouts.iter().find(|layout| Some(layout.id) == id).ok_or_else(unknown)
        }
        None => {
            let own = old.and_then(|record| layouts.iter().find(|layout| layout.id == record.layout));
            own.or(layouts.first()).ok_or_else(unknown)
        }
    }
}

/// The module in `$se_module`, which says where `What_Id` points.
fn related_module(
    body: &Map<String, Value>,
    old: Option<&Record>,
    path: &str,
) -> Result<Option<ModuleName>, Problem> {
    let given = body.get("$se_module").or_else(|| old.and_then(|record| record.fields.get("$se_module")));
    let Some(name) = given.filter(|name| !name.is_null()) else { return Ok(None) };
    // Meetings are related to people here; accounts and deals do not exist.
    match name.as_str().and_then(ModuleName::from_name) {
        Some(module @ (ModuleName::Leads | ModuleName::Contacts)) => Ok(Some(module)),
        _ => Err(Problem::invalid(
            "invalid data",
            json!({ "api_name": "$se_module", "json_path": format!("{path}.$se_module"),
                "supported_values": ["Leads", "Contacts"] }),
        )),
    }
}

/// The field that a key of a body writes. What the profile may not write is skipped, as read-only fields are.
fn writable<'a>(zoho: &'a Zoho, module: ModuleName, key: &str, switches: &Switches) -> Option<&'a Field> {
    meta::find(zoho, module, key)
        .or_else(|| match switches.case_insensitive_write {
            CaseInsensitiveWrite::No => None,
            CaseInsensitiveWrite::Yes => {
                meta::fields(zoho, module).find(|field| field.name.eq_ignore_ascii_case(key))
            }
        })
        .filter(|field| !field.read_only && field.access(zoho.profile()) == Access::ReadWrite)
}

fn take(
    context: &Context<'_>,
    field: &Field,
    value: &Value,
    path: &str,
    input: &mut Input,
    times: &mut Times,
) -> Result<(), Problem> {
    let expected = |kind: &str| Problem::expected(&field.name, path, kind);
    match field.name.as_str() {
        "Start_DateTime" => times.start = Some(instant(value).ok_or_else(|| expected("datetime"))?),
        "End_DateTime" => times.end = Some(instant(value).ok_or_else(|| expected("datetime"))?),
        "All_day" if value.is_null() => times.all_day = Some(false),
        "All_day" => times.all_day = Some(value.as_bool().ok_or_else(|| expected("boolean"))?),
        "Owner" if value.is_null() => {}
        "Owner" => {
            let id = id_of(value.get("id").unwrap_or(value));
            input.owner = id.filter(|id| context.zoho.user(*id).is_some());
            if input.owner.is_none() {
                return Err(Problem::invalid(
                    "the related id given seems to be invalid",
                    json!({ "api_name": field.name, "json_path": path }),
                ));
            }
        }
        name => {
            let value = if value.is_null() { Value::Null } else { value::read(context, field, value, path)? };
            if field.external == Some(External::User) {
                input.own.insert(name.to_owned(), value.as_str().map(str::to_owned));
            } else {
                input.fields.insert(name.to_owned(), value);
            }
        }
    }
    Ok(())
}

/// The span after a write, or none when the write does not touch it.
fn span_after(
    zoho: &Zoho,
    old: Option<&Record>,
    times: Times,
    path: &str,
    switches: &Switches,
) -> Result<Option<Span>, Problem> {
    if times.start.is_none() && times.end.is_none() && times.all_day.is_none() {
        return Ok(None);
    }
    let zone = zoho.zone;
    let before = old.and_then(|record| record.span.as_ref()).map(|span| span::ends(span, zone, switches));
    let was_all_day = old.is_some_and(|record| matches!(record.span, Some(Span::AllDay { .. })));
    let (Some(start), Some(end)) =
        (times.start.or(before.map(|(start, _)| start)), times.end.or(before.map(|(_, end)| end)))
    else {
        // A missing mandatory end is reported by the caller.
        return Ok(None);
    };
    if end.ms < start.ms {
        let code = match switches.end_before_start {
            EndBeforeStart::Dependent => "DEPENDENT_MISMATCH",
            EndBeforeStart::Invalid => "INVALID_DATA",
        };
        return Err(Problem::new(
            400,
            code,
            "the end time should be greater than the start time",
            json!({ "api_name": "End_DateTime", "json_path": format!("{path}.End_DateTime"),
                "dependee": { "api_name": "Start_DateTime", "json_path": format!("{path}.Start_DateTime") } }),
        ));
    }
    Ok(Some(span::written(start, end, times.all_day.unwrap_or(was_all_day), zone, switches)))
}

/// One problem for each unique or external value that another record has: `details.id` names that record.
fn duplicates(
    zoho: &Zoho,
    module: ModuleName,
    input: &Input,
    old: Option<&Record>,
    path: &str,
    switches: &Switches,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    // The addresses of people, by which an upsert finds its twin whatever the switch says.
    let checked = |field: &&Field| {
        field.is_key() && (field.name != "Email" || switches.same_address == SameAddress::Refused)
    };
    for field in zoho.module(module).schema.fields().iter().filter(checked) {
        let value = match field.external {
            Some(External::User) => input.own.get(&field.name).and_then(Option::as_deref),
            _ => input.fields.get(&field.name).and_then(Value::as_str),
        };
        let Some(value) = value else { continue };
        let mut twins = zoho
            .module(module)
            .with_key(&field.name, zoho.current, value)
            .filter(|record| old.is_none_or(|old| old.id != record.id));
        let Some(twin) = twins.next() else { continue };
        let message = match field.external {
            Some(_) => "The external field contains duplicate data.",
            None => "duplicate data",
        };
        problems.push(Problem::new(
            400,
            "DUPLICATE_DATA",
            message,
            json!({
                "api_name": field.name, "json_path": format!("{path}.{}", field.name), "id": twin.id.to_string(),
                "duplicate_record": { "id": twin.id.to_string(), "Owner": zoho.user_json(twin.owner),
                    "module": { "api_name": module.api_name() } },
                "more_records": twins.next().is_some(),
            }),
        ));
    }
    problems
}
