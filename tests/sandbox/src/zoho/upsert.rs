//! Insert or update by a duplicate-check field (Zoho CRM API v8, upsert-records). Not for Events (reference,
//! section 5).

use serde_json::{Map, Value, json};

use super::body::{self, Body, MOST};
use super::error::Problem;
use super::external::References;
use super::list::since_of;
use super::modules::ModuleName;
use super::write::{self, Bulk, Call, permitted};
use super::{Zoho, meta};
use crate::http::{Request, Response};

pub(crate) fn upsert(
    zoho: &mut Zoho,
    module: ModuleName,
    request: &Request,
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
    let references = References::parse(zoho, module, request.header_value("x-external"))?;
    let guard = request.header_value("if-unmodified-since").map(since_of).transpose()?;
    let body = Body::parse(&request.body)?;
    if let Err(refused) = body.check_count(MOST) {
        return Ok(refused);
    }
    let checks = checks(zoho, module, &body.map, &references)?;
    let bulk = Bulk { module, references: &references, guard, workflows: body.workflows };
    let outcomes = write::each(&body.rows, |index, row| {
        call.fault(index)?;
        let twin = twin(zoho, module, row, &checks);
        let (mut result, action, duplicate) = match twin {
            Some((id, field)) => {
                (write::update_one(zoho, bulk, id, row, index, call)?, "update", json!(field))
            }
            None => (write::insert_one(zoho, bulk, row, index, call)?, "insert", Value::Null),
        };
        if let Some(map) = result.as_object_mut() {
            map.insert("action".into(), json!(action));
            map.insert("duplicate_field".into(), duplicate);
        }
        Ok(result)
    });
    Ok(body::answer(outcomes, 200, call.switches, false))
}

/// The fields that are compared, in order: an external field of the header, those of `duplicate_check_fields`, then
/// the system's own and the unique ones.
fn checks(
    zoho: &Zoho,
    module: ModuleName,
    body: &Map<String, Value>,
    references: &References,
) -> Result<Vec<String>, Problem> {
    let own: Vec<String> = meta::fields(zoho, module)
        .filter(|field| field.unique.is_some())
        .map(|field| field.name.clone())
        .collect();
    let mut checks: Vec<String> = references.own.iter().cloned().collect();
    match body.get("duplicate_check_fields") {
        None | Some(Value::Null) => {}
        Some(Value::Array(names)) => {
            for (index, name) in names.iter().enumerate() {
                let known = name.as_str().filter(|name| own.iter().any(|known| known == name));
                let known = known.ok_or_else(|| {
                    Problem::invalid(
                        "invalid data",
                        json!({ "api_name": "duplicate_check_fields",
                            "json_path": format!("$.duplicate_check_fields[{index}]"), "supported_values": own }),
                    )
                })?;
                checks.push(known.to_owned());
            }
        }
        Some(_) => {
            return Err(Problem::expected("duplicate_check_fields", "$.duplicate_check_fields", "jsonarray"));
        }
    }
    checks.extend(own);
    Ok(checks)
}

/// The first record that has a value of the row, and the field it was found by.
fn twin(
    zoho: &Zoho,
    module: ModuleName,
    row: &Map<String, Value>,
    checks: &[String],
) -> Option<(u64, String)> {
    checks.iter().find_map(|name| {
        let value = row.get(name).and_then(Value::as_str).filter(|value| !value.is_empty())?;
        let twin = zoho.module(module).with_key(name, zoho.current, value).next()?;
        Some((twin.id, name.clone()))
    })
}
