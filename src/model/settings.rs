//! What the user chose (C1 to C11), read field by field so that an error names the field and what it takes.

use super::list::Listed;
use crate::error::{Error, ErrorKind, Result};
use crate::json::Json;
use serde::Serialize;
use std::borrow::Cow;

/// The settings of one sync, complete: what was left out has its default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// C1: the id of a calendar that the user can read and write.
    pub calendar: String,
    /// C2: which way changes go.
    pub direction: Direction,
    /// C3: whether guests of Google events become CRM contacts.
    pub guests: GuestPolicy,
    /// C4: who wins when the same field changed on both sides.
    pub conflict: ConflictPolicy,
    /// C5: whether a first sync pairs what already exists on both sides.
    pub first_match: FirstMatch,
    /// C6: whether a deletion on one side deletes on the other.
    pub deletions: DeletionPolicy,
    /// C7: whether the services may e-mail guests because of a write by Accord.
    pub notify_guests: bool,
    /// C8
    pub limits: Limits,
    /// C9: how often Google is polled, in minutes (1 to 60). The host keeps this clock.
    pub interval_minutes: u32,
    /// C10: what goes to the CRM of a Google event marked private.
    pub private_events: PrivatePolicy,
    /// C11: what happens to recurring events.
    pub recurring: RecurringPolicy,
}

/// C8: how much one cycle may write, and how far back a first sync looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Limits {
    /// Entries written by the first sync (1 to 50,000).
    pub first_sync: u32,
    /// Entries written by each later cycle (1 to 5,000).
    pub later_sync: u32,
    /// Calendar months that the first sync looks back (0 to 24).
    pub look_back_months: u32,
}

impl Limits {
    /// The documented limits of the feature that Accord reproduces (Zoho CRM help, "Synchronize Google Calendar").
    pub const DEFAULT: Self = Self { first_sync: 5_000, later_sync: 500, look_back_months: 3 };
}

macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
        #[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
        pub enum $name { $($(#[$variant_doc])* #[serde(rename = $text)] $variant,)* }

        impl Choice for $name {
            const NAMES: &'static [&'static str] = &[$($text),*];
            const ALL: &'static [Self] = &[$(Self::$variant),*];
        }
    };
}

trait Choice: Copy + 'static {
    /// The names of all values, the default first.
    const NAMES: &'static [&'static str];
    /// All values in the same order.
    const ALL: &'static [Self];
}

choice! {
    /// C2: which way changes go.
    Direction {
        /// Both ways.
        TwoWay = "two-way",
        /// Only from the CRM to Google.
        CrmToGoogle = "crm-to-google",
        /// Only from Google to the CRM.
        GoogleToCrm = "google-to-crm",
    }
}
choice! {
    /// C3: whether guests of Google events become CRM contacts.
    GuestPolicy {
        /// They stay plain e-mail invitees.
        DoNotAdd = "do-not-add",
        /// Those found nowhere are created.
        AddAsContacts = "add-as-contacts",
    }
}
choice! {
    /// C4: who wins when the same field changed on both sides.
    ConflictPolicy {
        /// The later change.
        Newest = "newest",
        /// Google.
        Google = "google",
        /// The CRM.
        Crm = "crm",
    }
}
choice! {
    /// C5: whether a first sync pairs what already exists on both sides.
    FirstMatch {
        /// Same title and time: the same event.
        Match = "match",
        /// Everything is created, duplicates included.
        ImportAll = "import-all",
    }
}
choice! {
    /// C6: whether a deletion on one side deletes on the other.
    DeletionPolicy {
        /// It does.
        Propagate = "propagate",
        /// The other side keeps its event.
        Keep = "keep",
    }
}
choice! {
    /// C10: what goes to the CRM of a Google event marked private.
    PrivatePolicy {
        /// Only the time, titled "Busy".
        Busy = "busy",
        /// Everything.
        Include = "include",
        /// Nothing.
        Skip = "skip",
    }
}
choice! {
    /// C11: what happens to recurring events.
    RecurringPolicy {
        /// They are skipped and counted.
        Skip = "skip",
        /// Each instance becomes an event of its own.
        Instances = "instances",
        /// The series is kept as a series: refused, for the CRM has no dependable way to change one meeting of it.
        Series = "series",
    }
}

