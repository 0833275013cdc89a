//! One story: the host and the services, what people did since both sides were last known to agree, and what must hold
//! at every call and after every cycle.

use crate::names::{Names, live};
use crate::people::{is_closed, is_private};
use crate::setup::{Direction, Private, Setup};
use crate::step::{Field, Kind, Shape, Side, Step, Trouble};
use crate::support::{Ended, Host, Kill, Storage, now_ms};
use accord_sandbox::World;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// What people did to one event since both sides were last known to agree.
#[derive(Clone, Debug, Default)]
pub(crate) struct Thing {
    pub(crate) written: BTreeMap<(Side, Field), String>,
    /// Guests that came (true) or went, by the side where somebody did that.
    pub(crate) guests: BTreeMap<(Side, String), bool>,
    /// Guests of whom somebody said so where the event was deleted afterwards: it may have been carried over before.
    pub(crate) forgotten: BTreeSet<String>,
    pub(crate) deleted: [bool; 2],
    /// What both sides showed when they were last known to agree; before that, a deletion may meet an event that is not
    /// linked yet, and the other half counts as new.
    pub(crate) base: Option<[BTreeMap<Field, String>; 2]>,
    /// It was private at times: which texts the CRM has is not followed.
    pub(crate) blurred: bool,
    /// A question about deletions was answered: whether it is there is not followed, that both sides agree is.
    pub(crate) decided: bool,
    /// A cycle during which people went on may have carried over a part of it: whether a deletion met an edit is not
    /// followed.
    pub(crate) halfway: bool,
}

impl Thing {
    pub(crate) fn wrote(&self, side: Side) -> bool {
        // Who came and went again, or went and came back, is no edit.
        let before = self.base.as_ref().and_then(|base| base[side as usize].get(&Field::Guests));
        let was = |address: &str| before.is_some_and(|guests| guests.contains(address));
        let moved = |((by, address), came): (&(Side, String), &bool)| *by == side && *came != was(address);
        let shown = |field: &Field| self.base.as_ref().and_then(|base| base[side as usize].get(field));
        let edited =
            |((by, field), value): (&(Side, Field), &String)| *by == side && shown(field) != Some(value);
        self.written.iter().any(edited) || self.guests.iter().any(moved)
    }
}

/// The story so far.
pub(crate) struct Story<'a> {
    pub(crate) setup: &'a Setup,
    pub(crate) host: Host,
    pub(crate) names: Names,
    pub(crate) things: Vec<Thing>,
    pub(crate) values: usize,
    pub(crate) trouble: Vec<Trouble>,
    pub(crate) revoked: BTreeSet<Side>,
    /// A list without its rows was believed: Google's tokens go on behind what it left out.
    pub(crate) missed: bool,
    /// Records that refuse changes, by thing.
    pub(crate) locked: BTreeMap<usize, String>,
    /// Values that the CRM must never hear of (I18).
    pub(crate) secrets: BTreeMap<usize, BTreeSet<usize>>,
    /// Everything is read anew, as after the settings were saved again: what ended meanwhile is read no more, and what
    /// changed of it in the CRM is found by the lists of changes, a cycle later.
    pub(crate) read_anew: bool,
    /// A cycle since the last agreement did not run to its end, or not undisturbed.
    pub(crate) disturbed: bool,
    pub(crate) conflicts: usize,
    first: bool,
    /// Every call, and the rows at the end: equal stories have equal ones (I22).
    pub(crate) calls: Vec<String>,
}

impl<'a> Story<'a> {
    pub(crate) fn new(setup: &'a Setup) -> Result<Self, TestCaseError> {
        let mut host = Host::on(World::new(1, now_ms()));
        setup.apply(&mut host.world);
        host.batch = setup.batch;
        host.activate_with(setup.settings());
        let names = Names {
            exclusive_ends: setup.switch("allday_end") == "midnight_next",
            reminder_times: setup.switch("reminder_shape") == "event_reminder",
            ..Names::default()
        };
        let mut story = Self {
            setup,
            host,
            names,
            things: Vec::new(),
            values: 0,
            trouble: Vec::new(),
            revoked: BTreeSet::new(),
            missed: false,
            read_anew: false,
            locked: BTreeMap::new(),
            secrets: BTreeMap::new(),
            disturbed: false,
            conflicts: 0,
            first: true,
            calls: Vec::new(),
        };
        if setup.crowd {
            let side = story.source().unwrap_or(Side::Google);
            for hours in 0..30 {
                let shape = Shape::Timed { hours, minutes: 30, offset: 0, zone: None };
                story.add(side, Kind::Own, &shape);
            }
            story.quiet()?;
        }
        Ok(story)
    }

