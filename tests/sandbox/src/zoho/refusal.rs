//! Records that refuse changes: locked, in an approval, in a review, in a blueprint (reference, section 4.2). Which
//! ones is set up by tests.

use serde_json::{Value, json};

use super::Zoho;
use super::error::Problem;
use super::write::Call;

/// Why a record refuses every change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Locked,
    NotApproved,
    NotReviewed,
    InBlueprint,
    CannotPerform,
    NotAuthorized,
}

impl Refusal {
    const ALL: [Refusal; 6] = [
        Refusal::Locked,
        Refusal::NotApproved,
        Refusal::NotReviewed,
        Refusal::InBlueprint,
        Refusal::CannotPerform,
        Refusal::NotAuthorized,
    ];

    fn code(self) -> &'static str {
        match self {
            Refusal::Locked => "RECORD_LOCKED",
            Refusal::NotApproved => "NOT_APPROVED",
            Refusal::NotReviewed => "NOT_REVIEWED",
            Refusal::InBlueprint => "RECORD_IN_BLUEPRINT",
            Refusal::CannotPerform => "CANNOT_PERFORM_ACTION",
            Refusal::NotAuthorized => "AUTHORIZATION_FAILED",
        }
    }

    pub(crate) fn from_code(code: &str) -> Option<Refusal> {
        Refusal::ALL.into_iter().find(|refusal| refusal.code() == code)
    }

    fn message(self) -> &'static str {
        match self {
            Refusal::Locked => "Sorry, you cannot perform this operation as the record is locked.",
            Refusal::NotApproved => "Cannot update record that is not approved yet",
            Refusal::NotReviewed => "record in review",
            Refusal::InBlueprint => "record is in a blueprint",
            Refusal::CannotPerform => "this action cannot be performed on the record",
            Refusal::NotAuthorized => "User does not have sufficient privilege to perform this action",
        }
    }

    /// Zoho CRM API v8, updateRecords and deleteRecord: only some of them name the record.
    fn details(self, id: u64, index: usize, deleting: bool) -> Value {
        match self {
            Refusal::Locked if deleting => json!({ "action": "record_locking", "id": id.to_string() }),
            Refusal::Locked => json!({
                "api_name": "id", "json_path": format!("$.data[{index}].id"), "action": "record_locking",
            }),
            Refusal::NotApproved | Refusal::NotAuthorized if !deleting => json!({ "resource_path_index": 1 }),
            Refusal::NotApproved
            | Refusal::NotAuthorized
            | Refusal::NotReviewed
            | Refusal::InBlueprint
            | Refusal::CannotPerform => json!({}),
        }
    }
}

/// Whether a record takes a change. `index` is its place in the body.
pub(crate) fn check(
    zoho: &Zoho,
    call: &Call<'_>,
    id: u64,
    index: usize,
    deleting: bool,
) -> Result<(), Problem> {
    let refusal =
        if call.locked == Some(id) { Some(Refusal::Locked) } else { zoho.refused.get(&id).copied() };
    match refusal {
        None => Ok(()),
        Some(why) => Err(Problem::new(400, why.code(), why.message(), why.details(id, index, deleting))),
    }
}
