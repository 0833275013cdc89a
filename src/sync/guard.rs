//! The guard against mass deletion (K5): more than a few deletions from one side in one cycle, that are also a good part
//! of all links, wait for the user's answer.

use super::commit::Book;
use super::plan::{CrmCreate, Delete, GoogleCreate, Plan};
use super::side::Side;
use super::state::{Held, HeldAnswer};
use crate::devices::Device;
use crate::model::fingerprint::Digest;
use crate::model::ids::GoogleId;
use crate::model::list::Listed;
use crate::model::settings::Direction;

/// So many deletions from one side are never asked about.
const ALWAYS: usize = 20;

/// Nor are those that are at most this part of the links.
const PART: usize = 10;

/// What is left of an event on the side that still has it.
pub(crate) enum Survivor {
    InGoogle(Box<CrmCreate>),
    InCrm(Box<GoogleCreate>),
}

/// Takes out of the plan what the user has to be asked about, and does what was answered. `beyond`: deletions that this
/// cycle did not get to prove, by the side to delete on.
pub(crate) fn hold(plan: &mut Plan, book: &mut Book, beyond: impl Fn(Side) -> usize, now_ms: i64) {
    let two_way = book.active().is_ok_and(|active| active.settings.direction == Direction::TwoWay);
    for side in [Side::Google, Side::Crm] {
        let (here, other): (Vec<Delete>, Vec<Delete>) =
            std::mem::take(&mut plan.deletes).into_iter().partition(|op| op.side == side);
        plan.deletes = other;
        let mut fresh = Vec::new();
        for op in here {
            match book.held_answer(&op.id) {
                None => fresh.push(op),
                // A question about deletions has no other answers.
                Some(None | Some(HeldAnswer::Pair | HeldAnswer::Separate)) => plan.held += 1,
                Some(Some(HeldAnswer::Apply)) => plan.deletes.push(op),
                // The source of one direction is never written (I9): the target's events stay, as deletions that are kept.
                Some(Some(HeldAnswer::Restore)) if !two_way => {
                    if let Some(mut link) = plan.links.remove(&op.id) {
                        link.kept = true;
                        book.remember(&op.id, &link);
                        book.unpark(&op.id);
                    }
                }
                Some(Some(HeldAnswer::Restore)) => match op.survivor {
                    Some(Survivor::InGoogle(op)) => plan.crm_creates.push(op),
                    Some(Survivor::InCrm(op)) => plan.google_creates.push(op),
                    // The other side could not be read: the question stays answered, and the next cycle tries again.
                    None => plan.held += 1,
                },
            }
        }
        let all = fresh.len() + beyond(side);
        let asks = Device::MassGuard.on() && all > ALWAYS && all * PART > book.state.links as usize;
        if asks || (!fresh.is_empty() && book.asks_about(side)) {
            plan.held += u32::try_from(fresh.len()).unwrap_or(u32::MAX);
            let ids = fresh.into_iter().map(|op| op.id).listed();
            book.hold(side, ids, now_ms);
        } else {
            plan.deletes.extend(fresh);
        }
    }
}

impl Book {
    /// What the user said about a deletion: none when it was never asked about, `Some(None)` while there is no answer.
    fn held_answer(&self, id: &GoogleId) -> Option<Option<HeldAnswer>> {
        self.held.iter().find(|held| !held.is_ambiguous() && held.ids.contains(id)).map(|held| held.answer)
    }

    /// Whether a question about deletions on a side waits for its answer.
    fn asks_about(&self, side: Side) -> bool {
        self.held.iter().any(|held| held.side == side && !held.is_ambiguous() && held.answer.is_none())
    }

    /// Asks about deletions; while a question is open, further ones join it.
    fn hold(&mut self, side: Side, ids: Vec<GoogleId>, now_ms: i64) {
        let open = self
            .held
            .iter_mut()
            .find(|held| held.side == side && !held.is_ambiguous() && held.answer.is_none());
        match open {
            Some(held) => held.ids.extend(ids),
            None => {
                let digest = ids.iter().fold(Digest::new(), |digest, id| digest.text(id.as_str()));
                let id = digest.number(now_ms).finish().hex();
                self.held.push(Held { id, side, ids, crm: Vec::new(), asked_ms: now_ms, answer: None });
            }
        }
    }
}
