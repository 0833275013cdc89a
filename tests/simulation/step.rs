//! What can happen in a story: what people do, what the host does, and what goes wrong.

use accord_sandbox::{Fault, FaultKind, Service};
use proptest::prelude::*;

/// A side, as people see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Side {
    Google,
    Crm,
}

impl Side {
    pub(crate) const BOTH: [Self; 2] = [Self::Google, Self::Crm];

    pub(crate) fn other(self) -> Self {
        match self {
            Self::Google => Self::Crm,
            Self::Crm => Self::Google,
        }
    }
}

/// A mapped field that people change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Field {
    Title,
    Time,
    Place,
    Description,
    Reminder,
    Guests,
}

impl Field {
    pub(crate) const ALL: [Self; 6] =
        [Self::Title, Self::Time, Self::Place, Self::Description, Self::Reminder, Self::Guests];
}

/// What an event is to its owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The user's own.
    Own,
    /// The user's own, marked private from the start.
    Private,
    /// In Google without a title.
    Untitled,
    /// In Google organised by somebody else, who lets nobody change it.
    Invitation,
    /// A series.
    Series,
    /// In Google time that is kept free for work; in the CRM a meeting of somebody else.
    Foreign,
}

/// When an event takes place. The story makes every extent a single one, so that an event is known by it.
#[derive(Clone, Debug)]
pub(crate) enum Shape {
    Timed {
        hours: i64,
        minutes: i64,
        offset: i32,
        zone: Option<&'static str>,
    },
    AllDay {
        days: u64,
    },
    /// Over so many hours before the window starts (L1).
    Past {
        hours: i64,
    },
}

/// What happens next.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Add(Side, Kind, Shape),
    Edit(Side, usize, Field, Shape),
    /// A field that is not mapped (K7).
    Touch(Side, usize),
    /// The event becomes private, or is so no more.
    Privacy(usize, bool),
    /// A guest answers (I16).
    Answered(usize),
    Delete(Side, usize),
    /// Nearly everything of one side at once (K5).
    DeleteMost(Side),
    /// The user answers what was asked.
    Decide {
        apply: bool,
    },
    Sync,
    SyncKilled {
        at: usize,
        after: bool,
    },
    /// A person edits while the engine is at work, at the n-th call of a cycle (I14).
    SyncMeanwhile {
        at: usize,
        side: Side,
        which: usize,
        field: Field,
        shape: Shape,
    },
    /// Storage refuses from the n-th save on.
    SyncUnstored {
        from: usize,
    },
    Push(usize),
    PushKilled {
        which: usize,
        at: usize,
        after: bool,
    },
    Trouble(Trouble),
    ExpireTokens,
    /// A right is gone until the next [`Step::Granted`].
    Revoked(Side),
    Granted,
    /// A record of the CRM refuses every change from now on (I15).
    Locked(usize),
    Wait(u32),
    /// Switched off and on again.
    Reactivated,
    LoseState,
}

