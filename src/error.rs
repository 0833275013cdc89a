//! The one error of the crate: a stable kind, a sentence that says what to do, never any personal data.

use std::fmt;

/// What went wrong, as a stable code for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ErrorKind {
    /// A service no longer accepts the sign-in.
    AuthExpired,
    /// A right or scope is missing.
    Forbidden,
    /// A service asked to wait; see [`Error::retry_after_ms`].
    RateLimited,
    /// A service could not be reached.
    Offline,
    /// The host's storage is full.
    StorageFull,
    /// The host's storage refused a read or a write for another reason.
    StorageFailed,
    /// A setting is missing, unknown or out of range.
    InvalidSettings,
    /// The chosen calendar is not one the user can write.
    CalendarNotWritable,
    /// The command needs an activated sync.
    NotActive,
    /// Another run holds the lock.
    Locked,
    /// The user cancelled.
    Cancelled,
    /// A service answered with something that is not what its documentation promises.
    BadResponse,
    /// A service failed on its side.
    ServerError,
    /// This version does not do that.
    Unsupported,
    /// The host called the engine in the wrong order.
    Misuse,
    /// A defect of Accord.
    Internal,
}

impl ErrorKind {
    /// The code that crosses the boundary to JavaScript. Codes never change their meaning.
    ///
    /// ```
    /// assert_eq!(accord_sync::ErrorKind::AuthExpired.code(), "auth-expired");
    /// ```
    pub const fn code(self) -> &'static str {
        match self {
            Self::AuthExpired => "auth-expired",
            Self::Forbidden => "forbidden",
            Self::RateLimited => "rate-limited",
            Self::Offline => "offline",
            Self::StorageFull => "storage-full",
            Self::StorageFailed => "storage-failed",
            Self::InvalidSettings => "invalid-settings",
            Self::CalendarNotWritable => "calendar-not-writable",
            Self::NotActive => "not-active",
            Self::Locked => "locked",
            Self::Cancelled => "cancelled",
            Self::BadResponse => "bad-response",
            Self::ServerError => "server-error",
            Self::Unsupported => "unsupported",
            Self::Misuse => "misuse",
            Self::Internal => "internal",
        }
    }
}

/// A failure: its kind, and a sentence for people.
#[derive(Clone, PartialEq, Eq)]
pub struct Error(Box<Inner>);

/// Boxed, for errors are rare and travel through every call.
#[derive(Clone, PartialEq, Eq)]
struct Inner {
    kind: ErrorKind,
    message: String,
    retry_after_ms: Option<i64>,
    service: Option<&'static str>,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner { kind, message: message.into(), retry_after_ms: None, service: None }))
    }

    pub(crate) fn internal(what: &str) -> Self {
        Self::new(
            ErrorKind::Internal,
            format!("This is a defect of Accord: {what}. Nothing was lost; please report it."),
        )
    }

    pub(crate) fn retry_after(mut self, ms: Option<i64>) -> Self {
        self.0.retry_after_ms = ms;
        self
    }

    pub(crate) fn of_service(mut self, name: &'static str) -> Self {
        self.0.service = Some(name);
        self
    }

    /// The service that the failure came from, by the name that people know.
    pub fn service(&self) -> Option<&'static str> {
        self.0.service
    }

    /// The kind of failure.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// A sentence that says what happened and what to do.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// How long to wait before trying again, in milliseconds, when a service said so.
    pub fn retry_after_ms(&self) -> Option<i64> {
        self.0.retry_after_ms
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind().code(), self.message())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Error {}

/// A result of this crate.
pub type Result<T> = std::result::Result<T, Error>;
