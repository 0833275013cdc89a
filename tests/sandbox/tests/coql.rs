//! COQL, by rule (Zoho CRM API v8: COQL-Overview, COQL-Limitations).

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod support;

use serde_json::{Value, json};
use support::*;

fn filled() -> accord_sandbox::World {
    let mut world = world();
    for (title, day, venue) in
        [("Alpha", 10, Some("Paris")), ("beta call", 11, None), ("Gamma's", 12, Some("Lyon"))]
    {
        let mut row = meeting(title);
        row["Start_DateTime"] = json!(format!("2026-12-{day}T10:00:00+01:00"));
        row["End_DateTime"] = json!(format!("2026-12-{day}T11:00:00+01:00"));
        row["Venue"] = json!(venue);
        meet(&mut world, row);
    }
    world
}

fn query(world: &mut accord_sandbox::World, text: &str) -> accord_sandbox::Response {
    zoho(world, "POST", "/crm/v8/coql", Some(json!({ "select_query": text })))
}

fn titles(answer: &accord_sandbox::Response) -> Vec<String> {
    let body = answer.json();
    let rows = body["data"].as_array().cloned().unwrap_or_default();
    rows.iter().map(|row| row["Event_Title"].as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn conditions_select_records() {
    let mut world = filled();
    let all = ["Alpha", "beta call", "Gamma's"];
    let cases: [(&str, &[&str]); 17] = [
        ("Event_Title = 'alpha'", &all[..1]),
        ("Event_Title = 'Gamma''s'", &all[2..]),
        ("Event_Title != 'Alpha'", &all[1..]),
        ("Event_Title like '%call'", &all[1..2]),
        ("Event_Title like '%a%'", &all),
        ("Event_Title not like 'a%'", &all[1..]),
        ("Event_Title in ('Alpha', 'nothing')", &all[..1]),
        ("Event_Title not in ('Alpha')", &all[1..]),
        ("Venue is null", &all[1..2]),
        ("(Venue is not null)", &["Alpha", "Gamma's"]),
        ("Start_DateTime >= '2026-12-11T09:00:00Z'", &all[1..]),
        ("Start_DateTime between '2026-12-10T00:00:00+01:00' and '2026-12-11T10:00:00+01:00'", &all[..2]),
        ("Start_DateTime not between '2026-12-10T00:00:00+01:00' and '2026-12-11T10:00:00+01:00'", &all[2..]),
        ("All_day = true", &[]),
        ("((Owner = '4876876000000225013') and (Venue = 'Lyon'))", &all[2..]),
        ("((Venue = 'Lyon') or (Venue = 'Paris')) and All_day = false", &["Alpha", "Gamma's"]),
        ("Owner.id = 4876876000000225013 and Modified_Time > '2026-11-22T12:59:59+01:00'", &all),
    ];
    for (condition, expected) in cases {
        let answer =
            query(&mut world, &format!("select Event_Title from Events where {condition} order by id asc"));
        assert_eq!(answer.status, if expected.is_empty() { 204 } else { 200 }, "{condition}");
        assert_eq!(titles(&answer), expected, "{condition}");
    }
}

#[test]
fn order_and_both_forms_of_limit() {
    let mut world = filled();
    for (tail, expected, more) in [
        ("order by Start_DateTime desc limit 2", vec!["Gamma's", "beta call"], true),
        ("order by Start_DateTime desc limit 2 offset 2", vec!["Alpha"], false),
        ("order by id asc limit 1, 2", vec!["beta call", "Gamma's"], false),
        ("order by id desc limit 0, 2000", vec!["Gamma's", "beta call", "Alpha"], false),
        ("order by Venue asc, Event_Title desc limit 1", vec!["beta call"], true),
    ] {
        let answer =
            query(&mut world, &format!("SELECT Event_Title FROM Events WHERE id is not null {tail}"));
        assert_eq!(titles(&answer), expected, "{tail}");
        assert_eq!(answer.json()["info"]["more_records"], more, "{tail}");
    }
}

#[test]
fn rows_have_their_id_and_lookups_theirs() {
    let mut world = filled();
    let answer =
        query(&mut world, "select Owner, Owner.email from Events where Event_Title = 'Alpha'").json();
    let row = &answer["data"][0];
    assert!(row["id"].is_string());
    assert_eq!(row["Owner"], json!({ "id": ANA_ID }));
    assert_eq!(row["Owner.email"], "ana@example.com");
}

#[test]
fn limits_and_errors_have_their_codes() {
    let mut world = filled();
    let many = |count: usize| vec!["'1'"; count].join(",");
    let criteria =
        (0..26).fold("id is not null".to_owned(), |all, _| format!("(({all}) and (id is not null))"));
    let cases = [
        ("select id from Events where id is not null limit 0".to_owned(), "INVALID_DATA"),
        ("select id from Events where id is not null limit 2001".to_owned(), "LIMIT_EXCEEDED"),
        ("select id from Events where id is not null limit 99999, 2".to_owned(), "LIMIT_EXCEEDED"),
        (format!("select id from Events where id in ({})", many(101)), "LIMIT_EXCEEDED"),
        (format!("select id from Events where {criteria}"), "LIMIT_EXCEEDED"),
        ("select id from Events where a = 'x'".to_owned(), "INVALID_QUERY"),
        ("select Nonsense from Events where id is not null".to_owned(), "INVALID_QUERY"),
        ("select Participants from Events where id is not null".to_owned(), "INVALID_QUERY"),
        ("select id from Events where Description = 'x'".to_owned(), "INVALID_QUERY"),
        ("select id from Events where Start_DateTime > 'soon'".to_owned(), "INVALID_QUERY"),
        ("select id from Nothing where id is not null".to_owned(), "INVALID_QUERY"),
        ("select id from Events".to_owned(), "SYNTAX_ERROR"),
        ("delete from Events".to_owned(), "SYNTAX_ERROR"),
        ("select id from Events where (id is not null".to_owned(), "SYNTAX_ERROR"),
        ("select id from Events where id = 'open".to_owned(), "SYNTAX_ERROR"),
        // More than two criteria want brackets in pairs.
        ("select id from Events where id != '1' and id != '2' and id != '3'".to_owned(), "SYNTAX_ERROR"),
        (String::new(), "SYNTAX_ERROR"),
    ];
    for (text, expected) in cases {
        assert_eq!(code(&query(&mut world, &text)), (400, expected.into()), "{text}");
    }
    let missing = zoho(&mut world, "POST", "/crm/v8/coql", Some(json!({})));
    assert_eq!(code(&missing), (400, "MANDATORY_NOT_FOUND".into()));
    let list = zoho(&mut world, "POST", "/crm/v8/coql", Some(Value::Array(Vec::new())));
    assert_eq!(list.status, 400);
}

#[test]
fn participants_can_be_selected_by_a_switch() {
    let mut world = filled();
    world.switches().set("coql_participants", "allow").unwrap();
    let answer = query(&mut world, "select Participants, Remind_At from Events where id is not null");
    assert_eq!(answer.status, 200);
}
