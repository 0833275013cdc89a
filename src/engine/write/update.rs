//! Updates: changed fields only, in groups; guests are merged with those whom somebody added in the CRM.

use super::journal::version;
use super::{Writer, end_by, in_groups, results};
use crate::api::http::{HttpRequest, Service};
use crate::api::retry::Problem;
use crate::api::zoho;
use crate::devices::Device;
use crate::engine::read;
use crate::error::{Error, Result};
use crate::model::event::Guests;
use crate::model::field::Field;
use crate::model::ids::CrmId;
use crate::model::list::Listed;
use crate::sync::people::take;
use crate::sync::plan::{CrmCreate as Create, CrmUpdate as Update};
use crate::sync::side::Side;
use crate::sync::undo::Reason;
use crate::wire::mapping::{self, MAX_PARTICIPANTS};
use crate::wire::zoho::{Entry, EventWrite, Participant, RecordResult};
use crate::wire::zoho_event::seconds;

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
    stale: Vec<Box<Update>>,
    /// The request was refused as a whole.
    refused: Vec<Box<Update>>,
}

impl Writer<'_> {
    /// Writes changed fields. Records that turn out to be gone are returned as creates: an edit beats a deletion (K4).
    pub(super) async fn update(&mut self, mut updates: Vec<Box<Update>>) -> Result<Vec<Box<Create>>> {
        self.read_before(&mut updates).await?;
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

    /// Finds out what the writes are going to replace.
    pub(super) async fn read_before(&self, updates: &mut [Box<Update>]) -> Result<()> {
        let unread = || updates.iter().filter(|op| op.before.is_none());
        let ids = unread().filter_map(|op| self.crm(op)).cloned().listed();
        let guests =
            unread().filter(|op| op.fields.has(Field::Guests)).filter_map(|op| self.links.get(&op.id));
        let had_guests: Vec<CrmId> =
            guests.filter(|link| link.had_guests()).map(|link| link.crm.clone()).listed();
        let mut images = self.crm_images(ids, &had_guests).await?;
        for op in updates.iter_mut().filter(|op| op.before.is_none()) {
            op.before = self.crm(op).and_then(|crm| images.remove(crm));
        }
        Ok(())
    }

    /// Writes one group. What is refused because it changed since it was read is read and merged once more (I14); a
    /// request that is refused as a whole is sent again record by record, so that one bad record blocks no other (I15).
    async fn update_group(
        &mut self,
        ops: Vec<Box<Update>>,
        guests: bool,
        gone: &mut Vec<Box<Create>>,
    ) -> Result<()> {
        const ROUNDS: usize = 3;
        let mut open = if self.two_way { self.known(ops) } else { ops };
        for _ in 0..ROUNDS {
            let roster = if guests { self.rosters(&mut open).await? } else { self.versions(&open) };
            let left = self.write_updates(open, &roster, gone).await?;
            if !left.refused.is_empty() {
                self.bulk = 1;
            }
            open = left.refused;
            if self.two_way {
                // Somebody's edit in the CRM counts as much as the one that is written: both are compared anew.
                left.stale.into_iter().for_each(|op| self.stale(&op.id, None));
            } else {
                open.extend(left.stale);
            }
            if open.is_empty() {
                break;
            }
        }
        self.bulk = zoho::BULK;
        self.unapplied += open.len();
        Ok(())
    }

    /// Updates whose records were seen at a known version; the others are compared again first.
    fn known(&mut self, ops: Vec<Box<Update>>) -> Vec<Box<Update>> {
        let version = |op: &Update| self.links.get(&op.id).and_then(|link| link.crm_modified);
        let (known, unknown): (Vec<_>, Vec<_>) = ops.into_iter().partition(|op| version(op).is_some());
        unknown.into_iter().for_each(|op| self.stale(&op.id, None));
        known
    }

    fn crm(&self, op: &Update) -> Option<&CrmId> {
        self.links.get(&op.id).map(|link| &link.crm)
    }

    /// Guests are merged with those whom somebody added in the CRM, so that the list is read first; the write is
    /// refused record by record if it changed since (I17).
    async fn rosters(&mut self, ops: &mut Vec<Box<Update>>) -> Result<Rosters> {
        let ids: Vec<&CrmId> = ops.iter().filter_map(|op| self.crm(op)).listed();
        const FIELDS: &str = "Participants,Modified_Time";
        let mut records = Vec::new();
        for mut record in read::records(self.io, &ids, FIELDS).await? {
            if record.participants.is_none() {
                let Some(whole) = read::record(self.io, &record.id, FIELDS).await? else { continue };
                record = whole;
            }
            records.push(record);
        }
        if self.two_way {
            let modified = |op: &Update| {
                let record = records.iter().find(|record| Some(&record.id) == self.crm(op));
                record.map(|record| seconds(&record.modified))
            };
            let seen = |op: &Update| self.links.get(&op.id).and_then(|link| link.crm_modified);
            let (moved, unmoved): (Vec<_>, Vec<_>) = std::mem::take(ops)
                .into_iter()
                .partition(|op| modified(op).is_some_and(|modified| modified != seen(op)));
            moved.into_iter().for_each(|op| self.stale(&op.id, None));
            *ops = unmoved;
        }
        let guard = records.iter().filter_map(|record| seconds(&record.modified)).max();
        let mut people: Vec<(CrmId, Vec<Participant>)> =
            records.into_iter().map(|record| (record.id, record.participants.unwrap_or_default())).listed();
        let mut strangers = Vec::new();
        for op in ops.iter() {
            let Some(link) = self.links.get(&op.id) else { continue };
            if let (Some((_, roster)), Guests::Known(guests)) =
                (people.iter_mut().find(|(id, _)| *id == link.crm), &op.event.guests)
            {
                let known = &link.seen.guests;
                *roster = mapping::kept(std::mem::take(roster), guests, |guest| {
                    known.contains(&guest.fingerprint())
                });
                let room = MAX_PARTICIPANTS.saturating_sub(roster.len());
                let new = mapping::newcomers(roster, guests).take(room);
                take(&mut self.directory.people, new, &mut strangers);
            }
        }
        self.meet(strangers).await?;
        for op in ops {
            if let Some((_, roster)) = people.iter_mut().find(|(id, _)| self.crm(op) == Some(id)) {
                mapping::invite(roster, op.event.known_guests(), &self.directory.people);
            }
        }
        Ok(Rosters { people, guard })
    }

    /// Without guests: the versions at which the records were compared are the guard.
    fn versions(&self, ops: &[Box<Update>]) -> Rosters {
        let seen = |op: &Update| self.links.get(&op.id).and_then(|link| link.crm_modified);
        let guard = ops.iter().filter_map(|op| seen(op)).max().filter(|_| self.two_way);
        Rosters { people: Vec::new(), guard }
    }

    async fn write_updates(
        &mut self,
        ops: Vec<Box<Update>>,
        rosters: &Rosters,
        gone: &mut Vec<Box<Create>>,
    ) -> Result<Left> {
        let mut requests = Vec::new();
        for group in ops.chunks(self.bulk) {
            let request = self.update_request(group, rosters);
            requests.push(request.ok_or_else(|| Error::internal("an update could not be encoded"))?);
        }
        if self.two_way && self.asked_for.is_none() {
            let written = ops.iter().map(|op| (op.id.clone(), Side::Crm, op.draft.google.part(op.fields)));
            self.book.intend_updates(written);
            self.book.intend_losses(ops.iter().flat_map(|op| &op.lost));
            self.save().await?;
        }
        let answers = self.io.fetch(requests).await?;
        let mut failed = None;
        let mut left = Left::default();
        for (group, answer) in in_groups(ops, self.bulk).zip(answers) {
            match answer.and_then(|response| results(&response, group.len())) {
                Ok(results) => {
                    for (op, result) in group.into_iter().zip(results) {
                        match result.code.as_str() {
                            "SUCCESS" => {
                                let roster = self.crm(&op).and_then(|crm| rosters.of(crm));
                                self.settle_update(op, &result, roster);
                            }
                            "ALREADY_MODIFIED" => left.stale.push(op),
                            _ if self.names_nobody(&result, op.event.known_guests()) => left.stale.push(op),
                            _ if self.is_gone(&op).await? => match self.asked_for {
                                Some(_) => self.leave(&op.id, Reason::Gone),
                                None => gone.push(self.recreate(op)),
                            },
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

    async fn is_gone(&self, op: &Update) -> Result<bool> {
        match self.crm(op) {
            Some(crm) => Ok(read::record(self.io, crm, "Modified_Time").await?.is_none()),
            None => Ok(false),
        }
    }

    fn update_request(&self, group: &[Box<Update>], rosters: &Rosters) -> Option<HttpRequest> {
        let mut records: Vec<EventWrite<'_>> = Vec::new();
        for op in group {
            let crm = self.crm(op)?;
            let mut record = EventWrite::default();
            record.set("id", Entry::text(crm.as_str()));
            let writing = self.writing(false, rosters.of(crm));
            mapping::to_crm(&op.event, op.fields, &writing, &mut record);
            record.set("$send_notification", Entry::Flag(self.notifies()));
            records.push(record);
        }
        zoho::update(&records, rosters.guard)
    }

    fn settle_update(&mut self, op: Box<Update>, result: &RecordResult, roster: Option<&[Participant]>) {
        self.note_guests(&op.id, &op.event);
        let unverified = self.must_learn(&op.draft);
        let Some(link) = self.links.get_mut(&op.id) else { return };
        let before = link.shown.as_ref().map(|shown| shown.guests.clone()).unwrap_or_default();
        if Device::EchoRule.on()
            && let Some(shown) = &mut link.shown
        {
            let mut written = op.draft.shown();
            if let Some(roster) = roster {
                let own = self.book.activation.as_ref().map_or(&[][..], |active| &active.crm.own);
                let guests = roster.iter().filter_map(Participant::guest);
                written.note_guests(guests.filter(|guest| !own.contains(&guest.email)));
            }
            shown.update(&written.cut_guests(MAX_PARTICIPANTS), op.fields);
        }
        if op.fields.has(Field::Time) {
            link.unverified = unverified;
            if unverified {
                self.book.state.probe = Some(op.id.clone());
            }
        }
        link.seen.update(op.draft.clone(), op.settles);
        link.crm_modified = seconds(&result.modified).or(link.crm_modified);
        let link = link.clone();
        let values = (op.before.as_deref(), &*op.event);
        self.journal_update(Side::Crm, (&op.id, &link.crm), values, op.fields, version(link.crm_modified));
        self.report.crm.updated += 1;
        self.count_done(1);
        self.wrote(&op.id, &link.crm, before);
        self.relink(&op.id, &link);
    }

    /// The link stays until the new record takes its place: a kill in between forgets nothing.
    fn recreate(&mut self, op: Box<Update>) -> Box<Create> {
        self.note(&op.id, "recreated", "The meeting had been deleted in the CRM; the event changed in Google since, so it was created again.");
        let renews = self.crm(&op).cloned();
        Box::new(Create { id: op.id, event: op.event, draft: op.draft, renews })
    }
}
