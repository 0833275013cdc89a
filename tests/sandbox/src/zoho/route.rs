//! Paths and methods of the Zoho side.

use std::collections::BTreeSet;

use chrono_tz::Tz;
use serde_json::json;

use super::error::{Problem, json_response};
use super::external::References;
use super::modules::{ModuleName, Record};
use super::people::Status;
use super::write::{self, Call, permitted};
use super::{
    Zoho, bin, body, cancel, centre, coql, credits, fields, layouts, list, org, record, related, remove,
    scopes, search, upsert, views,
};
use crate::http::{Request, Response};
use crate::switches::{FailedCallsCost, HiddenRecord, InactiveUser, MissingGet, Switches};

/// What a call does, for counters.
pub(crate) fn kind_of(method: &str, segments: &[String]) -> &'static str {
    let parts: Vec<&str> = segments.iter().map(String::as_str).collect();
    match (method, parts.as_slice()) {
        (_, ["oauth", ..]) => "token",
        ("POST", ["crm", "v8", "coql"]) => "coql",
        ("GET", ["crm", "v8", "users", ..]) => "users",
        ("GET", ["crm", "v8", "org"]) => "org",
        (_, ["crm", "v8", "settings", "modules", ..]) => "settings.modules",
        ("POST", ["crm", "v8", "settings", "fields", ..]) => "settings.fields.create",
        (_, ["crm", "v8", "settings", "fields", ..]) => "settings.fields",
        (_, ["crm", "v8", "settings", "layouts", ..]) => "settings.layouts",
        (_, ["crm", "v8", "settings", "custom_views", ..]) => "settings.custom_views",
        (_, ["crm", "v8", "settings", "profiles", ..]) => "settings.profiles",
        ("GET", ["crm", "v8", _, "deleted"]) => "deleted",
        ("GET", ["crm", "v8", _, "search"]) => "search",
        ("POST", ["crm", "v8", _, "upsert"]) => "upsert",
        ("POST", ["crm", "v8", _, _, "actions", "cancel"]) => "cancel",
        ("GET", ["crm", "v8", _, "actions", "count"]) => "count",
        (
            "GET",
            ["crm", "v8", _, "actions", "fetch_full_data"]
            | ["crm", "v8", _, _, "actions", "fetch_full_data"],
        ) => "full_data",
        ("GET", ["crm", "v8", _, _, "Invitees"]) => "related",
        ("GET", ["crm", "v8", _]) => "list",
        ("GET", ["crm", "v8", _, _]) => "get",
        ("POST", ["crm", "v8", _]) => "insert",
        ("PUT", ["crm", "v8", _] | ["crm", "v8", _, _]) => "update",
        ("DELETE", ["crm", "v8", _] | ["crm", "v8", _, _]) => "delete",
        _ => "other",
    }
}

/// Who calls.
struct Caller {
    user: u64,
    zone: Tz,
    /// The token's own scopes, if it has any.
    granted: Option<BTreeSet<String>>,
}

impl Zoho {
    pub(crate) fn handle(&mut self, request: &Request, call: &mut Call<'_>) -> Response {
        let segments = request.segments();
        if segments.first().is_some_and(|first| first == "oauth") {
            return self.oauth(request, &segments, call.now_ms, call.switches);
        }
        // What a person does on the pages asks for no token, costs no credit and is done in Ana's name.
        let Some(load) = call.load else {
            return self.dispatch(request, &segments, None, call).unwrap_or_else(|problem| problem.respond());
        };
        let Caller { user, zone, granted } = match self.authenticate(request, call) {
            Ok(caller) => caller,
            Err(problem) => return problem.respond(),
        };
        let kind = kind_of(&request.method, &segments);
        let weight = credits::weigh(kind, request, call.switches);
        if let Err(problem) = self.credits.admit(weight, load, call.now_ms, call.switches) {
            return problem.respond();
        }
        // Everything below is done in the name of the caller; what is asked from outside, in Ana's.
        let before = (self.current, self.zone);
        (self.current, self.zone) = (user, zone);
        let mut answer = self.permit_and_dispatch(request, kind, &segments, granted.as_ref(), call);
        (self.current, self.zone) = before;
        if answer.status < 400 || call.switches.failed_calls_cost == FailedCallsCost::Yes {
            self.credits.spend(weight.credits, call.now_ms);
        }
        if let Some(remaining) = self.credits.remaining(call.now_ms) {
            answer.headers.push(("x-api-credits-remaining".into(), remaining.to_string()));
        }
        answer
    }

