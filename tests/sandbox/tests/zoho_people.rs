//! Users, profiles, roles: who may do what, and whose records a person reaches.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod support;

use accord_sandbox::{Request, Response, Service, Sharing, World};
use serde_json::{Value, json};
use support::*;

const BEN: &str = "sandbox-zoho-ben";
const CHIARA: &str = "sandbox-zoho-chiara";
const DMITRI: &str = "sandbox-zoho-dmitri";

fn as_(world: &mut World, token: &str, method: &str, path: &str, body: Option<Value>) -> Response {
    let request = Request::zoho(method, path).bearer(token);
    let request = match body {
        Some(body) => request.json(&body),
        None => request,
    };
    world.handle(&request).unwrap()
}

fn meet_as(world: &mut World, token: &str, title: &str) -> String {
    let answer = as_(world, token, "POST", MEETINGS, Some(json!({ "data": [meeting(title)] })));
    assert_eq!(answer.status, 201, "{}", answer.json());
    answer.json()["data"][0]["details"]["id"].as_str().unwrap().to_owned()
}

/// The titles that a person finds by every way of reading.
fn seen(world: &mut World, token: &str) -> Vec<Vec<String>> {
    let query =
        json!({ "select_query": "select Event_Title from Events where id is not null order by id desc" });
    [
        as_(world, token, "GET", &format!("{MEETINGS}?fields=Event_Title"), None),
        as_(world, token, "POST", "/crm/v8/coql", Some(query)),
        as_(world, token, "GET", &format!("{MEETINGS}/search?word=of&fields=Event_Title"), None),
    ]
    .iter()
    .map(|answer| {
        let body = answer.json();
        let rows = body["data"].as_array().cloned().unwrap_or_default();
        rows.iter().map(|row| row["Event_Title"].as_str().unwrap().to_owned()).collect()
    })
    .collect()
}

/// Zoho help, data sharing: with private modules a person reaches what they own and what people below them own.
#[test]
fn a_record_is_reached_by_its_owner_and_those_above() {
    let mut world = world();
    world.switches().set("search_lag_s", "0").unwrap();
    for (token, title) in [("sandbox-zoho", "of Ana"), (BEN, "of Ben"), (CHIARA, "of Chiara")] {
        meet_as(&mut world, token, title);
    }
    for (token, titles) in [
        ("sandbox-zoho", vec!["of Chiara", "of Ben", "of Ana"]),
        (BEN, vec!["of Chiara", "of Ben"]),
        (CHIARA, vec!["of Chiara"]),
        (DMITRI, vec![]),
    ] {
        assert_eq!(seen(&mut world, token), vec![titles; 3], "{token}");
    }
    let count = as_(&mut world, BEN, "GET", &format!("{MEETINGS}/actions/count"), None).json();
    assert_eq!(count["count"], 2);
    world.set_sharing("Events", Sharing::PublicReadOnly).unwrap();
    assert_eq!(seen(&mut world, CHIARA)[0].len(), 3);
    assert!(world.set_sharing("Nothing", Sharing::Private).is_err());
}

/// A record that may not be seen is as good as missing, or forbidden (switch); one that may be read only refuses
/// changes with a code of its own (switch).
#[test]
fn records_of_others_refuse_changes() {
    let mut world = world();
    let id = meet_as(&mut world, BEN, "x");
    let path = format!("{MEETINGS}/{id}");
    let change = Some(json!({ "data": [{ "Event_Title": "y" }] }));
    assert_eq!(as_(&mut world, CHIARA, "GET", &path, None).status, 204);
    assert_eq!(code(&as_(&mut world, CHIARA, "PUT", &path, change.clone())), (400, "INVALID_DATA".into()));
    assert_eq!(code(&as_(&mut world, CHIARA, "DELETE", &path, None)), (400, "INVALID_DATA".into()));
    world.switches().set("hidden_record", "forbidden").unwrap();
    assert_eq!(code(&as_(&mut world, CHIARA, "GET", &path, None)), (403, "NO_PERMISSION".into()));

    world.set_sharing("Events", Sharing::PublicReadOnly).unwrap();
    assert_eq!(as_(&mut world, CHIARA, "GET", &path, None).status, 200);
    for (value, expected) in [("AUTHORIZATION_FAILED", 400), ("NO_PERMISSION", 403)] {
        world.switches().set("record_denied", value).unwrap();
        assert_eq!(code(&as_(&mut world, CHIARA, "PUT", &path, change.clone())), (expected, value.into()));
        assert_eq!(code(&as_(&mut world, CHIARA, "DELETE", &path, None)), (expected, value.into()));
        let mixed = json!({ "data": [{ "id": id, "Event_Title": "y" }, { "id": meet_as(&mut world, CHIARA, "own"), "Event_Title": "z" }] });
        let answer = as_(&mut world, CHIARA, "PUT", MEETINGS, Some(mixed));
        assert_eq!(code(&answer), (207, value.into()));
        assert_eq!(answer.json()["data"][1]["code"], "SUCCESS");
    }
    assert!(world.crm_events().iter().all(|record| record["Event_Title"] != "y"));

    world.set_sharing("Events", Sharing::PublicReadWrite).unwrap();
    assert_eq!(as_(&mut world, CHIARA, "PUT", &path, change).status, 200);
    assert_eq!(as_(&mut world, CHIARA, "DELETE", &path, None).status, 200);
    assert_eq!(as_(&mut world, BEN, "GET", &path, None).status, 204);
}

