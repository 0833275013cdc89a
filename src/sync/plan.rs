//! The plan of a cycle: every observed event ends in exactly one place, and the plan checks that itself.

mod apart;
mod operation;
mod room;

pub(crate) use operation::{CrmCreate, CrmUpdate, Delete, GoogleCreate, GoogleUpdate, Origin};

use super::commit::Book;
use super::guard::Survivor;
use super::limit::rank;
use super::merge::{Policy, SkipReason, Verb, View, decide};
use super::observe::{Case, Cases, InCrm, InGoogle, Verdict};
use super::report::{Note, Skipped};
use super::resolve::{Resolved, resolve};
use super::side::Side;
use super::state::{Link, Parked, Reach, Seen, Shown};
use crate::error::{Error, Result};
use crate::model::event::Event;
use crate::model::field::FieldSet;
use crate::model::fingerprint::Fingerprint;
use crate::model::ids::{Etag, GoogleId};
use crate::model::order::sort_by_key;
use crate::model::settings::{ConflictPolicy, Direction};
use crate::model::table::Table;

/// Links by the ids of their events; boxed, for they are taken out one by one.
pub(crate) type Links = Table<GoogleId, Box<Link>>;

/// What one cycle is going to do, in order.
#[derive(Default)]
pub(crate) struct Plan {
    pub(crate) deletes: Vec<Delete>,
    pub(crate) google_updates: Vec<Box<GoogleUpdate>>,
    pub(crate) crm_updates: Vec<Box<CrmUpdate>>,
    pub(crate) google_creates: Vec<Box<GoogleCreate>>,
    pub(crate) crm_creates: Vec<Box<CrmCreate>>,
    /// The links of everything above that has one.
    pub(crate) links: Links,
    /// Links whose version moved without anything to write.
    pub(crate) remembered: Vec<(GoogleId, Link)>,
    /// Links of events that are skipped, and from this cycle on.
    aside: Vec<(GoogleId, Link)>,
    /// Links that were made, with nothing to write.
    pub(crate) paired: Vec<(GoogleId, Link)>,
    /// Links that are made with the write of what differs.
    pub(crate) fresh: Table<GoogleId, ()>,
    pub(crate) unlinked: Vec<(GoogleId, Option<Link>)>,
    pub(crate) parked: Vec<(GoogleId, Parked)>,
    pub(crate) still_parked: u32,
    /// Events that were parked and need nothing any more.
    pub(crate) unparked: Vec<GoogleId>,
    pub(crate) unchanged: u32,
    pub(crate) skipped: Skipped,
    pub(crate) notes: Vec<Note>,
    /// Deletions that wait for the user's answer (K5).
    pub(crate) held: u32,
}

/// How a plan is made.
#[derive(Clone, Copy)]
pub(crate) struct Planning {
    pub(crate) policy: Policy,
    pub(crate) conflict: ConflictPolicy,
    pub(crate) connection: Fingerprint,
    pub(crate) now_ms: i64,
    /// Rows were lost, or there never were any.
    pub(crate) doubt: bool,
}

impl Plan {
    /// Decides about every observed event.
    ///
    /// # Errors
    /// `internal` when an event is not accounted for: a defect that must not pass silently.
    pub(crate) fn of(cases: Cases, book: &Book, planning: Planning) -> Result<Self> {
        let mut plan = Self::default();
        let mut count = 0;
        let now = planning.now_ms / 1000;
        for (id, case) in cases {
            if case.is_seen() {
                count += 1;
                plan.add(id, *case, book, planning);
            }
        }
        if plan.accounted() != count {
            return Err(Error::internal("an observed event has no place in the plan"));
        }
        plan.remembered.append(&mut plan.aside);
        sort_by_key(&mut plan.crm_creates, |op| rank(&op.event.when, now));
        sort_by_key(&mut plan.crm_updates, |op| rank(&op.event.when, now));
        sort_by_key(&mut plan.google_creates, |op| rank(&op.event.when, now));
        sort_by_key(&mut plan.google_updates, |op| rank(&op.event.when, now));
        Ok(plan)
    }

