//! The documented resources of the Calendar API, field by field, and the check of a body against one (discovery
//! document, revision 20261030).

use accord_sandbox::parse_instant;
use serde_json::Value;

/// What a field may hold.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Text,
    OneOf(&'static [&'static str]),
    /// RFC 3339 with an offset.
    Instant,
    Day,
    /// A quoted tag.
    Tag,
    Flag,
    Whole,
    Texts,
    /// An object without fields of its own.
    Any,
    Texted,
    Object(Shape),
    Objects(Shape),
    /// An object of objects by names that are data.
    Named(Shape),
}
use Kind::*;

pub(crate) type Shape = &'static [(&'static str, Kind)];

pub(crate) const WHEN: Shape = &[("date", Day), ("dateTime", Instant), ("timeZone", Text)];
pub(crate) const PERSON: Shape = &[("displayName", Text), ("email", Text), ("id", Text), ("self", Flag)];
pub(crate) const REMINDER: Shape = &[("method", OneOf(&["email", "popup"])), ("minutes", Whole)];
pub(crate) const DECLINE: Kind =
    OneOf(&["declineNone", "declineAllConflictingInvitations", "declineOnlyNewConflictingInvitations"]);
pub(crate) const ATTENDEE: Shape = &[
    ("additionalGuests", Whole),
    ("comment", Text),
    ("displayName", Text),
    ("email", Text),
    ("id", Text),
    ("optional", Flag),
    ("organizer", Flag),
    ("resource", Flag),
    ("responseStatus", OneOf(&["needsAction", "declined", "tentative", "accepted"])),
    ("self", Flag),
];
pub(crate) const SOLUTION_KEY: Shape = &[("type", Text)];
pub(crate) const CONFERENCE: Shape = &[
    ("conferenceId", Text),
    ("conferenceSolution", Object(&[("iconUri", Text), ("key", Object(SOLUTION_KEY)), ("name", Text)])),
    (
        "createRequest",
        Object(&[
            ("conferenceSolutionKey", Object(SOLUTION_KEY)),
            ("requestId", Text),
            ("status", Object(&[("statusCode", OneOf(&["pending", "success", "failure"]))])),
        ]),
    ),
    (
        "entryPoints",
        Objects(&[
            ("accessCode", Text),
            ("entryPointFeatures", Texts),
            ("entryPointType", OneOf(&["video", "phone", "sip", "more"])),
            ("label", Text),
            ("meetingCode", Text),
            ("passcode", Text),
            ("password", Text),
            ("pin", Text),
            ("regionCode", Text),
            ("uri", Text),
        ]),
    ),
    ("notes", Text),
    ("signature", Text),
];
pub(crate) const EVENT: Shape = &[
    ("anyoneCanAddSelf", Flag),
    (
        "attachments",
        Objects(&[
            ("fileId", Text),
            ("fileUrl", Text),
            ("iconLink", Text),
            ("mimeType", Text),
            ("title", Text),
        ]),
    ),
    ("attendees", Objects(ATTENDEE)),
    ("attendeesOmitted", Flag),
    (
        "birthdayProperties",
        Object(&[
            ("contact", Text),
            ("customTypeName", Text),
            ("type", OneOf(&["anniversary", "birthday", "custom", "other", "self"])),
        ]),
    ),
    ("colorId", Text),
    ("conferenceData", Object(CONFERENCE)),
    ("created", Instant),
    ("creator", Object(PERSON)),
    ("description", Text),
    ("end", Object(WHEN)),
    ("endTimeUnspecified", Flag),
    ("etag", Tag),
    ("eventLabelId", Text),
    (
        "eventType",
        OneOf(&["birthday", "default", "focusTime", "fromGmail", "outOfOffice", "workingLocation"]),
    ),
    ("extendedProperties", Object(&[("private", Texted), ("shared", Texted)])),
    (
        "focusTimeProperties",
        Object(&[
            ("autoDeclineMode", DECLINE),
            ("chatStatus", OneOf(&["available", "doNotDisturb"])),
            ("declineMessage", Text),
        ]),
    ),
    ("guestsCanInviteOthers", Flag),
    ("guestsCanModify", Flag),
    ("guestsCanSeeOtherGuests", Flag),
    ("hangoutLink", Text),
    ("htmlLink", Text),
    ("iCalUID", Text),
    ("id", Text),
    ("kind", OneOf(&["calendar#event"])),
    ("location", Text),
    ("locked", Flag),
    ("organizer", Object(PERSON)),
    ("originalStartTime", Object(WHEN)),
    ("outOfOfficeProperties", Object(&[("autoDeclineMode", DECLINE), ("declineMessage", Text)])),
    ("privateCopy", Flag),
    ("recurrence", Texts),
    ("recurringEventId", Text),
    ("reminders", Object(&[("overrides", Objects(REMINDER)), ("useDefault", Flag)])),
    ("sequence", Whole),
    ("source", Object(&[("title", Text), ("url", Text)])),
    ("start", Object(WHEN)),
    ("status", OneOf(&["confirmed", "tentative", "cancelled"])),
    ("summary", Text),
    ("transparency", OneOf(&["opaque", "transparent"])),
    ("updated", Instant),
    ("visibility", OneOf(&["default", "public", "private", "confidential"])),
    (
        "workingLocationProperties",
        Object(&[
            ("customLocation", Object(&[("label", Text)])),
            ("homeOffice", Any),
            (
                "officeLocation",
                Object(&[
                    ("buildingId", Text),
                    ("deskId", Text),
                    ("floorId", Text),
                    ("floorSectionId", Text),
                    ("label", Text),
                ]),
            ),
            ("type", OneOf(&["homeOffice", "officeLocation", "customLocation"])),
        ]),
    ),
];
pub(crate) const ROLE: Kind =
    OneOf(&["freeBusyReader", "reader", "writerWithoutPrivateAccess", "writer", "owner"]);
