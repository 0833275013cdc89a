//! Where things are, and how to call the tools of the project.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result};
use serde::Deserialize;

use crate::process::Shell;

/// A bound for tools that answer at once.
pub(crate) const QUICK: Duration = Duration::from_secs(60);
/// A bound for compilers and test suites.
pub(crate) const LONG: Duration = Duration::from_secs(30 * 60);

/// The target that ships.
pub(crate) const WASM_TARGET: &str = "wasm32-unknown-unknown";
/// The crate that ships.
pub(crate) const CRATE: &str = "accord-sync";
/// The stem of the shipped files: `accord_sync.js`, `accord_sync_bg.wasm`, `accord_sync.d.ts`.
pub(crate) const OUT_NAME: &str = "accord_sync";

/// The project's folders.
pub(crate) struct Project {
    pub(crate) root: PathBuf,
    pub(crate) target: PathBuf,
}

impl Project {
    pub(crate) fn find() -> Result<Self> {
        #[derive(Deserialize)]
        struct Metadata {
            workspace_root: PathBuf,
            target_directory: PathBuf,
        }
        // The folder is known only to the machine that compiled this, which is the one that runs it.
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
        let mut command = Command::new(cargo_program());
        command.args(["metadata", "--no-deps", "--format-version=1", "--manifest-path"]).arg(manifest);
        let text = Shell::default().read(&mut command, QUICK)?;
        let metadata: Metadata = serde_json::from_str(&text).context("cargo metadata is unreadable")?;
        Ok(Self { root: metadata.workspace_root, target: metadata.target_directory })
    }

    /// The folder of the module that ships, made by `build`.
    pub(crate) fn pkg(&self) -> PathBuf {
        self.root.join("pkg")
    }

    /// The module that ships.
    pub(crate) fn wasm(&self) -> PathBuf {
        self.pkg().join(format!("{OUT_NAME}_bg.wasm"))
    }

    /// The demo site, made by `build`.
    pub(crate) fn site(&self) -> PathBuf {
        self.root.join("js").join("dist")
    }

    /// A folder for intermediate files.
    pub(crate) fn scratch(&self) -> Result<PathBuf> {
        let path = self.target.join("xtask");
        std::fs::create_dir_all(&path).with_context(|| format!("cannot make {}", path.display()))?;
        Ok(path)
    }

    pub(crate) fn cargo(&self, args: &[&str]) -> Command {
        let mut command = self.command(&cargo_program());
        command.args(args);
        if std::io::IsTerminal::is_terminal(&std::io::stderr()) {
            command.env("CARGO_TERM_COLOR", "always");
        }
        command
    }

    pub(crate) fn npm(&self, args: &[&str]) -> Command {
        let mut command = self.command(if cfg!(windows) { "npm.cmd" } else { "npm" });
        command.args(args);
        command
    }

    /// Node with one of xtask's own scripts.
    pub(crate) fn node_script(&self, name: &str) -> Command {
        let mut command = self.command("node");
        command.arg(self.root.join("xtask").join("node").join(name));
        command
    }

    /// A program started in the project's root.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        command
    }
}

/// The cargo that runs this (so that a chosen toolchain stays chosen).
fn cargo_program() -> String {
    std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned())
}
