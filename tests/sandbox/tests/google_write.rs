//! insert, patch, update, delete, the batch endpoint, by rule.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod support;

use accord_sandbox::{GetDeleted, LongDescription, NoopPatchBumpsEtag, Request, Undelete};
use serde_json::{Value, json};
use support::*;

fn refused(change: Value) -> (u16, String, String) {
    let mut world = world();
    let mut body = timed("x");
    for (name, value) in change.as_object().unwrap() {
        if value.is_null() {
            body.as_object_mut().unwrap().remove(name);
        } else {
            body[name] = value.clone();
        }
    }
    let answer = google(&mut world, "POST", EVENTS, Some(body));
    let (status, reason) = reason(&answer);
    (status, reason, answer.json()["error"]["message"].as_str().unwrap_or_default().to_owned())
}

/// Google Calendar API: Events.insert; texts as collected from clients (reference, sections 9.1, 9.6, 9.7).
#[test]
fn bad_bodies_are_refused_with_googles_texts() {
    let at = |text: &str| json!({ "dateTime": text });
    let cases = [
        (json!({ "end": null }), 400, "required", "Missing end time."),
        (json!({ "start": null }), 400, "required", "Missing start time."),
        (
            json!({ "end": { "date": "2026-11-26" } }),
            400,
            "invalid",
            "Start and end times must either both be date or both be dateTime.",
        ),
        (
            json!({ "start": at("2026-11-25T10:00:00") }),
            400,
            "required",
            "Missing time zone definition for start time.",
        ),
        (
            json!({ "recurrence": ["RRULE:FREQ=DAILY"] }),
            400,
            "required",
            "Missing time zone definition for start time.",
        ),
        (
            json!({ "end": at("2026-11-25T10:00:00+01:00") }),
            400,
            "timeRangeEmpty",
            "The specified time range is empty.",
        ),
        (
            json!({ "start": { "dateTime": "2026-11-25T10:00:00", "timeZone": "Mars/Base" } }),
            400,
            "invalid",
            "Invalid time zone definition for start time.",
        ),
        (json!({ "id": "wxyz1" }), 400, "invalid", "Invalid resource id value."),
        (json!({ "id": "abcd" }), 400, "invalid", "Invalid resource id value."),
        (
            json!({ "reminders": { "useDefault": true, "overrides": [{ "method": "popup", "minutes": 5 }] } }),
            400,
            "cannotUseDefaultRemindersAndSpecifyOverride",
            "Cannot specify both default reminders and overrides at the same time.",
        ),
        (
            json!({ "reminders": { "useDefault": false, "overrides": [{ "method": "popup" }] } }),
            400,
            "required",
            "Missing override reminder minutes.",
        ),
        (json!({ "attendees": [{ "displayName": "Nobody" }] }), 400, "required", "Missing attendee email."),
        (json!({ "summary": 5 }), 400, "parseError", "Parse Error"),
    ];
    for (change, status, reason, message) in cases {
        assert_eq!(refused(change.clone()), (status, reason.into(), message.into()), "{change}");
    }
}

/// Google Calendar API: Event.id; MM 37: an id is never freed.
#[test]
fn an_id_is_taken_for_ever() {
    let mut world = world();
    let mut body = timed("mine");
    body["id"] = json!("accord0001");
    assert_eq!(put(&mut world, body.clone())["iCalUID"], "accord0001@google.com");
    let again = google(&mut world, "POST", EVENTS, Some(body.clone()));
    assert_eq!(reason(&again), (409, "duplicate".into()));
    google(&mut world, "DELETE", &format!("{EVENTS}/accord0001"), None);
    assert_eq!(google(&mut world, "POST", EVENTS, Some(body)).status, 409);
}

