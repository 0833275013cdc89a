//! The mapped fields as a set: names, order, and the normal form that each is compared by.

use super::event::{Event, Guest, Guests};
use super::fingerprint::{Digest, Fingerprint};
use super::list::Listed;
use super::time::{When, WhenKey};

/// A mapped field, in the order of the specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Field {
    /// F1
    Title,
    /// F2
    Time,
    /// F3
    Reminder,
    /// F4
    Place,
    /// F5
    Description,
    /// F6
    Guests,
}

impl Field {
    pub(crate) const ALL: [Self; 6] =
        [Self::Title, Self::Time, Self::Reminder, Self::Place, Self::Description, Self::Guests];

    /// The name in reports.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Time => "time",
            Self::Reminder => "reminder",
            Self::Place => "place",
            Self::Description => "description",
            Self::Guests => "guests",
        }
    }

    /// Whether an event says nothing here.
    pub(crate) fn is_blank(self, event: &Event) -> bool {
        match self {
            Self::Title => event.title.is_empty() || event.title == Event::UNTITLED,
            Self::Time => false,
            Self::Reminder => event.reminder.is_none(),
            Self::Place => event.place.is_empty(),
            Self::Description => event.description.is_empty(),
            Self::Guests => matches!(&event.guests, Guests::Known(guests) if guests.is_empty()),
        }
    }

    /// The value of this field as people read it.
    pub(crate) fn printed(self, event: &Event) -> String {
        match self {
            Self::Title => event.title.clone(),
            Self::Time => event.when.printed(),
            Self::Reminder => event.reminder.map(|minutes| minutes.to_string()).unwrap_or_default(),
            Self::Place => event.place.clone(),
            Self::Description => event.description.clone(),
            Self::Guests => match &event.guests {
                Guests::Unknown => String::new(),
                Guests::Known(guests) => guests.iter().map(|guest| guest.email.as_str()).listed().join(", "),
            },
        }
    }

    /// Gives an event the value that [`Field::printed`] made of it; none when the text is none of that form.
    pub(crate) fn assume(self, text: &str, event: &mut Event) -> Option<()> {
        match self {
            Self::Title => event.title = text.to_owned(),
            Self::Time => event.when = When::parse(text)?,
            Self::Reminder if text.is_empty() => event.reminder = None,
            Self::Reminder => event.reminder = Some(text.parse().ok()?),
            Self::Place => event.place = text.to_owned(),
            Self::Description => event.description = text.to_owned(),
            Self::Guests => {
                let guests = text.split(',').filter_map(|email| Guest::new(email, None));
                event.guests = Guests::Known(guests.listed());
            }
        }
        Some(())
    }

    /// The field with this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.name() == name)
    }

    /// The fingerprint of this field's normal form; none when the service did not show the field.
    pub(crate) fn fingerprint(self, event: &Event) -> Option<Fingerprint> {
        let digest = Digest::new();
        Some(match self {
            Self::Title => title_fingerprint(&event.title),
            Self::Time => time_fingerprint(event.when.key()),
            Self::Reminder => digest.number(event.reminder.map_or(-1, i64::from)).finish(),
            Self::Place => digest.text(&event.place).finish(),
            Self::Description => digest.text(&event.description).finish(),
            Self::Guests => match &event.guests {
                Guests::Unknown => return None,
                Guests::Known(guests) => guests_fingerprint(guests),
            },
        })
    }
}

