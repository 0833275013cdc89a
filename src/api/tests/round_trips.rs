//! There and back (I20, I21): what one service holds, the other one gets, and reads as the same event, under every setting
//! of the switches concerned; and what Accord does not map survives (I16, I17).

use super::*;
use crate::model::event::{Guest, Guests};
use crate::model::field::Field;
use crate::model::fingerprint::Fingerprint;
use crate::model::ids::{Etag, GoogleId};
use crate::model::text::properties::typed;
use chrono::{DateTime, Days, FixedOffset, NaiveDate, SecondsFormat, TimeDelta};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};

/// What the result must not depend on.
const SWITCHES: &[(&str, &[&str])] = &[
    ("allday_end", &["235959_inclusive", "2359", "midnight_same", "midnight_next"]),
    ("allday_offset", &["zero", "user_zone"]),
    ("answer_offset", &["user_zone", "as_written"]),
    ("text_rewrite", &["crlf", "kept"]),
    ("remind_time", &["absent", "present"]),
    ("participants_put", &["replace", "merge"]),
    ("long_description", &["truncate", "error"]),
    ("sort_reminders", &["yes", "no"]),
    ("noop_patch_bumps_etag", &["true", "false"]),
];

type Setting = Vec<(&'static str, &'static str)>;

fn setting() -> impl Strategy<Value = Setting> {
    SWITCHES
        .iter()
        .map(|(name, values)| prop::sample::select(*values).prop_map(move |value| (*name, value)))
        .collect::<Vec<_>>()
}

/// When an event takes place, as either service prints it.
#[derive(Clone, Debug)]
enum Time {
    Timed(DateTime<FixedOffset>, DateTime<FixedOffset>),
    Days(NaiveDate, NaiveDate),
}

/// Around both changes of the clocks, in zones of whole, half and quarter hours on both sides of the date line.
fn time() -> impl Strategy<Value = Time> {
    let offsets = vec![-11 * 60, -210, 0, 60, 120, 345, 13 * 60];
    prop_oneof![
        (0_i64..3_000_000, 1_i64..5_000, prop::sample::select(offsets)).prop_map(
            |(minute, length, offset)| {
                let offset = FixedOffset::east_opt(offset * 60).unwrap();
                let start =
                    DateTime::from_timestamp(1_735_689_600 + minute * 60, 0).unwrap().with_timezone(&offset);
                Time::Timed(start, start + TimeDelta::minutes(length))
            }
        ),
        (0_u64..1_500, 1_u64..20).prop_map(|(day, days)| {
            let first = NaiveDate::from_ymd_opt(2025, 1, 1).unwrap() + Days::new(day);
            Time::Days(first, first + Days::new(days))
        }),
    ]
}

fn addresses() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec("[a-eA-E]{1,2}@example\\.com", 0..6).prop_map(|mut emails| {
        let mut seen = Vec::new();
        emails.retain(|email| {
            let new = !seen.contains(&email.to_lowercase());
            seen.push(email.to_lowercase());
            new
        });
        emails
    })
}

/// An event as a person leaves it on Google.
#[derive(Clone, Debug)]
struct OnGoogle {
    title: String,
    place: String,
    description: String,
    time: Time,
    popup: Option<u32>,
    emails: Vec<u32>,
    guests: Vec<String>,
}

fn on_google() -> impl Strategy<Value = OnGoogle> {
    (
        typed(12),
        typed(8),
        (typed(14), 1_usize..3, 0_usize..30).prop_map(|(text, few, many)| {
            // Now and then longer than Google keeps.
            text.repeat(if many == 0 { 600 } else { few }).chars().take(8_192).collect()
        }),
        time(),
        prop::option::of(0_u32..=40_320),
        prop::collection::vec(0_u32..=40_320, 0..4),
        addresses(),
    )
        .prop_map(|(title, place, description, time, popup, emails, guests)| OnGoogle {
            title,
            place,
            description,
            time,
            popup,
            emails,
            guests,
        })
}

impl OnGoogle {
    fn body(&self) -> Value {
        let (start, end) = match &self.time {
            Time::Timed(start, end) => {
                let at = |at: &DateTime<FixedOffset>| json!({ "dateTime": at.to_rfc3339(), "timeZone": "Asia/Tokyo" });
                (at(start), at(end))
            }
            Time::Days(first, end) => {
                (json!({ "date": first.to_string() }), json!({ "date": end.to_string() }))
            }
        };
        let emails = self.emails.iter().map(|minutes| json!({ "method": "email", "minutes": minutes }));
        let popup = self.popup.iter().map(|minutes| json!({ "method": "popup", "minutes": minutes }));
        json!({
            "summary": self.title, "location": self.place, "description": self.description, "start": start, "end": end,
            "reminders": { "useDefault": false, "overrides": emails.chain(popup).collect::<Vec<_>>() },
            "attendees": self.attendees(),
        })
    }

