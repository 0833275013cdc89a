//! Conference data: ignored in a body unless `conferenceDataVersion=1` is asked for (reference, section 9.2).

use serde_json::{Map, Value, json};

use super::Ids;
use crate::http::Query;

pub(crate) fn apply(
    fields: &mut Map<String, Value>,
    body: &Map<String, Value>,
    query: &Query,
    ids: &mut Ids,
) {
    if query.get("conferenceDataVersion") != Some("1") {
        return;
    }
    match body.get("conferenceData") {
        None => {}
        Some(Value::Null) => {
            fields.remove("conferenceData");
            fields.remove("hangoutLink");
        }
        Some(data) if data.get("createRequest").is_some() => {
            let code = ids.meet_code();
            let link = format!("https://meet.google.com/{code}");
            fields.insert("hangoutLink".into(), json!(link));
            fields.insert("conferenceData".into(), json!({
                "conferenceId": code,
                "conferenceSolution": { "key": { "type": "hangoutsMeet" }, "name": "Google Meet" },
                "entryPoints": [{ "entryPointType": "video", "uri": link, "label": format!("meet.google.com/{code}") }],
                "createRequest": {
                    "requestId": data.pointer("/createRequest/requestId"),
                    "conferenceSolutionKey": { "type": "hangoutsMeet" },
                    "status": { "statusCode": "success" },
                },
            }));
        }
        Some(data) => {
            fields.insert("conferenceData".into(), data.clone());
        }
    }
}
