//! Writes that may have happened without anybody knowing.

use super::row::{Fields, Row, all, both};
use super::seen::{Draft, Seen};
use crate::json::Json;
use crate::model::field::Field;
use crate::model::ids::{CrmId, GoogleId};
use crate::sync::report::{Conflict, Winner};
use crate::sync::side::Side;
use serde::Serialize;

/// Row `intents`: writes that may have happened without anybody knowing. Written before the request, removed with the
/// links that its answer brings.
#[derive(Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Intents {
    /// When they were written down.
    pub(crate) at_ms: i64,
    /// CRM records that may have been created, their ids unknown.
    pub(crate) creates: Vec<(GoogleId, Draft)>,
    /// Changes that may have been carried over: a side that shows these values shows Accord's own write.
    pub(crate) updates: Vec<(GoogleId, Side, Seen)>,
    /// Events that may have been created in Google, under ids derived from their records.
    pub(crate) births: Vec<(GoogleId, CrmId)>,
    /// Values that a write may have replaced on the side where somebody typed them, not yet in a report (K3).
    pub(crate) lost: Vec<Conflict>,
    /// When contacts may have been created, nobody knows which: they are looked for again once that is settled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) contacts_ms: Option<i64>,
    /// The cycle that is under way, once it has written something: whoever finds it here was cut off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) open: Option<Open>,
    /// What a person asked to be taken back, until that is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) undo: Option<Undo>,
    /// Records of this device that had an older twin, and when they were last modified: they are to be deleted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) yielded: Vec<(CrmId, i64)>,
}

/// A cycle that writes.
#[derive(Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Open {
    pub(crate) run: u32,
    pub(crate) trigger: String,
    pub(crate) started_ms: i64,
    pub(crate) undoes: Option<u32>,
}

/// What is to be taken back: a cycle, or of it what concerns one event, or one value that lost there.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Undo {
    pub(crate) run: u32,
    /// An event, by either of its ids.
    pub(crate) id: Option<String>,
    /// The field whose lost value is put back.
    pub(crate) field: Option<Field>,
}

impl Row for Intents {
    fn from_json(json: &Json<'_>) -> Option<Self> {
        let fields = Fields::of(json);
        let creates = all(fields.array("creates"), |pair| {
            let (id, draft) = both(pair)?;
            Some((GoogleId::from_json(id)?, Draft::from_json(draft)?))
        });
        let updates = all(fields.array("updates"), |row| {
            let [id, side, seen] = row.list()? else { return None };
            Some((GoogleId::from_json(id)?, Side::from_json(side)?, Seen::from_json(seen.list()?)?))
        });
        let births = all(fields.array("births"), |pair| {
            let (id, crm) = both(pair)?;
            Some((GoogleId::from_json(id)?, CrmId::new(crm.str()?)))
        });
        fields.complete(Self {
            at_ms: fields.needed_number("atMs"),
            creates: fields.needed(creates),
            updates: fields.needed(updates),
            births: fields.needed(births),
            lost: fields.needed(all(fields.array("lost"), conflict)),
            contacts_ms: fields.number("contactsMs"),
            open: Some(json.get("open")).filter(|open| open.is_object()).and_then(|open| {
                let open = Fields::of(open);
                open.complete(Open {
                    run: open.needed_count("run"),
                    trigger: open.needed_text("trigger"),
                    started_ms: open.needed_number("startedMs"),
                    undoes: open.count("undoes"),
                })
            }),
            undo: Some(json.get("undo")).filter(|undo| undo.is_object()).and_then(|undo| {
                let undo = Fields::of(undo);
                let field = undo.text("field");
                undo.complete(Undo {
                    run: undo.needed_count("run"),
                    id: undo.text("id"),
                    field: field.as_deref().and_then(Field::named),
                })
            }),
            yielded: fields.needed(all(fields.array("yielded"), |pair| {
                let (crm, modified) = both(pair)?;
                Some((CrmId::new(crm.str()?), modified.integer()?))
            })),
        })
    }
}

fn conflict(json: &Json<'_>) -> Option<Conflict> {
    let fields = Fields::of(json);
    let field = json.get("field").str()?;
    let field = Field::named(field)?.name();
    let winner = match json.get("winner").str()? {
        "google" => Winner::Google,
        "crm" => Winner::Crm,
        _ => return None,
    };
    fields.complete(Conflict {
        google_id: fields.needed_text("googleId"),
        crm_id: fields.needed_text("crmId"),
        field,
        google: fields.needed_text("google"),
        crm: fields.needed_text("crm"),
        winner,
    })
}
