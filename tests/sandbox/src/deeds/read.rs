//! How an admin call writes a deed and its moment.

use serde_json::Value;

use super::{Deed, Moment};
use crate::http::Service;

impl Deed {
    /// Reads a deed, and its moment if it has one, from the body of an admin call.
    ///
    /// # Errors
    /// A sentence that names the member that is wrong.
    pub fn from_json(value: &Value) -> Result<(Deed, Option<Moment>), String> {
        const MEMBERS: [&str; 9] =
            ["side", "what", "do", "start", "minutes", "fields", "guest", "answer", "at"];
        let map = value.as_object().ok_or("a deed is a JSON object")?;
        if let Some(name) = map.keys().find(|name| !MEMBERS.contains(&name.as_str())) {
            return Err(format!("a deed has no member {name:?}; it has {}", MEMBERS.join(", ")));
        }
        let text = |name: &str| {
            map.get(name).and_then(Value::as_str).ok_or(format!("{name} is a text and must be given"))
        };
        let minutes = || {
            map.get("minutes").and_then(Value::as_i64).ok_or("minutes is a whole number and must be given")
        };
        let target = match text("side")? {
            "google" => Deed::google(text("what")?),
            "crm" => Deed::crm(text("what")?),
            _ => return Err("side is google or crm".into()),
        };
        let deed = match text("do")? {
            "create" => target.created(text("start")?, minutes()?),
            "change" => target.changed(
                map.get("fields")
                    .filter(|fields| fields.is_object())
                    .cloned()
                    .ok_or("fields is an object and must be given")?,
            ),
            "move" => target.moved(minutes()?),
            "delete" => target.deleted(),
            "restore" => target.restored(),
            "answer" => target.answered(text("guest")?, text("answer")?),
            _ => return Err("do is create, change, move, delete, restore or answer".into()),
        };
        let moment = match map.get("at") {
            None | Some(Value::Null) => None,
            Some(at) => Some(Moment::from_json(at)?),
        };
        Ok((deed, moment))
    }
}

impl Moment {
    fn from_json(value: &Value) -> Result<Moment, String> {
        let text = |name: &str| value.get(name).and_then(Value::as_str);
        let service = text("service").and_then(Service::from_name).ok_or("at.service is google or zoho")?;
        let kind = text("kind").ok_or("at.kind is the kind of a request, as the counters name it")?;
        let nth = match value.get("nth") {
            None => 1,
            Some(nth) => {
                nth.as_u64().and_then(|nth| u32::try_from(nth).ok()).ok_or("at.nth is a whole number")?
            }
        };
        match text("when") {
            None | Some("before") => Ok(Moment::before(nth, service, kind)),
            Some("after") => Ok(Moment::after(nth, service, kind)),
            Some(_) => Err("at.when is before or after".into()),
        }
    }
}
