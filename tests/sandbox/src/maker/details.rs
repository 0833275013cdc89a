//! What an event says beside its title and time: texts, reminders, guests, its type, its rule.

use serde_json::{Map, Value, json};

use super::{Maker, plain_letters};
use crate::google::ANA;
use crate::google::text::meet_block;
use crate::names;

/// The most guests of the one event that has too many for the CRM.
const CROWD: usize = 64;

impl Maker {
    pub(super) fn texts(&mut self, fields: &mut Map<String, Value>, index: usize) {
        match self.rng.u32(0..1000) {
            0..=19 => {
                fields.remove("summary");
            }
            20..=44 => {
                let (emoji, title) = (self.pick(names::EMOJI), self.title());
                fields.insert("summary".into(), json!(format!("{emoji} {title}")));
            }
            45..=59 => {
                let title = self.pick(names::RIGHT_TO_LEFT);
                fields.insert("summary".into(), json!(title));
            }
            60..=64 => {
                let title = self.title();
                fields.insert("summary".into(), json!(format!("{title}: {}", names::LONG_TAIL.repeat(6))));
            }
            _ => {}
        }
        let description = match self.rng.u32(0..1000) {
            0..=249 => Some(self.notes()),
            250..=329 => Some(self.html()),
            330..=429 => Some(format!("{}\n\n{}", self.notes(), self.meeting_link())),
            430..=479 => Some(self.meeting_link()),
            480..=484 => Some(names::LONG_TAIL.repeat(60)),
            _ => None,
        };
        if let Some(text) = description {
            fields.insert("description".into(), json!(text));
        }
        if index == 7 {
            fields.insert("location".into(), json!(names::LONG_TAIL.repeat(5)));
        }
    }

    /// A few lines of what is to be talked about.
    pub(crate) fn notes(&mut self) -> String {
        let lines = self.rng.usize(1..5);
        (0..lines)
            .map(|_| {
                let note = self.pick(names::NOTES);
                let (person, _) = self.person();
                note.replace("{person}", &person).replace("{topic}", self.pick(names::TOPICS))
            })
            .collect::<Vec<_>>()
            .join("\n")
    }

    fn html(&mut self) -> String {
        let items: String =
            (0..self.rng.usize(2..6)).map(|_| format!("<li>{}</li>", self.pick(names::TOPICS))).collect();
        let (person, email) = self.person();
        match self.rng.u8(0..4) {
            0 => format!("<b>Agenda</b><ul>{items}</ul>"),
            1 => format!(
                "<p>Dear all,</p><p>please see the <a href=\"https://www.example.com/docs/{}\">offer</a>.</p><ol>{items}</ol>",
                self.rng.u32(100..999)
            ),
            2 => format!(
                "Contact: <a href=\"mailto:{email}\">{person}</a><br>Budget &lt; 40&nbsp;000&nbsp;&euro; &amp; no options<br><br><i>Confidential</i>"
            ),
            _ => format!("<span>Meeting with <u>{person}</u></span><br/>Topics:<ul>{items}</ul><p></p>"),
        }
    }

    fn meeting_link(&mut self) -> String {
        let mut letters = |count: usize| -> String { (0..count).map(|_| self.rng.lowercase()).collect() };
        let code = format!("{}-{}-{}", letters(3), letters(4), letters(3));
        meet_block(&code)
    }

    pub(super) fn reminders(&mut self, fields: &mut Map<String, Value>) {
        let minutes = *self.pick(&[&0, &5, &10, &15, &30, &60, &120, &1440]);
        let reminders = match self.rng.u32(0..100) {
            0..=54 => return,
            55..=79 => {
                json!({ "useDefault": false, "overrides": [{ "method": "popup", "minutes": minutes }] })
            }
            80..=84 => {
                json!({ "useDefault": false, "overrides": [{ "method": "email", "minutes": minutes }] })
            }
            85..=94 => json!({ "useDefault": false, "overrides": [
                { "method": "email", "minutes": 1440 }, { "method": "popup", "minutes": minutes }, { "method": "popup", "minutes": 2 }] }),
            _ => json!({ "useDefault": false }),
        };
        fields.insert("reminders".into(), reminders);
    }

