//! Guests as contacts when something is missing or goes wrong: rights, refusals, lost answers, kills.

use super::support::{Ended, Host, Kill, settings, timed};
use super::{DIRECTIONS, add, assert_quiet, contacts, host, pairs, participants, with_guests, world};
use accord_sandbox::{Fault, FaultKind, Service};
use serde_json::json;

/// Section 8: View and Create on Contacts are asked for when guests become contacts, and only then.
#[test]
fn missing_rights_on_contacts_are_named() {
    for right in ["View", "Create"] {
        let mut host = world();
        host.world.switches().set("module_flags", "per_user").unwrap();
        host.world.set_permission(&format!("Crm_Implied_{right}_Contacts"), false);
        for (direction, guests, ok) in [
            ("google-to-crm", "add-as-contacts", false),
            ("two-way", "add-as-contacts", false),
            ("crm-to-google", "add-as-contacts", true),
            ("two-way", "do-not-add", true),
        ] {
            let asked = settings(json!({ "direction": direction, "guests": guests }));
            let access = host.run(json!({ "name": "checkAccess", "settings": asked.clone() })).done();
            assert_eq!(access["ok"], ok, "{right} {direction} {guests}: {access}");
            match host.run(json!({ "name": "activate", "settings": asked })) {
                Ended::Done(_) => assert!(ok),
                Ended::Failed { code, message, .. } => {
                    assert!(!ok && code == "forbidden" && message.contains(right), "{message}");
                    assert!(message.contains("Contacts") && access["missing"][0]["message"] == message);
                }
                Ended::Killed => panic!("nobody killed it"),
            }
        }
    }
}

/// Section 9: where people cannot be looked up, guests stay addresses, the report says why, and nothing else suffers.
#[test]
fn where_people_cannot_be_looked_up_guests_stay_addresses() {
    let refused = || FaultKind::Status { status: 403, reason: Some("NO_PERMISSION".into()), body: None };
    for (policy, module) in [
        ("do-not-add", "Leads"),
        ("add-as-contacts", "Leads"),
        ("add-as-contacts", "Contacts"),
        ("do-not-add", "Users"),
    ] {
        let mut host = host("two-way", policy);
        add(&mut host, "Contacts", "Cleo", "cleo@example.com");
        add(&mut host, "Leads", "Dan", "dan@example.com");
        match module {
            "Users" => host
                .world
                .faults()
                .add(Fault::new(refused()).on(Service::Zoho, "GET", "/crm/v8/users").times(None)),
            module => host.world.set_permission(&format!("Crm_Implied_View_{module}"), false),
        }
        host.add_event(with_guests("Call", 4, &["cleo@example.com", "dan@example.com", "eve@example.com"]));
        let report = host.sync();
        assert_eq!(
            (&report["crm"]["created"], &report["contacts"]),
            (&json!(1), &json!(0)),
            "{policy} {module}"
        );
        let note = &report["notes"][0];
        assert_eq!(note["code"], "guests-not-linked");
        assert!(note["message"].as_str().unwrap().contains(module), "{note}");
        let kind =
            |of: &str, kind: &'static str| if module == of || module == "Users" { "email" } else { kind };
        let mut expected = pairs(&[
            (kind("Contacts", "contact"), "cleo@example.com"),
            ("email", "eve@example.com"),
            (kind("Leads", "lead"), "dan@example.com"),
        ]);
        expected.sort();
        assert_eq!(participants(&host, "Call"), expected, "{policy} {module}");
        assert_quiet(&mut host);
    }
}

/// Section 9: a CRM that takes no contacts keeps no event away.
#[test]
fn contacts_that_are_refused_stay_addresses() {
    for lasting in [true, false] {
        let mut host = host("google-to-crm", "add-as-contacts");
        match lasting {
            true => host.world.set_permission("Crm_Implied_Create_Contacts", false),
            // One of the two is refused; the other one is created.
            false => {
                let bad = FaultKind::BadRecord { index: 0, code: "INVALID_DATA".into() };
                host.world.faults().add(Fault::new(bad).on(Service::Zoho, "POST", "/crm/v8/Contacts"));
            }
        }
        host.add_event(with_guests("Call", 4, &["cleo@example.com", "dan@example.com"]));
        let report = host.settle();
        assert_eq!(report["notes"][0]["code"], "contacts-not-created");
        assert_eq!(report["notes"].as_array().unwrap().len(), 1);
        assert!(!report["notes"].to_string().contains('@'), "no address in a note");
        let kind = if lasting { "email" } else { "contact" };
        let mut expected = pairs(&[("email", "cleo@example.com"), (kind, "dan@example.com")]);
        expected.sort();
        assert_eq!(participants(&host, "Call"), expected);
        assert_quiet(&mut host);
    }
}

