//! OAuth 2.0 tokens of one accounts server: who a bearer is, until when, and with which scopes. Both services use this
//! one type with rules of their own; all time comes from the world's clock. There are no consent pages here: whoever
//! asks for a code is taken to have agreed.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::time::{MINUTE, SECOND};

/// What an accounts server allows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    /// Begins every access token, as the vendor's own do.
    prefix: &'static str,
    pub(crate) access_s: i64,
    /// Active access tokens per refresh token; one more ends the oldest.
    most_access: usize,
    /// Refresh tokens per person and client; one more ends the oldest.
    most_refresh: usize,
    /// Access tokens from one refresh token, and codes for one client, in ten minutes.
    most_in_ten_minutes: usize,
}

/// Google: an hour, told as 3599 s; 100 refresh tokens per account and client, the oldest ends without warning
/// (Google Identity, "Using OAuth 2.0 to Access Google APIs", refresh token expiration).
pub(crate) const GOOGLE: Rules = Rules {
    prefix: "ya29.",
    access_s: 3_599,
    most_access: usize::MAX,
    most_refresh: 100,
    most_in_ten_minutes: usize::MAX,
};

/// Zoho: an hour; 15 active access tokens per refresh token, 10 in ten minutes; 20 refresh tokens per user and client
/// (Zoho CRM API v8, token-validity; Kaizen #43).
pub(crate) const ZOHO: Rules =
    Rules { prefix: "1000.", access_s: 3_600, most_access: 15, most_refresh: 20, most_in_ten_minutes: 10 };

/// What an access token allows.
#[derive(Clone, Debug)]
pub(crate) struct Access {
    /// The person's address.
    pub(crate) person: String,
    /// None: whatever the service's tokens without scopes of their own may do.
    pub(crate) scopes: Option<BTreeSet<String>>,
    /// None: never.
    expires_ms: Option<i64>,
}

/// Why a bearer is refused. Neither service tells a client which it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    Unknown,
    Expired,
}

/// What a person agreed to.
#[derive(Clone, Debug)]
pub(crate) struct Grant {
    pub(crate) person: String,
    pub(crate) client: String,
    pub(crate) scopes: BTreeSet<String>,
    pub(crate) redirect_uri: String,
    /// Seconds until the code expires.
    pub(crate) code_s: i64,
    /// Whether a refresh token comes with the first access token.
    pub(crate) offline: bool,
    /// PKCE (RFC 7636): the method, `S256` or `plain`, and the challenge.
    pub(crate) challenge: Option<(String, String)>,
}

/// A token answer.
#[derive(Clone, Debug)]
pub(crate) struct Issued {
    pub(crate) access: String,
    pub(crate) refresh: Option<String>,
    pub(crate) scopes: Option<BTreeSet<String>>,
}

/// Why the token endpoint gives nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Denied {
    /// An unknown, used, expired or revoked code or refresh token, or another client's.
    Grant,
    RedirectUri,
    /// The PKCE verifier does not match the challenge.
    Verifier,
    TooMany,
}

#[derive(Clone, Debug)]
struct Refresh {
    person: String,
    /// None: any client's.
    client: Option<String>,
    scopes: Option<BTreeSet<String>>,
    /// Access tokens still stored, oldest first.
    issued: VecDeque<String>,
    recent: VecDeque<i64>,
    order: u64,
}

/// All tokens of one accounts server.
#[derive(Clone, Debug)]
pub(crate) struct Tokens {
    rules: Rules,
    seed: u64,
    count: u64,
    access: BTreeMap<String, Access>,
    refresh: BTreeMap<String, Refresh>,
    codes: BTreeMap<String, (Grant, i64)>,
    recent_codes: BTreeMap<String, VecDeque<i64>>,
    /// The address of the person whose browser asks for consent.
    pub(crate) signed_in: String,
}

impl Tokens {
    pub(crate) fn new(rules: Rules, seed: u64, signed_in: &str) -> Tokens {
        Tokens {
            rules,
            seed,
            count: 0,
            access: BTreeMap::new(),
            refresh: BTreeMap::new(),
            codes: BTreeMap::new(),
            recent_codes: BTreeMap::new(),
            signed_in: signed_in.to_owned(),
        }
    }

    pub(crate) fn rules(&self) -> Rules {
        self.rules
    }

    /// A bearer that never expires and follows the service's scopes: for tests that are not about tokens.
    pub(crate) fn lasting(&mut self, access: &str, refresh: &str, person: &str) {
        let person = person.to_owned();
        self.count += 1;
        self.refresh.insert(
            refresh.to_owned(),
            Refresh {
                person: person.clone(),
                client: None,
                scopes: None,
                issued: VecDeque::new(),
                recent: VecDeque::new(),
                order: self.count,
            },
        );
        self.access.insert(access.to_owned(), Access { person, scopes: None, expires_ms: None });
    }

    /// Whose token this is, and what it allows.
    pub(crate) fn bearer(&self, token: &str, now_ms: i64) -> Result<&Access, Refused> {
        let access = self.access.get(token).ok_or(Refused::Unknown)?;
        match access.expires_ms {
            Some(end) if end <= now_ms => Err(Refused::Expired),
            _ => Ok(access),
        }
    }

    /// A code for the address that the person is sent back to.
    pub(crate) fn code(&mut self, grant: Grant, now_ms: i64) -> Result<String, Denied> {
        let most = self.rules.most_in_ten_minutes;
        within_ten_minutes(self.recent_codes.entry(grant.client.clone()).or_default(), most, now_ms)?;
        let code = self.text("code");
        let end = now_ms + grant.code_s * SECOND;
        self.codes.insert(code.clone(), (grant, end));
        Ok(code)
    }

