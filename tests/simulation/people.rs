//! What people do on either side, and what is known of it afterwards.

use crate::names::{Names, guests, live, title};
use crate::setup::Setup;
use crate::step::{Field, Kind, Shape, Side};
use crate::support::{Host, now_ms};
use accord_sandbox::{Deed, Request};
use serde_json::{Value, json};

/// A change of one field of one event.
#[derive(Clone)]
pub(crate) struct Edit {
    pub(crate) side: Side,
    pub(crate) id: String,
    pub(crate) thing: usize,
    pub(crate) field: Field,
    pub(crate) body: Value,
    /// The guest that is added or removed.
    pub(crate) guest: Option<(String, bool)>,
    /// The event is somebody else's, who changes it.
    pub(crate) by_organiser: bool,
}

impl Edit {
    /// Carries it out; what the field shows afterwards, or none when there was nothing left to change.
    pub(crate) fn apply(&self, host: &mut Host, names: &Names) -> Option<String> {
        host.advance(2_000);
        let row =
            |host: &Host| live(&host.world, self.side).into_iter().find(|row| row["id"] == json!(self.id));
        let now = row(host)?;
        // A list is saved as it is seen at that moment.
        let body = match &self.guest {
            Some((address, came)) => guest_list(self.side, &now, address, *came),
            None if self.side == Side::Crm && names.reminder_times => self.with_reminder_time(&now, names),
            None => self.body.clone(),
        };
        let target = match self.side {
            Side::Google => Deed::google(&self.id),
            Side::Crm => Deed::crm(&self.id),
        };
        if self.by_organiser {
            let path = format!("/calendar/v3/calendars/primary/events/{}", self.id);
            let request = Request::google_as_ben("PATCH", &path).json(&body);
            let answer = host.world.handle(&request).unwrap();
            assert_eq!(answer.status, 200, "{}", answer.json());
        } else {
            host.world.act(&target.changed(body.clone())).unwrap_or_else(|why| panic!("{why}: {body}"));
        }
        Some(names.shown(self.side, &row(host)?, self.field))
    }
}

impl Edit {
    /// Where a reminder is a time of its own, people set it by that, and move it with the start.
    fn with_reminder_time(&self, now: &Value, names: &Names) -> Value {
        let mut body = self.body.clone();
        let minutes = match self.field {
            Field::Reminder => body["Remind_At"][0]["unit"].to_string(),
            Field::Time => names.shown(Side::Crm, now, Field::Reminder),
            _ => return body,
        };
        let start = body["Start_DateTime"].as_str().or(now["Start_DateTime"].as_str()).unwrap();
        let start = chrono::DateTime::parse_from_rfc3339(start).unwrap();
        body["Remind_At"] = match minutes.parse() {
            Ok(minutes) => json!((start - chrono::TimeDelta::minutes(minutes)).to_rfc3339()),
            Err(_) => Value::Null,
        };
        body
    }
}

/// The times of a shape in Google's words. `value` makes them single: seconds of timed events, days of all-day ones.
pub(crate) fn google_time(shape: &Shape, value: usize, window_start: i64) -> Value {
    let value = i64::try_from(value).unwrap();
    let timed = |start: i64, minutes: i64, offset: i32, zone: Option<&str>| {
        let offset = chrono::FixedOffset::east_opt(offset * 60).unwrap();
        let at = |seconds: i64| {
            let at = chrono::DateTime::from_timestamp(seconds, 0).unwrap().with_timezone(&offset);
            let text = at.to_rfc3339_opts(chrono::SecondsFormat::Secs, false);
            match zone {
                Some(zone) => json!({ "dateTime": text, "timeZone": zone }),
                None => json!({ "dateTime": text }),
            }
        };
        json!({ "start": at(start), "end": at(start + minutes * 60) })
    };
    match shape {
        Shape::Timed { hours, minutes, offset, zone } => {
            timed(now_ms() / 1_000 + hours * 3_600 + value, *minutes, *offset, *zone)
        }
        Shape::Past { hours } => timed(window_start - hours * 3_600 + value, 30, 60, None),
        Shape::AllDay { days } => {
            let first = chrono::NaiveDate::from_ymd_opt(2026, 11, 14).unwrap()
                + chrono::Days::new(u64::try_from(value).unwrap() * 5);
            let end = first + chrono::Days::new(*days);
            json!({ "start": { "date": first.to_string() }, "end": { "date": end.to_string() } })
        }
    }
}

