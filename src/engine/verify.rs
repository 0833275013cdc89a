//! Reads linked events on both sides, and says where they differ. Writes nothing.

use super::command::RunOptions;
use super::gather::{Gathered, Gatherer};
use super::io::{Io, Phase};
use super::run::{open, refuse_too_early};
use super::write::Stale;
use crate::error::Result;
use crate::model::ids::GoogleId;
use crate::sync::observe::{Admission, drift};
use crate::sync::report::Verification;
use crate::sync::state::{Link, decode, key};

/// Compares so many linked pairs, chosen by chance; the seed of the machine makes it repeatable.
pub(crate) async fn verify(io: &Io, sample: u32, batch: bool) -> Result<Verification> {
    // What is learnt on the way is not stored.
    io.pretend();
    let mut book = open(io).await?;
    let activation = book.active()?.clone();
    refuse_too_early(&book, io.now_ms())?;
    let connection = activation.connection();
    let admission = Admission::new(&activation.settings, io.now_ms());
    io.phase(Phase::Reading);
    let mut links = Vec::new();
    for (name, text) in io.list(key::LINKS).await? {
        let id = GoogleId::new(name.strip_prefix(key::LINKS).unwrap_or_default());
        // A deletion that is kept is a difference that somebody chose.
        let link = decode::<Link>(&text).filter(|link| link.connection == connection && !link.kept);
        if let Some(link) = link.filter(|_| !admission.leaves(&id)) {
            links.push((id, link));
        }
    }
    let mut chosen = Vec::new();
    while chosen.len() < sample as usize && !links.is_empty() {
        let (id, link) = links.swap_remove(io.random() as usize % links.len());
        chosen.push(Stale { id, crm: Some(link.crm.clone()), link: Some(link) });
    }
    let options = RunOptions::asked(batch);
    let gatherer =
        Gatherer { io, options: &options, activation: &activation, admission: &admission, max: usize::MAX };
    let default_reminders = gatherer.reminders(&mut book).await?;
    let Gathered { mut cases, .. } = gatherer.again(chosen, default_reminders, &book, true).await?;
    io.phase(Phase::Comparing);
    let mut verification = Verification::default();
    for (id, case) in cases.iter_mut() {
        case.judge(id, &admission);
        if case.google.is_none() || case.crm.is_none() {
            // Nothing definite was answered about one of the sides.
            continue;
        }
        verification.checked += 1;
        verification.drifts.extend(drift(id, case));
    }
    verification.unanswered = u32::try_from(cases.len()).unwrap_or(u32::MAX) - verification.checked;
    io.phase(Phase::Done);
    Ok(verification)
}
