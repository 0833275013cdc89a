//! A row's text, and how what it holds is read.

use crate::json::{self, Json};
use crate::model::fingerprint::Fingerprint;
use crate::model::ids::GoogleId;
use crate::model::list::whole;
use serde::Serialize;
use std::cell::Cell;

const VERSION: &str = "1";

/// What a row holds. Written by derived code, read by hand from JSON: derived reading of rows that are read once
/// a cycle would cost the module 60 KB, writing values another 30 KB.
pub(crate) trait Row: Sized {
    /// None when something is missing or of another type.
    fn from_json(json: &Json<'_>) -> Option<Self>;
}

/// A row's text: version, checksum, JSON.
pub(crate) fn encode<T: Serialize>(row: &T) -> String {
    sealed(&json::text(row).unwrap_or_default())
}

fn sealed(json: &str) -> String {
    [VERSION, &Fingerprint::of_text(json).hex(), json].join(":")
}

/// The row in a text; none when the version is another or the text was damaged.
pub(crate) fn decode<T: Row>(text: &str) -> Option<T> {
    T::from_json(&checked(text)?)
}

fn checked(text: &str) -> Option<Json<'_>> {
    let (version, rest) = text.split_once(':')?;
    let (sum, json) = rest.split_once(':')?;
    if version != VERSION || sum != Fingerprint::of_text(json).hex() {
        return None;
    }
    Json::parse(json.as_bytes())
}

/// Reading JSON field by field. That a field is lacking is noted down and told at the end: leaving a row in the middle
/// would have code of its own, for each field, that drops the fields before it.
pub(super) struct Fields<'a> {
    pub(super) json: &'a Json<'a>,
    lacking: Cell<bool>,
}

impl<'a> Fields<'a> {
    pub(super) fn of(json: &'a Json<'a>) -> Self {
        Self { json, lacking: Cell::new(false) }
    }

    pub(super) fn text(&self, key: &str) -> Option<String> {
        self.json.text(key)
    }

    pub(super) fn number(&self, key: &str) -> Option<i64> {
        self.json.get(key).integer()
    }

    pub(super) fn count(&self, key: &str) -> Option<u32> {
        u32::try_from(self.number(key)?).ok()
    }

    pub(super) fn flag(&self, key: &str) -> bool {
        self.json.get(key).flag().unwrap_or_default()
    }

    pub(super) fn array(&self, key: &str) -> &'a [Json<'a>] {
        self.json.items(key)
    }

    /// What a row must have.
    pub(super) fn needed<T: Default>(&self, value: Option<T>) -> T {
        value.unwrap_or_else(|| {
            self.lacking.set(true);
            T::default()
        })
    }

    pub(super) fn needed_text(&self, key: &str) -> String {
        self.needed(self.text(key))
    }

    pub(super) fn needed_number(&self, key: &str) -> i64 {
        self.needed(self.number(key))
    }

    pub(super) fn needed_count(&self, key: &str) -> u32 {
        self.needed(self.count(key))
    }

    /// The row, if nothing lacks.
    pub(super) fn complete<T>(&self, row: T) -> Option<T> {
        (!self.lacking.get()).then_some(row)
    }
}

/// The items of a list; none as soon as one of them is unreadable.
pub(super) fn all<T>(items: &[Json<'_>], read: impl Fn(&Json<'_>) -> Option<T>) -> Option<Vec<T>> {
    whole(items.iter().map(read))
}

/// A list of two.
pub(super) fn both<'a>(pair: &'a Json<'a>) -> Option<(&'a Json<'a>, &'a Json<'a>)> {
    if let [first, second] = pair.list()? { Some((first, second)) } else { None }
}

/// Row `crm/<crm id>`: the way back.
impl Row for GoogleId {
    fn from_json(json: &Json<'_>) -> Option<Self> {
        json.str().map(Self::new)
    }
}

/// Row `history`: the reports of the last cycles as JSON texts, newest first.
impl Row for Vec<String> {
    fn from_json(json: &Json<'_>) -> Option<Self> {
        all(json.list()?, |report| report.str().map(str::to_owned))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_row_is_no_row() {
        let text = encode(&GoogleId::new("abc"));
        assert_eq!(decode::<GoogleId>(&text).unwrap().as_str(), "abc");
        for damaged in [
            &text[1..],
            &text[..text.len() - 1],
            &text.replace("abc", "abd"),
            &text.replacen('1', "2", 1),
            "",
            "1:2",
        ] {
            assert!(decode::<GoogleId>(damaged).is_none(), "{damaged}");
        }
    }
}
