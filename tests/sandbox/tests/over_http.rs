//! The server: one origin, static files, admin routes, dropped connections, a clean end. Loopback only.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod support;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

struct Running {
    child: Child,
    address: String,
}

impl Running {
    fn start(arguments: &[&str]) -> Running {
        let mut child = Command::new(env!("CARGO_BIN_EXE_accord-sandbox"))
            .args(["--port", "0"])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = Vec::new();
        let mut out = child.stdout.take().unwrap();
        let mut byte = [0];
        while out.read(&mut byte).unwrap() == 1 && byte[0] != b'\n' {
            line.push(byte[0]);
        }
        let line = String::from_utf8(line).unwrap();
        let address = line.strip_prefix("listening on http://").unwrap().to_owned();
        Running { child, address }
    }

    /// The whole answer as it came over the wire; empty when the connection was closed without one.
    fn raw(&self, method: &str, path: &str, headers: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let length = body.len();
        write!(stream, "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}", self.address).unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    fn json(&self, method: &str, path: &str, headers: &str, body: &str) -> (u16, Value) {
        let answer = self.raw(method, path, headers, body);
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, serde_json::from_str(body).unwrap_or(Value::Null))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const GOOGLE: &str = "Authorization: Bearer sandbox-google\r\n";
const ZOHO: &str = "Authorization: Zoho-oauthtoken sandbox-zoho\r\n";

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
    for (route, right, wrong) in [
        ("refusals", r#"{"17": "NOT_APPROVED", "18": null}"#, r#"{"17": "MOON"}"#),
        (
            "layouts",
            r#"{"module": "Events", "name": "Visits", "required": ["Venue"]}"#,
            r#"{"module": "Events"}"#,
        ),
        ("workflow", r#"{"module": "Events", "field": "Venue", "value": "x"}"#, r#"{"module": "Events"}"#),
        ("cancel-mails", r#"{"left": 3}"#, r#"{"left": -1}"#),
        ("convert", r#"{"id": "17"}"#, "{}"),
        ("purge", r#"{"module": "Leads", "id": "17"}"#, "[]"),
    ] {
        let path = format!("/sandbox/{route}");
        assert_eq!(server.json("POST", &path, "", right).0, 200, "{route}");
        assert_eq!(server.json("POST", &path, "", wrong).0, 400, "{route}");
    }
}

/// The admin routes about accounts: zone and edition, people, consent, revocation; a second person over HTTP.
#[test]
fn accounts_are_changed_by_admin_routes() {
    let server =
        Running::start(&["--zone", "Asia/Kolkata", "--edition", "free", "--now", "2026-11-22T12:00:00Z"]);
    let ben = "Authorization: Zoho-oauthtoken sandbox-zoho-ben\r\n";
    let (_, org) = server.json("GET", "/crm/v8/org", ben, "");
    assert_eq!(org["org"][0]["time_zone"], "Asia/Kolkata");
    assert_eq!(org["org"][0]["license_details"]["paid_type"], "free");
    let (_, me) = server.json("GET", "/crm/v8/users?type=CurrentUser", ben, "");
    assert_eq!(me["users"][0]["email"], "ben@example.com");
    let (_, state) = server.json("GET", "/sandbox/org", "", "");
    assert_eq!(state["credits"], serde_json::json!({ "used": 2, "allowed": 5000 }));
    let change = r#"{"edition": "ultimate", "licences": 2, "spend": 10, "orgZone": "Europe/Lisbon", "sharing": {"Events": "public_read_only"}}"#;
    let (_, state) = server.json("POST", "/sandbox/org", "", change);
    assert_eq!(state["credits"], serde_json::json!({ "used": 12, "allowed": 54_000 }));
    assert_eq!(
        (state["zone"].as_str(), state["orgZone"].as_str()),
        (Some("Asia/Kolkata"), Some("Europe/Lisbon"))
    );
    for (path, body) in [
        ("/sandbox/org", r#"{"edition": "golden"}"#),
        ("/sandbox/org", r#"{"zone": "Mars/North"}"#),
        ("/sandbox/org", r#"{"sharing": {"Events": "perhaps"}}"#),
        ("/sandbox/users", r#"{"nobody@example.com": {"active": false}}"#),
        ("/sandbox/profiles", r#"{"Nobody": {"Crm_Implied_View_Events": false}}"#),
        ("/sandbox/sign-in", r#"{"yahoo": "ben@example.com"}"#),
        ("/sandbox/revoke", r#"{"service": "zoho"}"#),
    ] {
        assert_eq!(server.json("POST", path, "", body).0, 400, "{path} {body}");
    }
    server.json("POST", "/sandbox/profiles", "", r#"{"Standard": {"Crm_Implied_View_Events": false}}"#);
    assert_eq!(server.json("GET", "/crm/v8/Events?fields=id", ben, "").0, 403);
    server.json(
        "POST",
        "/sandbox/users",
        "",
        r#"{"ben@example.com": {"active": false, "zone": "Europe/Paris"}}"#,
    );
    assert_eq!(server.json("GET", "/crm/v8/org", ben, "").0, 401);
    server.json("POST", "/sandbox/sign-in", "", r#"{"zoho": "chiara@example.com"}"#);
    let page = server.raw(
        "GET",
        "/oauth/v2/auth?response_type=token&client_id=c&scope=ZohoCRM.users.READ&redirect_uri=http%3A%2F%2Fx%2F",
        "",
        "",
    );
    let token = page.split("access_token=").nth(1).unwrap().split('&').next().unwrap();
    let bearer = format!("Authorization: Zoho-oauthtoken {token}\r\n");
    let (_, me) = server.json("GET", "/crm/v8/users?type=CurrentUser", &bearer, "");
    assert_eq!(me["users"][0]["email"], "chiara@example.com");
    let revoke = format!(r#"{{"service": "zoho", "token": "{token}"}}"#);
    assert_eq!(server.json("POST", "/sandbox/revoke", "", &revoke).1["revoked"], true);
    assert_eq!(server.json("GET", "/crm/v8/org", &bearer, "").0, 401);
    // Google's accounts server is on the same origin.
    let kind = "Content-Type: application/x-www-form-urlencoded\r\n";
    let renew = "grant_type=refresh_token&client_id=c&refresh_token=sandbox-google-refresh";
    let (status, answer) = server.json("POST", "/token", kind, renew);
    assert_eq!((status, answer["expires_in"].as_u64()), (200, Some(3_599)));
    assert_eq!(server.json("POST", "/revoke", kind, "token=sandbox-google-refresh").0, 200);
    assert_eq!(server.json("POST", "/token", kind, renew).0, 400);
}

/// Calls that the server really has under way at the same time count against the edition's limit.
#[test]
fn calls_at_the_same_time_are_refused_above_the_limit() {
    let server = Running::start(&["--edition", "free"]);
    let slow = r#"{"service": "zoho", "path": "/crm/v8/org", "kind": "delay", "ms": 1500, "times": 0}"#;
    assert_eq!(server.json("POST", "/sandbox/faults", "", slow).0, 200);
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let calls: Vec<_> =
            (0..7).map(|_| scope.spawn(|| server.json("GET", "/crm/v8/org", ZOHO, "").0)).collect();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    });
    let refused = statuses.iter().filter(|status| **status == 429).count();
    assert_eq!((refused, statuses.len()), (2, 7), "{statuses:?}");
    server.json("DELETE", "/sandbox/faults", "", "");
    // All of them were answered: there is room again.
    assert_eq!(server.json("GET", "/crm/v8/org", ZOHO, "").0, 200);
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
fn wrong_zones_and_editions_are_told_at_the_start() {
    for (flag, value) in [("--zone", "Mars/North"), ("--edition", "golden")] {
        let run = Command::new(env!("CARGO_BIN_EXE_accord-sandbox")).args([flag, value]).output().unwrap();
        assert!(!run.status.success());
        assert!(String::from_utf8_lossy(&run.stderr).contains(flag));
    }
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
