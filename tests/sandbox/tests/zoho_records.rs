//! The Events module: lists, bulk writes, guards, deletions, metadata, by rule.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod support;

use accord_sandbox::{AlldayEnd, AlldayOffset, Body412, MissingGet, Request, Service, VenueRequired};
use serde_json::{Value, json};
use support::*;

/// Zoho CRM API v8: insert-records: order of results = order of input; 201, 207, 400.
#[test]
fn a_bulk_insert_answers_per_record() {
    let mut world = world();
    let insert = |world: &mut accord_sandbox::World, rows: Value| {
        zoho(world, "POST", MEETINGS, Some(json!({ "data": rows })))
    };
    let mut bad = meeting("bad");
    bad["Start_DateTime"] = json!("tomorrow");
    let mixed = insert(&mut world, json!([meeting("a"), bad, meeting("c")]));
    assert_eq!(mixed.status, 207);
    let codes: Vec<_> =
        mixed.json()["data"].as_array().unwrap().iter().map(|row| row["code"].clone()).collect();
    assert_eq!(codes, ["SUCCESS", "INVALID_DATA", "SUCCESS"]);
    assert_eq!(
        mixed.json()["data"][1]["details"],
        json!({
        "expected_data_type": "datetime", "api_name": "Start_DateTime", "json_path": "$.data[1].Start_DateTime" })
    );
    assert_eq!(insert(&mut world, json!([bad])).status, 400);
    let many: Vec<Value> = (0..101).map(|_| meeting("x")).collect();
    assert_eq!(code(&insert(&mut world, json!(many))), (400, "LIMIT_EXCEEDED".into()));
    assert_eq!(code(&insert(&mut world, json!([]))), (400, "MANDATORY_NOT_FOUND".into()));
    assert_eq!(world.crm_event_count(), 2);
    assert_eq!(world.counters().crm_writes, 2);
}

/// Zoho CRM API v8: error codes of one record.
#[test]
fn bad_values_name_their_field() {
    let cases = [
        (json!({ "Event_Title": null }), "MANDATORY_NOT_FOUND"),
        (json!({ "Event_Title": " " }), "MANDATORY_NOT_FOUND"),
        (json!({ "Event_Title": "x".repeat(256) }), "INVALID_DATA"),
        (json!({ "Event_Title": 5 }), "INVALID_DATA"),
        (json!({ "Start_DateTime": "2026-11-25T10:00:00.000+01:00" }), "INVALID_DATA"),
        (json!({ "End_DateTime": "2026-11-25T09:00:00+01:00" }), "DEPENDENT_MISMATCH"),
        (json!({ "Meeting_Venue__s": "Moon" }), "INVALID_DATA"),
        (json!({ "Meeting_Venue__s": null }), "MANDATORY_NOT_FOUND"),
        (json!({ "All_day": "yes" }), "INVALID_DATA"),
        (json!({ "Remind_At": "2026-11-25T09:00:00+01:00" }), "INVALID_DATA"),
        (json!({ "Remind_At": [{ "unit": "15", "period": "minutes" }] }), "INVALID_DATA"),
        (json!({ "Remind_At": [{ "unit": 15, "period": "moons" }] }), "INVALID_DATA"),
        (json!({ "Participants": [{ "type": "contact", "participant": "1" }] }), "INVALID_DATA"),
        (
            json!({ "Participants": vec![json!({ "type": "email", "participant": "x@example.com" }); 51] }),
            "LIMIT_EXCEEDED",
        ),
        (json!({ "Owner": { "id": "17" } }), "INVALID_DATA"),
        (json!({ "Event_Title": 5, "All_day": "yes" }), "MULTIPLE_OR_MULTI_ERRORS"),
    ];
    for (change, expected) in cases {
        let mut world = world();
        let mut row = meeting("x");
        for (name, value) in change.as_object().unwrap() {
            row[name] = value.clone();
        }
        let answer = zoho(&mut world, "POST", MEETINGS, Some(json!({ "data": [row] })));
        assert_eq!(code(&answer), (400, expected.into()), "{change}");
        assert_eq!(world.crm_event_count(), 0);
    }
}

