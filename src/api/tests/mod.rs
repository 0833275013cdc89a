//! Requests and conversions against the sandbox services, in one process: what one side of the wire writes, the other
//! side's rules judge and echo.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

mod requests;
mod round_trips;

use super::google;
use super::http::{HttpRequest, HttpResponse, Service};
use crate::json::Json;
use crate::model::event::Event;
use crate::model::field::FieldSet;
use crate::model::people::People;
use crate::model::profile::{AllDayOffset, AllDayTimes, TextLimits};
use crate::model::sight::{Content, CrmContent, CrmSight, Sight};
use crate::model::time::OffsetChange;
use crate::wire::google::EventWrite;
use crate::wire::google_event::{Context, EventsPage, event};
use crate::wire::mapping::{self, GoogleWriting, Writing};
use crate::wire::zoho::{self, RecordResult};
use crate::wire::zoho_event::{CrmContext, crm_sights};
use accord_sandbox::{Request, World, parse_instant};
use chrono::{Offset, TimeZone};
use serde_json::{Value, json};
use std::sync::LazyLock;

pub(super) const CALENDAR: &str = "primary";

/// Both services, and what is known of them once a sync is active.
pub(super) struct Services {
    pub(super) world: World,
    pub(super) user: String,
    all_day: AllDayTimes,
}

impl Services {
    pub(super) fn new() -> Self {
        Self::with(&[])
    }

    /// Services under some values of their switches.
    pub(super) fn with(switches: &[(&str, &str)]) -> Self {
        let mut world = World::new(1, parse_instant("2026-11-22T09:00:00Z").unwrap());
        for (name, value) in switches {
            world.switches().set(name, value).unwrap();
        }
        let is =
            |name: &str, wanted: &str| switches.iter().any(|(key, value)| *key == name && *value == wanted);
        let offset =
            if is("allday_offset", "user_zone") { AllDayOffset::UserZone } else { AllDayOffset::Zero };
        let all_day = AllDayTimes { offset: Some(offset), exclusive_end: is("allday_end", "midnight_next") };
        let mut services = Self { world, user: String::new(), all_day };
        let user = services.send(&super::zoho::current_user());
        services.user = body(&user).get("users").first().text("id").unwrap();
        services
    }

    /// Performs a request as a host does.
    pub(super) fn send(&mut self, request: &HttpRequest) -> HttpResponse {
        let mut sent = match request.service {
            Service::Google => Request::google(request.method, &request.path),
            Service::Zoho => Request::zoho(request.method, &request.path),
        };
        for (name, value) in &request.headers {
            sent = sent.header(name, value);
        }
        sent.body = request.body.clone().unwrap_or_default().into_bytes();
        let answer = self.world.handle(&sent).unwrap();
        HttpResponse { status: answer.status, retry_after: None, body: answer.body }
    }

    /// What a person does on Google's pages, or in another program.
    pub(super) fn person(&mut self, method: &'static str, path: &str, event: &Value) -> Value {
        let path = format!("/calendar/v3/calendars/{CALENDAR}/events{path}");
        let answer = self.send(&HttpRequest::send(
            Service::Google,
            method,
            path,
            "application/json",
            event.to_string(),
        ));
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        serde_json::from_slice(&answer.body).unwrap()
    }

    /// What a person does in the CRM; the id of the record.
    pub(super) fn colleague(&mut self, record: &Value) -> String {
        let mut record = record.clone();
        record["Meeting_Venue__s"] = json!("In-office");
        record["$send_notification"] = json!(false);
        let answer = self.send(&HttpRequest::send(
            Service::Zoho,
            "POST",
            "/crm/v8/Events".to_owned(),
            "application/json",
            json!({ "data": [record] }).to_string(),
        ));
        assert_eq!(answer.status, 201, "{}", String::from_utf8_lossy(&answer.body));
        RecordResult::parse(&answer.body).unwrap().remove(0).id.unwrap()
    }

