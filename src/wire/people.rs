//! The people of the CRM as answers show them: users, contacts and leads with an address.

use super::zoho::{id, more_records};
use crate::json::Json;
use crate::model::list::Listed;

/// A person with an address, in lower case.
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) email: String,
    /// A user who was switched off; nobody else is.
    pub(crate) inactive: bool,
}

/// A page of people.
pub(crate) struct PeoplePage {
    pub(crate) people: Vec<Person>,
    pub(crate) more_records: bool,
}

impl PeoplePage {
    /// Rows of a query of contacts or leads, or a page of users (Zoho CRM API v8, COQL and get users); an empty answer is
    /// a 204 without a body.
    pub(crate) fn parse(body: &[u8]) -> Option<Self> {
        if body.is_empty() {
            return Some(Self { people: Vec::new(), more_records: false });
        }
        let body = Json::parse(body)?;
        let person = |row: &Json<'_>| {
            let email = row.get("Email").str().or(row.get("email").str())?;
            Some(Person {
                id: id(row)?,
                email: email.trim().to_ascii_lowercase(),
                inactive: row.get("status").str().is_some_and(|status| status != "active"),
            })
        };
        let rows = body.get("users").list().or(body.get("data").list())?;
        Some(Self { people: rows.iter().filter_map(person).listed(), more_records: more_records(&body) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows without an address are nobody that a guest could be.
    #[test]
    fn people_are_known_by_their_addresses() {
        let body =
            br#"{"users":[{"id":"1","email":"Ben@Example.com","status":"active"},{"id":"2","email":null},
            {"id":"3","email":"elif@example.com","status":"disabled"}],"info":{"more_records":true}}"#;
        let page = PeoplePage::parse(body).unwrap();
        let people: Vec<_> = page
            .people
            .iter()
            .map(|person| (person.id.as_str(), person.email.as_str(), person.inactive))
            .collect();
        assert_eq!(people, [("1", "ben@example.com", false), ("3", "elif@example.com", true)]);
        assert!(page.more_records);
        assert!(PeoplePage::parse(b"").unwrap().people.is_empty());
        assert!(PeoplePage::parse(br#"{"data":{}}"#).is_none());
    }
}
