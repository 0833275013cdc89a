//! Users, organisation, module and field metadata, profiles (reference, sections 2 and 10).

use serde_json::{Value, json};

use super::error::{Problem, json_response};
use super::list::{number, since_of};
use super::modules::ModuleName;
use super::people::{Profile, Status, User};
use super::{Edition, FIRST_ID, Zoho};
use crate::http::{Query, Response};
use crate::switches::{ModuleFlags, Switches, UserTz};

/// GET /users (Zoho CRM API v8, get-users): a type, pages of at most 200.
pub(crate) fn users(
    zoho: &Zoho,
    query: &Query,
    if_modified_since: Option<&str>,
    switches: &Switches,
) -> Result<Response, Problem> {
    let kind = query.get("type").unwrap_or("AllUsers");
    let active = |user: &User| user.status == Status::Active;
    let wanted = |user: &User| {
        Some(match kind {
            "AllUsers" => user.status != Status::Deleted,
            "ActiveUsers" => active(user),
            "DeactiveUsers" => user.status == Status::Inactive,
            "ConfirmedUsers" => user.confirmed && user.status != Status::Deleted,
            "NotConfirmedUsers" => !user.confirmed && user.status != Status::Deleted,
            "DeletedUsers" => user.status == Status::Deleted,
            "ActiveConfirmedUsers" => active(user) && user.confirmed,
            "AdminUsers" => user.is_admin() && user.status != Status::Deleted,
            "ActiveConfirmedAdmins" => user.is_admin() && active(user) && user.confirmed,
            "CurrentUser" => user.id == zoho.current,
            _ => return None,
        })
    };
    let per_page = number(query, "per_page", 200, 200)?;
    let page = number(query, "page", 1, usize::MAX)?;
    let since = if_modified_since.map(since_of).transpose()?;
    let mut found = Vec::new();
    for user in zoho.people.users() {
        let wanted =
            wanted(user).ok_or_else(|| Problem::invalid("invalid data", json!({ "param_name": "type" })))?;
        if wanted && since.is_none_or(|since| user.modified_ms > since) {
            found.push(user);
        }
    }
    let skip = (page - 1).saturating_mul(per_page);
    let shown: Vec<Value> =
        found.iter().skip(skip).take(per_page).map(|user| show_user(zoho, user, switches)).collect();
    if shown.is_empty() {
        return Ok(Response::empty(if since.is_some() { 304 } else { 204 }));
    }
    if kind == "CurrentUser" {
        return Ok(json_response(200, &json!({ "users": shown })));
    }
    let count = shown.len();
    let info = json!({ "per_page": per_page, "count": count, "page": page, "more_records": skip + count < found.len() });
    Ok(json_response(200, &json!({ "users": shown, "info": info })))
}

/// GET /users/{id}
pub(crate) fn one_user(zoho: &Zoho, id: &str, switches: &Switches) -> Result<Response, Problem> {
    let user = id.parse().ok().and_then(|id| zoho.user(id)).ok_or_else(|| {
        Problem::invalid("the id given seems to be invalid", json!({ "resource_path_index": 1 }))
    })?;
    Ok(json_response(200, &json!({ "users": [show_user(zoho, user, switches)] })))
}

fn show_user(zoho: &Zoho, user: &User, switches: &Switches) -> Value {
    let profile = zoho.people.profiles().get(&user.profile).map_or("", |profile| profile.name);
    let status = match user.status {
        Status::Active => "active",
        Status::Inactive => "disabled",
        Status::Deleted => "deleted",
    };
    let mut shown = json!({
        "id": user.id.to_string(),
        "zuid": user.zuid,
        "email": user.email,
        "full_name": user.name,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "role": user.role_json(),
        "profile": { "name": profile, "id": user.profile.to_string() },
        "status": status,
        "confirm": user.confirmed,
        "locale": "en_US",
        "language": "en_US",
        "country_locale": "fr_FR",
        "country": "France",
        "date_format": "dd/MM/yyyy",
        "time_format": "HH:mm",
        "Isonline": user.id == zoho.current,
        "$current_shift": null,
        "microsoft": false,
        "personal_account": false,
        "type__s": "Regular User",
    });
    if switches.user_tz == UserTz::Present
        && let Some(map) = shown.as_object_mut()
    {
        map.insert("time_zone".into(), json!(user.zone.name()));
    }
    shown
}

