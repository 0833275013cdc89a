//! calendarList.list and calendarList.get (reference, section 3).

use serde_json::{Value, json};

use super::access::Role;
use super::error::ApiError;
use super::params::{self, boolean};
use super::people::Person;
use super::token::{hash, seal, unseal};
use super::{Call, Google};
use crate::http::Query;
use crate::switches::BadToken;

impl Google {
    pub(crate) fn calendar_list(&self, query: &Query, call: &Call<'_>) -> Result<Value, ApiError> {
        let person =
            self.people.iter().find(|person| person.email == call.user).ok_or_else(ApiError::not_found)?;
        let least = match query.get("minAccessRole") {
            None => None,
            Some(name) => {
                Some(Role::from_name(name).ok_or_else(|| ApiError::parameter_value("minAccessRole", name))?)
            }
        };
        let (deleted, hidden) = (boolean(query, "showDeleted")?, boolean(query, "showHidden")?);
        let text = query.get("syncToken");
        let refused = least.is_some()
            || query.get("showOwnOrganizationOnly").is_some()
            || deleted == Some(false)
            || hidden == Some(false);
        if text.is_some() && refused {
            return Err(ApiError::invalid("Sync token cannot be used with other request restrictions"));
        }
        let since = text.map(|text| position(person, text, call)).transpose()?;
        let size = params::page_size(query, 100, 250, call.switches)?;
        let from: usize = match query.get("pageToken") {
            None => 0,
            Some(text) => unseal(text)
                .as_deref()
                .and_then(|open| open.strip_prefix("L|")?.parse().ok())
                .ok_or_else(|| ApiError::invalid("Invalid page token value.").parameter("pageToken"))?,
        };
        let entries: Vec<Value> = self
            .calendars
            .iter()
            .filter_map(|calendar| Some((calendar, calendar.access.get(call.user)?)))
            .filter(|(_, access)| match since {
                // A delta shows what became hidden and what was taken out, and no changes of roles.
                Some(since) => access.changed > since,
                None => {
                    least.is_none_or(|least| access.role >= least)
                        && (hidden == Some(true) || !access.hidden)
                        && (deleted == Some(true) || !access.removed)
                }
            })
            .map(|(calendar, access)| access.entry(calendar, call.user))
            .collect();
        let more = entries.len() > from.saturating_add(size);
        let items: Vec<Value> = entries.into_iter().skip(from).take(size).collect();
        let mut body = json!({ "kind": "calendar#calendarList",
            "etag": format!("\"p{}c{}\"", person.list_epoch, person.list_changes) });
        if let Some(map) = body.as_object_mut() {
            if !items.is_empty() {
                map.insert("items".into(), Value::Array(items));
            }
            if more {
                map.insert("nextPageToken".into(), json!(seal(&format!("L|{}", from + size))));
            } else {
                map.insert("nextSyncToken".into(), json!(token(person)));
            }
        }
        Ok(body)
    }

    pub(crate) fn calendar_entry(&self, id: &str, call: &Call<'_>) -> Result<Value, ApiError> {
        let calendar = self.index(call.user, id).and_then(|index| self.calendars.get(index));
        let calendar = calendar.ok_or_else(ApiError::not_found)?;
        let access = calendar.access.get(call.user).filter(|access| !access.removed);
        Ok(access.ok_or_else(ApiError::not_found)?.entry(calendar, call.user))
    }
}

fn token(person: &Person) -> String {
    seal(&format!("C|{:x}|{}|{}", hash(&person.email), person.list_epoch, person.list_changes))
}

/// The position in the person's calendar list that a sync token names.
fn position(person: &Person, text: &str, call: &Call<'_>) -> Result<u64, ApiError> {
    let malformed = || match call.switches.bad_token {
        BadToken::Invalid => ApiError::invalid("Invalid sync token value."),
        BadToken::Gone => ApiError::full_sync(),
    };
    let open = unseal(text).ok_or_else(malformed)?;
    let owner = format!("C|{:x}|", hash(&person.email));
    let (epoch, changes) =
        open.strip_prefix(&owner).and_then(|rest| rest.split_once('|')).ok_or_else(malformed)?;
    if epoch != person.list_epoch.to_string() {
        return Err(ApiError::full_sync());
    }
    changes.parse().map_err(|_| malformed())
}
