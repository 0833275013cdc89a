//! Makes events that look like a sales person's: one random, seeded choice after the other.

use chrono::{Datelike, Days, NaiveDate, NaiveTime, TimeDelta, Weekday};
use chrono_tz::Tz;
use fastrand::Rng;
use serde_json::{Map, Value, json};

use crate::google::ANA;
use crate::google::text::meet_block;
use crate::names;
use crate::time::{self, DAY, HOUR};

/// The most guests of the one event that has too many for the CRM.
const CROWD: usize = 64;

/// Days on which the clocks of a zone change.
fn offset_changes(zone: Tz, from_ms: i64, days: i64) -> Vec<NaiveDate> {
    (0..days)
        .map(|day| from_ms + day * DAY)
        .filter(|ms| time::offset_at(zone, *ms) != time::offset_at(zone, *ms + DAY))
        .map(|ms| time::ms_to_local(zone, ms + DAY).date())
        .collect()
}

pub(crate) fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// Makes one event after the other.
pub(crate) struct Maker {
    pub(crate) rng: Rng,
    pub(crate) zone: Tz,
    pub(crate) first: NaiveDate,
    pub(crate) days: u64,
    /// Days on which the clocks change.
    changes: Vec<NaiveDate>,
}

impl Maker {
    /// For a window of so many days.
    pub(crate) fn over(seed: u64, zone: Tz, first: NaiveDate, days: u64) -> Maker {
        let changes = offset_changes(zone, time::date_to_ms(zone, first), i64::try_from(days).unwrap_or(0));
        Maker { rng: Rng::with_seed(seed ^ 0xc0_1b05), zone, first, days: days + 5, changes }
    }

    /// For single events of a person who edits: no clock changes are sought.
    pub(crate) fn around(seed: u64, zone: Tz, today: NaiveDate) -> Maker {
        Maker {
            rng: Rng::with_seed(seed),
            zone,
            first: today - Days::new(14),
            days: 120,
            changes: Vec::new(),
        }
    }

