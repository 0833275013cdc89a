//! What the program says about itself is complete, and the examples of its README work as they stand.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod support;

use std::process::Command;

use accord_sandbox::{Fault, Switches};
use serde_json::json;
use support::server::Running;

const README: &str = include_str!("../README.md");
const ADMIN: &str = include_str!("../src/admin.rs");

fn said(argument: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_accord-sandbox")).arg(argument).output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_help_and_the_readme_name_every_admin_route() {
    let help = said("--help");
    let routes: Vec<&str> =
        ADMIN.split('"').filter(|text| text.starts_with("/sandbox/") && !text.contains(' ')).collect();
    assert!(routes.len() >= 20, "the routes were not found: {routes:?}");
    for route in routes {
        assert!(help.contains(route), "--help does not name {route}");
        assert!(README.contains(route), "README.md does not name {route}");
    }
}

#[test]
fn the_help_and_the_readme_name_every_kind_of_fault() {
    let help = said("--help");
    let refusal = Fault::from_json(&json!({ "kind": "?" })).unwrap_err();
    let (_, kinds) = refusal.split_once("there are ").unwrap();
    for kind in kinds.split(", ") {
        assert!(help.contains(kind), "--help does not name {kind}");
        assert!(README.contains(&format!("`{kind}`")), "README.md does not name {kind}");
    }
}

#[test]
fn each_switch_has_one_line_with_its_values() {
    let list = said("--switches");
    let lines: Vec<&str> = list.lines().collect();
    assert_eq!(lines.len(), Switches::ALL.len());
    for (line, switch) in lines.iter().zip(Switches::ALL) {
        let expected = format!("{}={}  {}", switch.name, switch.values.join("|"), switch.about);
        assert_eq!(*line, expected);
    }
}

/// Sends what a `curl` line of the README says.
fn curl(server: &Running, line: &str) -> u16 {
    let mut words = shell_words(line).into_iter().skip(1);
    let (mut method, mut path, mut headers, mut body) = (None, String::new(), String::new(), String::new());
    while let Some(word) = words.next() {
        match word.as_str() {
            "-X" => method = words.next(),
            "-H" => headers += &format!("{}\r\n", words.next().unwrap()),
            "-d" => body = words.next().unwrap(),
            "--data-binary" => {
                assert_eq!(words.next().unwrap(), "@export.ics");
                body = include_str!("files/outlook.ics").to_owned();
            }
            address => path = address.strip_prefix("http://localhost:8787").unwrap().to_owned(),
        }
    }
    let method = method.unwrap_or_else(|| if body.is_empty() { "GET".into() } else { "POST".into() });
    server.json(&method, &path, &headers, &body).0
}

/// Words of a command line, those in single quotes whole.
fn shell_words(line: &str) -> Vec<String> {
    line.split('\'')
        .enumerate()
        .flat_map(|(part, text)| match part % 2 {
            0 => text.split_whitespace().map(str::to_owned).collect::<Vec<_>>(),
            _ => vec![text.to_owned()],
        })
        .collect()
}

#[test]
fn the_examples_of_the_readme_work() {
    let server = Running::start(&["--now", "2026-11-22T12:00:00Z", "--events", "20"]);
    let examples: Vec<&str> = README.lines().filter(|line| line.starts_with("curl ")).collect();
    assert!(examples.len() >= 20, "the examples were not found");
    for line in examples {
        assert!((200..300).contains(&curl(&server, line)), "{line}");
    }
}
