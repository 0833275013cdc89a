//! The mailbox between the story and the machine: the story asks for one thing at a time, the machine hands it out as
//! a step and brings the answer. Nothing else is awaited anywhere.

use crate::api::http::{Answer, HttpRequest, HttpResponse, Service};
use crate::api::retry::{ATTEMPTS, Doubt, LONGEST_WAIT_MS, OFFLINE_ATTEMPTS, Problem, backoff_ms, diagnose};
use crate::error::{Error, ErrorKind, Result};
use crate::model::list::Listed;
use crate::model::time::OffsetChange;
use crate::sync::commit::{Patch, Rows};
use crate::sync::lease::Lease;
use crate::sync::report::Requests;
use serde::Serialize;
use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

/// What the story needs next.
pub(crate) enum Ask {
    Http(Vec<HttpRequest>),
    Load { keys: Vec<String>, prefix: Option<String> },
    Save(Patch),
    Wait { until_ms: i64 },
    Offsets { zone: String, from_ms: i64, to_ms: i64 },
}

/// What the host brought.
pub(crate) enum Reply {
    Http(Vec<Answer>),
    Rows(Rows),
    Saved,
    Woke,
    Offsets(Vec<OffsetChange>),
    Failed(Error),
}

/// Where a cycle is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Progress {
    /// What it is doing.
    pub phase: Phase,
    /// Entries done.
    pub done: u32,
    /// Entries to do, once that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<u32>,
}

/// What a cycle is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Not started.
    #[default]
    Idle,
    /// Reading what changed.
    Reading,
    /// Finding out what became of a request whose answer was lost.
    Recovering,
    /// Deciding.
    Comparing,
    /// Writing entries.
    Writing,
    /// Waiting because a service asked for it.
    Waiting,
    /// Finished.
    Done,
}

impl Phase {
    /// The name that crosses the boundary.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Reading => "reading",
            Self::Recovering => "recovering",
            Self::Comparing => "comparing",
            Self::Writing => "writing",
            Self::Waiting => "waiting",
            Self::Done => "done",
        }
    }
}

/// A row's key and its text; none where it is removed.
type RowChange = (String, Option<String>);

#[derive(Default)]
struct Mailbox {
    ask: RefCell<Option<Ask>>,
    reply: RefCell<Option<Reply>>,
    now_ms: Cell<i64>,
    progress: Cell<Progress>,
    requests: Cell<Requests>,
    /// Whether a service ever answered.
    answered: Cell<bool>,
    not_before: Cell<(i64, i64)>,
    random: Cell<u64>,
    /// Where the host has no lock.
    lease: Cell<Option<Lease>>,
    /// What a command that must not write would have stored, in the order of its saves.
    pretended: RefCell<Option<Vec<RowChange>>>,
}

/// The story's and the machine's handle to the mailbox.
#[derive(Clone, Default)]
pub(crate) struct Io(Rc<Mailbox>);

impl Io {
    pub(crate) fn new(seed: u32) -> Self {
        let io = Self::default();
        io.0.random.set(u64::from(seed) ^ 0x9e37_79b9_7f4a_7c15);
        io
    }

    // The machine's end.

    pub(crate) fn take_ask(&self) -> Option<Ask> {
        self.0.ask.borrow_mut().take()
    }

    pub(crate) fn bring(&self, reply: Reply) {
        *self.0.reply.borrow_mut() = Some(reply);
    }

    pub(crate) fn set_now(&self, now_ms: i64) {
        self.0.now_ms.set(now_ms);
    }

    pub(crate) fn current(&self) -> Progress {
        self.0.progress.get()
    }

    // The story's end.

    /// The time of the last call into the engine.
    pub(crate) fn now_ms(&self) -> i64 {
        self.0.now_ms.get()
    }

    pub(crate) fn lease(&self) -> Option<Lease> {
        self.0.lease.get()
    }

    pub(crate) fn set_lease(&self, lease: Option<Lease>) {
        self.0.lease.set(lease);
    }

    pub(crate) fn requests(&self) -> Requests {
        self.0.requests.get()
    }

    pub(crate) fn phase(&self, phase: Phase) {
        self.0.progress.set(Progress { phase, ..self.current() });
    }

    pub(crate) fn progress(&self, done: usize, total: usize) {
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        self.0.progress.set(Progress {
            phase: self.current().phase,
            done: count(done),
            total: Some(count(total)),
        });
    }

    async fn ask(&self, ask: Ask) -> Result<Reply> {
        *self.0.ask.borrow_mut() = Some(ask);
        let reply = poll_fn(|_| match self.0.reply.borrow_mut().take() {
            Some(reply) => Poll::Ready(reply),
            None => Poll::Pending,
        });
        match reply.await {
            Reply::Failed(error) => Err(error),
            reply => Ok(reply),
        }
    }

    /// From here on nothing is stored: what is saved shows to this command only.
    pub(crate) fn pretend(&self) {
        *self.0.pretended.borrow_mut() = Some(Vec::new());
    }

