//! Field metadata of the modules: what settings/fields shows, what writes are checked against and what queries may
//! name. Lengths are read by clients, never assumed.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::modules::ModuleName;
use super::{FIRST_ID, Zoho, hash_of, standard};
use crate::switches::{ReminderShape, Switches, VenueRequired};

/// The kinds of value that a write is checked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    TextArea,
    /// A multi-line field with markup: cut in lists, whole by `actions/fetch_full_data`.
    RichText,
    DateTime,
    Date,
    Boolean,
    Picklist,
    Lookup,
    Owner,
    Participants,
    Reminder,
    Recurrence,
    Email,
    Phone,
    Website,
    Tags,
    Integer,
    Number,
}

impl Kind {
    pub(crate) fn data_type(self) -> &'static str {
        match self {
            Kind::Text | Kind::Tags => "text",
            Kind::TextArea | Kind::RichText => "textarea",
            Kind::DateTime => "datetime",
            Kind::Date => "date",
            Kind::Boolean => "boolean",
            Kind::Picklist => "picklist",
            Kind::Lookup => "lookup",
            Kind::Owner => "ownerlookup",
            Kind::Participants => "bigint",
            Kind::Reminder => "multireminder",
            Kind::Recurrence => "RRULE",
            Kind::Email => "email",
            Kind::Phone => "phone",
            Kind::Website => "website",
            Kind::Integer => "integer",
            Kind::Number => "double",
        }
    }

    pub(crate) fn json_type(self) -> &'static str {
        match self {
            Kind::Boolean => "boolean",
            Kind::Lookup | Kind::Owner | Kind::Recurrence => "jsonobject",
            Kind::Participants | Kind::Reminder | Kind::Tags => "jsonarray",
            Kind::Integer => "integer",
            Kind::Number => "double",
            _ => "string",
        }
    }
}

/// What a profile may do with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    ReadWrite,
    ReadOnly,
    Hidden,
}

impl Access {
    pub(crate) const NAMES: [&'static str; 3] = ["read_write", "read_only", "hidden"];

    pub(crate) fn from_name(name: &str) -> Option<Access> {
        match name {
            "read_write" => Some(Access::ReadWrite),
            "read_only" => Some(Access::ReadOnly),
            "hidden" => Some(Access::Hidden),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Access::ReadWrite => "read_write",
            Access::ReadOnly => "read_only",
            Access::Hidden => "hidden",
        }
    }
}

/// Whose value an external field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum External {
    /// Each user has a value of their own, which nobody else sees.
    User,
    /// One value for the organisation.
    Org,
}

impl External {
    pub(crate) fn name(self) -> &'static str {
        match self {
            External::User => "user",
            External::Org => "org",
        }
    }
}

/// No two records may have the same value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unique {
    pub(crate) case_sensitive: bool,
}

/// One field of a module.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) id: u64,
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) kind: Kind,
    pub(crate) length: usize,
    pub(crate) mandatory: bool,
    pub(crate) read_only: bool,
    /// The values of a picklist.
    pub(crate) values: Vec<String>,
    pub(crate) custom: bool,
    pub(crate) unique: Option<Unique>,
    pub(crate) external: Option<External>,
    /// Shown on the pages of the CRM; an external field need not be.
    pub(crate) shown: bool,
    /// Rights by profile, where they differ from `others`.
    pub(crate) access: BTreeMap<u64, Access>,
    pub(crate) others: Access,
}

impl Field {
    pub(crate) fn access(&self, profile: u64) -> Access {
        self.access.get(&profile).copied().unwrap_or(self.others)
    }

    /// Whether records are found by the value of this field, so that it is kept in an index.
    pub(crate) fn is_key(&self) -> bool {
        self.unique.is_some() || self.external.is_some()
    }

    /// What is compared when a value of this field must be the only one.
    pub(crate) fn folded(&self, text: &str) -> String {
        match self.unique {
            Some(Unique { case_sensitive: false }) => text.to_lowercase(),
            _ => text.to_owned(),
        }
    }
}

/// The fields of one module. Fields are only ever added.
#[derive(Clone, Debug, Default)]
pub(crate) struct Schema {
    fields: Vec<Field>,
}

impl Schema {
    pub(crate) const EMPTY: Schema = Schema { fields: Vec::new() };