    fn add(&mut self, id: GoogleId, mut case: Case, book: &Book, planning: Planning) {
        let (mut google, crm) = (case.google_view(), case.crm_view());
        let aside =
            case.google.is_none() && case.link.as_ref().is_some_and(|link| link.seen.reach == Reach::Aside);
        if aside && planning.policy.direction != Direction::CrmToGoogle {
            google = View::Kept(SkipReason::Private);
        }
        let mut verb = decide(google, crm, planning.policy);
        // An edit beats a deletion, whether the CRM sees it or not.
        if verb == Verb::Delete(Side::Google) && case.is_edited_out_of_sight() {
            verb = Verb::Recreate(Side::Crm);
        }
        let kept = case.link.as_ref().is_some_and(|link| link.kept);
        if kept && matches!(verb, Verb::Delete(_)) {
            verb = Verb::Leave;
        } else if let (Verb::Remember | Verb::Merge { .. }, Some(link)) = (verb, &mut case.link) {
            link.kept = false;
        }
        let parked = book.parked(&id);
        let waits = parked.is_some_and(|row| planning.now_ms < row.retry_ms && row.is_about(&case));
        if matches!(verb, Verb::Leave | Verb::Remember | Verb::Skip(_) | Verb::Unlink)
            && book.waits(&id)
            && (case.link.is_none() || planning.policy.looked(case.google.is_some(), case.crm.is_some()))
        {
            self.unparked.push(id.clone());
        }
        if waits
            && matches!(
                verb,
                Verb::Create(_) | Verb::Merge { .. } | Verb::Recreate(_) | Verb::Park(_) | Verb::Pair
            )
        {
            self.still_parked += 1;
            return;
        }
        match verb {
            // A deletion that is kept stays so, whatever the settings say later.
            Verb::Leave if !kept && planning.policy.keeps(google, crm) => match case.link {
                Some(link) => self.remembered.push((id, Link { kept: true, ..link })),
                None => self.unchanged += 1,
            },
            // A record that went before anybody heard of its event: nobody waits for that any more.
            Verb::Leave if crm == View::Deleted && case.link.is_none() => self.unlinked.push((id, None)),
            Verb::Leave => self.unchanged += 1,
            Verb::Skip(reason) => self.skip(id, case, (google, crm), reason),
            Verb::Park(side) => self.park(id, &case, side, planning.now_ms),
            Verb::Create(Side::Crm) => self.create_in_crm(id, case),
            Verb::Create(Side::Google) => self.create_in_google(id, case, google == View::Deleted),
            Verb::Recreate(Side::Crm) => self.create_in_crm(id, case),
            Verb::Recreate(Side::Google) => self.create_in_google(id, case, true),
            Verb::Unlink => self.unlinked.push((id, case.link)),
            Verb::Delete(side) => self.delete(id, case, side),
            Verb::Remember => self.remember(id, case),
            Verb::Pair => {
                let doubt = planning.doubt && !book.may_be_born(&id);
                self.pair(id, case, Planning { doubt, ..planning });
            }
            Verb::Merge { google, crm } => self.merge(id, case, google, crm, planning),
        }
    }

    /// An event that stays on its side. What the other one says meanwhile is not told again: it counts as never seen, and
    /// is compared when the event takes part again (I13).
    fn skip(&mut self, id: GoogleId, case: Case, (google, crm): (View, View), reason: SkipReason) {
        let news = |view: View| match view {
            View::Changed(fields) => fields,
            View::Deleted => FieldSet::all(),
            _ => FieldSet::NONE,
        };
        let (in_google, in_crm) = (news(google), news(crm));
        let reach = case.google.as_ref().map(|seen| seen.reach).filter(|reach| *reach == Reach::Aside);
        match case.link {
            Some(mut link) if !(in_google.is_empty() && in_crm.is_empty()) => {
                link.seen.reach = reach.unwrap_or(link.seen.reach);
                link.forget(Side::Google, in_google);
                link.forget(Side::Crm, in_crm);
                self.remembered.push((id, link));
            }
            link => {
                self.skipped.count(reason);
                if let (Some(mut link), Some(reach)) = (link, reach)
                    && link.seen.reach != reach
                {
                    link.seen.reach = reach;
                    self.aside.push((id, link));
                }
            }
        }
    }

