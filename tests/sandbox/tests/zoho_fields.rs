//! Custom fields, external-id fields and unique fields of the CRM, by rule.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod support;

use accord_sandbox::{Request, Response, World};
use serde_json::{Value, json};
use support::*;

const FIELDS: &str = "/crm/v8/settings/fields?module=Events";

fn create(world: &mut World, fields: Value) -> Response {
    zoho(world, "POST", FIELDS, Some(json!({ "fields": fields })))
}

/// A world whose meetings have an external field `Google_Event_Id` of this type.
fn with_external(kind: &str) -> World {
    let mut world = world();
    let made = create(
        &mut world,
        json!([{ "field_label": "Google Event Id", "data_type": "text", "external": { "type": kind, "show": false } }]),
    );
    assert_eq!(made.status, 201, "{}", made.json());
    world
}

fn keyed(title: &str, key: &str) -> Value {
    let mut row = meeting(title);
    row["Google_Event_Id"] = json!(key);
    row
}

/// A call that names records by their external value.
fn by_key(world: &mut World, method: &str, path: &str, body: Option<Value>) -> Response {
    let request = Request::zoho(method, path).header("X-EXTERNAL", "Events.Google_Event_Id");
    let request = match body {
        Some(body) => request.json(&body),
        None => request,
    };
    world.handle(&request).unwrap()
}

/// Zoho CRM API v8: createFields: a result for each field, 201, 207, 400.
#[test]
fn custom_fields_are_created_one_by_one() {
    let mut world = world();
    let mixed = create(
        &mut world,
        json!([
            { "field_label": "Google Event Id", "data_type": "text", "length": 100 },
            { "field_label": "Odd", "data_type": "moon" },
        ]),
    );
    assert_eq!(mixed.status, 207);
    let results = mixed.json()["fields"].clone();
    assert_eq!((&results[0]["code"], &results[0]["message"]), (&json!("SUCCESS"), &json!("field created")));
    assert_eq!(results[1]["code"], "INVALID_DATA");
    assert_eq!(
        results[1]["details"],
        json!({ "api_name": "data_type", "json_path": "$.fields[1].data_type" })
    );
    let id = results[0]["details"]["id"].as_str().unwrap().to_owned();
    let one = zoho(&mut world, "GET", &format!("/crm/v8/settings/fields/{id}?module=Events"), None).json();
    let field = &one["fields"][0];
    assert_eq!((&field["api_name"], &field["length"]), (&json!("Google_Event_Id"), &json!(100)));
    assert_eq!((&field["custom_field"], &field["external"]), (&json!(true), &Value::Null));
    let cases = [
        (json!({ "data_type": "text" }), "MANDATORY_NOT_FOUND"),
        (json!({ "field_label": "A" }), "MANDATORY_NOT_FOUND"),
        (json!({ "field_label": "A", "data_type": "formula" }), "NOT_SUPPORTED"),
        (json!({ "field_label": 5, "data_type": "text" }), "INVALID_DATA"),
        (json!({ "field_label": "Google Event Id", "data_type": "text" }), "DUPLICATE_DATA"),
        (json!({ "field_label": "Title", "data_type": "text" }), "DUPLICATE_DATA"),
        (json!({ "field_label": "A", "data_type": "text", "length": 256 }), "INVALID_DATA"),
        (json!({ "field_label": "A", "data_type": "text", "external": { "type": "moon" } }), "INVALID_DATA"),
        (json!({ "field_label": "A", "data_type": "text", "external": {} }), "MANDATORY_NOT_FOUND"),
        (
            json!({ "field_label": "A", "data_type": "integer", "external": { "type": "org" } }),
            "NOT_SUPPORTED",
        ),
        (json!({ "field_label": "A", "data_type": "text", "unique": {"case_sensitive": 1} }), "INVALID_DATA"),
        (
            json!({ "field_label": "A", "data_type": "text", "unique": {"case_sensitive": true}, "external": { "type": "org" } }),
            "AMBIGUITY_DURING_PROCESSING",
        ),
        (json!({ "field_label": "A", "data_type": "picklist" }), "MANDATORY_NOT_FOUND"),
        (
            json!({ "field_label": "A", "data_type": "text", "profiles": [{ "id": "1", "permission_type": "hidden" }] }),
            "INVALID_DATA",
        ),
    ];
    for (field, expected) in cases {
        let answer = create(&mut world, json!([field]));
        assert_eq!(
            (answer.status, answer.json()["fields"][0]["code"].as_str()),
            (400, Some(expected)),
            "{field}"
        );
    }
    assert_eq!(code(&create(&mut world, json!([]))), (400, "MANDATORY_NOT_FOUND".into()));
    let nowhere = zoho(&mut world, "POST", "/crm/v8/settings/fields", Some(json!({ "fields": [{}] })));
    assert_eq!(code(&nowhere), (400, "REQUIRED_PARAM_MISSING".into()));
}

