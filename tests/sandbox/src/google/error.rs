//! Error bodies of the Google side. Calendar's own errors have no `status` key and are printed with one space;
//! errors of the front end (authentication, scopes) carry `status` and two spaces (reference, section 11).

use serde_json::{Value, json};

use super::methods::Method;
use crate::http::Response;

const INSUFFICIENT: &str = "insufficientPermissions";

/// A refusal with everything that its body shows.
#[derive(Clone, Debug)]
pub(crate) struct ApiError {
    pub(crate) status: u16,
    reason: &'static str,
    message: String,
    domain: &'static str,
    location: Option<(&'static str, String)>,
}

impl ApiError {
    pub(crate) fn new(status: u16, reason: &'static str, message: impl Into<String>) -> ApiError {
        ApiError { status, reason, message: message.into(), domain: "global", location: None }
    }

    pub(crate) fn calendar(mut self) -> ApiError {
        self.domain = "calendar";
        self
    }

    pub(crate) fn parameter(mut self, name: &str) -> ApiError {
        self.location = Some(("parameter", name.to_owned()));
        self
    }

    pub(crate) fn usage_limits(mut self) -> ApiError {
        self.domain = "usageLimits";
        self
    }

    fn at_header(mut self, name: &str) -> ApiError {
        self.location = Some(("header", name.to_owned()));
        self
    }

    pub(crate) fn invalid(message: impl Into<String>) -> ApiError {
        ApiError::new(400, "invalid", message)
    }

    pub(crate) fn required(message: impl Into<String>) -> ApiError {
        ApiError::new(400, "required", message)
    }

    pub(crate) fn bad_request() -> ApiError {
        ApiError::new(400, "badRequest", "Bad Request")
    }

    pub(crate) fn parse() -> ApiError {
        ApiError::new(400, "parseError", "Parse Error")
    }

    pub(crate) fn not_found() -> ApiError {
        ApiError::new(404, "notFound", "Not Found")
    }

    pub(crate) fn deleted() -> ApiError {
        ApiError::new(410, "deleted", "Resource has been deleted")
    }

    pub(crate) fn duplicate() -> ApiError {
        ApiError::new(409, "duplicate", "The requested identifier already exists.")
    }

    pub(crate) fn stale() -> ApiError {
        ApiError::new(412, "conditionNotMet", "Precondition Failed").at_header("If-Match")
    }

    pub(crate) fn full_sync() -> ApiError {
        ApiError::new(410, "fullSyncRequired", "Sync token is no longer valid, a full sync is required.")
            .calendar()
            .parameter("syncToken")
    }

    pub(crate) fn too_long_ago() -> ApiError {
        ApiError::new(
            410,
            "updatedMinTooLongAgo",
            "The requested minimum modification time lies too far in the past.",
        )
        .calendar()
        .parameter("updatedMin")
    }

    pub(crate) fn empty_range() -> ApiError {
        ApiError::new(400, "timeRangeEmpty", "The specified time range is empty.")
            .calendar()
            .parameter("timeMax")
    }

    pub(crate) fn not_organizer() -> ApiError {
        ApiError::new(
            403,
            "forbiddenForNonOrganizer",
            "Shared properties can only be changed by the organizer of the event.",
        )
        .calendar()
    }

    pub(crate) fn access_level() -> ApiError {
        ApiError::new(403, "requiredAccessLevel", "You need to have writer access to this calendar.")
            .calendar()
    }

    pub(crate) fn reader_level() -> ApiError {
        ApiError::new(403, "requiredAccessLevel", "You need to have reader access to this calendar.")
            .calendar()
    }

    /// Guests, bulk creation and the like went beyond what a person does; writes rest for hours.
    pub(crate) fn use_limit() -> ApiError {
        ApiError::new(403, "quotaExceeded", "Calendar usage limits exceeded.").usage_limits()
    }

    pub(crate) fn event_type(message: &str) -> ApiError {
        ApiError::new(400, "eventTypeRestriction", message).calendar()
    }

    /// A method that exists and is not modelled here.
    pub(crate) fn not_modelled(method: &Method) -> ApiError {
        ApiError::new(501, "notImplemented", format!("The sandbox does not model {}.", method.name))
    }

    /// The token's scopes do not reach so far: answered by the front end, in its own shape.
    pub(crate) fn scope(method: &Method) -> ApiError {
        ApiError::new(403, INSUFFICIENT, method.full_name())
    }

