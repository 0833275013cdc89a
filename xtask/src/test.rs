//! Runs the checks and all tests, and closes with one line that sums them up.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::json;

use crate::bench;
use crate::build;
use crate::extension;
use crate::package;
use crate::process::{Interrupted, Shell, now, seconds};
use crate::project::{CRATE, LONG, Project, WASM_TARGET};
use crate::python;
use crate::server;
use crate::setup::{self, Browser};
use crate::simulate;
use crate::size;
use crate::tally::Tally;
use crate::widget;

/// A group of checks that can be asked for alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    /// Formatting and clippy, for this machine and for wasm.
    Lint,
    /// The workspace's tests on this machine.
    Native,
    /// Thousands of simulated stories of the whole engine.
    Simulation,
    /// The suites of `tests/web` in headless Chromium: in a page and in a worker.
    Wasm,
    /// The artefact that ships, run once, and the demo site.
    Build,
    /// The unit tests of the JavaScript.
    Js,
    /// The vendors' own clients against the sandbox server.
    Clients,
    /// The npm package, installed by small projects as people would.
    Package,
    /// The stories in a real browser against the sandbox server.
    E2e,
    /// The browser extension: what the stores get, its unit tests, and its stories in Chromium and Firefox.
    Extension,
    /// The packed CRM widget in a page that speaks the protocol of Zoho's SDK.
    Widget,
}

const PARTS: &[(&str, Part)] = &[
    ("lint", Part::Lint),
    ("native", Part::Native),
    ("simulation", Part::Simulation),
    ("wasm", Part::Wasm),
    ("build", Part::Build),
    ("js", Part::Js),
    ("clients", Part::Clients),
    ("package", Part::Package),
    ("e2e", Part::E2e),
    ("extension", Part::Extension),
    ("widget", Part::Widget),
];

impl Part {
    pub(crate) fn named(name: &str) -> Result<Self> {
        let Some((_, part)) = PARTS.iter().find(|(known, _)| *known == name) else {
            let names: Vec<_> = PARTS.iter().map(|(name, _)| *name).collect();
            bail!("`{name}` is no part of the tests; the parts are {}", names.join(", "));
        };
        Ok(*part)
    }
}

/// What one runner did.
struct Outcome {
    name: &'static str,
    took: Duration,
    tally: Tally,
    error: Option<anyhow::Error>,
}

/// Runs the chosen parts (all when none is chosen), whatever fails, and sums up.
pub(crate) fn run(shell: &Shell, project: &Project, parts: &[Part]) -> Result<ExitCode> {
    let mut session = Session { shell, project, outcomes: Vec::new(), sandbox: None };
    let wants = |part| parts.is_empty() || parts.contains(&part);
    let browser = setup::everything(shell, project)?;
    let ended = session.run_all(&browser, wants);
    print!("{}", summary(&session.outcomes));
    ended?;
    let failed = session.outcomes.iter().any(|outcome| outcome.error.is_some());
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

struct Session<'a> {
    shell: &'a Shell,
    project: &'a Project,
    outcomes: Vec<Outcome>,
    /// The sandbox server, once it is built.
    sandbox: Option<PathBuf>,
}

