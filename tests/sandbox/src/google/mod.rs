//! Google Calendar API v3: one account with three calendars.

mod batch;
mod calendar;
mod conference;
pub(crate) mod error;
pub(crate) mod event;
mod fields;
mod list;
mod params;
mod route;
mod scopes;
pub(crate) mod series;
pub(crate) mod text;
pub(crate) mod times;
mod token;
mod validate;
mod write;

use fastrand::Rng;
use serde_json::{Map, Value, json};

pub(crate) use calendar::{Calendar, Role};
use error::ApiError;
pub(crate) use route::kind_of;

use crate::http::{Query, Service};
use crate::mail::{Mail, MailKind};
use crate::switches::Switches;
use crate::time::SECOND;

/// The account's address and the id of its primary calendar.
pub(crate) const ANA: &str = "ana@example.com";
/// The second calendar that Ana may write.
pub(crate) const TEAM: &str = "c_7f3k2m9team@group.calendar.google.com";
/// A calendar that Ana may only read.
pub(crate) const HOLIDAYS: &str = "en.french#holiday@group.v.calendar.google.com";

/// The state of the Google side.
#[derive(Clone, Debug)]
pub(crate) struct Google {
    pub(crate) calendars: Vec<Calendar>,
    pub(crate) ids: Ids,
    /// The scopes of the accepted token, as full addresses.
    pub(crate) scopes: std::collections::BTreeSet<String>,
}

/// Where new ids and etags come from: seeded, so that equal runs give equal ids.
#[derive(Clone, Debug)]
pub(crate) struct Ids {
    rng: Rng,
    last_micros: i64,
}

/// What one call may look at besides the calendars.
pub(crate) struct Call<'a> {
    pub(crate) now_ms: i64,
    pub(crate) user: &'a str,
    pub(crate) switches: &'a Switches,
    pub(crate) mails: &'a mut Vec<Mail>,
}

impl Ids {
    pub(crate) fn new(seed: u64) -> Ids {
        Ids { rng: Rng::with_seed(seed ^ 0x600_613), last_micros: 0 }
    }

    /// A new event id: 26 characters of base32hex.
    pub(crate) fn event(&mut self) -> String {
        (0..26).map(|_| char::from_digit(self.rng.u32(0..32), 32).unwrap_or('0')).collect()
    }

    pub(crate) fn meet_code(&mut self) -> String {
        let mut letters = |count: usize| -> String { (0..count).map(|_| self.rng.lowercase()).collect() };
        format!("{}-{}-{}", letters(3), letters(4), letters(3))
    }

    /// Microseconds for an etag, unique and strictly growing, and the milliseconds for `updated`.
    pub(crate) fn tick(&mut self, now_ms: i64) -> (i64, i64) {
        self.last_micros = now_ms.saturating_mul(1_000).max(self.last_micros + 1);
        (self.last_micros, now_ms)
    }
}

impl Call<'_> {
    /// Records who would be mailed about `body`. Without `sendUpdates` the service behaves like `none`.
    fn mail(&mut self, kind: MailKind, send_updates: Option<&str>, body: &Value, calendar: &str) {
        let everyone = match send_updates {
            Some("all") => true,
            Some("externalOnly") => false,
            _ => return,
        };
        let domain = |email: &str| email.rsplit('@').next().unwrap_or_default().to_owned();
        let home = domain(self.user);
        for row in body.get("attendees").and_then(Value::as_array).into_iter().flatten() {
            let Some(email) = row.get("email").and_then(Value::as_str) else { continue };
            let excluded = email == self.user || email == calendar || row.get("resource").is_some();
            if !excluded && (everyone || domain(email) != home) {
                self.mails.push(Mail {
                    service: Service::Google,
                    kind,
                    to: email.to_owned(),
                    id: body.get("id").and_then(Value::as_str).unwrap_or_default().to_owned(),
                    at_ms: self.now_ms,
                });
            }
        }
    }
}

