//! Admin routes of the Google side, under `/sandbox/google/`: what people and Google itself do, and quotas.

use serde_json::{Map, Value, json};

use crate::google::{ANA, GoogleQuotas};
use crate::world::World;

impl World {
    /// Carries out one admin call of the Google side; `name` is the last part of its path. `None`: no such route.
    pub(crate) fn google_admin(
        &mut self,
        name: &str,
        body: &Map<String, Value>,
    ) -> Option<Result<Value, String>> {
        let outcome = match name {
            "quotas" => quotas(body).map(|quotas| {
                self.set_google_quotas(quotas);
                json!({})
            }),
            "lag" => whole(body, "ms").and_then(|ms| ms.ok_or("ms is missing".into())).map(|ms| {
                self.set_google_list_lag_ms(i64::try_from(ms).unwrap_or(i64::MAX));
                json!({})
            }),
            "events" => self.google_place(body),
            "split" => text(body, "id").and_then(|id| {
                let changes = body.get("changes").cloned().unwrap_or_else(|| json!({}));
                self.split_google_series(id, &changes).map(|id| json!({ "id": id }))
            }),
            "role" => self.google_role(body),
            "list" => self.google_list(body),
            "setting" => self.google_setting(body),
            _ => return None,
        };
        Some(outcome)
    }

    fn google_place(&mut self, body: &Map<String, Value>) -> Result<Value, String> {
        let calendar = text_or(body, "calendar", "primary")?;
        let event = body.get("event").cloned().ok_or("event is missing: an event of the API")?;
        Ok(json!({ "id": self.place_google_event(calendar, event)? }))
    }

    fn google_role(&mut self, body: &Map<String, Value>) -> Result<Value, String> {
        let person = text_or(body, "person", ANA)?;
        self.set_google_role(person, text(body, "calendar")?, text(body, "role")?)?;
        Ok(json!({}))
    }

    fn google_list(&mut self, body: &Map<String, Value>) -> Result<Value, String> {
        let (person, calendar) = (text_or(body, "person", ANA)?, text(body, "calendar")?);
        let flag = |name: &str| match body.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => value.as_bool().map(Some).ok_or(format!("{name} is true or false")),
        };
        let (hidden, listed) = (flag("hidden")?, flag("listed")?);
        if let Some(hidden) = hidden {
            self.set_google_hidden(person, calendar, hidden)?;
        }
        if let Some(listed) = listed {
            self.set_google_listed(person, calendar, listed)?;
        }
        if body.contains_key("title") || body.contains_key("defaultReminders") {
            let reminders = body.get("defaultReminders").and_then(Value::as_array).cloned();
            let title = body.get("title").and_then(Value::as_str);
            self.set_google_entry(person, calendar, title, &reminders.unwrap_or_default())?;
        }
        Ok(json!({}))
    }

    fn google_setting(&mut self, body: &Map<String, Value>) -> Result<Value, String> {
        let person = text_or(body, "person", ANA)?;
        self.set_google_setting(person, text(body, "id")?, text(body, "value")?)?;
        Ok(json!({}))
    }
}

/// The documented figures with `{"documented": true}`, else the limits that are given and no others.
fn quotas(body: &Map<String, Value>) -> Result<GoogleQuotas, String> {
    let names = ["documented", "perMinute", "perMinutePerUser", "created", "invited"];
    if let Some(other) = body.keys().find(|name| !names.contains(&name.as_str())) {
        return Err(format!("there is no quota {other:?}; there are {}", names.join(", ")));
    }
    let documented = body.get("documented").is_some_and(|value| *value == true);
    let base = if documented { GoogleQuotas::documented() } else { GoogleQuotas::default() };
    Ok(GoogleQuotas {
        per_minute: whole(body, "perMinute")?.or(base.per_minute),
        per_minute_per_user: whole(body, "perMinutePerUser")?.or(base.per_minute_per_user),
        created: whole(body, "created")?.or(base.created),
        invited: whole(body, "invited")?.or(base.invited),
    })
}

fn whole(body: &Map<String, Value>, name: &str) -> Result<Option<u64>, String> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value.as_u64().map(Some).ok_or(format!("{name} is a whole number")),
    }
}

fn text<'a>(body: &'a Map<String, Value>, name: &str) -> Result<&'a str, String> {
    body.get(name).and_then(Value::as_str).ok_or(format!("{name} is a text and must be given"))
}

fn text_or<'a>(body: &'a Map<String, Value>, name: &str, usual: &'a str) -> Result<&'a str, String> {
    if body.contains_key(name) { text(body, name) } else { Ok(usual) }
}
