//! Takes back what a cycle wrote, by the same lock, guards, writes and journal as any other cycle.

use super::command::RunOptions;
use super::gather::{Gathered, Gatherer};
use super::io::{Io, Phase};
use super::run::{begin, fail, finish, note_writes, refuse_too_early, take_in};
use super::write::{Stale, Writer};
use crate::error::{Error, ErrorKind, Result};
use crate::model::ids::{CrmId, GoogleId};
use crate::model::list::Listed;
use crate::model::settings::Direction;
use crate::sync::commit::{Book, operations, reports};
use crate::sync::journal::{Operation, Reason as Answer, folded, rule};
use crate::sync::observe::Admission;
use crate::sync::report::{Finished, Report};
use crate::sync::side::Side;
use crate::sync::state::{Link, Undo, decode, key};
use crate::sync::undo::{Asked, Reason, Undoing};

/// Takes back a cycle, or what a person named of it. Killed in between, the next cycle goes on with it.
pub(crate) async fn undo(
    io: &Io,
    book: &mut Book,
    options: &RunOptions,
    undo: Undo,
    again: bool,
) -> Result<Report> {
    let trigger = if undo.field.is_some() { "put-back" } else { "undo" };
    let mut report = begin(io, book, trigger, Some(undo.run)).await?;
    let outcome = take_back(io, book, options, &undo, again, &mut report).await;
    // Where a service takes no writes for a while, the next cycles go on. What failed was told, and is not tried again.
    if report.remaining == 0 || outcome.is_err() {
        book.intents.undo = None;
    }
    let outcome = match outcome {
        Ok(()) => finish(io, false, book, &mut report, (None, None), true).await,
        failed => failed,
    };
    match outcome {
        Ok(()) => Ok(report),
        Err(error) => Err(fail(io, book, report, error).await),
    }
}

/// The last cycle whose operations are kept, where a person named none.
///
/// # Errors
/// `misuse` when there is none.
pub(crate) fn last(book: &Book) -> Result<u32> {
    book.state.kept.last().map(|(run, ..)| *run).ok_or_else(unknown)
}

fn unknown() -> Error {
    Error::new(
        ErrorKind::Misuse,
        "Nothing is kept of that cycle, or of that event in it; read the history again.",
    )
}

async fn take_back(
    io: &Io,
    book: &mut Book,
    options: &RunOptions,
    undo: &Undo,
    again: bool,
    report: &mut Report,
) -> Result<()> {
    let activation = book.active()?.clone();
    refuse_too_early(book, io.now_ms())?;
    io.phase(Phase::Recovering);
    Writer::new(io, book, report, None).recover().await?;
    io.phase(Phase::Reading);
    let ops = operations_of(io, book, undo).await?;
    book.intents.undo = Some(undo.clone());
    io.save(book.take_patch()).await?;

    let admission = Admission::new(&activation.settings, io.now_ms());
    let gatherer = Gatherer { io, options, activation: &activation, admission: &admission, max: usize::MAX };
    let links =
        io.load(ops.iter().map(|op| key::link(&GoogleId::new(op.google_id.as_str()))).listed()).await?;
    let connection = activation.connection();
    let object = |op: &Operation| {
        let id = GoogleId::new(op.google_id.as_str());
        let link = links.get(key::link(&id)).and_then(|text| decode::<Link>(text));
        let link = link.filter(|link| link.connection == connection);
        Stale { id, link, crm: op.crm_id.as_deref().map(CrmId::new) }
    };
    let default_reminders = gatherer.reminders(book).await?;
    let Gathered { mut cases, .. } =
        gatherer.again(ops.iter().map(object).listed(), default_reminders.clone(), book, true).await?;
    for (id, case) in cases.iter_mut() {
        case.judge(id, &admission);
    }

    io.phase(Phase::Comparing);
    let source = match activation.settings.direction {
        Direction::TwoWay => None,
        Direction::GoogleToCrm => Some(Side::Google),
        Direction::CrmToGoogle => Some(Side::Crm),
    };
    let asked = Asked { source, again, connection };
    let undoing = match undo.field {
        Some(field) => Undoing::putting_back(&ops, field, &mut cases, asked),
        None => Undoing::of(&ops, &mut cases, asked),
    };
    let Undoing { mut plan, revivals, already, left } = undoing;
    report.not_restored = left;
    if undo.id.is_none() && undo.field.is_none() {
        let history = io.load(vec![key::HISTORY.to_owned()]).await?;
        if Book::told(undo.run, "contacts", &reports(history.get(key::HISTORY))) > 0 {
            report.not_restored.push(Reason::Contacts.told("", None));
        }
    }
    for op in already {
        book.count(&op, report);
        book.record(op);
    }
    take_in(&mut plan, book, report);

    io.phase(Phase::Writing);
    note_writes(book, &plan, None);
    // Without a deadline: a person waits for it.
    let mut writer = Writer::new(io, book, report, None);
    writer.asked_for = Some(if undo.field.is_some() { rule::PUT_BACK } else { rule::UNDO });
    writer.two_way = true;
    writer.admission = Some(&admission);
    writer.default_reminders = default_reminders;
    writer.batch = options.batch;
    writer.revive(revivals, &mut plan).await?;
    writer.apply(plan).await?;
    for moved in std::mem::take(&mut writer.stale) {
        writer.leave(&moved.id, Reason::Changed);
    }
    let left = writer.unapplied;
    if left > 0 {
        report.remaining = u32::try_from(left).unwrap_or(u32::MAX);
        report.finished = Finished::Paused;
    }
    Ok(())
}

/// What the cycle did to each object, as far as it is asked for.
async fn operations_of(io: &Io, book: &Book, undo: &Undo) -> Result<Vec<Operation>> {
    let (run, rows, _) = *book.state.kept.iter().find(|(run, ..)| *run == undo.run).ok_or_else(unknown)?;
    let rows = io.load((0..rows).map(|part| key::done(run, part)).listed()).await?;
    let mut ops = folded(operations(rows.values()));
    ops.retain(|op| undo.id.as_deref().is_none_or(|id| op.is_about(id)));
    if let Some(field) = undo.field {
        ops.retain(|op| op.change(field).is_some_and(|change| change.lost.is_some()));
    }
    if ops.is_empty() { Err(unknown()) } else { Ok(ops) }
}

/// Why an event looks as it does: what is kept about it, newest first.
pub(crate) async fn explain(io: &Io, book: &Book, id: &str, reports: &[String]) -> Result<Vec<Answer>> {
    let mut answers = Vec::new();
    let keys = |run: u32, rows: u32| (0..rows).map(move |part| key::done(run, part));
    let rows = io.load(book.journal_keys()).await?;
    for (run, parts, _) in book.state.kept.iter().rev() {
        let ops = operations(keys(*run, *parts).filter_map(|key| rows.get(key)))
            .into_iter()
            .filter(|op| op.is_about(id) && op.is_write());
        let at_ms = Book::told(*run, "startedMs", reports);
        let mut ops: Vec<Answer> = ops.map(|operation| Answer { run: *run, at_ms, operation }).listed();
        ops.reverse();
        answers.append(&mut ops);
    }
    Ok(answers)
}
