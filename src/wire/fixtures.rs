//! Wire fixtures: what Google sends, and what the CRM is then sent. Each is the smallest body that shows its rule; the
//! shapes are those of the vendors' references (Calendar API v3, discovery document; Zoho CRM API v8, insert records).

use super::google::{self, Reminder};
use super::google_event::{self, Context};
use super::mapping::{self, Writing};
use super::zoho::{EventWrite, RecordResult, Rows};
use super::zoho_event::meeting;
use crate::model::event::Event;
use crate::model::field::FieldSet;
use crate::model::people::People;
use crate::model::profile::{AllDayOffset, AllDayTimes, TextLimits};
use crate::model::sight::{Content, Sight};
use crate::model::time::{OffsetChange, WhenKey};
use serde_json::{Value, json};

/// The calendar's default: a popup ten minutes before.
fn defaults() -> Vec<Reminder> {
    let page = json!({ "nextSyncToken": "t", "defaultReminders": [{ "method": "email", "minutes": 30 }, { "method": "popup", "minutes": 10 }] });
    google::default_reminders(page.to_string().as_bytes())
}

fn read(event: &Value) -> Sight {
    let defaults = defaults();
    let context = Context {
        default_reminders: &defaults,
        limits: TextLimits { title: 20, place: 12, description: 40 },
        own: &["cleo@example.com".to_owned()],
    };
    google_event::event(event.to_string().as_bytes(), &context).unwrap()
}

fn ordinary(event: &Value) -> Event {
    match read(event).content {
        Content::Ordinary { event, .. } => *event,
        _ => panic!("not an ordinary event: {event}"),
    }
}

fn written(event: &Event, all_day: AllDayTimes, creating: bool) -> Value {
    // Paris, winter and summer.
    let zone = [
        OffsetChange { from_ms: 1_790_000_000_000, minutes: 120 },
        OffsetChange { from_ms: 1_792_890_000_000, minutes: 60 },
    ];
    let mut write = EventWrite::default();
    mapping::to_crm(
        event,
        FieldSet::all(),
        &Writing {
            all_day,
            zone: &zone,
            reminder_times: false,
            creating,
            roster: None,
            people: &People::default(),
        },
        &mut write,
    );
    serde_json::to_value(&write).unwrap()
}

fn timed(more: &Value) -> Value {
    let mut event = json!({
        "kind": "calendar#event", "id": "k3v0abc12", "status": "confirmed", "etag": "\"3587047200894624\"", "updated": "2026-11-01T09:00:00.447Z",
        "start": { "dateTime": "2026-11-22T10:00:00+01:00", "timeZone": "Europe/Paris" },
        "end": { "dateTime": "2026-11-22T11:00:00+01:00", "timeZone": "Europe/Paris" },
    });
    for (key, value) in more.as_object().unwrap() {
        event[key] = value.clone();
    }
    event
}

