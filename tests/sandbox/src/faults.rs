//! Faults on order: rules that make matching requests fail, before or after their effect.

use fastrand::Rng;
use serde_json::Value;

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
    /// The answer's body is cut in the middle.
    Truncate,
    /// The answer's body is an HTML page.
    NotJson,
    /// The answer is JSON of another shape: a list of numbers.
    WrongType,
    /// The answer comes late. Over HTTP only; in process it has no effect.
    Delay {
        /// Milliseconds.
        ms: u64,
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
    /// A `Retry-After` header in seconds.
    pub retry_after: Option<u64>,
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

    fn fits(&self, request: &Request) -> bool {
        self.service.is_none_or(|service| service == request.service)
            && self.method.as_ref().is_none_or(|method| *method == request.method)
            && self.path_prefix.as_ref().is_none_or(|prefix| request.path.starts_with(prefix.as_str()))
    }

    /// Reads a rule from the body of an admin call.
    ///
    /// # Errors
    /// A sentence that names the member that is wrong.
    pub fn from_json(value: &Value) -> Result<Fault, String> {
        let map = value.as_object().ok_or("a fault is a JSON object")?;
        for name in map.keys() {
            let known = [
                "service",
                "method",
                "path",
                "nth",
                "times",
                "chance",
                "when",
                "kind",
                "status",
                "reason",
                "body",
                "ms",
                "index",
                "code",
                "id",
                "retryAfter",
            ];
            if !known.contains(&name.as_str()) {
                return Err(format!("a fault has no member {name:?}; it has {}", known.join(", ")));
            }
        }
        let text = |name: &str| match map.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(format!("{name} is a text")),
        };
        let number = |name: &str| match map.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => value.as_u64().map(Some).ok_or(format!("{name} is a whole number")),
        };
        let kind = match text("kind")?.as_deref() {
            None | Some("status") => {
                let status = number("status")?.ok_or("status is missing")?;
                let status = u16::try_from(status).ok().filter(|status| (200..600).contains(status));
                FaultKind::Status {
                    status: status.ok_or("status is from 200 to 599")?,
                    reason: text("reason")?,
                    body: text("body")?,
                }
            }
            Some("drop") => FaultKind::Drop,
            Some("truncate") => FaultKind::Truncate,
            Some("not-json") => FaultKind::NotJson,
            Some("wrong-type") => FaultKind::WrongType,
            Some("delay") => FaultKind::Delay { ms: number("ms")?.ok_or("ms is missing")?.min(600_000) },
            Some("bad-record") => FaultKind::BadRecord {
                index: number("index")?.unwrap_or(0) as usize,
                code: text("code")?.unwrap_or_else(|| "INVALID_DATA".into()),
            },
            Some("record-locked") => FaultKind::RecordLocked {
                id: text("id")?
                    .and_then(|id| id.parse().ok())
                    .ok_or("id is missing: a record id as a text")?,
            },
            Some(other) => {
                return Err(format!(
                    "there is no kind {other:?}; there are status, drop, truncate, not-json, wrong-type, delay, bad-record, record-locked"
                ));
            }
        };
        let service = match text("service")? {
            None => None,
            Some(name) => Some(Service::from_name(&name).ok_or("service is google or zoho")?),
        };
        let when = match text("when")?.as_deref() {
            None | Some("before") => When::Before,
            Some("after") => When::After,
            Some(_) => return Err("when is before or after".into()),
        };
        let chance = match map.get("chance") {
            None | Some(Value::Null) => None,
            Some(value) => Some(
                value
                    .as_f64()
                    .filter(|chance| (0.0..=1.0).contains(chance))
                    .ok_or("chance is from 0 to 1")?,
            ),
        };
        let times = match number("times")? {
            None if chance.is_some() => None,
            None => Some(1),
            Some(0) => None,
            Some(times) => Some(u32::try_from(times).unwrap_or(u32::MAX)),
        };
        let nth = number("nth")?.unwrap_or(1);
        Ok(Fault {
            service,
            method: text("method")?,
            path_prefix: text("path")?,
            skip: u32::try_from(nth.saturating_sub(1)).unwrap_or(u32::MAX),
            times,
            chance,
            when,
            kind,
            retry_after: number("retryAfter")?,
        })
    }
}

/// The rules in force. The first rule that fires decides; rules that have fired out are dropped.
#[derive(Debug)]
pub struct Faults {
    rules: Vec<Fault>,
    rng: Rng,
}

impl Faults {
    pub(crate) fn new(seed: u64) -> Faults {
        Faults { rules: Vec::new(), rng: Rng::with_seed(seed ^ 0xfa017) }
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

    pub(crate) fn fire(&mut self, request: &Request) -> Option<Fault> {
        let mut hit = None;
        for (index, rule) in self.rules.iter_mut().enumerate() {
            if !rule.fits(request) {
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
