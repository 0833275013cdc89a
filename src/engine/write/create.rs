//! Creates: intents before, links after, and what became of those whose answers were lost (K2).

use super::journal::version;
use super::{SETTLING_MS, Stale, Writer, in_groups, results, unlinked};
use crate::api::http::{HttpRequest, HttpResponse, Service};
use crate::api::retry::{ATTEMPTS, Doubt, Problem};
use crate::api::zoho::{self, Meetings};
use crate::engine::read;
use crate::error::{Error, Result};
use crate::model::field::FieldSet;
use crate::model::ids::{CrmId, GoogleId};
use crate::model::list::Listed;
use crate::sync::people::strangers;
use crate::sync::plan::CrmCreate as Create;
use crate::sync::recover;
use crate::sync::side::Side;
use crate::sync::state::{Draft, Link};
use crate::wire::mapping::{self, MAX_PARTICIPANTS};
use crate::wire::zoho::{Entry, EventWrite, MARK, RecordResult};
use crate::wire::zoho_event::{meeting, seconds};

/// What a single-line field of the CRM holds (Zoho CRM API v8, field types); few ids of Google are longer.
const MARK_LENGTH: usize = 255;

/// What is not done of a group of creates.
struct Group {
    /// Not created.
    again: Vec<Box<Create>>,
    /// Perhaps created: their intents are open.
    doubtful: Vec<Box<Create>>,
    /// Why, the gravest reason first.
    trouble: Option<Problem>,
}

