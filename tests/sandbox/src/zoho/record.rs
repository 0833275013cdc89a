//! Records on the wire: what a body may contain, and how a record is shown.

use serde_json::{Map, Value, json};

use super::error::Problem;
use super::meta::{self, Field, Kind};
use super::modules::{ModuleName, Record, Span};
use super::{Zoho, id_of, span};
use crate::switches::{
    CaseInsensitiveWrite, EndBeforeStart, ParticipantsPut, RemindTime, Switches, TextRewrite,
};
use crate::time::{self, Offseted};

/// The most participants of one meeting.
pub(crate) const MOST_PARTICIPANTS: usize = 50;

/// What a body says about one record, checked.
#[derive(Debug, Default)]
pub(crate) struct Input {
    pub(crate) fields: Map<String, Value>,
    pub(crate) owner: Option<u64>,
    pub(crate) span: Option<Span>,
    pub(crate) notify: Option<bool>,
}

/// Checks one record of a body. `old` is the record that a PUT changes.
pub(crate) fn read(
    zoho: &Zoho,
    module: ModuleName,
    body: &Map<String, Value>,
    old: Option<&Record>,
    path: &str,
    switches: &Switches,
) -> Result<Input, Problem> {
    let mut problems = Vec::new();
    let mut input =
        Input { notify: body.get("$send_notification").and_then(Value::as_bool), ..Input::default() };
    let (mut start, mut end, mut all_day) = (None, None, None);
    for (key, value) in body {
        let Some(field) = known_field(module, key, switches).filter(|field| !field.read_only) else {
            continue;
        };
        let path = format!("{path}.{}", field.name);
        if value.is_null() {
            if meta::is_mandatory(field, switches) {
                problems.push(Problem::mandatory(field.name, &path));
            }
            input.fields.insert(field.name.to_owned(), Value::Null);
            continue;
        }
        let checked = match (field.kind, field.name) {
            (Kind::DateTime, name) => {
                instant(value).map(|at| if name == "Start_DateTime" { start = at } else { end = at })
            }
            (Kind::Boolean, _) => value.as_bool().map(|flag| all_day = Some(flag)),
            (Kind::Owner, _) => {
                let id = id_of(value.get("id").unwrap_or(value));
                match id.filter(|id| zoho.user(*id).is_some()) {
                    Some(id) => input.owner = Some(id),
                    None => problems.push(Problem::invalid(
                        "the related id given seems to be invalid",
                        json!({ "api_name": field.name, "json_path": path }),
                    )),
                }
                Some(())
            }
            _ => match value_of(zoho, field, value, &path, switches) {
                Ok(value) => {
                    input.fields.insert(field.name.to_owned(), value);
                    Some(())
                }
                Err(problem) => {
                    problems.push(problem);
                    Some(())
                }
            },
        };
        if checked.is_none() {
            problems.push(Problem::expected(field.name, &path, field.kind.data_type()));
        }
    }
    for field in meta::fields(module).iter().filter(|field| meta::is_mandatory(field, switches)) {
        let named = body
            .iter()
            .any(|(key, _)| known_field(module, key, switches).is_some_and(|f| f.name == field.name));
        if old.is_none() && !named {
            problems.push(Problem::mandatory(field.name, &format!("{path}.{}", field.name)));
        }
    }
    if module == ModuleName::Events {
        match times(zoho, old, start, end, all_day, path, switches) {
            Ok(span) => input.span = span,
            Err(problem) => problems.push(problem),
        }
        if switches.participants_put == ParticipantsPut::Merge
            && let (Some(old), Some(Value::Array(rows))) = (old, input.fields.get_mut("Participants"))
        {
            let mut merged =
                old.fields.get("Participants").and_then(Value::as_array).cloned().unwrap_or_default();
            let same = |a: &Value, b: &Value| {
                a.get("type") == b.get("type") && a.get("participant") == b.get("participant")
            };
            for row in rows.drain(..) {
                if !merged.iter().any(|known| same(known, &row)) {
                    merged.push(row);
                }
            }
            *rows = merged;
        }
    }
    match problems.len() {
        0 => Ok(input),
        1 => Err(problems.remove(0)),
        _ => {
            let errors: Vec<Value> = problems.iter().map(Problem::to_json).collect();
            Err(Problem::new(
                400,
                "MULTIPLE_OR_MULTI_ERRORS",
                "Multiple errors occurred",
                json!({ "errors": errors }),
            ))
        }
    }
}

