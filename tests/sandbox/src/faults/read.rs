//! How an admin call writes a rule.

use serde_json::{Map, Value};

use super::{Fault, FaultKind, When};
use crate::http::Service;

/// The members of a rule.
const MEMBERS: [&str; 18] = [
    "service",
    "method",
    "path",
    "nth",
    "times",
    "chance",
    "when",
    "kind",
    "status",
    "reason",
    "body",
    "ms",
    "index",
    "code",
    "id",
    "field",
    "retryAfter",
    "retryAfterIsDate",
];

/// The kinds, as written in `kind`.
pub(crate) const KINDS: [&str; 16] = [
    "status",
    "drop",
    "cut",
    "truncate",
    "not-json",
    "wrong-type",
    "wrong-field",
    "delay",
    "slow-body",
    "empty-list",
    "repeated-row",
    "list-lag",
    "token-loss",
    "clock-skew",
    "bad-record",
    "record-locked",
];

/// Years: a skew beyond them is a mistake.
const MOST_SKEW_MS: u64 = 100 * 366 * 86_400_000;
/// An answer held back for longer would only be a test that hangs.
const MOST_DELAY_MS: u64 = 600_000;

impl Fault {
    /// Reads a rule from the body of an admin call.
    ///
    /// ```
    /// use accord_sandbox::{Fault, FaultKind};
    /// let rule = serde_json::json!({ "service": "zoho", "method": "POST", "kind": "drop", "when": "after" });
    /// assert_eq!(Fault::from_json(&rule).unwrap().kind, FaultKind::Drop);
    /// assert!(Fault::from_json(&serde_json::json!({ "kind": "flood" })).is_err());
    /// ```
    ///
    /// # Errors
    /// A sentence that names the member that is wrong.
    pub fn from_json(value: &Value) -> Result<Fault, String> {
        let map = value.as_object().ok_or("a fault is a JSON object")?;
        for name in map.keys() {
            if !MEMBERS.contains(&name.as_str()) {
                return Err(format!("a fault has no member {name:?}; it has {}", MEMBERS.join(", ")));
            }
        }
        let service = match text(map, "service")? {
            None => None,
            Some(name) => Some(Service::from_name(&name).ok_or("service is google or zoho")?),
        };
        let when = match text(map, "when")?.as_deref() {
            None | Some("before") => When::Before,
            Some("after") => When::After,
            Some(_) => return Err("when is before or after".into()),
        };
        let chance = match map.get("chance") {
            None | Some(Value::Null) => None,
            Some(value) => Some(
                value
                    .as_f64()
                    .filter(|chance| (0.0..=1.0).contains(chance))
                    .ok_or("chance is from 0 to 1")?,
            ),
        };
        let times = match number(map, "times")? {
            None if chance.is_some() => None,
            None => Some(1),
            Some(0) => None,
            Some(times) => Some(u32::try_from(times).unwrap_or(u32::MAX)),
        };
        let nth = number(map, "nth")?.unwrap_or(1);
        let retry_after_is_date = match map.get("retryAfterIsDate") {
            None | Some(Value::Null) => false,
            Some(value) => value.as_bool().ok_or("retryAfterIsDate is true or false")?,
        };
        Ok(Fault {
            service,
            method: text(map, "method")?,
            path_prefix: text(map, "path")?,
            skip: u32::try_from(nth.saturating_sub(1)).unwrap_or(u32::MAX),
            times,
            chance,
            when,
            kind: kind(map)?,
            retry_after: number(map, "retryAfter")?,
            retry_after_is_date,
        })
    }
}

fn kind(map: &Map<String, Value>) -> Result<FaultKind, String> {
    let ms = || number(map, "ms")?.map(|ms| ms.min(MOST_DELAY_MS)).ok_or("ms is missing".to_owned());
    Ok(match text(map, "kind")?.as_deref() {
        None | Some("status") => {
            let status = number(map, "status")?.ok_or("status is missing")?;
            let status = u16::try_from(status).ok().filter(|status| (200..600).contains(status));
            FaultKind::Status {
                status: status.ok_or("status is from 200 to 599")?,
                reason: text(map, "reason")?,
                body: text(map, "body")?,
            }
        }
        Some("drop") => FaultKind::Drop,
        Some("cut") => FaultKind::Cut,
        Some("truncate") => FaultKind::Truncate,
        Some("not-json") => FaultKind::NotJson,
        Some("wrong-type") => FaultKind::WrongType,
        Some("wrong-field") => {
            FaultKind::WrongField { field: text(map, "field")?.ok_or("field is missing: a member's name")? }
        }
        Some("delay") => FaultKind::Delay { ms: ms()? },
        Some("slow-body") => FaultKind::SlowBody { ms: ms()? },
        Some("empty-list") => FaultKind::EmptyList,
        Some("repeated-row") => FaultKind::RepeatedRow,
        Some("list-lag") => FaultKind::ListLag,
        Some("token-loss") => FaultKind::TokenLoss,
        Some("clock-skew") => FaultKind::ClockSkew {
            ms: map
                .get("ms")
                .and_then(Value::as_i64)
                .filter(|ms| ms.unsigned_abs() <= MOST_SKEW_MS)
                .ok_or("ms is a whole number, at most a hundred years")?,
        },
        Some("bad-record") => FaultKind::BadRecord {
            index: usize::try_from(number(map, "index")?.unwrap_or(0)).unwrap_or(usize::MAX),
            code: text(map, "code")?.unwrap_or_else(|| "INVALID_DATA".into()),
        },
        Some("record-locked") => FaultKind::RecordLocked {
            id: text(map, "id")?
                .and_then(|id| id.parse().ok())
                .ok_or("id is missing: a record id as a text")?,
        },
        Some(other) => return Err(format!("there is no kind {other:?}; there are {}", KINDS.join(", "))),
    })
}

fn text(map: &Map<String, Value>, name: &str) -> Result<Option<String>, String> {
    match map.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(format!("{name} is a text")),
    }
}

fn number(map: &Map<String, Value>, name: &str) -> Result<Option<u64>, String> {
    match map.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value.as_u64().map(Some).ok_or(format!("{name} is a whole number")),
    }
}
