//! The decision table: what is done about one event, by what each side shows of it. Every case stands in one match
//! without a wildcard.

use super::side::Side;
use crate::model::field::FieldSet;
use crate::model::settings::{DeletionPolicy, Direction, Settings};

/// What one side shows of an event in this cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum View {
    /// Nothing, and no link says that there is something.
    Absent,
    /// Not linked, and to be synced.
    New,
    /// Not linked, and over before the window (L1).
    Past,
    /// Linked, and as it was last seen here, as far as anybody looked.
    Same,
    /// Linked; the version is new, and these fields differ, possibly none.
    Changed(FieldSet),
    /// Deleted; proven by reading it by its id wherever a link makes that matter (K4).
    Deleted,
    /// The settings keep it away from the other side, or it has no counterpart there.
    Kept(SkipReason),
    /// Fields that cannot be understood.
    Unreadable,
}

/// Why an event stays on its side.
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
    /// L6: a meeting of another user.
    OtherOwner,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    /// Nothing, and nothing to remember.
    Leave,
    /// Remember the new versions; the mapped fields are the same.
    Remember,
    /// Create it on this side.
    Create(Side),
    /// Link two events that are there on both sides.
    Pair,
    /// Carry over what changed: `google` there, `crm` there.
    Merge { google: FieldSet, crm: FieldSet },
    /// Delete it on this side.
    Delete(Side),
    /// It was deleted on this side and edited on the other: create it again (K4).
    Recreate(Side),
    /// Gone on both sides: forget the link.
    Unlink,
    /// Count it.
    Skip(SkipReason),
    /// Set it apart: this side cannot be understood.
    Park(Side),
}

/// What the settings say about changes and deletions (C2, C6).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Policy {
    pub(crate) direction: Direction,
    /// Deletions are carried over.
    pub(crate) propagate: bool,
}

impl Policy {
    pub(crate) fn of(settings: &Settings) -> Self {
        Self { direction: settings.direction, propagate: settings.deletions == DeletionPolicy::Propagate }
    }

    /// Whether what was deleted on one side is kept on the other.
    pub(crate) fn keeps(self, google: View, crm: View) -> bool {
        let gone =
            |deleted, there| deleted == View::Deleted && matches!(there, View::Same | View::Changed(_));
        let (google, crm) = self.heard(google, crm);
        !self.propagate && (gone(google, crm) || gone(crm, google))
    }

    /// Whether an event was looked at as far as it counts; what was not goes on waiting.
    pub(crate) fn looked(self, google: bool, crm: bool) -> bool {
        (google || self.direction == Direction::CrmToGoogle)
            && (crm || self.direction == Direction::GoogleToCrm)
    }

    /// What is listened to: the target of a one-way direction never gives orders (D1).
    fn heard(self, google: View, crm: View) -> (View, View) {
        match self.direction {
            Direction::TwoWay => (google, crm),
            Direction::GoogleToCrm => (google, as_target(crm, google)),
            Direction::CrmToGoogle => (as_target(google, crm), crm),
        }
    }
}

/// A target says whether it has an event to write to, and nothing else. That it was deleted there matters once the
/// source changes the event or deletes it too.
fn as_target(target: View, source: View) -> View {
    match (target, source) {
        (View::Kept(_) | View::Unreadable | View::Deleted, View::Absent) => View::Absent,
        (View::New | View::Past, View::New | View::Past) => target,
        (View::New | View::Past, _) => View::Absent,
        (View::Deleted, View::Changed(fields)) if !fields.is_empty() => View::Deleted,
        (View::Deleted, View::Deleted) => View::Deleted,
        (View::Absent | View::Kept(_), _) => target,
        (View::Same | View::Changed(_) | View::Unreadable | View::Deleted, View::New | View::Past) => {
            View::Absent
        }
        (View::Same | View::Changed(_) | View::Unreadable | View::Deleted, _) => View::Same,
    }
}

