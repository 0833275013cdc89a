//! What was last seen of an event and of its meeting, as fingerprints.

use super::row::{Row, all, both};
use crate::json::Json;
use crate::model::event::{Event, Guest};
use crate::model::field::{Field, FieldSet, guests_fingerprint, people_fingerprint};
use crate::model::fingerprint::Fingerprint;
use crate::model::ids::Etag;
use crate::model::list::Listed;
use serde::{Serialize, Serializer};

/// The fingerprints of the mapped fields as they were last seen on one side; none for a field that was not shown.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct Seen([Option<Fingerprint>; 6]);

impl Seen {
    pub(super) fn from_json(items: &[Json<'_>]) -> Option<Self> {
        let mut fields = [None; 6];
        for (field, item) in fields.iter_mut().zip(items) {
            *field = if item.is_null() { None } else { Some(Fingerprint::from_u64(item.number()?)) };
        }
        (items.len() == fields.len()).then_some(Self(fields))
    }

    pub(crate) fn of(event: &Event) -> Self {
        Self(Field::ALL.map(|field| field.fingerprint(event)))
    }

    pub(crate) fn field(&self, field: Field) -> Option<Fingerprint> {
        self.0.get(field as usize).copied().flatten()
    }

    /// All fields, in their order.
    pub(crate) fn of_fields(fields: &[Fingerprint]) -> Option<Self> {
        let fields: [Fingerprint; 6] = fields.try_into().ok()?;
        Some(Self(fields.map(Some)))
    }

    /// Some of the fields; the others count as never seen.
    pub(crate) fn part(&self, fields: FieldSet) -> Self {
        Self::NOTHING.updated_by(self, fields)
    }

    /// The same, some fields never seen.
    pub(crate) fn without(&self, fields: FieldSet) -> Self {
        Self(Field::ALL.map(|field| self.field(field).filter(|_| !fields.has(field))))
    }

    /// The fields that are seen the same in both.
    pub(crate) fn same(&self, other: &Self) -> FieldSet {
        let same = |field: &Field| self.field(*field).is_some() && self.field(*field) == other.field(*field);
        Field::ALL.into_iter().filter(same).collect()
    }

    /// Nothing was seen.
    pub(crate) const NOTHING: Self = Self([None; 6]);

    /// What is known after a newer sight of some fields: those, and the old ones where it showed none.
    pub(crate) fn updated_by(&self, newer: &Self, fields: FieldSet) -> Self {
        Self(Field::ALL.map(|field| {
            let newer = newer.field(field).filter(|_| fields.has(field));
            newer.or(self.field(field))
        }))
    }
}

/// What was last seen of a meeting in the CRM.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) fields: Seen,
    /// The participants, to tell who was removed from who was added in Google.
    pub(crate) guests: Vec<Fingerprint>,
}

impl Shown {
    pub(crate) const NOTHING: Self = Self { fields: Seen::NOTHING, guests: Vec::new() };

    pub(crate) fn of(event: &Event) -> Self {
        Self { fields: Seen::of(event), guests: event.guest_fingerprints().unwrap_or_default() }
    }

    /// Takes people as the participants.
    pub(crate) fn note_guests(&mut self, guests: impl Iterator<Item = Guest>) {
        let mut known: Vec<Guest> = Vec::new();
        for guest in guests {
            if !known.iter().any(|other| other.email == guest.email) {
                known.push(guest);
            }
        }
        self.guests = known.iter().map(Guest::fingerprint).listed();
        if let Some(field) = self.fields.0.get_mut(Field::Guests as usize) {
            *field = Some(guests_fingerprint(&known));
        }
    }

    /// Forgets those beyond the number that the CRM takes: they were never there, so that nobody removed them.
    pub(crate) fn cut_guests(mut self, most: usize) -> Self {
        if self.guests.len() > most {
            self.guests.truncate(most);
            if let Some(field) = self.fields.0.get_mut(Field::Guests as usize) {
                *field = Some(people_fingerprint(&self.guests));
            }
        }
        self
    }

