//! Plain requests and responses. A request names a service and a path: the host adds the origin and the token, so
//! that this module can call no other server and never sees a secret.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use std::fmt;

/// The unreserved characters of RFC 3986 stay as they are.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A text as part of a path or a query.
pub(super) fn encode(text: &str) -> String {
    utf8_percent_encode(text, COMPONENT).to_string()
}

/// One of the two services.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "lowercase")]
pub enum Service {
    /// Google Calendar API v3.
    Google,
    /// Zoho CRM API v8.
    Zoho,
}

impl Service {
    /// The name that people know the service by.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Google => "Google",
            Self::Zoho => "Zoho CRM",
        }
    }

    /// The name that programs know the service by.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Google => "google",
            Self::Zoho => "zoho",
        }
    }

    /// How many requests may be under way at once (L5). Zoho's smallest edition allows 5 per organisation, shared with
    /// everything else that the user runs (Zoho CRM, "API limits"), and every lost answer of a create costs a search.
    pub(crate) const fn in_flight(self) -> usize {
        match self {
            Self::Google => 4,
            Self::Zoho => 2,
        }
    }
}

/// A request for the host to perform.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct HttpRequest {
    /// The service, which stands for an origin and a token.
    pub service: Service,
    /// `GET`, `POST`, `PUT`, `PATCH` or `DELETE`.
    pub method: &'static str,
    /// Path and query, beginning with a slash.
    pub path: String,
    /// Headers by name.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, string>"))]
    pub headers: Vec<(&'static str, String)>,
    /// The body, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
}

impl HttpRequest {
    pub(crate) fn get(service: Service, path: String) -> Self {
        Self { service, method: "GET", path, headers: Vec::new(), body: None }
    }

    pub(crate) fn delete(service: Service, path: String) -> Self {
        Self { method: "DELETE", ..Self::get(service, path) }
    }

    pub(crate) fn send(
        service: Service,
        method: &'static str,
        path: String,
        kind: &str,
        body: String,
    ) -> Self {
        Self { service, method, path, headers: vec![("Content-Type", kind.to_owned())], body: Some(body) }
    }
}

/// What a service answered.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpResponse {
    /// The HTTP status.
    pub status: u16,
    /// The value of `Retry-After`, when the answer had one.
    pub retry_after: Option<String>,
    /// The bytes of the body.
    pub body: Vec<u8>,
}

impl HttpResponse {
    /// Whether there is a body, or none was to be expected; else it was cut off.
    pub(crate) fn is_whole(&self) -> bool {
        matches!(self.status, 204 | 304) || !self.body.is_empty()
    }
}

/// Without path and body: they hold ids, addresses and event text.
impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = self.body.as_ref().map_or(0, String::len);
        write!(f, "{} {} ({size} bytes)", self.service.name(), self.method)
    }
}

/// Without the body, which holds event text.
impl fmt::Debug for HttpResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} bytes)", self.status, self.body.len())
    }
}

/// An answer, or the host's code for why there is none (`offline`, `timeout`, `aborted`, `auth-expired`).
pub type Answer = Result<HttpResponse, String>;
