//! Lists that lag: for some seconds a list or a delta shows a calendar as it was, while events.get is fresh.
//!
//! Google documents no such delay; sync clients meet it with every replicated service, so it can be put on order.

use std::collections::VecDeque;
use std::sync::Arc;

use super::calendar::Calendar;
use super::event::Event;

/// The last changes of a calendar, with what was there before.
#[derive(Clone, Debug, Default)]
pub(crate) struct Journal {
    lag_ms: i64,
    changes: VecDeque<Undo>,
}

#[derive(Clone, Debug)]
struct Undo {
    at_ms: i64,
    id: Arc<str>,
    before: Option<Event>,
}

impl Journal {
    /// From here on lists lag by so much; zero ends it.
    pub(crate) fn set(&mut self, lag_ms: i64) {
        self.lag_ms = lag_ms.max(0);
        self.changes.clear();
    }

    pub(crate) fn note(&mut self, id: &Arc<str>, before: Option<&Event>, now_ms: i64) {
        if self.lag_ms == 0 {
            return;
        }
        while self.changes.front().is_some_and(|change| now_ms - change.at_ms >= self.lag_ms) {
            self.changes.pop_front();
        }
        self.changes.push_back(Undo { at_ms: now_ms, id: Arc::clone(id), before: before.cloned() });
    }
}

impl Calendar {
    /// The calendar as its lists show it, when that differs from what it is.
    pub(crate) fn lagging(&self, now_ms: i64) -> Option<Calendar> {
        let young = |change: &&Undo| now_ms - change.at_ms < self.lag.lag_ms;
        self.lag.changes.iter().find(young)?;
        let mut shown = self.clone();
        for change in self.lag.changes.iter().rev().filter(young) {
            shown.restore(&change.id, change.before.clone());
        }
        shown.rewind();
        Some(shown)
    }
}
