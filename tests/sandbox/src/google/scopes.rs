//! Which OAuth scopes a method needs (discovery document, `scopes` of each method).

use std::collections::BTreeSet;

const BASE: &str = "https://www.googleapis.com/auth/";

/// What an application that syncs should ask for, and no more (reference, section 13).
pub(crate) fn least() -> BTreeSet<String> {
    ["calendar.events", "calendar.calendarlist.readonly"].iter().map(|name| format!("{BASE}{name}")).collect()
}

/// Any one of these allows the method.
fn wanted(kind: &str) -> &'static [&'static str] {
    match kind {
        "calendarList.list" | "calendarList.get" => {
            &["calendar", "calendar.readonly", "calendar.calendarlist", "calendar.calendarlist.readonly"]
        }
        "calendars.get" => {
            &["calendar", "calendar.readonly", "calendar.calendars", "calendar.calendars.readonly"]
        }
        "events.list" | "events.get" | "events.instances" => {
            &["calendar", "calendar.readonly", "calendar.events", "calendar.events.readonly"]
        }
        "events.insert" | "events.import" | "events.patch" | "events.update" | "events.delete" => {
            &["calendar", "calendar.events"]
        }
        _ => &[],
    }
}

pub(crate) fn allow(granted: &BTreeSet<String>, kind: &str) -> bool {
    let wanted = wanted(kind);
    wanted.is_empty()
        || wanted.iter().any(|name| granted.iter().any(|scope| scope.strip_prefix(BASE) == Some(name)))
}

/// The method's full name, as a refusal names it: `calendar.v3.Events.Insert`.
pub(crate) fn method_name(kind: &str) -> String {
    let parts: Vec<String> = kind
        .split('.')
        .map(|part| {
            let mut letters = part.chars();
            letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
        })
        .collect();
    format!("calendar.v3.{}", parts.join("."))
}
