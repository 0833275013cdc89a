//! Faults on order, in process: what each kind does to requests and answers.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod support;

use accord_sandbox::{Deed, Dropped, Fault, FaultKind, Request, Response, Service, Switches, World};
use serde_json::{Value, json};
use support::*;

/// Orders a rule as an admin call writes it.
fn order(world: &mut World, rule: Value) {
    world.faults().add(Fault::from_json(&rule).unwrap());
}

#[test]
fn a_fault_before_the_effect_changes_nothing_and_one_after_it_does() {
    for kind in ["status", "drop", "not-json", "wrong-type"] {
        let mut world = world();
        let insert = Request::google("POST", EVENTS).json(&timed("x"));
        for (when, events) in [("before", 0), ("after", 1)] {
            order(&mut world, json!({ "kind": kind, "status": 500, "method": "POST", "when": when }));
            match world.handle(&insert) {
                Ok(answer) => assert!(answer.json().get("id").is_none(), "{kind} {when}"),
                Err(lost) => assert_eq!((lost, kind), (Dropped, "drop")),
            }
            assert_eq!(world.google_events("primary").len(), events, "{kind} {when}");
        }
        assert_eq!(world.faults().pending(), 0);
    }
}

#[test]
fn a_rule_hits_only_what_it_names_and_only_as_often() {
    let mut world = world();
    world.faults().add(Fault::status(429).on(Service::Zoho, "GET", "/crm/v8/org").nth(2).times(Some(2)));
    let statuses: Vec<u16> = (0..4).map(|_| zoho(&mut world, "GET", "/crm/v8/org", None).status).collect();
    assert_eq!(statuses, [200, 429, 429, 200]);
    world.faults().add(Fault::status(503).on(Service::Google, "", ""));
    assert_eq!(zoho(&mut world, "GET", "/crm/v8/org", None).status, 200);
}

/// Reference, section 11: each reason of Google's table, in the shape of the back end or of the front end.
#[test]
fn each_refusal_of_google_has_its_body() {
    let mut world = world();
    for (status, reason, domain, is_front_end) in [
        (400, "badRequest", "global", false),
        (400, "parseError", "global", false),
        (400, "invalid", "global", false),
        (400, "required", "global", false),
        (400, "timeRangeEmpty", "calendar", false),
        (401, "authError", "global", true),
        (401, "required", "global", true),
        (403, "rateLimitExceeded", "usageLimits", false),
        (403, "userRateLimitExceeded", "usageLimits", false),
        (403, "quotaExceeded", "usageLimits", false),
        (403, "dailyLimitExceeded", "usageLimits", false),
        (403, "forbidden", "global", false),
        (403, "forbiddenForNonOrganizer", "calendar", false),
        (403, "forbiddenForServiceAccounts", "calendar", false),
        (403, "requiredAccessLevel", "calendar", false),
        (403, "insufficientPermissions", "global", true),
        (403, "accessNotConfigured", "usageLimits", true),
        (404, "notFound", "global", false),
        (409, "duplicate", "global", false),
        (409, "conflict", "global", false),
        (410, "deleted", "global", false),
        (410, "fullSyncRequired", "calendar", false),
        (410, "updatedMinTooLongAgo", "calendar", false),
        (412, "conditionNotMet", "global", false),
        (429, "rateLimitExceeded", "usageLimits", false),
        (500, "backendError", "global", false),
        (502, "backendError", "global", false),
        (503, "backendError", "global", false),
        (504, "backendError", "global", false),
    ] {
        order(&mut world, json!({ "service": "google", "status": status, "reason": reason }));
        let answer = google(&mut world, "GET", EVENTS, None);
        let body = answer.json();
        assert_eq!((answer.status, &body["error"]["code"]), (status, &json!(status)), "{reason}");
        assert_eq!(body["error"]["errors"][0]["reason"], reason, "{status}");
        assert_eq!(body["error"]["errors"][0]["domain"], domain, "{status} {reason}");
        assert_eq!(body["error"].get("status").is_some(), is_front_end, "{status} {reason}");
        let message = body["error"]["message"].as_str().unwrap();
        assert!(
            message.contains(' ') || message == "Forbidden" || message == "Conflict" || message == "Required",
            "{message}"
        );
    }
}

