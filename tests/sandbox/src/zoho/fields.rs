//! settings/fields: reading, and creating custom and external-id fields (Zoho CRM API v8, getFields, createFields).

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::Zoho;
use super::error::{Problem, json_response};
use super::meta::{self, Access, External, Field, Kind, Unique};
use super::modules::ModuleName;
use crate::http::{Query, Response};
use crate::switches::{ExternalField, FieldsPerCall, NewFieldProfiles, Switches, UniqueOnEvents};

/// The right without which nothing can be customised.
pub(crate) const CUSTOMIZE: &str = "Crm_Implied_Customize_Zoho_CRM";
/// Custom fields of one module; editions differ, so this is only a bound of the sandbox.
const MOST_CUSTOM: usize = 300;

/// Types that Zoho has and the sandbox has not (Zoho CRM API v8, field types).
const UNMODELLED: [&str; 11] = [
    "autonumber",
    "bigint",
    "currency",
    "fileupload",
    "formula",
    "imageupload",
    "lookup",
    "multiselectlookup",
    "multiselectpicklist",
    "percent",
    "userlookup",
];

fn module_of(query: &Query) -> Result<ModuleName, Problem> {
    let name = query.get("module").ok_or_else(|| Problem::missing_param("module"))?;
    ModuleName::from_name(name).ok_or_else(|| Problem::module_param("module"))
}

/// All fields of a module that the user may see, or one by its id.
pub(crate) fn get(
    zoho: &Zoho,
    one: Option<&str>,
    query: &Query,
    switches: &Switches,
) -> Result<Response, Problem> {
    let shown: Vec<Value> = meta::fields(zoho, module_of(query)?)
        .filter(|field| one.is_none_or(|one| one == field.id.to_string()))
        .map(|field| meta::to_json(zoho, field, switches))
        .collect();
    if shown.is_empty() {
        return Err(Problem::invalid(
            "the id given seems to be invalid",
            json!({ "resource_path_index": 2 }),
        ));
    }
    Ok(json_response(200, &json!({ "fields": shown })))
}

/// Creates custom fields, with a result for each.
pub(crate) fn create(
    zoho: &mut Zoho,
    query: &Query,
    body: &[u8],
    switches: &Switches,
) -> Result<Response, Problem> {
    let module = module_of(query)?;
    if !zoho.customizes() {
        return Err(Problem::permission(CUSTOMIZE));
    }
    let Ok(Value::Object(mut body)) = serde_json::from_slice::<Value>(body) else {
        return Err(Problem::invalid("body", json!({ "expected_data_type": "jsonobject" })));
    };
    let rows = match body.remove("fields") {
        None | Some(Value::Null) => return Err(Problem::mandatory("fields", "$.fields")),
        Some(Value::Array(rows)) if rows.is_empty() => return Err(Problem::mandatory("fields", "$.fields")),
        Some(Value::Array(rows)) => rows,
        Some(_) => return Err(Problem::expected("fields", "$.fields", "jsonarray")),
    };
    let most = match switches.fields_per_call {
        FieldsPerCall::Five => 5,
        FieldsPerCall::TwentyFive => 25,
    };
    if rows.len() > most {
        return Err(Problem::limit(json!({
            "limit": most, "limit_due_to": [{ "api_name": "fields", "json_path": "$.fields" }],
        })));
    }
    let mut well = 0;
    let mut shown = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        match define(zoho, module, row, &format!("$.fields[{index}]"), switches) {
            Ok(field) => {
                well += 1;
                shown.push(json!({
                    "code": "SUCCESS", "details": { "id": field.id.to_string() }, "message": "field created",
                    "status": "success",
                }));
                zoho.module_mut(module).schema.add(field);
            }
            Err(problem) => shown.push(problem.to_json()),
        }
    }
    let status = match well {
        0 => 400,
        all if all == rows.len() => 201,
        _ => 207,
    };
    Ok(json_response(status, &json!({ "fields": shown })))
}

/// The field that a row asks for, checked.
fn define(
    zoho: &mut Zoho,
    module: ModuleName,
    row: &Value,
    path: &str,
    switches: &Switches,
) -> Result<Field, Problem> {
    let row = row.as_object().ok_or_else(|| Problem::expected("fields", path, "jsonobject"))?;
    let label = text(row, "field_label", path)?;
    let kind = kind(row, path)?;
    let schema = &zoho.module(module).schema;
    if schema.fields().iter().any(|field| field.label.eq_ignore_ascii_case(&label)) {
        return Err(Problem::new(400, "DUPLICATE_DATA", "duplicate data", place("field_label", path)));
    }
    if schema.fields().iter().filter(|field| field.custom).count() >= MOST_CUSTOM {
        return Err(Problem::new(
            400,
            "FIELD_LIMIT_EXCEEDED",
            "the limit of custom fields is reached",
            json!({ "limit": MOST_CUSTOM }),
        ));
    }
    let name =
        api_name(&label, |name| schema.find(name).is_some()).ok_or_else(|| invalid("field_label", path))?;
    let external = external(module, kind, row, path, switches)?;
    let unique = unique(module, kind, row, path, switches)?;
    let length = length(kind, row, path)?;
    let (access, others) = access(zoho, row, path, switches)?;
    let values = values(kind, row, path)?;
    let shown = row.get("external").and_then(|external| external.get("show")) != Some(&json!(false));
    Ok(Field {
        id: zoho.new_id(),
        name,
        label,
        kind,
        length,
        mandatory: false,
        read_only: false,
        values,
        custom: true,
        unique,
        external,
        shown,
        access,
        others,
    })
}

