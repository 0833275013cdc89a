//! A world in another zone than Europe/Paris: what is made and shown in it.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod support;

use accord_sandbox::{Corpus, World};
use serde_json::Value;
use support::*;

fn filled(zone: &str) -> World {
    let mut world = world();
    world.set_zone(zone).unwrap();
    world.fill(&Corpus::new(3, 400));
    world
}

/// The offsets of the timed events that are in the calendar's zone.
fn offsets(events: &[Value], zone: &str) -> Vec<String> {
    let mut offsets: Vec<String> = events
        .iter()
        .filter(|event| event["start"]["timeZone"] == zone)
        .map(|event| event["start"]["dateTime"].as_str().unwrap()[19..].to_owned())
        .collect();
    offsets.sort_unstable();
    offsets.dedup();
    offsets
}

#[test]
fn the_corpus_lives_in_the_zone_of_its_calendar() {
    for (zone, expected) in [
        ("Europe/Paris", vec!["+01:00", "+02:00"]),
        ("Europe/Lisbon", vec!["+01:00", "Z"]),
        ("Asia/Kolkata", vec!["+05:30"]),
        ("America/New_York", vec!["-04:00", "-05:00"]),
    ] {
        let world = filled(zone);
        let events = world.google_events("primary");
        assert_eq!(offsets(&events, zone), expected, "{zone}");
        let in_zone = events.iter().filter(|event| event["start"]["timeZone"] == zone).count();
        assert!(in_zone > 250, "{zone}: {in_zone}");
        let night = |event: &&Value| event["summary"] == "Server move (clock change)";
        let changes = events.iter().filter(night).count();
        assert_eq!(
            changes > 0,
            expected.len() > 1,
            "{zone} has {changes} events on nights of a clock change"
        );
    }
}

#[test]
fn people_edit_in_their_zone() {
    let mut world = filled("Asia/Kolkata");
    world.edit_crm(10, 5);
    let meetings = world.crm_events();
    assert!(!meetings.is_empty());
    for meeting in &meetings {
        assert!(meeting["Start_DateTime"].as_str().unwrap().ends_with("+05:30"), "{meeting}");
    }
    let before = world.google_events("primary").len();
    let done = world.edit(10, 5);
    assert_eq!(world.google_events("primary").len(), before + done.added - done.deleted);
    let zones = world.google_events("primary");
    assert_eq!(offsets(&zones, "Asia/Kolkata"), ["+05:30"]);
}
