//! events.list and calendarList.list, by rule.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod support;

use accord_sandbox::{Corpus, DeltaTombstone, PageFill, Request, TokenParameters};
use serde_json::json;
use support::*;

/// Google Calendar API: calendarList.list, minAccessRole.
#[test]
fn min_access_role_leaves_out_calendars_that_are_only_read() {
    let mut world = world();
    let path = "/calendar/v3/users/me/calendarList";
    let all = google(&mut world, "GET", path, None).json();
    assert_eq!(all["items"].as_array().unwrap().len(), 3);
    let writable = google(&mut world, "GET", &format!("{path}?minAccessRole=writer"), None).json();
    let roles: Vec<_> =
        writable["items"].as_array().unwrap().iter().map(|row| row["accessRole"].clone()).collect();
    assert_eq!(roles, [json!("owner"), json!("writer")]);
    assert_eq!(writable["items"][0]["defaultReminders"][0]["method"], "popup");
}

/// Google Calendar API: guides/sync, "nextSyncToken is only on the last page".
#[test]
fn the_sync_token_comes_only_with_the_last_page() {
    let mut world = world();
    world.fill(&Corpus::new(3, 300));
    let (pages, token) = read_all(&mut world, "maxResults=100&timeMin=2026-08-22T00:00:00Z");
    assert!(pages.len() > 2);
    assert!(!token.is_empty());
}

/// Google Calendar API: Events.list, maxResults: "the number of events in the resulting page may be less than this value,
/// or none at all, even if there are more events matching the query".
#[test]
fn pages_may_be_short_and_empty_before_the_last() {
    let mut world = world();
    for title in ["a", "b", "c", "d"] {
        put(&mut world, timed(title));
    }
    let (pages, _) = read_all(&mut world, "maxResults=1&timeMin=2027-01-01T00:00:00Z");
    assert_eq!(pages.len(), 4);
    assert!(pages.iter().all(Vec::is_empty));
    world.switches().page_fill = PageFill::AfterFilter;
    let (pages, _) = read_all(&mut world, "maxResults=1&timeMin=2027-01-01T00:00:00Z");
    assert_eq!(pages.len(), 1);
}

/// Google Calendar API: Events.list, syncToken: the parameters that cannot be combined with it.
#[test]
fn a_sync_token_refuses_other_restrictions() {
    let mut world = world();
    let (_, token) = read_all(&mut world, "maxResults=250");
    for other in [
        "timeMin=2026-01-01T00:00:00Z",
        "timeMax=2026-01-01T00:00:00Z",
        "updatedMin=2026-11-20T00:00:00Z",
        "q=x",
        "iCalUID=x",
        "orderBy=updated",
        "privateExtendedProperty=a%3Db",
        "sharedExtendedProperty=a%3Db",
        "showDeleted=false",
    ] {
        let answer =
            google(&mut world, "GET", &format!("{EVENTS}?maxResults=250&syncToken={token}&{other}"), None);
        assert_eq!(reason(&answer), (400, "invalid".into()), "{other}");
        assert_eq!(
            answer.json()["error"]["message"],
            "Sync token cannot be used with other request restrictions"
        );
    }
}

/// Google Calendar API: guides/sync: other parameters must equal the first call's.
#[test]
fn a_sync_token_is_bound_to_its_parameters_by_a_switch() {
    let mut world = world();
    let (_, token) = read_all(&mut world, "maxResults=250&singleEvents=false");
    let other = format!("{EVENTS}?maxResults=250&singleEvents=true&syncToken={token}");
    assert_eq!(google(&mut world, "GET", &other, None).status, 400);
    world.switches().token_parameters = TokenParameters::Free;
    assert_eq!(google(&mut world, "GET", &other, None).status, 200);
}

/// Google Calendar API: Events.list and guides/sync: the first call may be restricted by what a delta may not name.
#[test]
fn a_first_read_may_be_restricted_by_what_a_delta_excludes() {
    let mut world = world();
    for first in ["q=call", "privateExtendedProperty=a%3Db", "sharedExtendedProperty=a%3Db", "iCalUID=a"] {
        let (_, token) = read_all(&mut world, &format!("maxResults=250&{first}"));
        let delta = format!("{EVENTS}?maxResults=250&syncToken={token}");
        assert_eq!(google(&mut world, "GET", &delta, None).status, 200, "{first}");
        assert_eq!(google(&mut world, "GET", &format!("{delta}&{first}"), None).status, 400, "{first}");
    }
}