fn known_field(module: ModuleName, key: &str, switches: &Switches) -> Option<&'static Field> {
    meta::find(module, key).or_else(|| match switches.case_insensitive_write {
        CaseInsensitiveWrite::No => None,
        CaseInsensitiveWrite::Yes => {
            meta::fields(module).iter().find(|field| field.name.eq_ignore_ascii_case(key))
        }
    })
}

/// The span after a write, or none when the write does not touch it.
fn times(
    zoho: &Zoho,
    old: Option<&Record>,
    start: Option<Offseted>,
    end: Option<Offseted>,
    all_day: Option<bool>,
    path: &str,
    switches: &Switches,
) -> Result<Option<Span>, Problem> {
    if start.is_none() && end.is_none() && all_day.is_none() {
        return Ok(None);
    }
    let zone = zoho.zone;
    let before = old.and_then(|record| record.span.as_ref()).map(|span| span::ends(span, zone, switches));
    let was_all_day = old.is_some_and(|record| matches!(record.span, Some(Span::AllDay { .. })));
    let (Some(start), Some(end)) =
        (start.or(before.map(|(start, _)| start)), end.or(before.map(|(_, end)| end)))
    else {
        // A missing mandatory end is reported by the caller.
        return Ok(None);
    };
    if end.ms < start.ms {
        let code = match switches.end_before_start {
            EndBeforeStart::Dependent => "DEPENDENT_MISMATCH",
            EndBeforeStart::Invalid => "INVALID_DATA",
        };
        return Err(Problem::new(
            400,
            code,
            "the end time should be greater than the start time",
            json!({ "api_name": "End_DateTime", "json_path": format!("{path}.End_DateTime"),
                "dependee": { "api_name": "Start_DateTime", "json_path": format!("{path}.Start_DateTime") } }),
        ));
    }
    Ok(Some(span::written(start, end, all_day.unwrap_or(was_all_day), zone, switches)))
}

/// `YYYY-MM-DDTHH:mm:ss±hh:mm`, no fractions.
fn instant(value: &Value) -> Option<Option<Offseted>> {
    let text = value.as_str()?;
    if text.contains('.') {
        return None;
    }
    time::parse_rfc3339(text).map(Some)
}

fn value_of(
    zoho: &Zoho,
    field: &Field,
    value: &Value,
    path: &str,
    switches: &Switches,
) -> Result<Value, Problem> {
    let expected = || Problem::expected(field.name, path, field.kind.json_type());
    match field.kind {
        Kind::Text | Kind::TextArea | Kind::Email | Kind::Phone => {
            let text = value.as_str().ok_or_else(expected)?;
            if text.chars().count() > field.length {
                return Err(Problem::invalid(
                    "invalid data",
                    json!({ "maximum_length": field.length, "api_name": field.name, "json_path": path }),
                ));
            }
            if field.kind == Kind::Email && !is_address(text) {
                return Err(Problem::expected(field.name, path, "email"));
            }
            Ok(rewritten(text, field.kind, switches))
        }
        Kind::Picklist(values) => {
            let text = value.as_str().ok_or_else(expected)?;
            if !values.contains(&text) {
                return Err(Problem::invalid(
                    "invalid data",
                    json!({ "supported_values": values, "api_name": field.name, "json_path": path }),
                ));
            }
            Ok(value.clone())
        }
        Kind::Participants => participants(zoho, value, path),
        Kind::Reminder => reminders(value, field, path, switches),
        Kind::Recurrence => {
            let rule = value.get("RRULE").and_then(Value::as_str).ok_or_else(expected)?;
            if !rule.contains("FREQ=") {
                return Err(expected());
            }
            Ok(value.clone())
        }
        Kind::Lookup => {
            let id = id_of(value.get("id").unwrap_or(value));
            match id.and_then(|id| zoho.person(id)) {
                Some(person) => Ok(json!({ "id": person.id.to_string(), "name": full_name(person) })),
                None => Err(Problem::invalid(
                    "the related id given seems to be invalid",
                    json!({ "api_name": field.name, "json_path": path }),
                )),
            }
        }
        Kind::Tags => {
            let rows = value.as_array().ok_or_else(expected)?;
            if rows.iter().any(|row| row.get("name").and_then(Value::as_str).is_none()) {
                return Err(expected());
            }
            Ok(value.clone())
        }
        Kind::Number => {
            if value.is_number() {
                Ok(value.clone())
            } else {
                Err(expected())
            }
        }
        Kind::DateTime | Kind::Boolean | Kind::Owner => Ok(value.clone()),
    }
}