/// Reference, section 4.2: the usual code of each status, and those that share one.
#[test]
fn each_refusal_of_zoho_has_its_body() {
    let mut world = world();
    for (status, code) in [
        (400, "INVALID_DATA"),
        (401, "INVALID_TOKEN"),
        (403, "NO_PERMISSION"),
        (404, "INVALID_URL_PATTERN"),
        (412, "ALREADY_MODIFIED"),
        (429, "TOO_MANY_REQUESTS"),
        (500, "INTERNAL_ERROR"),
        (502, "SERVICE_UNAVAILABLE"),
        (503, "SERVICE_UNAVAILABLE"),
        (504, "SERVICE_UNAVAILABLE"),
    ] {
        order(&mut world, json!({ "service": "zoho", "status": status }));
        assert_eq!(support::code(&zoho(&mut world, "GET", "/crm/v8/org", None)), (status, code.into()));
    }
    for (status, code) in
        [(401, "AUTHENTICATION_FAILURE"), (401, "OAUTH_SCOPE_MISMATCH"), (403, "NOT_SUPPORTED")]
    {
        order(&mut world, json!({ "service": "zoho", "status": status, "reason": code }));
        let body = zoho(&mut world, "GET", "/crm/v8/org", None).json();
        assert_eq!((&body["code"], &body["status"]), (&json!(code), &json!("error")));
    }
    world.switches().set("body_412", "flat").unwrap();
    order(&mut world, json!({ "service": "zoho", "status": 412 }));
    assert_eq!(zoho(&mut world, "GET", "/crm/v8/org", None).json()["code"], "ALREADY_MODIFIED");
}

#[test]
fn an_answer_may_ask_to_wait_in_seconds_or_until_a_date() {
    let mut world = world();
    order(&mut world, json!({ "status": 429, "retryAfter": 7 }));
    assert_eq!(google(&mut world, "GET", EVENTS, None).header("retry-after"), Some("7"));
    order(&mut world, json!({ "status": 503, "retryAfter": 90, "retryAfterIsDate": true }));
    let answer = zoho(&mut world, "GET", "/crm/v8/org", None);
    assert_eq!(answer.header("retry-after"), Some("Sun, 22 Nov 2026 12:01:30 GMT"));
    order(&mut world, json!({ "status": 503 }));
    assert_eq!(zoho(&mut world, "GET", "/crm/v8/org", None).header("retry-after"), None);
}

#[test]
fn answers_can_be_cut_or_replaced() {
    let mut world = world();
    for kind in [FaultKind::Truncate, FaultKind::NotJson, FaultKind::WrongType] {
        world.faults().add(Fault::new(kind.clone()));
        let answer = zoho(&mut world, "GET", "/crm/v8/org", None);
        assert_eq!(answer.status, 200);
        assert!(answer.json().get("org").is_none(), "{kind:?}");
    }
    world.faults().add(Fault::new(FaultKind::Cut).on(Service::Google, "POST", EVENTS));
    assert_eq!(world.handle(&Request::google("POST", EVENTS).json(&timed("x"))).unwrap_err(), Dropped);
    assert_eq!(world.google_events("primary").len(), 1, "what is lost on the way back was done");
}

