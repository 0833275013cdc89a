//! What is stored: rows of text, each with a version and a checksum. A row that cannot be read means "look again",
//! never "everything is new".

use crate::json::{self, Json};
use crate::model::field::Field;
use crate::model::fingerprint::{Digest, Fingerprint};
use crate::model::ids::{CrmId, Etag, GoogleId, SyncToken};
use crate::model::profile::{AllDayOffset, AllDayTimes, CrmProfile, TextLimits};
use crate::model::settings::Settings;
use serde::{Serialize, Serializer};

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

/// What a row holds. Written by derived code, read by hand from JSON: derived reading of rows that are read once
/// a cycle would cost the module 60 KB, writing values another 30 KB.
pub(crate) trait Row: Sized + Serialize {
    /// None when something is missing or of another type.
    fn from_json(json: &Json<'_>) -> Option<Self>;
}

/// A row's text: version, checksum, JSON.
pub(crate) fn encode<T: Row>(row: &T) -> String {
    let json = json::text(row).unwrap_or_default();
    format!("{VERSION}:{:016x}:{json}", Fingerprint::of_text(&json).as_u64())
}

/// The row in a text; none when the version is another or the text was damaged.
pub(crate) fn decode<T: Row>(text: &str) -> Option<T> {
    T::from_json(&checked(text)?)
}

fn checked(text: &str) -> Option<Json<'_>> {
    let (version, rest) = text.split_once(':')?;
    let (sum, json) = rest.split_once(':')?;
    let sum = u64::from_str_radix(sum, 16).ok()?;
    if version != VERSION || sum != Fingerprint::of_text(json).as_u64() {
        return None;
    }
    Json::parse(json.as_bytes())
}

/// Reading JSON field by field.
struct Fields<'a>(&'a Json<'a>);

impl<'a> Fields<'a> {
    fn text(&self, key: &str) -> Option<String> {
        self.0.text(key)
    }

    fn number(&self, key: &str) -> Option<i64> {
        self.0.get(key).integer()
    }

    fn count(&self, key: &str) -> Option<u32> {
        u32::try_from(self.number(key)?).ok()
    }

    fn flag(&self, key: &str) -> bool {
        self.0.get(key).flag().unwrap_or_default()
    }

    fn array(&self, key: &str) -> &'a [Json<'a>] {
        self.0.items(key)
    }
}

/// The items of a list; none as soon as one of them is unreadable.
fn all<T>(items: &[Json<'_>], read: impl Fn(&Json<'_>) -> Option<T>) -> Option<Vec<T>> {
    let mut all = Vec::with_capacity(items.len());
    for item in items {
        all.push(read(item)?);
    }
    Some(all)
}

/// A list of two.
fn both<'a>(pair: &'a Json<'a>) -> Option<(&'a Json<'a>, &'a Json<'a>)> {
    if let [first, second] = pair.list()? { Some((first, second)) } else { None }
}

/// Row `settings`: what the user chose and what was learnt of the accounts.
#[derive(Clone, Serialize)]
pub(crate) struct Activation {
    pub(crate) active: bool,
    pub(crate) settings: Settings,
    pub(crate) crm: CrmProfile,
}

impl Row for Activation {
    fn from_json(json: &Json<'_>) -> Option<Self> {
        let fields = Fields(json);
        let crm = Fields(json.get("crm"));
        let limits = Fields(crm.0.get("limits"));
        let limit = |key: &str| limits.count(key).map(|limit| limit as usize);
        Some(Self {
            active: fields.flag("active"),
            settings: Settings::from_json(json.get("settings")).ok()?,
            crm: CrmProfile {
                user: crm.text("user")?,
                organisation: crm.text("organisation")?,
                zone: crm.text("zone")?,
                limits: TextLimits {
                    title: limit("title")?,
                    place: limit("place")?,
                    description: limit("description")?,
                },
                defaults: all(crm.array("defaults"), |pair| {
                    let (name, value) = both(pair)?;
                    Some((name.str()?.to_owned(), value.str()?.to_owned()))
                })?,
            },
        })
    }
}

impl Activation {
    /// Tells the links of one pair of accounts from those of another.
    pub(crate) fn connection(&self) -> Fingerprint {
        Digest::new().text(&self.settings.calendar).text(&self.crm.organisation).text(&self.crm.user).finish()
    }
}

/// Row `state`: where the next cycle starts.
#[derive(Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
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
    pub(crate) all_day: Option<AllDayTimes>,
}

impl Row for State {
    fn from_json(json: &Json<'_>) -> Option<Self> {
        let fields = Fields(json);
        Some(Self {
            cursor: fields.text("cursor").map(SyncToken::new),
            first_sync_left: fields.count("firstSyncLeft"),
            doubt: fields.flag("doubt"),
            runs: fields.count("runs")?,
            links: fields.count("links")?,
            remaining: fields.count("remaining")?,
            last_run_ms: fields.number("lastRunMs"),
            google_not_before_ms: fields.number("googleNotBeforeMs"),
            zoho_not_before_ms: fields.number("zohoNotBeforeMs"),
            all_day: Some(json.get("allDay")).filter(|times| times.is_object()).map(|times| AllDayTimes {
                offset: match times.get("offset").str() {
                    Some("zero") => Some(AllDayOffset::Zero),
                    Some("userZone") => Some(AllDayOffset::UserZone),
                    Some(_) | None => None,
                },
                exclusive_end: Fields(times).flag("exclusiveEnd"),
            }),
        })
    }
}

