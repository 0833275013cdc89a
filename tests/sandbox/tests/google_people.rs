//! One meeting on two people's calendars: copies, answers, rights, mails.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod support;

use accord_sandbox::{GuestAnswerOnInsert, GuestEdit, MailKind, Request, Response, World};
use serde_json::{Value, json};
use support::*;

const TEAM: &str = "/calendar/v3/calendars/c_7f3k2m9team%40group.calendar.google.com/events";

fn ben(world: &mut World, method: &str, path: &str, body: Option<Value>) -> Response {
    let request = Request::google_as_ben(method, path);
    world.handle(&body.map_or(request.clone(), |body| request.json(&body))).unwrap()
}

fn with_ben(title: &str) -> Value {
    let mut body = timed(title);
    body["attendees"] =
        json!([{ "email": "ana@example.com", "responseStatus": "accepted" }, { "email": "ben@example.com" }]);
    body
}

fn invite(world: &mut World, body: Value) -> String {
    put(world, body)["id"].as_str().unwrap().to_owned()
}

fn answer_of(event: &Value, email: &str) -> Value {
    let rows = event["attendees"].as_array().unwrap();
    rows.iter().find(|row| row["email"] == email).unwrap()["responseStatus"].clone()
}

/// Google Calendar API: concepts/inviting-attendees: the organiser's copy gives the shared content; reminders,
/// colour, transparency and private properties belong to each copy.
#[test]
fn a_change_by_the_organiser_reaches_the_guests_copy() {
    let mut world = world();
    let mut body = with_ben("Offer");
    body["reminders"] = json!({ "useDefault": false, "overrides": [{ "method": "popup", "minutes": 3 }] });
    body["extendedProperties"] = json!({ "private": { "zc": "1" }, "shared": { "room": "2" } });
    let id = invite(&mut world, body);
    let path = format!("{EVENTS}/{id}");
    let copy = ben(&mut world, "GET", &path, None).json();
    assert_eq!((copy["id"].as_str(), copy["summary"].as_str()), (Some(id.as_str()), Some("Offer")));
    assert_eq!(copy["iCalUID"], format!("{id}@google.com"));
    assert_eq!(copy["organizer"], json!({ "email": "ana@example.com" }));
    assert_eq!(copy["reminders"], json!({ "useDefault": true }));
    assert_eq!(copy["extendedProperties"], json!({ "shared": { "room": "2" } }));
    assert_eq!(copy["attendees"][1]["self"], true);
    assert!(copy["attendees"][0].get("self").is_none());

    let own = json!({ "colorId": "5", "transparency": "transparent", "extendedProperties": { "private": { "b": "1" } } });
    assert_eq!(ben(&mut world, "PATCH", &path, Some(own)).status, 200);
    google(&mut world, "PATCH", &path, Some(json!({ "location": "Room 7" })));
    let copy = ben(&mut world, "GET", &path, None).json();
    assert_eq!((copy["location"].as_str(), copy["colorId"].as_str()), (Some("Room 7"), Some("5")));
    assert_eq!(copy["extendedProperties"], json!({ "private": { "b": "1" }, "shared": { "room": "2" } }));
    let original = google(&mut world, "GET", &path, None).json();
    assert!(original.get("colorId").is_none() && original.get("transparency").is_none());
    assert_eq!(original["extendedProperties"]["private"], json!({ "zc": "1" }));
    assert_ne!(original["etag"], copy["etag"]);
}

/// Each copy is in its own calendar's delta; what is private to one copy moves only that one.
#[test]
fn both_calendars_have_deltas_of_their_own() {
    let mut world = world();
    let id = invite(&mut world, with_ben("x"));
    let listed = ben(&mut world, "GET", EVENTS, None).json();
    let token = listed["nextSyncToken"].as_str().unwrap().to_owned();
    let delta = format!("{EVENTS}?syncToken={token}");
    google(&mut world, "PATCH", &format!("{EVENTS}/{id}"), Some(json!({ "colorId": "3" })));
    assert!(ben(&mut world, "GET", &delta, None).json().get("items").is_none());
    google(&mut world, "PATCH", &format!("{EVENTS}/{id}"), Some(json!({ "summary": "y" })));
    assert_eq!(ben(&mut world, "GET", &delta, None).json()["items"][0]["summary"], "y");
    // One person's token says nothing about another's calendar.
    assert_eq!(google(&mut world, "GET", &delta, None).status, 400);
}