    /// Rows by their keys; absent ones are left out.
    pub(crate) async fn load(&self, keys: Vec<String>) -> Result<Rows> {
        if keys.is_empty() {
            return Ok(Rows::default());
        }
        self.rows(Ask::Load { keys, prefix: None }).await
    }

    /// All rows whose keys begin with a prefix.
    pub(crate) async fn list(&self, prefix: &str) -> Result<Rows> {
        self.rows(Ask::Load { keys: Vec::new(), prefix: Some(prefix.to_owned()) }).await
    }

    pub(super) async fn rows(&self, ask: Ask) -> Result<Rows> {
        let pretended = self.pretended(&ask);
        match self.ask(ask).await? {
            Reply::Rows(mut rows) => {
                for (key, text) in pretended {
                    match text {
                        Some(text) => rows.insert(key, text),
                        None => drop(rows.remove(key)),
                    }
                }
                Ok(rows)
            }
            _ => Err(mismatch()),
        }
    }

    /// The changes of rows that are asked for, and that were only pretended.
    fn pretended(&self, ask: &Ask) -> Vec<RowChange> {
        let mut found = Vec::new();
        let Ask::Load { keys, prefix } = ask else { return found };
        for change in self.0.pretended.borrow().iter().flatten() {
            let under = prefix.as_ref().is_some_and(|prefix| change.0.starts_with(prefix.as_str()));
            if under || keys.contains(&change.0) {
                found.push(change.clone());
            }
        }
        found
    }

    /// Writes a patch; an empty one costs nothing.
    ///
    /// # Errors
    /// `locked` when the lease is lost: then nothing is written.
    pub(crate) async fn save(&self, patch: Patch) -> Result<()> {
        match self.lease() {
            _ if patch.is_empty() => Ok(()),
            Some(lease) => self.save_leased(lease, patch).await,
            None => self.write(patch).await,
        }
    }

    pub(super) async fn write(&self, patch: Patch) -> Result<()> {
        if let Some(pretended) = self.0.pretended.borrow_mut().as_mut() {
            pretended.extend(patch.put.into_iter().map(|(key, text)| (key, Some(text))));
            pretended.extend(patch.remove.into_iter().map(|key| (key, None)));
            return Ok(());
        }
        match self.ask(Ask::Save(patch)).await? {
            Reply::Saved => Ok(()),
            _ => Err(mismatch()),
        }
    }

    /// Sleeps.
    pub(crate) async fn wait_until(&self, until_ms: i64) -> Result<()> {
        let phase = self.current().phase;
        self.phase(Phase::Waiting);
        while self.now_ms() < until_ms {
            let next_ms = self.lease().map_or(until_ms, |lease| until_ms.min(lease.due_ms()));
            match self.ask(Ask::Wait { until_ms: next_ms }).await? {
                Reply::Woke => self.hold_lease(false).await?,
                _ => return Err(mismatch()),
            }
        }
        self.phase(phase);
        Ok(())
    }

    /// The offsets of a zone over a span, by the host's time-zone data.
    pub(crate) async fn offsets(&self, zone: &str, from_ms: i64, to_ms: i64) -> Result<Vec<OffsetChange>> {
        match self.ask(Ask::Offsets { zone: zone.to_owned(), from_ms, to_ms }).await? {
            Reply::Offsets(offsets) => Ok(offsets),
            _ => Err(mismatch()),
        }
    }

    /// Performs requests once, at most so many at a time as the service takes.
    ///
    /// # Errors
    /// `locked` when the lease is lost: then nothing is sent that writes.
    pub(crate) async fn once(
        &self,
        requests: Vec<HttpRequest>,
    ) -> Result<Vec<std::result::Result<HttpResponse, Problem>>> {
        // Queries and batches of reads are sent as POST too: for these the look costs little.
        self.hold_lease(requests.iter().any(|request| request.method != "GET")).await?;
        let services: Vec<Service> = requests.iter().map(|request| request.service).listed();
        let mut counted = self.requests();
        for service in &services {
            match service {
                Service::Google => counted.google += 1,
                Service::Zoho => counted.zoho += 1,
            }
        }
        self.0.requests.set(counted);
        let answers = match self.ask(Ask::Http(requests)).await? {
            Reply::Http(answers) if answers.len() == services.len() => answers,
            _ => return Err(mismatch()),
        };
        self.0.answered.set(self.0.answered.get() || answers.iter().any(Answer::is_ok));
        let now = self.now_ms();
        let mut results = Vec::with_capacity(answers.len());
        for (service, answer) in services.into_iter().zip(answers) {
            let result = diagnose(service, answer, now);
            if let Err(Problem::Slower(Some(wait))) = &result {
                let (google, zoho) = self.0.not_before.get();
                self.0.not_before.set(match service {
                    Service::Google => (google.max(now + wait), zoho),
                    Service::Zoho => (google, zoho.max(now + wait)),
                });
            }
            results.push(result);
        }
        Ok(results)
    }

