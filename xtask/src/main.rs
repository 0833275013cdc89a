//! The project's commands, run as `cargo xtask <command>`.
//!
//! They need Rust (by rustup) and Node ≥ 20; what else they need they find or install themselves ([`setup`]).
//! Nothing is installed globally except Debian packages on Debian, as root.

mod bench;
mod build;
mod coverage;
mod demo;
mod extension;
mod fuzz;
mod package;
mod process;
mod project;
mod python;
mod replay;
mod server;
mod setup;
mod simulate;
mod size;
mod tally;
mod test;
mod widget;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use lexopt::prelude::*;

use crate::process::{Interrupted, Shell};
use crate::project::{CRATE, LONG, Project};

const USAGE: &str = "\
usage: cargo xtask <command>

  demo  [--port 8787] [--events 5000] [--no-open]
                    build everything, start the sandbox and open the demo page
  test  [--only lint|native|simulation|wasm|build|js|clients|package|e2e|extension|widget]…
                    format, lints, and all tests, browsers included
  simulate [--seeds 2000] [--from 1]
                    stories of both sides, faults and kills, one for each seed; stops at the first that goes wrong
  build             the module in pkg/ and the demo site in js/dist/
  package           the npm package in pkg/ and its archive
  extension         the browser extension for Chrome, Edge and Firefox, as zips for the stores
  widget            the Zoho CRM widget, as a zip to be uploaded to the CRM
  bench [--json]    cycles in headless Chromium against the sandbox, beside plain JavaScript
  size  [--json]    the module's size against its budgets and the recorded size
  coverage [--record]
                    what the native tests reach of src/, against the list in tests/COVERAGE.md; needs cargo-llvm-cov
  fuzz  [--seconds 60] [target]
                    arbitrary stories for the targets of tests/fuzz; needs nightly Rust and cargo-fuzz
  replay FILE       play what `sync.replayBundle()` exported, and tell where the engine takes other steps
  bless             record the module's size, its types and the transcripts as they are
  setup             find or install what the commands above need (they do it themselves)
";

/// What the command line asks for.
enum Request {
    Help,
    Setup,
    Build,
    Package,
    Extension,
    Widget,
    Test(Vec<test::Part>),
    Size {
        json: bool,
    },
    Bench {
        json: bool,
    },
    Bless,
    Fuzz(fuzz::Options),
    Simulate(simulate::Options),
    Coverage {
        record: bool,
    },
    Demo(demo::Options),
    Replay(PathBuf),
    /// Cargo's runner of test binaries for wasm: the rest of the line is handed over.
    WasmTestRunner(Vec<std::ffi::OsString>),
}

