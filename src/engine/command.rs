//! What a host may ask of the engine, read field by field so that an error says what is wrong.

use crate::error::{Error, ErrorKind, Result};
use serde_json::Value;

/// A command of the host.
pub(crate) enum Command {
    Calendars,
    CheckAccess { settings: Option<Value> },
    Activate { settings: Value },
    Run(RunOptions),
    Status,
    History,
    Deactivate,
    Forget,
}

/// How a cycle is to be run.
pub(crate) struct RunOptions {
    /// What started it: `poll` or `manual`.
    pub(crate) trigger: String,
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
                trigger: match take("trigger") {
                    None => "manual".to_owned(),
                    Some(Value::String(trigger)) if matches!(trigger.as_str(), "poll" | "manual") => trigger,
                    Some(_) => return Err(misuse("trigger", "must be \"poll\" or \"manual\"")),
                },
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
            "deactivate" => Self::Deactivate,
            "forget" => Self::Forget,
            _ => return Err(misuse("name", "must be the name of a command")),
        })
    }
}

fn misuse(field: &str, what: &str) -> Error {
    Error::new(ErrorKind::Misuse, format!("The command's {field} {what}."))
}
