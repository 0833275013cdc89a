//! Sync tokens and page tokens: opaque text that carries its own state, so that the service keeps none.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;

/// What a sync token remembers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SyncToken {
    pub(crate) calendar: u64,
    pub(crate) epoch: u64,
    pub(crate) seq: u64,
    pub(crate) parameters: u64,
    pub(crate) issued_ms: i64,
    /// The window of the first call, for the switch `delta_window`.
    pub(crate) time_min: Option<i64>,
    pub(crate) time_max: Option<i64>,
}

/// Where the next page starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PageToken {
    pub(crate) epoch: u64,
    pub(crate) parameters: u64,
    /// The change position when the first page was made: the sync token of the last page covers it.
    pub(crate) seq: u64,
    pub(crate) key: Key,
}

/// The place of the last row looked at, in the order of the listing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) major: i64,
    pub(crate) id: String,
}

impl SyncToken {
    pub(crate) fn encode(&self) -> String {
        let bound = |ms: Option<i64>| ms.map_or(String::new(), |ms| ms.to_string());
        seal(&format!(
            "S|{:x}|{}|{}|{:x}|{}|{}|{}",
            self.calendar,
            self.epoch,
            self.seq,
            self.parameters,
            self.issued_ms,
            bound(self.time_min),
            bound(self.time_max)
        ))
    }

    pub(crate) fn decode(text: &str) -> Option<SyncToken> {
        let open = unseal(text)?;
        let mut parts = open.strip_prefix("S|")?.split('|');
        let bound = |part: &str| if part.is_empty() { Some(None) } else { part.parse().ok().map(Some) };
        let token = SyncToken {
            calendar: u64::from_str_radix(parts.next()?, 16).ok()?,
            epoch: parts.next()?.parse().ok()?,
            seq: parts.next()?.parse().ok()?,
            parameters: u64::from_str_radix(parts.next()?, 16).ok()?,
            issued_ms: parts.next()?.parse().ok()?,
            time_min: bound(parts.next()?)?,
            time_max: bound(parts.next()?)?,
        };
        parts.next().is_none().then_some(token)
    }
}

impl PageToken {
    pub(crate) fn encode(&self) -> String {
        seal(&format!(
            "P|{}|{:x}|{}|{}|{}",
            self.epoch, self.parameters, self.seq, self.key.major, self.key.id
        ))
    }

    pub(crate) fn decode(text: &str) -> Option<PageToken> {
        let open = unseal(text)?;
        let mut parts = open.strip_prefix("P|")?.splitn(5, '|');
        Some(PageToken {
            epoch: parts.next()?.parse().ok()?,
            parameters: u64::from_str_radix(parts.next()?, 16).ok()?,
            seq: parts.next()?.parse().ok()?,
            key: Key { major: parts.next()?.parse().ok()?, id: parts.next()?.to_owned() },
        })
    }
}

/// A 64-bit FNV-1a hash: binds tokens to parameters and detects a damaged token. No protection against forgery is meant.
pub(crate) fn hash(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

pub(super) fn seal(open: &str) -> String {
    URL_SAFE.encode(format!("{:08x}{open}", hash(open) as u32))
}

pub(super) fn unseal(text: &str) -> Option<String> {
    let bytes = URL_SAFE.decode(text).ok()?;
    let all = String::from_utf8(bytes).ok()?;
    let (sum, open) = all.split_at_checked(8)?;
    (u32::from_str_radix(sum, 16).ok()? == hash(open) as u32).then(|| open.to_owned())
}
