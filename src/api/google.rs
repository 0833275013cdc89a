//! Requests to the Google Calendar API v3 and the reading of their answers.

use super::http::{HttpRequest, HttpResponse, Service, encode};
use crate::devices::Device;
use crate::model::ids::{Etag, GoogleId, SyncToken};
use crate::model::list::Listed;
use crate::model::text::{after_last, find, split_once};
use crate::model::time::rfc3339_utc;
use std::borrow::Cow;

/// How many requests a batch holds. The guide says 1,000, older text and the staff say 50 for Calendar
/// (googleapis/google-api-dotnet-client #1621).
pub(crate) const BATCH: usize = 50;

/// What `wire::google` reads of an event, and nothing else: a third of the bytes (Calendar API, "Partial response"). An
/// organiser who is somebody else has no `self`: the address keeps the object from being empty, and left out for it.
macro_rules! event_fields {
    () => {
        "id,status,etag,updated,eventType,summary,description,location,start,end,visibility,organizer(email,self),\
        guestsCanModify,locked,attendees(email,displayName,self,resource),attendeesOmitted,recurrence,recurringEventId,\
        reminders,extendedProperties/private"
    };
}

/// Of an event.
const EVENT_FIELDS: &str = event_fields!();

/// Of a page. A sync token belongs to the parameters that it was given out for; a new version of this text means a full
/// read.
const PAGE_FIELDS: &str =
    concat!("nextPageToken,nextSyncToken,defaultReminders,items(", event_fields!(), ")");

/// One of the two ways of reading, which must never mix: Google answers a token together with a window with 400.
#[derive(Clone, Debug)]
pub(crate) enum Read {
    /// Everything that ends after this instant (seconds since 1970) and, where that is bounded, starts before the other.
    Window { ends_after: i64, starts_before: Option<i64> },
    /// What changed since a token was given out.
    Delta(SyncToken),
}

fn get(path: String) -> HttpRequest {
    HttpRequest::get(Service::Google, path)
}

/// The calendars that the user can read and write (C1).
pub(crate) fn calendars(page: Option<&str>) -> HttpRequest {
    let mut path = "/calendar/v3/users/me/calendarList?minAccessRole=writer&maxResults=250".to_owned();
    if let Some(page) = page {
        path.push_str("&pageToken=");
        path.push_str(&encode(page));
    }
    get(path)
}

/// A page of events. Series come as masters, or expanded into their instances: then one touched weekly series delivers
/// hundreds of them, whatever the window was (garrytan/gbrain PR #5015). There is no `eventTypes` filter, so that what is
/// skipped is counted and no tombstone can be hidden by the filter.
pub(crate) fn events(calendar: &str, read: &Read, expanded: bool, page: Option<&str>) -> HttpRequest {
    let mut path = format!(
        "/calendar/v3/calendars/{}/events?maxResults=2500&singleEvents={expanded}&prettyPrint=false&fields={PAGE_FIELDS}",
        encode(calendar)
    );
    match read {
        Read::Window { ends_after, starts_before } => {
            path.push_str("&timeMin=");
            path.push_str(&encode(&rfc3339_utc(*ends_after)));
            if let Some(starts_before) = starts_before {
                path.push_str("&timeMax=");
                path.push_str(&encode(&rfc3339_utc(*starts_before)));
            }
        }
        Read::Delta(token) => {
            path.push_str("&syncToken=");
            path.push_str(&encode(token.as_str()));
        }
    }
    if let Some(page) = page {
        path.push_str("&pageToken=");
        path.push_str(&encode(page));
    }
    get(path)
}

fn event_path(calendar: &str, id: &GoogleId) -> String {
    format!("/calendar/v3/calendars/{}/events/{}", encode(calendar), encode(id.as_str()))
}

/// The calendar's default reminders, and no event.
pub(crate) fn default_reminders(calendar: &str) -> HttpRequest {
    get(format!("/calendar/v3/calendars/{}/events?maxResults=1&fields=defaultReminders", encode(calendar)))
}

/// One event, deleted ones included.
pub(crate) fn event(calendar: &str, id: &GoogleId) -> HttpRequest {
    get(event_path(calendar, id))
}

/// Asks about an event whose id no event can have (Events: insert, `id`: letters a to v and digits). The answer tells what
/// the sign-in allows: 404 if events may be read, or with `write` changed, and 403 if not (guides/errors).
pub(crate) fn probe(calendar: &str, write: bool) -> HttpRequest {
    let id = GoogleId::new("accord-access");
    match write {
        true => patch(calendar, &id, "{}".to_owned(), None, false),
        false => event(calendar, &id),
    }
}

