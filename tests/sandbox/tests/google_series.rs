//! Recurring events, by rule.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod support;

use serde_json::{Value, json};
use support::*;

fn series(world: &mut accord_sandbox::World, rule: &str) -> String {
    let body = json!({
        "summary": "Weekly call", "recurrence": [rule],
        "start": { "dateTime": "2027-03-14T10:00:00", "timeZone": "Europe/Paris" },
        "end": { "dateTime": "2027-03-14T11:00:00", "timeZone": "Europe/Paris" },
    });
    put(world, body)["id"].as_str().unwrap().to_owned()
}

fn starts(rows: &[Value]) -> Vec<String> {
    rows.iter().map(|row| row["start"]["dateTime"].as_str().unwrap_or_default().to_owned()).collect()
}

/// MM 22, 23: the wall clock stays the same across a change of the clocks. The id holds the original start in UTC.
#[test]
fn occurrences_keep_their_wall_clock_across_a_clock_change() {
    let mut world = world();
    let id = series(&mut world, "RRULE:FREQ=WEEKLY;COUNT=4");
    let rows = read_all(&mut world, "singleEvents=true&orderBy=startTime").0.concat();
    assert_eq!(
        starts(&rows),
        [
            "2027-03-14T10:00:00+01:00",
            "2027-03-21T10:00:00+01:00",
            "2027-03-28T10:00:00+02:00",
            "2027-04-04T10:00:00+02:00"
        ]
    );
    assert_eq!(rows[2]["id"], format!("{id}_20270328T080000Z"));
    assert_eq!(rows[2]["recurringEventId"], id);
    assert_eq!(read_all(&mut world, "singleEvents=false").0.concat().len(), 1);
}

/// Google Calendar API: guides/recurringevents: a changed occurrence is an exception, a deleted one a cancelled exception.
#[test]
fn exceptions_replace_their_occurrence() {
    let mut world = world();
    let id = series(&mut world, "RRULE:FREQ=WEEKLY;COUNT=3");
    let (second, third) = (format!("{id}_20270321T090000Z"), format!("{id}_20270328T080000Z"));
    let moved = json!({ "start": { "dateTime": "2027-03-22T15:00:00+01:00" }, "end": { "dateTime": "2027-03-22T16:00:00+01:00" } });
    assert_eq!(google(&mut world, "PATCH", &format!("{EVENTS}/{second}"), Some(moved)).status, 200);
    assert_eq!(google(&mut world, "DELETE", &format!("{EVENTS}/{third}"), None).status, 204);
    let rows = read_all(&mut world, "singleEvents=true&orderBy=startTime").0.concat();
    assert_eq!(starts(&rows), ["2027-03-14T10:00:00+01:00", "2027-03-22T15:00:00+01:00"]);
    assert_eq!(rows[1]["originalStartTime"]["dateTime"], "2027-03-21T10:00:00+01:00");
    // Cancelled occurrences of a live series are listed although deleted events are not asked for (MM 33).
    let rows = read_all(&mut world, "singleEvents=false").0.concat();
    let cancelled: Vec<_> = rows.iter().filter(|row| row["status"] == "cancelled").collect();
    assert_eq!(cancelled.len(), 1);
    assert!(cancelled[0].get("start").is_none() && cancelled[0]["originalStartTime"].is_object());
    let listed = google(&mut world, "GET", &format!("{EVENTS}/{id}/instances?showDeleted=true"), None).json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 3);
}

/// Google Calendar API: Event.status: a cancelled occurrence is to be kept for the lifetime of its series, so it is
/// listed however old it is.
#[test]
fn a_cancelled_occurrence_lives_as_long_as_its_series() {
    let mut world = world();
    let id = series(&mut world, "RRULE:FREQ=WEEKLY;COUNT=30");
    google(&mut world, "DELETE", &format!("{EVENTS}/{id}_20270321T090000Z"), None);
    let now = world.now_ms();
    world.set_now_ms(now + 60 * 86_400_000);
    let rows = read_all(&mut world, "singleEvents=false").0.concat();
    assert_eq!(rows.iter().filter(|row| row["status"] == "cancelled").count(), 1);
    google(&mut world, "DELETE", &format!("{EVENTS}/{id}"), None);
    world.set_now_ms(now + 120 * 86_400_000);
    assert!(read_all(&mut world, "singleEvents=false&showDeleted=true").0.concat().is_empty());
}

