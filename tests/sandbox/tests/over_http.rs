//! The server: one origin, static files, admin routes, dropped connections, a clean end. Loopback only.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod support;

use std::process::Command;
use std::time::Duration;

use support::server::{GOOGLE, Running, ZOHO};

#[test]
fn both_services_and_the_admin_routes_share_one_origin() {
    let server = Running::start(&["--events", "50", "--now", "2026-11-22T12:00:00Z"]);
    let (status, list) = server.json("GET", "/calendar/v3/users/me/calendarList", GOOGLE, "");
    assert_eq!((status, list["items"].as_array().unwrap().len()), (200, 3));
    let (status, org) = server.json("GET", "/crm/v8/org", ZOHO, "");
    assert_eq!((status, org["org"][0]["time_zone"].as_str()), (200, Some("Europe/Paris")));
    let (_, counters) = server.json("GET", "/sandbox/counters", "", "");
    assert_eq!(counters["requests"]["google"], 1);
    assert_eq!(counters["requests"]["byKind"]["zoho"]["org"], 1);
    let (_, edits) = server.json("POST", "/sandbox/edits", "", r#"{"count": 10, "seed": 4}"#);
    assert_eq!(edits["added"], 2);
    let (_, switches) = server.json("POST", "/sandbox/switches", "", r#"{"ims": "inclusive"}"#);
    assert_eq!(switches["ims"], "inclusive");
    assert_eq!(server.json("POST", "/sandbox/switches", "", r#"{"ims": "perhaps"}"#).0, 400);
    let (_, clock) = server.json("POST", "/sandbox/clock", "", r#"{"advanceMs": 60000}"#);
    assert_eq!(clock["now"], "2026-11-22T12:01:00.000Z");
    let (_, done) =
        server.json("POST", "/sandbox/ics?calendar=primary", "", include_str!("files/outlook.ics"));
    assert_eq!(done["imported"], 4);
    let (_, world) = server.json("POST", "/sandbox/reset", "", r#"{"events": 7}"#);
    assert_eq!(world["google"][0]["events"], 7);
    assert_eq!(server.json("GET", "/sandbox/nothing", "", "").0, 404);
}

#[test]
fn a_dropped_connection_has_no_answer() {
    let server = Running::start(&[]);
    let rule = r#"{"service": "zoho", "path": "/crm/v8/org", "kind": "drop"}"#;
    assert_eq!(server.json("POST", "/sandbox/faults", "", rule).0, 200);
    assert_eq!(server.raw("GET", "/crm/v8/org", ZOHO, ""), "");
    assert_eq!(server.json("GET", "/crm/v8/org", ZOHO, "").0, 200);
    assert_eq!(server.json("POST", "/sandbox/faults", "", r#"{"kind": "flood"}"#).0, 400);
}

#[test]
fn static_files_have_their_types_and_a_policy_and_stay_inside() {
    let site = std::env::temp_dir().join(format!("accord-sandbox-site-{}", std::process::id()));
    std::fs::create_dir_all(&site).unwrap();
    std::fs::write(site.join("index.html"), "<h1>page</h1>").unwrap();
    std::fs::write(site.join("engine.wasm"), b"\0asm").unwrap();
    let server = Running::start(&["--static", site.to_str().unwrap()]);
    let page = server.raw("GET", "/", "", "");
    assert!(page.contains("content-type: text/html") && page.contains("'wasm-unsafe-eval'"), "{page}");
    assert!(server.raw("GET", "/engine.wasm", "", "").contains("content-type: application/wasm"));
    for path in ["/../Cargo.toml", "/%2e%2e/Cargo.toml", "/missing.js", "/..%5cCargo.toml"] {
        assert!(server.raw("GET", path, "", "").starts_with("HTTP/1.1 404"), "{path}");
    }
    std::fs::remove_dir_all(&site).unwrap();
}

/// Reference, section 10: whether a web page may send If-Match and batches is not known: a switch.
#[test]
fn the_preflight_follows_its_switch() {
    let server = Running::start(&[]);
    let ask = |path: &str| server.raw("OPTIONS", path, "Origin: https://page.example\r\n", "");
    assert!(!ask("/calendar/v3/calendars/primary/events/x").contains("if-match"));
    assert!(!ask("/batch/calendar/v3").contains("access-control-allow-origin"));
    server.json("POST", "/sandbox/switches", "", r#"{"cors_if_match": "allow"}"#);
    assert!(ask("/calendar/v3/calendars/primary/events/x").contains("if-match"));
    assert!(ask("/batch/calendar/v3").contains("access-control-allow-origin"));
}

#[cfg(unix)]
#[test]
fn it_ends_cleanly_when_told_to() {
    let mut server = Running::start(&[]);
    let told = Command::new("kill").args(["-TERM", &server.child.id().to_string()]).status().unwrap();
    assert!(told.success());
    for _ in 0..100 {
        if let Some(status) = server.child.try_wait().unwrap() {
            assert!(status.success());
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("it is still running after five seconds");
}

#[test]
fn it_refuses_to_be_reachable_from_outside() {
    let run =
        Command::new(env!("CARGO_BIN_EXE_accord-sandbox")).args(["--host", "0.0.0.0"]).output().unwrap();
    assert!(!run.status.success());
    assert!(String::from_utf8_lossy(&run.stderr).contains("loopback"));
    let list = Command::new(env!("CARGO_BIN_EXE_accord-sandbox")).arg("--switches").output().unwrap();
    let text = String::from_utf8(list.stdout).unwrap();
    assert!(
        accord_sandbox::Switches::ALL
            .iter()
            .all(|switch| text.contains(switch.name) && text.contains(switch.about))
    );
}
