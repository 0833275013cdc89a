//! The seeded simulation of the whole engine: `tests/simulation`, in the Cargo profile made for it.

use crate::process::{Finished, Shell};
use crate::project::{CRATE, LONG, Project};

use anyhow::{Result, bail};

/// Which stories are told.
#[derive(Debug, PartialEq)]
pub(crate) struct Options {
    /// How many.
    pub(crate) seeds: u64,
    /// The first one.
    pub(crate) from: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { seeds: 2_000, from: 1 }
    }
}

/// Tells the stories.
///
/// # Errors
/// At the first story that goes wrong; its seed and the shrunk story are printed.
pub(crate) fn run(shell: &Shell, project: &Project, options: &Options) -> Result<()> {
    if watch(shell, project, options)?.status.success() {
        return Ok(());
    }
    bail!(
        "the simulation failed; `cargo xtask simulate --seeds 1 --from SEED` tells the story of a seed again"
    )
}

/// The same, whatever comes of it.
pub(crate) fn watch(shell: &Shell, project: &Project, options: &Options) -> Result<Finished> {
    let mut command =
        project.cargo(&["test", "--profile", "simulation", "--package", CRATE, "--test", "simulation"]);
    command
        .args(["--", "--nocapture"])
        .env("SIMULATE_FROM", options.from.to_string())
        .env("SIMULATE_SEEDS", options.seeds.to_string());
    shell.watch(&mut command, LONG)
}
