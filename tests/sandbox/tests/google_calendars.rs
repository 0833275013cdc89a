//! Calendars and what surrounds them: the calendar list, roles, scopes, free/busy, colours, settings, channels.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod support;

use accord_sandbox::{FreeBusyList, Request, Response, Service, World};
use serde_json::{Value, json};
use support::*;

const LIST: &str = "/calendar/v3/users/me/calendarList";
const TEAM_ID: &str = "c_7f3k2m9team@group.calendar.google.com";
const TEAM: &str = "/calendar/v3/calendars/c_7f3k2m9team%40group.calendar.google.com/events";
const ANA: &str = "ana@example.com";

fn grant(world: &mut World, names: &[&str]) {
    let scopes: Vec<String> =
        names.iter().map(|name| format!("https://www.googleapis.com/auth/{name}")).collect();
    let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
    world.set_scopes(Service::Google, &scopes);
}

fn ids(answer: &Response) -> Vec<String> {
    let rows = answer.json()["items"].as_array().cloned().unwrap_or_default();
    rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

/// Discovery document, calendarList.list: paging, hidden and deleted entries, and what a sync token excludes.
#[test]
fn the_calendar_list_has_pages_hidden_entries_and_deltas() {
    let mut world = world();
    let first = google(&mut world, "GET", &format!("{LIST}?maxResults=2"), None).json();
    assert!(first.get("nextSyncToken").is_none());
    let page = first["nextPageToken"].as_str().unwrap();
    let last = google(&mut world, "GET", &format!("{LIST}?maxResults=2&pageToken={page}"), None).json();
    assert_eq!(last["items"].as_array().unwrap().len(), 1);
    let token = last["nextSyncToken"].as_str().unwrap().to_owned();
    let delta = format!("{LIST}?syncToken={token}");
    assert!(ids(&google(&mut world, "GET", &delta, None)).is_empty());

    // A role is a read-only part of the entry: its change is not reported.
    world.set_google_role(ANA, TEAM_ID, "reader").unwrap();
    assert!(ids(&google(&mut world, "GET", &delta, None)).is_empty());
    world.set_google_hidden(ANA, TEAM_ID, true).unwrap();
    world.set_google_listed(ANA, "en.french#holiday@group.v.calendar.google.com", false).unwrap();
    assert_eq!(ids(&google(&mut world, "GET", LIST, None)), [ANA]);
    assert_eq!(ids(&google(&mut world, "GET", &format!("{LIST}?showHidden=true"), None)).len(), 2);
    let changed = google(&mut world, "GET", &delta, None).json();
    assert_eq!(
        (&changed["items"][0]["hidden"], &changed["items"][1]["deleted"]),
        (&json!(true), &json!(true))
    );
    for other in
        ["minAccessRole=writer", "showOwnOrganizationOnly=true", "showDeleted=false", "showHidden=false"]
    {
        let answer = google(&mut world, "GET", &format!("{delta}&{other}"), None);
        assert_eq!(reason(&answer), (400, "invalid".into()), "{other}");
    }
    world.expire_sync_tokens();
    assert_eq!(reason(&google(&mut world, "GET", &delta, None)), (410, "fullSyncRequired".into()));
    assert_eq!(google(&mut world, "GET", &format!("{LIST}?syncToken=nonsense"), None).status, 400);
    assert_eq!(google(&mut world, "GET", &format!("{LIST}?maxResults=251"), None).status, 400);
}

/// CalendarListEntry: a title and reminders of one's own; `dataOwner` on secondary calendars only.
#[test]
fn an_entry_is_the_persons_own() {
    let mut world = world();
    let reminders = [json!({ "method": "email", "minutes": 30 })];
    world.set_google_entry(ANA, TEAM_ID, Some("Sales"), &reminders).unwrap();
    let path = format!("{LIST}/{}", accord_sandbox::encode(TEAM_ID));
    let entry = google(&mut world, "GET", &path, None).json();
    assert_eq!((&entry["summary"], &entry["summaryOverride"]), (&json!("Sales team"), &json!("Sales")));
    assert_eq!(entry["dataOwner"], "ben@example.com");
    assert_eq!(google(&mut world, "GET", TEAM, None).json()["defaultReminders"], json!(reminders));
    let bens = world.handle(&Request::google_as_ben("GET", &path)).unwrap().json();
    assert!(bens.get("summaryOverride").is_none() && bens.get("defaultReminders").is_none());
    let primary = google(&mut world, "GET", &format!("{LIST}/primary"), None).json();
    assert!(primary["primary"] == true && primary.get("dataOwner").is_none());
}

/// Discovery document, minAccessRole: the order of the roles, and what each may do with a private and an open event.
#[test]
fn each_role_sees_and_writes_what_it_may() {
    for (role, listed, details, insert, private, open) in [
        ("freeBusyReader", 403, false, 403, 403, 403),
        ("reader", 200, false, 403, 403, 403),
        ("writerWithoutPrivateAccess", 200, false, 200, 403, 200),
        ("writer", 200, true, 200, 200, 200),
        ("owner", 200, true, 200, 200, 200),
    ] {
        let mut world = world();
        let mut body = timed("needle");
        body["visibility"] = json!("private");
        let secret = google(&mut world, "POST", TEAM, Some(body)).json()["id"].as_str().unwrap().to_owned();
        let plain =
            google(&mut world, "POST", TEAM, Some(timed("open"))).json()["id"].as_str().unwrap().to_owned();
        world.set_google_role(ANA, TEAM_ID, role).unwrap();
        let answer = google(&mut world, "GET", &format!("{TEAM}/{secret}"), None);
        assert_eq!(answer.status, listed, "{role}");
        if listed == 200 {
            assert_eq!(answer.json().get("summary").is_some(), details, "{role}");
            assert!(answer.json()["start"].is_object());
            let found = google(&mut world, "GET", &format!("{TEAM}?q=needle"), None).json();
            assert_eq!(found.get("items").is_some(), details, "{role}: a search tells no secrets");
        }
        assert_eq!(google(&mut world, "POST", TEAM, Some(timed("x"))).status, insert, "{role}");
        for (id, status) in [(&secret, private), (&plain, open)] {
            let path = format!("{TEAM}/{id}");
            let patched = google(&mut world, "PATCH", &path, Some(json!({ "summary": "y" })));
            assert_eq!(patched.status, status, "{role}");
            assert_eq!(
                google(&mut world, "DELETE", &path, None).status,
                if status == 200 { 204 } else { 403 }
            );
        }
    }
}

/// Discovery document, visibility: "only event attendees may view event details".
#[test]
fn a_guest_sees_a_private_event_of_a_calendar_that_they_only_read() {
    let mut world = world();
    let mut body = timed("secret");
    body["visibility"] = json!("private");
    body["attendees"] = json!([{ "email": ANA }]);
    let id = google(&mut world, "POST", TEAM, Some(body)).json()["id"].as_str().unwrap().to_owned();
    world.set_google_role(ANA, TEAM_ID, "reader").unwrap();
    assert_eq!(google(&mut world, "GET", &format!("{TEAM}/{id}"), None).json()["summary"], "secret");
}

#[test]
fn a_calendar_shared_as_free_and_busy_is_listed_by_a_switch() {
    let mut world = world();
    google(&mut world, "POST", TEAM, Some(timed("x")));
    world.set_google_role(ANA, TEAM_ID, "freeBusyReader").unwrap();
    assert_eq!(reason(&google(&mut world, "GET", TEAM, None)), (403, "requiredAccessLevel".into()));
    world.switches().free_busy_list = FreeBusyList::BusyOnly;
    let rows = google(&mut world, "GET", TEAM, None).json();
    assert!(rows["items"][0].get("summary").is_none() && rows["items"][0]["start"].is_object());
}

/// Discovery document, scopes: owned calendars only, public ones only, times only.
#[test]
fn narrow_scopes_reach_some_calendars() {
    let mut world = world();
    put(&mut world, timed("x"));
    let holidays = "/calendar/v3/calendars/en.french%23holiday%40group.v.calendar.google.com/events";
    for (scope, own, shared, public) in [
        ("calendar.events.owned", 200, 403, 403),
        ("calendar.events.owned.readonly", 200, 403, 403),
        ("calendar.events.public.readonly", 403, 403, 200),
        ("calendar.events.readonly", 200, 200, 200),
        ("calendar.app.created", 403, 403, 403),
    ] {
        grant(&mut world, &[scope]);
        for (path, status) in [(EVENTS, own), (TEAM, shared), (holidays, public)] {
            let answer = google(&mut world, "GET", path, None);
            assert_eq!(answer.status, status, "{scope} {path}");
            if status == 403 {
                let detail = &answer.json()["error"]["details"][0];
                assert_eq!(detail["metadata"]["method"], "calendar.v3.Events.List", "{scope}");
            }
        }
        let writes = if scope == "calendar.events.owned" { 200 } else { 403 };
        assert_eq!(google(&mut world, "POST", EVENTS, Some(timed("y"))).status, writes, "{scope}");
    }
    grant(&mut world, &["calendar.events.freebusy"]);
    world.switches().free_busy_list = FreeBusyList::BusyOnly;
    assert!(google(&mut world, "GET", EVENTS, None).json()["items"][0].get("summary").is_none());
}

/// Google Calendar API: freebusy.query: busy spans without overlaps; what is transparent or declined is free.
#[test]
fn free_busy_tells_when_and_nothing_else() {
    let mut world = world();
    let ask = json!({ "timeMin": "2026-11-25T00:00:00Z", "timeMax": "2026-11-26T00:00:00Z",
        "items": [{ "id": "primary" }, { "id": "nobody@example.com" }] });
    assert_eq!(reason(&google(&mut world, "POST", "/calendar/v3/freeBusy", Some(ask.clone()))).0, 403);
    grant(&mut world, &["calendar"]);
    let hours = |from: &str, to: &str| json!({ "start": { "dateTime": from }, "end": { "dateTime": to } });
    put(&mut world, hours("2026-11-25T09:00:00Z", "2026-11-25T10:00:00Z"));
    put(&mut world, hours("2026-11-25T09:30:00Z", "2026-11-25T11:00:00Z"));
    let mut free = hours("2026-11-25T12:00:00Z", "2026-11-25T13:00:00Z");
    free["transparency"] = json!("transparent");
    put(&mut world, free);
    let mut declined = hours("2026-11-25T14:00:00Z", "2026-11-25T15:00:00Z");
    declined["attendees"] = json!([{ "email": ANA, "responseStatus": "declined" }]);
    put(&mut world, declined);
    let mut series = hours("2026-11-24T22:00:00Z", "2026-11-25T01:00:00Z");
    series["recurrence"] = json!(["RRULE:FREQ=DAILY;COUNT=2"]);
    for end in ["start", "end"] {
        series[end]["timeZone"] = json!("UTC");
    }
    put(&mut world, series);
    let answer = google(&mut world, "POST", "/calendar/v3/freeBusy", Some(ask)).json();
    assert_eq!(
        answer["calendars"]["primary"]["busy"],
        json!([
            { "start": "2026-11-25T00:00:00Z", "end": "2026-11-25T01:00:00Z" },
            { "start": "2026-11-25T09:00:00Z", "end": "2026-11-25T11:00:00Z" },
            { "start": "2026-11-25T22:00:00Z", "end": "2026-11-26T00:00:00Z" },
        ])
    );
    assert_eq!(answer["calendars"]["nobody@example.com"]["errors"][0]["reason"], "notFound");
    let naive = json!({ "timeMin": "2026-11-25T00:00:00", "timeMax": "2026-11-26T00:00:00Z", "items": [] });
    assert_eq!(google(&mut world, "POST", "/calendar/v3/freeBusy", Some(naive)).status, 400);
}

/// Google Calendar API: settings.get, colors.get, calendars.get.
#[test]
fn settings_colours_and_calendars_can_be_read() {
    let mut world = world();
    grant(&mut world, &["calendar.readonly"]);
    let zone = google(&mut world, "GET", "/calendar/v3/users/me/settings/timezone", None).json();
    assert_eq!((&zone["id"], &zone["value"]), (&json!("timezone"), &json!("Europe/Paris")));
    assert_eq!(google(&mut world, "GET", "/calendar/v3/users/me/settings/nothing", None).status, 404);
    let all = google(&mut world, "GET", "/calendar/v3/users/me/settings", None);
    assert!(ids(&all).contains(&"weekStart".to_owned()));
    let colors = google(&mut world, "GET", "/calendar/v3/colors", None).json();
    assert_eq!(colors["event"].as_object().unwrap().len(), 11);
    assert_eq!(colors["calendar"]["14"]["background"], "#9fe1e7");
    let calendar = google(&mut world, "GET", "/calendar/v3/calendars/primary", None).json();
    assert_eq!(calendar["labelProperties"]["eventLabels"][0]["id"], "label-client");
    grant(&mut world, &["calendar.events"]);
    let refused = google(&mut world, "GET", "/calendar/v3/users/me/settings/timezone", None);
    assert_eq!(reason(&refused), (403, "insufficientPermissions".into()));
}

/// Google Calendar API: guides/push: HTTPS and a verified domain, which no receiver of a sandbox has.
#[test]
fn no_channel_can_be_opened() {
    let mut world = world();
    let path = format!("{EVENTS}/watch");
    let channel = |address: &str| json!({ "id": "c1", "type": "web_hook", "address": address });
    for (body, expected) in [
        (channel("http://hooks.example.com"), (400, "push.webhookUrlNotHttps")),
        (channel("https://hooks.example.com"), (401, "push.webhookUrlUnauthorized")),
        (json!({ "id": "c1", "type": "web_hook" }), (400, "required")),
        (json!({ "id": "c".repeat(65), "type": "web_hook", "address": "https://x" }), (400, "invalid")),
    ] {
        let answer = google(&mut world, "POST", &path, Some(body));
        assert_eq!(reason(&answer), (expected.0, expected.1.into()));
    }
    assert_eq!(
        google(&mut world, "POST", "/calendar/v3/channels/stop", Some(json!({ "id": "c1" }))).status,
        404
    );
}

/// What is not modelled says so; before that, scopes decide as with every method.
#[test]
fn methods_that_are_not_modelled_say_so() {
    for (method, path) in [
        ("POST", "/calendar/v3/calendars"),
        ("DELETE", "/calendar/v3/calendars/primary"),
        ("POST", "/calendar/v3/calendars/primary/clear"),
        ("GET", "/calendar/v3/calendars/primary/acl"),
        ("PATCH", "/calendar/v3/users/me/calendarList/primary"),
    ] {
        let mut world = world();
        let refused = google(&mut world, method, path, None);
        assert_eq!(reason(&refused), (403, "insufficientPermissions".into()), "{method} {path}");
        grant(&mut world, &["calendar"]);
        let answer = google(&mut world, method, path, None);
        assert_eq!(reason(&answer), (501, "notImplemented".into()), "{method} {path}");
    }
    let mut world = world();
    let quick = google(&mut world, "POST", &format!("{EVENTS}/quickAdd?text=Lunch"), None);
    assert_eq!(reason(&quick), (501, "notImplemented".into()));
    assert_eq!(google(&mut world, "PUT", "/calendar/v3/colors", Some(Value::Null)).status, 404);
}
