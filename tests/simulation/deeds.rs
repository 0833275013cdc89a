//! What people and administrators do in a story, and what is noted of it.

use crate::names::{google_extent, is_all_day, live};
use crate::people::{self, Edit, is_anonymous, is_closed, is_private};
use crate::setup::Private;
use crate::step::{Field, Kind, Shape, Side};
use crate::story::{Story, Thing};
use accord_sandbox::{Deed, Service};
use proptest::prelude::*;
use serde_json::{Value, json};

impl Story<'_> {
    pub(crate) fn value(&mut self) -> usize {
        self.values += 1;
        self.values
    }

    /// Seconds since 1970 before which events are over and done with (L1).
    pub(crate) fn window_start(&self) -> i64 {
        let now = chrono::DateTime::from_timestamp_millis(self.host.world.now_ms()).unwrap();
        now.checked_sub_months(chrono::Months::new(self.setup.look_back_months())).unwrap().timestamp()
    }

    /// The times of a shape as these settings can follow them.
    pub(crate) fn time(
        &mut self,
        shape: &Shape,
        thing: usize,
        value: usize,
        anonymous: bool,
        edits: bool,
    ) -> Value {
        let shape = match shape {
            // An event that shows neither title nor all of its time would not be known again.
            Shape::AllDay { .. } if anonymous => {
                &Shape::Timed { hours: 24, minutes: 60, offset: 0, zone: None }
            }
            // Midnight to a later midnight may be of two lengths, which only a meeting of one day tells apart.
            Shape::AllDay { .. } if self.setup.switch("allday_end") == "midnight_same" => {
                &Shape::AllDay { days: 1 }
            }
            Shape::Past { .. } if edits && self.setup.deltas_are_narrow() => {
                &Shape::Timed { hours: 24, minutes: 60, offset: 0, zone: None }
            }
            shape => shape,
        };
        let time = people::google_time(shape, value, self.window_start());
        self.names.extents.insert(google_extent(&time), thing);
        time
    }

    pub(crate) fn add(&mut self, side: Side, kind: Kind, shape: &Shape) {
        if self.revoked.contains(&side) {
            return;
        }
        let (thing, value) = (self.things.len(), self.value());
        let anonymous = !matches!(kind, Kind::Own | Kind::Invitation);
        let time = self.time(shape, thing, value, anonymous, false);
        self.things.push(Thing::default());
        if matches!(kind, Kind::Series | Kind::Foreign) {
            self.names.extents.remove(&google_extent(&time));
        }
        if side == Side::Google && kind == Kind::Private && self.setup.private != Private::Include {
            self.secrets.entry(thing).or_default().insert(value);
        }
        people::add(&mut self.host, self.setup, side, kind, thing, value, &time);
    }

    /// One of a side's events: its id, and which thing it is.
    pub(crate) fn pick(&self, side: Side, which: usize) -> Option<(String, usize)> {
        let live = live(&self.host.world, side);
        let mut known: Vec<(String, usize)> = Vec::new();
        for row in &live {
            if let Some(thing) = self.names.thing(side, row) {
                known.push((row["id"].as_str().unwrap().to_owned(), thing));
            }
        }
        let at = which.checked_rem(known.len())?;
        // People meet the same refusals as Accord.
        let refused =
            self.revoked.contains(&side) || (side == Side::Crm && self.locked.contains_key(&known[at].1));
        (!refused).then(|| known.swap_remove(at))
    }

    pub(crate) fn row(&self, side: Side, id: &str) -> Value {
        live(&self.host.world, side).into_iter().find(|row| row["id"] == json!(id)).unwrap()
    }

    /// The half of a thing on a side.
    pub(crate) fn half(&self, side: Side, thing: usize) -> Option<Value> {
        live(&self.host.world, side).into_iter().find(|row| self.names.thing(side, row) == Some(thing))
    }

    pub(crate) fn edit(&mut self, side: Side, which: usize, field: Field, shape: &Shape) -> Option<Edit> {
        // Google may keep quiet about a change of reminders alone: then nobody can know of it.
        if side == Side::Google
            && field == Field::Reminder
            && self.setup.switch("reminder_edit_bumps_etag") == "false"
        {
            return None;
        }
        let (id, thing) = self.pick(side, which)?;
        let row = self.row(side, &id);
        let by_organiser = side == Side::Google && is_closed(&row);
        if by_organiser && matches!(field, Field::Reminder | Field::Guests) {
            return None;
        }
        let value = self.value();
        let anonymous =
            is_anonymous(&row) || self.half(Side::Google, thing).is_some_and(|row| is_anonymous(&row));
        let time = match field {
            Field::Time => self.time(shape, thing, value, anonymous, true),
            _ => Value::Null,
        };
        let (body, guest) = people::change(side, &row, thing, field, value, &time, self.setup);
        if side == Side::Google && is_private(&row) && self.setup.private != Private::Include {
            self.secrets.entry(thing).or_default().insert(value);
        }
        Some(Edit { side, id, thing, field, body, guest, by_organiser })
    }

    /// Remembers what a person did.
    pub(crate) fn note(&mut self, edit: &Edit, shown: Option<String>) {
        let Some(shown) = shown else { return };
        let thing = &mut self.things[edit.thing];
        // What was deleted and is there to be edited came back.
        thing.deleted[edit.side as usize] = false;
        match &edit.guest {
            Some((address, came)) => drop(thing.guests.insert((edit.side, address.clone()), *came)),
            None => drop(thing.written.insert((edit.side, edit.field), shown)),
        }
    }

    /// A change of a field that is not mapped (K7).
    pub(crate) fn touch(&mut self, side: Side, which: usize) {
        let Some((id, _)) = self.pick(side, which) else { return };
        let value = self.value();
        let (target, body) = match side {
            Side::Google => (Deed::google(&id), json!({ "colorId": (value % 11 + 1).to_string() })),
            Side::Crm => (Deed::crm(&id), json!({ "Meeting_Venue__s": "Online" })),
        };
        self.host.advance(2_000);
        self.host.world.act(&target.changed(body)).unwrap();
    }

    pub(crate) fn set_private(&mut self, which: usize, private: bool) {
        let Some((id, thing)) = self.pick(Side::Google, which) else { return };
        let row = self.row(Side::Google, &id);
        let all_day = Side::BOTH.into_iter().filter_map(|side| Some((side, self.half(side, thing)?)));
        let mut all_day = all_day.map(|(side, row)| is_all_day(&self.names.shown(side, &row, Field::Time)));
        if is_private(&row) == private || is_closed(&row) || all_day.any(|is| is) {
            return;
        }
        self.host.advance(2_000);
        let visibility = if private { "private" } else { "default" };
        self.host.world.act(&Deed::google(&id).changed(json!({ "visibility": visibility }))).unwrap();
        self.things[thing].blurred = self.setup.private != Private::Include;
        self.secrets.remove(&thing);
    }

    pub(crate) fn answer_invitation(&mut self, which: usize) {
        let Some((id, _)) = self.pick(Side::Google, which) else { return };
        let row = self.row(Side::Google, &id);
        let guests = crate::names::guests(Side::Google, &row);
        if let Some(guest) = guests.get(which.checked_rem(guests.len()).unwrap_or(0)) {
            self.host.advance(2_000);
            self.host.world.act(&Deed::google(&id).answered(guest, "accepted")).unwrap();
        }
    }

    pub(crate) fn delete(&mut self, side: Side, which: usize) {
        let Some((id, thing)) = self.pick(side, which) else { return };
        // What the CRM may see of it is its time: whether an edit there of anything else beats this is not followed. And
        // who deletes an invitation declines it: nobody creates it again in the organiser's name.
        let row = self.row(side, &id);
        let hidden = self.setup.private == Private::Busy && is_private(&row);
        self.things[thing].blurred |= side == Side::Google && (hidden || is_closed(&row));
        self.host.advance(2_000);
        let target = match side {
            Side::Google => Deed::google(&id),
            Side::Crm => Deed::crm(&id),
        };
        self.host.world.act(&target.deleted()).unwrap();
        let thing = &mut self.things[thing];
        thing.deleted[side as usize] = true;
        // What was written here went with it, or was carried over before: then it is there instead of what was written
        // there.
        let contested: Vec<Field> =
            thing.written.keys().filter(|(by, _)| *by == side).map(|(_, field)| *field).collect();
        // A value of the other side that nobody carried over meanwhile is an edit all the same.
        thing.blurred |= thing.written.keys().any(|(by, field)| *by != side && contested.contains(field));
        thing.written.retain(|(by, field), _| *by != side && !contested.contains(field));
        let went: Vec<String> =
            thing.guests.keys().filter(|(by, _)| *by == side).map(|(_, address)| address.clone()).collect();
        thing.guests.retain(|(by, address), _| *by != side && !went.contains(address));
        thing.forgotten.extend(went);
    }

    pub(crate) fn decide(&mut self, apply: bool) -> Result<(), TestCaseError> {
        let status = self.host.run(json!({ "name": "status" })).done();
        for question in status["questions"].as_array().unwrap() {
            let answer = if apply { "apply" } else { "restore" };
            let id = question["id"].as_str().unwrap();
            self.host.run(json!({ "name": "resolve", "question": id, "answer": answer })).done();
            for thing in self.things.iter_mut().filter(|thing| thing.deleted.contains(&true)) {
                thing.decided = true;
            }
        }
        Ok(())
    }

    pub(crate) fn revoke(&mut self, side: Side) {
        match side {
            Side::Google => {
                let scope = "https://www.googleapis.com/auth/calendar.events.readonly";
                self.host.world.set_scopes(Service::Google, &[scope]);
            }
            Side::Crm => self.host.world.set_permission("Crm_Implied_Edit_Events", false),
        }
        self.revoked.insert(side);
    }

    pub(crate) fn grant(&mut self) {
        self.revoked.clear();
        let scope = |name: &str| format!("https://www.googleapis.com/auth/{name}");
        let scopes = [scope("calendar.events"), scope("calendar.calendarlist.readonly")];
        self.host.world.set_scopes(Service::Google, &[&scopes[0], &scopes[1]]);
        self.host.world.set_permission("Crm_Implied_Edit_Events", true);
    }

    /// Faults heal and rights come back.
    pub(crate) fn heal(&mut self) {
        self.trouble.clear();
        self.grant();
        if std::mem::take(&mut self.missed) {
            self.host.world.expire_sync_tokens();
        }
    }

    pub(crate) fn unlock(&mut self) {
        for id in std::mem::take(&mut self.locked).into_values() {
            self.host.world.set_locked(&id, false);
        }
    }

    pub(crate) fn push(&self, which: usize) -> Option<Value> {
        let (id, _) = self.pick(Side::Crm, which)?;
        Some(json!({ "name": "run", "trigger": "crm-change", "crmIds": [id], "batch": self.host.batch }))
    }
}
