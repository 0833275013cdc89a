//! Search: which parameter counts, criteria, fuzziness, delay, limits (Zoho CRM API v8: search-records; Kaizen #82).

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod support;

use accord_sandbox::{Response, World, encode};
use serde_json::{Value, json};
use support::*;

fn filled() -> World {
    let mut world = world();
    world.switches().set("search_lag_s", "0").unwrap();
    for (title, day, venue) in [
        ("Patricia (Boyle), review", 10, "Paris"),
        ("sales_team weekly", 11, "Lyon"),
        ("Budget a\\b", 12, "Lyon Part-Dieu"),
    ] {
        let mut row = meeting(title);
        row["Start_DateTime"] = json!(format!("2026-12-{day}T10:00:00+01:00"));
        row["End_DateTime"] = json!(format!("2026-12-{day}T11:00:00+01:00"));
        row["Venue"] = json!(venue);
        meet(&mut world, row);
    }
    world
}

fn search(world: &mut World, query: &str) -> Response {
    zoho(world, "GET", &format!("{MEETINGS}/search?{query}"), None)
}

fn by(world: &mut World, criteria: &str) -> Response {
    search(world, &format!("fields=Event_Title&criteria={}", encode(criteria)))
}

/// Which of the three meetings are found, as their days.
fn days(answer: &Response) -> Vec<u32> {
    let body = answer.json();
    let rows = body["data"].as_array().cloned().unwrap_or_default();
    let mut days: Vec<u32> = rows
        .iter()
        .map(|row| match row["Event_Title"].as_str().unwrap().chars().next() {
            Some('P') => 10,
            Some('s') => 11,
            _ => 12,
        })
        .collect();
    days.sort_unstable();
    days
}

#[test]
fn criteria_select_records() {
    let mut world = filled();
    let all = [10, 11, 12];
    let cases: [(&str, &[u32]); 24] = [
        ("(Venue:equals:Paris)", &all[..1]),
        // equals behaves like contains, without regard to case and punctuation.
        ("(Venue:equals:lyon)", &all[1..]),
        ("(Event_Title:equals:sales-team)", &all[1..2]),
        ("(Venue:equals:Part Dieu)", &all[2..]),
        ("(Venue:not_equal:Lyon)", &all[..1]),
        ("(Event_Title:starts_with:team)", &[]),
        ("(Event_Title:starts_with:Sales)", &all[1..2]),
        ("(Venue:in:Paris,Part-Dieu)", &[10, 12]),
        (r"(Event_Title:equals:Patricia \(Boyle\)\, review)", &all[..1]),
        (r"(Event_Title:equals:Budget a\\b)", &all[2..]),
        ("((Venue:equals:Lyon)and(Event_Title:equals:budget))", &all[2..]),
        ("((Venue:equals:Paris) or (Event_Title:equals:budget))", &[10, 12]),
        ("(((Venue:equals:Paris)or(Venue:equals:Dieu))and(Event_Title:starts_with:Budget))", &all[2..]),
        ("((Venue:equals:Rome)or((Venue:equals:Lyon)AND(Event_Title:equals:weekly)))", &all[1..2]),
        ("(Start_DateTime:greater_than:2026-12-11T09:00:00Z)", &all[2..]),
        ("(Start_DateTime:greater_equal:2026-12-11T10:00:00+01:00)", &all[1..]),
        ("(Start_DateTime:less_than:2026-12-11T10:00:00+01:00)", &all[..1]),
        ("(Start_DateTime:less_equal:2026-12-11T10:00:00+01:00)", &all[..2]),
        ("(Start_DateTime:between:2026-12-11T00:00:00+01:00,2026-12-13T00:00:00+01:00)", &all[1..]),
        ("(Start_DateTime:equals:2026-12-12T09:00:00Z)", &all[2..]),
        ("(All_day:equals:false)", &all),
        ("(All_day:not_equal:false)", &[]),
        ("(Owner:equals:4876876000000225013)", &all),
        ("(Owner:in:1,4876876000000225027)", &[]),
    ];
    for (criteria, expected) in cases {
        let answer = by(&mut world, criteria);
        assert_eq!(
            answer.status,
            if expected.is_empty() { 204 } else { 200 },
            "{criteria}: {}",
            answer.json()
        );
        assert_eq!(days(&answer), expected, "{criteria}");
    }
}

