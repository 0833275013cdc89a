//! Looks at eight bytes at once.

const ONES: u64 = u64::from_ne_bytes([1; 8]);
const TOPS: u64 = ONES << 7;

/// Marks the bytes of a word that are below `n`, of which the first one found is sure: each borrows in `word - n`.
#[inline(always)]
pub(crate) fn below(word: u64, n: u8) -> u64 {
    word.wrapping_sub(ONES * u64::from(n)) & !word & TOPS
}

/// Marks the bytes of a word that are `byte`, likewise.
#[inline(always)]
pub(crate) fn equal(word: u64, byte: u8) -> u64 {
    below(word ^ (ONES * u64::from(byte)), 1)
}

/// Where the first byte is that `odd` marks in its word; `is_odd` says the same of one byte.
#[inline(always)]
pub(crate) fn position(bytes: &[u8], odd: impl Fn(u64) -> u64, is_odd: impl Fn(u8) -> bool) -> Option<usize> {
    let (words, rest) = bytes.as_chunks();
    let mut at = 0;
    for word in words {
        let found = odd(u64::from_le_bytes(*word));
        if found != 0 {
            return Some(at + found.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    rest.iter().position(|byte| is_odd(*byte)).map(|after| at + after)
}