    /// An access token at once and nothing else (the implicit flow).
    pub(crate) fn implicit(&mut self, grant: Grant, now_ms: i64) -> Issued {
        let access = self.issue(grant.person, Some(grant.scopes.clone()), None, now_ms);
        Issued { access, refresh: None, scopes: Some(grant.scopes) }
    }

    /// Turns a code into tokens. A code works once, even when it is refused.
    pub(crate) fn redeem(
        &mut self,
        code: &str,
        client: &str,
        redirect_uri: Option<&str>,
        verifier: Option<&str>,
        now_ms: i64,
    ) -> Result<Issued, Denied> {
        let (grant, end) = self.codes.remove(code).ok_or(Denied::Grant)?;
        if end <= now_ms || grant.client != client {
            return Err(Denied::Grant);
        }
        if redirect_uri != Some(grant.redirect_uri.as_str()) {
            return Err(Denied::RedirectUri);
        }
        if let Some((method, challenge)) = &grant.challenge {
            let verifier = verifier.ok_or(Denied::Verifier)?;
            let shown = match method.as_str() {
                "S256" => URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes())),
                _ => verifier.to_owned(),
            };
            if shown != *challenge {
                return Err(Denied::Verifier);
            }
        }
        let refresh = if grant.offline { Some(self.add_refresh(&grant)) } else { None };
        let scopes = Some(grant.scopes);
        let access = self.issue(grant.person, scopes.clone(), refresh.as_deref(), now_ms);
        Ok(Issued { access, refresh, scopes })
    }

    /// Another access token.
    pub(crate) fn renew(&mut self, refresh: &str, client: &str, now_ms: i64) -> Result<Issued, Denied> {
        let known = self.refresh.get_mut(refresh).ok_or(Denied::Grant)?;
        if known.client.as_ref().is_some_and(|own| own != client) {
            return Err(Denied::Grant);
        }
        within_ten_minutes(&mut known.recent, self.rules.most_in_ten_minutes, now_ms)?;
        let (person, scopes) = (known.person.clone(), known.scopes.clone());
        let access = self.issue(person, scopes.clone(), Some(refresh), now_ms);
        Ok(Issued { access, refresh: None, scopes })
    }

    /// Ends a refresh token with all its access tokens, or one access token. Says whether there was one.
    pub(crate) fn revoke(&mut self, token: &str) -> bool {
        match self.refresh.remove(token) {
            Some(refresh) => {
                for access in refresh.issued {
                    self.access.remove(&access);
                }
                true
            }
            None => self.access.remove(token).is_some(),
        }
    }

    fn add_refresh(&mut self, grant: &Grant) -> String {
        let token = self.text("refresh");
        self.count += 1;
        self.refresh.insert(
            token.clone(),
            Refresh {
                person: grant.person.clone(),
                client: Some(grant.client.clone()),
                scopes: Some(grant.scopes.clone()),
                issued: VecDeque::new(),
                recent: VecDeque::new(),
                order: self.count,
            },
        );
        let mut own: Vec<(u64, String)> = self
            .refresh
            .iter()
            .filter(|(_, refresh)| {
                refresh.person == grant.person && refresh.client.as_ref() == Some(&grant.client)
            })
            .map(|(token, refresh)| (refresh.order, token.clone()))
            .collect();
        own.sort();
        let surplus = own.len().saturating_sub(self.rules.most_refresh);
        for (_, oldest) in own.into_iter().take(surplus) {
            self.revoke(&oldest);
        }
        token
    }

    fn issue(
        &mut self,
        person: String,
        scopes: Option<BTreeSet<String>>,
        refresh: Option<&str>,
        now_ms: i64,
    ) -> String {
        let prefix = self.rules.prefix;
        let token = format!("{prefix}{}", self.text("access"));
        let expires_ms = Some(now_ms + self.rules.access_s * SECOND);
        if let Some(refresh) = refresh.and_then(|refresh| self.refresh.get_mut(refresh)) {
            refresh.issued.push_back(token.clone());
            let access = &self.access;
            let lives = |token: &String| {
                access.get(token).is_some_and(|access| access.expires_ms.is_none_or(|end| end > now_ms))
            };
            let (live, dead): (VecDeque<String>, VecDeque<String>) =
                refresh.issued.drain(..).partition(|old| *old == token || lives(old));
            refresh.issued = live;
            let surplus = refresh.issued.len().saturating_sub(self.rules.most_access);
            let ended: Vec<String> = refresh.issued.drain(..surplus).chain(dead).collect();
            for old in ended {
                self.access.remove(&old);
            }
        }
        self.access.insert(token.clone(), Access { person, scopes, expires_ms });
        token
    }

    /// A text that cannot be guessed from another one, the same in equal runs.
    fn text(&mut self, kind: &str) -> String {
        self.count += 1;
        let hash = Sha256::digest(format!("{kind} {} {}", self.seed, self.count).as_bytes());
        URL_SAFE_NO_PAD.encode(hash)
    }
}

/// Counts one more, unless that would be too many.
fn within_ten_minutes(recent: &mut VecDeque<i64>, most: usize, now_ms: i64) -> Result<(), Denied> {
    recent.retain(|at| *at > now_ms - 10 * MINUTE);
    if recent.len() >= most {
        return Err(Denied::TooMany);
    }
    if most < usize::MAX {
        recent.push_back(now_ms);
    }
    Ok(())
}