/// Google Calendar API: guides/recurringevents: deleting the series deletes all its occurrences.
#[test]
fn deleting_a_series_deletes_its_exceptions() {
    let mut world = world();
    let id = series(&mut world, "RRULE:FREQ=WEEKLY;COUNT=3");
    let second = format!("{id}_20270321T090000Z");
    google(&mut world, "PATCH", &format!("{EVENTS}/{second}"), Some(json!({ "summary": "other" })));
    let (_, token) = read_all(&mut world, "singleEvents=false");
    google(&mut world, "DELETE", &format!("{EVENTS}/{id}"), None);
    assert!(read_all(&mut world, "singleEvents=false").0.concat().is_empty());
    let delta = read_all(&mut world, &format!("singleEvents=false&syncToken={token}")).0.concat();
    assert_eq!(delta.len(), 2);
    assert!(delta.iter().all(|row| row["status"] == "cancelled"));
}

/// A series reaches as far as its last occurrence (switch `master_window`).
#[test]
fn a_window_selects_a_series_by_any_occurrence() {
    let mut world = world();
    series(&mut world, "RRULE:FREQ=WEEKLY;COUNT=4");
    for (query, rows) in [("timeMin=2027-04-04T08:59:59Z", 1), ("timeMin=2027-04-04T09:00:00Z", 0)] {
        assert_eq!(read_all(&mut world, query).0.concat().len(), rows, "{query}");
    }
    world.switches().set("master_window", "master_end").unwrap();
    assert!(read_all(&mut world, "timeMin=2027-03-20T00:00:00Z").0.concat().is_empty());
}

/// gbrain PR 5015: an expanded delta delivers occurrences far beyond the first read's window.
#[test]
fn an_expanded_delta_of_an_endless_series_is_long() {
    let mut world = world();
    let (_, token) = read_all(&mut world, "singleEvents=true&timeMax=2027-12-01T00:00:00Z");
    series(&mut world, "RRULE:FREQ=WEEKLY");
    let rows = read_all(&mut world, &format!("singleEvents=true&syncToken={token}")).0.concat();
    assert!(rows.len() > 600, "{}", rows.len());
}

#[test]
fn bad_rules_are_refused() {
    let mut world = world();
    for rule in ["FREQ=DAILY", "RRULE:FREQ=SOMETIMES", "DTSTART:20270314T100000Z", "RRULE"] {
        let body = json!({
            "recurrence": [rule],
            "start": { "date": "2027-03-14" }, "end": { "date": "2027-03-15" },
        });
        assert_eq!(google(&mut world, "POST", EVENTS, Some(body)).status, 400, "{rule}");
    }
}

/// Google Calendar API: guides/recurringevents, "this and following": the series is cut, the rest is a second one.
#[test]
fn a_split_series_is_two_series() {
    let mut world = world();
    let id = series(&mut world, "RRULE:FREQ=WEEKLY;COUNT=6");
    let late = format!("{id}_20270411T080000Z");
    google(&mut world, "PATCH", &format!("{EVENTS}/{late}"), Some(json!({ "summary": "an exception" })));
    let (_, token) = read_all(&mut world, "singleEvents=false");
    let third = format!("{id}_20270328T080000Z");
    let rest = world.split_google_series(&third, &json!({ "summary": "From here on" })).unwrap();
    assert_eq!(rest, format!("{id}_R20270328T080000"));
    let rows = read_all(&mut world, "singleEvents=true&orderBy=startTime").0.concat();
    let titles: Vec<_> = rows.iter().map(|row| row["summary"].as_str().unwrap()).collect();
    assert_eq!(titles, [["Weekly call"; 2].as_slice(), &["From here on"; 4]].concat());
    assert_eq!(rows[2]["id"], format!("{rest}_20270328T080000Z"));
    assert_eq!(rows[2]["iCalUID"], format!("{rest}@google.com"));
    let masters = read_all(&mut world, "singleEvents=false").0.concat();
    let rules: Vec<_> =
        masters.iter().filter(|row| row["status"] == "confirmed").map(|row| &row["recurrence"][0]).collect();
    assert_eq!(rules, ["RRULE:FREQ=WEEKLY;UNTIL=20270328T075959Z", "RRULE:FREQ=WEEKLY;COUNT=4"]);
    // The delta shows both series, and the exception that was reset as cancelled.
    let delta = read_all(&mut world, &format!("singleEvents=false&syncToken={token}")).0.concat();
    assert_eq!(delta.len(), 3);
    assert!(delta.iter().any(|row| row["id"] == late && row["status"] == "cancelled"));
    for wrong in [format!("{id}_20270314T090000Z"), format!("{id}_20270329T080000Z"), "nothing".into(), rest]
    {
        assert!(world.split_google_series(&wrong, &json!({})).is_err(), "{wrong}");
    }
}