/// Zoho CRM API v8: get-records: `fields` mandatory, at most 50; 204 without a body; ids never as numbers.
#[test]
fn a_list_needs_fields_and_ends_with_204() {
    let mut world = world();
    assert_eq!(code(&zoho(&mut world, "GET", MEETINGS, None)), (400, "REQUIRED_PARAM_MISSING".into()));
    let many = vec!["Owner"; 51].join(",");
    assert_eq!(
        code(&zoho(&mut world, "GET", &format!("{MEETINGS}?fields={many}"), None)),
        (400, "LIMIT_EXCEEDED".into())
    );
    let none = zoho(&mut world, "GET", &format!("{MEETINGS}?fields=Event_Title"), None);
    assert_eq!((none.status, none.body.len()), (204, 0));
    let id = meet(&mut world, meeting("x"));
    let list = zoho(
        &mut world,
        "GET",
        &format!("{MEETINGS}?fields=Event_Title,Owner,Nonsense&ids={id},4876876000000000001"),
        None,
    )
    .json();
    assert_eq!(list["data"][0]["id"], id.as_str());
    assert_eq!(list["data"][0]["Owner"]["id"], ANA_ID);
    assert!(list["data"][0].get("Nonsense").is_none());
    assert_eq!(list["info"]["more_records"], false);
}

/// Zoho CRM API v8: get-records: 2,000 records by page number, then page_token with all its refusals.
#[test]
fn paging_beyond_2000_needs_a_token_that_is_bound() {
    let mut world = world();
    for _ in 0..5 {
        zoho(
            &mut world,
            "POST",
            MEETINGS,
            Some(json!({ "data": [meeting("a"), meeting("b"), meeting("c")] })),
        );
    }
    let path = format!("{MEETINGS}?fields=id&per_page=4");
    let too_far = zoho(&mut world, "GET", &format!("{MEETINGS}?fields=id&per_page=200&page=11"), None);
    assert_eq!(code(&too_far), (400, "DISCRETE_PAGINATION_LIMIT_EXCEEDED".into()));
    let mut seen = Vec::new();
    let mut page = zoho(&mut world, "GET", &path, None).json();
    let first_token = page["info"]["next_page_token"].as_str().unwrap().to_owned();
    loop {
        seen.extend(
            page["data"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()),
        );
        let Some(token) = page["info"]["next_page_token"].as_str() else { break };
        page = zoho(&mut world, "GET", &format!("{path}&page_token={token}"), None).json();
    }
    // And back again, page by page.
    for expected in [8..12, 4..8, 0..4] {
        let token = page["info"]["previous_page_token"].as_str().unwrap();
        page = zoho(&mut world, "GET", &format!("{path}&page_token={token}"), None).json();
        let ids: Vec<_> = page["data"].as_array().unwrap().iter().map(|row| row["id"].clone()).collect();
        assert_eq!(ids, seen[expected].iter().map(|id| json!(id)).collect::<Vec<_>>());
        assert_eq!(page["info"]["more_records"], true);
    }
    assert_eq!(page["info"]["previous_page_token"], Value::Null);
    // Ids are paged too.
    let ids = format!("{MEETINGS}?fields=id&per_page=2&ids={}", seen[..3].join(","));
    let first = zoho(&mut world, "GET", &ids, None).json();
    let token = first["info"]["next_page_token"].as_str().unwrap();
    let second = zoho(&mut world, "GET", &format!("{ids}&page_token={token}"), None).json();
    assert_eq!(
        (&second["data"], &second["info"]["more_records"]),
        (&json!([{ "id": seen[2] }]), &json!(false))
    );
    assert_eq!(seen.len(), 15);
    assert!(seen.windows(2).all(|pair| pair[0] > pair[1]), "the default order is id, descending");
    for (query, expected) in [
        (format!("{path}&page=2&page_token={first_token}"), "AMBIGUITY_DURING_PROCESSING"),
        (format!("{MEETINGS}?fields=id&per_page=5&page_token={first_token}"), "TOKEN_BOUND_DATA_MISMATCH"),
        (format!("{path}&page_token=nonsense"), "INVALID_DATA"),
        (format!("{path}&cvid=1&sort_by=id"), "AMBIGUITY_DURING_PROCESSING"),
    ] {
        assert_eq!(code(&zoho(&mut world, "GET", &query, None)), (400, expected.into()), "{query}");
    }
    world.set_now_ms(noon() + 25 * 3_600_000);
    let expired = zoho(&mut world, "GET", &format!("{path}&page_token={first_token}"), None);
    assert_eq!(code(&expired), (400, "EXPIRED_VALUE".into()));
}

