//! Conditions with their literals converted to the type of their column.

use std::cmp::Ordering;

use serde_json::json;

use super::columns::{Cell, Class, Column, resolve};
use super::invalid_query;
use super::parse::{Condition, Literal, Operator};
use crate::switches::Switches;
use crate::time;
use crate::zoho::Zoho;
use crate::zoho::error::Problem;
use crate::zoho::modules::{ModuleName, Record};

const MOST_IN: usize = 100;

pub(super) enum Test {
    And(Box<Test>, Box<Test>),
    Or(Box<Test>, Box<Test>),
    Ids(Column, Operator, Vec<u64>),
    Instants(Column, Operator, Vec<i64>),
    Flag(Column, Operator, bool),
    Texts(Column, Operator, Vec<String>),
    Null(Column, bool),
}

/// What the conditions of a query use, to be held against the limits.
#[derive(Default)]
pub(super) struct Used {
    pub(super) criteria: usize,
    pub(super) relations: std::collections::BTreeSet<String>,
}

pub(super) fn compile(
    zoho: &Zoho,
    condition: &Condition,
    module: ModuleName,
    used: &mut Used,
) -> Result<Test, Problem> {
    let (name, operator, values) = match condition {
        Condition::And(left, right) => {
            return Ok(Test::And(
                Box::new(compile(zoho, left, module, used)?),
                Box::new(compile(zoho, right, module, used)?),
            ));
        }
        Condition::Or(left, right) => {
            return Ok(Test::Or(
                Box::new(compile(zoho, left, module, used)?),
                Box::new(compile(zoho, right, module, used)?),
            ));
        }
        Condition::Compare { column, operator, values } => (column, *operator, values),
    };
    used.criteria += 1;
    let column = resolve(zoho, module, name)
        .ok_or_else(|| invalid_query("column_name", name, "column given seems to be invalid"))?;
    used.relations.extend(column.relation());
    let class = column.class();
    if class == Class::Composed {
        return Err(invalid_query("column_name", name, "unsupported column in criteria"));
    }
    if values.len() > MOST_IN {
        return Err(Problem::limit(json!({ "limit": MOST_IN, "operator": "in" })));
    }
    if matches!(operator, Operator::IsNull | Operator::IsNotNull) {
        return Ok(Test::Null(column, operator == Operator::IsNull));
    }
    if !allows(class, operator) {
        return Err(invalid_query("column_name", name, "unsupported operator for the column"));
    }
    let mismatch = || invalid_query("column_name", name, "invalid value for the column");
    match class {
        Class::Id | Class::Lookup => {
            let ids = values
                .iter()
                .map(|value| match value {
                    Literal::Text(text) | Literal::Number(_, text) => text.parse().map_err(|_| mismatch()),
                    Literal::Boolean(_) => Err(mismatch()),
                })
                .collect::<Result<_, _>>()?;
            Ok(Test::Ids(column, operator, ids))
        }
        Class::Instant => {
            let instants = values
                .iter()
                .map(|value| match value {
                    Literal::Text(text) => time::parse_rfc3339(text).map(|at| at.ms).ok_or_else(mismatch),
                    _ => Err(mismatch()),
                })
                .collect::<Result<_, _>>()?;
            Ok(Test::Instants(column, operator, instants))
        }
        Class::Flag => {
            let flag = match values.first() {
                Some(Literal::Boolean(flag)) => *flag,
                Some(Literal::Text(text)) if text == "true" || text == "false" => text == "true",
                _ => return Err(mismatch()),
            };
            Ok(Test::Flag(column, operator, flag))
        }
        Class::Text | Class::Composed => {
            let texts: Vec<String> = values
                .iter()
                .map(|value| match value {
                    Literal::Text(text) | Literal::Number(_, text) => Ok(text.to_lowercase()),
                    Literal::Boolean(_) => Err(mismatch()),
                })
                .collect::<Result<_, _>>()?;
            // Begins with, ends with or contains; nothing else (COQL-Limitations).
            let inner = |text: &String| text.trim_matches('%').contains('%');
            if matches!(operator, Operator::Like | Operator::NotLike) && texts.iter().any(inner) {
                return Err(mismatch());
            }
            Ok(Test::Texts(column, operator, texts))
        }
    }
}

/// COQL-Overview, comparators by data type.
fn allows(class: Class, operator: Operator) -> bool {
    match operator {
        Operator::Equal | Operator::NotEqual => true,
        Operator::In | Operator::NotIn => class != Class::Flag,
        Operator::Less
        | Operator::LessOrEqual
        | Operator::Greater
        | Operator::GreaterOrEqual
        | Operator::Between
        | Operator::NotBetween => matches!(class, Class::Id | Class::Instant),
        Operator::Like | Operator::NotLike => class == Class::Text,
        Operator::IsNull | Operator::IsNotNull => true,
    }
}

impl Test {
    pub(super) fn holds(
        &self,
        zoho: &Zoho,
        module: ModuleName,
        record: &Record,
        switches: &Switches,
    ) -> bool {
        let cell = |column: &Column| column.cell(zoho, module, record, switches);
        match self {
            Test::And(left, right) => {
                left.holds(zoho, module, record, switches) && right.holds(zoho, module, record, switches)
            }
            Test::Or(left, right) => {
                left.holds(zoho, module, record, switches) || right.holds(zoho, module, record, switches)
            }
            Test::Null(column, wanted) => (cell(column) == Cell::Null) == *wanted,
            Test::Ids(column, operator, values) => match cell(column) {
                Cell::Id(id) => compare(*operator, values, |value| id.cmp(value)),
                _ => false,
            },
            Test::Instants(column, operator, values) => match cell(column) {
                Cell::Instant(ms) => compare(*operator, values, |value| ms.cmp(value)),
                _ => false,
            },
            Test::Flag(column, operator, wanted) => match cell(column) {
                Cell::Flag(flag) => (flag == *wanted) == (*operator == Operator::Equal),
                _ => false,
            },
            Test::Texts(column, operator, values) => {
                let text = match cell(column) {
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
    pub(super) fn only_ids(&self) -> Option<&[u64]> {
        match self {
            Test::Ids(column, Operator::In | Operator::Equal, ids) if column.is_id() => Some(ids),
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

/// `%` at an end stands for any text.
fn like(text: &str, pattern: &str) -> bool {
    let inner = pattern.trim_matches('%');
    match (pattern.starts_with('%'), pattern.ends_with('%')) {
        (true, true) => text.contains(inner),
        (true, false) => text.ends_with(inner),
        (false, true) => text.starts_with(inner),
        (false, false) => text == pattern,
    }
}
