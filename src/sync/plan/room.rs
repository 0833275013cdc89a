//! How much a plan writes, and what of it fits into a cycle.

use super::Plan;
use crate::model::list::Listed;
use crate::model::order::sort_by_key;
use crate::model::time::When;
use crate::sync::limit::rank;
use crate::sync::side::Side;

impl Plan {
    pub(super) fn accounted(&self) -> usize {
        self.events()
            + self.remembered.len()
            + self.paired.len()
            + self.unlinked.len()
            + self.parked.len()
            + (self.still_parked + self.unchanged + self.skipped.total()) as usize
    }

    pub(crate) fn writes_to_crm(&self) -> bool {
        let merges = self.google_updates.iter().any(|op| op.then.is_some());
        merges || !self.crm_updates.is_empty() || !self.crm_creates.is_empty()
    }

    /// The number of events that the plan would write.
    pub(super) fn events(&self) -> usize {
        self.deletes.len()
            + self.google_updates.len()
            + self.crm_updates.len()
            + self.google_creates.len()
            + self.crm_creates.len()
    }

    /// The number of entries the plan would write: an event written on both sides is two.
    pub(crate) fn entries(&self) -> usize {
        self.events() + self.google_updates.iter().filter(|op| op.then.is_some()).count()
    }

    /// Takes out what would be written to Google; says how many entries that are.
    pub(crate) fn withhold_from_google(&mut self) -> usize {
        let before = self.entries();
        self.deletes.retain(|op| op.side != Side::Google);
        self.google_updates.clear();
        self.google_creates.clear();
        before - self.entries()
    }

    /// On which side each new event is created, Google or not, in the order of L3.
    pub(crate) fn births(&self, now_ms: i64) -> Vec<bool> {
        let google = self.google_creates.iter().map(|op| (&op.event.when, true));
        let crm = self.crm_creates.iter().map(|op| (&op.event.when, false));
        let mut all: Vec<(&When, bool)> = google.chain(crm).listed();
        sort_by_key(&mut all, |(when, _)| rank(when, now_ms / 1000));
        all.into_iter().map(|(_, google)| google).listed()
    }

    /// Keeps the first `cap` entries; says how many are left over. New events of both sides share what deletions and
    /// updates leave, in the order of L3. `is_first`: the cycle has written nothing yet.
    pub(crate) fn limit(&mut self, cap: usize, is_first: bool, now_ms: i64) -> usize {
        let before = self.entries();
        if before <= cap {
            return 0;
        }
        let mut left = cap;
        self.deletes.truncate(left);
        left -= self.deletes.len();
        // Whatever the limit, one event that is written on both sides comes first.
        let most = left;
        self.google_updates.retain(|op| {
            let fits = op.entries() <= left || (is_first && left > 0 && left == most);
            left = if fits { left.saturating_sub(op.entries()) } else { 0 };
            fits
        });
        self.crm_updates.truncate(left);
        left -= self.crm_updates.len();
        let kept = self.births(now_ms).into_iter().take(left).filter(|google| *google).count();
        self.google_creates.truncate(kept);
        self.crm_creates.truncate(left - kept);
        before - self.entries()
    }
}
