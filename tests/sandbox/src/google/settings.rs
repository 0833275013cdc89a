//! What belongs to a person or to nobody: settings, colours, and the channels that cannot be opened here.

use serde_json::{Map, Value, json};

use super::error::ApiError;
use super::{Call, Google, object, params};
use crate::http::Query;

impl Google {
    pub(crate) fn settings_list(&self, query: &Query, call: &Call<'_>) -> Result<Value, ApiError> {
        let person =
            self.people.iter().find(|person| person.email == call.user).ok_or_else(ApiError::not_found)?;
        params::page_size(query, 100, 250, call.switches)?;
        if query.get("pageToken").is_some() {
            // There are fewer settings than the smallest page takes, so no page token was ever given.
            return Err(ApiError::invalid("Invalid page token value.").parameter("pageToken"));
        }
        if query.get("syncToken").is_some() {
            return Err(ApiError::full_sync());
        }
        let items: Vec<Value> = person.settings.iter().map(|(id, value)| setting(id, value)).collect();
        Ok(
            json!({ "kind": "calendar#settings", "etag": "\"s1\"", "items": items, "nextSyncToken": "settings" }),
        )
    }

    pub(crate) fn settings_get(&self, id: &str, call: &Call<'_>) -> Result<Value, ApiError> {
        let person =
            self.people.iter().find(|person| person.email == call.user).ok_or_else(ApiError::not_found)?;
        person.settings.get(id).map(|value| setting(id, value)).ok_or_else(ApiError::not_found)
    }
}

fn setting(id: &str, value: &str) -> Value {
    json!({ "kind": "calendar#setting", "etag": format!("\"{:x}\"", super::token::hash(value)), "id": id, "value": value })
}

/// Backgrounds of calendars, from id 1 on (Google Calendar API, colors.get).
const CALENDAR_COLORS: [&str; 24] = [
    "#ac725e", "#d06b64", "#f83a22", "#fa573c", "#ff7537", "#ffad46", "#42d692", "#16a765", "#7bd148",
    "#b3dc6c", "#fbe983", "#fad165", "#92e1c0", "#9fe1e7", "#9fc6e7", "#4986e7", "#9a9cff", "#b99aff",
    "#c2c2c2", "#cabdbf", "#cca6ac", "#f691b2", "#cd74e6", "#a47ae2",
];
/// Backgrounds of events, from id 1 on.
const EVENT_COLORS: [&str; 11] = [
    "#a4bdfc", "#7ae7bf", "#dbadff", "#ff887c", "#fbd75b", "#ffb878", "#46d6db", "#e1e1e1", "#5484ed",
    "#51b749", "#dc2127",
];

pub(crate) fn colors() -> Value {
    let table = |colors: &[&str]| -> Map<String, Value> {
        (1..)
            .zip(colors)
            .map(|(id, color): (u32, _)| {
                (id.to_string(), json!({ "background": color, "foreground": "#1d1d1d" }))
            })
            .collect()
    };
    json!({ "kind": "calendar#colors", "updated": "2012-02-14T00:00:00.000Z",
        "calendar": table(&CALENDAR_COLORS), "event": table(&EVENT_COLORS) })
}

/// Whether an event may have this colour.
pub(crate) fn is_event_color(id: &str) -> bool {
    id.parse::<usize>()
        .is_ok_and(|number| (1..=EVENT_COLORS.len()).contains(&number) && number.to_string() == id)
}

/// Opening a channel: a receiver must be public, over HTTPS and of a verified domain (guides/push). No receiver of a
/// sandbox is, so each request is refused for its own reason.
pub(crate) fn watch(body: &[u8]) -> Result<Value, ApiError> {
    let channel = object(body)?;
    let text = |name: &str| channel.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let id = text("id").ok_or_else(|| ApiError::required("Missing channel id."))?;
    if id.chars().count() > 64 || text("token").is_some_and(|token| token.chars().count() > 256) {
        return Err(ApiError::invalid("Invalid channel."));
    }
    if !matches!(text("type"), Some("web_hook" | "webhook")) {
        return Err(ApiError::required("Missing channel type."));
    }
    let address = text("address").ok_or_else(|| ApiError::required("Missing channel address."))?;
    if !address.starts_with("https://") {
        return Err(ApiError::new(
            400,
            "push.webhookUrlNotHttps",
            format!("WebHook callback must be HTTPS: {address}"),
        ));
    }
    Err(ApiError::new(
        401,
        "push.webhookUrlUnauthorized",
        format!("Unauthorized WebHook callback channel: {address}"),
    ))
}

/// Closing a channel: none was ever opened.
pub(crate) fn stop(body: &[u8]) -> Result<Value, ApiError> {
    object(body)?;
    Err(ApiError::not_found())
}
