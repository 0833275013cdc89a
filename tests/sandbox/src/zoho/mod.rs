//! Zoho CRM API v8: one organisation with several users and the modules Events, Contacts and Leads.

mod bin;
mod body;
mod cancel;
mod centre;
mod coql;
mod credits;
mod criteria;
pub(crate) mod error;
mod external;
mod fields;
mod input;
mod layouts;
mod list;
mod meta;
pub(crate) mod modules;
mod oauth;
mod org;
mod page_token;
mod participants;
mod people;
pub(crate) mod record;
mod recurrence;
mod refusal;
mod related;
mod reminder;
mod remove;
mod route;
mod scopes;
mod search;
mod span;
mod standard;
mod upsert;
mod value;
mod views;
mod workflow;
mod write;

use std::collections::{BTreeMap, BTreeSet};

use chrono_tz::Tz;
use serde_json::Value;

use credits::Credits;
pub use credits::Edition;
pub(crate) use credits::{Load, load_of};
use modules::{Module, ModuleName};
pub use people::Sharing;
use people::{ANA_ID, People};
pub(crate) use refusal::Refusal;
pub(crate) use route::kind_of;
pub(crate) use write::Call;

use crate::google::ANA;
use crate::http::ZOHO_TOKEN;
use crate::switches::Switches;
use crate::tokens::{self, Tokens};

/// Ids are long decimal numbers, above 2^53 (reference, section 1).
pub(crate) const FIRST_ID: u64 = 4_876_876_000_000_000_000;

/// The state of the Zoho side.
#[derive(Debug)]
pub(crate) struct Zoho {
    /// The zone of the calling user.
    pub(crate) zone: Tz,
    /// The calling user: the one whose token is used.
    pub(crate) current: u64,
    pub(crate) people: People,
    /// The organisation's zone.
    pub(crate) org_zone: Tz,
    pub(crate) tokens: Tokens,
    pub(crate) credits: Credits,
    pub(crate) modules: BTreeMap<ModuleName, Module>,
    next_id: u64,
    /// The scopes of a token that has none of its own.
    pub(crate) scopes: BTreeSet<String>,
    /// Records that refuse every change.
    pub(crate) refused: BTreeMap<u64, Refusal>,
    /// Mails of cancellations that may still go out today; without a bound when none is set.
    pub(crate) cancel_mails_left: Option<usize>,
    pub(crate) workflow: Option<workflow::Rule>,
}

impl Zoho {
    pub(crate) fn new(seed: u64) -> Zoho {
        let zone = chrono_tz::Europe::Paris;
        let people = People::new(zone);
        let mut tokens = Tokens::new(tokens::ZOHO, seed, ANA);
        for user in people.users() {
            let first = user.first_name.to_lowercase();
            match user.id {
                ANA_ID => tokens.lasting(ZOHO_TOKEN, "sandbox-refresh", user.email),
                _ => tokens.lasting(
                    &format!("{ZOHO_TOKEN}-{first}"),
                    &format!("sandbox-refresh-{first}"),
                    user.email,
                ),
            }
        }
        Zoho {
            zone,
            current: ANA_ID,
            people,
            org_zone: zone,
            tokens,
            credits: Credits::new(),
            modules: ModuleName::ALL.into_iter().map(|name| (name, Module::new(name))).collect(),
            next_id: FIRST_ID + 10_000_001 + (seed % 1_000) * 1_000,
            scopes: scopes::usual(),
            refused: BTreeMap::new(),
            cancel_mails_left: None,
            workflow: None,
        }
    }

    pub(crate) fn module(&self, name: ModuleName) -> &Module {
        // Every module is there from the start; the empty one only satisfies the type.
        static EMPTY: Module = Module::EMPTY;
        self.modules.get(&name).unwrap_or(&EMPTY)
    }

    pub(crate) fn module_mut(&mut self, name: ModuleName) -> &mut Module {
        self.modules.entry(name).or_default()
    }

    pub(crate) fn new_id(&mut self) -> u64 {
        // Ids grow, with gaps, as other tenants create records too.
        self.next_id += 1 + self.next_id % 3;
        self.next_id
    }

    /// All records of a module as GET by id shows them, in the order of ids.
    pub(crate) fn shown(&self, module: ModuleName, switches: &Switches) -> Vec<Value> {
        self.module(module).all().map(|record| record::show_all(self, module, record, switches)).collect()
    }
}

/// A record id in a body: a text, or a number as Zoho's SDK for Python sends it (zohocrmsdk8_0, `Record.set_id`).
pub(crate) fn id_of(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

/// A stable 64-bit hash (FNV-1a) for ids and page tokens.
pub(crate) fn hash_of(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
