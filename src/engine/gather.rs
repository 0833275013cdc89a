//! Puts together what a cycle knows: what either side says, the links next to it, and the proofs where a list proves
//! nothing.

use super::command::RunOptions;
use super::io::Io;
use super::read::{self, Reading};
use super::read_crm::{self, Changed, Reader};
use super::write::Stale;
use crate::api::{google, zoho};
use crate::devices::Device;
use crate::error::Result;
use crate::model::fingerprint::{Digest, Fingerprint};
use crate::model::ids::{CrmId, GoogleId};
use crate::model::list::Listed;
use crate::model::settings::{DeletionPolicy, Direction, RecurringPolicy};
use crate::model::sight::{Content, CrmSight};
use crate::model::table::Table;
use crate::sync::birth;
use crate::sync::commit::{Book, Rows};
use crate::sync::observe::{Admission, Cases, add};
use crate::sync::side::Side;
use crate::sync::state::{Activation, Link, Parked, Watermark, decode, key};
use crate::wire::google::{Reminder, default_reminders};
use crate::wire::google_event::Context;
use crate::wire::zoho_event::CrmContext;

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

/// The versions that the lists of the CRM show, by the ids of the records.
type Listing<'l> = Table<&'l str, Option<i64>>;

/// Stands for versions of records, in whatever order, that were modified at an instant or later.
fn versions(changed: &[Changed], from: i64) -> Fingerprint {
    let later = changed.iter().filter(|row| row.modified.is_none_or(|at| at >= from));
    let version = |row: &Changed| {
        Digest::new().text(row.id.as_str()).number(row.modified.unwrap_or_default()).finish().as_u64()
    };
    Fingerprint::from_u64(later.map(version).fold(0, u64::wrapping_add))
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
            gathered.waiting = waiting(book, &|id| delivered.contains(id), io.now_ms());
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
            gathered.waiting = waiting(book, &|id| gathered.cases.contains(id), io.now_ms());
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

    /// Reads by their ids the events about which a list is no proof: linked ones that it calls deleted (K4), linked ones
    /// that a full list lacks (K9), and what waits and is due (K5, K6; parked ones at most a twentieth of the cycle,
    /// I11). What is beyond the limit is not asked for; it is counted, and it waits.
    async fn prove_in_google(&self, full: bool, gathered: &mut Gathered, book: &Book) -> Result<()> {
        let deletes = self.activation.settings.deletions == DeletionPolicy::Propagate;
        let window_start = self.admission.window_start;
        let mut ids: Vec<GoogleId> = Vec::new();
        let mut kept: Vec<GoogleId> = Vec::new();
        for (id, case) in gathered.cases.iter_mut() {
            let Some(link) = &case.link else { continue };
            let ask = match &case.sight {
                _ if self.admission.leaves(id) => false,
                Some(sight) => deletes && matches!(sight.content, Content::Cancelled),
                None => {
                    let touched = || gathered.touched.iter().any(|series| id.is_instance_of(series));
                    // How the CRM takes its days is not known yet: they are compared whenever the record comes up.
                    link.unverified || link.seen.end > window_start && (full || touched())
                }
            };
            match ask {
                true if !Device::Proof.on() => case.sight = Some(read::gone(id)),
                true if link.kept => {
                    kept.push(id.clone());
                    case.sight = None;
                }
                true if ids.len() < self.max => ids.push(id.clone()),
                true => {
                    gathered.deferred.on_crm += 1;
                    case.sight = None;
                }
                false => {}
            }
        }
        // What was kept is known to be gone, and is asked about as far as there is room: its link goes once the other side
        // is gone too.
        kept.truncate(self.max.saturating_sub(ids.len()));
        ids.append(&mut kept);
        let unseen = |id: &GoogleId| gathered.cases.get(id).is_none_or(|case| case.sight.is_none());
        let only_in_crm = |id: &GoogleId| {
            let linked = gathered.cases.get(id).is_some_and(|case| case.link.is_some());
            !linked && book.parked(id).is_some_and(|row| row.crm.is_some())
        };
        let due = gathered.waiting.iter().filter(|id| unseen(id) && !only_in_crm(id)).cloned();
        let births = book.intents.births.iter().map(|(id, _)| id);
        let answers = Table::of(book.answered().chain(births).map(GoogleId::as_str));
        let now = self.io.now_ms();
        let at_once =
            |id: &GoogleId| answers.contains(id) || book.parked(id).is_none_or(|row| row.retry_ms > now);
        let (answered, parked): (Vec<_>, Vec<_>) = due.partition(at_once);
        parked.into_iter().take((self.max / 20).max(1)).add_to(&mut ids);
        let room = self.max.saturating_sub(ids.len());
        gathered.deferred.other += answered.len().saturating_sub(room);
        answered.into_iter().take(room).add_to(&mut ids);
        if ids.is_empty() {
            return Ok(());
        }
        // Whoever is asked about is not known until there is an answer about that very event.
        for id in &ids {
            if let Some(case) = gathered.cases.get_mut(id) {
                case.sight = None;
            }
        }
        let context = self.context(&gathered.default_reminders);
        let calendar = &self.activation.settings.calendar;
        let mut answered = 0;
        for seen in read::events(self.io, calendar, &ids, self.options.batch, &context).await? {
            answered += 1;
            gathered.cases.change(seen.id.clone(), |case| {
                // An insert whose answer was lost may still be under way: it is repeated under the same id.
                let unborn = case.link.is_none() && book.may_be_born(&seen.id);
                if !(unborn && matches!(seen.content, Content::Cancelled)) {
                    case.sight = Some(seen);
                }
            });
        }
        gathered.deferred.other += ids.len().saturating_sub(answered);
        Ok(())
    }

    /// Reads the records that the lists name, as far as they are news, and those that need a proof.
    async fn crm_contents(
        &self,
        lists: Lists,
        ways: &Ways,
        gathered: &mut Gathered,
        book: &Book,
    ) -> Result<CrmRead> {
        let connection = self.activation.connection();
        let mut ids: Vec<CrmId> = Vec::new();
        let listed: Listing = lists.changed.iter().map(|row| (row.id.as_str(), row.modified)).collect();
        let link = |id: &CrmId| {
            let case = gathered.cases.get(ways.get(id)?)?;
            case.link.as_ref()
        };
        // A write of which nobody knows may have come within the second of the version that was seen.
        let doubtful = |id: &CrmId| {
            ways.get(id).is_some_and(|id| book.intents.updates.iter().any(|(written, ..)| written == id))
        };
        for row in lists.changed.iter().filter(|_| !lists.known) {
            let known = !doubtful(&row.id)
                && link(&row.id).is_some_and(|link| {
                    let unread = book.state.unread_since.is_some_and(|since| row.modified >= Some(since));
                    link.shown.is_some()
                        && row.modified.is_some()
                        && link.crm_modified == row.modified
                        && !unread
                });
            if !known && !gathered.adrift.contains(&row.id) {
                ids.push(row.id.clone());
            }
        }
        let gone = Table::of(lists.deleted.iter().map(|(id, _)| id.as_str()));
        let gone_here = lists.deleted.iter().map(|(id, _)| id).filter(|id| link(id).is_some());
        gone_here.cloned().add_to(&mut ids);
        if lists.full {
            let lacking = gathered.cases.values().filter_map(|case| case.link.as_ref());
            let lacking = lacking
                .filter(|link| !listed.contains(&link.crm) && link.seen.end > self.admission.window_start);
            lacking.map(|link| link.crm.clone()).add_to(&mut ids);
        }
        for id in &gathered.waiting {
            let linked =
                gathered.cases.get(id).and_then(|case| case.link.as_ref()).map(|link| link.crm.clone());
            linked.or_else(|| book.parked(id)?.crm.clone()).into_iter().add_to(&mut ids);
        }
        book.intents.births.iter().map(|(_, crm)| crm.clone()).add_to(&mut ids);
        // Events that Accord made, and whose link is not there: the record that they were made of.
        for (id, case) in gathered.cases.iter() {
            if let (None, Some(sight)) = (&case.link, &case.sight)
                && let Content::Ordinary { mark: Some(mark), .. } = &sight.content
                && birth::generation(connection, &mark.crm, id).is_some()
            {
                ids.push(mark.crm.clone());
            }
        }
        let ends = self.read_records(ids, (&listed, &gone), ways, gathered, book).await?;
        let latest = lists.changed.iter().filter_map(|row| row.modified).max();
        let latest_deleted = lists.deleted.iter().filter_map(|(_, at)| *at).max();
        let now = lists.started_ms;
        let changes = match book.state.crm_changes {
            Some(known) => known.after(latest, now),
            // Nothing was ever there: what comes is later than this, by any clock.
            None => Watermark::new(latest.unwrap_or(now / 1_000 - 86_400), now),
        };
        let deletions = match book.state.crm_deletions {
            Some(known) if !lists.full => known.after(latest_deleted, now),
            _ => Watermark::new(latest.unwrap_or(now / 1_000 - 86_400), now),
        };
        let overlap = versions(&lists.changed, changes.from());
        Ok(CrmRead { full: lists.full, changes, deletions, exclusive_ends: ends, overlap })
    }

    /// Reads records in full and puts them into their cases. Of those that the answers lack, the deleted list is the
    /// proof, or a read of that very record.
    async fn read_records(
        &self,
        ids: Vec<CrmId>,
        (listed, deleted): (&Listing<'_>, &Table<&str, ()>),
        ways: &Ways,
        gathered: &mut Gathered,
        book: &Book,
    ) -> Result<Option<bool>> {
        let profile = &self.activation.crm;
        let context = CrmContext {
            user: &profile.user,
            own: &profile.own,
            limits: profile.limits,
            exclusive_end: book.state.exclusive_ends(),
            listed: true,
            marks: profile.marks,
        };
        let reader = Reader { io: self.io, context };
        let had_guests = |id: &&CrmId| {
            let link = ways.get(id).and_then(|id| gathered.cases.get(id)).and_then(|case| case.link.as_ref());
            link.is_some_and(Link::had_guests)
        };
        let had_guests: Vec<CrmId> = ids.iter().filter(had_guests).cloned().listed();
        let contents = reader.read(ids, &had_guests).await?;
        let mut sights = contents.sights;
        // Not all answers are of one age: what a list shows newer is still to come.
        let older = |sight: &&CrmSight| listed.get(&sight.id).is_some_and(|listed| sight.modified < *listed);
        gathered.deferred.other += sights.iter().filter(older).count();
        let mut asked = 0;
        // Deletions that are kept wait behind the others: every full read lacks them anew.
        let kept = |id: &CrmId| {
            let case = ways.get(id).and_then(|case| gathered.cases.get(case));
            case.and_then(|case| case.link.as_ref()).is_some_and(|link| link.kept)
        };
        let (kept, open): (Vec<_>, Vec<_>) =
            contents.missing.into_iter().map(|id| (kept(&id), id)).partition(|(kept, _)| *kept);
        for (kept, id) in open.into_iter().chain(kept) {
            if deleted.contains(&id) || !Device::Proof.on() {
                sights.push(read_crm::gone(id));
            } else if asked == self.max {
                gathered.deferred.on_google += usize::from(!kept);
            } else {
                asked += 1;
                match read::record(self.io, &id, "Modified_Time").await? {
                    None => sights.push(read_crm::gone(id)),
                    Some(_) => gathered.deferred.other += 1,
                }
            }
        }
        let connection = self.activation.connection();
        let place = |sight: CrmSight| {
            let case = ways.get(&sight.id).cloned();
            (case.unwrap_or_else(|| birth::google_id(connection, &sight.id, 0)), sight)
        };
        let sights: Vec<(GoogleId, CrmSight)> = sights.into_iter().map(place).listed();
        gathered.cases.prepare(sights.iter().map(|(id, _)| id.clone()));
        for (id, sight) in sights {
            gathered.cases.change(id, |case| case.crm_sight = Some(sight));
        }
        Ok(contents.exclusive_ends)
    }
}

/// The series of which instances were delivered, and those of which more than one was.
fn delivered_series(cases: &Cases) -> (Vec<GoogleId>, Vec<GoogleId>) {
    let (mut series, mut touched) = (Vec::<GoogleId>::new(), Vec::<GoogleId>::new());
    // In the order of their ids, the instances of one series stand together.
    for of in cases.values().filter_map(|case| case.sight.as_ref()?.series.as_ref()) {
        if series.last() != Some(of) {
            series.push(of.clone());
        } else if touched.last() != Some(of) {
            touched.push(of.clone());
        }
    }
    (series, touched)
}

fn note_reminders(book: &mut Book, reminders: &[Reminder]) {
    let row = |reminder: &Reminder| (reminder.method.clone(), reminder.minutes);
    book.state.default_reminders = Some(reminders.iter().map(row).listed());
}

/// What waits and is due: parked events whose day is over, events whose question was answered, an all-day event that was
/// left half learnt, events that may have been created, and all that nobody could tell apart as soon as one of them is
/// delivered. What is set apart or asked about and delivered on one side is due on the other as well: what that side told
/// before is not told again.
fn waiting(book: &Book, delivered: &dyn Fn(&GoogleId) -> bool, now_ms: i64) -> Vec<GoogleId> {
    let ambiguous = |row: &Parked| row.code == Parked::AMBIGUOUS;
    let moved = book.parked.iter().any(|(id, row)| ambiguous(row) && delivered(id));
    let due = book
        .parked
        .iter()
        .filter(|(id, row)| row.retry_ms <= now_ms || delivered(id) || (moved && ambiguous(row)));
    let mut due = due.map(|(id, _)| id.clone()).listed();
    for held in &book.held {
        let asked = held.ids.iter().filter(|id| held.answer.is_some() || delivered(id));
        asked.cloned().add_to(&mut due);
    }
    due.extend(book.state.probe.clone());
    book.intents.births.iter().map(|(id, _)| id.clone()).add_to(&mut due);
    due
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
