//! The machine: runs a command's story from one question to the next and hands each question out as a [`Step`].
//!
//! ```
//! use accord_sync::{Machine, Step};
//! let mut machine = Machine::new(1);
//! let step = machine.start(r#"{"name":"status"}"#, 0).unwrap();
//! assert!(matches!(step.kind, accord_sync::StepKind::Load { .. }));
//! // The host reads the rows and says what it found:
//! let step = machine.loaded(Default::default(), 0).unwrap();
//! assert!(matches!(step.kind, accord_sync::StepKind::Done { .. }));
//! ```

use super::command::Command;
use super::io::{Ask, Io, Progress, Reply};
use super::{run, setup, undo, verify};
use crate::api::http::{Answer, HttpRequest};
use crate::devices::Device;
use crate::error::{Error, ErrorKind, Result};
use crate::json;
use crate::model::list::Listed;
use crate::model::time::OffsetChange;
use crate::sync::commit::{Book, Patch, reports};
use crate::sync::state::{Undo, key};
use serde::Serialize;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

type Story = Pin<Box<dyn Future<Output = Result<String>>>>;

/// What the host does next, and how far the command is.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    /// What to do.
    #[serde(flatten)]
    pub kind: StepKind,
    /// How far the command is.
    pub progress: Progress,
}

/// The six things a host does.
#[derive(Clone, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(tag = "type", rename_all = "lowercase", rename_all_fields = "camelCase")]
pub enum StepKind {
    /// Perform all requests and answer them in order.
    Http {
        /// The requests; at most 4 for one service.
        requests: Vec<HttpRequest>,
    },
    /// Read rows: the named ones, or all under a prefix.
    Load {
        /// Keys of rows; absent rows are left out of the answer.
        keys: Vec<String>,
        /// All rows whose keys begin with this.
        #[serde(skip_serializing_if = "Option::is_none")]
        prefix: Option<String>,
    },
    /// Change rows, all or nothing.
    Save {
        /// Rows to write: keys and texts, each key once.
        #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, string>"))]
        put: Vec<(String, String)>,
        /// Keys of rows to remove.
        remove: Vec<String>,
    },
    /// Sleep.
    Wait {
        /// Until this time, in milliseconds since 1970.
        until_ms: i64,
    },
    /// Say the UTC offsets of a time zone over a span.
    Offsets {
        /// IANA name.
        zone: String,
        /// Start of the span, in milliseconds since 1970.
        from_ms: i64,
        /// End of the span.
        to_ms: i64,
    },
    /// The command is done.
    Done {
        /// What it brought, as JSON text: `Calendar[]`, `Access`, `Status`, `Report`, `Report[]`, `Reason[]`,
        /// `Preview`, `Verification` or null.
        #[cfg_attr(target_arch = "wasm32", tsify(type = "unknown"))]
        result: String,
    },
    /// The command failed.
    Failed {
        /// Why.
        error: Failure,
    },
}

/// Without contents: rows and bodies hold event text.
impl std::fmt::Debug for StepKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Http { requests } => f.debug_tuple("Http").field(requests).finish(),
            Self::Load { keys, prefix } => write!(f, "Load({} keys, prefix {prefix:?})", keys.len()),
            Self::Save { put, remove } => write!(f, "Save({} put, {} removed)", put.len(), remove.len()),
            Self::Wait { until_ms } => write!(f, "Wait({until_ms})"),
            Self::Offsets { zone, .. } => write!(f, "Offsets({zone})"),
            Self::Done { .. } => f.write_str("Done"),
            Self::Failed { error } => write!(f, "Failed({})", error.code),
        }
    }
}

/// Why a command failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// A stable code: [`ErrorKind::code`].
    pub code: &'static str,
    /// A sentence that says what to do.
    pub message: String,
    /// How long to wait before trying again, in milliseconds, when a service said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<i64>,
}

impl From<&Error> for Failure {
    fn from(error: &Error) -> Self {
        Self {
            code: error.kind().code(),
            message: error.message().to_owned(),
            retry_after_ms: error.retry_after_ms(),
        }
    }
}

/// Which call answers the step that was handed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expecting {
    Start,
    Answered(usize),
    Loaded,
    Saved,
    Woke,
    Zoned,
}

/// Runs one command at a time. Nothing in it is stored: a machine can be dropped at any step, and the next one goes on
/// from the stored rows.
pub struct Machine {
    io: Io,
    seed: u32,
    story: Option<Story>,
    expecting: Expecting,
}

impl Machine {
    /// A machine; the seed is its only source of chance (jitter of pauses).
    pub fn new(seed: u32) -> Self {
        Self { io: Io::new(seed), seed, story: None, expecting: Expecting::Start }
    }

