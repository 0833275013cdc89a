//! What is stored: rows of text, each with a version and a checksum. A row that cannot be read means "look again",
//! never "everything is new".

use super::report::{Conflict, Failed, Winner};
use super::side::Side;
use crate::json::{self, Json};
use crate::model::event::Guest;
use crate::model::field::{Field, FieldSet, guests_fingerprint, people_fingerprint};
use crate::model::fingerprint::{Digest, Fingerprint};
use crate::model::ids::{CrmId, Etag, GoogleId, SyncToken};
use crate::model::list::{Listed, whole};
use crate::model::profile::{AllDayOffset, AllDayTimes, CrmProfile, TextLimits};
use crate::model::settings::Settings;
use serde::{Serialize, Serializer};
use std::cell::Cell;

/// The names of the rows.
pub(crate) mod key {
    use crate::model::ids::{CrmId, GoogleId};

    pub(crate) const SETTINGS: &str = "settings";
    pub(crate) const STATE: &str = "state";
    pub(crate) const INTENTS: &str = "intents";
    pub(crate) const PARKED: &str = "parked";
    pub(crate) const LEASE: &str = "lease";
    pub(crate) const HISTORY: &str = "history";
    pub(crate) const DONE: &str = "done/";
    pub(crate) const LINKS: &str = "link/";
    pub(crate) const REVERSE: &str = "crm/";

    pub(crate) fn link(id: &GoogleId) -> String {
        [LINKS, id.as_str()].concat()
    }

    /// The links of a series' instances, and of series that were split off it.
    pub(crate) fn links_of_series(master: &GoogleId) -> String {
        [LINKS, master.as_str(), "_"].concat()
    }

    /// All that one cycle wrote.
    pub(crate) fn done_in(run: u32) -> String {
        format!("{DONE}{run}/")
    }

    /// One part of it.
    pub(crate) fn done(run: u32, part: u32) -> String {
        format!("{DONE}{run}/{part:05}")
    }

    /// The way back: this row holds the Google id.
    pub(crate) fn reverse(id: &CrmId) -> String {
        [REVERSE, id.as_str()].concat()
    }
}

const VERSION: &str = "1";

/// What a row holds. Written by derived code, read by hand from JSON: derived reading of rows that are read once
/// a cycle would cost the module 60 KB, writing values another 30 KB.
pub(crate) trait Row: Sized {
    /// None when something is missing or of another type.
    fn from_json(json: &Json<'_>) -> Option<Self>;
}

/// A row's text: version, checksum, JSON.
pub(crate) fn encode<T: Serialize>(row: &T) -> String {
    sealed(&json::text(row).unwrap_or_default())
}

fn sealed(json: &str) -> String {
    [VERSION, &Fingerprint::of_text(json).hex(), json].join(":")
}

/// The row in a text; none when the version is another or the text was damaged.
pub(crate) fn decode<T: Row>(text: &str) -> Option<T> {
    T::from_json(&checked(text)?)
}

fn checked(text: &str) -> Option<Json<'_>> {
    let (version, rest) = text.split_once(':')?;
    let (sum, json) = rest.split_once(':')?;
    if version != VERSION || sum != Fingerprint::of_text(json).hex() {
        return None;
    }
    Json::parse(json.as_bytes())
}

/// Reading JSON field by field. That a field is lacking is noted down and told at the end: leaving a row in the middle
/// would have code of its own, for each field, that drops the fields before it.
struct Fields<'a> {
    json: &'a Json<'a>,
    lacking: Cell<bool>,
}

impl<'a> Fields<'a> {
    fn of(json: &'a Json<'a>) -> Self {
        Self { json, lacking: Cell::new(false) }
    }

    fn text(&self, key: &str) -> Option<String> {
        self.json.text(key)
    }

    fn number(&self, key: &str) -> Option<i64> {
        self.json.get(key).integer()
    }

    fn count(&self, key: &str) -> Option<u32> {
        u32::try_from(self.number(key)?).ok()
    }

    fn flag(&self, key: &str) -> bool {
        self.json.get(key).flag().unwrap_or_default()
    }

    fn array(&self, key: &str) -> &'a [Json<'a>] {
        self.json.items(key)
    }

    /// What a row must have.
    fn needed<T: Default>(&self, value: Option<T>) -> T {
        value.unwrap_or_else(|| {
            self.lacking.set(true);
            T::default()
        })
    }

    fn needed_text(&self, key: &str) -> String {
        self.needed(self.text(key))
    }

    fn needed_number(&self, key: &str) -> i64 {
        self.needed(self.number(key))
    }

    fn needed_count(&self, key: &str) -> u32 {
        self.needed(self.count(key))
    }

    /// The row, if nothing lacks.
    fn complete<T>(&self, row: T) -> Option<T> {
        (!self.lacking.get()).then_some(row)
    }
}

