//! Stories of guests as contacts (section 9, C3, F6): who is found among the people of the CRM is linked, and who is
//! found nowhere becomes a contact when the settings say so, once; `trouble` has what goes wrong.

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

#[path = "../support/mod.rs"]
mod support;
mod trouble;

use accord_sandbox::Request;
use serde_json::{Value, json};
use support::{Host, meeting, timed};

/// Where nothing in the CRM keeps two contacts from having one address.
fn world() -> Host {
    let mut host = Host::new();
    host.world.switches().set("same_address", "taken").unwrap();
    host
}

fn host(direction: &str, guests: &str) -> Host {
    let mut host = world();
    host.activate_with(json!({ "direction": direction, "guests": guests }));
    host
}

/// A person adds somebody to the CRM; the id.
fn add(host: &mut Host, module: &str, name: &str, email: &str) -> String {
    let row = json!({ "Last_Name": name, "Email": email });
    let request = Request::zoho("POST", &format!("/crm/v8/{module}"));
    let answer = host.world.handle(&request.json(&json!({ "data": [row], "trigger": [] }))).unwrap();
    assert_eq!(answer.status, 201, "{}", answer.json());
    answer.json()["data"][0]["details"]["id"].as_str().unwrap().to_owned()
}

fn with_guests(title: &str, hours: i64, emails: &[&str]) -> Value {
    let mut event = timed(title, hours);
    event["attendees"] = emails.iter().map(|email| json!({ "email": email })).collect();
    event
}

/// Type and address of the participants of a meeting, sorted.
#[track_caller]
fn participants(host: &Host, title: &str) -> Vec<(String, String)> {
    let text = |row: &Value, key: &str| row[key].as_str().unwrap().to_owned();
    let rows = host.meeting(title)["Participants"].clone();
    let rows = rows.as_array().cloned().unwrap_or_default();
    let mut found: Vec<_> =
        rows.iter().map(|row| (text(row, "type"), text(row, "Email").to_lowercase())).collect();
    found.sort();
    found
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(kind, email)| ((*kind).to_owned(), (*email).to_owned())).collect()
}

/// Name and address of all contacts.
fn contacts(host: &Host) -> Vec<(String, String)> {
    let text = |row: &Value, key: &str| row[key].as_str().unwrap_or_default().to_owned();
    let rows = host.world.crm_records("Contacts");
    let mut found: Vec<_> = rows.iter().map(|row| (text(row, "Last_Name"), text(row, "Email"))).collect();
    found.sort();
    found
}

/// Requests to the CRM of the last command that are about people.
fn about_people(host: &Host) -> usize {
    let about = |body: &&String| {
        ["from Contacts", "from Leads", "/crm/v8/users", "/crm/v8/Contacts"]
            .iter()
            .any(|part| body.contains(part))
    };
    host.crm_bodies.iter().filter(about).count()
}

/// A cycle that finds nothing to do, asks nobody and writes nothing (I2, I8).
#[track_caller]
fn assert_quiet(host: &mut Host) {
    host.advance(200_000);
    host.sync();
    host.advance(200_000);
    let (contacts, report) = (contacts(host), host.sync());
    let nothing = json!({ "created": 0, "updated": 0, "deleted": 0 });
    assert_eq!((&report["google"], &report["crm"]), (&nothing, &nothing), "{:#?}", host.trace);
    assert_eq!((about_people(host), self::contacts(host)), (0, contacts), "{:#?}", host.trace);
}

const DIRECTIONS: [&str; 2] = ["google-to-crm", "two-way"];

