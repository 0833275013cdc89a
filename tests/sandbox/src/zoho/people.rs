//! The people of the organisation: users, profiles (what a person may do in a module) and roles (whose records a person
//! may see). Zoho CRM API v8: get-users, get-profiles; Zoho help, "Data Sharing Settings".

use std::collections::{BTreeMap, BTreeSet};

use chrono_tz::Tz;
use serde_json::{Value, json};

use super::error::Problem;
use super::modules::{ModuleName, Record};
use super::{FIRST_ID, Zoho};
use crate::switches::{RecordDenied, Switches};

/// The record id of the first user, Ana, an administrator.
pub(crate) const ANA_ID: u64 = FIRST_ID + 225_013;

const ADMINISTRATOR: u64 = FIRST_ID + 26_011;
const STANDARD: u64 = FIRST_ID + 26_014;
const READ_ONLY: u64 = FIRST_ID + 26_140;

const CEO: u64 = FIRST_ID + 26_005;
const MANAGER: u64 = FIRST_ID + 26_008;
const SELLER: u64 = FIRST_ID + 26_201;

/// Rights that only the profile of an administrator has at the start.
const ADMIN_RIGHTS: [&str; 3] =
    ["Crm_Implied_Manage_Profiles", "Crm_Implied_Manage_Users", "Crm_Implied_Customize_Zoho_CRM"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Active,
    /// Switched off by an administrator.
    Inactive,
    Deleted,
}

#[derive(Clone, Debug)]
pub(crate) struct User {
    pub(crate) id: u64,
    pub(crate) name: &'static str,
    pub(crate) first_name: &'static str,
    pub(crate) last_name: &'static str,
    pub(crate) email: &'static str,
    pub(crate) zuid: &'static str,
    pub(crate) role: u64,
    pub(crate) profile: u64,
    pub(crate) status: Status,
    /// Whether the invitation was accepted.
    pub(crate) confirmed: bool,
    pub(crate) zone: Tz,
    pub(crate) modified_ms: i64,
}

#[derive(Clone, Debug)]
pub(crate) struct Profile {
    pub(crate) name: &'static str,
    pub(crate) custom: bool,
    /// Rights that it lacks, such as `Crm_Implied_Edit_Events`.
    denied: BTreeSet<String>,
}

/// Who may reach the records of people who are not below them (Zoho help: default organisation permissions).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sharing {
    /// Only the owner, those above and administrators: Zoho's own default.
    #[default]
    Private,
    /// Everybody reads.
    PublicReadOnly,
    /// Everybody reads, changes and deletes.
    PublicReadWrite,
}

impl Sharing {
    /// `private`, `public_read_only` or `public_read_write`.
    pub fn from_name(name: &str) -> Option<Sharing> {
        match name {
            "private" => Some(Sharing::Private),
            "public_read_only" => Some(Sharing::PublicReadOnly),
            "public_read_write" => Some(Sharing::PublicReadWrite),
            _ => None,
        }
    }
}

#[derive(Debug)]
pub(crate) struct People {
    users: Vec<User>,
    profiles: BTreeMap<u64, Profile>,
    sharing: BTreeMap<ModuleName, Sharing>,
}

impl People {
    pub(crate) fn new(zone: Tz) -> People {
        let user = |index: u64, name: [&'static str; 3], email, role, profile| User {
            id: ANA_ID + index * 14,
            name: name[0],
            first_name: name[1],
            last_name: name[2],
            email,
            zuid: ZUIDS.get(index as usize).copied().unwrap_or_default(),
            role,
            profile,
            status: Status::Active,
            confirmed: true,
            zone,
            modified_ms: 0,
        };
        let users = vec![
            user(0, ["Ana Moreau", "Ana", "Moreau"], "ana@example.com", CEO, ADMINISTRATOR),
            user(1, ["Ben Okafor", "Ben", "Okafor"], "ben@example.com", MANAGER, STANDARD),
            user(2, ["Chiara Rossi", "Chiara", "Rossi"], "chiara@example.com", SELLER, STANDARD),
            user(3, ["Dmitri Volkov", "Dmitri", "Volkov"], "dmitri@example.com", SELLER, READ_ONLY),
            User {
                status: Status::Inactive,
                ..user(4, ["Elif Demir", "Elif", "Demir"], "elif@example.com", SELLER, STANDARD)
            },
            User {
                confirmed: false,
                ..user(5, ["Femi Adeyemi", "Femi", "Adeyemi"], "femi@example.com", SELLER, STANDARD)
            },
            User {
                status: Status::Deleted,
                ..user(6, ["Gita Rao", "Gita", "Rao"], "gita@example.com", SELLER, STANDARD)
            },
        ];
        let denied =
            |rights: &[&str]| rights.iter().map(|right| (*right).to_owned()).collect::<BTreeSet<_>>();
        let mut read_only = denied(&ADMIN_RIGHTS);
        for module in ModuleName::ALL {
            for action in ["Create", "Edit", "Delete"] {
                read_only.insert(format!("Crm_Implied_{action}_{}", module.api_name()));
            }
        }
        let profile = |name, custom, denied| Profile { name, custom, denied };
        let profiles = [
            (ADMINISTRATOR, profile("Administrator", false, BTreeSet::new())),
            (STANDARD, profile("Standard", false, denied(&ADMIN_RIGHTS))),
            (READ_ONLY, profile("Read only", true, read_only)),
        ];
        People { users, profiles: profiles.into_iter().collect(), sharing: BTreeMap::new() }
    }

    pub(crate) fn users(&self) -> &[User] {
        &self.users
    }

    pub(crate) fn profiles(&self) -> &BTreeMap<u64, Profile> {
        &self.profiles
    }

