//! Finds or installs Python, and keeps a virtual environment with the packages of `tests/clients/python`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::process::Shell;
use crate::project::{LONG, Project, QUICK};
use crate::setup;

/// The oldest Python that all the packages run on: `ical` needs it.
const PYTHON: (u32, u32) = (3, 11);

/// Programs to look for, best first. The environment variable goes before them; the last one is Debian's, should
/// another of the same name stand before it in the path.
const NAMES: (&str, &[&str]) = (
    "PYTHON",
    &["python3", "python3.14", "python3.13", "python3.12", "python3.11", "python", "/usr/bin/python3"],
);

/// The folder of the suites.
pub(crate) fn suites(project: &Project) -> PathBuf {
    project.root.join("tests").join("clients").join("python")
}

/// The Python of the virtual environment, made anew when the list of packages changed.
pub(crate) fn environment(shell: &Shell, project: &Project) -> Result<PathBuf> {
    let list = suites(project).join("requirements.txt");
    let wanted = std::fs::read(&list).with_context(|| format!("cannot read {}", list.display()))?;
    let folder = project.target.join("clients-venv");
    let python = if cfg!(windows) {
        folder.join("Scripts").join("python.exe")
    } else {
        folder.join("bin").join("python")
    };
    let mark = folder.join(".accord-installed-requirements");
    // The Python that it was made from may be gone since.
    if std::fs::read(&mark).is_ok_and(|installed| installed == wanted) && is_usable(shell, &python) {
        return Ok(python);
    }
    let base = base(shell)?;
    shell.step("install Python packages from requirements.txt", || {
        shell.run(Command::new(base).args(["-m", "venv", "--clear"]).arg(&folder), LONG)?;
        // Only what is listed, and then nothing may be missing: every version is chosen in the list.
        shell.run(pip(&python, &["install", "--quiet", "--no-deps", "--requirement"]).arg(&list), LONG)?;
        shell.run(&mut pip(&python, &["check"]), LONG)
    })?;
    std::fs::write(&mark, wanted).with_context(|| format!("cannot write {}", mark.display()))?;
    Ok(python)
}

fn pip(python: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(python);
    command.args(["-m", "pip", "--disable-pip-version-check"]).args(args);
    command
}

/// A Python that can make virtual environments.
fn base(shell: &Shell) -> Result<PathBuf> {
    if let Some(found) = find(shell) {
        return Ok(found);
    }
    if setup::may_install_debian_packages(shell) {
        shell.step("install Debian's python3 and python3-venv", || {
            shell.run(&mut setup::apt(&["update"]), LONG)?;
            shell.run(&mut setup::apt(&["install", "--yes", "python3", "python3-venv"]), LONG)
        })?;
    }
    let (major, minor) = PYTHON;
    find(shell).with_context(|| {
        format!(
            "no Python {major}.{minor} or newer that can make virtual environments was found; install one \
             (Debian: apt-get install python3 python3-venv), or name it in PYTHON"
        )
    })
}

fn find(shell: &Shell) -> Option<PathBuf> {
    let (variable, names) = NAMES;
    let named = std::env::var(variable).ok();
    let candidates = named.as_deref().into_iter().chain(names.iter().copied());
    candidates.filter_map(|name| which::which(name).ok()).find(|python| is_usable(shell, python))
}

/// Whether it runs, is new enough and has what `venv` needs; Debian keeps `ensurepip` in a package of its own.
fn is_usable(shell: &Shell, python: &Path) -> bool {
    let (major, minor) = PYTHON;
    let check = format!("import sys, venv, ensurepip; sys.exit(sys.version_info < ({major}, {minor}))");
    shell.read(Command::new(python).args(["-c", &check]), QUICK).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_is_no_python_is_not_usable() {
        let cargo = which::which(std::env::var("CARGO").unwrap()).unwrap();
        assert!(!is_usable(&Shell::default(), &cargo));
        assert!(!is_usable(&Shell::default(), Path::new("no-such-program")));
    }
}
