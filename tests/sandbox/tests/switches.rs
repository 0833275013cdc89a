//! Each switch that no other test turns: what changes between its values.

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

const DAY: i64 = 86_400_000;

/// Runs a story under two values of a switch and compares what it tells with what is expected.
fn both(name: &str, expected: [(&str, Value); 2], story: impl Fn(&mut World) -> Value) {
    for (value, told) in expected {
        let mut world = world();
        world.switches().set(name, value).unwrap();
        assert_eq!(story(&mut world), told, "{name} = {value}");
    }
}

#[test]
fn tokens_and_deltas_of_google() {
    both("token_ttl_days", [("7", json!(410)), ("30", json!(200))], |world| {
        let (_, token) = read_all(world, "maxResults=250");
        world.set_now_ms(noon() + 8 * DAY);
        json!(google(world, "GET", &format!("{EVENTS}?maxResults=250&syncToken={token}"), None).status)
    });
    both("updated_min_days", [("20", json!(410)), ("30", json!(200))], |world| {
        json!(google(world, "GET", &format!("{EVENTS}?updatedMin=2026-10-30T00:00:00Z"), None).status)
    });
    both("filter_tombstones", [("no", json!(1)), ("yes", json!(0))], |world| {
        let mut focus = timed("focus");
        focus["eventType"] = json!("focusTime");
        let id = put(world, focus)["id"].as_str().unwrap().to_owned();
        let (_, token) = read_all(world, "eventTypes=default");
        google(world, "DELETE", &format!("{EVENTS}/{id}"), None);
        json!(read_all(world, &format!("eventTypes=default&syncToken={token}")).0.concat().len())
    });
    both("max_results", [("deny", json!(400)), ("clamp", json!(200))], |world| {
        json!(google(world, "GET", &format!("{EVENTS}?maxResults=9999"), None).status)
    });
    both("repeat_filter", [("and", json!(0)), ("or", json!(1))], |world| {
        let mut body = timed("x");
        body["extendedProperties"] = json!({ "private": { "a": "1" } });
        put(world, body);
        let query = "privateExtendedProperty=a%3D1&privateExtendedProperty=b%3D2";
        json!(read_all(world, query).0.concat().len())
    });
    both("sort_reminders", [("yes", json!([5, 60])), ("no", json!([60, 5]))], |world| {
        let mut body = timed("x");
        let popup = |minutes: i64| json!({ "method": "popup", "minutes": minutes });
        body["reminders"] = json!({ "useDefault": false, "overrides": [popup(60), popup(5)] });
        let rows = put(world, body)["reminders"]["overrides"].clone();
        json!([rows[0]["minutes"], rows[1]["minutes"]])
    });
}

#[test]
fn writes_of_the_crm() {
    both("participants_put", [("replace", json!(1)), ("merge", json!(2))], |world| {
        let guest = |email: &str| json!([{ "type": "email", "participant": email }]);
        let mut row = meeting("x");
        row["Participants"] = guest("a@example.com");
        let id = meet(world, row);
        let change = json!({ "data": [{ "Participants": guest("b@example.com") }] });
        assert_eq!(zoho(world, "PUT", &format!("{MEETINGS}/{id}"), Some(change)).status, 200);
        json!(world.crm_events()[0]["Participants"].as_array().unwrap().len())
    });
    let fortnight = || {
        let mut row = meeting("x");
        row["Recurring_Activity"] = json!({ "RRULE": "FREQ=WEEKLY;INTERVAL=1;UNTIL=2026-12-02" });
        row
    };
    both("series_put", [("all", json!(["y", "y"])), ("one", json!(["y", "x"]))], |world| {
        let id = meet(world, fortnight());
        zoho(world, "PUT", &format!("{MEETINGS}/{id}"), Some(json!({ "data": [{ "Event_Title": "y" }] })));
        world.crm_events().iter().map(|record| record["Event_Title"].clone()).collect()
    });
    both(
        "series_records",
        [
            ("each", json!(["2026-11-25T10:00:00+01:00", "2026-12-02T10:00:00+01:00"])),
            ("one", json!(["2026-11-25T10:00:00+01:00"])),
        ],
        |world| {
            meet(world, fortnight());
            world.crm_events().iter().map(|record| record["Start_DateTime"].clone()).collect()
        },
    );
    both(
        "reminder_shape",
        [("multireminder", json!([201, 400])), ("event_reminder", json!([400, 201]))],
        |world| {
            let mut write = |value: Value| {
                let mut row = meeting("x");
                row["Remind_At"] = value;
                zoho(world, "POST", MEETINGS, Some(json!({ "data": [row] }))).status
            };
            json!([
                write(json!([{ "unit": 5, "period": "minutes" }])),
                write(json!("2026-11-25T09:45:00+01:00"))
            ])
        },
    );
    both(
        "end_before_start",
        [("DEPENDENT_MISMATCH", json!("DEPENDENT_MISMATCH")), ("INVALID_DATA", json!("INVALID_DATA"))],
        |world| {
            let mut row = meeting("x");
            row["End_DateTime"] = json!("2026-11-25T09:59:59+01:00");
            json!(code(&zoho(world, "POST", MEETINGS, Some(json!({ "data": [row] })))).1)
        },
    );
    both("case_insensitive_write", [("no", json!(false)), ("yes", json!(true))], |world| {
        let mut row = meeting("x");
        row["all_Day"] = json!(true);
        meet(world, row);
        world.crm_events()[0]["All_day"].clone()
    });
    both("notify_default", [("true", json!(1)), ("false", json!(0))], |world| {
        let mut row = meeting("x");
        row["Participants"] = json!([{ "type": "email", "participant": "a@example.com" }]);
        meet(world, row);
        json!(world.mails().len())
    });
    both("remind_time", [("absent", json!(false)), ("present", json!(true))], |world| {
        let mut row = meeting("x");
        row["Remind_At"] = json!([{ "unit": 1, "period": "days" }]);
        meet(world, row);
        json!(world.crm_events()[0]["Remind_At"][0].get("time").is_some())
    });
}