/// Google Calendar API: concepts/inviting-attendees: only the answer travels back.
#[test]
fn a_guests_answer_reaches_the_organiser() {
    let mut world = world();
    let id = invite(&mut world, with_ben("x"));
    let path = format!("{EVENTS}/{id}");
    let (_, token) = read_all(&mut world, "maxResults=250");
    let answer = json!({ "attendees": [{ "email": "ben@example.com", "responseStatus": "tentative", "comment": "late" }], "attendeesOmitted": true });
    let accepted = ben(&mut world, "PATCH", &format!("{path}?sendUpdates=all"), Some(answer)).json();
    assert_eq!(accepted["attendees"].as_array().unwrap().len(), 2);
    assert_eq!(answer_of(&accepted, "ben@example.com"), "tentative");
    let rows = read_all(&mut world, &format!("maxResults=250&syncToken={token}")).0.concat();
    assert_eq!(answer_of(&rows[0], "ben@example.com"), "tentative");
    assert_eq!(answer_of(&rows[0], "ana@example.com"), "accepted");
    let replies: Vec<_> = world.mails().iter().map(|mail| (mail.kind, mail.to.as_str())).collect();
    assert_eq!(replies, [(MailKind::Reply, "ana@example.com")]);
    // Who deletes an invitation declines it.
    assert_eq!(ben(&mut world, "DELETE", &path, None).status, 204);
    // It stays out of the calendar, with its details, whatever the organiser changes.
    google(&mut world, "PATCH", &path, Some(json!({ "location": "Room 1" })));
    let removed = ben(&mut world, "GET", &path, None).json();
    assert_eq!((&removed["status"], &removed["summary"]), (&json!("cancelled"), &json!("x")));
    assert_eq!(answer_of(&google(&mut world, "GET", &path, None).json(), "ben@example.com"), "declined");
}

/// Discovery document, EventAttendee.responseStatus: above 200 guests answers are not passed on.
#[test]
fn answers_of_very_many_guests_stay_with_them() {
    for (guests, told) in [(200, "accepted"), (201, "needsAction")] {
        let mut world = world();
        let mut body = timed("x");
        let mut rows: Vec<Value> =
            (1..guests).map(|number| json!({ "email": format!("guest{number}@example.com") })).collect();
        rows.push(json!({ "email": "ben@example.com" }));
        body["attendees"] = json!(rows);
        let path = format!("{EVENTS}/{}", invite(&mut world, body));
        let answer = json!({ "attendees": [{ "email": "ben@example.com", "responseStatus": "accepted" }], "attendeesOmitted": true });
        assert_eq!(ben(&mut world, "PATCH", &path, Some(answer)).status, 200);
        assert_eq!(answer_of(&google(&mut world, "GET", &path, None).json(), "ben@example.com"), told);
    }
}

