//! What a test, a demo or an administrator can do to the Google side that no method of the API does.

use serde_json::Value;

use super::access::{Access, Role};
use super::people::Person;
use super::scopes::Reach;
use super::{ANA, Call, GoogleQuotas, methods};
use crate::world::World;

impl World {
    /// Sets the quotas and use limits of Google; at first there are none.
    ///
    /// ```
    /// use accord_sandbox::{GoogleQuotas, Request, World};
    /// let mut world = World::new(1, 1_795_000_000_000);
    /// world.set_google_quotas(GoogleQuotas { per_minute_per_user: Some(1), ..GoogleQuotas::documented() });
    /// let list = Request::google("GET", "/calendar/v3/users/me/calendarList");
    /// assert_eq!(world.handle(&list).unwrap().status, 200);
    /// assert_eq!(world.handle(&list).unwrap().status, 403);
    /// ```
    pub fn set_google_quotas(&mut self, quotas: GoogleQuotas) {
        self.google.meter.quotas = quotas;
    }

    /// From here on events.list and events.instances show every calendar as it was so many milliseconds ago, while
    /// events.get and writes see it as it is. Zero ends it.
    ///
    /// ```
    /// use accord_sandbox::{Request, World};
    /// use serde_json::json;
    /// let mut world = World::new(1, 1_795_000_000_000);
    /// world.set_google_list_lag_ms(5_000);
    /// let events = "/calendar/v3/calendars/primary/events";
    /// let body = json!({ "id": "fresh1", "start": { "date": "2026-12-01" }, "end": { "date": "2026-12-02" } });
    /// world.handle(&Request::google("POST", events).json(&body)).unwrap();
    /// let by_id = world.handle(&Request::google("GET", &format!("{events}/fresh1"))).unwrap();
    /// assert_eq!(by_id.status, 200);
    /// let list = Request::google("GET", events);
    /// assert!(world.handle(&list).unwrap().json().get("items").is_none());
    /// world.set_now_ms(world.now_ms() + 5_000);
    /// assert_eq!(world.handle(&list).unwrap().json()["items"][0]["id"], "fresh1");
    /// ```
    pub fn set_google_list_lag_ms(&mut self, lag_ms: i64) {
        for calendar in &mut self.google.calendars {
            calendar.lag.set(lag_ms);
        }
    }

    /// The role of a person on a Google calendar changes, which also kills their sync tokens for it.
    ///
    /// # Errors
    /// When the person has no such calendar, or there is no such role.
    pub fn set_google_role(&mut self, person: &str, calendar: &str, role: &str) -> Result<(), String> {
        let role = Role::from_name(role).ok_or_else(|| format!("there is no role {role:?}"))?;
        let access = self.access(person, calendar)?;
        access.role = role;
        access.epoch += 1;
        Ok(())
    }

    /// A person hides a calendar in their list, or shows it again.
    ///
    /// # Errors
    /// When the person has no such calendar.
    pub fn set_google_hidden(&mut self, person: &str, calendar: &str, hidden: bool) -> Result<(), String> {
        let position = self.next_list_change(person)?;
        let access = self.access(person, calendar)?;
        (access.hidden, access.changed) = (hidden, position);
        Ok(())
    }

    /// A person takes a calendar out of their list, or puts it back.
    ///
    /// # Errors
    /// When the person has no such calendar.
    pub fn set_google_listed(&mut self, person: &str, calendar: &str, listed: bool) -> Result<(), String> {
        let position = self.next_list_change(person)?;
        let access = self.access(person, calendar)?;
        (access.removed, access.changed) = (!listed, position);
        Ok(())
    }

    /// A person gives a calendar a title of their own, and default reminders (`[{"method", "minutes"}]`).
    ///
    /// # Errors
    /// When the person has no such calendar.
    pub fn set_google_entry(
        &mut self,
        person: &str,
        calendar: &str,
        title: Option<&str>,
        default_reminders: &[Value],
    ) -> Result<(), String> {
        let position = self.next_list_change(person)?;
        let access = self.access(person, calendar)?;
        access.summary_override = title.map(str::to_owned);
        access.default_reminders = default_reminders.to_vec();
        access.changed = position;
        Ok(())
    }

    /// Changes a setting of a person, such as `hideInvitations`.
    ///
    /// # Errors
    /// When there is no such person or setting.
    pub fn set_google_setting(&mut self, person: &str, id: &str, value: &str) -> Result<(), String> {
        let setting = self.person(person)?.settings.get_mut(id);
        value.clone_into(setting.ok_or_else(|| format!("there is no setting {id:?}"))?);
        Ok(())
    }

    /// Puts an event into one of Ana's or Ben's calendars as Google itself or a person on its pages would: locked,
    /// from a mail, without length, by an organiser elsewhere. `fields` is an event of the API. Gives its id.
    ///
    /// # Errors
    /// When there is no such calendar, or the fields make no event.
    ///
    /// ```
    /// use accord_sandbox::World;
    /// use serde_json::json;
    /// let mut world = World::new(1, 1_795_000_000_000);
    /// let day = json!({ "start": { "date": "2026-12-01" }, "end": { "date": "2026-12-02" }, "locked": true });
    /// let id = world.place_google_event("primary", day).unwrap();
    /// assert_eq!(world.google_event("primary", &id).unwrap()["locked"], true);
    /// ```
    pub fn place_google_event(&mut self, calendar: &str, fields: Value) -> Result<String, String> {
        let Value::Object(mut fields) = fields else { return Err("an event is a JSON object".into()) };
        let id = fields.remove("id");
        let now = self.now_ms();
        self.google.seed(calendar, id.as_ref().and_then(Value::as_str), fields, now, &self.switches)
    }

    /// Ana changes an occurrence of a series on her primary calendar "and all following": the series is cut in two.
    /// Gives the id of the new series.
    ///
    /// # Errors
    /// When there is no such occurrence, or it is the first.
    pub fn split_google_series(&mut self, occurrence: &str, changes: &Value) -> Result<String, String> {
        let changes = changes.as_object().ok_or("changes are a JSON object")?;
        let now_ms = self.now_ms();
        let method = methods::named("events.insert").ok_or("there is no such method")?;
        let reach = Reach::EVERYTHING;
        let (switches, mails) = (&self.switches, &mut self.mails);
        let call = Call { now_ms, user: ANA, method, reach, in_batch: false, mask: None, switches, mails };
        self.google.split(ANA, occurrence, changes, &call)
    }

    fn person(&mut self, email: &str) -> Result<&mut Person, String> {
        let mut people = self.google.people.iter_mut();
        people.find(|person| person.email == email).ok_or_else(|| format!("there is no account {email:?}"))
    }

    fn access(&mut self, person: &str, calendar: &str) -> Result<&mut Access, String> {
        let id = if calendar == "primary" { person } else { calendar };
        let mut calendars = self.google.calendars.iter_mut();
        calendars
            .find(|calendar| calendar.id == id)
            .and_then(|calendar| calendar.access.get_mut(person))
            .ok_or_else(|| format!("{person} has no calendar {calendar:?}"))
    }

    fn next_list_change(&mut self, person: &str) -> Result<u64, String> {
        let person = self.person(person)?;
        person.list_changes += 1;
        Ok(person.list_changes)
    }
}