    fn park(&mut self, id: GoogleId, case: &Case, side: Side, now_ms: i64) {
        let why = |verdict: Option<Verdict>| match verdict {
            Some(Verdict::Unreadable(why)) => why,
            Some(_) | None => "it cannot be understood",
        };
        let message = match side {
            Side::Google => {
                let why = why(case.google.as_ref().map(|seen| seen.verdict));
                format!("This Google event is not synced: {why}.")
            }
            Side::Crm => {
                let why = why(case.crm.as_ref().map(|seen| seen.verdict));
                format!("This meeting of the CRM is not synced: {why}.")
            }
        };
        let mut parked = Parked::new("unreadable", message, Etag::new(""), now_ms);
        parked.note_versions(case);
        self.parked.push((id, parked));
    }

    fn create_in_crm(&mut self, id: GoogleId, case: Case) {
        let Some(seen) = case.google else { return };
        let (Some(draft), Some(event)) = (seen.draft(), seen.event) else { return };
        self.crm_creates.push(Box::new(CrmCreate {
            id,
            event,
            draft,
            renews: case.link.map(|link| link.crm),
        }));
    }

    fn create_in_google(&mut self, id: GoogleId, case: Case, renews: bool) {
        let Some((event, origin)) = case.crm.and_then(in_crm) else { return };
        if let Some(link) = case.link {
            self.links.insert(id.clone(), Box::new(link));
        }
        self.google_creates.push(Box::new(GoogleCreate { id, event, origin, renews }));
    }

    fn delete(&mut self, id: GoogleId, case: Case, side: Side) {
        let Some(mut link) = case.link else { return };
        // The deletion is guarded by the version that was compared.
        if let Some(seen) = &case.google {
            link.seen.etag = seen.etag.clone();
        }
        if let Some(seen) = case.crm.as_ref().filter(|seen| seen.event.is_some()) {
            link.crm_modified = seen.modified;
        }
        let survivor = match side {
            Side::Google => case.google.and_then(|seen| {
                let (draft, renews) = (seen.draft()?, Some(link.crm.clone()));
                let create = CrmCreate { id: id.clone(), event: seen.event?, draft, renews };
                Some(Survivor::InGoogle(Box::new(create)))
            }),
            Side::Crm => case.crm.and_then(in_crm).map(|(event, origin)| {
                let create = GoogleCreate { id: id.clone(), event, origin, renews: true };
                Survivor::InCrm(Box::new(create))
            }),
        };
        self.links.insert(id.clone(), Box::new(link));
        self.deletes.push(Delete { side, id, survivor });
    }

    fn remember(&mut self, id: GoogleId, case: Case) {
        let Case { link: Some(mut link), google, crm, .. } = case else { return };
        note_seen(&mut link, google.as_ref(), crm.as_ref());
        self.remembered.push((id, link));
    }

    /// Links two events. In one direction nothing is written: the target's other values may be people's own edits (D1) —
    /// unless Accord made the target's event itself, and only its link is missing: then the source goes on where it was.
    fn pair(&mut self, id: GoogleId, mut case: Case, planning: Planning) {
        let Some(crm) = &case.crm else { return };
        let mut link = Link::unknown(crm.id.clone(), planning.connection);
        let mark = case.google.as_ref().and_then(|seen| seen.mark.as_ref());
        let mark = mark.filter(|mark| mark.crm == crm.id);
        let own = mark.is_some();
        // A mark says what both sides held at first. Once the state is lost it may be older than what they agreed on.
        if let Some(base) = mark.filter(|_| !planning.doubt).and_then(|mark| Seen::of_fields(&mark.base)) {
            let google = case.google.as_ref().and_then(|seen| seen.event.as_deref());
            link.start_from(base, google.into_iter().chain(crm.event.as_deref()));
        }
        case.link = Some(link);
        let changes = |view: View| match view {
            View::Changed(fields) => fields,
            _ => FieldSet::NONE,
        };
        let (google, crm) = match planning.policy.direction {
            Direction::TwoWay => (changes(case.google_view()), changes(case.crm_view())),
            Direction::CrmToGoogle if own => (FieldSet::NONE, changes(case.crm_view())),
            Direction::CrmToGoogle | Direction::GoogleToCrm => (FieldSet::NONE, FieldSet::NONE),
        };
        if !google.is_empty() || !crm.is_empty() {
            self.fresh.insert(id.clone(), ());
            return self.merge(id, case, google, crm, planning);
        }
        let Case { link: Some(mut link), google, crm, .. } = case else { return };
        note_seen(&mut link, google.as_ref(), crm.as_ref());
        self.paired.push((id, link));
    }

