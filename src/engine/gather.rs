//! Puts together what a cycle knows: what either side says, the links next to it, and the proofs where a list proves
//! nothing.

mod events;
mod records;

use self::events::{delivered_series, waiting};
use self::records::versions;
use super::command::RunOptions;
use super::io::Io;
use super::read::{self, Reading};
use super::read_crm::{self, Changed};
use super::write::Stale;
use crate::api::{google, zoho};
use crate::error::Result;
use crate::model::fingerprint::Fingerprint;
use crate::model::ids::{CrmId, GoogleId};
use crate::model::list::Listed;
use crate::model::settings::{Direction, RecurringPolicy};
use crate::model::sight::Content;
use crate::model::table::Table;
use crate::sync::birth;
use crate::sync::commit::{Book, Rows};
use crate::sync::observe::{Admission, Cases, add};
use crate::sync::side::Side;
use crate::sync::state::{Activation, Link, Watermark, decode, key};
use crate::wire::google::{Reminder, default_reminders};
use crate::wire::google_event::Context;

/// The cases of records.
type Ways = Table<CrmId, GoogleId>;

/// What both sides said, and where the next cycle may go on.
#[derive(Default)]
pub(crate) struct Gathered {
    pub(crate) cases: Cases,
    /// The next cursors, where the services were read.
    pub(crate) google: Option<Reading>,
    pub(crate) crm: Option<CrmRead>,
    /// Links whose rows are damaged and that nothing leads to.
    pub(crate) damaged: Vec<GoogleId>,
    /// Questions about deletions that are left for the next cycle, by the side to delete on.
    pub(crate) deferred: Deferred,
    pub(crate) default_reminders: Vec<Reminder>,
    /// Whether lists of the CRM show guests, as far as these records tell.
    pub(crate) lists_guests: Option<bool>,
    /// Records whose way and link are both damaged or gone: they are not new, and wait until they are paired again.
    adrift: Vec<CrmId>,
    /// What waits and is due.
    waiting: Vec<GoogleId>,
    /// Series of which more than one instance was delivered: what is linked of them and was not may be gone.
    touched: Vec<GoogleId>,
}

/// What is not yet proven.
#[derive(Clone, Copy, Default)]
pub(crate) struct Deferred {
    pub(crate) on_google: usize,
    pub(crate) on_crm: usize,
    /// Nothing definite was answered, or it is no deletion.
    pub(crate) other: usize,
}

impl Deferred {
    pub(crate) fn total(self) -> usize {
        self.on_google + self.on_crm + self.other
    }

    pub(crate) fn on(self, side: Side) -> usize {
        match side {
            Side::Google => self.on_google,
            Side::Crm => self.on_crm,
        }
    }
}

/// What a read of the CRM's lists brought.
pub(crate) struct CrmRead {
    pub(crate) full: bool,
    pub(crate) changes: Watermark,
    pub(crate) deletions: Watermark,
    pub(crate) exclusive_ends: Option<bool>,
    /// What the next list shows again if nothing changes.
    pub(crate) overlap: Fingerprint,
}

/// The lists of the CRM, before their records are read.
struct Lists {
    full: bool,
    started_ms: i64,
    changed: Vec<Changed>,
    /// Whether `changed` is what the last cycle saw already.
    known: bool,
    deleted: Vec<(CrmId, Option<i64>)>,
}

pub(crate) struct Gatherer<'a> {
    pub(crate) io: &'a Io,
    pub(crate) options: &'a RunOptions,
    pub(crate) activation: &'a Activation,
    pub(crate) admission: &'a Admission<'a>,
    /// The most entries that this cycle may write.
    pub(crate) max: usize,
}

