//! What an event may be: types, locked events, features a client must know, answers for one participant.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod support;

use accord_sandbox::{IdAndUid, ImportOtherType, Request, World};
use serde_json::{Value, json};
use support::*;

fn with(mut body: Value, changes: Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            body.as_object_mut().unwrap().remove(name);
        } else {
            body[name] = value.clone();
        }
    }
    body
}

fn day(date: &str, next: &str) -> Value {
    json!({ "start": { "date": date }, "end": { "date": next } })
}

fn office(changes: Value) -> Value {
    let body = json!({ "eventType": "workingLocation", "visibility": "public", "transparency": "transparent",
        "workingLocationProperties": { "type": "homeOffice", "homeOffice": {} } });
    with(with(day("2026-12-01", "2026-12-02"), body), changes)
}

fn birthday(changes: Value) -> Value {
    let body = json!({ "eventType": "birthday", "visibility": "private", "transparency": "transparent",
        "recurrence": ["RRULE:FREQ=YEARLY"] });
    with(with(day("2026-12-01", "2026-12-02"), body), changes)
}

/// Google Calendar API: guides/calendar-status and event-types.
#[test]
fn each_type_has_its_own_rules() {
    let focus = |changes: Value| with(with(timed("x"), json!({ "eventType": "focusTime" })), changes);
    let cases = [
        (focus(json!({})), "200"),
        (
            focus(
                json!({ "focusTimeProperties": { "autoDeclineMode": "declineNone", "chatStatus": "doNotDisturb" } }),
            ),
            "200",
        ),
        (focus(json!({ "focusTimeProperties": { "autoDeclineMode": "sometimes" } })), "invalid"),
        (focus(json!({ "transparency": "transparent" })), "eventTypeRestriction"),
        (
            focus(json!({ "start": { "date": "2026-12-01" }, "end": { "date": "2026-12-02" } })),
            "eventTypeRestriction",
        ),
        (focus(json!({ "birthdayProperties": { "type": "birthday" } })), "eventTypeRestriction"),
        (
            focus(
                json!({ "eventType": "outOfOffice", "outOfOfficeProperties": { "declineMessage": "away" } }),
            ),
            "200",
        ),
        (office(json!({})), "200"),
        (office(json!({ "end": { "date": "2026-12-03" } })), "eventTypeRestriction"),
        (office(json!({ "visibility": null })), "eventTypeRestriction"),
        (office(json!({ "transparency": "opaque" })), "eventTypeRestriction"),
        (office(json!({ "workingLocationProperties": null })), "required"),
        (office(json!({ "workingLocationProperties": { "type": "beach" } })), "invalid"),
        (birthday(json!({})), "200"),
        (birthday(json!({ "recurrence": null })), "eventTypeRestriction"),
        (birthday(json!({ "recurrence": ["RRULE:FREQ=MONTHLY"] })), "eventTypeRestriction"),
        (birthday(json!({ "visibility": "public" })), "eventTypeRestriction"),
        (birthday(json!({ "birthdayProperties": { "type": "anniversary" } })), "eventTypeRestriction"),
        (focus(json!({ "eventType": "fromGmail" })), "eventTypeRestriction"),
        (focus(json!({ "eventType": "party" })), "invalid"),
    ];
    for (body, told) in cases {
        let mut world = world();
        let answer = google(&mut world, "POST", EVENTS, Some(body.clone()));
        let told_here = if answer.status == 200 { "200".to_owned() } else { reason(&answer).1 };
        assert_eq!(told_here, told, "{body}");
    }
    // Only primary calendars have them.
    let team = "/calendar/v3/calendars/c_7f3k2m9team%40group.calendar.google.com/events";
    for body in [focus(json!({})), office(json!({})), birthday(json!({}))] {
        let refused = google(&mut world(), "POST", team, Some(body));
        assert_eq!(reason(&refused), (400, "eventTypeRestriction".into()));
    }
}

