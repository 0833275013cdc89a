//! Writes to Google: guarded by the version that was compared, and repeatable, so that a lost answer does no harm.

use super::{Writer, in_groups};
use crate::api::google;
use crate::api::http::{HttpRequest, HttpResponse, Service};
use crate::api::retry::{Problem, QUOTA_PAUSE_MS, printable};
use crate::devices::Device;
use crate::error::Result;
use crate::json::Json;
use crate::model::event::Event;
use crate::model::field::{Field, FieldSet};
use crate::model::ids::{CrmId, Etag, GoogleId};
use crate::model::list::Listed;
use crate::model::sight::Sight;
use crate::sync::journal::google_version;
use crate::sync::observe::InGoogle;
use crate::sync::plan::{Delete, GoogleCreate, GoogleUpdate, Origin, Plan};
use crate::sync::side::Side;
use crate::sync::state::{Draft, Link, Parked};
use crate::sync::undo::{Reason, Revival};
use crate::wire::google::EventWrite;
use crate::wire::google_event::{Context, event};
use crate::wire::mapping::{self, GoogleWriting};

/// Entries in flight at once: what four batches hold.
pub(super) const GROUP: usize = google::BATCH * Service::Google.in_flight();

/// What of a group was not written, and the gravest reason.
#[derive(Default)]
pub(super) struct Failed {
    problem: Option<Problem>,
    entries: usize,
}

impl Failed {
    pub(super) fn add(&mut self, problem: Problem) {
        self.entries += 1;
        self.problem = Some(problem.or_graver(self.problem.take()));
    }
}