/// Google Calendar API: guides/errors, forbiddenForNonOrganizer; Event.guestsCanModify; switch `guest_edit`.
#[test]
fn guests_change_shared_content_only_where_they_may() {
    let title = || Some(json!({ "summary": "Ben's" }));
    let mut world = world();
    let path = format!("{EVENTS}/{}", invite(&mut world, with_ben("Ana's")));
    let refused = ben(&mut world, "PATCH", &path, title());
    assert_eq!(reason(&refused), (403, "forbiddenForNonOrganizer".into()));

    world.switches().guest_edit = GuestEdit::OwnCopy;
    assert_eq!(ben(&mut world, "PATCH", &path, title()).json()["summary"], "Ben's");
    assert_eq!(google(&mut world, "GET", &path, None).json()["summary"], "Ana's");
    google(&mut world, "PATCH", &path, Some(json!({ "location": "Room 1" })));
    assert_eq!(ben(&mut world, "GET", &path, None).json()["summary"], "Ana's");

    world.switches().guest_edit = GuestEdit::Refused;
    google(&mut world, "PATCH", &path, Some(json!({ "guestsCanModify": true })));
    assert_eq!(ben(&mut world, "PATCH", &path, title()).status, 200);
    assert_eq!(google(&mut world, "GET", &path, None).json()["summary"], "Ben's");
    let others = json!([{ "email": "ben@example.com" }, { "email": "carla@example.com" }]);
    ben(&mut world, "PATCH", &path, Some(json!({ "attendees": others })));
    let rows = google(&mut world, "GET", &path, None).json()["attendees"].clone();
    let invited: Vec<_> = rows.as_array().unwrap().iter().map(|row| row["email"].as_str().unwrap()).collect();
    assert_eq!(invited, ["ben@example.com", "carla@example.com"]);
}

/// Discovery document, guestsCanInviteOthers and guestsCanSeeOtherGuests.
#[test]
fn guests_may_invite_and_see_others_unless_told_not_to() {
    for (may, status, organisers) in [(true, 200, 3), (false, 403, 2)] {
        let mut world = world();
        let mut body = with_ben("x");
        body["guestsCanInviteOthers"] = json!(may);
        let path = format!("{EVENTS}/{}", invite(&mut world, body));
        let mut rows = ben(&mut world, "GET", &path, None).json()["attendees"].clone();
        rows.as_array_mut().unwrap().push(json!({ "email": "carla@example.com" }));
        assert_eq!(ben(&mut world, "PATCH", &path, Some(json!({ "attendees": rows }))).status, status);
        let original = google(&mut world, "GET", &path, None).json();
        assert_eq!(original["attendees"].as_array().unwrap().len(), organisers);
    }
    let mut world = world();
    let mut body = with_ben("x");
    body["guestsCanSeeOtherGuests"] = json!(false);
    let path = format!("{EVENTS}/{}", invite(&mut world, body));
    let copy = ben(&mut world, "GET", &path, None).json();
    assert_eq!(
        (copy["attendees"].as_array().unwrap().len(), copy["attendeesOmitted"].as_bool()),
        (1, Some(true))
    );
}

/// MM 44: after a delete with `sendUpdates=none` the event stays on the guests' calendars.
#[test]
fn guests_learn_of_a_deletion_only_when_they_are_told() {
    for (how, left) in [("none", "confirmed"), ("externalOnly", "confirmed"), ("all", "cancelled")] {
        let mut world = world();
        let path = format!("{EVENTS}/{}", invite(&mut world, with_ben("x")));
        google(&mut world, "DELETE", &format!("{path}?sendUpdates={how}"), None);
        assert_eq!(ben(&mut world, "GET", &path, None).json()["status"], left, "{how}");
    }
}

/// google-api-nodejs-client #3212: a guest who is taken off the list keeps a cancelled copy.
#[test]
fn a_removed_guest_has_a_cancelled_copy() {
    let mut world = world();
    let path = format!("{EVENTS}/{}", invite(&mut world, with_ben("x")));
    google(&mut world, "PATCH", &path, Some(json!({ "attendees": [{ "email": "ana@example.com" }] })));
    let gone = ben(&mut world, "GET", &path, None).json();
    assert_eq!(gone["status"], "cancelled");
    // Details stay with the organiser, and with guests who removed an invitation themselves.
    assert!(gone.get("summary").is_none() && gone.get("start").is_none());
    google(&mut world, "PATCH", &path, Some(with_ben("again")));
    assert_eq!(ben(&mut world, "GET", &path, None).json()["status"], "confirmed");
}

