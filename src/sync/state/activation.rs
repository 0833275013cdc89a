//! What the user chose and what was learnt of the accounts.

use super::row::{Fields, Row, all, both};
use crate::json::Json;
use crate::model::fingerprint::{Digest, Fingerprint};
use crate::model::profile::{CrmProfile, TextLimits};
use crate::model::settings::Settings;
use serde::Serialize;

/// Row `settings`: what the user chose and what was learnt of the accounts.
#[derive(Clone, Serialize)]
pub(crate) struct Activation {
    pub(crate) active: bool,
    pub(crate) settings: Settings,
    pub(crate) crm: CrmProfile,
}

impl Row for Activation {
    fn from_json(json: &Json<'_>) -> Option<Self> {
        let crm = Fields::of(json.get("crm"));
        let limits = Fields::of(crm.json.get("limits"));
        let limit = |key: &str| limits.needed_count(key) as usize;
        let activation = Self {
            active: json.get("active").flag().unwrap_or_default(),
            settings: Settings::from_json(json.get("settings")).ok()?,
            crm: CrmProfile {
                user: crm.needed_text("user"),
                own: crm.needed(all(crm.array("own"), |address| address.str().map(str::to_owned))),
                organisation: crm.needed_text("organisation"),
                zone: crm.needed_text("zone"),
                limits: TextLimits {
                    title: limit("title"),
                    place: limit("place"),
                    description: limit("description"),
                },
                defaults: crm.needed(all(crm.array("defaults"), |pair| {
                    let (name, value) = both(pair)?;
                    Some((name.str()?.to_owned(), value.str()?.to_owned()))
                })),
                reminder_times: crm.flag("reminder_times"),
                marks: crm.flag("marks"),
            },
        };
        crm.complete(limits.complete(activation)?)
    }
}

impl Activation {
    /// Tells the links of one pair of accounts from those of another.
    pub(crate) fn connection(&self) -> Fingerprint {
        Digest::new().text(&self.settings.calendar).text(&self.crm.organisation).text(&self.crm.user).finish()
    }
}
