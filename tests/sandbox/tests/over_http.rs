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

/// A page of another site could call loopback under a name that it controls; its own name is in `Host`.
#[test]
fn only_names_of_this_machine_are_answered() {
    let server = Running::start(&[]);
    let ask = |host: &str| {
        server
            .bytes(format!("GET /sandbox/ HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").as_bytes())
    };
    for host in ["localhost", "LOCALHOST:80", "127.0.0.1:1", "[::1]:80", "crm.localhost:3000"] {
        assert!(ask(host).starts_with("HTTP/1.1 200"), "{host}");
    }
    for host in ["example.com", "localhost.example.com", "127.0.0.1.example.com:80", "10.0.0.1", ""] {
        assert!(ask(host).starts_with("HTTP/1.1 403"), "{host}");
    }
}

/// The admin routes need no token, so a page of another site must not be able to post to them.
#[test]
fn pages_of_other_sites_cannot_use_the_admin_routes() {
    let server = Running::start(&[]);
    let ask = |path: &str, origin: &str| {
        let answer = server.raw("POST", path, &format!("Origin: {origin}\r\n{GOOGLE}"), "{}");
        answer.split(' ').nth(1).unwrap_or_default().to_owned()
    };
    for (origin, status) in [
        ("http://localhost:3000", "200"),
        ("http://127.0.0.1:9", "200"),
        ("chrome-extension://abcdef", "200"),
        ("https://example.com", "403"),
        ("http://localhost.example.com", "403"),
        ("null", "403"),
    ] {
        assert_eq!(ask("/sandbox/counters/reset", origin), status, "{origin}");
    }
    // Google answers pages of any origin: this one is refused for its body alone.
    assert_eq!(ask("/calendar/v3/calendars/primary/events", "https://example.com"), "400");
}

#[test]
fn malformed_requests_are_refused_and_the_server_goes_on() {
    let server = Running::start(&["--patience", "300"]);
    let head = "POST /crm/v8/Events HTTP/1.1\r\nHost: localhost\r\n";
    for (sent, status) in [
        ("\r\n\r\n\0\0\0".to_owned(), "400"),
        ("GET\r\n\r\n".into(), "400"),
        ("GET / HTTP/9.9\r\n\r\n".into(), "400"),
        (format!("{head}Content-Length: many\r\n\r\n"), "400"),
        (format!("{head}Content-Length: -1\r\n\r\n"), "400"),
        (format!("{head}Content-Length: 1\r\nContent-Length: 2\r\n\r\nx"), "400"),
        (format!("{head}Transfer-Encoding: chunked\r\n\r\nzz\r\n"), "400"),
        (format!("{head}Content-Length: 99999999999\r\n\r\n"), "413"),
        (format!("{head}{}\r\n", "X-Long: y\r\n".repeat(20_000)), "431"),
        (format!("GET /{} HTTP/1.1\r\n\r\n", "a".repeat(100_000)), "414"),
        // A body that never comes, and a head that never ends: both are waited for only so long.
        (format!("{head}Content-Length: 10\r\n\r\nx"), "408"),
        (head.to_owned(), ""),
    ] {
        let answer = server.bytes(sent.as_bytes());
        let shown: String = sent.chars().take(100).collect();
        assert_eq!(answer.split(' ').nth(1).unwrap_or_default(), status, "{shown:?} answered {answer:?}");
        if ["408", "413"].contains(&status) {
            assert!(answer.contains(r#""status":"error""#), "in the vendor's shape: {answer}");
        }
        assert_eq!(server.json("GET", "/crm/v8/org", ZOHO, "").0, 200, "after {shown:?}");
    }
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
}
