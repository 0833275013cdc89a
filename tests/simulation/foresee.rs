//! What a preview says is what the cycle does when nothing changes between: asked for in random stories, before cycles
//! that nothing disturbs.

use crate::step::Side;
use crate::story::Story;
use crate::support::Ended;
use proptest::prelude::*;
use serde_json::{Value, json};

/// What a preview said, and what was there when it did.
pub(crate) struct Foreseen {
    plan: Value,
    /// The last cycle ran undisturbed: nothing is left of it to find out.
    clean: bool,
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
            Ended::Done(plan) => Some(Foreseen { clean: !self.disturbed && plan["recovered"] == 0, plan }),
            Ended::Failed { .. } | Ended::Killed => None,
        })
    }
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
                ops.filter(|op| op["side"] == side && op["verb"] == verb && op["cycle"] == 1).count()
            };
            let said = json!({ "created": counts("create"), "updated": counts("update"), "deleted": counts("delete") });
            prop_assert!(
                said == report[side],
                "the preview said {} of {}, and it was {}",
                said,
                side,
                report[side]
            );
        }
        for name in ["linked", "unchanged", "skipped", "questions", "fullRead"] {
            prop_assert!(
                plan[name] == report[name],
                "the preview said {} of {}, and it was {}",
                plan[name],
                name,
                report[name]
            );
        }
        Ok(())
    }
}