/// The items of a list; none as soon as one of them is unreadable.
fn all<T>(items: &[Json<'_>], read: impl Fn(&Json<'_>) -> Option<T>) -> Option<Vec<T>> {
    whole(items.iter().map(read))
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
        let crm = Fields::of(json.get("crm"));
        let limits = Fields::of(crm.json.get("limits"));
        let limit = |key: &str| limits.needed_count(key) as usize;
        let activation = Self {
            active: json.get("active").flag().unwrap_or_default(),
            settings: Settings::from_json(json.get("settings")).ok()?,
            crm: CrmProfile {
                user: crm.needed_text("user"),
                own: crm.needed(all(crm.array("own"), |address| address.str().map(str::to_owned))),
                organisation: crm.needed_text("organisation"),
                zone: crm.needed_text("zone"),
                limits: TextLimits {
                    title: limit("title"),
                    place: limit("place"),
                    description: limit("description"),
                },
                defaults: crm.needed(all(crm.array("defaults"), |pair| {
                    let (name, value) = both(pair)?;
                    Some((name.str()?.to_owned(), value.str()?.to_owned()))
                })),
                reminder_times: crm.flag("reminder_times"),
                marks: crm.flag("marks"),
            },
        };
        crm.complete(limits.complete(activation)?)
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
    /// Up to where the instances of series were read (seconds since 1970): the window of the cursor.
    pub(crate) horizon: Option<i64>,
    /// What the first sync may still write; none once it is over.
    pub(crate) first_sync_left: Option<u32>,
    /// Rows were lost: unlinked events are looked up in the CRM before they are created.
    pub(crate) doubt: bool,
    /// A first sync that creates everything, duplicates included, is not over (C5).
    pub(crate) importing: bool,
    pub(crate) runs: u32,
    pub(crate) links: u32,
    pub(crate) remaining: u32,
    pub(crate) last_run_ms: Option<i64>,
    /// No request to Google before this time (I27).
    pub(crate) google_not_before_ms: Option<i64>,
    /// No request to the CRM before this time.
    pub(crate) zoho_not_before_ms: Option<i64>,
    /// Nothing is written to Google before this time, for a usage limit of hours is reached; reading goes on.
    pub(crate) google_writes_not_before_ms: Option<i64>,
    /// How many cycles in succession ended because a service wanted fewer requests.
    pub(crate) pressed: u32,
    /// How the CRM takes all-day times, once that is known.
    pub(crate) all_day: Option<AllDayTimes>,
    /// Up to where the changes of the CRM are applied; none asks for a full read.
    pub(crate) crm_changes: Option<Watermark>,
    /// The versions that the next list of changes shows again, all of them applied; none when Accord wrote since.
    pub(crate) crm_overlap: Option<Fingerprint>,
    /// Up to where the deletions of the CRM are applied.
    pub(crate) crm_deletions: Option<Watermark>,
    /// The calendar's default reminders, method and minutes, as they were last read; kept where Google is written.
    pub(crate) default_reminders: Option<Vec<(String, u32)>>,
    /// Whether all-day ends of the CRM are exclusive, as far as its records showed.
    pub(crate) crm_exclusive_ends: Option<bool>,
    /// Writes of Accord from this time on, by the CRM's clock, were not read back: an edit of the same second may hide
    /// behind them.
    pub(crate) unread_since: Option<i64>,
    /// The event by which it is being learnt how the CRM takes all-day times: its record may last one day only.
    pub(crate) probe: Option<GoogleId>,
    /// Why the last cycle failed, where only a person can mend it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) trouble: Option<Failed>,
    /// The cycles whose operations are kept, oldest first: number, rows, bytes.
    pub(crate) kept: Vec<(u32, u32, u32)>,
}

impl State {
    /// Whether nothing may be written to Google.
    pub(crate) fn google_is_full(&self, now_ms: i64) -> bool {
        self.google_writes_not_before_ms.is_some_and(|until| until > now_ms)
    }

    /// Whether all-day ends of the CRM are exclusive: as it was learnt by writing one, else as its records showed.
    pub(crate) fn exclusive_ends(&self) -> Option<bool> {
        self.all_day.map(|times| times.exclusive_end).or(self.crm_exclusive_ends)
    }
}

