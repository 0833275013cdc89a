//! The ids of the events that Accord creates in Google: derived from the record of the CRM, so that a create whose answer
//! was lost, or that a second engine repeats, meets its own event instead of making another one (K2).

use crate::model::fingerprint::{Digest, Fingerprint};
use crate::model::ids::{CrmId, GoogleId};

/// How many lives of one record are told apart.
pub(crate) const GENERATIONS: u32 = 64;

/// The id of a record's event. Google never frees the id of a deleted event, so that each new life of a record has its
/// own generation. Google takes 5 to 1,024 characters of `a` to `v` and digits (Calendar API, Events: insert).
pub(crate) fn google_id(connection: Fingerprint, crm: &CrmId, generation: u32) -> GoogleId {
    const ALPHABET: &[u8; 32] = b"0123456789abcdefghijklmnopqrstuv";
    let half = |salt: i64| {
        let digest = Digest::new().number(connection.as_u64().cast_signed()).number(salt);
        digest.text(crm.as_str()).number(i64::from(generation)).finish().as_u64()
    };
    let mut id = *b"accord00000000000000000000000000";
    for (start, bits) in [(6, half(1)), (19, half(2))] {
        for (at, digit) in id.iter_mut().skip(start).take(13).enumerate() {
            *digit = *ALPHABET.get((bits >> (5 * at) & 31) as usize).unwrap_or(&b'0');
        }
    }
    GoogleId::new(str::from_utf8(&id).unwrap_or_default())
}

/// The generation that an id belongs to, if it is one of this record's.
pub(crate) fn generation(connection: Fingerprint, crm: &CrmId, id: &GoogleId) -> Option<u32> {
    (0..GENERATIONS).find(|generation| google_id(connection, crm, *generation) == *id)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// K2: always the same, and one of its own for each record, connection and life.
    #[test]
    fn ids_are_derived_and_differ() {
        let (ana, ben) = (Fingerprint::of_text("ana"), Fingerprint::of_text("ben"));
        let (one, two) = (CrmId::new("4000000000000010001"), CrmId::new("4000000000000010002"));
        let all = [
            google_id(ana, &one, 0),
            google_id(ana, &one, 1),
            google_id(ana, &two, 0),
            google_id(ben, &one, 0),
        ];
        for (index, id) in all.iter().enumerate() {
            assert!(id.as_str().bytes().all(|c| c.is_ascii_digit() || (b'a'..=b'v').contains(&c)));
            assert!(!all.iter().skip(index + 1).any(|other| other == id));
        }
        assert_eq!(google_id(ana, &one, 0), google_id(ana, &one, 0));
        assert_eq!(generation(ana, &one, &google_id(ana, &one, 3)), Some(3));
        assert_eq!(generation(ana, &two, &google_id(ana, &one, 3)), None);
    }
}
