//! Runs other programs: echoes and keeps what they print, bounds their time, and stops them with all
//! their children on an interrupt.

use std::fmt;
use std::io::Read;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use process_wrap::std::{ChildWrapper, CommandWrap};

/// How long a program has to end by itself after being asked to.
const GRACE: Duration = Duration::from_secs(5);
/// How often a waiting loop looks at the clock and the interrupt flag.
const POLL: Duration = Duration::from_millis(25);

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// The user stopped the command (Ctrl-C, or a request to terminate).
#[derive(Debug)]
pub(crate) struct Interrupted;

impl fmt::Display for Interrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("interrupted")
    }
}

impl std::error::Error for Interrupted {}

/// Turns Ctrl-C and termination into a flag that every waiting loop looks at.
pub(crate) fn watch_for_interrupts() -> Result<()> {
    ctrlc::set_handler(|| INTERRUPTED.store(true, Ordering::SeqCst)).context("cannot watch for Ctrl-C")
}

/// # Errors
/// [`Interrupted`] once the user asked to stop.
pub(crate) fn stop_if_interrupted() -> Result<()> {
    if INTERRUPTED.load(Ordering::SeqCst) {
        return Err(Interrupted.into());
    }
    Ok(())
}

/// Sleeps a little, so that a loop can look at a condition again.
///
/// # Errors
/// [`Interrupted`] once the user asked to stop.
pub(crate) fn pause() -> Result<()> {
    std::thread::sleep(POLL);
    stop_if_interrupted()
}

#[expect(clippy::disallowed_methods, reason = "commands report how long they took")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Where the output of programs goes.
#[derive(Default)]
pub(crate) struct Shell {
    stdout_is_reserved: bool,
}

/// A program that ended.
pub(crate) struct Finished {
    pub(crate) status: ExitStatus,
    /// What it wrote to standard output.
    pub(crate) stdout: String,
}

impl Shell {
    /// With `reserve`, programs write to standard error only: standard output is for the command's own data.
    pub(crate) fn reserving_stdout(reserve: bool) -> Self {
        Self { stdout_is_reserved: reserve }
    }

    /// Says what is being done, does it, and says how long it took.
    pub(crate) fn step<T>(&self, what: &str, action: impl FnOnce() -> Result<T>) -> Result<T> {
        eprintln!("▸ {what}");
        let start = now();
        let result = action();
        let mark = if result.is_ok() { "✓" } else { "✗" };
        eprintln!("{mark} {what} ({})", seconds(start.elapsed()));
        result
    }

    /// Runs a program to its end, echoing what it prints; a non-zero exit is an error.
    pub(crate) fn run(&self, command: &mut Command, limit: Duration) -> Result<Finished> {
        let finished = self.watch(command, limit)?;
        if !finished.status.success() {
            bail!("`{}` failed ({})", line(command), finished.status);
        }
        Ok(finished)
    }

    /// Runs a program to its end, echoing what it prints, whatever its exit code.
    pub(crate) fn watch(&self, command: &mut Command, limit: Duration) -> Result<Finished> {
        follow(command, limit, |stream, bytes| match stream {
            Stream::Out if !self.stdout_is_reserved => write_all(std::io::stdout().lock(), bytes),
            _ => write_all(std::io::stderr().lock(), bytes),
        })
    }

    /// Runs a program quietly; what it said is shown only when it fails.
    pub(crate) fn read(&self, command: &mut Command, limit: Duration) -> Result<String> {
        let mut said = Vec::new();
        let finished = follow(command, limit, |stream, bytes| {
            if matches!(stream, Stream::Err) {
                said.extend_from_slice(bytes);
            }
        })?;
        if !finished.status.success() {
            bail!("`{}` failed ({})\n{}", line(command), finished.status, String::from_utf8_lossy(&said));
        }
        Ok(finished.stdout)
    }
}

#[derive(Clone, Copy)]
enum Stream {
    Out,
    Err,
}

fn follow(command: &mut Command, limit: Duration, mut echo: impl FnMut(Stream, &[u8])) -> Result<Finished> {
    stop_if_interrupted()?;
    let mut running = Running::start(command)?;
    let deadline = now() + limit;
    let mut stdout = Vec::new();
    let mut take = |(stream, bytes): (Stream, Vec<u8>)| {
        echo(stream, &bytes);
        if matches!(stream, Stream::Out) {
            stdout.extend_from_slice(&bytes);
        }
    };
    let status = loop {
        match running.output.recv_timeout(POLL) {
            Ok(chunk) => take(chunk),
            Err(RecvTimeoutError::Timeout) => {}
            // Both pipes are closed, so the program is about to end.
            Err(RecvTimeoutError::Disconnected) => std::thread::sleep(POLL),
        }
        if let Some(status) = running.child.try_wait()? {
            break status;
        }
        stop_if_interrupted()?;
        if now() > deadline {
            bail!("`{}` took more than {} and was stopped", line(command), seconds(limit));
        }
    };
    // A grandchild may hold a pipe open, so the rest is awaited only for a moment.
    while let Ok(chunk) = running.output.recv_timeout(Duration::from_millis(250)) {
        take(chunk);
    }
    Ok(Finished { status, stdout: String::from_utf8_lossy(&stdout).into_owned() })
}

/// A running program and its children; dropping it stops them all.
pub(crate) struct Running {
    child: Box<dyn ChildWrapper>,
    output: Receiver<(Stream, Vec<u8>)>,
    ended: bool,
}

