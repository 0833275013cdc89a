//! Takes back what a cycle wrote: plans the writes that restore each object to its state before, as far as nobody changed
//! it since (I25). What is restored differs from the other side on purpose: the link takes both values as seen, so that
//! nothing is carried over again until somebody edits that field.

use super::guard::Survivor;
use super::journal::{CREATE, DELETE, Operation, UPDATE, google_version, rule};
use super::observe::{Case, Cases, draft};
use super::plan::{CrmCreate, CrmUpdate, Delete, GoogleCreate, GoogleUpdate, Origin, Plan};
use super::report::NotRestored;
use super::side::Side;
use super::state::{Link, Reach, Seen, Shown};
use crate::model::event::Event;
use crate::model::field::{Field, FieldSet};
use crate::model::fingerprint::Fingerprint;
use crate::model::ids::{CrmId, Etag, GoogleId};
use crate::model::time::When;
use chrono::NaiveDate;

/// Why something is left as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    Changed,
    Gone,
    NotAllowed,
    NotKept,
    /// Contacts have no history: somebody may use them by now.
    Contacts,
}

impl Reason {
    pub(crate) fn told(self, google_id: &str, crm_id: Option<String>) -> NotRestored {
        let (code, message) = match self {
            Self::Changed => ("changed-since", "It was changed since, and stays as it is."),
            Self::Gone => ("gone", "It is gone, so that there is nothing to restore."),
            Self::NotAllowed => ("not-allowed", "The service or the settings do not allow to write it."),
            Self::Contacts => (
                "contacts-kept",
                "Contacts that this sync created of guests stay in the CRM; delete there those that nobody needs.",
            ),
            Self::NotKept => ("not-kept", "What was there before is not known any more."),
        };
        NotRestored { google_id: google_id.to_owned(), crm_id, code, message }
    }
}

/// What taking back comes to.
#[derive(Default)]
pub(crate) struct Undoing {
    pub(crate) plan: Plan,
    /// Events of Google to bring back under their own ids.
    pub(crate) revivals: Vec<Revival>,
    /// What was taken back already, by a try whose end nobody heard of; with what stands for it in the journal.
    pub(crate) already: Vec<Operation>,
    pub(crate) left: Vec<NotRestored>,
}

/// An event that Accord deleted in Google.
pub(crate) struct Revival {
    /// How it is created anew where it cannot be brought back; none when its content is not known.
    pub(crate) create: Option<Box<GoogleCreate>>,
    pub(crate) id: GoogleId,
    pub(crate) crm: CrmId,
}

/// How something is taken back.
#[derive(Clone, Copy)]
pub(crate) struct Asked {
    /// The side that the settings never write (I9).
    pub(crate) source: Option<Side>,
    /// An earlier try was cut off.
    pub(crate) again: bool,
    pub(crate) connection: Fingerprint,
}

type Outcome = Result<(), Reason>;

impl Undoing {
    /// Plans to take back what one cycle did.
    pub(crate) fn of(ops: &[Operation], cases: &mut Cases, asked: Asked) -> Self {
        let mut undoing = Self::default();
        for op in ops {
            let id = GoogleId::new(op.google_id.as_str());
            let outcome = match cases.get_mut(&id) {
                Some(case) if asked.source == Some(op.side) || case.is_out_of_reach(op.side) => {
                    Err(Reason::NotAllowed)
                }
                Some(case) => undoing.take_back(op, id, case, asked),
                None => Err(Reason::Gone),
            };
            undoing.note(op, outcome);
        }
        undoing
    }

    /// Plans to write the value that lost a conflict to both sides.
    pub(crate) fn putting_back(ops: &[Operation], field: Field, cases: &mut Cases, asked: Asked) -> Self {
        let mut undoing = Self::default();
        for op in ops {
            let id = GoogleId::new(op.google_id.as_str());
            let outcome = match cases.get_mut(&id) {
                Some(_) if asked.source.is_some() => Err(Reason::NotAllowed),
                Some(case) => undoing.put_back(op, field, id, case, asked),
                None => Err(Reason::Gone),
            };
            undoing.note(op, outcome);
        }
        undoing
    }

    fn note(&mut self, op: &Operation, outcome: Outcome) {
        if let Err(reason) = outcome {
            self.left.push(reason.told(&op.google_id, op.crm_id.clone()));
        }
    }

