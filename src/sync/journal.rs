//! What cycles wrote, operation by operation: by which rule, and what was there before. It is kept in rows of its own,
//! each stored with the patch that settles its writes, so that every reason can be told and every write be taken back.
//! It holds the text of events; of private ones only what the CRM may know.

use super::report::Winner;
use super::side::Side;
use super::state::Row;
use crate::json::Json;
use crate::model::event::Event;
use crate::model::field::Field;
use crate::model::ids::Etag;
use crate::model::time::When;
use serde::{Serialize, Serializer};

/// One write that a cycle made.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Operation {
    /// Where it was written.
    pub side: Side,
    /// What was done there.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "\"create\" | \"update\" | \"delete\""))]
    pub verb: &'static str,
    /// The event in Google.
    pub google_id: String,
    /// The record in the CRM.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crm_id: Option<String>,
    /// The title on that side, after the write.
    pub title: String,
    /// When it starts: RFC 3339, a date for whole days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<String>,
    /// When it ends; of whole days the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<String>,
    /// Why.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Rule"))]
    pub rule: &'static str,
    /// Of an update: the fields that were written. Of a deletion: what was there.
    pub fields: Vec<FieldChange>,
    /// Guests that the service e-mails; 0 unless the settings say so.
    pub mailed: u32,
    /// Whether what was there before is known, so that it can be undone.
    pub kept: bool,
    /// Of a preview: in which of the cycles to come it is written, 1 for the next one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cycle: Option<u32>,
    /// The version that the write left: what an undo is guarded by.
    #[serde(skip)]
    pub(crate) version: String,
}

/// One field of an operation.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct FieldChange {
    /// Its name.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "FieldName"))]
    pub field: &'static str,
    /// What was there, as plain text; none where there was nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// What is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Why.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Rule"))]
    pub rule: &'static str,
    /// Of a conflict: whose value stays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub winner: Option<Winner>,
    /// Of a conflict: the value that lost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lost: Option<String>,
}

/// Why an event looks as it does: one write, and the cycle that made it.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Reason {
    /// The number of the cycle.
    pub run: u32,
    /// When it started, in milliseconds since 1970.
    pub at_ms: i64,
    /// What it wrote.
    pub operation: Operation,
}

/// Without the values: they are event text.
impl std::fmt::Debug for Operation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Operation({} in {:?}, {})", self.verb, self.side, self.rule)
    }
}

/// Why a field or an event was written, by name.
pub(crate) mod rule {
    pub(crate) const NEW: &str = "new";
    pub(crate) const GOOGLE: &str = "changed-in-google";
    pub(crate) const CRM: &str = "changed-in-crm";
    pub(crate) const NEWEST: &str = "conflict-newest";
    pub(crate) const FOR_GOOGLE: &str = "conflict-google";
    pub(crate) const FOR_CRM: &str = "conflict-crm";
    pub(crate) const SOURCE: &str = "source";
    pub(crate) const DELETED: &str = "deleted";
    pub(crate) const EDITED: &str = "edit-beats-deletion";
    pub(crate) const ANSWERED: &str = "answered";
    pub(crate) const UNDO: &str = "undo";
    pub(crate) const PUT_BACK: &str = "put-back";
    pub(super) const ALL: [&str; 12] =
        [NEW, GOOGLE, CRM, NEWEST, FOR_GOOGLE, FOR_CRM, SOURCE, DELETED, EDITED, ANSWERED, UNDO, PUT_BACK];
}

pub(crate) const CREATE: &str = "create";
pub(crate) const UPDATE: &str = "update";
pub(crate) const DELETE: &str = "delete";
/// No write: a service changed the version of what a cycle wrote before.
pub(crate) const SEEN: &str = "seen";
const VERBS: [&str; 4] = [CREATE, UPDATE, DELETE, SEEN];

impl Operation {
    pub(crate) fn new(side: Side, verb: &'static str, google_id: &str, version: String) -> Self {
        Self {
            side,
            verb,
            google_id: google_id.to_owned(),
            crm_id: None,
            title: String::new(),
            start: None,
            end: None,
            rule: rule::NEW,
            fields: Vec::new(),
            mailed: 0,
            kept: true,
            cycle: None,
            version,
        }
    }

    /// Names the event, as it is after the write, or was before it was deleted.
    pub(crate) fn about(mut self, title: &str, when: Option<&When>) -> Self {
        title.clone_into(&mut self.title);
        if let Some((start, end)) = when.map(When::printed).as_deref().and_then(|when| when.split_once('/')) {
            self.start = Some(start.to_owned());
            self.end = Some(end.to_owned());
        }
        self
    }

    /// The event that it is about had nothing but a time to tell: what was there before must not be told either, for a
    /// private event may have been another one before (I18).
    pub(crate) fn hide(&mut self) {
        for change in self.fields.iter_mut().filter(|change| change.field != Field::Time.name()) {
            (change.before, change.lost) = (None, None);
            self.kept = false;
        }
    }

    /// The event became private: of it nothing but times is told any more (I18), so that nothing else of it can be restored.
    pub(crate) fn hush(&mut self) {
        self.title.clear();
        self.hide();
        for change in self.fields.iter_mut().filter(|change| change.field != Field::Time.name()) {
            change.after = None;
        }
    }

    /// The event as it was, of what is known; `base`: what it is else. None when a value cannot be read.
    pub(crate) fn before(&self, mut base: Event) -> Option<Event> {
        for change in &self.fields {
            Field::named(change.field)?.assume(change.before.as_deref().unwrap_or_default(), &mut base)?;
        }
        Some(base)
    }

    /// Whether it is about this event, named by either id.
    pub(crate) fn is_about(&self, id: &str) -> bool {
        self.google_id == id || self.crm_id.as_deref() == Some(id)
    }

