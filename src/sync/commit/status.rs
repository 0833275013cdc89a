//! The stored state as people see it.

use super::Book;
use super::history::reports;
use crate::error::{Error, ErrorKind};
use crate::model::ids::GoogleId;
use crate::model::list::Listed;
use crate::sync::report::{
    Candidates, Failed, Health, ParkedItem, Pause, Question, Status, StoredReport, Switch,
};
use crate::sync::side::Side;
use crate::sync::state::{Held, Parked};

impl Book {
    /// The state as people see it.
    pub(crate) fn status(&self, history: Option<&String>, now_ms: i64) -> Status {
        let waits = [self.state.google_not_before_ms, self.state.zoho_not_before_ms];
        Status {
            state: if self.active().is_ok() { Switch::Active } else { Switch::Off },
            settings: self.activation.as_ref().map(|activation| activation.settings.clone()),
            links: self.state.links,
            parked: self.parked_items(),
            questions: self.questions(),
            remaining: self.state.remaining,
            first_sync_done: (self.state.cursor.is_some() || self.state.crm_changes.is_some())
                && self.state.first_sync_left.is_none(),
            last_run_ms: self.state.last_run_ms,
            last_report: reports(history).into_iter().next().map(StoredReport),
            wait_until_ms: waits.into_iter().flatten().filter(|until| *until > now_ms).max(),
            pauses: self.pauses(now_ms),
            health: self.health(now_ms),
        }
    }

    /// How the sync is doing, of what is stored.
    fn health(&self, now_ms: i64) -> Health {
        let reason =
            |code: &str, message: &str| Failed { code: code.to_owned(), message: message.to_owned() };
        let parked = u32::try_from(self.parked.len()).unwrap_or(u32::MAX);
        let mut reasons: Vec<Failed> = self.state.trouble.iter().cloned().listed();
        if !self.questions().is_empty() {
            reasons.push(reason("question-open", "The sync asks a question that only you can answer."));
        }
        if parked > 0 {
            reasons.push(reason("parked", "Some events cannot be synced as they are; each says why."));
        }
        let until_ms = self.pauses(now_ms).iter().map(|pause| pause.until_ms).max();
        let state = match (self.active(), reasons.is_empty()) {
            (Err(_), _) => "off",
            (Ok(_), false) => "needs-you",
            (Ok(_), true) if until_ms.is_some() || self.state.remaining > 0 => "waiting",
            // Nothing was ever compared.
            (Ok(_), true) if self.state.cursor.is_none() && self.state.crm_changes.is_none() => "waiting",
            (Ok(_), true) => "in-accord",
        };
        let until_ms = until_ms.filter(|_| state == "waiting");
        let last_success_ms = self.state.last_run_ms;
        Health { state, until_ms, reasons, last_success_ms, remaining: self.state.remaining, parked }
    }

    /// Notes down what ended a cycle and only a person can mend; a cycle that ends well clears it. Says whether it is news.
    pub(crate) fn note_trouble(&mut self, error: &Error) -> bool {
        let lasts = matches!(
            error.kind(),
            ErrorKind::AuthExpired | ErrorKind::Forbidden | ErrorKind::CalendarNotWritable
        );
        let (code, message) = (error.kind().code().to_owned(), error.message().to_owned());
        let trouble = Some(Failed { code, message }).filter(|_| lasts);
        let news = lasts && self.state.trouble != trouble;
        self.state.trouble = trouble.or(self.state.trouble.take());
        news
    }

    /// What a service keeps waiting.
    pub(crate) fn pauses(&self, now_ms: i64) -> Vec<Pause> {
        let state = &self.state;
        let pauses = [
            (Side::Google, state.google_not_before_ms, false),
            (Side::Crm, state.zoho_not_before_ms, false),
            (Side::Google, state.google_writes_not_before_ms, true),
        ];
        let pause = |(side, until_ms, quota): (Side, Option<i64>, bool)| {
            let (code, message) = match (quota, side) {
                (true, _) => ("quota", Pause::GOOGLE_IS_FULL),
                (false, Side::Google) => ("wait", Pause::GOOGLE_WAITS),
                (false, Side::Crm) => ("wait", Pause::CRM_WAITS),
            };
            let until_ms = until_ms.filter(|until| *until > now_ms)?;
            Some(Pause { side, code: code.to_owned(), message: message.to_owned(), until_ms })
        };
        pauses.into_iter().filter_map(pause).listed()
    }

    /// What the user is asked.
    pub(crate) fn questions(&self) -> Vec<Question> {
        let texts = |ids: &[GoogleId]| ids.iter().map(|id| id.as_str().to_owned()).listed();
        let question = |held: &Held| Question {
            id: held.id.clone(),
            code: if held.is_ambiguous() { "ambiguous" } else { "mass-deletion" }.to_owned(),
            candidates: held.is_ambiguous().then(|| Candidates {
                google_ids: texts(held.halves().0),
                crm_ids: held.crm.iter().map(|id| id.as_str().to_owned()).listed(),
            }),
            side: held.side,
            count: u32::try_from(held.ids.len()).unwrap_or(u32::MAX),
            asked_ms: held.asked_ms,
        };
        self.held.iter().filter(|held| held.answer.is_none()).map(question).listed()
    }

    /// Everything that is set apart.
    pub(crate) fn parked_items(&self) -> Vec<ParkedItem> {
        let item = |(id, row): &(GoogleId, Parked)| ParkedItem {
            google_id: id.as_str().to_owned(),
            crm_id: row.crm.as_ref().map(|crm| crm.as_str().to_owned()),
            code: row.code.clone(),
            message: row.message.clone(),
            since_ms: row.since_ms,
        };
        self.parked.iter().map(item).listed()
    }
}
