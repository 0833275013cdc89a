//! What was learnt of the CRM account when the sync was activated.

use serde::Serialize;

/// The account and the rules of its module of meetings.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub(crate) struct CrmProfile {
    pub(crate) user: String,
    /// The user's own addresses, in lower case: the CRM's, and the one that Google names the primary calendar by. Who has
    /// one of them is no guest.
    pub(crate) own: Vec<String>,
    pub(crate) organisation: String,
    /// IANA name; the user's, else the calendar's, else the organisation's.
    pub(crate) zone: String,
    pub(crate) limits: TextLimits,
    /// Picklists that the layout demands and Accord does not map, with the value that new records get.
    pub(crate) defaults: Vec<(String, String)>,
    /// A reminder is written as the time at which it is due, not as how long before the start: the older one of the two
    /// types that the field has had (Zoho CRM API v2, events response).
    pub(crate) reminder_times: bool,
    /// The module has a field for the id of the Google event (K10): new records carry it.
    pub(crate) marks: bool,
}

/// How many characters the CRM's text fields hold, from the metadata of the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct TextLimits {
    pub(crate) title: usize,
    pub(crate) place: usize,
    pub(crate) description: usize,
}

impl TextLimits {
    /// What is assumed of a field whose metadata names no length.
    pub(crate) const DEFAULT: Self = Self { title: 255, place: 255, description: 32_000 };
}

/// How the CRM encodes all-day times. Zoho documents it only for a sibling product, so that it is learnt by writing
/// one event and reading it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AllDayTimes {
    /// None while no day was seen on which the two ways differ.
    pub(crate) offset: Option<AllDayOffset>,
    /// The end is the midnight after the last day; otherwise a time of the last day.
    pub(crate) exclusive_end: bool,
}

impl AllDayTimes {
    /// As in the sample of Zoho Recruit (developer guide, "Events response"): assumed until it is known better.
    pub(crate) const ASSUMED: Self = Self { offset: None, exclusive_end: false };
}

/// The offset at which the CRM takes and prints the dates of all-day times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum AllDayOffset {
    /// `+00:00`.
    Zero,
    /// What the user's zone has on that day.
    UserZone,
}