/// Zoho CRM API v8: createFields: the right to customise, and a scope of its own.
#[test]
fn creating_fields_needs_a_right_and_a_scope() {
    let mut world = world();
    let field = json!([{ "field_label": "Key", "data_type": "text" }]);
    world.set_permission("Crm_Implied_Customize_Zoho_CRM", false);
    let refused = create(&mut world, field.clone());
    assert_eq!(code(&refused), (403, "NO_PERMISSION".into()));
    assert_eq!(refused.json()["details"]["permissions"], json!(["Crm_Implied_Customize_Zoho_CRM"]));
    world.set_permission("Crm_Implied_Customize_Zoho_CRM", true);
    world.set_scopes(accord_sandbox::Service::Zoho, &["ZohoCRM.settings.fields.READ"]);
    assert_eq!(code(&create(&mut world, field)), (401, "OAUTH_SCOPE_MISMATCH".into()));
    assert_eq!(zoho(&mut world, "GET", FIELDS, None).status, 200);
}

/// Custom values are checked by their type, shown in lists and by id, and found by a query at once.
#[test]
fn custom_values_are_kept_and_queried() {
    let mut world = world();
    let kinds = [
        ("Key", "text"),
        ("Count", "integer"),
        ("Rate", "double"),
        ("Done", "boolean"),
        ("Day", "date"),
        ("Due", "datetime"),
    ];
    for (label, kind) in kinds {
        assert_eq!(create(&mut world, json!([{ "field_label": label, "data_type": kind }])).status, 201);
    }
    let values = json!({ "Key": "abc", "Count": 3, "Rate": 1.5, "Done": true, "Day": "2026-11-25", "Due": "2026-11-25T09:00:00+00:00" });
    let mut row = meeting("x");
    row.as_object_mut().unwrap().extend(values.as_object().unwrap().clone());
    let id = meet(&mut world, row);
    let shown = zoho(&mut world, "GET", &format!("{MEETINGS}/{id}"), None).json()["data"][0].clone();
    for name in ["Key", "Count", "Rate", "Done", "Day"] {
        assert_eq!(shown[name], values[name], "{name}");
    }
    assert_eq!(shown["Due"], "2026-11-25T10:00:00+01:00", "shown in the user's zone");
    let listed = zoho(&mut world, "GET", &format!("{MEETINGS}?fields=Key,Done"), None).json();
    assert_eq!((&listed["data"][0]["Key"], &listed["data"][0]["Done"]), (&json!("abc"), &json!(true)));
    for (wrong, value) in [
        ("Key", json!(5)),
        ("Count", json!("3")),
        ("Done", json!("yes")),
        ("Day", json!("25/11/2026")),
        ("Due", json!("2026-11-25")),
    ] {
        let mut row = meeting("x");
        row[wrong] = value;
        let answer = zoho(&mut world, "POST", MEETINGS, Some(json!({ "data": [row] })));
        assert_eq!(code(&answer), (400, "INVALID_DATA".into()), "{wrong}");
    }
    let mut query =
        |text: &str| zoho(&mut world, "POST", "/crm/v8/coql", Some(json!({ "select_query": text })));
    let found = query("select Key, Count from Events where (Key = 'abc') limit 5").json();
    assert_eq!((&found["data"][0]["id"], &found["data"][0]["Count"]), (&json!(id), &json!(3)));
    assert_eq!(query("select Key from Events where Key in ('x', 'y')").status, 204);
    assert_eq!(query("select Key from Events where Key is null").status, 204);
    assert_eq!(code(&query("select Nokey from Events where Key = 'abc'")), (400, "INVALID_QUERY".into()));
}