impl serde::Serialize for Field {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// The fingerprint of a list of guests: a sum, for their order says nothing; nobody is in the list twice.
pub(crate) fn guests_fingerprint(guests: &[Guest]) -> Fingerprint {
    people_fingerprint(&guests.iter().map(Guest::fingerprint).listed())
}

/// The same, of guests that are known by their fingerprints only.
pub(crate) fn people_fingerprint(people: &[Fingerprint]) -> Fingerprint {
    let sum = people.iter().map(|person| person.as_u64()).fold(0, u64::wrapping_add).cast_signed();
    Digest::new().number(sum).number(people.len() as i64).finish()
}

/// The fingerprint of a title in its normal form.
pub(crate) fn title_fingerprint(title: &str) -> Fingerprint {
    Digest::new().text(title).finish()
}

/// The fingerprint of an extent.
pub(crate) fn time_fingerprint(when: WhenKey) -> Fingerprint {
    match when {
        WhenKey::Timed { start, end } => Digest::new().number(0).number(start).number(end).finish(),
        WhenKey::AllDay { first, end } => {
            Digest::new().number(1).number(i64::from(first)).number(i64::from(end)).finish()
        }
    }
}

/// A set of fields: what changed, or what a write carries.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct FieldSet(u8);

impl FieldSet {
    pub(crate) const NONE: Self = Self(0);

    pub(crate) fn all() -> Self {
        Field::ALL.into_iter().collect()
    }

    pub(crate) fn has(self, field: Field) -> bool {
        self.0 & (1 << field as u8) != 0
    }

    pub(crate) fn with(self, field: Field) -> Self {
        Self(self.0 | 1 << field as u8)
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(crate) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(crate) const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub(crate) const fn only(field: Field) -> Self {
        Self(1 << field as u8)
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = Field> {
        Field::ALL.into_iter().filter(move |field| self.has(*field))
    }
}

impl FromIterator<Field> for FieldSet {
    fn from_iter<I: IntoIterator<Item = Field>>(fields: I) -> Self {
        fields.into_iter().fold(Self::NONE, Self::with)
    }
}

impl std::fmt::Debug for FieldSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(guests: &[&str]) -> Event {
        let start = chrono::DateTime::parse_from_rfc3339("2026-11-22T10:00:00+01:00").unwrap();
        Event {
            title: "Call".into(),
            when: When::timed(start, start),
            reminder: None,
            place: String::new(),
            description: String::new(),
            guests: Guests::Known(guests.iter().filter_map(|email| Guest::new(email, None)).collect()),
        }
    }

    /// F6: guests map by e-mail, case-insensitively, and their order says nothing.
    #[test]
    fn guests_in_another_order_or_case_are_the_same_guests() {
        assert_eq!(
            Field::Guests.fingerprint(&event(&["ana@example.com", "Ben@Example.com"])),
            Field::Guests.fingerprint(&event(&["ben@example.com", "ANA@example.com"])),
        );
        assert_ne!(
            Field::Guests.fingerprint(&event(&["ana@example.com"])),
            Field::Guests.fingerprint(&event(&[])),
        );
    }

    /// I25: what is printed is what is restored.
    #[test]
    fn a_printed_value_can_be_given_back() {
        let mut whole = event(&["ana@example.com", "ben@example.com"]);
        (whole.reminder, whole.place, whole.description) = (Some(10), "Room 1, left".into(), "a\nb".into());
        let mut days = event(&[]);
        let day = |text| crate::model::time::date(text).unwrap();
        days.when = When::all_day(day("2026-12-24"), day("2026-12-26"));
        for event in [whole, days] {
            let mut back = Event::blank(When::all_day(day("2000-01-01"), day("2000-01-02")));
            for field in Field::ALL {
                field.assume(&field.printed(&event), &mut back).unwrap();
            }
            assert_eq!(back, event);
        }
        for text in ["", "2026-12-24", "2026-12-24/x", "2026-11-22T10:00:00Z/2026-12-24"] {
            assert!(Field::Time.assume(text, &mut event(&[])).is_none(), "{text}");
        }
    }

    /// F6: omitted guests are not "no guests".
    #[test]
    fn unknown_guests_have_no_fingerprint() {
        let mut unknown = event(&[]);
        unknown.guests = Guests::Unknown;
        assert_eq!(Field::Guests.fingerprint(&unknown), None);
    }

    /// F3: a reminder at the start is not "no reminder".
    #[test]
    fn zero_minutes_is_a_reminder() {
        let mut at_start = event(&[]);
        at_start.reminder = Some(0);
        assert_ne!(Field::Reminder.fingerprint(&at_start), Field::Reminder.fingerprint(&event(&[])));
    }
}