    fn take_back(&mut self, op: &Operation, id: GoogleId, case: &mut Case, asked: Asked) -> Outcome {
        match (op.verb, op.side) {
            (UPDATE, side) => self.undo_update(op, id, case, side, asked),
            (CREATE, side) => self.undo_create(op, id, case, side, asked),
            (DELETE, Side::Crm) => self.restore_in_crm(op, id, case, asked),
            (DELETE, Side::Google) => self.restore_in_google(op, id, case, asked),
            _ => Ok(()),
        }
    }

    fn undo_update(
        &mut self,
        op: &Operation,
        id: GoogleId,
        case: &mut Case,
        side: Side,
        asked: Asked,
    ) -> Outcome {
        let (event, version) = present(case, side).ok_or(Reason::Gone)?;
        let link = own_link(op, case).ok_or(Reason::Gone)?;
        if !op.kept {
            return Err(Reason::NotKept);
        }
        let goal = op.before(event.clone()).ok_or(Reason::NotKept)?;
        let fields: FieldSet = op.fields.iter().filter_map(|change| Field::named(change.field)).collect();
        if differing(&event, &goal, fields).is_empty() {
            if asked.again {
                self.already.push(reversed(op, version));
                self.see(id, link, case, side, fields);
            }
            return Ok(());
        }
        unchanged(op, case, &event, &version, side)?;
        let fits = |seen: &super::observe::InGoogle| fields.without(seen.reach.fields()).is_empty();
        if side == Side::Google && !case.google.as_ref().is_some_and(fits) {
            return Err(Reason::NotAllowed);
        }
        match side {
            Side::Crm => {
                self.plan.crm_updates.push(Box::new(crm_update(id.clone(), &link, goal, event, fields)))
            }
            Side::Google => {
                self.plan.google_updates.push(Box::new(google_update(
                    id.clone(),
                    &link,
                    goal,
                    event,
                    fields,
                    etag(case),
                )));
            }
        }
        self.hold(id, link, case, side);
        Ok(())
    }

    fn undo_create(
        &mut self,
        op: &Operation,
        id: GoogleId,
        case: &mut Case,
        side: Side,
        asked: Asked,
    ) -> Outcome {
        let Some((event, version)) = present(case, side) else {
            if let (true, Some(link)) = (asked.again, own_link(op, case)) {
                self.already.push(reversed(op, String::new()));
                self.plan.remembered.push((id, Link { kept: true, ..link }));
            }
            return Ok(());
        };
        let link = own_link(op, case).ok_or(Reason::Changed)?;
        unchanged(op, case, &event, &version, side)?;
        let event = Box::new(event);
        let survivor = match side {
            Side::Crm => Survivor::InCrm(Box::new(GoogleCreate {
                id: id.clone(),
                event,
                origin: origin(&link),
                renews: true,
            })),
            Side::Google => Survivor::InGoogle(Box::new(CrmCreate {
                id: id.clone(),
                event,
                draft: link.seen.clone(),
                renews: None,
            })),
        };
        self.plan.deletes.push(Delete { side, id: id.clone(), survivor: Some(survivor) });
        self.hold(id, link, case, side);
        Ok(())
    }

    /// The CRM has no documented way out of its recycle bin: what was deleted there is created again.
    fn restore_in_crm(&mut self, op: &Operation, id: GoogleId, case: &mut Case, asked: Asked) -> Outcome {
        let crm = CrmId::new(op.crm_id.as_deref().ok_or(Reason::NotKept)?);
        if present(case, Side::Crm).is_some() {
            if asked.again {
                self.already.push(reversed(op, String::new()));
            }
            return Ok(());
        }
        let event = Box::new(op.before(nothing()).filter(|_| op.kept).ok_or(Reason::NotKept)?);
        let (draft, renews) = match &case.link {
            Some(link) => (link.seen.clone(), link.crm.clone()),
            // Somebody made the event anew: then it is an event like any other.
            None if present(case, Side::Google).is_some() => return Err(Reason::Changed),
            None => (draft(Etag::new(""), &event, Reach::Open), crm),
        };
        self.plan.crm_creates.push(Box::new(CrmCreate { id, event, draft, renews: Some(renews) }));
        Ok(())
    }

