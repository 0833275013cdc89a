//! Meetings of the CRM: participants, reminders, series, what they are related to, cancelling.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod support;

use accord_sandbox::{MailKind, Response, World};
use serde_json::{Value, json};
use support::*;

/// One contact and one lead; gives their ids.
fn people(world: &mut World) -> (String, String) {
    let mut make = |module: &str, email: &str| {
        let row = json!({ "data": [{ "Last_Name": module, "Email": email }] });
        let made = zoho(world, "POST", &format!("/crm/v8/{module}"), Some(row)).json();
        made["data"][0]["details"]["id"].as_str().unwrap().to_owned()
    };
    (make("Contacts", "contact@example.com"), make("Leads", "lead@example.com"))
}

fn put(world: &mut World, id: &str, change: Value) -> Response {
    zoho(world, "PUT", &format!("{MEETINGS}/{id}"), Some(json!({ "data": [change] })))
}

fn participants(world: &mut World, id: &str) -> Vec<Value> {
    let shown = zoho(world, "GET", &format!("{MEETINGS}/{id}?fields=Participants"), None).json();
    shown["data"][0]["Participants"].as_array().unwrap().clone()
}

fn guest(email: &str) -> Value {
    json!({ "type": "email", "participant": email })
}

/// Reference, section 6: users, contacts, leads and addresses, each with address and name where they are known.
#[test]
fn participants_of_every_type_are_shown_with_their_address() {
    let mut world = world();
    let (contact, lead) = people(&mut world);
    let mut row = meeting("x");
    row["Participants"] = json!([
        { "type": "contact", "participant": contact }, { "type": "lead", "participant": lead },
        { "type": "user", "participant": ANA_ID }, { "type": "email", "participant": "g@example.com", "name": "Gil" },
        { "type": "email", "Email": "h@example.com" },
    ]);
    let id = meet(&mut world, row);
    let shown = participants(&mut world, &id);
    let rows: Vec<_> = shown
        .iter()
        .map(|row| (row["type"].as_str().unwrap(), row["Email"].as_str().unwrap(), row["name"].clone()))
        .collect();
    assert_eq!(
        rows,
        [
            ("contact", "contact@example.com", json!("Contacts")),
            ("lead", "lead@example.com", json!("Leads")),
            ("user", "ana@example.com", json!("Ana Moreau")),
            ("email", "g@example.com", json!("Gil")),
            ("email", "h@example.com", Value::Null),
        ]
    );
    let ids: std::collections::BTreeSet<_> = shown.iter().map(|row| row["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), 5);
    for wrong in [
        json!({ "participant": "g@example.com" }),
        json!({ "type": "email" }),
        json!({ "type": "moon", "participant": "1" }),
        json!({ "type": "lead", "participant": contact }),
        json!({ "type": "email", "participant": "no address" }),
        json!({ "type": "email", "participant": "g@example.com", "id": "17" }),
        json!("g@example.com"),
    ] {
        let mut row = meeting("x");
        row["Participants"] = json!([wrong]);
        assert_eq!(zoho(&mut world, "POST", MEETINGS, Some(json!({ "data": [row] }))).status, 400, "{wrong}");
    }
}

/// A row keeps its id and invitation over updates, and can be named by its id alone; a list that comes back changed
/// is replaced or merged by a switch. Fifty people at most, also after merging.
#[test]
fn rows_of_participants_keep_their_ids() {
    let mut world = world();
    let mut row = meeting("x");
    row["Participants"] = json!([guest("a@example.com"), guest("b@example.com"), guest("A@example.com")]);
    let id = meet(&mut world, row);
    let before = participants(&mut world, &id);
    assert_eq!(before.len(), 2, "one person is invited once");
    assert_eq!(before[0]["invited"], true);
    let change = json!({ "Participants": [{ "id": before[1]["id"] }, guest("c@example.com")], "$send_notification": false });
    assert_eq!(put(&mut world, &id, change.clone()).status, 200);
    let after = participants(&mut world, &id);
    assert_eq!(after.len(), 2);
    assert_eq!((&after[0], &after[1]["invited"]), (&before[1], &json!(false)));
    world.switches().set("participants_put", "merge").unwrap();
    assert_eq!(
        put(&mut world, &id, json!({ "Participants": [guest("d@example.com"), guest("b@example.com")] }))
            .status,
        200
    );
    assert_eq!(participants(&mut world, &id).len(), 3);
    let many: Vec<_> = (0..48).map(|n| guest(&format!("n{n}@example.com"))).collect();
    assert_eq!(code(&put(&mut world, &id, json!({ "Participants": many }))), (400, "LIMIT_EXCEEDED".into()));
    assert_eq!(participants(&mut world, &id).len(), 3);
}

/// The related list of participants, by the columns asked for.
#[test]
fn invitees_are_a_related_list() {
    let mut world = world();
    let mut row = meeting("x");
    row["Participants"] = json!([guest("a@example.com"), guest("b@example.com")]);
    let id = meet(&mut world, row);
    let path = format!("{MEETINGS}/{id}/Invitees");
    assert_eq!(code(&zoho(&mut world, "GET", &path, None)), (400, "REQUIRED_PARAM_MISSING".into()));
    let list =
        zoho(&mut world, "GET", &format!("{path}?fields=Email,Status,Participant_Type&per_page=1"), None)
            .json();
    let row = &list["data"][0];
    assert_eq!(
        (&row["Email"], &row["Status"], &row["Participant_Type"]),
        (&json!("a@example.com"), &json!("not_known"), &json!("email"))
    );
    assert_eq!(list["info"]["more_records"], true);
    let empty = meet(&mut world, meeting("y"));
    assert_eq!(
        zoho(&mut world, "GET", &format!("{MEETINGS}/{empty}/Invitees?fields=Email"), None).status,
        204
    );
    assert_eq!(zoho(&mut world, "GET", &format!("{MEETINGS}/17/Invitees?fields=Email"), None).status, 204);
}

/// Reminders of both kinds, in the shape of v8 and in that of v2.
#[test]
fn reminders_have_the_shape_of_their_switch() {
    let mut world = world();
    let mut row = meeting("x");
    row["Remind_At"] = json!([{ "unit": 15, "period": "minutes" }, { "unit": 1, "period": "days" }]);
    row["Remind_Participants"] = json!([{ "unit": 2, "period": "hours" }]);
    let id = meet(&mut world, row);
    let shown = world.crm_events()[0].clone();
    assert_eq!(
        shown["Remind_At"],
        json!([{ "unit": 15, "period": "minutes" }, { "unit": 1, "period": "days" }])
    );
    assert_eq!(shown["Remind_Participants"], json!([{ "unit": 2, "period": "hours" }]));
    assert_eq!(put(&mut world, &id, json!({ "Remind_At": [] })).status, 200);
    assert_eq!(world.crm_events()[0]["Remind_At"], Value::Null);
    world.switches().set("reminder_shape", "event_reminder").unwrap();
    assert_eq!(put(&mut world, &id, json!({ "Remind_At": "2026-11-25T08:45:00+00:00" })).status, 200);
    assert_eq!(world.crm_events()[0]["Remind_At"], "2026-11-25T09:45:00+01:00", "in the user's zone");
    let fields =
        zoho(&mut world, "GET", "/crm/v8/settings/fields?module=Events", None).json()["fields"].clone();
    let field =
        fields.as_array().unwrap().iter().find(|field| field["api_name"] == "Remind_At").unwrap().clone();
    assert_eq!((&field["data_type"], &field["json_type"]), (&json!("event_reminder"), &json!("string")));
}

/// Kaizen #8: a rule with a plain date. The records of a series share `$recurrence_id`; wall-clock times stay over a
/// change of the clocks.
#[test]
fn a_series_is_several_records_with_one_recurrence_id() {
    let mut world = world();
    let mut row = meeting("x");
    row["Start_DateTime"] = json!("2027-03-24T10:00:00+01:00");
    row["End_DateTime"] = json!("2027-03-24T11:00:00+01:00");
    row["Recurring_Activity"] = json!({ "RRULE": "FREQ=WEEKLY;BYDAY=WE;INTERVAL=1;UNTIL=2027-04-07" });
    let id = meet(&mut world, row.clone());
    let shown = world.crm_events();
    let starts: Vec<_> = shown.iter().map(|record| record["Start_DateTime"].as_str().unwrap()).collect();
    assert_eq!(
        starts,
        ["2027-03-24T10:00:00+01:00", "2027-03-31T10:00:00+02:00", "2027-04-07T10:00:00+02:00"]
    );
    assert!(shown[0]["$recurrence_id"].is_string());
    assert!(shown.iter().all(|record| record["$recurrence_id"] == shown[0]["$recurrence_id"]));
    // One record of a series can go by itself.
    assert_eq!(zoho(&mut world, "DELETE", &format!("{MEETINGS}/{id}"), None).status, 200);
    assert_eq!(world.crm_event_count(), 2);
    // Another series with the same rule is another one.
    world.switches().set("series_records", "one").unwrap();
    let other = meet(&mut world, row.clone());
    assert_eq!(put(&mut world, &other, json!({ "Event_Title": "y" })).status, 200);
    let titles: Vec<_> = world.crm_events().iter().map(|record| record["Event_Title"].clone()).collect();
    assert_eq!(titles, ["x", "x", "y"]);
    for wrong in [
        "",
        "BYDAY=WE",
        "FREQ=HOURLY",
        "FREQ=WEEKLY;INTERVAL=0",
        "FREQ=WEEKLY;UNTIL=20270407T000000Z",
        "FREQ=WEEKLY;MOON=1",
    ] {
        row["Recurring_Activity"] = json!({ "RRULE": wrong });
        let answer = zoho(&mut world, "POST", MEETINGS, Some(json!({ "data": [row] })));
        assert_eq!(code(&answer), (400, "INVALID_DATA".into()), "{wrong:?}");
    }
}

/// `What_Id` needs the module in `$se_module`; `Who_Id` is a contact.
#[test]
fn a_meeting_is_related_to_a_lead_and_a_contact() {
    let mut world = world();
    let (contact, lead) = people(&mut world);
    let mut row = meeting("x");
    row["$se_module"] = json!("Leads");
    row["What_Id"] = json!(lead);
    row["Who_Id"] = json!({ "id": contact });
    let id = meet(&mut world, row);
    let listed =
        zoho(&mut world, "GET", &format!("{MEETINGS}?fields=What_Id,Who_Id,$se_module"), None).json();
    assert_eq!(
        listed["data"][0],
        json!({ "id": id, "What_Id": { "id": lead, "name": "Leads" }, "Who_Id": { "id": contact, "name": "Contacts" }, "$se_module": "Leads" })
    );
    let query = json!({ "select_query": format!("select What_Id from Events where What_Id = '{lead}'") });
    assert_eq!(zoho(&mut world, "POST", "/crm/v8/coql", Some(query)).json()["data"][0]["id"], id.as_str());
    for (change, expected) in [
        (json!({ "What_Id": lead }), "DEPENDENT_FIELD_MISSING"),
        (json!({ "What_Id": contact, "$se_module": "Leads" }), "INVALID_DATA"),
        (json!({ "What_Id": lead, "$se_module": "Moon" }), "MULTIPLE_OR_MULTI_ERRORS"),
        (json!({ "Who_Id": lead }), "INVALID_DATA"),
    ] {
        let mut row = meeting("y");
        row.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let answer = zoho(&mut world, "POST", MEETINGS, Some(json!({ "data": [row] })));
        assert_eq!(code(&answer), (400, expected.into()), "{change}");
    }
    // A later write may leave the module out: the record knows it.
    assert_eq!(put(&mut world, &id, json!({ "What_Id": lead })).status, 200);
    assert_eq!(put(&mut world, &id, json!({ "What_Id": null, "$se_module": null })).status, 200);
}

/// Zoho CRM API v8: cancelMeetings: only what people were invited to and is not over, once, within the day's mails.
#[test]
fn cancelling_tells_the_invited_and_keeps_the_record() {
    let mut world = world();
    let mut row = meeting("x");
    row["Participants"] = json!([guest("a@example.com"), { "type": "user", "participant": ANA_ID }]);
    let mut silent = row.clone();
    silent["$send_notification"] = json!(false);
    let silent = meet(&mut world, silent);
    let id = meet(&mut world, row);
    let cancel = |world: &mut World, id: &str, item: Value| {
        zoho(world, "POST", &format!("{MEETINGS}/{id}/actions/cancel"), Some(json!({ "data": [item] })))
    };
    let send = json!({ "send_cancelling_mail": true });
    assert_eq!(code(&cancel(&mut world, &id, json!({}))), (400, "MANDATORY_NOT_FOUND".into()));
    assert_eq!(
        code(&cancel(&mut world, &id, json!({ "send_cancelling_mail": "no" }))),
        (400, "INVALID_DATA".into())
    );
    assert_eq!(code(&cancel(&mut world, "17", send.clone())), (400, "INVALID_DATA".into()));
    let uninvited = cancel(&mut world, &silent, send.clone());
    assert_eq!(
        uninvited.json()["data"][0]["details"],
        json!({ "reason": "no_participants_invited", "id": silent })
    );
    world.set_cancel_mails(Some(0));
    let limited = cancel(&mut world, &id, send.clone());
    assert_eq!((limited.status, limited.json()["code"].as_str()), (400, Some("DAILY_LIMIT_EXCEEDED")));
    world.set_cancel_mails(None);
    world.clear_mails();
    world.set_now_ms(noon() + 60_000);
    let done = cancel(&mut world, &id, send.clone());
    assert_eq!((done.status, done.json()["data"][0]["details"].clone()), (200, json!({ "id": id })));
    assert_eq!((world.mails().len(), world.mails()[0].kind), (1, MailKind::Cancellation));
    let listed =
        zoho(&mut world, "GET", &format!("{MEETINGS}?fields=$event_cancelled,Modified_Time&ids={id}"), None)
            .json();
    assert_eq!(
        (&listed["data"][0]["$event_cancelled"], &listed["data"][0]["Modified_Time"]),
        (&json!(true), &json!("2026-11-22T13:01:00+01:00"))
    );
    let whole = zoho(&mut world, "GET", &format!("{MEETINGS}/{id}"), None).json();
    assert!(whole["data"][0].get("$event_cancelled").is_none(), "only when named in fields");
    assert_eq!(code(&cancel(&mut world, &id, send.clone())), (400, "NOT_ALLOWED".into()));
    world.set_now_ms(noon() + 10 * 86_400_000);
    let mut late = meeting("late");
    late["Participants"] = json!([guest("a@example.com")]);
    let late = meet(&mut world, late);
    let over = cancel(&mut world, &late, json!({ "send_cancelling_mail": false }));
    assert_eq!(over.json()["data"][0]["details"]["reason"], "completed_meeting");
}