/// Discovery document, eventType: "cannot be modified after the event is created".
#[test]
fn a_type_stays_and_mails_stay_what_they_are() {
    let mut world = world();
    let path = format!("{EVENTS}/{}", put(&mut world, timed("x"))["id"].as_str().unwrap());
    let refused = google(&mut world, "PATCH", &path, Some(json!({ "eventType": "focusTime" })));
    assert_eq!(reason(&refused), (400, "eventTypeRestriction".into()));
    let mail = world
        .place_google_event("primary", with(timed("Flight"), json!({ "eventType": "fromGmail" })))
        .unwrap();
    let path = format!("{EVENTS}/{mail}");
    let refused = google(&mut world, "PATCH", &path, Some(json!({ "summary": "y" })));
    assert_eq!(reason(&refused), (400, "eventTypeRestriction".into()));
    let own = json!({ "colorId": "4", "extendedProperties": { "private": { "a": "1" } } });
    assert_eq!(google(&mut world, "PATCH", &path, Some(own)).json()["colorId"], "4");
}

/// Discovery document, Event.locked: the main fields are frozen, what belongs to the copy is not.
#[test]
fn locked_events_keep_their_main_fields() {
    let mut world = world();
    let id = world.place_google_event("primary", with(timed("x"), json!({ "locked": true }))).unwrap();
    let path = format!("{EVENTS}/{id}");
    for frozen in [
        json!({ "summary": "y" }),
        json!({ "location": "y" }),
        json!({ "description": "y" }),
        json!({ "end": { "dateTime": "2026-11-25T12:00:00+01:00" } }),
    ] {
        assert_eq!(google(&mut world, "PATCH", &path, Some(frozen.clone())).status, 403, "{frozen}");
    }
    let own = json!({ "reminders": { "useDefault": false }, "transparency": "transparent" });
    assert_eq!(google(&mut world, "PATCH", &path, Some(own)).status, 200);
}

/// keeper.sh #614: people make events of no length, which can be read but not written.
#[test]
fn an_event_without_length_can_be_read_but_not_written() {
    let mut world = world();
    let moment = with(timed("x"), json!({ "end": { "dateTime": "2026-11-25T10:00:00+01:00" } }));
    let id = world.place_google_event("primary", moment).unwrap();
    let path = format!("{EVENTS}/{id}");
    let event = google(&mut world, "GET", &path, None).json();
    assert_eq!(event["start"], event["end"]);
    let refused = google(&mut world, "PATCH", &path, Some(json!({ "summary": "y" })));
    assert_eq!(reason(&refused), (400, "timeRangeEmpty".into()));
}

/// Discovery document, conferenceDataVersion, eventLabelVersion, supportsAttachments: what a client does not say it
/// knows is ignored in a body and kept on the event.
#[test]
fn features_must_be_asked_for() {
    let conference = json!({ "createRequest": { "requestId": "r1" } });
    let file = json!([{ "fileUrl": "https://drive.example.com/1", "title": "Offer" }]);
    let all = json!({ "conferenceData": conference, "eventLabelId": "label-client", "attachments": file });
    let mut world = world();
    let path = format!("{EVENTS}/{}", put(&mut world, with(timed("x"), all.clone()))["id"].as_str().unwrap());
    let names = ["conferenceData", "hangoutLink", "eventLabelId", "attachments"];
    let has = |event: &Value| names.map(|name| event.get(name).is_some());
    assert_eq!(has(&google(&mut world, "GET", &path, None).json()), [false; 4]);
    let knowing = format!("{path}?conferenceDataVersion=1&eventLabelVersion=1&supportsAttachments=true");
    let made = google(&mut world, "PATCH", &knowing, Some(all.clone())).json();
    assert_eq!(has(&made), [true; 4]);
    // The same request makes no second conference.
    let again = google(&mut world, "PATCH", &knowing, Some(all)).json();
    assert_eq!(made["hangoutLink"], again["hangoutLink"]);
    let unaware = google(&mut world, "PUT", &path, Some(timed("y"))).json();
    assert_eq!(has(&unaware), [true; 4], "an update by an unaware client keeps them");
    // With labels, a body without one removes it, and its colour does not count.
    let labelled = format!("{path}?eventLabelVersion=1");
    let coloured = google(&mut world, "PATCH", &labelled, Some(json!({ "colorId": "7" }))).json();
    assert!(coloured.get("eventLabelId").is_none() && coloured.get("colorId").is_none());
    assert_eq!(google(&mut world, "PATCH", &labelled, Some(json!({ "eventLabelId": "none" }))).status, 400);
    assert_eq!(google(&mut world, "PATCH", &path, Some(json!({ "colorId": "7" }))).json()["colorId"], "7");
    assert_eq!(google(&mut world, "PATCH", &path, Some(json!({ "colorId": "12" }))).status, 400);
    let many: Vec<Value> =
        (0..26).map(|n| json!({ "fileUrl": format!("https://drive.example.com/{n}") })).collect();
    let refused = google(&mut world, "PATCH", &knowing, Some(json!({ "attachments": many })));
    assert_eq!(reason(&refused), (400, "invalid".into()));
}

