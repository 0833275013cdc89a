//! Zones of answers, page tokens, limits of fields: the small print of reads and writes.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod support;

use accord_sandbox::World;
use serde_json::{Map, Value, json};
use support::*;

fn insert(world: &mut World, name: &str, value: Value) -> (u16, Value) {
    let mut body = timed("x");
    body[name] = value;
    let answer = google(world, "POST", EVENTS, Some(body));
    (answer.status, answer.json())
}

/// Discovery document, timeZone: "Time zone used in the response"; google-api-dotnet-client #1778: it also decides
/// which all-day events a window matches.
#[test]
fn the_zone_of_the_answer_moves_all_day_events() {
    let mut world = world();
    let timed_id = put(&mut world, timed("timed"))["id"].as_str().unwrap().to_owned();
    put(&mut world, json!({ "start": { "date": "2026-11-26" }, "end": { "date": "2026-11-27" } }));
    let zone = "timeZone=Asia/Kolkata";
    let listed = google(&mut world, "GET", &format!("{EVENTS}?{zone}"), None).json();
    assert_eq!(listed["timeZone"], "Asia/Kolkata");
    let starts: Vec<Value> =
        listed["items"].as_array().unwrap().iter().map(|row| row["start"].clone()).collect();
    assert!(starts.contains(&json!({ "dateTime": "2026-11-25T14:30:00+05:30", "timeZone": "Europe/Paris" })));
    assert!(starts.contains(&json!({ "date": "2026-11-26" })));
    for path in [format!("{EVENTS}/{timed_id}"), format!("{EVENTS}/{timed_id}/instances")] {
        let answer = google(&mut world, "GET", &format!("{path}?{zone}"), None).json();
        let event = if answer["kind"] == "calendar#events" { &answer["items"][0] } else { &answer };
        assert_eq!(event["end"]["dateTime"], "2026-11-25T15:30:00+05:30", "{path}");
    }
    // The 26th ends at 23:00Z in Paris, at 18:30Z in Kolkata.
    let after = "timeMin=2026-11-26T20:00:00Z";
    assert_eq!(read_all(&mut world, after).0.concat().len(), 1);
    assert_eq!(read_all(&mut world, &format!("{after}&{zone}")).0.concat().len(), 0);
}

/// Google Calendar API: guides/pagination: a page token belongs to the request that gave it.
#[test]
fn a_page_token_is_bound_to_its_request() {
    let mut world = world();
    for title in ["a", "b", "c"] {
        put(&mut world, timed(title));
    }
    let first = google(&mut world, "GET", &format!("{EVENTS}?maxResults=1&showDeleted=true"), None).json();
    let token = first["nextPageToken"].as_str().unwrap().to_owned();
    let page = |world: &mut World, query: &str| {
        google(world, "GET", &format!("{EVENTS}?{query}&pageToken={token}"), None)
    };
    assert_eq!(page(&mut world, "maxResults=2&showDeleted=true").status, 200, "the size may change");
    for other in [
        "maxResults=1",
        "maxResults=1&showDeleted=true&q=a",
        "maxResults=1&showDeleted=true&singleEvents=true",
    ] {
        assert_eq!(reason(&page(&mut world, other)), (400, "invalid".into()), "{other}");
    }
    world.expire_sync_tokens();
    assert_eq!(page(&mut world, "maxResults=1&showDeleted=true").status, 400);
}

/// Google Calendar API: Event.reminders: five at most, up to four weeks ahead, by popup or e-mail.
#[test]
fn reminders_have_limits() {
    let popup = |minutes: i64| json!({ "method": "popup", "minutes": minutes });
    let some =
        |count: i64| json!({ "useDefault": false, "overrides": (1..=count).map(popup).collect::<Vec<_>>() });
    for (reminders, status) in [
        (some(5), 200),
        (some(6), 400),
        (json!({ "overrides": [popup(40_320)] }), 200),
        (json!({ "overrides": [popup(40_321)] }), 400),
        (json!({ "overrides": [popup(-1)] }), 400),
        (json!({ "overrides": [{ "method": "sms", "minutes": 5 }] }), 400),
        (json!({ "useDefault": "no" }), 400),
        (json!({ "useDefault": true, "overrides": [] }), 200),
    ] {
        assert_eq!(insert(&mut world(), "reminders", reminders.clone()).0, status, "{reminders}");
    }
    let event = insert(&mut world(), "reminders", json!({ "useDefault": false })).1;
    assert_eq!(event["reminders"], json!({ "useDefault": false }));
}

/// Google Calendar API: guides/extended-properties: 300 properties and 32 kB an event; values are texts.
#[test]
fn extended_properties_have_limits() {
    let some = |count: usize, length: usize| -> Value {
        let group: Map<String, Value> =
            (0..count).map(|index| (format!("key{index:03}"), json!("v".repeat(length)))).collect();
        json!({ "private": group })
    };
    for (properties, status) in [
        (some(300, 1), 200),
        (some(301, 1), 400),
        (some(31, 1_024), 200),
        (some(32, 1_024), 400),
        (json!({ "private": { "a": 1 } }), 400),
        (json!({ "private": "a" }), 400),
    ] {
        let told = insert(&mut world(), "extendedProperties", properties).0;
        assert_eq!(told, status);
    }
}

/// Discovery document, Event.source: a link of http or https.
#[test]
fn a_source_is_a_link() {
    for (url, status) in [
        ("https://crm.example.com/1", 200),
        ("http://crm.example.com", 200),
        ("javascript:x", 400),
        ("", 400),
    ] {
        assert_eq!(insert(&mut world(), "source", json!({ "title": "CRM", "url": url })).0, status, "{url}");
    }
}

/// Google Calendar API: Event.start: the zone of a series, all-day events without length, times that are none.
#[test]
fn odd_times_are_refused() {
    let span = |start: Value, end: Value| json!({ "start": start, "end": end });
    let day = |date: &str| json!({ "date": date });
    let at = |time: &str| json!({ "dateTime": time });
    for (body, told) in [
        (span(day("2026-12-01"), day("2026-12-01")), "timeRangeEmpty"),
        (span(day("2026-12-02"), day("2026-12-01")), "timeRangeEmpty"),
        (span(day("2026-02-30"), day("2026-03-01")), "invalid"),
        (span(day("2026-12-1"), day("2026-12-02")), "invalid"),
        (span(at("2026-12-01 10:00"), at("2026-12-01T11:00:00Z")), "invalid"),
        (span(json!({}), at("2026-12-01T11:00:00Z")), "required"),
        (span(json!("2026-12-01"), day("2026-12-02")), "parseError"),
        (
            span(json!({ "date": "2026-12-01", "dateTime": "2026-12-01T10:00:00Z" }), day("2026-12-02")),
            "invalid",
        ),
    ] {
        let answer = google(&mut world(), "POST", EVENTS, Some(body.clone()));
        assert_eq!(reason(&answer), (400, told.into()), "{body}");
    }
}