    pub(super) fn guests(&mut self, fields: &mut Map<String, Value>, index: usize) {
        let count = if index == 11 {
            CROWD
        } else if self.percent(400) {
            self.rng.usize(1..8)
        } else {
            return;
        };
        let mut rows = vec![json!({ "email": ANA, "responseStatus": "accepted" })];
        for _ in 0..count {
            let (name, mut email) = self.person();
            if index == 11 {
                email = format!("guest{}@example.com", rows.len());
            }
            if rows.iter().any(|row| row.get("email").is_some_and(|known| *known == email)) {
                continue;
            }
            let answer =
                self.pick(&["accepted", "accepted", "accepted", "needsAction", "tentative", "declined"]);
            let mut row = json!({ "email": email, "displayName": name, "responseStatus": answer });
            if self.percent(60)
                && let Some(map) = row.as_object_mut()
            {
                map.insert("optional".into(), json!(true));
            }
            rows.push(row);
        }
        if self.percent(250) {
            let room = self.pick(names::ROOMS);
            let email = format!("room-{}@resource.example.com", plain_letters(room));
            rows.push(json!({ "email": email, "displayName": room, "resource": true, "responseStatus": "accepted" }));
            fields.insert("location".into(), json!(room));
        }
        if self.percent(280) {
            // Somebody else's meeting: Ana holds a copy.
            let (name, email) = self.person();
            rows.push(json!({ "email": email, "displayName": name, "responseStatus": "accepted" }));
            fields.insert("organizer".into(), json!({ "email": email, "displayName": name }));
            fields.insert("creator".into(), json!({ "email": email }));
            if self.percent(150) {
                fields.insert("guestsCanModify".into(), json!(true));
            }
            if self.percent(40) {
                fields.insert("locked".into(), json!(true));
            }
            if self.percent(70)
                && let Some(own) = rows.first_mut().and_then(Value::as_object_mut)
            {
                own.insert("responseStatus".into(), json!("declined"));
            }
        }
        fields.insert("attendees".into(), Value::Array(rows));
    }

    /// Event types other than the default.
    pub(super) fn special(&mut self, fields: &mut Map<String, Value>) {
        let kind = self.rng.u32(0..1000);
        let foreign = fields.contains_key("organizer");
        if kind > 38 || foreign {
            return;
        }
        let day = self.day();
        let zone = self.zone;
        for name in ["attendees", "visibility", "transparency", "status", "location"] {
            fields.remove(name);
        }
        let (event_type, title) = match kind {
            0..=17 => {
                self.timed(fields, day, zone, 120);
                ("focusTime", "Focus time")
            }
            18..=25 => {
                self.timed(fields, day, zone, 480);
                ("outOfOffice", "Out of office")
            }
            26..=31 => {
                self.timed(fields, day, zone, 150);
                ("fromGmail", "Reservation at Chez Léon")
            }
            _ => {
                self.all_day(fields, day, 1);
                fields.insert("visibility".into(), json!("public"));
                fields.insert("transparency".into(), json!("transparent"));
                fields.insert(
                    "workingLocationProperties".into(),
                    json!({ "type": "homeOffice", "homeOffice": {} }),
                );
                ("workingLocation", "Home")
            }
        };
        fields.insert("eventType".into(), json!(event_type));
        fields.insert("summary".into(), json!(title));
    }

    pub(super) fn recurrence(&mut self, fields: &mut Map<String, Value>, index: usize) -> bool {
        let plain = fields.get("eventType").is_none();
        if !plain || !(self.percent(15) || index % 997 == 3) {
            return false;
        }
        let rule = self.pick(&[
            "RRULE:FREQ=WEEKLY;BYDAY=MO",
            "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;COUNT=20",
            "RRULE:FREQ=DAILY;COUNT=10",
            "RRULE:FREQ=MONTHLY;BYDAY=1WE",
            "RRULE:FREQ=WEEKLY",
        ]);
        fields.insert("recurrence".into(), json!([rule]));
        if fields.get("summary").is_none() {
            fields.insert("summary".into(), json!("Weekly team call"));
        }
        true
    }
}
