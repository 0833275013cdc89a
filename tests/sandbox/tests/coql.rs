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
        (format!("select id from Events where id not in ({})", many(101)), "LIMIT_EXCEEDED"),
        (format!("select {} from Events where id is not null", vec!["Venue"; 501].join(",")), "LIMIT_EXCEEDED"),
        (
            format!("select id from Events where id is not null order by {}", ["id"; 11].join(",")),
            "LIMIT_EXCEEDED",
        ),
        ("select id from Events where id is not null order by id, id".to_owned(), "DUPLICATE_DATA"),
        ("select id from Events where id is not null order by Description".to_owned(), "INVALID_QUERY"),
        ("select Venue from Events where id is not null group by Venue, Venue".to_owned(), "DUPLICATE_DATA"),
        ("select COUNT(id), COUNT(id) from Events where id is not null".to_owned(), "DUPLICATE_DATA"),
        ("select Venue, COUNT(id) from Events where id is not null".to_owned(), "INVALID_QUERY"),
        ("select SUM(Venue) from Events where id is not null".to_owned(), "INVALID_QUERY"),
        ("select MAX(Venue) from Events where id is not null".to_owned(), "INVALID_QUERY"),
        (
            "select COUNT(id) from Events where id is not null group by Venue order by Owner".to_owned(),
            "INVALID_QUERY",
        ),
        (
            "select COUNT(id) from Events where id is not null group by Venue, Owner, id, All_day, Created_By".to_owned(),
            "LIMIT_EXCEEDED",
        ),
        (
            "select COUNT(id), COUNT(Venue), COUNT(Owner), MAX(id), MIN(id), COUNT(All_day) from Events where id is not null".to_owned(),
            "LIMIT_EXCEEDED",
        ),
        // Each type has its operators (COQL-Overview).
        ("select id from Events where Venue > 'a'".to_owned(), "INVALID_QUERY"),
        ("select id from Events where Owner between 1 and 2".to_owned(), "INVALID_QUERY"),
        ("select id from Events where All_day in (true)".to_owned(), "INVALID_QUERY"),
        ("select id from Events where id like '1'".to_owned(), "INVALID_QUERY"),
        ("select id from Events where Event_Title like 'a%b'".to_owned(), "INVALID_QUERY"),
        ("select id from Events where Participants = 'x'".to_owned(), "INVALID_QUERY"),
        // What_Id leads to several modules and must say to which.
        ("select What_Id.Last_Name from Events where id is not null".to_owned(), "INVALID_QUERY"),
        ("select 'What_Id->Nothing.Last_Name' from Events where id is not null".to_owned(), "INVALID_QUERY"),
        ("select 'Who_Id->Leads.Last_Name' from Events where id is not null".to_owned(), "INVALID_QUERY"),
        ("select Owner.zone from Events where id is not null".to_owned(), "INVALID_QUERY"),
        (
            "select id from Events where (((Owner.email = 'a' or Created_By.email = 'a') or (Modified_By.email = 'a' \
             or Who_Id.Email = 'a')) or (What_Id->Leads.Email = 'a' or What_Id->Contacts.Email = 'a'))".to_owned(),
            "LIMIT_EXCEEDED",
        ),
        // A reserved word as a name wants quotes.
        ("select External from Contacts where id is not null".to_owned(), "SYNTAX_ERROR"),
        ("select 'External' from Contacts where id is not null".to_owned(), "INVALID_QUERY"),
        ("select id from Events where id = \"open".to_owned(), "SYNTAX_ERROR"),
        ("select id from Events where id is not null group Venue".to_owned(), "SYNTAX_ERROR"),
        ("select COUNT(id from Events where id is not null".to_owned(), "SYNTAX_ERROR"),
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

/// The details of each error name what is wrong (Zoho CRM API v8, get-records-through-coql).
#[test]
fn errors_have_their_details() {
    let mut world = filled();
    let many = vec!["'1'"; 101].join(",");
    let cases = [
        ("select id from Events", json!({ "clause": "where" })),
        ("select id", json!({ "clause": "from" })),
        ("update Events", json!({ "clause": "select" })),
        ("select id\nfrom Events\n where id ? 1", json!({ "line": 3, "column": 11, "near": "? 1" })),
        ("select id from Events where Nonsense = 1", json!({ "column_name": "Nonsense" })),
        ("select id from Events where Participants = 1", json!({ "column_name": "Participants" })),
        ("select id from Deals where id = 1", json!({ "module_name": "Deals" })),
        ("select id from Events where id = 1 limit 2001", json!({ "limit": 2000, "clause": "limit" })),
        (
            "select id from Events where id = 1 limit 99999, 2",
            json!({ "limit": 100_000, "clause": "offset" }),
        ),
        ("select id from Events where id = 1 limit 0", json!({ "clause": "limit" })),
        (
            "select id from Events where id = 1 order by Venue, Venue",
            json!({ "clause": "order by", "column_name": "Venue" }),
        ),
    ];
    for (text, details) in cases {
        assert_eq!(query(&mut world, text).json()["details"], details, "{text}");
    }
    let listed = query(&mut world, &format!("select id from Events where id in ({many})")).json();
    assert_eq!(listed["details"], json!({ "limit": 100, "operator": "in" }));
    let missing = zoho(&mut world, "POST", "/crm/v8/coql", Some(json!({}))).json();
    assert_eq!(missing["details"], json!({ "api_name": "select_query" }));
    let zero = query(&mut world, "select id from Events where id = 1 limit 0").json();
    assert_eq!(zero["message"], "limit should be greater than 0");
}