    pub(crate) fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        let at = self.rng.usize(0..from.len().max(1));
        // Every list of names has an entry.
        #[expect(
            clippy::indexing_slicing,
            reason = "the index is below the length; the lists are constants that are not empty"
        )]
        from[at]
    }

    fn percent(&mut self, share: u32) -> bool {
        self.rng.u32(0..1000) < share
    }

    /// A day of the window; weekends are rare.
    fn day(&mut self) -> NaiveDate {
        let day = self.first + Days::new(self.rng.u64(0..self.days.max(1)));
        match day.weekday() {
            Weekday::Sat | Weekday::Sun if self.rng.u8(0..10) > 0 => day + Days::new(2),
            _ => day,
        }
    }

    /// Start and end on a day, in working hours mostly.
    fn timed(&mut self, fields: &mut Map<String, Value>, day: NaiveDate, zone: Tz, minutes: i64) {
        let quarter = if self.percent(60) { self.rng.i64(0..96) } else { self.rng.i64(32..74) };
        let start = day.and_time(NaiveTime::MIN) + TimeDelta::minutes(quarter * 15);
        self.times(fields, start, start + TimeDelta::minutes(minutes), zone);
    }

    fn times(
        &mut self,
        fields: &mut Map<String, Value>,
        start: chrono::NaiveDateTime,
        end: chrono::NaiveDateTime,
        zone: Tz,
    ) {
        for (name, at) in [("start", start), ("end", end)] {
            let ms = time::local_to_ms(zone, at);
            let text = time::print(ms, time::offset_at(zone, ms), false);
            fields.insert(name.into(), json!({ "dateTime": text, "timeZone": zone.name() }));
        }
    }

    fn all_day(&mut self, fields: &mut Map<String, Value>, day: NaiveDate, days: u64) {
        fields.insert("start".into(), json!({ "date": time::print_date(day) }));
        fields.insert("end".into(), json!({ "date": time::print_date(day + Days::new(days)) }));
    }

    pub(crate) fn person(&mut self) -> (String, String) {
        let first = self.pick(names::FIRST);
        let last = self.pick(names::LAST);
        (format!("{first} {last}"), format!("{}.{}@example.com", plain_letters(first), plain_letters(last)))
    }

    pub(crate) fn title(&mut self) -> String {
        let pattern = self.pick(names::TITLES);
        let (person, _) = self.person();
        let company = self.pick(names::COMPANIES);
        let topic = self.pick(names::TOPICS);
        pattern.replace("{person}", &person).replace("{company}", company).replace("{topic}", topic)
    }

    pub(crate) fn place(&mut self) -> String {
        let place = self.pick(names::PLACES);
        if place.contains("{n}") {
            place.replace("{n}", &self.rng.u32(1..240).to_string())
        } else {
            place.to_owned()
        }
    }

    /// An ordinary timed meeting in the calendar's own zone.
    pub(crate) fn plain(&mut self) -> Map<String, Value> {
        let mut fields = Map::new();
        fields.insert("summary".into(), json!(self.title()));
        let (day, minutes) = (self.day(), self.length());
        let zone = self.zone;
        self.timed(&mut fields, day, zone, minutes);
        if self.percent(500) {
            let place = self.place();
            fields.insert("location".into(), json!(place));
        }
        fields
    }

    fn length(&mut self) -> i64 {
        *self.pick(&[&15, &30, &30, &30, &45, &60, &60, &60, &90, &120])
    }

    /// The next event, and whether it is a series that gets exceptions.
    pub(crate) fn event(&mut self, index: usize) -> (Map<String, Value>, bool) {
        let mut fields = self.plain();
        self.when(&mut fields, index);
        self.texts(&mut fields, index);
        self.reminders(&mut fields);
        self.guests(&mut fields, index);
        match self.rng.u32(0..1000) {
            0..=29 => {
                fields.insert("visibility".into(), json!("private"));
            }
            30..=34 => {
                fields.insert("visibility".into(), json!("confidential"));
            }
            35..=54 => {
                fields.insert("transparency".into(), json!("transparent"));
            }
            55..=69 => {
                fields.insert("status".into(), json!("tentative"));
            }
            _ => {}
        }
        if self.percent(80) {
            fields.insert("colorId".into(), json!(self.rng.u32(1..12).to_string()));
        }
        self.special(&mut fields);
        let recurring = self.recurrence(&mut fields, index);
        (fields, recurring)
    }

    fn when(&mut self, fields: &mut Map<String, Value>, index: usize) {
        let day = self.day();
        match self.rng.u32(0..1000) {
            0..=39 => self.all_day(fields, day, 1),
            40..=59 => {
                let days = self.rng.u64(2..15);
                self.all_day(fields, day, days);
            }
            60..=74 => {
                // Overnight and over several days: travel.
                let start = day.and_time(NaiveTime::MIN) + TimeDelta::hours(self.rng.i64(6..21));
                let hours = self.rng.i64(14..70);
                let zone = self.zone;
                self.times(fields, start, start + TimeDelta::hours(hours), zone);
                let city = self.pick(names::CITIES);
                fields.insert("summary".into(), json!(format!("Trip to {city}")));
            }
            75..=139 => {
                let zone = *self.pick(&[
                    &chrono_tz::America::New_York,
                    &chrono_tz::America::Los_Angeles,
                    &chrono_tz::Europe::London,
                    &chrono_tz::Asia::Tokyo,
                    &chrono_tz::Asia::Kolkata,
                    &chrono_tz::Australia::Lord_Howe,
                    &chrono_tz::Pacific::Auckland,
                    &chrono_tz::America::Sao_Paulo,
                ]);
                let start = day.and_time(NaiveTime::MIN) + TimeDelta::minutes(self.rng.i64(36..68) * 15);
                let minutes = self.length();
                self.times(fields, start, start + TimeDelta::minutes(minutes), zone);
            }
            140..=147 => {
                // A flight: leaves in one zone, lands in another.
                let start = day.and_time(NaiveTime::MIN) + TimeDelta::hours(self.rng.i64(7..14));
                let out = time::local_to_ms(self.zone, start);
                let land = out + self.rng.i64(7..10) * HOUR;
                let there = chrono_tz::America::New_York;
                for (name, ms, zone) in [("start", out, self.zone), ("end", land, there)] {
                    let text = time::print(ms, time::offset_at(zone, ms), false);
                    fields.insert(name.into(), json!({ "dateTime": text, "timeZone": zone.name() }));
                }
                fields.insert(
                    "summary".into(),
                    json!(format!("Flight AF{} Paris – New York", self.rng.u32(2..90))),
                );
            }
            148..=151 => {
                // A reminder to oneself of no length, as the web pages allow; it cannot be written by API.
                let start = day.and_time(NaiveTime::MIN) + TimeDelta::hours(self.rng.i64(8..19));
                let zone = self.zone;
                self.times(fields, start, start, zone);
            }
            _ => {}
        }
        // The nights on which the clocks change.
        if let Some(change) = self.changes.get(index.wrapping_sub(40)).copied() {
            let start = change.and_time(NaiveTime::MIN) + TimeDelta::minutes(90);
            let zone = self.zone;
            self.times(fields, start, start + TimeDelta::minutes(180), zone);
            fields.insert("summary".into(), json!("Server move (clock change)"));
        }
    }

    fn texts(&mut self, fields: &mut Map<String, Value>, index: usize) {
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

    fn notes(&mut self) -> String {
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

    fn reminders(&mut self, fields: &mut Map<String, Value>) {
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

    fn guests(&mut self, fields: &mut Map<String, Value>, index: usize) {
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
    fn special(&mut self, fields: &mut Map<String, Value>) {
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

    fn recurrence(&mut self, fields: &mut Map<String, Value>, index: usize) -> bool {
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

/// Lower-case letters without accents, for addresses.
fn plain_letters(text: &str) -> String {
    text.to_lowercase()
        .chars()
        .filter_map(|c| match c {
            'a'..='z' | '0'..='9' => Some(c),
            'é' | 'è' | 'ê' | 'ë' => Some('e'),
            'à' | 'â' | 'ä' | 'å' | 'á' => Some('a'),
            'ç' => Some('c'),
            'ï' | 'î' | 'í' => Some('i'),
            'ö' | 'ô' | 'ø' | 'ó' => Some('o'),
            'ü' | 'û' | 'ú' => Some('u'),
            'ñ' => Some('n'),
            ' ' | '-' => Some('-'),
            _ => None,
        })
        .collect()
}
