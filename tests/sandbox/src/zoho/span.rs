//! When a meeting takes place, as written and as answered. All-day meetings are encoded by two switches, because
//! nobody knows how the real service does it (reference, section 6.1).

use chrono::{Days, NaiveTime, TimeDelta};
use chrono_tz::Tz;

use super::modules::Span;
use crate::switches::{AlldayEnd, AlldayOffset, AnswerOffset, Switches};
use crate::time::{self, Offseted};

/// The span that a record gets when these instants are written.
pub(crate) fn written(start: Offseted, end: Offseted, all_day: bool, zone: Tz, switches: &Switches) -> Span {
    if !all_day {
        return Span::Timed { start, end };
    }
    let date = |at: Offseted| match switches.allday_offset {
        AlldayOffset::Zero => time::shifted(at.ms, 0).date(),
        AlldayOffset::UserZone => time::ms_to_local(zone, at.ms).date(),
    };
    Span::AllDay { start: date(start), end: date(end) }
}

/// Both ends as instants with the offsets at which they are printed.
pub(crate) fn ends(span: &Span, zone: Tz, switches: &Switches) -> (Offseted, Offseted) {
    match span {
        Span::Timed { start, end } => {
            let seen = |at: &Offseted| match switches.answer_offset {
                AnswerOffset::UserZone => Offseted { ms: at.ms, offset: time::offset_at(zone, at.ms) },
                AnswerOffset::AsWritten => *at,
            };
            (seen(start), seen(end))
        }
        Span::AllDay { start, end } => {
            let last_second = TimeDelta::seconds(match switches.allday_end {
                AlldayEnd::Inclusive235959 => 86_399,
                AlldayEnd::Inclusive2359 => 86_340,
                AlldayEnd::MidnightSame | AlldayEnd::MidnightNext => 0,
            });
            // Where the end is the midnight after the last day, one written day must not become none.
            let end = match switches.allday_end {
                AlldayEnd::MidnightNext if end <= start => *start + Days::new(1),
                _ => *end,
            };
            let at = |local: chrono::NaiveDateTime| match switches.allday_offset {
                AlldayOffset::Zero => Offseted { ms: local.and_utc().timestamp_millis(), offset: 0 },
                AlldayOffset::UserZone => {
                    let ms = time::local_to_ms(zone, local);
                    Offseted { ms, offset: time::offset_at(zone, ms) }
                }
            };
            (at(start.and_time(NaiveTime::MIN)), at(end.and_time(NaiveTime::MIN) + last_second))
        }
    }
}

pub(crate) fn print(at: Offseted) -> String {
    time::print(at.ms, at.offset, false)
}
