//! What a cycle did, for people and programs. Events are named by their ids; the one place that holds their text is
//! [`Conflict`], so that a value that lost is not lost.

use super::side::Side;
use crate::json::Json;
use crate::model::settings::Settings;
use serde::{Serialize, Serializer};

/// The report of one cycle.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// The number of the cycle since the sync was first activated.
    pub run: u32,
    /// What started it.
    #[cfg_attr(
        target_arch = "wasm32",
        tsify(type = "\"poll\" | \"manual\" | \"crm-change\" | \"undo\" | \"put-back\"")
    )]
    pub trigger: String,
    /// When it started, in milliseconds since 1970.
    pub started_ms: i64,
    /// How long it took, in milliseconds.
    pub duration_ms: i64,
    /// What was written to Google.
    pub google: Counts,
    /// What was written to the CRM.
    pub crm: Counts,
    /// Contacts created of guests (C3).
    pub contacts: u32,
    /// Observed events that needed nothing.
    pub unchanged: u32,
    /// Events paired with meetings that already existed.
    pub linked: u32,
    /// Events that stay out of the CRM, by reason.
    pub skipped: Skipped,
    /// Events that could not be synced as they are.
    pub parked: Vec<ParkedItem>,
    /// Remarks on single events.
    pub notes: Vec<Note>,
    /// Values that were changed on both sides, with the one that lost.
    pub conflicts: Vec<Conflict>,
    /// Questions that wait for the user's answer.
    pub questions: Vec<Question>,
    /// Entries left for the next cycles.
    pub remaining: u32,
    /// What a service keeps waiting.
    pub pauses: Vec<Pause>,
    /// Requests made.
    pub requests: Requests,
    /// Whether everything was read, not only what changed.
    pub full_read: bool,
    /// How the cycle ended.
    pub finished: Finished,
    /// Why it did not end by itself, although something was written; only in the history.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed: Option<Failed>,
    /// Of an undo: the number of the cycle that was undone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undoes: Option<u32>,
    /// Of an undo: what was left as it is, and why.
    pub not_restored: Vec<NotRestored>,
}

/// Why a cycle that wrote something ended early.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Failed {
    /// The code of the error; `interrupted` where the host was stopped.
    pub code: String,
    /// What it means, as a sentence.
    pub message: String,
}

/// An event that an undo left as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct NotRestored {
    /// The event in Google; empty where it is about several.
    pub google_id: String,
    /// The record in the CRM, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crm_id: Option<String>,
    /// Why.
    #[cfg_attr(
        target_arch = "wasm32",
        tsify(type = "\"changed-since\" | \"gone\" | \"not-allowed\" | \"not-kept\" | \"contacts-kept\"")
    )]
    pub code: &'static str,
    /// What it means, as a sentence.
    pub message: &'static str,
}

/// Entries written on one side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Counts {
    /// Created.
    pub created: u32,
    /// Updated.
    pub updated: u32,
    /// Deleted.
    pub deleted: u32,
}

impl Counts {
    /// All entries.
    pub(crate) fn total(self) -> u32 {
        self.created + self.updated + self.deleted
    }
}

/// Events that stay out of the CRM, by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Skipped {
    /// Recurring events and their instances.
    pub recurring: u32,
    /// Types other than ordinary events: focus time, out of office, birthdays …
    pub event_type: u32,
    /// Private events, when the settings skip them.
    pub private: u32,
    /// Events that ended before the window, and instances of series more than a year ahead.
    pub outside_window: u32,
    /// Meetings that belong to another user of the CRM.
    pub other_owner: u32,
}

impl Skipped {
    pub(crate) fn total(self) -> u32 {
        self.recurring + self.event_type + self.private + self.outside_window + self.other_owner
    }
}

/// An event that could not be synced as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct ParkedItem {
    /// The event in Google; for a meeting that has none, the id that it would get.
    pub google_id: String,
    /// The record in the CRM, where it matters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crm_id: Option<String>,
    /// The reason, as a code: `unreadable`, `ambiguous`, or the service's own.
    pub code: String,
    /// The reason, as a sentence.
    pub message: String,
    /// Since when, in milliseconds since 1970.
    pub since_ms: i64,
}