/// If-Modified-Since: 304 when nothing is newer; whether that very second counts is a switch.
#[test]
fn if_modified_since_has_an_unknown_edge() {
    let mut world = world();
    meet(&mut world, meeting("x"));
    let since =
        |at: &str| Request::zoho("GET", &format!("{MEETINGS}?fields=id")).header("If-Modified-Since", at);
    assert_eq!(world.handle(&since("2026-11-22T11:59:59Z")).unwrap().status, 200);
    assert_eq!(world.handle(&since("2026-11-22T12:00:00Z")).unwrap().status, 304);
    world.switches().set("ims", "inclusive").unwrap();
    assert_eq!(world.handle(&since("2026-11-22T13:00:00+01:00")).unwrap().status, 200);
    assert_eq!(world.handle(&since("yesterday")).unwrap().status, 400);
}

/// Zoho CRM API v7: update-records: If-Unmodified-Since. One second of resolution.
#[test]
fn a_guarded_update_refuses_what_changed_since() {
    let mut world = world();
    let (a, b) = (meet(&mut world, meeting("a")), meet(&mut world, meeting("b")));
    world.set_now_ms(noon() + 10_000);
    zoho(&mut world, "PUT", &format!("{MEETINGS}/{b}"), Some(json!({ "data": [{ "Venue": "Here" }] })));
    let body = json!({ "data": [{ "id": a, "Event_Title": "a2" }, { "id": b, "Event_Title": "b2" }] });
    let guarded =
        Request::zoho("PUT", MEETINGS).header("If-Unmodified-Since", "2026-11-22T12:00:05Z").json(&body);
    let mixed = world.handle(&guarded).unwrap();
    assert_eq!(mixed.status, 207);
    assert_eq!(mixed.json()["data"][0]["code"], "SUCCESS");
    let refused = mixed.json()["data"][1].clone();
    assert_eq!(refused["code"], "ALREADY_MODIFIED");
    assert_eq!(refused["details"]["Modified_Time"], "2026-11-22T13:00:10+01:00");
    let single = Request::zoho("PUT", &format!("{MEETINGS}/{b}"))
        .header("If-Unmodified-Since", "2026-11-22T12:00:05Z")
        .json(&json!({ "data": [{ "Event_Title": "b2" }] }));
    assert_eq!(code(&world.handle(&single).unwrap()), (412, "ALREADY_MODIFIED".into()));
    world.switches().body_412 = Body412::Flat;
    assert_eq!(world.handle(&single).unwrap().json()["code"], "ALREADY_MODIFIED");
    let same_second = Request::zoho("PUT", &format!("{MEETINGS}/{b}"))
        .header("If-Unmodified-Since", "2026-11-22T13:00:10+01:00")
        .json(&json!({ "data": [{ "Event_Title": "b2" }] }));
    assert_eq!(world.handle(&same_second).unwrap().status, 200);
}

