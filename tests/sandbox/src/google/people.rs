//! The people with an account, and their settings.

use std::collections::BTreeMap;

/// One account.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    /// The address, which is also the id of the primary calendar.
    pub(crate) email: String,
    pub(crate) settings: BTreeMap<String, String>,
    /// Changes of the calendar list so far.
    pub(crate) list_changes: u64,
    /// Sync tokens of the calendar list of an earlier epoch are dead.
    pub(crate) list_epoch: u64,
}

/// User settings and what they are at first (Google Calendar API, Settings).
const SETTINGS: &[(&str, &str)] = &[
    ("autoAddHangouts", "false"),
    ("dateFieldOrder", "DMY"),
    ("defaultEventLength", "60"),
    ("format24HourTime", "true"),
    ("hideInvitations", "false"),
    ("hideWeekends", "false"),
    ("locale", "en_GB"),
    ("remindOnRespondedEventsOnly", "false"),
    ("showDeclinedEvents", "true"),
    ("timezone", "Europe/Paris"),
    ("useKeyboardShortcuts", "true"),
    ("weekStart", "1"),
];

impl Person {
    pub(crate) fn new(email: &str) -> Person {
        Person {
            email: email.to_owned(),
            settings: SETTINGS.iter().map(|(id, value)| ((*id).to_owned(), (*value).to_owned())).collect(),
            list_changes: 0,
            list_epoch: 0,
        }
    }

    /// Whether invitations stay out of the calendar until they are answered.
    pub(crate) fn hides_invitations(&self) -> bool {
        self.settings.get("hideInvitations").is_some_and(|value| value == "true")
    }
}
