//! Zoho CRM v8 as it stands on the wire (source: Zoho CRM API v8, records and settings).

use crate::json::Json;
use crate::model::event::Guest;
use crate::model::ids::CrmId;
use crate::model::list::{Listed, whole};
use crate::model::people::People;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use std::borrow::Cow;

/// The name of the field that holds the id of the Google event in records that Accord created, where an administrator
/// made one: a single-line field with the label "Google Event Id", best a user-based external id (Zoho CRM help,
/// "External ID in Zoho CRM"), so that the CRM itself refuses a second record of one event.
pub(crate) const MARK: &str = "Google_Event_Id";

/// A record of the module `Events` as far as Accord reads it.
pub(crate) struct Record {
    pub(crate) id: CrmId,
    pub(crate) title: String,
    pub(crate) start: String,
    pub(crate) end: String,
    pub(crate) all_day: bool,
    pub(crate) venue: String,
    /// None when the answer shows none: there may be some all the same, for it is not documented whether lists show them.
    pub(crate) participants: Option<Vec<Participant>>,
    pub(crate) mark: Option<String>,
    pub(crate) created: String,
    pub(crate) modified: String,
}

/// A list answer (`GET /{module}`, COQL).
pub(crate) struct Rows {
    pub(crate) data: Vec<Record>,
    pub(crate) more_records: bool,
}

impl Rows {
    /// Reads a list answer; an empty list is a 204 without a body. Fields that are missing or of another type are
    /// empty. A record without an id makes the answer unreadable: passed over, it would never be listed again.
    pub(crate) fn parse(body: &[u8]) -> Option<Self> {
        if body.is_empty() {
            return Some(Self { data: Vec::new(), more_records: false });
        }
        let body = Json::parse(body)?;
        Some(Self {
            data: whole(body.get("data").list()?.iter().map(Record::of))?,
            more_records: more_records(&body),
        })
    }
}

impl Record {
    fn of(row: &Json<'_>) -> Option<Self> {
        let text = |key: &str| row.text(key).unwrap_or_default();
        Some(Self {
            id: CrmId::new(row.text("id")?),
            title: text("Event_Title"),
            start: text("Start_DateTime"),
            end: text("End_DateTime"),
            all_day: row.get("All_day").flag().unwrap_or_default(),
            venue: text("Venue"),
            participants: row
                .get("Participants")
                .list()
                .map(|rows| rows.iter().filter_map(Participant::of).listed()),
            mark: row.text(MARK),
            created: text("Created_Time"),
            modified: text("Modified_Time"),
        })
    }
}

/// A page of the list of deleted records (Zoho CRM API v8, get deleted records).
pub(crate) struct DeletedPage {
    /// Ids, with the time of the deletion in seconds since 1970.
    pub(crate) rows: Vec<(CrmId, Option<i64>)>,
    pub(crate) more_records: bool,
}

impl DeletedPage {
    /// Reads a page; an empty list is a 204 or a 304, without a body.
    pub(crate) fn parse(body: &[u8]) -> Option<Self> {
        if body.is_empty() {
            return Some(Self { rows: Vec::new(), more_records: false });
        }
        let body = Json::parse(body)?;
        let deleted = |row: &Json<'_>| {
            Some((
                CrmId::new(row.text("id")?),
                row.get("deleted_time").str().and_then(super::zoho_event::seconds),
            ))
        };
        Some(Self {
            rows: whole(body.get("data").list()?.iter().map(deleted))?,
            more_records: more_records(&body),
        })
    }
}

/// Whether a list goes on.
pub(crate) fn more_records(body: &Json<'_>) -> bool {
    body.get("info").get("more_records").flag().unwrap_or_default()
}

/// Ids are text; some error details carry one as a number.
pub(crate) fn id(row: &Json<'_>) -> Option<String> {
    row.text("id").or_else(|| row.get("id").number().map(|id| id.to_string()))
}

/// One row of `Participants`. What Accord does not know of a row goes back as it came.
#[derive(Clone, Serialize)]
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
    pub(crate) fn of(row: &Json<'_>) -> Option<Self> {
        Some(Self {
            id: id(row),
            kind: row.text("type")?,
            participant: row.text("participant")?,
            email: row.text("Email"),
            name: row.text("name"),
        })
    }

    /// A guest: the user, contact or lead with the address, where one is known, or the address only.
    pub(crate) fn invitee(guest: &Guest, people: &People) -> Self {
        let (kind, participant, email, name) = match people.find(guest) {
            Some((kind, id)) => (kind, id, Some(guest.email.clone()), None),
            None => ("email", guest.email.as_str(), None, guest.name.clone()),
        };
        Self { id: None, kind: kind.to_owned(), participant: participant.to_owned(), email, name }
    }

    /// Whether this row leads to a record of the CRM.
    pub(crate) fn is_linked(&self) -> bool {
        self.kind != "email"
    }

    /// Whether both rows are about the same record or address.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.kind == other.kind && self.participant == other.participant
    }

    /// Whether this row is the user of the CRM with this id.
    pub(crate) fn is_user(&self, id: &str) -> bool {
        self.kind == "user" && self.participant == id
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

/// What became of one record of a bulk write. A 2xx of the whole says nothing about it.
pub(crate) struct RecordResult {
    pub(crate) code: String,
    /// Ids have 18 or 19 digits; a shorter one is none (Zoho CRM API v8, insert records).
    pub(crate) id: Option<String>,
    pub(crate) modified: String,
    /// The field that an error is about.
    pub(crate) field: String,
}

impl RecordResult {
    /// The results in the order of the request; none when the body holds no results.
    pub(crate) fn parse(body: &[u8]) -> Option<Vec<Self>> {
        let body = Json::parse(body)?;
        let results = body.get("data").list().filter(|results| !results.is_empty())?;
        Some(results.iter().map(Self::of).listed())
    }

    fn of(row: &Json<'_>) -> Self {
        let details = row.get("details");
        Self {
            code: row.text("code").unwrap_or_default(),
            id: id(details).filter(|id| id.len() > 15),
            modified: details.text("Modified_Time").unwrap_or_default(),
            field: details.text("api_name").unwrap_or_default(),
        }
    }

    /// The result of each record of a request that was refused as a whole.
    pub(crate) fn refused(code: &str) -> Self {
        Self { code: code.to_owned(), id: None, modified: String::new(), field: String::new() }
    }
}
