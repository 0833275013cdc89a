//! Updates: changed fields only, in groups; guests are merged with those whom somebody added in the CRM.

use super::{Writer, end_by, in_groups, results};
use crate::api::http::{HttpRequest, Service};
use crate::api::retry::Problem;
use crate::api::zoho;
use crate::engine::read;
use crate::error::{Error, Result};
use crate::model::event::{Guest, Guests};
use crate::model::field::Field;
use crate::model::ids::CrmId;
use crate::sync::plan::{Create, Update, merged};
use crate::sync::state::Link;
use crate::wire::mapping;
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
    stale: Vec<Update>,
    /// The request was refused as a whole.
    refused: Vec<Update>,
}

impl Writer<'_> {
    /// Writes changed fields. Records that turn out to be gone are returned as creates: an edit beats a deletion (K4).
    pub(super) async fn update(&mut self, updates: Vec<Update>) -> Result<Vec<Create>> {
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
        const FIELDS: &str = "Participants,Modified_Time";
        let mut people: Vec<(CrmId, Vec<Participant>)> = Vec::new();
        let mut guard = None;
        for mut record in read::records(self.io, &ids, FIELDS).await? {
            if record.participants.is_none() {
                let Some(whole) = read::record(self.io, &record.id, FIELDS).await? else { continue };
                record = whole;
            }
            guard = guard.max(seconds(&record.modified));
            people.push((record.id, record.participants.unwrap_or_default()));
        }
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
}
