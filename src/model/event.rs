//! A calendar event in the normal form that both services are compared in.

use super::field::Field;
use super::fingerprint::Fingerprint;
use super::list::Listed;
use super::time::When;

/// The mapped fields of one event (F1 to F6), as the CRM can hold them.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub(crate) struct Event {
    pub(crate) title: String,
    pub(crate) when: When,
    /// Minutes before the start of the first popup reminder.
    pub(crate) reminder: Option<u32>,
    pub(crate) place: String,
    pub(crate) description: String,
    pub(crate) guests: Guests,
}

/// The CRM takes no more participants than this (Zoho CRM API, insert records: `LIMIT_EXCEEDED`).
pub(crate) const MAX_PARTICIPANTS: usize = 50;

/// The title of a private event under the policy `busy` (C10).
const BUSY: &str = "Busy";

impl Event {
    /// The title of an untitled event in the CRM (F1), as Zoho's own feature writes it.
    pub(crate) const UNTITLED: &'static str = "Not Provided";

    /// An event of which only the time is known.
    pub(crate) fn blank(when: When) -> Self {
        Self {
            title: String::new(),
            when,
            reminder: None,
            place: String::new(),
            description: String::new(),
            guests: Guests::Known(Vec::new()),
        }
    }

    /// What the CRM may know of a private event under `busy`: when it is.
    pub(crate) fn busy(self) -> Self {
        Self { title: BUSY.to_owned(), ..Self::blank(self.when) }
    }

    /// Stands for all fields; of 61 bits, and never 0.
    pub(crate) fn digest(&self) -> u64 {
        let fields = Field::ALL.into_iter().filter_map(|field| field.fingerprint(self));
        fields.fold(0, |sum: u64, field| sum.rotate_left(7) ^ field.as_u64()) >> 3 | 1
    }

    /// The guests, as far as they were shown.
    pub(crate) fn known_guests(&self) -> &[Guest] {
        match &self.guests {
            Guests::Known(guests) => guests,
            Guests::Unknown => &[],
        }
    }

    /// The guests' fingerprints, as a link keeps them.
    pub(crate) fn guest_fingerprints(&self) -> Option<Vec<Fingerprint>> {
        match &self.guests {
            Guests::Known(guests) => Some(guests.iter().map(Guest::fingerprint).listed()),
            Guests::Unknown => None,
        }
    }
}

/// The people invited, the user and rooms left out.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub(crate) enum Guests {
    /// The service listed them all.
    Known(Vec<Guest>),
    /// The service left some out (`attendeesOmitted`): nothing may be concluded from who is missing.
    Unknown,
}

/// One person invited, known by an address.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub(crate) struct Guest {
    /// Lower case, without surrounding blanks.
    pub(crate) email: String,
    pub(crate) name: Option<String>,
}

impl Guest {
    /// A guest with a normalised address; none when there is no address.
    pub(crate) fn new(email: &str, name: Option<String>) -> Option<Self> {
        let email = email.trim().to_ascii_lowercase();
        (!email.is_empty()).then(|| Self { email, name: name.filter(|n| !n.trim().is_empty()) })
    }

    /// Whether Google would take the address: it refuses the whole event for one that is none.
    pub(crate) fn is_address(&self) -> bool {
        self.email.contains('@') && !self.email.contains(char::is_whitespace)
    }

    /// What a link remembers of a guest: enough to see who was removed, not who it was.
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of_text(&self.email)
    }
}
