//! API credits of a rolling day and calls at the same time, by edition (Zoho CRM API v8, api-limits; Kaizen #93,
//! "Sub-concurrency for complex APIs"). Both count for the whole organisation.

use std::collections::VecDeque;

use serde_json::json;

use super::error::Problem;
use super::{coql, kind_of};
use crate::http::Request;
use crate::switches::{Code429, CreditCosts, Switches};
use crate::time::DAY;

/// What the organisation pays for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Edition {
    /// 5,000 credits a day, 5 calls at the same time.
    Free,
    /// 50,000 credits and 250 for each user, at most 100,000; 10 calls.
    Standard,
    /// 50,000 and 500 for each user, at most 3,000,000; 15 calls.
    Professional,
    /// 50,000 and 1,000 for each user, at most 5,000,000; 20 calls.
    Enterprise,
    /// 50,000 and 2,000 for each user; 25 calls.
    Ultimate,
}

/// Calls of the heavy kinds at the same time, in every edition.
const MOST_HEAVY: usize = 10;

impl Edition {
    /// All of them, the smallest first.
    pub const ALL: [Edition; 5] =
        [Edition::Free, Edition::Standard, Edition::Professional, Edition::Enterprise, Edition::Ultimate];

    /// As `paid_type` of the organisation shows it.
    pub fn name(self) -> &'static str {
        match self {
            Edition::Free => "free",
            Edition::Standard => "standard",
            Edition::Professional => "professional",
            Edition::Enterprise => "enterprise",
            Edition::Ultimate => "ultimate",
        }
    }

    /// The reverse of [`Edition::name`].
    pub fn from_name(name: &str) -> Option<Edition> {
        Edition::ALL.into_iter().find(|edition| edition.name() == name)
    }

    fn credits(self, licences: u64) -> u64 {
        let (each, most) = match self {
            Edition::Free => return 5_000,
            Edition::Standard => (250, 100_000),
            Edition::Professional => (500, 3_000_000),
            Edition::Enterprise => (1_000, 5_000_000),
            Edition::Ultimate => (2_000, u64::MAX),
        };
        licences.saturating_mul(each).saturating_add(50_000).min(most)
    }

    fn calls(self) -> usize {
        match self {
            Edition::Free => 5,
            Edition::Standard => 10,
            Edition::Professional => 15,
            Edition::Enterprise => 20,
            Edition::Ultimate => 25,
        }
    }
}

/// Calls under way while another one arrives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Load {
    pub(crate) calls: usize,
    pub(crate) heavy: usize,
}

#[derive(Debug)]
pub(crate) struct Credits {
    pub(crate) edition: Edition,
    pub(crate) licences: u64,
    /// When how much was used, oldest first.
    window: VecDeque<(i64, u64)>,
    used: u64,
}

impl Credits {
    pub(crate) fn new() -> Credits {
        Credits { edition: Edition::Professional, licences: 10, window: VecDeque::new(), used: 0 }
    }

    pub(crate) fn allowance(&self) -> u64 {
        self.edition.credits(self.licences)
    }

    /// Forgets what is older than a day, and says how much was used since.
    pub(crate) fn used(&mut self, now_ms: i64) -> u64 {
        while let Some((at, cost)) = self.window.front().copied() {
            if at > now_ms - DAY {
                break;
            }
            self.used -= cost;
            self.window.pop_front();
        }
        self.used
    }

    pub(crate) fn spend(&mut self, cost: u64, now_ms: i64) {
        self.used = self.used.saturating_add(cost);
        match self.window.back_mut() {
            Some((at, known)) if *at >= now_ms => *known = known.saturating_add(cost),
            _ => self.window.push_back((now_ms, cost)),
        }
    }

    /// The value of `X-API-CREDITS-REMAINING`, which appears only when half of the day's credits are used.
    pub(crate) fn remaining(&mut self, now_ms: i64) -> Option<u64> {
        let (used, all) = (self.used(now_ms), self.allowance());
        (used.saturating_mul(2) >= all).then(|| all.saturating_sub(used))
    }

    /// Refuses a call for which there is no room or no credit.
    pub(crate) fn admit(
        &mut self,
        weight: Weight,
        load: Load,
        now_ms: i64,
        switches: &Switches,
    ) -> Result<(), Problem> {
        if load.calls >= self.edition.calls() {
            return Err(too_many("concurrency", self.edition.calls() as u64, switches));
        }
        if weight.heavy && load.heavy >= MOST_HEAVY {
            return Err(too_many("sub-concurrency", MOST_HEAVY as u64, switches));
        }
        let all = self.allowance();
        if self.used(now_ms).saturating_add(weight.credits) > all {
            return Err(too_many("credits of the last 24 hours", all, switches));
        }
        Ok(())
    }
}

fn too_many(what: &str, limit: u64, switches: &Switches) -> Problem {
    let code = match switches.code_429 {
        Code429::TooMany => "TOO_MANY_REQUESTS",
        Code429::RateLimit => "RATE_LIMIT_EXCEEDED",
    };
    Problem::new(429, code, format!("Too many requests: limit of {what}"), json!({ "limit": limit }))
}

/// What a call weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Weight {
    pub(crate) credits: u64,
    /// One of the calls of which fewer may be under way.
    pub(crate) heavy: bool,
}

pub(crate) fn weigh(kind: &str, request: &Request, switches: &Switches) -> Weight {
    let (weighted, heavy) = match kind {
        "coql" => return Weight { credits: coql::credits(&request.body), heavy: true },
        "insert" | "update" | "upsert" => {
            let rows = rows(&request.body);
            (rows.div_ceil(10).max(1), rows > 10)
        }
        "list" => {
            let query = request.query();
            let view = query.get("cvid").is_some();
            (if view { 3 } else { 1 }, view || query.get("sort_by").is_some_and(|by| by != "id"))
        }
        "search" => (3, true),
        "deleted" => (2, false),
        _ => (1, false),
    };
    let credits = if switches.credit_costs == CreditCosts::Weighted { weighted } else { 1 };
    Weight { credits, heavy }
}

/// What a call adds to the load while it is under way. Token calls go to another server.
pub(crate) fn load_of(request: &Request, switches: &Switches) -> Load {
    let segments = request.segments();
    if segments.first().is_some_and(|first| first == "oauth") {
        return Load::default();
    }
    let heavy = weigh(kind_of(&request.method, &segments), request, switches).heavy;
    Load { calls: 1, heavy: usize::from(heavy) }
}

/// How many records a body carries; none when it cannot be read.
fn rows(body: &[u8]) -> u64 {
    #[derive(serde::Deserialize)]
    struct Body {
        data: Vec<serde::de::IgnoredAny>,
    }
    serde_json::from_slice::<Body>(body).map_or(0, |body| body.data.len() as u64)
}
