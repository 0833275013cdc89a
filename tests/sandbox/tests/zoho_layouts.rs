//! Layouts of the CRM: what a record must have, what its picklists take, rules and dependencies.

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

const LAYOUTS: &str = "/crm/v8/settings/layouts?module=Events";

/// A second layout: a place is required, meetings take place on site, at a client's a description is needed.
fn with_layout() -> (World, String) {
    let mut world = world();
    let id = world
        .add_layout(&json!({
            "module": "Events", "name": "Visits", "required": ["Venue"],
            "values": { "Meeting_Venue__s": ["Client location", "In-office"] },
            "rules": [{ "field": "Meeting_Venue__s", "value": "Client location", "requires": "Description" }],
        }))
        .unwrap();
    (world, id)
}

fn visit(layout: &str, change: Value) -> Value {
    let mut row = meeting("x");
    row["Layout"] = json!({ "id": layout });
    row["Meeting_Venue__s"] = json!("In-office");
    row["Venue"] = json!("Room 2");
    for (name, value) in change.as_object().unwrap() {
        row[name] = value.clone();
    }
    row
}

/// Zoho CRM API v8: getLayouts: required fields and picklists by layout, all layouts at once.
#[test]
fn layouts_tell_what_they_require() {
    let (mut world, id) = with_layout();
    let layouts = zoho(&mut world, "GET", LAYOUTS, None).json()["layouts"].clone();
    let names: Vec<_> = layouts.as_array().unwrap().iter().map(|layout| layout["name"].clone()).collect();
    assert_eq!(names, ["Standard", "Visits"]);
    let field = |layout: &Value, name: &str| {
        let fields = layout["sections"][0]["fields"].as_array().unwrap();
        fields.iter().find(|field| field["api_name"] == name).unwrap().clone()
    };
    assert_eq!(field(&layouts[0], "Venue")["required"], false);
    assert_eq!(field(&layouts[1], "Venue")["required"], true);
    assert_eq!(field(&layouts[0], "Event_Title")["required"], true);
    let count =
        |layout: &Value| field(layout, "Meeting_Venue__s")["pick_list_values"].as_array().unwrap().len();
    assert_eq!((count(&layouts[0]), count(&layouts[1])), (3, 2));
    let one = format!("/crm/v8/settings/layouts/{id}?module=Events");
    assert_eq!(zoho(&mut world, "GET", &one, None).json()["layouts"][0]["id"], id.as_str());
    for (path, expected) in [
        ("/crm/v8/settings/layouts", "REQUIRED_PARAM_MISSING"),
        ("/crm/v8/settings/layouts?module=Moon", "INVALID_MODULE"),
        ("/crm/v8/settings/layouts/17?module=Events", "INVALID_DATA"),
    ] {
        assert_eq!(code(&zoho(&mut world, "GET", path, None)), (400, expected.into()), "{path}");
    }
    assert_eq!(layouts[0]["profiles"][0]["name"], "Administrator");
    world.set_permission("Crm_Implied_Customize_Zoho_CRM", false);
    let plain = zoho(&mut world, "GET", LAYOUTS, None).json();
    assert_eq!(plain["layouts"][0]["profiles"], Value::Null);
}

