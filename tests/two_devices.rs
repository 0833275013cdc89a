//! Two devices of one person: each has a storage of its own and knows nothing of the other, and the accounts are the
//! same. Nothing is doubled, whoever comes first (K2, K10, I4).

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

mod support;

use accord_sandbox::World;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use support::{Host, Kill, meeting, timed};

type Rows = BTreeMap<String, String>;

const DIRECTIONS: [&str; 3] = ["google-to-crm", "two-way", "crm-to-google"];

/// A person's devices, and who of them is at work.
struct Devices {
    host: Host,
    rows: [Rows; 2],
}

impl Devices {
    fn on(direction: &str, prepare: impl Fn(&mut Host)) -> Self {
        let mut devices = Self { host: Host::new(), rows: [Rows::new(), Rows::new()] };
        prepare(&mut devices.host);
        for device in 0..2 {
            devices.at(device, |host| host.activate_with(json!({ "direction": direction })));
        }
        devices
    }

    fn at<T>(&mut self, device: usize, work: impl FnOnce(&mut Host) -> T) -> T {
        self.host.advance(30_000);
        std::mem::swap(&mut self.host.rows, &mut self.rows[device]);
        let result = work(&mut self.host);
        std::mem::swap(&mut self.host.rows, &mut self.rows[device]);
        result
    }

    fn sync(&mut self, device: usize) -> Value {
        self.at(device, Host::settle)
    }

    /// The first device is at some call of its cycle when the second one runs a whole one; says whether it came to that.
    fn meet(&mut self, call: usize) -> bool {
        self.meet_and(call, |host| drop(host.settle()))
    }

    fn meet_and(&mut self, call: usize, cycle: impl FnOnce(&mut Host)) -> bool {
        let rows = self.rows[1].clone();
        let done = std::rc::Rc::new(std::cell::RefCell::new(None));
        let result = done.clone();
        self.host.meanwhile = Some((
            call,
            Box::new(move |host: &mut Host| {
                let now = host.world.now_ms();
                let mut other = Host::on(std::mem::replace(&mut host.world, World::new(1, now)));
                other.rows = rows.clone();
                other.settle();
                host.world = other.world;
                *result.borrow_mut() = Some(other.rows);
            }),
        ));
        self.at(0, cycle);
        let met = self.host.meanwhile.take().is_none();
        if let Some(rows) = done.borrow_mut().take() {
            self.rows[1] = rows;
        }
        met
    }

    /// Both devices have heard of everything.
    fn settle(&mut self) {
        for _ in 0..3 {
            self.sync(0);
            self.sync(1);
            self.host.advance(150_000);
        }
    }

    fn titles(&self) -> [Vec<String>; 2] {
        let titles = |rows: Vec<Value>, key: &str| {
            let mut titles: Vec<String> =
                rows.iter().map(|row| row[key].as_str().unwrap_or_default().to_owned()).collect();
            titles.sort();
            titles
        };
        [
            titles(self.host.world.google_events("primary"), "summary"),
            titles(self.host.world.crm_events(), "Event_Title"),
        ]
    }
}

fn people_add(host: &mut Host, direction: &str, titles: &[&str]) {
    for (n, title) in titles.iter().enumerate() {
        if direction != "crm-to-google" {
            host.add_event(timed(title, 4 + n as i64));
        }
        if direction != "google-to-crm" {
            host.add_meeting(meeting(&format!("{title} in the CRM"), 30 + n as i64));
        }
    }
}

/// What each side holds once everything has gone across.
fn expected(direction: &str, titles: &[&str]) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for title in titles {
        if direction != "crm-to-google" {
            all.push((*title).to_owned());
        }
        if direction != "google-to-crm" {
            all.push(format!("{title} in the CRM"));
        }
    }
    all.sort();
    all
}

/// What comes after both have found their pairs is created by one of them, and found by the other.
#[test]
fn what_one_device_created_the_other_one_pairs() {
    for direction in DIRECTIONS {
        let mut devices = Devices::on(direction, |host| people_add(host, direction, &["Call", "Lunch"]));
        devices.settle();
        assert_eq!(devices.titles()[0], expected(direction, &["Call", "Lunch"]), "{direction}");
        people_add(&mut devices.host, direction, &["Visit"]);
        devices.settle();
        let all = expected(direction, &["Call", "Lunch", "Visit"]);
        assert_eq!(devices.titles(), [all.clone(), all], "{direction}");
    }
}

