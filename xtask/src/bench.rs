//! The bench: whole cycles in headless Chromium and Firefox against the sandbox server, and the engine beside plain JavaScript
//! on the same bytes. The measuring is in `js/bench`; here are the budgets, which hold in Chromium, and the table.

use std::process::ExitCode;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use crate::build;
use crate::figures;
use crate::process::Shell;
use crate::project::{LONG, Project};
use crate::server;
use crate::setup;

/// What a case may cost. What has no bound is only shown.
struct Budget {
    case: &'static str,
    requests: u64,
    rows_read: Option<u64>,
    rows_written: Option<u64>,
    engine_ms: f64,
    heap_bytes: Option<u64>,
    /// Whether the engine must be faster than the baseline, which knows Google to CRM and a first sync the other way. A no-op is all crossing and no
    /// work: there is nothing to be faster at.
    beats_baseline: bool,
}

const MIB: u64 = 1024 * 1024;

const BUDGETS: &[Budget] = &[
    Budget { beats_baseline: true, ..FIRST_SYNC },
    Budget { case: "to-google-5000", requests: 130, beats_baseline: true, ..FIRST_SYNC },
    Budget { case: "two-way-2500-2500", requests: 130, ..FIRST_SYNC },
    NO_OP,
    Budget { case: "noop-50000", ..NO_OP },
    Budget { case: "to-google-noop", ..NO_OP },
    Budget { case: "to-google-noop-later", ..NO_OP },
    Budget { case: "two-way-noop", ..NO_OP },
    Budget { beats_baseline: true, ..CHANGES },
    Budget { case: "to-google-changes-500", ..CHANGES },
    // Ten batches of writes, three pages and the lists of both sides' changes; and one description is longer than lists
    // show, and is read alone.
    Budget { case: "two-way-changes-500", requests: 17, ..CHANGES },
    Budget { case: "reconnect-to-crm", requests: 28, ..FIRST_SYNC },
    // Two pages of Google, three of ids and twenty-five of records.
    Budget { case: "reconnect-to-google", requests: 30, ..FIRST_SYNC },
    Budget { case: "to-google-push", requests: 3, rows_read: Some(8), rows_written: Some(6), ..NO_OP },
];

/// Of calendars without guests: look-ups of these come on top.
const FIRST_SYNC: Budget = Budget {
    case: "first-sync-5000",
    requests: 60,
    rows_read: None,
    rows_written: None,
    engine_ms: 250.0,
    heap_bytes: Some(32 * MIB),
    beats_baseline: false,
};

const CHANGES: Budget = Budget {
    case: "changes-500",
    requests: 15,
    rows_read: None,
    rows_written: None,
    engine_ms: 50.0,
    heap_bytes: None,
    beats_baseline: false,
};

/// A cycle that finds nothing writes at most where the next one starts.
const NO_OP: Budget = Budget {
    case: "noop-5000",
    requests: 3,
    rows_read: Some(4),
    rows_written: Some(1),
    engine_ms: 5.0,
    heap_bytes: None,
    beats_baseline: false,
};

/// How much slower a no-op with ten times the links may look before that is no longer noise.
const NOISE: (f64, f64) = (1.5, 0.2);

/// What the sandbox's own bench prints: the figures with their bounds.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct SandboxSpeed {
    events: u64,
    calls_per_second: AtLeast,
    start_ms: AtMost,
    filled_start_ms: AtMost,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct AtLeast {
    is: f64,
    at_least: f64,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct AtMost {
    is: f64,
    at_most: f64,
}

/// What `js/bench/run.mjs` prints.
#[derive(Deserialize)]
pub(crate) struct Measured {
    pub(crate) machine: String,
    /// Chromium first: its figures are held to the budgets.
    pub(crate) browsers: Vec<InBrowser>,
}

#[derive(Deserialize)]
pub(crate) struct InBrowser {
    /// With the version.
    pub(crate) name: String,
    pub(crate) cold: Cold,
    pub(crate) cases: Vec<Case>,
}

/// From nothing to the engine's first question, by where it runs.
#[derive(Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Cold {
    pub(crate) window: ColdStart,
    pub(crate) service_worker: ColdStart,
}

