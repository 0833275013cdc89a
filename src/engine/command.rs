//! What a host may ask of the engine, read field by field so that an error says what is wrong.

use crate::error::{Error, ErrorKind, Result};
use crate::json::Json;
use crate::model::settings::Settings;

/// A command of the host.
pub(crate) enum Command {
    Calendars,
    CheckAccess { settings: Option<Settings> },
    Activate { settings: Settings },
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
    /// Reads a command: JSON text.
    ///
    /// # Errors
    /// `misuse`, naming the field; `invalid-settings`.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let command = Json::parse(text.as_bytes()).unwrap_or(Json::Null);
        Ok(match command.get("name").str().unwrap_or_default() {
            "calendars" => Self::Calendars,
            "checkAccess" => Self::CheckAccess {
                settings: match command.get("settings") {
                    Json::Null => None,
                    settings => Some(Settings::from_json(settings)?),
                },
            },
            "activate" => Self::Activate { settings: Settings::from_json(command.get("settings"))? },
            "run" => Self::Run(RunOptions {
                trigger: match command.get("trigger") {
                    Json::Null => "manual".to_owned(),
                    Json::Text(trigger) if matches!(&**trigger, "poll" | "manual") => {
                        trigger.clone().into_owned()
                    }
                    _ => return Err(misuse("trigger", "must be \"poll\" or \"manual\"")),
                },
                deadline_ms: match command.get("deadlineMs") {
                    Json::Null => None,
                    value => match value.float() {
                        Some(time) => Some(time as i64),
                        None => return Err(misuse("deadlineMs", "must be a time in milliseconds")),
                    },
                },
                batch: match command.get("batch") {
                    Json::Null => false,
                    Json::Flag(batch) => *batch,
                    _ => return Err(misuse("batch", "must be true or false")),
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
