//! A believable calendar of a sales person, made from a seed: months of meetings with everything in them that makes
//! syncing hard. All people are at example.com.

use chrono::{Datelike, Days, NaiveDate};
use serde_json::{Value, json};

use crate::google::event::instance_id;
use crate::google::times::When;
use crate::google::{HOLIDAYS, TEAM};
use crate::maker::{Maker, object};
use crate::names;
use crate::time::{self, DAY, HOUR};
use crate::world::World;

/// What to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Corpus {
    /// Equal seeds make equal calendars.
    pub seed: u64,
    /// How many events the primary calendar gets.
    pub events: usize,
    /// How far the calendar reaches back.
    pub past_months: u32,
    /// How far it reaches ahead.
    pub ahead_months: u32,
    /// Whether some events have guests.
    pub guests: bool,
}

impl Corpus {
    /// Three months back, six ahead.
    pub fn new(seed: u64, events: usize) -> Corpus {
        Corpus { seed, events, past_months: 3, ahead_months: 6, guests: true }
    }
}

/// A hundred years each way.
const MOST_MONTHS: u32 = 1_200;

impl World {
    /// Fills the calendars: `corpus.events` events on the primary one, a few on the others.
    pub fn fill(&mut self, corpus: &Corpus) {
        let now = self.now_ms();
        let zone = self.zone();
        let today = time::ms_to_local(zone, now).date();
        let back = u64::from(corpus.past_months.min(MOST_MONTHS)) * 30;
        let days = back + u64::from(corpus.ahead_months.min(MOST_MONTHS)) * 30;
        let mut maker = Maker::over(corpus.seed, zone, today - Days::new(back), days);
        // Changes lie in the past, oldest first, so that the log has an order.
        let since = now - 80 * DAY;
        let step = (80 * DAY - HOUR) / i64::try_from(corpus.events.max(1)).unwrap_or(i64::MAX);
        let mut made = 0;
        // An event that fails validation is left out and another one made, within bounds.
        for _ in 0..corpus.events.saturating_mul(2) {
            if made >= corpus.events {
                break;
            }
            let updated = since + step * i64::try_from(made).unwrap_or(0);
            let (mut fields, exceptions) = maker.event(made);
            if !corpus.guests {
                fields.remove("attendees");
            }
            let Ok(id) = self.google.seed("primary", None, fields.clone(), updated, &self.switches) else {
                continue;
            };
            made += 1;
            if exceptions {
                made += self.exceptions(&mut maker, &id, updated, corpus.events - made);
            }
        }
        for _ in 0..(corpus.events / 100).min(40) {
            let fields = maker.plain();
            // A seeded event that fails validation is left out, as on the primary calendar.
            let _ = self.google.seed(TEAM, None, fields, since, &self.switches);
        }
        for (month, day, name) in names::HOLIDAYS {
            for year in [maker.first.year(), maker.first.year() + 1] {
                let Some(date) = NaiveDate::from_ymd_opt(year, *month, *day) else { continue };
                let fields = object(json!({
                    "summary": name, "transparency": "transparent", "visibility": "public",
                    "start": { "date": time::print_date(date) }, "end": { "date": time::print_date(date + Days::new(1)) },
                }));
                let _ = self.google.seed(HOLIDAYS, None, fields, since, &self.switches);
            }
        }
    }

    /// Fills the CRM: `corpus.events` meetings of the user, single ones with texts, places, reminders and guests. Nothing is
    /// counted as a request, and nobody is mailed.
    pub fn fill_meetings(&mut self, corpus: &Corpus) {
        let now = self.now_ms();
        let zone = self.zoho.zone;
        let today = time::ms_to_local(zone, now).date();
        let back = u64::from(corpus.past_months.min(MOST_MONTHS)) * 30;
        let days = back + u64::from(corpus.ahead_months.min(MOST_MONTHS)) * 30;
        let mut maker = Maker::over(corpus.seed, zone, today - Days::new(back), days);
        let since = now - 80 * DAY;
        let step = (80 * DAY - HOUR) / i64::try_from(corpus.events.max(1)).unwrap_or(i64::MAX);
        let mut made = 0;
        // A meeting that fails validation is left out and another one made, within bounds.
        for index in 0..corpus.events.saturating_mul(2) {
            if made >= corpus.events {
                break;
            }
            self.set_now_ms(since + step * i64::try_from(made).unwrap_or(0));
            let mut row = meeting(&mut maker, index);
            if let Some(row) = row.as_object_mut().filter(|_| !corpus.guests) {
                row.remove("Participants");
            }
            made += usize::from(self.crm_by_hand("POST", "/crm/v8/Events", Some(row)));
        }
        self.set_now_ms(now);
    }

    /// Gives a series one moved and one cancelled occurrence. Says how many events were added.
    fn exceptions(&mut self, maker: &mut Maker, master: &str, updated: i64, most: usize) -> usize {
        let Some(series) = self.google.calendar("primary").and_then(|calendar| {
            let event = calendar.get(master)?;
            Some((event.series.clone()?, event.body.clone()))
        }) else {
            return 0;
        };
        let (series, body) = series;
        let starts: Vec<_> = series.occurrences().take(5).collect();
        let mut added = 0;
        for (place, moved) in [(2, true), (4, false)] {
            let Some((start, end)) = starts.get(place).copied() else { continue };
            if added >= most {
                break;
            }
            let id = instance_id(master, start);
            let shift = if moved { HOUR } else { 0 };
            let mut fields = body.as_object().cloned().unwrap_or_default();
            fields.remove("recurrence");
            fields.insert("recurringEventId".into(), json!(master));
            fields.insert("originalStartTime".into(), start.to_json(maker.zone));
            for (name, at) in [("start", start), ("end", end)] {
                let at = match at {
                    When::At { ms, zone } => When::At { ms: ms + shift, zone },
                    date => date,
                };
                fields.insert(name.into(), at.to_json(maker.zone));
            }
            if self.google.seed("primary", Some(&id), fields, updated, &self.switches).is_ok() {
                added += 1;
                if !moved {
                    self.google.cancel_seeded("primary", &id, updated);
                    added -= 1;
                }
            }
        }
        added
    }
}

/// A meeting as somebody types it into the CRM's form.
fn meeting(maker: &mut Maker, index: usize) -> Value {
    let event = Value::Object(maker.plain());
    let text = |path: &str| event.pointer(path).cloned().unwrap_or_default();
    let mut row = json!({
        "Event_Title": text("/summary"), "Venue": text("/location"), "Meeting_Venue__s": "In-office",
        "Start_DateTime": text("/start/dateTime"), "End_DateTime": text("/end/dateTime"),
    });
    let Some(fields) = row.as_object_mut() else { return row };
    // Shares, not chances: equal counts make equal work.
    if index.is_multiple_of(3) {
        fields.insert("Description".into(), json!(maker.notes()));
    }
    if index % 4 == 1 {
        fields.insert("Remind_At".into(), json!([{ "unit": 15, "period": "minutes" }]));
    }
    if index % 5 == 2 {
        let guests = (0..=index % 3).map(|_| json!({ "type": "email", "participant": maker.person().1 }));
        fields.insert("Participants".into(), guests.collect());
    }
    if index % 20 == 19 {
        let date =
            text("/start/dateTime").as_str().and_then(|at| at.get(..10)).unwrap_or_default().to_owned();
        let midnight = json!(format!("{date}T00:00:00+00:00"));
        fields.insert("All_day".into(), json!(true));
        fields.insert("Start_DateTime".into(), midnight.clone());
        fields.insert("End_DateTime".into(), midnight);
    }
    row
}
