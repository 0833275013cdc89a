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
