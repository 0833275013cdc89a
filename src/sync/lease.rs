//! The lease: where the host has no lock, one row says which engine may write, and until when (I28). A killed owner's
//! lease runs out by itself (K8).
//!
//! Storage can neither compare nor swap, so that the lease is taken as in Fischer's algorithm (L. Lamport, "A Fast Mutual
//! Exclusion Algorithm", 1987): who finds the row free writes its own name, waits, and looks again. It rests on time:
//!
//! - All engines of one storage go by the same clock; they are tabs and workers of one browser.
//! - From looking at the free row to having written it takes less than [`CONFIRM_MS`]; whoever needs longer gives up.
//! - What an engine sends to a service has its effect within two thirds of [`LEASE_MS`], which is as long as the host's
//!   `fetch` waits for an answer, or never; what it hands to storage within one third. The row is read again before each
//!   write, which begins with as much left.

use super::state::{Row, decode, key};
use crate::error::{Error, ErrorKind, Result};
use crate::json::Json;
use crate::model::fingerprint::Fingerprint;
use serde::Serialize;

/// How long a lease lasts.
pub(crate) const LEASE_MS: i64 = 90_000;

/// How long an engine that wrote its name waits before it looks whether that is still there.
pub(crate) const CONFIRM_MS: i64 = 2_000;

/// Row `lease`.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(Debug))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Lease {
    /// Counts the leases: no two have the same number unless they were taken at the same moment.
    fence: u32,
    /// Who took it: chance.
    owner: Fingerprint,
    until_ms: i64,
}

impl Row for Lease {
    fn from_json(json: &Json<'_>) -> Option<Self> {
        Some(Self {
            fence: u32::try_from(json.get("fence").number()?).ok()?,
            owner: Fingerprint::from_u64(json.get("owner").number()?),
            until_ms: json.get("untilMs").integer()?,
        })
    }
}

impl Lease {
    pub(crate) const KEY: &'static str = key::LEASE;

    /// The next lease, by the row as it is. A damaged row is nobody's: whoever wrote it finds out before the next write.
    ///
    /// # Errors
    /// `locked` while somebody holds it.
    pub(crate) fn after(row: Option<&String>, owner: Fingerprint, now_ms: i64) -> Result<Self> {
        let last = row.and_then(|text| decode::<Self>(text));
        match last {
            // One that lasts longer than any can was written before the clock was set back.
            Some(last) if last.is_live(now_ms) && last.until_ms <= now_ms + LEASE_MS => {
                Err(locked(last.until_ms - now_ms))
            }
            _ => {
                let fence = last.map_or(0, |last| last.fence).wrapping_add(1);
                Ok(Self { fence, owner, until_ms: now_ms + LEASE_MS })
            }
        }
    }

    /// Whether it has not run out.
    pub(crate) fn is_live(self, now_ms: i64) -> bool {
        now_ms < self.until_ms
    }

    /// When a third of it has passed, and it is to be renewed.
    pub(crate) fn due_ms(self) -> i64 {
        self.until_ms - LEASE_MS / 3 * 2
    }

    /// Makes sure that the row still names this lease. Its owner keeps away from the last third: what it hands to storage
    /// then could have its effect when somebody else has taken over.
    ///
    /// # Errors
    /// `locked`.
    pub(crate) fn check(self, row: Option<&String>, now_ms: i64) -> Result<()> {
        let stored = row.and_then(|text| decode::<Self>(text));
        if self.is_live(now_ms + LEASE_MS / 3) && stored == Some(self) {
            return Ok(());
        }
        let others = stored.filter(|stored| *stored != self).map_or(0, |stored| stored.until_ms - now_ms);
        Err(locked(others))
    }

    /// The same lease from now on.
    pub(crate) fn renewed(self, now_ms: i64) -> Self {
        Self { until_ms: now_ms + LEASE_MS, ..self }
    }

    /// What is left of it when its owner is done: the number, to count on from.
    pub(crate) fn released(self) -> Self {
        Self { until_ms: 0, ..self }
    }
}

/// Somebody else may be syncing for so long.
pub(crate) fn locked(wait_ms: i64) -> Error {
    let message =
        "A sync is already running in another tab or window. Nothing is lost; wait until it has finished.";
    Error::new(ErrorKind::Locked, message).retry_after(Some(wait_ms.max(0)))
}

#[cfg(test)]
mod tests {
    use super::super::state::encode;
    use super::*;

    fn owner(name: &str) -> Fingerprint {
        Fingerprint::of_text(name)
    }

    fn taken(row: Option<&String>, name: &str, now_ms: i64) -> Lease {
        Lease::after(row, owner(name), now_ms).unwrap()
    }

    /// I28: a live lease is nobody else's; it runs out by itself (K8), and the number goes on.
    #[test]
    fn a_lease_is_held_until_it_runs_out() {
        let first = taken(None, "a", 1_000);
        let row = encode(&first);
        let refused = Lease::after(Some(&row), owner("b"), 31_000).unwrap_err();
        assert_eq!((refused.kind(), refused.retry_after_ms()), (ErrorKind::Locked, Some(60_000)));
        let next = taken(Some(&row), "b", 91_000);
        assert_eq!(next.fence, first.fence + 1);
        assert!(first.check(Some(&row), 60_999).is_ok());
        assert!(first.check(Some(&row), 61_000).is_err());
        assert!(first.check(Some(&encode(&next)), 2_000).is_err());
        assert!(first.check(None, 2_000).is_err());
    }

    /// A released lease is free at once.
    #[test]
    fn a_released_lease_is_free() {
        let first = taken(None, "a", 1_000);
        assert_eq!(taken(Some(&encode(&first.released())), "b", 1_001).fence, 2);
    }

    /// After the clock was set back, or the row was damaged, nobody is locked out for ever (K8).
    #[test]
    fn an_impossible_lease_is_free() {
        let row = encode(&taken(None, "a", 1_000_000));
        assert!(Lease::after(Some(&row), owner("b"), 0).is_ok());
        assert!(Lease::after(Some(&"1:00:damaged".to_owned()), owner("b"), 0).is_ok());
    }

    /// The same owner's renewed lease is another text of the same lease.
    #[test]
    fn a_lease_is_renewed_when_a_third_has_passed() {
        let first = taken(None, "a", 0);
        assert_eq!(first.due_ms(), 30_000);
        let renewed = first.renewed(30_000);
        assert_eq!(renewed.due_ms(), 60_000);
        assert!(renewed.check(Some(&encode(&renewed)), 80_000).is_ok());
    }
}