pub(crate) const EVENTS_LIST: Shape = &[
    ("accessRole", ROLE),
    ("defaultReminders", Objects(REMINDER)),
    ("description", Text),
    ("etag", Tag),
    ("items", Objects(EVENT)),
    ("kind", OneOf(&["calendar#events"])),
    ("nextPageToken", Text),
    ("nextSyncToken", Text),
    ("summary", Text),
    ("timeZone", Text),
    ("updated", Instant),
];
pub(crate) const SOLUTIONS: Kind = Object(&[("allowedConferenceSolutionTypes", Texts)]);
pub(crate) const ENTRY: Shape = &[
    ("accessRole", ROLE),
    ("backgroundColor", Text),
    ("colorId", Text),
    ("conferenceProperties", SOLUTIONS),
    ("dataOwner", Text),
    ("defaultReminders", Objects(REMINDER)),
    ("deleted", Flag),
    ("description", Text),
    ("etag", Tag),
    ("foregroundColor", Text),
    ("hidden", Flag),
    ("id", Text),
    ("kind", OneOf(&["calendar#calendarListEntry"])),
    ("location", Text),
    ("primary", Flag),
    ("selected", Flag),
    ("summary", Text),
    ("summaryOverride", Text),
    ("timeZone", Text),
];
pub(crate) const CALENDAR_LIST: Shape = &[
    ("etag", Tag),
    ("items", Objects(ENTRY)),
    ("kind", OneOf(&["calendar#calendarList"])),
    ("nextPageToken", Text),
    ("nextSyncToken", Text),
];
pub(crate) const CALENDAR: Shape = &[
    ("conferenceProperties", SOLUTIONS),
    ("dataOwner", Text),
    ("description", Text),
    ("etag", Tag),
    ("id", Text),
    ("kind", OneOf(&["calendar#calendar"])),
    (
        "labelProperties",
        Object(&[("eventLabels", Objects(&[("backgroundColor", Text), ("id", Text), ("name", Text)]))]),
    ),
    ("location", Text),
    ("summary", Text),
    ("timeZone", Text),
];
pub(crate) const COLOR: Shape = &[("background", Text), ("foreground", Text)];
pub(crate) const COLORS: Shape = &[
    ("calendar", Named(COLOR)),
    ("event", Named(COLOR)),
    ("kind", OneOf(&["calendar#colors"])),
    ("updated", Instant),
];
pub(crate) const SETTING: Shape =
    &[("etag", Tag), ("id", Text), ("kind", OneOf(&["calendar#setting"])), ("value", Text)];