/// Zoho CRM API v7: get-records-ext and insert-records-ext: records named by an external value.
#[test]
fn records_are_named_by_an_external_value() {
    let mut world = with_external("user");
    let id = meet(&mut world, keyed("a", "g/1 é"));
    let path = format!("{MEETINGS}/{}", accord_sandbox::encode("g/1 é"));
    let read = by_key(&mut world, "GET", &path, None);
    assert_eq!(
        (read.json()["data"][0]["id"].as_str(), read.json()["data"][0]["Google_Event_Id"].as_str()),
        (Some(id.as_str()), Some("g/1 é"))
    );
    assert_eq!(by_key(&mut world, "GET", &format!("{MEETINGS}/other"), None).status, 204);
    assert_eq!(
        by_key(&mut world, "GET", &format!("{MEETINGS}/{id}"), None).status,
        204,
        "ids are not values"
    );
    let put = by_key(&mut world, "PUT", &path, Some(json!({ "data": [{ "Venue": "Here" }] })));
    assert_eq!(put.json()["data"][0]["details"]["id"], id.as_str());
    let bulk = json!({ "data": [{ "Google_Event_Id": "g/1 é", "Venue": "There" }, { "Google_Event_Id": "no", "Venue": "?" }, { "Venue": "?" }] });
    let bulk = by_key(&mut world, "PUT", MEETINGS, Some(bulk));
    let codes: Vec<_> =
        bulk.json()["data"].as_array().unwrap().iter().map(|row| row["code"].clone()).collect();
    assert_eq!(codes, ["SUCCESS", "INVALID_DATA", "MANDATORY_NOT_FOUND"]);
    let key = accord_sandbox::encode("g/1 é");
    let listed = by_key(&mut world, "GET", &format!("{MEETINGS}?fields=Venue&ids={key},no"), None).json();
    assert_eq!(
        (listed["info"]["count"].as_u64(), listed["data"][0]["Venue"].as_str()),
        (Some(1), Some("There"))
    );
    let deleted = by_key(&mut world, "DELETE", MEETINGS.to_owned().as_str(), None);
    assert_eq!(code(&deleted), (400, "REQUIRED_PARAM_MISSING".into()));
    let deleted = by_key(&mut world, "DELETE", &format!("{MEETINGS}?ids={key},no"), None);
    assert_eq!(
        (deleted.status, deleted.json()["data"][0]["details"]["id"].as_str()),
        (207, Some(id.as_str()))
    );
    assert_eq!(code(&by_key(&mut world, "DELETE", &path, None)), (400, "INVALID_DATA".into()));
}

/// "The external field contains duplicate data.": the details name the record that has the value, which is how a
/// client finds out that a lost create had happened.
#[test]
fn a_second_record_with_an_external_value_names_the_first() {
    for kind in ["user", "org"] {
        let mut world = with_external(kind);
        let first = meet(&mut world, keyed("a", "k"));
        let again = zoho(
            &mut world,
            "POST",
            MEETINGS,
            Some(json!({ "data": [keyed("b", "k"), keyed("c", "l"), keyed("d", "l")] })),
        );
        assert_eq!(again.status, 207);
        let results = again.json()["data"].clone();
        assert_eq!(results[0]["code"], "DUPLICATE_DATA");
        assert_eq!(results[0]["message"], "The external field contains duplicate data.");
        assert_eq!(results[0]["details"]["id"], first.as_str());
        assert_eq!(results[0]["details"]["duplicate_record"]["id"], first.as_str());
        assert_eq!(results[0]["details"]["json_path"], "$.data[0].Google_Event_Id");
        assert_eq!(
            (&results[1]["code"], &results[2]["code"]),
            (&json!("SUCCESS"), &json!("DUPLICATE_DATA")),
            "within one bulk too"
        );
        // Values differ by case, a record may keep its own, and a deleted one frees it.
        meet(&mut world, keyed("e", "K"));
        let own = zoho(
            &mut world,
            "PUT",
            &format!("{MEETINGS}/{first}"),
            Some(json!({ "data": [keyed("a2", "k")] })),
        );
        assert_eq!(own.status, 200, "{}", own.json());
        zoho(&mut world, "DELETE", &format!("{MEETINGS}/{first}"), None);
        let next = meet(&mut world, keyed("f", "k"));
        let cleared = json!({ "data": [{ "Google_Event_Id": null }] });
        assert_eq!(zoho(&mut world, "PUT", &format!("{MEETINGS}/{next}"), Some(cleared)).status, 200);
        assert_eq!(by_key(&mut world, "GET", &format!("{MEETINGS}/k"), None).status, 204);
    }
}

