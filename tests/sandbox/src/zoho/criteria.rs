//! The criteria of a search: `((A:equals:x)and(B:starts_with:y))`. Brackets, commas and backslashes of a value are
//! escaped with a backslash (Zoho CRM API v2: search-records; Kaizen #82).

use std::iter::Peekable;
use std::str::Chars;

use serde_json::{Value, json};

use super::error::Problem;
use super::meta::{self, Kind};
use super::modules::{ModuleName, Record};
use super::search::fuzzy;
use super::{Zoho, record};
use crate::switches::Switches;
use crate::time;

const MOST_CRITERIA: usize = 10;
const MOST_VALUES: usize = 100;
/// Brackets nested deeper than this are refused.
const DEEPEST: usize = 32;

/// Conditions and how they are joined.
#[derive(Debug)]
pub(crate) enum Criteria {
    All(Vec<Criteria>),
    Any(Vec<Criteria>),
    One(Test),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Equals,
    NotEqual,
    StartsWith,
    In,
    Between,
    GreaterThan,
    GreaterEqual,
    LessThan,
    LessEqual,
}

impl Operator {
    fn from_name(name: &str) -> Option<Operator> {
        Some(match name {
            "equals" => Operator::Equals,
            "not_equal" => Operator::NotEqual,
            "starts_with" => Operator::StartsWith,
            "in" => Operator::In,
            "between" => Operator::Between,
            "greater_than" => Operator::GreaterThan,
            "greater_equal" => Operator::GreaterEqual,
            "less_than" => Operator::LessThan,
            "less_equal" => Operator::LessEqual,
            _ => return None,
        })
    }

    fn fits(self, kind: Kind) -> bool {
        match kind {
            Kind::Text | Kind::Email | Kind::Phone | Kind::Website | Kind::Picklist => {
                matches!(self, Operator::Equals | Operator::NotEqual | Operator::StartsWith | Operator::In)
            }
            Kind::DateTime | Kind::Integer | Kind::Number => self != Operator::StartsWith,
            Kind::Owner | Kind::Lookup => {
                matches!(self, Operator::Equals | Operator::NotEqual | Operator::In)
            }
            Kind::Boolean => matches!(self, Operator::Equals | Operator::NotEqual),
            _ => false,
        }
    }
}

/// One condition, checked.
#[derive(Debug)]
pub(crate) struct Test {
    field: String,
    operator: Operator,
    values: Vec<String>,
    /// For datetimes: the values as instants.
    instants: Vec<i64>,
}

fn refuse(reason: &str, field: &str, operator: &str) -> Problem {
    let mut details = json!({ "reason": reason });
    if let (false, Some(map)) = (field.is_empty(), details.as_object_mut()) {
        map.insert("api_name".into(), json!(field));
        map.insert("operator".into(), json!(operator));
    }
    Problem::new(400, "INVALID_QUERY", "Invalid query formed", details)
}

impl Criteria {
    pub(crate) fn parse(zoho: &Zoho, text: &str, module: ModuleName) -> Result<Criteria, Problem> {
        let mut parser = Parser { zoho, chars: text.trim().chars().peekable(), module, count: 0 };
        let criteria = parser.joined(0)?;
        if parser.chars.next().is_some() {
            return Err(parser.malformed());
        }
        if parser.count > MOST_CRITERIA {
            return Err(Problem::limit(json!({ "limit": MOST_CRITERIA, "param_name": "criteria" })));
        }
        Ok(criteria)
    }

    pub(crate) fn matches(
        &self,
        zoho: &Zoho,
        module: ModuleName,
        record: &Record,
        switches: &Switches,
    ) -> bool {
        match self {
            Criteria::All(parts) => parts.iter().all(|part| part.matches(zoho, module, record, switches)),
            Criteria::Any(parts) => parts.iter().any(|part| part.matches(zoho, module, record, switches)),
            Criteria::One(test) => test.holds(zoho, module, record, switches),
        }
    }
}

struct Parser<'a> {
    zoho: &'a Zoho,
    chars: Peekable<Chars<'a>>,
    module: ModuleName,
    count: usize,
}

impl Parser<'_> {
    fn malformed(&self) -> Problem {
        refuse("the criteria are malformed", "", "")
    }

    fn blanks(&mut self) {
        while self.chars.next_if(|c| c.is_whitespace()).is_some() {}
    }

    /// Brackets joined by one connective: `(…)and(…)`.
    fn joined(&mut self, depth: usize) -> Result<Criteria, Problem> {
        if depth > DEEPEST {
            return Err(self.malformed());
        }
        let mut parts = vec![self.bracket(depth)?];
        let mut connective = String::new();
        loop {
            self.blanks();
            let mut word = String::new();
            while let Some(c) = self.chars.next_if(char::is_ascii_alphabetic) {
                word.push(c.to_ascii_lowercase());
            }
            if word.is_empty() {
                break;
            }
            let known = connective.is_empty() && (word == "and" || word == "or");
            if !known && word != connective {
                return Err(self.malformed());
            }
            connective = word;
            self.blanks();
            parts.push(self.bracket(depth)?);
        }
        Ok(match connective.as_str() {
            "or" => Criteria::Any(parts),
            _ => Criteria::All(parts),
        })
    }

    fn bracket(&mut self, depth: usize) -> Result<Criteria, Problem> {
        if self.chars.next() != Some('(') {
            return Err(self.malformed());
        }
        self.blanks();
        let inner = if self.chars.peek() == Some(&'(') { self.joined(depth + 1)? } else { self.condition()? };
        self.blanks();
        if self.chars.next() != Some(')') {
            return Err(self.malformed());
        }
        Ok(inner)
    }

    /// `Field:operator:value[,value…]` up to the closing bracket.
    fn condition(&mut self) -> Result<Criteria, Problem> {
        let field = self.until_colon()?;
        let operator = self.until_colon()?;
        let mut values = vec![String::new()];
        loop {
            let c = match self.chars.peek() {
                None => return Err(self.malformed()),
                Some(')') => break,
                Some(c) => *c,
            };
            self.chars.next();
            match c {
                '(' => return Err(self.malformed()),
                ',' => values.push(String::new()),
                '\\' => match self.chars.next() {
                    Some(escaped) => push(&mut values, escaped),
                    None => return Err(self.malformed()),
                },
                c => push(&mut values, c),
            }
        }
        self.count += 1;
        check(self.zoho, self.module, &field, &operator, values).map(Criteria::One)
    }

    fn until_colon(&mut self) -> Result<String, Problem> {
        let mut text = String::new();
        loop {
            match self.chars.next() {
                Some(':') => return Ok(text.trim().to_owned()),
                Some(c) if c.is_alphanumeric() || c == '_' || c == ' ' => text.push(c),
                _ => return Err(self.malformed()),
            }
        }
    }
}

