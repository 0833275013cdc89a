//! What a host may ask of the engine, read field by field so that an error says what is wrong.

use crate::error::{Error, ErrorKind, Result};
use crate::json::Json;
use crate::model::field::Field;
use crate::model::ids::CrmId;
use crate::model::settings::Settings;
use crate::sync::state::HeldAnswer;

/// A command of the host.
pub(crate) enum Command {
    Calendars,
    CheckAccess {
        settings: Option<Settings>,
    },
    Activate {
        settings: Settings,
    },
    Run(RunOptions),
    /// What a run would do.
    Preview(RunOptions),
    /// Whether linked events agree: of so many pairs.
    Verify {
        sample: u32,
        batch: bool,
    },
    Status,
    History,
    /// The user's answer to a question.
    Resolve {
        question: String,
        answer: HeldAnswer,
    },
    /// Takes back a cycle, the last one that is kept if none is named, or of it what concerns one event.
    Undo {
        run: Option<u32>,
        id: Option<String>,
        field: Option<Field>,
        options: RunOptions,
    },
    /// Why an event looks as it does.
    Explain {
        id: String,
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
    /// Reads a command: JSON text. Returned with it: whether the host has no lock, so that it needs the lease.
    ///
    /// # Errors
    /// `misuse`, naming the field; `invalid-settings`.
    pub(crate) fn parse(text: &str) -> Result<(Self, bool)> {
        let command = Json::parse(text.as_bytes()).unwrap_or(Json::Null);
        let lease = flag(command.get("lease"), "lease")?;
        Ok((Self::of(&command)?, lease))
    }

    fn of(command: &Json<'_>) -> Result<Self> {
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
                trigger: trigger(command.get("trigger"))?,
                crm_ids: crm_ids(command.get("crmIds"))?,
                deadline_ms: match command.get("deadlineMs") {
                    Json::Null => None,
                    value => match value.float() {
                        Some(time) => Some(time as i64),
                        None => return Err(misuse("deadlineMs", "must be a time in milliseconds")),
                    },
                },
                batch: flag(command.get("batch"), "batch")?,
            }),
            "preview" => Self::Preview(RunOptions::asked(flag(command.get("batch"), "batch")?)),
            "verify" => Self::Verify {
                sample: match command.get("sample") {
                    Json::Null => 50,
                    sample => match sample.number().and_then(|sample| u32::try_from(sample).ok()) {
                        Some(sample) if (1..=MOST_VERIFIED).contains(&sample) => sample,
                        _ => return Err(misuse("sample", "must be a number from 1 to 500")),
                    },
                },
                batch: flag(command.get("batch"), "batch")?,
            },
            "status" => Self::Status,
            "history" => Self::History,
            "resolve" => Self::Resolve {
                question: match command.text("question") {
                    Some(question) => question,
                    None => return Err(misuse("question", "must be the id of a question")),
                },
                answer: match command.get("answer").str() {
                    Some("apply") => HeldAnswer::Apply,
                    Some("restore") => HeldAnswer::Restore,
                    Some("pair") => HeldAnswer::Pair,
                    Some("separate") => HeldAnswer::Separate,
                    Some(_) | None => {
                        let answers = "must be \"apply\", \"restore\", \"pair\" or \"separate\"";
                        return Err(misuse("answer", answers));
                    }
                },
            },
            "undo" => Self::Undo {
                run: match command.get("run") {
                    Json::Null => None,
                    _ => Some(run(command)?),
                },
                id: match command.get("googleId") {
                    Json::Null => None,
                    _ => Some(event(command)?),
                },
                field: None,
                options: RunOptions::asked(flag(command.get("batch"), "batch")?),
            },
            "putBack" => Self::Undo {
                run: Some(run(command)?),
                id: Some(event(command)?),
                field: match command.get("field").str().and_then(Field::named) {
                    None => return Err(misuse("field", "must be the name of a field")),
                    field => field,
                },
                options: RunOptions::asked(flag(command.get("batch"), "batch")?),
            },
            "explain" => Self::Explain { id: event(command)? },
            "deactivate" => Self::Deactivate,
            "forget" => Self::Forget,
            _ => return Err(misuse("name", "must be the name of a command")),
        })
    }
}

impl RunOptions {
    /// Of what a person asked for beside a cycle.
    pub(crate) fn asked(batch: bool) -> Self {
        Self { trigger: String::new(), crm_ids: None, deadline_ms: None, batch }
    }
}

fn run(command: &Json<'_>) -> Result<u32> {
    let run = command.get("run").number().and_then(|run| u32::try_from(run).ok());
    run.ok_or_else(|| misuse("run", "must be the number of a cycle"))
}

fn event(command: &Json<'_>) -> Result<String> {
    let id = command.text("googleId").filter(|id| !id.is_empty());
    id.ok_or_else(|| misuse("googleId", "must be the id of an event"))
}

/// How many records one change in the CRM may touch: as many as one bulk read brings.
const MOST_TOUCHED: usize = 100;

/// How many pairs are verified at once: as many as one cycle writes.
const MOST_VERIFIED: u32 = 500;

fn flag(value: &Json<'_>, field: &str) -> Result<bool> {
    match value {
        Json::Null => Ok(false),
        Json::Flag(flag) => Ok(*flag),
        _ => Err(misuse(field, "must be true or false")),
    }
}

fn trigger(value: &Json<'_>) -> Result<String> {
    match value {
        Json::Null => Ok("manual".to_owned()),
        Json::Text(trigger) if matches!(&**trigger, "poll" | "manual" | "crm-change") => {
            Ok(trigger.clone().into_owned())
        }
        _ => Err(misuse("trigger", "must be \"poll\", \"manual\" or \"crm-change\"")),
    }
}

/// Ids of records, as the CRM prints them: decimal digits.
fn crm_ids(value: &Json<'_>) -> Result<Option<Vec<CrmId>>> {
    let wrong = || misuse("crmIds", "must be a list of 1 to 100 ids of meetings");
    let ids = match value {
        Json::Null => return Ok(None),
        Json::List(ids) if (1..=MOST_TOUCHED).contains(&ids.len()) => ids,
        _ => return Err(wrong()),
    };
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        let id = id.str().filter(|id| id.len() <= 32 && id.bytes().all(|c| c.is_ascii_digit()));
        found.push(CrmId::new(id.filter(|id| !id.is_empty()).ok_or_else(wrong)?));
    }
    Ok(Some(found))
}

fn misuse(field: &str, what: &str) -> Error {
    Error::new(ErrorKind::Misuse, format!("The command's {field} {what}."))
}
