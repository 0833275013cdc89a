//! The columns of a query: a field of the module, or a field behind a lookup (`Owner.email`, `Who_Id.Last_Name`,
//! `What_Id->Leads.Last_Name`).

use std::borrow::Cow;

use serde_json::{Value, json};

use crate::switches::Switches;
use crate::zoho::meta::{self, External, Kind};
use crate::zoho::modules::{ModuleName, Record, Span};
use crate::zoho::people::User;
use crate::zoho::{Zoho, record};

/// A field as comparisons need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Id,
    Owner,
    CreatedBy,
    ModifiedBy,
    Created,
    Modified,
    Start,
    End,
    AllDay,
    Lookup(String),
    Text(String),
    /// A user-based external field: the caller's value.
    OfCaller(String),
    /// A field that exists but cannot be compared: long text, participants, reminders.
    Composed(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum UserField {
    Email,
    FirstName,
    LastName,
    FullName,
}

/// Where the value of a column is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Own(Field),
    /// Of the user behind an owner field.
    OfUser(Field, UserField),
    /// Of the record behind a lookup.
    OfRecord(String, ModuleName, Field),
}

/// What kinds of comparison a column allows (COQL-Overview, supported comparators by data type).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Id,
    Lookup,
    Instant,
    Flag,
    Text,
    Composed,
}

fn field(zoho: &Zoho, module: ModuleName, name: &str) -> Option<Field> {
    if name == "id" {
        return Some(Field::Id);
    }
    let known = meta::find(zoho, module, name)?;
    Some(match (known.name.as_str(), known.kind) {
        ("Owner", _) => Field::Owner,
        ("Created_By", _) => Field::CreatedBy,
        ("Modified_By", _) => Field::ModifiedBy,
        ("Created_Time", _) => Field::Created,
        ("Modified_Time" | "Last_Activity_Time", _) => Field::Modified,
        ("Start_DateTime", _) => Field::Start,
        ("End_DateTime", _) => Field::End,
        ("All_day", _) => Field::AllDay,
        (name, Kind::Lookup) => Field::Lookup(name.to_owned()),
        (name, Kind::Text) if known.external == Some(External::User) => Field::OfCaller(name.to_owned()),
        (name, Kind::Text | Kind::Email | Kind::Phone | Kind::Website | Kind::Picklist) => {
            Field::Text(name.to_owned())
        }
        (name, _) => Field::Composed(name.to_owned()),
    })
}

/// The column of that name, if there is one.
pub(super) fn resolve(zoho: &Zoho, module: ModuleName, name: &str) -> Option<Column> {
    let Some((lookup, part)) = name.split_once('.') else {
        return field(zoho, module, name).map(Column::Own);
    };
    if let Some((lookup, target)) = lookup.split_once("->") {
        let target = ModuleName::from_name(target)?;
        return match field(zoho, module, lookup)? {
            Field::Lookup(name) if name == "What_Id" => {
                Some(Column::OfRecord(name, target, field(zoho, target, part)?))
            }
            _ => None,
        };
    }
    match (field(zoho, module, lookup)?, part) {
        // The id of a lookup is the lookup.
        (own @ (Field::Owner | Field::CreatedBy | Field::ModifiedBy | Field::Lookup(_)), "id") => {
            Some(Column::Own(own))
        }
        (own @ (Field::Owner | Field::CreatedBy | Field::ModifiedBy), part) => {
            let part = match part {
                "email" => UserField::Email,
                "first_name" => UserField::FirstName,
                "last_name" => UserField::LastName,
                "full_name" | "name" => UserField::FullName,
                _ => return None,
            };
            Some(Column::OfUser(own, part))
        }
        // Only What_Id leads to records of several modules, and must say to which.
        (Field::Lookup(name), part) if name == "Who_Id" => {
            let target = ModuleName::Contacts;
            Some(Column::OfRecord(name, target, field(zoho, target, part)?))
        }
        _ => None,
    }
}

impl Column {
    pub(super) fn is_id(&self) -> bool {
        *self == Column::Own(Field::Id)
    }

    pub(super) fn class(&self) -> Class {
        match self {
            Column::OfUser(..) => Class::Text,
            Column::Own(field) | Column::OfRecord(_, _, field) => match field {
                Field::Id => Class::Id,
                Field::Owner | Field::CreatedBy | Field::ModifiedBy | Field::Lookup(_) => Class::Lookup,
                Field::Created | Field::Modified | Field::Start | Field::End => Class::Instant,
                Field::AllDay => Class::Flag,
                Field::Text(_) | Field::OfCaller(_) => Class::Text,
                Field::Composed(_) => Class::Composed,
            },
        }
    }

    /// The lookup that this column goes through, if any: a relation, of which a query may have few.
    pub(super) fn relation(&self) -> Option<String> {
        match self {
            Column::Own(_) => None,
            Column::OfUser(field, _) => Some(format!("{field:?}")),
            Column::OfRecord(lookup, module, _) => Some(format!("{lookup}->{}", module.api_name())),
        }
    }

