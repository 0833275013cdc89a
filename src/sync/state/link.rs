//! The pair of an event and its meeting.

use super::row::Row;
use super::seen::{Draft, Reach, Seen, Shown};
use crate::json::Json;
use crate::model::event::Event;
use crate::model::field::{Field, FieldSet, people_fingerprint};
use crate::model::fingerprint::Fingerprint;
use crate::model::ids::{CrmId, Etag};
use crate::sync::side::Side;
use serde::{Serialize, Serializer};

/// Row `link/<google id>`: the pair of both ids and what was last seen. Stored as a list.
#[derive(Clone)]
pub(crate) struct Link {
    pub(crate) crm: CrmId,
    pub(crate) connection: Fingerprint,
    pub(crate) seen: Draft,
    /// What was last seen in the CRM; none where the CRM is not read.
    pub(crate) shown: Option<Shown>,
    /// `Modified_Time` of the CRM record when it was last seen or written, in seconds since 1970: tells an echo from an
    /// edit.
    pub(crate) crm_modified: Option<i64>,
    /// An all-day event written before it was known how the CRM takes all-day times: its time is written again.
    pub(crate) unverified: bool,
    /// One side deleted it while deletions were kept (C6): settings that come later do not carry the deletion over.
    pub(crate) kept: bool,
}

/// What was last seen in the CRM, as a link's row holds it: `null`, 0 for "as in Google", or what differs.
enum Stored<T> {
    Unknown,
    Same,
    Other(T),
}

impl<T: Serialize> Serialize for Stored<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Unknown => serializer.serialize_unit(),
            Self::Same => serializer.serialize_u8(0),
            Self::Other(shown) => shown.serialize(serializer),
        }
    }
}

impl Serialize for Link {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Mostly both sides show the same.
        let shown = self.shown.as_ref().map(|shown| {
            let differs = shown.fields != self.seen.google || shown.guests != self.seen.guests;
            differs.then_some((&shown.fields, &shown.guests))
        });
        let shown = match shown {
            None => Stored::Unknown,
            Some(None) => Stored::Same,
            Some(Some(shown)) => Stored::Other(shown),
        };
        (&self.crm, self.connection, &self.seen, shown, self.crm_modified, self.unverified, self.kept)
            .serialize(serializer)
    }
}

impl Row for Link {
    fn from_json(json: &Json<'_>) -> Option<Self> {
        let [crm, connection, seen, shown, crm_modified, unverified, kept] = json.list()? else {
            return None;
        };
        let seen = Draft::from_json(seen)?;
        Some(Self {
            crm: CrmId::new(crm.str()?),
            connection: Fingerprint::from_u64(connection.number()?),
            shown: match shown {
                Json::Null => None,
                Json::Number(_) => Some(seen.shown()),
                shown => Some(Shown::from_json(shown)?),
            },
            seen,
            crm_modified: crm_modified.integer(),
            unverified: unverified.flag()?,
            kept: kept.flag()?,
        })
    }
}

impl Link {
    /// Whether a field was ever seen on one of the sides.
    pub(crate) fn knows(&self, field: Field) -> bool {
        let shown = self.shown.as_ref().and_then(|shown| shown.fields.field(field));
        self.seen.google.field(field).or(shown).is_some()
    }

    /// Takes fields of a side as never seen: what is there is not carried over for now, and must not be written over
    /// unread later (K3).
    pub(crate) fn forget(&mut self, side: Side, fields: FieldSet) {
        match (side, &mut self.shown) {
            (Side::Google, _) => self.seen.google = self.seen.google.without(fields),
            (Side::Crm, Some(shown)) => shown.fields = shown.fields.without(fields),
            (Side::Crm, None) => {}
        }
    }

    /// The fields of which the CRM's value is not taken as seen.
    pub(crate) fn open_in_crm(&self) -> FieldSet {
        let Some(shown) = &self.shown else { return FieldSet::NONE };
        let open =
            |field: &Field| shown.fields.field(*field).is_none() && self.seen.google.field(*field).is_some();
        Field::ALL.into_iter().filter(open).collect()
    }

    /// Whether a side holds what is not taken as seen: then a change of the other one is compared with both.
    pub(crate) fn is_open(&self) -> bool {
        let google = |shown: &Shown| {
            Field::ALL
                .into_iter()
                .any(|field| shown.fields.field(field).is_some() && self.seen.google.field(field).is_none())
        };
        !self.open_in_crm().is_empty() || self.shown.as_ref().is_some_and(google)
    }

    /// Whether the CRM is known to hold guests.
    pub(crate) fn had_guests(&self) -> bool {
        self.shown.as_ref().is_some_and(|shown| !shown.guests.is_empty())
    }

    /// Takes what a mark says as what both sides held. Who the guests were is known where a side still shows the same.
    pub(crate) fn start_from<'e>(&mut self, base: Seen, shown: impl Iterator<Item = &'e Event>) {
        let people = base.field(Field::Guests);
        let same = |guests: &Vec<Fingerprint>| people == Some(people_fingerprint(guests));
        let guests = shown.filter_map(Event::guest_fingerprints).find(same).unwrap_or_default();
        self.shown = Some(Shown { fields: base.clone(), guests: guests.clone() });
        self.seen.google = base;
        self.seen.guests = guests;
    }

    /// A link of which only the ends are known.
    pub(crate) fn unknown(crm: CrmId, connection: Fingerprint) -> Self {
        let seen = Draft {
            etag: Etag::new(""),
            google: Seen::NOTHING,
            guests: Vec::new(),
            start: i64::MAX,
            end: i64::MAX,
            all_day: false,
            reach: Reach::Open,
            hidden: 0,
        };
        Self { crm, connection, seen, shown: None, crm_modified: None, unverified: false, kept: false }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{decode, encode};
    use super::*;

    /// A link of 5,000 is read and written often: it stays a short row.
    #[test]
    fn a_link_is_small() {
        let seen = Seen::of_fields(&[Fingerprint::of_text("x"); 6]).unwrap();
        let draft = Draft {
            etag: Etag::new("\"3587047200894624\""),
            google: seen,
            guests: Vec::new(),
            start: 1_795_341_600,
            end: 1_795_345_200,
            all_day: false,
            reach: Reach::TimeOnly,
            hidden: u64::MAX >> 3,
        };
        let link = Link {
            crm: CrmId::new("4000000000000010001"),
            connection: Fingerprint::of_text("c"),
            shown: Some(draft.shown()),
            seen: draft,
            crm_modified: Some(1_795_341_600),
            unverified: false,
            kept: false,
        };
        let text = encode(&link);
        assert!(text.len() < 300, "{} bytes", text.len());
        let read = decode::<Link>(&text).unwrap();
        assert!(read.seen.google == link.seen.google && read.shown == link.shown);
        assert_eq!(read.seen.reach, Reach::TimeOnly);
    }

    /// Both sides are remembered where they differ, and that nothing is known of one.
    #[test]
    fn a_link_remembers_both_sides() {
        let mut link = Link::unknown(CrmId::new("1"), Fingerprint::of_text("c"));
        assert!(decode::<Link>(&encode(&link)).unwrap().shown.is_none());
        let guests = vec![Fingerprint::of_text("ana@example.com")];
        link.shown =
            Some(Shown { fields: Seen::of_fields(&[Fingerprint::of_text("y"); 6]).unwrap(), guests });
        assert!(decode::<Link>(&encode(&link)).unwrap().shown == link.shown);
    }
}
