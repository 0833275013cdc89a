//! The size of the module that ships, against its budgets and against the recorded size.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};

use crate::build;
use crate::process::Shell;
use crate::project::{Project, QUICK};
use crate::setup;

const KIB: u64 = 1024;
const RAW_BUDGET: u64 = 320 * KIB;
const BROTLI_BUDGET: u64 = 110 * KIB;
/// Growth over the recorded size that nobody has to explain, in percent.
const TOLERANCE: u64 = 5;

/// Bytes of the module: as it is, and as web servers send it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Sizes {
    raw: u64,
    gzip: u64,
    brotli: u64,
}

/// The recorded sizes, and the form of `size --json`.
#[derive(Serialize, Deserialize)]
struct Record {
    wasm: Sizes,
}

/// Builds the module, prints its size, and fails when it is over a budget or grew too much: this command stays red until
/// the budgets are kept.
pub(crate) fn check(shell: &Shell, project: &Project, json: bool) -> Result<ExitCode> {
    let sizes = measure(shell, project)?;
    let recorded = recorded(project)?;
    if json {
        println!("{}", serde_json::to_string(&Record { wasm: sizes })?);
    } else {
        print!("{}", table(sizes, recorded));
    }
    let mut complaints = over_budget(sizes);
    complaints.extend(growth(sizes, recorded));
    for complaint in &complaints {
        eprintln!("error: {complaint}");
    }
    Ok(if complaints.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// As a step of the tests: growth over the recorded size fails, a budget that is not kept is said aloud. ARCHITECTURE.md
/// tells why it is not.
pub(crate) fn require(shell: &Shell, project: &Project) -> Result<()> {
    let sizes = measure(shell, project)?;
    for complaint in over_budget(sizes) {
        println!("not kept: {complaint}");
    }
    let grown = growth(sizes, recorded(project)?);
    if !grown.is_empty() {
        bail!("{}", grown.join("; "));
    }
    Ok(())
}

fn recorded(project: &Project) -> Result<Option<Sizes>> {
    let file = record_file(project);
    if !file.exists() {
        return Ok(None);
    }
    let text = std::fs::read_to_string(file).context("cannot read xtask/size.json")?;
    let record: Record = serde_json::from_str(&text).context("xtask/size.json is malformed")?;
    Ok(Some(record.wasm))
}

/// Records the module's size as it is.
pub(crate) fn bless(shell: &Shell, project: &Project) -> Result<()> {
    let wasm = measure(shell, project)?;
    let text = serde_json::to_string_pretty(&Record { wasm })? + "\n";
    std::fs::write(record_file(project), &text).context("cannot write xtask/size.json")?;
    print!("{text}");
    Ok(())
}

fn record_file(project: &Project) -> PathBuf {
    project.root.join("xtask").join("size.json")
}

fn measure(shell: &Shell, project: &Project) -> Result<Sizes> {
    setup::for_build(shell, project)?;
    build::module(shell, project)?;
    let text = shell.read(project.node_script("sizes.mjs").arg(project.wasm()), QUICK)?;
    serde_json::from_str(&text).context("the measured sizes are unreadable")
}

fn table(now: Sizes, recorded: Option<Sizes>) -> String {
    let row = |name: &str, size: u64, before: Option<u64>, budget: Option<u64>| {
        let shown = |bytes: Option<u64>| bytes.map_or_else(|| "-".to_owned(), kib);
        format!("{name:<8}{:>12}{:>12}{:>12}\n", kib(size), shown(budget), shown(before))
    };
    format!("{:<8}{:>12}{:>12}{:>12}\n", "module", "size", "budget", "recorded")
        + &row("raw", now.raw, recorded.map(|sizes| sizes.raw), Some(RAW_BUDGET))
        + &row("gzip", now.gzip, recorded.map(|sizes| sizes.gzip), None)
        + &row("brotli", now.brotli, recorded.map(|sizes| sizes.brotli), Some(BROTLI_BUDGET))
}

#[expect(clippy::cast_precision_loss, reason = "a module is far smaller than 2^53 bytes")]
fn kib(bytes: u64) -> String {
    format!("{:.1} KiB", bytes as f64 / KIB as f64)
}

fn over_budget(now: Sizes) -> Vec<String> {
    let budgets = [("raw", now.raw, RAW_BUDGET), ("brotli", now.brotli, BROTLI_BUDGET)].into_iter();
    let over = budgets.filter(|(_, size, budget)| size > budget);
    over.map(|(name, size, budget)| {
        format!("the module is {} {name}, over its budget of {}", kib(size), kib(budget))
    })
    .collect()
}

fn growth(now: Sizes, recorded: Option<Sizes>) -> Vec<String> {
    let mut found = Vec::new();
    let Some(recorded) = recorded else {
        found.push("no size is recorded in xtask/size.json; `cargo xtask bless` records it".to_owned());
        return found;
    };
    let measures = [
        ("raw", now.raw, recorded.raw),
        ("gzip", now.gzip, recorded.gzip),
        ("brotli", now.brotli, recorded.brotli),
    ];
    for (name, size, before) in measures {
        if size * 100 > before * (100 + TOLERANCE) {
            found.push(format!(
                "the module grew from {} to {} {name}, more than {TOLERANCE} %; \
                 if that is worth it, record it with `cargo xtask bless`",
                kib(before),
                kib(size)
            ));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORDED: Sizes = Sizes { raw: 200_000, gzip: 80_000, brotli: 70_000 };

    #[test]
    fn growth_within_the_tolerance_passes() {
        assert_eq!(growth(RECORDED, Some(RECORDED)), [""; 0]);
        assert_eq!(growth(Sizes { raw: 210_000, ..RECORDED }, Some(RECORDED)), [""; 0]);
    }

    #[test]
    fn growth_over_the_tolerance_fails_for_each_measure() {
        for grown in [
            Sizes { raw: 210_001, ..RECORDED },
            Sizes { gzip: 84_001, ..RECORDED },
            Sizes { brotli: 73_501, ..RECORDED },
        ] {
            assert_eq!(growth(grown, Some(RECORDED)).len(), 1, "{grown:?}");
        }
    }

    #[test]
    fn a_missing_record_is_told() {
        assert_eq!(growth(RECORDED, None).len(), 1);
        assert!(table(RECORDED, None).contains('-'));
    }

    #[test]
    fn a_budget_holds_whatever_is_recorded() {
        let big = Sizes { raw: RAW_BUDGET + 1, gzip: 90_000, brotli: BROTLI_BUDGET + 1 };
        let found = over_budget(big);
        assert_eq!(over_budget(Sizes { raw: RAW_BUDGET, gzip: 0, brotli: BROTLI_BUDGET }), [""; 0]);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found.iter().all(|complaint| complaint.contains("budget")), "{found:?}");
    }

    #[test]
    fn the_data_form_is_one_object() {
        let text = serde_json::to_string(&Record { wasm: RECORDED }).unwrap();
        assert_eq!(text, r#"{"wasm":{"raw":200000,"gzip":80000,"brotli":70000}}"#);
    }
}
