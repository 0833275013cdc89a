//! How much of an event a person sees, and in which zone (reference, sections 3, 4 and 9.9).

use chrono_tz::Tz;
use serde_json::Value;

use super::access::{Access, Role};
use super::calendar::Calendar;
use super::error::ApiError;
use super::event::{self, Event};
use super::{Call, params};
use crate::http::Query;
use crate::switches::FreeBusyList;

/// One person's view of one calendar in one call.
pub(crate) struct View<'a> {
    pub(crate) calendar: &'a Calendar,
    pub(crate) access: &'a Access,
    pub(crate) user: &'a str,
    /// The role that the person and the token's scopes leave.
    pub(crate) role: Role,
    pub(crate) zone: Option<Tz>,
    pub(crate) max_attendees: Option<usize>,
}

/// One row of an answer: a stored body as it is, or one made for this answer.
pub(crate) enum Row<'a> {
    Stored(&'a Value),
    Made(Value),
}

impl Row<'_> {
    pub(crate) fn body(&self) -> &Value {
        match self {
            Row::Stored(body) => body,
            Row::Made(body) => body,
        }
    }
}

impl serde::Serialize for Row<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.body().serialize(serializer)
    }
}

/// The role of the caller on a calendar, as far as the token's scopes reach.
pub(crate) fn role_of(calendar: &Calendar, call: &Call<'_>) -> Result<Role, ApiError> {
    let access = calendar.access.get(call.user).ok_or_else(ApiError::not_found)?;
    call.reach.role(calendar, access).ok_or_else(|| ApiError::scope(call.method))
}

impl<'a> View<'a> {
    /// # Errors
    /// When the person may not see events at all, or a parameter is wrong.
    pub(crate) fn new(calendar: &'a Calendar, query: &Query, call: &Call<'a>) -> Result<View<'a>, ApiError> {
        let access = calendar.access.get(call.user).ok_or_else(ApiError::not_found)?;
        let role = role_of(calendar, call)?;
        if role == Role::FreeBusyReader && call.switches.free_busy_list == FreeBusyList::Forbidden {
            return Err(ApiError::reader_level());
        }
        Ok(View {
            calendar,
            access,
            user: call.user,
            role,
            zone: params::zone(query)?,
            max_attendees: params::whole(query, "maxAttendees")?,
        })
    }

    /// Whether only the time of an event may be shown. Guests always see what they are invited to.
    pub(crate) fn hides(&self, event: &Event) -> bool {
        let invited =
            || event.attendees().iter().any(|row| row.get("email").is_some_and(|email| email == self.user));
        match self.role {
            Role::FreeBusyReader => true,
            Role::Reader | Role::WriterWithoutPrivateAccess => event.is_private() && !invited(),
            Role::Writer | Role::Owner => false,
        }
    }

    /// The body of a stored event.
    pub(crate) fn row(&self, event: &'a Event) -> Row<'a> {
        if self.zone.is_none()
            && self.max_attendees.is_none()
            && !self.hides(event)
            && !self.foreign_source(event)
            && self.own_reminders(event).is_none()
        {
            return Row::Stored(&event.body);
        }
        Row::Made(self.made(event.body.clone(), event))
    }

    /// A body made from an event, as this person sees it.
    pub(crate) fn made(&self, mut body: Value, event: &Event) -> Value {
        if self.hides(event) {
            body = event::busy_only(&body);
        } else if let Some(map) = body.as_object_mut() {
            if self.foreign_source(event) {
                map.remove("source");
            }
            if let Some(own) = self.own_reminders(event) {
                map.insert("reminders".into(), own.clone());
            }
        }
        if let Some(zone) = self.zone {
            body = event::in_zone(&body, self.calendar.zone, zone);
        }
        if let Some(most) = self.max_attendees {
            omit_attendees(&mut body, most);
        }
        body
    }

    /// Occurrences without an exception have their series' reminders.
    fn own_reminders(&self, event: &Event) -> Option<&Value> {
        let of = |id: &str| self.calendar.reminders_of(id, self.user);
        of(&event.id).or_else(|| of(event.master.as_ref()?))
    }

    /// `source` is shown to the event's creator alone.
    fn foreign_source(&self, event: &Event) -> bool {
        event.field("source").is_some()
            && event.body.pointer("/creator/email").is_none_or(|creator| creator != self.user)
    }
}

/// Above the limit only the participant is left in the list.
fn omit_attendees(body: &mut Value, most: usize) {
    let Some(map) = body.as_object_mut() else { return };
    let Some(list) = map.get_mut("attendees").and_then(Value::as_array_mut) else { return };
    if list.len() > most {
        list.retain(|row| row.get("self").is_some_and(|own| own == true));
        if list.is_empty() {
            map.remove("attendees");
        }
        map.insert("attendeesOmitted".into(), Value::from(true));
    }
}
