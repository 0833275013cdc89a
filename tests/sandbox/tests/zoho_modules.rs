//! Contacts and leads of the CRM, and what all modules share: views, refusals, triggers, media types.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod support;

use accord_sandbox::{Request, Service, World};
use serde_json::{Value, json};
use support::*;

const BEN_ID: &str = "4876876000000225027";

fn add(world: &mut World, module: &str, row: Value) -> String {
    let made = zoho(world, "POST", &format!("/crm/v8/{module}"), Some(json!({ "data": [row] })));
    assert_eq!(made.status, 201, "{}", made.json());
    made.json()["data"][0]["details"]["id"].as_str().unwrap().to_owned()
}

/// Zoho CRM API v8: upsert-records: by the fields asked for, then by the system's own; guarded like an update.
#[test]
fn upsert_finds_its_twin_by_the_fields_asked_for() {
    let mut world = world();
    let field = json!({ "fields": [{ "field_label": "Code", "data_type": "text", "unique": { "case_sensitive": false } }] });
    assert_eq!(zoho(&mut world, "POST", "/crm/v8/settings/fields?module=Contacts", Some(field)).status, 201);
    let by_mail = add(&mut world, "Contacts", json!({ "Last_Name": "A", "Email": "a@example.com" }));
    let by_code = add(&mut world, "Contacts", json!({ "Last_Name": "B", "Code": "b" }));
    let path = "/crm/v8/Contacts/upsert";
    let mut upsert = |body: Value| zoho(&mut world, "POST", path, Some(body));
    let mixed = upsert(json!({ "data": [
        { "Last_Name": "A2", "Email": "A@example.com" }, { "Last_Name": "B2", "Code": "B" }, { "Last_Name": "C", "Email": "c@example.com" }, { "Email": "d@example.com" },
    ], "duplicate_check_fields": ["Code"], "trigger": [] }));
    assert_eq!(mixed.status, 207);
    let told: Vec<_> = mixed.json()["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["action"].clone(), row["duplicate_field"].clone(), row["details"]["id"].clone()))
        .take(2)
        .collect();
    assert_eq!(
        told,
        [(json!("update"), json!("Email"), json!(by_mail)), (json!("update"), json!("Code"), json!(by_code))]
    );
    let data = mixed.json()["data"].clone();
    assert_eq!((&data[2]["action"], &data[3]["code"]), (&json!("insert"), &json!("MANDATORY_NOT_FOUND")));
    let unknown = upsert(json!({ "data": [{ "Last_Name": "x" }], "duplicate_check_fields": ["Phone"] }));
    assert_eq!(code(&unknown), (400, "INVALID_DATA".into()));
    world.set_now_ms(noon() + 60_000);
    zoho(
        &mut world,
        "PUT",
        &format!("/crm/v8/Contacts/{by_mail}"),
        Some(json!({ "data": [{ "Title": "CEO" }] })),
    );
    let guarded = Request::zoho("POST", path)
        .header("If-Unmodified-Since", "2026-11-22T12:00:30Z")
        .json(&json!({ "data": [{ "Last_Name": "A3", "Email": "a@example.com" }] }));
    assert_eq!(code(&world.handle(&guarded).unwrap()), (412, "ALREADY_MODIFIED".into()));
}

/// Leads have fields of their own; converted ones are left out of lists unless asked for.
#[test]
fn converted_leads_are_left_out_of_lists() {
    let mut world = world();
    let row = json!({ "Last_Name": "Keller", "Company": "Lumen Bikes", "No_of_Employees": 12, "Annual_Revenue": 1.5, "Lead_Status": "Contacted" });
    let open = add(&mut world, "Leads", row);
    let done = add(&mut world, "Leads", json!({ "Last_Name": "Rossi" }));
    assert!(world.convert_lead(&done) && !world.convert_lead("17"));
    let list = |world: &mut World, query: &str| -> Vec<String> {
        let list = zoho(world, "GET", &format!("/crm/v8/Leads?fields=Company{query}"), None).json();
        list["data"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(list(&mut world, ""), std::slice::from_ref(&open));
    assert_eq!(list(&mut world, "&converted=true"), std::slice::from_ref(&done));
    assert_eq!(list(&mut world, "&converted=both"), [done.clone(), open.clone()]);
    let wrong = zoho(&mut world, "GET", "/crm/v8/Leads?fields=id&converted=perhaps", None);
    assert_eq!(code(&wrong), (400, "INVALID_DATA".into()));
    let whole = zoho(&mut world, "GET", &format!("/crm/v8/Leads/{done}"), None).json();
    assert_eq!(whole["data"][0]["$converted"], true);
    let whole = zoho(&mut world, "GET", &format!("/crm/v8/Leads/{open}"), None).json()["data"][0].clone();
    assert_eq!(
        (&whole["Company"], &whole["No_of_Employees"], &whole["Full_Name"]),
        (&json!("Lumen Bikes"), &json!(12), &json!("Keller"))
    );
    for (field, value) in [
        ("No_of_Employees", json!(1.5)),
        ("Lead_Status", json!("Lost")),
        ("Website", json!("not one")),
        ("Email", json!("nobody")),
    ] {
        let row = json!({ "data": [{ "Last_Name": "x", field: value }] });
        assert_eq!(
            code(&zoho(&mut world, "POST", "/crm/v8/Leads", Some(row))),
            (400, "INVALID_DATA".into()),
            "{field}"
        );
    }
}

/// Zoho CRM API v8: getCustomViews; `cvid` of everything and of one's own.
#[test]
fn a_custom_view_shows_ones_own_records() {
    let mut world = world();
    let mut theirs = meeting("theirs");
    theirs["Owner"] = json!({ "id": BEN_ID });
    meet(&mut world, theirs);
    let mine = meet(&mut world, meeting("mine"));
    let views =
        zoho(&mut world, "GET", "/crm/v8/settings/custom_views?module=Events", None).json()["custom_views"]
            .clone();
    let id = |name: &str| {
        views.as_array().unwrap().iter().find(|view| view["name"] == name).unwrap()["id"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let (all, own) = (id("All Meetings"), id("My Meetings"));
    let list = |world: &mut World, cvid: &str| {
        zoho(world, "GET", &format!("{MEETINGS}?fields=id&cvid={cvid}"), None)
    };
    assert_eq!(list(&mut world, &all).json()["info"]["count"], 2);
    assert_eq!(list(&mut world, &own).json()["data"], json!([{ "id": mine }]));
    assert_eq!(code(&list(&mut world, "17")), (400, "INVALID_DATA".into()));
}

/// Reference, section 4.2: records that refuse changes say why, and the others of a bulk are not touched by it.
#[test]
fn records_refuse_changes_with_their_own_code() {
    for refusal in [
        "RECORD_LOCKED",
        "NOT_APPROVED",
        "NOT_REVIEWED",
        "RECORD_IN_BLUEPRINT",
        "CANNOT_PERFORM_ACTION",
        "AUTHORIZATION_FAILED",
    ] {
        let mut world = world();
        let (a, b) = (meet(&mut world, meeting("a")), meet(&mut world, meeting("b")));
        assert!(world.refuse(&a, Some(refusal)));
        let body = json!({ "data": [{ "id": a, "Venue": "Here" }, { "id": b, "Venue": "Here" }] });
        let put = zoho(&mut world, "PUT", MEETINGS, Some(body));
        assert_eq!((put.status, put.json()["data"][0]["code"].as_str()), (207, Some(refusal)));
        let deleted = zoho(&mut world, "DELETE", &format!("{MEETINGS}?ids={a},{b}"), None);
        assert_eq!((deleted.status, deleted.json()["data"][0]["code"].as_str()), (207, Some(refusal)));
        assert_eq!(world.crm_events()[0]["Venue"], Value::Null);
        assert!(world.refuse(&a, None));
        assert_eq!(zoho(&mut world, "DELETE", &format!("{MEETINGS}/{a}"), None).status, 200);
    }
    assert!(!world().refuse("17", Some("MOON")));
}

/// Zoho CRM API v8: insert-records: workflow rules run unless `trigger` leaves them out; what they change is in the
/// record, not in the client's own copy.
#[test]
fn workflows_run_unless_the_trigger_is_empty() {
    let mut world = world();
    world.set_workflow("Events", "Venue", "By rule").unwrap();
    assert!(world.set_workflow("Events", "Remind_At", "x").is_err());
    for (trigger, venue) in [
        (None, "By rule"),
        (Some(json!([])), "Here"),
        (Some(json!(["workflow"])), "By rule"),
        (Some(json!(["approval"])), "Here"),
    ] {
        let mut row = meeting("x");
        row["Venue"] = json!("Here");
        let mut body = json!({ "data": [row] });
        if let Some(trigger) = &trigger {
            body["trigger"] = trigger.clone();
        }
        let made = zoho(&mut world, "POST", MEETINGS, Some(body)).json();
        let id = made["data"][0]["details"]["id"].as_str().unwrap().to_owned();
        let shown = zoho(&mut world, "GET", &format!("{MEETINGS}/{id}?fields=Venue"), None).json();
        assert_eq!(shown["data"][0]["Venue"], venue, "{trigger:?}");
    }
    for trigger in [json!("workflow"), json!(["moon"]), json!([1])] {
        let body = json!({ "data": [meeting("x")], "trigger": trigger });
        assert_eq!(code(&zoho(&mut world, "POST", MEETINGS, Some(body))), (400, "INVALID_DATA".into()));
    }
    let wrong = zoho(&mut world, "DELETE", &format!("{MEETINGS}?ids=17&wf_trigger=perhaps"), None);
    assert_eq!(code(&wrong), (400, "INVALID_DATA".into()));
}

/// Statuses 413 and 415. Documented samples send JSON as a form, so that passes.
#[test]
fn bodies_too_large_or_of_another_kind_are_refused() {
    let mut world = world();
    let send = |world: &mut World, kind: &str, body: Vec<u8>| {
        let mut request = Request::zoho("POST", MEETINGS).header("Content-Type", kind);
        request.body = body;
        world.handle(&request).unwrap().status
    };
    let body = json!({ "data": [meeting("x")] }).to_string().into_bytes();
    assert_eq!(send(&mut world, "application/x-www-form-urlencoded", body.clone()), 201);
    assert_eq!(send(&mut world, "application/json;charset=UTF-8", body.clone()), 201);
    assert_eq!(send(&mut world, "multipart/form-data; boundary=b", body.clone()), 415);
    assert_eq!(send(&mut world, "text/xml", body), 415);
    assert_eq!(send(&mut world, "application/json", vec![b' '; 25 << 20]), 413);
}

/// If-Modified-Since on one record and on the list of deletions, with the edge of its switch.
#[test]
fn if_modified_since_holds_for_single_records_and_deletions() {
    let mut world = world();
    let id = meet(&mut world, meeting("x"));
    let get = |world: &mut World, path: &str, at: &str| {
        world.handle(&Request::zoho("GET", path).header("If-Modified-Since", at)).unwrap().status
    };
    let path = format!("{MEETINGS}/{id}");
    assert_eq!(get(&mut world, &path, "2026-11-22T11:59:59Z"), 200);
    assert_eq!(get(&mut world, &path, "2026-11-22T12:00:00Z"), 304);
    assert_eq!(get(&mut world, &path, "noon"), 400);
    zoho(&mut world, "DELETE", &path, None);
    let deleted = format!("{MEETINGS}/deleted");
    assert_eq!(get(&mut world, &deleted, "2026-11-22T12:00:00Z"), 304);
    world.switches().set("ims", "inclusive").unwrap();
    assert_eq!(get(&mut world, &deleted, "2026-11-22T12:00:00Z"), 200);
}

/// What was emptied out of the recycle bin stays listed and cannot come back; neither can what is too old.
#[test]
fn purged_records_do_not_come_back() {
    let mut world = world();
    let (a, b) = (
        add(&mut world, "Contacts", json!({ "Last_Name": "A" })),
        add(&mut world, "Contacts", json!({ "Last_Name": "B" })),
    );
    zoho(&mut world, "DELETE", &format!("/crm/v8/Contacts?ids={a},{b}"), None);
    assert!(world.purge_record("Contacts", &a) && !world.purge_record("Contacts", &a));
    assert!(!world.restore_record("Contacts", &a) && !world.restore_record("Moon", &b));
    let listed = |world: &mut World, kind: &str| {
        zoho(world, "GET", &format!("/crm/v8/Contacts/deleted?type={kind}"), None).json()
    };
    assert_eq!(listed(&mut world, "permanent")["data"][0]["id"], a.as_str());
    assert_eq!(
        (
            &listed(&mut world, "recycle")["data"][0]["id"],
            &listed(&mut world, "recycle")["data"][0]["display_name"]
        ),
        (&json!(b), &json!("B"))
    );
    world.set_now_ms(noon() + 61 * 86_400_000);
    assert!(!world.restore_record("Contacts", &b));
    assert_eq!(listed(&mut world, "permanent")["info"]["count"], 2);
}

/// settings/modules and the scopes of the modules: leads are written like contacts.
#[test]
fn leads_need_their_own_scope() {
    let mut world = world();
    world.set_scopes(Service::Zoho, &["ZohoCRM.modules.contacts.ALL"]);
    let row = json!({ "data": [{ "Last_Name": "A" }] });
    assert_eq!(zoho(&mut world, "POST", "/crm/v8/Contacts", Some(row.clone())).status, 201);
    assert_eq!(
        code(&zoho(&mut world, "POST", "/crm/v8/Leads", Some(row))),
        (401, "OAUTH_SCOPE_MISMATCH".into())
    );
}

/// Zoho CRM API v8: record count: all, or what a search would find, without its delay.
#[test]
fn records_are_counted_by_what_a_search_finds() {
    let mut world = world();
    for (name, email) in
        [("Keller", "nora@example.com"), ("Keller", "ida@example.com"), ("Rossi", "leo@example.com")]
    {
        add(&mut world, "Contacts", json!({ "Last_Name": name, "Email": email, "Phone": "+33 1 99 00" }));
    }
    for (query, expected) in [
        ("", 3),
        ("?criteria=(Last_Name:equals:Keller)", 2),
        ("?email=leo@example.com", 1),
        ("?phone=99", 3),
        ("?word=nobody", 0),
    ] {
        let answer = zoho(&mut world, "GET", &format!("/crm/v8/Contacts/actions/count{query}"), None);
        assert_eq!((answer.status, answer.json()["count"].clone()), (200, json!(expected)), "{query}");
    }
    assert_eq!(zoho(&mut world, "GET", "/crm/v8/Contacts/actions/count?criteria=((", None).status, 400);
}

/// Tags by name: the same name is the same tag; an empty list takes them away.
#[test]
fn tags_have_ids_of_their_own() {
    let mut world = world();
    let a = add(&mut world, "Contacts", json!({ "Last_Name": "A", "Tag": [{ "name": "Renewal" }] }));
    add(
        &mut world,
        "Contacts",
        json!({ "Last_Name": "B", "Tag": [{ "name": "Q3" }, { "name": "renewal" }] }),
    );
    let list =
        zoho(&mut world, "GET", "/crm/v8/Contacts?fields=Tag&sort_order=asc", None).json()["data"].clone();
    assert_eq!(list[0]["Tag"][0]["id"], list[1]["Tag"][1]["id"]);
    assert_ne!(list[1]["Tag"][0]["id"], list[1]["Tag"][1]["id"]);
    for (tags, status) in [(json!("Q3"), 400), (json!([{ "id": "1" }]), 400), (json!([]), 200)] {
        let body = json!({ "data": [{ "Tag": tags }] });
        assert_eq!(zoho(&mut world, "PUT", &format!("/crm/v8/Contacts/{a}"), Some(body)).status, status);
    }
    let shown = zoho(&mut world, "GET", &format!("/crm/v8/Contacts/{a}"), None).json();
    assert_eq!(shown["data"][0]["Tag"], Value::Null);
}