    /// Begins a command, given as JSON text.
    ///
    /// # Errors
    /// `misuse` while another command is under way. A command that is not one fails as a step.
    pub fn start(&mut self, command: &str, now_ms: i64) -> Result<Step> {
        self.expect(Expecting::Start)?;
        self.seed = self.seed.wrapping_add(1);
        self.io = Io::new(self.seed);
        self.io.set_now(now_ms);
        let (command, lease) = match Command::parse(command) {
            Ok(asked) => asked,
            Err(error) => return Ok(self.end(Err(error))),
        };
        self.story = Some(Box::pin(tell(self.io.clone(), command, lease && Device::Lease.on())));
        Ok(self.advance())
    }

    /// Answers an `http` step: one answer per request, in order.
    ///
    /// # Errors
    /// `misuse` when this is not what the last step asked for; so for all answers.
    pub fn answered(&mut self, answers: Vec<Answer>, now_ms: i64) -> Result<Step> {
        self.expect(Expecting::Answered(answers.len()))?;
        Ok(self.go_on(Reply::Http(answers), now_ms))
    }

    /// Answers a `load` step.
    ///
    /// # Errors
    /// `misuse`.
    pub fn loaded(&mut self, rows: Vec<(String, String)>, now_ms: i64) -> Result<Step> {
        self.expect(Expecting::Loaded)?;
        Ok(self.go_on(Reply::Rows(rows.into_iter().collect()), now_ms))
    }

    /// Answers a `save` step.
    ///
    /// # Errors
    /// `misuse`.
    pub fn saved(&mut self, now_ms: i64) -> Result<Step> {
        self.expect(Expecting::Saved)?;
        Ok(self.go_on(Reply::Saved, now_ms))
    }

    /// Answers a `wait` step.
    ///
    /// # Errors
    /// `misuse`.
    pub fn woke(&mut self, now_ms: i64) -> Result<Step> {
        self.expect(Expecting::Woke)?;
        Ok(self.go_on(Reply::Woke, now_ms))
    }

    /// Answers an `offsets` step.
    ///
    /// # Errors
    /// `misuse`.
    pub fn zoned(&mut self, offsets: Vec<OffsetChange>, now_ms: i64) -> Result<Step> {
        self.expect(Expecting::Zoned)?;
        Ok(self.go_on(Reply::Offsets(offsets), now_ms))
    }

    /// Says that the step itself failed: `storage-full`, `storage-failed`, or another code of the host.
    ///
    /// # Errors
    /// `misuse` when nothing is under way.
    pub fn failed(&mut self, code: &str, now_ms: i64) -> Result<Step> {
        if self.story.is_none() {
            return Err(misuse("nothing is under way"));
        }
        let error = match code {
            "storage-full" => Error::new(
                ErrorKind::StorageFull,
                "The browser's storage is full. Free some space, then sync again; nothing is lost.",
            ),
            "offline" => Error::new(
                ErrorKind::Offline,
                "The services could not be reached. Check the connection; nothing is lost.",
            ),
            "cancelled" | "aborted" => cancelled(),
            "unsupported" => Error::new(
                ErrorKind::Unsupported,
                "This browser does not know a time zone that the CRM names. Update the browser, then sync again.",
            ),
            _ => Error::new(
                ErrorKind::StorageFailed,
                "The browser's storage cannot be used. Reload the page and sync again; nothing is lost.",
            ),
        };
        Ok(self.go_on(Reply::Failed(error), now_ms))
    }

    /// Ends the command at once, or as soon as its lease is given back. What was written is remembered by the rows; the
    /// next cycle goes on from there.
    pub fn cancel(&mut self, now_ms: i64) -> Step {
        self.io.set_now(now_ms);
        if self.story.is_some() && self.io.lease().is_some() {
            let io = self.io.clone();
            self.story = Some(Box::pin(async move {
                io.release_lease().await;
                Err(cancelled())
            }));
            return self.advance();
        }
        self.end(Err(cancelled()))
    }

    fn expect(&self, call: Expecting) -> Result<()> {
        match (self.expecting, call) {
            (expected, call) if expected == call => Ok(()),
            (Expecting::Answered(_), Expecting::Answered(_)) => Err(misuse("each request needs one answer")),
            (Expecting::Start, _) => Err(misuse("nothing is under way; start a command first")),
            (_, Expecting::Start) => Err(misuse("another command is under way")),
            _ => Err(misuse("this does not answer the last step")),
        }
    }

    fn go_on(&mut self, reply: Reply, now_ms: i64) -> Step {
        self.io.set_now(now_ms);
        self.io.bring(reply);
        self.advance()
    }