/// Section 9: where addresses are unique, a contact whom the user may not see is linked, and stays as it is.
#[test]
fn a_contact_out_of_sight_is_linked_as_it_is() {
    let mut host = host("two-way", "add-as-contacts");
    host.world.switches().set("same_address", "refused").unwrap();
    let cleo = add(&mut host, "Contacts", "Cleo's own name", "Cleo@example.com");
    host.add_event(with_guests("Call", 4, &["cleo@example.com"]));
    // Out of sight: queries answer that there is nobody.
    let nobody = Fault::new(FaultKind::EmptyList).on(Service::Zoho, "POST", "/crm/v8/coql");
    host.world.faults().add(nobody.times(None));
    let report = host.sync();
    host.world.faults().clear();
    assert_eq!(report["contacts"], 0);
    assert_eq!(contacts(&host), [("Cleo's own name".to_owned(), "Cleo@example.com".to_owned())]);
    assert_eq!(host.meeting("Call")["Participants"][0]["participant"], json!(cleo));
    assert_quiet(&mut host);
}

/// A contact who is deleted between the look-up and the write keeps no event away.
#[test]
fn a_contact_deleted_meanwhile_is_an_address() {
    let place = json!({ "api_name": "participant", "json_path": "$.data[0].Participants[0].participant" });
    let result =
        json!({ "code": "INVALID_DATA", "status": "error", "message": "invalid data", "details": place });
    let body = Some(json!({ "data": [result] }).to_string());
    for direction in DIRECTIONS {
        for method in ["POST", "PUT"] {
            let mut host = host(direction, "do-not-add");
            add(&mut host, "Contacts", "Cleo", "cleo@example.com");
            let guests = json!({ "attendees": [{ "email": "cleo@example.com" }] });
            let id = host.add_event(timed("Call", 4));
            if method == "PUT" {
                host.settle();
            }
            host.edit_event(&id, guests);
            let gone = FaultKind::Status { status: 400, reason: None, body: body.clone() };
            host.world.faults().add(Fault::new(gone).on(Service::Zoho, method, "/crm/v8/Events"));
            let report = host.settle();
            assert_eq!(host.world.faults().pending(), 0);
            assert_eq!(report["parked"], json!([]), "{direction} {method}");
            assert_eq!(participants(&host, "Call").len(), 1, "{direction} {method}");
            assert_quiet(&mut host);
        }
    }
}

/// K2, I4: the answer to a create of contacts is lost, in every way: nobody is doubled.
#[test]
fn a_lost_answer_doubles_no_contact() {
    let failures = [
        (Fault::new(FaultKind::Drop), vec![false, true]),
        (Fault::new(FaultKind::Truncate), vec![false, true]),
        (Fault::new(FaultKind::NotJson), vec![false, true]),
        (Fault::status(500), vec![false, true]),
        // What is refused for being too fast was not done.
        (Fault::status(429), vec![false]),
    ];
    for (failure, moments) in failures {
        for after in moments {
            for times in [1, 2, 30] {
                let story = format!("{failure:?} {after} {times}");
                let mut host = host("two-way", "add-as-contacts");
                let fault = failure.clone().on(Service::Zoho, "POST", "/crm/v8/Contacts").times(Some(times));
                host.world.faults().add(if after { fault.after() } else { fault });
                host.add_event(with_guests("Call", 4, &["cleo@example.com", "dan@example.com"]));
                match host.cycle() {
                    Ended::Done(report) => assert_eq!(report["contacts"], 2, "{story}"),
                    Ended::Failed { .. } => assert!(times > 2, "{story}: the cycle tries again by itself"),
                    Ended::Killed => panic!("nobody killed it"),
                }
                host.world.faults().clear();
                host.advance(600_000);
                host.settle();
                assert_eq!(contacts(&host).len(), 2, "{story}");
                let expected = pairs(&[("contact", "cleo@example.com"), ("contact", "dan@example.com")]);
                assert_eq!(participants(&host, "Call"), expected, "{story}");
                assert!(!host.rows.contains_key("intents"), "{story}: nothing is in doubt any more");
                assert_quiet(&mut host);
            }
        }
    }
}

