//! Import of iCalendar files (RFC 5545) as events of a Google calendar, as a person would import them on Google's
//! pages. A file that cannot be read imports nothing; an event that cannot be represented is left out by name.

use std::collections::BTreeMap;

use calcard::common::timezone::Tz as CardZone;
use calcard::icalendar::{
    ICalendar, ICalendarComponent, ICalendarComponentType as Kind, ICalendarEntry,
    ICalendarParameterName as Parameter, ICalendarProperty as Property, ICalendarStatus,
    ICalendarTransparency, ICalendarValue,
};
use calcard::{Entry, Parser};
use chrono::{NaiveDateTime, TimeDelta};
use chrono_tz::Tz;
use serde_json::{Map, Value, json};

use crate::google::ANA;
use crate::google::event::instance_id;
use crate::google::times::When;
use crate::time::{self, DAY, MINUTE, SECOND};
use crate::world::World;

/// Reminders of an event, at most.
const MOST_REMINDERS: usize = 5;
/// A reminder at most this many minutes ahead.
const FARTHEST_REMINDER: i64 = 40_320;

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Events that were stored, changed occurrences of a series included.
    pub imported: usize,
    /// Events left out: those with a problem, and those that the calendar already has by their UID.
    pub skipped: usize,
    /// Why events were left out, at most a hundred sentences.
    pub problems: Vec<String>,
}

/// The file cannot be read as a calendar; nothing was imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IcsError(String);

impl std::fmt::Display for IcsError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for IcsError {}

impl World {
    /// Imports the events of an iCalendar text into a calendar (`primary` or an id).
    ///
    /// # Errors
    /// When there is no such calendar, or the text is not a complete iCalendar file.
    pub fn import_ics(&mut self, calendar: &str, text: &str) -> Result<Imported, IcsError> {
        let files = parse(text)?;
        let (zone, id) = self
            .google
            .calendar(calendar)
            .map(|calendar| (calendar.zone, calendar.id.clone()))
            .ok_or_else(|| IcsError(format!("there is no calendar {calendar:?}")))?;
        let mut report = Imported::default();
        for file in &files {
            let reader = Reader::new(file, zone);
            let mut masters = BTreeMap::new();
            let (overrides, singles): (Vec<_>, Vec<_>) = file
                .components
                .iter()
                .filter(|component| component.component_type == Kind::VEvent)
                .partition(|component| component.has_property(&Property::RecurrenceId));
            for component in singles {
                let outcome = reader.event(component).and_then(|fields| {
                    let uid = component.uid().unwrap_or_default();
                    if !uid.is_empty()
                        && self.google.calendar(&id).is_some_and(|calendar| calendar.has_uid(uid))
                    {
                        return Err("the calendar has it already".to_owned());
                    }
                    let now = self.now_ms();
                    let event = self.google.seed(&id, None, fields, now, &self.switches)?;
                    if component.status() == Some(&ICalendarStatus::Cancelled) {
                        self.google.cancel_seeded(&id, &event, now);
                    }
                    masters.insert(uid.to_owned(), event);
                    Ok(())
                });
                report.note(component, outcome);
            }
            for component in overrides {
                let outcome = self.import_override(&id, &reader, component, &masters);
                report.note(component, outcome);
            }
        }
        Ok(report)
    }

    /// A changed or cancelled occurrence of a series in the same file.
    fn import_override(
        &mut self,
        calendar: &str,
        reader: &Reader<'_>,
        component: &ICalendarComponent,
        masters: &BTreeMap<String, String>,
    ) -> Result<(), String> {
        let master = component
            .uid()
            .and_then(|uid| masters.get(uid))
            .ok_or("it changes an occurrence of a series that is not in the file")?;
        let original = component
            .property(&Property::RecurrenceId)
            .and_then(|entry| reader.when(entry))
            .ok_or("its RECURRENCE-ID cannot be read")?;
        let mut fields = reader.event(component)?;
        fields.remove("recurrence");
        fields.insert("recurringEventId".into(), json!(master));
        fields.insert("originalStartTime".into(), original.to_json(reader.zone));
        let id = instance_id(master, original);
        let now = self.now_ms();
        self.google.seed(calendar, Some(&id), fields, now, &self.switches)?;
        if component.status() == Some(&ICalendarStatus::Cancelled) {
            self.google.cancel_seeded(calendar, &id, now);
        }
        Ok(())
    }
}

