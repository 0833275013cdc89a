//! 64-bit fingerprints of normal forms: stable between versions and machines, short enough to store by the thousand.

use serde::Serialize;
use siphasher::sip::SipHasher13;
use std::hash::Hasher;

/// The fingerprint of one value. Two different values share one with a chance of 1 in 2^64.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Fingerprint(u64);

impl Fingerprint {
    /// The fingerprint of a text.
    pub fn of_text(text: &str) -> Self {
        Digest::new().text(text).finish()
    }

    /// A fingerprint as it was stored.
    pub fn from_u64(stored: u64) -> Self {
        Self(stored)
    }

    /// What is stored.
    pub fn as_u64(self) -> u64 {
        self.0
    }

    /// The same as 16 hexadecimal digits.
    pub fn hex(self) -> String {
        let digit = |at: u32| char::from_digit((self.0 >> (4 * at) & 15) as u32, 16);
        (0..16).rev().filter_map(digit).collect()
    }
}

/// Collects parts into a fingerprint; every part is delimited, so that ("ab", "c") differs from ("a", "bc").
pub struct Digest(SipHasher13);

impl Digest {
    /// A digest of no parts.
    #[expect(clippy::new_without_default, reason = "a digest is begun, not made up")]
    pub fn new() -> Self {
        Self(SipHasher13::new_with_keys(0x6163_636f_7264_0001, 0))
    }

    /// Adds a text.
    pub fn text(mut self, part: &str) -> Self {
        self.0.write_u64(part.len() as u64);
        self.0.write(part.as_bytes());
        self
    }

    /// Adds a number.
    pub fn number(mut self, part: i64) -> Self {
        self.0.write_i64(part);
        self
    }

    /// The fingerprint of all parts in their order.
    pub fn finish(self) -> Fingerprint {
        Fingerprint(self.0.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Stored links hold these values: a change of the function would make every event look changed.
    #[test]
    fn the_function_never_changes() {
        assert_eq!(Fingerprint::of_text("Call with Ana").as_u64(), GOLDEN);
    }
    const GOLDEN: u64 = 14_337_847_918_615_235_438;

    #[test]
    fn all_digits_are_printed() {
        for number in [0, 1, 0x0123_4567_89ab_cdef, u64::MAX] {
            assert_eq!(Fingerprint::from_u64(number).hex(), format!("{number:016x}"));
        }
    }

    #[test]
    fn parts_are_delimited() {
        assert_ne!(Digest::new().text("ab").text("c").finish(), Digest::new().text("a").text("bc").finish());
    }
}
