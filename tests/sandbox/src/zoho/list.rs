//! GET of a module's records, with paging and its refusals (reference, section 3).

use std::ops::Bound;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::error::{Problem, json_response};
use super::modules::{Module, ModuleName, Record};
use super::{Zoho, hash_of, record};
use crate::http::{Query, Response};
use crate::switches::{Ims, ListTruncateDescription, Switches};
use crate::time::{self, DAY, HOUR, SECOND};

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

struct Token {
    user: u64,
    parameters: u64,
    issued_ms: i64,
    page: usize,
    last: (i64, u64),
}

impl Token {
    fn encode(&self) -> String {
        let open = format!(
            "{}|{:x}|{}|{}|{}|{}",
            self.user, self.parameters, self.issued_ms, self.page, self.last.0, self.last.1
        );
        URL_SAFE_NO_PAD.encode(format!("{:08x}{open}", hash_of(&open) as u32))
    }

    fn decode(text: &str) -> Option<Token> {
        let all = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let (sum, open) = all.split_at_checked(8)?;
        if u32::from_str_radix(sum, 16).ok()? != hash_of(open) as u32 {
            return None;
        }
        let mut parts = open.split('|');
        Some(Token {
            user: parts.next()?.parse().ok()?,
            parameters: u64::from_str_radix(parts.next()?, 16).ok()?,
            issued_ms: parts.next()?.parse().ok()?,
            page: parts.next()?.parse().ok()?,
            last: (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?),
        })
    }
}

pub(crate) fn list(
    zoho: &Zoho,
    module: ModuleName,
    query: &Query,
    if_modified_since: Option<&str>,
    now_ms: i64,
    switches: &Switches,
) -> Result<Response, Problem> {
    let names = field_names(query)?.ok_or_else(|| Problem::missing_param("fields"))?;
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let per_page = number(query, "per_page", 200, 200)?;
    if query.get("cvid").is_some() && query.get("sort_by").is_some() {
        return Err(ambiguous(["cvid", "sort_by"]));
    }
    if query.get("page").is_some() && query.get("page_token").is_some() {
        return Err(ambiguous(["page", "page_token"]));
    }
    let sort_by = match query.get("sort_by") {
        None | Some("id") => SortBy::Id,
        Some("Created_Time") => SortBy::Created,
        Some("Modified_Time") => SortBy::Modified,
        Some(_) => {
            return Err(Problem::invalid(
                "invalid data",
                json!({ "param_name": "sort_by", "supported_values": ["id", "Created_Time", "Modified_Time"] }),
            ));
        }
    };
    let ascending = match query.get("sort_order") {
        None | Some("desc") => false,
        Some("asc") => true,
        Some(_) => {
            return Err(Problem::invalid(
                "invalid data",
                json!({ "param_name": "sort_order", "supported_values": ["asc", "desc"] }),
            ));
        }
    };
    let since = match if_modified_since {
        None => None,
        Some(text) => Some(since_of(text)?),
    };
    let parameters = hash_of(&format!(
        "{module:?} {:?} {since:?}",
        query.pairs().iter().filter(|(name, _)| name != "page" && name != "page_token").collect::<Vec<_>>()
    ));
    let token = match query.get("page_token") {
        None => None,
        Some(text) => Some(check_token(text, parameters, zoho.current, now_ms)?),
    };
    let page = match &token {
        Some(token) => token.page,
        None => {
            let page = number(query, "page", 1, usize::MAX)?;
            if page.saturating_mul(per_page) > MOST_WITHOUT_TOKEN {
                return Err(Problem::new(
                    400,
                    "DISCRETE_PAGINATION_LIMIT_EXCEEDED",
                    "You can only get the first 2000 records without using page_token param",
                    json!({ "limit": MOST_WITHOUT_TOKEN }),
                ));
            }
            page
        }
    };
    if token.is_some() && page.saturating_mul(per_page) > MOST_WITH_TOKEN {
        return Err(Problem::new(
            400,
            "PAGINATION_LIMIT_EXCEEDED",
            "You can only get the first 100000 records",
            json!({ "param_name": "page_token" }),
        ));
    }
    let records = zoho.module(module);
    let changed = |record: &&Record| {
        since.is_none_or(|since| match switches.ims {
            Ims::Exclusive => record.modified_ms > since,
            Ims::Inclusive => record.modified_ms >= since,
        })
    };
    // Rows by key; a page starts after the last key of the page before, so edits shift nothing.
    let wanted: Vec<&Record> = if let Some(ids) = query.get("ids") {
        wanted_ids(ids)?.into_iter().filter_map(|id| records.get(id)).filter(changed).collect()
    } else {
        let skip = if token.is_some() { 0 } else { (page - 1) * per_page };
        let last = token.as_ref().map(|token| token.last);
        in_order(records, sort_by, ascending, last).filter(changed).skip(skip).take(per_page + 1).collect()
    };
    let more = wanted.len() > per_page;
    let shown: Vec<&Record> = wanted.into_iter().take(per_page).collect();
    let Some(last) = shown.last() else {
        return Ok(Response::empty(if since.is_some() { 304 } else { 204 }));
    };
    let next = more.then(|| {
        let key = match sort_by {
            SortBy::Id => (0, last.id),
            SortBy::Created => (last.created_ms, last.id),
            SortBy::Modified => (last.modified_ms, last.id),
        };
        Token { user: zoho.current, parameters, issued_ms: now_ms, page: page + 1, last: key }.encode()
    });
    let expiry = next.as_ref().map(|_| time::print(now_ms + DAY, time::offset_at(zoho.zone, now_ms), false));
    let longest = (switches.list_truncate_description == ListTruncateDescription::Yes).then_some(LIST_TEXT);
    let data: Vec<Value> = shown
        .iter()
        .map(|record| record::show_fields(zoho, module, record, &names, switches, longest))
        .collect();
    let count = data.len();
    Ok(json_response(
        200,
        &json!({
            "data": data,
            "info": {
                "per_page": per_page, "count": count, "page": page, "more_records": more,
                "sort_by": query.get("sort_by").unwrap_or("id"), "sort_order": if ascending { "asc" } else { "desc" },
                "next_page_token": next, "previous_page_token": null, "page_token_expiry": expiry,
                "call": false, "email": false,
            },
        }),
    ))
}

