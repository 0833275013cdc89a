//! The stored state of a cycle in memory, and the patches that keep the stored rows true: a patch settles what the
//! last group of operations brought and records the intents of the next, in one atomic write.

mod history;
mod status;

pub(crate) use history::{operations, reports};

use super::journal::Operation;
use super::pair::Alike;
use super::report::{Conflict, Winner};
use super::side::Side;
use super::state::{
    Activation, Draft, Held, HeldAnswer, Intents, Link, Open, Parked, Seen, State, Waiting, WaitingText,
    decode, encode, key,
};
use crate::devices::Device;
use crate::error::{Error, ErrorKind, Result};
use crate::model::field::{Field, FieldSet};
use crate::model::fingerprint::Digest;
use crate::model::ids::{CrmId, GoogleId};
use crate::model::list::Listed;
use crate::model::table::Table;

/// Rows by key.
pub(crate) type Rows = Table<String, String>;

/// An atomic change of the stored rows.
#[derive(Default)]
pub(crate) struct Patch {
    pub(crate) put: Vec<(String, String)>,
    pub(crate) remove: Vec<String>,
}

impl Patch {
    /// Of several changes of one row the last one counts.
    fn of(changes: Vec<(String, Option<String>)>) -> Self {
        let mut patch = Self::default();
        for (key, text) in changes.into_iter().collect::<Table<_, _>>() {
            match text {
                Some(text) => patch.put.push((key, text)),
                None => patch.remove.push(key),
            }
        }
        patch
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.put.is_empty() && self.remove.is_empty()
    }
}

/// The stored state, as far as a cycle always needs it, and what is not yet saved of it.
pub(crate) struct Book {
    pub(crate) activation: Option<Activation>,
    pub(crate) state: State,
    pub(crate) intents: Intents,
    pub(crate) parked: Vec<(GoogleId, Parked)>,
    pub(crate) held: Vec<Held>,
    /// The cycle that is under way, and the rows and bytes that it added to the journal.
    pub(crate) cycle: Open,
    added: (u32, u32),
    /// Records that were created, by this cycle or by one that was cut off, and of which nobody knows yet whether another
    /// device created them too.
    pub(crate) newborn: Vec<(CrmId, GoogleId)>,
    /// When the cycle that was cut off had started.
    pub(crate) newborn_ms: Option<i64>,
    /// What was written and is not yet saved.
    done: Vec<Operation>,
    /// The texts as they are stored: a row is written only when its text changes.
    stored: Rows,
    /// Changes of rows: their texts, none where they are removed.
    changes: Vec<(String, Option<String>)>,
}

