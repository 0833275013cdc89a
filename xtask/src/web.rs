//! Runs the suites of `tests/web`: the engine compiled for wasm, in a page and in a worker of both browsers.
//!
//! This program is Cargo's runner of the compiled tests. Chromium is driven through its WebDriver. Firefox has none without
//! a download, so the tests are served to it as to a person, and Playwright opens the page and reads what it shows.

use std::ffi::OsString;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, ExitCode, Stdio};

use anyhow::{Context as _, Result};
use serde_json::json;

use crate::project::{CRATE, Project, WASM_TARGET};
use crate::setup::Browser;

/// The names of the runners on this program's command line.
pub(crate) const RUNNER: &str = "wasm-test-runner";
pub(crate) const FIREFOX_RUNNER: &str = "wasm-test-runner-firefox";

/// Where the suites run.
pub(crate) struct Place {
    runner: &'static str,
    /// What tells the runner that it is a page, or a worker.
    variable: &'static str,
}

const PAGE: &str = "WASM_BINDGEN_USE_BROWSER";
const WORKER: &str = "WASM_BINDGEN_USE_DEDICATED_WORKER";

pub(crate) const PLACES: [(&str, Place); 4] = [
    ("wasm in a page", Place { runner: RUNNER, variable: PAGE }),
    ("wasm in a worker", Place { runner: RUNNER, variable: WORKER }),
    ("wasm in Firefox's page", Place { runner: FIREFOX_RUNNER, variable: PAGE }),
    ("wasm in Firefox's worker", Place { runner: FIREFOX_RUNNER, variable: WORKER }),
];

/// `cargo test` of the suites `web*` in that place.
pub(crate) fn suites(project: &Project, browser: &Browser, place: Place) -> Result<Command> {
    let runner = std::env::current_exe().context("this program does not know its own path")?;
    // As a list, not as the environment variable: a path may hold spaces.
    let runner = format!("target.{WASM_TARGET}.runner = {}", json!([runner, place.runner]));
    let mut command = project.cargo(&["test", "--no-fail-fast", "--package", CRATE]);
    command
        .args(["--target", WASM_TARGET, "--test", "web*", "--config", &runner])
        .env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", capabilities(project, browser)?)
        .env("WASM_BINDGEN_TEST_TIMEOUT", "120")
        .env("CHROMEDRIVER", &browser.driver)
        .env("FIREFOX_PATH", &browser.firefox)
        .env(place.variable, "1");
    for other in ["CHROMEDRIVER_REMOTE", "GECKODRIVER", "GECKODRIVER_REMOTE", "SAFARIDRIVER", "MSEDGEDRIVER"]
    {
        command.env_remove(other);
    }
    Ok(command)
}

/// The WebDriver capabilities for a Chromium that keeps to itself; the runner adds `headless` and `no-sandbox`.
fn capabilities(project: &Project, browser: &Browser) -> Result<PathBuf> {
    let capabilities = json!({
        "goog:chromeOptions": {
            "binary": browser.chromium,
            "args": [
                "disable-gpu", "disable-background-networking", "disable-component-update", "disable-sync", "no-first-run",
            ],
        },
    });
    let path = project.scratch()?.join("webdriver.json");
    std::fs::write(&path, capabilities.to_string())
        .with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}

/// The runner for Firefox: `args` are the compiled tests and what to run of them.
pub(crate) fn run_in_firefox(project: &Project, args: &[OsString]) -> Result<ExitCode> {
    let this = std::env::current_exe().context("this program does not know its own path")?;
    let mut command = Command::new(this);
    command.arg(RUNNER).args(args).stdout(Stdio::piped());
    command.env("NO_HEADLESS", "1").env("WASM_BINDGEN_TEST_ADDRESS", "127.0.0.1:0");
    let mut server = Stopped(command.spawn().context("the tests could not be served")?);
    let output = server.0.stdout.take().context("the server has no output")?;
    // Read to the end of this function: the server ends when nobody takes what it says.
    let mut lines = BufReader::new(output).lines();
    let address = lines
        .by_ref()
        .map_while(Result::ok)
        .find_map(|line| line.split_once("available at ").map(|(_, address)| address.to_owned()))
        .context("the tests were not served")?;
    let status = project.node_script("firefox-tests.mjs").arg(&address).status();
    drop(lines);
    Ok(if status.context("Node does not run")?.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A server that serves until it is stopped.
struct Stopped(Child);

impl Drop for Stopped {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