/// What a person creates is theirs; who changes it is told; deletions are listed for those who could see the record.
#[test]
fn records_name_the_person_who_acted() {
    let mut world = world();
    let id = meet_as(&mut world, CHIARA, "x");
    let path = format!("{MEETINGS}/{id}");
    as_(&mut world, BEN, "PUT", &path, Some(json!({ "data": [{ "Venue": "Lyon" }] })));
    let shown = as_(&mut world, CHIARA, "GET", &path, None).json()["data"][0].clone();
    for (field, name) in
        [("Owner", "Chiara Rossi"), ("Created_By", "Chiara Rossi"), ("Modified_By", "Ben Okafor")]
    {
        assert_eq!(shown[field]["name"], name, "{field}");
    }
    as_(&mut world, BEN, "DELETE", &path, None);
    let deleted = format!("{MEETINGS}/deleted");
    let rows = as_(&mut world, CHIARA, "GET", &deleted, None).json();
    assert_eq!(rows["data"][0]["deleted_by"]["name"], "Ben Okafor");
    assert_eq!(as_(&mut world, DMITRI, "GET", &deleted, None).status, 204);
}

/// Zoho CRM API v8, get-profile: rights belong to profiles; only those who may manage profiles read them.
#[test]
fn profiles_grant_rights_per_module() {
    let mut world = world();
    let insert = |world: &mut World, token: &str| {
        code(&as_(world, token, "POST", MEETINGS, Some(json!({ "data": [meeting("x")] }))))
    };
    assert_eq!(insert(&mut world, DMITRI), (403, "NO_PERMISSION".into()));
    world.set_profile_right("Read only", "Crm_Implied_Create_Events", true).unwrap();
    assert_eq!(insert(&mut world, DMITRI).0, 201);
    world.set_profile_right("Standard", "Crm_Implied_View_Events", false).unwrap();
    let list = format!("{MEETINGS}?fields=id");
    let refused = as_(&mut world, BEN, "GET", &list, None);
    assert_eq!(refused.json()["details"]["permissions"], json!(["Crm_Implied_View_Events"]));
    assert_eq!(zoho(&mut world, "GET", &list, None).status, 200, "Ana has another profile");
    world.set_profile_right("Standard", "Crm_Implied_Api_Access", false).unwrap();
    assert_eq!(insert(&mut world, BEN), (403, "NO_PERMISSION".into()));
    assert!(world.set_profile_right("Nobody", "Crm_Implied_View_Events", true).is_err());

    let refused = as_(&mut world, BEN, "GET", "/crm/v8/settings/profiles", None);
    assert_eq!(code(&refused), (403, "NO_PERMISSION".into()));
    assert_eq!(refused.json()["details"]["permissions"], json!(["Crm_Implied_Manage_Profiles"]));
    let all = zoho(&mut world, "GET", "/crm/v8/settings/profiles", None).json();
    let standard = all["profiles"].as_array().unwrap().iter().find(|one| one["name"] == "Standard").unwrap();
    let path = format!("/crm/v8/settings/profiles/{}", standard["id"].as_str().unwrap());
    let one = zoho(&mut world, "GET", &path, None).json()["profiles"][0].clone();
    let right = |name: &str| {
        let rights = one["permissions_details"].as_array().unwrap();
        rights.iter().find(|right| right["name"] == name).unwrap().clone()
    };
    assert_eq!(right("Crm_Implied_View_Events")["enabled"], false);
    assert_eq!(right("Crm_Implied_Edit_Events")["enabled"], true);
    assert_eq!(
        right("Crm_Implied_Edit_Events")["parent_permissions"],
        json!([right("Crm_Implied_View_Events")["id"]])
    );
    assert!(right("Crm_Implied_View_Events")["parent_permissions"].is_null());
    assert_eq!(right("Crm_Implied_Gcal_Sync")["display_label"], "Sync with Google Calendar");
    assert_eq!(one["sections"][1]["categories"][0]["name"], "gcalendar");
}

