//! What one person has of a calendar: a role, and an entry in the calendar list.

use serde_json::{Value, json};

use super::calendar::Calendar;

/// What a person may do with a calendar, in rising order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    FreeBusyReader,
    Reader,
    WriterWithoutPrivateAccess,
    Writer,
    Owner,
}

impl Role {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Role::FreeBusyReader => "freeBusyReader",
            Role::Reader => "reader",
            Role::WriterWithoutPrivateAccess => "writerWithoutPrivateAccess",
            Role::Writer => "writer",
            Role::Owner => "owner",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Role> {
        [Role::FreeBusyReader, Role::Reader, Role::WriterWithoutPrivateAccess, Role::Writer, Role::Owner]
            .into_iter()
            .find(|role| role.name() == name)
    }

    pub(crate) fn may_write(self) -> bool {
        self >= Role::WriterWithoutPrivateAccess
    }
}

/// One person's hold on one calendar. Reminders, colours and visibility in the list are the person's own.
#[derive(Clone, Debug)]
pub(crate) struct Access {
    pub(crate) role: Role,
    pub(crate) hidden: bool,
    /// Taken out of the list by the person; the role remains.
    pub(crate) removed: bool,
    pub(crate) summary_override: Option<String>,
    pub(crate) default_reminders: Vec<Value>,
    /// Sync tokens and page tokens of an earlier epoch are dead.
    pub(crate) epoch: u64,
    /// Position of the entry's last change in the person's calendar list. Roles do not count (discovery document,
    /// calendarList.list, syncToken).
    pub(crate) changed: u64,
}

impl Access {
    pub(crate) fn new(role: Role) -> Access {
        Access {
            role,
            hidden: false,
            removed: false,
            summary_override: None,
            default_reminders: Vec::new(),
            epoch: 0,
            changed: 0,
        }
    }

    /// The entry of calendarList.
    pub(crate) fn entry(&self, calendar: &Calendar, user: &str) -> Value {
        let etag = format!("\"{}\"", 1_000_000 + self.changed * 1_000 + self.epoch);
        if self.removed {
            return json!({ "kind": "calendar#calendarListEntry", "etag": etag, "id": calendar.id,
                "deleted": true });
        }
        let mut entry = json!({
            "kind": "calendar#calendarListEntry",
            "etag": etag,
            "id": calendar.id,
            "summary": calendar.summary,
            "timeZone": calendar.zone.name(),
            "accessRole": self.role.name(),
            "colorId": "14",
            "backgroundColor": "#9fe1e7",
            "foregroundColor": "#000000",
            "conferenceProperties": { "allowedConferenceSolutionTypes": ["hangoutsMeet"] },
        });
        if let Some(map) = entry.as_object_mut() {
            if calendar.primary && calendar.id == user {
                map.insert("primary".into(), json!(true));
            }
            if !calendar.primary {
                map.insert("dataOwner".into(), json!(calendar.owner));
            }
            // What is false is left out.
            if self.hidden {
                map.insert("hidden".into(), json!(true));
            } else {
                map.insert("selected".into(), json!(true));
            }
            if let Some(own) = &self.summary_override {
                map.insert("summaryOverride".into(), json!(own));
            }
            if !self.default_reminders.is_empty() {
                map.insert("defaultReminders".into(), json!(self.default_reminders));
            }
        }
        entry
    }
}
