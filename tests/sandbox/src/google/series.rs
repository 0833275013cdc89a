//! Recurrence: the lines of `recurrence[]` and the occurrences they stand for.

use chrono::{NaiveTime, TimeZone};
use rrule::{RRule, RRuleSet, Tz as RuleZone, Unvalidated};

use super::error::ApiError;
use super::times::{self, When};
use crate::time;

/// A parsed recurrence with its first occurrence.
#[derive(Clone, Debug)]
pub(crate) struct Series {
    rules: RRuleSet,
    first: When,
    last: When,
    endless: bool,
}

/// More occurrences than this are never looked at in one call.
const MOST: usize = 4_000;
/// How many occurrences an expansion without an upper bound yields, about two years of days. A delta of one weekly
/// series was seen to reach 2040 (reference, section 5.2).
pub(crate) const OPEN_ENDED: usize = 730;

impl Series {
    /// Parses `recurrence[]`; `first` and `last` are the start and the end of the first occurrence.
    pub(crate) fn parse(lines: &[&str], first: When, last: When) -> Result<Series, ApiError> {
        let invalid = || ApiError::invalid("Invalid recurrence rule.");
        let start = match first {
            When::Date(date) => RuleZone::UTC.from_utc_datetime(&date.and_time(NaiveTime::MIN)),
            When::At { ms, zone } => RuleZone::from(zone).from_utc_datetime(&time::shifted(ms, 0)),
        };
        let mut rules = RRuleSet::new(start);
        let mut endless = false;
        for line in lines {
            let (head, values) = line.split_once(':').ok_or_else(invalid)?;
            let (name, parameters) = head.split_once(';').unwrap_or((head, ""));
            match name {
                "RRULE" => {
                    let normal = normal_until(values, first);
                    endless |= !normal.contains("UNTIL=") && !normal.contains("COUNT=");
                    let rule: RRule<Unvalidated> = normal.parse().map_err(|_| invalid())?;
                    rules = rules.rrule(rule.validate(start).map_err(|_| invalid())?);
                }
                "RDATE" | "EXDATE" => {
                    for value in values.split(',') {
                        let ms = instant(value, parameters, first).ok_or_else(invalid)?;
                        let at = start.timezone().from_utc_datetime(&time::shifted(ms, 0));
                        rules = if name == "RDATE" { rules.rdate(at) } else { rules.exdate(at) };
                    }
                }
                // Accepted and kept, as the service does, but too rare to be expanded.
                "EXRULE" => {}
                _ => return Err(invalid()),
            }
        }
        if rules.get_rrule().is_empty() {
            rules = rules.rdate(start);
        }
        Ok(Series { rules: rules.limit(), first, last, endless })
    }

    /// The start of the first occurrence.
    pub(crate) fn first(&self) -> When {
        self.first
    }

    /// The end of the first occurrence.
    pub(crate) fn last(&self) -> When {
        self.last
    }

    /// The end of the last occurrence, or none when it repeats for ever.
    pub(crate) fn end_ms(&self, zone: chrono_tz::Tz) -> Option<i64> {
        if self.endless {
            return None;
        }
        let last = self.starts().take(MOST).last()?;
        Some(times::occurrence_end(last, self.first, self.last).ms_in(zone))
    }

    /// Original starts in order, from the first on.
    pub(crate) fn starts(&self) -> impl Iterator<Item = When> + '_ {
        let first = self.first;
        (&self.rules).into_iter().take(MOST).map(move |at| match first {
            When::Date(_) => When::Date(at.naive_utc().date()),
            When::At { zone, .. } => When::At { ms: at.timestamp_millis(), zone },
        })
    }

    /// Original starts with their ends, in order.
    pub(crate) fn occurrences(&self) -> impl Iterator<Item = (When, When)> + '_ {
        self.starts().map(|start| (start, times::occurrence_end(start, self.first, self.last)))
    }

    /// Occurrences that end after `from` and start before `to`, as (original start, end).
    pub(crate) fn between(
        &self,
        from: Option<i64>,
        to: Option<i64>,
        zone: chrono_tz::Tz,
    ) -> Vec<(When, When)> {
        let most = if to.is_some() { MOST } else { OPEN_ENDED };
        self.occurrences()
            .skip_while(|(_, end)| from.is_some_and(|from| end.ms_in(zone) <= from))
            .take_while(|(start, _)| to.is_none_or(|to| start.ms_in(zone) < to))
            .take(most)
            .collect()
    }

    /// The occurrence that an instance id names, if there is one.
    pub(crate) fn occurrence(&self, suffix: &str) -> Option<(When, When)> {
        self.occurrences().find(|(start, _)| suffix_of(*start) == suffix)
    }
}

/// The part of an instance id after the underscore: the original start in UTC, or the date.
pub(crate) fn suffix_of(start: When) -> String {
    match start {
        When::Date(date) => date.format("%Y%m%d").to_string(),
        When::At { ms, .. } => time::print_basic_utc(ms),
    }
}

/// UNTIL as an instant in UTC, which is what the recurrence crate accepts in every zone.
fn normal_until(rule: &str, first: When) -> String {
    rule.split(';')
        .map(|part| match part.strip_prefix("UNTIL=") {
            Some(value) if value.len() == 8 => {
                let end_of_day = if first.is_date() { "T000000Z" } else { "T235959Z" };
                format!("UNTIL={value}{end_of_day}")
            }
            Some(value) if !value.ends_with('Z') => format!("UNTIL={value}Z"),
            _ => part.to_owned(),
        })
        .collect::<Vec<_>>()
        .join(";")
}

/// One value of RDATE or EXDATE: a date, a UTC time, or a time in the zone of TZID or of the series.
pub(crate) fn instant(value: &str, parameters: &str, first: When) -> Option<i64> {
    let value = value.trim();
    if value.len() == 8 {
        let date = chrono::NaiveDate::parse_from_str(value, "%Y%m%d").ok()?;
        return Some(times::date_like(date, first));
    }
    let local = chrono::NaiveDateTime::parse_from_str(value.trim_end_matches('Z'), "%Y%m%dT%H%M%S").ok()?;
    if value.ends_with('Z') {
        return Some(local.and_utc().timestamp_millis());
    }
    let named = parameters.split(';').find_map(|part| part.strip_prefix("TZID=")).and_then(time::zone);
    let zone = match (named, first) {
        (Some(zone), _) => zone,
        (None, When::At { zone, .. }) => zone,
        (None, When::Date(_)) => chrono_tz::UTC,
    };
    Some(time::local_to_ms(zone, local))
}
