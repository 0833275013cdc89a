//! Identifiers as the services print them: text, never numbers (CRM ids exceed 2^53).

use super::text::after_last;
use serde::Serialize;
use std::fmt;

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
        #[serde(transparent)]
        pub(crate) struct $name(String);

        impl $name {
            pub(crate) fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            pub(crate) fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                // Ids can hold addresses and tokens are secrets: neither belongs into a log.
                write!(f, concat!(stringify!($name), "({} bytes)"), self.as_str().len())
            }
        }
    };
}

text_id!(
    /// The id of an event in one Google calendar.
    GoogleId
);
impl GoogleId {
    /// Whether the id is made as those of a series' instances are: the id of the master and the original start, as
    /// `_YYYYMMDD` or `_YYYYMMDDTHHMMSSZ` (seen in Google Calendar API v3, Events: instances).
    pub(crate) fn is_instance(&self) -> bool {
        let start = after_last(&self.0, '_').unwrap_or_default();
        let pattern: &[u8] = if start.len() == 8 { b"########" } else { b"########T######Z" };
        start.len() == pattern.len()
            && start
                .bytes()
                .zip(pattern)
                .all(|(at, like)| at == *like || (*like == b'#' && at.is_ascii_digit()))
    }

    /// Whether the id is that of an instance of this series.
    pub(crate) fn is_instance_of(&self, master: &Self) -> bool {
        let start = self.0.strip_prefix(&*master.0).and_then(|rest| rest.strip_prefix('_'));
        self.is_instance() && start.is_some_and(|start| !start.contains('_'))
    }
}

text_id!(
    /// The id of a record of the CRM module `Events`: 18 or 19 decimal digits.
    CrmId
);
text_id!(
    /// Google's version of an event, with its quotation marks; opaque.
    Etag
);
text_id!(
    /// Google's token for the next incremental read; opaque.
    SyncToken
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_is_known_by_its_id() {
        let table = [
            ("k3v0abc12_20261122T090000Z", true),
            ("k3v0abc12_R20261122T090000_20261129T090000Z", true),
            ("k3v0abc12_20261122", true),
            ("k3v0abc12_R20261122T090000", false),
            ("k3v0abc12", false),
            ("20261122", false),
            ("_k3v0abc12", false),
            ("k3v0abc12_2026112", false),
            ("k3v0abc12_#######", false),
            ("k3v0abc12_20261122T090000+", false),
            ("", false),
        ];
        for (id, instance) in table {
            assert_eq!(GoogleId::new(id).is_instance(), instance, "{id}");
        }
        let of = |id: &str, master: &str| GoogleId::new(id).is_instance_of(&GoogleId::new(master));
        assert!(of("k3v0abc12_20261122", "k3v0abc12"));
        assert!(!of("k3v0abc12_R20261122T090000_20261129", "k3v0abc12"), "the other half of a split series");
        assert!(!of("k3v0abc123_20261122", "k3v0abc12"));
    }
}
