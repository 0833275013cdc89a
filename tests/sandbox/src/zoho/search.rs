//! Search: fuzzy and delayed, as the real index is (reference, section 3.5).

use serde_json::{Value, json};

use super::error::{Problem, json_response};
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
    let text_of = |record: &Record| {
        let mut all = full_name(record);
        for value in record.fields.values().filter_map(Value::as_str) {
            all.push(' ');
            all.push_str(value);
        }
        fuzzy(&all)
    };
    let matches: Box<dyn Fn(&Record) -> bool> = if let Some(criteria) = query.get("criteria") {
        let wanted = Criteria::parse(criteria)?;
        Box::new(move |record| wanted.matches(zoho, module, record, switches))
    } else if let Some(email) = query.get("email") {
        let email = fuzzy(email);
        Box::new(move |record| {
            ["Email", "Secondary_Email"].iter().any(|name| {
                record
                    .fields
                    .get(*name)
                    .and_then(Value::as_str)
                    .is_some_and(|known| fuzzy(known).contains(&email))
            })
        })
    } else if let Some(phone) = query.get("phone") {
        let phone = fuzzy(phone);
        Box::new(move |record| {
            ["Phone", "Mobile"].iter().any(|name| {
                record
                    .fields
                    .get(*name)
                    .and_then(Value::as_str)
                    .is_some_and(|known| fuzzy(known).contains(&phone))
            })
        })
    } else if let Some(word) = query.get("word") {
        let word = fuzzy(word);
        Box::new(move |record| text_of(record).contains(&word))
    } else {
        return Err(Problem::new(
            400,
            "EXPECTED_PARAM_MISSING",
            "One of the expected parameters is missing",
            json!({ "param_names": ["criteria", "email", "phone", "word"] }),
        ));
    };
    let lag = match switches.search_lag_s {
        SearchLag::Thirty => 30 * SECOND,
        SearchLag::Zero => 0,
    };
    // The index shows a record only some time after its last change.
    let found: Vec<&Record> = zoho
        .module(module)
        .all()
        .rev()
        .filter(|record| lag == 0 || record.modified_ms + lag <= now_ms)
        .filter(|record| matches(record))
        .skip((page - 1) * per_page)
        .take(per_page + 1)
        .collect();
    if found.is_empty() {
        return Ok(Response::empty(204));
    }
    let more = found.len() > per_page;
    let names = list::field_names(query)?;
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

/// What the index compares: lower case, punctuation as blanks.
fn fuzzy(text: &str) -> String {
    text.to_lowercase().chars().map(|c| if c.is_alphanumeric() || c == '@' { c } else { ' ' }).collect()
}

/// `((A:equals:x)and(B:starts_with:y))`, at most ten conditions, one connective.
struct Criteria {
    conditions: Vec<(String, String, String)>,
    any: bool,
}

impl Criteria {
    fn parse(text: &str) -> Result<Criteria, Problem> {
        let bad = || {
            Problem::new(
                400,
                "INVALID_QUERY",
                "Invalid query formed",
                json!({ "reason": "invalid criteria", "api_name": "criteria" }),
            )
        };
        let mut conditions = Vec::new();
        let mut current = String::new();
        let mut escaped = false;
        let mut connectives = String::new();
        for c in text.chars() {
            match (c, escaped) {
                ('\\', false) => escaped = true,
                ('(', false) => {
                    connectives.push_str(&std::mem::take(&mut current));
                    connectives.push(' ');
                }
                (')', false) => {
                    let condition = std::mem::take(&mut current);
                    if condition.is_empty() {
                        continue;
                    }
                    let mut parts = condition.splitn(3, ':');
                    match (parts.next(), parts.next(), parts.next()) {
                        (Some(field), Some(operator), Some(value)) => {
                            conditions.push((
                                field.trim().to_owned(),
                                operator.trim().to_owned(),
                                value.to_owned(),
                            ));
                        }
                        _ => return Err(bad()),
                    }
                }
                (c, _) => {
                    escaped = false;
                    current.push(c);
                }
            }
        }
        let words: Vec<String> = connectives.split_whitespace().map(str::to_lowercase).collect();
        if conditions.is_empty()
            || !current.trim().is_empty()
            || words.iter().any(|word| word != "and" && word != "or")
        {
            return Err(bad());
        }
        if conditions.len() > 10 {
            return Err(Problem::limit(json!({ "limit": 10, "param_name": "criteria" })));
        }
        Ok(Criteria { any: words.iter().any(|word| word == "or"), conditions })
    }

    fn matches(&self, zoho: &Zoho, module: ModuleName, record: &Record, switches: &Switches) -> bool {
        let holds = |(field, operator, value): &(String, String, String)| {
            let shown = record::show(zoho, module, record, field, switches);
            let known = match &shown {
                Value::String(text) => fuzzy(text),
                Value::Object(map) => fuzzy(map.get("id").and_then(Value::as_str).unwrap_or_default()),
                Value::Bool(flag) => flag.to_string(),
                _ => return false,
            };
            let wanted = fuzzy(value);
            match operator.as_str() {
                // Documented as equality, observed as containment.
                "equals" => known.contains(&wanted),
                "not_equal" => !known.contains(&wanted),
                "starts_with" => known.starts_with(&wanted),
                "in" => value.split(',').any(|one| known.contains(&fuzzy(one))),
                _ => false,
            }
        };
        if self.any { self.conditions.iter().any(holds) } else { self.conditions.iter().all(holds) }
    }
}
