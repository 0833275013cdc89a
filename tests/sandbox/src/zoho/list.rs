//! GET of a module's records, with paging and its refusals (reference, section 3).

use std::ops::Bound;

use serde_json::{Value, json};

use super::error::{Problem, json_response};
use super::external::References;
use super::modules::{Module, ModuleName, Record};
use super::page_token::Token;
use super::record::Cut;
use super::views::View;
use super::{Zoho, hash_of, page_token, record};
use crate::http::{Query, Request, Response};
use crate::switches::{Ims, ListParticipants, ListTruncateDescription, Switches};
use crate::time::{self, DAY, SECOND};

const MOST_FIELDS: usize = 50;
const MOST_WITHOUT_TOKEN: usize = 2_000;
const MOST_WITH_TOKEN: usize = 100_000;
/// Rich text and, by a switch, Description are cut here in lists.
const LIST_TEXT: usize = 500;

#[derive(Clone, Copy, PartialEq, Eq)]
enum SortBy {
    Id,
    Created,
    Modified,
}

/// The order of a list.
#[derive(Clone, Copy)]
struct Order {
    by: SortBy,
    ascending: bool,
}

impl Order {
    fn read(query: &Query) -> Result<Order, Problem> {
        let wrong = |name: &str, values: &[&str]| {
            Problem::invalid("invalid data", json!({ "param_name": name, "supported_values": values }))
        };
        let by = match query.get("sort_by") {
            None | Some("id") => SortBy::Id,
            Some("Created_Time") => SortBy::Created,
            Some("Modified_Time") => SortBy::Modified,
            Some(_) => return Err(wrong("sort_by", &["id", "Created_Time", "Modified_Time"])),
        };
        let ascending = match query.get("sort_order") {
            None | Some("desc") => false,
            Some("asc") => true,
            Some(_) => return Err(wrong("sort_order", &["asc", "desc"])),
        };
        Ok(Order { by, ascending })
    }

    fn key(self, record: &Record) -> (i64, u64) {
        match self.by {
            SortBy::Id => (0, record.id),
            SortBy::Created => (record.created_ms, record.id),
            SortBy::Modified => (record.modified_ms, record.id),
        }
    }

    /// Records after a key: walked no further than the page needs.
    fn rows(self, records: &Module, after: Option<(i64, u64)>) -> Box<dyn Iterator<Item = &Record> + '_> {
        let range = match after {
            None => (Bound::Unbounded, Bound::Unbounded),
            Some(key) if self.ascending => (Bound::Excluded(key), Bound::Unbounded),
            Some(key) => (Bound::Unbounded, Bound::Excluded(key)),
        };
        let keys = match self.by {
            SortBy::Id => {
                let rows = records.after(after.map(|(_, id)| id), self.ascending);
                return if self.ascending { Box::new(rows) } else { Box::new(rows.rev()) };
            }
            SortBy::Created => records.created_order().range(range),
            SortBy::Modified => records.modified_order().range(range),
        };
        let rows = keys.filter_map(|(_, id)| records.get(*id));
        if self.ascending { Box::new(rows) } else { Box::new(rows.rev()) }
    }
}