    pub(super) fn crm_context(&self, listed: bool) -> CrmContext<'_> {
        CrmContext {
            user: &self.user,
            own: &[],
            limits: TextLimits::DEFAULT,
            exclusive_end: Some(self.all_day.exclusive_end),
            listed,
            marks: false,
        }
    }

    pub(super) fn crm_page(&mut self, request: &HttpRequest, listed: bool) -> Vec<CrmSight> {
        let answer = self.send(request);
        assert!(matches!(answer.status, 200 | 204), "{}", String::from_utf8_lossy(&answer.body));
        crm_sights(&answer.body, &self.crm_context(listed)).unwrap().rows
    }

    /// One record, read by its id.
    pub(super) fn meeting(&mut self, id: &str) -> Event {
        let request = super::zoho::event(&crate::model::ids::CrmId::new(id), super::zoho::EVENT_FIELDS);
        meeting(self.crm_page(&request, false).remove(0))
    }

    /// Creates a record; what it is then.
    pub(super) fn insert_meeting(&mut self, event: &Event) -> Event {
        let mut write = zoho::EventWrite::default();
        write.set("Meeting_Venue__s", zoho::Entry::text("In-office"));
        write.set("$send_notification", zoho::Entry::Flag(false));
        let people = People::default();
        let writing = Writing {
            all_day: self.all_day,
            zone: &PARIS,
            reminder_times: false,
            creating: true,
            roster: None,
            people: &people,
        };
        mapping::to_crm(event, FieldSet::all(), &writing, &mut write);
        let answer = self.send(&super::zoho::insert(&[write]).unwrap());
        assert_eq!(answer.status, 201, "{}", String::from_utf8_lossy(&answer.body));
        let id = RecordResult::parse(&answer.body).unwrap().remove(0).id.unwrap();
        self.meeting(&id)
    }

    /// Creates an event; the answer.
    pub(super) fn insert_event(&mut self, event: &Event) -> HttpResponse {
        let mut write = EventWrite::default();
        let writing = GoogleWriting {
            creating: true,
            current: None,
            default_reminders: &[],
            known_guests: &[],
            seen_guests: &[],
        };
        mapping::to_google(event, FieldSet::all(), &writing, &mut write);
        let answer = self.send(&google::insert(CALENDAR, write.body(), false));
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        answer
    }
}

pub(super) fn body(answer: &HttpResponse) -> Json<'_> {
    Json::parse(&answer.body).unwrap()
}

/// The event that a Google answer shows.
pub(super) fn shown(answer: &HttpResponse) -> Sight {
    let context = Context { default_reminders: &[], limits: TextLimits::DEFAULT, own: &[] };
    event(&answer.body, &context).unwrap()
}

#[track_caller]
pub(super) fn ordinary(sight: Sight) -> Event {
    match sight.content {
        Content::Ordinary { event, .. } => *event,
        Content::Unreadable(why) => panic!("{why}"),
        _ => panic!("not an ordinary event"),
    }
}

#[track_caller]
pub(super) fn meeting(sight: CrmSight) -> Event {
    match sight.content {
        CrmContent::Ordinary { event, .. } => *event,
        CrmContent::Unreadable(why) => panic!("{why}"),
        _ => panic!("not an ordinary meeting"),
    }
}

/// The calendar's default reminders, as a page of events brings them.
pub(super) fn page(answer: &HttpResponse) -> EventsPage {
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    EventsPage::parse(&answer.body, TextLimits::DEFAULT, &[]).unwrap()
}

static PARIS: LazyLock<Vec<OffsetChange>> = LazyLock::new(paris);

/// The offsets of the user's zone, hour by hour, over the years that the tests use.
fn paris() -> Vec<OffsetChange> {
    let mut changes: Vec<OffsetChange> = Vec::new();
    for hour in (parse_instant("2024-01-01T00:00:00Z").unwrap()
        ..parse_instant("2030-01-01T00:00:00Z").unwrap())
        .step_by(3_600_000)
    {
        let at = chrono::DateTime::from_timestamp_millis(hour).unwrap().naive_utc();
        let minutes = chrono_tz::Europe::Paris.offset_from_utc_datetime(&at).fix().local_minus_utc() / 60;
        if changes.last().is_none_or(|last| last.minutes != minutes) {
            changes.push(OffsetChange { from_ms: hour, minutes });
        }
    }
    changes
}
