//! Section 11: what goes wrong has one code and a sentence, and loses nothing. After the trouble is over the next
//! cycle brings both sides into accord.

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

mod support;

use accord_sandbox::{Fault, FaultKind, Service};
use serde_json::{Value, json};
use support::{Ended, Host, Storage, assert_same, settings, timed};

const EVENTS: &str = "/calendar/v3/calendars";
const MEETINGS: &str = "/crm/v8/Events";

fn host() -> Host {
    let mut host = Host::new();
    for n in 0..5 {
        host.add_event(timed(&format!("Event {n}"), 24 + n));
    }
    host.activate();
    host
}

fn refusal(status: u16, reason: &str) -> FaultKind {
    FaultKind::Status { status, reason: Some(reason.to_owned()), body: None }
}

fn always(kind: FaultKind) -> Fault {
    Fault::new(kind).times(None)
}

/// Every failure that lasts: its code, and that nothing is lost or doubled when it is over.
#[test]
fn lasting_trouble_has_its_code_and_loses_nothing() {
    let table: Vec<(&str, Fault, &str)> = vec![
        (
            "Google: signed out",
            always(refusal(401, "authError")).on(Service::Google, "GET", EVENTS),
            "auth-expired",
        ),
        (
            "Google: scope",
            always(refusal(403, "insufficientPermissions")).on(Service::Google, "GET", EVENTS),
            "forbidden",
        ),
        (
            "Google: role lost",
            always(refusal(403, "requiredAccessLevel")).on(Service::Google, "GET", EVENTS),
            "forbidden",
        ),
        (
            "Google: rate 403",
            always(refusal(403, "rateLimitExceeded")).on(Service::Google, "GET", EVENTS),
            "rate-limited",
        ),
        (
            "Google: user rate 403",
            always(refusal(403, "userRateLimitExceeded")).on(Service::Google, "GET", EVENTS),
            "rate-limited",
        ),
        (
            "Google: quota",
            always(refusal(403, "quotaExceeded")).on(Service::Google, "GET", EVENTS),
            "rate-limited",
        ),
        (
            "Google: 429",
            always(refusal(429, "rateLimitExceeded")).on(Service::Google, "GET", EVENTS),
            "rate-limited",
        ),
        (
            "Google: 500",
            always(refusal(500, "backendError")).on(Service::Google, "GET", EVENTS),
            "server-error",
        ),
        ("Google: offline", always(FaultKind::Drop).on(Service::Google, "GET", EVENTS), "offline"),
        ("Google: cut short", always(FaultKind::Truncate).on(Service::Google, "GET", EVENTS), "bad-response"),
        ("Google: not JSON", always(FaultKind::NotJson).on(Service::Google, "GET", EVENTS), "bad-response"),
        (
            "Google: another shape",
            always(FaultKind::WrongType).on(Service::Google, "GET", EVENTS),
            "bad-response",
        ),
        (
            "CRM: signed out",
            always(refusal(401, "INVALID_TOKEN")).on(Service::Zoho, "POST", MEETINGS),
            "auth-expired",
        ),
        (
            "CRM: scope",
            always(refusal(401, "OAUTH_SCOPE_MISMATCH")).on(Service::Zoho, "POST", MEETINGS),
            "forbidden",
        ),
        (
            "CRM: right lost",
            always(refusal(403, "NO_PERMISSION")).on(Service::Zoho, "POST", MEETINGS),
            "forbidden",
        ),
        (
            "CRM: 429",
            always(refusal(429, "TOO_MANY_REQUESTS")).on(Service::Zoho, "POST", MEETINGS),
            "rate-limited",
        ),
        (
            "CRM: 500 before",
            always(refusal(500, "INTERNAL_ERROR")).on(Service::Zoho, "POST", MEETINGS),
            "server-error",
        ),
        ("CRM: offline", always(FaultKind::Drop).on(Service::Zoho, "POST", MEETINGS), "offline"),
    ];
    for (story, fault, code) in table {
        let mut host = host();
        host.world.faults().add(fault);
        let rows = host.rows.len();
        assert_eq!(host.cycle().code(), code, "{story}");
        assert!(host.rows.len() >= rows, "{story}: stored rows are not lost");
        host.world.faults().clear();
        host.advance(2 * 3_600_000);
        host.settle();
        println!("{story}");
        assert_same(&host.meetings(), &host.expected_meetings());
    }
}