    fn attendees(&self) -> Vec<Value> {
        let answers = ["accepted", "declined", "tentative"];
        let guest = |(at, email): (usize, &String)| {
            json!({ "email": email, "displayName": format!("Guest {at}"), "responseStatus": answers[at % 3],
                "optional": at % 2 == 0, "comment": "With pleasure" })
        };
        let mut rows: Vec<Value> = self.guests.iter().enumerate().map(guest).collect();
        if self.guests.len() > 2 {
            rows.push(json!({ "email": "room1@example.com", "resource": true }));
            rows.insert(1, json!({ "email": "ana@example.com", "responseStatus": "accepted" }));
        }
        rows
    }
}

/// A meeting as a person leaves it in the CRM.
#[derive(Clone, Debug)]
struct InCrm {
    title: String,
    place: String,
    description: String,
    time: Time,
    reminder: Option<(u32, &'static str)>,
    guests: Vec<String>,
}

fn in_crm() -> impl Strategy<Value = InCrm> {
    (
        typed(12),
        typed(8),
        (typed(14), 1_usize..3, 0_usize..30).prop_map(|(text, few, many)| {
            text.repeat(if many == 0 { 500 } else { few }).chars().take(32_000).collect()
        }),
        time(),
        prop::option::of((0_u32..60, prop::sample::select(vec!["minutes", "hours", "days", "weeks"]))),
        addresses(),
    )
        .prop_map(|(title, place, description, time, reminder, guests)| InCrm {
            title,
            place,
            description,
            time,
            reminder,
            guests,
        })
}

impl InCrm {
    /// All-day times are written at midnight UTC, which is that day in Paris too.
    fn body(&self, exclusive_end: bool) -> Value {
        let (start, end, all_day) = match &self.time {
            Time::Timed(start, end) => {
                let at = |at: &DateTime<FixedOffset>| at.to_rfc3339_opts(SecondsFormat::Secs, false);
                (at(start), at(end), false)
            }
            Time::Days(first, end) => {
                let end = if exclusive_end { *end } else { end.pred_opt().unwrap() };
                (format!("{first}T00:00:00+00:00"), format!("{end}T00:00:00+00:00"), true)
            }
        };
        let mut record = json!({
            "Event_Title": format!("T{}", self.title), "Venue": self.place, "Description": self.description,
            "Start_DateTime": start, "End_DateTime": end, "All_day": all_day,
            "Participants": self.guests.iter().map(|email| json!({ "type": "email", "participant": email })).collect::<Vec<_>>(),
        });
        if let Some((unit, period)) = self.reminder {
            record["Remind_At"] = json!([{ "unit": unit, "period": period }]);
        }
        record
    }
}

fn config() -> Config {
    Config {
        cases: 250,
        rng_seed: RngSeed::Fixed(0x7769_7265),
        failure_persistence: None,
        max_shrink_iters: 2_000,
        ..Config::default()
    }
}

/// The fields by which two events differ.
fn differing(a: &Event, b: &Event) -> FieldSet {
    Field::ALL.into_iter().filter(|field| field.fingerprint(a) != field.fingerprint(b)).collect()
}

fn fingerprints(event: &Event) -> Vec<Fingerprint> {
    event.guest_fingerprints().unwrap()
}

proptest! {
    #![proptest_config(config())]

    /// From Google into the CRM: the record is the event, in every field.
    #[test]
    fn a_google_event_is_the_same_in_the_crm(shape in on_google(), setting in setting()) {
        let mut services = Services::with(&setting);
        let id = services.person("POST", "", &shape.body())["id"].as_str().unwrap().to_owned();
        let event = ordinary(shown(&services.send(&google::event(CALENDAR, &GoogleId::new(id)))));
        let echo = services.insert_meeting(&event);
        prop_assert_eq!(differing(&event, &echo), FieldSet::NONE, "{:?} {:?}", &event, &echo);
    }

    /// From the CRM to Google: the event is the record, in every field, and the answer to the write says so.
    #[test]
    fn a_meeting_is_the_same_on_google(shape in in_crm(), setting in setting()) {
        let mut services = Services::with(&setting);
        let exclusive_end = services.crm_context(false).exclusive_end == Some(true);
        let id = services.colleague(&shape.body(exclusive_end));
        let event = services.meeting(&id);
        let answer = services.insert_event(&event);
        let echo = ordinary(shown(&answer));
        prop_assert_eq!(differing(&event, &echo), FieldSet::NONE, "{:?} {:?}", &event, &echo);
        // And back: an event that came from the CRM is no news to it.
        let again = services.insert_meeting(&echo);
        prop_assert_eq!(differing(&event, &again), FieldSet::NONE, "{:?} {:?}", &event, &again);
    }

    /// A change of everything in the CRM arrives on Google; Google's own part of the event survives.
    #[test]
    fn a_changed_meeting_changes_only_what_is_mapped(
        before in on_google(),
        after in in_crm(),
        known in 0_usize..6,
        setting in setting(),
    ) {
        let mut services = Services::with(&setting);
        let mut person = before.body();
        person["colorId"] = json!("5");
        person["visibility"] = json!("private");
        person["extendedProperties"] = json!({ "private": { "other": "tool" }, "shared": { "other": "tool" } });
        let old = services.person("POST", "", &person);
        let exclusive_end = services.crm_context(false).exclusive_end == Some(true);
        let record = services.colleague(&after.body(exclusive_end));
        let event = services.meeting(&record);

        let id = GoogleId::new(old["id"].as_str().unwrap());
        let current = services.send(&google::event(CALENDAR, &id));
        // The CRM is known to have held some of Google's guests.
        let held = ordinary(shown(&current));
        let known: Vec<Fingerprint> = fingerprints(&held).into_iter().take(known).collect();
        let current = body(&current);
        let mut write = EventWrite::default();
        let writing =
            GoogleWriting { creating: false, current: Some(&current), default_reminders: &[], known_guests: &known, seen_guests: &[] };
        mapping::to_google(&event, FieldSet::all(), &writing, &mut write);
        let etag = Etag::new(old["etag"].as_str().unwrap());
        let answer = services.send(&google::patch(CALENDAR, &id, write.body(), Some(&etag), false));
        prop_assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        let echo = ordinary(shown(&answer));
        let differs = differing(&event, &echo);
        for field in Field::ALL {
            match field {
                Field::Guests => {
                    let now = fingerprints(&echo);
                    let wanted = fingerprints(&event);
                    for guest in &wanted {
                        prop_assert!(now.contains(guest), "a guest of the CRM is missing");
                    }
                    for guest in fingerprints(&held) {
                        let removed = known.contains(&guest) && !wanted.contains(&guest);
                        prop_assert_eq!(now.contains(&guest), !removed, "guests that Google had");
                    }
                }
                field => prop_assert!(!differs.has(field), "{:?}: {:?} {:?}", field, &event, &echo),
            }
        }

        let new = services.world.google_event("ana@example.com", id.as_str()).unwrap().clone();
        for name in ["colorId", "visibility", "extendedProperties", "iCalUID", "status", "creator", "organizer"] {
            prop_assert_eq!(&old[name], &new[name], "{}", name);
        }
        let rows = |event: &Value| event["attendees"].as_array().cloned().unwrap_or_default();
        let present = rows(&new);
        for row in rows(&old) {
            let email = &row["email"];
            if let Some(kept) = present.iter().find(|other| &other["email"] == email) {
                prop_assert_eq!(kept, &row, "answers, comments and rooms");
            }
        }
        let mails = |event: &Value| -> Vec<Value> {
            let all = event["reminders"]["overrides"].as_array().cloned().unwrap_or_default();
            all.into_iter().filter(|reminder| reminder["method"] == "email").collect()
        };
        prop_assert_eq!(mails(&old), mails(&new), "reminders by e-mail");
        if let (Time::Timed(..), Time::Timed(..)) = (&before.time, &after.time) {
            prop_assert_eq!(&new["start"]["timeZone"], "Asia/Tokyo");
        }
    }
}

/// F6: a guest whom the CRM names differently is no other guest.
#[test]
fn guests_are_known_by_address() {
    let named =
        |name: &str| Guests::Known(vec![Guest::new("Ben@example.com", Some(name.to_owned())).unwrap()]);
    let mut a = Event::blank(crate::model::time::When::all_day(NaiveDate::MIN, NaiveDate::MIN));
    let mut b = a.clone();
    (a.guests, b.guests) = (named("Ben"), named("Benjamin"));
    assert_eq!(differing(&a, &b), FieldSet::NONE);
}