/// The same for days, with extra and excluded dates.
#[test]
fn extra_dates_go_with_their_half() {
    let mut world = world();
    let body = json!({
        "summary": "Days",
        "recurrence": ["RRULE:FREQ=DAILY;COUNT=5", "RDATE;VALUE=DATE:20270313,20270401", "EXDATE;VALUE=DATE:20270315"],
        "start": { "date": "2027-03-14" }, "end": { "date": "2027-03-15" },
    });
    let id = put(&mut world, body)["id"].as_str().unwrap().to_owned();
    let days = |world: &mut accord_sandbox::World| -> Vec<String> {
        let rows = read_all(world, "singleEvents=true&orderBy=startTime").0.concat();
        rows.iter().map(|row| row["start"]["date"].as_str().unwrap()[5..].to_owned()).collect()
    };
    let all = ["03-13", "03-14", "03-16", "03-17", "03-18", "04-01"];
    assert_eq!(days(&mut world), all);
    let rest = world.split_google_series(&format!("{id}_20270317"), &json!({})).unwrap();
    assert_eq!(rest, format!("{id}_R20270317"));
    assert_eq!(days(&mut world), all);
    let rules = |world: &accord_sandbox::World, id: &str| {
        world.google_event("primary", id).unwrap()["recurrence"].clone()
    };
    let excluded = "EXDATE;VALUE=DATE:20270315";
    let before = json!(["RRULE:FREQ=DAILY;UNTIL=20270316", "RDATE;VALUE=DATE:20270313", excluded]);
    assert_eq!(rules(&world, &id), before);
    assert_eq!(
        rules(&world, &rest),
        json!(["RRULE:FREQ=DAILY;COUNT=2", "RDATE;VALUE=DATE:20270401", excluded])
    );
}

/// Google Calendar API: guides/recurringevents: a client cuts a series by UNTIL; exceptions beyond it are reset.
#[test]
fn a_series_can_be_cut_by_api() {
    let mut world = world();
    let id = series(&mut world, "RRULE:FREQ=WEEKLY;COUNT=4");
    let (second, third) = (format!("{id}_20270321T090000Z"), format!("{id}_20270328T080000Z"));
    for exception in [&second, &third] {
        google(&mut world, "PATCH", &format!("{EVENTS}/{exception}"), Some(json!({ "summary": "other" })));
    }
    let cut = json!({ "recurrence": ["RRULE:FREQ=WEEKLY;UNTIL=20270322T000000Z"] });
    let patched = google(&mut world, "PATCH", &format!("{EVENTS}/{id}"), Some(cut)).json();
    assert_eq!(patched["sequence"], 1);
    let rows = read_all(&mut world, "singleEvents=true&orderBy=startTime").0.concat();
    assert_eq!(
        rows.iter().map(|row| &row["id"]).collect::<Vec<_>>(),
        [&json!(format!("{id}_20270314T090000Z")), &json!(second)]
    );
    assert_eq!(google(&mut world, "GET", &format!("{EVENTS}/{third}"), None).json()["status"], "cancelled");
}

/// Discovery document, Event.visibility: a stricter occurrence makes the series stricter; a laxer one is ignored.
#[test]
fn the_visibility_of_one_occurrence_may_be_that_of_all() {
    let mut world = world();
    let id = series(&mut world, "RRULE:FREQ=WEEKLY;COUNT=3");
    let second = format!("{EVENTS}/{id}_20270321T090000Z");
    google(&mut world, "PATCH", &second, Some(json!({ "visibility": "private" })));
    let visibility = |world: &mut accord_sandbox::World, path: &str| {
        google(world, "GET", path, None).json()["visibility"].clone()
    };
    assert_eq!(visibility(&mut world, &format!("{EVENTS}/{id}")), "private");
    google(&mut world, "PATCH", &second, Some(json!({ "visibility": "public" })));
    assert_eq!(visibility(&mut world, &second), "private");
    let ruled = google(&mut world, "PATCH", &second, Some(json!({ "recurrence": ["RRULE:FREQ=DAILY"] })));
    assert_eq!(reason(&ruled), (400, "invalid".into()));
}