/// Text as the server keeps it: empty is null; multi-line text may get other line ends and lose trailing blanks.
fn rewritten(text: &str, kind: Kind, switches: &Switches) -> Value {
    if text.trim().is_empty() {
        return Value::Null;
    }
    match switches.text_rewrite {
        TextRewrite::Kept => json!(text),
        TextRewrite::Crlf if kind == Kind::TextArea => {
            let unix = text.replace("\r\n", "\n").replace('\r', "\n");
            let lines: Vec<&str> =
                unix.trim_end().split('\n').map(|line| line.trim_end_matches([' ', '\t'])).collect();
            json!(lines.join("\r\n"))
        }
        TextRewrite::Crlf => json!(text.trim()),
    }
}

fn is_address(text: &str) -> bool {
    text.contains('@') && !text.contains(char::is_whitespace)
}

fn participants(zoho: &Zoho, value: &Value, path: &str) -> Result<Value, Problem> {
    let rows = value.as_array().ok_or_else(|| Problem::expected("Participants", path, "jsonarray"))?;
    if rows.len() > MOST_PARTICIPANTS {
        return Err(Problem::limit(json!({
            "api_name": "Participants", "json_path": path, "maximum_length": MOST_PARTICIPANTS,
        })));
    }
    let mut kept = Vec::with_capacity(rows.len());
    for (index, row) in rows.iter().enumerate() {
        let path = format!("{path}[{index}]");
        let bad = |name: &str| {
            Problem::invalid(
                "invalid data",
                json!({ "api_name": name, "json_path": format!("{path}.{name}") }),
            )
        };
        let kind =
            row.get("type").and_then(Value::as_str).ok_or_else(|| Problem::mandatory("type", &path))?;
        let participant = row
            .get("participant")
            .and_then(Value::as_str)
            .or_else(|| row.get("Email").and_then(Value::as_str).filter(|_| kind == "email"))
            .ok_or_else(|| Problem::mandatory("participant", &path))?;
        let (email, name) = match kind {
            "email" => {
                if !is_address(participant) {
                    return Err(bad("participant"));
                }
                (participant.to_owned(), row.get("name").and_then(Value::as_str).map(str::to_owned))
            }
            "user" => {
                let user = participant
                    .parse()
                    .ok()
                    .and_then(|id| zoho.user(id))
                    .ok_or_else(|| bad("participant"))?;
                (user.email.to_owned(), Some(user.name.to_owned()))
            }
            "contact" | "lead" => {
                let module = if kind == "contact" { ModuleName::Contacts } else { ModuleName::Leads };
                let person = participant
                    .parse()
                    .ok()
                    .and_then(|id| zoho.module(module).get(id))
                    .ok_or_else(|| bad("participant"))?;
                let email = person.fields.get("Email").and_then(Value::as_str).unwrap_or_default();
                (email.to_owned(), Some(full_name(person)))
            }
            _ => return Err(bad("type")),
        };
        let id = row.get("id").and_then(id_of).unwrap_or_else(|| {
            super::FIRST_ID + 90_000_000 + super::hash_of(&format!("{kind}{participant}")) % 9_000_000
        });
        kept.push(json!({
            "Email": email, "name": name, "invited": false, "id": id.to_string(), "type": kind,
            "participant": participant, "status": "not_known",
        }));
    }
    Ok(Value::Array(kept))
}

