//! Holds the lease for a command whose host has no lock (`sync::lease`): taken before anything is read, looked at before
//! every write, given back at the end.

use super::io::{Ask, Io};
use crate::error::Result;
use crate::model::fingerprint::Digest;
use crate::sync::commit::Patch;
use crate::sync::lease::{CONFIRM_MS, LEASE_MS, Lease, locked};
use crate::sync::state::encode;

impl Io {
    /// Takes the lease.
    ///
    /// # Errors
    /// `locked` while somebody else holds it, or was quicker.
    pub(crate) async fn take_lease(&self) -> Result<()> {
        let asked_ms = self.now_ms();
        let chance = i64::from(self.random());
        let owner = Digest::new().number(chance).number(asked_ms).finish();
        let row = self.lease_row().await?;
        let lease = Lease::after(row.as_ref(), owner, self.now_ms())?;
        self.put_lease(Patch::default(), lease).await?;
        if self.now_ms() - asked_ms >= CONFIRM_MS {
            // Somebody may have looked for their name before this one replaced it: nobody goes on.
            return Err(locked(LEASE_MS));
        }
        // From here on a cancelled command gives it back.
        self.set_lease(Some(lease));
        self.wait_until(self.now_ms() + CONFIRM_MS).await?;
        lease.check(self.lease_row().await?.as_ref(), self.now_ms())
    }

    /// Gives the lease back, if it is still this command's. Where storage refuses, it runs out.
    pub(crate) async fn release_lease(&self) {
        let held = self.hold_lease(true).await;
        let lease = self.lease();
        self.set_lease(None);
        if let (Ok(()), Some(lease)) = (held, lease) {
            let _ = self.put_lease(Patch::default(), lease.released()).await;
        }
    }

    /// Before requests: makes sure that the lease is held where they write, and renews it in time.
    pub(crate) async fn hold_lease(&self, writes: bool) -> Result<()> {
        let Some(lease) = self.lease() else { return Ok(()) };
        let due = lease.due_ms() <= self.now_ms();
        if !writes && !due {
            return Ok(());
        }
        lease.check(self.lease_row().await?.as_ref(), self.now_ms())?;
        // The look itself may have taken a while.
        if lease.due_ms() <= self.now_ms() { self.renew_with(lease, Patch::default()).await } else { Ok(()) }
    }

    /// Writes a patch that holds only if the lease does, and renews the lease with it.
    pub(crate) async fn save_leased(&self, lease: Lease, patch: Patch) -> Result<()> {
        lease.check(self.lease_row().await?.as_ref(), self.now_ms())?;
        self.renew_with(lease, patch).await
    }

    async fn renew_with(&self, lease: Lease, patch: Patch) -> Result<()> {
        let renewed = lease.renewed(self.now_ms());
        // What removes everything gives the lease back as well.
        let ends = patch.remove.iter().any(|key| key == Lease::KEY);
        self.put_lease(patch, renewed).await?;
        if !lease.is_live(self.now_ms()) {
            // It may have replaced somebody else's, that was taken when this one had run out: neither goes on.
            return Err(locked(LEASE_MS));
        }
        self.set_lease((!ends).then_some(renewed));
        Ok(())
    }

    async fn put_lease(&self, mut patch: Patch, lease: Lease) -> Result<()> {
        if !patch.remove.iter().any(|key| key == Lease::KEY) {
            patch.put.push((Lease::KEY.to_owned(), encode(&lease)));
        }
        self.write(patch).await
    }

    async fn lease_row(&self) -> Result<Option<String>> {
        let keys = vec![Lease::KEY.to_owned()];
        Ok(self.rows(Ask::Load { keys, prefix: None }).await?.remove(Lease::KEY))
    }
}