/// Google Calendar API: guides/version-resources.
#[test]
fn if_match_guards_changes_and_if_none_match_saves_reads() {
    let mut world = world();
    let event = put(&mut world, timed("x"));
    let path = format!("{EVENTS}/{}", event["id"].as_str().unwrap());
    let old = event["etag"].as_str().unwrap().to_owned();
    let patch =
        |tag: &str| Request::google("PATCH", &path).header("If-Match", tag).json(&json!({ "summary": "y" }));
    let changed = world.handle(&patch(&old)).unwrap().json();
    assert!(changed["etag"] != old.as_str());
    let stale = world.handle(&patch(&old)).unwrap();
    assert_eq!(reason(&stale), (412, "conditionNotMet".into()));
    assert_eq!(stale.json()["error"]["errors"][0]["location"], "If-Match");
    assert_eq!(world.handle(&patch("*")).unwrap().status, 200);
    let current = google(&mut world, "GET", &path, None).json()["etag"].as_str().unwrap().to_owned();
    let unchanged = world.handle(&Request::google("GET", &path).header("If-None-Match", &current)).unwrap();
    assert_eq!((unchanged.status, unchanged.body.len()), (304, 0));
}

/// Google Calendar API: Events.patch and Events.update.
#[test]
fn patch_keeps_and_put_drops_what_is_not_named() {
    let mut world = world();
    let mut body = timed("x");
    body["location"] = json!("Room 2");
    body["attendees"] = json!([{ "email": "Guest@Example.com" }]);
    body["extendedProperties"] = json!({ "private": { "a": "1", "b": "2" } });
    let event = put(&mut world, body);
    assert_eq!(event["attendees"][0]["responseStatus"], "needsAction");
    let path = format!("{EVENTS}/{}", event["id"].as_str().unwrap());
    let patch = json!({ "summary": "y", "extendedProperties": { "private": { "a": null, "c": "3" } } });
    let patched = google(&mut world, "PATCH", &path, Some(patch)).json();
    assert_eq!(patched["location"], "Room 2");
    assert_eq!(patched["extendedProperties"]["private"], json!({ "b": "2", "c": "3" }));
    let put = google(&mut world, "PUT", &path, Some(timed("z"))).json();
    assert_eq!(put["summary"], "z");
    for dropped in ["location", "attendees", "extendedProperties"] {
        assert!(put.get(dropped).is_none(), "{dropped}");
    }
}

/// Reference, section 9.7: fractions of seconds are dropped; answers are in the calendar's zone.
#[test]
fn times_are_kept_in_seconds_and_shown_in_the_calendars_zone() {
    let mut world = world();
    let event = put(
        &mut world,
        json!({
            "start": { "dateTime": "2026-07-01T09:00:00.750", "timeZone": "America/New_York" },
            "end": { "dateTime": "2026-07-01T16:00:00Z" },
        }),
    );
    assert_eq!(
        event["start"],
        json!({ "dateTime": "2026-07-01T15:00:00+02:00", "timeZone": "America/New_York" })
    );
    assert_eq!(event["end"]["dateTime"], "2026-07-01T18:00:00+02:00");
    assert!(event.get("summary").is_none(), "an untitled event has no summary");
}

/// keeper.sh #749: Google strips its own conference block from descriptions written by API.
#[test]
fn the_meet_block_is_stripped_and_long_texts_are_cut() {
    let mut world = world();
    let fence = "-::~:~::~:~:~:~:~:~:~:~:~::~:~::-";
    let mut body = timed("x");
    body["description"] =
        json!(format!("<b>Agenda</b>\n\n{fence}\nJoin: https://meet.google.com/a\n{fence}"));
    assert_eq!(put(&mut world, body.clone())["description"], "<b>Agenda</b>");
    body["description"] = json!("é".repeat(9000));
    assert_eq!(put(&mut world, body.clone())["description"].as_str().unwrap().chars().count(), 8192);
    world.switches().long_description = LongDescription::Error;
    assert_eq!(google(&mut world, "POST", EVENTS, Some(body)).status, 400);
}

/// Google Calendar API: guides/extended-properties.
#[test]
fn extended_properties_are_dropped_and_cut_at_their_limits() {
    let mut world = world();
    let mut body = timed("x");
    body["extendedProperties"] = json!({ "private": { "k".repeat(45): "lost", "kept": "v".repeat(2000) } });
    let kept = put(&mut world, body)["extendedProperties"]["private"].clone();
    assert_eq!(kept.as_object().unwrap().len(), 1);
    assert_eq!(kept["kept"].as_str().unwrap().len(), 1024);
}