fn reminders(value: &Value, field: &Field, path: &str, switches: &Switches) -> Result<Value, Problem> {
    let rows = value.as_array().ok_or_else(|| Problem::expected(field.name, path, "jsonarray"))?;
    let mut kept = Vec::with_capacity(rows.len());
    for (index, row) in rows.iter().enumerate() {
        let path = format!("{path}[{index}]");
        let unit = row
            .get("unit")
            .and_then(Value::as_u64)
            .ok_or_else(|| Problem::expected("unit", &format!("{path}.unit"), "integer"))?;
        let period = row.get("period").and_then(Value::as_str).unwrap_or_default();
        if !["minutes", "hours", "days", "weeks"].contains(&period) {
            return Err(Problem::invalid(
                "invalid data",
                json!({ "supported_values": ["minutes", "hours", "days", "weeks"], "api_name": "period", "json_path": format!("{path}.period") }),
            ));
        }
        let mut item = json!({ "unit": unit, "period": period });
        if switches.remind_time == RemindTime::Present
            && let Some(map) = item.as_object_mut()
        {
            map.insert("time".into(), row.get("time").cloned().unwrap_or_else(|| json!("09:00")));
        }
        kept.push(item);
    }
    Ok(if kept.is_empty() { Value::Null } else { Value::Array(kept) })
}

pub(crate) fn full_name(person: &Record) -> String {
    let part = |name: &str| person.fields.get(name).and_then(Value::as_str).unwrap_or_default();
    format!("{} {}", part("First_Name"), part("Last_Name")).trim().to_owned()
}

/// One field of a record as it is shown.
pub(crate) fn show(
    zoho: &Zoho,
    module: ModuleName,
    record: &Record,
    name: &str,
    switches: &Switches,
) -> Value {
    let at = |ms: i64| json!(time::print(ms, time::offset_at(zoho.zone, ms), false));
    match name {
        "id" => json!(record.id.to_string()),
        "Owner" => zoho.user_json(record.owner),
        "Created_By" => zoho.user_json(record.created_by),
        "Modified_By" => zoho.user_json(record.modified_by),
        "Created_Time" => at(record.created_ms),
        "Modified_Time" | "Last_Activity_Time" => at(record.modified_ms),
        "All_day" if module == ModuleName::Events => json!(matches!(record.span, Some(Span::AllDay { .. }))),
        "Start_DateTime" | "End_DateTime" => match &record.span {
            None => Value::Null,
            Some(span) => {
                let (start, end) = span::ends(span, zoho.zone, switches);
                json!(span::print(if name == "Start_DateTime" { start } else { end }))
            }
        },
        "Full_Name" if module != ModuleName::Events => json!(full_name(record)),
        "Record_Status__s" => json!("Available"),
        "$event_cancelled" => record.fields.get("$event_cancelled").cloned().unwrap_or(json!(false)),
        _ => record.fields.get(name).cloned().unwrap_or(Value::Null),
    }
}

/// A whole record, as GET by id shows it.
pub(crate) fn show_all(zoho: &Zoho, module: ModuleName, record: &Record, switches: &Switches) -> Value {
    let mut map = Map::new();
    map.insert("id".into(), json!(record.id.to_string()));
    for field in meta::fields(module) {
        map.insert(field.name.to_owned(), show(zoho, module, record, field.name, switches));
    }
    map.insert("$editable".into(), json!(true));
    map.insert("$approved".into(), json!(true));
    if module == ModuleName::Events {
        map.insert("$recurrence_id".into(), Value::Null);
        map.insert("$u_id".into(), json!(format!("{:032x}", record.id)));
        map.insert("$se_module".into(), Value::Null);
    }
    Value::Object(map)
}

/// The named fields of a record. Names that do not exist are left out.
pub(crate) fn show_fields(
    zoho: &Zoho,
    module: ModuleName,
    record: &Record,
    names: &[&str],
    switches: &Switches,
    longest_text: Option<usize>,
) -> Value {
    let mut map = Map::new();
    map.insert("id".into(), json!(record.id.to_string()));
    for name in names {
        if meta::find(module, name).is_none() && *name != "$event_cancelled" {
            continue;
        }
        let mut value = show(zoho, module, record, name, switches);
        if let (Some(most), "Description", Some(text)) = (longest_text, *name, value.as_str()) {
            value = json!(crate::google::text::cut(text, most));
        }
        map.insert((*name).to_owned(), value);
    }
    Value::Object(map)
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
