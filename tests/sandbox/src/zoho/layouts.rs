//! Layouts: which fields a record must have and which values its picklists take, its rules and the dependencies
//! between picklists. One standard layout a module; more are set up by tests.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::error::{Problem, json_response};
use super::meta::{self, Field, Kind};
use super::modules::ModuleName;
use super::{FIRST_ID, Zoho};
use crate::http::{Query, Response};
use crate::switches::Switches;

/// One layout of a module.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    pub(crate) id: u64,
    name: String,
    required: BTreeSet<String>,
    /// Picklists that have fewer values here.
    values: BTreeMap<String, Vec<String>>,
    rules: Vec<Rule>,
    dependencies: Vec<Dependency>,
}

/// A layout rule: when a field has a value, another one is required.
#[derive(Clone, Debug)]
struct Rule {
    id: u64,
    name: String,
    field: String,
    value: String,
    requires: String,
}

/// The values of a picklist depend on those of another one.
#[derive(Clone, Debug)]
struct Dependency {
    parent: String,
    child: String,
    allowed: BTreeMap<String, Vec<String>>,
}

impl Layout {
    pub(crate) fn standard(module: ModuleName) -> Layout {
        Layout {
            id: FIRST_ID + 91_001 + module as u64 * 10,
            name: "Standard".into(),
            required: BTreeSet::new(),
            values: BTreeMap::new(),
            rules: Vec::new(),
            dependencies: Vec::new(),
        }
    }

    pub(crate) fn requires(&self, field: &Field, switches: &Switches) -> bool {
        meta::is_mandatory(field, switches) || self.required.contains(&field.name)
    }

    pub(crate) fn values(&self, field: &Field) -> Vec<String> {
        self.values.get(&field.name).unwrap_or(&field.values).clone()
    }

    /// Whether there is anything to [`Layout::check`].
    pub(crate) fn is_plain(&self) -> bool {
        self.rules.is_empty() && self.dependencies.is_empty()
    }

    /// What the rules and dependencies say about a record as it would be after a write. `named` are the fields of
    /// the write; a dependency is checked only where the write touches it.
    pub(crate) fn check(
        &self,
        after: &Map<String, Value>,
        named: &Map<String, Value>,
        path: &str,
    ) -> Vec<Problem> {
        let text = |name: &str| after.get(name).and_then(Value::as_str);
        let mut problems = Vec::new();
        for rule in &self.rules {
            if text(&rule.field) == Some(&rule.value) && after.get(&rule.requires).is_none_or(Value::is_null)
            {
                problems.push(Problem::new(
                    400,
                    "MANDATORY_NOT_FOUND",
                    "required field not found",
                    json!({ "api_name": rule.requires, "json_path": format!("{path}.{}", rule.requires),
                        "layout_rule": { "name": rule.name, "id": rule.id.to_string() } }),
                ));
            }
        }
        for Dependency { parent, child, allowed } in &self.dependencies {
            let (Some(value), true) = (text(child), named.contains_key(parent) || named.contains_key(child))
            else {
                continue;
            };
            let (code, message) = match text(parent) {
                None => ("DEPENDENT_FIELD_MISSING", "the field that this one depends on is missing"),
                Some(of) if allowed.get(of).is_some_and(|values| values.iter().any(|one| one == value)) => {
                    continue;
                }
                Some(_) => {
                    ("DEPENDENT_MISMATCH", "the value does not fit the field that this one depends on")
                }
            };
            let place = |name: &str| json!({ "api_name": name, "json_path": format!("{path}.{name}") });
            let mut details = place(child);
            if let Some(map) = details.as_object_mut() {
                map.insert("dependee".into(), place(parent));
            }
            problems.push(Problem::new(400, code, message, details));
        }
        problems
    }

    pub(crate) fn reference(&self) -> Value {
        json!({ "name": self.name, "display_label": self.name, "id": self.id.to_string() })
    }

