//! Tells the journal what was written, and finds out first what was there before, where the cycle has not read it.

use super::Writer;
use crate::api::google;
use crate::api::http::Service;
use crate::api::retry::Problem;
use crate::api::zoho;
use crate::engine::read_crm::Reader;
use crate::error::Result;
use crate::model::event::Event;
use crate::model::field::{Field, FieldSet};
use crate::model::ids::{CrmId, GoogleId};
use crate::model::list::Listed;
use crate::model::settings::ConflictPolicy;
use crate::model::sight::CrmContent;
use crate::model::table::Table;
use crate::sync::journal::{CREATE, DELETE, FieldChange, Operation, SEEN, UPDATE, rule};
use crate::sync::observe::{InGoogle, Verdict};
use crate::sync::plan::{CrmUpdate, Delete, GoogleUpdate};
use crate::sync::report::Winner;
use crate::sync::side::Side;
use crate::sync::state::Reach;
use crate::wire::zoho_event::CrmContext;

/// The most requests that a cycle makes only to know what was there before: what two hundred records of the CRM take, or
/// a hundred events of Google. A larger cycle is mostly the work of a script or an import, and its requests are few by
/// design: of its writes those can be undone that the cycle had read anyway.
const READS: usize = 2;

/// Whether what is not known of the events about to be replaced is read first.
pub(super) fn reads_before(
    deletes: &[Delete],
    google_updates: &[Box<GoogleUpdate>],
    crm_updates: &[Box<CrmUpdate>],
) -> bool {
    let (mut events, mut records) = (0_usize, 0_usize);
    for op in deletes.iter().filter(|op| op.image().is_none()) {
        match op.side {
            Side::Google => events += 1,
            Side::Crm => records += 1,
        }
    }
    google_updates.iter().for_each(|op| events += usize::from(op.before.is_none()));
    crm_updates.iter().for_each(|op| records += usize::from(op.before.is_none()));
    events.div_ceil(google::BATCH) + records.div_ceil(zoho::BULK) <= READS
}

/// Events by the ids of the side that they were read on.
pub(super) type Images<K> = Table<K, Box<Event>>;

/// What events of Google hold, and which of them are gone.
#[derive(Default)]
pub(super) struct InGoogleBefore {
    pub(super) images: Images<GoogleId>,
    pub(super) gone: Vec<GoogleId>,
}

/// A version of a record as the journal holds it.
pub(crate) fn version(modified: Option<i64>) -> String {
    modified.map(|at| at.to_string()).unwrap_or_default()
}