impl Imported {
    fn note(&mut self, component: &ICalendarComponent, outcome: Result<(), String>) {
        match outcome {
            Ok(()) => self.imported += 1,
            Err(problem) => {
                self.skipped += 1;
                if self.problems.len() < 100 {
                    self.problems
                        .push(format!("event {}: {problem}", component.uid().unwrap_or("without UID")));
                }
            }
        }
    }
}

/// The parser forgives what is missing at the end; a cut file must not count as a whole one.
fn check_complete(text: &str) -> Result<(), IcsError> {
    let mut open: Vec<String> = Vec::new();
    for line in text.lines() {
        // A folded line goes on with a blank, so these words at its start are never content.
        let upper = line.trim_end().to_ascii_uppercase();
        if let Some(name) = upper.strip_prefix("BEGIN:") {
            open.push(name.to_owned());
        } else if let Some(name) = upper.strip_prefix("END:")
            && open.pop().is_none_or(|begun| begun != name)
        {
            return Err(IcsError(format!("the file ends a component {name} that is not open there")));
        }
    }
    match open.last() {
        None => Ok(()),
        Some(name) => Err(IcsError(format!("the file ends inside {name}: it is cut"))),
    }
}

fn parse(text: &str) -> Result<Vec<ICalendar>, IcsError> {
    check_complete(text.trim_start_matches('\u{feff}'))?;
    let mut parser = Parser::new(text.trim_start_matches('\u{feff}'));
    let mut files = Vec::new();
    loop {
        match parser.entry() {
            Entry::ICalendar(file) => files.push(file),
            Entry::Eof => break,
            Entry::VCard(_) => return Err(IcsError("the file is a vCard, not a calendar".into())),
            Entry::InvalidLine(line) if line.trim().is_empty() => {}
            Entry::InvalidLine(_) => {
                return Err(IcsError("the file has a line that is not iCalendar".into()));
            }
            Entry::UnterminatedComponent(name) => {
                return Err(IcsError(format!("the file ends inside {name}: it is cut")));
            }
            Entry::UnexpectedComponentEnd { expected, .. } => {
                return Err(IcsError(format!(
                    "the file ends a component other than {} there",
                    expected.as_str()
                )));
            }
            _ => return Err(IcsError("the file has too many components".into())),
        }
    }
    let is_calendar = |file: &ICalendar| {
        file.components.first().is_some_and(|component| component.component_type == Kind::VCalendar)
    };
    if files.is_empty() || !files.iter().all(is_calendar) {
        return Err(IcsError("the file is not an iCalendar file: BEGIN:VCALENDAR is missing".into()));
    }
    Ok(files)
}

/// Reads the events of one file.
struct Reader<'a> {
    file: &'a ICalendar,
    zone: Tz,
    zones: BTreeMap<&'a str, CardZone>,
    /// The address of the calendar's owner, where the file tells: Google names the export after it.
    owner: Option<String>,
}

