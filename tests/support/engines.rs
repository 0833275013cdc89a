//! Two engines on one storage, run step by step in an order that a script chooses: either of them may be slow, be killed
//! between asking and hearing, and leave a request behind that has its effect only later (I28).

use super::{Brought, Ended, Host, meeting, timed};
use accord_sync::{HttpRequest, Machine, Step, StepKind};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What happens next.
#[derive(Clone, Debug)]
pub enum Move {
    /// One of the engines goes on for some halves of steps: the effect is one, hearing of it the other.
    Go(usize, u8),
    Wait(i64),
    /// The engine is gone. What it had asked for may still have its effect.
    Kill(usize, bool),
    AddEvent,
    AddMeeting,
    EditEvent(usize),
    DeleteMeeting(usize),
}

/// A script of two engines.
pub fn script() -> impl Strategy<Value = Vec<Move>> {
    let step = prop_oneof![
        12 => (0_usize..2, 1_u8..4).prop_map(|(who, halves)| Move::Go(who, halves)),
        6 => (0_usize..2, 4_u8..40).prop_map(|(who, halves)| Move::Go(who, halves)),
        2 => (1_i64..4_000).prop_map(Move::Wait),
        2 => (10_000_i64..150_000).prop_map(Move::Wait),
        1 => (0_usize..2, any::<bool>()).prop_map(|(who, after)| Move::Kill(who, after)),
        1 => Just(Move::AddEvent),
        1 => Just(Move::AddMeeting),
        1 => any::<usize>().prop_map(Move::EditEvent),
        1 => any::<usize>().prop_map(Move::DeleteMeeting),
    ];
    prop::collection::vec(step, 10..60)
}

/// How long a request may be under way before it has its effect: as long as the host's `fetch` waits for its answer.
const SLOWEST_REQUEST_MS: i64 = 60_000;

/// The same for a change of the rows.
const SLOWEST_SAVE_MS: i64 = 25_000;

/// Where an engine is.
enum At {
    Idle,
    /// It asked for something that has no effect yet.
    Asked {
        kind: StepKind,
        since_ms: i64,
    },
    /// It has not heard of the effect yet.
    Done(Brought),
}

struct Engine {
    machine: Machine,
    at: At,
    /// Names the command, of all commands of both engines.
    command: usize,
}

/// The engines, and what they share.
pub struct Engines {
    pub host: Host,
    engines: [Engine; 2],
    /// What killed engines had asked for.
    ghosts: Vec<(usize, StepKind, i64)>,
    commands: usize,
    titles: usize,
    /// The commands that began with the calendars, sent a write, or whose write had its effect, in order; each once per
    /// stretch.
    turns: Vec<usize>,
    /// The commands whose writes had an effect.
    wrote: BTreeSet<usize>,
    /// Commands that ended well.
    pub done: usize,
    /// Commands that were refused before they wrote anything, because another one was under way.
    pub refused: usize,
    /// Commands that had written, and stopped because they had lost the lease.
    pub lost: usize,
    /// Everything else is a mistake: no service and no storage fails here.
    pub failed: Vec<String>,
}

fn run() -> String {
    json!({ "name": "run", "batch": true, "lease": true }).to_string()
}

impl Engines {
    pub fn new() -> Self {
        let mut host = Host::new();
        for n in 0..3 {
            host.add_event(timed(&format!("Google {n}"), 24 + n));
            host.add_meeting(meeting(&format!("CRM {n}"), 48 + n));
        }
        host.activate_with(json!({ "direction": "two-way" }));
        let engine = |seed| Engine { machine: Machine::new(seed), at: At::Idle, command: 0 };
        let engines = [engine(11), engine(12)];
        Self {
            host,
            engines,
            ghosts: Vec::new(),
            commands: 0,
            titles: 0,
            turns: Vec::new(),
            wrote: BTreeSet::new(),
            done: 0,
            refused: 0,
            lost: 0,
            failed: Vec::new(),
        }
    }

