//! A widget's connection: what of a call reaches the service, and what of the answer comes back.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod support;

use accord_sandbox::World;
use serde_json::{Value, json};
use support::*;

const CALENDAR: &str = "https://www.googleapis.com/calendar/v3/calendars/primary/events";

fn call(url: &str, method: &str) -> Value {
    json!({ "url": url, "method": method })
}

/// The SDK posts parameters and headers as JSON in text.
fn invoke(world: &mut World, mut call: Value, kind: u64, parameters: &Value, headers: &Value) -> Value {
    call["param_type"] = json!(kind);
    call["parameters"] = json!(parameters.to_string());
    call["headers"] = json!(headers.to_string());
    let answer = world.invoke_connection(&call).unwrap();
    assert_eq!(answer["code"], "SUCCESS");
    answer["details"]["statusMessage"].clone()
}

#[test]
fn parameters_are_the_query_or_the_body() {
    let mut world = world();
    let made = invoke(&mut world, call(CALENDAR, "POST"), 2, &timed("Call"), &json!({}));
    assert_eq!(made["summary"], "Call");
    let found =
        invoke(&mut world, call(CALENDAR, "GET"), 1, &json!({ "q": "call", "maxResults": 5 }), &json!({}));
    assert_eq!(found["items"][0]["id"], made["id"]);
    let none = invoke(&mut world, call(CALENDAR, "GET"), 1, &json!({ "q": "lunch" }), &json!({}));
    assert_eq!(none["items"], Value::Null);
}

/// The status of the service shows in the body only, and an answer without a body is empty.
#[test]
fn refusals_arrive_as_successes() {
    let mut world = world();
    let gone = invoke(&mut world, call(&format!("{CALENDAR}/nobody"), "GET"), 1, &json!({}), &json!({}));
    assert_eq!(gone["error"]["code"], 404);
    let id = put(&mut world, timed("Call"))["id"].as_str().unwrap().to_owned();
    let deleted = invoke(&mut world, call(&format!("{CALENDAR}/{id}"), "DELETE"), 1, &json!({}), &json!({}));
    assert_eq!(deleted, "");
    for (url, method) in [("https://example.com/x", "GET"), ("/crm/v8/org", "GET"), (CALENDAR, "")] {
        assert!(world.invoke_connection(&call(url, method)).is_err(), "{url}");
    }
}

/// Zoho 15.9: whether a guard goes up with the call is a switch.
#[test]
fn guards_are_dropped_or_passed_by_a_switch() {
    for (value, status) in [("drop", json!(null)), ("pass", json!(412))] {
        let mut world = world();
        world.switches().set("connection_headers", value).unwrap();
        let id = put(&mut world, timed("Call"))["id"].as_str().unwrap().to_owned();
        let guard = json!({ "If-Match": "\"1\"", "Content-Type": "application/json" });
        let url = format!("{CALENDAR}/{id}");
        let answer = invoke(&mut world, call(&url, "PATCH"), 2, &json!({ "summary": "Lunch" }), &guard);
        assert_eq!(answer["error"]["code"], status, "{value}");
    }
}

/// Zoho 15.24: where the answer stands is a switch.
#[test]
fn the_answer_stands_in_either_place() {
    for (value, pointer) in [("statusMessage", "/details/statusMessage/org"), ("details", "/details/org")] {
        let mut world = world();
        world.switches().set("invoke_shape", value).unwrap();
        let answer = world.invoke_connection(&call("https://www.zohoapis.com/crm/v8/org", "GET")).unwrap();
        assert!(answer.pointer(pointer).is_some(), "{value}: {answer}");
    }
}