pub(crate) fn list(
    zoho: &Zoho,
    module: ModuleName,
    request: &Request,
    now_ms: i64,
    switches: &Switches,
) -> Result<Response, Problem> {
    let query = &request.query();
    let references = References::parse(zoho, module, request.header_value("x-external"))?;
    let names = field_names(query)?.ok_or_else(|| Problem::missing_param("fields"))?;
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let per_page = number(query, "per_page", 200, 200)?;
    if query.get("cvid").is_some() && query.get("sort_by").is_some() {
        return Err(ambiguous(["cvid", "sort_by"]));
    }
    if query.get("page").is_some() && query.get("page_token").is_some() {
        return Err(ambiguous(["page", "page_token"]));
    }
    let order = Order::read(query)?;
    let since = since(request)?;
    let view = query.get("cvid").map_or(Ok(View::All), |id| View::from_id(module, id))?;
    let converted = converted(query)?;
    let parameters = parameters(module, request);
    let token = match query.get("page_token") {
        None => None,
        Some(text) => Some(page_token::check(text, parameters, zoho.current, now_ms)?),
    };
    let page = page_number(query, token.as_ref(), per_page)?;
    let wanted = |record: &&Record| {
        let is_converted = || record.fields.get("$converted") == Some(&json!(true));
        zoho.sees(module, record)
            && changed_since(record.modified_ms, since, switches)
            && view.shows(zoho, record)
            && converted.is_none_or(|wanted| wanted == is_converted())
    };
    let records = zoho.module(module);
    let before = (page - 1).saturating_mul(per_page);
    // A page by token starts after the last key of the page before, so that edits shift nothing.
    let mut found: Vec<&Record> = match (query.get("ids"), &token) {
        (Some(ids), _) => {
            let named = wanted_ids(ids, &references)?.into_iter();
            let named = named.filter_map(|name| references.record(zoho, module, name));
            named.filter(wanted).skip(before).take(per_page + 1).collect()
        }
        (None, None) => order.rows(records, None).filter(wanted).skip(before).take(per_page + 1).collect(),
        (None, Some(token)) if token.back => {
            let backwards = Order { ascending: !order.ascending, ..order };
            let mut rows: Vec<&Record> =
                backwards.rows(records, Some(token.from)).filter(wanted).take(per_page).collect();
            rows.reverse();
            rows
        }
        (None, Some(token)) => {
            order.rows(records, Some(token.from)).filter(wanted).take(per_page + 1).collect()
        }
    };
    let more = found.len() > per_page || token.as_ref().is_some_and(|token| token.back);
    found.truncate(per_page);
    let shown = found;
    let (Some(first), Some(last)) = (shown.first(), shown.last()) else {
        return Ok(Response::empty(if since.is_some() { 304 } else { 204 }));
    };
    let token = |page: usize, record: &Record, back: bool| {
        Token { user: zoho.current, parameters, issued_ms: now_ms, page, from: order.key(record), back }
            .encode()
    };
    let next = more.then(|| token(page + 1, last, false));
    let previous = (page > 1).then(|| token(page - 1, first, true));
    let expiry = next.as_ref().or(previous.as_ref());
    let expiry = expiry.map(|_| time::print(now_ms + DAY, time::offset_at(zoho.zone, now_ms), false));
    let description = switches.list_truncate_description == ListTruncateDescription::Yes;
    let participants = switches.list_participants == ListParticipants::No;
    let cut = Some(Cut { longest: LIST_TEXT, participants, description });
    let data: Vec<Value> =
        shown.iter().map(|record| record::show_fields(zoho, module, record, &names, switches, cut)).collect();
    let count = data.len();
    Ok(json_response(
        200,
        &json!({
            "data": data,
            "info": {
                "per_page": per_page, "count": count, "page": page, "more_records": more,
                "sort_by": query.get("sort_by").unwrap_or("id"), "sort_order": if order.ascending { "asc" } else { "desc" },
                "next_page_token": next, "previous_page_token": previous, "page_token_expiry": expiry,
                "call": false, "email": false,
            },
        }),
    ))
}

/// What a page token is bound to: everything but the page.
pub(crate) fn parameters(module: ModuleName, request: &Request) -> u64 {
    let query = request.query();
    let pairs: Vec<_> =
        query.pairs().iter().filter(|(name, _)| name != "page" && name != "page_token").collect();
    let headers = ["if-modified-since", "x-external"].map(|name| request.header_value(name));
    hash_of(&format!("{module:?} {pairs:?} {headers:?}"))
}