/// Zoho CRM API v8: update-records: partial; unknown ids fail alone; ids are needed in bulk.
#[test]
fn an_update_changes_only_what_it_names() {
    let mut world = world();
    let mut full = meeting("x");
    full["Description"] = json!("kept");
    let id = meet(&mut world, full);
    let body = json!({ "data": [{ "id": id, "Venue": "Room" }, { "id": "4876876000000000009", "Venue": "?" }, { "Venue": "?" }] });
    let answer = zoho(&mut world, "PUT", MEETINGS, Some(body));
    assert_eq!(answer.status, 207);
    assert_eq!(answer.json()["data"][1]["code"], "INVALID_DATA");
    assert_eq!(answer.json()["data"][2]["code"], "MANDATORY_NOT_FOUND");
    let record = zoho(&mut world, "GET", &format!("{MEETINGS}/{id}"), None).json()["data"][0].clone();
    assert_eq!((record["Venue"].as_str(), record["Description"].as_str()), (Some("Room"), Some("kept")));
    let cleared = json!({ "data": [{ "Venue": null }] });
    assert_eq!(zoho(&mut world, "PUT", &format!("{MEETINGS}/{id}"), Some(cleared)).status, 200);
    assert_eq!(world.crm_events()[0]["Venue"], Value::Null);
}

/// Zoho CRM API v8: delete-records, getDeletedRecords; a restored record has its old id.
#[test]
fn deleted_records_are_listed_and_can_come_back() {
    let mut world = world();
    let (a, b) = (meet(&mut world, meeting("a")), meet(&mut world, meeting("b")));
    let none = zoho(&mut world, "GET", &format!("{MEETINGS}/deleted"), None);
    assert_eq!(none.status, 204);
    let mixed = zoho(&mut world, "DELETE", &format!("{MEETINGS}?ids={a},17"), None);
    assert_eq!(mixed.status, 207);
    assert_eq!(mixed.json()["data"][0]["message"], "record deleted");
    assert_eq!(mixed.json()["data"][1]["details"]["id"], "17");
    let unknown = zoho(&mut world, "DELETE", &format!("{MEETINGS}/17"), None);
    assert_eq!(code(&unknown), (400, "INVALID_DATA".into()));
    assert_eq!(unknown.json()["details"]["resource_path_index"], 1);
    assert_eq!(code(&zoho(&mut world, "DELETE", MEETINGS, None)), (400, "REQUIRED_PARAM_MISSING".into()));
    let listed = zoho(&mut world, "GET", &format!("{MEETINGS}/deleted?type=recycle"), None).json();
    assert_eq!(listed["data"][0]["id"], a.as_str());
    assert_eq!(listed["data"][0]["display_name"], "a");
    assert_eq!(zoho(&mut world, "GET", &format!("{MEETINGS}/deleted?type=permanent"), None).status, 204);
    assert_eq!(
        code(&zoho(&mut world, "GET", &format!("{MEETINGS}/deleted?type=x"), None)),
        (400, "PATTERN_NOT_MATCHED".into())
    );
    assert_eq!(zoho(&mut world, "GET", &format!("{MEETINGS}/{a}"), None).status, 204);
    world.switches().missing_get = MissingGet::NotFound;
    assert_eq!(zoho(&mut world, "GET", &format!("{MEETINGS}/{a}"), None).status, 404);
    assert!(world.restore_meeting(&a) && !world.restore_meeting(&b));
    assert_eq!(
        zoho(&mut world, "GET", &format!("{MEETINGS}/{a}"), None).json()["data"][0]["Event_Title"],
        "a"
    );
    zoho(&mut world, "DELETE", &format!("{MEETINGS}/{a}"), None);
    world.set_now_ms(noon() + 61 * 86_400_000);
    let purged = zoho(&mut world, "GET", &format!("{MEETINGS}/deleted?type=permanent"), None).json();
    assert_eq!(
        (&purged["data"][0]["type"], &purged["data"][0]["display_name"]),
        (&json!("permanent"), &Value::Null)
    );
}

