//! Wire fixtures of the other direction: what the CRM sends, and what Google is then sent. Each is the smallest body that
//! shows its rule.

use super::google::EventWrite;
use super::google_event::{self, Context};
use super::mapping::{self, GoogleWriting};
use super::zoho::Participant;
use super::zoho_event::{CrmContext, crm_sight, crm_sights};
use crate::json::Json;
use crate::model::event::{Event, Guest};
use crate::model::field::{Field, FieldSet};
use crate::model::fingerprint::Fingerprint;
use crate::model::ids::CrmId;
use crate::model::people::People;
use crate::model::profile::TextLimits;
use crate::model::sight::{Content, CrmContent, CrmSight, Mark};
use crate::model::time::WhenKey;
use serde_json::{Value, json};

const ME: &str = "4000000000000000009";

fn context(exclusive_end: Option<bool>) -> CrmContext<'static> {
    static OWN: std::sync::LazyLock<[String; 1]> =
        std::sync::LazyLock::new(|| ["ana@example.com".to_owned()]);
    let limits = TextLimits::DEFAULT;
    CrmContext { user: ME, own: &*OWN, limits, exclusive_end, listed: true, marks: false }
}

/// A record with some fields as given.
fn record(more: &Value) -> Value {
    let mut record = json!({
        "id": "4000000000000010001", "Owner": { "id": ME, "name": "Ana", "email": "ana@example.com" },
        "Event_Title": "Call", "Start_DateTime": "2026-11-25T10:00:00+01:00", "End_DateTime": "2026-11-25T11:00:00+01:00",
        "All_day": false, "Venue": null, "Description": null, "Remind_At": null, "Participants": [],
        "Recurring_Activity": null, "Created_Time": "2026-11-22T10:00:00+01:00", "Modified_Time": "2026-11-22T10:00:01+01:00",
    });
    for (key, value) in more.as_object().unwrap() {
        record[key] = value.clone();
    }
    record
}

fn read(more: &Value) -> CrmSight {
    let body = record(more).to_string();
    crm_sight(&Json::parse(body.as_bytes()).unwrap(), &context(None)).unwrap()
}

fn kind(sight: &CrmSight) -> &'static str {
    match sight.content {
        CrmContent::Gone => "gone",
        CrmContent::Recurring => "recurring",
        CrmContent::Ordinary { cut: true, .. } => "cut",
        CrmContent::Ordinary { .. } => "ordinary",
        CrmContent::OtherOwner => "other owner",
        CrmContent::Unreadable(_) => "unreadable",
    }
}

pub(super) fn ordinary(more: &Value) -> Event {
    match read(more).content {
        CrmContent::Ordinary { event, .. } => *event,
        _ => panic!("not an ordinary meeting: {more}"),
    }
}

pub(super) fn creating() -> GoogleWriting<'static> {
    GoogleWriting {
        creating: true,
        current: None,
        default_reminders: &[],
        known_guests: &[],
        seen_guests: &[],
    }
}

pub(super) fn written(event: &Event, fields: FieldSet, writing: &GoogleWriting<'_>) -> Value {
    let mut write = EventWrite::default();
    mapping::to_google(event, fields, writing, &mut write);
    serde_json::from_str(&write.body()).unwrap()
}