/// COQL sees external values without delay, so a create can be looked for before it is sent again.
#[test]
fn external_values_are_queried_without_delay() {
    for kind in ["user", "org"] {
        let mut world = with_external(kind);
        let id = meet(&mut world, keyed("a", "k1"));
        meet(&mut world, meeting("b"));
        let query = json!({ "select_query": "select Google_Event_Id from Events where Google_Event_Id in ('k1', 'k2')" });
        let found = zoho(&mut world, "POST", "/crm/v8/coql", Some(query)).json();
        assert_eq!(found["data"], json!([{ "id": id, "Google_Event_Id": "k1" }]), "{kind}");
    }
}

/// A header that names no external field of the module is refused, whatever else the call says.
#[test]
fn a_wrong_external_header_is_refused() {
    let mut world = with_external("org");
    meet(&mut world, keyed("a", "k"));
    for header in [
        "Google_Event_Id",
        "Events.Event_Title",
        "Contacts.Google_Event_Id",
        "Events.Nothing",
        "Events.What_Id->Moon.Key",
        "",
    ] {
        let request = Request::zoho("GET", &format!("{MEETINGS}/k")).header("X-EXTERNAL", header);
        assert_eq!(code(&world.handle(&request).unwrap()), (400, "INVALID_DATA".into()), "{header:?}");
    }
}

/// Zoho CRM API v7: insert-records-ext: what a meeting is related to and who takes part, by external values.
#[test]
fn lookups_and_participants_are_named_by_external_values() {
    let mut world = world();
    for module in ["Contacts", "Leads"] {
        let path = format!("/crm/v8/settings/fields?module={module}");
        let field = json!({ "fields": [{ "field_label": "Ext", "data_type": "text", "external": { "type": "org" } }] });
        assert_eq!(zoho(&mut world, "POST", &path, Some(field)).status, 201);
        let row = json!({ "data": [{ "Last_Name": module, "Email": format!("{module}@example.com"), "Ext": "e1" }] });
        assert_eq!(zoho(&mut world, "POST", &format!("/crm/v8/{module}"), Some(row)).status, 201);
    }
    let mut row = meeting("x");
    row["$se_module"] = json!("Leads");
    row["What_Id"] = json!({ "Ext": "e1" });
    row["Who_Id"] = json!({ "Ext": "e1" });
    row["Participants"] = json!([{ "type": "contact", "participant": { "Ext": "e1" } }]);
    let header =
        "Events.What_Id->Leads.Ext, Events.Who_Id.Ext, Events.Participants.participant->Contacts.Ext";
    let request =
        Request::zoho("POST", MEETINGS).header("X-EXTERNAL", header).json(&json!({ "data": [row] }));
    let made = world.handle(&request).unwrap();
    assert_eq!(made.status, 201, "{}", made.json());
    let shown = world.crm_events()[0].clone();
    assert_eq!((&shown["What_Id"]["name"], &shown["Who_Id"]["name"]), (&json!("Leads"), &json!("Contacts")));
    assert_eq!(shown["Participants"][0]["Email"], "Contacts@example.com");
    row["What_Id"] = json!({ "Ext": "e2" });
    let request =
        Request::zoho("POST", MEETINGS).header("X-EXTERNAL", header).json(&json!({ "data": [row] }));
    let refused = world.handle(&request).unwrap();
    assert_eq!(
        (code(&refused), refused.json()["data"][0]["details"]["api_name"].as_str()),
        ((400, "INVALID_DATA".into()), Some("What_Id"))
    );
}

