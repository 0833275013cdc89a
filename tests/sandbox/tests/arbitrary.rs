//! Whatever comes in, the sandbox answers: requests put together from real pieces and from noise, by a seed.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod support;

use accord_sandbox::{Fault, Request, Service, World};
use serde_json::{Value, json};
use support::*;

const PIECES: &[&str] = &[
    "calendar",
    "v3",
    "calendars",
    "primary",
    "events",
    "users",
    "me",
    "calendarList",
    "instances",
    "import",
    "crm",
    "v8",
    "Events",
    "Contacts",
    "coql",
    "deleted",
    "search",
    "settings",
    "fields",
    "modules",
    "users",
    "org",
    "oauth",
    "v2",
    "token",
    "batch",
    "",
    "..",
    "%00",
    "%ff%fe",
    "%2F",
    "é",
    "_20261125T090000Z",
    "17",
    "99999999999999999999999",
    "actions",
    "count",
    "cancel",
    "upsert",
    "layouts",
    "custom_views",
    "fetch_full_data",
    "Invitees",
    "Leads",
];
const QUERIES: &[&str] = &[
    "maxResults=1",
    "maxResults=-1",
    "maxResults=99999999999999999999",
    "pageToken=UDF8",
    "syncToken=AAAA",
    "timeMin=9999-12-31T23:59:59Z",
    "timeMax=0001-01-01T00:00:00%2B14:00",
    "singleEvents=true",
    "orderBy=startTime",
    "showDeleted=true",
    "fields=a(b(c",
    "fields=,",
    "q=%F0%9F",
    "ids=1,2,x",
    "per_page=0",
    "page=18446744073709551615",
    "page_token=x",
    "fields=id",
    "sort_by=Modified_Time",
    "type=all",
    "criteria=((",
    "criteria=(A:equals:b)",
    "word=%2A",
    "email=",
    "timeZone=Nowhere",
    "maxAttendees=0",
    "privateExtendedProperty=x",
    "originalStart=",
    "&&==&",
    "updatedMin=2026-11-22T00:00:00Z",
    "conferenceDataVersion=1",
    "sendUpdates=all",
    "iCalUID=x",
    "eventTypes=default",
    "alt=xml",
    "module=Events",
    "cvid=17",
    "converted=both",
];
const BODIES: &[&str] = &[
    "",
    "{",
    "[]",
    "null",
    "{\"data\":[]}",
    "{\"data\":{}}",
    "{\"data\":[null,1,\"x\"]}",
    "{\"select_query\":\"select id from Events where ((((((((\"}",
    "{\"select_query\":\"select id from Events where id in ('\"}",
    "{\"select_query\":\"sélect\u{202e}\"}",
    "{\"start\":{\"date\":\"9999-12-31\"},\"end\":{\"date\":\"9999-12-31\"}}",
    "{\"start\":{\"date\":\"2026-02-30\"},\"end\":{\"dateTime\":\"x\"}}",
    "{\"start\":{\"dateTime\":\"9999-12-31T23:59:59-23:59\"},\"end\":{\"dateTime\":\"9999-12-31T23:59:59-23:59\"}}",
    "{\"start\":{\"date\":\"0001-01-01\"},\"end\":{\"date\":\"9999-12-31\"},\"recurrence\":[\"RRULE:FREQ=DAILY;COUNT=99999999\"]}",
    "{\"start\":{\"date\":\"2026-11-01\"},\"end\":{\"date\":\"2026-11-02\"},\"recurrence\":[\"RRULE:FREQ=YEARLY;BYMONTHDAY=30;BYMONTH=2\"]}",
    "{\"start\":{\"date\":\"2026-11-01\"},\"end\":{\"date\":\"2026-11-02\"},\"recurrence\":[\"EXDATE:99999999\",\"RDATE;TZID=X:20261101T000000\"]}",
    "{\"data\":[{\"Event_Title\":\"x\",\"All_day\":true,\"Meeting_Venue__s\":\"Online\",\"Start_DateTime\":\"9999-12-31T23:59:59-12:00\",\"End_DateTime\":\"9999-12-31T23:59:59-12:00\"}]}",
    "{\"data\":[{\"id\":\"1\",\"Participants\":[{}]}]}",
    "{\"fields\":[{\"field_label\":\"a b\",\"data_type\":\"text\",\"external\":{\"type\":\"user\"},\"profiles\":[null]},7]}",
    "{\"fields\":[{\"field_label\":\"é\",\"data_type\":\"picklist\",\"pick_list_values\":[{}]},{\"field_label\":\"k\",\"data_type\":\"text\",\"external\":{\"type\":\"org\"}}]}",
    "{\"data\":[{\"Event_Title\":\"x\",\"Meeting_Venue__s\":\"Online\",\"Start_DateTime\":\"9999-12-31T10:00:00+00:00\",\"End_DateTime\":\"9999-12-31T10:00:00+00:00\",\"Recurring_Activity\":{\"RRULE\":\"FREQ=DAILY;COUNT=65535\"}}]}",
    "{\"data\":[{\"Last_Name\":\"x\",\"Email\":\"a@example.com\",\"k\":\"1\",\"Layout\":{\"id\":\"1\"},\"$se_module\":{},\"What_Id\":[]}],\"trigger\":{},\"duplicate_check_fields\":[\"Email\"]}",
    "{\"attendees\":[{\"email\":\"\"}],\"summary\":null}",
    "{\"reminders\":{\"overrides\":[{}]}}",
    "--b\r\nContent-Type: application/http\r\n\r\nGET /batch/calendar/v3\r\n\r\n--b--",
    "--b\r\n\r\n--b--",
    "--b",
];
const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "X"];