#[derive(Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ColdStart {
    /// Fetched, compiled and instantiated.
    pub(crate) load_ms: f64,
    pub(crate) first_step_ms: f64,
    pub(crate) total_ms: f64,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Case {
    pub(crate) name: String,
    requests: Requests,
    bytes: Bytes,
    rows: Rows,
    pub(crate) engine_ms: f64,
    /// None where the baseline does not know the direction.
    pub(crate) baseline_ms: Option<f64>,
    /// The engine's first run in its page, and the baseline's.
    pub(crate) cold_ms: f64,
    pub(crate) baseline_cold_ms: Option<f64>,
    heap_bytes: u64,
}

#[derive(Clone, Deserialize, Serialize)]
struct Requests {
    google: u64,
    zoho: u64,
}

#[derive(Clone, Deserialize, Serialize)]
struct Bytes {
    up: u64,
    down: u64,
}

#[derive(Clone, Deserialize, Serialize)]
struct Rows {
    read: u64,
    written: u64,
}

/// The form of `bench --json`.
#[derive(Serialize)]
struct Published<'a> {
    machine: &'a str,
    browsers: Vec<PublishedBrowser<'a>>,
    sandbox: &'a SandboxSpeed,
}

#[derive(Serialize)]
struct PublishedBrowser<'a> {
    name: &'a str,
    cold: &'a Cold,
    cases: Vec<PublishedCase<'a>>,
}

#[derive(Serialize)]
struct PublishedCase<'a> {
    name: &'a str,
    requests: &'a Requests,
    bytes: &'a Bytes,
    rows: &'a Rows,
    engine_ms: f64,
    baseline_ms: Option<f64>,
    cold_ms: f64,
    baseline_cold_ms: Option<f64>,
    heap_bytes: u64,
}

/// How the figures are told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Options {
    /// As data instead of a table.
    pub(crate) json: bool,
    /// Also as a table in `ARCHITECTURE.md`, with this machine named.
    pub(crate) record: bool,
}