impl Book {
    /// The rows that every command reads.
    pub(crate) const KEYS: [&'static str; 4] = [key::SETTINGS, key::STATE, key::INTENTS, key::PARKED];

    /// Reads the rows. What is damaged is looked for again: without the settings the sync is off until it is activated
    /// anew, without one of the others everything is read again and unlinked events are looked up before they are
    /// created.
    pub(crate) fn open(mut rows: Rows) -> Self {
        let activation: Option<Activation> = rows.get(key::SETTINGS).and_then(|text| decode(text));
        let damaged = |key: &str, readable: bool| rows.contains(key) && !readable;
        let state: Option<State> = rows.get(key::STATE).and_then(|text| decode(text));
        let intents: Option<Intents> = rows.get(key::INTENTS).and_then(|text| decode(text));
        let waiting: Option<Waiting> = rows.get(key::PARKED).and_then(|text| decode(text));
        let doubt = damaged(key::STATE, state.is_some())
            || damaged(key::INTENTS, intents.is_some())
            || damaged(key::PARKED, waiting.is_some())
            // The settings are never stored without it.
            || (activation.is_some() && !rows.contains(key::STATE));
        let mut state = state.unwrap_or_default();
        if doubt {
            state.doubt = true;
            state.cursor = None;
            state.crm_changes = None;
        }
        let waiting = waiting.unwrap_or_default();
        rows.retain(|key, _| Self::KEYS.contains(&key.as_str()));
        Self {
            activation,
            state,
            intents: intents.unwrap_or_default(),
            parked: waiting.parked,
            held: waiting.held,
            cycle: Open::default(),
            added: (0, 0),
            newborn: Vec::new(),
            newborn_ms: None,
            done: Vec::new(),
            stored: rows,
            changes: Vec::new(),
        }
    }

    /// The settings in force.
    ///
    /// # Errors
    /// `not-active`.
    pub(crate) fn active(&self) -> Result<&Activation> {
        let inactive = || {
            Error::new(ErrorKind::NotActive, "The sync is switched off. Save the settings to switch it on.")
        };
        self.activation.as_ref().filter(|activation| activation.active).ok_or_else(inactive)
    }

    /// Links an event. `renews`: there was a link before.
    pub(crate) fn link(&mut self, id: &GoogleId, link: &Link, renews: Option<&CrmId>) {
        match renews {
            Some(old) if *old == link.crm => {}
            Some(old) => {
                self.remove(key::reverse(old));
                self.put_reverse(id, link);
            }
            None => {
                self.state.links += 1;
                self.put_reverse(id, link);
            }
        }
        self.withdraw(id);
        // A meeting that could not be told apart waited under an id of its own.
        self.parked.retain(|(_, row)| row.code != Parked::AMBIGUOUS || row.crm.as_ref() != Some(&link.crm));
        self.unpark(id);
        self.put(key::link(id), encode(link));
    }

    /// Takes what was seen into the link of an event. What the event waits for is not settled by that.
    pub(crate) fn remember(&mut self, id: &GoogleId, link: &Link) {
        self.withdraw(id);
        self.put(key::link(id), encode(link));
    }

    /// Stores what is known of an event by now; writes of which nobody has heard yet stay noted.
    pub(crate) fn keep(&mut self, id: &GoogleId, link: &Link) {
        self.put(key::link(id), encode(link));
    }

    /// Nobody needs to be asked about this event any more. An answer about pairs stands until all that it is about wait
    /// no longer.
    fn release(&mut self, id: &GoogleId) {
        let parked = &self.parked;
        for held in self.held.iter_mut().filter(|held| !held.is_ambiguous()) {
            held.ids.retain(|known| known != id);
        }
        let waits = |held: &Held| held.ids.iter().any(|id| parked.iter().any(|(known, _)| known == id));
        self.held.retain(|held| match held.is_ambiguous() {
            true => held.answer.is_none() || waits(held),
            false => !held.ids.is_empty(),
        });
    }

    /// Asks about what cannot be told apart, and forgets such questions that were looked at and are none any more.
    pub(crate) fn ask_about(
        &mut self,
        alike: Vec<(Alike, Vec<CrmId>)>,
        seen: impl Fn(&GoogleId) -> bool,
        now_ms: i64,
    ) {
        let mut asked: Vec<Held> = Vec::new();
        for (Alike { google: mut ids, crm: halves }, crm) in alike {
            ids.extend(halves);
            // The same candidates are the same question.
            let digest = ids.iter().fold(Digest::new(), |digest, id| digest.text(id.as_str()));
            let id = digest.finish().hex();
            asked.push(Held { id, side: Side::Google, ids, crm, asked_ms: now_ms, answer: None });
        }
        self.held.retain(|held| {
            let again = asked.iter().any(|new| new.id == held.id);
            !held.is_ambiguous() || held.answer.is_some() || again || !held.ids.iter().any(&seen)
        });
        asked.retain(|new| !self.held.iter().any(|held| held.id == new.id));
        self.held.append(&mut asked);
    }

    /// Takes the user's answer to a question.
    ///
    /// # Errors
    /// `misuse` when there is no such question.
    pub(crate) fn resolve(&mut self, question: &str, answer: HeldAnswer) -> Result<()> {
        let pairs = matches!(answer, HeldAnswer::Pair | HeldAnswer::Separate);
        match self.held.iter_mut().find(|held| held.id == question) {
            Some(held) if held.is_ambiguous() != pairs => Err(Error::new(
                ErrorKind::Misuse,
                "A question about deletions is answered with apply or restore, one about pairs with pair or separate.",
            )),
            Some(held) => {
                held.answer = Some(answer);
                for (_, parked) in self.parked.iter_mut().filter(|(id, _)| pairs && held.ids.contains(id)) {
                    parked.retry_ms = 0;
                }
                Ok(())
            }
            None => Err(Error::new(
                ErrorKind::Misuse,
                "There is no such question any more; read the status again.",
            )),
        }
    }

    /// Events whose question is answered, and not yet acted upon.
    pub(crate) fn answered(&self) -> impl Iterator<Item = &GoogleId> {
        self.held.iter().filter(|held| held.answer.is_some()).flat_map(|held| &held.ids)
    }

    fn put(&mut self, key: String, text: String) {
        self.changes.push((key, Some(text)));
    }

    fn remove(&mut self, key: String) {
        self.changes.push((key, None));
    }

    fn put_reverse(&mut self, id: &GoogleId, link: &Link) {
        self.put(key::reverse(&link.crm), encode(id));
    }

    /// Forgets a link.
    pub(crate) fn unlink(&mut self, id: &GoogleId, crm: &CrmId) {
        self.state.links = self.state.links.saturating_sub(1);
        self.unpark(id);
        self.remove(key::link(id));
        self.remove(key::reverse(crm));
    }

    /// Sets an event apart; its first day counts from when it was first set apart.
    pub(crate) fn park(&mut self, id: &GoogleId, mut parked: Parked) {
        self.withdraw(id);
        match self.parked.binary_search_by(|(known, _)| known.cmp(id)) {
            Ok(index) => {
                if let Some((_, known)) = self.parked.get_mut(index) {
                    parked.since_ms = known.since_ms;
                    *known = parked;
                }
            }
            Err(index) => self.parked.insert(index, (id.clone(), parked)),
        }
    }

    /// Why an event is set apart, if it is.
    pub(crate) fn parked(&self, id: &GoogleId) -> Option<&Parked> {
        let index = self.parked.binary_search_by(|(known, _)| known.cmp(id)).ok()?;
        self.parked.get(index).map(|(_, parked)| parked)
    }

    /// Whether an event waits for something.
    pub(crate) fn waits(&self, id: &GoogleId) -> bool {
        self.parked(id).is_some() || self.held.iter().any(|held| held.ids.contains(id))
    }

    /// Takes an event back in.
    pub(crate) fn unpark(&mut self, id: &GoogleId) {
        if let Ok(index) = self.parked.binary_search_by(|(known, _)| known.cmp(id)) {
            self.parked.remove(index);
        }
        self.release(id);
    }

    /// Records that these events may be created in the CRM from now on.
    pub(crate) fn intend(&mut self, creates: impl Iterator<Item = (GoogleId, Draft)>, now_ms: i64) {
        creates.filter(|_| Device::Intents.on()).add_to(&mut self.intents.creates);
        self.intents.at_ms = now_ms;
    }

    /// Records that these fields may be carried over from now on.
    pub(crate) fn intend_updates(&mut self, updates: impl Iterator<Item = (GoogleId, Side, Seen)>) {
        updates.filter(|_| Device::Intents.on()).add_to(&mut self.intents.updates);
    }

    /// Records what a write is going to replace: it is told even if nobody hears of the write's end.
    pub(crate) fn intend_losses<'c>(&mut self, lost: impl Iterator<Item = &'c Conflict>) {
        for conflict in lost {
            let same =
                |known: &Conflict| known.google_id == conflict.google_id && known.field == conflict.field;
            self.intents.lost.retain(|known| !same(known));
            self.intents.lost.push(conflict.clone());
        }
    }

