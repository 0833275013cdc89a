//! The reader and the writer against serde_json, which both replace in the module.

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

use accord_bytes::json::{self, Json};
use proptest::prelude::*;
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

fn value(json: &Json<'_>) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Flag(flag) => (*flag).into(),
        Json::Number(number) => (*number).into(),
        Json::Negative(number) => (*number).into(),
        Json::Fraction(number) => (*number).into(),
        Json::Text(text) => (&**text).into(),
        Json::List(items) => items.iter().map(value).collect(),
        Json::Object(fields) => {
            let mut object = Map::new();
            for (name, field) in fields {
                object.entry(&**name).or_insert_with(|| value(field));
            }
            object.into()
        }
    }
}

/// Equal, but for the last bits of fractions.
fn alike(found: &Value, expected: &Value) -> bool {
    match (found, expected) {
        (Value::Number(found), Value::Number(expected)) if found.is_f64() || expected.is_f64() => {
            let (found, expected) = (found.as_f64().unwrap(), expected.as_f64().unwrap());
            (found - expected).abs() <= expected.abs() * 1e-14
        }
        (Value::Array(found), Value::Array(expected)) => {
            found.len() == expected.len() && found.iter().zip(expected).all(|(a, b)| alike(a, b))
        }
        (Value::Object(found), Value::Object(expected)) => {
            found.len() == expected.len()
                && found
                    .iter()
                    .all(|(name, field)| expected.get(name).is_some_and(|other| alike(field, other)))
        }
        (found, expected) => found == expected,
    }
}

#[track_caller]
fn assert_read_alike(text: &str) {
    let found = Json::parse(text.as_bytes()).as_ref().map(value);
    let expected: Option<Value> = serde_json::from_str(text).ok();
    match (&found, &expected) {
        (Some(found), Some(expected)) => assert!(alike(found, expected), "{text}: {found} is not {expected}"),
        (found, expected) => assert_eq!(found.is_some(), expected.is_some(), "{text}"),
    }
}

#[test]
fn every_form_is_read_or_refused_as_serde_json_does() {
    let texts = [
        "",
        " ",
        "null",
        " true ",
        "false\n",
        "nul",
        "nulll",
        "True",
        "null null",
        "[]",
        "[ ]",
        "[1,2]",
        "[1,]",
        "[,1]",
        "[1 2]",
        "[",
        "]",
        "[1",
        "{}",
        "{ }",
        r#"{"a":1}"#,
        r#"{"a":1,}"#,
        r#"{"a" : 1 , "b":[{}]}"#,
        r#"{"a"}"#,
        r#"{"a":}"#,
        r#"{a:1}"#,
        r#"{"a":1"b":2}"#,
        r#"{,}"#,
        "{1:2}",
        r#"{"a":1}}"#,
        "0",
        "-0",
        "00",
        "01",
        "-",
        "-1",
        "+1",
        "1.",
        ".5",
        "0.5",
        "-2.5",
        "5.0",
        "1e3",
        "1E+3",
        "1e-3",
        "1e",
        "1e+",
        "1.5e",
        "0e0",
        "--1",
        "1-",
        "0x1",
        "18446744073709551615",
        "18446744073709551616",
        "18446744073709551619",
        "-9223372036854775808",
        "-9223372036854775809",
        "123456789012345678901234567890",
        "1.5e308",
        "1e309",
        "-1e999999999999",
        "4.2e-300",
        "\"\"",
        "\"a",
        "a\"",
        r#""\"""#,
        r#""\\""#,
        r#""\/\b\f\n\r\t""#,
        r#""\a""#,
        r#""\u00e9\u0000""#,
        r#""\u00E9""#,
        r#""\ud83d\ude00""#,
        r#""\u12""#,
        r#""\u12g4""#,
        "\"é😀\"",
        "\"tab\there\"",
        "\"line\nbreak\"",
        "\"\u{7f}\"",
        "\u{feff}1",
        "\"12345678\\n12345678\"",
        "\"1234567\\u00e9\"",
        "\"12345678901234567\u{1}\"",
    ];
    for text in texts {
        assert_read_alike(text);
    }
}