/// Google Calendar API: guides/errors, 410 fullSyncRequired; malformed tokens: 400 or 410, a switch.
#[test]
fn expired_and_malformed_tokens_are_told_apart() {
    let mut world = world();
    let (_, token) = read_all(&mut world, "maxResults=250");
    world.expire_sync_tokens();
    let expired = google(&mut world, "GET", &format!("{EVENTS}?maxResults=250&syncToken={token}"), None);
    assert_eq!(reason(&expired), (410, "fullSyncRequired".into()));
    assert_eq!(expired.json()["error"]["errors"][0]["location"], "syncToken");
    let damaged = google(&mut world, "GET", &format!("{EVENTS}?syncToken=nonsense"), None);
    assert_eq!(reason(&damaged), (400, "invalid".into()));
    assert_eq!(damaged.json()["error"]["message"], "Invalid sync token value.");
    world.switches().set("bad_token", "410").unwrap();
    let damaged = google(&mut world, "GET", &format!("{EVENTS}?syncToken=nonsense"), None);
    assert_eq!(damaged.status, 410);
}

/// Google Calendar API: Event.status: a deleted event of a delta has only its id for certain.
#[test]
fn a_delta_brings_changes_in_order_and_bare_tombstones() {
    let mut world = world();
    let kept = put(&mut world, timed("kept"));
    let gone = put(&mut world, timed("gone"));
    let (_, token) = read_all(&mut world, "maxResults=250&timeMin=2026-08-22T00:00:00Z");
    let gone_id = gone["id"].as_str().unwrap();
    google(&mut world, "DELETE", &format!("{EVENTS}/{gone_id}"), None);
    let kept_path = format!("{EVENTS}/{}", kept["id"].as_str().unwrap());
    google(&mut world, "PATCH", &kept_path, Some(json!({ "summary": "changed" })));
    let (pages, next) = read_all(&mut world, &format!("maxResults=250&syncToken={token}"));
    let rows = pages.concat();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0]["status"], "cancelled");
    assert!(rows[0].get("summary").is_none() && rows[0].get("start").is_none());
    assert_eq!(rows[1]["summary"], "changed");
    let (pages, _) = read_all(&mut world, &format!("maxResults=250&syncToken={next}"));
    assert!(pages.concat().is_empty());
    world.switches().delta_tombstone = DeltaTombstone::Full;
    let (pages, _) = read_all(&mut world, &format!("maxResults=250&syncToken={token}"));
    assert_eq!(pages.concat()[0]["summary"], "gone");
}

/// gbrain PR 5015 and others: a delta is not limited by the first read's window (switch `delta_window`).
#[test]
fn a_delta_reaches_outside_the_first_window() {
    let mut world = world();
    let (_, token) = read_all(&mut world, "maxResults=250&timeMin=2027-01-01T00:00:00Z");
    put(&mut world, timed("before the window"));
    let delta = format!("maxResults=250&syncToken={token}");
    assert_eq!(read_all(&mut world, &delta).0.concat().len(), 1);
    world.switches().set("delta_window", "initial").unwrap();
    assert_eq!(read_all(&mut world, &delta).0.concat().len(), 0);
}

/// Google Calendar API: guides/sync: what changes while pages are read is not lost.
#[test]
fn changes_made_while_paging_are_in_the_next_delta() {
    let mut world = world();
    for title in ["a", "b", "c", "d"] {
        put(&mut world, timed(title));
    }
    let first = google(&mut world, "GET", &format!("{EVENTS}?maxResults=2"), None).json();
    let seen = first["items"][0]["id"].as_str().unwrap().to_owned();
    google(&mut world, "PATCH", &format!("{EVENTS}/{seen}"), Some(json!({ "summary": "while paging" })));
    let page = first["nextPageToken"].as_str().unwrap();
    let mut rest = google(&mut world, "GET", &format!("{EVENTS}?maxResults=2&pageToken={page}"), None).json();
    while let Some(page) = rest["nextPageToken"].as_str() {
        rest = google(&mut world, "GET", &format!("{EVENTS}?maxResults=2&pageToken={page}"), None).json();
    }
    let token = rest["nextSyncToken"].as_str().unwrap();
    let (pages, _) = read_all(&mut world, &format!("maxResults=2&syncToken={token}"));
    assert!(pages.concat().iter().any(|row| row["id"] == seen && row["summary"] == "while paging"));
}

/// Google Calendar API: Events.list, timeMin: exclusive bound on the end; timeMax: exclusive bound on the start.
#[test]
fn the_window_is_exclusive_on_both_sides() {
    let mut world = world();
    put(&mut world, timed("10 to 11 in Paris"));
    for (query, rows) in [
        ("timeMin=2026-11-25T10:00:00Z", 0),
        ("timeMin=2026-11-25T09:59:59Z", 1),
        ("timeMax=2026-11-25T09:00:00Z", 0),
        ("timeMax=2026-11-25T09:00:01Z", 1),
    ] {
        assert_eq!(read_all(&mut world, query).0.concat().len(), rows, "{query}");
    }
}