    fn advance(&mut self) -> Step {
        let Some(story) = &mut self.story else {
            return self.end(Err(Error::internal("there is no command to go on with")));
        };
        match story.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(outcome) => self.end(outcome),
            Poll::Pending => match self.io.take_ask() {
                Some(ask) => self.hand_out(ask),
                None => self.end(Err(Error::internal("the story waits for nothing"))),
            },
        }
    }

    fn hand_out(&mut self, ask: Ask) -> Step {
        let (expecting, kind) = match ask {
            Ask::Http(requests) => (Expecting::Answered(requests.len()), StepKind::Http { requests }),
            Ask::Load { keys, prefix } => (Expecting::Loaded, StepKind::Load { keys, prefix }),
            Ask::Save(Patch { put, remove }) => (Expecting::Saved, StepKind::Save { put, remove }),
            Ask::Wait { until_ms } => (Expecting::Woke, StepKind::Wait { until_ms }),
            Ask::Offsets { zone, from_ms, to_ms } => {
                (Expecting::Zoned, StepKind::Offsets { zone, from_ms, to_ms })
            }
        };
        self.expecting = expecting;
        Step { kind, progress: self.io.current() }
    }

    fn end(&mut self, outcome: Result<String>) -> Step {
        self.story = None;
        self.expecting = Expecting::Start;
        let kind = match outcome {
            Ok(result) => StepKind::Done { result },
            Err(error) => StepKind::Failed { error: Failure::from(&error) },
        };
        Step { kind, progress: self.io.current() }
    }
}

fn misuse(what: &str) -> Error {
    Error::new(ErrorKind::Misuse, format!("The engine was called in the wrong order: {what}."))
}

fn cancelled() -> Error {
    Error::new(
        ErrorKind::Cancelled,
        "The sync was cancelled. Nothing is lost; the next one goes on where it stopped.",
    )
}

/// The story of a command, under the lease where the host has no lock.
async fn tell(io: Io, command: Command, lease: bool) -> Result<String> {
    if lease {
        io.take_lease().await?;
    }
    let outcome = obey(&io, command).await;
    io.release_lease().await;
    outcome
}

async fn obey(io: &Io, command: Command) -> Result<String> {
    match command {
        Command::Calendars => json(&setup::calendars(io).await?),
        Command::CheckAccess { settings } => json(&setup::access(io, settings.as_ref()).await?.0),
        Command::Activate { settings } => {
            let (mut book, history) = open(io).await?;
            run::refuse_too_early(&book, io.now_ms())?;
            if let Err(error) = setup::activate(io, &mut book, settings).await {
                return Err(run::remember_wait(io, &mut book, error).await);
            }
            let mut patch = book.take_patch();
            if book.state.kept.is_empty() {
                // What an earlier life of the rows left behind.
                patch.remove.extend(io.list(key::DONE).await?.into_iter().map(|(key, _)| key));
            }
            io.save(patch).await?;
            json(&book.status(history.as_ref(), io.now_ms()))
        }
        Command::Run(options) => json(&run::run(io, &options).await?),
        Command::Preview(options) => json(&run::preview(io, &options).await?),
        Command::Verify { sample, batch } => json(&verify::verify(io, sample, batch).await?),
        Command::Status => {
            let (book, history) = open(io).await?;
            json(&book.status(history.as_ref(), io.now_ms()))
        }
        Command::History => {
            let rows = io.load(vec![key::HISTORY.to_owned()]).await?;
            Ok(format!("[{}]", reports(rows.get(key::HISTORY)).join(",")))
        }
        Command::Undo { run, id, field, options } => {
            let mut book = run::open(io).await?;
            book.active()?;
            run::refuse_too_early(&book, io.now_ms())?;
            // What was asked for before and was cut off is done first.
            if let Some(undo) = book.intents.undo.clone() {
                let asked = run.is_none_or(|run| run == undo.run) && (&undo.id, undo.field) == (&id, field);
                let report = undo::undo(io, &mut book, &options, undo, true).await?;
                if asked {
                    return json(&report);
                }
            }
            let run = match run {
                Some(run) => run,
                None => undo::last(&book)?,
            };
            json(&undo::undo(io, &mut book, &options, Undo { run, id, field }, false).await?)
        }
        Command::Explain { id } => {
            let (book, history) = open(io).await?;
            json(&undo::explain(io, &book, &id, &reports(history.as_ref())).await?)
        }
        Command::Resolve { question, answer } => {
            let (mut book, history) = open(io).await?;
            book.resolve(&question, answer)?;
            io.save(book.take_patch()).await?;
            json(&book.status(history.as_ref(), io.now_ms()))
        }
        Command::Deactivate => {
            let (mut book, history) = open(io).await?;
            if let Some(activation) = &mut book.activation {
                activation.active = false;
            }
            io.save(book.take_patch()).await?;
            json(&book.status(history.as_ref(), io.now_ms()))
        }
        Command::Forget => {
            let remove = io.list("").await?.into_iter().map(|(key, _)| key).listed();
            io.save(Patch { put: Vec::new(), remove }).await?;
            Ok("null".to_owned())
        }
    }
}

fn json<T: Serialize>(result: &T) -> Result<String> {
    json::text(result).map_err(|_| Error::internal("a result could not be encoded"))
}

/// The rows that every command reads, and the history.
async fn open(io: &Io) -> Result<(Book, Option<String>)> {
    let keys = Book::KEYS.into_iter().chain([key::HISTORY]);
    let mut rows = io.load(keys.map(str::to_owned).listed()).await?;
    let history = rows.remove(key::HISTORY);
    Ok((Book::open(rows), history))
}
