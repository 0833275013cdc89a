//! The names of the rows.

use crate::model::ids::{CrmId, GoogleId};

pub(crate) const SETTINGS: &str = "settings";
pub(crate) const STATE: &str = "state";
pub(crate) const INTENTS: &str = "intents";
pub(crate) const PARKED: &str = "parked";
pub(crate) const LEASE: &str = "lease";
pub(crate) const HISTORY: &str = "history";
pub(crate) const DONE: &str = "done/";
pub(crate) const LINKS: &str = "link/";
pub(crate) const REVERSE: &str = "crm/";

pub(crate) fn link(id: &GoogleId) -> String {
    [LINKS, id.as_str()].concat()
}

/// The links of a series' instances, and of series that were split off it.
pub(crate) fn links_of_series(master: &GoogleId) -> String {
    [LINKS, master.as_str(), "_"].concat()
}

/// All that one cycle wrote.
pub(crate) fn done_in(run: u32) -> String {
    format!("{DONE}{run}/")
}

/// One part of it.
pub(crate) fn done(run: u32, part: u32) -> String {
    format!("{DONE}{run}/{part:05}")
}

/// The way back: this row holds the Google id.
pub(crate) fn reverse(id: &CrmId) -> String {
    [REVERSE, id.as_str()].concat()
}
