//! Applies a plan to both services, one group of operations at a time. After every group its outcome is settled and the
//! intents of the next are recorded in one patch, so that a kill at any instant loses and doubles nothing.

mod all_day;
mod create;
mod create_google;
mod echo;
mod google;
mod journal;
mod people;
mod preview;
mod send;
mod twins;
mod update;

use self::all_day::{is_all_day, widest};
use self::journal::{Images, reads_before};
use self::people::Directory;
use super::io::Io;
use super::read;
use crate::api::http::{HttpResponse, Service};
use crate::api::retry::{Doubt, Problem, printable};
use crate::api::zoho;
use crate::error::Result;
use crate::model::event::{Event, Guests};
use crate::model::field::Field;
use crate::model::fingerprint::Fingerprint;
use crate::model::ids::{CrmId, GoogleId};
use crate::model::list::Listed;
use crate::model::profile::AllDayTimes;
use crate::model::settings::Direction;
use crate::model::sight::Meeting;
use crate::model::table::Table;
use crate::model::time::OffsetChange;
use crate::sync::commit::Book;
use crate::sync::observe::Admission;
use crate::sync::plan::{CrmCreate, CrmUpdate, Delete, Links, Plan};
use crate::sync::report::{Note, Report};
use crate::sync::side::Side;
use crate::sync::state::{Activation, Draft, Link, Parked, decode, key};
use crate::sync::undo::Reason;
use crate::wire::google::Reminder;
use crate::wire::mapping::{MAX_PARTICIPANTS, Writing};
use crate::wire::zoho::{Participant, RecordResult};
use crate::wire::zoho_event::seconds;

/// How old an intent must be before the CRM is asked what became of it: a request cut off here may still be under way
/// there.
const SETTLING_MS: i64 = 5_000;

/// The writing half of a cycle.
pub(crate) struct Writer<'a> {
    pub(crate) io: &'a Io,
    pub(crate) book: &'a mut Book,
    pub(crate) report: &'a mut Report,
    pub(crate) deadline_ms: Option<i64>,
    connection: Fingerprint,
    /// How all-day times are written while it is being learnt.
    guess: Option<AllDayTimes>,
    zone: Vec<OffsetChange>,
    done: usize,
    total: usize,
    /// Records per request: fewer while a request that was refused as a whole is taken apart.
    bulk: usize,
    /// Entries that could not be written now and need another cycle.
    pub(crate) unapplied: usize,
    pub(crate) out_of_time: bool,
    /// The links of what is written.
    pub(crate) links: Links,
    /// Those of them that are made with their first write.
    fresh: Table<GoogleId, ()>,
    /// What moved under its write: to be read on both sides and compared again.
    pub(crate) stale: Vec<Stale>,
    /// Second halves of merges, whose first halves are written.
    crm_updates: Vec<Box<CrmUpdate>>,
    /// Records that were written and are to be read back.
    echoes: Vec<Echo>,
    /// When a record was last written.
    written_ms: i64,
    /// Whether the CRM is a source too: its edits must not be overwritten unseen.
    pub(crate) two_way: bool,
    /// How an answer of Google is judged.
    pub(crate) admission: Option<&'a Admission<'a>>,
    pub(crate) default_reminders: Vec<Reminder>,
    /// Whether the host lets requests to Google's batch endpoint through.
    pub(crate) batch: bool,
    directory: Directory,
    /// The rule by which everything is written, where a person asked for it.
    pub(crate) asked_for: Option<&'static str>,
    /// Whether what is about to be replaced is read first.
    reads_before: bool,
    /// Events about which a person answered a question.
    answered: Table<GoogleId, ()>,
    /// Nothing is written: it is only told what would be.
    foresees: bool,
}

/// A record that was written and is to be read back.
struct Echo {
    crm: CrmId,
    id: GoogleId,
    /// Who took part before: whether a write can take people off the list is not documented.
    guests_before: Vec<Fingerprint>,
}