    /// The side that a one-way direction reads.
    pub(crate) fn source(&self) -> Option<Side> {
        match self.setup.direction {
            Direction::TwoWay => None,
            Direction::CrmToGoogle => Some(Side::Crm),
            Direction::GoogleToCrm => Some(Side::Google),
        }
    }

    pub(crate) fn take(&mut self, step: &Step) -> Result<(), TestCaseError> {
        trace(|| format!("== {step:?}"));
        match step {
            Step::Add(side, kind, shape) => self.add(*side, *kind, shape),
            Step::Edit(side, which, field, shape) => {
                if let Some(edit) = self.edit(*side, *which, *field, shape) {
                    let shown = edit.apply(&mut self.host, &self.names);
                    self.note(&edit, shown);
                }
            }
            Step::Touch(side, which) => self.touch(*side, *which),
            Step::Privacy(which, private) => self.set_private(*which, *private),
            Step::Answered(which) => self.answer_invitation(*which),
            Step::Delete(side, which) => self.delete(*side, *which),
            Step::DeleteMost(side) => {
                if self.setup.crowd && live(&self.host.world, *side).len() > 25 {
                    (0..24).for_each(|_| self.delete(*side, 0));
                }
            }
            Step::Decide { apply } => self.decide(*apply)?,
            Step::Sync => self.cycle(run(self.host.batch), None)?,
            Step::SyncKilled { at, after } => self.cycle(run(self.host.batch), Some(kill(*at, *after)))?,
            Step::SyncMeanwhile { at, side, which, field, shape } => {
                self.cycle_meanwhile(*at, *side, *which, *field, shape)?;
            }
            Step::SyncUnstored { from } => {
                self.host.storage = Storage::FullFrom(*from);
                let ended = self.cycle(run(self.host.batch), None);
                self.host.storage = Storage::Works;
                ended?;
            }
            Step::Push(which) => {
                if let Some(command) = self.push(*which) {
                    self.cycle(command, None)?;
                }
            }
            Step::PushKilled { which, at, after } => {
                if let Some(command) = self.push(*which) {
                    self.cycle(command, Some(kill(*at, *after)))?;
                }
            }
            Step::Trouble(trouble) => self.trouble.push(trouble.clone()),
            Step::ExpireTokens => {
                self.host.world.expire_sync_tokens();
                self.read_anew = true;
            }
            Step::Revoked(side) => self.revoke(*side),
            Step::Granted => self.grant(),
            Step::Locked(which) => {
                if let Some((id, thing)) = self.pick(Side::Crm, *which) {
                    self.host.world.set_locked(&id, true);
                    self.locked.insert(thing, id);
                }
            }
            Step::Wait(seconds) => self.host.advance(i64::from(*seconds) * 1_000),
            Step::Reactivated => {
                if self.revoked.is_empty() {
                    // Longer than a service asks to wait, a usage limit included.
                    self.host.advance(8_000_000);
                    self.host.run(json!({ "name": "deactivate" })).done();
                    self.host.activate_with(self.setup.settings());
                    self.first = true;
                    self.disturbed = true;
                    self.read_anew = true;
                }
            }
            Step::LoseState => self.lose_state()?,
        }
        Ok(())
    }

    // Cycles

    /// A person edits while a cycle is at work: what that cycle makes of it is not known, what later ones do is (I14).
    fn cycle_meanwhile(
        &mut self,
        at: usize,
        side: Side,
        which: usize,
        field: Field,
        shape: &Shape,
    ) -> Result<(), TestCaseError> {
        let Some(edit) = self.edit(side, which, field, shape) else {
            return self.cycle(run(self.host.batch), None);
        };
        let seen = Rc::new(RefCell::new(None));
        let (names, deed, done) = (self.names.clone(), edit.clone(), Rc::clone(&seen));
        self.host.meanwhile =
            Some((at, Box::new(move |host| *done.borrow_mut() = Some(deed.apply(host, &names)))));
        let ended = self.run(run(self.host.batch), None);
        self.host.meanwhile = None;
        let shown = seen.borrow_mut().take();
        match shown {
            None => {}
            Some(shown) => {
                self.note(&edit, shown);
                self.disturbed = true;
            }
        }
        // The edited event may be another one than before: only what holds at every moment is judged.
        for thing in &mut self.things {
            let deeds =
                !thing.written.is_empty() || !thing.guests.is_empty() || thing.deleted.contains(&true);
            thing.halfway |= deeds;
        }
        self.judge_calls()?;
        if let Ended::Done(report) = ended {
            self.conflicts += report["conflicts"].as_array().map_or(0, Vec::len);
        }
        self.disturbed = true;
        Ok(())
    }