    pub(super) fn cell<'a>(
        &self,
        zoho: &'a Zoho,
        module: ModuleName,
        record: &'a Record,
        switches: &Switches,
    ) -> Cell<'a> {
        match self {
            Column::Own(field) => field.cell(zoho, module, record, switches),
            Column::OfUser(field, part) => {
                let Some(user) = field.user(record).and_then(|id| zoho.user(id)) else { return Cell::Null };
                Cell::Text(Cow::Borrowed(part.of(user)))
            }
            Column::OfRecord(lookup, target, field) => {
                let id = lookup_id(record, lookup);
                match id.and_then(|id| zoho.module(*target).get(id)) {
                    Some(other) => field.cell(zoho, *target, other, switches),
                    None => Cell::Null,
                }
            }
        }
    }

    /// As a row shows it: a lookup as its id, unless a field behind it is named.
    pub(super) fn shown(
        &self,
        zoho: &Zoho,
        module: ModuleName,
        record: &Record,
        name: &str,
        switches: &Switches,
    ) -> Value {
        match self {
            Column::OfUser(..) => self.cell(zoho, module, record, switches).to_json(zoho),
            Column::OfRecord(lookup, target, _) => {
                let id = lookup_id(record, lookup);
                let part = name.rsplit('.').next().unwrap_or(name);
                match id.and_then(|id| zoho.module(*target).get(id)) {
                    Some(other) => bare(record::show(zoho, *target, other, part, switches)),
                    None => Value::Null,
                }
            }
            Column::Own(field) => {
                let base = name.strip_suffix(".id").unwrap_or(name);
                let value = record::show(zoho, module, record, base, switches);
                match field {
                    Field::Owner | Field::CreatedBy | Field::ModifiedBy | Field::Lookup(_)
                        if base != name =>
                    {
                        value.get("id").cloned().unwrap_or(Value::Null)
                    }
                    _ => bare(value),
                }
            }
        }
    }
}

/// `{id}` in place of a lookup's name and address.
fn bare(value: Value) -> Value {
    match value.get("id") {
        Some(id) => json!({ "id": id }),
        None => value,
    }
}

fn lookup_id(record: &Record, name: &str) -> Option<u64> {
    record.fields.get(name)?.get("id")?.as_str()?.parse().ok()
}

impl UserField {
    fn of(self, user: &User) -> &str {
        match self {
            UserField::Email => user.email,
            UserField::FirstName => user.first_name,
            UserField::LastName => user.last_name,
            UserField::FullName => user.name,
        }
    }
}

impl Field {
    fn user(&self, record: &Record) -> Option<u64> {
        match self {
            Field::Owner => Some(record.owner),
            Field::CreatedBy => Some(record.created_by),
            Field::ModifiedBy => Some(record.modified_by),
            _ => None,
        }
    }

    fn cell<'a>(&self, zoho: &Zoho, module: ModuleName, record: &'a Record, switches: &Switches) -> Cell<'a> {
        let instants = || record::instants(zoho, record, switches);
        match self {
            Field::Id => Cell::Id(record.id),
            Field::Owner | Field::CreatedBy | Field::ModifiedBy => {
                self.user(record).map_or(Cell::Null, Cell::Id)
            }
            Field::Created => Cell::Instant(record.created_ms),
            Field::Modified => Cell::Instant(record.modified_ms),
            Field::Start => instants().map_or(Cell::Null, |(start, _)| Cell::Instant(start)),
            Field::End => instants().map_or(Cell::Null, |(_, end)| Cell::Instant(end)),
            Field::AllDay => Cell::Flag(matches!(record.span, Some(Span::AllDay { .. }))),
            Field::Lookup(name) => lookup_id(record, name).map_or(Cell::Null, Cell::Id),
            Field::Text(name) => match record.fields.get(name.as_str()) {
                Some(Value::String(text)) => Cell::Text(Cow::Borrowed(text)),
                Some(_) => Cell::Null,
                // What the server makes up, such as Full_Name.
                None => match meta::find(zoho, module, name).filter(|field| field.read_only) {
                    Some(_) => match record::show(zoho, module, record, name, switches) {
                        Value::String(text) => Cell::Text(Cow::Owned(text)),
                        _ => Cell::Null,
                    },
                    None => Cell::Null,
                },
            },
            Field::OfCaller(name) => {
                record::own(zoho, record, name).map_or(Cell::Null, |text| Cell::Text(Cow::Borrowed(text)))
            }
            Field::Composed(_) => Cell::Null,
        }
    }
}

/// What a column holds in one record.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cell<'a> {
    Null,
    Id(u64),
    Instant(i64),
    Flag(bool),
    Text(Cow<'a, str>),
}

impl Cell<'_> {
    pub(super) fn to_json(&self, zoho: &Zoho) -> Value {
        match self {
            Cell::Null => Value::Null,
            Cell::Id(id) => json!(id.to_string()),
            Cell::Instant(ms) => {
                json!(crate::time::print(*ms, crate::time::offset_at(zoho.zone, *ms), false))
            }
            Cell::Flag(flag) => json!(flag),
            Cell::Text(text) => json!(text),
        }
    }

    /// Texts are compared without regard to case, as a database with the usual collation does.
    pub(super) fn order(&self, other: &Cell<'_>) -> std::cmp::Ordering {
        match (self, other) {
            (Cell::Text(a), Cell::Text(b)) => a.to_lowercase().cmp(&b.to_lowercase()),
            (a, b) => a.cmp(b),
        }
    }
}