    /// Whether something was written.
    pub(crate) fn is_write(&self) -> bool {
        self.verb != SEEN
    }

    /// The change of one field.
    pub(crate) fn change(&self, field: Field) -> Option<&FieldChange> {
        self.fields.iter().find(|change| change.field == field.name())
    }
}

impl FieldChange {
    pub(crate) fn new(
        field: Field,
        before: Option<&Event>,
        after: Option<&Event>,
        rule: &'static str,
    ) -> Self {
        let print =
            |event: Option<&Event>| event.map(|event| field.printed(event)).filter(|text| !text.is_empty());
        Self {
            field: field.name(),
            before: print(before),
            after: print(after),
            rule,
            winner: None,
            lost: None,
        }
    }
}

/// Rows `done/…`: operations in their order, as lists.
pub(crate) struct Segment(pub(crate) Vec<Operation>);

struct Listed<'a, T>(&'a T);

impl Serialize for Segment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(Listed))
    }
}

impl Serialize for Listed<'_, Operation> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let op = self.0;
        let fields: Vec<Listed<'_, FieldChange>> = op.fields.iter().map(Listed).collect();
        let head = (op.side, op.verb, &op.google_id, &op.crm_id, &op.title, &op.start, &op.end);
        (head, op.rule, fields, op.mailed, op.kept, &op.version).serialize(serializer)
    }
}

impl Serialize for Listed<'_, FieldChange> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let change = self.0;
        (change.field, &change.before, &change.after, change.rule, &change.winner, &change.lost)
            .serialize(serializer)
    }
}

/// A version of an event in Google, as an operation holds it. An edit of nothing but the reminders may leave the etag as
/// it is.
pub(crate) fn google_version(etag: &Etag, event: &Event) -> String {
    format!("{}/{}", etag.as_str(), Field::Reminder.printed(event))
}

fn one_of<const N: usize>(names: [&'static str; N], json: &Json<'_>) -> Option<&'static str> {
    names.into_iter().find(|name| json.str() == Some(*name))
}

fn text(json: &Json<'_>) -> Option<String> {
    json.str().map(str::to_owned)
}

fn operation(json: &Json<'_>) -> Option<Operation> {
    let [head, why, fields, mailed, kept, version] = json.list()? else { return None };
    let [side, verb, google, crm, title, start, end] = head.list()? else { return None };
    let mut op = Operation::new(Side::from_json(side)?, one_of(VERBS, verb)?, google.str()?, text(version)?);
    (op.crm_id, op.title) = (text(crm), text(title)?);
    (op.start, op.end, op.rule) = (text(start), text(end), one_of(rule::ALL, why)?);
    (op.mailed, op.kept) = (u32::try_from(mailed.number()?).ok()?, kept.flag()?);
    for json in fields.list()? {
        let [field, before, after, why, winner, lost] = json.list()? else { return None };
        op.fields.push(FieldChange {
            field: Field::named(field.str()?)?.name(),
            before: text(before),
            after: text(after),
            rule: one_of(rule::ALL, why)?,
            winner: Side::from_json(winner).map(Winner::of),
            lost: text(lost),
        });
    }
    Some(op)
}

impl Row for Segment {
    fn from_json(json: &Json<'_>) -> Option<Self> {
        let mut ops = Vec::new();
        for json in json.list()? {
            ops.push(operation(json)?);
        }
        Some(Self(ops))
    }
}

/// What one cycle did to each object, from the operations in their order: of several writes of one object the first
/// says what was there before, the last one which version is there.
pub(crate) fn folded(ops: Vec<Operation>) -> Vec<Operation> {
    let mut folded: Vec<Operation> = Vec::new();
    for op in ops {
        let known =
            folded.iter_mut().rev().find(|known| known.google_id == op.google_id && known.side == op.side);
        match known {
            Some(known) if op.verb == SEEN => known.version = op.version,
            None if op.verb == SEEN => {}
            Some(known) if op.verb == UPDATE && known.verb != DELETE => {
                known.version = op.version;
                known.kept &= op.kept;
                for change in op.fields.into_iter().filter(|_| known.verb == UPDATE) {
                    match known.fields.iter_mut().find(|first| first.field == change.field) {
                        Some(first) => first.after = change.after,
                        None => known.fields.push(change),
                    }
                }
            }
            _ => folded.push(op),
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::state::{decode, encode};

    fn update(before: &str, after: &str) -> Operation {
        let change = FieldChange {
            field: "title",
            before: Some(before.into()),
            after: Some(after.into()),
            rule: rule::NEWEST,
            winner: Some(Winner::Crm),
            lost: Some(before.into()),
        };
        let mut op = Operation::new(Side::Google, UPDATE, "g", format!("v-{after}")).about(after, None);
        (op.crm_id, op.fields) = (Some("1".into()), vec![change]);
        op
    }

    #[test]
    fn a_row_is_read_as_it_was_written() {
        let segment = Segment(vec![update("a", "b"), Operation::new(Side::Crm, DELETE, "g", "7".into())]);
        assert_eq!(decode::<Segment>(&encode(&segment)).unwrap().0, segment.0);
    }

    /// I25: an object that a cycle wrote twice goes back to what it was before the first of them.
    #[test]
    fn two_writes_of_one_object_are_one_change() {
        let seen = Operation::new(Side::Google, SEEN, "g", "later".into());
        let ops = folded(vec![update("a", "b"), update("b", "c"), seen]);
        assert_eq!(ops.len(), 1);
        assert_eq!(
            (ops[0].fields[0].before.as_deref(), ops[0].fields[0].after.as_deref()),
            (Some("a"), Some("c"))
        );
        assert_eq!(ops[0].version, "later");
    }
}