    pub(crate) fn standard(module: ModuleName) -> Schema {
        Schema { fields: standard::fields(module) }
    }

    pub(crate) fn fields(&self) -> &[Field] {
        &self.fields
    }

    pub(crate) fn find(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    pub(crate) fn add(&mut self, field: Field) {
        self.fields.push(field);
    }
}

/// The fields of a module that the current user may see.
pub(crate) fn fields(zoho: &Zoho, module: ModuleName) -> impl Iterator<Item = &Field> {
    let profile = zoho.profile();
    zoho.module(module).schema.fields().iter().filter(move |field| field.access(profile) != Access::Hidden)
}

/// A field by its API name, if the current user may see it.
pub(crate) fn find<'a>(zoho: &'a Zoho, module: ModuleName, name: &str) -> Option<&'a Field> {
    let profile = zoho.profile();
    zoho.module(module).schema.find(name).filter(|field| field.access(profile) != Access::Hidden)
}

/// Whether a field must have a value in every layout; the venue only where the organisation asks for it.
pub(crate) fn is_mandatory(field: &Field, switches: &Switches) -> bool {
    field.mandatory || field.name == "Meeting_Venue__s" && switches.venue_required == VenueRequired::Yes
}

/// One entry of settings/fields, as the current user sees it.
pub(crate) fn to_json(zoho: &Zoho, field: &Field, switches: &Switches) -> Value {
    let mandatory = is_mandatory(field, switches);
    let writable = !field.read_only && field.access(zoho.profile()) == Access::ReadWrite;
    let data_type = match (field.kind, switches.reminder_shape) {
        (Kind::Reminder, ReminderShape::EventReminder) => "event_reminder",
        (kind, _) => kind.data_type(),
    };
    let json_type = match (field.kind, switches.reminder_shape) {
        (Kind::Reminder, ReminderShape::EventReminder) => "string",
        (kind, _) => kind.json_type(),
    };
    let mut shown = Map::new();
    let mut put = |name: &str, value: Value| {
        shown.insert(name.to_owned(), value);
    };
    put("id", json!(field.id.to_string()));
    put("api_name", json!(field.name));
    put("field_label", json!(field.label));
    put("display_label", json!(field.label));
    put("data_type", json!(data_type));
    put("json_type", json!(json_type));
    put("length", json!(field.length));
    put("system_mandatory", json!(mandatory));
    put("custom_field", json!(field.custom));
    put("read_only", json!(!writable));
    put("field_read_only", json!(field.read_only));
    put("visible", json!(true));
    put("type", json!("used"));
    put("created_source", json!(if field.custom { "api" } else { "default" }));
    put("display_type", json!(-1));
    put("ui_type", json!(1));
    put(
        "operation_type",
        json!({ "web_update": writable, "api_create": writable, "web_create": writable, "api_update": writable }),
    );
    put(
        "view_type",
        json!({ "view": field.shown, "edit": writable && field.shown, "quick_create": false, "create": writable && field.shown }),
    );
    put("pick_list_values", pick_list(field, &field.values));
    if field.kind == Kind::RichText {
        put("textarea", json!({ "type": "rich_text" }));
    }
    put(
        "unique",
        match field.unique.filter(|_| field.custom) {
            Some(unique) => json!({ "case_sensitive": unique.case_sensitive }),
            None => json!({}),
        },
    );
    put(
        "external",
        match field.external {
            Some(external) => json!({ "type": external.name(), "show": field.shown }),
            None => Value::Null,
        },
    );
    if field.custom && zoho.customizes() {
        let profiles: Vec<Value> = zoho
            .profiles()
            .iter()
            .map(|(id, name)| json!({ "id": id.to_string(), "name": name, "permission_type": field.access(*id).name() }))
            .collect();
        put("profiles", json!(profiles));
    }
    put("default_value", Value::Null);
    Value::Object(shown)
}

/// The values of a picklist as metadata show them.
pub(crate) fn pick_list(field: &Field, values: &[String]) -> Value {
    values
        .iter()
        .enumerate()
        .map(|(index, value)| {
            let id = FIRST_ID + 60_000_000 + hash_of(&format!("{}/{value}", field.id)) % 9_000_000;
            json!({ "id": id.to_string(), "display_value": value, "actual_value": value,
                "reference_value": value, "sequence_number": index + 1, "type": "used" })
        })
        .collect()
}