/// Google Calendar API: Event.reminders: private to the copy, no effect on `updated`; etag and delta are switches.
#[test]
fn reminder_edits_do_not_move_updated() {
    let mut world = world();
    let event = put(&mut world, timed("x"));
    let path = format!("{EVENTS}/{}", event["id"].as_str().unwrap());
    world.set_now_ms(noon() + 60_000);
    let patch =
        json!({ "reminders": { "useDefault": false, "overrides": [{ "method": "popup", "minutes": 0 }] } });
    let changed = google(&mut world, "PATCH", &path, Some(patch)).json();
    assert_eq!(changed["updated"], event["updated"]);
    assert_ne!(changed["etag"], event["etag"]);
    world.switches().set("reminder_edit_bumps_etag", "false").unwrap();
    let patch =
        json!({ "reminders": { "useDefault": false, "overrides": [{ "method": "popup", "minutes": 7 }] } });
    let again = google(&mut world, "PATCH", &path, Some(patch)).json();
    assert_eq!(again["etag"], changed["etag"]);
    assert_eq!(again["reminders"]["overrides"][0]["minutes"], 7);
}

#[test]
fn a_patch_without_effect_keeps_the_etag_by_a_switch() {
    let mut world = world();
    world.switches().noop_patch_bumps_etag = NoopPatchBumpsEtag::False;
    let event = put(&mut world, timed("x"));
    let path = format!("{EVENTS}/{}", event["id"].as_str().unwrap());
    let same = google(&mut world, "PATCH", &path, Some(json!({ "summary": "x" }))).json();
    assert_eq!(same["etag"], event["etag"]);
}

/// Google Calendar API: guides/errors: deleted twice is 410; Event.status: reading it shows it cancelled (switch).
#[test]
fn deleted_events_can_be_read_but_not_deleted_again() {
    let mut world = world();
    let event = put(&mut world, timed("x"));
    let path = format!("{EVENTS}/{}", event["id"].as_str().unwrap());
    let first = google(&mut world, "DELETE", &path, None);
    assert_eq!((first.status, first.body.len()), (204, 0));
    assert_eq!(reason(&google(&mut world, "DELETE", &path, None)), (410, "deleted".into()));
    assert_eq!(google(&mut world, "GET", &path, None).json()["status"], "cancelled");
    world.switches().get_deleted = GetDeleted::NotFound;
    assert_eq!(google(&mut world, "GET", &path, None).status, 404);
    let revive = json!({ "status": "confirmed" });
    assert_eq!(google(&mut world, "PATCH", &path, Some(revive.clone())).status, 403);
    world.switches().undelete = Undelete::Ok;
    assert_eq!(google(&mut world, "PATCH", &path, Some(revive)).json()["status"], "confirmed");
}

/// Google Calendar API: guides/errors: forbiddenForNonOrganizer, requiredAccessLevel.
#[test]
fn guests_and_readers_may_not_change_shared_content() {
    let mut world = world();
    let invitation = json!({
        "iCalUID": "foreign@example.com", "summary": "theirs", "organizer": { "email": "boss@example.com" },
        "attendees": [{ "email": "ana@example.com" }, { "email": "boss@example.com" }],
        "start": { "date": "2026-12-01" }, "end": { "date": "2026-12-02" },
    });
    let copy = google(&mut world, "POST", &format!("{EVENTS}/import"), Some(invitation)).json();
    let path = format!("{EVENTS}/{}", copy["id"].as_str().unwrap());
    let shared = google(&mut world, "PATCH", &path, Some(json!({ "summary": "mine" })));
    assert_eq!(reason(&shared), (403, "forbiddenForNonOrganizer".into()));
    let own = json!({ "reminders": { "useDefault": false } });
    assert_eq!(google(&mut world, "PATCH", &path, Some(own)).status, 200);
    world.set_role("primary", "reader").unwrap();
    let refused = google(&mut world, "POST", EVENTS, Some(timed("x")));
    assert_eq!(reason(&refused), (403, "requiredAccessLevel".into()));
}

