//! How a record is shown.

use serde_json::{Map, Value, json};

use super::layouts::Layout;
use super::meta::{self, External, Field, Kind};
use super::modules::{ModuleName, Record, Span};
use super::{Zoho, reminder, span};
use crate::switches::{ReminderShape, Switches};
use crate::time;

pub(crate) fn full_name(person: &Record) -> String {
    let part = |name: &str| person.fields.get(name).and_then(Value::as_str).unwrap_or_default();
    format!("{} {}", part("First_Name"), part("Last_Name")).trim().to_owned()
}

/// The current user's value of a user-based external field.
pub(crate) fn own<'a>(zoho: &Zoho, record: &'a Record, name: &str) -> Option<&'a str> {
    record.own.get(&(name.to_owned(), zoho.current)).map(String::as_str)
}

/// One field of a record as it is shown, by its API name or a `$` name of the system.
pub(crate) fn show(
    zoho: &Zoho,
    module: ModuleName,
    record: &Record,
    name: &str,
    switches: &Switches,
) -> Value {
    computed(zoho, module, record, name, switches).unwrap_or_else(|| {
        match zoho.module(module).schema.find(name) {
            Some(field) => stored(zoho, record, field, switches),
            None => Value::Null,
        }
    })
}

/// What is not kept in the record's fields as it is shown.
fn computed(
    zoho: &Zoho,
    module: ModuleName,
    record: &Record,
    name: &str,
    switches: &Switches,
) -> Option<Value> {
    let at = |ms: i64| json!(time::print(ms, time::offset_at(zoho.zone, ms), false));
    Some(match name {
        "id" => json!(record.id.to_string()),
        "Owner" => zoho.user_json(record.owner),
        "Created_By" => zoho.user_json(record.created_by),
        "Modified_By" => zoho.user_json(record.modified_by),
        "Created_Time" => at(record.created_ms),
        "Modified_Time" | "Last_Activity_Time" => at(record.modified_ms),
        "All_day" if module == ModuleName::Events => json!(matches!(record.span, Some(Span::AllDay { .. }))),
        "Start_DateTime" | "End_DateTime" if module == ModuleName::Events => match &record.span {
            None => Value::Null,
            Some(span) => {
                let (start, end) = span::ends(span, zoho.zone, switches);
                json!(span::print(if name == "Start_DateTime" { start } else { end }))
            }
        },
        "Full_Name" if module != ModuleName::Events => json!(full_name(record)),
        "Record_Status__s" => json!("Available"),
        "Layout" | "$layout_id" => {
            let layouts = &zoho.module(module).layouts;
            let layout = layouts.iter().find(|layout| layout.id == record.layout).or(layouts.first());
            layout.map_or(Value::Null, Layout::reference)
        }
        "$event_cancelled" | "$converted" => record.fields.get(name).cloned().unwrap_or(json!(false)),
        _ if name.starts_with('$') => record.fields.get(name).cloned().unwrap_or(Value::Null),
        _ => return None,
    })
}

fn stored(zoho: &Zoho, record: &Record, field: &Field, switches: &Switches) -> Value {
    if field.external == Some(External::User) {
        return own(zoho, record, &field.name).map_or(Value::Null, |text| json!(text));
    }
    let stored = record.fields.get(&field.name);
    match (field.kind, stored) {
        (Kind::Boolean, None) => json!(false),
        (Kind::DateTime, Some(Value::String(text))) => reminder::show_instant(zoho, text, switches),
        (Kind::Reminder, Some(Value::String(text)))
            if switches.reminder_shape == ReminderShape::EventReminder =>
        {
            reminder::show_instant(zoho, text, switches)
        }
        (_, value) => value.cloned().unwrap_or(Value::Null),
    }
}

/// A whole record, as GET by id shows it.
pub(crate) fn show_all(zoho: &Zoho, module: ModuleName, record: &Record, switches: &Switches) -> Value {
    let mut map = Map::new();
    map.insert("id".into(), json!(record.id.to_string()));
    for field in meta::fields(zoho, module) {
        let value = computed(zoho, module, record, &field.name, switches);
        map.insert(field.name.clone(), value.unwrap_or_else(|| stored(zoho, record, field, switches)));
    }
    // What every answer carries and clients are to ignore (reference, section 6).
    for name in ["$editable", "$approved"] {
        map.insert(name.into(), json!(true));
    }
    map.insert("$approval_state".into(), json!("approved"));
    map.insert("$in_merge".into(), json!(false));
    map.insert("$field_states".into(), Value::Null);
    map.insert("$review_process".into(), Value::Null);
    let mut system = vec!["$layout_id"];
    match module {
        ModuleName::Events => {
            map.insert("$meeting_details".into(), Value::Null);
            map.insert("$calendar_booking_event".into(), json!(false));
            map.insert("$u_id".into(), json!(format!("{:032x}", record.id)));
            system.extend(["$recurrence_id", "$se_module"]);
        }
        ModuleName::Leads => system.push("$converted"),
        ModuleName::Contacts => {}
    }
    for name in system {
        map.insert(name.to_owned(), show(zoho, module, record, name, switches));
    }
    Value::Object(map)
}

/// Names that can be asked for though they are no fields.
const SYSTEM: [&str; 6] =
    ["$event_cancelled", "$se_module", "$recurrence_id", "$layout_id", "$converted", "Layout"];

/// The named fields of a record. Names that do not exist are left out.
pub(crate) fn show_fields(
    zoho: &Zoho,
    module: ModuleName,
    record: &Record,
    names: &[&str],
    switches: &Switches,
    cut: Option<Cut>,
) -> Value {
    let mut map = Map::new();
    map.insert("id".into(), json!(record.id.to_string()));
    for name in names {
        let field = meta::find(zoho, module, name);
        if field.is_none() && !SYSTEM.contains(name) {
            continue;
        }
        let mut value = computed(zoho, module, record, name, switches)
            .or_else(|| field.map(|field| stored(zoho, record, field, switches)))
            .unwrap_or(Value::Null);
        if *name == "Participants" && cut.is_some_and(|cut| cut.participants) {
            value = Value::Null;
        }
        if let (Some(cut), Some(text)) = (cut, value.as_str())
            && (field.is_some_and(|field| field.kind == Kind::RichText)
                || cut.description && *name == "Description")
        {
            value = json!(crate::google::text::cut(text, cut.longest));
        }
        map.insert((*name).to_owned(), value);
    }
    Value::Object(map)
}

/// How lists shorten records: rich text always, the rest by switches.
#[derive(Clone, Copy)]
pub(crate) struct Cut {
    pub(crate) longest: usize,
    /// Participants are left out.
    pub(crate) participants: bool,
    /// Description too, though it is plain text, of which nothing is documented.
    pub(crate) description: bool,
}

/// Both ends of a meeting as instants, for comparisons.
pub(crate) fn instants(zoho: &Zoho, record: &Record, switches: &Switches) -> Option<(i64, i64)> {
    let span = record.span.as_ref()?;
    if let Span::Timed { start, end } = span {
        return Some((start.ms, end.ms));
    }
    let (start, end) = span::ends(span, zoho.zone, switches);
    Some((start.ms, end.ms))
}
