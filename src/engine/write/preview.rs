//! What a plan would write, told by the same journal that tells what was written. Reads what would be replaced; writes
//! nothing.

use super::Writer;
use crate::api::google;
use crate::api::zoho;
use crate::error::Result;
use crate::model::event::Event;
use crate::model::field::Field;
use crate::model::ids::{CrmId, GoogleId};
use crate::model::list::Listed;
use crate::model::settings::GuestPolicy;
use crate::model::table::Table;
use crate::sync::birth;
use crate::sync::journal::FieldChange;
use crate::sync::limit::Cycles;
use crate::sync::people::take;
use crate::sync::plan::Plan;
use crate::sync::preview::{Loads, Preview};
use crate::sync::side::Side;

/// The most updates and deletions for which events are read only to show what is there: what one cycle writes.
const IMAGES: usize = 500;

/// So many new events are shown field by field; of more there are only title and time, so that a first sync of thousands
/// of long texts stays small.
const IN_FULL: usize = 1_000;

/// A record that does not exist yet.
const UNBORN: &str = "";

impl Writer<'_> {
    /// Tells what the plan would write, in the order in which limits let it through.
    pub(crate) async fn foresee(
        &mut self,
        plan: Plan,
        mut cycles: Cycles,
        preview: &mut Preview,
    ) -> Result<()> {
        let births = plan.births(self.io.now_ms());
        let adds = self.book.active()?.settings.guests == GuestPolicy::AddAsContacts;
        let Plan {
            deletes,
            mut google_updates,
            mut crm_updates,
            google_creates,
            crm_creates,
            links,
            fresh,
            ..
        } = plan;
        self.foresees = true;
        self.links = links;
        self.reads_before = deletes.len() + google_updates.len() + crm_updates.len() <= IMAGES;
        self.answered = Table::of(self.book.answered().cloned());
        preview.linked += u32::try_from(fresh.into_iter().count()).unwrap_or(u32::MAX);

        let (in_google, in_crm): (Vec<_>, Vec<_>) =
            deletes.into_iter().partition(|op| op.side == Side::Google);
        let events = self.doomed_events(&in_google).await?;
        let records = self.doomed_records(&in_crm).await?;
        for op in in_google.iter().chain(&in_crm) {
            let Some(link) = self.links.get(&op.id) else { continue };
            let (crm, unguarded) = (link.crm.clone(), link.seen.etag.as_str().is_empty());
            let image = match op.side {
                // The run looks again before it deletes without a guard, and finds nothing.
                Side::Google if unguarded && events.gone.contains(&op.id) => {
                    self.report.unchanged += 1;
                    continue;
                }
                Side::Google => events.images.get(&op.id),
                Side::Crm => records.get(&crm),
            };
            self.journal_delete(op.side, &op.id, &crm, image.map(|image| &**image));
            self.place(cycles.place(1), preview);
        }

        let mut guests = Vec::new();
        let unread = google_updates.iter().filter(|op| op.before.is_none()).map(|op| op.id.clone());
        let mut images = self.google_images(unread.collect()).await?.images;
        for op in &mut google_updates {
            op.before = op.before.take().or_else(|| images.remove(&op.id));
        }
        let mut halves = Vec::new();
        for op in &mut google_updates {
            halves.extend(op.then.take());
        }
        self.read_before(&mut halves).await?;
        self.read_before(&mut crm_updates).await?;
        for op in google_updates {
            self.book.intend_losses(op.lost.iter());
            let half = halves.iter().position(|half| half.id == op.id).map(|at| halves.swap_remove(at));
            let values = (op.before.as_deref(), &*op.event);
            self.journal_update(Side::Google, (&op.id, &op.origin.crm), values, op.fields, String::new());
            if let Some(half) = &half {
                let values = (half.before.as_deref(), &*half.event);
                self.journal_update(Side::Crm, (&op.id, &op.origin.crm), values, half.fields, String::new());
            }
            self.place(cycles.place_update(1 + usize::from(half.is_some())), preview);
        }
        for op in crm_updates {
            let Some(crm) = self.links.get(&op.id).map(|link| link.crm.clone()) else { continue };
            self.book.intend_losses(op.lost.iter());
            let values = (op.before.as_deref(), &*op.event);
            self.journal_update(Side::Crm, (&op.id, &crm), values, op.fields, String::new());
            if adds && op.fields.has(Field::Guests) {
                take(&mut self.directory.people, op.event.known_guests().iter(), &mut guests);
            }
            self.place(cycles.place(1), preview);
        }

        let (mut google_creates, mut crm_creates) = (google_creates.into_iter(), crm_creates.into_iter());
        for in_google in births {
            if in_google {
                let Some(op) = google_creates.next() else { continue };
                let generation = self.first_generation(&op);
                let id = birth::google_id(self.connection, &op.origin.crm, generation);
                let ids = (&id, &op.origin.crm);
                self.foresee_create(Side::Google, ids, &op.event, op.renews, preview);
            } else {
                let Some(op) = crm_creates.next() else { continue };
                let ids = (&op.id, &CrmId::new(UNBORN));
                self.note_guests(&op.id, &op.event);
                self.foresee_create(Side::Crm, ids, &op.event, op.renews.is_some(), preview);
                if adds {
                    take(&mut self.directory.people, op.event.known_guests().iter(), &mut guests);
                }
            }
            self.place(cycles.place(1), preview);
        }
        self.meet(guests).await?;
        let batch = u32::try_from(google::BATCH).unwrap_or(1);
        preview.price(Loads {
            google: if self.batch { batch } else { 1 },
            crm: u32::try_from(zoho::BULK).unwrap_or(1),
            two_way: self.two_way,
        });
        Ok(())
    }

    fn foresee_create(
        &mut self,
        side: Side,
        ids: (&GoogleId, &CrmId),
        event: &Event,
        renews: bool,
        preview: &Preview,
    ) {
        self.journal_create(side, ids, event, renews, String::new());
        let in_full = preview.operations.len() < IN_FULL;
        if let Some(op) = self.book.last_recorded().filter(|_| in_full) {
            let there = Field::ALL.into_iter().filter(|field| !field.is_blank(event));
            op.fields = there.map(|field| FieldChange::new(field, None, Some(event), op.rule)).listed();
        }
    }

    /// Puts what was just told into a cycle.
    fn place(&mut self, cycle: u32, preview: &mut Preview) {
        for mut op in self.book.take_recorded() {
            op.cycle = Some(cycle);
            op.crm_id = op.crm_id.filter(|id| id != UNBORN);
            preview.add(op);
        }
    }
}
