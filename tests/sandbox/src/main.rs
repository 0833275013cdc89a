//! The sandbox over HTTP, for browsers, official clients and people.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use accord_sandbox::{Edition, GOOGLE_TOKEN, Server, Site, Start, Switches, ZOHO_TOKEN};
use clap::Parser;

/// A faithful, strict local Google Calendar (API v3) and Zoho CRM (API v8), for tests of clients of either.
///
/// It keeps nothing on disk, sends no mail and opens no connection. It prints one line, `listening on
/// http://127.0.0.1:PORT`, and answers until it is stopped with Ctrl-C or SIGTERM.
#[derive(Debug, Parser)]
#[command(version, after_long_help = HELP)]
struct Arguments {
    /// Port to listen on; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Address to listen on. Only loopback is safe: everyone who reaches the sandbox owns it.
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    host: IpAddr,
    /// Allows an address that is not loopback.
    #[arg(long)]
    allow_remote: bool,
    /// Milliseconds that a peer may take to send the head of a request, and again its body.
    #[arg(long, default_value_t = 30_000, value_name = "MS")]
    patience: u64,
    /// Directory of static files served beside the API.
    #[arg(long = "static", value_name = "DIR")]
    files: Option<PathBuf>,
    /// Seed of ids, faults and corpus: equal seeds and calls give equal answers.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Events to make at the start, on the primary Google calendar.
    #[arg(long, default_value_t = 0)]
    events: usize,
    /// Meetings to make at the start, in the CRM.
    #[arg(long, default_value_t = 0)]
    meetings: usize,
    /// Makes these events and meetings without guests.
    #[arg(long)]
    without_guests: bool,
    /// A fixed clock (RFC 3339 with offset), moved only by POST /sandbox/clock. Default: the real clock.
    #[arg(long, value_parser = instant)]
    now: Option<i64>,
    /// The time zone of the people, the calendars and the organisation, such as Asia/Kolkata. Default: Europe/Paris.
    #[arg(long, value_parser = zone)]
    zone: Option<String>,
    /// The CRM's edition, which sets its limits: free, standard, professional, enterprise, ultimate. Default: professional.
    #[arg(long, value_parser = edition)]
    edition: Option<Edition>,
    /// Sets a switch, as NAME=VALUE. May be repeated.
    #[arg(long = "switch", value_name = "NAME=VALUE")]
    set: Vec<String>,
    /// Lists all switches, one line each: name, values (the default first), the open question. Then it ends.
    #[arg(long)]
    switches: bool,
}

const HELP: &str = include_str!("help.txt");

fn zone(text: &str) -> Result<String, String> {
    if accord_sandbox::is_zone(text) { Ok(text.to_owned()) } else { Err("there is no such zone".into()) }
}

fn edition(text: &str) -> Result<Edition, String> {
    Edition::from_name(text).ok_or_else(|| Edition::ALL.map(Edition::name).join(", "))
}

fn instant(text: &str) -> Result<i64, String> {
    accord_sandbox::parse_instant(text)
        .ok_or_else(|| "RFC 3339 with an offset, such as 2026-11-22T10:00:00Z".into())
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("accord-sandbox: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<(), String> {
    if arguments.switches {
        for switch in Switches::ALL {
            println!("{}={}  {}", switch.name, switch.values.join("|"), switch.about);
        }
        return Ok(());
    }
    if !arguments.host.is_loopback() && !arguments.allow_remote {
        return Err(format!("{} is not loopback; give --allow-remote if that is meant", arguments.host));
    }
    let mut switches = Switches::default();
    for pair in &arguments.set {
        let (name, value) =
            pair.split_once('=').ok_or_else(|| format!("--switch wants NAME=VALUE, not {pair}"))?;
        switches.set(name, value).map_err(|error| error.to_string())?;
    }
    let start = Start {
        seed: arguments.seed,
        events: arguments.events,
        meetings: arguments.meetings,
        without_guests: arguments.without_guests,
        now_ms: arguments.now,
        switches,
        zone: arguments.zone,
        edition: arguments.edition,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("cannot start: {error}"))?;
    runtime.block_on(async {
        let address = SocketAddr::new(arguments.host, arguments.port);
        let site = Site::new(&start, real_ms());
        let server = Server::bind(address, site, arguments.files, real_ms)
            .await
            .map_err(|error| format!("cannot listen on {address}: {error}"))?
            .patience(Duration::from_millis(arguments.patience));
        let bound = server.address().map_err(|error| error.to_string())?;
        let stop = stopped().map_err(|error| format!("cannot wait for signals: {error}"))?;
        // Whoever waits for the address may print as soon as it is there.
        eprintln!("Google token: {GOOGLE_TOKEN}   Zoho token: {ZOHO_TOKEN}");
        println!("listening on http://{bound}");
        server.run(stop).await;
        Ok(())
    })
}

/// Ready at Ctrl-C or SIGTERM. The handlers are in place when this returns, so that no early signal is missed.
fn stopped() -> std::io::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (mut terminate, mut interrupt) =
            (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        Ok(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        })
    }
    #[cfg(not(unix))]
    Ok(async {
        // Without a handler the operating system's default ends the process.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}

#[expect(clippy::disallowed_methods, reason = "the server follows the real clock unless told otherwise")]
fn real_ms() -> i64 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