impl Session<'_> {
    fn run_all(&mut self, browser: &Browser, wants: impl Fn(Part) -> bool) -> Result<()> {
        if wants(Part::Lint) {
            self.check("format", |s| s.cargo(&["fmt", "--all", "--check"]))?;
            self.check("clippy", |s| {
                s.cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])
            })?;
            // It is no part of `cargo test`, so it is no part of all targets.
            self.check("clippy (simulation)", |s| {
                s.cargo(&["clippy", "--package", CRATE, "--test", "simulation", "--", "-D", "warnings"])
            })?;
            self.check("clippy for wasm", |s| {
                s.cargo(&[
                    "clippy",
                    "--package",
                    CRATE,
                    "--target",
                    WASM_TARGET,
                    "--lib",
                    "--test",
                    "web*",
                    "--",
                    "-D",
                    "warnings",
                ])
            })?;
        }
        if wants(Part::Native) {
            // The packages are tested apart: together they would share features, and all that xtask is built from
            // would be compiled a second time.
            self.tests("native", |s| {
                s.cargo_test(&[
                    "--package",
                    CRATE,
                    "--package",
                    "accord-bytes",
                    "--package",
                    "accord-sandbox",
                ])
            })?;
            self.tests("native (xtask)", |s| s.cargo_test(&["--package", "xtask"]))?;
        }
        if wants(Part::Simulation) {
            let options = simulate::Options::default();
            self.tests("simulation", |s| Ok(simulate::watch(s.shell, s.project, &options)?.into()))?;
        }
        if wants(Part::Wasm) {
            let in_page = [("WASM_BINDGEN_USE_BROWSER", "1")];
            let in_worker = [("WASM_BINDGEN_USE_DEDICATED_WORKER", "1")];
            self.tests("wasm in a page", |s| s.wasm_tests(browser, &in_page))?;
            self.tests("wasm in a worker", |s| s.wasm_tests(browser, &in_worker))?;
        }
        let built = [Part::Build, Part::Js, Part::Package, Part::E2e, Part::Extension, Part::Widget];
        let needs_build = built.into_iter().any(&wants);
        let is_built = needs_build && self.check("build", |s| build::everything(s.shell, s.project))?;
        if is_built && wants(Part::Build) {
            self.check("types of the boundary", |s| build::check_types(s.project))?;
            self.check("size of the module", |s| size::require(s.shell, s.project))?;
            self.check("types of the bench", |s| bench::check_types(s.shell, s.project))?;
        }
        if is_built
            && wants(Part::Js)
            && let Some(sandbox) = self.sandbox()?
        {
            self.tests("js", |s| s.javascript(&sandbox))?;
        }
        if wants(Part::Clients) {
            let mut python = PathBuf::new();
            let is_there = self.check("python of the clients", |s| {
                python = python::environment(s.shell, s.project)?;
                Ok(())
            })?;
            if let Some(sandbox) = self.sandbox()? {
                self.tests("clients (node)", |s| s.clients_of_node(&sandbox))?;
                if is_there {
                    self.tests("clients (python)", |s| s.clients_of_python(&python, &sandbox))?;
                }
            }
        }
        if is_built
            && wants(Part::Package)
            && let Some(sandbox) = self.sandbox()?
        {
            let mut archive = PathBuf::new();
            let is_packed = self.check("package", |s| {
                archive = package::archive(s.shell, s.project)?;
                Ok(())
            })?;
            if is_packed {
                self.tests("consumers of the package", |s| s.consumers(browser, &sandbox, &archive))?;
            }
        }
        if is_built
            && wants(Part::E2e)
            && let Some(sandbox) = self.sandbox()?
        {
            self.tests("e2e", |s| s.end_to_end(browser, &sandbox, "tests/e2e"))?;
        }
        if is_built && wants(Part::Extension) {
            self.extension(browser)?;
        }
        if is_built
            && wants(Part::Widget)
            && self.check("the widget as packed", |s| widget::pack(s.shell, s.project))?
            && let Some(sandbox) = self.sandbox()?
        {
            self.tests("widget", |s| s.end_to_end(browser, &sandbox, "tests/widget"))?;
        }
        Ok(())
    }

    fn extension(&mut self, browser: &Browser) -> Result<()> {
        self.check("types of the extension", |s| extension::check_types(s.shell, s.project))?;
        self.check("the extension for the stores", |s| extension::published(s.shell, s.project))?;
        self.tests("extension (unit)", |s| {
            let mut command = s.project.npm(&["test", "--workspace", "accord-extension"]);
            Ok(s.shell.watch(&mut command, LONG)?.into())
        })?;
        if self.check("the extension for the tests", |s| extension::for_tests(s.shell, s.project))?
            && let Some(sandbox) = self.sandbox()?
        {
            self.tests("extension (browsers)", |s| s.end_to_end(browser, &sandbox, "tests/extension"))?;
        }
        Ok(())
    }

    /// The sandbox server, built once.
    fn sandbox(&mut self) -> Result<Option<PathBuf>> {
        if self.sandbox.is_none() {
            let mut binary = None;
            self.check("build the sandbox server", |s| {
                binary = Some(server::build(s.shell, s.project)?);
                Ok(())
            })?;
            self.sandbox = binary;
        }
        Ok(self.sandbox.clone())
    }

    /// Something that has no tests of its own: it holds or it does not. Says whether it holds.
    fn check(&mut self, name: &'static str, action: impl FnOnce(&Self) -> Result<()>) -> Result<bool> {
        self.stage(name, |s| action(s).map(|()| Tally::default()))
    }

    /// A test runner; running no test at all is a failure.
    fn tests(&mut self, name: &'static str, action: impl FnOnce(&Self) -> Result<Ran>) -> Result<bool> {
        let mut tally = Tally::default();
        let holds = self.stage(name, |s| {
            let ran = action(s)?;
            tally = ran.tally;
            if !ran.success || ran.tally.failed > 0 {
                bail!("{name}: tests failed");
            }
            if ran.tally.passed == 0 {
                bail!("{name}: no test ran");
            }
            Ok(ran.tally)
        })?;
        if let Some(outcome) = self.outcomes.last_mut() {
            outcome.tally = tally;
        }
        Ok(holds)
    }

    fn stage(&mut self, name: &'static str, action: impl FnOnce(&Self) -> Result<Tally>) -> Result<bool> {
        let start = now();
        let result = self.shell.step(name, || action(self));
        let took = start.elapsed();
        let (tally, error) = match result {
            Ok(tally) => (tally, None),
            Err(error) if error.is::<Interrupted>() => return Err(error),
            Err(error) => (Tally::default(), Some(error)),
        };
        if let Some(error) = &error {
            eprintln!("error: {error:#}");
        }
        let holds = error.is_none();
        self.outcomes.push(Outcome { name, took, tally, error });
        Ok(holds)
    }

    fn cargo(&self, args: &[&str]) -> Result<()> {
        self.shell.run(&mut self.project.cargo(args), LONG).map(drop)
    }

    fn cargo_test(&self, args: &[&str]) -> Result<Ran> {
        let mut command = self.project.cargo(&["test", "--no-fail-fast"]);
        Ok(self.shell.watch(command.args(args), LONG)?.into())
    }

    /// The suites `web*` of the engine, with this program as the runner of the compiled tests.
    fn wasm_tests(&self, browser: &Browser, environment: &[(&str, &str)]) -> Result<Ran> {
        let runner = std::env::current_exe().context("this program does not know its own path")?;
        // As a list, not as the environment variable: a path may hold spaces.
        let runner = format!("target.{WASM_TARGET}.runner = {}", json!([runner, "wasm-test-runner"]));
        let mut command = self.project.cargo(&["test", "--no-fail-fast", "--package", CRATE]);
        command
            .args(["--target", WASM_TARGET, "--test", "web*", "--config", &runner])
            .env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", capabilities(self.project, browser)?)
            .env("WASM_BINDGEN_TEST_TIMEOUT", "120")
            .env("CHROMEDRIVER", &browser.driver)
            .envs(environment.iter().copied());
        for other in
            ["CHROMEDRIVER_REMOTE", "GECKODRIVER", "GECKODRIVER_REMOTE", "SAFARIDRIVER", "MSEDGEDRIVER"]
        {
            command.env_remove(other);
        }
        Ok(self.shell.watch(&mut command, LONG)?.into())
    }

    /// The unit tests, and replay bundles over the sandbox, which this program plays.
    fn javascript(&self, sandbox: &Path) -> Result<Ran> {
        let program = std::env::current_exe().context("this program does not know its own path")?;
        let mut command = self.project.npm(&["test", "--workspace", "accord-js"]);
        command.env("ACCORD_SANDBOX", sandbox).env("ACCORD_XTASK", program);
        Ok(self.shell.watch(&mut command, LONG)?.into())
    }

    fn clients_of_node(&self, sandbox: &Path) -> Result<Ran> {
        let mut command = self.project.npm(&["test", "--workspace", "tests/clients/node"]);
        Ok(self.shell.watch(command.env("ACCORD_SANDBOX", sandbox), LONG)?.into())
    }

    fn clients_of_python(&self, python: &Path, sandbox: &Path) -> Result<Ran> {
        let mut command = self.project.command(&python.to_string_lossy());
        command.args(["-m", "pytest"]).current_dir(python::suites(self.project));
        Ok(self.shell.watch(command.env("ACCORD_SANDBOX", sandbox), LONG)?.into())
    }

    fn consumers(&self, browser: &Browser, sandbox: &Path, archive: &Path) -> Result<Ran> {
        let mut command = self.project.npm(&["test", "--workspace", "tests/package"]);
        command
            .env("FIREFOX_PATH", &browser.firefox)
            .env("CHROMIUM_PATH", &browser.chromium)
            .env("ACCORD_SANDBOX", sandbox)
            .env("ACCORD_PACKAGE", archive);
        Ok(self.shell.watch(&mut command, LONG)?.into())
    }

    fn end_to_end(&self, browser: &Browser, sandbox: &Path, suite: &str) -> Result<Ran> {
        let mut command = self.project.npm(&["test", "--workspace", suite]);
        command.env("CHROMIUM_PATH", &browser.chromium).env("FIREFOX_PATH", &browser.firefox);
        command.env("ACCORD_SANDBOX", sandbox);
        Ok(self.shell.watch(&mut command, LONG)?.into())
    }
}