/// K2: a create whose answer was lost may still be under way: nobody asks before it has settled.
#[test]
fn a_create_in_doubt_is_waited_for() {
    let mut host = host("google-to-crm", "add-as-contacts");
    host.world
        .faults()
        .add(Fault::new(FaultKind::Drop).on(Service::Zoho, "POST", "/crm/v8/Contacts").after());
    host.add_event(with_guests("Call", 4, &["cleo@example.com"]));
    let began = host.world.now_ms();
    assert_eq!(host.sync()["contacts"], 1);
    assert!(host.world.now_ms() - began >= 5_000, "{:#?}", host.trace);
}

/// K2: a create that is still under way when its cycle dies is waited for.
#[test]
fn the_next_cycle_waits_for_a_create_under_way() {
    let mut host = host("google-to-crm", "add-as-contacts");
    host.add_event(with_guests("Call", 4, &["cleo@example.com"]));
    let run = json!({ "name": "run", "batch": true });
    let mut clean = super::host("google-to-crm", "add-as-contacts");
    clean.add_event(with_guests("Call", 4, &["cleo@example.com"]));
    clean.run(run.clone()).done();
    let insert = clean.trace.iter().position(|line| line.starts_with("POST /crm/v8/Contacts")).unwrap();
    assert!(matches!(host.run_killed(run.clone(), Kill::Before(insert)), Ended::Killed));
    let killed = host.world.now_ms();
    host.run(run).done();
    let waited = host.trace.iter().position(|line| line == "wait").unwrap();
    let asked = host.trace.iter().position(|line| line.starts_with("POST /crm/v8/coql")).unwrap();
    assert!(waited < asked && host.world.now_ms() >= killed + 4_000, "{:#?}", host.trace);
    assert_eq!(contacts(&host).len(), 1);
}

/// I12, I4: the host is killed before and after every call of a cycle that looks up, creates and links.
#[test]
fn killed_at_every_call() {
    let run = json!({ "name": "run", "batch": true });
    for direction in DIRECTIONS {
        let prepare = || {
            let mut host = host(direction, "add-as-contacts");
            add(&mut host, "Contacts", "Cleo", "cleo@example.com");
            let id = host.add_event(with_guests("Old", 3, &["eve@example.com"]));
            host.settle();
            let guests = json!([{ "email": "eve@example.com" }, { "email": "fay@example.com" }]);
            host.edit_event(&id, json!({ "attendees": guests }));
            host.add_event(with_guests(
                "New",
                4,
                &["cleo@example.com", "dan@example.com", "ben@example.com"],
            ));
            host.add_event(with_guests("Another", 5, &["dan@example.com", "fay@example.com"]));
            host
        };
        let mut clean = prepare();
        clean.run(run.clone()).done();
        let calls = clean.calls();
        clean.settle();
        let seen = |host: &Host| ["Old", "New", "Another"].map(|title| participants(host, title));
        let expected = (contacts(&clean), seen(&clean));
        assert_eq!(expected.0.len(), 4);
        assert_eq!(expected.1[2], pairs(&[("contact", "dan@example.com"), ("contact", "fay@example.com")]));
        for kill in (0..calls).flat_map(|index| [Kill::Before(index), Kill::After(index)]) {
            let mut host = prepare();
            assert!(matches!(host.run_killed(run.clone(), kill), Ended::Killed), "{direction} {kill:?}");
            host.settle();
            assert_eq!((contacts(&host), seen(&host)), expected, "{direction} {kill:?}");
            let quiet = host.sync();
            assert_eq!(
                quiet["crm"],
                json!({ "created": 0, "updated": 0, "deleted": 0 }),
                "{direction} {kill:?}"
            );
        }
        assert!(calls > 12, "{calls} calls");
    }
}
