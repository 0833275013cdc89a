//! Turns the sights of a cycle into one case per event: what each side shows, next to what the link remembers.

use super::diff;
use super::merge::{SkipReason, View};
use super::report::Drift;
use super::side::Side;
use super::state::{Draft, Link, Reach, Seen, Shown};
use crate::model::event::{Event, MAX_PARTICIPANTS};
use crate::model::field::{Field, FieldSet};
use crate::model::ids::{CrmId, Etag, GoogleId};
use crate::model::list::Listed;
use crate::model::settings::{Direction, PrivatePolicy, RecurringPolicy, Settings};
use crate::model::sight::{Content, CrmContent, CrmSight, Mark, Sight};
use crate::model::table::Table;
use crate::model::time::{When, months_before, seconds};

/// What the settings and the clock admit.
pub(crate) struct Admission<'a> {
    pub(crate) settings: &'a Settings,
    /// Events that end at or before this instant (seconds since 1970) are past.
    pub(crate) window_start: i64,
    /// Instances of series that start at or after this instant are too far ahead.
    pub(crate) horizon: i64,
}

impl<'a> Admission<'a> {
    /// How far ahead instances are synced, in seconds: a year, so that one more of a yearly series is there. Series may
    /// have no end, and Google expands them for decades (garrytan/gbrain PR #5015).
    const LOOK_AHEAD: i64 = 366 * DAY;

    pub(crate) fn new(settings: &'a Settings, now_ms: i64) -> Self {
        let window_start = months_before(now_ms, settings.limits.look_back_months);
        Self { settings, window_start, horizon: now_ms / 1_000 + Self::LOOK_AHEAD }
    }

    /// Whether instances have to be read in full again. A token brings neither those that only time brings nearer nor
    /// those that a series lost without saying so, and it cannot be told another window (Google Calendar API, Events:
    /// list): once a day both are looked for.
    pub(crate) fn rolls(&self, horizon: Option<i64>) -> bool {
        self.settings.recurring == RecurringPolicy::Instances
            && horizon.is_none_or(|horizon| self.horizon - horizon >= DAY)
    }

    /// Whether a linked event is left alone: an instance, after the settings went back to skipping series.
    pub(crate) fn leaves(&self, id: &GoogleId) -> bool {
        self.settings.recurring == RecurringPolicy::Skip && id.is_instance()
    }
}

/// In seconds.
const DAY: i64 = 86_400;

/// Everything a cycle knows of one event. A meeting without an event in Google stands under the id that its event
/// would get (`sync::birth`), so that both meet in one case.
#[derive(Default)]
pub(crate) struct Case {
    pub(crate) sight: Option<Sight>,
    pub(crate) crm_sight: Option<CrmSight>,
    pub(crate) link: Option<Link>,
    pub(crate) google: Option<InGoogle>,
    pub(crate) crm: Option<InCrm>,
}

/// The events of a cycle, in the order of their ids.
pub(crate) type Cases = Table<GoogleId, Box<Case>>;

/// Adds a sight; of several for one event the one updated last counts (pages may repeat an entry that changed while
/// they were read).
pub(crate) fn add(cases: &mut Cases, sight: Sight) {
    cases.change(sight.id.clone(), |case| {
        // A tombstone may carry nothing but its id: then the order of the pages decides.
        let later = |known: &Sight| sight.updated.is_empty() || known.updated <= sight.updated;
        if case.sight.as_ref().is_none_or(later) {
            case.sight = Some(sight);
        }
    });
}

/// How the settings judge what a side shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// To be synced.
    Admitted,
    /// It ended before the window (L1), or it is an instance beyond the horizon.
    Outside,
    Kept(SkipReason),
    Deleted,
    /// The sentence says what cannot be understood.
    Unreadable(&'static str),
}

/// What Google shows of an event.
pub(crate) struct InGoogle {
    pub(crate) etag: Etag,
    pub(crate) verdict: Verdict,
    /// Present for admitted and past events: as the CRM may know it.
    pub(crate) event: Option<Box<Event>>,
    pub(crate) reach: Reach,
    /// Stands for what the CRM is not shown of a private event; 0 where that is nothing.
    hidden: u64,
    /// When it was last changed, in seconds since 1970.
    pub(crate) changed: Option<i64>,
    /// The record that Accord made it of, and what it was then, by its mark.
    pub(crate) mark: Option<Mark>,
}

/// What the CRM shows of a meeting.
pub(crate) struct InCrm {
    pub(crate) id: CrmId,
    pub(crate) verdict: Verdict,
    pub(crate) event: Option<Box<Event>>,
    /// `Modified_Time`, in seconds since 1970.
    pub(crate) modified: Option<i64>,
}