impl Settings {
    /// Reads settings as a host gives them: JSON text.
    ///
    /// # Errors
    /// `invalid-settings`, naming the field and what it takes; `unsupported` values are named too.
    ///
    /// ```
    /// use accord_sync::Settings;
    /// let error = Settings::parse(r#"{"calendar":"a","direction":"up"}"#).unwrap_err();
    /// assert!(error.message().contains("direction"));
    /// ```
    pub fn parse(text: &str) -> Result<Self> {
        Self::from_json(&Json::parse(text.as_bytes()).unwrap_or(Json::Null))
    }

    pub(crate) fn from_json(given: &Json<'_>) -> Result<Self> {
        let Json::Object(fields) = given else {
            return Err(invalid("settings", "must be an object"));
        };
        let known = [
            "calendar",
            "direction",
            "guests",
            "conflict",
            "firstMatch",
            "deletions",
            "notifyGuests",
            "limits",
            "intervalMinutes",
            "privateEvents",
            "recurring",
        ];
        refuse_unknown(fields, &known, "")?;
        let settings = Self {
            calendar: calendar(given)?,
            direction: choice(given, "direction")?,
            guests: choice(given, "guests")?,
            conflict: choice(given, "conflict")?,
            first_match: choice(given, "firstMatch")?,
            deletions: choice(given, "deletions")?,
            notify_guests: flag(given, "notifyGuests")?,
            limits: limits(given)?,
            interval_minutes: number(given, "intervalMinutes", "intervalMinutes", 5, 1, 60)?,
            private_events: choice(given, "privateEvents")?,
            recurring: choice(given, "recurring")?,
        };
        settings.refuse_unsupported()?;
        Ok(settings)
    }

    fn refuse_unsupported(&self) -> Result<()> {
        // Zoho shows an RRULE or two, but neither says which ones it takes nor what a change of one meeting of a series does
        // to the others (Zoho CRM API v8, Recurring_Activity; Kaizen #8).
        if self.recurring == RecurringPolicy::Series {
            return Err(invalid(
                "recurring",
                "cannot be \"series\": the CRM has no dependable way to change one meeting of a series. Choose \"instances\" or \"skip\"",
            ));
        }
        Ok(())
    }
}

fn calendar(given: &Json<'_>) -> Result<String> {
    match given.get("calendar").str() {
        Some(id) if !id.trim().is_empty() && id.len() <= 1024 => Ok(id.to_owned()),
        _ => Err(invalid("calendar", "must be the id of a calendar, as calendars() lists it")),
    }
}

fn choice<T: Choice>(given: &Json<'_>, field: &str) -> Result<T> {
    let chosen = T::ALL.get(chosen(given, field, T::NAMES)?).copied();
    chosen.ok_or_else(|| Error::internal("a choice has more names than values"))
}

/// The index of the chosen name.
fn chosen(given: &Json<'_>, field: &str, names: &[&str]) -> Result<usize> {
    let found = match given.get(field) {
        Json::Null => Some(0),
        Json::Text(text) => names.iter().position(|name| name == text),
        _ => None,
    };
    found.ok_or_else(|| {
        let names: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).listed();
        invalid(field, &format!("must be one of {}", names.join(", ")))
    })
}

fn flag(given: &Json<'_>, field: &str) -> Result<bool> {
    match given.get(field) {
        Json::Null => Ok(false),
        Json::Flag(on) => Ok(*on),
        _ => Err(invalid(field, "must be true or false")),
    }
}

fn limits(given: &Json<'_>) -> Result<Limits> {
    let default = Limits::DEFAULT;
    let limits = given.get("limits");
    let fields = match limits {
        Json::Null => return Ok(default),
        Json::Object(fields) => fields,
        _ => return Err(invalid("limits", "must be an object")),
    };
    refuse_unknown(fields, &["firstSync", "laterSync", "lookBackMonths"], "limits.")?;
    Ok(Limits {
        first_sync: number(limits, "firstSync", "limits.firstSync", default.first_sync, 1, 50_000)?,
        later_sync: number(limits, "laterSync", "limits.laterSync", default.later_sync, 1, 5_000)?,
        look_back_months: number(
            limits,
            "lookBackMonths",
            "limits.lookBackMonths",
            default.look_back_months,
            0,
            24,
        )?,
    })
}