    /// Until when Google and the CRM asked to be left alone in this command, in milliseconds since 1970; 0 for never.
    pub(crate) fn not_before(&self) -> (i64, i64) {
        self.0.not_before.get()
    }

    /// Performs requests that may be repeated without harm; tries again what was too fast or remained in doubt.
    pub(crate) async fn fetch(
        &self,
        requests: Vec<HttpRequest>,
    ) -> Result<Vec<std::result::Result<HttpResponse, Problem>>> {
        let mut results: Vec<Option<std::result::Result<HttpResponse, Problem>>> =
            requests.iter().map(|_| None).listed();
        let mut attempt = 0;
        loop {
            let open: Vec<usize> =
                results.iter().enumerate().filter(|(_, done)| done.is_none()).map(|(i, _)| i).listed();
            let Some(limit) =
                open.first().and_then(|i| requests.get(*i)).map(|request| request.service.in_flight())
            else {
                break;
            };
            let mut pause: Option<Problem> = None;
            for group in open.chunks(limit) {
                let asked = group.iter().filter_map(|i| requests.get(*i).cloned()).listed();
                for (index, result) in group.iter().zip(self.once(asked).await?) {
                    match result {
                        Err(problem) if problem.passes() && attempt + 1 < self.attempts(&problem) => {
                            pause = Some(problem.or_graver(pause));
                        }
                        result => {
                            if let Some(slot) = results.get_mut(*index) {
                                *slot = Some(result);
                            }
                        }
                    }
                }
                if pause.is_some() {
                    break;
                }
            }
            if let Some(problem) = pause {
                if !self.back_off(&problem, attempt).await? {
                    // What was answered counts; the others wait.
                    let open = results.iter_mut().filter(|result| result.is_none());
                    open.for_each(|result| *result = Some(Err(problem.clone())));
                }
                attempt += 1;
            }
        }
        Ok(results.into_iter().flatten().listed())
    }

    /// One request that may be repeated without harm.
    ///
    /// # Errors
    /// Every problem ends the cycle; use [`Io::fetch`] where one does not.
    pub(crate) async fn fetch_one(&self, request: HttpRequest) -> Result<HttpResponse> {
        let service = request.service;
        match self.fetch(vec![request]).await?.pop() {
            Some(Ok(response)) => Ok(response),
            Some(Err(problem)) => Err(problem.error(service)),
            None => Err(mismatch()),
        }
    }

    /// Waits before another attempt; false when the service asks for more than a cycle should be held open.
    pub(crate) async fn back_off(&self, problem: &Problem, attempt: u32) -> Result<bool> {
        let asked = match problem {
            Problem::Slower(ms) => ms.unwrap_or(0),
            _ => 0,
        };
        if asked > LONGEST_WAIT_MS {
            return Ok(false);
        }
        let pause = backoff_ms(attempt, self.random()).max(asked);
        self.wait_until(self.now_ms() + pause).await?;
        Ok(true)
    }

    /// How often a request is tried. Where no service ever answered in this command, the host is most likely offline:
    /// that is told soon, for a person may be waiting.
    fn attempts(&self, problem: &Problem) -> u32 {
        match problem {
            Problem::Unsure(Doubt::Offline) if !self.0.answered.get() => OFFLINE_ATTEMPTS,
            _ => ATTEMPTS,
        }
    }

    /// SplitMix64 (Steele, Lea, Flood 2014): jitter needs no more, and the seed makes every run repeatable.
    pub(super) fn random(&self) -> u32 {
        let state = self.0.random.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
        self.0.random.set(state);
        let z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z >> 33) as u32
    }
}

impl Problem {
    /// Of two problems of one group the one that says more about what to do next; of two waits the longer one (I27).
    pub(crate) fn or_graver(self, other: Option<Self>) -> Self {
        match other {
            Some(other) if other.gravity() > self.gravity() => other,
            _ => self,
        }
    }

    fn gravity(&self) -> (u8, i64) {
        match self {
            Self::Refused(_) => (0, 0),
            Self::Slower(ms) => (2, ms.unwrap_or(0)),
            problem if problem.passes() => (1, 0),
            _ => (3, 0),
        }
    }

    /// Whether the same request may succeed after a pause.
    pub(crate) fn passes(&self) -> bool {
        match self {
            Self::Slower(_) | Self::Unsure(Doubt::Offline | Doubt::ServerError | Doubt::BadResponse) => true,
            Self::Unsure(Doubt::Cancelled)
            | Self::Quota
            | Self::AuthExpired
            | Self::Forbidden(_)
            | Self::Absent
            | Self::TokenRefused
            | Self::Stale
            | Self::Refused(_) => false,
        }
    }
}

fn mismatch() -> Error {
    Error::new(ErrorKind::Misuse, "The host answered another step than the one that was asked.")
}
