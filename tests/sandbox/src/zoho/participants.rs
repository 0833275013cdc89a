//! Participants of a meeting: users, contacts, leads and plain addresses, each a row with an id of its own
//! (reference, section 6).

use serde_json::{Map, Value, json};

use super::error::Problem;
use super::external::References;
use super::modules::{ModuleName, Record};
use super::record::full_name;
use super::{FIRST_ID, Zoho, hash_of, id_of};
use crate::switches::{ParticipantsPut, Switches};

/// The most participants of one meeting.
const MOST: usize = 50;

/// The rows of a meeting after a write. A person who was there keeps the row: its id, status and invitation.
pub(crate) fn read(
    zoho: &Zoho,
    value: &Value,
    old: Option<&Record>,
    path: &str,
    references: &References,
    switches: &Switches,
) -> Result<Value, Problem> {
    let rows = value.as_array().ok_or_else(|| Problem::expected("Participants", path, "jsonarray"))?;
    let known: &[Value] = old
        .and_then(|record| record.fields.get("Participants"))
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    let mut kept: Vec<Value> = match switches.participants_put {
        ParticipantsPut::Replace => Vec::new(),
        ParticipantsPut::Merge => known.to_vec(),
    };
    if rows.len() > MOST {
        return Err(too_many(path));
    }
    let salt = old.map_or(zoho.next_id, |record| record.id);
    for (index, row) in rows.iter().enumerate() {
        let row = one(zoho, row, known, &format!("{path}[{index}]"), references, salt)?;
        // One person is invited once.
        if !kept.iter().any(|other| same(other, &row)) {
            kept.push(row);
        }
    }
    if kept.len() > MOST {
        return Err(too_many(path));
    }
    Ok(Value::Array(kept))
}

fn too_many(path: &str) -> Problem {
    Problem::limit(json!({ "api_name": "Participants", "json_path": path, "maximum_length": MOST }))
}

fn same(a: &Value, b: &Value) -> bool {
    let person = |row: &Value| {
        let text = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default().to_lowercase();
        (text("type"), text("participant"))
    };
    person(a) == person(b)
}

fn one(
    zoho: &Zoho,
    row: &Value,
    known: &[Value],
    path: &str,
    references: &References,
    salt: u64,
) -> Result<Value, Problem> {
    let row = row.as_object().ok_or_else(|| Problem::expected("Participants", path, "jsonobject"))?;
    let bad = |name: &str| {
        Problem::invalid("invalid data", json!({ "api_name": name, "json_path": format!("{path}.{name}") }))
    };
    let by_id = match row.get("id").filter(|id| !id.is_null()) {
        None => None,
        Some(id) => {
            let is_row = |row: &&Value| id_of(id).is_some() && row.get("id").and_then(id_of) == id_of(id);
            Some(known.iter().find(is_row).ok_or_else(|| bad("id"))?)
        }
    };
    // A row that is named by its id needs nothing else.
    let given = |name: &str| row.get(name).or_else(|| by_id.and_then(|row| row.get(name)));
    let kind = given("type")
        .and_then(Value::as_str)
        .ok_or_else(|| Problem::mandatory("type", &format!("{path}.type")))?;
    let participant = match given("participant") {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(id)) if kind != "email" => id.to_string(),
        Some(Value::Object(map)) => {
            let module = module_of(kind).ok_or_else(|| bad("participant"))?;
            references
                .lookup(zoho, "Participants.participant", module, map)
                .ok_or_else(|| bad("participant"))?
                .to_string()
        }
        Some(_) => return Err(Problem::expected("participant", &format!("{path}.participant"), "string")),
        None => given("Email")
            .filter(|_| kind == "email")
            .and_then(Value::as_str)
            .ok_or_else(|| Problem::mandatory("participant", &format!("{path}.participant")))?
            .to_owned(),
    };
    let (email, name) = person(zoho, kind, &participant, row).ok_or_else(|| {
        if matches!(kind, "email" | "user" | "contact" | "lead") { bad("participant") } else { bad("type") }
    })?;
    let mut shown = json!({
        "Email": email, "name": name, "invited": false, "type": kind, "participant": participant, "status": "not_known",
        "id": (FIRST_ID + 90_000_000 + hash_of(&format!("{salt}{kind}{participant}")) % 9_000_000).to_string(),
    });
    let before = by_id.or_else(|| known.iter().find(|known| same(known, &shown)));
    if let (Some(before), Some(map)) = (before, shown.as_object_mut()) {
        for name in ["id", "invited", "status"] {
            map.insert(name.to_owned(), before.get(name).cloned().unwrap_or(Value::Null));
        }
    }
    Ok(shown)
}

fn module_of(kind: &str) -> Option<ModuleName> {
    match kind {
        "contact" => Some(ModuleName::Contacts),
        "lead" => Some(ModuleName::Leads),
        _ => None,
    }
}

/// Address and name of a participant that exists.
fn person(
    zoho: &Zoho,
    kind: &str,
    participant: &str,
    row: &Map<String, Value>,
) -> Option<(String, Option<String>)> {
    if kind == "email" {
        return super::value::is_address(participant)
            .then(|| (participant.to_owned(), row.get("name").and_then(Value::as_str).map(str::to_owned)));
    }
    let id = participant.parse::<u64>().ok()?;
    if kind == "user" {
        return zoho.user(id).map(|user| (user.email.to_owned(), Some(user.name.to_owned())));
    }
    let person = zoho.module(module_of(kind)?).get(id)?;
    let email = person.fields.get("Email").and_then(Value::as_str).unwrap_or_default();
    Some((email.to_owned(), Some(full_name(person))))
}
