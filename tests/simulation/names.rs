//! How an event is known on either side, and what its fields show, in a form that both sides share. Titles and times are
//! written once in a story, so that an event is known by its title or, where that must not show, by its time.

use crate::step::{Field, Side};
use accord_sandbox::{World, parse_instant};
use serde_json::Value;
use std::collections::BTreeMap;

/// What tells one event from another.
#[derive(Clone, Default)]
pub(crate) struct Names {
    /// Which thing was ever meant to take place then.
    pub(crate) extents: BTreeMap<String, usize>,
    /// The sandbox's switch `allday_end` is `midnight_next`.
    pub(crate) exclusive_ends: bool,
    /// The sandbox's switch `reminder_shape` is `event_reminder`.
    pub(crate) reminder_times: bool,
}

impl Names {
    /// Which thing a row is; none for those that stay on their side, and for what nobody can tell.
    pub(crate) fn thing(&self, side: Side, row: &Value) -> Option<usize> {
        let title = title(row);
        match title.strip_prefix('E') {
            Some(rest) if rest.contains(" v") => rest.split(' ').next()?.parse().ok(),
            _ if title.starts_with('K') => None,
            _ => self.extents.get(&self.shown(side, row, Field::Time)).copied(),
        }
    }

    /// The live events of a side by the thing that they are, or the thing that is there twice (I4).
    pub(crate) fn by_thing(&self, world: &World, side: Side) -> Result<BTreeMap<usize, Value>, String> {
        let mut found = BTreeMap::new();
        for row in live(world, side) {
            let Some(thing) = self.thing(side, &row) else { continue };
            if found.insert(thing, row).is_some() {
                return Err(format!("I4: E{thing} is there twice: {side:?}"));
            }
        }
        Ok(found)
    }

    /// A field's value.
    pub(crate) fn shown(&self, side: Side, row: &Value, field: Field) -> String {
        let text = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
        match (side, field) {
            (_, Field::Title) => match title(row) {
                "" => "Not Provided".to_owned(),
                title => title.to_owned(),
            },
            (Side::Google, Field::Place) => text("location"),
            (Side::Crm, Field::Place) => text("Venue"),
            (Side::Google, Field::Description) => text("description")
                .replace("<br>", "\n")
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&amp;", "&"),
            (Side::Crm, Field::Description) => text("Description").replace('\r', ""),
            (Side::Google, Field::Time) => google_extent(row),
            (Side::Crm, Field::Time) => crm_extent(row, self.exclusive_ends),
            (Side::Google, Field::Reminder) => {
                let reminders = &row["reminders"];
                if reminders["useDefault"] == true {
                    return "10".to_owned();
                }
                let popup = reminders["overrides"]
                    .as_array()
                    .and_then(|all| all.iter().find(|r| r["method"] == "popup"));
                popup.map(|popup| popup["minutes"].to_string()).unwrap_or_default()
            }
            (Side::Crm, Field::Reminder) => match &row["Remind_At"][0] {
                Value::Null if row["Remind_At"].is_string() => {
                    let minutes = (instant(&row["Start_DateTime"]) - instant(&row["Remind_At"])) / 60;
                    minutes.max(0).to_string()
                }
                Value::Null => String::new(),
                reminder => {
                    let unit = match reminder["period"].as_str().unwrap() {
                        "weeks" => 10_080,
                        "days" => 1_440,
                        "hours" => 60,
                        _ => 1,
                    };
                    (reminder["unit"].as_u64().unwrap() * unit).to_string()
                }
            },
            (_, Field::Guests) => guests(side, row).join(" "),
        }
    }
}

/// The addresses of the guests, sorted; the user is none.
pub(crate) fn guests(side: Side, row: &Value) -> Vec<String> {
    let (list, key) = match side {
        Side::Google => ("attendees", "email"),
        Side::Crm => ("Participants", "participant"),
    };
    let rows = row[list].as_array().into_iter().flatten();
    let mut found: Vec<String> = rows.map(|guest| guest[key].as_str().unwrap().to_lowercase()).collect();
    found.retain(|address| address != "ana@example.com");
    found.sort();
    found
}

pub(crate) fn live(world: &World, side: Side) -> Vec<Value> {
    match side {
        Side::Google => world.google_events("primary"),
        Side::Crm => world.crm_events(),
    }
}

pub(crate) fn title(row: &Value) -> &str {
    row["summary"].as_str().or(row["Event_Title"].as_str()).unwrap_or_default()
}

pub(crate) fn google_extent(row: &Value) -> String {
    match (row["start"]["date"].as_str(), row["end"]["date"].as_str()) {
        (Some(first), Some(end)) => format!("{first} to {end}"),
        _ => format!("{} to {}", instant(&row["start"]["dateTime"]), instant(&row["end"]["dateTime"])),
    }
}

fn crm_extent(row: &Value, exclusive_ends: bool) -> String {
    let (start, end) = (&row["Start_DateTime"], &row["End_DateTime"]);
    if row["All_day"] != true {
        return format!("{} to {}", instant(start), instant(end));
    }
    let date = |text: &Value| text.as_str().unwrap()[..10].parse::<chrono::NaiveDate>().unwrap();
    let end = if exclusive_ends { date(end) } else { date(end).succ_opt().unwrap() };
    format!("{} to {end}", date(start))
}

fn instant(text: &Value) -> i64 {
    parse_instant(text.as_str().unwrap()).unwrap() / 1_000
}

/// When an extent ends, in seconds since 1970.
pub(crate) fn end_of(extent: &str) -> i64 {
    let end = extent.split(" to ").nth(1).unwrap();
    match end.parse() {
        Ok(seconds) => seconds,
        Err(_) => parse_instant(&format!("{end}T00:00:00Z")).unwrap() / 1_000,
    }
}

pub(crate) fn is_all_day(extent: &str) -> bool {
    extent.contains('-')
}
