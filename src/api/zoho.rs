//! Requests to the Zoho CRM API v8 and the reading of their answers.

use super::http::{HttpRequest, Service, encode};
use crate::devices::Device;
use crate::json::{self, Json};
use crate::model::event::Guest;
use crate::model::ids::CrmId;
use crate::model::list::Listed;
use crate::model::time::rfc3339_utc;
use crate::wire::zoho::{BulkWrite, EventWrite, MARK};

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

/// The rights on contacts.
pub(crate) fn contacts_module() -> HttpRequest {
    get("/crm/v8/settings/modules/Contacts")
}

/// The fields of meetings: lengths, and what the layout demands.
pub(crate) fn events_fields() -> HttpRequest {
    get("/crm/v8/settings/fields?module=Events")
}

/// Inserts up to [`BULK`] records. Not idempotent: see the intents of `sync::commit`.
pub(crate) fn insert(records: &[EventWrite<'_>]) -> Option<HttpRequest> {
    Some(send("POST", EVENTS, bulk(records)?))
}

/// Inserts up to [`BULK`] contacts. An upsert would overwrite the name of one who is there already (Zoho CRM API v8,
/// upsert records); an insert answers `DUPLICATE_DATA` with the id, where addresses are unique.
pub(crate) fn insert_contacts(records: &[EventWrite<'_>]) -> Option<HttpRequest> {
    Some(send("POST", "/crm/v8/Contacts", bulk(records)?))
}

/// Updates up to [`BULK`] records; each names its `id`. With `unmodified_since` (RFC 3339), records that changed later
/// are refused one by one.
pub(crate) fn update(records: &[EventWrite<'_>], unmodified_since: Option<i64>) -> Option<HttpRequest> {
    let mut request = send("PUT", EVENTS, bulk(records)?);
    if let Some(seconds) = unmodified_since.filter(|_| Device::Guards.on()) {
        request.headers.push(("If-Unmodified-Since", time(seconds)));
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
    ids.iter().map(|id| id.as_str()).listed().join(",")
}

/// Which of the user's meetings a query asks for. COQL reads what was written without delay, unlike search.
#[derive(Clone, Debug)]
pub(crate) enum Meetings {
    /// Those that end at this instant (seconds) or later.
    EndingFrom(i64),
    /// Those that start in a span, or that were created since an instant (seconds).
    StartingOrCreated { from: i64, to: i64, created_since: i64 },
    /// Those that were created since an instant (seconds).
    CreatedSince(i64),
}

/// A page of the user's meetings, in the order of their ids after `after`: pages by position would shift when
/// somebody edits in between.
pub(crate) fn meetings(owner: &str, which: &Meetings, after: Option<&CrmId>, marks: bool) -> HttpRequest {
    let which = match which {
        Meetings::EndingFrom(end) => format!("End_DateTime >= '{}'", time(*end)),
        Meetings::CreatedSince(since) => format!("Created_Time >= '{}'", time(*since)),
        Meetings::StartingOrCreated { from, to, created_since } => format!(
            "((Start_DateTime between '{}' and '{}') or (Created_Time >= '{}'))",
            time(*from),
            time(*to),
            time(*created_since)
        ),
    };
    const COLUMNS: &str =
        "Event_Title, Start_DateTime, End_DateTime, All_day, Venue, Created_Time, Modified_Time";
    query(&with_mark(COLUMNS, marks), owner, &which, after)
}

fn query(columns: &str, owner: &str, which: &str, after: Option<&CrmId>) -> HttpRequest {
    let after = after.map_or("0", CrmId::as_str);
    let query = format!(
        "select {columns} from Events where ((Owner = '{owner}' and {which}) and id > '{after}') order by id asc \
         limit 0, {QUERY_ROWS}"
    );
    // Ids and times only: nothing in the query needs escaping.
    send("POST", "/crm/v8/coql", format!("{{\"select_query\":\"{query}\"}}"))
}

/// Values in one list of a query (Zoho, Kaizen #183: 100 since v7).
const VALUES: usize = 100;

/// Addresses in one query of people: two lists of [`VALUES`].
pub(crate) const ADDRESSES: usize = 2 * VALUES;

/// The records of a module of people with one of up to [`ADDRESSES`] addresses, in the order of their ids after `after`: of
/// several with one address the oldest comes first.
pub(crate) fn people(module: &str, guests: &[Guest], after: &str) -> Option<HttpRequest> {
    let mut query = format!("select Email from {module} where (id > '{after}' and (");
    for (index, guest) in guests.iter().enumerate() {
        query.push_str(match index {
            0 => "Email in ('",
            n if n % VALUES == 0 => ") or Email in ('",
            _ => ", '",
        });
        for c in guest.email.chars() {
            // Quotation marks are doubled (Zoho, Kaizen #171).
            query.extend(std::iter::repeat_n(c, if c == '\'' { 2 } else { 1 }));
        }
        query.push('\'');
    }
    query.push_str(&format!("))) order by id asc limit 0, {QUERY_ROWS}"));
    let query = json::text(&query).ok()?;
    Some(send("POST", "/crm/v8/coql", format!("{{\"select_query\":{query}}}")))
}

/// A page of the organisation's users, the deleted ones left out (Zoho CRM API v8, get users). `page` counts from 1.
pub(crate) fn users(page: u32) -> HttpRequest {
    get(&format!("/crm/v8/users?type=AllUsers&per_page=200&page={page}"))
}

/// A time as Zoho takes it, in queries and in headers.
fn time(seconds: i64) -> String {
    rfc3339_utc(seconds).replace('Z', "+00:00")
}

/// Fields to ask for, and the one with the id of the Google event where there is one.
fn with_mark(fields: &str, marks: bool) -> String {
    if marks { format!("{fields},{MARK}") } else { fields.to_owned() }
}

/// What `wire::zoho_event` reads of a record, and its mark where there is one.
pub(crate) fn event_fields(marks: bool) -> String {
    with_mark(EVENT_FIELDS, marks)
}

/// Those that every organisation has.
pub(crate) const EVENT_FIELDS: &str = "Event_Title,Start_DateTime,End_DateTime,All_day,Venue,Description,Remind_At,\
    Participants,Recurring_Activity,Owner,Created_Time,Modified_Time";

/// The user's meetings that changed at an instant (seconds) or later: when they were modified, and their extents. In the
/// order of their ids after `after`.
pub(crate) fn changed(owner: &str, since: i64, after: Option<&CrmId>) -> HttpRequest {
    query(
        "Modified_Time, Start_DateTime, End_DateTime, All_day",
        owner,
        &format!("Modified_Time >= '{}'", time(since)),
        after,
    )
}

/// The user's meetings that end at an instant (seconds) or later: when they were modified. In the order of their ids after
/// `after`.
pub(crate) fn window(owner: &str, ends_from: i64, after: Option<&CrmId>) -> HttpRequest {
    query("Modified_Time", owner, &format!("End_DateTime >= '{}'", time(ends_from)), after)
}

/// A page of everybody's records, what changed last first. A page token belongs to the parameters that it was given out for (Zoho CRM API v7, get
/// records: `TOKEN_BOUND_DATA_MISMATCH`), which are the same on every page.
pub(crate) fn list(fields: &str, page_token: Option<&str>) -> HttpRequest {
    let mut path = format!("{EVENTS}?fields={fields}&per_page=200&sort_by=Modified_Time&sort_order=desc");
    if let Some(token) = page_token {
        path.push_str("&page_token=");
        path.push_str(&encode(token));
    }
    get(&path)
}

/// A page of the records deleted since an instant (seconds), the recycle bin emptied or not. `page` counts from 1.
pub(crate) fn deleted(since: i64, page: u32) -> HttpRequest {
    let mut request = get(&format!("{EVENTS}/deleted?type=all&per_page=200&page={page}"));
    request.headers.push(("If-Modified-Since", time(since)));
    request
}

/// The code of a flat error body, and the permission it names.
pub(crate) fn error_code(body: &[u8]) -> (String, Option<String>) {
    let body = Json::parse(body).unwrap_or(Json::Null);
    let permission = body.get("details").get("permissions").first().str().map(str::to_owned);
    (body.text("code").unwrap_or_default(), permission)
}
