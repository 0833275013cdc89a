//! One meeting in several calendars: what the organiser changes reaches the guests' copies, what a guest answers
//! reaches the organiser, and who is mailed about it (reference, section 9.5).

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::attendees::{self, MOST_ANSWERED};
use super::calendar::Calendar;
use super::event::{self, Event};
use super::permit::SHARED;
use super::times::Origin;
use super::{Call, Google, Ids, validate, write};
use crate::http::{Query, Service};
use crate::mail::{Mail, MailKind};
use crate::switches::Switches;

/// What belongs to each copy and never travels.
const OWN: &[&str] = &["reminders", "colorId", "eventLabelId", "transparency"];
/// What a copy has for itself or gets on storing.
const NOT_COMPARED: &[&str] = &["etag", "updated", "id", "kind", "htmlLink"];

/// Who hears of a change by mail. Without the parameter nobody does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Notify {
    All,
    ExternalOnly,
    Nobody,
}

impl Notify {
    fn of(query: &Query) -> Notify {
        match (query.get("sendUpdates"), query.get("sendNotifications")) {
            (Some("all"), _) | (None, Some("true")) => Notify::All,
            (Some("externalOnly"), _) => Notify::ExternalOnly,
            _ => Notify::Nobody,
        }
    }

    fn reaches(self, address: &str, home: &str) -> bool {
        match self {
            Notify::All => true,
            Notify::ExternalOnly => domain(address) != domain(home),
            Notify::Nobody => false,
        }
    }
}

pub(crate) fn domain(address: &str) -> &str {
    address.rsplit('@').next().unwrap_or_default()
}

/// Guests of an event outside a person's domain.
pub(crate) fn external_guests(event: &Event, user: &str) -> u64 {
    event.attendees().iter().filter(|row| domain(attendees::email(row)) != domain(user)).count() as u64
}

impl Google {
    /// After a write to one calendar: mails, and the other copies. `before` is what the event was.
    pub(crate) fn pass_on(
        &mut self,
        index: usize,
        id: &str,
        before: Option<&Event>,
        query: &Query,
        call: &mut Call<'_>,
    ) {
        let Some((calendar, after)) =
            self.calendars.get(index).and_then(|calendar| Some((calendar, calendar.get(id)?.clone())))
        else {
            return;
        };
        if after.attendees().is_empty() && before.is_none_or(|before| before.attendees().is_empty()) {
            return;
        }
        let notify = Notify::of(query);
        mail(calendar, before, &after, notify, call);
        if after.flag("privateCopy") {
            return;
        }
        if after.is_own() {
            let home = call.user.to_owned();
            self.spread(index, &after, &|guest| notify.reaches(guest, &home), call);
        } else {
            self.bring_back(index, before, &after, call);
        }
    }

    /// Brings the guests' copies in line with the organiser's. Of a deletion only those learn who are told: with
    /// `sendUpdates=none` the event stays on their calendars (MM 44).
    pub(crate) fn spread(
        &mut self,
        from: usize,
        event: &Event,
        told: &dyn Fn(&str) -> bool,
        call: &Call<'_>,
    ) {
        let Google { calendars, ids, .. } = self;
        for (index, calendar) in calendars.iter_mut().enumerate() {
            if index == from || !calendar.primary {
                continue;
            }
            let copy = copy_of(calendar, event).cloned();
            let live = copy.as_ref().filter(|copy| !copy.cancelled);
            // What a guest took out of the calendar stays out; it keeps its details, a withdrawn copy does not.
            let removed = copy.as_ref().is_some_and(|copy| copy.cancelled && copy.field("start").is_some());
            if removed {
                continue;
            }
            if event.cancelled {
                if let Some(copy) = live.filter(|_| told(&calendar.id)) {
                    withdraw(calendar, copy, ids, call.now_ms);
                }
            } else if attendees::row_of(event.attendees(), &calendar.id).is_some() {
                write_copy(calendar, event, copy.as_ref(), ids, call);
            } else if let Some(copy) = live {
                withdraw(calendar, copy, ids, call.now_ms);
            }
        }
    }

