//! The plan of a cycle: every observed event ends in exactly one place, and the plan checks that itself.

use super::commit::Book;
use super::limit::rank;
use super::merge::{SkipReason, Verb, decide};
use super::observe::{Cases, Observed, draft};
use super::order::sorted_by_key;
use super::report::Skipped;
use super::state::{Draft, Link, Parked};
use crate::error::{Error, Result};
use crate::model::event::Event;
use crate::model::field::FieldSet;
use crate::model::ids::{CrmId, GoogleId};

/// A record to create.
pub(crate) struct Create {
    pub(crate) id: GoogleId,
    pub(crate) event: Event,
    pub(crate) draft: Draft,
    /// The record that was there before and is gone.
    pub(crate) renews: Option<CrmId>,
}

/// A record to update.
pub(crate) struct Update {
    pub(crate) id: GoogleId,
    pub(crate) event: Event,
    pub(crate) fields: FieldSet,
    pub(crate) link: Link,
    pub(crate) draft: Draft,
}

/// A record to delete.
pub(crate) struct Delete {
    pub(crate) id: GoogleId,
    pub(crate) link: Link,
}

/// What one cycle is going to do, in order.
#[derive(Default)]
pub(crate) struct Plan {
    pub(crate) deletes: Vec<Delete>,
    pub(crate) updates: Vec<Update>,
    pub(crate) creates: Vec<Create>,
    /// Links whose version moved without a mapped change.
    pub(crate) remembered: Vec<(GoogleId, Link)>,
    pub(crate) parked: Vec<(GoogleId, Parked)>,
    pub(crate) still_parked: u32,
    /// Events that were parked and need nothing any more.
    pub(crate) unparked: Vec<GoogleId>,
    pub(crate) unchanged: u32,
    pub(crate) skipped: Skipped,
}

/// A day: how long a parked event waits when neither side changes (K6).
const PARKED_FOR_MS: i64 = 86_400_000;

impl Plan {
    /// Decides about every observed event.
    ///
    /// # Errors
    /// `internal` when an event is not accounted for: a defect that must not pass silently.
    pub(crate) fn of(cases: Cases, book: &Book, propagate: bool, now_ms: i64) -> Result<Self> {
        let mut plan = Self::default();
        let mut count = 0;
        for (id, case) in cases {
            if let Some(seen) = case.seen {
                count += 1;
                plan.add(id, seen, case.link, book, propagate, now_ms);
            }
        }
        plan.creates = sorted_by_key(plan.creates, |op| rank(&op.event.when, now_ms / 1000));
        plan.updates = sorted_by_key(plan.updates, |op| rank(&op.event.when, now_ms / 1000));
        if plan.accounted() != count {
            return Err(Error::internal("an observed event has no place in the plan"));
        }
        Ok(plan)
    }

    fn add(
        &mut self,
        id: GoogleId,
        seen: Observed,
        link: Option<Link>,
        book: &Book,
        propagate: bool,
        now_ms: i64,
    ) {
        let parked = book.parked(&id);
        let waits = parked.is_some_and(|row| row.etag == seen.etag && now_ms < row.retry_ms);
        let verb = decide(seen.google, seen.base(link.as_ref()), propagate);
        if matches!(verb, Verb::Leave | Verb::Remember | Verb::Skip(_)) && parked.is_some() {
            self.unparked.push(id.clone());
        }
        match (verb, seen.event, link) {
            (Verb::Create | Verb::Update(_), ..) if waits => self.still_parked += 1,
            (Verb::Create, Some(event), _) => {
                let draft = draft(seen.etag, &event);
                self.creates.push(Create { id, event, draft, renews: None });
            }
            (Verb::Update(fields), Some(event), Some(link)) => {
                let draft = draft(seen.etag, &event);
                self.updates.push(Update { id, event, fields, link, draft });
            }
            (Verb::Remember, Some(event), Some(mut link)) => {
                link.seen = merged(&link.seen, draft(seen.etag, &event));
                self.remembered.push((id, link));
            }
            (Verb::Delete, _, Some(link)) => self.deletes.push(Delete { id, link }),
            (Verb::Skip(reason), ..) => self.skipped.count(reason),
            (Verb::Park, ..) if waits => self.still_parked += 1,
            (Verb::Park, ..) => {
                let why = seen.unreadable.unwrap_or("it cannot be understood");
                let message = format!("This Google event is not synced: {why}.");
                self.parked.push((id, Parked::new("unreadable", message, seen.etag, now_ms)));
            }
            (Verb::Leave, ..) => self.unchanged += 1,
            // Decisions that lack what they act on are left out, which the audit finds.
            (Verb::Create | Verb::Update(_) | Verb::Remember | Verb::Delete, ..) => {}
        }
    }

    fn accounted(&self) -> usize {
        self.deletes.len()
            + self.updates.len()
            + self.creates.len()
            + self.remembered.len()
            + self.parked.len()
            + self.still_parked as usize
            + self.unchanged as usize
            + self.skipped.total() as usize
    }

    /// The number of entries the plan would write.
    pub(crate) fn entries(&self) -> usize {
        self.deletes.len() + self.updates.len() + self.creates.len()
    }

    /// Keeps the first `cap` entries; says how many are left over.
    pub(crate) fn limit(&mut self, cap: usize) -> usize {
        let before = self.entries();
        let mut left = cap;
        self.deletes.truncate(left);
        left -= self.deletes.len();
        self.updates.truncate(left);
        left -= self.updates.len();
        self.creates.truncate(left);
        before - self.entries()
    }
}

/// What is remembered after a newer sight; guests that were not shown are kept as they were known.
pub(crate) fn merged(old: &Draft, newer: Draft) -> Draft {
    let guests_shown = newer.google.field(crate::model::field::Field::Guests).is_some();
    Draft {
        google: old.google.updated_by(&newer.google),
        guests: if guests_shown { newer.guests } else { old.guests.clone() },
        ..newer
    }
}

impl Parked {
    pub(crate) fn new(code: &str, message: String, etag: crate::model::ids::Etag, now_ms: i64) -> Self {
        Self { code: code.to_owned(), message, since_ms: now_ms, retry_ms: now_ms + PARKED_FOR_MS, etag }
    }
}

impl Skipped {
    fn count(&mut self, reason: SkipReason) {
        match reason {
            SkipReason::Recurring => self.recurring += 1,
            SkipReason::EventType => self.event_type += 1,
            SkipReason::Private => self.private += 1,
            SkipReason::OutsideWindow => self.outside_window += 1,
        }
    }
}