impl Gatherer<'_> {
    /// Reads what changed on the sides that are listened to.
    pub(crate) async fn gather(&self, book: &mut Book) -> Result<Gathered> {
        let mut gathered = Gathered::default();
        let direction = self.activation.settings.direction;
        let matching = direction == Direction::CrmToGoogle && book.state.doubt;
        if direction != Direction::CrmToGoogle || matching {
            let rolls = self.admission.rolls(book.state.horizon);
            let cursor = book.state.cursor.as_ref().filter(|_| !matching && !rolls);
            let calendar = &self.activation.settings.calendar;
            let profile = &self.activation.crm;
            let mut reading = read::calendar(self.io, calendar, cursor, self.admission, profile).await?;
            gathered.cases.prepare(reading.sights.iter().map(|sight| sight.id.clone()));
            for sight in reading.sights.drain(..) {
                add(&mut gathered.cases, sight);
            }
            gathered.default_reminders.clone_from(&reading.default_reminders);
            if direction != Direction::GoogleToCrm {
                note_reminders(book, &reading.default_reminders);
            }
            gathered.google = Some(reading);
        }
        if direction == Direction::CrmToGoogle {
            gathered.default_reminders = self.reminders(book).await?;
        }
        let lists = match direction {
            Direction::GoogleToCrm => None,
            Direction::TwoWay | Direction::CrmToGoogle => Some(self.lists(book).await?),
        };
        let google_full = gathered.google.as_ref().is_some_and(|reading| reading.full);
        let full = google_full || lists.as_ref().is_some_and(|lists| lists.full);
        let ways = self.load_links(full, lists.as_ref(), &mut gathered, book).await?;
        if direction != Direction::CrmToGoogle || !book.intents.births.is_empty() {
            self.prove_in_google(google_full, &mut gathered, book).await?;
        }
        if let Some(lists) = lists {
            let read = self.crm_contents(lists, &ways, &mut gathered, book).await?;
            gathered.crm = Some(read);
        }
        Ok(gathered)
    }

    /// Reads single records of the CRM, and nothing else: somebody just saved them there (D2).
    pub(crate) async fn gather_records(&self, ids: &[CrmId], book: &mut Book) -> Result<Gathered> {
        let mut gathered = Gathered::default();
        let changed = ids.iter().map(|id| Changed { id: id.clone(), modified: None }).listed();
        let deleted = Vec::new();
        let lists = Lists { full: false, started_ms: self.io.now_ms(), changed, known: false, deleted };
        let ways = self.load_links(false, Some(&lists), &mut gathered, book).await?;
        let read = self.crm_contents(lists, &ways, &mut gathered, book).await?;
        gathered.default_reminders = self.reminders(book).await?;
        book.state.crm_exclusive_ends = book.state.crm_exclusive_ends.or(read.exclusive_ends);
        Ok(gathered)
    }

    /// Reads both sides of single events again: what moved under a write (I14). `whole`: the CRM too where it is not
    /// listened to.
    pub(crate) async fn again(
        &self,
        moved: Vec<Stale>,
        default_reminders: Vec<Reminder>,
        book: &Book,
        whole: bool,
    ) -> Result<Gathered> {
        let mut gathered = Gathered { default_reminders, ..Gathered::default() };
        let mut ids = Vec::new();
        let mut ways = Ways::default();
        let mut crm = Vec::new();
        for Stale { id, link, crm: record } in moved {
            ids.push(id.clone());
            if let Some(record) = link.as_ref().map(|link| link.crm.clone()).or(record) {
                ways.insert(record.clone(), id.clone());
                crm.push(record);
            }
            gathered.cases.change(id, |case| case.link = link);
        }
        let context = self.context(&gathered.default_reminders);
        let calendar = &self.activation.settings.calendar;
        for sight in read::events(self.io, calendar, &ids, self.options.batch, &context).await? {
            gathered.cases.change(sight.id.clone(), |case| case.sight = Some(sight));
        }
        if whole || self.activation.settings.direction != Direction::GoogleToCrm {
            self.read_records(crm, (&Table::default(), &Table::default()), &ways, &mut gathered, book)
                .await?;
        }
        Ok(gathered)
    }

    fn context<'c>(&'c self, default_reminders: &'c [Reminder]) -> Context<'c> {
        Context { default_reminders, limits: self.activation.crm.limits, own: &self.activation.crm.own }
    }

    /// The calendar's default reminders where this cycle does not read the calendar.
    pub(crate) async fn reminders(&self, book: &mut Book) -> Result<Vec<Reminder>> {
        if let Some(known) = &book.state.default_reminders {
            let reminder =
                |(method, minutes): &(String, u32)| Reminder { method: method.clone(), minutes: *minutes };
            return Ok(known.iter().map(reminder).listed());
        }
        let request = google::default_reminders(&self.activation.settings.calendar);
        let found = default_reminders(&self.io.fetch_one(request).await?.body);
        note_reminders(book, &found);
        Ok(found)
    }

    async fn lists(&self, book: &Book) -> Result<Lists> {
        let owner = self.activation.crm.user.as_str();
        let started_ms = self.io.now_ms();
        let Some(changes) = book.state.crm_changes else {
            // Two days of slack, for all-day events end by the user's zone.
            let from = self.admission.window_start - 2 * 86_400;
            let changed = read_crm::changed(self.io, &|after| zoho::window(owner, from, after)).await?;
            return Ok(Lists { full: true, started_ms, changed, known: false, deleted: Vec::new() });
        };
        let changed =
            read_crm::changed(self.io, &|after| zoho::changed(owner, changes.from(), after)).await?;
        let deletions = book.state.crm_deletions.unwrap_or(changes);
        let deleted = read_crm::deleted(self.io, deletions.from() - 1).await?;
        let fresh = deleted.into_iter().filter(|(_, at)| at.is_none_or(|at| at >= deletions.from()));
        let deleted = fresh.listed();
        let known = book.state.unread_since.is_none()
            && book.intents.updates.is_empty()
            && book.state.crm_overlap == Some(versions(&changed, changes.from()));
        Ok(Lists { full: false, started_ms, changed, known, deleted })
    }

    /// Puts the links next to the events that were read: all of them on a full read, for what a list lacks counts too;
    /// only those of the delivered and of the waiting events otherwise, so that a small change costs little however many
    /// links there are. A link whose row was damaged is found by the way back from the CRM id, and nothing is taken as
    /// seen. Returned are the ways from CRM ids to cases.
    async fn load_links(
        &self,
        full: bool,
        lists: Option<&Lists>,
        gathered: &mut Gathered,
        book: &mut Book,
    ) -> Result<Ways> {
        let io = self.io;
        let connection = self.activation.connection();
        let named = |lists: &Lists| {
            let changed = lists.changed.iter().filter(|_| !lists.known);
            let mut named = changed.map(|row| row.id.clone()).listed();
            lists.deleted.iter().map(|(id, _)| id.clone()).add_to(&mut named);
            named
        };
        let mut ways = Ways::default();
        let rows = if full {
            io.list(key::LINKS).await?
        } else {
            let mut named: Vec<CrmId> = lists.map(named).unwrap_or_default();
            let marks = gathered.cases.values().filter_map(|case| match &case.sight.as_ref()?.content {
                Content::Ordinary { mark: Some(mark), .. } => Some(mark.crm.clone()),
                _ => None,
            });
            marks.add_to(&mut named);
            // Their records are read whatever the lists say: one may have an earlier life in Google.
            book.intents.births.iter().map(|(_, crm)| crm.clone()).add_to(&mut named);
            let back = io.load(named.iter().map(key::reverse).listed()).await?;
            let mut unreadable = false;
            for id in &named {
                let Some(text) = back.get(key::reverse(id)) else { continue };
                match decode::<GoogleId>(text) {
                    Some(google) => ways.insert(id.clone(), google),
                    None => unreadable = true,
                }
            }
            if unreadable {
                self.restore_ways(&named, &mut ways).await?;
                let lost = named.iter().filter(|id| back.contains(key::reverse(id)) && !ways.contains(id));
                gathered.adrift = lost.cloned().listed();
            }
            if !gathered.adrift.is_empty() {
                // A record that is linked to nobody knows what: the next cycle reads everything and pairs it anew.
                book.state.doubt = true;
                book.state.cursor = None;
                book.state.crm_changes = None;
                gathered.deferred.other += gathered.adrift.len();
            }
            let mut delivered = gathered.cases.keys().cloned().listed();
            ways.values().cloned().add_to(&mut delivered);
            named.iter().map(|id| birth::google_id(connection, id, 0)).add_to(&mut delivered);
            let delivered = Table::of(delivered.into_iter());
            // That a deletion which is asked about is told again is no news.
            let deleted = lists.map_or(&[][..], |lists| &lists.deleted);
            let again = Table::of(deleted.iter().filter_map(|(id, _)| ways.get(id).cloned()));
            let news = |id: &GoogleId| {
                delivered.contains(id) && (gathered.cases.contains(id) || !again.contains(id))
            };
            gathered.waiting = waiting(book, &|id| delivered.contains(id), &news, io.now_ms());
            let mut series = Vec::new();
            if self.activation.settings.recurring == RecurringPolicy::Instances {
                (series, gathered.touched) = delivered_series(&gathered.cases);
            }
            let mut ids = gathered.cases.keys().listed();
            ways.values().add_to(&mut ids);
            gathered.waiting.iter().add_to(&mut ids);
            series.iter().add_to(&mut ids);
            let keys = Table::of(ids.into_iter().map(key::link));
            let mut rows = io.load(keys.into_iter().map(|(key, ())| key).listed()).await?;
            for series in &gathered.touched {
                for (name, text) in io.list(&key::links_of_series(series)).await? {
                    rows.insert(name, text);
                }
            }
            rows
        };
        if full {
            let delivered = |id: &GoogleId| gathered.cases.contains(id);
            gathered.waiting = waiting(book, &delivered, &delivered, io.now_ms());
        }
        // A way whose link is not there at all leads to one that was lost.
        let lost = ways.iter().filter(|(_, id)| !rows.contains(key::link(id)));
        let unknown = |(crm, id): (&CrmId, &GoogleId)| (id.clone(), Link::unknown(crm.clone(), connection));
        let mut links: Vec<(GoogleId, Link)> = lost.map(unknown).listed();
        for (name, text) in rows {
            let id = GoogleId::new(name.strip_prefix(key::LINKS).unwrap_or_default());
            match decode::<Link>(&text) {
                // A link of other accounts says nothing about these.
                Some(link) if link.connection != connection => {}
                Some(link) => links.push((id, link)),
                None => gathered.damaged.push(id),
            }
        }
        if !gathered.damaged.is_empty() {
            for (crm, id) in ways_back(io).await? {
                if let Some(index) = gathered.damaged.iter().position(|lost| *lost == id) {
                    gathered.damaged.swap_remove(index);
                    links.push((id, Link::unknown(crm, connection)));
                }
            }
        }
        if full {
            book.state.links = u32::try_from(links.len()).unwrap_or(u32::MAX);
        }
        gathered.cases.prepare(links.iter().map(|(id, _)| id.clone()));
        for (id, link) in links {
            gathered.cases.change(id, |case| case.link = Some(link));
        }
        // What is held back on one side is read as soon as the other one is delivered.
        let listed = lists.map_or(&[][..], |lists| &lists.changed);
        for (id, case) in gathered.cases.iter() {
            let Some(link) = case.link.as_ref().filter(|link| link.is_open()) else { continue };
            let news = |row: &Changed| row.id == link.crm && row.modified != link.crm_modified;
            if case.sight.is_some() || listed.iter().any(news) {
                gathered.waiting.push(id.clone());
            }
        }
        // A way counts if the link at its end leads back: after a change of accounts there may be older ones.
        ways.retain(|crm, id| {
            gathered.cases.get(id).and_then(|case| case.link.as_ref()).is_some_and(|link| link.crm == *crm)
        });
        let links = gathered
            .cases
            .iter()
            .filter_map(|(id, case)| Some((case.link.as_ref()?.crm.clone(), id.clone())));
        let mut ways = ways.into_iter().listed();
        links.add_to(&mut ways);
        Ok(ways.into_iter().collect())
    }

    /// Finds the ways from records whose rows were damaged by the links that lead to them: else they would look new.
    async fn restore_ways(&self, named: &[CrmId], ways: &mut Ways) -> Result<()> {
        for (name, text) in self.io.list(key::LINKS).await? {
            if let Some(link) = decode::<Link>(&text).filter(|link| named.contains(&link.crm)) {
                ways.insert(link.crm, GoogleId::new(name.strip_prefix(key::LINKS).unwrap_or_default()));
            }
        }
        Ok(())
    }
}

fn note_reminders(book: &mut Book, reminders: &[Reminder]) {
    let row = |reminder: &Reminder| (reminder.method.clone(), reminder.minutes);
    book.state.default_reminders = Some(reminders.iter().map(row).listed());
}

/// The reverse rows: CRM id to Google id.
async fn ways_back(io: &Io) -> Result<Vec<(CrmId, GoogleId)>> {
    let rows: Rows = io.list(key::REVERSE).await?;
    let way = |(name, text): (String, String)| {
        let crm = CrmId::new(name.strip_prefix(key::REVERSE)?);
        Some((crm, decode::<GoogleId>(&text)?))
    };
    Ok(rows.into_iter().filter_map(way).listed())
}
