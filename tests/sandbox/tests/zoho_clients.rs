//! What Zoho's SDKs taught: found by running them (tests/clients), told here as the smallest story.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod support;

use accord_sandbox::World;
use serde_json::{Value, json};
use support::*;

#[test]
fn ids_in_bodies_may_be_numbers() {
    let mut world = world();
    let id: u64 = meet(&mut world, meeting("Planning")).parse().unwrap();
    let owner: u64 = ANA_ID.parse().unwrap();
    let change = json!({ "data": [{ "id": id, "Owner": { "id": owner }, "Event_Title": "Moved" }] });
    let answer = zoho(&mut world, "PUT", MEETINGS, Some(change));
    assert_eq!(answer.status, 200, "{}", answer.json());
    assert_eq!(answer.json()["data"][0]["details"]["id"], id.to_string());

    let fraction = json!({ "data": [{ "id": 1.5, "Event_Title": "Moved" }] });
    let answer = zoho(&mut world, "PUT", MEETINGS, Some(fraction));
    assert_eq!(code(&answer), (400, "MANDATORY_NOT_FOUND".to_owned()));
}

#[test]
fn a_participant_is_known_by_its_row_id_as_a_number_too() {
    let mut world = world();
    let mut body = meeting("Planning");
    body["Participants"] = json!([{ "type": "email", "participant": "guest@example.com" }]);
    let id = meet(&mut world, body);
    let path = format!("{MEETINGS}/{id}");
    let row = |world: &mut World| {
        zoho(world, "GET", &path, None).json()["data"][0]["Participants"][0]["id"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let before = row(&mut world);
    let number: u64 = before.parse().unwrap();
    let rows = json!([{ "type": "email", "participant": "guest@example.com", "id": number }]);
    let answer = zoho(&mut world, "PUT", &path, Some(json!({ "data": [{ "Participants": rows }] })));
    assert_eq!(answer.status, 200, "{}", answer.json());
    assert_eq!(row(&mut world), before);
}

#[test]
fn too_many_records_are_refused_in_the_shape_of_a_records_refusal() {
    let mut world = world();
    for method in ["POST", "PUT"] {
        let rows = vec![meeting("Planning"); 101];
        let answer = zoho(&mut world, method, MEETINGS, Some(json!({ "data": rows })));
        assert_eq!(answer.status, 400);
        let refusal = &answer.json()["data"][0];
        assert_eq!(refusal["code"], "LIMIT_EXCEEDED");
        assert_eq!(refusal["details"], json!({ "maximum_length": 100, "api_name": "data" }));
    }
}

#[test]
fn a_cancelled_meeting_is_told_by_its_id_and_refusals_come_as_a_list() {
    let mut world = world();
    let alone = meet(&mut world, meeting("Alone"));
    let mut body = meeting("With a guest");
    body["Participants"] = json!([{ "type": "email", "participant": "guest@example.com" }]);
    body["$send_notification"] = json!(true);
    let together = meet(&mut world, body);
    let mut cancel = |id: &str, wish: Value| {
        let answer = zoho(
            &mut world,
            "POST",
            &format!("{MEETINGS}/{id}/actions/cancel"),
            Some(json!({ "data": [wish] })),
        );
        (answer.status, answer.json()["data"][0].clone())
    };
    let (status, refusal) = cancel(&alone, json!({ "send_cancelling_mail": false }));
    assert_eq!((status, &refusal["code"]), (400, &json!("NOT_ALLOWED")));
    assert_eq!(refusal["details"], json!({ "reason": "no_participants_invited", "id": alone }));
    let (status, refusal) = cancel(&together, json!({}));
    assert_eq!((status, &refusal["code"]), (400, &json!("MANDATORY_NOT_FOUND")));
    let (status, done) = cancel(&together, json!({ "send_cancelling_mail": false }));
    assert_eq!((status, &done["details"]), (200, &json!({ "id": together })));
}

#[test]
fn flags_in_a_query_may_be_capitalised() {
    let mut world = world();
    for flag in ["False", "true"] {
        let id = meet(&mut world, meeting("Planning"));
        let answer = zoho(&mut world, "DELETE", &format!("{MEETINGS}?ids={id}&wf_trigger={flag}"), None);
        assert_eq!(answer.status, 200, "{}", answer.json());
    }
}