/// What moved under its write, with what leads to its other side.
pub(crate) struct Stale {
    pub(crate) id: GoogleId,
    pub(crate) link: Option<Link>,
    pub(crate) crm: Option<CrmId>,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(
        io: &'a Io,
        book: &'a mut Book,
        report: &'a mut Report,
        deadline_ms: Option<i64>,
    ) -> Self {
        // Without an activation there is nothing to write.
        let connection = book.activation.as_ref().map_or(Fingerprint::of_text(""), Activation::connection);
        let direction = book.activation.as_ref().map(|activation| activation.settings.direction);
        Self {
            io,
            connection,
            guess: None,
            book,
            report,
            deadline_ms,
            zone: Vec::new(),
            done: 0,
            total: 0,
            bulk: zoho::BULK,
            unapplied: 0,
            out_of_time: false,
            links: Links::default(),
            fresh: Table::default(),
            stale: Vec::new(),
            crm_updates: Vec::new(),
            echoes: Vec::new(),
            written_ms: 0,
            two_way: direction == Some(Direction::TwoWay),
            admission: None,
            default_reminders: Vec::new(),
            batch: false,
            directory: Directory::default(),
            asked_for: None,
            reads_before: false,
            answered: Table::default(),
            foresees: false,
        }
    }

    /// Applies the plan.
    pub(crate) async fn apply(&mut self, plan: Plan) -> Result<()> {
        self.total = self.done + plan.entries();
        self.io.progress(self.done, self.total);
        let Plan {
            deletes, google_updates, crm_updates, mut google_creates, crm_creates, links, fresh, ..
        } = plan;
        self.links = links;
        self.fresh = fresh;
        self.reads_before = reads_before(&deletes, &google_updates, &crm_updates);
        self.answered = Table::of(self.book.answered().cloned());
        let (in_crm, in_google) = deletes.into_iter().partition(|op| op.side == Side::Crm);
        self.delete_in_google(in_google).await?;
        self.crm_updates = crm_updates;
        google_creates.extend(self.update_in_google(google_updates).await?);
        let updates = std::mem::take(&mut self.crm_updates);
        self.write_to_crm(in_crm, updates, crm_creates).await?;
        self.create_in_google(google_creates).await
    }

    async fn write_to_crm(
        &mut self,
        deletes: Vec<Delete>,
        mut updates: Vec<Box<CrmUpdate>>,
        mut creates: Vec<Box<CrmCreate>>,
    ) -> Result<()> {
        let days = creates.iter().map(|op| &op.event).chain(updates.iter().map(|op| &op.event));
        let span = days.map(|event| &**event).filter(|event| is_all_day(event)).fold(None, widest);
        if let Some(span) = span {
            self.load_zone(span).await?;
        }
        self.delete(deletes).await?;
        // A day on which both offsets are the same teaches only half: then there is a second event to learn from.
        for _ in 0..2 {
            let times = |op: &CrmUpdate| op.fields.has(Field::Time) && self.must_learn(&op.draft);
            let Some(index) = updates.iter().position(|op| times(op)) else { break };
            let probe = updates.remove(index);
            let (id, event) = (probe.id.clone(), probe.event.clone());
            creates.extend(self.update(vec![probe]).await?);
            self.learn_all_day(&id, &event).await?;
        }
        // Records that turn out to be gone are among the creates from here on.
        creates.extend(self.update(updates).await?);
        for _ in 0..2 {
            let Some(index) = creates.iter().position(|op| self.must_learn(&op.draft)) else { break };
            let probe = creates.remove(index);
            let (id, event) = (probe.id.clone(), probe.event.clone());
            self.create(vec![probe]).await?;
            self.learn_all_day(&id, &event).await?;
        }
        self.create(creates).await?;
        if self.asked_for.is_none() {
            self.yield_to_twins().await?;
        }
        if self.two_way {
            self.read_back().await?;
        }
        self.save().await
    }

    /// Stores a link that was written.
    fn relink(&mut self, id: &GoogleId, link: &Link) {
        let known = self.fresh.remove(id).is_none();
        self.report.linked += u32::from(!known);
        self.book.link(id, link, known.then_some(&link.crm));
    }

    /// Sets an entry aside that moved under its write.
    fn stale(&mut self, id: &GoogleId, crm: Option<CrmId>) {
        let mut link = self.links.remove(id);
        if let Some(link) = &mut link {
            // The plan took it as seen: it is a change still, or else nobody would be told that it was replaced.
            link.forget(Side::Crm, self.book.losses_in_crm(id));
        }
        let crm = crm.or_else(|| link.as_ref().map(|link| link.crm.clone()));
        // A pair that was to be made is made anew.
        let link = link.filter(|_| self.fresh.remove(id).is_none()).map(|link| *link);
        self.stale.push(Stale { id: id.clone(), link, crm });
    }