impl Writer<'_> {
    /// What records hold, in a cycle that writes few.
    pub(super) async fn crm_images(&self, ids: Vec<CrmId>, had_guests: &[CrmId]) -> Result<Images<CrmId>> {
        if ids.is_empty() || !self.reads_before {
            return Ok(Table::default());
        }
        let crm = self.book.active()?.crm.clone();
        let context = CrmContext {
            user: &crm.user,
            own: &crm.own,
            limits: crm.limits,
            exclusive_end: self.book.state.exclusive_ends(),
            listed: true,
            marks: crm.marks,
        };
        let lists_guests = self.book.state.crm_lists_guests.or(Some(true));
        let reader = Reader { io: self.io, context, lists_guests, invited: Vec::new() };
        let read = reader.read(&ids, had_guests).await?;
        let image = |sight: crate::model::sight::CrmSight| match sight.content {
            CrmContent::Ordinary { event, .. } => Some((sight.id, event)),
            _ => None,
        };
        Ok(read.sights.into_iter().filter_map(image).collect())
    }

    /// What events of Google hold, in a cycle that writes few; of private ones what the CRM may know.
    pub(super) async fn google_images(&self, ids: Vec<GoogleId>) -> Result<InGoogleBefore> {
        let mut before = InGoogleBefore::default();
        if ids.is_empty() || !self.reads_before {
            return Ok(before);
        }
        let calendar = self.book.active()?.settings.calendar.clone();
        let answers = self.send(ids.iter().map(|id| google::event(&calendar, id)).listed()).await?;
        for (id, answer) in ids.into_iter().zip(answers) {
            match answer {
                Ok(response) => match self.echo(&id, &response) {
                    Some(InGoogle { event: Some(event), .. }) => before.images.insert(id, event),
                    Some(InGoogle { verdict: Verdict::Deleted, .. }) => before.gone.push(id),
                    Some(_) | None => {}
                },
                Err(Problem::Absent) => before.gone.push(id),
                // A service that asks for time gets it before it is written to.
                Err(problem @ Problem::Slower(_)) => return Err(problem.error(Service::Google)),
                Err(_) => {}
            }
        }
        Ok(before)
    }

    /// What is about to be deleted in the CRM. It may still show what an event said before it became private and was
    /// skipped: of that nothing is kept (I18).
    pub(super) async fn doomed_records(&self, deletes: &[Delete]) -> Result<Images<CrmId>> {
        let link = |op: &Delete| self.links.get(&op.id).filter(|link| link.seen.reach != Reach::Aside);
        let crm = |op: &Delete| link(op).map(|link| link.crm.clone());
        let unread = deletes.iter().filter(|op| op.image().is_none()).filter_map(crm);
        let mut images = self.crm_images(unread.listed(), &[]).await?;
        for op in deletes {
            if let (Some(image), Some(crm)) = (op.image(), crm(op)) {
                images.insert(crm, Box::new(image.clone()));
            }
        }
        Ok(images)
    }

    /// What is about to be deleted in Google.
    pub(super) async fn doomed_events(&self, deletes: &[Delete]) -> Result<InGoogleBefore> {
        let unread = deletes.iter().filter(|op| op.image().is_none()).map(|op| op.id.clone());
        let mut before = self.google_images(unread.listed()).await?;
        for op in deletes {
            if let Some(image) = op.image() {
                before.images.insert(op.id.clone(), Box::new(image.clone()));
            }
        }
        Ok(before)
    }

    fn operation(
        &self,
        side: Side,
        verb: &'static str,
        id: &GoogleId,
        crm: &CrmId,
        version: String,
    ) -> Operation {
        let mut op = Operation::new(side, verb, id.as_str(), version);
        op.crm_id = Some(crm.as_str().to_owned());
        op
    }

    fn mailed(&self, event: &Event) -> u32 {
        if self.notifies() { u32::try_from(event.known_guests().len()).unwrap_or(u32::MAX) } else { 0 }
    }

    pub(super) fn journal_create(
        &mut self,
        side: Side,
        (id, crm): (&GoogleId, &CrmId),
        event: &Event,
        renews: bool,
        version: String,
    ) {
        let mut op = self.operation(side, CREATE, id, crm, version).about(&event.title, Some(&event.when));
        op.rule = self.rule(id, if renews { rule::EDITED } else { rule::NEW });
        op.mailed = self.mailed(event);
        self.book.record(op);
    }

    /// A record of which an earlier cycle had lost sight: only its title is known.
    pub(super) fn journal_found(&mut self, id: &GoogleId, crm: &CrmId, title: &str, version: String) {
        let op = self.operation(Side::Crm, CREATE, id, crm, version).about(title, None);
        self.book.record(op);
    }

    pub(super) fn journal_delete(&mut self, side: Side, id: &GoogleId, crm: &CrmId, image: Option<&Event>) {
        let mut op = self.operation(side, DELETE, id, crm, String::new());
        op.rule = self.rule(id, rule::DELETED);
        op.kept = image.is_some();
        if let Some(event) = image {
            op = op.about(&event.title, Some(&event.when));
            let there = Field::ALL.into_iter().filter(|field| !field.is_blank(event));
            op.fields = there.map(|field| FieldChange::new(field, Some(event), None, op.rule)).listed();
            op.mailed = self.mailed(event);
        }
        self.book.record(op);
    }

    pub(super) fn journal_update(
        &mut self,
        side: Side,
        (id, crm): (&GoogleId, &CrmId),
        (before, after): (Option<&Event>, &Event),
        fields: FieldSet,
        version: String,
    ) {
        let mut op = self.operation(side, UPDATE, id, crm, version).about(&after.title, Some(&after.when));
        let usual = match (self.two_way, side) {
            (false, _) => rule::SOURCE,
            (true, Side::Crm) => rule::GOOGLE,
            (true, Side::Google) => rule::CRM,
        };
        for field in fields.iter() {
            let mut change = FieldChange::new(field, before, Some(after), self.rule(id, usual));
            self.tell_conflict(id, &mut change);
            op.fields.push(change);
        }
        op.rule = op.fields.first().map_or(usual, |change| change.rule);
        op.kept = before.is_some();
        op.mailed = self.mailed(after);
        if *after == after.clone().busy() {
            op.hide();
        }
        self.book.record(op);
    }

    /// Says that a service changed the version of what this cycle wrote before.
    pub(super) fn journal_version(&mut self, id: &GoogleId, crm: &CrmId, modified: Option<i64>) {
        let op = self.operation(Side::Crm, SEEN, id, crm, version(modified));
        self.book.record(op);
    }

    fn rule(&self, id: &GoogleId, usual: &'static str) -> &'static str {
        match self.asked_for {
            Some(rule) => rule,
            None if self.answered.contains(id) => rule::ANSWERED,
            None => usual,
        }
    }

    /// Values that lost are noted down before they are replaced.
    fn tell_conflict(&self, id: &GoogleId, change: &mut FieldChange) {
        let lost = &self.book.intents.lost;
        let conflict = lost.iter().find(|lost| lost.google_id == id.as_str() && lost.field == change.field);
        let (Some(conflict), Ok(active)) = (conflict, self.book.active()) else { return };
        change.rule = match active.settings.conflict {
            ConflictPolicy::Newest => rule::NEWEST,
            ConflictPolicy::Google => rule::FOR_GOOGLE,
            ConflictPolicy::Crm => rule::FOR_CRM,
        };
        change.winner = Some(conflict.winner);
        let loser = if conflict.winner == Winner::Google { &conflict.crm } else { &conflict.google };
        change.lost = Some(loser.clone());
    }
}