/// Discovery document, maxAttendees: above it only the participant is left, in reads and in answers to writes.
#[test]
fn above_max_attendees_only_the_participant_is_left() {
    let mut world = world();
    let rows = json!([{ "email": "ana@example.com" }, { "email": "carla@example.com" }, { "email": "dan@example.com" }]);
    let id =
        put(&mut world, with(timed("x"), json!({ "attendees": rows })))["id"].as_str().unwrap().to_owned();
    let path = format!("{EVENTS}/{id}");
    let answers = [
        google(&mut world, "GET", &format!("{path}?maxAttendees=2"), None).json(),
        google(&mut world, "PATCH", &format!("{path}?maxAttendees=2"), Some(json!({ "summary": "y" })))
            .json(),
        google(&mut world, "GET", &format!("{EVENTS}?maxAttendees=2"), None).json()["items"][0].clone(),
        google(&mut world, "GET", &format!("{path}/instances?maxAttendees=2"), None).json()["items"][0]
            .clone(),
    ];
    for event in answers {
        assert_eq!(event["attendees"].as_array().unwrap().len(), 1);
        assert_eq!(
            (&event["attendees"][0]["self"], &event["attendeesOmitted"]),
            (&json!(true), &json!(true))
        );
    }
    let whole = google(&mut world, "GET", &format!("{path}?maxAttendees=3"), None).json();
    assert!(whole["attendees"].as_array().unwrap().len() == 3 && whole.get("attendeesOmitted").is_none());
    // Writing the shortened list back with its mark changes the own answer alone.
    let own = json!({ "attendees": [{ "email": "ana@example.com", "responseStatus": "accepted" }], "attendeesOmitted": true });
    let kept = google(&mut world, "PATCH", &path, Some(own)).json();
    assert_eq!(kept["attendees"].as_array().unwrap().len(), 3);
    assert_eq!(kept["attendees"][0]["responseStatus"], "accepted");
    // Without the mark it removes everybody else: never write a shortened list back.
    let bare = json!({ "attendees": [{ "email": "ana@example.com" }] });
    assert_eq!(
        google(&mut world, "PATCH", &path, Some(bare)).json()["attendees"].as_array().unwrap().len(),
        1
    );
}

/// Discovery document, EventAttendee: types of the fields; `resource` counts only for a new row.
#[test]
fn rows_of_attendees_are_checked() {
    let mut world = world();
    for row in [
        json!({ "email": "a b@example.com" }),
        json!({ "email": "nobody" }),
        json!({ "email": 5 }),
        json!({ "email": "a@example.com", "optional": "yes" }),
        json!({ "email": "a@example.com", "additionalGuests": -1 }),
        json!({ "email": "a@example.com", "responseStatus": "maybe" }),
        json!("a@example.com"),
    ] {
        let body = with(timed("x"), json!({ "attendees": [row] }));
        assert_eq!(google(&mut world, "POST", EVENTS, Some(body)).status, 400, "{row}");
    }
    let row = json!({ "email": "Room@Example.com", "resource": true, "optional": false, "additionalGuests": 0, "self": true, "id": "1" });
    let event = put(&mut world, with(timed("x"), json!({ "attendees": [row] })));
    assert_eq!(
        event["attendees"][0],
        json!({ "email": "room@example.com", "resource": true, "responseStatus": "needsAction" })
    );
    let path = format!("{EVENTS}/{}", event["id"].as_str().unwrap());
    let patched =
        google(&mut world, "PATCH", &path, Some(json!({ "attendees": [{ "email": "room@example.com" }] })))
            .json();
    assert_eq!(patched["attendees"][0]["resource"], true);
}

