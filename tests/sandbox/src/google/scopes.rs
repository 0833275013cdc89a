//! OAuth scopes: which of them allow a method, and how far they reach (discovery document, `scopes`).

use std::collections::BTreeSet;

use super::access::{Access, Role};
use super::calendar::Calendar;
use super::methods::Method;

const BASE: &str = "https://www.googleapis.com/auth/";

/// What an application that syncs should ask for, and no more (reference, section 13).
pub(crate) fn least() -> BTreeSet<String> {
    ["calendar.events", "calendar.calendarlist.readonly"].iter().map(|name| format!("{BASE}{name}")).collect()
}

/// How far a token's scopes carry for one method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reach {
    /// Every calendar that the user may see.
    all: bool,
    /// Calendars that the user owns (`calendar.events.owned`).
    owned: bool,
    /// Public calendars (`calendar.events.public.readonly`).
    public: bool,
    /// The times of events only (`calendar.events.freebusy`).
    busy: bool,
}

impl Reach {
    /// What a person on Google's pages has.
    pub(crate) const EVERYTHING: Reach = Reach { all: true, owned: true, public: true, busy: true };

    /// None when no scope allows the method at all.
    pub(crate) fn of(granted: &BTreeSet<String>, method: &Method) -> Option<Reach> {
        let mut reach = Reach { all: false, owned: false, public: false, busy: false };
        for name in method.scopes {
            if !granted.iter().any(|scope| scope.strip_prefix(BASE) == Some(name)) {
                continue;
            }
            match *name {
                "calendar.events.owned" | "calendar.events.owned.readonly" => reach.owned = true,
                "calendar.events.public.readonly" => reach.public = true,
                "calendar.events.freebusy" => reach.busy = true,
                // No calendar here was made by an application.
                "calendar.app.created" => {}
                _ => reach.all = true,
            }
        }
        (reach.all || reach.owned || reach.public || reach.busy).then_some(reach)
    }

    /// The role that is left of the user's own on this calendar.
    pub(crate) fn role(self, calendar: &Calendar, access: &Access) -> Option<Role> {
        if self.all || self.owned && access.role == Role::Owner || self.public && calendar.public {
            Some(access.role)
        } else if self.busy {
            Some(Role::FreeBusyReader)
        } else {
            None
        }
    }
}
