//! What is stored: rows of text, each with a version and a checksum. A row that cannot be read means "look again",
//! never "everything is new".

use crate::error::{Error, Result};
use crate::model::field::Field;
use crate::model::fingerprint::{Digest, Fingerprint};
use crate::model::ids::{CrmId, Etag, GoogleId, SyncToken};
use crate::model::profile::{AllDayOffset, CrmProfile};
use crate::model::settings::Settings;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The names of the rows.
pub(crate) mod key {
    use crate::model::ids::{CrmId, GoogleId};

    pub(crate) const SETTINGS: &str = "settings";
    pub(crate) const STATE: &str = "state";
    pub(crate) const INTENTS: &str = "intents";
    pub(crate) const PARKED: &str = "parked";
    pub(crate) const HISTORY: &str = "history";
    pub(crate) const LINKS: &str = "link/";
    pub(crate) const REVERSE: &str = "crm/";

    pub(crate) fn link(id: &GoogleId) -> String {
        format!("{LINKS}{}", id.as_str())
    }

    /// The way back: this row holds the Google id.
    pub(crate) fn reverse(id: &CrmId) -> String {
        format!("{REVERSE}{}", id.as_str())
    }
}

const VERSION: &str = "1";

/// A row's text: version, checksum, JSON.
pub(crate) fn encode<T: Serialize>(row: &T) -> Result<String> {
    let json = serde_json::to_string(row).map_err(|_| Error::internal("a row could not be encoded"))?;
    Ok(format!("{VERSION}:{:016x}:{json}", Fingerprint::of_text(&json).as_u64()))
}

/// The row in a text; none when the version is another or the text was damaged.
pub(crate) fn decode<T: DeserializeOwned>(text: &str) -> Option<T> {
    let (version, rest) = text.split_once(':')?;
    let (sum, json) = rest.split_once(':')?;
    let sum = u64::from_str_radix(sum, 16).ok()?;
    if version != VERSION || sum != Fingerprint::of_text(json).as_u64() {
        return None;
    }
    serde_json::from_slice(json.as_bytes()).ok()
}

/// Row `settings`: what the user chose and what was learnt of the accounts.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Activation {
    pub(crate) active: bool,
    pub(crate) settings: Settings,
    pub(crate) crm: CrmProfile,
}

impl Activation {
    /// Tells the links of one pair of accounts from those of another.
    pub(crate) fn connection(&self) -> Fingerprint {
        Digest::new().text(&self.settings.calendar).text(&self.crm.organisation).text(&self.crm.user).finish()
    }
}

/// Row `state`: where the next cycle starts.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct State {
    /// Where the next incremental read starts; none asks for a full read.
    pub(crate) cursor: Option<SyncToken>,
    /// What the first sync may still write; none once it is over.
    pub(crate) first_sync_left: Option<u32>,
    /// Rows were lost: unlinked events are looked up in the CRM before they are created.
    pub(crate) doubt: bool,
    pub(crate) runs: u32,
    pub(crate) links: u32,
    pub(crate) remaining: u32,
    pub(crate) last_run_ms: Option<i64>,
    /// No request to Google before this time (I27).
    pub(crate) google_not_before_ms: Option<i64>,
    /// No request to the CRM before this time.
    pub(crate) zoho_not_before_ms: Option<i64>,
    /// How the CRM takes all-day times, once that is known.
    pub(crate) all_day: Option<AllDayOffset>,
}

/// The fingerprints of the mapped fields as they were last seen on one side; none for a field that was not shown.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Seen([Option<Fingerprint>; 6]);

impl Seen {
    pub(crate) fn of(event: &crate::model::event::Event) -> Self {
        Self(Field::ALL.map(|field| field.fingerprint(event)))
    }

    pub(crate) fn field(&self, field: Field) -> Option<Fingerprint> {
        self.0.get(field as usize).copied().flatten()
    }

    /// What is known after a newer sight: its fields, and the old ones where it showed none.
    pub(crate) fn updated_by(&self, newer: &Self) -> Self {
        Self(Field::ALL.map(|field| newer.field(field).or(self.field(field))))
    }
}

/// What is remembered of a Google event, linked or about to be.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Draft {
    pub(crate) etag: Etag,
    pub(crate) google: Seen,
    /// The guests, to tell who was removed from who was added in the CRM.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) guests: Vec<Fingerprint>,
    /// Seconds since 1970.
    pub(crate) start: i64,
    /// Seconds since 1970: past the window, an absent event is not asked for.
    pub(crate) end: i64,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) all_day: bool,
}

fn is_false(flag: &bool) -> bool {
    !flag
}

/// Row `link/<google id>`: the pair of both ids and what was last seen.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Link {
    pub(crate) crm: CrmId,
    pub(crate) connection: Fingerprint,
    pub(crate) seen: Draft,
    /// `Modified_Time` of the CRM record after the last write, in seconds since 1970: tells its echo from an edit.
    pub(crate) crm_modified: Option<i64>,
    /// An all-day event written before it was known how the CRM takes all-day times: its time is written again.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) unverified: bool,
}

impl Link {
    /// A link of which only the ends are known.
    pub(crate) fn unknown(crm: CrmId, connection: Fingerprint) -> Self {
        let seen = Draft {
            etag: Etag::new(""),
            google: Seen([None; 6]),
            guests: Vec::new(),
            start: i64::MAX,
            end: i64::MAX,
            all_day: false,
        };
        Self { crm, connection, seen, crm_modified: None, unverified: false }
    }
}

/// Row `intents`: CRM records that may have been created without anybody knowing their ids. Written before the
/// request, removed with the links that its answer brings.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct Intents {
    /// When they were written down.
    pub(crate) at_ms: i64,
    pub(crate) creates: Vec<(GoogleId, Draft)>,
}

/// Row `parked`: events that cannot be synced as they are (K6), in the order of their ids.
pub(crate) type ParkedRow = Vec<(GoogleId, Parked)>;

/// Why an event waits, and until when.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Parked {
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) since_ms: i64,
    pub(crate) retry_ms: i64,
    /// The version that failed: another one is tried at once.
    pub(crate) etag: Etag,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_row_is_no_row() {
        let text = encode(&GoogleId::new("abc")).unwrap();
        assert_eq!(decode::<GoogleId>(&text).unwrap().as_str(), "abc");
        for damaged in [
            &text[1..],
            &text[..text.len() - 1],
            &text.replace("abc", "abd"),
            &text.replacen('1', "2", 1),
            "",
            "1:2",
        ] {
            assert!(decode::<GoogleId>(damaged).is_none(), "{damaged}");
        }
    }

    /// A link of 5,000 is read and written often: it stays a short row.
    #[test]
    fn a_link_is_small() {
        let seen = Seen([Some(Fingerprint::of_text("x")); 6]);
        let draft = Draft {
            etag: Etag::new("\"3587047200894624\""),
            google: seen,
            guests: Vec::new(),
            start: 1_795_341_600,
            end: 1_795_345_200,
            all_day: false,
        };
        let link = Link {
            crm: CrmId::new("4000000000000010001"),
            connection: Fingerprint::of_text("c"),
            seen: draft,
            crm_modified: Some(1_795_341_600),
            unverified: false,
        };
        let text = encode(&link).unwrap();
        assert!(text.len() < 400, "{} bytes", text.len());
        assert!(decode::<Link>(&text).unwrap().seen.google == link.seen.google);
    }
}
