//! The records that the CRM's lists name, and the proofs where they name none.

use super::{CrmRead, Gathered, Gatherer, Lists, Ways};
use crate::devices::Device;
use crate::engine::read;
use crate::engine::read_crm::{self, Changed, Reader};
use crate::error::Result;
use crate::model::fingerprint::{Digest, Fingerprint};
use crate::model::ids::{CrmId, GoogleId};
use crate::model::list::Listed;
use crate::model::order::sort_by_key;
use crate::model::sight::{Content, CrmSight};
use crate::model::table::Table;
use crate::sync::birth;
use crate::sync::commit::Book;
use crate::sync::observe::Case;
use crate::sync::state::{Link, Watermark};
use crate::wire::zoho_event::CrmContext;

/// The versions that the lists of the CRM show, by the ids of the records.
type Listing<'l> = Table<&'l str, Option<i64>>;

/// The order in which it is proven that records are gone.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    Looked,
    Open,
    Kept,
}

impl Gatherer<'_> {
    /// Reads the records that the lists name, as far as they are news, and those that need a proof.
    pub(super) async fn crm_contents(
        &self,
        lists: Lists,
        ways: &Ways,
        gathered: &mut Gathered,
        book: &Book,
    ) -> Result<CrmRead> {
        let connection = self.activation.connection();
        let mut ids: Vec<CrmId> = Vec::new();
        let listed: Listing = lists.changed.iter().map(|row| (row.id.as_str(), row.modified)).collect();
        let link = |id: &CrmId| {
            let case = gathered.cases.get(ways.get(id)?)?;
            case.link.as_ref()
        };
        // A write of which nobody knows may have come within the second of the version that was seen.
        let doubtful = |id: &CrmId| {
            ways.get(id).is_some_and(|id| book.intents.updates.iter().any(|(written, ..)| written == id))
        };
        for row in lists.changed.iter().filter(|_| !lists.known) {
            let known = !doubtful(&row.id)
                && link(&row.id).is_some_and(|link| {
                    let unread = book.state.unread_since.is_some_and(|since| row.modified >= Some(since));
                    link.shown.is_some()
                        && row.modified.is_some()
                        && link.crm_modified == row.modified
                        && !unread
                });
            if !known && !gathered.adrift.contains(&row.id) {
                ids.push(row.id.clone());
            }
        }
        let gone = Table::of(lists.deleted.iter().map(|(id, _)| id.as_str()));
        let gone_here = lists.deleted.iter().map(|(id, _)| id).filter(|id| link(id).is_some());
        gone_here.cloned().add_to(&mut ids);
        if lists.full {
            let lacking = gathered.cases.values().filter_map(|case| case.link.as_ref());
            let lacking = lacking
                .filter(|link| !listed.contains(&link.crm) && link.seen.end > self.admission.window_start);
            lacking.map(|link| link.crm.clone()).add_to(&mut ids);
        }
        for id in &gathered.waiting {
            let linked =
                gathered.cases.get(id).and_then(|case| case.link.as_ref()).map(|link| link.crm.clone());
            linked.or_else(|| book.parked(id)?.crm.clone()).into_iter().add_to(&mut ids);
        }
        book.intents.births.iter().map(|(_, crm)| crm.clone()).add_to(&mut ids);
        // Events that Accord made, and whose link is not there: the record that they were made of.
        for (id, case) in gathered.cases.iter() {
            if let (None, Some(sight)) = (&case.link, &case.sight)
                && let Content::Ordinary { mark: Some(mark), .. } = &sight.content
                && birth::generation(connection, &mark.crm, id).is_some()
            {
                ids.push(mark.crm.clone());
            }
        }
        let ends = self.read_records(ids, (&listed, &gone), ways, gathered, book).await?;
        let latest = lists.changed.iter().filter_map(|row| row.modified).max();
        let latest_deleted = lists.deleted.iter().filter_map(|(_, at)| *at).max();
        let now = lists.started_ms;
        let changes = match book.state.crm_changes {
            Some(known) => known.after(latest, now),
            // Nothing was ever there: what comes is later than this, by any clock.
            None => Watermark::new(latest.unwrap_or(now / 1_000 - 86_400), now),
        };
        let deletions = match book.state.crm_deletions {
            Some(known) if !lists.full => known.after(latest_deleted, now),
            _ => Watermark::new(latest.unwrap_or(now / 1_000 - 86_400), now),
        };
        let overlap = versions(&lists.changed, changes.from());
        Ok(CrmRead { full: lists.full, changes, deletions, exclusive_ends: ends, overlap })
    }

    /// Reads records in full and puts them into their cases. Of those that the answers lack, the deleted list is the
    /// proof, or a read of that very record.
    pub(super) async fn read_records(
        &self,
        ids: Vec<CrmId>,
        (listed, deleted): (&Listing<'_>, &Table<&str, ()>),
        ways: &Ways,
        gathered: &mut Gathered,
        book: &Book,
    ) -> Result<Option<bool>> {
        let profile = &self.activation.crm;
        let context = CrmContext {
            user: &profile.user,
            own: &profile.own,
            limits: profile.limits,
            exclusive_end: book.state.exclusive_ends(),
            listed: true,
            marks: profile.marks,
        };
        let lists_guests = book.state.crm_lists_guests;
        let mut invited = Vec::new();
        if lists_guests.is_none() {
            let with_guests = |case: &Case| match &case.sight.as_ref()?.content {
                Content::Ordinary { event, .. } if !event.known_guests().is_empty() => {
                    Some(event.when.start_seconds())
                }
                _ => None,
            };
            gathered.cases.values().filter_map(|case| with_guests(case)).add_to(&mut invited);
        }
        let reader = Reader { io: self.io, context, lists_guests, invited };
        let had_guests = |id: &&CrmId| {
            let link = ways.get(id).and_then(|id| gathered.cases.get(id)).and_then(|case| case.link.as_ref());
            link.is_some_and(Link::had_guests)
        };
        let had_guests: Vec<CrmId> = ids.iter().filter(had_guests).cloned().listed();
        let contents = reader.read(&ids, &had_guests).await?;
        gathered.lists_guests = contents.lists_guests;
        let mut sights = contents.sights;
        // Not all answers are of one age: what a list shows newer is still to come.
        let older = |sight: &&CrmSight| listed.get(&sight.id).is_some_and(|listed| sight.modified < *listed);
        gathered.deferred.other += sights.iter().filter(older).count();
        let mut asked = 0;
        // First what was looked at in Google, for an answer may need both. Deletions that are kept wait behind all others:
        // every full read lacks them anew.
        let turn = |id: &CrmId| {
            let case = ways.get(id).and_then(|case| gathered.cases.get(case));
            match case.and_then(|case| case.link.as_ref()) {
                Some(link) if link.kept => Turn::Kept,
                _ if case.is_some_and(|case| case.sight.is_some()) => Turn::Looked,
                _ => Turn::Open,
            }
        };
        let mut missing: Vec<(Turn, CrmId)> = contents.missing.into_iter().map(|id| (turn(&id), id)).listed();
        sort_by_key(&mut missing, |(turn, _)| *turn as u64);
        for (turn, id) in missing {
            if contents.proven || deleted.contains(&id) || !Device::Proof.on() {
                sights.push(read_crm::gone(id));
            } else if asked == self.max {
                gathered.deferred.on_google += usize::from(turn != Turn::Kept);
            } else {
                asked += 1;
                match read::record(self.io, &id, "Modified_Time").await? {
                    None => sights.push(read_crm::gone(id)),
                    Some(_) => gathered.deferred.other += 1,
                }
            }
        }
        let connection = self.activation.connection();
        let place = |sight: CrmSight| {
            let case = ways.get(&sight.id).cloned();
            (case.unwrap_or_else(|| birth::google_id(connection, &sight.id, 0)), sight)
        };
        let sights: Vec<(GoogleId, CrmSight)> = sights.into_iter().map(place).listed();
        gathered.cases.prepare(sights.iter().map(|(id, _)| id.clone()));
        for (id, sight) in sights {
            gathered.cases.change(id, |case| case.crm_sight = Some(sight));
        }
        Ok(contents.exclusive_ends)
    }
}

/// Stands for versions of records, in whatever order, that were modified at an instant or later.
pub(super) fn versions(changed: &[Changed], from: i64) -> Fingerprint {
    let later = changed.iter().filter(|row| row.modified.is_none_or(|at| at >= from));
    let version = |row: &Changed| {
        Digest::new().text(row.id.as_str()).number(row.modified.unwrap_or_default()).finish().as_u64()
    };
    Fingerprint::from_u64(later.map(version).fold(0, u64::wrapping_add))
}
