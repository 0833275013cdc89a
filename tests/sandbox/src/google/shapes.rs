//! The names of fields that `fields` can select (discovery document, schemas). A name that no resource has is refused,
//! so a client does not find out by a missing answer.

use super::methods::Method;

/// What may be selected below a field.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Below {
    /// Nothing: a plain value.
    Leaf,
    /// Names that are data, such as those of extended properties.
    Anything,
    Of(Names),
}
use Below::{Anything, Leaf, Of};

pub(crate) type Names = &'static [(&'static str, Below)];

const WHEN: Names = &[("date", Leaf), ("dateTime", Leaf), ("timeZone", Leaf)];
const PERSON: Names = &[("displayName", Leaf), ("email", Leaf), ("id", Leaf), ("self", Leaf)];
const REMINDER: Names = &[("method", Leaf), ("minutes", Leaf)];
const ATTENDEE: Names = &[
    ("additionalGuests", Leaf),
    ("asyncOperation", Leaf),
    ("comment", Leaf),
    ("displayName", Leaf),
    ("email", Leaf),
    ("id", Leaf),
    ("optional", Leaf),
    ("organizer", Leaf),
    ("resource", Leaf),
    ("responseStatus", Leaf),
    ("self", Leaf),
];
const ATTACHMENT: Names =
    &[("fileId", Leaf), ("fileUrl", Leaf), ("iconLink", Leaf), ("mimeType", Leaf), ("title", Leaf)];
const EVENT: Names = &[
    ("anyoneCanAddSelf", Leaf),
    ("attachments", Of(ATTACHMENT)),
    ("attendees", Of(ATTENDEE)),
    ("attendeesOmitted", Leaf),
    ("birthdayProperties", Anything),
    ("colorId", Leaf),
    ("conferenceData", Anything),
    ("created", Leaf),
    ("creator", Of(PERSON)),
    ("description", Leaf),
    ("end", Of(WHEN)),
    ("endTimeUnspecified", Leaf),
    ("etag", Leaf),
    ("eventLabelId", Leaf),
    ("eventType", Leaf),
    ("extendedProperties", Of(&[("private", Anything), ("shared", Anything)])),
    ("focusTimeProperties", Anything),
    ("gadget", Anything),
    ("guestsCanInviteOthers", Leaf),
    ("guestsCanModify", Leaf),
    ("guestsCanSeeOtherGuests", Leaf),
    ("hangoutLink", Leaf),
    ("htmlLink", Leaf),
    ("iCalUID", Leaf),
    ("id", Leaf),
    ("kind", Leaf),
    ("location", Leaf),
    ("locked", Leaf),
    ("organizer", Of(PERSON)),
    ("originalStartTime", Of(WHEN)),
    ("outOfOfficeProperties", Anything),
    ("privateCopy", Leaf),
    ("recurrence", Leaf),
    ("recurringEventId", Leaf),
    ("reminders", Of(&[("overrides", Of(REMINDER)), ("useDefault", Leaf)])),
    ("sequence", Leaf),
    ("source", Of(&[("title", Leaf), ("url", Leaf)])),
    ("start", Of(WHEN)),
    ("status", Leaf),
    ("summary", Leaf),
    ("transparency", Leaf),
    ("updated", Leaf),
    ("visibility", Leaf),
    ("workingLocationProperties", Anything),
];
const EVENTS: Names = &[
    ("accessRole", Leaf),
    ("defaultReminders", Of(REMINDER)),
    ("description", Leaf),
    ("etag", Leaf),
    ("items", Of(EVENT)),
    ("kind", Leaf),
    ("nextPageToken", Leaf),
    ("nextSyncToken", Leaf),
    ("summary", Leaf),
    ("timeZone", Leaf),
    ("updated", Leaf),
];
const ENTRY: Names = &[
    ("accessRole", Leaf),
    ("autoAcceptInvitations", Leaf),
    ("backgroundColor", Leaf),
    ("colorId", Leaf),
    ("conferenceProperties", Anything),
    ("dataOwner", Leaf),
    ("defaultReminders", Of(REMINDER)),
    ("deleted", Leaf),
    ("description", Leaf),
    ("etag", Leaf),
    ("foregroundColor", Leaf),
    ("hidden", Leaf),
    ("id", Leaf),
    ("kind", Leaf),
    ("location", Leaf),
    ("notificationSettings", Anything),
    ("primary", Leaf),
    ("selected", Leaf),
    ("summary", Leaf),
    ("summaryOverride", Leaf),
    ("timeZone", Leaf),
];
const CALENDAR_LIST: Names =
    &[("etag", Leaf), ("items", Of(ENTRY)), ("kind", Leaf), ("nextPageToken", Leaf), ("nextSyncToken", Leaf)];

/// What can be selected from a method's answer.
pub(crate) fn of(method: &Method) -> Below {
    match method.name {
        "events.list" | "events.instances" => Of(EVENTS),
        "calendarList.list" => Of(CALENDAR_LIST),
        "calendarList.get" => Of(ENTRY),
        name if name.starts_with("events.") => Of(EVENT),
        _ => Anything,
    }
}