/// F6: whoever is in the CRM is linked, by address, however it is written; nobody is created unless asked for.
#[test]
fn guests_found_in_the_crm_are_linked() {
    for direction in DIRECTIONS {
        for (policy, stranger) in [("do-not-add", "email"), ("add-as-contacts", "contact")] {
            let mut host = host(direction, policy);
            let cleo = add(&mut host, "Contacts", "Cleo's own name", "Cleo@Example.com");
            add(&mut host, "Leads", "Dan", "dan@example.com");
            let guests = ["CLEO@example.com", "dan@example.com", "ben@example.com", "o'neil@example.com"];
            host.add_event(with_guests("Call", 4, &guests));
            let report = host.settle();
            let expected = pairs(&[
                ("contact", "cleo@example.com"),
                (stranger, "o'neil@example.com"),
                ("lead", "dan@example.com"),
                ("user", "ben@example.com"),
            ]);
            let mut expected = expected;
            expected.sort();
            assert_eq!(participants(&host, "Call"), expected, "{direction} {policy}");
            assert_eq!(report["notes"], json!([]));
            let linked = host.meeting("Call")["Participants"].clone();
            assert!(linked.as_array().unwrap().iter().any(|row| row["participant"] == json!(cleo)));
            let own = ("Cleo's own name".to_owned(), "Cleo@Example.com".to_owned());
            let new = ("o'neil".to_owned(), "o'neil@example.com".to_owned());
            match policy {
                "do-not-add" => assert_eq!((contacts(&host), &report["contacts"]), (vec![own], &json!(0))),
                _ => assert_eq!((contacts(&host), &report["contacts"]), (vec![own, new], &json!(1))),
            }
            assert_eq!(host.event("Call")["attendees"].as_array().unwrap().len(), 4);
            assert!(host.world.mails().is_empty());
            assert_quiet(&mut host);
        }
    }
}

/// Section 9: a contact is called as the guest is; the CRM's workflows do not run because of Accord.
#[test]
fn a_contact_is_called_as_the_guest() {
    let mut host = host("google-to-crm", "add-as-contacts");
    host.world.set_workflow("Contacts", "Department", "set by a rule").unwrap();
    let mut event = timed("Call", 4);
    event["attendees"] = json!([{ "email": "cleo@example.com", "displayName": "Cleo  Marchand" }, { "email": "dan@example.com" }]);
    host.add_event(event);
    host.settle();
    let named = |name: &str, email: &str| (name.to_owned(), email.to_owned());
    assert_eq!(
        contacts(&host),
        [named("Cleo Marchand", "cleo@example.com"), named("dan", "dan@example.com")]
    );
    assert!(host.world.crm_records("Contacts").iter().all(|row| row["Department"].is_null()));
}

/// Section 9: once, even when hundreds of events share them; looked up and created in batches.
#[test]
fn hundreds_of_events_share_their_guests() {
    let mut host = host("two-way", "add-as-contacts");
    let emails: Vec<String> = (0..150).map(|n| format!("guest{n}@example.com")).collect();
    for n in 0..320 {
        let three = [0, 50, 100].map(|step| emails[(n + step) % 150].as_str());
        host.add_event(with_guests(&format!("Event {n}"), n as i64, &three));
    }
    let report = host.settle();
    assert_eq!((&report["crm"]["created"], &report["contacts"]), (&json!(320), &json!(150)));
    let found = contacts(&host);
    assert_eq!(found.len(), 150);
    for meeting in host.world.crm_events() {
        let people = meeting["Participants"].as_array().unwrap();
        assert!(people.len() == 3 && people.iter().all(|row| row["type"] == "contact"));
    }
    let requests = about_people(&host);
    assert_eq!(requests, 5, "the users, contacts, leads, and two inserts of up to 100");
    assert_quiet(&mut host);
}

/// F6: guests of an event whose guests change are looked up, and nobody else; people who are there stay as they are.
#[test]
fn only_those_who_are_added_are_looked_up() {
    for direction in DIRECTIONS {
        let mut host = host(direction, "do-not-add");
        let id = host.add_event(with_guests("Call", 4, &["cleo@example.com"]));
        host.settle();
        assert_eq!(participants(&host, "Call"), pairs(&[("email", "cleo@example.com")]));
        add(&mut host, "Contacts", "Cleo", "cleo@example.com");
        add(&mut host, "Contacts", "Dan", "dan@example.com");
        host.edit_event(&id, json!({ "location": "Room 2" }));
        host.sync();
        assert_eq!(about_people(&host), 0, "the guests did not change");
        let both = json!([{ "email": "cleo@example.com" }, { "email": "dan@example.com" }]);
        host.edit_event(&id, json!({ "attendees": both }));
        host.sync();
        assert!(!host.crm_bodies.iter().any(|body| body.contains("/coql") && body.contains("cleo@")));
        let now = pairs(&[("contact", "dan@example.com"), ("email", "cleo@example.com")]);
        assert_eq!(participants(&host, "Call"), now, "{direction}");
        assert_quiet(&mut host);
    }
}

