//! COQL: checks a parsed query against the metadata and runs it (reference, section 3.6).

use std::cmp::Ordering;
use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::coql_parse::{Condition, Literal, Operator, Select, parse};
use super::error::{Problem, json_response};
use super::meta::{self, Kind};
use super::modules::{ModuleName, Record, Span};
use super::route::scope_mismatch;
use super::write::permitted;
use super::{Zoho, record, scopes};
use crate::http::Response;
use crate::switches::{CoqlParticipants, Switches};
use crate::time;

const MOST_ROWS: u64 = 2_000;
const MOST_OFFSET: u64 = 100_000;
const MOST_IN: usize = 100;
const MOST_CRITERIA: usize = 25;
const MOST_COLUMNS: usize = 500;
const MOST_ORDER: usize = 10;

/// What a query costs, by its limit (COQL-Overview): a credit up to 200 rows, two up to 1,000, three above.
pub(crate) fn credits(body: &[u8]) -> u64 {
    #[derive(serde::Deserialize)]
    struct Body {
        select_query: String,
    }
    let limit = serde_json::from_slice::<Body>(body)
        .ok()
        .and_then(|body| parse(&body.select_query).ok())
        .map_or(0, |select| select.limit);
    match limit {
        0..=200 => 1,
        201..=1_000 => 2,
        _ => 3,
    }
}

pub(crate) fn run(
    zoho: &Zoho,
    body: &[u8],
    granted: &BTreeSet<String>,
    switches: &Switches,
) -> Result<Response, Problem> {
    let Ok(Value::Object(map)) = serde_json::from_slice::<Value>(body) else {
        return Err(Problem::invalid("body", json!({ "expected_data_type": "jsonobject" })));
    };
    let query = match map.get("select_query") {
        None | Some(Value::Null) => return Err(Problem::mandatory("select_query", "$.select_query")),
        Some(Value::String(query)) => query,
        Some(_) => return Err(Problem::expected("select_query", "$.select_query", "string")),
    };
    let select = parse(query)?;
    let module = ModuleName::from_name(&select.module)
        .ok_or_else(|| invalid_query("module_name", &select.module, "unsupported module"))?;
    if !scopes::allow(granted, "coql", Some(module.api_name())) {
        return Err(scope_mismatch());
    }
    permitted(zoho, "View", module)?;
    check(&select, module, switches)?;
    let mut criteria = 0;
    let test = compile(&select.condition, module, &mut criteria)?;
    if criteria > MOST_CRITERIA {
        return Err(Problem::limit(json!({ "limit": MOST_CRITERIA, "clause": "where" })));
    }
    let order: Vec<(Column, bool)> = select
        .order
        .iter()
        .map(|(name, ascending)| {
            column(module, name)
                .map(|column| (column, *ascending))
                .ok_or_else(|| invalid_query("column_name", name, "unknown column"))
        })
        .collect::<Result<_, _>>()?;
    let (rows, more) = rows(zoho, module, &test, &order, &select, switches);
    if rows.is_empty() {
        return Ok(Response::empty(204));
    }
    let data: Vec<Value> = rows
        .iter()
        .map(|record| {
            let mut shown = Map::new();
            shown.insert("id".into(), json!(record.id.to_string()));
            for name in &select.columns {
                shown.insert(name.clone(), shown_column(zoho, module, record, name, switches));
            }
            Value::Object(shown)
        })
        .collect();
    let count = data.len();
    Ok(json_response(200, &json!({ "data": data, "info": { "count": count, "more_records": more } })))
}

fn invalid_query(detail: &str, name: &str, message: &str) -> Problem {
    let mut details = Map::new();
    details.insert(detail.to_owned(), json!(name));
    Problem::new(400, "INVALID_QUERY", message, Value::Object(details))
}

fn check(select: &Select, module: ModuleName, switches: &Switches) -> Result<(), Problem> {
    if select.limit == 0 {
        return Err(Problem::invalid("limit should be greater than 0", json!({ "clause": "limit" })));
    }
    if select.limit > MOST_ROWS {
        return Err(Problem::limit(json!({ "limit": MOST_ROWS, "clause": "limit" })));
    }
    if select.offset.saturating_add(select.limit) > MOST_OFFSET {
        return Err(Problem::limit(json!({ "limit": MOST_OFFSET, "clause": "offset" })));
    }
    if select.columns.len() > MOST_COLUMNS || select.order.len() > MOST_ORDER {
        return Err(Problem::limit(json!({ "limit": MOST_COLUMNS, "clause": "select" })));
    }
    for name in &select.columns {
        let base = name.split('.').next().unwrap_or(name);
        if column(module, base).is_none() {
            return Err(invalid_query("column_name", name, "column given seems to be invalid"));
        }
        let composed = matches!(base, "Participants" | "Remind_At" | "Remind_Participants");
        if composed && switches.coql_participants == CoqlParticipants::Reject {
            return Err(invalid_query("column_name", name, "unsupported column in select"));
        }
    }
    Ok(())
}