/// The fingerprints of the mapped fields as they were last seen on one side; none for a field that was not shown.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct Seen([Option<Fingerprint>; 6]);

impl Seen {
    fn from_json(items: &[Json<'_>]) -> Option<Self> {
        let mut fields = [None; 6];
        for (field, item) in fields.iter_mut().zip(items) {
            *field = if item.is_null() { None } else { Some(Fingerprint::from_u64(item.number()?)) };
        }
        (items.len() == fields.len()).then_some(Self(fields))
    }

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
}

impl Serialize for Draft {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (&self.etag, &self.google, &self.guests, self.start, self.end, self.all_day).serialize(serializer)
    }
}

impl Row for Draft {
    fn from_json(json: &Json<'_>) -> Option<Self> {
        let [etag, google, guests, start, end, all_day] = json.list()? else { return None };
        Some(Self {
            etag: Etag::new(etag.str()?),
            google: Seen::from_json(google.list()?)?,
            guests: all(guests.list()?, |guest| guest.number().map(Fingerprint::from_u64))?,
            start: start.integer()?,
            end: end.integer()?,
            all_day: all_day.flag()?,
        })
    }
}

/// Row `link/<google id>`: the pair of both ids and what was last seen. Stored as a list.
#[derive(Clone)]
pub(crate) struct Link {
    pub(crate) crm: CrmId,
    pub(crate) connection: Fingerprint,
    pub(crate) seen: Draft,
    /// `Modified_Time` of the CRM record after the last write, in seconds since 1970: tells its echo from an edit.
    pub(crate) crm_modified: Option<i64>,
    /// An all-day event written before it was known how the CRM takes all-day times: its time is written again.
    pub(crate) unverified: bool,
}

impl Serialize for Link {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (&self.crm, self.connection, &self.seen, self.crm_modified, self.unverified).serialize(serializer)
    }
}

impl Row for Link {
    fn from_json(json: &Json<'_>) -> Option<Self> {
        let [crm, connection, seen, crm_modified, unverified] = json.list()? else { return None };
        Some(Self {
            crm: CrmId::new(crm.str()?),
            connection: Fingerprint::from_u64(connection.number()?),
            seen: Draft::from_json(seen)?,
            crm_modified: crm_modified.integer(),
            unverified: unverified.flag()?,
        })
    }
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

/// Row `crm/<crm id>`: the way back.
impl Row for GoogleId {
    fn from_json(json: &Json<'_>) -> Option<Self> {
        json.str().map(Self::new)
    }
}

/// Row `intents`: CRM records that may have been created without anybody knowing their ids. Written before the
/// request, removed with the links that its answer brings.
#[derive(Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Intents {
    /// When they were written down.
    pub(crate) at_ms: i64,
    pub(crate) creates: Vec<(GoogleId, Draft)>,
}

impl Row for Intents {
    fn from_json(json: &Json<'_>) -> Option<Self> {
        let fields = Fields(json);
        let creates = all(fields.array("creates"), |pair| {
            let (id, draft) = both(pair)?;
            Some((GoogleId::from_json(id)?, Draft::from_json(draft)?))
        });
        Some(Self { at_ms: fields.number("atMs")?, creates: creates? })
    }
}

/// Row `parked`: events that cannot be synced as they are (K6), in the order of their ids.
pub(crate) type ParkedRow = Vec<(GoogleId, Parked)>;

/// Why an event waits, and until when.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Parked {
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) since_ms: i64,
    pub(crate) retry_ms: i64,
    /// The version that failed: another one is tried at once.
    pub(crate) etag: Etag,
}

impl Row for ParkedRow {
    fn from_json(json: &Json<'_>) -> Option<Self> {
        all(json.list()?, |pair| {
            let (id, parked) = both(pair)?;
            let fields = Fields(parked);
            let parked = Parked {
                code: fields.text("code")?,
                message: fields.text("message")?,
                since_ms: fields.number("sinceMs")?,
                retry_ms: fields.number("retryMs")?,
                etag: Etag::new(fields.text("etag")?),
            };
            Some((GoogleId::from_json(id)?, parked))
        })
    }
}

/// Row `history`: the reports of the last cycles as JSON texts, newest first.
impl Row for Vec<String> {
    fn from_json(json: &Json<'_>) -> Option<Self> {
        all(json.list()?, |report| report.str().map(str::to_owned))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_row_is_no_row() {
        let text = encode(&GoogleId::new("abc"));
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
        let text = encode(&link);
        assert!(text.len() < 300, "{} bytes", text.len());
        assert!(decode::<Link>(&text).unwrap().seen.google == link.seen.google);
    }
}