/// K7, I17: somebody who links a guest to a contact in the CRM changes no guest, and nobody is mailed or removed.
#[test]
fn linking_a_guest_by_hand_is_no_change() {
    let mut host = host("two-way", "do-not-add");
    host.add_event(with_guests("Call", 4, &["cleo@example.com"]));
    host.settle();
    let cleo = add(&mut host, "Contacts", "Cleo", "Cleo@example.com");
    let id = host.meeting("Call")["id"].as_str().unwrap().to_owned();
    let linked = json!([{ "type": "contact", "participant": cleo }]);
    host.edit_meeting(&id, json!({ "Participants": linked, "$send_notification": false }));
    let report = host.settle();
    assert_eq!(report["google"], json!({ "created": 0, "updated": 0, "deleted": 0 }));
    assert_eq!(participants(&host, "Call"), pairs(&[("contact", "cleo@example.com")]));
    assert_quiet(&mut host);
}

/// F6: a contact added in the CRM is invited in Google by address, and one taken off the list leaves it.
#[test]
fn contacts_of_a_meeting_become_guests() {
    let mut host = host("two-way", "add-as-contacts");
    let cleo = add(&mut host, "Contacts", "Cleo", "cleo@example.com");
    let dan = add(&mut host, "Leads", "Dan", "dan@example.com");
    let mut row = meeting("Call", 4);
    row["Participants"] =
        json!([{ "type": "contact", "participant": cleo }, { "type": "lead", "participant": dan }]);
    row["$send_notification"] = json!(false);
    let id = host.add_meeting(row);
    host.settle();
    let guests = |host: &Host| {
        let rows = host.event("Call")["attendees"].as_array().cloned().unwrap_or_default();
        let mut emails: Vec<String> =
            rows.iter().map(|row| row["email"].as_str().unwrap().to_owned()).collect();
        emails.sort();
        emails
    };
    assert_eq!(guests(&host), ["cleo@example.com", "dan@example.com"]);
    let one = json!([{ "type": "contact", "participant": cleo }]);
    host.edit_meeting(&id, json!({ "Participants": one, "$send_notification": false }));
    host.settle();
    assert_eq!(guests(&host), ["cleo@example.com"]);
    assert_eq!(contacts(&host).len(), 1);
    assert!(host.world.mails().is_empty());
    assert_quiet(&mut host);
}

/// I23: with the state lost, linked guests are the same guests, and nothing is written or looked up.
#[test]
fn a_lost_state_is_found_again_without_a_write() {
    let mut host = host("two-way", "add-as-contacts");
    add(&mut host, "Leads", "Dan", "dan@example.com");
    for hour in 0..4 {
        host.add_event(with_guests(
            &format!("G{hour}"),
            hour,
            &["cleo@example.com", "dan@example.com", "ben@example.com"],
        ));
    }
    host.settle();
    host.rows.clear();
    host.advance(10_000);
    host.activate_with(json!({ "direction": "two-way", "guests": "add-as-contacts" }));
    let report = host.sync();
    assert_eq!((&report["linked"], about_people(&host)), (&json!(4), 0), "{:#?}", host.trace);
    assert_eq!(report["crm"], json!({ "created": 0, "updated": 0, "deleted": 0 }));
    assert_quiet(&mut host);
}

/// F6: the user's own address among the guests of a secondary calendar's event is no guest, and no contact.
#[test]
fn the_user_is_nobodys_guest() {
    let mut host = Host::new();
    host.world.switches().set("same_address", "taken").unwrap();
    let other = host.run(json!({ "name": "calendars" })).done();
    let other = other.as_array().unwrap().iter().find(|row| row["primary"] == false).unwrap()["id"].clone();
    for direction in DIRECTIONS {
        host.rows.clear();
        let asked = json!({ "calendar": other, "direction": direction, "guests": "add-as-contacts", "firstMatch": "match" });
        host.activate_with(asked);
        let path = format!("/calendar/v3/calendars/{}/events", other.as_str().unwrap());
        let event = with_guests(direction, 4, &["ana@example.com", "elif@example.com", "cleo@example.com"]);
        assert_eq!(host.world.handle(&Request::google("POST", &path).json(&event)).unwrap().status, 200);
        host.settle();
        let expected = [("contact", "cleo@example.com"), ("email", "elif@example.com")];
        assert_eq!(
            participants(&host, direction),
            pairs(&expected),
            "{direction}: Elif is a user who was switched off"
        );
        assert_eq!(contacts(&host).len(), 1);
        assert_quiet(&mut host);
    }
}