/// Reference, section 6.1: nobody knows how the CRM encodes all-day meetings: two switches.
#[test]
fn all_day_meetings_have_the_encoding_of_the_switches() {
    let day = |start: &str, end: &str| {
        let mut row = meeting("day");
        row["All_day"] = json!(true);
        row["Start_DateTime"] = json!(start);
        row["End_DateTime"] = json!(end);
        row
    };
    let (start, end) = ("2026-11-25T00:00:00+00:00", "2026-11-26T23:59:59+00:00");
    for (ends, offset, written, expected) in [
        (AlldayEnd::Inclusive235959, AlldayOffset::Zero, day(start, end), (start, end)),
        (AlldayEnd::Inclusive2359, AlldayOffset::Zero, day(start, end), (start, "2026-11-26T23:59:00+00:00")),
        (AlldayEnd::MidnightSame, AlldayOffset::Zero, day(start, end), (start, "2026-11-26T00:00:00+00:00")),
        (
            AlldayEnd::MidnightNext,
            AlldayOffset::UserZone,
            day("2026-11-25T00:00:00+01:00", "2026-11-26T00:00:00+01:00"),
            ("2026-11-25T00:00:00+01:00", "2026-11-26T00:00:00+01:00"),
        ),
        // The server takes the dates in UTC: midnight in Paris is the day before.
        (
            AlldayEnd::Inclusive235959,
            AlldayOffset::Zero,
            day("2026-11-25T00:00:00+01:00", "2026-11-25T23:59:59+01:00"),
            ("2026-11-24T00:00:00+00:00", "2026-11-25T23:59:59+00:00"),
        ),
    ] {
        let mut world = world();
        world.switches().allday_end = ends;
        world.switches().allday_offset = offset;
        meet(&mut world, written);
        let shown = world.crm_events()[0].clone();
        let seen = (shown["Start_DateTime"].as_str().unwrap(), shown["End_DateTime"].as_str().unwrap());
        assert_eq!(seen, expected);
        assert_eq!(shown["All_day"], true);
    }
}

/// Datetimes come back in the user's zone, or as they were written: a switch.
#[test]
fn offsets_of_answers_are_a_switch() {
    let mut world = world();
    let mut row = meeting("x");
    row["Start_DateTime"] = json!("2026-11-25T04:00:00-05:00");
    meet(&mut world, row);
    assert_eq!(world.crm_events()[0]["Start_DateTime"], "2026-11-25T10:00:00+01:00");
    world.switches().set("answer_offset", "as_written").unwrap();
    assert_eq!(world.crm_events()[0]["Start_DateTime"], "2026-11-25T04:00:00-05:00");
}

/// Servers rewrite text on saving; here by a switch, so that a client must keep the echo.
#[test]
fn multi_line_text_is_rewritten_on_saving() {
    let mut world = world();
    let mut row = meeting("  x ");
    row["Description"] = json!("one  \ntwo\r\nthree\n\n");
    meet(&mut world, row.clone());
    assert_eq!(world.crm_events()[0]["Description"], "one\r\ntwo\r\nthree");
    assert_eq!(world.crm_events()[0]["Event_Title"], "x");
    world.switches().set("text_rewrite", "kept").unwrap();
    meet(&mut world, row);
    assert_eq!(world.crm_events()[1]["Description"], "one  \ntwo\r\nthree\n\n");
}

/// Lists cut Description at 500 characters (switch); GET by id has all of it.
#[test]
fn long_descriptions_are_whole_only_by_id() {
    let mut world = world();
    let mut row = meeting("x");
    row["Description"] = json!("d".repeat(900));
    let id = meet(&mut world, row);
    let listed = zoho(&mut world, "GET", &format!("{MEETINGS}?fields=Description"), None).json();
    assert_eq!(listed["data"][0]["Description"].as_str().unwrap().len(), 500);
    let one = zoho(&mut world, "GET", &format!("{MEETINGS}/{id}?fields=Description"), None).json();
    assert_eq!(one["data"][0]["Description"].as_str().unwrap().len(), 900);
}