/// One field of a record, and the part of the new Google event that it becomes.
#[test]
fn crm_fields_become_google_fields() {
    let popup = |minutes: u32| json!({ "useDefault": false, "overrides": [{ "method": "popup", "minutes": minutes }] });
    let silent = json!({ "useDefault": false, "overrides": [] });
    let table = [
        ("F1 a title", json!({ "Event_Title": " Call\twith  Ana" }), "summary", json!("Call with Ana")),
        ("F1 the placeholder", json!({ "Event_Title": "Not Provided" }), "summary", Value::Null),
        ("F1 no title", json!({ "Event_Title": null }), "summary", Value::Null),
        ("F2 start", json!({}), "start", json!({ "dateTime": "2026-11-25T10:00:00+01:00" })),
        ("F2 end", json!({}), "end", json!({ "dateTime": "2026-11-25T11:00:00+01:00" })),
        (
            "F2 zero length",
            json!({ "End_DateTime": "2026-11-25T10:00:00+01:00" }),
            "end",
            json!({ "dateTime": "2026-11-25T10:01:00+01:00" }),
        ),
        ("F3 none", json!({}), "reminders", silent.clone()),
        ("F3 not sent", json!({ "Remind_At": [] }), "reminders", silent),
        ("F3 minutes", json!({ "Remind_At": [{ "unit": 15, "period": "minutes" }] }), "reminders", popup(15)),
        (
            "F3 at the start",
            json!({ "Remind_At": [{ "unit": 0, "period": "minutes" }] }),
            "reminders",
            popup(0),
        ),
        (
            "F3 the first of two, with a time",
            json!({ "Remind_At": [{ "unit": 2, "period": "hours", "time": "09:00" }, { "unit": 1, "period": "minutes" }] }),
            "reminders",
            popup(120),
        ),
        ("F3 one alone", json!({ "Remind_At": { "unit": 1, "period": "days" } }), "reminders", popup(1_440)),
        ("F3 weeks", json!({ "Remind_At": [{ "unit": 1, "period": "weeks" }] }), "reminders", popup(10_080)),
        (
            "F3 too early",
            json!({ "Remind_At": [{ "unit": 5, "period": "weeks" }] }),
            "reminders",
            popup(40_320),
        ),
        ("F3 v2", json!({ "Remind_At": "2026-11-25T08:45:00+00:00" }), "reminders", popup(15)),
        (
            "F3 v2, after the start",
            json!({ "Remind_At": "2026-11-25T10:30:00+01:00" }),
            "reminders",
            popup(0),
        ),
        ("F4 a place", json!({ "Venue": "Room\n2 " }), "location", json!("Room 2")),
        ("F4 no place", json!({ "Venue": "  " }), "location", Value::Null),
        (
            "F5 line ends",
            json!({ "Description": "one\r\n\r\n two  \r\n" }),
            "description",
            json!("one\n\n two"),
        ),
        ("F5 no HTML", json!({ "Description": "<b> & &lt;" }), "description", json!("&lt;b> & &amp;lt;")),
        ("F5 none", json!({ "Description": null }), "description", Value::Null),
        (
            "F6 guests",
            json!({ "Participants": [
                { "id": "1", "type": "user", "participant": ME, "Email": "ana@example.com", "name": "Ana" },
                { "id": "2", "type": "contact", "participant": "40002", "Email": "Ben@Example.com", "name": "Ben" },
                { "id": "3", "type": "email", "participant": "cleo@example.com" },
                { "id": "4", "type": "contact", "participant": "40004", "Email": null, "name": "No address" },
                { "id": "5", "type": "lead", "participant": "40005", "Email": "ben@example.com", "name": "Ben again" },
                { "id": "6", "type": "contact", "participant": "40006", "Email": "ANA@example.com", "name": "Ana, too" },
            ] }),
            "attendees",
            json!([{ "email": "ben@example.com", "displayName": "Ben" }, { "email": "cleo@example.com" }]),
        ),
        ("F6 nobody", json!({ "Participants": null }), "attendees", Value::Null),
    ];
    for (story, crm, field, expected) in table {
        let event = ordinary(&crm);
        assert_eq!(written(&event, FieldSet::all(), &creating())[field], expected, "{story}");
    }
}

/// F2: printed dates, whatever their offset; an end at a later midnight as the context says.
#[test]
fn all_day_times_in_every_encoding() {
    let days = |start: &str, end: &str, exclusive_end: Option<bool>| {
        let body =
            record(&json!({ "All_day": true, "Start_DateTime": start, "End_DateTime": end })).to_string();
        let sight = crm_sight(&Json::parse(body.as_bytes()).unwrap(), &context(exclusive_end)).unwrap();
        let CrmContent::Ordinary { event, .. } = sight.content else { panic!("{start} {end}") };
        let written = written(&event, Field::ALL.into_iter().collect(), &creating());
        let WhenKey::AllDay { first, end } = event.when.key() else { panic!("all-day") };
        (written["start"]["date"].as_str().unwrap().to_owned(), end - first)
    };
    let table = [
        ("2026-11-25T00:00:00+00:00", "2026-11-25T23:59:59+00:00", Some(false), 1),
        ("2026-11-25T00:00:00+13:00", "2026-11-26T23:59:00+13:00", Some(false), 2),
        ("2026-11-25T00:00:00-11:00", "2026-11-25T00:00:00-11:00", Some(false), 1),
        ("2026-11-25T00:00:00+00:00", "2026-11-26T00:00:00+00:00", Some(false), 2),
        ("2026-11-25T00:00:00+00:00", "2026-11-26T00:00:00+00:00", Some(true), 1),
        ("2026-11-25T00:00:00+00:00", "2026-11-26T00:00:00+00:00", None, 1),
        // Not what the CRM is known to send, and still one day.
        ("2026-11-25T00:00:00+00:00", "2026-11-25T00:00:00+00:00", Some(true), 1),
        ("2026-11-25T00:00:00+00:00", "2026-11-25T23:59:59+00:00", Some(true), 1),
    ];
    for (start, end, exclusive_end, length) in table {
        let expected = ("2026-11-25".to_owned(), length);
        assert_eq!(days(start, end, exclusive_end), expected, "{start} {end} {exclusive_end:?}");
    }
}