/// Records in the order of a key, after the last key of the page before: walked no further than the page needs.
fn in_order(
    records: &Module,
    sort_by: SortBy,
    ascending: bool,
    last: Option<(i64, u64)>,
) -> Box<dyn Iterator<Item = &Record> + '_> {
    let range = |last: Option<(i64, u64)>| match last {
        None => (Bound::Unbounded, Bound::Unbounded),
        Some(key) if ascending => (Bound::Excluded(key), Bound::Unbounded),
        Some(key) => (Bound::Unbounded, Bound::Excluded(key)),
    };
    let keys = match sort_by {
        SortBy::Id => {
            let rows = records.after(last.map(|(_, id)| id), ascending);
            return if ascending { Box::new(rows) } else { Box::new(rows.rev()) };
        }
        SortBy::Created => records.created_order().range(range(last)),
        SortBy::Modified => records.modified_order().range(range(last)),
    };
    let rows = keys.filter_map(|(_, id)| records.get(*id));
    if ascending { Box::new(rows) } else { Box::new(rows.rev()) }
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

pub(crate) fn wanted_ids(text: &str) -> Result<Vec<u64>, Problem> {
    let parts: Vec<&str> = text.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
    if parts.len() > 100 {
        return Err(Problem::limit(json!({ "limit": 100, "param_name": "ids" })));
    }
    parts
        .into_iter()
        .map(|part| {
            part.parse()
                .map_err(|_| Problem::invalid("invalid data", json!({ "param_name": "ids", "id": part })))
        })
        .collect()
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

fn check_token(text: &str, parameters: u64, user: u64, now_ms: i64) -> Result<Token, Problem> {
    let bad = || Problem::invalid("invalid page token", json!({ "param_name": "page_token" }));
    let token = Token::decode(text).ok_or_else(bad)?;
    if token.user != user {
        return Err(bad());
    }
    if now_ms - token.issued_ms > 24 * HOUR {
        return Err(Problem::new(
            400,
            "EXPIRED_VALUE",
            "Page token expired",
            json!({ "api_name": "page_token", "json_path": "$.query.page_token" }),
        ));
    }
    if token.parameters != parameters {
        return Err(Problem::new(
            400,
            "TOKEN_BOUND_DATA_MISMATCH",
            "The page_token given seems to be invalid or input param is added or altered or deleted",
            json!({ "param_name": "page_token" }),
        ));
    }
    Ok(token)
}
