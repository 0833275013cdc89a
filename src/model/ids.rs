//! Identifiers as the services print them: text, never numbers (CRM ids exceed 2^53).

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
