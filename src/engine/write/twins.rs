//! Two devices of one person, such as a browser extension and a widget, know nothing of each other. What both create in
//! Google gets the same id there; what both create in the CRM at the same moment is there twice, unless it has a field for
//! the mark. Whoever finds that the other one was first yields (K2, I4).

use super::Writer;
use crate::api::http::Service;
use crate::api::retry::Problem;
use crate::api::zoho::{self, Meetings};
use crate::engine::read;
use crate::error::Result;
use crate::model::ids::{CrmId, GoogleId};
use crate::model::list::Listed;
use crate::model::sight::Meeting;
use crate::model::table::Table;
use crate::sync::pair::{alike, contents_of, twins};
use crate::sync::recover::CLOCK_SLACK;
use crate::sync::state::{Link, decode, key};
use crate::wire::zoho_event::{meeting, seconds, titled};

impl Writer<'_> {
    /// Looks whether what was just created has a twin that is older, goes on with that one, and deletes its own. Of several
    /// that are alike nobody knows which belong together: they stay.
    pub(crate) async fn yield_to_twins(&mut self) -> Result<()> {
        self.delete_yielded().await?;
        let newborn = std::mem::take(&mut self.book.newborn);
        let started = self.book.newborn_ms.take().unwrap_or(self.book.cycle.started_ms);
        let crm = &self.book.active()?.crm;
        if newborn.is_empty() || crm.marks || self.book.state.importing {
            return Ok(());
        }
        let since = started.min(self.io.now_ms()) / 1000 - CLOCK_SLACK;
        let meetings = read::meetings(self.io, crm, &Meetings::CreatedSince(since)).await?;
        let ids: Table<CrmId, GoogleId> = newborn.into_iter().collect();
        if meetings.iter().all(|found| ids.contains(&found.id)) {
            return Ok(());
        }
        let (ours, others): (Vec<_>, Vec<_>) =
            meetings.into_iter().partition(|found| ids.contains(&found.id));
        let ours: Vec<Meeting> = ours.into_iter().map(meeting).listed();
        let others = titled(others, &Table::of(ours.iter().map(|meeting| meeting.title.as_str())));
        self.save().await?;
        let others = alike(others, ours.iter().flat_map(contents_of).listed());
        let others = super::unlinked(self.io, others).await?;
        let pairs = twins(&ours, &others);
        let id = |mine: &CrmId| ids.get(mine).cloned();
        let keys = pairs.iter().filter_map(|(mine, _)| id(&mine.id)).map(|id| key::link(&id)).listed();
        let links = self.io.load(keys).await?;
        for (mine, other) in pairs {
            let Some(id) = id(&mine.id) else { continue };
            let link = links.get(key::link(&id)).and_then(|text| decode::<Link>(text));
            let Some(link) = link.filter(|link| link.crm == mine.id) else { continue };
            // What the other device wrote is compared as soon as it is read.
            let crm_modified = other.modified.filter(|_| !self.two_way);
            let link = Link { crm: other.id.clone(), crm_modified, ..link };
            self.book.link(&id, &link, Some(&mine.id));
            if self.links.contains(&id) {
                self.links.insert(id, Box::new(link));
            }
            self.echoes.retain(|echo| echo.crm != mine.id);
            self.book.intents.yielded.push((mine.id.clone(), mine.modified.unwrap_or_default()));
            self.report.crm.created = self.report.crm.created.saturating_sub(1);
            self.report.linked += 1;
        }
        self.save().await?;
        self.delete_yielded().await
    }

    /// Deletes what was created in vain, as far as nobody has edited it since.
    async fn delete_yielded(&mut self) -> Result<()> {
        let yielded = self.book.intents.yielded.clone();
        for group in yielded.chunks(zoho::BULK) {
            let ids = group.iter().map(|(id, _)| id).listed();
            let records = read::records(self.io, &ids, "Modified_Time").await?;
            let same = |id: &CrmId, modified: &str| {
                group.iter().any(|(known, at)| known == id && seconds(modified) == Some(*at))
            };
            let untouched = records.iter().filter(|record| same(&record.id, &record.modified));
            let untouched = untouched.map(|record| &record.id).listed();
            if !untouched.is_empty() {
                match self.io.fetch(vec![zoho::delete(&untouched)]).await?.pop() {
                    // Gone, or not to be deleted: then it stays, and is a meeting like others.
                    None | Some(Ok(_) | Err(Problem::Absent | Problem::Refused(_))) => {}
                    Some(Err(problem)) => return Err(problem.error(Service::Zoho)),
                }
            }
        }
        if !yielded.is_empty() {
            self.book.intents.yielded.clear();
            self.save().await?;
        }
        Ok(())
    }
}
