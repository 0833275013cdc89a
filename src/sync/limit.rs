//! The order of a plan and what one cycle may do of it (L1 to L3).

use crate::model::time::When;

/// The place of an event in the order of L3, as a number: what is not yet over first, soonest first; then the past, newest first.
pub(crate) fn rank(when: &When, now: i64) -> u64 {
    const PAST: u64 = 1 << 63;
    // Seconds of every date that chrono knows, moved above zero.
    let start = (when.start_seconds() + (1 << 60)).unsigned_abs();
    if when.end_seconds() <= now { PAST | (PAST - 1 - start) } else { start }
}

/// How many entries a cycle may write: what is left of the first sync, or the cap of later ones.
pub(crate) fn cap(first_sync_left: Option<u32>, later: u32) -> usize {
    first_sync_left.filter(|left| *left > 0).unwrap_or(later) as usize
}

/// Says in which of the cycles to come an entry is written when nothing changes between: the way [`Plan::limit`] cuts.
///
/// [`Plan::limit`]: super::plan::Plan::limit
pub(crate) struct Cycles {
    cycle: u32,
    left: usize,
    later: usize,
    /// Whether this cycle has an event already that is updated in Google.
    begun: bool,
}

impl Cycles {
    /// The next cycle writes `first` entries at most, the others `later` each.
    pub(crate) fn new(first: usize, later: u32) -> Self {
        Self { cycle: 1, left: first, later: later as usize, begun: false }
    }

    /// The cycle of the next entries, which belong together.
    pub(crate) fn place(&mut self, entries: usize) -> u32 {
        // Whatever the limit, one event that is written on both sides comes first.
        let fits = entries <= self.left || (self.left > 0 && !self.begun);
        if !fits {
            *self = Self { cycle: self.cycle + 1, left: self.later, later: self.later, begun: false };
        }
        self.left = self.left.saturating_sub(entries);
        self.cycle
    }

    /// The same of an event that is updated in Google, and perhaps in the CRM too.
    pub(crate) fn place_update(&mut self, entries: usize) -> u32 {
        let cycle = self.place(entries);
        self.begun = true;
        cycle
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;

    /// L3: events not yet over, soonest first; then past ones, newest first.
    #[test]
    fn what_is_coming_comes_first() {
        let at = |text: &str| {
            let start = DateTime::parse_from_rfc3339(text).unwrap();
            When::timed(start, start + chrono::TimeDelta::hours(1))
        };
        let now = DateTime::parse_from_rfc3339("2026-11-22T10:30:00Z").unwrap().timestamp();
        let sorted = [
            "2026-11-22T10:00:00Z",
            "2026-11-23T10:00:00Z",
            "2026-12-01T10:00:00Z",
            "2026-11-21T10:00:00Z",
            "2026-10-01T10:00:00Z",
        ];
        let mut shuffled = vec![sorted[3], sorted[1], sorted[4], sorted[0], sorted[2]];
        shuffled.sort_by_key(|text| rank(&at(text), now));
        assert_eq!(shuffled, sorted);
    }

    /// A merge of two entries waits for the next cycle where only one is left, unless it would wait for ever.
    #[test]
    fn entries_are_told_apart_by_cycles() {
        let mut cycles = Cycles::new(3, 2);
        assert_eq!([1, 2].map(|entries| cycles.place_update(entries)), [1, 1]);
        assert_eq!([1, 2, 1].map(|entries| cycles.place_update(entries)), [2, 3, 4]);
        assert_eq!([1, 1, 1].map(|entries| cycles.place(entries)), [4, 5, 5]);
        let mut narrow = Cycles::new(1, 1);
        assert_eq!([2, 2].map(|entries| narrow.place_update(entries)), [1, 2]);
    }

    #[test]
    fn the_first_sync_has_its_own_cap_until_it_is_used_up() {
        assert_eq!(cap(Some(5_000), 500), 5_000);
        assert_eq!(cap(Some(20), 500), 20);
        assert_eq!(cap(Some(0), 500), 500);
        assert_eq!(cap(None, 500), 500);
    }
}
