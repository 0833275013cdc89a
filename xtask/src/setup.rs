//! Finds or installs what the other commands need. With everything there it takes well under a second.
//!
//! Sources are rustup, the npm registry and the Python package index (from the lists of this repository) and, on Debian
//! as root, apt: nothing else is downloaded.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::process::Shell;
use crate::project::{LONG, Project, QUICK, WASM_TARGET};

/// The oldest Node that runs the build tools.
const NODE: u32 = 20;

/// Programs to look for, best first. An environment variable of the given name goes before them.
const CHROMIUM: (&str, &[&str]) = (
    "CHROMIUM_PATH",
    &[
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    ],
);
const CHROMEDRIVER: (&str, &[&str]) =
    ("CHROMEDRIVER", &["chromedriver", "/usr/lib/chromium-browser/chromedriver"]);

const FIREFOX: (&str, &[&str]) =
    ("FIREFOX_PATH", &["firefox-esr", "firefox", "/Applications/Firefox.app/Contents/MacOS/firefox"]);

/// The browser that tests and benches run in, its driver, and the other one, in which what people install is tested as well.
pub(crate) struct Browser {
    pub(crate) chromium: PathBuf,
    pub(crate) driver: PathBuf,
    pub(crate) firefox: PathBuf,
}

/// Everything that any command needs.
pub(crate) fn everything(shell: &Shell, project: &Project) -> Result<Browser> {
    for_build(shell, project)?;
    for_browser(shell)
}

/// What `build` needs: the wasm target, the source of the standard library, Node, and the npm packages of the lock file.
pub(crate) fn for_build(shell: &Shell, project: &Project) -> Result<()> {
    wasm_target(shell, project)?;
    standard_library(shell, project)?;
    node(shell)?;
    npm_packages(shell, project)
}

fn wasm_target(shell: &Shell, project: &Project) -> Result<()> {
    let mut command = project.command("rustc");
    command.args(["--print", "target-libdir", "--target", WASM_TARGET]);
    let libdir = shell.read(&mut command, QUICK).context("rustc does not run; install Rust with rustup")?;
    if PathBuf::from(libdir.trim()).is_dir() {
        return Ok(());
    }
    let mut command = project.command("rustup");
    command.args(["target", "add", WASM_TARGET]);
    shell.step(&format!("install Rust's {WASM_TARGET} target"), || {
        shell.run(&mut command, LONG).with_context(|| {
            format!(
                "this Rust has no {WASM_TARGET} target and rustup could not add it; install Rust with rustup"
            )
        })
    })?;
    Ok(())
}

/// The module that ships is linked with a standard library that is made for size, see `build`.
fn standard_library(shell: &Shell, project: &Project) -> Result<()> {
    let sysroot = shell.read(project.command("rustc").args(["--print", "sysroot"]), QUICK)?;
    if PathBuf::from(sysroot.trim()).join("lib/rustlib/src/rust/library/Cargo.lock").is_file() {
        return Ok(());
    }
    let mut command = project.command("rustup");
    command.args(["component", "add", "rust-src"]);
    shell.step("install the source of Rust's standard library", || {
        shell.run(&mut command, LONG).context(
            "this Rust has no source of its standard library and rustup could not add it; install Rust with rustup",
        )
    })?;
    Ok(())
}

fn node(shell: &Shell) -> Result<()> {
    let version = shell
        .read(Command::new("node").arg("--version"), QUICK)
        .with_context(|| format!("Node does not run; install Node {NODE} or newer"))?;
    if !is_new_enough(&version) {
        bail!("this is Node {}; install Node {NODE} or newer", version.trim());
    }
    Ok(())
}

fn is_new_enough(version: &str) -> bool {
    let major = version.trim().trim_start_matches('v').split('.').next();
    major.and_then(|major| major.parse::<u32>().ok()).is_some_and(|major| major >= NODE)
}

/// Installs the packages when the lock file differs from the one they were installed from.
fn npm_packages(shell: &Shell, project: &Project) -> Result<()> {
    let lock =
        std::fs::read(project.root.join("package-lock.json")).context("cannot read package-lock.json")?;
    let mark = project.root.join("node_modules").join(".accord-installed-lock");
    if std::fs::read(&mark).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    shell.step("install npm packages from the lock file", || {
        shell.run(&mut project.npm(&["ci", "--no-audit", "--no-fund"]), LONG)
    })?;
    std::fs::write(&mark, lock).with_context(|| format!("cannot write {}", mark.display()))
}

/// Chromium with its driver, and Firefox.
pub(crate) fn for_browser(shell: &Shell) -> Result<Browser> {
    if let Some(browser) = find_browser() {
        return Ok(browser);
    }
    if may_install_debian_packages(shell) {
        shell.step("install Debian's chromium, chromium-driver and firefox-esr", || {
            shell.run(&mut apt(&["update"]), LONG)?;
            shell.run(&mut apt(&["install", "--yes", "chromium", "chromium-driver", "firefox-esr"]), LONG)
        })?;
    }
    find_browser().context(
        "no Chromium (or Chrome) with a chromedriver of the same version, or no Firefox, was found; install them \
         (Debian: apt-get install chromium chromium-driver firefox-esr), or name them in CHROMIUM_PATH, CHROMEDRIVER \
         and FIREFOX_PATH",
    )
}

fn find_browser() -> Option<Browser> {
    Some(Browser {
        chromium: find_program(CHROMIUM)?,
        driver: find_program(CHROMEDRIVER)?,
        firefox: find_program(FIREFOX)?,
    })
}

fn find_program((variable, names): (&str, &[&str])) -> Option<PathBuf> {
    let named = std::env::var(variable).ok();
    named.as_deref().into_iter().chain(names.iter().copied()).find_map(|name| which::which(name).ok())
}

pub(crate) fn may_install_debian_packages(shell: &Shell) -> bool {
    let is_root = || shell.read(Command::new("id").arg("-u"), QUICK).is_ok_and(|id| id.trim() == "0");
    std::path::Path::new("/etc/debian_version").exists() && which::which("apt-get").is_ok() && is_root()
}

pub(crate) fn apt(args: &[&str]) -> Command {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive").args(args);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_versions_are_compared_by_number() {
        assert!(is_new_enough("v20.0.0\n"));
        assert!(is_new_enough("v100.1.0"));
        assert!(!is_new_enough("v9.11.2"));
        assert!(!is_new_enough("v18.20.4"));
        assert!(!is_new_enough("not a version"));
    }

    #[test]
    fn a_program_named_in_the_environment_goes_first() {
        // PATH itself serves as the variable: it is set everywhere and names no program.
        assert_eq!(find_program(("PATH", &["cargo"])), which::which("cargo").ok());
        assert_eq!(
            find_program(("CARGO", &["no-such-program"])),
            which::which(std::env::var("CARGO").unwrap()).ok()
        );
        assert_eq!(find_program(("NO_SUCH_VARIABLE", &["no-such-program"])), None);
    }
}