/// Google Calendar API: Events.list: bad values and impossible combinations.
#[test]
fn bad_parameters_are_refused() {
    let mut world = world();
    for (query, expected) in [
        ("timeMin=2026-11-25T10:00:00", (400, "badRequest")),
        ("orderBy=startTime", (400, "invalid")),
        ("maxResults=2501", (400, "invalidParameter")),
        ("maxResults=0", (400, "invalidParameter")),
        ("singleEvents=perhaps", (400, "invalidParameter")),
        ("eventTypes=party", (400, "invalidParameter")),
        ("pageToken=nonsense", (400, "invalid")),
        ("updatedMin=2026-01-01T00:00:00Z", (410, "updatedMinTooLongAgo")),
        ("timeMin=2026-11-25T10:00:00Z&timeMax=2026-11-25T10:00:00Z", (400, "timeRangeEmpty")),
    ] {
        let answer = google(&mut world, "GET", &format!("{EVENTS}?{query}"), None);
        assert_eq!(reason(&answer), (expected.0, expected.1.into()), "{query}");
    }
}

/// Google Calendar API: Events.list, orderBy, eventTypes, q, privateExtendedProperty, showDeleted.
#[test]
fn filters_and_orders() {
    let mut world = world();
    let mut marked = timed("marked");
    marked["extendedProperties"] = json!({ "private": { "zc": "1:2" } });
    put(&mut world, marked);
    let mut focus = timed("deep work");
    focus["eventType"] = json!("focusTime");
    put(&mut world, focus);
    let gone = put(&mut world, timed("gone"));
    google(&mut world, "DELETE", &format!("{EVENTS}/{}", gone["id"].as_str().unwrap()), None);
    for (query, titles) in [
        ("privateExtendedProperty=zc%3D1%3A2", vec!["marked"]),
        ("privateExtendedProperty=zc%3Dother", vec![]),
        ("eventTypes=default", vec!["marked"]),
        ("eventTypes=default&eventTypes=focusTime&orderBy=updated", vec!["marked", "deep work"]),
        ("q=DEEP", vec!["deep work"]),
        ("orderBy=updated&showDeleted=true", vec!["marked", "deep work", "gone"]),
        ("orderBy=startTime&singleEvents=true&eventTypes=focusTime", vec!["deep work"]),
    ] {
        let rows = read_all(&mut world, query).0.concat();
        let found: Vec<_> = rows.iter().map(|row| row["summary"].as_str().unwrap()).collect();
        assert_eq!(found, titles, "{query}");
    }
}

/// Google APIs: partial responses by `fields`, and `prettyPrint`.
#[test]
fn fields_select_parts_of_the_answer() {
    let mut world = world();
    put(&mut world, timed("x"));
    let path = format!("{EVENTS}?fields=nextSyncToken,items(id,start/dateTime)&prettyPrint=false");
    let answer = google(&mut world, "GET", &path, None);
    let body = answer.json();
    assert!(body["nextSyncToken"].is_string() && body.get("kind").is_none());
    let row = body["items"][0].as_object().unwrap();
    assert_eq!(row.keys().collect::<Vec<_>>(), ["id", "start"]);
    assert!(!answer.body.contains(&b'\n'));
    assert_eq!(google(&mut world, "GET", &format!("{EVENTS}?fields=items(id"), None).status, 400);
    for (mask, wrong) in [("items(titel)", "titel"), ("items(id/x)", "x"), ("summary,item", "item")] {
        let refused = google(&mut world, "GET", &format!("{EVENTS}?fields={mask}"), None);
        assert_eq!(reason(&refused), (400, "invalidParameter".into()));
        assert_eq!(refused.json()["error"]["message"], format!("Invalid field selection {wrong}"));
    }
    for mask in ["*", "items", "items/*", "items(extendedProperties/private/zc,start)", "items/start/date"] {
        assert_eq!(google(&mut world, "GET", &format!("{EVENTS}?fields={mask}"), None).status, 200, "{mask}");
    }
}

/// Google Calendar API: guides/errors: the two shapes of error bodies.
#[test]
fn missing_and_wrong_tokens_have_the_front_ends_shape() {
    let mut world = world();
    let bare = Request::new(accord_sandbox::Service::Google, "GET", EVENTS);
    let none = world.handle(&bare).unwrap();
    assert_eq!(reason(&none), (401, "required".into()));
    let wrong = world.handle(&bare.header("Authorization", "Bearer other")).unwrap();
    assert_eq!(reason(&wrong), (401, "authError".into()));
    assert_eq!(wrong.json()["error"]["status"], "UNAUTHENTICATED");
    let missing = google(&mut world, "GET", "/calendar/v3/calendars/nobody/events", None);
    assert_eq!(reason(&missing), (404, "notFound".into()));
    assert!(missing.json()["error"].get("status").is_none());
}