/// How far a list of the CRM is read. Its times have whole seconds, and what is written at an instant may show only a
/// little later: until a read began [`Watermark::SETTLING_MS`] after a time was first seen, that time and the ones
/// before it are read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Watermark {
    /// The latest time seen, in seconds since 1970, by the CRM's clock.
    pub(crate) at: i64,
    /// When it was first seen, by the host's clock.
    pub(crate) seen_ms: i64,
    /// Nothing at or before that time can show up any more.
    pub(crate) settled: bool,
}

impl Watermark {
    /// How long a change may take to show in a list, and how far apart two clocks of the CRM may be.
    const SETTLING_MS: i64 = 120_000;

    pub(crate) fn new(at: i64, now_ms: i64) -> Self {
        Self { at, seen_ms: now_ms, settled: false }
    }

    /// The time, in seconds, from which the list is read, that time included.
    pub(crate) fn from(&self) -> i64 {
        if self.settled { self.at + 1 } else { self.at - Self::SETTLING_MS / 1_000 }
    }

    /// After a read that began at `now_ms`, all of which is applied, and whose latest time was `latest`.
    pub(crate) fn after(self, latest: Option<i64>, now_ms: i64) -> Self {
        match latest {
            Some(latest) if latest > self.at => Self::new(latest, now_ms),
            Some(_) | None => {
                Self { settled: self.settled || now_ms - self.seen_ms >= Self::SETTLING_MS, ..self }
            }
        }
    }

    fn from_json(json: &Json<'_>) -> Option<Self> {
        let fields = Fields::of(json);
        fields.complete(Self {
            at: fields.needed_number("at"),
            seen_ms: fields.needed_number("seenMs"),
            settled: fields.flag("settled"),
        })
    }
}

