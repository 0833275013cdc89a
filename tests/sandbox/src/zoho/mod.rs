//! Zoho CRM API v8: one organisation with two users and the modules Events, Contacts and Leads.

mod bin;
mod coql;
mod coql_parse;
pub(crate) mod error;
mod list;
mod meta;
pub(crate) mod modules;
mod org;
pub(crate) mod record;
mod route;
mod scopes;
mod search;
mod span;
mod write;

use std::collections::{BTreeMap, BTreeSet};

use chrono_tz::Tz;
use serde_json::{Value, json};

pub(crate) use route::kind_of;
pub(crate) use write::Call;

use crate::switches::Switches;
use modules::{Module, ModuleName, Record};

/// Ids are long decimal numbers, above 2^53 (reference, section 1).
pub(crate) const FIRST_ID: u64 = 4_876_876_000_000_000_000;
/// The record id of the current user, Ana.
pub(crate) const ANA_ID: u64 = FIRST_ID + 225_013;
/// The record id of the second user, Ben.
pub(crate) const BEN_ID: u64 = FIRST_ID + 225_027;

#[derive(Debug)]
pub(crate) struct User {
    pub(crate) id: u64,
    pub(crate) name: &'static str,
    pub(crate) first_name: &'static str,
    pub(crate) last_name: &'static str,
    pub(crate) email: &'static str,
    pub(crate) zuid: &'static str,
}

const USERS: [User; 2] = [
    User {
        id: ANA_ID,
        name: "Ana Moreau",
        first_name: "Ana",
        last_name: "Moreau",
        email: "ana@example.com",
        zuid: "694579958",
    },
    User {
        id: BEN_ID,
        name: "Ben Okafor",
        first_name: "Ben",
        last_name: "Okafor",
        email: "ben@example.com",
        zuid: "694579971",
    },
];

/// The state of the Zoho side.
#[derive(Clone, Debug)]
pub(crate) struct Zoho {
    pub(crate) zone: Tz,
    /// The user whose token is used.
    pub(crate) current: u64,
    modules: BTreeMap<ModuleName, Module>,
    next_id: u64,
    /// The scopes of the accepted token.
    pub(crate) scopes: BTreeSet<String>,
    /// Records that refuse every change.
    pub(crate) locked: BTreeSet<u64>,
    /// Rights that the current user's profile lacks, such as `Crm_Implied_Edit_Events`.
    pub(crate) denied: BTreeSet<String>,
}

impl Zoho {
    pub(crate) fn new(seed: u64) -> Zoho {
        Zoho {
            zone: chrono_tz::Europe::Paris,
            current: ANA_ID,
            modules: ModuleName::ALL.into_iter().map(|name| (name, Module::default())).collect(),
            next_id: FIRST_ID + 10_000_001 + (seed % 1_000) * 1_000,
            scopes: scopes::usual(),
            locked: BTreeSet::new(),
            denied: BTreeSet::new(),
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

    pub(crate) fn user(&self, id: u64) -> Option<&'static User> {
        USERS.iter().find(|user| user.id == id)
    }

    pub(crate) fn users(&self) -> &'static [User] {
        &USERS
    }

    pub(crate) fn user_json(&self, id: u64) -> Value {
        match self.user(id) {
            Some(user) => json!({ "name": user.name, "id": user.id.to_string(), "email": user.email }),
            None => Value::Null,
        }
    }

    /// A contact or lead by id.
    pub(crate) fn person(&self, id: u64) -> Option<&Record> {
        self.module(ModuleName::Contacts).get(id).or_else(|| self.module(ModuleName::Leads).get(id))
    }

    /// All records of a module as GET by id shows them, in the order of ids.
    pub(crate) fn shown(&self, module: ModuleName, switches: &Switches) -> Vec<Value> {
        self.module(module).all().map(|record| record::show_all(self, module, record, switches)).collect()
    }

    pub(crate) fn permitted(&self, right: &str) -> bool {
        !self.denied.contains(right)
    }
}

/// A stable 64-bit hash (FNV-1a) for ids and page tokens.
pub(crate) fn hash_of(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
