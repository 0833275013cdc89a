//! What a preview says is what the cycle does when nothing changes between: asked for in random stories, before cycles
//! that nothing disturbs.

use crate::setup::Direction;
use crate::step::Side;
use crate::story::Story;
use crate::support::Ended;
use proptest::prelude::*;
use serde_json::{Value, json};

/// What a preview said, and what was there when it did.
pub(crate) struct Foreseen {
    plan: Value,
    /// The last cycle ran undisturbed, and nobody can have edited what no list tells of: nothing is left to find out.
    clean: bool,
    /// Deletions in Google are not listened to, or kept.
    deaf: bool,
    /// Nobody has looked yet on which days an all-day meeting stands in the CRM.
    unlooked: bool,
}

impl Story<'_> {
    /// Asks for a preview, which must change nothing, neither at the services nor in the storage.
    pub(crate) fn foresee(&mut self) -> Result<Option<Foreseen>, TestCaseError> {
        let rows = self.host.rows.clone();
        let held = |story: &Self| Side::BOTH.map(|side| crate::names::live(&story.host.world, side));
        let before = held(self);
        let ended = self.host.run(json!({ "name": "preview", "batch": self.host.batch }));
        self.calls.append(&mut self.host.trace.clone());
        prop_assert!(rows == self.host.rows, "a preview stored something");
        prop_assert!(before == held(self), "a preview wrote something");
        Ok(match ended {
            Ended::Done(plan) => Some(Foreseen {
                clean: !self.disturbed
                    && plan["recovered"] == 0
                    && !self.things.iter().any(|thing| self.is_out_of_sight(thing)),
                deaf: !self.setup.propagate || self.setup.direction == Direction::CrmToGoogle,
                unlooked: rows.iter().any(|(key, row)| {
                    key.starts_with("link/")
                        && [",true,true]", ",true,false]"].iter().any(|end| row.ends_with(end))
                }),
                plan,
            }),
            Ended::Failed { .. } | Ended::Killed => None,
        })
    }
}

/// Without what a question has of the moment when it is asked.
fn lasting(value: &Value) -> Value {
    let mut value = value.clone();
    for question in value.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
        question.remove("id");
        question.remove("askedMs");
    }
    value
}

fn creates_in_google(plan: &Value) -> u64 {
    let ops = plan["operations"].as_array().into_iter().flatten();
    ops.filter(|op| op["side"] == "google" && op["verb"] == "create").count() as u64
}

impl Foreseen {
    /// Compares what was said with what the next cycle reports.
    pub(crate) fn judge(&self, report: &Value) -> Result<(), TestCaseError> {
        let plan = &self.plan;
        // What was refused or changed under its write could not be known.
        let odd = plan["parked"] != report["parked"]
            || plan["notes"] != report["notes"]
            || report["remaining"] != 0;
        if !self.clean || odd {
            return Ok(());
        }
        for side in ["google", "crm"] {
            let counts = |verb: &str| {
                let ops = plan["operations"].as_array().into_iter().flatten();
                let ours = ops.filter(|op| op["side"] == side && op["verb"] == verb && op["cycle"] == 1);
                ours.count() as u64
            };
            let (mut created, mut updated) = (counts("create"), counts("update"));
            // Where nobody listens whether Google's event is still there, its update may have to be a new event.
            if side == "google" && self.deaf && report[side]["created"].as_u64() > Some(created) {
                let gone = report[side]["created"].as_u64().unwrap() - created;
                (created, updated) = (created + gone, updated.saturating_sub(gone));
            }
            // An event that is born anew is looked at again, with its meeting's days, and these may have to be written.
            let born = if self.unlooked { creates_in_google(plan) } else { 0 };
            if side == "crm"
                && report[side]["updated"]
                    .as_u64()
                    .is_some_and(|was| (updated..=updated + born).contains(&was))
            {
                updated = report[side]["updated"].as_u64().unwrap();
            }
            let said = json!({ "created": created, "updated": updated, "deleted": counts("delete") });
            prop_assert!(
                said == report[side],
                "the preview said {} of {}, and it was {}",
                said,
                side,
                report[side]
            );
        }
        for name in ["linked", "unchanged", "skipped", "questions", "fullRead"] {
            let (said, was) = (lasting(&plan[name]), lasting(&report[name]));
            prop_assert!(said == was, "the preview said {} of {}, and it was {}", said, name, was);
        }
        Ok(())
    }
}
