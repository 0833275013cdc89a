//! Two people at once: what people do on either side's pages while requests go on.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod support;

use accord_sandbox::{Deed, Moment, Service, World};
use serde_json::{Value, json};
use support::*;

const AT_TEN: &str = "2026-11-25T10:00:00+01:00";

fn title(world: &World) -> Vec<Value> {
    world.google_events("primary").iter().map(|event| event["summary"].clone()).collect()
}

fn meetings(world: &World) -> Vec<Value> {
    world.crm_events().iter().map(|record| record["Event_Title"].clone()).collect()
}

#[test]
fn an_event_lives_by_a_persons_hands_on_google() {
    let mut world = world();
    let id = world.act(&Deed::google("Lunch").created(AT_TEN, 60)).unwrap();
    let (_, token) = read_all(&mut world, "maxResults=250");
    let mut etag = Value::Null;
    for (deed, pointer, expected) in [
        (Deed::google("Lunch").renamed("Late lunch"), "/summary", "Late lunch"),
        (Deed::google("Late lunch").moved(30), "/start/dateTime", "2026-11-25T10:30:00+01:00"),
        (Deed::google(&id).changed(json!({ "location": "Bistro" })), "/location", "Bistro"),
        (Deed::google("Late lunch").deleted(), "/status", "cancelled"),
        (Deed::google("Late lunch").restored(), "/status", "confirmed"),
    ] {
        assert_eq!(world.act(&deed).unwrap(), id, "{deed:?}");
        let event = world.google_event("primary", &id).unwrap();
        assert_eq!(event.pointer(pointer), Some(&json!(expected)), "{deed:?}");
        assert_ne!(event["etag"], etag, "{deed:?} is a change that a client can see");
        etag = event["etag"].clone();
    }
    let (delta, _) = read_all(&mut world, &format!("maxResults=250&syncToken={token}"));
    assert_eq!(delta.concat().len(), 1);
    assert!(world.mails().is_empty() && world.counters().google_writes == 0);
}

#[test]
fn a_meeting_lives_by_a_persons_hands_in_the_crm() {
    let mut world = world();
    let id = world.act(&Deed::crm("Lunch").created(AT_TEN, 60)).unwrap();
    for (deed, name, expected) in [
        (Deed::crm("Lunch").renamed("Late lunch"), "Event_Title", json!("Late lunch")),
        (Deed::crm("Late lunch").moved(-30), "End_DateTime", json!("2026-11-25T10:30:00+01:00")),
        (Deed::crm(&id).changed(json!({ "Venue": "Bistro" })), "Venue", json!("Bistro")),
    ] {
        world.set_now_ms(world.now_ms() + 1_000);
        assert_eq!(world.act(&deed).unwrap(), id);
        let shown = &world.crm_events()[0];
        assert_eq!(shown[name], expected, "{deed:?}");
        assert_eq!(shown["Modified_Time"], world_second(&world), "{deed:?}");
    }
    world.act(&Deed::crm("Late lunch").deleted()).unwrap();
    assert_eq!(world.crm_event_count(), 0);
    assert_eq!(world.act(&Deed::crm("Late lunch").restored()).unwrap(), id);
    assert_eq!(meetings(&world), ["Late lunch"]);
}

/// The world's time as the CRM prints it.
fn world_second(world: &World) -> String {
    let seconds = (world.now_ms() - noon()) / 1_000;
    format!("2026-11-22T13:00:{seconds:02}+01:00")
}

