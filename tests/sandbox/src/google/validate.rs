//! What may be written into an event, and what the service makes of it (reference, sections 9.3 to 9.9).

use serde_json::{Map, Value, json};

use super::calendar::{Calendar, Content};
use super::error::ApiError;
use super::series::Series;
use super::times::{self, Origin};
use super::{attendees, event_types, settings, text};
use crate::switches::{LongDescription, SortReminders, Switches};

/// Fields a client may write; all others are ignored in a body.
pub(crate) const WRITABLE: &[&str] = &[
    "summary",
    "description",
    "location",
    "start",
    "end",
    "attendees",
    "reminders",
    "recurrence",
    "visibility",
    "transparency",
    "colorId",
    "extendedProperties",
    "guestsCanInviteOthers",
    "guestsCanModify",
    "guestsCanSeeOtherGuests",
    "anyoneCanAddSelf",
    "status",
    "source",
    "focusTimeProperties",
    "outOfOfficeProperties",
    "workingLocationProperties",
    "birthdayProperties",
];

/// Checks a complete body and brings it into the form in which it is stored.
pub(crate) fn content(
    mut fields: Map<String, Value>,
    calendar: &Calendar,
    switches: &Switches,
    origin: Origin,
) -> Result<Content, ApiError> {
    fields.retain(|_, value| !value.is_null() && value.as_array().is_none_or(|list| !list.is_empty()));
    let (start, end) = times::read(&fields, calendar.zone, origin)?;
    texts(&mut fields, switches, origin)?;
    one_of(&fields, "status", &["confirmed", "tentative", "cancelled"])?;
    one_of(&fields, "visibility", &["default", "public", "private", "confidential"])?;
    one_of(&fields, "transparency", &["opaque", "transparent"])?;
    for (name, default) in [
        ("guestsCanInviteOthers", true),
        ("guestsCanModify", false),
        ("guestsCanSeeOtherGuests", true),
        ("anyoneCanAddSelf", false),
    ] {
        match fields.get(name) {
            None => {}
            // Defaults are left out of answers.
            Some(Value::Bool(value)) if *value == default => {
                fields.remove(name);
            }
            Some(Value::Bool(_)) => {}
            Some(_) => return Err(ApiError::parse()),
        }
    }
    // `default` and `opaque` are what an absent field means.
    if fields.get("visibility").is_some_and(|v| v == "default") {
        fields.remove("visibility");
    }
    if fields.get("transparency").is_some_and(|v| v == "opaque") {
        fields.remove("transparency");
    }
    reminders(&mut fields, switches)?;
    attendees::normalise(&mut fields, calendar)?;
    extended_properties(&mut fields)?;
    if let Some(color) = fields.get("colorId").and_then(Value::as_str)
        && !settings::is_event_color(color)
    {
        return Err(ApiError::invalid("Invalid value for: colorId"));
    }
    if let Some(source) = fields.get_mut("source") {
        let source = source.as_object_mut().ok_or_else(ApiError::parse)?;
        source.retain(|name, value| matches!(name.as_str(), "title" | "url") && value.is_string());
        let url = source.get("url").and_then(Value::as_str).unwrap_or_default();
        if !url.starts_with("http://") && !url.starts_with("https://") {
            return Err(ApiError::invalid("Invalid source URL."));
        }
    }
    let series = match fields.get("recurrence") {
        None => None,
        Some(Value::Array(lines)) => {
            let lines: Option<Vec<&str>> = lines.iter().map(Value::as_str).collect();
            Some(Series::parse(&lines.ok_or_else(ApiError::parse)?, start, end)?)
        }
        Some(_) => return Err(ApiError::parse()),
    };
    event_types::check(&mut fields, calendar, start, end)?;
    Ok(Content { fields, start, end, series })
}