fn place(name: &str, path: &str) -> Value {
    json!({ "api_name": name, "json_path": format!("{path}.{name}") })
}

fn invalid(name: &str, path: &str) -> Problem {
    Problem::invalid("invalid data", place(name, path))
}

fn text(row: &Map<String, Value>, name: &str, path: &str) -> Result<String, Problem> {
    match row.get(name) {
        None | Some(Value::Null) => Err(Problem::mandatory(name, &format!("{path}.{name}"))),
        Some(Value::String(text)) if !text.trim().is_empty() => Ok(text.trim().to_owned()),
        Some(Value::String(_)) => Err(invalid(name, path)),
        Some(_) => Err(Problem::expected(name, &format!("{path}.{name}"), "string")),
    }
}

fn kind(row: &Map<String, Value>, path: &str) -> Result<Kind, Problem> {
    let rich = row.get("textarea").and_then(|area| area.get("type")) == Some(&json!("rich_text"));
    match text(row, "data_type", path)?.as_str() {
        "text" => Ok(Kind::Text),
        "textarea" if rich => Ok(Kind::RichText),
        "textarea" => Ok(Kind::TextArea),
        "email" => Ok(Kind::Email),
        "phone" => Ok(Kind::Phone),
        "website" => Ok(Kind::Website),
        "integer" => Ok(Kind::Integer),
        "double" => Ok(Kind::Number),
        "boolean" => Ok(Kind::Boolean),
        "date" => Ok(Kind::Date),
        "datetime" => Ok(Kind::DateTime),
        "picklist" => Ok(Kind::Picklist),
        other if UNMODELLED.contains(&other) => Err(Problem::new(
            400,
            "NOT_SUPPORTED",
            "the sandbox does not model fields of this type",
            place("data_type", path),
        )),
        _ => Err(invalid("data_type", path)),
    }
}

/// Letters and digits of the label, words joined by underscores; a number behind it where the name is taken.
fn api_name(label: &str, taken: impl Fn(&str) -> bool) -> Option<String> {
    let words: Vec<String> = label
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    let base = words.join("_");
    if !base.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let mut name = base.clone();
    let mut number = 0;
    while taken(&name) {
        number += 1;
        name = format!("{base}{number}");
    }
    Some(name)
}

/// `external: {type: user | org, show}`: single-line text only, never to be taken back (Kaizen #64).
fn external(
    module: ModuleName,
    kind: Kind,
    row: &Map<String, Value>,
    path: &str,
    switches: &Switches,
) -> Result<Option<External>, Problem> {
    let Some(wanted) = row.get("external").filter(|wanted| !wanted.is_null()) else { return Ok(None) };
    let wanted = wanted
        .as_object()
        .ok_or_else(|| Problem::expected("external", &format!("{path}.external"), "jsonobject"))?;
    let inner = format!("{path}.external");
    let external = match text(wanted, "type", &inner)?.as_str() {
        "user" => External::User,
        "org" => External::Org,
        _ => {
            return Err(Problem::invalid(
                "invalid data",
                json!({ "api_name": "type", "json_path": format!("{inner}.type"), "supported_values": ["user", "org"] }),
            ));
        }
    };
    if kind != Kind::Text {
        return Err(Problem::new(
            400,
            "NOT_SUPPORTED",
            "only single-line fields can be external",
            place("external", path),
        ));
    }
    if row.contains_key("unique") {
        return Err(Problem::new(
            400,
            "AMBIGUITY_DURING_PROCESSING",
            "a field is either unique or external",
            json!({ "ambiguity_due_to": [place("external", path), place("unique", path)] }),
        ));
    }
    let supported = match (switches.external_field, external) {
        _ if module != ModuleName::Events => true,
        (ExternalField::User, _) | (ExternalField::Org, External::Org) => true,
        (ExternalField::Org, External::User) | (ExternalField::Unsupported, _) => false,
    };
    if !supported {
        return Err(Problem::new(
            400,
            "FEATURE_NOT_SUPPORTED",
            "external fields are not supported here",
            place("external", path),
        ));
    }
    Ok(Some(external))
}

