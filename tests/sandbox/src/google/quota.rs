//! Quotas and use limits (reference, section 12). They are off unless set: a simulation on a clock that stands still
//! would use up a minute's calls at once.

use std::collections::{BTreeMap, VecDeque};

use super::error::ApiError;
use super::methods::Method;
use crate::switches::{RateLimitStatus, Switches};
use crate::time::{DAY, HOUR, MINUTE};

/// How much may be asked and written. `None` is without limit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GoogleQuotas {
    /// Units in any minute, over all people of the project. A patch costs three units, a part of a batch as much as
    /// the call alone.
    pub per_minute: Option<u64>,
    /// Units in any minute for one person, or for one `quotaUser`.
    pub per_minute_per_user: Option<u64>,
    /// Events created by one person in any 24 hours. Beyond that nothing of theirs can be written for hours.
    pub created: Option<u64>,
    /// Guests outside the person's domain invited in any 24 hours, with the same effect.
    pub invited: Option<u64>,
}

/// How long the use limits stop writes: "for hours" is all that Google says.
const PAUSE_MS: i64 = 6 * HOUR;

impl GoogleQuotas {
    /// The documented figures: 10,000 units a minute for a project, 600 for a user, about 100,000 new events and
    /// 10,000 external guests before use limits set in.
    pub fn documented() -> GoogleQuotas {
        GoogleQuotas {
            per_minute: Some(10_000),
            per_minute_per_user: Some(600),
            created: Some(100_000),
            invited: Some(10_000),
        }
    }
}

/// What was used, by sliding windows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Meter {
    pub(crate) quotas: GoogleQuotas,
    project: Window,
    users: BTreeMap<String, Window>,
    created: BTreeMap<String, Window>,
    invited: BTreeMap<String, Window>,
    paused_until: BTreeMap<String, i64>,
}

#[derive(Clone, Debug, Default)]
struct Window {
    spent: VecDeque<(i64, u64)>,
    total: u64,
}

impl Window {
    /// What was spent in the last `length` milliseconds. A clock that was set back forgets what lies ahead.
    fn used(&mut self, now_ms: i64, length: i64) -> u64 {
        while let Some((at, units)) = self.spent.front().copied() {
            if at > now_ms - length && at <= now_ms {
                break;
            }
            self.spent.pop_front();
            self.total -= units;
        }
        self.total
    }

    fn spend(&mut self, now_ms: i64, units: u64) {
        self.spent.push_back((now_ms, units));
        self.total += units;
    }
}

impl Meter {
    /// Takes the units of a call from both quotas, or refuses it. A refused call costs nothing.
    pub(crate) fn charge(
        &mut self,
        user: &str,
        quota_user: Option<&str>,
        method: &Method,
        now_ms: i64,
        switches: &Switches,
    ) -> Result<(), ApiError> {
        let units = method.units();
        let payer = quota_user.unwrap_or(user);
        if let Some(most) = self.quotas.per_minute
            && self.project.used(now_ms, MINUTE) + units > most
        {
            return Err(too_fast("rateLimitExceeded", "Rate Limit Exceeded", switches));
        }
        if let Some(most) = self.quotas.per_minute_per_user {
            let window = self.users.entry(payer.to_owned()).or_default();
            if window.used(now_ms, MINUTE) + units > most {
                return Err(too_fast("userRateLimitExceeded", "User Rate Limit Exceeded", switches));
            }
            window.spend(now_ms, units);
        }
        if self.quotas.per_minute.is_some() {
            self.project.spend(now_ms, units);
        }
        Ok(())
    }

    /// Refuses writes while a use limit holds. Reads go on.
    pub(crate) fn may_write(&self, user: &str, now_ms: i64) -> Result<(), ApiError> {
        match self.paused_until.get(user) {
            Some(until) if now_ms < *until => Err(ApiError::use_limit()),
            _ => Ok(()),
        }
    }

    /// Notes a new event and its guests outside the domain. The one that goes beyond a limit is still made; what
    /// follows is refused.
    pub(crate) fn created(&mut self, user: &str, external_guests: u64, now_ms: i64) {
        let mut beyond = false;
        for (most, windows, units) in [
            (self.quotas.created, &mut self.created, 1),
            (self.quotas.invited, &mut self.invited, external_guests),
        ] {
            let Some(most) = most else { continue };
            let window = windows.entry(user.to_owned()).or_default();
            if units > 0 {
                window.spend(now_ms, units);
            }
            beyond |= window.used(now_ms, DAY) >= most;
        }
        if beyond {
            self.paused_until.insert(user.to_owned(), now_ms.saturating_add(PAUSE_MS));
        }
    }
}

fn too_fast(reason: &'static str, message: &str, switches: &Switches) -> ApiError {
    match switches.rate_limit_status {
        RateLimitStatus::Forbidden => ApiError::new(403, reason, message).usage_limits(),
        RateLimitStatus::TooMany => {
            ApiError::new(429, "rateLimitExceeded", "Rate Limit Exceeded").usage_limits()
        }
    }
}