/// A remark on one event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Note {
    /// `guests-cut`, `guests-not-linked`, `contacts-not-created`, `recreated`, `all-day-unclear`, `unreadable`,
    /// `not-writable`.
    pub code: String,
    /// The event in Google; empty where it is about several.
    pub google_id: String,
    /// What it means, as a sentence.
    pub message: String,
}

/// A field that was changed on both sides to different values (C4).
#[derive(Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Conflict {
    /// The event in Google.
    pub google_id: String,
    /// The record in the CRM.
    pub crm_id: String,
    /// `title`, `time`, `reminder`, `place` or `description`.
    #[cfg_attr(
        target_arch = "wasm32",
        tsify(type = "\"title\" | \"time\" | \"reminder\" | \"place\" | \"description\"")
    )]
    pub field: &'static str,
    /// The value in Google. A time is an interval of RFC 3339, a reminder is minutes before the start.
    pub google: String,
    /// The value in the CRM.
    pub crm: String,
    /// Whose value is on both sides now.
    pub winner: Winner,
}

/// Without the values: they are event text.
impl std::fmt::Debug for Conflict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Conflict({}, {:?} wins)", self.field, self.winner)
    }
}

/// Whose value a conflict ended with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "lowercase")]
pub enum Winner {
    /// Google's.
    Google,
    /// The CRM's.
    Crm,
}

impl Winner {
    pub(crate) fn of(side: Side) -> Self {
        if side == Side::Google { Self::Google } else { Self::Crm }
    }
}

/// Something that only the user can decide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Question {
    /// Its name, for `resolve`.
    pub id: String,
    /// `mass-deletion`: the events were deleted on one side; `apply` deletes them on the other, `restore` creates them
    /// again. `ambiguous`: they have the same title and time, and differ; `pair` takes the first event for the first
    /// meeting and so on, `separate` creates a counterpart of each.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "\"mass-deletion\" | \"ambiguous\""))]
    pub code: String,
    /// Of what is ambiguous: which events and meetings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub candidates: Option<Candidates>,
    /// Where the events would be deleted.
    pub side: Side,
    /// How many events it is about.
    pub count: u32,
    /// Since when, in milliseconds since 1970.
    pub asked_ms: i64,
}

/// Events and meetings that may be the same, in the order in which they would be paired.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Candidates {
    /// The events in Google.
    pub google_ids: Vec<String>,
    /// The records in the CRM.
    pub crm_ids: Vec<String>,
}

/// A service that takes no requests, or no changes, for a while. It ends by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Pause {
    /// Whose service.
    pub side: Side,
    /// `wait`: no request goes there; `quota`: nothing is written there, and reading goes on.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "\"wait\" | \"quota\""))]
    pub code: String,
    /// What it means, as a sentence.
    pub message: String,
    /// When it ends, in milliseconds since 1970.
    pub until_ms: i64,
}

impl Pause {
    pub(crate) const GOOGLE_WAITS: &str =
        "Google asked to wait. Nothing is lost; the sync goes on by itself.";
    pub(crate) const CRM_WAITS: &str = "Zoho CRM asked to wait. Nothing is lost; the sync goes on by itself.";
    pub(crate) const GOOGLE_IS_FULL: &str = "Google takes no more changes for some hours: a usage limit of the \
        account is reached. Nothing is lost; they are written by themselves afterwards.";
}

/// Requests made, by service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Requests {
    /// To Google.
    pub google: u32,
    /// To the CRM.
    pub zoho: u32,
}

/// How a cycle ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "lowercase")]
pub enum Finished {
    /// Everything that was found is done.
    #[default]
    Complete,
    /// The limit of entries was reached; the next cycle goes on.
    Limit,
    /// The host's deadline was reached; the next cycle goes on.
    Deadline,
    /// A service takes no more changes for a while; a cycle after the pause goes on.
    Paused,
    /// It failed, or was cut off; the next cycle goes on. Only in the history.
    Failed,
}

