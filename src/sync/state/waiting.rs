//! What waits: for an answer, for a change, for a later try.

use super::row::{Fields, Row, all, both};
use crate::json::Json;
use crate::model::ids::{CrmId, Etag, GoogleId};
use crate::sync::side::Side;
use serde::Serialize;

/// Row `parked`: what waits for somebody or something.
#[derive(Default)]
pub(crate) struct Waiting {
    /// Events that cannot be synced as they are (K6), in the order of their ids.
    pub(crate) parked: Vec<(GoogleId, Parked)>,
    /// Deletions, and pairs, that the user is asked about (K5, I24).
    pub(crate) held: Vec<Held>,
}

/// A [`Waiting`] to be written.
#[derive(Serialize)]
pub(crate) struct WaitingText<'a> {
    pub(crate) parked: &'a [(GoogleId, Parked)],
    pub(crate) held: &'a [Held],
}

/// What waits for the user's answer: deletions, or events and meetings that nobody can tell apart.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Held {
    /// The name of the question.
    pub(crate) id: String,
    /// Where they would be deleted.
    pub(crate) side: Side,
    /// Of what cannot be told apart: the events, then the ids that the meetings stand under.
    pub(crate) ids: Vec<GoogleId>,
    /// Of what cannot be told apart: the meetings. Of deletions there are none.
    pub(crate) crm: Vec<CrmId>,
    pub(crate) asked_ms: i64,
    pub(crate) answer: Option<HeldAnswer>,
}

impl Held {
    /// Whether it is about what cannot be told apart.
    pub(crate) fn is_ambiguous(&self) -> bool {
        !self.crm.is_empty()
    }

    /// The events, and the ids that the meetings stand under.
    pub(crate) fn halves(&self) -> (&[GoogleId], &[GoogleId]) {
        self.ids.split_at_checked(self.ids.len() - self.crm.len().min(self.ids.len())).unwrap_or_default()
    }
}

/// What the user said about a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum HeldAnswer {
    /// Delete them.
    Apply,
    /// Create again what was deleted, from the side that still has it.
    Restore,
    /// The first event is the first meeting, the second the second …; what is left over has no counterpart.
    Pair,
    /// None of the events is one of the meetings.
    Separate,
}

impl Side {
    pub(crate) fn from_json(json: &Json<'_>) -> Option<Self> {
        match json.str()? {
            "google" => Some(Self::Google),
            "crm" => Some(Self::Crm),
            _ => None,
        }
    }
}

impl Held {
    fn from_json(json: &Json<'_>) -> Option<Self> {
        let fields = Fields::of(json);
        let side = Side::from_json(json.get("side"))?;
        fields.complete(Self {
            id: fields.needed_text("id"),
            side,
            ids: fields.needed(all(fields.array("ids"), GoogleId::from_json)),
            crm: fields.needed(all(fields.array("crm"), |id| Some(CrmId::new(id.str()?)))),
            asked_ms: fields.needed_number("askedMs"),
            answer: match json.get("answer").str() {
                Some("apply") => Some(HeldAnswer::Apply),
                Some("restore") => Some(HeldAnswer::Restore),
                Some("pair") => Some(HeldAnswer::Pair),
                Some("separate") => Some(HeldAnswer::Separate),
                Some(_) | None => None,
            },
        })
    }
}

/// Why an event waits, and until when.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Parked {
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) since_ms: i64,
    pub(crate) retry_ms: i64,
    /// The version that failed: another one is tried at once.
    pub(crate) etag: Etag,
    /// The version of the CRM record that failed, where it was known.
    pub(crate) crm_modified: Option<i64>,
    /// The CRM record, when it has no event in Google yet.
    pub(crate) crm: Option<CrmId>,
}

impl Row for Waiting {
    fn from_json(json: &Json<'_>) -> Option<Self> {
        let parked = all(json.get("parked").list()?, |pair| {
            let (id, parked) = both(pair)?;
            let fields = Fields::of(parked);
            let id = GoogleId::from_json(id)?;
            let parked = Parked {
                code: fields.needed_text("code"),
                message: fields.needed_text("message"),
                since_ms: fields.needed_number("sinceMs"),
                retry_ms: fields.needed_number("retryMs"),
                etag: Etag::new(fields.needed_text("etag")),
                crm_modified: fields.number("crmModified"),
                crm: fields.text("crm").map(CrmId::new),
            };
            fields.complete((id, parked))
        });
        Some(Self { parked: parked?, held: all(json.get("held").list()?, Held::from_json)? })
    }
}