/// A unique field: no second value, with or without regard to case, in MULTIPLE_OR_MULTI_ERRORS like any problem.
#[test]
fn unique_values_exist_once() {
    let mut world = world();
    world.switches().set("unique_on_events", "yes").unwrap();
    create(
        &mut world,
        json!([{ "field_label": "Loose", "data_type": "text", "unique": { "case_sensitive": false } }]),
    );
    create(
        &mut world,
        json!([{ "field_label": "Strict", "data_type": "text", "unique": { "case_sensitive": true } }]),
    );
    let row = |loose: &str, strict: &str| {
        let mut row = meeting("x");
        row["Loose"] = json!(loose);
        row["Strict"] = json!(strict);
        row
    };
    let id = meet(&mut world, row("a", "a"));
    let twin = zoho(&mut world, "POST", MEETINGS, Some(json!({ "data": [row("A", "A")] })));
    assert_eq!(code(&twin), (400, "DUPLICATE_DATA".into()));
    assert_eq!(twin.json()["data"][0]["details"]["api_name"], "Loose");
    let both = zoho(&mut world, "POST", MEETINGS, Some(json!({ "data": [row("a", "a")] }))).json();
    assert_eq!(both["data"][0]["code"], "MULTIPLE_OR_MULTI_ERRORS");
    let errors = both["data"][0]["details"]["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 2);
    assert!(
        errors.iter().all(|error| error["code"] == "DUPLICATE_DATA" && error["details"]["id"] == id.as_str())
    );
}

/// A profile that may only read a field cannot write it; one from which it is hidden does not know it.
#[test]
fn rights_on_a_field_come_from_the_profile() {
    let mut world = world();
    let profiles = zoho(&mut world, "GET", "/crm/v8/settings/profiles", None).json()["profiles"].clone();
    let own = &profiles
        .as_array()
        .unwrap()
        .iter()
        .find(|profile| profile["name"] == "Administrator")
        .unwrap()["id"];
    for (label, right) in [("Free", "read_write"), ("Shown", "read_only"), ("Secret", "hidden")] {
        let field = json!([{ "field_label": label, "data_type": "text", "profiles": [{ "id": own, "permission_type": right }] }]);
        assert_eq!(create(&mut world, field).status, 201);
    }
    let mut row = meeting("x");
    for name in ["Free", "Shown", "Secret"] {
        row[name] = json!("1");
    }
    let id = meet(&mut world, row);
    let shown =
        zoho(&mut world, "GET", &format!("{MEETINGS}/{id}?fields=Free,Shown,Secret"), None).json()["data"][0]
            .clone();
    assert_eq!(shown, json!({ "id": id, "Free": "1", "Shown": null }));
    let fields = zoho(&mut world, "GET", FIELDS, None).json()["fields"].clone();
    let find = |name: &str| fields.as_array().unwrap().iter().find(|field| field["api_name"] == name);
    assert_eq!(find("Shown").unwrap()["read_only"], true);
    assert!(find("Secret").is_none());
    let query = json!({ "select_query": "select id from Events where Secret = '1'" });
    assert_eq!(code(&zoho(&mut world, "POST", "/crm/v8/coql", Some(query))), (400, "INVALID_QUERY".into()));
}

/// Zoho CRM API v8: rich text is cut at 500 characters in lists; fetch_full_data gives all of it and nothing else.
#[test]
fn rich_text_is_whole_only_in_full_data() {
    let mut world = world();
    create(
        &mut world,
        json!([{ "field_label": "Notes", "data_type": "textarea", "textarea": { "type": "rich_text" } }]),
    );
    let mut row = meeting("x");
    row["Notes"] = json!("é".repeat(700));
    let id = meet(&mut world, row);
    let length = |answer: Response| answer.json()["data"][0]["Notes"].as_str().unwrap().chars().count();
    assert_eq!(length(zoho(&mut world, "GET", &format!("{MEETINGS}?fields=Notes"), None)), 500);
    let full = format!("{MEETINGS}/{id}/actions/fetch_full_data");
    assert_eq!(length(zoho(&mut world, "GET", &full, None)), 700);
    let several = format!("{MEETINGS}/actions/fetch_full_data");
    assert_eq!(length(zoho(&mut world, "GET", &format!("{several}?ids={id}&fields=Notes"), None)), 700);
    for query in [
        format!("{full}?fields=Description"),
        format!("{several}?fields=Notes"),
        format!("{several}?ids={id}"),
    ] {
        assert_eq!(zoho(&mut world, "GET", &query, None).status, 400, "{query}");
    }
}

/// A value that only one record may have stays with the first record of a series, also when all of them change.
#[test]
fn a_series_has_its_external_value_once() {
    for kind in ["user", "org"] {
        let mut world = with_external(kind);
        let mut row = keyed("x", "k");
        row["Recurring_Activity"] = json!({ "RRULE": "FREQ=DAILY;COUNT=3" });
        let id = meet(&mut world, row);
        let values = |world: &World| -> Vec<Value> {
            world.crm_events().iter().map(|record| record["Google_Event_Id"].clone()).collect()
        };
        assert_eq!(values(&world), [json!("k"), Value::Null, Value::Null], "{kind}");
        let change = json!({ "data": [{ "Google_Event_Id": "l", "Venue": "Here" }] });
        assert_eq!(zoho(&mut world, "PUT", &format!("{MEETINGS}/{id}"), Some(change)).status, 200);
        assert_eq!(values(&world), [json!("l"), Value::Null, Value::Null], "{kind}");
        assert!(world.crm_events().iter().all(|record| record["Venue"] == "Here"));
    }
}
