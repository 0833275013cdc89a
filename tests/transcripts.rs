//! Golden transcripts: every call of the engine in typical cycles, one line each. A change of the conversation with
//! the services or with storage shows here as a difference to read; `cargo xtask bless` accepts it.

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

mod support;

use serde_json::json;
use std::fmt::Write;
use std::path::Path;
use support::{Host, all_day, timed};

fn check(name: &str, story: impl FnOnce(&mut Host, &mut dyn FnMut(&mut Host, &str))) {
    let mut text = String::new();
    let mut host = Host::new();
    let mut keep = |host: &mut Host, title: &str| {
        writeln!(text, "# {title}").unwrap();
        host.trace.iter().for_each(|line| writeln!(text, "{line}").unwrap());
        text.push('\n');
    };
    story(&mut host, &mut keep);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts").join(format!("{name}.txt"));
    if std::env::var_os("BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &text).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(text == golden, "{} differs; found:\n{text}", path.display());
}

#[test]
fn first_sync_and_a_quiet_cycle() {
    check("first-sync", |host, keep| {
        for n in 0..3 {
            host.add_event(timed(&format!("Event {n}"), 24 + n));
        }
        host.add_event(all_day("Fair", "2026-12-01", "2026-12-04"));
        host.activate();
        keep(host, "activate");
        host.sync();
        keep(host, "first sync: three events and an all-day one, whose encoding is learnt");
        host.sync();
        keep(host, "nothing changed");
    });
}

#[test]
fn changes() {
    check("changes", |host, keep| {
        let mut guests = timed("With guests", 40);
        guests["attendees"] = json!([{ "email": "ben@example.com" }]);
        let ids = [
            host.add_event(timed("Edited", 24)),
            host.add_event(timed("Goes", 25)),
            host.add_event(timed("Goes too", 26)),
            host.add_event(guests),
        ];
        host.activate();
        host.sync();
        host.edit_event(&ids[0], json!({ "location": "Room 2" }));
        host.delete_event(&ids[1]);
        host.delete_event(&ids[2]);
        host.edit_event(&ids[3], json!({ "attendees": [{ "email": "cleo@example.com" }] }));
        host.add_event(timed("New", 60));
        host.sync();
        keep(host, "an edit, two deletions, changed guests, a new event");
        host.world.expire_sync_tokens();
        host.sync();
        keep(host, "the token is refused: a full read, paired by the links");
    });
}

#[test]
fn lost_answers() {
    check("lost-answers", |host, keep| {
        use accord_sandbox::{Fault, FaultKind, Service};
        host.add_event(timed("Call", 24));
        host.activate();
        host.world
            .faults()
            .add(Fault::new(FaultKind::Drop).on(Service::Zoho, "POST", "/crm/v8/Events").after());
        host.sync();
        keep(host, "the answer of the bulk insert is lost: the CRM is asked before anything is sent again");
        host.rows.clear();
        host.activate();
        host.sync();
        keep(host, "all local state is lost: paired by content, nothing written to the services");
    });
}