/// Creates an event. With an id of its own it is safe to send again: the second time is a 409 (Google Calendar API,
/// Events: insert).
pub(crate) fn insert(calendar: &str, body: String, notify: bool) -> HttpRequest {
    let path = format!("/calendar/v3/calendars/{}/events{}", encode(calendar), write_query(notify));
    HttpRequest::send(Service::Google, "POST", path, JSON, body)
}

/// Changes the named fields of an event, where it still has the version that the change was decided on.
pub(crate) fn patch(
    calendar: &str,
    id: &GoogleId,
    body: String,
    if_match: Option<&Etag>,
    notify: bool,
) -> HttpRequest {
    let path = event_path(calendar, id) + &write_query(notify);
    guarded(HttpRequest::send(Service::Google, "PATCH", path, JSON, body), if_match)
}

/// Deletes an event, where it still has the version that the deletion was decided on.
pub(crate) fn delete(calendar: &str, id: &GoogleId, if_match: Option<&Etag>, notify: bool) -> HttpRequest {
    let path = event_path(calendar, id) + "?sendUpdates=" + send_updates(notify);
    guarded(HttpRequest::delete(Service::Google, path), if_match)
}

const JSON: &str = "application/json";

/// The answer to a write shows what a list would show, so that it can stand for a read.
fn write_query(notify: bool) -> String {
    format!("?sendUpdates={}&prettyPrint=false&fields={EVENT_FIELDS}", send_updates(notify))
}

fn send_updates(notify: bool) -> &'static str {
    if notify { "all" } else { "none" }
}

fn guarded(mut request: HttpRequest, if_match: Option<&Etag>) -> HttpRequest {
    let if_match = if_match.filter(|_| Device::Guards.on());
    request.headers.extend(if_match.map(|etag| ("If-Match", etag.as_str().to_owned())));
    request
}

/// Up to [`BATCH`] events in one request.
pub(crate) fn events_batch(calendar: &str, ids: &[GoogleId]) -> HttpRequest {
    batch(&ids.iter().map(|id| event(calendar, id)).listed().iter().listed())
}

/// Up to [`BATCH`] requests in one (Google Calendar API, guides/batch). Each counts, is guarded and is answered as if it
/// came alone.
pub(crate) fn batch(requests: &[&HttpRequest]) -> HttpRequest {
    let mut boundary = "accord-batch".to_owned();
    let bodies = || requests.iter().filter_map(|request| request.body.as_deref());
    // Somebody could have typed it.
    while bodies().any(|body| find(body, &boundary).is_some()) {
        boundary.push_str("-x");
    }
    let mut text = String::new();
    for (index, request) in requests.iter().enumerate() {
        let head =
            ["--", &boundary, "\r\nContent-Type: application/http\r\nContent-ID: <item-", &index.to_string()];
        head.into_iter().for_each(|part| text.push_str(part));
        let line = [">\r\n\r\n", request.method, " ", &request.path, "\r\n"];
        line.into_iter().for_each(|part| text.push_str(part));
        for (name, value) in &request.headers {
            [*name, ": ", value, "\r\n"].into_iter().for_each(|part| text.push_str(part));
        }
        text.push_str("\r\n");
        if let Some(body) = &request.body {
            text.push_str(body);
            text.push_str("\r\n");
        }
    }
    text.push_str(&format!("--{boundary}--\r\n"));
    let kind = format!("multipart/mixed; boundary={boundary}");
    HttpRequest::send(Service::Google, "POST", "/batch/calendar/v3".to_owned(), &kind, text)
}

/// The parts of a batch answer by the position of their request; a position without a part is none.
pub(crate) fn batch_parts(response: &HttpResponse, count: usize) -> Vec<Option<HttpResponse>> {
    let mut parts = vec![None; count];
    let text = match str::from_utf8(&response.body) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(&response.body),
    };
    let text = text.trim_start();
    let Some(delimiter) = text.lines().next().filter(|line| line.starts_with("--")) else { return parts };
    let mut rest = Some(text);
    while let Some(tail) = rest {
        let (part, after) = match split_once(tail, delimiter.trim_end()) {
            Some((part, after)) => (part, Some(after)),
            None => (tail, None),
        };
        if let Some((index, response)) = batch_part(part)
            && let Some(slot) = parts.get_mut(index)
        {
            *slot = Some(response);
        }
        rest = after;
    }
    parts
}