/// The flags of settings/modules show the caller's rights or the organisation's: a switch.
#[test]
fn flags_of_modules_may_be_the_callers_own() {
    let mut world = world();
    let path = "/crm/v8/settings/modules/Events";
    let editable = |world: &mut World, token: &str| {
        as_(world, token, "GET", path, None).json()["modules"][0]["editable"].clone()
    };
    assert_eq!(editable(&mut world, DMITRI), true);
    world.switches().set("module_flags", "per_user").unwrap();
    assert_eq!((editable(&mut world, DMITRI), editable(&mut world, BEN)), (json!(false), json!(true)));
}

/// Zoho CRM API v8, get-users: every type, pages, one user, If-Modified-Since.
#[test]
fn users_are_listed_by_type_and_page() {
    let mut world = world();
    for (kind, names) in [
        ("AllUsers", "Ana Ben Chiara Dmitri Elif Femi"),
        ("ActiveUsers", "Ana Ben Chiara Dmitri Femi"),
        ("DeactiveUsers", "Elif"),
        ("ConfirmedUsers", "Ana Ben Chiara Dmitri Elif"),
        ("NotConfirmedUsers", "Femi"),
        ("DeletedUsers", "Gita"),
        ("ActiveConfirmedUsers", "Ana Ben Chiara Dmitri"),
        ("AdminUsers", "Ana"),
        ("ActiveConfirmedAdmins", "Ana"),
        ("CurrentUser", "Ana"),
    ] {
        let body = zoho(&mut world, "GET", &format!("/crm/v8/users?type={kind}"), None).json();
        let found: Vec<&str> = body["users"]
            .as_array()
            .unwrap()
            .iter()
            .map(|user| user["first_name"].as_str().unwrap())
            .collect();
        assert_eq!(found.join(" "), names, "{kind}");
        assert_eq!(body.get("info").is_some(), kind != "CurrentUser");
    }
    let page = zoho(&mut world, "GET", "/crm/v8/users?per_page=4&page=2", None).json();
    assert_eq!(page["info"], json!({ "per_page": 4, "count": 2, "page": 2, "more_records": false }));
    assert_eq!(zoho(&mut world, "GET", "/crm/v8/users?per_page=4&page=3", None).status, 204);
    for (path, status, expected) in [
        ("/crm/v8/users?type=Everybody", 400, "INVALID_DATA"),
        ("/crm/v8/users?per_page=201", 400, "INVALID_DATA"),
        ("/crm/v8/users/17", 400, "INVALID_DATA"),
        ("/crm/v8/users/x/y", 404, "INVALID_URL_PATTERN"),
    ] {
        assert_eq!(code(&zoho(&mut world, "GET", path, None)), (status, expected.into()), "{path}");
    }
    let ben = as_(&mut world, BEN, "GET", &format!("/crm/v8/users/{ANA_ID}"), None).json();
    assert_eq!(ben["users"][0]["profile"]["name"], "Administrator");
    world.set_now_ms(noon() + 60_000);
    world.set_user_zone("ben@example.com", "Asia/Kolkata").unwrap();
    let since = |at: &str| Request::zoho("GET", "/crm/v8/users").header("If-Modified-Since", at);
    let changed = world.handle(&since("2026-11-22T12:00:30Z")).unwrap().json();
    assert_eq!(changed["info"]["count"], 1);
    assert_eq!(world.handle(&since("2026-11-22T12:01:30Z")).unwrap().status, 304);
}