impl Case {
    /// Judges what was read by the settings.
    pub(crate) fn judge(&mut self, id: &GoogleId, admission: &Admission<'_>) {
        self.google = self.sight.take().map(|sight| InGoogle::new(sight, admission));
        self.crm = self.crm_sight.take().map(|sight| InCrm::new(sight, admission));
        if self.link.is_some() && self.is_seen() && admission.leaves(id) {
            self.google = Some(InGoogle::left_alone());
        }
    }

    /// A write whose answer was lost: where the side shows what was written, both sides held that value, and nobody else
    /// wrote it (K7). `learnt`: it is known how the CRM takes all-day times; otherwise it may show them a day off.
    /// Returns the fields that were written.
    pub(crate) fn recognise(&mut self, side: Side, written: &Seen, learnt: bool) -> FieldSet {
        let source = self.google.as_ref().filter(|_| side == Side::Crm && !learnt).and_then(InGoogle::draft);
        let event = match side {
            Side::Google => self.google.as_ref().and_then(|seen| seen.event.as_ref()),
            Side::Crm => self.crm.as_ref().and_then(|seen| seen.event.as_ref()),
        };
        let (Some(event), Some(link)) = (event, &mut self.link) else { return FieldSet::default() };
        let ours = written.same(&Seen::of(event));
        link.seen.google = link.seen.google.updated_by(written, ours);
        // Guests are merged: where a side shows more of them than the other had, it shows another value.
        let guests = event.guest_fingerprints().filter(|_| ours.has(Field::Guests));
        if let Some(guests) = &guests {
            link.seen.guests.clone_from(guests);
        }
        if side == Side::Crm && !ours.is_empty() {
            // The write may share its second with the version that was seen: what is known by now is to be stored.
            link.crm_modified = None;
        }
        // The write was to show how the CRM takes all-day times, and nobody has looked: it may be a day off.
        let all_day = matches!(event.when, When::AllDay { .. });
        link.unverified |= source.is_some() && ours.has(Field::Time) && all_day;
        if let Some(shown) = &mut link.shown {
            shown.fields = shown.fields.updated_by(written, ours);
            shown.guests = guests.unwrap_or(std::mem::take(&mut shown.guests));
            let time = FieldSet::only(Field::Time);
            let off =
                |source: &Draft| source.google.same(written).has(Field::Time) && is_probe(event, source);
            if source.as_ref().is_some_and(off) {
                // It is nobody's edit, and is written again.
                shown.fields = shown.fields.updated_by(&Seen::of(event), time);
            }
        }
        ours
    }

    /// What Google shows, as the decision table takes it.
    pub(crate) fn google_view(&self) -> View {
        let Some(seen) = &self.google else { return unseen(self.link.as_ref()) };
        match (seen.verdict, &seen.event, &self.link) {
            (Verdict::Admitted | Verdict::Outside, Some(event), Some(link)) => {
                let mut fields = diff::changed(&link.seen.google, &Seen::of(event), &self.in_crm(link));
                if link.unverified {
                    fields = fields.with(Field::Time);
                }
                match fields.is_empty() && link.seen.etag == seen.etag && link.seen.reach == seen.reach {
                    true => View::Same,
                    false => View::Changed(fields),
                }
            }
            (verdict, _, link) => verdict.view(link.is_some()),
        }
    }

    /// What the CRM shows.
    pub(crate) fn crm_view(&self) -> View {
        let Some(seen) = &self.crm else { return unseen(self.link.as_ref()) };
        match (seen.verdict, &seen.event, &self.link) {
            (Verdict::Admitted | Verdict::Outside, Some(event), Some(link)) => {
                let base = link.shown.as_ref().map_or(&Seen::NOTHING, |shown| &shown.fields);
                let mut fields = diff::changed(base, &Seen::of(event), &self.in_google(link));
                if link.unverified && is_probe(event, &link.seen) {
                    fields = fields.without(FieldSet::only(Field::Time));
                }
                let same = fields.is_empty() && link.shown.is_some() && link.crm_modified == seen.modified;
                if same { View::Same } else { View::Changed(fields) }
            }
            (verdict, _, link) => verdict.view(link.is_some()),
        }
    }

    /// Whether somebody edited what the CRM is not shown of a private event.
    pub(crate) fn is_edited_out_of_sight(&self) -> bool {
        let (Some(seen), Some(link)) = (&self.google, &self.link) else { return false };
        link.seen.hidden != 0 && seen.hidden != 0 && link.seen.hidden != seen.hidden
    }

