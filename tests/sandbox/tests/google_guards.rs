//! Guards of writes, and what a batch makes of its parts.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod support;

use accord_sandbox::{BatchConflict, BatchOrder, Request, World};
use serde_json::{Value, json};
use support::*;

/// Google Calendar API: guides/batch and guides/errors: nested bodies, inner headers, conflicts inside one batch.
#[test]
fn a_batch_nests_errors_guards_and_conflicts() {
    let mut world = world();
    let event = put(&mut world, timed("x"));
    let path = format!("{EVENTS}/{}", event["id"].as_str().unwrap());
    let part = |id: &str, head: &str, body: &str| {
        format!(
            "--b\r\nContent-Type: application/http\r\nContent-ID: <{id}>\r\n\r\n{head}\r\nContent-Type: application/json\r\n\r\n{body}\r\n"
        )
    };
    let send = |world: &mut World, parts: String| -> Vec<(String, u16, Value)> {
        let mut request = Request::google("POST", "/batch/calendar/v3")
            .header("Content-Type", "multipart/mixed; boundary=b");
        request.body = format!("{parts}--b--").into_bytes();
        let answer = world.handle(&request).unwrap();
        let boundary = answer.header("content-type").unwrap().split("boundary=").nth(1).unwrap().to_owned();
        let text = String::from_utf8(answer.body).unwrap();
        text.split(&format!("--{boundary}"))
            .filter_map(|part| {
                let id = part.split("Content-ID: <").nth(1)?.split('>').next()?.to_owned();
                let inner = part.split("HTTP/1.1 ").nth(1)?;
                let status = inner.split(' ').next()?.parse().ok()?;
                let body = inner.split_once("\r\n\r\n")?.1;
                Some((id, status, serde_json::from_str(body.trim()).unwrap_or_default()))
            })
            .collect()
    };
    let office = json!({ "eventType": "workingLocation", "visibility": "public", "transparency": "transparent",
        "workingLocationProperties": { "type": "homeOffice" }, "start": { "date": "2026-12-01" }, "end": { "date": "2026-12-02" } });
    let stale = format!("PATCH {path} HTTP/1.1\r\nIf-Match: \"1\"");
    let parts = [
        part("a", &stale, "{\"summary\":\"y\"}"),
        part("b", &format!("GET {EVENTS}/nothere HTTP/1.1\r\nAuthorization: Bearer other"), ""),
        part("c", "POST /batch/calendar/v3 HTTP/1.1", ""),
        part("d", &format!("POST {EVENTS} HTTP/1.1"), &office.to_string()),
        part("e", &format!("DELETE {path} HTTP/1.1"), ""),
    ];
    let answers = send(&mut world, parts.concat());
    let told: Vec<(&str, u16, &str)> = answers
        .iter()
        .map(|(id, status, body)| {
            (id.as_str(), *status, body["error"]["errors"][0]["reason"].as_str().unwrap_or(""))
        })
        .collect();
    assert_eq!(
        told,
        [
            ("response-e", 409, "conflict"),
            ("response-d", 400, "eventTypeRestriction"),
            ("response-c", 400, "badRequest"),
            ("response-b", 401, "authError"),
            ("response-a", 412, "conditionNotMet"),
        ]
    );
    assert_eq!(answers[3].2["error"]["status"], "UNAUTHENTICATED");
    world.switches().batch_conflict = BatchConflict::Never;
    world.switches().batch_order = BatchOrder::AsSent;
    let parts = part("1", &format!("PATCH {path} HTTP/1.1"), "{\"summary\":\"y\"}")
        + &part("2", &format!("DELETE {path}"), "");
    let told: Vec<(String, u16)> =
        send(&mut world, parts).into_iter().map(|(id, status, _)| (id, status)).collect();
    assert_eq!(told, [("response-1".to_owned(), 200), ("response-2".to_owned(), 204)]);
}

/// Google Calendar API: guides/version-resources: every write takes a guard, and a guard may name several etags.
#[test]
fn every_write_takes_a_guard() {
    let mut world = world();
    let event = put(&mut world, timed("x"));
    let (id, etag) = (event["id"].as_str().unwrap(), event["etag"].as_str().unwrap());
    let path = format!("{EVENTS}/{id}");
    let team = "c_7f3k2m9team%40group.calendar.google.com";
    let mut send = |method: &str, path: &str, guard: &str| {
        let request = Request::google(method, path).header("If-Match", guard).json(&timed("y"));
        world.handle(&request).unwrap().status
    };
    for (method, path) in [
        ("PATCH", path.clone()),
        ("PUT", path.clone()),
        ("DELETE", path.clone()),
        ("POST", format!("{path}/move?destination={team}")),
    ] {
        assert_eq!(send(method, &path, "\"1\""), 412, "{method}");
    }
    assert_eq!(send("PUT", &path, &format!("\"1\", {etag}")), 200);
    assert_eq!(send("DELETE", &path, etag), 412);
    assert_eq!(send("DELETE", &path, "*"), 204);
}
