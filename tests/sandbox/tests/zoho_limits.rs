//! API credits of a rolling day, and calls at the same time (Zoho CRM API v8, api-limits).

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod support;

use accord_sandbox::{Edition, Fault, Request, Response, Service, World};
use serde_json::{Value, json};
use support::*;

const HOUR: i64 = 3_600_000;

fn org(world: &mut World) -> Response {
    world.handle(&Request::zoho("GET", "/crm/v8/org")).unwrap()
}

fn used(world: &mut World) -> u64 {
    world.credits().0
}

/// Credits of the editions, with ten licences and with very many.
#[test]
fn editions_have_their_allowances() {
    let mut world = world();
    for (edition, ten, many) in [
        (Edition::Free, 5_000, 5_000),
        (Edition::Standard, 52_500, 100_000),
        (Edition::Professional, 55_000, 3_000_000),
        (Edition::Enterprise, 60_000, 5_000_000),
        (Edition::Ultimate, 70_000, 200_050_000),
    ] {
        world.set_edition(edition, 10);
        assert_eq!(world.credits().1, ten, "{}", edition.name());
        let shown = org(&mut world).json()["org"][0]["license_details"].clone();
        assert_eq!(shown["paid_type"], edition.name());
        assert_eq!(shown["paid"], edition != Edition::Free);
        assert_eq!(shown["users_license_purchased"], 10);
        world.set_edition(edition, 100_000);
        assert_eq!(world.credits().1, many, "{}", edition.name());
        assert_eq!(Edition::from_name(edition.name()), Some(edition));
    }
}

/// The header appears once half is used; at the end calls are refused until credits of a day ago come back.
#[test]
fn credits_run_out_and_come_back_after_a_day() {
    let mut world = world();
    world.set_edition(Edition::Free, 1);
    world.spend_credits(2_498);
    assert_eq!(org(&mut world).header("x-api-credits-remaining"), None);
    world.set_now_ms(noon() + HOUR);
    assert_eq!(org(&mut world).header("x-api-credits-remaining"), Some("2500"));
    world.spend_credits(2_499);
    assert_eq!(org(&mut world).header("x-api-credits-remaining"), Some("0"));
    let refused = org(&mut world);
    assert_eq!(code(&refused), (429, "TOO_MANY_REQUESTS".into()));
    assert_eq!(refused.header("retry-after"), None, "the CRM does not say how long to wait");
    world.switches().set("code_429", "RATE_LIMIT_EXCEEDED").unwrap();
    assert_eq!(code(&org(&mut world)), (429, "RATE_LIMIT_EXCEEDED".into()));
    world.set_now_ms(noon() + 24 * HOUR - 1);
    assert_eq!(org(&mut world).status, 429);
    world.set_now_ms(noon() + 24 * HOUR);
    let again = org(&mut world);
    // What was used in the first minute is a day old; what was used an hour later is not.
    assert_eq!((again.status, again.header("x-api-credits-remaining")), (200, Some("2498")));
}

/// COQL costs by its limit, bulk writes by tens of records, most calls one.
#[test]
fn calls_have_their_costs() {
    let query = |limit: &str| {
        let text = format!("select id from Events where id is not null {limit}");
        Request::zoho("POST", "/crm/v8/coql").json(&json!({ "select_query": text }))
    };
    let insert =
        |count: usize| Request::zoho("POST", MEETINGS).json(&json!({ "data": vec![meeting("x"); count] }));
    let get = |path: &str| Request::zoho("GET", path);
    let calls = [
        (get("/crm/v8/org"), 1, 1),
        (get(&format!("{MEETINGS}?fields=id")), 1, 1),
        (get(&format!("{MEETINGS}?fields=id&cvid=4876876000000087501")), 3, 1),
        (get(&format!("{MEETINGS}/search?word=x")), 3, 1),
        (get(&format!("{MEETINGS}/deleted")), 2, 1),
        (insert(1), 1, 1),
        (insert(10), 1, 1),
        (insert(11), 2, 1),
        (insert(100), 10, 1),
        (query(""), 1, 1),
        (query("limit 200"), 1, 1),
        (query("limit 201"), 2, 2),
        (query("limit 0, 1000"), 2, 2),
        (query("limit 1001 offset 5"), 3, 3),
    ];
    for (value, index) in [("weighted", 0), ("one", 1)] {
        let mut world = world();
        world.switches().set("credit_costs", value).unwrap();
        for (call, weighted, one) in &calls {
            let before = used(&mut world);
            world.handle(call).unwrap();
            let cost = used(&mut world) - before;
            assert_eq!(cost, [*weighted, *one][index], "{} {}", call.method, call.path);
        }
    }
}