/// Trouble that passes is not even seen: the cycle waits and goes on (L5, K2).
#[test]
fn passing_trouble_is_waited_for() {
    let table: Vec<(&str, Fault)> = vec![
        ("Google 429", Fault::new(refusal(429, "rateLimitExceeded")).on(Service::Google, "GET", EVENTS)),
        ("Google 503", Fault::status(503).on(Service::Google, "GET", EVENTS)),
        ("Google cut short", Fault::new(FaultKind::Truncate).on(Service::Google, "GET", EVENTS)),
        ("CRM 429", Fault::new(refusal(429, "TOO_MANY_REQUESTS")).on(Service::Zoho, "POST", MEETINGS)),
        ("CRM 500 before", Fault::new(refusal(500, "INTERNAL_ERROR")).on(Service::Zoho, "POST", MEETINGS)),
        (
            "CRM 500 after",
            Fault::new(refusal(500, "INTERNAL_ERROR")).on(Service::Zoho, "POST", MEETINGS).after(),
        ),
        ("CRM answer lost", Fault::new(FaultKind::Drop).on(Service::Zoho, "POST", MEETINGS).after()),
        ("CRM answer cut short", Fault::new(FaultKind::Truncate).on(Service::Zoho, "POST", MEETINGS).after()),
        ("CRM answer no JSON", Fault::new(FaultKind::NotJson).on(Service::Zoho, "POST", MEETINGS).after()),
        (
            "CRM answer of another shape",
            Fault::new(FaultKind::WrongType).on(Service::Zoho, "POST", MEETINGS).after(),
        ),
    ];
    for (story, fault) in table {
        let mut host = host();
        host.world.faults().add(fault);
        let report = host.sync();
        println!("{story}");
        assert_eq!(report["remaining"], 0, "{story}");
        assert_same(&host.meetings(), &host.expected_meetings());
    }
}

/// I27: no request to a service before the time it asked to wait for.
#[test]
fn a_long_wait_is_kept_across_cycles() {
    let mut host = host();
    let mut fault = Fault::new(refusal(429, "rateLimitExceeded")).on(Service::Google, "GET", EVENTS);
    fault.retry_after = Some(1_800);
    host.world.faults().add(fault);
    match host.cycle() {
        Ended::Failed { code, retry_after_ms, .. } => {
            assert_eq!((code.as_str(), retry_after_ms), ("rate-limited", Some(1_800_000)))
        }
        other => panic!("{other:?}"),
    }
    host.advance(1_700_000);
    assert_eq!(host.cycle().code(), "rate-limited");
    assert!(!host.trace.iter().any(|line| line.starts_with("GET")), "{:?}", host.trace);
    assert!(host.run(json!({ "name": "status" })).done()["waitUntilMs"].is_number());
    host.advance(200_000);
    host.sync();
    assert_same(&host.meetings(), &host.expected_meetings());
}

/// A storage that refuses a write stops the cycle before anything is sent that could not be remembered.
#[test]
fn full_storage_sends_nothing_and_loses_nothing() {
    let mut host = host();
    host.storage = Storage::Full;
    assert_eq!(host.cycle().code(), "storage-full");
    assert_eq!(host.meetings().len(), 0, "intents could not be written, so nothing was created");
    host.storage = Storage::Works;
    host.sync();
    assert_same(&host.meetings(), &host.expected_meetings());
}

/// Storage that fails after the writes: the next cycle finds what was created.
#[test]
fn storage_that_fails_after_the_writes_doubles_nothing() {
    let mut host = host();
    let saves = {
        let mut probe = self::host();
        probe.sync();
        probe.trace.iter().filter(|line| line.starts_with("save")).count()
    };
    assert!(saves >= 2);
    host.sync();
    let links: Vec<String> =
        host.rows.keys().filter(|key| key.starts_with("link/") || key.starts_with("crm/")).cloned().collect();
    links.iter().for_each(|key| drop(host.rows.remove(key)));
    host.rows.remove("state");
    host.activate();
    host.sync();
    assert_same(&host.meetings(), &host.expected_meetings());
}

/// I23: a damaged row means "look again", never "everything is new".
#[test]
fn damaged_rows_are_looked_for_again() {
    for kind in ["state", "link/", "crm/", "parked", "intents", "history"] {
        for damage in [
            |text: &str| text[..text.len() / 2].to_owned(),
            |_: &str| "{}".to_owned(),
            |text: &str| text.replace('1', "2"),
        ] {
            let mut host = host();
            host.sync();
            host.rows.entry("parked".into()).or_insert_with(|| "1:0000000000000000:[]".into());
            host.rows.entry("intents".into()).or_insert_with(|| "1:0000000000000000:{}".into());
            let before = host.meetings();
            for (_, text) in host.rows.iter_mut().filter(|(key, _)| key.starts_with(kind)) {
                *text = damage(text);
            }
            host.world.expire_sync_tokens();
            let report = host.sync();
            // What was last seen is not known where a link was damaged: its fields are written again.
            let updated = if kind == "link/" { 5 } else { 0 };
            assert_eq!(
                report["crm"],
                json!({ "created": 0, "updated": updated, "deleted": 0 }),
                "{kind}: {report}"
            );
            assert_same(&host.meetings(), &before);
        }
    }
}