    /// Whether a linked event is private that was not when it was last seen.
    pub(crate) fn became_private(&self) -> bool {
        let is_private =
            |hidden: u64, reach: Reach| hidden != 0 || matches!(reach, Reach::TimeOnly | Reach::Aside);
        let (Some(seen), Some(link)) = (&self.google, &self.link) else { return false };
        is_private(seen.hidden, seen.reach) && !is_private(link.seen.hidden, link.seen.reach)
    }

    /// Whether an event is there that takes no part, or cannot be understood: nothing is known of it, and nothing written.
    pub(crate) fn is_out_of_reach(&self, side: Side) -> bool {
        let verdict = match side {
            Side::Google => self.google.as_ref().map(|seen| seen.verdict),
            Side::Crm => self.crm.as_ref().map(|seen| seen.verdict),
        };
        matches!(verdict, Some(Verdict::Kept(_) | Verdict::Unreadable(_)))
    }

    fn in_crm(&self, link: &Link) -> Seen {
        match (self.crm.as_ref().and_then(|seen| seen.event.as_ref()), &link.shown) {
            (Some(event), _) => Seen::of(event),
            (None, Some(shown)) => shown.fields.clone(),
            (None, None) => Seen::NOTHING,
        }
    }

    fn in_google(&self, link: &Link) -> Seen {
        match self.google.as_ref().and_then(|seen| seen.event.as_ref()) {
            Some(event) => Seen::of(event),
            None => link.seen.google.clone(),
        }
    }

    /// Whether one of the sides was looked at.
    pub(crate) fn is_seen(&self) -> bool {
        self.google.is_some() || self.crm.is_some()
    }
}

/// Where a linked pair that was read on both sides differs, as far as both can hold a value.
pub(crate) fn drift(id: &GoogleId, case: &Case) -> Option<Drift> {
    let link = case.link.as_ref()?;
    let (google, crm) = (case.google_view(), case.crm_view());
    let fresh = |view: View| match view {
        View::Changed(fields) => fields,
        _ => FieldSet::NONE,
    };
    let (mut kind, mut fields) = ("differs", FieldSet::NONE);
    let mut pending = matches!((google, crm), (View::Deleted, _) | (_, View::Deleted));
    match (google, crm) {
        (View::Deleted, View::Deleted) => {}
        (View::Deleted, _) => kind = "missing-google",
        (_, View::Deleted) => kind = "missing-crm",
        _ => {
            let (left, right) = (case.google.as_ref()?.event.as_ref()?, case.crm.as_ref()?.event.as_ref()?);
            fields = differing(left, right);
            if fields.is_empty() {
                return None;
            }
            pending = fields.without(fresh(google)).without(fresh(crm)).is_empty();
        }
    }
    let fields = fields.iter().map(Field::name).listed();
    Some(Drift {
        google_id: id.as_str().to_owned(),
        crm_id: link.crm.as_str().to_owned(),
        kind,
        fields,
        pending,
    })
}

/// The fields that differ; of guests as many as the CRM takes.
fn differing(google: &Event, crm: &Event) -> FieldSet {
    let cut = Shown::of(google).cut_guests(MAX_PARTICIPANTS).fields;
    let differs = |field: &Field| match (cut.field(*field), field.fingerprint(crm)) {
        (Some(left), Some(right)) => left != right,
        _ => false,
    };
    Field::ALL.into_iter().filter(differs).collect()
}

/// Whether a meeting lasts about the first day of an all-day event: then nobody edited its time, for that is what
/// remains when the learning of all-day times is cut off. Until they are learnt, dates may be read a day off.
fn is_probe(event: &Event, seen: &Draft) -> bool {
    let (start, end) = (event.when.start_seconds(), event.when.end_seconds());
    matches!(event.when, When::AllDay { .. })
        && seen.all_day
        && (start - seen.start).abs() <= DAY
        && (end - start <= 2 * DAY || (end - seen.end).abs() <= DAY)
}

/// A side that was not looked at is as it was.
fn unseen(link: Option<&Link>) -> View {
    if link.is_some() { View::Same } else { View::Absent }
}

impl Verdict {
    fn view(self, linked: bool) -> View {
        match self {
            Self::Admitted if linked => View::Same,
            Self::Outside if linked => View::Same,
            Self::Admitted => View::New,
            Self::Outside => View::Past,
            Self::Kept(reason) => View::Kept(reason),
            Self::Deleted => View::Deleted,
            Self::Unreadable(_) => View::Unreadable,
        }
    }
}