/// A person whom an administrator switched off is refused until switched on again.
#[test]
fn people_who_are_switched_off_are_refused() {
    let mut world = world();
    let org = |world: &mut World, token: &str| code(&as_(world, token, "GET", "/crm/v8/org", None));
    assert_eq!(org(&mut world, BEN).0, 200);
    for expected in ["INVALID_TOKEN", "AUTHENTICATION_FAILURE"] {
        world.switches().set("inactive_user", expected).unwrap();
        world.set_user_active("ben@example.com", false).unwrap();
        for token in [BEN, "sandbox-zoho-elif", "sandbox-zoho-femi", "sandbox-zoho-gita"] {
            assert_eq!(org(&mut world, token), (401, expected.into()), "{token}");
        }
        world.set_user_active("ben@example.com", true).unwrap();
        assert_eq!(org(&mut world, BEN).0, 200);
    }
    world.set_user_active("gita@example.com", true).unwrap();
    assert_eq!(org(&mut world, "sandbox-zoho-gita").0, 401, "a deleted user stays deleted");
    assert!(world.set_user_active("nobody@example.com", true).is_err());
}

/// The organisation and each user have a zone; answers are printed in the caller's.
#[test]
fn answers_are_printed_in_the_callers_zone() {
    let mut world = world();
    world.set_zone("Europe/Lisbon").unwrap();
    world.set_user_zone("ben@example.com", "Asia/Kolkata").unwrap();
    world.set_org_zone("America/New_York").unwrap();
    assert_eq!(
        zoho(&mut world, "GET", "/crm/v8/org", None).json()["org"][0]["time_zone"],
        "America/New_York"
    );
    let id = meet_as(&mut world, BEN, "x");
    let start = |world: &mut World, token: &str| {
        let shown = as_(world, token, "GET", &format!("{MEETINGS}/{id}"), None).json()["data"][0].clone();
        (
            shown["Start_DateTime"].as_str().unwrap().to_owned(),
            shown["Modified_Time"].as_str().unwrap().to_owned(),
        )
    };
    let (ana, ben) = (start(&mut world, "sandbox-zoho"), start(&mut world, BEN));
    assert_eq!(ana, ("2026-11-25T09:00:00+00:00".into(), "2026-11-22T12:00:00+00:00".into()));
    assert_eq!(ben, ("2026-11-25T14:30:00+05:30".into(), "2026-11-22T17:30:00+05:30".into()));
    world.switches().set("user_tz", "present").unwrap();
    let me = as_(&mut world, BEN, "GET", "/crm/v8/users?type=CurrentUser", None).json();
    assert_eq!(me["users"][0]["time_zone"], "Asia/Kolkata");
    let list = google(&mut world, "GET", "/calendar/v3/users/me/calendarList", None).json();
    assert_eq!(list["items"][0]["timeZone"], "Europe/Lisbon");
    for wrong in ["Europe/Nowhere", ""] {
        assert!(world.set_zone(wrong).is_err() && world.set_user_zone("ben@example.com", wrong).is_err());
    }
}

/// A page token belongs to its user (Zoho CRM API v7: get-records).
#[test]
fn a_page_token_is_no_use_to_another_user() {
    let mut world = world();
    for title in ["a", "b", "c"] {
        meet_as(&mut world, CHIARA, title);
    }
    let path = format!("{MEETINGS}?fields=id&per_page=2");
    let token = as_(&mut world, CHIARA, "GET", &path, None).json()["info"]["next_page_token"].clone();
    let next = format!("{path}&page_token={}", token.as_str().unwrap());
    assert_eq!(code(&as_(&mut world, BEN, "GET", &next, None)), (400, "INVALID_DATA".into()));
    assert_eq!(as_(&mut world, CHIARA, "GET", &next, None).status, 200);
}

/// The scopes that a test gives bind everybody's lasting tokens.
#[test]
fn scopes_bind_every_person() {
    let mut world = world();
    world.set_scopes(Service::Zoho, &["ZohoCRM.users.READ"]);
    assert_eq!(as_(&mut world, BEN, "GET", "/crm/v8/users?type=CurrentUser", None).status, 200);
    assert_eq!(code(&as_(&mut world, BEN, "GET", "/crm/v8/org", None)), (401, "OAUTH_SCOPE_MISMATCH".into()));
}