    /// Remembers that a record was written, to be read back.
    fn wrote(&mut self, id: &GoogleId, crm: &CrmId, guests_before: Vec<Fingerprint>) {
        if self.two_way {
            self.written_ms = self.io.now_ms();
            if !self.echoes.iter().any(|known| known.crm == *crm) {
                self.echoes.push(Echo { crm: crm.clone(), id: id.clone(), guests_before });
            }
        }
    }

    /// Whether another group may begin; otherwise its entries are left for the next cycle.
    fn in_time(&mut self, entries: usize) -> bool {
        let late = self.deadline_ms.is_some_and(|deadline| self.io.now_ms() >= deadline);
        if late {
            self.out_of_time = true;
            self.unapplied += entries;
        }
        !late
    }

    fn count_done(&mut self, entries: usize) {
        self.done += entries;
        self.book.spend(u32::try_from(entries).unwrap_or(u32::MAX));
        self.total = self.total.max(self.done);
        self.io.progress(self.done, self.total);
    }

    async fn save(&mut self) -> Result<()> {
        let patch = self.book.take_patch();
        self.io.save(patch).await
    }

    async fn delete(&mut self, deletes: Vec<Delete>) -> Result<()> {
        let images = self.doomed_records(&deletes).await?;
        let doomed = deletes.into_iter().filter_map(|op| {
            let crm = self.links.get(&op.id)?.crm.clone();
            Some((op.id, crm))
        });
        let doomed: Vec<Doomed> = doomed.listed();
        for ops in in_groups(doomed, zoho::BULK * Service::Zoho.in_flight()) {
            if !self.in_time(ops.len()) {
                continue;
            }
            let ops = if self.two_way { self.unmoved(ops).await? } else { ops };
            let groups: Vec<&[Doomed]> = ops.chunks(zoho::BULK).listed();
            let requests =
                groups.iter().map(|group| zoho::delete(&group.iter().map(|(_, crm)| crm).listed()));
            let answers = self.io.fetch(requests.listed()).await?;
            let mut failed = None;
            for (group, answer) in groups.iter().zip(answers) {
                match answer.and_then(|response| results(&response, group.len())) {
                    Ok(results) => {
                        for (op, result) in group.iter().zip(results) {
                            self.settle_delete(op, &result, &images).await?;
                        }
                    }
                    // A single unknown id is answered for the whole.
                    Err(Problem::Refused(code)) => {
                        for op in *group {
                            self.settle_delete(op, &RecordResult::refused(&code), &images).await?;
                        }
                    }
                    Err(Problem::Absent) => {
                        for op in *group {
                            self.settle_delete(op, &RecordResult::refused("INVALID_DATA"), &images).await?;
                        }
                    }
                    Err(problem) => failed = Some(problem),
                }
            }
            self.save().await?;
            end_by(failed)?;
        }
        Ok(())
    }

    /// Those of which nobody has edited the record meanwhile: a deletion in the CRM has no guard of its own (Zoho CRM
    /// API v8, delete records), so that the records are read once more.
    async fn unmoved(&mut self, ops: Vec<Doomed>) -> Result<Vec<Doomed>> {
        let ids: Vec<&CrmId> = ops.iter().map(|(_, crm)| crm).listed();
        let records = read::records(self.io, &ids, "Modified_Time").await?;
        let versions: Table<CrmId, Option<i64>> =
            records.into_iter().map(|record| (record.id, seconds(&record.modified))).collect();
        let (moved, unmoved): (Vec<_>, Vec<_>) = ops.into_iter().partition(|(id, crm)| {
            let known = self.links.get(id).map(|link| link.crm_modified);
            versions.get(crm).is_some_and(|version| known != Some(*version))
        });
        for (id, crm) in moved {
            self.stale(&id, Some(crm));
        }
        Ok(unmoved)
    }

    async fn settle_delete(
        &mut self,
        (id, crm): &Doomed,
        result: &RecordResult,
        images: &Images<CrmId>,
    ) -> Result<()> {
        let gone = result.code == "SUCCESS" || read::record(self.io, crm, "Modified_Time").await?.is_none();
        if gone {
            self.report.crm.deleted += 1;
            self.count_done(1);
            self.journal_delete(Side::Crm, id, crm, images.get(crm).map(|image| &**image));
            self.forget(id, crm);
        } else if let Some(seen) = self.links.get(id).map(|link| link.seen.clone()) {
            self.park(id, &seen, result);
        }
        Ok(())
    }