/// A cycle of one device at any call of the other's, during a first sync and later.
#[test]
fn devices_that_meet_double_nothing() {
    for direction in DIRECTIONS {
        for later in [false, true] {
            for call in 0.. {
                let mut devices =
                    Devices::on(direction, |host| people_add(host, direction, &["Call", "Lunch"]));
                let mut titles = vec!["Call", "Lunch"];
                if later {
                    devices.settle();
                    people_add(&mut devices.host, direction, &["Visit", "Tour"]);
                    titles.extend(["Visit", "Tour"]);
                }
                let met = devices.meet(call);
                devices.settle();
                let all = expected(direction, &titles);
                assert_eq!(
                    devices.titles(),
                    [all.clone(), all],
                    "{direction}, later: {later}, at call {call}"
                );
                if !met {
                    break;
                }
            }
        }
    }
}

/// I12: the first device is killed anywhere in its cycle, and goes on only after the second one had its turn.
#[test]
fn a_device_that_was_killed_doubles_nothing() {
    for direction in DIRECTIONS {
        for call in 0..200 {
            let mut devices = Devices::on(direction, |host| people_add(host, direction, &["Call", "Lunch"]));
            let kill = if call % 2 == 0 { Kill::Before(call / 2) } else { Kill::After(call / 2) };
            let run = json!({ "name": "run", "batch": true });
            let ended = devices.at(0, |host| host.run_killed(run, kill));
            devices.sync(1);
            devices.settle();
            let all = expected(direction, &["Call", "Lunch"]);
            assert_eq!(devices.titles(), [all.clone(), all], "{direction}, {kill:?}");
            if !matches!(ended, support::Ended::Killed) {
                break;
            }
        }
    }
}

/// K1, K4: edits and deletions are carried over once, whoever hears of them first.
#[test]
fn devices_that_meet_lose_no_edit() {
    for call in 0.. {
        let mut devices = Devices::on("two-way", |host| people_add(host, "two-way", &["Call", "Lunch"]));
        devices.settle();
        let host = &mut devices.host;
        let event = |host: &Host, title: &str| host.event(title)["id"].as_str().unwrap().to_owned();
        let row = |host: &Host, title: &str| host.meeting(title)["id"].as_str().unwrap().to_owned();
        let (moved, gone) = (event(host, "Call"), event(host, "Lunch in the CRM"));
        host.edit_event(&moved, json!({ "location": "Room 7" }));
        let (told, dropped) = (row(host, "Call in the CRM"), row(host, "Lunch"));
        host.edit_meeting(&told, json!({ "Description": "Bring the offer" }));
        host.delete_event(&gone);
        host.delete_meeting(&dropped);
        let met = devices.meet(call);
        devices.settle();
        let left = vec!["Call".to_owned(), "Call in the CRM".to_owned()];
        assert_eq!(devices.titles(), [left.clone(), left], "at call {call}");
        assert_eq!(devices.host.meeting("Call")["Venue"], "Room 7", "at call {call}");
        assert_eq!(devices.host.event("Call in the CRM")["description"], "Bring the offer", "at call {call}");
        if !met {
            break;
        }
    }
}

/// I12, K2: the device whose record came second is killed anywhere in the cycle that finds it out. What it does not know
/// to be its own it does not delete: killed before the answer to the insert is stored, there may be two.
#[test]
fn a_device_that_is_killed_while_it_yields_doubles_nothing() {
    for direction in ["google-to-crm", "two-way"] {
        let prepared = || Devices::on(direction, |host| people_add(host, direction, &["Call", "Lunch"]));
        let mut alone = prepared();
        alone.sync(0);
        let insert = |host: &Host| host.trace.iter().position(|line| line.starts_with("POST /crm/v8/Events"));
        let insert = insert(&alone.host).unwrap();
        for kill in (insert + 1..200).flat_map(|at| [Kill::After(at), Kill::Before(at + 1)]) {
            let mut devices = prepared();
            let mut killed = false;
            devices.meet_and(insert, |host| {
                let ended = host.run_killed(json!({ "name": "run", "batch": true }), kill);
                killed = matches!(ended, support::Ended::Killed);
            });
            devices.settle();
            let all = expected(direction, &["Call", "Lunch"]);
            assert_eq!(devices.titles(), [all.clone(), all], "{direction}, {kill:?}");
            if !killed {
                break;
            }
        }
    }
}
