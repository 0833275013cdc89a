//! What hangs on a record: the people invited to a meeting, the full text of rich-text fields.

use serde_json::{Map, Value, json};

use super::error::{Problem, json_response};
use super::list;
use super::meta::{self, Kind};
use super::modules::{ModuleName, Record};
use super::{Zoho, record};
use crate::http::{Query, Response};
use crate::switches::Switches;

/// The most rich-text fields of one call (Zoho CRM API v8, fetch_full_data).
const MOST_RICH: usize = 8;

/// GET /Events/{id}/Invitees: the related list of participants, seen with these columns.
pub(crate) fn invitees(meeting: &Record, query: &Query) -> Result<Response, Problem> {
    let names = list::field_names(query)?.ok_or_else(|| Problem::missing_param("fields"))?;
    let per_page = list::number(query, "per_page", 200, 200)?;
    let page = list::number(query, "page", 1, usize::MAX)?;
    let rows =
        meeting.fields.get("Participants").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let skip = (page - 1).saturating_mul(per_page);
    let data: Vec<Value> = rows.iter().skip(skip).take(per_page).map(|row| invitee(row, &names)).collect();
    if data.is_empty() {
        return Ok(Response::empty(204));
    }
    let count = data.len();
    Ok(json_response(
        200,
        &json!({ "data": data, "info": { "per_page": per_page, "count": count, "page": page, "more_records": skip + count < rows.len() } }),
    ))
}

fn invitee(row: &Value, names: &[String]) -> Value {
    let part = |name: &str| row.get(name).cloned().unwrap_or(Value::Null);
    let mut shown = Map::new();
    shown.insert("id".into(), part("id"));
    for name in names {
        let value = match name.as_str() {
            "Name" => part("name"),
            "Email" => part("Email"),
            "Status" => part("status"),
            "Participant_Type" => part("type"),
            _ => continue,
        };
        shown.insert(name.clone(), value);
    }
    Value::Object(shown)
}

/// GET /{module}[/{id}]/actions/fetch_full_data: rich-text fields and no others. By id `fields` may be left out; for
/// several records both `ids` and `fields` are needed.
pub(crate) fn full_data(
    zoho: &Zoho,
    module: ModuleName,
    records: &[&Record],
    query: &Query,
    several: bool,
    switches: &Switches,
) -> Result<Response, Problem> {
    let is_rich =
        |name: &str| meta::find(zoho, module, name).is_some_and(|field| field.kind == Kind::RichText);
    let names: Vec<String> = match list::field_names(query)? {
        None if several => return Err(Problem::missing_param("fields")),
        None => meta::fields(zoho, module)
            .filter(|field| field.kind == Kind::RichText)
            .map(|field| field.name.clone())
            .collect(),
        Some(names) if names.len() > MOST_RICH => {
            return Err(Problem::limit(json!({ "limit": MOST_RICH, "param_name": "fields" })));
        }
        Some(names) => names,
    };
    if let Some(other) = names.iter().find(|name| !is_rich(name)) {
        return Err(Problem::invalid("invalid data", json!({ "param_name": "fields", "api_name": other })));
    }
    if names.is_empty() || records.is_empty() {
        return Ok(Response::empty(204));
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let data: Vec<Value> = records
        .iter()
        .map(|found| record::show_fields(zoho, module, found, &names, switches, None))
        .collect();
    Ok(json_response(200, &json!({ "data": data })))
}
