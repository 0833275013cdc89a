//! Quotas, use limits, lists that lag, and what a request must look like.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod support;

use accord_sandbox::{Corpus, GoogleQuotas, RateLimitStatus, Request, Service, UnknownParameter, World};
use serde_json::{Value, json};
use support::*;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

fn limited(quotas: GoogleQuotas) -> World {
    let mut world = world();
    world.set_google_quotas(quotas);
    world
}

fn get(world: &mut World) -> (u16, String) {
    reason(&google(world, "GET", &format!("{EVENTS}/nothere"), None))
}

/// Google Calendar API: guides/quota: per user and per project, in a sliding minute.
#[test]
fn a_minutes_quota_slides() {
    let mut world = limited(GoogleQuotas { per_minute_per_user: Some(3), ..GoogleQuotas::default() });
    for second in [0, 20, 40] {
        world.set_now_ms(noon() + second * 1_000);
        assert_eq!(get(&mut world).0, 404);
    }
    let refused = google(&mut world, "GET", EVENTS, None);
    assert_eq!(reason(&refused), (403, "userRateLimitExceeded".into()));
    assert_eq!(refused.json()["error"]["errors"][0]["domain"], "usageLimits");
    world.switches().rate_limit_status = RateLimitStatus::TooMany;
    assert_eq!(get(&mut world), (429, "rateLimitExceeded".into()));
    // The first call leaves the window; refused ones never entered it.
    world.set_now_ms(noon() + MINUTE);
    assert_eq!(get(&mut world).0, 404);
    assert_eq!(get(&mut world).0, 429);
    // A colleague, and another quotaUser, have quotas of their own.
    let path = format!("{EVENTS}/nothere");
    assert_eq!(world.handle(&Request::google_as_ben("GET", &path)).unwrap().status, 404);
    assert_eq!(google(&mut world, "GET", &format!("{path}?quotaUser=other"), None).status, 404);
    let long = "x".repeat(41);
    assert_eq!(google(&mut world, "GET", &format!("{path}?quotaUser={long}"), None).status, 400);
}

#[test]
fn a_projects_quota_counts_everybody() {
    let mut world = limited(GoogleQuotas { per_minute: Some(2), ..GoogleQuotas::default() });
    assert_eq!(get(&mut world).0, 404);
    let by_ben = Request::google_as_ben("GET", EVENTS);
    assert_eq!(world.handle(&by_ben).unwrap().status, 200);
    assert_eq!(get(&mut world), (403, "rateLimitExceeded".into()));
}

/// Google Calendar API: Events.patch: three quota units; guides/batch: n parts are n calls.
#[test]
fn a_patch_costs_three_units_and_a_batch_its_parts() {
    let mut world = world();
    let path = format!("{EVENTS}/{}", put(&mut world, timed("x"))["id"].as_str().unwrap());
    world.set_google_quotas(GoogleQuotas { per_minute_per_user: Some(5), ..GoogleQuotas::default() });
    assert_eq!(google(&mut world, "PATCH", &path, Some(json!({ "summary": "y" }))).status, 200);
    assert_eq!(google(&mut world, "PATCH", &path, Some(json!({ "summary": "z" }))).status, 403);
    let part = format!("--b\r\nContent-Type: application/http\r\n\r\nGET {path}\r\n\r\n");
    let mut batch =
        Request::google("POST", "/batch/calendar/v3").header("Content-Type", "multipart/mixed; boundary=b");
    batch.body = format!("{}--b--", part.repeat(3)).into_bytes();
    let text = String::from_utf8(world.handle(&batch).unwrap().body).unwrap();
    assert_eq!(text.matches("HTTP/1.1 200").count(), 2);
    assert_eq!(text.matches("HTTP/1.1 403").count(), 1);
}

/// Quotas are those of the API: people at work on Google's pages neither use them nor meet them.
#[test]
fn people_need_no_quota() {
    let mut world = world();
    world.fill(&Corpus::new(1, 50));
    world.set_google_quotas(GoogleQuotas {
        per_minute_per_user: Some(1),
        created: Some(1),
        ..GoogleQuotas::default()
    });
    let done = world.edit(10, 1);
    assert_eq!((done.changed, done.added, done.deleted), (7, 2, 1));
    assert_eq!(get(&mut world).0, 404);
    assert_eq!(get(&mut world).0, 403);
    assert_eq!(world.edit(10, 2).added, 2);
}

#[test]
fn the_documented_quotas_are_those_of_the_page() {
    let quotas = GoogleQuotas::documented();
    assert_eq!((quotas.per_minute, quotas.per_minute_per_user), (Some(10_000), Some(600)));
    let mut world = limited(quotas);
    let answers: Vec<u16> = (0..601).map(|_| get(&mut world).0).collect();
    assert_eq!(answers.iter().position(|status| *status == 403), Some(600));
}

/// Calendar use limits: after too many new events, or too many guests from outside, writes rest for hours; reads go on.
#[test]
fn use_limits_stop_writes_for_hours() {
    let cases = [
        (GoogleQuotas { created: Some(2), ..GoogleQuotas::default() }, timed("x")),
        (GoogleQuotas { invited: Some(4), ..GoogleQuotas::default() }, {
            let mut body = timed("x");
            body["attendees"] = json!([{ "email": "a@elsewhere.example" }, { "email": "b@elsewhere.example" },
                { "email": "colleague@example.com" }]);
            body
        }),
    ];
    for (quotas, body) in cases {
        let mut world = limited(quotas);
        let id = put(&mut world, body.clone())["id"].as_str().unwrap().to_owned();
        put(&mut world, body.clone());
        let refused = google(&mut world, "POST", EVENTS, Some(body.clone()));
        assert_eq!(reason(&refused), (403, "quotaExceeded".into()));
        assert_eq!(refused.json()["error"]["message"], "Calendar usage limits exceeded.");
        assert_eq!(google(&mut world, "DELETE", &format!("{EVENTS}/{id}"), None).status, 403);
        assert_eq!(google(&mut world, "GET", EVENTS, None).status, 200);
        world.set_now_ms(noon() + HOUR);
        assert_eq!(google(&mut world, "POST", EVENTS, Some(body.clone())).status, 403);
        world.set_now_ms(noon() + 6 * HOUR);
        assert_eq!(google(&mut world, "POST", EVENTS, Some(body)).status, 200);
    }
}

