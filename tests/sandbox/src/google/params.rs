//! Query parameters: their types for every method; defaults, maxima and conflicts for events.list (reference, sections
//! 4 and 5.1).

use chrono_tz::Tz;

use super::error::ApiError;
use super::methods::{EVERYWHERE, Method};
use super::token::hash;
use crate::http::Query;
use crate::switches::{MaxResults, RepeatFilter, Switches, UnknownParameter};
use crate::time;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OrderBy {
    StartTime,
    Updated,
}

#[derive(Clone, Debug)]
pub(crate) struct ListParams {
    pub(crate) max_results: usize,
    pub(crate) page_token: Option<String>,
    pub(crate) sync_token: Option<String>,
    pub(crate) single_events: bool,
    pub(crate) show_deleted: bool,
    pub(crate) order_by: Option<OrderBy>,
    pub(crate) time_min: Option<i64>,
    pub(crate) time_max: Option<i64>,
    pub(crate) updated_min: Option<i64>,
    pub(crate) event_types: Vec<String>,
    pub(crate) private_filters: Vec<(String, String)>,
    pub(crate) shared_filters: Vec<(String, String)>,
    pub(crate) text: Option<String>,
    pub(crate) uid: Option<String>,
    pub(crate) show_hidden_invitations: bool,
    pub(crate) time_zone: Option<Tz>,
    /// Of everything that must stay the same from page to page.
    pub(crate) page_hash: u64,
    /// Of everything that must stay the same from the first read to a delta.
    pub(crate) sync_hash: u64,
}

/// Parameters that a sync token excludes.
const NOT_WITH_TOKEN: [&str; 8] = [
    "iCalUID",
    "orderBy",
    "privateExtendedProperty",
    "q",
    "sharedExtendedProperty",
    "timeMin",
    "timeMax",
    "updatedMin",
];

const EVENT_TYPES: [&str; 6] =
    ["birthday", "default", "focusTime", "fromGmail", "outOfOffice", "workingLocation"];

/// Parameters that are true or false.
const BOOLEANS: [&str; 11] = [
    "alwaysIncludeEmail",
    "colorRgbFormat",
    "prettyPrint",
    "sendNotifications",
    "showDeleted",
    "showHidden",
    "showHiddenInvitations",
    "showOwnOrganizationOnly",
    "singleEvents",
    "supportsAttachments",
    "useAdminAccess",
];

/// Checks what every method checks before it does anything: names and types of parameters.
pub(crate) fn check(method: &Method, query: &Query, switches: &Switches) -> Result<(), ApiError> {
    for (name, value) in query.pairs() {
        let name = name.as_str();
        let known = EVERYWHERE.contains(&name) || method.parameters.contains(&name);
        if !known && switches.unknown_parameter == UnknownParameter::Refuse {
            return Err(ApiError::new(400, "invalidParameter", format!("Unknown parameter '{name}'."))
                .parameter(name));
        }
        let fits = match name {
            _ if !known => true,
            _ if BOOLEANS.contains(&name) => matches!(value.as_str(), "true" | "false"),
            "conferenceDataVersion" | "eventLabelVersion" => matches!(value.as_str(), "0" | "1"),
            "sendUpdates" => matches!(value.as_str(), "all" | "externalOnly" | "none"),
            "quotaUser" => value.chars().count() <= 40,
            "alt" => value == "json",
            "maxAttendees" | "maxResults" => value.parse::<usize>().is_ok_and(|number| number > 0),
            _ => true,
        };
        if !fits {
            return Err(ApiError::parameter_value(name, value));
        }
    }
    Ok(())
}

impl ListParams {
    pub(crate) fn read(query: &Query, switches: &Switches) -> Result<ListParams, ApiError> {
        let sync_token = query.get("syncToken").map(str::to_owned);
        let show_deleted = boolean(query, "showDeleted")?;
        if sync_token.is_some()
            && (NOT_WITH_TOKEN.iter().any(|name| query.get(name).is_some()) || show_deleted == Some(false))
        {
            return Err(ApiError::invalid("Sync token cannot be used with other request restrictions"));
        }
        let single_events = boolean(query, "singleEvents")?.unwrap_or(false);
        let order_by = match query.get("orderBy") {
            None => None,
            Some("updated") => Some(OrderBy::Updated),
            Some("startTime") if single_events => Some(OrderBy::StartTime),
            Some("startTime") => {
                return Err(ApiError::bad_ordering());
            }
            Some(other) => return Err(ApiError::parameter_value("orderBy", other)),
        };
        let time_min = instant(query, "timeMin")?;
        let time_max = instant(query, "timeMax")?;
        if let (Some(min), Some(max)) = (time_min, time_max)
            && max <= min
        {
            return Err(ApiError::empty_range());
        }
        let event_types: Vec<String> = query.all("eventTypes").map(str::to_owned).collect();
        if let Some(unknown) = event_types.iter().find(|name| !EVENT_TYPES.contains(&name.as_str())) {
            return Err(ApiError::parameter_value("eventTypes", unknown));
        }
        Ok(ListParams {
            max_results: page_size(query, 250, 2500, switches)?,
            page_token: query.get("pageToken").map(str::to_owned),
            single_events,
            show_deleted: show_deleted.unwrap_or(false),
            order_by,
            time_min,
            time_max,
            updated_min: instant(query, "updatedMin")?,
            event_types,
            private_filters: filters(query, "privateExtendedProperty")?,
            shared_filters: filters(query, "sharedExtendedProperty")?,
            text: query.get("q").filter(|text| !text.is_empty()).map(str::to_lowercase),
            uid: query.get("iCalUID").map(str::to_owned),
            show_hidden_invitations: boolean(query, "showHiddenInvitations")?.unwrap_or(false),
            time_zone: zone(query)?,
            page_hash: fingerprint(query, &["pageToken", "maxResults"]),
            // A delta cannot name the restrictions of the first read, so it cannot be asked to repeat them.
            sync_hash: fingerprint(
                query,
                &[&NOT_WITH_TOKEN[..], &["pageToken", "syncToken", "showDeleted"]].concat(),
            ),
            sync_token,
        })
    }