/// Builds, measures, prints, and fails when a budget is exceeded.
pub(crate) fn run(shell: &Shell, project: &Project, options: Options) -> Result<ExitCode> {
    let browser = setup::everything(shell, project)?;
    build::module(shell, project)?;
    shell.step("bundle the bench", || {
        check_types(shell, project)?;
        shell.run(&mut project.npm(&["exec", "--no", "--", "vite", "build", "js/bench"]), LONG)?;
        // Firefox has no service workers that are modules.
        let worker = ["js/bench/cold-worker.ts", "--outfile=js/bench/dist/cold-worker.js"];
        let how = ["--bundle", "--format=iife", "--target=es2022", "--log-override:empty-import-meta=silent"];
        let mut command = project.npm(&["exec", "--no", "--", "esbuild"]);
        shell.run(command.args(worker).args(how), LONG)
    })?;
    let sandbox = server::build(shell, project)?;
    let text = shell.step("measure in headless Chromium and Firefox", || {
        let mut command = project.command("node");
        command
            .arg("js/bench/run.mjs")
            .env("CHROMIUM_PATH", &browser.chromium)
            .env("FIREFOX_PATH", &browser.firefox)
            .env("ACCORD_SANDBOX", &sandbox);
        Ok(Shell::reserving_stdout(true).run(&mut command, LONG)?.stdout)
    })?;
    let measured: Measured = serde_json::from_str(&text).context("the measurements are unreadable")?;
    let speed = sandbox_speed(shell, project)?;
    if options.json {
        println!("{}", serde_json::to_string(&published(&measured, &speed))?);
    } else {
        println!("{}", measured.machine);
        for browser in &measured.browsers {
            print!("\n{}", table(browser));
        }
        print!("\n{}{}", figures::cold_table(&measured), speed.table());
    }
    if options.record {
        figures::record(project, &measured)?;
    }
    let mut complaints =
        measured.browsers.first().map_or_else(Vec::new, |chromium| complaints(&chromium.cases));
    complaints.extend(speed.complaints());
    for complaint in &complaints {
        eprintln!("error: {complaint}");
    }
    Ok(if complaints.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Checks the types of the bench; it needs the module's generated declarations.
pub(crate) fn check_types(shell: &Shell, project: &Project) -> Result<()> {
    shell.run(&mut project.npm(&["exec", "--no", "--", "tsc", "--project", "js/bench"]), LONG).map(drop)
}

fn published<'a>(measured: &'a Measured, sandbox: &'a SandboxSpeed) -> Published<'a> {
    Published {
        machine: &measured.machine,
        browsers: measured
            .browsers
            .iter()
            .map(|InBrowser { name, cold, cases }| PublishedBrowser {
                name,
                cold,
                cases: cases.iter().map(Case::published).collect(),
            })
            .collect(),
        sandbox,
    }
}

/// Builds and runs the sandbox's bench, natively.
fn sandbox_speed(shell: &Shell, project: &Project) -> Result<SandboxSpeed> {
    let text = shell.step("measure the sandbox", || {
        let mut command =
            project.cargo(&["bench", "--package", "accord-sandbox", "--bench", "speed", "--", "--json"]);
        Ok(Shell::reserving_stdout(true).run(&mut command, LONG)?.stdout)
    })?;
    serde_json::from_str(&text).context("the sandbox's measurements are unreadable")
}

impl SandboxSpeed {
    fn table(&self) -> String {
        format!(
            "\nsandbox: {:.0} calls a second (≥ {}) with {} events a side; starts in {:.0} ms, filled in {:.0} ms (≤ {})\n",
            self.calls_per_second.is,
            self.calls_per_second.at_least,
            self.events,
            self.start_ms.is,
            self.filled_start_ms.is,
            self.start_ms.at_most
        )
    }

    fn complaints(&self) -> Vec<String> {
        let mut found = Vec::new();
        let AtLeast { is, at_least } = self.calls_per_second;
        if is < at_least {
            found.push(format!("the sandbox makes {is:.0} calls a second, not {at_least:.0}"));
        }
        for AtMost { is, at_most } in [&self.start_ms, &self.filled_start_ms] {
            if is > at_most {
                found.push(format!("the sandbox starts in {is:.0} ms, over the budget of {at_most:.0}"));
            }
        }
        found
    }
}

impl Case {
    fn published(&self) -> PublishedCase<'_> {
        PublishedCase {
            name: &self.name,
            requests: &self.requests,
            bytes: &self.bytes,
            rows: &self.rows,
            engine_ms: rounded(self.engine_ms),
            baseline_ms: self.baseline_ms.map(rounded),
            cold_ms: rounded(self.cold_ms),
            baseline_cold_ms: self.baseline_cold_ms.map(rounded),
            heap_bytes: self.heap_bytes,
        }
    }

    /// How long the engine takes for what takes plain JavaScript 1.
    pub(crate) fn ratio(&self) -> Option<f64> {
        self.baseline_ms.map(|baseline_ms| self.engine_ms / baseline_ms)
    }

    fn total_requests(&self) -> u64 {
        self.requests.google + self.requests.zoho
    }

    fn budget(&self) -> Option<&'static Budget> {
        BUDGETS.iter().find(|budget| budget.case == self.name)
    }
}

fn rounded(ms: f64) -> f64 {
    (ms * 1000.0).round() / 1000.0
}

/// One row a case; in brackets the budget.
fn table(measured: &InBrowser) -> String {
    let mut text = format!("{}\n\n", measured.name);
    text += &format!(
        "{:<22} {:>22} {:>17} {:>16} {:>20} {:>10} {:>6} {:>9} {:>11} {:>15} {:>8}\n",
        "case",
        "requests google+zoho",
        "KiB up/down",
        "rows read/wrtn",
        "engine ms",
        "JS ms",
        "ratio",
        "cold ms",
        "JS cold ms",
        "wasm heap MiB",
        "verdict"
    );
    for case in &measured.cases {
        let budget = case.budget();
        let of = |bound: Option<String>| bound.map_or_else(String::new, |bound| format!(" (≤ {bound})"));
        text += &format!(
            "{:<22} {:>22} {:>17} {:>16} {:>20} {:>10} {:>6} {:>9.2} {:>11} {:>15} {:>8}\n",
            case.name,
            format!(
                "{} + {}{}",
                case.requests.google,
                case.requests.zoho,
                of(budget.map(|budget| budget.requests.to_string()))
            ),
            format!("{} / {}", case.bytes.up.div_ceil(1024), case.bytes.down.div_ceil(1024)),
            format!("{} / {}", case.rows.read, case.rows.written),
            format!("{:.2}{}", case.engine_ms, of(budget.map(|budget| budget.engine_ms.to_string()))),
            shown(case.baseline_ms),
            shown(case.ratio()),
            case.cold_ms,
            shown(case.baseline_cold_ms),
            format!(
                "{}{}",
                case.heap_bytes.div_ceil(MIB),
                of(budget.and_then(|budget| budget.heap_bytes).map(|bytes| (bytes / MIB).to_string()))
            ),
            verdict(case),
        );
    }
    text + "\nengine, JS: medians of a warm page, the same recorded answers in turn; cold: the first run of a page\n"
}