/// COQL-Overview: fields behind lookups, in the rows and in the conditions.
#[test]
fn lookups_lead_to_other_modules() {
    let mut world = world();
    world.set_scopes(accord_sandbox::Service::Zoho, &["ZohoCRM.modules.ALL", "ZohoCRM.coql.READ"]);
    let person = |world: &mut accord_sandbox::World, module: &str, row: Value| {
        let answer = zoho(world, "POST", &format!("/crm/v8/{module}"), Some(json!({ "data": [row] }))).json();
        answer["data"][0]["details"]["id"].as_str().unwrap().to_owned()
    };
    let lead = person(
        &mut world,
        "Leads",
        json!({ "Last_Name": "Keller", "Company": "Nord", "Email": "k@example.com" }),
    );
    let contact = person(
        &mut world,
        "Contacts",
        json!({ "First_Name": "Nora", "Last_Name": "Silva", "Email": "n@example.com" }),
    );
    for (title, field, id) in [("with lead", "What_Id", &lead), ("with contact", "Who_Id", &contact)] {
        let mut row = meeting(title);
        row[field] = json!({ "id": id });
        row["$se_module"] = json!("Leads");
        meet(&mut world, row);
    }
    let mut ask = |text: &str| query(&mut world, text).json()["data"].clone();
    let rows = ask(
        "select Event_Title, What_Id, 'What_Id->Leads.Last_Name', Who_Id.Full_Name, Owner.last_name, Owner.id \
         from Events where id is not null order by id asc",
    );
    assert_eq!(rows[0]["What_Id"], json!({ "id": lead }));
    assert_eq!(rows[0]["What_Id->Leads.Last_Name"], "Keller");
    assert_eq!(rows[0]["Who_Id.Full_Name"], Value::Null);
    assert_eq!(rows[1]["Who_Id.Full_Name"], "Nora Silva");
    assert_eq!((&rows[1]["Owner.last_name"], &rows[1]["Owner.id"]), (&json!("Moreau"), &json!(ANA_ID)));
    for (condition, title) in [
        ("'What_Id->Leads.Company' = 'Nord'", "with lead"),
        ("What_Id->Leads.Email like 'k@%'", "with lead"),
        ("Who_Id.Email in ('n@example.com', 'x')", "with contact"),
        ("Who_Id.Full_Name = \"nora silva\" and Owner.email = 'ana@example.com'", "with contact"),
        ("(What_Id is null)", "with contact"),
    ] {
        let rows = ask(&format!("select Event_Title from Events where {condition}"));
        let titles: Vec<&Value> = rows.as_array().unwrap().iter().map(|row| &row["Event_Title"]).collect();
        assert_eq!(titles, [title], "{condition}");
    }
}

/// COQL-Overview: aggregate functions, with and without groups.
#[test]
fn rows_can_be_counted_and_grouped() {
    let mut world = filled();
    let mut again = meeting("Delta");
    again["Venue"] = json!("Lyon");
    meet(&mut world, again);
    let all = query(
        &mut world,
        "select COUNT(id), COUNT(Venue), MIN(Start_DateTime), max(Start_DateTime) from Events where id is not null",
    )
    .json();
    assert_eq!(
        all["data"],
        json!([{ "COUNT(id)": 4, "COUNT(Venue)": 3, "MIN(Start_DateTime)": "2026-11-25T10:00:00+01:00",
            "MAX(Start_DateTime)": "2026-12-12T10:00:00+01:00" }])
    );
    let grouped = |world: &mut accord_sandbox::World, tail: &str| {
        query(
            world,
            &format!("select Venue, COUNT(id) from Events where id is not null group by Venue {tail}"),
        )
        .json()
    };
    let by_venue = grouped(&mut world, "order by Venue desc limit 2");
    assert_eq!(
        by_venue["data"],
        json!([{ "Venue": "Paris", "COUNT(id)": 1 }, { "Venue": "Lyon", "COUNT(id)": 2 }])
    );
    assert_eq!(by_venue["info"], json!({ "count": 2, "more_records": true }));
    assert_eq!(grouped(&mut world, "limit 2, 2")["data"], json!([{ "Venue": "Paris", "COUNT(id)": 1 }]));
    let none = query(&mut world, "select COUNT(id) from Events where Venue = 'Rome'").json();
    assert_eq!(none["data"][0]["COUNT(id)"], 0);
}

/// A text may stand in double quotes; a quote inside is doubled (Kaizen #171).
#[test]
fn quotes_are_doubled_inside() {
    let mut world = world();
    for title in ["a \"b\" c", "it's"] {
        meet(&mut world, meeting(title));
    }
    for (condition, title) in [
        (r#"Event_Title = "a ""b"" c""#, "a \"b\" c"),
        (r#"Event_Title = 'a "b" c'"#, "a \"b\" c"),
        (r#"Event_Title = "it's""#, "it's"),
        (r"Event_Title = 'it''s'", "it's"),
    ] {
        assert_eq!(
            titles(&query(&mut world, &format!("select Event_Title from Events where {condition}"))),
            [title]
        );
    }
}

/// 100,000 rows by offset, then by id (COQL-Limitations): the last page that may be asked for is 98,000 to 100,000.
#[test]
fn pages_reach_as_far_as_documented() {
    let mut world = filled();
    let ask = |world: &mut accord_sandbox::World, tail: &str| {
        query(world, &format!("select id from Events where id is not null {tail}")).status
    };
    assert_eq!(ask(&mut world, "limit 98000, 2000"), 204);
    assert_eq!(ask(&mut world, "limit 2000 offset 98000"), 204);
    assert_eq!(ask(&mut world, "limit 98001, 2000"), 400);
    assert_eq!(ask(&mut world, "limit 1 offset 2"), 200);
}