    pub(crate) fn respond(&self) -> Response {
        if self.reason == INSUFFICIENT {
            return scope(&self.message);
        }
        let mut item = json!({ "domain": self.domain, "reason": self.reason, "message": self.message });
        if let (Some((kind, name)), Some(map)) = (&self.location, item.as_object_mut()) {
            map.insert("locationType".into(), Value::from(*kind));
            map.insert("location".into(), Value::from(name.as_str()));
        }
        let body = json!({ "error": { "errors": [item], "code": self.status, "message": self.message } });
        json_response(self.status, &body, b" ")
    }
}

/// 401: no bearer token (`required`), or one that is wrong or expired (`authError`).
pub(crate) fn unauthorized(reason: &str) -> Response {
    let message = if reason == "required" { "Login Required." } else { "Invalid Credentials" };
    let item = json!({ "message": message, "domain": "global", "reason": reason, "location": "Authorization", "locationType": "header" });
    let body = json!({ "error": { "code": 401, "message": message, "errors": [item], "status": "UNAUTHENTICATED" } });
    let mut response = json_response(401, &body, b"  ");
    response
        .headers
        .push(("www-authenticate".into(), "Bearer realm=\"https://accounts.google.com/\"".into()));
    response
}

/// 403: the token lacks the scope of `method`, such as `calendar.v3.Events.Insert`.
fn scope(method: &str) -> Response {
    let message = "Request had insufficient authentication scopes.";
    let body = json!({ "error": {
        "code": 403, "message": message, "status": "PERMISSION_DENIED",
        "errors": [{ "message": "Insufficient Permission", "domain": "global", "reason": INSUFFICIENT }],
        "details": [{
            "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
            "domain": "googleapis.com",
            "metadata": { "service": "calendar-json.googleapis.com", "method": method },
        }],
    } });
    json_response(403, &body, b"  ")
}

/// 403: the Calendar API is switched off in the client's project.
fn not_enabled() -> Response {
    let message = "Google Calendar API has not been used in project 1 before or it is disabled.";
    let body = json!({ "error": {
        "code": 403, "message": message, "status": "PERMISSION_DENIED",
        "errors": [{ "message": message, "domain": "usageLimits", "reason": "accessNotConfigured" }],
        "details": [{
            "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "SERVICE_DISABLED",
            "domain": "googleapis.com", "metadata": { "service": "calendar-json.googleapis.com" },
        }],
    } });
    json_response(403, &body, b"  ")
}

/// The body of a fault: the texts that belong to a reason, or the reason itself.
pub(crate) fn fault(status: u16, reason: Option<&str>) -> Response {
    let reason = reason.unwrap_or(match status {
        400 => "badRequest",
        401 => "authError",
        403 => "rateLimitExceeded",
        404 => "notFound",
        409 => "conflict",
        410 => "deleted",
        412 => "conditionNotMet",
        429 => "rateLimitExceeded",
        _ => "backendError",
    });
    match reason {
        "authError" | "required" if status == 401 => return unauthorized(reason),
        "insufficientPermissions" => return scope("calendar.v3.Events.List"),
        "accessNotConfigured" => return not_enabled(),
        "fullSyncRequired" => return ApiError::full_sync().respond(),
        "timeRangeEmpty" => return ApiError::empty_range().respond(),
        "updatedMinTooLongAgo" => return ApiError::too_long_ago().respond(),
        "forbiddenForNonOrganizer" => return ApiError::not_organizer().respond(),
        "requiredAccessLevel" => return ApiError::access_level().respond(),
        "conditionNotMet" => return ApiError::stale().respond(),
        _ => {}
    }
    let (domain, message) = match reason {
        "rateLimitExceeded" => ("usageLimits", "Rate Limit Exceeded"),
        "userRateLimitExceeded" => ("usageLimits", "User Rate Limit Exceeded"),
        "quotaExceeded" => ("usageLimits", "Calendar usage limits exceeded."),
        "dailyLimitExceeded" => ("usageLimits", "Daily Limit Exceeded"),
        "forbiddenForServiceAccounts" => (
            "calendar",
            "Service accounts cannot invite attendees without Domain-Wide Delegation of Authority.",
        ),
        "backendError" => ("global", "Backend Error"),
        "badRequest" => ("global", "Bad Request"),
        "parseError" => ("global", "Parse Error"),
        "invalid" => ("global", "Invalid Value"),
        "required" => ("global", "Required"),
        "duplicate" => ("global", "The requested identifier already exists."),
        "notFound" => ("global", "Not Found"),
        "forbidden" => ("global", "Forbidden"),
        "conflict" => ("global", "Conflict"),
        "deleted" => ("global", "Resource has been deleted"),
        other => ("global", other),
    };
    let item = json!({ "domain": domain, "reason": reason, "message": message });
    json_response(status, &json!({ "error": { "errors": [item], "code": status, "message": message } }), b" ")
}

pub(crate) fn json_response(status: u16, body: &Value, indent: &[u8]) -> Response {
    use serde_json::ser::{PrettyFormatter, Serializer};
    let mut bytes = Vec::with_capacity(256);
    let mut serializer = Serializer::with_formatter(&mut bytes, PrettyFormatter::with_indent(indent));
    // Writing a `Value` into a `Vec` cannot fail.
    let _ = serde::Serialize::serialize(body, &mut serializer);
    Response::text(status, "application/json; charset=UTF-8", bytes)
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.message, self.reason)
    }
}