    fn show(&self, zoho: &Zoho, module: ModuleName, switches: &Switches) -> Value {
        let fields: Vec<Value> = meta::fields(zoho, module)
            .zip(1_u32..)
            .map(|(field, place)| {
                let mut shown = meta::to_json(zoho, field, switches);
                if let Some(map) = shown.as_object_mut() {
                    map.insert("required".into(), json!(self.requires(field, switches)));
                    map.insert("sequence_number".into(), json!(place));
                    if field.kind == Kind::Picklist {
                        map.insert("pick_list_values".into(), meta::pick_list(field, &self.values(field)));
                    }
                }
                shown
            })
            .collect();
        let profiles: Value = if zoho.customizes() {
            zoho.profiles()
                .iter()
                .map(|(id, name)| json!({ "id": id.to_string(), "name": name, "default": true }))
                .collect()
        } else {
            // Zoho CRM API v8, getLayouts: null without the right to customise modules.
            Value::Null
        };
        json!({
            "id": self.id.to_string(), "name": self.name, "api_name": self.name, "display_label": self.name,
            "status": "active", "visible": true, "has_more_profiles": false, "mode": "view", "source": "default",
            "created_for": null, "created_time": null, "modified_time": null, "created_by": null, "modified_by": null,
            "convert_mapping": null, "profiles": profiles, "actions_allowed": { "edit": zoho.customizes(), "rename": zoho.customizes() },
            "sections": [{
                "api_name": "Information", "name": "Information", "display_label": "Information", "type": "used",
                "sequence_number": 1, "column_count": 2, "tab_traversal": 2, "isSubformSection": false, "properties": null,
                "fields": fields,
            }],
        })
    }
}

/// GET settings/layouts and settings/layouts/{id}.
pub(crate) fn get(
    zoho: &Zoho,
    one: Option<&str>,
    query: &Query,
    switches: &Switches,
) -> Result<Response, Problem> {
    let name = query.get("module").ok_or_else(|| Problem::missing_param("module"))?;
    let module = ModuleName::from_name(name).ok_or_else(|| Problem::module_param("module"))?;
    let layouts: Vec<Value> = zoho
        .module(module)
        .layouts
        .iter()
        .filter(|layout| one.is_none_or(|one| one == layout.id.to_string()))
        .map(|layout| layout.show(zoho, module, switches))
        .collect();
    if layouts.is_empty() {
        return Err(Problem::invalid(
            "the id given seems to be invalid",
            json!({ "resource_path_index": 2 }),
        ));
    }
    Ok(json_response(200, &json!({ "layouts": layouts })))
}

impl Zoho {
    /// A person adds a layout: `{module, name, required: [field], values: {picklist: [value]},
    /// rules: [{field, value, requires}], dependencies: [{parent, child, allowed: {value: [value]}}]}`.
    pub(crate) fn add_layout(&mut self, wanted: &Value) -> Result<u64, String> {
        let text = |of: &Value, name: &str| -> Result<String, String> {
            of.get(name)
                .and_then(Value::as_str)
                .map(str::to_owned)
                .ok_or(format!("{name} is a text and must be given"))
        };
        let module = ModuleName::from_name(&text(wanted, "module")?).ok_or("there is no such module")?;
        let texts = |value: &Value| -> Result<Vec<String>, String> {
            let all = value.as_array().ok_or("a list of texts is expected")?;
            all.iter()
                .map(|one| one.as_str().map(str::to_owned).ok_or("a text is expected".to_owned()))
                .collect()
        };
        let by_value = |value: Option<&Value>| -> Result<BTreeMap<String, Vec<String>>, String> {
            let Some(value) = value else { return Ok(BTreeMap::new()) };
            let map = value.as_object().ok_or("an object of lists is expected")?;
            map.iter().map(|(name, list)| Ok((name.clone(), texts(list)?))).collect()
        };
        let known = |name: String| -> Result<String, String> {
            let found = self.module(module).schema.find(&name).is_some();
            found.then_some(name.clone()).ok_or(format!("the module has no field {name:?}"))
        };
        let required = wanted.get("required").map_or(Ok(Vec::new()), texts)?;
        let required = required.into_iter().map(known).collect::<Result<_, _>>()?;
        let list =
            |name: &str| wanted.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let mut rules = Vec::new();
        for (rule, number) in list("rules").iter().zip(1_u64..) {
            rules.push(Rule {
                id: FIRST_ID + 92_000 + number,
                name: format!("Rule {number}"),
                field: known(text(rule, "field")?)?,
                value: text(rule, "value")?,
                requires: known(text(rule, "requires")?)?,
            });
        }
        let mut dependencies = Vec::new();
        for dependency in list("dependencies") {
            dependencies.push(Dependency {
                parent: known(text(dependency, "parent")?)?,
                child: known(text(dependency, "child")?)?,
                allowed: by_value(dependency.get("allowed"))?,
            });
        }
        let layout = Layout {
            id: self.new_id(),
            name: text(wanted, "name")?,
            required,
            values: by_value(wanted.get("values"))?,
            rules,
            dependencies,
        };
        let id = layout.id;
        self.module_mut(module).layouts.push(layout);
        Ok(id)
    }
}
