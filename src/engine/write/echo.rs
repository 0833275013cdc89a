//! Reads back what was written to the CRM. Its times have whole seconds, and it may rewrite texts on saving: what it
//! shows a moment later is what later changes are told by, and an edit of the same second does not hide (K3, I21).

use super::{Echo, Writer};
use crate::engine::read_crm::Reader;
use crate::error::Result;
use crate::model::field::{Field, FieldSet};
use crate::model::fingerprint::Fingerprint;
use crate::model::ids::CrmId;
use crate::model::list::Listed;
use crate::model::sight::{CrmContent, CrmSight};
use crate::model::table::Table;
use crate::sync::diff;
use crate::sync::state::{Link, Shown};
use crate::wire::zoho_event::CrmContext;

/// From one second to the next, by two clocks that may differ a little in their fractions.
const NEXT_SECOND_MS: i64 = 1_100;

impl Writer<'_> {
    pub(super) async fn read_back(&mut self) -> Result<()> {
        let written = std::mem::take(&mut self.echoes);
        if written.is_empty() {
            return Ok(());
        }
        self.io.wait_until(self.written_ms + NEXT_SECOND_MS).await?;
        let activation = self.book.active()?.clone();
        let context = CrmContext {
            user: &activation.crm.user,
            own: &activation.crm.own,
            limits: activation.crm.limits,
            exclusive_end: self.book.state.exclusive_ends(),
            listed: true,
            marks: activation.crm.marks,
        };
        let ways: Table<CrmId, Echo> = written.into_iter().map(|echo| (echo.crm.clone(), echo)).collect();
        let had_guests =
            |(_, echo): &(&CrmId, &Echo)| self.links.get(&echo.id).is_some_and(|link| link.had_guests());
        let had_guests: Vec<CrmId> = ways.iter().filter(had_guests).map(|(id, _)| id.clone()).listed();
        let lists_guests = self.book.state.crm_lists_guests.or(Some(true));
        let reader = Reader { io: self.io, context, lists_guests, invited: Vec::new() };
        let contents = reader.read(&ways.keys().cloned().listed(), &had_guests).await?;
        self.book.state.learn_of_lists(contents.lists_guests);
        let lists_are_known = self.book.state.crm_lists_guests.is_some();
        for sight in contents.sights {
            if let Some(echo) = ways.get(&sight.id)
                && let Some(mut link) = self.links.remove(&echo.id)
            {
                let before = (link.shown.clone(), link.crm_modified);
                see(&mut link, sight, &echo.guests_before, lists_are_known);
                if (&link.shown, link.crm_modified) != (&before.0, before.1) {
                    self.book.remember(&echo.id, &link);
                    if link.crm_modified != before.1 && link.crm_modified.is_some() {
                        self.journal_version(&echo.id, &link.crm, link.crm_modified);
                    }
                }
            }
        }
        self.book.state.unread_since = None;
        Ok(())
    }
}

/// Compares what the CRM shows with what was written. As long as nobody else wrote since, texts may differ, and people
/// may still be there who were to be taken off the list; whatever else differs is somebody's edit, and will be read
/// again as one. So is what somebody else wrote, as long as nobody knows whether lists show guests.
fn see(link: &mut Link, sight: CrmSight, guests_before: &[Fingerprint], lists_are_known: bool) {
    let CrmContent::Ordinary { event, .. } = sight.content else {
        link.crm_modified = None;
        return;
    };
    let now = Shown::of(&event);
    let open = link.open_in_crm();
    let written = link.shown.get_or_insert(Shown::NOTHING);
    let mut servers = FieldSet::only(Field::Title).with(Field::Place).with(Field::Description);
    if written.guests.iter().all(|guest| now.guests.contains(guest))
        && now.guests.iter().all(|guest| written.guests.contains(guest) || guests_before.contains(guest))
    {
        servers = servers.with(Field::Guests);
    }
    let differs = diff::changed(&written.fields, &now.fields, &now.fields);
    let ours = link.crm_modified.is_some() && link.crm_modified == sight.modified;
    let whole = ours || lists_are_known || !now.guests.is_empty();
    if (differs.is_empty() && whole) || (ours && differs.without(servers).is_empty()) {
        written.update(&now, FieldSet::all().without(open));
        link.crm_modified = sight.modified;
    } else {
        link.crm_modified = None;
    }
}