/// Whose a record is, whether it stands alone, and whether it can be understood.
#[test]
fn records_are_told_apart() {
    let text = |length: usize| json!({ "Description": "x".repeat(length) });
    let table = [
        (json!({}), "ordinary"),
        (json!({ "Owner": null }), "ordinary"),
        (json!({ "Owner": { "id": "4000000000000000010", "name": "Ben" } }), "other owner"),
        (json!({ "Recurring_Activity": { "RRULE": "FREQ=WEEKLY" } }), "recurring"),
        (text(499), "ordinary"),
        (text(500), "cut"),
        (text(510), "cut"),
        (text(511), "ordinary"),
        (json!({ "Start_DateTime": null }), "unreadable"),
        (json!({ "End_DateTime": "later" }), "unreadable"),
        (json!({ "All_day": "yes" }), "unreadable"),
        (json!({ "Event_Title": 7 }), "unreadable"),
        (json!({ "Venue": ["a"] }), "unreadable"),
        (json!({ "Description": {} }), "unreadable"),
        (json!({ "Remind_At": [{ "unit": 1, "period": "fortnights" }] }), "unreadable"),
        (json!({ "Remind_At": "soon" }), "unreadable"),
        (json!({ "Participants": "ben@example.com" }), "unreadable"),
        // Somebody else's record is none of ours, however odd.
        (json!({ "Owner": { "id": "1" }, "Event_Title": 7 }), "other owner"),
    ];
    for (more, expected) in table {
        assert_eq!(kind(&read(&more)), expected, "{}", more.to_string().get(..60).unwrap_or_default());
    }
    let whole = record(&text(500)).to_string();
    let alone = CrmContext { listed: false, ..context(None) };
    assert_eq!(kind(&crm_sight(&Json::parse(whole.as_bytes()).unwrap(), &alone).unwrap()), "ordinary");
    // A list that leaves the participants out says nothing of them; an empty value says that there are none.
    let mut silent = record(&json!({}));
    silent.as_object_mut().unwrap().remove("Participants");
    let silent = silent.to_string();
    for (context, expected) in [(context(None), "cut"), (alone, "ordinary")] {
        assert_eq!(kind(&crm_sight(&Json::parse(silent.as_bytes()).unwrap(), &context).unwrap()), expected);
    }
    assert_eq!(kind(&read(&json!({ "Participants": null }))), "ordinary");
    let sight = read(&json!({}));
    assert_eq!(sight.modified, Some(1_795_338_001));
}

/// I17: somebody whose address was not sent must not be taken for removed; one who has none takes no part.
#[test]
fn a_participant_whose_address_was_not_sent_leaves_the_guests_unknown() {
    let contact = json!({ "id": "2", "type": "contact", "participant": "40002", "name": "Ben" });
    let mut nameless = contact.clone();
    nameless["Email"] = Value::Null;
    let own = json!({ "id": "1", "type": "user", "participant": ME, "name": "Ana" });
    for (rows, expected) in
        [(json!([contact]), None), (json!([contact, own]), None), (json!([nameless, own]), Some(0))]
    {
        let event = ordinary(&json!({ "Participants": rows }));
        assert_eq!(event.guest_fingerprints().map(|guests| guests.len()), expected, "{rows}");
    }
}

/// F6, I17: an update of guests keeps the rows as they came, drops whom Google dropped, and links whom it adds; a row without
/// an address may be the very person, who is not invited twice.
#[test]
fn guests_are_added_as_the_people_they_are() {
    let rows = [
        json!({ "id": "1", "type": "email", "participant": "ben@example.com" }),
        json!({ "id": "2", "type": "contact", "participant": "40002", "Email": "Cleo@Example.com" }),
        json!({ "id": "3", "type": "lead", "participant": "40003" }),
        json!({ "id": "4", "type": "email", "participant": "added-in-the-crm@example.com" }),
    ];
    let texts = rows.clone().map(|row| row.to_string());
    let rows = texts.each_ref().map(|text| Participant::of(&Json::parse(text.as_bytes()).unwrap()).unwrap());
    let guest = |email: &str| Guest::new(email, None).unwrap();
    let guests = ["cleo@example.com", "dan@example.com", "eve@example.com", "fay@example.com"].map(guest);
    let mut people = People::default();
    people.add("dan@example.com", "lead", "40003");
    people.add("eve@example.com", "contact", "40005");
    let was_guest = |known: &Guest| known.email == "ben@example.com";
    let mut roster = mapping::kept(rows.to_vec(), &guests, was_guest);
    let new: Vec<&str> = mapping::newcomers(&roster, &guests).map(|guest| guest.email.as_str()).collect();
    assert_eq!(new, ["dan@example.com", "eve@example.com", "fay@example.com"]);
    mapping::invite(&mut roster, &guests, &people);
    let expected = json!([
        { "id": "2", "type": "contact", "participant": "40002", "Email": "Cleo@Example.com" },
        { "id": "3", "type": "lead", "participant": "40003" },
        { "id": "4", "type": "email", "participant": "added-in-the-crm@example.com" },
        { "type": "contact", "participant": "40005", "Email": "eve@example.com" },
        { "type": "email", "participant": "fay@example.com" },
    ]);
    assert_eq!(serde_json::to_value(&roster).unwrap(), expected);
}

