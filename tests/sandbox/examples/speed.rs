//! How many calls a second one core makes in process, with 5,000 events loaded. Run with `--release`.

use accord_sandbox::{Corpus, Request, World};
use serde_json::json;

const CALLS: usize = 20_000;

#[expect(clippy::disallowed_methods, reason = "a measurement needs a clock")]
fn measure(name: &str, calls: usize, mut call: impl FnMut(usize)) {
    let begun = std::time::Instant::now();
    for index in 0..calls {
        call(index);
    }
    let seconds = begun.elapsed().as_secs_f64();
    println!("{name:<44} {:>10.0} a second", calls as f64 / seconds);
}

fn main() {
    let now = 1_795_348_800_000;
    for events in [5_000, 50_000] {
        measure(&format!("world with {events} events"), 1, |_| {
            let mut world = World::new(1, now);
            world.fill(&Corpus::new(1, events));
        });
    }
    let mut world = World::new(1, now);
    world.fill(&Corpus::new(1, 5_000));
    let mut send = |request: &Request| world.handle(request).map(|answer| answer.status).unwrap_or(0);
    let list = "/calendar/v3/calendars/primary/events";
    measure("Google: list of 2,500", 20, |_| {
        send(&Request::google("GET", &format!("{list}?maxResults=2500")));
    });
    let body = json!({ "summary": "x", "start": { "dateTime": "2026-12-01T10:00:00Z" }, "end": { "dateTime": "2026-12-01T11:00:00Z" } });
    measure("Google: insert", CALLS, |index| {
        let mut body = body.clone();
        if let Some(map) = body.as_object_mut() {
            map.insert("id".into(), json!(format!("speed{index}")));
        }
        send(&Request::google("POST", list).json(&body));
    });
    measure("Google: get", CALLS, |index| {
        send(&Request::google("GET", &format!("{list}/speed{index}")));
    });
    measure("Google: patch", CALLS, |index| {
        send(&Request::google("PATCH", &format!("{list}/speed{index}")).json(&json!({ "summary": "y" })));
    });
    measure("Google: delete", CALLS, |index| {
        send(&Request::google("DELETE", &format!("{list}/speed{index}")));
    });
    let row = |title: usize| {
        json!({ "Event_Title": title.to_string(), "Meeting_Venue__s": "Online",
        "Start_DateTime": "2026-12-01T10:00:00+01:00", "End_DateTime": "2026-12-01T11:00:00+01:00" })
    };
    let bulk: Vec<_> = (0..100).map(row).collect();
    measure("Zoho: insert of 100", 50, |_| {
        send(&Request::zoho("POST", "/crm/v8/Events").json(&json!({ "data": bulk })));
    });
    measure("Zoho: insert of one", CALLS / 4, |index| {
        send(&Request::zoho("POST", "/crm/v8/Events").json(&json!({ "data": [row(index)] })));
    });
    measure("Zoho: list of 10", CALLS, |_| {
        send(&Request::zoho("GET", "/crm/v8/Events?fields=Event_Title,Modified_Time&per_page=10"));
    });
    measure("Zoho: users", CALLS, |_| {
        send(&Request::zoho("GET", "/crm/v8/users?type=CurrentUser"));
    });
    measure("Zoho: COQL, 2,000 of 10,000", 20, |_| {
        let query = "select id, Event_Title, Start_DateTime, End_DateTime, All_day, Venue, Modified_Time from Events where Owner = '4876876000000225013' order by id asc limit 0, 2000";
        send(&Request::zoho("POST", "/crm/v8/coql").json(&json!({ "select_query": query })));
    });
}