fn number(given: &Json<'_>, key: &str, field: &str, default: u32, min: u32, max: u32) -> Result<u32> {
    let value = given.get(key);
    if value.is_null() {
        return Ok(default);
    }
    // A number that went through JavaScript may arrive as 5.0.
    let whole = value.float().filter(|n| n.fract() == 0.0 && (f64::from(min)..=f64::from(max)).contains(n));
    whole
        .map(|n| n as u32)
        .ok_or_else(|| invalid(field, &format!("must be a whole number from {min} to {max}")))
}

fn refuse_unknown(given: &[(Cow<'_, str>, Json<'_>)], known: &[&str], prefix: &str) -> Result<()> {
    match given.iter().find(|(key, _)| !known.contains(&&**key)) {
        None => Ok(()),
        Some((key, _)) => {
            let key: String = key.chars().take(40).collect();
            Err(invalid(
                &format!("{prefix}{key}"),
                &format!("is not a setting; there are {}", known.join(", ")),
            ))
        }
    }
}

fn invalid(field: &str, what: &str) -> Error {
    Error::new(ErrorKind::InvalidSettings, format!("The setting {field} {what}."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn given(field: &str, value: Value) -> String {
        let mut settings = json!({ "calendar": "ana@example.com", "direction": "google-to-crm" });
        settings[field] = value;
        settings.to_string()
    }

    #[test]
    fn what_is_left_out_has_its_default() {
        let settings = Settings::parse(&given("calendar", json!("ana@example.com"))).unwrap();
        assert_eq!(settings.limits, Limits::DEFAULT);
        assert_eq!(settings.interval_minutes, 5);
        assert_eq!(settings.private_events, PrivatePolicy::Busy);
        assert_eq!(settings.deletions, DeletionPolicy::Propagate);
        assert!(!settings.notify_guests);
    }

    /// What is stored is what `serde` writes: it reads back as the same settings.
    #[test]
    fn settings_survive_being_stored() {
        for (field, value) in [("limits", json!({ "laterSync": 7 })), ("recurring", json!("instances"))] {
            let settings = Settings::parse(&given(field, value)).unwrap();
            assert_eq!(Settings::parse(&serde_json::to_string(&settings).unwrap()).unwrap(), settings);
            assert_ne!(settings, Settings::parse(&given("direction", json!("google-to-crm"))).unwrap());
        }
    }

    /// Section 11: each field has a clear error that names it.
    #[test]
    fn each_wrong_field_is_named() {
        let table = [
            ("calendar", json!(7)),
            ("calendar", json!("")),
            ("direction", json!("up")),
            ("guests", json!("add")),
            ("guests", json!(true)),
            ("conflict", json!("mine")),
            ("firstMatch", json!(1)),
            ("deletions", json!("maybe")),
            ("notifyGuests", json!("yes")),
            ("limits", json!(5000)),
            ("intervalMinutes", json!(0)),
            ("intervalMinutes", json!(61)),
            ("intervalMinutes", json!(2.5)),
            ("privateEvents", json!("hide")),
            ("recurring", json!("series")),
            ("colour", json!("red")),
        ];
        for (field, value) in table {
            let error = Settings::parse(&given(field, value.clone())).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidSettings);
            assert!(error.message().contains(field), "{field} {value}: {error}");
        }
        let series = Settings::parse(&given("recurring", json!("series"))).unwrap_err();
        assert!(series.message().contains("Choose \"instances\" or \"skip\"."), "{series}");
        for (field, value) in [
            ("firstSync", json!(0)),
            ("laterSync", json!(9_999)),
            ("lookBackMonths", json!(-1)),
            ("x", json!(1)),
        ] {
            let error = Settings::parse(&given("limits", json!({ field: value }))).unwrap_err();
            assert!(error.message().contains(&format!("limits.{field}")), "{error}");
        }
        assert!(Settings::parse("[]").is_err());
    }
}