impl Writer<'_> {
    /// Whether another group may be written to Google; otherwise its entries are left for a later cycle.
    pub(super) fn google_in_time(&mut self, entries: usize) -> bool {
        if self.book.state.google_is_full(self.io.now_ms()) {
            self.unapplied += entries;
            return false;
        }
        self.in_time(entries)
    }

    /// Saves what a group brought. A usage limit keeps the other writes to Google waiting, and ends nothing else; any
    /// other trouble that is not about single events ends the cycle.
    pub(super) async fn end_google_group(&mut self, failed: Failed) -> Result<()> {
        let Failed { problem, entries } = failed;
        let full = problem == Some(Problem::Quota);
        if full {
            self.unapplied += entries;
            self.book.state.google_writes_not_before_ms = Some(self.io.now_ms() + QUOTA_PAUSE_MS);
        }
        self.save().await?;
        problem.filter(|_| !full).map_or(Ok(()), |problem| Err(problem.error(Service::Google)))
    }

    pub(super) async fn delete_in_google(&mut self, deletes: Vec<Delete>) -> Result<()> {
        for ops in in_groups(deletes, GROUP) {
            if !self.google_in_time(ops.len()) {
                continue;
            }
            let images = self.doomed_events(&ops).await?.images;
            let (ops, requests) = self.deletions(ops)?;
            let mut failed = Failed::default();
            for (op, answer) in ops.into_iter().zip(self.send(requests).await?) {
                match answer {
                    // A success has no body (Calendar API, Events: delete): any other answer says nothing.
                    Ok(response) if !response.body.is_empty() => self.stale(&op.id, None),
                    Ok(_) | Err(Problem::Absent) => {
                        if let Some(link) = self.links.remove(&op.id) {
                            let image = images.get(&op.id).map(|image| &**image);
                            self.journal_delete(Side::Google, &op.id, &link.crm, image);
                            let crm = link.crm.clone();
                            self.links.insert(op.id.clone(), link);
                            self.forget(&op.id, &crm);
                        }
                        self.report.google.deleted += 1;
                        self.count_done(1);
                    }
                    Err(Problem::Stale) => self.stale(&op.id, None),
                    Err(problem) if one_event(&problem) => self.park_in_google(&op.id, &problem, None),
                    Err(problem) => failed.add(problem),
                }
            }
            self.end_google_group(failed).await?;
        }
        Ok(())
    }

    fn deletions(&mut self, ops: Vec<Delete>) -> Result<(Vec<Delete>, Vec<HttpRequest>)> {
        let calendar = self.book.active()?.settings.calendar.clone();
        let mut kept = Vec::new();
        let mut requests = Vec::new();
        for op in ops {
            let etag = self.links.get(&op.id).map(|link| link.seen.etag.clone());
            match etag.filter(|etag| !etag.as_str().is_empty()) {
                Some(etag) => {
                    requests.push(google::delete(&calendar, &op.id, Some(&etag), self.notifies()));
                    kept.push(op);
                }
                None => self.stale(&op.id, None),
            }
        }
        Ok((kept, requests))
    }

    /// Writes changed fields. Events that turn out to be gone are returned as creates: an edit beats a deletion (K4).
    pub(super) async fn update_in_google(
        &mut self,
        updates: Vec<Box<GoogleUpdate>>,
    ) -> Result<Vec<Box<GoogleCreate>>> {
        let mut gone = Vec::new();
        for ops in in_groups(updates, GROUP) {
            if !self.google_in_time(ops.len()) {
                continue;
            }
            let (ops, requests) = self.updates(ops, &mut gone).await?;
            if self.two_way && self.asked_for.is_none() {
                let written = ops
                    .iter()
                    .map(|op| (op.id.clone(), Side::Google, op.origin.shown.fields.part(op.fields)));
                self.book.intend_updates(written);
                self.book.intend_losses(ops.iter().flat_map(|op| &op.lost));
                self.save().await?;
            }
            let mut failed = Failed::default();
            for (op, answer) in ops.into_iter().zip(self.send(requests).await?) {
                match answer {
                    // What cannot be read of an answer is compared again.
                    Ok(response) => {
                        match self.echo(&op.id, &response).filter(|echo| echo.draft().is_some()) {
                            Some(echo) => self.settle_google_update(op, Some(&echo)),
                            None => self.stale(&op.id, None),
                        }
                    }
                    Err(Problem::Stale) => self.stale(&op.id, None),
                    Err(Problem::Absent) if self.asked_for.is_some() => self.leave(&op.id, Reason::Gone),
                    Err(Problem::Absent) => gone.push(self.renew_in_google(*op)),
                    Err(problem) if one_event(&problem) => {
                        self.park_in_google(&op.id, &problem, Some(&op.origin));
                    }
                    Err(problem) => failed.add(problem),
                }
            }
            self.end_google_group(failed).await?;
        }
        Ok(gone)
    }

    /// An edit beats a deletion (K4).
    fn renew_in_google(&mut self, op: GoogleUpdate) -> Box<GoogleCreate> {
        self.note(&op.id, "recreated", "The event had been deleted in Google; the meeting changed in the CRM since, so it was created again.");
        Box::new(GoogleCreate { id: op.id, event: op.event, origin: op.origin, renews: true })
    }

    /// The requests of updates; events that turn out to be gone are added to the creates. Where a write carries a whole list (reminders, guests), the list is read first.
    async fn updates(
        &mut self,
        ops: Vec<Box<GoogleUpdate>>,
        gone: &mut Vec<Box<GoogleCreate>>,
    ) -> Result<(Vec<Box<GoogleUpdate>>, Vec<HttpRequest>)> {
        let calendar = self.book.active()?.settings.calendar.clone();
        let lists = FieldSet::only(Field::Reminder).with(Field::Guests);
        let images = self.reads_before;
        let reads = |op: &GoogleUpdate| !op.fields.and(lists).is_empty() || (images && op.before.is_none());
        let asked: Vec<HttpRequest> =
            ops.iter().filter(|op| reads(op)).map(|op| google::event(&calendar, &op.id)).listed();
        let mut current = self.send(asked).await?.into_iter();
        let mut kept = Vec::new();
        let mut requests = Vec::new();
        for mut op in ops {
            let read = match reads(&op).then(|| current.next()).flatten() {
                None => None,
                Some(Ok(response)) => Some(response),
                Some(Err(Problem::Absent)) if self.asked_for.is_some() => {
                    self.leave(&op.id, Reason::Gone);
                    continue;
                }
                Some(Err(Problem::Absent)) => {
                    gone.push(self.renew_in_google(*op));
                    continue;
                }
                Some(Err(problem)) if one_event(&problem) => {
                    self.park_in_google(&op.id, &problem, Some(&op.origin));
                    continue;
                }
                Some(Err(problem)) => return Err(problem.error(Service::Google)),
            };
            let json = read.as_ref().map(|response| Json::parse(&response.body).unwrap_or(Json::Null));
            // An answer that was cut short tells as little as one of another version.
            let moved = json.as_ref().is_some_and(|json| json.get("etag").str() != Some(op.etag.as_str()));
            if op.etag.as_str().is_empty() || moved {
                self.stale(&op.id, None);
                continue;
            }
            if let Some(response) = &read {
                let shown = self.echo(&op.id, response).and_then(|seen| seen.event);
                op.before = shown.or(op.before);
            }
            let link = self.links.get(&op.id);
            let known = link.and_then(|link| link.shown.as_ref());
            let mut write = EventWrite::default();
            let writing = GoogleWriting {
                creating: false,
                current: json.as_ref(),
                default_reminders: &self.default_reminders,
                known_guests: known.map_or(&[], |shown| shown.guests.as_slice()),
                seen_guests: link.map_or(&[], |link| link.seen.guests.as_slice()),
            };
            mapping::to_google(&op.event, op.fields, &writing, &mut write);
            if write.is_empty() {
                // Google has no place for what changed: the placeholder of a title, a reminder too many.
                self.settle_google_update(op, None);
                continue;
            }
            requests.push(google::patch(&calendar, &op.id, write.body(), Some(&op.etag), self.notifies()));
            kept.push(op);
        }
        Ok((kept, requests))
    }

    pub(super) fn settle_google_update(&mut self, op: Box<GoogleUpdate>, echo: Option<&InGoogle>) {
        let Some(link) = self.links.get_mut(&op.id) else { return };
        let pending = op.then.as_ref().map_or(FieldSet::NONE, |then| then.fields);
        let mut then = op.then;
        if let Some((draft, event)) = echo.and_then(|echo| Some((echo.draft()?, echo.event.as_ref()?))) {
            if let Some(then) = &mut then {
                // The guests are those of both sides by now.
                then.event.guests.clone_from(&event.guests);
                then.event.reminder = event.reminder;
                then.event.when = event.when.clone();
                then.draft = draft.clone();
            }
            if Device::EchoRule.on() {
                // Who was a guest is known even while the CRM has yet to hear of it: whom somebody removes meanwhile
                // counts as removed, and not as one whom only the CRM has.
                let mut guests = if pending.has(Field::Guests) { draft.guests.clone() } else { Vec::new() };
                // What is neither written nor known is an edit that nobody has carried over: the guard lets it pass where
                // this cycle has not compared it.
                let known =
                    link.seen.google.same(&draft.google).or(op.origin.shown.fields.same(&draft.google));
                link.seen.update(draft, known.or(op.fields).without(pending));
                guests.retain(|guest| !link.seen.guests.contains(guest));
                link.seen.guests.append(&mut guests);
            }
        }
        see_origin(link, &op.origin, op.fields);
        // Google follows what the CRM shows: no write of Accord's to the CRM waits for its proof any more.
        link.unverified &= !op.fields.has(Field::Time);
        let link = link.clone();
        if echo.is_some() {
            let values = (op.before.as_deref(), &*op.event);
            let shown = echo.and_then(|echo| echo.event.as_ref()).unwrap_or(&op.event);
            let version = google_version(&link.seen.etag, shown);
            self.journal_update(Side::Google, (&op.id, &link.crm), values, op.fields, version);
        }
        self.relink(&op.id, &link);
        self.report.google.updated += u32::from(echo.is_some());
        self.count_done(1);
        self.crm_updates.extend(then);
    }

    /// Brings deleted events back under their own ids (Calendar API, Events resource, `status`: the organiser's calendar
    /// keeps the details of a deleted event, so that it can be restored). Where that is refused, they are created anew by
    /// the plan.
    pub(crate) async fn revive(&mut self, revivals: Vec<Revival>, plan: &mut Plan) -> Result<()> {
        let calendar = self.book.active()?.settings.calendar.clone();
        self.links = std::mem::take(&mut plan.links);
        for ops in in_groups(revivals, GROUP) {
            let body = || "{\"status\":\"confirmed\"}".to_owned();
            let patch = |op: &Revival| google::patch(&calendar, &op.id, body(), None, self.notifies());
            let answers = self.send(ops.iter().map(patch).listed()).await?;
            let mut failed = Failed::default();
            for (op, answer) in ops.into_iter().zip(answers) {
                let echo = match answer {
                    Ok(response) => self.echo(&op.id, &response),
                    Err(Problem::Absent) => None,
                    Err(problem) if one_event(&problem) => None,
                    Err(problem) => {
                        failed.add(problem);
                        continue;
                    }
                };
                match (echo.and_then(|echo| Some((echo.draft()?, echo.event?))), op.create) {
                    (Some((seen, event)), _) => self.settle_revival(&op.id, op.crm, seen, &event),
                    (None, Some(create)) => plan.google_creates.push(create),
                    (None, None) => self.leave(&op.id, Reason::NotKept),
                }
            }
            self.end_google_group(failed).await?;
        }
        plan.links = std::mem::take(&mut self.links);
        Ok(())
    }

    fn settle_revival(&mut self, id: &GoogleId, crm: CrmId, seen: Draft, event: &Event) {
        let link = match self.links.remove(id) {
            Some(known) => Link { seen, kept: false, ..*known },
            // The meeting is gone: the event stays as long as nobody edits it.
            None => {
                Link { shown: Some(seen.shown()), seen, kept: true, ..Link::unknown(crm, self.connection) }
            }
        };
        let version = google_version(&link.seen.etag, event);
        self.journal_create(Side::Google, (id, &link.crm), event, true, version);
        self.book.link(id, &link, (!link.kept).then_some(&link.crm));
        self.report.google.created += 1;
        self.count_done(1);
    }

    /// What Google shows of an event after a write; none when the answer is about another one.
    pub(super) fn echo(&self, id: &GoogleId, response: &HttpResponse) -> Option<InGoogle> {
        let sight = self.sight(response).filter(|sight| sight.id == *id)?;
        Some(InGoogle::new(sight, self.admission?))
    }

    pub(super) fn sight(&self, response: &HttpResponse) -> Option<Sight> {
        let crm = &self.book.active().ok()?.crm;
        let context =
            Context { default_reminders: &self.default_reminders, limits: crm.limits, own: &crm.own };
        event(&response.body, &context)
    }

    pub(super) fn park_in_google(&mut self, id: &GoogleId, problem: &Problem, origin: Option<&Origin>) {
        self.count_done(1);
        if self.asked_for.is_some() {
            return self.leave(id, Reason::NotAllowed);
        }
        self.book.withdraw_losses(id);
        let code = match problem {
            Problem::Refused(code) | Problem::Forbidden(code) => printable(code),
            _ => "no code".to_owned(),
        };
        let link = self.links.get(id);
        let etag = link.map_or_else(|| Etag::new(""), |link| link.seen.etag.clone());
        let message = format!("Google refuses this event ({code}).");
        let mut parked = Parked::new(&code, message, etag, self.io.now_ms());
        parked.crm_modified =
            origin.map_or(link.and_then(|link| link.crm_modified), |origin| origin.modified);
        parked.crm = origin.map(|origin| origin.crm.clone()).or_else(|| link.map(|link| link.crm.clone()));
        self.book.park(id, parked);
    }
}

/// Takes what was compared as seen in the CRM; `written`: the fields that Google took.
pub(super) fn see_origin(link: &mut Link, origin: &Origin, written: FieldSet) {
    let open = link.open_in_crm().without(written);
    link.shown = Some(origin.shown.clone());
    link.forget(Side::Crm, open);
    link.crm_modified = origin.modified;
}

/// Whether a refusal is about this one event, and not about the calendar or the sign-in (Calendar API, guides/errors).
pub(super) fn one_event(problem: &Problem) -> bool {
    match problem {
        Problem::Refused(_) => true,
        Problem::Forbidden(reason) => !matches!(
            reason.as_str(),
            "requiredAccessLevel"
                | "insufficientPermissions"
                | "accessNotConfigured"
                | "PERMISSION_DENIED"
                | ""
        ),
        _ => false,
    }
}