/// A damaged settings row switches the sync off, says so, and keeps the links.
#[test]
fn damaged_settings_are_asked_for_again() {
    let mut host = host();
    host.sync();
    host.rows.insert("settings".into(), "nonsense".into());
    assert_eq!(host.cycle().code(), "not-active");
    host.activate();
    assert_eq!(host.sync()["crm"], json!({ "created": 0, "updated": 0, "deleted": 0 }));
}

/// An event that cannot be read is parked; the others arrive.
#[test]
fn an_unreadable_event_is_parked() {
    let mut host = host();
    let body = json!({
        "kind": "calendar#events", "nextSyncToken": "t",
        "items": [
            { "id": "good1", "status": "confirmed", "etag": "\"1\"", "summary": "Good", "start": { "dateTime": "2026-12-01T10:00:00Z" }, "end": { "dateTime": "2026-12-01T11:00:00Z" } },
            { "id": "bad1", "status": "confirmed", "etag": "\"2\"", "summary": 7, "start": { "dateTime": "2026-12-01T10:00:00Z" }, "end": { "dateTime": "2026-12-01T11:00:00Z" } },
            { "id": "bad2", "status": "confirmed", "etag": "\"3\"", "summary": "No times" },
            { "id": "bad3", "status": "confirmed", "etag": "\"4\"", "start": { "date": "2026-12-01" }, "end": { "dateTime": "2026-12-01T11:00:00Z" } },
            { "status": "confirmed", "summary": "No id" },
            { "id": "good2", "surprise": { "deep": [1, 2] }, "start": { "date": "2026-12-01" }, "end": { "date": "2026-12-02" }, "eventType": "default" },
        ],
    });
    let answer = FaultKind::Status { status: 200, reason: None, body: Some(body.to_string()) };
    // An entry without an id may have been cut off, so that the list is asked for three times.
    host.world.faults().add(Fault::new(answer).on(Service::Google, "GET", EVENTS).times(Some(3)));
    let report = host.sync();
    let parked: Vec<&str> =
        report["parked"].as_array().unwrap().iter().map(|row| row["googleId"].as_str().unwrap()).collect();
    assert_eq!(parked, ["bad1", "bad2", "bad3"]);
    assert_eq!(report["crm"]["created"], 2);
    assert_eq!(report["notes"][0]["code"], "unreadable");
}