/// The setting `hideInvitations`: unanswered invitations are listed only when they are asked for.
#[test]
fn hidden_invitations_are_listed_when_asked_for() {
    let mut world = world();
    let invitation = with(
        timed("theirs"),
        json!({ "organizer": { "email": "boss@example.com" },
        "attendees": [{ "email": "ana@example.com" }, { "email": "boss@example.com" }] }),
    );
    let id = world.place_google_event("primary", invitation).unwrap();
    let count = |world: &mut World, query: &str| read_all(world, query).0.concat().len();
    let (_, token) = read_all(&mut world, "maxResults=250");
    assert_eq!(count(&mut world, "maxResults=250"), 1);
    world.set_google_setting("ana@example.com", "hideInvitations", "true").unwrap();
    assert_eq!(count(&mut world, "maxResults=250"), 0);
    assert_eq!(count(&mut world, "maxResults=250&showHiddenInvitations=true"), 1);
    let answer = json!({ "attendees": [{ "email": "ana@example.com", "responseStatus": "accepted" }], "attendeesOmitted": true });
    assert_eq!(google(&mut world, "PATCH", &format!("{EVENTS}/{id}"), Some(answer)).status, 200);
    assert_eq!(count(&mut world, &format!("maxResults=250&syncToken={token}")), 1);
}

/// Google Calendar API: events.import: a private copy by uid, which replaces the one there is.
#[test]
fn an_import_is_a_private_copy_by_its_uid() {
    let import = format!("{EVENTS}/import");
    let mut world = world();
    assert_eq!(reason(&google(&mut world, "POST", &import, Some(timed("x")))), (400, "required".into()));
    let theirs = with(
        timed("theirs"),
        json!({ "iCalUID": "u1@example.com", "sequence": 2,
        "organizer": { "email": "boss@example.com", "displayName": "Boss" },
        "attendees": [{ "email": "boss@example.com" }, { "email": "ana@example.com" }, { "email": "ben@example.com" }] }),
    );
    let first = google(&mut world, "POST", &import, Some(theirs.clone())).json();
    assert_eq!((&first["privateCopy"], &first["organizer"]["displayName"]), (&json!(true), &json!("Boss")));
    let second =
        google(&mut world, "POST", &import, Some(with(theirs.clone(), json!({ "summary": "moved" })))).json();
    assert_eq!((&first["id"], &second["summary"]), (&second["id"], &json!("moved")));
    let older = google(&mut world, "POST", &import, Some(with(theirs.clone(), json!({ "sequence": 1 }))));
    assert!(older.json()["error"]["message"].as_str().unwrap().starts_with("Invalid sequence value"));
    assert!(world.mails().is_empty());
    assert!(world.handle(&Request::google_as_ben("GET", EVENTS)).unwrap().json().get("items").is_none());
    let stranger =
        with(theirs, json!({ "iCalUID": "u2@example.com", "attendees": [{ "email": "boss@example.com" }] }));
    let refused = google(&mut world, "POST", &import, Some(stranger));
    assert_eq!(reason(&refused), (400, "participantIsNeitherOrganizerNorAttendee".into()));
    let focus = with(
        timed("x"),
        json!({ "iCalUID": "u3@example.com", "eventType": "focusTime",
        "focusTimeProperties": { "autoDeclineMode": "declineNone" } }),
    );
    assert_eq!(
        reason(&google(&mut world, "POST", &import, Some(focus.clone()))),
        (400, "eventTypeRestriction".into())
    );
    world.switches().import_other_type = ImportOtherType::Default;
    let made = google(&mut world, "POST", &import, Some(focus)).json();
    assert!(made["eventType"] == "default" && made.get("focusTimeProperties").is_none());
}

/// Reference, section 9.1: id and iCalUID: only one of them; each is unique, tombstones included.
#[test]
fn uids_are_unique_like_ids() {
    let mut world = world();
    let event = put(&mut world, with(timed("x"), json!({ "iCalUID": "u1@example.com" })));
    assert_eq!(event["iCalUID"], "u1@example.com");
    google(&mut world, "DELETE", &format!("{EVENTS}/{}", event["id"].as_str().unwrap()), None);
    let again =
        google(&mut world, "POST", EVENTS, Some(with(timed("x"), json!({ "iCalUID": "u1@example.com" }))));
    assert_eq!(reason(&again), (409, "duplicate".into()));
    let both = with(timed("x"), json!({ "id": "accord0001", "iCalUID": "u2@example.com" }));
    assert_eq!(google(&mut world, "POST", EVENTS, Some(both.clone())).status, 400);
    world.switches().id_and_uid = IdAndUid::Accept;
    assert_eq!(put(&mut world, both)["iCalUID"], "u2@example.com");
    let found = google(&mut world, "GET", &format!("{EVENTS}?iCalUID=u2%40example.com"), None).json();
    assert_eq!(found["items"].as_array().unwrap().len(), 1);
}
