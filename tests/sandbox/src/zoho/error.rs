//! Error bodies of the Zoho side: flat for a request, one entry of `data[]` for a record (reference, section 4).

use serde_json::{Map, Value, json};

use crate::http::Response;
use crate::switches::{Body412, Code429, Switches};

/// A refusal of a request or of one record.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Problem {
    pub(crate) status: u16,
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) details: Value,
}

impl Problem {
    pub(crate) fn new(status: u16, code: &str, message: impl Into<String>, details: Value) -> Problem {
        Problem { status, code: code.to_owned(), message: message.into(), details }
    }

    pub(crate) fn invalid(message: impl Into<String>, details: Value) -> Problem {
        Problem::new(400, "INVALID_DATA", message, details)
    }

    /// A value of the wrong type, with the field's place in the body.
    pub(crate) fn expected(field: &str, path: &str, kind: &str) -> Problem {
        Problem::invalid(
            "invalid data",
            json!({ "expected_data_type": kind, "api_name": field, "json_path": path }),
        )
    }

    pub(crate) fn mandatory(field: &str, path: &str) -> Problem {
        Problem::new(
            400,
            "MANDATORY_NOT_FOUND",
            "required field not found",
            json!({ "api_name": field, "json_path": path }),
        )
    }

    pub(crate) fn limit(details: Value) -> Problem {
        Problem::new(400, "LIMIT_EXCEEDED", "the maximum number allowed was exceeded", details)
    }

    pub(crate) fn missing_param(name: &str) -> Problem {
        Problem::new(
            400,
            "REQUIRED_PARAM_MISSING",
            "required param is missing",
            json!({ "param_name": name }),
        )
    }

    /// A query parameter that names no module.
    pub(crate) fn module_param(name: &str) -> Problem {
        Problem::new(
            400,
            "INVALID_MODULE",
            "the module name given seems to be invalid",
            json!({ "param_name": name }),
        )
    }

    pub(crate) fn permission(name: &str) -> Problem {
        Problem::new(403, "NO_PERMISSION", "Permission denied", json!({ "permissions": [name] }))
    }

    pub(crate) fn url() -> Problem {
        Problem::new(
            404,
            "INVALID_URL_PATTERN",
            "Please check if the URL trying to access is a correct one",
            json!({}),
        )
    }

    pub(crate) fn method() -> Problem {
        Problem::new(
            400,
            "INVALID_REQUEST_METHOD",
            "The http request method type is not a valid one",
            json!({}),
        )
    }

    pub(crate) fn to_json(&self) -> Value {
        let mut map = Map::new();
        map.insert("code".into(), json!(self.code));
        map.insert("details".into(), self.details.clone());
        map.insert("message".into(), json!(self.message));
        map.insert("status".into(), json!("error"));
        Value::Object(map)
    }

    pub(crate) fn respond(&self) -> Response {
        json_response(self.status, &self.to_json())
    }
}

/// The body of a fault by its status, with the usual code of that status.
pub(crate) fn fault(status: u16, code: Option<&str>, switches: &Switches) -> Response {
    let usual = match status {
        400 => "INVALID_DATA",
        401 => "INVALID_TOKEN",
        403 => "NO_PERMISSION",
        404 => "INVALID_URL_PATTERN",
        412 => "ALREADY_MODIFIED",
        429 => match switches.code_429 {
            Code429::TooMany => "TOO_MANY_REQUESTS",
            Code429::RateLimit => "RATE_LIMIT_EXCEEDED",
        },
        502..=504 => "SERVICE_UNAVAILABLE",
        _ => "INTERNAL_ERROR",
    };
    let code = code.unwrap_or(usual);
    let message = match code {
        "INVALID_TOKEN" => "invalid oauth token",
        "AUTHENTICATION_FAILURE" => "Authentication failed",
        "OAUTH_SCOPE_MISMATCH" => "Unauthorized",
        "NO_PERMISSION" => "Permission denied",
        "TOO_MANY_REQUESTS" | "RATE_LIMIT_EXCEEDED" => "You have made too many requests.",
        "NOT_SUPPORTED" => "This API is not supported for this profile",
        "ALREADY_MODIFIED" => "record updated time has already passed if-unmodified-since time",
        "EXPIRED_VALUE" => "Page token expired",
        "INTERNAL_ERROR" => "Internal Server Error",
        "SERVICE_UNAVAILABLE" => "Service unavailable",
        other => other,
    };
    let details = match code {
        "NO_PERMISSION" => json!({ "permissions": ["Crm_Implied_Edit_Events"] }),
        "EXPIRED_VALUE" => json!({ "api_name": "page_token" }),
        _ => json!({}),
    };
    let problem = Problem::new(status, code, message, details);
    if code == "ALREADY_MODIFIED" && switches.body_412 == Body412::Wrapped {
        return json_response(status, &json!({ "data": [problem.to_json()] }));
    }
    problem.respond()
}

pub(crate) fn json_response(status: u16, body: &impl serde::Serialize) -> Response {
    // A body of maps with text keys always serializes.
    Response::text(status, "application/json;charset=UTF-8", serde_json::to_vec(body).unwrap_or_default())
}
