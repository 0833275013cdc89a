//! The batch endpoint: many calls in one multipart/mixed body (reference, section 10).

use std::collections::BTreeSet;

use super::Google;
use super::error::{self, ApiError};
use crate::http::{Request, Response, Service};
use crate::mail::Mail;
use crate::switches::{BatchConflict, BatchMax, BatchOrder, Switches};

/// Where batches go.
pub(crate) const PATH: &str = "/batch/calendar/v3";

/// One inner call.
struct Part {
    content_id: Option<String>,
    request: Request,
}

pub(crate) fn handle(
    google: &mut Google,
    request: &Request,
    now_ms: i64,
    switches: &Switches,
    mails: &mut Vec<Mail>,
) -> Response {
    let path = request.path.split('?').next().unwrap_or_default();
    if request.method != "POST" || path != PATH {
        return ApiError::not_found().respond();
    }
    let Some(parts) = parse(request) else {
        return ApiError::new(400, "badRequest", "Failed to parse batch request.").respond();
    };
    let most = match switches.batch_max {
        BatchMax::Fifty => 50,
        BatchMax::Thousand => 1000,
    };
    if parts.is_empty() || parts.len() > most {
        let message =
            format!("The batch request contains {} calls; between 1 and {most} are allowed.", parts.len());
        return ApiError::new(400, "badRequest", message).respond();
    }
    let boundary = format!("batch_{:016x}", super::token::hash(&format!("{now_ms} {}", parts.len())));
    let mut written = BTreeSet::new();
    let mut answers = Vec::new();
    for part in &parts {
        let segments = part.request.segments();
        let target =
            (part.request.method != "GET" && segments.len() > 5).then(|| segments.get(..6)).flatten();
        let again = target.is_some_and(|target| !written.insert(target.to_vec()));
        let answer = if segments.first().is_some_and(|first| first == "batch") {
            ApiError::bad_request().respond()
        } else if again && switches.batch_conflict == BatchConflict::SameEvent {
            error::fault(409, Some("conflict"))
        } else {
            google.answer(&part.request, now_ms, switches, mails, true)
        };
        answers.push((part, answer));
    }
    if switches.batch_order == BatchOrder::Reversed {
        answers.reverse();
    }
    let mut body = Vec::new();
    for (part, answer) in answers {
        body.extend_from_slice(format!("--{boundary}\r\nContent-Type: application/http\r\n").as_bytes());
        if let Some(id) = &part.content_id {
            let id = id.trim_start_matches('<').trim_end_matches('>');
            body.extend_from_slice(format!("Content-ID: <response-{id}>\r\n").as_bytes());
        }
        body.extend_from_slice(
            format!("\r\nHTTP/1.1 {} {}\r\n", answer.status, phrase(answer.status)).as_bytes(),
        );
        for (name, value) in &answer.headers {
            body.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
        }
        body.extend_from_slice(format!("content-length: {}\r\n\r\n", answer.body.len()).as_bytes());
        body.extend_from_slice(&answer.body);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    Response::text(200, &format!("multipart/mixed; boundary={boundary}"), body)
}

fn parse(request: &Request) -> Option<Vec<Part>> {
    let content_type = request.header_value("content-type")?;
    if !content_type.trim_start().to_ascii_lowercase().starts_with("multipart/mixed") {
        return None;
    }
    let boundary =
        content_type.split(';').find_map(|part| part.trim().strip_prefix("boundary="))?.trim_matches('"');
    if boundary.is_empty() {
        return None;
    }
    // Bodies are JSON, so they are text.
    let text = std::str::from_utf8(&request.body).ok()?;
    let delimiter = format!("--{boundary}");
    let mut sections = text.split(delimiter.as_str());
    sections.next()?;
    let mut parts = Vec::new();
    for section in sections {
        if section.starts_with("--") {
            return Some(parts);
        }
        parts.push(parse_part(section.trim_start_matches(['\r', '\n']), request)?);
    }
    // The closing delimiter is missing.
    None
}

fn parse_part(section: &str, outer: &Request) -> Option<Part> {
    let (head, inner) = split_head(section)?;
    if !header(head, "content-type")?.to_ascii_lowercase().starts_with("application/http") {
        return None;
    }
    let content_id = header(head, "content-id").map(str::to_owned);
    let (inner_head, inner_body) = split_head(inner).unwrap_or((inner.trim_end(), ""));
    let mut lines = inner_head.lines();
    let mut start = lines.next()?.split_whitespace();
    let method = start.next()?.to_owned();
    let target = start.next()?;
    // Clients may send the whole address instead of the path.
    let path = match target.split_once("://") {
        Some((_, rest)) => rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/"),
        None => target,
    };
    let mut request = Request::new(Service::Google, &method, path);
    for line in lines {
        if let Some((name, value)) = line.split_once(':') {
            request = request.header(name.trim(), value.trim());
        }
    }
    // Outer headers apply inside, except those that describe the content; inner ones win.
    for (name, value) in &outer.headers {
        if !name.to_ascii_lowercase().starts_with("content-") && request.header_value(name).is_none() {
            request = request.header(name, value);
        }
    }
    let body = inner_body.trim_end_matches(['\r', '\n']);
    request.body = body.as_bytes().to_vec();
    Some(Part { content_id, request })
}

/// Splits at the first empty line, with either kind of line end.
fn split_head(text: &str) -> Option<(&str, &str)> {
    let crlf = text.find("\r\n\r\n").map(|at| (at, 4));
    let lf = text.find("\n\n").map(|at| (at, 2));
    let (at, length) = match (crlf, lf) {
        (Some(crlf), Some(lf)) => {
            if crlf.0 < lf.0 {
                crlf
            } else {
                lf
            }
        }
        (Some(found), None) | (None, Some(found)) => found,
        (None, None) => return None,
    };
    Some((text.get(..at)?, text.get(at + length..)?))
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(key, _)| key.trim().eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim())
}

fn phrase(status: u16) -> &'static str {
    match status {
        200 => "OK",
        204 => "No Content",
        304 => "Not Modified",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        409 => "Conflict",
        410 => "Gone",
        412 => "Precondition Failed",
        429 => "Too Many Requests",
        501 => "Not Implemented",
        _ => "Internal Server Error",
    }
}
