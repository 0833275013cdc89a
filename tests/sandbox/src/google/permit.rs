//! Who may change what of an event (reference, sections 9.4 and 9.5).

use serde_json::{Map, Value};

use super::access::Role;
use super::attendees;
use super::error::ApiError;
use super::event::Event;
use super::validate::WRITABLE;
use crate::switches::{GuestEdit, Switches};

/// Content that belongs to the organiser.
pub(crate) const SHARED: &[&str] = &[
    "summary",
    "description",
    "location",
    "start",
    "end",
    "recurrence",
    "attendees",
    "guestsCanInviteOthers",
    "guestsCanModify",
    "guestsCanSeeOtherGuests",
    "anyoneCanAddSelf",
    "visibility",
];
/// What `locked` freezes.
const LOCKED: &[&str] = &["summary", "description", "location", "start", "end", "recurrence"];
/// The only things that may change on an event made from a mail.
const FROM_GMAIL: &[&str] = &["reminders", "colorId", "visibility", "status", "extendedProperties"];

pub(crate) fn may_write(role: Role) -> Result<(), ApiError> {
    if role.may_write() { Ok(()) } else { Err(ApiError::access_level()) }
}

/// Writers without access to private events may not touch them.
pub(crate) fn may_touch(role: Role, event: &Event) -> Result<(), ApiError> {
    may_write(role)?;
    if role == Role::WriterWithoutPrivateAccess && event.is_private() {
        return Err(ApiError::access_level());
    }
    Ok(())
}

pub(crate) fn precondition(old: &Event, if_match: Option<&str>) -> Result<(), ApiError> {
    let fits =
        |wanted: &str| wanted.split(',').any(|etag| matches!(etag.trim(), "*") || etag.trim() == old.etag());
    match if_match {
        Some(wanted) if !fits(wanted) => Err(ApiError::stale()),
        _ => Ok(()),
    }
}

/// Whether the caller may turn the stored event into these fields. `owner` is the calendar's id.
pub(crate) fn permitted(
    old: &Event,
    new: &Map<String, Value>,
    owner: &str,
    switches: &Switches,
) -> Result<(), ApiError> {
    let differs = |name: &str| new.get(name) != old.field(name);
    if old.event_type() == "fromGmail"
        && WRITABLE.iter().any(|name| !FROM_GMAIL.contains(name) && differs(name))
    {
        return Err(ApiError::event_type("This event cannot be changed."));
    }
    if old.flag("locked") && LOCKED.iter().any(|name| differs(name)) {
        return Err(ApiError::new(403, "forbidden", "Forbidden"));
    }
    if old.is_own() || old.flag("guestsCanModify") || switches.guest_edit == GuestEdit::OwnCopy {
        return Ok(());
    }
    let refused = SHARED.iter().any(|name| match *name {
        "attendees" => {
            let may_invite = old.field("guestsCanInviteOthers").is_none_or(|value| value != false);
            !attendees::only_answers(old.attendees(), attendees::rows(new), owner, may_invite)
        }
        name => differs(name),
    });
    if refused { Err(ApiError::not_organizer()) } else { Ok(()) }
}