    /// Of writes about which is known by now what they wrote: what they did not write replaced nothing.
    pub(crate) fn believe_losses(&mut self, written: &[(GoogleId, Side, FieldSet)]) {
        self.intents.lost.retain(|known| {
            let in_google = known.winner == Winner::Crm;
            let about = |id: &GoogleId, side: Side| {
                known.google_id == id.as_str() && in_google == (side == Side::Google)
            };
            let mut writes = written.iter().filter(|(id, side, _)| about(id, *side)).peekable();
            let field = Field::named(known.field);
            writes.peek().is_none() || writes.any(|(.., fields)| field.is_some_and(|field| fields.has(field)))
        });
    }

    /// The fields whose value in the CRM is going to be replaced.
    pub(crate) fn losses_in_crm(&self, id: &GoogleId) -> FieldSet {
        let about = |known: &&Conflict| known.google_id == id.as_str() && known.winner == Winner::Google;
        self.intents.lost.iter().filter(about).filter_map(|known| Field::named(known.field)).collect()
    }

    /// Records that nothing of this event was replaced.
    pub(crate) fn withdraw_losses(&mut self, id: &GoogleId) {
        self.intents.lost.retain(|known| known.google_id != id.as_str());
    }

    /// Records that these events may be created in Google from now on.
    pub(crate) fn intend_births(&mut self, mut births: Vec<(GoogleId, CrmId)>) {
        if !self.intents.births.is_empty() {
            births.retain(|(id, _)| !self.may_be_born(id));
        }
        births.into_iter().add_to(&mut self.intents.births);
    }

