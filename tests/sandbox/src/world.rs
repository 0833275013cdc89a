//! The world: both services, the clock, the switches, the faults, the counters.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::counters::Counters;
use crate::deeds::{Happened, Planned};
use crate::edits::Later;
use crate::faults::{FaultKind, Faults, Transport, When};
use crate::google::calendar::Calendar;
use crate::google::{self, Google};
use crate::http::{Dropped, Request, Response, Service};
use crate::mail::Mail;
use crate::switches::Switches;
use crate::zoho::modules::{Module, ModuleName};
use crate::zoho::{self, Refusal, Zoho};

/// Two Google accounts (`ana@example.com`: a primary calendar in Europe/Paris, a second one to write, one to read; and
/// `ben@example.com`, a colleague with whom she shares the second) and one Zoho organisation (Europe/Paris) whose current user is Ana.
///
/// ```
/// use accord_sandbox::{Request, World};
/// let mut world = World::new(1, 1_795_000_000_000);
/// let call = Request::zoho("GET", "/crm/v8/users?type=CurrentUser");
/// let answer = world.handle(&call).unwrap();
/// assert_eq!(answer.json()["users"][0]["email"], "ana@example.com");
/// ```
#[derive(Debug)]
pub struct World {
    pub(crate) google: Google,
    pub(crate) zoho: Zoho,
    pub(crate) switches: Switches,
    pub(crate) faults: Faults,
    counters: Counters,
    pub(crate) mails: Vec<Mail>,
    now_ms: i64,
    /// CRM calls that are under way besides the one being answered.
    pub(crate) load: zoho::Load,
    pub(crate) transport: Transport,
    /// What lists that lag behind show.
    pub(crate) frozen_google: Option<Vec<Calendar>>,
    pub(crate) frozen_zoho: Option<BTreeMap<ModuleName, Module>>,
    pub(crate) later: Vec<Later>,
    pub(crate) planned: Vec<Planned>,
    pub(crate) happened: Vec<Happened>,
}

/// The years 1 to 9998, in UTC: a day can be added or taken away without leaving what can be printed.
fn printable(ms: i64) -> i64 {
    ms.clamp(-62_135_596_800_000, 253_370_764_799_000)
}

impl World {
    /// An empty world. Equal seeds and equal calls give equal answers.
    pub fn new(seed: u64, now_ms: i64) -> World {
        World {
            google: Google::new(seed),
            zoho: Zoho::new(seed),
            switches: Switches::default(),
            faults: Faults::new(seed),
            counters: Counters::default(),
            mails: Vec::new(),
            now_ms: printable(now_ms),
            load: zoho::Load::default(),
            transport: Transport::default(),
            frozen_google: None,
            frozen_zoho: None,
            later: Vec::new(),
            planned: Vec::new(),
            happened: Vec::new(),
        }
    }

    /// The virtual clock, in milliseconds since 1970.
    pub fn now_ms(&self) -> i64 {
        self.now_ms
    }

    /// Sets the clock, forward or backward. It stays within the years that RFC 3339 can print.
    pub fn set_now_ms(&mut self, ms: i64) {
        self.now_ms = printable(ms);
    }

    /// What the unproven facts are taken to be.
    pub fn switches(&mut self) -> &mut Switches {
        &mut self.switches
    }

    /// The failures on order.
    pub fn faults(&mut self) -> &mut Faults {
        &mut self.faults
    }

    /// What was asked since the last reset.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// Starts counting from nothing.
    pub fn reset_counters(&mut self) {
        self.counters = Counters::default();
    }

    /// Every mail that a real service would have sent, oldest first.
    pub fn mails(&self) -> &[Mail] {
        &self.mails
    }

    /// Forgets the recorded mails.
    pub fn clear_mails(&mut self) {
        self.mails.clear();
    }