/// Google Calendar API: calendarList, role reader: private events are listed without details.
#[test]
fn readers_see_only_the_time_of_private_events() {
    let mut world = world();
    let mut body = timed("secret");
    body["visibility"] = json!("private");
    put(&mut world, body);
    world.set_role("primary", "reader").unwrap();
    let rows = read_all(&mut world, "maxResults=10").0.concat();
    assert!(rows[0].get("summary").is_none());
    assert_eq!(rows[0]["start"]["dateTime"], "2026-11-25T10:00:00+01:00");
}

/// Google Calendar API: Events.insert, sendUpdates: `none` mails nobody, `all` every guest.
#[test]
fn mails_go_out_only_when_asked_for() {
    let mut world = world();
    let mut body = timed("x");
    body["attendees"] = json!([{ "email": "a@example.com" }, { "email": "b@elsewhere.example" }, { "email": "ana@example.com" }]);
    put(&mut world, body.clone());
    google(&mut world, "POST", &format!("{EVENTS}?sendUpdates=none"), Some(body.clone()));
    assert!(world.mails().is_empty());
    google(&mut world, "POST", &format!("{EVENTS}?sendUpdates=externalOnly"), Some(body.clone()));
    google(&mut world, "POST", &format!("{EVENTS}?sendUpdates=all"), Some(body));
    let to: Vec<_> = world.mails().iter().map(|mail| mail.to.as_str()).collect();
    assert_eq!(to, ["b@elsewhere.example", "a@example.com", "b@elsewhere.example"]);
}

/// Google Calendar API: guides/batch.
#[test]
fn a_batch_answers_each_call_with_its_content_id() {
    let mut world = world();
    let event = put(&mut world, timed("x"));
    let part = |id: usize, line: String| {
        format!("--sep\r\nContent-Type: application/http\r\nContent-ID: <{id}>\r\n\r\n{line}\r\n\r\n")
    };
    let send = |world: &mut accord_sandbox::World, parts: &[String]| {
        let mut request = Request::google("POST", "/batch/calendar/v3")
            .header("Content-Type", "multipart/mixed; boundary=sep");
        request.body = format!("{}--sep--", parts.concat()).into_bytes();
        world.handle(&request).unwrap()
    };
    let there = format!("GET {EVENTS}/{} HTTP/1.1", event["id"].as_str().unwrap());
    let answer = send(&mut world, &[part(1, there.clone()), part(2, format!("GET {EVENTS}/nothere"))]);
    assert_eq!(answer.status, 200);
    let text = String::from_utf8(answer.body).unwrap();
    assert!(text.contains("Content-ID: <response-1>") && text.contains("HTTP/1.1 200 OK"));
    assert!(text.contains("Content-ID: <response-2>") && text.contains("HTTP/1.1 404 Not Found"));
    let many: Vec<String> = (0..51).map(|id| part(id, there.clone())).collect();
    assert_eq!(send(&mut world, &many).status, 400);
    world.switches().set("batch_max", "1000").unwrap();
    assert_eq!(send(&mut world, &many).status, 200);
}

/// Discovery document, scopes of each method; the front end's 403 names the method.
#[test]
fn a_missing_scope_is_refused_by_the_front_end() {
    let mut world = world();
    let base = "https://www.googleapis.com/auth/";
    let (events, lists) = (format!("{base}calendar.events"), format!("{base}calendar.calendarlist.readonly"));
    let list = "/calendar/v3/users/me/calendarList";
    world.set_scopes(accord_sandbox::Service::Google, &[&events]);
    let refused = google(&mut world, "GET", list, None);
    assert_eq!(reason(&refused), (403, "insufficientPermissions".into()));
    let detail = refused.json()["error"]["details"][0].clone();
    assert_eq!(detail["reason"], "ACCESS_TOKEN_SCOPE_INSUFFICIENT");
    assert_eq!(detail["metadata"]["method"], "calendar.v3.CalendarList.List");
    assert_eq!(google(&mut world, "POST", EVENTS, Some(timed("x"))).status, 200);
    world.set_scopes(accord_sandbox::Service::Google, &[&lists]);
    assert_eq!(google(&mut world, "GET", list, None).status, 200);
    assert_eq!(google(&mut world, "POST", EVENTS, Some(timed("x"))).status, 403);
}
