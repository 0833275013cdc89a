//! What Google's lists leave open, asked for by id.

use super::{Gathered, Gatherer};
use crate::devices::Device;
use crate::engine::read;
use crate::error::Result;
use crate::model::ids::GoogleId;
use crate::model::list::Listed;
use crate::model::settings::DeletionPolicy;
use crate::model::sight::Content;
use crate::model::table::Table;
use crate::sync::commit::Book;
use crate::sync::observe::Cases;
use crate::sync::state::Parked;

impl Gatherer<'_> {
    /// Reads by their ids the events about which a list is no proof: linked ones that it calls deleted (K4), linked ones
    /// that a full list lacks (K9), and what waits and is due (K5, K6; parked ones at most a twentieth of the cycle,
    /// I11). What is beyond the limit is not asked for; it is counted, and it waits.
    pub(super) async fn prove_in_google(
        &self,
        full: bool,
        gathered: &mut Gathered,
        book: &Book,
    ) -> Result<()> {
        let deletes = self.activation.settings.deletions == DeletionPolicy::Propagate;
        let window_start = self.admission.window_start;
        let mut ids: Vec<GoogleId> = Vec::new();
        let mut kept: Vec<GoogleId> = Vec::new();
        for (id, case) in gathered.cases.iter_mut() {
            let Some(link) = &case.link else { continue };
            let ask = match &case.sight {
                _ if self.admission.leaves(id) => false,
                Some(sight) => deletes && matches!(sight.content, Content::Cancelled),
                None => {
                    let touched = || gathered.touched.iter().any(|series| id.is_instance_of(series));
                    // How the CRM takes its days is not known yet: they are compared whenever the record comes up.
                    link.unverified || link.seen.end > window_start && (full || touched())
                }
            };
            match ask {
                true if !Device::Proof.on() => case.sight = Some(read::gone(id)),
                true if link.kept => {
                    kept.push(id.clone());
                    case.sight = None;
                }
                true if ids.len() < self.max => ids.push(id.clone()),
                true => {
                    gathered.deferred.on_crm += 1;
                    case.sight = None;
                }
                false => {}
            }
        }
        let unseen = |id: &GoogleId| gathered.cases.get(id).is_none_or(|case| case.sight.is_none());
        let only_in_crm = |id: &GoogleId| {
            let linked = gathered.cases.get(id).is_some_and(|case| case.link.is_some());
            !linked && book.parked(id).is_some_and(|row| row.crm.is_some())
        };
        let due = gathered.waiting.iter().filter(|id| unseen(id) && !only_in_crm(id)).cloned();
        let births = book.intents.births.iter().map(|(id, _)| id);
        let answers = Table::of(book.answered().chain(births).map(GoogleId::as_str));
        let now = self.io.now_ms();
        let at_once =
            |id: &GoogleId| answers.contains(id) || book.parked(id).is_none_or(|row| row.retry_ms > now);
        let (answered, parked): (Vec<_>, Vec<_>) = due.partition(at_once);
        parked.into_iter().take((self.max / 20).max(1)).add_to(&mut ids);
        let room = self.max.saturating_sub(ids.len());
        gathered.deferred.other += answered.len().saturating_sub(room);
        answered.into_iter().take(room).add_to(&mut ids);
        // What was kept is known to be gone, and is asked about as far as there is room: its link goes once the other side
        // is gone too.
        kept.truncate(self.max.saturating_sub(ids.len()));
        ids.append(&mut kept);
        if ids.is_empty() {
            return Ok(());
        }
        // Whoever is asked about is not known until there is an answer about that very event.
        for id in &ids {
            if let Some(case) = gathered.cases.get_mut(id) {
                case.sight = None;
            }
        }
        let context = self.context(&gathered.default_reminders);
        let calendar = &self.activation.settings.calendar;
        let mut answered = 0;
        for seen in read::events(self.io, calendar, &ids, self.options.batch, &context).await? {
            answered += 1;
            gathered.cases.change(seen.id.clone(), |case| {
                // An insert whose answer was lost may still be under way: it is repeated under the same id.
                let unborn = case.link.is_none() && book.may_be_born(&seen.id);
                if !(unborn && matches!(seen.content, Content::Cancelled)) {
                    case.sight = Some(seen);
                }
            });
        }
        gathered.deferred.other += ids.len().saturating_sub(answered);
        Ok(())
    }
}

/// What waits and is due: parked events whose day is over, events whose question was answered, an all-day event that was
/// left half learnt, events that may have been created, and all that nobody could tell apart as soon as one of them is
/// delivered. What is set apart or asked about and delivered on one side is due on the other as well: what that side told
/// before is not told again. `news`: it is delivered for more than a deletion that is told twice.
pub(super) fn waiting(
    book: &Book,
    delivered: &dyn Fn(&GoogleId) -> bool,
    news: &dyn Fn(&GoogleId) -> bool,
    now_ms: i64,
) -> Vec<GoogleId> {
    let ambiguous = |row: &Parked| row.code == Parked::AMBIGUOUS;
    let moved = book.parked.iter().any(|(id, row)| ambiguous(row) && delivered(id));
    let due = book
        .parked
        .iter()
        .filter(|(id, row)| row.retry_ms <= now_ms || delivered(id) || (moved && ambiguous(row)));
    let mut due = due.map(|(id, _)| id.clone()).listed();
    for held in &book.held {
        let asked = held.ids.iter().filter(|id| held.answer.is_some() || news(id));
        asked.cloned().add_to(&mut due);
    }
    due.extend(book.state.probe.clone());
    book.intents.births.iter().map(|(id, _)| id.clone()).add_to(&mut due);
    due
}

/// The series of which instances were delivered, and those of which more than one was.
pub(super) fn delivered_series(cases: &Cases) -> (Vec<GoogleId>, Vec<GoogleId>) {
    let (mut series, mut touched) = (Vec::<GoogleId>::new(), Vec::<GoogleId>::new());
    // In the order of their ids, the instances of one series stand together.
    for of in cases.values().filter_map(|case| case.sight.as_ref()?.series.as_ref()) {
        if series.last() != Some(of) {
            series.push(of.clone());
        } else if touched.last() != Some(of) {
            touched.push(of.clone());
        }
    }
    (series, touched)
}
