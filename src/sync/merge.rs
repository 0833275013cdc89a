//! The decision table: what is done about one event. Every case stands in one match without a wildcard.

use crate::model::field::FieldSet;

/// What Google shows of an event in this cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InGoogle {
    /// An ordinary event that the settings admit.
    Admitted,
    /// An ordinary event that ended before the window (L1).
    Past,
    /// An event that the settings keep away from the CRM, or that has no counterpart there.
    Kept(SkipReason),
    /// Deleted; proven by reading it by its id wherever a link makes that matter (K4).
    Deleted,
    /// Fields that cannot be understood.
    Unreadable,
}

/// Why an event stays out of the CRM.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SkipReason {
    /// C11.
    Recurring,
    /// Section 7: focus time, out of office, birthdays …
    EventType,
    /// C10.
    Private,
    /// L1.
    OutsideWindow,
}

/// What the link says of the event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Base {
    /// There is no link.
    Unlinked,
    /// The event is as it was last seen.
    Same,
    /// The version is new; these fields differ, possibly none.
    Changed(FieldSet),
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    /// Nothing, and nothing to remember.
    Leave,
    /// Create the CRM record.
    Create,
    /// Write these fields to the CRM record.
    Update(FieldSet),
    /// Remember the new version; the mapped fields are the same.
    Remember,
    /// Delete the CRM record.
    Delete,
    /// Count it.
    Skip(SkipReason),
    /// Set it apart with its reason.
    Park,
}

/// Decides about one event in the direction Google to CRM. `propagate`: deletions are carried over (C6).
pub(crate) fn decide(google: InGoogle, base: Base, propagate: bool) -> Verb {
    match (google, base) {
        (InGoogle::Admitted, Base::Unlinked) => Verb::Create,
        (InGoogle::Past, Base::Unlinked) => Verb::Skip(SkipReason::OutsideWindow),
        // A linked event that moves across the edge of the window is still the same event (I19).
        (InGoogle::Admitted | InGoogle::Past, Base::Same) => Verb::Leave,
        (InGoogle::Admitted | InGoogle::Past, Base::Changed(fields)) if fields.is_empty() => Verb::Remember,
        (InGoogle::Admitted | InGoogle::Past, Base::Changed(fields)) => Verb::Update(fields),
        // An event that is kept away from now on is neither updated nor deleted: nothing proves that it is gone (I7).
        (InGoogle::Kept(reason), Base::Unlinked | Base::Same | Base::Changed(_)) => Verb::Skip(reason),
        (InGoogle::Deleted, Base::Unlinked) => Verb::Leave,
        (InGoogle::Deleted, Base::Same | Base::Changed(_)) if propagate => Verb::Delete,
        (InGoogle::Deleted, Base::Same | Base::Changed(_)) => Verb::Leave,
        (InGoogle::Unreadable, Base::Unlinked | Base::Same | Base::Changed(_)) => Verb::Park,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::field::Field;

    /// The reconcile table for Google → CRM: every sight of Google, every base, both deletion policies.
    #[test]
    fn reconcile_table() {
        let title = FieldSet::NONE.with(Field::Title);
        let none = FieldSet::NONE;
        let recurring = InGoogle::Kept(SkipReason::Recurring);
        let private = InGoogle::Kept(SkipReason::Private);
        #[rustfmt::skip]
        let table = [
            // story                                     google                base                   C6     verb
            ("new event",                                InGoogle::Admitted,   Base::Unlinked,        true,  Verb::Create),
            ("new event, deletions kept",                InGoogle::Admitted,   Base::Unlinked,        false, Verb::Create),
            ("nothing changed",                          InGoogle::Admitted,   Base::Same,            true,  Verb::Leave),
            ("title changed",                            InGoogle::Admitted,   Base::Changed(title),  true,  Verb::Update(title)),
            ("only unmapped fields changed (K7)",        InGoogle::Admitted,   Base::Changed(none),   true,  Verb::Remember),
            ("old event never seen (L1)",                InGoogle::Past,       Base::Unlinked,        true,  Verb::Skip(SkipReason::OutsideWindow)),
            ("linked event left the window (I19)",       InGoogle::Past,       Base::Same,            true,  Verb::Leave),
            ("linked event moved out of the window",     InGoogle::Past,       Base::Changed(title),  true,  Verb::Update(title)),
            ("past event, unmapped change",              InGoogle::Past,       Base::Changed(none),   true,  Verb::Remember),
            ("new series (C11)",                         recurring,            Base::Unlinked,        true,  Verb::Skip(SkipReason::Recurring)),
            ("linked event became a series",             recurring,            Base::Same,            true,  Verb::Skip(SkipReason::Recurring)),
            ("linked event became a changed series",     recurring,            Base::Changed(title),  true,  Verb::Skip(SkipReason::Recurring)),
            ("private event under skip (C10)",           private,              Base::Unlinked,        true,  Verb::Skip(SkipReason::Private)),
            ("linked event became private under skip",   private,              Base::Changed(title),  true,  Verb::Skip(SkipReason::Private)),
            ("unlinked event deleted",                   InGoogle::Deleted,    Base::Unlinked,        true,  Verb::Leave),
            ("linked event deleted (K4)",                InGoogle::Deleted,    Base::Same,            true,  Verb::Delete),
            ("linked event changed, then deleted",       InGoogle::Deleted,    Base::Changed(title),  true,  Verb::Delete),
            ("linked event deleted, deletions kept",     InGoogle::Deleted,    Base::Same,            false, Verb::Leave),
            ("deleted after a change, deletions kept",   InGoogle::Deleted,    Base::Changed(title),  false, Verb::Leave),
            ("new event, unreadable (K6)",               InGoogle::Unreadable, Base::Unlinked,        true,  Verb::Park),
            ("linked event became unreadable",           InGoogle::Unreadable, Base::Changed(title),  true,  Verb::Park),
            ("linked event unreadable as before",        InGoogle::Unreadable, Base::Same,            true,  Verb::Park),
        ];
        for (story, google, base, propagate, expected) in table {
            assert_eq!(decide(google, base, propagate), expected, "{story}");
        }
    }

    /// I7: only a proven deletion deletes.
    #[test]
    fn nothing_but_a_deletion_deletes() {
        let bases =
            [Base::Unlinked, Base::Same, Base::Changed(FieldSet::NONE), Base::Changed(FieldSet::all())];
        let reasons =
            [SkipReason::Recurring, SkipReason::EventType, SkipReason::Private, SkipReason::OutsideWindow];
        let mut sights = vec![InGoogle::Admitted, InGoogle::Past, InGoogle::Unreadable];
        sights.extend(reasons.map(InGoogle::Kept));
        for google in sights {
            for base in bases {
                assert_ne!(decide(google, base, true), Verb::Delete, "{google:?} {base:?}");
            }
        }
    }
}