    pub(crate) fn user(&self, id: u64) -> Option<&User> {
        self.users.iter().find(|user| user.id == id)
    }

    pub(crate) fn by_email(&self, email: &str) -> Option<&User> {
        self.users.iter().find(|user| user.email == email)
    }

    pub(crate) fn by_email_mut(&mut self, email: &str) -> Option<&mut User> {
        self.users.iter_mut().find(|user| user.email == email)
    }

    pub(crate) fn set_zone(&mut self, zone: Tz) {
        for user in &mut self.users {
            user.zone = zone;
        }
    }

    pub(crate) fn set_sharing(&mut self, module: ModuleName, sharing: Sharing) {
        self.sharing.insert(module, sharing);
    }

    /// Gives a right to a profile or takes it. Says whether there is such a profile.
    pub(crate) fn set_right(&mut self, profile: &str, right: &str, granted: bool) -> bool {
        let Some(profile) = self.profiles.values_mut().find(|known| known.name == profile) else {
            return false;
        };
        if granted {
            profile.denied.remove(right);
        } else {
            profile.denied.insert(right.to_owned());
        }
        true
    }

    fn permits(&self, user: &User, right: &str) -> bool {
        self.profiles.get(&user.profile).is_some_and(|profile| profile.permits(right))
    }

    /// The role that a role reports to.
    fn above(role: u64) -> Option<u64> {
        match role {
            MANAGER => Some(CEO),
            SELLER => Some(MANAGER),
            _ => None,
        }
    }

    /// Whether one role stands above another, at any distance.
    fn is_above(upper: u64, lower: u64) -> bool {
        let mut role = People::above(lower);
        while let Some(now) = role {
            if now == upper {
                return true;
            }
            role = People::above(now);
        }
        false
    }
}

const ZUIDS: [&str; 7] =
    ["694579958", "694579971", "694580016", "694580102", "694580233", "694580234", "694579500"];

impl Profile {
    pub(crate) fn permits(&self, right: &str) -> bool {
        !self.denied.contains(right)
    }
}

impl User {
    /// A deleted user stays deleted.
    pub(crate) fn set_active(&mut self, active: bool) {
        if self.status != Status::Deleted {
            self.status = if active { Status::Active } else { Status::Inactive };
        }
    }

    pub(crate) fn is_admin(&self) -> bool {
        self.profile == ADMINISTRATOR
    }

    pub(crate) fn role_json(&self) -> Value {
        let name = match self.role {
            CEO => "CEO",
            MANAGER => "Sales Manager",
            _ => "Sales Representative",
        };
        json!({ "name": name, "id": self.role.to_string() })
    }
}

impl Zoho {
    pub(crate) fn user(&self, id: u64) -> Option<&User> {
        self.people.user(id)
    }

    pub(crate) fn user_json(&self, id: u64) -> Value {
        match self.user(id) {
            Some(user) => json!({ "name": user.name, "id": user.id.to_string(), "email": user.email }),
            None => Value::Null,
        }
    }

    /// Whether the profile of the calling user has a right.
    pub(crate) fn permitted(&self, right: &str) -> bool {
        self.user(self.current).is_some_and(|user| self.people.permits(user, right))
    }

    /// The profile of the calling user.
    pub(crate) fn profile(&self) -> u64 {
        self.user(self.current).map_or(0, |user| user.profile)
    }

    /// All profiles with their names.
    pub(crate) fn profiles(&self) -> Vec<(u64, &'static str)> {
        self.people.profiles().iter().map(|(id, profile)| (*id, profile.name)).collect()
    }

    /// Whether the calling user may change fields and layouts.
    pub(crate) fn customizes(&self) -> bool {
        self.permitted(super::fields::CUSTOMIZE)
    }

    /// Whether the calling user may read a record: their own, one of a person below them, or one that is shared.
    pub(crate) fn sees(&self, module: ModuleName, record: &Record) -> bool {
        self.owns(record) || self.sharing(module) != Sharing::Private
    }

    /// Whether the calling user may change a record, as far as its owner is concerned.
    pub(crate) fn may_change(&self, module: ModuleName, record: &Record) -> bool {
        self.owns(record) || self.sharing(module) == Sharing::PublicReadWrite
    }

    fn owns(&self, record: &Record) -> bool {
        if record.owner == self.current {
            return true;
        }
        let (Some(user), Some(owner)) = (self.user(self.current), self.user(record.owner)) else {
            return false;
        };
        user.is_admin() || People::is_above(user.role, owner.role)
    }

    fn sharing(&self, module: ModuleName) -> Sharing {
        self.people.sharing.get(&module).copied().unwrap_or_default()
    }

    /// The refusal of a write to a record that may be read but not changed.
    pub(crate) fn check_change(
        &self,
        module: ModuleName,
        record: &Record,
        action: &str,
        switches: &Switches,
    ) -> Result<(), Problem> {
        if self.may_change(module, record) {
            return Ok(());
        }
        Err(match switches.record_denied {
            RecordDenied::Authorization => Problem::new(
                400,
                "AUTHORIZATION_FAILED",
                "User does not have sufficient privilege to perform this action",
                // Zoho CRM API v8, updateRecords and deleteRecord: only the former names a place.
                if action == "Delete" { json!({}) } else { json!({ "resource_path_index": 1 }) },
            ),
            RecordDenied::Permission => Problem::new(
                403,
                "NO_PERMISSION",
                "Permission denied",
                json!({ "id": record.id.to_string(),
                    "permissions": [format!("Crm_Implied_{action}_{}", module.api_name())] }),
            ),
        })
    }
}