/// A patch merges `start` and `end` key by key: the keys of the other kind are cleared.
fn cleared(mut times: Value) -> Value {
    for end in ["start", "end"] {
        for key in ["date", "dateTime"] {
            if times[end][key].is_null() {
                times[end][key] = Value::Null;
            }
        }
    }
    times
}

/// The same times as the CRM's own screens write them.
pub(crate) fn crm_time(time: &Value, setup: &Setup) -> Value {
    if time["start"]["date"].is_null() {
        return json!({
            "All_day": false, "Start_DateTime": time["start"]["dateTime"], "End_DateTime": time["end"]["dateTime"]
        });
    }
    let date = |end: &str| time[end]["date"].as_str().unwrap().parse::<chrono::NaiveDate>().unwrap();
    let end = match setup.switch("allday_end") {
        "midnight_next" => date("end"),
        _ => date("end").pred_opt().unwrap(),
    };
    json!({ "All_day": true, "Start_DateTime": midnight(date("start"), setup), "End_DateTime": midnight(end, setup) })
}

fn midnight(date: chrono::NaiveDate, setup: &Setup) -> String {
    use chrono::{Offset, TimeZone};
    let offset = match setup.switch("allday_offset") {
        "zero" => 0,
        _ => chrono_tz::Europe::Paris
            .offset_from_local_datetime(&date.and_hms_opt(0, 0, 0).unwrap())
            .unwrap()
            .fix()
            .local_minus_utc(),
    };
    format!("{date}T00:00:00{}", chrono::FixedOffset::east_opt(offset).unwrap())
}

/// The body of a change of a field, and the guest that comes or goes. Values hold the mark `v<value>.`, by which secrets
/// are found again (I18).
pub(crate) fn change(
    side: Side,
    row: &Value,
    thing: usize,
    field: Field,
    value: usize,
    time: &Value,
    setup: &Setup,
) -> (Value, Option<(String, bool)>) {
    let minutes = value % 500 + 1;
    let body = match (side, field) {
        (Side::Google, Field::Title) => json!({ "summary": titled(thing, value) }),
        (Side::Google, Field::Time) => cleared(time.clone()),
        (Side::Google, Field::Place) => json!({ "location": format!("Place v{value}.") }),
        (Side::Google, Field::Description) => {
            json!({ "description": format!("Text v{value}. R&amp;D &lt;b&gt;<br>x") })
        }
        (Side::Google, Field::Reminder) => json!({ "reminders": { "useDefault": false, "overrides": [
            { "method": "email", "minutes": 600 }, { "method": "popup", "minutes": minutes }
        ] } }),
        (Side::Crm, Field::Title) => json!({ "Event_Title": titled(thing, value) }),
        (Side::Crm, Field::Time) => crm_time(time, setup),
        (Side::Crm, Field::Place) => json!({ "Venue": format!("Place v{value}.") }),
        (Side::Crm, Field::Description) => json!({ "Description": format!("Text v{value}. R&D <b>\nx") }),
        (Side::Crm, Field::Reminder) => json!({ "Remind_At": [{ "unit": minutes, "period": "minutes" }] }),
        (_, Field::Guests) => {
            let known = guests(side, row);
            let gone = known.get(value % 3).filter(|address| address.starts_with("g."));
            let gone = gone.filter(|_| side == Side::Google || setup.switch("participants_put") == "replace");
            let guest = match gone {
                Some(gone) => (gone.clone(), false),
                None => (format!("g.v{value}.e{thing}@example.com"), true),
            };
            return (Value::Null, Some(guest));
        }
    };
    (body, None)
}

