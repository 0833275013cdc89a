//! Records of one module, with the indices that lists, deltas and deletions need.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use chrono::NaiveDate;
use serde_json::{Map, Value};

use super::layouts::Layout;
use super::meta::{External, Schema};
use crate::time::Offseted;

/// The modules that exist here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ModuleName {
    Events,
    Contacts,
    Leads,
}

impl ModuleName {
    pub(crate) const ALL: [ModuleName; 3] = [ModuleName::Events, ModuleName::Contacts, ModuleName::Leads];

    pub(crate) fn api_name(self) -> &'static str {
        match self {
            ModuleName::Events => "Events",
            ModuleName::Contacts => "Contacts",
            ModuleName::Leads => "Leads",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<ModuleName> {
        ModuleName::ALL.into_iter().find(|module| module.api_name() == name)
    }

    pub(crate) fn labels(self) -> (&'static str, &'static str) {
        match self {
            ModuleName::Events => ("Meeting", "Meetings"),
            ModuleName::Contacts => ("Contact", "Contacts"),
            ModuleName::Leads => ("Lead", "Leads"),
        }
    }
}

/// When a meeting takes place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Span {
    Timed {
        start: Offseted,
        end: Offseted,
    },
    /// Dates as the server took them from what was written; how the end is to be read is a switch.
    AllDay {
        start: NaiveDate,
        end: NaiveDate,
    },
}

#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) id: u64,
    /// Everything but system fields and the times of a meeting, in wire form.
    pub(crate) fields: Map<String, Value>,
    /// Values of user-based external fields, by field and user.
    pub(crate) own: BTreeMap<(String, u64), String>,
    pub(crate) span: Option<Span>,
    pub(crate) layout: u64,
    pub(crate) owner: u64,
    pub(crate) created_by: u64,
    pub(crate) modified_by: u64,
    pub(crate) created_ms: i64,
    /// One second resolution.
    pub(crate) modified_ms: i64,
}

#[derive(Clone, Debug)]
pub(crate) struct Deleted {
    pub(crate) record: Record,
    pub(crate) by: u64,
    pub(crate) at_ms: i64,
    /// A person emptied the recycle bin.
    pub(crate) purged: bool,
}

/// All records of a module, its fields and its layouts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Module {
    pub(crate) schema: Schema,
    /// The first one is the standard layout.
    pub(crate) layouts: Vec<Layout>,
    records: BTreeMap<u64, Record>,
    /// Values of unique and external fields: field, whose (0: everyone's), value, record.
    keys: BTreeSet<(String, u64, String, u64)>,
    by_modified: BTreeSet<(i64, u64)>,
    by_created: BTreeSet<(i64, u64)>,
    bin: BTreeMap<u64, Deleted>,
}

impl Module {
    pub(crate) const EMPTY: Module = Module {
        schema: Schema::EMPTY,
        layouts: Vec::new(),
        records: BTreeMap::new(),
        keys: BTreeSet::new(),
        by_modified: BTreeSet::new(),
        by_created: BTreeSet::new(),
        bin: BTreeMap::new(),
    };

    pub(crate) fn new(name: ModuleName) -> Module {
        Module { schema: Schema::standard(name), layouts: vec![Layout::standard(name)], ..Module::default() }
    }

    pub(crate) fn get(&self, id: u64) -> Option<&Record> {
        self.records.get(&id)
    }

    pub(crate) fn len(&self) -> usize {
        self.records.len()
    }

    pub(crate) fn all(&self) -> impl DoubleEndedIterator<Item = &Record> {
        self.records.values()
    }

    /// Records above an id, or (descending) below it.
    pub(crate) fn after(
        &self,
        last: Option<u64>,
        ascending: bool,
    ) -> impl DoubleEndedIterator<Item = &Record> {
        let bounds = match last {
            None => (Bound::Unbounded, Bound::Unbounded),
            Some(id) if ascending => (Bound::Excluded(id), Bound::Unbounded),
            Some(id) => (Bound::Unbounded, Bound::Excluded(id)),
        };
        self.records.range(bounds).map(|(_, record)| record)
    }

    pub(crate) fn modified_order(&self) -> &BTreeSet<(i64, u64)> {
        &self.by_modified
    }

    pub(crate) fn created_order(&self) -> &BTreeSet<(i64, u64)> {
        &self.by_created
    }

    /// Stores a record, new or in place of the old one.
    pub(crate) fn put(&mut self, record: Record) {
        self.take(record.id);
        self.by_modified.insert((record.modified_ms, record.id));
        self.by_created.insert((record.created_ms, record.id));
        self.keys.extend(self.keys_of(&record));
        self.records.insert(record.id, record);
    }

    fn keys_of(&self, record: &Record) -> Vec<(String, u64, String, u64)> {
        let mut keys = Vec::new();
        for field in self.schema.fields().iter().filter(|field| field.is_key()) {
            if field.external == Some(External::User) {
                let own = record.own.iter().filter(|((name, _), _)| *name == field.name);
                keys.extend(
                    own.map(|((name, user), value)| (name.clone(), *user, field.folded(value), record.id)),
                );
            } else if let Some(value) = record.fields.get(&field.name).and_then(Value::as_str) {
                keys.push((field.name.clone(), 0, field.folded(value), record.id));
            }
        }
        keys
    }

    /// The records with this value of a unique or external field, which `user` gave if values are per user.
    pub(crate) fn with_key<'a>(
        &'a self,
        field: &str,
        user: u64,
        value: &str,
    ) -> impl Iterator<Item = &'a Record> {
        let field = self.schema.find(field);
        let first = field.map(|field| {
            let user = if field.external == Some(External::User) { user } else { 0 };
            (field.name.clone(), user, field.folded(value), 0)
        });
        let last = first.clone().map(|(name, user, value, _)| (name, user, value, u64::MAX));
        first
            .zip(last)
            .into_iter()
            .flat_map(|(first, last)| self.keys.range(first..=last))
            .filter_map(|(_, _, _, id)| self.records.get(id))
    }

    fn take(&mut self, id: u64) -> Option<Record> {
        let record = self.records.remove(&id)?;
        self.by_modified.remove(&(record.modified_ms, id));
        self.by_created.remove(&(record.created_ms, id));
        for key in self.keys_of(&record) {
            self.keys.remove(&key);
        }
        Some(record)
    }

    /// Moves a record into the recycle bin.
    pub(crate) fn delete(&mut self, id: u64, by: u64, at_ms: i64) -> bool {
        match self.take(id) {
            Some(record) => {
                self.bin.insert(id, Deleted { record, by, at_ms, purged: false });
                true
            }
            None => false,
        }
    }

    /// Takes a record out of the recycle bin, under its old id.
    pub(crate) fn restore(&mut self, id: u64) -> Option<Record> {
        self.bin.remove(&id).map(|deleted| deleted.record)
    }

    pub(crate) fn in_bin(&self, id: u64) -> Option<&Deleted> {
        self.bin.get(&id)
    }

    /// Removes a record from the recycle bin for ever; it stays listed as permanently deleted.
    pub(crate) fn purge(&mut self, id: u64) -> bool {
        let found = self.bin.get_mut(&id).filter(|deleted| !deleted.purged);
        found.map(|deleted| deleted.purged = true).is_some()
    }

    pub(crate) fn bin(&self) -> impl Iterator<Item = &Deleted> {
        self.bin.values()
    }
}