/// A column as the comparisons need it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Id,
    Owner,
    CreatedBy,
    ModifiedBy,
    Created,
    Modified,
    Start,
    End,
    AllDay,
    Lookup(&'static str),
    Text(&'static str),
    Unsupported,
}

fn column(module: ModuleName, name: &str) -> Option<Column> {
    if name == "id" {
        return Some(Column::Id);
    }
    let field = meta::find(module, name)?;
    Some(match (field.name, field.kind) {
        ("Owner", _) => Column::Owner,
        ("Created_By", _) => Column::CreatedBy,
        ("Modified_By", _) => Column::ModifiedBy,
        ("Created_Time", _) => Column::Created,
        ("Modified_Time" | "Last_Activity_Time", _) => Column::Modified,
        ("Start_DateTime", _) => Column::Start,
        ("End_DateTime", _) => Column::End,
        ("All_day", _) => Column::AllDay,
        (name, Kind::Lookup) => Column::Lookup(name),
        (name, Kind::Text | Kind::Email | Kind::Phone | Kind::Picklist(_)) => Column::Text(name),
        _ => Column::Unsupported,
    })
}

/// What a column holds in one record.
enum Cell<'a> {
    Null,
    Id(u64),
    Instant(i64),
    Flag(bool),
    Text(&'a str),
}

fn cell<'a>(zoho: &Zoho, record: &'a Record, column: Column, switches: &Switches) -> Cell<'a> {
    match column {
        Column::Id => Cell::Id(record.id),
        Column::Owner => Cell::Id(record.owner),
        Column::CreatedBy => Cell::Id(record.created_by),
        Column::ModifiedBy => Cell::Id(record.modified_by),
        Column::Created => Cell::Instant(record.created_ms),
        Column::Modified => Cell::Instant(record.modified_ms),
        Column::Start => {
            record::instants(zoho, record, switches).map_or(Cell::Null, |(start, _)| Cell::Instant(start))
        }
        Column::End => {
            record::instants(zoho, record, switches).map_or(Cell::Null, |(_, end)| Cell::Instant(end))
        }
        Column::AllDay => Cell::Flag(matches!(record.span, Some(Span::AllDay { .. }))),
        Column::Lookup(name) => record
            .fields
            .get(name)
            .and_then(|value| value.get("id"))
            .and_then(Value::as_str)
            .and_then(|id| id.parse().ok())
            .map_or(Cell::Null, Cell::Id),
        Column::Text(name) => record.fields.get(name).and_then(Value::as_str).map_or(Cell::Null, Cell::Text),
        Column::Unsupported => Cell::Null,
    }
}

/// A condition with its literals converted to the type of their column.
enum Test {
    And(Box<Test>, Box<Test>),
    Or(Box<Test>, Box<Test>),
    Ids(Column, Operator, Vec<u64>),
    Instants(Column, Operator, Vec<i64>),
    Flag(Column, Operator, bool),
    Texts(Column, Operator, Vec<String>),
    Null(Column, bool),
}

