//! Makes events that look like a sales person's: one random, seeded choice after the other.

mod details;

use chrono::{Datelike, Days, NaiveDate, NaiveTime, TimeDelta, Weekday};
use chrono_tz::Tz;
use fastrand::Rng;
use serde_json::{Map, Value, json};

use crate::names;
use crate::time::{self, DAY, HOUR};

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