fn any_request(rng: &mut fastrand::Rng) -> Request {
    let pick = |rng: &mut fastrand::Rng, from: &[&str]| from[rng.usize(0..from.len())].to_owned();
    let google = rng.bool();
    let mut path = match rng.u8(0..6) {
        0 => String::new(),
        1 => EVENTS.to_owned(),
        2 => MEETINGS.to_owned(),
        3 => "/crm/v8/coql".to_owned(),
        4 => "/batch/calendar/v3".to_owned(),
        _ => "/crm/v8".to_owned(),
    };
    for _ in 0..rng.usize(0..4) {
        path.push('/');
        path.push_str(&pick(rng, PIECES));
    }
    for index in 0..rng.usize(0..4) {
        path.push(if index == 0 { '?' } else { '&' });
        path.push_str(&pick(rng, QUERIES));
    }
    let method = pick(rng, METHODS);
    let mut request = if google { Request::google(&method, &path) } else { Request::zoho(&method, &path) };
    request.body = pick(rng, BODIES).into_bytes();
    if rng.u8(0..10) == 0 {
        request.body.truncate(rng.usize(0..request.body.len().max(1)));
    }
    for (name, value) in [
        ("Content-Type", "multipart/mixed; boundary=b"),
        ("If-Match", "\"1\""),
        ("If-Modified-Since", "2026-11-22T12:00:00+99:99"),
        ("If-Unmodified-Since", "2026-11-22T12:00:00Z"),
        ("X-EXTERNAL", "Events.k,Events.What_Id->Leads.k"),
    ] {
        if rng.u8(0..4) == 0 {
            request = request.header(name, value);
        }
    }
    request
}

#[test]
fn any_request_gets_an_answer_of_the_vendors_kind() {
    let mut world = world();
    let mut rng = fastrand::Rng::with_seed(20_261_122);
    for _ in 0..6_000 {
        let request = any_request(&mut rng);
        let answer = world.handle(&request).unwrap();
        let what = format!("{} {} {}", request.method, request.path, String::from_utf8_lossy(&request.body));
        assert!((200..500).contains(&answer.status), "{what}: {}", answer.status);
        if answer.status >= 400 {
            let body = answer.json();
            let shown = match request.service {
                // The accounts server has a shape of its own (RFC 6749, section 5.2).
                Service::Google if !request.path.starts_with("/calendar") && body["error"].is_string() => {
                    body["error_description"].is_string()
                }
                Service::Google => body["error"]["code"] == answer.status,
                Service::Zoho => body["code"].is_string() || body["data"][0]["code"].is_string(),
            };
            assert!(shown, "{what}: {body}");
        }
    }
}

/// The clock may stand anywhere.
#[test]
fn times_at_the_ends_of_the_scale_do_no_harm() {
    for now in [i64::MIN, -1, 0, i64::MAX] {
        let mut world = World::new(1, now);
        google(&mut world, "POST", EVENTS, Some(timed("x")));
        zoho(&mut world, "POST", MEETINGS, Some(json!({ "data": [meeting("x")] })));
        assert_eq!(google(&mut world, "GET", EVENTS, None).status, 200);
        assert_eq!(zoho(&mut world, "GET", &format!("{MEETINGS}?fields=id"), None).status, 200);
    }
}

#[test]
fn any_rule_for_faults_is_read_or_refused() {
    let mut rng = fastrand::Rng::with_seed(7);
    let values =
        [json!(null), json!(-1), json!(1e300), json!("x"), json!([]), json!({}), json!(500), json!("drop")];
    for _ in 0..2_000 {
        let rule: serde_json::Map<String, Value> =
            ["status", "kind", "nth", "times", "chance", "ms", "id", "index", "when"]
                .iter()
                .filter(|_| rng.bool())
                .collect::<Vec<_>>()
                .into_iter()
                .map(|name| ((*name).to_owned(), values[rng.usize(0..values.len())].clone()))
                .collect();
        let read = Fault::from_json(&Value::Object(rule.clone()));
        if let Err(message) = read {
            assert!(!message.is_empty(), "{rule:?}");
        }
    }
}
