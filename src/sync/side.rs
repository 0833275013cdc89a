//! The two sides of a link.

use serde::Serialize;

/// A side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The Google calendar.
    Google,
    /// The CRM.
    Crm,
}