/// The whole list of guests after one of them came or went.
fn guest_list(side: Side, row: &Value, address: &str, came: bool) -> Value {
    let (list, key) = match side {
        Side::Google => ("attendees", "email"),
        Side::Crm => ("Participants", "participant"),
    };
    let mut rows = row[list].as_array().cloned().unwrap_or_default();
    rows.retain(|guest| guest[key] != address);
    if came {
        rows.push(match side {
            Side::Google => json!({ "email": address }),
            Side::Crm => json!({ "type": "email", "participant": address }),
        });
    }
    json!({ list: rows })
}

pub(crate) fn titled(thing: usize, value: usize) -> String {
    format!("E{thing} v{value}.")
}

/// Adds an event of a kind; its extent. A title that starts with `K` is kept on its side.
pub(crate) fn add(
    host: &mut Host,
    setup: &Setup,
    side: Side,
    kind: Kind,
    thing: usize,
    value: usize,
    time: &Value,
) {
    let kept = format!("K{thing} v{value}.");
    let mut body = time.clone();
    body["summary"] = json!(titled(thing, value));
    let mut row = crm_time(time, setup);
    row["Event_Title"] = body["summary"].clone();
    match (side, kind) {
        (Side::Google, Kind::Own) => drop(host.add_event(body)),
        (Side::Google, Kind::Private) => {
            body["visibility"] = json!("private");
            host.add_event(body);
        }
        (Side::Google, Kind::Untitled) => {
            body.as_object_mut().unwrap().remove("summary");
            host.add_event(body);
        }
        (Side::Google, Kind::Invitation) => {
            body["attendees"] = json!([{ "email": "ana@example.com" }]);
            let request = Request::google_as_ben("POST", "/calendar/v3/calendars/primary/events").json(&body);
            let answer = host.world.handle(&request).unwrap();
            assert_eq!(answer.status, 200, "{}", answer.json());
        }
        (Side::Google, Kind::Series) => {
            body["summary"] = json!(kept);
            body["recurrence"] = json!(["RRULE:FREQ=DAILY;COUNT=3"]);
            for end in ["start", "end"] {
                if !body[end]["dateTime"].is_null() && body[end]["timeZone"].is_null() {
                    body[end]["timeZone"] = json!("Europe/Paris");
                }
            }
            host.add_event(body);
        }
        (Side::Google, Kind::Foreign) => {
            body["summary"] = json!(kept);
            body["eventType"] = json!("focusTime");
            host.add_event(body);
        }
        (Side::Crm, Kind::Own | Kind::Private | Kind::Untitled | Kind::Invitation) => {
            drop(host.add_meeting(row));
        }
        (Side::Crm, Kind::Series) => {
            row["Event_Title"] = json!(kept);
            row["Recurring_Activity"] = json!({ "RRULE": "FREQ=DAILY;INTERVAL=1;COUNT=3" });
            host.add_meeting(row);
        }
        (Side::Crm, Kind::Foreign) => {
            row["Event_Title"] = json!(kept);
            row["Owner"] = json!({ "id": BEN });
            host.add_meeting(row);
        }
    }
}

/// A colleague in the CRM.
const BEN: &str = "4876876000000225027";

pub(crate) fn is_private(row: &Value) -> bool {
    matches!(row["visibility"].as_str(), Some("private" | "confidential"))
}

pub(crate) fn is_closed(row: &Value) -> bool {
    row["organizer"]["self"] != true && !row["organizer"].is_null() && row["guestsCanModify"] != true
}

pub(crate) fn is_anonymous(row: &Value) -> bool {
    is_private(row) || title(row).is_empty() || !title(row).starts_with('E')
}
