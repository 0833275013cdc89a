//! Creates events under ids that are derived from their records: whoever repeats it creates nothing twice.

use super::Writer;
use super::google::{Failed, GROUP, one_event, see_origin};
use crate::api::google;
use crate::api::http::Service;
use crate::api::retry::{Doubt, Problem};
use crate::error::Result;
use crate::model::field::{Field, FieldSet};
use crate::model::ids::{Etag, GoogleId};
use crate::model::list::Listed;
use crate::model::sight::{Content, Mark};
use crate::sync::birth;
use crate::sync::journal::google_version;
use crate::sync::observe::{InGoogle, draft};
use crate::sync::plan::GoogleCreate;
use crate::sync::side::Side;
use crate::sync::state::{Draft, Link, Reach};
use crate::wire::google::EventWrite;
use crate::wire::mapping::{self, GoogleWriting};

impl Writer<'_> {
    pub(super) async fn create_in_google(&mut self, creates: Vec<Box<GoogleCreate>>) -> Result<()> {
        let mut open: Vec<(u32, Box<GoogleCreate>)> =
            creates.into_iter().map(|op| (self.first_generation(&op), op)).listed();
        while !open.is_empty() {
            let rest = open.split_off(open.len().min(GROUP));
            let mut again = Vec::new();
            if self.google_in_time(open.len()) {
                again = self.create_group_in_google(open).await?;
            }
            again.extend(rest);
            open = again;
        }
        Ok(())
    }

    /// Which of a record's lives in Google is tried first.
    pub(super) fn first_generation(&self, op: &GoogleCreate) -> u32 {
        match birth::generation(self.connection, &op.origin.crm, &op.id) {
            Some(generation) if op.renews => generation + 1,
            Some(generation) => generation,
            None => 0,
        }
    }

    /// Creates one group; returned are those whose id is used up, with their next generation.
    async fn create_group_in_google(
        &mut self,
        ops: Vec<(u32, Box<GoogleCreate>)>,
    ) -> Result<Vec<(u32, Box<GoogleCreate>)>> {
        let calendar = self.book.active()?.settings.calendar.clone();
        let ids =
            ops.iter().map(|(generation, op)| birth::google_id(self.connection, &op.origin.crm, *generation));
        let ids: Vec<GoogleId> = ids.listed();
        let mut requests = Vec::new();
        for (id, (_, op)) in ids.iter().zip(&ops) {
            let mut write = EventWrite::default();
            write.id(id.as_str());
            let writing = GoogleWriting {
                creating: true,
                current: None,
                default_reminders: &[],
                known_guests: &[],
                seen_guests: &[],
            };
            mapping::to_google(&op.event, FieldSet::all(), &writing, &mut write);
            write.mark(&mark(op));
            requests.push(google::insert(&calendar, write.body(), self.notifies()));
        }
        let born = ops.iter().map(|(_, op)| op.origin.crm.clone());
        self.book.intend_births(ids.iter().cloned().zip(born).listed());
        self.save().await?;
        let mut failed = Failed::default();
        let mut taken = Vec::new();
        let answers = self.send(requests).await?;
        for ((id, (generation, op)), answer) in ids.into_iter().zip(ops).zip(answers) {
            match answer {
                Ok(response) => match self.echo(&id, &response) {
                    // What was sent counts as seen where Google shows it in no form that is synced.
                    Some(echo) => {
                        let seen = echo.draft();
                        let seen = seen.unwrap_or_else(|| draft(Etag::new(""), &op.event, Reach::Open));
                        self.settle_google_create(&op, &id, seen);
                    }
                    // A page of the network's with status 200 says nothing about an insert: the next cycle asks.
                    None => failed.add(Problem::Unsure(Doubt::BadResponse)),
                },
                Err(Problem::Refused(code)) if code == "duplicate" => taken.push((generation, op)),
                Err(problem) if one_event(&problem) => {
                    self.book.withdraw(&id);
                    self.park_in_google(&op.id, &problem, Some(&op.origin))
                }
                Err(problem) => failed.add(problem),
            }
        }
        self.end_google_group(failed).await?;
        self.examine_taken(taken).await
    }

    /// Ids that exist already: Accord's own event, whose link was lost or is not yet made, is compared again; a deleted
    /// one never gives its id back, so that the next generation is tried.
    async fn examine_taken(
        &mut self,
        taken: Vec<(u32, Box<GoogleCreate>)>,
    ) -> Result<Vec<(u32, Box<GoogleCreate>)>> {
        let calendar = self.book.active()?.settings.calendar.clone();
        let id = |generation: u32, op: &GoogleCreate| {
            birth::google_id(self.connection, &op.origin.crm, generation)
        };
        let ids = taken.iter().map(|(generation, op)| id(*generation, op));
        let requests = ids.map(|id| google::event(&calendar, &id)).listed();
        let mut again = Vec::new();
        for ((generation, op), answer) in taken.into_iter().zip(self.send(requests).await?) {
            let id = birth::google_id(self.connection, &op.origin.crm, generation);
            let live = match answer {
                Ok(response) => match self.sight(&response).filter(|sight| sight.id == id) {
                    Some(sight) => Some(sight).filter(|sight| !matches!(sight.content, Content::Cancelled)),
                    // What cannot be read may be alive: another generation would double it. The next cycle asks.
                    None => return Err(Problem::Unsure(Doubt::BadResponse).error(Service::Google)),
                },
                Err(Problem::Absent) => None,
                Err(problem) => return Err(problem.error(Service::Google)),
            };
            match live {
                Some(live) if self.asked_for.is_some() => {
                    let seen = self.admission.and_then(|admission| InGoogle::new(live, admission).draft());
                    let seen = seen.unwrap_or_else(|| draft(Etag::new(""), &op.event, Reach::Open));
                    self.settle_google_create(&op, &id, seen);
                }
                Some(_) => {
                    // The link follows to the life that is there.
                    if let Some(old) = self.links.remove(&op.id) {
                        self.book.unlink(&op.id, &old.crm);
                    }
                    self.stale(&id, Some(op.origin.crm));
                }
                None if generation + 1 < birth::GENERATIONS => again.push((generation + 1, op)),
                None => {
                    self.park_in_google(&op.id, &Problem::Refused("duplicate".to_owned()), Some(&op.origin))
                }
            }
        }
        Ok(again)
    }

    fn settle_google_create(&mut self, op: &GoogleCreate, id: &GoogleId, seen: Draft) {
        let mut link = Link { seen, ..Link::unknown(op.origin.crm.clone(), self.connection) };
        see_origin(&mut link, &op.origin, FieldSet::all());
        match self.links.remove(&op.id) {
            Some(old) => {
                // The record still holds the days that nobody has looked at.
                link.unverified = old.unverified && link.seen.all_day;
                self.book.unlink(&op.id, &old.crm);
            }
            // Restored of a meeting that is gone in the CRM: it stays as long as nobody edits it.
            None => link.kept = self.asked_for.is_some(),
        }
        let (crm, version) = (link.crm.clone(), google_version(&link.seen.etag, &op.event));
        self.journal_create(Side::Google, (id, &crm), &op.event, op.renews, version);
        self.book.unpark(&op.id);
        self.book.link(id, &link, None);
        if link.unverified {
            self.links.insert(id.clone(), Box::new(link));
            self.stale(id, Some(crm));
        }
        self.report.google.created += 1;
        self.count_done(1);
    }
}

/// What an event carries in its private extended properties: the record that it was made of, and what was written.
fn mark(op: &GoogleCreate) -> Mark {
    let base = Field::ALL.into_iter().filter_map(|field| op.origin.shown.fields.field(field)).listed();
    Mark { crm: op.origin.crm.clone(), base }
}