#[test]
fn reads_of_the_crm() {
    both(
        "restore_bumps",
        [("no", json!("2026-11-22T13:00:00+01:00")), ("yes", json!("2026-11-23T13:00:00+01:00"))],
        |world| {
            let id = meet(world, meeting("x"));
            zoho(world, "DELETE", &format!("{MEETINGS}/{id}"), None);
            world.set_now_ms(noon() + DAY);
            assert!(world.restore_meeting(&id));
            world.crm_events()[0]["Modified_Time"].clone()
        },
    );
    both("permanent_ttl_days", [("60", json!(200)), ("0", json!(204))], |world| {
        let id = meet(world, meeting("x"));
        zoho(world, "DELETE", &format!("{MEETINGS}/{id}"), None);
        world.set_now_ms(noon() + 70 * DAY);
        json!(zoho(world, "GET", &format!("{MEETINGS}/deleted"), None).status)
    });
    both("list_participants", [("yes", json!(1)), ("no", Value::Null)], |world| {
        let mut row = meeting("x");
        row["Participants"] = json!([{ "type": "email", "participant": "a@example.com" }]);
        let id = meet(world, row);
        let whole = zoho(world, "GET", &format!("{MEETINGS}/{id}"), None).json();
        assert_eq!(whole["data"][0]["Participants"][0]["Email"], "a@example.com");
        let list = zoho(world, "GET", &format!("{MEETINGS}?fields=Participants"), None).json();
        list["data"][0]["Participants"].as_array().map_or(Value::Null, |rows| json!(rows.len()))
    });
    both("list_truncate_description", [("yes", json!(500)), ("no", json!(600))], |world| {
        let mut row = meeting("x");
        row["Description"] = json!("é".repeat(600));
        meet(world, row);
        let listed = zoho(world, "GET", &format!("{MEETINGS}?fields=Description"), None).json();
        json!(listed["data"][0]["Description"].as_str().unwrap().chars().count())
    });
    both("search_lag_s", [("30", json!(204)), ("0", json!(200))], |world| {
        meet(world, meeting("needle"));
        json!(zoho(world, "GET", &format!("{MEETINGS}/search?word=needle"), None).status)
    });
    both("user_tz", [("absent", Value::Null), ("present", json!("Europe/Paris"))], |world| {
        zoho(world, "GET", "/crm/v8/users?type=CurrentUser", None).json()["users"][0]["time_zone"].clone()
    });
    both(
        "code_429",
        [
            ("TOO_MANY_REQUESTS", json!("TOO_MANY_REQUESTS")),
            ("RATE_LIMIT_EXCEEDED", json!("RATE_LIMIT_EXCEEDED")),
        ],
        |world| {
            world.faults().add(Fault::status(429).on(Service::Zoho, "", ""));
            json!(code(&world.handle(&Request::zoho("GET", "/crm/v8/org")).unwrap()).1)
        },
    );
}

#[test]
fn new_fields_of_the_crm() {
    const FIELDS: &str = "/crm/v8/settings/fields?module=Events";
    let create = |world: &mut World, extra: Value| {
        let mut field = json!({ "field_label": "Key", "data_type": "text" });
        field.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        json!(code(&zoho(world, "POST", FIELDS, Some(json!({ "fields": [field] })))).0)
    };
    for (value, told) in [("user", [201, 201]), ("org", [400, 201]), ("unsupported", [400, 400])] {
        for (kind, status) in ["user", "org"].into_iter().zip(told) {
            let mut world = world();
            world.switches().set("external_field", value).unwrap();
            assert_eq!(
                create(&mut world, json!({ "external": { "type": kind } })),
                status,
                "{value}: {kind}"
            );
        }
    }
    both("unique_on_events", [("no", json!(400)), ("yes", json!(201))], |world| {
        create(world, json!({ "unique": { "case_sensitive": false } }))
    });
    both("same_address", [("refused", json!([400, 1])), ("taken", json!([201, 2]))], |world| {
        let row = json!({ "data": [{ "Last_Name": "Keller", "Email": "nora@example.com" }] });
        let mut statuses = (0..2).map(|_| zoho(world, "POST", "/crm/v8/Contacts", Some(row.clone())).status);
        let second = statuses.nth(1).unwrap();
        // An upsert finds its twin either way.
        assert_eq!(
            zoho(world, "POST", "/crm/v8/Contacts/upsert", Some(row.clone())).json()["data"][0]["action"],
            "update"
        );
        json!([second, world.crm_records("Contacts").len()])
    });
    both("fields_per_call", [("5", json!(400)), ("25", json!(201))], |world| {
        let fields: Vec<Value> =
            (0..6).map(|n| json!({ "field_label": format!("Key {n}"), "data_type": "text" })).collect();
        json!(zoho(world, "POST", FIELDS, Some(json!({ "fields": fields }))).status)
    });
    both("new_field_profiles", [("listed", json!(false)), ("all", json!(true))], |world| {
        let profiles = zoho(world, "GET", "/crm/v8/settings/profiles", None).json()["profiles"].clone();
        let other =
            profiles.as_array().unwrap().iter().find(|profile| profile["name"] == "Standard").unwrap();
        create(world, json!({ "profiles": [{ "id": other["id"], "permission_type": "read_write" }] }));
        let mut row = meeting("x");
        row["Key"] = json!("1");
        meet(world, row);
        json!(world.crm_events()[0].get("Key").is_some())
    });
}
