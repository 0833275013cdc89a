//! The methods of the API: path, parameters, scopes and cost of each, as the discovery document gives them
//! (Google Calendar API v3, revision 20261030). What is not in this table does not exist.

/// One method of the API.
#[derive(Debug)]
pub(crate) struct Method {
    /// The name as the discovery document gives it, without `calendar.`.
    pub(crate) name: &'static str,
    verb: &'static str,
    /// The segments after `/calendar/v3`; `*` stands for an id.
    path: &'static [&'static str],
    /// Query parameters besides those of every method.
    pub(crate) parameters: &'static [&'static str],
    /// Any one of these scopes allows the method, without the common prefix.
    pub(crate) scopes: &'static [&'static str],
}

/// Parameters of every method.
pub(crate) const EVERYWHERE: &[&str] =
    &["access_token", "alt", "fields", "key", "oauth_token", "prettyPrint", "quotaUser", "userIp"];

const READ_EVENTS: &[&str] = &[
    "calendar",
    "calendar.readonly",
    "calendar.events",
    "calendar.events.readonly",
    "calendar.events.owned",
    "calendar.events.owned.readonly",
    "calendar.events.public.readonly",
    "calendar.events.freebusy",
    "calendar.app.created",
];
const WRITE_EVENTS: &[&str] =
    &["calendar", "calendar.events", "calendar.events.owned", "calendar.app.created"];
const MOVE_EVENTS: &[&str] = &["calendar", "calendar.events", "calendar.events.owned"];
const READ_LIST: &[&str] =
    &["calendar", "calendar.readonly", "calendar.calendarlist", "calendar.calendarlist.readonly"];
const READ_ENTRY: &[&str] = &[
    "calendar",
    "calendar.readonly",
    "calendar.calendarlist",
    "calendar.calendarlist.readonly",
    "calendar.app.created",
];
const WRITE_ENTRY: &[&str] = &["calendar", "calendar.calendarlist", "calendar.app.created"];
const READ_CALENDAR: &[&str] = &[
    "calendar",
    "calendar.readonly",
    "calendar.calendars",
    "calendar.calendars.readonly",
    "calendar.app.created",
];
const WRITE_CALENDAR: &[&str] = &["calendar", "calendar.calendars", "calendar.app.created"];
const CLEAR_CALENDAR: &[&str] = &["calendar", "calendar.calendars"];
const READ_ACL: &[&str] = &["calendar", "calendar.acls", "calendar.acls.readonly"];
const READ_RULE: &[&str] = &["calendar", "calendar.readonly", "calendar.acls", "calendar.acls.readonly"];
const WRITE_ACL: &[&str] = &["calendar", "calendar.acls"];
const READ_SETTINGS: &[&str] =
    &["calendar", "calendar.readonly", "calendar.settings", "calendar.settings.readonly"];
const FREE_BUSY: &[&str] =
    &["calendar", "calendar.readonly", "calendar.freebusy", "calendar.events.freebusy"];
/// Any that can open a channel.
const STOP_CHANNEL: &[&str] = &[
    "calendar",
    "calendar.readonly",
    "calendar.acls",
    "calendar.acls.readonly",
    "calendar.calendarlist",
    "calendar.calendarlist.readonly",
    "calendar.events",
    "calendar.events.readonly",
    "calendar.events.owned",
    "calendar.events.owned.readonly",
    "calendar.events.public.readonly",
    "calendar.events.freebusy",
    "calendar.settings",
    "calendar.settings.readonly",
    "calendar.app.created",
];
const COLORS: &[&str] = &[
    "calendar",
    "calendar.readonly",
    "calendar.calendarlist",
    "calendar.calendarlist.readonly",
    "calendar.events.owned",
    "calendar.events.owned.readonly",
    "calendar.events.public.readonly",
    "calendar.events.freebusy",
    "calendar.app.created",
];

