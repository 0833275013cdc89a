//! From an answer to what it means for the request: done, try again, ask somebody, or give up.

use super::http::{Answer, HttpResponse, Service};
use super::zoho;
use crate::error::{Error, ErrorKind};
use crate::model::time::midnight_utc;
use crate::wire;
use crate::wire::zoho::RecordResult;
use chrono::NaiveDate;

/// Why a request did not give a usable answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    /// Not done; the service wants fewer requests. The time to wait, when it said so.
    Slower(Option<i64>),
    /// Not done; a quota of hours is used up.
    Quota,
    /// Nobody knows whether it was done: a failure of the service, of the network, or an answer cut short.
    Unsure(Doubt),
    /// Not done; the sign-in is no longer valid.
    AuthExpired,
    /// Not done; a right or scope is missing, by the service's name for it.
    Forbidden(String),
    /// 404 or 410: there is no such thing.
    Absent,
    /// 410 of a list, or 400 of one that was asked with a token: the token is refused.
    TokenRefused,
    /// 412: it changed since it was read.
    Stale,
    /// Not done; the service understood and refuses, with its code.
    Refused(String),
}

/// What the doubt about a request comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doubt {
    Offline,
    ServerError,
    BadResponse,
    Cancelled,
}

/// How often a request is tried before the cycle gives up; with the pauses of [`backoff_ms`] this is about a minute.
pub(crate) const ATTEMPTS: u32 = 6;

/// How often one is tried that nobody answers, as long as nobody ever did: a command should not take most of a minute to
/// tell that the host is offline.
pub(crate) const OFFLINE_ATTEMPTS: u32 = 2;

/// A longer wait than this ends the cycle with `rate-limited` instead of holding it open.
pub(crate) const LONGEST_WAIT_MS: i64 = 60_000;

/// How long a service is left alone when a quota of hours is used up, until it is tried again ("Avoid Calendar use limits":
/// an account may be read-only for hours; how many is not said).
pub(crate) const QUOTA_PAUSE_MS: i64 = 2 * 3_600_000;

/// The pause before the next attempt: 1, 2, 4 … 32 seconds and up to one second of jitter (Google Calendar API,
/// guides/quota: exponential backoff).
pub(crate) fn backoff_ms(attempt: u32, jitter: u32) -> i64 {
    (1_000 << attempt.min(5)) + i64::from(jitter % 1_000)
}

/// What an answer means.
pub(crate) fn diagnose(service: Service, answer: Answer, now_ms: i64) -> Result<HttpResponse, Problem> {
    let response = match answer {
        Ok(response) => response,
        Err(code) => {
            return Err(match code.as_str() {
                "auth-expired" => Problem::AuthExpired,
                "aborted" => Problem::Unsure(Doubt::Cancelled),
                _ => Problem::Unsure(Doubt::Offline),
            });
        }
    };
    match response.status {
        200..=299 | 304 => Ok(response),
        status => Err(match service {
            Service::Google => google_problem(status, &response, now_ms),
            Service::Zoho => match zoho_problem(status, &response, now_ms) {
                Some(problem) => problem,
                None => return Ok(response),
            },
        }),
    }
}

/// Google Calendar API, guides/errors: the status first, the reason second.
fn google_problem(status: u16, response: &HttpResponse, now_ms: i64) -> Problem {
    let reason = wire::google::error_reason(&response.body);
    match (status, reason.as_str()) {
        (401, _) => Problem::AuthExpired,
        (403, "userRateLimitExceeded" | "rateLimitExceeded") | (429, _) => {
            Problem::Slower(retry_after_ms(response, now_ms))
        }
        (403, "quotaExceeded" | "dailyLimitExceeded") => Problem::Quota,
        (403, _) => Problem::Forbidden(reason),
        (410, "fullSyncRequired" | "updatedMinTooLongAgo") => Problem::TokenRefused,
        (404 | 410, _) => Problem::Absent,
        (412, _) => Problem::Stale,
        (500..=599, _) | (408, _) => Problem::Unsure(Doubt::ServerError),
        _ => Problem::Refused(reason),
    }
}

/// Zoho CRM API, status codes. None: the body holds a result per record, and the statuses of the whole say nothing.
fn zoho_problem(status: u16, response: &HttpResponse, now_ms: i64) -> Option<Problem> {
    if matches!(status, 400 | 404 | 412) && RecordResult::parse(&response.body).is_some() {
        return None;
    }
    let (code, permission) = zoho::error_code(&response.body);
    Some(match (status, code.as_str()) {
        (401, "OAUTH_SCOPE_MISMATCH") => Problem::Forbidden(code),
        (401, _) => Problem::AuthExpired,
        (429, _) => Problem::Slower(retry_after_ms(response, now_ms)),
        (403, _) => Problem::Forbidden(permission.unwrap_or(code)),
        (404, _) => Problem::Absent,
        (412, _) => Problem::Stale,
        (500..=599, _) | (408, _) => Problem::Unsure(Doubt::ServerError),
        _ => Problem::Refused(code),
    })
}

