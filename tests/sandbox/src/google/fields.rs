//! Partial answers: the `fields` parameter, such as `nextSyncToken,items(id,start/dateTime)`.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::error::ApiError;
use super::methods::Method;
use super::shapes::{self, Below};

/// A parsed selection. An empty one selects everything below it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Mask(BTreeMap<String, Mask>);

impl Mask {
    /// # Errors
    /// When the text is no selection, or names what the method's answer does not have.
    pub(crate) fn of(text: &str, method: &Method) -> Result<Mask, ApiError> {
        let refuse = |name: &str| {
            ApiError::new(400, "invalidParameter", format!("Invalid field selection {name}"))
                .parameter("fields")
        };
        let mask = Mask::parse(text).ok_or_else(|| refuse(text))?;
        match mask.unknown(shapes::of(method)) {
            Some(name) => Err(refuse(name)),
            None => Ok(mask),
        }
    }

    fn parse(text: &str) -> Option<Mask> {
        let mut rest = text;
        let mask = parse_list(&mut rest, 0)?;
        rest.is_empty().then_some(mask)
    }

    /// The first selected name that the resource does not have.
    fn unknown(&self, below: Below) -> Option<&str> {
        self.0.iter().find_map(|(name, mask)| match below {
            _ if name == "*" => None,
            Below::Anything => None,
            Below::Leaf => Some(name.as_str()),
            Below::Of(names) => match names.iter().find(|(known, _)| known == name) {
                None => Some(name.as_str()),
                Some((_, below)) => mask.unknown(*below),
            },
        })
    }

    pub(crate) fn apply(&self, value: &Value) -> Value {
        if self.0.is_empty() || self.0.contains_key("*") {
            return value.clone();
        }
        match value {
            Value::Object(map) => {
                let kept: Map<String, Value> = self
                    .0
                    .iter()
                    .filter_map(|(name, mask)| map.get(name).map(|value| (name.clone(), mask.apply(value))))
                    .collect();
                Value::Object(kept)
            }
            Value::Array(items) => Value::Array(items.iter().map(|item| self.apply(item)).collect()),
            other => other.clone(),
        }
    }
}

/// Selections nested deeper than this are refused.
const DEEPEST: usize = 16;

fn parse_list(rest: &mut &str, depth: usize) -> Option<Mask> {
    if depth > DEEPEST {
        return None;
    }
    let mut mask = Mask::default();
    loop {
        let end = rest.find(['/', '(', ')', ',']).unwrap_or(rest.len());
        let (name, after) = rest.split_at_checked(end)?;
        if name.trim().is_empty() {
            return None;
        }
        *rest = after;
        let inner = if let Some(after) = rest.strip_prefix('(') {
            *rest = after;
            let inner = parse_list(rest, depth + 1)?;
            *rest = rest.strip_prefix(')')?;
            inner
        } else if let Some(after) = rest.strip_prefix('/') {
            *rest = after;
            parse_path(rest, depth + 1)?
        } else {
            Mask::default()
        };
        mask.0.entry(name.trim().to_owned()).or_default().0.extend(inner.0);
        match rest.strip_prefix(',') {
            Some(after) => *rest = after,
            None => return Some(mask),
        }
    }
}

/// One name after a slash, with what follows it up to the next comma.
fn parse_path(rest: &mut &str, depth: usize) -> Option<Mask> {
    if depth > DEEPEST {
        return None;
    }
    let end = rest.find(['/', '(', ')', ',']).unwrap_or(rest.len());
    let (name, after) = rest.split_at_checked(end)?;
    if name.trim().is_empty() {
        return None;
    }
    *rest = after;
    let inner = if let Some(after) = rest.strip_prefix('(') {
        *rest = after;
        let inner = parse_list(rest, depth + 1)?;
        *rest = rest.strip_prefix(')')?;
        inner
    } else if let Some(after) = rest.strip_prefix('/') {
        *rest = after;
        parse_path(rest, depth + 1)?
    } else {
        Mask::default()
    };
    Some(Mask(BTreeMap::from([(name.trim().to_owned(), inner)])))
}
