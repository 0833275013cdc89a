//! `Recurring_Activity`: a rule in Zoho's own dialect of RRULE, whose UNTIL is a plain date (Kaizen #8).

use chrono::TimeZone;
use rrule::{RRule, RRuleSet, Tz as RuleZone, Unvalidated};
use serde_json::Value;

use super::Zoho;
use super::modules::Span;
use crate::time::{self, Offseted};

/// A series never becomes more records than this.
const MOST: u16 = 100;
const FREQUENCIES: [&str; 4] = ["DAILY", "WEEKLY", "MONTHLY", "YEARLY"];

/// The value of a write, if its rule can be read.
pub(crate) fn read(value: &Value) -> Option<Value> {
    rule(value)?;
    Some(value.clone())
}

/// The rule as RFC 5545 writes it.
fn rule(value: &Value) -> Option<String> {
    let mut parts = Vec::new();
    let mut frequency = false;
    for part in value.get("RRULE")?.as_str()?.split(';').filter(|part| !part.is_empty()) {
        let (name, text) = part.split_once('=')?;
        match name {
            "FREQ" if FREQUENCIES.contains(&text) => frequency = true,
            "INTERVAL" | "COUNT" if text.parse::<u16>().is_ok_and(|number| number > 0) => {}
            "BYDAY" | "BYMONTHDAY" | "BYMONTH" | "BYSETPOS" | "WKST" | "DTSTART" => {}
            "UNTIL" => {
                let date = time::parse_date(text)?;
                parts.push(format!("UNTIL={}T235959Z", date.format("%Y%m%d")));
                continue;
            }
            _ => return None,
        }
        if name != "DTSTART" {
            parts.push(part.to_owned());
        }
    }
    frequency.then(|| parts.join(";"))
}

/// When the other records of a series take place, the first one left out. Wall-clock times stay in the
/// organisation's zone.
pub(crate) fn later(zoho: &Zoho, value: &Value, first: Span) -> Vec<Span> {
    let Some(rule) = rule(value).and_then(|rule| rule.parse::<RRule<Unvalidated>>().ok()) else {
        return Vec::new();
    };
    let start = match first {
        Span::Timed { start, .. } => RuleZone::from(zoho.zone).from_utc_datetime(&time::shifted(start.ms, 0)),
        Span::AllDay { start, .. } => {
            RuleZone::UTC.from_utc_datetime(&start.and_time(chrono::NaiveTime::MIN))
        }
    };
    let Ok(rule) = rule.validate(start) else { return Vec::new() };
    let found = RRuleSet::new(start).rrule(rule).limit().all(MOST).dates;
    found
        .into_iter()
        .filter(|at| *at > start)
        .map(|at| match first {
            Span::Timed { start, end } => {
                let by = at.timestamp_millis() - start.ms;
                let moved = |old: Offseted| {
                    let ms = old.ms + by;
                    Offseted { ms, offset: time::offset_at(zoho.zone, ms) }
                };
                Span::Timed { start: moved(start), end: moved(end) }
            }
            Span::AllDay { start, end } => {
                let day = at.naive_utc().date();
                Span::AllDay { start: day, end: day + (end - start) }
            }
        })
        .collect()
}
