//! Applies a plan to the CRM, one group of operations at a time. After every group its outcome is settled and the
//! intents of the next are recorded in one patch, so that a kill at any instant loses and doubles nothing.

use super::io::Io;
use super::read;
use crate::api::http::{HttpRequest, HttpResponse, Service};
use crate::api::retry::{ATTEMPTS, Doubt, Problem, printable};
use crate::api::zoho::{self, Meetings};
use crate::error::{Error, Result};
use crate::model::event::{Event, Guest, Guests};
use crate::model::field::{Field, FieldSet};
use crate::model::fingerprint::Fingerprint;
use crate::model::ids::{CrmId, GoogleId};
use crate::model::profile::{AllDayOffset, AllDayTimes};
use crate::model::sight::Meeting;
use crate::model::time::{OffsetChange, When, midnight_utc, offset_at_local};
use crate::sync::commit::Book;
use crate::sync::plan::{Create, Delete, Plan, Update, merged};
use crate::sync::recover;
use crate::sync::report::{Note, Report};
use crate::sync::state::{Activation, Draft, Link, Parked, decode, key};
use crate::wire::mapping::{self, MAX_PARTICIPANTS, Writing};
use crate::wire::zoho::{Entry, EventWrite, Participant, RecordResult};
use crate::wire::zoho_event::{one_day, seconds};
use chrono::{DateTime, NaiveDate};

/// How old an intent must be before the CRM is asked what became of it: a request cut off here may still be under way
/// there.
const SETTLING_MS: i64 = 5_000;

/// The participants that updates write, and the instant since which their records must be unmodified.
#[derive(Default)]
struct Rosters {
    people: Vec<(CrmId, Vec<Participant>)>,
    /// The latest `Modified_Time` among the records: by the CRM's own clock, whatever is written after this read
    /// carries a later time.
    guard: Option<i64>,
}

impl Rosters {
    fn of(&self, id: &CrmId) -> Option<&[Participant]> {
        self.people.iter().find(|(known, _)| known == id).map(|(_, people)| people.as_slice())
    }
}

/// Updates that were not done.
#[derive(Default)]
struct Left {
    /// Their records changed since they were read.
    stale: Vec<Update>,
    /// The request was refused as a whole.
    refused: Vec<Update>,
}

