//! GROUP BY and aggregate functions. Dates and ids can be counted and have a least and a greatest; there are no numbers
//! here that could be added.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::columns::{Cell, Class};
use super::parse::Function;
use super::{Named, Query, invalid_query};
use crate::switches::Switches;
use crate::zoho::Zoho;
use crate::zoho::error::Problem;
use crate::zoho::modules::Record;

pub(super) fn check_aggregate(function: Function, (name, column): &Named) -> Result<(), Problem> {
    let fits = match function {
        Function::Count => column.class() != Class::Composed,
        Function::Max | Function::Min => matches!(column.class(), Class::Id | Class::Instant),
        Function::Sum | Function::Avg => false,
    };
    if fits { Ok(()) } else { Err(invalid_query("column_name", name, "unsupported column in the aggregate")) }
}

/// A plain column beside aggregates must be one that rows are grouped by; so must one that they are ordered by.
pub(super) fn check(query: &Query) -> Result<(), Problem> {
    for (name, column) in &query.columns {
        if !query.group.iter().any(|(_, grouped)| grouped == column) {
            return Err(invalid_query("column_name", name, "the column is not in the group by clause"));
        }
    }
    for (column, _) in &query.order {
        if !query.group.iter().any(|(_, grouped)| grouped == column) {
            return Err(invalid_query("clause", "order by", "the column is not in the group by clause"));
        }
    }
    Ok(())
}

/// One row a group, and whether there are more.
pub(super) fn rows(zoho: &Zoho, query: &Query, switches: &Switches) -> (Vec<Value>, bool) {
    let mut groups: BTreeMap<Vec<Cell<'_>>, Vec<&Record>> = BTreeMap::new();
    for record in zoho.module(query.module).all() {
        if query.matches(zoho, record, switches) {
            let key = query.group.iter().map(|(_, column)| column.cell(zoho, query.module, record, switches));
            groups.entry(key.collect()).or_default().push(record);
        }
    }
    // Without groups there is one row, even of nothing.
    if query.group.is_empty() {
        groups.entry(Vec::new()).or_default();
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by(|(a, _), (b, _)| {
        for (column, ascending) in &query.order {
            let place = query.group.iter().position(|(_, grouped)| grouped == column);
            let (Some(a), Some(b)) = (place.and_then(|at| a.get(at)), place.and_then(|at| b.get(at))) else {
                continue;
            };
            let ordering = if *ascending { a.order(b) } else { b.order(a) };
            if ordering != Ordering::Equal {
                return ordering;
            }
        }
        Ordering::Equal
    });
    let total = groups.len();
    let shown: Vec<Value> = groups
        .into_iter()
        .skip(query.offset)
        .take(query.limit)
        .map(|(key, records)| show(zoho, query, &key, &records, switches))
        .collect();
    let more = query.offset.saturating_add(shown.len()) < total;
    (shown, more)
}

fn show(zoho: &Zoho, query: &Query, key: &[Cell<'_>], records: &[&Record], switches: &Switches) -> Value {
    let mut row = Map::new();
    for (name, column) in &query.columns {
        let place = query.group.iter().position(|(_, grouped)| grouped == column);
        let cell = place.and_then(|at| key.get(at)).unwrap_or(&Cell::Null);
        let value = match (column.class(), cell) {
            (Class::Lookup, Cell::Id(id)) => json!({ "id": id.to_string() }),
            _ => cell.to_json(zoho),
        };
        row.insert(name.clone(), value);
    }
    for (function, (name, column)) in &query.aggregates {
        let cells = records
            .iter()
            .map(|record| column.cell(zoho, query.module, record, switches))
            .filter(|cell| *cell != Cell::Null);
        let value = match function {
            Function::Count => json!(cells.count()),
            Function::Max => cells.max().unwrap_or(Cell::Null).to_json(zoho),
            Function::Min => cells.min().unwrap_or(Cell::Null).to_json(zoho),
            // Refused when the query was checked.
            Function::Sum | Function::Avg => Value::Null,
        };
        row.insert(format!("{}({name})", function.name()), value);
    }
    Value::Object(row)
}