/// A list lags while a read by id is fresh; nothing is lost when it catches up.
#[test]
fn lists_may_lag_behind_reads_by_id() {
    let mut world = world();
    let kept = put(&mut world, timed("kept"))["id"].as_str().unwrap().to_owned();
    let gone = put(&mut world, timed("gone"))["id"].as_str().unwrap().to_owned();
    let (_, token) = read_all(&mut world, "maxResults=250");
    world.set_google_list_lag_ms(10_000);
    google(&mut world, "PATCH", &format!("{EVENTS}/{kept}"), Some(json!({ "summary": "changed" })));
    google(&mut world, "DELETE", &format!("{EVENTS}/{gone}"), None);
    let new = put(&mut world, timed("new"))["id"].as_str().unwrap().to_owned();
    assert_eq!(google(&mut world, "GET", &format!("{EVENTS}/{new}"), None).json()["summary"], "new");

    let titles = |world: &mut World, query: &str| -> (Vec<Value>, String) {
        let (pages, token) = read_all(world, query);
        let mut titles: Vec<Value> = pages.concat().iter().map(|row| row["summary"].clone()).collect();
        titles.sort_by_key(Value::to_string);
        (titles, token)
    };
    let (shown, plain) = titles(&mut world, "maxResults=250");
    assert_eq!(shown, [json!("gone"), json!("kept")]);
    let (shown, next) = titles(&mut world, &format!("maxResults=250&syncToken={token}"));
    assert!(shown.is_empty());
    world.set_now_ms(noon() + 10_000);
    for token in [token, plain, next] {
        let rows = read_all(&mut world, &format!("maxResults=250&syncToken={token}")).0.concat();
        assert_eq!(rows.len(), 3, "every change comes, late");
    }
    assert_eq!(titles(&mut world, "maxResults=250").0, [json!("changed"), json!("new")]);
}

/// Discovery document: names and types of the parameters of each method.
#[test]
fn parameters_are_checked_on_every_method() {
    let mut world = world();
    let id = put(&mut world, timed("x"))["id"].as_str().unwrap().to_owned();
    let one = format!("{EVENTS}/{id}");
    for (method, path) in [
        ("GET", format!("{one}?maxAttendees=0")),
        ("GET", format!("{one}?maxAttendees=many")),
        ("GET", format!("{one}?alwaysIncludeEmail=yes")),
        ("GET", format!("{one}?timeZone=Mars/Base")),
        ("GET", format!("{EVENTS}?showHiddenInvitations=1")),
        ("GET", format!("{one}/instances?maxResults=2501")),
        ("PATCH", format!("{one}?conferenceDataVersion=2")),
        ("PATCH", format!("{one}?eventLabelVersion=true")),
        ("PATCH", format!("{one}?supportsAttachments=yes")),
        ("PATCH", format!("{one}?sendUpdates=some")),
        ("DELETE", format!("{one}?sendNotifications=maybe")),
    ] {
        let answer = google(&mut world, method, &path, Some(json!({})));
        assert_eq!(reason(&answer), (400, "invalidParameter".into()), "{method} {path}");
        assert_eq!(answer.json()["error"]["errors"][0]["locationType"], "parameter");
    }
    for path in
        [format!("{one}?alwaysIncludeEmail=true&prettyPrint=false&key=k"), format!("{one}?maxAttendees=1")]
    {
        assert_eq!(google(&mut world, "GET", &path, None).status, 200, "{path}");
    }
    // What cannot be answered is refused before it has an effect.
    for query in ["maxAttendees=0", "fields=titel", "fields=id("] {
        let refused = google(&mut world, "PATCH", &format!("{one}?{query}"), Some(json!({ "summary": "y" })));
        assert_eq!(refused.status, 400, "{query}");
    }
    assert_eq!(google(&mut world, "GET", &one, None).json()["summary"], "x");
    // `timeMin` belongs to lists; a single event has no window.
    let foreign = format!("{one}?timeMin=2026-01-01T00:00:00Z");
    assert_eq!(google(&mut world, "GET", &foreign, None).status, 400);
    world.switches().unknown_parameter = UnknownParameter::Ignore;
    assert_eq!(google(&mut world, "GET", &foreign, None).status, 200);
}

/// Google APIs: a body is JSON, and says so when it says anything.
#[test]
fn bodies_of_another_type_are_refused() {
    let mut world = world();
    let mut request =
        Request::google("POST", EVENTS).header("Content-Type", "application/x-www-form-urlencoded");
    request.body = b"summary=x".to_vec();
    let refused = world.handle(&request).unwrap();
    assert_eq!(reason(&refused), (400, "parseError".into()));
    assert_eq!(refused.json()["error"]["message"], "This API does not support parsing form-encoded input.");
    let mut request = Request::google("POST", EVENTS).json(&timed("x"));
    request.body.truncate(20);
    assert_eq!(reason(&world.handle(&request).unwrap()), (400, "parseError".into()));
    assert_eq!(world.counters().total(Service::Google), 2);
    assert!(world.google_events("primary").is_empty());
}