    /// Takes a guest's answer to the organiser's event, and where guests may modify it, their changes.
    fn bring_back(&mut self, index: usize, before: Option<&Event>, after: &Event, call: &Call<'_>) {
        let Some(guest) = self.calendars.get(index).map(|calendar| calendar.id.clone()) else { return };
        let organizer = after.body.pointer("/organizer/email").and_then(Value::as_str).unwrap_or_default();
        let Some(home) = self.calendars.iter().position(|calendar| calendar.id == organizer) else { return };
        let Google { calendars, ids, .. } = self;
        let Some(calendar) = calendars.get_mut(home) else { return };
        let Some(original) = original_of(calendar, after) else { return };
        let mut fields = original.body.as_object().cloned().unwrap_or_default();
        if after.cancelled {
            // Somebody who deletes an invitation declines it.
            set_answer(&mut fields, &guest, &json!({ "responseStatus": "declined" }));
        } else {
            if after.flag("guestsCanModify") {
                for name in SHARED.iter().filter(|name| **name != "attendees").chain(&["sequence"]) {
                    match after.field(name) {
                        Some(value) => fields.insert((*name).to_owned(), value.clone()),
                        None => fields.remove(*name),
                    };
                }
            }
            let was_there = |address: &str| {
                before.is_some_and(|before| attendees::row_of(before.attendees(), address).is_some())
                    || attendees::row_of(original.attendees(), address).is_some()
            };
            let mut rows = original.attendees().to_vec();
            if after.flag("guestsCanModify") && !after.flag("attendeesOmitted") {
                rows.retain(|row| attendees::row_of(after.attendees(), attendees::email(row)).is_some());
            }
            let invited = after.attendees().iter().filter(|row| !was_there(attendees::email(row)));
            rows.extend(invited.cloned());
            fields.insert("attendees".into(), Value::Array(rows));
            if let Some(own) = attendees::row_of(after.attendees(), &guest) {
                set_answer(&mut fields, &guest, own);
            }
        }
        if put_if_changed(calendar, &original.id, fields, Some(&original), ids, call) {
            if original.series.is_some() {
                write::drop_orphans(calendar, &original.id, ids, call.now_ms);
            }
            if let Some(event) = calendar.get(&original.id).cloned() {
                self.spread(home, &event, &|_| true, call);
            }
        }
    }
}

/// Takes a guest's copy away. Nothing of it remains but its id: details stay with the organiser, and with guests who
/// removed an invitation themselves (discovery document, Event.status).
fn withdraw(calendar: &mut Calendar, copy: &Event, ids: &mut Ids, now_ms: i64) {
    write::cancel_whole(calendar, &copy.id, ids, now_ms);
    for id in calendar.exception_ids(&copy.id) {
        calendar.strip(&id);
    }
    calendar.strip(&copy.id);
}

/// The guest's copy of an organiser's event or occurrence.
fn copy_of<'a>(calendar: &'a Calendar, event: &Event) -> Option<&'a Event> {
    calendar
        .by_uid(event.text("iCalUID")?)
        .find(|copy| same_occurrence(copy, event) && !copy.is_own() && !copy.flag("privateCopy"))
}

/// The organiser's event behind a guest's copy, or the occurrence that has no exception yet.
fn original_of(calendar: &Calendar, copy: &Event) -> Option<Event> {
    let uid = copy.text("iCalUID")?;
    let own = |event: &&Event| event.is_own() && !event.cancelled;
    if let Some(event) = calendar.by_uid(uid).filter(own).find(|event| same_occurrence(event, copy)) {
        return Some(event.clone());
    }
    let master = calendar.by_uid(uid).filter(own).find(|event| event.master.is_none())?;
    let (_, suffix) = copy.id.rsplit_once('_').filter(|_| copy.master.is_some())?;
    write::found(calendar, &format!("{}_{suffix}", master.id)).ok().filter(|event| !event.cancelled)
}

/// Exceptions are told apart by their original start, in whatever zone it is written.
fn same_occurrence(a: &Event, b: &Event) -> bool {
    a.original_ms(chrono_tz::UTC) == b.original_ms(chrono_tz::UTC)
}

fn set_answer(fields: &mut Map<String, Value>, guest: &str, answer: &Value) {
    let Some(list) = fields.get_mut("attendees").and_then(Value::as_array_mut) else { return };
    if list.len() > MOST_ANSWERED {
        return;
    }
    if let Some(row) = list.iter_mut().find(|row| attendees::email(row) == guest) {
        attendees::answer(row, answer);
    }
}

/// Stores the organiser's content as a guest's copy, keeping what is the guest's own.
pub(crate) fn write_copy(
    calendar: &mut Calendar,
    event: &Event,
    copy: Option<&Event>,
    ids: &mut Ids,
    call: &Call<'_>,
) {
    let master: Option<Arc<str>> = event.master.as_ref().map(|master| {
        let series = event.text("iCalUID").and_then(|uid| {
            calendar.by_uid(uid).find(|event| event.master.is_none()).map(|event| Arc::clone(&event.id))
        });
        series.unwrap_or_else(|| Arc::clone(master))
    });
    let id = match (copy, &master, event.id.rsplit_once('_')) {
        (Some(copy), ..) => copy.id.to_string(),
        (None, Some(master), Some((_, suffix))) => format!("{master}_{suffix}"),
        // The copies of a meeting share its id, unless the guest's calendar has given it away already.
        _ if !calendar.contains(&event.id) => event.id.to_string(),
        _ => ids.event(),
    };
    let mut fields = event.body.as_object().cloned().unwrap_or_default();
    fields.retain(|name, _| !OWN.contains(&name.as_str()) && name != "source");
    let kept = copy.or_else(|| master.as_ref().and_then(|master| calendar.get(master)));
    for name in OWN {
        if let Some(value) = kept.and_then(|copy| copy.field(name)) {
            fields.insert((*name).to_owned(), value.clone());
        }
    }
    properties(&mut fields, kept);
    if let Some(master) = master {
        fields.insert("recurringEventId".into(), json!(&*master));
    }
    fields.insert("htmlLink".into(), json!(event::link(&id)));
    for name in ["organizer", "creator"] {
        let Some(person) = fields.get_mut(name).and_then(Value::as_object_mut) else { continue };
        person.remove("self");
        if person.get("email").is_some_and(|email| *email == calendar.id) {
            person.insert("self".into(), json!(true));
        }
    }
    if event.field("guestsCanSeeOtherGuests").is_some_and(|see| see == false)
        && let Some(list) = fields.get_mut("attendees").and_then(Value::as_array_mut)
    {
        list.retain(|row| attendees::email(row) == calendar.id);
        fields.insert("attendeesOmitted".into(), json!(true));
    }
    if put_if_changed(calendar, &id, fields, copy, ids, call) && event.series.is_some() {
        write::drop_orphans(calendar, &id, ids, call.now_ms);
    }
}