/// The state of the sync.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// Whether the sync is switched on.
    pub state: Switch,
    /// The settings, complete, once there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settings: Option<Settings>,
    /// How many events are linked.
    pub links: u32,
    /// Events that could not be synced as they are.
    pub parked: Vec<ParkedItem>,
    /// What only the user can decide.
    pub questions: Vec<Question>,
    /// Entries left for the next cycles, as of the last one.
    pub remaining: u32,
    /// Whether the first sync is over.
    pub first_sync_done: bool,
    /// When the last cycle that found something ended, in milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_run_ms: Option<i64>,
    /// The report of the last cycle that wrote or parked something.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Report"))]
    pub last_report: Option<StoredReport>,
    /// No request goes out before this time, because a service asked for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait_until_ms: Option<i64>,
    /// What a service keeps waiting.
    pub pauses: Vec<Pause>,
    /// How the sync is doing.
    pub health: Health,
}

/// A [`Report`] as JSON text, as the history holds it.
#[derive(Clone, Debug)]
pub struct StoredReport(pub String);

impl Serialize for StoredReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Json::parse(self.0.as_bytes()).serialize(serializer)
    }
}

/// What a look at linked pairs found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Verification {
    /// Pairs that were read on both sides.
    pub checked: u32,
    /// Pairs of which a side gave no definite answer.
    pub unanswered: u32,
    /// Pairs that differ.
    pub drifts: Vec<Drift>,
}

/// A linked pair that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Drift {
    /// The event in Google.
    pub google_id: String,
    /// The record in the CRM.
    pub crm_id: String,
    /// `differs`, or where it is missing.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "\"differs\" | \"missing-google\" | \"missing-crm\""))]
    pub kind: &'static str,
    /// The fields that differ.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "FieldName[]"))]
    pub fields: Vec<&'static str>,
    /// Whether it changed since the last cycle, so that the next one finds it by itself.
    pub pending: bool,
}

/// How the sync is doing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Health {
    /// The gravest that there is to say.
    #[cfg_attr(
        target_arch = "wasm32",
        tsify(type = "\"off\" | \"in-accord\" | \"waiting\" | \"needs-you\"")
    )]
    pub state: &'static str,
    /// Of `waiting`: when that ends, in milliseconds since 1970; absent when the next cycle goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until_ms: Option<i64>,
    /// What only a person can mend: `question-open`, `parked`, or the code of the error that ended the last cycle.
    pub reasons: Vec<Failed>,
    /// When the last cycle that found something ended well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_success_ms: Option<i64>,
    /// Entries left for the next cycles.
    pub remaining: u32,
    /// Events that cannot be synced as they are.
    pub parked: u32,
}

/// Whether the sync is switched on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "lowercase")]
pub enum Switch {
    /// Not activated, or deactivated.
    Off,
    /// Activated.
    Active,
}

/// A calendar that the user can read and write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Calendar {
    /// Its id.
    pub id: String,
    /// Its name, as the user sees it.
    pub name: String,
    /// Its IANA zone.
    pub zone: String,
    /// Whether it is the account's own calendar.
    pub primary: bool,
    /// `owner` or `writer`.
    pub role: String,
}

/// What is missing before a sync can work.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Access {
    /// Whether nothing is missing.
    pub ok: bool,
    /// What is missing.
    pub missing: Vec<Missing>,
}

/// One right, scope or sign-in that is missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Missing {
    /// A stable code.
    pub code: String,
    /// `calendar`, the one of the settings; `calendars`, any; `google` or `zoho`, the sign-in or a scope; `meetings` or
    /// `contacts`, a right on them; `field`, a way to fill one that the CRM demands.
    #[cfg_attr(
        target_arch = "wasm32",
        tsify(
            type = "\"calendar\" | \"calendars\" | \"google\" | \"zoho\" | \"meetings\" | \"contacts\" | \"field\""
        )
    )]
    pub what: &'static str,
    /// The right, or the field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What is missing and who can mend it.
    pub message: String,
}
