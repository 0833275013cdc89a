//! The sandbox over HTTP, for browsers, official clients and people.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;

use accord_sandbox::{Edition, GOOGLE_TOKEN, Server, Site, Start, Switches, ZOHO_TOKEN};
use clap::Parser;

/// A faithful, strict local Google Calendar (API v3) and Zoho CRM (API v8).
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
    /// Directory of static files served beside the API.
    #[arg(long = "static", value_name = "DIR")]
    files: Option<PathBuf>,
    /// Seed of ids, faults and corpus: equal seeds and calls give equal answers.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Events to make at the start, on the primary Google calendar.
    #[arg(long, default_value_t = 0)]
    events: usize,
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
    /// Lists all switches, one line each, and ends.
    #[arg(long)]
    switches: bool,
}

const HELP: &str = "\
Services on one origin:
  /calendar/v3/…, /batch/calendar/v3   Google Calendar; Authorization: Bearer sandbox-google (Ana)
                                       or sandbox-google-ben (Ben)
  /o/oauth2/v2/auth, /token, /revoke   Google's accounts; refresh tokens: sandbox-google-refresh[-ben]
  /crm/v8/…                            Zoho CRM; Authorization: Zoho-oauthtoken sandbox-zoho
  /oauth/v2/auth, /oauth/v2/token[/revoke]   Zoho's accounts; refresh token: sandbox-refresh
  /sandbox/…                           admin, below; everything else: static files

Two Google accounts: ana@example.com with a primary calendar, a second one to write and one to read, and
ben@example.com, who owns the second. One Zoho organisation with Ana (administrator, sandbox-zoho), Ben (manager, sandbox-zoho-ben), Chiara (reports to Ben,
sandbox-zoho-chiara), Dmitri (may only read, sandbox-zoho-dmitri); refresh tokens sandbox-refresh-ben and so on.
The tokens above never expire; those of the token endpoints live an hour. Consent is always given, by the person who
is signed in.

Admin routes (JSON in and out):
  GET  /sandbox/                       the world in a few numbers
  POST /sandbox/reset                  {seed?, events?, now?}: begin anew; switches as at the start
  POST /sandbox/fill                   {seed?, events?, past_months?, ahead_months?}: add a corpus
  POST /sandbox/ics?calendar=primary   an iCalendar file as the body: import its events
  POST /sandbox/edits                  {count, seed?, side?: google|crm, afterRequests?}: a person changes the
                                       primary calendar or the meetings, at once or while requests go on
  POST /sandbox/copy                   {id}: a person copies an event of the primary calendar
  GET  /sandbox/counters               requests, bytes, writes;  POST /sandbox/counters/reset
  POST /sandbox/faults                 one rule or a list; DELETE drops all. A rule:
                                       {service?, method?, path? (prefix), nth?, times? (0 = for ever), chance?,
                                        when?: before|after, kind: status|drop|truncate|not-json|wrong-type|delay|
                                        bad-record|record-locked, status?, reason?, body?, ms?, index?, code?, id?,
                                        retryAfter?}
  GET  /sandbox/switches               all switches;  POST {name: value, …} sets some
  POST /sandbox/clock                  {now: RFC 3339 | ms | \"real\"} or {advanceMs}
  GET  /sandbox/mails                  who would have been mailed
  POST /sandbox/sync-tokens/expire     every Google token issued so far answers 410
  POST /sandbox/role                   {calendar, role}: the user's role on a Google calendar
  POST /sandbox/google/quotas          {documented?, perMinute?, perMinutePerUser?, created?, invited?}: what Google
                                       allows; without a body nothing is limited, as at the start
  POST /sandbox/google/lag             {ms}: Google's lists show what was; reads by id are fresh; 0 ends it
  POST /sandbox/google/events          {event, calendar?}: an event as Google or a person makes it: locked, from a
                                       mail, without length, by an organiser elsewhere
  POST /sandbox/google/split           {id, changes?}: a person changes an occurrence \"and all following\"
  POST /sandbox/google/role            {calendar, role, person?}; /sandbox/google/setting {id, value, person?}
  POST /sandbox/google/list            {calendar, person?, hidden?, listed?, title?, defaultReminders?}
  POST /sandbox/scopes                 {google?: [scope, …], zoho?: [scope, …]}: what the tokens may do
  POST /sandbox/permissions            {right: bool, …}, such as Crm_Implied_Edit_Events
  GET  /sandbox/org                    zone, edition, licences, credits; POST {zone?, orgZone?, edition?, licences?,
                                       spend?, sharing?: {module: private|public_read_only|public_read_write}}
  POST /sandbox/users                  {email: {zone?, active?}, …}: CRM users
  POST /sandbox/profiles               {profile: {right: bool, …}, …}: Administrator, Standard, Read only
  POST /sandbox/sign-in                {google?: email, zoho?: email}: who gives consent from now on
  POST /sandbox/revoke                 {service, token}: a refresh token with its access tokens, or one of these
  POST /sandbox/locks                  {record id: bool, …}: CRM records that refuse changes
  POST /sandbox/refusals               {record id: code | null, …}: RECORD_LOCKED, NOT_APPROVED, NOT_REVIEWED,
                                       RECORD_IN_BLUEPRINT, CANNOT_PERFORM_ACTION, AUTHORIZATION_FAILED
  POST /sandbox/restore                {id, module?}: a record comes back from the recycle bin;
  POST /sandbox/purge                  the same: it never will
  POST /sandbox/layouts                {module, name, required?: [field], values?: {picklist: [value]}, rules?:
                                       [{field, value, requires}], dependencies?: [{parent, child, allowed}]}
  POST /sandbox/workflow               {module, field, value}: set at every save that does not say trigger: []
  POST /sandbox/cancel-mails           {left}: mails of cancelled meetings that may still go out today
  POST /sandbox/convert                {id}: a lead is converted
  GET  /sandbox/crm-events, /sandbox/google-events?calendar=   what is live, past all limits";

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
            println!("{} = {}\n    {}", switch.name, switch.values.join(" | "), switch.about);
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
            .map_err(|error| format!("cannot listen on {address}: {error}"))?;
        let bound = server.address().map_err(|error| error.to_string())?;
        let stop = stopped().map_err(|error| format!("cannot wait for signals: {error}"))?;
        println!("listening on http://{bound}");
        eprintln!("Google token: {GOOGLE_TOKEN}   Zoho token: {ZOHO_TOKEN}");
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