    /// Whether this event may have been created in Google by the last cycle.
    pub(crate) fn may_be_born(&self, id: &GoogleId) -> bool {
        self.intents.births.iter().any(|(known, _)| known == id)
    }

    /// Records that an event was not created, or that its write is settled.
    pub(crate) fn withdraw(&mut self, id: &GoogleId) {
        // Mostly the first one, for answers come in the order of the writes.
        if let Some(index) = self.intents.births.iter().position(|(known, _)| known == id) {
            self.intents.births.remove(index);
        }
        if let Some(index) = self.intents.creates.iter().position(|(known, _)| known == id) {
            self.intents.creates.swap_remove(index);
        }
        self.intents.updates.retain(|(known, ..)| known != id);
    }

    /// Counts entries against what is left of the first sync.
    pub(crate) fn spend(&mut self, entries: u32) {
        if let Some(left) = &mut self.state.first_sync_left {
            *left = left.saturating_sub(entries);
        }
    }

    /// What is not yet saved. The rows that are always read are part of it when they changed.
    pub(crate) fn take_patch(&mut self) -> Patch {
        self.journal();
        let mut core = vec![(key::STATE, Some(encode(&self.state)))];
        core.push((key::SETTINGS, self.activation.as_ref().map(encode)));
        let Intents { creates, updates, births, lost, contacts_ms, open, undo, yielded, .. } = &self.intents;
        let none = creates.is_empty() && updates.is_empty() && births.is_empty() && lost.is_empty();
        let intends =
            !none || contacts_ms.is_some() || open.is_some() || undo.is_some() || !yielded.is_empty();
        core.push((key::INTENTS, intends.then(|| encode(&self.intents))));
        let waits = !(self.parked.is_empty() && self.held.is_empty());
        let waiting = || encode(&WaitingText { parked: &self.parked, held: &self.held });
        core.push((key::PARKED, waits.then(waiting)));
        for (key, text) in core {
            match text {
                Some(text) if self.stored.get(key) != Some(&text) => {
                    self.stored.insert(key.to_owned(), text.clone());
                    self.put(key.to_owned(), text);
                }
                None if self.stored.remove(key).is_some() => self.remove(key.to_owned()),
                Some(_) | None => {}
            }
        }
        Patch::of(std::mem::take(&mut self.changes))
    }
}
