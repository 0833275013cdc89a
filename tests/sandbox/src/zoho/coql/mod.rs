//! COQL: checks a parsed query against the metadata and the limits, and runs it (reference, section 3.6;
//! COQL-Overview and COQL-Limitations of Zoho CRM API v8).

mod columns;
mod conditions;
mod groups;
mod lex;
mod parse;

use std::cmp::Ordering;
use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use columns::{Class, Column, resolve};
use conditions::{Test, Used, compile};
use parse::{Function, Output, Select, parse};

use super::Zoho;
use super::error::{Problem, json_response};
use super::modules::{ModuleName, Record};
use super::route::scope_mismatch;
use super::scopes;
use super::write::permitted;
use crate::http::Response;
use crate::switches::{CoqlParticipants, Switches};

const MOST_ROWS: u64 = 2_000;
const MOST_OFFSET: u64 = 100_000;
const MOST_CRITERIA: usize = 25;
const MOST_COLUMNS: usize = 500;
const MOST_ORDER: usize = 10;
const MOST_GROUPS: usize = 4;
const MOST_AGGREGATES: usize = 5;
/// Lookups that the conditions may go through.
const MOST_JOINS: usize = 5;
/// Lookups that the rows may show.
const MOST_SELECT_JOINS: usize = 15;

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
        None | Some(Value::Null) => {
            return Err(Problem::new(
                400,
                "MANDATORY_NOT_FOUND",
                "required field not found",
                json!({ "api_name": "select_query" }),
            ));
        }
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
    let query = Query::check(zoho, &select, module, switches)?;
    let (data, more) = if query.is_grouped() {
        groups::rows(zoho, &query, switches)
    } else {
        let (rows, more) = query.rows(zoho, switches);
        (rows.iter().map(|record| query.show(zoho, record, switches)).collect(), more)
    };
    if data.is_empty() {
        return Ok(Response::empty(204));
    }
    let count = data.len();
    Ok(json_response(200, &json!({ "data": data, "info": { "count": count, "more_records": more } })))
}

fn invalid_query(detail: &str, name: &str, message: &str) -> Problem {
    let mut details = Map::new();
    details.insert(detail.to_owned(), json!(name));
    Problem::new(400, "INVALID_QUERY", message, Value::Object(details))
}

/// A column with the name that the query gives it.
type Named = (String, Column);

/// A query that keeps all limits.
struct Query {
    module: ModuleName,
    columns: Vec<Named>,
    aggregates: Vec<(Function, Named)>,
    test: Test,
    group: Vec<Named>,
    order: Vec<(Column, bool)>,
    limit: usize,
    offset: usize,
}

impl Query {
    fn check(
        zoho: &Zoho,
        select: &Select,
        module: ModuleName,
        switches: &Switches,
    ) -> Result<Query, Problem> {
        if select.limit == 0 {
            return Err(Problem::invalid("limit should be greater than 0", json!({ "clause": "limit" })));
        }
        at_most(MOST_ROWS, select.limit, "limit")?;
        at_most(MOST_OFFSET, select.offset.saturating_add(select.limit), "offset")?;
        at_most(MOST_COLUMNS as u64, select.outputs.len() as u64, "select")?;
        at_most(MOST_ORDER as u64, select.order.len() as u64, "order by")?;
        at_most(MOST_GROUPS as u64, select.group.len() as u64, "group by")?;
        let mut used = Used::default();
        let test = compile(zoho, &select.condition, module, &mut used)?;
        at_most(MOST_CRITERIA as u64, used.criteria as u64, "where")?;
        at_most(MOST_JOINS as u64, used.relations.len() as u64, "where join")?;
        used.relations.clear();
        let named = |name: &String, used: &mut Used| -> Result<Named, Problem> {
            let column = resolve(zoho, module, name)
                .ok_or_else(|| invalid_query("column_name", name, "column given seems to be invalid"))?;
            used.relations.extend(column.relation());
            Ok((name.clone(), column))
        };
        let (mut columns, mut aggregates) = (Vec::new(), Vec::new());
        for output in &select.outputs {
            match output {
                Output::Column(name) => {
                    let column = named(name, &mut used)?;
                    check_selected(&column, switches)?;
                    columns.push(column);
                }
                Output::Aggregate(function, name) => {
                    let column = named(name, &mut used)?;
                    groups::check_aggregate(*function, &column)?;
                    aggregates.push((*function, column));
                }
            }
        }
        at_most(MOST_AGGREGATES as u64, aggregates.len() as u64, "aggregate")?;
        let sortable = |name: &String, used: &mut Used| -> Result<Named, Problem> {
            let (name, column) = named(name, used)?;
            if column.class() == Class::Composed {
                return Err(invalid_query("column_name", &name, "unsupported column in the clause"));
            }
            Ok((name, column))
        };
        let group: Vec<Named> =
            select.group.iter().map(|name| sortable(name, &mut used)).collect::<Result<_, _>>()?;
        let order: Vec<(Named, bool)> = select
            .order
            .iter()
            .map(|(name, ascending)| sortable(name, &mut used).map(|named| (named, *ascending)))
            .collect::<Result<_, _>>()?;
        // COQL-Limitations: a field twice in one of these clauses.
        no_twin(order.iter().map(|((name, _), _)| name.clone()), "order by")?;
        no_twin(group.iter().map(|(name, _)| name.clone()), "group by")?;
        let function = |(function, (name, _)): &(Function, Named)| format!("{}({name})", function.name());
        no_twin(aggregates.iter().map(function), "aggregate")?;
        at_most(MOST_SELECT_JOINS as u64, used.relations.len() as u64, "select join")?;
        let query = Query {
            module,
            columns,
            aggregates,
            test,
            group,
            order: order.into_iter().map(|((_, column), ascending)| (column, ascending)).collect(),
            limit: usize::try_from(select.limit).unwrap_or(usize::MAX),
            offset: usize::try_from(select.offset).unwrap_or(usize::MAX),
        };
        if query.is_grouped() {
            groups::check(&query)?;
        }
        Ok(query)
    }