fn compile(condition: &Condition, module: ModuleName, criteria: &mut usize) -> Result<Test, Problem> {
    let (name, operator, values) = match condition {
        Condition::And(left, right) => {
            return Ok(Test::And(
                Box::new(compile(left, module, criteria)?),
                Box::new(compile(right, module, criteria)?),
            ));
        }
        Condition::Or(left, right) => {
            return Ok(Test::Or(
                Box::new(compile(left, module, criteria)?),
                Box::new(compile(right, module, criteria)?),
            ));
        }
        Condition::Compare { column, operator, values } => (column, *operator, values),
    };
    *criteria += 1;
    let base = name.strip_suffix(".id").unwrap_or(name);
    let column = column(module, base)
        .ok_or_else(|| invalid_query("column_name", name, "column given seems to be invalid"))?;
    if column == Column::Unsupported {
        return Err(invalid_query("column_name", name, "unsupported column in criteria"));
    }
    if values.len() > MOST_IN {
        return Err(Problem::limit(json!({ "limit": MOST_IN, "operator": "in" })));
    }
    if matches!(operator, Operator::IsNull | Operator::IsNotNull) {
        return Ok(Test::Null(column, operator == Operator::IsNull));
    }
    let mismatch = || invalid_query("column_name", name, "invalid value or operator for the column");
    match column {
        Column::Id | Column::Owner | Column::CreatedBy | Column::ModifiedBy | Column::Lookup(_) => {
            let ids = values
                .iter()
                .map(|value| match value {
                    Literal::Text(text) | Literal::Number(_, text) => text.parse().map_err(|_| mismatch()),
                    Literal::Boolean(_) => Err(mismatch()),
                })
                .collect::<Result<_, _>>()?;
            if matches!(operator, Operator::Like | Operator::NotLike) {
                return Err(mismatch());
            }
            Ok(Test::Ids(column, operator, ids))
        }
        Column::Created | Column::Modified | Column::Start | Column::End => {
            let instants = values
                .iter()
                .map(|value| match value {
                    Literal::Text(text) => time::parse_rfc3339(text).map(|at| at.ms).ok_or_else(mismatch),
                    _ => Err(mismatch()),
                })
                .collect::<Result<_, _>>()?;
            if matches!(operator, Operator::Like | Operator::NotLike) {
                return Err(mismatch());
            }
            Ok(Test::Instants(column, operator, instants))
        }
        Column::AllDay => {
            let flag = match values.first() {
                Some(Literal::Boolean(flag)) => *flag,
                Some(Literal::Text(text)) if text == "true" || text == "false" => text == "true",
                _ => return Err(mismatch()),
            };
            if !matches!(operator, Operator::Equal | Operator::NotEqual) {
                return Err(mismatch());
            }
            Ok(Test::Flag(column, operator, flag))
        }
        Column::Text(_) => {
            let texts = values
                .iter()
                .map(|value| match value {
                    Literal::Text(text) | Literal::Number(_, text) => Ok(text.to_lowercase()),
                    Literal::Boolean(_) => Err(mismatch()),
                })
                .collect::<Result<_, _>>()?;
            Ok(Test::Texts(column, operator, texts))
        }
        Column::Unsupported => Err(mismatch()),
    }
}

impl Test {
    fn holds(&self, zoho: &Zoho, record: &Record, switches: &Switches) -> bool {
        match self {
            Test::And(left, right) => {
                left.holds(zoho, record, switches) && right.holds(zoho, record, switches)
            }
            Test::Or(left, right) => {
                left.holds(zoho, record, switches) || right.holds(zoho, record, switches)
            }
            Test::Null(column, wanted) => {
                matches!(cell(zoho, record, *column, switches), Cell::Null) == *wanted
            }
            Test::Ids(column, operator, values) => match cell(zoho, record, *column, switches) {
                Cell::Id(id) => compare(*operator, values, |value| id.cmp(value)),
                _ => false,
            },
            Test::Instants(column, operator, values) => match cell(zoho, record, *column, switches) {
                Cell::Instant(ms) => compare(*operator, values, |value| ms.cmp(value)),
                _ => false,
            },
            Test::Flag(column, operator, wanted) => match cell(zoho, record, *column, switches) {
                Cell::Flag(flag) => (flag == *wanted) == (*operator == Operator::Equal),
                _ => false,
            },
            Test::Texts(column, operator, values) => {
                // Text is compared without regard to case, as a database with the usual collation does.
                let text = match cell(zoho, record, *column, switches) {
                    Cell::Text(text) => text.to_lowercase(),
                    _ => return false,
                };
                match operator {
                    Operator::Like => values.iter().any(|pattern| like(&text, pattern)),
                    Operator::NotLike => !values.iter().any(|pattern| like(&text, pattern)),
                    _ => compare(*operator, values, |value| text.cmp(value)),
                }
            }
        }
    }

    /// The ids that a query asks for by name, when it is restricted to them.
    fn only_ids(&self) -> Option<&[u64]> {
        match self {
            Test::Ids(Column::Id, Operator::In | Operator::Equal, ids) => Some(ids),
            Test::And(left, right) => left.only_ids().or_else(|| right.only_ids()),
            _ => None,
        }
    }
}

fn compare<T>(operator: Operator, values: &[T], order: impl Fn(&T) -> Ordering) -> bool {
    let first = || values.first().map(&order);
    let second = || values.get(1).map(&order);
    match operator {
        Operator::Equal => first() == Some(Ordering::Equal),
        Operator::NotEqual => first().is_some_and(|order| order != Ordering::Equal),
        Operator::Less => first() == Some(Ordering::Less),
        Operator::LessOrEqual => first().is_some_and(|order| order != Ordering::Greater),
        Operator::Greater => first() == Some(Ordering::Greater),
        Operator::GreaterOrEqual => first().is_some_and(|order| order != Ordering::Less),
        Operator::In => values.iter().any(|value| order(value) == Ordering::Equal),
        Operator::NotIn => values.iter().all(|value| order(value) != Ordering::Equal),
        Operator::Between | Operator::NotBetween => {
            let inside = first().is_some_and(|order| order != Ordering::Less)
                && second().is_some_and(|order| order != Ordering::Greater);
            inside == (operator == Operator::Between)
        }
        Operator::Like | Operator::NotLike | Operator::IsNull | Operator::IsNotNull => false,
    }
}