/// F1 to F6: one field of a Google event, and the field of the new CRM record that it becomes.
#[test]
fn google_fields_become_crm_fields() {
    let table = [
        ("F1 a title", json!({ "summary": " Call\n with  Ana " }), "Event_Title", json!("Call with Ana")),
        ("F1 no title", json!({}), "Event_Title", json!("Not Provided")),
        ("F1 blanks only", json!({ "summary": " \t" }), "Event_Title", json!("Not Provided")),
        (
            "F1 too long",
            json!({ "summary": "日本語のとても長い会議の名前です、本当に長い" }),
            "Event_Title",
            json!("日本語のとても長い会議の名前です、本当…"),
        ),
        ("F2 start", json!({}), "Start_DateTime", json!("2026-11-22T10:00:00+01:00")),
        ("F2 end", json!({}), "End_DateTime", json!("2026-11-22T11:00:00+01:00")),
        ("F2 timed", json!({}), "All_day", json!(false)),
        (
            "F2 fractions",
            json!({ "start": { "dateTime": "2026-11-22T10:00:00.500Z" } }),
            "Start_DateTime",
            json!("2026-11-22T10:00:00+00:00"),
        ),
        (
            "F2 zero length",
            json!({ "end": { "dateTime": "2026-11-22T10:00:00+01:00" } }),
            "End_DateTime",
            json!("2026-11-22T10:01:00+01:00"),
        ),
        (
            "F3 defaults",
            json!({ "reminders": { "useDefault": true } }),
            "Remind_At",
            json!([{ "unit": 10, "period": "minutes" }]),
        ),
        (
            "F3 first popup",
            json!({ "reminders": { "useDefault": false, "overrides": [{ "method": "email", "minutes": 5 }, { "method": "popup", "minutes": 120 }, { "method": "popup", "minutes": 1 }] } }),
            "Remind_At",
            json!([{ "unit": 2, "period": "hours" }]),
        ),
        (
            "F3 a day",
            json!({ "reminders": { "overrides": [{ "method": "popup", "minutes": 2_880 }] } }),
            "Remind_At",
            json!([{ "unit": 2, "period": "days" }]),
        ),
        (
            "F3 at the start",
            json!({ "reminders": { "overrides": [{ "method": "popup", "minutes": 0 }] } }),
            "Remind_At",
            json!([{ "unit": 0, "period": "minutes" }]),
        ),
        (
            "F3 e-mail only",
            json!({ "reminders": { "overrides": [{ "method": "email", "minutes": 5 }] } }),
            "Remind_At",
            Value::Null,
        ),
        ("F3 none", json!({}), "Remind_At", Value::Null),
        ("F4 a place", json!({ "location": "Room 2" }), "Venue", json!("Room 2")),
        ("F4 too long", json!({ "location": "A very long place" }), "Venue", json!("A very long…")),
        (
            "F5 HTML",
            json!({ "description": "<b>Agenda</b><br>1 &lt; 2" }),
            "Description",
            json!("Agenda\n1 < 2"),
        ),
        (
            "F6 guests",
            json!({ "attendees": [
            { "email": "ana@example.com", "self": true },
            { "email": "Cleo@example.com", "displayName": "the user elsewhere" },
            { "email": "room1@example.com", "resource": true },
            { "email": "Ben@Example.com", "displayName": "Ben" },
            { "email": "ben@example.com" },
            { "displayName": "no address" },
        ] }),
            "Participants",
            json!([{ "type": "email", "participant": "ben@example.com", "name": "Ben" }]),
        ),
        (
            "F6 omitted",
            json!({ "attendeesOmitted": true, "attendees": [{ "email": "ana@example.com", "self": true }] }),
            "Participants",
            Value::Null,
        ),
    ];
    for (story, google, field, expected) in table {
        let event = ordinary(&timed(&google));
        assert_eq!(written(&event, AllDayTimes::ASSUMED, true)[field], expected, "{story}");
    }
}

/// F2: all-day dates in every encoding that the CRM may want; Google's end is exclusive.
#[test]
fn all_day_dates_in_every_encoding() {
    let event =
        ordinary(&json!({ "id": "a", "start": { "date": "2026-10-24" }, "end": { "date": "2026-10-26" } }));
    let table = [
        (None, false, "2026-10-24T00:00:00+00:00", "2026-10-25T23:59:59+00:00"),
        (Some(AllDayOffset::Zero), true, "2026-10-24T00:00:00+00:00", "2026-10-26T00:00:00+00:00"),
        // Summer time ends in between.
        (Some(AllDayOffset::UserZone), false, "2026-10-24T00:00:00+02:00", "2026-10-25T23:59:59+01:00"),
        (Some(AllDayOffset::UserZone), true, "2026-10-24T00:00:00+02:00", "2026-10-26T00:00:00+01:00"),
    ];
    for (offset, exclusive_end, start, end) in table {
        let fields = written(&event, AllDayTimes { offset, exclusive_end }, true);
        assert_eq!(
            (&fields["Start_DateTime"], &fields["End_DateTime"]),
            (&json!(start), &json!(end)),
            "{offset:?} {exclusive_end}"
        );
        assert_eq!(fields["All_day"], true);
    }
}

/// An update clears what became empty; a new record leaves it out.
#[test]
fn empty_fields_are_cleared_or_left_out() {
    let event = ordinary(&timed(&json!({})));
    let update = written(&event, AllDayTimes::ASSUMED, false);
    for field in ["Venue", "Description", "Remind_At"] {
        assert_eq!(update.get(field), Some(&Value::Null), "{field}");
    }
    let create = written(&event, AllDayTimes::ASSUMED, true);
    let names: Vec<&String> = create.as_object().unwrap().keys().collect();
    assert_eq!(names, ["All_day", "End_DateTime", "Event_Title", "Start_DateTime"]);
}