impl InGoogle {
    /// Judges a sight by the settings.
    pub(crate) fn new(sight: Sight, admission: &Admission<'_>) -> Self {
        let mut reach = Reach::Open;
        let mut made_of = None;
        let mut hidden = 0;
        let (verdict, event) = match sight.content {
            Content::Cancelled => (Verdict::Deleted, None),
            _ if sight.series.is_some() && admission.settings.recurring != RecurringPolicy::Instances => {
                (Verdict::Kept(SkipReason::Recurring), None)
            }
            Content::OtherType => (Verdict::Kept(SkipReason::EventType), None),
            Content::Recurring => (Verdict::Kept(SkipReason::Recurring), None),
            Content::Unreadable(why) => (Verdict::Unreadable(why), None),
            Content::Ordinary { event, private, writable, mark } => {
                made_of = mark;
                if !writable {
                    reach = Reach::Closed;
                }
                // The setting says what the CRM may see. Where nothing goes there, it hides nothing from its own edits.
                let private = private && admission.settings.direction != Direction::CrmToGoogle;
                match (private, admission.settings.private_events) {
                    (true, PrivatePolicy::Skip) => {
                        reach = Reach::Aside;
                        (Verdict::Kept(SkipReason::Private), None)
                    }
                    (true, PrivatePolicy::Busy) => {
                        if writable {
                            reach = Reach::TimeOnly;
                        }
                        hidden = event.digest();
                        admit(Box::new(event.busy()), admission)
                    }
                    (true, PrivatePolicy::Include) | (false, _) => admit(event, admission),
                }
            }
        };
        // An endless series is delivered whole as soon as it is touched.
        let far = |event: &Event| event.when.start_seconds() >= admission.horizon;
        let verdict = match (verdict, &event) {
            (Verdict::Admitted, Some(event)) if sight.series.is_some() && far(event) => Verdict::Outside,
            (verdict, _) => verdict,
        };
        let changed = seconds(&sight.updated);
        Self { etag: sight.etag, verdict, event, reach, hidden, changed, mark: made_of }
    }

    /// A linked event that is not looked at.
    fn left_alone() -> Self {
        let verdict = Verdict::Kept(SkipReason::Recurring);
        Self {
            etag: Etag::new(""),
            verdict,
            event: None,
            reach: Reach::Closed,
            hidden: 0,
            changed: None,
            mark: None,
        }
    }

    /// What will be remembered of it.
    pub(crate) fn draft(&self) -> Option<Draft> {
        let event = self.event.as_ref()?;
        Some(Draft { hidden: self.hidden, ..draft(self.etag.clone(), event, self.reach) })
    }
}

impl InCrm {
    fn new(sight: CrmSight, admission: &Admission<'_>) -> Self {
        let (verdict, event) = match sight.content {
            CrmContent::Gone => (Verdict::Deleted, None),
            CrmContent::Recurring => (Verdict::Kept(SkipReason::Recurring), None),
            CrmContent::OtherOwner => (Verdict::Kept(SkipReason::OtherOwner), None),
            CrmContent::Unreadable(why) => (Verdict::Unreadable(why), None),
            CrmContent::Ordinary { event, .. } => admit(event, admission),
        };
        Self { id: sight.id, verdict, event, modified: sight.modified }
    }

    pub(crate) fn shown(&self) -> Shown {
        self.event.as_deref().map_or(Shown::NOTHING, Shown::of)
    }
}

fn admit(event: Box<Event>, admission: &Admission<'_>) -> (Verdict, Option<Box<Event>>) {
    let past = event.when.end_seconds() <= admission.window_start;
    (if past { Verdict::Outside } else { Verdict::Admitted }, Some(event))
}

/// What will be remembered of an event once it is written.
pub(crate) fn draft(etag: Etag, event: &Event, reach: Reach) -> Draft {
    Draft {
        etag,
        google: Seen::of(event),
        guests: event.guest_fingerprints().unwrap_or_default(),
        start: event.when.start_seconds(),
        end: event.when.end_seconds(),
        all_day: matches!(event.when, When::AllDay { .. }),
        reach,
        hidden: 0,
    }
}

impl Reach {
    /// The fields that a change in the CRM may write.
    pub(crate) fn fields(self) -> FieldSet {
        match self {
            Self::Open => FieldSet::all(),
            Self::TimeOnly => FieldSet::only(Field::Time),
            Self::Closed | Self::Aside => FieldSet::NONE,
        }
    }
}
