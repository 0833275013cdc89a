//! Coverage of the engine by its native tests and by some simulated stories: figures for each file, and a list of what
//! is not reached that is held against `tests/COVERAGE.md`, where each entry has its reason.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use crate::process::Shell;
use crate::project::{CRATE, LONG, Project, QUICK};

/// Simulated stories; more of them reach hardly more.
const SEEDS: &str = "60";

/// The lines of a file that can be reached, with how often each was.
type Lines = BTreeMap<usize, u64>;

/// Measures, prints the figures, and checks the list.
///
/// # Errors
/// When a tool is missing, a test fails, or the list is not what the measurement says; `record` writes it anew instead,
/// keeping the reasons that are there.
pub(crate) fn run(shell: &Shell, project: &Project, record: bool) -> Result<()> {
    require_tools(shell, project)?;
    let report = project.scratch()?.join("coverage.lcov");
    shell.step("measure the coverage of src/", || {
        let llvm_cov = |args: &[&str]| {
            let mut command = project.cargo(&["llvm-cov"]);
            command.args(args).env("SIMULATE_SEEDS", SEEDS).env("CARGO_INCREMENTAL", "0");
            shell.run(&mut command, LONG)
        };
        llvm_cov(&["clean", "--workspace"])?;
        llvm_cov(&["test", "--no-report", "--package", CRATE])?;
        llvm_cov(&["test", "--no-report", "--package", CRATE, "--test", "simulation"])?;
        llvm_cov(&["report", "--lcov", "--output-path", &report.to_string_lossy()])
    })?;
    let lcov = std::fs::read_to_string(&report).context("there is no report of the coverage")?;
    let files = read(&lcov, &project.root);
    if files.is_empty() {
        bail!("the report of the coverage names no file of src/");
    }
    print!("{}", table(&files));
    let mut unreached = Vec::new();
    for (file, lines) in &files {
        let source = std::fs::read_to_string(project.root.join(file))
            .with_context(|| format!("cannot read {file}"))?;
        unreached.extend(runs(&source, lines).into_iter().map(|text| (file.clone(), text)));
    }
    let list = project.root.join("tests").join("COVERAGE.md");
    let known = std::fs::read_to_string(&list).unwrap_or_default();
    if record {
        return std::fs::write(&list, listed(&unreached, &reasons(&known)))
            .with_context(|| format!("cannot write {}", list.display()));
    }
    check(&unreached, &reasons(&known))
}

fn require_tools(shell: &Shell, project: &Project) -> Result<()> {
    if shell.read(&mut project.cargo(&["llvm-cov", "--version"]), QUICK).is_err() {
        bail!("coverage needs cargo-llvm-cov: cargo install cargo-llvm-cov --locked");
    }
    let mut sysroot = project.command("rustc");
    let sysroot = shell.read(sysroot.args(["--print", "target-libdir"]), QUICK)?;
    let tool = Path::new(sysroot.trim()).with_file_name("bin").join("llvm-profdata");
    if !tool.with_extension(std::env::consts::EXE_EXTENSION).exists() {
        bail!("coverage needs LLVM's tools: rustup component add llvm-tools");
    }
    Ok(())
}

/// The files of `src/` in a report of lcov's format: `SF:` names a file, `DA:` a line and its count.
fn read(lcov: &str, root: &Path) -> BTreeMap<String, Lines> {
    let mut files: BTreeMap<String, Lines> = BTreeMap::new();
    let mut current = None;
    for row in lcov.lines() {
        if let Some(path) = row.strip_prefix("SF:") {
            let path =
                Path::new(path).strip_prefix(root).ok().map(|path| path.to_string_lossy().replace('\\', "/"));
            current = path.filter(|path| path.starts_with("src/"));
        } else if let (Some(file), Some(data)) = (&current, row.strip_prefix("DA:")) {
            let mut numbers = data.split(',').map(str::parse::<u64>);
            if let (Some(Ok(line)), Some(Ok(count))) = (numbers.next(), numbers.next()) {
                let count_so_far = files.entry(file.clone()).or_default().entry(line as usize).or_default();
                *count_so_far += count;
            }
        }
    }
    files
}

fn table(files: &BTreeMap<String, Lines>) -> String {
    let mut text = format!("\n{:<32}{:>8}{:>9}{:>9}\n", "file", "lines", "reached", "part");
    let (mut all, mut all_reached) = (0, 0);
    for (file, lines) in files {
        let reached = lines.values().filter(|count| **count > 0).count();
        all += lines.len();
        all_reached += reached;
        let _ =
            writeln!(text, "{file:<32}{:>8}{reached:>9}{:>8.1}%", lines.len(), part(reached, lines.len()));
    }
    let _ = writeln!(text, "{:<32}{all:>8}{all_reached:>9}{:>8.1}%", "", part(all_reached, all));
    text
}