/// A field that was not asked for says nothing; one that is null says that there is nothing.
#[test]
fn participants_that_were_not_sent_are_unknown() {
    let mut row = record(&json!({}));
    row.as_object_mut().unwrap().remove("Participants");
    let cut_off = json!({ "data": [row, { "Event_Title": "no id" }] }).to_string();
    assert!(crm_sights(cut_off.as_bytes(), &context(None)).is_none(), "passed over, it would be lost");
    let body = json!({ "data": [row, record(&json!({ "Participants": null }))] }).to_string();
    let page = crm_sights(body.as_bytes(), &context(None)).unwrap();
    let guests: Vec<Option<usize>> = page
        .rows
        .iter()
        .map(|sight| match &sight.content {
            CrmContent::Ordinary { event, cut, .. } => {
                let guests = event.guest_fingerprints().map(|guests| guests.len());
                assert_eq!(*cut, guests.is_none(), "a read of the record alone may tell");
                guests
            }
            _ => panic!("ordinary"),
        })
        .collect();
    assert_eq!(guests, [None, Some(0)]);
    assert!(!page.more_records && page.next_page_token.is_none());
    assert_eq!(crm_sights(b"", &context(None)).unwrap().rows.len(), 0);
    assert!(crm_sights(b"<html>", &context(None)).is_none());
}

/// K10 and section 7: what a Google event says of where it came from and of who may change it.
#[test]
fn marks_and_rights_of_a_google_event() {
    let seen = |more: Value| {
        let mut event =
            json!({ "id": "k3v0abc12", "start": { "date": "2026-11-25" }, "end": { "date": "2026-11-26" } });
        for (key, value) in more.as_object().unwrap() {
            event[key] = value.clone();
        }
        let context = Context { default_reminders: &[], limits: TextLimits::DEFAULT, own: &[] };
        match google_event::event(event.to_string().as_bytes(), &context).unwrap().content {
            Content::Ordinary { writable, mark, .. } => (writable, mark),
            _ => panic!("ordinary: {event}"),
        }
    };
    let own = json!({ "organizer": { "email": "ana@example.com", "self": true } });
    let other = json!({ "organizer": { "email": "ben@example.com" } });
    let with = |base: &Value, more: Value| {
        let mut event = base.clone();
        event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        event
    };
    let rights = [
        (json!({}), true),
        (own.clone(), true),
        (other.clone(), false),
        (with(&other, json!({ "guestsCanModify": true })), true),
        (with(&other, json!({ "guestsCanModify": true, "locked": true })), false),
        (with(&own, json!({ "locked": true })), false),
    ];
    for (event, writable) in rights {
        assert_eq!(seen(event.clone()).0, writable, "{event}");
    }
    let properties = |private: Value| json!({ "extendedProperties": { "private": private } });
    let crm = || CrmId::new("40001");
    let none = || Some(Mark { crm: crm(), base: Vec::new() });
    let marks = [
        (
            json!({ "accordCrm": "40001", "accordBase": "00000000000000fe".repeat(6) }),
            Some(Mark { crm: crm(), base: vec![Fingerprint::from_u64(254); 6] }),
        ),
        (json!({ "accordCrm": "40001" }), none()),
        (json!({ "accordCrm": "40001", "accordBase": "?" }), none()),
        (json!({ "accordCrm": "40001", "accordBase": "00000000000000fe" }), none()),
        (json!({ "accordBase": "00000000000000fe", "other": "tool" }), None),
        (json!({ "accordCrm": "" }), None),
        (json!({ "accordCrm": 7 }), None),
    ];
    for (private, mark) in marks {
        assert_eq!(seen(properties(private.clone())).1, mark, "{private}");
    }
}
