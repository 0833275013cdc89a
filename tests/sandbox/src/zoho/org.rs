//! Users, organisation, module and field metadata, profiles (reference, sections 2 and 10).

use serde_json::{Value, json};

use super::error::{Problem, json_response};
use super::meta;
use super::modules::ModuleName;
use super::{ANA_ID, FIRST_ID, User, Zoho};
use crate::http::{Query, Response};
use crate::switches::{ModuleFlags, Switches, UserTz};

const ADMIN_PROFILE: u64 = FIRST_ID + 26_011;
const STANDARD_PROFILE: u64 = FIRST_ID + 26_014;

pub(crate) fn users(zoho: &Zoho, query: &Query, switches: &Switches) -> Result<Response, Problem> {
    let wanted: Vec<&User> = match query.get("type") {
        Some("CurrentUser") => zoho.user(zoho.current).into_iter().collect(),
        None | Some("AllUsers" | "ActiveUsers" | "ActiveConfirmedUsers") => zoho.users().iter().collect(),
        Some(_) => return Err(Problem::invalid("invalid data", json!({ "param_name": "type" }))),
    };
    let users: Vec<Value> = wanted.into_iter().map(|user| show_user(zoho, user, switches)).collect();
    let count = users.len();
    let mut body = json!({ "users": users });
    if query.get("type") != Some("CurrentUser")
        && let Some(map) = body.as_object_mut()
    {
        map.insert(
            "info".into(),
            json!({ "per_page": 200, "count": count, "page": 1, "more_records": false }),
        );
    }
    Ok(json_response(200, &body))
}

fn show_user(zoho: &Zoho, user: &User, switches: &Switches) -> Value {
    let (profile, profile_name) =
        if user.id == ANA_ID { (ADMIN_PROFILE, "Administrator") } else { (STANDARD_PROFILE, "Standard") };
    let mut shown = json!({
        "id": user.id.to_string(),
        "zuid": user.zuid,
        "email": user.email,
        "full_name": user.name,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "role": { "name": "CEO", "id": (FIRST_ID + 26_005).to_string() },
        "profile": { "name": profile_name, "id": profile.to_string() },
        "status": "active",
        "confirm": true,
        "locale": "en_US",
        "language": "en_US",
        "country_locale": "fr_FR",
        "country": "France",
        "date_format": "dd/MM/yyyy",
        "time_format": "HH:mm",
        "Isonline": true,
        "$current_shift": null,
        "microsoft": false,
        "personal_account": false,
        "type__s": "Regular User",
    });
    if switches.user_tz == UserTz::Present
        && let Some(map) = shown.as_object_mut()
    {
        map.insert("time_zone".into(), json!(zoho.zone.name()));
    }
    shown
}

pub(crate) fn org(zoho: &Zoho) -> Response {
    json_response(
        200,
        &json!({ "org": [{
            "id": (FIRST_ID + 226_001).to_string(),
            "zgid": "20098764512",
            "company_name": "Example SARL",
            "primary_email": "ana@example.com",
            "country": "France",
            "country_code": "FR",
            "currency": "Euro - EUR",
            "iso_code": "EUR",
            "domain_name": "org20098764512",
            "time_zone": zoho.zone.name(),
            "license_details": { "paid_expiry": null, "users_license_purchased": 10, "trial_expiry": null,
                "paid": true, "paid_type": "professional" },
            "max_per_page": 200,
            "gapps_enabled": false,
            "mc_status": false,
            "type": "production",
            "deletable_org_account": false,
        }] }),
    )
}

