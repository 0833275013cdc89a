//! The clock of a site: the real one, or one that stands until it is moved.

/// What the world's time follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Clock {
    /// The real clock, and how far this one is off.
    Real {
        /// Added to the real time.
        skew_ms: i64,
    },
    /// Stands still.
    Fixed {
        /// The time it shows.
        now_ms: i64,
    },
}

impl Clock {
    pub(crate) fn read(self, real_ms: i64) -> i64 {
        match self {
            Clock::Real { skew_ms } => real_ms.saturating_add(skew_ms),
            Clock::Fixed { now_ms } => now_ms,
        }
    }

    pub(crate) fn advanced(self, by_ms: i64) -> Clock {
        match self {
            Clock::Real { skew_ms } => Clock::Real { skew_ms: skew_ms.saturating_add(by_ms) },
            Clock::Fixed { now_ms } => Clock::Fixed { now_ms: now_ms.saturating_add(by_ms) },
        }
    }
}