/// Decides about one event.
pub(crate) fn decide(google: View, crm: View, policy: Policy) -> Verb {
    use View::{Absent, Changed, Deleted, Kept, New, Past, Same, Unreadable};
    let propagate = policy.propagate;
    match policy.heard(google, crm) {
        // Not linked.
        (Absent, Absent) => Verb::Leave,
        (New, Absent) => Verb::Create(Side::Crm),
        (Absent, New) => Verb::Create(Side::Google),
        (Past, Absent) | (Absent, Past) => Verb::Skip(SkipReason::OutsideWindow),
        (New | Past, New | Past) => Verb::Pair,
        (Deleted, Absent) | (Absent, Deleted) => Verb::Leave,
        // One half of a pair that was never linked is gone: the other half counts as a new event, for nothing tells
        // whether it was edited (K3 before K5).
        (Deleted, New) => Verb::Create(Side::Google),
        (New, Deleted) => Verb::Create(Side::Crm),
        (Deleted, Past) | (Past, Deleted) => Verb::Skip(SkipReason::OutsideWindow),

        // Linked. An event that moves across the edge of the window is still the same event (I19).
        (Same, Same) => Verb::Leave,
        (Changed(fields), Same) => merge(fields, FieldSet::NONE),
        (Same, Changed(fields)) => merge(FieldSet::NONE, fields),
        (Changed(google), Changed(crm)) => merge(google, crm),
        // A deletion, and nothing to set against it.
        (Deleted, Same) => {
            if propagate {
                Verb::Delete(Side::Crm)
            } else {
                Verb::Leave
            }
        }
        (Same, Deleted) => {
            if propagate {
                Verb::Delete(Side::Google)
            } else {
                Verb::Leave
            }
        }
        (Deleted, Changed(fields)) if fields.is_empty() => {
            if propagate {
                Verb::Delete(Side::Crm)
            } else {
                Verb::Leave
            }
        }
        (Changed(fields), Deleted) if fields.is_empty() => {
            if propagate {
                Verb::Delete(Side::Google)
            } else {
                Verb::Leave
            }
        }
        // An edit beats a deletion.
        (Deleted, Changed(_)) => Verb::Recreate(Side::Google),
        (Changed(_), Deleted) => Verb::Recreate(Side::Crm),
        (Deleted, Deleted) => Verb::Unlink,

        (Unreadable, Absent | New | Past | Same | Changed(_) | Deleted | Kept(_) | Unreadable) => {
            Verb::Park(Side::Google)
        }
        (Absent | New | Past | Same | Changed(_) | Deleted | Kept(_), Unreadable) => Verb::Park(Side::Crm),
        // An event that is kept away from now on is neither updated nor deleted: nothing proves that it is gone (I7).
        (Kept(reason), Absent | New | Past | Same | Changed(_) | Deleted | Kept(_))
        | (Absent | New | Past | Same | Changed(_) | Deleted, Kept(reason)) => Verb::Skip(reason),

        // A link makes both sides known, and without one neither is: there are no such events.
        (Absent | New | Past, Same | Changed(_)) | (Same | Changed(_), Absent | New | Past) => Verb::Leave,
    }
}

