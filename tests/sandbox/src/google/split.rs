//! "This and following": a person cuts a series in two, so that there are two masters (reference, section 9.7;
//! Google Calendar API, guides/recurringevents).

use serde_json::{Map, Value, json};

use super::event::{self, Event};
use super::series::{self, Series};
use super::times::{Origin, When};
use super::{Call, Google, validate, write};
use crate::time::{self, SECOND};

impl Google {
    /// Cuts a series before one of its occurrences; the rest becomes a series of its own with `changes`. Gives the id
    /// of the new series. Exceptions of the rest are reset.
    pub(crate) fn split(
        &mut self,
        calendar: &str,
        occurrence: &str,
        changes: &Map<String, Value>,
        call: &Call<'_>,
    ) -> Result<String, String> {
        let index = self.index(call.user, calendar).ok_or("there is no such calendar")?;
        let Google { calendars, ids, .. } = self;
        let calendar = calendars.get_mut(index).ok_or("there is no such calendar")?;
        let (master, suffix) = occurrence.rsplit_once('_').ok_or("this is no occurrence of a series")?;
        let old = calendar.get(master).filter(|event| !event.cancelled && event.is_own()).cloned();
        let old = old.ok_or("there is no such series of their own")?;
        let rules = old.series.clone().ok_or("this is no series")?;
        let (start, end) = rules.occurrence(suffix).ok_or("the series has no such occurrence")?;
        if rules.starts().next() == Some(start) {
            return Err("the first occurrence and what follows is the whole series".into());
        }
        let (before, after) = cut_lines(&old, &rules, start);
        let mut kept = old.body.as_object().cloned().unwrap_or_default();
        kept.insert("recurrence".into(), json!(before));
        kept.insert("sequence".into(), json!(old.sequence() + 1));
        let mut rest = old.body.as_object().cloned().unwrap_or_default();
        let first = master.split("_R").next().unwrap_or(master);
        let id = format!("{first}_R{}", suffix.trim_end_matches('Z'));
        rest.insert("recurrence".into(), json!(after));
        rest.insert("start".into(), start.to_json(calendar.zone));
        rest.insert("end".into(), end.to_json(calendar.zone));
        rest.insert("sequence".into(), json!(0));
        rest.insert("iCalUID".into(), json!(format!("{id}@google.com")));
        rest.insert("htmlLink".into(), json!(event::link(&id)));
        for (name, value) in changes {
            write::merge(&mut rest, name, value);
        }
        for (id, fields) in [(master, kept), (id.as_str(), rest)] {
            let content = validate::content(fields, calendar, call.switches, Origin::Person)
                .map_err(|error| error.to_string())?;
            let tick = ids.tick(call.now_ms);
            calendar.put(id, content, tick, tick.now_ms, true);
        }
        write::drop_orphans(calendar, master, ids, call.now_ms);
        let halves: Vec<Event> =
            [master, id.as_str()].iter().filter_map(|id| calendar.get(id).cloned()).collect();
        for half in &halves {
            self.spread(index, half, &|_| true, call);
        }
        Ok(id)
    }
}

/// The lines of `recurrence[]` up to an occurrence, and those from it on.
fn cut_lines(event: &Event, rules: &Series, at: When) -> (Vec<String>, Vec<String>) {
    let lines = event.field("recurrence").and_then(Value::as_array).into_iter().flatten();
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for line in lines.filter_map(Value::as_str) {
        let (head, values) = line.split_once(':').unwrap_or((line, ""));
        let (name, parameters) = head.split_once(';').unwrap_or((head, ""));
        match name {
            "RRULE" => {
                let (cut, rest) = cut_rule(values, line, rules, at);
                before.push(format!("RRULE:{cut}"));
                after.push(format!("RRULE:{rest}"));
            }
            "RDATE" => {
                let first = rules.first();
                let lies_before = |value: &&str| {
                    series::instant(value, parameters, first).is_some_and(|ms| ms < at.ms_in(chrono_tz::UTC))
                };
                let (early, late): (Vec<&str>, Vec<&str>) = values.split(',').partition(lies_before);
                for (part, lines) in [(early, &mut before), (late, &mut after)] {
                    if !part.is_empty() {
                        lines.push(format!("{head}:{}", part.join(",")));
                    }
                }
            }
            // What is taken out of one half does no harm in the other.
            _ => {
                before.push(line.to_owned());
                after.push(line.to_owned());
            }
        }
    }
    (before, after)
}

/// A rule that ends before an occurrence, and one that goes on with what is left of its count.
fn cut_rule(rule: &str, line: &str, rules: &Series, at: When) -> (String, String) {
    let done = Series::parse(&[line], rules.first(), rules.last())
        .map(|alone| alone.starts().take_while(|start| *start != at).count())
        .unwrap_or(0);
    let until = match at {
        When::Date(date) => date.pred_opt().unwrap_or(date).format("%Y%m%d").to_string(),
        When::At { ms, .. } => time::print_basic_utc(ms - SECOND),
    };
    let (mut cut, mut rest) = (Vec::new(), Vec::new());
    for part in rule.split(';') {
        match part.split_once('=') {
            Some(("COUNT", count)) => {
                let left = count.parse::<usize>().unwrap_or(0).saturating_sub(done);
                rest.push(format!("COUNT={left}"));
            }
            Some(("UNTIL", _)) => rest.push(part.to_owned()),
            _ => {
                cut.push(part.to_owned());
                rest.push(part.to_owned());
            }
        }
    }
    cut.push(format!("UNTIL={until}"));
    (cut.join(";"), rest.join(";"))
}
