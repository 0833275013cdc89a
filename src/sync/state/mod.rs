//! What is stored: rows of text, each with a version and a checksum. A row that cannot be read means "look again",
//! never "everything is new".

mod activation;
mod cursor;
mod intents;
pub(crate) mod key;
mod link;
mod row;
mod seen;
mod waiting;

pub(crate) use activation::Activation;
pub(crate) use cursor::{State, Watermark};
pub(crate) use intents::{Intents, Open, Undo};
pub(crate) use link::Link;
pub(crate) use row::{Row, decode, encode};
pub(crate) use seen::{Draft, Reach, Seen, Shown};
pub(crate) use waiting::{Held, HeldAnswer, Parked, Waiting, WaitingText};
