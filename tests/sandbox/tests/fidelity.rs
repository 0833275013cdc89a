//! FIDELITY.md keeps its word: each row names tests that exist, each switch has its row, no test file is left out.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

use std::collections::BTreeMap;

use accord_sandbox::Switches;

const TABLES: &str = include_str!("../FIDELITY.md");

/// The source of each test file, by name.
fn test_files() -> BTreeMap<String, String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests");
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| {
            (path.file_stem().unwrap().to_str().unwrap().to_owned(), std::fs::read_to_string(&path).unwrap())
        })
        .collect()
}

/// The source of a test file by its name, or of a file of the crate by its path, for tests that stand beside the code.
fn source(files: &BTreeMap<String, String>, name: &str) -> Option<String> {
    if name.starts_with("src/") {
        return std::fs::read_to_string(format!("{}/{name}", env!("CARGO_MANIFEST_DIR"))).ok();
    }
    files.get(name).cloned()
}

/// Whether what follows a test's attribute is the function of that name; other attributes may stand between.
fn is_named(after: &str, name: &str) -> bool {
    after
        .lines()
        .map(str::trim)
        .find_map(|line| line.strip_prefix("fn "))
        .is_some_and(|line| line.split('(').next() == Some(name))
}

/// The rows of all tables, without their heads: the cells of each.
fn rows() -> Vec<Vec<&'static str>> {
    let lines: Vec<&str> = TABLES.lines().collect();
    let is_rule = |line: &str| line.starts_with("|--") || line.starts_with("| --");
    lines
        .iter()
        .enumerate()
        .filter(|(at, line)| {
            line.starts_with('|') && !is_rule(line) && !lines.get(at + 1).is_some_and(|next| is_rule(next))
        })
        .map(|(_, line)| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect()
}

/// What stands in backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

#[test]
fn each_row_names_tests_that_exist() {
    let files = test_files();
    let mut named = 0;
    for row in rows() {
        let tests: Vec<&str> = quoted(row.last().unwrap()).filter(|name| name.contains("::")).collect();
        assert!(!tests.is_empty(), "no test shows this row: {row:?}");
        for test in tests {
            let (file, name) = test.split_once("::").unwrap();
            let source = source(&files, file).unwrap_or_else(|| panic!("there is no file {file}: {row:?}"));
            let exists = name == "*" || source.split("#[test]").skip(1).any(|test| is_named(test, name));
            assert!(exists, "{file} has no test {name}");
            named += 1;
        }
    }
    assert!(named >= 50, "only {named} tests were found: the tables are read wrongly");
}

#[test]
fn each_switch_has_its_row() {
    let rows = rows();
    for switch in Switches::ALL {
        let shown =
            rows.iter().any(|row| row.iter().any(|cell| quoted(cell).any(|name| name == switch.name)));
        assert!(shown, "{} stands in no row", switch.name);
    }
}

#[test]
fn each_test_file_has_its_row() {
    for file in test_files().keys() {
        assert!(TABLES.contains(&format!("`{file}::")), "tests/{file}.rs stands in no row");
    }
}

/// One table has the grade of its evidence in the second column: a letter, or the name of a switch.
#[test]
fn each_row_about_a_vendor_has_its_evidence() {
    for row in rows().iter().filter(|row| row.len() == 3) {
        let graded = row[1].split([' ', ',', ';']).any(|word| ["D", "P", "C", "I", "S", "V"].contains(&word));
        let switched = quoted(row[1]).any(|name| Switches::ALL.iter().any(|switch| switch.name == name));
        assert!(graded || switched, "{row:?}");
    }
}