fn verdict(case: &Case) -> &'static str {
    let mut found = Vec::new();
    if let Some(budget) = case.budget() {
        exceeded(case, budget, &mut found);
    }
    if found.is_empty() { "kept" } else { "MISSED" }
}

fn shown(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.2}"))
}

fn complaints(cases: &[Case]) -> Vec<String> {
    let mut found = Vec::new();
    for budget in BUDGETS {
        match cases.iter().find(|case| case.name == budget.case) {
            Some(case) => exceeded(case, budget, &mut found),
            None => found.push(format!("{} was not measured", budget.case)),
        }
    }
    found.extend(growth_with_links(cases));
    found
}

fn exceeded(case: &Case, budget: &Budget, found: &mut Vec<String>) {
    let name = &case.name;
    let counts = [
        ("requests", case.total_requests(), Some(budget.requests)),
        ("rows read", case.rows.read, budget.rows_read),
        ("rows written", case.rows.written, budget.rows_written),
        ("bytes of wasm heap", case.heap_bytes, budget.heap_bytes),
    ];
    for (what, value, bound) in counts {
        if let Some(bound) = bound.filter(|bound| value > *bound) {
            found.push(format!("{name}: {value} {what}, over the budget of {bound}"));
        }
    }
    if case.engine_ms > budget.engine_ms {
        found.push(format!(
            "{name}: {:.1} ms in the engine, over the budget of {} ms",
            case.engine_ms, budget.engine_ms
        ));
    }
    match case.baseline_ms {
        Some(baseline_ms) if budget.beats_baseline && case.engine_ms >= baseline_ms => found.push(format!(
            "{name}: {:.1} ms in the engine, not faster than {baseline_ms:.1} ms in plain JavaScript",
            case.engine_ms
        )),
        None if budget.beats_baseline => found.push(format!("{name}: plain JavaScript was not measured")),
        Some(_) | None => {}
    }
}