pub(crate) fn modules(zoho: &Zoho, one: Option<&str>, switches: &Switches) -> Result<Response, Problem> {
    let wanted: Vec<ModuleName> = match one {
        None => ModuleName::ALL.to_vec(),
        Some(name) => vec![ModuleName::from_name(name).ok_or_else(|| {
            Problem::new(
                400,
                "INVALID_MODULE",
                "the module name given seems to be invalid",
                json!({ "resource_path_index": 2 }),
            )
        })?],
    };
    let shown: Vec<Value> = wanted
        .into_iter()
        .map(|module| {
            let may = |action: &str| {
                switches.module_flags == ModuleFlags::Org
                    || zoho.permitted(&format!("Crm_Implied_{action}_{}", module.api_name()))
            };
            let (singular, plural) = module.labels();
            json!({
                "id": (FIRST_ID + 2_000 + module as u64 * 7).to_string(),
                "api_name": module.api_name(),
                "module_name": module.api_name(),
                "singular_label": singular,
                "plural_label": plural,
                "viewable": may("View"),
                "creatable": may("Create"),
                "editable": may("Edit"),
                "deletable": may("Delete"),
                "api_supported": true,
                "status": "visible",
                "visibility": 1,
                "visible": true,
                "generated_type": "default",
                "profiles": [
                    { "id": ADMIN_PROFILE.to_string(), "name": "Administrator" },
                    { "id": STANDARD_PROFILE.to_string(), "name": "Standard" },
                ],
                "$properties": [],
            })
        })
        .collect();
    Ok(json_response(200, &json!({ "modules": shown })))
}

pub(crate) fn fields(query: &Query, switches: &Switches) -> Result<Response, Problem> {
    let name = query.get("module").ok_or_else(|| Problem::missing_param("module"))?;
    let module = ModuleName::from_name(name).ok_or_else(|| {
        Problem::new(
            400,
            "INVALID_MODULE",
            "the module name given seems to be invalid",
            json!({ "param_name": "module" }),
        )
    })?;
    let shown: Vec<Value> = meta::fields(module)
        .iter()
        .enumerate()
        .map(|(index, field)| {
            meta::to_json(field, FIRST_ID + 2_500 + module as u64 * 10_000 + index as u64 * 10, switches)
        })
        .collect();
    Ok(json_response(200, &json!({ "fields": shown })))
}

/// Profiles are for administrators only (reference, section 10).
pub(crate) fn profiles(zoho: &Zoho, one: Option<&str>) -> Result<Response, Problem> {
    if zoho.current != ANA_ID || !zoho.permitted("Crm_Implied_Manage_Profiles") {
        return Err(Problem::permission("Crm_Implied_Manage_Profiles"));
    }
    let all = [(ADMIN_PROFILE, "Administrator"), (STANDARD_PROFILE, "Standard")];
    let shown: Vec<Value> = all
        .into_iter()
        .filter(|(id, _)| one.is_none_or(|one| one == id.to_string()))
        .map(|(id, name)| {
            let mut profile = json!({ "id": id.to_string(), "name": name, "display_label": name, "type": "normal_profile", "custom": false });
            if let (Some(_), Some(map)) = (one, profile.as_object_mut()) {
                map.insert("permissions_details".into(), permissions(zoho));
            }
            profile
        })
        .collect();
    if shown.is_empty() {
        return Err(Problem::invalid(
            "the id given seems to be invalid",
            json!({ "resource_path_index": 2 }),
        ));
    }
    Ok(json_response(200, &json!({ "profiles": shown })))
}

fn permissions(zoho: &Zoho) -> Value {
    let mut all = Vec::new();
    let mut push = |name: String, label: &str, module: Value| {
        all.push(json!({
            "id": (FIRST_ID + 30_000 + all.len() as u64).to_string(), "name": name, "display_label": label, "module": module,
            "customizable": true, "enabled": zoho.permitted(&name), "parent_permissions": null,
        }));
    };
    for module in ModuleName::ALL {
        for action in ["View", "Create", "Edit", "Delete"] {
            push(format!("Crm_Implied_{action}_{}", module.api_name()), action, json!(module.api_name()));
        }
    }
    push("Crm_Implied_Gcal_Sync".into(), "Sync with Google Calendar", Value::Null);
    push("Crm_Implied_Api_Access".into(), "Zoho CRM API Access", Value::Null);
    Value::Array(all)
}