    pub fn play(&mut self, script: &[Move]) {
        for step in script {
            match step {
                Move::Go(who, halves) => {
                    for _ in 0..*halves {
                        self.go(*who);
                        if matches!(self.engines[*who].at, At::Idle) {
                            break;
                        }
                    }
                }
                Move::Wait(ms) => self.wait_until(self.host.world.now_ms() + ms),
                Move::Kill(who, after) => self.kill(*who, *after),
                Move::AddEvent => {
                    let title = self.title();
                    self.host.add_event(timed(&title, 72 + self.titles as i64));
                }
                Move::AddMeeting => {
                    let title = self.title();
                    self.host.add_meeting(meeting(&title, 72 + self.titles as i64));
                }
                Move::EditEvent(which) => {
                    let title = self.title();
                    if let Some(id) = pick(&self.host.world.google_events("primary"), *which) {
                        self.host.edit_event(&id, json!({ "summary": title }));
                    }
                }
                Move::DeleteMeeting(which) => {
                    if let Some(id) = pick(&self.host.world.crm_events(), *which) {
                        self.host.delete_meeting(&id);
                    }
                }
            }
        }
    }

    fn title(&mut self) -> String {
        self.titles += 1;
        format!("New {}", self.titles)
    }

    /// Half a step of one engine; an idle one begins a cycle.
    fn go(&mut self, who: usize) {
        let now = self.host.world.now_ms();
        match std::mem::replace(&mut self.engines[who].at, At::Idle) {
            At::Idle => {
                self.commands += 1;
                let seed = u32::try_from(self.commands).unwrap() * 2 + 100;
                self.engines[who].machine = Machine::new(seed);
                self.engines[who].command = self.commands;
                let step = self.engines[who].machine.start(&run(), now).unwrap();
                self.take(who, step);
            }
            At::Asked { kind: StepKind::Wait { until_ms }, .. } => {
                self.wait_until(until_ms);
                self.engines[who].at = At::Done(Brought::Woke);
            }
            At::Asked { kind, .. } => {
                let brought = self.effect(self.engines[who].command, &kind);
                self.engines[who].at = At::Done(brought);
            }
            At::Done(brought) => {
                let step = self.host.bring(&mut self.engines[who].machine, brought);
                self.take(who, step);
            }
        }
    }

    fn take(&mut self, who: usize, step: Step) {
        match step.kind {
            StepKind::Done { .. } => self.done += 1,
            StepKind::Failed { error } if error.code != "locked" => self.failed.push(error.message),
            StepKind::Failed { .. } if self.wrote.contains(&self.engines[who].command) => self.lost += 1,
            StepKind::Failed { .. } => self.refused += 1,
            kind => {
                if begins(&kind) || writes(&kind) {
                    self.turn(self.engines[who].command);
                }
                self.engines[who].at = At::Asked { kind, since_ms: self.host.world.now_ms() };
            }
        }
    }

    fn turn(&mut self, command: usize) {
        if self.turns.last() != Some(&command) {
            self.turns.push(command);
        }
    }

    fn effect(&mut self, command: usize, kind: &StepKind) -> Brought {
        if writes(kind) {
            self.wrote.insert(command);
            self.turn(command);
        }
        self.host.effect(kind).expect("nothing is killed here")
    }

    /// Time passes; whatever is under way has its effect before it is too late for it.
    fn wait_until(&mut self, until_ms: i64) {
        loop {
            let asked = self.engines.iter().enumerate().filter_map(|(who, engine)| match &engine.at {
                At::Asked { kind, since_ms } => Some((latest(kind, *since_ms)?, Some(who))),
                _ => None,
            });
            let ghosts = self.ghosts.iter().map(|(_, _, latest_ms)| (*latest_ms, None));
            let Some((latest_ms, who)) = asked.chain(ghosts).filter(|(at, _)| *at <= until_ms).min() else {
                break;
            };
            self.host.world.set_now_ms(latest_ms.max(self.host.world.now_ms()));
            match who {
                Some(who) => self.go(who),
                None => self.haunt(latest_ms),
            }
        }
        self.host.world.set_now_ms(until_ms.max(self.host.world.now_ms()));
    }

    /// The effect of what a killed engine had asked for.
    fn haunt(&mut self, latest_ms: i64) {
        let at = self.ghosts.iter().position(|(_, _, at)| *at == latest_ms).expect("the ghost was found");
        let (command, kind, _) = self.ghosts.swap_remove(at);
        self.effect(command, &kind);
    }

