//! Faults on order: rules that make matching requests fail, before or after their effect. What a rule does to an
//! answer is in [`apply`]; how an admin call writes one, in [`read`].

mod apply;
mod read;

use std::collections::BTreeMap;

use fastrand::Rng;
use serde_json::Value;

pub(crate) use apply::Transport;

use crate::http::{Request, Service};

/// Whether the request takes effect before the fault is answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum When {
    /// Nothing happens on the service.
    #[default]
    Before,
    /// The request is carried out, then its answer is lost or replaced.
    After,
}

/// What goes wrong.
///
/// A kind that only makes sense for some requests (lists, CRM writes, requests with a token) lets the others pass
/// without counting them.
#[derive(Clone, Debug, PartialEq)]
pub enum FaultKind {
    /// An error status with the vendor's body for `reason` (Google's reason, or Zoho's code), or with `body` as it is.
    Status {
        /// HTTP status.
        status: u16,
        /// Google's `reason` or Zoho's `code`; the usual one of the status by default.
        reason: Option<String>,
        /// A body to send instead.
        body: Option<String>,
    },
    /// The connection is lost without an answer.
    Drop,
    /// The connection is lost in the middle of the answer's body. In process the same as [`FaultKind::Drop`] after the
    /// effect.
    Cut,
    /// The answer ends properly, but half of its body is missing.
    Truncate,
    /// The answer is an HTML page with status 200. Before the effect: a proxy or a sign-in page of the network.
    NotJson,
    /// The answer is JSON of another shape, with status 200: a list of numbers.
    WrongType,
    /// Every member of this name in the answer has a value of another JSON type.
    WrongField {
        /// The member, such as `items` or `Modified_Time`.
        field: String,
    },
    /// The answer comes late. Over HTTP only; in process it has no effect.
    Delay {
        /// Milliseconds.
        ms: u64,
    },
    /// The answer's body trickles. Over HTTP only; in process it has no effect.
    SlowBody {
        /// Milliseconds from the first byte to the last.
        ms: u64,
    },
    /// A list without its rows, with status 200 and all else that belongs to it, the sync token included.
    EmptyList,
    /// The last row of a page is also the first of the next one.
    RepeatedRow,
    /// A list shows its service as it was when the rule was ordered. Reads by id and COQL, which is documented to be
    /// without delay, are fresh.
    ListLag,
    /// Every sync and page token issued so far is refused, from the first request on that brings one.
    TokenLoss,
    /// The service's clock is off: in the times that a request stamps, and in the `Date` of its answer.
    ClockSkew {
        /// Milliseconds ahead; negative is behind.
        ms: i64,
    },
    /// Zoho: one record of a bulk write is refused.
    BadRecord {
        /// Its place in the bulk, from 0.
        index: usize,
        /// Its code.
        code: String,
    },
    /// Zoho: changes of this record are refused with `RECORD_LOCKED`.
    RecordLocked {
        /// The record.
        id: u64,
    },
}

/// One rule. A request is hit when every given condition fits.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// Only requests to this service.
    pub service: Option<Service>,
    /// Only this method.
    pub method: Option<String>,
    /// Only paths that start so (query included).
    pub path_prefix: Option<String>,
    /// Lets this many matching requests through first.
    pub skip: u32,
    /// Fires at most so often; `None` for ever.
    pub times: Option<u32>,
    /// Fires with this probability at each match; by the world's seed, so equal runs are equal.
    pub chance: Option<f64>,
    /// Before or after the effect.
    pub when: When,
    /// What happens.
    pub kind: FaultKind,
    /// A `Retry-After` header, in seconds.
    pub retry_after: Option<u64>,
    /// Writes `Retry-After` as an HTTP date instead of a number (RFC 9110, section 10.2.3: both are allowed).
    pub retry_after_is_date: bool,
}

impl Fault {
    /// A rule for every request, firing once, before the effect.
    pub fn new(kind: FaultKind) -> Fault {
        Fault {
            service: None,
            method: None,
            path_prefix: None,
            skip: 0,
            times: Some(1),
            chance: None,
            when: When::Before,
            kind,
            retry_after: None,
            retry_after_is_date: false,
        }
    }

    /// An error status with the vendor's usual body.
    pub fn status(status: u16) -> Fault {
        Fault::new(FaultKind::Status { status, reason: None, body: None })
    }