pub(crate) fn org(zoho: &Zoho) -> Response {
    let edition = zoho.credits.edition;
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
            "time_zone": zoho.org_zone.name(),
            "license_details": { "paid_expiry": null, "users_license_purchased": zoho.credits.licences,
                "trial_type": null, "trial_expiry": null, "paid": edition != Edition::Free,
                "paid_type": edition.name() },
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
    let profiles: Vec<Value> = zoho
        .people
        .profiles()
        .iter()
        .map(|(id, profile)| json!({ "id": id.to_string(), "name": profile.name }))
        .collect();
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
                "profiles": profiles,
                "$properties": [],
            })
        })
        .collect();
    Ok(json_response(200, &json!({ "modules": shown })))
}

/// Profiles are for those who may manage them (reference, section 10).
pub(crate) fn profiles(zoho: &Zoho, one: Option<&str>) -> Result<Response, Problem> {
    if !zoho.permitted("Crm_Implied_Manage_Profiles") {
        return Err(Problem::permission("Crm_Implied_Manage_Profiles"));
    }
    let shown: Vec<Value> = zoho
        .people
        .profiles()
        .iter()
        .filter(|(id, _)| one.is_none_or(|one| one == id.to_string()))
        .map(|(id, profile)| {
            let mut shown = json!({
                "id": id.to_string(), "name": profile.name, "display_label": profile.name,
                "type": "normal_profile", "custom": profile.custom,
            });
            if let (Some(_), Some(map)) = (one, shown.as_object_mut()) {
                map.insert("permissions_details".into(), permissions(profile));
                map.insert("sections".into(), sections());
            }
            shown
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

const ACTIONS: [&str; 4] = ["View", "Create", "Edit", "Delete"];

/// Rights beside those on modules, with their labels.
const OTHERS: [(&str, &str); 5] = [
    ("Crm_Implied_Gcal_Sync", "Sync with Google Calendar"),
    ("Crm_Implied_Api_Access", "Zoho CRM API Access"),
    ("Crm_Implied_Manage_Profiles", "Manage Profiles"),
    ("Crm_Implied_Manage_Users", "Manage Users"),
    ("Crm_Implied_Customize_Zoho_CRM", "Modules Customization"),
];

fn permissions(profile: &Profile) -> Value {
    let on_modules = ModuleName::ALL.into_iter().flat_map(|module| {
        ACTIONS.map(|action| {
            (format!("Crm_Implied_{action}_{}", module.api_name()), action, json!(module.api_name()))
        })
    });
    let others = OTHERS.into_iter().map(|(name, label)| (name.to_owned(), label, Value::Null));
    let all: Vec<_> = on_modules.chain(others).zip(FIRST_ID + 30_000..).collect();
    let id_of =
        |wanted: String| all.iter().find(|((name, ..), _)| *name == wanted).map(|(_, id)| id.to_string());
    all.iter()
        .map(|((name, label, module), id)| {
            // Whoever may create, edit or delete must be able to view. The parents are ids, as Zoho's SDKs read them.
            let module_name = module.as_str().filter(|_| !name.contains("_View_"));
            let parent = module_name.and_then(|module| id_of(format!("Crm_Implied_View_{module}")));
            json!({
                "id": id.to_string(), "display_label": label, "module": module, "customizable": true,
                "enabled": profile.permits(name), "parent_permissions": parent.map(|id| [id]), "name": name,
            })
        })
        .collect()
}

/// How the pages group the rights: Google sync in a section of its own.
fn sections() -> Value {
    let modules: Vec<Value> = ModuleName::ALL
        .into_iter()
        .map(|module| {
            let rights = ACTIONS.map(|action| format!("Crm_Implied_{action}_{}", module.api_name()));
            json!({ "display_label": module.labels().1, "module": module.api_name(),
                "name": module.api_name(), "permissions_details": rights })
        })
        .collect();
    json!([
        { "name": "module", "categories": modules },
        { "name": "google_app", "categories": [
            { "display_label": "Google Calendar", "module": null, "name": "gcalendar",
              "permissions_details": ["Crm_Implied_Gcal_Sync"] },
        ] },
    ])
}
