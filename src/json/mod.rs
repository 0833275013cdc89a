//! JSON as a tree that borrows its text from the body. One reader for all answers of both services and all stored rows:
//! derived readers are ten times the code, and stop at the first field of another type than promised.

mod read;

use serde::ser::{Serialize, Serializer};
use std::borrow::Cow;

/// A JSON value.
pub(crate) enum Json<'a> {
    Null,
    Flag(bool),
    /// A whole number from 0 on.
    Number(u64),
    /// A whole number below 0.
    Negative(i64),
    /// Any other number. A host may give one; no row holds one, and printing it would take 10 KB.
    Fraction(f64),
    Text(Cow<'a, str>),
    List(Vec<Self>),
    Object(Vec<(Cow<'a, str>, Self)>),
}

impl<'a> Json<'a> {
    /// Reads a body; none when it is not JSON.
    pub(crate) fn parse(body: &'a [u8]) -> Option<Self> {
        read::json(std::str::from_utf8(body).ok()?)
    }

    /// A field of an object. Null stands for what is left out, as it does at both services.
    pub(crate) fn get(&self, key: &str) -> &Self {
        match self {
            Self::Object(fields) => {
                fields.iter().find(|(name, _)| name == key).map_or(&Self::Null, |(_, value)| value)
            }
            _ => &Self::Null,
        }
    }

    /// The first item of a list.
    pub(crate) fn first(&self) -> &Self {
        self.list().and_then(<[_]>::first).unwrap_or(&Self::Null)
    }

    pub(crate) fn is_object(&self) -> bool {
        matches!(self, Self::Object(_))
    }

    pub(crate) fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    pub(crate) fn list(&self) -> Option<&[Self]> {
        if let Self::List(items) = self { Some(items) } else { None }
    }

    pub(crate) fn str(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    pub(crate) fn number(&self) -> Option<u64> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }

    pub(crate) fn integer(&self) -> Option<i64> {
        match self {
            Self::Number(number) => i64::try_from(*number).ok(),
            Self::Negative(number) => Some(*number),
            _ => None,
        }
    }

    /// Any number; above 2^53 the nearest one.
    pub(crate) fn float(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number as f64),
            Self::Negative(number) => Some(*number as f64),
            Self::Fraction(number) => Some(*number),
            _ => None,
        }
    }

    pub(crate) fn flag(&self) -> Option<bool> {
        if let Self::Flag(flag) = self { Some(*flag) } else { None }
    }

    /// The text of a field.
    pub(crate) fn text(&self, key: &str) -> Option<String> {
        self.get(key).str().map(str::to_owned)
    }

    /// The items of a field; none are there when it is no list.
    pub(crate) fn items(&self, key: &str) -> &[Self] {
        self.get(key).list().unwrap_or_default()
    }
}

impl Serialize for Json<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null | Self::Fraction(_) => serializer.serialize_unit(),
            Self::Flag(flag) => serializer.serialize_bool(*flag),
            Self::Number(number) => serializer.serialize_u64(*number),
            Self::Negative(number) => serializer.serialize_i64(*number),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(items) => serializer.collect_seq(items),
            Self::Object(fields) => serializer.collect_map(fields.iter().map(|(name, value)| (name, value))),
        }
    }
}