impl Running {
    /// Starts a program in a process group (on Windows: a job) of its own.
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        let name = line(command);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut group = CommandWrap::from(std::mem::replace(command, Command::new("")));
        #[cfg(unix)]
        group.wrap(process_wrap::std::ProcessGroup::leader());
        #[cfg(windows)]
        group.wrap(process_wrap::std::JobObject);
        let spawned = group.spawn();
        *command = group.into_command();
        let mut child = spawned.with_context(|| format!("cannot start `{name}`"))?;
        let (sender, output) = channel();
        if let Some(pipe) = child.stdout().take() {
            forward(pipe, Stream::Out, sender.clone());
        }
        if let Some(pipe) = child.stderr().take() {
            forward(pipe, Stream::Err, sender);
        }
        Ok(Self { child, output, ended: false })
    }

    /// The next line of standard output, if the program prints one within `limit`.
    /// What it writes to standard error is passed on.
    pub(crate) fn next_line(&mut self, limit: Duration) -> Result<String> {
        let deadline = now() + limit;
        let mut text = Vec::new();
        while now() < deadline {
            stop_if_interrupted()?;
            match self.output.recv_timeout(POLL) {
                Ok((Stream::Out, bytes)) => text.extend_from_slice(&bytes),
                Ok((Stream::Err, bytes)) => write_all(std::io::stderr().lock(), &bytes),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => bail!("it ended before it was ready"),
            }
            if let Some(end) = text.iter().position(|byte| *byte == b'\n') {
                text.truncate(end);
                return Ok(String::from_utf8_lossy(&text).trim_end().to_owned());
            }
        }
        bail!("it was not ready within {}", seconds(limit))
    }

    /// Passes on what the program prints until it ends.
    ///
    /// # Errors
    /// [`Interrupted`] once the user asked to stop.
    pub(crate) fn until_it_ends(&mut self) -> Result<ExitStatus> {
        loop {
            while let Ok((_, bytes)) = self.output.try_recv() {
                write_all(std::io::stderr().lock(), &bytes);
            }
            if let Some(status) = self.child.try_wait()? {
                self.ended = true;
                return Ok(status);
            }
            pause()?;
        }
    }

    /// Asks the whole group to end (drivers then close their browsers), and ends it if it does not.
    fn stop(&mut self) {
        if self.ended || matches!(self.child.try_wait(), Ok(Some(_)) | Err(_)) {
            return;
        }
        #[cfg(unix)]
        {
            const SIGTERM: i32 = 15;
            let deadline = now() + GRACE;
            if self.child.signal(SIGTERM).is_ok() {
                while now() < deadline {
                    if !matches!(self.child.try_wait(), Ok(None)) {
                        return;
                    }
                    std::thread::sleep(POLL);
                }
            }
        }
        // Nothing useful is left to do when even this fails: the program is ending.
        let _ = self.child.kill();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}

fn forward(mut pipe: impl Read + Send + 'static, stream: Stream, sender: Sender<(Stream, Vec<u8>)>) {
    std::thread::spawn(move || {
        let mut buffer = [0; 8192];
        while let Ok(count @ 1..) = pipe.read(&mut buffer) {
            let bytes = buffer.get(..count).unwrap_or_default().to_vec();
            if sender.send((stream, bytes)).is_err() {
                break;
            }
        }
    });
}

/// A closed terminal is no reason to stop: the exit code still tells the outcome.
fn write_all(mut to: impl std::io::Write, bytes: &[u8]) {
    let _ = to.write_all(bytes).and_then(|()| to.flush());
}

fn line(command: &Command) -> String {
    let mut line = command.get_program().to_string_lossy().into_owned();
    for arg in command.get_args() {
        line.push(' ');
        line.push_str(&arg.to_string_lossy());
    }
    line
}

/// A duration for people: `0.4 s`, `12.0 s`, `2 min 5 s`.
pub(crate) fn seconds(duration: Duration) -> String {
    let whole = duration.as_secs();
    if whole >= 60 {
        return format!("{} min {} s", whole / 60, whole % 60);
    }
    format!("{:.1} s", duration.as_secs_f64())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn sh(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn output_is_kept_and_a_failure_is_told_apart() {
        let mut said = Vec::new();
        let echo = |stream, bytes: &[u8]| said.push((matches!(stream, Stream::Err), bytes.to_vec()));
        let finished = follow(&mut sh("echo one; sleep 0.1; echo two >&2; exit 3"), GRACE, echo).unwrap();
        assert_eq!(finished.stdout, "one\n");
        assert_eq!(finished.status.code(), Some(3));
        assert_eq!(said, [(false, b"one\n".to_vec()), (true, b"two\n".to_vec())]);
        let error = Shell::default().read(&mut sh("echo because >&2; exit 1"), GRACE).unwrap_err();
        assert!(error.to_string().contains("because"), "{error}");
    }

    #[test]
    fn a_program_that_takes_too_long_is_stopped_with_its_children() {
        let start = now();
        let mark = std::env::temp_dir().join(format!("accord-xtask-{}", std::process::id()));
        let script = format!("(sleep 1; touch {}) & sleep 30", mark.display());
        let error = Shell::default().read(&mut sh(&script), Duration::from_millis(200)).err().unwrap();
        assert!(error.to_string().contains("was stopped"), "{error}");
        assert!(start.elapsed() < Duration::from_secs(5));
        std::thread::sleep(Duration::from_millis(1200));
        assert!(!mark.exists(), "the child of the stopped program went on");
    }

    #[test]
    fn a_missing_program_is_named() {
        let error = Shell::default().read(&mut Command::new("no-such-program"), GRACE).err().unwrap();
        assert!(error.to_string().contains("no-such-program"), "{error}");
    }

    #[test]
    fn a_service_is_ready_when_it_prints_a_line() {
        let mut service = Running::start(&mut sh("echo listening; sleep 30")).unwrap();
        assert_eq!(service.next_line(GRACE).unwrap(), "listening");
        assert!(service.next_line(Duration::from_millis(50)).is_err());
    }
}