fn page_number(query: &Query, token: Option<&Token>, per_page: usize) -> Result<usize, Problem> {
    let Some(token) = token else {
        let page = number(query, "page", 1, usize::MAX)?;
        if page.saturating_mul(per_page) > MOST_WITHOUT_TOKEN {
            return Err(Problem::new(
                400,
                "DISCRETE_PAGINATION_LIMIT_EXCEEDED",
                "You can only get the first 2000 records without using page_token param",
                json!({ "limit": MOST_WITHOUT_TOKEN }),
            ));
        }
        return Ok(page);
    };
    if token.page.saturating_mul(per_page) > MOST_WITH_TOKEN {
        return Err(Problem::new(
            400,
            "PAGINATION_LIMIT_EXCEEDED",
            "You can only get the first 100000 records",
            json!({ "param_name": "page_token" }),
        ));
    }
    Ok(token.page)
}

/// The names in `fields`, or none when the parameter is absent.
pub(crate) fn field_names(query: &Query) -> Result<Option<Vec<String>>, Problem> {
    let Some(text) = query.get("fields") else { return Ok(None) };
    let names: Vec<String> =
        text.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect();
    if names.is_empty() {
        return Err(Problem::missing_param("fields"));
    }
    if names.len() > MOST_FIELDS {
        return Err(Problem::limit(json!({ "limit": MOST_FIELDS, "param_name": "fields" })));
    }
    Ok(Some(names))
}

/// The instant of If-Modified-Since and If-Unmodified-Since, in whole seconds. ISO 8601, not an HTTP date.
pub(crate) fn since_of(text: &str) -> Result<i64, Problem> {
    time::parse_rfc3339(text.trim())
        .map(|at| at.ms - at.ms.rem_euclid(SECOND))
        .ok_or_else(|| Problem::invalid("invalid header value", json!({ "expected_data_type": "datetime" })))
}

/// The instant of If-Modified-Since.
pub(crate) fn since(request: &Request) -> Result<Option<i64>, Problem> {
    request.header_value("if-modified-since").map(since_of).transpose()
}

/// Whether a record counts as changed since then; the very second is a switch.
pub(crate) fn changed_since(at_ms: i64, since: Option<i64>, switches: &Switches) -> bool {
    since.is_none_or(|since| match switches.ims {
        Ims::Exclusive => at_ms > since,
        Ims::Inclusive => at_ms >= since,
    })
}

/// `converted`: leads that became contacts are left out unless asked for.
fn converted(query: &Query) -> Result<Option<bool>, Problem> {
    match query.get("converted") {
        None | Some("false") => Ok(Some(false)),
        Some("true") => Ok(Some(true)),
        Some("both") => Ok(None),
        Some(_) => Err(Problem::invalid(
            "invalid data",
            json!({ "param_name": "converted", "supported_values": ["true", "false", "both"] }),
        )),
    }
}

/// The parts of `ids`: numbers, unless a header makes them external values.
pub(crate) fn wanted_ids<'a>(text: &'a str, references: &References) -> Result<Vec<&'a str>, Problem> {
    let parts: Vec<&str> = text.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
    if parts.len() > 100 {
        return Err(Problem::limit(json!({ "limit": 100, "param_name": "ids" })));
    }
    match parts.iter().find(|part| references.own.is_none() && part.parse::<u64>().is_err()) {
        Some(part) => Err(Problem::invalid("invalid data", json!({ "param_name": "ids", "id": part }))),
        None => Ok(parts),
    }
}

pub(crate) fn number(query: &Query, name: &str, default: usize, most: usize) -> Result<usize, Problem> {
    match query.get(name) {
        None => Ok(default),
        Some(text) => match text.parse::<usize>() {
            Ok(number) if (1..=most).contains(&number) => Ok(number),
            _ => Err(Problem::invalid(
                "invalid data",
                json!({ "param_name": name, "expected_data_type": "integer" }),
            )),
        },
    }
}

fn ambiguous(names: [&str; 2]) -> Problem {
    Problem::new(
        400,
        "AMBIGUITY_DURING_PROCESSING",
        "Ambiguity while processing the request",
        json!({ "ambiguity_due_to": names.map(|name| json!({ "param_name": name })) }),
    )
}
