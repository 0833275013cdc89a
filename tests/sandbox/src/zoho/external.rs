//! External-id fields: records named by a value of another system, with the header `X-EXTERNAL`
//! (Zoho CRM API v7, get-records-ext and insert-records-ext).

use serde_json::{Map, Value, json};

use super::error::Problem;
use super::modules::{ModuleName, Record};
use super::{Zoho, meta};

/// What `X-EXTERNAL` names: `Events.Field` stands for the ids of the records themselves,
/// `Events.What_Id->Leads.Field` and `Events.Who_Id.Field` for the ids in a lookup.
#[derive(Debug, Default)]
pub(crate) struct References {
    /// The external field that replaces ids of the module's own records.
    pub(crate) own: Option<String>,
    lookups: Vec<(String, ModuleName, String)>,
}

impl References {
    pub(crate) fn parse(
        zoho: &Zoho,
        module: ModuleName,
        header: Option<&str>,
    ) -> Result<References, Problem> {
        let mut references = References::default();
        let Some(header) = header else { return Ok(references) };
        let bad = || {
            Problem::invalid(
                "the external field given seems to be invalid",
                json!({ "header_name": "X-EXTERNAL" }),
            )
        };
        for part in header.split(',').map(str::trim) {
            let (base, path) = part.split_once('.').ok_or_else(bad)?;
            if ModuleName::from_name(base) != Some(module) {
                return Err(bad());
            }
            let (lookup, target, field) = match path.split_once("->") {
                Some((lookup, target)) => {
                    let (target, field) = target.split_once('.').ok_or_else(bad)?;
                    (Some(lookup), ModuleName::from_name(target).ok_or_else(bad)?, field)
                }
                None => match path.rsplit_once('.') {
                    Some((lookup, field)) => (Some(lookup), ModuleName::Contacts, field),
                    None => (None, module, path),
                },
            };
            // What a profile may not see does not exist for it.
            meta::find(zoho, target, field).filter(|field| field.external.is_some()).ok_or_else(bad)?;
            match lookup {
                Some(lookup) => references.lookups.push((lookup.to_owned(), target, field.to_owned())),
                None => references.own = Some(field.to_owned()),
            }
        }
        Ok(references)
    }

    /// The record that a path or `ids` names: by its id, or by the current user's external value.
    pub(crate) fn record<'a>(&self, zoho: &'a Zoho, module: ModuleName, name: &str) -> Option<&'a Record> {
        match &self.own {
            Some(field) => zoho.module(module).with_key(field, zoho.current, name).next(),
            None => name.parse().ok().and_then(|id| zoho.module(module).get(id)),
        }
    }

    /// The record id that a lookup object names by an external value. The value counts more than an id beside it.
    pub(crate) fn lookup(
        &self,
        zoho: &Zoho,
        path: &str,
        module: ModuleName,
        value: &Map<String, Value>,
    ) -> Option<u64> {
        let (_, _, field) =
            self.lookups.iter().find(|(lookup, target, _)| lookup == path && *target == module)?;
        let wanted = value.get(field).and_then(Value::as_str)?;
        zoho.module(module).with_key(field, zoho.current, wanted).next().map(|record| record.id)
    }
}
