//! Who of the CRM has an address: the records that guests are linked to (F6, C3).

use super::event::Guest;
use super::table::Table;

/// What is known of addresses, each in lower case. The value is the record as the wire names it, `contact/4000…`; it is
/// [`NOBODY`] for an address that is no record's as far as it is known, and [`PLAIN`] for one that stays an address.
#[derive(Default)]
pub(crate) struct People(Table<String, String>);

const NOBODY: &str = "";
const PLAIN: &str = "plain";

impl People {
    /// Takes note of a guest; says whether nothing was known of the address.
    pub(crate) fn meet(&mut self, guest: &Guest) -> bool {
        let new = !self.0.contains(&guest.email);
        if new {
            self.0.insert(guest.email.clone(), NOBODY.to_owned());
        }
        new
    }

    /// Whether a guest was met and found nowhere.
    pub(crate) fn is_nobody(&self, email: &str) -> bool {
        self.0.get(email).is_some_and(|known| known == NOBODY)
    }

    /// The record with an address: `user`, `contact` or `lead`, and its id.
    pub(crate) fn add(&mut self, email: &str, kind: &str, id: &str) {
        self.0.insert(email.to_owned(), format!("{kind}/{id}"));
    }

    /// The address is not to be linked, nor to become a contact.
    pub(crate) fn keep_plain(&mut self, email: &str) {
        self.0.insert(email.to_owned(), PLAIN.to_owned());
    }

    /// Kind and id of the record that a guest is.
    pub(crate) fn find(&self, guest: &Guest) -> Option<(&str, &str)> {
        self.0.get(&guest.email)?.split_once('/')
    }

    /// Links these guests no more; says whether one of them was.
    pub(crate) fn unlink(&mut self, guests: &[Guest]) -> bool {
        let mut any = false;
        for guest in guests {
            if self.find(guest).is_some() {
                self.keep_plain(&guest.email);
                any = true;
            }
        }
        any
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guest(email: &str) -> Guest {
        Guest::new(email, None).unwrap()
    }

    /// C3: an address is met once, whoever has it and however it is written.
    #[test]
    fn an_address_is_met_once() {
        let mut people = People::default();
        assert!(people.meet(&guest("Ben@Example.com")));
        assert!(!people.meet(&guest("ben@example.com")));
        assert!(people.is_nobody("ben@example.com") && !people.is_nobody("cleo@example.com"));
        people.add("ben@example.com", "contact", "4001");
        assert_eq!(people.find(&guest("BEN@example.com")), Some(("contact", "4001")));
        assert!(people.unlink(&[guest("ben@example.com")]));
        assert!(people.find(&guest("ben@example.com")).is_none() && !people.is_nobody("ben@example.com"));
        assert!(!people.unlink(&[guest("ben@example.com")]));
    }
}