    fn kill(&mut self, who: usize, after: bool) {
        let engine = &mut self.engines[who];
        let command = engine.command;
        if let At::Asked { kind, since_ms } = std::mem::replace(&mut engine.at, At::Idle)
            && let Some(latest_ms) = latest(&kind, since_ms).filter(|_| after)
        {
            self.ghosts.push((command, kind, latest_ms));
        }
    }

    /// At most one command writes at any time: once another one has begun, none sends a write any more, and none of its
    /// writes has an effect.
    ///
    /// # Errors
    /// Names the first two commands of which that is not true.
    pub fn one_at_a_time(&self) -> Result<(), String> {
        let again = self.turns.windows(2).enumerate().find(|(at, pair)| self.turns[..*at].contains(&pair[1]));
        match again {
            Some((_, pair)) => {
                Err(format!("I28: command {} wrote after command {} had begun", pair[1], pair[0]))
            }
            None => Ok(()),
        }
    }

    /// Everything under way ends, and one engine runs until both sides are in accord, without a duplicate (I4, K8).
    ///
    /// # Errors
    /// Says what differs.
    pub fn comes_to_rest(&mut self) -> Result<(), String> {
        if let Some(why) = self.failed.first() {
            return Err(format!("a command failed: {why}"));
        }
        (0..2).for_each(|who| self.kill(who, true));
        self.wait_until(self.host.world.now_ms() + 200_000);
        let command = serde_json::from_str::<Value>(&run()).unwrap();
        for _ in 0..3 {
            match self.host.run(command.clone()) {
                Ended::Done(_) => {}
                Ended::Failed { code, .. } => return Err(format!("K8: the sync does not go on: {code}")),
                Ended::Killed => unreachable!("nothing is killed here"),
            }
            self.host.advance(200_000);
        }
        let titles = |rows: Vec<Value>, key: &str| {
            let mut titles: Vec<String> =
                rows.iter().map(|row| row[key].as_str().unwrap().to_owned()).collect();
            titles.sort();
            titles
        };
        let google = titles(self.host.world.google_events("primary"), "summary");
        let crm = titles(self.host.world.crm_events(), "Event_Title");
        let doubled = google.windows(2).chain(crm.windows(2)).any(|pair| pair[0] == pair[1]);
        match (doubled, google == crm) {
            (false, true) => Ok(()),
            (true, _) => Err(format!("I4: there are duplicates: {google:?} {crm:?}")),
            (false, false) => Err(format!("I1: the sides differ: {google:?} {crm:?}")),
        }
    }
}

fn pick(rows: &[Value], which: usize) -> Option<String> {
    let row = rows.get(which.checked_rem(rows.len())?)?;
    Some(row["id"].as_str().unwrap().to_owned())
}

/// When a step has had its effect at the latest. A read may take as long as it likes.
fn latest(kind: &StepKind, since_ms: i64) -> Option<i64> {
    match kind {
        StepKind::Http { .. } => Some(since_ms + SLOWEST_REQUEST_MS),
        StepKind::Save { .. } => Some(since_ms + SLOWEST_SAVE_MS),
        _ => None,
    }
}

/// Whether a step is the first one about anything but the lease.
fn begins(kind: &StepKind) -> bool {
    matches!(kind, StepKind::Load { keys, .. } if keys.iter().any(|key| key == "state"))
}

/// Whether a step changes a calendar, or what is remembered of it.
fn writes(kind: &StepKind) -> bool {
    match kind {
        StepKind::Http { requests } => requests.iter().any(changes),
        StepKind::Save { put, remove } => !remove.is_empty() || put.iter().any(|(key, _)| key != "lease"),
        _ => false,
    }
}

fn changes(request: &HttpRequest) -> bool {
    let body = request.body.as_deref().unwrap_or_default();
    match request.method {
        "GET" => false,
        _ if request.path.starts_with("/batch") => {
            ["POST /", "PATCH /", "PUT /", "DELETE /"].iter().any(|verb| body.contains(verb))
        }
        _ => !request.path.ends_with("/coql"),
    }
}
