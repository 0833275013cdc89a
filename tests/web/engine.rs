//! The module as a browser sees it: the step protocol across the boundary, in a page and in a worker.

#![cfg(target_arch = "wasm32")]
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod host;
mod lifetime;

use host::{Host, NOW, answer, bytes, get, json, keys, rows};
use js_sys::{Array, Object, Reflect, Uint8Array};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

const SETTINGS: &str = r#"{"calendar":"ana@example.com","direction":"google-to-crm"}"#;
/// Larger than any integer that a JavaScript number holds exactly.
const USER: &str = "5843104000000424162";
const RECORD: &str = "5843104000009007199254740993";

fn empty() -> JsValue {
    Object::new().into()
}

#[track_caller]
fn misuse_of(host: &Host, method: &str, args: &[JsValue]) {
    let error = host.try_call(method, args).err().unwrap_or_else(|| panic!("{method} was accepted"));
    assert!(error.is_instance_of::<js_sys::Error>(), "{method} threw {error:?}");
    assert_eq!(get(&error, "code").as_string().as_deref(), Some("misuse"), "{method}");
    assert!(get(&error, "message").as_string().is_some_and(|text| text.contains("order")), "{method}");
}

#[wasm_bindgen_test]
fn each_command_begins_by_asking() {
    let table = [
        (r#"{"name":"calendars"}"#, "http"),
        (r#"{"name":"checkAccess"}"#, "http"),
        (r#"{"name":"activate","settings":SETTINGS}"#, "load"),
        (r#"{"name":"run"}"#, "load"),
        (r#"{"name":"status"}"#, "load"),
        (r#"{"name":"run","trigger":"crm-change","crmIds":["5843104000009007199254740993"]}"#, "load"),
        (r#"{"name":"history"}"#, "load"),
        (r#"{"name":"resolve","question":"00ff","answer":"restore"}"#, "load"),
        (r#"{"name":"deactivate"}"#, "load"),
        (r#"{"name":"forget"}"#, "load"),
    ];
    for (command, kind) in table {
        let step = Host::new(1).start(&command.replace("SETTINGS", SETTINGS));
        assert_eq!(step.kind(), kind, "{command}: {}", step.json());
        assert_eq!(step.text("progress.phase"), "idle", "{command}");
        assert_eq!(step.at("progress.done").as_f64(), Some(0.0), "{command}");
    }
}

#[wasm_bindgen_test]
fn a_request_names_a_service_and_a_path_but_no_origin_and_no_token() {
    let step = Host::new(1).start(r#"{"name":"calendars"}"#);
    assert_eq!(step.text("requests.0.service"), "google");
    assert_eq!(step.text("requests.0.method"), "GET");
    assert!(
        step.text("requests.0.path").starts_with("/calendar/v3/users/me/calendarList?"),
        "{}",
        step.json()
    );
    assert!(!step.at("requests.0.headers").is_instance_of::<js_sys::Map>(), "headers are a plain object");
    assert!(step.at("requests.0.body").is_undefined());
    assert!(!step.json().to_lowercase().contains("authorization"));
}

#[wasm_bindgen_test]
fn bytes_of_an_answer_come_through_unchanged() {
    let host = Host::new(1);
    let name = "Équipe 日本 👩‍👩‍👧 \u{200f}שלום";
    host.start(r#"{"name":"calendars"}"#);
    let body = format!(
        r#"{{"items":[{{"id":"a@example.com","summary":"{name}","timeZone":"Europe/Paris","accessRole":"owner"}}]}}"#
    );
    let step = host.answered(&[&body]);
    assert_eq!(step.kind(), "done", "{}", step.json());
    assert_eq!(step.text("result.0.name"), name);
    assert_eq!(step.text("result.0.role"), "owner");
}

#[wasm_bindgen_test]
fn a_body_may_be_a_view_into_a_larger_buffer() {
    let host = Host::new(1);
    host.start(r#"{"name":"calendars"}"#);
    let body = r#"{"items":[{"id":"a@example.com","summary":"Ana","timeZone":"UTC","accessRole":"writer"}]}"#;
    let padded = bytes(&format!("###{body}###"));
    let view = padded.subarray(3, 3 + body.len() as u32);
    let answers = Array::of1(&answer(200, view));
    assert_eq!(host.call("answered", &[answers.into()]).text("result.0.id"), "a@example.com");
}

#[wasm_bindgen_test]
fn what_is_no_json_is_asked_for_again_and_then_a_bad_response() {
    let host = Host::new(1);
    let mut step = host.start(r#"{"name":"calendars"}"#);
    let cut = Uint8Array::from([0x7b, 0x22, 0xff, 0xc3].as_slice());
    let mut now = NOW;
    for _ in 0..20 {
        step = match step.kind().as_str() {
            "http" => host.call_at("answered", &[Array::of1(&answer(200, cut.clone())).into()], now),
            "wait" => {
                now = step.at("untilMs").as_f64().expect("a time");
                host.call_at("woke", &[], now)
            }
            _ => break,
        };
    }
    assert_eq!((step.kind().as_str(), step.text("error.code").as_str()), ("failed", "bad-response"));
}

#[wasm_bindgen_test]
fn failures_of_the_host_have_their_own_codes() {
    let table = [("auth-expired", "auth-expired"), ("aborted", "cancelled")];
    for (failure, code) in table {
        let host = Host::new(1);
        host.start(r#"{"name":"calendars"}"#);
        let answers = json(&format!(r#"[{{"failure":"{failure}"}}]"#));
        let step = host.call("answered", &[answers]);
        assert_eq!((step.kind().as_str(), step.text("error.code").as_str()), ("failed", code), "{failure}");
        assert!(!step.text("error.message").is_empty());
    }
}

#[wasm_bindgen_test]
fn a_storage_that_fails_ends_the_command_with_its_code() {
    for (code, expected) in
        [("storage-full", "storage-full"), ("storage-failed", "storage-failed"), ("?", "storage-failed")]
    {
        let host = Host::new(1);
        host.start(r#"{"name":"status"}"#);
        let step = host.call("failed", &[json(&format!(r#"{{"code":"{code}"}}"#))]);
        assert_eq!(step.text("error.code"), expected);
    }
}

#[wasm_bindgen_test]
fn a_call_in_the_wrong_order_is_misuse_and_harms_nothing() {
    let host = Host::new(1);
    misuse_of(&host, "loaded", &[empty()]);
    misuse_of(&host, "saved", &[]);

    host.start(r#"{"name":"status"}"#);
    misuse_of(&host, "start", &[json(r#"{"name":"history"}"#)]);
    misuse_of(&host, "saved", &[]);
    misuse_of(&host, "woke", &[]);
    misuse_of(&host, "zoned", &[Array::new().into()]);
    misuse_of(&host, "answered", &[Array::new().into()]);
    assert_eq!(host.loaded(&empty()).text("result.state"), "off");

    misuse_of(&host, "loaded", &[empty()]);
    assert_eq!(host.start(r#"{"name":"history"}"#).kind(), "load");
}

#[wasm_bindgen_test]
fn answers_must_be_as_many_as_the_requests() {
    let host = Host::new(1);
    host.start(r#"{"name":"calendars"}"#);
    misuse_of(&host, "answered", &[Array::new().into()]);
    let two = Array::of2(&answer(200, bytes("{}")), &answer(200, bytes("{}")));
    misuse_of(&host, "answered", &[two.into()]);
    assert_eq!(host.answered(&[r#"{"items":[]}"#]).kind(), "done");
}

#[wasm_bindgen_test]
fn values_of_the_wrong_type_leave_the_engine_usable() {
    let host = Host::new(1);
    host.start(r#"{"name":"calendars"}"#);
    for nonsense in [JsValue::NULL, JsValue::UNDEFINED, "text".into(), 5.into(), empty()] {
        misuse_of(&host, "answered", &[nonsense]);
    }
    assert_eq!(host.answered(&[r#"{"items":[]}"#]).kind(), "done");

    for nonsense in [JsValue::NULL, "text".into(), json(r#"{"state":5}"#)] {
        host.start(r#"{"name":"status"}"#);
        let step = host.loaded(&nonsense);
        assert_eq!(step.text("error.code"), "storage-failed", "{nonsense:?}");
    }
}

/// The request may have been carried out: it is asked again after a pause, not taken for a refusal.
#[wasm_bindgen_test]
fn an_answer_without_a_status_is_no_answer() {
    for nonsense in ["[null]", "[7]", "[{}]", r#"[{"status":"ok"}]"#, r#"[{"status":0,"headers":{}}]"#] {
        let host = Host::new(1);
        host.start(r#"{"name":"calendars"}"#);
        let step = host.call("answered", &[json(nonsense)]);
        assert_eq!(step.kind(), "wait", "{nonsense}: {}", step.json());
        assert_eq!(step.text("progress.phase"), "waiting");
    }
}

#[wasm_bindgen_test]
fn a_command_that_is_none_is_misuse() {
    for command in ["{}", "null", "[]", r#"{"name":"sync"}"#, r#"{"name":"run","trigger":"cron"}"#] {
        let host = Host::new(1);
        let code = match host.try_call("start", &[json(command)]) {
            Ok(step) => step.text("error.code"),
            Err(error) => get(&error, "code").as_string().unwrap_or_default(),
        };
        assert_eq!(code, "misuse", "{command}");
        assert_eq!(host.start(r#"{"name":"status"}"#).kind(), "load", "{command}");
    }
}

#[wasm_bindgen_test]
fn wrong_settings_are_named_before_anything_is_asked() {
    let table = [
        ("null", "settings"),
        ("[]", "settings"),
        ("{}", "calendar"),
        (r#"{"calendar":""}"#, "calendar"),
        (r#"{"calendar":7}"#, "calendar"),
        (r#"{"calendar":"a","direction":"sideways"}"#, "direction"),
        (r#"{"calendar":"a","guests":true}"#, "guests"),
        (r#"{"calendar":"a","direction":"google-to-crm","limits":{"firstSync":0}}"#, "limits.firstSync"),
        (r#"{"calendar":"a","direction":"google-to-crm","limits":{"laterSync":1.5}}"#, "limits.laterSync"),
        (r#"{"calendar":"a","direction":"google-to-crm","intervalMinutes":"5"}"#, "intervalMinutes"),
        (r#"{"calendar":"a","direction":"google-to-crm","privateEvents":"hide"}"#, "privateEvents"),
        (r#"{"calendar":"a","direction":"google-to-crm","notifyGuests":"no"}"#, "notifyGuests"),
    ];
    for (settings, field) in table {
        let step = Host::new(1).start(&format!(r#"{{"name":"activate","settings":{settings}}}"#));
        assert_eq!(step.kind(), "failed", "{settings}: {}", step.json());
        assert_eq!(step.text("error.code"), "invalid-settings", "{settings}");
        assert!(step.text("error.message").contains(field), "{settings}: {}", step.text("error.message"));
    }
}

#[wasm_bindgen_test]
fn numbers_out_of_range_are_wrong_settings() {
    for number in [-1.0, 0.0, 0.5, 61.0, 1e300] {
        let command = json(r#"{"name":"activate","settings":{"calendar":"a","direction":"google-to-crm"}}"#);
        Reflect::set(&get(&command, "settings"), &"intervalMinutes".into(), &number.into())
            .expect("a plain object");
        let step = Host::new(1).call("start", &[command]);
        assert_eq!(step.text("error.code"), "invalid-settings", "{number}");
    }
}

#[wasm_bindgen_test]
fn cancel_ends_a_command_at_any_step_and_another_can_begin() {
    for command in [r#"{"name":"calendars"}"#, r#"{"name":"status"}"#, r#"{"name":"run"}"#] {
        let host = Host::new(1);
        host.start(command);
        let step = host.call("cancel", &[]);
        assert_eq!(
            (step.kind().as_str(), step.text("error.code").as_str()),
            ("failed", "cancelled"),
            "{command}"
        );
        assert_eq!(host.start(r#"{"name":"status"}"#).kind(), "load");
        assert_eq!(host.loaded(&empty()).kind(), "done");
    }
}

#[wasm_bindgen_test]
fn forget_removes_every_row() {
    let host = Host::new(1);
    assert_eq!(host.start(r#"{"name":"forget"}"#).text("prefix"), "");
    let step = host.loaded(&rows([("settings", "damaged".to_owned()), ("link/a", String::new())]));
    let removed: Vec<_> = Array::from(&step.at("remove")).iter().filter_map(|key| key.as_string()).collect();
    assert_eq!(removed, ["link/a", "settings"]);
    assert!(keys(&step.at("put")).is_empty());
    let end = host.call("saved", &[]);
    assert_eq!(end.kind(), "done");
    assert!(end.at("result").is_null() || end.at("result").is_undefined());
}

#[wasm_bindgen_test]
fn engines_do_not_know_of_each_other() {
    let hosts: Vec<Host> = (0..300).map(Host::new).collect();
    for host in &hosts {
        host.start(r#"{"name":"calendars"}"#);
    }
    for (at, host) in hosts.iter().enumerate().rev() {
        let body = format!(r#"{{"items":[{{"id":"c{at}","timeZone":"UTC","accessRole":"owner"}}]}}"#);
        assert_eq!(host.answered(&[&body]).text("result.0.id"), format!("c{at}"));
        host.free();
    }
}

#[wasm_bindgen_test]
fn engines_that_are_freed_leave_no_memory_behind() {
    let memory: js_sys::WebAssembly::Memory = wasm_bindgen::memory().unchecked_into();
    let size = || memory.buffer().unchecked_into::<js_sys::ArrayBuffer>().byte_length();
    let body = format!(r#"{{"items":[],"padding":"{}"}}"#, "x".repeat(100_000));
    let cycle = || {
        for seed in 0..50 {
            let host = Host::new(seed);
            host.start(r#"{"name":"calendars"}"#);
            assert_eq!(host.answered(&[&body]).kind(), "done");
            host.free();
        }
    };
    cycle();
    let before = size();
    for _ in 0..4 {
        cycle();
    }
    assert_eq!(size(), before, "200 more engines with answers of 100 KB made the memory grow");
}

#[wasm_bindgen_test]
fn ids_beyond_the_numbers_of_javascript_stay_exact() {
    let host = Host::new(1);
    let stored = activated(&host);
    let step = host.start(r#"{"name":"run","batch":true}"#);
    assert_eq!(step.kind(), "load");
    let mut step = host.loaded(&stored);
    let mut written = Vec::new();
    for _ in 0..40 {
        step = match step.kind().as_str() {
            "load" => host.loaded(&empty()),
            "save" => {
                written.extend(keys(&step.at("put")));
                host.call("saved", &[])
            }
            "offsets" => host.call("zoned", &[json(r#"[{"fromMs":0,"minutes":60}]"#)]),
            "http" => {
                let bodies = world(&step);
                host.answered(&bodies.iter().map(String::as_str).collect::<Vec<_>>())
            }
            _ => break,
        };
    }
    assert_eq!(step.kind(), "done", "{}", step.json());
    assert_eq!(step.at("result.crm.created").as_f64(), Some(1.0), "{}", step.json());
    assert!(written.contains(&format!("crm/{RECORD}")), "{written:?}");
    assert!(written.contains(&"link/event1".to_owned()), "{written:?}");
}

/// Activates a calendar; gives the rows that were saved.
fn activated(host: &Host) -> JsValue {
    let mut step = host.start(&format!(r#"{{"name":"activate","settings":{SETTINGS}}}"#));
    let mut saved = rows([]);
    for _ in 0..20 {
        step = match step.kind().as_str() {
            "load" => host.loaded(&empty()),
            "save" => {
                saved = step.at("put");
                host.call("saved", &[])
            }
            "http" => {
                let bodies = world(&step);
                host.answered(&bodies.iter().map(String::as_str).collect::<Vec<_>>())
            }
            _ => break,
        };
    }
    assert_eq!(step.kind(), "done", "{}", step.json());
    assert!(!saved.is_instance_of::<js_sys::Map>(), "rows are a plain object");
    assert!(keys(&saved).contains(&"settings".to_owned()), "{:?}", keys(&saved));
    saved
}

/// The smallest Google calendar and CRM: one event, one user.
fn world(step: &host::Step) -> Vec<String> {
    let count = get(&step.at("requests"), "length").as_f64().unwrap_or_default() as usize;
    (0..count)
        .map(|at| {
            reply(&step.text(&format!("requests.{at}.method")), &step.text(&format!("requests.{at}.path")))
        })
        .collect()
}

fn reply(method: &str, path: &str) -> String {
    let body = match (method, path.split('?').next().unwrap_or_default()) {
        ("GET", "/calendar/v3/users/me/calendarList") => {
            r#"{"items":[{"id":"ana@example.com","summary":"Ana","timeZone":"Europe/Paris","accessRole":"owner","primary":true}]}"#
        }
        ("GET", path) if path.starts_with("/calendar/v3/calendars/") => {
            r#"{"items":[{"id":"event1","etag":"\"1\"","status":"confirmed","updated":"2026-11-20T10:00:00.000Z","summary":"Call",
                "start":{"dateTime":"2026-11-25T10:00:00+01:00"},"end":{"dateTime":"2026-11-25T11:00:00+01:00"}}],
                "nextSyncToken":"token1","defaultReminders":[]}"#
        }
        ("GET", "/crm/v8/users") => {
            r#"{"users":[{"id":"USER","time_zone":"Europe/Paris","status":"active","full_name":"Ana"}]}"#
        }
        ("GET", "/crm/v8/org") => {
            r#"{"org":[{"id":"5843104000000000001","zgid":"1","time_zone":"Europe/Paris"}]}"#
        }
        ("GET", "/crm/v8/settings/modules/Events") => {
            r#"{"modules":[{"api_name":"Events","api_supported":true,"viewable":true,"creatable":true,"editable":true,"deletable":true}]}"#
        }
        ("GET", "/crm/v8/settings/fields") => {
            r#"{"fields":[{"api_name":"Event_Title","data_type":"text","length":255},{"api_name":"Venue","data_type":"text","length":255},
                {"api_name":"Description","data_type":"textarea","length":32000}]}"#
        }
        ("POST", "/crm/v8/coql") => r#"{"data":[],"info":{"count":0,"more_records":false}}"#,
        ("POST", "/crm/v8/Events") => {
            r#"{"data":[{"code":"SUCCESS","status":"success","message":"record added","action":"insert",
                "details":{"id":"RECORD","Modified_Time":"2026-11-22T10:00:00+00:00","Created_Time":"2026-11-22T10:00:00+00:00"}}]}"#
        }
        other => panic!("an unexpected request: {other:?}"),
    };
    body.replace("USER", USER).replace("RECORD", RECORD)
}
