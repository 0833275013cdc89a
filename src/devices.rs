//! The safety devices by name. In builds with the feature `devices-off`, which only the tests ask for, each can be
//! switched off to show that a property fails without it; elsewhere every one is on, and the compiler removes the
//! question.

/// A device that keeps one of the promises. A test that switches one off must fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "devices-off"), allow(unreachable_pub))]
pub enum Device {
    /// `If-Match` and `If-Unmodified-Since` on writes (I14).
    Guards,
    /// Writes are recorded before they are sent, so that a lost answer is looked into (K2).
    Intents,
    /// What a service shows after a write counts as the last seen state (I8).
    EchoRule,
    /// What a list says or lacks is asked about by id before a deletion (I7).
    Proof,
    /// Many deletions at once wait for a person (K5).
    MassGuard,
    /// One engine writes at a time, also where the host has no lock (I28).
    Lease,
    /// The cursor moves when everything that it covers is done (I13).
    CursorLast,
    /// Values are compared in their normal form (I21).
    NormalForm,
}

#[cfg(not(feature = "devices-off"))]
impl Device {
    pub(crate) const fn on(self) -> bool {
        true
    }
}

#[cfg(feature = "devices-off")]
mod switched {
    use super::Device;
    use std::cell::Cell;

    thread_local! {
        static OFF: Cell<Option<Device>> = const { Cell::new(None) };
    }

    /// Switches back on whatever happens, a panic included.
    struct Restore(Option<Device>);

    impl Drop for Restore {
        fn drop(&mut self) {
            OFF.set(self.0);
        }
    }

    impl Device {
        /// Every device, for tables.
        pub const ALL: [Self; 8] = [
            Self::Guards,
            Self::Intents,
            Self::EchoRule,
            Self::Proof,
            Self::MassGuard,
            Self::Lease,
            Self::CursorLast,
            Self::NormalForm,
        ];

        /// Runs a story on this thread with the device switched off.
        pub fn without<T>(self, story: impl FnOnce() -> T) -> T {
            let _restore = Restore(OFF.replace(Some(self)));
            story()
        }

        pub(crate) fn on(self) -> bool {
            OFF.get() != Some(self)
        }
    }
}
