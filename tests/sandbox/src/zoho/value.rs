//! One value of a write, checked against its field.

use serde_json::{Value, json};

use super::error::Problem;
use super::external::References;
use super::meta::{Field, Kind};
use super::modules::{ModuleName, Record};
use super::record::full_name;
use super::{FIRST_ID, Zoho, hash_of, id_of, participants, recurrence, reminder};
use crate::switches::{Switches, TextRewrite};
use crate::time::{self, Offseted};

/// What a value may look at besides its field.
pub(crate) struct Context<'a> {
    pub(crate) zoho: &'a Zoho,
    /// The record that the write changes.
    pub(crate) old: Option<&'a Record>,
    /// The values that the record's layout allows for a picklist.
    pub(crate) allowed: &'a dyn Fn(&Field) -> Vec<String>,
    /// The module that `What_Id` points into.
    pub(crate) related: Option<ModuleName>,
    pub(crate) references: &'a References,
    pub(crate) switches: &'a Switches,
}

pub(crate) fn read(
    context: &Context<'_>,
    field: &Field,
    value: &Value,
    path: &str,
) -> Result<Value, Problem> {
    let expected = || Problem::expected(&field.name, path, field.kind.json_type());
    let switches = context.switches;
    match field.kind {
        Kind::Text | Kind::TextArea | Kind::RichText | Kind::Email | Kind::Phone | Kind::Website => {
            let text = value.as_str().ok_or_else(expected)?;
            if text.chars().count() > field.length {
                return Err(Problem::invalid(
                    "invalid data",
                    json!({ "maximum_length": field.length, "api_name": field.name, "json_path": path }),
                ));
            }
            let well_formed = match field.kind {
                Kind::Email => text.is_empty() || is_address(text),
                Kind::Website => !text.contains(char::is_whitespace),
                _ => true,
            };
            if !well_formed {
                return Err(Problem::expected(&field.name, path, field.kind.data_type()));
            }
            Ok(rewritten(text, field.kind, switches))
        }
        Kind::Picklist => {
            let text = value.as_str().ok_or_else(expected)?;
            let allowed = (context.allowed)(field);
            if !allowed.iter().any(|value| value == text) {
                return Err(Problem::invalid(
                    "invalid data",
                    json!({ "supported_values": allowed, "api_name": field.name, "json_path": path }),
                ));
            }
            Ok(value.clone())
        }
        Kind::Participants => {
            participants::read(context.zoho, value, context.old, path, context.references, switches)
        }
        Kind::Reminder => reminder::read(value, field, path, switches),
        Kind::Recurrence => recurrence::read(value).ok_or_else(expected),
        Kind::Lookup => lookup(context, field, value, path),
        Kind::Tags => {
            let rows = value.as_array().ok_or_else(expected)?;
            if rows.iter().any(|row| row.get("name").and_then(Value::as_str).is_none()) {
                return Err(expected());
            }
            Ok(if rows.is_empty() { Value::Null } else { tags(rows) })
        }
        Kind::Integer => value.is_i64().then(|| value.clone()).ok_or_else(expected),
        Kind::Number => value.is_number().then(|| value.clone()).ok_or_else(expected),
        Kind::Boolean => value.is_boolean().then(|| value.clone()).ok_or_else(expected),
        Kind::Date => {
            let well_formed = value.as_str().and_then(time::parse_date).is_some();
            well_formed.then(|| value.clone()).ok_or_else(|| Problem::expected(&field.name, path, "date"))
        }
        Kind::DateTime => instant(value)
            .map(|_| value.clone())
            .ok_or_else(|| Problem::expected(&field.name, path, "datetime")),
        Kind::Owner => Err(expected()),
    }
}

/// Tags by name; the same name is the same tag everywhere.
fn tags(rows: &[Value]) -> Value {
    rows.iter()
        .filter_map(|row| row.get("name").and_then(Value::as_str))
        .map(|name| {
            let id = FIRST_ID + 70_000_000 + hash_of(&name.to_lowercase()) % 9_000_000;
            json!({ "name": name, "id": id.to_string(), "color_code": null })
        })
        .collect()
}

/// `YYYY-MM-DDTHH:mm:ss±hh:mm`, no fractions.
pub(crate) fn instant(value: &Value) -> Option<Offseted> {
    value.as_str().filter(|text| !text.contains('.')).and_then(time::parse_rfc3339)
}

/// `Who_Id` names a contact, `What_Id` a record of the module in `$se_module`.
fn lookup(context: &Context<'_>, field: &Field, value: &Value, path: &str) -> Result<Value, Problem> {
    let unknown = || {
        Problem::invalid(
            "the related id given seems to be invalid",
            json!({ "api_name": field.name, "json_path": path }),
        )
    };
    let module = match field.name.as_str() {
        "What_Id" => context.related.ok_or_else(|| {
            Problem::new(
                400,
                "DEPENDENT_FIELD_MISSING",
                "the module of the related record is missing",
                json!({ "api_name": "$se_module", "json_path": path.replace("What_Id", "$se_module"),
                    "dependee": { "api_name": "What_Id", "json_path": path } }),
            )
        })?,
        _ => ModuleName::Contacts,
    };
    let by_reference =
        value.as_object().and_then(|map| context.references.lookup(context.zoho, &field.name, module, map));
    let id = match by_reference {
        Some(id) => Some(id),
        None => id_of(value.get("id").unwrap_or(value)),
    };
    let record = id.and_then(|id| context.zoho.module(module).get(id)).ok_or_else(unknown)?;
    Ok(json!({ "id": record.id.to_string(), "name": full_name(record) }))
}

/// Text as the server keeps it: empty is null; multi-line text may get other line ends and lose trailing blanks.
fn rewritten(text: &str, kind: Kind, switches: &Switches) -> Value {
    if text.trim().is_empty() {
        return Value::Null;
    }
    match switches.text_rewrite {
        TextRewrite::Kept => json!(text),
        TextRewrite::Crlf if matches!(kind, Kind::TextArea | Kind::RichText) => {
            let unix = text.replace("\r\n", "\n").replace('\r', "\n");
            let lines: Vec<&str> =
                unix.trim_end().split('\n').map(|line| line.trim_end_matches([' ', '\t'])).collect();
            json!(lines.join("\r\n"))
        }
        TextRewrite::Crlf => json!(text.trim()),
    }
}

pub(crate) fn is_address(text: &str) -> bool {
    text.contains('@') && !text.contains(char::is_whitespace)
}
