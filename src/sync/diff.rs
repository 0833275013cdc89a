//! What changed on a side since it was last seen there, field by field.

use super::state::Seen;
use crate::model::field::{Field, FieldSet};

/// The fields whose value differs from what was last seen on the same side. A field that the service does not show
/// has not changed. Of a field that was never seen there, only a value that the other side does not have counts.
pub(crate) fn changed(base: &Seen, current: &Seen, other: &Seen) -> FieldSet {
    Field::ALL
        .into_iter()
        .filter(|field| match (base.field(*field), current.field(*field)) {
            (_, None) => false,
            (None, Some(is)) => other.field(*field) != Some(is),
            (Some(was), Some(is)) => was != is,
        })
        .collect()
}
