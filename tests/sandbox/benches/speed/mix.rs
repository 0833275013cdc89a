//! The mix of calls by which the sandbox's speed is judged: what a client at work sends, cheap and dear ones in the
//! shares of a busy cycle, on calendars of 5,000 events.

use accord_sandbox::{Corpus, Request, World};
use serde_json::{Value, json};

/// Events on the Google side, and as many meetings in the CRM.
pub(crate) const EVENTS: usize = 5_000;

const GOOGLE: &str = "/calendar/v3/calendars/primary/events";
const CRM: &str = "/crm/v8/Events";

/// A world at work.
pub(crate) struct Mix {
    world: World,
    events: Vec<String>,
    meetings: Vec<String>,
    sync_token: String,
    calls: usize,
}

impl Mix {
    /// Both sides filled; nothing of this is timed.
    pub(crate) fn new() -> Mix {
        let mut world = World::new(1, 1_795_348_800_000);
        world.fill(&Corpus::new(1, EVENTS));
        let events = ids(&world.google_events("primary"));
        for first in (0..EVENTS).step_by(100) {
            let rows: Vec<Value> = (first..first + 100).map(meeting).collect();
            let insert = Request::zoho("POST", CRM).json(&json!({ "data": rows }));
            assert_eq!(world.handle(&insert).map(|answer| answer.status), Ok(201));
        }
        let meetings = ids(&world.crm_events());
        let mut mix = Mix { world, events, meetings, sync_token: String::new(), calls: 0 };
        let mut page = String::new();
        while mix.sync_token.is_empty() {
            let body = mix.ask(&Request::google("GET", &format!("{GOOGLE}?maxResults=2500{page}")), 200);
            page = format!("&pageToken={}", body["nextPageToken"].as_str().unwrap_or_default());
            mix.sync_token = body["nextSyncToken"].as_str().unwrap_or_default().to_owned();
        }
        mix.calls = 0;
        mix
    }

    /// How many calls were answered since the start.
    pub(crate) fn calls(&self) -> usize {
        self.calls
    }

    /// Twenty calls. Every one of them must succeed: a refusal is cheap and would flatter the figure.
    pub(crate) fn round(&mut self, round: usize) {
        let id = |ids: &[String], at: usize| ids[(round * 7 + at) % ids.len()].clone();
        for at in 0..4 {
            self.ask(&Request::google("GET", &format!("{GOOGLE}/{}", id(&self.events, at))), 200);
        }
        for at in 0..3 {
            let new = format!("speed{round}n{at}");
            let body = json!({ "id": new, "summary": "New", "start": { "dateTime": "2026-12-01T10:00:00Z" }, "end": { "dateTime": "2026-12-01T11:00:00Z" } });
            self.ask(&Request::google("POST", GOOGLE).json(&body), 200);
            let patch = json!({ "summary": format!("Round {round}"), "location": "Room 2" });
            self.ask(&Request::google("PATCH", &format!("{GOOGLE}/{new}")).json(&patch), 200);
        }
        self.ask(&Request::google("DELETE", &format!("{GOOGLE}/speed{round}n0")), 204);
        let delta = format!("{GOOGLE}?maxResults=2500&syncToken={}", self.sync_token);
        let body = self.ask(&Request::google("GET", &delta), 200);
        self.sync_token = body["nextSyncToken"].as_str().unwrap_or_default().to_owned();

        let some: Vec<String> = (0..20).map(|at| format!("'{}'", id(&self.meetings, at))).collect();
        let query = format!(
            "select id, Event_Title, Start_DateTime, Modified_Time from Events where id in ({}) limit 0, 200",
            some.join(",")
        );
        self.ask(&Request::zoho("POST", "/crm/v8/coql").json(&json!({ "select_query": query })), 200);
        for at in 0..2 {
            self.ask(&Request::zoho("GET", &format!("{CRM}/{}", id(&self.meetings, at))), 200);
        }
        let row =
            |at: usize| json!({ "id": id(&self.meetings, at), "Event_Title": format!("Round {round}") });
        let bulk: Vec<Value> = (0..10).map(row).collect();
        self.ask(&Request::zoho("PUT", CRM).json(&json!({ "data": bulk })), 200);
        let one = json!({ "data": [{ "Venue": format!("Room {round}") }] });
        self.ask(&Request::zoho("PUT", &format!("{CRM}/{}", id(&self.meetings, 0))).json(&one), 200);
        self.ask(&Request::zoho("POST", CRM).json(&json!({ "data": [meeting(round)] })), 201);
        let newest = format!("{CRM}?fields=Event_Title,Modified_Time&sort_by=Modified_Time&per_page=20");
        self.ask(&Request::zoho("GET", &newest), 200);
        self.ask(&Request::zoho("GET", "/crm/v8/users?type=CurrentUser"), 200);
    }

    fn ask(&mut self, request: &Request, status: u16) -> Value {
        self.calls += 1;
        let answer = self.world.handle(request);
        let answered = answer.as_ref().map(|answer| answer.status);
        assert_eq!(answered, Ok(status), "{} {}", request.method, request.path);
        match answer {
            // Only lists are read: parsing is the client's time.
            Ok(answer) if request.path.contains("maxResults") => answer.json(),
            _ => Value::Null,
        }
    }
}

fn meeting(number: usize) -> Value {
    json!({
        "Event_Title": format!("Meeting {number}"), "Meeting_Venue__s": "In-office", "Venue": "Room 1",
        "Start_DateTime": "2026-12-01T10:00:00+01:00", "End_DateTime": "2026-12-01T11:00:00+01:00",
        "$send_notification": false,
    })
}

fn ids(rows: &[Value]) -> Vec<String> {
    rows.iter().filter_map(|row| row["id"].as_str().map(str::to_owned)).collect()
}
