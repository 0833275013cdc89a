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

    /// The record that a path or `ids` names, if the current user may see it.
    pub(crate) fn record<'a>(&self, zoho: &'a Zoho, module: ModuleName, name: &str) -> Option<&'a Record> {
        self.any(zoho, module, name).filter(|record| zoho.sees(module, record))
    }

    /// Whether there is such a record that the current user may not see.
    pub(crate) fn is_hidden(&self, zoho: &Zoho, module: ModuleName, name: &str) -> bool {
        self.any(zoho, module, name).is_some_and(|record| !zoho.sees(module, record))
    }

    /// By its id, or by the current user's external value.
    fn any<'a>(&self, zoho: &'a Zoho, module: ModuleName, name: &str) -> Option<&'a Record> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Request;
    use crate::switches::Switches;
    use crate::zoho::write::{self, Call};
    use crate::zoho::{FIRST_ID, fields, record};

    const BEN: u64 = FIRST_ID + 225_027;

    fn call<'a>(switches: &'a Switches, mails: &'a mut Vec<crate::Mail>) -> Call<'a> {
        Call {
            now_ms: 1_795_000_000_000,
            switches,
            mails,
            bad_record: None,
            locked: None,
            writes: 0,
            load: None,
        }
    }

    fn insert(zoho: &mut Zoho, title: &str, key: &str) -> u16 {
        let row = json!({ "Event_Title": title, "Meeting_Venue__s": "Online", "Key": key,
            "Start_DateTime": "2026-11-25T10:00:00+01:00", "End_DateTime": "2026-11-25T11:00:00+01:00" });
        let request = Request::zoho("POST", "/crm/v8/Events").json(&json!({ "data": [row] }));
        let (switches, mut mails) = (Switches::default(), Vec::new());
        write::insert(zoho, ModuleName::Events, &request, &mut call(&switches, &mut mails))
            .map_or_else(|problem| problem.status, |answer| answer.status)
    }

    fn with_field(kind: &str) -> Zoho {
        let mut zoho = Zoho::new(1);
        let field = json!({ "fields": [{ "field_label": "Key", "data_type": "text", "external": { "type": kind } }] });
        let query = crate::http::Query::parse("module=Events");
        let made =
            fields::create(&mut zoho, &query, field.to_string().as_bytes(), &Switches::default()).unwrap();
        assert_eq!(made.status, 201);
        zoho
    }

    /// Zoho CRM API v7, get-records-ext: nobody finds a record by the value that another user set.
    #[test]
    fn a_user_based_value_belongs_to_its_user() {
        let mut zoho = with_field("user");
        let ana = zoho.current;
        assert_eq!(insert(&mut zoho, "ana's", "k"), 201);
        let references = References::parse(&zoho, ModuleName::Events, Some("Events.Key")).unwrap();
        let found = |zoho: &Zoho| references.record(zoho, ModuleName::Events, "k").map(|record| record.id);
        let first = found(&zoho).unwrap();
        zoho.current = BEN;
        assert_eq!(found(&zoho), None);
        let shown = |zoho: &Zoho, id| {
            let record = zoho.module(ModuleName::Events).get(id).unwrap();
            record::show(zoho, ModuleName::Events, record, "Key", &Switches::default())
        };
        assert_eq!(shown(&zoho, first), Value::Null);
        assert_eq!(insert(&mut zoho, "ben's", "k"), 201, "unique per user");
        assert_eq!(insert(&mut zoho, "ben's second", "k"), 400);
        let second = found(&zoho).unwrap();
        assert_ne!(first, second);
        zoho.current = ana;
        assert_eq!(
            (found(&zoho), shown(&zoho, first), shown(&zoho, second)),
            (Some(first), json!("k"), Value::Null)
        );
    }

    #[test]
    fn an_org_based_value_is_everyones() {
        let mut zoho = with_field("org");
        assert_eq!(insert(&mut zoho, "ana's", "k"), 201);
        zoho.current = BEN;
        assert_eq!(insert(&mut zoho, "ben's", "k"), 400);
        assert_eq!(zoho.module(ModuleName::Events).with_key("Key", BEN, "k").count(), 1);
    }
}
