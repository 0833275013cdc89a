//! What is set apart or left out, and why.

use crate::model::ids::Etag;
use crate::sync::merge::SkipReason;
use crate::sync::observe::Case;
use crate::sync::report::Skipped;
use crate::sync::state::Parked;

/// A day: how long a parked event waits when neither side changes (K6).
const PARKED_FOR_MS: i64 = 86_400_000;

impl Parked {
    pub(crate) fn new(code: &str, message: String, etag: Etag, now_ms: i64) -> Self {
        Self {
            code: code.to_owned(),
            message,
            since_ms: now_ms,
            retry_ms: now_ms + PARKED_FOR_MS,
            etag,
            crm_modified: None,
            crm: None,
        }
    }

    /// The code of [`Parked::ambiguous`].
    pub(crate) const AMBIGUOUS: &'static str = "ambiguous";

    /// Several events and meetings have the same title and time, and differ otherwise (I24).
    pub(crate) fn ambiguous(case: &Case, now_ms: i64) -> Self {
        let message = "Several events and meetings have the same title and time, and it is not clear which belong \
                       together. Change the title or the time of one, or delete what is too much.";
        let mut parked = Self::new(Self::AMBIGUOUS, message.to_owned(), Etag::new(""), now_ms);
        parked.note_versions(case);
        parked
    }

    pub(super) fn note_versions(&mut self, case: &Case) {
        if let Some(seen) = &case.google {
            self.etag = seen.etag.clone();
        }
        if let Some(seen) = &case.crm {
            self.crm_modified = seen.modified;
            self.crm = Some(seen.id.clone());
        }
    }

    /// Whether it was set apart because of what the case shows, and not of an earlier version.
    pub(super) fn is_about(&self, case: &Case) -> bool {
        case.google.as_ref().is_none_or(|seen| seen.etag == self.etag)
            && case.crm.as_ref().is_none_or(|seen| seen.modified == self.crm_modified)
    }
}

impl Skipped {
    /// What a further round found.
    pub(crate) fn add(&mut self, more: Self) {
        self.recurring += more.recurring;
        self.event_type += more.event_type;
        self.private += more.private;
        self.outside_window += more.outside_window;
        self.other_owner += more.other_owner;
    }

    pub(super) fn count(&mut self, reason: SkipReason) {
        match reason {
            SkipReason::Recurring => self.recurring += 1,
            SkipReason::EventType => self.event_type += 1,
            SkipReason::Private => self.private += 1,
            SkipReason::OutsideWindow => self.outside_window += 1,
            SkipReason::OtherOwner => self.other_owner += 1,
        }
    }
}
