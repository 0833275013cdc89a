//! How many calls a second one core makes in process, and how long the server takes to start:
//! `cargo bench --package accord-sandbox`. It fails when a budget is not met.
//! With `-- --json`, one object instead of the table and the verdict.

#![allow(
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a measurement that meets a refusal shows nothing"
)]
#![allow(missing_docs, reason = "the harness is a program")]

use std::io::{BufRead as _, BufReader};
use std::process::{Command, ExitCode, Stdio};

use serde_json::json;

mod mix;

use mix::{EVENTS, Mix};

const ROUNDS: usize = 3_000;
const CALLS_A_SECOND: f64 = 20_000.0;
const START_MS: f64 = 1_000.0;

fn main() -> ExitCode {
    let mut mix = Mix::new();
    let seconds = timed(|| (0..ROUNDS).for_each(|round| mix.round(round)));
    let calls_a_second = mix.calls() as f64 / seconds;
    let empty_start_ms = start_ms(0);
    let filled_start_ms = start_ms(EVENTS);
    if std::env::args().any(|argument| argument == "--json") {
        let figures = json!({
            "events": EVENTS,
            "callsPerSecond": { "is": calls_a_second.round(), "atLeast": CALLS_A_SECOND },
            "startMs": { "is": empty_start_ms.round(), "atMost": START_MS },
            "filledStartMs": { "is": filled_start_ms.round(), "atMost": START_MS },
        });
        println!("{figures}");
        return ExitCode::SUCCESS;
    }
    println!("mixed calls, {EVENTS} events a side   {calls_a_second:>8.0} a second (≥ {CALLS_A_SECOND})");
    println!("server start, empty                 {empty_start_ms:>8.0} ms (≤ {START_MS})");
    println!("server start, {EVENTS} events          {filled_start_ms:>8.0} ms (≤ {START_MS})");
    let holds = calls_a_second >= CALLS_A_SECOND && empty_start_ms.max(filled_start_ms) <= START_MS;
    if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// From the start of the process to the line that says where it listens.
fn start_ms(events: usize) -> f64 {
    let mut command = Command::new(env!("CARGO_BIN_EXE_accord-sandbox"));
    command
        .args(["--port", "0", "--events", &events.to_string()])
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut started = None;
    let seconds = timed(|| {
        let mut child = command.spawn().unwrap_or_else(|error| panic!("the server does not start: {error}"));
        let mut line = String::new();
        let read = child.stdout.take().map(|out| BufReader::new(out).read_line(&mut line));
        assert!(matches!(read, Some(Ok(1..))), "the server said nothing");
        started = Some(child);
    });
    if let Some(mut child) = started {
        // It has ended, or it ends now.
        let _ = child.kill();
        let _ = child.wait();
    }
    seconds * 1_000.0
}

#[expect(clippy::disallowed_methods, reason = "a measurement needs a clock")]
fn timed(action: impl FnOnce()) -> f64 {
    let begun = std::time::Instant::now();
    action();
    begun.elapsed().as_secs_f64()
}