    fn is_grouped(&self) -> bool {
        !self.group.is_empty() || !self.aggregates.is_empty()
    }

    fn show(&self, zoho: &Zoho, record: &Record, switches: &Switches) -> Value {
        let mut shown = Map::new();
        shown.insert("id".into(), json!(record.id.to_string()));
        for (name, column) in &self.columns {
            shown.insert(name.clone(), column.shown(zoho, self.module, record, name, switches));
        }
        Value::Object(shown)
    }

    /// The page, and whether there is more.
    fn rows<'a>(&self, zoho: &'a Zoho, switches: &Switches) -> (Vec<&'a Record>, bool) {
        let records = zoho.module(self.module);
        let matches = |record: &&Record| self.matches(zoho, record, switches);
        let page = |rows: Box<dyn Iterator<Item = &'a Record> + '_>| {
            let mut rows: Vec<&Record> = rows.skip(self.offset).take(self.limit.saturating_add(1)).collect();
            let more = rows.len() > self.limit;
            rows.truncate(self.limit);
            (rows, more)
        };
        if let Some(ids) = self.test.only_ids() {
            let ids: BTreeSet<u64> = ids.iter().copied().collect();
            let mut found: Vec<&Record> =
                ids.into_iter().filter_map(|id| records.get(id)).filter(matches).collect();
            self.sort(zoho, &mut found, switches);
            return page(Box::new(found.into_iter()));
        }
        match self.order.as_slice() {
            // Records lie in the order of ids: no sorting, and the walk ends with the page.
            [] => page(Box::new(records.all().filter(matches))),
            [(column, true)] if column.is_id() => page(Box::new(records.all().filter(matches))),
            [(column, false)] if column.is_id() => page(Box::new(records.all().rev().filter(matches))),
            _ => {
                let mut found: Vec<&Record> = records.all().filter(matches).collect();
                self.sort(zoho, &mut found, switches);
                page(Box::new(found.into_iter()))
            }
        }
    }

    fn matches(&self, zoho: &Zoho, record: &Record, switches: &Switches) -> bool {
        zoho.sees(self.module, record) && self.test.holds(zoho, self.module, record, switches)
    }

    fn sort(&self, zoho: &Zoho, found: &mut [&Record], switches: &Switches) {
        found.sort_by(|a, b| {
            for (column, ascending) in &self.order {
                let cell = |record| column.cell(zoho, self.module, record, switches);
                let ordering = cell(a).order(&cell(b));
                let ordering = if *ascending { ordering } else { ordering.reverse() };
                if ordering != Ordering::Equal {
                    return ordering;
                }
            }
            Ordering::Equal
        });
    }
}

fn at_most(most: u64, count: u64, clause: &str) -> Result<(), Problem> {
    if count > most {
        return Err(Problem::limit(json!({ "limit": most, "clause": clause })));
    }
    Ok(())
}

fn no_twin(names: impl Iterator<Item = String>, clause: &str) -> Result<(), Problem> {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name.clone()) {
            let details = json!({ "clause": clause, "column_name": name });
            return Err(Problem::new(400, "DUPLICATE_DATA", "duplicate field", details));
        }
    }
    Ok(())
}

fn check_selected((name, _): &Named, switches: &Switches) -> Result<(), Problem> {
    let composed = matches!(name.as_str(), "Participants" | "Remind_At" | "Remind_Participants");
    if composed && switches.coql_participants == CoqlParticipants::Reject {
        return Err(invalid_query("column_name", name, "unsupported column in select"));
    }
    Ok(())
}