    /// One half of a pair was deleted. A create that was taken back keeps its link, so that it is not created again.
    fn forget(&mut self, id: &GoogleId, crm: &CrmId) {
        match self.links.get_mut(id) {
            Some(link) if self.asked_for.is_some() => {
                link.kept = true;
                self.book.link(id, link, Some(crm));
            }
            _ => self.book.unlink(id, crm),
        }
    }

    /// Names what could not be taken back.
    pub(crate) fn leave(&mut self, id: &GoogleId, reason: Reason) {
        let crm = self.links.get(id).map(|link| link.crm.as_str().to_owned());
        self.report.not_restored.push(reason.told(id.as_str(), crm));
    }

    fn writing<'w>(&'w self, creating: bool, roster: Option<&'w [Participant]>) -> Writing<'w> {
        let reminder_times = self.book.activation.as_ref().is_some_and(|active| active.crm.reminder_times);
        Writing {
            all_day: self.all_day_times(),
            zone: &self.zone,
            reminder_times,
            creating,
            roster,
            people: &self.directory.people,
        }
    }

    fn notifies(&self) -> bool {
        self.book.active().is_ok_and(|activation| activation.settings.notify_guests)
    }

    fn park(&mut self, id: &GoogleId, draft: &Draft, result: &RecordResult) {
        self.count_done(1);
        if self.asked_for.is_some() {
            return self.leave(id, Reason::NotAllowed);
        }
        self.book.withdraw_losses(id);
        let code = printable(&result.code);
        let message = match result.field.as_str() {
            "" => format!("The CRM refuses this event ({code})."),
            field => format!("The CRM refuses this event: {code} in the field {}.", printable(field)),
        };
        let mut parked = Parked::new(&code, message, draft.etag.clone(), self.io.now_ms());
        if let Some(link) = self.links.get(id) {
            parked.crm_modified = link.crm_modified;
            parked.crm = Some(link.crm.clone());
        }
        self.book.park(id, parked);
    }

    fn note_guests(&mut self, id: &GoogleId, event: &Event) {
        if let Guests::Known(guests) = &event.guests
            && guests.len() > MAX_PARTICIPANTS
        {
            let left = guests.len() - MAX_PARTICIPANTS;
            self.note(
                id,
                "guests-cut",
                &format!("The CRM takes {MAX_PARTICIPANTS} guests; {left} were left out."),
            );
        }
    }

    fn note(&mut self, id: &GoogleId, code: &str, message: &str) {
        self.report.notes.push(Note {
            code: code.to_owned(),
            google_id: id.as_str().to_owned(),
            message: message.to_owned(),
        });
    }
}

/// A record to delete, and the event whose counterpart it is.
type Doomed = (GoogleId, CrmId);

/// Meetings that no link leads to. A way back counts as long as the link at its end leads here too, or cannot be read:
/// after a change of accounts and back there may be older ones.
pub(crate) async fn unlinked(io: &Io, meetings: Vec<Meeting>) -> Result<Vec<Meeting>> {
    let ways = io.load(meetings.iter().map(|meeting| key::reverse(&meeting.id)).listed()).await?;
    let google =
        |meeting: &Meeting| ways.get(key::reverse(&meeting.id)).and_then(|text| decode::<GoogleId>(text));
    let links = io.load(meetings.iter().filter_map(google).map(|id| key::link(&id)).listed()).await?;
    let linked = |meeting: &Meeting| {
        google(meeting).is_some_and(|id| match links.get(key::link(&id)) {
            Some(text) => decode::<Link>(text).is_none_or(|link| link.crm == meeting.id),
            None => false,
        })
    };
    Ok(meetings.into_iter().filter(|meeting| !linked(meeting)).listed())
}

/// One result per record; an answer that lacks some leaves all in doubt.
fn results(response: &HttpResponse, count: usize) -> std::result::Result<Vec<RecordResult>, Problem> {
    RecordResult::parse(&response.body)
        .filter(|results| results.len() == count)
        .ok_or(Problem::Unsure(Doubt::BadResponse))
}

fn end_by(problem: Option<Problem>) -> Result<()> {
    problem.map_or(Ok(()), |problem| Err(problem.error(Service::Zoho)))
}

/// The items in groups of at most `size`, in order.
fn in_groups<T>(items: Vec<T>, size: usize) -> impl Iterator<Item = Vec<T>> {
    let mut items = items.into_iter();
    std::iter::from_fn(move || {
        let group: Vec<T> = items.by_ref().take(size).listed();
        (!group.is_empty()).then_some(group)
    })
}
