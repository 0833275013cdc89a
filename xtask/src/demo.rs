//! The demo: everything built, the sandbox serving it, and a browser on it when there is a desktop.

use std::process::Command;

use anyhow::{Result, bail};

use crate::build;
use crate::process::{Running, Shell};
use crate::project::Project;
use crate::server::{self, Server};

/// How the demo is started.
pub(crate) struct Options {
    pub(crate) port: u16,
    /// Events in the Google calendar.
    pub(crate) events: u32,
    /// Whether a browser is opened.
    pub(crate) open: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { port: 8787, events: 5000, open: true }
    }
}

/// Builds and serves the demo until it is interrupted.
pub(crate) fn run(shell: &Shell, project: &Project, options: &Options) -> Result<()> {
    build::everything(shell, project)?;
    let binary = server::build(shell, project)?;
    let args = [
        "--port".to_owned(),
        options.port.to_string(),
        "--static".to_owned(),
        project.site().display().to_string(),
        "--seed".to_owned(),
        "1".to_owned(),
        "--events".to_owned(),
        options.events.to_string(),
    ];
    let mut server = Server::start(project, &binary, &args)?;
    println!("\nThe demo is at {}/ (Ctrl-C stops it)\n", server.address);
    // Kept until the end: some desktops' openers run as long as the browser.
    let _opener = if options.open { open(&server.address) } else { None };
    let status = server.process.until_it_ends()?;
    bail!("the sandbox server ended by itself ({status})")
}

/// Opens the page where there is a desktop; the printed address serves everyone else.
fn open(address: &str) -> Option<Running> {
    let (program, args): (&str, &[&str]) = if cfg!(target_os = "macos") {
        ("open", &[])
    } else if cfg!(windows) {
        ("cmd", &["/C", "start", ""])
    } else if ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some()) {
        ("xdg-open", &[])
    } else {
        return None;
    };
    Running::start(Command::new(program).args(args).arg(address)).ok()
}