impl<'a> Reader<'a> {
    fn new(file: &'a ICalendar, zone: Tz) -> Reader<'a> {
        let owner = file
            .components
            .first()
            .and_then(|calendar| calendar.property(&Property::Other("X-WR-CALNAME".into())))
            .and_then(|entry| entry.values.first())
            .and_then(ICalendarValue::as_text)
            .filter(|name| name.contains('@'))
            .map(str::to_lowercase);
        let zones = file.timezones().filter_map(ICalendarComponent::timezone).collect();
        Reader { file, zone, zones, owner }
    }

    /// The writable fields of an event, and who organises it.
    fn event(&self, component: &ICalendarComponent) -> Result<Map<String, Value>, String> {
        let mut fields = Map::new();
        let (start, end) = self.span(component)?;
        fields.insert("start".into(), start.to_json(self.zone));
        fields.insert("end".into(), end.to_json(self.zone));
        for (property, name) in [
            (Property::Summary, "summary"),
            (Property::Description, "description"),
            (Property::Location, "location"),
        ] {
            if let Some(text) = text(component, &property).filter(|text| !text.is_empty()) {
                fields.insert(name.into(), json!(text));
            }
        }
        if let Some(uid) = component.uid().filter(|uid| !uid.is_empty()) {
            fields.insert("iCalUID".into(), json!(uid));
        }
        let recurrence = self.recurrence(component, start)?;
        if !recurrence.is_empty() {
            fields.insert("recurrence".into(), json!(recurrence));
        }
        if component.status() == Some(&ICalendarStatus::Tentative) {
            fields.insert("status".into(), json!("tentative"));
        }
        if component.transparency() == Some(&ICalendarTransparency::Transparent) {
            fields.insert("transparency".into(), json!("transparent"));
        }
        match text(component, &Property::Class).map(|class| class.to_ascii_uppercase()).as_deref() {
            Some("PRIVATE") => {
                fields.insert("visibility".into(), json!("private"));
            }
            Some("CONFIDENTIAL") => {
                fields.insert("visibility".into(), json!("confidential"));
            }
            _ => {}
        }
        self.people(component, &mut fields);
        let reminders = self.reminders(component);
        if !reminders.is_empty() {
            fields.insert("reminders".into(), json!({ "useDefault": false, "overrides": reminders }));
        }
        Ok(fields)
    }

    fn span(&self, component: &ICalendarComponent) -> Result<(When, When), String> {
        let start = component
            .property(&Property::Dtstart)
            .ok_or("it has no DTSTART")
            .and_then(|entry| self.when(entry).ok_or("its DTSTART cannot be read"))?;
        if let Some(entry) = component.property(&Property::Dtend) {
            let end = self.when(entry).ok_or("its DTEND cannot be read")?;
            if end.is_date() != start.is_date() {
                return Err("DTSTART and DTEND are of different kinds".into());
            }
            // RFC 5545 forbids an all-day event of no days, yet programs write it: it means one day.
            return Ok(match (start, end) {
                (When::Date(first), When::Date(last)) if last <= first => {
                    (start, When::Date(first + chrono::Days::new(1)))
                }
                _ if end.ms_in(self.zone) < start.ms_in(self.zone) => {
                    return Err("it ends before it starts".into());
                }
                _ => (start, end),
            });
        }
        let length = component.property(&Property::Duration).and_then(|entry| entry.values.first());
        let seconds = match length {
            Some(ICalendarValue::Duration(length)) => Some(length.as_seconds().clamp(0, 10 * 366 * 86_400)),
            Some(_) => return Err("its DURATION cannot be read".into()),
            None => None,
        };
        Ok(match start {
            When::Date(first) => {
                let days = seconds.map_or(1, |seconds| (seconds * SECOND / DAY).max(1));
                (start, When::Date(first + TimeDelta::days(days)))
            }
            When::At { ms, zone } => (start, When::At { ms: ms + seconds.unwrap_or(0) * SECOND, zone }),
        })
    }

    /// A date, or an instant in UTC, in the zone of its TZID, or (floating) in the calendar's zone.
    fn when(&self, entry: &ICalendarEntry) -> Option<When> {
        let value = entry.values.first()?.as_partial_date_time()?;
        let local = value.to_date_time()?;
        if value.hour.is_none() {
            return Some(When::Date(local.date_time.date()));
        }
        let sane = local.date_time.and_utc().timestamp_millis();
        if let Some(offset) = local.offset {
            let ms = sane - i64::from(offset.local_minus_utc()) * SECOND;
            return Some(When::At {
                ms,
                zone: if offset.local_minus_utc() == 0 { chrono_tz::UTC } else { self.zone },
            });
        }
        match entry.tz_id() {
            None => Some(self.at(local.date_time, self.zone)),
            Some(name) => match self.zone_named(name) {
                Some(zone) => Some(self.at(local.date_time, zone)),
                None => self.at_custom(local.date_time, name),
            },
        }
    }

    fn at(&self, local: NaiveDateTime, zone: Tz) -> When {
        When::At { ms: time::local_to_ms(zone, local), zone }
    }

    /// IANA names, names of Windows, and names that a VTIMEZONE of the file explains.
    fn zone_named(&self, name: &str) -> Option<Tz> {
        if let Some(zone) = time::zone(name) {
            return Some(zone);
        }
        match self.zones.get(name).copied().or_else(|| name.parse().ok())? {
            CardZone::Tz(zone) => time::zone(zone.name()),
            CardZone::Fixed(_) | CardZone::Floating => None,
        }
    }

    /// A zone that is only a fixed offset: the instant is right, the calendar's zone is shown.
    fn at_custom(&self, local: NaiveDateTime, name: &str) -> Option<When> {
        match self.zones.get(name).copied().or_else(|| name.parse().ok())? {
            CardZone::Fixed(offset) => {
                let ms = local.and_utc().timestamp_millis() - i64::from(offset.local_minus_utc()) * SECOND;
                Some(When::At { ms, zone: self.zone })
            }
            CardZone::Tz(_) | CardZone::Floating => None,
        }
    }

    fn recurrence(&self, component: &ICalendarComponent, start: When) -> Result<Vec<String>, String> {
        let mut lines = Vec::new();
        for entry in &component.entries {
            match entry.name {
                Property::Rrule => {
                    for value in &entry.values {
                        let ICalendarValue::RecurrenceRule(rule) = value else {
                            return Err("its RRULE cannot be read".into());
                        };
                        lines.push(format!("RRULE:{rule}"));
                    }
                }
                Property::Exdate | Property::Rdate => {
                    let name = if entry.name == Property::Exdate { "EXDATE" } else { "RDATE" };
                    for value in &entry.values {
                        let one = ICalendarEntry {
                            name: entry.name.clone(),
                            params: entry.params.clone(),
                            values: vec![value.clone()],
                        };
                        let at = self.when(&one).ok_or_else(|| format!("its {name} cannot be read"))?;
                        lines.push(match (at, start) {
                            (When::Date(date), _) => format!("{name};VALUE=DATE:{}", date.format("%Y%m%d")),
                            (When::At { ms, .. }, _) => format!("{name}:{}", time::print_basic_utc(ms)),
                        });
                    }
                }
                _ => {}
            }
        }
        Ok(lines)
    }

    fn people(&self, component: &ICalendarComponent, fields: &mut Map<String, Value>) {
        let address = |entry: &ICalendarEntry| -> Option<String> {
            let email = entry.calendar_address()?.to_lowercase();
            let is_owner = self.owner.as_deref() == Some(email.as_str());
            (email.contains('@') && !email.contains(char::is_whitespace))
                .then(|| if is_owner { ANA.to_owned() } else { email })
        };
        let name = |entry: &ICalendarEntry| {
            entry.parameters(&Parameter::Cn).find_map(|value| value.as_text()).map(str::to_owned)
        };
        let mut rows = Vec::new();
        for entry in component.entries.iter().filter(|entry| entry.name == Property::Attendee) {
            let Some(email) = address(entry) else { continue };
            let parameter = |of: &Parameter| {
                entry.parameters(of).find_map(|value| value.as_text()).map(str::to_ascii_uppercase)
            };
            let mut row = Map::new();
            row.insert("email".into(), json!(email));
            if let Some(name) = name(entry) {
                row.insert("displayName".into(), json!(name));
            }
            let answer = match parameter(&Parameter::Partstat).as_deref() {
                Some("ACCEPTED") => "accepted",
                Some("DECLINED") => "declined",
                Some("TENTATIVE") => "tentative",
                _ => "needsAction",
            };
            row.insert("responseStatus".into(), json!(answer));
            if parameter(&Parameter::Role).as_deref() == Some("OPT-PARTICIPANT") {
                row.insert("optional".into(), json!(true));
            }
            if matches!(parameter(&Parameter::Cutype).as_deref(), Some("ROOM" | "RESOURCE")) {
                row.insert("resource".into(), json!(true));
            }
            rows.push(Value::Object(row));
        }
        if !rows.is_empty() {
            fields.insert("attendees".into(), Value::Array(rows));
        }
        if let Some(entry) = component.property(&Property::Organizer)
            && let Some(email) = address(entry).filter(|email| email != ANA)
        {
            let mut organizer = Map::new();
            organizer.insert("email".into(), json!(email));
            if let Some(name) = name(entry) {
                organizer.insert("displayName".into(), json!(name));
            }
            fields.insert("creator".into(), json!({ "email": email }));
            fields.insert("organizer".into(), Value::Object(organizer));
        }
    }

    fn reminders(&self, component: &ICalendarComponent) -> Vec<Value> {
        component
            .component_ids
            .iter()
            .filter_map(|id| self.file.component_by_id(*id))
            .filter(|alarm| alarm.component_type == Kind::VAlarm)
            .filter_map(|alarm| {
                let Some(ICalendarValue::Duration(trigger)) =
                    alarm.property(&Property::Trigger).and_then(|entry| entry.values.first())
                else {
                    return None;
                };
                let minutes = -trigger.as_seconds() * SECOND / MINUTE;
                let email =
                    text(alarm, &Property::Action).is_some_and(|action| action.eq_ignore_ascii_case("EMAIL"));
                (0..=FARTHEST_REMINDER)
                    .contains(&minutes)
                    .then(|| json!({ "method": if email { "email" } else { "popup" }, "minutes": minutes }))
            })
            .take(MOST_REMINDERS)
            .collect()
    }
}

fn text(component: &ICalendarComponent, property: &Property) -> Option<String> {
    component.property(property)?.values.first()?.as_text().map(str::to_owned)
}