impl Row for State {
    fn from_json(json: &Json<'_>) -> Option<Self> {
        let fields = Fields::of(json);
        fields.complete(Self {
            cursor: fields.text("cursor").map(SyncToken::new),
            horizon: fields.number("horizon"),
            first_sync_left: fields.count("firstSyncLeft"),
            doubt: fields.flag("doubt"),
            importing: fields.flag("importing"),
            runs: fields.needed_count("runs"),
            links: fields.needed_count("links"),
            remaining: fields.needed_count("remaining"),
            last_run_ms: fields.number("lastRunMs"),
            google_not_before_ms: fields.number("googleNotBeforeMs"),
            zoho_not_before_ms: fields.number("zohoNotBeforeMs"),
            google_writes_not_before_ms: fields.number("googleWritesNotBeforeMs"),
            pressed: fields.count("pressed").unwrap_or_default(),
            all_day: Some(json.get("allDay")).filter(|times| times.is_object()).map(|times| AllDayTimes {
                offset: match times.get("offset").str() {
                    Some("zero") => Some(AllDayOffset::Zero),
                    Some("userZone") => Some(AllDayOffset::UserZone),
                    Some(_) | None => None,
                },
                exclusive_end: Fields::of(times).flag("exclusiveEnd"),
            }),
            crm_changes: Watermark::from_json(json.get("crmChanges")),
            crm_overlap: json.get("crmOverlap").number().map(Fingerprint::from_u64),
            crm_deletions: Watermark::from_json(json.get("crmDeletions")),
            default_reminders: json.get("defaultReminders").list().and_then(|rows| {
                all(rows, |pair| {
                    let (method, minutes) = both(pair)?;
                    Some((method.str()?.to_owned(), u32::try_from(minutes.number()?).ok()?))
                })
            }),
            crm_exclusive_ends: json.get("crmExclusiveEnds").flag(),
            unread_since: fields.number("unreadSince"),
            probe: fields.text("probe").map(GoogleId::new),
            trouble: json.get("trouble").is_object().then(|| {
                let text = |key: &str| json.get("trouble").text(key).unwrap_or_default();
                Failed { code: text("code"), message: text("message") }
            }),
            kept: all(fields.array("kept"), |row| {
                let [run, rows, bytes] = row.list()? else { return None };
                let number = |json: &Json<'_>| u32::try_from(json.number()?).ok();
                Some((number(run)?, number(rows)?, number(bytes)?))
            })
            .unwrap_or_default(),
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

    pub(crate) fn of(event: &crate::model::event::Event) -> Self {
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

    fn from_json(json: &Json<'_>) -> Option<Self> {
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
    /// What is known after some fields were seen anew; guests that were not shown are kept as they were known.
    pub(crate) fn update(&mut self, newer: Self, fields: FieldSet) {
        let guests = fields.has(Field::Guests) && newer.google.field(Field::Guests).is_some();
        *self = Self {
            google: self.google.updated_by(&newer.google, fields),
            guests: if guests { newer.guests } else { std::mem::take(&mut self.guests) },
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

/// Row `crm/<crm id>`: the way back.
impl Row for GoogleId {
    fn from_json(json: &Json<'_>) -> Option<Self> {
        json.str().map(Self::new)
    }
}

/// Row `intents`: writes that may have happened without anybody knowing. Written before the request, removed with the
/// links that its answer brings.
#[derive(Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Intents {
    /// When they were written down.
    pub(crate) at_ms: i64,
    /// CRM records that may have been created, their ids unknown.
    pub(crate) creates: Vec<(GoogleId, Draft)>,
    /// Changes that may have been carried over: a side that shows these values shows Accord's own write.
    pub(crate) updates: Vec<(GoogleId, Side, Seen)>,
    /// Events that may have been created in Google, under ids derived from their records.
    pub(crate) births: Vec<(GoogleId, CrmId)>,
    /// Values that a write may have replaced on the side where somebody typed them, not yet in a report (K3).
    pub(crate) lost: Vec<Conflict>,
    /// When contacts may have been created, nobody knows which: they are looked for again once that is settled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) contacts_ms: Option<i64>,
    /// The cycle that is under way, once it has written something: whoever finds it here was cut off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) open: Option<Open>,
    /// What a person asked to be taken back, until that is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) undo: Option<Undo>,
    /// Records of this device that had an older twin, and when they were last modified: they are to be deleted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) yielded: Vec<(CrmId, i64)>,
}

/// A cycle that writes.
#[derive(Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Open {
    pub(crate) run: u32,
    pub(crate) trigger: String,
    pub(crate) started_ms: i64,
    pub(crate) undoes: Option<u32>,
}

/// What is to be taken back: a cycle, or of it what concerns one event, or one value that lost there.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Undo {
    pub(crate) run: u32,
    /// An event, by either of its ids.
    pub(crate) id: Option<String>,
    /// The field whose lost value is put back.
    pub(crate) field: Option<Field>,
}

impl Row for Intents {
    fn from_json(json: &Json<'_>) -> Option<Self> {
        let fields = Fields::of(json);
        let creates = all(fields.array("creates"), |pair| {
            let (id, draft) = both(pair)?;
            Some((GoogleId::from_json(id)?, Draft::from_json(draft)?))
        });
        let updates = all(fields.array("updates"), |row| {
            let [id, side, seen] = row.list()? else { return None };
            Some((GoogleId::from_json(id)?, Side::from_json(side)?, Seen::from_json(seen.list()?)?))
        });
        let births = all(fields.array("births"), |pair| {
            let (id, crm) = both(pair)?;
            Some((GoogleId::from_json(id)?, CrmId::new(crm.str()?)))
        });
        fields.complete(Self {
            at_ms: fields.needed_number("atMs"),
            creates: fields.needed(creates),
            updates: fields.needed(updates),
            births: fields.needed(births),
            lost: fields.needed(all(fields.array("lost"), conflict)),
            contacts_ms: fields.number("contactsMs"),
            open: Some(json.get("open")).filter(|open| open.is_object()).and_then(|open| {
                let open = Fields::of(open);
                open.complete(Open {
                    run: open.needed_count("run"),
                    trigger: open.needed_text("trigger"),
                    started_ms: open.needed_number("startedMs"),
                    undoes: open.count("undoes"),
                })
            }),
            undo: Some(json.get("undo")).filter(|undo| undo.is_object()).and_then(|undo| {
                let undo = Fields::of(undo);
                let field = undo.text("field");
                undo.complete(Undo {
                    run: undo.needed_count("run"),
                    id: undo.text("id"),
                    field: field.as_deref().and_then(Field::named),
                })
            }),
            yielded: fields.needed(all(fields.array("yielded"), |pair| {
                let (crm, modified) = both(pair)?;
                Some((CrmId::new(crm.str()?), modified.integer()?))
            })),
        })
    }
}

fn conflict(json: &Json<'_>) -> Option<Conflict> {
    let fields = Fields::of(json);
    let field = json.get("field").str()?;
    let field = Field::named(field)?.name();
    let winner = match json.get("winner").str()? {
        "google" => Winner::Google,
        "crm" => Winner::Crm,
        _ => return None,
    };
    fields.complete(Conflict {
        google_id: fields.needed_text("googleId"),
        crm_id: fields.needed_text("crmId"),
        field,
        google: fields.needed_text("google"),
        crm: fields.needed_text("crm"),
        winner,
    })
}

/// Row `parked`: what waits for somebody or something.
#[derive(Default)]
pub(crate) struct Waiting {
    /// Events that cannot be synced as they are (K6), in the order of their ids.
    pub(crate) parked: Vec<(GoogleId, Parked)>,
    /// Deletions, and pairs, that the user is asked about (K5, I24).
    pub(crate) held: Vec<Held>,
}

/// A [`Waiting`] to be written.
#[derive(Serialize)]
pub(crate) struct WaitingText<'a> {
    pub(crate) parked: &'a [(GoogleId, Parked)],
    pub(crate) held: &'a [Held],
}

/// What waits for the user's answer: deletions, or events and meetings that nobody can tell apart.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Held {
    /// The name of the question.
    pub(crate) id: String,
    /// Where they would be deleted.
    pub(crate) side: Side,
    /// Of what cannot be told apart: the events, then the ids that the meetings stand under.
    pub(crate) ids: Vec<GoogleId>,
    /// Of what cannot be told apart: the meetings. Of deletions there are none.
    pub(crate) crm: Vec<CrmId>,
    pub(crate) asked_ms: i64,
    pub(crate) answer: Option<HeldAnswer>,
}

impl Held {
    /// Whether it is about what cannot be told apart.
    pub(crate) fn is_ambiguous(&self) -> bool {
        !self.crm.is_empty()
    }

    /// The events, and the ids that the meetings stand under.
    pub(crate) fn halves(&self) -> (&[GoogleId], &[GoogleId]) {
        self.ids.split_at_checked(self.ids.len() - self.crm.len().min(self.ids.len())).unwrap_or_default()
    }
}

/// What the user said about a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum HeldAnswer {
    /// Delete them.
    Apply,
    /// Create again what was deleted, from the side that still has it.
    Restore,
    /// The first event is the first meeting, the second the second …; what is left over has no counterpart.
    Pair,
    /// None of the events is one of the meetings.
    Separate,
}

impl Side {
    pub(crate) fn from_json(json: &Json<'_>) -> Option<Self> {
        match json.str()? {
            "google" => Some(Self::Google),
            "crm" => Some(Self::Crm),
            _ => None,
        }
    }
}

impl Held {
    fn from_json(json: &Json<'_>) -> Option<Self> {
        let fields = Fields::of(json);
        let side = Side::from_json(json.get("side"))?;
        fields.complete(Self {
            id: fields.needed_text("id"),
            side,
            ids: fields.needed(all(fields.array("ids"), GoogleId::from_json)),
            crm: fields.needed(all(fields.array("crm"), |id| Some(CrmId::new(id.str()?)))),
            asked_ms: fields.needed_number("askedMs"),
            answer: match json.get("answer").str() {
                Some("apply") => Some(HeldAnswer::Apply),
                Some("restore") => Some(HeldAnswer::Restore),
                Some("pair") => Some(HeldAnswer::Pair),
                Some("separate") => Some(HeldAnswer::Separate),
                Some(_) | None => None,
            },
        })
    }
}

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
    /// The version of the CRM record that failed, where it was known.
    pub(crate) crm_modified: Option<i64>,
    /// The CRM record, when it has no event in Google yet.
    pub(crate) crm: Option<CrmId>,
}

impl Row for Waiting {
    fn from_json(json: &Json<'_>) -> Option<Self> {
        let parked = all(json.get("parked").list()?, |pair| {
            let (id, parked) = both(pair)?;
            let fields = Fields::of(parked);
            let id = GoogleId::from_json(id)?;
            let parked = Parked {
                code: fields.needed_text("code"),
                message: fields.needed_text("message"),
                since_ms: fields.needed_number("sinceMs"),
                retry_ms: fields.needed_number("retryMs"),
                etag: Etag::new(fields.needed_text("etag")),
                crm_modified: fields.number("crmModified"),
                crm: fields.text("crm").map(CrmId::new),
            };
            fields.complete((id, parked))
        });
        Some(Self { parked: parked?, held: all(json.get("held").list()?, Held::from_json)? })
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
        link.shown = Some(Shown { fields: Seen([Some(Fingerprint::of_text("y")); 6]), guests });
        assert!(decode::<Link>(&encode(&link)).unwrap().shown == link.shown);
    }

    /// I13: a time is read again until nothing can show up there any more.
    #[test]
    fn a_watermark_settles() {
        let first = Watermark::new(1_000, 5_000);
        assert_eq!(first.from(), 880);
        let again = first.after(Some(1_000), 60_000);
        assert!(!again.settled);
        let settled = again.after(None, 125_000);
        assert_eq!(settled.from(), 1_001);
        assert_eq!(settled.after(Some(1_001), 130_000), Watermark::new(1_001, 130_000));
    }
}