    fn authenticate(&self, request: &Request, call: &Call<'_>) -> Result<Caller, Problem> {
        let failed = || Problem::new(401, "AUTHENTICATION_FAILURE", "Authentication failed", json!({}));
        let invalid = || Problem::new(401, "INVALID_TOKEN", "invalid oauth token", json!({}));
        let token = request
            .header_value("authorization")
            .and_then(|value| value.strip_prefix("Zoho-oauthtoken "))
            .ok_or_else(failed)?;
        if centre::is_elsewhere(call.switches.dc, request.header_value("host")) {
            return Err(invalid());
        }
        let access = self.tokens.bearer(token, call.now_ms).map_err(|_| invalid())?;
        let user = self.people.by_email(&access.person).ok_or_else(invalid)?;
        if user.status != Status::Active || !user.confirmed {
            return Err(match call.switches.inactive_user {
                InactiveUser::Token => invalid(),
                InactiveUser::Authentication => failed(),
            });
        }
        Ok(Caller { user: user.id, zone: user.zone, granted: access.scopes.clone() })
    }

    fn permit_and_dispatch(
        &mut self,
        request: &Request,
        kind: &str,
        segments: &[String],
        granted: Option<&BTreeSet<String>>,
        call: &mut Call<'_>,
    ) -> Response {
        // A query names its module in the text; it is checked where that is read.
        let module = segments
            .get(2)
            .filter(|name| kind != "coql" && ModuleName::from_name(name).is_some())
            .map(String::as_str);
        if !scopes::allow(granted.unwrap_or(&self.scopes), kind, module) {
            return scope_mismatch().respond();
        }
        self.dispatch(request, segments, granted, call).unwrap_or_else(|problem| problem.respond())
    }

    fn dispatch(
        &mut self,
        request: &Request,
        segments: &[String],
        granted: Option<&BTreeSet<String>>,
        call: &mut Call<'_>,
    ) -> Result<Response, Problem> {
        body::check_media(request)?;
        let query = request.query();
        let parts: Vec<&str> = segments.iter().map(String::as_str).collect();
        let switches = call.switches;
        let ["crm", "v8", rest @ ..] = parts.as_slice() else { return Err(Problem::url()) };
        let method = request.method.as_str();
        match (method, rest) {
            ("GET", ["users"]) => {
                let since = request.header_value("if-modified-since");
                return org::users(self, &query, since, switches);
            }
            ("GET", ["users", id]) => return org::one_user(self, id, switches),
            ("GET", ["org"]) => return Ok(org::org(self)),
            ("GET", ["settings", "modules"]) => return org::modules(self, None, switches),
            ("GET", ["settings", "modules", name]) => return org::modules(self, Some(name), switches),
            ("GET", ["settings", "fields"]) => return fields::get(self, None, &query, switches),
            ("GET", ["settings", "fields", id]) => return fields::get(self, Some(id), &query, switches),
            ("POST", ["settings", "fields"]) => return fields::create(self, &query, &request.body, switches),
            ("GET", ["settings", "layouts"]) => return layouts::get(self, None, &query, switches),
            ("GET", ["settings", "layouts", id]) => return layouts::get(self, Some(id), &query, switches),
            ("GET", ["settings", "custom_views"]) => return views::get(&query),
            ("GET", ["settings", "profiles"]) => return org::profiles(self, None),
            ("GET", ["settings", "profiles", id]) => return org::profiles(self, Some(id)),
            ("POST", ["coql"]) => {
                return coql::run(self, &request.body, granted.unwrap_or(&self.scopes), switches);
            }
            (_, ["users" | "org" | "coql"] | ["users", _] | ["settings", ..]) => {
                return Err(Problem::method());
            }
            (_, ["users" | "org" | "coql", ..]) => return Err(Problem::url()),
            _ => {}
        }
        let [name, rest @ ..] = rest else { return Err(Problem::url()) };
        let module = ModuleName::from_name(name).ok_or_else(|| {
            Problem::new(
                400,
                "INVALID_MODULE",
                "the module name given seems to be invalid",
                json!({ "resource_path_index": 0 }),
            )
        })?;
        match (method, rest) {
            ("GET", []) => {
                permitted(self, "View", module)?;
                list::list(self, module, request, call.now_ms, switches)
            }
            ("GET", ["deleted"]) => {
                permitted(self, "View", module)?;
                bin::deleted(self, module, request, call.now_ms, switches)
            }
            ("GET", ["search"]) => search::search(self, module, &query, call.now_ms, switches),
            ("GET", ["actions", "count"]) => search::count(self, module, &query, switches),
            ("GET", ["actions", "fetch_full_data"]) => {
                permitted(self, "View", module)?;
                let references = References::parse(self, module, request.header_value("x-external"))?;
                let ids = query.get("ids").ok_or_else(|| Problem::missing_param("ids"))?;
                let ids = list::wanted_ids(ids, &references)?;
                let found: Vec<_> =
                    ids.into_iter().filter_map(|id| references.record(self, module, id)).collect();
                related::full_data(self, module, &found, &query, true, switches)
            }
            ("GET", [id, "actions", "fetch_full_data"]) => {
                let found = match self.named(module, id, request, switches)? {
                    Ok(found) => found,
                    Err(none) => return Ok(none),
                };
                related::full_data(self, module, &[found], &query, false, switches)
            }
            ("GET", [id, "Invitees"]) if module == ModuleName::Events => {
                match self.named(module, id, request, switches)? {
                    Ok(meeting) => related::invitees(meeting, &query),
                    Err(none) => Ok(none),
                }
            }
            ("POST", ["upsert"]) => upsert::upsert(self, module, request, call),
            ("POST", [id, "actions", "cancel"]) if module == ModuleName::Events => {
                cancel::cancel(self, id, &request.body, call)
            }
            ("POST", []) => write::insert(self, module, request, call),
            ("PUT", []) => write::update(self, module, None, request, call),
            ("PUT", [id]) => write::update(self, module, Some(id), request, call),
            ("DELETE", []) => remove::delete(self, module, None, request, call),
            ("DELETE", [id]) => remove::delete(self, module, Some(id), request, call),
            ("GET", [id]) => self.get(module, id, request, switches),
            (_, [] | [_]) => Err(Problem::method()),
            _ => Err(Problem::url()),
        }
    }