    /// Only requests to this service, with this method, under this path.
    #[must_use]
    pub fn on(mut self, service: Service, method: &str, path_prefix: &str) -> Fault {
        self.service = Some(service);
        self.method = (!method.is_empty()).then(|| method.to_owned());
        self.path_prefix = (!path_prefix.is_empty()).then(|| path_prefix.to_owned());
        self
    }

    /// After the effect: the answer is lost, the deed is done.
    #[must_use]
    pub fn after(mut self) -> Fault {
        self.when = When::After;
        self
    }

    /// At the nth matching request, counted from 1.
    #[must_use]
    pub fn nth(mut self, n: u32) -> Fault {
        self.skip = n.saturating_sub(1);
        self
    }

    /// Fires at most so often; `None` for ever.
    #[must_use]
    pub fn times(mut self, times: Option<u32>) -> Fault {
        self.times = times;
        self
    }

    /// Asks the client to wait for so many seconds.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Fault {
        self.retry_after = Some(seconds);
        self
    }

    fn fits(&self, request: &Request, kind: &str, is_next_page: bool) -> bool {
        self.service.is_none_or(|service| service == request.service)
            && self.method.as_ref().is_none_or(|method| *method == request.method)
            && self.path_prefix.as_ref().is_none_or(|prefix| request.path.starts_with(prefix.as_str()))
            && match self.kind {
                FaultKind::EmptyList => has_rows(request.service, kind),
                FaultKind::RepeatedRow => has_rows(request.service, kind) && is_next_page,
                FaultKind::ListLag => has_rows(request.service, kind) && kind != "coql",
                FaultKind::TokenLoss => {
                    let query = request.query();
                    ["syncToken", "pageToken", "page_token"].iter().any(|name| query.get(name).is_some())
                }
                FaultKind::BadRecord { .. } | FaultKind::RecordLocked { .. } => {
                    request.service == Service::Zoho && request.method != "GET" && kind != "coql"
                }
                _ => true,
            }
    }
}

/// Whether a request of this kind is answered with rows.
fn has_rows(service: Service, kind: &str) -> bool {
    match service {
        Service::Google => matches!(kind, "events.list" | "events.instances" | "calendarList.list"),
        Service::Zoho => matches!(kind, "list" | "deleted" | "search" | "coql"),
    }
}

/// The rules in force. The first rule that fires decides; rules that have fired out are dropped.
#[derive(Debug)]
pub struct Faults {
    rules: Vec<Fault>,
    rng: Rng,
    /// The last page that has a next one, with its last row: kept while a row is to be repeated.
    last_page: BTreeMap<Service, (String, Value)>,
}

impl Faults {
    pub(crate) fn new(seed: u64) -> Faults {
        Faults { rules: Vec::new(), rng: Rng::with_seed(seed ^ 0xfa017), last_page: BTreeMap::new() }
    }

    /// Adds a rule behind those in force.
    pub fn add(&mut self, fault: Fault) {
        self.rules.push(fault);
    }

    /// Drops every rule.
    pub fn clear(&mut self) {
        self.rules.clear();
    }

    /// Rules that can still fire.
    pub fn pending(&self) -> usize {
        self.rules.len()
    }

    fn waits_for(&self, kind: &FaultKind, service: Service) -> bool {
        self.rules.iter().any(|rule| rule.kind == *kind && rule.service.is_none_or(|of| of == service))
    }

    pub(crate) fn fire(&mut self, request: &Request, kind: &str) -> Option<Fault> {
        if self.rules.is_empty() {
            return None;
        }
        // A query tells in its text where it starts; a list tells it by a token or a number.
        let goes_on = kind == "coql" || {
            let query = request.query();
            ["pageToken", "page_token"].iter().any(|name| query.get(name).is_some())
                || query.get("page").is_some_and(|page| page != "1")
        };
        let is_next_page = goes_on
            && self
                .last_page
                .get(&request.service)
                .is_some_and(|(path, _)| Some(path.as_str()) == request.path.split('?').next());
        let mut hit = None;
        for (index, rule) in self.rules.iter_mut().enumerate() {
            if !rule.fits(request, kind, is_next_page) {
                continue;
            }
            if rule.skip > 0 {
                rule.skip -= 1;
                continue;
            }
            if rule.chance.is_some_and(|chance| self.rng.f64() >= chance) {
                continue;
            }
            if let Some(times) = &mut rule.times {
                *times = times.saturating_sub(1);
            }
            hit = Some((index, rule.clone()));
            break;
        }
        let (index, fault) = hit?;
        if fault.times == Some(0) {
            self.rules.remove(index);
        }
        Some(fault)
    }
}
