//! POST /Events/{id}/actions/cancel: tells the participants, keeps the record (Zoho CRM API v8, cancelMeetings).

use serde_json::{Value, json};

use super::body::{self, Body};
use super::error::Problem;
use super::modules::ModuleName;
use super::write::{self, Call, permitted};
use super::{Zoho, record, refusal};
use crate::http::Response;
use crate::mail::MailKind;

pub(crate) fn cancel(
    zoho: &mut Zoho,
    id: &str,
    bytes: &[u8],
    call: &mut Call<'_>,
) -> Result<Response, Problem> {
    permitted(zoho, "Edit", ModuleName::Events)?;
    let body = Body::parse(bytes)?;
    let path = "$.data[0].send_cancelling_mail";
    let wanted = body.rows.first().and_then(|row| row.get("send_cancelling_mail"));
    let wanted = match wanted {
        None | Some(Value::Null) => Err(Problem::mandatory("send_cancelling_mail", path)),
        Some(Value::Bool(send)) => Ok(*send),
        Some(_) => Err(Problem::expected("send_cancelling_mail", path, "boolean")),
    };
    let outcome = wanted.and_then(|send| one(zoho, id, send, call));
    match outcome {
        // The day's mails are the organisation's, not the record's: refused flat.
        Err(problem) if problem.code == "DAILY_LIMIT_EXCEEDED" => Err(problem),
        outcome => Ok(body::answer(vec![outcome], 200, call.switches, true)),
    }
}

fn one(zoho: &mut Zoho, id: &str, send: bool, call: &mut Call<'_>) -> body::Outcome {
    let unknown = || Problem::invalid("the id given seems to be invalid", json!({ "id": id }));
    let number = id.parse::<u64>().map_err(|_| unknown())?;
    let record = zoho.module(ModuleName::Events).get(number);
    let record = record.filter(|record| zoho.sees(ModuleName::Events, record)).ok_or_else(unknown)?;
    zoho.check_change(ModuleName::Events, record, "Edit", call.switches)?;
    let mut record = record.clone();
    refusal::check(zoho, call, number, 0, false)?;
    let refused =
        |details: Value| Problem::new(400, "NOT_ALLOWED", "the meeting cannot be cancelled", details);
    if record.fields.get("$event_cancelled") == Some(&json!(true)) {
        return Err(refused(json!({})));
    }
    let rows = record.fields.get("Participants").and_then(Value::as_array);
    let invited = rows.into_iter().flatten().filter(|row| row.get("invited") == Some(&json!(true))).count();
    if invited == 0 {
        return Err(refused(json!({ "reason": "no_participants_invited", "id": id })));
    }
    if record::instants(zoho, &record, call.switches).is_some_and(|(_, end)| end <= call.now_ms) {
        return Err(refused(json!({ "reason": "completed_meeting", "id": id })));
    }
    if send && zoho.cancel_mails_left.is_some_and(|left| left < invited) {
        return Err(Problem::new(
            400,
            "DAILY_LIMIT_EXCEEDED",
            "the daily limit of mails is exceeded",
            json!({}),
        ));
    }
    if send {
        zoho.cancel_mails_left = zoho.cancel_mails_left.map(|left| left - invited);
    }
    record.fields.insert("$event_cancelled".into(), json!(true));
    record.modified_by = zoho.current;
    record.modified_ms = call.second();
    write::notify(zoho, &mut record, Some(send), MailKind::Cancellation, call);
    zoho.module_mut(ModuleName::Events).put(record);
    call.writes += 1;
    Ok(json!({
        "code": "SUCCESS", "details": { "id": id }, "message": "The event is successfully cancelled", "status": "success",
    }))
}
