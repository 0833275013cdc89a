//! What a cycle would do, as data: the plan of the next one and of those after it, and what writing it costs.

use super::journal::{CREATE, DELETE, Operation, UPDATE};
use super::report::{Counts, Note, ParkedItem, Pause, Question, Report, Requests, Skipped};
use super::side::Side;
use serde::Serialize;

/// What the next cycles would do if nothing changes between. A cycle reads and plans anew, so that nothing of this is
/// ever applied as it stands.
#[derive(Clone, Debug, Default, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Preview {
    /// The writes, in the order in which limits let them through; each says in which cycle.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "(Operation & { cycle: number })[]"))]
    pub operations: Vec<Operation>,
    /// What would be written to Google.
    pub google: Counts,
    /// What would be written to the CRM.
    pub crm: Counts,
    /// Contacts that would be created of guests (C3).
    pub contacts: u32,
    /// Events that would be paired with meetings that exist already.
    pub linked: u32,
    /// Observed events that need nothing.
    pub unchanged: u32,
    /// Events that stay out, by reason.
    pub skipped: Skipped,
    /// Events that cannot be synced as they are.
    pub parked: Vec<ParkedItem>,
    /// Remarks on single events.
    pub notes: Vec<Note>,
    /// Questions that are open, or that the cycle would ask.
    pub questions: Vec<Question>,
    /// What a service keeps waiting.
    pub pauses: Vec<Pause>,
    /// What writing it costs.
    pub cost: Cost,
    /// Guests that the services would e-mail.
    pub mailed: u32,
    /// Entries about which nothing can be said yet: deletions that later cycles prove, and what a usage limit keeps out of
    /// Google.
    pub deferred: u32,
    /// Records that a cycle which was cut off had created, and that the next one links.
    pub recovered: u32,
    /// Whether everything was read, not only what changed.
    pub full_read: bool,
    /// Requests that the preview itself made.
    pub requests: Requests,
}

/// What writing a plan costs, where nothing goes wrong and no guest is looked up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Cost {
    /// Requests to Google.
    pub google: u32,
    /// Requests to the CRM.
    pub zoho: u32,
    /// API credits of the CRM.
    pub credits: u32,
    /// Cycles that it takes under the limits.
    pub cycles: u32,
}

/// How many entries one request carries.
#[derive(Clone, Copy)]
pub(crate) struct Loads {
    pub(crate) google: u32,
    pub(crate) crm: u32,
    /// Whether what was written to the CRM is read back, and what is deleted there read before.
    pub(crate) two_way: bool,
}

/// Rows written for one API credit of the CRM (Zoho CRM API v8, api-limits: insert and update).
const ROWS_A_CREDIT: u32 = 10;

impl Preview {
    /// Adds an entry.
    pub(crate) fn add(&mut self, op: Operation) {
        let counts = if op.side == Side::Google { &mut self.google } else { &mut self.crm };
        counts.add(op.verb);
        self.mailed = self.mailed.saturating_add(op.mailed);
        self.operations.push(op);
    }

    /// Works out the cost of what was added; cycle by cycle, for a request carries entries of one only.
    pub(crate) fn price(&mut self, loads: Loads) {
        let cycles = self.operations.iter().filter_map(|op| op.cycle).max().unwrap_or_default();
        let mut cost = Cost { cycles, ..Cost::default() };
        let mut tally = [0; 6];
        let mut current = 1;
        // Entries of both sides stand mixed, but cycle by cycle.
        for op in &self.operations {
            if op.cycle != Some(current) {
                cost.add(std::mem::take(&mut tally), loads);
                current = op.cycle.unwrap_or(current);
            }
            let verb = [CREATE, UPDATE, DELETE].iter().position(|verb| *verb == op.verb).unwrap_or_default();
            let place = verb + if op.side == Side::Google { 0 } else { 3 };
            if let Some(count) = tally.get_mut(place) {
                *count += 1;
            }
        }
        cost.add(tally, loads);
        self.cost = cost;
    }

    /// Takes over what the cycle would report.
    pub(crate) fn tell(&mut self, report: Report) {
        self.recovered = report.crm.created;
        self.linked += report.linked;
        self.unchanged = report.unchanged;
        self.skipped = report.skipped;
        self.notes = report.notes;
        self.contacts = report.contacts;
        self.full_read = report.full_read;
    }
}

impl Cost {
    fn add(&mut self, tally: [u32; 6], loads: Loads) {
        let [born, changed, gone, created, updated, deleted] = tally;
        for entries in [born, changed, gone] {
            self.google += entries.div_ceil(loads.google);
        }
        for rows in [created, updated] {
            self.zoho += rows.div_ceil(loads.crm);
            // Whole requests, and what the last one carries.
            self.credits += rows / loads.crm * loads.crm.div_ceil(ROWS_A_CREDIT);
            self.credits += (rows % loads.crm).div_ceil(ROWS_A_CREDIT);
        }
        let mut plain = deleted.div_ceil(loads.crm);
        if loads.two_way {
            plain += deleted.div_ceil(loads.crm) + (created + updated).div_ceil(loads.crm);
        }
        self.zoho += plain;
        self.credits += plain;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_carries_entries_of_one_kind_and_one_cycle() {
        let mut preview = Preview::default();
        for n in 0..250 {
            let mut op = Operation::new(Side::Crm, CREATE, "g", String::new());
            op.cycle = Some(if n < 150 { 1 } else { 2 });
            preview.add(op);
        }
        preview.price(Loads { google: 50, crm: 100, two_way: false });
        // 150 rows are two requests of 10 and 5 credits, 100 rows one of 10.
        assert_eq!(preview.cost, Cost { google: 0, zoho: 3, credits: 25, cycles: 2 });
        preview.price(Loads { google: 50, crm: 100, two_way: true });
        assert_eq!(preview.cost, Cost { google: 0, zoho: 6, credits: 28, cycles: 2 });
    }
}
