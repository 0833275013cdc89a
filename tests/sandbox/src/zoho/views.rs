//! Custom views: the two that every module has, everything and one's own (Zoho CRM API v8, getCustomViews).

use serde_json::{Value, json};

use super::error::{Problem, json_response};
use super::modules::{ModuleName, Record};
use super::{FIRST_ID, Zoho};
use crate::http::{Query, Response};

/// What a custom view leaves in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum View {
    All,
    /// Records that the current user owns.
    Mine,
}

impl View {
    const BOTH: [View; 2] = [View::All, View::Mine];

    fn id(self, module: ModuleName) -> u64 {
        FIRST_ID + 87_501 + module as u64 * 100 + self as u64 * 3
    }

    /// The view that `cvid` names.
    pub(crate) fn from_id(module: ModuleName, id: &str) -> Result<View, Problem> {
        View::BOTH
            .into_iter()
            .find(|view| view.id(module).to_string() == id)
            .ok_or_else(|| Problem::invalid("invalid data", json!({ "param_name": "cvid" })))
    }

    pub(crate) fn shows(self, zoho: &Zoho, record: &Record) -> bool {
        self == View::All || record.owner == zoho.current
    }
}

/// GET settings/custom_views.
pub(crate) fn get(query: &Query) -> Result<Response, Problem> {
    let name = query.get("module").ok_or_else(|| Problem::missing_param("module"))?;
    let module = ModuleName::from_name(name).ok_or_else(|| Problem::module_param("module"))?;
    let (_, plural) = module.labels();
    let views: Vec<Value> = View::BOTH
        .into_iter()
        .map(|view| {
            let (prefix, system_name) = match view {
                View::All => ("All", "ALLVIEWS"),
                View::Mine => ("My", "MYVIEWS"),
            };
            let label = format!("{prefix} {plural}");
            json!({
                "id": view.id(module).to_string(), "name": label, "display_value": label, "system_name": system_name,
                "system_defined": true, "default": view == View::All, "category": "public_views", "favorite": null,
            })
        })
        .collect();
    let count = views.len();
    Ok(json_response(
        200,
        &json!({ "custom_views": views, "info": { "per_page": 200, "count": count, "page": 1, "more_records": false } }),
    ))
}