/// `Retry-After` in milliseconds: seconds, or an HTTP date (RFC 9110, 10.2.3).
fn retry_after_ms(response: &HttpResponse, now_ms: i64) -> Option<i64> {
    let text = response.retry_after.as_deref()?.trim();
    match text.parse::<u32>() {
        Ok(seconds) => Some(i64::from(seconds) * 1_000),
        Err(_) => http_date(text).map(|at| (at * 1_000 - now_ms).max(0)),
    }
}

/// `Sun, 22 Nov 2026 10:00:30 GMT` in seconds since 1970 (RFC 9110, 5.6.7).
fn http_date(text: &str) -> Option<i64> {
    const MONTHS: &[u8] = b"JanFebMarAprMayJunJulAugSepOctNovDec";
    let mut parts = text.split(' ').skip(1);
    let (day, month, year, time) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let month = MONTHS.chunks(3).position(|name| name == month.as_bytes())? + 1;
    // All of one type: each one that is read takes 300 bytes.
    let number = |part: &str| part.parse::<u32>().ok();
    let mut clock = time.split(':').map(number);
    let mut unit = || clock.next().flatten().map(i64::from);
    let seconds = unit()? * 3_600 + unit()? * 60 + unit()?;
    let year = i32::try_from(number(year)?).ok()?;
    let date = NaiveDate::from_ymd_opt(year, u32::try_from(month).ok()?, number(day)?)?;
    Some(midnight_utc(date) + seconds)
}

impl Problem {
    /// The error that ends a cycle because of this problem: what happened, and what to do.
    pub(crate) fn error(&self, service: Service) -> Error {
        let name = service.name();
        let (kind, message) = match self {
            Self::Slower(_) => (
                ErrorKind::RateLimited,
                format!(
                    "{name} asked to slow down. Nothing is lost; the next cycle goes on where this one stopped."
                ),
            ),
            Self::Quota => (
                ErrorKind::RateLimited,
                format!(
                    "A usage limit of {name} is reached. Accord pauses and goes on when the limit is lifted."
                ),
            ),
            Self::Unsure(Doubt::Offline) => (
                ErrorKind::Offline,
                format!("{name} could not be reached. Check the connection; nothing is lost."),
            ),
            Self::Unsure(Doubt::Cancelled) => {
                (ErrorKind::Cancelled, "The sync was cancelled; the next one goes on.".to_owned())
            }
            Self::Unsure(Doubt::ServerError) => (
                ErrorKind::ServerError,
                format!("{name} has a problem on its side. Try again in a few minutes."),
            ),
            Self::Unsure(Doubt::BadResponse) => (
                ErrorKind::BadResponse,
                format!("{name} sent an answer that cannot be read. Try again; if it stays so, report it."),
            ),
            Self::AuthExpired => {
                (ErrorKind::AuthExpired, format!("Sign in to {name} again; the sync then goes on."))
            }
            Self::Forbidden(right) => (ErrorKind::Forbidden, forbidden(name, right)),
            Self::Absent => (
                ErrorKind::BadResponse,
                format!(
                    "{name} no longer has the calendar or module. Choose the calendar again in the settings."
                ),
            ),
            Self::TokenRefused | Self::Stale => (
                ErrorKind::BadResponse,
                format!("{name} refused what it had given out before. Try again; nothing is lost."),
            ),
            Self::Refused(code) => (
                ErrorKind::BadResponse,
                format!("{name} refused a request ({}). Please report this.", printable(code)),
            ),
        };
        let wait = match self {
            Self::Slower(ms) => Some(ms.unwrap_or(LONGEST_WAIT_MS)),
            Self::Quota => Some(QUOTA_PAUSE_MS),
            _ => None,
        };
        Error::new(kind, message).retry_after(wait).of_service(name)
    }
}

fn forbidden(name: &str, right: &str) -> String {
    match right {
        "" => format!("{name} refuses access. Ask your administrator for the missing right, then try again."),
        right => format!(
            "{name} refuses access: {} is missing. Ask your administrator for it, then try again.",
            printable(right)
        ),
    }
}

