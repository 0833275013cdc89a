//! Wire fixtures of changes: what Google shows of an event, what the CRM says now, and what Google is then sent.

use super::crm_fixtures::{creating, ordinary, written};
use super::google::Reminder;
use super::mapping::GoogleWriting;
use crate::json::Json;
use crate::model::event::{Event, Guest, Guests};
use crate::model::field::{Field, FieldSet};
use crate::model::fingerprint::Fingerprint;
use serde_json::{Value, json};

/// An update: `current` as Google shows the event, one field of the CRM, and what is sent.
#[test]
fn an_update_replaces_only_its_own_part() {
    let defaults = [Reminder { method: "email".into(), minutes: 30 }, Reminder::popup(10)];
    let minutes = |unit: u32| json!({ "Remind_At": [{ "unit": unit, "period": "minutes" }] });
    let row = |method: &str, minutes: u32| json!({ "method": method, "minutes": minutes });
    let own = |rows: Vec<Value>| json!({ "reminders": { "useDefault": false, "overrides": rows } });
    let by_default = json!({ "reminders": { "useDefault": true } });
    let day = json!({ "All_day": true, "Start_DateTime": "2026-11-25T00:00:00+00:00", "End_DateTime": "2026-11-25T23:59:59+00:00" });
    let table = [
        (
            "F1 the placeholder stays at home",
            json!({ "Event_Title": "Not Provided" }),
            json!({ "summary": "Call" }),
            Field::Title,
            json!({}),
        ),
        ("F1 a title", json!({}), json!({}), Field::Title, json!({ "summary": "Call" })),
        (
            "F2 instants; the zone that is named stays",
            json!({}),
            json!({}),
            Field::Time,
            json!({ "start": { "dateTime": "2026-11-25T10:00:00+01:00", "date": null }, "end": { "dateTime": "2026-11-25T11:00:00+01:00", "date": null } }),
        ),
        (
            "F2 days have no zone",
            day,
            json!({}),
            Field::Time,
            json!({ "start": { "date": "2026-11-25", "dateTime": null, "timeZone": null }, "end": { "date": "2026-11-26", "dateTime": null, "timeZone": null } }),
        ),
        (
            "F3 the first popup changes, the others stay in their places",
            minutes(20),
            own(vec![row("email", 5), row("popup", 10), row("popup", 60)]),
            Field::Reminder,
            own(vec![row("email", 5), row("popup", 20), row("popup", 60)]),
        ),
        (
            "F3 the first popup goes",
            json!({}),
            own(vec![row("popup", 10), row("email", 5)]),
            Field::Reminder,
            own(vec![row("email", 5)]),
        ),
        (
            "F3 a popup is added",
            minutes(0),
            own(vec![row("email", 5)]),
            Field::Reminder,
            own(vec![row("email", 5), row("popup", 0)]),
        ),
        (
            "F3 a popup in place of none",
            minutes(15),
            own(vec![]),
            Field::Reminder,
            own(vec![row("popup", 15)]),
        ),
        ("F3 none twice", json!({}), own(vec![]), Field::Reminder, json!({})),
        (
            "F3 no second popup at the same time",
            minutes(60),
            own(vec![row("popup", 10), row("popup", 60)]),
            Field::Reminder,
            own(vec![row("popup", 60)]),
        ),
        (
            "F3 no room beside five others",
            minutes(1),
            own((1..=5).map(|at| row("email", at)).collect()),
            Field::Reminder,
            json!({}),
        ),
        (
            "F3 the defaults become the event's own",
            minutes(20),
            by_default.clone(),
            Field::Reminder,
            own(vec![row("email", 30), row("popup", 20)]),
        ),
        ("F3 the defaults do already", minutes(10), by_default.clone(), Field::Reminder, json!({})),
        (
            "F3 the defaults without their popup",
            json!({}),
            by_default,
            Field::Reminder,
            own(vec![row("email", 30)]),
        ),
        ("F4 cleared", json!({}), json!({ "location": "Room 2" }), Field::Place, json!({ "location": "" })),
        (
            "F5 cleared",
            json!({}),
            json!({ "description": "x" }),
            Field::Description,
            json!({ "description": "" }),
        ),
    ];
    for (story, crm, current, field, expected) in table {
        let event = ordinary(&crm);
        let current = current.to_string();
        let current = Json::parse(current.as_bytes()).unwrap();
        let writing = GoogleWriting {
            creating: false,
            current: Some(&current),
            default_reminders: &defaults,
            known_guests: &[],
            seen_guests: &[],
        };
        assert_eq!(written(&event, FieldSet::NONE.with(field), &writing), expected, "{story}");
    }
}

