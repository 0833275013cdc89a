//! Requests to the Google Calendar API v3 and the reading of their answers.

use super::http::{HttpRequest, HttpResponse, Service};
use crate::model::ids::{GoogleId, SyncToken};
use crate::model::text::split_once;
use crate::model::time::rfc3339_utc;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// The unreserved characters of RFC 3986 stay as they are.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// How many requests a batch holds. The guide says 1,000, older text and the staff say 50 for Calendar
/// (googleapis/google-api-dotnet-client #1621).
pub(crate) const BATCH: usize = 50;

/// What `wire::google` reads of a page, and nothing else: a third of the bytes (Calendar API, "Partial response"). A sync
/// token belongs to the parameters that it was given out for; a new version of this text means a full read.
const FIELDS: &str = "nextPageToken,nextSyncToken,defaultReminders,items(id,status,etag,updated,eventType,summary,\
    description,location,start,end,visibility,attendees(email,displayName,self,resource),attendeesOmitted,recurrence,\
    recurringEventId,reminders)";

/// One of the two ways of reading, which must never mix: Google answers a token together with a window with 400.
#[derive(Clone, Debug)]
pub(crate) enum Read {
    /// Everything that ends after this instant (seconds since 1970).
    Window { ends_after: i64 },
    /// What changed since a token was given out.
    Delta(SyncToken),
}

fn get(path: String) -> HttpRequest {
    HttpRequest::get(Service::Google, path)
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, COMPONENT).to_string()
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

/// A page of events. Series come as masters (`singleEvents=false`): expanded, one touched weekly series delivers
/// hundreds of instances (garrytan/gbrain PR #5015). There is no `eventTypes` filter, so that what is skipped is
/// counted and no tombstone can be hidden by the filter.
pub(crate) fn events(calendar: &str, read: &Read, page: Option<&str>) -> HttpRequest {
    let mut path = format!(
        "/calendar/v3/calendars/{}/events?maxResults=2500&singleEvents=false&prettyPrint=false&fields={FIELDS}",
        encode(calendar)
    );
    match read {
        Read::Window { ends_after } => {
            path.push_str("&timeMin=");
            path.push_str(&encode(&rfc3339_utc(*ends_after)));
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

/// One event, deleted ones included.
pub(crate) fn event(calendar: &str, id: &GoogleId) -> HttpRequest {
    get(event_path(calendar, id))
}

/// Up to [`BATCH`] events in one request (Google Calendar API, guides/batch).
pub(crate) fn events_batch(calendar: &str, ids: &[GoogleId]) -> HttpRequest {
    const BOUNDARY: &str = "accord-batch";
    let mut body = String::new();
    for (index, id) in ids.iter().enumerate() {
        body.push_str(&format!(
            "--{BOUNDARY}\r\nContent-Type: application/http\r\nContent-ID: <item-{index}>\r\n\r\nGET {}\r\n\r\n",
            event_path(calendar, id)
        ));
    }
    body.push_str(&format!("--{BOUNDARY}--\r\n"));
    let kind = format!("multipart/mixed; boundary={BOUNDARY}");
    HttpRequest::send(Service::Google, "POST", "/batch/calendar/v3".to_owned(), &kind, body)
}

/// The parts of a batch answer by the position of their request; a position without a part is none.
pub(crate) fn batch_parts(response: &HttpResponse, count: usize) -> Vec<Option<HttpResponse>> {
    let mut parts = vec![None; count];
    let text = String::from_utf8_lossy(&response.body);
    let text = text.trim_start();
    let Some(delimiter) = text.lines().next().filter(|line| line.starts_with("--")) else { return parts };
    let mut rest = text;
    while let Some((_, tail)) = split_once(rest, delimiter.trim_end()) {
        let part = split_once(tail, delimiter.trim_end()).map_or(tail, |(part, _)| part);
        if let Some((index, response)) = batch_part(part)
            && let Some(slot) = parts.get_mut(index)
        {
            *slot = Some(response);
        }
        rest = tail;
    }
    parts
}

/// `Content-ID: <response-item-N>`, an empty line, then an HTTP response.
fn batch_part(part: &str) -> Option<(usize, HttpResponse)> {
    let (headers, inner) = split_headers(part)?;
    let id = headers.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.trim().eq_ignore_ascii_case("content-id").then_some(value)
    })?;
    let index = id.trim().trim_end_matches('>').rsplit('-').next()?.parse().ok()?;
    let (head, body) = split_headers(inner.trim_start())?;
    let status = head.lines().next()?.split(' ').nth(1)?.parse().ok()?;
    Some((index, HttpResponse { status, retry_after: None, body: body.trim_end().as_bytes().to_vec() }))
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
        let path = events("de.german#holiday@group.v.calendar.google.com", &read, Some("p/1")).path;
        assert!(
            path.starts_with(
                "/calendar/v3/calendars/de.german%23holiday%40group.v.calendar.google.com/events?"
            )
        );
        assert!(path.ends_with("&syncToken=CPD%2Bx%3D%3D&pageToken=p%2F1"), "{path}");
    }

    /// Google Calendar API, Events: list. `syncToken` cannot be combined with `timeMin`.
    #[test]
    fn a_delta_has_no_window() {
        assert!(!events("a", &Read::Delta(SyncToken::new("t")), None).path.contains("timeMin"));
        assert!(
            events("a", &Read::Window { ends_after: 0 }, None)
                .path
                .contains("timeMin=1970-01-01T00%3A00%3A00Z")
        );
    }

    /// Google Calendar API, guides/batch: parts in any order, found by their Content-ID.
    #[test]
    fn batch_parts_are_found_by_their_id() {
        let body = "--batch_x\r\nContent-Type: application/http\r\nContent-ID: <response-item-1>\r\n\r\n\
            HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\n\r\n{\"error\":{}}\r\n\
            --batch_x\r\nContent-Type: application/http\r\nContent-ID: <response-item-0>\r\n\r\n\
            HTTP/1.1 200 OK\r\n\r\n{\"id\":\"a\"}\r\n--batch_x--\r\n";
        let response = HttpResponse { status: 200, retry_after: None, body: body.as_bytes().to_vec() };
        let parts = batch_parts(&response, 3);
        let seen: Vec<_> =
            parts.iter().map(|part| part.as_ref().map(|p| (p.status, p.body.as_slice()))).collect();
        assert_eq!(
            seen,
            [Some((200, b"{\"id\":\"a\"}".as_slice())), Some((404, b"{\"error\":{}}".as_slice())), None]
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