const LIST_EVENTS: &[&str] = &[
    "alwaysIncludeEmail",
    "eventTypes",
    "iCalUID",
    "maxAttendees",
    "maxResults",
    "orderBy",
    "pageToken",
    "privateExtendedProperty",
    "q",
    "sharedExtendedProperty",
    "showDeleted",
    "showHiddenInvitations",
    "singleEvents",
    "syncToken",
    "timeMax",
    "timeMin",
    "timeZone",
    "updatedMin",
];
const CHANGE_EVENT: &[&str] = &[
    "alwaysIncludeEmail",
    "conferenceDataVersion",
    "eventLabelVersion",
    "maxAttendees",
    "sendNotifications",
    "sendUpdates",
    "supportsAttachments",
];
const LIST_CALENDARS: &[&str] = &[
    "maxResults",
    "minAccessRole",
    "pageToken",
    "showDeleted",
    "showHidden",
    "showOwnOrganizationOnly",
    "syncToken",
];
const LIST_RULES: &[&str] = &["maxResults", "pageToken", "showDeleted", "syncToken"];
const LIST_SETTINGS: &[&str] = &["maxResults", "pageToken", "syncToken"];

const ENTRY: &[&str] = &["users", "me", "calendarList", "*"];
const CALENDAR: &[&str] = &["calendars", "*"];
const EVENTS: &[&str] = &["calendars", "*", "events"];
const EVENT: &[&str] = &["calendars", "*", "events", "*"];
const RULES: &[&str] = &["calendars", "*", "acl"];
const RULE: &[&str] = &["calendars", "*", "acl", "*"];

const METHODS: &[Method] = &[
    method("events.list", "GET", EVENTS, LIST_EVENTS, READ_EVENTS),
    method("events.get", "GET", EVENT, &["alwaysIncludeEmail", "maxAttendees", "timeZone"], READ_EVENTS),
    method(
        "events.insert",
        "POST",
        EVENTS,
        &[
            "conferenceDataVersion",
            "eventLabelVersion",
            "maxAttendees",
            "sendNotifications",
            "sendUpdates",
            "supportsAttachments",
        ],
        WRITE_EVENTS,
    ),
    method("events.patch", "PATCH", EVENT, CHANGE_EVENT, WRITE_EVENTS),
    method("events.update", "PUT", EVENT, CHANGE_EVENT, WRITE_EVENTS),
    method("events.delete", "DELETE", EVENT, &["sendNotifications", "sendUpdates"], WRITE_EVENTS),
    method(
        "events.import",
        "POST",
        &["calendars", "*", "events", "import"],
        &["conferenceDataVersion", "eventLabelVersion", "supportsAttachments"],
        WRITE_EVENTS,
    ),
    method(
        "events.quickAdd",
        "POST",
        &["calendars", "*", "events", "quickAdd"],
        &["sendNotifications", "sendUpdates", "text"],
        WRITE_EVENTS,
    ),
    method("events.watch", "POST", &["calendars", "*", "events", "watch"], LIST_EVENTS, READ_EVENTS),
    method(
        "events.instances",
        "GET",
        &["calendars", "*", "events", "*", "instances"],
        &[
            "alwaysIncludeEmail",
            "maxAttendees",
            "maxResults",
            "originalStart",
            "pageToken",
            "showDeleted",
            "timeMax",
            "timeMin",
            "timeZone",
        ],
        READ_EVENTS,
    ),
    method(
        "events.move",
        "POST",
        &["calendars", "*", "events", "*", "move"],
        &["destination", "sendNotifications", "sendUpdates"],
        MOVE_EVENTS,
    ),
    method("calendarList.list", "GET", &["users", "me", "calendarList"], LIST_CALENDARS, READ_LIST),
    method("calendarList.get", "GET", ENTRY, &[], READ_ENTRY),
    method(
        "calendarList.watch",
        "POST",
        &["users", "me", "calendarList", "watch"],
        LIST_CALENDARS,
        READ_LIST,
    ),
    method(
        "calendarList.insert",
        "POST",
        &["users", "me", "calendarList"],
        &["colorRgbFormat"],
        &["calendar", "calendar.calendarlist"],
    ),
    method("calendarList.patch", "PATCH", ENTRY, &["colorRgbFormat"], WRITE_ENTRY),
    method("calendarList.update", "PUT", ENTRY, &["colorRgbFormat"], WRITE_ENTRY),
    method("calendarList.delete", "DELETE", ENTRY, &[], WRITE_ENTRY),
    method("calendars.get", "GET", CALENDAR, &[], READ_CALENDAR),
    method("calendars.insert", "POST", &["calendars"], &[], WRITE_CALENDAR),
    method("calendars.patch", "PATCH", CALENDAR, &[], WRITE_CALENDAR),
    method("calendars.update", "PUT", CALENDAR, &[], WRITE_CALENDAR),
    method("calendars.delete", "DELETE", CALENDAR, &[], WRITE_CALENDAR),
    method("calendars.clear", "POST", &["calendars", "*", "clear"], &[], CLEAR_CALENDAR),
    method(
        "calendars.transferOwnership",
        "POST",
        &["calendars", "*", "transferOwnership"],
        &["newDataOwner", "useAdminAccess"],
        CLEAR_CALENDAR,
    ),
    method("acl.list", "GET", RULES, LIST_RULES, READ_ACL),
    method("acl.get", "GET", RULE, &[], READ_RULE),
    method("acl.insert", "POST", RULES, &["sendNotifications"], WRITE_ACL),
    method("acl.watch", "POST", &["calendars", "*", "acl", "watch"], LIST_RULES, READ_ACL),
    method("acl.patch", "PATCH", RULE, &["sendNotifications"], WRITE_ACL),
    method("acl.update", "PUT", RULE, &["sendNotifications"], WRITE_ACL),
    method("acl.delete", "DELETE", RULE, &[], WRITE_ACL),
    method("channels.stop", "POST", &["channels", "stop"], &[], STOP_CHANNEL),
    method("colors.get", "GET", &["colors"], &[], COLORS),
    method("freebusy.query", "POST", &["freeBusy"], &[], FREE_BUSY),
    method("settings.list", "GET", &["users", "me", "settings"], LIST_SETTINGS, READ_SETTINGS),
    method("settings.watch", "POST", &["users", "me", "settings", "watch"], LIST_SETTINGS, READ_SETTINGS),
    method("settings.get", "GET", &["users", "me", "settings", "*"], &[], READ_SETTINGS),
];