#[test]
fn one_member_can_have_another_type_wherever_it_stands() {
    let mut world = world();
    put(&mut world, timed("x"));
    for (field, path, expected) in [
        ("summary", "/items/0/summary", json!(7)),
        ("items", "/items", json!({})),
        ("start", "/items/0/start", json!("object")),
        ("dateTime", "/items/0/end/dateTime", json!(7)),
    ] {
        order(&mut world, json!({ "kind": "wrong-field", "field": field }));
        assert_eq!(google(&mut world, "GET", EVENTS, None).json().pointer(path), Some(&expected), "{field}");
    }
    meet(&mut world, meeting("x"));
    for (field, path, expected) in [
        ("All_day", "/data/0/All_day", json!("false")),
        ("Venue", "/data/0/Venue", json!([])),
        ("count", "/info/count", json!("1")),
    ] {
        order(&mut world, json!({ "kind": "wrong-field", "field": field }));
        let answer = zoho(&mut world, "GET", &format!("{MEETINGS}?fields=All_day,Venue"), None);
        assert_eq!(answer.json().pointer(path), Some(&expected), "{field}");
    }
}

#[test]
fn a_list_can_come_without_its_rows() {
    let mut world = world();
    put(&mut world, timed("x"));
    meet(&mut world, meeting("x"));
    order(&mut world, json!({ "kind": "empty-list" }));
    // A read by id is no list: the rule waits.
    assert_eq!(zoho(&mut world, "GET", "/crm/v8/org", None).json()["org"].as_array().unwrap().len(), 1);
    let body = google(&mut world, "GET", EVENTS, None).json();
    assert!(body.get("items").is_none() && body["nextSyncToken"].is_string(), "{body}");
    for (method, path, query) in [
        ("GET", "/crm/v8/Events?fields=id", None),
        (
            "POST",
            "/crm/v8/coql",
            Some(json!({ "select_query": "select id from Events where id is not null" })),
        ),
    ] {
        order(&mut world, json!({ "kind": "empty-list" }));
        let answer = zoho(&mut world, method, path, query.clone());
        assert_eq!((answer.status, &answer.json()["data"]), (200, &json!([])), "{path}");
        assert_eq!(
            zoho(&mut world, method, path, query).json()["data"].as_array().unwrap().len(),
            1,
            "{path}"
        );
    }
}

