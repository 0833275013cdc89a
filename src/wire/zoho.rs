//! Zoho CRM v8 as it stands on the wire (source: Zoho CRM API v8, records and settings).

use crate::model::event::Guest;
use crate::model::ids::CrmId;
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// A record of the module `Events` as far as Accord reads it.
#[derive(Deserialize)]
pub(crate) struct Record {
    pub(crate) id: CrmId,
    #[serde(rename = "Event_Title")]
    pub(crate) title: Option<String>,
    #[serde(rename = "Start_DateTime")]
    pub(crate) start: Option<String>,
    #[serde(rename = "End_DateTime")]
    pub(crate) end: Option<String>,
    #[serde(rename = "All_day")]
    pub(crate) all_day: Option<bool>,
    #[serde(rename = "Venue")]
    pub(crate) venue: Option<String>,
    #[serde(rename = "Participants")]
    pub(crate) participants: Option<Vec<Participant>>,
    #[serde(rename = "Created_Time")]
    pub(crate) created: Option<String>,
    #[serde(rename = "Modified_Time")]
    pub(crate) modified: Option<String>,
}

/// A list answer (`GET /{module}`, COQL).
#[derive(Default, Deserialize)]
pub(crate) struct Rows {
    #[serde(default)]
    pub(crate) data: Vec<Record>,
    #[serde(default)]
    pub(crate) info: Info,
}

impl Rows {
    /// Reads a list answer; an empty list is a 204 without a body.
    pub(crate) fn parse(body: &[u8]) -> Option<Self> {
        if body.is_empty() { Some(Self::default()) } else { serde_json::from_slice(body).ok() }
    }
}

#[derive(Default, Deserialize)]
pub(crate) struct Info {
    #[serde(default)]
    pub(crate) more_records: bool,
}

/// One row of `Participants`. What Accord does not know of a row goes back as it came.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Participant {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(rename = "type")]
    kind: String,
    participant: String,
    #[serde(rename = "Email", skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

impl Participant {
    /// A person known by an address only.
    pub(crate) fn invitee(guest: &Guest) -> Self {
        Self {
            id: None,
            kind: "email".to_owned(),
            participant: guest.email.clone(),
            email: None,
            name: guest.name.clone(),
        }
    }

    /// The guest that this row stands for; none when the row shows no address.
    pub(crate) fn guest(&self) -> Option<Guest> {
        let address = match &self.email {
            Some(email) => email,
            None if self.kind == "email" => &self.participant,
            None => return None,
        };
        Guest::new(address, self.name.clone())
    }
}

/// One entry of `Remind_At` (v8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Reminder {
    unit: u32,
    period: &'static str,
}

impl Reminder {
    /// So many minutes before the start, in the largest unit that is exact.
    pub(crate) fn before(minutes: u32) -> Self {
        match minutes {
            m if m > 0 && m % 1_440 == 0 => Self { unit: m / 1_440, period: "days" },
            m if m > 0 && m % 60 == 0 => Self { unit: m / 60, period: "hours" },
            m => Self { unit: m, period: "minutes" },
        }
    }
}

/// A record to insert, or the changed fields of one to update.
#[derive(Default)]
pub(crate) struct EventWrite<'a> {
    entries: Vec<(Cow<'a, str>, Entry<'a>)>,
}

/// The value of a written field.
pub(crate) enum Entry<'a> {
    Text(Cow<'a, str>),
    Flag(bool),
    Null,
    Participants(Vec<Participant>),
    Reminder(Reminder),
}

impl<'a> Entry<'a> {
    pub(crate) fn text(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl<'a> EventWrite<'a> {
    pub(crate) fn set(&mut self, name: &'a str, entry: Entry<'a>) {
        self.entries.push((Cow::Borrowed(name), entry));
    }

    /// Text; empty text is left out of a new record and cleared in an old one.
    pub(crate) fn set_text(&mut self, name: &'a str, text: &'a str, creating: bool) {
        match text {
            "" if creating => {}
            "" => self.set(name, Entry::Null),
            text => self.set(name, Entry::text(text)),
        }
    }
}

impl Serialize for EventWrite<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.entries.len()))?;
        for (name, entry) in &self.entries {
            match entry {
                Entry::Text(text) => map.serialize_entry(name, text)?,
                Entry::Flag(on) => map.serialize_entry(name, on)?,
                Entry::Null => map.serialize_entry(name, &())?,
                Entry::Participants(people) => map.serialize_entry(name, people)?,
                Entry::Reminder(reminder) => map.serialize_entry(name, &[reminder])?,
            }
        }
        map.end()
    }
}

/// The body of a bulk insert or update. `trigger: []` starts no workflow.
#[derive(Serialize)]
pub(crate) struct BulkWrite<'a> {
    pub(crate) data: &'a [EventWrite<'a>],
    pub(crate) trigger: [(); 0],
}

/// The answer to a bulk write: one result per record, in the order of the request.
#[derive(Deserialize)]
pub(crate) struct BulkResult {
    pub(crate) data: Vec<RecordResult>,
}

/// What became of one record. A 2xx of the whole says nothing about it.
#[derive(Deserialize)]
pub(crate) struct RecordResult {
    #[serde(default)]
    pub(crate) code: String,
    #[serde(default)]
    pub(crate) details: Details,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Details {
    #[serde(deserialize_with = "text_or_number")]
    pub(crate) id: Option<String>,
    #[serde(rename = "Modified_Time")]
    pub(crate) modified: Option<String>,
    pub(crate) api_name: Option<String>,
}

/// Some error details carry an id as a number.
fn text_or_number<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(match serde_json::Value::deserialize(deserializer)? {
        serde_json::Value::String(text) => Some(text),
        serde_json::Value::Number(number) => number.as_u64().map(|id| id.to_string()),
        _ => None,
    })
}