fn merge(google: FieldSet, crm: FieldSet) -> Verb {
    if google.is_empty() && crm.is_empty() { Verb::Remember } else { Verb::Merge { google, crm } }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::field::Field;

    const TITLE: FieldSet = FieldSet::only(Field::Title);
    const PLACE: FieldSet = FieldSet::only(Field::Place);
    const NONE: FieldSet = FieldSet::NONE;

    fn policy(direction: Direction, propagate: bool) -> Policy {
        Policy { direction, propagate }
    }

    /// The reconcile table. Each row: what Google shows, what the CRM shows, and what is done in two-way, in Google to
    /// CRM and in CRM to Google, deletions carried over.
    #[test]
    fn reconcile_table() {
        use View::{Absent, Changed, Deleted, Kept, New, Past, Same, Unreadable};
        const TO_CRM: Verb = Verb::Merge { google: TITLE, crm: NONE };
        const TO_GOOGLE: Verb = Verb::Merge { google: NONE, crm: PLACE };
        const BOTH: Verb = Verb::Merge { google: TITLE, crm: PLACE };
        const OLD: Verb = Verb::Skip(SkipReason::OutsideWindow);
        const SERIES: Verb = Verb::Skip(SkipReason::Recurring);
        let series = Kept(SkipReason::Recurring);
        let (in_crm, in_google) = (Verb::Create(Side::Crm), Verb::Create(Side::Google));
        let (again_in_crm, again_in_google) = (Verb::Recreate(Side::Crm), Verb::Recreate(Side::Google));
        let (from_crm, from_google) = (Verb::Delete(Side::Crm), Verb::Delete(Side::Google));
        let (odd_google, odd_crm) = (Verb::Park(Side::Google), Verb::Park(Side::Crm));
        let (leave, remember) = (Verb::Leave, Verb::Remember);
        #[rustfmt::skip]
        let table = [
            // story                                    Google          CRM             two-way          Google → CRM     CRM → Google
            ("new in Google",                           New,            Absent,         in_crm,          in_crm,          leave),
            ("new in the CRM",                          Absent,         New,            in_google,       leave,           in_google),
            ("over before the window, in Google (L1)",  Past,           Absent,         OLD,             OLD,             leave),
            ("over before the window, in the CRM (L6)", Absent,         Past,           OLD,             leave,           OLD),
            ("the same event on both sides (C5)",       New,            New,            Verb::Pair,      Verb::Pair,      Verb::Pair),
            ("the same, one of them just over",         New,            Past,           Verb::Pair,      Verb::Pair,      Verb::Pair),
            ("deleted in Google, never linked",         Deleted,        Absent,         leave,           leave,           leave),
            ("deleted in the CRM, never linked",        Absent,         Deleted,        leave,           leave,           leave),
            ("its unlinked event is gone in Google",    Deleted,        New,            in_google,       leave,           in_google),
            ("its unlinked meeting is gone in the CRM", New,            Deleted,        in_crm,          in_crm,          leave),
            ("nothing changed",                         Same,           Same,           leave,           leave,           leave),
            ("changed in Google",                       Changed(TITLE), Same,           TO_CRM,          TO_CRM,          leave),
            ("changed in the CRM",                      Same,           Changed(PLACE), TO_GOOGLE,       leave,           TO_GOOGLE),
            ("changed on both (C4, D1)",                Changed(TITLE), Changed(PLACE), BOTH,            TO_CRM,          TO_GOOGLE),
            ("unmapped change in Google (K7)",          Changed(NONE),  Same,           remember,        remember,        leave),
            ("unmapped change in the CRM (K7)",         Same,           Changed(NONE),  remember,        leave,           remember),
            ("unmapped changes on both",                Changed(NONE),  Changed(NONE),  remember,        remember,        remember),
            ("deleted in Google (K4)",                  Deleted,        Same,           from_crm,        from_crm,        leave),
            ("deleted in the CRM (K4)",                 Same,           Deleted,        from_google,     leave,           from_google),
            ("deleted in Google, touched in the CRM",   Deleted,        Changed(NONE),  from_crm,        from_crm,        remember),
            ("touched in Google, deleted in the CRM",   Changed(NONE),  Deleted,        from_google,     remember,        from_google),
            ("deleted in Google, edited in CRM (I6)",   Deleted,        Changed(PLACE), again_in_google, from_crm,        again_in_google),
            ("edited in Google, deleted in CRM (I6)",   Changed(TITLE), Deleted,        again_in_crm,    again_in_crm,    from_google),
            ("deleted on both",                         Deleted,        Deleted,        Verb::Unlink,    Verb::Unlink,    Verb::Unlink),
            ("new series in Google (C11)",              series,         Absent,         SERIES,          SERIES,          leave),
            ("new series in the CRM (C11)",             Absent,         series,         SERIES,          leave,           SERIES),
            ("became a series in Google (I7)",          series,         Same,           SERIES,          SERIES,          SERIES),
            ("became a series in the CRM (I7)",         Same,           series,         SERIES,          SERIES,          SERIES),
            ("series in Google, edited in the CRM",     series,         Changed(PLACE), SERIES,          SERIES,          SERIES),
            ("series in Google, deleted in the CRM",    series,         Deleted,        SERIES,          SERIES,          SERIES),
            ("unreadable in Google (K6)",               Unreadable,     Absent,         odd_google,      odd_google,      leave),
            ("unreadable in the CRM (K6)",              Absent,         Unreadable,     odd_crm,         leave,           odd_crm),
            ("unreadable in Google, linked",            Unreadable,     Same,           odd_google,      odd_google,      leave),
            ("unreadable in the CRM, linked",           Same,           Unreadable,     odd_crm,         leave,           odd_crm),
        ];
        for (story, google, crm, two_way, to_crm, to_google) in table {
            assert_eq!(decide(google, crm, policy(Direction::TwoWay, true)), two_way, "{story}: two-way");
            assert_eq!(
                decide(google, crm, policy(Direction::GoogleToCrm, true)),
                to_crm,
                "{story}: to the CRM"
            );
            assert_eq!(
                decide(google, crm, policy(Direction::CrmToGoogle, true)),
                to_google,
                "{story}: to Google"
            );
        }
    }

    const VIEWS: [View; 10] = [
        View::Absent,
        View::New,
        View::Past,
        View::Same,
        View::Changed(NONE),
        View::Changed(TITLE),
        View::Deleted,
        View::Kept(SkipReason::Recurring),
        View::Kept(SkipReason::Private),
        View::Unreadable,
    ];
    const DIRECTIONS: [Direction; 3] = [Direction::TwoWay, Direction::GoogleToCrm, Direction::CrmToGoogle];

    fn every() -> impl Iterator<Item = (View, View, Policy)> {
        let sides = VIEWS.into_iter().flat_map(|google| VIEWS.map(|crm| (google, crm)));
        sides.flat_map(|(google, crm)| {
            let policies =
                DIRECTIONS.into_iter().flat_map(|direction| [true, false].map(|p| policy(direction, p)));
            policies.map(move |policy| (google, crm, policy))
        })
    }

    /// I7, C6: only a proven deletion deletes, and only where deletions are carried over.
    #[test]
    fn nothing_but_a_deletion_deletes() {
        for (google, crm, policy) in every() {
            match decide(google, crm, policy) {
                Verb::Delete(Side::Crm) => assert!(google == View::Deleted && policy.propagate),
                Verb::Delete(Side::Google) => assert!(crm == View::Deleted && policy.propagate),
                _ => {}
            }
        }
    }

    /// I9: a one-way direction never writes its source.
    #[test]
    fn one_way_directions_never_write_their_source() {
        for (google, crm, policy) in every() {
            let source = match policy.direction {
                Direction::TwoWay => continue,
                Direction::GoogleToCrm => Side::Google,
                Direction::CrmToGoogle => Side::Crm,
            };
            match decide(google, crm, policy) {
                Verb::Create(side) | Verb::Delete(side) | Verb::Recreate(side) => {
                    assert_ne!(side, source, "{google:?} {crm:?} {policy:?}");
                }
                Verb::Merge { google: in_google, crm: in_crm } => {
                    let heard = if source == Side::Google { in_crm } else { in_google };
                    assert!(heard.is_empty(), "{google:?} {crm:?} {policy:?}");
                }
                _ => {}
            }
        }
    }
}