/// I18: a private event's guests are in no request to the CRM.
#[test]
fn guests_of_private_events_are_looked_up_nowhere() {
    for (policy, contact) in [("busy", 0), ("skip", 0), ("include", 1)] {
        let mut host = world();
        host.activate_with(
            json!({ "direction": "two-way", "guests": "add-as-contacts", "privateEvents": policy }),
        );
        let mut event = with_guests("Doctor", 4, &["cleo@example.com"]);
        event["visibility"] = json!("private");
        let id = host.add_event(event);
        let mut bodies = Vec::new();
        for place in ["Room 1", "Room 2"] {
            host.edit_event(&id, json!({ "location": place, "attendees": [{ "email": "cleo@example.com" }, { "email": "dan@example.com" }] }));
            host.sync();
            bodies.extend(host.crm_bodies.clone());
        }
        assert_eq!(
            bodies.iter().any(|body| body.contains("cleo") || body.contains("dan@")),
            contact == 1,
            "{policy}"
        );
        assert_eq!(contacts(&host).len(), 2 * contact, "{policy}");
    }
}

/// F6: guests for whom the CRM has no room become no contacts.
#[test]
fn never_more_than_fifty() {
    for direction in DIRECTIONS {
        let mut host = host(direction, "add-as-contacts");
        let emails: Vec<String> = (0..60).map(|n| format!("guest{n}@example.com")).collect();
        let emails: Vec<&str> = emails.iter().map(String::as_str).collect();
        let id = host.add_event(with_guests("Crowd", 4, &emails));
        let report = host.settle();
        assert_eq!(report["notes"][0]["code"], "guests-cut");
        assert_eq!((participants(&host, "Crowd").len(), contacts(&host).len()), (50, 50));
        // One leaves: there is room for one more.
        let rest: Vec<Value> = emails[1..].iter().map(|email| json!({ "email": email })).collect();
        host.edit_event(&id, json!({ "attendees": rest }));
        host.settle();
        assert_eq!((participants(&host, "Crowd").len(), contacts(&host).len()), (50, 51), "{direction}");
        assert_eq!(host.event("Crowd")["attendees"].as_array().unwrap().len(), 59);
        assert_quiet(&mut host);
    }
}

/// F6, I16: what the CRM adds to the guests leaves the user's own row in Google, which nothing marks on a secondary calendar.
#[test]
fn guests_of_the_crm_join_the_user_on_a_secondary_calendar() {
    const TEAM: &str = "c_7f3k2m9team@group.calendar.google.com";
    let path = format!("/calendar/v3/calendars/{TEAM}/events");
    let mut host = world();
    host.activate_with(json!({ "direction": "two-way", "guests": "add-as-contacts", "calendar": TEAM }));
    let event = with_guests("Call", 4, &["Ana@example.com", "cleo@example.com"]);
    let answer = host.world.handle(&Request::google("POST", &path).json(&event)).unwrap();
    assert_eq!(answer.status, 200, "{}", answer.json());
    assert!(answer.json()["attendees"].as_array().unwrap().iter().all(|row| row["self"].is_null()));
    host.settle();
    assert_eq!(participants(&host, "Call"), pairs(&[("contact", "cleo@example.com")]));
    assert_eq!(contacts(&host).len(), 1);
    let id = host.meeting("Call")["id"].as_str().unwrap().to_owned();
    let mut people = host.meeting("Call")["Participants"].as_array().unwrap().clone();
    people.push(json!({ "type": "email", "participant": "dan@example.com" }));
    host.edit_meeting(&id, json!({ "Participants": people }));
    host.settle();
    let shown = host.world.google_events(TEAM).into_iter().find(|row| row["summary"] == "Call").unwrap();
    let mut guests: Vec<_> =
        shown["attendees"].as_array().unwrap().iter().map(|row| row["email"].as_str().unwrap()).collect();
    guests.sort_unstable();
    assert_eq!(guests, ["ana@example.com", "cleo@example.com", "dan@example.com"]);
    assert_quiet(&mut host);
}