fn unique(
    module: ModuleName,
    kind: Kind,
    row: &Map<String, Value>,
    path: &str,
    switches: &Switches,
) -> Result<Option<Unique>, Problem> {
    let Some(wanted) = row.get("unique").filter(|wanted| !wanted.is_null()) else { return Ok(None) };
    let wanted = wanted
        .as_object()
        .ok_or_else(|| Problem::expected("unique", &format!("{path}.unique"), "jsonobject"))?;
    if wanted.is_empty() {
        return Ok(None);
    }
    let case_sensitive = match wanted.get("case_sensitive") {
        Some(Value::Bool(flag)) => *flag,
        _ => {
            return Err(Problem::expected(
                "case_sensitive",
                &format!("{path}.unique.case_sensitive"),
                "boolean",
            ));
        }
    };
    let of_events = module == ModuleName::Events && switches.unique_on_events == UniqueOnEvents::No;
    if of_events || !matches!(kind, Kind::Text | Kind::Email | Kind::Phone) {
        return Err(Problem::new(
            400,
            "FEATURE_NOT_SUPPORTED",
            "unique fields are not supported here",
            place("unique", path),
        ));
    }
    Ok(Some(Unique { case_sensitive }))
}

/// The longest value, by the kind's own maximum.
fn length(kind: Kind, row: &Map<String, Value>, path: &str) -> Result<usize, Problem> {
    let most = match kind {
        Kind::Text | Kind::Website => 255,
        Kind::TextArea => 32_000,
        Kind::RichText => 50_000,
        Kind::Email => 100,
        Kind::Phone => 30,
        Kind::Integer => 9,
        Kind::Number => 16,
        _ => 120,
    };
    match row.get("length").filter(|length| !length.is_null()) {
        None => Ok(most),
        Some(length) => match length.as_u64().and_then(|length| usize::try_from(length).ok()) {
            Some(length) if (1..=most).contains(&length) => Ok(length),
            Some(_) => Err(Problem::invalid(
                "invalid data",
                json!({ "api_name": "length", "json_path": format!("{path}.length"), "range": { "from": 1, "to": most } }),
            )),
            None => Err(Problem::expected("length", &format!("{path}.length"), "integer")),
        },
    }
}

/// Rights by profile. Without `profiles` everyone has all of them; whether profiles that are not listed have any is a
/// switch.
fn access(
    zoho: &Zoho,
    row: &Map<String, Value>,
    path: &str,
    switches: &Switches,
) -> Result<(BTreeMap<u64, Access>, Access), Problem> {
    let Some(listed) = row.get("profiles").filter(|listed| !listed.is_null()) else {
        return Ok((BTreeMap::new(), Access::ReadWrite));
    };
    let listed = listed
        .as_array()
        .ok_or_else(|| Problem::expected("profiles", &format!("{path}.profiles"), "jsonarray"))?;
    let mut access = BTreeMap::new();
    for (index, profile) in listed.iter().enumerate() {
        let path = format!("{path}.profiles[{index}]");
        let id = profile.get("id").and_then(Value::as_str).and_then(|id| id.parse::<u64>().ok());
        let known = id.filter(|id| zoho.profiles().iter().any(|(profile, _)| profile == id));
        let wanted = profile.get("permission_type").and_then(Value::as_str);
        let wanted = wanted
            .ok_or_else(|| Problem::mandatory("permission_type", &format!("{path}.permission_type")))?;
        let wanted = Access::from_name(wanted).ok_or_else(|| {
            Problem::invalid(
                "invalid data",
                json!({ "api_name": "permission_type", "json_path": format!("{path}.permission_type"),
                    "supported_values": Access::NAMES }),
            )
        })?;
        access.insert(known.ok_or_else(|| invalid("id", &path))?, wanted);
    }
    let others = match switches.new_field_profiles {
        NewFieldProfiles::Listed => Access::Hidden,
        NewFieldProfiles::All => Access::ReadWrite,
    };
    Ok((access, others))
}

fn values(kind: Kind, row: &Map<String, Value>, path: &str) -> Result<Vec<String>, Problem> {
    if kind != Kind::Picklist {
        return Ok(Vec::new());
    }
    let listed = row.get("pick_list_values").and_then(Value::as_array).filter(|values| !values.is_empty());
    let listed =
        listed.ok_or_else(|| Problem::mandatory("pick_list_values", &format!("{path}.pick_list_values")))?;
    listed
        .iter()
        .map(|value| {
            let text = value.get("display_value").or(value.get("actual_value")).and_then(Value::as_str);
            text.map(str::to_owned).ok_or_else(|| invalid("pick_list_values", path))
        })
        .collect()
}
