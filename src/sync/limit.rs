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

    #[test]
    fn the_first_sync_has_its_own_cap_until_it_is_used_up() {
        assert_eq!(cap(Some(5_000), 500), 5_000);
        assert_eq!(cap(Some(20), 500), 20);
        assert_eq!(cap(Some(0), 500), 500);
        assert_eq!(cap(None, 500), 500);
    }
}
