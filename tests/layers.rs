//! The import rule of ARCHITECTURE.md: modules use only what stands above them in the list, and policy knows neither
//! vendor's JSON. Reads the `use crate::…` lines and every other mention of `crate::`.

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

use std::fs;
use std::path::{Path, PathBuf};

/// From the ground up. `sync` stands beside `wire` and `api`: it may use neither.
const LAYERS: [(&str, &[&str]); 8] = [
    ("devices", &[]),
    ("error", &[]),
    ("json", &[]),
    ("model", &["devices", "error", "json"]),
    ("wire", &["error", "json", "model"]),
    ("api", &["devices", "error", "json", "model", "wire"]),
    ("sync", &["devices", "error", "json", "model"]),
    ("engine", &["devices", "error", "json", "model", "wire", "api", "sync"]),
];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The layers that a source mentions as `crate::layer`.
fn mentions(source: &str) -> Vec<String> {
    let code = source.lines().filter(|line| !line.trim_start().starts_with("//"));
    let mut found: Vec<String> = code
        .flat_map(|line| line.split("crate::").skip(1))
        .map(|rest| rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect())
        .collect();
    found.sort();
    found.dedup();
    found
}

#[test]
fn imports_go_one_way() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut seen = 0;
    for path in sources(&root) {
        let inside = path.strip_prefix(&root).unwrap();
        let layer = inside
            .components()
            .next()
            .unwrap()
            .as_os_str()
            .to_str()
            .unwrap()
            .trim_end_matches(".rs")
            .to_owned();
        let Some((_, allowed)) = LAYERS.iter().find(|(name, _)| *name == layer) else {
            assert!(["lib", "wasm"].contains(&layer.as_str()), "{layer} has no place in the list");
            continue;
        };
        for other in mentions(&fs::read_to_string(&path).unwrap()) {
            let known = LAYERS.iter().any(|(name, _)| *name == other);
            assert!(
                !known || other == layer || allowed.contains(&other.as_str()),
                "{} uses {other}",
                inside.display()
            );
            seen += 1;
        }
    }
    assert!(seen > 50, "the sources were not read");
}

/// JavaScript is named in one file.
#[test]
fn only_the_boundary_knows_javascript() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for path in sources(&root) {
        let source = fs::read_to_string(&path).unwrap();
        let names = ["wasm_bindgen", "js_sys", "serde_wasm_bindgen"].iter().any(|name| source.contains(name));
        assert_eq!(names, path.ends_with("wasm.rs"), "{}", path.display());
    }
}

#[test]
fn a_mention_is_found() {
    assert_eq!(
        mentions("use crate::wire::google;\n// crate::api\nlet x = crate::sync::plan();"),
        ["sync", "wire"]
    );
}