/// What is not done of a group of creates.
struct Group {
    /// Not created.
    again: Vec<Create>,
    /// Perhaps created: their intents are open.
    doubtful: Vec<Create>,
    /// Why, the gravest reason first.
    trouble: Option<Problem>,
}

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
        }
    }

    /// Applies the plan.
    pub(crate) async fn apply(&mut self, plan: Plan) -> Result<()> {
        self.total = plan.entries();
        self.io.progress(0, self.total);
        let Plan { deletes, mut updates, mut creates, .. } = plan;
        let days = creates.iter().map(|op| &op.event).chain(updates.iter().map(|op| &op.event));
        let span = days.filter(|event| is_all_day(event)).fold(None, widest);
        if let Some(span) = span {
            self.load_zone(span).await?;
        }
        self.delete(deletes).await?;
        // A day on which both offsets are the same teaches only half: then there is a second event to learn from.
        for _ in 0..2 {
            if let Some(index) =
                updates.iter().position(|op| op.fields.has(Field::Time) && self.must_learn(&op.draft))
            {
                let probe = updates.remove(index);
                let (id, event) = (probe.id.clone(), probe.event.clone());
                creates.extend(self.update(vec![probe]).await?);
                self.learn_all_day(&id, &event).await?;
            } else if let Some(index) = creates.iter().position(|op| self.must_learn(&op.draft)) {
                let probe = creates.remove(index);
                let (id, event) = (probe.id.clone(), probe.event.clone());
                self.create(vec![probe]).await?;
                self.learn_all_day(&id, &event).await?;
            }
        }
        creates.extend(self.update(updates).await?);
        self.create(creates).await
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

    async fn load_zone(&mut self, (from, to): (i64, i64)) -> Result<()> {
        if self.all_day_times().offset == Some(AllDayOffset::Zero) {
            return Ok(());
        }
        let day = 86_400;
        let zone = self.book.active()?.crm.zone.clone();
        self.zone = self.io.offsets(&zone, (from - day) * 1_000, (to + day) * 1_000).await?;
        Ok(())
    }

    // Deletes

    async fn delete(&mut self, deletes: Vec<Delete>) -> Result<()> {
        let groups: Vec<&[Delete]> = deletes.chunks(zoho::BULK).collect();
        for batch in groups.chunks(Service::Zoho.in_flight()) {
            let entries = batch.iter().map(|group| group.len()).sum();
            if !self.in_time(entries) {
                continue;
            }
            let requests = batch
                .iter()
                .map(|group| zoho::delete(&group.iter().map(|op| &op.link.crm).collect::<Vec<_>>()));
            let answers = self.io.fetch(requests.collect()).await?;
            let mut failed = None;
            for (group, answer) in batch.iter().zip(answers) {
                match answer.and_then(|response| results(&response, group.len())) {
                    Ok(results) => {
                        for (op, result) in group.iter().zip(results) {
                            self.settle_delete(op, &result).await?;
                        }
                    }
                    // A single unknown id is answered for the whole.
                    Err(Problem::Refused(code)) => {
                        for op in *group {
                            self.settle_delete(op, &RecordResult::refused(&code)).await?;
                        }
                    }
                    Err(Problem::Absent) => {
                        for op in *group {
                            self.settle_delete(op, &RecordResult::refused("INVALID_DATA")).await?;
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

    async fn settle_delete(&mut self, op: &Delete, result: &RecordResult) -> Result<()> {
        let gone =
            result.code == "SUCCESS" || read::record(self.io, &op.link.crm, "Modified_Time").await?.is_none();
        if gone {
            self.report.crm.deleted += 1;
            self.count_done(1);
            self.book.unlink(&op.id, &op.link.crm);
        } else {
            self.park(&op.id, &op.link.seen, result);
        }
        Ok(())
    }

    // Updates

    /// Writes changed fields. Records that turn out to be gone are returned as creates: an edit beats a deletion (K4).
    async fn update(&mut self, updates: Vec<Update>) -> Result<Vec<Create>> {
        let (guests, plain): (Vec<_>, Vec<_>) =
            updates.into_iter().partition(|op| op.fields.has(Field::Guests));
        let mut gone = Vec::new();
        for ops in in_groups(plain, zoho::BULK * Service::Zoho.in_flight()) {
            if self.in_time(ops.len()) {
                self.update_group(ops, false, &mut gone).await?;
            }
        }
        for ops in in_groups(guests, zoho::BULK) {
            if self.in_time(ops.len()) {
                self.update_group(ops, true, &mut gone).await?;
            }
        }
        Ok(gone)
    }

    /// Writes one group. What is refused because it changed since it was read is read and merged once more (I14); a
    /// request that is refused as a whole is sent again record by record, so that one bad record blocks no other (I15).
    async fn update_group(&mut self, ops: Vec<Update>, guests: bool, gone: &mut Vec<Create>) -> Result<()> {
        const ROUNDS: usize = 3;
        let mut open = ops;
        for _ in 0..ROUNDS {
            let roster = if guests { self.rosters(&open).await? } else { Rosters::default() };
            let left = self.write_updates(open, &roster, gone).await?;
            if !left.refused.is_empty() {
                self.bulk = 1;
            }
            open = left.stale;
            open.extend(left.refused);
            if open.is_empty() {
                break;
            }
        }
        self.bulk = zoho::BULK;
        self.unapplied += open.len();
        Ok(())
    }

    /// Guests are merged with those whom somebody added in the CRM, so that the list is read first; the write is
    /// refused record by record if it changed since (I17).
    async fn rosters(&self, ops: &[Update]) -> Result<Rosters> {
        let ids: Vec<&CrmId> = ops.iter().map(|op| &op.link.crm).collect();
        let records = read::records(self.io, &ids, "Participants,Modified_Time").await?;
        let guard = records.iter().filter_map(|record| seconds(&record.modified)).max();
        let mut people: Vec<(CrmId, Vec<Participant>)> =
            records.into_iter().map(|record| (record.id, record.participants)).collect();
        for op in ops {
            if let (Some((_, roster)), Guests::Known(guests)) =
                (people.iter_mut().find(|(id, _)| *id == op.link.crm), &op.event.guests)
            {
                let known = &op.link.seen.guests;
                let was_guest = |guest: &Guest| known.contains(&guest.fingerprint());
                *roster = mapping::merged_roster(std::mem::take(roster), guests, was_guest);
            }
        }
        Ok(Rosters { people, guard })
    }

    async fn write_updates(
        &mut self,
        ops: Vec<Update>,
        rosters: &Rosters,
        gone: &mut Vec<Create>,
    ) -> Result<Left> {
        let mut requests = Vec::new();
        for group in ops.chunks(self.bulk) {
            let request = self.update_request(group, rosters);
            requests.push(request.ok_or_else(|| Error::internal("an update could not be encoded"))?);
        }
        let answers = self.io.fetch(requests).await?;
        let mut failed = None;
        let mut left = Left::default();
        for (group, answer) in in_groups(ops, self.bulk).zip(answers) {
            match answer.and_then(|response| results(&response, group.len())) {
                Ok(results) => {
                    for (op, result) in group.into_iter().zip(results) {
                        match result.code.as_str() {
                            "SUCCESS" => self.settle_update(op, &result),
                            "ALREADY_MODIFIED" => left.stale.push(op),
                            _ if read::record(self.io, &op.link.crm, "Modified_Time").await?.is_none() => {
                                gone.push(self.recreate(op));
                            }
                            _ => self.park(&op.id, &op.draft, &result),
                        }
                    }
                }
                Err(Problem::Stale) => left.stale.extend(group),
                Err(Problem::Refused(_)) if group.len() > 1 => left.refused.extend(group),
                Err(Problem::Refused(code)) => {
                    group.iter().for_each(|op| self.park(&op.id, &op.draft, &RecordResult::refused(&code)))
                }
                Err(problem) => failed = Some(problem),
            }
        }
        self.save().await?;
        end_by(failed)?;
        Ok(left)
    }

    fn update_request(&self, group: &[Update], rosters: &Rosters) -> Option<HttpRequest> {
        let records: Vec<EventWrite<'_>> = group
            .iter()
            .map(|op| {
                let mut record = EventWrite::default();
                record.set("id", Entry::text(op.link.crm.as_str()));
                let writing = self.writing(false, rosters.of(&op.link.crm));
                mapping::to_crm(&op.event, op.fields, &writing, &mut record);
                record.set("$send_notification", Entry::Flag(self.notifies()));
                record
            })
            .collect();
        zoho::update(&records, rosters.guard)
    }

    fn settle_update(&mut self, op: Update, result: &RecordResult) {
        self.note_guests(&op.id, &op.event);
        let link = Link {
            unverified: self.must_learn(&op.draft),
            seen: merged(&op.link.seen, op.draft),
            crm_modified: seconds(&result.modified).or(op.link.crm_modified),
            ..op.link
        };
        let crm = link.crm.clone();
        self.report.crm.updated += 1;
        self.count_done(1);
        self.book.link(&op.id, &link, Some(&crm));
    }

    /// The link stays until the new record takes its place: a kill in between forgets nothing.
    fn recreate(&mut self, op: Update) -> Create {
        self.note(&op.id, "recreated", "The meeting had been deleted in the CRM; the event changed in Google since, so it was created again.");
        Create { id: op.id, event: op.event, draft: op.draft, renews: Some(op.link.crm) }
    }

    // Creates

    async fn create(&mut self, creates: Vec<Create>) -> Result<()> {
        let mut open = creates;
        let mut attempt = 0;
        let mut singly = 0;
        while !open.is_empty() {
            self.bulk = if singly > 0 { 1 } else { zoho::BULK };
            let size = open.len().min(self.bulk * Service::Zoho.in_flight());
            singly = usize::saturating_sub(singly, size);
            if !self.in_time(0) {
                self.unapplied += open.len();
                break;
            }
            let rest = open.split_off(size);
            let Group { again, mut doubtful, trouble } = self.create_group(open).await?;
            match &trouble {
                None => attempt = 0,
                // One bad record must not block the others: they are sent one by one.
                Some(Problem::Refused(_)) => singly = again.len(),
                Some(problem) => {
                    attempt += 1;
                    if attempt >= ATTEMPTS || !problem.passes() {
                        return Err(problem.error(Service::Zoho));
                    }
                    self.io.back_off(Service::Zoho, problem, attempt - 1).await?;
                }
            }
            if !doubtful.is_empty() {
                let found = self.recover().await?;
                doubtful.retain(|op| !found.contains(&op.id));
            }
            open = doubtful;
            open.extend(again);
            open.extend(rest);
        }
        // What the last group brought, and that no intent is open any more.
        self.save().await
    }

    /// Creates one group; returns what is not done.
    async fn create_group(&mut self, ops: Vec<Create>) -> Result<Group> {
        let mut requests = Vec::new();
        for group in ops.chunks(self.bulk) {
            let request = self.create_request(group);
            requests.push(request.ok_or_else(|| Error::internal("a record could not be encoded"))?);
        }
        let now = self.io.now_ms();
        self.book.intend(ops.iter().map(|op| (op.id.clone(), op.draft.clone())), now);
        self.save().await?;
        let answers = self.io.once(requests).await?;

        let mut again = Vec::new();
        let mut doubtful = Vec::new();
        let mut trouble = None;
        for (group, answer) in in_groups(ops, self.bulk).zip(answers) {
            match answer.and_then(|response| created(&response, group.len())) {
                Ok(results) => {
                    for (op, result) in group.into_iter().zip(results) {
                        self.settle_create(op, &result);
                    }
                }
                Err(Problem::Refused(code)) if group.len() == 1 => {
                    group.iter().for_each(|op| self.park(&op.id, &op.draft, &RecordResult::refused(&code)));
                }
                Err(problem) => {
                    let unsure = matches!(problem, Problem::Unsure(_));
                    if !unsure {
                        self.withdraw(&group);
                    }
                    if unsure { &mut doubtful } else { &mut again }.extend(group);
                    trouble = Some(problem.or_graver(trouble));
                }
            }
        }
        if trouble.is_some() {
            self.save().await?;
        }
        Ok(Group { again, doubtful, trouble })
    }

    fn withdraw(&mut self, ops: &[Create]) {
        for op in ops {
            self.book.withdraw(&op.id);
        }
    }

    fn create_request(&self, group: &[Create]) -> Option<HttpRequest> {
        let defaults = self.book.active().ok()?.crm.defaults.as_slice();
        let writing = self.writing(true, None);
        let records: Vec<EventWrite<'_>> = group
            .iter()
            .map(|op| {
                let mut record = EventWrite::default();
                mapping::to_crm(&op.event, FieldSet::all(), &writing, &mut record);
                for (name, value) in defaults {
                    record.set(name, Entry::text(value));
                }
                record.set("$send_notification", Entry::Flag(self.notifies()));
                record
            })
            .collect();
        zoho::insert(&records)
    }

    fn settle_create(&mut self, op: Create, result: &RecordResult) {
        match (result.code.as_str(), result.id.as_deref().map(CrmId::new)) {
            ("SUCCESS", Some(crm)) => {
                self.note_guests(&op.id, &op.event);
                self.report.crm.created += 1;
                self.count_done(1);
                self.book_link(&op.id, crm, op.draft, seconds(&result.modified), op.renews.as_ref());
            }
            _ => self.park(&op.id, &op.draft, result),
        }
    }

    fn book_link(
        &mut self,
        id: &GoogleId,
        crm: CrmId,
        seen: Draft,
        modified: Option<i64>,
        renews: Option<&CrmId>,
    ) {
        let unverified = self.must_learn(&seen);
        let connection = self.connection;
        self.book.link(id, &Link { crm, connection, seen, crm_modified: modified, unverified }, renews);
    }

    /// Finds out what became of creates whose answers were lost, and links those that happened. The others did not
    /// happen: their intents are withdrawn.
    pub(crate) async fn recover(&mut self) -> Result<Vec<GoogleId>> {
        let now = self.io.now_ms();
        let Some((from, to, created_since)) = recover::question(&self.book.intents, now) else {
            return Ok(Vec::new());
        };
        self.io.wait_until(self.book.intents.at_ms.min(now) + SETTLING_MS).await?;
        let owner = self.book.active()?.crm.user.clone();
        let which = Meetings::StartingOrCreated { from, to, created_since };
        let meetings = unlinked(self.io, read::meetings(self.io, &owner, &which).await?).await?;
        let found = recover::recover(&self.book.intents, meetings, now);
        let mut intents = std::mem::take(&mut self.book.intents.creates);
        let mut linked = Vec::new();
        for (id, meeting) in found {
            if let Some(index) = intents.iter().position(|(known, _)| *known == id) {
                let (_, draft) = intents.swap_remove(index);
                self.book_link(&id, meeting.id, draft, meeting.modified, None);
                self.report.crm.created += 1;
                self.count_done(1);
                linked.push(id);
            }
        }
        self.save().await?;
        Ok(linked)
    }

    /// Learns how the CRM takes all-day times, by an event that was just written: it is made to last one day, read back,
    /// and given its own extent again. One day leaves nothing open: an end on the next midnight can only be exclusive,
    /// and the printed offset tells which one the dates are taken at.
    async fn learn_all_day(&mut self, id: &GoogleId, event: &Event) -> Result<()> {
        let When::AllDay { first, .. } = event.when else { return Ok(()) };
        let row = key::link(id);
        let stored = self.io.load(vec![row.clone()]).await?;
        let Some(mut link) = stored.get(&row).and_then(|text| decode::<Link>(text)) else { return Ok(()) };
        let day = Event::blank(When::all_day(first, first));
        let mut learnt = None;
        for offset in [AllDayOffset::Zero, AllDayOffset::UserZone] {
            self.guess = Some(AllDayTimes { offset: Some(offset), exclusive_end: false });
            let fields = "Start_DateTime,End_DateTime,All_day";
            let echo = match self.rewrite_time(&link.crm, &day).await? {
                true => read::record(self.io, &link.crm, fields).await?,
                false => None,
            };
            let Some(echo) = echo else { break };
            let matters = self.offset_matters(first);
            learnt = one_day(&echo, first)
                .filter(|(at_zero, _)| !matters || *at_zero == (offset == AllDayOffset::Zero))
                .map(|(_, exclusive_end)| AllDayTimes { offset: matters.then_some(offset), exclusive_end });
            if learnt.is_some() {
                break;
            }
        }
        self.guess = learnt;
        link.unverified = !self.rewrite_time(&link.crm, event).await? || learnt.is_none();
        self.guess = None;
        match learnt {
            Some(_) => self.book.state.all_day = learnt,
            None => self.note(
                id,
                "all-day-unclear",
                "The CRM does not show this all-day event as it was written; it is tried again.",
            ),
        }
        self.book.link(id, &link, Some(&link.crm));
        self.save().await
    }

    /// Writes the time of one record; says whether the CRM took it.
    async fn rewrite_time(&self, crm: &CrmId, event: &Event) -> Result<bool> {
        let mut record = EventWrite::default();
        record.set("id", Entry::text(crm.as_str()));
        mapping::to_crm(event, FieldSet::NONE.with(Field::Time), &self.writing(false, None), &mut record);
        record.set("$send_notification", Entry::Flag(self.notifies()));
        let request =
            zoho::update(&[record], None).ok_or_else(|| Error::internal("an update could not be encoded"))?;
        let response = self.io.fetch_one(request).await?;
        Ok(results(&response, 1).is_ok_and(|results| results.iter().all(|result| result.code == "SUCCESS")))
    }

    // Shared

    fn all_day_times(&self) -> AllDayTimes {
        self.guess.or(self.book.state.all_day).unwrap_or(AllDayTimes::ASSUMED)
    }

    /// Whether it is not known yet how the CRM takes the times of an event.
    fn must_learn(&self, draft: &Draft) -> bool {
        let day = |seconds: i64| DateTime::from_timestamp(seconds, 0).unwrap_or_default().date_naive();
        let matters = || self.offset_matters(day(draft.start)) || self.offset_matters(day(draft.end - 1));
        match self.book.state.all_day {
            None => draft.all_day,
            Some(times) => draft.all_day && times.offset.is_none() && matters(),
        }
    }

    /// Whether the two offsets differ on a day: not where the user's zone is at UTC.
    fn offset_matters(&self, day: NaiveDate) -> bool {
        self.zone.is_empty() || offset_at_local(&self.zone, midnight_utc(day)) != 0
    }

    fn writing<'w>(&'w self, creating: bool, roster: Option<&'w [Participant]>) -> Writing<'w> {
        Writing { all_day: self.all_day_times(), zone: &self.zone, creating, roster }
    }

    fn notifies(&self) -> bool {
        self.book.active().is_ok_and(|activation| activation.settings.notify_guests)
    }

    fn park(&mut self, id: &GoogleId, draft: &Draft, result: &RecordResult) {
        self.count_done(1);
        let code = printable(&result.code);
        let message = match result.field.as_str() {
            "" => format!("The CRM refuses this event ({code})."),
            field => format!("The CRM refuses this event: {code} in the field {}.", printable(field)),
        };
        self.book.park(id, Parked::new(&code, message, draft.etag.clone(), self.io.now_ms()));
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

/// Meetings that no link leads to. A way back counts as long as the link at its end leads here too, or cannot be read:
/// after a change of accounts and back there may be older ones.
pub(crate) async fn unlinked(io: &Io, meetings: Vec<Meeting>) -> Result<Vec<Meeting>> {
    let ways = io.load(meetings.iter().map(|meeting| key::reverse(&meeting.id)).collect()).await?;
    let google =
        |meeting: &Meeting| ways.get(&key::reverse(&meeting.id)).and_then(|text| decode::<GoogleId>(text));
    let links = io.load(meetings.iter().filter_map(google).map(|id| key::link(&id)).collect()).await?;
    let linked = |meeting: &Meeting| {
        google(meeting).is_some_and(|id| match links.get(&key::link(&id)) {
            Some(text) => decode::<Link>(text).is_none_or(|link| link.crm == meeting.id),
            None => false,
        })
    };
    Ok(meetings.into_iter().filter(|meeting| !linked(meeting)).collect())
}

/// One result per record; an answer that lacks some leaves all in doubt.
fn results(response: &HttpResponse, count: usize) -> std::result::Result<Vec<RecordResult>, Problem> {
    RecordResult::parse(&response.body)
        .filter(|results| results.len() == count)
        .ok_or(Problem::Unsure(Doubt::BadResponse))
}

/// The results of an insert; a success without an id leaves all in doubt.
fn created(response: &HttpResponse, count: usize) -> std::result::Result<Vec<RecordResult>, Problem> {
    let results = results(response, count)?;
    match results.iter().any(|result| result.code == "SUCCESS" && result.id.is_none()) {
        true => Err(Problem::Unsure(Doubt::BadResponse)),
        false => Ok(results),
    }
}

fn end_by(problem: Option<Problem>) -> Result<()> {
    problem.map_or(Ok(()), |problem| Err(problem.error(Service::Zoho)))
}

fn is_all_day(event: &Event) -> bool {
    matches!(event.when, When::AllDay { .. })
}

fn widest(span: Option<(i64, i64)>, event: &Event) -> Option<(i64, i64)> {
    let (start, end) = (event.when.start_seconds(), event.when.end_seconds());
    let (from, to) = span.unwrap_or((start, end));
    Some((from.min(start), to.max(end)))
}

/// The items in groups of at most `size`, in order.
fn in_groups<T>(items: Vec<T>, size: usize) -> impl Iterator<Item = Vec<T>> {
    let mut items = items.into_iter();
    std::iter::from_fn(move || {
        let group: Vec<T> = items.by_ref().take(size).collect();
        (!group.is_empty()).then_some(group)
    })
}