/// C1: only a calendar that the user can write is accepted; a missing right names itself; nothing is written before.
#[test]
fn activation_names_what_is_missing() {
    let mut host = Host::new();
    let activate = |host: &mut Host, more: Value| {
        host.run(json!({ "name": "activate", "settings": settings(more) })).code()
    };
    assert_eq!(activate(&mut host, json!({ "calendar": "nobody@example.com" })), "calendar-not-writable");
    assert_eq!(activate(&mut host, json!({ "direction": "up" })), "invalid-settings");
    host.world.switches().set("module_flags", "per_user").unwrap();
    host.world.set_permission("Crm_Implied_Create_Events", false);
    assert_eq!(activate(&mut host, json!({})), "forbidden");
    assert!(host.rows.is_empty());
    let access = host.run(json!({ "name": "checkAccess", "settings": settings(json!({ "calendar": "nobody@example.com" })) })).done();
    assert_eq!(access["ok"], false);
    let codes: Vec<&str> =
        access["missing"].as_array().unwrap().iter().map(|row| row["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["calendar-not-writable", "forbidden"]);
    assert!(access["missing"][1]["message"].as_str().unwrap().contains("Create"));
    let named = |row: &Value| (row["what"].clone(), row["name"].clone());
    let missing = access["missing"].as_array().unwrap();
    assert_eq!(
        (named(&missing[0]), named(&missing[1])),
        ((json!("calendar"), json!(null)), (json!("meetings"), json!("Create")))
    );
    host.world.set_permission("Crm_Implied_Create_Events", true);
    assert_eq!(host.run(json!({ "name": "checkAccess" })).done(), json!({ "ok": true, "missing": [] }));
}

/// Section 8: a scope that the sign-in lacks is found before the first write, on either side; only what the direction
/// needs is asked for.
#[test]
fn a_missing_scope_is_found_before_the_first_cycle() {
    let google = "https://www.googleapis.com/auth/calendar.";
    let reading = format!("{google}events.readonly");
    let writing = format!("{google}events");
    let table = [
        ("two-way", Service::Google, vec![reading.as_str()], false),
        ("crm-to-google", Service::Google, vec![reading.as_str()], false),
        ("google-to-crm", Service::Google, vec![reading.as_str()], true),
        ("two-way", Service::Google, vec![writing.as_str()], true),
        ("google-to-crm", Service::Google, vec![], false),
    ];
    for (direction, service, scopes, ok) in table {
        let mut host = Host::new();
        host.add_event(timed("Call", 2));
        let lists = format!("{google}calendarlist.readonly");
        host.world.set_scopes(service, &[scopes, vec![lists.as_str()]].concat());
        let asked = settings(json!({ "direction": direction }));
        let access = host.run(json!({ "name": "checkAccess", "settings": asked.clone() })).done();
        assert_eq!(access["ok"], ok, "{direction} {access}");
        let ended = host.run(json!({ "name": "activate", "settings": asked }));
        assert_eq!(matches!(ended, Ended::Done(_)), ok, "{ended:?}");
        assert_eq!(host.world.counters().google_writes, 1, "only the person's own event");
    }
    for missing in ["ZohoCRM.coql.READ", "ZohoCRM.modules.ALL"] {
        let all = [
            "ZohoCRM.coql.READ",
            "ZohoCRM.modules.ALL",
            "ZohoCRM.settings.ALL",
            "ZohoCRM.users.READ",
            "ZohoCRM.org.READ",
        ];
        let mut host = Host::new();
        let granted: Vec<&str> = all.into_iter().filter(|scope| *scope != missing).collect();
        host.world.set_scopes(Service::Zoho, &granted);
        let access = host.run(json!({ "name": "checkAccess", "settings": settings(json!({})) })).done();
        assert_eq!(access["missing"][0]["code"], "forbidden", "{missing}: {access}");
    }
}

/// C1: no calendar is offered that cannot be written.
#[test]
fn only_writable_calendars_are_offered() {
    let calendars = Host::new().run(json!({ "name": "calendars" })).done();
    let calendars = calendars.as_array().unwrap();
    assert!(calendars.len() >= 2);
    assert!(
        calendars.iter().all(|calendar| ["owner", "writer"].contains(&calendar["role"].as_str().unwrap()))
    );
    assert_eq!(calendars.iter().filter(|calendar| calendar["primary"] == true).count(), 1);
}

/// Section 12: no address, text or token in an error, whatever the services say.
#[test]
fn errors_hold_no_personal_data() {
    let secret = "SECRET ben@example.com";
    for status in [400, 401, 403, 404, 409, 429, 500] {
        for (service, path, method) in [(Service::Google, EVENTS, "GET"), (Service::Zoho, MEETINGS, "POST")] {
            let body = json!({ "error": { "errors": [{ "reason": secret, "message": secret }] }, "code": secret, "message": secret, "details": { "permissions": [secret] } });
            let fault = always(FaultKind::Status { status, reason: None, body: Some(body.to_string()) });
            let mut host = host();
            host.world.faults().add(fault.on(service, method, path));
            match host.cycle() {
                Ended::Failed { message, .. } => {
                    assert!(!message.contains('@') && !message.contains("SECRET ben"), "{status}: {message}");
                    assert!(message.ends_with('.'), "a sentence: {message}");
                }
                Ended::Done(report) => assert!(!report.to_string().contains('@'), "{report}"),
                Ended::Killed => unreachable!(),
            }
        }
    }
}

/// Forgetting erases everything that is stored here, and nothing elsewhere.
#[test]
fn forgetting_erases_local_state_only() {
    let mut host = host();
    host.sync();
    let before = host.meetings();
    host.run(json!({ "name": "forget" })).done();
    assert!(host.rows.is_empty());
    assert_same(&host.meetings(), &before);
}

/// The host's deadline stops the cycle between two groups; the next one goes on.
#[test]
fn a_deadline_is_kept() {
    let mut host = Host::filled(700);
    host.activate();
    let deadline = host.world.now_ms() + 600;
    let report = host.run(json!({ "name": "run", "deadlineMs": deadline })).done();
    assert_eq!(report["finished"], "deadline");
    assert!(report["remaining"].as_u64().unwrap() > 0);
    host.settle();
    assert_same(&host.meetings(), &host.expected_meetings());
}