/// Invitations go out unless `$send_notification` is false.
#[test]
fn participants_are_mailed_unless_told_not_to() {
    let mut world = world();
    let mut row = meeting("x");
    row["Participants"] = json!([{ "type": "email", "participant": "guest@example.com" }, { "type": "user", "participant": ANA_ID }]);
    row["$send_notification"] = json!(false);
    let id = meet(&mut world, row.clone());
    assert!(world.mails().is_empty());
    row.as_object_mut().unwrap().remove("$send_notification");
    meet(&mut world, row);
    assert_eq!(world.mails().len(), 1);
    assert_eq!(
        (world.mails()[0].service, world.mails()[0].to.as_str()),
        (Service::Zoho, "guest@example.com")
    );
    let shown =
        zoho(&mut world, "GET", &format!("{MEETINGS}/{id}"), None).json()["data"][0]["Participants"].clone();
    assert_eq!(shown[0]["status"], "not_known");
    assert_eq!(shown[1]["name"], "Ana Moreau");
}

/// Rights of the profile: 403 NO_PERMISSION names what is missing; flags of the module by a switch.
#[test]
fn missing_rights_are_named() {
    let mut world = world();
    world.set_permission("Crm_Implied_Create_Events", false);
    let refused = zoho(&mut world, "POST", MEETINGS, Some(json!({ "data": [meeting("x")] })));
    assert_eq!(code(&refused), (403, "NO_PERMISSION".into()));
    assert_eq!(refused.json()["details"]["permissions"], json!(["Crm_Implied_Create_Events"]));
    let flags = "/crm/v8/settings/modules/Events";
    assert_eq!(zoho(&mut world, "GET", flags, None).json()["modules"][0]["creatable"], true);
    world.switches().set("module_flags", "per_user").unwrap();
    assert_eq!(zoho(&mut world, "GET", flags, None).json()["modules"][0]["creatable"], false);
}

/// settings/fields tells lengths and what is mandatory; users and org tell who and where.
#[test]
fn metadata_tell_what_a_client_must_know() {
    let mut world = world();
    let fields = |world: &mut accord_sandbox::World| {
        zoho(world, "GET", "/crm/v8/settings/fields?module=Events", None).json()["fields"].clone()
    };
    let find = |all: &Value, name: &str| {
        all.as_array().unwrap().iter().find(|field| field["api_name"] == name).unwrap().clone()
    };
    let all = fields(&mut world);
    assert_eq!(find(&all, "Event_Title")["length"], 255);
    assert_eq!(find(&all, "Remind_At")["data_type"], "multireminder");
    assert_eq!(find(&all, "Meeting_Venue__s")["system_mandatory"], true);
    assert_eq!(find(&all, "Meeting_Venue__s")["pick_list_values"][1]["actual_value"], "In-office");
    world.switches().venue_required = VenueRequired::No;
    assert_eq!(find(&fields(&mut world), "Meeting_Venue__s")["system_mandatory"], false);
    let user = zoho(&mut world, "GET", "/crm/v8/users?type=CurrentUser", None).json()["users"][0].clone();
    assert_eq!(user["id"], ANA_ID);
    assert!(user.get("time_zone").is_none());
    assert_eq!(zoho(&mut world, "GET", "/crm/v8/org", None).json()["org"][0]["time_zone"], "Europe/Paris");
    assert_eq!(
        code(&zoho(&mut world, "GET", "/crm/v8/settings/fields?module=Nothing", None)),
        (400, "INVALID_MODULE".into())
    );
}

