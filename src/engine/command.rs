//! What a host may ask of the engine, read field by field so that an error says what is wrong.

use crate::error::{Error, ErrorKind, Result};
use crate::model::ids::CrmId;
use crate::sync::state::HeldAnswer;
use serde_json::Value;

/// A command of the host.
pub(crate) enum Command {
    Calendars,
    CheckAccess {
        settings: Option<Value>,
    },
    Activate {
        settings: Value,
    },
    Run(RunOptions),
    Status,
    History,
    /// The user's answer to a question.
    Resolve {
        question: String,
        answer: HeldAnswer,
    },
    Deactivate,
    Forget,
}

/// How a cycle is to be run.
pub(crate) struct RunOptions {
    /// What started it: `poll`, `manual` or `crm-change`.
    pub(crate) trigger: String,
    /// With `crm-change`: the records that were touched; only these are read and written.
    pub(crate) crm_ids: Option<Vec<CrmId>>,
    /// No new group of writes begins after this time, in milliseconds since 1970.
    pub(crate) deadline_ms: Option<i64>,
    /// Whether the host lets requests to Google's batch endpoint through.
    pub(crate) batch: bool,
}

impl Command {
    /// Reads a command.
    ///
    /// # Errors
    /// `misuse`, naming the field.
    pub(crate) fn parse(mut value: Value) -> Result<Self> {
        let name = value.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
        let mut take = |key: &str| value.get_mut(key).map(Value::take).filter(|value| !value.is_null());
        Ok(match name.as_str() {
            "calendars" => Self::Calendars,
            "checkAccess" => Self::CheckAccess { settings: take("settings") },
            "activate" => Self::Activate { settings: take("settings").unwrap_or_default() },
            "run" => Self::Run(RunOptions {
                trigger: trigger(take("trigger"))?,
                crm_ids: crm_ids(take("crmIds"))?,
                deadline_ms: match take("deadlineMs") {
                    None => None,
                    Some(value) => Some(
                        value
                            .as_f64()
                            .ok_or_else(|| misuse("deadlineMs", "must be a time in milliseconds"))?
                            as i64,
                    ),
                },
                batch: match take("batch") {
                    None => false,
                    Some(Value::Bool(batch)) => batch,
                    Some(_) => return Err(misuse("batch", "must be true or false")),
                },
            }),
            "status" => Self::Status,
            "history" => Self::History,
            "resolve" => Self::Resolve {
                question: match take("question") {
                    Some(Value::String(question)) => question,
                    Some(_) | None => return Err(misuse("question", "must be the id of a question")),
                },
                answer: match take("answer").as_ref().and_then(Value::as_str) {
                    Some("apply") => HeldAnswer::Apply,
                    Some("restore") => HeldAnswer::Restore,
                    Some(_) | None => return Err(misuse("answer", "must be \"apply\" or \"restore\"")),
                },
            },
            "deactivate" => Self::Deactivate,
            "forget" => Self::Forget,
            _ => return Err(misuse("name", "must be the name of a command")),
        })
    }
}

/// How many records one change in the CRM may touch: as many as one bulk read brings.
const MOST_TOUCHED: usize = 100;

fn trigger(value: Option<Value>) -> Result<String> {
    match value {
        None => Ok("manual".to_owned()),
        Some(Value::String(trigger)) if matches!(trigger.as_str(), "poll" | "manual" | "crm-change") => {
            Ok(trigger)
        }
        Some(_) => Err(misuse("trigger", "must be \"poll\", \"manual\" or \"crm-change\"")),
    }
}

/// Ids of records, as the CRM prints them: decimal digits.
fn crm_ids(value: Option<Value>) -> Result<Option<Vec<CrmId>>> {
    let wrong = || misuse("crmIds", "must be a list of 1 to 100 ids of meetings");
    let ids = match value {
        None => return Ok(None),
        Some(Value::Array(ids)) if (1..=MOST_TOUCHED).contains(&ids.len()) => ids,
        Some(_) => return Err(wrong()),
    };
    let id = |value: &Value| {
        let id = value.as_str().filter(|id| id.len() <= 32 && id.bytes().all(|c| c.is_ascii_digit()));
        id.filter(|id| !id.is_empty()).map(CrmId::new).ok_or_else(wrong)
    };
    ids.iter().map(id).collect::<Result<Vec<_>>>().map(Some)
}

fn misuse(field: &str, what: &str) -> Error {
    Error::new(ErrorKind::Misuse, format!("The command's {field} {what}."))
}
