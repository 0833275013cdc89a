//! The engine: the story of a cycle as one straight `async fn`, and the machine that runs it step by step without
//! performing anything itself.

mod adopt;
pub(crate) mod command;
mod gather;
pub(crate) mod io;
mod lease;
pub(crate) mod machine;
mod read;
mod read_crm;
mod run;
mod setup;
mod undo;
mod verify;
mod write;
