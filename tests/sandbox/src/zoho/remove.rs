//! DELETE, by id and in bulk: into the recycle bin (Zoho CRM API v8, deleteRecord and deleteRecords).

use serde_json::json;

use super::body::{self, MOST, Outcome};
use super::error::Problem;
use super::external::References;
use super::modules::ModuleName;
use super::write::{Call, permitted};
use super::{Zoho, refusal};
use crate::http::{Request, Response};

/// `single` is the id, or the external value, in the path; `ids` otherwise.
pub(crate) fn delete(
    zoho: &mut Zoho,
    module: ModuleName,
    single: Option<&str>,
    request: &Request,
    call: &mut Call<'_>,
) -> Result<Response, Problem> {
    permitted(zoho, "Delete", module)?;
    let references = References::parse(zoho, module, request.header_value("x-external"))?;
    let query = request.query();
    // Zoho's SDK for Python writes `False`.
    let is_flag = |text: &str| ["true", "false"].iter().any(|flag| text.eq_ignore_ascii_case(flag));
    if query.get("wf_trigger").is_some_and(|text| !is_flag(text)) {
        return Err(Problem::invalid(
            "invalid data",
            json!({ "param_name": "wf_trigger", "expected_data_type": "boolean" }),
        ));
    }
    let names: Vec<&str> = match single {
        Some(name) => vec![name],
        None => query
            .get("ids")
            .unwrap_or_default()
            .split(',')
            .map(str::trim)
            .filter(|id| !id.is_empty())
            .collect(),
    };
    if names.is_empty() {
        return Err(Problem::missing_param("ids"));
    }
    if names.len() > MOST {
        return Err(Problem::limit(json!({ "limit": MOST, "param_name": "ids" })));
    }
    let outcomes: Vec<Outcome> = names
        .iter()
        .enumerate()
        .map(|(index, name)| {
            call.fault(index)?;
            let details =
                if single.is_some() { json!({ "resource_path_index": 1 }) } else { json!({ "id": name }) };
            let unknown = || Problem::invalid("record not deleted", details);
            let record = references.record(zoho, module, name).ok_or_else(unknown)?;
            zoho.check_change(module, record, "Delete", call.switches)?;
            let id = record.id;
            refusal::check(zoho, call, id, index, true)?;
            let user = zoho.current;
            zoho.module_mut(module).delete(id, user, call.second());
            call.writes += 1;
            Ok(json!({
                "code": "SUCCESS", "details": { "id": id.to_string() }, "message": "record deleted", "status": "success",
            }))
        })
        .collect();
    // A single unknown id is refused flat.
    if let (Some(_), [Err(problem)]) = (single, outcomes.as_slice())
        && (problem.code == "INVALID_DATA" || problem.status == 403)
    {
        return Err(problem.clone());
    }
    Ok(body::answer(outcomes, 200, call.switches, false))
}
