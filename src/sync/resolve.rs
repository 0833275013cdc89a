//! Who wins, field by field: a change of one side goes to the other; of two different ones the settings choose, and the
//! loser is reported (C4, K3).

use super::observe::{InCrm, InGoogle};
use super::plan::Planning;
use super::report::{Conflict, Winner};
use super::state::{Link, Shown};
use crate::model::event::{Event, MAX_PARTICIPANTS};
use crate::model::field::{Field, FieldSet};
use crate::model::ids::GoogleId;
use crate::model::settings::{ConflictPolicy, Direction};

/// What the changes of both sides come to.
pub(crate) struct Resolved {
    pub(crate) to_google: FieldSet,
    pub(crate) to_crm: FieldSet,
    pub(crate) lost: Vec<Conflict>,
    /// Changed in the CRM, and not to be written to this event.
    pub(crate) closed: FieldSet,
}

/// Sorts the changed fields by where they are to be written.
pub(crate) fn resolve(
    id: &GoogleId,
    link: &Link,
    google: Option<&InGoogle>,
    crm: Option<&InCrm>,
    in_google: FieldSet,
    in_crm: FieldSet,
    planning: Planning,
) -> Resolved {
    let reach = google.map_or(link.seen.reach, |seen| seen.reach).fields();
    let both = in_google.and(in_crm);
    let only_crm = in_crm.without(in_google);
    let mut resolved = Resolved {
        to_google: only_crm.and(reach),
        to_crm: in_google.without(in_crm),
        lost: Vec::new(),
        closed: only_crm.without(reach),
    };
    let (Some(google), Some(crm)) = (google, crm) else { return resolved };
    let (Some(left), Some(right)) = (&google.event, &crm.event) else { return resolved };
    let wins = winner(google, crm, planning);
    for field in both.iter() {
        if field.fingerprint(left) == field.fingerprint(right) {
            continue;
        }
        let open = reach.has(field);
        // Guests are merged person by person: nobody loses.
        if field == Field::Guests {
            // As far as the CRM can hold them, they may be the same (K1).
            if Shown::of(left).cut_guests(MAX_PARTICIPANTS).fields.field(field) == field.fingerprint(right) {
                continue;
            }
            if open {
                resolved.to_google = resolved.to_google.with(field);
            }
            resolved.to_crm = resolved.to_crm.with(field);
            continue;
        }
        let winner = match (field.is_blank(left), field.is_blank(right)) {
            // Nothing says that somebody emptied it: what is there stays, and goes where there is nothing.
            (true, false) if !link.knows(field) => Winner::Crm,
            (false, true) if !link.knows(field) => Winner::Google,
            _ if open => wins,
            _ => Winner::Google,
        };
        match winner {
            Winner::Google => resolved.to_crm = resolved.to_crm.with(field),
            Winner::Crm if open => resolved.to_google = resolved.to_google.with(field),
            Winner::Crm => resolved.closed = resolved.closed.with(field),
        }
        if link.knows(field) || !(field.is_blank(left) || field.is_blank(right)) {
            resolved.lost.push(conflict(id, link, field, left, right, winner));
        }
    }
    match planning.policy.direction {
        Direction::TwoWay => {}
        Direction::GoogleToCrm => resolved.to_google = FieldSet::NONE,
        Direction::CrmToGoogle => resolved.to_crm = FieldSet::NONE,
    }
    resolved
}

/// Under `newest` the later change wins; of two in one second Google's, whose times are finer.
fn winner(google: &InGoogle, crm: &InCrm, planning: Planning) -> Winner {
    match planning.conflict {
        ConflictPolicy::Google => Winner::Google,
        ConflictPolicy::Crm => Winner::Crm,
        ConflictPolicy::Newest if crm.modified > google.changed => Winner::Crm,
        ConflictPolicy::Newest => Winner::Google,
    }
}

fn conflict(
    id: &GoogleId,
    link: &Link,
    field: Field,
    google: &Event,
    crm: &Event,
    winner: Winner,
) -> Conflict {
    Conflict {
        google_id: id.as_str().to_owned(),
        crm_id: link.crm.as_str().to_owned(),
        field: field.name(),
        google: field.printed(google),
        crm: field.printed(crm),
        winner,
    }
}