fn part(reached: usize, all: usize) -> f64 {
    100.0 * reached as f64 / all.max(1) as f64
}

/// The first line of each run of unreached lines: source text stays where numbers move.
fn runs(source: &str, lines: &Lines) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut in_run = false;
    for (index, text) in source.lines().enumerate() {
        match lines.get(&(index + 1)) {
            Some(0) => {
                let text = text.trim().to_owned();
                if !in_run && !found.contains(&text) {
                    found.push(text);
                }
                in_run = true;
            }
            Some(_) => in_run = false,
            // Lines without code belong to the run around them.
            None => {}
        }
    }
    found
}

/// A file and the first line of something in it that is not reached.
type Place = (String, String);

/// The reasons of a list: rows of a table of three columns.
fn reasons(list: &str) -> BTreeMap<Place, String> {
    let mut found = BTreeMap::new();
    let mut file = String::new();
    for row in list.lines() {
        if let Some(name) = row.strip_prefix("## ") {
            file = name.trim_matches('`').to_owned();
        } else if let Some((text, why)) = row.strip_prefix("- `` ").and_then(|row| row.split_once(" ``: ")) {
            found.insert((file.clone(), text.to_owned()), why.to_owned());
        }
    }
    found
}

const HEAD: &str = "\
# What the tests do not reach

The places of `src/` that neither the native tests nor the simulation reach, by the first line of each, and why that is
so. `cargo xtask coverage` measures and fails when this list is not true; `cargo xtask coverage --record` writes it anew
and keeps the reasons. What runs in browsers only (`src/wasm.rs`) is tested by `tests/web` and not measured here.
";

fn listed(unreached: &[Place], reasons: &BTreeMap<Place, String>) -> String {
    let mut text = HEAD.to_owned();
    let mut current = "";
    for place @ (file, line) in unreached {
        if file != current {
            let _ = writeln!(text, "\n## `{file}`\n");
            current = file;
        }
        let why = reasons.get(place).map_or("", String::as_str);
        let _ = writeln!(text, "- `` {line} ``: {why}");
    }
    text
}

fn check(unreached: &[Place], reasons: &BTreeMap<Place, String>) -> Result<()> {
    let explained = |place: &&Place| reasons.get(*place).is_some_and(|why| !why.trim().is_empty());
    let new: Vec<&Place> = unreached.iter().filter(|place| !explained(place)).collect();
    let old: Vec<&Place> = reasons.keys().filter(|place| !unreached.contains(place)).collect();
    for (file, line) in &new {
        eprintln!("not reached, and no reason given: {file}: {line}");
    }
    for (file, line) in &old {
        eprintln!("in the list, and reached or gone: {file}: {line}");
    }
    if !new.is_empty() || !old.is_empty() {
        bail!("tests/COVERAGE.md is not true: `cargo xtask coverage --record`, then give the reasons");
    }
    println!("{} places are not reached, each with its reason in tests/COVERAGE.md", unreached.len());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_named_by_their_first_line() {
        let source = "fn a() {\n    b();\n\n    c();\n}\n\nfn d() {\n    e();\n}\n";
        let lines = Lines::from([(1, 1), (2, 0), (4, 0), (5, 1), (7, 0), (8, 0), (9, 3)]);
        assert_eq!(runs(source, &lines), ["b();", "fn d() {"]);
    }

    #[test]
    fn a_report_is_read_by_file_and_line() {
        let root = Path::new("/p");
        let lcov = "SF:/p/src/a.rs\nDA:1,2\nDA:2,0\nend_of_record\nSF:/p/tests/b.rs\nDA:1,0\nend_of_record\n";
        let files = read(lcov, root);
        assert_eq!(files, BTreeMap::from([("src/a.rs".to_owned(), Lines::from([(1, 2), (2, 0)]))]));
        assert!(table(&files).contains("50.0%"));
    }

    #[test]
    fn a_list_keeps_its_reasons_and_must_be_true() {
        let place = |line: &str| ("src/a.rs".to_owned(), line.to_owned());
        let known = reasons("## `src/a.rs`\n\n- `` b(); ``: never happens\n- `` old(); ``: was so\n");
        let text = listed(&[place("b();"), place("c();")], &known);
        let kept = reasons(&text);
        assert_eq!(kept.get(&place("b();")).map(String::as_str), Some("never happens"));
        assert!(check(&[place("b();")], &known).is_err(), "a place that is gone");
        assert!(check(&[place("b();"), place("c();")], &kept).is_err(), "a place without a reason");
        let all = BTreeMap::from([(place("b();"), "never happens".to_owned())]);
        assert!(check(&[place("b();")], &all).is_ok());
    }
}