#[test]
fn wrong_tokens_paths_and_methods_are_refused() {
    let mut world = world();
    let bare = Request::new(Service::Zoho, "GET", "/crm/v8/org");
    assert_eq!(code(&world.handle(&bare).unwrap()), (401, "AUTHENTICATION_FAILURE".into()));
    let bearer = bare.clone().header("Authorization", "Bearer sandbox-zoho");
    assert_eq!(world.handle(&bearer).unwrap().status, 401);
    let wrong = bare.header("Authorization", "Zoho-oauthtoken other");
    assert_eq!(code(&world.handle(&wrong).unwrap()), (401, "INVALID_TOKEN".into()));
    assert_eq!(
        code(&zoho(&mut world, "GET", "/crm/v8/Nothing?fields=id", None)),
        (400, "INVALID_MODULE".into())
    );
    assert_eq!(code(&zoho(&mut world, "GET", "/crm/v7/Events", None)), (404, "INVALID_URL_PATTERN".into()));
    assert_eq!(code(&zoho(&mut world, "PATCH", MEETINGS, None)), (400, "INVALID_REQUEST_METHOD".into()));
}

/// Contacts: the address is a duplicate-check field; Events have no upsert.
#[test]
fn contacts_are_upserted_by_address_and_events_are_not() {
    let mut world = world();
    let contacts = "/crm/v8/Contacts";
    let row = json!({ "data": [{ "Last_Name": "Keller", "Email": "nora@example.com" }] });
    let first = zoho(&mut world, "POST", contacts, Some(row.clone())).json();
    let twin = zoho(&mut world, "POST", contacts, Some(row.clone()));
    assert_eq!(code(&twin), (400, "DUPLICATE_DATA".into()));
    assert_eq!(
        twin.json()["data"][0]["details"]["duplicate_record"]["id"],
        first["data"][0]["details"]["id"]
    );
    let upserted = zoho(&mut world, "POST", "/crm/v8/Contacts/upsert", Some(row.clone())).json();
    assert_eq!(upserted["data"][0]["action"], "update");
    assert_eq!(zoho(&mut world, "POST", "/crm/v8/Events/upsert", Some(row)).status, 400);
    // Search is delayed, a query is not.
    let search = "/crm/v8/Contacts/search?email=nora";
    assert_eq!(zoho(&mut world, "GET", search, None).status, 204);
    world.set_now_ms(noon() + 31_000);
    assert_eq!(zoho(&mut world, "GET", search, None).json()["data"][0]["Last_Name"], "Keller");
    assert_eq!(
        code(&zoho(&mut world, "GET", "/crm/v8/Contacts/search", None)),
        (400, "EXPECTED_PARAM_MISSING".into())
    );
}

/// Zoho CRM API v8: scopes: 401 OAUTH_SCOPE_MISMATCH; a query needs its own scope and the module's.
#[test]
fn a_missing_scope_is_a_mismatch() {
    let mut world = world();
    let list = format!("{MEETINGS}?fields=id");
    let query = json!({ "select_query": "select id from Events where id is not null" });
    world.set_scopes(Service::Zoho, &["ZohoCRM.modules.events.READ"]);
    assert_eq!(zoho(&mut world, "GET", &list, None).status, 204);
    for (method, path, body) in [
        ("POST", MEETINGS, Some(json!({ "data": [meeting("x")] }))),
        ("POST", "/crm/v8/coql", Some(query.clone())),
        ("GET", "/crm/v8/org", None),
    ] {
        assert_eq!(
            code(&zoho(&mut world, method, path, body)),
            (401, "OAUTH_SCOPE_MISMATCH".into()),
            "{path}"
        );
    }
    world.set_scopes(Service::Zoho, &["ZohoCRM.coql.READ"]);
    assert_eq!(zoho(&mut world, "POST", "/crm/v8/coql", Some(query.clone())).status, 401);
    world.set_scopes(Service::Zoho, &["ZohoCRM.coql.READ", "ZohoCRM.modules.ALL"]);
    assert_eq!(zoho(&mut world, "POST", "/crm/v8/coql", Some(query)).status, 204);
}