    /// Answers one request.
    ///
    /// # Errors
    /// [`Dropped`] when a fault breaks the connection, before or after the effect.
    pub fn handle(&mut self, request: &Request) -> Result<Response, Dropped> {
        let segments = request.segments();
        let kind = match request.service {
            Service::Google => google::kind_of(&request.method, &segments),
            Service::Zoho => zoho::kind_of(&request.method, &segments),
        };
        self.freeze();
        *self.counters.requests.entry((request.service, kind)).or_default() += 1;
        self.counters.bytes_up += request.body.len() as u64;
        self.do_what_is_due(request.service, kind, When::Before);
        let mut answer = match self.faults.fire(request, kind) {
            None => {
                let answer = self.carry_out(request, None);
                self.note_page(request, kind, &answer);
                Ok(answer)
            }
            Some(fault) => self.fail(request, kind, &fault),
        };
        if let Ok(response) = &mut answer {
            self.counters.bytes_down += response.body.len() as u64;
            if response.header("date").is_none() {
                response.headers.push(("date".into(), crate::time::print_http_date(self.now_ms)));
            }
        }
        self.do_what_is_due(request.service, kind, When::After);
        self.edit_what_is_due();
        answer
    }

    pub(crate) fn carry_out(&mut self, request: &Request, fault: Option<&FaultKind>) -> Response {
        match request.service {
            Service::Google => {
                let before = self.google.writes();
                let answer = self.google.handle(request, self.now_ms, &self.switches, &mut self.mails);
                self.counters.google_writes += self.google.writes() - before;
                answer
            }
            Service::Zoho => {
                let mut call = zoho::Call {
                    now_ms: self.now_ms,
                    switches: &self.switches,
                    mails: &mut self.mails,
                    bad_record: match fault {
                        Some(FaultKind::BadRecord { index, code }) => Some((*index, code.clone())),
                        _ => None,
                    },
                    locked: match fault {
                        Some(FaultKind::RecordLocked { id }) => Some(*id),
                        _ => None,
                    },
                    writes: 0,
                    load: Some(self.load),
                };
                let answer = self.zoho.handle(request, &mut call);
                self.counters.crm_writes += call.writes;
                answer
            }
        }
    }

    /// How the last answer travels; asked for once.
    pub(crate) fn take_transport(&mut self) -> Transport {
        std::mem::take(&mut self.transport)
    }

    /// From here on every Google sync token and page token issued so far is refused.
    pub fn expire_sync_tokens(&mut self) {
        self.google.expire_tokens();
    }

    /// Ana's role on a calendar changes, which also kills its tokens.
    ///
    /// # Errors
    /// When there is no such calendar or role.
    pub fn set_role(&mut self, calendar: &str, role: &str) -> Result<(), String> {
        self.set_google_role(google::ANA, calendar, role)
    }

    /// The scopes of the accepted tokens of a service. Google's are full addresses.
    pub fn set_scopes(&mut self, service: Service, scopes: &[&str]) {
        let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        match service {
            Service::Google => self.google.scopes = scopes,
            Service::Zoho => self.zoho.scopes = scopes,
        }
    }

    /// Takes a right, such as `Crm_Implied_Edit_Events`, from Ana's profile, the administrators', or gives it back.
    pub fn set_permission(&mut self, right: &str, granted: bool) {
        self.zoho.people.set_right("Administrator", right, granted);
    }

    /// Locks a CRM record against every change, or unlocks it.
    pub fn set_locked(&mut self, id: &str, locked: bool) {
        self.refuse(id, locked.then_some("RECORD_LOCKED"));
    }

    /// A CRM record refuses every change with a code of Zoho's (`RECORD_LOCKED`, `NOT_APPROVED`, `NOT_REVIEWED`,
    /// `RECORD_IN_BLUEPRINT`, `CANNOT_PERFORM_ACTION`, `AUTHORIZATION_FAILED`), or takes changes again. Says whether
    /// there is such an id and code.
    pub fn refuse(&mut self, id: &str, code: Option<&str>) -> bool {
        let Ok(id) = id.parse::<u64>() else { return false };
        match code.map(Refusal::from_code) {
            None => self.zoho.refused.remove(&id),
            Some(None) => return false,
            Some(Some(refusal)) => self.zoho.refused.insert(id, refusal),
        };
        true
    }

