//! Turns the sights of a cycle into one observation per event, next to what the link remembers.

use super::diff;
use super::merge::{Base, InGoogle, SkipReason};
use super::state::{Draft, Link, Seen};
use crate::model::event::Event;
use crate::model::field::Field;
use crate::model::ids::{Etag, GoogleId};
use crate::model::settings::{PrivatePolicy, RecurringPolicy, Settings};
use crate::model::sight::{Content, Sight};
use crate::model::time::When;
use std::collections::BTreeMap;

/// What the settings and the clock admit.
pub(crate) struct Admission<'a> {
    pub(crate) settings: &'a Settings,
    /// Events that end at or before this instant (seconds since 1970) are past.
    pub(crate) window_start: i64,
}

/// Everything a cycle knows of one event: what was read, what the link remembers, how the settings judge it.
#[derive(Default)]
pub(crate) struct Case {
    pub(crate) sight: Option<Sight>,
    pub(crate) link: Option<Link>,
    pub(crate) seen: Option<Observed>,
}

/// The events of a cycle, in the order of their ids.
pub(crate) type Cases = BTreeMap<GoogleId, Box<Case>>;

/// Adds a sight; of several for one event the one updated last counts (pages may repeat an entry that changed while
/// they were read).
pub(crate) fn add(cases: &mut Cases, sight: Sight) {
    let case = cases.entry(sight.id.clone()).or_default();
    // A tombstone may carry nothing but its id: then the order of the pages decides.
    let later = |known: &Sight| sight.updated.is_empty() || known.updated <= sight.updated;
    if case.sight.as_ref().is_none_or(later) {
        case.sight = Some(sight);
    }
}

/// A sight as the settings judge it.
pub(crate) struct Observed {
    pub(crate) etag: Etag,
    pub(crate) google: InGoogle,
    /// Present for admitted and past events: as the CRM may know it.
    pub(crate) event: Option<Event>,
    pub(crate) unreadable: Option<&'static str>,
}

impl Observed {
    /// Judges a sight by the settings.
    pub(crate) fn new(sight: Sight, admission: &Admission<'_>) -> Self {
        let mut unreadable = None;
        let (google, event) = match sight.content {
            Content::Cancelled => (InGoogle::Deleted, None),
            Content::OtherType => (InGoogle::Kept(SkipReason::EventType), None),
            Content::Recurring => match admission.settings.recurring {
                RecurringPolicy::Skip | RecurringPolicy::Instances | RecurringPolicy::Series => {
                    (InGoogle::Kept(SkipReason::Recurring), None)
                }
            },
            Content::Unreadable(why) => {
                unreadable = Some(why);
                (InGoogle::Unreadable, None)
            }
            Content::Ordinary { event, private, .. } => match (private, admission.settings.private_events) {
                (true, PrivatePolicy::Skip) => (InGoogle::Kept(SkipReason::Private), None),
                (true, PrivatePolicy::Busy) => admit(event.busy(), admission),
                (true, PrivatePolicy::Include) | (false, _) => admit(event, admission),
            },
        };
        Self { etag: sight.etag, google, event, unreadable }
    }

    /// What a link says of it.
    pub(crate) fn base(&self, link: Option<&Link>) -> Base {
        match (link, &self.event) {
            (None, _) => Base::Unlinked,
            (Some(link), Some(event)) => {
                let mut fields = diff::changed(&link.seen.google, &Seen::of(event));
                if link.unverified {
                    fields = fields.with(Field::Time);
                }
                if fields.is_empty() && link.seen.etag == self.etag {
                    Base::Same
                } else {
                    Base::Changed(fields)
                }
            }
            (Some(_), None) => Base::Same,
        }
    }
}

fn admit(event: Event, admission: &Admission<'_>) -> (InGoogle, Option<Event>) {
    let past = event.when.end_seconds() <= admission.window_start;
    (if past { InGoogle::Past } else { InGoogle::Admitted }, Some(event))
}

/// What will be remembered of an event once it is written.
pub(crate) fn draft(etag: Etag, event: &Event) -> Draft {
    Draft {
        etag,
        google: Seen::of(event),
        guests: event.guest_fingerprints().unwrap_or_default(),
        start: event.when.start_seconds(),
        end: event.when.end_seconds(),
        all_day: matches!(event.when, When::AllDay { .. }),
    }
}