/// A code of a service, if it is one: letters, digits, `_`, `.` and `-`. Anything else could be event text (I18), be it
/// only in part.
pub(crate) fn printable(code: &str) -> String {
    let fits = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'.' | b'-');
    let is_code = !code.is_empty() && code.len() <= 60 && code.bytes().all(fits);
    if is_code { code } else { "no code" }.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        Ok(HttpResponse { status, retry_after: None, body: body.as_bytes().to_vec() })
    }

    fn google_error(status: u16, reason: &str) -> Answer {
        answer(
            status,
            &format!(
                r#"{{"error":{{"errors":[{{"domain":"calendar","reason":"{reason}"}}],"code":{status}}}}}"#
            ),
        )
    }

    /// Google Calendar API, guides/errors; the many meanings of 403.
    #[test]
    fn google_statuses_and_reasons() {
        let table = [
            (google_error(401, "authError"), Problem::AuthExpired),
            (google_error(403, "userRateLimitExceeded"), Problem::Slower(None)),
            (google_error(403, "rateLimitExceeded"), Problem::Slower(None)),
            (google_error(403, "quotaExceeded"), Problem::Quota),
            (google_error(403, "requiredAccessLevel"), Problem::Forbidden("requiredAccessLevel".into())),
            (
                google_error(403, "insufficientPermissions"),
                Problem::Forbidden("insufficientPermissions".into()),
            ),
            (google_error(404, "notFound"), Problem::Absent),
            (google_error(410, "fullSyncRequired"), Problem::TokenRefused),
            (google_error(410, "updatedMinTooLongAgo"), Problem::TokenRefused),
            (google_error(410, "deleted"), Problem::Absent),
            (google_error(412, "conditionNotMet"), Problem::Stale),
            (google_error(400, "invalid"), Problem::Refused("invalid".into())),
            (answer(429, "slow down"), Problem::Slower(None)),
            (answer(503, "<html>"), Problem::Unsure(Doubt::ServerError)),
            (Err("offline".into()), Problem::Unsure(Doubt::Offline)),
            (Err("auth-expired".into()), Problem::AuthExpired),
        ];
        for (answer, expected) in table {
            assert_eq!(diagnose(Service::Google, answer, 0).err(), Some(expected));
        }
    }

    /// Zoho CRM API, status codes.
    #[test]
    fn zoho_statuses_and_codes() {
        let no_permission = r#"{"code":"NO_PERMISSION","status":"error","message":"Permission denied","details":{"permissions":["Crm_Implied_Edit_Events"]}}"#;
        let table = [
            (answer(401, r#"{"code":"INVALID_TOKEN"}"#), Problem::AuthExpired),
            (
                answer(401, r#"{"code":"OAUTH_SCOPE_MISMATCH"}"#),
                Problem::Forbidden("OAUTH_SCOPE_MISMATCH".into()),
            ),
            (answer(403, no_permission), Problem::Forbidden("Crm_Implied_Edit_Events".into())),
            (answer(429, r#"{"code":"TOO_MANY_REQUESTS"}"#), Problem::Slower(None)),
            (answer(412, r#"{"code":"ALREADY_MODIFIED"}"#), Problem::Stale),
            (answer(500, r#"{"code":"INTERNAL_ERROR"}"#), Problem::Unsure(Doubt::ServerError)),
            (answer(400, r#"{"code":"INVALID_QUERY"}"#), Problem::Refused("INVALID_QUERY".into())),
        ];
        for (answer, expected) in table {
            assert_eq!(diagnose(Service::Zoho, answer, 0).err(), Some(expected));
        }
        let all_failed = r#"{"data":[{"code":"INVALID_DATA","status":"error","details":{}}]}"#;
        assert!(diagnose(Service::Zoho, answer(400, all_failed), 0).is_ok());
    }

    /// I27: seconds and dates are both understood.
    #[test]
    fn retry_after_in_both_forms() {
        let wait = |value: &str| {
            let response = HttpResponse { status: 429, retry_after: Some(value.into()), body: Vec::new() };
            diagnose(Service::Zoho, Ok(response), 1_795_341_600_000).err()
        };
        assert_eq!(wait("7"), Some(Problem::Slower(Some(7_000))));
        assert_eq!(wait("Sun, 22 Nov 2026 10:00:30 GMT"), Some(Problem::Slower(Some(30_000))));
        assert_eq!(wait("soon"), Some(Problem::Slower(None)));
    }

    /// I18, section 12: what a service puts into a code never carries text into an error.
    #[test]
    fn only_codes_are_printed() {
        for code in ["RECORD_LOCKED", "Crm_Implied_Edit_Events", "insufficientPermissions"] {
            assert_eq!(printable(code), code);
        }
        for text in ["Dinner with Ben", "ben@example.com", "Déjeuner", "", &"x".repeat(61)] {
            assert_eq!(printable(text), "no code");
        }
    }

    #[test]
    fn pauses_grow_to_half_a_minute() {
        assert_eq!(
            (0..7).map(|n| backoff_ms(n, 0)).collect::<Vec<_>>(),
            [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 32_000]
        );
        assert!(backoff_ms(0, u32::MAX) < 2_000);
    }
}
