//! What was done: the journal of the cycle that is under way, and the reports of the last ones.

use super::{Book, Rows};
use crate::json::{self, Json};
use crate::model::ids::{CrmId, GoogleId};
use crate::model::list::Listed;
use crate::sync::journal::{CREATE, DELETE, Operation, SEEN, Segment, UPDATE};
use crate::sync::report::{Counts, Failed, Finished, Report};
use crate::sync::side::Side;
use crate::sync::state::{Open, decode, encode, key};

/// Cycles kept in the history.
const HISTORY: usize = 50;

/// The most bytes of operations that are kept.
const JOURNAL_BYTES: u32 = 2_000_000;

/// Parked items and notes kept of one report in the history.
const REPORT_DETAILS: usize = 100;

const INTERRUPTED: &str = "The sync was stopped in the middle. Nothing is lost; the next one went on.";

impl Book {
    /// Adds a write to the journal.
    pub(crate) fn record(&mut self, op: Operation) {
        self.done.push(op);
    }

    /// Takes out what was recorded since the last save.
    pub(crate) fn take_recorded(&mut self) -> Vec<Operation> {
        std::mem::take(&mut self.done)
    }

    /// What was recorded last, until it is saved.
    pub(crate) fn last_recorded(&mut self) -> Option<&mut Operation> {
        self.done.last_mut()
    }

    /// Whether this cycle wrote something that is in the journal.
    pub(crate) fn has_written(&self) -> bool {
        self.added.0 > 0 || !self.done.is_empty()
    }

    /// Puts what was written into a row of its own; from the first one on, the cycle is known to be under way.
    pub(super) fn journal(&mut self) {
        let done = std::mem::take(&mut self.done);
        if done.is_empty() || self.added.1 > JOURNAL_BYTES {
            return;
        }
        let text = encode(&Segment(done));
        self.added.1 = self.added.1.saturating_add(u32::try_from(text.len()).unwrap_or(u32::MAX));
        self.put(key::done(self.cycle.run, self.added.0), text);
        self.added.0 += 1;
        self.intents.open = Some(self.cycle.clone());
    }

    /// Closes the record of the cycle that is under way, and forgets the oldest ones beyond what is kept.
    pub(crate) fn close(&mut self) {
        self.journal();
        self.intents.open = None;
        let (rows, bytes) = std::mem::take(&mut self.added);
        if rows > 0 {
            self.state.kept.push((self.cycle.run, rows, bytes));
        }
        let mut total: u32 = self.state.kept.iter().fold(0, |sum, (.., bytes)| sum.saturating_add(*bytes));
        while self.state.kept.len() > HISTORY || (total > JOURNAL_BYTES && self.state.kept.len() > 1) {
            let (run, rows, bytes) = self.state.kept.remove(0);
            total = total.saturating_sub(bytes);
            (0..rows).for_each(|part| self.remove(key::done(run, part)));
        }
    }

    /// The rows of the journal, oldest first.
    pub(crate) fn journal_keys(&self) -> Vec<String> {
        let rows = self.state.kept.iter();
        rows.flat_map(|(run, rows, _)| (0..*rows).map(|part| key::done(*run, part))).listed()
    }

    /// Takes out of the history what it tells of events that became private: their texts, and the values that lost (I18).
    /// `rows`: the history and the journal.
    pub(crate) fn hush(&mut self, ids: &[GoogleId], rows: &Rows) {
        let concerns = |id: &str| ids.iter().any(|private| private.as_str() == id);
        for (key, text) in rows.iter() {
            let hushed = match decode::<Segment>(text) {
                Some(mut segment) => {
                    for op in segment.0.iter_mut().filter(|op| concerns(&op.google_id)) {
                        op.hush();
                    }
                    encode(&segment)
                }
                None => {
                    let mut ring = reports(Some(text));
                    for report in &mut ring {
                        *report = without_conflicts(report, concerns).unwrap_or_default();
                    }
                    encode(&ring)
                }
            };
            if hushed != *text {
                self.put(key.clone(), hushed);
            }
        }
    }

