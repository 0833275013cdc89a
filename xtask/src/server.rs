//! The sandbox server: built once, started, and stopped when dropped.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result};

use crate::process::{Running, Shell};
use crate::project::{LONG, Project};

/// How long the server may take to generate its events and listen.
const START: Duration = Duration::from_secs(60);

/// Builds the server. The profile is that of the tests, so that its many dependencies are compiled once.
pub(crate) fn build(shell: &Shell, project: &Project) -> Result<PathBuf> {
    shell.step("build the sandbox server", || {
        shell.run(&mut project.cargo(&["build", "--package", "accord-sandbox", "--bins"]), LONG)
    })?;
    let name = format!("accord-sandbox{}", std::env::consts::EXE_SUFFIX);
    Ok(project.target.join("debug").join(name))
}

/// A running sandbox server.
pub(crate) struct Server {
    pub(crate) process: Running,
    /// `http://127.0.0.1:<port>`
    pub(crate) address: String,
}

impl Server {
    /// Starts the server and waits until it listens.
    pub(crate) fn start(project: &Project, binary: &Path, args: &[String]) -> Result<Self> {
        let mut command = project.command(&binary.to_string_lossy());
        let mut process = Running::start(command.args(args))?;
        let line = process.next_line(START).context("the sandbox server did not start")?;
        let address = line.strip_prefix("listening on ").with_context(|| {
            format!("the sandbox server should say where it listens, but it said: {line}")
        })?;
        Ok(Self { address: address.trim_end_matches('/').to_owned(), process })
    }
}