#[test]
fn criteria_are_refused_with_their_reason() {
    let mut world = filled();
    for malformed in [
        "Venue:equals:Paris",
        "(Venue:equals:Paris",
        "(Venue:equals:Paris))",
        "(Venue:equals)",
        "(Venue:equals:Paris)(Venue:equals:Lyon)",
        "((Venue:equals:Paris)xor(Venue:equals:Lyon))",
        // One connective in a pair of brackets.
        "((Venue:equals:a)and(Venue:equals:b)or(Venue:equals:c))",
        "(Event_Title:equals:Patricia (Boyle))",
        "(Venue:equals:trailing\\",
        "",
    ] {
        let answer = by(&mut world, malformed);
        assert_eq!(code(&answer), (400, "INVALID_QUERY".into()), "{malformed}");
        assert_eq!(
            answer.json()["details"],
            json!({ "reason": "the criteria are malformed" }),
            "{malformed}"
        );
    }
    for (criteria, field, operator) in [
        ("(Nonsense:equals:x)", "Nonsense", "equals"),
        ("(Description:equals:x)", "Description", "equals"),
        ("(Participants:equals:x)", "Participants", "equals"),
        ("(Venue:resembles:x)", "Venue", "resembles"),
        ("(Venue:greater_than:x)", "Venue", "greater_than"),
        ("(Start_DateTime:starts_with:2026)", "Start_DateTime", "starts_with"),
        ("(Start_DateTime:equals:tomorrow)", "Start_DateTime", "equals"),
        ("(Start_DateTime:between:2026-12-11T00:00:00Z)", "Start_DateTime", "between"),
        ("(All_day:in:true,false)", "All_day", "in"),
        // A comma of the value itself must be escaped.
        ("(Event_Title:equals:Boyle, review)", "Event_Title", "equals"),
        ("(Venue:equals:)", "Venue", "equals"),
    ] {
        let answer = by(&mut world, criteria);
        assert_eq!(code(&answer), (400, "INVALID_QUERY".into()), "{criteria}");
        let details = &answer.json()["details"];
        assert_eq!(
            (&details["api_name"], &details["operator"]),
            (&json!(field), &json!(operator)),
            "{criteria}"
        );
    }
    let many = |count: usize| vec!["(Venue:equals:x)"; count].join("or");
    assert_eq!(by(&mut world, &format!("({})", many(10))).status, 204);
    assert_eq!(code(&by(&mut world, &format!("({})", many(11)))), (400, "LIMIT_EXCEEDED".into()));
    let values = |count: usize| format!("(Venue:in:{})", vec!["x"; count].join(","));
    assert_eq!(by(&mut world, &values(100)).status, 204);
    assert_eq!(code(&by(&mut world, &values(101))), (400, "LIMIT_EXCEEDED".into()));
}

/// criteria, email, phone, word: only the first of them counts.
#[test]
fn the_first_parameter_counts() {
    let mut world = filled();
    let paris = encode("(Venue:equals:Paris)");
    assert_eq!(days(&search(&mut world, &format!("word=weekly&criteria={paris}"))), [10]);
    assert_eq!(days(&search(&mut world, "word=weekly")), [11]);
    assert_eq!(search(&mut world, "word=weekly&phone=123").status, 204);
    assert_eq!(search(&mut world, "word=weekly&email=x").status, 204);
    assert_eq!(days(&search(&mut world, "word=dieu%20budget")), [12], "each word, in any field");
    assert_eq!(code(&search(&mut world, "word=w")), (400, "INVALID_DATA".into()));
    assert_eq!(code(&search(&mut world, "fields=Venue")), (400, "EXPECTED_PARAM_MISSING".into()));
    let person = |world: &mut World, row: Value| {
        let answer = zoho(world, "POST", "/crm/v8/Contacts", Some(json!({ "data": [row] })));
        assert_eq!(answer.status, 201, "{}", answer.json());
    };
    person(
        &mut world,
        json!({ "Last_Name": "Keller", "Email": "sales_team@example.com", "Phone": "+33 1 23 45" }),
    );
    person(&mut world, json!({ "Last_Name": "Silva", "Secondary_Email": "silva@example.com" }));
    for (query, name) in [
        ("email=sales-team@", Some("Keller")),
        ("email=silva%40example.com", Some("Silva")),
        ("phone=23%2045", Some("Keller")),
        ("phone=99", None),
        ("email=nobody", None),
    ] {
        let found = zoho(&mut world, "GET", &format!("/crm/v8/Contacts/search?{query}"), None);
        assert_eq!(found.json()["data"][0]["Last_Name"].as_str(), name, "{query}");
    }
}

/// 200 on a page, 2,000 in all.
#[test]
fn pages_end_at_two_thousand() {
    let mut world = filled();
    for _ in 0..21 {
        let rows: Vec<Value> = (0..100).map(|_| meeting("many")).collect();
        zoho(&mut world, "POST", MEETINGS, Some(json!({ "data": rows })));
    }
    let last = search(&mut world, "word=many&page=10").json();
    assert_eq!(last["info"], json!({ "per_page": 200, "count": 200, "page": 10, "more_records": true }));
    let beyond = search(&mut world, "word=many&page=11");
    assert_eq!(code(&beyond), (400, "LIMIT_REACHED".into()));
    assert_eq!(code(&search(&mut world, "word=many&per_page=201")), (400, "INVALID_DATA".into()));
}

/// The index lags behind creates and edits alike; a query does not.
#[test]
fn the_index_lags() {
    let mut world = filled();
    world.switches().set("search_lag_s", "30").unwrap();
    world.set_now_ms(noon() + 60_000);
    let found = by(&mut world, "(Venue:equals:Paris)");
    let id = found.json()["data"][0]["id"].as_str().unwrap().to_owned();
    let change = json!({ "data": [{ "Venue": "Rome" }] });
    assert_eq!(zoho(&mut world, "PUT", &format!("{MEETINGS}/{id}"), Some(change)).status, 200);
    assert_eq!(by(&mut world, "(Venue:equals:Rome)").status, 204);
    let query = json!({ "select_query": "select Venue from Events where Venue = 'Rome'" });
    assert_eq!(zoho(&mut world, "POST", "/crm/v8/coql", Some(query)).status, 200);
    world.set_now_ms(noon() + 90_000);
    assert_eq!(by(&mut world, "(Venue:equals:Rome)").status, 200);
}
