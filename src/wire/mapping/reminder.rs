//! F3: `Remind_At`, `reminders`. Only the first popup of the effective reminders takes part; e-mail reminders and what
//! follows it stay Google's own.

use super::{GoogleWriting, Read, Writing, time};
use crate::json::Json;
use crate::model::event::Event;
use crate::model::time::instant;
use crate::wire::google::{self, effective_reminders};
use crate::wire::google_event::Context;
use crate::wire::zoho::{self, Entry, Reminder};
use crate::wire::zoho_event::CrmContext;
use std::borrow::Cow;

/// The most that Google takes: four weeks (Google Calendar API, Events resource).
const MAX_MINUTES: u32 = 40_320;
/// Reminders of one event at most (same source).
const MAX_OVERRIDES: usize = 5;

const NOT_UNDERSTOOD: &str = "its reminder cannot be understood";

pub(super) fn from_google(source: &google::Event<'_>, context: &Context<'_>, event: &mut Event) -> Read {
    let effective = match &source.reminders {
        Some(reminders) if reminders.use_default => context.default_reminders,
        Some(reminders) => &reminders.overrides,
        None => &[],
    };
    event.reminder = effective.iter().find(|reminder| reminder.is_popup()).map(|reminder| reminder.minutes);
    Ok(())
}

pub(super) fn to_google<'a>(
    event: &'a Event,
    writing: &GoogleWriting<'a>,
    write: &mut google::EventWrite<'a>,
) {
    let wanted = event.reminder.map(|minutes| google::Reminder::popup(minutes.min(MAX_MINUTES)));
    if writing.creating {
        return write.set_reminders(wanted.as_slice());
    }
    let Some(current) = writing.current else { return };
    let mut reminders = effective_reminders(current, writing.default_reminders);
    let first = reminders.iter().position(google::Reminder::is_popup);
    match (first, wanted) {
        (None, None) => return,
        (Some(at), None) => drop(reminders.remove(at)),
        (Some(at), Some(wanted)) => {
            if reminders.get(at).is_some_and(|known| known.minutes == wanted.minutes) {
                return;
            }
            reminders.retain(|known| !(known.is_popup() && known.minutes == wanted.minutes));
            if let Some(known) = reminders.get_mut(at) {
                *known = wanted;
            }
        }
        // A full list of other reminders has no room, and none of them is Accord's to remove.
        (None, Some(_)) if reminders.len() >= MAX_OVERRIDES => return,
        (None, Some(wanted)) => reminders.push(wanted),
    }
    write.set_reminders(&reminders);
}

/// v8 sends a list of `{unit, period}`, v2 the time of the reminder (Zoho CRM API v8, create records; v2, events
/// response).
pub(super) fn from_crm(source: &Json<'_>, _: &CrmContext<'_>, event: &mut Event) -> Read {
    let minutes = match source.get("Remind_At") {
        Json::Null => None,
        Json::List(reminders) => match reminders.first() {
            None => None,
            Some(first) => Some(before(first).ok_or(NOT_UNDERSTOOD)?),
        },
        Json::Text(at) if at.is_empty() => None,
        Json::Text(at) => Some(until_start(source, at).ok_or(NOT_UNDERSTOOD)?),
        single => Some(before(single).ok_or(NOT_UNDERSTOOD)?),
    };
    event.reminder = minutes.map(|minutes| minutes.min(MAX_MINUTES));
    Ok(())
}

fn before(reminder: &Json<'_>) -> Option<u32> {
    let unit = u32::try_from(reminder.get("unit").number()?).ok()?;
    let minutes = match reminder.get("period").str()? {
        "minutes" => 1,
        "hours" => 60,
        "days" => 1_440,
        "weeks" => 10_080,
        _ => return None,
    };
    Some(unit.saturating_mul(minutes))
}

/// A reminder after the start counts as one at the start.
fn until_start(source: &Json<'_>, at: &str) -> Option<u32> {
    let minutes = (instant(source.get("Start_DateTime").str()?)? - instant(at)?).num_minutes();
    Some(u32::try_from(minutes.max(0)).unwrap_or(MAX_MINUTES))
}

pub(super) fn to_crm<'a>(event: &'a Event, writing: &Writing<'_>, write: &mut zoho::EventWrite<'a>) {
    match event.reminder {
        Some(minutes) if writing.reminder_times => {
            let at = time::before_start(event, minutes, writing).map(|at| Entry::Text(Cow::Owned(at)));
            write.set("Remind_At", at.unwrap_or(Entry::Null));
        }
        Some(minutes) => write.set("Remind_At", Entry::Reminder(Reminder::before(minutes))),
        None if writing.creating => {}
        None => write.set("Remind_At", Entry::Null),
    }
}