    fn restore_in_google(&mut self, op: &Operation, id: GoogleId, case: &mut Case, asked: Asked) -> Outcome {
        let crm = CrmId::new(op.crm_id.as_deref().ok_or(Reason::NotKept)?);
        if let Some((event, version)) = present(case, Side::Google) {
            if asked.again && case.link.is_none() {
                let seen = draft(etag(case), &event, Reach::Open);
                let shown = Some(seen.shown());
                let link = Link { seen, shown, kept: true, ..Link::unknown(crm, asked.connection) };
                self.plan.paired.push((id, link));
                self.already.push(reversed(op, version));
            }
            return Ok(());
        }
        let event = op.before(nothing()).filter(|_| op.kept);
        let create = event.map(|event| {
            let origin = Origin { crm: crm.clone(), shown: Shown::of(&event), modified: None };
            let origin = case.link.as_ref().map_or(origin, self::origin);
            Box::new(GoogleCreate { id: id.clone(), event: Box::new(event), origin, renews: true })
        });
        if let Some(link) = case.link.clone() {
            self.plan.links.insert(id.clone(), Box::new(link));
        }
        self.revivals.push(Revival { create, id, crm });
        Ok(())
    }

    fn put_back(
        &mut self,
        op: &Operation,
        field: Field,
        id: GoogleId,
        case: &mut Case,
        asked: Asked,
    ) -> Outcome {
        let change = op.change(field).ok_or(Reason::NotKept)?;
        let lost = change.lost.as_deref().ok_or(Reason::NotKept)?;
        let (in_google, version) = present(case, Side::Google).ok_or(Reason::Gone)?;
        let (in_crm, modified) = present(case, Side::Crm).ok_or(Reason::Gone)?;
        let mut link = own_link(op, case).ok_or(Reason::Gone)?;
        if !case.google.as_ref().is_some_and(|seen| seen.reach.fields().has(field)) {
            return Err(Reason::NotAllowed);
        }
        let (mut goal, mut after) = (in_google.clone(), in_google.clone());
        field.assume(lost, &mut goal).ok_or(Reason::NotKept)?;
        field.assume(change.after.as_deref().unwrap_or_default(), &mut after).ok_or(Reason::NotKept)?;
        let is = |event: &Event, value: &Event| field.fingerprint(event) == field.fingerprint(value);
        let fields = FieldSet::only(field);
        let (to_google, to_crm) = (!is(&in_google, &goal), !is(&in_crm, &goal));
        let ours = |side: Side, version: &String| op.side != side || *version == op.version || asked.again;
        let as_left = |open: bool, event: &Event| !open || is(event, &after);
        let as_left = as_left(to_google, &in_google) && as_left(to_crm, &in_crm);
        if !as_left || !ours(Side::Google, &version) || !ours(Side::Crm, &modified) {
            return Err(Reason::Changed);
        }
        // Whatever else differs was not compared: it is somebody's edit, and is found as one.
        link.crm_modified = case.crm.as_ref().and_then(|seen| seen.modified);
        let seen = case.google.as_ref().and_then(super::observe::InGoogle::draft).ok_or(Reason::Gone)?;
        let mut draft = link.seen.clone();
        draft.google = draft.google.updated_by(&Seen::of(&goal), fields);
        draft.etag = seen.etag;
        let update = to_crm.then(|| {
            let event = Box::new(goal.clone());
            let before = Some(Box::new(in_crm));
            Box::new(CrmUpdate {
                id: id.clone(),
                event,
                fields,
                draft,
                settles: fields,
                lost: Vec::new(),
                before,
            })
        });
        if to_google {
            let mut op = google_update(id.clone(), &link, goal, in_google, fields, etag(case));
            op.then = update;
            self.plan.google_updates.push(Box::new(op));
        } else {
            self.plan.crm_updates.extend(update);
        }
        self.plan.links.insert(id, Box::new(link));
        Ok(())
    }

    /// Gives the link of an object that is about to be written the version that was just compared.
    fn hold(&mut self, id: GoogleId, mut link: Link, case: &Case, side: Side) {
        match side {
            Side::Google => {
                if let Some(seen) = &case.google {
                    link.seen.etag = seen.etag.clone();
                }
            }
            Side::Crm => link.crm_modified = case.crm.as_ref().and_then(|seen| seen.modified),
        }
        if !self.plan.links.contains(&id) {
            self.plan.links.insert(id, Box::new(link));
        } else if let Some(known) = self.plan.links.get_mut(&id) {
            match side {
                Side::Google => known.seen.etag = link.seen.etag,
                Side::Crm => known.crm_modified = link.crm_modified,
            }
        }
    }

    /// Takes what a side shows as seen there.
    fn see(&mut self, id: GoogleId, mut link: Link, case: &Case, side: Side, fields: FieldSet) {
        match (side, &case.google, &case.crm) {
            (Side::Google, Some(seen), _) => {
                if let Some(draft) = seen.draft() {
                    link.seen.update(draft, fields);
                }
            }
            (Side::Crm, _, Some(seen)) => {
                link.shown.get_or_insert(Shown::NOTHING).update(&seen.shown(), fields);
                link.crm_modified = seen.modified;
            }
            _ => {}
        }
        self.plan.remembered.push((id, link));
    }
}