fn texts(fields: &mut Map<String, Value>, switches: &Switches, origin: Origin) -> Result<(), ApiError> {
    for name in ["summary", "location", "description", "colorId"] {
        match fields.get(name) {
            None => {}
            // An empty text is an absent one in every answer.
            Some(Value::String(value)) if value.is_empty() => {
                fields.remove(name);
            }
            Some(Value::String(_)) => {}
            Some(_) => return Err(ApiError::parse()),
        }
    }
    // What is typed on Google's own pages is kept as it is.
    if let (Origin::Api, Some(Value::String(description))) = (origin, fields.get("description")) {
        let mut kept = text::strip_meet_block(description);
        if kept.chars().nth(text::LONGEST_DESCRIPTION).is_some() {
            match switches.long_description {
                LongDescription::Truncate => kept = text::cut(&kept, text::LONGEST_DESCRIPTION),
                LongDescription::Error => return Err(ApiError::invalid("Invalid value for: description")),
            }
        }
        if kept.is_empty() {
            fields.remove("description");
        } else if kept != *description {
            fields.insert("description".into(), json!(kept));
        }
    }
    Ok(())
}

/// An absent field, or one of these texts.
pub(crate) fn one_of(fields: &Map<String, Value>, name: &str, allowed: &[&str]) -> Result<(), ApiError> {
    match fields.get(name) {
        None => Ok(()),
        Some(Value::String(value)) if allowed.contains(&value.as_str()) => Ok(()),
        Some(value) => Err(ApiError::invalid(format!("Invalid value for: {} is not a valid {name}", value))),
    }
}

fn reminders(fields: &mut Map<String, Value>, switches: &Switches) -> Result<(), ApiError> {
    let Some(reminders) = fields.get_mut("reminders") else {
        fields.insert("reminders".into(), json!({ "useDefault": true }));
        return Ok(());
    };
    let map = reminders.as_object_mut().ok_or_else(ApiError::parse)?;
    let use_default = match map.get("useDefault") {
        None => false,
        Some(Value::Bool(value)) => *value,
        Some(_) => return Err(ApiError::parse()),
    };
    let overrides = match map.get_mut("overrides") {
        None | Some(Value::Null) => None,
        Some(Value::Array(list)) => Some(list),
        Some(_) => return Err(ApiError::parse()),
    };
    let mut kept = Vec::new();
    for item in overrides.into_iter().flatten() {
        let method = item.get("method").and_then(Value::as_str);
        if !matches!(method, Some("popup" | "email")) {
            return Err(ApiError::required("Missing override reminder method."));
        }
        let minutes = item
            .get("minutes")
            .and_then(Value::as_i64)
            .ok_or_else(|| ApiError::required("Missing override reminder minutes."))?;
        if !(0..=40_320).contains(&minutes) {
            return Err(ApiError::invalid("Invalid override reminder minutes."));
        }
        kept.push(json!({ "method": method, "minutes": minutes }));
    }
    if use_default && !kept.is_empty() {
        return Err(ApiError::new(
            400,
            "cannotUseDefaultRemindersAndSpecifyOverride",
            "Cannot specify both default reminders and overrides at the same time.",
        )
        .calendar());
    }
    if kept.len() > 5 {
        return Err(ApiError::invalid("The number of override reminders exceeds the limit."));
    }
    if switches.sort_reminders == SortReminders::Yes {
        kept.sort_by_key(|item| item.get("minutes").and_then(Value::as_i64));
    }
    let mut normal = Map::new();
    normal.insert("useDefault".into(), json!(use_default));
    if !kept.is_empty() {
        normal.insert("overrides".into(), Value::Array(kept));
    }
    *reminders = Value::Object(normal);
    Ok(())
}

fn extended_properties(fields: &mut Map<String, Value>) -> Result<(), ApiError> {
    let Some(properties) = fields.get_mut("extendedProperties") else { return Ok(()) };
    let properties = properties.as_object_mut().ok_or_else(ApiError::parse)?;
    properties.retain(|name, value| matches!(name.as_str(), "private" | "shared") && !value.is_null());
    let (mut count, mut bytes) = (0, 0);
    for group in properties.values_mut() {
        let group = group.as_object_mut().ok_or_else(ApiError::parse)?;
        group.retain(|key, value| !value.is_null() && key.chars().count() <= 44);
        for (key, value) in group.iter_mut() {
            let text = value.as_str().ok_or_else(ApiError::parse)?;
            let kept = text::cut(text, 1024);
            count += 1;
            bytes += key.len() + kept.len();
            *value = json!(kept);
        }
    }
    if count > 300 || bytes > 32 * 1024 {
        return Err(ApiError::invalid("The extended properties exceed the size limit."));
    }
    properties.retain(|_, group| group.as_object().is_some_and(|group| !group.is_empty()));
    if properties.is_empty() {
        fields.remove("extendedProperties");
    }
    Ok(())
}
