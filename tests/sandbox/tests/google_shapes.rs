//! Every answer carries only fields that Google documents, each of the documented type (discovery document of the
//! Calendar API v3, revision 20261030).

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

#[path = "support/shapes.rs"]
mod shapes;
mod support;

use accord_sandbox::{Corpus, Request, Response, Service, World};
use serde_json::{Value, json};
use shapes::*;
use support::*;

fn fits(shape: Shape, status: u16, answer: &Response) {
    assert_eq!(answer.status, status, "{}", answer.json());
    assert_eq!(wrong(shape, &answer.json(), ""), None);
}

fn everything(events: usize) -> World {
    let mut world = world();
    world.set_scopes(Service::Google, &["https://www.googleapis.com/auth/calendar"]);
    world.fill(&Corpus::new(11, events));
    let mut full = timed("Everything");
    let parts = json!({
        "attendees": [{ "email": "ana@example.com", "responseStatus": "accepted" },
            { "email": "ben@example.com", "optional": true, "additionalGuests": 2, "comment": "late" }],
        "attachments": [{ "fileUrl": "https://drive.example.com/1", "title": "Offer", "mimeType": "application/pdf" }],
        "conferenceData": { "createRequest": { "requestId": "r1" } }, "eventLabelId": "label-client",
        "extendedProperties": { "private": { "a": "1" }, "shared": { "b": "2" } }, "description": "<b>x</b>",
        "source": { "title": "CRM", "url": "https://crm.example.com/1", "other": 1 }, "guestsCanModify": true,
        "reminders": { "useDefault": false, "overrides": [{ "method": "email", "minutes": 5 }] },
        "undocumented": "dropped", "location": "Room 1", "transparency": "transparent", "visibility": "public",
    });
    full.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
    let all = "conferenceDataVersion=1&eventLabelVersion=1&supportsAttachments=true";
    fits(EVENT, 200, &google(&mut world, "POST", &format!("{EVENTS}?{all}"), Some(full)));
    for (kind, extra) in [
        (
            "focusTime",
            json!({ "focusTimeProperties": { "autoDeclineMode": "declineNone", "chatStatus": "available" } }),
        ),
        ("outOfOffice", json!({ "outOfOfficeProperties": { "declineMessage": "away" } })),
        (
            "birthday",
            json!({ "visibility": "private", "transparency": "transparent", "recurrence": ["RRULE:FREQ=YEARLY"],
            "start": { "date": "2026-12-01" }, "end": { "date": "2026-12-02" } }),
        ),
    ] {
        let mut body = timed(kind);
        body["eventType"] = json!(kind);
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        fits(EVENT, 200, &google(&mut world, "POST", EVENTS, Some(body)));
    }
    world
}

#[test]
fn the_check_notices_what_it_should() {
    assert_eq!(wrong(EVENT, &json!({ "id": "a", "titel": "x" }), "").unwrap(), ".titel is not documented");
    for bad in [
        json!({ "sequence": "0" }),
        json!({ "start": { "dateTime": "2026-11-25T10:00:00" } }),
        json!({ "start": { "date": "2026-11-31" } }),
        json!({ "etag": "12" }),
        json!({ "attendees": [{ "email": "a@example.com", "rsvp": true }] }),
        json!({ "extendedProperties": { "private": { "a": 1 } } }),
        json!({ "status": "deleted" }),
        json!([]),
    ] {
        assert!(wrong(EVENT, &bad, "").is_some(), "{bad}");
    }
}

#[test]
fn lists_and_events_are_documented_resources() {
    let mut world = everything(700);
    let (_, token) = read_all(&mut world, "maxResults=250");
    world.edit(60, 5);
    for query in [
        "maxResults=2500",
        "maxResults=2500&singleEvents=true&timeMin=2026-11-01T00:00:00Z&timeMax=2026-12-31T00:00:00Z",
        "maxResults=2500&showDeleted=true",
        "maxResults=2500&maxAttendees=1&timeZone=Asia/Kolkata",
        "maxResults=1",
        &format!("maxResults=250&syncToken={token}"),
    ] {
        fits(EVENTS_LIST, 200, &google(&mut world, "GET", &format!("{EVENTS}?{query}"), None));
    }
    // As a reader sees it, and as a guest does.
    world.set_role("primary", "reader").unwrap();
    fits(EVENTS_LIST, 200, &google(&mut world, "GET", &format!("{EVENTS}?maxResults=2500"), None));
    world.set_role("primary", "owner").unwrap();
    let bens = world.handle(&Request::google_as_ben("GET", EVENTS)).unwrap();
    assert!(bens.json()["items"][0]["summary"] == "Everything");
    fits(EVENTS_LIST, 200, &bens);
    let series: Vec<Value> = world
        .google_events("primary")
        .into_iter()
        .filter(|event| event.get("recurrence").is_some())
        .collect();
    assert!(series.len() > 3);
    for event in series {
        let path = format!("{EVENTS}/{}", event["id"].as_str().unwrap());
        fits(EVENT, 200, &google(&mut world, "GET", &path, None));
        fits(
            EVENTS_LIST,
            200,
            &google(&mut world, "GET", &format!("{path}/instances?showDeleted=true"), None),
        );
    }
}