    pub(crate) fn seeks_properties(&self) -> bool {
        !self.private_filters.is_empty() || !self.shared_filters.is_empty()
    }

    /// Whether a body carries the wanted extended properties.
    pub(crate) fn properties_match(&self, body: &serde_json::Value, switches: &Switches) -> bool {
        let has = |group: &str, (name, value): &(String, String)| {
            body.get("extendedProperties")
                .and_then(|all| all.get(group))
                .and_then(|group| group.get(name))
                .and_then(serde_json::Value::as_str)
                == Some(value)
        };
        let group_matches = |group: &str, wanted: &[(String, String)]| {
            wanted.is_empty()
                || match switches.repeat_filter {
                    RepeatFilter::And => wanted.iter().all(|pair| has(group, pair)),
                    RepeatFilter::Or => wanted.iter().any(|pair| has(group, pair)),
                }
        };
        group_matches("private", &self.private_filters) && group_matches("shared", &self.shared_filters)
    }
}

impl ApiError {
    fn bad_ordering() -> ApiError {
        ApiError::new(400, "invalid", "The requested ordering is not available for the particular query.")
            .calendar()
            .parameter("orderBy")
    }

    pub(crate) fn parameter_value(name: &str, value: &str) -> ApiError {
        ApiError::new(400, "invalidParameter", format!("Invalid value '{value}' for parameter {name}."))
            .parameter(name)
    }
}

pub(crate) fn boolean(query: &Query, name: &str) -> Result<Option<bool>, ApiError> {
    match query.get(name) {
        None => Ok(None),
        Some("true") => Ok(Some(true)),
        Some("false") => Ok(Some(false)),
        Some(other) => Err(ApiError::parameter_value(name, other)),
    }
}

pub(crate) fn whole(query: &Query, name: &str) -> Result<Option<usize>, ApiError> {
    match query.get(name) {
        None => Ok(None),
        Some(text) => match text.parse::<usize>() {
            Ok(number) if number > 0 => Ok(Some(number)),
            _ => Err(ApiError::parameter_value(name, text)),
        },
    }
}

/// The zone in which an answer is given.
pub(crate) fn zone(query: &Query) -> Result<Option<Tz>, ApiError> {
    query
        .get("timeZone")
        .map(|name| time::zone(name).ok_or_else(|| ApiError::parameter_value("timeZone", name)))
        .transpose()
}

pub(crate) fn page_size(
    query: &Query,
    default: usize,
    most: usize,
    switches: &Switches,
) -> Result<usize, ApiError> {
    match whole(query, "maxResults")? {
        None => Ok(default),
        Some(number) if number <= most => Ok(number),
        Some(number) => match switches.max_results {
            MaxResults::Clamp => Ok(most),
            MaxResults::Deny => Err(ApiError::parameter_value("maxResults", &number.to_string())),
        },
    }
}

/// RFC 3339 with a mandatory offset; without one the answer is a plain "Bad Request".
pub(crate) fn instant(query: &Query, name: &str) -> Result<Option<i64>, ApiError> {
    match query.get(name) {
        None => Ok(None),
        Some(text) => time::parse_rfc3339(text)
            .map(|at| Some(at.ms - at.ms.rem_euclid(time::SECOND)))
            .ok_or_else(ApiError::bad_request),
    }
}

fn filters(query: &Query, name: &str) -> Result<Vec<(String, String)>, ApiError> {
    query
        .all(name)
        .map(|pair| {
            pair.split_once('=')
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .ok_or_else(|| ApiError::parameter_value(name, pair))
        })
        .collect()
}

fn fingerprint(query: &Query, without: &[&str]) -> u64 {
    let mut pairs: Vec<&(String, String)> = query
        .pairs()
        .iter()
        .filter(|(name, _)| !without.contains(&name.as_str()) && !EVERYWHERE.contains(&name.as_str()))
        .collect();
    pairs.sort();
    hash(&format!("{pairs:?}"))
}