const fn method(
    name: &'static str,
    verb: &'static str,
    path: &'static [&'static str],
    parameters: &'static [&'static str],
    scopes: &'static [&'static str],
) -> Method {
    Method { name, verb, path, parameters, scopes }
}

impl Method {
    /// Quota units of one call: a patch costs three (guides/quota, Events.patch).
    pub(crate) fn units(&self) -> u64 {
        if self.verb == "PATCH" { 3 } else { 1 }
    }

    /// Whether events or calendars change by it.
    pub(crate) fn writes_events(&self) -> bool {
        self.name.starts_with("events.") && self.verb != "GET" && self.name != "events.watch"
    }

    /// The full name, as a refusal of the front end gives it: `calendar.v3.Events.Insert`.
    pub(crate) fn full_name(&self) -> String {
        let parts: Vec<String> = self
            .name
            .split('.')
            .map(|part| {
                let mut letters = part.chars();
                letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
            })
            .collect();
        format!("calendar.v3.{}", parts.join("."))
    }
}

/// The method that a verb and the segments of a path name.
pub(crate) fn find(verb: &str, segments: &[String]) -> Option<&'static Method> {
    let rest = match segments {
        [api, version, rest @ ..] if api == "calendar" && version == "v3" => rest,
        _ => return None,
    };
    METHODS.iter().find(|method| {
        method.verb == verb
            && method.path.len() == rest.len()
            && method.path.iter().zip(rest).all(|(wanted, given)| *wanted == "*" || wanted == given)
    })
}

/// The method of a name.
pub(crate) fn named(name: &str) -> Option<&'static Method> {
    METHODS.iter().find(|method| method.name == name)
}

/// The method's name for counters; `batch` and `other` for what is none.
pub(crate) fn kind_of(verb: &str, segments: &[String]) -> &'static str {
    match segments.first() {
        Some(first) if first == "batch" => "batch",
        Some(first) if matches!(first.as_str(), "token" | "revoke" | "o") => "token",
        _ => find(verb, segments).map_or("other", |method| method.name),
    }
}
