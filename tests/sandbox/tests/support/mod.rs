//! What the tests share: a fixed time, short calls, and a reader that pages to the end.

#![allow(dead_code, reason = "each test file uses a part of this")]

pub(crate) mod server;

use accord_sandbox::{Request, Response, World, parse_instant};
use serde_json::{Value, json};

pub(crate) const EVENTS: &str = "/calendar/v3/calendars/primary/events";
pub(crate) const MEETINGS: &str = "/crm/v8/Events";
pub(crate) const ANA_ID: &str = "4876876000000225013";

pub(crate) fn noon() -> i64 {
    parse_instant("2026-11-22T12:00:00Z").unwrap()
}

pub(crate) fn world() -> World {
    World::new(1, noon())
}

pub(crate) fn google(world: &mut World, method: &str, path: &str, body: Option<Value>) -> Response {
    let request = Request::google(method, path);
    let request = match body {
        Some(body) => request.json(&body),
        None => request,
    };
    world.handle(&request).unwrap()
}

pub(crate) fn zoho(world: &mut World, method: &str, path: &str, body: Option<Value>) -> Response {
    let request = Request::zoho(method, path);
    let request = match body {
        Some(body) => request.json(&body),
        None => request,
    };
    world.handle(&request).unwrap()
}

pub(crate) fn timed(title: &str) -> Value {
    json!({
        "summary": title,
        "start": { "dateTime": "2026-11-25T10:00:00+01:00" },
        "end": { "dateTime": "2026-11-25T11:00:00+01:00" },
    })
}

pub(crate) fn meeting(title: &str) -> Value {
    json!({
        "Event_Title": title,
        "Start_DateTime": "2026-11-25T10:00:00+01:00",
        "End_DateTime": "2026-11-25T11:00:00+01:00",
        "Meeting_Venue__s": "Online",
    })
}

/// Inserts one Google event and returns its body.
pub(crate) fn put(world: &mut World, body: Value) -> Value {
    let answer = google(world, "POST", EVENTS, Some(body));
    assert_eq!(answer.status, 200, "{}", answer.json());
    answer.json()
}

/// Inserts one meeting and returns its id.
pub(crate) fn meet(world: &mut World, body: Value) -> String {
    let answer = zoho(world, "POST", MEETINGS, Some(json!({ "data": [body] })));
    assert_eq!(answer.status, 201, "{}", answer.json());
    answer.json()["data"][0]["details"]["id"].as_str().unwrap().to_owned()
}

/// Reads all pages; returns the rows of each page and the sync token of the last.
pub(crate) fn read_all(world: &mut World, query: &str) -> (Vec<Vec<Value>>, String) {
    let mut pages = Vec::new();
    let mut token = String::new();
    for _ in 0..1_000 {
        let path = format!("{EVENTS}?{query}{token}");
        let answer = google(world, "GET", &path, None);
        assert_eq!(answer.status, 200, "{path}: {}", answer.json());
        let body = answer.json();
        pages.push(body["items"].as_array().cloned().unwrap_or_default());
        match (body["nextPageToken"].as_str(), body["nextSyncToken"].as_str()) {
            (Some(next), None) => token = format!("&pageToken={next}"),
            (None, Some(sync)) => return (pages, sync.to_owned()),
            both => panic!("exactly one token ends a page, not {both:?}"),
        }
    }
    panic!("the listing does not end");
}

pub(crate) fn reason(answer: &Response) -> (u16, String) {
    (answer.status, answer.json()["error"]["errors"][0]["reason"].as_str().unwrap_or_default().to_owned())
}

pub(crate) fn code(answer: &Response) -> (u16, String) {
    let body = answer.json();
    let code = body["code"].as_str().or(body["data"][0]["code"].as_str()).unwrap_or_default();
    (answer.status, code.to_owned())
}