/// The engine's time in a no-op does not depend on the number of links.
fn growth_with_links(cases: &[Case]) -> Option<String> {
    let time = |name| cases.iter().find(|case| case.name == name).map(|case| case.engine_ms);
    let (few, many) = (time("noop-5000")?, time("noop-50000")?);
    let (factor, slack) = NOISE;
    (many > few * factor + slack)
        .then(|| format!("a no-op takes {many:.2} ms with 50,000 links and {few:.2} ms with 5,000: it must not depend on them"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(name: &str) -> Case {
        Case {
            name: name.to_owned(),
            requests: Requests { google: 1, zoho: 1 },
            bytes: Bytes { up: 100, down: 2000 },
            rows: Rows { read: 4, written: 1 },
            engine_ms: 1.0,
            baseline_ms: Some(2.0),
            cold_ms: 3.0,
            baseline_cold_ms: Some(4.0),
            heap_bytes: 2 * MIB,
        }
    }

    fn in_browser(cases: Vec<Case>) -> InBrowser {
        let start = ColdStart { load_ms: 8.0, first_step_ms: 1.0, total_ms: 9.0 };
        InBrowser {
            name: "a browser".to_owned(),
            cold: Cold { window: start.clone(), service_worker: start },
            cases,
        }
    }

    fn all() -> Vec<Case> {
        BUDGETS.iter().map(|budget| case(budget.case)).collect()
    }

    #[track_caller]
    fn complains(change: impl Fn(&mut Case), name: &str, about: &str) {
        let mut cases = all();
        cases.iter_mut().filter(|case| case.name == name).for_each(change);
        let found = complaints(&cases);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains(about), "{found:?}");
    }

    #[test]
    fn each_budget_is_watched() {
        assert_eq!(complaints(&all()), [""; 0]);
        complains(|case| case.requests.zoho = 60, "first-sync-5000", "requests");
        complains(|case| case.requests.zoho = 130, "to-google-5000", "requests");
        complains(|case| case.rows.read = 5, "two-way-noop", "rows read");
        complains(|case| case.baseline_ms = None, "changes-500", "was not measured");
        complains(|case| case.heap_bytes = 33 * MIB, "first-sync-5000", "heap");
        complains(|case| case.rows.read = 5, "noop-50000", "rows read");
        complains(|case| case.rows.written = 2, "noop-5000", "rows written");
        complains(
            |case| (case.engine_ms, case.baseline_ms) = (51.0, Some(100.0)),
            "changes-500",
            "over the budget",
        );
    }

    #[test]
    fn the_engine_must_be_faster_where_there_is_work() {
        complains(|case| case.baseline_ms = Some(0.9), "changes-500", "not faster");
        let mut cases = all();
        cases
            .iter_mut()
            .filter(|case| case.name.starts_with("noop"))
            .for_each(|case| case.baseline_ms = Some(0.1));
        assert_eq!(complaints(&cases), [""; 0]);
    }

    #[test]
    fn a_no_op_that_grows_with_the_links_is_told() {
        complains(|case| case.engine_ms = 1.8, "noop-50000", "depend");
    }

    #[test]
    fn a_case_that_is_missing_is_told() {
        assert_eq!(complaints(&all()[1..]).len(), 1);
    }

    fn speed(calls: f64, ms: f64) -> SandboxSpeed {
        SandboxSpeed {
            events: 5_000,
            calls_per_second: AtLeast { is: calls, at_least: 20_000.0 },
            start_ms: AtMost { is: 20.0, at_most: 1_000.0 },
            filled_start_ms: AtMost { is: ms, at_most: 1_000.0 },
        }
    }

    #[test]
    fn a_slow_sandbox_is_told() {
        assert_eq!(speed(20_000.0, 1_000.0).complaints(), [""; 0]);
        assert!(speed(19_999.0, 1.0).complaints()[0].contains("calls a second"));
        assert!(speed(30_000.0, 1_001.0).complaints()[0].contains("starts in 1001 ms"));
    }

    #[test]
    fn the_data_form_names_what_it_measures() {
        let measured =
            Measured { machine: "a machine".to_owned(), browsers: vec![in_browser(vec![case("noop-5000")])] };
        assert_eq!(
            serde_json::to_string(&published(&measured, &speed(20_000.0, 400.0))).unwrap(),
            r#"{"machine":"a machine","browsers":[{"name":"a browser","cold":{"window":{"loadMs":8.0,"firstStepMs":1.0,"totalMs":9.0},"serviceWorker":{"loadMs":8.0,"firstStepMs":1.0,"totalMs":9.0}},"cases":[{"name":"noop-5000","requests":{"google":1,"zoho":1},"bytes":{"up":100,"down":2000},"rows":{"read":4,"written":1},"engine_ms":1.0,"baseline_ms":2.0,"cold_ms":3.0,"baseline_cold_ms":4.0,"heap_bytes":2097152}]}],"sandbox":{"events":5000,"callsPerSecond":{"is":20000.0,"atLeast":20000.0},"startMs":{"is":20.0,"atMost":1000.0},"filledStartMs":{"is":400.0,"atMost":1000.0}}}"#
        );
    }

    #[test]
    fn the_table_shows_budget_and_ratio() {
        let text = table(&in_browser(vec![case("changes-500")]));
        assert!(
            text.contains("1 + 1 (≤ 15)") && text.contains("1.00 (≤ 50)") && text.contains("0.50"),
            "{text}"
        );
        assert!(text.contains("kept") && !text.contains("MISSED"), "{text}");
        let slow = Case { engine_ms: 51.0, ..case("changes-500") };
        assert!(table(&in_browser(vec![slow])).contains("MISSED"));
    }
}