/// What goes wrong in the next cycle.
#[derive(Clone, Debug)]
pub(crate) struct Trouble {
    pub(crate) service: Service,
    pub(crate) nth: u32,
    pub(crate) what: What,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum What {
    Answer(u16),
    AnswerAfter(u16),
    /// A reason of the vendor's with its status.
    Reason(u16, &'static str),
    Lost,
    LostAfter,
    Truncated,
    NotJson,
    NotJsonAfter,
    WrongType,
    WrongTypeAfter,
    WrongField(&'static str),
    /// Too fast, with the seconds to wait, as a number or as a date.
    TooFast {
        seconds: u64,
        date: bool,
    },
    EmptyList,
    RepeatedRow,
    ListLag,
    TokenLoss,
    ClockSkew(i64),
    BadRecord(usize),
    /// 412 to a write, 409 to a create.
    Moved,
    Taken,
}

impl Trouble {
    /// Whether a change may stay out of sight because of it: no client can see what a service does not say.
    pub(crate) fn hides(&self) -> bool {
        matches!(self.what, What::EmptyList | What::ListLag | What::RepeatedRow | What::ClockSkew(_))
    }

    /// Whether a change may be left out for good, until everything is read again.
    pub(crate) fn empties(&self) -> bool {
        matches!(self.what, What::EmptyList)
    }

    pub(crate) fn fault(&self) -> Fault {
        let path = match self.service {
            // Ana's calendar by her address: only the engine asks for it so.
            Service::Google => "/calendar/v3/calendars/ana",
            Service::Zoho => "/crm/v8",
        };
        let new = |kind: FaultKind| Fault::new(kind).on(self.service, "", path);
        let status = |status: u16| Fault::status(status).on(self.service, "", path);
        let fault = match self.what {
            What::Answer(code) => status(code),
            What::AnswerAfter(code) => status(code).after(),
            What::Reason(code, reason) => {
                new(FaultKind::Status { status: code, reason: Some(reason.to_owned()), body: None })
            }
            What::Lost => new(FaultKind::Drop),
            What::LostAfter => new(FaultKind::Drop).after(),
            What::Truncated => new(FaultKind::Truncate).after(),
            What::NotJson => new(FaultKind::NotJson),
            What::NotJsonAfter => new(FaultKind::NotJson).after(),
            What::WrongType => new(FaultKind::WrongType),
            What::WrongTypeAfter => new(FaultKind::WrongType).after(),
            What::WrongField(field) => new(FaultKind::WrongField { field: field.to_owned() }),
            What::TooFast { seconds, date } => {
                let mut fault = status(429).retry_after(seconds);
                fault.retry_after_is_date = date;
                fault
            }
            What::EmptyList => new(FaultKind::EmptyList),
            What::RepeatedRow => new(FaultKind::RepeatedRow),
            What::ListLag => new(FaultKind::ListLag).times(Some(3)),
            What::TokenLoss => new(FaultKind::TokenLoss),
            What::ClockSkew(ms) => new(FaultKind::ClockSkew { ms }),
            What::BadRecord(index) => {
                let kind = FaultKind::BadRecord { index, code: "INVALID_DATA".to_owned() };
                Fault::new(kind).on(Service::Zoho, "", "/crm/v8/Events")
            }
            What::Moved => match self.service {
                Service::Google => Fault::status(412).on(self.service, "PATCH", path),
                Service::Zoho => Fault::status(412).on(self.service, "PUT", path),
            },
            What::Taken => match self.service {
                Service::Google => Fault::status(409).on(self.service, "PATCH", path),
                Service::Zoho => Fault::status(400).on(self.service, "POST", "/crm/v8/Events"),
            },
        };
        fault.nth(self.nth)
    }
}

fn side() -> impl Strategy<Value = Side> {
    prop::sample::select(Side::BOTH.to_vec())
}

fn field() -> impl Strategy<Value = Field> {
    prop::sample::select(Field::ALL.to_vec())
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        12 => Just(Kind::Own),
        2 => Just(Kind::Private),
        1 => Just(Kind::Untitled),
        1 => Just(Kind::Invitation),
        1 => Just(Kind::Series),
        1 => Just(Kind::Foreign),
    ]
}

pub(crate) fn shape() -> impl Strategy<Value = Shape> {
    let offsets = prop::sample::select(vec![-600, -210, 0, 60, 345, 630, 780]);
    let zones = prop::sample::select(vec![None, None, Some("Europe/Paris"), Some("America/New_York")]);
    prop_oneof![
        12 => (-200_i64..7_000, 1_i64..300, offsets, zones)
            .prop_map(|(hours, minutes, offset, zone)| Shape::Timed { hours, minutes, offset, zone }),
        4 => (1_u64..5).prop_map(|days| Shape::AllDay { days }),
        1 => (60_i64..900).prop_map(|hours| Shape::Past { hours }),
    ]
}

fn trouble() -> impl Strategy<Value = Trouble> {
    let fields = vec![
        "items",
        "id",
        "etag",
        "updated",
        "status",
        "nextSyncToken",
        "data",
        "details",
        "code",
        "info",
        "Modified_Time",
        "Start_DateTime",
        "start",
    ];
    let what = prop_oneof![
        3 => prop::sample::select(vec![401_u16, 403, 429, 500, 503]).prop_map(What::Answer),
        3 => prop::sample::select(vec![500_u16, 503]).prop_map(What::AnswerAfter),
        1 => prop::sample::select(vec![(403, "quotaExceeded"), (403, "rateLimitExceeded"), (403, "NO_PERMISSION")])
            .prop_map(|(status, reason)| What::Reason(status, reason)),
        2 => Just(What::Lost),
        3 => Just(What::LostAfter),
        2 => Just(What::Truncated),
        1 => Just(What::NotJson),
        1 => Just(What::NotJsonAfter),
        1 => Just(What::WrongType),
        1 => Just(What::WrongTypeAfter),
        3 => prop::sample::select(fields).prop_map(What::WrongField),
        3 => (1_u64..400, any::<bool>()).prop_map(|(seconds, date)| What::TooFast { seconds, date }),
        1 => Just(What::EmptyList),
        1 => Just(What::RepeatedRow),
        2 => Just(What::ListLag),
        1 => Just(What::TokenLoss),
        1 => (-50_000_i64..50_000).prop_map(What::ClockSkew),
        1 => (0_usize..3).prop_map(What::BadRecord),
        1 => Just(What::Moved),
        1 => Just(What::Taken),
    ];
    let service = prop::sample::select(vec![Service::Google, Service::Zoho]);
    (service, 1_u32..5, what).prop_map(|(service, nth, what)| match what {
        // The CRM is read by time, and what an empty first read leaves out is never asked for again.
        What::EmptyList => Trouble { service: Service::Google, nth, what },
        _ => Trouble { service, nth, what },
    })
}

/// One step. `crowd`: there are enough events for a mass deletion.
pub(crate) fn step(crowd: bool) -> impl Strategy<Value = Step> {
    let which = any::<usize>;
    let most = 1 + u32::from(crowd) * 3;
    prop_oneof![
        8 => (side(), kind(), shape()).prop_map(|(side, kind, shape)| Step::Add(side, kind, shape)),
        20 => (side(), which(), field(), shape())
            .prop_map(|(side, which, field, shape)| Step::Edit(side, which, field, shape)),
        3 => (side(), which()).prop_map(|(side, which)| Step::Touch(side, which)),
        2 => (which(), any::<bool>()).prop_map(|(which, private)| Step::Privacy(which, private)),
        1 => which().prop_map(Step::Answered),
        6 => (side(), which()).prop_map(|(side, which)| Step::Delete(side, which)),
        most => side().prop_map(Step::DeleteMost),
        most => any::<bool>().prop_map(|apply| Step::Decide { apply }),
        16 => Just(Step::Sync),
        8 => (0_usize..40, any::<bool>()).prop_map(|(at, after)| Step::SyncKilled { at, after }),
        4 => (0_usize..16, side(), which(), field(), shape()).prop_map(|(at, side, which, field, shape)| {
            Step::SyncMeanwhile { at, side, which, field, shape }
        }),
        1 => (0_usize..4).prop_map(|from| Step::SyncUnstored { from }),
        4 => which().prop_map(Step::Push),
        2 => (which(), 0_usize..12, any::<bool>())
            .prop_map(|(which, at, after)| Step::PushKilled { which, at, after }),
        8 => trouble().prop_map(Step::Trouble),
        2 => Just(Step::ExpireTokens),
        1 => side().prop_map(Step::Revoked),
        1 => Just(Step::Granted),
        1 => which().prop_map(Step::Locked),
        4 => (1_u32..200_000).prop_map(Step::Wait),
        1 => Just(Step::Reactivated),
        2 => Just(Step::LoseState),
    ]
}
