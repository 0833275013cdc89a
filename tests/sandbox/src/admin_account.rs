//! The admin routes about accounts: organisation, users, profiles, consent.

use serde_json::{Value, json};

use crate::admin::{Site, object, text, whole};
use crate::http::Service;
use crate::zoho::{Edition, Sharing};

impl Site {
    /// Changes what is named, and tells how the organisation stands.
    pub(crate) fn org(&mut self, body: &[u8]) -> Result<Value, String> {
        let body = object(body)?;
        if body.contains_key("zone") {
            self.world.set_zone(text(&body, "zone")?)?;
        }
        if body.contains_key("orgZone") {
            self.world.set_org_zone(text(&body, "orgZone")?)?;
        }
        let (mut edition, mut licences) = (self.world.zoho.credits.edition, self.world.zoho.credits.licences);
        if body.contains_key("edition") {
            let name = text(&body, "edition")?;
            edition = Edition::from_name(name).ok_or_else(|| format!("there is no edition {name:?}"))?;
        }
        licences = whole(&body, "licences")?.unwrap_or(licences);
        self.world.set_edition(edition, licences);
        self.world.spend_credits(whole(&body, "spend")?.unwrap_or(0));
        for (module, sharing) in body.get("sharing").and_then(Value::as_object).into_iter().flatten() {
            let sharing = sharing
                .as_str()
                .and_then(Sharing::from_name)
                .ok_or("sharing is private, public_read_only or public_read_write")?;
            self.world.set_sharing(module, sharing)?;
        }
        let (used, allowed) = self.world.credits();
        Ok(json!({
            "zone": self.world.zone().name(), "orgZone": self.world.zoho.org_zone.name(),
            "edition": edition.name(), "licences": licences,
            "credits": { "used": used, "allowed": allowed },
        }))
    }

    pub(crate) fn users(&mut self, body: &[u8]) -> Result<Value, String> {
        for (email, change) in object(body)? {
            let change = change.as_object().ok_or("a user is set to {zone?, active?}")?;
            if change.contains_key("zone") {
                self.world.set_user_zone(&email, text(change, "zone")?)?;
            }
            if let Some(active) = change.get("active") {
                let active = active.as_bool().ok_or("active is true or false")?;
                self.world.set_user_active(&email, active)?;
            }
        }
        Ok(json!({}))
    }

    pub(crate) fn profiles(&mut self, body: &[u8]) -> Result<Value, String> {
        for (profile, rights) in object(body)? {
            for (right, granted) in rights.as_object().ok_or("a profile is set to {right: bool}")? {
                let granted = granted.as_bool().ok_or("a right is set to true or false")?;
                self.world.set_profile_right(&profile, right, granted)?;
            }
        }
        Ok(json!({}))
    }

    pub(crate) fn sign_in(&mut self, body: &[u8]) -> Result<Value, String> {
        for (service, email) in object(body)? {
            let service = Service::from_name(&service).ok_or("a service is google or zoho")?;
            self.world.sign_in(service, email.as_str().ok_or("a person is an e-mail address")?);
        }
        Ok(json!({}))
    }

    pub(crate) fn revoke(&mut self, body: &[u8]) -> Result<Value, String> {
        let body = object(body)?;
        let service = Service::from_name(text(&body, "service")?).ok_or("a service is google or zoho")?;
        Ok(json!({ "revoked": self.world.revoke(service, text(&body, "token")?) }))
    }
}