    /// The report of a cycle that was cut off, by the rows that it left; it is closed with that.
    pub(crate) fn interrupted(&mut self, open: Open, rows: &Rows) -> Report {
        let mut report = Report {
            run: open.run,
            trigger: open.trigger.clone(),
            started_ms: open.started_ms,
            undoes: open.undoes,
            finished: Finished::Failed,
            failed: Some(Failed { code: "interrupted".to_owned(), message: INTERRUPTED.to_owned() }),
            ..Report::default()
        };
        for op in operations(rows.values()) {
            self.count(&op, &mut report);
            if let (Side::Crm, CREATE, Some(crm)) = (op.side, op.verb, &op.crm_id) {
                self.newborn.push((CrmId::new(crm.as_str()), GoogleId::new(op.google_id.as_str())));
            }
        }
        self.newborn_ms = Some(open.started_ms);
        let bytes = rows.values().fold(0, |sum, text| sum + text.len());
        self.added =
            (u32::try_from(rows.len()).unwrap_or(u32::MAX), u32::try_from(bytes).unwrap_or(u32::MAX));
        self.state.runs = self.state.runs.max(open.run);
        self.cycle = open;
        self.close();
        report
    }

    /// Counts a write that the report does not know of yet.
    pub(crate) fn count(&self, op: &Operation, report: &mut Report) {
        let counts = if op.side == Side::Google { &mut report.google } else { &mut report.crm };
        counts.add(op.verb);
    }

    /// A number in the report of a cycle; 0 where it is not kept any more.
    pub(crate) fn told(run: u32, name: &str, reports: &[String]) -> i64 {
        let number = |report: &String| {
            let json = Json::parse(report.as_bytes())?;
            (json.get("run").number() == Some(u64::from(run))).then(|| json.get(name).integer())?
        };
        reports.iter().find_map(number).unwrap_or_default()
    }

    /// Adds a report to the ring, given the row as it is stored. It is as it was afterwards.
    pub(crate) fn remember_report(&mut self, history: Option<&String>, report: &mut Report) {
        let mut ring = reports(history);
        let mut parked = beyond_details(&mut report.parked);
        let mut notes = beyond_details(&mut report.notes);
        let mut conflicts = beyond_details(&mut report.conflicts);
        ring.insert(0, json::text(report).unwrap_or_default());
        report.parked.append(&mut parked);
        report.notes.append(&mut notes);
        report.conflicts.append(&mut conflicts);
        ring.truncate(HISTORY);
        self.put(key::HISTORY.to_owned(), encode(&ring));
    }
}

/// Takes out what the history does not hold.
fn beyond_details<T>(details: &mut Vec<T>) -> Vec<T> {
    details.split_off(details.len().min(REPORT_DETAILS))
}

/// A stored report without the conflicts of some events; none where it cannot be read.
fn without_conflicts(report: &str, concerns: impl Fn(&str) -> bool) -> Option<String> {
    let mut json = Json::parse(report.as_bytes())?;
    if let Json::Object(members) = &mut json {
        for (name, value) in members.iter_mut() {
            if let (true, Json::List(conflicts)) = (name == "conflicts", value) {
                conflicts.retain(|conflict| !conflict.get("googleId").str().is_some_and(&concerns));
            }
        }
    }
    json::text(&json).ok()
}

/// The operations in rows of the journal; a damaged row holds none.
pub(crate) fn operations<'r>(rows: impl Iterator<Item = &'r String>) -> Vec<Operation> {
    rows.filter_map(|text| decode::<Segment>(text)).flat_map(|segment| segment.0).listed()
}

impl Counts {
    pub(crate) fn add(&mut self, verb: &str) {
        match verb {
            SEEN => {}
            UPDATE => self.updated += 1,
            DELETE => self.deleted += 1,
            _ => self.created += 1,
        }
    }
}

/// The reports of a stored ring, newest first; a damaged ring is an empty one.
pub(crate) fn reports(history: Option<&String>) -> Vec<String> {
    history.and_then(|text| decode(text)).unwrap_or_default()
}