    /// Takes a meeting out of the recycle bin. Says whether it was there.
    pub fn restore_meeting(&mut self, id: &str) -> bool {
        self.restore_record("Events", id)
    }

    /// Takes a record of a module out of the recycle bin. Says whether it was there.
    pub fn restore_record(&mut self, module: &str, id: &str) -> bool {
        let (now, switches) = (self.now_ms, &self.switches);
        let module = ModuleName::from_name(module);
        module.zip(id.parse().ok()).is_some_and(|(module, id)| self.zoho.restore(module, id, now, switches))
    }

    /// Removes a record from the recycle bin for ever: it stays listed as permanently deleted. Says whether it was
    /// there.
    pub fn purge_record(&mut self, module: &str, id: &str) -> bool {
        let module = ModuleName::from_name(module);
        module.zip(id.parse().ok()).is_some_and(|(module, id)| self.zoho.module_mut(module).purge(id))
    }

    /// Adds a layout to a module of the CRM and gives its id. `layout` is `{module, name, required: [field], values:
    /// {picklist: [value]}, rules: [{field, value, requires}], dependencies: [{parent, child, allowed: {value:
    /// [value]}}]}`; all but the first two may be left out.
    ///
    /// # Errors
    /// A sentence that says which part is wrong; nothing is added then.
    pub fn add_layout(&mut self, layout: &Value) -> Result<String, String> {
        self.zoho.add_layout(layout).map(|id| id.to_string())
    }

    /// Sets up the one workflow rule: whenever a record of the module is saved, the field gets the value, unless the
    /// write says `trigger: []`.
    ///
    /// # Errors
    /// When there is no such module or text field.
    pub fn set_workflow(&mut self, module: &str, field: &str, value: &str) -> Result<(), String> {
        self.zoho.set_workflow(module, field, value)
    }

    /// How many mails of cancelled meetings may still go out today; none sets no bound.
    pub fn set_cancel_mails(&mut self, left: Option<usize>) {
        self.zoho.cancel_mails_left = left;
    }

    /// Marks a lead as converted. Says whether there is such a lead.
    pub fn convert_lead(&mut self, id: &str) -> bool {
        let now = self.now_ms;
        id.parse().is_ok_and(|id| self.zoho.convert_lead(id, now))
    }

    /// Live meetings of the CRM, whole, in the order of ids.
    pub fn crm_events(&self) -> Vec<Value> {
        self.zoho.shown(ModuleName::Events, &self.switches)
    }

    /// Live records of a module of the CRM, whole, in the order of ids; none of a module that does not exist.
    pub fn crm_records(&self, module: &str) -> Vec<Value> {
        ModuleName::from_name(module)
            .map(|module| self.zoho.shown(module, &self.switches))
            .unwrap_or_default()
    }

    /// How many live meetings the CRM has.
    pub fn crm_event_count(&self) -> usize {
        self.zoho.module(ModuleName::Events).len()
    }

    /// Live events of a Google calendar (`primary` or an id), whole, in the order of ids. Series are not expanded.
    pub fn google_events(&self, calendar: &str) -> Vec<Value> {
        self.google
            .calendar(calendar)
            .map(|calendar| calendar.live().map(|event| event.body.clone()).collect())
            .unwrap_or_default()
    }

    /// One Google event, a tombstone included.
    pub fn google_event(&self, calendar: &str, id: &str) -> Option<&Value> {
        self.google.calendar(calendar)?.get(id).map(|event| &event.body)
    }

    /// The state of the world in a few numbers, for the admin routes.
    pub fn summary(&self) -> Value {
        json!({
            "now": crate::time::print_utc_ms(self.now_ms),
            "google": self.google.calendars.iter().map(|calendar| json!({ "id": calendar.id, "events": calendar.live().count() })).collect::<Vec<_>>(),
            "crm": { "events": self.crm_event_count() },
            "faults": self.faults.pending(),
        })
    }
}
