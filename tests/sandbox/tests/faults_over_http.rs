//! Faults and deeds ordered by admin calls, seen as they arrive over a socket.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod support;

use serde_json::{Value, json};
use support::server::{GOOGLE, Running, ZOHO};
use support::{EVENTS, MEETINGS, meeting, timed};

const NOON: [&str; 2] = ["--now", "2026-11-22T12:00:00Z"];

impl Running {
    fn order(&self, rule: Value) {
        let (status, answer) = self.json("POST", "/sandbox/faults", "", &rule.to_string());
        assert_eq!(status, 200, "{rule}: {answer}");
    }
}

/// The status, the head and the body as they came; all empty when nothing came.
fn parts(answer: &str) -> (u16, &str, &str) {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or(("", ""));
    (head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0), head, body)
}

#[test]
fn every_kind_of_fault_arrives_on_the_wire() {
    let server = Running::start(&[&NOON[..], &["--events", "4"]].concat());
    let whole = server.raw("GET", EVENTS, GOOGLE, "");
    let (_, _, whole) = parts(&whole);
    type Sees = fn(u16, &str, &str, &str) -> bool;
    let cases: [(Value, Sees); 14] = [
        (json!({ "status": 403, "reason": "quotaExceeded" }), |status, _, body, _| {
            status == 403 && body.contains("Calendar usage limits exceeded.")
        }),
        (json!({ "status": 429, "retryAfter": 7 }), |_, head, _, _| head.contains("retry-after: 7\r\n")),
        (json!({ "status": 503, "retryAfter": 90, "retryAfterIsDate": true }), |_, head, _, _| {
            head.contains("retry-after: Sun, 22 Nov 2026 12:01:30 GMT")
        }),
        (json!({ "status": 500, "when": "after" }), |status, _, body, _| {
            status == 500 && body.contains("backendError")
        }),
        (json!({ "kind": "drop" }), |status, head, body, _| {
            status == 0 && head.is_empty() && body.is_empty()
        }),
        (json!({ "kind": "cut" }), |status, head, body, whole| {
            status == 200
                && head.contains(&format!("content-length: {}", whole.len()))
                && body.len() < whole.len()
        }),
        (json!({ "kind": "truncate" }), |_, head, body, whole| {
            body.len() == whole.len() / 2 && head.contains(&format!("content-length: {}", body.len()))
        }),
        (json!({ "kind": "not-json" }), |_, head, body, _| {
            head.contains("text/html") && body.starts_with("<html>")
        }),
        (json!({ "kind": "wrong-type" }), |_, _, body, _| body == "[1,2,3]"),
        (json!({ "kind": "wrong-field", "field": "items" }), |_, _, body, _| body.contains("\"items\":{}")),
        (json!({ "kind": "empty-list" }), |status, _, body, _| status == 200 && !body.contains("\"items\"")),
        (json!({ "kind": "slow-body", "ms": 300 }), |_, _, body, whole| body == whole),
        (json!({ "kind": "delay", "ms": 300 }), |_, _, body, whole| body == whole),
        (json!({ "kind": "clock-skew", "ms": 3_600_000 }), |_, head, _, _| {
            head.contains("date: Sun, 22 Nov 2026 13:00:00 GMT")
        }),
    ];
    for (rule, sees) in cases {
        server.order(rule.clone());
        let answer = server.raw("GET", EVENTS, GOOGLE, "");
        let (status, head, body) = parts(&answer);
        assert!(sees(status, head, body, whole), "{rule}: {answer}");
        // Once was ordered: the next answer is as ever, and its time is the world's.
        let answer = server.raw("GET", EVENTS, GOOGLE, "");
        assert_eq!(parts(&answer).2, whole, "after {rule}");
        assert!(answer.contains("date: Sun, 22 Nov 2026 12:00:00 GMT"), "{answer}");
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a wait is measured")]
fn late_and_slow_answers_take_their_time() {
    let server = Running::start(&NOON);
    for kind in ["delay", "slow-body"] {
        server.order(json!({ "kind": kind, "ms": 400 }));
        let begun = std::time::Instant::now();
        assert_eq!(parts(&server.raw("GET", EVENTS, GOOGLE, "")).0, 200);
        assert!(begun.elapsed().as_millis() >= 400, "{kind}: {:?}", begun.elapsed());
    }
}

#[test]
fn lists_tokens_and_records_fail_as_ordered() {
    let server = Running::start(&NOON);
    let zoho = |method: &str, path: &str, body: Value| {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        server.json(method, path, ZOHO, &body)
    };
    server.order(json!({ "kind": "bad-record", "index": 1, "code": "NOT_APPROVED" }));
    let (status, answer) =
        zoho("POST", MEETINGS, json!({ "data": [meeting("a"), meeting("b"), meeting("c")] }));
    assert_eq!((status, &answer["data"][1]["code"]), (207, &json!("NOT_APPROVED")));
    let id = answer["data"][0]["details"]["id"].clone();
    server.order(json!({ "kind": "record-locked", "id": id }));
    let (_, locked) = zoho("PUT", MEETINGS, json!({ "data": [{ "id": id, "Venue": "x" }] }));
    assert_eq!(locked["data"][0]["code"], "RECORD_LOCKED");

    let list = format!("{MEETINGS}?fields=id&per_page=1");
    server.order(json!({ "kind": "repeated-row", "service": "zoho" }));
    let (_, first) = zoho("GET", &list, Value::Null);
    let (_, second) = zoho("GET", &format!("{list}&page=2"), Value::Null);
    assert_eq!((second["data"].as_array().unwrap().len(), &second["data"][0]), (2, &first["data"][0]));
    server.order(json!({ "kind": "token-loss" }));
    let token = first["info"]["next_page_token"].as_str().unwrap();
    let (status, lost) = zoho("GET", &format!("{list}&page_token={token}"), Value::Null);
    assert_eq!((status, &lost["code"]), (400, &json!("EXPIRED_VALUE")));

    server.order(json!({ "kind": "list-lag", "times": 0 }));
    server.json("POST", EVENTS, GOOGLE, &timed("new").to_string());
    assert!(server.json("GET", EVENTS, GOOGLE, "").1.get("items").is_none());
    assert_eq!(server.json("DELETE", "/sandbox/faults", "", "").0, 200);
    assert_eq!(server.json("GET", EVENTS, GOOGLE, "").1["items"][0]["summary"], "new");
}

#[test]
fn people_work_at_the_moment_that_was_ordered() {
    let server = Running::start(&NOON);
    let deeds = json!([
        { "side": "google", "what": "Lunch", "do": "create", "start": "2026-11-25T12:00:00+01:00", "minutes": 60 },
        { "side": "google", "what": "Lunch", "do": "change", "fields": { "summary": "Late lunch" },
          "at": { "service": "google", "kind": "events.list", "nth": 2 } },
        { "side": "crm", "what": "x", "do": "move", "minutes": 5, "at": { "service": "zoho", "kind": "insert", "when": "after" } },
    ]);
    let (status, told) = server.json("POST", "/sandbox/deeds", "", &deeds.to_string());
    assert_eq!((status, &told["waiting"]), (200, &json!(2)), "{told}");
    let title = || server.json("GET", EVENTS, GOOGLE, "").1["items"][0]["summary"].clone();
    assert_eq!((title(), title()), (json!("Lunch"), json!("Late lunch")));
    server.json("POST", MEETINGS, ZOHO, &json!({ "data": [meeting("x")] }).to_string());
    let (_, rows) = server.json("GET", "/sandbox/crm-events", "", "");
    assert_eq!(rows[0]["Start_DateTime"], "2026-11-25T10:05:00+01:00");
    let (_, told) = server.json("GET", "/sandbox/deeds", "", "");
    assert_eq!((&told["waiting"], told["done"].as_array().unwrap().len()), (&json!(0), 3));
    let wrong = r#"{ "side": "crm", "what": "nothing", "do": "delete" }"#;
    let (status, told) = server.json("POST", "/sandbox/deeds", "", wrong);
    assert_eq!(status, 400);
    assert!(told["error"].as_str().unwrap().contains("no live meeting"), "{told}");
}