/// What a side shows of an event, and its version there.
fn present(case: &Case, side: Side) -> Option<(Event, String)> {
    match side {
        Side::Google => {
            let seen = case.google.as_ref()?;
            let event = *seen.event.clone()?;
            let version = google_version(&seen.etag, &event);
            Some((event, version))
        }
        Side::Crm => {
            let seen = case.crm.as_ref()?;
            let version = seen.modified.map(|at| at.to_string()).unwrap_or_default();
            Some((*seen.event.clone()?, version))
        }
    }
}

fn etag(case: &Case) -> Etag {
    case.google.as_ref().map_or_else(|| Etag::new(""), |seen| seen.etag.clone())
}

/// The link of the pair that the operation was about.
fn own_link(op: &Operation, case: &Case) -> Option<Link> {
    case.link.clone().filter(|link| op.crm_id.as_deref().is_none_or(|crm| crm == link.crm.as_str()))
}

fn differing(one: &Event, other: &Event, fields: FieldSet) -> FieldSet {
    fields.iter().filter(|field| field.fingerprint(one) != field.fingerprint(other)).collect()
}

/// Whether an object is as the operation left it: its version, and what was last seen of it, for the CRM's versions are
/// whole seconds.
fn unchanged(op: &Operation, case: &Case, event: &Event, version: &str, side: Side) -> Outcome {
    let seen = match (side, &case.link) {
        (Side::Crm, Some(Link { shown: Some(shown), .. })) => shown.fields.clone(),
        _ => Seen::NOTHING,
    };
    let now = Seen::of(event);
    let edited = |field: &Field| {
        seen.field(*field).is_some_and(|known| now.field(*field).is_some_and(|now| now != known))
    };
    let told = |change: &&super::journal::FieldChange| {
        // Where nothing is read back, the CRM may have rewritten a text on saving.
        let field =
            Field::named(change.field).filter(|field| !matches!(field, Field::Description | Field::Guests));
        let mut after = event.clone();
        field.is_some_and(|field| {
            field.assume(change.after.as_deref().unwrap_or_default(), &mut after).is_some()
                && field.fingerprint(&after) != field.fingerprint(event)
        })
    };
    let differs =
        side == Side::Crm && op.verb == UPDATE && seen == Seen::NOTHING && op.fields.iter().any(|c| told(&c));
    let moved = version != op.version
        || version.is_empty()
        || version.starts_with('/')
        || Field::ALL.iter().any(edited)
        || differs;
    if moved { Err(Reason::Changed) } else { Ok(()) }
}

fn crm_update(id: GoogleId, link: &Link, goal: Event, event: Event, fields: FieldSet) -> CrmUpdate {
    let mut draft = link.seen.clone();
    draft.google = Seen::of(&goal);
    draft.guests = goal.guest_fingerprints().unwrap_or_default();
    let (event, before) = (Box::new(goal), Some(Box::new(event)));
    CrmUpdate { id, event, fields, draft, settles: FieldSet::NONE, lost: Vec::new(), before }
}

fn google_update(
    id: GoogleId,
    link: &Link,
    mut goal: Event,
    event: Event,
    fields: FieldSet,
    etag: Etag,
) -> GoogleUpdate {
    // The placeholder of a title never travels to Google; that there was none does.
    if goal.title == Event::UNTITLED {
        goal.title.clear();
    }
    GoogleUpdate {
        id,
        event: Box::new(goal),
        fields,
        origin: origin(link),
        etag,
        then: None,
        lost: Vec::new(),
        before: Some(Box::new(event)),
    }
}

fn origin(link: &Link) -> Origin {
    let shown = link.shown.clone().unwrap_or(Shown::NOTHING);
    Origin { crm: link.crm.clone(), shown, modified: link.crm_modified }
}

fn nothing() -> Event {
    Event::blank(When::all_day(NaiveDate::MIN, NaiveDate::MIN))
}

/// What stands in the journal for an operation that was taken back.
fn reversed(op: &Operation, version: String) -> Operation {
    let mut op = op.clone();
    op.verb = match op.verb {
        CREATE => DELETE,
        DELETE => CREATE,
        verb => verb,
    };
    op.rule = rule::UNDO;
    op.version = version;
    for change in &mut op.fields {
        std::mem::swap(&mut change.before, &mut change.after);
        change.rule = rule::UNDO;
        (change.winner, change.lost) = (None, None);
    }
    op.kept &= op.verb == UPDATE;
    op
}