#[test]
fn answers_to_writes_are_documented_resources() {
    let mut world = everything(400);
    let ids: Vec<String> = world
        .google_events("primary")
        .iter()
        .filter(|event| event["organizer"]["self"] == true && event["start"] != event["end"])
        .filter(|event| event.get("eventType").is_none_or(|kind| kind == "default"))
        .map(|event| event["id"].as_str().unwrap().to_owned())
        .take(200)
        .collect();
    assert_eq!(ids.len(), 200);
    for (place, id) in ids.iter().enumerate() {
        let path = format!("{EVENTS}/{id}");
        let answer = match place % 3 {
            0 => google(
                &mut world,
                "PATCH",
                &path,
                Some(json!({ "summary": "y", "attendees": [{ "email": "ben@example.com" }] })),
            ),
            1 => google(&mut world, "PUT", &path, Some(timed("z"))),
            _ => google(&mut world, "PATCH", &path, Some(json!({ "status": "cancelled" }))),
        };
        fits(EVENT, 200, &answer);
    }
    let import = json!({ "iCalUID": "u@example.com", "organizer": { "email": "boss@example.com", "self": true, "x": 1 },
        "attendees": [{ "email": "ana@example.com" }], "start": { "date": "2026-12-01" }, "end": { "date": "2026-12-02" } });
    fits(EVENT, 200, &google(&mut world, "POST", &format!("{EVENTS}/import"), Some(import)));
    let id = put(&mut world, timed("x"))["id"].as_str().unwrap().to_owned();
    let team = "c_7f3k2m9team%40group.calendar.google.com";
    let moved = google(&mut world, "POST", &format!("{EVENTS}/{id}/move?destination={team}"), None);
    fits(EVENT, 200, &moved);
}

#[test]
fn everything_else_is_a_documented_resource() {
    let mut world = everything(50);
    let base = "/calendar/v3";
    world.set_google_hidden("ana@example.com", "primary", true).unwrap();
    for (path, shape) in [
        ("/users/me/calendarList?showHidden=true", CALENDAR_LIST),
        ("/users/me/calendarList/primary", ENTRY),
        ("/calendars/primary", CALENDAR),
        ("/calendars/c_7f3k2m9team%40group.calendar.google.com", CALENDAR),
        ("/colors", COLORS),
        ("/users/me/settings", SETTINGS),
        ("/users/me/settings/locale", SETTING),
    ] {
        fits(shape, 200, &google(&mut world, "GET", &format!("{base}{path}"), None));
    }
    let ask = json!({ "timeMin": "2026-11-01T00:00:00Z", "timeMax": "2026-12-01T00:00:00Z",
        "items": [{ "id": "primary" }, { "id": "nobody" }] });
    fits(FREE_BUSY, 200, &google(&mut world, "POST", &format!("{base}/freeBusy"), Some(ask)));
}

#[test]
fn errors_have_the_documented_shape() {
    let mut world = everything(50);
    let event = put(&mut world, timed("x"));
    let one = format!("{EVENTS}/{}", event["id"].as_str().unwrap());
    world.set_scopes(Service::Google, &["https://www.googleapis.com/auth/calendar.events"]);
    let bare = Request::new(Service::Google, "GET", EVENTS);
    for (status, request) in [
        (401, bare.clone()),
        (401, bare.header("Authorization", "Bearer other")),
        (403, Request::google("GET", "/calendar/v3/colors")),
        (404, Request::google("GET", &format!("{EVENTS}/nothere"))),
        (404, Request::google("PUT", "/calendar/v3/nothing")),
        (400, Request::google("GET", &format!("{EVENTS}?timeMin=yesterday"))),
        (400, Request::google("GET", &format!("{EVENTS}?maxResults=0"))),
        (400, Request::google("GET", &format!("{EVENTS}?syncToken=x&timeMin=2026-01-01T00:00:00Z"))),
        (400, Request::google("POST", EVENTS).json(&json!({}))),
        (400, Request::google("POST", "/batch/calendar/v3")),
        (
            409,
            Request::google("POST", EVENTS).json(&{
                let mut body = timed("x");
                body["id"] = event["id"].clone();
                body
            }),
        ),
        (412, Request::google("PATCH", &one).header("If-Match", "\"1\"").json(&json!({}))),
    ] {
        fits(ERROR, status, &world.handle(&request).unwrap());
    }
}
