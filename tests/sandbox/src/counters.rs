//! Counts of what was asked and moved, for benchmarks and for tests that must show "no writes".

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::http::Service;

/// Requests, bytes and writes since the last reset.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Requests by service and kind, such as `(Google, "events.list")`.
    pub requests: BTreeMap<(Service, &'static str), u64>,
    /// Bytes of request bodies.
    pub bytes_up: u64,
    /// Bytes of answer bodies, uncompressed.
    pub bytes_down: u64,
    /// Records created, changed or deleted on Google.
    pub google_writes: u64,
    /// Records created, changed or deleted in the CRM.
    pub crm_writes: u64,
}

impl Counters {
    /// All requests to one service.
    pub fn total(&self, service: Service) -> u64 {
        self.requests.iter().filter(|((of, _), _)| *of == service).map(|(_, count)| count).sum()
    }

    /// The form of `GET /sandbox/counters`.
    pub fn to_json(&self) -> Value {
        let by_kind = |service: Service| -> Value {
            self.requests
                .iter()
                .filter(|((of, _), _)| *of == service)
                .map(|((_, kind), count)| ((*kind).to_owned(), json!(count)))
                .collect::<serde_json::Map<_, _>>()
                .into()
        };
        json!({
            "requests": {
                "google": self.total(Service::Google), "zoho": self.total(Service::Zoho),
                "byKind": { "google": by_kind(Service::Google), "zoho": by_kind(Service::Zoho) },
            },
            "bytes": { "up": self.bytes_up, "down": self.bytes_down },
            "writes": { "google": self.google_writes, "crm": self.crm_writes },
        })
    }
}
