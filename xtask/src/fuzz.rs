//! Fuzzing: the targets of `tests/fuzz`, built by nightly Rust and run one after the other for a while.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use crate::process::Shell;
use crate::project::{LONG, Project, QUICK};

/// What the command line asks for.
#[derive(Debug, PartialEq)]
pub(crate) struct Options {
    /// How long each target runs.
    pub(crate) seconds: u64,
    /// One target; all of them when none is named.
    pub(crate) target: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self { seconds: 60, target: None }
    }
}

/// What a build may take before its target runs.
const BUILD: Duration = LONG;

/// Runs the targets.
///
/// # Errors
/// When a tool is missing, or a target found something: its input is then in `tests/fuzz/artifacts`.
pub(crate) fn run(shell: &Shell, project: &Project, options: &Options) -> Result<()> {
    let folder = project.root.join("tests").join("fuzz");
    let targets = targets(&folder)?;
    let chosen: Vec<&String> = match &options.target {
        None => targets.iter().collect(),
        Some(name) if targets.contains(name) => vec![name],
        Some(name) => bail!("there is no fuzz target `{name}`; there are {}", targets.join(", ")),
    };
    require_tools(shell, project)?;
    for target in chosen {
        shell.step(&format!("fuzz {target} for {} s", options.seconds), || {
            let mut command = project.command("cargo");
            // The rules of the repository's toolchain do not hold here; there is no unsafe code for a sanitizer to watch.
            command.args(["+nightly", "fuzz", "run", "--fuzz-dir"]).arg(&folder).args([
                "--sanitizer",
                "none",
                target,
            ]);
            command.args(["--", &format!("-max_total_time={}", options.seconds)]);
            command.args(["-max_len=4096", "-timeout=20", "-rss_limit_mb=2048", "-print_final_stats=1"]);
            shell.run(&mut command, BUILD + Duration::from_secs(options.seconds)).with_context(|| {
                format!("the target {target} found something; its input is in tests/fuzz/artifacts/{target}")
            })
        })?;
    }
    Ok(())
}

/// The targets, by their files.
fn targets(folder: &Path) -> Result<Vec<String>> {
    let entries = std::fs::read_dir(folder.join("targets")).context("cannot read tests/fuzz/targets")?;
    let mut names = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if let (Some(name), true) = (path.file_stem(), path.extension().is_some_and(|kind| kind == "rs")) {
            names.push(name.to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

fn require_tools(shell: &Shell, project: &Project) -> Result<()> {
    let mut nightly = project.command("cargo");
    if shell.read(nightly.args(["+nightly", "--version"]), QUICK).is_err() {
        bail!("fuzzing needs nightly Rust: rustup toolchain install nightly --profile minimal");
    }
    let mut fuzz = project.command("cargo");
    if shell.read(fuzz.args(["+nightly", "fuzz", "--version"]), QUICK).is_err() {
        bail!("fuzzing needs cargo-fuzz: cargo install cargo-fuzz --locked");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each file of `targets` is also named in the manifest, and nothing else is.
    #[test]
    fn the_targets_are_those_of_the_manifest() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fuzz");
        let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap();
        let mut named: Vec<String> = manifest
            .split("[[bin]]")
            .skip(1)
            .filter_map(|bin| bin.split("name = \"").nth(1)?.split('"').next())
            .map(str::to_owned)
            .collect();
        named.sort();
        assert_eq!(targets(&folder).unwrap(), named);
        assert!(named.contains(&"sandbox".to_owned()));
    }
}