/// The layout of a record decides what a write needs, at the insert and at each update.
#[test]
fn a_write_is_checked_against_the_records_layout() {
    let (mut world, layout) = with_layout();
    for (change, expected) in [
        (json!({ "Venue": null }), "MANDATORY_NOT_FOUND"),
        (json!({ "Meeting_Venue__s": "Online" }), "INVALID_DATA"),
        (json!({ "Meeting_Venue__s": "Client location" }), "MANDATORY_NOT_FOUND"),
        (json!({ "Layout": { "id": "17" } }), "INVALID_DATA"),
    ] {
        let answer =
            zoho(&mut world, "POST", MEETINGS, Some(json!({ "data": [visit(&layout, change.clone())] })));
        assert_eq!(code(&answer), (400, expected.into()), "{change}");
    }
    let allowed = zoho(
        &mut world,
        "POST",
        MEETINGS,
        Some(json!({ "data": [visit(&layout, json!({ "Meeting_Venue__s": "Online" }))] })),
    );
    assert_eq!(
        allowed.json()["data"][0]["details"]["supported_values"],
        json!(["Client location", "In-office"])
    );
    let id = meet(&mut world, visit(&layout, json!({})));
    let put = |world: &mut World, change: Value| {
        zoho(world, "PUT", &format!("{MEETINGS}/{id}"), Some(json!({ "data": [change] })))
    };
    assert_eq!(code(&put(&mut world, json!({ "Venue": null }))), (400, "MANDATORY_NOT_FOUND".into()));
    let at_client = put(&mut world, json!({ "Meeting_Venue__s": "Client location" }));
    assert_eq!(code(&at_client), (400, "MANDATORY_NOT_FOUND".into()));
    assert_eq!(at_client.json()["data"][0]["details"]["layout_rule"]["name"], "Rule 1");
    let both = json!({ "Meeting_Venue__s": "Client location", "Description": "Bring the offer" });
    assert_eq!(put(&mut world, both).status, 200);
    assert_eq!(put(&mut world, json!({ "Meeting_Venue__s": "Online" })).status, 400);
    let shown = world.crm_events()[0].clone();
    assert_eq!(
        (&shown["$layout_id"]["id"], &shown["$layout_id"]["name"]),
        (&json!(layout), &json!("Visits"))
    );
    // A record that never named a layout has the standard one, which takes what the other refuses.
    let plain = meet(&mut world, meeting("y"));
    let listed = zoho(&mut world, "GET", &format!("{MEETINGS}?fields=Layout&ids={plain}"), None).json();
    assert_eq!(listed["data"][0]["Layout"]["name"], "Standard");
}

/// Dependent picklists: the child needs its parent, and fits it.
#[test]
fn dependent_picklists_name_what_they_depend_on() {
    let mut world = world();
    world.switches().set("venue_required", "no").unwrap();
    let layout = world
        .add_layout(&json!({
            "module": "Events", "name": "Calls",
            "dependencies": [{ "parent": "Meeting_Venue__s", "child": "Meeting_Provider__s",
                "allowed": { "Online": ["Google Meet"] } }],
        }))
        .unwrap();
    let row = |venue: Value, provider: &str| {
        visit(&layout, json!({ "Meeting_Venue__s": venue, "Meeting_Provider__s": provider }))
    };
    let id = meet(&mut world, row(json!("Online"), "Google Meet"));
    for (row, expected) in [
        (row(Value::Null, "Google Meet"), "DEPENDENT_FIELD_MISSING"),
        (row(json!("Online"), "Zoho Meeting"), "DEPENDENT_MISMATCH"),
        (row(json!("In-office"), "Google Meet"), "DEPENDENT_MISMATCH"),
    ] {
        let answer = zoho(&mut world, "POST", MEETINGS, Some(json!({ "data": [row] })));
        assert_eq!(code(&answer), (400, expected.into()), "{row}");
        assert_eq!(
            answer.json()["data"][0]["details"]["dependee"],
            json!({ "api_name": "Meeting_Venue__s", "json_path": "$.data[0].Meeting_Venue__s" })
        );
    }
    let path = format!("{MEETINGS}/{id}");
    let moved =
        zoho(&mut world, "PUT", &path, Some(json!({ "data": [{ "Meeting_Venue__s": "In-office" }] })));
    assert_eq!(code(&moved), (400, "DEPENDENT_MISMATCH".into()), "the parent counts too");
    let renamed = zoho(&mut world, "PUT", &path, Some(json!({ "data": [{ "Event_Title": "z" }] })));
    assert_eq!(renamed.status, 200);
}

/// A layout that cannot be is refused with a sentence, and nothing is added.
#[test]
fn impossible_layouts_are_refused() {
    let mut world = world();
    for wrong in [
        json!({ "module": "Moon", "name": "x" }),
        json!({ "module": "Events" }),
        json!({ "module": "Events", "name": "x", "required": ["Moon"] }),
        json!({ "module": "Events", "name": "x", "required": "Venue" }),
        json!({ "module": "Events", "name": "x", "rules": [{ "field": "Venue" }] }),
        json!({ "module": "Events", "name": "x", "values": { "Meeting_Venue__s": "Online" } }),
    ] {
        assert!(!world.add_layout(&wrong).unwrap_err().is_empty(), "{wrong}");
    }
    assert_eq!(zoho(&mut world, "GET", LAYOUTS, None).json()["layouts"].as_array().unwrap().len(), 1);
}
