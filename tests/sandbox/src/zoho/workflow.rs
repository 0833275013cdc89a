//! What the organisation does by itself or by hand besides the API: one workflow rule, which sets a field whenever a
//! record of a module is saved unless the write says `trigger: []`; leads that are converted.

use serde_json::json;

use super::Zoho;
use super::meta::Kind;
use super::modules::{ModuleName, Record};
use crate::time::SECOND;

/// What the rule does.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) module: ModuleName,
    pub(crate) field: String,
    pub(crate) value: String,
}

impl Zoho {
    pub(crate) fn set_workflow(&mut self, module: &str, field: &str, value: &str) -> Result<(), String> {
        let module = ModuleName::from_name(module).ok_or("there is no such module")?;
        let found = self.module(module).schema.find(field).filter(|field| field.kind == Kind::Text);
        found.ok_or("there is no such text field")?;
        self.workflow = Some(Rule { module, field: field.to_owned(), value: value.to_owned() });
        Ok(())
    }

    pub(crate) fn run_workflow(&self, module: ModuleName, record: &mut Record) {
        if let Some(rule) = self.workflow.as_ref().filter(|rule| rule.module == module) {
            record.fields.insert(rule.field.clone(), json!(rule.value));
        }
    }

    /// A person converts a lead: it stays, but lists leave it out.
    pub(crate) fn convert_lead(&mut self, id: u64, now_ms: i64) -> bool {
        let Some(mut lead) = self.module(ModuleName::Leads).get(id).cloned() else { return false };
        lead.fields.insert("$converted".into(), json!(true));
        lead.modified_ms = now_ms - now_ms.rem_euclid(SECOND);
        self.module_mut(ModuleName::Leads).put(lead);
        true
    }
}