fn main() -> ExitCode {
    match parse(lexopt::Parser::from_env()).and_then(perform) {
        Ok(code) => code,
        Err(error) if error.is::<Interrupted>() => ExitCode::from(130),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn perform(request: Request) -> Result<ExitCode> {
    if let Request::WasmTestRunner(args) = request {
        let args = std::iter::once("wasm-test-runner".into()).chain(args);
        wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(args)?;
        return Ok(ExitCode::SUCCESS);
    }
    process::watch_for_interrupts()?;
    let shell = Shell::default();
    match request {
        Request::Help => print!("{USAGE}"),
        Request::Setup => {
            let project = Project::find()?;
            setup::everything(&shell, &project)?;
            python::environment(&shell, &project)?;
        }
        Request::Build => build::everything(&shell, &Project::find()?)?,
        Request::Package => package::everything(&shell, &Project::find()?).map(drop)?,
        Request::Extension => extension::run(&shell, &Project::find()?)?,
        Request::Widget => widget::run(&shell, &Project::find()?)?,
        Request::Test(parts) => return test::run(&shell, &Project::find()?, &parts),
        Request::Size { json } => {
            return size::check(&Shell::reserving_stdout(json), &Project::find()?, json);
        }
        Request::Bench { json } => {
            return bench::run(&Shell::reserving_stdout(json), &Project::find()?, json);
        }
        Request::Bless => bless(&shell, &Project::find()?)?,
        Request::Fuzz(options) => fuzz::run(&shell, &Project::find()?, &options)?,
        Request::Simulate(options) => simulate::run(&shell, &Project::find()?, &options)?,
        Request::Coverage { record } => coverage::run(&shell, &Project::find()?, record)?,
        Request::Replay(bundle) => replay::run(&bundle)?,
        Request::Demo(options) => demo::run(&shell, &Project::find()?, &options)?,
        Request::WasmTestRunner(_) => unreachable!("handled above"),
    }
    Ok(ExitCode::SUCCESS)
}

/// Accepts what changed: to be read in `git diff` before it is committed.
fn bless(shell: &Shell, project: &Project) -> Result<()> {
    size::bless(shell, project)?;
    build::bless_types(project)?;
    shell.step("record the transcripts", || {
        let mut command = project.cargo(&["test", "--package", CRATE, "--test", "transcripts"]);
        shell.run(command.env("BLESS", "1"), LONG)
    })?;
    Ok(())
}

fn parse(mut args: lexopt::Parser) -> Result<Request> {
    let command = match args.next()? {
        None | Some(Short('h') | Long("help")) => return Ok(Request::Help),
        Some(Value(command)) => command.string()?,
        Some(other) => return Err(other.unexpected().into()),
    };
    let mut json = false;
    let mut record = false;
    let mut parts = Vec::new();
    let mut demo = demo::Options::default();
    let mut fuzz = fuzz::Options::default();
    let mut simulate = simulate::Options::default();
    let mut bundle = None;
    if command == "wasm-test-runner" {
        return Ok(Request::WasmTestRunner(args.raw_args()?.collect()));
    }
    while let Some(arg) = args.next()? {
        match (command.as_str(), arg) {
            (_, Short('h') | Long("help")) => return Ok(Request::Help),
            ("size" | "bench", Long("json")) => json = true,
            ("test", Long("only")) => {
                for name in args.value()?.string()?.split(',') {
                    parts.push(test::Part::named(name)?);
                }
            }
            ("fuzz", Long("seconds")) => fuzz.seconds = args.value()?.parse()?,
            ("fuzz", Value(target)) if fuzz.target.is_none() => fuzz.target = Some(target.string()?),
            ("coverage", Long("record")) => record = true,
            ("simulate", Long("seeds")) => simulate.seeds = args.value()?.parse()?,
            ("simulate", Long("from")) => simulate.from = args.value()?.parse()?,
            ("replay", Value(path)) if bundle.is_none() => bundle = Some(PathBuf::from(path)),
            ("demo", Long("port")) => demo.port = args.value()?.parse()?,
            ("demo", Long("events")) => demo.events = args.value()?.parse()?,
            ("demo", Long("no-open")) => demo.open = false,
            (_, other) => return Err(other.unexpected()).context(format!("in `cargo xtask {command}`")),
        }
    }
    Ok(match command.as_str() {
        "setup" => Request::Setup,
        "build" => Request::Build,
        "package" => Request::Package,
        "extension" => Request::Extension,
        "widget" => Request::Widget,
        "test" => Request::Test(parts),
        "size" => Request::Size { json },
        "bench" => Request::Bench { json },
        "bless" => Request::Bless,
        "fuzz" => Request::Fuzz(fuzz),
        "simulate" => Request::Simulate(simulate),
        "coverage" => Request::Coverage { record },
        "demo" => Request::Demo(demo),
        "replay" => Request::Replay(bundle.context("`cargo xtask replay` takes the file of a bundle")?),
        "help" => Request::Help,
        _ => bail!("there is no command `{command}`\n\n{USAGE}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Request> {
        parse(lexopt::Parser::from_args(line.split_whitespace()))
    }

    #[test]
    fn options_belong_to_their_command() {
        assert!(matches!(parsed("size --json"), Ok(Request::Size { json: true })));
        assert!(matches!(parsed("coverage --record"), Ok(Request::Coverage { record: true })));
        assert!(parsed("build --json").is_err() && parsed("fuzz --record").is_err());
        assert!(parsed("demo --only native").is_err());
    }

    #[test]
    fn parts_of_the_tests_are_named_one_by_one_or_with_commas() {
        let Ok(Request::Test(parts)) = parsed("test --only native,wasm --only js") else {
            panic!("the line is valid")
        };
        assert_eq!(parts, [test::Part::Native, test::Part::Wasm, test::Part::Js]);
        assert!(parsed("test --only everything").is_err());
    }

    #[test]
    fn demo_options_have_defaults() {
        let Ok(Request::Demo(options)) = parsed("demo --port 9000 --no-open") else {
            panic!("the line is valid")
        };
        assert_eq!((options.port, options.events, options.open), (9000, 5000, false));
    }

    #[test]
    fn fuzzing_has_a_time_and_at_most_one_target() {
        let Ok(Request::Fuzz(options)) = parsed("fuzz --seconds 5 sandbox") else {
            panic!("the line is valid")
        };
        assert_eq!(options, fuzz::Options { seconds: 5, target: Some("sandbox".to_owned()) });
        assert!(parsed("fuzz sandbox engine").is_err() && parsed("fuzz --seconds soon").is_err());
    }

    #[test]
    fn a_simulation_starts_at_any_seed() {
        let Ok(Request::Simulate(options)) = parsed("simulate --from 989 --seeds 1") else {
            panic!("the line is valid")
        };
        assert_eq!(options, simulate::Options { seeds: 1, from: 989 });
        assert!(parsed("simulate 989").is_err());
    }

    #[test]
    fn a_replay_takes_one_file() {
        let Ok(Request::Replay(path)) = parsed("replay bundle.json") else { panic!("the line is valid") };
        assert_eq!(path, PathBuf::from("bundle.json"));
        assert!(parsed("replay").is_err() && parsed("replay a b").is_err());
    }

    #[test]
    fn the_runner_gets_the_rest_of_the_line_untouched() {
        let Ok(Request::WasmTestRunner(args)) = parsed("wasm-test-runner a.wasm --nocapture name") else {
            panic!("the line is valid")
        };
        assert_eq!(args, ["a.wasm", "--nocapture", "name"]);
    }
}