fn push(values: &mut [String], c: char) {
    if let Some(last) = values.last_mut() {
        last.push(c);
    }
}

fn check(
    zoho: &Zoho,
    module: ModuleName,
    field: &str,
    name: &str,
    values: Vec<String>,
) -> Result<Test, Problem> {
    let refuse = |reason: &str| refuse(reason, field, name);
    let kind = if field == "id" {
        Kind::Lookup
    } else {
        meta::find(zoho, module, field)
            .map(|field| field.kind)
            .ok_or_else(|| refuse("the field is not available for search"))?
    };
    let operator = Operator::from_name(name).ok_or_else(|| refuse("the operator is unknown"))?;
    if matches!(
        kind,
        Kind::TextArea | Kind::RichText | Kind::Participants | Kind::Reminder | Kind::Recurrence | Kind::Tags
    ) {
        return Err(refuse("the field is not available for search"));
    }
    if !operator.fits(kind) {
        return Err(refuse("the operator is not supported for the field"));
    }
    if values.len() > MOST_VALUES {
        return Err(Problem::limit(json!({ "limit": MOST_VALUES, "operator": name, "api_name": field })));
    }
    let count_fits = match operator {
        Operator::In => true,
        Operator::Between => values.len() == 2,
        // A comma that belongs to the value must be escaped.
        _ => values.len() == 1,
    };
    if !count_fits || values.iter().any(|value| value.trim().is_empty()) {
        return Err(refuse("the value is malformed"));
    }
    let instants = if kind == Kind::DateTime {
        let read = |value: &String| time::parse_rfc3339(value.trim()).map(|at| at.ms);
        let instants: Option<Vec<i64>> = values.iter().map(read).collect();
        instants.ok_or_else(|| refuse("the value is no datetime"))?
    } else {
        Vec::new()
    };
    Ok(Test { field: field.to_owned(), operator, values, instants })
}

impl Test {
    fn holds(&self, zoho: &Zoho, module: ModuleName, record: &Record, switches: &Switches) -> bool {
        let shown = record::show(zoho, module, record, &self.field, switches);
        if !self.instants.is_empty() {
            let known = shown.as_str().and_then(time::parse_rfc3339).map(|at| at.ms);
            return known.is_some_and(|known| self.orders(known, &self.instants));
        }
        if let Some(known) = shown.as_f64() {
            let values: Vec<f64> = self.values.iter().filter_map(|value| value.trim().parse().ok()).collect();
            return values.len() == self.values.len() && self.orders(known, &values);
        }
        // Ids and flags are the same or not; only texts are alike.
        let exact = match &shown {
            Value::Object(map) => map.get("id").and_then(Value::as_str).map(str::to_owned),
            Value::Bool(flag) => Some(flag.to_string()),
            Value::String(id) if self.field == "id" => Some(id.clone()),
            _ => None,
        };
        if let Some(known) = exact {
            let same = self.values.iter().any(|value| value.trim() == known);
            return same == (self.operator != Operator::NotEqual);
        }
        let Some(known) = shown.as_str().map(fuzzy) else { return false };
        let mut wanted = self.values.iter().map(|value| fuzzy(value));
        match self.operator {
            // Documented as equality, observed as containment.
            Operator::Equals | Operator::In => wanted.any(|wanted| known.contains(wanted.trim())),
            Operator::NotEqual => !wanted.any(|wanted| known.contains(wanted.trim())),
            Operator::StartsWith => wanted.any(|wanted| known.starts_with(wanted.trim())),
            // Refused for texts when the criteria were read.
            _ => false,
        }
    }

    fn orders<T: PartialOrd + Copy>(&self, known: T, values: &[T]) -> bool {
        let Some(first) = values.first().copied() else { return false };
        match self.operator {
            Operator::Equals => known == first,
            Operator::NotEqual => known != first,
            Operator::In => values.contains(&known),
            Operator::GreaterThan => known > first,
            Operator::GreaterEqual => known >= first,
            Operator::LessThan => known < first,
            Operator::LessEqual => known <= first,
            Operator::Between => first <= known && values.get(1).is_some_and(|second| known <= *second),
            Operator::StartsWith => false,
        }
    }
}