/// JavaScript's strings may hold half a pair, and a service that takes them may send them back: no event is lost by it.
#[test]
fn half_a_pair_stands_for_no_character() {
    let table = [
        (r#""\ud83d""#, "\u{fffd}"),
        (r#""\ude00x""#, "\u{fffd}x"),
        (r#""\ud83dA""#, "\u{fffd}A"),
        (r#""\ud83d\u0041""#, "\u{fffd}A"),
        (r#""\ud83d\ud83d\ude00""#, "\u{fffd}😀"),
        (r#""\ud83d\n""#, "\u{fffd}\n"),
    ];
    for (text, expected) in table {
        assert_eq!(
            Json::parse(text.as_bytes()).and_then(|json| json.str().map(str::to_owned)).unwrap(),
            expected
        );
    }
}

#[test]
fn no_body_exhausts_the_stack() {
    assert!(Json::parse("[".repeat(1_000_000).as_bytes()).is_none());
    assert!(Json::parse("{\"a\":".repeat(1_000_000).as_bytes()).is_none());
    let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
    assert_read_alike(&deep);
}

#[test]
fn bytes_that_are_no_text_are_no_json() {
    assert!(Json::parse(b"\"\xff\"").is_none());
    assert!(Json::parse(b"\"\xed\xa0\x80\"").is_none());
}

#[test]
fn text_without_escapes_is_borrowed() {
    let json = Json::parse(br#"{"plain":"a long title","escaped":"a\nb"}"#).unwrap();
    let borrowed = |name| matches!(json.get(name), Json::Text(std::borrow::Cow::Borrowed(_)));
    assert!(borrowed("plain") && !borrowed("escaped"));
}

#[test]
fn the_first_of_two_fields_counts() {
    let json = Json::parse(br#"{"a":1,"a":2,"ab":3}"#).unwrap();
    assert_eq!(
        (json.get("a").number(), json.get("ab").number(), json.get("b").is_null()),
        (Some(1), Some(3), true)
    );
}

/// One of everything that `serde` knows and JSON can hold.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Everything<'a> {
    text: &'a str,
    letter: char,
    flags: (bool, bool),
    small: [i8; 2],
    numbers: (u8, u16, u32, u64, i16, i32, i64),
    none: Option<u8>,
    some: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    left_out: Option<u8>,
    unit: (),
    empty: [(); 0],
    map: BTreeMap<&'a str, Vec<u8>>,
    kinds: Vec<Kind>,
    wrapped: Wrapped,
    pair: Pair,
    marker: Marker,
}

#[derive(Serialize)]
enum Kind {
    Plain,
    Holding(u32),
    Two(u8, u8),
    Named { first: u8, second: Option<u8> },
}

#[derive(Serialize)]
struct Wrapped(&'static str);

#[derive(Serialize)]
struct Pair(u8, &'static str);

#[derive(Serialize)]
struct Marker;

#[test]
fn everything_is_written_as_serde_json_writes_it() {
    let everything = Everything {
        text: "\"quoted\" \\ é😀 \n\r\t\u{8}\u{c}\u{0}\u{1f}\u{7f}",
        letter: '"',
        flags: (true, false),
        small: [-128, 127],
        numbers: (255, 65_535, u32::MAX, u64::MAX, i16::MIN, i32::MIN, i64::MIN),
        none: None,
        some: Some("12345678\n12345678"),
        left_out: None,
        unit: (),
        empty: [],
        map: BTreeMap::from([("", vec![]), ("a\"b", vec![1, 2])]),
        kinds: vec![Kind::Plain, Kind::Holding(7), Kind::Two(1, 2), Kind::Named { first: 1, second: None }],
        wrapped: Wrapped("w"),
        pair: Pair(1, "p"),
        marker: Marker,
    };
    assert_eq!(json::text(&everything).unwrap(), serde_json::to_string(&everything).unwrap());
}

/// What is never written is refused; it does not become another value.
#[test]
fn fractions_and_odd_keys_are_refused() {
    assert!(json::text(&1.5).is_err());
    assert!(json::text(&BTreeMap::from([(1, 2)])).is_err());
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(".{0,10}", inner, 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

fn config() -> ProptestConfig {
    ProptestConfig {
        rng_seed: prop::test_runner::RngSeed::Fixed(20_261_122),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn what_is_written_reads_back(given in values()) {
        let text = serde_json::to_string(&given).unwrap();
        prop_assert_eq!(json::text(&given).unwrap(), text.clone());
        let read = Json::parse(text.as_bytes()).unwrap();
        prop_assert_eq!(value(&read), given);
        prop_assert_eq!(json::text(&read).unwrap(), text);
    }

    /// A damaged text is refused exactly when serde_json refuses it.
    #[test]
    fn damage_is_found(given in values(), at in any::<prop::sample::Index>(), with in "[\\[\\]{},:\"\\\\0-9a-u.+-]") {
        let text = serde_json::to_string_pretty(&given).unwrap();
        let place = text.char_indices().map(|(place, _)| place).nth(at.index(text.chars().count())).unwrap();
        let damaged = format!("{}{with}{}", &text[..place], &text[place..].chars().skip(1).collect::<String>());
        assert_read_alike(&damaged);
    }
}
