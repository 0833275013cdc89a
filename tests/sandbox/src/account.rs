//! What the accounts behind a world are like: zone, edition, people, consent, and how many calls are under way.

use chrono_tz::Tz;

use crate::http::{Dropped, Request, Response, Service};
use crate::time;
use crate::world::World;
use crate::zoho::{self, Edition, Load, Sharing};

/// A CRM call that is under way, for [`World::release`].
#[derive(Debug)]
#[must_use = "the call stays under way until it is released"]
pub struct InFlight(Load);

fn zone(name: &str) -> Result<Tz, String> {
    time::zone(name).ok_or_else(|| format!("there is no time zone {name:?}"))
}

impl World {
    /// The zone of the primary Google calendar.
    pub(crate) fn zone(&self) -> Tz {
        self.google.calendar("primary").map_or(chrono_tz::UTC, |calendar| calendar.zone)
    }

    /// Puts everything into one zone, such as `Asia/Kolkata`: the organisation, its users, the Google calendars. At the
    /// start it is Europe/Paris. What is on a calendar already keeps the offsets it was written with.
    ///
    /// # Errors
    /// When there is no such zone.
    ///
    /// ```
    /// use accord_sandbox::{Request, World};
    /// let mut world = World::new(1, 1_795_000_000_000);
    /// world.set_zone("Asia/Kolkata").unwrap();
    /// let org = world.handle(&Request::zoho("GET", "/crm/v8/org")).unwrap().json();
    /// assert_eq!(org["org"][0]["time_zone"], "Asia/Kolkata");
    /// ```
    pub fn set_zone(&mut self, name: &str) -> Result<(), String> {
        let zone = zone(name)?;
        self.zoho.org_zone = zone;
        self.zoho.zone = zone;
        self.zoho.people.set_zone(zone);
        for calendar in &mut self.google.calendars {
            calendar.zone = zone;
        }
        for person in &mut self.google.people {
            person.settings.insert("timezone".into(), name.to_owned());
        }
        Ok(())
    }

    /// The zone of the CRM's organisation alone: users may live elsewhere.
    ///
    /// # Errors
    /// When there is no such zone.
    pub fn set_org_zone(&mut self, name: &str) -> Result<(), String> {
        self.zoho.org_zone = zone(name)?;
        Ok(())
    }

    /// The zone of one CRM user: the one in which their answers are printed.
    ///
    /// # Errors
    /// When there is no such user or zone.
    pub fn set_user_zone(&mut self, email: &str, name: &str) -> Result<(), String> {
        let zone = zone(name)?;
        let now = self.now_ms();
        let current = self.zoho.current;
        let user = self.zoho.people.by_email_mut(email).ok_or_else(|| no_user(email))?;
        (user.zone, user.modified_ms) = (zone, now);
        if user.id == current {
            self.zoho.zone = zone;
        }
        Ok(())
    }

    /// An administrator switches a CRM user off, or on again: their tokens are refused meanwhile.
    ///
    /// # Errors
    /// When there is no such user.
    pub fn set_user_active(&mut self, email: &str, active: bool) -> Result<(), String> {
        let now = self.now_ms();
        let user = self.zoho.people.by_email_mut(email).ok_or_else(|| no_user(email))?;
        user.set_active(active);
        user.modified_ms = now;
        Ok(())
    }

    /// Takes a right, such as `Crm_Implied_Edit_Events`, from a profile (`Administrator`, `Standard`, `Read only`), or
    /// gives it.
    ///
    /// # Errors
    /// When there is no such profile.
    pub fn set_profile_right(&mut self, profile: &str, right: &str, granted: bool) -> Result<(), String> {
        if self.zoho.people.set_right(profile, right, granted) {
            Ok(())
        } else {
            Err(format!("there is no profile {profile:?}"))
        }
    }

    /// Who may reach the records of other people in a module.
    ///
    /// # Errors
    /// When there is no such module.
    pub fn set_sharing(&mut self, module: &str, sharing: Sharing) -> Result<(), String> {
        let module = zoho::modules::ModuleName::from_name(module)
            .ok_or_else(|| format!("there is no module {module:?}"))?;
        self.zoho.people.set_sharing(module, sharing);
        Ok(())
    }

    /// What the organisation pays for: at the start Professional with ten licences.
    pub fn set_edition(&mut self, edition: Edition, licences: u64) {
        (self.zoho.credits.edition, self.zoho.credits.licences) = (edition, licences);
    }

    /// API credits of the last 24 hours: used, and allowed.
    pub fn credits(&mut self) -> (u64, u64) {
        let now = self.now_ms();
        (self.zoho.credits.used(now), self.zoho.credits.allowance())
    }

    /// Other applications of the organisation use credits, now.
    pub fn spend_credits(&mut self, credits: u64) {
        let now = self.now_ms();
        self.zoho.credits.spend(credits, now);
    }

    /// Who sits at the browser when a service is asked for consent; at the start Ana.
    pub fn sign_in(&mut self, service: Service, email: &str) {
        let tokens = match service {
            Service::Google => &mut self.google.tokens,
            Service::Zoho => &mut self.zoho.tokens,
        };
        email.clone_into(&mut tokens.signed_in);
    }

    /// A person takes back a refresh token with all its access tokens, or one access token. Says whether it was known.
    pub fn revoke(&mut self, service: Service, token: &str) -> bool {
        match service {
            Service::Google => self.google.tokens.revoke(token),
            Service::Zoho => self.zoho.tokens.revoke(token),
        }
    }

    /// Answers requests that are under way at the same time: each counts against the CRM's limits until the last one
    /// is answered. They take effect one after the other, in the order given.
    pub fn handle_together(&mut self, requests: &[Request]) -> Vec<Result<Response, Dropped>> {
        let mut held = Vec::new();
        let answers = requests
            .iter()
            .map(|request| {
                let answer = self.handle(request);
                // A call that was turned away takes no room.
                if answer.as_ref().is_ok_and(|answer| answer.status != 429) {
                    held.push(self.hold(request));
                }
                answer
            })
            .collect();
        for call in held {
            self.release(call);
        }
        answers
    }

    /// From now on a call like this one is under way besides those that are made.
    pub fn hold(&mut self, request: &Request) -> InFlight {
        let load = match request.service {
            Service::Google => Load::default(),
            Service::Zoho => zoho::load_of(request, &self.switches),
        };
        self.load.calls += load.calls;
        self.load.heavy += load.heavy;
        InFlight(load)
    }

    /// The call is answered.
    pub fn release(&mut self, call: InFlight) {
        self.load.calls = self.load.calls.saturating_sub(call.0.calls);
        self.load.heavy = self.load.heavy.saturating_sub(call.0.heavy);
    }
}

fn no_user(email: &str) -> String {
    format!("there is no CRM user {email:?}")
}
