//! `Remind_At` and `Remind_Participants` in both shapes that Zoho has had (reference, sections 1.13 and 6).

use serde_json::{Value, json};

use super::error::Problem;
use super::meta::Field;
use super::value::instant;
use super::{Zoho, span};
use crate::switches::{AnswerOffset, RemindTime, ReminderShape, Switches};
use crate::time::{self, Offseted};

const PERIODS: [&str; 4] = ["minutes", "hours", "days", "weeks"];

pub(crate) fn read(value: &Value, field: &Field, path: &str, switches: &Switches) -> Result<Value, Problem> {
    if switches.reminder_shape == ReminderShape::EventReminder {
        return match instant(value) {
            Some(_) => Ok(value.clone()),
            None => Err(Problem::expected(&field.name, path, "datetime")),
        };
    }
    let rows = value.as_array().ok_or_else(|| Problem::expected(&field.name, path, "jsonarray"))?;
    let mut kept = Vec::with_capacity(rows.len());
    for (index, row) in rows.iter().enumerate() {
        let path = format!("{path}[{index}]");
        let unit = row
            .get("unit")
            .and_then(Value::as_u64)
            .ok_or_else(|| Problem::expected("unit", &format!("{path}.unit"), "integer"))?;
        let period = row.get("period").and_then(Value::as_str).unwrap_or_default();
        if !PERIODS.contains(&period) {
            return Err(Problem::invalid(
                "invalid data",
                json!({ "supported_values": PERIODS, "api_name": "period", "json_path": format!("{path}.period") }),
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

/// A stored datetime as it is answered: in the user's zone, or as it was written.
pub(crate) fn show_instant(zoho: &Zoho, text: &str, switches: &Switches) -> Value {
    match time::parse_rfc3339(text) {
        None => json!(text),
        Some(at) => json!(span::print(match switches.answer_offset {
            AnswerOffset::AsWritten => at,
            AnswerOffset::UserZone => Offseted { ms: at.ms, offset: time::offset_at(zoho.zone, at.ms) },
        })),
    }
}