/// A test runner that ended.
struct Ran {
    success: bool,
    tally: Tally,
}

impl From<crate::process::Finished> for Ran {
    fn from(finished: crate::process::Finished) -> Self {
        Self { success: finished.status.success(), tally: Tally::of(&finished.stdout) }
    }
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

/// A table of the stages, the errors again, and the closing line.
fn summary(outcomes: &[Outcome]) -> String {
    let mut text = format!("\n{:<26}{:>8}{:>8}{:>9}{:>14}\n", "stage", "passed", "failed", "skipped", "time");
    let mut sum = Tally::default();
    for Outcome { name, took, tally, error } in outcomes {
        let mut tally = *tally;
        // A stage can fail without a failed test: it did not compile, say.
        if error.is_some() && tally.failed == 0 {
            tally.failed = 1;
        }
        let mark = if error.is_none() { "✓" } else { "✗" };
        let Tally { passed, failed, skipped } = tally;
        text += &format!("{mark} {name:<24}{passed:>8}{failed:>8}{skipped:>9}{:>14}\n", seconds(*took));
        sum += tally;
    }
    let total: Duration = outcomes.iter().map(|outcome| outcome.took).sum();
    text += &format!("{:<51}{:>14}\n\n{sum}\n", "", seconds(total));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(name: &'static str, tally: Tally, error: Option<anyhow::Error>) -> Outcome {
        Outcome { name, took: Duration::from_millis(1500), tally, error }
    }

    #[test]
    fn the_summary_closes_with_the_sum_of_all_runners() {
        let text = summary(&[
            outcome("native", Tally { passed: 40, failed: 0, skipped: 1 }, None),
            outcome("e2e", Tally { passed: 2, failed: 1, skipped: 0 }, Some(anyhow::anyhow!("tests failed"))),
        ]);
        assert!(text.contains("✗ e2e"), "{text}");
        assert_eq!(text.lines().last(), Some("42 passed, 1 failed, 1 skipped"));
    }

    #[test]
    fn a_stage_that_fails_without_a_test_still_counts_as_a_failure() {
        let text = summary(&[outcome("clippy", Tally::default(), Some(anyhow::anyhow!("a warning")))]);
        assert_eq!(text.lines().last(), Some("0 passed, 1 failed"));
    }
}