    pub(crate) fn run(&mut self, command: Value, kill: Option<Kill>) -> Ended {
        for trouble in self.trouble.drain(..) {
            self.disturbed |= trouble.hides();
            self.missed |= trouble.empties();
            self.host.world.faults().add(trouble.fault());
        }
        self.host.world.clear_mails();
        let names = self.names.clone();
        self.host.watch = Some(Box::new(move |world| {
            Side::BOTH.into_iter().find_map(|side| names.by_thing(world, side).err())
        }));
        let knows =
            |host: &Host| host.rows.get("state").is_some_and(|row| row.contains("\"crmListsGuests\":false"));
        let knew = knows(&self.host);
        let ended = match kill {
            Some(kill) => self.host.run_killed(command, kill),
            None => self.host.run(command),
        };
        self.host.watch = None;
        // That lists hide guests is learnt once, and then all is read for them.
        self.read_anew |= knows(&self.host) && !knew;
        trace(|| format!("{ended:?}\n{:#?}", self.host.trace));
        self.calls.append(&mut self.host.trace.clone());
        self.host.world.faults().clear();
        // What nobody could note down, nobody can heed.
        if !matches!(ended, Ended::Done(_)) && (ended.is_killed() || self.host.storage != Storage::Works) {
            self.host.not_before.clear();
        }
        ended
    }

    /// What holds at every call.
    fn judge_calls(&mut self) -> Result<(), TestCaseError> {
        if let Some(why) = self.host.broken.first() {
            return Err(TestCaseError::fail(why.clone()));
        }
        prop_assert!(self.host.world.mails().is_empty(), "I17: somebody was mailed");
        let history = self.host.rows.get("history").map_or("", String::as_str);
        for value in self.secrets.values().flatten() {
            let secret = format!("v{value}.");
            let told =
                self.host.crm_bodies.iter().any(|body| body.contains(&secret)) || history.contains(&secret);
            prop_assert!(!told, "I18: what is private was told: {}", secret);
        }
        Ok(())
    }

    /// One cycle, perhaps killed, and what must hold whatever became of it.
    pub(crate) fn cycle(&mut self, command: Value, kill: Option<Kill>) -> Result<(), TestCaseError> {
        let pushes = command["trigger"] == "crm-change";
        let blind = self.missed || self.trouble.iter().any(Trouble::hides);
        let rows = |story: &Self| Side::BOTH.map(|side| live(&story.host.world, side));
        let names = self.names.clone();
        let things = |story: &Self| -> Result<_, TestCaseError> {
            let by = |side: Side| names.by_thing(&story.host.world, side).map_err(TestCaseError::fail);
            Ok([by(Side::Google)?, by(Side::Crm)?])
        };
        // Now and then somebody looks first.
        let looks =
            kill.is_none() && !pushes && self.trouble.is_empty() && self.calls.len().is_multiple_of(3);
        let foreseen = if looks { self.foresee()? } else { None };
        let (rows_before, before) = (rows(self), things(self)?);
        let ended = self.run(command, kill);
        self.judge_calls()?;
        let (rows_after, after) = (rows(self), things(self)?);
        for side in Side::BOTH {
            let (old, new) = (&before[side as usize], &after[side as usize]);
            // What an edit brought back is there as if nobody had deleted it.
            new.keys().for_each(|thing| self.things[*thing].deleted[side as usize] = false);
            for thing in old.keys() {
                let proof = self.things[*thing].deleted[side.other() as usize] && self.setup.propagate;
                prop_assert!(
                    new.contains_key(thing) || proof || self.is_hard_to_know(side, &old[thing]),
                    "I7, I19: E{} was deleted: {:?}",
                    thing,
                    side
                );
            }
            if self.source() == Some(side) {
                prop_assert!(
                    rows_before[side as usize] == rows_after[side as usize],
                    "I9: the source was written"
                );
            }
            self.judge_rows(side, &rows_before[side as usize], &rows_after[side as usize])?;
        }
        let written: usize = (0..2).map(|side| differing(&rows_before[side], &rows_after[side])).sum();
        let cap = self.setup.limit as usize * if self.first { 2 } else { 1 };
        prop_assert!(written <= cap, "I10: {} entries were written, {} are allowed", written, cap);
        match ended {
            Ended::Done(report) => {
                if let Some(foreseen) = foreseen {
                    foreseen.judge(&report)?;
                }
                self.first &= pushes;
                self.conflicts += report["conflicts"].as_array().map_or(0, Vec::len);
                let complete = report["remaining"] == 0
                    && report["questions"] == json!([])
                    && report["parked"] == json!([]);
                if complete && !pushes && !blind {
                    self.agree(&BTreeSet::new())?
                } else {
                    self.disturbed = true
                }
            }
            Ended::Failed { .. } | Ended::Killed => self.disturbed = true,
        }
        Ok(())
    }

