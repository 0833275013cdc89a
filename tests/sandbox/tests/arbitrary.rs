//! Whatever comes in, the sandbox answers in its vendor's shape: the stories of the fuzz target, by fixed seeds.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod support;

#[path = "../../fuzz/feeders/sandbox.rs"]
mod feeder;

use accord_sandbox::{Fault, World};
use serde_json::{Value, json};
use support::*;

fn bytes(seed: u64) -> Vec<u8> {
    let mut rng = fastrand::Rng::with_seed(seed);
    (0..rng.usize(0..3_000)).map(|_| rng.u8(..)).collect()
}

#[test]
fn any_story_is_answered_in_the_vendors_shapes_and_again_the_same() {
    let (mut answers, mut successes) = (0, 0);
    for seed in 0..400 {
        let story = bytes(seed);
        let told = feeder::tell(&story);
        if seed % 10 == 0 {
            assert_eq!(told, feeder::tell(&story), "seed {seed}");
        }
        answers += told.lines().filter(|line| line.starts_with("> ")).count();
        successes += told.lines().filter(|line| line.starts_with("> 20")).count();
    }
    // Stories that only ever meet the first refusal would show little.
    assert!(answers > 4_000 && successes * 5 > answers, "{successes} of {answers}");
}

/// The clock may stand anywhere.
#[test]
fn times_at_the_ends_of_the_scale_do_no_harm() {
    for now in [i64::MIN, -1, 0, i64::MAX] {
        let mut world = World::new(1, now);
        google(&mut world, "POST", EVENTS, Some(timed("x")));
        zoho(&mut world, "POST", MEETINGS, Some(json!({ "data": [meeting("x")] })));
        assert_eq!(google(&mut world, "GET", EVENTS, None).status, 200);
        assert_eq!(zoho(&mut world, "GET", &format!("{MEETINGS}?fields=id"), None).status, 200);
    }
}

#[test]
fn any_rule_for_faults_is_read_or_refused() {
    let mut rng = fastrand::Rng::with_seed(7);
    let values =
        [json!(null), json!(-1), json!(1e300), json!("x"), json!([]), json!({}), json!(500), json!("drop")];
    for _ in 0..2_000 {
        let rule: serde_json::Map<String, Value> =
            ["status", "kind", "nth", "times", "chance", "ms", "id", "index", "when"]
                .iter()
                .filter(|_| rng.bool())
                .collect::<Vec<_>>()
                .into_iter()
                .map(|name| ((*name).to_owned(), values[rng.usize(0..values.len())].clone()))
                .collect();
        let read = Fault::from_json(&Value::Object(rule.clone()));
        if let Err(message) = read {
            assert!(!message.is_empty(), "{rule:?}");
        }
    }
}
