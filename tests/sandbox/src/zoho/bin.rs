//! The list of deleted records (reference, section 3.4) and restoring from the recycle bin.

use serde_json::{Value, json};

use super::error::{Problem, json_response};
use super::list::{changed_since, number, since};
use super::modules::{Deleted, ModuleName};
use super::{Zoho, record};
use crate::http::{Request, Response};
use crate::switches::{PermanentTtl, RestoreBumps, Switches};
use crate::time::{self, DAY, SECOND};

/// The recycle bin purges itself after this many days.
const BIN_DAYS: i64 = 60;

pub(crate) fn deleted(
    zoho: &Zoho,
    module: ModuleName,
    request: &Request,
    now_ms: i64,
    switches: &Switches,
) -> Result<Response, Problem> {
    let query = request.query();
    let (recycled, permanent) = match query.get("type") {
        None | Some("all") => (true, true),
        Some("recycle") => (true, false),
        Some("permanent") => (false, true),
        Some(_) => {
            let problem = Problem::new(
                400,
                "PATTERN_NOT_MATCHED",
                "Please check whether the input values are correct",
                json!({ "api_name": "type" }),
            );
            return Ok(json_response(400, &json!({ "data": [problem.to_json()] })));
        }
    };
    let per_page = number(&query, "per_page", 200, 200)?;
    let page = number(&query, "page", 1, usize::MAX)?;
    let since = since(request)?;
    let permanent_days = match switches.permanent_ttl_days {
        PermanentTtl::Sixty => 60,
        PermanentTtl::Zero => 0,
    };
    let mut rows: Vec<(&Deleted, bool)> = zoho
        .module(module)
        .bin()
        .map(|deleted| (deleted, deleted.is_purged(now_ms)))
        .filter(|(deleted, purged)| {
            if *purged {
                permanent && now_ms - deleted.at_ms <= (BIN_DAYS + permanent_days) * DAY
            } else {
                recycled
            }
        })
        .filter(|(deleted, _)| zoho.sees(module, &deleted.record))
        .filter(|(deleted, _)| changed_since(deleted.at_ms, since, switches))
        .collect();
    rows.sort_by_key(|(deleted, _)| std::cmp::Reverse((deleted.at_ms, deleted.record.id)));
    let total = rows.len();
    let skip = (page - 1).saturating_mul(per_page);
    let data: Vec<Value> = rows
        .into_iter()
        .skip(skip)
        .take(per_page)
        .map(|(row, purged)| show(zoho, module, row, purged))
        .collect();
    if data.is_empty() {
        return Ok(Response::empty(if since.is_some() { 304 } else { 204 }));
    }
    let count = data.len();
    Ok(json_response(
        200,
        &json!({ "data": data, "info": { "per_page": per_page, "count": count, "page": page, "more_records": skip + count < total } }),
    ))
}

fn show(zoho: &Zoho, module: ModuleName, deleted: &Deleted, purged: bool) -> Value {
    let at = time::print(deleted.at_ms, time::offset_at(zoho.zone, deleted.at_ms), false);
    let id = deleted.record.id.to_string();
    if purged {
        return json!({ "id": id, "display_name": null, "type": "permanent", "deleted_time": at, "deleted_by": null, "created_by": null });
    }
    let by = |id: u64| {
        zoho.user(id).map_or(Value::Null, |user| json!({ "name": user.name, "id": user.id.to_string() }))
    };
    let name = match module {
        ModuleName::Events => deleted.record.fields.get("Event_Title").cloned().unwrap_or(Value::Null),
        ModuleName::Contacts | ModuleName::Leads => json!(record::full_name(&deleted.record)),
    };
    json!({
        "id": id, "display_name": name, "type": "recycle", "deleted_time": at,
        "deleted_by": by(deleted.by), "created_by": by(deleted.record.created_by),
    })
}

impl Deleted {
    /// Emptied out of the recycle bin, by a person or by age.
    fn is_purged(&self, now_ms: i64) -> bool {
        self.purged || now_ms - self.at_ms > BIN_DAYS * DAY
    }
}

impl Zoho {
    /// A person takes a record out of the recycle bin: it comes back under its old id.
    pub(crate) fn restore(&mut self, module: ModuleName, id: u64, now_ms: i64, switches: &Switches) -> bool {
        if self.module(module).in_bin(id).is_none_or(|deleted| deleted.is_purged(now_ms)) {
            return false;
        }
        let Some(mut record) = self.module_mut(module).restore(id) else { return false };
        if switches.restore_bumps == RestoreBumps::Yes {
            record.modified_ms = now_ms - now_ms.rem_euclid(SECOND);
        }
        self.module_mut(module).put(record);
        true
    }
}
