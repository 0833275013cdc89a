//! What both sides must hold once a cycle is complete, by what people did and by nothing that the engine says.

use crate::names::{end_of, guests, live};
use crate::people::{is_closed, is_private};
use crate::setup::Private;
use crate::step::{Field, Side};
use crate::story::{Story, Thing, run};
use crate::support::Ended;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What is promised about an event, by what it is (sections 1, 4 and 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// Everything.
    Open,
    /// The CRM sees when it is, and nothing else.
    Busy,
    /// Google's half is not written.
    Closed,
    /// It stays on its side, or is over: neither deleted nor doubled, and that is all (I7, I19).
    Apart,
}

impl Story<'_> {
    fn standing(&self, google: Option<&Value>, crm: Option<&Value>) -> Standing {
        // A day and two more: dates are taken in zones.
        let edge = self.window_start() + 3 * 86_400;
        let past = |side: Side, row: &Value| end_of(&self.names.shown(side, row, Field::Time)) <= edge;
        let is_past =
            google.is_some_and(|row| past(Side::Google, row)) || crm.is_some_and(|row| past(Side::Crm, row));
        match google {
            _ if is_past => Standing::Apart,
            // The setting is about what the CRM may see, and nothing goes there.
            Some(row) if is_private(row) && !is_closed(row) && self.source() == Some(Side::Crm) => {
                Standing::Open
            }
            Some(row) if is_private(row) && self.setup.private == Private::Skip => Standing::Apart,
            Some(row) if is_closed(row) => Standing::Closed,
            Some(row) if is_private(row) && self.setup.private == Private::Busy => Standing::Busy,
            _ => Standing::Open,
        }
    }

    fn sides(&self) -> Result<[BTreeMap<usize, Value>; 2], TestCaseError> {
        let by = |side: Side| self.names.by_thing(&self.host.world, side).map_err(TestCaseError::fail);
        Ok([by(Side::Google)?, by(Side::Crm)?])
    }

    /// After a complete cycle both sides hold what people last wrote (I1, I3, I5, I6, I13, I17). `spared` are not judged,
    /// for their records refuse to change (I15).
    pub(crate) fn agree(&mut self, spared: &BTreeSet<usize>) -> Result<(), TestCaseError> {
        let [google, crm] = self.sides()?;
        let mut contested = 0;
        for (index, thing) in self.things.iter().enumerate().filter(|(index, _)| !spared.contains(index)) {
            let halves = (google.get(&index), crm.get(&index));
            let standing = self.standing(halves.0, halves.1);
            if standing == Standing::Apart {
                continue;
            }
            match self.source() {
                None => self.judge_existence(index, thing, halves, standing)?,
                Some(source) => self.judge_one_way_existence(index, thing, halves, source, standing)?,
            }
            let (Some(left), Some(right)) = halves else { continue };
            match self.source() {
                None => contested += self.judge_fields(index, thing, left, right, standing)?,
                Some(source) => self.judge_one_way_fields(index, thing, left, right, source, standing)?,
            }
        }
        if !self.disturbed && self.source().is_none() {
            prop_assert!(
                self.conflicts >= contested,
                "K3: {} conflicts, {} reported",
                contested,
                self.conflicts
            );
        }
        for kept in live(&self.host.world, Side::Google) {
            let title = kept["summary"].as_str().unwrap_or_default();
            let twin = |row: &Value| title.starts_with('K') && row["Event_Title"] == title;
            prop_assert!(
                !live(&self.host.world, Side::Crm).iter().any(twin),
                "C11: {} is on both sides",
                title
            );
        }
        for index in 0..self.things.len() {
            let halves = (google.get(&index), crm.get(&index));
            if spared.contains(&index) {
                continue;
            }
            let was = &self.things[index];
            // A deletion that is not carried over stays one, until somebody edits the other half.
            let stays = |side: Side, here: Option<&Value>, there: Option<&Value>| {
                was.deleted[side as usize] && here.is_none() && there.is_some()
            };
            let deleted = [stays(Side::Google, halves.0, halves.1), stays(Side::Crm, halves.1, halves.0)];
            let seen = |side: Side, row: Option<&Value>| -> BTreeMap<Field, String> {
                let fields = Field::ALL.into_iter();
                row.map(|row| fields.map(|field| (field, self.names.shown(side, row, field))).collect())
                    .unwrap_or_default()
            };
            let agreed =
                halves.0.is_some() && halves.1.is_some() || deleted.contains(&true) && was.base.is_some();
            let base = agreed.then(|| [seen(Side::Google, halves.0), seen(Side::Crm, halves.1)]);
            let blurred = was.blurred;
            let decided = (was.decided || self.is_out_of_sight(was)) && deleted.contains(&true);
            self.things[index] = Thing { base, deleted, blurred, decided, ..Thing::default() };
        }
        self.disturbed = false;
        self.conflicts = 0;
        Ok(())
    }

    fn judge_existence(
        &self,
        index: usize,
        thing: &Thing,
        (left, right): (Option<&Value>, Option<&Value>),
        standing: Standing,
    ) -> Result<(), TestCaseError> {
        let there = [left.is_some(), right.is_some()];
        if self.is_out_of_sight(thing) || thing.halfway && thing.deleted.contains(&true) {
            return Ok(());
        }
        // Deleting an invitation is one's own answer, and it cannot be created again in somebody else's name.
        if standing == Standing::Closed && thing.deleted.contains(&true) {
            return Ok(());
        }
        let one_deleted = match thing.deleted {
            [true, false] => Some(Side::Google),
            [false, true] => Some(Side::Crm),
            _ => None,
        };
        if let (Some(gone), false) = (one_deleted, self.setup.propagate) {
            let other = gone.other();
            // Not known to be linked: it may count as new, and so be on both sides again.
            if thing.base.is_none() {
                return Ok(());
            }
            prop_assert!(there[other as usize] || thing.decided, "C6: E{} was kept on {:?}", index, other);
            let edited =
                thing.wrote(other) && !self.disturbed && standing == Standing::Open && !thing.blurred;
            prop_assert!(!edited || there[gone as usize], "I6: E{} was edited on {:?}", index, other);
            return Ok(());
        }
        prop_assert_eq!(there[0], there[1], "I1: E{} is only on one side: {:?}", index, thing);
        let expected = match one_deleted {
            None if thing.deleted == [true, true] => Some(false),
            None => None,
            Some(gone) => {
                let edited = thing.wrote(gone.other());
                (!self.disturbed || !edited).then_some(edited)
            }
        };
        // What was typed into the meeting of an invitation is an edit that beats the deletion: then there is an event of
        // one's own instead, and the pair differed before.
        let torn = thing.base.as_ref().is_some_and(|[google, crm]| google != crm);
        let judged = (thing.base.is_some() || !self.disturbed) && !thing.decided && !thing.blurred && !torn;
        let seen = matches!(standing, Standing::Open | Standing::Busy);
        if let Some(expected) = expected.filter(|_| judged && seen) {
            prop_assert_eq!(there[0], expected, "I5, I6: E{} was deleted {:?}", index, thing);
        }
        Ok(())
    }

    /// Whether it was over, on one side at least, when everything was read anew.
    pub(crate) fn is_out_of_sight(&self, thing: &Thing) -> bool {
        let now = self.host.world.now_ms();
        let is_over = |time: &String| {
            let end = time.rsplit(' ').next().unwrap_or_default();
            match end.parse::<i64>() {
                Ok(seconds) => seconds * 1_000 < now,
                Err(_) => end.parse().is_ok_and(|day: chrono::NaiveDate| {
                    day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_millis() < now
                }),
            }
        };
        let times = thing.base.iter().flatten().filter_map(|fields| fields.get(&Field::Time));
        self.read_anew && (thing.decided || times.into_iter().any(is_over))
    }

    /// D1: the source decides whether there is an event, and never undoes what people do on the target.
    fn judge_one_way_existence(
        &self,
        index: usize,
        thing: &Thing,
        (left, right): (Option<&Value>, Option<&Value>),
        source: Side,
        standing: Standing,
    ) -> Result<(), TestCaseError> {
        let there = [left.is_some(), right.is_some()];
        let (at_source, at_target) = (there[source as usize], there[source.other() as usize]);
        let (gone_there, gone_here) =
            (thing.deleted[source as usize], thing.deleted[source.other() as usize]);
        if at_source && !gone_here {
            prop_assert!(at_target, "I1: E{} did not reach the target: {:?}", index, thing);
        }
        if at_source && gone_here && thing.wrote(source) && !self.disturbed && thing.base.is_some() {
            prop_assert!(
                at_target || standing != Standing::Open,
                "I6, D1: E{} was edited at the source",
                index
            );
        }
        let judged = self.setup.propagate && !thing.decided && !self.is_out_of_sight(thing);
        if gone_there && thing.base.is_some() && judged {
            prop_assert!(!at_target, "D1: E{} is gone at the source: {:?}", index, thing);
        }
        Ok(())
    }

    fn judge_fields(
        &self,
        index: usize,
        thing: &Thing,
        left: &Value,
        right: &Value,
        standing: Standing,
    ) -> Result<usize, TestCaseError> {
        let mut contested = 0;
        for field in Field::ALL {
            // What people write in the CRM while it sees the time alone stays there; afterwards it counts.
            if standing == Standing::Busy && field != Field::Time {
                continue;
            }
            let (in_google, in_crm) =
                (self.names.shown(Side::Google, left, field), self.names.shown(Side::Crm, right, field));
            let by = |side: Side| thing.written.get(&(side, field));
            if field == Field::Guests {
                self.judge_guests(index, thing, left, right, standing)?;
                continue;
            }
            if standing == Standing::Closed {
                let own =
                    by(Side::Crm).is_some() || thing.base.as_ref().is_some_and(|base| base[0] != base[1]);
                prop_assert!(own || in_google == in_crm, "I1: E{} {:?}, read-only", index, field);
                continue;
            }
            prop_assert_eq!(&in_google, &in_crm, "I1: E{} {:?} {:?}", index, field, thing);
            if thing.blurred {
                continue;
            }
            match (by(Side::Google), by(Side::Crm)) {
                (None, None) => {}
                // Until it is known how the CRM takes all-day times, its time is not believed over Google's: what is
                // given up for that is reported as a conflict, by a cycle that may have been killed.
                (None, Some(_)) if field == Field::Time && self.disturbed && !in_google.contains("to 1") => {}
                (Some(value), None) | (None, Some(value)) => {
                    prop_assert_eq!(&in_google, value, "I3, I14: an edit was lost: E{} {:?}", index, field);
                }
                (Some(one), Some(other)) => {
                    prop_assert!(
                        *one == in_google || *other == in_google,
                        "I3: E{} {:?}: neither value",
                        index,
                        field
                    );
                    // A value that was there before is nobody's edit, whoever typed it.
                    let was =
                        |side: Side| thing.base.as_ref().and_then(|base| base[side as usize].get(&field));
                    let edited = was(Side::Google) != Some(one) && was(Side::Crm) != Some(other);
                    contested += usize::from(one != other && edited);
                }
            }
        }
        Ok(contested)
    }

    /// I17: guests are merged person by person.
    fn judge_guests(
        &self,
        index: usize,
        thing: &Thing,
        left: &Value,
        right: &Value,
        standing: Standing,
    ) -> Result<(), TestCaseError> {
        if thing.blurred || standing != Standing::Open {
            return Ok(());
        }
        let (in_google, in_crm) = (guests(Side::Google, left), guests(Side::Crm, right));
        let merges = self.setup.switch("participants_put") == "merge";
        // A list that only grows cannot lose a guest.
        let only_here = in_google.iter().find(|address| !in_crm.contains(address));
        prop_assert!(only_here.is_none(), "I1: E{} guests: {:?} {:?}", index, in_google, in_crm);
        let only_there = in_crm.iter().find(|address| !in_google.contains(address));
        prop_assert!(merges || only_there.is_none(), "I1: E{} guests: {:?} {:?}", index, in_google, in_crm);
        let deed = |side: Side, address: &str| thing.guests.get(&(side, address.to_owned())).copied();
        for ((_, address), came) in &thing.guests {
            let deeds = [deed(Side::Google, address), deed(Side::Crm, address)];
            let agrees = deeds.iter().flatten().all(|other| other == came);
            if agrees && (*came || !merges) && !thing.decided {
                prop_assert_eq!(
                    in_google.contains(address),
                    *came,
                    "I3: E{} guest {:?}",
                    index,
                    thing.guests
                );
            }
        }
        let Some([base, _]) = &thing.base else { return Ok(()) };
        for address in
            base.get(&Field::Guests).into_iter().flat_map(|known| known.split(' ')).filter(|a| !a.is_empty())
        {
            let touched = Side::BOTH.into_iter().any(|side| deed(side, address).is_some())
                || thing.forgotten.contains(address);
            let removed = thing.deleted.contains(&true);
            prop_assert!(
                touched || removed || in_google.contains(&address.to_owned()),
                "I17: E{} lost a guest that nobody removed",
                index
            );
        }
        Ok(())
    }

    /// D1: what the source changes is on the target; what it does not change stays as people left it there.
    fn judge_one_way_fields(
        &self,
        index: usize,
        thing: &Thing,
        left: &Value,
        right: &Value,
        source: Side,
        standing: Standing,
    ) -> Result<(), TestCaseError> {
        let rows = [left, right];
        for field in Field::ALL.into_iter().filter(|field| *field != Field::Guests) {
            let closed = standing == Standing::Closed && source == Side::Crm;
            if thing.blurred || closed || standing == Standing::Busy && field != Field::Time {
                continue;
            }
            let shown = |side: Side| self.names.shown(side, rows[side as usize], field);
            let (at_source, at_target) = (shown(source), shown(source.other()));
            let base = thing.base.as_ref().and_then(|base| base[source as usize].get(&field));
            let changed = thing.written.contains_key(&(source, field)) && base != Some(&at_source);
            let own = thing.written.get(&(source.other(), field));
            let left_there = thing.base.as_ref().and_then(|base| base[source.other() as usize].get(&field));
            let follows = changed && !self.disturbed || own.is_none() && left_there.is_none();
            let fits = at_target == at_source
                || !follows && (own == Some(&at_target) || left_there == Some(&at_target));
            prop_assert!(fits, "D1: E{} {:?}: {} {} {:?}", index, field, at_source, at_target, thing);
        }
        Ok(())
    }

    /// People stop, faults heal: the cycles come to an end, both sides agree, and then nothing is written (I1, I2, I8).
    pub(crate) fn quiet(&mut self) -> Result<(), TestCaseError> {
        self.heal();
        self.host.advance(26 * 3_600_000);
        if !self.locked.is_empty() {
            self.settle()?;
            self.disturbed = true;
            let spared = self.locked.keys().copied().collect();
            self.agree(&spared)?;
            self.unlock();
            self.disturbed = true;
            self.host.advance(26 * 3_600_000);
        }
        self.settle()?;
        if self.read_anew {
            self.host.advance(150_000);
            self.settle()?;
        }
        self.disturbed = true;
        self.agree(&BTreeSet::new())?;
        self.read_anew = false;
        for _ in 0..2 {
            self.host.advance(150_000);
            let report = self.host.sync();
            prop_assert_eq!(&report["crm"], &nothing(), "I8: {:#?}", self.host.trace);
            prop_assert_eq!(&report["google"], &nothing(), "I8: {:#?}", self.host.trace);
        }
        let report = self.host.sync();
        let requests =
            report["requests"]["google"].as_u64().unwrap() + report["requests"]["zoho"].as_u64().unwrap();
        prop_assert!(requests <= 3, "I2: {:#?}", self.host.trace);
        prop_assert!(self.host.rows_written <= 1, "I2: {:#?}", self.host.trace);
        self.agree(&BTreeSet::new())
    }

    /// Cycles until nothing is left, nothing is asked, and what was parked had its turn: one in each cycle at least (I11).
    fn settle(&mut self) -> Result<(), TestCaseError> {
        let mut turns = None;
        for _ in 0..60 {
            match self.run(run(self.host.batch), None) {
                Ended::Done(report) if report["questions"] != json!([]) => self.decide(true)?,
                Ended::Done(report) if report["remaining"] == 0 => {
                    let parked = report["parked"].as_array().map_or(0, Vec::len);
                    let left = turns.unwrap_or(parked).min(parked);
                    match left.checked_sub(1) {
                        Some(fewer) => turns = Some(fewer),
                        None => return Ok(()),
                    }
                }
                Ended::Done(_) => {}
                other => return Err(TestCaseError::fail(format!("a quiet cycle failed: {other:?}"))),
            }
        }
        Err(TestCaseError::fail("I1: the cycles do not come to an end"))
    }

    /// Storage is cleared. What changed while nothing was remembered cannot be told from what is new, nor can halves that
    /// differ be known to belong together: it is lost in accord (I23).
    pub(crate) fn lose_state(&mut self) -> Result<(), TestCaseError> {
        self.quiet()?;
        let [google, crm] = self.sides()?;
        let same = |index: usize| {
            let (Some(left), Some(right)) = (google.get(&index), crm.get(&index)) else {
                return !google.contains_key(&index) && !crm.contains_key(&index);
            };
            let shown = |field: Field| {
                (self.names.shown(Side::Google, left, field), self.names.shown(Side::Crm, right, field))
            };
            let equal = |field: Field| shown(field).0 == shown(field).1;
            match self.standing(Some(left), Some(right)) {
                Standing::Open | Standing::Closed => Field::ALL.into_iter().all(equal),
                // People may have added to what the CRM shows.
                Standing::Busy => {
                    let rest = [Field::Place, Field::Description, Field::Reminder, Field::Guests];
                    let bare = rest.into_iter().all(|field| shown(field).1.is_empty());
                    bare && equal(Field::Time) && shown(Field::Title).1 == "Busy"
                }
                Standing::Apart => false,
            }
        };
        if !(0..self.things.len()).all(same) {
            return Ok(());
        }
        // A link of two halves that are both gone may be there until somebody asks about it, or not.
        let links = |story: &Self| -> Vec<String> {
            let world = &story.host.world;
            let here = |side: Side, id: &str| live(world, side).iter().any(|row| row["id"] == id);
            let leads = |key: &String| match key.split_once('/') {
                Some(("link", id)) => here(Side::Google, id),
                Some(("crm", id)) => here(Side::Crm, id),
                _ => false,
            };
            story.host.rows.keys().filter(|key| leads(key)).cloned().collect()
        };
        let known = links(self);
        self.host.rows.clear();
        self.host.activate_with(self.setup.settings());
        let report = self.host.sync();
        prop_assert_eq!(&report["crm"], &nothing(), "I23: {:#?}", self.host.trace);
        prop_assert_eq!(&report["google"], &nothing(), "I23: {:#?}", self.host.trace);
        let found: Vec<String> = links(self);
        prop_assert!(known == found, "I23: other links: {:?} {:?}", known, found);
        Ok(())
    }
}

fn nothing() -> Value {
    json!({ "created": 0, "updated": 0, "deleted": 0 })
}