/// Google Calendar API: Events.instances: `originalStart`, windows, an occurrence instead of a series (MM 31).
#[test]
fn instances_can_be_asked_for_one_by_one() {
    let mut world = world();
    let id = series(&mut world, "RRULE:FREQ=WEEKLY;COUNT=3");
    let second = format!("{id}_20270321T090000Z");
    let moved = json!({ "start": { "dateTime": "2027-03-22T15:00:00+01:00" }, "end": { "dateTime": "2027-03-22T16:00:00+01:00" } });
    google(&mut world, "PATCH", &format!("{EVENTS}/{second}"), Some(moved));
    let ids = |world: &mut accord_sandbox::World, of: &str, query: &str| -> Vec<String> {
        let answer = google(world, "GET", &format!("{EVENTS}/{of}/instances?{query}"), None).json();
        let rows = answer["items"].as_array().cloned().unwrap_or_default();
        rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids(&mut world, &id, "originalStart=2027-03-21T09:00:00Z"), std::slice::from_ref(&second));
    assert_eq!(
        ids(&mut world, &id, "originalStart=2027-03-21T10:00:00%2B01:00"),
        std::slice::from_ref(&second)
    );
    assert!(ids(&mut world, &id, "originalStart=2027-03-22T14:00:00Z").is_empty());
    // `timeMin` is inclusive here: the first occurrence ends at that very instant.
    assert_eq!(ids(&mut world, &id, "timeMin=2027-03-14T10:00:00Z").len(), 3);
    assert_eq!(ids(&mut world, &id, "timeMin=2027-03-14T10:00:01Z").len(), 2);
    assert_eq!(ids(&mut world, &second, ""), std::slice::from_ref(&second));
    let page = google(&mut world, "GET", &format!("{EVENTS}/{id}/instances?maxResults=2"), None).json();
    let next = page["nextPageToken"].as_str().unwrap();
    assert_eq!(
        ids(&mut world, &id, &format!("maxResults=2&pageToken={next}")),
        [format!("{id}_20270328T080000Z")]
    );
}

/// Google Calendar API: Events.move; MM 48, 49: a stub stays behind, and the answer says cancelled (switch).
#[test]
fn a_moved_event_leaves_a_stub() {
    let mut world = world();
    let team = "c_7f3k2m9team%40group.calendar.google.com";
    let there = format!("/calendar/v3/calendars/{team}/events");
    let id = series(&mut world, "RRULE:FREQ=WEEKLY;COUNT=3");
    let second = format!("{id}_20270321T090000Z");
    google(&mut world, "PATCH", &format!("{EVENTS}/{second}"), Some(json!({ "summary": "other" })));
    let (_, token) = read_all(&mut world, "maxResults=250");
    let target = format!("{EVENTS}/{id}/move?destination={team}");
    let one = google(&mut world, "POST", &format!("{EVENTS}/{second}/move?destination={team}"), None);
    assert_eq!(reason(&one), (400, "cannotChangeOrganizerOfInstance".into()));
    assert_eq!(google(&mut world, "POST", &format!("{EVENTS}/{id}/move"), None).status, 400);
    assert_eq!(
        google(&mut world, "POST", &format!("{EVENTS}/{id}/move?destination=nobody"), None).status,
        404
    );
    assert_eq!(google(&mut world, "POST", &target, None).json()["status"], "cancelled");
    let moved = google(&mut world, "GET", &format!("{there}/{id}"), None).json();
    assert_eq!(
        (&moved["status"], &moved["organizer"]["displayName"]),
        (&json!("confirmed"), &json!("Sales team"))
    );
    assert_eq!(google(&mut world, "GET", &format!("{there}/{second}"), None).json()["summary"], "other");
    let stubs = read_all(&mut world, &format!("maxResults=250&syncToken={token}")).0.concat();
    assert!(stubs.len() == 2 && stubs.iter().all(|row| row["status"] == "cancelled"));
    world.switches().set("move_response", "moved").unwrap();
    let back = google(&mut world, "POST", &format!("{there}/{id}/move?destination=primary"), None);
    assert_eq!(reason(&back), (409, "duplicate".into()), "an id is never freed");
    let mut focus = timed("x");
    focus["eventType"] = json!("focusTime");
    let focus = put(&mut world, focus)["id"].as_str().unwrap().to_owned();
    let refused = google(&mut world, "POST", &format!("{EVENTS}/{focus}/move?destination={team}"), None);
    assert_eq!(reason(&refused), (400, "eventTypeRestriction".into()));
    // An organiser who is a guest keeps a guest's copy.
    let mut body = timed("with Ana");
    body["attendees"] = json!([{ "email": "ana@example.com", "responseStatus": "accepted" }]);
    let guest = put(&mut world, body)["id"].as_str().unwrap().to_owned();
    let answer =
        google(&mut world, "POST", &format!("{EVENTS}/{guest}/move?destination={team}"), None).json();
    assert_eq!(answer["status"], "confirmed");
    let copy = google(&mut world, "GET", &format!("{EVENTS}/{guest}"), None).json();
    assert_eq!(
        (&copy["status"], &copy["organizer"]["displayName"]),
        (&json!("confirmed"), &json!("Sales team"))
    );
}
