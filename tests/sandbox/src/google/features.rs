//! Parts of an event that a client must say it knows: conferences, labels, attachments. Without the parameter they
//! are ignored in a body and stay as they are (reference, sections 2 and 9.2).

use serde_json::{Map, Value, json};

use super::Ids;
use super::error::ApiError;
use crate::http::Query;

/// The labels of a primary calendar, as calendars.get shows them: id, name, colour.
pub(crate) const LABELS: [(&str, &str, &str); 2] =
    [("label-client", "Client", "#8e24aa"), ("label-internal", "Internal", "#0b8043")];
/// Attachments of an event, at most (Google Calendar API, Event.attachments).
const MOST_ATTACHMENTS: usize = 25;

pub(crate) fn apply(
    fields: &mut Map<String, Value>,
    body: &Map<String, Value>,
    query: &Query,
    ids: &mut Ids,
) -> Result<(), ApiError> {
    if query.get("conferenceDataVersion") == Some("1") {
        conference(fields, body, ids)?;
    }
    if query.get("eventLabelVersion") == Some("1") {
        label(fields, body)?;
    }
    if query.get("supportsAttachments") == Some("true") {
        attachments(fields, body)?;
    }
    Ok(())
}

fn conference(
    fields: &mut Map<String, Value>,
    body: &Map<String, Value>,
    ids: &mut Ids,
) -> Result<(), ApiError> {
    match body.get("conferenceData") {
        None => {}
        Some(Value::Null) => {
            fields.remove("conferenceData");
            fields.remove("hangoutLink");
        }
        Some(Value::Object(data)) if data.contains_key("createRequest") => {
            let request = data.get("createRequest").and_then(|request| request.get("requestId"));
            let request = request
                .and_then(Value::as_str)
                .filter(|id| !id.is_empty())
                .ok_or_else(|| ApiError::invalid("Invalid conference request id."))?;
            // A request that was carried out already makes no second conference (ConferenceData.createRequest).
            let same = fields
                .get("conferenceData")
                .and_then(|data| data.pointer("/createRequest/requestId"))
                .is_some_and(|id| id == request);
            if same {
                return Ok(());
            }
            let code = ids.meet_code();
            let link = format!("https://meet.google.com/{code}");
            fields.insert("hangoutLink".into(), json!(link));
            fields.insert("conferenceData".into(), json!({
                "conferenceId": code,
                "conferenceSolution": { "key": { "type": "hangoutsMeet" }, "name": "Google Meet" },
                "entryPoints": [{ "entryPointType": "video", "uri": link, "label": format!("meet.google.com/{code}") }],
                "createRequest": {
                    "requestId": request,
                    "conferenceSolutionKey": { "type": "hangoutsMeet" },
                    "status": { "statusCode": "success" },
                },
            }));
        }
        Some(Value::Object(data)) => {
            fields.insert("conferenceData".into(), Value::Object(data.clone()));
        }
        Some(_) => return Err(ApiError::parse()),
    }
    Ok(())
}

/// With version 1 an absent or empty label removes the label there is, and the colour of the body does not count
/// (discovery document, eventLabelVersion and Event.eventLabelId).
fn label(fields: &mut Map<String, Value>, body: &Map<String, Value>) -> Result<(), ApiError> {
    match body.get("eventLabelId") {
        None | Some(Value::Null) => fields.remove("eventLabelId"),
        Some(Value::String(id)) if id.is_empty() => fields.remove("eventLabelId"),
        Some(Value::String(id)) if LABELS.iter().any(|(known, ..)| known == id) => {
            fields.insert("eventLabelId".into(), json!(id))
        }
        Some(Value::String(_)) => return Err(ApiError::invalid("Invalid event label id.")),
        Some(_) => return Err(ApiError::parse()),
    };
    Ok(())
}

fn attachments(fields: &mut Map<String, Value>, body: &Map<String, Value>) -> Result<(), ApiError> {
    let list = match body.get("attachments") {
        None => return Ok(()),
        Some(Value::Null) => {
            fields.remove("attachments");
            return Ok(());
        }
        Some(Value::Array(list)) => list,
        Some(_) => return Err(ApiError::parse()),
    };
    if list.len() > MOST_ATTACHMENTS {
        return Err(ApiError::invalid("The number of attachments exceeds the limit."));
    }
    let mut kept = Vec::new();
    for row in list {
        let row = row.as_object().ok_or_else(ApiError::parse)?;
        let text = |name: &str| row.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let url = text("fileUrl").ok_or_else(|| ApiError::required("Missing file URL."))?;
        let mut attachment = Map::from_iter([("fileUrl".to_owned(), json!(url))]);
        for name in ["title", "mimeType", "iconLink"] {
            if let Some(value) = text(name) {
                attachment.insert(name.into(), json!(value));
            }
        }
        kept.push(Value::Object(attachment));
    }
    if kept.is_empty() {
        fields.remove("attachments");
    } else {
        fields.insert("attachments".into(), Value::Array(kept));
    }
    Ok(())
}
