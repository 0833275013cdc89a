//! How far both sides were read, and what the next cycle must know besides.

use super::row::{Fields, Row, all, both};
use crate::json::Json;
use crate::model::fingerprint::Fingerprint;
use crate::model::ids::{GoogleId, SyncToken};
use crate::model::profile::{AllDayOffset, AllDayTimes};
use crate::sync::report::Failed;
use serde::Serialize;

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
    /// Whether lists of the CRM show guests, as far as its records told; once a list hid some, lists are not believed.
    pub(crate) crm_lists_guests: Option<bool>,
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

    /// Takes in what records told of lists.
    pub(crate) fn learn_of_lists(&mut self, guests: Option<bool>) {
        if self.crm_lists_guests != Some(false) {
            self.crm_lists_guests = guests.or(self.crm_lists_guests);
        }
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
            crm_lists_guests: json.get("crmListsGuests").flag(),
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

#[cfg(test)]
mod tests {
    use super::*;

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