fn ids(answer: &Response, name: &str) -> Vec<String> {
    let body = answer.json();
    let rows = body[name].as_array().cloned().unwrap_or_default();
    rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_row_can_stand_on_two_pages() {
    let mut world = world();
    for title in ["a", "b", "c", "d"] {
        put(&mut world, timed(title));
        meet(&mut world, meeting(title));
    }
    world.switches().set("page_fill", "after_filter").unwrap();
    order(&mut world, json!({ "service": "google", "kind": "repeated-row" }));
    let first = google(&mut world, "GET", &format!("{EVENTS}?maxResults=2"), None);
    let token = first.json()["nextPageToken"].as_str().unwrap().to_owned();
    let second = google(&mut world, "GET", &format!("{EVENTS}?maxResults=2&pageToken={token}"), None);
    assert_eq!((ids(&first, "items").len(), ids(&second, "items").len()), (2, 3));
    assert_eq!(ids(&first, "items")[1], ids(&second, "items")[0]);
    order(&mut world, json!({ "service": "zoho", "kind": "repeated-row" }));
    // Two listings that begin: only a page that goes on can repeat a row.
    let begin = format!("{MEETINGS}?fields=id&per_page=2");
    for _ in 0..2 {
        assert_eq!(ids(&zoho(&mut world, "GET", &begin, None), "data").len(), 2);
    }
    let page = |world: &mut World, number: usize| {
        ids(&zoho(world, "GET", &format!("{MEETINGS}?fields=id&per_page=2&page={number}"), None), "data")
    };
    let (first, second) = (page(&mut world, 1), page(&mut world, 2));
    assert_eq!((first.len(), second.len()), (2, 3));
    assert_eq!(first[1], second[0]);
    assert_eq!(page(&mut world, 2).len(), 2, "once was ordered");
}

#[test]
fn lists_can_lag_behind_what_reads_by_id_show() {
    let mut world = world();
    put(&mut world, timed("old"));
    meet(&mut world, meeting("old"));
    let (_, token) = read_all(&mut world, "maxResults=250");
    order(&mut world, json!({ "kind": "list-lag", "times": 0 }));
    let new = put(&mut world, timed("new"))["id"].as_str().unwrap().to_owned();
    let crm = meet(&mut world, meeting("new"));
    world.act(&Deed::google("old").renamed("changed")).unwrap();
    assert_eq!(google(&mut world, "GET", &format!("{EVENTS}/{new}"), None).json()["summary"], "new");
    assert_eq!(
        zoho(&mut world, "GET", &format!("{MEETINGS}/{crm}"), None).json()["data"][0]["Event_Title"],
        "new"
    );
    let titles = |world: &mut World| -> Vec<Value> {
        let (pages, _) = read_all(world, "maxResults=250");
        pages.concat().iter().map(|row| row["summary"].clone()).collect()
    };
    assert_eq!(titles(&mut world), ["old"]);
    let (delta, token) = read_all(&mut world, &format!("maxResults=250&syncToken={token}"));
    assert!(delta.concat().is_empty(), "the delta lags too");
    let listed = format!("{MEETINGS}?fields=Event_Title");
    assert_eq!(zoho(&mut world, "GET", &listed, None).json()["data"].as_array().unwrap().len(), 1);
    let query = json!({ "select_query": "select id from Events where id is not null" });
    let counted = zoho(&mut world, "POST", "/crm/v8/coql", Some(query)).json();
    assert_eq!(counted["data"].as_array().unwrap().len(), 2, "COQL is without delay");
    for (service, renew, list) in [
        (
            Service::Google,
            "/token?grant_type=refresh_token&client_id=c&refresh_token=sandbox-google-refresh",
            EVENTS,
        ),
        (
            Service::Zoho,
            "/oauth/v2/token?grant_type=refresh_token&client_id=c&refresh_token=sandbox-refresh",
            &*listed,
        ),
    ] {
        let grant = world.handle(&Request::new(service, "POST", renew)).unwrap().json();
        let scheme = if service == Service::Google { "Bearer" } else { "Zoho-oauthtoken" };
        let access = format!("{scheme} {}", grant["access_token"].as_str().unwrap());
        let call = Request::new(service, "GET", list).header("Authorization", &access);
        assert_eq!(world.handle(&call).unwrap().status, 200, "a token issued meanwhile opens lists: {grant}");
    }
    world.faults().clear();
    let (delta, _) = read_all(&mut world, &format!("maxResults=250&syncToken={token}"));
    assert_eq!(delta.concat().len(), 2, "what lagged is in the delta after it");
    assert_eq!(zoho(&mut world, "GET", &listed, None).json()["data"].as_array().unwrap().len(), 2);
}

#[test]
fn tokens_can_be_lost_in_the_middle() {
    let mut world = world();
    for title in ["a", "b", "c"] {
        put(&mut world, timed(title));
        meet(&mut world, meeting(title));
    }
    let (_, token) = read_all(&mut world, "maxResults=250");
    order(&mut world, json!({ "service": "google", "kind": "token-loss" }));
    assert_eq!(google(&mut world, "GET", EVENTS, None).status, 200, "a read without a token is not hit");
    let delta = format!("{EVENTS}?maxResults=250&syncToken={token}");
    assert_eq!(reason(&google(&mut world, "GET", &delta, None)), (410, "fullSyncRequired".into()));
    assert_eq!(google(&mut world, "GET", &delta, None).status, 410, "it stays lost");
    order(&mut world, json!({ "service": "zoho", "kind": "token-loss" }));
    let list = format!("{MEETINGS}?fields=id&per_page=1");
    let next =
        zoho(&mut world, "GET", &list, None).json()["info"]["next_page_token"].as_str().unwrap().to_owned();
    let lost = zoho(&mut world, "GET", &format!("{list}&page_token={next}"), None);
    assert_eq!(code(&lost), (400, "EXPIRED_VALUE".into()));
}

#[test]
fn a_service_can_have_another_time() {
    let mut world = world();
    assert_eq!(google(&mut world, "GET", EVENTS, None).header("date"), Some("Sun, 22 Nov 2026 12:00:00 GMT"));
    let hour = 3_600_000;
    order(&mut world, json!({ "service": "google", "kind": "clock-skew", "ms": hour }));
    order(&mut world, json!({ "service": "zoho", "kind": "clock-skew", "ms": -hour }));
    let answer = google(&mut world, "POST", EVENTS, Some(timed("x")));
    assert_eq!(answer.header("date"), Some("Sun, 22 Nov 2026 13:00:00 GMT"));
    assert_eq!(answer.json()["updated"], "2026-11-22T13:00:00.000Z");
    let answer = zoho(&mut world, "POST", MEETINGS, Some(json!({ "data": [meeting("x")] })));
    assert_eq!(answer.header("date"), Some("Sun, 22 Nov 2026 11:00:00 GMT"));
    assert_eq!(answer.json()["data"][0]["details"]["Modified_Time"], "2026-11-22T12:00:00+01:00");
    assert_eq!(world.now_ms(), noon(), "the world's own clock stands");
}

#[test]
fn one_record_of_a_bulk_can_be_bad_or_locked() {
    let mut world = world();
    let rows = json!({ "data": [meeting("a"), meeting("b"), meeting("c")] });
    order(&mut world, json!({ "kind": "bad-record", "index": 1, "code": "NOT_APPROVED" }));
    assert_eq!(zoho(&mut world, "GET", "/crm/v8/org", None).status, 200, "a read has no record to refuse");
    let answer = zoho(&mut world, "POST", MEETINGS, Some(rows));
    assert_eq!(answer.status, 207);
    assert_eq!(answer.json()["data"][1]["code"], "NOT_APPROVED");
    let id = answer.json()["data"][0]["details"]["id"].as_str().unwrap().to_owned();
    order(&mut world, json!({ "kind": "record-locked", "id": id }));
    let change = json!({ "data": [{ "id": id, "Venue": "x" }] });
    assert_eq!(code(&zoho(&mut world, "PUT", MEETINGS, Some(change.clone()))), (400, "RECORD_LOCKED".into()));
    assert_eq!(zoho(&mut world, "PUT", MEETINGS, Some(change)).status, 200);
}

#[test]
fn chances_follow_the_seed() {
    let run = || {
        let mut world = world();
        order(&mut world, json!({ "status": 500, "chance": 0.5 }));
        (0..40).map(|_| zoho(&mut world, "GET", "/crm/v8/org", None).status).collect::<Vec<_>>()
    };
    let first = run();
    assert_eq!(first, run());
    assert!(first.contains(&200) && first.contains(&500));
}

#[test]
fn wrong_rules_and_switches_say_what_is_wrong() {
    for rule in [
        json!({ "kind": "earthquake" }),
        json!({ "status": 99 }),
        json!({ "statuz": 500 }),
        json!({ "status": 500, "when": "during" }),
        json!({ "status": 500, "chance": 2 }),
        json!({ "kind": "wrong-field" }),
        json!({ "kind": "clock-skew", "ms": "1h" }),
        json!({ "kind": "delay" }),
        json!({ "status": 500, "retryAfterIsDate": 1 }),
        json!([]),
    ] {
        assert!(Fault::from_json(&rule).is_err(), "{rule}");
    }
    let mut switches = Switches::default();
    assert!(switches.set("nothing", "x").is_err());
    assert!(switches.set("ims", "x").unwrap_err().to_string().contains("exclusive"));
    for switch in Switches::ALL {
        for value in switch.values {
            switches.set(switch.name, value).unwrap();
            assert_eq!(switches.to_json()[switch.name], *value);
        }
        switches.set(switch.name, switch.values[0]).unwrap();
    }
    assert_eq!(switches, Switches::default());
}