/// Sections 6, 7 and 9.4 of what Google sends: what is not an ordinary event.
#[test]
fn other_rows_are_told_apart() {
    let kind = |event: Value| match read(&event).content {
        Content::Cancelled => "cancelled",
        Content::Recurring => "recurring",
        Content::OtherType => "other type",
        Content::Ordinary { private: true, .. } => "private",
        Content::Ordinary { private: false, .. } => "ordinary",
        Content::Unreadable(_) => "unreadable",
    };
    let table = [
        (json!({ "kind": "calendar#event", "etag": "\"2\"", "id": "a", "status": "cancelled" }), "cancelled"),
        (
            json!({ "id": "a_20261122T090000Z", "status": "cancelled", "recurringEventId": "a", "originalStartTime": {} }),
            "cancelled",
        ),
        (timed(&json!({ "recurrence": ["RRULE:FREQ=WEEKLY"] })), "recurring"),
        (timed(&json!({ "recurringEventId": "a" })), "ordinary"),
        (timed(&json!({ "eventType": "focusTime" })), "other type"),
        (timed(&json!({ "eventType": "somethingNew" })), "other type"),
        (timed(&json!({ "eventType": "default" })), "ordinary"),
        (timed(&json!({ "visibility": "private" })), "private"),
        (timed(&json!({ "visibility": "confidential" })), "private"),
        (timed(&json!({ "visibility": "public" })), "ordinary"),
        (json!({ "id": "a", "status": "confirmed" }), "unreadable"),
        (timed(&json!({ "start": { "date": "2026-11-22" } })), "unreadable"),
        (timed(&json!({ "start": { "dateTime": "yesterday" } })), "unreadable"),
        (timed(&json!({ "unknown": { "deep": [1, 2, 3] } })), "ordinary"),
    ];
    for (event, expected) in table {
        assert_eq!(kind(event.clone()), expected, "{event}");
        let series = read(&event).series.map(|id| id.as_str().to_owned());
        assert_eq!(series.as_deref(), event["recurringEventId"].as_str(), "C11: {event}");
    }
}

/// The CRM's answers: ids as text or numbers, results in order, 204 without a body.
#[test]
fn crm_answers() {
    let results = json!({ "data": [
        { "code": "SUCCESS", "status": "success", "message": "record added", "details": { "id": "4000000000000010001", "Modified_Time": "2026-11-22T10:00:00+01:00" } },
        { "code": "INVALID_DATA", "status": "error", "message": "…", "details": { "api_name": "Venue", "json_path": "$.data[1].Venue" } },
        { "code": "DUPLICATE_DATA", "status": "error", "details": { "id": 4_000_000_000_000_010_002_u64 } },
    ] });
    let results = RecordResult::parse(results.to_string().as_bytes()).unwrap();
    let ids: Vec<_> = results.iter().map(|result| (result.code.as_str(), result.id.as_deref())).collect();
    assert_eq!(
        ids,
        [
            ("SUCCESS", Some("4000000000000010001")),
            ("INVALID_DATA", None),
            ("DUPLICATE_DATA", Some("4000000000000010002"))
        ]
    );
    assert_eq!(results[1].field, "Venue");
    assert!(RecordResult::parse(b"{\"code\":\"INVALID_TOKEN\"}").is_none());
    assert_eq!(Rows::parse(b"").unwrap().data.len(), 0);
    assert!(Rows::parse(b"<html>").is_none());
}

/// The end of an all-day record may be read in two ways; a timed one in one.
#[test]
fn crm_extents() {
    let extents = |start: &str, end: &str, all_day: bool| {
        let rows = json!({ "data": [{ "id": "7", "Event_Title": "x", "Start_DateTime": start, "End_DateTime": end, "All_day": all_day }] });
        meeting(Rows::parse(rows.to_string().as_bytes()).unwrap().data.remove(0)).extents
    };
    let days = |found: Vec<WhenKey>| -> Vec<i32> {
        let length = |key: WhenKey| match key {
            WhenKey::AllDay { first, end } => end - first,
            WhenKey::Timed { .. } => -1,
        };
        found.into_iter().map(length).collect()
    };
    assert_eq!(days(extents("2026-11-22T00:00:00+00:00", "2026-11-22T23:59:59+00:00", true)), [1]);
    assert_eq!(days(extents("2026-11-22T00:00:00-11:00", "2026-11-23T23:59:00-11:00", true)), [2]);
    assert_eq!(days(extents("2026-11-22T00:00:00+00:00", "2026-11-22T00:00:00+00:00", true)), [1]);
    assert_eq!(days(extents("2026-11-22T00:00:00+00:00", "2026-11-23T00:00:00+00:00", true)), [2, 1]);
    assert_eq!(days(extents("2026-11-22T10:00:00+01:00", "2026-11-22T11:00:00+01:00", false)), [-1]);
    assert_eq!(days(extents("soon", "later", false)), Vec::<i32>::new());
}