/// Private extended properties are the copy's own, shared ones are everybody's.
fn properties(fields: &mut Map<String, Value>, copy: Option<&Event>) {
    let mut groups = Map::new();
    if let Some(shared) = fields.get("extendedProperties").and_then(|groups| groups.get("shared")) {
        groups.insert("shared".into(), shared.clone());
    }
    if let Some(own) = copy.and_then(|copy| copy.body.pointer("/extendedProperties/private")) {
        groups.insert("private".into(), own.clone());
    }
    fields.remove("extendedProperties");
    if !groups.is_empty() {
        fields.insert("extendedProperties".into(), Value::Object(groups));
    }
}

/// Stores fields that came from another copy. Says whether anything was different.
fn put_if_changed(
    calendar: &mut Calendar,
    id: &str,
    fields: Map<String, Value>,
    old: Option<&Event>,
    ids: &mut Ids,
    call: &Call<'_>,
) -> bool {
    let switches: &Switches = call.switches;
    // The other copy was checked when it was written; what a person could make there is possible here.
    let Ok(mut content) = validate::content(fields, calendar, switches, Origin::Person) else { return false };
    content.fields.insert("start".into(), content.start.to_json(calendar.zone));
    content.fields.insert("end".into(), content.end.to_json(calendar.zone));
    let told_apart = |name: &&String| !NOT_COMPARED.contains(&name.as_str());
    let same = old.is_some_and(|old| {
        let old = old.body.as_object();
        let names = content.fields.keys().chain(old.into_iter().flat_map(Map::keys));
        names.filter(told_apart).all(|name| content.fields.get(name) == old.and_then(|old| old.get(name)))
    });
    if same {
        return false;
    }
    let tick = ids.tick(call.now_ms);
    calendar.put(id, content, tick, tick.now_ms, true);
    true
}

/// Records who would be mailed: guests by the organiser, the organiser by a guest who answers.
fn mail(calendar: &Calendar, before: Option<&Event>, after: &Event, notify: Notify, call: &mut Call<'_>) {
    let home = call.user.to_owned();
    let mut send = |kind: MailKind, to: &str| {
        if to != home && to != calendar.id && notify.reaches(to, &home) {
            let (id, at_ms) = (after.id.to_string(), call.now_ms);
            call.mails.push(Mail { service: Service::Google, kind, to: to.to_owned(), id, at_ms });
        }
    };
    let people = |event: &Event| -> Vec<String> {
        let is_person = |row: &&Value| row.get("resource").is_none();
        event.attendees().iter().filter(is_person).map(|row| attendees::email(row).to_owned()).collect()
    };
    if !after.is_own() && !after.flag("guestsCanModify") {
        let answer = |event: &Event| {
            let row = attendees::row_of(event.attendees(), &calendar.id);
            (event.cancelled, row.and_then(|row| row.get("responseStatus").cloned()))
        };
        if before.is_none_or(|before| answer(before) != answer(after))
            && let Some(organizer) = after.body.pointer("/organizer/email").and_then(Value::as_str)
        {
            send(MailKind::Reply, organizer);
        }
        return;
    }
    let now = if after.cancelled { Vec::new() } else { people(after) };
    let earlier = before.filter(|before| !before.cancelled).map(people).unwrap_or_default();
    let changed = before.is_some_and(|before| {
        SHARED.iter().chain(&["status", "conferenceData"]).any(|name| before.field(name) != after.field(name))
    });
    for guest in &now {
        if !earlier.contains(guest) {
            send(MailKind::Invitation, guest);
        } else if changed {
            send(MailKind::Update, guest);
        }
    }
    for guest in earlier.iter().filter(|guest| !now.contains(guest)) {
        send(MailKind::Cancellation, guest);
    }
}