/// Refused tokens, token calls and refusals for want of credits cost nothing; other refusals by a switch.
#[test]
fn what_is_refused_at_the_door_is_free() {
    let mut world = world();
    world.handle(&Request::zoho("GET", "/crm/v8/org").bearer("other")).unwrap();
    world.handle(&Request::new(Service::Zoho, "POST", "/oauth/v2/token")).unwrap();
    world.edit_crm(5, 1);
    assert_eq!(used(&mut world), 0, "people on the pages use no credits");
    zoho(&mut world, "GET", MEETINGS, None);
    assert_eq!(used(&mut world), 1);
    world.switches().set("failed_calls_cost", "no").unwrap();
    zoho(&mut world, "GET", MEETINGS, None);
    assert_eq!(used(&mut world), 1);
    world.set_edition(Edition::Free, 1);
    world.spend_credits(4_999);
    assert_eq!(org(&mut world).status, 429);
    assert_eq!(used(&mut world), 5_000);
}

/// So many calls at the same time; the rest is refused, and nothing of it is carried out.
#[test]
fn calls_at_the_same_time_are_limited_by_edition() {
    for (edition, most) in [
        (Edition::Free, 5),
        (Edition::Standard, 10),
        (Edition::Professional, 15),
        (Edition::Enterprise, 20),
        (Edition::Ultimate, 25),
    ] {
        let mut world = world();
        world.set_edition(edition, 10);
        let insert = Request::zoho("POST", MEETINGS).json(&json!({ "data": [meeting("x")] }));
        let answers = world.handle_together(&vec![insert; 30]);
        let codes: Vec<(u16, String)> = answers.iter().map(|answer| code(answer.as_ref().unwrap())).collect();
        let well = codes.iter().filter(|(status, _)| *status == 201).count();
        assert_eq!((well, world.crm_event_count()), (most, most), "{}", edition.name());
        assert_eq!(codes[most], (429, "TOO_MANY_REQUESTS".into()));
        assert_eq!(org(&mut world).status, 200, "all of them are answered");
    }
}

/// At most ten heavy calls at the same time, in every edition.
#[test]
fn heavy_calls_have_a_limit_of_their_own() {
    let query = Request::zoho("POST", "/crm/v8/coql")
        .json(&json!({ "select_query": "select id from Events where id is not null" }));
    let sorted = Request::zoho("GET", &format!("{MEETINGS}?fields=id&sort_by=Modified_Time"));
    let bulk =
        |count: usize| Request::zoho("POST", MEETINGS).json(&json!({ "data": vec![meeting("x"); count] }));
    let search = Request::zoho("GET", &format!("{MEETINGS}/search?word=x"));
    let plain = Request::zoho("GET", &format!("{MEETINGS}?fields=id"));
    for (call, heavy) in
        [(query, true), (sorted, true), (bulk(11), true), (search, true), (bulk(10), false), (plain, false)]
    {
        let mut world = world();
        world.set_edition(Edition::Ultimate, 10);
        let answers = world.handle_together(&vec![call.clone(); 20]);
        let refused = answers.iter().filter(|answer| answer.as_ref().unwrap().status == 429).count();
        assert_eq!(refused, if heavy { 10 } else { 0 }, "{} {}", call.method, call.path);
    }
}

/// Calls of another application count until they are answered; Google's do not.
#[test]
fn calls_from_elsewhere_take_room() {
    let mut world = world();
    world.set_edition(Edition::Free, 1);
    let call = Request::zoho("GET", "/crm/v8/org");
    let mut held: Vec<_> = (0..5).map(|_| world.hold(&call)).collect();
    assert_eq!(org(&mut world).status, 429);
    assert_eq!(google(&mut world, "GET", EVENTS, None).status, 200);
    world.release(held.pop().unwrap());
    assert_eq!(org(&mut world).status, 200);
    let other = world.hold(&Request::google("GET", EVENTS));
    assert_eq!(org(&mut world).status, 200);
    world.release(other);
}

/// A failure on order has its own answer, and takes no credit when it comes before the effect.
#[test]
fn a_fault_before_the_effect_costs_nothing() {
    let mut world = world();
    world.faults().add(Fault::status(500).on(Service::Zoho, "", ""));
    assert_eq!(org(&mut world).status, 500);
    assert_eq!(used(&mut world), 0);
    let body: Value = org(&mut world).json();
    assert!(body["org"].is_array());
    assert_eq!(used(&mut world), 1);
}
