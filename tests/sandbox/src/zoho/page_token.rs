//! Page tokens of lists: bound to the user, the parameters and a day (reference, section 3.2).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use super::error::Problem;
use super::hash_of;
use crate::time::HOUR;

/// Where a page lies: behind a record, or (back) before it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Token {
    pub(crate) user: u64,
    /// A hash of all parameters but the page.
    pub(crate) parameters: u64,
    pub(crate) issued_ms: i64,
    pub(crate) page: usize,
    /// The key of the record in the list's order.
    pub(crate) from: (i64, u64),
    pub(crate) back: bool,
}

impl Token {
    pub(crate) fn encode(&self) -> String {
        let open = format!(
            "{}|{:x}|{}|{}|{}|{}|{}",
            self.user, self.parameters, self.issued_ms, self.page, self.from.0, self.from.1, self.back
        );
        URL_SAFE_NO_PAD.encode(format!("{:08x}{open}", hash_of(&open) as u32))
    }

    fn decode(text: &str) -> Option<Token> {
        let all = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let (sum, open) = all.split_at_checked(8)?;
        if u32::from_str_radix(sum, 16).ok()? != hash_of(open) as u32 {
            return None;
        }
        let mut parts = open.split('|');
        Some(Token {
            user: parts.next()?.parse().ok()?,
            parameters: u64::from_str_radix(parts.next()?, 16).ok()?,
            issued_ms: parts.next()?.parse().ok()?,
            page: parts.next()?.parse().ok()?,
            from: (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?),
            back: parts.next()?.parse().ok()?,
        })
    }
}

/// The token of a call, if it may be used for it.
pub(crate) fn check(text: &str, parameters: u64, user: u64, now_ms: i64) -> Result<Token, Problem> {
    let bad = || Problem::invalid("invalid page token", json!({ "param_name": "page_token" }));
    let token = Token::decode(text).ok_or_else(bad)?;
    if token.user != user {
        return Err(bad());
    }
    if now_ms - token.issued_ms > 24 * HOUR {
        return Err(Problem::new(
            400,
            "EXPIRED_VALUE",
            "Page token expired",
            json!({ "api_name": "page_token", "json_path": "$.query.page_token" }),
        ));
    }
    if token.parameters != parameters {
        return Err(Problem::new(
            400,
            "TOKEN_BOUND_DATA_MISMATCH",
            "The page_token given seems to be invalid or input param is added or altered or deleted",
            json!({ "param_name": "page_token" }),
        ));
    }
    Ok(token)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Request;
    use crate::switches::Switches;
    use crate::zoho::modules::ModuleName;
    use crate::zoho::{FIRST_ID, Zoho, list};

    const ANA: u64 = FIRST_ID + 225_013;
    const BEN: u64 = FIRST_ID + 225_027;
    const NOW: i64 = 1_795_000_000_000;

    fn token(user: u64, page: usize) -> Token {
        Token { user, parameters: 7, issued_ms: NOW, page, from: (-3, 9), back: page == 1 }
    }

    /// Another user's token is as bad as none; the other refusals have codes of their own.
    #[test]
    fn a_token_is_bound_to_its_user() {
        for sound in [token(ANA, 1), token(ANA, 2)] {
            assert_eq!(check(&sound.encode(), 7, ANA, NOW + 24 * HOUR), Ok(sound));
        }
        let text = token(ANA, 2).encode();
        for (parameters, user, now, expected) in [
            (7, BEN, NOW, "INVALID_DATA"),
            (8, ANA, NOW, "TOKEN_BOUND_DATA_MISMATCH"),
            (7, ANA, NOW + 24 * HOUR + 1, "EXPIRED_VALUE"),
        ] {
            assert_eq!(
                check(&text, parameters, user, now).map_err(|problem| problem.code),
                Err(expected.into())
            );
        }
    }

    /// A walk by tokens ends at 100,000 records.
    #[test]
    fn a_walk_ends_at_a_hundred_thousand() {
        let zoho = Zoho::new(1);
        let path = "/crm/v8/Events?fields=id&per_page=200";
        let parameters = list::parameters(ModuleName::Events, &Request::zoho("GET", path));
        let code = |page| {
            let text = Token { parameters, ..token(ANA, page) }.encode();
            let request = Request::zoho("GET", &format!("{path}&page_token={text}"));
            let answer = list::list(&zoho, ModuleName::Events, &request, NOW, &Switches::default());
            answer.map(|answer| answer.status).map_err(|problem| problem.code)
        };
        assert_eq!(code(500), Ok(204));
        assert_eq!(code(501), Err("PAGINATION_LIMIT_EXCEEDED".into()));
    }
}
