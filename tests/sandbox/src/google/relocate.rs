//! events.move: another calendar becomes the organiser (reference, section 6; Google Calendar API, Events.move).

use serde_json::{Value, json};

use super::attendees;
use super::copies;
use super::error::ApiError;
use super::event::{self, Event};
use super::permit::{may_touch, may_write, precondition};
use super::times::Origin;
use super::view::role_of;
use super::{Call, Google, validate, write};
use crate::http::Query;
use crate::switches::MoveResponse;

impl Google {
    /// Gives the body of the answer.
    pub(crate) fn relocate(
        &mut self,
        from: usize,
        id: &str,
        if_match: Option<&str>,
        query: &Query,
        call: &mut Call<'_>,
    ) -> Result<Value, ApiError> {
        let destination = query
            .get("destination")
            .ok_or_else(|| ApiError::required("Required parameter: destination").parameter("destination"))?;
        let to = self.index(call.user, destination).ok_or_else(ApiError::not_found)?;
        let source = self.calendars.get(from).ok_or_else(ApiError::not_found)?;
        let target = self.calendars.get(to).ok_or_else(ApiError::not_found)?;
        let mut old = write::found(source, id)?;
        write::own_reminders(source, &mut old, call.user);
        may_touch(role_of(source, call)?, &old)?;
        may_write(role_of(target, call)?)?;
        precondition(&old, if_match)?;
        if old.cancelled {
            return Err(ApiError::deleted());
        }
        if old.event_type() != "default" {
            return Err(ApiError::event_type("Only default events can be moved."));
        }
        if old.master.is_some() {
            let message = "Cannot change the organizer of an instance.";
            return Err(ApiError::new(400, "cannotChangeOrganizerOfInstance", message).calendar());
        }
        if !old.is_own() {
            return Err(ApiError::not_organizer());
        }
        if from == to || target.contains(id) {
            return Err(ApiError::duplicate());
        }
        let exceptions: Vec<Event> = source.exceptions_of(id).cloned().collect();
        for event in std::iter::once(&old).chain(&exceptions) {
            self.put_moved(to, event, call)?;
        }
        let moved = self.calendars.get(to).and_then(|target| target.get(id)).cloned();
        let moved = moved.ok_or_else(ApiError::not_found)?;
        let Google { calendars, ids, .. } = self;
        if let Some(source) = calendars.get_mut(from) {
            if attendees::row_of(moved.attendees(), &source.id).is_some() {
                // The old organiser is a guest and keeps a guest's copy.
                copies::write_copy(source, &moved, Some(&old), ids, call);
            } else {
                write::cancel_whole(source, id, ids, call.now_ms);
            }
        }
        self.spread(to, &moved, &|_| true, call);
        let mut body = moved.body;
        if call.switches.move_response == MoveResponse::Cancelled
            && let Some(map) = body.as_object_mut()
        {
            map.insert("status".into(), json!("cancelled"));
        }
        Ok(body)
    }

    fn put_moved(&mut self, to: usize, event: &Event, call: &Call<'_>) -> Result<(), ApiError> {
        let Google { calendars, ids, .. } = self;
        let target = calendars.get_mut(to).ok_or_else(ApiError::not_found)?;
        let mut fields = event.body.as_object().cloned().unwrap_or_default();
        fields.insert("organizer".into(), target.as_organizer());
        fields.insert("htmlLink".into(), json!(event::link(&event.id)));
        if let Some(creator) = fields.get_mut("creator").and_then(Value::as_object_mut) {
            creator.remove("self");
            if creator.get("email").is_some_and(|email| *email == target.id) {
                creator.insert("self".into(), json!(true));
            }
        }
        let mut content = validate::content(fields, target, call.switches, Origin::Person)?;
        target.keep_reminders(&event.id, call.user, &mut content.fields);
        let tick = ids.tick(call.now_ms);
        target.put(&event.id, content, tick, tick.now_ms, true);
        Ok(())
    }
}