#[test]
fn guests_answer_on_both_sides() {
    let mut world = world();
    let mut event = timed("Review");
    event["attendees"] = json!([{ "email": "guest@example.com" }, { "email": "ana@example.com" }]);
    let id = put(&mut world, event)["id"].as_str().unwrap().to_owned();
    world.act(&Deed::google("Review").answered("Guest@example.com", "accepted")).unwrap();
    let answers = |world: &World| {
        let event = world.google_event("primary", &id).unwrap();
        event["attendees"]
            .as_array()
            .unwrap()
            .iter()
            .map(|guest| guest["responseStatus"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(answers(&world)[0], "accepted");
    world.act(&Deed::google("Review").answered("ana@example.com", "declined")).unwrap();
    assert_eq!(answers(&world), ["accepted", "declined"]);
    assert!(world.act(&Deed::google("Review").answered("ana@example.com", "perhaps")).is_err());

    let mut row = meeting("Review");
    row["Participants"] = json!([{ "type": "email", "participant": "guest@example.com" }]);
    meet(&mut world, row);
    world.set_now_ms(noon() + 5_000);
    world.act(&Deed::crm("Review").answered("guest@example.com", "accepted")).unwrap();
    let shown = &world.crm_events()[0];
    assert_eq!(shown["Participants"][0]["status"], "accepted");
    assert_eq!(shown["Modified_Time"], world_second(&world), "an answer is a change that a client can see");
    assert!(world.act(&Deed::crm("Review").answered("nobody@example.com", "accepted")).is_err());
}

#[test]
fn deeds_come_at_their_moment_and_not_before() {
    let mut world = world();
    put(&mut world, timed("a"));
    world.meanwhile(Moment::before(2, Service::Google, "events.list"), Deed::google("a").renamed("b"));
    world.meanwhile(Moment::after(1, Service::Zoho, "insert"), Deed::crm("x").renamed("y"));
    let list = |world: &mut World| google(world, "GET", EVENTS, None).json()["items"][0]["summary"].clone();
    assert_eq!(list(&mut world), "a");
    google(&mut world, "GET", "/calendar/v3/users/me/calendarList", None);
    assert_eq!((title(&world), world.deeds_waiting()), (vec![json!("a")], 2));
    assert_eq!(list(&mut world), "b", "before: the request itself sees it");
    let answer = zoho(&mut world, "POST", MEETINGS, Some(json!({ "data": [meeting("x")] })));
    assert_eq!(answer.status, 201);
    assert_eq!((meetings(&world), world.deeds_waiting()), (vec![json!("y")], 0));
}

/// The case that guards are for: somebody edits between the read and the write.
#[test]
fn an_edit_between_read_and_write_makes_the_guard_stale() {
    let mut world = world();
    let event = put(&mut world, timed("a"));
    let (id, etag) = (event["id"].as_str().unwrap(), event["etag"].as_str().unwrap());
    world.meanwhile(Moment::before(1, Service::Google, "events.patch"), Deed::google("a").moved(15));
    let patch = accord_sandbox::Request::google("PATCH", &format!("{EVENTS}/{id}"))
        .header("If-Match", etag)
        .json(&json!({ "summary": "mine" }));
    assert_eq!(world.handle(&patch).unwrap().status, 412);
    assert_eq!(title(&world), ["a"]);
}

#[test]
fn a_deed_that_cannot_be_done_is_told() {
    let mut world = world();
    for deed in [
        Deed::google("nothing").deleted(),
        Deed::google("nothing").restored(),
        Deed::crm("nothing").moved(5),
        Deed::google("x").created("tomorrow", 60),
        Deed::crm("x").created(AT_TEN, -60),
    ] {
        assert!(world.act(&deed).is_err(), "{deed:?}");
    }
    world.meanwhile(Moment::after(1, Service::Zoho, "org"), Deed::crm("nothing").deleted());
    zoho(&mut world, "GET", "/crm/v8/org", None);
    let told = &world.deeds_done().last().unwrap().outcome;
    assert!(told.as_ref().unwrap_err().contains("no live meeting"), "{told:?}");
}

#[test]
fn wrong_deeds_of_admin_calls_say_what_is_wrong() {
    for deed in [
        json!([]),
        json!({ "side": "google" }),
        json!({ "side": "moon", "what": "x", "do": "delete" }),
        json!({ "side": "crm", "what": "x", "do": "explode" }),
        json!({ "side": "crm", "what": "x", "do": "move" }),
        json!({ "side": "crm", "what": "x", "do": "delete", "colour": 1 }),
        json!({ "side": "crm", "what": "x", "do": "delete", "at": { "service": "zoho" } }),
        json!({ "side": "crm", "what": "x", "do": "delete", "at": { "service": "zoho", "kind": "list", "when": "never" } }),
    ] {
        assert!(Deed::from_json(&deed).is_err(), "{deed}");
    }
}
