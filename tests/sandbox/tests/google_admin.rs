//! The admin routes of the Google side do what the calls of the library do.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod support;

use accord_sandbox::{Site, Start};
use serde_json::{Value, json};
use support::*;

fn site() -> Site {
    Site::new(&Start { seed: 1, now_ms: Some(noon()), ..Start::default() }, 0)
}

fn admin(site: &mut Site, name: &str, body: Value) -> (u16, Value) {
    let answer = site.admin("POST", &format!("/sandbox/google/{name}"), body.to_string().as_bytes(), 0);
    (answer.status, answer.json())
}

#[test]
fn people_and_google_act_through_admin_routes() {
    let mut site = site();
    let mut event = timed("locked");
    event["locked"] = json!(true);
    let (status, made) = admin(&mut site, "events", json!({ "event": event }));
    assert_eq!(status, 200);
    let path = format!("{EVENTS}/{}", made["id"].as_str().unwrap());
    let frozen = google(&mut site.world, "PATCH", &path, Some(json!({ "summary": "y" })));
    assert_eq!(frozen.status, 403);

    let mut series = timed("weekly");
    series["recurrence"] = json!(["RRULE:FREQ=WEEKLY"]);
    for end in ["start", "end"] {
        series[end]["timeZone"] = json!("Europe/Paris");
    }
    let id = put(&mut site.world, series)["id"].as_str().unwrap().to_owned();
    let cut = json!({ "id": format!("{id}_20261202T090000Z"), "changes": { "summary": "later" } });
    let (status, rest) = admin(&mut site, "split", cut);
    assert_eq!((status, &rest["id"]), (200, &json!(format!("{id}_R20261202T090000"))));

    let lists = "/calendar/v3/users/me/calendarList";
    let team = "c_7f3k2m9team@group.calendar.google.com";
    assert_eq!(admin(&mut site, "list", json!({ "calendar": team, "hidden": true })).0, 200);
    assert_eq!(
        admin(&mut site, "list", json!({ "calendar": "primary", "title": "Mine", "defaultReminders": [] })).0,
        200
    );
    let entries = google(&mut site.world, "GET", lists, None).json();
    assert_eq!(entries["items"].as_array().unwrap().len(), 2);
    assert_eq!(entries["items"][0]["summaryOverride"], "Mine");
    assert_eq!(admin(&mut site, "role", json!({ "calendar": "primary", "role": "reader" })).0, 200);
    assert_eq!(google(&mut site.world, "POST", EVENTS, Some(timed("x"))).status, 403);
    assert_eq!(admin(&mut site, "setting", json!({ "id": "hideInvitations", "value": "true" })).0, 200);
}

#[test]
fn quotas_and_lag_are_set_and_ended() {
    let mut site = site();
    assert_eq!(admin(&mut site, "lag", json!({ "ms": 5_000 })).0, 200);
    put(&mut site.world, timed("late"));
    assert!(google(&mut site.world, "GET", EVENTS, None).json().get("items").is_none());
    assert_eq!(admin(&mut site, "lag", json!({ "ms": 0 })).0, 200);
    assert!(google(&mut site.world, "GET", EVENTS, None).json().get("items").is_some());
    assert_eq!(admin(&mut site, "quotas", json!({ "documented": true, "perMinutePerUser": 1 })).0, 200);
    assert_eq!(google(&mut site.world, "GET", EVENTS, None).status, 200);
    assert_eq!(google(&mut site.world, "GET", EVENTS, None).status, 403);
    assert_eq!(admin(&mut site, "quotas", json!({})).0, 200);
    assert_eq!(google(&mut site.world, "GET", EVENTS, None).status, 200);
}

#[test]
fn wrong_calls_are_answered_with_a_sentence() {
    let mut site = site();
    for (name, body) in [
        ("quotas", json!({ "perHour": 1 })),
        ("quotas", json!({ "created": "many" })),
        ("lag", json!({})),
        ("events", json!({ "event": {} })),
        ("split", json!({ "id": "nothing" })),
        ("role", json!({ "calendar": "primary", "role": "king" })),
        ("role", json!({ "calendar": "primary", "role": "reader", "person": "nobody@example.com" })),
        ("list", json!({ "calendar": "primary", "hidden": "yes" })),
        ("setting", json!({ "id": "nothing", "value": "x" })),
    ] {
        let (status, answer) = admin(&mut site, name, body.clone());
        assert_eq!(status, 400, "{name} {body}");
        assert!(answer["error"].as_str().is_some_and(|sentence| sentence.len() > 5), "{name}: {answer}");
    }
    assert_eq!(admin(&mut site, "nothing", json!({})).0, 404);
}
