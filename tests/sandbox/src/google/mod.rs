//! Google Calendar API v3: two people with a calendar each, one calendar that they share, one that everyone may read.

mod access;
mod attendees;
mod batch;
pub(crate) mod calendar;
mod calendar_list;
mod copies;
mod create;
pub(crate) mod error;
pub(crate) mod event;
mod event_types;
mod features;
mod fields;
mod freebusy;
mod instances;
mod lag;
mod list;
mod listing;
mod methods;
mod oauth;
mod params;
mod people;
mod permit;
mod quota;
mod relocate;
mod route;
mod scopes;
pub(crate) mod series;
mod settings;
mod shapes;
mod split;
pub(crate) mod text;
pub(crate) mod times;
mod token;
mod validate;
mod view;
mod world;
mod write;

use fastrand::Rng;
use serde_json::{Map, Value, json};

pub(crate) use access::{Access, Role};
pub(crate) use calendar::Calendar;
use error::ApiError;
pub(crate) use methods::kind_of;
use people::Person;
pub use quota::GoogleQuotas;

use crate::http::{GOOGLE_TOKEN, GOOGLE_TOKEN_BEN};
use crate::mail::Mail;
use crate::switches::Switches;
use crate::time::SECOND;
use crate::tokens::{self, Tokens};

/// The account's address and the id of its primary calendar.
pub(crate) const ANA: &str = "ana@example.com";
/// The address of a colleague with an account of his own.
pub(crate) const BEN: &str = "ben@example.com";
/// The calendar that Ana and Ben may both write; it is Ben's.
pub(crate) const TEAM: &str = "c_7f3k2m9team@group.calendar.google.com";
/// A public calendar that both may only read.
pub(crate) const HOLIDAYS: &str = "en.french#holiday@group.v.calendar.google.com";

/// The state of the Google side.
#[derive(Clone, Debug)]
pub(crate) struct Google {
    pub(crate) calendars: Vec<Calendar>,
    pub(crate) people: Vec<Person>,
    pub(crate) ids: Ids,
    /// The scopes of a token that has none of its own, as full addresses.
    pub(crate) scopes: std::collections::BTreeSet<String>,
    pub(crate) tokens: Tokens,
    pub(crate) meter: quota::Meter,
}

/// Where new ids and etags come from: seeded, so that equal runs give equal ids.
#[derive(Clone, Debug)]
pub(crate) struct Ids {
    rng: Rng,
    last_micros: i64,
}

/// The instant of a change: microseconds for the etag, unique and strictly growing, and the clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tick {
    pub(crate) micros: i64,
    pub(crate) now_ms: i64,
}

/// What one call may look at besides the calendars.
pub(crate) struct Call<'a> {
    pub(crate) now_ms: i64,
    /// Who calls.
    pub(crate) user: &'a str,
    pub(crate) method: &'static methods::Method,
    pub(crate) reach: scopes::Reach,
    pub(crate) in_batch: bool,
    /// What the answer is to show of its body; everything when there is none.
    pub(crate) mask: Option<fields::Mask>,
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

    pub(crate) fn tick(&mut self, now_ms: i64) -> Tick {
        self.last_micros = now_ms.saturating_mul(1_000).max(self.last_micros + 1);
        Tick { micros: self.last_micros, now_ms }
    }
}

impl Google {
    pub(crate) fn new(seed: u64) -> Google {
        let paris = chrono_tz::Europe::Paris;
        let mut owner = Access::new(Role::Owner);
        owner.default_reminders = vec![json!({ "method": "popup", "minutes": 10 })];
        let primary = Calendar::new(ANA, ANA, paris, ANA).shared_with(ANA, owner.clone());
        let team = Calendar::new(TEAM, "Sales team", paris, BEN)
            .shared_with(ANA, Access::new(Role::Writer))
            .shared_with(BEN, Access::new(Role::Owner));
        let mut holidays = Calendar::new(HOLIDAYS, "Holidays in France", paris, HOLIDAYS)
            .shared_with(ANA, Access::new(Role::Reader))
            .shared_with(BEN, Access::new(Role::Reader));
        (holidays.primary, holidays.public) = (false, true);
        let ben = Calendar::new(BEN, BEN, paris, BEN).shared_with(BEN, owner);
        let mut tokens = Tokens::new(tokens::GOOGLE, seed, ANA);
        tokens.lasting(GOOGLE_TOKEN, "sandbox-google-refresh", ANA);
        tokens.lasting(GOOGLE_TOKEN_BEN, "sandbox-google-refresh-ben", BEN);
        Google {
            calendars: vec![primary, team, holidays, ben],
            people: vec![Person::new(ANA), Person::new(BEN)],
            ids: Ids::new(seed),
            scopes: scopes::least(),
            tokens,
            meter: quota::Meter::default(),
        }
    }

    /// Whose token this is, and its scopes. An expired token is like an unknown one.
    fn bearer(&self, token: &str, now_ms: i64) -> Option<(&str, &std::collections::BTreeSet<String>)> {
        let access = self.tokens.bearer(token, now_ms).ok()?;
        let person = self.people.iter().find(|person| person.email == access.person)?;
        Some((&person.email, access.scopes.as_ref().unwrap_or(&self.scopes)))
    }

    /// `primary` is another name of the person's own calendar; a calendar without access does not exist.
    fn index(&self, user: &str, id: &str) -> Option<usize> {
        let id = if id == "primary" { user } else { id };
        self.calendars.iter().position(|calendar| calendar.id == id && calendar.access.contains_key(user))
    }

    /// One of Ana's calendars.
    pub(crate) fn calendar(&self, id: &str) -> Option<&Calendar> {
        self.index(ANA, id).and_then(|index| self.calendars.get(index))
    }

    /// Changes so far, over all calendars.
    pub(crate) fn writes(&self) -> u64 {
        self.calendars.iter().map(Calendar::sequence).sum()
    }

    /// From here on every token issued so far answers 410.
    pub(crate) fn expire_tokens(&mut self) {
        for access in self.calendars.iter_mut().flat_map(|calendar| calendar.access.values_mut()) {
            access.epoch += 1;
        }
        for person in &mut self.people {
            person.list_epoch += 1;
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
        let Some(index) = self.index(ANA, calendar).or_else(|| self.index(BEN, calendar)) else {
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
        let tick = ids.tick(updated_ms);
        calendar.put(&id, content, tick, updated_ms, true);
        Ok(id)
    }

    pub(crate) fn cancel_seeded(&mut self, calendar: &str, id: &str, now_ms: i64) {
        let tick = self.ids.tick(now_ms);
        if let Some(calendar) = self.index(ANA, calendar).and_then(|index| self.calendars.get_mut(index)) {
            calendar.cancel(id, tick);
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