    /// An event without a title of its own, while it is found out how all-day times are written.
    fn is_hard_to_know(&self, side: Side, row: &Value) -> bool {
        side == Side::Crm && !row["Event_Title"].as_str().unwrap_or_default().starts_with('E')
    }

    /// What a write leaves alone (I16, I17, I20).
    fn judge_rows(&self, side: Side, before: &[Value], after: &[Value]) -> Result<(), TestCaseError> {
        let alone: &[&str] = match side {
            Side::Google => {
                &["colorId", "visibility", "transparency", "organizer", "eventType", "recurrence"]
            }
            Side::Crm => &["Meeting_Venue__s", "Owner", "Created_Time"],
        };
        for old in before {
            let Some(new) = after.iter().find(|new| new["id"] == old["id"]) else { continue };
            for key in alone {
                prop_assert_eq!(&old[key], &new[key], "I16: {} of {}", key, old["id"].as_str().unwrap());
            }
            if side == Side::Google {
                for row in old["attendees"].as_array().into_iter().flatten() {
                    let mut rows = new["attendees"].as_array().into_iter().flatten();
                    if let Some(now) = rows.find(|now| now["email"] == row["email"]) {
                        prop_assert_eq!(row, now, "I16: a guest's answer");
                    }
                }
                let timed = |row: &Value| !row["start"]["dateTime"].is_null();
                if timed(old) && timed(new) && !old["start"]["timeZone"].is_null() {
                    prop_assert_eq!(&old["start"]["timeZone"], &new["start"]["timeZone"], "I20, F2: a zone");
                }
                let hidden = self.setup.private != Private::Include && self.source() != Some(Side::Crm);
                if is_closed(old) || (is_private(old) && hidden) {
                    for key in ["summary", "location", "description"] {
                        prop_assert_eq!(&old[key], &new[key], "K3: {} of an event that is closed", key);
                    }
                }
                let mails = |row: &Value| {
                    let all = row["reminders"]["overrides"].as_array().cloned().unwrap_or_default();
                    all.into_iter().filter(|reminder| reminder["method"] == "email").collect::<Vec<_>>()
                };
                if old["reminders"]["useDefault"] != true {
                    prop_assert_eq!(mails(old), mails(new), "I16, F3: reminders by mail");
                }
            }
        }
        Ok(())
    }
}

/// How many rows are new, gone or different.
fn differing(before: &[Value], after: &[Value]) -> usize {
    let by_id = |rows: &[Value]| -> BTreeMap<String, Value> {
        rows.iter().map(|row| (row["id"].as_str().unwrap().to_owned(), row.clone())).collect()
    };
    let (before, after) = (by_id(before), by_id(after));
    let gone = before.keys().filter(|id| !after.contains_key(*id)).count();
    gone + after.iter().filter(|(id, row)| before.get(*id) != Some(row)).count()
}

pub(crate) fn run(batch: bool) -> Value {
    json!({ "name": "run", "batch": batch })
}

fn kill(at: usize, after: bool) -> Kill {
    if after { Kill::After(at) } else { Kill::Before(at) }
}

/// With `SIMULATE_TRACE` every step and every call of a story is printed.
pub(crate) fn trace(line: impl Fn() -> String) {
    if std::env::var_os("SIMULATE_TRACE").is_some() {
        eprintln!("{}", line());
    }
}