/// F6: answers, comments and rooms go back as they came; who is known to have been in the CRM and is not any more goes.
#[test]
fn attendees_of_an_update() {
    let me =
        json!({ "email": "ana@example.com", "self": true, "organizer": true, "responseStatus": "accepted" });
    let room = json!({ "email": "room1@example.com", "resource": true, "responseStatus": "accepted" });
    let ben = json!({ "email": "Ben@example.com", "responseStatus": "declined", "comment": "Ill", "additionalGuests": 2 });
    let cleo = json!({ "email": "cleo@example.com", "optional": true });
    let nobody = json!({ "id": "9", "displayName": "Hidden" });
    let new = json!({ "email": "dora@example.com" });
    /// The story, who is on Google, the guests of the CRM, whom it is known to have held, and what is written.
    type Case<'a> = (&'a str, Vec<&'a Value>, &'a [&'a str], &'a [&'a str], Value);
    let table: [Case<'_>; 8] = [
        ("all as they were", vec![&me, &ben], &["ben@example.com"], &["ben@example.com"], json!({})),
        (
            "one added",
            vec![&me, &room, &ben],
            &["ben@example.com", "dora@example.com"],
            &["ben@example.com"],
            json!([me, room, ben, new]),
        ),
        (
            "one removed",
            vec![&me, &ben, &cleo, &nobody],
            &["cleo@example.com"],
            &["ben@example.com", "cleo@example.com"],
            json!([me, cleo, nobody]),
        ),
        ("the last one removed", vec![&ben], &[], &["ben@example.com"], json!([])),
        (
            "one that the CRM never held",
            vec![&me, &ben, &cleo],
            &["cleo@example.com"],
            &["cleo@example.com"],
            json!({}),
        ),
        (
            "rooms and the user are no guests",
            vec![&me, &room],
            &[],
            &["ana@example.com", "room1@example.com"],
            json!({}),
        ),
        ("first guests", vec![], &["dora@example.com"], &[], json!([new])),
        ("what is no address stays at home", vec![], &["dora", "dora @example.com"], &[], json!({})),
    ];
    for (story, current, guests, known, expected) in table {
        let guests = guests.iter().map(|email| Guest::new(email, None).unwrap()).collect();
        let event = Event { guests: Guests::Known(guests), ..ordinary(&json!({})) };
        let known: Vec<Fingerprint> = known.iter().map(|email| Fingerprint::of_text(email)).collect();
        let written = |current: Value| {
            let current = current.to_string();
            let current = Json::parse(current.as_bytes()).unwrap();
            let writing = GoogleWriting {
                creating: false,
                current: Some(&current),
                default_reminders: &[],
                known_guests: &known,
                seen_guests: &[],
            };
            written(&event, FieldSet::NONE.with(Field::Guests), &writing)
        };
        let expected = if expected.is_array() { json!({ "attendees": expected }) } else { expected };
        assert_eq!(written(json!({ "attendees": current })), expected, "{story}");
        assert_eq!(written(json!({ "attendees": current, "attendeesOmitted": true })), json!({}), "{story}");
    }
}

/// Lists are replaced whole: nothing is written where it is not known what would be replaced.
#[test]
fn an_update_of_an_event_that_was_not_read_leaves_lists_alone() {
    let event = ordinary(&json!({
        "Remind_At": [{ "unit": 5, "period": "minutes" }],
        "Participants": [{ "type": "email", "participant": "ben@example.com" }],
    }));
    let writing = GoogleWriting { creating: false, ..creating() };
    let lists = FieldSet::NONE.with(Field::Reminder).with(Field::Guests);
    assert_eq!(written(&event, lists, &writing), json!({}));
    let unknown = Event { guests: Guests::Unknown, ..event };
    assert_eq!(written(&unknown, FieldSet::NONE.with(Field::Guests), &creating()), json!({}));
}