    /// The record that a path names by its id or an external value, or the answer when there is none.
    fn named(
        &self,
        module: ModuleName,
        name: &str,
        request: &Request,
        switches: &Switches,
    ) -> Result<Result<&Record, Response>, Problem> {
        permitted(self, "View", module)?;
        let references = References::parse(self, module, request.header_value("x-external"))?;
        let invalid =
            || Problem::invalid("the id given seems to be invalid", json!({ "resource_path_index": 1 }));
        if references.own.is_none() && name.parse::<u64>().is_err() {
            return Err(invalid());
        }
        if switches.hidden_record == HiddenRecord::Forbidden && references.is_hidden(self, module, name) {
            return Err(Problem::permission(&format!("Crm_Implied_View_{}", module.api_name())));
        }
        match references.record(self, module, name) {
            Some(record) => Ok(Ok(record)),
            // Zoho CRM API v7, get-records-ext: 204 for a value that no record of this user has.
            None if references.own.is_some() => Ok(Err(Response::empty(204))),
            None => match switches.missing_get {
                MissingGet::NoContent => Ok(Err(Response::empty(204))),
                MissingGet::NotFound => Err(Problem { status: 404, ..invalid() }),
                MissingGet::Invalid => Err(invalid()),
            },
        }
    }

    fn get(
        &self,
        module: ModuleName,
        name: &str,
        request: &Request,
        switches: &Switches,
    ) -> Result<Response, Problem> {
        let names = list::field_names(&request.query())?;
        let since = list::since(request)?;
        let record = match self.named(module, name, request, switches)? {
            Ok(record) => record,
            Err(none) => return Ok(none),
        };
        if !list::changed_since(record.modified_ms, since, switches) {
            return Ok(Response::empty(304));
        }
        let shown = match names {
            None => record::show_all(self, module, record, switches),
            Some(names) => {
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                record::show_fields(self, module, record, &names, switches, None)
            }
        };
        Ok(json_response(200, &json!({ "data": [shown] })))
    }
}

pub(crate) fn scope_mismatch() -> Problem {
    Problem::new(401, "OAUTH_SCOPE_MISMATCH", "Unauthorized", json!({}))
}