/// Google Calendar API: guides/recurringevents: one occurrence is changed for everybody, and answered for by one.
#[test]
fn occurrences_travel_like_events() {
    let mut world = world();
    let mut body = with_ben("Weekly");
    for end in ["start", "end"] {
        body[end]["timeZone"] = json!("Europe/Paris");
    }
    body["recurrence"] = json!(["RRULE:FREQ=WEEKLY;COUNT=4"]);
    let id = invite(&mut world, body);
    let second = format!("{EVENTS}/{id}_20261202T090000Z");
    google(&mut world, "PATCH", &second, Some(json!({ "summary": "Moved once" })));
    assert_eq!(ben(&mut world, "GET", &second, None).json()["summary"], "Moved once");
    let third = format!("{EVENTS}/{id}_20261209T090000Z");
    let answer = json!({ "attendees": [{ "email": "ben@example.com", "responseStatus": "declined" }], "attendeesOmitted": true });
    assert_eq!(ben(&mut world, "PATCH", &third, Some(answer)).status, 200);
    assert_eq!(answer_of(&google(&mut world, "GET", &third, None).json(), "ben@example.com"), "declined");
    let master = google(&mut world, "GET", &format!("{EVENTS}/{id}"), None).json();
    assert_eq!(answer_of(&master, "ben@example.com"), "needsAction");
    google(&mut world, "DELETE", &format!("{EVENTS}/{id}?sendUpdates=all"), None);
    assert!(ben(&mut world, "GET", EVENTS, None).json().get("items").is_none());
}

/// Discovery document, Event.privateCopy: propagation is off.
#[test]
fn private_copies_stay_where_they_are() {
    let mut world = world();
    let mut body = with_ben("x");
    body["privateCopy"] = json!(true);
    let path = format!("{EVENTS}/{}", invite(&mut world, body));
    assert_eq!(ben(&mut world, "GET", &path, None).status, 404);
}

/// Discovery document, EventAttendee.responseStatus: an answer written for a new guest may be reset.
#[test]
fn answers_written_for_new_guests_are_reset_by_a_switch() {
    for (switch, told) in
        [(GuestAnswerOnInsert::Reset, "needsAction"), (GuestAnswerOnInsert::Kept, "accepted")]
    {
        let mut world = world();
        world.switches().guest_answer_on_insert = switch;
        let mut body = with_ben("x");
        body["attendees"][1]["responseStatus"] = json!("accepted");
        let event = put(&mut world, body);
        assert_eq!(answer_of(&event, "ben@example.com"), told);
        assert_eq!(answer_of(&event, "ana@example.com"), "accepted");
        // What is known is kept: the organiser may correct it.
        let path = format!("{EVENTS}/{}", event["id"].as_str().unwrap());
        let rows = json!([{ "email": "ana@example.com" }, { "email": "ben@example.com", "responseStatus": "declined" }]);
        let event = google(&mut world, "PATCH", &path, Some(json!({ "attendees": rows }))).json();
        assert_eq!(answer_of(&event, "ben@example.com"), "declined");
    }
}

/// MM 50: on a shared calendar the organiser is the calendar, and the writer's own row lacks `self`.
#[test]
fn a_shared_calendar_is_the_organiser_of_its_events() {
    let mut world = world();
    let mut body = with_ben("Team");
    body["source"] = json!({ "title": "CRM", "url": "https://crm.example.com/1" });
    let event = google(&mut world, "POST", TEAM, Some(body)).json();
    assert_eq!(event["organizer"]["self"], true);
    assert_eq!(event["creator"], json!({ "email": "ana@example.com" }));
    assert!(event["attendees"].as_array().unwrap().iter().all(|row| row.get("self").is_none()));
    // `source` is for its creator alone, and Ben reads the same event.
    let path = format!("{TEAM}/{}", event["id"].as_str().unwrap());
    assert!(event["source"].is_object());
    let seen = ben(&mut world, "GET", &path, None).json();
    assert!(seen["summary"] == "Team" && seen.get("source").is_none());
    let changed = ben(
        &mut world,
        "PATCH",
        &path,
        Some(json!({ "source": { "title": "x", "url": "https://example.com" } })),
    );
    assert_eq!(changed.status, 200);
    assert_eq!(google(&mut world, "GET", &path, None).json()["source"]["title"], "CRM");
    // Both guests have a copy on their own calendar.
    for events in [google(&mut world, "GET", EVENTS, None), ben(&mut world, "GET", EVENTS, None)] {
        assert_eq!(events.json()["items"][0]["organizer"]["displayName"], "Sales team");
    }
}