    /// Turns the changes of both sides into writes of one or both.
    fn merge(&mut self, id: GoogleId, case: Case, google: FieldSet, crm: FieldSet, planning: Planning) {
        let Some(link) = &case.link else { return };
        let Resolved { to_google, to_crm, lost, closed } =
            resolve(&id, link, case.google.as_ref(), case.crm.as_ref(), google, crm, planning);
        let news = case.crm.as_ref().is_some_and(|seen| seen.modified != link.crm_modified);
        if !closed.is_empty() && news {
            let message = "This event cannot be changed in Google from here, so that the change in the CRM stays there.";
            self.notes.push(Note {
                code: "not-writable".to_owned(),
                google_id: id.as_str().to_owned(),
                message: message.to_owned(),
            });
        }
        let Case { link: Some(mut link), google, crm, .. } = case else { return };
        if to_google.is_empty() && to_crm.is_empty() {
            note_seen(&mut link, google.as_ref(), crm.as_ref());
            link.forget(Side::Crm, closed);
            // What was refused is wanted no more.
            if planning.policy.looked(google.is_some(), crm.is_some()) {
                self.unparked.push(id.clone());
            }
            let known = self.fresh.remove(&id).is_none();
            if known { &mut self.remembered } else { &mut self.paired }.push((id, link));
            return;
        }
        if to_google.is_empty() {
            // What the CRM shows is compared: its version is what the write is guarded by.
            note_seen(&mut link, None, crm.as_ref());
        }
        link.forget(Side::Crm, closed);
        let etag = google.as_ref().map_or_else(|| link.seen.etag.clone(), |seen| seen.etag.clone());
        let was_in_google =
            google.as_ref().filter(|_| !to_google.is_empty()).and_then(|seen| seen.event.clone());
        let was_in_crm = crm.as_ref().filter(|_| !to_crm.is_empty()).and_then(|seen| seen.event.clone());
        let mut lost = lost;
        let update = google.and_then(|seen| {
            let draft = seen.draft()?;
            let event = seen.event?;
            let (settles, lost) = match to_google.is_empty() {
                true => (FieldSet::all(), std::mem::take(&mut lost)),
                false => (to_crm, Vec::new()),
            };
            (!to_crm.is_empty()).then(|| {
                let (id, fields, before) = (id.clone(), to_crm, was_in_crm);
                Box::new(CrmUpdate { id, event, fields, draft, settles, lost, before })
            })
        });
        if link.shown.is_none() && crm.is_some() {
            link.shown = Some(Shown::NOTHING);
        }
        self.links.insert(id.clone(), Box::new(link));
        match (to_google.is_empty(), crm.and_then(in_crm)) {
            (false, Some((event, origin))) => self.google_updates.push(Box::new(GoogleUpdate {
                id,
                event,
                fields: to_google,
                origin,
                etag,
                then: update,
                lost,
                before: was_in_google,
            })),
            _ => self.crm_updates.extend(update),
        }
    }
}

fn in_crm(seen: InCrm) -> Option<(Box<Event>, Origin)> {
    let shown = seen.shown();
    let event = seen.event?;
    Some((event, Origin { crm: seen.id, shown, modified: seen.modified }))
}

/// Takes what both sides show as seen.
fn note_seen(link: &mut Link, google: Option<&InGoogle>, crm: Option<&InCrm>) {
    if let Some(draft) = google.and_then(InGoogle::draft) {
        link.seen.update(draft, FieldSet::all());
    }
    if let Some(seen) = crm.filter(|seen| seen.event.is_some()) {
        link.shown.get_or_insert(Shown::NOTHING).update(&seen.shown(), FieldSet::all());
        link.crm_modified = seen.modified;
    }
}
