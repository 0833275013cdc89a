//! How the CRM takes all-day times: learnt once, by one event (F2, I20).

use super::{Writer, results};
use crate::api::zoho;
use crate::engine::read;
use crate::error::{Error, Result};
use crate::model::event::Event;
use crate::model::field::{Field, FieldSet};
use crate::model::ids::GoogleId;
use crate::model::profile::{AllDayOffset, AllDayTimes};
use crate::model::time::{When, midnight_utc, offset_at_local};
use crate::sync::state::{Draft, Link, decode, key};
use crate::wire::mapping;
use crate::wire::zoho::{Entry, EventWrite, RecordResult};
use crate::wire::zoho_event::{one_day, seconds};
use chrono::{DateTime, NaiveDate};

impl Writer<'_> {
    pub(super) async fn load_zone(&mut self, (from, to): (i64, i64)) -> Result<()> {
        if self.all_day_times().offset == Some(AllDayOffset::Zero) {
            return Ok(());
        }
        let day = 86_400;
        let zone = self.book.active()?.crm.zone.clone();
        self.zone = self.io.offsets(&zone, (from - day) * 1_000, (to + day) * 1_000).await?;
        Ok(())
    }

    /// Learns how the CRM takes all-day times, by an event that was just written: it is made to last one day, read back,
    /// and given its own extent again. One day leaves nothing open: an end on the next midnight can only be exclusive,
    /// and the printed offset tells which one the dates are taken at. What was refused, or moved meanwhile, is no such
    /// event: it is left as it is.
    pub(super) async fn learn_all_day(&mut self, id: &GoogleId, event: &Event) -> Result<()> {
        let When::AllDay { first, .. } = event.when else { return Ok(()) };
        let row = key::link(id);
        let stored = self.io.load(vec![row.clone()]).await?;
        let Some(mut link) = stored.get(&row).and_then(|text| decode::<Link>(text)) else { return Ok(()) };
        let moved = self.stale.iter().any(|stale| stale.id == *id);
        if !link.unverified || moved || self.book.parked(id).is_some() {
            return Ok(());
        }
        let day = Event { reminder: event.reminder, ..Event::blank(When::all_day(first, first)) };
        let mut learnt = None;
        let mut refused = false;
        for offset in [AllDayOffset::Zero, AllDayOffset::UserZone] {
            self.guess = Some(AllDayTimes { offset: Some(offset), exclusive_end: false });
            let fields = "Start_DateTime,End_DateTime,All_day";
            let echo = match self.rewrite_time(&mut link, &day).await? {
                true => read::record(self.io, &link.crm, fields).await?,
                false => None,
            };
            let Some(echo) = echo else {
                refused = true;
                break;
            };
            let matters = self.offset_matters(first);
            learnt = one_day(&echo, first)
                .filter(|(at_zero, _)| !matters || *at_zero == (offset == AllDayOffset::Zero))
                .map(|(_, exclusive_end)| AllDayTimes { offset: matters.then_some(offset), exclusive_end });
            if learnt.is_some() {
                break;
            }
        }
        self.guess = learnt;
        let rewritten = self.rewrite_time(&mut link, event).await?;
        if rewritten {
            self.journal_version(id, &link.crm, link.crm_modified);
        }
        link.unverified = !rewritten || learnt.is_none();
        self.guess = None;
        match learnt {
            Some(_) => {
                self.book.state.all_day = learnt;
                self.book.state.probe = None;
            }
            None => self.note(
                id,
                "all-day-unclear",
                "The CRM does not show this all-day event as it was written; it is tried again.",
            ),
        }
        if self.two_way {
            self.wrote(id, &link.crm.clone(), Vec::new());
            self.links.insert(id.clone(), Box::new(link.clone()));
        }
        self.book.link(id, &link, Some(&link.crm));
        if refused || !rewritten {
            // Nobody knows what its time is there: it waits, and is written again (K6).
            self.park(id, &link.seen, &RecordResult::refused("INVALID_DATA"));
        }
        self.save().await
    }

    /// Writes the time of one record and says whether the CRM took it. Where somebody's edits there count, it is refused if
    /// the record has another version than the write before made of it.
    async fn rewrite_time(&mut self, link: &mut Link, event: &Event) -> Result<bool> {
        let mut record = EventWrite::default();
        record.set("id", Entry::text(link.crm.as_str()));
        mapping::to_crm(event, FieldSet::NONE.with(Field::Time), &self.writing(false, None), &mut record);
        record.set("$send_notification", Entry::Flag(self.notifies()));
        let request = zoho::update(&[record], link.crm_modified.filter(|_| self.two_way))
            .ok_or_else(|| Error::internal("an update could not be encoded"))?;
        let response = self.io.fetch_one(request).await?;
        let result = results(&response, 1).ok().and_then(|mut results| results.pop());
        let taken = result.filter(|result| result.code == "SUCCESS");
        if let Some(result) = &taken {
            link.crm_modified = seconds(&result.modified);
        }
        Ok(taken.is_some())
    }

    pub(super) fn all_day_times(&self) -> AllDayTimes {
        self.guess.or(self.book.state.all_day).unwrap_or(AllDayTimes::ASSUMED)
    }

    /// Whether it is not known yet how the CRM takes the times of an event.
    pub(super) fn must_learn(&self, draft: &Draft) -> bool {
        let day = |seconds: i64| DateTime::from_timestamp(seconds, 0).unwrap_or_default().date_naive();
        let matters = || self.offset_matters(day(draft.start)) || self.offset_matters(day(draft.end - 1));
        match self.book.state.all_day {
            None => draft.all_day,
            Some(times) => draft.all_day && times.offset.is_none() && matters(),
        }
    }

    /// Whether the two offsets differ on a day: not where the user's zone is at UTC.
    fn offset_matters(&self, day: NaiveDate) -> bool {
        self.zone.is_empty() || offset_at_local(&self.zone, midnight_utc(day)) != 0
    }
}

pub(super) fn is_all_day(event: &Event) -> bool {
    matches!(event.when, When::AllDay { .. })
}

pub(super) fn widest(span: Option<(i64, i64)>, event: &Event) -> Option<(i64, i64)> {
    let (start, end) = (event.when.start_seconds(), event.when.end_seconds());
    let (from, to) = span.unwrap_or((start, end));
    Some((from.min(start), to.max(end)))
}
