//! JSON as a tree that borrows its text from the body. One reader for all answers of both services and all stored rows:
//! derived readers are ten times the code, and stop at the first field of another type than promised. Reader and writer
//! are written here because size counts: serde_json's reader alone takes 10 KB more of the module. The tests hold them to
//! its results.

mod read;
mod write;

pub use write::text;

use crate::words;
use serde::ser::{Serialize, Serializer};
use std::borrow::Cow;

/// A JSON value.
#[derive(Clone)]
pub enum Json<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Flag(bool),
    /// A whole number from 0 on.
    Number(u64),
    /// A whole number below 0.
    Negative(i64),
    /// Any other number. A host may give one; no row holds one, and printing it would take 10 KB.
    Fraction(f64),
    /// A string.
    Text(Cow<'a, str>),
    /// An array.
    List(Vec<Self>),
    /// An object: its fields in their order. A name that comes twice counts the first time.
    Object(Vec<(Cow<'a, str>, Self)>),
}

impl<'a> Json<'a> {
    /// Reads a body; none when it is not JSON.
    pub fn parse(body: &'a [u8]) -> Option<Self> {
        read::json(std::str::from_utf8(body).ok()?)
    }

    /// A field of an object. Null stands for what is left out, as it does at both services.
    pub fn get(&self, key: &str) -> &Self {
        match self {
            Self::Object(fields) => {
                // Names of one length mostly differ in their first byte: comparing the rest is a call.
                let alike = |name: &str| name.len() == key.len() && name.bytes().next() == key.bytes().next();
                let mut fields = fields.iter();
                let found = fields.find(|(name, _)| alike(name) && name == key);
                found.map_or(&Self::Null, |(_, value)| value)
            }
            _ => &Self::Null,
        }
    }

    /// The first item of a list.
    pub fn first(&self) -> &Self {
        self.list().and_then(<[_]>::first).unwrap_or(&Self::Null)
    }

    /// Whether an object names a field, be it as null.
    pub fn has(&self, key: &str) -> bool {
        matches!(self, Self::Object(fields) if fields.iter().any(|(name, _)| name == key))
    }

    /// Whether this is an object.
    pub fn is_object(&self) -> bool {
        matches!(self, Self::Object(_))
    }

    /// Whether this is null, or was left out.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The items of a list.
    pub fn list(&self) -> Option<&[Self]> {
        if let Self::List(items) = self { Some(items) } else { None }
    }

    /// The text of a string.
    pub fn str(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// A whole number from 0 on.
    pub fn number(&self) -> Option<u64> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }

    /// A whole number.
    pub fn integer(&self) -> Option<i64> {
        match self {
            Self::Number(number) => i64::try_from(*number).ok(),
            Self::Negative(number) => Some(*number),
            _ => None,
        }
    }

    /// Any number; above 2^53 the nearest one.
    pub fn float(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number as f64),
            Self::Negative(number) => Some(*number as f64),
            Self::Fraction(number) => Some(*number),
            _ => None,
        }
    }

    /// A flag.
    pub fn flag(&self) -> Option<bool> {
        if let Self::Flag(flag) = self { Some(*flag) } else { None }
    }

    /// The text of a field.
    pub fn text(&self, key: &str) -> Option<String> {
        self.get(key).str().map(str::to_owned)
    }

    /// The items of a field; none are there when it is no list.
    pub fn items(&self, key: &str) -> &[Self] {
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

/// How many bytes come before the first quote, backslash or control character.
fn plain(bytes: &[u8]) -> usize {
    let odd = |word| words::below(word, 0x20) | words::equal(word, b'"') | words::equal(word, b'\\');
    words::position(bytes, odd, |byte| matches!(byte, ..0x20 | b'"' | b'\\')).unwrap_or(bytes.len())
}