pub(crate) const SETTINGS: Shape = &[
    ("etag", Tag),
    ("items", Objects(SETTING)),
    ("kind", OneOf(&["calendar#settings"])),
    ("nextPageToken", Text),
    ("nextSyncToken", Text),
];
pub(crate) const FREE_BUSY: Shape = &[
    (
        "calendars",
        Named(&[
            ("busy", Objects(&[("end", Instant), ("start", Instant)])),
            ("errors", Objects(&[("domain", Text), ("reason", Text)])),
        ]),
    ),
    ("kind", OneOf(&["calendar#freeBusy"])),
    ("timeMax", Instant),
    ("timeMin", Instant),
];
pub(crate) const ERROR: Shape = &[(
    "error",
    Object(&[
        ("code", Whole),
        ("details", Objects(&[("@type", Text), ("domain", Text), ("metadata", Texted), ("reason", Text)])),
        (
            "errors",
            Objects(&[
                ("domain", Text),
                ("location", Text),
                ("locationType", OneOf(&["parameter", "header"])),
                ("message", Text),
                ("reason", Text),
            ]),
        ),
        ("message", Text),
        ("status", OneOf(&["UNAUTHENTICATED", "PERMISSION_DENIED"])),
    ]),
)];

/// The first thing in a body that the shape does not allow.
pub(crate) fn wrong(shape: Shape, body: &Value, place: &str) -> Option<String> {
    let Some(map) = body.as_object() else { return Some(format!("{place} is no object: {body}")) };
    map.iter().find_map(|(name, value)| {
        let place = format!("{place}.{name}");
        match shape.iter().find(|(known, _)| known == name) {
            None => Some(format!("{place} is not documented")),
            Some((_, kind)) => wrong_value(*kind, value, &place),
        }
    })
}

fn wrong_value(kind: Kind, value: &Value, place: &str) -> Option<String> {
    let text = value.as_str();
    let fits = match kind {
        Text => text.is_some(),
        OneOf(allowed) => text.is_some_and(|text| allowed.contains(&text)),
        Instant => text.is_some_and(|text| parse_instant(text).is_some()),
        Day => text.is_some_and(|text| parse_instant(&format!("{text}T00:00:00Z")).is_some()),
        Tag => text.is_some_and(|text| text.len() > 2 && text.starts_with('"') && text.ends_with('"')),
        Flag => value.is_boolean(),
        Whole => value.is_u64(),
        Any => value.is_object(),
        Texts => value.as_array().is_some_and(|list| list.iter().all(Value::is_string)),
        Texted => value.as_object().is_some_and(|map| map.values().all(Value::is_string)),
        Object(shape) => return wrong(shape, value, place),
        Objects(shape) => {
            let Some(list) = value.as_array() else { return Some(format!("{place} is no list")) };
            return list.iter().find_map(|item| wrong(shape, item, &format!("{place}[]")));
        }
        Named(shape) => {
            let Some(map) = value.as_object() else { return Some(format!("{place} is no object")) };
            return map.values().find_map(|item| wrong(shape, item, &format!("{place}{{}}")));
        }
    };
    (!fits).then(|| format!("{place} is {value}"))
}
