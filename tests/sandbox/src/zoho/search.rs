//! Search: fuzzy and delayed, as the real index is (reference, section 3.5).

use serde_json::{Value, json};

use super::criteria::Criteria;
use super::error::{Problem, json_response};
use super::meta::{self, Kind};
use super::modules::{ModuleName, Record};
use super::record::{self, full_name};
use super::write::permitted;
use super::{Zoho, list};
use crate::http::{Query, Response};
use crate::switches::{SearchLag, Switches};
use crate::time::SECOND;

/// `criteria`, `email`, `phone` or `word`, whichever of them comes first in this order.
pub(crate) fn search(
    zoho: &Zoho,
    module: ModuleName,
    query: &Query,
    now_ms: i64,
    switches: &Switches,
) -> Result<Response, Problem> {
    permitted(zoho, "View", module)?;
    let per_page = list::number(query, "per_page", 200, 200)?;
    let page = list::number(query, "page", 1, usize::MAX)?;
    if page.saturating_mul(per_page) > 2_000 {
        return Err(Problem::new(400, "LIMIT_REACHED", "maximum limit reached", json!({ "limit": 2000 })));
    }
    let names = list::field_names(query)?;
    let wanted = Wanted::of(zoho, query, module)?.ok_or_else(|| {
        Problem::new(
            400,
            "EXPECTED_PARAM_MISSING",
            "expected param missing",
            json!({ "param_names": ["criteria", "email", "phone", "word"] }),
        )
    })?;
    let lag = match switches.search_lag_s {
        SearchLag::Thirty => 30 * SECOND,
        SearchLag::Zero => 0,
    };
    // The index shows a record only some time after its last change.
    let found: Vec<&Record> = zoho
        .module(module)
        .all()
        .rev()
        .filter(|record| zoho.sees(module, record))
        .filter(|record| lag == 0 || record.modified_ms + lag <= now_ms)
        .filter(|record| wanted.finds(zoho, module, record, switches))
        .skip((page - 1) * per_page)
        .take(per_page + 1)
        .collect();
    if found.is_empty() {
        return Ok(Response::empty(204));
    }
    let more = found.len() > per_page;
    let data: Vec<Value> = found
        .into_iter()
        .take(per_page)
        .map(|record| match &names {
            None => record::show_all(zoho, module, record, switches),
            Some(names) => {
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                record::show_fields(zoho, module, record, &names, switches, None)
            }
        })
        .collect();
    let count = data.len();
    Ok(json_response(
        200,
        &json!({ "data": data, "info": { "per_page": per_page, "count": count, "page": page, "more_records": more } }),
    ))
}

/// GET /{module}/actions/count: records that a search would find, or all; counted without the delay of the index.
pub(crate) fn count(
    zoho: &Zoho,
    module: ModuleName,
    query: &Query,
    switches: &Switches,
) -> Result<Response, Problem> {
    permitted(zoho, "View", module)?;
    let wanted = Wanted::of(zoho, query, module)?;
    let counts = |record: &&Record| {
        zoho.sees(module, record)
            && wanted.as_ref().is_none_or(|wanted| wanted.finds(zoho, module, record, switches))
    };
    let count = zoho.module(module).all().filter(counts).count();
    Ok(json_response(200, &json!({ "count": count })))
}

/// What is looked for: the first of these that is given, the others do not count.
enum Wanted {
    Criteria(Criteria),
    /// In any e-mail field.
    Email(String),
    Phone(String),
    /// In any text.
    Word(String),
}

/// A word must have so many characters.
const SHORTEST_WORD: usize = 2;

impl Wanted {
    fn of(zoho: &Zoho, query: &Query, module: ModuleName) -> Result<Option<Wanted>, Problem> {
        if let Some(criteria) = query.get("criteria") {
            return Criteria::parse(zoho, criteria, module).map(|criteria| Some(Wanted::Criteria(criteria)));
        }
        let text = |name: &str| query.get(name).map(|text| fuzzy(text.trim()));
        let wanted = text("email")
            .map(Wanted::Email)
            .or_else(|| text("phone").map(Wanted::Phone))
            .or_else(|| text("word").map(Wanted::Word));
        match wanted {
            Some(Wanted::Word(word)) if word.trim().chars().count() < SHORTEST_WORD => {
                Err(Problem::invalid("invalid data", json!({ "param_name": "word" })))
            }
            wanted => Ok(wanted),
        }
    }

    fn finds(&self, zoho: &Zoho, module: ModuleName, record: &Record, switches: &Switches) -> bool {
        let in_fields = |kind: Kind, wanted: &str| {
            meta::fields(zoho, module).filter(|field| field.kind == kind).any(|field| {
                let known = record.fields.get(&field.name).and_then(Value::as_str);
                known.is_some_and(|known| fuzzy(known).contains(wanted))
            })
        };
        match self {
            Wanted::Criteria(criteria) => criteria.matches(zoho, module, record, switches),
            Wanted::Email(wanted) => in_fields(Kind::Email, wanted),
            Wanted::Phone(wanted) => in_fields(Kind::Phone, wanted),
            Wanted::Word(word) => {
                let mut all = full_name(record);
                for value in record.fields.values().filter_map(Value::as_str) {
                    all.push(' ');
                    all.push_str(value);
                }
                let all = fuzzy(&all);
                word.split_whitespace().all(|part| all.contains(part))
            }
        }
    }
}

/// What the index compares: lower case, punctuation as blanks.
pub(super) fn fuzzy(text: &str) -> String {
    text.to_lowercase().chars().map(|c| if c.is_alphanumeric() || c == '@' { c } else { ' ' }).collect()
}
