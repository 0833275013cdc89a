//! Which OAuth scopes a call needs (reference, section 9).

use std::collections::BTreeSet;

/// What a token has at the start.
pub(crate) fn usual() -> BTreeSet<String> {
    [
        "ZohoCRM.modules.events.ALL",
        "ZohoCRM.modules.contacts.ALL",
        "ZohoCRM.modules.leads.ALL",
        "ZohoCRM.coql.READ",
        "ZohoCRM.users.READ",
        "ZohoCRM.org.READ",
        "ZohoCRM.settings.modules.READ",
        "ZohoCRM.settings.fields.READ",
        "ZohoCRM.settings.fields.CREATE",
        "ZohoCRM.settings.layouts.READ",
        "ZohoCRM.settings.custom_views.READ",
        "ZohoCRM.settings.profiles.READ",
        "ZohoSearch.securesearch.READ",
    ]
    .into_iter()
    .map(str::to_owned)
    .collect()
}

/// Whether a call of this kind on this module is allowed. Every part of it must be.
pub(crate) fn allow(granted: &BTreeSet<String>, kind: &str, module: Option<&str>) -> bool {
    let in_module = |action: &str| {
        let Some(module) = module else { return true };
        has(granted, &format!("ZohoCRM.modules.{}", module.to_lowercase()), action)
            || has(granted, "ZohoCRM.modules", action)
    };
    match kind {
        "list" | "get" | "deleted" | "count" | "related" | "full_data" => in_module("READ"),
        "search" => in_module("READ") && has(granted, "ZohoSearch.securesearch", "READ"),
        "insert" => in_module("CREATE"),
        "update" | "cancel" => in_module("UPDATE"),
        "upsert" => in_module("CREATE") && in_module("UPDATE"),
        "delete" => in_module("DELETE"),
        "coql" => has(granted, "ZohoCRM.coql", "READ") && in_module("READ"),
        "users" => has(granted, "ZohoCRM.users", "READ"),
        "org" => has(granted, "ZohoCRM.org", "READ"),
        "settings.fields.create" => {
            has(granted, "ZohoCRM.settings.fields", "CREATE") || has(granted, "ZohoCRM.settings", "CREATE")
        }
        "settings.modules"
        | "settings.fields"
        | "settings.profiles"
        | "settings.layouts"
        | "settings.custom_views" => {
            has(granted, &format!("ZohoCRM.{kind}"), "READ") || has(granted, "ZohoCRM.settings", "READ")
        }
        _ => true,
    }
}

/// `ALL` of a group stands for every action. Scope names are compared without regard to case.
fn has(granted: &BTreeSet<String>, group: &str, action: &str) -> bool {
    granted.iter().any(|scope| {
        scope.rsplit_once('.').is_some_and(|(of, may)| {
            of.eq_ignore_ascii_case(group)
                && (may.eq_ignore_ascii_case(action) || may.eq_ignore_ascii_case("ALL"))
        })
    })
}