/// Each token is one person; what is not shared does not exist for the other.
#[test]
fn a_token_is_a_person() {
    let mut world = world();
    let lists = "/calendar/v3/users/me/calendarList";
    let roles = |answer: Response| -> Vec<(Value, Value)> {
        let rows = answer.json()["items"].as_array().unwrap().clone();
        rows.iter().map(|row| (row["id"].clone(), row["accessRole"].clone())).collect()
    };
    let own = roles(ben(&mut world, "GET", lists, None));
    assert_eq!(own.last().unwrap(), &(json!("ben@example.com"), json!("owner")));
    assert_eq!(own.len(), 3);
    assert!(!roles(google(&mut world, "GET", lists, None)).iter().any(|(id, _)| id == "ben@example.com"));
    let foreign = "/calendar/v3/calendars/ben%40example.com/events";
    assert_eq!(reason(&google(&mut world, "GET", foreign, None)), (404, "notFound".into()));
    assert_eq!(google(&mut world, "POST", foreign, Some(timed("x"))).status, 404);
}

/// Guests are told of what concerns them: who is new is invited, who stays is updated, who goes is cancelled.
#[test]
fn mails_follow_the_list_of_guests() {
    let mut world = world();
    let path = format!("{EVENTS}/{}", invite(&mut world, with_ben("x")));
    let rows = json!([{ "email": "ana@example.com" }, { "email": "carla@example.com" }, { "email": "room@example.com", "resource": true }]);
    google(
        &mut world,
        "PATCH",
        &format!("{path}?sendNotifications=true"),
        Some(json!({ "attendees": rows })),
    );
    google(&mut world, "PATCH", &format!("{path}?sendUpdates=all"), Some(json!({ "colorId": "2" })));
    google(&mut world, "PATCH", &format!("{path}?sendUpdates=all"), Some(json!({ "summary": "y" })));
    let sent: Vec<_> = world.mails().iter().map(|mail| (mail.kind, mail.to.as_str())).collect();
    assert_eq!(
        sent,
        [
            (MailKind::Invitation, "carla@example.com"),
            (MailKind::Cancellation, "ben@example.com"),
            (MailKind::Update, "carla@example.com"),
        ]
    );
}

/// Discovery document, Event.reminders: "Information about the event's reminders for the authenticated user".
#[test]
fn reminders_on_a_shared_calendar_are_each_persons_own() {
    let mut world = world();
    let popup = |minutes: u32| json!({ "useDefault": false, "overrides": [{ "method": "popup", "minutes": minutes }] });
    let mut body = timed("x");
    body["reminders"] = popup(5);
    let path =
        format!("{TEAM}/{}", google(&mut world, "POST", TEAM, Some(body)).json()["id"].as_str().unwrap());
    let both = |world: &mut World| {
        [google(world, "GET", &path, None), ben(world, "GET", &path, None)]
            .map(|answer| answer.json()["reminders"].clone())
    };
    assert_eq!(both(&mut world), [popup(5), json!({ "useDefault": true })]);
    let changed = ben(&mut world, "PATCH", &path, Some(json!({ "reminders": popup(30) }))).json();
    assert_eq!(changed["reminders"], popup(30));
    google(&mut world, "PATCH", &path, Some(json!({ "summary": "y" })));
    assert_eq!(both(&mut world), [popup(5), popup(30)]);
    let listed = ben(&mut world, "GET", TEAM, None).json();
    assert_eq!(listed["items"][0]["reminders"], popup(30));
    // A PUT that does not name them drops the writer's own.
    google(&mut world, "PUT", &path, Some(timed("z")));
    assert_eq!(both(&mut world), [json!({ "useDefault": true }), popup(30)]);
}