    /// What is known after some fields were seen anew.
    pub(crate) fn update(&mut self, newer: &Self, fields: FieldSet) {
        if fields.has(Field::Guests) && newer.fields.field(Field::Guests).is_some() {
            self.guests.clone_from(&newer.guests);
        }
        self.fields = self.fields.updated_by(&newer.fields, fields);
    }

    pub(super) fn from_json(json: &Json<'_>) -> Option<Self> {
        let (fields, guests) = both(json)?;
        Some(Self { fields: Seen::from_json(fields.list()?)?, guests: fingerprints(guests)? })
    }
}

fn fingerprints(json: &Json<'_>) -> Option<Vec<Fingerprint>> {
    all(json.list()?, |item| item.number().map(Fingerprint::from_u64))
}

/// What a change in the CRM may write to an event in Google (section 7, C10).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Every mapped field.
    Open,
    /// Only its time: the CRM knows no more of a private event than that.
    TimeOnly,
    /// Nothing: somebody else's event, or a locked one.
    Closed,
    /// Nothing, either way, until Google shows it again: it became private, and such events are skipped.
    Aside,
}

/// What is remembered of a Google event, linked or about to be. Stored as a list, for there are thousands.
#[derive(Clone)]
pub(crate) struct Draft {
    pub(crate) etag: Etag,
    pub(crate) google: Seen,
    /// The guests, to tell who was removed from who was added in the CRM.
    pub(crate) guests: Vec<Fingerprint>,
    /// Seconds since 1970.
    pub(crate) start: i64,
    /// Seconds since 1970: past the window, an absent event is not asked for.
    pub(crate) end: i64,
    pub(crate) all_day: bool,
    /// What a change in the CRM may write to it.
    pub(crate) reach: Reach,
    /// Stands for what the CRM is not shown of a private event; 0 where that is nothing.
    pub(crate) hidden: u64,
}

impl Draft {
    /// What is known after some fields were seen anew; guests that were not shown are kept as they were known. As long as a
    /// new time is not carried over, the event is asked for by the old one.
    pub(crate) fn update(&mut self, newer: Self, fields: FieldSet) {
        let guests = fields.has(Field::Guests) && newer.google.field(Field::Guests).is_some();
        let (start, end, all_day) = match fields.has(Field::Time) {
            true => (newer.start, newer.end, newer.all_day),
            false => (self.start, self.end, self.all_day),
        };
        *self = Self {
            google: self.google.updated_by(&newer.google, fields),
            guests: if guests { newer.guests } else { std::mem::take(&mut self.guests) },
            start,
            end,
            all_day,
            ..newer
        };
    }

    /// What the CRM shows after all of it was written there.
    pub(crate) fn shown(&self) -> Shown {
        Shown { fields: self.google.clone(), guests: self.guests.clone() }
    }
}

impl Serialize for Draft {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let flags = u64::from(self.all_day) | (self.reach as u64) << 1 | self.hidden << 3;
        (&self.etag, &self.google, &self.guests, self.start, self.end, flags).serialize(serializer)
    }
}

impl Row for Draft {
    fn from_json(json: &Json<'_>) -> Option<Self> {
        let [etag, google, guests, start, end, flags] = json.list()? else { return None };
        let flags = flags.number()?;
        Some(Self {
            etag: Etag::new(etag.str()?),
            google: Seen::from_json(google.list()?)?,
            guests: fingerprints(guests)?,
            start: start.integer()?,
            end: end.integer()?,
            all_day: flags & 1 == 1,
            reach: match flags >> 1 & 3 {
                0 => Reach::Open,
                1 => Reach::TimeOnly,
                2 => Reach::Closed,
                _ => Reach::Aside,
            },
            hidden: flags >> 3,
        })
    }
}