/// `Content-ID: <response-item-N>`, an empty line, then an HTTP response.
fn batch_part(part: &str) -> Option<(usize, HttpResponse)> {
    let (headers, inner) = split_headers(part)?;
    let id = header(headers, "content-id")?;
    let id = id.trim_end_matches('>');
    let index = after_last(id, '-').unwrap_or(id).parse::<u32>().ok()? as usize;
    let inner = inner.trim_start();
    // A 204 has no body, and need not have the empty line before it.
    let (head, body) = split_headers(inner).unwrap_or((inner, ""));
    let status = head.lines().next()?.split(' ').nth(1)?.parse::<u32>().ok()?;
    let status = u16::try_from(status).ok()?;
    let retry_after = header(head, "retry-after").map(str::to_owned);
    Some((index, HttpResponse { status, retry_after, body: body.trim_end().as_bytes().to_vec() }))
}

fn header<'t>(headers: &'t str, name: &str) -> Option<&'t str> {
    headers.lines().find_map(|line| {
        let (known, value) = line.split_once(':')?;
        known.trim().eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

fn split_headers(text: &str) -> Option<(&str, &str)> {
    split_once(text, "\r\n\r\n").or_else(|| split_once(text, "\n\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Calendar ids hold `@` and `#`; tokens hold `=`.
    #[test]
    fn ids_and_tokens_are_encoded() {
        let read = Read::Delta(SyncToken::new("CPD+x=="));
        let path = events("de.german#holiday@group.v.calendar.google.com", &read, false, Some("p/1")).path;
        assert!(
            path.starts_with(
                "/calendar/v3/calendars/de.german%23holiday%40group.v.calendar.google.com/events?"
            )
        );
        assert!(path.ends_with("&syncToken=CPD%2Bx%3D%3D&pageToken=p%2F1"), "{path}");
    }

    /// Google Calendar API, Events: list. `syncToken` cannot be combined with `timeMin` or `timeMax`.
    #[test]
    fn a_delta_has_no_window() {
        let delta = events("a", &Read::Delta(SyncToken::new("t")), true, None).path;
        assert!(!delta.contains("timeM") && delta.contains("&singleEvents=true&"), "{delta}");
        let window = Read::Window { ends_after: 0, starts_before: Some(86_400) };
        let window = events("a", &window, true, None).path;
        assert!(
            window.ends_with("&timeMin=1970-01-01T00%3A00%3A00Z&timeMax=1970-01-02T00%3A00%3A00Z"),
            "{window}"
        );
    }

    /// Google Calendar API, guides/batch: parts in any order, found by their Content-ID.
    #[test]
    fn batch_parts_are_found_by_their_id() {
        let body = "--batch_x\r\nContent-Type: application/http\r\nContent-ID: <response-item-1>\r\n\r\n\
            HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\n\r\n{\"error\":{}}\r\n\
            --batch_x\r\nContent-Type: application/http\r\nContent-ID: <response-item-0>\r\n\r\n\
            HTTP/1.1 200 OK\r\n\r\n{\"id\":\"a\"}\r\n\
            --batch_x\r\nContent-Type: application/http\r\nContent-ID: <response-item-2>\r\n\r\n\
            HTTP/1.1 204 No Content\r\n--batch_x--\r\n";
        let response = HttpResponse { status: 200, retry_after: None, body: body.as_bytes().to_vec() };
        let parts = batch_parts(&response, 4);
        let seen: Vec<_> =
            parts.iter().map(|part| part.as_ref().map(|p| (p.status, p.body.as_slice()))).collect();
        assert_eq!(
            seen,
            [
                Some((200, b"{\"id\":\"a\"}".as_slice())),
                Some((404, b"{\"error\":{}}".as_slice())),
                Some((204, b"".as_slice())),
                None
            ]
        );
    }

    #[test]
    fn a_broken_batch_answer_has_no_parts() {
        for body in [
            "",
            "--",
            "nonsense",
            "--x\r\nContent-ID: <response-item-9>\r\n\r\nHTTP/1.1 200 OK\r\n\r\n{}\r\n--x--",
        ] {
            let response = HttpResponse { status: 200, retry_after: None, body: body.as_bytes().to_vec() };
            assert_eq!(batch_parts(&response, 1), [None], "{body}");
        }
    }
}