/// `%` stands for any text.
fn like(text: &str, pattern: &str) -> bool {
    let parts: Vec<&str> = pattern.split('%').collect();
    let [only] = parts.as_slice() else {
        let (Some(first), Some(last)) = (parts.first(), parts.last()) else { return false };
        let Some(mut rest) = text.strip_prefix(first) else { return false };
        for part in parts.get(1..parts.len() - 1).unwrap_or_default() {
            match rest.find(part) {
                Some(at) => rest = rest.get(at + part.len()..).unwrap_or_default(),
                None => return false,
            }
        }
        return rest.ends_with(last);
    };
    text == *only
}

fn rows<'a>(
    zoho: &'a Zoho,
    module: ModuleName,
    test: &Test,
    order: &[(Column, bool)],
    select: &Select,
    switches: &Switches,
) -> (Vec<&'a Record>, bool) {
    let records = zoho.module(module);
    let wanted = usize::try_from(select.limit).unwrap_or(usize::MAX);
    let skip = usize::try_from(select.offset).unwrap_or(usize::MAX);
    let matches = |record: &&Record| zoho.sees(module, record) && test.holds(zoho, record, switches);
    let page = |rows: Vec<&'a Record>| {
        let more = rows.len() > wanted;
        (rows.into_iter().take(wanted).collect(), more)
    };
    if let Some(ids) = test.only_ids() {
        let ids: BTreeSet<u64> = ids.iter().copied().collect();
        let mut found: Vec<&Record> =
            ids.into_iter().filter_map(|id| records.get(id)).filter(matches).collect();
        sort(zoho, &mut found, order, switches);
        return page(found.into_iter().skip(skip).take(wanted.saturating_add(1)).collect());
    }
    match order {
        // Records lie in the order of ids: no sorting, and the walk ends with the page.
        [] | [(Column::Id, true)] => {
            page(records.all().filter(matches).skip(skip).take(wanted.saturating_add(1)).collect())
        }
        [(Column::Id, false)] => {
            page(records.all().rev().filter(matches).skip(skip).take(wanted.saturating_add(1)).collect())
        }
        _ => {
            let mut found: Vec<&Record> = records.all().filter(matches).collect();
            sort(zoho, &mut found, order, switches);
            page(found.into_iter().skip(skip).take(wanted.saturating_add(1)).collect())
        }
    }
}

fn sort(zoho: &Zoho, found: &mut [&Record], order: &[(Column, bool)], switches: &Switches) {
    found.sort_by(|a, b| {
        for (column, ascending) in order {
            let ordering = match (cell(zoho, a, *column, switches), cell(zoho, b, *column, switches)) {
                (Cell::Null, Cell::Null) => Ordering::Equal,
                (Cell::Null, _) => Ordering::Less,
                (_, Cell::Null) => Ordering::Greater,
                (Cell::Id(a), Cell::Id(b)) => a.cmp(&b),
                (Cell::Instant(a), Cell::Instant(b)) => a.cmp(&b),
                (Cell::Flag(a), Cell::Flag(b)) => a.cmp(&b),
                (Cell::Text(a), Cell::Text(b)) => a.to_lowercase().cmp(&b.to_lowercase()),
                _ => Ordering::Equal,
            };
            let ordering = if *ascending { ordering } else { ordering.reverse() };
            if ordering != Ordering::Equal {
                return ordering;
            }
        }
        Ordering::Equal
    });
}

/// Lookups come back as `{id}`, unless a field of theirs is selected.
fn shown_column(zoho: &Zoho, module: ModuleName, record: &Record, name: &str, switches: &Switches) -> Value {
    let (base, part) = name.split_once('.').map_or((name, None), |(base, part)| (base, Some(part)));
    let value = record::show(zoho, module, record, base, switches);
    let is_lookup =
        matches!(meta::find(module, base).map(|field| field.kind), Some(Kind::Owner | Kind::Lookup));
    if !is_lookup || value.is_null() {
        return value;
    }
    match part {
        Some(part) => value.get(part).cloned().unwrap_or(Value::Null),
        None => json!({ "id": value.get("id") }),
    }
}