impl Google {
    pub(crate) fn new(seed: u64) -> Google {
        let paris = chrono_tz::Europe::Paris;
        let mut primary = Calendar::new(ANA, ANA, paris, Role::Owner);
        primary.primary = true;
        primary.default_reminders = vec![json!({ "method": "popup", "minutes": 10 })];
        let team = Calendar::new(TEAM, "Sales team", paris, Role::Writer);
        let holidays = Calendar::new(HOLIDAYS, "Holidays in France", paris, Role::Reader);
        Google { calendars: vec![primary, team, holidays], ids: Ids::new(seed), scopes: scopes::least() }
    }

    /// `primary` is another name of the account's own calendar.
    fn index(&self, id: &str) -> Option<usize> {
        self.calendars.iter().position(|calendar| calendar.id == id || id == "primary" && calendar.primary)
    }

    pub(crate) fn calendar(&self, id: &str) -> Option<&Calendar> {
        self.index(id).and_then(|index| self.calendars.get(index))
    }

    pub(crate) fn calendar_mut(&mut self, id: &str) -> Option<&mut Calendar> {
        self.index(id).and_then(|index| self.calendars.get_mut(index))
    }

    /// Changes so far, over all calendars.
    pub(crate) fn writes(&self) -> u64 {
        self.calendars.iter().map(Calendar::sequence).sum()
    }

    /// From here on every token issued so far answers 410.
    pub(crate) fn expire_tokens(&mut self) {
        for calendar in &mut self.calendars {
            calendar.epoch += 1;
        }
    }

    /// Stores an event as it is, for the corpus and for imports: only validation applies, not permission.
    pub(crate) fn seed(
        &mut self,
        calendar: &str,
        id: Option<&str>,
        mut fields: Map<String, Value>,
        updated_ms: i64,
        switches: &Switches,
    ) -> Result<String, String> {
        let Some(index) = self.index(calendar) else {
            return Err(format!("there is no calendar {calendar:?}"));
        };
        let Google { calendars, ids, .. } = self;
        let Some(calendar) = calendars.get_mut(index) else { return Err("no calendar".into()) };
        let id = id.map_or_else(|| ids.event(), str::to_owned);
        let created = updated_ms - updated_ms.rem_euclid(SECOND);
        let owner = json!({ "email": calendar.id, "self": true });
        for (name, value) in [
            ("status", json!("confirmed")),
            ("eventType", json!("default")),
            ("sequence", json!(0)),
            ("created", json!(crate::time::print_utc_ms(created))),
            ("iCalUID", json!(format!("{id}@google.com"))),
            ("htmlLink", json!(format!("https://www.google.com/calendar/event?eid={id}"))),
            ("creator", owner.clone()),
            ("organizer", owner),
        ] {
            fields.entry(name).or_insert(value);
        }
        let content = validate::content(fields, calendar, switches, times::Origin::Person)
            .map_err(|error| error.to_string())?;
        let (micros, _) = ids.tick(updated_ms);
        calendar.put(&id, content, micros, updated_ms, true);
        Ok(id)
    }

    pub(crate) fn cancel_seeded(&mut self, calendar: &str, id: &str, now_ms: i64) {
        let (micros, now) = self.ids.tick(now_ms);
        if let Some(calendar) = self.calendar_mut(calendar) {
            calendar.cancel(id, micros, now);
        }
    }
}

/// A body that must be a JSON object.
fn object(body: &[u8]) -> Result<Map<String, Value>, ApiError> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(map)) => Ok(map),
        _ => Err(ApiError::parse()),
    }
}

/// Checks `sendUpdates` before anything is written.
fn check_send_updates(query: &Query) -> Result<(), ApiError> {
    match query.get("sendUpdates") {
        None | Some("all" | "externalOnly" | "none") => Ok(()),
        Some(other) => Err(ApiError::parameter_value("sendUpdates", other)),
    }
}
