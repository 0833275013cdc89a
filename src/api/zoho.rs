//! Requests to the Zoho CRM API v8 and the reading of their answers.

use super::http::{HttpRequest, Service};
use crate::json::{self, Json};
use crate::model::ids::CrmId;
use crate::model::time::rfc3339_utc;
use crate::wire::zoho::{BulkWrite, EventWrite};

/// Records per bulk write, and ids per read (Zoho CRM API v8, insert, update and delete records).
pub(crate) const BULK: usize = 100;

/// Rows per query (Zoho CRM API v8, COQL limitations).
pub(crate) const QUERY_ROWS: usize = 2_000;

const EVENTS: &str = "/crm/v8/Events";

fn get(path: &str) -> HttpRequest {
    HttpRequest::get(Service::Zoho, path.to_owned())
}

fn send(method: &'static str, path: &str, body: String) -> HttpRequest {
    HttpRequest::send(Service::Zoho, method, path.to_owned(), "application/json", body)
}

/// Who is signed in.
pub(crate) fn current_user() -> HttpRequest {
    get("/crm/v8/users?type=CurrentUser")
}

/// The organisation; its zone stands in where the user shows none.
pub(crate) fn organisation() -> HttpRequest {
    get("/crm/v8/org")
}

/// The rights on meetings.
pub(crate) fn events_module() -> HttpRequest {
    get("/crm/v8/settings/modules/Events")
}

/// The fields of meetings: lengths, and what the layout demands.
pub(crate) fn events_fields() -> HttpRequest {
    get("/crm/v8/settings/fields?module=Events")
}

/// Inserts up to [`BULK`] records. Not idempotent: see the intents of `sync::commit`.
pub(crate) fn insert(records: &[EventWrite<'_>]) -> Option<HttpRequest> {
    Some(send("POST", EVENTS, bulk(records)?))
}

/// Updates up to [`BULK`] records; each names its `id`. With `unmodified_since` (RFC 3339), records that changed later
/// are refused one by one.
pub(crate) fn update(records: &[EventWrite<'_>], unmodified_since: Option<i64>) -> Option<HttpRequest> {
    let mut request = send("PUT", EVENTS, bulk(records)?);
    if let Some(seconds) = unmodified_since {
        request.headers.push(("If-Unmodified-Since", rfc3339_utc(seconds).replace('Z', "+00:00")));
    }
    Some(request)
}

fn bulk(records: &[EventWrite<'_>]) -> Option<String> {
    json::text(&BulkWrite { data: records, trigger: [] }).ok()
}

/// Moves up to [`BULK`] records to the recycle bin.
pub(crate) fn delete(ids: &[&CrmId]) -> HttpRequest {
    HttpRequest::delete(Service::Zoho, format!("{EVENTS}?ids={}", join(ids)))
}

/// One record, as fresh as it gets; no body when there is none.
pub(crate) fn event(id: &CrmId, fields: &str) -> HttpRequest {
    get(&format!("{EVENTS}/{}?fields={fields}", id.as_str()))
}

/// Up to [`BULK`] records by their ids.
pub(crate) fn events(ids: &[&CrmId], fields: &str) -> HttpRequest {
    get(&format!("{EVENTS}?ids={}&fields={fields}&per_page=200", join(ids)))
}

fn join(ids: &[&CrmId]) -> String {
    ids.iter().map(|id| id.as_str()).collect::<Vec<_>>().join(",")
}

/// Which of the user's meetings a query asks for. COQL reads what was written without delay, unlike search.
#[derive(Clone, Debug)]
pub(crate) enum Meetings {
    /// Those that end at this instant (seconds) or later.
    EndingFrom(i64),
    /// Those that start in a span, or that were created since an instant (seconds).
    StartingOrCreated { from: i64, to: i64, created_since: i64 },
}

/// A page of the user's meetings, in the order of their ids after `after`: pages by position would shift when
/// somebody edits in between.
pub(crate) fn meetings(owner: &str, which: &Meetings, after: Option<&CrmId>) -> HttpRequest {
    let time = |seconds: i64| rfc3339_utc(seconds).replace('Z', "+00:00");
    let which = match which {
        Meetings::EndingFrom(end) => format!("End_DateTime >= '{}'", time(*end)),
        Meetings::StartingOrCreated { from, to, created_since } => format!(
            "((Start_DateTime between '{}' and '{}') or (Created_Time >= '{}'))",
            time(*from),
            time(*to),
            time(*created_since)
        ),
    };
    let after = after.map_or("0", CrmId::as_str);
    let query = format!(
        "select Event_Title, Start_DateTime, End_DateTime, All_day, Venue, Created_Time, Modified_Time from Events \
         where ((Owner = '{owner}' and {which}) and id > '{after}') order by id asc limit 0, {QUERY_ROWS}"
    );
    // Ids and times only: nothing in the query needs escaping.
    send("POST", "/crm/v8/coql", format!("{{\"select_query\":\"{query}\"}}"))
}

/// The code of a flat error body, and the permission it names.
pub(crate) fn error_code(body: &[u8]) -> (String, Option<String>) {
    let body = Json::parse(body).unwrap_or(Json::Null);
    let permission = body.get("details").get("permissions").first().str().map(str::to_owned);
    (body.text("code").unwrap_or_default(), permission)
}
