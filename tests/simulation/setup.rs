//! How a story is set up: settings, and what the services are taken to be.

use accord_sandbox::{Switches, World};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Switches that the story leaves as they are. Which data centre a token names is not the engine's business. Where a
/// reminder is a time, that of an all-day event is off by the offset of the zone until it is learnt how all-day times are
/// taken; `tests/two_way.rs` tells how reminders move.
const LEFT_ALONE: [&str; 2] = ["dc", "reminder_shape"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    TwoWay,
    CrmToGoogle,
    GoogleToCrm,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Private {
    Busy,
    Include,
    Skip,
}

/// One set of settings and switches.
#[derive(Clone)]
pub(crate) struct Setup {
    switches: Vec<usize>,
    pub(crate) batch: bool,
    /// Entries of a later cycle; a first sync may write twice as many.
    pub(crate) limit: u32,
    conflict: usize,
    pub(crate) direction: Direction,
    /// Deletions are carried over (C6).
    pub(crate) propagate: bool,
    pub(crate) private: Private,
    look_back: u32,
    /// A calendar of thirty events at the start, so that a mass deletion is possible.
    pub(crate) crowd: bool,
}

pub(crate) fn setup() -> impl Strategy<Value = Setup> {
    let switches = prop::collection::vec(0_usize..4, Switches::ALL.len());
    let direction = prop_oneof![
        6 => Just(Direction::TwoWay),
        1 => Just(Direction::CrmToGoogle),
        1 => Just(Direction::GoogleToCrm),
    ];
    let private = prop_oneof![
        2 => Just(Private::Busy),
        1 => Just(Private::Include),
        1 => Just(Private::Skip),
    ];
    let policies = (0_usize..3, direction, prop::bool::weighted(0.8), private);
    (switches, any::<bool>(), 3_u32..40, policies, 0_u32..4, prop::bool::weighted(0.08)).prop_map(
        |(switches, batch, limit, (conflict, direction, propagate, private), look_back, crowd)| Setup {
            switches,
            batch,
            limit,
            conflict,
            direction,
            propagate,
            private,
            look_back,
            crowd,
        },
    )
}

/// The settings, and the switches that are not as they are by default.
impl std::fmt::Debug for Setup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let switches = Switches::ALL.iter().map(|info| (info.name, self.switch(info.name), info.values[0]));
        let set = switches.filter(|(_, value, default)| value != default);
        let set: Vec<String> = set.map(|(name, value, _)| format!("{name}={value}")).collect();
        write!(f, "{} batch={} crowd={} {}", self.settings(), self.batch, self.crowd, set.join(" "))
    }
}

/// A change that makes a setup simpler.
pub(crate) type Simpler = Box<dyn Fn(&Setup) -> Setup>;

impl Setup {
    /// What may be tried to make a failing story simpler.
    pub(crate) fn simpler(&self) -> Vec<Simpler> {
        let mut all: Vec<Simpler> = vec![
            Box::new(|setup| Setup { limit: 40, ..setup.clone() }),
            Box::new(|setup| Setup { look_back: 3, ..setup.clone() }),
            Box::new(|setup| Setup { conflict: 0, ..setup.clone() }),
            Box::new(|setup| Setup { batch: true, ..setup.clone() }),
            Box::new(|setup| Setup { propagate: true, ..setup.clone() }),
        ];
        for index in 0..self.switches.len() {
            all.push(Box::new(move |setup| {
                let mut setup = setup.clone();
                setup.switches[index] = 0;
                setup
            }));
        }
        all
    }

    /// The value of a switch.
    pub(crate) fn switch(&self, name: &str) -> &'static str {
        let (index, info) =
            Switches::ALL.iter().enumerate().find(|(_, info)| info.name == name).expect("a known switch");
        // Of many records that are read at once nobody asks one by one whether the list hid guests: that is learnt later, as
        // `tests/two_way.rs` tells.
        let left_alone = LEFT_ALONE.contains(&name) || self.crowd && name == "list_participants";
        let choice = if left_alone { 0 } else { self.switches[index] };
        info.values[choice % info.values.len()]
    }

    pub(crate) fn apply(&self, world: &mut World) {
        for info in Switches::ALL {
            world.switches().set(info.name, self.switch(info.name)).unwrap();
        }
    }

    /// Where a delta leaves out what is outside the window of the first read, changes there cannot be known of, and the
    /// window is the longest.
    pub(crate) fn look_back_months(&self) -> u32 {
        if self.deltas_are_narrow() { 3 } else { self.look_back }
    }

    pub(crate) fn deltas_are_narrow(&self) -> bool {
        self.switch("delta_window") == "initial"
    }

    pub(crate) fn settings(&self) -> Value {
        let direction = match self.direction {
            Direction::TwoWay => "two-way",
            Direction::CrmToGoogle => "crm-to-google",
            Direction::GoogleToCrm => "google-to-crm",
        };
        let private = match self.private {
            Private::Busy => "busy",
            Private::Include => "include",
            Private::Skip => "skip",
        };
        json!({
            "direction": direction,
            "conflict": (["newest", "google", "crm"])[self.conflict],
            "deletions": if self.propagate { "propagate" } else { "keep" },
            "privateEvents": private,
            "limits": {
                "firstSync": self.limit * 2, "laterSync": self.limit, "lookBackMonths": self.look_back_months(),
            },
        })
    }
}