impl Writer<'_> {
    pub(super) async fn create(&mut self, creates: Vec<Box<Create>>) -> Result<()> {
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
            let guests = strangers(&mut self.directory.people, &open, &rest, zoho::ADDRESSES);
            self.meet(guests).await?;
            let Group { again, mut doubtful, trouble } = self.create_group(open).await?;
            match &trouble {
                None => attempt = 0,
                // One bad record must not block the others: they are sent one by one.
                Some(Problem::Refused(_)) => singly = again.len(),
                Some(problem) => {
                    attempt += 1;
                    let ends = attempt >= ATTEMPTS || !problem.passes();
                    if ends || !self.io.back_off(problem, attempt - 1).await? {
                        return Err(problem.error(Service::Zoho));
                    }
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
    async fn create_group(&mut self, ops: Vec<Box<Create>>) -> Result<Group> {
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
                        self.settle_create(op, &result).into_iter().add_to(&mut again);
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

    fn withdraw(&mut self, ops: &[Box<Create>]) {
        for op in ops {
            self.book.withdraw(&op.id);
        }
    }

    fn create_request(&self, group: &[Box<Create>]) -> Option<HttpRequest> {
        let crm = &self.book.active().ok()?.crm;
        let writing = self.writing(true, None);
        let records: Vec<EventWrite<'_>> = group
            .iter()
            .map(|op| {
                let mut record = EventWrite::default();
                mapping::to_crm(&op.event, FieldSet::all(), &writing, &mut record);
                for (name, value) in &crm.defaults {
                    record.set(name, Entry::text(value));
                }
                // A record in the recycle bin may still hold the value.
                if crm.marks && op.renews.is_none() && op.id.as_str().len() <= MARK_LENGTH {
                    record.set(MARK, Entry::text(op.id.as_str()));
                }
                record.set("$send_notification", Entry::Flag(self.notifies()));
                record
            })
            .listed();
        zoho::insert(&records)
    }

    /// Returned is what is to be sent once more.
    fn settle_create(&mut self, op: Box<Create>, result: &RecordResult) -> Option<Box<Create>> {
        match (result.code.as_str(), result.id.as_deref().map(CrmId::new)) {
            ("SUCCESS", Some(crm)) => {
                self.note_guests(&op.id, &op.event);
                self.report.crm.created += 1;
                self.count_done(1);
                let modified = seconds(&result.modified);
                let renews = op.renews.is_some();
                self.journal_create(Side::Crm, (&op.id, &crm), &op.event, renews, version(modified));
                self.book.newborn.push((crm.clone(), op.id.clone()));
                self.book_link(&op.id, crm, op.draft, modified, op.renews.as_ref());
            }
            _ if self.names_nobody(result, op.event.known_guests()) => {
                self.book.withdraw(&op.id);
                return Some(op);
            }
            // The CRM names the record that has the mark: an earlier create, whose answer was lost.
            ("DUPLICATE_DATA", Some(crm)) if result.field == MARK => {
                let link = Link::unknown(crm.clone(), self.connection);
                self.book.link(&op.id, &link, None);
                self.stale.push(Stale { id: op.id, link: Some(link), crm: Some(crm) });
            }
            _ => self.park(&op.id, &op.draft, result),
        }
        None
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
        if unverified {
            self.book.state.probe = Some(id.clone());
        }
        let connection = self.connection;
        let shown = self.two_way.then(|| seen.shown().cut_guests(MAX_PARTICIPANTS));
        self.wrote(id, &crm, Vec::new());
        // Restored of an event that is gone in Google: it has no version there, and stays as long as nobody edits it.
        let kept = seen.etag.as_str().is_empty() && renews.is_some_and(|_| !self.links.contains(id));
        let link = Link { crm, connection, seen, shown, crm_modified: modified, unverified, kept };
        self.book.link(id, &link, renews);
        if self.two_way {
            self.links.insert(id.clone(), Box::new(link));
        }
    }

    /// Finds out what became of creates whose answers were lost, and links those that happened. The others did not
    /// happen: their intents are withdrawn.
    pub(crate) async fn recover(&mut self) -> Result<Vec<GoogleId>> {
        let now = self.io.now_ms();
        if let Some(at) = self.book.intents.contacts_ms.take() {
            self.io.wait_until(at.min(now) + SETTLING_MS).await?;
        }
        let Some((from, to, created_since)) = recover::question(&self.book.intents, now) else {
            return Ok(Vec::new());
        };
        self.io.wait_until(self.book.intents.at_ms.min(now) + SETTLING_MS).await?;
        let crm = self.book.active()?.crm.clone();
        let which = Meetings::StartingOrCreated { from, to, created_since };
        let meetings = read::meetings(self.io, &crm, &which).await?;
        let mut meetings = unlinked(self.io, meetings.into_iter().map(meeting).listed()).await?;
        // What the user was asked about was there before, however alike it is.
        meetings.retain(|meeting| !self.book.held.iter().any(|held| held.crm.contains(&meeting.id)));
        let found = recover::recover(&self.book.intents, meetings, now);
        let mut intents = std::mem::take(&mut self.book.intents.creates);
        let mut linked = Vec::new();
        for (id, meeting) in found {
            if let Some(index) = intents.iter().position(|(known, _)| *known == id) {
                let (_, draft) = intents.swap_remove(index);
                self.journal_found(&id, &meeting.id, &meeting.title, version(meeting.modified));
                self.book.newborn.push((meeting.id.clone(), id.clone()));
                self.book_link(&id, meeting.id, draft, meeting.modified, None);
                self.report.crm.created += 1;
                self.count_done(1);
                linked.push(id);
            }
        }
        self.save().await?;
        Ok(linked)
    }
}

/// The results of an insert; a success without an id, or a result without a code, leaves all in doubt.
pub(super) fn created(
    response: &HttpResponse,
    count: usize,
) -> std::result::Result<Vec<RecordResult>, Problem> {
    let results = results(response, count)?;
    let unclear = |result: &RecordResult| match result.code.as_str() {
        "SUCCESS" => result.id.is_none(),
        code => code.is_empty(),
    };
    match results.iter().any(unclear) {
        true => Err(Problem::Unsure(Doubt::BadResponse)),
        false => Ok(results),
    }
}
